/* Normal form of the files of a folder.
 *
 * In steps, each of which leaves the meaning as it is: bytes (BOM, line ends, NFC), lines (trailing
 * blanks, repeated blank lines, blank lines around headings), attack trees, and for threats the
 * order of keys and sections. The order is only changed when the result reads back with the same
 * values; where a file is written in so unusual a way that it would not, the order stays. */
#include "base/str.h"
#include "base/utf8.h"
#include "format/tsv.h"
#include "profile/internal.h"
#include "profile/parts.h"
#include "tree/io/outline.h"

#include <stdlib.h>

struct format {
    struct arena *a;
    const char *path;
    const struct profile *p; /* may be NULL */
    struct diag *diag;
};

static struct sv keep(struct arena *a, struct str *s)
{
    struct sv text = arena_sv(a, str_sv(s));
    str_release(s);
    return text;
}

static struct sv strip_right(struct sv line)
{
    while (line.len && (line.at[line.len - 1] == ' ' || line.at[line.len - 1] == '\t'))
        line.len--;
    return line;
}

/* Lines without trailing blanks, at most one blank line in a row, none at the beginning and the
 * end. */
static void put_lines(struct str *out, struct sv text)
{
    struct sv rest = text, line;
    size_t begin = out->len;
    bool blank = false;
    while (sv_next_line(&rest, &line)) {
        line = strip_right(line);
        if (!line.len) {
            blank = true;
            continue;
        }
        if (blank && out->len > begin)
            str_add_char(out, '\n');
        blank = false;
        str_add(out, line);
        str_add_char(out, '\n');
    }
}

/* -- references.tsv and coverage.tsv -- */

struct tsv_line {
    const struct tsv_row *row;
    struct id_rank rank;
};

static int order_lines(const void *left, const void *right)
{
    const struct tsv_line *a = left, *b = right;
    int order = id_rank_order(&a->rank, &b->rank);
    if (order)
        return order;
    return a->row->line < b->row->line ? -1 : 1;
}

static void put_row(struct str *out, const struct sv *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i)
            str_add_char(out, '\t');
        str_add(out, sv_trim(cells[i]));
    }
    str_add_char(out, '\n');
}

static struct sv format_table(const struct format *f, struct sv text, bool coverage)
{
    struct tsv tsv;
    struct str out = STR_INIT;
    size_t errors = f->diag->errors;
    tsv_parse(f->a, text, f->path, NULL, f->diag, &tsv);
    if (f->diag->errors > errors || !tsv.column_count)
        return SV_NONE;
    struct tsv_line *lines = arena_new_array(f->a, struct tsv_line, tsv.rows.len + 1);
    for (size_t i = 0; i < tsv.rows.len; i++) {
        lines[i].row = &tsv.rows.at[i];
        if (f->p)
            lines[i].rank = id_rank(&f->p->sig, sv_trim(tsv.rows.at[i].cells[0]));
        if (f->p && coverage && coverage_is_table(&tsv))
            coverage_tidy_row(f->a, &f->p->sig, tsv.rows.at[i].cells);
    }
    if (f->p && tsv.rows.len > 1)
        qsort(lines, tsv.rows.len, sizeof(*lines), order_lines);
    put_row(&out, tsv.columns, tsv.column_count);
    for (size_t i = 0; i < tsv.rows.len; i++)
        put_row(&out, lines[i].row->cells, tsv.column_count);
    return keep(f->a, &out);
}

/* -- front matter of threats -- */

/* May the value be written anew on its line? Only when it is in brackets, on one line, without
 * comments. */
static bool is_plain_flow(struct sv yaml, const struct yaml_node *node)
{
    if (node->kind == YAML_SCALAR || node->end > yaml.len || node->start >= node->end)
        return false;
    struct sv source = sv_from(yaml.at + node->start, node->end - node->start);
    return (source.at[0] == '[' || source.at[0] == '{') && sv_find_char(source, '\n') < 0 &&
           sv_find_char(source, '#') < 0;
}

