/* The HTML writer of the block tree. */
#include "document/html.h"

#include "document/build.h"
#include "document/fragment.h"

static void blocks(struct markup *m, const struct html_context *c, const struct doc_block *b, unsigned level);

struct sv web_asset(const char *name)
{
    for (const struct embedded *e = web_assets; e->name; e++)
        if (sv_eq(sv_str(e->name), sv_str(name)))
            return embedded_sv(e);
    return SV_NONE;
}

void html_drawings_init(struct html_drawings *d, struct arena *a)
{
    d->arena = a;
    map_init(&d->by_anchor, a);
}

/* ---- inlines ---- */

static void link_start(struct markup *m, const struct html_context *c, struct sv url)
{
    markup_open(m, "a");
    if (sv_starts(url, SV("site:"))) {
        struct sv rest = sv_from_byte(url, 5);
        markup_attrf(m, "href", "%s%.*s", c->root, SV_ARG(rest));
    } else {
        markup_attr_url(m, "href", url);
    }
}

static void threat_link(struct markup *m, const struct html_context *c, const struct doc_inline *i)
{
    markup_open(m, "a");
    markup_attr_str(m, "class", "threat");
    if (c->single_document || c->print)
        markup_attrf(m, "href", "#%.*s", SV_ARG(i->id));
    else
        markup_attrf(m, "href", "%sthreats/%.*s.html", c->root, SV_ARG(i->id));
    markup_text(m, i->text);
    markup_close(m, "a");
}

static void reference_link(struct markup *m, const struct doc_inline *i)
{
    if (i->url.len == 0) {
        markup_text(m, i->text);
        return;
    }
    markup_open(m, "a");
    markup_attr_str(m, "class", "reference");
    markup_attr_url(m, "href", i->url);
    markup_text(m, i->text);
    markup_close(m, "a");
}

static void wrapped(struct markup *m, const struct html_context *c, const char *name, const struct doc_inline *i)
{
    markup_open(m, name);
    html_inlines(m, c, i->first);
    markup_close(m, name);
}

void html_inlines(struct markup *m, const struct html_context *c, const struct doc_inline *first)
{
    for (const struct doc_inline *i = first; i; i = i->next) {
        switch (i->kind) {
        case DOC_TEXT:
            markup_text(m, i->text);
            break;
        case DOC_EM:
            wrapped(m, c, "em", i);
            break;
        case DOC_STRONG:
            wrapped(m, c, "strong", i);
            break;
        case DOC_CODE:
            markup_element(m, "code", i->text);
            break;
        case DOC_LINK:
            link_start(m, c, i->url);
            html_inlines(m, c, i->first);
            markup_close(m, "a");
            break;
        case DOC_REFERENCE:
            reference_link(m, i);
            break;
        case DOC_THREAT:
            threat_link(m, c, i);
            break;
        case DOC_BREAK:
            markup_open(m, "br");
            markup_close(m, "br");
            break;
        }
    }
}

/* ---- headings and permalinks ---- */

static void permalink(struct markup *m, struct sv anchor, struct sv title)
{
    markup_open(m, "a");
    markup_attr_str(m, "class", "permalink");
    markup_attrf(m, "href", "#%.*s", SV_ARG(anchor));
    markup_attrf(m, "aria-label", "Permanent link to %.*s", SV_ARG(title));
    markup_text_str(m, "#");
    markup_close(m, "a");
}

void html_heading(struct markup *m, unsigned level, struct sv title, struct sv anchor)
{
    static const char *const names[] = {"h1", "h2", "h3", "h4", "h5", "h6"};
    const char *name = names[level < 1 ? 0 : level > 6 ? 5 : level - 1];
    markup_open(m, "div");
    markup_attr_str(m, "class", "heading");
    markup_element(m, name, title);
    if (anchor.len)
        permalink(m, anchor, title);
    markup_close(m, "div");
    markup_newline(m);
}

static void class_of(struct markup *m, const char *kind, const char *extra)
{
    if (kind && extra)
        markup_attrf(m, "class", "%s %s", kind, extra);
    else if (kind || extra)
        markup_attr_str(m, "class", kind ? kind : extra);
}

