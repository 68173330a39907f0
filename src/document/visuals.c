/* Risk matrix, board of stages and timeline of editions as SVG. */
#include "document/visuals.h"

#include "base/date.h"
#include "document/build.h"
#include "document/visual_draw.h"

#include <stdlib.h>

enum {
    CELL_W = 150, CELL_HEAD = 38, CELL_ROW = 18, CELL_GAP = 6, LABEL_W = 96, LABEL_H = 30, PER_ROW = 2, ROWS_LEAST = 3,
    BOARD_W = 720, BOARD_ROW = 20, BOARD_MAX = 10, NAME_LINES = 3, NAME_ROW = 15,
    CELL_LIST = 24, /* threats that a cell of the table names */
};

/* Width of a character in a stage's name, 12 px. */
#define NAME_CHAR 7.2

/* ---- risk matrix ---- */

static bool stands_in(const struct view *v, size_t i, size_t likelihood, size_t damage)
{
    const struct threat *t = v->threats.at[i].threat;
    return !build_is_end(v, t->stage) && t->likelihood.given && t->damage.given &&
           t->likelihood.level == (int)likelihood && t->damage.level == (int)damage;
}

struct cells { /* indexes of threats by cell, ascending; cell = likelihood * damages + damage */
    struct {
        VEC(unsigned) list;
    } *at;
};

static struct cells cells_of(struct arena *a, const struct view *v)
{
    const struct sig *sig = &v->profile->sig;
    size_t columns = sig->damage.list.len;
    struct cells c;
    c.at = arena_array(a, sig->likelihood.list.len * columns + 1, sizeof *c.at);
    for (size_t i = 0; i < v->threats.len; i++) {
        const struct threat *t = v->threats.at[i].threat;
        if (t->likelihood.level < 0 || t->damage.level < 0)
            continue;
        if (stands_in(v, i, (size_t)t->likelihood.level, (size_t)t->damage.level))
            *vec_push(a, &c.at[(size_t)t->likelihood.level * columns + (size_t)t->damage.level].list) = (unsigned)i;
    }
    return c;
}

/* How many rows of ids a cell may have: a glance, what a page of paper takes, and nearly everything. */
static const size_t rows_of_extent[] = {
    [VISUAL_BRIEF] = ROWS_LEAST, [VISUAL_DOCUMENT] = 18, [VISUAL_WHOLE] = 80};

/* The rows of ids that the fullest cell of a likelihood needs, as far as they are allowed. */
static size_t id_rows(const struct cells *cells, const struct sig *sig, size_t likelihood, enum visual_extent extent)
{
    size_t columns = sig->damage.list.len, rows = ROWS_LEAST;
    for (size_t c = 0; c < columns; c++) {
        size_t wanted = (cells->at[likelihood * columns + c].list.len + PER_ROW - 1) / PER_ROW;
        rows = wanted > rows ? wanted : rows;
    }
    return rows < rows_of_extent[extent] ? rows : rows_of_extent[extent];
}

static double cell_height(size_t rows)
{
    return CELL_HEAD + (double)(rows * CELL_ROW);
}

static void draw_ids(struct markup *m, const struct view *v, const unsigned *ids, size_t count, size_t rows, double x,
                     double y)
{
    size_t shown = count > PER_ROW * rows ? PER_ROW * rows - 1 : count;
    for (size_t i = 0; i < shown; i++)
        visual_textf(m, x + 10 + (double)(i % PER_ROW) * 66, y + 42 + (double)(i / PER_ROW) * CELL_ROW, "m-id",
              "%.*s", SV_ARG(v->threats.at[ids[i]].threat->id));
    if (shown < count)
        visual_textf(m, x + 10 + (double)(shown % PER_ROW) * 66, y + 42 + (double)(shown / PER_ROW) * CELL_ROW,
              "m-more", "+ %zu more", count - shown);
}

