#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_FIRST_CHUNK = 4096, ARENA_LARGEST_CHUNK = 1 << 20, ARENA_ALIGN = 16 };

struct arena_chunk {
    struct arena_chunk *older;
    size_t size, used;
    _Alignas(16) unsigned char bytes[];
};

void arena_init(struct arena *a)
{
    a->chunk = NULL;
    a->used = 0;
}

void arena_release(struct arena *a)
{
    while (a->chunk) {
        struct arena_chunk *older = a->chunk->older;
        free(a->chunk);
        a->chunk = older;
    }
    a->used = 0;
}

static void arena_grow(struct arena *a, size_t size)
{
    size_t want = a->chunk ? a->chunk->size * 2 : ARENA_FIRST_CHUNK;
    if (want > ARENA_LARGEST_CHUNK)
        want = ARENA_LARGEST_CHUNK;
    if (want < size)
        want = size;
    struct arena_chunk *chunk = base_malloc(sizeof(*chunk) + want);
    chunk->size = want;
    chunk->used = 0;
    chunk->older = a->chunk;
    a->chunk = chunk;
}

/* Memory that the caller fills. */
static void *arena_raw(struct arena *a, size_t size)
{
    if (size > SIZE_MAX - ARENA_ALIGN - sizeof(struct arena_chunk))
        BUG("arena allocation of %zu bytes", size);
    size = (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
    if (!a->chunk || a->chunk->size - a->chunk->used < size)
        arena_grow(a, size);
    void *memory = a->chunk->bytes + a->chunk->used;
    a->chunk->used += size;
    a->used += size;
    return memory;
}

void *arena_alloc(struct arena *a, size_t size)
{
    return memset(arena_raw(a, size), 0, size);
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        BUG("arena array of %zu times %zu bytes", count, size);
    return arena_alloc(a, count * size);
}

char *arena_strndup(struct arena *a, const char *text, size_t len)
{
    char *copy = arena_raw(a, len + 1);
    if (len)
        memcpy(copy, text, len);
    copy[len] = 0;
    return copy;
}

char *arena_strdup(struct arena *a, const char *text)
{
    return arena_strndup(a, text, strlen(text));
}

struct sv arena_sv(struct arena *a, struct sv text)
{
    return sv_from(arena_strndup(a, text.at, text.len), text.len);
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    char small[256]; /* most texts fit and are formatted once */
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = format ? vsnprintf(small, sizeof(small), format, args) : -1;
    va_end(args);
    if (len < 0)
        BUG("arena_printf: bad format");
    char *text = arena_raw(a, (size_t)len + 1);
    if ((size_t)len < sizeof(small))
        memcpy(text, small, (size_t)len + 1);
    else
        vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    return text;
}
