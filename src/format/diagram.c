/* Reading a drawing in characters.
 *
 * Each cell that is a stroke reaches some of its four edges by nature (- left and right, | up and down, a head
 * backwards). A cell beside it that is a stroke, too, meets it: so + joins whatever reaches it, and | takes a line that
 * runs into its side. What is left are half strokes, from a cell's middle to an edge; boxes are found as closed
 * rectangles of them, and the others are joined to straight lines. */
#include "format/diagram.h"

#include "base/utf8.h"

#include <stdlib.h>

enum { LEFT = 1, RIGHT = 2, UP = 4, DOWN = 8, TWOFOLD_LEFT = 16, TWOFOLD_RIGHT = 32 };
enum { BLANK = ' ', OTHER = 1, REST = 2 }; /* OTHER: not ASCII; REST: the second half of a wide character */

struct cell {
    char c;
    bool stroke;
    uint8_t reach;   /* half strokes */
    uint8_t covered; /* those that are sides of boxes */
    uint8_t right, down; /* to how many cells a line runs on without a gap */
    uint32_t at, end; /* bytes of the text */
};

struct scan {
    struct arena *a;
    struct sv text;
    struct diagram *out;
    struct cell *cells;
    unsigned columns, rows;
};

static const struct cell outside = {.c = BLANK};

static const struct cell *cell(const struct scan *s, unsigned column, unsigned row)
{
    return column < s->columns && row < s->rows ? &s->cells[row * s->columns + column] : &outside;
}

/* Beyond the left and upper edge an unsigned number is large, hence outside, too. */
static char at(const struct scan *s, unsigned column, unsigned row)
{
    return cell(s, column, row)->c;
}

/* ---- cells ---- */

struct extent {
    unsigned first, last, left, right; /* rows with something in them; columns */
};

static bool measure_line(struct arena *a, struct sv line, unsigned number, struct extent *e,
                         struct diagram_fault *fault)
{
    unsigned column = 0;
    for (size_t i = 0; i < line.len;) {
        size_t start = i;
        uint32_t c = utf8_next(line, &i);
        unsigned width = (unsigned)utf8_width(sv_from(line.at + start, i - start));
        if (c == '\t') {
            *fault = (struct diagram_fault){number, column + 1, "a tab in a diagram", "blanks"};
            return false;
        }
        if (c != ' ' && width) {
            e->left = column < e->left ? column : e->left;
            e->right = column + width > e->right ? column + width : e->right;
            e->first = e->first ? e->first : number;
            e->last = number;
        }
        column += width;
    }
    if (e->right > e->left && e->right - e->left > DIAGRAM_COLUMNS_MAX) {
        *fault = (struct diagram_fault){
            number, 0, arena_printf(a, "a diagram with more than %d columns", DIAGRAM_COLUMNS_MAX), "a narrower one"};
        return false;
    }
    return true;
}

static bool measure(struct arena *a, struct sv text, struct extent *e, struct diagram_fault *fault)
{
    struct sv rest = text, line;
    *e = (struct extent){0, 0, UINT32_MAX, 0};
    for (unsigned number = 1; sv_next_line(&rest, &line); number++) {
        if (!measure_line(a, line, number, e, fault))
            return false;
        if (e->first && e->last - e->first >= DIAGRAM_ROWS_MAX) {
            *fault = (struct diagram_fault){number, 0,
                                            arena_printf(a, "a diagram with more than %d rows", DIAGRAM_ROWS_MAX),
                                            "a lower one"};
            return false;
        }
    }
    if (!e->first)
        *fault = (struct diagram_fault){0, 0, "an empty diagram", "boxes, lines and words"};
    return e->first > 0;
}

static void fill_row(struct scan *s, struct sv line, unsigned left, unsigned row)
{
    unsigned column = 0;
    struct cell *last = NULL;
    for (size_t i = 0; i < line.len;) {
        size_t start = i;
        uint32_t c = utf8_next(line, &i);
        unsigned width = (unsigned)utf8_width(sv_from(line.at + start, i - start));
        uint32_t from = (uint32_t)((size_t)(line.at - s->text.at) + start), to = (uint32_t)(from + (i - start));
        if (!width) { /* belongs to the character before */
            if (last)
                last->end = to;
            continue;
        }
        for (unsigned k = 0; k < width && column + k >= left && column + k - left < s->columns; k++) {
            struct cell *now = &s->cells[row * s->columns + column + k - left];
            *now = (struct cell){.c = k ? REST : c >= 0x20 && c < 0x7F ? (char)c : OTHER, .at = from, .end = to};
            last = now;
        }
        column += width;
    }
}

