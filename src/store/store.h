/* The store: one API over an SQL database. The SQLite driver is the only one now; a second driver
 * goes behind the same calls, which is why statements use $1 parameters and the dialect both
 * understand (docs/store.md).
 *
 * A store is used by one thread at a time; several processes may have one file open. All changes
 * happen inside store_tx() (a change outside is a BUG()); busy, locked, full and write-protected
 * databases give CM_EAGAIN with nothing done. A damaged one gives CM_ECORRUPT. A store holds what
 * members told in confidence: its file is readable by its owner only. */
#ifndef CASEMATE_STORE_STORE_H
#define CASEMATE_STORE_STORE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/sv.h"

struct store;

enum store_open_flags {
    STORE_CREATE = 1,    /* make the database when it is not there (fails with CM_ECONFLICT when it
                            is); appears whole or not at all */
    STORE_READ_ONLY = 2, /* no migration, no change; works on a read-only medium */
};

/* Opens and migrates. url: a file name, or ":memory:" (always new). Errors, each with *out NULL:
 * CM_ENOTFOUND (with the hint to run init), CM_EINPUT (not a Casemate store), CM_ECONFLICT (exists
 * already; or made by a newer version: says both), CM_EREFUSED (to be read only, and of an older
 * version), CM_EAGAIN (busy, full, read-only medium), CM_ECORRUPT, CM_EIO. A program killed while
 * it makes a store may leave a file "NAME.new-..." behind, never a half store. */
CM_MUST_USE int store_open(const char *url, unsigned flags, struct store **out, struct err *err);
/* Sets *s to NULL; does nothing when it is. */
void store_close(struct store **s);
/* Version of the newest migration that the program knows / that the store has. */
int store_version_known(void);
int store_version(struct store *s);

/* Runs fn in one transaction (BEGIN IMMEDIATE); commits when it returns 0, otherwise rolls back and
 * returns its code. A nested call joins the outer one: its failure undoes its own changes only, and
 * nothing is kept before the outermost one commits. When the database undid everything by itself
 * (disk full), all later calls in the transaction give CM_EAGAIN. */
CM_MUST_USE int store_tx(struct store *s,
                         int (*fn)(struct store *s, void *context, struct err *err), void *context,
                         struct err *err);
/* The same for a consistent read of several statements; inside store_tx() it just runs fn. Changes
 * in it are a BUG(). */
CM_MUST_USE int store_read_tx(struct store *s,
                              int (*fn)(struct store *s, void *context, struct err *err),
                              void *context, struct err *err);

/* A statement: prepared once per store and kept. Usage:
 *     struct store_stmt *q;
 *     if ((rc = store_prepare(s, "SELECT text FROM file WHERE path = $1", &q, err))) return rc;
 *     store_bind_text(q, 1, path);
 *     while ((rc = store_step(q, err)) == STORE_ROW) use(store_text(q, 0));
 *     store_done(q);               // always; resets and gives it back
 * sql must be a literal (its address is the cache's key). Columns from 0, parameters from 1, at
 * most 16. Bound texts are copied; a parameter that is not bound is NULL. A statement that is in
 * use may be prepared again: that gives a second one. Events cannot be deleted, nor changed but for
 * salt and payload: the driver refuses to prepare such a statement. */
struct store_stmt;
enum { STORE_ROW = 1 };
CM_MUST_USE int store_prepare(struct store *s, const char *sql, struct store_stmt **out,
                              struct err *err);
void store_bind_text(struct store_stmt *q, int parameter, struct sv text);
void store_bind_blob(struct store_stmt *q, int parameter, struct sv bytes);
void store_bind_int(struct store_stmt *q, int parameter, int64_t value);
void store_bind_null(struct store_stmt *q, int parameter);
/* STORE_ROW, 0 at the end, or a negative code. Constraint violations are CM_ECONFLICT; in a store
 * that is open for reading only, changes are CM_EREFUSED. */
CM_MUST_USE int store_step(struct store_stmt *q, struct err *err);
/* Views are valid until the next step or done. store_text also reads blobs; NULL gives the empty
 * view and 0. */
struct sv store_text(struct store_stmt *q, int column);
int64_t store_int(struct store_stmt *q, int column);
bool store_is_null(struct store_stmt *q, int column);
void store_done(struct store_stmt *q);
/* One step of a statement that gives no row, and store_done(). */
CM_MUST_USE int store_finish(struct store_stmt *q, struct err *err);
/* The number in column 0 of a statement that gives at most one row, and store_done(). Without a row *out stays. */
CM_MUST_USE int store_finish_int(struct store_stmt *q, int64_t *out, struct err *err);
/* From now on statements may run for so long, all together, before they fail with CM_ELIMIT; 0: as long as they take.
 * For reading what anybody may ask for. */
void store_set_patience(struct store *s, unsigned milliseconds);
/* Prepare, no parameters, run to the end. */
CM_MUST_USE int store_run(struct store *s, const char *sql, struct err *err);

/* What a caller derived from the store and keeps with it while it is open (one thing, which takes the place of the
 * former); release is called when the store is closed. */
void store_keep(struct store *s, void *kept, void (*release)(void *kept));
void *store_kept(const struct store *s); /* or NULL */

/* Reads the whole database and checks pages, indexes, constraints and foreign keys: CM_ECORRUPT
 * with the first fault. Takes as long as reading the file does. What the record says is checked by
 * record_verify(). */
CM_MUST_USE int store_check(struct store *s, struct err *err);
/* Inside store_tx(), after something was erased: once committed, no copy of it stays in the
 * database's own files (freed pages are overwritten, the log is emptied). At best: another process
 * that is reading at that moment delays the log's end. */
void store_scrub(struct store *s);
/* Consistent and compact copy into a new file, while others read and write. CM_ECONFLICT when path
 * exists, CM_EAGAIN, CM_EIO. */
CM_MUST_USE int store_backup(struct store *s, const char *path, struct err *err);

#endif
