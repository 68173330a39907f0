/* The highest chance of success that a budget buys.
 *
 * An attacker who can pay for several ways tries them all. A choice of steps to attempt costs the sum of their costs
 * and reaches the goal with the probability of the whole tree in which the other steps cannot happen. This is more
 * than the best single minimal attack within the budget, which is the cost-probability front of core/pareto.h.
 *
 * Exact: a part of the solution (a module) needs only its own front of cost against probability, because the
 * goal depends on it in one direction. Within a part the variables of its diagram are decided from the top; a
 * partial choice is a cost and the probability mass that sits on each open node; one choice beats another when it
 * costs no more and the mass it lacks on open nodes is made up by what it has reached already. Where choices still
 * become too many, the most promising are kept and the result is labelled: its points are attainable, better ones may
 * exist. */
#ifndef CASEMATE_TREE_CORE_PARETO_ATTEMPT_H
#define CASEMATE_TREE_CORE_PARETO_ATTEMPT_H

#include "tree/core/attacks.h"

/* The curve over all budgets: axes cost and probability; a point's by[1] is the chance of reaching the goal when all
 * steps of point.attack are attempted (attack.by[MEASURE_PROBABILITY] is, as always, that they all succeed). The
 * first point costs nothing. f is the formula of the world, without model_world.sets, s its solution (SOLVE_BDD),
 * chances its model_chances(). Empty with out->missing when a cost or chance is missing. exact is false also where a
 * step can hinder the goal (negations). */
void pareto_attempt(const struct solution *s, const struct formula *f, const struct attack_values *v,
                    const double *chances, const struct tree_limits *limits, struct arena *arena,
                    struct tree_front *out);

#endif
