/* The store: one API over an SQL database. The SQLite driver is the only one now; a second driver goes behind the same calls, which is
 * why statements use $1 parameters and the dialect both understand (docs/store.md).
 *
 * A store is used by one thread at a time. All changes happen inside store_tx(); busy, locked and full databases give
 * CM_EAGAIN with nothing done. */
#ifndef CASEMATE_STORE_STORE_H
#define CASEMATE_STORE_STORE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/sv.h"

struct store;

enum store_open_flags {
    STORE_CREATE = 1,    /* make the database when it is not there (fails with CM_ECONFLICT when it is) */
    STORE_READ_ONLY = 2, /* no migration, no change */
};

/* Opens and migrates. url: a file name, or ":memory:". Errors: CM_ENOTFOUND (with the hint to run init), CM_EINPUT (not a Casemate store),
 * CM_ECONFLICT (exists already; or made by a newer version: says which), CM_EAGAIN (busy, full, read-only medium), CM_EIO. */
CM_MUST_USE int store_open(const char *url, unsigned flags, struct store **out, struct err *err);
void store_close(struct store **s);
/* Version of the newest migration that the program knows / that the store has. */
int store_version_known(void);
int store_version(struct store *s);

/* Runs fn in one transaction (BEGIN IMMEDIATE); commits when it returns 0, otherwise rolls back and returns its code. Nested calls join the outer one. */
CM_MUST_USE int store_tx(struct store *s, int (*fn)(struct store *s, void *context, struct err *err), void *context,
                         struct err *err);
/* The same for a consistent read of several statements. */
CM_MUST_USE int store_read_tx(struct store *s, int (*fn)(struct store *s, void *context, struct err *err),
                              void *context, struct err *err);

/* A statement: prepared once per store and kept. Usage:
 *     struct store_stmt *q;
 *     if ((rc = store_prepare(s, "SELECT text FROM file WHERE path = $1", &q, err))) return rc;
 *     store_bind_text(q, 1, path);
 *     while ((rc = store_step(q, err)) == STORE_ROW) use(store_text(q, 0));
 *     store_done(q);               // always; resets and gives it back
 * sql must be a literal (its address is the cache's key). Columns from 0, parameters from 1. */
struct store_stmt;
enum { STORE_ROW = 1 };
CM_MUST_USE int store_prepare(struct store *s, const char *sql, struct store_stmt **out, struct err *err);
void store_bind_text(struct store_stmt *q, int parameter, struct sv text);
void store_bind_blob(struct store_stmt *q, int parameter, struct sv bytes);
void store_bind_int(struct store_stmt *q, int parameter, int64_t value);
void store_bind_null(struct store_stmt *q, int parameter);
/* STORE_ROW, 0 at the end, or a negative code. Constraint violations are CM_ECONFLICT. */
CM_MUST_USE int store_step(struct store_stmt *q, struct err *err);
/* Views are valid until the next step or done. */
struct sv store_text(struct store_stmt *q, int column);
int64_t store_int(struct store_stmt *q, int column);
bool store_is_null(struct store_stmt *q, int column);
void store_done(struct store_stmt *q);
/* Prepare, no parameters, run to the end. */
CM_MUST_USE int store_run(struct store *s, const char *sql, struct err *err);

/* Consistent copy into a new file, while others read and write. */
CM_MUST_USE int store_backup(struct store *s, const char *path, struct err *err);

#endif
