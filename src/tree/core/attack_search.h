/* The best attacks and fronts by measures that depend on the tree as a whole (time where steps are in
 * sequence; damage): a walk over the minimal attacks that leaves out what cannot be better than what was found.
 *
 * The bound of a branch: for time, the time (core/attack_time.h) with every step that the branch may still use, and
 * the largest single time that it cannot avoid; for damage, the damage of all these steps; for the other measures the
 * exact best completion, by one pass over the diagrams. Trees with negations have only the second kind of bound for
 * time and none for damage. */
#ifndef CASEMATE_TREE_CORE_ATTACK_SEARCH_H
#define CASEMATE_TREE_CORE_ATTACK_SEARCH_H

#include "tree/core/attacks.h"
#include "tree/core/budget.h"

/* As attacks_best(). */
void attack_search_best(const struct solution *s, const struct attack_values *v, enum tree_measure measure, size_t k,
                        const bool *allowed, struct budget *budget, struct arena *arena, struct tree_attacks *out);
/* The front of all minimal attacks over out->axes[0 .. axes_len), of which none is missing a value. Fills at, len and
 * exact. */
void attack_search_front(const struct solution *s, const struct attack_values *v, struct budget *budget,
                         struct arena *arena, struct tree_front *out);

#endif
