/* Three-way merge by keys and sections, and the fields of a threat as texts. */
#include "base/str.h"
#include "base/utf8.h"
#include "profile/internal.h"
#include "profile/parts.h"

/* A piece of a file with its name: "likelihood", "## Gap", "RFC 6120". */
struct piece {
    struct sv name;
    struct sv text; /* whole lines */
    uint32_t line;
};

struct pieces {
    VEC(struct piece) list;
    struct map by_name; /* sv -> struct piece*; filled by index_pieces */
    size_t fronts;      /* the first of them are front matter */
    bool has_front;
};

static void add_piece(struct arena *a, struct pieces *out, struct sv name, struct sv text,
                      uint32_t line)
{
    struct piece *piece = vec_push(a, &out->list);
    *piece = (struct piece){name, text, line};
}

static void cut_yaml(struct arena *a, struct sv yaml, uint32_t first_line,
                     const struct yaml_node *root, struct pieces *out)
{
    struct yaml_parts parts;
    yaml_parts_cut(a, yaml, root, &parts);
    if (!parts.whole) {
        add_piece(a, out, SV("front matter"), yaml, first_line);
        return;
    }
    for (size_t i = 0; i < parts.list.len; i++) {
        const struct yaml_part *part = &parts.list.at[i];
        add_piece(a, out, part->key, sv_from(yaml.at + part->start, part->end - part->start),
                  part->name->line);
    }
    if (sv_trim(sv_from_byte(yaml, parts.tail)).len)
        add_piece(a, out, SV("comments at the end"), sv_from_byte(yaml, parts.tail), 0);
}

static bool cut_markdown(struct arena *a, struct sv text, const char *path, struct diag *diag,
                         struct pieces *out)
{
    struct text_file file;
    if (!text_file_cut(a, text, path, diag, &file))
        return false;
    out->has_front = file.md.front_line > 0;
    if (file.front)
        cut_yaml(a, file.md.front, file.md.front_line, file.front, out);
    out->fronts = out->list.len;
    for (size_t i = 0; i < file.md.sections.len; i++) {
        const struct markdown_section *section = &file.md.sections.at[i];
        struct sv name = i ? sv_str(arena_printf(a, "## %.*s", SV_ARG(section->title)))
                           : SV("text before the first heading");
        if (i || section->end > section->start)
            add_piece(a, out, name,
                      sv_from(text.at + section->start, section->end - section->start),
                      section->line);
    }
    return true;
}

/* Lines of references.tsv and coverage.tsv by their identifier. */
static void cut_lines(struct arena *a, struct sv text, struct pieces *out)
{
    struct sv rest = text, line;
    for (uint32_t row = 1; sv_next_line(&rest, &line); row++) {
        struct sv cells = line, id;
        if (sv_trim(line).len && sv_split(&cells, '\t', &id))
            add_piece(a, out, sv_trim(id), line, row);
    }
}

enum file_kind { KIND_MARKDOWN, KIND_YAML, KIND_LINES };

static enum file_kind kind_of(const char *path)
{
    struct sv name = sv_str(path);
    return sv_ends(name, SV(".tsv"))    ? KIND_LINES
           : sv_ends(name, SV(".yaml")) ? KIND_YAML
                                        : KIND_MARKDOWN;
}

/* Names that occur twice get a number, so that each piece has a name of its own. */
static void index_pieces(struct arena *a, struct pieces *p)
{
    map_init(&p->by_name, a);
    for (size_t i = 0; i < p->list.len; i++) {
        struct piece *piece = &p->list.at[i];
        if (map_get(&p->by_name, piece->name))
            piece->name =
                sv_str(arena_printf(a, "%.*s (line %u)", SV_ARG(piece->name), piece->line));
        map_set(&p->by_name, piece->name, piece);
    }
}

static bool cut(struct arena *a, const char *path, struct sv text, struct diag *diag,
                struct pieces *out)
{
    memset(out, 0, sizeof(*out));
    if (kind_of(path) == KIND_LINES) {
        cut_lines(a, text, out);
    } else if (kind_of(path) == KIND_YAML) {
        const struct yaml_node *root = yaml_parse(a, text, path, 1, diag);
        if (!root)
            return false;
        cut_yaml(a, text, 1, root, out);
    } else if (!cut_markdown(a, text, path, diag, out)) {
        return false;
    }
    index_pieces(a, out);
    return true;
}

static bool same(const struct piece *a, const struct piece *b)
{
    if (!a || !b)
        return a == b;
    return sv_eq(sv_trim(a->text), sv_trim(b->text));
}

struct merge {
    struct arena *a;
    const char *path;
    struct diag *diag;
    struct pieces base, ours, theirs;
    struct pieces result;
    struct map done; /* names of theirs that stand in the result */
    size_t conflicts;
};

