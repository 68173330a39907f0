/* Drawings in characters (format/diagram.h) as figures: boxes and lines at their cells, words in proportional letters
 * on the middle of the place that they have in the text. */
#include "document/build.h"
#include "format/diagram.h"
#include "format/markup.h"
#include "tree/io/layout.h"

#include <stdlib.h>

/* Pixels; a cell is CELL_W by CELL_H. */
enum { CELL_W = 8, CELL_H = 20, MARGIN = 6, HEAD = 8, TEXT_GAP = 5, PILL_H = 18, PILL_PAD = 5 };
#define TEXT_SIZE 13.5
#define TWOFOLD_GAP 1.75 /* from the middle to each of the two lines */

struct drawing {
    struct diagram diagram;
    struct sv caption, description;
    struct label_place *places; /* by label */
};

struct label_place {
    double left, right; /* where its letters stand, as wide as any font makes them */
    bool start;         /* drawn from its left end */
};

static double x_of(double halves)
{
    return MARGIN + halves * CELL_W / 2;
}

static double y_of(double halves)
{
    return MARGIN + halves * CELL_H / 2;
}

/* ---- words ---- */

static double width_of(struct sv text)
{
    return measure_text(text) * TEXT_SIZE / 1000;
}

/* Half cells of the middle of a label. One within a cell of the middle of its box was meant to stand there. */
static double middle_of(const struct diagram *d, const struct diagram_label *l)
{
    double middle = 2.0 * l->column + l->width;
    if (l->box < 0)
        return middle;
    const struct diagram_box *b = &d->boxes.at[l->box];
    double box = (double)b->left + b->right + 1;
    return middle - box <= 2 && box - middle <= 2 ? box : middle;
}

static void place_labels(struct arena *a, struct drawing *d)
{
    d->places = arena_new_array(a, struct label_place, d->diagram.labels.len + 1);
    for (size_t i = 0; i < d->diagram.labels.len; i++) {
        const struct diagram_label *l = &d->diagram.labels.at[i];
        double width = width_of(l->text), cells = (double)l->width * CELL_W;
        double middle = x_of(middle_of(&d->diagram, l));
        struct label_place *w = &d->places[i];
        width = width > cells + CELL_W ? cells + CELL_W : width; /* squeezed then */
        w->start = l->listed && !l->mark;
        w->left = w->start ? x_of(2.0 * l->column) : middle - width / 2;
        w->right = w->left + width;
    }
}

static void draw_pill(struct markup *m, const struct label_place *w, double y)
{
    markup_open(m, "rect");
    markup_attr_str(m, "class", "d-pill");
    markup_attr_number(m, "x", w->left - PILL_PAD);
    markup_attr_number(m, "y", y - PILL_H / 2.0);
    markup_attr_number(m, "width", w->right - w->left + 2 * PILL_PAD);
    markup_attr_number(m, "height", PILL_H);
    markup_attr_number(m, "rx", PILL_H / 2.0);
    markup_attr_str(m, "fill", "#e2eef0");
    markup_attr_str(m, "stroke", "#125566");
    markup_close(m, "rect");
}

static void draw_label(struct markup *m, const struct drawing *d, size_t i)
{
    const struct diagram_label *l = &d->diagram.labels.at[i];
    const struct label_place *w = &d->places[i];
    double y = y_of(2.0 * l->row + 1);
    if (l->mark) /* the text around the drawing refers to it */
        draw_pill(m, w, y);
    markup_open(m, "text");
    markup_attr_str(m, "class", l->mark ? "d-mark" : l->box < 0 ? "d-text d-beside" : "d-text");
    markup_attr_number(m, "x", w->start ? w->left : (w->left + w->right) / 2);
    markup_attr_number(m, "y", y + 4.75);
    markup_attr_str(m, "text-anchor", w->start ? "start" : "middle");
    markup_attr_str(m, "fill", l->mark ? "#125566" : l->box < 0 ? "#4b5259" : "#16191d");
    if (l->mark)
        markup_attr_str(m, "font-weight", "bold");
    if (width_of(l->text) > w->right - w->left + .5) {
        markup_attr_number(m, "textLength", w->right - w->left);
        markup_attr_str(m, "lengthAdjust", "spacingAndGlyphs");
    }
    markup_text(m, l->text);
    markup_close(m, "text");
    markup_newline(m);
}

/* ---- strokes ---- */

static void draw_rect(struct markup *m, const struct diagram_box *b, double inset, bool filled)
{
    const char *fill = !filled ? "none" : b->region ? "#f3f1ea" : "#e7eef1";
    markup_open(m, "rect");
    markup_attr_str(m, "class", !filled ? "d-rim" : b->region ? "d-region" : "d-box");
    markup_attr_number(m, "x", x_of(2.0 * b->left + 1) + inset);
    markup_attr_number(m, "y", y_of(2.0 * b->top + 1) + inset);
    markup_attr_number(m, "width", (double)(b->right - b->left) * CELL_W - 2 * inset);
    markup_attr_number(m, "height", (double)(b->bottom - b->top) * CELL_H - 2 * inset);
    markup_attr_number(m, "rx", 5 - inset);
    markup_attr_str(m, "fill", fill);
    markup_attr_str(m, "stroke", "#5c6977");
    markup_close(m, "rect");
    markup_newline(m);
}

