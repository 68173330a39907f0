#define _GNU_SOURCE /* mremap */

#include "tree/core/pages.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { HUGE_PAGE = 2 << 20, SLAB = 16 << 20, FIRST_SLAB = 1 << 20, UNIT = PAGES_LEAST };
/* From here on a piece is a mapping of its own, which the system can move without copying and takes back at once. */
#define LARGE ((size_t)8 << 20)

struct range {
    char *at, *end;
};

/* Pieces are cut from slabs, always at the lowest address that has room, so that as few pages as possible are ever
 * touched. */
struct pages_slab {
    struct pages_slab *next;
    char *at, *end;
    char *touched; /* from here on it has never been used, and is zero */
    bool mapped;
    struct range *free; /* by address; no two of them meet */
    size_t len, cap;
};

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

void pages_init(struct pages *p)
{
    memset(p, 0, sizeof(*p));
    if (pthread_mutex_init(&p->lock, NULL))
        BUG("no mutex");
}

void pages_release(struct pages *p)
{
    while (p->slabs) {
        struct pages_slab *s = p->slabs;
        p->slabs = s->next;
        if (s->mapped)
            munmap(s->at, (size_t)(s->end - s->at));
        else
            free(s->at);
        free(s->free);
        free(s);
    }
    pthread_mutex_destroy(&p->lock);
}

/* One more range at a place in the list. */
static void insert(struct pages_slab *s, size_t place, char *at, char *end)
{
    if (s->len == s->cap) {
        s->cap = s->cap ? 2 * s->cap : 16;
        s->free = base_realloc(s->free, s->cap * sizeof(*s->free));
    }
    memmove(&s->free[place + 1], &s->free[place], (s->len - place) * sizeof(*s->free));
    s->free[place] = (struct range){at, end};
    s->len++;
}

static void take_out(struct pages_slab *s, size_t place)
{
    s->len--;
    memmove(&s->free[place], &s->free[place + 1], (s->len - place) * sizeof(*s->free));
}

/* The first slab comes from the C library: it has some of its own pages to spare, which is enough for small trees. */
static struct pages_slab *add_slab(struct pages *p, size_t size)
{
    bool mapped = p->slabs || size > FIRST_SLAB / 4;
    size_t bytes = mapped ? SLAB : FIRST_SLAB;
    struct pages_slab *s = base_malloc(sizeof(*s)), **last = &p->slabs;
    char *at = mapped ? map(bytes) : base_malloc(bytes);
    *s = (struct pages_slab){.at = at, .end = at + bytes, .touched = mapped ? at : at + bytes, .mapped = mapped};
    insert(s, 0, s->at, s->end);
    while (*last)
        last = &(*last)->next;
    *last = s;
    return s;
}

/* out_used: so many of the bytes may not be zero. NULL when the slab has no such piece. */
static char *cut(struct pages_slab *s, size_t size, size_t *out_used)
{
    size_t i = 0;
    while (i < s->len && (size_t)(s->free[i].end - s->free[i].at) < size)
        i++;
    if (i == s->len)
        return NULL;
    char *at = s->free[i].at, *end = at + size;
    s->free[i].at = end;
    if (s->free[i].end == end)
        take_out(s, i);
    *out_used = s->touched <= at ? 0 : (size_t)((s->touched < end ? s->touched : end) - at);
    if (s->touched < end)
        s->touched = end;
    return at;
}

void *pages_take(struct pages *p, size_t bytes, bool zeroed)
{
    size_t size = rounded(bytes, UNIT), used = 0;
    char *at = NULL;
    if (size >= LARGE)
        return map(rounded(bytes, HUGE_PAGE));
    pthread_mutex_lock(&p->lock);
    for (struct pages_slab *s = p->slabs; s && !at; s = s->next)
        at = cut(s, size, &used);
    if (!at)
        at = cut(add_slab(p, size), size, &used);
    pthread_mutex_unlock(&p->lock);
    if (zeroed)
        memset(at, 0, used < bytes ? used : bytes);
    return at;
}

/* Joins a piece with what is free beside it. */
static void put_back(struct pages_slab *s, char *at, char *end)
{
    size_t i = 0;
    while (i < s->len && s->free[i].at < at)
        i++;
    bool before = i && s->free[i - 1].end == at, behind = i < s->len && s->free[i].at == end;
    if (before && behind) {
        s->free[i - 1].end = s->free[i].end;
        take_out(s, i);
    } else if (before) {
        s->free[i - 1].end = end;
    } else if (behind) {
        s->free[i].at = at;
    } else {
        insert(s, i, at, end);
    }
}

void pages_give(struct pages *p, void *memory, size_t bytes)
{
    size_t size = rounded(bytes, UNIT);
    char *at = memory;
    if (size >= LARGE) {
        munmap(memory, rounded(bytes, HUGE_PAGE));
        return;
    }
    pthread_mutex_lock(&p->lock);
    struct pages_slab *s = p->slabs;
    while (s && (at < s->at || at >= s->end))
        s = s->next;
    if (!s)
        BUG("a piece that no slab has");
    put_back(s, at, at + size);
    pthread_mutex_unlock(&p->lock);
}

void *pages_move(struct pages *p, void *memory, size_t old_bytes, size_t bytes)
{
    size_t old_size = rounded(old_bytes, UNIT), size = rounded(bytes, UNIT);
    if (old_size == size && size < LARGE)
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
