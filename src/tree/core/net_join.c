#include "tree/core/net_rules.h"

#include <stdlib.h>
#include <string.h>

struct companion {
    uint32_t hash, node;
    const struct net_node *at;
};

static int by_parents(const void *a, const void *b)
{
    const struct companion *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    size_t len = x->at->parents.len;
    if (len != y->at->parents.len)
        return len < y->at->parents.len ? -1 : 1;
    for (size_t i = 0; i < len; i++) {
        uint32_t p = x->at->parents.at[i] >> 1, q = y->at->parents.at[i] >> 1;
        if (p != q)
            return p < q ? -1 : 1;
    }
    return x->node < y->node ? -1 : x->node > y->node;
}

static bool same_parents(const struct companion *x, const struct companion *y)
{
    if (x->hash != y->hash || x->at->parents.len != y->at->parents.len)
        return false;
    for (size_t i = 0; i < x->at->parents.len; i++) {
        if (x->at->parents.at[i] >> 1 != y->at->parents.at[i] >> 1)
            return false;
    }
    return true;
}

/* All parents are AND gates and see the node with the same sign. */
static bool may_join(const struct net *n, const struct net_node *node)
{
    for (size_t i = 0; i < node->parents.len; i++) {
        if (n->nodes.at[node->parents.at[i] >> 1].op != NET_AND ||
            (node->parents.at[i] & 1) != (node->parents.at[0] & 1))
            return false;
    }
    return node->parents.len >= 2;
}

static void remove_arg(struct net_node *gate, uint32_t edge)
{
    for (size_t i = 0; i < gate->args.len; i++) {
        if (gate->args.at[i] == edge) {
            gate->args.at[i] = gate->args.at[--gate->args.len];
            return;
        }
    }
    BUG("edge %u is not there", edge);
}

static void join(struct net *n, const struct companion *group, size_t len, uint32_t *edges)
{
    for (size_t i = 0; i < len; i++) {
        const struct net_node *node = &n->nodes.at[group[i].node];
        edges[i] = 2 * group[i].node | (node->parents.at[0] & 1);
    }
    uint32_t joined = net_gate(n, NET_AND, 0, edges, len);
    const struct net_node *first = &n->nodes.at[group[0].node];
    for (size_t i = 0; i < first->parents.len; i++) {
        struct net_node *parent = &n->nodes.at[first->parents.at[i] >> 1];
        for (size_t j = 0; j < len; j++)
            remove_arg(parent, edges[j]);
        *vec_push(n->arena, &parent->args) = joined;
    }
}

size_t net_join_companions(struct net *n)
{
    struct arena scratch = ARENA_INIT;
    size_t len, found = 0, done = 0;
    net_find_parents(n);
    const uint32_t *list = net_list(n, &len);
    struct companion *all = arena_new_array(&scratch, struct companion, len + 1);
    uint32_t *edges = arena_new_array(&scratch, uint32_t, len + 1);
    for (size_t i = 0; i < len; i++) {
        const struct net_node *node = &n->nodes.at[list[i]];
        uint32_t hash = 0;
        for (size_t j = 0; j < node->parents.len; j++)
            hash = (hash ^ (node->parents.at[j] >> 1)) * 0x9e3779b1u;
        if (may_join(n, node))
            all[found++] = (struct companion){hash, list[i], NULL};
    }
    /* Joining adds nodes; the comparison reads copies. */
    struct net_node *copies = arena_new_array(&scratch, struct net_node, found + 1);
    for (size_t i = 0; i < found; i++) {
        copies[i] = n->nodes.at[all[i].node];
        all[i].at = &copies[i];
    }
    qsort(all, found, sizeof(*all), by_parents);
    for (size_t i = 0, end; i < found; i = end) {
        for (end = i + 1; end < found && same_parents(&all[i], &all[end]);)
            end++;
        if (end - i > 1) {
            join(n, all + i, end - i, edges);
            done++;
        }
    }
    arena_release(&scratch);
    return done;
}

