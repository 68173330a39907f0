/* gateway/http/framing.h: one reading of a request head, or none, however the bytes are cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "gateway/http/framing.h"

enum { DONE = 0, MORE = -1 };

/* Feeds the bytes in pieces of `step` (0: all at once) from a buffer that moves each time. */
static int feed(struct framing *f, struct sv data, size_t step)
{
    enum framing_result r = FRAMING_MORE;
    framing_init(f);
    for (size_t len = step ? step : data.len; r == FRAMING_MORE; len += step) {
        size_t now = len < data.len ? len : data.len;
        char *copy = base_malloc(now + 1);
        memcpy(copy, data.at, now);
        r = framing_advance(f, sv_from(copy, now));
        free(copy);
        if (now == data.len)
            break;
    }
    return r == FRAMING_DONE ? DONE : r == FRAMING_MORE ? MORE : f->status;
}

struct framing_case {
    const char *name;
    struct sv head;
    int expected; /* DONE, MORE or a status */
};

#define LINE "GET / HTTP/1.1\r\n"
#define HOST "Host: a\r\n"
#define CASE(name, head, expected)                                                                 \
    {                                                                                              \
        name, {(head), sizeof(head) - 1}, expected                                                 \
    }

static const struct framing_case cases[] = {
    CASE("plain", LINE HOST "\r\n", DONE),
    CASE("an empty line first", "\r\n" LINE HOST "\r\n", DONE),
    CASE("HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", DONE),
    CASE("HEAD", "HEAD /x HTTP/1.1\r\n" HOST "\r\n", DONE),
    CASE("absolute form", "GET http://a/x HTTP/1.1\r\n" HOST "\r\n", DONE),
    CASE("absolute form without path", "GET HTTP://A HTTP/1.1\r\n" HOST "\r\n", DONE),
    CASE("one length", "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\n", DONE),
    CASE("a length with blanks around",
         "POST / HTTP/1.1\r\n" HOST "Content-Length: \t 5 \t\r\n\r\n", DONE),
    CASE("chunked", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: Chunked\r\n\r\n", DONE),
    CASE("odd bytes in a value", LINE HOST "X: \t\x80\xff \r\n\r\n", DONE),
    CASE("empty value", LINE HOST "X:\r\n\r\n", DONE),
    CASE("host with port", LINE "Host: [::1]:8139\r\n\r\n", DONE),
    CASE("OPTIONS *", "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", DONE),
    CASE("nothing", "", MORE),
    CASE("half a line", "GET / HT", MORE),
    CASE("no empty line", LINE HOST, MORE),
    CASE("half a CRLF", LINE HOST "\r", MORE),
    /* smuggling */
    CASE("two lengths", LINE HOST "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 400),
    CASE("two equal lengths", LINE HOST "Content-Length: 5\r\ncontent-length: 5\r\n\r\n", 400),
    CASE("a list of lengths", LINE HOST "Content-Length: 5, 5\r\n\r\n", 400),
    CASE("length and chunked", LINE HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
         400),
    CASE("chunked and length", LINE HOST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
         400),
    CASE("chunked twice",
         LINE HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    CASE("xchunked", LINE HOST "Transfer-Encoding: xchunked\r\n\r\n", 400),
    CASE("identity", LINE HOST "Transfer-Encoding: identity\r\n\r\n", 400),
    CASE("gzip, chunked", LINE HOST "Transfer-Encoding: gzip, chunked\r\n\r\n", 400),
    CASE("chunked with a parameter", LINE HOST "Transfer-Encoding: chunked;q=1\r\n\r\n", 400),
    CASE("empty encoding", LINE HOST "Transfer-Encoding:\r\n\r\n", 400),
    CASE("chunked in 1.0", "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    CASE("signed length", LINE HOST "Content-Length: +5\r\n\r\n", 400),
    CASE("negative length", LINE HOST "Content-Length: -5\r\n\r\n", 400),
    CASE("hexadecimal length", LINE HOST "Content-Length: 0x5\r\n\r\n", 400),
    CASE("empty length", LINE HOST "Content-Length: \r\n\r\n", 400),
    CASE("spaced length", LINE HOST "Content-Length: 5 5\r\n\r\n", 400),
    CASE("huge length", LINE HOST "Content-Length: 99999999999999999999\r\n\r\n", 400),
    CASE("blank before the colon", LINE HOST "Content-Length : 5\r\n\r\n", 400),
    CASE("tab before the colon", LINE HOST "Transfer-Encoding\t: chunked\r\n\r\n", 400),
    CASE("folded", LINE HOST "X: a\r\n b\r\n\r\n", 400),
    CASE("folded by a tab", LINE HOST "X: a\r\n\tTransfer-Encoding: chunked\r\n\r\n", 400),
    CASE("blank before the first field", LINE " " HOST "\r\n", 400),
    CASE("bare LF after the line", "GET / HTTP/1.1\n" HOST "\r\n", 400),
    CASE("bare LF after a field", LINE "Host: a\n\r\n", 400),
    CASE("bare LF at the end", LINE HOST "\n", 400),
    CASE("LF only", "\n", 400),
    CASE("bare CR", LINE "Host: a\rX: b\r\n\r\n", 400),
    CASE("two CR", LINE "Host: a\r\r\n\r\n", 400),
    CASE("two empty lines first", "\r\n\r\n" LINE HOST "\r\n", 400),
    CASE("NUL in the target", "GET /\0 HTTP/1.1\r\n" HOST "\r\n", 400),
    CASE("NUL in a value", LINE "Host: a\0b\r\n\r\n", 400),
    CASE("NUL in a name", LINE HOST "X\0: b\r\n\r\n", 400),
    CASE("a control character", LINE HOST "X: \x01\r\n\r\n", 400),
    CASE("DEL", LINE HOST "X: \x7f\r\n\r\n", 400),
    CASE("TLS", "\x16\x03\x01\x02", 400),
    /* hosts */
    CASE("no Host", LINE "\r\n", 400),
    CASE("empty Host", LINE "Host:\r\n\r\n", 400),
    CASE("two Hosts", LINE HOST HOST "\r\n", 400),
    CASE("two different Hosts", LINE HOST "Host: b\r\n\r\n", 400),
    CASE("a list of Hosts", LINE "Host: a, b\r\n\r\n", 400),
    CASE("Host with a path", LINE "Host: a/b\r\n\r\n", 400),
    CASE("Host with a user", LINE "Host: x@a\r\n\r\n", 400),
    CASE("Host with a bad port", LINE "Host: a:70000\r\n\r\n", 400),
    CASE("Host with an empty port", LINE "Host: a:\r\n\r\n", 400),
    CASE("Host with a bad address", LINE "Host: [::g]\r\n\r\n", 400),
    CASE("target and Host differ", "GET http://b/ HTTP/1.1\r\n" HOST "\r\n", 400),
    CASE("target with a bad host", "GET http://a@b/ HTTP/1.0\r\n\r\n", 400),
    /* request line */
    CASE("no version", "GET /\r\n\r\n", 400),
    CASE("two blanks", "GET  / HTTP/1.1\r\n" HOST "\r\n", 400),
    CASE("a tab", "GET\t/ HTTP/1.1\r\n" HOST "\r\n", 400),
    CASE("a blank at the end", "GET / HTTP/1.1 \r\n" HOST "\r\n", 400),
    CASE("a blank in front", " GET / HTTP/1.1\r\n" HOST "\r\n", 400),
    CASE("a blank in the target", "GET /a b HTTP/1.1\r\n" HOST "\r\n", 400),
    CASE("no slash", "GET x HTTP/1.1\r\n" HOST "\r\n", 400),
    CASE("star", "GET * HTTP/1.1\r\n" HOST "\r\n", 400),
    CASE("https in the target", "GET https://a/ HTTP/1.1\r\n" HOST "\r\n", 400),
    CASE("backslash", "GET /a\\b HTTP/1.1\r\n" HOST "\r\n", 400),
    CASE("fragment", "GET /a#b HTTP/1.1\r\n" HOST "\r\n", 400),
    CASE("not ASCII", "GET /\xc3\xa4 HTTP/1.1\r\n" HOST "\r\n", 400),
    CASE("method no word", "G(T / HTTP/1.1\r\n" HOST "\r\n", 400),
    CASE("http/1.1", "GET / http/1.1\r\n" HOST "\r\n", 400),
    CASE("HTTP/1.10", "GET / HTTP/1.10\r\n" HOST "\r\n", 400),
    CASE("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    CASE("HTTP/1.2", "GET / HTTP/1.2\r\n" HOST "\r\n", 505),
    CASE("HTTP/0.9", "GET / HTTP/0.9\r\n" HOST "\r\n", 505),
    /* fields */
    CASE("no colon", LINE HOST "X\r\n\r\n", 400),
    CASE("no name", LINE HOST ": x\r\n\r\n", 400),
    CASE("a name that is no word", LINE HOST "a/b: x\r\n\r\n", 400),
    CASE("an expectation", LINE HOST "Expect: wonders\r\n\r\n", 417),
};

static void test_cases_however_cut(void **state CM_UNUSED)
{
    struct framing f;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct framing_case *c = &cases[i];
        for (size_t step = 0; step <= 7; step++) {
            int got = feed(&f, c->head, step);
            if (got != c->expected)
                fail_msg("%s, in pieces of %zu: got %d, expected %d (%s)", c->name, step, got,
                         c->expected, f.reason ? f.reason : "");
        }
        for (size_t cut = 0; cut <= c->head.len; cut++) { /* cut once, at every place */
            framing_init(&f);
            enum framing_result r = framing_advance(&f, sv_from(c->head.at, cut));
            if (r == FRAMING_MORE)
                r = framing_advance(&f, c->head);
            int got = r == FRAMING_DONE ? DONE : r == FRAMING_MORE ? MORE : f.status;
            if (got != c->expected)
                fail_msg("%s, cut at %zu: got %d, expected %d", c->name, cut, got, c->expected);
        }
    }
}

static void test_what_is_read(void **state CM_UNUSED)
{
    struct framing f;
    struct sv data =
        SV("POST http://h:1/a%20b?c=d&e HTTP/1.1\r\nHOST: H:1\r\nConnection: x , Close\r\n"
           "X-A:  one \r\nExpect: 100-Continue\r\nx-a:two\r\ncontent-length: 00012\r\n\r\nbody");
    framing_init(&f);
    assert_int_equal(framing_advance(&f, data), FRAMING_DONE);
    assert_int_equal(f.head_len, data.len - 4);
    assert_int_equal(f.method, FRAMING_POST);
    assert_true(sv_eq(framing_text(data, f.method_name), SV("POST")));
    assert_true(sv_eq(framing_text(data, f.host), SV("H:1")));
    assert_int_equal(f.body, FRAMING_LENGTH);
    assert_int_equal(f.content_length, 12);
    assert_false(f.keep_alive);
    assert_true(f.expect);
    assert_true(f.minor_1);
    size_t index = 0;
    struct sv value;
    assert_true(framing_next_field(&f, data, "x-a", &index, &value) && sv_eq(value, SV("one")));
    assert_true(framing_next_field(&f, data, "x-a", &index, &value) && sv_eq(value, SV("two")));
    assert_false(framing_next_field(&f, data, "x-a", &index, &value));

    data = SV("GET http://a/p?q?r HTTP/1.1\r\nHost: a\r\n\r\nGET /next");
    framing_init(&f);
    assert_int_equal(framing_advance(&f, data), FRAMING_DONE);
    assert_true(sv_eq(framing_text(data, f.path), SV("/p")));
    assert_true(sv_eq(framing_text(data, f.query), SV("q?r")));
    assert_int_equal(f.head_len, data.len - 9);
    assert_int_equal(f.body, FRAMING_NO_BODY);
    assert_true(f.keep_alive);

    data = SV("GET http://a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    framing_init(&f);
    assert_int_equal(framing_advance(&f, data), FRAMING_DONE);
    assert_true(sv_eq(framing_text(data, f.path), SV("/")));
    assert_true(f.keep_alive);
    data = SV("GET / HTTP/1.0\r\n\r\n");
    framing_init(&f);
    assert_int_equal(framing_advance(&f, data), FRAMING_DONE);
    assert_false(f.keep_alive);
}

/* "GET /aaa... HTTP/1.1" of the given length, then fields that are `fields` bytes long with their
 * empty line. */
static void make_head(struct str *out, size_t line, size_t fields)
{
    str_clear(out);
    str_add_str(out, "GET /");
    str_add_repeat(out, 'a', line - 14);
    str_add_str(out, " HTTP/1.1\r\nHost: a\r\nX: ");
    str_add_repeat(out, 'b', fields - 16);
    str_add_str(out, "\r\n\r\n");
}

static void test_limits(void **state CM_UNUSED)
{
    static const struct {
        size_t line, fields;
        int expected;
    } sizes[] = {
        {FRAMING_LINE_MAX, 100, DONE},
        {FRAMING_LINE_MAX + 1, 100, 414},
        {100, FRAMING_FIELDS_BYTES, DONE},
        {100, FRAMING_FIELDS_BYTES + 1, 431},
        {FRAMING_LINE_MAX, FRAMING_FIELDS_BYTES, DONE},
        {FRAMING_LINE_MAX + 100000, 100, 414},
        {100, 1000000, 431},
    };
    struct framing f;
    struct str head = STR_INIT;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        make_head(&head, sizes[i].line, sizes[i].fields);
        assert_int_equal(feed(&f, str_sv(&head), 0), sizes[i].expected);
        assert_int_equal(feed(&f, str_sv(&head), 4096), sizes[i].expected);
        /* a buffer of the documented size holds a decision */
        framing_init(&f);
        size_t len = head.len < FRAMING_HEAD_MAX ? head.len : FRAMING_HEAD_MAX;
        assert_int_not_equal(framing_advance(&f, sv_from(head.data, len)), FRAMING_MORE);
    }
    for (int extra = 0; extra <= 1; extra++) {
        str_clear(&head);
        str_add_str(&head, LINE HOST);
        for (int i = 1; i < FRAMING_FIELDS_MAX + extra; i++)
            str_addf(&head, "x%d: y\r\n", i);
        str_add_str(&head, "\r\n");
        assert_int_equal(feed(&f, str_sv(&head), 100), extra ? 431 : DONE);
    }
    str_release(&head);
}

static void test_hosts(void **state CM_UNUSED)
{
    static const struct {
        const char *host;
        bool valid, local;
    } hosts[] = {
        {"localhost", true, true},
        {"LocalHost:8139", true, true},
        {"127.0.0.1:1", true, true},
        {"[::1]", true, true},
        {"[::1]:8139", true, true},
        {"192.0.2.1", true, true},
        {"example.org", true, false},
        {"localhost.example", true, false},
        {"127.0.0.1.example", true, false},
        {"a_b.example:80", true, false},
        {"", false, false},
        {":80", false, false},
        {"[::1", false, false},
        {"[]", false, false},
        {"a:b", false, false},
        {"a:1:2", false, false},
        {"xn--a.example", true, false},
        {"a b", false, false},
        {"[v1.x]", false, false},
        {"[::1]x", false, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
        struct sv host = sv_str(hosts[i].host);
        if (framing_host_valid(host) != hosts[i].valid)
            fail_msg("%s: valid should be %d", hosts[i].host, hosts[i].valid);
        if ((framing_host_valid(host) && framing_host_local(host)) != hosts[i].local)
            fail_msg("%s: local should be %d", hosts[i].host, hosts[i].local);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases_however_cut),
        cmocka_unit_test(test_what_is_read),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_hosts),
    };
    return cmocka_run_group_tests_name("framing", tests, NULL, NULL);
}