static void fill(struct scan *s, const struct extent *e)
{
    struct sv rest = s->text, line;
    s->columns = e->right - e->left;
    s->rows = e->last - e->first + 1;
    s->cells = arena_new_array(s->a, struct cell, (size_t)s->columns * s->rows);
    for (size_t i = 0; i < (size_t)s->columns * s->rows; i++)
        s->cells[i].c = BLANK;
    for (unsigned number = 1; sv_next_line(&rest, &line) && number <= e->last; number++)
        if (number >= e->first)
            fill_row(s, line, e->left, number - e->first);
}

/* ---- strokes and words ---- */

static bool is_level(char c)
{
    return c == '-' || c == '=';
}

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == OTHER || c == REST;
}

/* The same character to both sides: how many, and where they end. */
static unsigned run_of(const struct scan *s, unsigned column, unsigned row, unsigned *out_first, unsigned *out_last)
{
    char c = at(s, column, row);
    *out_first = *out_last = column;
    while (*out_first > 0 && at(s, *out_first - 1, row) == c)
        --*out_first;
    while (at(s, *out_last + 1, row) == c)
        ++*out_last;
    return *out_last - *out_first + 1;
}

static bool joins(const struct scan *s, unsigned column, unsigned row)
{
    unsigned first, last;
    if (at(s, column, row - 1) == '|' || at(s, column, row + 1) == '|')
        return true;
    if (is_level(at(s, column + 1, row)) &&
        (run_of(s, column + 1, row, &first, &last) > 1 || at(s, last + 1, row) == '+'))
        return true;
    return column > 0 && is_level(at(s, column - 1, row)) &&
           (run_of(s, column - 1, row, &first, &last) > 1 || (first > 0 && at(s, first - 1, row) == '+'));
}

static bool is_level_stroke(const struct scan *s, unsigned column, unsigned row)
{
    unsigned first, last, length = run_of(s, column, row, &first, &last);
    char left = first ? at(s, first - 1, row) : BLANK, right = at(s, last + 1, row);
    bool arrow = length > 1 || at(s, column, row) == '-';
    bool at_mark = length > 1 && (left == ')' || right == '(');
    return length > 2 || at_mark || left == '|' || right == '|' || (arrow && (left == '<' || right == '>')) ||
           (left == '+' && joins(s, first - 1, row)) || (right == '+' && joins(s, last + 1, row));
}

/* Does a line come from there? Lines of one hyphen are rare, and often words. */
static bool is_line_beside(const struct scan *s, unsigned column, unsigned row)
{
    unsigned first, last;
    char c = at(s, column, row);
    return c == '|' || c == '+' || (is_level(c) && run_of(s, column, row, &first, &last) > 1);
}

static bool is_alone(const struct scan *s, unsigned column, unsigned row)
{
    return !is_alnum(at(s, column + 1, row)) && (column == 0 || !is_alnum(at(s, column - 1, row)));
}

/* Far from words in its row, and close to something above or below. */
static bool is_upright_alone(const struct scan *s, unsigned column, unsigned row)
{
    for (unsigned k = 1; k <= 2; k++)
        if (at(s, column + k, row) != BLANK || (column >= k && at(s, column - k, row) != BLANK))
            return false;
    return at(s, column, row - 1) != BLANK || at(s, column, row + 1) != BLANK;
}

static bool is_upright_stroke(const struct scan *s, unsigned column, unsigned row)
{
    return is_line_beside(s, column, row - 1) || is_line_beside(s, column, row + 1) ||
           (at(s, column, row - 1) == '^' && is_alone(s, column, row - 1)) ||
           (at(s, column, row + 1) == 'v' && is_alone(s, column, row + 1)) || is_level(at(s, column + 1, row)) ||
           (column > 0 && is_level(at(s, column - 1, row))) || is_upright_alone(s, column, row);
}

