/* Numbered migrations, built in from src/store/migrations/NNN_name.sql.
 *
 * Each runs in a transaction of its own together with the store's new version number, so that a
 * killed program leaves one version or the next. What ran is kept as a digest in the table about,
 * so that a store made by a program whose migrations differ (a development build, say) is refused
 * instead of being misread. Comments and blanks do not count. */
#include "base/digest.h"
#include "base/embed.h"
#include "base/str.h"
#include "store/driver.h"

#include <stdlib.h>
#include <string.h>

extern const struct embedded store_migrations[];

struct migration {
    struct store *store;
    const struct store_driver *driver;
    void *db;
    const struct embedded *file;
    int number;
};

int store_version_known(void)
{
    int count = 0;
    while (store_migrations[count].name)
        count++;
    return count;
}

/* The SQL without comments and with single blanks. Our migrations have no "--" inside quotes. */
static struct digest digest_sql(struct sv sql)
{
    struct str plain = STR_INIT;
    struct sv line;
    while (sv_next_line(&sql, &line)) {
        ptrdiff_t comment = sv_find(line, SV("--"));
        struct sv rest = sv_trim(comment < 0 ? line : sv_from(line.at, (size_t)comment)), word;
        while (sv_split(&rest, ' ', &word)) {
            if (word.len == 0)
                continue;
            str_add(&plain, word);
            str_add_char(&plain, ' ');
        }
    }
    struct digest d = digest_of(str_sv(&plain));
    str_release(&plain);
    return d;
}

static void digest_text(const struct embedded *file, char out[DIGEST_HEX + 1])
{
    struct arena arena = ARENA_INIT;
    struct digest d = digest_sql(embedded_sv(file));
    memcpy(out, digest_hex(&arena, &d), DIGEST_HEX + 1);
    arena_release(&arena);
}

static struct sv key_of(int number, char out[32])
{
    struct str key = STR_INIT;
    str_addf(&key, "migration-%d", number);
    memcpy(out, str_cstr(&key), key.len + 1);
    size_t len = key.len;
    str_release(&key);
    return sv_from(out, len);
}

static int remember(struct migration *m, struct err *err)
{
    char key[32], hex[DIGEST_HEX + 1];
    struct store_stmt *q;
    int rc = store_prepare(m->store, "INSERT INTO about (key, value) VALUES ($1, $2)", &q, err);
    if (rc < 0)
        return rc;
    digest_text(m->file, hex);
    store_bind_text(q, 1, key_of(m->number, key));
    store_bind_text(q, 2, sv_str(hex));
    return store_finish(q, err);
}

static int migrate_one(struct store *s, void *context, struct err *err)
{
    struct migration *m = context;
    int version;
    (void)s;
    int rc = m->driver->version(m->db, &version, err);
    if (rc < 0 || version >= m->number) /* another process was faster */
        return rc;
    if ((rc = m->driver->script(m->db, m->file->data, err)) < 0)
        return err_prefix(err, "migration %s", m->file->name);
    if ((rc = remember(m, err)) < 0)
        return rc;
    return m->driver->set_version(m->db, m->number, err);
}

static int check_one(struct migration *m, const char *shown, struct err *err)
{
    char key[32], hex[DIGEST_HEX + 1];
    struct store_stmt *q;
    int rc = store_prepare(m->store, "SELECT value FROM about WHERE key = $1", &q, err);
    if (rc < 0)
        return rc;
    digest_text(m->file, hex);
    store_bind_text(q, 1, key_of(m->number, key));
    rc = store_step(q, err);
    bool same = rc == STORE_ROW && sv_eq_str(store_text(q, 0), hex);
    store_done(q);
    if (rc >= 0 && !same)
        return err_set(err, CM_ECONFLICT,
                       "%s was made by a program whose tables of version %d are different ones; "
                       "use that program's "
                       "export and import the result into a new store",
                       shown, m->number);
    return rc < 0 ? rc : 0;
}

static int check_version(int version, bool read_only, const char *shown, struct err *err)
{
    int known = store_version_known();
    if (version > known)
        return err_set(
            err, CM_ECONFLICT,
            "%s has version %d, made by a newer casemate; this one knows versions up to %d", shown,
            version, known);
    if (version < known && read_only)
        return err_set(
            err, CM_EREFUSED,
            "%s has version %d and must be brought to version %d first; open it once for writing",
            shown, version, known);
    return 0;
}

int migrate_run(struct store *s, const struct store_driver *driver, void *db, bool read_only,
                const char *shown, struct err *err)
{
    int version;
    int rc = driver->version(db, &version, err);
    if (rc == 0)
        rc = check_version(version, read_only, shown, err);
    for (int i = 0; rc == 0 && store_migrations[i].name; i++) {
        struct migration m = {s, driver, db, &store_migrations[i], i + 1};
        if (strtol(m.file->name, NULL, 10) != m.number)
            BUG("migration %s is not number %d", m.file->name, m.number);
        rc = i < version ? check_one(&m, shown, err) : store_tx(s, migrate_one, &m, err);
    }
    return rc;
}
