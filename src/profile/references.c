/* references.tsv, and the framing chapters of analysis.md. */
#include "base/date.h"
#include "base/str.h"
#include "base/utf8.h"
#include "format/tsv.h"
#include "profile/internal.h"

#include <stdlib.h>

enum { COLUMNS = 6, REFERENCES_MAX = 20000 };

static bool is_reference_date(struct sv text)
{
    char whole[] = "0000-01-01";
    struct date date;
    if (!text.len)
        return true;
    if (text.len != 4 && text.len != 7 && text.len != 10)
        return false;
    memcpy(whole, text.at, text.len);
    return date_parse(sv_from(whole, 10), &date);
}

struct id_rank id_rank(const struct sig *sig, struct sv id)
{
    struct id_rank rank = {sig->series.len, 0, id};
    for (size_t i = 0; i < sig->series.len; i++) {
        const struct series *s = &sig->series.at[i];
        if (sv_starts(id, s->prefix) &&
            sv_to_u64(sv_from_byte(id, s->prefix.len), 999999999, &rank.number)) {
            rank.series = i;
            return rank;
        }
    }
    rank.number = 0;
    return rank;
}

int id_rank_order(const struct id_rank *a, const struct id_rank *b)
{
    if (a->series != b->series)
        return a->series < b->series ? -1 : 1;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    return sv_cmp(a->id, b->id);
}

struct ranked {
    struct reference reference;
    struct id_rank rank;
};

static int order_references(const void *left, const void *right)
{
    return id_rank_order(&((const struct ranked *)left)->rank, &((const struct ranked *)right)->rank);
}

static void sort_references(struct arena *a, const struct sig *sig, struct references *refs)
{
    if (refs->list.len < 2)
        return;
    struct ranked *ranked = arena_new_array(a, struct ranked, refs->list.len);
    for (size_t i = 0; i < refs->list.len; i++)
        ranked[i] = (struct ranked){refs->list.at[i], id_rank(sig, refs->list.at[i].id)};
    qsort(ranked, refs->list.len, sizeof(*ranked), order_references);
    for (size_t i = 0; i < refs->list.len; i++)
        refs->list.at[i] = ranked[i].reference;
}

/* Columns are counted in characters. */
void cell_fault_at(const struct cell *c, const char *at, const char *what, const char *expected)
{
    const struct sv *cells = c->row->cells;
    uint32_t column = (uint32_t)utf8_count(sv_from(cells[0].at, (size_t)(at - cells[0].at))) + 1;
    diag_error(c->s->read.diag, c->s->read.file, c->row->line, column, what, expected);
}

void cell_fault(const struct cell *c, const char *what, const char *expected)
{
    cell_fault_at(c, c->row->cells[c->column].at, what, expected);
}

struct row {
    struct source *s;
    const struct tsv_row *row;
};

static void row_fault(const struct row *r, size_t cell, const char *what, const char *expected)
{
    cell_fault(&(struct cell){r->s, r->row, cell}, what, expected);
}

static void check_form(const struct row *r, const struct sig *sig, struct sv id)
{
    struct arena *a = r->s->read.a;
    struct citation c;
    if (!citation_parse(id, &c) || c.version.len || c.section.len) {
        row_fault(r, 0, arena_printf(a, "\"%s\" is not an identifier", yaml_read_shown(a, id)),
                   "an identifier without version and section");
        return;
    }
    for (size_t i = 0; i < sig->series.len; i++) {
        const struct series *s = &sig->series.at[i];
        uint64_t number;
        size_t digits = id.len - s->prefix.len;
        if (!sv_starts(id, s->prefix))
            continue;
        if (!sv_to_u64(sv_from_byte(id, s->prefix.len), 999999999, &number) ||
            (s->digits ? digits != s->digits : digits > 5))
            row_fault(
                r, 0,
                arena_printf(a, "\"%s\" is not of the form of its series", yaml_read_shown(a, id)),
                s->digits ? arena_printf(a, "\"%.*s\" and %u digits", SV_ARG(s->prefix), s->digits)
                          : arena_printf(a, "\"%.*s\" and one to five digits", SV_ARG(s->prefix)));
    }
}

static void check_cells(const struct row *r, const struct sig *sig, const struct reference *ref)
{
    struct arena *a = r->s->read.a;
    const char *const names[COLUMNS] = {"id", "title", "version", "date", "status", "url"};
    for (size_t i = 0; i < COLUMNS; i++) {
        struct sv cell = r->row->cells[i];
        if (!sv_trim(cell).len && i != 2 && i != 3)
            row_fault(r, i, arena_printf(a, "the %s is empty", names[i]), "a text");
    }
    if (ref->id.len)
        check_form(r, sig, ref->id);
    if (!is_reference_date(ref->date))
        row_fault(r, 3, arena_printf(a, "the date is \"%s\"", yaml_read_shown(a, ref->date)),
                   "YYYY, YYYY-MM or YYYY-MM-DD");
    if (ref->url.len && !yaml_read_is_url(ref->url))
        row_fault(r, 5, arena_printf(a, "the url is \"%s\"", yaml_read_shown(a, ref->url)),
                   "an http or https address");
}

