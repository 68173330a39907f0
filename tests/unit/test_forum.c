/* forum: addresses, subjects, packing, threads. */
#include "store_fixture.h"

#include "base/str.h"
#include "forum/author.h"
#include "forum/hold.h"
#include "forum/list.h"
#include "forum/message.h"
#include "forum/pack.h"
#include "forum/subject.h"

static void assert_sv(struct fixture *f, struct sv found, const char *wanted)
{
    assert_string_equal(arena_strndup(&f->arena, found.at, found.len), wanted);
}

static void test_routes(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *recipient;
        enum route_kind kind;
        const char *detail;
    } rows[] = {
        {"sec@example.org", ROUTE_POST, ""},
        {"SEC@EXAMPLE.ORG", ROUTE_POST, ""},
        {"sec+T42@example.org", ROUTE_POST, "T42"},
        {"sec-request@example.org", ROUTE_REQUEST, ""},
        {"sec-owner@example.org", ROUTE_OWNER, ""},
        {"sec-bounces+1-aB@example.org", ROUTE_BOUNCES, "1-aB"},
        {"sec-confirm+k@example.org", ROUTE_CONFIRM, "k"},
        {"sec-unsubscribe+k@example.org", ROUTE_UNSUBSCRIBE, "k"},
        {"sec@example.org.evil.example", ROUTE_NONE, ""},
        {"sec@@example.org", ROUTE_NONE, ""},
        {"second@example.org", ROUTE_NONE, ""},
        {"sec-frob@example.org", ROUTE_NONE, ""},
        {"@example.org", ROUTE_NONE, ""},
        {"", ROUTE_NONE, ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct route r = route_match(sv_str(rows[i].recipient), SV("sec@example.org"));
        assert_int_equal(r.kind, rows[i].kind);
        assert_sv(f, r.detail, rows[i].detail);
    }
    assert_sv(f, route_address(&f->arena, SV("sec@example.org"), "-bounces", SV("7-x")), "sec-bounces+7-x@example.org");
}

static void test_addresses(void **state)
{
    (void)state;
    static const char *const good[] = {"a@b.org",      "first.last+tag@sub.example.org", "jürgen@example.org",
                                       "a@münchen.de", "o'neil@x.org",                   "a@localhost"};
    static const char *const bad[] = {"",         "a",        "@b.org",      "a@",         "a b@c.org", "a@b..org",
                                      "a@-b.org", "a..b@c.d", ".a@b.org",    "a@b.org\n",  "<a@b.org>", "a,b@c.org",
                                      "\"a\"@b.c", "a@b_c.org", "a\x00e2@b.org", "a\xE2\x80\xAE@b.org", "a@[1.2.3.4]"};
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        assert_true(route_is_address(sv_str(good[i])));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(route_is_address(sv_str(bad[i])));
}

/* Who is who: never two people for one. */
static void test_mailboxes(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *address, *mailbox;
    } rows[] = {
        {"Ada@Example.ORG", "ada@example.org"},
        {"stra\xC3\x9F" "e@b.org", "stra\xC3\x9F" "e@b.org"},      /* ß is not ss */
        {"strasse@b.org", "strasse@b.org"},
        {"e\xCC\x81@b.org", "\xC3\xA9@b.org"},                   /* NFC */
        {"\xEF\xAC\x81n@b.org", "\xEF\xAC\x81n@b.org"},          /* fi as one letter is not "fi" */
        {"\xE2\x84\xAA@b.org", "k@b.org"},                       /* the sign of kelvin is K in NFC */
        {"\xC4\xB0@b.org", "\xC4\xB0@b.org"},                    /* a dotted capital I */
        {"A\xFF@B.org", "a\xFF@b.org"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_sv(f, route_mailbox(&f->arena, sv_str(rows[i].address)), rows[i].mailbox);
}

static void test_subjects(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *subject, *base;
        bool reply;
    } rows[] = {
        {"A Tree", "a tree", false},
        {"Re: A  Tree", "a tree", true},
        {"RE: [sec] Re: Fwd: A Tree (fwd)", "a tree", true},
        {"AW: SV: Re[2]: a tree", "a tree", true},
        {"回复：树", "树", true},
        {"[sec] a tree", "a tree", false},
        {"[sec]", "[sec]", false},
        {"Re:", "", true},
        {"", "", false},
        {"XEP-0199: what it leaves open", "xep-0199: what it leaves open", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        bool reply;
        assert_sv(f, subject_base(&f->arena, sv_str(rows[i].subject), &reply), rows[i].base);
        assert_int_equal(reply, rows[i].reply);
    }
}

static void test_packing(void **state)
{
    struct fixture *f = *state;
    struct sv out;
    struct str s = STR_INIT;
    for (int i = 0; i < 100000; i++)
        str_add_char(&s, (char)((unsigned)i * (unsigned)i >> 3));
    const struct sv texts[] = {SV_NONE, SV("Subject: x\r\n\r\nx"), sv_from("\0\0", 2), str_sv(&s)};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        OK(f, unpack_bytes(&f->arena, pack_bytes(&f->arena, texts[i]), &out, &f->err));
        assert_true(sv_eq(out, texts[i]));
    }
    struct sv packed = arena_sv(&f->arena, pack_bytes(&f->arena, str_sv(&s)));
    const struct sv bad[] = {SV_NONE, SV("\x02\x01\0\0\0x"), sv_from(packed.at, packed.len - 1), sv_from(packed.at, 5),
                             SV("\x01\xff\xff\xff\xff" "abc")};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(unpack_bytes(&f->arena, bad[i], &out, &f->err), CM_ECORRUPT);
    str_release(&s);
}

