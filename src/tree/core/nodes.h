/* The two tables under every kind of decision diagram: unique nodes, and results of operations.
 *
 * Both start with a few kilobytes, or as large as is foreseen, and grow as they are used, so that a small model costs
 * microseconds and a large one is not held back. A node table never forgets: equal nodes are one node, and children
 * have smaller numbers than their parents, which makes every walk over a diagram a loop. The memo may forget: an
 * entry is overwritten by the next one at its place. */
#ifndef CASEMATE_TREE_CORE_NODES_H
#define CASEMATE_TREE_CORE_NODES_H

#include "tree/core/budget.h"

struct node {
    uint32_t level; /* place of its variable in the order, 0 at the top; NODE_TERMINAL for constants */
    uint32_t hi, lo;
    uint32_t more; /* whatever the table's owner keeps with a node; 0 at first */
};
#define NODE_TERMINAL UINT32_MAX
#define NODE_FAIL UINT32_MAX

struct node_table {
    struct node *at;
    uint32_t len, cap;
    uint32_t room; /* nodes that there is memory for; cap or more */
    uint32_t max; /* nodes; more is a failure */
    uint32_t *places; /* 2^bits, at most two thirds of them taken: below, the number of a node; above, the last bits of
                         its hash, whose first bits tell its place, or one before it. 0: free */
    unsigned bits;
    struct budget *budget;
};

/* terminals (1 or 2) nodes stand at the start. room: nodes that are likely to come, or 0. False when the budget does
 * not allow it. */
bool node_table_init(struct node_table *t, uint32_t terminals, uint32_t room, struct budget *budget);
void node_table_release(struct node_table *t);
/* Adds a node that is not there when there is no room for one more. */
uint32_t node_table_add_grown(struct node_table *t, uint32_t hash, uint32_t level, uint32_t hi, uint32_t lo);

static inline size_t node_table_places(const struct node_table *t)
{
    return (size_t)1 << t->bits;
}

/* The upper half of a product depends on all that was multiplied. */
static inline uint32_t node_hash(uint32_t level, uint32_t hi, uint32_t lo)
{
    uint64_t h = (((uint64_t)hi << 32 | lo) + level * UINT64_C(0xd6e8feb86659fd93)) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(h >> 32);
}

/* The number of the node with this content, made when there is none; NODE_FAIL at a limit. Looks at a node only where
 * its hash is likely to be the same: the nodes of a large diagram are in no cache. */
static inline uint32_t node_table_add(struct node_table *t, uint32_t level, uint32_t hi, uint32_t lo)
{
    uint32_t hash = node_hash(level, hi, lo), last = (1u << t->bits) - 1, i = hash >> (32 - t->bits);
    for (uint32_t place; (place = t->places[i]); i = (i + 1) & last) {
        if ((place ^ hash << t->bits) > last)
            continue;
        const struct node *n = &t->at[place & last];
        if (n->lo == lo && n->hi == hi && n->level == level)
            return place & last;
    }
    if (t->len == t->cap)
        return node_table_add_grown(t, hash, level, hi, lo);
    t->places[i] = hash << t->bits | t->len;
    t->at[t->len] = (struct node){level, hi, lo, 0};
    return t->len++;
}

struct memo_entry {
    uint32_t a, b, c, result; /* a is never 0 in use */
};

struct memo {
    struct memo_entry *at; /* 2^(32 - shift) */
    unsigned shift;
    uint32_t stores; /* since it grew */
    uint32_t full;   /* grows after so many */
    struct budget *budget;
};

/* room: entries that are likely to come, or 0. */
bool memo_init(struct memo *m, uint32_t room, struct budget *budget);
void memo_release(struct memo *m);
void memo_clear(struct memo *m);
void memo_grow(struct memo *m);

static inline size_t memo_entries(const struct memo *m)
{
    return (size_t)1 << (32 - m->shift);
}

static inline uint32_t memo_hash(uint32_t a, uint32_t b, uint32_t c)
{
    uint64_t h = (((uint64_t)a << 32 | b) + c * UINT64_C(0xd6e8feb86659fd93)) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(h >> 32);
}

/* hash: memo_hash(a, b, c), for callers who need it again. */
static inline bool memo_find(const struct memo *m, uint32_t hash, uint32_t a, uint32_t b, uint32_t c, uint32_t *out)
{
    const struct memo_entry *e = &m->at[hash >> m->shift];
    *out = e->result;
    return e->a == a && e->b == b && e->c == c;
}

static inline bool memo_get(const struct memo *m, uint32_t a, uint32_t b, uint32_t c, uint32_t *out)
{
    return memo_find(m, memo_hash(a, b, c), a, b, c, out);
}

/* Asks for the place of an entry that will be wanted soon: the memo is far larger than any cache. */
static inline void memo_prefetch(const struct memo *m, uint32_t hash)
{
    __builtin_prefetch(&m->at[hash >> m->shift]);
}

/* Grows late: what is forgotten costs less to find again than a larger table costs in misses of the cache. */
static inline void memo_keep(struct memo *m, uint32_t hash, uint32_t a, uint32_t b, uint32_t c, uint32_t result)
{
    if (++m->stores > m->full)
        memo_grow(m);
    m->at[hash >> m->shift] = (struct memo_entry){a, b, c, result};
}

static inline void memo_put(struct memo *m, uint32_t a, uint32_t b, uint32_t c, uint32_t result)
{
    memo_keep(m, memo_hash(a, b, c), a, b, c, result);
}

#endif