/* `[a, {b: c}]` with the scalars as they were written. */
static void put_flow(struct str *out, struct sv yaml, const struct yaml_node *node)
{
    if (node->kind == YAML_SCALAR) {
        str_add(out, sv_trim(sv_from(yaml.at + node->start, node->end - node->start)));
        return;
    }
    str_add_char(out, node->kind == YAML_SEQUENCE ? '[' : '{');
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_node *value =
            node->kind == YAML_SEQUENCE ? node->items[i] : node->pairs[i].value;
        if (i)
            str_add_str(out, ", ");
        if (node->kind == YAML_MAPPING) {
            put_flow(out, yaml, node->pairs[i].key);
            str_add_str(out, ": ");
        }
        put_flow(out, yaml, value);
    }
    str_add_char(out, node->kind == YAML_SEQUENCE ? ']' : '}');
}

/* One key with its comments and value. */
static void put_part(struct str *out, struct sv yaml, const struct yaml_part *part)
{
    size_t colon = yaml_pair_colon(yaml, part->name);
    size_t value_end = yaml_part_value_end(yaml, part);
    struct sv rest = sv_from(yaml.at + colon, part->end - colon);
    struct str text = STR_INIT;
    str_add(&text, sv_from(yaml.at + part->start, part->line - part->start));
    str_add(&text, sv_from(yaml.at + part->name->start, part->name->end - part->name->start));
    str_add_char(&text, ':');
    if (is_plain_flow(yaml, part->value) && value_end >= colon) {
        str_add_char(&text, ' ');
        put_flow(&text, yaml, part->value);
        rest = sv_from(yaml.at + value_end, part->end - value_end);
    } else {
        size_t blanks = 0;
        while (blanks < rest.len && (rest.at[blanks] == ' ' || rest.at[blanks] == '\t'))
            blanks++;
        rest = sv_from_byte(rest, blanks);
        if (rest.len && rest.at[0] != '\n')
            str_add_char(&text, ' ');
    }
    str_add(&text, rest);
    if (text.len && text.data[text.len - 1] != '\n')
        str_add_char(&text, '\n');
    str_add(out, str_sv(&text));
    str_release(&text);
}

struct ranked_part {
    const struct yaml_part *part;
    int rank;
    size_t place;
};

static int order_parts(const void *left, const void *right)
{
    const struct ranked_part *a = left, *b = right;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    return a->place < b->place ? -1 : 1;
}

/* Do both mappings hold the same values, in whatever order of keys? */
static bool same_values(const struct yaml_node *a, const struct yaml_node *b)
{
    if (!a || !b || a->kind != b->kind || a->count != b->count)
        return false;
    struct map keys;
    struct arena scratch = ARENA_INIT;
    bool same = true;
    map_init(&keys, &scratch);
    for (size_t i = 0; i < b->count; i++)
        map_set(&keys, b->pairs[i].key->text, (void *)(uintptr_t)b->pairs[i].value);
    for (size_t i = 0; same && i < a->count; i++)
        same = yaml_same(a->pairs[i].value, map_get(&keys, a->pairs[i].key->text));
    arena_release(&scratch);
    return same;
}

static const struct yaml_node *parse_quietly(const struct format *f, struct sv yaml)
{
    struct diag quiet;
    diag_init(&quiet, f->a);
    return yaml_parse(f->a, yaml, f->path, 1, &quiet);
}

static struct sv tidy_lines(struct arena *a, struct sv text)
{
    struct str out = STR_INIT;
    put_lines(&out, text);
    return keep(a, &out);
}

/* The lines of a YAML text in normal form; as they are where blanks or blank lines belong to a
 * value. */
static struct sv tidy_yaml(const struct format *f, struct sv yaml, const struct yaml_node *root)
{
    struct sv tidy = tidy_lines(f->a, yaml);
    if (yaml_same(root, parse_quietly(f, tidy)))
        return tidy;
    return yaml.len && yaml.at[yaml.len - 1] != '\n'
               ? sv_str(arena_printf(f->a, "%.*s\n", SV_ARG(yaml)))
               : yaml;
}

