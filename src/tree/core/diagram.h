/* Small questions about the arrays that the solver leaves: which variables a diagram has, in which order they
 * stand, and whether it is a mere chain. */
#ifndef CASEMATE_TREE_CORE_DIAGRAM_H
#define CASEMATE_TREE_CORE_DIAGRAM_H

#include "tree/core/solve.h"

/* The distinct variables of a diagram, and the place of each in an order in which every path meets them. */
struct diagram_order {
    uint32_t *vars;  /* by place, 0 at the top */
    uint32_t len;
    bool ordered;    /* false: there is no such order (a free diagram); vars is then in no particular order */
};

/* Of a BDD. place_of has room for all variables that may occur; it must have been initialised once, with
 * anything, and only the entries of variables that occur are changed. Arrays in the arena. */
void diagram_order(const struct diagram *bdd, struct arena *arena, uint32_t *place_of, struct diagram_order *out);
/* The same for a diagram of sets. */
void diagram_sets_order(const struct diagram *sets, struct arena *arena, uint32_t *place_of, struct diagram_order *out);

/* Every node of the BDD has a constant branch: a nest of ANDs and ORs of literals. */
bool diagram_is_chain(const struct diagram *bdd);

/* For a function that rises or falls in all variables v with of_interest[v] (one with falls[v] counting by its
 * negation): which of the two? Undetermined (false) when it depends on none of them. */
bool diagram_falls(const struct diagram *bdd, const bool *of_interest, const bool *falls);

#endif
