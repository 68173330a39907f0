/* What the tests of the store share: a folder of their own, small changes to a table, processes.
 * Included once per test program. */
#ifndef CASEMATE_TESTS_STORE_FIXTURE_H
#define CASEMATE_TESTS_STORE_FIXTURE_H

#include "base/fs.h"
#include "store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct fixture {
    struct arena arena;
    struct err err;
    char dir[64];
    char *path; /* "DIR/store.db", not made yet */
};

static inline int setup(void **state)
{
    struct fixture *f = base_malloc(sizeof(*f));
    *f = (struct fixture){.arena = ARENA_INIT, .dir = "/tmp/casemate-store-XXXXXX"};
    if (!mkdtemp(f->dir))
        return -1;
    f->path = fs_join(&f->arena, f->dir, "store.db");
    *state = f;
    return 0;
}

static inline int teardown(void **state)
{
    struct fixture *f = *state;
    int rc = fs_remove_tree(f->dir, &f->err);
    arena_release(&f->arena);
    free(f);
    return rc;
}

#define OK(f, call) check_ok((call), &(f)->err, __LINE__)
static inline void check_ok(int rc, struct err *err, int line)
{
    if (rc < 0)
        fail_msg("line %d: %d %s", line, rc, err->text);
}

static inline struct store *make(struct fixture *f)
{
    struct store *s;
    OK(f, store_open(f->path, STORE_CREATE, &s, &f->err));
    return s;
}

/* ---- small changes to work with: rows of the table base ---- */

static inline int put(struct store *s, void *context, struct err *err)
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

static inline int64_t count(struct store *s)
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

static inline void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static inline void raw(const char *path, const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static inline char *raw_text(struct arena *a, const char *path, const char *sql)
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
static inline int in_child(int (*fn)(struct fixture *f), struct fixture *f)
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

static inline size_t files_in(struct fixture *f)
{
    struct fs_names names = {0};
    OK(f, fs_list(&f->arena, f->dir, 100, &names, &f->err));
    return names.list.len;
}

#endif
