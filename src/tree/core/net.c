#include "tree/core/net.h"

#include <stdlib.h>
#include <string.h>

static uint32_t add_node(struct net *n, enum net_op op, uint32_t k, const uint32_t *edges, size_t len, uint32_t turn)
{
    struct net_node *node = vec_push(n->arena, &n->nodes);
    node->op = op;
    node->k = k;
    node->args.at = arena_new_array(n->arena, uint32_t, len);
    node->args.len = node->args.cap = len;
    for (size_t i = 0; i < len; i++)
        node->args.at[i] = edges[i] ^ turn;
    return 2 * (uint32_t)(n->nodes.len - 1);
}

uint32_t net_gate(struct net *n, enum net_op op, uint32_t k, const uint32_t *edges, size_t len)
{
    return add_node(n, op, k, edges, len, 0);
}

static void add_events(struct net *n, uint32_t events, struct arena *arena)
{
    memset(n, 0, sizeof(*n));
    n->arena = arena;
    n->events = events;
    for (uint32_t e = 0; e < events; e++)
        vec_push(arena, &n->nodes);
}

void net_read(struct net *n, const struct formula *f, struct arena *arena)
{
    struct arena scratch = ARENA_INIT;
    uint32_t *edge_of = arena_new_array(&scratch, uint32_t, f->gates.len + 1);
    uint32_t *edges = arena_new_array(&scratch, uint32_t, f->args.len + 1);
    add_events(n, f->events, arena);
    for (size_t i = 0; i <= f->gates.len; i++) {
        const struct formula_gate whole = {FORMULA_AND, 0, 0, 0};
        const struct formula_gate *g = i < f->gates.len ? &f->gates.at[i] : &whole;
        for (uint32_t j = 0; j < (i < f->gates.len ? g->len : 1); j++) {
            uint32_t edge = i < f->gates.len ? f->args.at[g->first + j] : f->root, at = formula_index(edge);
            edges[j] = formula_is_constant(edge) || at < f->events ? edge : edge_of[at - f->events] ^ (edge & 1);
        }
        if (i == f->gates.len)
            n->root = edges[0];
        else if (g->op == FORMULA_OR)
            edge_of[i] = add_node(n, NET_AND, 0, edges, g->len, 1) ^ 1;
        else
            edge_of[i] = add_node(n,
                                  g->op == FORMULA_AND   ? NET_AND
                                  : g->op == FORMULA_XOR ? NET_XOR
                                                         : NET_AT_LEAST,
                                  g->k, edges, g->len, 0);
    }
    arena_release(&scratch);
}

uint32_t *net_list(const struct net *n, size_t *out_len)
{
    struct arena scratch = ARENA_INIT;
    uint32_t *list = arena_new_array(n->arena, uint32_t, n->nodes.len + 1);
    uint32_t *next = arena_new_array(&scratch, uint32_t, n->nodes.len + 1); /* 0: not met; i + 1: argument i is next */
    uint32_t *stack = arena_new_array(&scratch, uint32_t, n->nodes.len + 1);
    size_t depth = 0, len = 0;
    if (!formula_is_constant(n->root)) {
        stack[depth++] = n->root >> 1;
        next[n->root >> 1] = 1;
    }
    while (depth) {
        uint32_t i = stack[depth - 1];
        const struct net_node *node = &n->nodes.at[i];
        if (next[i] > node->args.len) {
            list[len++] = i;
            depth--;
            continue;
        }
        uint32_t edge = node->args.at[next[i]++ - 1];
        if (!formula_is_constant(edge) && !next[edge >> 1]) {
            next[edge >> 1] = 1;
            stack[depth++] = edge >> 1;
        }
    }
    arena_release(&scratch);
    *out_len = len;
    return list;
}

void net_find_parents(struct net *n)
{
    size_t len;
    const uint32_t *list = net_list(n, &len);
    for (size_t i = 0; i < n->nodes.len; i++)
        n->nodes.at[i].parents.len = 0;
    for (size_t i = 0; i < len; i++) {
        const struct net_node *node = &n->nodes.at[list[i]];
        for (size_t j = 0; j < node->args.len; j++) {
            if (!formula_is_constant(node->args.at[j]))
                *vec_push(n->arena, &n->nodes.at[node->args.at[j] >> 1].parents) = 2 * list[i] | (node->args.at[j] & 1);
        }
    }
}

struct net_size net_measure(const struct net *n)
{
    struct net_size size = {0, 0};
    size_t len;
    const uint32_t *list = net_list(n, &len);
    for (size_t i = 0; i < len; i++) {
        size.gates += n->nodes.at[list[i]].op != NET_EVENT;
        size.edges += n->nodes.at[list[i]].args.len;
    }
    return size;
}

enum { POSITIVE = 1, NEGATIVE = 2 };

static uint32_t written(const uint32_t *edge_of, const struct net *n, uint32_t edge)
{
    if (formula_is_constant(edge) || edge >> 1 < n->events)
        return edge;
    return edge_of[edge >> 1] ^ (edge & 1);
}

static void find_polarity(const struct net *n, const uint32_t *list, size_t len, unsigned char *polarity)
{
    if (len)
        polarity[n->root >> 1] = n->root & 1 ? NEGATIVE : POSITIVE;
    for (size_t i = len; i-- > 0;) {
        const struct net_node *node = &n->nodes.at[list[i]];
        unsigned char own = polarity[list[i]];
        if (node->op == NET_XOR)
            own = POSITIVE | NEGATIVE;
        unsigned char turned = (unsigned char)((own & POSITIVE ? NEGATIVE : 0) | (own & NEGATIVE ? POSITIVE : 0));
        for (size_t j = 0; j < node->args.len; j++) {
            if (!formula_is_constant(node->args.at[j]))
                polarity[node->args.at[j] >> 1] |= node->args.at[j] & 1 ? turned : own;
        }
    }
}

void net_write(const struct net *n, struct formula *out, struct arena *arena)
{
    struct arena scratch = ARENA_INIT;
    size_t len, most = 0;
    const uint32_t *list = net_list(n, &len);
    unsigned char *polarity = arena_new_array(&scratch, unsigned char, n->nodes.len + 1);
    uint32_t *edge_of = arena_new_array(&scratch, uint32_t, n->nodes.len + 1);
    find_polarity(n, list, len, polarity);
    for (size_t i = 0; i < len; i++)
        most = n->nodes.at[list[i]].args.len > most ? n->nodes.at[list[i]].args.len : most;
    uint32_t *edges = arena_new_array(&scratch, uint32_t, most + 1);
    formula_init(out, arena, n->events);
    for (size_t i = 0; i < len; i++) {
        const struct net_node *node = &n->nodes.at[list[i]];
        if (node->op == NET_EVENT)
            continue;
        uint32_t dual = node->op != NET_XOR && polarity[list[i]] == NEGATIVE, args = (uint32_t)node->args.len;
        for (uint32_t j = 0; j < args; j++)
            edges[j] = written(edge_of, n, node->args.at[j]) ^ dual;
        enum formula_op op = node->op == NET_XOR        ? FORMULA_XOR
                             : node->op == NET_AT_LEAST ? FORMULA_AT_LEAST
                             : dual                     ? FORMULA_OR
                                                        : FORMULA_AND;
        edge_of[list[i]] = formula_gate(out, op, dual ? args - node->k + 1 : node->k, edges, args) ^ dual;
    }
    out->root = written(edge_of, n, n->root);
    arena_release(&scratch);
}
