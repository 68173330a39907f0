/* forum: the form in which a post goes out; what a trusted server found out about it. */
#include "store_fixture.h"

#include <time.h>

#include "base/str.h"
#include "forum/authres.h"
#include "forum/post_form.h"

#define SIGNED "DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=s;\r\n h=from : to:subject; bh=x; b=y\r\n"
#define AUTHOR "From: =?utf-8?q?Ad=C3=A1?= <ada@mail.example.org>\r\nTo: sec@lists.test\r\n"
#define BODY "\r\nOne line \r\n.\r\n"

struct row {
    const char *what, *settings; /* "from=keep;prefix=[sec]" */
    const char *mail;
    const char *has, *has_more, *lacks; /* of header and body; NULL: nothing */
};

static struct list list_of(struct fixture *f, const char *settings)
{
    struct list l = {.id = SV("sec"), .address = SV("sec@lists.test"), .title = SV("Security SIG")};
    struct sv rest = sv_str(settings), part;
    for (int i = 0; i < LIST_SETTINGS; i++)
        l.setting[i] = sv_str(list_setting_table[i].standard);
    while (sv_split(&rest, ';', &part)) {
        ptrdiff_t equals = sv_find_char(part, '=');
        if (equals < 0)
            continue;
        int id = list_setting_find(sv_from(part.at, (size_t)equals));
        assert_true(id >= 0);
        l.setting[id] = sv_from_byte(part, (size_t)equals + 1);
        OK(f, list_setting_check((enum list_setting_id)id, l.setting[id], &f->err));
    }
    return l;
}

static struct post_form form_of(struct fixture *f, const char *settings, const char *mail)
{
    struct list list = list_of(f, settings);
    struct mail m;
    struct post_form form;
    OK(f, mail_read(&f->arena, sv_str(mail), &m, &f->err));
    OK(f, post_form_make(&f->arena, &list, sv_str(mail), &m, SV_NONE, &form, &f->err));
    return form;
}

static const char *whole(struct fixture *f, const struct post_form *form)
{
    return arena_printf(&f->arena, "%.*s%.*s", SV_ARG(form->header), SV_ARG(form->body));
}

