#include "format/xml.h"

#include "base/map.h"
#include "base/vec.h"

#include <expat.h>
#include <string.h>

enum { USUAL_DEPTH = 200, SHOWN_NAME = 60, PIECE = 1 << 28 };

struct open_element {
    const char *qname, *name;
    uint32_t line;
};

struct xml_reader {
    XML_Parser parser;
    const char *file;
    const struct xml_calls *calls;
    void *context;
    struct diag *diag;
    size_t depth_max;
    struct arena names; /* of elements, each once */
    struct map known;   /* qname -> struct name */
    struct {
        VEC(struct open_element) list;
    } open;
    bool stopped, failed;
};

struct name {
    const char *qname, *local;
};

static bool done(const struct xml_reader *r)
{
    return r->failed || r->stopped;
}

static void halt(struct xml_reader *r)
{
    XML_StopParser(r->parser, XML_FALSE);
}

static uint32_t line_now(const struct xml_reader *r)
{
    return (uint32_t)XML_GetCurrentLineNumber(r->parser);
}

static uint32_t column_now(const struct xml_reader *r)
{
    return (uint32_t)XML_GetCurrentColumnNumber(r->parser) + 1;
}

static void fail(struct xml_reader *r, const char *what, const char *expected)
{
    if (!done(r))
        diag_error(r->diag, r->file, line_now(r), column_now(r), what, expected);
    r->failed = true;
    halt(r);
}

static const struct name *name_of(struct xml_reader *r, const char *qname)
{
    struct name *n = map_get(&r->known, sv_str(qname));
    if (n)
        return n;
    n = arena_new(&r->names, struct name);
    n->qname = arena_sv(&r->names, sv_str(qname)).at;
    const char *colon = strchr(n->qname, ':');
    n->local = colon ? colon + 1 : n->qname;
    map_set(&r->known, sv_str(n->qname), n);
    return n;
}

static void on_open(void *data, const XML_Char *qname, const XML_Char **attributes)
{
    struct xml_reader *r = data;
    if (done(r))
        return;
    const struct name *n = name_of(r, qname);
    struct xml_tag tag = {n->local, n->qname, line_now(r), column_now(r), attributes, r};
    if (r->open.list.len >= r->depth_max) {
        fail(r, "elements nest too deep", arena_printf(r->diag->arena, "at most %zu levels", r->depth_max));
        return;
    }
    *vec_push(&r->names, &r->open.list) = (struct open_element){n->qname, n->local, tag.line};
    r->calls->open(r->context, &tag);
}

static void on_close(void *data, const XML_Char *qname CM_UNUSED)
{
    struct xml_reader *r = data;
    if (done(r))
        return;
    const struct open_element *e = &r->open.list.at[--r->open.list.len];
    r->calls->close(r->context, e->name);
}

static void on_text(void *data, const XML_Char *text, int len)
{
    struct xml_reader *r = data;
    if (!done(r) && r->calls->text)
        r->calls->text(r->context, sv_from(text, (size_t)len));
}

static void refuse_entities(struct xml_reader *r)
{
    fail(r, "an entity is declared or used", "only &lt; &gt; &amp; &quot; &apos; and numbers");
}

static void on_entity(void *data, const XML_Char *name, int parameter, const XML_Char *value, int len,
                      const XML_Char *base CM_UNUSED, const XML_Char *system, const XML_Char *public CM_UNUSED,
                      const XML_Char *notation CM_UNUSED)
{
    struct xml_reader *r = data;
    struct xml_entity e = {.name = name, .parameter = parameter != 0, .system = system};
    if (done(r))
        return;
    if (!r->calls->reference) {
        refuse_entities(r);
        return;
    }
    if (value)
        e.value = sv_from(value, (size_t)len);
    if (r->calls->entity)
        r->calls->entity(r->context, &e);
}

/* Every reference comes here, for internal entities too: on_other() keeps expat from replacing them. */
static void on_reference(void *data, const XML_Char *name, int parameter)
{
    struct xml_reader *r = data;
    if (done(r) || parameter)
        return;
    if (r->calls->reference)
        r->calls->reference(r->context, name);
    else
        refuse_entities(r);
}

/* Comments, and what has no handler. That there is this one keeps internal entities unreplaced. */
static void on_other(void *data CM_UNUSED, const XML_Char *text CM_UNUSED, int len CM_UNUSED)
{
}

/* An external part of the document type counts as read and empty, so that declarations behind it are still seen. */
static int on_external(XML_Parser parser, const XML_Char *context, const XML_Char *base CM_UNUSED,
                       const XML_Char *system, const XML_Char *public CM_UNUSED)
{
    struct xml_reader *r = XML_GetUserData(parser);
    if (done(r))
        return 0;
    if (context) /* a general entity: not replaced */
        return 1;
    if (r->calls->wanted)
        r->calls->wanted(r->context, system ? system : "");
    XML_Parser empty = XML_ExternalEntityParserCreate(parser, context, NULL);
    if (!empty)
        BUG("out of memory");
    bool read = XML_Parse(empty, "", 0, XML_TRUE) == XML_STATUS_OK;
    XML_ParserFree(empty);
    return read ? 1 : 0;
}

