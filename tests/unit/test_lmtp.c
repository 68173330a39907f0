/* gateway/lmtp/session.h: dialogues, the same however the bytes are cut; what ends a message and what does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "gateway/lmtp/session.h"

/* What a session did: its replies, and each delivery as "from>to,to[bytes]". */
struct outcome {
    struct str replies, delivered;
    enum lmtp_state state;
};

static void decide(void *context CM_UNUSED, const struct lmtp_envelope *envelope CM_UNUSED,
                   const struct mailbox *address, struct lmtp_reply *reply)
{
    if (sv_eq_str(address->local, "no"))
        lmtp_reply_set(reply, 550, "5.1.1", "nobody\r\n250 2.1.5 smuggled");
    else if (sv_eq_str(address->local, "later"))
        lmtp_reply_set(reply, 451, "4.2.1", "not now");
    else if (!sv_eq_str(address->local, "undecided"))
        lmtp_reply_set(reply, 250, "2.1.5", "yes");
}

static void deliver(void *context, const struct lmtp_mail *batch, size_t count, struct lmtp_reply *const *replies)
{
    struct outcome *out = context;
    for (size_t i = 0; i < count; i++) {
        const struct lmtp_envelope *e = &batch[i].envelope;
        str_addf(&out->delivered, "%.*s>", SV_ARG(e->from.text));
        for (size_t j = 0; j < e->recipient_count; j++) {
            str_addf(&out->delivered, "%s%.*s", j ? "," : "", SV_ARG(e->recipients[j].text));
            if (sv_eq_str(e->recipients[j].local, "full"))
                lmtp_reply_set(&replies[i][j], 452, "4.2.2", "full");
            else if (!sv_eq_str(e->recipients[j].local, "forgotten"))
                lmtp_reply_set(&replies[i][j], 250, "2.0.0", "on disk");
        }
        str_addf(&out->delivered, "%s%s[", e->smtputf8 ? " utf8" : "", e->body == LMTP_8BITMIME ? " 8bit" : "");
        str_add(&out->delivered, batch[i].bytes);
        str_add_char(&out->delivered, ']');
    }
}

static struct lmtp_limits small_limits(void)
{
    struct lmtp_limits limits = {.recipients = 3, .errors = 4, .idle_turns = 5, .message = 400, .line = 100,
                                 .memory = 500};
    lmtp_limits_fill(&limits);
    return limits;
}

static void feed(struct lmtp_session *s, struct sv data, struct outcome *out)
{
    while (data.len && s->state != LMTP_CLOSED) {
        char *copy = base_malloc(data.len); /* of its exact size: reading beyond it is seen */
        memcpy(copy, data.at, data.len);
        size_t taken = lmtp_session_feed(s, sv_from(copy, data.len));
        free(copy);
        data = sv_from_byte(data, taken);
        if (s->state == LMTP_COMPLETE) {
            struct lmtp_reply replies[3], *list[1] = {replies};
            struct lmtp_mail mail = lmtp_session_mail(s);
            for (size_t j = 0; j < mail.envelope.recipient_count; j++)
                lmtp_reply_set(&replies[j], 451, "4.3.0", "not delivered");
            deliver(out, &mail, 1, list);
            lmtp_session_answer(s, replies);
        }
    }
}

/* In two pieces, the second one in pieces of `step` (0: whole). */
static struct outcome run(struct sv input, size_t cut, size_t step)
{
    struct outcome out = {STR_INIT, STR_INIT, LMTP_CLOSED};
    struct lmtp_shared shared = {.host = "here", .handler = {&out, decide, deliver}, .limits = small_limits()};
    struct lmtp_session *s = base_malloc(sizeof(*s));
    shared.budget.max = shared.limits.memory;
    lmtp_session_init(s, &shared);
    feed(s, sv_from(input.at, cut), &out);
    for (size_t at = cut; at < input.len;) {
        size_t len = step && step < input.len - at ? step : input.len - at;
        feed(s, sv_from(input.at + at, len), &out);
        at += len;
    }
    str_add(&out.replies, str_sv(&s->out));
    out.state = s->state;
    lmtp_session_release(s);
    free(s);
    if (shared.budget.used)
        fail_msg("%zu bytes are still counted", shared.budget.used);
    return out;
}

static void outcome_release(struct outcome *out)
{
    str_release(&out->replies);
    str_release(&out->delivered);
}

