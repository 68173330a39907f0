/* Digests of what is voted on. A decision holds for the text that it was taken on; these tell whether the text
 * is still that one.
 *
 * A threat's digest covers its whole content as parsed, and the group's table as far as it makes the priority:
 * not the bytes of the file, so that the order of keys, line ends and comments do not count. Left out is what the
 * process itself writes: stage, proposed, reason and into. So a stage change leaves a decision standing, and a
 * change of the attack tree does not. docs/process.md states the bytes that are hashed. */
#ifndef CASEMATE_REGISTER_VOTED_H
#define CASEMATE_REGISTER_VOTED_H

#include "base/digest.h"
#include "profile/profile.h"

struct digest voted_threat(const struct profile *p, const struct threat *t);

/* The file of a document that is a decision's own text: process.md, template.md, and analysis.md with the
 * chapters around the register. document: "process", "template", "analysis". Of the empty text where the SIG has
 * no such file. The files are in normal form, as those of a store are. */
struct digest voted_document(const struct profile_files *files, struct sv document);

/* What an appeal is about: the decision as it was taken. */
struct digest voted_decision(const struct digest *call, struct sv outcome, struct sv judgement);

/* Changes of threats that left the substance alone: what was voted on before, and what it became; and the same of what
 * rounds rate (rounds_rated(); such a digest is never one of the others). */
struct editorials {
    struct arena *arena;
    struct map by_threat; /* id -> struct editorial_list* */
};
struct editorial {
    struct digest before, after;
    int64_t event;
};
struct editorial_list {
    VEC(struct editorial) list;
};
void editorials_init(struct editorials *e, struct arena *a);
void editorials_add(struct editorials *e, struct sv threat, const struct editorial *change);

enum voted_match {
    VOTED_SAME,      /* the text is the one that was voted on, or rated */
    VOTED_EDITORIAL, /* it came from it by changes that are called editorial, and were not challenged */
    VOTED_CHANGED
};
enum voted_match voted_match(struct arena *a, const struct editorials *e, struct sv threat, const struct digest *voted,
                             const struct digest *now);

#endif
