/* The ground floor: arena, str, sv, utf8, map, date, digest, suggest, fs, err. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/date.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/map.h"
#include "base/str.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "base/uuid.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void test_arena(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    for (size_t size = 0; size < 5000; size += 37) {
        unsigned char *p = arena_alloc(&a, size);
        assert_int_equal((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xFF, size);
    }
    assert_non_null(arena_alloc(&a, 5 << 20));
    assert_string_equal(arena_printf(&a, "%d-%s", 7, "x"), "7-x");
    assert_string_equal(arena_strndup(&a, "abc", 2), "ab");
    VEC(int) v = {NULL, 0, 0};
    for (int i = 0; i < 1000; i++)
        *vec_push(&a, &v) = i;
    assert_int_equal(v.at[999], 999);
    arena_release(&a);
    assert_int_equal(a.used, 0);
}

static void test_str(void **state CM_UNUSED)
{
    struct str s = STR_INIT;
    assert_string_equal(str_cstr(&s), "");
    str_add_str(&s, "ab");
    str_add_char(&s, 'c');
    str_add_repeat(&s, '-', 3);
    str_addf(&s, "%05d", 42);
    str_add_utf8(&s, 0xE4);
    str_add_utf8(&s, 0x20AC);
    str_add_utf8(&s, 0x1F600);
    assert_string_equal(str_cstr(&s), "abc---00042ä€\xF0\x9F\x98\x80");
    str_cut(&s, 2);
    str_cut(&s, 100);
    assert_string_equal(str_cstr(&s), "ab");
    str_clear(&s);
    assert_int_equal(str_sv(&s).len, 0);
    str_release(&s);
}

static void test_sv(void **state CM_UNUSED)
{
    struct sv rest = SV("a\n\nb"), part;
    assert_true(sv_next_line(&rest, &part) && sv_eq_str(part, "a"));
    assert_true(sv_next_line(&rest, &part) && part.len == 0);
    assert_true(sv_next_line(&rest, &part) && sv_eq_str(part, "b"));
    assert_false(sv_next_line(&rest, &part));
    rest = SV("a,,b");
    size_t parts = 0;
    while (sv_split(&rest, ',', &part))
        parts++;
    assert_int_equal(parts, 3);
    assert_true(sv_eq_str(sv_trim(SV(" \t\r\n x y \n")), "x y"));
    assert_int_equal(sv_trim(SV("  ")).len, 0);
    assert_int_equal(sv_find(SV("abcabc"), SV("ca")), 2);
    assert_int_equal(sv_find(SV("abc"), SV("x")), -1);
    assert_int_equal(sv_find_char(SV("abc"), 'c'), 2);
    assert_true(sv_cmp(SV("a"), SV("ab")) < 0 && sv_cmp(SV("b"), SV("ab")) > 0 &&
                sv_cmp(SV("a"), SV("a")) == 0);
    assert_true(sv_starts(SV("abc"), SV("ab")) && sv_ends(SV("abc"), SV("bc")) &&
                !sv_starts(SV("a"), SV("ab")));
    assert_int_equal(sv_from_byte(SV("abc"), 7).len, 0);
    uint64_t n;
    assert_true(sv_to_u64(SV("18446744073709551615"), UINT64_MAX, &n) && n == UINT64_MAX);
    assert_false(sv_to_u64(SV("18446744073709551616"), UINT64_MAX, &n));
    assert_false(sv_to_u64(SV("101"), 100, &n) || sv_to_u64(SV(""), 9, &n) ||
                 sv_to_u64(SV("-1"), 9, &n));
}

static void test_first_sentence(void **state CM_UNUSED)
{
    static const struct {
        const char *text, *wanted;
    } rows[] = {
        {"", ""},
        {" \n", ""},
        {"One. Two.", "One."},
        {"  Is it? Yes.", "Is it?"},
        {"Stop!\nMore.", "Stop!"},
        {"Version 3.1 holds. So be it.", "Version 3.1 holds."},
        {"Over\ntwo lines. Then.", "Over\ntwo lines."},
        {"A heading\n\nA paragraph.", "A heading"},
        {"no end", "no end"},
        {"At the end.", "At the end."},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_true(sv_eq_str(sv_first_sentence(sv_str(rows[i].text)), rows[i].wanted));
}

static void test_utf8(void **state CM_UNUSED)
{
    static const struct {
        struct sv text;
        int bad; /* -1: valid */
    } cases[] = {
        {{"", 0}, -1},
        {{"aä€\xF0\x9F\x98\x80\0z", 12}, -1},
        {{"abcdefgh\xFF", 9}, 8},
        {{"\xC0\xAF", 2}, 0},
        {{"\xE0\x80\x80", 3}, 0},
        {{"\xED\xA0\x80", 3}, 0},
        {{"\xF4\x90\x80\x80", 4}, 0},
        {{"a\xE2\x82", 3}, 1},
        {{"\x80", 1}, 0},
        {{"\xEF\xBF\xBF", 3}, -1},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        size_t bad = 99;
        assert_int_equal(utf8_valid(cases[i].text, &bad), cases[i].bad < 0);
        if (cases[i].bad >= 0)
            assert_int_equal(bad, cases[i].bad);
    }
    struct arena a = ARENA_INIT;
    uint32_t line, column;
    assert_true(sv_eq_str(utf8_nfc(&a, SV("a\xCC\x88")), "ä"));
    assert_true(utf8_is_nfc(SV("ä")) && !utf8_is_nfc(SV("a\xCC\x88")));
    assert_true(sv_eq_str(utf8_fold(&a, SV("STRAßE")), "strasse"));
    assert_int_equal(utf8_words(SV("one two-three  —  Größe 4.")), 4);
    assert_int_equal(utf8_width(SV("a漢ä")), 4);
    utf8_position(SV("ä\nöx"), 5, &line, &column);
    assert_int_equal(line, 2);
    assert_int_equal(column, 2);
    assert_true(utf8_is_deceptive(0x202E) && utf8_is_deceptive(7) && !utf8_is_deceptive('\n') &&
                !utf8_is_deceptive(0xE4));
    arena_release(&a);
}

