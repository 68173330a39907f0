/* forum: mails that we write. Each is read again by the reader of mails from outside. */
#include "store_fixture.h"

#include "base/utf8.h"
#include "format/mail.h"
#include "forum/compose.h"

static struct compose plain(void)
{
    return (struct compose){.from = SV("sec-request@example.org"), .from_name = SV("Security"),
                            .to = SV("ada@example.org"), .subject = SV("Please confirm"), .text = SV("Hello\n"),
                            .date = 1795925400};
}

static struct sv written(struct fixture *f, const struct compose *m)
{
    struct sv out;
    OK(f, compose_mail(&f->arena, m, &out, &f->err));
    return out;
}

static void test_a_mail_as_written(void **state)
{
    struct fixture *f = *state;
    struct compose m = plain();
    m.message_id = SV("1@example.org");
    m.in_reply_to = SV("0@x.org");
    m.references = (const struct sv[]){SV("a@x.org"), SV("0@x.org")};
    m.reference_count = 2;
    m.automatic = COMPOSE_REPLIED;
    assert_string_equal(written(f, &m).at,
                        "From: Security <sec-request@example.org>\r\nTo: ada@example.org\r\nSubject: Please confirm\r\n"
                        "Message-ID: <1@example.org>\r\nDate: Sun, 29 Nov 2026 04:10:00 +0000\r\n"
                        "In-Reply-To: <0@x.org>\r\nReferences: <a@x.org> <0@x.org>\r\nAuto-Submitted: auto-replied\r\n"
                        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                        "Content-Transfer-Encoding: 7bit\r\n\r\nHello\r\n");
}

static void test_list_fields(void **state)
{
    struct fixture *f = *state;
    struct str s = STR_INIT;
    struct compose_list l = {.address = SV("sec@example.org"), .title = SV("Security, \"SIG\"")};
    compose_list_fields(&f->arena, &s, &l);
    assert_string_equal(str_cstr(&s), "List-Id: \"Security, \\\"SIG\\\"\" <sec.example.org>\r\n"
                                      "List-Help: <mailto:sec-request@example.org?subject=help>\r\n"
                                      "List-Subscribe: <mailto:sec-request@example.org?subject=subscribe>\r\n"
                                      "List-Unsubscribe: <mailto:sec-request@example.org?subject=unsubscribe>\r\n"
                                      "List-Post: <mailto:sec@example.org>\r\n"
                                      "List-Owner: <mailto:sec-owner@example.org>\r\n");
    str_clear(&s);
    l.unsubscribe = SV("sec-unsubscribe+7-a%b@example.org");
    l.one_click = SV("https://x.org/u/1");
    l.archive = SV("https://x.org/>\r\nBcc: x@y.org");
    compose_list_fields(&f->arena, &s, &l);
    assert_int_not_equal(sv_find(str_sv(&s), SV("List-Unsubscribe: <https://x.org/u/1>,\r\n "
                                                "<mailto:sec-unsubscribe+7-a%25b@example.org>\r\n"
                                                "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")), -1);
    assert_int_equal(sv_find(str_sv(&s), SV("Bcc")), -1);
    assert_int_equal(sv_find(str_sv(&s), SV("List-Archive")), -1);
    str_release(&s);
}

/* A mail of no list that is ended by one click has these two fields, and none of a list. */
static void test_one_click_without_a_list(void **state)
{
    struct fixture *f = *state;
    struct compose m = plain();
    m.one_click = SV("https://x.org/unfollow/1-abc");
    struct sv bytes = written(f, &m);
    assert_true(sv_find(bytes, SV("List-Unsubscribe: <https://x.org/unfollow/1-abc>\r\n"
                                  "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")) > 0);
    assert_int_equal(sv_find(bytes, SV("List-Id")), -1);
    m.one_click = SV("https://x.org/>\r\nBcc: x@y.org");
    bytes = written(f, &m);
    assert_int_equal(sv_find(bytes, SV("List-Unsubscribe")), -1);
    assert_int_equal(sv_find(bytes, SV("Bcc")), -1);
}

/* Every name and subject comes out as it went in, in one field, on short lines. */
static void test_texts_survive_and_inject_nothing(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *in, *out; /* NULL: the same */
    } rows[] = {
        {"Ada", NULL},
        {"Ada B. Lovelace", NULL},
        {"Lovelace, Ada \"the \\ first\" (née Byron)", NULL},
        {"Jürgen", NULL},
        {"树树树树树树树树树树树树树树树树树树树树树树树树树树树树树树树树", NULL},
        {"=?UTF-8?Q?Eve?=", NULL},
        {"a@b.org", NULL},
        {"<eve@evil.example>", NULL},
        {"Ada\r\nBcc: eve@evil.example\r\n\r\nbody", "Ada Bcc: eve@evil.example body"},
        {"Ada\nX: y", "Ada X: y"},
        {"tab\there  and  blanks ", "tab here and blanks"},
        {"a\x1b[31mred", "a\xEF\xBF\xBD[31mred"},
        {"\xE2\x80\xAEmoc.elpmaxe", "\xEF\xBF\xBDmoc.elpmaxe"},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL},
        {"one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen", NULL},
        {"😀😀😀😀😀😀😀😀😀😀😀😀😀😀", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *wanted = rows[i].out ? rows[i].out : rows[i].in;
        struct compose m = plain();
        struct mail mail;
        struct sv line;
        m.from_name = m.subject = sv_str(rows[i].in);
        struct sv bytes = written(f, &m);
        OK(f, mail_read(&f->arena, bytes, &mail, &f->err));
        assert_string_equal(arena_sv(&f->arena, mail.subject).at, wanted);
        assert_int_equal(mail.from.count, 1);
        assert_string_equal(arena_sv(&f->arena, mail.from.at[0].name).at, wanted);
        assert_string_equal(arena_sv(&f->arena, mail.from.at[0].address).at, "sec-request@example.org");
        assert_null(mail_find(&mail, "Bcc"));
        assert_null(mail_find(&mail, "X"));
        assert_int_equal(mail.field_count, 9);
        for (struct sv rest = mail.header; sv_next_line(&rest, &line);)
            assert_true(line.len <= 79); /* with CR */
    }
}

