/* What the builders of the three documents share. Inside this room only; callers elsewhere use document.h.
 *
 * Anchors that other writers may rely on: chapters "reading", "summary", "progress", "security", "privacy",
 * "accessibility", "iana", "registrar", "references", "revisions", "reviewed", "decisions", "gap-matrix"; threats
 * "T-0001"; parts of a threat "T-0001-gap", "T-0001-tree", "T-0001-responses", "T-0001-rated", "T-0001-round",
 * "T-0001-decisions", "T-0001-reviews", "T-0001-discussion", "T-0001-history". Areas: "area-ID". */
#ifndef CASEMATE_DOCUMENT_BUILD_H
#define CASEMATE_DOCUMENT_BUILD_H

#include "document/document.h"
#include "register/gaps.h"

/* build_process.c, build_template.c, build_analysis.c: the chapters of one document, appended to root. */
void build_process_chapters(struct arena *a, const struct view *v, struct document *d);
void build_template_chapters(struct arena *a, const struct view *v, struct document *d);
void build_analysis_chapters(struct arena *a, const struct view *v, const struct document_options *options,
                             struct document *d);

/* Markdown of the profile: blocks appended to parent; inner headings get anchors that begin with anchor_prefix. A text
 * that exceeds the limits of the reader is shown as a code block, so that nothing is lost. */
struct build_prose {
    const struct view *view;
    const char *file;
    uint32_t line;
    struct sv anchor_prefix;
    const struct threat *threat; /* its attack tree is drawn in place of the block; may be NULL */
    bool tree_done;              /* out: the drawing has been placed */
};
void build_prose(struct arena *a, struct doc_block *parent, struct sv text, struct build_prose *prose);
/* Chapters of a text that is cut at its level-2 headings; what stands before the first heading goes to parent
 * itself. */
void build_prose_chapters(struct arena *a, struct doc_block *parent, struct sv text, struct build_prose *prose);

/* The figure of a threat's tree, with the outline as its text equivalent. */
struct doc_block *build_tree_figure(struct arena *a, const struct view *v, const struct threat *t);

/* diagram.c: the figure of a drawing in characters, which stays as its text equivalent; NULL when it is none. */
struct doc_block *build_diagram(struct arena *a, struct sv caption, struct sv text);

/* build_gaps.c: the chapter about documents and threats, where any affects or answers one; how many cells of the matrix
 * are in a state. */
void build_gaps(struct arena *a, const struct view *v, struct doc_block *root);
size_t build_gaps_count(const struct gaps *g, int state);

/* Tables: a new row; a cell of text; an empty cell. Cells with class_name are drawn as badges. */
struct doc_block *build_table(struct arena *a, struct doc_block *parent, struct sv anchor, const char *caption);
struct doc_block *build_header(struct arena *a, struct doc_block *table, const char *const *names, size_t count);
struct doc_block *build_row(struct arena *a, struct doc_block *table);
struct doc_block *build_cell(struct arena *a, struct doc_block *row, struct sv text);
struct doc_block *build_row_heading(struct arena *a, struct doc_block *row, struct sv text);
struct doc_block *build_cell_number(struct arena *a, struct doc_block *row, uint64_t number);
struct doc_block *build_cell_priority(struct arena *a, struct doc_block *row, const struct view *v, unsigned priority);
/* Stage as claimed; an editor's draft is marked. */
struct doc_block *build_cell_stage(struct arena *a, struct doc_block *row, const struct view *v,
                                   const struct threat_view *t);
struct doc_block *build_cell_level(struct arena *a, struct doc_block *row, const struct terms *scale, int level);
struct doc_block *build_cell_threat(struct arena *a, struct doc_block *row, const struct threat *t, bool name);

/* A paragraph in printf style; an item of a list with one paragraph. */
struct doc_block *build_paragraph(struct arena *a, struct doc_block *parent, const char *format, ...) CM_PRINTF(3, 4);
struct doc_block *build_item(struct arena *a, struct doc_block *list);
struct doc_block *build_list(struct arena *a, struct doc_block *parent);
/* What a person wrote, as it was written: a quotation of paragraphs, which blank lines part, without markup. Nothing
 * when there is no text. */
void build_quoted(struct arena *a, struct doc_block *parent, struct sv text);
/* "T-0001, T-0002 and T-0003" as links. */
void build_threat_list(struct arena *a, struct doc_block *b, const struct view *v, const unsigned *indexes,
                       size_t count);
/* Plain text in which names of threats, and of documents when wanted, are links. */
void build_linked(struct arena *a, struct doc_block *b, const struct view *v, struct sv text, bool documents);
void build_citation(struct arena *a, struct doc_block *b, const struct citation *c);
/* A definition list of a scale or word list: term, meaning, example. */
void build_terms(struct arena *a, struct doc_block *parent, const struct terms *terms);

