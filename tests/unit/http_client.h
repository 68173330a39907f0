/* For tests of the server: a site in a folder of its own, a server on a free port, and a raw client
 * under a time limit. */
#ifndef CASEMATE_TESTS_HTTP_CLIENT_H
#define CASEMATE_TESTS_HTTP_CLIENT_H

#include <arpa/inet.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fs.h"
#include "gateway/http/index.h"
#include "gateway/http/server.h"

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

/* --- a site and a server ------------------------------------------------------------------------
 */

struct fixture {
    struct arena arena;
    char folder[PATH_MAX]; /* a place of its own; the site is in it, as "site" */
    const char *site;
    struct http_options options;
    struct http_server *server;
};

static inline void put(struct fixture *f, const char *folder, const char *name, struct sv data)
{
    struct err err = ERR_INIT;
    char *path = fs_join(&f->arena, folder, name);
    char *parent = arena_strndup(&f->arena, path, (size_t)(strrchr(path, '/') - path));
    assert_int_equal(fs_mkdirs(parent, &err), 0);
    assert_int_equal(fs_write(path, data, false, &err), 0);
}

static inline struct sv filled(struct fixture *f, const char *text, size_t len)
{
    struct str s = STR_INIT;
    while (s.len < len)
        str_addf(&s, "%s %zu\n", text, s.len);
    struct sv result = arena_sv(&f->arena, sv_from(s.data, len));
    str_release(&s);
    return result;
}

static inline void make_site(struct fixture *f, const char *folder)
{
    put(f, folder, "index.html", filled(f, "front", 3000));
    put(f, folder, "404.html", SV("nothing here\n"));
    put(f, folder, "style.css", SV("body{}"));
    put(f, folder, "small.txt", SV("small"));
    put(f, folder, "empty.txt", SV_NONE);
    put(f, folder, "analysis.pdf", filled(f, "pdf", 1000));
    put(f, folder, "large.pdf", filled(f, "large", INDEX_OTHER_MAX + 1000));
    put(f, folder, "register.json", filled(f, "json", 100000));
    put(f, folder, "feed.atom", SV("feed"));
    put(f, folder, "threats/T-0001.html", SV("threat"));
    put(f, folder, "threats/index.html", SV("threats"));
    put(f, folder, "docs a/b\xc3\xa4.txt", SV("umlaut"));
    put(f, folder, "docs a/index.html", SV("docs"));
    put(f, folder, ".casemate-site", SV("secret"));
    put(f, folder, ".hidden/x.txt", SV("secret"));
}

static inline int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    arena_init(&f->arena);
    snprintf(f->folder, sizeof(f->folder), "%s/casemate-http-XXXXXX",
             getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    assert_non_null(mkdtemp(f->folder));
    f->site = fs_join(&f->arena, f->folder, "site");
    make_site(f, f->site);
    put(f, f->folder, "secret.txt", SV("secret"));
    assert_int_equal(symlink("../secret.txt", fs_join(&f->arena, f->site, "link.txt")), 0);
    assert_int_equal(symlink("..", fs_join(&f->arena, f->site, "up")), 0);
    f->options = (struct http_options){.address = "127.0.0.1:0", .site = f->site};
    *state = f;
    return 0;
}

static inline int teardown(void **state)
{
    struct fixture *f = *state;
    struct err err = ERR_INIT;
    http_server_stop(&f->server);
    assert_int_equal(fs_remove_tree(f->folder, &err), 0);
    arena_release(&f->arena);
    free(f);
    return 0;
}

static inline unsigned start(struct fixture *f)
{
    struct err err = ERR_INIT;
    if (http_server_start(&f->options, &f->server, &err) != 0)
        fail_msg("%s", err.text);
    return http_server_port(f->server);
}

static inline void get(unsigned port, const char *method, const char *target, const char *fields,
                       struct answer *out)
{
    struct str request = STR_INIT;
    str_addf(&request, "%s %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", method, target, fields);
    client_once(port, str_sv(&request), strcmp(method, "HEAD") != 0, out);
    str_release(&request);
}

static inline void assert_field(const struct answer *a, const char *name, const char *expected)
{
    struct sv value = answer_field(a, name);
    if (!expected && value.at)
        fail_msg("there is %s: %.*s", name, SV_ARG(value));
    if (expected && !sv_eq_str(value, expected))
        fail_msg("%s is \"%.*s\", expected \"%s\"", name, SV_ARG(value), expected);
}

#define SERVED(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
