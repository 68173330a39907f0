/* The block tree in the XEP format: what the XSF's document type allows at each place is all that
 * is written there.
 *
 * The places differ in what they take. A section and a <div> take blocks; <li>, <dd> and <td> take
 * paragraphs, lists and code, but no tables, definitions or further sections; <th>, <dt>, <title>
 * and <link> take text. What a place does not take is written as the nearest thing that it does: a
 * table in a list item becomes a list, a sixth level of sections a <div>, nothing is left out.
 *
 * The group's own editions carry its own notice and no name, number or status of the XSF: <number>
 * is the document's name, <status> says "Working draft" or "Edition". */
#include "base/sodium.h"
#include "document/fragment.h"
#include "document/write.h"
#include "format/markup.h"

enum {
    SECTIONS_MAX = 5,
    LIST_DEPTH_MAX = 50, /* XML readers stop at 256 open elements */
    IMAGE_MAX = 1024 * 1024,
};

/* What a fragment asks. */
enum { ASKED_ANCHOR = 'a', ASKED_NOTE = 'n' };

enum place { IN_SECTION, IN_DIV, IN_ITEM };

struct xep_writer {
    struct arena *arena;
    const struct document *document;
    struct markup m;
    struct map anchors; /* anchor of anything -> struct sv *: the section it stands in */
    struct map noted;   /* references that have had their note */
    size_t depth;       /* of nested lists and divs */
    struct sv title;    /* of the section being written: caption of tables that have none */
};

static const char *const section_names[SECTIONS_MAX] = {"section1", "section2", "section3",
                                                        "section4", "section5"};

/* Inline content. The sets say what the innermost element takes. */
enum {
    TAKES_LINK = 1,
    TAKES_TT = 2,
    TAKES_EM = 4,
    TAKES_STRONG = 8,
    TAKES_NOTE = 16,
    TAKES_BR = 32
};
enum {
    SET_P = TAKES_LINK | TAKES_TT | TAKES_EM | TAKES_STRONG | TAKES_NOTE | TAKES_BR,
    SET_ITEM = TAKES_LINK | TAKES_TT | TAKES_EM | TAKES_STRONG | TAKES_NOTE, /* li, dd, td */
    SET_EM = TAKES_LINK | TAKES_TT | TAKES_STRONG | TAKES_NOTE,
    SET_STRONG = TAKES_LINK | TAKES_TT | TAKES_EM | TAKES_NOTE,
    SET_TEXT = 0,
};

/* The address of a link inside the document, or the empty view when nothing has that anchor. */
static struct sv inner_address(struct xep_writer *w, struct sv anchor)
{
    const struct sv *section = map_get(&w->anchors, anchor);
    fragment_asked(w->document->fragments, ASKED_ANCHOR, anchor, section ? *section : SV_NONE);
    return section ? sv_str(arena_printf(w->arena, "#%.*s", SV_ARG(*section))) : SV_NONE;
}

static void put_link(struct xep_writer *w, struct sv url, struct sv text)
{
    markup_open(&w->m, "link");
    markup_attr(&w->m, "url", url);
    markup_text(&w->m, text);
    markup_close(&w->m, "link");
}

/* "XEP-0384: OMEMO Encryption <address>", at the first mention only. */
static void put_note(struct xep_writer *w, const struct doc_inline *i)
{
    const struct reference *r = map_get(&w->document->view->profile->references.by_id, i->id);
    bool noted = map_set(&w->noted, i->id, w) != NULL;
    fragment_asked(w->document->fragments, ASKED_NOTE, i->id, noted ? SV("again") : SV("first"));
    if (noted)
        return;
    if (!r || r->title.len == 0)
        return;
    markup_text_str(&w->m, " ");
    markup_open(&w->m, "note");
    markup_textf(&w->m, "%.*s: %.*s", SV_ARG(r->id), SV_ARG(r->title));
    if (r->version.len)
        markup_textf(&w->m, ", version %.*s", SV_ARG(r->version));
    if (write_web_address(r->url)) {
        markup_text_str(&w->m, " <");
        put_link(w, r->url, r->url);
        markup_text_str(&w->m, ">");
    }
    markup_text_str(&w->m, ".");
    markup_close(&w->m, "note");
}

