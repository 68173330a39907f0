/* Tables of the text form: cells wrapped into columns that share the width, or one record per row. */
#include "document/write_grid.h"

#include "base/utf8.h"
#include "document/write_wrap.h"

static size_t longest_word(struct sv text)
{
    size_t longest = 0;
    struct sv line, word;
    while (sv_next_line(&text, &line))
        while (wrap_next_word(&line, &word)) {
            size_t width = utf8_width(word);
            longest = width > longest ? width : longest;
        }
    return longest;
}

static size_t longest_line(struct sv text)
{
    size_t longest = 0;
    struct sv line;
    while (sv_next_line(&text, &line)) {
        size_t width = utf8_width(line);
        longest = width > longest ? width : longest;
    }
    return longest;
}

/* Shares `room` columns out: each column gets its longest word, the rest goes where most is
 * lacking. False when even the words do not fit. */
static bool share_widths(struct arena *a, struct grid *g, size_t room)
{
    size_t *wish = arena_new_array(a, size_t, g->columns + 1);
    size_t least = 0;
    for (size_t c = 0; c < g->columns; c++) {
        size_t word = 1;
        wish[c] = 1;
        for (size_t r = 0; r < g->rows; r++) {
            size_t line = longest_line(g->cells[r * g->columns + c]),
                   one = longest_word(g->cells[r * g->columns + c]);
            wish[c] = line > wish[c] ? line : wish[c];
            word = one > word ? one : word;
        }
        g->widths[c] = word > 24 ? 24 : word;
        least += g->widths[c];
    }
    if (least > room)
        return false;
    for (size_t left = room - least; left > 0; left--) {
        size_t best = g->columns, lack = 0;
        for (size_t c = 0; c < g->columns; c++) {
            /* how many lines the column would need: wish / width */
            size_t need = wish[c] > g->widths[c] ? wish[c] * 64 / g->widths[c] : 0;
            if (need > lack) {
                lack = need;
                best = c;
            }
        }
        if (best == g->columns)
            break;
        g->widths[best]++;
    }
    return true;
}

static void grid_rule(struct str *out, const struct grid *g, char fill)
{
    for (size_t c = 0; c < g->columns; c++) {
        str_add_char(out, '+');
        str_add_repeat(out, fill, g->widths[c] + 2);
    }
    str_add_str(out, "+\n");
}

static bool grid_row(struct arena *a, struct str *out, const struct grid *g, size_t row)
{
    struct str *cells = arena_new_array(a, struct str, g->columns);
    struct sv *rest = arena_new_array(a, struct sv, g->columns);
    for (size_t c = 0; c < g->columns; c++) {
        struct wrap_frame f = {SV_NONE, SV_NONE, g->widths[c]};
        wrap_text(&cells[c], g->cells[row * g->columns + c], &f);
        rest[c] = str_sv(&cells[c]);
    }
    size_t lines = 0;
    for (bool more = true; more; lines++) {
        more = false;
        for (size_t c = 0; c < g->columns; c++) {
            struct sv line = SV_NONE;
            if (!sv_next_line(&rest[c], &line))
                line = SV_NONE;
            size_t width = utf8_width(line);
            str_add_str(out, "| ");
            str_add(out, line);
            str_add_repeat(out, ' ', (width < g->widths[c] ? g->widths[c] - width : 0) + 1);
            more |= rest[c].len > 0;
        }
        str_add_str(out, "|\n");
    }
    for (size_t c = 0; c < g->columns; c++)
        str_release(&cells[c]);
    return lines > 1;
}

/* A table that is too wide for columns: each row as lines "Heading: cell". */
static void write_records(struct arena *a, struct str *out, const struct grid *g, bool header,
                          size_t width)
{
    for (size_t r = header ? 1 : 0; r < g->rows; r++) {
        for (size_t c = 0; c < g->columns; c++) {
            struct sv cell = g->cells[r * g->columns + c];
            struct sv name = header ? g->cells[c] : SV_NONE;
            if (cell.len == 0)
                continue;
            struct wrap_frame f = {SV_NONE, SV("   "), width};
            wrap_text(out,
                      sv_str(arena_printf(a, "%.*s%s%.*s", SV_ARG(name),
                                          name.len ? ": " : "", SV_ARG(cell))),
                      &f);
        }
        if (r + 1 < g->rows)
            str_add_char(out, '\n');
    }
}

void grid_write(struct arena *a, struct str *out, struct grid *g, bool header, size_t width)
{
    size_t borders = 3 * g->columns + 1;
    if (width <= borders + g->columns * 3 || !share_widths(a, g, width - borders)) {
        write_records(a, out, g, header, width);
        return;
    }
    grid_rule(out, g, '-');
    bool tall = false;
    for (size_t r = 0; r < g->rows; r++) {
        struct str row = STR_INIT;
        bool wraps = grid_row(a, &row, g, r);
        bool head = header && r == 1;
        if (r > 0 && (head || wraps || tall))
            grid_rule(out, g, head ? '=' : '-');
        str_add(out, str_sv(&row));
        str_release(&row);
        tall = wraps;
    }
    grid_rule(out, g, '-');
}
