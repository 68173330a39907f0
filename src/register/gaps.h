/* The gap matrix: which documents answer which threats, how far, and where nobody looked. */
#ifndef CASEMATE_REGISTER_GAPS_H
#define CASEMATE_REGISTER_GAPS_H

#include "register/view.h"

/* What a document does about a threat: the index of a word in sig.coverage (the best of its responses), or one of
 * these. */
enum gap_state {
    GAP_BLANK = -3,  /* the threat neither affects nor cites it as a response */
    GAP_UNREAD = -2, /* affected, and nobody read it as a whole (coverage.tsv) */
    GAP_OPEN = -1,   /* affected, and no response of it is named */
};

struct gap_row {
    unsigned threat; /* index in view->threats */
    int *cells;      /* by document of the matrix */
};
struct gaps {
    VEC(const struct reference *) documents; /* in the order of references: those with a cell that is not blank */
    VEC(struct gap_row) rows;                /* threats in work that have such a cell, in the order of files */
};

void gaps_derive(struct arena *a, const struct view *v, struct gaps *out);

enum { GAP_MARK_MAX = 3 };
/* Words for a state: id ("partial", "open", "unread"), name, and what it means. Not for GAP_BLANK. */
struct gap_words {
    struct sv id, name, means;
    /* Stands in a cell: the shortest beginning of the name that no other state has, of at most 3 characters. */
    char mark[4 * GAP_MARK_MAX + 1];
};
struct gap_words gaps_words(const struct sig *sig, int state);

#endif