static void put_inlines(struct xep_writer *w, const struct doc_inline *i, unsigned takes);

static void put_wrapped(struct xep_writer *w, const struct doc_inline *i, unsigned takes,
                        unsigned wants, const char *name, unsigned inner)
{
    if (!(takes & wants)) {
        put_inlines(w, i->first, takes);
        return;
    }
    markup_open(&w->m, name);
    put_inlines(w, i->first, inner & ~(unsigned)TAKES_BR);
    markup_close(&w->m, name);
}

static void put_doc_link(struct xep_writer *w, const struct doc_inline *i, unsigned takes)
{
    struct sv url = sv_starts(i->url, SV("#"))  ? inner_address(w, sv_from_byte(i->url, 1))
                    : write_web_address(i->url) ? i->url
                                                : SV_NONE;
    if (url.len == 0 || !(takes & TAKES_LINK)) {
        put_inlines(w, i->first, takes);
        return;
    }
    put_link(w, url, doc_plain(w->arena, i->first));
}

static void put_inlines(struct xep_writer *w, const struct doc_inline *i, unsigned takes)
{
    for (; i; i = i->next) {
        struct sv text = i->text.len ? i->text : i->id, url = SV_NONE;
        switch (i->kind) {
        case DOC_EM:
            put_wrapped(w, i, takes, TAKES_EM, "em", takes & SET_EM);
            break;
        case DOC_STRONG:
            put_wrapped(w, i, takes, TAKES_STRONG, "strong", takes & SET_STRONG);
            break;
        case DOC_CODE:
            if (takes & TAKES_TT)
                markup_element(&w->m, "tt", i->text);
            else
                markup_text(&w->m, i->text);
            break;
        case DOC_LINK:
            put_doc_link(w, i, takes);
            break;
        case DOC_REFERENCE:
        case DOC_THREAT:
            url = i->kind == DOC_THREAT       ? inner_address(w, i->id)
                  : write_web_address(i->url) ? i->url
                                              : SV_NONE;
            if (url.len && (takes & TAKES_LINK))
                put_link(w, url, text);
            else
                markup_text(&w->m, text);
            if (i->kind == DOC_REFERENCE && (takes & TAKES_NOTE))
                put_note(w, i);
            break;
        case DOC_BREAK:
            if (takes & TAKES_BR) {
                markup_open(&w->m, "br");
                markup_close(&w->m, "br");
            } else {
                markup_text_str(&w->m, " ");
            }
            break;
        default:
            markup_text(&w->m, i->text);
            put_inlines(w, i->first, takes);
        }
    }
}

static void put_p(struct xep_writer *w, const struct doc_inline *i)
{
    markup_open(&w->m, "p");
    put_inlines(w, i, SET_P);
    markup_close(&w->m, "p");
    markup_newline(&w->m);
}

static void put_p_strong(struct xep_writer *w, struct sv text)
{
    markup_open(&w->m, "p");
    markup_element(&w->m, "strong", text);
    markup_close(&w->m, "p");
    markup_newline(&w->m);
}

static void put_blocks(struct xep_writer *w, const struct doc_block *b, enum place place);

/* Content of li and dd: one paragraph stands there bare, so that a short item is a short item. */
static void put_item(struct xep_writer *w, const char *name, const struct doc_block *first)
{
    markup_open(&w->m, name);
    if (first && !first->next && first->kind == DOC_PARAGRAPH)
        put_inlines(w, first->inlines, SET_ITEM);
    else
        put_blocks(w, first, IN_ITEM);
    markup_close(&w->m, name);
    markup_newline(&w->m);
}

