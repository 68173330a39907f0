#include "tree/core/nodes.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST = 128, FIRST_MOST = 1 << 16 };

/* A power of two that is not above what is foreseen: tables of hashes may grow once more, but are never too large. */
static uint32_t first_size(uint32_t room)
{
    uint32_t size = FIRST;
    while (2 * size <= room && size < FIRST_MOST)
        size *= 2;
    return size;
}

bool node_table_init(struct node_table *t, uint32_t terminals, uint32_t room, struct budget *budget)
{
    uint32_t size = first_size(room);
    room = room < size ? size : room < FIRST_MOST ? room : FIRST_MOST;
    memset(t, 0, sizeof(*t));
    t->budget = budget;
    t->max = UINT32_MAX / 2 - 1;
    t->at = budget_realloc(budget, NULL, 0, room * sizeof(*t->at));
    t->heads = budget_calloc(budget, size * sizeof(*t->heads));
    if (t->at) {
        t->cap = FIRST;
        t->room = room;
    }
    t->mask = size - 1;
    if (!t->at || !t->heads)
        return false;
    for (uint32_t i = 0; i < terminals; i++)
        t->at[t->len++] = (struct node){NODE_TERMINAL, 0, 0, 0};
    return true;
}

void node_table_release(struct node_table *t)
{
    budget_free(t->budget, t->at, t->room * sizeof(*t->at));
    budget_free(t->budget, t->heads, (t->mask + (size_t)1) * sizeof(*t->heads));
    memset(t, 0, sizeof(*t));
}

static bool rehash(struct node_table *t)
{
    size_t buckets = (size_t)(t->mask + 1) * 2;
    uint32_t *heads = budget_calloc(t->budget, buckets * sizeof(*heads));
    if (!heads)
        return false;
    budget_free(t->budget, t->heads, (t->mask + (size_t)1) * sizeof(*t->heads));
    t->heads = heads;
    t->mask = (uint32_t)(buckets - 1);
    for (uint32_t i = 0; i < t->len; i++) {
        struct node *n = &t->at[i];
        if (n->level == NODE_TERMINAL)
            continue;
        uint32_t h = node_hash(n->level, n->hi, n->lo) & t->mask;
        n->next = heads[h];
        heads[h] = i;
    }
    return true;
}

bool node_table_grow(struct node_table *t)
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
    t->cap = (uint32_t)cap;
    return t->len <= t->mask || rehash(t);
}

bool memo_init(struct memo *m, uint32_t room, struct budget *budget)
{
    uint32_t size = first_size(room);
    memset(m, 0, sizeof(*m));
    m->budget = budget;
    m->max = 1u << 22;
    m->at = budget_calloc(budget, size * sizeof(*m->at));
    m->mask = size - 1;
    return m->at != NULL;
}

void memo_release(struct memo *m)
{
    budget_free(m->budget, m->at, (m->mask + (size_t)1) * sizeof(*m->at));
    memset(m, 0, sizeof(*m));
}

void memo_clear(struct memo *m)
{
    memset(m->at, 0, (m->mask + (size_t)1) * sizeof(*m->at));
    m->stores = 0;
}

/* Doubling is a favour, not a need: without the memory for it the memo stays as it is. */
void memo_grow(struct memo *m)
{
    size_t old = m->mask + (size_t)1, bytes = old * sizeof(*m->at);
    m->stores = 0;
    size_t used = atomic_load_explicit(&m->budget->used, memory_order_relaxed);
    if (used > m->budget->max_bytes || m->budget->max_bytes - used < 8 * bytes)
        return;
    struct memo_entry *at = budget_calloc(m->budget, 2 * bytes), *e = m->at;
    if (!at)
        return;
    m->mask = (uint32_t)(2 * old - 1);
    for (size_t i = 0; i < old; i++, e++) {
        if (e->a)
            at[memo_hash(e->a, e->b, e->c) & m->mask] = *e;
    }
    budget_free(m->budget, m->at, bytes);
    m->at = at;
}