static void conflict(struct merge *m, const struct piece *at, const char *what)
{
    m->conflicts++;
    diag_error(m->diag, m->path, at ? at->line : 0, 0, what, NULL);
}

/* -- rows of coverage.tsv, which are merged by cell -- */

static bool cut_cells(struct sv line, struct sv *cells)
{
    for (size_t i = 0; i < COVERAGE_COLUMNS; i++) {
        ptrdiff_t tab = sv_find_char(line, '\t');
        if ((tab < 0) != (i + 1 == COVERAGE_COLUMNS))
            return false;
        cells[i] = sv_trim(tab < 0 ? line : sv_from(line.at, (size_t)tab));
        line = sv_from_byte(line, (size_t)tab + 1);
    }
    return true;
}

/* A row that became `cited` with a threat gives way to what an author said of the document meanwhile: it
 * becomes `cited` again when the column of threats is brought up to date. */
static bool gives_way(size_t column, struct sv ours, struct sv other)
{
    return column == COVERAGE_RESULT && sv_eq(ours, SV("cited")) &&
           (sv_eq(other, SV("nothing-new")) || sv_eq(other, SV("unread")));
}

/* Joins the row of both sides in *out; false when a cell was changed on both. The column of threats follows
 * from the threats, so that neither side is asked. */
static bool merge_rows(struct merge *m, const struct piece *base, const struct piece *ours,
                       const struct piece *theirs, struct piece *out)
{
    struct sv a[COVERAGE_COLUMNS], b[COVERAGE_COLUMNS], o[COVERAGE_COLUMNS];
    struct str text = STR_INIT;
    if (!cut_cells(ours->text, a) || !cut_cells(theirs->text, b))
        return false;
    bool based = base && cut_cells(base->text, o), good = true;
    for (size_t i = 0; i < COVERAGE_COLUMNS; i++) {
        struct sv cell = a[i];
        if (based && sv_eq(a[i], o[i]))
            cell = b[i];
        else if (i != COVERAGE_THREATS && !sv_eq(a[i], b[i]) && !(based && sv_eq(b[i], o[i]))) {
            good = good && (gives_way(i, a[i], b[i]) || gives_way(i, b[i], a[i]));
            cell = gives_way(i, a[i], b[i]) ? b[i] : a[i];
        }
        if (i)
            str_add_char(&text, '\t');
        str_add(&text, cell);
    }
    *out = (struct piece){ours->name, arena_sv(m->a, str_sv(&text)), ours->line};
    str_release(&text);
    return good;
}

/* The piece that both sides agree on; NULL: left out. */
static const struct piece *choose(struct merge *m, struct sv name)
{
    const struct piece *base = map_get(&m->base.by_name, name);
    const struct piece *ours = map_get(&m->ours.by_name, name);
    const struct piece *theirs = map_get(&m->theirs.by_name, name);
    if (same(ours, theirs) || same(base, theirs))
        return ours;
    if (same(base, ours))
        return theirs;
    struct piece *row = arena_new(m->a, struct piece);
    if (sv_ends(sv_str(m->path), SV("coverage.tsv")) && ours && theirs && merge_rows(m, base, ours, theirs, row))
        return row;
    const char *shown = yaml_read_shown(m->a, name);
    if (!ours)
        conflict(m, theirs,
                 arena_printf(m->a, "\"%s\" was removed here and changed there; left out", shown));
    else if (!theirs)
        conflict(m, ours,
                 arena_printf(m->a, "\"%s\" was changed here and removed there; kept", shown));
    else
        conflict(m, ours,
                 arena_printf(m->a,
                              "\"%s\" was changed on both sides; the change from here is kept",
                              shown));
    return ours;
}

static void put(struct merge *m, const struct piece *piece)
{
    map_set(&m->done, piece->name, &m->done);
    const struct piece *chosen = choose(m, piece->name);
    if (chosen)
        add_piece(m->a, &m->result, chosen->name, chosen->text, chosen->line);
}

/* Pieces [from, to) of ours in their order; before each of them, what theirs alone has in front of
 * it. */
static void weave(struct merge *m, size_t ours_from, size_t ours_to, size_t theirs_from,
                  size_t theirs_to)
{
    size_t next = theirs_from;
    for (size_t i = ours_from; i < ours_to; i++) {
        const struct piece *ours = &m->ours.list.at[i];
        const struct piece *twin = map_get(&m->theirs.by_name, ours->name);
        size_t place = twin ? (size_t)(twin - m->theirs.list.at) : 0;
        for (; twin && place < theirs_to && next < place; next++)
            if (!map_get(&m->ours.by_name, m->theirs.list.at[next].name) &&
                !map_get(&m->done, m->theirs.list.at[next].name))
                put(m, &m->theirs.list.at[next]);
        put(m, ours);
    }
    for (; next < theirs_to; next++)
        if (!map_get(&m->ours.by_name, m->theirs.list.at[next].name) &&
            !map_get(&m->done, m->theirs.list.at[next].name))
            put(m, &m->theirs.list.at[next]);
}

