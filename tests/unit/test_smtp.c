/* gateway/smtp: replies however they are cut, and what a message looks like on the wire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "gateway/smtp/encode.h"
#include "gateway/smtp/reply.h"

struct reply_case {
    const char *name;
    struct sv input;
    int code; /* 0: more is needed; -1: bad */
    const char *status, *text;
};

#define CASE(name, input, code, status, text)                                                                          \
    {                                                                                                                  \
        name, {(input), sizeof(input) - 1}, code, status, text                                                         \
    }

static const struct reply_case replies[] = {
    CASE("plain", "250 2.1.5 fine\r\n", 250, "2.1.5", "fine"),
    CASE("no enhanced code", "250 fine\r\n", 250, "", "fine"),
    CASE("code alone", "250\r\n", 250, "", ""),
    CASE("code and blank", "250 \r\n", 250, "", ""),
    CASE("status alone", "250 2.0.0\r\n", 250, "2.0.0", ""),
    CASE("long status", "550 5.123.456 x\r\n", 550, "5.123.456", "x"),
    CASE("status of another class", "550 2.1.5 x\r\n", 550, "", "2.1.5 x"),
    CASE("no status, but a version", "220 2.1 x\r\n", 220, "", "2.1 x"),
    CASE("status with a long number", "550 5.1234.1 x\r\n", 550, "", "5.1234.1 x"),
    CASE("status with a leading zero", "550 5.01.1 x\r\n", 550, "", "5.01.1 x"),
    CASE("several lines", "250-2.0.0 a\r\n250-b\r\n250 c\r\n", 250, "2.0.0", "a\nb\nc"),
    CASE("354", "354 go\r\n", 354, "", "go"),
    CASE("8-bit text", "550 5.1.1 \xc3\xa9\xff\r\n", 550, "5.1.1", "\xc3\xa9\xff"),
    CASE("unfinished", "250-a\r\n250 b\r", 0, "", ""),
    CASE("two codes", "250-a\r\n550 b\r\n", -1, "", ""),
    CASE("LF alone", "250 a\n", -1, "", ""),
    CASE("CR in a line", "250 a\rb\r\n", -1, "", ""),
    CASE("CR CR LF", "250 a\r\r\n", -1, "", ""),
    CASE("NUL", "250 a\0b\r\n", -1, "", ""),
    CASE("1yz", "150 a\r\n", -1, "", ""),
    CASE("6yz", "650 a\r\n", -1, "", ""),
    CASE("two digits", "25 a\r\n", -1, "", ""),
    CASE("four digits", "2500 a\r\n", -1, "", ""),
    CASE("no code", "hello\r\n", -1, "", ""),
    CASE("an empty line", "\r\n", -1, "", ""),
    CASE("HTTP", "HTTP/1.1 400 Bad Request\r\n", -1, "", ""),
};

static void check_reply(const struct reply_case *row, size_t step)
{
    struct smtp_reply r;
    enum smtp_reply_result result = SMTP_REPLY_MORE;
    smtp_reply_init(&r);
    for (size_t at = 0; at < row->input.len && result == SMTP_REPLY_MORE;) {
        size_t len = step < row->input.len - at ? step : row->input.len - at;
        struct sv data = sv_from(row->input.at + at, len);
        result = smtp_reply_feed(&r, &data);
        at += len - data.len;
    }
    int code = result == SMTP_REPLY_DONE ? r.code : result == SMTP_REPLY_BAD ? -1 : 0;
    if (code != row->code || (code < 0 && !r.fault))
        fail_msg("%s by %zu: %d", row->name, step, code);
    if (code > 0 && (!sv_eq_str(sv_str(r.status), row->status) || !sv_eq_str(str_sv(&r.text), row->text)))
        fail_msg("%s by %zu: \"%s\" \"%s\"", row->name, step, r.status, str_cstr(&r.text));
    smtp_reply_release(&r);
}

static void test_replies(void **state CM_UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(replies); i++)
        for (size_t step = 1; step <= replies[i].input.len; step++)
            check_reply(&replies[i], step);
}

static void expect_bad(struct str *input, const char *fault)
{
    struct smtp_reply r;
    struct sv data = str_sv(input);
    smtp_reply_init(&r);
    assert_int_equal(smtp_reply_feed(&r, &data), SMTP_REPLY_BAD);
    assert_non_null(strstr(r.fault, fault));
    smtp_reply_release(&r);
    str_clear(input);
}

