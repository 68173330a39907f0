/* Two changes of one text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "format/merge.h"

static void test_merges(void **state CM_UNUSED)
{
    static const struct {
        const char *base, *one, *other, *merged; /* NULL: both changed a line */
    } cases[] = {
        {"a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n", "A\nb\nC\n"},
        {"a\nb\nc\n", "a\nb\nC\n", "A\nb\nc\n", "A\nb\nC\n"},
        {"a\nb\nc\n", "a\nb\nc\n", "a\nX\nc\n", "a\nX\nc\n"},
        {"a\nb\nc\n", "a\nX\nc\n", "a\nX\nc\n", "a\nX\nc\n"},
        {"a\nb\nc\n", "a\nX\nc\n", "a\nY\nc\n", NULL},
        {"one two three\n", "ONE two three\n", "one two THREE\n", NULL},
        {"a\nb\nc\nd\ne\n", "a\nc\nd\ne\n", "a\nb\nc\nd\nE\nf\n", "a\nc\nd\nE\nf\n"},
        {"", "x\n", "", "x\n"},
        {"", "x\n", "y\n", NULL},
        {"a\nb\nc\n", "", "a\nb\nc\n", ""},
        {"a\nb\nc\n", "", "a\nB\nc\n", NULL},
        {"p\n\nq\n\nr\n", "p1\n\nq\n\nr\n", "p\n\nq\n\nr\n\ns\n", "p1\n\nq\n\nr\n\ns\n"},
    };
    struct arena a = ARENA_INIT;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct sv out;
        bool good = merge_texts(&a, sv_str(cases[i].base), sv_str(cases[i].one), sv_str(cases[i].other), &out);
        if (good != (cases[i].merged != NULL) || (good && !sv_eq_str(out, cases[i].merged)))
            fail_msg("case %zu: %d %.*s", i, good, SV_ARG(out));
    }
    arena_release(&a);
}

static uint32_t seed = 7;
static uint32_t number(uint32_t below)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % below;
}

static struct sv changed(struct arena *a, const char *const *lines, size_t count, size_t from, size_t to,
                         const char *by)
{
    struct str out = STR_INIT;
    for (size_t i = 0; i < count; i++)
        str_addf(&out, "%s%s\n", lines[i], i >= from && i < to && number(2) ? by : "");
    struct sv text = arena_sv(a, str_sv(&out));
    str_release(&out);
    return text;
}

/* Changes of the first lines and of the last ones, with a line between: always both, whichever comes first. */
static void test_far_changes_are_both_there(void **state CM_UNUSED)
{
    static const char *const lines[] = {"the gate", "opens when", "a key", "is heard", "", "and closes",
                                        "after a", "while"};
    struct arena a = ARENA_INIT;
    for (int run = 0; run < 500; run++) {
        size_t cut = 1 + number(ARRAY_LEN(lines) - 2);
        struct sv base = changed(&a, lines, ARRAY_LEN(lines), 0, 0, ""), x, y;
        struct sv one = changed(&a, lines, ARRAY_LEN(lines), 0, cut, " (one)");
        struct sv other = changed(&a, lines, ARRAY_LEN(lines), cut + 1, ARRAY_LEN(lines), " (other)");
        assert_true(merge_texts(&a, base, one, other, &x));
        assert_true(merge_texts(&a, base, other, one, &y));
        assert_true(sv_eq(x, y));
        size_t ones = 0, others = 0, wanted = 0;
        for (size_t i = 0; i + 5 < x.len; i++) {
            ones += !memcmp(x.at + i, "(one)", 5);
            others += i + 7 <= x.len && !memcmp(x.at + i, "(other)", 7);
        }
        wanted = (one.len - base.len) / 6 + (other.len - base.len) / 8;
        assert_int_equal(ones + others, wanted);
        assert_int_equal(x.len, base.len + (one.len - base.len) + (other.len - base.len));
    }
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_merges),
                                       cmocka_unit_test(test_far_changes_are_both_there)};
    return cmocka_run_group_tests_name("merge", tests, NULL, NULL);
}
