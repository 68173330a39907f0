/* What the server sends for a published site: by path, condition, encoding and range, and what it
 * refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <zlib.h>

#include "http_client.h"

/* --- what is served
 * ------------------------------------------------------------------------------------------ */

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
                 "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
                 "form-action 'none'; "
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
        "/../secret.txt",
        "/..",
        "/.",
        "/./small.txt",
        "/threats/../small.txt",
        "/threats/..",
        "/%2e%2e/secret.txt",
        "/.%2E/secret.txt",
        "/..%2fsecret.txt",
        "/..%2Fsecret.txt",
        "/%2e%2e%2fsecret.txt",
        "/..%5csecret.txt",
        "/%2e%2e%5csecret.txt",
        "/..\\secret.txt",
        "/%252e%252e/secret.txt",
        "/..%c0%afsecret.txt",
        "/%c0%ae%c0%ae/secret.txt",
        "/..;/secret.txt",
        "/....//secret.txt",
        "/up/secret.txt",
        "/link.txt",
        "/.casemate-site",
        "/.hidden/x.txt",
        "/%2ehidden/x.txt",
        "/threats/../../secret.txt",
        "/small.txt%00",
        "/%00",
        "/small.txt%00.html",
        "/%",
        "/%4",
        "/%zz",
        "/%ff",
        "//etc/passwd",
        "///etc/passwd",
        "/threats%2fT-0001.html",
        "/%0d%0aX:y",
        "http://localhost/../secret.txt",
        "/small.txt/../../secret.txt",
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

/* --- framing, seen from outside
 * ------------------------------------------------------------------------------ */

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
        HEAD("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
             405),
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
    } sizes[] = {{9000, 10, 1, 414},
                 {10, 17000, 1, 431},
                 {10, 10, 101, 431},
                 {8000, 100, 90, 404},
                 {100, 1 << 20, 1, 431}};
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

/* --- conditions, compression, ranges
 * ------------------------------------------------------------------------- */

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
            snprintf(fields, sizeof(fields), "If-None-Match: %s%.*s\r\n", before[n],
                     SV_ARG(n == 3 ? SV_NONE : tag));
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
    z_stream z = {.next_in = (unsigned char *)packed->data,
                  .avail_in = (uInt)packed->len,
                  .next_out = out,
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
            snprintf(fields, sizeof(fields), "%sIf-None-Match: %.*s\r\n", table[i].fields,
                     SV_ARG(tag));
            get(port, "GET", table[i].target, fields, &again);
            assert_int_equal(again.status, 304);
            answer_release(&again);
            get(port, "HEAD", table[i].target, table[i].fields, &again);
            assert_true(
                sv_eq(answer_field(&a, "Content-Length"), answer_field(&again, "Content-Length")));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVED(test_answers),          SERVED(test_fields),         cmocka_unit_test(test_date),
        SERVED(test_no_way_out),       SERVED(test_hostile_heads),  SERVED(test_too_long),
        SERVED(test_local_names_only), SERVED(test_etag),           SERVED(test_gzip),
        SERVED(test_ranges),           SERVED(test_without_memory),
    };
    return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
