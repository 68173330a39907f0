/* tree/io/draw.h and the geometry of tree/io/layout.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

#include "base/map.h"
#include "tree/io/draw.h"
#include "tree/io/layout.h"
#include "tree/io/outline.h"

static const struct {
    const char *name, *text;
    bool across; /* at 720 pixels */
} trees[] = {
    {"goal alone", "Goal", true},
    {"small",
     "Read a password\n  Guess it [p=0.1]\n  Ask for it\n    ! Training [stops=0.5]\n    ? "
     "Passkeys\n"
     "  SAND Steal the device\n    Take it\n    Unlock it\n",
     true},
    {"countermeasure on a gate", "Goal\n  ! C\n    Defeat it\n  a\n  b\n", false},
    {"shared and references",
     "Goal\n  AND #x a & b <c>\n    d\n    e\n  2 OF f\n    = #x\n    -> T-0017\n    = "
     "T-0017#phish quoted \"label\"\n",
     true},
    {"long words and labels",
     "Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaa\n"
     "  a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g h i j k l m n o p q r s "
     "t u v w x y z\n"
     "  "
     "\xE6\x94\xBB\xE6\x92\x83\xE6\x94\xBB\xE6\x92\x83\xE6\x94\xBB\xE6\x92\x83\xE6\x94\xBB\xE6\x92"
     "\x83\xE6\x94\xBB\n",
     true},
    {"wide",
     "Goal\n  step one\n  step two\n  step three\n  step four\n  step five\n  step six\n  step "
     "seven\n"
     "  step eight\n  step nine\n  step ten\n",
     false},
};

static const double hints[] = {0, 1, 240, 320, 720, 1e9};

static const struct tree *parse(struct arena *a, const char *text)
{
    struct diag diag;
    diag_init(&diag, a);
    const struct tree *t = outline_parse(a, sv_str(text), "f", 1, 1, NULL, &diag);
    if (!t)
        fail_msg("%s", diag_format(&diag, &diag.items[0]));
    return t;
}

static struct sv draw(struct arena *a, const struct tree *t, double hint, bool standalone)
{
    struct str out = STR_INIT;
    struct markup m;
    markup_init(&m, &out, MARKUP_XML);
    draw_svg(&m, draw_layout(a, t, hint), "t-", standalone);
    markup_finish(&m);
    struct sv result = arena_sv(a, str_sv(&out));
    str_release(&out);
    return result;
}

static int right_of(const struct draw_box *b)
{
    return b->x + b->w;
}

static void check_boxes(const char *name, const struct draw_layout *l)
{
    for (size_t i = 0; i < l->boxes.len; i++) {
        const struct draw_box *b = &l->boxes.at[i];
        if (b->x < 2 || b->y < 2 || right_of(b) + 2 > l->width || b->y + b->h + 2 > l->height)
            fail_msg("%s: box %zu is outside", name, i);
        if (b->has_badge &&
            (b->badge_x < 0 || b->badge_x + b->badge_w > l->width || b->badge_y < b->y + b->h ||
             b->badge_y + DRAW_BADGE_HEIGHT > l->height))
            fail_msg("%s: badge %zu is outside", name, i);
        for (size_t j = 0; j < i; j++) {
            const struct draw_box *c = &l->boxes.at[j];
            if (b->x < right_of(c) && c->x < right_of(b) && b->y < c->y + c->h &&
                c->y < b->y + b->h)
                fail_msg("%s: boxes %zu and %zu overlap", name, i, j);
            if (c->has_badge && b->x < c->badge_x + c->badge_w && c->badge_x < right_of(b) &&
                b->y < c->badge_y + DRAW_BADGE_HEIGHT && c->badge_y < b->y + b->h)
                fail_msg("%s: box %zu overlaps badge %zu", name, i, j);
        }
        for (size_t k = 0; k < b->text_count; k++) {
            const struct draw_text *text = &l->texts.at[b->first_text + k];
            double size = text->value ? 11 : b->kind == DRAW_GOAL ? 15 : 13;
            int mark = layout_has_mark(b->kind) ? DRAW_MARK : 0;
            if (measure_text(text->text) * size / 1000 > b->w - 2 * DRAW_PAD_X - mark + 1)
                fail_msg("%s: text of box %zu is too long", name, i);
        }
    }
}

static void test_nothing_is_outside_or_overlaps(void **state CM_UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(trees); i++) {
        struct arena a = ARENA_INIT;
        const struct tree *t = parse(&a, trees[i].text);
        for (size_t h = 0; h < ARRAY_LEN(hints); h++) {
            const struct draw_layout *l = draw_layout(&a, t, hints[h]);
            int most = hints[h] < 1      ? 720
                       : hints[h] < 240  ? 240
                       : hints[h] > 8192 ? 8192
                                         : (int)hints[h];
            check_boxes(trees[i].name, l);
            if (l->width > most)
                fail_msg("%s: %d pixels wide, wished %d", trees[i].name, l->width, most);
        }
        assert_int_equal(draw_layout(&a, t, 720)->across, trees[i].across);
        arena_release(&a);
    }
}

