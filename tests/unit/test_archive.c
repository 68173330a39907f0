/* Archives: mbox files, queries, names of messages, the order of a thread, snippets. */
#include "store_fixture.h"

#include "base/date.h"
#include "base/str.h"
#include "format/mbox.h"
#include "forum/archive.h"
#include "forum/search.h"

#include <fcntl.h>

/* ---- mbox ---- */

/* Messages with "|" between them, LF as "$" and CR as "%"; "!" for one that is too long. */
static void read_mbox(struct fixture *f, struct sv text, enum mbox_form form, size_t max, struct str *out)
{
    struct mbox m;
    struct mbox_message message;
    int rc, fd;
    OK(f, fs_write(f->path, text, false, &f->err));
    assert_true((fd = open(f->path, O_RDONLY)) >= 0);
    mbox_begin(&m, fd, form, max);
    while ((rc = mbox_next(&m, &f->arena, &message, &f->err)) == MBOX_MESSAGE) {
        for (size_t i = 0; i < message.bytes.len; i++) {
            char c = message.bytes.at[i];
            str_add_char(out, c == '\n' ? '$' : c == '\r' ? '%' : c);
        }
        str_add_str(out, message.too_long ? "!|" : "|");
    }
    if (rc < 0)
        str_addf(out, "%s", f->err.text);
    mbox_release(&m);
    close(fd);
}

static void test_mbox_forms(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *text;
        enum mbox_form form;
        const char *wanted;
    } rows[] = {
        {"", MBOX_RD, ""},
        {"x", MBOX_RD, "this is no mbox: it does not begin with \"From \""},
        {"\nFrom a\n", MBOX_RD, "this is no mbox: it does not begin with \"From \""},
        {"From a", MBOX_RD, "|"},
        {"From a\n", MBOX_RD, "|"},
        {"From a\n\nFrom b\n\n", MBOX_RD, "||"},
        {"From a\nFrom b\n", MBOX_RD, "||"},
        {"From a\nA: 1\n\nx\n\nFrom b\nB: 2\n\ny\n\n", MBOX_RD, "A: 1$$x$|B: 2$$y$|"},
        {"From a\nA: 1\n\nx", MBOX_RD, "A: 1$$x|"},
        {"From a\nA: 1\n\nx\nFrom b\ny\n", MBOX_RD, "A: 1$$x$|y$|"}, /* no empty line: nothing is taken away */
        {"From a\r\nA: 1\r\n\r\nx\r\n\r\nFrom b\r\ny\r\n", MBOX_RD, "A: 1%$%$x%$|y%$|"},
        {"From a\nx\n\n\nFrom b\n\n\n", MBOX_RD, "x$$|$|"}, /* one empty line is the separator's, others are not */
        {"From a\n>From b\n>>From c\n> From d\n", MBOX_RD, "From b$>From c$> From d$|"},
        {"From a\n>From b\n>>From c\n", MBOX_O, "From b$>>From c$|"},
        {"From a\nA: 1\n\nx\n\nFrom here on\nA: 1\n\n>From b\n", MBOX_UNQUOTED,
         "A: 1$$x$$From here on$A: 1$$>From b$|"},
        {"From a 10:00\nA: 1\n\nx\nFrom b 10:00\nB: 2\n", MBOX_UNQUOTED, "A: 1$$x$From b 10:00$B: 2$|"},
        {"From a 10:00\nA: 1\n\nx\n\nFrom b 10:00\nno field\n", MBOX_UNQUOTED, "A: 1$$x$$From b 10:00$no field$|"},
        {"From a 10:00\nA: 1\n\nx\n\nFrom b 10:00\nB: 2\n", MBOX_UNQUOTED, "A: 1$$x$|B: 2$|"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct str out = STR_INIT;
        read_mbox(f, sv_str(rows[i].text), rows[i].form, 1000, &out);
        assert_string_equal(str_cstr(&out), rows[i].wanted);
        str_release(&out);
    }
}

static void test_mbox_too_long(void **state)
{
    struct fixture *f = *state;
    static const size_t sizes[] = {10, 998, 999, 1000, 1001, 4096, 262144, 1000000, 5000000};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct str text = STR_INIT, out = STR_INIT;
        str_add_str(&text, "From a\n");
        str_add_repeat(&text, 'x', sizes[i]);
        str_add_str(&text, "\nFrom b\ny\n\nFrom c\nz\n");
        read_mbox(f, str_sv(&text), MBOX_RD, 1000, &out);
        if (sizes[i] + 1 > 1000) /* with its line end */
            assert_string_equal(str_cstr(&out), "!|y$|z$|");
        else
            assert_int_equal(out.len, sizes[i] + 8);
        str_release(&text);
        str_release(&out);
    }
}

