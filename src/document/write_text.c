/* The block tree as UTF-8 text of 72 columns, in the manner of an RFC. Nothing is cut: what is too
 * long is wrapped, words and lines of code as well. */
#include "base/date.h"
#include "base/utf8.h"
#include "document/fragment.h"
#include "document/write.h"
#include "document/write_grid.h"
#include "document/write_wrap.h"

#include <stdio.h>

enum {
    WIDTH = 72,
    INDENT = 3,
    WIDTH_MIN = 24, /* nested blocks stop moving to the right here */
    CONTENTS_DEPTH = 3,
    NUMBER_MAX = 120,
};

/* What a fragment asks. */
enum { ASKED_LINK = 'l', ASKED_SECTION = 's', ASKED_CITED = 'c' };

struct text_writer {
    struct arena *arena;
    const struct document *document;
    struct map numbers;   /* anchor -> const struct sv *: number of a section */
    struct map addresses; /* address -> size_t *: number of a link */
    struct map cited;     /* ids of cited documents */
    struct {
        VEC(struct sv) list;
    } links;
};

static size_t link_number(struct text_writer *w, struct sv url)
{
    size_t *known = map_get(&w->addresses, url);
    if (!known) {
        *vec_push(w->arena, &w->links.list) = url;
        known = arena_new(w->arena, size_t);
        *known = w->links.list.len;
        map_set(&w->addresses, url, known);
    }
    char number[24];
    snprintf(number, sizeof number, "%zu", *known);
    fragment_asked(w->document->fragments, ASKED_LINK, url, sv_str(number));
    return *known;
}

static void add_flat(struct str *out, struct sv text)
{
    for (size_t i = 0; i < text.len; i++)
        str_add_char(
            out, text.at[i] == '\n' || text.at[i] == '\t' || text.at[i] == '\r' ? ' ' : text.at[i]);
}

static void add_inlines(struct text_writer *w, struct str *out, const struct doc_inline *i);

static void add_link(struct text_writer *w, struct str *out, const struct doc_inline *i)
{
    size_t start = out->len;
    add_inlines(w, out, i->first);
    add_flat(out, i->text);
    struct sv shown = sv_from(str_sv(out).at + start, out->len - start);
    if (sv_starts(i->url, SV("#"))) {
        const struct sv *number = map_get(&w->numbers, sv_from_byte(i->url, 1));
        fragment_asked(w->document->fragments, ASKED_SECTION, sv_from_byte(i->url, 1), number ? *number : SV_NONE);
        if (number)
            str_addf(out, " (section %.*s)", SV_ARG(*number));
    } else if (write_web_address(i->url)) {
        struct sv bare = sv_starts(i->url, SV("mailto:")) ? sv_from_byte(i->url, 7)
                         : sv_starts(i->url, SV("xmpp:")) ? sv_from_byte(i->url, 5)
                                                          : i->url;
        if (sv_eq(shown, i->url) || sv_eq(shown, bare)) {
            str_cut(out, start);
            str_addf(out, "<%.*s>", SV_ARG(bare));
        } else {
            str_addf(out, " [%zu]", link_number(w, i->url));
        }
    }
}

static bool contains(struct sv text, struct sv part)
{
    return part.len > 0 && sv_find(text, part) >= 0;
}

static void add_inlines(struct text_writer *w, struct str *out, const struct doc_inline *i)
{
    for (; i; i = i->next) {
        switch (i->kind) {
        case DOC_BREAK:
            str_add_char(out, '\n');
            break;
        case DOC_LINK:
            add_link(w, out, i);
            break;
        case DOC_THREAT:
        case DOC_REFERENCE:
            add_flat(out, i->text.len ? i->text : i->id);
            if (i->text.len && i->kind == DOC_THREAT && !contains(i->text, i->id))
                str_addf(out, " (%.*s)", SV_ARG(i->id));
            if (i->kind == DOC_REFERENCE) {
                fragment_asked(w->document->fragments, ASKED_CITED, i->id, SV_NONE);
                map_set(&w->cited, i->id, w);
            }
            break;
        default:
            add_flat(out, i->text);
            add_inlines(w, out, i->first);
        }
    }
}

static struct sv inlines_text(struct text_writer *w, const struct doc_inline *i)
{
    struct str s = STR_INIT;
    add_inlines(w, &s, i);
    struct sv text = arena_sv(w->arena, str_sv(&s));
    str_release(&s);
    return text;
}

