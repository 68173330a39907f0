#include "gateway/net/address.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/un.h>

#include "base/sv.h"

static int parse_port(const char *whole, struct sv text, unsigned *out, struct err *err)
{
    uint64_t port;
    if (text.len > 5 || !sv_to_u64(text, 65535, &port))
        return err_set(err, CM_EUSAGE, "\"%s\" is no address: the port must be a number from 0 to 65535", whole);
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

/* Cuts text into host and port; no ":" leaves port.at NULL. False: brackets or colons do not match up. */
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

static int parse_path(const char *whole, struct sv path, struct address *out, struct err *err)
{
    if (!sv_starts(path, SV("/")) || sv_ends(path, SV("/")))
        return err_set(err, CM_EUSAGE, "\"%s\" is no address: after unix: the path of a socket is expected, from / on",
                       whole);
    if (path.len >= sizeof(out->path))
        return err_set(err, CM_EUSAGE, "\"%s\" is no address: the path of a socket has at most %zu bytes", whole,
                       sizeof(out->path) - 1);
    snprintf(out->path, sizeof(out->path), "%.*s", SV_ARG(path));
    return CM_OK;
}

int address_parse(const char *text, unsigned default_port, struct address *out, struct err *err)
{
    struct sv whole = sv_str(text), host, port;
    *out = (struct address){.port = default_port};
    if (sv_starts(whole, SV("unix:")))
        return parse_path(text, sv_from_byte(whole, 5), out, err);
    if (sv_eq_str(whole, "systemd") || sv_starts(whole, SV("systemd:"))) {
        out->inherited = true;
        out->port = 0;
        if (whole.len - 7 > sizeof(out->name))
            return err_set(err, CM_EUSAGE, "\"%s\" is no name of a socket: it is too long", text);
        snprintf(out->name, sizeof(out->name), "%s", whole.len > 7 ? text + 8 : "");
        return CM_OK;
    }
    if (only_digits(whole)) {
        snprintf(out->host, sizeof(out->host), "localhost");
        return parse_port(text, whole, &out->port, err);
    }
    if (!whole.len || !split(whole, &host, &port) || host.len >= sizeof(out->host))
        return err_set(err, CM_EUSAGE,
                       "\"%s\" is no address; expected localhost:%u, 127.0.0.1:%u, [::1]:%u, :%u or unix:/path", text,
                       default_port, default_port, default_port, default_port);
    snprintf(out->host, sizeof(out->host), "%.*s", SV_ARG(host));
    return port.at ? parse_port(text, port, &out->port, err) : CM_OK;
}

void address_unix(const char *path, struct address_item *out)
{
    *out = (struct address_item){.storage.ss_family = AF_UNIX, .len = sizeof(struct sockaddr_un)};
    struct sockaddr_un *un = (struct sockaddr_un *)(void *)&out->storage;
    snprintf(un->sun_path, sizeof(un->sun_path), "%s", path);
}

static void add_loopback(struct address_list *out, unsigned port)
{
    struct address_item *v4 = &out->at[out->count++], *v6 = &out->at[out->count++];
    *v4 = (struct address_item){.storage.ss_family = AF_INET, .len = sizeof(struct sockaddr_in)};
    *v6 = (struct address_item){.storage.ss_family = AF_INET6, .len = sizeof(struct sockaddr_in6)};
    struct sockaddr_in *in = (struct sockaddr_in *)(void *)&v4->storage;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)(void *)&v6->storage;
    in->sin_port = in6->sin6_port = htons((uint16_t)port);
    in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    in6->sin6_addr = in6addr_loopback;
}

int address_resolve(const struct address *address, struct address_list *out, struct err *err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
    char port[12];
    out->count = 0;
    if (address->path[0]) {
        address_unix(address->path, &out->at[out->count++]);
        return CM_OK;
    }
    if (!address->host[0] || !address->port)
        return err_set(err, CM_EUSAGE, "a host and a port other than 0 are needed to connect to");
    if (strcmp(address->host, "localhost") == 0) {
        add_loopback(out, address->port);
        return CM_OK;
    }
    snprintf(port, sizeof(port), "%u", address->port);
    int result = getaddrinfo(address->host, port, &hints, &list);
    if (result != 0)
        return err_set(err, CM_EUSAGE, "the host \"%s\" is not found: %s", address->host, gai_strerror(result));
    for (struct addrinfo *at = list; at && out->count < ADDRESS_LIST_MAX; at = at->ai_next) {
        struct address_item *item = &out->at[out->count];
        if (at->ai_addrlen > sizeof(item->storage))
            continue;
        memcpy(&item->storage, at->ai_addr, at->ai_addrlen);
        item->len = at->ai_addrlen;
        out->count++;
    }
    freeaddrinfo(list);
    return CM_OK;
}
