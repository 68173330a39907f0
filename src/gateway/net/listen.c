#define _GNU_SOURCE /* SOCK_CLOEXEC, SOCK_NONBLOCK */
#include "gateway/net/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LISTEN_BACKLOG = 512 };

static void set_port(struct sockaddr_storage *address, unsigned port)
{
    if (address->ss_family == AF_INET6)
        ((struct sockaddr_in6 *)(void *)address)->sin6_port = htons((uint16_t)port);
    else
        ((struct sockaddr_in *)(void *)address)->sin_port = htons((uint16_t)port);
}

static unsigned bound_port(int fd)
{
    struct sockaddr_storage address;
    socklen_t len = sizeof(address);
    if (getsockname(fd, (struct sockaddr *)&address, &len) < 0)
        return 0;
    return ntohs(address.ss_family == AF_INET6
                     ? ((struct sockaddr_in6 *)(void *)&address)->sin6_port
                     : ((struct sockaddr_in *)(void *)&address)->sin_port);
}

/* Adds one socket; negative: -errno. dual: an IPv6 socket that takes IPv4 too. */
static int add_socket(struct listen_set *set, struct sockaddr_storage *address, socklen_t len,
                      bool dual)
{
    int on = 1, only_6 = !dual;
    set_port(address, set->port);
    int fd = socket(address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (address->ss_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only_6, sizeof(only_6));
    if (bind(fd, (struct sockaddr *)address, len) < 0 || listen(fd, LISTEN_BACKLOG) < 0) {
        int result = -errno;
        close(fd);
        return result;
    }
    set->fds[set->count++] = fd;
    set->port = bound_port(fd);
    return 0;
}

static int add_v4(struct listen_set *set, uint32_t host)
{
    struct sockaddr_storage storage = {.ss_family = AF_INET};
    ((struct sockaddr_in *)(void *)&storage)->sin_addr.s_addr = htonl(host);
    return add_socket(set, &storage, sizeof(struct sockaddr_in), false);
}

static int add_v6(struct listen_set *set, const struct in6_addr *host, bool dual)
{
    struct sockaddr_storage storage = {.ss_family = AF_INET6};
    ((struct sockaddr_in6 *)(void *)&storage)->sin6_addr = *host;
    return add_socket(set, &storage, sizeof(struct sockaddr_in6), dual);
}

/* A machine without the address: not the same as an address that somebody else uses. */
static bool is_absent(int result)
{
    return result == -EAFNOSUPPORT || result == -EADDRNOTAVAIL || result == -EPROTONOSUPPORT;
}

static int open_localhost(struct listen_set *set)
{
    bool any_port = set->port == 0;
    for (int tries = 0;; tries++) {
        int v4 = add_v4(set, INADDR_LOOPBACK);
        if (v4 < 0 && !is_absent(v4))
            return v4;
        int v6 = add_v6(set, &in6addr_loopback, false);
        if (v6 >= 0 || (is_absent(v6) && set->count))
            return 0;
        if (!any_port || v6 != -EADDRINUSE || tries == 20)
            return v6;
        set->port = 0;
        listen_close(set); /* the free port of one family is taken in the other: draw again */
    }
}

static int open_every(struct listen_set *set)
{
    int result = add_v6(set, &in6addr_any, true);
    return is_absent(result) ? add_v4(set, INADDR_ANY) : result;
}

static int open_named(const char *host, struct listen_set *set, struct err *err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *list;
    int result = getaddrinfo(host, NULL, &hints, &list), last = 0;
    if (result != 0)
        return err_set(err, CM_EUSAGE, "\"%s\" is no address of this machine: %s", host,
                       gai_strerror(result));
    for (struct addrinfo *at = list; at && set->count < LISTEN_MAX && !last; at = at->ai_next) {
        struct sockaddr_storage storage = {0};
        if (at->ai_addrlen > sizeof(storage) ||
            (at->ai_family != AF_INET && at->ai_family != AF_INET6))
            continue;
        memcpy(&storage, at->ai_addr, at->ai_addrlen);
        last = add_socket(set, &storage, (socklen_t)at->ai_addrlen, false);
        if (is_absent(last) && (at->ai_next || set->count))
            last = 0;
    }
    freeaddrinfo(list);
    return last;
}

/* --- unix sockets --- */

/* Somebody answers at this socket. Only a socket that refuses is one that nobody listens at. */
static bool is_served(const struct address_item *item)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return true;
    bool served = connect(fd, (const struct sockaddr *)&item->storage, item->len) == 0 || errno != ECONNREFUSED;
    close(fd);
    return served;
}

static int remove_stale(const char *path, const struct address_item *item, struct err *err)
{
    struct stat st;
    if (lstat(path, &st) < 0)
        return errno == ENOENT ? CM_OK : err_errno(err, errno, "cannot listen at %s", path);
    if (!S_ISSOCK(st.st_mode))
        return err_set(err, CM_EUSAGE, "%s is there and is no socket; choose another path", path);
    if (is_served(item))
        return err_set(err, CM_EAGAIN, "%s is in use by another program; stop it or choose another path", path);
    return unlink(path) < 0 ? err_errno(err, errno, "cannot remove the old socket %s", path) : CM_OK;
}

