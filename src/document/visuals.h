/* Drawings of the register: risk matrix, board of stages, timeline of editions. Each is a figure of the block
 * tree whose text equivalent stands beside it. Where a text names only the first of many threats, it links to
 * the rest: in_document to the summary's table, otherwise to a page of the site. Colours come from the
 * classes of web/site.css only. */
#ifndef CASEMATE_DOCUMENT_VISUALS_H
#define CASEMATE_DOCUMENT_VISUALS_H

#include "document/document.h"

/* How much room a drawing may take: on a page of other things, in a document (where it fits a page of paper), or
 * on a page of its own. */
enum visual_extent { VISUAL_BRIEF, VISUAL_DOCUMENT, VISUAL_WHOLE };

/* Likelihood by damage; in each cell its priority and the ids of the threats that stand there, the first ones where
 * there is no room for all. */
struct doc_block *visual_matrix(struct arena *a, const struct view *v, struct sv anchor, enum visual_extent extent);
/* The same as a table with links, which also serves as its text equivalent. */
struct doc_block *visual_matrix_table(struct arena *a, const struct view *v, struct sv anchor, bool in_document);
/* How many threats are confirmed in each stage; editor's drafts are drawn hollow, in the column of the stage
 * that their text claims. */
struct doc_block *visual_board(struct arena *a, const struct view *v, struct sv anchor, bool in_document);
/* Editions of all documents on a line of time. NULL when there is none. */
struct doc_block *visual_timeline(struct arena *a, const struct view *v, struct sv anchor);

/* visual_coverage.c: the documents by result and by considerations, as bars; and the same as a table, which also
 * is the text equivalent. */
struct doc_block *visual_coverage(struct arena *a, const struct view *v, struct sv anchor);
struct doc_block *visual_coverage_table(struct arena *a, const struct view *v, struct sv anchor);

#endif