static bool is_head(const struct scan *s, unsigned column, unsigned row)
{
    switch (at(s, column, row)) {
    case '<':
        return is_level(at(s, column + 1, row)) && is_level_stroke(s, column + 1, row);
    case '>':
        return column > 0 && is_level(at(s, column - 1, row)) && is_level_stroke(s, column - 1, row);
    case 'v':
        return (at(s, column, row - 1) == '|' || at(s, column, row - 1) == '+') && is_alone(s, column, row);
    case '^':
        return (at(s, column, row + 1) == '|' || at(s, column, row + 1) == '+') && is_alone(s, column, row);
    default:
        return false;
    }
}

static bool is_stroke(const struct scan *s, unsigned column, unsigned row)
{
    switch (at(s, column, row)) {
    case '-':
    case '=':
        return is_level_stroke(s, column, row);
    case '|':
        return is_upright_stroke(s, column, row);
    case '+':
        return joins(s, column, row);
    default:
        return is_head(s, column, row);
    }
}

/* ---- half strokes ---- */

static uint8_t by_nature(const struct cell *c)
{
    if (!c->stroke)
        return 0;
    switch (c->c) {
    case '-':
        return LEFT | RIGHT;
    case '=':
        return LEFT | RIGHT | TWOFOLD_LEFT | TWOFOLD_RIGHT;
    case '|':
        return UP | DOWN;
    case '<':
        return RIGHT;
    case '>':
        return LEFT;
    case '^':
        return DOWN;
    case 'v':
        return UP;
    default:
        return 0;
    }
}

static void reach(struct scan *s, unsigned column, unsigned row)
{
    struct cell *c = &s->cells[row * s->columns + column];
    c->reach = by_nature(c);
    if (strchr("<>^v", c->c)) { /* the line behind it may be a double one */
        const struct cell *behind = cell(s, c->c == '<' ? column + 1 : column - 1, row);
        if ((c->c == '<' || c->c == '>') && behind->c == '=')
            c->reach |= c->c == '<' ? TWOFOLD_RIGHT : TWOFOLD_LEFT;
        return;
    }
    const struct cell *left = cell(s, column - 1, row), *right = cell(s, column + 1, row);
    if (by_nature(left) & RIGHT)
        c->reach |= LEFT | (left->c == '=' ? TWOFOLD_LEFT : 0);
    if (by_nature(right) & LEFT)
        c->reach |= RIGHT | (right->c == '=' ? TWOFOLD_RIGHT : 0);
    if (by_nature(cell(s, column, row - 1)) & DOWN)
        c->reach |= UP;
    if (by_nature(cell(s, column, row + 1)) & UP)
        c->reach |= DOWN;
}

static void put_head(struct scan *s, unsigned column, unsigned row)
{
    const struct cell *c = cell(s, column, row);
    const struct cell *next = c->c == '<'   ? cell(s, column - 1, row)
                              : c->c == '>' ? cell(s, column + 1, row)
                              : c->c == '^' ? cell(s, column, row - 1)
                                            : cell(s, column, row + 1);
    *vec_push(s->a, &s->out->heads) = (struct diagram_head){column, row, c->c, next->stroke};
}

static void find_strokes(struct scan *s)
{
    for (unsigned row = 0; row < s->rows; row++)
        for (unsigned column = 0; column < s->columns; column++)
            s->cells[row * s->columns + column].stroke = is_stroke(s, column, row);
    for (unsigned row = 0; row < s->rows; row++)
        for (unsigned column = 0; column < s->columns; column++) {
            const struct cell *c = cell(s, column, row);
            if (!c->stroke)
                continue;
            reach(s, column, row);
            if (strchr("<>^v", c->c))
                put_head(s, column, row);
        }
}

/* ---- boxes ---- */

static void run_on(struct scan *s)
{
    for (unsigned row = s->rows; row-- > 0;)
        for (unsigned column = s->columns; column-- > 0;) {
            struct cell *c = &s->cells[row * s->columns + column];
            const struct cell *right = cell(s, column + 1, row), *below = cell(s, column, row + 1);
            c->right = c->reach & RIGHT && right->reach & LEFT ? (uint8_t)(right->right + 1) : 0;
            c->down = c->reach & DOWN && below->reach & UP ? (uint8_t)(below->down + 1) : 0;
        }
}

static bool is_corner(const struct scan *s, unsigned column, unsigned row, uint8_t reaches)
{
    const struct cell *c = cell(s, column, row);
    return c->c == '+' && (c->reach & reaches) == reaches;
}

