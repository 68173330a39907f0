/* The check of a XEP file: reading, positions, and what to hold against it.
 *
 * A file is a document of the XSF, or a proposal to it, unless it carries a legal notice of its own
 * (a literal <legal>, where the XSF has &LEGALNOTICE;) and a number that is neither four digits nor
 * "xxxx". Such a file is an edition of a group's own: the document type binds it, the XSF's rules
 * about number, status, approver, stylesheet and notice do not.
 *
 * The file is untrusted: nothing it names is loaded, entities are not replaced, size and depth are
 * limited. */
#include "document/lint.h"

#include "base/utf8.h"
#include "document/document.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

enum { COLUMN_SCAN_MAX = 64 * 1024 };

static void place(const struct lint *l, size_t offset, uint32_t *out_line, uint32_t *out_column)
{
    size_t lo = 0, hi = l->lines.list.len;
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (l->lines.list.at[mid] <= offset)
            lo = mid;
        else
            hi = mid;
    }
    size_t start = l->lines.list.at[lo];
    *out_line = (uint32_t)lo + 1;
    *out_column = 0;
    if (offset >= start && offset - start <= COLUMN_SCAN_MAX)
        *out_column = (uint32_t)utf8_count(sv_from(l->text.at + start, offset - start)) + 1;
}

static void place_node(const struct lint *l, const xmlNode *n, uint32_t *out_line,
                       uint32_t *out_column)
{
    *out_line = *out_column = 0;
    while (n && n->type != XML_ELEMENT_NODE)
        n = n->parent;
    if (!n)
        return;
    /* psvi holds the number of the element in the document, from 1: number_elements() */
    size_t index = (size_t)(uintptr_t)n->psvi;
    if (index > 0 && index <= l->tags.list.len)
        place(l, l->tags.list.at[index - 1], out_line, out_column);
    else
        *out_line = (uint32_t)xmlGetLineNo(n);
}

void lint_error(struct lint *l, const xmlNode *at, const char *what, const char *expected)
{
    uint32_t line, column;
    place_node(l, at, &line, &column);
    diag_error(l->diag, l->path, line, column, what, expected);
}

void lint_warning(struct lint *l, const xmlNode *at, const char *what, const char *expected)
{
    uint32_t line, column;
    place_node(l, at, &line, &column);
    diag_warning(l->diag, l->path, line, column, what, expected);
}

void lint_error_offset(struct lint *l, size_t offset, const char *what, const char *expected)
{
    uint32_t line, column;
    place(l, offset, &line, &column);
    diag_error(l->diag, l->path, line, column, what, expected);
}

struct sv lint_name(const xmlNode *n)
{
    return sv_str((const char *)n->name);
}

static void add_text(struct str *s, const xmlNode *n)
{
    for (n = n->children; n; n = n->next)
        if (n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE)
            str_add_str(s, (const char *)n->content);
        else if (n->type == XML_ELEMENT_NODE) /* no deeper than the reader allows: 256 */
            add_text(s, n);
}

struct sv lint_text(struct lint *l, const xmlNode *n)
{
    struct str s = STR_INIT;
    if (n)
        add_text(&s, n);
    struct sv text = sv_trim(arena_sv(l->arena, str_sv(&s)));
    str_release(&s);
    return text;
}

static const xmlNode *find(const xmlNode *n, const char *name)
{
    for (; n; n = n->next)
        if (n->type == XML_ELEMENT_NODE && strcmp((const char *)n->name, name) == 0)
            return n;
    return NULL;
}

const xmlNode *lint_child(const xmlNode *parent, const char *name)
{
    return parent ? find(parent->children, name) : NULL;
}

const xmlNode *lint_sibling(const xmlNode *n)
{
    return find(n->next, (const char *)n->name);
}

