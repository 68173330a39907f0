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
 * bound of a gate comes from its arguments (union bound for OR; for AND the product over groups of arguments
 * that share no event and the smallest within a group). A second interval that needs no expansion comes from
 * positive association (Esary, Proschan and Walkup 1967): for coherent functions of independent events P(a
 * and b) >= P(a) P(b). The better sides are given. */
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
 * interval of the rest weighs most; the intervals of the pieces come from the bounds of gates as above. The pieces are
 * disjoint, so both ends are sums of products, and formulas that are not coherent are as good as others (Satyanarayana
 * and Prabhakar's factoring, kept open at the leaves). Gives no sets. */
void bounds_factor(const struct formula *f, const double *p, double ratio, const struct tree_limits *limits,
                   struct bounds *out);

/* One end of the interval of a coherent formula by leaving gates out until the rest can be solved: the least
 * upper bound found (upper), or the greatest lower one. 1 or 0 where nothing was found, or for formulas that
 * are not coherent. */
double bounds_relax(const struct formula *f, const double *p, bool upper, const struct tree_limits *limits);

/* All of this with the formula's modules first: those whose diagram fits are exact, the others get an interval, and the
 * whole follows from the intervals. A hard module behind rare events then needs no sharp bound of its own. */
void bounds_by_modules(const struct formula *f, const double *p, double ratio, const struct tree_limits *limits,
                       struct arena *arena, struct bounds *out);

#endif
