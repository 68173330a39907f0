/* forum/bounce.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <time.h>

#include "base/fs.h"
#include "base/str.h"
#include "forum/bounce.h"

static struct arena arena;

static int clear(void **state CM_UNUSED)
{
    arena_release(&arena);
    return 0;
}

static const struct bounce_list the_list = {{"sec.example.org", 15}, {"sec@example.org", 15}};

static struct bounce read_sv(struct sv bytes)
{
    struct mail m;
    struct err err = ERR_INIT;
    int rc = mail_read(&arena, bytes, &m, &err);
    assert_true(rc == CM_OK || rc == CM_ELIMIT);
    return bounce_read(&arena, &m, &the_list);
}

/* "failure ada@example.org hard 5.1.1, ben@example.org soft delayed" */
static const char *said(const struct bounce *b)
{
    struct str out = STR_INIT;
    str_add_str(&out, bounce_kind_word(b->kind));
    for (size_t i = 0; i < b->recipient_count; i++) {
        const struct bounce_recipient *r = &b->recipients[i];
        str_addf(&out, "%s %.*s %s%s", i ? "," : "", SV_ARG(r->address),
                 bounce_severity_word(r->severity), r->delayed ? " delayed" : "");
        if (r->status.len)
            str_addf(&out, " %.*s", SV_ARG(r->status));
    }
    const char *text = arena_sv(&arena, str_sv(&out)).at;
    str_release(&out);
    return text;
}

#define RETURNED                                                                                   \
    "\nReceived: from x\nMessage-ID: <m1@example.org>\nFrom: sec@example.org\nTo: "                \
    "ada@example.net\nSubject: s\n\nbody\n"
#define DAEMON "Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example.net>\n"

