/* Texts of other tools: their markup off, and plain text into Markdown. */
#include "format/threat_model_parts.h"

#include "base/utf8.h"
#include "format/markdown_text.h"

#include <string.h>

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The length of a tag of HTML at the start, or 0. */
static size_t tag_length(struct sv text)
{
    enum { LONGEST = 500 };
    size_t name = text.len > 1 && text.at[1] == '/' ? 2 : 1;
    if (text.len <= name || !is_letter(text.at[name]))
        return 0;
    for (size_t i = name; i < text.len && i < LONGEST; i++)
        if (text.at[i] == '>')
            return i + 1;
    return 0;
}

static bool is_break(struct sv tag)
{
    static const char *const breaks[] = {"br", "p", "li", "div", "tr", "ul", "ol"};
    size_t from = tag.at[1] == '/' ? 2 : 1, to = from;
    while (to < tag.len && is_letter(tag.at[to]))
        to++;
    for (size_t i = 0; i < ARRAY_LEN(breaks); i++)
        if (sv_same_word(sv_from(tag.at + from, to - from), sv_str(breaks[i])))
            return true;
    return false;
}

/* ReSpec's references at the start: "[=term|shown=]", "[[REF]]", "[[[REF]]]", "[[?REF]]". Adds what is shown; the
 * length, or 0. */
static size_t reference(struct sv text, struct str *out)
{
    enum { LONGEST = 300 };
    bool term = sv_starts(text, SV("[="));
    struct sv end = term ? SV("=]") : SV("]]");
    if (!term && !sv_starts(text, SV("[[")))
        return 0;
    struct sv window = sv_from(text.at, text.len < LONGEST ? text.len : LONGEST);
    ptrdiff_t found = sv_find(sv_from(window.at + 2, window.len - 2), end);
    if (found < 0)
        return 0;
    struct sv inner = sv_from(text.at + 2, (size_t)found);
    size_t used = inner.len + 4;
    while (inner.len && strchr("[?!#", inner.at[0]))
        inner = sv_from(inner.at + 1, inner.len - 1);
    if (!term && used < text.len && text.at[used] == ']')
        used++;
    ptrdiff_t bar = term ? sv_find_char(inner, '|') : -1;
    str_add(out, bar < 0 ? inner : sv_from(inner.at + bar + 1, inner.len - (size_t)bar - 1));
    return used;
}

static size_t entity(struct sv text, struct str *out)
{
    enum { LONGEST = 12 };
    for (size_t i = 1; i < text.len && i < LONGEST; i++) {
        if (text.at[i] == ';') {
            markdown_entity(out, sv_from(text.at, i + 1));
            return i + 1;
        }
        if (!is_letter(text.at[i]) && !is_digit(text.at[i]) && text.at[i] != '#')
            return 0;
    }
    return 0;
}

static void add_without_markup(struct sv text, struct str *out)
{
    for (size_t i = 0; i < text.len;) {
        struct sv rest = sv_from(text.at + i, text.len - i);
        size_t used = 0;
        if (*rest.at == '<' && (used = tag_length(rest)))
            str_add(out, is_break(sv_from(rest.at, used)) ? SV("\n") : SV(""));
        else if (*rest.at == '[')
            used = reference(rest, out);
        else if (*rest.at == '&')
            used = entity(rest, out);
        if (!used) {
            str_add_char(out, *rest.at);
            used = 1;
        }
        i += used;
    }
}

/* Controls are blanks; lines are trimmed; no more than one empty line stands between two. */
static struct sv tidy(struct arena *a, struct sv text)
{
    struct str out = STR_INIT;
    struct sv line;
    bool gap = false;
    while (sv_next_line(&text, &line)) {
        line = sv_trim(line);
        gap = gap || !line.len;
        if (!line.len)
            continue;
        if (out.len)
            str_add(&out, gap ? SV("\n\n") : SV("\n"));
        gap = false;
        for (size_t i = 0; i < line.len; i++)
            str_add_char(&out, (unsigned char)line.at[i] < ' ' || line.at[i] == 0x7F ? ' ' : line.at[i]);
    }
    struct sv tidied = arena_sv(a, str_sv(&out));
    str_release(&out);
    return tidied;
}

struct sv model_plain(struct arena *a, struct sv text)
{
    struct str out = STR_INIT;
    add_without_markup(text, &out);
    struct sv plain = tidy(a, utf8_valid(str_sv(&out), NULL) ? str_sv(&out) : SV_NONE);
    str_release(&out);
    return plain;
}

/* ---- into Markdown ---- */

static bool is_word(char c)
{
    return is_letter(c) || is_digit(c) || (unsigned char)c >= 0x80;
}

static bool means_something(struct sv line, size_t at)
{
    char c = line.at[at];
    if (c == '_')
        return !(at > 0 && at + 1 < line.len && is_word(line.at[at - 1]) && is_word(line.at[at + 1]));
    return strchr("\\`*[]<>|~&", c) != NULL;
}

/* A heading, list, rule or underline at the start of a line; the place of the character that makes it one, or -1. */
static ptrdiff_t line_start(struct sv line)
{
    size_t digits = 0;
    while (digits < line.len && is_digit(line.at[digits]))
        digits++;
    if (digits && digits < line.len && strchr(".)", line.at[digits]))
        return (ptrdiff_t)digits;
    return line.len && strchr("#-+=", line.at[0]) ? 0 : -1;
}

struct sv threat_model_markdown(struct arena *a, struct sv plain, const char *indent)
{
    struct str out = STR_INIT;
    struct sv line;
    while (sv_next_line(&plain, &line)) {
        ptrdiff_t start = line_start(line);
        str_add(&out, line.len ? sv_str(indent) : SV(""));
        for (size_t i = 0; i < line.len; i++) {
            if ((ptrdiff_t)i == start || means_something(line, i))
                str_add_char(&out, '\\');
            str_add_char(&out, line.at[i]);
        }
        str_add_char(&out, '\n');
    }
    struct sv markdown = arena_sv(a, sv_trim(str_sv(&out)));
    str_release(&out);
    return markdown;
}