static void on_doctype(void *data, const XML_Char *name CM_UNUSED, const XML_Char *system,
                       const XML_Char *public CM_UNUSED, int subset CM_UNUSED)
{
    struct xml_reader *r = data;
    if (!done(r) && r->calls->doctype)
        r->calls->doctype(r->context, system ? system : "", line_now(r), column_now(r));
}

static void on_element_declared(void *data, const XML_Char *name, XML_Content *model)
{
    struct xml_reader *r = data;
    XML_FreeContentModel(r->parser, model);
    if (!done(r) && r->calls->declaration)
        r->calls->declaration(r->context, name);
}

static void on_attribute_declared(void *data, const XML_Char *element, const XML_Char *name CM_UNUSED,
                                  const XML_Char *type CM_UNUSED, const XML_Char *value CM_UNUSED,
                                  int required CM_UNUSED)
{
    struct xml_reader *r = data;
    if (!done(r) && r->calls->declaration)
        r->calls->declaration(r->context, element);
}

static void on_instruction(void *data, const XML_Char *target, const XML_Char *text)
{
    struct xml_reader *r = data;
    if (!done(r) && r->calls->instruction)
        r->calls->instruction(r->context, target, sv_str(text));
}

static void set_handlers(struct xml_reader *r)
{
    XML_Parser p = r->parser;
    XML_SetUserData(p, r);
    XML_SetElementHandler(p, on_open, on_close);
    XML_SetCharacterDataHandler(p, on_text);
    XML_SetEntityDeclHandler(p, on_entity);
    XML_SetSkippedEntityHandler(p, on_reference);
    XML_SetDefaultHandler(p, on_other);
    XML_SetStartDoctypeDeclHandler(p, on_doctype);
    XML_SetElementDeclHandler(p, on_element_declared);
    XML_SetAttlistDeclHandler(p, on_attribute_declared);
    XML_SetProcessingInstructionHandler(p, on_instruction);
    if (r->calls->reference) {
        XML_SetParamEntityParsing(p, XML_PARAM_ENTITY_PARSING_ALWAYS);
        XML_SetExternalEntityRefHandler(p, on_external);
    }
}

/* expat's words, with what helps to find the place. */
static void tell(struct xml_reader *r)
{
    enum XML_Error code = XML_GetErrorCode(r->parser);
    struct arena *a = r->diag->arena;
    const char *what = arena_printf(a, "this is not well-formed XML: %s", XML_ErrorString(code)), *expected = NULL;
    const struct open_element *e = r->open.list.len ? &r->open.list.at[r->open.list.len - 1] : NULL;
    if (code == XML_ERROR_UNKNOWN_ENCODING)
        expected = "UTF-8, UTF-16, ISO-8859-1 or US-ASCII";
    else if (code == XML_ERROR_UNDEFINED_ENTITY && !r->calls->reference)
        return refuse_entities(r);
    else if (e && (code == XML_ERROR_TAG_MISMATCH || code == XML_ERROR_NO_ELEMENTS))
        expected = arena_printf(a, "</%.*s>, for the element of line %u", SHOWN_NAME, e->qname, e->line);
    fail(r, what, expected);
}

/* expat takes the length as an int. */
static bool parse(struct xml_reader *r, struct sv text)
{
    while (text.len > PIECE) {
        if (XML_Parse(r->parser, text.at, PIECE, XML_FALSE) != XML_STATUS_OK)
            return false;
        text = sv_from_byte(text, PIECE);
    }
    return XML_Parse(r->parser, text.at, (int)text.len, XML_TRUE) == XML_STATUS_OK;
}

bool xml_read(struct sv text, const char *file, const struct xml_limits *limits, const struct xml_calls *calls,
              void *context, struct diag *diag)
{
    struct xml_reader r = {.file = file, .calls = calls, .context = context, .diag = diag, .names = ARENA_INIT};
    if (!text.len) {
        diag_error(diag, file, 0, 0, "no XML in this text", "a text that begins with an element");
        return false;
    }
    r.depth_max = limits && limits->depth ? limits->depth : USUAL_DEPTH;
    r.parser = XML_ParserCreate(limits ? limits->encoding : NULL);
    if (!r.parser)
        BUG("out of memory");
    map_init(&r.known, &r.names);
    set_handlers(&r);
    bool well_formed = parse(&r, text);
    if (!well_formed && !done(&r))
        tell(&r);
    XML_ParserFree(r.parser);
    arena_release(&r.names);
    return well_formed && !done(&r);
}

bool xml_attribute(const struct xml_tag *tag, const char *name, struct sv *out_value)
{
    for (const char **a = tag->attributes; *a; a += 2) {
        if (strcmp(a[0], name) == 0) {
            *out_value = sv_str(a[1]);
            return true;
        }
    }
    *out_value = SV_NONE;
    return false;
}

void xml_stop(const struct xml_tag *tag)
{
    tag->reader->stopped = true;
    halt(tag->reader);
}
