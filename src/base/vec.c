#include "base/vec.h"

#include <string.h>

void *vec_grow(struct arena *a, void *at, size_t len, size_t *cap, size_t size)
{
    if (len < *cap)
        return at;
    size_t grown_cap = *cap ? *cap * 2 : 8;
    void *grown = arena_array(a, grown_cap, size);
    if (len)
        memcpy(grown, at, len * size);
    *cap = grown_cap;
    return grown;
}