/* The mode is set before the file appears, so that nobody else can connect in between; the umask may have taken bits
 * away, which come back afterwards. */
static int bind_unix(const struct address_item *item, const char *path, unsigned mode, struct listen_set *out,
                     struct err *err)
{
    struct stat st;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return err_errno(err, errno, "cannot listen at %s", path);
    if (fchmod(fd, (mode_t)mode) < 0 || bind(fd, (const struct sockaddr *)&item->storage, item->len) < 0) {
        int failure = errno;
        close(fd);
        return err_errno(err, failure, "cannot listen at %s", path);
    }
    if (chmod(path, (mode_t)mode) < 0 || lstat(path, &st) < 0 || listen(fd, LISTEN_BACKLOG) < 0) {
        int failure = errno;
        unlink(path);
        close(fd);
        return err_errno(err, failure, "cannot listen at %s", path);
    }
    out->port = 0;
    out->fds[out->count++] = fd;
    out->device = st.st_dev;
    out->inode = st.st_ino;
    snprintf(out->path, sizeof(out->path), "%s", path);
    return CM_OK;
}

/* Two servers that start at once do not take each other's socket for a stale one: the folder is locked meanwhile. */
static int open_unix(const char *path, unsigned mode, struct listen_set *out, struct err *err)
{
    struct address_item item;
    char folder[ADDRESS_PATH_MAX];
    address_unix(path, &item);
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof(folder), "%.*s", slash == path ? 1 : (int)(slash - path), path);
    int lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock < 0 || flock(lock, LOCK_EX) < 0) {
        int failure = errno;
        if (lock >= 0)
            close(lock);
        return err_errno(err, failure, "cannot listen at %s", path);
    }
    int result = remove_stale(path, &item, err);
    if (result == CM_OK)
        result = bind_unix(&item, path, mode, out, err);
    close(lock);
    return result;
}

/* The number in a variable of the environment; 0: none. */
static uint64_t number_of(const char *name)
{
    const char *text = getenv(name);
    uint64_t number = 0;
    return text && sv_to_u64(sv_str(text), INT32_MAX, &number) ? number : 0;
}

static bool is_listening(int fd)
{
    int type = 0, listens = 0;
    socklen_t len = sizeof(type);
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_STREAM &&
           getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) == 0 && listens;
}

static unsigned port_of(int fd)
{
    struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
    socklen_t len = sizeof(address);
    bool has_one = getsockname(fd, (struct sockaddr *)&address, &len) == 0 && address.ss_family != AF_UNIX;
    return has_one ? bound_port(fd) : 0;
}

/* The other sockets stay open for who takes them by their names. */
static int open_inherited(const char *name, struct listen_set *out, struct err *err)
{
    enum { FIRST = 3, MOST = 64 };
    uint64_t count = number_of("LISTEN_PID") == (uint64_t)getpid() ? number_of("LISTEN_FDS") : 0;
    struct sv names = sv_str(getenv("LISTEN_FDNAMES")), one;
    for (int fd = FIRST; fd < FIRST + (int)(count < MOST ? count : MOST); fd++) {
        if (!names.at || !sv_split(&names, ':', &one))
            one = SV("unknown");
        if ((name[0] && !sv_eq_str(one, name)) || out->count == LISTEN_MAX)
            continue;
        if (!is_listening(fd) || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
            return err_set(err, CM_EUSAGE, "descriptor %d from systemd is no stream socket that listens", fd);
        out->fds[out->count++] = fd;
        out->port = port_of(fd);
    }
    if (out->count)
        return CM_OK;
    return err_set(err, CM_EUSAGE, "systemd gave no socket%s%s; a socket unit names it with FileDescriptorName=",
                   name[0] ? " named " : "", name);
}

int listen_open(const struct address *address, unsigned mode, struct listen_set *out, struct err *err)
{
    int result;
    *out = (struct listen_set){.port = address->port};
    err->code = 0;
    if (address->inherited)
        return open_inherited(address->name, out, err);
    if (address->path[0])
        return open_unix(address->path, mode, out, err);
    if (!address->host[0])
        result = open_every(out);
    else if (strcmp(address->host, "localhost") == 0)
        result = open_localhost(out);
    else
        result = open_named(address->host, out, err);
    if (result == 0 && out->count)
        return CM_OK;
    listen_close(out);
    if (err->code)
        return err->code;
    if (result == -EADDRINUSE)
        return err_set(err, CM_EAGAIN,
                       "port %u is in use by another program; stop it or choose another port",
                       address->port);
    return err_errno(err, result ? -result : EADDRNOTAVAIL, "cannot listen at %s port %u",
                     address->host[0] ? address->host : "every address", address->port);
}

void listen_close(struct listen_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        close(set->fds[i]);
    set->count = 0;
    struct stat st;
    if (set->path[0] && lstat(set->path, &st) == 0 && st.st_dev == set->device && st.st_ino == set->inode)
        unlink(set->path);
    set->path[0] = '\0';
}
