/* A raw HTTP client for tests: bytes out, answers in, everything under a time limit. */
#ifndef CASEMATE_TESTS_HTTP_CLIENT_H
#define CASEMATE_TESTS_HTTP_CLIENT_H

#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"

enum { CLIENT_MS = 20000 };

struct client {
    int fd;
    struct str in; /* bytes not yet taken */
};

struct answer {
    int status; /* 0: the connection ended before an answer, -1: in the middle of one */
    struct str head, body;
};

static inline void client_open(struct client *c, unsigned port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *c = (struct client){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    assert_true(c->fd >= 0);
    assert_int_equal(connect(c->fd, (struct sockaddr *)&address, sizeof(address)), 0);
}

static inline void client_close(struct client *c)
{
    close(c->fd);
    str_release(&c->in);
}

static inline void client_send(struct client *c, struct sv data)
{
    while (data.len) {
        ssize_t put = send(c->fd, data.at, data.len, MSG_NOSIGNAL);
        if (put <= 0)
            return; /* refused already: the answer tells */
        data = sv_from_byte(data, (size_t)put);
    }
}

/* False at the end of the stream or an error; fails the test when nothing happens. */
static inline bool client_more(struct client *c)
{
    struct pollfd p = {.fd = c->fd, .events = POLLIN};
    char buffer[65536];
    if (poll(&p, 1, CLIENT_MS) <= 0)
        fail_msg("the server neither answers nor closes");
    ssize_t got = recv(c->fd, buffer, sizeof(buffer), 0);
    if (got <= 0)
        return false;
    str_add(&c->in, sv_from(buffer, (size_t)got));
    return true;
}

static inline bool client_closed(struct client *c)
{
    return c->in.len == 0 && !client_more(c);
}

static inline void client_take(struct client *c, struct str *out, size_t len)
{
    struct str rest = STR_INIT;
    str_add(out, sv_from(c->in.data, len));
    str_add(&rest, sv_from_byte(str_sv(&c->in), len));
    str_release(&c->in);
    c->in = rest;
}

/* The value of a field, or the empty view with at == NULL. */
static inline struct sv answer_field(const struct answer *a, const char *name)
{
    struct sv rest = str_sv(&a->head), line;
    size_t len = strlen(name);
    while (sv_next_line(&rest, &line))
        if (line.len > len + 1 && line.at[len] == ':' && strncasecmp(line.at, name, len) == 0)
            return sv_trim(sv_from_byte(line, len + 1));
    return (struct sv){NULL, 0};
}

static inline void answer_release(struct answer *a)
{
    str_release(&a->head);
    str_release(&a->body);
}

static inline void client_read(struct client *c, bool with_body, struct answer *out)
{
    static const struct sv end = {"\r\n\r\n", 4};
    uint64_t len = 0;
    *out = (struct answer){0};
    while (sv_find(str_sv(&c->in), end) < 0) {
        if (!client_more(c)) {
            out->status = c->in.len ? -1 : 0;
            return;
        }
    }
    client_take(c, &out->head, (size_t)sv_find(str_sv(&c->in), end) + 4);
    assert_memory_equal(out->head.data, "HTTP/1.1 ", 9);
    int status = (int)strtol(out->head.data + 9, NULL, 10);
    struct sv length = answer_field(out, "Content-Length");
    assert_true(status == 304 || length.at);
    if (length.at)
        assert_true(sv_to_u64(length, UINT64_MAX, &len));
    out->status = with_body && status != 304 ? -1 : status;
    while (out->status == -1 && c->in.len < len)
        if (!client_more(c))
            return;
    if (out->status == -1)
        client_take(c, &out->body, (size_t)len);
    out->status = status;
}

/* One request on a connection of its own, answered and (with "Connection: close" in it) closed. */
static inline void client_once(unsigned port, struct sv request, bool with_body, struct answer *out)
{
    struct client c;
    client_open(&c, port);
    client_send(&c, request);
    client_read(&c, with_body, out);
    client_close(&c);
}

#endif
