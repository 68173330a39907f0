/* Drawings of the register: risk matrix, board of stages, timeline of editions, coverage, estimates. Each is a
 * figure of the block tree whose text equivalent stands beside it. Where a text names only the first of many threats,
 * it links to the rest: in_document to the summary's table, otherwise to a page of the site. Colours come from the
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

/* visual_strip.c: the estimates of a closed round, and of the one before it when there were two.
 * For each factor there is a horizontal scale with its words, lowest first, and above it one strip for each round. In
 * a strip stands one dot for each estimate, piled up over its level; a count beside piles of more than four; a band
 * over the levels between the quartiles, both included; below it a filled diamond at the median from which the
 * priority follows, and a hollow one at the lower of two. Nothing is told by colour alone. Dots are the same size
 * throughout, smaller where there are many, and where even that is not enough "+ 12 more" stands above the pile. What
 * the figures mean is said in register/pooled.h. */
struct visual_strip_round {
    const unsigned *estimates; /* levels, in any order; the drawing does not depend on it */
    size_t count;              /* 0: "no estimates" */
    size_t abstained;          /* people who chose not to estimate */
};
enum { VISUAL_STRIP_ROUNDS = 2 };
struct visual_strip_factor {
    struct sv name;             /* "Likelihood" */
    const struct terms *scale;  /* 1 to POOLED_LEVELS_MAX levels; up to seven fit a page's width, more make it wider */
    struct visual_strip_round rounds[VISUAL_STRIP_ROUNDS]; /* first, second */
};
struct visual_strip {
    const struct visual_strip_factor *factors;
    size_t count;
    size_t rounds; /* 1 or 2 */
};
/* The figure, with a table of the same numbers as its text equivalent. NULL when there is no factor. Names, words and
 * scales are borrowed for as long as the block lives; of *strip and the estimates nothing is kept. A level that is not
 * of the scale is a BUG(). */
struct doc_block *visual_strip(struct arena *a, const struct visual_strip *strip, struct sv anchor);
/* The table by itself: a row for each factor and round with the number of estimates and abstentions, the count of each
 * level that was chosen, medians, quartiles, range and agreement. */
struct doc_block *visual_strip_table(struct arena *a, const struct visual_strip *strip, struct sv anchor);

#endif
