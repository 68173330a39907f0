/* gateway/http: a server on a free port, spoken to byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <strings.h>
#include <sys/stat.h>
#include <zlib.h>

#include "base/fs.h"
#include "gateway/http/files.h"
#include "gateway/http/listen.h"
#include "gateway/http/server.h"
#include "http_client.h"

struct fixture {
    struct arena arena;
    char folder[PATH_MAX]; /* a place of its own; the site is in it, as "site" */
    const char *site;
    struct http_options options;
    struct http_server *server;
};

static void put(struct fixture *f, const char *folder, const char *name, struct sv data)
{
    struct err err = ERR_INIT;
    char *path = fs_join(&f->arena, folder, name);
    char *parent = arena_strndup(&f->arena, path, (size_t)(strrchr(path, '/') - path));
    assert_int_equal(fs_mkdirs(parent, &err), 0);
    assert_int_equal(fs_write(path, data, false, &err), 0);
}

static struct sv filled(struct fixture *f, const char *text, size_t len)
{
    struct str s = STR_INIT;
    while (s.len < len)
        str_addf(&s, "%s %zu\n", text, s.len);
    struct sv result = arena_sv(&f->arena, sv_from(s.data, len));
    str_release(&s);
    return result;
}

static void make_site(struct fixture *f, const char *folder)
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

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    arena_init(&f->arena);
    snprintf(f->folder, sizeof(f->folder), "%s/casemate-http-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
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

static int teardown(void **state)
{
    struct fixture *f = *state;
    struct err err = ERR_INIT;
    http_server_stop(&f->server);
    assert_int_equal(fs_remove_tree(f->folder, &err), 0);
    arena_release(&f->arena);
    free(f);
    return 0;
}

static unsigned start(struct fixture *f)
{
    struct err err = ERR_INIT;
    if (http_server_start(&f->options, &f->server, &err) != 0)
        fail_msg("%s", err.text);
    return http_server_port(f->server);
}

static void get(unsigned port, const char *method, const char *target, const char *fields, struct answer *out)
{
    struct str request = STR_INIT;
    str_addf(&request, "%s %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", method, target, fields);
    client_once(port, str_sv(&request), strcmp(method, "HEAD") != 0, out);
    str_release(&request);
}

static void assert_field(const struct answer *a, const char *name, const char *expected)
{
    struct sv value = answer_field(a, name);
    if (!expected && value.at)
        fail_msg("there is %s: %.*s", name, SV_ARG(value));
    if (expected && !sv_eq_str(value, expected))
        fail_msg("%s is \"%.*s\", expected \"%s\"", name, SV_ARG(value), expected);
}

/* --- what is served ------------------------------------------------------------------------------------------ */

static void test_answers(void **state)
{
    static const struct {
        const char *target;
        int status;
        const char *type, *body; /* body NULL: any */
    } table[] = {
        {"/", 200, "text/html; charset=utf-8", NULL},
        {"/index.html", 200, "text/html; charset=utf-8", NULL},
        {"/?query=1", 200, "text/html; charset=utf-8", NULL},
        {"/style.css", 200, "text/css; charset=utf-8", "body{}"},
        {"/small.txt", 200, "text/plain; charset=utf-8", "small"},
        {"/%73mall.txt", 200, "text/plain; charset=utf-8", "small"},
        {"/empty.txt", 200, "text/plain; charset=utf-8", ""},
        {"/analysis.pdf", 200, "application/pdf", NULL},
        {"/large.pdf", 200, "application/pdf", NULL},
        {"/register.json", 200, "application/json; charset=utf-8", NULL},
        {"/feed.atom", 200, "application/atom+xml; charset=utf-8", "feed"},
        {"/threats/", 200, "text/html; charset=utf-8", "threats"},
        {"/threats/T-0001.html", 200, "text/html; charset=utf-8", "threat"},
        {"/docs%20a/b%C3%A4.txt", 200, "text/plain; charset=utf-8", "umlaut"},
        {"http://localhost/small.txt", 200, "text/plain; charset=utf-8", "small"},
        {"/none", 404, "text/html; charset=utf-8", "nothing here\n"},
        {"/threats/none.html", 404, "text/html; charset=utf-8", "nothing here\n"},
        {"/small.txt/", 404, "text/html; charset=utf-8", "nothing here\n"},
        {"//", 404, "text/html; charset=utf-8", "nothing here\n"},
        {"//small.txt", 404, "text/html; charset=utf-8", "nothing here\n"},
        {"/Small.txt", 404, "text/html; charset=utf-8", "nothing here\n"},
    };
    unsigned port = start(*state);
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        for (int head = 0; head <= 1; head++) {
            struct answer a, full;
            get(port, head ? "HEAD" : "GET", table[i].target, "", &a);
            if (a.status != table[i].status)
                fail_msg("%s: %d", table[i].target, a.status);
            assert_field(&a, "Content-Type", table[i].type);
            if (table[i].body && !head)
                assert_string_equal(str_cstr(&a.body), table[i].body);
            if (head) {
                get(port, "GET", table[i].target, "", &full);
                struct sv length = answer_field(&full, "Content-Length");
                assert_true(length.at && sv_eq(answer_field(&a, "Content-Length"), length));
                assert_true(sv_eq(answer_field(&a, "ETag"), answer_field(&full, "ETag")));
                answer_release(&full);
            }
            answer_release(&a);
        }
    }
}

