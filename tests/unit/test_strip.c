/* The drawing of estimates: well-formed, with title and description, every text inside and beside no other, a dot for
 * each estimate, the same bytes whatever their order; and its table. */
#include "profile_fixture.h"

#include "document/visuals.h"
#include "format/markup.h"
#include "tree/io/layout.h"
#include "tree_random.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <math.h>

enum { ESTIMATES_MAX = 700, SHAPES_MAX = 4000 };

/* ---- what a drawing has ---- */

struct box {
    double left, top, right, bottom;
    char text[64]; /* empty: a dot or a diamond */
};

struct picture {
    double width, height;
    size_t texts, dots, diamonds, bands;
    struct box shapes[SHAPES_MAX];
    size_t count;
};

static double number(xmlNode *node, const char *name)
{
    xmlChar *value = xmlGetProp(node, BAD_CAST name);
    double n = value ? strtod((const char *)value, NULL) : -1;
    xmlFree(value);
    return n;
}

static bool has_class(xmlNode *node, const char *name)
{
    xmlChar *value = xmlGetProp(node, BAD_CAST "class");
    bool has = value && strcmp((const char *)value, name) == 0;
    xmlFree(value);
    return has;
}

static struct box text_box(xmlNode *node)
{
    xmlChar *content = xmlNodeGetContent(node), *anchor = xmlGetProp(node, BAD_CAST "text-anchor");
    bool middle = anchor && !strcmp((const char *)anchor, "middle");
    bool bold = has_class(node, "s-title") || has_class(node, "s-round");
    double size = number(node, "font-size"), x = number(node, "x"), y = number(node, "y");
    double width = measure_text(sv_str((const char *)content)) * size / 1000 * (bold ? 1.1 : 1);
    struct box b = {x - (middle ? width / 2 : 0), y - size * .8, 0, y + size * .22, ""};
    b.right = b.left + width;
    snprintf(b.text, sizeof b.text, "%s", (const char *)content);
    assert_true(size > 0);
    xmlFree(content);
    xmlFree(anchor);
    return b;
}

static struct box dot_box(xmlNode *node)
{
    double x = number(node, "cx"), y = number(node, "cy"), r = number(node, "r");
    return (struct box){x - r, y - r, x + r, y + r, ""};
}

/* A diamond begins at its top and is 12 high and wide. */
static struct box diamond_box(xmlNode *node)
{
    xmlChar *points = xmlGetProp(node, BAD_CAST "points");
    char *rest;
    double x = strtod((const char *)points, &rest), y = strtod(rest + 1, NULL);
    xmlFree(points);
    return (struct box){x - 6, y, x + 6, y + 12, ""};
}

static void look_at(xmlNode *node, struct picture *p)
{
    const char *name = (const char *)node->name;
    bool text = !strcmp(name, "text"), dot = !strcmp(name, "circle"), diamond = !strcmp(name, "polygon");
    p->texts += text;
    p->dots += dot;
    p->diamonds += diamond;
    p->bands += has_class(node, "s-band");
    if (!text && !dot && !diamond)
        return;
    assert_true(p->count < SHAPES_MAX);
    p->shapes[p->count++] = text ? text_box(node) : dot ? dot_box(node) : diamond_box(node);
}

static void check_apart(const char *what, const struct box *a, const struct box *b)
{
    if (a->left + .01 < b->right && b->left + .01 < a->right && a->top + .01 < b->bottom && b->top + .01 < a->bottom)
        fail_msg("%s: \"%s\" %.1f..%.1f, %.1f..%.1f and \"%s\" %.1f..%.1f, %.1f..%.1f", what, a->text, a->left,
                 a->right, a->top, a->bottom, b->text, b->left, b->right, b->top, b->bottom);
}

static void check_places(const char *what, const struct picture *p)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct box *b = &p->shapes[i];
        if (b->left < 0 || b->top < 0 || b->right > p->width || b->bottom > p->height)
            fail_msg("%s: \"%s\" is outside: %.1f..%.1f, %.1f..%.1f", what, b->text, b->left, b->right, b->top,
                     b->bottom);
        for (size_t j = i + 1; j < p->count; j++)
            check_apart(what, b, &p->shapes[j]);
    }
}

static void write_svg(const struct doc_block *b, struct str *out)
{
    struct markup m;
    markup_init(&m, out, MARKUP_XML);
    b->figure->draw(&m, b->figure->data, "p-");
    markup_finish(&m);
}

static xmlNode *child(xmlNode *root, const char *name)
{
    for (xmlNode *n = root->children; n; n = n->next)
        if (n->name && !strcmp((const char *)n->name, name))
            return n;
    fail_msg("no %s", name);
    return NULL;
}

