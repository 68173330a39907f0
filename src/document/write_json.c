/* The document and the register as JSON: docs/schema/document.schema.json and register.schema.json
 * say what is in it. */
#include "document/fragment.h"
#include "document/write.h"

enum {
    BLOCK_DEPTH = 96, /* what nests deeper in the output is written as plain text; the writer allows
                         128 levels */
    INLINE_DEPTH = 112,
};

struct json_writer {
    struct arena *arena;
    struct json j;
    struct fragments *fragments; /* may be NULL */
};

static const char *const inline_names[] = {
    [DOC_TEXT] = "text",     [DOC_EM] = "em",       [DOC_STRONG] = "strong",
    [DOC_CODE] = "code",     [DOC_LINK] = "link",   [DOC_REFERENCE] = "reference",
    [DOC_THREAT] = "threat", [DOC_BREAK] = "break",
};

static const char *const block_names[] = {
    [DOC_SECTION] = "section",
    [DOC_PARAGRAPH] = "paragraph",
    [DOC_LIST] = "list",
    [DOC_ITEM] = "item",
    [DOC_DEFINITIONS] = "definitions",
    [DOC_DEFINITION] = "definition",
    [DOC_FACTS] = "facts",
    [DOC_FACT] = "fact",
    [DOC_TABLE] = "table",
    [DOC_ROW] = "row",
    [DOC_CELL] = "cell",
    [DOC_CODE_BLOCK] = "code",
    [DOC_QUOTE] = "quote",
    [DOC_FIGURE] = "figure",
    [DOC_NOTICE] = "notice",
    [DOC_DETAILS] = "details",
    [DOC_RULE] = "rule",
};

static void put_given(struct json *j, const char *key, struct sv text)
{
    if (text.len)
        json_put(j, key, text);
}

/* Links of the site are relative to its top, where the JSON stands. */
static struct sv shown_address(struct sv url)
{
    return sv_starts(url, SV("site:")) ? sv_from_byte(url, 5) : url;
}

static void write_inlines(struct json_writer *w, const char *key, const struct doc_inline *first)
{
    struct json *j = &w->j;
    json_key(j, key);
    json_array(j);
    for (const struct doc_inline *i = first; i; i = i->next) {
        json_object(j);
        json_put_str(j, "type", inline_names[i->kind]);
        put_given(j, "id", i->id);
        put_given(j, "url", shown_address(i->url));
        put_given(j, "text", i->text);
        if (i->first && j->depth < INLINE_DEPTH)
            write_inlines(w, "content", i->first);
        else if (i->first)
            json_put(j, "text", doc_plain(w->arena, i->first));
        json_end(j);
    }
    json_end(j);
}

static bool has_markup(const struct doc_inline *i)
{
    for (; i; i = i->next)
        if (i->kind != DOC_TEXT)
            return true;
    return false;
}

/* The plain text under `key`, and the inlines beside it where there is more to say. */
static void write_text(struct json_writer *w, const char *key, const struct doc_inline *inlines)
{
    json_put(&w->j, key, doc_plain(w->arena, inlines));
    if (has_markup(inlines))
        write_inlines(w, "inlines", inlines);
}

static void write_blocks(struct json_writer *w, const char *key, const struct doc_block *first);

/* All text of a block and of what it holds, for what lies too deep. */
static void add_plain_block(struct json_writer *w, struct str *out, const struct doc_block *b,
                            unsigned depth)
{
    for (; b; b = b->next) {
        const struct sv parts[] = {b->title, doc_plain(w->arena, b->inlines), b->text};
        for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
            if (parts[i].len == 0)
                continue;
            if (out->len)
                str_add_char(out, '\n');
            str_add(out, parts[i]);
        }
        if (depth < 200)
            add_plain_block(w, out, b->first, depth + 1);
    }
}