static void cover(struct scan *s, const struct diagram_box *b)
{
    for (unsigned column = b->left; column <= b->right; column++) {
        uint8_t halves = (column > b->left ? LEFT : 0) | (column < b->right ? RIGHT : 0);
        s->cells[b->top * s->columns + column].covered |= halves;
        s->cells[b->bottom * s->columns + column].covered |= halves;
    }
    for (unsigned row = b->top; row <= b->bottom; row++) {
        uint8_t halves = (row > b->top ? UP : 0) | (row < b->bottom ? DOWN : 0);
        s->cells[row * s->columns + b->left].covered |= halves;
        s->cells[row * s->columns + b->right].covered |= halves;
    }
}

/* The smallest box with this upper left corner. */
static void find_box(struct scan *s, unsigned left, unsigned top)
{
    const struct cell *corner = cell(s, left, top);
    if (!is_corner(s, left, top, RIGHT | DOWN))
        return;
    for (unsigned right = left + 2; right <= left + corner->right; right++) {
        if (!is_corner(s, right, top, LEFT | DOWN))
            continue;
        unsigned most = corner->down < cell(s, right, top)->down ? corner->down : cell(s, right, top)->down;
        for (unsigned bottom = top + 2; bottom <= top + most; bottom++) {
            if (!is_corner(s, left, bottom, RIGHT | UP) || !is_corner(s, right, bottom, LEFT | UP) ||
                cell(s, left, bottom)->right < right - left)
                continue;
            bool twofold = at(s, left + 1, top) == '=' && at(s, left + 1, bottom) == '=';
            *vec_push(s->a, &s->out->boxes) = (struct diagram_box){left, top, right, bottom, twofold, false};
            return;
        }
    }
}

static unsigned area(const struct diagram_box *b)
{
    return (b->right - b->left) * (b->bottom - b->top);
}

static int order_boxes(const void *left, const void *right)
{
    const struct diagram_box *a = left, *b = right;
    if (area(a) != area(b))
        return area(a) > area(b) ? -1 : 1;
    if (a->top != b->top)
        return a->top < b->top ? -1 : 1;
    return a->left < b->left ? -1 : a->left > b->left;
}

static void find_boxes(struct scan *s)
{
    run_on(s);
    for (unsigned row = 0; row < s->rows; row++)
        for (unsigned column = 0; column < s->columns; column++)
            find_box(s, column, row);
    struct diagram_box *boxes = s->out->boxes.at;
    size_t count = s->out->boxes.len;
    if (count > 1)
        qsort(boxes, count, sizeof(*boxes), order_boxes);
    for (size_t i = 0; i < count; i++) {
        cover(s, &boxes[i]);
        for (size_t k = i + 1; k < count && !boxes[i].region; k++)
            boxes[i].region = boxes[k].left > boxes[i].left && boxes[k].right < boxes[i].right &&
                              boxes[k].top > boxes[i].top && boxes[k].bottom < boxes[i].bottom;
    }
}

/* ---- lines ---- */

/* Half strokes that no box covers. */
static uint8_t open_reach(const struct scan *s, unsigned column, unsigned row)
{
    const struct cell *c = cell(s, column, row);
    return c->reach & (uint8_t)~c->covered;
}

struct pen {
    struct scan *s;
    bool down, twofold;
    unsigned from, to, upright;
};

static void lift(struct pen *p, bool level)
{
    if (p->down)
        *vec_push(p->s->a, &p->s->out->lines) =
            level ? (struct diagram_line){p->from, p->upright, p->to, p->upright, p->twofold}
                  : (struct diagram_line){p->upright, p->from, p->upright, p->to, false};
    p->down = false;
}

/* A half stroke at a place of the line that the pen is on, or none. */
static void half(struct pen *p, bool level, bool there, bool twofold, unsigned place)
{
    if (p->down && (!there || twofold != p->twofold))
        lift(p, level);
    if (!there)
        return;
    if (!p->down)
        p->from = place;
    p->down = true;
    p->twofold = twofold;
    p->to = place + 1;
}

