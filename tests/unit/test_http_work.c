/* Bodies, and requests that threads of their own answer: limits, order, slow clients, stopping, the bar above pages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "base/digest.h"
#include "gateway/http/files.h"
#include "http_client.h"

enum { BODY_MAX = 300000 };

/* What the workers share with the test. */
static struct {
    atomic_uint begun, ended, answered, after;
    atomic_bool shut; /* the gate before the answers of "/work/wait" */
    atomic_uint waiting;
} seen;

struct worker {
    struct index_store *site;
};

static enum http_way way(void *context CM_UNUSED, const struct http_request *r, size_t *out_body_max,
                         struct http_response *out)
{
    struct sv path = framing_text(r->head, r->framing->path);
    if (sv_eq_str(path, "/now")) {
        http_response_plain(out, 403, "at once");
        return HTTP_WAY_ANSWERED;
    }
    if (r->framing->method == FRAMING_POST)
        *out_body_max = BODY_MAX;
    return sv_starts(path, SV("/work")) || sv_starts(path, SV("/page")) ? HTTP_WAY_WORK : HTTP_WAY_SITE;
}

static void *begin(void *context CM_UNUSED, struct index_store *site)
{
    struct worker *w = malloc(sizeof(*w));
    w->site = site;
    atomic_fetch_add(&seen.begun, 1);
    return w;
}

static void answer(void *worker, const struct http_request *r, struct http_response *out)
{
    struct worker *w = worker;
    struct sv path = framing_text(r->head, r->framing->path);
    struct digest d = digest_of(r->body);
    struct arena a = ARENA_INIT;
    if (sv_eq_str(path, "/work/wait")) {
        atomic_fetch_add(&seen.waiting, 1);
        while (atomic_load(&seen.shut))
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    if (sv_starts(path, SV("/page")))
        files_answer_personal(w->site, r->framing, r->head, SV("<p>Ada</p>"), out);
    else {
        str_addf(&out->text, "%.*s %zu %.16s %s", SV_ARG(framing_text(r->head, r->framing->query)), r->body.len,
                 digest_hex(&a, &d), r->peer);
        out->type = "text/plain; charset=utf-8";
        out->body = out->text.data;
        out->body_len = out->text.len;
        http_response_cookie(out, "x", SV("y"), 60, false);
    }
    arena_release(&a);
    atomic_fetch_add(&seen.answered, 1);
}

static void after(void *worker CM_UNUSED)
{
    atomic_fetch_add(&seen.after, 1);
}

static void end(void *worker)
{
    free(worker);
    atomic_fetch_add(&seen.ended, 1);
}

static const struct http_work works = {way, begin, answer, after, end, NULL, 2, 3};

static unsigned start_work(struct fixture *f)
{
    f->options.work = &works;
    f->options.bar = SV("<p>nobody</p>");
    return start(f);
}

static const char *expected(struct arena *a, const char *query, struct sv body)
{
    struct digest d = digest_of(body);
    return arena_printf(a, "%s %zu %.16s 127.0.0.1", query, body.len, digest_hex(a, &d));
}

static void test_bodies(void **state)
{
    struct fixture *f = *state;
    unsigned port = start_work(f);
    static const size_t sizes[] = {0, 1, 100, 4096, 5000, 24000, 100000, BODY_MAX};
    struct client c;
    struct answer got;
    struct str request = STR_INIT;
    client_open(&c, port); /* all on one connection */
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct sv body = filled(f, "body", sizes[i]);
        str_clear(&request);
        str_addf(&request, "POST /work?%zu HTTP/1.1\r\nHost: localhost\r\nContent-Length: %zu\r\n\r\n", i, body.len);
        str_add(&request, body);
        client_send(&c, str_sv(&request));
        client_read(&c, true, &got);
        assert_int_equal(got.status, 200);
        assert_string_equal(str_cstr(&got.body),
                            expected(&f->arena, arena_printf(&f->arena, "%zu", i), body));
        assert_true(sv_eq_str(answer_field(&got, "Set-Cookie"), "x=y; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"));
        answer_release(&got);
    }
    client_close(&c);
    str_release(&request);
}

