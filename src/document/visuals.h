/* Drawings of the register: risk matrix, board of stages, timeline of editions. Each is a figure of the block tree whose
 * text equivalent stands beside it. Colours come from the classes of web/site.css only. */
#ifndef CASEMATE_DOCUMENT_VISUALS_H
#define CASEMATE_DOCUMENT_VISUALS_H

#include "document/document.h"

/* Likelihood by damage; in each cell its priority and the ids of the threats that stand there. */
struct doc_block *visual_matrix(struct arena *a, const struct view *v, struct sv anchor);
/* The same as a table with links, which also serves as its text equivalent. */
struct doc_block *visual_matrix_table(struct arena *a, const struct view *v, struct sv anchor);
/* How many threats stand in each stage, by the stage their text claims; editor's drafts are drawn hollow. */
struct doc_block *visual_board(struct arena *a, const struct view *v, struct sv anchor);
/* Editions of all documents on a line of time. NULL when there is none. */
struct doc_block *visual_timeline(struct arena *a, const struct view *v, struct sv anchor);

#endif
