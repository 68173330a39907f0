/* base/utf8_skeleton.c: which names can be taken for one another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "base/utf8.h"

#include <dlfcn.h>
#include <stdio.h>
#include <unicode/uvernum.h>

#define TEXT_OF(name) #name
#define EXPANDED_TEXT_OF(name) TEXT_OF(name)
#define SPOOF_LIBRARY "libicui18n.so." EXPANDED_TEXT_OF(U_ICU_VERSION_MAJOR_NUM)

static struct utf8_skeleton skeleton_of(struct arena *a, struct sv name)
{
    struct utf8_skeleton s;
    struct err err = ERR_INIT;
    if (utf8_skeleton(a, name, &s, &err))
        fail_msg("%.*s: %s", SV_ARG(name), err.text);
    return s;
}

static bool confusable(struct arena *a, const char *x, const char *y)
{
    struct utf8_skeleton one = skeleton_of(a, sv_str(x)), other = skeleton_of(a, sv_str(y));
    return utf8_confusable(&one, &other);
}

static void test_nfc_alone_does_not_load_it(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    assert_true(sv_eq_str(utf8_nfc(&a, SV("a\xCC\x88")), "ä"));
    assert_null(dlopen(SPOOF_LIBRARY, RTLD_NOW | RTLD_NOLOAD));
    skeleton_of(&a, SV("a"));
    void *library = dlopen(SPOOF_LIBRARY, RTLD_NOW | RTLD_NOLOAD);
    assert_non_null(library);
    dlclose(library);
    arena_release(&a);
}

static void test_look_alikes(void **state CM_UNUSED)
{
    static const struct {
        const char *name, *x, *y;
    } rows[] = {
        {"a Cyrillic letter", "admin", "\u0430dmin"},
        {"several of them", "paypal", "\u0440\u0430\u0443\u0440\u0430l"},
        {"a Greek letter", "omega", "\u03BFmega"},
        {"a whole word in another script", "scope", "\u0455\u0441\u043E\u0440\u0435"},
        {"fullwidth", "rosa", "\uFF52\uFF4F\uFF53\uFF41"},
        {"fullwidth capitals", "ROSA", "\uFF32\uFF2F\uFF33\uFF21"},
        {"mathematical letters", "rosa", "\U0001D42B\U0001D428\U0001D42C\U0001D41A"},
        {"a ligature", "office", "o\uFB03ce"},
        {"letter case", "Rosa", "ROSA"},
        {"sharp s", "STRASSE", "stra\u00DFe"},
        {"a zero-width joiner", "rosa", "ro\u200Dsa"},
        {"a zero-width space", "rosa", "ro\u200Bsa"},
        {"a soft hyphen", "rosa", "ro\u00ADsa"},
        {"a variation selector", "rosa", "ros\uFE0Fa"},
        {"a byte order mark", "rosa", "\uFEFFrosa"},
        {"a mark that reverses direction", "rosa", "\u202Erosa"},
        {"the order of combining marks", "a\u0323\u0301", "a\u0301\u0323"},
        {"a composed letter", "\u00E9l\u00E8ve", "e\u0301le\u0300ve"},
        {"white space", "Rosa  Parks", " Rosa\u00A0Parks\t"},
        {"an ideographic space", "Rosa Parks", "Rosa\u3000Parks"},
        {"a blank Braille pattern", "Rosa Parks", "Rosa\u2800Parks"},
        {"rn and m", "rnodern", "modern"},
        {"one and l", "pau1", "paul"},
        {"bar and l", "pau|", "paul"},
        {"zero and o", "g00gle", "google"},
        {"zero and O", "GO0GLE", "GOOGLE"},
        {"capital I and l", "paypaI", "paypal"},
        {"capital I, l and other capitals", "PayPaI", "paypal"},
        {"I without a dot", "d\u0131no", "dino"},
    };
    struct arena a = ARENA_INIT;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct utf8_skeleton x = skeleton_of(&a, sv_str(rows[i].x)), y = skeleton_of(&a, sv_str(rows[i].y));
        if (!utf8_confusable(&x, &y))
            fail_msg("%s: %.*s|%.*s and %.*s|%.*s differ", rows[i].name, SV_ARG(x.caseless), SV_ARG(x.shown),
                     SV_ARG(y.caseless), SV_ARG(y.shown));
    }
    arena_release(&a);
}

static void test_names_that_differ(void **state CM_UNUSED)
{
    static const struct {
        const char *x, *y;
    } rows[] = {
        {"rosa", "rose"},     {"anna", "ana"},   {"rosa parks", "rosaparks"}, {"m\u00FCller", "mueller"},
        {"k\u00F6nig", "konig"}, {"a", "b"},     {"2", "3"},                  {"\u4E2D\u6587", "\u65E5\u672C"},
        {"\u03B1\u03B2", "ab c"}, {"tim", "tina"}, {"o'neil", "oneil"},       {"T-0001", "T-0002"},
    };
    struct arena a = ARENA_INIT;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (confusable(&a, rows[i].x, rows[i].y))
            fail_msg("%s and %s are the same", rows[i].x, rows[i].y);
    arena_release(&a);
}

/* Values that a store may hold: a change here means that stored keys are to be computed anew. */
static void test_plain_names(void **state CM_UNUSED)
{
    static const struct {
        const char *name, *caseless, *shown;
    } rows[] = {
        {"rosa", "rosa", "rosa"},     {"Emma", "ernrna", "ernrna"}, {"pau1", "paul", "paul"},
        {"Ilse", "ilse", "llse"},     {"  a  b ", "a b", "a b"},    {"R2D2", "r2d2", "r2d2"},
        {"", "", ""},                 {" \t", "", ""},              {"\u200B\u2060", "", ""},
        {"\u3164\u2800", "", ""},     {"X-0", "x-o", "x-o"},
    };
    struct arena a = ARENA_INIT;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct utf8_skeleton s = skeleton_of(&a, sv_str(rows[i].name));
        if (!sv_eq_str(s.caseless, rows[i].caseless) || !sv_eq_str(s.shown, rows[i].shown))
            fail_msg("%s: %.*s, %.*s", rows[i].name, SV_ARG(s.caseless), SV_ARG(s.shown));
    }
    arena_release(&a);
}

