/* Store: opening and refusing, statements, transactions, and misuse. */
#include "store_fixture.h"

#include "base/embed.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

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
    const char *hollow = arena_printf(&f->arena, "PRAGMA application_id = 1129532756; PRAGMA user_version = %d",
                                      store_version_known());
    const struct {
        const char *name, *text, *sql;
        int code;
        const char *says;
    } cases[] = {
        {"missing", NULL, NULL, CM_ENOTFOUND, "init"},
        {"empty", "", NULL, CM_EINPUT, "another program"},
        {"text", "This is a text that is no database, however long it may be.\n", NULL, CM_EINPUT,
         "no database"},
        {"short", "SQLite format 3", NULL, CM_EINPUT, "no database"},
        {"foreign", NULL, "CREATE TABLE t (a)", CM_EINPUT, "another program"},
        {"other-id", NULL, "PRAGMA application_id = 7; CREATE TABLE t (a)", CM_EINPUT,
         "another program"},
        {"hollow", NULL, hollow, CM_ECORRUPT, "tables"},
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
    assert_non_null(
        strstr(f->err.text, arena_printf(&f->arena, "up to %d", store_version_known())));
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

extern const struct embedded store_migrations[];

/* A store as the first version left it, with a member: the tables of the first migration, and what a new store says
 * about itself. */
static void make_first_version(struct fixture *f)
{
    char *whole = fs_join(&f->arena, f->dir, "whole.db");
    struct store *s;
    OK(f, store_open(whole, STORE_CREATE, &s, &f->err));
    store_close(&s);
    raw(f->path, "PRAGMA application_id = 1129532756; PRAGMA user_version = 1");
    raw(f->path, arena_strndup(&f->arena, store_migrations[0].data, embedded_sv(&store_migrations[0]).len));
    raw(f->path, arena_printf(&f->arena, "ATTACH '%s' AS whole; INSERT INTO about SELECT * FROM whole.about WHERE key "
                                         "NOT LIKE 'migration-%%' OR key = 'migration-1'; DETACH whole; "
                                         "INSERT INTO member (id, name) VALUES ('m1', 'Rosa')", whole));
}

static void test_first_version_is_migrated_with_its_rows(void **state)
{
    struct fixture *f = *state;
    struct store *s;
    struct store_stmt *q;
    make_first_version(f);
    assert_int_equal(store_open(f->path, STORE_READ_ONLY, &s, &f->err), CM_EREFUSED);
    OK(f, store_open(f->path, 0, &s, &f->err));
    assert_int_equal(store_version(s), store_version_known());
    OK(f, store_prepare(s, "SELECT name, joined IS NULL FROM member", &q, &f->err));
    assert_int_equal(store_step(q, &f->err), STORE_ROW);
    assert_true(sv_eq_str(store_text(q, 0), "Rosa"));
    assert_int_equal(store_int(q, 1), 1);
    store_done(q);
    OK(f, store_check(s, &f->err));
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
    return store_run(
        s, "INSERT INTO assent (document, author, event) VALUES ('process', 'm1', 'one')", err);
}

static int foreign_violation(struct store *s, void *context, struct err *err)
{
    (void)context;
    return store_run(s, "INSERT INTO assent (document, author, event) VALUES ('process', 'm1', 99)",
                     err);
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
    return quiet_open(f, &s) < 0 ? 1
                                 : store_run(s, "INSERT INTO base VALUES ('a', 'b')", &f->err) + 20;
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

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(made_once_then_opened),
        T(what_is_no_store_is_refused),
        T(refusing_changes_no_byte),
        T(newer_store_names_both_versions),
        T(other_migrations_are_refused),
        T(first_version_is_migrated_with_its_rows),
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
