#include "tree/core/nodes.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_BITS = 7, FIRST_MOST_BITS = 16, MOST_BITS = 31, MEMO_MOST_BITS = 22 };

/* Bits of a power of two that is not above what is foreseen: tables may grow once more, but are never too large. */
static unsigned first_bits(uint32_t room)
{
    unsigned bits = FIRST_BITS;
    while (2u << bits <= room && bits < FIRST_MOST_BITS)
        bits++;
    return bits;
}

static size_t places_bytes(const struct node_table *t)
{
    return node_table_places(t) * sizeof(*t->places);
}

bool node_table_init(struct node_table *t, uint32_t terminals, uint32_t room, struct budget *budget)
{
    unsigned bits = first_bits(room);
    uint32_t size = 1u << bits, most = 1u << FIRST_MOST_BITS;
    room = room < size ? size : room < most ? room : most;
    memset(t, 0, sizeof(*t));
    t->budget = budget;
    t->max = UINT32_MAX / 2 - 1;
    t->bits = bits + 1;
    t->at = budget_realloc(budget, NULL, 0, room * sizeof(*t->at));
    t->places = budget_calloc(budget, places_bytes(t));
    if (t->at) {
        t->cap = 1u << FIRST_BITS;
        t->room = room;
    }
    if (!t->at || !t->places)
        return false;
    for (uint32_t i = 0; i < terminals; i++)
        t->at[t->len++] = (struct node){NODE_TERMINAL, 0, 0, 0};
    return true;
}

void node_table_release(struct node_table *t)
{
    budget_free(t->budget, t->at, t->room * sizeof(*t->at));
    budget_free(t->budget, t->places, places_bytes(t));
    memset(t, 0, sizeof(*t));
}

/* At the first free place for its hash. */
static void put(struct node_table *t, uint32_t hash, uint32_t node)
{
    uint32_t last = (1u << t->bits) - 1, i = hash >> (32 - t->bits);
    while (t->places[i])
        i = (i + 1) & last;
    t->places[i] = hash << t->bits | node;
}

static bool more_places(struct node_table *t)
{
    size_t old_bytes = places_bytes(t);
    uint32_t *places = t->bits < MOST_BITS ? budget_calloc(t->budget, 2 * old_bytes) : NULL;
    if (!places)
        return false;
    budget_free(t->budget, t->places, old_bytes);
    t->places = places;
    t->bits++;
    for (uint32_t i = 0; i < t->len; i++) {
        const struct node *n = &t->at[i];
        if (n->level != NODE_TERMINAL)
            put(t, node_hash(n->level, n->hi, n->lo), i);
    }
    return true;
}

static bool grow(struct node_table *t)
{
    size_t cap = t->cap < (1u << 20) ? (size_t)t->cap * 2 : (size_t)t->cap + t->cap / 2;
    if (cap > t->max)
        cap = t->max;
    if (cap <= t->len)
        return false;
    if (cap > t->room) {
        struct node *at = budget_realloc(t->budget, t->at, t->room * sizeof(*at), cap * sizeof(*at));
        if (!at)
            return false;
        t->at = at;
        t->room = (uint32_t)cap;
    }
    if (3 * cap > 2 * node_table_places(t) && !more_places(t))
        return false;
    t->cap = (uint32_t)cap;
    return true;
}

uint32_t node_table_add_grown(struct node_table *t, uint32_t hash, uint32_t level, uint32_t hi, uint32_t lo)
{
    if (!grow(t))
        return NODE_FAIL;
    put(t, hash, t->len);
    t->at[t->len] = (struct node){level, hi, lo, 0};
    return t->len++;
}

/* Late: what is forgotten costs less to find again than a table twice as large costs in misses of the cache. */
static void memo_fits(struct memo *m, unsigned bits)
{
    m->shift = 32 - bits;
    m->stores = 0;
    m->full = bits < MEMO_MOST_BITS ? 2u << bits : UINT32_MAX;
}

bool memo_init(struct memo *m, uint32_t room, struct budget *budget)
{
    memset(m, 0, sizeof(*m));
    m->budget = budget;
    memo_fits(m, first_bits(room));
    m->at = budget_calloc(budget, memo_entries(m) * sizeof(*m->at));
    return m->at != NULL;
}

void memo_release(struct memo *m)
{
    budget_free(m->budget, m->at, memo_entries(m) * sizeof(*m->at));
    memset(m, 0, sizeof(*m));
}

void memo_clear(struct memo *m)
{
    memset(m->at, 0, memo_entries(m) * sizeof(*m->at));
    m->stores = 0;
}

/* Doubling is a favour, not a need: without the memory for it the memo stays as it is. */
void memo_grow(struct memo *m)
{
    size_t old = memo_entries(m), bytes = old * sizeof(*m->at);
    unsigned bits = 32 - m->shift;
    m->stores = 0;
    size_t used = atomic_load_explicit(&m->budget->used, memory_order_relaxed);
    if (bits == MEMO_MOST_BITS || used > m->budget->max_bytes || m->budget->max_bytes - used < 8 * bytes)
        return;
    struct memo_entry *at = budget_calloc(m->budget, 2 * bytes), *e = m->at;
    if (!at)
        return;
    memo_fits(m, bits + 1);
    for (size_t i = 0; i < old; i++, e++) {
        if (e->a)
            at[memo_hash(e->a, e->b, e->c) >> m->shift] = *e;
    }
    budget_free(m->budget, m->at, bytes);
    m->at = at;
}