static void test_deep_and_wide_trees_keep_the_width(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct str text = STR_INIT;
    str_add_str(&text, "Goal\n");
    for (size_t i = 1; i < 200; i++) {
        str_add_repeat(&text, ' ', 2 * i);
        str_add_str(&text, i % 7 ? "one of the steps on the way down\n" : "AND one of the gates\n");
    }
    const struct tree *t = parse(&a, str_cstr(&text));
    for (size_t h = 0; h < ARRAY_LEN(hints); h++)
        check_boxes("deep", draw_layout(&a, t, hints[h]));
    assert_true(draw_layout(&a, t, 320)->width <= 320);
    str_release(&text);
    arena_release(&a);
}

/* Every id once; every reference to an id of the drawing leads to one. */
static void walk(const xmlNode *node, struct map *ids, struct arena *a, bool links)
{
    for (; node; node = node->next) {
        if (node->type != XML_ELEMENT_NODE)
            continue;
        assert_false(xmlHasProp(node, BAD_CAST "style"));
        xmlChar *id = xmlGetProp(node, BAD_CAST "id"), *href = xmlGetProp(node, BAD_CAST "href");
        struct sv key = arena_sv(a, sv_str((const char *)id));
        if (!links && id && map_set(ids, key, a))
            fail_msg("id %s twice", (const char *)id);
        if (links && href && !map_get(ids, sv_str((const char *)href + 1)))
            fail_msg("%s leads nowhere", (const char *)href);
        xmlFree(id);
        xmlFree(href);
        walk(node->children, ids, a, links);
    }
}

static void test_well_formed_with_unique_ids(void **state CM_UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(trees); i++) {
        struct arena a = ARENA_INIT;
        struct map ids;
        map_init(&ids, &a);
        struct sv svg = draw(&a, parse(&a, trees[i].text), 720, true);
        xmlDoc *doc =
            xmlReadMemory(svg.at, (int)svg.len, "t.svg", NULL, XML_PARSE_NONET | XML_PARSE_NOERROR);
        if (!doc)
            fail_msg("%s is not well-formed", trees[i].name);
        walk(xmlDocGetRootElement(doc), &ids, &a, false);
        walk(xmlDocGetRootElement(doc), &ids, &a, true);
        assert_true(sv_find(svg, SV("<desc ")) > 0);
        xmlFreeDoc(doc);
        arena_release(&a);
    }
    xmlCleanupParser();
}

static void test_same_tree_same_bytes(void **state CM_UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(trees); i++) {
        struct arena a = ARENA_INIT, b = ARENA_INIT;
        struct sv x = draw(&a, parse(&a, trees[i].text), 400, false),
                  y = draw(&b, parse(&b, trees[i].text), 400, false);
        assert_true(sv_eq(x, y));
        arena_release(&a);
        arena_release(&b);
    }
}

static void test_alternative_says_what_there_is(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    const struct tree *t = parse(&a, trees[1].text);
    assert_true(sv_eq_str(draw_alternative(&a, t),
                          "Attack tree with the goal \"Read a password\": 4 steps below 2 gates, "
                          "1 existing countermeasure, 1 potential approach."));
    const struct doc_figure *f = draw_figure(&a, t, SV("T-0001"), NULL);
    assert_true(f->width > 100 && f->width <= 720 && f->height > 100);
    arena_release(&a);
}

/* A goal with `wide` subtrees, each with `wide` children with countermeasures, down to `deep` levels. */
static void grow(struct str *text, unsigned level, unsigned deep, unsigned wide, unsigned *count)
{
    for (unsigned i = 0; i < wide; i++) {
        str_add_repeat(text, ' ', 2 * level);
        str_addf(text, "%s#n%u the step with number %u\n", level < deep ? "AND " : "", *count, *count);
        *count += 1;
        if (level < deep)
            grow(text, level + 1, deep, wide, count);
        else if (i % 2)
            str_add_repeat(text, ' ', 2 * level + 2), str_add_str(text, "! what is done against it today\n");
    }
}