static void put_list(struct xep_writer *w, const struct doc_block *list)
{
    const char *name = list->ordered ? "ol" : "ul";
    if (!list->first)
        return;
    markup_open(&w->m, name);
    if (list->ordered && list->start > 1)
        markup_attrf(&w->m, "start", "%u", list->start);
    markup_newline(&w->m);
    for (const struct doc_block *item = list->first; item; item = item->next)
        put_item(w, "li", item->first);
    markup_close(&w->m, name);
    markup_newline(&w->m);
}

/* What a fact or a definition says, as one run of inlines: "a; b". False when it is more than
 * paragraphs. */
static bool short_values(const struct doc_block *b)
{
    for (; b; b = b->next)
        if (b->kind != DOC_PARAGRAPH)
            return false;
    return true;
}

static void put_values(struct xep_writer *w, const struct doc_block *b)
{
    for (const struct doc_block *one = b; one; one = one->next) {
        put_inlines(w, one->inlines, SET_ITEM);
        if (one->next)
            markup_text_str(&w->m, "; ");
    }
}

/* Facts and definitions: <dl> where blocks stand, a list with strong terms inside items. */
static void put_terms(struct xep_writer *w, const struct doc_block *list, enum place place)
{
    bool facts = list->kind == DOC_FACTS, items = place == IN_ITEM;
    if (!list->first)
        return;
    markup_open(&w->m, items ? "ul" : "dl");
    markup_newline(&w->m);
    for (const struct doc_block *d = list->first; d; d = d->next) {
        markup_open(&w->m, items ? "li" : "di");
        if (items) {
            markup_element(&w->m, "strong", doc_plain(w->arena, d->inlines));
            markup_text_str(&w->m, ": ");
        } else {
            markup_element(&w->m, "dt", doc_plain(w->arena, d->inlines));
            markup_open(&w->m, "dd");
        }
        if ((facts || (d->first && !d->first->next)) && short_values(d->first))
            put_values(w, d->first);
        else
            put_blocks(w, d->first, IN_ITEM);
        if (!items)
            markup_close(&w->m, "dd");
        markup_close(&w->m, items ? "li" : "di");
        markup_newline(&w->m);
    }
    markup_close(&w->m, items ? "ul" : "dl");
    markup_newline(&w->m);
}

static bool only_text(const struct doc_inline *i)
{
    for (; i; i = i->next)
        if (i->kind != DOC_TEXT)
            return false;
    return true;
}

static void put_row(struct xep_writer *w, const struct doc_block *row, bool head)
{
    markup_open(&w->m, "tr");
    for (const struct doc_block *cell = row->first; cell; cell = cell->next) {
        bool th = head || (cell->heading && only_text(cell->inlines));
        markup_open(&w->m, th ? "th" : "td");
        if (cell->class_name && strcmp(cell->class_name, "number") == 0 && !th)
            markup_attr_str(&w->m, "align", "right");
        put_inlines(w, cell->inlines, th ? SET_TEXT : SET_ITEM);
        markup_close(&w->m, th ? "th" : "td");
    }
    markup_close(&w->m, "tr");
    markup_newline(&w->m);
}

/* Inside an item: a list of rows, each "Heading: cell; ...". */
static void put_table_as_list(struct xep_writer *w, const struct doc_block *table)
{
    const struct doc_block *head = table->header_row ? table->first : NULL;
    const struct doc_block *row = head ? head->next : table->first;
    if (table->inlines)
        put_p(w, table->inlines);
    if (!row)
        return;
    markup_open(&w->m, "ul");
    for (; row; row = row->next) {
        const struct doc_block *name = head ? head->first : NULL;
        markup_open(&w->m, "li");
        for (const struct doc_block *cell = row->first; cell;
             cell = cell->next, name = name ? name->next : NULL) {
            if (name)
                markup_textf(&w->m, "%.*s: ", SV_ARG(doc_plain(w->arena, name->inlines)));
            put_inlines(w, cell->inlines, SET_ITEM);
            if (cell->next)
                markup_text_str(&w->m, "; ");
        }
        markup_close(&w->m, "li");
    }
    markup_close(&w->m, "ul");
    markup_newline(&w->m);
}