/* The end of a line in the open goes on, or back, to the letters that stand before it. */
static double to_letters(const struct drawing *d, unsigned row, unsigned half, bool right, double x)
{
    for (size_t i = 0; i < d->diagram.labels.len; i++) {
        const struct diagram_label *l = &d->diagram.labels.at[i];
        unsigned cell = half / 2; /* the first cell behind a right end, the first of the line at a left one */
        if (l->row != row || d->places[i].start)
            continue;
        double gap = l->mark ? PILL_PAD : TEXT_GAP;
        if (right && (l->column == cell || l->column == cell + 1))
            return d->places[i].left - gap;
        if (!right && (l->column + l->width == cell || l->column + l->width + 1 == cell))
            return d->places[i].right + gap;
    }
    return x;
}

static void draw_stroke(struct markup *m, double x1, double y1, double x2, double y2)
{
    markup_open(m, "line");
    markup_attr_str(m, "class", "d-line");
    markup_attr_number(m, "x1", x1);
    markup_attr_number(m, "y1", y1);
    markup_attr_number(m, "x2", x2);
    markup_attr_number(m, "y2", y2);
    markup_attr_str(m, "stroke", "#5c6977");
    markup_close(m, "line");
    markup_newline(m);
}

static void draw_line(struct markup *m, const struct drawing *d, const struct diagram_line *l)
{
    double x1 = x_of(l->x1), x2 = x_of(l->x2), y1 = y_of(l->y1), y2 = y_of(l->y2), off = l->twofold ? TWOFOLD_GAP : 0;
    if (l->y1 == l->y2 && l->x1 % 2 == 0)
        x1 = to_letters(d, l->y1 / 2, l->x1, false, x1);
    if (l->y1 == l->y2 && l->x2 % 2 == 0)
        x2 = to_letters(d, l->y1 / 2, l->x2, true, x2);
    if (x2 < x1 || (l->y1 == l->y2 && x1 == x2))
        return; /* letters took all of its room */
    draw_stroke(m, x1, y1 - off, x2, y2 - off);
    if (l->twofold)
        draw_stroke(m, x1, y1 + off, x2, y2 + off);
}

static void draw_head(struct markup *m, const struct diagram_head *h)
{
    bool level = h->direction == '<' || h->direction == '>', back = h->direction == '<' || h->direction == '^';
    double x = x_of(2.0 * h->column + 1), y = y_of(2.0 * h->row + 1), way = back ? -1 : 1;
    double reach = (level ? CELL_W : CELL_H) * (h->touches ? 1.0 : 0.5) - (h->touches ? 1 : 0);
    double tip_x = level ? x + way * reach : x, tip_y = level ? y : y + way * reach;
    double base_x = level ? tip_x - way * HEAD : x, base_y = level ? y : tip_y - way * HEAD;
    if (level ? (base_x - x) * way > 0 : (base_y - y) * way > 0)
        draw_stroke(m, x, y, base_x, base_y);
    markup_open(m, "polygon");
    markup_attr_str(m, "class", "d-head");
    double half = HEAD / 2.0 + .5;
    markup_attrf(m, "points", "%.2f,%.2f %.2f,%.2f %.2f,%.2f", tip_x, tip_y, base_x - (level ? 0 : half),
                 base_y - (level ? half : 0), base_x + (level ? 0 : half), base_y + (level ? half : 0));
    markup_attr_str(m, "fill", "#5c6977");
    markup_close(m, "polygon");
    markup_newline(m);
}

/* ---- the whole ---- */

static void open_svg(struct markup *m, const struct drawing *d, const char *id_prefix)
{
    unsigned width = d->diagram.columns * CELL_W + 2 * MARGIN, height = d->diagram.rows * CELL_H + 2 * MARGIN;
    markup_open(m, "svg");
    markup_attr_str(m, "xmlns", "http://www.w3.org/2000/svg");
    markup_attrf(m, "viewBox", "0 0 %u %u", width, height);
    markup_attrf(m, "width", "%u", width);
    markup_attrf(m, "height", "%u", height);
    markup_attr_str(m, "font-family", "Noto Sans, DejaVu Sans, sans-serif");
    markup_attr_number(m, "font-size", TEXT_SIZE);
    markup_attr_str(m, "stroke-width", "1.5");
    markup_attr_str(m, "stroke-linecap", "round");
    markup_attr_str(m, "role", "img");
    markup_attrf(m, "aria-labelledby", "%stitle %sdesc", id_prefix, id_prefix);
    markup_newline(m);
    markup_open(m, "title");
    markup_attrf(m, "id", "%stitle", id_prefix);
    markup_text(m, d->caption);
    markup_close(m, "title");
    markup_open(m, "desc");
    markup_attrf(m, "id", "%sdesc", id_prefix);
    markup_text(m, d->description);
    markup_close(m, "desc");
    markup_newline(m);
}