/* The codes of the replies behind the greeting, "250 354 250"; lines before the last of a reply are left out. */
static struct str codes(const struct outcome *out)
{
    struct str list = STR_INIT;
    struct sv rest = str_sv(&out->replies), line;
    sv_next_line(&rest, &line);
    assert_true(sv_eq_str(line, "220 here LMTP\r"));
    while (sv_next_line(&rest, &line))
        if (line.len > 3 && line.at[3] == ' ')
            str_addf(&list, "%s%.3s", list.len ? " " : "", line.at);
    return list;
}

struct session_case {
    const char *name;
    struct sv input;
    const char *codes, *delivered;
};

#define CASE(name, input, codes, delivered)                                                                            \
    {                                                                                                                  \
        name, {(input), sizeof(input) - 1}, codes, delivered                                                           \
    }
#define HI "LHLO mta.example\r\n"
#define FROM "MAIL FROM:<a@b.example>\r\n"
#define TO(who) "RCPT TO:<" who "@c>\r\n"
#define TEXT(text) HI FROM TO("l") "DATA\r\n" text
#define TEXT_CODES "250 250 250 354 "
#define GOT(text) "a@b.example>l@c[" text "]"

static const struct session_case cases[] = {
    CASE("a message", HI FROM TO("l") "DATA\r\nSubject: x\r\n\r\nhello\r\n.\r\nQUIT\r\n", "250 250 250 354 250 221",
         GOT("Subject: x\r\n\r\nhello\r\n")),
    CASE("verbs in any case, blanks at the end", "lhlo x \r\nmail from:<> \r\nrcpt to:<l@c>  \r\ndata\r\n.\r\nquit\r\n",
         "250 250 250 354 250 221", ">l@c[]"),
    CASE("a reply for each recipient", HI FROM TO("l") TO("no") TO("full") TO("forgotten") "DATA\r\nx\r\n.\r\n",
         "250 250 250 550 250 250 354 250 452 451", "a@b.example>l@c,full@c,forgotten@c[x\r\n]"),
    CASE("two messages in one go", TEXT("1\r\n.\r\n") FROM TO("m") "DATA\r\n2\r\n.\r\nQUIT\r\n",
         "250 250 250 354 250 250 250 354 250 221", GOT("1\r\n") "a@b.example>m@c[2\r\n]"),
    CASE("no recipient is taken", HI FROM TO("no") TO("later") "DATA\r\nQUIT\r\n", "250 250 550 451 503 221", ""),
    CASE("an undecided recipient is refused for now", HI FROM TO("undecided"), "250 250 451", ""),
    CASE("too many recipients", HI FROM TO("a") TO("b") TO("c") TO("d") "DATA\r\n.\r\n",
         "250 250 250 250 250 452 354 250 250 250", "a@b.example>a@c,b@c,c@c[]"),
    CASE("order of commands", FROM HI TO("l") "DATA\r\n" FROM FROM, "503 250 503 503 250 503 421", ""),
    CASE("SMTP is not spoken", "EHLO x\r\nHELO x\r\nQUIT\r\n", "500 500 221", ""),
    CASE("small ones", HI "NOOP x\r\nRSET\r\nVRFY l\r\nHELP\r\nHELP x\r\n", "250 250 250 252 214 421", ""),
    CASE("arguments that are missing or too many", "LHLO\r\nVRFY\r\nRSET x\r\nDATA x\r\n", "501 501 501 501 421", ""),
    CASE("RSET forgets", HI FROM TO("l") "RSET\r\nDATA\r\n", "250 250 250 250 503", ""),
    CASE("LHLO forgets", HI FROM TO("l") HI "DATA\r\n", "250 250 250 250 503", ""),
    CASE("too many errors", "X\r\nX\r\nX\r\nX\r\nNOOP\r\n", "500 500 500 500 421", ""),
    CASE("a message clears the errors", "X\r\nX\r\nX\r\n" TEXT(".\r\n") "X\r\nX\r\nX\r\nQUIT\r\n",
         "500 500 500 250 250 250 354 250 500 500 500 221", GOT("")),
    CASE("parameters", HI "MAIL FROM:<a@b> SIZE=400 BODY=8BITMIME SMTPUTF8\r\n" TO("l") "DATA\r\n.\r\n",
         "250 250 250 354 250", "a@b>l@c utf8 8bit[]"),
    CASE("too large as announced", HI "MAIL FROM:<a@b> SIZE=401\r\nMAIL FROM:<a@b> SIZE=99999999999999999999\r\n",
         "250 552 501", ""),
    CASE("bad parameters", HI "MAIL FROM:<a@b> SIZE=x\r\nMAIL FROM:<a@b> BODY=BINARYMIME\r\n"
         "MAIL FROM:<a@b> RET=HDRS\r\n",
         "250 501 501 555", ""),
    CASE("bad parameters, too", HI "MAIL FROM:<a@b> SIZE=1 SIZE=1\r\nMAIL FROM:<a@b> SMTPUTF8=1\r\n"
         "MAIL FROM:<a@b>SIZE=1\r\n",
         "250 501 501 501", ""),
    CASE("RCPT takes none", HI FROM "RCPT TO:<l@c> NOTIFY=NEVER\r\n", "250 250 555", ""),
    CASE("beyond ASCII without SMTPUTF8", HI "MAIL FROM:<\xc3\xa9@b>\r\n" FROM "RCPT TO:<l@\xc3\xa9>\r\n",
         "250 553 250 553", ""),
    CASE("beyond ASCII", HI "MAIL FROM:<\xc3\xa9@b> SMTPUTF8\r\nRCPT TO:<l@\xc3\xa9>\r\nDATA\r\n.\r\n",
         "250 250 250 354 250",
         "\xc3\xa9@b>l@\xc3\xa9 utf8[]"),
    CASE("no UTF-8", HI "MAIL FROM:<\xc3@b> SMTPUTF8\r\nMAIL FROM:<\xed\xa0\x80@b> SMTPUTF8\r\n", "250 501 501", ""),
    /* what ends a message */
    CASE("LF . LF is text", TEXT("h\r\n\r\na\n.\nb\r\n.\r\n"), TEXT_CODES "250", GOT("h\r\n\r\na\r\n.\r\nb\r\n")),
    CASE("LF . CR LF is text", TEXT("h\r\n\r\na\n.\r\nb\r\n.\r\n"), TEXT_CODES "250", GOT("h\r\n\r\na\r\n.\r\nb\r\n")),
    CASE("CR . CR is text", TEXT("h\r\n\r\na\r.\rb\r\n.\r\n"), TEXT_CODES "250", GOT("h\r\n\r\na\r\n.\r\nb\r\n")),
    CASE("CR LF . LF is text", TEXT("h\r\n\r\na\r\n.\nb\r\n.\r\n"), TEXT_CODES "250", GOT("h\r\n\r\na\r\n\r\nb\r\n")),
    CASE("CR LF . CR is text", TEXT("h\r\n\r\na\r\n.\rb\r\n.\r\n"), TEXT_CODES "250", GOT("h\r\n\r\na\r\n\r\nb\r\n")),
    CASE("CR LF . CR CR LF is text", TEXT("h\r\n\r\na\r\n.\r\r\nb\r\n.\r\n"), TEXT_CODES "250",
         GOT("h\r\n\r\na\r\n\r\n\r\nb\r\n")),
    CASE("CR CR LF . CR LF ends", TEXT("h\r\n\r\na\r\r\n.\r\n"), TEXT_CODES "250", GOT("h\r\n\r\na\r\n\r\n")),
    CASE("a message smuggled behind LF . LF",
         TEXT("h\r\n\r\na\n.\nMAIL FROM:<evil@x>\r\nRCPT TO:<l@c>\r\nDATA\r\nbad\r\n.\r\n"), TEXT_CODES "250",
         GOT("h\r\n\r\na\r\n.\r\nMAIL FROM:<evil@x>\r\nRCPT TO:<l@c>\r\nDATA\r\nbad\r\n")),
    CASE("in the header, CR and LF make no line", TEXT("Subject: a\nX: b\rY: c\r\n\r\nt\r\n.\r\n"), TEXT_CODES "250",
         GOT("Subject: a X: b Y: c\r\n\r\nt\r\n")),
    CASE("nor do they end the header", TEXT("A: b\r\n\n\r\nC: d\ne\r\n.\r\n"), TEXT_CODES "250",
         GOT("A: b\r\n \r\nC: d e\r\n")),
    CASE("dots", TEXT("..\r\n..a\r\n.b\r\na.\r\n...\r\n.\r\n"), TEXT_CODES "250", GOT(".\r\n.a\r\nb\r\na.\r\n..\r\n")),
    CASE("a dot behind LF is kept", TEXT("\r\na\n..b\r\n.\r\n"), TEXT_CODES "250", GOT("\r\na\r\n..b\r\n")),
    CASE("NUL", TEXT("a\0b\r\n.\r\n") "QUIT\r\n", TEXT_CODES "554 221", ""),
    CASE("no line end before the dot", TEXT("a.\r\n.\r\n"), TEXT_CODES "250", GOT("a.\r\n")),
    /* command lines */
    CASE("LF alone ends no command", HI "NOOP\nQUIT\r\n", "250 500 421", ""),
    CASE("LF and nothing else", "\nQUIT\r\n", "500 421", ""),
    CASE("CR in a command", HI "NOOP\rQUIT\r\n", "250 500 421", ""),
    CASE("CR CR LF", HI "NOOP\r\r\nQUIT\r\n", "250 500 421", ""),
    CASE("NUL in a command", HI "NOOP \0\r\nQUIT\r\n", "250 500 421", ""),
    CASE("an empty command", "\r\nQUIT\r\n", "500 221", ""),
};