static void whole_section(struct markup *m, const struct html_context *c, const struct doc_block *b, unsigned level)
{
    markup_open(m, "section");
    if (b->anchor.len)
        markup_attr(m, "id", b->anchor);
    class_of(m, NULL, b->class_name);
    html_heading(m, level, b->title, b->anchor);
    blocks(m, c, b->first, level + 1);
    markup_close(m, "section");
}

static void section(struct markup *m, const struct html_context *c, const struct doc_block *b, unsigned level)
{
    const char place[] = {(char)('0' + level % 10)};
    if (!fragment_is(c->fragments, b)) {
        whole_section(m, c, b, level);
    } else if (!fragment_begin(c->fragments, b->anchor, sv_from(place, 1), NULL, m->out)) {
        whole_section(m, c, fragment_whole(c->fragments, b), level);
        fragment_end(c->fragments, m->out);
    }
}

/* ---- facts ---- */

static void fact_value(struct markup *m, const struct html_context *c, struct sv value, const struct doc_block *shown)
{
    markup_open(m, "dd");
    markup_open(m, "data");
    markup_attr(m, "value", value);
    html_inlines(m, c, shown->inlines);
    markup_close(m, "data");
    markup_close(m, "dd");
}

/* On paper the values flow as one text, with the commas in it. */
static void fact_in_print(struct markup *m, const struct html_context *c, const struct doc_block *f)
{
    struct sv between = sv_eq(f->key, SV("attacker")) ? SV("; ") : SV(", ");
    markup_open(m, "dd");
    for (const struct doc_block *b = f->first; b; b = b->next) {
        bool badge = sv_eq(f->key, SV("priority")) && f->value_count && b == f->first;
        if (b != f->first)
            markup_text(m, between);
        if (badge) {
            markup_open(m, "span");
            markup_attrf(m, "class", "badge priority-%.*s", SV_ARG(f->values[0]));
        }
        html_inlines(m, c, b->inlines);
        if (badge)
            markup_close(m, "span");
    }
    markup_close(m, "dd");
}

static void fact(struct markup *m, const struct html_context *c, const struct doc_block *f)
{
    markup_open(m, "div");
    markup_attr(m, "data-key", f->key);
    markup_open(m, "dt");
    html_inlines(m, c, f->inlines);
    markup_close(m, "dt");
    if (c->print)
        fact_in_print(m, c, f);
    size_t i = 0;
    for (const struct doc_block *b = c->print ? NULL : f->first; b; b = b->next, i++) {
        if (i < f->value_count) {
            fact_value(m, c, f->values[i], b);
            continue;
        }
        markup_open(m, "dd");
        html_inlines(m, c, b->inlines);
        markup_close(m, "dd");
    }
    markup_close(m, "div");
    markup_newline(m);
}

static void facts(struct markup *m, const struct html_context *c, const struct doc_block *b)
{
    markup_open(m, "dl");
    markup_attr_str(m, "class", "facts");
    markup_newline(m);
    for (const struct doc_block *f = b->first; f; f = f->next)
        fact(m, c, f);
    markup_close(m, "dl");
}

/* ---- lists ---- */

/* A tight item of one paragraph needs no <p>. */
static void item(struct markup *m, const struct html_context *c, const struct doc_block *b, bool tight, unsigned level)
{
    markup_open(m, "li");
    class_of(m, NULL, b->class_name);
    const struct doc_block *first = b->first;
    if (tight && first && first->kind == DOC_PARAGRAPH && !first->class_name) {
        html_inlines(m, c, first->inlines);
        first = first->next;
    }
    blocks(m, c, first, level);
    markup_close(m, "li");
    markup_newline(m);
}

static void list(struct markup *m, const struct html_context *c, const struct doc_block *b, unsigned level)
{
    const char *name = b->ordered ? "ol" : "ul";
    if (!b->first)
        return;
    markup_open(m, name);
    class_of(m, NULL, b->class_name);
    if (b->ordered && b->start > 1)
        markup_attrf(m, "start", "%u", b->start);
    markup_newline(m);
    for (const struct doc_block *i = b->first; i; i = i->next)
        item(m, c, i, b->tight, level);
    markup_close(m, name);
}

