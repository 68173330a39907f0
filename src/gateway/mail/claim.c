#include "gateway/mail/claim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/rand.h"

static bool path_of(const char *store, struct sv name, char out[CLAIM_PATH_MAX])
{
    int len = snprintf(out, CLAIM_PATH_MAX, "%s-worker-%.*s", store, SV_ARG(name));
    return len > 0 && len < CLAIM_PATH_MAX;
}

static void draw_name(char out[CLAIM_NAME_MAX])
{
    unsigned char bytes[8];
    rand_bytes(bytes, sizeof(bytes));
    for (size_t i = 0; i < sizeof(bytes); i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

/* CM_ECONFLICT: somebody took the file for one of a dead worker before it was locked. */
static int take_once(const char *store, struct claim_lock *out, struct err *err)
{
    struct stat st;
    draw_name(out->name);
    if (!path_of(store, sv_str(out->name), out->path))
        return err_set(err, CM_EUSAGE, "the path of the store is too long");
    out->fd = open(out->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (out->fd < 0)
        return err_errno(err, errno, "cannot make %s", out->path);
    if (flock(out->fd, LOCK_EX | LOCK_NB) == 0 && fstat(out->fd, &st) == 0 && st.st_nlink)
        return CM_OK;
    claim_drop(out);
    return err_set(err, CM_ECONFLICT, "%s was taken away", out->path);
}

int claim_take(const char *store, struct claim_lock *out, struct err *err)
{
    enum { TRIES = 10 };
    int rc = CM_ECONFLICT;
    out->fd = -1;
    for (int i = 0; rc == CM_ECONFLICT && i < TRIES; i++)
        rc = take_once(store, out, err);
    return rc;
}

void claim_drop(struct claim_lock *lock)
{
    if (lock->fd < 0)
        return;
    unlink(lock->path);
    close(lock->fd);
    lock->fd = -1;
}

static bool is_name(struct sv name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!strchr("0123456789abcdef", name.at[i]))
            return false;
    return name.len > 0 && name.len < CLAIM_NAME_MAX;
}

bool claim_is_dead(const char *store, struct sv name)
{
    char path[CLAIM_PATH_MAX];
    if (!is_name(name) || !path_of(store, name, path))
        return true; /* no worker of ours calls itself so */
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT;
    bool dead = flock(fd, LOCK_EX | LOCK_NB) == 0;
    if (dead)
        unlink(path);
    close(fd);
    return dead;
}

void claim_sweep(const char *store)
{
    enum { FILES_MAX = 100000 };
    struct arena a = ARENA_INIT;
    struct err ignored = ERR_INIT; /* nothing but a file too many depends on it */
    struct fs_names names = {{NULL, 0, 0}};
    const char *slash = strrchr(store, '/');
    const char *folder = slash ? arena_strndup(&a, store, (size_t)(slash - store) + 1) : ".";
    const char *prefix = arena_printf(&a, "%s-worker-", slash ? slash + 1 : store);
    if (fs_list(&a, folder, FILES_MAX, &names, &ignored) == CM_OK)
        for (size_t i = 0; i < names.list.len; i++)
            if (sv_starts(sv_str(names.list.at[i]), sv_str(prefix)))
                (void)claim_is_dead(store, sv_str(names.list.at[i] + strlen(prefix)));
    arena_release(&a);
}