static void put_table(struct xep_writer *w, const struct doc_block *table)
{
    markup_open(&w->m, "table");
    markup_attr(&w->m, "caption", table->inlines ? doc_plain(w->arena, table->inlines) : w->title);
    markup_newline(&w->m);
    for (const struct doc_block *row = table->first; row; row = row->next)
        put_row(w, row, table->header_row && row == table->first);
    markup_close(&w->m, "table");
    markup_newline(&w->m);
}

static void put_code(struct xep_writer *w, struct sv text)
{
    markup_open(&w->m, "code");
    markup_text(&w->m, text);
    markup_close(&w->m, "code");
    markup_newline(&w->m);
}

/* Indented text as nested lists. */
static void put_outline(struct xep_writer *w, struct sv text)
{
    struct write_outline o = {0};
    size_t open = 0;
    write_outline(w->arena, text, LIST_DEPTH_MAX, &o);
    for (size_t i = 0; i < o.lines.len; i++) {
        size_t level = o.lines.at[i].level + 1;
        if (level > open) {
            markup_open(&w->m, "ul");
            open++;
        } else {
            markup_close(&w->m, "li");
            for (; open > level; open--) {
                markup_close(&w->m, "ul");
                markup_close(&w->m, "li");
            }
        }
        markup_open(&w->m, "li");
        markup_text(&w->m, o.lines.at[i].text);
    }
    for (; open > 0; open--) {
        markup_close(&w->m, "li");
        markup_close(&w->m, "ul");
    }
    markup_newline(&w->m);
}

/* The drawing as an image inside the file. */
static struct sv data_image(struct xep_writer *w, const struct doc_block *figure)
{
    static const char prefix[] = "data:image/svg+xml;base64,";
    struct str svg = STR_INIT;
    struct markup m;
    markup_init(&m, &svg, MARKUP_XML);
    markup_open(&m, "svg");
    markup_attr_str(&m, "xmlns", "http://www.w3.org/2000/svg");
    markup_attr_number(&m, "width", figure->figure->width);
    markup_attr_number(&m, "height", figure->figure->height);
    figure->figure->draw(&m, figure->figure->data, "d-");
    markup_close(&m, "svg");
    markup_finish(&m);
    struct sv result = SV_NONE;
    if (svg.len <= IMAGE_MAX) {
        size_t room = sodium()->sodium_base64_encoded_len(svg.len, sodium_base64_VARIANT_ORIGINAL);
        char *text = arena_alloc(w->arena, sizeof(prefix) + room);
        memcpy(text, prefix, sizeof(prefix) - 1);
        sodium()->sodium_bin2base64(text + sizeof(prefix) - 1, room, (const unsigned char *)svg.data, svg.len,
                          sodium_base64_VARIANT_ORIGINAL);
        result = sv_str(text);
    }
    str_release(&svg);
    return result;
}

static void put_figure(struct xep_writer *w, const struct doc_block *b, enum place place)
{
    /* drawings that take their colours from the site's style sheet would be black outside of it; one that was made in
     * characters stays so */
    bool own_look = !b->class_name ||
                    (strcmp(b->class_name, "visual") != 0 && strcmp(b->class_name, "diagram") != 0);
    if (b->inlines)
        put_p(w, b->inlines);
    if (b->figure && b->figure->draw && own_look) {
        struct sv image = data_image(w, b);
        if (image.len) {
            markup_open(&w->m, "p");
            markup_open(&w->m, "img");
            markup_attr(&w->m, "src", image);
            markup_attr(&w->m, "alt", b->figure->alternative);
            markup_attr_number(&w->m, "width", (double)(long)b->figure->width);
            markup_attr_number(&w->m, "height", (double)(long)b->figure->height);
            markup_close(&w->m, "img");
            markup_close(&w->m, "p");
            markup_newline(&w->m);
        }
    }
    put_blocks(w, b->first, place);
}

