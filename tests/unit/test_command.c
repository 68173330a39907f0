/* forum/command, forum/tie: what mails ask for, and what they do not. */
#include "base/str.h"
#include "forum/command.h"
#include "forum/tie.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static const char plain[] = "From: Ada <ada@example.org>\r\nSubject: x\r\n\r\n";

static void read_mail(struct arena *a, const char *header, const char *body, struct mail *out)
{
    struct err err = ERR_INIT;
    assert_int_equal(mail_read(a, sv_str(arena_printf(a, "%s%s", header, body)), out, &err), CM_OK);
}

static const char *text(struct arena *a, struct sv s)
{
    return arena_strndup(a, s.at ? s.at : "", s.len);
}

/* One command as a line: "Position C-3 object | because". */
static const char *shown(struct arena *a, const struct commands *c)
{
    struct str s = STR_INIT;
    for (size_t i = 0; i < c->count; i++) {
        const struct command *k = &c->at[i];
        str_addf(&s, "%s%s", i ? "; " : "", command_names[k->kind]);
        const struct sv parts[] = {k->subject, k->word, k->areas, k->likelihood, k->damage, k->steps, k->rest};
        for (size_t p = 0; p < ARRAY_LEN(parts); p++)
            if (parts[p].len)
                str_addf(&s, " %.*s", SV_ARG(parts[p]));
        if (k->text.len)
            str_addf(&s, " | %.*s", SV_ARG(k->text));
        if (k->fault)
            str_add_str(&s, " !");
    }
    const char *result = text(a, str_sv(&s));
    str_release(&s);
    return result;
}

static void test_reader(void **state)
{
    static const struct {
        const char *body, *wanted;
    } rows[] = {
        {"Hello\n", ""},
        {"", ""},
        {"Hello\nPosition: support C-1\n", ""}, /* not in the first lines */
        {"\n\nPosition: support C-1\n", "Position C-1 support"},
        {"position:C-12 SUPPORT\n", "Position C-12 support"},
        {"Position: object c-3 because nobody\ntested it\n\nRegards\n", "Position C-3 object | nobody tested it"},
        {"Position: yes C-3\n", "Position C-3 yes !"},
        {"Position: support\n", "Position support !"},
        {"Propose: Gate sings\nArea: opening, privacy\n\nNobody sleeps.\n\nNor I.\n-- \nAda\n",
         "Propose Gate sings opening, privacy | Nobody sleeps.\n\nNor I."},
        {"Propose:\n\nNobody sleeps.\n", "Propose | Nobody sleeps. !"},
        {"Objection: G-0002 not that bad\n", "Objection G-0002 | not that bad"},
        {"Objection:\nnot that bad\n", "Objection | not that bad"},
        {"Objection:\n", "Objection !"},
        {"Answer: O-2: It was measured.\n", "Answer O-2 | It was measured."},
        {"Answer: It was measured.\n", "Answer | It was measured. !"},
        {"Estimate: G1 likelihood=High, damage=medium because I saw it\n", "Estimate G1 high medium | I saw it"},
        {"Estimate: likelihood=high phish=0.1..0.2 abstain\n", "Estimate high phish=0.1..0.2 abstain"},
        {"Estimate: quite likely\n", "Estimate | quite likely !"},
        {"Show: G2 tree\n", "Show G2 tree"},
        {"Edit: G2 What to do\nClose it.\n", "Edit G2 What to do | Close it."},
        {"Edit: G2 gap\n", "Edit G2 gap !"},
        {"Position: support C-1\nPosition: abstain C-2\n", "Position C-1 support; Position C-2 abstain"},
        /* what is not said by the author */
        {"> Position: support C-1\n", ""},
        {"Hi,\n> Position: support C-1\n", ""},
        {"-- \nPosition: support C-1\n", ""},
        {"Position: support C-1\n-- \nPosition: object C-2 because\n", "Position C-1 support"},
        {"Position: support C-1\n\nOn Sunday, Ben wrote:\n> Position: object C-1 because\n"
         "Position: object C-2 because\n",
         "Position C-1 support"},
        {"Objection: it is not\n\nOn Sunday, Ben wrote:\n> it is\n", "Objection | it is not"},
        {" Position: support C-1\n", ""},
        {"Positions: support C-1\n", ""},
        {"Position : support C-1\n", ""},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena a = ARENA_INIT;
        struct mail m;
        struct commands found;
        read_mail(&a, plain, rows[i].body, &m);
        commands_read(&a, &m, &found);
        assert_string_equal(shown(&a, &found), rows[i].wanted);
        arena_release(&a);
    }
}

static void test_other_parts(void **state)
{
    static const char command[] = "Position: support C-1\r\n";
    static const char *const headers[] = {
        "Content-Type: text/html\r\n\r\n",
        "Content-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\n",
        "Content-Type: message/rfc822\r\n\r\nSubject: y\r\n\r\n",
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
        "Subject: y\r\n\r\n",
        "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
        "--b\r\nContent-Type: text/html\r\n\r\n",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
        struct arena a = ARENA_INIT;
        struct mail m;
        struct commands found;
        read_mail(&a, arena_printf(&a, "MIME-Version: 1.0\r\n%s", headers[i]), command, &m);
        commands_read(&a, &m, &found);
        assert_int_equal(found.count, 0);
        arena_release(&a);
    }
}

