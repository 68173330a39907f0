/* The estimates of one threat as dots on the scales of its factors. Every part is a function that draws, or without a
 * markup writer only measures, and gives its height: so the size of the whole is known before it is drawn. */
#include "document/visual_strip.h"

#include "base/utf8.h"
#include "document/build.h"
#include "document/visual_draw.h"
#include "tree/io/layout.h"

#include <math.h>

enum {
    WIDTH = 720, LEFT = 124, RIGHT = 8, COLUMN_LEAST = 84, INSET = 8, /* between a column's edge and its dots */
    TITLE_H = 26, STACK_H = 96, STRIP_LEAST = 52, COUNT_H = 16, FLOOR = 4, MARK_H = 24, LINE_H = 15,
    FACTOR_GAP = 22, LEGEND_ROW = 20, LEGEND_GAP = 26, WORD_LINES = 3, COUNT_FROM = 5, MARK_R = 6,
    WORD_SIZE = 13, NOTE_SIZE = 12, TITLE_SIZE = 14,
};

struct plot {
    struct strip_rows rows;
    struct visual size;
    struct sv description;
    double pitch;   /* from dot to dot */
    size_t per_row; /* dots side by side in a pile */
};

/* ---- strokes ---- */

static double text_width(struct sv text, double size)
{
    return measure_text(text) * size / 1000;
}

static void circle(struct markup *m, double x, double y, double r, const char *class_name)
{
    markup_open(m, "circle");
    markup_attr_number(m, "cx", x);
    markup_attr_number(m, "cy", y);
    markup_attr_number(m, "r", r);
    visual_class(m, class_name);
    markup_close(m, "circle");
}

static void diamond(struct markup *m, double x, double y, const char *class_name)
{
    markup_open(m, "polygon");
    markup_attrf(m, "points", "%.2f,%.2f %.2f,%.2f %.2f,%.2f %.2f,%.2f", x, y - MARK_R, x + MARK_R, y, x, y + MARK_R,
                 x - MARK_R, y);
    markup_attr_number(m, "stroke-width", 1.5);
    visual_class(m, class_name);
    markup_close(m, "polygon");
}

/* ---- words in lines ---- */

/* Bytes of the text's beginning that fit: at least one character, with the marks that stand on it. */
static size_t fitting(struct sv text, double width, double size)
{
    size_t fits = 0;
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        utf8_next(text, &at);
        if (start && text_width(sv_from(text.at, at), size) > width)
            break;
        fits = at;
    }
    return fits;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A word of Latin letters that is wider than a line: where to break it, so that a hyphen fits and three letters or
 * more remain for the next line. Other texts are broken where the line is full. */
static size_t break_word(struct sv text, double width, double size)
{
    size_t fits = fitting(text, width - text_width(SV("-"), size), size), end = fits;
    while (end < text.len && is_letter(text.at[end]))
        end++;
    while (end - fits < 3 && fits > 3 && is_letter(text.at[fits - 1]) && is_letter(text.at[fits]))
        fits--;
    return fits;
}

/* Where to break a text that may not fit: after the last blank or hyphen of what does, or inside a long word. */
static size_t break_at(struct sv text, double width, double size)
{
    size_t fits = fitting(text, width, size);
    if (fits == text.len || text.at[fits] == ' ')
        return fits;
    for (size_t cut = fits; cut > 0; cut--)
        if (text.at[cut - 1] == ' ' || text.at[cut - 1] == '-')
            return cut;
    return break_word(text, width, size);
}

/* Takes the next line off *text; what belongs behind it goes to *out_end: a hyphen, or an ellipsis when it is the last
 * line and there is more. */
static struct sv next_line(struct sv *text, double width, double size, bool last, const char **out_end)
{
    const char *dots = "\xe2\x80\xa6";
    bool cut = last && fitting(*text, width, size) < text->len;
    size_t end = cut ? fitting(*text, width - text_width(sv_str(dots), size), size) : break_at(*text, width, size);
    struct sv line = sv_trim(sv_from(text->at, end));
    bool broken = end < text->len && is_letter(text->at[end - 1]) && is_letter(text->at[end]);
    *out_end = cut ? dots : broken ? "-" : "";
    *text = last ? SV_NONE : sv_trim(sv_from_byte(*text, end));
    return line;
}