static void write_blocks(struct text_writer *w, struct str *out, const struct doc_block *b,
                         size_t width, bool tight);

/* Lines of `body` with first before the first one and rest before the others; empty lines stay
 * empty. */
static void add_indented(struct str *out, struct sv body, struct sv first, struct sv rest)
{
    struct sv line, before = first;
    while (sv_next_line(&body, &line)) {
        if (line.len) {
            str_add(out, before);
            str_add(out, line);
        } else if (before.at == first.at && first.len) {
            str_add(out, sv_trim(first));
        }
        before = rest;
        str_add_char(out, '\n');
    }
}

static size_t narrower(size_t width, size_t by)
{
    return width > WIDTH_MIN + by ? width - by : width;
}

/* Children below a mark ("* ", "12. "), indented by its width as long as there is room. */
static void write_marked(struct text_writer *w, struct str *out, const struct doc_block *first,
                         struct sv mark, size_t width, bool tight)
{
    size_t indent = utf8_width(mark), inner = narrower(width, indent);
    struct str body = STR_INIT;
    if (inner == width && indent) { /* no room left: the mark stands alone on a line */
        str_add(out, sv_trim(mark));
        str_add_char(out, '\n');
        mark = SV_NONE;
        indent = 0;
    }
    write_blocks(w, &body, first, inner, tight);
    if (body.len == 0)
        str_add_char(&body, '\n');
    add_indented(out, str_sv(&body), mark, wrap_blanks(w->arena, indent));
    str_release(&body);
}

static void write_list(struct text_writer *w, struct str *out, const struct doc_block *list,
                       size_t width)
{
    unsigned number = list->start, last = list->start;
    for (const struct doc_block *item = list->first; item; item = item->next)
        last++;
    int digits = (int)utf8_width(sv_str(arena_printf(w->arena, "%u", last ? last - 1 : 0)));
    for (const struct doc_block *item = list->first; item; item = item->next, number++) {
        struct sv mark =
            list->ordered ? sv_str(arena_printf(w->arena, "%*u. ", digits, number)) : SV("* ");
        write_marked(w, out, item->first, mark, width, list->tight);
        if (!list->tight && item->next)
            str_add_char(out, '\n');
    }
}

static void write_definitions(struct text_writer *w, struct str *out, const struct doc_block *list,
                              size_t width)
{
    for (const struct doc_block *d = list->first; d; d = d->next) {
        struct wrap_frame f = {SV_NONE, SV("  "), width};
        wrap_text(out, inlines_text(w, d->inlines), &f);
        size_t inner = narrower(width, INDENT);
        struct str body = STR_INIT;
        write_blocks(w, &body, d->first, inner, true);
        struct sv indent = wrap_blanks(w->arena, width - inner);
        add_indented(out, str_sv(&body), indent, indent);
        str_release(&body);
        if (d->next)
            str_add_char(out, '\n');
    }
}

/* True when a fact is shown by plain paragraphs alone. */
static bool paragraphs_only(const struct doc_block *b)
{
    for (; b; b = b->next)
        if (b->kind != DOC_PARAGRAPH)
            return false;
    return true;
}

static void write_fact(struct text_writer *w, struct str *out, const struct doc_block *fact,
                       size_t width)
{
    struct str line = STR_INIT;
    struct wrap_frame f = {SV_NONE, SV("   "), width};
    add_inlines(w, &line, fact->inlines);
    str_add_char(&line, ':');
    if (paragraphs_only(fact->first)) {
        for (const struct doc_block *b = fact->first; b; b = b->next) {
            str_add_char(&line, ' ');
            add_inlines(w, &line, b->inlines);
            if (b->next)
                str_add_char(&line, ';');
        }
        wrap_text(out, str_sv(&line), &f);
    } else {
        wrap_text(out, str_sv(&line), &f);
        struct str body = STR_INIT;
        write_blocks(w, &body, fact->first, narrower(width, INDENT), true);
        add_indented(out, str_sv(&body), SV("   "), SV("   "));
        str_release(&body);
    }
    str_release(&line);
}

/* Tables */

static void read_grid(struct text_writer *w, const struct doc_block *table, struct grid *g)
{
    *g = (struct grid){0};
    for (const struct doc_block *row = table->first; row; row = row->next) {
        size_t count = 0;
        for (const struct doc_block *cell = row->first; cell; cell = cell->next)
            count++;
        g->columns = count > g->columns ? count : g->columns;
        g->rows++;
    }
    g->cells = arena_new_array(w->arena, struct sv, g->rows * g->columns + 1);
    g->widths = arena_new_array(w->arena, size_t, g->columns + 1);
    size_t at = 0;
    for (const struct doc_block *row = table->first; row; row = row->next, at += g->columns) {
        size_t column = 0;
        for (const struct doc_block *cell = row->first; cell; cell = cell->next)
            g->cells[at + column++] = inlines_text(w, cell->inlines);
    }
}