static void test_flowed_and_many(void **state)
{
    struct arena a = ARENA_INIT;
    struct mail m;
    struct commands found;
    struct str many = STR_INIT;
    (void)state;
    read_mail(&a, "MIME-Version: 1.0\r\nContent-Type: text/plain; format=flowed\r\n\r\n",
              "Position: object C-1 because \r\nnobody \r\ntested it\r\n", &m);
    commands_read(&a, &m, &found);
    assert_string_equal(shown(&a, &found), "Position C-1 object | nobody tested it");
    for (int i = 0; i < COMMANDS_MAX + 3; i++)
        str_add_str(&many, "Position: support C-1\n");
    read_mail(&a, plain, str_cstr(&many), &m);
    commands_read(&a, &m, &found);
    assert_int_equal(found.count, COMMANDS_MAX);
    assert_true(found.more);
    str_release(&many);
    arena_release(&a);
}

static void test_estimates_are_seen(void **state)
{
    static const struct {
        const char *header, *body;
        bool holds;
    } rows[] = {
        {plain, "Estimate: likelihood=high\n", true},
        {plain, "Hello all,\n\n  estimate: G1 likelihood=high because\n", true},
        {plain, "**Estimate: likelihood=high**\n", true},
        {plain, "Estimate: abstain\n", true},
        {"Subject: Estimate: likelihood=high\r\n\r\n", "see subject\n", true},
        {"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n", "<p><b>Estimate: likelihood=high</b>\n", true},
        {plain, "> Estimate: likelihood=high\n", false},
        {plain, "My estimate: it will rain\n", false},
        {plain, "Estimate: we need two weeks\n", false},
        {plain, "Hello\n", false},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena a = ARENA_INIT;
        struct mail m;
        read_mail(&a, rows[i].header, rows[i].body, &m);
        if (commands_hold_estimate(&m) != rows[i].holds)
            fail_msg("row %zu: %s", i, rows[i].body);
        arena_release(&a);
    }
}

static void test_marked(void **state)
{
    static const struct {
        const char *body, *wanted; /* NULL: none */
    } rows[] = {
        {COMMAND_MARK_BEGIN "\nGoal\n  step\n" COMMAND_MARK_END "\n", "Goal\n  step\n"},
        {"On Sunday:\n> " COMMAND_MARK_BEGIN "\n> Goal\n>   step\n> > said\nnew\n> " COMMAND_MARK_END "\n",
         "Goal\n  step\n> said\nnew\n"},
        {">> " COMMAND_MARK_BEGIN "\n>> Goal\n>> " COMMAND_MARK_END "\n", "Goal\n"},
        {COMMAND_MARK_BEGIN "\nGoal\n", NULL},
        {"Goal\n" COMMAND_MARK_END "\n", NULL},
        {COMMAND_MARK_END "\nGoal\n" COMMAND_MARK_BEGIN "\n", NULL},
        {COMMAND_MARK_BEGIN "\nA\n" COMMAND_MARK_END "\n" COMMAND_MARK_BEGIN "\nB\n" COMMAND_MARK_END "\n", NULL},
        {"Hello\n", NULL},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena a = ARENA_INIT;
        struct mail m;
        struct sv found;
        read_mail(&a, plain, rows[i].body, &m);
        assert_int_equal(command_marked(&a, &m, &found), rows[i].wanted != NULL);
        if (rows[i].wanted)
            assert_string_equal(text(&a, found), rows[i].wanted);
        arena_release(&a);
    }
}

static void test_answer(void **state)
{
    struct arena a = ARENA_INIT;
    struct mail m;
    struct sv first, below;
    (void)state;
    read_mail(&a, plain, "\nVerdict: sound\n\nIt holds.\n\nBen wrote:\n> is it?\nYes.\n-- \nKim\n", &m);
    command_answer(&a, &m, &first, &below);
    assert_string_equal(text(&a, first), "Verdict: sound");
    assert_string_equal(text(&a, below), "It holds.\n\nYes.");
    read_mail(&a, plain, "> Verdict: sound\n", &m);
    command_answer(&a, &m, &first, &below);
    assert_int_equal(first.len + below.len, 0);
    arena_release(&a);
}

static void test_ties(void **state)
{
    static const struct {
        const char *word, *threat, *stage; /* threat NULL: none */
    } rows[] = {
        {"T42", "T-0042", ""},          {"t-0042", "T-0042", ""},      {"T42-Analysed", "T-0042", "analysed"},
        {"T-0042 analysed", "T-0042", "analysed"}, {"T12345", "T-12345", ""}, {"T", NULL, NULL},
        {"T0", NULL, NULL},             {"T42x", NULL, NULL},          {"X42", NULL, NULL},
        {"T42-", NULL, NULL},           {"T99999999999999999999", NULL, NULL}, {"", NULL, NULL},
    };
    struct arena a = ARENA_INIT;
    struct tie_words w;
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_int_equal(tie_read(&a, SV("T"), sv_str(rows[i].word), &w), rows[i].threat != NULL);
        if (!rows[i].threat)
            continue;
        assert_string_equal(text(&a, w.threat), rows[i].threat);
        assert_string_equal(text(&a, w.stage), rows[i].stage);
    }
    struct sv rest = SV("Re: [sec] [T-0042] and [T7 rated] [T-x] [[T8]");
    static const char *const wanted[] = {"T-0042", "T-0007", "T-0008"};
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        assert_true(tie_next_tag(&a, SV("T"), &rest, &w));
        assert_string_equal(text(&a, w.threat), wanted[i]);
    }
    assert_false(tie_next_tag(&a, SV("T"), &rest, &w));
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reader),  cmocka_unit_test(test_other_parts), cmocka_unit_test(test_flowed_and_many),
        cmocka_unit_test(test_estimates_are_seen), cmocka_unit_test(test_marked), cmocka_unit_test(test_answer),
        cmocka_unit_test(test_ties),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
