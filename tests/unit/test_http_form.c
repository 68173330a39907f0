/* Forms, cookies and rate limits, from bytes to values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "gateway/http/form.h"
#include "gateway/http/rate.h"

static void test_forms(void **state CM_UNUSED)
{
    static const struct {
        const char *text;
        int result;
        const char *a, *b; /* values of these two fields */
    } table[] = {
        {"", 0, "", ""},
        {"a=1", 0, "1", ""},
        {"a=1&b=", 0, "1", ""},
        {"b=x+y&a=%2B%26%3d%25", 0, "+&=%", "x y"},
        {"a=%C3%A4", 0, "\xc3\xa4", ""},
        {"a=x%0D%0Ay%0Dz%0A%0D%0A", 0, "x\ny\nz\n\n", ""},
        {"a=%09", 0, "\t", ""},
        {"%61=1", 0, "1", ""},
        {"a", CM_EINPUT, NULL, NULL},
        {"=1", CM_EINPUT, NULL, NULL},
        {"a=1&", CM_EINPUT, NULL, NULL},
        {"&a=1", CM_EINPUT, NULL, NULL},
        {"a=1&&b=2", CM_EINPUT, NULL, NULL},
        {"a=1&a=2", CM_EINPUT, NULL, NULL},
        {"a=1&%61=2", CM_EINPUT, NULL, NULL},
        {"a=1=2", CM_EINPUT, NULL, NULL},
        {"a=%", CM_EINPUT, NULL, NULL},
        {"a=%2", CM_EINPUT, NULL, NULL},
        {"a=%2&b=1", CM_EINPUT, NULL, NULL},
        {"a=%zz", CM_EINPUT, NULL, NULL},
        {"a=%00", CM_EINPUT, NULL, NULL},
        {"a=%1B", CM_EINPUT, NULL, NULL},
        {"a=%7F", CM_EINPUT, NULL, NULL},
        {"a=%C3", CM_EINPUT, NULL, NULL},
        {"a=%ED%A0%80", CM_EINPUT, NULL, NULL},
        {"a=%C0%80", CM_EINPUT, NULL, NULL},
        {"a=x y", CM_EINPUT, NULL, NULL},
        {"a=\xc3\xa4", CM_EINPUT, NULL, NULL},
        {"a=x\n", CM_EINPUT, NULL, NULL},
    };
    struct arena a = ARENA_INIT;
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        struct form form;
        struct err err = ERR_INIT;
        int result = form_read(&a, sv_str(table[i].text), &form, &err);
        if (result != table[i].result)
            fail_msg("%s: %d %s", table[i].text, result, err.text);
        if (result)
            continue;
        assert_true(sv_eq_str(form_value(&form, "a"), table[i].a));
        assert_true(sv_eq_str(form_value(&form, "b"), table[i].b));
        assert_int_equal(form_has(&form, "b"), strchr(table[i].text, 'b') != NULL);
    }
    arena_release(&a);
}

/* count fields of a name and value so long */
static int read_large(size_t count, size_t name, size_t value)
{
    struct arena a = ARENA_INIT;
    struct form form;
    struct err err = ERR_INIT;
    struct str text = STR_INIT;
    for (size_t i = 0; i < count; i++) {
        str_addf(&text, "%s%0*zu=", i ? "&" : "", (int)name, i);
        str_add_repeat(&text, 'v', value);
    }
    int result = form_read(&a, str_sv(&text), &form, &err);
    if (!result)
        assert_int_equal(form.list.len, count);
    str_release(&text);
    arena_release(&a);
    return result;
}

static void test_form_limits(void **state CM_UNUSED)
{
    assert_int_equal(read_large(FORM_FIELDS_MAX, 3, 1), 0);
    assert_int_equal(read_large(FORM_FIELDS_MAX + 1, 3, 1), CM_ELIMIT);
    assert_int_equal(read_large(1, FORM_NAME_MAX, 1), 0);
    assert_int_equal(read_large(1, FORM_NAME_MAX + 1, 1), CM_ELIMIT);
    assert_int_equal(read_large(1, 1, FORM_BYTES_MAX - 2), 0);
    assert_int_equal(read_large(1, 1, FORM_BYTES_MAX - 1), CM_ELIMIT);
}

static void test_form_write(void **state CM_UNUSED)
{
    struct str out = STR_INIT;
    str_add_str(&out, "/search?");
    form_write(&out, "q", SV("from:ada \"a&b=c\" \xc3\xa4+"));
    form_write(&out, "page", SV("2"));
    assert_string_equal(str_cstr(&out), "/search?q=from%3Aada+%22a%26b%3Dc%22+%C3%A4%2B&page=2");
    str_release(&out);
}