/* A key of a key is the key, whatever the character: the steps are enough. */
static void test_every_character(void **state CM_UNUSED)
{
    unsigned changed = 0;
    for (uint32_t c = 1; c < 0x20000; c++) {
        struct arena a = ARENA_INIT;
        struct str text = STR_INIT;
        if (c >= 0xD800 && c < 0xE000)
            continue;
        str_add_char(&text, 'x');
        str_add_utf8(&text, c);
        str_add_char(&text, 'x');
        struct utf8_skeleton s = skeleton_of(&a, str_sv(&text));
        assert_true(utf8_valid(s.caseless, NULL) && utf8_valid(s.shown, NULL));
        struct utf8_skeleton again = skeleton_of(&a, s.caseless);
        if (!sv_eq(s.caseless, again.caseless) && changed++ < 20)
            print_message("# U+%04X: %.*s, then %.*s\n", c, SV_ARG(s.caseless), SV_ARG(again.caseless));
        str_release(&text);
        arena_release(&a);
    }
    assert_int_equal(changed, 0);
}

static void test_limits(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct utf8_skeleton s;
    struct err err = ERR_INIT;
    static const struct sv bad[] = {SV("\xFF"), SV("ros\xC3"), SV("\xED\xA0\x80"), SV("\xC0\xAF"), SV("a\x80")};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_int_equal(utf8_skeleton(&a, bad[i], &s, &err), CM_EINPUT);
        assert_true(!s.caseless.len && !s.shown.len);
    }
    assert_non_null(strstr(err.text, "byte 1"));
    struct str text = STR_INIT;
    while (text.len + 3 <= UTF8_SKELETON_MAX)
        str_add_str(&text, "\uFDFA"); /* becomes 18 characters */
    assert_true(skeleton_of(&a, str_sv(&text)).caseless.len > 5000);
    str_add_str(&text, "aa");
    assert_int_equal(utf8_skeleton(&a, str_sv(&text), &s, &err), CM_ELIMIT);
    str_cut(&text, UTF8_SKELETON_MAX);
    assert_int_equal(utf8_skeleton(&a, str_sv(&text), &s, &err), CM_OK);
    assert_int_equal(utf8_skeleton(&a, SV("a\0b"), &s, &err), CM_OK);
    str_release(&text);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nfc_alone_does_not_load_it), cmocka_unit_test(test_look_alikes),
        cmocka_unit_test(test_names_that_differ),          cmocka_unit_test(test_plain_names),
        cmocka_unit_test(test_every_character),            cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
