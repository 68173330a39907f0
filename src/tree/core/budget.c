#include "tree/core/budget.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void budget_init(struct budget *b, const struct tree_limits *limits)
{
    double seconds = limits && limits->max_seconds > 0 ? limits->max_seconds : 60;
    if (seconds > 1e9)
        seconds = 1e9;
    b->max_bytes = limits && limits->max_bytes ? limits->max_bytes : (size_t)2 << 30;
    b->cancelled = limits ? limits->cancelled : NULL;
    b->deadline = now() + (int64_t)(seconds * 1e9);
    atomic_init(&b->used, 0);
    atomic_init(&b->spent, false);
    b->pages = NULL;
}

bool budget_take(struct budget *b, size_t bytes)
{
    size_t before = atomic_fetch_add_explicit(&b->used, bytes, memory_order_relaxed);
    if (before <= b->max_bytes && bytes <= b->max_bytes - before)
        return true;
    budget_give(b, bytes);
    atomic_store_explicit(&b->spent, true, memory_order_relaxed);
    return false;
}

void budget_give(struct budget *b, size_t bytes)
{
    atomic_fetch_sub_explicit(&b->used, bytes, memory_order_relaxed);
}

bool budget_over(struct budget *b)
{
    if (atomic_load_explicit(&b->spent, memory_order_relaxed))
        return true;
    if (now() < b->deadline && !(b->cancelled && atomic_load_explicit(b->cancelled, memory_order_relaxed)))
        return false;
    atomic_store_explicit(&b->spent, true, memory_order_relaxed);
    return true;
}

static bool paged(const struct budget *b, size_t bytes)
{
    return b->pages && bytes >= PAGES_LEAST;
}

/* Between memory of the C library and pages. */
static void *cross(struct budget *b, void *old, size_t old_bytes, size_t bytes)
{
    void *memory = paged(b, bytes) ? pages_take(b->pages, bytes, false) : base_malloc(bytes ? bytes : 1);
    if (old) {
        memcpy(memory, old, old_bytes < bytes ? old_bytes : bytes);
        if (paged(b, old_bytes))
            pages_give(b->pages, old, old_bytes);
        else
            free(old);
    }
    return memory;
}

void *budget_realloc(struct budget *b, void *old, size_t old_bytes, size_t bytes)
{
    if (bytes > old_bytes && !budget_take(b, bytes - old_bytes))
        return NULL;
    if (bytes < old_bytes)
        budget_give(b, old_bytes - bytes);
    if (!paged(b, old_bytes) && !paged(b, bytes))
        return base_realloc(old, bytes);
    return old && paged(b, old_bytes) && paged(b, bytes) ? pages_move(b->pages, old, old_bytes, bytes)
                                                         : cross(b, old, old_bytes, bytes);
}

void *budget_calloc(struct budget *b, size_t bytes)
{
    if (!budget_take(b, bytes))
        return NULL;
    if (paged(b, bytes))
        return pages_take(b->pages, bytes, true);
    void *memory = calloc(bytes ? bytes : 1, 1);
    if (!memory)
        BUG("out of memory");
    return memory;
}

void budget_free(struct budget *b, void *memory, size_t bytes)
{
    if (!memory)
        return;
    if (paged(b, bytes))
        pages_give(b->pages, memory, bytes);
    else
        free(memory);
    budget_give(b, bytes);
}