struct sv lint_attribute(struct lint *l, const xmlNode *n, const char *name)
{
    for (const xmlAttr *a = n->properties; a; a = a->next) {
        if (strcmp((const char *)a->name, name) != 0)
            continue;
        struct str s = STR_INIT;
        add_text(&s, (const xmlNode *)(const void *)a);
        struct sv text = arena_sv(l->arena, str_sv(&s));
        str_release(&s);
        return text;
    }
    return SV_NONE;
}

/* Entities */

static bool digits_after(struct sv name, const char *prefix, size_t min, size_t max)
{
    if (!sv_starts(name, sv_str(prefix)))
        return false;
    struct sv rest = sv_from_byte(name, strlen(prefix));
    for (size_t i = 0; i < rest.len; i++)
        if (rest.at[i] < '0' || rest.at[i] > '9')
            return false;
    return rest.len >= min && rest.len <= max;
}

static bool listed(struct sv name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (sv_eq_str(name, names[i]))
            return true;
    return false;
}

enum lint_entity lint_entity_kind(const struct lint *l, const xmlNode *reference)
{
    static const char *const texts[] = {
        "amp",     "lt",        "gt",        "quot",       "apos",        "nbsp",
        "copy",    "reg",       "tm",        "sect",       "mdash",       "BAREJID",
        "FULLJID", "LOCALBARE", "LOCALFULL", "DOMAINBARE", "DOMAINFULL",  "X",
        "MESSAGE", "PRESENCE",  "IQ",        "SUBJECT",    "THREAD",      "BODY",
        "SHOW",    "STATUS",    "PRIORITY",  "QUERY",      "UNAVAILABLE", "ERROR"};
    static const char *const inlines[] = {"BOARD",   "BYLAWS", "COUNCIL",   "EDITOR", "XSF",
                                          "XSFIETF", "XSFIPR", "REGISTRAR", "SSIG",   "XMPPWG",
                                          "IANA",    "IETF",   "ISO",       "ITU",    "OASIS",
                                          "W3C",     "OMA",    "GPL",       "LGPL"};
    struct sv name = lint_name(reference);
    if (l->doc->intSubset && xmlHashLookup(l->doc->intSubset->entities, reference->name))
        return LINT_ENTITY_OWN;
    if (listed(name, texts, ARRAY_LEN(texts)))
        return LINT_ENTITY_TEXT;
    if (sv_eq_str(name, "LEGALNOTICE") || sv_eq_str(name, "PUBLICDOMAINNOTICE"))
        return LINT_ENTITY_LEGAL;
    if (listed(name, inlines, ARRAY_LEN(inlines)) || digits_after(name, "xep", 4, 4) ||
        digits_after(name, "rfc", 1, 5))
        return LINT_ENTITY_INLINE;
    const char *parent = reference->parent ? (const char *)reference->parent->name : "";
    return strcmp(parent, "header") == 0 ? LINT_ENTITY_AUTHOR : LINT_ENTITY_UNKNOWN;
}

/* Reading */

static void find_lines(struct lint *l)
{
    *vec_push(l->arena, &l->lines.list) = 0;
    for (size_t i = 0; i < l->text.len; i++)
        if (l->text.at[i] == '\n')
            *vec_push(l->arena, &l->lines.list) = i + 1;
}

static bool starts_at(struct sv text, size_t at, const char *what)
{
    size_t len = strlen(what);
    return text.len - at >= len && memcmp(text.at + at, what, len) == 0;
}

/* Offset behind the next `end`, or the length of the text. */
static size_t behind(struct sv text, size_t at, const char *end)
{
    ptrdiff_t found = sv_find(sv_from_byte(text, at), sv_str(end));
    return found < 0 ? text.len : at + (size_t)found + strlen(end);
}

/* Behind a document type with its internal subset. */
static size_t behind_doctype(struct sv text, size_t at)
{
    bool subset = false;
    while (at < text.len) {
        char c = text.at[at];
        if (c == '"' || c == '\'')
            at = behind(text, at + 1, c == '"' ? "\"" : "'");
        else if (starts_at(text, at, "<!--"))
            at = behind(text, at + 4, "-->");
        else if (starts_at(text, at, "<?"))
            at = behind(text, at, "?>");
        else if (c == '>' && !subset)
            return at + 1;
        else {
            subset = c == '[' || (subset && c != ']');
            at++;
        }
    }
    return at;
}

