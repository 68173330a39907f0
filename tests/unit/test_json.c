/* format/json.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "format/json.h"

#include <float.h>

static void test_write(void **state CM_UNUSED)
{
    struct str s = STR_INIT;
    struct json j;
    json_init(&j, &s, false);
    json_object(&j);
    json_put_str(&j, "name", "x");
    json_put_int(&j, "n", -5);
    json_key(&j, "list");
    json_array(&j);
    json_bool(&j, true);
    json_null(&j);
    json_array(&j);
    json_end(&j);
    json_end(&j);
    json_put_str(&j, "none", NULL);
    json_put_bool(&j, "b", false);
    json_end(&j);
    json_finish(&j);
    assert_string_equal(
        str_cstr(&s),
        "{\n  \"name\": \"x\",\n  \"n\": -5,\n  \"list\": [\n    true,\n    null,\n    []\n  ],\n"
        "  \"none\": null,\n  \"b\": false\n}\n");
    str_clear(&s);
    json_init(&j, &s, true);
    json_object(&j);
    json_put(&j, "a", SV("b"));
    json_key(&j, "o");
    json_object(&j);
    json_end(&j);
    json_end(&j);
    json_finish(&j);
    assert_string_equal(str_cstr(&s), "{\"a\":\"b\",\"o\":{}}");
    str_release(&s);
}

static void test_strings(void **state CM_UNUSED)
{
    static const struct {
        struct sv text;
        const char *want;
    } cases[] = {
        {{"", 0}, "\"\""},
        {{"a\"b\\c/", 6}, "\"a\\\"b\\\\c/\""},
        {{"\n\t\r\x01\x1f\0", 6}, "\"\\n\\t\\r\\u0001\\u001f\\u0000\""},
        {{"Größe \xF0\x9F\x98\x80", 12}, "\"Größe \xF0\x9F\x98\x80\""},
        {{"a\xFFz\xC3", 4}, "\"a\xEF\xBF\xBDz\xEF\xBF\xBD\""},
        {{"\xED\xA0\x80", 3}, "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {{"</script>", 9}, "\"</script>\""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str s = STR_INIT;
        struct json j;
        json_init(&j, &s, true);
        json_string(&j, cases[i].text);
        json_finish(&j);
        assert_string_equal(str_cstr(&s), cases[i].want);
        str_release(&s);
    }
}

/* Each byte that a text may have by itself, at each place of eight and before and behind them. */
static void test_every_byte(void **state CM_UNUSED)
{
    for (int c = 0; c < 0x80; c++) {
        for (size_t place = 0; place < 19; place++) {
            char text[20] = "abcdefgh ~!#[]0189z";
            struct str s = STR_INIT, want = STR_INIT;
            struct json j;
            text[place] = (char)c;
            str_addf(&want, "\"%.*s", (int)place, text);
            if (c == '\n' || c == '\t' || c == '\r')
                str_add_str(&want, c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\r");
            else if (c < 0x20)
                str_addf(&want, "\\u%04x", (unsigned)c);
            else
                str_addf(&want, "%s%c", c == '"' || c == '\\' ? "\\" : "", c);
            str_addf(&want, "%s\"", text + place + 1);
            json_init(&j, &s, true);
            json_string(&j, sv_from(text, 19));
            json_finish(&j);
            assert_string_equal(str_cstr(&s), str_cstr(&want));
            str_release(&want);
            str_release(&s);
        }
    }
}

static void test_integers(void **state CM_UNUSED)
{
    static const struct {
        int64_t value;
        const char *want;
    } cases[] = {{0, "0"}, {7, "7"}, {-1, "-1"}, {1000, "1000"}, {INT64_MAX, "9223372036854775807"},
                 {INT64_MIN, "-9223372036854775808"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str s = STR_INIT;
        struct json j;
        json_init(&j, &s, true);
        json_int(&j, cases[i].value);
        json_finish(&j);
        assert_string_equal(str_cstr(&s), cases[i].want);
        str_release(&s);
    }
}

static void test_numbers(void **state CM_UNUSED)
{
    static const struct {
        double value;
        const char *want;
    } cases[] = {{0, "0"},
                 {-0.0, "0"},
                 {0.1, "0.1"},
                 {1.0 / 3, "0.3333333333333333"},
                 {1e300, "1e+300"},
                 {-2.5, "-2.5"},
                 {123456789012.0, "123456789012"},
                 {5e-324, "4.94065645841247e-324"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str s = STR_INIT;
        struct json j;
        json_init(&j, &s, true);
        json_double(&j, cases[i].value);
        assert_string_equal(str_cstr(&s), cases[i].want);
        str_release(&s);
    }
}

static void test_read(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    const struct json_value *v;
    struct sv text = SV(" {\"s\": \"a\\u00e4\\n\\ud83d\\ude00\\/\", \"i\": -42, \"d\": 1.5e2, "
                        "\"t\": true, \"n\": null,\r\n"
                        "\"l\": [1, [], {}], \"big\": 123456789012345678901} ");
    assert_int_equal(json_parse(&a, text, 1000, &v, &err), 0);
    assert_int_equal(v->count, 7);
    assert_true(sv_eq_str(json_get_text(v, "s"), "aä\n\xF0\x9F\x98\x80/"));
    assert_int_equal(json_get_int(v, "i", 0), -42);
    assert_true(json_get(v, "i")->number < -41.9 && json_get(v, "i")->number > -42.1);
    assert_int_equal(json_get(v, "d")->kind, JSON_DOUBLE);
    assert_true(json_get(v, "t")->boolean);
    assert_int_equal(json_get(v, "l")->count, 3);
    assert_int_equal(json_get(v, "big")->kind, JSON_DOUBLE);
    assert_int_equal(json_get_int(v, "missing", 7), 7);
    assert_int_equal(json_get_text(v, "i").len, 0);
    assert_null(json_get(NULL, "x"));
    assert_true(sv_eq_str(v->members[1].key, "i"));
    arena_release(&a);
}

static void test_refused(void **state CM_UNUSED)
{
    static const struct {
        const char *text, *place;
    } cases[] = {
        {"", "line 1, column 1"},
        {"  ", "column 3"},
        {"{\"ä\":1,\"ä\":2}", "column 8"},
        {"[1,]", "column 4"},
        {"[1 2]", "column 4"},
        {"{\"a\" 1}", "column 6"},
        {"{a:1}", "column 2"},
        {"[01]", "leading zero"},
        {"[-]", "column 3"},
        {"[1.]", "decimal point"},
        {"[1e]", "exponent"},
        {"[+1]", "expected a value"},
        {"[.5]", "expected a value"},
        {"\"a\nb\"", "control character"},
        {"\"abc", "does not end"},
        {"\"\\x\"", "unknown escape"},
        {"\"\\u12g4\"", "hexadecimal"},
        {"\"\\ud800\"", "surrogate"},
        {"\"\\ud800\\u0041\"", "surrogate"},
        {"\"\\udc00\"", "surrogate"},
        {"\"\\u0000\"", "not allowed"},
        {"[1]\n[2]", "line 2, column 1"},
        {"nul", "expected a value"},
        {"tru", "expected a value"},
        {"truex", "more text"},
        {"[1e999]", "too large"},
        {"\"\xFF\"", "not UTF-8"},
        {"\xEF\xBB\xBF[]", "expected a value"},
        {"[\"\\", "unknown escape"},
        {"{\"a\":", "expected a value"},
        {"[}", "expected a value"},
        {"{]", "key"},
        {"NaN", "expected a value"},
        {"\"\\", "unknown escape"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena a = ARENA_INIT;
        struct err err = ERR_INIT;
        const struct json_value *v;
        assert_int_equal(json_parse(&a, sv_str(cases[i].text), 1000, &v, &err), CM_EINPUT);
        assert_null(v);
        if (!strstr(err.text, cases[i].place))
            fail_msg("%s: %s", cases[i].text, err.text);
        arena_release(&a);
    }
}

static void test_limits(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct str s = STR_INIT;
    const struct json_value *v;
    assert_int_equal(json_parse(&a, SV("[1]"), 2, &v, &err), CM_ELIMIT);
    str_add_repeat(&s, '[', 64);
    str_add_repeat(&s, ']', 64);
    assert_int_equal(json_parse(&a, str_sv(&s), 1000, &v, &err), 0);
    str_clear(&s);
    str_add_repeat(&s, '[', 65);
    assert_int_equal(json_parse(&a, str_sv(&s), 1000, &v, &err), CM_ELIMIT);
    str_add_repeat(&s, '[', 10000000);
    assert_int_equal(json_parse(&a, str_sv(&s), 1 << 30, &v, &err), CM_ELIMIT);
    str_clear(&s);
    str_add_repeat(&s, '1', 500);
    assert_int_equal(json_parse(&a, str_sv(&s), 1000, &v, &err), CM_ELIMIT);
    str_release(&s);
    arena_release(&a);
}

static void test_many_keys(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct str s = STR_INIT;
    const struct json_value *v;
    str_add_str(&s, "{\"k\":0");
    for (int i = 0; i < 20000; i++)
        str_addf(&s, ",\"k%d\":{}", i);
    str_add_char(&s, '}');
    assert_int_equal(json_parse(&a, str_sv(&s), 1 << 20, &v, &err), 0);
    assert_int_equal(v->count, 20001);
    str_cut(&s, s.len - 1);
    str_add_str(&s, ",\"k77\":1}");
    assert_int_equal(json_parse(&a, str_sv(&s), 1 << 20, &v, &err), CM_EINPUT);
    str_release(&s);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_write),     cmocka_unit_test(test_strings),
        cmocka_unit_test(test_every_byte), cmocka_unit_test(test_integers),
        cmocka_unit_test(test_numbers),   cmocka_unit_test(test_read),
        cmocka_unit_test(test_refused),   cmocka_unit_test(test_limits),
        cmocka_unit_test(test_many_keys),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
