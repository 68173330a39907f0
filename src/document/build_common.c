/* Small pieces that the builders put together: tables, lists, names, prose. */
#include "document/analysis.h"
#include "document/build.h"

#include "base/date.h"
#include "base/format.h"
#include "tree/io/draw.h"

#include <stdarg.h>
#include <stdio.h>

__attribute__((nonnull, noinline, format(printf, 2, 0))) static struct sv
format_sv(struct arena *a, const char *format, va_list args)
{
    char small[256]; /* most texts fit and are formatted once */
    size_t len = base_format(small, sizeof(small), format, args);
    char *text = arena_alloc(a, len + 1);
    if (len < sizeof(small))
        memcpy(text, small, len + 1);
    else
        base_format(text, len + 1, format, args);
    return sv_from(text, len);
}

struct sv build_sv(struct arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct sv text = format_sv(a, format, args);
    va_end(args);
    return text;
}

struct doc_block *build_paragraph(struct arena *a, struct doc_block *parent, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct sv text = format_sv(a, format, args);
    va_end(args);
    struct doc_block *b = doc_add(a, parent, DOC_PARAGRAPH);
    if (text.len)
        doc_text(a, b, text);
    return b;
}

struct sv build_count(struct arena *a, size_t count, const char *one, const char *many)
{
    return build_sv(a, "%zu %s", count, count == 1 ? one : many);
}

struct sv build_date(struct arena *a, int64_t seconds)
{
    return sv_str(date_format(a, date_from_time(seconds)));
}

struct sv build_date_long(struct arena *a, struct sv date)
{
    struct date d;
    return date_parse(date, &d) ? sv_str(date_format_long(a, d)) : date;
}

struct sv build_stage_name(const struct view *v, int stage)
{
    if (stage < 0 || (size_t)stage >= v->profile->process.stages.len)
        return SV("none");
    return v->profile->process.stages.at[stage].name;
}

bool build_is_end(const struct view *v, int stage)
{
    return stage >= 0 && (size_t)stage < v->profile->process.stages.len && v->profile->process.stages.at[stage].end;
}

struct sv build_term_name(const struct terms *t, int index)
{
    return index >= 0 && (size_t)index < t->list.len ? t->list.at[index].name : SV("none");
}

struct sv build_priority_name(struct arena *a, const struct view *v, unsigned priority)
{
    if (priority == 0)
        return SV("not rated");
    struct sv id = build_sv(a, "%u", priority);
    int i = terms_find(&v->profile->sig.priorities, id);
    return i < 0 ? id : build_sv(a, "%u (%.*s)", priority, SV_ARG(v->profile->sig.priorities.list.at[i].name));
}

bool build_in(const unsigned *list, size_t count, unsigned index)
{
    size_t lo = 0, hi = count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (list[mid] < index)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < count && list[lo] == index;
}

struct doc_block *build_table(struct arena *a, struct doc_block *parent, struct sv anchor, const char *caption)
{
    struct doc_block *table = doc_add(a, parent, DOC_TABLE);
    table->anchor = anchor;
    doc_text(a, table, sv_str(caption));
    return table;
}

struct doc_block *build_header(struct arena *a, struct doc_block *table, const char *const *names, size_t count)
{
    struct doc_block *row = build_row(a, table);
    table->header_row = true;
    for (size_t i = 0; i < count; i++)
        build_row_heading(a, row, sv_str(names[i]));
    return row;
}

struct doc_block *build_row(struct arena *a, struct doc_block *table)
{
    return doc_add(a, table, DOC_ROW);
}

struct doc_block *build_cell(struct arena *a, struct doc_block *row, struct sv text)
{
    struct doc_block *cell = doc_add(a, row, DOC_CELL);
    if (text.len)
        doc_text(a, cell, text);
    return cell;
}

struct doc_block *build_row_heading(struct arena *a, struct doc_block *row, struct sv text)
{
    struct doc_block *cell = build_cell(a, row, text);
    cell->heading = true;
    return cell;
}