static void end_line(struct str *out)
{
    if (out->len && out->data[out->len - 1] != '\n')
        str_add_char(out, '\n');
}

static struct sv join(struct merge *m, size_t fronts)
{
    struct str out = STR_INIT;
    enum file_kind kind = kind_of(m->path);
    bool front = m->ours.has_front || m->theirs.has_front;
    if (front)
        str_add_str(&out, "---\n");
    for (size_t i = 0; i < m->result.list.len; i++) {
        if (front && i == fronts) {
            end_line(&out);
            str_add_str(&out, "---\n");
        }
        end_line(&out);
        if (kind == KIND_MARKDOWN && i > fronts && !sv_ends(str_sv(&out), SV("\n\n")))
            str_add_char(&out, '\n');
        str_add(&out, m->result.list.at[i].text);
    }
    end_line(&out);
    if (front && m->result.list.len <= fronts)
        str_add_str(&out, "---\n");
    while (out.len > 1 && out.data[out.len - 2] == '\n' && kind == KIND_MARKDOWN)
        str_cut(&out, out.len - 1);
    struct sv text = arena_sv(m->a, str_sv(&out));
    str_release(&out);
    return text;
}

static int run(struct merge *m, struct sv *out, struct err *err)
{
    map_init(&m->done, m->a);
    weave(m, 0, m->ours.fronts, 0, m->theirs.fronts);
    size_t fronts = m->result.list.len;
    weave(m, m->ours.fronts, m->ours.list.len, m->theirs.fronts, m->theirs.list.len);
    *out = join(m, fronts);
    if (m->conflicts)
        return err_set(err, CM_ECONFLICT, "%s: %zu part%s changed on both sides", m->path,
                       m->conflicts, m->conflicts == 1 ? " was" : "s were");
    return CM_OK;
}

int profile_merge(struct arena *a, const char *path, struct sv base, struct sv ours,
                  struct sv theirs, struct sv *out, struct diag *diag, struct err *err)
{
    struct merge m = {.a = a, .path = path, .diag = diag};
    *out = ours;
    if (sv_eq(ours, theirs) || sv_eq(base, theirs))
        return CM_OK;
    if (sv_eq(base, ours)) {
        *out = theirs;
        return CM_OK;
    }
    struct sv texts[] = {base, ours, theirs};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (texts[i].len > PROFILE_FILE_MAX || !utf8_valid(texts[i], NULL))
            return err_set(err, CM_EINPUT, "%s: a version is too large or is not UTF-8", path);
    if (!cut(a, path, lexical_plain(a, base), diag, &m.base) ||
        !cut(a, path, lexical_plain(a, ours), diag, &m.ours) ||
        !cut(a, path, lexical_plain(a, theirs), diag, &m.theirs))
        return err_set(err, CM_EINPUT, "%s: a version has faults and cannot be merged", path);
    return run(&m, out, err);
}

static struct sv shown_value(struct arena *a, const struct yaml_node *node)
{
    struct str out = STR_INIT;
    if (node->kind == YAML_SCALAR)
        return sv_trim(node->text);
    yaml_write_flow(&out, node);
    struct sv text = arena_sv(a, str_sv(&out));
    str_release(&out);
    return text;
}

static void add_field(struct arena *a, struct text_fields *out, struct sv name, struct sv text)
{
    if (!text.len)
        return;
    struct text_field *field = vec_push(a, &out->list);
    *field = (struct text_field){name, text};
}

static void add_key(struct arena *a, const struct yaml_pair *pair, struct text_fields *out)
{
    if (pair->value->kind != YAML_MAPPING) {
        add_field(a, out, pair->key->text, shown_value(a, pair->value));
        return;
    }
    for (size_t i = 0; i < pair->value->count; i++)
        add_field(a, out,
                  sv_str(arena_printf(a, "%.*s.%.*s", SV_ARG(pair->key->text),
                                      SV_ARG(pair->value->pairs[i].key->text))),
                  shown_value(a, pair->value->pairs[i].value));
}

void threat_text_fields(struct arena *a, struct sv source, struct text_fields *out)
{
    struct text_file file;
    struct diag quiet;
    diag_init(&quiet, a);
    memset(out, 0, sizeof(*out));
    if (source.len > PROFILE_FILE_MAX || !utf8_valid(source, NULL))
        return;
    if (!text_file_cut(a, lexical_plain(a, source), "", &quiet, &file))
        return;
    for (size_t i = 0; file.front && i < file.front->count; i++)
        add_key(a, &file.front->pairs[i], out);
    for (size_t i = 1; i < file.md.sections.len; i++) {
        uint32_t line = 0;
        add_field(a, out, file.md.sections.at[i].title,
                  lexical_prose(a, file.md.sections.at[i].body, &line));
    }
}
