/* Posts from the web: what is quoted of hostile mails, what a form may hold, and who is told of what they follow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "action/discuss.h"
#include "action/follow.h"
#include "action/mail.h"
#include "action/people.h"
#include "base/utf8.h"
#include "forum/archive.h"
#include "forum/secret.h"

static const int64_t noon = 1795348800; /* 2026-11-22T12:00:00Z */

struct fixture {
    struct arena arena;
    struct store *store;
    struct diag diag;
    struct action_context c;
    struct action_result r;
    struct people people;
    struct err err;
    int mails;
};

#define OK(f, call) check_ok((f), (call), __LINE__)
static void check_ok(struct fixture *f, int rc, int line)
{
    if (rc)
        fail_msg("line %d: %d %s", line, rc, f->err.text);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    const char *source = getenv("CASEMATE_SOURCE");
    const struct sv ada = SV("ada@example.org"), ben = SV("ben@example.org");
    const struct member_request members[] = {{.name = SV("Ada"), .mails = &ada, .mail_count = 1},
                                             {.name = SV("Ben"), .mails = &ben, .mail_count = 1}};
    const struct field_edit settings[] = {{SV("posts"), SV("anyone")}, {SV("rate"), SV("0")},
                                          {SV("max-bytes"), SV("5000000")}};
    diag_init(&f->diag, &f->arena);
    OK(f, store_open(":memory:", STORE_CREATE, &f->store, &f->err));
    f->c = (struct action_context){.store = f->store, .arena = &f->arena, .now = noon, .diag = &f->diag};
    OK(f, action_import(&f->c, arena_printf(&f->arena, "%s/profiles/minimal", source ? source : "."), &f->r, &f->err));
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        OK(f, action_member_add(&f->c, &members[i], &f->r, &f->err));
    OK(f, action_list_new(&f->c, SV("doors"), SV("doors@example.org"), SV("Doors"), false, &f->r, &f->err));
    OK(f, action_list_set(&f->c, SV("doors"), settings, ARRAY_LEN(settings), &f->r, &f->err));
    OK(f, people_load(f->store, &f->arena, NULL, noon, &f->people, &f->err));
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    store_close(&f->store);
    arena_release(&f->arena);
    free(f);
    return 0;
}

static int64_t deliver(struct fixture *f, const char *fields, struct sv body)
{
    struct mail_reply reply;
    struct str bytes = STR_INIT;
    str_addf(&bytes, "From: Eve <eve@far.example>\nMessage-ID: <%d@far.example>\n%s\n\n", ++f->mails, fields);
    str_add(&bytes, body);
    const struct mail_in mail = {SV("eve@far.example"), SV("doors@example.org"), str_sv(&bytes)};
    OK(f, action_mail_receive(&f->c, &mail, 1, &reply, &f->err));
    str_release(&bytes);
    assert_int_equal(reply.fate, FATE_TAKEN);
    return reply.message;
}

static struct sv quoted(struct fixture *f, const char *fields, struct sv body)
{
    struct sv subject, text;
    OK(f, discuss_quote(&f->c, SV("doors"), deliver(f, fields, body), &subject, &text, &f->err));
    return text;
}

/* Whatever a mail is, its quote is text of bounded size, each line of which begins with "> ". */
static void test_quotes_of_hostile_mails(void **state)
{
    struct fixture *f = *state;
    struct str many = STR_INIT, word = STR_INIT;
    for (int i = 0; i < 50000; i++)
        str_addf(&many, "line %d of a mail\n", i);
    str_add_repeat(&word, 'w', 300000);
    const struct {
        const char *fields;
        struct sv body;
    } mails[] = {
        {"Subject: empty", SV("")},
        {"Subject: many", str_sv(&many)},
        {"Subject: word", str_sv(&word)},
        {"Subject: quotes alone", SV("> a\n> b\n>> c\n")},
        {"Subject: blanks", SV("      \n\n \t \n  x\n")},
        {"Subject: bytes\nContent-Type: text/plain; charset=utf-8", SV("\xff\xfe\x80 \xc3\x28 \xe2\x80\xae turned\n")},
        {"Subject: html\nContent-Type: text/html", SV("<p>Hello <script>x</script><b>all</b></p>")},
        {"Subject: parts\nContent-Type: multipart/mixed; boundary=x", SV("--x\n\nHello\n--x--\n")},
        {"Subject: wide\nContent-Type: text/plain; charset=utf-8",
         SV("\xe9\x96\x80 \xe9\x96\x80\xe9\x96\x80\xe9\x96\x80 \xe9\x96\x80\n")},
    };
    for (size_t i = 0; i < ARRAY_LEN(mails); i++) {
        struct sv rest = quoted(f, mails[i].fields, mails[i].body), line;
        assert_true(utf8_valid(rest, NULL) && rest.len < DISCUSS_TEXT_MAX);
        assert_true(sv_next_line(&rest, &line) && sv_eq_str(line, "On 22 November 2026, Eve wrote:"));
        while (sv_next_line(&rest, &line) && line.len)
            if (!sv_starts(line, SV("> ")))
                fail_msg("%s: %.*s", mails[i].fields, SV_ARG(line));
    }
    assert_true(sv_eq_str(quoted(f, "Subject: fold", SV("One line of seventy-one characters, of which the last word is "
                                                        "too longer\nNext\n")),
                          "On 22 November 2026, Eve wrote:\n> One line of seventy-one characters, of which the last "
                          "word "
                          "is too\n> longer\n> Next\n\n"));
    str_release(&many);
    str_release(&word);
}