static void check_words(xmlNode *root)
{
    static const char *const names[] = {"title", "desc"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        xmlNode *n = child(root, names[i]);
        xmlChar *id = xmlGetProp(n, BAD_CAST "id"), *content = xmlNodeGetContent(n);
        assert_true(!strncmp((const char *)id, "p-", 2) && strlen((const char *)content) > 3);
        xmlFree(id);
        xmlFree(content);
    }
}

static void read_svg(const char *what, const struct doc_block *b, struct picture *p)
{
    struct str out = STR_INIT;
    write_svg(b, &out);
    xmlDoc *doc = xmlReadMemory(out.data, (int)out.len, "svg", NULL, XML_PARSE_NONET);
    if (!doc)
        fail_msg("%s: not well-formed", what);
    xmlNode *root = xmlDocGetRootElement(doc);
    *p = (struct picture){.width = number(root, "width"), .height = number(root, "height")};
    assert_true(fabs(p->width - b->figure->width) < .01 && fabs(p->height - b->figure->height) < .01);
    check_words(root);
    for (xmlNode *n = root->children; n; n = n->next)
        if (n->type == XML_ELEMENT_NODE)
            look_at(n, p);
    xmlFreeDoc(doc);
    str_release(&out);
}

/* ---- scales and estimates ---- */

static const char *const words[] = {
    "overwhelmingly improbable", "low", "considerably-more-than-moderate, all told",
    "Donaudampfschifffahrtsgesellschaft", "very high", "WWWWWWWWWWWWWW MMMMMMMMMMMMMM WWWWWWWWWWWWWW WWWWWWWW",
    "\xe5\x8d\xb1\xe9\x99\xba\xe5\x8d\xb1\xe9\x99\xba\xe5\x8d\xb1\xe9\x99\xba\xe5\x8d\xb1\xe9\x99\xba & <so on>",
    "severe"};

static struct terms *scale_of(struct arena *a, unsigned levels)
{
    struct terms *t = arena_new(a, struct terms);
    for (unsigned i = 0; i < levels; i++)
        vec_push(a, &t->list)->name = sv_str(words[i % ARRAY_LEN(words)]);
    return t;
}

enum spread { SPREAD_EVEN, SPREAD_ONE, SPREAD_HALVES, SPREADS };

static struct visual_strip_round round_of(struct arena *a, unsigned levels, size_t count, enum spread spread)
{
    unsigned *estimates = arena_new_array(a, unsigned, count ? count : 1);
    for (size_t i = 0; i < count; i++)
        estimates[i] = spread == SPREAD_EVEN ? (unsigned)i % levels
                       : spread == SPREAD_ONE ? levels - 1 : i % 2 ? levels - 1 : 0;
    return (struct visual_strip_round){estimates, count, count % 4};
}

static struct doc_block *strip_of(struct arena *a, unsigned levels, size_t count, enum spread spread, size_t rounds)
{
    struct visual_strip_factor *factors = arena_new_array(a, struct visual_strip_factor, 2);
    for (size_t f = 0; f < 2; f++) {
        factors[f].name = f ? SV("Damage") : SV("Likelihood");
        factors[f].scale = scale_of(a, f && levels > 4 ? 4 : levels);
        for (size_t k = 0; k < 2; k++)
            factors[f].rounds[k] = round_of(a, (unsigned)factors[f].scale->list.len, k ? count / 2 : count, spread);
    }
    const struct visual_strip strip = {factors, 2, rounds};
    return visual_strip(a, &strip, SV("estimates"));
}

/* Four to seven levels, and scales that nobody should have; 0 to 200 estimates, evenly or all in one place. */
static void test_no_text_overlaps(void **state CM_UNUSED)
{
    static const unsigned levels[] = {1, 2, 3, 4, 5, 6, 7, 8, 12};
    static const size_t counts[] = {0, 1, 2, 3, 4, 5, 8, 9, 17, 40, 99, 200};
    static struct picture p;
    for (size_t l = 0; l < ARRAY_LEN(levels); l++)
        for (size_t c = 0; c < ARRAY_LEN(counts); c++)
            for (int spread = 0; spread < SPREADS; spread++)
                for (size_t rounds = 1; rounds <= 2; rounds++) {
                    struct arena a = ARENA_INIT;
                    const char *what = arena_printf(&a, "%u levels, %zu estimates, spread %d, %zu rounds", levels[l],
                                                    counts[c], spread, rounds);
                    struct doc_block *b = strip_of(&a, levels[l], counts[c], (enum spread)spread, rounds);
                    read_svg(what, b, &p);
                    check_places(what, &p);
                    size_t wanted = 2 * (counts[c] + (rounds == 2 ? counts[c] / 2 : 0));
                    if (p.dots != wanted + (counts[c] > 0)) /* and the one of the legend */
                        fail_msg("%s: %zu dots for %zu estimates", what, p.dots, wanted);
                    assert_true(levels[l] > 7 || b->figure->width <= 720);
                    assert_true(b->figure->height < 850);
                    arena_release(&a);
                }
}

