/* Points of fronts: vectors in which less is better on every axis, and what remains of many of them. */
#ifndef CASEMATE_TREE_CORE_PARETO_POINTS_H
#define CASEMATE_TREE_CORE_PARETO_POINTS_H

#include "tree/core/attacks.h"

struct pareto_point {
    double bad[3]; /* unused axes are 0 */
    uint32_t size; /* of two equal points the one with fewer steps is kept, then the one with smaller a, b */
    uint32_t a, b; /* the caller's */
};

/* Sorts by the axes and drops every point that another one equals or beats on all of them; returns how many are
 * left. stairs: room for len points, or NULL when the third axis is unused. */
size_t pareto_filter(struct pareto_point *at, size_t len, struct pareto_point *stairs);
/* True when a point of a filtered list is at least as good as bad on every axis. */
bool pareto_beaten(const struct pareto_point *at, size_t len, const double *bad, unsigned axes);

/* How a measure combines, as the "bad" side sees it: probability is the negative product, damage the negative sum. */
double pareto_nothing(enum tree_measure m);                  /* of the empty set */
double pareto_single(enum tree_measure m, double value);     /* of one step with this value */
double pareto_join(enum tree_measure m, double a, double b); /* of two sets that share no step */
double pareto_bad(enum tree_measure m, double figure);       /* of a figure as tree_attack.by has it */

/* Fills at and len of a front from candidates (figures complete; fewer than 2^32): sorts, and drops what is beaten,
 * where figures that differ by less than 1e-12 of themselves are equal. */
void pareto_finish(struct tree_front *out, const struct tree_attack *candidates, size_t len, struct arena *arena);

#endif