static size_t behind_tag(struct sv text, size_t at)
{
    while (at < text.len && text.at[at] != '>') {
        char c = text.at[at];
        at = c == '"' || c == '\'' ? behind(text, at + 1, c == '"' ? "\"" : "'") : at + 1;
    }
    return at < text.len ? at + 1 : at;
}

/* Start tags of well-formed text, in order: the reader keeps the line of a tag's end only. */
static void find_tags(struct lint *l)
{
    struct sv text = l->text;
    for (size_t at = 0; at < text.len;) {
        const char *open = memchr(text.at + at, '<', text.len - at);
        if (!open)
            return;
        at = (size_t)(open - text.at);
        if (starts_at(text, at, "<!--"))
            at = behind(text, at + 4, "-->");
        else if (starts_at(text, at, "<![CDATA["))
            at = behind(text, at, "]]>");
        else if (starts_at(text, at, "<?"))
            at = behind(text, at, "?>");
        else if (starts_at(text, at, "<!DOCTYPE"))
            at = behind_doctype(text, at + 9);
        else {
            if (!starts_at(text, at, "</"))
                *vec_push(l->arena, &l->tags.list) = at;
            at = behind_tag(text, at);
        }
    }
}

/* The next node in document order; entity references are not entered. */
static xmlNode *next_node(xmlNode *n)
{
    if (n->type == XML_ELEMENT_NODE && n->children)
        return n->children;
    while (n && !n->next)
        n = n->parent && n->parent->type == XML_ELEMENT_NODE ? n->parent : NULL;
    return n ? n->next : NULL;
}

static void number_elements(struct lint *l)
{
    size_t count = 0;
    xmlNode *root = xmlDocGetRootElement(l->doc);
    for (xmlNode *n = root; n; n = next_node(n))
        if (n->type == XML_ELEMENT_NODE)
            n->psvi = (void *)(uintptr_t)++count;
    if (count != l->tags.list.len) /* markup in own entities, for instance: lines of the reader are
                                      good enough then */
        l->tags.list.len = 0;
}

/* The reader's own faults: well-formedness. */
static void take_fault(void *context, xmlErrorPtr e)
{
    struct lint *l = ((xmlParserCtxtPtr)context)->_private;
    /* undeclared entities may be those of the entity set, which is not loaded: check_reference()
     * judges them */
    if (!l || !e || e->level < XML_ERR_ERROR || e->code == XML_WAR_UNDECLARED_ENTITY)
        return;
    struct sv message = sv_trim(sv_str(e->message));
    if (!utf8_valid(message, NULL))
        message = SV("the text is not well-formed");
    diag_error(l->diag, l->path, e->line > 0 ? (uint32_t)e->line : 0,
               e->int2 > 0 ? (uint32_t)e->int2 : 0,
               arena_printf(l->arena, "not well-formed XML: %.*s", SV_ARG(message)), NULL);
}

static bool read_document(struct lint *l)
{
    size_t before = l->diag->errors;
    xmlParserCtxtPtr reader = xmlNewParserCtxt();
    if (!reader)
        BUG("out of memory");
    reader->_private = l;
    reader->sax->serror = take_fault;
    /* no XML_PARSE_NOENT, _DTDLOAD, _DTDVALID, _HUGE: nothing is loaded or replaced, depth stops at
     * 256 */
    l->doc = xmlCtxtReadMemory(reader, l->text.at, (int)l->text.len, NULL, "UTF-8",
                               XML_PARSE_NONET | XML_PARSE_NOWARNING | XML_PARSE_NOERROR |
                                   XML_PARSE_BIG_LINES);
    if (l->doc && !reader->wellFormed) {
        xmlFreeDoc(l->doc);
        l->doc = NULL;
    }
    xmlFreeParserCtxt(reader);
    if (!l->doc && l->diag->errors == before)
        diag_error(l->diag, l->path, 1, 0, "not well-formed XML", NULL);
    return l->doc != NULL;
}

