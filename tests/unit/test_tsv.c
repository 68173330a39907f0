/* format/tsv.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "format/tsv.h"

static void test_parse(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct diag diag;
    struct tsv t;
    diag_init(&diag, &a);
    tsv_parse(&a, SV("\xEF\xBB\xBFid\ttitle\turl\r\nRFC 1\t A \t\r\n\r\nRFC 2\t\thttps://x"), "f",
              NULL, &diag, &t);
    assert_int_equal(diag.len, 0);
    assert_int_equal(t.column_count, 3);
    assert_int_equal(tsv_column(&t, "url"), 2);
    assert_int_equal(tsv_column(&t, "none"), -1);
    assert_int_equal(t.rows.len, 2);
    assert_true(sv_eq_str(t.rows.at[0].cells[1], " A "));
    assert_true(sv_eq_str(t.rows.at[0].cells[2], ""));
    assert_int_equal(t.rows.at[1].line, 4);
    assert_true(sv_eq_str(t.rows.at[1].cells[2], "https://x"));
    arena_release(&a);
}

static void test_faults(void **state CM_UNUSED)
{
    static const struct {
        const char *text;
        size_t rows;
        uint32_t line;
        const char *part;
    } cases[] = {
        {"", 0, 1, "empty table"},
        {"\n\n", 0, 1, "empty table"},
        {"a\tb\n1\n1\t2\n", 1, 2, "1 cells"},
        {"a\tb\n1\t2\t3\n", 0, 2, "3 cells"},
        {"a\ta\n1\t2\n", 1, 1, "stands twice"},
        {"a\t\n1\t2\n", 1, 1, "has no name"},
        {"a\n1\n2\n3\n", 2, 4, "more than 2 rows"},
        {"a\tb\tc\td\n1\n", 0, 1, "4 columns"},
    };
    const struct tsv_limits limits = {2, 3};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena a = ARENA_INIT;
        struct diag diag;
        struct tsv t;
        diag_init(&diag, &a);
        tsv_parse(&a, sv_str(cases[i].text), "f", &limits, &diag, &t);
        assert_int_equal(diag.errors, 1);
        assert_int_equal(t.rows.len, cases[i].rows);
        assert_int_equal(diag.items[0].line, cases[i].line);
        assert_non_null(strstr(diag.items[0].text, cases[i].part));
        arena_release(&a);
    }
}

static void test_long_lines(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct diag diag;
    struct tsv t;
    struct str s = STR_INIT;
    diag_init(&diag, &a);
    str_add_str(&s, "a\n");
    str_add_repeat(&s, '\t', 10000000);
    str_add_str(&s, "x\n");
    str_add_repeat(&s, 'x', 10000000);
    tsv_parse(&a, str_sv(&s), "f", NULL, &diag, &t);
    assert_int_equal(diag.errors, 1);
    assert_int_equal(t.rows.len, 1);
    str_release(&s);
    arena_release(&a);
}

static void test_csv(void **state CM_UNUSED)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"a", "a"},
        {"", ""},
        {"a,b", "\"a,b\""},
        {"say \"x\"", "\"say \"\"x\"\"\""},
        {"a\nb", "\"a\nb\""},
        {"=1+1", "'=1+1"},
        {"+x", "'+x"},
        {"-5", "-5"},
        {"-5.25", "-5.25"},
        {"-5+2", "'-5+2"},
        {"@SUM(1,2)", "\"'@SUM(1,2)\""},
        {" =x", "\"' =x\""},
        {"\tx", "'\tx"},
        {"-", "'-"},
        {"a-b", "a-b"},
    };
    struct str s = STR_INIT;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        str_clear(&s);
        csv_cell(&s, true, sv_str(cases[i].text));
        assert_string_equal(str_cstr(&s), cases[i].want);
    }
    str_clear(&s);
    csv_cell(&s, true, SV("a"));
    csv_cell(&s, false, SV("b"));
    csv_end_row(&s);
    assert_string_equal(str_cstr(&s), "a,b\r\n");
    str_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_csv),
    };
    return cmocka_run_group_tests_name("tsv", tests, NULL, NULL);
}
