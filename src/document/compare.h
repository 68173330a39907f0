/* Two editions of a document beside each other: what happened to which threat, which ratings moved where, which nodes
 * of
 * attack trees came or went, and every field word by word. Editions never change, so the same two have the same
 * comparison for ever.
 *
 * Works on the texts that the editions were made from. What is the same byte for byte is not looked into, so the cost
 * is that of what changed. */
#ifndef CASEMATE_DOCUMENT_COMPARE_H
#define CASEMATE_DOCUMENT_COMPARE_H

#include "document/page.h"
#include "profile/profile.h"
#include "tree/io/diff.h"

/* The texts that an edition was made from, out of its file "sources.json". CM_EINPUT, CM_ECORRUPT. */
CM_MUST_USE int compare_read_sources(struct arena *a, struct sv json, struct profile_files *out, struct err *err);

struct compare_side {
    struct sv version, date; /* "0.2", "2026-11-22" */
    struct profile_files files;
};

enum compare_kind { COMPARE_ADDED, COMPARE_CHANGED, COMPARE_ENDED, COMPARE_REOPENED, COMPARE_GONE, COMPARE_KINDS };

struct compare_field {
    struct sv name;        /* "likelihood.rating", "Gap" */
    const struct sv *old, *new; /* NULL: there is none; never both */
};
struct compare_rating {
    int likelihood, damage; /* index in the scale; -1: not rated */
    unsigned priority;      /* 0: none */
};
struct compare_threat {
    enum compare_kind kind;
    struct sv id, name;
    struct sv stage_old, stage_new; /* ids; empty: there is none */
    struct sv into, reason;         /* of an end */
    struct compare_rating old, new;
    bool moved;                     /* likelihood or damage is another word */
    VEC(struct compare_field) fields;
    struct tree_diff tree;          /* no items where both have the same tree, or one of them none */
    size_t nodes_added, nodes_cut;  /* with a whole tree that came or went */
};
struct compare_file { /* of what is no threat */
    struct sv path;
    VEC(struct compare_field) fields; /* one without a name: the whole text */
};

struct comparison {
    const char *document; /* "analysis" */
    const struct compare_side *old, *new;
    struct sig sig;       /* scales of the new side */
    bool same_scales;     /* words of likelihood and damage, and their table: otherwise ratings cannot be compared */
    VEC(struct compare_threat) threats; /* by number; only those that changed; only for the analysis */
    VEC(struct compare_file) files;
};

/* document: its name. Everything in the arena; texts borrow from the sides, which must live as long. A text that cannot
 * be parsed is compared as a whole. */
void compare_derive(struct arena *a, const char *document, const struct compare_side *old,
                    const struct compare_side *new, struct comparison *out);

/* The page: title, what is needed to see both texts beside each other (no script), and all parts. root: "../../". */
void compare_write(struct arena *a, struct markup *m, const struct comparison *c, const char *root);
/* Two sets of fields with that look, without a summary: two versions of one threat. */
void compare_write_fields(struct arena *a, struct markup *m, const struct compare_field *fields, size_t count);
/* Must stand before them, once in a page: the switch between one text with marks and two texts. */
void compare_write_switch(struct markup *m);
/* compare_matrix.c: the risk matrix with an arrow for each way that ratings moved, and a list that says the same. */
void compare_write_matrix(struct arena *a, struct markup *m, const struct comparison *c, const char *root);

/* The address in the site: "editions/analysis/0.1..0.2.html". */
struct sv compare_path(struct arena *a, struct sv document, struct sv old, struct sv new);

#endif
