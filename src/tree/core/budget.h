/* What a computation may still take: bytes, time, patience. One budget may be shared by several threads. */
#ifndef CASEMATE_TREE_CORE_BUDGET_H
#define CASEMATE_TREE_CORE_BUDGET_H

#include "tree/core/pages.h"
#include "tree/core/solve.h"

struct budget {
    size_t max_bytes;
    atomic_size_t used;
    int64_t deadline; /* nanoseconds of the monotonic clock */
    const atomic_bool *cancelled;
    atomic_bool spent; /* time or memory ran out: everybody stops */
    struct pages *pages; /* where large pieces come from; NULL: from the C library */
};

/* Starts the clock. limits may be NULL: all defaults. A caller who wants pages sets them before anything is taken. */
void budget_init(struct budget *b, const struct tree_limits *limits);
/* Accounts for bytes; false (and the budget is spent) when there are not so many. */
bool budget_take(struct budget *b, size_t bytes);
void budget_give(struct budget *b, size_t bytes);
/* Looks at the clock and at the caller's wish; true when it is over. Costs some 30 ns: ask every few thousand steps. */
bool budget_over(struct budget *b);
/* realloc() that is accounted for; NULL when the budget does not allow it (old stays valid). */
void *budget_realloc(struct budget *b, void *old, size_t old_bytes, size_t bytes);
/* Zeroed memory; free it with budget_free() and the same size. */
void *budget_calloc(struct budget *b, size_t bytes);
void budget_free(struct budget *b, void *memory, size_t bytes);

#endif