/* What is written is read back, byte for byte, and with its time. */
static void test_mbox_round_trip(void **state)
{
    struct fixture *f = *state;
    static const char *const texts[] = {"", "\n", "\r\n", "x", "x\r", "x\n\n\n", "x\r\n\r\n", "From a\n", ">From a\n",
                                        "a\n>>>From b\n\nFrom c", "\nFrom \n", "A: 1\r\n\r\nFrom b\r\n>From c\r\n"};
    struct str mbox = STR_INIT;
    struct mbox m;
    struct mbox_message message;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        mbox_add(&mbox, sv_str(texts[i]), 1000000000 + (int64_t)i * 86399);
    OK(f, fs_write(f->path, str_sv(&mbox), false, &f->err));
    int fd = open(f->path, O_RDONLY);
    mbox_begin(&m, fd, MBOX_RD, 1000);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        assert_int_equal(mbox_next(&m, &f->arena, &message, &f->err), MBOX_MESSAGE);
        assert_true(sv_eq_str(message.bytes, texts[i]));
        assert_true(message.exact);
        assert_int_equal(message.time, 1000000000 + (int64_t)i * 86399);
    }
    assert_int_equal(mbox_next(&m, &f->arena, &message, &f->err), 0);
    mbox_release(&m);
    close(fd);
    str_release(&mbox);
}

/* ---- names ---- */

static void test_keys(void **state)
{
    struct fixture *f = *state;
    /* As the Mailman project's documentation of Message-ID-Hash has it. */
    assert_true(sv_eq_str(archive_key(&f->arena, SV("87myycy5eh.fsf@uwakimon.sk.tsukuba.ac.jp"), 1),
                          "JJIGKPKB6CVDX6B2CUG4IHAJRIQIOUTP"));
    assert_true(sv_eq_str(archive_key(&f->arena, SV("abc"), 2), "VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5-2"));
    assert_true(sv_eq_str(archive_key(&f->arena, SV(""), 1), "3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"));
    struct str longer = STR_INIT; /* the padding needs a block of its own */
    str_add_repeat(&longer, 'a', 56);
    assert_true(sv_eq_str(archive_key(&f->arena, str_sv(&longer), 1), "YLNTGD3AQOCUZGOUWW73N2HST4QBXZUZ"));
    str_add_repeat(&longer, 'a', 44);
    assert_true(sv_eq_str(archive_key(&f->arena, str_sv(&longer), 1), "P6IAAJL2JEMNOBZGKXVENBKAZXF5ILQM"));
    str_release(&longer);
}