void write_fact_values(struct json *j, const struct doc_block *facts)
{
    json_key(j, "facts");
    json_object(j);
    for (const struct doc_block *f = facts->first; f; f = f->next) {
        json_key_sv(j, f->key);
        json_array(j);
        for (size_t i = 0; i < f->value_count; i++)
            json_string(j, f->values[i]);
        json_end(j);
    }
    json_end(j);
}

/* Facts may repeat no key: {"stage": ["responses"]}, with the label and what is shown beside. */
static void write_facts(struct json_writer *w, const struct doc_block *facts)
{
    struct json *j = &w->j;
    write_fact_values(j, facts);
    json_key(j, "shown");
    json_array(j);
    for (const struct doc_block *f = facts->first; f; f = f->next) {
        json_object(j);
        json_put(j, "key", f->key);
        json_put(j, "label", doc_plain(w->arena, f->inlines));
        write_blocks(w, "blocks", f->first);
        json_end(j);
    }
    json_end(j);
}

static void write_table(struct json_writer *w, const struct doc_block *table)
{
    struct json *j = &w->j;
    json_put(j, "caption", doc_plain(w->arena, table->inlines));
    json_put_bool(j, "header_row", table->header_row);
    json_key(j, "rows");
    json_array(j);
    for (const struct doc_block *row = table->first; row; row = row->next) {
        json_array(j);
        for (const struct doc_block *cell = row->first; cell; cell = cell->next) {
            json_object(j);
            write_text(w, "text", cell->inlines);
            if (cell->heading)
                json_put_bool(j, "heading", true);
            json_end(j);
        }
        json_end(j);
    }
    json_end(j);
}

static void write_list(struct json_writer *w, const struct doc_block *list)
{
    struct json *j = &w->j;
    json_put_bool(j, "ordered", list->ordered);
    if (list->ordered)
        json_put_int(j, "start", list->start);
    json_key(j, "items");
    json_array(j);
    for (const struct doc_block *item = list->first; item; item = item->next) {
        json_object(j);
        write_blocks(w, "blocks", item->first);
        json_end(j);
    }
    json_end(j);
}

static void write_definitions(struct json_writer *w, const struct doc_block *list)
{
    struct json *j = &w->j;
    json_key(j, "items");
    json_array(j);
    for (const struct doc_block *d = list->first; d; d = d->next) {
        json_object(j);
        json_put(j, "term", doc_plain(w->arena, d->inlines));
        write_blocks(w, "blocks", d->first);
        json_end(j);
    }
    json_end(j);
}

static void write_block_members(struct json_writer *w, const struct doc_block *b)
{
    struct json *j = &w->j;
    switch (b->kind) {
    case DOC_SECTION:
    case DOC_DETAILS:
        json_put(j, "title", b->title);
        write_blocks(w, "blocks", b->first);
        break;
    case DOC_LIST:
        write_list(w, b);
        break;
    case DOC_DEFINITIONS:
        write_definitions(w, b);
        break;
    case DOC_FACTS:
        write_facts(w, b);
        break;
    case DOC_TABLE:
        write_table(w, b);
        break;
    case DOC_CODE_BLOCK:
        json_put(j, "text", b->text);
        put_given(j, "language", b->language);
        break;
    case DOC_FIGURE:
        json_put(j, "caption", doc_plain(w->arena, b->inlines));
        if (b->figure)
            put_given(j, "alternative", b->figure->alternative);
        write_blocks(w, "blocks", b->first);
        break;
    case DOC_RULE:
        break;
    default:
        if (b->inlines || b->kind == DOC_PARAGRAPH)
            write_text(w, "text", b->inlines);
        if (b->first)
            write_blocks(w, "blocks", b->first);
    }
}

static void write_one(struct json_writer *w, const struct doc_block *b)
{
    struct json *j = &w->j;
    json_object(j);
    json_put_str(j, "type", block_names[b->kind]);
    put_given(j, "anchor", b->anchor);
    if (b->class_name)
        json_put_str(j, "class", b->class_name);
    write_block_members(w, b);
    json_end(j);
}

