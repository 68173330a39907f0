#define _GNU_SOURCE /* renameat2 */
#include "store/sqlite_file.h"

#include "base/rand.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* SQLite may be built to take a name that starts with "file:" for a URI; one that starts with "."
 * or "/" is a path. */
static char *plain_path(struct arena *a, const char *name)
{
    return arena_printf(a, "%s%s", name[0] == '/' ? "" : "./", name);
}

int sqlite_file_look(struct arena *a, const char *name, const char *shown, char **out_path,
                     struct err *err)
{
    struct stat info;
    *out_path = plain_path(a, name);
    if (stat(*out_path, &info) < 0) {
        if (errno == ENOENT)
            return err_set(err, CM_ENOTFOUND,
                           "there is no store %s; make one with: casemate --db %s init", shown,
                           shown);
        return err_errno(err, errno, "%s", shown);
    }
    if (!S_ISREG(info.st_mode))
        return err_set(err, CM_EINPUT, "%s is not a Casemate store (not a regular file)", shown);
    if (access(*out_path, R_OK) < 0)
        return err_errno(err, errno, "%s cannot be read", shown);
    return 0;
}

int sqlite_file_begin_new(struct arena *a, const char *path, char **out_name, struct err *err)
{
    struct stat info;
    uint64_t number;
    if (lstat(path, &info) == 0)
        return err_set(err, CM_ECONFLICT, "%s exists already", path);
    rand_bytes(&number, sizeof(number));
    *out_name = arena_printf(a, "%s.new-%016llx", path, (unsigned long long)number);
    int fd = open(*out_name, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) {
        bool folder = errno == ENOENT;
        err_errno(err, errno,
                  folder ? "%s cannot be made (its folder does not exist)" : "%s cannot be made",
                  path);
        return err->code = folder ? CM_EINPUT : errno == EROFS ? CM_EAGAIN : err->code;
    }
    close(fd);
    return 0;
}

static int sync_path(const char *path, int flags, const char *shown, struct err *err)
{
    int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0)
        return err_errno(err, errno, "%s", shown);
    int rc = fsync(fd) < 0 && errno != EINVAL ? err_errno(err, errno, "%s", shown) : 0;
    close(fd);
    return rc;
}

static int sync_folder(const char *path, struct err *err)
{
    struct arena arena = ARENA_INIT;
    const char *slash = strrchr(path, '/');
    const char *folder = ".";
    if (slash)
        folder = slash == path ? "/" : arena_strndup(&arena, path, (size_t)(slash - path));
    int rc = sync_path(folder, O_RDONLY | O_DIRECTORY, path, err);
    arena_release(&arena);
    return rc;
}

/* Renames unless path exists. File systems without such a rename have links, or the short gap must
 * do. */
static int take_name(const char *name, const char *path)
{
    if (renameat2(AT_FDCWD, name, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (link(name, path) == 0)
        return unlink(name);
    if (errno == EEXIST)
        return -1;
    if (access(path, F_OK) == 0) {
        errno = EEXIST;
        return -1;
    }
    return rename(name, path);
}

int sqlite_file_settle_new(const char *name, const char *path, struct err *err)
{
    int rc = sync_path(name, O_RDONLY, path, err);
    if (rc < 0)
        return rc;
    if (sqlite_file_has_log(name)) /* closing could not write all of it back */
        return err_set(err, CM_EAGAIN, "%s cannot be finished (no room on the disk?); try again",
                       path);
    if (take_name(name, path) < 0) {
        if (errno == EEXIST)
            return err_set(err, CM_ECONFLICT, "%s exists already", path);
        return err_errno(err, errno, "%s cannot be made", path);
    }
    return sync_folder(path, err);
}

void sqlite_file_drop_new(const char *name)
{
    static const char *const tails[] = {"", "-wal", "-shm", "-journal"};
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < ARRAY_LEN(tails); i++)
        unlink(arena_printf(&arena, "%s%s", name, tails[i]));
    arena_release(&arena);
}

bool sqlite_file_has_log(const char *path)
{
    struct arena arena = ARENA_INIT;
    struct stat info;
    bool has = stat(arena_printf(&arena, "%s-wal", path), &info) == 0 && info.st_size > 0;
    arena_release(&arena);
    return has;
}

char *sqlite_file_uri(struct arena *a, const char *path)
{
    struct str uri = STR_INIT;
    str_add_str(&uri, path[0] == '/' ? "file://" : "file:");
    for (const char *c = path; *c; c++) {
        if (*c == '%' || *c == '?' || *c == '#')
            str_addf(&uri, "%%%02X", (unsigned)(unsigned char)*c);
        else
            str_add_char(&uri, *c);
    }
    str_add_str(&uri, "?immutable=1");
    char *text = arena_strdup(a, str_cstr(&uri));
    str_release(&uri);
    return text;
}
