#include "tree/io/xml_read.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

enum { XML_DEPTH = 200, MESSAGE_MAX = 200 };

/* Where tags begin, found by walking the text once: line and column of the byte at `at`. */
struct xml_place {
    size_t at;
    uint32_t line, column;
};

struct xml_reader {
    xmlParserCtxtPtr parser;
    struct sv text;
    const char *file;
    const struct xml_calls *calls;
    void *context;
    struct diag *diag;
    struct xml_place place;
    size_t depth;
    bool stopped, failed;
};

static void fail_at(struct xml_reader *r, uint32_t line, uint32_t column, const char *what, const char *expected)
{
    if (!r->failed && !r->stopped)
        diag_error(r->diag, r->file, line, column, what, expected);
    r->failed = true;
    xmlStopParser(r->parser);
}

/* Moves the place forward to a byte offset; columns count characters. */
static void move_place(struct xml_reader *r, size_t to)
{
    struct xml_place *p = &r->place;
    const char *text = r->text.at;
    for (; p->at < to; p->at++) {
        if (text[p->at] == '\n') {
            p->line++;
            p->column = 1;
        } else {
            p->column += ((unsigned char)text[p->at] & 0xC0) != 0x80;
        }
    }
}

/* libxml2 stands behind the attributes of the tag; a "<" cannot occur within them, so the last one before that
 * is the tag's own. */
static void find_tag(struct xml_reader *r, struct xml_tag *tag)
{
    const xmlParserInput *input = r->parser->input;
    const unsigned char *cur = input->cur;
    size_t offset;
    while (cur > input->base && *cur != '<')
        cur--;
    offset = (size_t)input->consumed + (size_t)(cur - input->base);
    if (offset < r->text.len && r->text.at[offset] == '<' && offset >= r->place.at) {
        move_place(r, offset);
        tag->line = r->place.line;
        tag->column = r->place.column;
    } else {
        tag->line = input->line > 0 ? (uint32_t)input->line : 0;
        tag->column = 0;
    }
}

static void on_open(void *data, const xmlChar *name, const xmlChar *prefix CM_UNUSED, const xmlChar *uri CM_UNUSED,
                    int namespaces CM_UNUSED, const xmlChar **declared CM_UNUSED, int count,
                    int defaulted CM_UNUSED, const xmlChar **attributes)
{
    struct xml_reader *r = data;
    struct xml_tag tag = {.name = (const char *)name, .attributes = attributes, .count = (size_t)count, .reader = r};
    if (r->failed || r->stopped)
        return;
    find_tag(r, &tag);
    if (++r->depth > XML_DEPTH)
        fail_at(r, tag.line, tag.column, "elements nest too deep", "at most 200 levels");
    else
        r->calls->open(r->context, &tag);
}

static void on_close(void *data, const xmlChar *name, const xmlChar *prefix CM_UNUSED, const xmlChar *uri CM_UNUSED)
{
    struct xml_reader *r = data;
    if (r->failed || r->stopped)
        return;
    r->depth--;
    r->calls->close(r->context, (const char *)name);
}

static void on_text(void *data, const xmlChar *text, int len)
{
    struct xml_reader *r = data;
    if (!r->failed && !r->stopped && r->calls->text)
        r->calls->text(r->context, sv_from((const char *)text, (size_t)len));
}

static void refuse_entities(struct xml_reader *r)
{
    fail_at(r, r->parser->input ? (uint32_t)r->parser->input->line : 0, 0, "an entity is declared or used",
            "only &lt; &gt; &amp; &quot; &apos; and numbers");
}

static void on_entity(void *data, const xmlChar *name CM_UNUSED, int type CM_UNUSED, const xmlChar *public CM_UNUSED,
                      const xmlChar *system CM_UNUSED, xmlChar *content CM_UNUSED)
{
    refuse_entities(data);
}

static void on_reference(void *data, const xmlChar *name CM_UNUSED)
{
    refuse_entities(data);
}

static void on_error(void *data, xmlErrorPtr error)
{
    struct xml_reader *r = data;
    char text[MESSAGE_MAX];
    size_t len = 0;
    if (!error || error->level < XML_ERR_ERROR || r->failed || r->stopped)
        return;
    for (const char *c = error->message ? error->message : ""; *c && *c != '\n' && len + 1 < sizeof(text); c++)
        text[len++] = (unsigned char)*c < 0x80 && (unsigned char)*c >= ' ' ? *c : '?';
    text[len] = '\0';
    fail_at(r, error->line > 0 ? (uint32_t)error->line : 1, error->int2 > 0 ? (uint32_t)error->int2 : 0,
            arena_printf(r->diag->arena, "this is not well-formed XML: %s", text), NULL);
}

static void set_handlers(xmlSAXHandler *sax)
{
    memset(sax, 0, sizeof(*sax));
    sax->initialized = XML_SAX2_MAGIC;
    sax->startElementNs = on_open;
    sax->endElementNs = on_close;
    sax->characters = on_text;
    sax->cdataBlock = on_text;
    sax->entityDecl = on_entity;
    sax->reference = on_reference;
    sax->serror = on_error;
}

bool xml_read(struct sv text, const char *file, const struct xml_calls *calls, void *context, struct diag *diag)
{
    struct xml_reader r = {.text = text,
                           .file = file,
                           .calls = calls,
                           .context = context,
                           .diag = diag,
                           .place = {0, 1, 1}};
    if (sv_starts(text, SV("\xEF\xBB\xBF")))
        r.place.column = 0; /* the mark is no column */
    xmlInitParser();
    r.parser = text.len && text.len <= INT32_MAX ? xmlCreateMemoryParserCtxt(text.at, (int)text.len) : NULL;
    if (!r.parser) {
        diag_error(diag, file, 0, 0, "no XML in this text", "a text that begins with an element");
        return false;
    }
    xmlCtxtUseOptions(r.parser, XML_PARSE_NONET);
    set_handlers(r.parser->sax);
    r.parser->userData = &r;
    xmlParseDocument(r.parser);
    bool well_formed = r.parser->wellFormed;
    xmlFreeDoc(r.parser->myDoc); /* libxml2 makes one of its own where a DTD declares entities */
    r.parser->myDoc = NULL;
    xmlFreeParserCtxt(r.parser);
    if (!well_formed && !r.failed && !r.stopped)
        diag_error(diag, file, 0, 0, "this is not well-formed XML", NULL);
    return well_formed && !r.failed && !r.stopped;
}

bool xml_attribute(const struct xml_tag *tag, const char *name, struct sv *out_value)
{
    for (size_t i = 0; i < tag->count; i++) {
        const unsigned char **a = tag->attributes + 5 * i; /* name, prefix, namespace, value, its end */
        if (!a[1] && strcmp((const char *)a[0], name) == 0) {
            *out_value = sv_from((const char *)a[3], (size_t)(a[4] - a[3]));
            return true;
        }
    }
    *out_value = SV_NONE;
    return false;
}

void xml_stop(const struct xml_tag *tag)
{
    tag->reader->stopped = true;
    xmlStopParser(tag->reader->parser);
}