static const struct row rows[] = {
    {"a signed post stays as it is", "", SIGNED AUTHOR "Subject: A\r\n" BODY,
     SIGNED AUTHOR "Subject: A\r\n", BODY, "via"},
    {"who signs for nothing gives way", "", AUTHOR "Subject: A\r\n" BODY, "_via_Security_SIG?= <sec@lists.test>",
     "Reply-To: ada@mail.example.org\r\n", "\r\nFrom: =?utf-8?q?Ad=C3=A1?="},
    {"and is kept", "", AUTHOR BODY, "X-Original-From: =?utf-8?q?Ad=C3=A1?= <ada@mail.example.org>\r\n", NULL,
     "Sender:"},
    {"a signature of another domain is none of the author's", "",
     "DKIM-Signature: d=other.test; h=from; b=y\r\n" AUTHOR BODY, "Reply-To: ada@", NULL, NULL},
    {"a domain that only ends alike is another", "", "DKIM-Signature: d=e.org; h=from; b=y\r\n" AUTHOR BODY,
     "Reply-To: ada@",
     NULL, NULL},
    {"a prefix breaks what names the subject", "prefix=[sec]", SIGNED AUTHOR "Subject: A\r\n" BODY,
     "Subject: [sec] A\r\n",
     "Reply-To: ada@", NULL},
    {"but not what does not", "prefix=[sec]",
     "DKIM-Signature: d=example.org; h=from; b=y\r\n" AUTHOR "Subject: A\r\n" BODY,
     "Subject: [sec] A\r\n", "\r\n" AUTHOR, "via"},
    {"one prefix is enough", "prefix=[sec];from=keep", AUTHOR "Subject: Re: [sec] A\r\n" BODY,
     "Subject: Re: [sec] A\r\n", NULL,
     "[sec] Re"},
    {"no subject gets one", "prefix=[sec];from=keep", AUTHOR BODY, "\r\nSubject: [sec]\r\n", NULL, NULL},
    {"a prefix beyond ASCII is encoded", "prefix=[sé];from=keep", AUTHOR "Subject: =?utf-8?q?=C3=A1?=\r\n" BODY,
     "Subject: =?", NULL, "Subject: [s"},
    {"keep keeps", "from=keep", AUTHOR BODY, AUTHOR, NULL, "via"},
    {"always replaces", "from=always", SIGNED AUTHOR BODY, "Reply-To: ada@mail.example.org\r\n", NULL, NULL},
    {"no policy, as the trusted server says", "trusted=mx.test",
     "Authentication-Results: mx.test; dmarc=pass (p=none dis=none) header.from=x\r\n" AUTHOR BODY, AUTHOR, NULL,
     "via"},
    {"a policy and no signature", "trusted=mx.test",
     "Authentication-Results: mx.test; dmarc=pass (policy=reject) header.from=mail.example.org\r\n" AUTHOR BODY,
     "Reply-To: ada",
     NULL, NULL},
    {"a policy and a good signature", "trusted=mx.test",
     "Authentication-Results: mx.test; dkim=pass header.d=example.org; dmarc=pass (policy=reject)\r\n" SIGNED
     AUTHOR BODY,
     "\r\n" AUTHOR, NULL, "via"},
    {"a policy and a bad signature", "trusted=mx.test",
     "Authentication-Results: mx.test; dkim=fail header.d=example.org; dmarc=pass (policy=reject)\r\n" SIGNED
     AUTHOR BODY,
     "Reply-To: ada", NULL, NULL},
    {"what somebody else says does not count", "trusted=mx.test",
     "Authentication-Results: evil.test; dmarc=pass (p=none)\r\n" AUTHOR BODY, "Reply-To: ada", "evil.test", NULL},
    {"nor what stands below the trusted one", "trusted=mx.test",
     "Authentication-Results: mx.test; dmarc=pass (p=reject)\r\n"
     "Authentication-Results: MX.test; dmarc=pass (p=none)\r\n" AUTHOR
     BODY, "(p=reject)", "Reply-To: ada", "p=none"},
    {"answers to the list", "reply-to=list;from=keep", AUTHOR "Reply-To: x@y.test\r\n" BODY,
     "Reply-To: sec@lists.test\r\n",
     NULL, "x@y.test"},
    {"and to the author, whom From does not name", "reply-to=list;from=always", AUTHOR BODY,
     "Reply-To: sec@lists.test,\r\n ada@mail.example.org\r\n", NULL, NULL},
    {"the author's wish for answers counts", "from=always", AUTHOR "Reply-To: x@y.test\r\n" BODY,
     "Reply-To: x@y.test\r\n",
     NULL, "Reply-To: ada"},
    {"other lists' fields go", "from=keep",
     AUTHOR "List-Id: <x.y>\r\nlist-unsubscribe: <z>,\r\n <q>\r\nPrecedence: bulk\r\n" BODY,
     "Precedence: list\r\n", NULL, "x.y"},
    {"with what continues them", "from=keep", AUTHOR "list-unsubscribe: <z>,\r\n <q>\r\n" BODY, AUTHOR, NULL, "<q>"},
    {"and requests for receipts, and the way here", "from=keep",
     AUTHOR
     "Disposition-Notification-To: a@b.c\r\nReturn-Receipt-To: a@b.c\r\nReturn-Path: <a@b.c>\r\nBcc: a@b.c\r\n" BODY,
     AUTHOR, NULL, "a@b.c"},
    {"a line that is no field ends the header, and ours stands before it", "from=keep",
     AUTHOR "no field\r\n more\r\nSubject: A\r\n" BODY,
     "Precedence: list\r\n\r\nno field\r\n more\r\nSubject: A\r\n", NULL, NULL},
    {"Sender that is signed stays", "",
     "DKIM-Signature: d=example.org; h=from:sender; b=y\r\n" AUTHOR "Sender: me@example.org\r\n"
     BODY, "Sender: me@example.org\r\n", NULL, "sec-bounces"},
    {"Sender that is not is ours", "from=keep", AUTHOR "Sender: me@example.org\r\n" BODY,
     "Sender: sec-bounces@lists.test\r\n",
     NULL, "me@example"},
    {"a footer at the end of a text", "footer=By the list;from=keep", AUTHOR BODY, "One line \r\n.\r\n____",
     "\r\nBy the list\r\n",
     "multipart"},
    {"in its encoding", "footer=a=b;from=keep", AUTHOR "Content-Type: text/plain; charset=utf-8\r\n"
     "Content-Transfer-Encoding: quoted-printable\r\n" BODY, "\r\na=3Db\r\n", NULL, "multipart"},
    {"as a part of its own beside other texts", "footer=By the list;from=keep", AUTHOR
     "MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<p>x\r\n", "\r\nContent-Type: text/html\r\n\r\n<p>x\r\n",
     "\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=_", NULL},
    {"and to base64", "footer=By the list;from=keep", AUTHOR "Content-Transfer-Encoding: base64\r\n\r\neA==\r\n",
     "\r\nContent-Transfer-Encoding: base64\r\n\r\neA==\r\n", "\r\n\r\n____", NULL},
    {"a footer beyond ASCII does not go into ASCII", "footer=é;from=keep", AUTHOR BODY,
     "charset=utf-8\r\nContent-Transfer-Encoding: "
     "8bit", "multipart/mixed", NULL},
    {"a footer breaks a signature", "footer=By the list", SIGNED AUTHOR BODY, "Reply-To: ada@", NULL, NULL},
    {"a name cannot make a field", "from=always", "From: \"x\r\n Bcc: y\" <a@b.test>\r\n" BODY,
     "via Security SIG", NULL,
     "\r\nBcc"},
    {"an author without an address", "from=always", "From: nobody\r\n" BODY, "<sec@lists.test>",
     "X-Original-From: nobody",
     "Reply-To"},
};