static void test_reply_limits(void **state CM_UNUSED)
{
    struct str in = STR_INIT;
    str_add_str(&in, "250 ");
    str_add_repeat(&in, 'x', SMTP_REPLY_LINE_MAX);
    expect_bad(&in, "too long");
    for (int i = 0; i <= SMTP_REPLY_LINES_MAX; i++)
        str_add_str(&in, "250-x\r\n");
    expect_bad(&in, "too many lines");
    str_release(&in);
}

static void test_offers(void **state CM_UNUSED)
{
    struct smtp_reply r;
    struct sv data = SV("250-PIPELINING.example\r\n250-Pipelining\r\n250-SIZE 100 \r\n250 8BITMIMEX\r\n"), argument;
    smtp_reply_init(&r);
    assert_int_equal(smtp_reply_feed(&r, &data), SMTP_REPLY_DONE);
    assert_true(smtp_reply_offers(&r, "PIPELINING", NULL));
    assert_true(smtp_reply_offers(&r, "SIZE", &argument));
    assert_true(sv_eq_str(argument, "100"));
    assert_false(smtp_reply_offers(&r, "8BITMIME", NULL));
    assert_false(smtp_reply_offers(&r, "PIPELINING.example", NULL));
    smtp_reply_release(&r);
}

static const struct {
    const char *name, *text, *wire;
    bool eight_bit, eight_bit_header;
} messages[] = {
    {"CR LF", "a: b\r\n\r\nc\r\n", "a: b\r\n\r\nc\r\n.\r\n", false, false},
    {"LF", "a: b\n\nc\n", "a: b\r\n\r\nc\r\n.\r\n", false, false},
    {"no line end at the end", "a", "a\r\n.\r\n", false, false},
    {"nothing", "", ".\r\n", false, false},
    {"dots", ".\n..\n.a\na.\n", "..\r\n...\r\n..a\r\na.\r\n.\r\n", false, false},
    {"CR alone is a blank", "a\rb\r\r\nc\r", "a b \r\nc \r\n.\r\n", false, false},
    {"CR alone before a dot", "\r.\r\n", " .\r\n.\r\n", false, false},
    {"an end within", "a\r\n.\r\nMAIL FROM:<x>\r\n", "a\r\n..\r\nMAIL FROM:<x>\r\n.\r\n", false, false},
    {"LF . LF within", "a\n.\nb\n", "a\r\n..\r\nb\r\n.\r\n", false, false},
    {"8-bit text", "a: b\n\n\xc3\xa9\n", "a: b\r\n\r\n\xc3\xa9\r\n.\r\n", true, false},
    {"8-bit header", "a: \xc3\xa9\n\nb\n", "a: \xc3\xa9\r\n\r\nb\r\n.\r\n", true, true},
};

static void check_message(size_t i, const struct iovec *pieces, size_t count, size_t room)
{
    struct str out = STR_INIT;
    struct smtp_encoder e;
    struct smtp_facts facts = smtp_facts_of(pieces, count);
    smtp_encoder_init(&e, pieces, count);
    while (!e.done)
        smtp_encoder_run(&e, room, &out);
    if (!sv_eq_str(str_sv(&out), messages[i].wire))
        fail_msg("%s: \"%s\"", messages[i].name, str_cstr(&out));
    assert_int_equal(facts.eight_bit, messages[i].eight_bit);
    assert_int_equal(facts.eight_bit_header, messages[i].eight_bit_header);
    size_t size = out.len - 3, dots = 0;
    for (size_t at = 0; at < size; at++)
        dots += out.data[at] == '.' && (!at || out.data[at - 1] == '\n');
    if (facts.size != size - dots)
        fail_msg("%s: size %llu of %zu", messages[i].name, (unsigned long long)facts.size, size - dots);
    str_release(&out);
}

static void test_messages(void **state CM_UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
        char *text = (char *)(uintptr_t)messages[i].text;
        size_t len = strlen(text);
        for (size_t cut = 0; cut <= len; cut++) {
            struct iovec pieces[3] = {{text, cut}, {NULL, 0}, {text + cut, len - cut}};
            check_message(i, pieces, 3, 100);
            check_message(i, pieces, 3, 1);
        }
    }
}

static void test_nul(void **state CM_UNUSED)
{
    struct iovec piece = {(char[]){'a', '\0', 'b'}, 3};
    assert_true(smtp_facts_of(&piece, 1).nul);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replies),  cmocka_unit_test(test_reply_limits), cmocka_unit_test(test_offers),
        cmocka_unit_test(test_messages), cmocka_unit_test(test_nul),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