static void request_of(struct str *bytes, struct framing *f, const char *fields)
{
    str_clear(bytes);
    str_addf(bytes, "POST / HTTP/1.1\r\nHost: localhost\r\n%s\r\n", fields);
    framing_init(f);
    assert_int_equal(framing_advance(f, str_sv(bytes)), FRAMING_DONE);
    assert_int_equal(f->method, FRAMING_POST);
}

static void test_content_type(void **state CM_UNUSED)
{
    static const struct {
        const char *fields;
        bool good;
    } table[] = {
        {"Content-Type: application/x-www-form-urlencoded\r\n", true},
        {"content-type: Application/X-WWW-Form-Urlencoded; Charset=UTF-8\r\n", true},
        {"Content-Type: application/x-www-form-urlencoded;charset=\"utf-8\"\r\n", true},
        {"", false},
        {"Content-Type: text/plain\r\n", false},
        {"Content-Type: multipart/form-data; boundary=x\r\n", false},
        {"Content-Type: application/x-www-form-urlencoded; charset=utf-7\r\n", false},
        {"Content-Type: application/x-www-form-urlencoded, text/plain\r\n", false},
        {"Content-Type: application/x-www-form-urlencoded\r\nContent-Type: text/plain\r\n", false},
    };
    struct str bytes = STR_INIT;
    struct framing f;
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        request_of(&bytes, &f, table[i].fields);
        if (form_is_sent(&f, str_sv(&bytes)) != table[i].good)
            fail_msg("%s", table[i].fields);
    }
    str_release(&bytes);
}

#define PART(name, text) "--x\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" text "\r\n"
#define END "--x--\r\n"

static void test_multipart(void **state CM_UNUSED)
{
    static const struct {
        const char *text;
        int result;
        const char *a;
    } table[] = {
        {PART("a", "1") END, 0, "1"},
        {PART("b", "2") PART("a", "1\r\n2") END, 0, "1\r\n2"},
        {PART("a", "") "--x--", 0, ""},
        {"--x\r\nContent-Type: text/plain\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n" END, 0, "1"},
        {END, 0, ""},
        {"", CM_EINPUT, NULL},
        {"x" PART("a", "1") END, CM_EINPUT, NULL},
        {PART("a", "1"), CM_EINPUT, NULL},
        {PART("a", "1") PART("a", "2") END, CM_EINPUT, NULL},
        {PART("", "1") END, CM_EINPUT, NULL},
        {PART("a\0b", "1") END, CM_EINPUT, NULL},
        {PART("a", "\x01") END, CM_EINPUT, NULL},
        {PART("a", "\xff") END, CM_EINPUT, NULL},
        {"--x\r\n\r\n1\r\n" END, CM_EINPUT, NULL},
        {"--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"f\"\r\n\r\n1\r\n" END, CM_EINPUT, NULL},
        {"--x\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1\r\n" END, CM_EINPUT, NULL},
        {"--xy\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n" END, CM_EINPUT, NULL},
    };
    struct arena a = ARENA_INIT;
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        struct form form;
        struct err err = ERR_INIT;
        int result = form_read_multipart(&a, sv_str(table[i].text), SV("x"), &form, &err);
        if (result != table[i].result || (!result && !sv_eq_str(form_value(&form, "a"), table[i].a)))
            fail_msg("%s: %d %s", table[i].text, result, err.text);
    }
    arena_release(&a);
}

static void test_multipart_type(void **state CM_UNUSED)
{
    static const struct {
        const char *fields, *boundary;
    } table[] = {
        {"Content-Type: multipart/form-data; boundary=xyz\r\n", "xyz"},
        {"Content-Type: Multipart/Form-Data;Boundary=\"x y\"\r\n", NULL},
        {"Content-Type: multipart/form-data; boundary=\"x-y\"\r\n", "x-y"},
        {"Content-Type: multipart/form-data; boundary=\r\n", NULL},
        {"Content-Type: multipart/form-data\r\n", NULL},
        {"Content-Type: multipart/mixed; boundary=x\r\n", NULL},
        {"", NULL},
    };
    struct str bytes = STR_INIT;
    struct framing f;
    struct sv boundary;
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        request_of(&bytes, &f, table[i].fields);
        bool found = form_is_multipart(&f, str_sv(&bytes), &boundary);
        if (found != (table[i].boundary != NULL) || (found && !sv_eq_str(boundary, table[i].boundary)))
            fail_msg("%s", table[i].fields);
    }
    str_release(&bytes);
}