/* Draws the text in at most `most` lines and gives their number. */
static size_t lines(struct markup *m, double x, double y, const char *class_name, double size, struct sv text,
                    double width, size_t most)
{
    size_t count = 0;
    for (text = sv_trim(text); text.len; count++) {
        const char *end;
        struct sv line = next_line(&text, width, size, count + 1 == most, &end);
        if (m)
            visual_textf(m, x, y + (double)count * LINE_H, class_name, "%.*s%s", SV_ARG(line), end);
    }
    return count;
}

/* ---- one strip ---- */

static double column_width(const struct plot *p, const struct strip_row *r)
{
    return ((double)p->size.width - LEFT - RIGHT) / r->pooled.levels;
}

static double middle_of(const struct plot *p, const struct strip_row *r, unsigned level)
{
    return LEFT + (level + .5) * column_width(p, r);
}

static size_t most_at_a_level(const struct pooled *p)
{
    size_t most = 0;
    for (unsigned l = 0; l < p->levels; l++)
        most = p->at[l] > most ? p->at[l] : most;
    return most;
}

static size_t rows_that_fit(const struct plot *p)
{
    return (size_t)(STACK_H / p->pitch);
}

/* Height above the axis: dots, and the count above them. */
static double strip_height(const struct plot *p, const struct strip_row *r)
{
    size_t most = most_at_a_level(&r->pooled), rows = (most + p->per_row - 1) / p->per_row;
    rows = rows < rows_that_fit(p) ? rows : rows_that_fit(p);
    double height = FLOOR + (double)rows * p->pitch + COUNT_H + FLOOR;
    return ceil(height > STRIP_LEAST ? height : STRIP_LEAST);
}

static void draw_pile(struct markup *m, const struct plot *p, const struct strip_row *r, unsigned level, double axis)
{
    size_t count = r->pooled.at[level], room = p->per_row * rows_that_fit(p), shown = count < room ? count : room;
    double middle = middle_of(p, r, level), y = axis - FLOOR - p->pitch / 2;
    for (size_t i = 0; i < shown; i++) {
        size_t row = i / p->per_row, in_row = shown - row * p->per_row;
        in_row = in_row < p->per_row ? in_row : p->per_row; /* the top row stands in the middle, too */
        double x = middle + ((double)(i % p->per_row) - ((double)in_row - 1) / 2) * p->pitch;
        circle(m, x, y - (double)row * p->pitch, p->pitch * .42, "s-dot");
    }
    double top = axis - FLOOR - (double)((shown + p->per_row - 1) / p->per_row) * p->pitch - FLOOR;
    if (shown < count)
        visual_textf(m, middle, top, "s-count", "+ %zu more", count - shown);
    else if (count >= COUNT_FROM)
        visual_textf(m, middle, top, "s-count", "%zu", count);
}

static void draw_marks(struct markup *m, const struct plot *p, const struct strip_row *r, double axis)
{
    const struct pooled *pooled = &r->pooled;
    double y = axis + MARK_H / 2.0;
    if (pooled->median_count == 2)
        diamond(m, middle_of(p, r, pooled->medians[0]), y, "s-lower");
    diamond(m, middle_of(p, r, pooled->counts), y, "s-median");
}

static void draw_band(struct markup *m, const struct plot *p, const struct strip_row *r, double y, double axis)
{
    double width = column_width(p, r);
    double from = LEFT + r->pooled.lower_quartile * width, to = LEFT + (r->pooled.upper_quartile + 1) * width;
    visual_rect(m, from + 2.5, y + .5, to - from - 5, axis - y - .5, 4, "s-band");
}

