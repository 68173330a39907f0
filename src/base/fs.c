#define _GNU_SOURCE /* renameat2, O_TMPFILE */
#include "base/fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FS_DEPTH_MAX = 64 };

int fs_read_fd(struct arena *a, int fd, const char *name, size_t max, struct sv *out, struct err *err)
{
    size_t cap = 64 * 1024, len = 0;
    char *data = base_malloc(cap);
    int result = CM_OK;
    for (;;) {
        if (len == cap)
            data = base_realloc(data, cap *= 2);
        ssize_t got = read(fd, data + len, cap - len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            result = err_errno(err, errno, "cannot read %s", name);
            break;
        }
        if (got == 0)
            break;
        len += (size_t)got;
        if (len > max) {
            result = err_set(err, CM_ELIMIT, "%s is larger than %zu bytes", name, max);
            break;
        }
    }
    if (result == CM_OK)
        *out = sv_from(arena_strndup(a, data, len), len);
    free(data);
    return result;
}

/* Reads so many bytes, and true when the file ends there. */
static bool read_exactly(int fd, char *out, size_t size)
{
    size_t len = 0;
    char more;
    for (;;) {
        ssize_t got = len < size ? read(fd, out + len, size - len) : read(fd, &more, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0 && len == size;
        if (len == size)
            return false;
        len += (size_t)got;
    }
}

/* A file of known size goes where it stays; one that is changing, or of a kind that has no size, by pieces. */
static int read_file(struct arena *a, int fd, const char *path, size_t size, size_t max, struct sv *out,
                     struct err *err)
{
    char *bytes = arena_room(a, size + 1);
    if (!read_exactly(fd, bytes, size)) {
        if (lseek(fd, 0, SEEK_SET) < 0)
            return err_errno(err, errno, "cannot read %s", path);
        return fs_read_fd(a, fd, path, max, out, err);
    }
    bytes[size] = 0;
    *out = sv_from(bytes, size);
    return CM_OK;
}

int fs_read(struct arena *a, const char *path, size_t max, struct sv *out, struct err *err)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return err_errno(err, errno, "cannot open %s", path);
    int result;
    if (fstat(fd, &st) < 0)
        result = err_errno(err, errno, "cannot read %s", path);
    else if (!S_ISREG(st.st_mode))
        result = err_set(err, CM_EINPUT, "%s is not a regular file", path);
    else if ((uint64_t)st.st_size > max)
        result = err_set(err, CM_ELIMIT, "%s has %lld bytes; at most %zu are allowed", path,
                         (long long)st.st_size, max);
    else
        result = read_file(a, fd, path, (size_t)st.st_size, max, out, err);
    close(fd);
    return result;
}

int fs_write_fd(int fd, struct sv data)
{
    while (data.len) {
        ssize_t put = write(fd, data.at, data.len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -1;
        data = sv_from_byte(data, (size_t)put);
    }
    return 0;
}

static void sync_parent(const char *path)
{
    struct arena a = ARENA_INIT;
    const char *name = fs_base_name(path);
    char *dir = name == path ? arena_strdup(&a, ".") : arena_strndup(&a, path, (size_t)(name - path));
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    arena_release(&a);
}

int fs_write(const char *path, struct sv data, bool sync, struct err *err)
{
    struct arena a = ARENA_INIT;
    char *temporary = arena_printf(&a, "%s.tmp-%ld", path, (long)getpid());
    int result = CM_OK;
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0) {
        result = err_errno(err, errno, "cannot write %s", path);
        goto out;
    }
    if (fs_write_fd(fd, data) < 0 || (sync && fsync(fd) < 0))
        result = err_errno(err, errno, "cannot write %s", path);
    if (close(fd) < 0 && result == CM_OK)
        result = err_errno(err, errno, "cannot write %s", path);
    if (result == CM_OK && rename(temporary, path) < 0)
        result = err_errno(err, errno, "cannot write %s", path);
    if (result != CM_OK)
        unlink(temporary);
    else if (sync)
        sync_parent(path);
out:
    arena_release(&a);
    return result;
}

int fs_mkdirs(const char *path, struct err *err)
{
    struct arena a = ARENA_INIT;
    char *copy = arena_strdup(&a, path);
    int result = CM_OK;
    for (char *at = copy + 1; *copy && result == CM_OK; at++) {
        char c = *at;
        if (c != '/' && c != '\0')
            continue;
        *at = '\0';
        if (mkdir(copy, 0755) < 0 && errno != EEXIST)
            result = err_errno(err, errno, "cannot make folder %s", copy);
        else if (fs_kind(copy) != FS_DIR)
            result = err_set(err, CM_EIO, "cannot make folder %s: a file of that name is there", copy);
        *at = c;
        if (!c)
            break;
    }
    arena_release(&a);
    return result;
}

