/* The minimal sets of a function, as a zero-suppressed decision diagram (Minato 1993).
 *
 * A node (x, hi, lo) stands for the sets of lo and those of hi with x added; 0 is no set, 1 the empty set. */
#ifndef CASEMATE_TREE_CORE_ZDD_H
#define CASEMATE_TREE_CORE_ZDD_H

#include "tree/core/nodes.h"

/* The minimal sets S such that f holds when exactly the variables in S do. f and the result have
 * levels in place of variables. polarity (by level, enum formula_polarity): f is known to rise, or to fall, in a
 * variable that has one only, which is faster. at is NULL when a limit was hit; otherwise the array's
 * bytes stay charged. *made counts the nodes. */
struct diagram zdd_minimal_sets(const struct diagram *f, const unsigned char *polarity, struct budget *budget,
                                struct arena *arena, uint64_t *made);

#endif
