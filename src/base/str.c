#include "base/str.h"

#include "base/format.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void str_release(struct str *s)
{
    free(s->data);
    *s = (struct str)STR_INIT;
}

void str_clear(struct str *s)
{
    s->len = 0;
    if (s->data)
        s->data[0] = '\0';
}

void str_reserve(struct str *s, size_t extra)
{
    if (extra > SIZE_MAX / 2 - s->len)
        BUG("buffer of more than %zu bytes", SIZE_MAX / 2);
    size_t need = s->len + extra + 1;
    if (need <= s->cap)
        return;
    size_t cap = s->cap ? s->cap : 64;
    while (cap < need)
        cap *= 2;
    s->data = base_realloc(s->data, cap);
    s->cap = cap;
    s->data[s->len] = '\0';
}

void str_add(struct str *s, struct sv text)
{
    str_reserve(s, text.len);
    if (text.len)
        memcpy(s->data + s->len, text.at, text.len);
    s->len += text.len;
    s->data[s->len] = '\0';
}

void str_add_str(struct str *s, const char *text)
{
    str_add(s, sv_str(text));
}

void str_grow_char(struct str *s, char c)
{
    str_reserve(s, 1);
    s->data[s->len++] = c;
    s->data[s->len] = '\0';
}

void str_add_repeat(struct str *s, char c, size_t count)
{
    str_reserve(s, count);
    memset(s->data + s->len, c, count);
    s->len += count;
    s->data[s->len] = '\0';
}

void str_add_utf8(struct str *s, uint32_t c)
{
    if (c < 0x80) {
        str_add_char(s, (char)c);
    } else if (c < 0x800) {
        str_add_char(s, (char)(0xC0 | c >> 6));
        str_add_char(s, (char)(0x80 | (c & 0x3F)));
    } else if (c < 0x10000) {
        str_add_char(s, (char)(0xE0 | c >> 12));
        str_add_char(s, (char)(0x80 | (c >> 6 & 0x3F)));
        str_add_char(s, (char)(0x80 | (c & 0x3F)));
    } else {
        str_add_char(s, (char)(0xF0 | c >> 18));
        str_add_char(s, (char)(0x80 | (c >> 12 & 0x3F)));
        str_add_char(s, (char)(0x80 | (c >> 6 & 0x3F)));
        str_add_char(s, (char)(0x80 | (c & 0x3F)));
    }
}

void str_addv(struct str *s, const char *format, va_list args)
{
    va_list again;
    size_t room = s->cap - s->len; /* without memory both are 0 */
    va_copy(again, args);
    size_t len = base_format(s->data ? s->data + s->len : NULL, room, format, args);
    if (len >= room) {
        str_reserve(s, len);
        base_format(s->data + s->len, len + 1, format, again);
    }
    va_end(again);
    s->len += len;
}

void str_addf(struct str *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    str_addv(s, format, args);
    va_end(args);
}

void str_cut(struct str *s, size_t len)
{
    if (len >= s->len)
        return;
    s->len = len;
    s->data[len] = '\0';
}
