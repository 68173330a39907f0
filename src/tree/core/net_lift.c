#include "tree/core/net_rules.h"

#include <stdlib.h>
#include <string.h>

enum { UNKNOWN = 0, SETTLED_FALSE = 1, SETTLED_TRUE = 2 };
/* Steps in total: the rule looks at all ancestors of every shared node, which large nets cannot afford. */
enum { WORK_MAX = 20000000 };

struct lift {
    struct net *n;
    struct arena scratch;
    size_t cap;             /* of the arrays by node */
    unsigned char *settled; /* by node */
    uint32_t *known;        /* by gate: arguments that are settled so that the gate may become so */
    bool *met;              /* by gate: met on the way down */
    VEC(uint32_t) touched;  /* nodes whose entries in settled and known are not zero */
    VEC(uint32_t) open;     /* gates that are not settled, reached from the root by such gates only */
    VEC(uint32_t) topmost;  /* settled gates with such a parent */
    VEC(uint32_t) queue;
    size_t work;
};

static void reserve(struct lift *l)
{
    if (l->cap >= l->n->nodes.len)
        return;
    size_t cap = 2 * l->n->nodes.len;
    unsigned char *settled = arena_new_array(&l->scratch, unsigned char, cap);
    uint32_t *known = arena_new_array(&l->scratch, uint32_t, 2 * cap);
    bool *met = arena_new_array(&l->scratch, bool, cap);
    l->settled = settled; /* between two rounds all entries are zero */
    l->known = known;
    l->met = met;
    l->cap = cap;
}

static void touch(struct lift *l, uint32_t node)
{
    if (!l->settled[node] && !l->known[2 * node] && !l->known[2 * node + 1])
        *vec_push(&l->scratch, &l->touched) = node;
}

static void settle(struct lift *l, uint32_t node, bool value)
{
    touch(l, node);
    l->settled[node] = value ? SETTLED_TRUE : SETTLED_FALSE;
    *vec_push(&l->scratch, &l->queue) = node;
}

/* One argument of a gate has got a value. */
static void inform(struct lift *l, uint32_t gate, bool value)
{
    const struct net_node *g = &l->n->nodes.at[gate];
    if (l->settled[gate])
        return;
    touch(l, gate);
    uint32_t *falses = &l->known[2 * gate], *trues = falses + 1, len = (uint32_t)g->args.len;
    ++*(value ? trues : falses);
    if (g->op == NET_AND) {
        if (!value || *trues == len)
            settle(l, gate, value);
    } else if (g->op == NET_AT_LEAST) {
        if (*trues >= g->k || *falses > len - g->k)
            settle(l, gate, *trues >= g->k);
    } else if (*trues + *falses == len) {
        settle(l, gate, *trues % 2);
    }
}

static void propagate(struct lift *l, uint32_t node, bool value)
{
    settle(l, node, value);
    for (size_t i = 0; i < l->queue.len; i++) {
        uint32_t from = l->queue.at[i];
        const struct net_node *x = &l->n->nodes.at[from];
        for (size_t j = 0; j < x->parents.len; j++)
            inform(l, x->parents.at[j] >> 1, (l->settled[from] == SETTLED_TRUE) != (x->parents.at[j] & 1));
        l->work += x->parents.len;
    }
}

/* From the root down to the first settled gates. Returns how many edges to v are met on the way. */
static size_t go_down(struct lift *l, uint32_t v)
{
    size_t seen = 0;
    uint32_t root = l->n->root >> 1;
    l->met[root] = true;
    if (l->settled[root])
        *vec_push(&l->scratch, &l->topmost) = root;
    else
        *vec_push(&l->scratch, &l->open) = root;
    for (size_t i = 0; i < l->open.len; i++) {
        const struct net_node *g = &l->n->nodes.at[l->open.at[i]];
        l->work += g->args.len;
        for (size_t j = 0; j < g->args.len; j++) {
            uint32_t edge = g->args.at[j], node = edge >> 1;
            seen += node == v;
            if (formula_is_constant(edge) || node == v || l->met[node] || node < l->n->events)
                continue;
            l->met[node] = true;
            if (l->settled[node])
                *vec_push(&l->scratch, &l->topmost) = node;
            else
                *vec_push(&l->scratch, &l->open) = node;
        }
    }
    return seen;
}

static void add_arg(struct net *n, uint32_t gate, uint32_t edge)
{
    *vec_push(n->arena, &n->nodes.at[gate].args) = edge;
    *vec_push(n->arena, &n->nodes.at[edge >> 1].parents) = 2 * gate | (edge & 1);
}