static void definitions(struct markup *m, const struct html_context *c, const struct doc_block *b, unsigned level)
{
    if (!b->first)
        return;
    markup_open(m, "dl");
    class_of(m, "terms", b->class_name);
    for (const struct doc_block *d = b->first; d; d = d->next) {
        markup_open(m, "dt");
        html_inlines(m, c, d->inlines);
        markup_close(m, "dt");
        markup_open(m, "dd");
        blocks(m, c, d->first, level);
        markup_close(m, "dd");
        markup_newline(m);
    }
    markup_close(m, "dl");
}

/* ---- tables ---- */

static bool is_badge(const char *class_name)
{
    return class_name && (strncmp(class_name, "priority-", 9) == 0 || strcmp(class_name, "draft") == 0);
}

static void cell(struct markup *m, const struct html_context *c, const struct doc_block *b, bool header,
                 struct sv anchor)
{
    bool heading = b->heading && b->inlines; /* a heading without words names nothing: the empty corner of a table */
    const char *name = heading ? "th" : "td";
    markup_open(m, name);
    if (heading)
        markup_attr_str(m, "scope", header ? "col" : "row");
    if (b->class_name && !is_badge(b->class_name))
        markup_attr_str(m, "class", b->class_name);
    if (is_badge(b->class_name)) {
        markup_open(m, "span");
        markup_attrf(m, "class", "badge %s", b->class_name);
        html_inlines(m, c, b->inlines);
        markup_close(m, "span");
    } else {
        html_inlines(m, c, b->inlines);
    }
    if (anchor.len) {
        struct arena a = ARENA_INIT;
        permalink(m, anchor, doc_plain(&a, b->inlines));
        arena_release(&a);
    }
    markup_close(m, name);
}

/* A row with an anchor has its permalink in the first cell. */
static void row(struct markup *m, const struct html_context *c, const struct doc_block *r, bool header)
{
    markup_open(m, "tr");
    if (r->anchor.len)
        markup_attr(m, "id", r->anchor);
    for (const struct doc_block *b = r->first; b; b = b->next)
        cell(m, c, b, header, b == r->first ? r->anchor : SV_NONE);
    markup_close(m, "tr");
    markup_newline(m);
}

/* Plain text of inlines as an attribute; "Table" when there is none. */
static void label_attr(struct markup *m, const struct doc_inline *inlines, const char *otherwise)
{
    struct arena a = ARENA_INIT;
    struct sv text = doc_plain(&a, inlines);
    markup_attr(m, "aria-label", text.len ? text : sv_str(otherwise));
    arena_release(&a);
}

static void caption(struct markup *m, const struct html_context *c, const struct doc_block *b, const char *name)
{
    if (!b->inlines)
        return;
    struct arena a = ARENA_INIT;
    markup_open(m, name);
    html_inlines(m, c, b->inlines);
    if (b->anchor.len)
        permalink(m, b->anchor, doc_plain(&a, b->inlines));
    markup_close(m, name);
    markup_newline(m);
    arena_release(&a);
}

static void table(struct markup *m, const struct html_context *c, const struct doc_block *b)
{
    if (!b->first)
        return;
    markup_open(m, "div");
    markup_attr_str(m, "class", "scroll");
    markup_attr_str(m, "role", "group");
    markup_attr_str(m, "tabindex", "0");
    label_attr(m, b->inlines, "Table");
    markup_open(m, "table");
    if (b->anchor.len)
        markup_attr(m, "id", b->anchor);
    class_of(m, NULL, b->class_name);
    markup_newline(m);
    caption(m, c, b, "caption");
    const struct doc_block *r = b->first;
    if (b->header_row) {
        markup_open(m, "thead");
        row(m, c, r, true);
        markup_close(m, "thead");
        r = r->next;
    }
    if (r) {
        markup_open(m, "tbody");
        for (; r; r = r->next)
            row(m, c, r, false);
        markup_close(m, "tbody");
    }
    markup_close(m, "table");
    markup_close(m, "div");
}

/* ---- figures ---- */

