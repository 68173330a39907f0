/* A growable byte buffer, always NUL-terminated. The one buffer type of the program.
 * `struct str s = STR_INIT; ... str_release(&s);` */
#ifndef CASEMATE_BASE_STR_H
#define CASEMATE_BASE_STR_H

#include "base/base.h"
#include "base/sv.h"

#include <stdarg.h>

struct str {
    char *data; /* NULL until something is added; use str_sv() or str_cstr() to read */
    size_t len, cap;
};

#define STR_INIT {NULL, 0, 0}

void str_release(struct str *s);
void str_clear(struct str *s); /* empties, keeps the memory */
void str_reserve(struct str *s, size_t extra);
void str_add(struct str *s, struct sv text);
void str_add_str(struct str *s, const char *text);
void str_add_repeat(struct str *s, char c, size_t count);
void str_add_utf8(struct str *s, uint32_t code_point); /* must be a scalar value */
void str_addf(struct str *s, const char *format, ...) CM_PRINTF(2, 3);
void str_addv(struct str *s, const char *format, va_list args) CM_PRINTF(2, 0);
void str_grow_char(struct str *s, char c); /* str_add_char() when there may be no room */
void str_cut(struct str *s, size_t len); /* shortens to len; no effect when shorter */

static inline void str_add_char(struct str *s, char c)
{
    if (s->len + 1 >= s->cap) {
        str_grow_char(s, c);
        return;
    }
    s->data[s->len++] = c;
    s->data[s->len] = '\0';
}

static inline struct sv str_sv(const struct str *s)
{
    return sv_from(s->data, s->len);
}

static inline const char *str_cstr(const struct str *s)
{
    return s->data ? s->data : "";
}

#endif
