/* Fronts: what an attacker can trade for what.
 *
 * A front over two or three measures holds every combination of figures that no attack beats on one of them
 * without being worse on another; each point carries an attack that has these figures.
 *
 * Without damage the attacks are the minimal ones: more steps never make any other measure better. (In a tree with
 * sequences a longer attack may be faster than each minimal one inside it, by getting to a shared step
 * sooner; such attacks are not looked at.) With damage they are all sets of steps, whether they reach the goal or
 * not, as in the cost-damage problem of Lopuhaa-Zwakenberg and Stoelinga; the empty set is one of them.
 *
 * Three ways: by folding over the diagrams, where modules contribute the sum of their fronts; by the walk of
 * core/attack_search.h when time depends on a sequence; and for damage step by step over the tuple of what is left
 * of every function that bears damage (equal tuples have equal futures), with what is beaten left out. The fold
 * and the damage front may become large; a limit ends them with exact = false and points that are attainable. */
#ifndef CASEMATE_TREE_CORE_PARETO_H
#define CASEMATE_TREE_CORE_PARETO_H

#include "tree/core/attacks.h"

/* The front over axes[0 .. len), len 2 or 3, all different. s may be NULL when damage is an axis. When a value is
 * missing the front is empty and out->missing names the node. In a front with damage and time in a tree with
 * sequences, the time of a set that does not reach the goal is that of its longest step; it is exact for up to 16
 * steps. */
void pareto_front(const struct solution *s, const struct attack_values *v, const enum tree_measure *axes,
                  unsigned len, const struct tree_limits *limits, struct arena *arena, struct tree_front *out);

/* The damage fronts, called by pareto_front(). */
void pareto_damage(const struct attack_values *v, const struct tree_limits *limits, struct arena *arena,
                   struct tree_front *out);

#endif
