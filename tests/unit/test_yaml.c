/* format/yaml.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "format/yaml_quick.h"

static const struct yaml_node *parse(struct arena *a, const char *text, struct diag *diag)
{
    diag_init(diag, a);
    return yaml_parse(a, sv_str(text), "f.yaml", 1, diag);
}

static void assert_sv(struct sv got, const char *want)
{
    assert_int_equal(got.len, strlen(want));
    assert_memory_equal(got.at, want, got.len);
}

static void test_tree(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct diag diag;
    const struct yaml_node *root = parse(&a,
                                         "# comment\nname: Größe \"x\"\nlist: [a, {b: c}, 'd e']\n"
                                         "block: |\n  one\n  two\nlast:\n  - x\n  - y # note\n",
                                         &diag);
    assert_non_null(root);
    assert_int_equal(diag.errors, 0);
    assert_int_equal(root->kind, YAML_MAPPING);
    assert_int_equal(root->count, 4);
    assert_sv(yaml_get(root, "name")->text, "Größe \"x\"");
    assert_true(yaml_get(root, "name")->plain);
    const struct yaml_node *list = yaml_get(root, "list");
    assert_int_equal(list->count, 3);
    assert_sv(yaml_get(list->items[1], "b")->text, "c");
    assert_false(list->items[2]->plain);
    assert_int_equal(list->line, 3);
    assert_int_equal(list->column, 7);
    assert_sv(yaml_get(root, "block")->text, "one\ntwo\n");
    assert_int_equal(yaml_get(root, "last")->items[1]->line, 9);
    assert_null(yaml_get(root, "none"));
    assert_null(yaml_get(list, "b"));
    assert_null(yaml_get(NULL, "b"));
    arena_release(&a);
}

static void assert_same_node(const struct yaml_node *a, const struct yaml_node *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->line, b->line);
    assert_int_equal(a->column, b->column);
    assert_int_equal(a->start, b->start);
    assert_int_equal(a->end, b->end);
    assert_int_equal(a->plain, b->plain);
    assert_int_equal(a->count, b->count);
    assert_true(sv_eq(a->text, b->text));
    for (size_t i = 0; i < a->count; i++) {
        if (a->kind == YAML_MAPPING)
            assert_same_node(a->pairs[i].key, b->pairs[i].key);
        assert_same_node(a->kind == YAML_MAPPING ? a->pairs[i].value : a->items[i],
                         b->kind == YAML_MAPPING ? b->pairs[i].value : b->items[i]);
    }
}

/* The quick reader gives the tree of the events, or leaves the text to them. */
static void test_quick(void **state CM_UNUSED)
{
    static const struct {
        const char *text;
        bool quick;
    } texts[] = {
        {"a: b\n", true},
        {"a: b", true},
        {"\na: b c\n\nd: e:f\n", true},
        {"id: T-0001\nareas: [x, y z, \"q\"]\nm: {k: v, l: [a, b], n: {o: p}}\nlist:\n  - {a: b}\n  - "
         "c\nend: 1\n",
         true},
        {"a: \"x \\\" y \\\\ z\"\n", true},
        {"a: [ x , y ]\nb: []\nc: {}\n", true},
        {"a: Gr\xc3\xb6\xc3\x9f e\nb: [\xc3\xa4, \"\xe2\x80\x9cx\xe2\x80\x9d\", y]\n", false},
        {"a: x\xc3\xa4, y\nb: [\"\xe2\x80\x9cx\xe2\x80\x9d\", y\xc3\xa4, z]\n", true},
        {"l:\n  - a\n  - \"b\"\n  - [c, d]\n", true},
        {"", false},
        {"\n", false},
        {"# note\na: b\n", false},
        {"a: b # note\n", false},
        {"a: b: c\n", false},
        {"a: b:\n", false},
        {"a: b \n", false},
        {"a: b\n  c\n", false},
        {"a: b\na: c\n", false},
        {"a: {b: c, b: d}\n", false},
        {"a:\n- b\n", false},
        {"a:\n  b: c\n", false},
        {"a:\n  - b\n    c\n", false},
        {"a:\n  - b: c\n", false},
        {"a:\n  - b\n - c\n", false},
        {"a:\nb: c\n", false},
        {"a: [b, c,]\n", false},
        {"a: [b, c\n", false},
        {"a: [b: c]\n", false},
        {"a: {b}\n", false},
        {"a: 'b'\n", false},
        {"a: |\n  b\n", false},
        {"a: &x b\n", false},
        {"a: *x\n", false},
        {"a: !x b\n", false},
        {"a: \"b\" c\n", false},
        {"a: \"b\n", false},
        {"a: \"b\\n\"\n", false},
        {"a: b\tc\n", false},
        {"a: b\r\n", false},
        {"a: b\xc2\x85\n", false},
        {"a: b\xe2\x80\xa8"
         "c\n",
         false},
        {"a: b\n---\nc: d\n", false},
        {"%YAML 1.1\na: b\n", false},
        {"- a\n", false},
        {"a\n", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct arena a = ARENA_INIT;
        struct diag diag;
        const struct yaml_node *quick = yaml_quick(&a, sv_str(texts[i].text), 7);
        if ((quick != NULL) != texts[i].quick)
            fail_msg("%s: %s", texts[i].text, quick ? "read" : "left");
        diag_init(&diag, &a);
        const struct yaml_node *events = yaml_parse_events(&a, sv_str(texts[i].text), "f", 7, &diag);
        if (quick && !events)
            fail_msg("%s: refused", texts[i].text);
        if (quick)
            assert_same_node(quick, events);
        arena_release(&a);
    }
}

static void test_positions(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct diag diag;
    struct sv text = SV("\xEF\xBB\xBFä: [ü, ö]\r\nb:\r\n  - x\r\n  - {k: \"v\"}\r\n\r\n# end\r\n");
    diag_init(&diag, &a);
    const struct yaml_node *root = yaml_parse(&a, text, "f", 10, &diag);
    assert_non_null(root);
    const struct yaml_node *list = root->pairs[0].value, *o = list->items[1],
                           *b = yaml_get(root, "b");
    assert_int_equal(root->pairs[0].key->column, 1);
    assert_int_equal(o->line, 10);
    assert_int_equal(o->column, 8);
    assert_sv(sv_from(text.at + o->start, o->end - o->start), "ö");
    assert_sv(sv_from(text.at + list->start, list->end - list->start), "[ü, ö]");
    assert_int_equal(b->line, 12);
    assert_sv(sv_from(text.at + b->start, b->end - b->start), "- x\r\n  - {k: \"v\"}");
    arena_release(&a);
}

static void test_empty(void **state CM_UNUSED)
{
    static const char *const texts[] = {"", "\n\n", "# only\n", "---\n", "\xEF\xBB\xBF"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct arena a = ARENA_INIT;
        struct diag diag;
        const struct yaml_node *root = parse(&a, texts[i], &diag);
        assert_non_null(root);
        assert_int_equal(root->kind, YAML_MAPPING);
        assert_int_equal(root->count, 0);
        arena_release(&a);
    }
}

static void test_refused(void **state CM_UNUSED)
{
    static const struct {
        const char *text;
        uint32_t line, column;
        const char *part;
    } cases[] = {
        {"a: &x 1\n", 1, 4, "anchor"},
        {"a: *x\n", 1, 4, "alias"},
        {"a: !!str b\n", 1, 4, "tag"},
        {"a: ! b\n", 1, 4, "tag"},
        {"%YAML 1.1\n---\na: 1\n", 1, 1, "directive"},
        {"# c\n\n%TAG ! x\n---\na: 1\n", 3, 1, "directive"},
        {"a: 1\n---\nb: 2\n", 2, 1, "second document"},
        {"a: 1\n...\n%TAG ! x\n---\nb: 2\n", 3, 1, "second document"},
        {"a: 1\nb: 2\na: 3\n", 3, 1, "first is in line 1"},
        {"{a: 1, ä: 2, ä: 3}\n", 1, 14, "`ä` stands twice"},
        {"? [a]\n: b\n", 1, 3, "key that is itself"},
        {"{{a: b}: c}\n", 1, 2, "key that is itself"},
        {"[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]\n", 1, 17, "deeper than 16"},
        {"a: \"x\\0y\"\n", 1, 4, "NUL"},
        {"a: [1, 2\nb: 3\n", 2, 2, "YAML"},
        {"a: 'open\n", 2, 1, "YAML"},
        {"ä: ü\nö\x01: 1\n", 2, 2, "control"},
        {"a: \"\\ud800\"\n", 1, 7, "YAML"},
        {"\ta: 1\n", 1, 1, "YAML"},
        {"a: b: c\n", 1, 5, "YAML"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena a = ARENA_INIT;
        struct diag diag;
        assert_null(parse(&a, cases[i].text, &diag));
        assert_true(diag.len >= 1);
        if (!strstr(diag.items[0].text, cases[i].part) || diag.items[0].line != cases[i].line ||
            diag.items[0].column != cases[i].column)
            fail_msg("case %zu: %s", i, diag_format(&diag, &diag.items[0]));
        arena_release(&a);
    }
}

static void test_all_faults_in_one_run(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct diag diag;
    assert_null(parse(&a, "a: &x 1\nb: *x\na: 2\nc: !t 3\n", &diag));
    assert_int_equal(diag.errors, 4);
    arena_release(&a);
}

static void test_many_keys(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct diag diag;
    struct str s = STR_INIT;
    for (int i = 0; i < 20000; i++)
        str_addf(&s, "k%d: v\n", i);
    assert_non_null(parse(&a, str_cstr(&s), &diag));
    str_add_str(&s, "k7: again\n");
    assert_null(parse(&a, str_cstr(&s), &diag));
    assert_int_equal(diag.errors, 1);
    assert_int_equal(diag.items[0].line, 20001);
    str_release(&s);
    arena_release(&a);
}

static void test_hostile(void **state CM_UNUSED)
{
    static const char *const pieces[] = {"[",
                                         "{",
                                         "- ",
                                         "? ",
                                         "a: ",
                                         "&a ",
                                         "*a\n",
                                         "!",
                                         "%TAG !a! b\n",
                                         "---\n",
                                         "'",
                                         "x",
                                         "\"\\n",
                                         "|\n a\n",
                                         "[[],",
                                         "\xFF",
                                         "\xE2\x80\xA8",
                                         "a: [b]\n",
                                         "- - ",
                                         "{a: ",
                                         "&a [*a,"};
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
        struct arena a = ARENA_INIT;
        struct diag diag;
        struct str s = STR_INIT;
        for (int n = 0; n < 100000; n++)
            str_add_str(&s, pieces[i]);
        parse(&a, str_cstr(&s), &diag);
        str_release(&s);
        arena_release(&a);
    }
}

static void test_nul_bytes(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct diag diag;
    diag_init(&diag, &a);
    assert_null(yaml_parse(&a, SV("a: b\0c\n"), "f", 1, &diag));
    assert_int_equal(diag.errors, 1);
    arena_release(&a);
}

static void test_write(void **state CM_UNUSED)
{
    static const struct {
        const char *text, *block, *flow;
    } cases[] = {
        {"plain words", "plain words", "plain words"},
        {"2026-11-22", "2026-11-22", "2026-11-22"},
        {"RFC 6120 §5", "RFC 6120 §5", "RFC 6120 §5"},
        {"", "\"\"", "\"\""},
        {"a, b", "a, b", "\"a, b\""},
        {"a: b", "\"a: b\"", "\"a: b\""},
        {"https://x.example/a", "https://x.example/a", "\"https://x.example/a\""},
        {"a #b", "\"a #b\"", "\"a #b\""},
        {"a#b", "a#b", "a#b"},
        {"- a", "\"- a\"", "\"- a\""},
        {"-1.5", "-1.5", "-1.5"},
        {"---", "\"---\"", "\"---\""},
        {" a", "\" a\"", "\" a\""},
        {"a:", "\"a:\"", "\"a:\""},
        {"say \"x\" \\", "say \"x\" \\", "say \"x\" \\"},
        {"\"x\"", "\"\\\"x\\\"\"", "\"\\\"x\\\"\""},
        {"a\nb\tc", "\"a\\nb\\tc\"", "\"a\\nb\\tc\""},
        {"a\xE2\x80\xA8z", "\"a\\u2028z\"", "\"a\\u2028z\""},
        {"a\xFFz", "\"a\xEF\xBF\xBDz\"", "\"a\xEF\xBF\xBDz\""},
        {"\x7F", "\"\\x7F\"", "\"\\x7F\""},
        {"@x", "\"@x\"", "\"@x\""},
        {"x?", "x?", "\"x?\""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str s = STR_INIT;
        yaml_write_scalar(&s, sv_str(cases[i].text), false);
        assert_string_equal(str_cstr(&s), cases[i].block);
        str_clear(&s);
        yaml_write_scalar(&s, sv_str(cases[i].text), true);
        assert_string_equal(str_cstr(&s), cases[i].flow);
        str_release(&s);
    }
}

/* Every code point up to U+FFFF, at the start, within and at the end, reads back as it was. */
static void test_write_round_trip(void **state CM_UNUSED)
{
    for (uint32_t c = 1; c < 0x10000; c += c < 0x400 || c > 0x1FF0 ? 1 : 97) {
        if (c > 0x2100 && c < 0xFE00)
            c = 0xFE00;
        struct arena a = ARENA_INIT;
        struct diag diag;
        struct str text = STR_INIT, s = STR_INIT;
        str_add_utf8(&text, c);
        str_add_str(&text, "a");
        str_add_utf8(&text, c);
        str_add_str(&text, " b");
        str_add_utf8(&text, c);
        str_add_str(&s, "{k: ");
        yaml_write_scalar(&s, str_sv(&text), true);
        str_add_str(&s, "}");
        const struct yaml_node *root = parse(&a, str_cstr(&s), &diag);
        if (!root || !sv_eq(yaml_get(root, "k")->text, str_sv(&text)))
            fail_msg("U+%04X: %s", c, str_cstr(&s));
        str_clear(&s);
        str_add_str(&s, "k: ");
        yaml_write_scalar(&s, str_sv(&text), false);
        root = parse(&a, str_cstr(&s), &diag);
        if (!root || !sv_eq(yaml_get(root, "k")->text, str_sv(&text)))
            fail_msg("U+%04X: %s", c, str_cstr(&s));
        str_release(&text);
        str_release(&s);
        arena_release(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tree),
        cmocka_unit_test(test_quick),      cmocka_unit_test(test_positions),
        cmocka_unit_test(test_empty),     cmocka_unit_test(test_refused),
        cmocka_unit_test(test_many_keys), cmocka_unit_test(test_all_faults_in_one_run),
        cmocka_unit_test(test_hostile),   cmocka_unit_test(test_nul_bytes),
        cmocka_unit_test(test_write),     cmocka_unit_test(test_write_round_trip),
    };
    return cmocka_run_group_tests_name("yaml", tests, NULL, NULL);
}