static void test_fields(void **state)
{
    struct answer a;
    unsigned port = start(*state);
    get(port, "GET", "/", "", &a);
    assert_field(&a, "Content-Security-Policy",
                 "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
                 "frame-ancestors 'none'");
    assert_field(&a, "X-Content-Type-Options", "nosniff");
    assert_field(&a, "Referrer-Policy", "no-referrer");
    assert_field(&a, "Cross-Origin-Opener-Policy", "same-origin");
    assert_field(&a, "Cross-Origin-Resource-Policy", "same-origin");
    assert_field(&a, "Cache-Control", "no-cache");
    assert_field(&a, "Vary", "Accept-Encoding");
    assert_field(&a, "Server", NULL);
    assert_field(&a, "Last-Modified", NULL);
    assert_field(&a, "Connection", NULL);
    assert_int_equal(answer_field(&a, "Date").len, 29);
    answer_release(&a);
    get(port, "GET", "/threats", "", &a);
    assert_int_equal(a.status, 301);
    assert_field(&a, "Location", "/threats/");
    answer_release(&a);
    get(port, "GET", "/docs%20a", "", &a);
    assert_field(&a, "Location", "/docs%20a/");
    answer_release(&a);
    get(port, "POST", "/", "Content-Length: 0\r\n", &a);
    assert_int_equal(a.status, 405);
    assert_field(&a, "Allow", "GET, HEAD");
    assert_field(&a, "Connection", "close");
    answer_release(&a);
}

static void test_date(void **state CM_UNUSED)
{
    char text[HTTP_DATE_MAX];
    http_date(784111777, text);
    assert_string_equal(text, "Sun, 06 Nov 1994 08:49:37 GMT");
    http_date(0, text);
    assert_string_equal(text, "Thu, 01 Jan 1970 00:00:00 GMT");
}

static void test_no_way_out(void **state)
{
    static const char *const targets[] = {
        "/../secret.txt", "/..", "/.", "/./small.txt", "/threats/../small.txt", "/threats/..", "/%2e%2e/secret.txt",
        "/.%2E/secret.txt", "/..%2fsecret.txt", "/..%2Fsecret.txt", "/%2e%2e%2fsecret.txt", "/..%5csecret.txt",
        "/%2e%2e%5csecret.txt", "/..\\secret.txt", "/%252e%252e/secret.txt", "/..%c0%afsecret.txt",
        "/%c0%ae%c0%ae/secret.txt", "/..;/secret.txt", "/....//secret.txt", "/up/secret.txt", "/link.txt",
        "/.casemate-site", "/.hidden/x.txt", "/%2ehidden/x.txt", "/threats/../../secret.txt", "/small.txt%00",
        "/%00", "/small.txt%00.html", "/%", "/%4", "/%zz", "/%ff", "//etc/passwd", "///etc/passwd",
        "/threats%2fT-0001.html", "/%0d%0aX:y", "http://localhost/../secret.txt", "/small.txt/../../secret.txt",
    };
    unsigned port = start(*state);
    for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
        struct answer a;
        get(port, "GET", targets[i], "", &a);
        if (a.status != 400 && a.status != 404)
            fail_msg("%s: %d", targets[i], a.status);
        assert_true(sv_find(str_sv(&a.body), SV("secret")) < 0);
        answer_release(&a);
    }
}

/* --- framing, seen from outside ------------------------------------------------------------------------------ */

