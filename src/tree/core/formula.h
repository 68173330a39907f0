/* Boolean formulas: what the diagrams are built from.
 *
 * A formula is a directed acyclic graph over events 0 .. events-1. An edge is a number: 2 * index
 * (+ 1 for "not"), where index counts events first and then gates in the order of their making; so
 * an edge refers only to events and to earlier gates, and there are no cycles by construction. */
#ifndef CASEMATE_TREE_CORE_FORMULA_H
#define CASEMATE_TREE_CORE_FORMULA_H

#include "base/arena.h"
#include "base/vec.h"

enum formula_op {
    FORMULA_AND,
    FORMULA_OR,
    FORMULA_XOR,      /* an odd number of the arguments holds */
    FORMULA_AT_LEAST, /* at least k of the arguments hold; arguments may repeat and then count twice */
};

/* The two constants are edges that belong to no event or gate. */
#define FORMULA_TRUE UINT32_C(0xfffffffe)
#define FORMULA_FALSE UINT32_C(0xffffffff)
#define FORMULA_NOT(e) ((uint32_t)((e) ^ 1u))

struct formula_gate {
    enum formula_op op;
    uint32_t k;     /* FORMULA_AT_LEAST */
    uint32_t first; /* index of its first argument in formula.args */
    uint32_t len;
};

struct formula {
    struct arena *arena; /* borrowed; owns the arrays */
    uint32_t events;
    VEC(struct formula_gate) gates;
    VEC(uint32_t) args;
    uint32_t root;
};

void formula_init(struct formula *f, struct arena *arena, uint32_t events);
uint32_t formula_event(const struct formula *f, uint32_t event);
/* A new gate over copies of the edges. Constants, single arguments and empty gates are folded at
 * once (AND of nothing is true, OR and XOR of nothing false, "at least k of fewer" false), so the
 * result may be an edge that exists already. */
uint32_t formula_gate(struct formula *f, enum formula_op op, uint32_t k, const uint32_t *edges, size_t len);
static inline bool formula_is_constant(uint32_t e)
{
    return e >= FORMULA_TRUE;
}
static inline uint32_t formula_index(uint32_t e)
{
    return e >> 1;
}
/* The value of the root under an assignment (state[event]); for tests and explanations. */
bool formula_holds(const struct formula *f, const bool *state);
/* True when both were made in the same way: same gates in the same places over the same events. */
bool formula_same(const struct formula *a, const struct formula *b);
/* True when no event occurs in negative polarity below the root (after pushing negations down; XOR
 * counts as both polarities). */
bool formula_coherent(const struct formula *f);
/* The polarities in which events occur below the root, in the same sense; out has one place for each event. An event
 * that occurs in one of them only is one in which the function rises or falls. */
enum formula_polarity { FORMULA_NOWHERE = 0, FORMULA_POSITIVE = 1, FORMULA_NEGATIVE = 2, FORMULA_BOTH = 3 };
void formula_polarities(const struct formula *f, unsigned char *out);

#endif
