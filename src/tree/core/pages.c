#define _GNU_SOURCE /* mremap */

#include "tree/core/pages.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { HUGE_PAGE = 2 << 20, SLAB = 16 << 20 };
/* From here on a piece is a mapping of its own, which the system can move without copying and takes back at once. */
#define LARGE ((size_t)8 << 20)

struct pages_free {
    struct pages_free *next;
};

struct pages_map {
    struct pages_map *next;
    void *at;
    size_t bytes;
};

/* Sizes are 2^k and 3 * 2^(k-1), from PAGES_LEAST. */
static unsigned class_of(size_t bytes, size_t *out_size)
{
    size_t size = PAGES_LEAST;
    unsigned class = 0;
    for (; size < bytes && size + size / 2 < bytes; size *= 2)
        class += 2;
    if (size < bytes) {
        size += size / 2;
        class++;
    }
    *out_size = size;
    return class;
}

static size_t rounded(size_t bytes, size_t unit)
{
    return (bytes + unit - 1) / unit * unit;
}

/* Begins at a huge page where it is as large as one. */
static void *map(size_t bytes)
{
    size_t spare = bytes >= HUGE_PAGE ? HUGE_PAGE : 0;
    char *at = mmap(NULL, bytes + spare, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        BUG("out of memory");
    if (!spare)
        return at;
    size_t before = (HUGE_PAGE - (uintptr_t)at % HUGE_PAGE) % HUGE_PAGE;
    if (before)
        munmap(at, before);
    if (spare - before)
        munmap(at + before + bytes, spare - before);
    (void)madvise(at + before, bytes, MADV_HUGEPAGE); /* a wish, no more */
    return at + before;
}

static void *map_for_good(struct pages *p, size_t bytes)
{
    struct pages_map *m = base_malloc(sizeof(*m));
    *m = (struct pages_map){p->maps, map(bytes), bytes};
    p->maps = m;
    return m->at;
}

void pages_init(struct pages *p)
{
    memset(p, 0, sizeof(*p));
    if (pthread_mutex_init(&p->lock, NULL))
        BUG("no mutex");
}

void pages_release(struct pages *p)
{
    while (p->maps) {
        struct pages_map *m = p->maps;
        p->maps = m->next;
        munmap(m->at, m->bytes);
        free(m);
    }
    pthread_mutex_destroy(&p->lock);
}

/* Pieces of a slab have sizes that divide a page, so none straddles. */
static void *cut(struct pages *p, size_t size)
{
    if (p->slab_left < size) {
        p->slab = map_for_good(p, SLAB);
        p->slab_left = SLAB;
    }
    char *at = p->slab;
    p->slab += size;
    p->slab_left -= size;
    return at;
}

void *pages_take(struct pages *p, size_t bytes, bool zeroed)
{
    size_t size;
    unsigned class = class_of(bytes, &size);
    if (size >= LARGE)
        return map(rounded(bytes, HUGE_PAGE));
    pthread_mutex_lock(&p->lock);
    struct pages_free *found = p->free[class];
    void *memory = found;
    if (found)
        p->free[class] = found->next;
    else
        memory = size <= SLAB / 4 ? cut(p, size) : map_for_good(p, size);
    pthread_mutex_unlock(&p->lock);
    if (found && zeroed)
        memset(memory, 0, bytes);
    return memory;
}

void pages_give(struct pages *p, void *memory, size_t bytes)
{
    size_t size;
    unsigned class = class_of(bytes, &size);
    if (size >= LARGE) {
        munmap(memory, rounded(bytes, HUGE_PAGE));
        return;
    }
    struct pages_free *f = memory;
    pthread_mutex_lock(&p->lock);
    f->next = p->free[class];
    p->free[class] = f;
    pthread_mutex_unlock(&p->lock);
}

void *pages_move(struct pages *p, void *memory, size_t old_bytes, size_t bytes)
{
    size_t old_size, size;
    if (class_of(old_bytes, &old_size) == class_of(bytes, &size) && size < LARGE)
        return memory;
    if (old_size >= LARGE && size >= LARGE) {
        memory = mremap(memory, rounded(old_bytes, HUGE_PAGE), rounded(bytes, HUGE_PAGE), MREMAP_MAYMOVE);
        if (memory == MAP_FAILED)
            BUG("out of memory");
        (void)madvise(memory, rounded(bytes, HUGE_PAGE), MADV_HUGEPAGE);
        return memory;
    }
    void *other = pages_take(p, bytes, false);
    memcpy(other, memory, old_bytes < bytes ? old_bytes : bytes);
    pages_give(p, memory, old_bytes);
    return other;
}
