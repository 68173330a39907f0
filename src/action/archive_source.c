/* Where an import gets its messages: an mbox, the files of a Maildir, or an inbox of public-inbox. */
#include "action/archive_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAILDIR_MAX = 2000000 };

static int open_mbox(struct archive_source *s, const char *path, enum mbox_form form, struct err *err)
{
    struct stat st;
    s->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (s->fd < 0 || fstat(s->fd, &st) < 0)
        return err_errno(err, errno, "cannot open %s", path);
    if (!S_ISREG(st.st_mode))
        return err_set(err, CM_EINPUT, "%s is neither a file nor a folder", path);
    s->total = (uint64_t)st.st_size;
    mbox_begin(&s->mbox, s->fd, form, MAIL_BYTES_MAX);
    return CM_OK;
}

/* ---- Maildir ---- */

/* "1276528487.M364837P9451.host": seconds since 1970 come first. */
static uint64_t time_of_name(struct sv name)
{
    uint64_t time;
    ptrdiff_t dot = sv_find_char(name, '.');
    return dot > 0 && sv_to_u64(sv_from(name.at, (size_t)dot), INT64_MAX, &time) ? time : 0;
}

static int add_folder(struct archive_source *s, struct arena *a, const char *path, const char *name, struct err *err)
{
    struct fs_names names = {{NULL, 0, 0}};
    const char *folder = fs_join(a, path, name);
    int rc = fs_list(a, folder, MAILDIR_MAX, &names, err);
    for (size_t i = 0; !rc && i < names.list.len; i++)
        *vec_push(a, &s->files) = (struct maildir_file){fs_join(a, folder, names.list.at[i]),
                                                        time_of_name(sv_str(names.list.at[i]))};
    return rc;
}

static int by_time(const void *left, const void *right)
{
    const struct maildir_file *l = left, *r = right;
    if (l->time != r->time)
        return l->time < r->time ? -1 : 1;
    return strcmp(fs_base_name(l->path), fs_base_name(r->path));
}

static int open_maildir(struct archive_source *s, struct arena *a, const char *path, struct err *err)
{
    if (fs_kind(fs_join(a, path, "cur")) != FS_DIR || fs_kind(fs_join(a, path, "new")) != FS_DIR)
        return err_set(err, CM_EINPUT, "%s is no Maildir: it has no folders \"cur\" and \"new\"; nor an inbox of "
                       "public-inbox: it has no git/0.git", path);
    int rc = add_folder(s, a, path, "cur", err);
    if (!rc)
        rc = add_folder(s, a, path, "new", err);
    if (!rc && s->files.len)
        qsort(s->files.at, s->files.len, sizeof *s->files.at, by_time);
    s->total = s->files.len;
    return rc;
}

/* A Maildir from elsewhere may hold links to files of ours: they are not followed. */
static int read_file(struct arena *a, const struct maildir_file *f, struct archive_item *out, struct err *err)
{
    struct stat st;
    int fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return err_errno(err, errno, "cannot open %s", f->path);
    int rc = fstat(fd, &st) < 0 ? err_errno(err, errno, "cannot read %s", f->path) : CM_OK;
    if (!rc && !S_ISREG(st.st_mode))
        rc = err_set(err, CM_EINPUT, "%s is no file", f->path);
    if (!rc && st.st_size > MAIL_BYTES_MAX)
        out->too_long = true;
    else if (!rc)
        rc = fs_read_fd(a, fd, f->path, MAIL_BYTES_MAX, &out->bytes, err);
    close(fd);
    return rc;
}

/* ---- either ---- */

int archive_source_open(struct archive_source *s, struct arena *a, const char *path, enum mbox_form form,
                        struct err *err)
{
    *s = (struct archive_source){.fd = -1};
    if (archive_git_is_there(a, path))
        return archive_git_open(&s->git, path, &s->total, err);
    return fs_kind(path) == FS_DIR ? open_maildir(s, a, path, err) : open_mbox(s, path, form, err);
}

int archive_source_next(struct archive_source *s, struct arena *a, struct archive_item *out, struct err *err)
{
    struct mbox_message m;
    *out = (struct archive_item){.bytes = SV_NONE};
    if (s->git) {
        s->done++;
        return archive_git_next(s->git, a, out, err);
    }
    if (s->fd < 0) {
        if (s->next == s->files.len)
            return 0;
        const struct maildir_file *f = &s->files.at[s->next++];
        s->done = s->next;
        out->has_time = f->time > 0;
        out->time = (int64_t)f->time;
        int rc = read_file(a, f, out, err);
        return rc ? rc : ARCHIVE_ITEM;
    }
    int rc = mbox_next(&s->mbox, a, &m, err);
    s->done = s->mbox.offset;
    if (rc != MBOX_MESSAGE)
        return rc;
    *out = (struct archive_item){m.bytes, m.too_long, m.has_time, m.exact, m.time};
    return ARCHIVE_ITEM;
}

void archive_source_close(struct archive_source *s)
{
    archive_git_close(&s->git);
    mbox_release(&s->mbox);
    if (s->fd >= 0)
        close(s->fd);
}