static void test_bodies_survive(void **state)
{
    struct fixture *f = *state;
    struct str longest = STR_INIT;
    str_add_repeat(&longest, 'x', 3000);
    const struct {
        const char *in, *out;
    } rows[] = {
        {"", "\n"},
        {"one\ntwo", "one\ntwo\n"},
        {"one\r\ntwo\r\n", "one\ntwo\n"},
        {"Grüße = gut \nzwei\t\n\n.\n", "Grüße = gut \nzwei\t\n\n.\n"},
        {"a\rb\n", "a\xEF\xBF\xBD" "b\n"},
        {"a\x1b[2J\n", "a\xEF\xBF\xBD[2J\n"},
        {"From here\n.\n..\n", "From here\n.\n..\n"},
        {str_cstr(&longest), arena_printf(&f->arena, "%s\n", str_cstr(&longest))},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct compose m = plain();
        struct mail mail;
        m.text = sv_str(rows[i].in);
        struct sv bytes = written(f, &m), rest = bytes, line;
        OK(f, mail_read(&f->arena, bytes, &mail, &f->err));
        assert_int_equal(mail.part_count, 1);
        struct str got = STR_INIT;
        for (size_t k = 0; k < mail.parts[0].content.len; k++)
            if (mail.parts[0].content.at[k] != '\r')
                str_add_char(&got, mail.parts[0].content.at[k]);
        assert_string_equal(str_cstr(&got), rows[i].out);
        str_release(&got);
        while (sv_next_line(&rest, &line)) {
            assert_true(line.len <= 998);
            assert_true(sv_ends(line, SV("\r")));
        }
    }
    str_release(&longest);
}

static void test_ids_from_outside(void **state)
{
    struct fixture *f = *state;
    struct sv many[100];
    struct mail mail;
    struct compose m = plain();
    for (int i = 0; i < 100; i++)
        many[i] = sv_str(arena_printf(&f->arena, i == 99 ? "x>\r\nBcc: <e" : "%d@x.org", i));
    m.references = many;
    m.reference_count = 100;
    m.in_reply_to = many[99];
    OK(f, mail_read(&f->arena, written(f, &m), &mail, &f->err));
    assert_int_equal(mail.reference_count, 20); /* the first, and of the newest 20 all but the bad one */
    assert_string_equal(arena_sv(&f->arena, mail.references[0]).at, "0@x.org");
    assert_string_equal(arena_sv(&f->arena, mail.references[1]).at, "80@x.org");
    assert_null(mail_find(&mail, "In-Reply-To"));
    assert_null(mail_find(&mail, "Bcc"));
    assert_int_equal(mail.message_id.len, 26 + strlen("@example.org"));
}

static void test_what_is_no_address_is_refused(void **state)
{
    struct fixture *f = *state;
    static const char *const bad[] = {"",          "ada",       "a@b.org\r\nBcc: e@x.org",
                                      "a b@c.org", "<a@b.org>", "a@b.org,e@x.org"};
    struct sv out;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct compose m = plain();
        m.to = sv_str(bad[i]);
        assert_int_equal(compose_mail(&f->arena, &m, &out, &f->err), CM_EINPUT);
        m = plain();
        m.from = sv_str(bad[i]);
        assert_int_equal(compose_mail(&f->arena, &m, &out, &f->err), CM_EINPUT);
        m = plain();
        m.list.address = m.reply_to = sv_str(bad[i]);
        assert_int_equal(compose_mail(&f->arena, &m, &out, &f->err), bad[i][0] ? CM_EINPUT : CM_OK);
    }
    struct compose m = plain();
    m.text = SV("\xff");
    assert_int_equal(compose_mail(&f->arena, &m, &out, &f->err), CM_EINPUT);
    m = plain();
    m.message_id = SV("a b");
    assert_int_equal(compose_mail(&f->arena, &m, &out, &f->err), CM_EINPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_mail_as_written, setup, teardown),
        cmocka_unit_test_setup_teardown(test_list_fields, setup, teardown),
        cmocka_unit_test_setup_teardown(test_one_click_without_a_list, setup, teardown),
        cmocka_unit_test_setup_teardown(test_texts_survive_and_inject_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bodies_survive, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ids_from_outside, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_is_no_address_is_refused, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