/* Byte for byte, and several at once: what follows a body is the next request. */
static void test_bodies_pipelined(void **state)
{
    struct fixture *f = *state;
    unsigned port = start_work(f);
    struct client c;
    struct answer got;
    static const char text[] = "POST /work?1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc"
                               "GET /small.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"
                               "POST /work?2 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
                               "GET /work?3 HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for (int cut = 0; cut < 2; cut++) {
        client_open(&c, port);
        for (size_t i = 0; cut && i < sizeof(text) - 1; i++)
            client_send(&c, sv_from(text + i, 1));
        if (!cut)
            client_send(&c, SV(text));
        static const struct {
            const char *query, *body;
        } wanted[] = {{"1", "abc"}, {NULL, "small"}, {"2", ""}, {"3", ""}};
        for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
            client_read(&c, true, &got);
            assert_int_equal(got.status, 200);
            assert_string_equal(str_cstr(&got.body),
                                wanted[i].query ? expected(&f->arena, wanted[i].query, sv_str(wanted[i].body))
                                                : wanted[i].body);
            answer_release(&got);
        }
        client_close(&c);
    }
}

static void test_refused(void **state)
{
    static const struct {
        const char *request;
        int status;
        bool closes;
    } table[] = {
        {"POST /work HTTP/1.1\r\nHost: localhost\r\nContent-Length: 300001\r\n\r\n", 413, true},
        {"POST /work HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999999999999\r\n\r\n", 413, true},
        {"POST /work HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
         "chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 411, true},
        {"GET /work HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc", 413, true},
        {"POST /small.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc", 405, true},
        {"DELETE /small.txt HTTP/1.1\r\nHost: localhost\r\n\r\n", 405, true},
        {"POST /now HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc", 403, true},
        {"POST /now HTTP/1.1\r\nHost: localhost\r\n\r\n", 403, false},
        {"POST /work HTTP/1.1\r\nHost: localhost\r\n\r\n", 200, false},
    };
    unsigned port = start_work(*state);
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        struct client c;
        struct answer got;
        client_open(&c, port);
        client_send(&c, sv_str(table[i].request));
        client_read(&c, true, &got);
        bool closes = sv_eq_str(answer_field(&got, "Connection"), "close");
        if (got.status != table[i].status || closes != table[i].closes)
            fail_msg("%s: %d", table[i].request, got.status);
        answer_release(&got);
        client_close(&c);
    }
}

static void test_continue(void **state)
{
    static const char interim[] = "HTTP/1.1 100 Continue\r\n\r\n";
    unsigned port = start_work(*state);
    struct client c;
    struct answer got;
    client_open(&c, port);
    client_send(&c, SV("POST /work HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"));
    while (c.in.len < sizeof(interim) - 1)
        assert_true(client_more(&c));
    assert_string_equal(str_cstr(&c.in), interim);
    str_clear(&c.in);
    client_send(&c, SV("abc"));
    client_read(&c, true, &got);
    assert_int_equal(got.status, 200);
    answer_release(&got);
    client_close(&c);
    client_once(port, SV("POST /work HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
                         "Content-Length: 999999\r\n\r\n"), true, &got);
    assert_int_equal(got.status, 413); /* at once, not asked for */
    answer_release(&got);
}

static void test_slow_body(void **state)
{
    struct fixture *f = *state;
    f->options.limits.body_ms = 200;
    unsigned port = start_work(f);
    struct client c;
    struct answer got;
    client_open(&c, port);
    client_send(&c, SV("POST /work HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30\r\n\r\nabc"));
    client_read(&c, true, &got);
    assert_int_equal(got.status, 408);
    answer_release(&got);
    client_close(&c);
}

static void open_waiting(struct client *c, unsigned port)
{
    client_open(c, port);
    client_send(c, SV("GET /work/wait HTTP/1.1\r\nHost: localhost\r\n\r\n"));
}

static void wait_for(atomic_uint *count, unsigned wanted)
{
    struct timespec pause = {.tv_nsec = 1000000};
    for (int i = 0; i < CLIENT_MS && atomic_load(count) < wanted; i++)
        nanosleep(&pause, NULL);
    assert_true(atomic_load(count) >= wanted);
}

