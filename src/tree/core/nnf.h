/* Formulas in negation normal form: only AND and OR over literals, negations pushed down to the events.
 * k-of-n becomes rows of AND and OR, XOR a chain. For the bounds, which need nothing else.
 *
 * A reference below 2 * events is a literal (2 * event, + 1 for "not"); others are nodes, 2 * events + index,
 * each after its arguments. */
#ifndef CASEMATE_TREE_CORE_NNF_H
#define CASEMATE_TREE_CORE_NNF_H

#include "tree/core/formula.h"

struct nnf_node {
    bool is_and;
    uint32_t first, len; /* in nnf.args */
};

struct nnf {
    uint32_t events;
    VEC(struct nnf_node) nodes;
    VEC(uint32_t) args;
    uint32_t root; /* a reference; or NNF_TRUE, NNF_FALSE */
};
#define NNF_TRUE FORMULA_TRUE
#define NNF_FALSE FORMULA_FALSE

/* False when it would take more than max_nodes nodes. */
bool nnf_build(struct nnf *n, struct arena *arena, const struct formula *f, size_t max_nodes);

#endif