static void test_form(void **state)
{
    struct fixture *f = *state;
    size_t bad = 0;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct row *r = &rows[i];
        struct post_form form = form_of(f, r->settings, r->mail);
        const char *text = whole(f, &form);
        bool good = strstr(text, r->has) && (!r->has_more || strstr(text, r->has_more)) &&
                    (!r->lacks || !strstr(text, r->lacks));
        if (!good)
            print_message("# %s:\n%s", r->what, text);
        bad += !good;
        assert_true(sv_starts(form.body, SV("\r\n")));
        assert_int_equal(sv_find(form.header, SV("\r\n\r\n")), -1);
    }
    assert_int_equal(bad, 0);
}

/* All bytes that a DKIM signature can cover, but for fields that the list adds. */
static void test_signed_bytes_stay(void **state)
{
    struct fixture *f = *state;
    const char *mail = "Received: by x\r\n" SIGNED
     "from: A <a@example.org>\r\nTO : sec@lists.test\r\nSubject:  odd\r\n\tfolds  \r\n"
                       "X-Empty:\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=koi8-r\r\n"
     "\r\n \xC0\xFF\r\n..\r\n\r\n\r\n";
    struct post_form form = form_of(f, "", mail);
    ptrdiff_t end = sv_find(sv_str(mail), SV("\r\n\r\n"));
    assert_true(sv_starts(form.header, sv_from(mail, (size_t)end + 2)));
    assert_true(sv_eq(form.body, sv_str(mail + end + 2)));
    assert_false(form.replaced);
}

static void test_address_in_the_archive(void **state)
{
    struct fixture *f = *state;
    struct list list = list_of(f, "from=keep");
    struct mail m;
    struct post_form form;
    const char *mail = AUTHOR "Archived-At: <https://other.test/1>\r\n" BODY;
    OK(f, mail_read(&f->arena, sv_str(mail), &m, &f->err));
    OK(f, post_form_make(&f->arena, &list, sv_str(mail), &m, SV("https://sig.test/m/1"), &form, &f->err));
    assert_non_null(strstr(whole(f, &form), "\r\nArchived-At: <https://sig.test/m/1>\r\n"));
    assert_null(strstr(whole(f, &form), "other.test"));
}