static void check_cut(const struct session_case *row, const struct outcome *whole, size_t cut, size_t step)
{
    struct outcome parts = run(row->input, cut, step);
    if (!sv_eq(str_sv(&whole->replies), str_sv(&parts.replies)) ||
        !sv_eq(str_sv(&whole->delivered), str_sv(&parts.delivered)) || whole->state != parts.state)
        fail_msg("%s: cut at %zu, then by %zu: %s", row->name, cut, step, str_cstr(&parts.replies));
    outcome_release(&parts);
}

static void test_sessions(void **state CM_UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct outcome whole = run(cases[i].input, 0, 0);
        struct str got = codes(&whole);
        if (!sv_eq_str(str_sv(&got), cases[i].codes))
            fail_msg("%s: expected %s, got %s\n%s", cases[i].name, cases[i].codes, str_cstr(&got),
                     str_cstr(&whole.replies));
        if (!sv_eq_str(str_sv(&whole.delivered), cases[i].delivered))
            fail_msg("%s: delivered %s", cases[i].name, str_cstr(&whole.delivered));
        for (size_t cut = 0; cut <= cases[i].input.len; cut++)
            check_cut(&cases[i], &whole, cut, 0);
        check_cut(&cases[i], &whole, 0, 1);
        check_cut(&cases[i], &whole, 0, 3);
        str_release(&got);
        outcome_release(&whole);
    }
}

