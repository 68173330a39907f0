/* Passwords, one-time codes, time zones, and the acts of an account on a store of profiles/minimal, by a clock that the
 * test turns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "action/account.h"
#include "action/follow.h"
#include "action/login.h"
#include "action/mail.h"
#include "action/people.h"
#include "base/password.h"
#include "base/sha1.h"
#include "base/zone.h"
#include "forum/totp.h"

static const int64_t noon = 1795348800; /* 2026-11-22T12:00:00Z */
static const struct sv good = {"correct horse battery", 21};
/* What Argon2id makes of it in one pass over 8 KiB, so that the tests spend no time with it. */
static const char cheap[] = "$argon2id$v=19$m=8,t=1,p=1$"
                            "fTVRewo5FAU+jyOZzzD28w$r8clP1jFJImzc+oysdTURLi3saWa866bzfX7dMvOv7U";

struct fixture {
    struct arena arena;
    struct store *store;
    struct diag diag;
    struct action_context c;
    struct action_result r;
    struct err err;
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
    diag_init(&f->diag, &f->arena);
    OK(f, store_open(":memory:", STORE_CREATE, &f->store, &f->err));
    f->c = (struct action_context){.store = f->store, .arena = &f->arena, .now = noon, .diag = &f->diag};
    OK(f, action_import(&f->c, arena_printf(&f->arena, "%s/profiles/minimal", source ? source : "."), &f->r, &f->err));
    const struct sv ada = SV("ada@example.org"), ben = SV("ben@example.org");
    const struct member_request members[] = {{.name = SV("Ada"), .mails = &ada, .mail_count = 1},
                                             {.name = SV("Ben"), .mails = &ben, .mail_count = 1}};
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        OK(f, action_member_add(&f->c, &members[i], &f->r, &f->err));
    OK(f, action_list_new(&f->c, SV("doors"), SV("doors@example.org"), SV("Doors"), false, &f->r, &f->err));
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

static int64_t count(struct fixture *f, const char *sql)
{
    struct store_stmt *q;
    int64_t n;
    OK(f, store_prepare(f->store, sql, &q, &f->err));
    OK(f, store_finish_int(q, &n, &f->err));
    return n;
}

/* ---- without a store ---- */

static void test_passwords(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct sv stored;
    char *long_one = arena_alloc(&a, PASSWORD_MAX + 1);
    memset(long_one, 'x', PASSWORD_MAX + 1);
    assert_int_equal(password_store(&a, SV("eleven char"), &stored, &err), CM_EINPUT);
    assert_int_equal(password_store(&a, sv_from(long_one, PASSWORD_MAX + 1), &stored, &err), CM_EINPUT);
    assert_int_equal(password_store(&a, SV("line end\nwithin it"), &stored, &err), CM_EINPUT);
    assert_int_equal(password_store(&a, SV("no UTF-8 \xff at all"), &stored, &err), CM_EINPUT);
    assert_int_equal(password_store(&a, sv_from(long_one, PASSWORD_MAX), &stored, &err), 0);
    assert_true(sv_starts(stored, SV("$argon2id$v=19$m=32768,t=3,p=1$")));
    assert_int_equal(password_store(&a, SV("zwölf Zeichen"), &stored, &err), 0);
    assert_true(password_matches(&a, stored, SV("zwo\xcc\x88lf Zeichen"))); /* as another keyboard writes it */
    assert_true(password_matches(&a, sv_str(cheap), good));
    assert_false(password_matches(&a, sv_str(cheap), SV("correct horse batter")));
    assert_false(password_matches(&a, SV("no hash at all"), good));
    assert_false(password_matches(&a, SV_NONE, good));
    arena_release(&a);
}

/* RFC 2202, 3 and RFC 6238, appendix B, of whose eight digits the last six are ours. */
static void test_codes(void **state CM_UNUSED)
{
    static const struct {
        int64_t time;
        const char *code;
    } rows[] = {{59, "287082"}, {1111111109, "081804"}, {1111111111, "050471"}, {1234567890, "005924"},
                {2000000000, "279037"}, {20000000000, "353130"}};
    const struct sv secret = SV("12345678901234567890");
    struct arena a = ARENA_INIT;
    unsigned char h[SHA1_BYTES];
    char code[TOTP_DIGITS + 1], key[80];
    int64_t step;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        totp_code(secret, rows[i].time / TOTP_STEP, code);
        assert_string_equal(code, rows[i].code);
    }
    memset(key, 0xaa, sizeof key);
    sha1_hmac(sv_from(key, sizeof key), SV("Test Using Larger Than Block-Size Key - Hash Key First"), h);
    assert_memory_equal(h, "\xaa\x4a\xe5\xe1\x52\x72\xd0\x0e\x95\x70\x56\x37\xce\x8a\x3b\x55\xed\x40\x21\x12", 20);
    assert_true(totp_check(secret, SV("287 082"), 59 + 30, 0, &step) && step == 1); /* a clock that is late */
    assert_true(totp_check(secret, SV("287082"), 59 - 30, 0, &step));
    assert_false(totp_check(secret, SV("287082"), 59 + 60, 0, &step));
    assert_false(totp_check(secret, SV("287082"), 59, 1, &step)); /* it was used */
    assert_false(totp_check(secret, SV("28708"), 59, 0, &step));
    assert_false(totp_check(secret, SV("2870822"), 59, 0, &step));
    assert_true(sv_eq_str(totp_uri(&a, secret, SV("The gate: ours"), SV("ada@example.org")),
                          "otpauth://totp/The%20gate%3A%20ours:ada@example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
                          "&issuer=The%20gate%3A%20ours"));
    assert_true(sv_eq_str(totp_text(&a, secret), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"));
    arena_release(&a);
}

static void test_zones(void **state CM_UNUSED)
{
    static const char *const none[] = {"", "/etc/passwd", "../../../etc/passwd", "Europe/../../../etc/passwd", "Europe",
                                       "Europe/", "Europe//Berlin", "./UTC", "Nowhere/Town", "tzdata.zi",
                                       "Europe/Berlin ", "posix/../UTC", "\xff", "zone1970.tab"};
    static const struct {
        const char *zone;
        int64_t time;
        const char *shown;
    } rows[] = {
        {"UTC", 1795348800, "2026-11-22 12:00 UTC"},
        {"Europe/Berlin", 1795348800, "2026-11-22 13:00 CET"},
        {"Europe/Berlin", 1774746000 - 1, "2026-03-29 01:59 CET"}, /* RFC 8536's day of change: 01:00 UTC */
        {"Europe/Berlin", 1774746000, "2026-03-29 03:00 CEST"},
        {"America/New_York", 1795348800, "2026-11-22 07:00 EST"},
        {"Asia/Kolkata", 1795348800, "2026-11-22 17:30 IST"},
        {"Pacific/Auckland", 1795348800, "2026-11-23 01:00 NZDT"},
        {"America/Sao_Paulo", 1795348800, "2026-11-22 09:00 -03"},
        /* far behind the last change that the file lists: by its rule */
        {"Europe/Berlin", 4118040000, "2100-06-30 14:00 CEST"},
        {"Europe/Berlin", 4102444800, "2100-01-01 01:00 CET"},
        {"Pacific/Auckland", 4102444800, "2100-01-01 13:00 NZDT"},
        {"Europe/Berlin", -2000000000, "1906-08-16 21:26 CET"},
    };
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct zone z;
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        if (zone_load(&a, sv_str(none[i]), &z, &err) != CM_EINPUT)
            fail_msg("\"%s\" is a zone", none[i]);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_int_equal(zone_load(&a, sv_str(rows[i].zone), &z, &err), 0);
        assert_string_equal(zone_format(&a, &z, rows[i].time), rows[i].shown);
    }
    assert_string_equal(zone_format(&a, NULL, noon), "2026-11-22 12:00 UTC");
    arena_release(&a);
}

/* ---- log-in ---- */

static struct session a_session(struct fixture *f, enum session_way way)
{
    return (struct session){.id = 99, .member = SV("m1"), .made = f->c.now, .way = way};
}

static void give_password(struct fixture *f)
{
    struct session s = a_session(f, SESSION_BY_LINK);
    OK(f, action_account_password(&f->c, &s, sv_str(cheap), &f->err));
}

static enum login_way log_in(struct fixture *f, const char *address, struct sv password, struct sv *out_link)
{
    const struct password_login p = {.address = sv_str(address), .password = password, .next = SV("/account"),
                                     .browser = SV("a test"), .session = session_token(&f->arena)};
    enum login_way way;
    struct sv link;
    OK(f, action_login_password(&f->c, &p, &way, out_link ? out_link : &link, &f->err));
    return way;
}

static void test_log_in_with_password(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(log_in(f, "ada@example.org", good, NULL), LOGIN_WRONG); /* there is none yet */
    give_password(f);
    assert_int_equal(count(f, "SELECT count(*) FROM outgoing WHERE kind = 'mail'"), 1); /* which Ada is told */
    assert_int_equal(log_in(f, "ADA@example.org", good, NULL), LOGIN_DONE);
    assert_int_equal(count(f, "SELECT count(*) FROM session WHERE way = 'password' AND member = 'm1'"), 1);
    assert_int_equal(count(f, "SELECT count(*) FROM log_in_try"), 0);
    assert_int_equal(log_in(f, "nobody@example.net", good, NULL), LOGIN_WRONG);
    struct session other = a_session(f, SESSION_BY_LINK);
    OK(f, action_account_password(&f->c, &other, SV_NONE, &f->err));
    assert_int_equal(log_in(f, "ada@example.org", good, NULL), LOGIN_WRONG);
    assert_int_equal(count(f, "SELECT count(*) FROM session WHERE member = 'm1'"), 0); /* the change ended it */
}

/* Wrong ones are counted by address, whether somebody has it or not, and forgotten after an hour. A try costs no
 * hashing here: the passwords are too short to be any. */
static void test_tries(void **state)
{
    static const char *const addresses[] = {"ada@example.org", "nobody@example.net"};
    struct fixture *f = *state;
    struct sv link;
    enum login_way way;
    give_password(f);
    for (size_t k = 0; k < ARRAY_LEN(addresses); k++) {
        const struct password_login p = {.address = sv_str(addresses[k]), .password = good, .browser = SV("a test"),
                                         .session = session_token(&f->arena)};
        for (int i = 0; i < ACCOUNT_TRIES; i++)
            assert_int_equal(log_in(f, addresses[k], SV("short"), NULL), LOGIN_WRONG);
        assert_int_equal(action_login_password(&f->c, &p, &way, &link, &f->err), CM_EREFUSED);
    }
    f->c.now += ACCOUNT_HOUR;
    assert_int_equal(log_in(f, "ada@example.org", good, NULL), LOGIN_DONE);
}

static void test_who_it_is(void **state)
{
    struct fixture *f = *state;
    struct session link = a_session(f, SESSION_BY_LINK), password = a_session(f, SESSION_BY_PASSWORD);
    OK(f, account_prove(&f->c, &link, SV_NONE, &f->err));
    assert_int_equal(account_prove(&f->c, &password, SV_NONE, &f->err), CM_EREFUSED);
    assert_int_equal(account_prove(&f->c, &password, good, &f->err), CM_EREFUSED); /* nobody's */
    give_password(f);
    OK(f, account_prove(&f->c, &password, good, &f->err));
    assert_int_equal(account_prove(&f->c, &password, SV("something else"), &f->err), CM_EREFUSED);
    f->c.now += ACCOUNT_FRESH;
    assert_int_equal(account_prove(&f->c, &link, SV_NONE, &f->err), CM_EREFUSED);
    OK(f, account_prove(&f->c, &link, good, &f->err));
}

/* ---- one-time codes ---- */

static struct sv code_at(struct fixture *f, struct sv secret, int64_t time)
{
    char code[TOTP_DIGITS + 1];
    totp_code(secret, time / TOTP_STEP, code);
    return sv_str(arena_strdup(&f->arena, code));
}

static int use_link(struct fixture *f, struct sv link, struct sv code)
{
    const struct entrance e = {.link = sv_from_byte(link, strlen("/login/")), .code = code, .browser = SV("a test"),
                               .session = session_token(&f->arena)};
    struct login l;
    return action_login(&f->c, &e, &l, &f->err);
}

static void test_one_time_codes(void **state)
{
    struct fixture *f = *state;
    struct session s = a_session(f, SESSION_BY_LINK);
    struct sv secret, recovery[ACCOUNT_CODES], link;
    struct account account;
    give_password(f);
    assert_int_equal(action_codes_prove(&f->c, &s, SV("123456"), recovery, &f->err), CM_EREFUSED); /* not begun */
    OK(f, action_codes_begin(&f->c, SV("m1"), &secret, &f->err));
    assert_int_equal(log_in(f, "ada@example.org", good, NULL), LOGIN_DONE); /* not asked for before it is proved */
    assert_int_equal(action_codes_prove(&f->c, &s, code_at(f, secret, noon + 300), recovery, &f->err), CM_EINPUT);
    OK(f, action_codes_prove(&f->c, &s, code_at(f, secret, noon), recovery, &f->err));
    OK(f, account_load(f->store, &f->arena, SV("m1"), &account, &f->err));
    assert_true(account.has_codes && !account.waits && account.recovery == ACCOUNT_CODES);
    /* after the password */
    assert_int_equal(log_in(f, "ada@example.org", good, &link), LOGIN_SECOND);
    assert_int_equal(count(f, "SELECT count(*) FROM session"), 0);
    assert_int_equal(use_link(f, link, code_at(f, secret, noon)), CM_EINPUT); /* that step was used by the set-up */
    assert_int_equal(use_link(f, link, SV_NONE), CM_EINPUT);
    OK(f, use_link(f, link, code_at(f, secret, noon + TOTP_STEP)));
    assert_int_equal(count(f, "SELECT count(*) FROM session WHERE way = 'password'"), 1);
    assert_int_equal(use_link(f, link, recovery[0]), CM_ECONFLICT); /* the link works once */
    /* after a link, with a recovery code, each of which is good once */
    OK(f, action_login_link(&f->c, SV("ada@example.org"), &link, &f->err));
    assert_int_equal(use_link(f, link, SV_NONE), CM_EINPUT);
    OK(f, use_link(f, link, recovery[0]));
    OK(f, action_login_link(&f->c, SV("ada@example.org"), &link, &f->err));
    assert_int_equal(use_link(f, link, recovery[0]), CM_EINPUT);
    struct str upper = STR_INIT;
    for (size_t i = 0; i < recovery[1].len; i++)
        if (recovery[1].at[i] != '-')
            str_add_char(&upper, (char)(recovery[1].at[i] - (recovery[1].at[i] >= 'a' ? 32 : 0)));
    OK(f, use_link(f, link, str_sv(&upper)));
    str_release(&upper);
    OK(f, account_load(f->store, &f->arena, SV("m1"), &account, &f->err));
    assert_int_equal(account.recovery, ACCOUNT_CODES - 2);
    /* another member's link wants none */
    OK(f, action_login_link(&f->c, SV("ben@example.org"), &link, &f->err));
    OK(f, use_link(f, link, SV_NONE));
    assert_int_equal(action_codes_end(&f->c, SV("m1"), SV("000000"), &f->err), CM_EINPUT);
    OK(f, action_codes_end(&f->c, SV("m1"), recovery[2], &f->err));
    assert_int_equal(count(f, "SELECT count(*) FROM recovery_code"), 0);
    assert_int_equal(log_in(f, "ada@example.org", good, NULL), LOGIN_DONE);
}

/* For who lost both. */
static void test_reset(void **state)
{
    struct fixture *f = *state;
    struct session s = a_session(f, SESSION_BY_LINK);
    struct sv secret, recovery[ACCOUNT_CODES], link;
    give_password(f);
    OK(f, action_codes_begin(&f->c, SV("m1"), &secret, &f->err));
    OK(f, action_codes_prove(&f->c, &s, code_at(f, secret, noon), recovery, &f->err));
    assert_int_equal(log_in(f, "ada@example.org", good, &link), LOGIN_SECOND);
    assert_int_equal(action_account_reset(&f->c, SV("Nobody"), &f->err), CM_ENOTFOUND);
    OK(f, action_account_reset(&f->c, SV("Ada"), &f->err));
    assert_int_equal(use_link(f, link, recovery[0]), CM_ECONFLICT);
    OK(f, action_login_link(&f->c, SV("ada@example.org"), &link, &f->err));
    OK(f, use_link(f, link, SV_NONE));
    assert_int_equal(count(f, "SELECT count(*) FROM account WHERE password IS NOT NULL OR totp IS NOT NULL"), 0);
}

static void test_guessed_codes(void **state)
{
    struct fixture *f = *state;
    struct session s = a_session(f, SESSION_BY_LINK);
    struct sv secret, recovery[ACCOUNT_CODES], link;
    OK(f, action_codes_begin(&f->c, SV("m1"), &secret, &f->err));
    OK(f, action_codes_prove(&f->c, &s, code_at(f, secret, noon), recovery, &f->err));
    OK(f, action_login_link(&f->c, SV("ada@example.org"), &link, &f->err));
    for (int i = 0; i < ACCOUNT_TRIES; i++)
        assert_int_equal(use_link(f, link, SV("000000x")), CM_EINPUT);
    assert_int_equal(use_link(f, link, recovery[0]), CM_EREFUSED);
    f->c.now += ACCOUNT_HOUR;
    OK(f, action_login_link(&f->c, SV("ada@example.org"), &link, &f->err));
    OK(f, use_link(f, link, recovery[0]));
}

/* ---- addresses ---- */

static struct sv link_in_newest_mail(struct fixture *f, const char *before)
{
    struct store_stmt *q;
    struct sv bytes = SV_NONE;
    OK(f, store_prepare(f->store, "SELECT bytes FROM outgoing ORDER BY id DESC LIMIT 1", &q, &f->err));
    while (store_step(q, &f->err) == STORE_ROW)
        bytes = arena_sv(&f->arena, store_text(q, 0));
    store_done(q);
    ptrdiff_t at = sv_find(bytes, sv_str(before));
    assert_true(at > 0);
    return sv_from(bytes.at + at + strlen(before), TOKEN_LENGTH);
}

static struct sv mail_of(struct fixture *f)
{
    struct sv to;
    OK(f, people_mail(f->store, &f->arena, SV("m1"), &to, &f->err));
    return to;
}

static void test_addresses(void **state)
{
    struct fixture *f = *state;
    const struct sv url = SV("https://sec.example.org"), new = SV("ada@example.net");
    struct sv address;
    assert_int_equal(action_address_ask(&f->c, SV("m1"), SV("no address"), url, &f->err), CM_EINPUT);
    OK(f, action_address_ask(&f->c, SV("m1"), new, url, &f->err));
    struct sv link = link_in_newest_mail(f, "https://sec.example.org/account/address/");
    OK(f, account_address_look(&f->c, SV("m2"), link, &address, &f->err));
    assert_int_equal(address.len, 0); /* it is no link of Ben's */
    assert_int_equal(action_address_add(&f->c, SV("m2"), link, &f->err), CM_ECONFLICT);
    OK(f, account_address_look(&f->c, SV("m1"), link, &address, &f->err));
    assert_true(sv_eq(address, new));
    assert_int_equal(count(f, "SELECT count(*) FROM address"), 2);
    f->c.now += 60;
    OK(f, action_address_add(&f->c, SV("m1"), link, &f->err));
    assert_int_equal(action_address_add(&f->c, SV("m1"), link, &f->err), CM_ECONFLICT);
    assert_true(sv_eq_str(mail_of(f), "ada@example.org"));
    /* somebody else's address: the mail comes, and the link says no */
    OK(f, action_address_ask(&f->c, SV("m1"), SV("ben@example.org"), url, &f->err));
    link = link_in_newest_mail(f, "/account/address/");
    assert_int_equal(action_address_add(&f->c, SV("m1"), link, &f->err), CM_EREFUSED);
    /* where mail goes; the old address is told */
    int64_t told = count(f, "SELECT count(*) FROM delivery WHERE recipient = 'ada@example.org'");
    assert_int_equal(action_address_choose(&f->c, SV("m1"), SV("ben@example.org"), &f->err), CM_ENOTFOUND);
    OK(f, action_address_choose(&f->c, SV("m1"), new, &f->err));
    assert_true(sv_eq(mail_of(f), new));
    assert_int_equal(count(f, "SELECT count(*) FROM delivery WHERE recipient = 'ada@example.org'"), told + 1);
    OK(f, action_address_remove(&f->c, SV("m1"), SV("ada@example.org"), &f->err));
    assert_int_equal(count(f, "SELECT count(*) FROM delivery WHERE recipient = 'ada@example.org'"), told + 2);
    assert_int_equal(action_address_remove(&f->c, SV("m1"), new, &f->err), CM_EREFUSED); /* the last one */
    for (int i = 2; i < ACCOUNT_ASKS; i++)
        OK(f, action_address_ask(&f->c, SV("m1"), sv_str(arena_printf(&f->arena, "x%d@example.net", i)), url, &f->err));
    assert_int_equal(action_address_ask(&f->c, SV("m1"), SV("y@example.net"), url, &f->err), CM_EREFUSED);
}

static void test_leaving_takes_all(void **state)
{
    struct fixture *f = *state;
    struct session s = a_session(f, SESSION_BY_LINK);
    struct sv secret, recovery[ACCOUNT_CODES];
    give_password(f);
    OK(f, action_codes_begin(&f->c, SV("m1"), &secret, &f->err));
    OK(f, action_codes_prove(&f->c, &s, code_at(f, secret, noon), recovery, &f->err));
    OK(f, action_account_zone(&f->c, SV("m1"), SV("Europe/Berlin"), &f->err));
    assert_int_equal(action_account_zone(&f->c, SV("m1"), SV("../UTC"), &f->err), CM_EINPUT);
    OK(f, action_address_ask(&f->c, SV("m1"), SV("ada@example.net"), SV("https://x.example"), &f->err));
    const struct followed gate = {0, SV("G-0001")};
    OK(f, action_follow(&f->c, SV("m1"), gate, true, SV("https://x.example"), &f->err));
    int64_t events = count(f, "SELECT count(*) FROM event");
    f->c.actor = SV("Ada");
    OK(f, action_member_leave(&f->c, SV("Ada"), &f->r, &f->err));
    assert_int_equal(count(f, "SELECT count(*) FROM event"), events + 1);
    assert_int_equal(count(f, "SELECT (SELECT count(*) FROM account) + (SELECT count(*) FROM recovery_code) + "
                              "(SELECT count(*) FROM token) + (SELECT count(*) FROM follow) + (SELECT count(*) FROM "
                              "session) + "
                              "(SELECT count(*) FROM address WHERE member = 'm1')"), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_passwords), cmocka_unit_test(test_codes), cmocka_unit_test(test_zones),
        T(test_log_in_with_password),     T(test_tries),                T(test_who_it_is),
        T(test_one_time_codes),           T(test_guessed_codes),        T(test_addresses),
        T(test_leaving_takes_all),        T(test_reset),
    };
    return cmocka_run_group_tests_name("account", tests, NULL, NULL);
}