static struct sv order_front(const struct format *f, struct sv yaml)
{
    struct yaml_parts parts;
    struct str joined = STR_INIT;
    const struct template *template = f->p && f->p->template.fields.len ? &f->p->template : NULL;
    const struct yaml_node *root = parse_quietly(f, yaml);
    yaml_parts_cut(f->a, yaml, root, &parts);
    if (!parts.whole || !parts.list.len)
        return yaml;
    struct ranked_part *ranked = arena_new_array(f->a, struct ranked_part, parts.list.len);
    for (size_t i = 0; i < parts.list.len; i++)
        ranked[i] = (struct ranked_part){&parts.list.at[i],
                                         threat_key_rank(template, parts.list.at[i].key), i};
    qsort(ranked, parts.list.len, sizeof(*ranked), order_parts);
    for (size_t i = 0; i < parts.list.len; i++)
        put_part(&joined, yaml, ranked[i].part);
    str_add(&joined, sv_from_byte(yaml, parts.tail));
    struct sv plain = keep(f->a, &joined), tidy = tidy_lines(f->a, plain);
    if (same_values(root, parse_quietly(f, tidy)))
        return tidy;
    return same_values(root, parse_quietly(f, plain)) ? plain : yaml;
}

/* -- Markdown -- */

/* Length of the marks of a heading at the margin, or 0. */
static size_t heading_level(struct sv line)
{
    size_t level = 0;
    while (level < line.len && line.at[level] == '#')
        level++;
    bool good = level >= 1 && level <= 6 &&
                (level == line.len || line.at[level] == ' ' || line.at[level] == '\t');
    return good ? level : 0;
}

struct body {
    const struct format *f;
    struct str *out;
    bool blank; /* a blank line is due before the next line */
    bool after_heading;
    bool begun;
};

static void put_line(struct body *b, struct sv line)
{
    line = strip_right(line);
    if (!line.len) {
        b->blank = true;
        return;
    }
    size_t level = heading_level(line);
    if (b->begun && (b->blank || b->after_heading || level))
        str_add_char(b->out, '\n');
    if (level) {
        str_add_repeat(b->out, '#', level);
        struct sv title = sv_trim(sv_from_byte(line, level));
        if (title.len)
            str_add_char(b->out, ' ');
        str_add(b->out, title);
    } else {
        str_add(b->out, line);
    }
    str_add_char(b->out, '\n');
    b->begun = true;
    b->blank = false;
    b->after_heading = level > 0;
}

static void put_prose(struct body *b, struct sv text)
{
    struct sv rest = text, line;
    while (sv_next_line(&rest, &line))
        put_line(b, line);
}

/* The text of a code block: as it is, but an attack tree anew. */
static void put_code(struct body *b, const struct markdown_fence *fence)
{
    struct diag quiet;
    const struct tree *tree = NULL;
    diag_init(&quiet, b->f->a);
    if (fence_is_tree(fence))
        tree = outline_parse(b->f->a, fence_text(b->f->a, fence), b->f->path, 1, 1, NULL, &quiet);
    if (!tree) {
        str_add(b->out, fence->text);
        if (fence->text.len && fence->text.at[fence->text.len - 1] != '\n')
            str_add_char(b->out, '\n');
        return;
    }
    struct str printed = STR_INIT;
    outline_print(tree, &printed);
    struct sv rest = str_sv(&printed), line;
    while (sv_next_line(&rest, &line)) {
        if (line.len)
            str_add_repeat(b->out, ' ', fence->indent);
        str_add(b->out, line);
        str_add_char(b->out, '\n');
    }
    str_release(&printed);
}