static void draw_matrix(struct markup *m, const struct visual *d, const char *id_prefix, enum visual_extent extent)
{
    const struct view *v = d->view;
    const struct sig *sig = &v->profile->sig;
    size_t rows = sig->likelihood.list.len, columns = sig->damage.list.len;
    struct arena a = ARENA_INIT;
    struct cells cells = cells_of(&a, v);
    visual_open(m, d, id_prefix, "matrix", "Risk matrix", SV("Rows are likelihood, highest first; columns are damage, "
             "lowest first. Each cell shows its priority and the threats that stand there."));
    double y = 0;
    for (size_t l = rows; l-- > 0;) {
        size_t id_lines = id_rows(&cells, sig, l, extent);
        double height = cell_height(id_lines);
        visual_text(m, LABEL_W - 12, y + height / 2 + 5, "m-row", sig->likelihood.list.at[l].name);
        for (size_t c = 0; c < columns; c++) {
            double x = LABEL_W + (double)(c * (CELL_W + CELL_GAP));
            unsigned priority = sig_priority(sig, (int)l, (int)c);
            visual_rect(m, x, y, CELL_W, height, 8, arena_printf(&a, "m-cell m-p%u", priority));
            visual_textf(m, x + 10, y + 21, "m-priority", "%u", priority);
            size_t count = cells.at[l * columns + c].list.len;
            if (count)
                visual_textf(m, x + CELL_W - 10, y + 21, "m-count", "%zu", count);
            draw_ids(m, v, cells.at[l * columns + c].list.at, count, id_lines, x, y);
        }
        y += height + CELL_GAP;
    }
    double bottom = y;
    for (size_t c = 0; c < columns; c++)
        visual_text(m, LABEL_W + (double)(c * (CELL_W + CELL_GAP)) + CELL_W / 2.0, bottom + 14, "m-column",
             sig->damage.list.at[c].name);
    visual_text(m, LABEL_W - 12, bottom + 14, "m-axis", SV("likelihood \xe2\x86\x91"));
    visual_text(m, (double)d->width - CELL_GAP, bottom + LABEL_H + 6, "m-axis", SV("damage \xe2\x86\x92"));
    markup_close(m, "svg");
    arena_release(&a);
}

static void draw_brief(struct markup *m, const void *data, const char *id_prefix)
{
    draw_matrix(m, data, id_prefix, VISUAL_BRIEF);
}

static void draw_for_document(struct markup *m, const void *data, const char *id_prefix)
{
    draw_matrix(m, data, id_prefix, VISUAL_DOCUMENT);
}

static void draw_whole(struct markup *m, const void *data, const char *id_prefix)
{
    draw_matrix(m, data, id_prefix, VISUAL_WHOLE);
}

/* Links to threats, the first ones when there are many; the rest is found at the address more. */
static void threats_of_cell(struct arena *a, struct doc_block *b, const struct view *v, const unsigned *indexes,
                            size_t count, const char *more)
{
    if (count <= CELL_LIST) {
        build_threat_list(a, b, v, indexes, count);
        return;
    }
    for (size_t i = 0; i < CELL_LIST; i++) {
        struct sv id = v->threats.at[indexes[i]].threat->id;
        doc_threat(a, b, id, id);
        doc_text(a, b, i + 1 < CELL_LIST ? SV(", ") : SV(" and "));
    }
    doc_link(a, b, sv_str(more), build_sv(a, "%zu more", count - CELL_LIST));
}

struct doc_block *visual_matrix_table(struct arena *a, const struct view *v, struct sv anchor, bool in_document)
{
    const struct sig *sig = &v->profile->sig;
    size_t columns = sig->damage.list.len;
    struct cells cells = cells_of(a, v);
    struct doc_block *table = doc_block_new(a, DOC_TABLE);
    table->anchor = anchor;
    table->class_name = "matrix";
    doc_text(a, table, SV("Threats by likelihood and damage"));
    table->header_row = true;
    struct doc_block *row = build_row(a, table);
    build_row_heading(a, row, SV("Likelihood"));
    for (size_t c = 0; c < columns; c++)
        build_row_heading(a, row, build_sv(a, "Damage: %.*s", SV_ARG(sig->damage.list.at[c].name)));
    for (size_t l = sig->likelihood.list.len; l-- > 0;) {
        row = build_row(a, table);
        build_row_heading(a, row, sig->likelihood.list.at[l].name);
        for (size_t c = 0; c < columns; c++) {
            struct doc_block *cell = build_cell(a, row, SV_NONE);
            doc_textf(a, cell, "Priority %u: ", sig_priority(sig, (int)l, (int)c));
            if (cells.at[l * columns + c].list.len)
                threats_of_cell(a, cell, v, cells.at[l * columns + c].list.at, cells.at[l * columns + c].list.len,
                                in_document ? "#summary-table" : "site:priority.html");
            else
                doc_text(a, cell, SV("none"));
        }
    }
    return table;
}