/* True: the element has to be written. What is around it is told by its depth, which decides on its indentation. */
static bool begin_fragment(struct json_writer *w, struct sv id)
{
    const char place[] = {(char)('0' + w->j.depth % 64)};
    json_place(&w->j);
    if (!fragment_begin(w->fragments, id, sv_from(place, 1), NULL, w->j.out))
        return true;
    json_placed(&w->j);
    return false;
}

static void write_blocks(struct json_writer *w, const char *key, const struct doc_block *first)
{
    struct json *j = &w->j;
    json_key(j, key);
    json_array(j);
    if (first && j->depth > BLOCK_DEPTH) {
        struct str text = STR_INIT;
        add_plain_block(w, &text, first, 0);
        json_object(j);
        json_put_str(j, "type", "paragraph");
        json_put(j, "text", str_sv(&text));
        json_end(j);
        str_release(&text);
        first = NULL;
    }
    for (const struct doc_block *b = first; b; b = b->next) {
        if (!fragment_is(w->fragments, b)) {
            write_one(w, b);
        } else if (begin_fragment(w, b->anchor)) {
            write_one(w, fragment_whole(w->fragments, b));
            fragment_end(w->fragments, j->out);
        }
    }
    json_end(j);
}

static void write_link(struct json *j, const char *key, const struct link *link)
{
    if (link->name.len == 0 && link->url.len == 0)
        return;
    json_key(j, key);
    json_object(j);
    json_put(j, "name", link->name);
    put_given(j, "url", link->url);
    json_end(j);
}

void write_sig(struct json *j, const struct sig *sig)
{
    json_object(j);
    json_put(j, "name", sig->name);
    json_put(j, "community", sig->community);
    put_given(j, "language", sig->language);
    put_given(j, "charter", sig->charter);
    put_given(j, "list", sig->list);
    put_given(j, "room", sig->room);
    put_given(j, "errata", sig->errata);
    write_link(j, "venue", &sig->venue);
    write_link(j, "reports_to", &sig->reports_to);
    json_key(j, "authors");
    json_array(j);
    for (size_t i = 0; i < sig->authors.len; i++) {
        const struct author *author = &sig->authors.at[i];
        json_object(j);
        json_put(j, "first", author->first);
        json_put(j, "last", author->last);
        put_given(j, "email", author->email);
        put_given(j, "jid", author->jid);
        put_given(j, "org", author->org);
        put_given(j, "uri", author->uri);
        json_end(j);
    }
    json_end(j);
    json_key(j, "legal");
    json_object(j);
    json_put(j, "copyright", sig->legal.copyright);
    json_put(j, "permissions", sig->legal.permissions);
    json_put(j, "warranty", sig->legal.warranty);
    json_put(j, "liability", sig->legal.liability);
    json_put(j, "conformance", sig->legal.conformance);
    json_end(j);
    json_end(j);
}

static void write_revisions(struct json *j, const struct document *d)
{
    json_key(j, "revisions");
    json_array(j);
    for (size_t i = 0; i < d->revisions.len; i++) {
        const struct revision *r = &d->revisions.at[i];
        json_object(j);
        json_put(j, "version", r->version);
        json_put(j, "date", r->date);
        json_put(j, "initials", r->initials);
        json_put(j, "remark", r->remark);
        json_end(j);
    }
    json_end(j);
}

static void write_threats(struct json_writer *w, const struct view *v, bool whole)
{
    struct json *j = &w->j;
    struct write_citations citations;
    write_citations(w->arena, v, &citations);
    json_key(j, "threats");
    json_array(j);
    for (size_t i = 0; i < v->threats.len; i++) {
        if (!begin_fragment(w, sv_str(arena_printf(w->arena, "%.*s=", SV_ARG(v->threats.at[i].threat->id)))))
            continue;
        json_object(j);
        write_threat_members(j, v, i, &citations.of_threat[i], whole);
        json_end(j);
        fragment_end(w->fragments, j->out);
    }
    json_end(j);
}