static void draw_axis(struct markup *m, const struct plot *p, const struct strip_row *r, double axis)
{
    double width = column_width(p, r);
    visual_rect(m, LEFT, axis - .75, width * r->pooled.levels, 1.5, 0, "s-axis");
    for (unsigned l = 0; l <= r->pooled.levels; l++)
        visual_rect(m, LEFT + l * width - .5, axis, 1, 5, 0, "s-axis");
}

/* What stands left of a strip: its round, how many estimated, how many did not want to. */
static void draw_notes(struct markup *m, const struct plot *p, const struct strip_row *r, double y)
{
    struct sv round = strip_round_name(&p->rows, r->round);
    double line = y + 14;
    if (round.len) {
        visual_text(m, 0, line, "s-round", round);
        line += LINE_H + 1;
    }
    if (r->pooled.count)
        visual_textf(m, 0, line, "s-note", "%zu %s", r->pooled.count, r->pooled.count == 1 ? "estimate" : "estimates");
    else
        visual_text(m, 0, line, "s-note", SV("no estimates"));
    if (r->abstained)
        visual_textf(m, 0, line + LINE_H + 1, "s-note", "%zu abstained", r->abstained);
}

static double draw_strip(struct markup *m, const struct plot *p, const struct strip_row *r, double y)
{
    double axis = y + strip_height(p, r);
    if (!m)
        return axis + MARK_H - y;
    draw_notes(m, p, r, y);
    if (r->pooled.count)
        draw_band(m, p, r, y, axis);
    draw_axis(m, p, r, axis);
    for (unsigned l = 0; l < r->pooled.levels; l++)
        draw_pile(m, p, r, l, axis);
    if (r->pooled.count)
        draw_marks(m, p, r, axis);
    return axis + MARK_H - y;
}

/* ---- the whole ---- */

static double draw_words(struct markup *m, const struct plot *p, const struct strip_row *r, double y)
{
    size_t most = 0;
    for (unsigned l = 0; l < r->pooled.levels; l++) {
        size_t count = lines(m, middle_of(p, r, l), y + WORD_SIZE, "s-word", WORD_SIZE, strip_word(r, l),
                             column_width(p, r) - INSET, WORD_LINES);
        most = count > most ? count : most;
    }
    return (double)most * LINE_H + 4;
}

static double draw_factor(struct markup *m, const struct plot *p, size_t factor, double y)
{
    const struct strip_row *rows = &p->rows.at[factor * p->rows.rounds];
    double top = y;
    lines(m, 0, y + TITLE_SIZE, "s-title", TITLE_SIZE * 1.1, rows->factor->name, (double)p->size.width, 1); /* bold */
    y += TITLE_H;
    for (size_t k = 0; k < p->rows.rounds; k++)
        y += draw_strip(m, p, &rows[k], y);
    return y + draw_words(m, p, rows, y) - top;
}

enum mark { MARK_DOT, MARK_BAND, MARK_MEDIAN, MARK_LOWER, MARKS };
static const char *const mark_words[MARKS] = {"one estimate", "middle half, from quartile to quartile", "median",
                                              "lower of two medians; the higher one counts"};

static void draw_mark(struct markup *m, enum mark mark, double x, double y)
{
    if (mark == MARK_DOT)
        circle(m, x + 7, y, 5, "s-dot");
    else if (mark == MARK_BAND)
        visual_rect(m, x + .5, y - 6.5, 21, 13, 3, "s-band");
    else
        diamond(m, x + 7, y, mark == MARK_MEDIAN ? "s-median" : "s-lower");
}

static bool has_mark(const struct plot *p, enum mark mark)
{
    for (size_t i = 0; i < p->rows.factors * p->rows.rounds; i++)
        if (p->rows.at[i].pooled.median_count >= (mark == MARK_LOWER ? 2 : 1))
            return true;
    return false;
}