static void test_map(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct map m;
    int values[1000];
    map_init(&m, &a);
    assert_null(map_get(&m, SV("x")));
    for (int i = 0; i < 1000; i++)
        assert_null(map_set(&m, sv_str(arena_printf(&a, "key %d", i)), &values[i]));
    assert_ptr_equal(map_get(&m, SV("key 500")), &values[500]);
    assert_ptr_equal(map_set(&m, SV("key 500"), &values[1]), &values[500]);
    assert_ptr_equal(map_get(&m, SV("key 500")), &values[1]);
    assert_null(map_get(&m, SV("key 1000")));
    assert_int_equal(m.len, 1000);
    assert_true(sv_eq_str(m.entries[3].key, "key 3"));
    arena_release(&a);
}

static void test_date(void **state CM_UNUSED)
{
    static const char *const bad[] = {"",           "2026-2-01",  "2026-13-01",  "2025-02-29",
                                      "2026-11-31", "2026/11/22", "2026-11-22x", "1900-02-29",
                                      "2026-00-10", "-026-01-01"};
    struct arena a = ARENA_INIT;
    struct date d;
    int64_t t;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(date_parse(sv_str(bad[i]), &d));
    assert_true(date_parse(SV("2024-02-29"), &d) && date_parse(SV("2000-02-29"), &d));
    assert_true(date_parse_time(SV("2026-11-22T18:05:09Z"), &t));
    assert_int_equal(t, 1795370709);
    assert_string_equal(date_format_time(&a, t), "2026-11-22T18:05:09Z");
    assert_true(date_parse_time(SV("1970-01-01"), &t) && t == 0);
    assert_false(date_parse_time(SV("2026-11-22T24:00:00Z"), &t));
    assert_false(date_parse_time(SV("2026-11-22T18:05:09+01:00"), &t));
    assert_string_equal(date_format_time(&a, -1), "1969-12-31T23:59:59Z");
    for (int64_t day = -700000; day < 2900000; day += 331)
        assert_int_equal(date_to_time(date_from_time(day * 86400)), day * 86400);
    assert_string_equal(date_format_long(&a, (struct date){2026, 11, 2}), "2 November 2026");
    arena_release(&a);
}