void document_write_threats_json(const struct view *v, const size_t *indexes, size_t count, bool whole,
                                 struct json *j)
{
    struct arena a = ARENA_INIT;
    struct write_citations citations;
    write_citations(&a, v, &citations);
    json_key(j, "threats");
    json_array(j);
    for (size_t i = 0; i < count; i++) {
        json_object(j);
        write_threat_members(j, v, indexes[i], &citations.of_threat[indexes[i]], whole);
        json_end(j);
    }
    json_end(j);
    arena_release(&a);
}

void document_write_json(const struct document *d, struct str *out)
{
    struct arena a = ARENA_INIT;
    struct json_writer w = {.arena = &a, .fragments = d->fragments};
    struct json *j = &w.j;
    json_init(j, out, false);
    j->flat_from = 4; /* below, a line is an element: the file stays readable, and half the size */
    json_object(j);
    json_put_str(j, "format", "casemate/document/1");
    json_put_str(j, "schema", "schema/document.schema.json");
    json_put_str(j, "document", document_names[d->kind]);
    json_put(j, "title", d->title);
    json_put(j, "abstract", d->abstract);
    json_put(j, "version", d->version);
    json_put_bool(j, "working_draft", d->working_draft);
    json_put(j, "date", d->date);
    json_key(j, "sig");
    write_sig(j, &d->view->profile->sig);
    write_revisions(j, d);
    write_blocks(&w, "sections", d->root->first);
    if (d->kind == DOCUMENT_ANALYSIS)
        write_threats(&w, d->view, true);
    json_end(j);
    json_finish(j);
    arena_release(&a);
}

static void write_terms(struct json *j, const char *key, const struct terms *terms)
{
    json_key(j, key);
    json_array(j);
    for (size_t i = 0; i < terms->list.len; i++) {
        const struct term *t = &terms->list.at[i];
        json_object(j);
        json_put(j, "id", t->id);
        json_put(j, "name", t->name);
        put_given(j, "means", t->means);
        if (t->has_interval) {
            json_key(j, "interval");
            json_array(j);
            json_double(j, t->interval_lo);
            json_double(j, t->interval_hi);
            json_end(j);
        }
        json_end(j);
    }
    json_end(j);
}

void document_write_register_json(const struct view *v, struct str *out)
{
    document_write_register_fragments(v, NULL, out);
}

void document_write_register_fragments(const struct view *v, struct fragments *fragments, struct str *out)
{
    struct arena a = ARENA_INIT;
    struct json_writer w = {.arena = &a, .fragments = fragments};
    struct json *j = &w.j;
    const struct sig *sig = &v->profile->sig;
    json_init(j, out, false);
    j->flat_from = 4; /* below, a line is an element: the file stays readable, and half the size */
    json_object(j);
    json_put_str(j, "format", "casemate/register/1");
    json_put_str(j, "schema", "schema/register.schema.json");
    json_key(j, "sig");
    write_sig(j, sig);
    write_terms(j, "areas", &sig->areas);
    write_terms(j, "stride", &sig->stride);
    write_terms(j, "levels", &sig->levels);
    write_terms(j, "likelihood", &sig->likelihood);
    write_terms(j, "damage", &sig->damage);
    write_terms(j, "priorities", &sig->priorities);
    write_terms(j, "coverage", &sig->coverage);
    json_key(j, "stages");
    json_array(j);
    for (size_t i = 0; i < v->profile->process.stages.len; i++) {
        const struct stage *s = &v->profile->process.stages.at[i];
        json_object(j);
        json_put(j, "id", s->id);
        json_put(j, "name", s->name);
        json_put_bool(j, "end", s->end);
        json_end(j);
    }
    json_end(j);
    write_threats(&w, v, true);
    json_end(j);
    json_finish(j);
    arena_release(&a);
}
