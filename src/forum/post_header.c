#include "forum/post_header.h"

bool header_is(struct sv name, const char *wanted)
{
    return sv_same_word(name, sv_str(wanted));
}

bool header_starts(struct sv name, const char *prefix)
{
    return sv_starts_word(name, sv_str(prefix));
}

/* Bytes of the line at the beginning, with its end. */
static size_t line_length(struct sv text)
{
    const char *end = text.len ? memchr(text.at, '\n', text.len) : NULL;
    return end ? (size_t)(end - text.at) + 1 : text.len;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* A line and those that continue it. */
static struct sv take_lines(struct sv *rest)
{
    size_t len = line_length(*rest);
    while (len < rest->len && is_blank(rest->at[len]))
        len += line_length(sv_from_byte(*rest, len));
    struct sv lines = sv_from(rest->at, len);
    *rest = sv_from_byte(*rest, len);
    return lines;
}

static bool is_name(struct sv name)
{
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.at[i] <= ' ' || (unsigned char)name.at[i] >= 0x7F)
            return false;
    return name.len > 0;
}

bool header_next(struct sv *rest, struct header_field *out)
{
    while (rest->len) {
        struct sv lines = take_lines(rest);
        ptrdiff_t colon = sv_find_char(lines, ':');
        struct sv name = sv_trim(sv_from(lines.at, colon < 0 ? 0 : (size_t)colon));
        if (is_blank(lines.at[0]) || !is_name(name))
            continue;
        out->name = name;
        out->rest = sv_from_byte(lines, (size_t)colon + 1);
        out->value = sv_trim(out->rest);
        out->whole = lines;
        return true;
    }
    return false;
}

void header_add(struct str *out, struct sv lines)
{
    str_add(out, lines);
    if (!sv_ends(lines, SV("\n")))
        str_add_str(out, "\r\n");
}

bool header_tag(struct arena *a, struct sv value, const char *tag, struct sv *out)
{
    struct sv part;
    while (sv_split(&value, ';', &part)) {
        ptrdiff_t equals = sv_find_char(part, '=');
        if (equals < 0 || !sv_eq_str(sv_trim(sv_from(part.at, (size_t)equals)), tag))
            continue;
        struct str text = STR_INIT;
        for (size_t i = (size_t)equals + 1; i < part.len; i++)
            if (!is_blank(part.at[i]) && part.at[i] != '\r' && part.at[i] != '\n')
                str_add_char(&text, part.at[i]);
        *out = arena_sv(a, str_sv(&text));
        str_release(&text);
        return true;
    }
    return false;
}
