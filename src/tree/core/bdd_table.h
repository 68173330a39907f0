/* The inside of a manager of binary decision diagrams, for the solver. Everybody else: bdd.h. */
#ifndef CASEMATE_TREE_CORE_BDD_TABLE_H
#define CASEMATE_TREE_CORE_BDD_TABLE_H

#include "tree/core/bdd.h"
#include "tree/core/nodes.h"

struct bdd {
    struct node_table nodes; /* node 0 is the constant; the edge to hi is never complemented */
    struct memo memo;
    struct budget *budget;
    struct budget own;
    uint32_t vars;
    uint32_t *level_of, *var_at; /* NULL: the identity */
    uint32_t work;               /* operations since the clock was looked at */
    bool failed;
    bool paused; /* failed only because of nodes.max: bdd_building_go() may go on */
};

/* As bdd_new(), charged to a budget that outlives the manager; gives up beyond max_nodes (0: as many as fit).
 * room: nodes that are likely to come, or 0. */
struct bdd *bdd_new_within(uint32_t vars, const uint32_t *level_of, struct budget *budget, uint32_t max_nodes,
                           uint32_t room);

/* bdd_build() in pieces, so that several orders can take turns. */
struct bdd_building {
    struct bdd *b;
    const struct formula *f;
    const uint32_t *var_of;
    uint32_t *gates, *refs;
    bool *needed;
    size_t next;         /* gate */
    uint32_t combined;   /* arguments of that gate that make up `partial` already */
    uint32_t partial;
    uint32_t nodes_then; /* when the last argument was combined */
};
void bdd_building_init(struct bdd_building *w, struct bdd *b, const struct formula *f, const uint32_t *var_of,
                       uint32_t *out_gates, struct arena *arena);
/* Goes on until there are max_nodes nodes (0: until it is done). Returns the root or BDD_FAIL; then b->paused says
 * whether more nodes would help. */
uint32_t bdd_building_go(struct bdd_building *w, uint32_t max_nodes);

/* As bdd_diagram(), but with levels instead of variables, and charged to the manager's budget (not given back).
 * at is NULL when that does not allow it. */
struct diagram bdd_freeze(const struct bdd *b, uint32_t root, struct arena *arena);

#endif
