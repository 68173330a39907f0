/* The SQLite driver.
 *
 * A file is opened distrustfully: it may be somebody else's database, damaged, or made to do harm.
 * So the schema is not trusted, cells are checked, and nothing is changed before the application id
 * has said that this is a store. Writes go through the log (WAL) with a sync at each commit: an
 * event that was answered as recorded survives a power cut. */
#include "store/driver.h"

#include "base/library.h"
#include "store/sqlite_file.h"

#include <errno.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <string.h>

#define SQLITE_FUNCTIONS(X)                                                                                            \
    X(sqlite3_bind_blob64)                                                                                             \
    X(sqlite3_bind_int64)                                                                                              \
    X(sqlite3_bind_null)                                                                                               \
    X(sqlite3_bind_parameter_count)                                                                                    \
    X(sqlite3_bind_parameter_index)                                                                                    \
    X(sqlite3_bind_text)                                                                                               \
    X(sqlite3_bind_text64)                                                                                             \
    X(sqlite3_busy_timeout)                                                                                            \
    X(sqlite3_clear_bindings)                                                                                          \
    X(sqlite3_close_v2)                                                                                                \
    X(sqlite3_column_blob)                                                                                             \
    X(sqlite3_column_bytes)                                                                                            \
    X(sqlite3_column_int)                                                                                              \
    X(sqlite3_column_int64)                                                                                            \
    X(sqlite3_column_text)                                                                                             \
    X(sqlite3_column_type)                                                                                             \
    X(sqlite3_db_config)                                                                                               \
    X(sqlite3_db_readonly)                                                                                             \
    X(sqlite3_errmsg)                                                                                                  \
    X(sqlite3_exec)                                                                                                    \
    X(sqlite3_extended_result_codes)                                                                                   \
    X(sqlite3_finalize)                                                                                                \
    X(sqlite3_get_autocommit)                                                                                          \
    X(sqlite3_limit)                                                                                                   \
    X(sqlite3_open_v2)                                                                                                 \
    X(sqlite3_prepare_v2)                                                                                              \
    X(sqlite3_prepare_v3)                                                                                              \
    X(sqlite3_progress_handler)                                                                                        \
    X(sqlite3_reset)                                                                                                   \
    X(sqlite3_set_authorizer)                                                                                          \
    X(sqlite3_sql)                                                                                                     \
    X(sqlite3_step)                                                                                                    \
    X(sqlite3_stmt_readonly)                                                                                           \
    X(sqlite3_stricmp)                                                                                                 \
    X(sqlite3_system_errno)
LIBRARY_TABLE(sqlite, SQLITE_FUNCTIONS);
LIBRARY(static, sqlite, LIBRARY_SQLITE3, SQLITE_FUNCTIONS)

enum {
    APPLICATION_ID = 0x43534d54, /* "CSMT" */
    BUSY_MILLISECONDS = 5000,
    LENGTH_MAX = 512 << 20, /* bytes in one value */
    PARAMETERS_MAX = 16,
};

struct connection {
    sqlite3 *db;
    int64_t deadline; /* of set_patience(), monotonic ms; 0: none */
    bool trusted; /* migrations and copies: the rules of authorize() do not hold */
    bool file;
};

struct statement {
    struct connection *c;
    sqlite3_stmt *q;
    int at[PARAMETERS_MAX + 1]; /* $n, which SQLite takes for a name, to its index; 0: not used */
    int bind_rc;
};

/* ---- failures ---- */

static int fail_space(struct err *err)
{
    return err_set(
        err, CM_EAGAIN,
        "no room is left for the store (disk full, or its size limit reached); nothing was "
        "changed; make room and try again");
}

static int fail_system(sqlite3 *db, const char *verb, struct err *err)
{
    int number = db ? sqlite()->sqlite3_system_errno(db) : 0;
    if (number == ENOSPC || number == EDQUOT || number == EFBIG)
        return fail_space(err);
    if (number == EROFS)
        return err_set(err, CM_EAGAIN, "the store is on a read-only medium");
    if (number == 0)
        return err_set(err, CM_EIO, "the store cannot be %s: %s", verb,
                       db ? sqlite()->sqlite3_errmsg(db) : "out of memory");
    err_errno(err, number, "the store cannot be %s", verb);
    return err->code = err->code == CM_ENOTFOUND ? CM_EIO : err->code;
}