/* The subtrees of a large drawing, each to be unfolded; a link to a node in one of them unfolds it. */
static void draw_in_parts(struct markup *m, const struct doc_block *b, const char *prefix)
{
    struct arena a = ARENA_INIT;
    const struct doc_figure_part *parts;
    size_t count = b->figure->on_screen(&a, b->figure->data, &parts);
    for (size_t i = 0; i < count; i++) {
        if (i) {
            markup_newline(m);
            markup_open(m, "details");
            markup_attr_str(m, "class", "subtree");
            markup_attrf(m, "id", "%.*s-part-%zu", SV_ARG(b->anchor), i);
            markup_element(m, "summary", parts[i].caption);
        }
        parts[i].figure->draw(m, parts[i].figure->data, prefix);
        if (i)
            markup_close(m, "details");
    }
    arena_release(&a);
}

static void draw(const struct html_context *c, const struct doc_block *b, struct markup *m)
{
    struct str prefix = STR_INIT;
    str_addf(&prefix, "%s%.*s-", c->id_prefix ? c->id_prefix : "", SV_ARG(b->anchor));
    if (b->figure->on_screen)
        draw_in_parts(m, b, str_cstr(&prefix));
    else
        b->figure->draw(m, b->figure->data, str_cstr(&prefix));
    str_release(&prefix);
}

/* Trees are drawn once a run and used on the threat's page and in the whole document. */
static void drawing(struct markup *m, const struct html_context *c, const struct doc_block *b)
{
    if (!c->drawings || c->id_prefix || !b->class_name || strcmp(b->class_name, "tree") != 0) {
        draw(c, b, m);
        return;
    }
    struct sv *known = map_get(&c->drawings->by_anchor, b->anchor);
    if (!known) {
        struct str out = STR_INIT;
        struct markup fresh;
        markup_init(&fresh, &out, m->syntax);
        draw(c, b, &fresh);
        markup_finish(&fresh);
        known = arena_new(c->drawings->arena, struct sv);
        *known = arena_sv(c->drawings->arena, str_sv(&out));
        map_set(&c->drawings->by_anchor, arena_sv(c->drawings->arena, b->anchor), known);
        str_release(&out);
    }
    markup_fragment(m, *known);
}

/* A drawing on paper: in parts when it is higher than a page, each a figure of its own. */
static void figure_on_paper(struct markup *m, const struct html_context *c, const struct doc_block *b)
{
    struct arena a = ARENA_INIT;
    const struct doc_figure_part *parts;
    size_t count = b->figure->on_paper(&a, b->figure->data, &parts);
    for (size_t i = 0; i < count; i++) {
        markup_open(m, "figure");
        if (i == 0 && b->anchor.len)
            markup_attr(m, "id", b->anchor);
        else if (i)
            markup_attrf(m, "id", "%.*s-part-%zu", SV_ARG(b->anchor), i);
        class_of(m, NULL, b->class_name);
        if (parts[i].caption.len)
            markup_element(m, "figcaption", parts[i].caption);
        else
            caption(m, c, b, "figcaption");
        markup_open(m, "div");
        markup_attr_str(m, "class", "scroll");
        const char *prefix = arena_printf(&a, "%s%.*s-", c->id_prefix ? c->id_prefix : "", SV_ARG(b->anchor));
        parts[i].figure->draw(m, parts[i].figure->data, prefix);
        markup_close(m, "div");
        markup_close(m, "figure");
        if (i + 1 < count)
            markup_newline(m);
    }
    arena_release(&a);
}

static void figure(struct markup *m, const struct html_context *c, const struct doc_block *b, unsigned level)
{
    if (c->print && b->figure && b->figure->on_paper) {
        figure_on_paper(m, c, b);
        return;
    }
    markup_open(m, "figure");
    if (b->anchor.len)
        markup_attr(m, "id", b->anchor);
    class_of(m, NULL, b->class_name);
    markup_newline(m);
    caption(m, c, b, "figcaption");
    if (b->figure) {
        markup_open(m, "div");
        markup_attr_str(m, "class", "scroll");
        markup_attr_str(m, "role", "group");
        markup_attr_str(m, "tabindex", "0");
        label_attr(m, b->inlines, "Drawing");
        drawing(m, c, b);
        markup_close(m, "div");
        markup_newline(m);
    }
    if (b->first && !c->print) {
        markup_open(m, "details");
        bool drawn = b->class_name && strcmp(b->class_name, "diagram") == 0; /* in characters */
        markup_element(m, "summary", drawn ? SV("The same in characters") : SV("The same in words"));
        blocks(m, c, b->first, level);
        markup_close(m, "details");
    }
    markup_close(m, "figure");
}

