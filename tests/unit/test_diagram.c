/* Drawings in characters: what is a stroke and what a word; boxes; and that no word is lost or moved. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "base/str.h"
#include "base/utf8.h"
#include "document/build.h"
#include "format/diagram.h"
#include "format/markup.h"

/* Boxes as "left,top-right,bottom", then the labels in bars, then the heads, then the number of lines. */
static const char *told(struct arena *a, const struct diagram *d)
{
    struct str out = STR_INIT;
    for (size_t i = 0; i < d->boxes.len; i++) {
        const struct diagram_box *b = &d->boxes.at[i];
        str_addf(&out, "%u,%u-%u,%u%s%s ", b->left, b->top, b->right, b->bottom, b->twofold ? "=" : "",
                 b->region ? "o" : "");
    }
    for (size_t i = 0; i < d->labels.len; i++)
        str_addf(&out, "|%.*s%s", SV_ARG(d->labels.at[i].text), d->labels.at[i].listed ? "~" : "");
    str_add_str(&out, "| ");
    for (size_t i = 0; i < d->heads.len; i++)
        str_addf(&out, "%c%u,%u%s ", d->heads.at[i].direction, d->heads.at[i].column, d->heads.at[i].row,
                 d->heads.at[i].touches ? "!" : "");
    str_addf(&out, "%zu", d->lines.len);
    const char *text = arena_strdup(a, str_cstr(&out));
    str_release(&out);
    return text;
}

struct scan_case {
    const char *text, *told;
};

static const struct scan_case cases[] = {
    /* a box; blanks around it do not count */
    {"\n   +---+\n   | a |\n   +---+\n\n", "0,0-4,2 |a| 0"},
    /* side by side, joined by a line with an arrow head */
    {"+---+   +---+\n| a |-->| b |\n+---+   +---+", "0,0-4,2 8,0-12,2 |a|b| >7,1! 1"},
    {"+---+   +---+\n| a |<==| b |\n+---+   +---+", "0,0-4,2 8,0-12,2 |a|b| <5,1! 1"},
    /* a side in common */
    {"+---+---+\n| a | b |\n+---+---+", "0,0-4,2 4,0-8,2 |a|b| 0"},
    /* one in another */
    {"+-------+\n| +---+ |\n| | a | |\n| +---+ |\n+-------+", "0,0-8,4o 2,1-6,3 |a| 0"},
    /* double, and a line that goes through a side */
    {"+===+\n| a-|-- b\n+===+", "0,0-4,2= |a|b| 1"},
    /* up and down */
    {"+-+\n| |\n+-+\n ^\n |\n v\n x", "0,0-2,2 |x| ^1,3! v1,5 1"},
    /* not closed: lines only */
    {"+---+\n|   |\n+-- +", "| 4"},
    /* words on lines */
    {"+-- (5) HTTP --+\n|              |\n", "|(5)|HTTP| 4"},
    /* words that look like strokes */
    {"end-to-end a-b C++ a | b x = y v ^ < > 1+1", "|end-to-end a-b C++ a | b x = y v ^ < > 1+1| 0"},
    {"x<=y, a--b, a -- b", "|x<=y, a--b, a -- b| 0"},
    {"a -> b <- c", "|a|b|c| >3,0 <7,0 2"},
    {"+--+\n|v | over\n+--+", "0,0-3,2 |v|over| 0"},
    {"  |\nover\n  |\n  v", "|over| v2,3 2"},
    /* a list, and words that are centred */
    {"+--------+\n| server |\n| a      |\n| store  |\n+--------+", "0,0-9,4 |server~|a~|store~| 0"},
    {"+--------+\n| server |\n|   ab   |\n| stores |\n+--------+", "0,0-9,4 |server|ab|stores| 0"},
    /* marks stand by themselves */
    {"a (7) b(1) (2)c (IV) (long) -(1)-", "|a|(7)|b(1) (2)c|(IV)|(long) -(1)-| 0"},
    {"a ==(1)==> b", "|a|(1)|b| >9,0 2"},
    /* two blanks part labels */
    {"a b  c", "|a b|c| 0"},
    /* wide characters take two cells, marks none */
    {"+----+\n|\xE6\x97\xA5\xE6\x9C\xAC|\n+----+", "0,0-5,2 |\xE6\x97\xA5\xE6\x9C\xAC| 0"},
    {"+--+\n|a\xCC\x88 |\n+--+", "0,0-3,2 |a\xCC\x88| 0"},
};

