/* Errors and diagnostics.
 *
 * `struct err` explains one failure of one call. `struct diag` collects all faults of an input, each with
 * file, line, column, what is wrong and what would be right, so that one run names them all. */
#ifndef CASEMATE_BASE_ERR_H
#define CASEMATE_BASE_ERR_H

#include "base/arena.h"
#include "base/base.h"

enum { ERR_TEXT_MAX = 1024 };

struct err {
    int code;                /* 0, or the CM_E code that the call returned */
    char text[ERR_TEXT_MAX]; /* one sentence without a final full stop; UTF-8; cut when too long */
};

#define ERR_INIT {0, ""}

/* Fills *err (printf style) and returns code, so that callers write: return err_set(err, CM_EINPUT, "..."); */
int err_set(struct err *err, int code, const char *format, ...) CM_PRINTF(3, 4);
/* Like err_set with ": " and strerror(errno_value); ENOSPC, EDQUOT, EMFILE, ENFILE become CM_EAGAIN, ENOENT
 * becomes CM_ENOTFOUND. */
int err_errno(struct err *err, int errno_value, const char *format, ...) CM_PRINTF(3, 4);
/* Puts "format: " before the present text; returns err->code. */
int err_prefix(struct err *err, const char *format, ...) CM_PRINTF(2, 3);

enum diag_kind { DIAG_ERROR, DIAG_WARNING };

struct diag_item {
    enum diag_kind kind;
    const char *file; /* as the user named it */
    uint32_t line;    /* from 1; 0: the file as a whole */
    uint32_t column;  /* from 1, in characters; 0: the line as a whole */
    const char *text; /* "what; expected what" */
};

enum { DIAG_MAX = 1000 }; /* further faults are counted, not kept */

struct diag {
    struct arena *arena; /* owns all texts; borrowed */
    struct diag_item *items;
    size_t len, cap;
    size_t errors, warnings; /* all of them, also those not kept */
};

void diag_init(struct diag *d, struct arena *arena);
/* what and expected may be printf-formatted by the caller with arena_printf; expected may be NULL. */
void diag_error(struct diag *d, const char *file, uint32_t line, uint32_t column, const char *what,
                const char *expected);
void diag_warning(struct diag *d, const char *file, uint32_t line, uint32_t column, const char *what,
                  const char *expected);
/* Orders by file, line, column (stable), for printing. */
void diag_sort(struct diag *d);
/* "file:line:column: error: text" in the arena; parts that are 0 are left out. */
const char *diag_format(struct diag *d, const struct diag_item *item);

#endif
