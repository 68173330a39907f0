/* Block trees as HTML: escaping, permanent ids, facts that a machine can read. */
#include "profile_fixture.h"

#include "document/build.h"
#include "document/html.h"
#include "register/view.h"

#define SMALL "tests/data/profile-small"

static struct sv render(struct arena *a, const struct doc_block *first)
{
    struct str out = STR_INIT;
    struct markup m;
    struct html_context c = {.root = "../", .heading = 2};
    markup_init(&m, &out, MARKUP_HTML);
    html_blocks(&m, &c, first);
    markup_finish(&m);
    struct sv text = arena_sv(a, str_sv(&out));
    str_release(&out);
    return text;
}

static void expect(struct sv text, const char *part)
{
    if (sv_find(text, sv_str(part)) < 0)
        fail_msg("expected \"%s\" in: %.*s", part, SV_ARG(text));
}

static void text_is_escaped_and_links_are_checked(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct doc_block *root = doc_block_new(&a, DOC_SECTION);
    struct doc_block *p = doc_add_paragraph(&a, root, SV("<script>alert(1)</script> & \"more\""));
    doc_link(&a, p, SV("javascript:alert(1)"), SV("bad"));
    doc_link(&a, p, SV("site:threats/index.html"), SV("inside"));
    doc_threat(&a, p, SV("T-0001"), SV("T-0001"));
    struct sv html = render(&a, root->first);
    expect(html, "&lt;script&gt;alert(1)&lt;/script&gt; &amp;");
    expect(html, "href=\"#\"");
    expect(html, "href=\"../threats/index.html\"");
    expect(html, "href=\"../threats/T-0001.html\"");
    assert_true(sv_find(html, SV("javascript:")) < 0);
    arena_release(&a);
}

static void every_kind_of_block_is_written(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct doc_block *root = doc_block_new(&a, DOC_SECTION);
    struct doc_block *s = doc_add_section(&a, root, SV("Gap"), SV("T-0001-gap"));
    struct doc_block *table = build_table(&a, s, SV("some-table"), "A caption");
    build_header(&a, table, (const char *const[]){"One", "Two"}, 2);
    struct doc_block *row = build_row(&a, table);
    build_row_heading(&a, row, SV("head"));
    build_cell(&a, row, SV("cell"))->class_name = "priority-1";
    struct doc_block *facts = doc_add(&a, s, DOC_FACTS);
    struct sv values[] = {SV("x"), SV("y")};
    struct doc_block *f = doc_add_fact(&a, facts, "areas", SV("Areas"), values, 2);
    doc_add_paragraph(&a, f, SV("Ex"));
    doc_add_paragraph(&a, f, SV("Why"));
    struct doc_block *code = doc_add(&a, s, DOC_CODE_BLOCK);
    code->text = SV("a < b");
    doc_add(&a, s, DOC_RULE);
    struct sv html = render(&a, root->first);
    static const char *const parts[] = {
        "<section id=\"T-0001-gap\">", "<h2>Gap</h2>", "href=\"#T-0001-gap\"", "<table id=\"some-table\">",
        "<th scope=\"col\">One</th>", "<th scope=\"row\">head</th>", "<span class=\"badge priority-1\">cell</span>",
        "<div data-key=\"areas\"><dt>Areas</dt><dd><data value=\"x\">Ex</data></dd><dd><data value=\"y\">Why</data></dd>",
        "a &lt; b", "<hr>"};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        expect(html, parts[i]);
    arena_release(&a);
}

static void parse(struct arena *a, struct profile_files *files, struct profile *p, struct view *v)
{
    struct diag diag;
    diag_init(&diag, a);
    profile_parse(a, files, "", &diag, p);
    if (diag.errors)
        fail_msg("%s", diag_format(&diag, &diag.items[0]));
    view_derive(a, p, 1795305600, v);
}

/* Each value of attribute `name` ("id", "href") in html, in turn. */
static bool next_attr(struct sv *rest, const char *name, struct sv *out)
{
    char needle[16];
    snprintf(needle, sizeof needle, " %s=\"", name);
    ptrdiff_t at = sv_find(*rest, sv_str(needle));
    if (at < 0)
        return false;
    *rest = sv_from_byte(*rest, (size_t)at + strlen(needle));
    ptrdiff_t end = sv_find_char(*rest, '"');
    *out = sv_from(rest->at, (size_t)end);
    return true;
}

