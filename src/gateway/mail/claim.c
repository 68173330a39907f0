#include "gateway/mail/claim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

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

int claim_take(const char *store, struct claim_lock *out, struct err *err)
{
    out->fd = -1;
    draw_name(out->name);
    if (!path_of(store, sv_str(out->name), out->path))
        return err_set(err, CM_EUSAGE, "the path of the store is too long");
    out->fd = open(out->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (out->fd < 0)
        return err_errno(err, errno, "cannot make %s", out->path);
    if (flock(out->fd, LOCK_EX | LOCK_NB) == 0)
        return CM_OK;
    int why = errno;
    claim_drop(out);
    return err_errno(err, why, "cannot lock %s", out->path);
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