static void write_table(struct text_writer *w, struct str *out, const struct doc_block *table,
                        size_t width)
{
    struct grid g;
    read_grid(w, table, &g);
    if (table->inlines) {
        struct wrap_frame f = {SV("Table: "), SV("       "), width};
        wrap_text(out, inlines_text(w, table->inlines), &f);
        str_add_char(out, '\n');
    }
    if (g.columns)
        grid_write(w->arena, out, &g, table->header_row, width);
}

/* Code keeps its lines; one that is too long goes on below, and a backslash at the end says so. */
static void write_code(struct text_writer *w, struct str *out, struct sv text, size_t width)
{
    struct sv line;
    (void)w;
    while (sv_next_line(&text, &line)) {
        struct str flat = STR_INIT;
        for (size_t i = 0; i < line.len; i++) /* tabs would count as one column */
            if (line.at[i] == '\t')
                str_add_repeat(&flat, ' ', 4);
            else if (line.at[i] != '\r')
                str_add_char(&flat, line.at[i]);
        struct sv rest = str_sv(&flat);
        while (utf8_width(rest) > width) {
            str_add(out, wrap_cut(&rest, width - 1));
            str_add_str(out, "\\\n");
        }
        str_add(out, rest);
        str_add_char(out, '\n');
        str_release(&flat);
    }
}

/* Lines of an outline wrap at blanks, under their own text. */
static void write_outline_text(struct text_writer *w, struct str *out, struct sv text, size_t width)
{
    struct write_outline o = {0};
    write_outline(w->arena, text, 100, &o);
    for (size_t i = 0; i < o.lines.len; i++) {
        size_t indent = 2 * o.lines.at[i].level;
        if (indent + WIDTH_MIN > width)
            indent = width - WIDTH_MIN;
        struct wrap_frame f = {wrap_blanks(w->arena, indent), wrap_blanks(w->arena, indent + 4),
                               width};
        wrap_text(out, o.lines.at[i].text, &f);
    }
}

static void write_figure(struct text_writer *w, struct str *out, const struct doc_block *b,
                         size_t width)
{
    struct wrap_frame f = {SV("Figure: "), SV("        "), width};
    if (b->inlines)
        wrap_text(out, inlines_text(w, b->inlines), &f);
    bool in_characters = b->class_name && strcmp(b->class_name, "diagram") == 0;
    if (b->figure && b->figure->alternative.len && !in_characters) {
        struct wrap_frame plain = {SV_NONE, SV_NONE, width};
        str_add_char(out, '\n');
        wrap_text(out, b->figure->alternative, &plain);
    }
    if (b->first) {
        str_add_char(out, '\n');
        write_blocks(w, out, b->first, width, false);
    }
}

static void write_notice(struct text_writer *w, struct str *out, const struct doc_block *b,
                         size_t width)
{
    size_t inner = width - 4;
    struct str body = STR_INIT;
    write_blocks(w, &body, b->first, inner, false);
    struct sv rest = str_sv(&body), line;
    str_add_char(out, '+');
    str_add_repeat(out, '-', inner + 2);
    str_add_str(out, "+\n");
    while (sv_next_line(&rest, &line)) {
        size_t used = utf8_width(line);
        str_add_str(out, "| ");
        str_add(out, line);
        str_add_repeat(out, ' ', (used < inner ? inner - used : 0) + 1);
        str_add_str(out, "|\n");
    }
    str_add_char(out, '+');
    str_add_repeat(out, '-', inner + 2);
    str_add_str(out, "+\n");
    str_release(&body);
}