static void test_cookies(void **state CM_UNUSED)
{
    static const struct {
        const char *fields, *value; /* NULL: none */
    } table[] = {
        {"Cookie: s=abc\r\n", "abc"},
        {"Cookie: x=1; s=abc; y=2\r\n", "abc"},
        {"Cookie: s=\r\n", ""},
        {"Cookie: s=a=b\r\n", "a=b"},
        {"Cookie: xs=1; ss=2; S=3\r\n", NULL},
        {"Cookie: s=1; s=2\r\n", NULL}, /* one of them was planted: by another host of the domain, or another path */
        {"Cookie: s=1; s=1\r\n", NULL},
        {"Cookie: s=1\r\nCookie: x=1\r\n", NULL},
        {"Cookie: s=1;\r\n", NULL},
        {"Cookie: s=1;x=2\r\n", NULL},
        {"Cookie: s=1; x\r\n", NULL},
        {"Cookie: s=\"1\"\r\n", NULL},
        {"Cookie: s=a b\r\n", NULL},
        {"Cookie: s=\xc3\xa4\r\n", NULL},
        {"", NULL},
    };
    struct str bytes = STR_INIT;
    struct framing f;
    struct sv value;
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        request_of(&bytes, &f, table[i].fields);
        bool found = cookie_find(&f, str_sv(&bytes), "s", &value);
        if (found != (table[i].value != NULL) || (found && !sv_eq_str(value, table[i].value)))
            fail_msg("%s", table[i].fields);
    }
    str_release(&bytes);
}

static void test_rate(void **state CM_UNUSED)
{
    const struct rate_limit limit = {.burst = 3, .period = 10};
    struct rate *r = rate_new();
    unsigned wait;
    int64_t now = 1000000;
    for (int i = 0; i < 3; i++)
        assert_true(rate_take(r, SV("ada"), &limit, now, &wait));
    assert_false(rate_take(r, SV("ada"), &limit, now, &wait));
    assert_int_equal(wait, 10);
    assert_true(rate_take(r, SV("ben"), &limit, now, &wait));
    assert_false(rate_take(r, SV("ada"), &limit, now + 9999, &wait));
    assert_int_equal(wait, 1);
    assert_true(rate_take(r, SV("ada"), &limit, now + 10000, &wait));
    assert_false(rate_take(r, SV("ada"), &limit, now + 10000, &wait));
    for (int i = 0; i < 3; i++) /* it does not save up more than the burst */
        assert_true(rate_take(r, SV("ada"), &limit, now + 1000000, &wait));
    assert_false(rate_take(r, SV("ada"), &limit, now + 1000000, &wait));
    rate_free(&r);
    assert_null(r);
}

/* Any number of keys, in the same memory; a full table lets too much pass rather than too little. */
static void test_rate_of_many(void **state CM_UNUSED)
{
    const struct rate_limit limit = {.burst = 1, .period = 1000};
    struct rate *r = rate_new();
    char key[32];
    unsigned wait;
    for (int i = 0; i < 100000; i++) {
        snprintf(key, sizeof(key), "key %d", i);
        assert_true(rate_take(r, sv_str(key), &limit, i, &wait));
    }
    assert_false(rate_take(r, sv_str(key), &limit, 100000, &wait));
    rate_free(&r);
}

static void test_peers(void **state CM_UNUSED)
{
    static const struct {
        const char *address, *shared;
    } table[] = {
        {"192.0.2.7", "192.0.2.7"},
        {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"},
        {"2001:db8:1:2::1", "2001:db8:1:2::"},
        {"::ffff:192.0.2.7", "192.0.2.7"},
        {"::1", "::"},
        {"", ""},
    };
    char out[RATE_PEER_MAX];
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (!sv_eq_str(rate_peer(sv_str(table[i].address), out), table[i].shared))
            fail_msg("%s: %s", table[i].address, out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),   cmocka_unit_test(test_form_limits),  cmocka_unit_test(test_form_write),
        cmocka_unit_test(test_content_type), cmocka_unit_test(test_multipart),
        cmocka_unit_test(test_multipart_type), cmocka_unit_test(test_cookies), cmocka_unit_test(test_rate),
        cmocka_unit_test(test_rate_of_many), cmocka_unit_test(test_peers),
    };
    return cmocka_run_group_tests_name("http forms", tests, NULL, NULL);
}