/* Edges to v from gates that were not met become the constant. */
static void replace_below(struct lift *l, uint32_t v, bool value)
{
    struct net *n = l->n;
    size_t kept = 0;
    for (size_t i = 0; i < n->nodes.at[v].parents.len; i++) {
        uint32_t parent = n->nodes.at[v].parents.at[i], gate = parent >> 1, edge = 2 * v | (parent & 1);
        if (l->met[gate] && !l->settled[gate]) {
            n->nodes.at[v].parents.at[kept++] = parent;
            continue;
        }
        struct net_node *g = &n->nodes.at[gate];
        bool constant = value != (parent & 1);
        for (size_t j = 0; j < g->args.len; j++) {
            if (g->args.at[j] != edge)
                continue;
            g->args.at[j] = constant ? FORMULA_TRUE : FORMULA_FALSE;
            if (constant && g->op == NET_AND)
                g->args.at[j] = g->args.at[--g->args.len];
            break;
        }
    }
    n->nodes.at[v].parents.len = kept;
}

/* The gate keeps its number, its present content moves to a new node. */
static uint32_t move_content(struct net *n, uint32_t gate)
{
    struct net_node content = n->nodes.at[gate];
    uint32_t moved = net_gate(n, content.op, content.k, content.args.at, content.args.len) >> 1;
    for (size_t i = 0; i < content.args.len; i++) {
        uint32_t edge = content.args.at[i];
        if (formula_is_constant(edge))
            continue;
        struct net_node *arg = &n->nodes.at[edge >> 1];
        for (size_t j = 0; j < arg->parents.len; j++) {
            if (arg->parents.at[j] == (2 * gate | (edge & 1))) {
                arg->parents.at[j] = 2 * moved | (edge & 1);
                break;
            }
        }
    }
    struct net_node *g = &n->nodes.at[gate];
    g->op = NET_AND;
    g->args.len = 0;
    return moved;
}

/* gate = value where the edge holds. */
static void join_above(struct net *n, uint32_t gate, uint32_t edge, bool value)
{
    if (!value && n->nodes.at[gate].op == NET_AND) {
        add_arg(n, gate, edge ^ 1);
        return;
    }
    uint32_t moved = move_content(n, gate);
    if (!value) {
        add_arg(n, gate, 2 * moved);
        add_arg(n, gate, edge ^ 1);
        return;
    }
    uint32_t neither = net_gate(n, NET_AND, 0, NULL, 0) >> 1;
    add_arg(n, neither, 2 * moved | 1);
    add_arg(n, neither, edge ^ 1);
    add_arg(n, gate, 2 * neither | 1);
}

static size_t try_value(struct lift *l, uint32_t v, bool value)
{
    size_t done = 0, before = l->n->nodes.at[v].parents.len;
    reserve(l);
    propagate(l, v, value);
    if (l->queue.len > 1) {
        size_t above = go_down(l, v);
        if (above < before && before - above > l->topmost.len) {
            replace_below(l, v, !value);
            for (size_t i = 0; i < l->topmost.len; i++)
                join_above(l->n, l->topmost.at[i], 2 * v | !value, l->settled[l->topmost.at[i]] == SETTLED_TRUE);
            done = 1;
        }
    }
    for (size_t i = 0; i < l->touched.len; i++) {
        uint32_t node = l->touched.at[i];
        l->settled[node] = UNKNOWN;
        l->known[2 * node] = l->known[2 * node + 1] = 0;
    }
    for (size_t i = 0; i < l->open.len; i++)
        l->met[l->open.at[i]] = false;
    for (size_t i = 0; i < l->topmost.len; i++)
        l->met[l->topmost.at[i]] = false;
    l->touched.len = l->open.len = l->topmost.len = l->queue.len = 0;
    return done;
}

size_t net_lift_settled(struct net *n)
{
    struct lift l = {.n = n, .scratch = ARENA_INIT};
    size_t done = 0, all = n->nodes.len;
    if (formula_is_constant(n->root) || n->root >> 1 < n->events)
        return 0;
    net_find_parents(n);
    for (uint32_t v = 0; v < all && l.work < WORK_MAX; v++) {
        for (int value = 1; value >= 0; value--) {
            if (n->nodes.at[v].parents.len >= 2)
                done += try_value(&l, v, value);
        }
    }
    arena_release(&l.scratch);
    return done;
}