/* A box or a quote. Items take no <div>: there the children stand alone. */
static void put_div(struct xep_writer *w, const struct doc_block *b, const char *class_name,
                    enum place place)
{
    if (place == IN_ITEM) {
        put_blocks(w, b->first, place);
        return;
    }
    if (b->first && !b->first->next && b->first->kind == DOC_PARAGRAPH) {
        markup_open(&w->m, "p");
        markup_attr_str(&w->m, "class", class_name);
        put_inlines(w, b->first->inlines, SET_P);
        markup_close(&w->m, "p");
    } else {
        markup_open(&w->m, "div");
        markup_attr_str(&w->m, "class", class_name);
        markup_newline(&w->m);
        put_blocks(w, b->first, IN_DIV);
        markup_close(&w->m, "div");
    }
    markup_newline(&w->m);
}

/* Too deep for readers of XML: the text alone. */
static void put_flat(struct xep_writer *w, const struct doc_block *b, unsigned depth)
{
    for (; b; b = b->next) {
        if (b->title.len)
            put_p_strong(w, b->title);
        if (b->inlines)
            put_p(w, b->inlines);
        if (b->text.len)
            put_code(w, b->text);
        if (b->first && depth < 200)
            put_flat(w, b->first, depth + 1);
    }
}

static void put_block(struct xep_writer *w, const struct doc_block *b, enum place place)
{
    switch (b->kind) {
    case DOC_PARAGRAPH:
        put_p(w, b->inlines);
        break;
    case DOC_LIST:
        put_list(w, b);
        break;
    case DOC_DEFINITIONS:
    case DOC_FACTS:
        put_terms(w, b, place);
        break;
    case DOC_TABLE:
        if (place == IN_ITEM)
            put_table_as_list(w, b);
        else
            put_table(w, b);
        break;
    case DOC_CODE_BLOCK:
        if (sv_eq_str(b->language, "attack-tree"))
            put_outline(w, b->text);
        else
            put_code(w, b->text);
        break;
    case DOC_QUOTE:
        put_div(w, b, "quote", place);
        break;
    case DOC_DETAILS:
        put_p_strong(w, b->title);
        put_blocks(w, b->first, place);
        break;
    case DOC_NOTICE:
        put_div(w, b, "box", place);
        break;
    case DOC_FIGURE:
        put_figure(w, b, place);
        break;
    case DOC_SECTION: /* deeper than the format goes */
        put_p_strong(w, b->title);
        put_div(w, b, "section", place);
        break;
    case DOC_RULE:
        break;
    default: /* a part without its whole */
        if (b->inlines)
            put_p(w, b->inlines);
        put_blocks(w, b->first, place);
    }
}

static void put_blocks(struct xep_writer *w, const struct doc_block *b, enum place place)
{
    if (w->depth >= LIST_DEPTH_MAX) {
        put_flat(w, b, 0);
        return;
    }
    w->depth++;
    for (; b; b = b->next)
        put_block(w, b, place);
    w->depth--;
}

/* Sections */

static struct sv answer(void *writer, struct arena *a, char kind, struct sv key, size_t *fresh)
{
    const struct xep_writer *w = writer;
    const struct sv *section = kind == ASKED_ANCHOR ? map_get(&w->anchors, key) : NULL;
    (void)a, (void)fresh;
    if (kind == ASKED_ANCHOR)
        return section ? *section : SV_NONE;
    return map_get(&w->noted, key) ? SV("again") : SV("first");
}

static void take(void *writer, char kind, struct sv key)
{
    struct xep_writer *w = writer;
    if (kind == ASKED_NOTE)
        map_set(&w->noted, key, w);
}

