/* forum: what a mail to LIST-request@ asks for. */
#include "store_fixture.h"

#include "format/mail.h"
#include "forum/answered.h"
#include "forum/request.h"

static const struct sv own = {"ada@home.example", 16}, list = {"sec@example.org", 15};

static const char *const kinds[] = {"unknown", "subscribe", "unsubscribe", "delivery", "name",
                                    "join",    "confirm",   "who",         "help"};

/* "subscribe digest", "name Ada L." and the like. */
static char *told(struct fixture *f, const struct request *r)
{
    return arena_printf(&f->arena, "%s%s%s%s%.*s", kinds[r->kind], r->has_delivery ? " " : "",
                        r->has_delivery ? subscriber_delivery_names[r->delivery] : "", r->text.len ? " " : "",
                        SV_ARG(r->text));
}

static void test_lines(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *line, *wanted; /* NULL: no words */
    } rows[] = {
        {"", NULL},
        {" \t ", NULL},
        {"...!?", NULL},
        {"subscribe", "subscribe"},
        {"SUBSCRIBE", "subscribe"},
        {"\"Subscribe\"!", "subscribe"},
        {"„subscribe“", "subscribe"},
        {"<subscribe>", "subscribe"},
        {"*subscribe*", "subscribe"},
        {"Please, subscribe me.", "subscribe"},
        {"sign up", "subscribe"},
        {"sign", "unknown"},
        {"subscribe sec", "subscribe"},
        {"subscribe digest", "subscribe digest"},
        {"subscribe sec@example.org", "subscribe"},
        {"subscribe ADA@home.example nomail", "subscribe none"},
        {"subscribe eve@evil.example", "unknown"},
        {"subscribe <eve@evil.example>", "unknown"},
        {"unsubscribe eve@evil.example", "unknown"},
        {"subscribers", "unknown"},
        {"unsubscribe", "unsubscribe"},
        {"un subscribe", "unknown"},
        {"please remove me", "unsubscribe"},
        {"sign off", "unsubscribe"},
        {"opt out", "unsubscribe"},
        {"stop sending me this", "unsubscribe"},
        {"digest", "delivery digest"},
        {"digest ON", "delivery digest"},
        {"digest off", "delivery each"},
        {"digest each", "delivery each"},
        {"digest none", "delivery none"},
        {"digest weekly", "unknown"},
        {"set delivery digest", "delivery digest"},
        {"set delivery=none", "delivery none"},
        {"set digest off", "delivery each"},
        {"set digest", "delivery digest"},
        {"set nomail", "delivery none"},
        {"set", "unknown"},
        {"set password x", "unknown"},
        {"set name Ada B. Lovelace", "name Ada B. Lovelace"},
        {"set name \"Ada L.\"", "name Ada L."},
        {"set name", "unknown"},
        {"join Ada  Lovelace", "join Ada Lovelace"},
        {"join as Ada", "join Ada"},
        {"join", "join"},
        {"confirm abcdefghijklmnopqrstuvwxyz", "confirm abcdefghijklmnopqrstuvwxyz"},
        {"Confirm: ABCDEFGHIJKLMNOPQRSTUVWXYZ", "confirm abcdefghijklmnopqrstuvwxyz"},
        {"confirm that I am here", "unknown"},
        {"confirm", "unknown"},
        {"who", "who"},
        {"Who is subscribed?", "who"},
        {"help", "help"},
        {"subscribe; DROP TABLE subscriber", "subscribe"},
        {"héhé", "unknown"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct request r;
        bool words = request_read_line(&f->arena, sv_str(rows[i].line), own, list, &r);
        if (words != (rows[i].wanted != NULL) || strcmp(told(f, &r), words ? rows[i].wanted : "unknown"))
            fail_msg("\"%s\": %s, wanted %s", rows[i].line, told(f, &r), rows[i].wanted ? rows[i].wanted : "no words");
    }
}

