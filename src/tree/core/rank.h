/* The sets of a solution in the order of a sum of weights, one at a time.
 *
 * Every place in the diagrams has its own list of sets in order, made only as far as somebody asks: the next set
 * of a place is the next one without its variable, or the next combination of a set of the module
 * behind its variable with one of what follows. Places nobody asks about have only their best set, found in one pass.
 * The k-th set so costs about the length of one way through the diagrams (the lazy k-best method of Huang
 * and Chiang on the diagram read as a hypergraph).
 *
 * Weights are 128-bit integers, so sums do not depend on the order of addition and equal sums are
 * equal; among them the set comes first that has the smallest event which only one of the two has. */
#ifndef CASEMATE_TREE_CORE_RANK_H
#define CASEMATE_TREE_CORE_RANK_H

#include "tree/core/budget.h"

struct rank; /* opaque */

/* weights by event: every sum of them must be below 2^126. allowed by event (NULL: all): sets with another event do
 * not exist. Both are borrowed. NULL at a limit. Freed with rank_free() (NULL is allowed). */
struct rank *rank_new(const struct solution *s, const __int128 *weights, const bool *allowed, struct budget *budget);
void rank_free(struct rank *r);

/* The next set: its events in ascending order, valid until the next call. 1; 0: there is none; CM_ELIMIT. */
int rank_next(struct rank *r, const uint32_t **out_events, uint32_t *out_len, __int128 *out_weight);

#endif
