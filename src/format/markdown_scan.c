/* The scanner: front matter, headings and fences with their places, in one pass over the lines.
 *
 * It follows CommonMark's block structure as far as headings and fences need it: a stack of the
 * list items that are open (by the column where their content begins), whether the line before is a
 * paragraph, and the fence that is open. What stands in a quote is left alone: neither sections nor
 * fences of ours stand there. */
#include "format/markdown.h"

enum { SCAN_DEPTH_MAX = 64 };

enum fence_state { NO_FENCE, IN_FENCE };

struct scan {
    struct arena *a;
    struct sv text;
    const char *file;
    struct diag *diag;         /* NULL: only the nesting is wanted */
    struct markdown_file *out; /* likewise */
    size_t nesting;            /* the deepest so far */

    uint32_t
        contents[SCAN_DEPTH_MAX]; /* column at which the content of each open list item begins */
    size_t depth;
    bool paragraph; /* the line before is text of a paragraph in the innermost open list item */
    bool quote;     /* the line before is in a quote, or continues its paragraph */

    enum fence_state state;
    char fence_char;
    size_t fence_run, fence_depth;
    struct markdown_fence fence;
    uint32_t fence_row, fence_column;
};

/* One line, and how far it has been read. */
struct line {
    struct sv text; /* without LF and CR */
    size_t start;   /* byte offset in the file */
    size_t next;    /* byte offset of the line after */
    uint32_t row;   /* from 1 */
    size_t at;
    uint32_t column; /* of at, from 0, tabs to multiples of four */
};