/* ---- what is held ---- */

static void test_hold_rules(void **state)
{
    struct fixture *f = *state;
    hold_rules read;
    int64_t number;
    for (hold_rules rules = 0; rules < 1u << HOLD_RULES; rules++) {
        OK(f, hold_rules_read(hold_rules_text(&f->arena, rules), &read, &f->err));
        assert_int_equal(read, rules);
    }
    assert_int_equal(hold_rules_read(SV("size colour"), &read, &f->err), CM_ECORRUPT);
    assert_true(hold_number(hold_id(&f->arena, 7), &number));
    assert_int_equal(number, 7);
    static const char *const bad[] = {"", "P-", "P-0", "P-x", "P7", "Q-7", "P-99999999999", "P--1"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(hold_number(sv_str(bad[i]), &number));
}

static void test_authors(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *header, *trusted;
        bool proven;
    } rows[] = {
        {"From: a@x.org\n", "", true},
        {"Subject: x\n", "", false},
        {"From: a@x.org, b@x.org\n", "", false},
        {"From: a@x.org\nFrom: b@x.org\n", "", false},
        {"From: nobody\n", "", false},
        {"From: a@x.org\n", "mx", false},
        {"From: a@x.org\nAuthentication-Results: mx; dmarc=pass header.from=x.org\n", "mx", true},
        {"From: a@x.org\nAuthentication-Results: MX 1; DMARC = Pass (p=none) header.from=X.ORG\n", "mx", true},
        {"From: a@x.org\nAuthentication-Results: mx; dmarc=pass header.from=y.org\n", "mx", false},
        {"From: a@x.org\nAuthentication-Results: mx.evil; dmarc=pass\n", "mx", false},
        {"From: a@x.org\nAuthentication-Results: mx; none\n", "mx", false},
        {"From: a@x.org\nAuthentication-Results: mx; dmarc=temperror\n", "mx", false},
        {"From: a@x.org\nAuthentication-Results: mx; dmarc=fail; dmarc=pass\n", "mx", false},
        {"From: a@x.org\nAuthentication-Results: mx; x=\"; dmarc=pass\"\n", "mx", false},
        {"From: a@x.org\nAuthentication-Results: mx; dmarc=fail (\\); dmarc=pass)\n", "mx", false},
        {"From: a@s.x.org\nAuthentication-Results: mx; dkim=pass header.d=x.org; dmarc=none\n", "mx", true},
        {"From: a@x.org\nAuthentication-Results: mx; dkim=pass header.d=org; dmarc=none\n", "mx", false},
        {"From: a@evilx.org\nAuthentication-Results: mx; dkim=pass header.d=x.org; dmarc=none\n", "mx", false},
        {"From: a@x.org\nAuthentication-Results: mx; dkim=pass header.d=x.org; dmarc=fail\n", "mx", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct mail mail;
        OK(f, mail_read(&f->arena, sv_str(arena_printf(&f->arena, "%s\nx\n", rows[i].header)), &mail, &f->err));
        if (author_is_proven(&f->arena, &mail, sv_str(rows[i].trusted)) != rows[i].proven)
            fail_msg("%s", rows[i].header);
    }
}

/* ---- threads ---- */

struct given {
    const char *id, *references, *subject; /* ids without domain, with blanks between */
    int day;
};

struct adding {
    struct fixture *f;
    const struct given *mails;
    const int *order;
    size_t count;
};

static struct sv text_of(struct fixture *f, const struct given *g)
{
    struct str refs = STR_INIT;
    struct sv rest = sv_str(g->references), word;
    while (sv_split(&rest, ' ', &word))
        if (word.len)
            str_addf(&refs, " <%.*s@x>", SV_ARG(word));
    struct sv text = sv_str(arena_printf(&f->arena, "From: a@x.org\nMessage-ID: <%s@x>\nDate: %d Nov 2026 10:00:00 "
                                         "+0000\nSubject: %s\n%s%s\n\nx\n", g->id, g->day, g->subject,
                                         refs.len ? "References:" : "X-None: 1", str_cstr(&refs)));
    str_release(&refs);
    return text;
}

static int add_all(struct store *s, void *context, struct err *err)
{
    struct adding *x = context;
    OK(x->f, store_run(s, "INSERT INTO event VALUES (1, 0, 'o', 'list.new', 's', '', NULL, NULL, x'', x'', x'')", err));
    OK(x->f, list_insert(s, SV("s"), SV("s@x.org"), SV("S"), false, 1, err));
    for (size_t i = 0; i < x->count; i++) {
        struct mail mail;
        struct sv bytes = text_of(x->f, &x->mails[x->order[i]]);
        int64_t id;
        bool twice;
        OK(x->f, mail_read(&x->f->arena, bytes, &mail, err));
        const struct message_new m = {SV("s"), bytes, &mail, true, SV("a@x.org"), 1800000000, NULL};
        OK(x->f, message_add(s, &x->f->arena, &m, &id, &twice, err));
        assert_false(twice);
        OK(x->f, message_publish(s, &x->f->arena, id, &mail, SV("x"), err));
    }
    return 0;
}

/* "b<a c<b" and how many threads there are. */
static void describe(struct fixture *f, struct store *s, struct str *out)
{
    struct store_stmt *q;
    OK(f, store_prepare(s, "SELECT m.mid, (SELECT p.mid FROM message p WHERE p.id = m.parent) FROM public_message m "
                           "ORDER BY m.mid", &q, &f->err));
    while (store_step(q, &f->err) == STORE_ROW)
        if (!store_is_null(q, 1))
            str_addf(out, "%c<%c ", store_text(q, 0).at[0], store_text(q, 1).at[0]);
    store_done(q);
    OK(f, store_prepare(s, "SELECT count(DISTINCT thread), (SELECT count(*) FROM thread WHERE became IS NULL), "
                           "(SELECT sum(messages) FROM thread) - count(*) FROM public_message", &q, &f->err));
    assert_int_equal(store_step(q, &f->err), STORE_ROW);
    str_addf(out, "%d", (int)store_int(q, 0));
    assert_int_equal(store_int(q, 0), store_int(q, 1));
    assert_int_equal(store_int(q, 2), 0);
    store_done(q);
}

static void check_order(struct fixture *f, const struct given *mails, const int *order, size_t count,
                        const char *wanted)
{
    struct store *s;
    struct str found = STR_INIT;
    struct adding x = {f, mails, order, count};
    OK(f, store_open(":memory:", STORE_CREATE, &s, &f->err));
    OK(f, store_tx(s, add_all, &x, &f->err));
    describe(f, s, &found);
    assert_string_equal(str_cstr(&found), wanted);
    str_release(&found);
    store_close(&s);
}

/* Every order of arrival gives the same threads. */
static void permute(struct fixture *f, const struct given *mails, int *order, size_t at, size_t count,
                    const char *wanted)
{
    if (at == count)
        check_order(f, mails, order, count, wanted);
    for (size_t i = at; i < count; i++) {
        int kept = order[at];
        order[at] = order[i];
        order[i] = kept;
        permute(f, mails, order, at + 1, count, wanted);
        order[i] = order[at];
        order[at] = kept;
    }
}

static void test_threads_in_any_order(void **state)
{
    struct fixture *f = *state;
    static const struct {
        struct given mails[4];
        size_t count;
        const char *wanted;
    } rows[] = {
        {{{"a", "", "t", 1}, {"b", "a", "Re: t", 2}, {"c", "a b", "Re: t", 3}, {"d", "a b c", "Re: t", 4}},
         4, "b<a c<b d<c 1"},
        {{{"a", "", "t", 1}, {"b", "a", "Re: t", 2}, {"c", "a b", "u", 3}, {"d", "x", "v", 4}}, 4, "b<a c<b 2"},
        {{{"a", "b", "t", 1}, {"b", "a", "t", 2}}, 2, NULL}, /* each says that it answers the other */
        {{{"a", "a", "t", 1}, {"b", "a", "t", 1}, {"c", "x b", "t", 1}}, 3, "b<a c<b 1"},
        {{{"a", "", "t", 1}, {"b", "x a", "t", 2}, {"c", "y x", "t", 3}, {"x", "a", "t", 2}}, 4, "b<a c<x x<a 1"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int order[4] = {0, 1, 2, 3};
        if (rows[i].wanted) {
            permute(f, rows[i].mails, order, 0, rows[i].count, rows[i].wanted);
            continue;
        }
        check_order(f, rows[i].mails, order, rows[i].count, "b<a 1"); /* the later one is below the first */
    }
}

static void test_threads_by_subject(void **state)
{
    struct fixture *f = *state;
    static const struct given mails[] = {{"a", "", "A tree", 1},   {"b", "", "Re: a  TREE", 2}, {"c", "", "A tree", 3},
                                         {"d", "x", "Re: A tree", 4}, {"e", "", "Re: other", 5}};
    static const int order[] = {0, 1, 2, 3, 4};
    check_order(f, mails, order, 5, "b<a 4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_routes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_addresses, setup, teardown),
        cmocka_unit_test_setup_teardown(test_mailboxes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_subjects, setup, teardown),
        cmocka_unit_test_setup_teardown(test_packing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hold_rules, setup, teardown),
        cmocka_unit_test_setup_teardown(test_authors, setup, teardown),
        cmocka_unit_test_setup_teardown(test_threads_in_any_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_threads_by_subject, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
