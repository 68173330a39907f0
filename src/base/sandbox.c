/* Landlock (by system call number: the C library has no wrappers) and seccomp.
 *
 * Landlock limits files: every right that the running kernel knows is taken away, and given back
 * below the named paths. Seccomp limits system calls: creating sockets of any family fails, so that
 * neither the network nor a local service can be reached, and the calls that would get around that
 * (io_uring, tracing, namespaces, mounting) fail as well. */
#define _GNU_SOURCE /* O_PATH, syscall, memfd_create */
#include "base/sandbox.h"

#include "base/library.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LIBSECCOMP_FUNCTIONS(X)                                                                                        \
    X(seccomp_export_bpf)                                                                                              \
    X(seccomp_init)                                                                                                    \
    X(seccomp_release)                                                                                                 \
    X(seccomp_rule_add)                                                                                                \
    X(seccomp_syscall_resolve_name)
LIBRARY_TABLE(libseccomp, LIBSECCOMP_FUNCTIONS);
LIBRARY(static, libseccomp, LIBRARY_SECCOMP, LIBSECCOMP_FUNCTIONS)

/* Numbers are the same on all architectures. */
enum {
    LANDLOCK_CREATE = 444,
    LANDLOCK_ADD = 445,
    LANDLOCK_RESTRICT = 446,
    LANDLOCK_VERSION = 1,
    LANDLOCK_BENEATH = 1
};

enum {
    FS_EXECUTE = 1 << 0,
    FS_WRITE_FILE = 1 << 1,
    FS_READ_FILE = 1 << 2,
    FS_READ_DIR = 1 << 3,
    FS_REFER = 1 << 13,     /* ABI 2 */
    FS_TRUNCATE = 1 << 14,  /* ABI 3 */
    FS_IOCTL_DEV = 1 << 15, /* ABI 5 */
    FS_ABI_1 = (1 << 13) - 1,
    FS_READING = FS_READ_FILE | FS_READ_DIR,
    FS_OF_FILES = FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV,
    NET_ALL = 3,   /* bind and connect of TCP, ABI 4 */
    SCOPE_ALL = 3, /* abstract local sockets and signals, ABI 6 */
};

struct ruleset_attr {
    uint64_t fs, net, scoped;
};

struct beneath_attr {
    uint64_t allowed;
    int32_t parent_fd;
} __attribute__((packed));

static int landlock_abi(void)
{
    long abi = syscall(LANDLOCK_CREATE, NULL, 0, LANDLOCK_VERSION);
    return abi < 0 ? 0 : (int)abi;
}

static uint64_t known_rights(int abi)
{
    uint64_t rights = FS_ABI_1;
    if (abi >= 2)
        rights |= FS_REFER;
    if (abi >= 3)
        rights |= FS_TRUNCATE;
    if (abi >= 5)
        rights |= FS_IOCTL_DEV;
    return rights;
}

static int allow(int ruleset, const char *path, uint64_t rights)
{
    struct stat st;
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? 0 : -1;
    int rc = fstat(fd, &st);
    if (rc == 0) {
        if (!S_ISDIR(st.st_mode))
            rights &= FS_OF_FILES;
        struct beneath_attr attr = {rights, fd};
        rc = (int)syscall(LANDLOCK_ADD, ruleset, LANDLOCK_BENEATH, &attr, 0);
    }
    close(fd);
    return rc;
}

static int prepare_files(const struct sandbox_rules *rules, int *out_fd, struct err *err)
{
    int abi = landlock_abi();
    *out_fd = -1;
    if (abi == 0)
        return CM_OK;
    struct ruleset_attr attr = {known_rights(abi), abi >= 4 ? NET_ALL : 0,
                                abi >= 6 ? SCOPE_ALL : 0};
    size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
    int fd = (int)syscall(LANDLOCK_CREATE, &attr, size, 0);
    if (fd < 0)
        return err_errno(err, errno, "cannot make a Landlock rule set");
    int rc = 0;
    for (size_t i = 0; rc == 0 && rules->read[i]; i++)
        rc = allow(fd, rules->read[i], rules->serves ? FS_READING : FS_READING | FS_EXECUTE);
    for (size_t i = 0; rc == 0 && rules->write[i]; i++)
        rc = allow(fd, rules->write[i], attr.fs & ~(uint64_t)FS_EXECUTE);
    if (rc < 0) {
        err_errno(err, errno, "cannot add a Landlock rule");
        close(fd);
        return err->code;
    }
    *out_fd = fd;
    return CM_OK;
}

static int deny_calls(scmp_filter_ctx filter, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int number = libseccomp()->seccomp_syscall_resolve_name(names[i]);
        if (number == __NR_SCMP_ERROR)
            continue; /* this libseccomp does not know the name */
        int rc = libseccomp()->seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), number, 0);
        if (rc < 0 && rc != -EDOM)
            return rc;
    }
    return 0;
}