static void test_shown(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *text;
        size_t characters;
        const char *wanted;
    } rows[] = {
        {"Ada", 80, "Ada"},
        {" Ada <ada@example.org> ", 80, "Ada <ada@\xe2\x80\xa6>"},
        {"\xc3\xa4\xc3\xb6\xc3\xbc", 2, "\xc3\xa4\xc3\xb6\xe2\x80\xa6"},
        {"\xc3\xa4\xc3\xb6\xc3\xbc", 3, "\xc3\xa4\xc3\xb6\xc3\xbc"},
        {"", 5, ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_true(sv_eq_str(archive_shown(&f->arena, sv_str(rows[i].text), rows[i].characters), rows[i].wanted));
}

/* ---- queries ---- */

static void describe_query(struct fixture *f, const char *text, struct str *out)
{
    struct mail_query q;
    if (mail_query_read(&f->arena, sv_str(text), &q, &f->err)) {
        str_add_str(out, "error");
        return;
    }
    for (size_t i = 0; i < q.terms.len; i++)
        str_addf(out, "%s(%.*s)%s", q.terms.at[i].column ? q.terms.at[i].column : "", SV_ARG(q.terms.at[i].text),
                 q.terms.at[i].prefix ? "*" : "");
    for (size_t i = 0; i < q.list_count; i++)
        str_addf(out, " in %.*s", SV_ARG(q.lists[i]));
    for (size_t i = 0; i < q.threat_count; i++)
        str_addf(out, " about %.*s", SV_ARG(q.threats[i]));
    for (size_t i = 0; i < q.stage_count; i++)
        str_addf(out, " at %.*s", SV_ARG(q.stages[i]));
    if (q.has_after)
        str_addf(out, " from %s", date_format(&f->arena, date_from_time(q.after)));
    if (q.has_before)
        str_addf(out, " to %s", date_format(&f->arena, date_from_time(q.before)));
    str_add_str(out, q.mail_only ? "" : " anywhere");
}

static void test_queries(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *text, *wanted;
    } rows[] = {
        {"attack tree", "(attack)(tree) anywhere"},
        {" \"attack tree\" de* ", "(attack tree)(de*)* anywhere"},
        {"from:ada Subject:\"a tree\"", "sender(ada)subject(a tree)"},
        {"list:sec list:dev after:2026-01 before:2026", " in sec in dev from 2026-01-01 to 2026-01-01"},
        {"after:2026-02-03 after:2026", " from 2026-02-03"},
        {"Threat:T-0042 stage:prioritised tree", "(tree) about T-0042 at prioritised"},
        {"threat: stage:", "(threat:)(stage:) anywhere"},
        {"after:2026-02-30", "error"},
        {"before:soon", "error"},
        {"http://x.org/from:a", "(http://x.org/from:a) anywhere"},
        {"from: ada", "(from:)(ada) anywhere"},
        {"OR NOT ( ) * \" -", "(OR)(NOT) anywhere"},
        {"\"unended phrase", "(unended phrase) anywhere"},
        {"text:x sender:y ^z", "(text:x)(sender:y)(^z) anywhere"},
        {"\xff", "error"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct str out = STR_INIT;
        describe_query(f, rows[i].text, &out);
        assert_string_equal(str_cstr(&out), rows[i].wanted);
        str_release(&out);
    }
}

static void test_query_limits(void **state)
{
    struct fixture *f = *state;
    struct mail_query q;
    struct str text = STR_INIT;
    for (int i = 0; i <= MAIL_QUERY_WORDS_MAX; i++)
        str_add_str(&text, "a ");
    assert_int_equal(mail_query_read(&f->arena, str_sv(&text), &q, &f->err), CM_ELIMIT);
    str_add_repeat(&text, ' ', MAIL_QUERY_MAX);
    assert_int_equal(mail_query_read(&f->arena, str_sv(&text), &q, &f->err), CM_ELIMIT);
    str_release(&text);
}

static void test_query_stages(void **state)
{
    struct fixture *f = *state;
    struct mail_query q;
    static const char *const stages[] = {"identified", "prioritised"};
    static const struct {
        const char *query, *says; /* says NULL: no fault */
    } rows[] = {
        {"tree", NULL},
        {"stage:identified stage:prioritised", NULL},
        {"stage:identified stage:prioritized",
         "there is no stage \"prioritized\"; the stages are identified, prioritised; did you mean \"prioritised\"?"},
        {"stage:zz", "there is no stage \"zz\"; the stages are identified, prioritised"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct err err = ERR_INIT;
        OK(f, mail_query_read(&f->arena, sv_str(rows[i].query), &q, &f->err));
        assert_int_equal(mail_query_stages(&q, stages, ARRAY_LEN(stages), &err), rows[i].says ? CM_ENOTFOUND : CM_OK);
        assert_string_equal(err.text, rows[i].says ? rows[i].says : "");
    }
}

static void check_snippet(struct fixture *f, const char *text, const char *query, const char *wanted)
{
    struct mail_query q;
    OK(f, mail_query_read(&f->arena, sv_str(query), &q, &f->err));
    struct sv found = mail_snippet(&f->arena, sv_str(text), &q);
    assert_string_equal(arena_strndup(&f->arena, found.at, found.len), wanted);
}

static void test_snippets(void **state)
{
    struct fixture *f = *state;
    check_snippet(f, "One two\nthree", "TWO", "One \002two\003 three");
    check_snippet(f, "One twofold", "two*", "One \002twofold\003");
    check_snippet(f, "One twofold", "two", "One twofold");
    check_snippet(f, "Stra\xc3\x9f" "e", "STRASSE", "\002Stra\xc3\x9f" "e\003");
    check_snippet(f, "write to ada@example.org", "write", "\002write\003 to ada@\xe2\x80\xa6");
    check_snippet(f, "a b c d e f g h i j k l", "l", "\xe2\x80\xa6 e f g h i j k \002l\003");
    check_snippet(f, "", "x", "");
    check_snippet(f, "\002x\003", "x", "\002x\003");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_mbox_forms, setup, teardown),
        cmocka_unit_test_setup_teardown(test_mbox_too_long, setup, teardown),
        cmocka_unit_test_setup_teardown(test_mbox_round_trip, setup, teardown),
        cmocka_unit_test_setup_teardown(test_keys, setup, teardown),
        cmocka_unit_test_setup_teardown(test_shown, setup, teardown),
        cmocka_unit_test_setup_teardown(test_queries, setup, teardown),
        cmocka_unit_test_setup_teardown(test_query_limits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_query_stages, setup, teardown),
        cmocka_unit_test_setup_teardown(test_snippets, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