static void check_ids_and_fragments(struct arena *a, struct sv html)
{
    struct map ids;
    map_init(&ids, a);
    struct sv rest = html, value;
    while (next_attr(&rest, "id", &value))
        if (map_set(&ids, value, a))
            fail_msg("id %.*s occurs twice", SV_ARG(value));
    for (rest = html; next_attr(&rest, "href", &value);)
        if (value.len > 1 && value.at[0] == '#' && !map_get(&ids, sv_from_byte(value, 1)))
            fail_msg("dead link %.*s", SV_ARG(value));
}

static void documents_have_unique_ids_and_no_dead_links(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct profile_files files = {0};
    struct profile p = {0};
    struct view v = {0};
    fixture_read(&a, SMALL, &files);
    parse(&a, &files, &p, &v);
    for (int k = 0; k < DOCUMENT_KINDS; k++) {
        struct document d;
        struct str out = STR_INIT;
        document_build(&a, &v, (enum document_kind)k, NULL, &d);
        assert_true(d.revisions.len >= 1);
        document_print_html(&d, &out);
        check_ids_and_fragments(&a, str_sv(&out));
        assert_true(sv_find(str_sv(&out), SV(" style=\"")) < 0);
        assert_true(sv_find(str_sv(&out), SV("var(--")) < 0);
        str_release(&out);
    }
    arena_release(&a);
}

static void a_threat_says_all_its_facts(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct profile_files files = {0};
    struct profile p = {0};
    struct view v = {0};
    fixture_read(&a, SMALL, &files);
    parse(&a, &files, &p, &v);
    struct doc_block *threat = document_build_threat(&a, &v, 0);
    assert_true(sv_eq_str(threat->anchor, "T-0001"));
    static const char *const keys[] = {"id",       "name",     "stage",      "confirmed", "draft",    "areas",
                                       "stride",   "level",    "affects",    "attacker",  "likelihood", "damage",
                                       "priority", "responses", "references", "proposed"};
    const struct doc_block *facts = threat->first;
    while (facts && facts->kind != DOC_FACTS)
        facts = facts->next;
    assert_non_null(facts);
    size_t i = 0;
    for (const struct doc_block *f = facts->first; f; f = f->next, i++)
        assert_true(i < ARRAY_LEN(keys) && sv_eq_str(f->key, keys[i]));
    assert_int_equal(i, ARRAY_LEN(keys));
    struct sv html = render(&a, threat);
    expect(html, "<data value=\"T-0001\">");
    expect(html, "<data value=\"RFC 3552 \xc2\xa7" "4.1\">");
    expect(html, "<figure id=\"T-0001-tree\"");
    expect(html, "id=\"T-0001-responses\"");
    expect(html, "id=\"T-0001-gap\"");
    arena_release(&a);
}

static void hostile_names_stay_text(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct profile_files files = {0};
    struct profile p = {0};
    struct view v = {0};
    fixture_read(&a, SMALL, &files);
    struct profile_file *f = fixture_file(&files, FIRST);
    f->text = fixture_replace(&a, f->text, SV("name: First threat"), SV("name: \"</title><script>alert(1)</script>\""));
    parse(&a, &files, &p, &v);
    struct document d;
    struct str out = STR_INIT;
    document_build(&a, &v, DOCUMENT_ANALYSIS, NULL, &d);
    document_print_html(&d, &out);
    assert_true(sv_find(str_sv(&out), SV("<script")) < 0);
    expect(str_sv(&out), "&lt;script&gt;");
    str_release(&out);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_escaped_and_links_are_checked),
        cmocka_unit_test(every_kind_of_block_is_written),
        cmocka_unit_test(documents_have_unique_ids_and_no_dead_links),
        cmocka_unit_test(a_threat_says_all_its_facts),
        cmocka_unit_test(hostile_names_stay_text),
    };
    return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