static int deny(scmp_filter_ctx filter, bool serves)
{
    static const char *const accepting[] = {"accept", "accept4"}, *const starting[] = {"execve", "execveat"};
    static const char *const names[] = {
        "socket",
        "connect",
        "bind",
        "listen",
        "io_uring_setup",
        "io_uring_enter",
        "io_uring_register",
        "ptrace",
        "process_vm_readv",
        "process_vm_writev",
        "pidfd_getfd",
        "kcmp",
        "unshare",
        "setns",
        "mount",
        "umount2",
        "move_mount",
        "open_tree",
        "fsopen",
        "fsmount",
        "pivot_root",
        "chroot",
        "mount_setattr",
        "bpf",
        "perf_event_open",
        "userfaultfd",
        "keyctl",
        "add_key",
        "request_key",
        "init_module",
        "finit_module",
        "delete_module",
        "kexec_load",
        "kexec_file_load",
        "open_by_handle_at",
        "name_to_handle_at",
        "swapon",
        "swapoff",
        "reboot",
        "sethostname",
        "setdomainname",
        "acct",
        "quotactl",
        "syslog",
        "personality",
        "memfd_secret",
        "shmget",
        "shmat",
        "msgget",
        "semget",
        "mq_open",
    };
    int rc = deny_calls(filter, names, ARRAY_LEN(names));
    return rc < 0 ? rc : deny_calls(filter, serves ? starting : accepting, 2);
}

/* libseccomp loads a filter into the calling process only; exporting it gives the program for the
 * child. */
static int export_filter(scmp_filter_ctx filter, struct sandbox *out)
{
    struct stat st;
    int fd = memfd_create("filter", MFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    int rc = libseccomp()->seccomp_export_bpf(filter, fd);
    if (rc == 0 && fstat(fd, &st) < 0)
        rc = -errno;
    if (rc == 0 &&
        (st.st_size <= 0 || (size_t)st.st_size > BPF_MAXINSNS * sizeof(struct sock_filter)))
        rc = -E2BIG;
    if (rc == 0) {
        size_t size = (size_t)st.st_size;
        out->filter = base_malloc(size);
        out->filter_len = (unsigned short)(size / sizeof(struct sock_filter));
        if (pread(fd, out->filter, size, 0) != (ssize_t)size)
            rc = -EIO;
    }
    close(fd);
    return rc;
}

static int prepare_calls(bool serves, struct sandbox *out, struct err *err)
{
    scmp_filter_ctx filter = libseccomp()->seccomp_init(SCMP_ACT_ALLOW);
    if (!filter)
        return err_set(err, CM_EIO, "cannot make a seccomp filter");
    int rc = deny(filter, serves);
    if (rc == 0)
        rc = export_filter(filter, out);
    libseccomp()->seccomp_release(filter);
    return rc == 0 ? CM_OK : err_errno(err, -rc, "cannot make a seccomp filter");
}

int sandbox_prepare(const struct sandbox_rules *rules, struct sandbox *out, struct err *err)
{
    *out = (struct sandbox){.landlock = -1};
    int rc = prepare_files(rules, &out->landlock, err);
    if (rc == 0)
        rc = prepare_calls(rules->serves, out, err);
    if (rc < 0)
        sandbox_release(out);
    return rc;
}

int sandbox_enter(const struct sandbox *s)
{
    struct sock_fprog program = {s->filter_len, s->filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -1;
    if (s->landlock >= 0 && syscall(LANDLOCK_RESTRICT, s->landlock, 0) < 0)
        return -1;
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0 && errno != EINVAL &&
        errno != ENOSYS)
        return -1; /* EINVAL: a kernel without seccomp filters, which sandbox_gaps() reports */
    return 0;
}

int sandbox_confine(const struct sandbox_rules *rules, struct err *err)
{
    struct sandbox s;
    if (!SANDBOX_CONFINES)
        return CM_OK;
    int rc = sandbox_prepare(rules, &s, err);
    if (rc)
        return rc;
    if (sandbox_enter(&s) < 0)
        rc = err_errno(err, errno, "cannot give up what this process does not need");
    sandbox_release(&s);
    return rc;
}

void sandbox_release(struct sandbox *s)
{
    if (s->landlock >= 0)
        close(s->landlock);
    free(s->filter);
    *s = (struct sandbox){.landlock = -1};
}

static bool seccomp_works(void)
{
    /* a NULL program is refused with EFAULT where filters exist, and with EINVAL where they do not
     */
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) < 0 && errno == EFAULT;
}

struct sv sandbox_gaps(struct arena *a)
{
    const char *files = "", *network = "";
    if (landlock_abi() == 0)
        files = "this kernel has no Landlock, so the renderer may read every file that its user "
                "may read";
    if (!seccomp_works())
        network =
            "this kernel has no seccomp filters, so the renderer may open network connections";
    return sv_str(arena_printf(a, "%s%s%s", files, *files && *network ? "; " : "", network));
}
