#include "base/map.h"

#include "base/rand.h"

#include <string.h>

void map_init(struct map *m, struct arena *arena)
{
    memset(m, 0, sizeof(*m));
    m->arena = arena;
}

/* The slot of key, or the free slot where it would go. Linear probing; the table is never more than half full. */
static size_t map_slot(const struct map *m, struct sv key)
{
    size_t slot = (size_t)rand_hash(key) & (m->slot_count - 1);
    while (m->slots[slot] && !sv_eq(m->entries[m->slots[slot] - 1].key, key))
        slot = (slot + 1) & (m->slot_count - 1);
    return slot;
}

static void map_grow(struct map *m)
{
    size_t cap = m->cap ? m->cap * 2 : 16;
    struct map_entry *entries = arena_new_array(m->arena, struct map_entry, cap);
    if (m->len)
        memcpy(entries, m->entries, m->len * sizeof(*entries));
    m->entries = entries;
    m->cap = cap;
    m->slot_count = cap * 2;
    m->slots = arena_new_array(m->arena, uint32_t, m->slot_count);
    for (size_t i = 0; i < m->len; i++)
        m->slots[map_slot(m, m->entries[i].key)] = (uint32_t)(i + 1);
}

void *map_get(const struct map *m, struct sv key)
{
    if (!m->slot_count)
        return NULL;
    uint32_t index = m->slots[map_slot(m, key)];
    return index ? m->entries[index - 1].value : NULL;
}

void *map_set(struct map *m, struct sv key, void *value)
{
    if (!value)
        BUG("map_set with a NULL value");
    if (m->len == m->cap)
        map_grow(m);
    size_t slot = map_slot(m, key);
    if (m->slots[slot]) {
        struct map_entry *entry = &m->entries[m->slots[slot] - 1];
        void *former = entry->value;
        entry->value = value;
        return former;
    }
    m->entries[m->len] = (struct map_entry){key, value};
    m->slots[slot] = (uint32_t)++m->len;
    return NULL;
}
