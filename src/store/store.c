/* The part of the store that is common to all drivers: statements prepared once, transactions that
 * nest, and the rules of use. Misuse by our own code (a change outside a transaction, a statement
 * not given back) is a BUG(). */
#include "store/store.h"

#include "store/driver.h"

#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 128, DEPTH_MAX = 32 };

struct store_stmt {
    struct store *store;
    void *handle;
    const char *sql; /* a literal; its address is the key */
    char *copy;      /* what stood there, to find keys that are no literals */
    struct store_stmt *next;
    bool busy, ended, writes;
};

struct store {
    const struct store_driver *driver;
    void *db;
    bool read_only;
    int depth;    /* of transactions */
    bool reading; /* the outermost one is store_read_tx() */
    bool scrub;   /* after the outermost commit */
    size_t busy;  /* statements in use */
    struct store_stmt *buckets[BUCKETS];
    void *kept;
    void (*release_kept)(void *kept);
};

/* ---- opening ---- */

static int open_as(const char *name, const char *shown, bool read_only, bool fresh,
                   struct store **out, struct err *err)
{
    struct store *s = base_malloc(sizeof(*s));
    memset(s, 0, sizeof(*s));
    s->driver = &store_sqlite;
    s->read_only = read_only;
    int rc = s->driver->open(name, shown, read_only, fresh, &s->db, err);
    if (rc == 0)
        rc = migrate_run(s, s->driver, s->db, read_only, shown, err);
    if (rc < 0)
        store_close(&s);
    *out = s;
    return rc;
}

/* The store is made under another name and appears whole or not at all. */
static int create(const char *url, struct err *err)
{
    const struct store_driver *driver = &store_sqlite;
    struct arena arena = ARENA_INIT;
    struct store *s = NULL;
    char *name = NULL;
    int rc = driver->begin_new(&arena, url, &name, err);
    if (rc < 0)
        goto out;
    rc = open_as(name, url, false, true, &s, err);
    store_close(&s);
    if (rc == 0)
        rc = driver->settle_new(name, url, err);
    if (rc < 0)
        driver->drop_new(name);
out:
    arena_release(&arena);
    return rc;
}

int store_open(const char *url, unsigned flags, struct store **out, struct err *err)
{
    bool memory = strcmp(url, ":memory:") == 0;
    *out = NULL;
    if (flags & STORE_READ_ONLY && (memory || flags & STORE_CREATE))
        BUG("a store cannot be new and read-only");
    if (*url == '\0')
        return err_set(err, CM_EINPUT, "the name of the store is empty");
    if (flags & STORE_CREATE && !memory) {
        int rc = create(url, err);
        if (rc < 0)
            return rc;
    }
    return open_as(url, url, flags & STORE_READ_ONLY, memory, out, err);
}

void store_close(struct store **at)
{
    struct store *s = *at;
    if (!s)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        struct store_stmt *next;
        for (struct store_stmt *q = s->buckets[i]; q; q = next) {
            next = q->next;
            s->driver->finalize(q->handle);
            free(q->copy);
            free(q);
        }
    }
    if (s->db)
        s->driver->close(s->db);
    if (s->kept)
        s->release_kept(s->kept);
    free(s);
    *at = NULL;
}

void store_keep(struct store *s, void *kept, void (*release)(void *kept))
{
    s->kept = kept;
    s->release_kept = release;
}

void *store_kept(const struct store *s)
{
    return s->kept;
}

int store_version(struct store *s)
{
    struct err err = ERR_INIT;
    int version = 0;
    return s->driver->version(s->db, &version, &err) < 0 ? 0 : version;
}

/* ---- transactions ---- */

/* A full disk and the like make the database undo the whole transaction by itself; nothing more may
 * then be done, or the rest of the work would be kept without its beginning. */
static int undone(struct err *err)
{
    return err_set(err, CM_EAGAIN,
                   "the transaction was undone after an earlier failure; nothing was changed");
}

static int tx_nested(struct store *s, int (*fn)(struct store *s, void *context, struct err *err),
                     void *context, struct err *err)
{
    if (s->depth == DEPTH_MAX)
        BUG("transactions nest too deep");
    int rc =
        s->driver->script(s->db, "SAVEPOINT nested", err); /* the innermost of this name is meant */
    if (rc < 0)
        return rc;
    s->depth++;
    rc = fn(s, context, err);
    s->depth--;
    if (!s->driver->in_tx(s->db))
        return rc < 0 ? rc : undone(err);
    struct err ignored = ERR_INIT;
    if (rc < 0)
        (void)!s->driver->script(s->db, "ROLLBACK TO nested", &ignored);
    int released = s->driver->script(s->db, "RELEASE nested", rc < 0 ? &ignored : err);
    return rc < 0 ? rc : released;
}

static int tx_outer(struct store *s, bool write,
                    int (*fn)(struct store *s, void *context, struct err *err), void *context,
                    struct err *err)
{
    size_t busy = s->busy;
    int rc = s->driver->begin(s->db, write, err);
    if (rc < 0)
        return rc;
    s->reading = !write;
    s->scrub = false;
    s->depth = 1;
    rc = fn(s, context, err);
    s->depth = 0;
    s->reading = false;
    if (rc >= 0 && s->busy != busy)
        BUG("a statement was not given back with store_done()");
    if (rc >= 0)
        rc = s->driver->in_tx(s->db) ? s->driver->commit(s->db, err) : undone(err);
    if (rc < 0) {
        s->driver->rollback(s->db);
        return rc;
    }
    struct err ignored = ERR_INIT;
    if (s->scrub)
        (void)!s->driver->scrub(s->db, &ignored);
    return 0;
}

