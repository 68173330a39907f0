/* format/mail.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "format/mail.h"

static struct arena arena;

static int clear(void **state CM_UNUSED)
{
    arena_release(&arena);
    return 0;
}

static struct mail read_text(const char *text)
{
    struct mail m;
    struct err err = ERR_INIT;
    assert_int_equal(mail_read(&arena, sv_str(text), &m, &err), CM_OK);
    return m;
}

static void assert_sv(struct sv found, const char *wanted)
{
    assert_string_equal(arena_strndup(&arena, found.at, found.len), wanted);
}

static void test_header_of_a_plain_mail(void **state CM_UNUSED)
{
    struct mail m = read_text("From: Ada Example <Ada@Example.ORG>\r\nTo: sec@example.org, Bob <bob@example.org>\r\n"
                              "Subject: a tree\r\n of gates\r\nDate: Mon, 30 Nov 2026 10:00:00 +0100\r\n"
                              "Message-ID: <1@example.org>\r\n\r\nHello\r\n");
    assert_sv(m.from.at[0].name, "Ada Example");
    assert_sv(m.from.at[0].address, "Ada@example.org");
    assert_int_equal(m.to.count, 2);
    assert_sv(m.subject, "a tree of gates");
    assert_true(m.has_date);
    assert_int_equal(m.date, 1796029200);
    assert_sv(m.message_id, "1@example.org");
    assert_sv(m.body, "Hello\r\n");
    assert_int_equal(m.part_count, 1);
    assert_int_equal(m.parts[0].kind, MAIL_TEXT);
}

static void test_encoded_and_raw_words(void **state CM_UNUSED)
{
    static const struct {
        const char *value, *text;
    } rows[] = {
        {"=?utf-8?q?Stra=C3=9Fe?=", "Straße"},
        {"=?iso-8859-1?B?Sm/jbw==?= =?iso-8859-1?q?_x?=", "João x"},
        {"Stra\xC3\x9F" "e", "Straße"},
        {"Stra\xDF" "e", "Straße"},
        {"=?x-none?q?abc?=", "abc"},
        {"a\tb  c", "a b c"},
        {"a\x01\xE2\x80\xAE" "b", "a\xEF\xBF\xBD\xEF\xBF\xBD" "b"},
        {"=?utf-8?q?a=0D=0ABcc:_x?=", "a Bcc: x"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_sv(mail_decode(&arena, sv_str(rows[i].value)), rows[i].text);
}

static void test_references_of_good_and_bad_clients(void **state CM_UNUSED)
{
    static const struct {
        const char *header, *ids;
    } rows[] = {
        {"References: <a@x> <b@x>\nIn-Reply-To: <b@x>\n", "a@x b@x"},
        {"References: <a@x>\n <b@x>\nIn-Reply-To: <c@x>\n", "a@x b@x c@x"},
        {"In-Reply-To: <c@x> from Ada on Monday\n", "c@x"},
        {"In-Reply-To: your mail of <monday@x> and <d@x>\n", ""},
        {"In-Reply-To: e@x\n", "e@x"},
        {"In-Reply-To: Your message of Monday\n", ""},
        {"References: <a b@x> <> <c@x\n", ""},
        {"References: <a@x><b@x><a@x>\n", "a@x b@x"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct mail m = read_text(rows[i].header);
        struct str ids = STR_INIT;
        for (size_t k = 0; k < m.reference_count; k++)
            str_addf(&ids, "%s%.*s", k ? " " : "", SV_ARG(m.references[k]));
        assert_string_equal(str_cstr(&ids), rows[i].ids);
        str_release(&ids);
    }
}

static void test_parts_in_order(void **state CM_UNUSED)
{
    struct mail m = read_text("Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/alternative; "
                              "boundary=i\n\n--i\nContent-Type: text/plain; charset=koi8-r; format=flowed\n"
                              "Content-Transfer-Encoding: quoted-printable\n\n=F0=D2\n--i\nContent-Type: text/html\n\n"
                              "<p>x\n--i--\n--o\nContent-Type: message/rfc822\n\nSubject: in\n\ninner\n--o\n"
                              "Content-Type: application/pdf\nContent-Disposition: attachment; "
                              "filename=\"..\\\\..\\\\a/b.pdf\"\n\n%PDF\n--o--\n");
    static const struct {
        enum mail_part_kind kind;
        unsigned depth;
        const char *content;
    } wanted[] = {{MAIL_CONTAINER, 0, ""},     {MAIL_CONTAINER, 1, ""}, {MAIL_TEXT, 2, "Пр"}, {MAIL_HTML, 2, "<p>x"},
                  {MAIL_MESSAGE, 1, "Subject: in\n\ninner"}, {MAIL_TEXT, 2, "inner"}, {MAIL_ATTACHMENT, 1, "%PDF"}};
    assert_int_equal(m.part_count, ARRAY_LEN(wanted));
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        assert_int_equal(m.parts[i].kind, wanted[i].kind);
        assert_int_equal(m.parts[i].depth, wanted[i].depth);
        assert_sv(sv_trim(sv_from(m.parts[i].content.at, m.parts[i].content.len)), wanted[i].content);
    }
    assert_true(m.parts[2].flowed);
    assert_sv(m.parts[6].name, "b.pdf");
}

static void test_charsets(void **state CM_UNUSED)
{
    static const struct {
        const char *charset, *bytes, *text;
        bool damaged;
    } rows[] = {
        {"us-ascii", "caf\xE9", "café", false},         {"", "caf\xE9", "café", false},
        {"utf-8", "caf\xE9 \xFF\xFE", "caf\xEF\xBF\xBD \xEF\xBF\xBD", true},
        {"iso-2022-jp", "\x1B$B$3\x1B(B", "こ", false}, {"gb2312", "\xC4\xE3", "你", false},
        {"../../../etc/passwd", "\xE9", "é", false},    {"ISO-2022-CN-EXT", "\xE9", "é", false},
        {"shift_jis", "\x82\xB1\x82", "こ\xEF\xBF\xBD", true},
        {"utf-7", "+AOk-", "é", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        bool damaged = false;
        assert_sv(mail_to_utf8(&arena, sv_str(rows[i].charset), sv_str(rows[i].bytes), &damaged), rows[i].text);
        assert_int_equal(damaged, rows[i].damaged);
    }
}

static struct sv repeated(const char *before, const char *text, size_t count)
{
    struct str s = STR_INIT;
    str_add_str(&s, before);
    for (size_t i = 0; i < count; i++)
        str_add_str(&s, text);
    struct sv out = arena_sv(&arena, str_sv(&s));
    str_release(&s);
    return out;
}

/* Beyond a limit: an error that names it, and the header where it was read. */
static void test_limits(void **state CM_UNUSED)
{
    static const struct {
        const char *before, *text, *says;
        size_t count;
        bool header;
    } rows[] = {
        {"Subject: s\n", "A: b\n", "2000 fields", 3000, true},
        {"Subject: s\nX: ", "abcdefghijklmnop", "262144 bytes", 20000, true},
        {"Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n", "--b\n\nx\n", "500 parts", 200000, true},
        {"Subject: s\n\n", "x; boundary=y%", "boundaries", 0, true},
        {"Subject: s\n", "Content-Type: message/rfc822\n\n", "deeper than 30", 100, true},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct mail m;
        struct err err = ERR_INIT;
        struct sv text = repeated(rows[i].before, rows[i].text, rows[i].count);
        if (!rows[i].count) {
            struct str s = STR_INIT;
            for (int k = 0; k < 300; k++)
                str_addf(&s, "boundary=b%d\n", k);
            text = repeated(rows[i].before, str_cstr(&s), 1);
            str_release(&s);
        }
        assert_int_equal(mail_read(&arena, text, &m, &err), CM_ELIMIT);
        assert_non_null(strstr(err.text, rows[i].says));
        assert_sv(m.subject, "s");
        assert_int_equal(m.part_count, 0);
    }
}