static void test_what_a_form_may_hold(void **state)
{
    struct fixture *f = *state;
    const struct person *ada = people_find(&f->people, SV("Ada"));
    char *long_one = arena_alloc(&f->arena, DISCUSS_TEXT_MAX + 1);
    memset(long_one, 'x', DISCUSS_TEXT_MAX + 1);
    const struct sv draft = secret_make(&f->arena);
    const struct discuss_post bad[] = {
        {SV("doors"), SV_NONE, 0, SV(""), SV("x"), draft},
        {SV("doors"), SV_NONE, 0, SV("a\r\nBcc: x@y.org"), SV("x"), draft},
        {SV("doors"), SV_NONE, 0, SV("a \xe2\x80\xae turned"), SV("x"), draft},
        {SV("doors"), SV_NONE, 0, sv_from(long_one, DISCUSS_SUBJECT_MAX + 1), SV("x"), draft},
        {SV("doors"), SV_NONE, 0, SV("x"), SV(" \n "), draft},
        {SV("doors"), SV_NONE, 0, SV("x"), sv_from(long_one, DISCUSS_TEXT_MAX + 1), draft},
        {SV("doors"), SV_NONE, 0, SV("x"), SV("x"), SV("no draft")},
        {SV("doors"), SV("G-0099"), 0, SV("x"), SV("x"), draft},
    };
    struct discuss_outcome out;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (action_discuss_post(&f->c, ada, &bad[i], &out, &f->err) != CM_EINPUT)
            fail_msg("row %zu passed: %s", i, f->err.text);
    const struct discuss_post good = {SV("doors"), SV("G-0001"), 0, SV("Gate"), SV("x"), draft};
    OK(f, action_discuss_post(&f->c, ada, &good, &out, &f->err));
    assert_int_equal(out.state, MESSAGE_PUBLIC);
    int64_t found;
    OK(f, archive_find(f->store, SV("doors"), out.key, &found, &f->err));
    assert_int_equal(found, out.message);
    OK(f, archive_find(f->store, SV("doors"), SV("AAAA"), &found, &f->err));
    assert_int_equal(found, 0);
}

static int64_t mails_to(struct fixture *f, const char *address)
{
    struct store_stmt *q;
    int64_t n;
    OK(f, store_prepare(f->store, "SELECT count(*) FROM delivery d JOIN outgoing o ON o.id = d.outgoing "
                                  "WHERE o.kind = 'mail' AND d.recipient = $1", &q, &f->err));
    store_bind_text(q, 1, sv_str(address));
    OK(f, store_finish_int(q, &n, &f->err));
    return n;
}

/* A thread that becomes a part of another is followed on; what one follows twice is told once; not to its author. */
static void test_following(void **state)
{
    struct fixture *f = *state;
    const struct followed gate = {0, SV("G-0001")}, none = {0, SV("G-0099")};
    struct follow seen;
    struct message m;
    int64_t first = deliver(f, "Subject: [G-0001] One", SV("x\n")), before;
    OK(f, message_load(f->store, &f->arena, first, &m, &f->err));
    const struct followed thread = {m.thread, SV_NONE}, other = {m.thread + 7, SV_NONE};
    assert_int_equal(action_follow(&f->c, SV("m2"), none, true, SV("https://x.org"), &f->err), CM_ENOTFOUND);
    assert_int_equal(action_follow(&f->c, SV("m2"), other, true, SV("https://x.org"), &f->err), CM_ENOTFOUND);
    OK(f, action_follow(&f->c, SV("m2"), gate, true, SV("https://x.org"), &f->err));
    OK(f, action_follow(&f->c, SV("m2"), thread, true, SV("https://x.org"), &f->err));
    OK(f, follow_look(f->store, &f->arena, SV("m2"), thread, &seen, &f->err));
    assert_true(seen.id && seen.mail);
    before = mails_to(f, "ben@example.org");
    deliver(f, "Subject: Re: One\nReferences: <1@far.example>", SV("y\n"));
    assert_int_equal(mails_to(f, "ben@example.org"), before + 1);
    const struct discuss_post own = {SV("doors"), SV_NONE, first, SV("Re: One"), SV("z"), secret_make(&f->arena)};
    struct discuss_outcome out;
    OK(f, action_discuss_post(&f->c, people_find(&f->people, SV("Ben")), &own, &out, &f->err));
    assert_int_equal(mails_to(f, "ben@example.org"), before + 1);
    assert_int_equal(action_follow_end(&f->c, SV("m1"), seen.id, &f->err), CM_ENOTFOUND); /* it is not Ada's */
    OK(f, action_follow_end(&f->c, SV("m2"), seen.id, &f->err));
    OK(f, action_follow_end_by_link(&f->c, SV("1-aaaaaaaaaaaaaaaa"), &f->err)); /* none of ours */
    OK(f, action_follow_end_by_link(&f->c, SV("x"), &f->err));
    OK(f, follow_look(f->store, &f->arena, SV("m2"), gate, &seen, &f->err));
    assert_true(seen.id > 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {T(test_quotes_of_hostile_mails), T(test_what_a_form_may_hold),
                                       T(test_following)};
    return cmocka_run_group_tests_name("discuss", tests, NULL, NULL);
}