struct doc_block *build_cell_number(struct arena *a, struct doc_block *row, uint64_t number)
{
    struct doc_block *cell = build_cell(a, row, build_sv(a, "%llu", (unsigned long long)number));
    cell->class_name = "number";
    return cell;
}

struct doc_block *build_cell_priority(struct arena *a, struct doc_block *row, const struct view *v, unsigned priority)
{
    struct doc_block *cell = build_cell(a, row, build_priority_name(a, v, priority));
    cell->class_name = arena_printf(a, "priority-%u", priority);
    return cell;
}

struct doc_block *build_cell_stage(struct arena *a, struct doc_block *row, const struct view *v,
                                   const struct threat_view *t)
{
    struct doc_block *cell = build_cell(a, row, build_stage_name(v, t->threat->stage));
    if (t->provisional) {
        doc_text(a, cell, SV(" (editor\xe2\x80\x99s draft)"));
        cell->class_name = "draft";
    }
    return cell;
}

struct doc_block *build_cell_level(struct arena *a, struct doc_block *row, const struct terms *scale, int level)
{
    return build_cell(a, row, level < 0 ? SV("not rated") : build_term_name(scale, level));
}

struct doc_block *build_cell_threat(struct arena *a, struct doc_block *row, const struct threat *t, bool name)
{
    struct doc_block *cell = build_cell(a, row, SV_NONE);
    doc_threat(a, cell, t->id, name ? t->name : t->id);
    return cell;
}

struct doc_block *build_list(struct arena *a, struct doc_block *parent)
{
    struct doc_block *list = doc_add(a, parent, DOC_LIST);
    list->tight = true;
    return list;
}

void build_quoted(struct arena *a, struct doc_block *parent, struct sv text)
{
    struct doc_block *quote = NULL, *p = NULL;
    struct sv rest = text, line;
    while (sv_next_line(&rest, &line)) {
        line = sv_trim(line);
        if (!line.len) {
            p = NULL;
            continue;
        }
        if (!quote)
            quote = doc_add(a, parent, DOC_QUOTE);
        if (!p)
            p = doc_add(a, quote, DOC_PARAGRAPH);
        else
            doc_text(a, p, SV(" "));
        doc_text(a, p, line);
    }
}

struct doc_block *build_item(struct arena *a, struct doc_block *list)
{
    return doc_add(a, doc_add(a, list, DOC_ITEM), DOC_PARAGRAPH);
}

void build_threat_list(struct arena *a, struct doc_block *b, const struct view *v, const unsigned *indexes,
                       size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct threat *t = v->threats.at[indexes[i]].threat;
        if (i > 0)
            doc_text(a, b, i + 1 == count ? SV(" and ") : SV(", "));
        doc_threat(a, b, t->id, t->id);
    }
}

void build_citation(struct arena *a, struct doc_block *b, const struct citation *c)
{
    if (c->reference)
        doc_reference(a, b, c->id, c->text, c->reference->url);
    else
        doc_text(a, b, c->text);
}

void build_terms(struct arena *a, struct doc_block *parent, const struct terms *terms)
{
    struct doc_block *list = doc_add(a, parent, DOC_DEFINITIONS);
    for (size_t i = 0; i < terms->list.len; i++) {
        const struct term *t = &terms->list.at[i];
        struct doc_block *d = doc_add(a, list, DOC_DEFINITION);
        doc_text(a, d, t->name);
        build_paragraph(a, d, "%.*s", SV_ARG(t->means));
        if (t->example.len) {
            struct doc_block *p = build_paragraph(a, d, "Example: %.*s", SV_ARG(t->example));
            p->class_name = "example";
        }
        if (t->has_interval)
            build_paragraph(a, d, "Probability %g to %g.", t->interval_lo, t->interval_hi);
    }
}

