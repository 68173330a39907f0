/* Rules that look at a gate and its arguments, in one pass from the events up. */
#include "tree/core/net.h"

#include <stdlib.h>
#include <string.h>

struct cleaning {
    const struct net *from;
    struct net *to;
    uint32_t *edge_of;  /* by old node */
    uint32_t *uses;     /* by old node: edges to it */
    uint32_t *uses_new; /* by new node: uses of the old node it came from; 2 stands for many */
    size_t uses_cap;
    uint32_t *table; /* hash table of new gates; 0: free */
    size_t table_mask;
    uint32_t *args; /* under construction */
    size_t len, cap;
    unsigned char *marks; /* by edge of the new net; all zero between two calls */
    size_t marks_cap;
    struct arena scratch;
};

static void push(struct cleaning *c, uint32_t edge)
{
    if (c->len == c->cap) {
        c->cap *= 2;
        c->args = base_realloc(c->args, c->cap * sizeof(*c->args));
    }
    c->args[c->len++] = edge;
}

static void mark(struct cleaning *c, unsigned char value)
{
    if (c->marks_cap < 2 * c->to->nodes.cap + 2) {
        size_t cap = 4 * c->to->nodes.cap + 2;
        c->marks = base_realloc(c->marks, cap);
        memset(c->marks + c->marks_cap, 0, cap - c->marks_cap);
        c->marks_cap = cap;
    }
    for (size_t i = 0; i < c->len; i++)
        c->marks[c->args[i]] = value;
}

/* The order of arguments does not count, except that a gate keeps the one in which it was made first: it is
 * often the best hint there is for the order of the variables. */