struct doc_block *visual_matrix(struct arena *a, const struct view *v, struct sv anchor, enum visual_extent extent)
{
    static void (*const draw[])(struct markup *m, const void *data, const char *id_prefix) = {
        [VISUAL_BRIEF] = draw_brief, [VISUAL_DOCUMENT] = draw_for_document, [VISUAL_WHOLE] = draw_whole};
    const struct sig *sig = &v->profile->sig;
    struct cells cells = cells_of(a, v);
    size_t width = LABEL_W + sig->damage.list.len * (CELL_W + CELL_GAP), height = LABEL_H + 10;
    for (size_t l = 0; l < sig->likelihood.list.len; l++)
        height += (size_t)cell_height(id_rows(&cells, sig, l, extent)) + CELL_GAP;
    struct doc_block *b = visual_figure(a, v, anchor, width, height, draw[extent],
                                 "Risk matrix: where the threats stand",
                                 SV("A grid of likelihood against damage with the identifiers of the threats in its "
                                    "cells. The table beside it says the same in words."));
    doc_append(b, visual_matrix_table(a, v, build_sv(a, "%.*s-table", SV_ARG(anchor)), extent == VISUAL_DOCUMENT));
    return b;
}

/* ---- board of stages ---- */

/* A name in lines that fit a column, at most NAME_LINES of them; the last is cut short with an ellipsis.
 * Without m, only counts the lines. */
static size_t draw_stage_name(struct markup *m, double x, struct sv name, double width)
{
    size_t most = (size_t)((width - 20) / NAME_CHAR), lines = 0;
    most = most < 4 ? 4 : most;
    while (name.len && lines < NAME_LINES) {
        size_t cut = name.len;
        if (cut > most)
            for (cut = most; cut > 0 && name.at[cut] != ' ' && name.at[cut - 1] != '-';)
                cut--;
        bool broken = cut == 0; /* a word that is too long */
        for (cut = broken ? most : cut; broken && cut < name.len && ((unsigned char)name.at[cut] & 0xC0) == 0x80;)
            cut++;
        bool rest = cut < name.len && lines + 1 == NAME_LINES;
        if (m)
            visual_textf(m, x, 20 + (double)lines * NAME_ROW, "b-stage", "%.*s%s", (int)cut, name.at,
                  rest ? "\xe2\x80\xa6" : "");
        lines++;
        name = sv_trim(sv_from_byte(name, cut));
    }
    return lines;
}

static unsigned counted(const struct count_by_word *by, size_t stage)
{
    return stage < by->len ? by->counts[stage] : 0;
}

/* Drafts whose text claims the stage. */
static unsigned drafts_at(const struct view *v, size_t stage)
{
    unsigned count = 0;
    for (size_t i = 0; i < v->threats.len; i++)
        count += v->threats.at[i].provisional && v->threats.at[i].threat->stage == (int)stage;
    return count;
}

/* The stage in whose column a threat stands: a draft where its text claims to be, the others where they are. */
static int column_of(const struct threat_view *t)
{
    return t->provisional ? t->threat->stage : t->confirmed;
}