static void test_lines_of_old_macintoshes(void **state CM_UNUSED)
{
    struct mail m = read_text("Subject: s\rContent-Type: text/plain\r\rone\rtwo\r");
    assert_sv(m.subject, "s");
    assert_sv(m.parts[0].content, "one\ntwo\n");
}

/* A message in a message is there once, with the outer one. */
static void test_bytes_of_an_attached_message(void **state CM_UNUSED)
{
    struct mail m = read_text("Content-Type: message/rfc822\n\nSubject: outer\nContent-Type: message/rfc822\n\n"
                              "Subject: inner\n\nx\n");
    assert_int_equal(m.part_count, 3);
    assert_sv(m.parts[0].content, "Subject: outer\nContent-Type: message/rfc822\n\nSubject: inner\n\nx\n");
    assert_sv(m.parts[1].content, "");
}

static void test_no_header_is_a_mail_too(void **state CM_UNUSED)
{
    assert_sv(read_text("").subject, "");
    assert_sv(read_text("\n\nonly a body\n").body, "\nonly a body\n");
    struct mail m = read_text("Subject: s\nthis line is no field\nbody\n");
    assert_sv(m.subject, "s");
    assert_sv(m.body, "this line is no field\nbody\n");
    assert_sv(read_text("From ada Mon Nov 30\nSubject: t\n\n").subject, "t");
    assert_false(read_text("Date: yesterday\n\n").has_date);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_header_of_a_plain_mail, clear),
        cmocka_unit_test_teardown(test_encoded_and_raw_words, clear),
        cmocka_unit_test_teardown(test_references_of_good_and_bad_clients, clear),
        cmocka_unit_test_teardown(test_parts_in_order, clear),
        cmocka_unit_test_teardown(test_charsets, clear),
        cmocka_unit_test_teardown(test_limits, clear),
        cmocka_unit_test_teardown(test_lines_of_old_macintoshes, clear),
        cmocka_unit_test_teardown(test_bytes_of_an_attached_message, clear),
        cmocka_unit_test_teardown(test_no_header_is_a_mail_too, clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