/* Two with the workers, three in the line, the sixth is turned away; files are served meanwhile. */
static void test_line_is_bounded(void **state)
{
    unsigned port = start_work(*state);
    struct client waiting[5];
    struct answer got;
    int refused = 0;
    atomic_store(&seen.waiting, 0);
    atomic_store(&seen.shut, true);
    for (size_t i = 0; i < 2; i++)
        open_waiting(&waiting[i], port);
    wait_for(&seen.waiting, 2);
    for (size_t i = 2; i < 5; i++)
        open_waiting(&waiting[i], port);
    for (int i = 0; i < 2000 && !refused; i++) { /* until the three are in the line */
        struct client c;
        open_waiting(&c, port);
        struct pollfd p = {.fd = c.fd, .events = POLLIN};
        if (poll(&p, 1, 20) > 0) {
            client_read(&c, true, &got);
            refused = got.status;
            assert_true(sv_eq_str(answer_field(&got, "Retry-After"), "1"));
            answer_release(&got);
        }
        get(port, "GET", "/small.txt", "", &got);
        assert_int_equal(got.status, 200);
        answer_release(&got);
        client_close(&c);
    }
    assert_int_equal(refused, 503);
    atomic_store(&seen.shut, false);
    for (size_t i = 0; i < 2; i++) {
        client_read(&waiting[i], true, &got);
        assert_int_equal(got.status, 200);
        answer_release(&got);
    }
    for (size_t i = 0; i < 5; i++)
        client_close(&waiting[i]);
}

static void *open_gate(void *argument CM_UNUSED)
{
    struct timespec pause = {.tv_nsec = 300000000};
    nanosleep(&pause, NULL);
    atomic_store(&seen.shut, false);
    return NULL;
}

/* A stop waits for what the workers have in hand, and its answers arrive; each worker is ended. */
static void test_stop_while_working(void **state)
{
    struct fixture *f = *state;
    atomic_store(&seen.begun, 0);
    atomic_store(&seen.ended, 0);
    atomic_store(&seen.waiting, 0);
    atomic_store(&seen.answered, 0);
    atomic_store(&seen.after, 0);
    unsigned port = start_work(f);
    struct client c[2];
    struct answer got;
    atomic_store(&seen.shut, true);
    for (size_t i = 0; i < 2; i++)
        open_waiting(&c[i], port);
    wait_for(&seen.waiting, 2);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, open_gate, NULL), 0);
    http_server_stop(&f->server);
    pthread_join(thread, NULL);
    for (size_t i = 0; i < 2; i++) {
        client_read(&c[i], true, &got);
        assert_int_equal(got.status, 200);
        answer_release(&got);
        client_close(&c[i]);
    }
    assert_int_equal(atomic_load(&seen.begun), 2);
    assert_int_equal(atomic_load(&seen.ended), 2);
    assert_int_equal(atomic_load(&seen.after), atomic_load(&seen.answered));
}

/* The bar stands behind the <body> tag of each page, as a part of it; for one reader another one stands there, and what
 * is below is the same. */
static void test_bar(void **state)
{
    struct fixture *f = *state;
    put(f, f->site, "page.html", SV("<html><title>A</title><body class=\"x\">\n<p>Text</p></body></html>"));
    put(f, f->site, "page.txt", SV("<body>text</body>"));
    unsigned port = start_work(f);
    struct answer got;
    f->options.site = f->site;
    get(port, "GET", "/page.html", "", &got);
    assert_int_equal(got.status, 200); /* "/page..." is for the workers: with their bar */
    assert_string_equal(str_cstr(&got.body),
                        "<html><title>A</title><body class=\"x\"><p>Ada</p>\n<p>Text</p></body></html>");
    assert_true(sv_eq_str(answer_field(&got, "Cache-Control"), "private, no-store"));
    assert_null(answer_field(&got, "ETag").at);
    assert_true(sv_find(answer_field(&got, "Vary"), SV("Cookie")) >= 0);
    answer_release(&got);
    get(port, "GET", "/%70age.html", "", &got);
    assert_string_equal(str_cstr(&got.body),
                        "<html><title>A</title><body class=\"x\"><p>nobody</p>\n<p>Text</p></body></html>");
    assert_true(sv_find(answer_field(&got, "Vary"), SV("Cookie")) >= 0);
    assert_non_null(answer_field(&got, "ETag").at);
    answer_release(&got);
    get(port, "GET", "/page.txt", "", &got);
    assert_string_equal(str_cstr(&got.body), "<body>text</body>");
    answer_release(&got);
    get(port, "GET", "/%70age.txt", "", &got);
    assert_true(sv_find(answer_field(&got, "Vary"), SV("Cookie")) < 0);
    answer_release(&got);
    get(port, "GET", "/index.html", "", &got); /* it has no <body> tag */
    assert_true(sv_eq(str_sv(&got.body), filled(f, "front", 3000)));
    answer_release(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVED(test_bodies),    SERVED(test_bodies_pipelined), SERVED(test_refused),
        SERVED(test_continue),  SERVED(test_slow_body),        SERVED(test_line_is_bounded),
        SERVED(test_stop_while_working), SERVED(test_bar),
    };
    return cmocka_run_group_tests_name("http work", tests, NULL, NULL);
}
