/* format/markdown.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "format/markdown.h"

/* A tree as text: p[...], ul[li[...]], em(...), so that tables of cases stay readable. */
static void show_inlines(struct str *out, const struct doc_inline *i)
{
    static const char *const names[] = {"", "em", "strong", "code", "a", "ref", "threat", "br"};
    for (; i; i = i->next) {
        if (i->kind == DOC_TEXT) {
            str_add(out, i->text);
            continue;
        }
        str_addf(out, "%s(", names[i->kind]);
        if (i->url.len)
            str_addf(out, "%.*s|", SV_ARG(i->url));
        str_add(out, i->text);
        show_inlines(out, i->first);
        str_add_char(out, ')');
    }
}

static void show_blocks(struct str *out, const struct doc_block *b)
{
    static const char *const names[] = {"section", "p",      "list",   "li", "dl", "dd",
                                        "facts",   "fact",   "table",  "tr", "td", "code",
                                        "quote",   "figure", "notice", "details", "hr"};
    for (; b; b = b->next) {
        str_add_str(out, b->kind == DOC_LIST && b->ordered ? "ol"
                         : b->heading                      ? "th"
                                                           : names[b->kind]);
        if (b->kind == DOC_LIST && b->ordered && b->start != 1)
            str_addf(out, "%u", b->start);
        str_add_char(out, '[');
        if (b->kind == DOC_SECTION)
            str_addf(out, "#%.*s %.*s: ", SV_ARG(b->anchor), SV_ARG(b->title));
        if (b->language.len)
            str_addf(out, "%.*s|", SV_ARG(b->language));
        str_add(out, b->text);
        show_inlines(out, b->inlines);
        show_blocks(out, b->first);
        str_add_char(out, ']');
    }
}

static bool find_mention(void *context CM_UNUSED, struct sv text, struct markdown_mention *out)
{
    ptrdiff_t rfc = sv_find(text, SV("RFC 6120")), threat = sv_find(text, SV("T-0001"));
    if (rfc < 0 && threat < 0)
        return false;
    bool first = rfc >= 0 && (threat < 0 || rfc < threat);
    *out = (struct markdown_mention){
        first ? MARKDOWN_REFERENCE : MARKDOWN_THREAT, (size_t)(first ? rfc : threat), first ? 8 : 6,
        first ? SV("RFC 6120") : SV("T-0001"), first ? SV("u") : SV_NONE};
    return true;
}

static struct doc_block *fence(void *context CM_UNUSED, struct arena *a, struct sv language,
                               struct sv info CM_UNUSED, struct sv text)
{
    if (!sv_eq_str(language, "attack-tree"))
        return NULL;
    struct doc_block *b = doc_block_new(a, DOC_FIGURE);
    b->text = arena_sv(a, text);
    return b;
}

static int convert(struct arena *a, struct sv text, struct diag *diag, struct str *out,
                   struct err *err)
{
    struct markdown_options options = {.file = "f",
                                       .first_line = 10,
                                       .anchor_prefix = SV("p-"),
                                       .find_mention = find_mention,
                                       .fence = fence,
                                       .diag = diag};
    struct doc_block *root = doc_block_new(a, DOC_SECTION);
    int rc = markdown_to_doc(a, text, &options, root, err);
    str_clear(out);
    show_blocks(out, root->first);
    return rc;
}

