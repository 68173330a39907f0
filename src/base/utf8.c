#include "base/utf8.h"

#include "base/icu.h"

#include <string.h>

/* Table 3-7 of the Unicode Standard. */
size_t utf8_sequence(struct sv text, size_t at)
{
    const unsigned char *s = (const unsigned char *)text.at + at;
    size_t left = text.len - at;
    if (s[0] < 0x80)
        return 1;
    if (s[0] >= 0xC2 && s[0] <= 0xDF)
        return left >= 2 && (s[1] & 0xC0) == 0x80 ? 2 : 0;
    if (s[0] >= 0xE0 && s[0] <= 0xEF) {
        if (left < 3 || (s[1] & 0xC0) != 0x80 || (s[2] & 0xC0) != 0x80)
            return 0;
        if ((s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] > 0x9F))
            return 0;
        return 3;
    }
    if (s[0] >= 0xF0 && s[0] <= 0xF4) {
        if (left < 4 || (s[1] & 0xC0) != 0x80 || (s[2] & 0xC0) != 0x80 || (s[3] & 0xC0) != 0x80)
            return 0;
        if ((s[0] == 0xF0 && s[1] < 0x90) || (s[0] == 0xF4 && s[1] > 0x8F))
            return 0;
        return 4;
    }
    return 0;
}

static bool ascii_word(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    return (word & 0x8080808080808080u) == 0;
}

static size_t skip_ascii(struct sv text, size_t at)
{
    while (text.len - at >= 8 && ascii_word(text.at + at))
        at += 8;
    while (at < text.len && (unsigned char)text.at[at] < 0x80)
        at++;
    return at;
}

bool utf8_valid(struct sv text, size_t *out_bad)
{
    for (size_t at = skip_ascii(text, 0); at < text.len; at = skip_ascii(text, at)) {
        size_t len = utf8_sequence(text, at);
        if (!len) {
            if (out_bad)
                *out_bad = at;
            return false;
        }
        at += len;
    }
    return true;
}

uint32_t utf8_next(struct sv text, size_t *at)
{
    const unsigned char *s = (const unsigned char *)text.at + *at;
    if (s[0] < 0x80) {
        *at += 1;
        return s[0];
    }
    if (s[0] < 0xE0) {
        *at += 2;
        return (uint32_t)((s[0] & 0x1F) << 6 | (s[1] & 0x3F));
    }
    if (s[0] < 0xF0) {
        *at += 3;
        return (uint32_t)((s[0] & 0x0F) << 12 | (s[1] & 0x3F) << 6 | (s[2] & 0x3F));
    }
    *at += 4;
    return (uint32_t)((s[0] & 0x07) << 18 | (s[1] & 0x3F) << 12 | (s[2] & 0x3F) << 6 | (s[3] & 0x3F));
}

size_t utf8_count(struct sv text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += ((unsigned char)text.at[i] & 0xC0) != 0x80;
    return count;
}

static size_t code_point_width(uint32_t c)
{
    int8_t type = icu()->u_charType((UChar32)c);
    if (type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK || type == U_FORMAT_CHAR)
        return 0;
    int width = icu()->u_getIntPropertyValue((UChar32)c, UCHAR_EAST_ASIAN_WIDTH);
    return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

size_t utf8_width(struct sv text)
{
    size_t at = 0, width;
    while (at < text.len && (unsigned char)text.at[at] < 0x80)
        at++;
    for (width = at; at < text.len;) {
        uint32_t c = utf8_next(text, &at);
        width += c < 0x300 ? 1 : code_point_width(c);
    }
    return width;
}

/* Everything below U+0300 is in NFC as it stands, whatever surrounds it. */
static bool surely_nfc(struct sv text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] >= 0xCC)
            return false;
    return true;
}

static UChar *to_utf16(struct arena *a, struct sv text, int32_t *out_len)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar *wide = arena_new_array(a, UChar, text.len + 1);
    icu()->u_strFromUTF8(wide, (int32_t)text.len + 1, out_len, text.at, (int32_t)text.len, &status);
    if (U_FAILURE(status))
        BUG("invalid UTF-8 reached ICU");
    return wide;
}

