/* The server over time: connections, slow clients, stopping, a site that is replaced, starting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#include "gateway/net/address.h"
#include "http_client.h"

/* --- connections
 * --------------------------------------------------------------------------------------------- */

static void test_pipelining(void **state)
{
    static const char *const targets[] = {"/small.txt", "/none", "/register.json", "/analysis.pdf",
                                          "/large.pdf"};
    unsigned port = start(*state);
    struct client c;
    struct str all = STR_INIT;
    for (size_t i = 0; i < 200; i++)
        str_addf(&all, "%s %s HTTP/1.1\r\nHost: localhost\r\n\r\n", i % 7 == 3 ? "HEAD" : "GET",
                 targets[i % 5]);
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
    str_add_str(&all,
                "\r\nGET /small.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
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
        client_send(&c[i], i == 2 ? SV("GET ")
                                  : SV("GET /small.txt HTTP/1.1\r\nHost: localhost\r\n\r\nGET "));
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

/* --- stopping
 * ------------------------------------------------------------------------------------------------
 */

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

/* --- a site that changes
 * ------------------------------------------------------------------------------------- */

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
    const char *live = fs_join(&f->arena, f->folder, "live"),
               *fresh = fs_join(&f->arena, f->folder, "fresh");
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
    struct timespec pause = {.tv_nsec =
                                 10000000}; /* looked for every 100 ms: ask until it is there */
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

/* --- starting
 * ------------------------------------------------------------------------------------------------
 */

static void test_addresses(void **state CM_UNUSED)
{
    static const struct {
        const char *text, *host;
        unsigned port; /* 1000000: refused */
    } table[] = {
        {"localhost:8139", "localhost", 8139},
        {"localhost", "localhost", 8139},
        {"8080", "localhost", 8080},
        {"0", "localhost", 0},
        {":80", "", 80},
        {"[::1]:80", "::1", 80},
        {"[::1]", "::1", 8139},
        {"127.0.0.1:0", "127.0.0.1", 0},
        {"", "", 1000000},
        {"a:", "", 1000000},
        {"a:b", "", 1000000},
        {"a:70000", "", 1000000},
        {"::1", "", 1000000},
        {"[::1", "", 1000000},
        {"[]:1", "", 1000000},
        {"[::1]80", "", 1000000},
        {"a:+1", "", 1000000},
        {"99999", "", 1000000},
        {"unix:", "", 1000000},
        {"unix:name", "", 1000000},
        {"unix:/folder/", "", 1000000},
    };
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        struct address address;
        struct err err = ERR_INIT;
        int result = address_parse(table[i].text, HTTP_DEFAULT_PORT, &address, &err);
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

struct telling {
    atomic_bool ready;
    atomic_int seen, early, bad;
};

static bool not_ready(void *context, struct http_response *out)
{
    struct telling *t = context;
    if (atomic_load(&t->ready))
        return false;
    http_response_plain(out, 503, "wait");
    out->retry_after = 2;
    return true;
}

static void note_seen(void *context, const struct http_seen *what)
{
    struct telling *t = context;
    atomic_fetch_add(&t->seen, 1);
    if (what->status == 503 && sv_eq_str(what->path, "/sub/page.html") && !strcmp(what->method, "GET"))
        atomic_fetch_add(&t->early, 1);
    if (what->status == 400 && !what->path.len && !what->method[0])
        atomic_fetch_add(&t->bad, 1);
}

/* Before the site is there, who asks is told to wait; once it is, it is given out at once. */
static void test_site_that_comes_later(void **state)
{
    struct fixture *f = *state;
    struct telling t = {0};
    struct answer a;
    struct err err = ERR_INIT;
    const char *live = fs_join(&f->arena, f->folder, "live"), *fresh = fs_join(&f->arena, f->folder, "fresh");
    assert_int_equal(fs_mkdirs(live, &err), 0);
    f->options.site = live;
    f->options.early = not_ready;
    f->options.seen = note_seen;
    f->options.early_context = f->options.seen_context = &t;
    unsigned port = start(f);
    get(port, "GET", "/sub/page.html?x=1", "", &a);
    assert_int_equal(a.status, 503);
    assert_true(sv_eq_str(answer_field(&a, "Retry-After"), "2"));
    answer_release(&a);
    client_once(port, SV("GET / HTTP/1.1\nHost: x\n\n"), true, &a);
    answer_release(&a);
    make_version(f, fresh, 1);
    assert_int_equal(fs_swap_dirs(fresh, live, &err), 0);
    http_server_refresh(f->server);
    atomic_store(&t.ready, true);
    get(port, "GET", "/sub/page.html", "", &a);
    assert_int_equal(a.status, 200);
    answer_release(&a);
    assert_int_equal(atomic_load(&t.seen), 3);
    assert_int_equal(atomic_load(&t.early), 1);
    assert_int_equal(atomic_load(&t.bad), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
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
        SERVED(test_site_that_comes_later),
    };
    return cmocka_run_group_tests_name("http server", tests, NULL, NULL);
}
