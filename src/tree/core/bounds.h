/* Rigorous bounds where exact diagrams do not fit: an interval for the probability, and every minimal set
 * above a cut-off.
 *
 * The formula is a union of terms "these literals and these gates". Best first, the term with the largest
 * upper bound is expanded at one of its gates. At any moment
 *
 *     P(complete terms)  <=  P(formula)  <=  P(complete terms) + sum of the open terms' upper bounds
 *
 * and no minimal set that is still hidden in an open term is likelier than the largest of those bounds. The
 * method is that of MOCUS (Fussell and Vesely 1972) with a priority queue and a bound on what is left; the
 * bound of a gate comes from its arguments: for OR their sum (Boole's inequality); for AND the product over
 * arguments that share no event, which are independent, times 1 for the others (leaving out only makes it likelier).
 *
 * A second interval needs no expansion. Coherent functions of independent events are associated (Esary, Proschan and
 * Walkup 1967): P(a and b) >= P(a) P(b), and 1 - P(a or b) >= (1 - P(a)) (1 - P(b)). Of others only Frechet's bounds
 * hold: P(a and b) <= min(P(a), P(b)), P(a and b) >= P(a) + P(b) - 1. The better sides are given.
 *
 * Every figure is moved outwards by more than its rounding can have been.
 */
#ifndef CASEMATE_TREE_CORE_BOUNDS_H
#define CASEMATE_TREE_CORE_BOUNDS_H

#include "tree/core/solve.h"

struct bounds_set {
    const uint32_t *events; /* ascending; positive literals only */
    uint32_t len;
    double probability; /* of all its literals */
};

struct bounds {
    double lo, hi;
    struct bounds_set *sets; /* minimal sets found, likeliest first */
    size_t len;
    double cutoff; /* every minimal set likelier than this is among them */
    size_t expanded;
};

/* p by event, all in [0, 1]. Ends when hi / lo <= ratio (at least 1) or a limit is reached, whichever is
 * first; a limit is no error here. Coherent formulas only give sets as minimal cut sets; of others they are
 * p-cuts (positive parts). */
void bounds_compute(const struct formula *f, const double *p, double ratio, const struct tree_limits *limits,
                    struct arena *arena, struct bounds *out);

/* Bounds by factoring: the space of states is cut in two at one event after another (true, false), best first where the
 * interval of the rest weighs most. A piece that eliminate() can solve in a part of the time left is solved; the
 * interval of another comes from the bounds of gates as above. The pieces are disjoint, so both ends are sums of
 * products, and formulas that are not coherent are as good as others (Satyanarayana and Prabhakar's factoring, kept
 * open at the leaves). Where bounds still tell events apart, the event is cut that they promise most of; after that the
 * one that makes elimination cheapest. Gives no sets. */
void bounds_factor(const struct formula *f, const double *p, double ratio, const struct tree_limits *limits,
                   struct bounds *out);

/* All of this with the formula's modules first: those whose diagram fits are exact, the others get an interval, and the
 * whole follows from the intervals. A hard module behind rare events then needs no sharp bound of its own. */
void bounds_by_modules(const struct formula *f, const double *p, double ratio, const struct tree_limits *limits,
                       struct arena *arena, struct bounds *out);

#endif
