#define _GNU_SOURCE
#include "action/archive.h"

#include "base/fs.h"
#include "forum/list.h"
#include "forum/message.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { PIECE = 1 << 20 };

struct export {
    struct action_context *c;
    struct sv list;
    const char *path, *beside;
    int fd;
    struct str piece;
    size_t count;
};

static int write_piece(struct export *e, struct err *err)
{
    if (fs_write_fd(e->fd, str_sv(&e->piece)) < 0)
        return err_errno(err, errno, "cannot write %s", e->beside);
    str_clear(&e->piece);
    return CM_OK;
}

static int add_message(struct export *e, int64_t id, int64_t received, struct err *err)
{
    struct arena a = ARENA_INIT;
    struct sv bytes;
    int rc = message_bytes(e->c->store, &a, id, &bytes, err);
    if (!rc)
        mbox_add(&e->piece, bytes, received);
    arena_release(&a);
    e->count += !rc;
    return rc || e->piece.len < PIECE ? rc : write_piece(e, err);
}

static int write_messages(struct store *s, void *context, struct err *err)
{
    struct export *e = context;
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT id, received FROM public_message WHERE list = $1 ORDER BY id", &q, err), more;
    if (rc)
        return rc;
    store_bind_text(q, 1, e->list);
    while (!rc && (more = store_step(q, err)) != 0)
        rc = more == STORE_ROW ? add_message(e, store_int(q, 0), store_int(q, 1), err) : more;
    store_done(q);
    return rc ? rc : write_piece(e, err);
}

static int write_file(struct export *e, struct err *err)
{
    e->beside = arena_printf(e->c->arena, "%s.new-%ld", e->path, (long)getpid());
    e->fd = open(e->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600); /* it holds addresses */
    if (e->fd < 0)
        return err_errno(err, errno, "cannot write %s", e->beside);
    int rc = store_read_tx(e->c->store, write_messages, e, err);
    if (!rc && fsync(e->fd) < 0)
        rc = err_errno(err, errno, "cannot write %s", e->beside);
    if (close(e->fd) < 0 && !rc)
        rc = err_errno(err, errno, "cannot write %s", e->beside);
    if (!rc && rename(e->beside, e->path) < 0)
        rc = err_errno(err, errno, "cannot write %s", e->path);
    if (rc)
        unlink(e->beside);
    return rc;
}

int action_archive_export(struct action_context *c, struct sv list, const char *path, size_t *out_count,
                          struct err *err)
{
    struct lists lists;
    struct export e = {.c = c, .path = path, .fd = -1, .piece = STR_INIT};
    int rc = lists_load(c->store, c->arena, &lists, err);
    if (rc)
        return rc;
    const struct list *l = lists_find(&lists, list);
    if (!l)
        return err_set(err, CM_ENOTFOUND, "there is no list \"%.*s\"", SV_ARG(list));
    e.list = l->id;
    rc = write_file(&e, err);
    str_release(&e.piece);
    *out_count = e.count;
    return rc;
}