static void put_whole_section(struct xep_writer *w, const struct doc_block *s, size_t level);

static void put_section(struct xep_writer *w, const struct doc_block *s, size_t level)
{
    struct fragments *f = w->document->fragments;
    const struct fragment_questions questions = {w, answer, take};
    const char place[] = {(char)('0' + level)};
    if (!fragment_is(f, s)) {
        put_whole_section(w, s, level);
    } else if (!fragment_begin(f, s->anchor, sv_from(place, 1), &questions, w->m.out)) {
        put_whole_section(w, fragment_whole(f, s), level);
        fragment_end(f, w->m.out);
    }
}

static void put_whole_section(struct xep_writer *w, const struct doc_block *s, size_t level)
{
    markup_open(&w->m, section_names[level]);
    markup_attr(&w->m, "topic", s->title);
    if (s->anchor.len)
        markup_attr(&w->m, "anchor", s->anchor);
    markup_newline(&w->m);
    for (const struct doc_block *b = s->first; b; b = b->next) {
        w->title = s->title;
        if (b->kind == DOC_SECTION && level + 1 < SECTIONS_MAX)
            put_section(w, b, level + 1);
        else
            put_block(w, b, IN_SECTION);
    }
    markup_close(&w->m, section_names[level]);
    markup_newline(&w->m);
}

/* Anchors of sections that the format has, and for all others the section around them. */
static void collect_anchors(struct xep_writer *w, const struct doc_block *b,
                            const struct sv *around, size_t level)
{
    for (; b; b = b->next) {
        const struct sv *inner = around;
        if (b->kind == DOC_SECTION && level < SECTIONS_MAX && b->anchor.len)
            inner = &b->anchor;
        if (b->anchor.len && inner)
            map_set(&w->anchors, b->anchor, (void *)(uintptr_t)inner);
        if (b->first && level < 200)
            collect_anchors(w, b->first, inner,
                            b->kind == DOC_SECTION ? level + 1 : level + SECTIONS_MAX);
    }
}

/* The head */

static void put_line(struct xep_writer *w, const char *name, struct sv text)
{
    markup_element(&w->m, name, text);
    markup_newline(&w->m);
}

static void put_given(struct xep_writer *w, const char *name, struct sv text)
{
    if (text.len)
        put_line(w, name, text);
}

static void put_empty(struct xep_writer *w, const char *name)
{
    markup_open(&w->m, name);
    markup_close(&w->m, name);
    markup_newline(&w->m);
}

static void put_legal(struct xep_writer *w, const struct xep_form *form)
{
    const struct sig *sig = &w->document->view->profile->sig;
    if (form->submission) {
        markup_entity(&w->m, "LEGALNOTICE");
        markup_newline(&w->m);
        return;
    }
    markup_open(&w->m, "legal");
    markup_newline(&w->m);
    put_line(w, "copyright", sig->legal.copyright);
    put_line(w, "permissions", sig->legal.permissions);
    put_line(w, "warranty", sig->legal.warranty);
    put_line(w, "liability", sig->legal.liability);
    put_line(w, "conformance", sig->legal.conformance);
    markup_close(&w->m, "legal");
    markup_newline(&w->m);
}

static void put_author(struct xep_writer *w, const struct author *author)
{
    markup_open(&w->m, "author");
    markup_newline(&w->m);
    put_line(w, "firstname", author->first);
    put_line(w, "surname", author->last);
    put_given(w, "org", author->org);
    put_given(w, "email", author->email);
    put_given(w, "jid", author->jid);
    put_given(w, "uri", author->uri);
    markup_close(&w->m, "author");
    markup_newline(&w->m);
}

static void put_revision(struct xep_writer *w, const struct revision *r)
{
    markup_open(&w->m, "revision");
    markup_newline(&w->m);
    put_line(w, "version", r->version);
    put_line(w, "date", r->date);
    put_line(w, "initials", r->initials);
    markup_open(&w->m, "remark");
    markup_element(&w->m, "p", r->remark);
    markup_close(&w->m, "remark");
    markup_newline(&w->m);
    markup_close(&w->m, "revision");
    markup_newline(&w->m);
}