static struct doc_block *fence(void *context, struct arena *a, struct sv language, struct sv info, struct sv text)
{
    struct build_prose *prose = context;
    if (sv_eq_str(language, "diagram"))
        return build_diagram(a, sv_trim(sv_from_byte(info, language.len)), text);
    if (!sv_eq_str(language, "attack-tree") || !prose->threat || !prose->threat->tree || prose->tree_done)
        return NULL;
    prose->tree_done = true;
    return build_tree_figure(a, prose->view, prose->threat);
}


static bool find_mention(void *context, struct sv text, struct markdown_mention *out)
{
    struct build_prose *prose = context;
    return profile_find_mention((void *)(uintptr_t)prose->view->profile, text, out);
}

void build_linked(struct arena *a, struct doc_block *b, const struct view *v, struct sv text, bool documents)
{
    struct markdown_mention m;
    size_t done = 0;
    for (size_t at = 0; profile_find_mention((void *)(uintptr_t)v->profile, sv_from_byte(text, at), &m);) {
        size_t start = at + m.at;
        at = start + m.len;
        if (m.kind == MARKDOWN_REFERENCE && !documents)
            continue;
        doc_text(a, b, sv_from(text.at + done, start - done));
        if (m.kind == MARKDOWN_THREAT)
            doc_threat(a, b, m.id, sv_from(text.at + start, m.len));
        else
            doc_reference(a, b, m.id, sv_from(text.at + start, m.len), m.url);
        done = at;
    }
    if (done < text.len)
        doc_text(a, b, sv_from_byte(text, done));
}

void build_prose(struct arena *a, struct doc_block *parent, struct sv text, struct build_prose *prose)
{
    struct err err = ERR_INIT;
    struct markdown_options options = {
        .file = prose->file,
        .first_line = prose->line,
        .anchor_prefix = prose->anchor_prefix,
        .heading_base = 3,
        .find_mention = find_mention,
        .context = prose,
        .fence = fence,
    };
    if (sv_trim(text).len == 0 || markdown_to_doc(a, text, &options, parent, &err) == 0)
        return;
    struct doc_block *code = doc_add(a, parent, DOC_CODE_BLOCK);
    code->text = text;
}

void document_prose(struct arena *a, const struct view *v, struct doc_block *parent, struct sv text)
{
    struct build_prose prose = {.view = v, .file = "text", .line = 1, .anchor_prefix = SV("preview")};
    build_prose(a, parent, text, &prose);
}

void build_prose_chapters(struct arena *a, struct doc_block *parent, struct sv text, struct build_prose *prose)
{
    struct markdown_file file = {0};
    struct diag diag;
    diag_init(&diag, a);
    markdown_scan(a, text, prose->file, &diag, &file);
    for (size_t i = 0; i < file.sections.len; i++) {
        const struct markdown_section *s = &file.sections.at[i];
        struct build_prose inner = *prose;
        inner.line = prose->line + s->body_line - 1;
        if (s->title.len == 0) {
            build_prose(a, parent, s->body, &inner);
            continue;
        }
        struct sv anchor = doc_anchor(a, s->title);
        inner.anchor_prefix = build_sv(a, "%.*s-", SV_ARG(anchor));
        build_prose(a, doc_add_section(a, parent, s->title, anchor), s->body, &inner);
    }
}

struct doc_block *build_tree_figure(struct arena *a, const struct view *v, const struct threat *t)
{
    int index = view_find(v, t->id);
    const struct threat_analysis *found = index < 0 ? NULL : document_analysis(v, (size_t)index);
    struct doc_block *figure = doc_block_new(a, DOC_FIGURE);
    figure->anchor = build_sv(a, "%.*s-tree", SV_ARG(t->id));
    figure->figure = draw_figure(a, t->tree, t->id, found ? found->best : NULL);
    figure->class_name = "tree";
    doc_textf(a, figure, "Attack tree of %.*s: %.*s", SV_ARG(t->id), SV_ARG(t->tree->nodes.at[0].label));
    struct doc_block *outline = doc_add(a, figure, DOC_CODE_BLOCK);
    outline->text = t->tree_text;
    outline->language = SV("attack-tree");
    return figure;
}
