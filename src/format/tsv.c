/* Tab-separated values in, comma-separated values out. */
#include "format/tsv.h"

#include "base/map.h"

struct tsv_reader {
    struct arena *a;
    const char *file;
    struct diag *diag;
    struct tsv *out;
    size_t max_rows, max_columns;
    uint32_t line;
};

static void fault(struct tsv_reader *r, uint32_t column, const char *what, const char *expected)
{
    diag_error(r->diag, r->file, r->line, column, what, expected);
}

static size_t count_cells(struct sv line)
{
    size_t count = 1;
    for (const char *at = line.at;
         (at = memchr(at, '\t', (size_t)(line.at + line.len - at))) != NULL; at++)
        count++;
    return count;
}

static struct sv *cut_cells(struct tsv_reader *r, struct sv line, size_t count)
{
    struct sv *cells = arena_new_array(r->a, struct sv, count);
    for (size_t i = 0; i < count; i++) {
        const char *end = memchr(line.at, '\t', line.len);
        size_t len = end ? (size_t)(end - line.at) : line.len;
        cells[i] = sv_from(line.at, len);
        line = sv_from_byte(line, len + 1);
    }
    return cells;
}

/* Column names; false when no row can be read with them. */
static bool read_header(struct tsv_reader *r, struct sv line)
{
    size_t count = count_cells(line);
    struct map seen;
    if (count > r->max_columns) {
        fault(r, 0, arena_printf(r->a, "%zu columns", count),
              arena_printf(r->a, "at most %zu", r->max_columns));
        return false;
    }
    r->out->columns = cut_cells(r, line, count);
    r->out->column_count = count;
    map_init(&seen, r->a);
    for (size_t i = 0; i < count; i++) {
        struct sv name = r->out->columns[i];
        if (!sv_trim(name).len)
            fault(r, 0, arena_printf(r->a, "column %zu has no name", i + 1), "a name");
        else if (map_set(&seen, name, &r->out->columns[i]))
            fault(r, 0,
                  arena_printf(r->a, "the column `%.64s` stands twice",
                               arena_strndup(r->a, name.at, name.len)),
                  "it once");
    }
    return true;
}

static bool read_row(struct tsv_reader *r, struct sv line)
{
    size_t count = count_cells(line);
    if (count != r->out->column_count) {
        fault(r, 0, arena_printf(r->a, "%zu cells", count),
              arena_printf(r->a, "%zu, separated by tabs, as in the first line",
                           r->out->column_count));
        return true;
    }
    if (r->out->rows.len == r->max_rows) {
        fault(r, 0, arena_printf(r->a, "more than %zu rows", r->max_rows), "a shorter table");
        return false;
    }
    struct tsv_row *row = vec_push(r->a, &r->out->rows);
    row->line = r->line;
    row->cells = cut_cells(r, line, count);
    return true;
}

void tsv_parse(struct arena *a, struct sv text, const char *file, const struct tsv_limits *limits,
               struct diag *diag, struct tsv *out)
{
    struct tsv_reader r = {.a = a, .file = file, .diag = diag, .out = out};
    struct sv rest = sv_starts(text, SV("\xEF\xBB\xBF")) ? sv_from_byte(text, 3) : text, line;
    bool header = false, go_on = true;
    r.max_rows = limits && limits->rows ? limits->rows : 100000;
    r.max_columns = limits && limits->columns ? limits->columns : 64;
    memset(out, 0, sizeof(*out));
    while (go_on && sv_next_line(&rest, &line)) {
        r.line++;
        if (line.len && line.at[line.len - 1] == '\r')
            line.len--;
        if (!sv_trim(line).len)
            continue;
        go_on = header ? read_row(&r, line) : read_header(&r, line);
        header = true;
    }
    if (!header)
        diag_error(diag, file, 1, 0, "an empty table",
                   "a first line with the names of the columns");
}

int tsv_column(const struct tsv *t, const char *name)
{
    for (size_t i = 0; i < t->column_count; i++)
        if (sv_eq_str(t->columns[i], name))
            return (int)i;
    return -1;
}

/* "-12.5" is a number, not a formula. */
static bool is_number(struct sv text)
{
    size_t digits = 0, marks = 0;
    for (size_t i = text.at[0] == '-' || text.at[0] == '+' ? 1 : 0; i < text.len; i++) {
        if (text.at[i] >= '0' && text.at[i] <= '9')
            digits++;
        else if (text.at[i] == '.' && digits)
            marks++;
        else
            return false;
    }
    return digits && marks <= 1;
}

static bool is_formula(struct sv text)
{
    struct sv trimmed = sv_trim(text);
    if (text.len && (text.at[0] == '\t' || text.at[0] == '\r'))
        return true;
    return trimmed.len && strchr("=+-@", trimmed.at[0]) && trimmed.at[0] && !is_number(trimmed);
}

static bool wants_quotes(struct sv text)
{
    if (text.len && (text.at[0] == ' ' || text.at[text.len - 1] == ' '))
        return true;
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] == '"' || text.at[i] == ',' || text.at[i] == '\n' || text.at[i] == '\r')
            return true;
    return false;
}

void csv_cell(struct str *out, bool first, struct sv text)
{
    bool quotes = wants_quotes(text);
    if (!first)
        str_add_char(out, ',');
    if (quotes)
        str_add_char(out, '"');
    if (is_formula(text))
        str_add_char(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '"')
            str_add_char(out, '"');
        str_add_char(out, text.at[i]);
    }
    if (quotes)
        str_add_char(out, '"');
}

void csv_end_row(struct str *out)
{
    str_add_str(out, "\r\n");
}