/* Reports in words, in the manner of mailers of all ages; written for this test. */
static void test_reports_in_words(void **state CM_UNUSED)
{
    static const struct {
        const char *name, *mail, *said;
    } rows[] = {
        {"qmail",
         DAEMON "Subject: failure notice\n\nHi. I tried.\n\n<ada@example.net>:\nSorry, no mailbox "
                "here by that name. (#5.1.1)\n\n"
                "--- Below this line is a copy of the message.\n" RETURNED,
         "failure ada@example.net hard 5.1.1"},
        {"exim",
         DAEMON "Subject: Mail delivery failed\n\nThe following address(es) failed:\n\n  "
                "ada@example.net\n    SMTP error after RCPT "
                "TO:<ada@example.net>:\n    552 mailbox full\n  ben@example.net\n    unrouteable "
                "address\n\n------ This is a copy of "
                "the message ------\n" RETURNED,
         "failure ada@example.net soft, ben@example.net hard"},
        {"old postfix",
         DAEMON "Subject: Undelivered Mail Returned to Sender\n\nFor help, write to "
                "<postmaster>.\n\n<ada@example.net>: host "
                "mx[192.0.2.1] said: 550\n    <ada@example.net>... User unknown\n" RETURNED,
         "failure ada@example.net hard"},
        {"sendmail",
         DAEMON "Subject: Returned mail: User unknown\n\n   ----- Transcript of session follows "
                "-----\n... while talking to "
                "mx:\n>>> RCPT To:<ada@example.net>\n<<< 550 5.1.1 <ada@example.net>... User "
                "unknown\n\n   ----- Unsent "
                "message follows -----\n" RETURNED,
         "failure ada@example.net hard 5.1.1"},
        {"forwarded",
         DAEMON "Subject: Returned mail: see transcript\n\n   ----- The following addresses had "
                "permanent fatal errors -----\n"
                "<eve@example.com>\n    (reason: 552 quota exceeded)\n    (expanded from: "
                "<ada@example.net>)\n\n"
                "   ----- Original message follows -----\n" RETURNED,
         "failure ada@example.net soft"},
        {"exchange",
         "Return-Path: <>\nFrom: System Administrator <postmaster@example.net>\nSubject: "
         "Undeliverable: s\n\nYour message\n\n  To: "
         "ops@example.net\n  Subject: s\n\ndid not reach the following "
         "recipient(s):\n\nada@example.net on Mon, 30 Nov 2026\n    "
         "The recipient name is not recognized\n",
         "failure ada@example.net hard"},
        {"notes",
         DAEMON "Subject: DELIVERY FAILURE: s\n\nYour message\n\n  Subject: s\n\nwas not delivered "
                "to:\n\n  ada@example.net\n\nbecause:\n"
                "\n  User ada (ada@example.net) not listed in Domino Directory\n",
         "failure ada@example.net hard"},
        {"delayed",
         DAEMON "Subject: Warning: message delayed\n\n  ada@example.net\n\nDelivery attempts will "
                "continue to be made. It has not "
                "yet been delivered.\n",
         "failure ada@example.net soft delayed"},
        {"header only",
         "X-Failed-Recipients: ada@example.net\nFrom: x@example.net\n\nno reason at all\n",
         "failure ada@example.net unsaid"},
        {"nobody named",
         DAEMON "Subject: Undelivered mail\n\nThe disk quota was exceeded.\n\n--- Original message "
                "follows ---\n" RETURNED,
         "failure ada@example.net soft"},
        {"refused as spam",
         DAEMON "Subject: failure notice\n\n<ada@example.net>:\n550 5.7.1 rejected as spam, user "
                "unknown to us\n" RETURNED,
         "failure ada@example.net soft 5.7.1"},
        {"no such host",
         DAEMON
         "Subject: failure notice\n\n<ada@example.net>:\nHost or domain name not found\n" RETURNED,
         "failure ada@example.net hard"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct bounce b = read_sv(sv_str(rows[i].mail));
        if (strcmp(said(&b), rows[i].said))
            print_message("# %s\n", rows[i].name);
        assert_string_equal(said(&b), rows[i].said);
        if (strstr(rows[i].mail, "m1@"))
            assert_string_equal(arena_sv(&arena, b.original_id).at, "m1@example.org");
    }
}

/* RFC 3464: one group of fields per recipient. */
static struct bounce read_dsn(const char *groups)
{
    return read_sv(
        sv_str(arena_printf(&arena,
                            DAEMON "Subject: x\nContent-Type: multipart/report; "
                                   "report-type=delivery-status; boundary=b\n\n--b\n\nwords\n--b\n"
                                   "Content-Type: message/delivery-status\n\nReporting-MTA: dns; "
                                   "mx\n\n%s\n--b\nContent-Type: message/rfc822\n%s--b--\n",
                            groups, RETURNED)));
}

static void test_delivery_status(void **state CM_UNUSED)
{
    static const struct {
        const char *groups, *said;
    } rows[] = {
        {"Final-Recipient: rfc822; ada@example.net\nAction: failed\nStatus: 5.1.1\n",
         "failure ada@example.net hard 5.1.1"},
        {"Final-Recipient: RFC822;<ada@example.net>\nAction: Failed\nStatus: "
         "5.0.0\nDiagnostic-Code: smtp; 550 5.2.2\n over quota\n",
         "failure ada@example.net soft 5.2.2"},
        {"Original-Recipient: rfc822;ada@example.net\nFinal-Recipient: "
         "rfc822;eve@example.com\nAction: failed\nStatus: 5.7.1\n",
         "failure ada@example.net soft 5.7.1"},
        {"Final-Recipient: rfc822; ada@example.net\nAction: delayed\nStatus: "
         "4.4.1\n\nFinal-Recipient: rfc822; ben@example.net\nAction: "
         "failed\nStatus: 5.1.2\n\nFinal-Recipient: rfc822; eve@example.net\nAction: "
         "relayed\nStatus: 2.1.5\n",
         "failure ada@example.net soft delayed 4.4.1, ben@example.net hard 5.1.2"},
        {"Final-Recipient: rfc822; ada@example.net\nAction: delivered\nStatus: 2.0.0\n", "receipt"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct bounce b = read_dsn(rows[i].groups);
        assert_string_equal(said(&b), rows[i].said);
    }
    struct bounce b = read_dsn(rows[2].groups);
    assert_string_equal(arena_sv(&arena, b.recipients[0].final).at, "eve@example.com");
    assert_string_equal(arena_sv(&arena, b.original_id).at, "m1@example.org");
}

static void test_other_mails_of_machines(void **state CM_UNUSED)
{
    static const struct {
        const char *mail, *said;
    } rows[] = {
        {"Auto-Submitted: auto-replied\nSubject: gone\n\nx\n", "auto-reply"},
        {"X-Autoreply: yes\nSubject: s\n\nx\n", "auto-reply"},
        {"Precedence: auto_reply\nSubject: s\n\nx\n", "auto-reply"},
        {"Precedence: bulk\nSubject: Abwesenheitsnotiz\n\nx\n", "auto-reply"},
        {"Subject: my vacation in Rome\n\nx\n", "none"}, /* a subject alone proves nothing */
        {"Precedence: bulk\nList-Id: <other.example.net>\nSubject: Vacation and meetings\n\nx\n",
         "none"},
        {"Precedence: bulk\nSender: owner-x@example.net\nSubject: Vacation and meetings\n\nx\n", "none"},
        {"Auto-Submitted: no\nSubject: s\n\nx\n", "none"},
        {"Auto-Submitted: auto-generated\nSubject: build failed\n\nx\n", "none"},
        {"List-Id: Security <sec.example.org>\nSubject: s\n\nx\n", "loop"},
        {"X-Loop: SEC@example.org\nSubject: s\n\nx\n", "loop"},
        {"X-Loop: other@example.org\nSubject: s\n\nx\n", "none"},
        {"Return-Path: <>\nSubject: verify\n\nYour message is being held until you confirm it.\n",
         "challenge"},
        {"X-TMDA-Confirm: x\nSubject: s\n\nx\n", "challenge"},
        {"Content-Type: multipart/report; report-type=disposition-notification; "
         "boundary=b\n\n--b\n\nread\n--b--\n",
         "receipt"},
        {"Content-Type: multipart/report; report-type=feedback-report; "
         "boundary=b\n\n--b\nContent-Type: message/feedback-report\n\n"
         "Feedback-Type: abuse\nOriginal-Rcpt-To: <ada@example.net>\n--b--\n",
         "complaint ada@example.net unsaid"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct bounce b = read_sv(sv_str(rows[i].mail));
        if (strcmp(said(&b), rows[i].said))
            print_message("# %s", rows[i].mail);
        assert_string_equal(said(&b), rows[i].said);
    }
    struct str s = STR_INIT;
    for (int i = 0; i <= BOUNCE_HOPS_MAX; i++)
        str_add_str(&s, "Received: from x\n");
    struct bounce b = read_sv(str_sv(&s));
    assert_string_equal(said(&b), "loop");
    str_release(&s);
}

/* People write about bounces. */
static void test_list_mail_about_bounces_is_none(void **state CM_UNUSED)
{
    static const char *const mails[] = {
        "From: Ada <ada@example.net>\nSubject: Mail delivery failed?\n\nI got this:\n\n> "
        "<ben@example.net>:\n> 550 user unknown\n",
        "From: Ada <ada@example.net>\nSubject: Re: Undeliverable mail\nIn-Reply-To: <1@x>\n\nThe "
        "message could not be delivered.\n> x\n",
        "From: postmaster@example.net\nSubject: New mail server\n\nWe move the server on Monday; "
        "some mails may be delayed.\n",
        "From: Ada <ada@example.net>\nSubject: Fwd: Returned mail\n\n> From: MAILER-DAEMON\n> "
        "<ben@example.net>\n> 550 unknown user\n",
        "From: root <root@example.net>\nSubject: kernel error\n\nIt failed with error 550, ask "
        "ben@example.net.\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(mails); i++) {
        struct bounce b = read_sv(sv_str(mails[i]));
        assert_string_equal(said(&b), "none");
    }
}

/* ---- the collections ---- */

static bool read_shared(const char *name, struct sv *out)
{
    const char *shared = getenv("CASEMATE_SHARED"), *source = getenv("CASEMATE_SOURCE");
    struct err err = ERR_INIT;
    return !fs_read(&arena,
                    arena_printf(&arena, "%s%s/mail/%s",
                                 shared   ? ""
                                 : source ? source
                                          : ".",
                                 shared ? shared : "/../shared", name),
                    8 << 20, out, &err);
}

/* What a person reads in these files. */
static void test_real_bounces(void **state CM_UNUSED)
{
#define FLUFL "bounces-flufl/flufl__bounce__tests__data__"
#define BSD "bounces-sisimai/maildir__bsd__"
    static const struct {
        const char *file, *said;
    } rows[] = {
        {FLUFL "bounce_03.txt", "failure james@jeborall.demon.co.uk soft"},
        {FLUFL "dsn_06.txt", "failure hao-nghi.au@fr.thalesgroup.com soft delayed 4.4.0"},
        {FLUFL "dsn_14.txt", "failure artboardregistration@home.dk hard 5.1.1"},
        {FLUFL "exim_01.txt", "failure delangen@its.tudelft.nl hard 5.1.1"},
        {FLUFL "microsoft_02.txt", "failure MDMOORE@BALL.COM hard"},
        {FLUFL "postfix_01.txt", "failure xxxxx@local.ie hard 5.1.1"},
        {FLUFL "qmail_06.txt", "failure ntl@xxx.com soft"},
        {FLUFL "sendmail_01.txt", "failure zzzzz@nfg.nl soft"},
        {FLUFL "simple_04.txt", "failure claird@starbase.neosoft.com hard"},
        {FLUFL "simple_28.txt", "failure luis.hiam@gmail.com soft delayed"},
        {FLUFL "smtp32_04.txt",
         "failure after_another@pacbell.net hard 5.3.0, one_bad_address@pacbell.net hard 5.3.0"},
        {FLUFL "yahoo_10.txt", NULL},
        {BSD "lhost-activehunter-02.eml", NULL},
        {BSD "lhost-amavis-02.eml", "failure neko@example.co.jp hard 5.1.1"},
        {BSD "lhost-domino-01.eml", "failure kijitora@example.jp hard"},
        {BSD "lhost-dragonfly-08.eml", "failure exceedlimit@libsisimai.net soft 5.2.3"},
        {BSD "lhost-dragonfly-11.eml", "failure hostunknown@libsisimai.net hard 5.1.2"},
        {BSD "lhost-dragonfly-12.eml", "failure mailboxfull@libsisimai.net soft 5.2.2"},
        {BSD "lhost-exchange2003-01.eml", "failure kijitora@example.jp hard"},
        {BSD "lhost-exim-02.eml",
         "failure kijitora@example.jp hard 5.1.1, sabatora@example.jp hard 5.2.1"},
        {BSD "lhost-gmail-08.eml", "failure kijitora@example.com soft delayed"},
        {BSD "lhost-kddi-02.eml", "failure kijitora@00000000000000.dion.ne.jp soft"},
        {BSD "lhost-mfilter-05.eml", "failure kijitora@example.co.jp soft 4.3.1"},
        {BSD "lhost-office365-12.eml", "failure kijitora@cr.neko.nyaan.jp soft 5.2.2"},
        {BSD "lhost-opensmtpd-01.eml", "failure apdugoaidugoaidugoaeiudggadi@gmail.com hard 5.1.1"},
        {BSD "lhost-opensmtpd-11.eml", "failure authfailure@libsisimai.net soft 5.7.26"},
        {BSD "lhost-yandex-02.eml",
         "failure mikeneko@example.jp hard 5.2.1, sabineko@example.jp soft 5.2.2"},
        {BSD "rfc3834-03.eml", "auto-reply"},
    };
    struct sv bytes;
    if (!read_shared(rows[0].file, &bytes)) {
        print_message("# the bounces are not here: set CASEMATE_SHARED to the folder above mail\n");
        skip();
    }
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_true(read_shared(rows[i].file, &bytes));
        struct bounce b = read_sv(bytes);
        if (!rows[i].said) {
            assert_int_equal(b.kind, BOUNCE_FAILURE);
            continue;
        }
        if (strcmp(said(&b), rows[i].said))
            print_message("# %s\n", rows[i].file);
        assert_string_equal(said(&b), rows[i].said);
    }
}

/* ---- hostile sizes ---- */

/* Of processor time for a megabyte; what was quadratic took 3,000 and more. With sanitizers all takes several times as
 * long. */
static double ms_max(void)
{
    return getenv("CASEMATE_SANITIZED") ? 2000 : 200;
}

static void test_a_megabyte_of_anything(void **state CM_UNUSED)
{
    static const char *const texts[] = {"<",
                                        ">",
                                        "a@b.c ",
                                        "<a@b.c>\n",
                                        "<a@b.c>: 550 5.1.1 unknown\n",
                                        "5.",
                                        "5.1",
                                        "\n",
                                        " \n",
                                        "Received: x\n",
                                        "--- original message\n",
                                        "Final-Recipient: rfc822; a@b.c\nAction: failed\n\n",
                                        "Final-Recipient: x\n",
                                        "a",
                                        "unknow",
                                        "mail",
                                        "(expanded from: <a@b.c>)\n",
                                        "x@y.z\n(expanded from: <a@b.c>)\n"};
    static const char *const types[] = {"text/plain", "text/html", "message/delivery-status"};
    for (size_t i = 0; i < ARRAY_LEN(texts) * ARRAY_LEN(types); i++) {
        const char *text = texts[i / ARRAY_LEN(types)], *type = types[i % ARRAY_LEN(types)];
        struct str s = STR_INIT;
        struct mail m;
        struct err err = ERR_INIT;
        str_addf(&s,
                 DAEMON "X-Failed-Recipients: z@y.x\nSubject: failure notice\nContent-Type: %s\n\n",
                 type);
        while (s.len < 1 << 20)
            str_add_str(&s, text);
        assert_int_equal(mail_read(&arena, str_sv(&s), &m, &err), CM_OK);
        clock_t start = clock();
        struct bounce b = bounce_read(&arena, &m, &the_list);
        double ms = (double)(clock() - start) * 1e3 / CLOCKS_PER_SEC;
        if (getenv("CASEMATE_TIMES"))
            print_message("# %6.1f ms: %s of \"%s\", %zu recipients\n", ms, type, text,
                          b.recipient_count);
        assert_int_equal(b.kind, BOUNCE_FAILURE);
        assert_true(b.recipient_count <= BOUNCE_RECIPIENTS_MAX);
        assert_true(ms < ms_max());
        str_release(&s);
        arena_release(&arena);
    }
}

/* A megabyte with as many different addresses as it holds, in lines of a given length, after words that make each of
 * them somebody else's or nobody's; a returned mail with the longest fields there may be. */
static struct str megabyte_of_addresses(size_t line, const char *words)
{
    struct str s = STR_INIT;
    str_add_str(&s, DAEMON "Subject: failure notice\n\n");
    for (size_t i = 0, begun = 0; s.len < 1 << 20; i++) {
        str_addf(&s, "%sa%zu@b.c ", words, i);
        if (s.len - begun >= line) {
            str_add_char(&s, '\n');
            begun = s.len;
        }
        if (s.len > 60000 && s.len - line < 60000 && line < 60000) {
            str_add_str(&s, "\nReceived: x\nReturn-Path: <r@b.c>");
            while (s.len % 20000)
                str_addf(&s, ", p%zu@b.c", s.len);
            str_add_str(&s, "\nFrom: f@b.c\nTo: t@b.c\n\n");
        }
    }
    return s;
}

static void test_a_megabyte_of_addresses(void **state CM_UNUSED)
{
    static const size_t lines[] = {1, 78, 990, 10000, 2 << 20};
    static const char *const words[] = {"", "<", "x ", "from: ", "user ", "550 5.1.1 user ", "4.2 "};
    for (size_t i = 0; i < ARRAY_LEN(lines) * ARRAY_LEN(words); i++) {
        struct str s = megabyte_of_addresses(lines[i / ARRAY_LEN(words)], words[i % ARRAY_LEN(words)]);
        struct mail m;
        struct err err = ERR_INIT;
        assert_int_equal(mail_read(&arena, str_sv(&s), &m, &err), CM_OK);
        clock_t start = clock();
        struct bounce b = bounce_read(&arena, &m, &the_list);
        double ms = (double)(clock() - start) * 1e3 / CLOCKS_PER_SEC;
        if (getenv("CASEMATE_TIMES"))
            print_message("# %6.1f ms: lines of %zu, \"%s\", %zu recipients\n", ms, lines[i / ARRAY_LEN(words)],
                          words[i % ARRAY_LEN(words)], b.recipient_count);
        assert_int_equal(b.kind, BOUNCE_FAILURE);
        assert_true(b.recipient_count <= BOUNCE_RECIPIENTS_MAX);
        assert_true(ms < ms_max());
        str_release(&s);
        arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_reports_in_words, clear),
        cmocka_unit_test_teardown(test_delivery_status, clear),
        cmocka_unit_test_teardown(test_other_mails_of_machines, clear),
        cmocka_unit_test_teardown(test_list_mail_about_bounces_is_none, clear),
        cmocka_unit_test_teardown(test_real_bounces, clear),
        cmocka_unit_test_teardown(test_a_megabyte_of_anything, clear),
        cmocka_unit_test_teardown(test_a_megabyte_of_addresses, clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