static void write_block(struct text_writer *w, struct str *out, const struct doc_block *b,
                        size_t width)
{
    struct wrap_frame f = {SV_NONE, SV_NONE, width};
    struct str body = STR_INIT;
    switch (b->kind) {
    case DOC_PARAGRAPH:
        wrap_text(out, inlines_text(w, b->inlines), &f);
        break;
    case DOC_LIST:
        write_list(w, out, b, width);
        break;
    case DOC_DEFINITIONS:
        write_definitions(w, out, b, width);
        break;
    case DOC_FACTS:
        for (const struct doc_block *fact = b->first; fact; fact = fact->next)
            write_fact(w, out, fact, width);
        break;
    case DOC_TABLE:
        write_table(w, out, b, width);
        break;
    case DOC_CODE_BLOCK:
        if (sv_eq_str(b->language, "attack-tree"))
            write_outline_text(w, out, b->text, width);
        else
            write_code(w, out, b->text, width);
        break;
    case DOC_QUOTE:
        write_blocks(w, &body, b->first, narrower(width, 2), false);
        add_indented(out, str_sv(&body), narrower(width, 2) < width ? SV("> ") : SV_NONE,
                     narrower(width, 2) < width ? SV("> ") : SV_NONE);
        break;
    case DOC_FIGURE:
        write_figure(w, out, b, width);
        break;
    case DOC_DETAILS:
        str_add(&body, b->title);
        str_add_char(&body, ':');
        wrap_text(out, str_sv(&body), &f);
        str_add_char(out, '\n');
        write_blocks(w, out, b->first, width, false);
        break;
    case DOC_NOTICE:
        write_notice(w, out, b, width);
        break;
    case DOC_RULE:
        str_add_repeat(out, ' ', width / 2 - 3);
        str_add_str(out, "* * *\n");
        break;
    default: /* a part without its whole: what it holds */
        if (b->inlines)
            wrap_text(out, inlines_text(w, b->inlines), &f);
        write_blocks(w, out, b->first, width, false);
    }
    str_release(&body);
}

static void write_blocks(struct text_writer *w, struct str *out, const struct doc_block *b,
                         size_t width, bool tight)
{
    bool any = false;
    for (; b; b = b->next) {
        size_t start = out->len;
        if (any && !tight)
            str_add_char(out, '\n');
        size_t body = out->len;
        write_block(w, out, b, width);
        if (out->len == body)
            str_cut(out, start);
        else
            any = true;
    }
}

/* Sections */

static void number_sections(struct text_writer *w, const struct doc_block *parent, struct sv prefix)
{
    unsigned n = 0;
    for (const struct doc_block *s = parent->first; s; s = s->next) {
        if (s->kind != DOC_SECTION)
            continue;
        struct sv *number = arena_new(w->arena, struct sv);
        *number =
            sv_str(arena_printf(w->arena, "%.*s%s%u", SV_ARG(prefix), prefix.len ? "." : "", ++n));
        if (s->anchor.len)
            map_set(&w->numbers, s->anchor, number);
        if (number->len < NUMBER_MAX)
            number_sections(w, s, *number);
    }
}

static void write_contents(struct text_writer *w, struct str *out, const struct doc_block *parent,
                           struct sv prefix, unsigned depth)
{
    unsigned n = 0;
    for (const struct doc_block *s = parent->first; s; s = s->next) {
        if (s->kind != DOC_SECTION)
            continue;
        struct sv number =
            sv_str(arena_printf(w->arena, "%.*s%s%u", SV_ARG(prefix), prefix.len ? "." : "", ++n));
        if (s->class_name && strcmp(s->class_name, "field") == 0)
            continue;
        struct sv first =
            sv_str(arena_printf(w->arena, "%*s%.*s.  ", (int)(INDENT * depth), "", SV_ARG(number)));
        struct wrap_frame f = {first, wrap_blanks(w->arena, utf8_width(first)), WIDTH};
        wrap_text(out, s->title, &f);
        if (depth < CONTENTS_DEPTH)
            write_contents(w, out, s, number, depth + 1);
    }
}

static struct sv answer(void *writer, struct arena *a, char kind, struct sv key, size_t *fresh)
{
    const struct text_writer *w = writer;
    const struct sv *section = kind == ASKED_SECTION ? map_get(&w->numbers, key) : NULL;
    const size_t *known = kind == ASKED_LINK ? map_get(&w->addresses, key) : NULL;
    if (kind == ASKED_LINK)
        return sv_str(arena_printf(a, "%zu", known ? *known : w->links.list.len + ++*fresh));
    return section ? *section : SV_NONE;
}

static void take(void *writer, char kind, struct sv key)
{
    struct text_writer *w = writer;
    if (kind == ASKED_LINK)
        (void)link_number(w, key);
    else if (kind == ASKED_CITED)
        map_set(&w->cited, key, w);
}

static void write_whole_section(struct text_writer *w, struct str *out, const struct doc_block *s,
                                struct sv number);