/* The AND gates whose negations are arguments of a gate and that nobody else uses: an OR of ANDs. */
static size_t own_terms(const struct net *n, const struct net_node *gate, uint32_t *terms)
{
    size_t len = 0;
    for (size_t i = 0; i < gate->args.len; i++) {
        uint32_t edge = gate->args.at[i];
        if (formula_is_constant(edge) || !(edge & 1))
            continue;
        const struct net_node *term = &n->nodes.at[edge >> 1];
        if (term->op == NET_AND && term->parents.len == 1)
            terms[len++] = edge >> 1;
    }
    return len;
}

static bool has_arg(const struct net_node *gate, uint32_t edge)
{
    for (size_t i = 0; i < gate->args.len; i++) {
        if (gate->args.at[i] == edge)
            return true;
    }
    return false;
}

/* The terms with `common` become one: common and the OR of the rests. */
static void take_out(struct net *n, uint32_t gate, uint32_t common, const uint32_t *terms, size_t len)
{
    uint32_t none = net_gate(n, NET_AND, 0, NULL, 0) >> 1; /* no rest holds */
    for (size_t i = 0; i < len; i++) {
        if (!has_arg(&n->nodes.at[terms[i]], common))
            continue;
        remove_arg(&n->nodes.at[gate], 2 * terms[i] | 1);
        remove_arg(&n->nodes.at[terms[i]], common);
        *vec_push(n->arena, &n->nodes.at[none].args) = 2 * terms[i] | 1;
    }
    uint32_t joined = net_gate(n, NET_AND, 0, (uint32_t[]){common, 2 * none | 1}, 2);
    *vec_push(n->arena, &n->nodes.at[gate].args) = joined | 1;
}

/* count: zeroed, for all edges below edges; those to nodes made meanwhile belong to one gate only. */
static size_t factor_gate(struct net *n, uint32_t gate, uint32_t *count, uint32_t edges, uint32_t *terms)
{
    size_t done = 0, work = 0;
    for (;;) {
        size_t len = own_terms(n, &n->nodes.at[gate], terms);
        uint32_t best = FORMULA_FALSE, most = 1;
        for (size_t i = 0; i < len; i++) {
            const struct net_node *term = &n->nodes.at[terms[i]];
            for (size_t j = 0; j < term->args.len; j++) {
                uint32_t edge = term->args.at[j];
                if (edge >= edges)
                    continue;
                count[edge]++;
                if (count[edge] > most || (count[edge] == most && most > 1 && edge < best)) {
                    most = count[edge];
                    best = edge;
                }
            }
            work += term->args.len;
        }
        for (size_t i = 0; i < len; i++) {
            const struct net_node *term = &n->nodes.at[terms[i]];
            for (size_t j = 0; j < term->args.len; j++) {
                if (term->args.at[j] < edges)
                    count[term->args.at[j]] = 0;
            }
        }
        if (most < 2 || work > 1000000)
            return done;
        take_out(n, gate, best, terms, len);
        done++;
    }
}

size_t net_factor(struct net *n)
{
    struct arena scratch = ARENA_INIT;
    size_t len, done = 0;
    net_find_parents(n);
    const uint32_t *list = net_list(n, &len);
    uint32_t edges = 2 * (uint32_t)n->nodes.len, most = 0;
    uint32_t *count = arena_new_array(&scratch, uint32_t, edges + 1);
    for (size_t i = 0; i < len; i++)
        most = n->nodes.at[list[i]].args.len > most ? (uint32_t)n->nodes.at[list[i]].args.len : most;
    uint32_t *terms = arena_new_array(&scratch, uint32_t, most + 1);
    for (size_t i = 0; i < len; i++) {
        if (n->nodes.at[list[i]].op == NET_AND)
            done += factor_gate(n, list[i], count, edges, terms);
    }
    arena_release(&scratch);
    return done;
}