/* ---- other blocks ---- */

static void code_block(struct markup *m, const struct doc_block *b)
{
    markup_open(m, "pre");
    markup_attr_str(m, "tabindex", "0");
    markup_open(m, "code");
    if (b->language.len)
        markup_attrf(m, "class", "language-%.*s", SV_ARG(b->language));
    markup_text(m, b->text);
    markup_close(m, "code");
    markup_close(m, "pre");
}

static void around(struct markup *m, const struct html_context *c, const struct doc_block *b, const char *name,
                   const char *kind, unsigned level)
{
    markup_open(m, name);
    if (b->anchor.len)
        markup_attr(m, "id", b->anchor);
    class_of(m, kind, b->class_name);
    if (b->kind == DOC_NOTICE)
        markup_attr_str(m, "role", "note");
    blocks(m, c, b->first, level);
    markup_close(m, name);
}

/* Folded on a screen, open on paper. */
static void details(struct markup *m, const struct html_context *c, const struct doc_block *b, unsigned level)
{
    markup_open(m, c->print ? "div" : "details");
    class_of(m, "details", b->class_name);
    if (c->print)
        markup_element_class(m, "p", "summary", b->title);
    else
        markup_element(m, "summary", b->title);
    markup_newline(m);
    blocks(m, c, b->first, level);
    markup_close(m, c->print ? "div" : "details");
}

static void block(struct markup *m, const struct html_context *c, const struct doc_block *b, unsigned level)
{
    switch (b->kind) {
    case DOC_SECTION:
        section(m, c, b, level);
        break;
    case DOC_PARAGRAPH:
        if (!b->inlines)
            return;
        markup_open(m, "p");
        class_of(m, NULL, b->class_name);
        html_inlines(m, c, b->inlines);
        markup_close(m, "p");
        break;
    case DOC_LIST:
        list(m, c, b, level);
        break;
    case DOC_DEFINITIONS:
        definitions(m, c, b, level);
        break;
    case DOC_FACTS:
        facts(m, c, b);
        break;
    case DOC_TABLE:
        table(m, c, b);
        break;
    case DOC_CODE_BLOCK:
        code_block(m, b);
        break;
    case DOC_QUOTE:
        around(m, c, b, "blockquote", NULL, level);
        break;
    case DOC_FIGURE:
        figure(m, c, b, level);
        break;
    case DOC_DETAILS:
        details(m, c, b, level);
        break;
    case DOC_NOTICE:
        around(m, c, b, "div", "notice", level);
        break;
    case DOC_RULE:
        markup_open(m, "hr");
        markup_close(m, "hr");
        break;
    case DOC_ITEM:
    case DOC_DEFINITION:
    case DOC_FACT:
    case DOC_ROW:
    case DOC_CELL:
        BUG("block of kind %d outside its container", (int)b->kind);
    }
    markup_newline(m);
}

static void blocks(struct markup *m, const struct html_context *c, const struct doc_block *b, unsigned level)
{
    for (; b; b = b->next)
        block(m, c, b, level);
}

void html_blocks(struct markup *m, const struct html_context *c, const struct doc_block *first)
{
    blocks(m, c, first, c->heading);
}

/* ---- whole documents ---- */

static bool in_contents(const struct doc_block *b)
{
    return b->kind == DOC_SECTION && (!b->class_name || strcmp(b->class_name, "field") != 0);
}

static bool has_contents(const struct doc_block *b)
{
    for (b = b->first; b; b = b->next)
        if (in_contents(b))
            return true;
    return false;
}