static void write_section(struct text_writer *w, struct str *out, const struct doc_block *s,
                          struct sv number)
{
    struct fragments *f = w->document->fragments;
    const struct fragment_questions questions = {w, answer, take};
    if (!fragment_is(f, s)) {
        write_whole_section(w, out, s, number);
    } else if (!fragment_begin(f, s->anchor, number, &questions, out)) {
        write_whole_section(w, out, fragment_whole(f, s), number);
        fragment_end(f, out);
    }
}

static void write_whole_section(struct text_writer *w, struct str *out, const struct doc_block *s,
                                struct sv number)
{
    struct sv first =
        number.len ? sv_str(arena_printf(w->arena, "%.*s.  ", SV_ARG(number))) : SV_NONE;
    struct wrap_frame f = {
        first, wrap_blanks(w->arena, utf8_width(first) > 12 ? 12 : utf8_width(first)), WIDTH};
    str_add_char(out, '\n');
    wrap_text(out, s->title, &f);
    unsigned n = 0;
    for (const struct doc_block *b = s->first; b; b = b->next) {
        if (b->kind == DOC_SECTION) {
            write_section(w, out, b,
                          sv_str(arena_printf(w->arena, "%.*s%s%u", SV_ARG(number),
                                              number.len ? "." : "", ++n)));
            continue;
        }
        struct str body = STR_INIT;
        write_block(w, &body, b, WIDTH - INDENT);
        if (body.len) {
            str_add_char(out, '\n');
            add_indented(out, str_sv(&body), SV("   "), SV("   "));
        }
        str_release(&body);
    }
}

/* The head and what surrounds the chapters */

static void head_line(struct text_writer *w, struct str *out, struct sv left, struct sv right)
{
    size_t used = utf8_width(left) + utf8_width(right);
    (void)w;
    if (used + 2 > WIDTH) {
        struct wrap_frame f = {SV_NONE, SV("   "), WIDTH};
        if (left.len)
            wrap_text(out, left, &f);
        if (right.len)
            wrap_text(out, right, &f);
        return;
    }
    str_add(out, left);
    if (right.len) {
        str_add_repeat(out, ' ', WIDTH - used);
        str_add(out, right);
    }
    str_add_char(out, '\n');
}

static void centred(struct text_writer *w, struct str *out, struct sv text)
{
    struct str body = STR_INIT;
    struct wrap_frame f = {SV_NONE, SV_NONE, WIDTH - 12};
    (void)w;
    wrap_text(&body, text, &f);
    struct sv rest = str_sv(&body), line;
    while (sv_next_line(&rest, &line)) {
        if (line.len)
            str_add_repeat(out, ' ', (WIDTH - utf8_width(line)) / 2);
        str_add(out, line);
        str_add_char(out, '\n');
    }
    str_release(&body);
}

static void write_head(struct text_writer *w, struct str *out)
{
    const struct document *d = w->document;
    const struct sig *sig = &d->view->profile->sig;
    struct date date;
    struct sv shown =
        date_parse(d->date, &date) ? sv_str(date_format_long(w->arena, date)) : d->date;
    struct sv left[3] = {sig->name, sig->community,
                         sv_str(arena_printf(w->arena, "%s %.*s",
                                             d->working_draft ? "Working draft after" : "Edition",
                                             SV_ARG(d->version)))};
    if (d->working_draft && sv_eq_str(d->version, "0.1"))
        left[2] = SV("Working draft 0.1");
    if (d->kind == DOCUMENT_REPORT)
        left[2] = SV("Report");
    size_t rows = sig->authors.len + 1 > 3 ? sig->authors.len + 1 : 3;
    for (size_t i = 0; i < rows; i++) {
        struct sv right = i < sig->authors.len    ? write_author_name(w->arena, &sig->authors.at[i])
                          : i == sig->authors.len ? shown
                                                  : SV_NONE;
        head_line(w, out, i < 3 ? left[i] : SV_NONE, right);
    }
    str_add_str(out, "\n\n");
    centred(w, out, d->title);
    str_add_char(out, '\n');
}

/* A section outside the numbering: its title and one text a paragraph. */
static void write_plain_section(struct str *out, const char *title, const struct sv *texts,
                                size_t count)
{
    struct wrap_frame f = {SV("   "), SV("   "), WIDTH};
    str_addf(out, "\n%s\n", title);
    for (size_t i = 0; i < count; i++) {
        if (texts[i].len == 0)
            continue;
        str_add_char(out, '\n');
        wrap_text(out, texts[i], &f);
    }
}