enum fs_kind fs_kind(const char *path)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return FS_NONE;
    return S_ISREG(st.st_mode) ? FS_FILE : S_ISDIR(st.st_mode) ? FS_DIR : FS_OTHER;
}

static int order_names(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

int fs_list(struct arena *a, const char *dir, size_t max, struct fs_names *out, struct err *err)
{
    memset(out, 0, sizeof(*out));
    DIR *handle = opendir(dir);
    if (!handle)
        return err_errno(err, errno, "cannot read folder %s", dir);
    int result = CM_OK;
    for (struct dirent *entry; (entry = readdir(handle));) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        if (out->list.len == max) {
            result = err_set(err, CM_ELIMIT, "folder %s has more than %zu entries", dir, max);
            break;
        }
        *vec_push(a, &out->list) = arena_strdup(a, entry->d_name);
    }
    closedir(handle);
    if (out->list.len > 1)
        qsort(out->list.at, out->list.len, sizeof(*out->list.at), order_names);
    return result;
}

static int walk_into(struct arena *a, const char *root, const char *below, int depth, size_t max,
                     struct fs_names *out, struct err *err)
{
    struct fs_names names;
    const char *dir = *below ? fs_join(a, root, below) : root;
    if (depth > FS_DEPTH_MAX)
        return err_set(err, CM_ELIMIT, "folder %s is nested too deeply", dir);
    int result = fs_list(a, dir, max, &names, err);
    for (size_t i = 0; result == CM_OK && i < names.list.len; i++) {
        struct stat st;
        const char *relative = *below ? fs_join(a, below, names.list.at[i]) : names.list.at[i];
        if (lstat(fs_join(a, root, relative), &st) < 0)
            continue;
        if (S_ISDIR(st.st_mode))
            result = walk_into(a, root, relative, depth + 1, max, out, err);
        else if (S_ISREG(st.st_mode) && out->list.len == max)
            result = err_set(err, CM_ELIMIT, "folder %s holds more than %zu files", root, max);
        else if (S_ISREG(st.st_mode))
            *vec_push(a, &out->list) = relative;
    }
    return result;
}

int fs_walk(struct arena *a, const char *dir, size_t max, struct fs_names *out, struct err *err)
{
    memset(out, 0, sizeof(*out));
    int result = walk_into(a, dir, "", 0, max, out, err);
    if (out->list.len > 1)
        qsort(out->list.at, out->list.len, sizeof(*out->list.at), order_names);
    return result;
}

static int remove_at(int parent, const char *name, int depth)
{
    if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
        return 0;
    if ((errno != EISDIR && errno != EPERM) || depth > FS_DEPTH_MAX)
        return -1;
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        if (fd >= 0)
            close(fd);
        return -1;
    }
    int result = 0;
    for (struct dirent *entry; result == 0 && (entry = readdir(dir));)
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
            result = remove_at(dirfd(dir), entry->d_name, depth + 1);
    closedir(dir);
    return result == 0 ? unlinkat(parent, name, AT_REMOVEDIR) : result;
}

int fs_remove_tree(const char *path, struct err *err)
{
    if (remove_at(AT_FDCWD, path, 0) < 0)
        return err_errno(err, errno, "cannot remove %s", path);
    return CM_OK;
}

int fs_exchange_dirs(const char *one, const char *other, struct err *err)
{
    if (renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE) < 0)
        return err_errno(err, errno, "cannot exchange %s and %s", one, other);
    return CM_OK;
}

int fs_put_dir(const char *fresh, const char *path, bool *out_there, struct err *err)
{
    *out_there = false;
    if (renameat2(AT_FDCWD, fresh, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
        return CM_OK;
    if (errno != EEXIST && errno != ENOTEMPTY)
        return err_errno(err, errno, "cannot move %s to %s", fresh, path);
    *out_there = true;
    return fs_exchange_dirs(fresh, path, err);
}

int fs_swap_dirs(const char *fresh, const char *path, struct err *err)
{
    bool there;
    int rc = fs_put_dir(fresh, path, &there, err);
    return rc || !there ? rc : fs_remove_tree(fresh, err);
}

char *fs_join(struct arena *a, const char *dir, const char *name)
{
    size_t len = strlen(dir);
    return arena_printf(a, "%s%s%s", dir, len && dir[len - 1] == '/' ? "" : "/", name);
}

const char *fs_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}