static void test_mails(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *subject, *body, *wanted;
    } rows[] = {
        {"subscribe", "unsubscribe\n", "subscribe"},
        {"Re: AW: subscribe", "", "subscribe"},
        {"[sec] help", "", "help"},
        {"", "\n\n  unsubscribe\n", "unsubscribe"},
        {"a question", "who\nunsubscribe\n", "who"},
        {"a question", "is this on?\nunsubscribe\n", "unknown"},
        {"", "> unsubscribe\n\nhelp\n", "help"},
        {"", "On Monday Ada wrote:\n> unsubscribe\nhelp\n", "help"},
        {"", "-- \nunsubscribe\n", "unknown"},
        {"Re: Mail of Security SIG: please confirm", "> confirm abcdefghijklmnopqrstuvwxyz\n", "unknown"},
        {"=?utf-8?b?c3Vic2NyaWJl?=", "", "subscribe"},
        {"", "", "unknown"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct mail m;
        OK(f, mail_read(&f->arena,
                        sv_str(arena_printf(&f->arena, "From: ada@home.example\nSubject: %s\n\n%s", rows[i].subject,
                                            rows[i].body)),
                        &m, &f->err));
        struct request r = request_read(&f->arena, &m, own, list);
        if (strcmp(told(f, &r), rows[i].wanted))
            fail_msg("row %zu: %s, wanted %s", i, told(f, &r), rows[i].wanted);
    }
}

static int once_a_day(struct store *s, void *context, struct err *err)
{
    struct fixture *f = context;
    static const struct {
        const char *address;
        enum answered_kind kind;
        int64_t now;
        bool may;
    } rows[] = {
        {"ada@x.example", ANSWERED_CONFIRMATION, 1000000, true},
        {"ada@x.example", ANSWERED_CONFIRMATION, 1000000, false},
        {"ADA+list@X.example", ANSWERED_CONFIRMATION, 1000001, false},
        {"ada@x.example", ANSWERED_HELP, 1000001, true},
        {"+a@x.example", ANSWERED_HELP, 1000001, true},
        {"+b@x.example", ANSWERED_HELP, 1000001, true},
        {"adam@x.example", ANSWERED_CONFIRMATION, 1000001, true},
        {"ada@x.example", ANSWERED_CONFIRMATION, 1000000 + 86399, false},
        {"ada@x.example", ANSWERED_CONFIRMATION, 900000, false}, /* the clock was set back */
        {"ada@x.example", ANSWERED_CONFIRMATION, 1000000 + 86400, true},
        {"ada@x.example", ANSWERED_CONFIRMATION, 1000000 + 86401, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        bool may;
        OK(f, answered_may(s, &f->arena, sv_str(rows[i].address), rows[i].kind, rows[i].now, &may, err));
        if (may != rows[i].may)
            fail_msg("row %zu: %d", i, may);
    }
    bool may;
    for (int i = 0; i <= 50; i++) {
        OK(f, answered_may(s, &f->arena, SV("ada@x.example"), ANSWERED_COMMAND, 1086401 + i, &may, err));
        assert_int_equal(may, i < 50);
    }
    OK(f, answered_may(s, &f->arena, SV("ada@x.example"), ANSWERED_COMMAND, 1086401 + 86400, &may, err));
    assert_true(may);
    OK(f, answered_forget(s, &f->arena, SV("Ada@x.example"), ANSWERED_CONFIRMATION, err));
    OK(f, answered_may(s, &f->arena, SV("ada@x.example"), ANSWERED_CONFIRMATION, 1086402, &may, err));
    assert_true(may);
    return 0;
}

static void test_answers_are_rare(void **state)
{
    struct fixture *f = *state;
    struct store *s = make(f);
    OK(f, store_tx(s, once_a_day, f, &f->err));
    store_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(test_mails, setup, teardown),
        cmocka_unit_test_setup_teardown(test_answers_are_rare, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