static void expect_codes(const char *name, struct str *input, const char *wanted)
{
    struct outcome out = run(str_sv(input), 0, 0), parts = run(str_sv(input), 0, 7);
    struct str got = codes(&out);
    if (!sv_eq_str(str_sv(&got), wanted) || !sv_eq(str_sv(&out.replies), str_sv(&parts.replies)))
        fail_msg("%s: expected %s, got %s", name, wanted, str_cstr(&got));
    str_release(&got);
    outcome_release(&out);
    outcome_release(&parts);
    str_clear(input);
}

static void test_limits(void **state CM_UNUSED)
{
    struct str in = STR_INIT;
    str_add_str(&in, TEXT("\r\n"));
    str_add_repeat(&in, 'a', 101);
    str_add_str(&in, "\r\n.\r\nQUIT\r\n");
    expect_codes("a long line", &in, TEXT_CODES "554 221");

    str_add_str(&in, TEXT(""));
    for (int i = 0; i < 41; i++)
        str_add_str(&in, "12345678\r\n");
    str_add_str(&in, ".\r\nQUIT\r\n");
    expect_codes("a large message", &in, TEXT_CODES "552 221");

    str_add_str(&in, TEXT(""));
    for (int i = 0; i < 90; i++)
        str_add_str(&in, "12345678\r\n");
    expect_codes("a message without end", &in, TEXT_CODES "421");

    str_add_repeat(&in, 'X', LMTP_LINE_MAX + 10);
    str_add_str(&in, "\r\nQUIT\r\n");
    expect_codes("a long command", &in, "500 421");

    str_add_str(&in, HI "MAIL FROM:<");
    str_add_repeat(&in, 'a', MAILBOX_LOCAL_MAX + 1);
    str_add_str(&in, "@b>\r\n");
    expect_codes("a long address", &in, "250 501");
    str_release(&in);
}

static void test_memory_of_all(void **state CM_UNUSED)
{
    struct outcome out = {STR_INIT, STR_INIT, LMTP_CLOSED};
    struct lmtp_shared shared = {.host = "here", .handler = {&out, decide, deliver}, .limits = small_limits()};
    struct lmtp_session *s = base_malloc(2 * sizeof(*s));
    shared.budget.max = 100;
    for (int i = 0; i < 2; i++) {
        lmtp_session_init(&s[i], &shared);
        feed(&s[i], SV(TEXT("\r\n1234567890123456789012345678901234567890123456789012345678\r\n")), &out);
    }
    feed(&s[1], SV(".\r\n"), &out);
    feed(&s[0], SV(".\r\n"), &out);
    assert_non_null(strstr(str_cstr(&s[1].out), "452 4.3.1"));
    assert_null(strstr(str_cstr(&s[0].out), "452"));
    feed(&s[1], SV(FROM TO("l") "DATA\r\n1\r\n.\r\n"), &out);
    assert_non_null(strstr(str_cstr(&s[1].out), "250 2.0.0 on disk"));
    for (int i = 0; i < 2; i++)
        lmtp_session_release(&s[i]);
    assert_int_equal(shared.budget.used, 0);
    free(s);
    outcome_release(&out);
}