static void test_hostile_heads(void **state)
{
    /* each is followed by a request that must never be answered */
    static const struct {
        struct sv head;
        int status;
    } heads[] = {
#define HEAD(text, status) {{(text), sizeof(text) - 1}, status}
#define TOP "GET / HTTP/1.1\r\nHost: localhost\r\n"
        HEAD(TOP "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400),
        HEAD(TOP "Content-Length: 0\r\nContent-Length: 5\r\n\r\nhello", 400),
        HEAD(TOP "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        HEAD(TOP "Transfer-Encoding: xchunked\r\n\r\n", 400),
        HEAD(TOP "Transfer-Encoding: chunked, identity\r\n\r\n", 400),
        HEAD(TOP "Host: localhost\r\n\r\n", 400),
        HEAD("GET / HTTP/1.1\r\n\r\n", 400),
        HEAD("GET / HTTP/1.1\r\nHost:\r\n\r\n", 400),
        HEAD(TOP "Content-Length: +5\r\n\r\nhello", 400),
        HEAD(TOP "Content-Length: 5 \t5\r\n\r\nhello", 400),
        HEAD(TOP "Content-Length : 5\r\n\r\nhello", 400),
        HEAD(TOP "X: a\r\n folded\r\n\r\n", 400),
        HEAD("GET / HTTP/1.1\nHost: localhost\n\n", 400),
        HEAD(TOP "X: a\nY: b\r\n\r\n", 400),
        HEAD("GET /\0 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        HEAD("GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", 505),
        HEAD("GET / HTTP/1.1\r\nHost: localhost\r\nExpect: x\r\n\r\n", 417),
        HEAD("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello", 405),
        HEAD("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 405),
        HEAD("DELETE / HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
        HEAD("CONNECT localhost:1 HTTP/1.1\r\nHost: localhost:1\r\n\r\n", 405),
        HEAD("TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
        HEAD(TOP "Content-Length: 5\r\n\r\nhello", 413),
        HEAD(TOP "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 413),
    };
    unsigned port = start(*state);
    for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
        struct client c;
        struct answer a;
        client_open(&c, port);
        client_send(&c, heads[i].head);
        client_send(&c, SV("GET /small.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        client_read(&c, true, &a);
        if (a.status != heads[i].status)
            fail_msg("case %zu: %d, expected %d", i, a.status, heads[i].status);
        assert_field(&a, "Connection", "close");
        assert_true(client_closed(&c));
        answer_release(&a);
        client_close(&c);
    }
}

static void test_too_long(void **state)
{
    static const struct {
        size_t line, field, fields;
        int status;
    } sizes[] = {{9000, 10, 1, 414}, {10, 17000, 1, 431}, {10, 10, 101, 431}, {8000, 100, 90, 404}, {100, 1 << 20, 1, 431}};
    unsigned port = start(*state);
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct str request = STR_INIT;
        struct answer a;
        str_add_str(&request, "GET /");
        str_add_repeat(&request, 'a', sizes[i].line);
        str_add_str(&request, " HTTP/1.1\r\nHost: localhost\r\n");
        for (size_t n = 1; n < sizes[i].fields + 1; n++) {
            str_addf(&request, "x%zu: ", n);
            str_add_repeat(&request, 'b', sizes[i].field);
            str_add_str(&request, "\r\n");
        }
        str_add_str(&request, "\r\n");
        client_once(port, str_sv(&request), true, &a);
        if (a.status != sizes[i].status)
            fail_msg("case %zu: %d", i, a.status);
        answer_release(&a);
        str_release(&request);
    }
}

static void test_local_names_only(void **state)
{
    struct fixture *f = *state;
    struct answer a;
    f->options.local_names_only = true;
    unsigned port = start(f);
    client_once(port, SV("GET /small.txt HTTP/1.1\r\nHost: evil.example\r\n\r\n"), true, &a);
    assert_int_equal(a.status, 421);
    answer_release(&a);
    client_once(port, SV("GET /small.txt HTTP/1.1\r\nHost: 127.0.0.1:8139\r\n\r\n"), true, &a);
    assert_int_equal(a.status, 200);
    answer_release(&a);
}

/* --- conditions, compression, ranges ------------------------------------------------------------------------- */

static void test_etag(void **state)
{
    static const char *const targets[] = {"/", "/small.txt", "/large.pdf"};
    static const char *const before[] = {"", "W/", "\"x\", ", "*"};
    unsigned port = start(*state);
    for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
        struct answer a, b;
        get(port, "GET", targets[i], "", &a);
        struct sv tag = answer_field(&a, "ETag");
        assert_true(tag.len > 2);
        for (size_t n = 0; n < ARRAY_LEN(before); n++) {
            char fields[200];
            snprintf(fields, sizeof(fields), "If-None-Match: %s%.*s\r\n", before[n], SV_ARG(n == 3 ? SV_NONE : tag));
            get(port, "GET", targets[i], fields, &b);
            assert_int_equal(b.status, 304);
            assert_true(sv_eq(answer_field(&b, "ETag"), tag));
            assert_field(&b, "Content-Length", NULL);
            assert_field(&b, "Cache-Control", "no-cache");
            answer_release(&b);
        }
        get(port, "GET", targets[i], "If-None-Match: \"x\"\r\n", &b);
        assert_int_equal(b.status, 200);
        answer_release(&b);
        answer_release(&a);
    }
}

static void assert_inflates_to(const struct str *packed, struct sv expected)
{
    unsigned char *out = calloc(1, expected.len + 1);
    z_stream z = {.next_in = (unsigned char *)packed->data, .avail_in = (uInt)packed->len, .next_out = out,
                  .avail_out = (uInt)expected.len + 1};
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.total_out, expected.len);
    assert_memory_equal(out, expected.at, expected.len);
    inflateEnd(&z);
    free(out);
}

static void test_gzip(void **state)
{
    static const struct {
        const char *target, *fields;
        bool gzip;
    } table[] = {
        {"/register.json", "Accept-Encoding: gzip\r\n", true},
        {"/register.json", "Accept-Encoding: br, gzip;q=0.5\r\n", true},
        {"/register.json", "accept-encoding: br\r\nAccept-Encoding: GZIP\r\n", true},
        {"/register.json", "Accept-Encoding: *\r\n", true},
        {"/register.json", "Accept-Encoding: gzip ; q=0.001\r\n", true},
        {"/404", "Accept-Encoding: gzip\r\n", false},
        {"/register.json", "", false},
        {"/register.json", "Accept-Encoding:\r\n", false},
        {"/register.json", "Accept-Encoding: identity\r\n", false},
        {"/register.json", "Accept-Encoding: gzip;q=0\r\n", false},
        {"/register.json", "Accept-Encoding: gzip;q=0.000, *\r\n", false},
        {"/register.json", "Accept-Encoding: *;q=0\r\n", false},
        {"/register.json", "Accept-Encoding: gzip;q=no\r\n", false},
        {"/register.json", "Accept-Encoding: gzipped\r\n", false},
        {"/small.txt", "Accept-Encoding: gzip\r\n", false},
        {"/analysis.pdf", "Accept-Encoding: gzip\r\n", false},
    };
    unsigned port = start(*state);
    struct answer plain, a, again;
    get(port, "GET", "/register.json", "", &plain);
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        get(port, "GET", table[i].target, table[i].fields, &a);
        if ((answer_field(&a, "Content-Encoding").at != NULL) != table[i].gzip)
            fail_msg("case %zu", i);
        if (table[i].gzip) {
            char fields[300];
            struct sv tag = answer_field(&a, "ETag");
            assert_field(&a, "Vary", "Accept-Encoding");
            assert_inflates_to(&a.body, str_sv(&plain.body));
            assert_false(sv_eq(tag, answer_field(&plain, "ETag")));
            snprintf(fields, sizeof(fields), "%sIf-None-Match: %.*s\r\n", table[i].fields, SV_ARG(tag));
            get(port, "GET", table[i].target, fields, &again);
            assert_int_equal(again.status, 304);
            answer_release(&again);
            get(port, "HEAD", table[i].target, table[i].fields, &again);
            assert_true(sv_eq(answer_field(&a, "Content-Length"), answer_field(&again, "Content-Length")));
            answer_release(&again);
        }
        answer_release(&a);
    }
    answer_release(&plain);
}

static void test_ranges(void **state)
{
    static const struct {
        const char *fields;
        int status;
        const char *range; /* Content-Range without the size */
    } table[] = {
        {"Range: bytes=0-9\r\n", 206, "bytes 0-9/"},
        {"Range: bytes=990-\r\n", 206, "bytes 990-999/"},
        {"Range: bytes=-10\r\n", 206, "bytes 990-999/"},
        {"Range: bytes=-5000\r\n", 206, "bytes 0-999/"},
        {"Range: bytes=5-5000\r\n", 206, "bytes 5-999/"},
        {"Range: bytes=1000-\r\n", 416, "bytes */"},
        {"Range: bytes=-0\r\n", 416, "bytes */"},
        {"Range: bytes=0-1,3-4\r\n", 200, NULL},
        {"Range: bytes=9-0\r\n", 200, NULL},
        {"Range: bytes=a-b\r\n", 200, NULL},
        {"Range: lines=0-1\r\n", 200, NULL},
        {"Range: bytes=-\r\n", 200, NULL},
        {"Range: bytes=0-99999999999999999999999\r\n", 200, NULL},
        {"Range: bytes=0-9\r\nIf-Range: \"x\"\r\n", 200, NULL},
        {"Range: bytes=0-9\r\nRange: bytes=5-6\r\n", 200, NULL},
    };
    unsigned port = start(*state);
    struct answer whole, a;
    get(port, "GET", "/analysis.pdf", "", &whole);
    assert_field(&whole, "Accept-Ranges", "bytes");
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        get(port, "GET", "/analysis.pdf", table[i].fields, &a);
        if (a.status != table[i].status)
            fail_msg("%s: %d", table[i].fields, a.status);
        struct sv range = answer_field(&a, "Content-Range");
        assert_true(table[i].range ? sv_starts(range, sv_str(table[i].range)) : !range.at);
        if (a.status == 206) {
            size_t at = (size_t)strtoul(range.at + 6, NULL, 10);
            assert_memory_equal(a.body.data, whole.body.data + at, a.body.len);
        }
        answer_release(&a);
    }
    answer_release(&whole);
    get(port, "GET", "/large.pdf", "", &whole);
    assert_int_equal(whole.body.len, INDEX_OTHER_MAX + 1000);
    get(port, "GET", "/large.pdf", "Range: bytes=4194300-4195299\r\n", &a);
    assert_int_equal(a.status, 206);
    assert_memory_equal(a.body.data, whole.body.data + 4194300, a.body.len);
    answer_release(&a);
    get(port, "GET", "/large.pdf", "Range: bytes=99999999-\r\n", &a);
    assert_int_equal(a.status, 416);
    answer_release(&a);
    answer_release(&whole);
}

static void test_without_memory(void **state)
{
    struct fixture *f = *state;
    struct answer a;
    f->options.limits.cache = 1;
    unsigned port = start(f);
    get(port, "GET", "/register.json", "Accept-Encoding: gzip\r\n", &a);
    assert_int_equal(a.status, 200);
    assert_int_equal(a.body.len, 100000);
    answer_release(&a);
}

/* --- connections --------------------------------------------------------------------------------------------- */

static void test_pipelining(void **state)
{
    static const char *const targets[] = {"/small.txt", "/none", "/register.json", "/analysis.pdf", "/large.pdf"};
    unsigned port = start(*state);
    struct client c;
    struct str all = STR_INIT;
    for (size_t i = 0; i < 200; i++)
        str_addf(&all, "%s %s HTTP/1.1\r\nHost: localhost\r\n\r\n", i % 7 == 3 ? "HEAD" : "GET", targets[i % 5]);
    struct answer expected[5], a;
    for (size_t i = 0; i < 5; i++)
        get(port, "GET", targets[i], "", &expected[i]);
    client_open(&c, port);
    client_send(&c, str_sv(&all));
    for (size_t i = 0; i < 200; i++) {
        bool head = i % 7 == 3;
        client_read(&c, !head, &a);
        assert_int_equal(a.status, expected[i % 5].status);
        assert_true(head || sv_eq(str_sv(&a.body), str_sv(&expected[i % 5].body)));
        answer_release(&a);
    }
    str_clear(&all);
    str_add_str(&all, "\r\nGET /small.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    for (size_t i = 0; i < all.len; i++)
        client_send(&c, sv_from(all.data + i, 1));
    client_read(&c, true, &a);
    assert_int_equal(a.status, 200);
    assert_field(&a, "Connection", "close");
    assert_true(client_closed(&c));
    answer_release(&a);
    client_close(&c);
    for (size_t i = 0; i < 5; i++)
        answer_release(&expected[i]);
    str_release(&all);
}

static void test_old_version(void **state)
{
    unsigned port = start(*state);
    struct client c;
    struct answer a;
    client_open(&c, port);
    client_send(&c, SV("GET /small.txt HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
    client_read(&c, true, &a);
    assert_field(&a, "Connection", "keep-alive");
    answer_release(&a);
    client_send(&c, SV("GET /small.txt HTTP/1.0\r\n\r\n"));
    client_read(&c, true, &a);
    assert_field(&a, "Connection", "close");
    assert_true(client_closed(&c));
    answer_release(&a);
    client_close(&c);
}

static void test_slow_clients(void **state)
{
    struct fixture *f = *state;
    struct client half, silent, idle, deaf;
    struct answer a;
    f->options.limits = (struct http_limits){.head_ms = 500, .idle_ms = 500, .write_ms = 50};
    unsigned port = start(f);
    client_open(&half, port);
    client_open(&silent, port);
    client_open(&idle, port);
    client_open(&deaf, port);
    int small = 4096;
    setsockopt(deaf.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
    for (int i = 0; i < 20; i++)
        client_send(&deaf, SV("GET /large.pdf HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    client_send(&half, SV("GET / HTTP/1.1\r\nHost: loc"));
    client_send(&idle, SV("GET /small.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    client_read(&idle, true, &a);
    assert_int_equal(a.status, 200);
    answer_release(&a);
    assert_true(client_closed(&idle));
    assert_true(client_closed(&silent));
    client_read(&half, true, &a);
    assert_int_equal(a.status, 408);
    answer_release(&a);
    assert_true(client_closed(&half));
    /* by now the time for writing is long over */
    bool whole = true;
    for (int i = 0; i < 20 && whole; i++) {
        client_read(&deaf, true, &a);
        whole = a.status == 200;
        answer_release(&a);
    }
    assert_false(whole);
    client_close(&half);
    client_close(&silent);
    client_close(&idle);
    client_close(&deaf);
}

static void test_too_many_connections(void **state)
{
    struct fixture *f = *state;
    struct client c[4];
    struct answer a;
    f->options.limits.connections = 3;
    f->options.threads = 1;
    unsigned port = start(f);
    for (int i = 0; i < 3; i++) {
        client_open(&c[i], port);
        client_send(&c[i], i == 2 ? SV("GET ") : SV("GET /small.txt HTTP/1.1\r\nHost: localhost\r\n\r\nGET "));
        if (i < 2) {
            client_read(&c[i], true, &a);
            answer_release(&a);
        }
    }
    client_open(&c[3], port); /* all are in the middle of a request */
    client_read(&c[3], true, &a);
    assert_int_equal(a.status, 503);
    answer_release(&a);
    client_close(&c[3]);
    client_send(&c[0], SV("/small.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    client_read(&c[0], true, &a); /* idle now: it gives way */
    answer_release(&a);
    client_open(&c[3], port);
    client_send(&c[3], SV("GET /small.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    client_read(&c[3], true, &a);
    assert_int_equal(a.status, 200);
    answer_release(&a);
    assert_true(client_closed(&c[0]));
    for (int i = 0; i < 4; i++)
        client_close(&c[i]);
}

/* --- stopping ------------------------------------------------------------------------------------------------ */

static void *stop_thread(void *argument)
{
    struct fixture *f = argument;
    http_server_stop(&f->server);
    return NULL;
}

static void test_graceful_stop(void **state)
{
    struct fixture *f = *state;
    struct client half, idle, reading, late;
    struct answer a;
    pthread_t thread;
    unsigned port = start(f);
    client_open(&half, port);
    client_open(&idle, port);
    client_open(&reading, port);
    client_send(&half, SV("GET /small.txt HTTP/1.1\r\nHost: localhost\r\n\r\nGET /regi"));
    client_read(&half, true, &a);
    answer_release(&a);
    client_send(&idle, SV("GET /small.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    client_read(&idle, true, &a);
    answer_release(&a);
    client_send(&reading, SV("GET /large.pdf HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    assert_true(client_more(&reading));
    assert_int_equal(pthread_create(&thread, NULL, stop_thread, f), 0);
    assert_true(client_closed(&idle)); /* so stopping has begun */
    client_send(&half, SV("ster.json HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    client_read(&half, true, &a);
    assert_int_equal(a.status, 200);
    assert_int_equal(a.body.len, 100000);
    assert_field(&a, "Connection", "close");
    assert_true(client_closed(&half));
    answer_release(&a);
    client_read(&reading, true, &a);
    assert_int_equal(a.status, 200);
    assert_int_equal(a.body.len, INDEX_OTHER_MAX + 1000);
    answer_release(&a);
    client_close(&half);
    client_close(&reading);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_null(f->server);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    late.fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_not_equal(connect(late.fd, (struct sockaddr *)&address, sizeof(address)), 0);
    close(late.fd);
    client_close(&idle);
}

static void test_stop_has_an_end(void **state)
{
    struct fixture *f = *state;
    struct client c;
    f->options.limits.stop_ms = 100;
    unsigned port = start(f);
    client_open(&c, port);
    client_send(&c, SV("GET /"));
    http_server_stop(&f->server);
    assert_null(f->server);
    assert_true(client_closed(&c));
    client_close(&c);
}

static int tick(void *context, struct err *err)
{
    int *left = context;
    if (*left == 0)
        return err_set(err, CM_EINPUT, "enough");
    if (--*left == 0)
        kill(getpid(), SIGTERM);
    return 0;
}

static void test_run_until_a_signal(void **state)
{
    struct fixture *f = *state;
    struct err err = ERR_INIT;
    int left = 2;
    start(f);
    assert_int_equal(http_server_run(f->server, tick, &left, &err), 0);
    assert_int_equal(left, 0);
    assert_int_equal(http_server_run(f->server, tick, &left, &err), CM_EINPUT);
}

/* --- a site that changes ------------------------------------------------------------------------------------- */

enum { VERSIONS = 25 };

/* "version 7 0", then filling */
static struct sv padded(struct fixture *f, const char *text, size_t len)
{
    struct str s = STR_INIT;
    str_addf(&s, "%s 0\n", text);
    str_add_repeat(&s, 'x', len - s.len);
    struct sv result = arena_sv(&f->arena, str_sv(&s));
    str_release(&s);
    return result;
}

static void make_version(struct fixture *f, const char *folder, int version)
{
    char text[32];
    snprintf(text, sizeof(text), "version %d", version);
    put(f, folder, "index.html", padded(f, text, 20000 + (size_t)version));
    put(f, folder, "sub/page.html", padded(f, text, 1000 + (size_t)version));
    put(f, folder, "same.txt", SV("the same"));
    put(f, folder, "big.pdf", padded(f, text, INDEX_OTHER_MAX + 5000 + (size_t)version));
}

struct reader {
    unsigned port;
    atomic_bool stop;
    atomic_int faults, answers;
};

static void *reader_thread(void *argument)
{
    static const char *const requests[] = {
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /sub/page.html HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /same.txt HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /big.pdf HTTP/1.1\r\nHost: localhost\r\n\r\n",
    };
    static const size_t sizes[] = {20000, 1000, 0, INDEX_OTHER_MAX + 5000};
    struct reader *r = argument;
    struct client c;
    client_open(&c, r->port);
    for (size_t i = 0; !atomic_load(&r->stop); i++) {
        struct answer a;
        char expected[64];
        size_t which = i % 8 == 7 ? 3 : i % 3;
        client_send(&c, sv_str(requests[which]));
        client_read(&c, true, &a);
        snprintf(expected, sizeof(expected), "version %zu 0\n", a.body.len - sizes[which]);
        bool right = a.status == 200 && (which == 2 ? sv_eq(str_sv(&a.body), SV("the same"))
                                                    : sv_starts(str_sv(&a.body), sv_str(expected)));
        atomic_fetch_add(right ? &r->answers : &r->faults, 1);
        answer_release(&a);
    }
    client_close(&c);
    return NULL;
}

static void test_swap_while_serving(void **state)
{
    struct fixture *f = *state;
    struct err err = ERR_INIT;
    struct reader reader = {0};
    pthread_t threads[2];
    const char *live = fs_join(&f->arena, f->folder, "live"), *fresh = fs_join(&f->arena, f->folder, "fresh");
    make_version(f, live, 0);
    f->options.site = live;
    reader.port = start(f);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, reader_thread, &reader), 0);
    for (int version = 1; version <= VERSIONS; version++) {
        int before = atomic_load(&reader.answers);
        make_version(f, fresh, version);
        assert_int_equal(fs_swap_dirs(fresh, live, &err), 0);
        while (atomic_load(&reader.answers) + atomic_load(&reader.faults) < before + 5)
            sched_yield();
    }
    atomic_store(&reader.stop, true);
    for (size_t i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&reader.faults), 0);
    struct answer a;
    struct timespec pause = {.tv_nsec = 10000000}; /* looked for every 100 ms: ask until it is there */
    for (int tries = 0;; tries++) {
        get(reader.port, "GET", "/sub/page.html", "", &a);
        size_t len = a.body.len;
        answer_release(&a);
        if (len == 1000 + VERSIONS)
            break;
        assert_true(tries < 1000);
        nanosleep(&pause, NULL);
    }
}

static void test_file_changed_in_place(void **state)
{
    struct fixture *f = *state;
    struct answer a;
    unsigned port = start(f);
    put(f, f->site, "threats/T-0001.html", SV("another text"));
    get(port, "GET", "/threats/T-0001.html", "", &a);
    assert_int_equal(a.status, 200);
    assert_string_equal(str_cstr(&a.body), "another text");
    answer_release(&a);
    get(port, "GET", "/small.txt", "", &a);
    assert_int_equal(a.status, 200);
    answer_release(&a);
}

/* --- starting ------------------------------------------------------------------------------------------------ */

static void test_addresses(void **state CM_UNUSED)
{
    static const struct {
        const char *text, *host;
        unsigned port; /* 1000000: refused */
    } table[] = {
        {"localhost:8139", "localhost", 8139}, {"localhost", "localhost", 8139}, {"8080", "localhost", 8080},
        {"0", "localhost", 0},                 {":80", "", 80},                  {"[::1]:80", "::1", 80},
        {"[::1]", "::1", 8139},                {"127.0.0.1:0", "127.0.0.1", 0},  {"", "", 1000000},
        {"a:", "", 1000000},                   {"a:b", "", 1000000},             {"a:70000", "", 1000000},
        {"::1", "", 1000000},                  {"[::1", "", 1000000},            {"[]:1", "", 1000000},
        {"[::1]80", "", 1000000},              {"a:+1", "", 1000000},            {"99999", "", 1000000},
    };
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        struct listen_address address;
        struct err err = ERR_INIT;
        int result = listen_parse(table[i].text, &address, &err);
        if ((result == CM_EUSAGE) != (table[i].port == 1000000))
            fail_msg("%s: %d", table[i].text, result);
        if (result == 0) {
            assert_string_equal(address.host, table[i].host);
            assert_int_equal(address.port, table[i].port);
        }
    }
}

static void test_start_fails_clearly(void **state)
{
    struct fixture *f = *state;
    struct err err = ERR_INIT;
    struct http_server *second;
    char address[64];
    unsigned port = start(f);
    struct http_options options = f->options;
    snprintf(address, sizeof(address), "127.0.0.1:%u", port);
    options.address = address;
    assert_int_equal(http_server_start(&options, &second, &err), CM_EAGAIN);
    assert_null(second);
    assert_non_null(strstr(err.text, "in use"));
    options.address = "nonsense:";
    assert_int_equal(http_server_start(&options, &second, &err), CM_EUSAGE);
    options.address = "127.0.0.1:0";
    options.site = fs_join(&f->arena, f->folder, "none");
    assert_int_equal(http_server_start(&options, &second, &err), CM_ENOTFOUND);
    options.address = "192.0.2.1:0";
    options.site = f->site;
    assert_int_equal(http_server_start(&options, &second, &err), CM_EIO);
}

static void answer_hello(void *context CM_UNUSED, const struct framing *request, struct sv head,
                         struct http_response *out)
{
    str_addf(&out->text, "%.*s?%.*s", SV_ARG(framing_text(head, request->path)),
             SV_ARG(framing_text(head, request->query)));
    out->type = "text/plain; charset=utf-8";
    out->body = out->text.data;
    out->body_len = out->text.len;
}

static void test_answering_function(void **state)
{
    struct fixture *f = *state;
    struct answer a;
    f->options = (struct http_options){.address = "localhost:0", .answer = answer_hello};
    unsigned port = start(f);
    assert_non_null(strstr(http_server_url(f->server), "http://localhost:"));
    get(port, "GET", "/a?b", "", &a);
    assert_string_equal(str_cstr(&a.body), "/a?b");
    answer_release(&a);
}

#define SERVED(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVED(test_answers),
        SERVED(test_fields),
        cmocka_unit_test(test_date),
        SERVED(test_no_way_out),
        SERVED(test_hostile_heads),
        SERVED(test_too_long),
        SERVED(test_local_names_only),
        SERVED(test_etag),
        SERVED(test_gzip),
        SERVED(test_ranges),
        SERVED(test_without_memory),
        SERVED(test_pipelining),
        SERVED(test_old_version),
        SERVED(test_slow_clients),
        SERVED(test_too_many_connections),
        SERVED(test_graceful_stop),
        SERVED(test_stop_has_an_end),
        SERVED(test_run_until_a_signal),
        SERVED(test_swap_while_serving),
        SERVED(test_file_changed_in_place),
        cmocka_unit_test(test_addresses),
        SERVED(test_start_fails_clearly),
        SERVED(test_answering_function),
    };
    return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
