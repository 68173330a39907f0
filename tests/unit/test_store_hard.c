/* Store under hard conditions: several processes, kill -9, full and read-only disks, backups of a
 * moving store. */
#include "store_fixture.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* ---- several processes ---- */

enum { WRITERS = 3, ROUNDS = 100 };

static int add_one(struct store *s, void *context, struct err *err)
{
    (void)context;
    return store_run(
        s, "UPDATE base SET text = CAST(CAST(text AS INTEGER) + 1 AS TEXT) WHERE path = 'counter'",
        err);
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
    assert_int_equal(strtol(raw_text(&f->arena, f->path, "SELECT text FROM base"), NULL, 10), WRITERS * ROUNDS);
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
    /* The driver waits five seconds; a connection without that wait shows the same state at once.
     */
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
    /* either the database kept the transaction (all of the outer one) or undid it (nothing); never
     * a part */
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
            fail_msg("mode %o in %o: step %d", (unsigned)modes[i][0], (unsigned)modes[i][1],
                     status);
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
    static const char *const names[] = {"file:a?mode=memory", "per%20cent#.db", "-x", "with blank",
                                        ":memory:x"};
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
