/* Store: opening and refusing, statements, transactions, several processes, full and read-only disks. */
#include "store/store.h"

#include "base/fs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct fixture {
    struct arena arena;
    struct err err;
    char dir[64];
    char *path; /* "DIR/store.db", not made yet */
};

static int setup(void **state)
{
    struct fixture *f = base_malloc(sizeof(*f));
    *f = (struct fixture){.arena = ARENA_INIT, .dir = "/tmp/casemate-store-XXXXXX"};
    if (!mkdtemp(f->dir))
        return -1;
    f->path = fs_join(&f->arena, f->dir, "store.db");
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    int rc = fs_remove_tree(f->dir, &f->err);
    arena_release(&f->arena);
    free(f);
    return rc;
}

#define OK(f, call) check_ok((call), &(f)->err, __LINE__)
static void check_ok(int rc, struct err *err, int line)
{
    if (rc < 0)
        fail_msg("line %d: %d %s", line, rc, err->text);
}

static struct store *make(struct fixture *f)
{
    struct store *s;
    OK(f, store_open(f->path, STORE_CREATE, &s, &f->err));
    return s;
}

/* ---- small changes to work with: rows of the table base ---- */

static int put(struct store *s, void *context, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "INSERT INTO base (path, text) VALUES ($1, $2)", &q, err);
    if (rc < 0)
        return rc;
    store_bind_text(q, 1, sv_str(context));
    store_bind_text(q, 2, SV("text"));
    rc = store_step(q, err);
    store_done(q);
    return rc;
}

