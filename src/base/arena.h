/* Arenas: memory for one request, message or command, freed all at once.
 *
 * Memory from an arena is valid until arena_release() or arena_reset(). Allocation never fails (out of memory
 * aborts, so callers cap their input first). Not thread-safe: one arena, one thread. */
#ifndef CASEMATE_BASE_ARENA_H
#define CASEMATE_BASE_ARENA_H

#include "base/base.h"
#include "base/sv.h"

struct arena_chunk;

struct arena {
    struct arena_chunk *chunk; /* newest first */
    size_t used;               /* bytes handed out since init or reset */
};

#define ARENA_INIT {NULL, 0}

void arena_init(struct arena *a);
void arena_release(struct arena *a); /* frees all memory; the arena may be used again */

/* Gives all memory of `from` to `to`; from is empty then. */
void arena_join(struct arena *to, struct arena *from);

/* Zeroed memory, aligned for any type. */
void *arena_alloc(struct arena *a, size_t size) __attribute__((returns_nonnull));
/* Memory with anything in it: the caller fills it. */
void *arena_room(struct arena *a, size_t size) __attribute__((returns_nonnull));
/* Zeroed array; aborts when count * size overflows. */
void *arena_array(struct arena *a, size_t count, size_t size) __attribute__((returns_nonnull));

#define arena_new(a, T) ((T *)arena_alloc((a), sizeof(T)))
#define arena_new_array(a, T, n) ((T *)arena_array((a), (n), sizeof(T)))

/* Copies, always NUL-terminated (the NUL is not counted). */
char *arena_strdup(struct arena *a, const char *text);
char *arena_strndup(struct arena *a, const char *text, size_t len);
struct sv arena_sv(struct arena *a, struct sv text);
struct sv arena_lower(struct arena *a, struct sv text); /* ASCII letters in lower case */
char *arena_printf(struct arena *a, const char *format, ...) CM_PRINTF(2, 3);

#endif
