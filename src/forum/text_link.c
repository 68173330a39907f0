/* Links and mail addresses in a line of text. Each byte is looked at a bounded number of times: a
 * link is taken from its scheme forward, an address from its "@" outward, never back before what
 * was taken already. */
#include "forum/text.h"

#include "base/str.h"
#include "base/utf8.h"

enum { LOCAL_MAX = 64, DOMAIN_MAX = 255, LINK_MAX = 2000 };

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

/* Characters that may stand in a link: visible, no quotation marks or angles; UTF-8 without what
 * only seems blank. */
static size_t link_length(struct sv text)
{
    size_t i = 0;
    while (i < text.len && i < LINK_MAX) {
        unsigned char c = (unsigned char)text.at[i];
        if (c <= ' ' || c == '<' || c == '>' || c == '"' || c == '`' || c == '{' || c == '}' ||
            c == '|' || c == '\\' || c == '^' || c == 0x7F)
            break;
        if (c < 0x80) {
            i++;
            continue;
        }
        size_t next = i;
        uint32_t wide = utf8_sequence(text, i) ? utf8_next(text, &next) : 0;
        if (!wide || wide == 0xA0 || wide == 0x2026 || wide == 0xFFFD ||
            (wide >= 0x2000 && wide <= 0x206F) || (wide >= 0x3000 && wide <= 0x3011) ||
            utf8_is_deceptive(wide))
            break;
        i = next;
    }
    return i;
}

static size_t count_char(struct sv text, char c)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.at[i] == c;
    return count;
}

/* "(see http://example.org/a_(b))." ends before the last ")." */
static size_t without_end(struct sv link)
{
    ptrdiff_t round = (ptrdiff_t)count_char(link, ')') - (ptrdiff_t)count_char(link, '(');
    ptrdiff_t square = (ptrdiff_t)count_char(link, ']') - (ptrdiff_t)count_char(link, '[');
    while (link.len) {
        char c = link.at[link.len - 1];
        bool unopened = (c == ')' && round > 0) || (c == ']' && square > 0);
        if (!unopened && !strchr(".,:;!?'*_", c))
            break;
        round -= c == ')';
        square -= c == ']';
        link.len--;
    }
    return link.len;
}

/* How long the link is that begins here; 0: none. *out_scheme is the length of its scheme with ":"
 * (and "//"). */
static size_t link_at(struct sv text, size_t *out_scheme)
{
    static const char *const schemes[] = {"https://", "http://", "xmpp:", "mailto:"};
    if (!text.len || !strchr("hHxXmM", text.at[0]))
        return 0;
    for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
        if (!sv_starts_word(text, sv_str(schemes[i])))
            continue;
        *out_scheme = strlen(schemes[i]);
        if (text.len > *out_scheme && text.at[*out_scheme] == '/')
            return 0;
        size_t length = without_end(sv_from(text.at, link_length(text)));
        return length > *out_scheme ? length : 0;
    }
    return 0;
}

static bool is_local(char c)
{
    return is_alnum(c) || (unsigned char)c >= 0x80 || (c && strchr("!#$%&'*+/=?^_{|}~.-", c));
}

static bool is_domain(char c)
{
    return is_alnum(c) || (unsigned char)c >= 0x80 || c == '-' || c == '.';
}

/* The address around the "@" at `at`, not before `from`. Its domain has a dot in the middle. */
static bool address_around(struct sv line, size_t from, size_t at, struct sv *out)
{
    size_t start = at, end = at + 1;
    while (start > from && at - start < LOCAL_MAX && is_local(line.at[start - 1]))
        start--;
    while (start < at &&
           ((unsigned char)line.at[start] & 0xC0) == 0x80) /* not in the middle of a character */
        start++;
    while (end < line.len && end - at <= DOMAIN_MAX && is_domain(line.at[end]))
        end++;
    while (end > at + 1 && (line.at[end - 1] == '.' || line.at[end - 1] == '-' ||
                            (unsigned char)line.at[end - 1] >= 0x80))
        end--;
    while (start < at && strchr("'*_=/|{.", line.at[start]))
        start++;
    struct sv domain = sv_from(line.at + at + 1, end - at - 1);
    ptrdiff_t dot = sv_find_char(domain, '.');
    *out = sv_from(line.at + start, end - start);
    return start < at && dot > 0 && (size_t)dot + 1 < domain.len;
}

static void take_mailto(struct text_piece *piece, size_t scheme)
{
    ptrdiff_t query = sv_find_char(piece->text, '?');
    piece->kind = TEXT_ADDRESS;
    piece->address =
        sv_from(piece->text.at + scheme, (query < 0 ? piece->text.len : (size_t)query) - scheme);
}

/* Ends a plain piece at `at` when it is not empty, otherwise gives what begins there. */
static bool give(struct sv *rest, size_t at, struct text_piece special, struct text_piece *out)
{
    *out = at ? (struct text_piece){TEXT_PLAIN, sv_from(rest->at, at), SV_NONE} : special;
    *rest = sv_from_byte(*rest, out->text.len);
    return true;
}

bool text_next_piece(struct sv *rest, struct text_piece *out)
{
    struct sv line = *rest;
    if (!line.len)
        return false;
    for (size_t i = 0; i < line.len; i++) {
        size_t scheme = 0,
               length = i && is_alnum(line.at[i - 1]) ? 0 : link_at(sv_from_byte(line, i), &scheme);
        struct text_piece piece = {TEXT_LINK, sv_from(line.at + i, length), SV_NONE};
        if (length) {
            if (scheme == 7 && (line.at[i] | 32) == 'm')
                take_mailto(&piece, scheme);
            return give(rest, i, piece, out);
        }
        if (line.at[i] == '@' && address_around(line, 0, i, &piece.text)) {
            piece.kind = TEXT_ADDRESS;
            piece.address = piece.text;
            return give(rest, (size_t)(piece.text.at - line.at), piece, out);
        }
    }
    return give(rest, line.len, (struct text_piece){TEXT_PLAIN, SV_NONE, SV_NONE}, out);
}

void text_add_hidden(struct str *out, struct sv address)
{
    ptrdiff_t at = sv_find_char(address, '@');
    str_add(out, at < 0 ? SV_NONE : sv_from(address.at, (size_t)at));
    str_add_str(out, "@…");
}
