/* Choosing a variable order by trying many at once. */
#ifndef CASEMATE_TREE_CORE_RACE_H
#define CASEMATE_TREE_CORE_RACE_H

#include "tree/core/bdd_table.h"
#include "tree/core/order.h"

/* Orders of another formula that has the same events: the formula before it was simplified. rank[r][e] is
 * the place of a module's event e by rule r. Called at most once, when a race begins. */
struct race_hints {
    const uint32_t *(*ranks)(void *data, enum order_rule rule, struct arena *arena);
    void *data;
};

struct race_result {
    struct bdd *b; /* the caller frees it; may be failed */
    uint32_t root;
    uint32_t *level_of; /* by event, in the arena */
};

/* Builds the diagram of f by the best of some orders. Which one wins does not depend on threads or time. */
void race_orders(const struct formula *f, const struct race_hints *hints, unsigned threads, struct budget *budget,
                 struct arena *arena, struct race_result *out);

#endif
