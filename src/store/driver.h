/* What a database driver does for the store; private to this room.
 *
 * The common part (store.c) keeps the statement cache, the nesting of transactions and the rules of
 * use; a driver turns its calls into those of one database library and that library's failures into
 * CM_E codes with a sentence for people. A driver is a table of functions over two handles: a
 * connection (`db`) and a prepared statement (`stmt`). */
#ifndef CASEMATE_STORE_DRIVER_H
#define CASEMATE_STORE_DRIVER_H

#include "store/store.h"

struct store_driver {
    /* For STORE_CREATE. begin_new gives the name under which a new, empty database is to be filled
     * (made in the arena); CM_ECONFLICT when url exists. settle_new puts the filled and closed one
     * in its place, or drop_new removes it. */
    int (*begin_new)(struct arena *a, const char *url, char **out_name, struct err *err);
    int (*settle_new)(const char *name, const char *url, struct err *err);
    void (*drop_new)(const char *name);

    /* fresh: the database is empty and to be made a store's; otherwise it must be one already
     * (CM_EINPUT). shown is the name for messages. */
    int (*open)(const char *name, const char *shown, bool read_only, bool fresh, void **out_db,
                struct err *err);
    void (*close)(void *db);

    /* Number of the last migration; set inside a transaction. script runs SQL text of several
     * statements. */
    int (*version)(void *db, int *out, struct err *err);
    int (*set_version)(void *db, int version, struct err *err);
    int (*script)(void *db, const char *sql, struct err *err);

    int (*begin)(void *db, bool write, struct err *err);
    int (*commit)(void *db, struct err *err);
    void (*rollback)(void *db);
    bool (*in_tx)(void *db); /* false also when the database undid the transaction by itself */

    int (*prepare)(void *db, const char *sql, void **out_stmt, bool *out_writes, struct err *err);
    void (*finalize)(void *stmt);
    void (*bind_text)(void *stmt, int parameter, struct sv text);
    void (*bind_blob)(void *stmt, int parameter, struct sv bytes);
    void (*bind_int)(void *stmt, int parameter, int64_t value);
    void (*bind_null)(void *stmt, int parameter);
    int (*step)(void *stmt, struct err *err);
    struct sv (*text)(void *stmt, int column);
    int64_t (*integer)(void *stmt, int column);
    bool (*is_null)(void *stmt, int column);
    void (*reset)(void *stmt); /* also unbinds */

    void (*set_patience)(void *db, unsigned milliseconds);
    int (*check)(void *db, struct err *err);
    int (*scrub)(void *db, struct err *err);
    int (*backup)(void *db, const char *path, struct err *err);
};

extern const struct store_driver store_sqlite;

/* Brings a store to the newest version, or checks that it has one that this program reads. */
CM_MUST_USE int migrate_run(struct store *s, const struct store_driver *driver, void *db,
                            bool read_only, const char *shown, struct err *err);

#endif
