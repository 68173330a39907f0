/* How long an attack takes.
 *
 * The attacker has unlimited hands. The goal is begun at 0. Beginning a node begins all that stands below it,
 * except in a SAND, whose next child is begun when all before it are reached. Only nodes that the attack
 * reaches count: a branch that stays open begins nothing. A step is carried out once, at the earliest of the
 * moments at which some place where it stands is begun, and is done after its own time. A gate is reached when enough
 * of its children are (OR: the first, AND and SAND: the last, k of n: the k-th); a countermeasure on it, when it
 * has to be defeated, is attacked from the moment the node is begun, and the node is reached when it has fallen;
 * countermeasures that the attack leaves standing, or that are absent, begin nothing.
 *
 * These rules form a system of equations over "begun" and "reached", circular where steps are shared. Its largest
 * solution is the one in which nothing happens without a cause; iterating down from infinity finds it.
 *
 * The time falls or stays when steps are added that let more nodes hold, so the time with all steps
 * that may still be chosen is a lower bound (in coherent trees). The gates of negation are reached when all of their
 * children that are reached at all have been. */
#ifndef CASEMATE_TREE_CORE_ATTACK_TIME_H
#define CASEMATE_TREE_CORE_ATTACK_TIME_H

#include "tree/core/attacks.h"

struct attack_clock {
    const struct attack_values *v;
    bool *gates;       /* by gate of the formula */
    bool *holds;       /* by node: its edge */
    uint32_t *active;  /* nodes that hold or have to fall, those below first */
    size_t active_len;
    double *begun;     /* by node */
    double *reached;   /* by node; of a countermeasure: when it has fallen */
    uint32_t *stop_at; /* by node: its first entry in model.stops */
    double *scratch;
};

/* Buffers for many evaluations, in the arena; one thread each. */
void attack_clock_init(struct attack_clock *c, const struct attack_values *v, struct arena *arena);
/* The time of the steps in state (by event); INFINITY when they do not reach the goal, NAN when a time that
 * matters is missing. Afterwards clock.begun and clock.reached tell of each node (INFINITY: not). */
double attack_clock_time(struct attack_clock *c, const bool *state);
/* After attack_clock_time() or attack_clock_damage() with the same state: whether a node is reached (a
 * countermeasure: no longer acts). */
bool attack_clock_holds(const struct attack_clock *c, const bool *state, uint32_t node);
/* The damage of the steps in state: of all nodes reached by them. Does not need attack_clock_time(). */
double attack_clock_damage(struct attack_clock *c, const bool *state);

#endif
