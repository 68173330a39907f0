/* String views: borrowed text as pointer and length; need not be NUL-terminated, may contain any byte. */
#ifndef CASEMATE_BASE_SV_H
#define CASEMATE_BASE_SV_H

#include "base/base.h"

#include <string.h>

struct sv {
    const char *at;
    size_t len;
};

#define SV(literal) ((struct sv){(literal), sizeof(literal) - 1})
#define SV_NONE ((struct sv){"", 0})
/* For printf: printf("%.*s", SV_ARG(text)) */
#define SV_ARG(s) ((int)((s).len)), ((s).at)

static inline struct sv sv_from(const char *at, size_t len)
{
    return (struct sv){at ? at : "", len};
}

/* NULL becomes the empty view. */
static inline struct sv sv_str(const char *text)
{
    return text ? (struct sv){text, strlen(text)} : SV_NONE;
}

static inline bool sv_eq(struct sv a, struct sv b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static inline bool sv_eq_str(struct sv a, const char *b)
{
    return sv_eq(a, sv_str(b));
}

static inline bool sv_starts(struct sv text, struct sv prefix)
{
    return text.len >= prefix.len && (prefix.len == 0 || memcmp(text.at, prefix.at, prefix.len) == 0);
}

static inline bool sv_ends(struct sv text, struct sv suffix)
{
    return text.len >= suffix.len &&
           (suffix.len == 0 || memcmp(text.at + text.len - suffix.len, suffix.at, suffix.len) == 0);
}

/* "A" to "a" and so on; other bytes as they are. */
static inline char ascii_lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* The value of a hexadecimal digit, or -1. */
static inline int ascii_hex(char c)
{
    c = ascii_lower(c);
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static inline bool sv_is_ascii(struct sv text)
{
    unsigned char all = 0;
    for (size_t i = 0; i < text.len; i++)
        all |= (unsigned char)text.at[i];
    return all < 0x80;
}

/* Equal but for the case of ASCII letters: words of protocols. */
static inline bool sv_same_word(struct sv a, struct sv b)
{
    bool same = a.len == b.len;
    for (size_t i = 0; same && i < a.len; i++)
        same = ascii_lower(a.at[i]) == ascii_lower(b.at[i]);
    return same;
}

/* Does it begin with the word, in any case? */
static inline bool sv_starts_word(struct sv text, struct sv word)
{
    return text.len >= word.len && sv_same_word(sv_from(text.at, word.len), word);
}

/* From byte `start` to the end; start beyond the end gives the empty view. */
static inline struct sv sv_from_byte(struct sv text, size_t start)
{
    if (start > text.len)
        start = text.len;
    return sv_from(text.at + start, text.len - start);
}

/* bytewise order, shorter first on a tie: <0, 0, >0 */
int sv_cmp(struct sv a, struct sv b);
/* without blanks (space, tab, CR, LF) at both ends */
struct sv sv_trim(struct sv text);
/* To the first ".", "?" or "!" before a blank or the end; at most the first paragraph. Line ends stay in it. */
struct sv sv_first_sentence(struct sv text);
/* Takes the next line (without its LF) off *rest; false when nothing is left. A final line without LF counts. */
bool sv_next_line(struct sv *rest, struct sv *out_line);
/* Cuts *rest at the first `separator`: the part before goes to *out_part. False when *rest is exhausted (at
 * == NULL). */
bool sv_split(struct sv *rest, char separator, struct sv *out_part);
/* byte offset of the first occurrence, or -1 */
ptrdiff_t sv_find(struct sv text, struct sv needle);
ptrdiff_t sv_find_char(struct sv text, char c);
/* Decimal digits only, no sign; false on anything else or above max. */
bool sv_to_u64(struct sv text, uint64_t max, uint64_t *out_value);

#endif