static double draw_legend(struct markup *m, const struct plot *p, double y)
{
    double x = 0, top = y;
    for (int k = 0; k < MARKS; k++) {
        struct sv words = sv_str(mark_words[k]);
        double mark = k == MARK_BAND ? 28 : 20, width = mark + text_width(words, NOTE_SIZE);
        if (!has_mark(p, (enum mark)k))
            continue;
        if (x > 0 && x + width > (double)p->size.width) {
            x = 0;
            y += LEGEND_ROW;
        }
        if (m) {
            draw_mark(m, (enum mark)k, x, y + 8);
            visual_text(m, x + mark, y + 12, "s-note", words);
        }
        x += width + LEGEND_GAP;
    }
    return x > 0 ? y + LEGEND_ROW - top : 0;
}

static double draw_all(struct markup *m, const struct plot *p)
{
    double y = 0;
    for (size_t f = 0; f < p->rows.factors; f++)
        y += draw_factor(m, p, f, y) + FACTOR_GAP;
    return y + draw_legend(m, p, y);
}

static void draw_plot(struct markup *m, const void *data, const char *id_prefix)
{
    const struct plot *p = data;
    visual_open(m, &p->size, id_prefix, "strip", "Estimates", p->description);
    draw_all(m, p);
    markup_close(m, "svg");
}

/* The largest dots with which the highest pile fits its column; narrow piles while they are low. */
static void choose_dots(struct plot *p)
{
    static const double pitches[] = {12, 9, 7, 5};
    size_t most = 0, fits = 1;
    double narrowest = (double)p->size.width;
    for (size_t i = 0; i < p->rows.factors * p->rows.rounds; i++) {
        size_t here = most_at_a_level(&p->rows.at[i].pooled);
        double width = column_width(p, &p->rows.at[i]) - 2 * INSET;
        most = here > most ? here : most;
        narrowest = width < narrowest ? width : narrowest;
    }
    for (size_t i = 0; i < ARRAY_LEN(pitches); i++) {
        p->pitch = pitches[i];
        fits = (size_t)(narrowest / p->pitch);
        p->per_row = (most + rows_that_fit(p) - 1) / rows_that_fit(p);
        if (p->per_row <= fits)
            break;
    }
    p->per_row = p->per_row > fits ? fits : p->per_row ? p->per_row : 1;
}

static size_t width_of(const struct strip_rows *rows)
{
    size_t width = WIDTH;
    for (size_t f = 0; f < rows->factors; f++) {
        size_t wanted = LEFT + RIGHT + COLUMN_LEAST * (size_t)rows->at[f * rows->rounds].pooled.levels;
        width = wanted > width ? wanted : width;
    }
    return width;
}

static struct doc_figure *figure_of(struct arena *a, const struct strip_rows *rows)
{
    struct plot *p = arena_new(a, struct plot);
    *p = (struct plot){.rows = *rows, .size = {NULL, width_of(rows), 0}, .description = strip_description(a, rows)};
    choose_dots(p);
    p->size.height = (size_t)ceil(draw_all(NULL, p)) + 2;
    struct doc_figure *f = arena_new(a, struct doc_figure);
    *f = (struct doc_figure){.draw = draw_plot, .data = p, .width = (double)p->size.width,
                             .height = (double)p->size.height};
    f->alternative = SV("A dot for each estimate above the scale of its factor, with medians marked and a band from "
                        "quartile to quartile. The table beside it has the numbers.");
    return f;
}

struct doc_block *visual_strip(struct arena *a, const struct visual_strip *strip, struct sv anchor)
{
    if (strip->count == 0)
        return NULL;
    struct strip_rows rows = strip_rows(a, strip);
    struct doc_block *b = doc_block_new(a, DOC_FIGURE);
    b->anchor = anchor;
    b->figure = figure_of(a, &rows);
    b->class_name = "visual";
    doc_text(a, b, strip->rounds == 1 ? SV("Estimates of the round") : SV("Estimates of both rounds"));
    doc_append(b, strip_table(a, &rows, build_sv(a, "%.*s-table", SV_ARG(anchor))));
    return b;
}
