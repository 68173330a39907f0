/* The vocabulary every file starts from: standard types, error codes, assertions.
 *
 * Error convention: a function that can fail returns 0 or one of the negative codes below, and explains
 * itself in its last parameter, a `struct err *` (err.h). Libraries never print and never exit. */
#ifndef CASEMATE_BASE_BASE_H
#define CASEMATE_BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cm_error {
    CM_OK = 0,
    CM_EINPUT = -1,    /* the input is at fault; exit code 1 */
    CM_EUSAGE = -2,    /* the caller used the command wrongly; exit code 2 */
    CM_EIO = -3,       /* reading or writing failed; exit code 1, or 75 when transient is set */
    CM_EAGAIN = -4,    /* busy, full, locked: nothing was done, try again later; exit code 75 */
    CM_ENOTFOUND = -5, /* the thing asked for does not exist; exit code 1 */
    CM_EREFUSED = -6,  /* a rule of the process refuses; exit code 1 */
    CM_ELIMIT = -7,    /* a limit was exceeded; exit code 1 */
    CM_ECORRUPT = -8,  /* stored data does not verify; exit code 1 */
    CM_ECONFLICT = -9, /* somebody else changed the same thing; exit code 1 */
};

#define CM_MUST_USE __attribute__((warn_unused_result))
#define CM_PRINTF(fmt_at, args_at) __attribute__((format(printf, fmt_at, args_at)))
#define CM_NORETURN __attribute__((noreturn))
#define CM_UNUSED __attribute__((unused))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* A broken invariant of our own: prints where and what, then aborts. Never for bad input. */
#define BUG(...) base_bug(__FILE__, __LINE__, __VA_ARGS__)
void base_bug(const char *file, int line, const char *format, ...) CM_NORETURN CM_PRINTF(3, 4);

/* Allocation that cannot fail for its callers: out of memory aborts, so inputs are capped first.
 * The caller frees the result with free(). */
void *base_malloc(size_t size) __attribute__((malloc, returns_nonnull));
void *base_realloc(void *memory, size_t size) __attribute__((returns_nonnull));

#endif