static struct sv from_utf16(struct arena *a, const UChar *wide, int32_t len)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t bytes = 0;
    char *text = arena_alloc(a, (size_t)len * 3 + 1);
    icu()->u_strToUTF8(text, len * 3 + 1, &bytes, wide, len, &status);
    if (U_FAILURE(status))
        BUG("ICU returned bad UTF-16");
    return sv_from(text, (size_t)bytes);
}

static const UNormalizer2 *nfc(void)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *n = icu()->unorm2_getNFCInstance(&status);
    if (U_FAILURE(status))
        BUG("ICU has no NFC data");
    return n;
}

bool utf8_is_nfc(struct sv text)
{
    if (surely_nfc(text))
        return true;
    struct arena scratch = ARENA_INIT;
    UErrorCode status = U_ZERO_ERROR;
    int32_t len;
    UChar *wide = to_utf16(&scratch, text, &len);
    bool yes = icu()->unorm2_isNormalized(nfc(), wide, len, &status) && U_SUCCESS(status);
    arena_release(&scratch);
    return yes;
}

struct sv utf8_nfc(struct arena *a, struct sv text)
{
    if (utf8_is_nfc(text))
        return text;
    struct arena scratch = ARENA_INIT;
    UErrorCode status = U_ZERO_ERROR;
    int32_t len;
    UChar *wide = to_utf16(&scratch, text, &len);
    int32_t cap = len * 3 + 16; /* NFC never needs more than three units per unit */
    UChar *normal = arena_new_array(&scratch, UChar, (size_t)cap);
    int32_t normal_len = icu()->unorm2_normalize(nfc(), wide, len, normal, cap, &status);
    if (U_FAILURE(status))
        BUG("NFC failed: %s", icu()->u_errorName(status));
    struct sv result = from_utf16(a, normal, normal_len);
    arena_release(&scratch);
    return result;
}

struct sv utf8_fold(struct arena *a, struct sv text)
{
    struct arena scratch = ARENA_INIT;
    UErrorCode status = U_ZERO_ERROR;
    int32_t len;
    UChar *wide = to_utf16(&scratch, text, &len);
    int32_t cap = len * 3 + 1; /* full folding gives at most three units per unit */
    UChar *folded = arena_new_array(&scratch, UChar, (size_t)cap);
    int32_t folded_len = icu()->u_strFoldCase(folded, cap, wide, len, U_FOLD_CASE_DEFAULT, &status);
    if (U_FAILURE(status))
        BUG("case folding failed: %s", icu()->u_errorName(status));
    struct sv result = from_utf16(a, folded, folded_len);
    arena_release(&scratch);
    return result;
}

bool utf8_is_alnum(uint32_t c)
{
    if (c < 0x80)
        return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
    return icu()->u_isalnum((UChar32)c);
}

size_t utf8_words(struct sv text)
{
    size_t words = 0;
    bool in_word = false;
    for (size_t at = 0; at < text.len;) {
        uint32_t c = utf8_next(text, &at);
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0xA0 ||
            (c >= 0x2000 && icu()->u_isUWhiteSpace((UChar32)c))) {
            in_word = false;
        } else if (!in_word && utf8_is_alnum(c)) {
            in_word = true;
            words++;
        }
    }
    return words;
}

void utf8_position(struct sv text, size_t offset, uint32_t *out_line, uint32_t *out_column)
{
    uint32_t line = 1;
    size_t start = 0;
    if (offset > text.len)
        offset = text.len;
    for (size_t i = 0; i < offset; i++) {
        if (text.at[i] != '\n')
            continue;
        line++;
        start = i + 1;
    }
    *out_line = line;
    *out_column = (uint32_t)utf8_count(sv_from(text.at + start, offset - start)) + 1;
}

bool utf8_is_deceptive(uint32_t c)
{
    if (c == '\t' || c == '\n')
        return false;
    if (c < 0x20 || (c >= 0x7F && c < 0xA0))
        return true;
    return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F ||
           c == 0x061C || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE007F);
}
