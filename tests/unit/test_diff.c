/* Differences between texts, word by word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "format/diff.h"

/* "[-old-]" and "{+new+}" between what is the same. */
static struct sv shown(struct arena *a, struct sv old, struct sv new)
{
    struct diff d;
    struct str out = STR_INIT;
    diff_words(a, old, new, &d);
    for (size_t i = 0; i < d.parts.len; i++) {
        const struct diff_part *p = &d.parts.at[i];
        const char *begin = p->kind == DIFF_OLD ? "[-" : p->kind == DIFF_NEW ? "{+" : "";
        const char *end = p->kind == DIFF_OLD ? "-]" : p->kind == DIFF_NEW ? "+}" : "";
        str_addf(&out, "%s%.*s%s", begin, SV_ARG(p->text), end);
    }
    struct sv text = arena_sv(a, str_sv(&out));
    str_release(&out);
    return text;
}

static void test_changes_are_shown_word_by_word(void **state)
{
    static const struct {
        const char *old, *new, *wanted;
    } rows[] = {
        {"", "", ""},
        {"same", "same", "same"},
        {"", "new", "{+new+}"},
        {"old", "", "[-old-]"},
        {"a b c", "a x c", "a [-b-]{+x+} c"},
        {"The server checks.", "The server always checks.", "The server {+always +}checks."},
        {"one two three", "one three", "one [-two -]three"},
        {"an old word and more", "a new thing and more", "[-an old word-]{+a new thing+} and more"},
        {"first\nsecond\nthird\n", "first\nthird\n", "first\n[-second\n-]third\n"},
        {"first\nthird\n", "first\nsecond\nthird\n", "first\n{+second\n+}third\n"},
        {"rate: high", "rate: very-high", "rate: {+very-+}high"},
        {"caf\xc3\xa9 au lait", "caf\xc3\xa9 noir", "caf\xc3\xa9 [-au lait-]{+noir+}"},
        {"x\ny", "x\ny\n", "x\ny{+\n+}"},
    };
    struct arena a = ARENA_INIT;
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct sv got = shown(&a, sv_str(rows[i].old), sv_str(rows[i].new));
        if (!sv_eq_str(got, rows[i].wanted))
            fail_msg("\"%s\" to \"%s\": %.*s, wanted %s", rows[i].old, rows[i].new, SV_ARG(got), rows[i].wanted);
    }
    arena_release(&a);
}

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 16;
}

static void random_text(uint32_t *seed, struct str *out, unsigned words)
{
    static const char *const parts[] = {"a", "b", "word", "other", " ", " ", ".", "\n", ", ", "\xc3\xa4"};
    str_clear(out);
    for (unsigned i = 0; i < words; i++)
        str_add_str(out, parts[next(seed) % ARRAY_LEN(parts)]);
}

/* What a reader does with it: the old text without what came is the old text, and likewise the new one. */
static void check_texts(struct sv old, struct sv new)
{
    struct arena a = ARENA_INIT;
    struct diff d;
    struct str before = STR_INIT, after = STR_INIT;
    diff_words(&a, old, new, &d);
    for (size_t i = 0; i < d.parts.len; i++) {
        const struct diff_part *p = &d.parts.at[i];
        assert_true(p->text.len > 0);
        assert_true(i == 0 || p->kind != d.parts.at[i - 1].kind);
        assert_false(i > 0 && p->kind == DIFF_OLD && d.parts.at[i - 1].kind == DIFF_NEW);
        if (p->kind != DIFF_NEW)
            str_add(&before, p->text);
        if (p->kind != DIFF_OLD)
            str_add(&after, p->text);
    }
    assert_true(sv_eq(str_sv(&before), old));
    assert_true(sv_eq(str_sv(&after), new));
    str_release(&before);
    str_release(&after);
    arena_release(&a);
}

static void test_both_texts_come_back(void **state)
{
    uint32_t seed = 7;
    struct str old = STR_INIT, new = STR_INIT;
    (void)state;
    for (int i = 0; i < 3000; i++) {
        random_text(&seed, &old, next(&seed) % 30);
        random_text(&seed, &new, next(&seed) % 30);
        check_texts(str_sv(&old), str_sv(&new));
    }
    str_release(&old);
    str_release(&new);
}

static void test_texts_without_anything_in_common(void **state)
{
    struct str old = STR_INIT, new = STR_INIT;
    (void)state;
    for (int i = 0; i < 4000; i++) {
        str_addf(&old, "o%d ", i);
        str_addf(&new, "n%d\n", i);
    }
    check_texts(str_sv(&old), str_sv(&new));
    str_release(&old);
    str_release(&new);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changes_are_shown_word_by_word),
        cmocka_unit_test(test_both_texts_come_back),
        cmocka_unit_test(test_texts_without_anything_in_common),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