static void find_lines(struct scan *s)
{
    struct pen p = {.s = s};
    for (unsigned row = 0; row < s->rows; row++) {
        p.upright = 2 * row + 1;
        for (unsigned column = 0; column < s->columns; column++) {
            uint8_t r = open_reach(s, column, row);
            half(&p, true, r & LEFT, r & TWOFOLD_LEFT, 2 * column);
            half(&p, true, r & RIGHT, r & TWOFOLD_RIGHT, 2 * column + 1);
        }
        lift(&p, true);
    }
    for (unsigned column = 0; column < s->columns; column++) {
        p.upright = 2 * column + 1;
        for (unsigned row = 0; row < s->rows; row++) {
            uint8_t r = open_reach(s, column, row);
            half(&p, false, r & UP, false, 2 * row);
            half(&p, false, r & DOWN, false, 2 * row + 1);
        }
        lift(&p, false);
    }
}

/* ---- words ---- */

static bool is_word(const struct scan *s, unsigned column, unsigned row)
{
    const struct cell *c = cell(s, column, row);
    return !c->stroke && c->c != BLANK;
}

static int box_around(const struct diagram *d, unsigned column, unsigned row, unsigned width)
{
    for (size_t i = d->boxes.len; i-- > 0;) { /* the smallest come last */
        const struct diagram_box *b = &d->boxes.at[i];
        if (b->left < column && column + width <= b->right && b->top < row && row < b->bottom)
            return (int)i;
    }
    return -1;
}

/* "(1)", "(IV)" between blanks or strokes: how many cells, or 0. */
static unsigned mark_width(const struct scan *s, unsigned column, unsigned row)
{
    unsigned end = column + 1;
    if (at(s, column, row) != '(' || (column && is_word(s, column - 1, row)))
        return 0;
    while (end - column < 4 && is_alnum(at(s, end, row)) && at(s, end, row) >= ' ')
        end++;
    return end - column > 1 && at(s, end, row) == ')' && !is_word(s, end + 1, row) ? end + 1 - column : 0;
}

/* The end of the label that begins there. */
static unsigned label_end(const struct scan *s, unsigned column, unsigned row)
{
    unsigned end = column + mark_width(s, column, row);
    if (end > column)
        return end;
    while (is_word(s, end, row) || (end > column && at(s, end, row) == BLANK && is_word(s, end + 1, row) &&
                                    !mark_width(s, end + 1, row)))
        end++;
    return end;
}

static void find_labels(struct scan *s)
{
    for (unsigned row = 0; row < s->rows; row++)
        for (unsigned column = 0; column < s->columns;) {
            unsigned end = label_end(s, column, row);
            if (end == column) {
                column++;
                continue;
            }
            uint32_t from = cell(s, column, row)->at, to = cell(s, end - 1, row)->end;
            *vec_push(s->a, &s->out->labels) = (struct diagram_label){
                .column = column, .row = row, .width = end - column, .text = sv_from(s->text.at + from, to - from),
                .box = box_around(s->out, column, row, end - column), .mark = mark_width(s, column, row) > 0};
            column = end;
        }
}

/* Labels in rows that follow one another, flush left and not flush right. */
static void find_lists(struct diagram *d)
{
    size_t next = 0;
    for (size_t i = 0; i < d->labels.len; i++) {
        struct diagram_label *label = &d->labels.at[i];
        while (next < d->labels.len && (d->labels.at[next].row <= label->row ||
                                        (d->labels.at[next].row == label->row + 1 &&
                                         d->labels.at[next].column < label->column)))
            next++;
        struct diagram_label *below = next < d->labels.len ? &d->labels.at[next] : NULL;
        if (!below || below->row != label->row + 1 || below->column != label->column || below->box != label->box)
            continue;
        unsigned more = below->width > label->width ? below->width - label->width : label->width - below->width;
        if (more > 1)
            below->listed = label->listed = true;
    }
}

bool diagram_scan(struct arena *a, struct sv text, struct diagram *out, struct diagram_fault *fault)
{
    struct extent extent;
    struct scan s = {.a = a, .out = out};
    memset(out, 0, sizeof(*out));
    if (!measure(a, text, &extent, fault))
        return false;
    s.text = arena_sv(a, text);
    fill(&s, &extent);
    out->columns = s.columns;
    out->rows = s.rows;
    find_strokes(&s);
    find_boxes(&s);
    find_lines(&s);
    find_labels(&s);
    find_lists(out);
    return true;
}
