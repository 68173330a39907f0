/* Hash map from text to pointer, keyed per process so that hostile keys cannot collide on purpose.
 * Keys are borrowed and must outlive the map. Iteration in insertion order. */
#ifndef CASEMATE_BASE_MAP_H
#define CASEMATE_BASE_MAP_H

#include "base/arena.h"

struct map_entry {
    struct sv key;
    void *value;
};

struct map {
    struct arena *arena; /* borrowed; owns the tables */
    struct map_entry *entries;
    size_t len, cap;
    uint32_t *slots; /* 0: free; otherwise entry index + 1 */
    size_t slot_count;
};

void map_init(struct map *m, struct arena *arena);
/* The value for key, or NULL. */
void *map_get(const struct map *m, struct sv key);
/* Sets or replaces; returns the former value or NULL. value must not be NULL. */
void *map_set(struct map *m, struct sv key, void *value);

#endif
