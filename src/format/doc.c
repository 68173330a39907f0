/* Building the block tree. */
#define _GNU_SOURCE /* vasprintf */
#include "format/doc.h"

#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { ANCHOR_MAX = 80 };

struct doc_block *doc_block_new(struct arena *a, enum doc_block_kind kind)
{
    struct doc_block *b = arena_new(a, struct doc_block);
    b->kind = kind;
    b->anchor = b->title = b->text = b->language = b->key = SV_NONE;
    return b;
}

struct doc_block *doc_append(struct doc_block *parent, struct doc_block *child)
{
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
    return child;
}

struct doc_block *doc_add(struct arena *a, struct doc_block *parent, enum doc_block_kind kind)
{
    return doc_append(parent, doc_block_new(a, kind));
}

struct doc_block *doc_add_section(struct arena *a, struct doc_block *parent, struct sv title,
                                  struct sv anchor)
{
    struct doc_block *section = doc_add(a, parent, DOC_SECTION);
    section->title = arena_sv(a, title);
    section->anchor = arena_sv(a, anchor);
    return section;
}

struct doc_block *doc_add_paragraph(struct arena *a, struct doc_block *parent, struct sv text)
{
    struct doc_block *paragraph = doc_add(a, parent, DOC_PARAGRAPH);
    doc_text(a, paragraph, text);
    return paragraph;
}

struct doc_inline *doc_inline_new(struct arena *a, enum doc_inline_kind kind, struct sv text)
{
    struct doc_inline *i = arena_new(a, struct doc_inline);
    i->kind = kind;
    i->text = text.len ? arena_sv(a, text) : SV_NONE;
    i->id = i->url = SV_NONE;
    return i;
}

void doc_put(struct doc_block *b, struct doc_inline *i)
{
    if (b->inlines_last)
        b->inlines_last->next = i;
    else
        b->inlines = i;
    b->inlines_last = i;
}

void doc_put_child(struct doc_inline *parent, struct doc_inline *child)
{
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
}

void doc_text(struct arena *a, struct doc_block *b, struct sv text)
{
    doc_put(b, doc_inline_new(a, DOC_TEXT, text));
}

void doc_textf(struct arena *a, struct doc_block *b, const char *format, ...)
{
    struct str text = STR_INIT;
    va_list args;
    va_start(args, format);
    str_addv(&text, format, args);
    va_end(args);
    doc_text(a, b, str_sv(&text));
    str_release(&text);
}

/* An inline that holds one text */
static struct doc_inline *wrap(struct arena *a, enum doc_inline_kind kind, struct sv text)
{
    struct doc_inline *outer = doc_inline_new(a, kind, SV_NONE);
    doc_put_child(outer, doc_inline_new(a, DOC_TEXT, text));
    return outer;
}

void doc_strong(struct arena *a, struct doc_block *b, struct sv text)
{
    doc_put(b, wrap(a, DOC_STRONG, text));
}

void doc_link(struct arena *a, struct doc_block *b, struct sv url, struct sv text)
{
    struct doc_inline *link = wrap(a, DOC_LINK, text);
    link->url = arena_sv(a, url);
    doc_put(b, link);
}

void doc_threat(struct arena *a, struct doc_block *b, struct sv id, struct sv text)
{
    struct doc_inline *threat = doc_inline_new(a, DOC_THREAT, text);
    threat->id = arena_sv(a, id);
    doc_put(b, threat);
}

void doc_reference(struct arena *a, struct doc_block *b, struct sv id, struct sv text,
                   struct sv url)
{
    struct doc_inline *reference = doc_inline_new(a, DOC_REFERENCE, text);
    reference->id = arena_sv(a, id);
    reference->url = arena_sv(a, url);
    doc_put(b, reference);
}

struct doc_block *doc_add_fact(struct arena *a, struct doc_block *facts, const char *key,
                               struct sv label, const struct sv *values, size_t value_count)
{
    struct doc_block *fact = doc_add(a, facts, DOC_FACT);
    struct sv *copies = arena_new_array(a, struct sv, value_count);
    for (size_t i = 0; i < value_count; i++)
        copies[i] = arena_sv(a, values[i]);
    fact->key = arena_sv(a, sv_str(key));
    fact->values = copies;
    fact->value_count = value_count;
    doc_text(a, fact, label);
    return fact;
}

/* Calls itself as deep as inlines nest, which builders cap (Markdown: 64). */
static void add_plain(struct str *out, const struct doc_inline *i)
{
    for (; i; i = i->next) {
        if (i->kind == DOC_BREAK)
            str_add_char(out, ' ');
        str_add(out, i->text);
        add_plain(out, i->first);
    }
}

struct sv doc_plain(struct arena *a, const struct doc_inline *inlines)
{
    struct str s = STR_INIT;
    add_plain(&s, inlines);
    struct sv result = arena_sv(a, str_sv(&s));
    str_release(&s);
    return result;
}

struct sv doc_anchor(struct arena *a, struct sv title)
{
    char anchor[ANCHOR_MAX];
    size_t len = 0;
    bool gap = false;
    for (size_t i = 0; i < title.len && len + 2 < sizeof(anchor); i++) {
        char c = title.at[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c + 'a' - 'A');
        if ((c < 'a' || c > 'z') && (c < '0' || c > '9')) {
            gap = len > 0 && c != '\'';
            continue;
        }
        if (gap)
            anchor[len++] = '-';
        anchor[len++] = c;
        gap = false;
    }
    return len ? arena_sv(a, sv_from(anchor, len)) : SV("section");
}