static void draw(struct markup *m, const void *data, const char *id_prefix)
{
    const struct drawing *d = data;
    open_svg(m, d, id_prefix);
    for (size_t i = 0; i < d->diagram.boxes.len; i++) {
        const struct diagram_box *b = &d->diagram.boxes.at[i];
        draw_rect(m, b, b->twofold ? -TWOFOLD_GAP : 0, true);
        if (b->twofold)
            draw_rect(m, b, TWOFOLD_GAP, false);
    }
    for (size_t i = 0; i < d->diagram.lines.len; i++)
        draw_line(m, d, &d->diagram.lines.at[i]);
    for (size_t i = 0; i < d->diagram.heads.len; i++)
        draw_head(m, &d->diagram.heads.at[i]);
    markup_open(m, "g");
    markup_attr_str(m, "stroke", "none");
    markup_newline(m);
    for (size_t i = 0; i < d->diagram.labels.len; i++)
        draw_label(m, d, i);
    markup_close(m, "g");
    markup_close(m, "svg");
}

static int reading_order(const void *left, const void *right)
{
    const struct diagram_box *a = *(const struct diagram_box *const *)left;
    const struct diagram_box *b = *(const struct diagram_box *const *)right;
    if (a->top != b->top)
        return a->top < b->top ? -1 : 1;
    return a->left < b->left ? -1 : a->left > b->left;
}

static bool add_words(struct str *out, const struct diagram *d, int box, const char *before, const char *between)
{
    bool any = false;
    for (size_t i = 0; i < d->labels.len; i++) {
        if (d->labels.at[i].box != box)
            continue;
        bool same = any && d->labels.at[i - 1].mark && d->labels.at[i - 1].row == d->labels.at[i].row &&
                    d->labels.at[i - 1].column + d->labels.at[i - 1].width + 1 == d->labels.at[i].column;
        str_add_str(out, same ? " " : any ? between : before);
        str_add(out, d->labels.at[i].text);
        any = true;
    }
    return any;
}

/* What a listener is told: the words of each box, then those beside them. */
static struct sv describe(struct arena *a, const struct diagram *d)
{
    struct str out = STR_INIT;
    const struct diagram_box **boxes = arena_new_array(a, const struct diagram_box *, d->boxes.len + 1);
    for (size_t i = 0; i < d->boxes.len; i++)
        boxes[i] = &d->boxes.at[i];
    if (d->boxes.len > 1)
        qsort(boxes, d->boxes.len, sizeof(*boxes), reading_order);
    str_addf(&out, "A drawing of %zu %s%s%s.", d->boxes.len, d->boxes.len == 1 ? "box" : "boxes",
             d->lines.len ? " and lines" : "", d->heads.len ? " with arrow heads" : "");
    bool any = false;
    for (size_t i = 0; i < d->boxes.len; i++)
        any = add_words(&out, d, (int)(boxes[i] - d->boxes.at), any ? "; " : " In boxes: ", " ") || any;
    if (any)
        str_add_char(&out, '.');
    if (add_words(&out, d, -1, " Beside them: ", "; "))
        str_add_char(&out, '.');
    struct sv text = arena_sv(a, str_sv(&out));
    str_release(&out);
    return text;
}

struct doc_block *build_diagram(struct arena *a, struct sv caption, struct sv text)
{
    struct drawing *d = arena_new(a, struct drawing);
    struct doc_figure *f = arena_new(a, struct doc_figure);
    struct diagram_fault fault;
    if (!diagram_scan(a, text, &d->diagram, &fault))
        return NULL;
    d->caption = caption.len ? arena_sv(a, caption) : SV("Drawing");
    d->description = describe(a, &d->diagram);
    place_labels(a, d);
    *f = (struct doc_figure){.draw = draw, .data = d, .width = (double)d->diagram.columns * CELL_W + 2 * MARGIN,
                             .height = (double)d->diagram.rows * CELL_H + 2 * MARGIN, .alternative = d->description};
    struct doc_block *b = doc_block_new(a, DOC_FIGURE);
    b->anchor = build_sv(a, "figure-%.*s", SV_ARG(doc_anchor(a, d->caption)));
    b->figure = f;
    b->class_name = "diagram";
    doc_text(a, b, d->caption);
    struct doc_block *code = doc_add(a, b, DOC_CODE_BLOCK);
    code->text = text;
    code->language = SV("diagram");
    return b;
}
