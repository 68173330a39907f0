#include "base/arena.h"

#include "base/format.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    ARENA_FIRST_CHUNK = 4096,
    ARENA_LARGEST_CHUNK = 1 << 20,
    ARENA_ALIGN = 16,
    HUGE_PAGE = 2 << 20,      /* of the processors that we meet; elsewhere a large chunk */
    ARENA_LARGE = HUGE_PAGE /* an arena that has grown to this is likely to go on growing */
};

/* The search for leaks does not look into memory that is mapped. */
#if defined(__SANITIZE_ADDRESS__)
#define LARGE_CHUNKS false
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LARGE_CHUNKS false
#endif
#endif
#ifndef LARGE_CHUNKS
#define LARGE_CHUNKS true
#endif

struct arena_chunk {
    struct arena_chunk *older;
    size_t size, used;
    bool mapped; /* by map_chunk() */
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
        if (a->chunk->mapped)
            munmap(a->chunk, sizeof(*a->chunk) + a->chunk->size);
        else
            free(a->chunk);
        a->chunk = older;
    }
    a->used = 0;
}

void arena_join(struct arena *to, struct arena *from)
{
    struct arena_chunk *oldest = from->chunk;
    if (!oldest)
        return;
    while (oldest->older)
        oldest = oldest->older;
    if (to->chunk) { /* behind the chunk that is being filled */
        oldest->older = to->chunk->older;
        to->chunk->older = from->chunk;
    } else {
        to->chunk = from->chunk;
    }
    to->used += from->used;
    arena_init(from);
}

/* A chunk of one huge page: the system hands it out at once, not in 512 steps. NULL when it cannot. */
static struct arena_chunk *map_chunk(void)
{
    size_t room = 2 * (size_t)HUGE_PAGE;
    char *at = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        return NULL;
    size_t before = (HUGE_PAGE - (uintptr_t)at % HUGE_PAGE) % HUGE_PAGE;
    if (before)
        munmap(at, before);
    munmap(at + before + HUGE_PAGE, room - before - HUGE_PAGE);
    (void)!madvise(at + before, HUGE_PAGE, MADV_HUGEPAGE);
    struct arena_chunk *chunk = (struct arena_chunk *)(void *)(at + before);
    chunk->size = HUGE_PAGE - sizeof(*chunk);
    chunk->mapped = true;
    return chunk;
}

static void arena_grow(struct arena *a, size_t size)
{
    struct arena_chunk *chunk = NULL;
    if (LARGE_CHUNKS && a->used >= ARENA_LARGE && size <= HUGE_PAGE / 2 && (chunk = map_chunk())) {
        chunk->older = a->chunk;
        a->chunk = chunk;
        return;
    }
    size_t want = a->chunk ? a->chunk->size * 2 : ARENA_FIRST_CHUNK;
    if (want > ARENA_LARGEST_CHUNK)
        want = ARENA_LARGEST_CHUNK;
    if (want < size)
        want = size;
    chunk = base_malloc(sizeof(*chunk) + want);
    chunk->size = want;
    chunk->used = 0;
    chunk->mapped = false;
    chunk->older = a->chunk;
    a->chunk = chunk;
}

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

void *arena_room(struct arena *a, size_t size)
{
    return arena_raw(a, size);
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

struct sv arena_lower(struct arena *a, struct sv text)
{
    char *copy = arena_strndup(a, text.at, text.len);
    for (size_t i = 0; i < text.len; i++)
        copy[i] = ascii_lower(copy[i]);
    return sv_from(copy, text.len);
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    char small[256]; /* most texts fit and are formatted once */
    va_list args;
    va_start(args, format);
    size_t len = base_format(small, sizeof(small), format, args);
    va_end(args);
    char *text = arena_raw(a, len + 1);
    if (len < sizeof(small)) {
        memcpy(text, small, len + 1);
        return text;
    }
    va_start(args, format);
    base_format(text, len + 1, format, args);
    va_end(args);
    return text;
}