/* Parts that are hashed in one call, and those that are not. */
static void test_digest_of_parts(void **state CM_UNUSED)
{
    static char text[3000];
    static const size_t lens[][3] = {{0, 0, 0},       {1, 0, 2},     {30, 300, 700}, {0, 0, 999}, {0, 0, 1000},
                                     {0, 0, 1001},    {1000, 0, 8},  {1016, 0, 0},   {1017, 0, 0}, {1024, 1024, 1024},
                                     {3000, 1, 3000}, {120, 121, 8}, {500, 500, 500}};
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = (char)(i * 7);
    for (size_t i = 0; i < ARRAY_LEN(lens); i++) {
        struct sv parts[3];
        struct digest_state s;
        digest_begin(&s);
        for (size_t k = 0; k < ARRAY_LEN(parts); k++) {
            parts[k] = sv_from(text, lens[i][k]);
            digest_add_part(&s, parts[k]);
        }
        struct digest whole = digest_end(&s), parted = digest_of_parts(parts, ARRAY_LEN(parts));
        assert_true(digest_eq(&whole, &parted));
    }
    assert_int_equal(digest_of_parts(NULL, 0).bytes[0], digest_of(SV("")).bytes[0]);
}

static void test_digest(void **state CM_UNUSED)
{
    /* BLAKE2b-256 of "abc" */
    static const char abc[] = "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319";
    struct arena a = ARENA_INIT;
    struct digest one = digest_of(SV("abc")), two;
    assert_string_equal(digest_hex(&a, &one), abc);
    assert_true(digest_from_hex(SV(abc), &two) && digest_eq(&one, &two));
    assert_false(digest_from_hex(SV("bddd"), &two));
    struct digest_state s, r;
    digest_begin(&s);
    digest_add(&s, SV("a"));
    digest_add(&s, SV("bc"));
    two = digest_end(&s);
    assert_true(digest_eq(&one, &two));
    digest_begin(&s);
    digest_add_part(&s, SV("ab"));
    digest_add_part(&s, SV("c"));
    digest_begin(&r);
    digest_add_part(&r, SV("a"));
    digest_add_part(&r, SV("bc"));
    one = digest_end(&s);
    two = digest_end(&r);
    assert_false(digest_eq(&one, &two));
    arena_release(&a);
}

static void test_suggest(void **state CM_UNUSED)
{
    static const char *const words[] = {"likelihood", "damage", "priority"};
    char longer[100];
    memset(longer, 'x', sizeof(longer));
    assert_int_equal(suggest_distance(SV("abc"), SV("acb")), 1);
    assert_int_equal(suggest_distance(SV(""), SV("abc")), 3);
    assert_int_equal(suggest_distance(SV("kitten"), SV("sitting")), 3);
    assert_true(suggest_distance(sv_from(longer, sizeof(longer)), SV("x")) == SIZE_MAX);
    assert_string_equal(suggest_nearest(SV("liklihood"), words, 3), "likelihood");
    assert_string_equal(suggest_nearest(SV("damgae"), words, 3), "damage");
    assert_null(suggest_nearest(SV("stage"), words, 3));
    assert_null(suggest_nearest(SV("x"), words, 0));
}

