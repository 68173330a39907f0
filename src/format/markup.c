/* The markup writer. Text is copied in runs up to the next byte that needs care. */
#define _GNU_SOURCE /* memrchr */
#include "format/markup.h"

#include "base/utf8.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define REPLACEMENT "\xEF\xBF\xBD"

enum where { IN_TEXT, IN_ATTRIBUTE, IN_COMMENT };

void markup_init(struct markup *m, struct str *out, enum markup_syntax syntax)
{
    memset(m, 0, sizeof(*m));
    m->out = out;
    m->syntax = syntax;
}

static bool name_char(char c, bool first)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_')
        return true;
    return !first && ((c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':');
}

static void check_name(const char *name)
{
    for (size_t i = 0; name[i] || i == 0; i++)
        if (!name_char(name[i], i == 0))
            BUG("markup: bad name '%s'", name);
}

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static bool is_void(const char *name)
{
    static const char *const names[] = {"area",  "base", "br",   "col",   "embed",  "hr",    "img",
                                        "input", "link", "meta", "param", "source", "track", "wbr"};
    return is_one_of(name, names, ARRAY_LEN(names));
}

static bool is_raw_text(const char *name)
{
    static const char *const names[] = {"style", "script"};
    return is_one_of(name, names, ARRAY_LEN(names));
}

/* Elements whose first line end the HTML parser drops */
static bool drops_newline(const char *name)
{
    static const char *const names[] = {"pre", "textarea"};
    return is_one_of(name, names, ARRAY_LEN(names));
}

/* Is the innermost open element written as XML, because the document is or because an svg surrounds
 * it? */
static bool as_xml(const struct markup *m)
{
    return m->syntax == MARKUP_XML || m->foreign;
}

static bool is_foreign(const char *name)
{
    static const char *const names[] = {"svg", "math"};
    return is_one_of(name, names, ARRAY_LEN(names));
}

/* Ends the start tag because content follows. */
static void begin_content(struct markup *m)
{
    if (m->raw_text)
        BUG("markup: <%s> holds raw text only", m->open[m->depth - 1]);
    if (!m->in_tag)
        return;
    const char *name = m->open[m->depth - 1];
    if (!as_xml(m) && is_void(name))
        BUG("markup: content in the void element <%s>", name);
    str_add_char(m->out, '>');
    m->in_tag = false;
}

/* 0 for bytes that are copied as they stand */
static bool plain_byte(unsigned char c)
{
    static const bool special[256] = {
        [0x00 ... 0x1F] = true, ['&'] = true, ['<'] = true,           ['>'] = true,
        ['"'] = true,           ['-'] = true, [0x7F ... 0xFF] = true,
    };
    return !special[c];
}

static void add_literal(struct str *out, const char *text)
{
    str_add_str(out, text);
}

/* An ASCII byte that is not copied blindly */
static void add_special(struct str *out, unsigned char c, enum where where)
{
    bool escape = where != IN_COMMENT;
    bool keep = c == 0x7F || c == '-' || ((c == '\n' || c == '\t') && where != IN_ATTRIBUTE);
    if (c == '&' && escape)
        add_literal(out, "&amp;");
    else if (c == '<' && escape)
        add_literal(out, "&lt;");
    else if (c == '>' && escape)
        add_literal(out, "&gt;");
    else if (c == '"' && where == IN_ATTRIBUTE)
        add_literal(out, "&quot;");
    else if (c == '\n' || c == '\t' || c == '\r')
        if (keep || !escape)
            str_add_char(out, c == '\r' ? '\n' : (char)c);
        else
            str_addf(out, "&#%d;", c);
    else if (c < 0x20)
        add_literal(out, REPLACEMENT);
    else
        str_add_char(out, (char)c);
}

/* Bytes of a sequence above ASCII that XML allows, 0 when it is invalid or forbidden */
static size_t good_sequence(struct sv text, size_t at)
{
    size_t len = utf8_sequence(text, at);
    struct sv one = sv_from(text.at + at, len);
    return sv_eq(one, SV("\xEF\xBF\xBE")) || sv_eq(one, SV("\xEF\xBF\xBF")) ? 0 : len;
}