/* Draws or, without m, only counts how many cards the fullest column has. */
static size_t draw_cards(struct markup *m, const struct view *v, size_t columns, double w, double top)
{
    size_t *used = base_malloc((columns + 1) * sizeof *used), most = 0;
    memset(used, 0, (columns + 1) * sizeof *used);
    for (unsigned drafts = 0; drafts < 2; drafts++) {
        for (size_t i = 0; i < v->threats.len; i++) {
            const struct threat_view *t = &v->threats.at[i];
            int c = column_of(t);
            if (t->provisional != (drafts == 1) || c < 0 || (size_t)c >= columns)
                continue;
            size_t n = used[c]++;
            most = used[c] > most ? used[c] : most;
            if (!m || n >= BOARD_MAX)
                continue;
            double x = (double)c * w, y = top + (double)n * (BOARD_ROW + 4);
            visual_rect(m, x + 8, y, w - 24, BOARD_ROW, 5, drafts ? "b-card b-draft" : "b-card");
            visual_text(m, x + 16, y + 14.5, drafts ? "b-id b-id-draft" : "b-id", t->threat->id);
        }
    }
    for (size_t c = 0; m && c < columns; c++)
        if (used[c] > BOARD_MAX)
            visual_textf(m, (double)c * w + 10, top + BOARD_MAX * (BOARD_ROW + 4) + 15, "m-more", "+ %zu more",
                  used[c] - BOARD_MAX);
    free(used);
    return most;
}

struct board {
    size_t columns, rows;
    double w, top; /* width of a column; where the cards begin */
};

static struct board board_of(const struct view *v)
{
    const struct process *p = &v->profile->process;
    struct board b = {.columns = p->stage_count < p->stages.len ? p->stage_count : p->stages.len};
    size_t lines = 1;
    b.w = (BOARD_W + 8.0) / (double)(b.columns ? b.columns : 1);
    for (size_t c = 0; c < b.columns; c++) {
        size_t l = draw_stage_name(NULL, 0, p->stages.at[c].name, b.w);
        lines = l > lines ? l : lines;
    }
    b.rows = draw_cards(NULL, v, b.columns, b.w, 0);
    b.rows = b.rows > BOARD_MAX ? BOARD_MAX + 1 : b.rows;
    b.top = 20 + (double)lines * NAME_ROW + 44;
    return b;
}

static void draw_board(struct markup *m, const void *data, const char *id_prefix)
{
    const struct visual *d = data;
    const struct view *v = d->view;
    const struct process *p = &v->profile->process;
    struct board b = board_of(v);
    visual_open(m, d, id_prefix, "board", "Board of stages",
             SV("One column for each stage, with the number of threats that "
                "are confirmed there. Hollow entries are editor's drafts: their text has come that far, "
                "ahead of the "
                "group's decisions."));
    for (size_t c = 0; c < b.columns; c++) {
        double x = (double)c * b.w;
        unsigned count = counted(&v->by_stage, c), drafts = drafts_at(v, c);
        visual_rect(m, x, 0, b.w - 8, (double)d->height, 8, count || drafts ? "b-column" : "b-column b-empty");
        draw_stage_name(m, x + 10, p->stages.at[c].name, b.w);
        visual_textf(m, x + 10, b.top - 30, "b-count", "%u", count);
        if (drafts)
            visual_textf(m, x + 10, b.top - 12, "m-more", "+%u %s", drafts, drafts == 1 ? "draft" : "drafts");
    }
    draw_cards(m, v, b.columns, b.w, b.top);
    markup_close(m, "svg");
}

/* ": T-0001, T-0002 and T-0003", the first of them when there are many. */
static void list_column(struct arena *a, struct doc_block *item, const struct view *v, size_t stage, bool drafts,
                        const char *more)
{
    struct {
        VEC(unsigned) list;
    } in = {0};
    for (size_t i = 0; i < v->threats.len; i++)
        if (v->threats.at[i].provisional == drafts && column_of(&v->threats.at[i]) == (int)stage)
            *vec_push(a, &in.list) = (unsigned)i;
    if (in.list.len == 0)
        return;
    doc_text(a, item, SV(" ("));
    threats_of_cell(a, item, v, in.list.at, in.list.len, more);
    doc_text(a, item, SV(")"));
}