static int fail(sqlite3 *db, int rc, struct err *err)
{
    switch (rc & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return err_set(err, CM_EAGAIN,
                       "the store is busy with another process; nothing was changed; try again");
    case SQLITE_FULL:
        return fail_space(err);
    case SQLITE_READONLY:
        return err_set(
            err, CM_EAGAIN,
            "the store is write-protected (file, folder or medium); nothing was changed");
    case SQLITE_IOERR:
        return fail_system(db, "read or written", err);
    case SQLITE_CANTOPEN:
        return fail_system(db, "opened", err);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return err_set(err, CM_ECORRUPT, "the store's file is damaged: %s", sqlite()->sqlite3_errmsg(db));
    case SQLITE_CONSTRAINT:
        return err_set(err, CM_ECONFLICT, "the store refuses this: %s", sqlite()->sqlite3_errmsg(db));
    case SQLITE_TOOBIG:
        return err_set(err, CM_ELIMIT, "too large for the store: at most %d MiB in one value",
                       LENGTH_MAX >> 20);
    case SQLITE_INTERRUPT:
        return err_set(err, CM_ELIMIT, "this takes too long; ask for something more particular");
    case SQLITE_PERM:
        return err_set(err, CM_EIO, "no permission for the store's file");
    case SQLITE_NOMEM:
        BUG("out of memory");
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_AUTH:
        BUG("the store was misused: %s", sqlite()->sqlite3_errmsg(db));
    default: /* a missing table or column: the statements are ours, the tables are not as we made
                them */
        return err_set(err, CM_ECORRUPT, "the store does not have the tables it should: %s",
                       sqlite()->sqlite3_errmsg(db));
    }
}

