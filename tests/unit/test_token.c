/* forum: one-time tokens, details that only we can have written, base32. */
#include "store_fixture.h"

#include "forum/base32.h"
#include "forum/signed.h"
#include "forum/token.h"

static void test_base32(void **state)
{
    struct fixture *f = *state;
    unsigned char out[16];
    static const struct {
        const char *bytes, *text;
    } rows[] = {{"", ""}, {"f", "my"}, {"fo", "mzxq"}, {"foo", "mzxw6"}, {"foob", "mzxw6yq"}, {"fooba", "mzxw6ytb"},
                {"foobar", "mzxw6ytboi"}}; /* RFC 4648, 10 */
    static const struct {
        const char *text;
        size_t count;
    } bad[] = {{"mz", 1}, {"m1", 1}, {"m", 1}, {"my=", 1}, {"my", 2}, {"mzx q", 3}, {"", 1}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct sv bytes = sv_str(rows[i].bytes);
        assert_string_equal(base32_write(&f->arena, bytes).at, rows[i].text);
        assert_true(base32_read(sv_str(rows[i].text), bytes.len, out));
        assert_memory_equal(out, bytes.at, bytes.len);
    }
    assert_true(base32_read(SV("MZXW6YTBOI"), 6, out));
    assert_memory_equal(out, "foobar", 6);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(base32_read(sv_str(bad[i].text), bad[i].count, out));
}

static const struct token_new ada = {TOKEN_JOIN, {"", 0}, {"", 0}, {"Ada@Example.org", 15}, {"Ada", 3}, 1000, 2000};

static int one_time(struct store *s, void *context, struct err *err)
{
    struct fixture *f = context;
    struct sv text, other;
    struct token t;
    int64_t count;
    OK(f, token_make(s, &f->arena, &ada, &text, err));
    OK(f, token_make(s, &f->arena, &ada, &other, err));
    assert_int_equal(text.len, TOKEN_LENGTH);
    assert_false(sv_eq(text, other));
    OK(f, token_find(s, &f->arena, text, 1500, &t, err));
    assert_int_equal(t.state, TOKEN_GOOD);
    assert_int_equal(t.kind, TOKEN_JOIN);
    assert_true(sv_eq(t.address, SV("ada@example.org")) && sv_eq(t.detail, SV("Ada")) && !t.list.len);
    char *shout = arena_strndup(&f->arena, text.at, text.len);
    for (char *c = shout; *c; c++)
        *c = (char)(*c >= 'a' ? *c - 32 : *c);
    OK(f, token_find(s, &f->arena, sv_str(shout), 1999, &t, err));
    assert_int_equal(t.state, TOKEN_GOOD);
    OK(f, token_spend(s, &t, 1999, err));
    assert_int_equal(token_spend(s, &t, 1999, err), CM_ECONFLICT);
    OK(f, token_find(s, &f->arena, text, 1999, &t, err));
    assert_int_equal(t.state, TOKEN_USED);
    OK(f, token_find(s, &f->arena, other, 2000, &t, err));
    assert_int_equal(t.state, TOKEN_EXPIRED);
    assert_int_equal(token_spend(s, &t, 2000, err), CM_ECONFLICT);
    OK(f, token_count(s, &f->arena, TOKEN_JOIN, SV("ADA@example.org"), 999, &count, err));
    assert_int_equal(count, 2);
    OK(f, token_count(s, &f->arena, TOKEN_JOIN, SV("ada@example.org"), 1000, &count, err));
    assert_int_equal(count, 0);
    OK(f, token_count(s, &f->arena, TOKEN_SUBSCRIBE, SV("ada@example.org"), 0, &count, err));
    assert_int_equal(count, 0);
    OK(f, token_purge(s, 2001, err));
    OK(f, token_find(s, &f->arena, other, 1500, &t, err));
    assert_int_equal(t.state, TOKEN_UNKNOWN);
    return 0;
}

static int old_and_new(struct store *s, void *context, struct err *err)
{
    struct fixture *f = context;
    struct sv old, other;
    struct token t;
    struct token_new later = ada;
    OK(f, token_make(s, &f->arena, &ada, &old, err));
    later.now = 2000 + 30 * 86400;
    OK(f, token_make(s, &f->arena, &later, &other, err));
    OK(f, token_find(s, &f->arena, old, 1500, &t, err));
    assert_int_equal(t.state, TOKEN_GOOD);
    later.now++;
    OK(f, token_make(s, &f->arena, &later, &other, err));
    OK(f, token_find(s, &f->arena, old, 1500, &t, err));
    assert_int_equal(t.state, TOKEN_UNKNOWN);
    later.expires = later.now + 9;
    later.subject = SV("V-1");
    OK(f, token_make(s, &f->arena, &later, &old, err));
    later.subject = SV("V-2");
    OK(f, token_make(s, &f->arena, &later, &other, err));
    OK(f, token_forget(s, TOKEN_REVIEW, SV("V-1"), err));
    OK(f, token_find(s, &f->arena, old, later.now, &t, err));
    assert_int_equal(t.state, TOKEN_GOOD);
    OK(f, token_forget(s, TOKEN_JOIN, SV("V-1"), err));
    OK(f, token_find(s, &f->arena, old, later.now, &t, err));
    assert_int_equal(t.state, TOKEN_UNKNOWN);
    OK(f, token_find(s, &f->arena, other, later.now, &t, err));
    assert_int_equal(t.state, TOKEN_GOOD);
    return 0;
}