static void test_random(void **state CM_UNUSED)
{
    const char *seed = getenv("CASEMATE_SEED");
    struct dice d = {seed ? strtoull(seed, NULL, 10) : dice_fresh_seed()};
    static struct picture p;
    for (int i = 0; i < 300; i++) {
        struct arena a = ARENA_INIT;
        unsigned levels = 4 + dice_below(&d, 4), estimates[200];
        size_t count = dice_below(&d, 201);
        for (size_t k = 0; k < count; k++)
            estimates[k] = dice_below(&d, 1 + dice_below(&d, levels));
        const struct visual_strip_factor f = {SV("Likelihood"), scale_of(&a, levels), {{estimates, count, 0}}};
        const struct visual_strip strip = {&f, 1, 1};
        read_svg("random", visual_strip(&a, &strip, SV("x")), &p);
        check_places("random", &p);
        assert_int_equal(p.dots, count + (count > 0));
        assert_int_equal(p.bands, count ? 2 : 0);
        arena_release(&a);
    }
}

/* Piles without end are cut, and say so. */
static void test_too_many(void **state CM_UNUSED)
{
    static struct picture p;
    struct arena a = ARENA_INIT;
    struct str out = STR_INIT;
    struct doc_block *b = strip_of(&a, 7, ESTIMATES_MAX, SPREAD_ONE, 1);
    read_svg("too many", b, &p);
    check_places("too many", &p);
    write_svg(b, &out);
    assert_true(sv_find(str_sv(&out), SV("+ 453 more")) >= 0);
    str_release(&out);
    arena_release(&a);
}

/* Two medians: one filled, one hollow, and the legend tells them apart. */
static void test_medians(void **state CM_UNUSED)
{
    static struct picture p;
    struct arena a = ARENA_INIT;
    static const unsigned two[] = {0, 2}, three[] = {0, 1, 1};
    struct visual_strip_factor f = {SV("Likelihood"), scale_of(&a, 4), {{two, 2, 0}, {three, 3, 0}}};
    struct visual_strip strip = {&f, 1, 1};
    read_svg("two", visual_strip(&a, &strip, SV("x")), &p);
    assert_int_equal(p.diamonds, 2 + 2);
    strip.rounds = 2;
    read_svg("two rounds", visual_strip(&a, &strip, SV("x")), &p);
    assert_int_equal(p.diamonds, 2 + 1 + 2);
    f.rounds[0] = f.rounds[1];
    read_svg("three", visual_strip(&a, &strip, SV("x")), &p);
    assert_int_equal(p.diamonds, 1 + 1 + 1);
    strip.count = 0;
    assert_null(visual_strip(&a, &strip, SV("x")));
    arena_release(&a);
}

/* Words on a scale of seven levels: broken at blanks and hyphens, inside a word only when it is too wide by itself, and
 * then with a hyphen; what would be a fourth line is left to the table. */