/* What the internal subset may take in: the XSF's entity set and nothing else from outside. */
static void check_subset(struct lint *l)
{
    if (!l->doc->intSubset) {
        lint_error_offset(l, 0, "the file has no document type",
                          "<!DOCTYPE xep SYSTEM 'xep.dtd' ...>");
        return;
    }
    struct sv system = sv_str((const char *)l->doc->intSubset->SystemID);
    ptrdiff_t at = sv_find(l->text, SV("<!DOCTYPE"));
    size_t offset = at > 0 ? (size_t)at : 0;
    if (!sv_eq_str(system, "xep.dtd"))
        lint_error_offset(l, offset,
                          arena_printf(l->arena, "the document type is \"%.*s\"", SV_ARG(system)),
                          "SYSTEM 'xep.dtd'");
    for (const xmlNode *n = l->doc->intSubset->children; n; n = n->next) {
        if (n->type == XML_ELEMENT_DECL || n->type == XML_ATTRIBUTE_DECL) {
            lint_error_offset(
                l, offset,
                arena_printf(l->arena, "the internal subset declares <%s>", (const char *)n->name),
                "entities only");
            continue;
        }
        if (n->type != XML_ENTITY_DECL)
            continue;
        const xmlEntity *e = (const xmlEntity *)(const void *)n;
        struct sv source = sv_str((const char *)e->SystemID);
        if (e->etype == XML_EXTERNAL_PARAMETER_ENTITY && sv_eq_str(source, "xep.ent"))
            l->entity_set =
                sv_find(l->text, sv_str(arena_printf(l->arena, "%%%s;", (const char *)e->name))) >=
                0;
        else if (e->etype != XML_INTERNAL_GENERAL_ENTITY &&
                 e->etype != XML_INTERNAL_PARAMETER_ENTITY)
            lint_error_offset(l, offset,
                              arena_printf(l->arena, "the entity %s would load \"%.*s\"",
                                           (const char *)e->name, SV_ARG(source)),
                              "no file but xep.ent");
    }
}

static bool four_digits(struct sv text)
{
    return text.len == 4 && digits_after(text, "", 4, 4);
}

static bool is_submission(struct lint *l)
{
    const xmlNode *header = lint_child(xmlDocGetRootElement(l->doc), "header");
    struct sv number = lint_text(l, lint_child(header, "number"));
    if (!lint_child(header, "legal"))
        return true;
    return four_digits(number) || sv_eq_str(number, "xxxx") || sv_eq_str(number, "XXXX");
}

void document_lint(struct arena *a, const char *path, struct sv text, struct diag *diag)
{
    struct lint l = {.arena = a, .diag = diag, .path = path, .text = text};
    size_t bad;
    if (text.len > LINT_BYTES_MAX) {
        diag_error(diag, path, 0, 0, arena_printf(a, "the file has %zu bytes", text.len),
                   arena_printf(a, "at most %d", LINT_BYTES_MAX));
        return;
    }
    find_lines(&l);
    if (!utf8_valid(text, &bad)) {
        diag_error(diag, path, (uint32_t)0, 0, arena_printf(a, "not UTF-8 at byte %zu", bad),
                   "a file in UTF-8");
        return;
    }
    if (memchr(text.at, 0, text.len)) {
        diag_error(diag, path, 0, 0, "the file has a NUL byte", "text");
        return;
    }
    if (read_document(&l)) {
        find_tags(&l);
        number_elements(&l);
        check_subset(&l);
        l.submission = is_submission(&l);
        lint_structure(&l);
        lint_rules(&l);
        lint_advice(&l);
        xmlFreeDoc(l.doc);
    }
    diag_sort(diag);
}