static void test_blocks(void **state CM_UNUSED)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"", ""},
        {"a\nb\r\nc", "p[a b c]"},
        {"a\\\nb  \nc", "p[abr()bbr()c]"},
        {"*a* **b** `c` ***d***", "p[em(a) strong(b) code(c) em(strong(d))]"},
        {"[x *y*](https://a.example/ \"t\")", "p[a(https://a.example/|x em(y))]"},
        {"<https://a.example> <a@b.example>",
         "p[a(https://a.example|https://a.example) a(mailto:a@b.example|a@b.example)]"},
        {"see https://a.example/x_(y). Or (https://b.example/z), yes",
         "p[see a(https://a.example/x_(y)|https://a.example/x_(y)). Or "
         "(a(https://b.example/z|https://b.example/z)), yes]"},
        {"ahttps://x.example http:// xhttp://b ftp://c.example",
         "p[ahttps://x.example http:// xhttp://b ftp://c.example]"},
        {"&amp; &#65;&#x42; &nope; &#0; &lt;b&gt;", "p[& AB &nope; \xEF\xBF\xBD <b>]"},
        {"\\<b> \\*", "p[<b> *]"},
        {"- a\n- b", "list[li[p[a]]li[p[b]]]"},
        {"- a\n\n- b", "list[li[p[a]]li[p[b]]]"},
        {"- a\n  - b\n  - c\n- d", "list[li[p[a]list[li[p[b]]li[p[c]]]]li[p[d]]]"},
        {"3. a\n4. b", "ol3[li[p[a]]li[p[b]]]"},
        {"- a *b*\n\n  > c", "list[li[p[a em(b)]quote[p[c]]]]"},
        {"> a\n> b", "quote[p[a b]]"},
        {"***", "hr[]"},
        {"```c x\nint a;\n\n```", "code[c|int a;\n\n]"},
        {"    code\n    more", "code[code\nmore\n]"},
        {"```attack-tree\nGoal\n  Step\n```", "figure[Goal\n  Step\n]"},
        {"- x\n\n  ```attack-tree\n  Goal\n    Step\n  ```",
         "list[li[p[x]figure[Goal\n  Step\n]]]"},
        {"| a | *b* |\n|---|---|\n| 1 |\n| 2 | 3 | 4 |",
         "table[tr[th[a]th[em(b)]]tr[td[1]td[]]tr[td[2]td[3]]]"},
        {"see RFC 6120 and T-0001.", "p[see ref(u|RFC 6120) and threat(T-0001).]"},
        {"*RFC\n6120* `RFC 6120` [RFC 6120](#x)",
         "p[em(ref(u|RFC 6120)) code(RFC 6120) a(#x|RFC 6120)]"},
        {"~~x~~", "p[~~x~~]"},
        {"a\n### B\nc\n#### D\ne\n### B\n### RFC 6120",
         "p[a]section[#p-b B: p[c]section[#p-d D: p[e]]]section[#p-b-2 B: ]section[#p-rfc-6120 RFC "
         "6120: ]"},
        {"##### A\n### B", "section[#p-a A: ]section[#p-b B: ]"},
        {"### B 2\n### B\n### B", "section[#p-b-2 B 2: ]section[#p-b B: ]section[#p-b-3 B: ]"},
        {"[a][r] [r]\n\n[r]: https://x.example/y",
         "p[a(https://x.example/y|a) a(https://x.example/y|r)]"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena a = ARENA_INIT;
        struct diag diag;
        struct err err = ERR_INIT;
        struct str out = STR_INIT;
        diag_init(&diag, &a);
        assert_int_equal(convert(&a, sv_str(cases[i].text), &diag, &out, &err), 0);
        assert_int_equal(diag.len, 0);
        if (strcmp(str_cstr(&out), cases[i].want) != 0)
            fail_msg("%s\ngot    %s\nwanted %s", cases[i].text, str_cstr(&out), cases[i].want);
        str_release(&out);
        arena_release(&a);
    }
}

