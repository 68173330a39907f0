/* What a tree means, once more and slowly: the judge of the attack-tree engine.
 *
 * Written from the documents (docs/formats.md, and the meaning of trees, countermeasures and worlds as the
 * project settled it), not from src/tree/core/model.c, so that a fault in the reading of either shows as a
 * difference. Everything is a truth table over all random events: steps, then presences, then stops. A state
 * is a number whose bit i says whether event i happened. */
#ifndef CASEMATE_TESTS_TREE_ORACLE_H
#define CASEMATE_TESTS_TREE_ORACLE_H

#include "tree/core/figures.h"
#include "tree/core/model.h"
#include "tree/core/tree.h"

enum { ORACLE_EVENTS = 18 };

struct oracle {
    const struct tree *tree;
    struct arena *arena;
    const bool *added; /* by node: approaches that count; NULL: none */
    unsigned steps, presences, stops, events;
    uint32_t node[ORACLE_EVENTS];  /* the step; the countermeasure, its first node; the stopping countermeasure */
    uint32_t place[ORACLE_EVENTS]; /* stops: what it stands on */
    int *bit;                      /* by node: its event, or -1 */
    uint64_t **table;              /* by node: where it is reached (countermeasures: present), one bit a state */
};

/* False when the tree has too many events. added and the tree must outlive it. */
bool oracle_init(struct oracle *o, struct arena *a, const struct tree *t, const bool *added);
bool oracle_holds(const struct oracle *o, uint32_t node, uint32_t state);

/* The chances of all events in a world; presences in `chosen` (bit i: the i-th presence) are there for certain.
 * NAN where the tree has no number. */
void oracle_chances(const struct oracle *o, enum tree_world world, uint32_t chosen, double *out);
/* P(node) under these chances; NAN when it depends on a chance that is missing. */
double oracle_probability(const struct oracle *o, uint32_t node, const double *chances);
/* The countermeasures that a minimal attack has to heed, as the presence bits of a state. */
uint32_t oracle_certain(const struct oracle *o, enum tree_world world, uint32_t chosen);
/* The sets of steps that reach the goal and of which no proper subset does, ascending; `present` as a state. */
const uint32_t *oracle_minimal(const struct oracle *o, uint32_t present, size_t *out_len);
/* A measure of a set of steps. NAN where a value is missing; damage counts a missing one as 0. */
double oracle_measure(const struct oracle *o, enum tree_measure m, uint32_t steps, uint32_t present);
/* P(some attack with the step happens), an attack being minimal among those that reach the goal with the presences
 * and stops as they happen to be. */
double oracle_some_set_with(const struct oracle *o, unsigned event, const double *chances);

struct oracle_point {
    double by[3];
    uint32_t steps;
};
/* The non-dominated points over the successful sets (with damage among the axes: over all sets), ascending.
 * NULL and 0 when a value is missing. */
const struct oracle_point *oracle_front(const struct oracle *o, uint32_t present, const enum tree_measure *axes,
                                        unsigned axes_len, size_t *out_len);
/* Keeps those of len points that none dominates, each value once, ascending by axis 0, then 1, then 2. better[i] is
 * -1 when less is better on axis i, 1 when more is. */
size_t oracle_undominated(struct oracle_point *points, size_t len, unsigned axes, const int *better);

#endif