static uint32_t hash_gate(enum net_op op, uint32_t k, const uint32_t *args, size_t len)
{
    uint64_t h = (uint64_t)op * 31 + k;
    for (size_t i = 0; i < len; i++) {
        uint64_t x = (args[i] + 1) * UINT64_C(0x9e3779b97f4a7c15);
        h += (x ^ x >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
    }
    return (uint32_t)(h >> 32);
}

/* Whether the gate has the arguments c->args, all different. */
static bool same_args(struct cleaning *c, const struct net_node *g)
{
    if (g->args.len != c->len)
        return false;
    if (!memcmp(g->args.at, c->args, c->len * sizeof(*c->args)))
        return true;
    if (g->op == NET_AT_LEAST) /* may have an argument twice */
        return false;
    mark(c, 1);
    bool same = true;
    for (size_t i = 0; i < g->args.len && same; i++)
        same = c->marks[g->args.at[i]];
    mark(c, 0);
    return same;
}

/* The gate over c->args, made when there is no equal one. */
static uint32_t unique_gate(struct cleaning *c, enum net_op op, uint32_t k)
{
    size_t place = hash_gate(op, k, c->args, c->len) & c->table_mask;
    for (; c->table[place]; place = (place + 1) & c->table_mask) {
        const struct net_node *g = &c->to->nodes.at[c->table[place]];
        if (g->op == op && g->k == k && same_args(c, g))
            return 2 * c->table[place];
    }
    uint32_t edge = net_gate(c->to, op, k, c->args, c->len);
    c->table[place] = edge >> 1;
    return edge;
}

/* Removes what is there twice; false when an edge and its opposite are there. */
static bool keep_unique(struct cleaning *c)
{
    size_t kept = 0, all = c->len;
    bool opposite = false;
    c->len = 0;
    mark(c, 0); /* for the room */
    for (size_t i = 0; i < all && !opposite; i++) {
        uint32_t edge = c->args[i];
        opposite = c->marks[edge ^ 1];
        if (!c->marks[edge])
            c->args[kept++] = edge;
        c->marks[edge] = 1;
    }
    c->len = kept;
    mark(c, 0);
    return !opposite;
}

/* Takes out pairs: of equal edges (pairs = 0) or of opposite ones (pairs = 1). Returns how many. */
static uint32_t drop_pairs(struct cleaning *c, uint32_t opposite)
{
    size_t kept = 0, all = c->len;
    uint32_t pairs = 0;
    c->len = 0;
    mark(c, 0);
    for (size_t i = 0; i < all; i++) {
        if (c->marks[c->args[i] ^ opposite]) {
            c->marks[c->args[i] ^ opposite]--;
            pairs++;
        } else if (c->marks[c->args[i]] < 255) {
            c->marks[c->args[i]]++;
        }
    }
    for (size_t i = 0; i < all; i++) {
        uint32_t edge = c->args[i];
        if (c->marks[edge]) {
            c->marks[edge]--;
            c->args[kept++] = edge;
        }
    }
    c->len = kept;
    return pairs;
}

static const struct net_node *negated_and(const struct cleaning *c, uint32_t edge)
{
    if (!(edge & 1) || formula_is_constant(edge))
        return NULL;
    const struct net_node *n = &c->to->nodes.at[edge >> 1];
    return n->op == NET_AND ? n : NULL;
}

/* Inside "x and not (x and r)" x goes; "x and not (not x and r)" is x. Returns whether an argument changed. */
static bool absorb(struct cleaning *c)
{
    bool changed = false;
    mark(c, 1);
    size_t kept = 0, len = c->len;
    struct arena scratch = ARENA_INIT;
    uint32_t *old = arena_new_array(&scratch, uint32_t, len + 1), *rest = NULL;
    memcpy(old, c->args, len * sizeof(*old));
    for (size_t i = 0; i < len; i++) {
        const struct net_node *inner = negated_and(c, old[i]);
        size_t same = 0;
        bool implied = false;
        for (size_t j = 0; inner && j < inner->args.len && !implied; j++) {
            same += c->marks[inner->args.at[j]];
            implied = c->marks[inner->args.at[j] ^ 1];
        }
        if (implied) {
            changed = true;
            continue;
        }
        bool alone = inner && c->uses_new[old[i] >> 1] == 1;
        if (!same || (!alone && inner->args.len - same > 1)) {
            c->args[kept++] = old[i];
            continue;
        }
        changed = true;
        size_t left = 0;
        rest = arena_new_array(&scratch, uint32_t, inner->args.len);
        for (size_t j = 0; j < inner->args.len; j++) {
            if (!c->marks[inner->args.at[j]])
                rest[left++] = inner->args.at[j];
        }
        if (left == 0)
            c->args[kept++] = FORMULA_FALSE;
        else
            c->args[kept++] = (left == 1 ? rest[0] : net_gate(c->to, NET_AND, 0, rest, left)) ^ 1;
    }
    for (size_t i = 0; i < len; i++)
        c->marks[old[i]] = 0;
    c->len = kept;
    arena_release(&scratch);
    return changed;
}

static void note_uses(struct cleaning *c, uint32_t edge, uint32_t uses)
{
    size_t needed = c->to->nodes.cap + 1;
    if (c->uses_cap < needed) {
        c->uses_new = base_realloc(c->uses_new, needed * sizeof(*c->uses_new));
        memset(c->uses_new + c->uses_cap, 0, (needed - c->uses_cap) * sizeof(*c->uses_new));
        c->uses_cap = needed;
    }
    if (formula_is_constant(edge))
        return;
    uint32_t sum = c->uses_new[edge >> 1] + uses;
    c->uses_new[edge >> 1] = sum < 2 ? sum : 2;
}

static uint32_t clean_and(struct cleaning *c)
{
    for (int round = 0; round < 3; round++) {
        size_t kept = 0;
        for (size_t i = 0; i < c->len; i++) {
            if (c->args[i] == FORMULA_FALSE)
                return FORMULA_FALSE;
            if (c->args[i] != FORMULA_TRUE)
                c->args[kept++] = c->args[i];
        }
        c->len = kept;
        if (!keep_unique(c))
            return FORMULA_FALSE;
        note_uses(c, FORMULA_TRUE, 0);
        if (!absorb(c))
            break;
    }
    for (size_t i = 0; i < c->len; i++) {
        if (formula_is_constant(c->args[i]))
            return FORMULA_FALSE; /* absorb() leaves no "true" */
    }
    if (!keep_unique(c))
        return FORMULA_FALSE;
    return c->len == 0 ? FORMULA_TRUE : c->len == 1 ? c->args[0] : unique_gate(c, NET_AND, 0);
}

static uint32_t clean_xor(struct cleaning *c)
{
    uint32_t turn = 0;
    size_t kept = 0;
    for (size_t i = 0; i < c->len; i++) {
        if (formula_is_constant(c->args[i])) {
            turn ^= c->args[i] == FORMULA_TRUE;
            continue;
        }
        turn ^= c->args[i] & 1;
        c->args[kept++] = c->args[i] & ~1u;
    }
    c->len = kept;
    drop_pairs(c, 0);
    kept = c->len;
    if (kept == 0)
        return FORMULA_FALSE ^ turn;
    return (kept == 1 ? c->args[0] : unique_gate(c, NET_XOR, 0)) ^ turn;
}

static uint32_t clean_at_least(struct cleaning *c, uint32_t k)
{
    size_t kept = 0;
    uint32_t sure = 0;
    for (size_t i = 0; i < c->len; i++) {
        if (formula_is_constant(c->args[i]))
            sure += c->args[i] == FORMULA_TRUE;
        else
            c->args[kept++] = c->args[i];
    }
    c->len = kept;
    if (c->len < 255) /* so far can the marks count */
        sure += drop_pairs(c, 1);
    if (k <= sure)
        return FORMULA_TRUE;
    k -= sure;
    if (k > c->len)
        return FORMULA_FALSE;
    if (k == c->len)
        return clean_and(c);
    if (k > 1)
        return unique_gate(c, NET_AT_LEAST, k);
    for (size_t i = 0; i < c->len; i++)
        c->args[i] ^= 1;
    return clean_and(c) ^ 1;
}

static uint32_t clean_node(struct cleaning *c, const struct net_node *node)
{
    c->len = 0;
    for (size_t i = 0; i < node->args.len; i++) {
        uint32_t old = node->args.at[i];
        if (formula_is_constant(old)) {
            push(c, old);
            continue;
        }
        uint32_t edge = c->edge_of[old >> 1] ^ (old & 1);
        const struct net_node *inner = formula_is_constant(edge) ? NULL : &c->to->nodes.at[edge >> 1];
        bool nested = inner && c->uses[old >> 1] == 1 && inner->op == node->op && node->op != NET_AT_LEAST &&
                      !(edge & 1 && node->op == NET_AND) && inner->op != NET_EVENT && c->uses_new[edge >> 1] == 1;
        for (size_t j = 0; nested && j < inner->args.len; j++)
            push(c, inner->args.at[j]);
        if (nested && edge & 1)
            push(c, FORMULA_TRUE); /* of a negated XOR */
        if (!nested)
            push(c, edge);
    }
    if (node->op == NET_AND)
        return clean_and(c);
    return node->op == NET_XOR ? clean_xor(c) : clean_at_least(c, node->k);
}

void net_clean(const struct net *n, struct net *out, struct arena *arena)
{
    struct cleaning c = {.from = n, .to = out, .scratch = ARENA_INIT, .cap = 64};
    size_t len;
    const uint32_t *list = net_list(n, &len);
    c.args = base_malloc(c.cap * sizeof(*c.args));
    memset(out, 0, sizeof(*out));
    out->arena = arena;
    out->events = n->events;
    for (uint32_t e = 0; e < n->events; e++)
        vec_push(arena, &out->nodes);
    c.edge_of = arena_new_array(&c.scratch, uint32_t, n->nodes.len + 1);
    c.uses = arena_new_array(&c.scratch, uint32_t, n->nodes.len + 1);
    for (c.table_mask = 63; c.table_mask < 2 * len + 2;)
        c.table_mask = 2 * c.table_mask + 1;
    c.table = arena_new_array(&c.scratch, uint32_t, c.table_mask + 1);
    for (size_t i = 0; i < len; i++) {
        const struct net_node *node = &n->nodes.at[list[i]];
        for (size_t j = 0; j < node->args.len; j++) {
            if (!formula_is_constant(node->args.at[j]))
                c.uses[node->args.at[j] >> 1]++;
        }
    }
    for (size_t i = 0; i < len; i++) {
        const struct net_node *node = &n->nodes.at[list[i]];
        uint32_t edge = node->op == NET_EVENT ? 2 * list[i] : clean_node(&c, node);
        c.edge_of[list[i]] = edge;
        note_uses(&c, edge, c.uses[list[i]]);
    }
    out->root = formula_is_constant(n->root) ? n->root : c.edge_of[n->root >> 1] ^ (n->root & 1);
    free(c.args);
    free(c.marks);
    free(c.uses_new);
    arena_release(&c.scratch);
}