static void test_own_fields(void **state)
{
    struct fixture *f = *state;
    struct list plain = list_of(f, ""), site = list_of(f, "url=https://sig.test");
    const char *own = arena_printf(&f->arena, "%.*s", SV_ARG(post_form_own(&f->arena, &plain, SV("17-x"))));
    assert_non_null(strstr(own, "List-Unsubscribe: <mailto:sec-unsubscribe+17-x@lists.test>\r\n"));
    assert_null(strstr(own, "One-Click"));
    own = arena_printf(&f->arena, "%.*s", SV_ARG(post_form_own(&f->arena, &site, SV("17-x"))));
    assert_non_null(strstr(own, "<https://sig.test/unsubscribe/sec/17-x>"));
    assert_non_null(strstr(own, "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
    assert_int_equal(list_setting_check(SET_URL, SV("https://sig.test/"), &f->err), CM_EINPUT);
    assert_int_equal(list_setting_check(SET_URL, SV("sig.test"), &f->err), CM_EINPUT);
    assert_int_equal(list_setting_check(SET_URL, SV("https://x>\r\nBcc: y"), &f->err), CM_EINPUT);
}

static void test_results_of_checks(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *value;
        bool found, signed_well;
        enum dmarc_policy policy;
    } cases[] = {
        {"mx.test; dkim=pass header.d=example.org; dmarc=pass (policy=quarantine)", true, true, DMARC_STRICT},
        {"mx.test 1; dkim=pass (2048; dmarc=none) header.i=@sub.example.org", true, true, DMARC_UNKNOWN},
        {"(c) mx.test; dmarc=fail policy.dmarc=none", true, false, DMARC_NONE},
        {"mx.test; spf=pass smtp.mailfrom=\"x; dmarc=pass (p=none)\"@y", true, false, DMARC_UNKNOWN},
        {"mx.test; dkim = pass header.d=org; dmarc=none", true, false, DMARC_NONE},
        {"mx.test.evil; dmarc=none", false, false, DMARC_UNKNOWN},
        {"mx.test; none", true, false, DMARC_UNKNOWN},
        {"mx.test; dkim=pass (((((header.d=example.org", true, false, DMARC_UNKNOWN},
        {"", false, false, DMARC_UNKNOWN},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct mail m;
        const char *text = arena_printf(&f->arena, "Authentication-Results: %s\r\n\r\n", cases[i].value);
        OK(f, mail_read(&f->arena, sv_str(text), &m, &f->err));
        struct authres found = authres_read(&m, SV("mx.test"), SV("example.org"));
        if (found.found != cases[i].found || found.signed_well != cases[i].signed_well ||
            found.policy != cases[i].policy)
            fail_msg("%s: %d %d %d", cases[i].value, found.found, found.signed_well, found.policy);
        assert_false(authres_read(&m, SV_NONE, SV("example.org")).found);
    }
}

/* What posts do not carry on, digests do not either. */
static void test_digests_drop_what_posts_drop(void **state)
{
    struct fixture *f = *state;
    const char *mail =
        "Return-Path: <p@b.c>\r\nBcc: p@b.c\r\nDelivered-To: p@b.c\r\nErrors-To: p@b.c\r\nEnvelope-To: p@b.c\r\n"
        "Disposition-Notification-To: p@b.c\r\nDisposition-Notification-Options: p@b.c\r\nResent-Bcc: p@b.c\r\n"
        "Return-Receipt-To: p@b.c\r\nX-Confirm-Reading-To: p@b.c\r\nX-Original-From: p@b.c\r\n"
        "X-Original-To: p@b.c\r\nPrecedence: p@b.c\r\nlist-unsubscribe: <p@b.c>\r\n" AUTHOR "Subject: A\r\n" BODY;
    struct mail m;
    struct post_form form = form_of(f, "from=keep", mail);
    assert_int_equal(sv_find(form.header, SV("p@b.c")), -1);
    OK(f, mail_read(&f->arena, sv_str(mail), &m, &f->err));
    assert_true(sv_eq_str(post_form_clean(&f->arena, &m), AUTHOR "Subject: A\r\n\r\n"));
}

/* Signatures that name as many fields as fit, of a header with as many fields as there may be. */
static void test_signatures_of_everything(void **state)
{
    struct fixture *f = *state;
    struct str mail = STR_INIT;
    for (int i = 0; i < 4; i++) {
        str_add_str(&mail, "DKIM-Signature: d=example.org; b=y; h=from");
        for (int k = 0; k < 25000; k++)
            str_add_str(&mail, ":x");
        str_add_str(&mail, "; s=s\r\n");
    }
    str_add_str(&mail, AUTHOR);
    for (int i = 0; i < 1900; i++)
        str_add_str(&mail, "Received: by x\r\n");
    str_add_str(&mail, BODY);
    clock_t start = clock();
    struct post_form form = form_of(f, "", str_cstr(&mail));
    double ms = (double)(clock() - start) * 1e3 / CLOCKS_PER_SEC;
    str_release(&mail);
    assert_false(form.replaced);
    if (ms > (getenv("CASEMATE_SANITIZED") ? 5000 : 500))
        fail_msg("%.0f ms", ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_form, setup, teardown),
        cmocka_unit_test_setup_teardown(test_signed_bytes_stay, setup, teardown),
        cmocka_unit_test_setup_teardown(test_address_in_the_archive, setup, teardown),
        cmocka_unit_test_setup_teardown(test_own_fields, setup, teardown),
        cmocka_unit_test_setup_teardown(test_results_of_checks, setup, teardown),
        cmocka_unit_test_setup_teardown(test_digests_drop_what_posts_drop, setup, teardown),
        cmocka_unit_test_setup_teardown(test_signatures_of_everything, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