void html_contents(struct markup *m, const struct doc_block *root, unsigned depth)
{
    if (depth == 0 || !has_contents(root))
        return;
    markup_open(m, "ol");
    markup_newline(m);
    for (const struct doc_block *b = root->first; b; b = b->next) {
        if (!in_contents(b))
            continue;
        markup_open(m, "li");
        markup_open(m, "a");
        markup_attrf(m, "href", "#%.*s", SV_ARG(b->anchor));
        markup_text(m, b->title);
        markup_close(m, "a");
        html_contents(m, b, depth - 1);
        markup_close(m, "li");
        markup_newline(m);
    }
    markup_close(m, "ol");
}

static void meta_row(struct markup *m, const char *term, struct sv text)
{
    if (text.len == 0)
        return;
    markup_open(m, "div");
    markup_element(m, "dt", sv_str(term));
    markup_element(m, "dd", text);
    markup_close(m, "div");
}

static void people(struct markup *m, const struct sig *sig)
{
    if (sig->authors.len == 0)
        return;
    markup_open(m, "div");
    markup_element(m, "dt", sig->authors.len == 1 ? SV("Author") : SV("Authors"));
    markup_open(m, "dd");
    for (size_t i = 0; i < sig->authors.len; i++) {
        const struct author *who = &sig->authors.at[i];
        markup_textf(m, "%s%.*s%s%.*s", i ? ", " : "", SV_ARG(who->first), who->first.len ? " " : "",
                     SV_ARG(who->last));
    }
    markup_close(m, "dd");
    markup_close(m, "div");
}

static bool has_edition(const struct document *d)
{
    for (size_t i = 0; i < d->view->editions.len; i++)
        if (sv_eq_str(d->view->editions.at[i].document, document_names[d->kind]))
            return true;
    return false;
}

static void title_block(struct markup *m, const struct document *d)
{
    struct arena a = ARENA_INIT;
    const struct sig *sig = &d->view->profile->sig;
    markup_open(m, "header");
    markup_attr_str(m, "class", "title");
    markup_element_class(m, "p", "eyebrow", sig->name);
    markup_element(m, "h1", d->title);
    markup_open(m, "dl");
    markup_attr_str(m, "class", "meta");
    if (d->kind == DOCUMENT_REPORT)
        meta_row(m, "Kind", SV("Report, generated from the public record"));
    else if (d->working_draft)
        meta_row(m, "Working draft", has_edition(d) ? build_sv(&a, "after edition %.*s", SV_ARG(d->version))
                                                    : SV("before the first edition"));
    else
        meta_row(m, "Edition", d->version);
    meta_row(m, "Date", build_date_long(&a, d->date));
    people(m, sig);
    markup_close(m, "dl");
    markup_element_class(m, "p", "abstract", d->abstract);
    markup_close(m, "header");
    markup_newline(m);
    arena_release(&a);
}

static void legal(struct markup *m, const struct html_context *c, const struct document *d)
{
    const struct sig *sig = &d->view->profile->sig;
    markup_open(m, "section");
    markup_attr_str(m, "class", "legal");
    markup_attr_str(m, "id", "legal-notice");
    html_heading(m, c->heading, SV("Legal notice"), SV("legal-notice"));
    const struct sv texts[] = {sig->legal.copyright, sig->legal.permissions, sig->legal.warranty,
                               sig->legal.liability, sig->legal.conformance};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (texts[i].len)
            markup_element(m, "p", texts[i]);
    markup_close(m, "section");
    markup_newline(m);
}

void html_document(struct markup *m, const struct html_context *c, const struct document *d)
{
    markup_open(m, "article");
    markup_attr_str(m, "class", "document");
    markup_newline(m);
    title_block(m, d);
    markup_open(m, "nav");
    markup_attr_str(m, "class", "contents");
    markup_attr_str(m, "aria-label", "Contents");
    markup_element_class(m, "p", "contents-title", SV("Contents"));
    html_contents(m, d->root, 2);
    markup_close(m, "nav");
    markup_newline(m);
    markup_open(m, "div");
    markup_attr_str(m, "class", "chapters");
    html_blocks(m, c, d->root->first);
    legal(m, c, d);
    markup_close(m, "div");
    markup_close(m, "article");
    markup_newline(m);
}