int store_tx(struct store *s, int (*fn)(struct store *s, void *context, struct err *err),
             void *context, struct err *err)
{
    if (s->depth == 0)
        return tx_outer(s, true, fn, context, err);
    if (s->reading)
        BUG("store_tx() inside store_read_tx()");
    return tx_nested(s, fn, context, err);
}

int store_read_tx(struct store *s, int (*fn)(struct store *s, void *context, struct err *err),
                  void *context, struct err *err)
{
    if (s->depth == 0)
        return tx_outer(s, false, fn, context, err);
    int rc = fn(s, context, err);
    return rc < 0 ? rc : 0;
}

void store_scrub(struct store *s)
{
    if (s->depth == 0)
        BUG("store_scrub() outside a transaction");
    s->scrub = true;
}

/* ---- statements ---- */

static struct store_stmt **bucket_of(struct store *s, const char *sql)
{
    return &s->buckets[((uintptr_t)sql * 0x9E3779B97F4A7C15ULL) >> 57];
}

static struct store_stmt *cached(struct store *s, const char *sql)
{
    for (struct store_stmt *q = *bucket_of(s, sql); q; q = q->next) {
        if (q->sql != sql)
            continue;
        if (strcmp(q->copy, sql) != 0)
            BUG("store_prepare() needs a literal: %s", sql);
        if (!q->busy)
            return q;
    }
    return NULL;
}

static int prepare_new(struct store *s, const char *sql, struct store_stmt **out, struct err *err)
{
    void *handle = NULL;
    bool writes = false;
    int rc = s->driver->prepare(s->db, sql, &handle, &writes, err);
    if (rc < 0)
        return rc;
    struct store_stmt *q = base_malloc(sizeof(*q));
    size_t size = strlen(sql) + 1;
    *q = (struct store_stmt){.store = s, .handle = handle, .sql = sql, .writes = writes};
    q->copy = base_malloc(size);
    memcpy(q->copy, sql, size);
    q->next = *bucket_of(s, sql);
    *bucket_of(s, sql) = q;
    *out = q;
    return 0;
}

int store_prepare(struct store *s, const char *sql, struct store_stmt **out, struct err *err)
{
    struct store_stmt *q = cached(s, sql);
    *out = NULL;
    if (!q) {
        int rc = prepare_new(s, sql, &q, err);
        if (rc < 0)
            return rc;
    }
    q->busy = true;
    q->ended = false;
    s->busy++;
    *out = q;
    return 0;
}

void store_bind_text(struct store_stmt *q, int parameter, struct sv text)
{
    q->store->driver->bind_text(q->handle, parameter, text);
}

void store_bind_blob(struct store_stmt *q, int parameter, struct sv bytes)
{
    q->store->driver->bind_blob(q->handle, parameter, bytes);
}

void store_bind_int(struct store_stmt *q, int parameter, int64_t value)
{
    q->store->driver->bind_int(q->handle, parameter, value);
}

void store_bind_null(struct store_stmt *q, int parameter)
{
    q->store->driver->bind_null(q->handle, parameter);
}

int store_step(struct store_stmt *q, struct err *err)
{
    struct store *s = q->store;
    if (!q->busy)
        BUG("store_step() after store_done(): %s", q->sql);
    if (q->ended)
        return 0;
    if (q->writes && s->read_only)
        return err_set(err, CM_EREFUSED, "the store was opened for reading only");
    if (q->writes && (s->depth == 0 || s->reading))
        BUG("a change outside store_tx(): %s", q->sql);
    if (s->depth && !s->driver->in_tx(s->db))
        return undone(err);
    int rc = s->driver->step(q->handle, err);
    q->ended = rc != STORE_ROW;
    return rc;
}

struct sv store_text(struct store_stmt *q, int column)
{
    return q->store->driver->text(q->handle, column);
}

int64_t store_int(struct store_stmt *q, int column)
{
    return q->store->driver->integer(q->handle, column);
}

bool store_is_null(struct store_stmt *q, int column)
{
    return q->store->driver->is_null(q->handle, column);
}

void store_done(struct store_stmt *q)
{
    if (!q)
        return;
    if (!q->busy)
        BUG("store_done() twice: %s", q->sql);
    q->store->driver->reset(q->handle);
    q->busy = false;
    q->store->busy--;
}

int store_finish(struct store_stmt *q, struct err *err)
{
    int rc = store_step(q, err);
    store_done(q);
    return rc;
}

int store_finish_int(struct store_stmt *q, int64_t *out, struct err *err)
{
    int rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = store_int(q, 0);
    store_done(q);
    return rc;
}

int store_run(struct store *s, const char *sql, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, sql, &q, err);
    if (rc < 0)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        ;
    store_done(q);
    return rc;
}

/* ---- the whole ---- */

void store_set_patience(struct store *s, unsigned milliseconds)
{
    s->driver->set_patience(s->db, milliseconds);
}

int store_check(struct store *s, struct err *err)
{
    return s->driver->check(s->db, err);
}

int store_backup(struct store *s, const char *path, struct err *err)
{
    if (s->depth)
        BUG("store_backup() inside a transaction");
    return s->driver->backup(s->db, path, err);
}
