/* What the writers share. Inside this room only; callers elsewhere use document.h. */
#ifndef CASEMATE_DOCUMENT_WRITE_H
#define CASEMATE_DOCUMENT_WRITE_H

#include "base/map.h"
#include "document/document.h"
#include "format/json.h"

/* Ids of the documents that each threat cites in any way, in the order of the SIG's references: one
 * list a threat, made in one pass. */
struct write_citations {
    struct write_ids {
        VEC(struct sv) list;
    } * of_threat; /* as many as view->threats */
};
void write_citations(struct arena *a, const struct view *v, struct write_citations *out);

/* The member "analysis" of a threat that has a tree. */
void write_analysis(struct json *j, const struct view *v, size_t index);
/* The member "acts" of a threat: rounds, decisions, objections, reviews, hand-overs. Nothing without a store. */
void write_acts(struct json *j, const struct view *v, size_t index);
/* The members of one threat, written into an open object; field texts, the tree and its analysis only with
 * `whole`. */
void write_threat_members(struct json *j, const struct view *v, size_t index,
                          const struct write_ids *cited, bool whole);
/* "name", "community", ... of the SIG as an object. */
void write_sig(struct json *j, const struct sig *sig);

/* Name and address of every author; shown in the text form and checked for submissions. */
struct sv write_author_name(struct arena *a, const struct author *author);

/* An address that a document may link to: http, https, mailto, xmpp, without blanks and controls.
 */
bool write_web_address(struct sv url);

/* One level of an outline cut from indented text: how deep the line stands (0: the first), without
 * its indentation. */
struct write_outline_line {
    size_t level;
    struct sv text;
};
struct write_outline {
    VEC(struct write_outline_line) lines;
};
/* Cuts text by indentation (two blanks a level, or whatever its lines use); levels never jump by
 * more than one. */
void write_outline(struct arena *a, struct sv text, size_t level_max, struct write_outline *out);

/* write_xep.c: how the head of a XEP file is filled. */
struct xep_form {
    bool submission; /* the XSF's form: entity set, stylesheet, its legal notice by name */
    struct sv number, status, shortname, approver; /* approver may be empty */
    const struct revision *revisions;
    size_t revision_count;
};
void write_xep_form(const struct document *d, const struct xep_form *form, struct str *out);

/* The member "facts": each key with the list of its machine values. */
void write_fact_values(struct json *j, const struct doc_block *facts);

#endif