static void test_scan(void **state)
{
    (void)state;
    int failed = 0;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena a = ARENA_INIT;
        struct diagram d;
        struct diagram_fault fault;
        if (!diagram_scan(&a, sv_str(cases[i].text), &d, &fault))
            fail_msg("case %zu: %s", i, fault.what);
        const char *got = told(&a, &d);
        if (strcmp(got, cases[i].told)) {
            print_message("case %zu:\n%s\ngot:  %s\nwant: %s\n", i, cases[i].text, got, cases[i].told);
            failed++;
        }
        arena_release(&a);
    }
    assert_int_equal(failed, 0);
}

static void test_limits(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct diagram d;
    struct diagram_fault fault;
    struct str wide = STR_INIT, high = STR_INIT;
    str_add_str(&wide, "x\n");
    str_add_repeat(&wide, '-', DIAGRAM_COLUMNS_MAX);
    assert_true(diagram_scan(&a, str_sv(&wide), &d, &fault));
    assert_int_equal(d.columns, DIAGRAM_COLUMNS_MAX);
    str_add_char(&wide, '-');
    assert_false(diagram_scan(&a, str_sv(&wide), &d, &fault));
    assert_int_equal(fault.line, 2);
    assert_string_equal(fault.what, "a diagram with more than 120 columns");
    for (int i = 0; i < DIAGRAM_ROWS_MAX; i++)
        str_add_str(&high, "|\n");
    assert_true(diagram_scan(&a, str_sv(&high), &d, &fault));
    assert_int_equal(d.rows, DIAGRAM_ROWS_MAX);
    str_add_str(&high, "\n|\n");
    assert_false(diagram_scan(&a, str_sv(&high), &d, &fault));
    assert_string_equal(fault.what, "a diagram with more than 80 rows");
    assert_false(diagram_scan(&a, SV(" \n\n"), &d, &fault));
    assert_string_equal(fault.what, "an empty diagram");
    assert_false(diagram_scan(&a, SV("a\n \tb\n"), &d, &fault));
    assert_int_equal(fault.line, 2);
    assert_int_equal(fault.column, 2);
    str_release(&wide);
    str_release(&high);
    arena_release(&a);
}

/* A grid full of corners takes no time. */
static void test_crowded(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct diagram d;
    struct diagram_fault fault;
    struct str text = STR_INIT;
    for (int row = 0; row < DIAGRAM_ROWS_MAX; row++) {
        for (int column = 0; column < DIAGRAM_COLUMNS_MAX; column++)
            str_add_char(&text, row % 2 ? (column % 2 ? ' ' : '|') : (column % 2 ? '-' : '+'));
        str_add_char(&text, '\n');
    }
    assert_true(diagram_scan(&a, str_sv(&text), &d, &fault));
    assert_int_equal(d.boxes.len, (DIAGRAM_ROWS_MAX / 2 - 1) * (DIAGRAM_COLUMNS_MAX / 2 - 1));
    str_release(&text);
    arena_release(&a);
}

/* Of each character of a text: does a word hold it? */
static void cover_words(const struct diagram *d, bool *covered)
{
    for (size_t i = 0; i < d->labels.len; i++)
        for (unsigned k = 0; k < d->labels.at[i].width; k++)
            covered[d->labels.at[i].row * d->columns + d->labels.at[i].column + k] = true;
}

static const char picture[] = " device A        domain a\n"
                              "+--------+     +----------+\n"
                              "| client |==>  | server   |      C++, x<=y\n"
                              "|  (7)   |=(1)=| accounts |--|-- end-to-end\n"
                              "+--------+     +----------+\n"
                              "  |                 v\n"
                              "  +-- (5) upload --> W|WWW  \xE6\x97\xA5\xE6\x9C\xAC\n";

/* Whatever is no stroke is in a label, at its cell; whatever is in none is a stroke or blank. */
static void test_no_word_is_lost(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct diagram d;
    struct diagram_fault fault;
    assert_true(diagram_scan(&a, SV(picture), &d, &fault));
    bool *covered = arena_new_array(&a, bool, (size_t)d.columns * d.rows);
    cover_words(&d, covered);
    struct sv rest = SV(picture), line;
    for (unsigned row = 0; sv_next_line(&rest, &line); row++) {
        unsigned column = 0;
        for (size_t i = 0; i < line.len;) {
            size_t start = i;
            uint32_t c = utf8_next(line, &i);
            bool may_be_stroke = c < 0x80 && strchr("+-=|<>v^", (int)c);
            if (!covered[row * d.columns + column] && c != ' ' && !may_be_stroke)
                fail_msg("row %u, column %u: U+%04X is lost", row, column, c);
            column += (unsigned)utf8_width(sv_from(line.at + start, i - start));
        }
    }
    for (size_t i = 0; i < d.labels.len; i++) { /* the label is what stands there */
        const struct diagram_label *l = &d.labels.at[i];
        struct sv text = SV(picture);
        for (unsigned row = 0; sv_next_line(&text, &line) && row < l->row; row++)
            ;
        size_t at = 0;
        for (unsigned column = 0; column < l->column;) {
            size_t start = at;
            utf8_next(line, &at);
            column += (unsigned)utf8_width(sv_from(line.at + start, at - start));
        }
        assert_true(sv_starts(sv_from_byte(line, at), l->text));
        assert_int_equal(utf8_width(l->text), l->width);
    }
    arena_release(&a);
}