static int run(sqlite3 *db, const char *sql, struct err *err)
{
    int rc = sqlite()->sqlite3_exec(db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? 0 : fail(db, rc, err);
}

/* The first column of the first row; gives the SQLite code. */
static int ask_int(sqlite3 *db, const char *sql, int *out)
{
    sqlite3_stmt *q = NULL;
    int rc = sqlite()->sqlite3_prepare_v2(db, sql, -1, &q, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite()->sqlite3_step(q);
    if (rc == SQLITE_ROW)
        *out = sqlite()->sqlite3_column_int(q, 0);
    rc = sqlite()->sqlite3_finalize(q);
    return rc;
}

/* ---- opening ---- */

/* The record is append-only for the whole program, whatever statement somebody writes one day. */
static int authorize(void *context, int what, const char *table, const char *column,
                     const char *database, const char *trigger)
{
    struct connection *c = context;
    (void)database;
    (void)trigger;
    if (c->trusted)
        return SQLITE_OK;
    if (what == SQLITE_ATTACH || what == SQLITE_DETACH)
        return SQLITE_DENY;
    if (!table || sqlite()->sqlite3_stricmp(table, "event") != 0)
        return SQLITE_OK;
    if (what == SQLITE_DELETE || what == SQLITE_DROP_TABLE || what == SQLITE_ALTER_TABLE)
        return SQLITE_DENY;
    if (what == SQLITE_UPDATE && sqlite()->sqlite3_stricmp(column, "salt") != 0 &&
        sqlite()->sqlite3_stricmp(column, "payload") != 0)
        return SQLITE_DENY;
    return SQLITE_OK;
}

static void configure(struct connection *c)
{
    sqlite3 *db = c->db;
    sqlite()->sqlite3_extended_result_codes(db, 1);
    sqlite()->sqlite3_busy_timeout(db, BUSY_MILLISECONDS);
    sqlite()->sqlite3_limit(db, SQLITE_LIMIT_LENGTH, LENGTH_MAX);
    sqlite()->sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 1); /* the copy of a backup */
    sqlite()->sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite()->sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite()->sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite()->sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite()->sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    sqlite()->sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
    sqlite()->sqlite3_set_authorizer(db, authorize, c);
}

static int settle_pragmas(struct connection *c, bool read_only, struct err *err)
{
    int rc =
        run(c->db,
            "PRAGMA cell_size_check = ON; PRAGMA secure_delete = ON; PRAGMA synchronous = FULL;"
            "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384",
            err);
    if (rc == 0 && !read_only && c->file)
        rc = run(c->db, "PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = 67108864", err);
    return rc;
}

/* Is it a store? Reads the file for the first time. */
static int recognise(sqlite3 *db, const char *shown, struct err *err)
{
    int id = 0;
    int rc = ask_int(db, "PRAGMA application_id", &id);
    if (rc == SQLITE_NOTADB)
        return err_set(err, CM_EINPUT, "%s is not a Casemate store (no database at all)", shown);
    if (rc != SQLITE_OK)
        return fail(db, rc, err);
    if (id != APPLICATION_ID)
        return err_set(err, CM_EINPUT, "%s is not a Casemate store (a database of another program)",
                       shown);
    return 0;
}

static int prepare_fresh(sqlite3 *db, struct err *err)
{
    char sql[64];
    snprintf(sql, sizeof(sql), "PRAGMA application_id = %d", APPLICATION_ID);
    return run(db, sql, err);
}

static int open_handle(struct connection *c, const char *name, int flags, struct err *err)
{
    int rc =
        sqlite()->sqlite3_open_v2(name, &c->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (rc != SQLITE_OK)
        return fail(c->db, rc, err);
    configure(c);
    return 0;
}

static bool log_can_be_opened(sqlite3 *db)
{
    int ignored, rc = ask_int(db, "PRAGMA application_id", &ignored) & 0xff;
    return rc != SQLITE_CANTOPEN && rc != SQLITE_READONLY;
}

/* Reading on a medium where the log's files cannot be made: with no log there, the file alone is
 * the whole truth. */
static int reopen_immutable(struct connection *c, const char *name, struct err *err)
{
    struct arena arena = ARENA_INIT;
    sqlite()->sqlite3_close_v2(c->db);
    c->db = NULL;
    int rc =
        open_handle(c, sqlite_file_uri(&arena, name), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, err);
    arena_release(&arena);
    return rc;
}

static int open_file(struct connection *c, const char *name, const char *shown, bool read_only,
                     bool fresh, struct err *err)
{
    char *path = NULL;
    struct arena arena = ARENA_INIT;
    int rc = sqlite_file_look(&arena, name, shown, &path, err);
    if (rc == 0)
        rc = open_handle(c, path, read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE, err);
    if (rc < 0)
        goto out;
    if (!read_only && sqlite()->sqlite3_db_readonly(c->db, "main") == 1) {
        rc = err_set(err, CM_EAGAIN, "%s is write-protected (file, folder or medium)", shown);
        goto out;
    }
    if (read_only && !log_can_be_opened(c->db) && !sqlite_file_has_log(path) &&
        (rc = reopen_immutable(c, path, err)) < 0)
        goto out;
    rc = fresh ? prepare_fresh(c->db, err) : recognise(c->db, shown, err);
out:
    arena_release(&arena);
    return rc;
}

static void driver_close(void *db);

static int driver_open(const char *name, const char *shown, bool read_only, bool fresh,
                       void **out_db, struct err *err)
{
    struct connection *c = base_malloc(sizeof(*c));
    *c = (struct connection){.file = strcmp(name, ":memory:") != 0};
    int rc;
    if (c->file) {
        rc = open_file(c, name, shown, read_only, fresh, err);
    } else {
        rc = open_handle(c, name, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY,
                         err);
        if (rc == 0)
            rc = prepare_fresh(c->db, err);
    }
    if (rc == 0)
        rc = settle_pragmas(c, read_only, err);
    if (rc < 0)
        driver_close(c);
    *out_db = rc < 0 ? NULL : c;
    return rc;
}

static void driver_close(void *db)
{
    struct connection *c = db;
    sqlite()->sqlite3_close_v2(c->db);
    free(c);
}

/* ---- versions and transactions ---- */

static int driver_version(void *db, int *out, struct err *err)
{
    struct connection *c = db;
    int rc = ask_int(c->db, "PRAGMA user_version", out);
    return rc == SQLITE_OK ? 0 : fail(c->db, rc, err);
}

static int driver_set_version(void *db, int version, struct err *err)
{
    struct connection *c = db;
    char sql[64];
    snprintf(sql, sizeof(sql), "PRAGMA user_version = %d", version);
    return run(c->db, sql, err);
}

static int driver_script(void *db, const char *sql, struct err *err)
{
    struct connection *c = db;
    c->trusted = true;
    int rc = run(c->db, sql, err);
    c->trusted = false;
    return rc;
}

static int driver_begin(void *db, bool write, struct err *err)
{
    struct connection *c = db;
    return run(c->db, write ? "BEGIN IMMEDIATE" : "BEGIN", err);
}

static int driver_commit(void *db, struct err *err)
{
    struct connection *c = db;
    return run(c->db, "COMMIT", err);
}

static bool driver_in_tx(void *db)
{
    struct connection *c = db;
    return !sqlite()->sqlite3_get_autocommit(c->db);
}

static void driver_rollback(void *db)
{
    struct connection *c = db;
    if (driver_in_tx(c))
        sqlite()->sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
}

/* ---- statements ---- */

static void find_parameters(struct statement *st)
{
    char name[16];
    int found = 0;
    for (int i = 1; i <= PARAMETERS_MAX; i++) {
        snprintf(name, sizeof(name), "$%d", i);
        st->at[i] = sqlite()->sqlite3_bind_parameter_index(st->q, name);
        found += st->at[i] != 0;
    }
    if (found != sqlite()->sqlite3_bind_parameter_count(st->q))
        BUG("parameters must be $1 to $%d: %s", PARAMETERS_MAX, sqlite()->sqlite3_sql(st->q));
}

static int driver_prepare(void *db, const char *sql, void **out_stmt, bool *out_writes,
                          struct err *err)
{
    struct connection *c = db;
    sqlite3_stmt *q = NULL;
    const char *rest = NULL;
    int rc = sqlite()->sqlite3_prepare_v3(c->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &q, &rest);
    if (rc != SQLITE_OK)
        return fail(c->db, rc, err);
    if (!q || sv_trim(sv_str(rest)).len)
        BUG("not exactly one statement: %s", sql);
    struct statement *st = base_malloc(sizeof(*st));
    *st = (struct statement){.c = c, .q = q};
    find_parameters(st);
    *out_writes = !sqlite()->sqlite3_stmt_readonly(q);
    *out_stmt = st;
    return 0;
}

static void driver_finalize(void *stmt)
{
    struct statement *st = stmt;
    sqlite()->sqlite3_finalize(st->q);
    free(st);
}

static int index_of(struct statement *st, int parameter)
{
    if (parameter < 1 || parameter > PARAMETERS_MAX || st->at[parameter] == 0)
        BUG("no parameter $%d: %s", parameter, sqlite()->sqlite3_sql(st->q));
    return st->at[parameter];
}

/* A failure shows at the next step, so that callers need not look at each binding. */
static void bound(struct statement *st, int rc)
{
    if (rc != SQLITE_OK && st->bind_rc == SQLITE_OK)
        st->bind_rc = rc;
}

static void driver_bind_text(void *stmt, int parameter, struct sv text)
{
    struct statement *st = stmt;
    bound(st, sqlite()->sqlite3_bind_text64(st->q, index_of(st, parameter), text.at, text.len,
                                  SQLITE_TRANSIENT, SQLITE_UTF8));
}

static void driver_bind_blob(void *stmt, int parameter, struct sv bytes)
{
    struct statement *st = stmt;
    bound(st, sqlite()->sqlite3_bind_blob64(st->q, index_of(st, parameter), bytes.at, bytes.len,
                                  SQLITE_TRANSIENT));
}

static void driver_bind_int(void *stmt, int parameter, int64_t value)
{
    struct statement *st = stmt;
    bound(st, sqlite()->sqlite3_bind_int64(st->q, index_of(st, parameter), value));
}

static void driver_bind_null(void *stmt, int parameter)
{
    struct statement *st = stmt;
    bound(st, sqlite()->sqlite3_bind_null(st->q, index_of(st, parameter)));
}

static int driver_step(void *stmt, struct err *err)
{
    struct statement *st = stmt;
    if (st->bind_rc != SQLITE_OK)
        return fail(st->c->db, st->bind_rc, err);
    int rc = sqlite()->sqlite3_step(st->q);
    if (rc == SQLITE_ROW)
        return STORE_ROW;
    return rc == SQLITE_DONE ? 0 : fail(st->c->db, rc, err);
}

static struct sv driver_text(void *stmt, int column)
{
    struct statement *st = stmt;
    const void *at = sqlite()->sqlite3_column_type(st->q, column) == SQLITE_BLOB
                         ? sqlite()->sqlite3_column_blob(st->q, column)
                         : (const void *)sqlite()->sqlite3_column_text(st->q, column);
    return sv_from(at, at ? (size_t)sqlite()->sqlite3_column_bytes(st->q, column) : 0);
}

static int64_t driver_integer(void *stmt, int column)
{
    struct statement *st = stmt;
    return sqlite()->sqlite3_column_int64(st->q, column);
}

static bool driver_is_null(void *stmt, int column)
{
    struct statement *st = stmt;
    return sqlite()->sqlite3_column_type(st->q, column) == SQLITE_NULL;
}

static void driver_reset(void *stmt)
{
    struct statement *st = stmt;
    sqlite()->sqlite3_reset(st->q);
    sqlite()->sqlite3_clear_bindings(st->q);
    st->bind_rc = SQLITE_OK;
}

/* ---- the whole ---- */

static int check_answer(sqlite3 *db, const char *sql, const char *good, struct err *err)
{
    sqlite3_stmt *q = NULL;
    int result = 0, rc = sqlite()->sqlite3_prepare_v2(db, sql, -1, &q, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite()->sqlite3_step(q);
    const char *said = rc == SQLITE_ROW ? (const char *)sqlite()->sqlite3_column_text(q, 0) : NULL;
    if (rc == SQLITE_ROW && (!good || !said || strcmp(said, good) != 0))
        result = err_set(err, CM_ECORRUPT, "the store's file is damaged: %s%s",
                         good ? "" : "a reference leads nowhere in table ", said ? said : "");
    else if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        result = fail(db, rc, err);
    sqlite()->sqlite3_finalize(q);
    return result;
}

static int64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int is_over(void *connection)
{
    const struct connection *c = connection;
    return monotonic_ms() >= c->deadline;
}

static void driver_set_patience(void *db, unsigned milliseconds)
{
    enum { STEPS = 1000 }; /* of SQLite's machine between two looks at the clock: some microseconds */
    struct connection *c = db;
    c->deadline = milliseconds ? monotonic_ms() + milliseconds : 0;
    sqlite()->sqlite3_progress_handler(c->db, milliseconds ? STEPS : 0, milliseconds ? is_over : NULL, c);
}

static int driver_check(void *db, struct err *err)
{
    struct connection *c = db;
    int rc = check_answer(c->db, "PRAGMA integrity_check(1)", "ok", err);
    return rc < 0 ? rc : check_answer(c->db, "PRAGMA foreign_key_check", NULL, err);
}

static int driver_scrub(void *db, struct err *err)
{
    struct connection *c = db;
    return c->file ? run(c->db, "PRAGMA wal_checkpoint(TRUNCATE)", err) : 0;
}

static int vacuum_into(struct connection *c, const char *name, struct err *err)
{
    sqlite3_stmt *q = NULL;
    c->trusted = true;
    int rc = sqlite()->sqlite3_prepare_v2(c->db, "VACUUM INTO $1", -1, &q, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite()->sqlite3_bind_text(q, 1, name, -1, SQLITE_TRANSIENT);
    if (rc == SQLITE_OK)
        rc = sqlite()->sqlite3_step(q);
    int result = rc == SQLITE_DONE || rc == SQLITE_OK ? 0 : fail(c->db, rc, err);
    sqlite()->sqlite3_finalize(q);
    c->trusted = false;
    return result;
}

static int driver_backup(void *db, const char *path, struct err *err)
{
    struct connection *c = db;
    struct arena arena = ARENA_INIT;
    char *name = NULL;
    int rc = sqlite_file_begin_new(&arena, path, &name, err);
    if (rc == 0) {
        rc = vacuum_into(c, name, err);
        if (rc == 0)
            rc = sqlite_file_settle_new(name, path, err);
        if (rc < 0)
            sqlite_file_drop_new(name);
    }
    arena_release(&arena);
    return rc;
}

const struct store_driver store_sqlite = {
    .begin_new = sqlite_file_begin_new,
    .settle_new = sqlite_file_settle_new,
    .drop_new = sqlite_file_drop_new,
    .open = driver_open,
    .close = driver_close,
    .version = driver_version,
    .set_version = driver_set_version,
    .script = driver_script,
    .begin = driver_begin,
    .commit = driver_commit,
    .rollback = driver_rollback,
    .in_tx = driver_in_tx,
    .prepare = driver_prepare,
    .finalize = driver_finalize,
    .bind_text = driver_bind_text,
    .bind_blob = driver_bind_blob,
    .bind_int = driver_bind_int,
    .bind_null = driver_bind_null,
    .step = driver_step,
    .text = driver_text,
    .integer = driver_integer,
    .is_null = driver_is_null,
    .reset = driver_reset,
    .set_patience = driver_set_patience,
    .check = driver_check,
    .scrub = driver_scrub,
    .backup = driver_backup,
};