/* All parts fit the page; every label stands in exactly one part, and chips lead to parts that are there. */
static void check_parts(struct arena *a, const char *text, size_t least)
{
    const struct tree *t = parse(a, text);
    const struct doc_figure *f = draw_figure(a, t, SV("T-0001"), NULL);
    const struct doc_figure_part *parts;
    struct map homes;
    size_t count = f->on_paper(a, f->data, &parts), nodes = 0;
    map_init(&homes, a);
    assert_true(count >= least);
    assert_true(parts[0].caption.len == 0);
    for (size_t i = 0; i < count; i++) {
        const struct draw_layout *l = parts[i].figure->data;
        check_boxes(text, l);
        assert_true(parts[i].figure->width <= 640 && parts[i].figure->height <= 820);
        assert_true(i == 0 || sv_find(parts[i].caption, SV(" of T-0001")) > 0);
        for (size_t k = 1; k < l->boxes.len; k++) {
            const struct tree_node *n = &l->tree->nodes.at[l->boxes.at[k].node];
            nodes += l->boxes.at[k].kind != DRAW_SAME && n->reference.len == 0;
            if (n->id.len && l->boxes.at[k].kind != DRAW_SAME && map_set(&homes, n->id, a))
                fail_msg("%.*s is drawn twice", SV_ARG(n->id));
        }
        struct str out = STR_INIT;
        struct markup m;
        markup_init(&m, &out, MARKUP_XML);
        parts[i].figure->draw(&m, parts[i].figure->data, "p-");
        markup_finish(&m);
        assert_true(out.len > 100);
        str_release(&out);
    }
    assert_true(nodes + count >= t->nodes.len); /* the root of each part is a goal of its own */
}

static void test_on_paper_high_trees_are_split(void **state CM_UNUSED)
{
    static const struct {
        unsigned deep, wide;
        size_t least;
    } shapes[] = {{1, 3, 1}, {3, 3, 2}, {3, 5, 6}, {1, 100, 3}, {2, 40, 10}, {5, 3, 10}};
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
        struct arena a = ARENA_INIT;
        struct str text = STR_INIT;
        unsigned count = 0;
        str_add_str(&text, "Goal\n");
        grow(&text, 1, shapes[i].deep, shapes[i].wide, &count);
        check_parts(&a, str_cstr(&text), shapes[i].least);
        str_release(&text);
        arena_release(&a);
    }
}

/* A large drawing on a screen: the parts share one page, so no id stands in two of them, and links lead somewhere. */
static void test_on_screen_parts_share_their_ids(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct str text = STR_INIT, out = STR_INIT;
    unsigned count = 0;
    str_add_str(&text, "Goal\n");
    grow(&text, 1, 3, 5, &count);
    const struct tree *t = parse(&a, str_cstr(&text));
    bool *best = arena_new_array(&a, bool, t->nodes.len);
    best[0] = best[1] = true;
    const struct doc_figure *f = draw_figure(&a, t, SV("T-0001"), best);
    const struct doc_figure_part *parts;
    assert_non_null(f->on_screen);
    size_t n = f->on_screen(&a, f->data, &parts);
    struct markup m;
    assert_true(n > 3);
    for (size_t i = 0; i < n; i++) {
        markup_init(&m, &out, MARKUP_XML);
        parts[i].figure->draw(&m, parts[i].figure->data, "p-");
        markup_finish(&m);
    }
    struct map ids;
    map_init(&ids, &a);
    struct sv rest = str_sv(&out), marked = rest;
    for (ptrdiff_t at; (at = sv_find(rest, SV(" id=\""))) >= 0;) {
        rest = sv_from_byte(rest, (size_t)at + 5);
        struct sv id = sv_from(rest.at, (size_t)sv_find_char(rest, '"'));
        if (map_set(&ids, id, &a))
            fail_msg("id %.*s stands twice", SV_ARG(id));
    }
    rest = str_sv(&out);
    for (ptrdiff_t at; (at = sv_find(rest, SV("href=\"#"))) >= 0;) {
        rest = sv_from_byte(rest, (size_t)at + 7);
        struct sv id = sv_from(rest.at, (size_t)sv_find_char(rest, '"'));
        if (!map_get(&ids, id))
            fail_msg("a link leads to %.*s, which is nowhere", SV_ARG(id));
    }
    assert_true(sv_find(marked, SV("tree-best")) >= 0 && sv_find(marked, SV("on the way of the best attack")) >= 0);
    str_release(&text);
    str_release(&out);
    arena_release(&a);
}

static void test_on_paper_shared_nodes_are_drawn_once(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct str text = STR_INIT;
    str_add_str(&text, "Goal\n");
    for (unsigned i = 0; i < 6; i++) {
        str_addf(&text, "  AND #g%u a gate\n", i);
        for (unsigned j = 0; j < 12; j++)
            str_addf(&text, "    #s%u-%u a step\n", i, j);
        for (unsigned j = 0; j < i; j++)
            str_addf(&text, "    = #s%u-3\n", j);
    }
    str_add_str(&text, "    = #g2\n");
    check_parts(&a, str_cstr(&text), 3);
    str_release(&text);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_outside_or_overlaps),
        cmocka_unit_test(test_deep_and_wide_trees_keep_the_width),
        cmocka_unit_test(test_well_formed_with_unique_ids),
        cmocka_unit_test(test_same_tree_same_bytes),
        cmocka_unit_test(test_alternative_says_what_there_is),
        cmocka_unit_test(test_on_paper_high_trees_are_split),
        cmocka_unit_test(test_on_screen_parts_share_their_ids),
        cmocka_unit_test(test_on_paper_shared_nodes_are_drawn_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
