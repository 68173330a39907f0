/* To be loaded before a program: its Nth write to a file fails, as on a disk that is full (ENOSPC) or broken (EIO), and so
 * do all after it. "Write" is whatever puts bytes of files on disk: write, pwrite, fsync, fdatasync, ftruncate,
 * fallocate.
 *
 *     FAIL_AT=N FAIL_WITH=ENOSPC|EIO LD_PRELOAD=libfail_writes.so program
 *
 * FAIL_COUNT names a file that gets the number of writes when the program ends; only the program that is meant, not
 * those it starts, has to see the variables. */
#define _GNU_SOURCE /* RTLD_NEXT */
#undef _FILE_OFFSET_BITS /* each function under its own name */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long count;

static long fail_at(void)
{
    const char *text = getenv("FAIL_AT");
    return text ? atol(text) : 0;
}

/* Whether this one fails, with errno. */
static int fails(int fd)
{
    struct stat st;
    int saved = errno;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        errno = saved;
        return 0;
    }
    long number = atomic_fetch_add(&count, 1) + 1, at = fail_at();
    const char *with = getenv("FAIL_WITH");
    errno = at && number >= at ? (with && !strcmp(with, "EIO") ? EIO : ENOSPC) : saved;
    return at && number >= at;
}

/* The function that this one stands before. */
#define NEXT(name) __typeof__(name) *next = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *data, size_t size)
{
    NEXT(write);
    return fails(fd) ? -1 : next(fd, data, size);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at)
{
    NEXT(pwrite);
    return fails(fd) ? -1 : next(fd, data, size, at);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at)
{
    NEXT(pwrite64);
    return fails(fd) ? -1 : next(fd, data, size, at);
}

int fsync(int fd)
{
    NEXT(fsync);
    return fails(fd) ? -1 : next(fd);
}

int fdatasync(int fd)
{
    NEXT(fdatasync);
    return fails(fd) ? -1 : next(fd);
}

int ftruncate(int fd, off_t size)
{
    NEXT(ftruncate);
    return fails(fd) ? -1 : next(fd, size);
}

int ftruncate64(int fd, off64_t size)
{
    NEXT(ftruncate64);
    return fails(fd) ? -1 : next(fd, size);
}

int posix_fallocate(int fd, off_t at, off_t size)
{
    NEXT(posix_fallocate);
    return fails(fd) ? errno : next(fd, at, size);
}

static void tell(void) __attribute__((destructor));
static void tell(void)
{
    const char *path = getenv("FAIL_COUNT");
    FILE *f = path ? fopen(path, "w") : NULL;
    if (!f)
        return;
    unsetenv("FAIL_AT"); /* so that this gets there */
    fprintf(f, "%ld\n", atomic_load(&count));
    fclose(f);
}