static void put_header(struct xep_writer *w, const struct xep_form *form)
{
    static const char *const empty[] = {"dependencies", "supersedes", "supersededby"};
    const struct document *d = w->document;
    const struct sig *sig = &d->view->profile->sig;
    markup_open(&w->m, "header");
    markup_newline(&w->m);
    put_line(w, "title", d->title);
    put_line(w, "abstract", d->abstract);
    put_legal(w, form);
    put_line(w, "number", form->number);
    put_line(w, "status", form->status);
    put_line(w, "type", SV("Informational"));
    put_line(w, "sig", sig->name);
    put_given(w, "approver", form->approver);
    for (size_t i = 0; i < ARRAY_LEN(empty); i++)
        put_empty(w, empty[i]);
    put_line(w, "shortname", form->shortname);
    for (size_t i = 0; i < sig->authors.len; i++)
        put_author(w, &sig->authors.at[i]);
    if (sig->authors.len == 0) /* the format wants one */
        put_author(w, &(struct author){.first = sig->community, .last = sig->name});
    for (size_t i = 0; i < form->revision_count; i++)
        put_revision(w, &form->revisions[i]);
    markup_close(&w->m, "header");
    markup_newline(&w->m);
}

void write_xep_form(const struct document *d, const struct xep_form *form, struct str *out)
{
    struct arena a = ARENA_INIT;
    struct xep_writer w = {.arena = &a, .document = d};
    map_init(&w.anchors, &a);
    map_init(&w.noted, &a);
    collect_anchors(&w, d->root->first, NULL, 0);
    markup_init(&w.m, out, MARKUP_XML);
    markup_xml_declaration(
        &w.m, form->submission
                  ? "<!DOCTYPE xep SYSTEM 'xep.dtd' [<!ENTITY % ents SYSTEM 'xep.ent'> %ents;]>"
                  : "<!DOCTYPE xep SYSTEM 'xep.dtd'>");
    if (form->submission)
        markup_instruction(&w.m, "xml-stylesheet", "type='text/xsl' href='xep.xsl'");
    markup_open(&w.m, "xep");
    markup_newline(&w.m);
    put_header(&w, form);
    const struct doc_block *b = d->root->first;
    struct doc_block loose = {
        .kind = DOC_SECTION, .title = SV("Introduction"), .anchor = SV("introduction")};
    bool any = false;
    for (; b && b->kind != DOC_SECTION; b = b->next)
        any = true;
    if (any) { /* blocks before the first chapter: the format has chapters only */
        markup_open(&w.m, section_names[0]);
        markup_attr(&w.m, "topic", loose.title);
        markup_attr(&w.m, "anchor",
                    map_get(&w.anchors, loose.anchor) ? SV("opening") : loose.anchor);
        markup_newline(&w.m);
        for (b = d->root->first; b && b->kind != DOC_SECTION; b = b->next)
            put_block(&w, b, IN_SECTION);
        markup_close(&w.m, section_names[0]);
        markup_newline(&w.m);
    }
    for (b = d->root->first; b; b = b->next)
        if (b->kind == DOC_SECTION)
            put_section(&w, b, 0);
    markup_close(&w.m, "xep");
    markup_newline(&w.m);
    markup_finish(&w.m);
    arena_release(&a);
}

void document_write_xep(const struct document *d, struct str *out)
{
    struct xep_form form = {
        .number = sv_str(document_names[d->kind]),
        .status = d->kind == DOCUMENT_REPORT ? SV("Report") : d->working_draft ? SV("Working draft") : SV("Edition"),
        .shortname = sv_str(document_names[d->kind]),
        .revisions = d->revisions.at,
        .revision_count = d->revisions.len,
    };
    write_xep_form(d, &form, out);
}