static void write_status(struct text_writer *w, struct str *out)
{
    const struct document *d = w->document;
    const struct sig *sig = &d->view->profile->sig;
    struct sv text =
        d->kind == DOCUMENT_REPORT
            ? SV("This is a report, generated from the public record of the group. It approves nothing.")
        : d->working_draft
            ? sv_str(arena_printf(
                  w->arena,
                  "This is a working draft of the %.*s. It is not an edition and changes without "
                  "notice.",
                  SV_ARG(sig->name)))
            : sv_str(arena_printf(
                  w->arena,
                  "This is edition %.*s, published by the %.*s. Its text does not change; later "
                  "editions may replace it.",
                  SV_ARG(d->version), SV_ARG(sig->name)));
    write_plain_section(out, "Status", &text, 1);
}

static void write_links(struct text_writer *w, struct str *out)
{
    if (w->links.list.len == 0)
        return;
    str_add_str(out, "\nAddresses\n\n");
    for (size_t i = 0; i < w->links.list.len; i++) {
        struct sv first = sv_str(arena_printf(w->arena, "   [%zu] ", i + 1));
        struct wrap_frame f = {first, SV("       "), WIDTH};
        wrap_text(out, w->links.list.at[i], &f);
    }
}

static void write_references(struct text_writer *w, struct str *out)
{
    const struct references *references = &w->document->view->profile->references;
    bool any = false;
    for (size_t i = 0; i < references->list.len; i++) {
        const struct reference *r = &references->list.at[i];
        if (!map_get(&w->cited, r->id))
            continue;
        if (!any)
            str_add_str(out, "\nCited documents\n\n");
        any = true;
        struct sv first = sv_str(arena_printf(w->arena, "   [%.*s] ", SV_ARG(r->id)));
        struct wrap_frame f = {first, SV("       "), WIDTH};
        wrap_text(out,
                  sv_str(arena_printf(w->arena, "%.*s, <%.*s>", SV_ARG(r->title), SV_ARG(r->url))),
                  &f);
    }
}

static void write_authors(struct text_writer *w, struct str *out)
{
    const struct sig *sig = &w->document->view->profile->sig;
    struct wrap_frame f = {SV("   "), SV("   "), WIDTH};
    if (sig->authors.len)
        str_add_str(out, "\nAuthors\n");
    for (size_t i = 0; i < sig->authors.len; i++) {
        const struct author *author = &sig->authors.at[i];
        const struct {
            const char *label;
            struct sv text;
        } lines[] = {{"", write_author_name(w->arena, author)},
                     {"", author->org},
                     {"Email: ", author->email},
                     {"Jabber id: ", author->jid},
                     {"Web: ", author->uri}};
        str_add_char(out, '\n');
        for (size_t k = 0; k < ARRAY_LEN(lines); k++)
            if (lines[k].text.len)
                wrap_text(
                    out,
                    sv_str(arena_printf(w->arena, "%s%.*s", lines[k].label, SV_ARG(lines[k].text))),
                    &f);
    }
}

void document_write_text(const struct document *d, struct str *out)
{
    struct arena a = ARENA_INIT;
    struct text_writer w = {.arena = &a, .document = d};
    const struct sig *sig = &d->view->profile->sig;
    map_init(&w.numbers, &a);
    map_init(&w.addresses, &a);
    map_init(&w.cited, &a);
    number_sections(&w, d->root, SV_NONE);
    write_head(&w, out);
    write_plain_section(out, "Abstract", &d->abstract, 1);
    write_status(&w, out);
    str_add_str(out, "\nContents\n\n");
    write_contents(&w, out, d->root, SV_NONE, 1);
    unsigned n = 0;
    for (const struct doc_block *b = d->root->first; b; b = b->next) {
        if (b->kind == DOC_SECTION) {
            write_section(&w, out, b, sv_str(arena_printf(&a, "%u", ++n)));
            continue;
        }
        struct str one = STR_INIT;
        write_block(&w, &one, b, WIDTH - INDENT);
        str_add_char(out, '\n');
        add_indented(out, str_sv(&one), SV("   "), SV("   "));
        str_release(&one);
    }
    write_links(&w, out);
    write_references(&w, out);
    write_authors(&w, out);
    struct sv legal[] = {sig->legal.copyright, sig->legal.permissions, sig->legal.warranty,
                         sig->legal.liability, sig->legal.conformance};
    write_plain_section(out, "Legal notice", legal, ARRAY_LEN(legal));
    arena_release(&a);
}