/* The callback's text cannot make a line of its own. */
static void test_reply_text(void **state CM_UNUSED)
{
    struct outcome out = run(SV(HI FROM TO("no")), 0, 0);
    assert_non_null(strstr(str_cstr(&out.replies), "550 5.1.1 nobody??250 2.1.5 smuggled\r\n"));
    outcome_release(&out);
}

static void test_mailboxes(void **state CM_UNUSED)
{
    static const struct {
        const char *path, *local, *domain; /* local NULL: refused */
        enum mailbox_kind kind;
    } table[] = {
        {"<a@b>", "a", "b", MAILBOX_RECIPIENT},
        {"<a.b+c=d@x-y.example>", "a.b+c=d", "x-y.example", MAILBOX_RECIPIENT},
        {"<@x.example,@y:a@b>", "a", "b", MAILBOX_RECIPIENT},
        {"<\"a b\"@c>", "a b", "c", MAILBOX_RECIPIENT},
        {"<\"a\\\"@>\\\\\"@c>", "a\"@>\\", "c", MAILBOX_RECIPIENT},
        {"<\"\"@c>", "", "c", MAILBOX_RECIPIENT},
        {"<a@[127.0.0.1]>", "a", "[127.0.0.1]", MAILBOX_RECIPIENT},
        {"<a@[IPv6:::1]>", "a", "[IPv6:::1]", MAILBOX_RECIPIENT},
        {"<a@host_name.example>", "a", "host_name.example", MAILBOX_RECIPIENT},
        {"<PostMaster>", "PostMaster", "", MAILBOX_RECIPIENT},
        {"<>", "", "", MAILBOX_SENDER},
        {"<>", NULL, NULL, MAILBOX_RECIPIENT},
        {"<postmaster>", NULL, NULL, MAILBOX_SENDER},
        {"a@b", NULL, NULL, MAILBOX_RECIPIENT},
        {"<a@b", NULL, NULL, MAILBOX_RECIPIENT},
        {"<a>", NULL, NULL, MAILBOX_RECIPIENT},
        {"<@b>", NULL, NULL, MAILBOX_RECIPIENT},
        {"<@x a@b>", NULL, NULL, MAILBOX_RECIPIENT},
        {"<a@@b>", NULL, NULL, MAILBOX_RECIPIENT},
        {"<.a@b>", NULL, NULL, MAILBOX_RECIPIENT},
        {"<a.@b>", NULL, NULL, MAILBOX_RECIPIENT},
        {"<a..c@b>", NULL, NULL, MAILBOX_RECIPIENT},
        {"<a b@c>", NULL, NULL, MAILBOX_RECIPIENT},
        {"<a@-b>", NULL, NULL, MAILBOX_RECIPIENT},
        {"<a@b->", NULL, NULL, MAILBOX_RECIPIENT},
        {"<a@b.>", NULL, NULL, MAILBOX_RECIPIENT},
        {"<a@[]>", NULL, NULL, MAILBOX_RECIPIENT},
        {"<a@[1>", NULL, NULL, MAILBOX_RECIPIENT},
        {"<a@[1 2]>", NULL, NULL, MAILBOX_RECIPIENT},
        {"<\"a@c>", NULL, NULL, MAILBOX_RECIPIENT},
        {"<\"a\"b@c>", NULL, NULL, MAILBOX_RECIPIENT},
        {"<\"a\tb\"@c>", NULL, NULL, MAILBOX_RECIPIENT},
        {"<a@b> <c@d>", NULL, NULL, MAILBOX_RECIPIENT},
    };
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        struct arena a = ARENA_INIT;
        struct mailbox box;
        struct sv rest = sv_str(table[i].path);
        bool good = mailbox_read_path(&a, table[i].kind, &rest, &box) == MAILBOX_OK && !rest.len;
        if (good != (table[i].local != NULL))
            fail_msg("%s: %s", table[i].path, good ? "taken" : "refused");
        if (good && (!sv_eq_str(box.local, table[i].local) || !sv_eq_str(box.domain, table[i].domain)))
            fail_msg("%s: %.*s at %.*s", table[i].path, SV_ARG(box.local), SV_ARG(box.domain));
        arena_release(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sessions),   cmocka_unit_test(test_limits),     cmocka_unit_test(test_memory_of_all),
        cmocka_unit_test(test_reply_text), cmocka_unit_test(test_mailboxes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