struct doc_block *visual_board(struct arena *a, const struct view *v, struct sv anchor, bool in_document)
{
    const char *more = in_document ? "#summary-table" : "site:stage.html";
    const struct process *p = &v->profile->process;
    struct board board = board_of(v);
    struct doc_block *b =
        visual_figure(a, v, anchor, BOARD_W, (size_t)board.top + 6 + board.rows * (BOARD_ROW + 4), draw_board,
                      "Board of stages: how far the work has come",
                      SV("One column for each stage with the number of threats confirmed there; hollow "
                         "entries are editor's drafts. The list beside it says the same in words."));
    struct doc_block *list = build_list(a, b);
    for (size_t c = 0; c < board.columns; c++) {
        struct doc_block *item = build_item(a, list);
        unsigned drafts = drafts_at(v, c);
        doc_textf(a, item, "%.*s: %u confirmed", SV_ARG(p->stages.at[c].name), counted(&v->by_stage, c));
        list_column(a, item, v, c, false, more);
        if (drafts == 0)
            continue;
        doc_textf(a, item, ", and %u %s", drafts,
                  drafts == 1 ? "editor\xe2\x80\x99s draft" : "editor\xe2\x80\x99s drafts");
        list_column(a, item, v, c, true, more);
    }
    return b;
}

/* ---- timeline of editions ---- */

static int64_t when(const struct edition *e)
{
    struct date d;
    return date_parse(e->date, &d) ? date_to_time(d) : 0;
}

static void draw_timeline(struct markup *m, const void *data, const char *id_prefix)
{
    const struct visual *d = data;
    const struct view *v = d->view;
    int64_t first = when(&v->editions.at[0]), last = when(&v->editions.at[v->editions.len - 1]);
    visual_open(m, d, id_prefix, "timeline", "Timeline of editions",
             SV("One line for each document, with a mark for each edition at its date."));
    for (size_t k = 0; k < DOCUMENT_KINDS; k++) {
        double y = 28 + (double)k * 46;
        double next = 0; /* where a label may begin */
        visual_text(m, 0, y + 4, "t-name", sv_str(document_names[k]));
        visual_rect(m, 90, y - 1, (double)d->width - 110, 2, 1, "t-line");
        for (size_t i = 0; i < v->editions.len; i++) {
            const struct edition *e = &v->editions.at[i];
            if (!sv_eq_str(e->document, document_names[k]))
                continue;
            double span = last > first ? (double)(last - first) : 1;
            double x = 100 + ((double)d->width - 150) * (double)(when(e) - first) / span;
            markup_open(m, "circle");
            markup_attr_number(m, "cx", x);
            markup_attr_number(m, "cy", y);
            markup_attr_number(m, "r", 6);
            visual_class(m, "t-mark");
            markup_close(m, "circle");
            if (x >= next) { /* marks may be closer than their labels are wide */
                visual_text(m, x, y - 12, "t-version", e->version);
                next = x + 12 + 7.5 * (double)e->version.len;
            }
        }
    }
    visual_text(m, 100, (double)d->height - 4, "t-date", v->editions.at[0].date);
    if (last > first)
        visual_text(m, (double)d->width - 86, (double)d->height - 4, "t-date",
                    v->editions.at[v->editions.len - 1].date);
    markup_close(m, "svg");
}

struct doc_block *visual_timeline(struct arena *a, const struct view *v, struct sv anchor)
{
    if (v->editions.len == 0)
        return NULL;
    struct doc_block *b = visual_figure(a, v, anchor, 720, 28 + DOCUMENT_KINDS * 46, draw_timeline,
                                 "Timeline of editions",
                                 SV("A line for each document with a mark for each edition."));
    struct doc_block *list = build_list(a, b);
    for (size_t i = 0; i < v->editions.len; i++) {
        const struct edition *e = &v->editions.at[i];
        doc_textf(a, build_item(a, list), "%.*s: %.*s, edition %.*s", SV_ARG(e->date), SV_ARG(e->document),
                  SV_ARG(e->version));
    }
    return b;
}