static void test_fs(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct fs_names names = {{NULL, 0, 0}};
    struct sv text;
    char dir[] = "/tmp/casemate-test-XXXXXX";
    assert_non_null(mkdtemp(dir));
    const char *deep = fs_join(&a, dir, "a/b"), *file = fs_join(&a, deep, "f.txt");
    assert_int_equal(fs_mkdirs(deep, &err), 0);
    assert_int_equal(fs_mkdirs(deep, &err), 0);
    assert_int_equal(fs_write(file, SV("one"), false, &err), 0);
    assert_int_equal(fs_write(file, SV("two\0x"), true, &err), 0);
    assert_int_equal(fs_read(&a, file, 5, &text, &err), 0);
    assert_true(sv_eq(text, SV("two\0x")));
    assert_int_equal(fs_read(&a, file, 4, &text, &err), CM_ELIMIT);
    assert_int_equal(fs_read(&a, fs_join(&a, dir, "none"), 5, &text, &err), CM_ENOTFOUND);
    assert_int_equal(fs_read(&a, dir, 5, &text, &err), CM_EINPUT);
    assert_int_equal(symlink(dir, fs_join(&a, dir, "a/loop")), 0);
    assert_int_equal(fs_write(fs_join(&a, dir, "B.txt"), SV(""), false, &err), 0);
    assert_int_equal(fs_walk(&a, dir, 100, &names, &err), 0);
    assert_int_equal(names.list.len, 2);
    assert_string_equal(names.list.at[0], "B.txt");
    assert_string_equal(names.list.at[1], "a/b/f.txt");
    assert_int_equal(fs_kind(deep), FS_DIR);
    assert_int_equal(fs_kind(file), FS_FILE);
    assert_string_equal(fs_base_name("a/b.c"), "b.c");
    const char *fresh = fs_join(&a, dir, "fresh");
    assert_int_equal(fs_mkdirs(fresh, &err), 0);
    assert_int_equal(fs_write(fs_join(&a, fresh, "n"), SV("n"), false, &err), 0);
    assert_int_equal(fs_swap_dirs(fresh, fs_join(&a, dir, "a"), &err), 0);
    assert_int_equal(fs_kind(fs_join(&a, dir, "a/n")), FS_FILE);
    assert_int_equal(fs_kind(fresh), FS_NONE);
    assert_int_equal(fs_remove_tree(dir, &err), 0);
    assert_int_equal(fs_remove_tree(dir, &err), 0);
    assert_int_equal(fs_kind(dir), FS_NONE);
    arena_release(&a);
}

static void test_err(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct diag diag;
    char longer[3000];
    memset(longer, 'x', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    assert_int_equal(err_set(&err, CM_EINPUT, "bad %d", 5), CM_EINPUT);
    assert_int_equal(err_prefix(&err, "file %s", "f"), CM_EINPUT);
    assert_string_equal(err.text, "file f: bad 5");
    assert_int_equal(err_errno(&err, ENOENT, "open"), CM_ENOTFOUND);
    assert_int_equal(err_errno(&err, ENOSPC, "write"), CM_EAGAIN);
    err_set(&err, CM_EIO, "%s", longer);
    err_prefix(&err, "%s", longer);
    assert_true(strlen(err.text) < ERR_TEXT_MAX);
    diag_init(&diag, &a);
    diag_error(&diag, "b", 1, 1, "late", NULL);
    diag_warning(&diag, "a", 2, 3, "what", "right");
    diag_error(&diag, "a", 2, 0, "line", NULL);
    diag_sort(&diag);
    assert_string_equal(diag_format(&diag, &diag.items[0]), "a:2: error: line");
    assert_string_equal(diag_format(&diag, &diag.items[1]), "a:2:3: warning: what; expected right");
    for (int i = 0; i < 2000; i++)
        diag_error(&diag, "a", 1, 1, "x", NULL);
    assert_int_equal(diag.len, DIAG_MAX);
    assert_int_equal(diag.errors, 2002);
    arena_release(&a);
}

/* The first is that of RFC 9562, appendix A.4. */
static void test_uuid(void **state)
{
    static const struct uuid dns = {
        {0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}};
    char text[UUID_TEXT];
    struct uuid u = uuid_named(&dns, SV("www.example.com"));
    (void)state;
    uuid_text(&u, text);
    assert_string_equal(text, "2ed6657d-e927-568b-95e1-2665a8aea6a2");
    u = uuid_named(&uuid_space_url, SV("https://example.org/"));
    uuid_text(&u, text);
    assert_string_equal(text, "527dda32-a0de-5105-a042-cb475b5f7d11");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arena),  cmocka_unit_test(test_str),     cmocka_unit_test(test_sv),
        cmocka_unit_test(test_first_sentence),
        cmocka_unit_test(test_utf8),   cmocka_unit_test(test_map),     cmocka_unit_test(test_date),
        cmocka_unit_test(test_digest_of_parts), cmocka_unit_test(test_uuid),
        cmocka_unit_test(test_digest), cmocka_unit_test(test_suggest), cmocka_unit_test(test_fs),
        cmocka_unit_test(test_err),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