static int64_t count(struct store *s)
{
    struct err err = ERR_INIT;
    struct store_stmt *q;
    int64_t n = -1;
    assert_int_equal(store_prepare(s, "SELECT COUNT(*) FROM base", &q, &err), 0);
    if (store_step(q, &err) == STORE_ROW)
        n = store_int(q, 0);
    store_done(q);
    return n;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void raw(const char *path, const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static char *raw_text(struct arena *a, const char *path, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *q;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    char *text = arena_strdup(a, (const char *)sqlite3_column_text(q, 0));
    sqlite3_finalize(q);
    sqlite3_close(db);
    return text;
}

/* Runs fn in a process of its own; gives its exit status, or -signal. */
static int in_child(int (*fn)(struct fixture *f), struct fixture *f)
{
    int status;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        _exit(fn(f));
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static size_t files_in(struct fixture *f)
{
    struct fs_names names = {0};
    OK(f, fs_list(&f->arena, f->dir, 100, &names, &f->err));
    return names.list.len;
}

/* ---- opening ---- */

static void test_made_once_then_opened(void **state)
{
    struct fixture *f = *state;
    struct store *s = make(f), *again;
    struct stat info;
    assert_int_equal(store_version(s), store_version_known());
    store_close(&s);
    assert_null(s);
    assert_int_equal(files_in(f), 1);
    assert_int_equal(stat(f->path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(store_open(f->path, STORE_CREATE, &again, &f->err), CM_ECONFLICT);
    assert_null(again);
    OK(f, store_open(f->path, 0, &again, &f->err));
    OK(f, store_tx(again, put, "a", &f->err));
    store_close(&again);
    store_close(&again);
    assert_string_equal(raw_text(&f->arena, f->path, "PRAGMA journal_mode"), "wal");
    assert_int_equal(files_in(f), 1);
}

static void test_what_is_no_store_is_refused(void **state)
{
    struct fixture *f = *state;
    struct store *s;
    static const struct {
        const char *name, *text, *sql;
        int code;
        const char *says;
    } cases[] = {
        {"missing", NULL, NULL, CM_ENOTFOUND, "init"},
        {"empty", "", NULL, CM_EINPUT, "another program"},
        {"text", "This is a text that is no database, however long it may be.\n", NULL, CM_EINPUT, "no database"},
        {"short", "SQLite format 3", NULL, CM_EINPUT, "no database"},
        {"foreign", NULL, "CREATE TABLE t (a)", CM_EINPUT, "another program"},
        {"other-id", NULL, "PRAGMA application_id = 7; CREATE TABLE t (a)", CM_EINPUT, "another program"},
        {"hollow", NULL, "PRAGMA application_id = 1129532756; PRAGMA user_version = 1", CM_ECORRUPT, "tables"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *path = fs_join(&f->arena, f->dir, cases[i].name);
        if (cases[i].text)
            write_file(path, cases[i].text);
        if (cases[i].sql)
            raw(path, cases[i].sql);
        for (unsigned flags = 0; flags <= STORE_READ_ONLY; flags += STORE_READ_ONLY) {
            int rc = store_open(path, flags, &s, &f->err);
            if (rc != cases[i].code || !strstr(f->err.text, cases[i].says))
                fail_msg("%s: %d %s", cases[i].name, rc, f->err.text);
            assert_null(s);
        }
    }
    assert_int_equal(store_open(f->dir, 0, &s, &f->err), CM_EINPUT);
    assert_int_equal(store_open("", 0, &s, &f->err), CM_EINPUT);
    assert_int_equal(store_open("/nowhere/at/all.db", STORE_CREATE, &s, &f->err), CM_EINPUT);
    assert_non_null(strstr(f->err.text, "folder"));
}

static void test_refusing_changes_no_byte(void **state)
{
    struct fixture *f = *state;
    struct store *s;
    struct sv before, after;
    raw(f->path, "CREATE TABLE t (a); INSERT INTO t VALUES (1)");
    OK(f, fs_read(&f->arena, f->path, 1 << 20, &before, &f->err));
    assert_int_equal(store_open(f->path, 0, &s, &f->err), CM_EINPUT);
    OK(f, fs_read(&f->arena, f->path, 1 << 20, &after, &f->err));
    assert_true(sv_eq(before, after));
    assert_int_equal(files_in(f), 1);
}

static void test_newer_store_names_both_versions(void **state)
{
    struct fixture *f = *state;
    struct store *s = make(f);
    store_close(&s);
    raw(f->path, "PRAGMA user_version = 4711");
    assert_int_equal(store_open(f->path, 0, &s, &f->err), CM_ECONFLICT);
    assert_non_null(strstr(f->err.text, "4711"));
    assert_non_null(strstr(f->err.text, arena_printf(&f->arena, "up to %d", store_version_known())));
    assert_int_equal(store_open(f->path, STORE_READ_ONLY, &s, &f->err), CM_ECONFLICT);
}

static void test_other_migrations_are_refused(void **state)
{
    struct fixture *f = *state;
    struct store *s = make(f);
    store_close(&s);
    raw(f->path, "UPDATE about SET value = 'ab' WHERE key = 'migration-1'");
    assert_int_equal(store_open(f->path, 0, &s, &f->err), CM_ECONFLICT);
    assert_non_null(strstr(f->err.text, "version 1"));
}

static void test_older_store_is_not_migrated_when_read_only(void **state)
{
    struct fixture *f = *state;
    struct store *s;
    raw(f->path, "PRAGMA application_id = 1129532756; CREATE TABLE unused (a)");
    assert_int_equal(store_open(f->path, STORE_READ_ONLY, &s, &f->err), CM_EREFUSED);
    OK(f, store_open(f->path, 0, &s, &f->err)); /* version 0: an empty store */
    assert_int_equal(store_version(s), store_version_known());
    store_close(&s);
}

static void test_damaged_pages_are_reported(void **state)
{
    struct fixture *f = *state;
    struct store *s = make(f);
    OK(f, store_tx(s, put, "a", &f->err));
    OK(f, store_check(s, &f->err));
    store_close(&s);
    int fd = open(f->path, O_RDWR);
    struct stat info;
    assert_int_equal(fstat(fd, &info), 0);
    char noise[4096];
    memset(noise, 0x5a, sizeof(noise));
    for (off_t at = 4096 * 2; at < info.st_size; at += 4096)
        assert_int_equal(pwrite(fd, noise, sizeof(noise), at), sizeof(noise));
    close(fd);
    int rc = store_open(f->path, 0, &s, &f->err);
    if (rc == 0)
        rc = store_check(s, &f->err);
    assert_int_equal(rc, CM_ECORRUPT);
    store_close(&s);
}

/* ---- statements ---- */

static void test_values_come_back_as_they_went_in(void **state)
{
    struct fixture *f = *state;
    struct store *s;
    struct store_stmt *q;
    static const char bytes[] = "a\0b\xff";
    OK(f, store_open(":memory:", 0, &s, &f->err));
    OK(f, store_prepare(s, "SELECT $2, $1, $3, $4, $2 || 'x', $5", &q, &f->err));
    store_bind_text(q, 1, SV("text \xe2\x80\xa6"));
    store_bind_int(q, 2, INT64_MIN);
    store_bind_blob(q, 3, sv_from(bytes, 4));
    store_bind_null(q, 4);
    store_bind_text(q, 5, SV_NONE);
    assert_int_equal(store_step(q, &f->err), STORE_ROW);
    assert_true(store_int(q, 0) == INT64_MIN);
    assert_true(sv_eq(store_text(q, 1), SV("text \xe2\x80\xa6")));
    assert_true(sv_eq(store_text(q, 2), sv_from(bytes, 4)));
    assert_true(store_is_null(q, 3) && store_text(q, 3).len == 0 && store_int(q, 3) == 0);
    assert_true(sv_eq(store_text(q, 4), SV("-9223372036854775808x")));
    assert_true(!store_is_null(q, 5) && store_text(q, 5).len == 0);
    assert_int_equal(store_step(q, &f->err), 0);
    assert_int_equal(store_step(q, &f->err), 0); /* does not start again */
    store_done(q);
    store_close(&s);
}

static int prepare_pair(struct store *s, struct store_stmt **q, struct err *err)
{
    return store_prepare(s, "SELECT path FROM base ORDER BY path", q, err);
}

static void test_statement_may_be_used_inside_its_own_loop(void **state)
{
    struct fixture *f = *state;
    struct store *s;
    struct store_stmt *outer, *inner, *third;
    OK(f, store_open(":memory:", 0, &s, &f->err));
    OK(f, store_tx(s, put, "a", &f->err));
    OK(f, store_tx(s, put, "b", &f->err));
    OK(f, prepare_pair(s, &outer, &f->err));
    int pairs = 0;
    while (store_step(outer, &f->err) == STORE_ROW) {
        OK(f, prepare_pair(s, &inner, &f->err));
        assert_ptr_not_equal(outer, inner);
        while (store_step(inner, &f->err) == STORE_ROW)
            pairs++;
        store_done(inner);
    }
    store_done(outer);
    assert_int_equal(pairs, 4);
    OK(f, prepare_pair(s, &third, &f->err));
    assert_true(third == outer || third == inner); /* kept, not prepared again */
    store_done(third);
    store_done(NULL);
    store_close(&s);
}

static void test_constraints_are_conflicts(void **state)
{
    struct fixture *f = *state;
    struct store *s;
    OK(f, store_open(":memory:", 0, &s, &f->err));
    OK(f, store_tx(s, put, "a", &f->err));
    assert_int_equal(store_tx(s, put, "a", &f->err), CM_ECONFLICT);
    assert_int_equal(count(s), 1);
    store_close(&s);
}

static int strict_violation(struct store *s, void *context, struct err *err)
{
    (void)context;
    return store_run(s, "INSERT INTO assent (document, author, event) VALUES ('process', 'm1', 'one')", err);
}

static int foreign_violation(struct store *s, void *context, struct err *err)
{
    (void)context;
    return store_run(s, "INSERT INTO assent (document, author, event) VALUES ('process', 'm1', 99)", err);
}

static void test_tables_are_strict_and_references_hold(void **state)
{
    struct fixture *f = *state;
    struct store *s;
    OK(f, store_open(":memory:", 0, &s, &f->err));
    assert_int_equal(store_tx(s, strict_violation, NULL, &f->err), CM_ECONFLICT);
    assert_int_equal(store_tx(s, foreign_violation, NULL, &f->err), CM_ECONFLICT);
    store_close(&s);
}

static void test_missing_table_is_corruption(void **state)
{
    struct fixture *f = *state;
    struct store *s;
    OK(f, store_open(":memory:", 0, &s, &f->err));
    assert_int_equal(store_run(s, "SELECT a FROM no_such_table", &f->err), CM_ECORRUPT);
    store_close(&s);
}

/* ---- transactions ---- */

static int put_then_fail(struct store *s, void *context, struct err *err)
{
    int rc = put(s, context, err);
    return rc < 0 ? rc : err_set(err, CM_EREFUSED, "no");
}

static int outer_goes_on(struct store *s, void *context, struct err *err)
{
    (void)context;
    int rc = put(s, "outer-1", err);
    if (rc == 0 && store_tx(s, put_then_fail, "inner-lost", err) != CM_EREFUSED)
        return CM_EINPUT;
    if (rc == 0)
        rc = store_tx(s, put, "inner-kept", err);
    return rc < 0 ? rc : put(s, "outer-2", err);
}

static int outer_fails(struct store *s, void *context, struct err *err)
{
    int rc = outer_goes_on(s, context, err);
    return rc < 0 ? rc : err_set(err, CM_EREFUSED, "outer");
}

static void test_failed_transaction_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    struct store *s = make(f);
    assert_int_equal(store_tx(s, put_then_fail, "a", &f->err), CM_EREFUSED);
    assert_string_equal(f->err.text, "no");
    assert_int_equal(store_tx(s, outer_fails, NULL, &f->err), CM_EREFUSED);
    assert_int_equal(count(s), 0);
    OK(f, store_tx(s, outer_goes_on, NULL, &f->err));
    assert_int_equal(count(s), 3);
    store_close(&s);
}

static int read_twice(struct store *s, void *context, struct err *err)
{
    struct store *other = context;
    if (count(s) != 0)
        return CM_EINPUT;
    int rc = store_tx(other, put, "meanwhile", err);
    return rc < 0 ? rc : count(s) == 0 ? 0 : CM_EINPUT;
}

static void test_reader_sees_one_state_while_another_writes(void **state)
{
    struct fixture *f = *state;
    struct store *s = make(f), *other;
    OK(f, store_open(f->path, 0, &other, &f->err));
    OK(f, store_read_tx(s, read_twice, other, &f->err));
    assert_int_equal(count(s), 1);
    store_close(&other);
    store_close(&s);
}

/* ---- misuse is a bug of ours ---- */

static int quiet_open(struct fixture *f, struct store **s)
{
    int null = open("/dev/null", O_WRONLY);
    dup2(null, 2);
    return store_open(f->path, 0, s, &f->err);
}

static int misuse_write_outside(struct fixture *f)
{
    struct store *s;
    return quiet_open(f, &s) < 0 ? 1 : store_run(s, "INSERT INTO base VALUES ('a', 'b')", &f->err) + 20;
}

static int misuse_delete_event(struct fixture *f)
{
    struct store *s;
    return quiet_open(f, &s) < 0 ? 1 : store_run(s, "DELETE FROM event", &f->err) + 20;
}

static int misuse_change_event(struct fixture *f)
{
    struct store *s;
    return quiet_open(f, &s) < 0 ? 1 : store_run(s, "UPDATE event SET actor = 'm2'", &f->err) + 20;
}

static int misuse_attach(struct fixture *f)
{
    struct store *s;
    return quiet_open(f, &s) < 0 ? 1 : store_run(s, "ATTACH '/tmp/x' AS x", &f->err) + 20;
}

static int misuse_two_statements(struct fixture *f)
{
    struct store *s;
    return quiet_open(f, &s) < 0 ? 1 : store_run(s, "SELECT 1; SELECT 2", &f->err) + 20;
}

static int misuse_parameter_names(struct fixture *f)
{
    struct store *s;
    return quiet_open(f, &s) < 0 ? 1 : store_run(s, "SELECT :name", &f->err) + 20;
}

static int write_in_read(struct store *s, void *context, struct err *err)
{
    return store_tx(s, put, context, err);
}

static int misuse_write_in_read(struct fixture *f)
{
    struct store *s;
    return quiet_open(f, &s) < 0 ? 1 : store_read_tx(s, write_in_read, "a", &f->err) + 20;
}

static int keep_statement(struct store *s, void *context, struct err *err)
{
    struct store_stmt *q;
    (void)context;
    return prepare_pair(s, &q, err);
}

static int misuse_statement_kept(struct fixture *f)
{
    struct store *s;
    return quiet_open(f, &s) < 0 ? 1 : store_tx(s, keep_statement, NULL, &f->err) + 20;
}

static void test_misuse_aborts(void **state)
{
    struct fixture *f = *state;
    struct store *s = make(f);
    store_close(&s);
    int (*const cases[])(struct fixture *) = {
        misuse_write_outside,  misuse_delete_event,  misuse_change_event,    misuse_attach,
        misuse_two_statements, misuse_write_in_read, misuse_parameter_names, misuse_statement_kept,
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int status = in_child(cases[i], f);
        if (status != -SIGABRT)
            fail_msg("case %zu: %d", i, status);
    }
}

/* ---- several processes ---- */

enum { WRITERS = 3, ROUNDS = 100 };

static int add_one(struct store *s, void *context, struct err *err)
{
    (void)context;
    return store_run(s, "UPDATE base SET text = CAST(CAST(text AS INTEGER) + 1 AS TEXT) WHERE path = 'counter'", err);
}

static int count_up(struct fixture *f)
{
    struct store *s;
    if (store_open(f->path, 0, &s, &f->err) < 0)
        return 1;
    for (int i = 0; i < ROUNDS; i++) {
        if (store_tx(s, add_one, NULL, &f->err) < 0)
            return 2;
    }
    store_close(&s);
    return 0;
}

static pid_t start(int (*fn)(struct fixture *f), struct fixture *f)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        _exit(fn(f));
    assert_true(pid > 0);
    return pid;
}

static int join(pid_t pid)
{
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void test_processes_lose_no_update(void **state)
{
    struct fixture *f = *state;
    struct store *s = make(f);
    store_close(&s);
    raw(f->path, "INSERT INTO base VALUES ('counter', '0')");
    pid_t pids[WRITERS];
    for (int i = 0; i < WRITERS; i++)
        pids[i] = start(count_up, f);
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(join(pids[i]), 0);
    assert_int_equal(atol(raw_text(&f->arena, f->path, "SELECT text FROM base")), WRITERS * ROUNDS);
}

static int create_once(struct fixture *f)
{
    struct store *s;
    int rc = store_open(f->path, STORE_CREATE, &s, &f->err);
    store_close(&s);
    return -rc;
}

static void test_one_of_several_creators_wins(void **state)
{
    struct fixture *f = *state;
    pid_t pids[WRITERS];
    int won = 0, refused = 0;
    for (int i = 0; i < WRITERS; i++)
        pids[i] = start(create_once, f);
    for (int i = 0; i < WRITERS; i++) {
        int status = join(pids[i]);
        won += status == 0;
        refused += status == -CM_ECONFLICT;
    }
    assert_int_equal(won, 1);
    assert_int_equal(refused, WRITERS - 1);
    assert_int_equal(files_in(f), 1);
}

static void test_killed_creator_leaves_a_store_or_none(void **state)
{
    struct fixture *f = *state;
    for (unsigned round = 0; round < 20; round++) {
        struct store *s;
        struct fs_names names = {0};
        pid_t pid = start(create_once, f);
        usleep(500 * round);
        kill(pid, SIGKILL);
        join(pid);
        int rc = store_open(f->path, 0, &s, &f->err);
        if (rc == 0)
            OK(f, store_check(s, &f->err));
        else
            assert_int_equal(rc, CM_ENOTFOUND);
        store_close(&s);
        OK(f, fs_list(&f->arena, f->dir, 1000, &names, &f->err));
        for (size_t i = 0; i < names.list.len; i++)
            unlink(fs_join(&f->arena, f->dir, names.list.at[i]));
    }
}

static int hold_lock(struct store *s, void *context, struct err *err)
{
    struct fixture *f = context;
    struct store *other;
    sqlite3 *db;
    (void)s;
    /* The driver waits five seconds; a connection without that wait shows the same state at once. */
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_BUSY);
    sqlite3_close(db);
    int rc = store_open(f->path, STORE_READ_ONLY, &other, err); /* readers do not wait */
    if (rc == 0)
        rc = count(other) == 0 ? 0 : CM_EINPUT;
    store_close(&other);
    return rc;
}

static void test_readers_do_not_wait_for_a_writer(void **state)
{
    struct fixture *f = *state;
    struct store *s = make(f);
    OK(f, store_tx(s, hold_lock, f, &f->err));
    store_close(&s);
}

static int write_while_locked(struct fixture *f)
{
    struct store *s;
    if (store_open(f->path, 0, &s, &f->err) < 0)
        return 1;
    int rc = store_tx(s, put, "late", &f->err);
    return rc == CM_EAGAIN && strstr(f->err.text, "busy") ? 0 : 2;
}

static int wait_for_child(struct store *s, void *context, struct err *err)
{
    (void)s;
    (void)err;
    return in_child(write_while_locked, context) == 0 ? 0 : CM_EINPUT;
}

static void test_busy_store_is_try_again(void **state)
{
    struct fixture *f = *state;
    struct store *s = make(f);
    OK(f, store_tx(s, wait_for_child, f, &f->err)); /* lasts the five seconds */
    assert_int_equal(count(s), 0);
    store_close(&s);
}

/* ---- disks ---- */

static int fill(struct store *s, void *context, struct err *err)
{
    struct store_stmt *q;
    int *rows = context;
    char block[16384];
    memset(block, 'x', sizeof(block));
    for (int i = 0; i < 1000; i++) {
        char name[16];
        snprintf(name, sizeof(name), "row %d", i);
        int rc = store_prepare(s, "INSERT INTO base (path, text) VALUES ($1, $2)", &q, err);
        if (rc < 0)
            return rc;
        store_bind_text(q, 1, sv_str(name));
        store_bind_text(q, 2, sv_from(block, sizeof(block)));
        rc = store_step(q, err);
        store_done(q);
        if (rc < 0)
            return rc;
        ++*rows;
    }
    return 0;
}

/* A limit on file size stands for a full disk. */
static int full_disk(struct fixture *f)
{
    struct store *s;
    struct rlimit limit = {512 << 10, RLIM_INFINITY};
    int rows = 0;
    signal(SIGXFSZ, SIG_IGN);
    if (store_open(f->path, 0, &s, &f->err) < 0)
        return 1;
    setrlimit(RLIMIT_FSIZE, &limit);
    if (store_tx(s, fill, &rows, &f->err) != CM_EAGAIN || !strstr(f->err.text, "room"))
        return 2;
    if (rows == 0 && count(s) != 0)
        return 3;
    limit.rlim_cur = RLIM_INFINITY;
    setrlimit(RLIMIT_FSIZE, &limit);
    if (store_tx(s, put, "after", &f->err) < 0 || count(s) != 1 || store_check(s, &f->err) < 0)
        return 4;
    store_close(&s);
    return 0;
}

static int full_disk_create(struct fixture *f)
{
    struct store *s;
    struct rlimit limit = {16 << 10, RLIM_INFINITY};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    return store_open(f->path, STORE_CREATE, &s, &f->err) == CM_EAGAIN ? 0 : 1;
}

static void test_full_disk_is_try_again(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(in_child(full_disk_create, f), 0);
    assert_int_equal(files_in(f), 0);
    struct store *s = make(f);
    store_close(&s);
    assert_int_equal(in_child(full_disk, f), 0);
    OK(f, store_open(f->path, 0, &s, &f->err));
    assert_int_equal(count(s), 1);
    store_close(&s);
}

static int write_after_undone(struct store *s, void *context, struct err *err)
{
    int rows = 0;
    (void)context;
    if (put(s, "before", err) < 0 || store_tx(s, fill, &rows, err) != CM_EAGAIN)
        return CM_EINPUT;
    return store_run(s, "INSERT INTO base VALUES ('small', 's')", err);
}

static int undone(struct fixture *f)
{
    struct store *s;
    struct rlimit limit = {512 << 10, RLIM_INFINITY};
    signal(SIGXFSZ, SIG_IGN);
    if (store_open(f->path, 0, &s, &f->err) < 0)
        return 1;
    setrlimit(RLIMIT_FSIZE, &limit);
    int rc = store_tx(s, write_after_undone, NULL, &f->err);
    int64_t rows = count(s);
    /* either the database kept the transaction (all of the outer one) or undid it (nothing); never a part */
    return rc < 0 ? rows == 0 ? 0 : 2 : rows == 2 ? 0 : 3;
}

static void test_undone_transaction_keeps_no_part(void **state)
{
    struct fixture *f = *state;
    struct store *s = make(f);
    store_close(&s);
    assert_int_equal(in_child(undone, f), 0);
}

/* root may write everywhere, so these run as nobody */
static void drop_root(void)
{
    if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
        _exit(99);
}

static int open_both_ways(struct fixture *f)
{
    struct store *s;
    drop_root();
    if (store_open(f->path, STORE_READ_ONLY, &s, &f->err) < 0)
        return fprintf(stderr, "%s\n", f->err.text), 1;
    if (count(s) != 1)
        return 2;
    if (store_tx(s, put, "b", &f->err) != CM_EREFUSED)
        return 3;
    store_close(&s);
    int rc = store_open(f->path, 0, &s, &f->err);
    if (rc == 0)
        rc = store_tx(s, put, "b", &f->err);
    if (rc != CM_EAGAIN || !strstr(f->err.text, "write-protected"))
        return 4;
    rc = store_open(fs_join(&f->arena, f->dir, "new.db"), STORE_CREATE, &s, &f->err);
    return rc == CM_EIO && !s ? 0 : 5;
}

static void test_read_only_file_and_folder(void **state)
{
    struct fixture *f = *state;
    struct store *s = make(f);
    OK(f, store_tx(s, put, "a", &f->err));
    store_close(&s);
    static const mode_t modes[][2] = {{0444, 0555}, {0666, 0555}};
    for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
        assert_int_equal(chmod(f->path, modes[i][0]), 0);
        assert_int_equal(chmod(f->dir, modes[i][1]), 0);
        int status = in_child(open_both_ways, f);
        if (status)
            fail_msg("mode %o in %o: step %d", (unsigned)modes[i][0], (unsigned)modes[i][1], status);
    }
    assert_int_equal(chmod(f->dir, 0755), 0);
}

static int open_unreadable(struct fixture *f)
{
    struct store *s;
    drop_root();
    return store_open(f->path, STORE_READ_ONLY, &s, &f->err) == CM_EIO ? 0 : 1;
}

static void test_unreadable_file(void **state)
{
    struct fixture *f = *state;
    struct store *s = make(f);
    store_close(&s);
    chmod(f->dir, 0755);
    chmod(f->path, 0);
    assert_int_equal(in_child(open_unreadable, f), 0);
}

static void test_odd_file_names(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = {"file:a?mode=memory", "per%20cent#.db", "-x", "with blank", ":memory:x"};
    char *old = getcwd(arena_alloc(&f->arena, 4096), 4096);
    assert_non_null(old);
    assert_int_equal(chdir(f->dir), 0);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct store *s;
        OK(f, store_open(names[i], STORE_CREATE, &s, &f->err));
        store_close(&s);
        assert_int_equal(access(fs_join(&f->arena, f->dir, names[i]), F_OK), 0);
    }
    assert_int_equal(files_in(f), ARRAY_LEN(names));
    assert_int_equal(chdir(old), 0);
}

/* ---- backup ---- */

static void test_backup_is_a_store_and_replaces_nothing(void **state)
{
    struct fixture *f = *state;
    struct store *s = make(f), *copy;
    char *path = fs_join(&f->arena, f->dir, "copy.db");
    OK(f, store_tx(s, put, "a", &f->err));
    OK(f, store_backup(s, path, &f->err));
    assert_int_equal(store_backup(s, path, &f->err), CM_ECONFLICT);
    OK(f, store_tx(s, put, "later", &f->err));
    OK(f, store_open(path, 0, &copy, &f->err));
    OK(f, store_check(copy, &f->err));
    assert_int_equal(count(copy), 1);
    assert_int_equal(count(s), 2);
    store_close(&copy);
    store_close(&s);
    assert_int_equal(files_in(f), 2);
}

static void test_backup_while_others_write(void **state)
{
    struct fixture *f = *state;
    struct store *s = make(f);
    raw(f->path, "INSERT INTO base VALUES ('counter', '0')");
    pid_t pid = start(count_up, f);
    for (int i = 0; i < 5; i++) {
        struct store *copy;
        char *path = arena_printf(&f->arena, "%s/copy-%d", f->dir, i);
        OK(f, store_backup(s, path, &f->err));
        OK(f, store_open(path, STORE_READ_ONLY, &copy, &f->err));
        OK(f, store_check(copy, &f->err));
        store_close(&copy);
    }
    assert_int_equal(join(pid), 0);
    store_close(&s);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(made_once_then_opened),
        T(what_is_no_store_is_refused),
        T(refusing_changes_no_byte),
        T(newer_store_names_both_versions),
        T(other_migrations_are_refused),
        T(older_store_is_not_migrated_when_read_only),
        T(damaged_pages_are_reported),
        T(values_come_back_as_they_went_in),
        T(statement_may_be_used_inside_its_own_loop),
        T(constraints_are_conflicts),
        T(tables_are_strict_and_references_hold),
        T(missing_table_is_corruption),
        T(failed_transaction_leaves_nothing),
        T(reader_sees_one_state_while_another_writes),
        T(misuse_aborts),
        T(processes_lose_no_update),
        T(one_of_several_creators_wins),
        T(killed_creator_leaves_a_store_or_none),
        T(readers_do_not_wait_for_a_writer),
        T(busy_store_is_try_again),
        T(full_disk_is_try_again),
        T(undone_transaction_keeps_no_part),
        T(read_only_file_and_folder),
        T(unreadable_file),
        T(odd_file_names),
        T(backup_is_a_store_and_replaces_nothing),
        T(backup_while_others_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