static void test_old_tokens_are_forgotten(void **state)
{
    struct fixture *f = *state;
    struct store *s = make(f);
    OK(f, store_tx(s, old_and_new, f, &f->err));
    store_close(&s);
}

static void test_token_is_used_once(void **state)
{
    struct fixture *f = *state;
    struct store *s = make(f);
    OK(f, store_tx(s, one_time, f, &f->err));
    store_close(&s);
}

static int unknown(struct store *s, void *context, struct err *err)
{
    struct fixture *f = context;
    struct token t;
    static const char *const texts[] = {"", "a", "aaaaaaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaaaaaa7",
                                        "' OR 1=1 --", "\xff\xfe", "aaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        OK(f, token_find(s, &f->arena, sv_str(texts[i]), 1500, &t, err));
        assert_int_equal(t.state, TOKEN_UNKNOWN);
    }
    return 0;
}

static void test_other_texts_are_no_token(void **state)
{
    struct fixture *f = *state;
    struct store *s = make(f);
    OK(f, store_tx(s, unknown, f, &f->err));
    store_close(&s);
}

struct left {
    struct fixture *f;
    struct sv text;
};

static int leave_one(struct store *s, void *context, struct err *err)
{
    struct left *l = context;
    OK(l->f, token_make(s, &l->f->arena, &ada, &l->text, err));
    return 0;
}

static void test_store_does_not_hold_the_token(void **state)
{
    struct fixture *f = *state;
    struct store *s = make(f);
    struct left left = {f, SV_NONE};
    struct sv file;
    OK(f, store_tx(s, leave_one, &left, &f->err));
    store_close(&s);
    OK(f, fs_read(&f->arena, f->path, 64 << 20, &file, &f->err));
    assert_true(sv_find(file, SV("ada@example.org")) >= 0);
    assert_int_equal(sv_find(file, left.text), -1);
}

static int sign(struct store *s, void *context, struct err *err)
{
    struct fixture *f = context;
    struct signing k, again, other;
    int64_t number;
    OK(f, signing_load(s, "unsubscribe", &k, err));
    OK(f, signing_load(s, "unsubscribe", &again, err));
    OK(f, signing_load(s, "bounces", &other, err));
    assert_memory_equal(k.secret, again.secret, SIGNED_SECRET);
    assert_memory_not_equal(k.secret, other.secret, SIGNED_SECRET);
    struct sv detail = signed_write(&f->arena, &k, 17, SV("sec 1000"));
    assert_true(sv_starts(detail, SV("17-")) && detail.len == 3 + SIGNED_PROOF);
    assert_true(signed_number(detail, &number) && number == 17);
    assert_true(signed_check(&f->arena, &again, detail, SV("sec 1000")));
    assert_false(signed_check(&f->arena, &k, detail, SV("sec 1001")));
    assert_false(signed_check(&f->arena, &other, detail, SV("sec 1000")));
    char *changed = arena_strndup(&f->arena, detail.at, detail.len);
    changed[1] = '8';
    assert_false(signed_check(&f->arena, &k, sv_str(changed), SV("sec 1000")));
    changed[1] = '7';
    changed[3] = (char)(changed[3] == 'a' ? 'b' : 'a');
    assert_false(signed_check(&f->arena, &k, sv_str(changed), SV("sec 1000")));
    static const char *const bad[] = {"", "-", "17", "17-", "017-aaaaaaaaaaaaaaaa", "x-aaaaaaaaaaaaaaaa",
                                      "17-aaaaaaaaaaaaaaaaa", "17-aaaaaaaaaaaaaaa1",
                                      "99999999999999999999-aaaaaaaaaaaaaaaa"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(signed_check(&f->arena, &k, sv_str(bad[i]), SV("sec 1000")));
    assert_false(signed_number(SV("99999999999999999999-aaaaaaaaaaaaaaaa"), &number));
    return 0;
}

static void test_signed_details(void **state)
{
    struct fixture *f = *state;
    struct store *s = make(f);
    OK(f, store_tx(s, sign, f, &f->err));
    store_close(&s);
    assert_true(signed_equal(SV("ab"), SV("ab")));
    assert_false(signed_equal(SV("ab"), SV("abc")));
    assert_false(signed_equal(SV("ab"), SV("ac")));
    assert_true(signed_equal(SV_NONE, SV_NONE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_base32, setup, teardown),
        cmocka_unit_test_setup_teardown(test_token_is_used_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_old_tokens_are_forgotten, setup, teardown),
        cmocka_unit_test_setup_teardown(test_other_texts_are_no_token, setup, teardown),
        cmocka_unit_test_setup_teardown(test_store_does_not_hold_the_token, setup, teardown),
        cmocka_unit_test_setup_teardown(test_signed_details, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
