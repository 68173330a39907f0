/* Block trees as HTML: escaping, permanent ids, facts that a machine can read. */
#include "profile_fixture.h"

#include "document/build.h"
#include "document/html.h"
#include "document/visuals.h"
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
    static const char *const parts[] = {"<section id=\"T-0001-gap\">",
                                        "<h2>Gap</h2>",
                                        "href=\"#T-0001-gap\"",
                                        "<table id=\"some-table\">",
                                        "<th scope=\"col\">One</th>",
                                        "<th scope=\"row\">head</th>",
                                        "<span class=\"badge priority-1\">cell</span>",
                                        "<div data-key=\"areas\"><dt>Areas</dt><dd><data value=\"x\">Ex",
                                        "<data value=\"x\">Ex</data></dd><dd><data value=\"y\">Why</data></dd>",
                                        "a &lt; b",
                                        "<hr>"};
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

static void on_paper_values_flow_as_one_text(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct doc_block *root = doc_block_new(&a, DOC_SECTION);
    struct doc_block *facts = doc_add(&a, root, DOC_FACTS);
    struct sv values[] = {SV("x"), SV("y")};
    struct doc_block *f = doc_add_fact(&a, facts, "areas", SV("Areas"), values, 2);
    doc_add_paragraph(&a, f, SV("First"));
    doc_add_paragraph(&a, f, SV("Second"));
    f = doc_add_fact(&a, facts, "priority", SV("Priority"), (struct sv[]){SV("3")}, 1);
    doc_add_paragraph(&a, f, SV("3 (Regular)"));
    struct html_context c = {.root = "", .heading = 2, .print = true};
    struct str out = STR_INIT;
    struct markup m;
    markup_init(&m, &out, MARKUP_HTML);
    html_blocks(&m, &c, root->first);
    markup_finish(&m);
    expect(str_sv(&out), "<dd>First, Second</dd>");
    expect(str_sv(&out), "<span class=\"badge priority-3\">3 (Regular)</span>");
    str_release(&out);
    arena_release(&a);
}

/* The drawing of a figure, and what stands beside it. */
static struct sv draw_visual(struct arena *a, const struct doc_block *b)
{
    struct str out = STR_INIT;
    struct markup m;
    markup_init(&m, &out, MARKUP_XML);
    b->figure->draw(&m, b->figure->data, "v-");
    markup_finish(&m);
    struct sv text = arena_sv(a, str_sv(&out));
    str_release(&out);
    return text;
}

static void the_board_counts_what_is_confirmed(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct profile_files files = {0};
    struct profile p = {0};
    struct view v = {0};
    fixture_read(&a, SMALL, &files);
    parse(&a, &files, &p, &v);
    static const size_t counts[] = {0, 1, 16, 1000};
    for (size_t k = 0; k < ARRAY_LEN(counts); k++) {
        struct view many = v;
        memset(&many.threats, 0, sizeof many.threats);
        memset(many.by_stage.counts, 0, many.by_stage.len * sizeof *many.by_stage.counts);
        struct threat *t = arena_new(&a, struct threat);
        *t = *v.threats.at[0].threat;
        t->stage = 1;
        for (size_t i = 0; i < counts[k]; i++) {
            struct threat_view *w = vec_push(&a, &many.threats);
            *w = (struct threat_view){.threat = t, .provisional = i % 4 != 0, .confirmed = i % 4 ? 0 : 1};
            many.by_stage.counts[w->confirmed]++;
        }
        struct doc_block *b = visual_board(&a, &many, SV("board"), true);
        struct sv svg = draw_visual(&a, b);
        size_t at_one = (counts[k] + 3) / 4, drafts = counts[k] - at_one;
        char part[64];
        snprintf(part, sizeof part, ">%zu</text>", at_one);
        expect(svg, part);
        snprintf(part, sizeof part, ">+%zu draft", drafts);
        if (drafts)
            expect(svg, part);
        else
            assert_true(sv_find(svg, SV("draft</text>")) < 0 && sv_find(svg, SV("drafts</text>")) < 0);
        struct sv words = render(&a, b->first);
        snprintf(part, sizeof part, ": %zu confirmed", at_one);
        expect(words, part);
        assert_true(sv_find(svg, SV("Editor")) < 0 && b->figure->height < 600);
        if (counts[k] == 1000) {
            expect(words, "href=\"#summary-table\">226 more</a>");
            struct doc_block *matrix = visual_matrix(&a, &many, SV("matrix"), false);
            expect(draw_visual(&a, matrix), "more</text>");
            expect(render(&a, matrix->first), "href=\"../priority.html\">976 more</a>");
            assert_true(matrix->figure->height < 600);
        }
    }
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
        cmocka_unit_test(on_paper_values_flow_as_one_text),
        cmocka_unit_test(the_board_counts_what_is_confirmed),
    };
    return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
