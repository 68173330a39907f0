/* Growable arrays in an arena.
 *
 *     struct tree { VEC(struct node) nodes; };
 *     struct node *n = vec_push(arena, &tree->nodes);      // zeroed; pointers to older elements become invalid
 *     for (size_t i = 0; i < tree->nodes.len; i++) use(&tree->nodes.at[i]);
 */
#ifndef CASEMATE_BASE_VEC_H
#define CASEMATE_BASE_VEC_H

#include "base/arena.h"

#define VEC(T)                                                                                               \
    struct {                                                                                                 \
        T *at;                                                                                               \
        size_t len, cap;                                                                                     \
    }

/* Makes room for one more element of the given size; returns the array, grown when needed. */
void *vec_grow(struct arena *a, void *at, size_t len, size_t *cap, size_t size);

/* Room for so many elements in an empty array: one that is long and grows leaves as much memory unused behind it. */
#define vec_reserve(arena, v, count)                                                                         \
    ((v)->cap = (count), (v)->at = arena_array((arena), (v)->cap, sizeof(*(v)->at)))

/* Appends a zeroed element and gives its address. */
#define vec_push(arena, v)                                                                                   \
    ((v)->at = vec_grow((arena), (v)->at, (v)->len, &(v)->cap, sizeof(*(v)->at)), &(v)->at[(v)->len++])

#endif
