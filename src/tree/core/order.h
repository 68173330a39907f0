/* Variable orders, found by walking the formula in depth. No rule is best for every model; see solve.c. */
#ifndef CASEMATE_TREE_CORE_ORDER_H
#define CASEMATE_TREE_CORE_ORDER_H

#include "tree/core/formula.h"

enum order_rule {
    ORDER_AS_WRITTEN,
    ORDER_LIGHT_FIRST, /* arguments with fewer events below them first */
    ORDER_HEAVY_FIRST,
    ORDER_RULES
};

/* out_level_of[e]: the place of event e; has room for f->events. Events that do not occur come last. */
void formula_order(const struct formula *f, enum order_rule rule, uint32_t *out_level_of);

/* Improves an order by moving every event to the middle of the gates it is in, again and again (FORCE; Aloul,
 * Markov and Sakallah 2003), and keeps the best found by the sum of the gates' spans. It forgets most of the order it
 * starts from, and yet what comes out depends on it: worth trying from several. */
void formula_order_pull(const struct formula *f, uint32_t *level_of);

/* Walks the formula in depth, the arguments of every gate by where the given order has their middle: events that belong
 * together by the formula's shape stand together again, which pulling loses. */
void formula_order_gather(const struct formula *f, uint32_t *level_of);

#endif