static void add_escaped(struct str *out, struct sv text, enum where where)
{
    size_t at = 0;
    str_reserve(out, text.len);
    while (at < text.len) {
        size_t start = at;
        while (at < text.len && plain_byte((unsigned char)text.at[at]))
            at++;
        if (at > start)
            str_add(out, sv_from(text.at + start, at - start));
        if (at == text.len)
            break;
        unsigned char c = (unsigned char)text.at[at];
        if (where == IN_COMMENT && c == '-' && out->len && out->data[out->len - 1] == '-')
            str_add_char(out, ' ');
        size_t len = c < 0x80 ? 1 : good_sequence(text, at);
        if (c < 0x80)
            add_special(out, c, where);
        else if (len)
            str_add(out, sv_from(text.at + at, len));
        else
            add_literal(out, REPLACEMENT);
        at += len ? len : 1;
    }
}

void markup_doctype_html(struct markup *m)
{
    add_literal(m->out, "<!DOCTYPE html>\n");
}

void markup_xml_declaration(struct markup *m, const char *doctype)
{
    add_literal(m->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    if (!doctype)
        return;
    add_literal(m->out, doctype);
    str_add_char(m->out, '\n');
}

void markup_instruction(struct markup *m, const char *target, const char *data)
{
    begin_content(m);
    check_name(target);
    if (strstr(data, "?>"))
        BUG("markup: the end mark in an instruction");
    str_addf(m->out, "<?%s %s?>\n", target, data);
}

void markup_comment(struct markup *m, struct sv text)
{
    begin_content(m);
    add_literal(m->out, "<!-- ");
    add_escaped(m->out, text, IN_COMMENT);
    add_literal(m->out, " -->");
}

void markup_entity(struct markup *m, const char *name)
{
    begin_content(m);
    check_name(name);
    str_addf(m->out, "&%s;", name);
}

void markup_open(struct markup *m, const char *name)
{
    if (m->depth)
        begin_content(m);
    check_name(name);
    if (m->depth == MARKUP_DEPTH_MAX)
        BUG("markup: more than %d open elements", MARKUP_DEPTH_MAX);
    bool html = !as_xml(m);
    str_add_char(m->out, '<');
    add_literal(m->out, name);
    m->open[m->depth++] = name;
    if (!m->foreign && is_foreign(name))
        m->foreign = m->depth;
    m->in_tag = true;
    m->raw_text = html && is_raw_text(name);
}

static void add_end_tag(struct str *out, const char *before, const char *name)
{
    add_literal(out, before);
    add_literal(out, name);
    str_add_char(out, '>');
}

static void close_empty(struct markup *m, const char *name)
{
    if (as_xml(m) && (m->syntax == MARKUP_XML || m->depth > 0) && strcmp(name, "svg") != 0)
        add_literal(m->out, "/>");
    else if (m->syntax == MARKUP_HTML && is_void(name))
        str_add_char(m->out, '>');
    else
        add_end_tag(m->out, "></", name);
}

void markup_close(struct markup *m, const char *name)
{
    if (!m->depth || strcmp(m->open[m->depth - 1], name) != 0)
        BUG("markup: </%s> closes <%s>", name, m->depth ? m->open[m->depth - 1] : "nothing");
    if (m->in_tag)
        close_empty(m, name);
    else
        add_end_tag(m->out, "</", name);
    m->in_tag = false;
    m->raw_text = false;
    if (m->foreign == m->depth)
        m->foreign = 0;
    m->depth--;
}

/* Values have < and " escaped, so the last < begins the tag, and name=" in it is an attribute. */
static void refuse_second(const struct markup *m, const char *name)
{
    const char *tag = memrchr(m->out->data, '<', m->out->len);
    size_t len = strlen(name);
    for (const char *at = tag; at && (at = strstr(at, name)) != NULL; at += len)
        if (at[-1] == ' ' && at[len] == '=' && at[len + 1] == '"')
            BUG("markup: the attribute %s twice", name);
}

void markup_attr(struct markup *m, const char *name, struct sv value)
{
    if (!m->in_tag)
        BUG("markup: the attribute %s after content", name);
    check_name(name);
    refuse_second(m, name);
    str_add_char(m->out, ' ');
    add_literal(m->out, name);
    add_literal(m->out, "=\"");
    add_escaped(m->out, value, IN_ATTRIBUTE);
    str_add_char(m->out, '"');
}

void markup_attr_str(struct markup *m, const char *name, const char *value)
{
    markup_attr(m, name, sv_str(value));
}

void markup_attrf(struct markup *m, const char *name, const char *format, ...)
{
    struct str text = STR_INIT;
    va_list args;
    va_start(args, format);
    str_addv(&text, format, args);
    va_end(args);
    markup_attr(m, name, str_sv(&text));
    str_release(&text);
}

void markup_attr_number(struct markup *m, const char *name, double value)
{
    char text[400];
    if (!isfinite(value))
        BUG("markup: the attribute %s is no number", name);
    int len = snprintf(text, sizeof(text), "%.2f", value);
    while (len > 0 && text[len - 1] == '0')
        len--;
    if (len > 0 && (text[len - 1] < '0' || text[len - 1] > '9'))
        len--;
    for (int i = 0; i < len; i++)
        if (text[i] == ',')
            text[i] = '.';
    struct sv number = sv_from(text, (size_t)len);
    markup_attr(m, name, sv_eq(number, SV("-0")) ? SV("0") : number);
}

static bool scheme_is(struct sv scheme, const char *name)
{
    return scheme.len == strlen(name) && strncasecmp(scheme.at, name, scheme.len) == 0;
}

/* Browsers drop blanks and controls and read \ as /, so addresses with them are refused as a whole.
 */
static bool safe_url(struct sv url)
{
    size_t colon = url.len;
    for (size_t i = 0; i < url.len; i++) {
        unsigned char c = (unsigned char)url.at[i];
        if (c <= 0x20 || c == 0x7F || c == '\\')
            return false;
        if (c == '/' || c == '?' || c == '#')
            colon = colon == url.len ? url.len + 1 : colon;
        else if (c == ':' && colon == url.len)
            colon = i;
    }
    if (colon >= url.len)
        return !sv_starts(url, SV("//"));
    struct sv scheme = sv_from(url.at, colon), rest = sv_from_byte(url, colon + 1);
    if (scheme_is(scheme, "data"))
        return sv_starts(rest, SV("image/"));
    return scheme_is(scheme, "http") || scheme_is(scheme, "https") || scheme_is(scheme, "mailto") ||
           scheme_is(scheme, "xmpp");
}

void markup_attr_url(struct markup *m, const char *name, struct sv url)
{
    markup_attr(m, name, safe_url(url) ? url : SV("#"));
}

void markup_text(struct markup *m, struct sv text)
{
    bool first = m->in_tag;
    if (!text.len)
        return;
    begin_content(m);
    if (first && text.at[0] == '\n' && !as_xml(m) && m->depth &&
        drops_newline(m->open[m->depth - 1]))
        str_add_char(m->out, '\n');
    add_escaped(m->out, text, IN_TEXT);
}

void markup_text_str(struct markup *m, const char *text)
{
    markup_text(m, sv_str(text));
}

void markup_textf(struct markup *m, const char *format, ...)
{
    struct str text = STR_INIT;
    va_list args;
    va_start(args, format);
    str_addv(&text, format, args);
    va_end(args);
    markup_text(m, str_sv(&text));
    str_release(&text);
}

void markup_newline(struct markup *m)
{
    begin_content(m);
    str_add_char(m->out, '\n');
}

void markup_element(struct markup *m, const char *name, struct sv text)
{
    markup_open(m, name);
    markup_text(m, text);
    markup_close(m, name);
}

void markup_element_class(struct markup *m, const char *name, const char *class_name,
                          struct sv text)
{
    markup_open(m, name);
    markup_attr_str(m, "class", class_name);
    markup_text(m, text);
    markup_close(m, name);
}

void markup_raw_text(struct markup *m, struct sv text)
{
    if (!m->depth || !is_raw_text(m->open[m->depth - 1]))
        BUG("markup: raw text outside style and script");
    if (sv_find(text, SV("</")) >= 0 || sv_find(text, SV("<!--")) >= 0)
        BUG("markup: an end tag in raw text");
    if (!m->raw_text) { /* XML and svg have no raw text: there it is text as any other */
        markup_text(m, text);
        return;
    }
    if (m->in_tag)
        str_add_char(m->out, '>');
    m->in_tag = false;
    str_add(m->out, text);
}

void markup_fragment(struct markup *m, struct sv balanced)
{
    begin_content(m);
    str_add(m->out, balanced);
}

void markup_finish(struct markup *m)
{
    if (m->depth)
        BUG("markup: <%s> is not closed", m->open[m->depth - 1]);
}