static void test_block_faults(void **state CM_UNUSED)
{
    static const struct {
        const char *text;
        uint32_t line, column;
        const char *part, *want;
    } cases[] = {
        {"a\n\nü <b>c</b>", 12, 3, "raw HTML", "p[a]p[ü <b>c</b>]"},
        {"a\n\n<div>\nx\n</div>\n", 12, 1, "raw HTML", "p[a]p[<div>\nx\n</div>]"},
        {"<!-- c -->", 10, 1, "raw HTML", "p[<!-- c -->]"},
        {"[a](javascript:alert(1))", 10, 5, "address of this kind", "p[a]"},
        {"x\n[a](b.html)", 11, 5, "address of this kind", "p[x a]"},
        {"[a](data:text/html,x)", 10, 5, "address of this kind", "p[a]"},
        {"![alt](x.png)", 10, 1, "image", "p[alt]"},
        {"> ### a", 10, 7, "heading in a list", "quote[p[strong(a)]]"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena a = ARENA_INIT;
        struct diag diag;
        struct err err = ERR_INIT;
        struct str out = STR_INIT;
        diag_init(&diag, &a);
        assert_int_equal(convert(&a, sv_str(cases[i].text), &diag, &out, &err), 0);
        assert_true(diag.errors >= 1);
        if (diag.items[0].line != cases[i].line || diag.items[0].column != cases[i].column ||
            !strstr(diag.items[0].text, cases[i].part) ||
            strcmp(str_cstr(&out), cases[i].want) != 0)
            fail_msg("%s: %s; %s", cases[i].text, diag_format(&diag, &diag.items[0]),
                     str_cstr(&out));
        str_release(&out);
        arena_release(&a);
    }
}

static void repeat(struct str *s, const char *text, size_t count)
{
    str_clear(s);
    for (size_t i = 0; i < count; i++)
        str_add_str(s, text);
}

static void test_limits(void **state CM_UNUSED)
{
    static const struct {
        const char *piece;
        size_t count;
        int want;
    } cases[] = {
        {"> ", 10000, CM_ELIMIT},
        {">", 10000, CM_ELIMIT},
        {"- + ", 5000, CM_ELIMIT},
        {"1. ", 10000, CM_ELIMIT},
        {"* > ", 5000, CM_ELIMIT},
        {"[", 10000, 0},
        {"*a ", 10000, 0},
        {"**a *b ", 10000, 0},
        {"a *b* ", 200000, CM_ELIMIT},
        {"- a\n", 200000, CM_ELIMIT},
        {"x", 10000000, 0},
        {"x", 17 << 20, CM_ELIMIT},
        {"> a\n", 50000, 0},
        {"http://a.b/( ", 50000, 0},
        {"![", 50000, 0},
        {"\n", 1000000, 0},
        {"<", 100000, 0},
        {"`a", 50000, 0},
    };
    struct str s = STR_INIT, out = STR_INIT;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena a = ARENA_INIT;
        struct diag diag;
        struct err err = ERR_INIT;
        diag_init(&diag, &a);
        repeat(&s, cases[i].piece, cases[i].count);
        int rc = convert(&a, str_sv(&s), &diag, &out, &err);
        if (rc != cases[i].want || (rc && out.len))
            fail_msg("%s: %d %s", cases[i].piece, rc, err.text);
        arena_release(&a);
    }
    str_release(&s);
    str_release(&out);
}

/* Reference links must not multiply text, ragged tables must not multiply cells. */
static void test_bombs(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct diag diag;
    struct str s = STR_INIT, more = STR_INIT, out = STR_INIT;
    diag_init(&diag, &a);
    str_add_str(&s, "[a]: https://x.example/");
    str_add_repeat(&s, 'x', 100000);
    str_add_str(&s, "\n\n");
    repeat(&more, "[a] ", 50000);
    str_add(&s, str_sv(&more));
    assert_int_equal(convert(&a, str_sv(&s), &diag, &out, &err), CM_ELIMIT);
    assert_int_equal(out.len, 0);
    repeat(&s, "|x", 1000);
    repeat(&more, "|---", 1000);
    str_addf(&s, "\n%s\n", str_cstr(&more));
    repeat(&more, "|x\n", 5000);
    str_add(&s, str_sv(&more));
    assert_int_equal(convert(&a, str_sv(&s), &diag, &out, &err), CM_ELIMIT);
    str_release(&s);
    str_release(&more);
    str_release(&out);
    arena_release(&a);
}

