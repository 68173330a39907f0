#define _GNU_SOURCE /* memmem */
#include "base/sv.h"

int sv_cmp(struct sv a, struct sv b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter ? memcmp(a.at, b.at, shorter) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct sv sv_trim(struct sv text)
{
    while (text.len && is_blank(text.at[0]))
        text = sv_from_byte(text, 1);
    while (text.len && is_blank(text.at[text.len - 1]))
        text.len--;
    return text;
}

struct sv sv_first_sentence(struct sv text)
{
    text = sv_trim(text);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i], next = i + 1 < text.len ? text.at[i + 1] : '\n';
        if ((c == '.' || c == '?' || c == '!') && is_blank(next))
            return sv_from(text.at, i + 1);
        if (c == '\n' && next == '\n')
            return sv_trim(sv_from(text.at, i));
    }
    return text;
}

bool sv_next_line(struct sv *rest, struct sv *out_line)
{
    if (!rest->len)
        return false;
    ptrdiff_t end = sv_find_char(*rest, '\n');
    size_t len = end < 0 ? rest->len : (size_t)end;
    *out_line = sv_from(rest->at, len);
    *rest = sv_from_byte(*rest, end < 0 ? len : len + 1);
    return true;
}

bool sv_split(struct sv *rest, char separator, struct sv *out_part)
{
    if (!rest->at)
        return false;
    ptrdiff_t end = sv_find_char(*rest, separator);
    if (end < 0) {
        *out_part = *rest;
        *rest = (struct sv){NULL, 0};
        return true;
    }
    *out_part = sv_from(rest->at, (size_t)end);
    *rest = sv_from_byte(*rest, (size_t)end + 1);
    return true;
}

ptrdiff_t sv_find(struct sv text, struct sv needle)
{
    if (!needle.len)
        return 0;
    const char *found = text.len ? memmem(text.at, text.len, needle.at, needle.len) : NULL;
    return found ? found - text.at : -1;
}

ptrdiff_t sv_find_char(struct sv text, char c)
{
    const char *found = text.len ? memchr(text.at, c, text.len) : NULL;
    return found ? found - text.at : -1;
}

bool sv_to_u64(struct sv text, uint64_t max, uint64_t *out_value)
{
    uint64_t value = 0;
    if (!text.len)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        uint64_t digit = (uint64_t)(text.at[i] - '0');
        if (digit > max || value > (max - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *out_value = value;
    return true;
}