static void test_lines(void **state CM_UNUSED)
{
    static const struct {
        const char *word, *lines;
    } rows[] = {
        {"low", "low|"},
        {"very high", "very high|"},
        {"quite improbable", "quite|improbable|"},
        {"considerable", "considera-|ble|"},
        {"one-sided or two-sided", "one-sided|or two-|sided|"},
        {"a b c d e f g h i j k l m n o p q r s t u v w x y z", "a b c d e f|g h i j k l m|n o p q r\xe2\x80\xa6|"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena a = ARENA_INIT;
        struct str out = STR_INIT, got = STR_INIT;
        struct terms *scale = arena_new(&a, struct terms);
        for (int k = 0; k < 7; k++)
            vec_push(&a, &scale->list)->name = k ? SV("0") : sv_str(rows[i].word);
        const struct visual_strip_factor f = {SV("F"), scale, {{NULL, 0, 0}}};
        const struct visual_strip strip = {&f, 1, 1};
        write_svg(visual_strip(&a, &strip, SV("x")), &out);
        xmlDoc *doc = xmlReadMemory(out.data, (int)out.len, "svg", NULL, XML_PARSE_NONET);
        for (xmlNode *n = xmlDocGetRootElement(doc)->children; n; n = n->next) {
            if (!has_class(n, "s-word") || number(n, "x") > 200)
                continue;
            xmlChar *content = xmlNodeGetContent(n);
            str_addf(&got, "%s|", (const char *)content);
            xmlFree(content);
        }
        assert_string_equal(str_cstr(&got), rows[i].lines);
        xmlFreeDoc(doc);
        str_release(&out);
        str_release(&got);
        arena_release(&a);
    }
}

static void test_same_bytes(void **state CM_UNUSED)
{
    static const unsigned orders[2][5] = {{0, 1, 1, 3, 2}, {3, 1, 2, 0, 1}};
    struct str out[2] = {STR_INIT, STR_INIT};
    for (int i = 0; i < 2; i++) {
        struct arena a = ARENA_INIT;
        const struct visual_strip_factor f = {SV("Likelihood"), scale_of(&a, 4), {{orders[i], 5, 1}}};
        const struct visual_strip strip = {&f, 1, 1};
        write_svg(visual_strip(&a, &strip, SV("x")), &out[i]);
        arena_release(&a);
    }
    assert_string_equal(str_cstr(&out[0]), str_cstr(&out[1]));
    str_release(&out[0]);
    str_release(&out[1]);
}

/* ---- the words beside it ---- */

/* Rows as lines, cells with a bar between. */
static struct sv table_text(struct arena *a, const struct doc_block *table)
{
    struct str s = STR_INIT;
    for (const struct doc_block *row = table->first; row; row = row->next) {
        for (const struct doc_block *cell = row->first; cell; cell = cell->next)
            str_addf(&s, "%s%.*s", cell == row->first ? "" : "|", SV_ARG(doc_plain(a, cell->inlines)));
        str_add_char(&s, '\n');
    }
    struct sv text = arena_sv(a, str_sv(&s));
    str_release(&s);
    return text;
}

#define DESCRIPTION \
    ">Likelihood, first round: 4 estimates (low 1, medium 1, high 2), medians medium and high, of which high counts, " \
    "middle half low to high. Likelihood, second round: 2 estimates (medium 2), median medium, middle half medium, " \
    "1 abstained. Damage, first round: no estimates, 2 abstained. Damage, second round: 1 estimate (medium 1), " \
    "median medium, middle half medium.<"

static void test_words(void **state CM_UNUSED)
{
    static const char *const names[] = {"low", "medium", "high"};
    static const unsigned first[] = {2, 0, 1, 2}, second[] = {1, 1};
    struct arena a = ARENA_INIT;
    struct str out = STR_INIT;
    struct terms scale = {{NULL, 0, 0}};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        vec_push(&a, &scale.list)->name = sv_str(names[i]);
    const struct visual_strip_factor f[] = {{SV("Likelihood"), &scale, {{first, 4, 0}, {second, 2, 1}}},
                                            {SV("Damage"), &scale, {{NULL, 0, 2}, {second, 1, 0}}}};
    const struct visual_strip strip = {f, 2, 2}, once = {f, 1, 1};
    struct doc_block *b = visual_strip(&a, &strip, SV("T-0001-estimates"));
    assert_text(b->anchor, "T-0001-estimates");
    assert_text(b->first->anchor, "T-0001-estimates-table");
    assert_text(table_text(&a, b->first),
                "Factor|Round|Estimates|Abstained|By level|Median|Middle half|Range|Agreement, -1 to 1\n"
                "Likelihood|first|4|0|low 1, medium 1, high 2|medium and high, of which high counts|low to high|low to "
                "high|0.25\n"
                "Likelihood|second|2|1|medium 2|medium|medium|medium|1.00\n"
                "Damage|first|0|2|none|none|none|none|none\n"
                "Damage|second|1|0|medium 1|medium|medium|medium|1.00\n");
    assert_text(table_text(&a, visual_strip_table(&a, &once, SV("t"))),
                "Factor|Estimates|Abstained|By level|Median|Middle half|Range|Agreement, -1 to 1\n"
                "Likelihood|4|0|low 1, medium 1, high 2|medium and high, of which high counts|low to high|low to high|"
                "0.25\n");
    write_svg(b, &out);
    assert_true(sv_find(str_sv(&out), SV(DESCRIPTION)) > 0);
    str_release(&out);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_text_overlaps), cmocka_unit_test(test_random),
        cmocka_unit_test(test_too_many),         cmocka_unit_test(test_medians),
        cmocka_unit_test(test_lines),            cmocka_unit_test(test_same_bytes),
             cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