/* A stretch [from, to) of the file that begins and ends outside code. */
static void put_stretch(const struct format *f, struct sv text, const struct markdown_file *md,
                        size_t from, size_t to, struct str *out)
{
    struct body b = {.f = f, .out = out, .begun = out->len > 0, .blank = true};
    for (size_t i = 0; i < md->fences.len; i++) {
        const struct markdown_fence *fence = &md->fences.at[i];
        if (fence->start < from || fence->end > to || fence->start > to)
            continue;
        put_prose(&b, sv_from(text.at + from, fence->start - from)); /* with the opening marks */
        b.after_heading = b.blank = false;
        put_code(&b, fence);
        from = fence->end;
        const char *lf = from < to ? memchr(text.at + from, '\n', to - from) : NULL;
        size_t next = lf ? (size_t)(lf - text.at) + 1 : to;
        if (next > from) /* the closing marks belong to the code */
            str_add(out, strip_right(sv_from(text.at + from, next - from - (lf ? 1 : 0))));
        if (next > from)
            str_add_char(out, '\n');
        from = next;
    }
    put_prose(&b, sv_from(text.at + from, to - from));
}

struct ranked_section {
    const struct markdown_section *section;
    int rank;
    size_t place;
};

static int order_sections(const void *left, const void *right)
{
    const struct ranked_section *a = left, *b = right;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    return a->place < b->place ? -1 : 1;
}

static void put_body(const struct format *f, struct sv text, const struct markdown_file *md,
                     bool ordered, struct str *out)
{
    const struct template *t =
        ordered && f->p && f->p->template.fields.len ? &f->p->template : NULL;
    size_t count = md->sections.len;
    struct ranked_section *ranked = arena_new_array(f->a, struct ranked_section, count + 1);
    for (size_t i = 0; i < count; i++) {
        int field = i && t ? template_field_named(t, md->sections.at[i].title) : -1;
        ranked[i] = (struct ranked_section){&md->sections.at[i],
                                            !i          ? -1
                                            : field < 0 ? 10000
                                                        : field,
                                            i};
    }
    if (t && count > 1)
        qsort(ranked, count, sizeof(*ranked), order_sections);
    for (size_t i = 0; i < count; i++)
        put_stretch(f, text, md, ranked[i].section->start, ranked[i].section->end, out);
}

static struct sv format_markdown(const struct format *f, struct sv text, bool threat)
{
    struct text_file file;
    struct str out = STR_INIT, body = STR_INIT;
    if (!text_file_cut(f->a, text, f->path, f->diag, &file))
        return SV_NONE;
    if (file.md.front_line) {
        str_add_str(&out, "---\n");
        struct sv front = file.front ? tidy_yaml(f, file.md.front, file.front) : SV_NONE;
        str_add(&out, threat ? order_front(f, front) : front);
        str_add_str(&out, "---\n");
    }
    put_body(f, text, &file.md, threat, &body);
    if (file.md.front_line && body.len)
        str_add_char(&out, '\n');
    str_add(&out, str_sv(&body));
    str_release(&body);
    return keep(f->a, &out);
}

static struct sv format_yaml(const struct format *f, struct sv text)
{
    const struct yaml_node *root = yaml_parse(f->a, text, f->path, 1, f->diag);
    return root ? tidy_yaml(f, text, root) : SV_NONE;
}

int profile_format(struct arena *a, const char *path, struct sv text, const struct profile *p,
                   struct sv *out, struct diag *diag, struct err *err)
{
    struct format f = {a, path, p, diag};
    struct source s = {.read = {a, diag, path}, .path = path, .raw = text};
    size_t errors = diag->errors;
    *out = SV_NONE;
    if (text.len > PROFILE_FILE_MAX)
        return err_set(err, CM_ELIMIT, "%s has more than %d bytes", path, PROFILE_FILE_MAX);
    if (!source_bytes(&s))
        return err_set(err, CM_EINPUT, "%s is not text", path);
    struct sv plain = utf8_nfc(a, s.text);
    struct sv name = sv_str(path);
    if (sv_ends(name, SV(".tsv")))
        *out = format_table(&f, plain, sv_eq(name, SV("coverage.tsv")));
    else if (sv_ends(name, SV(".yaml")))
        *out = format_yaml(&f, plain);
    else
        *out = format_markdown(&f, plain, sv_starts(name, SV("threats/")));
    if (diag->errors > errors) {
        *out = SV_NONE;
        return err_set(err, CM_EINPUT, "%s has faults", path);
    }
    return CM_OK;
}
