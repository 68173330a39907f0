#define _GNU_SOURCE /* SOCK_CLOEXEC, SOCK_NONBLOCK */
#include "gateway/http/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/sv.h"

enum { LISTEN_BACKLOG = 512 };

static int parse_port(const char *whole, struct sv text, unsigned *out, struct err *err)
{
    uint64_t port;
    if (text.len > 5 || !sv_to_u64(text, 65535, &port))
        return err_set(err, CM_EUSAGE,
                       "\"%s\" is no address: the port must be a number from 0 to 65535", whole);
    *out = (unsigned)port;
    return CM_OK;
}

static bool only_digits(struct sv text)
{
    size_t i = 0;
    while (i < text.len && text.at[i] >= '0' && text.at[i] <= '9')
        i++;
    return text.len && i == text.len;
}

/* Cuts text into host and port; no ":" leaves port.at NULL. False: brackets or colons do not match
 * up. */
static bool split(struct sv text, struct sv *host, struct sv *port)
{
    *port = (struct sv){NULL, 0};
    *host = text;
    if (sv_starts(text, SV("["))) {
        ptrdiff_t end = sv_find_char(text, ']');
        if (end < 2)
            return false;
        struct sv rest = sv_from_byte(text, (size_t)end + 1);
        *host = sv_from(text.at + 1, (size_t)end - 1);
        if (!rest.len)
            return true;
        *port = sv_from_byte(rest, 1);
        return rest.at[0] == ':';
    }
    ptrdiff_t colon = sv_find_char(text, ':');
    if (colon < 0)
        return true;
    *host = sv_from(text.at, (size_t)colon);
    *port = sv_from_byte(text, (size_t)colon + 1);
    return sv_find_char(*port, ':') < 0; /* an IPv6 address wants brackets */
}

int listen_parse(const char *text, struct listen_address *out, struct err *err)
{
    struct sv whole = sv_str(text), host, port;
    out->port = LISTEN_DEFAULT_PORT;
    if (only_digits(whole)) {
        snprintf(out->host, sizeof(out->host), "localhost");
        return parse_port(text, whole, &out->port, err);
    }
    if (!whole.len || !split(whole, &host, &port) || host.len >= sizeof(out->host))
        return err_set(
            err, CM_EUSAGE,
            "\"%s\" is no address; expected localhost:8139, 127.0.0.1:8139, [::1]:8139 or :8139",
            text);
    snprintf(out->host, sizeof(out->host), "%.*s", SV_ARG(host));
    return port.at ? parse_port(text, port, &out->port, err) : CM_OK;
}

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

int listen_open(const struct listen_address *address, struct listen_set *out, struct err *err)
{
    int result;
    *out = (struct listen_set){.port = address->port};
    err->code = 0;
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
}