static void test_nesting(void **state CM_UNUSED)
{
    static const struct {
        const char *text;
        size_t want;
    } cases[] = {
        {"", 0},
        {"a", 0},
        {"> a", 1},
        {"> > - a", 3},
        {"- a\n  - b\n    - c", 3},
        {"- a\n- b", 1},
        {"```\n- a\n  - b\n> > > >\n```", 0},
        {"- - -", 0},
        {"* a\n\n      - code", 1},
        {"1. a\n   2) b", 2},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (markdown_nesting(sv_str(cases[i].text)) != cases[i].want)
            fail_msg("%s: %zu", cases[i].text, markdown_nesting(sv_str(cases[i].text)));
}

static void test_scan(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct diag diag;
    struct markdown_file f;
    struct sv text = SV(
        "---\r\nid: T-1\r\n---\r\nintro\r\n## One ##\r\nx\r\n```c\r\n## no\r\n```\r\n### Inner\r\n"
        "##  Two\r\n- a\r\n\r\n  ~~~ attack-tree x\r\n  Goal\r\n  ~~~\r\n> ## quoted\r\n##No\r\n   "
        " ## code\r\n");
    diag_init(&diag, &a);
    markdown_scan(&a, text, "f", &diag, &f);
    assert_int_equal(diag.len, 0);
    assert_true(sv_eq_str(f.front, "id: T-1\r\n"));
    assert_int_equal(f.front_line, 2);
    assert_int_equal(f.front_start, 5);
    assert_int_equal(f.body_line, 4);
    assert_int_equal(f.sections.len, 3);
    assert_int_equal(f.sections.at[0].title.len, 0);
    assert_true(sv_eq_str(f.sections.at[0].body, "intro\r\n"));
    assert_int_equal(f.sections.at[0].line, 4);
    assert_true(sv_eq_str(f.sections.at[1].title, "One"));
    assert_int_equal(f.sections.at[1].line, 5);
    assert_int_equal(f.sections.at[1].body_line, 6);
    assert_true(sv_starts(f.sections.at[1].body, SV("x\r\n```c")));
    assert_true(sv_ends(f.sections.at[1].body, SV("### Inner\r\n")));
    assert_true(sv_eq_str(f.sections.at[2].title, "Two"));
    assert_int_equal(f.fences.len, 2);
    assert_true(sv_eq_str(f.fences.at[0].info, "c"));
    assert_true(sv_eq_str(f.fences.at[0].text, "## no\r\n"));
    assert_int_equal(f.fences.at[0].line, 8);
    assert_true(sv_eq_str(f.fences.at[1].info, "attack-tree x"));
    assert_true(sv_eq_str(f.fences.at[1].text, "  Goal\r\n"));
    assert_int_equal(f.fences.at[1].indent, 2);
    arena_release(&a);
}

static void test_scan_faults(void **state CM_UNUSED)
{
    static const struct {
        const char *text;
        size_t faults, sections;
        uint32_t line;
        const char *part;
    } cases[] = {
        {"---\na: b\n", 1, 1, 1, "front matter that does not end"},
        {"---\na: b\n---", 0, 1, 0, ""},
        {"", 0, 1, 0, ""},
        {"## A\n```\n## b\n", 1, 2, 2, "fence that does not end"},
        {"## A\n- ```\n  x\n## B\n", 1, 3, 2, "fence that does not end"},
        {"## A\n# B\n", 1, 2, 2, "level 1"},
        {"Title\n=====\n", 1, 1, 2, "underlining"},
        {"Title\n---\n", 1, 1, 2, "underlining"},
        {"a\n\n---\n", 0, 1, 0, ""},
        {"- a\n---\n", 0, 1, 0, ""},
        {"> a\n---\n", 0, 1, 0, ""},
        {"> a\nb\n---\n", 0, 1, 0, ""},
        {"| a |\n| --- |\n", 0, 1, 0, ""},
        {"## A\n---\n", 0, 2, 0, ""},
        {"~~~\n```\n~~~\n", 0, 1, 0, ""},
        {"````\n```\n## x\n````\n", 0, 1, 0, ""},
        {"``` a`b\n## x\n", 0, 2, 0, ""},
        {"- a\n\n  ## in item\n", 0, 1, 0, ""},
        {"   ## A\n", 0, 2, 0, ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena a = ARENA_INIT;
        struct diag diag;
        struct markdown_file f;
        diag_init(&diag, &a);
        markdown_scan(&a, sv_str(cases[i].text), "f", &diag, &f);
        if (diag.len != cases[i].faults || f.sections.len != cases[i].sections)
            fail_msg("%s: %zu faults, %zu sections", cases[i].text, diag.len, f.sections.len);
        if (diag.len &&
            (diag.items[0].line != cases[i].line || !strstr(diag.items[0].text, cases[i].part)))
            fail_msg("%s: %s", cases[i].text, diag_format(&diag, &diag.items[0]));
        arena_release(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks),      cmocka_unit_test(test_block_faults),
        cmocka_unit_test(test_limits),      cmocka_unit_test(test_bombs),
        cmocka_unit_test(test_nesting),     cmocka_unit_test(test_scan),
        cmocka_unit_test(test_scan_faults),
    };
    return cmocka_run_group_tests_name("markdown", tests, NULL, NULL);
}