static bool next_line(struct sv text, size_t *at, struct line *out)
{
    if (*at >= text.len)
        return false;
    const char *start = text.at + *at;
    const char *end = memchr(start, '\n', text.len - *at);
    size_t len = end ? (size_t)(end - start) : text.len - *at;
    out->start = *at;
    *at += len + (end ? 1 : 0);
    out->next = *at;
    if (len && start[len - 1] == '\r')
        len--;
    out->text = sv_from(start, len);
    out->row++;
    out->at = 0;
    out->column = 0;
    return true;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

static void skip_blanks(struct line *l)
{
    for (; l->at < l->text.len && blank(l->text.at[l->at]); l->at++)
        l->column = l->text.at[l->at] == '\t' ? l->column / 4 * 4 + 4 : l->column + 1;
}

static void fault(struct scan *s, uint32_t row, uint32_t column, const char *what,
                  const char *expected)
{
    if (s->diag)
        diag_error(s->diag, s->file, row, column, what, expected);
}

static size_t run_length(struct sv text, size_t at)
{
    size_t end = at;
    while (end < text.len && text.at[end] == text.at[at])
        end++;
    return end - at;
}

static uint32_t content_column(const struct scan *s)
{
    return s->depth ? s->contents[s->depth - 1] : 0;
}

static void note_nesting(struct scan *s, size_t nesting)
{
    if (nesting > s->nesting)
        s->nesting = nesting;
}

/* Consecutive `c`s and blanks only */
static bool only(struct sv text, size_t at, char c)
{
    for (; at < text.len; at++)
        if (text.at[at] != c && !blank(text.at[at]))
            return false;
    return true;
}

static bool thematic_break(struct sv text, size_t at)
{
    char c = text.at[at];
    size_t count = 0;
    if (c != '-' && c != '*' && c != '_')
        return false;
    if (!only(text, at, c))
        return false;
    for (; at < text.len; at++)
        count += text.at[at] == c;
    return count >= 3;
}

/* Length of a list marker at this place, 0 when there is none */
static size_t marker_length(struct sv text, size_t at)
{
    size_t end = at;
    if (text.at[at] == '-' || text.at[at] == '+' || text.at[at] == '*') {
        end++;
    } else {
        while (end < text.len && end - at < 9 && text.at[end] >= '0' && text.at[end] <= '9')
            end++;
        if (end == at || end == text.len || (text.at[end] != '.' && text.at[end] != ')'))
            return 0;
        end++;
    }
    return end == text.len || blank(text.at[end]) ? end - at : 0;
}

/* Opens list items for the markers at the beginning of the line; false when they nest too deep. */
static bool open_items(struct scan *s, struct line *l)
{
    while (l->at < l->text.len && l->column < content_column(s) + 4) {
        size_t len = marker_length(l->text, l->at);
        if (!len || thematic_break(l->text, l->at))
            return true;
        note_nesting(s, s->depth + 1);
        if (s->depth == SCAN_DEPTH_MAX) {
            note_nesting(s, s->depth + 2);
            return false;
        }
        l->at += len;
        l->column += (uint32_t)len;
        uint32_t after = l->column;
        skip_blanks(l);
        bool far = l->column > after + 4 || l->at == l->text.len;
        s->contents[s->depth++] = far ? after + 1 : l->column;
        s->paragraph = false;
        s->quote = false;
        if (far)
            return true;
    }
    return true;
}

/* Quote and list markers from here on, for the nesting only */
static size_t count_markers(const struct line *l)
{
    size_t count = 0;
    for (size_t at = l->at; at < l->text.len;) {
        char c = l->text.at[at];
        size_t len = c == '>' ? 1 : blank(c) ? 0 : marker_length(l->text, at);
        if (!len && !blank(c))
            break;
        count += len > 0;
        at += len ? len : 1;
    }
    return count;
}

static void end_fence(struct scan *s, size_t end)
{
    s->state = NO_FENCE;
    if (!s->out)
        return;
    s->fence.end = end;
    s->fence.text = sv_from(s->text.at + s->fence.start, end - s->fence.start);
    *vec_push(s->a, &s->out->fences) = s->fence;
}

static void open_ended_fence(struct scan *s, size_t end)
{
    end_fence(s, end);
    fault(s, s->fence_row, s->fence_column, "a fence that does not end",
          "a line with the same marks after the text");
}

/* A line within a fence; false when the fence ended before it. */
static bool fence_line(struct scan *s, struct line *l)
{
    if (l->at == l->text.len)
        return true;
    if (s->fence_depth && l->column < s->contents[s->fence_depth - 1]) {
        open_ended_fence(s, l->start);
        return false;
    }
    if (l->text.at[l->at] != s->fence_char || l->column >= content_column(s) + 4)
        return true;
    size_t run = run_length(l->text, l->at);
    if (run >= s->fence_run && only(l->text, l->at + run, ' '))
        end_fence(s, l->start);
    return true;
}

static bool begin_fence(struct scan *s, const struct line *l)
{
    char c = l->text.at[l->at];
    if (c != '`' && c != '~')
        return false;
    size_t run = run_length(l->text, l->at);
    struct sv info = sv_from_byte(l->text, l->at + run);
    if (run < 3 || (c == '`' && sv_find_char(info, '`') >= 0))
        return false;
    s->state = IN_FENCE;
    s->fence_char = c;
    s->fence_run = run;
    s->fence_depth = s->depth;
    s->fence_row = l->row;
    s->fence_column = l->column + 1;
    s->fence = (struct markdown_fence){
        .info = sv_trim(info), .line = l->row + 1, .start = l->next, .indent = l->column};
    return true;
}

/* "Title" from " Title ##" */
static struct sv heading_title(struct sv text)
{
    text = sv_trim(text);
    size_t end = text.len;
    while (end && text.at[end - 1] == '#')
        end--;
    if (end == 0 || blank(text.at[end - 1]))
        text.len = end;
    return sv_trim(text);
}

static void close_section(struct markdown_file *out, struct sv text, size_t end)
{
    struct markdown_section *last = &out->sections.at[out->sections.len - 1];
    last->end = end;
    last->body = sv_from(text.at + last->body_start, end - last->body_start);
}

static void begin_section(struct scan *s, const struct line *l, struct sv title)
{
    close_section(s->out, s->text, l->start);
    struct markdown_section *section = vec_push(s->a, &s->out->sections);
    *section = (struct markdown_section){.title = title,
                                         .line = l->row,
                                         .start = l->start,
                                         .body_line = l->row + 1,
                                         .body_start = l->next};
}

static bool heading(struct scan *s, const struct line *l)
{
    if (l->text.at[l->at] != '#')
        return false;
    size_t level = run_length(l->text, l->at);
    struct sv rest = sv_from_byte(l->text, l->at + level);
    if (level > 6 || (rest.len && !blank(rest.at[0])))
        return false;
    if (level == 1)
        fault(s, l->row, l->column + 1, "a heading of level 1", "`##` and the title");
    if (level == 2 && !s->depth && s->out)
        begin_section(s, l, heading_title(rest));
    return true;
}

static void underline(struct scan *s, const struct line *l)
{
    char c = l->text.at[l->at];
    if (!s->paragraph || (c != '=' && c != '-'))
        return;
    size_t run = run_length(l->text, l->at);
    if (!only(l->text, l->at + run, ' '))
        return;
    fault(s, l->row, l->column + 1, "a heading made by underlining the line above",
          "`##` before the title, or a blank line before a rule");
}

/* A line outside fences, with its leading blanks skipped */
static void block_line(struct scan *s, struct line *l)
{
    while (s->depth && l->column < content_column(s)) {
        s->depth--;
        s->paragraph = false;
    }
    if (!open_items(s, l) || l->at == l->text.len)
        return;
    bool indented = l->column >= content_column(s) + 4;
    if (indented && !s->paragraph)
        return;
    if (l->text.at[l->at] == '>' && !indented) {
        note_nesting(s, s->depth + count_markers(l));
        s->paragraph = false;
        s->quote = true;
        return;
    }
    if (!indented && (begin_fence(s, l) || heading(s, l))) {
        s->paragraph = s->quote = false;
        return;
    }
    if (!indented)
        underline(s, l);
    bool rule = !indented && thematic_break(l->text, l->at);
    s->quote = s->quote && !rule;
    s->paragraph = !rule && !s->quote;
}

static void scan_line(struct scan *s, struct line *l)
{
    skip_blanks(l);
    if (s->state == IN_FENCE && fence_line(s, l))
        return;
    if (l->at == l->text.len) {
        s->paragraph = s->quote = false;
        return;
    }
    block_line(s, l);
}

static void scan_lines(struct scan *s, size_t at, uint32_t rows_before)
{
    struct line l = {.row = rows_before};
    while (next_line(s->text, &at, &l))
        scan_line(s, &l);
    if (s->state == IN_FENCE)
        open_ended_fence(s, s->text.len);
}

static bool is_front_mark(struct sv line)
{
    return sv_starts(line, SV("---")) && only(line, 3, ' ');
}

/* Takes the front matter; returns where the body begins. */
static size_t scan_front(struct scan *s, size_t at, uint32_t *out_rows)
{
    struct line l = {.row = 0};
    size_t body = at;
    *out_rows = 0;
    if (!next_line(s->text, &at, &l) || !is_front_mark(l.text))
        return body;
    s->out->front_start = at;
    s->out->front_line = 2;
    while (next_line(s->text, &at, &l)) {
        if (!is_front_mark(l.text))
            continue;
        s->out->front = sv_from(s->text.at + s->out->front_start, l.start - s->out->front_start);
        *out_rows = l.row;
        return at;
    }
    fault(s, 1, 1, "front matter that does not end", "a line `---` after it");
    s->out->front_line = 0;
    *out_rows = l.row;
    return s->text.len;
}

void markdown_scan(struct arena *a, struct sv text, const char *file, struct diag *diag,
                   struct markdown_file *out)
{
    struct scan *s = arena_new(a, struct scan);
    uint32_t rows;
    *out = (struct markdown_file){.front = SV_NONE};
    s->a = a;
    s->text = text;
    s->file = file;
    s->diag = diag;
    s->out = out;
    size_t body = scan_front(s, sv_starts(text, SV("\xEF\xBB\xBF")) ? 3 : 0, &rows);
    out->body = sv_from_byte(text, body);
    out->body_line = rows + 1;
    struct markdown_section *first = vec_push(a, &out->sections);
    *first = (struct markdown_section){.title = SV_NONE,
                                       .line = rows + 1,
                                       .start = body,
                                       .body_line = rows + 1,
                                       .body_start = body};
    scan_lines(s, body, rows);
    close_section(out, text, text.len);
}

size_t markdown_nesting(struct sv text)
{
    struct scan s = {.text = text};
    scan_lines(&s, 0, 0);
    return s.nesting;
}