/* Name of a stage or a word; "none" when index is -1. */
struct sv build_stage_name(const struct view *v, int stage);
struct sv build_term_name(const struct terms *t, int index);
bool build_is_end(const struct view *v, int stage);
/* "3 (Regular)", or "not rated". */
struct sv build_priority_name(struct arena *a, const struct view *v, unsigned priority);
struct sv build_sv(struct arena *a, const char *format, ...) CM_PRINTF(2, 3);
/* "1 threat", "2 threats" */
struct sv build_count(struct arena *a, size_t count, const char *one, const char *many);
struct sv build_date(struct arena *a, int64_t seconds); /* 2026-11-22 */
struct sv build_date_long(struct arena *a, struct sv date); /* 22 November 2026; as given when it is no date */

/* True when threat `index` is in an ascending list. */
bool build_in(const unsigned *list, size_t count, unsigned index);

/* Sections that the XEP format asks of every document. */
void build_formal_chapters(struct arena *a, const struct view *v, struct document *d);
void build_references(struct arena *a, const struct view *v, struct document *d);
void build_revisions(struct arena *a, struct document *d);

/* build_progress.c: a citation of another version than the one that references.tsv has now. */
bool build_outdated(const struct citation *c);

/* That the group was ended, as a sentence or two, and as a notice; nothing when it was not. */
struct sv build_ending_text(struct arena *a, const struct view *v);
void build_ending(struct arena *a, const struct view *v, struct doc_block *parent);

/* build_sensitivity.c: which places in the order of priority could change hands; nothing while no rating is spread. */
void build_sensitivity(struct arena *a, const struct view *v, struct doc_block *parent);

/* build_coverage.c. Groups of rows of coverage.tsv; a `whole` one is told by the result, so that each row is in one
 * of those, and the others name some of the same documents again. */
enum coverage_group_id {
    GROUP_CITED, GROUP_NOTHING_NEW, GROUP_THIN, GROUP_SILENT, GROUP_UNREAD, GROUP_IN_PART, GROUP_AGAIN, GROUP_LEFT_OUT,
    COVERAGE_GROUPS
};
struct coverage_group {
    const char *title, *anchor, *means;
    bool (*has)(const struct coverage_view *c);
    bool whole;
};
extern const struct coverage_group coverage_groups[COVERAGE_GROUPS];
size_t coverage_group_count(const struct view *v, enum coverage_group_id group);
struct sv build_considerations(enum considerations c); /* "not looked at" */
struct sv build_version_read(struct arena *a, const struct coverage_view *c);
/* "Of 12 documents, 5 are cited by threats, ..." */
struct sv build_coverage_summary(struct arena *a, const struct view *v);
/* The part of "What we did, what remains" that says all that the rows say. */
void build_coverage_progress(struct arena *a, const struct view *v, struct doc_block *s);
/* A paragraph that says what the row of a document says; nothing when it has none. */
void build_coverage_sentence(struct arena *a, struct doc_block *parent, const struct view *v,
                             const struct reference *r);

/* build_reviews.c; each adds nothing where there is nothing to say. Parts of "What we did, what remains": who reviewed
 * what, what nobody reviewed, what was handed over. */
void build_reviews_progress(struct arena *a, const struct view *v, struct doc_block *parent);
/* A chapter of the document itself: who reviewed it. The analysis has it in its chapter "progress". */
void build_reviews_of(struct arena *a, const struct view *v, struct document *d);
/* A part of a threat, "T-0001-reviews"; and all that this part depends on beside the threat, for its digest. */
void build_threat_reviews(struct arena *a, const struct view *v, size_t index, struct doc_block *parent);
void build_threat_reviews_input(struct digest_state *s, const struct view *v, size_t index);

/* build_acts.c; each adds nothing where there is nothing to say, and looks at view->rounds and view->calls, which may
 * be NULL. Two parts of a threat: "T-0001-rated" says what blind rounds found, with the drawing "T-0001-round", or
 * which one is open; "T-0001-decisions" which calls decided on the entry, whether that still holds for its text, and
 * who dissents. All that they depend on beside the threat and the profile stands in their blocks: the digest of these
 * is the digest of the input. */
void build_threat_acts(struct arena *a, const struct view *v, size_t index, struct doc_block *parent);
/* build_discussion.c: a part of a threat, "T-0001-discussion": threads that are tied to it. */
void build_discussion(struct arena *a, const struct view *v, size_t index, struct doc_block *parent);
/* Calls and decisions on a document, appeals with the decision that they are about: a part of what is given. */
void build_decisions_of(struct arena *a, const struct view *v, enum document_kind kind, struct doc_block *parent);
/* Rounds and calls that are open, with their last day and how to take part; depends on view->now. */
void build_open_now(struct arena *a, const struct view *v, struct doc_block *parent);

/* Makes every anchor unique (the first keeps its name) and fills empty anchors of sections. */
void build_unique_anchors(struct arena *a, struct doc_block *root);

#endif