static bool check_header(struct source *s, const struct tsv *tsv)
{
    const char *const names[COLUMNS] = {"id", "title", "version", "date", "status", "url"};
    bool good = tsv->column_count == COLUMNS;
    for (size_t i = 0; good && i < COLUMNS; i++)
        good = sv_eq_str(tsv->columns[i], names[i]);
    if (!good)
        diag_error(s->read.diag, s->read.file, 1, 1, "the first line does not name the columns",
                   "id, title, version, date, status, url, with one tab between");
    return good;
}

void references_read(struct source *s, const struct sig *sig, struct references *out)
{
    struct tsv tsv;
    struct map seen;
    const struct tsv_limits limits = {REFERENCES_MAX, 64};
    struct arena *a = s->read.a;
    map_init(&out->by_id, a);
    map_init(&seen, a);
    tsv_parse(a, s->text, s->read.file, &limits, s->read.diag, &tsv);
    out->unread = !check_header(s, &tsv);
    if (out->unread)
        return;
    for (size_t i = 0; i < tsv.rows.len; i++) {
        const struct tsv_row *row = &tsv.rows.at[i];
        const struct row at = {s, row};
        struct reference ref = {sv_trim(row->cells[0]),
                                sv_trim(row->cells[1]),
                                sv_trim(row->cells[2]),
                                sv_trim(row->cells[3]),
                                sv_trim(row->cells[4]),
                                sv_trim(row->cells[5]),
                                row->line};
        check_cells(&at, sig, &ref);
        if (!ref.id.len)
            continue;
        const struct tsv_row *former = map_get(&seen, ref.id);
        if (former) {
            row_fault(&at, 0, arena_printf(a, "%s stands twice", yaml_read_shown(a, ref.id)),
                       arena_printf(a, "it once; the first is in line %u", former->line));
            continue;
        }
        map_set(&seen, ref.id, &tsv.rows.at[i]);
        *vec_push(a, &out->list) = ref;
    }
    sort_references(a, sig, out);
    for (size_t i = 0; i < out->list.len; i++)
        map_set(&out->by_id, out->list.at[i].id, &out->list.at[i]);
}

/* Offset of the line `<!-- register -->`, or the text's length. */
static size_t find_register_mark(struct source *s)
{
    struct fence_state fence = {0};
    struct sv rest = s->text, line;
    size_t mark = s->text.len;
    for (uint32_t row = 1; sv_next_line(&rest, &line); row++) {
        if (fence_state_line(&fence, line) || !sv_eq(sv_trim(line), SV("<!-- register -->")))
            continue;
        if (mark < s->text.len)
            diag_error(s->read.diag, s->read.file, row, 1, "a second line `<!-- register -->`",
                       "it once");
        else
            mark = (size_t)(line.at - s->text.at);
    }
    return mark;
}

/* Text between the mark and the next heading would belong to neither side. */
static void check_mark(struct source *s, const struct markdown_section *section, size_t mark)
{
    if (mark < section->start || mark >= section->end)
        return;
    uint32_t line, column;
    utf8_position(s->text, mark, &line, &column);
    struct sv after = sv_from(s->text.at + mark, section->end - mark);
    if (lexical_prose(s->read.a, after, &line).len)
        diag_error(s->read.diag, s->read.file, line, 1,
                   "text between `<!-- register -->` and the next heading",
                   "the mark at the end of a chapter");
}

static void read_chapters(struct source *s, const struct profile *p, const struct markdown_file *md,
                          struct analysis *out)
{
    size_t mark = find_register_mark(s);
    check_mark(s, &md->sections.at[0], mark);
    for (size_t i = 1; i < md->sections.len; i++) {
        struct markdown_section chapter = md->sections.at[i];
        check_mark(s, &chapter, mark);
        chapter.body = lexical_prose(s->read.a, chapter.body, &chapter.body_line);
        if (!chapter.title.len)
            diag_error(s->read.diag, s->read.file, chapter.line, 1, "a heading without words",
                       "a title");
        if (!chapter.body.len)
            diag_error(s->read.diag, s->read.file, chapter.line, 1, "the chapter is empty",
                       "text, or no heading");
        prose_check(p, s, chapter.body, chapter.body_line);
        if (chapter.start > mark)
            *vec_push(s->read.a, &out->after) = chapter;
        else
            *vec_push(s->read.a, &out->before) = chapter;
    }
}

void analysis_read(struct source *s, const struct profile *p, struct analysis *out)
{
    const struct yaml_read *r = &s->read;
    struct markdown_file md;
    const struct yaml_node *front = source_front(s, &md);
    if (!front)
        return;
    YAML_READ_KEYS(r, front, "title", "abstract");
    out->title = yaml_read_line(r, front, "title", YAML_REQUIRED);
    out->abstract = yaml_read_text(r, front, "abstract", YAML_REQUIRED);
    if (out->abstract.len)
        mention_check_text(p, s, out->abstract, yaml_get(front, "abstract")->line,
                           yaml_get(front, "abstract")->column);
    source_no_preface(s, &md);
    read_chapters(s, p, &md, out);
}
