/* Coverage as two bars: what came of the documents, and how much they themselves say about security. */
#include "document/build.h"
#include "document/visual_draw.h"
#include "document/visuals.h"

enum { BAR_W = 720, BAR_H = 38, BAR_TOP = 20, BAR_STEP = 118, GAP = 3, LEAST = 5, LEGEND_W = 180, NUMBER_W = 11 };

struct share {
    const char *label, *class_name, *number;
    unsigned count;
};

/* Widths that add up to the bar: what is there is seen, however little it is. */
static void widths_of(const struct share *shares, size_t count, double *out)
{
    unsigned all = 0, there = 0;
    for (size_t i = 0; i < count; i++) {
        all += shares[i].count;
        there += shares[i].count > 0;
    }
    double room = BAR_W - (double)(there ? there - 1 : 0) * GAP - (double)there * LEAST;
    for (size_t i = 0; i < count; i++)
        out[i] = shares[i].count ? LEAST + room * shares[i].count / all : 0;
}

static double digits(unsigned n)
{
    double count = 1;
    while (n >= 10) {
        n /= 10;
        count++;
    }
    return count;
}

static void draw_bar(struct markup *m, double y, const char *title, const struct share *shares, size_t count)
{
    double widths[8], x = 0;
    widths_of(shares, count, widths);
    visual_text(m, 0, y + 12, "c-title", sv_str(title));
    for (size_t i = 0; i < count; i++) {
        if (shares[i].count == 0)
            continue;
        visual_rect(m, x + .75, y + BAR_TOP + .75, widths[i] - 1.5, BAR_H - 1.5, 4, shares[i].class_name);
        if (widths[i] > digits(shares[i].count) * NUMBER_W + 12)
            visual_textf(m, x + 10, y + BAR_TOP + BAR_H / 2.0 + 6, shares[i].number, "%u", shares[i].count);
        x += widths[i] + GAP;
    }
    for (size_t i = 0; i < count; i++) {
        double left = (double)i * LEGEND_W, top = y + BAR_TOP + BAR_H + 14;
        visual_rect(m, left + .75, top + .75, 12.5, 12.5, 3, shares[i].class_name);
        visual_textf(m, left + 21, top + 12, "c-label", "%s: %u", shares[i].label, shares[i].count);
    }
}

static void draw_coverage(struct markup *m, const void *data, const char *id_prefix)
{
    const struct visual *d = data;
    const struct coverage_counts *n = &d->view->coverage_counts;
    const struct share results[] = {
        {"cited by threats", "c-cited", "c-number c-on", n->by_result[COVERAGE_CITED]},
        {"read, nothing new", "c-read", "c-number", n->by_result[COVERAGE_NOTHING_NEW]},
        {"unread", "c-open", "c-number", n->by_result[COVERAGE_UNREAD]},
        {"left out", "c-out", "c-number", n->by_result[COVERAGE_LEFT_OUT]},
    };
    const struct share considerations[] = {
        {"substantive", "c-substantive", "c-number", n->by_considerations[CONSIDERATIONS_SUBSTANTIVE]},
        {"thin", "c-thin", "c-number", n->by_considerations[CONSIDERATIONS_THIN]},
        {"none", "c-none", "c-number", n->by_considerations[CONSIDERATIONS_NONE]},
        {"not looked at", "c-open", "c-number", n->by_considerations[CONSIDERATIONS_UNSEEN]},
    };
    visual_open(m, d, id_prefix, "coverage", "Coverage",
                SV("Two bars. The first divides the documents by what came of them, the second by how much they "
                   "themselves say about security. The table beside it has the numbers."));
    draw_bar(m, 0, "What came of the documents", results, ARRAY_LEN(results));
    draw_bar(m, BAR_STEP, "What they themselves say about security", considerations, ARRAY_LEN(considerations));
    markup_close(m, "svg");
}

struct doc_block *visual_coverage_table(struct arena *a, const struct view *v, struct sv anchor)
{
    static const char *const names[COVERAGE_RESULTS] = {"Cited by threats", "Read, nothing new", "Unread", "Left out"};
    unsigned counts[COVERAGE_RESULTS][CONSIDERATIONS] = {{0}};
    for (size_t i = 0; i < v->coverage.len; i++)
        counts[v->coverage.at[i].row->result][v->coverage.at[i].row->considerations]++;
    struct doc_block *table = doc_block_new(a, DOC_TABLE);
    table->anchor = anchor;
    table->class_name = "counts";
    doc_text(a, table, SV("Documents by what came of them, and by what they themselves say about security"));
    build_header(a, table, (const char *const[]){"Result", "Substantive", "Thin", "None", "Not looked at", "Together"},
                 6);
    for (size_t r = 0; r < COVERAGE_RESULTS; r++) {
        struct doc_block *row = build_row(a, table);
        build_row_heading(a, row, sv_str(names[r]));
        for (size_t c = 0; c < CONSIDERATIONS; c++)
            build_cell_number(a, row, counts[r][c]);
        build_cell_number(a, row, v->coverage_counts.by_result[r]);
    }
    struct doc_block *row = build_row(a, table);
    build_row_heading(a, row, SV("Together"));
    for (size_t c = 0; c < CONSIDERATIONS; c++)
        build_cell_number(a, row, v->coverage_counts.by_considerations[c]);
    build_cell_number(a, row, v->coverage.len);
    return table;
}

struct doc_block *visual_coverage(struct arena *a, const struct view *v, struct sv anchor)
{
    struct doc_block *b =
        visual_figure(a, v, anchor, BAR_W, BAR_STEP + BAR_TOP + BAR_H + 32, draw_coverage,
                      "How far the reading has come",
                      SV("Two bars that divide the documents by what came of them, and by how much they themselves say "
                         "about security. The table beside it has the numbers."));
    doc_append(b, visual_coverage_table(a, v, build_sv(a, "%.*s-table", SV_ARG(anchor))));
    return b;
}