static void texts_of(const xmlNode *node, xmlNode **out, size_t *count)
{
    for (xmlNode *n = node->children; n; n = n->next) {
        if (n->type == XML_ELEMENT_NODE && !strcmp((const char *)n->name, "text"))
            out[(*count)++] = n;
        else
            texts_of(n, out, count);
    }
}

static double number(xmlNode *node, const char *name)
{
    xmlChar *value = xmlGetProp(node, BAD_CAST name);
    double n = value ? strtod((const char *)value, NULL) : -1;
    xmlFree(value);
    return n;
}

/* The picture has a text for each label, in order, in its row, and no more than a cell beside the middle (or the
 * beginning) of its cells. */
static void test_words_stand_at_their_place(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct diagram d;
    struct diagram_fault fault;
    struct str out = STR_INIT;
    struct markup m;
    struct doc_block *b = build_diagram(&a, SV("A picture"), SV(picture));
    assert_true(diagram_scan(&a, SV(picture), &d, &fault));
    assert_non_null(b);
    assert_int_equal(b->kind, DOC_FIGURE);
    assert_string_equal(b->first->text.at, picture); /* its text equivalent */
    markup_init(&m, &out, MARKUP_XML);
    b->figure->draw(&m, b->figure->data, "p-");
    markup_finish(&m);
    xmlDoc *doc = xmlReadMemory(out.data, (int)out.len, "svg", NULL, XML_PARSE_NONET);
    assert_non_null(doc);
    xmlNode *texts[100];
    size_t count = 0;
    texts_of(xmlDocGetRootElement(doc), texts, &count);
    assert_int_equal(count, d.labels.len);
    double cell_w = (b->figure->width - 12) / d.columns, cell_h = (b->figure->height - 12) / d.rows;
    for (size_t i = 0; i < count; i++) {
        const struct diagram_label *l = &d.labels.at[i];
        xmlChar *content = xmlNodeGetContent(texts[i]), *anchor = xmlGetProp(texts[i], BAD_CAST "text-anchor");
        bool start = !strcmp((const char *)anchor, "start");
        double x = (number(texts[i], "x") - 6) / cell_w, y = (number(texts[i], "y") - 6) / cell_h;
        double wanted = start ? l->column : l->column + l->width / 2.0;
        assert_true(sv_eq(sv_str((const char *)content), l->text));
        assert_true(x >= wanted - 1 && x <= wanted + 1);
        assert_true(y > l->row && y < l->row + 1);
        xmlFree(content);
        xmlFree(anchor);
    }
    xmlFreeDoc(doc);
    str_release(&out);
    arena_release(&a);
}

static void test_same_bytes(void **state)
{
    (void)state;
    struct str out[2] = {STR_INIT, STR_INIT};
    for (int i = 0; i < 2; i++) {
        struct arena a = ARENA_INIT;
        struct markup m;
        struct doc_block *b = build_diagram(&a, SV("A picture"), SV(picture));
        markup_init(&m, &out[i], MARKUP_HTML);
        b->figure->draw(&m, b->figure->data, "p-");
        markup_finish(&m);
        arena_release(&a);
    }
    assert_true(sv_eq(str_sv(&out[0]), str_sv(&out[1])));
    str_release(&out[0]);
    str_release(&out[1]);
}

static void test_alternative(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct doc_block *b =
        build_diagram(&a, SV("Two of them"),
                      SV("  A\n+---+   +-----+\n| a |-->| b   |\n|   |   | cde |\n+---+   +-----+"));
    assert_true(sv_eq(b->figure->alternative, SV("A drawing of 2 boxes and lines with arrow heads. In boxes: a; b cde. "
                                                 "Beside them: A.")));
    assert_true(sv_eq(b->anchor, SV("figure-two-of-them")));
    assert_null(build_diagram(&a, SV("None"), SV("\t")));
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scan),           cmocka_unit_test(test_limits),
        cmocka_unit_test(test_crowded),        cmocka_unit_test(test_no_word_is_lost),
        cmocka_unit_test(test_words_stand_at_their_place), cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_alternative),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
