#include "format/markdown_text.h"

#include <strings.h>

struct entity {
    struct sv name;
    uint32_t code_point;
};

#define ENTITY(name, code_point)                                                                   \
    {                                                                                              \
        {name, sizeof(name) - 1}, code_point                                                       \
    }

static const struct entity entities[] = {
    ENTITY("amp", '&'),       ENTITY("lt", '<'),        ENTITY("gt", '>'),
    ENTITY("quot", '"'),      ENTITY("apos", '\''),     ENTITY("nbsp", 0xA0),
    ENTITY("sect", 0xA7),     ENTITY("copy", 0xA9),     ENTITY("laquo", 0xAB),
    ENTITY("shy", 0xAD),      ENTITY("reg", 0xAE),      ENTITY("deg", 0xB0),
    ENTITY("plusmn", 0xB1),   ENTITY("sup2", 0xB2),     ENTITY("sup3", 0xB3),
    ENTITY("micro", 0xB5),    ENTITY("para", 0xB6),     ENTITY("middot", 0xB7),
    ENTITY("raquo", 0xBB),    ENTITY("frac12", 0xBD),   ENTITY("frac14", 0xBC),
    ENTITY("frac34", 0xBE),   ENTITY("times", 0xD7),    ENTITY("divide", 0xF7),
    ENTITY("Auml", 0xC4),     ENTITY("Ouml", 0xD6),     ENTITY("Uuml", 0xDC),
    ENTITY("auml", 0xE4),     ENTITY("ouml", 0xF6),     ENTITY("uuml", 0xFC),
    ENTITY("szlig", 0xDF),    ENTITY("eacute", 0xE9),   ENTITY("egrave", 0xE8),
    ENTITY("agrave", 0xE0),   ENTITY("aacute", 0xE1),   ENTITY("ccedil", 0xE7),
    ENTITY("ntilde", 0xF1),   ENTITY("alpha", 0x3B1),   ENTITY("beta", 0x3B2),
    ENTITY("gamma", 0x3B3),   ENTITY("delta", 0x3B4),   ENTITY("lambda", 0x3BB),
    ENTITY("mu", 0x3BC),      ENTITY("pi", 0x3C0),      ENTITY("sigma", 0x3C3),
    ENTITY("thinsp", 0x2009), ENTITY("ensp", 0x2002),   ENTITY("emsp", 0x2003),
    ENTITY("ndash", 0x2013),  ENTITY("mdash", 0x2014),  ENTITY("lsquo", 0x2018),
    ENTITY("rsquo", 0x2019),  ENTITY("sbquo", 0x201A),  ENTITY("ldquo", 0x201C),
    ENTITY("rdquo", 0x201D),  ENTITY("bdquo", 0x201E),  ENTITY("dagger", 0x2020),
    ENTITY("bull", 0x2022),   ENTITY("hellip", 0x2026), ENTITY("permil", 0x2030),
    ENTITY("prime", 0x2032),  ENTITY("euro", 0x20AC),   ENTITY("trade", 0x2122),
    ENTITY("larr", 0x2190),   ENTITY("uarr", 0x2191),   ENTITY("rarr", 0x2192),
    ENTITY("darr", 0x2193),   ENTITY("harr", 0x2194),   ENTITY("lArr", 0x21D0),
    ENTITY("rArr", 0x21D2),   ENTITY("hArr", 0x21D4),   ENTITY("forall", 0x2200),
    ENTITY("exist", 0x2203),  ENTITY("isin", 0x2208),   ENTITY("minus", 0x2212),
    ENTITY("infin", 0x221E),  ENTITY("and", 0x2227),    ENTITY("or", 0x2228),
    ENTITY("cap", 0x2229),    ENTITY("cup", 0x222A),    ENTITY("asymp", 0x2248),
    ENTITY("ne", 0x2260),     ENTITY("equiv", 0x2261),  ENTITY("le", 0x2264),
    ENTITY("ge", 0x2265),
};

static uint32_t digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return (uint32_t)(c - '0');
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
        return (uint32_t)((c | 0x20) - 'a' + 10);
    return 16;
}

/* "#38" or "#x26"; what is no character becomes U+FFFD. */
static void add_number(struct str *out, struct sv name)
{
    bool hex = name.len > 1 && (name.at[1] | 0x20) == 'x';
    uint32_t base = hex ? 16 : 10, value = 0;
    for (size_t i = hex ? 2 : 1; i < name.len; i++) {
        uint32_t digit = digit_value(name.at[i]);
        if (digit >= base || value > 0x10FFFF)
            break;
        value = value * base + digit;
    }
    bool good = value && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
    str_add_utf8(out, good ? value : 0xFFFD);
}

void markdown_entity(struct str *out, struct sv entity)
{
    struct sv name = entity;
    if (entity.len > 2 && entity.at[0] == '&' && entity.at[entity.len - 1] == ';')
        name = sv_from(entity.at + 1, entity.len - 2);
    if (name.at != entity.at && name.at[0] == '#') {
        add_number(out, name);
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(entities) && name.at != entity.at; i++) {
        if (!sv_eq(entities[i].name, name))
            continue;
        str_add_utf8(out, entities[i].code_point);
        return;
    }
    str_add(out, entity);
}

static bool alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static bool url_char(char c)
{
    return c > 0x20 && c < 0x7F && !strchr("<>\"`\\{}|^", c);
}

/* Without the punctuation that belongs to the sentence; a closing bracket stays when the address
 * opens it. */
static size_t without_punctuation(struct sv url)
{
    size_t opened = 0, closed = 0, len = url.len;
    for (size_t i = 0; i < url.len; i++) {
        opened += url.at[i] == '(';
        closed += url.at[i] == ')';
    }
    for (; len; len--) {
        char c = url.at[len - 1];
        if (c == ')' && closed > opened)
            closed--;
        else if (!strchr("?!.,:;*_~'[]", c))
            break;
    }
    return len;
}

/* Length of the scheme that ends before `colon`, not reaching before `from`; 0 when it is not ours.
 */
static size_t scheme_before(struct sv text, size_t from, size_t colon)
{
    for (size_t len = 4; len <= 5 && len <= colon - from; len++) {
        size_t start = colon - len;
        if (strncasecmp(text.at + start, "https", len) == 0 &&
            (start == from || !alphanumeric(text.at[start - 1])))
            return len;
    }
    return 0;
}

bool markdown_bare_url(struct sv text, size_t *out_at, size_t *out_len)
{
    size_t from = 0;
    for (;;) {
        ptrdiff_t found = sv_find(sv_from_byte(text, from), SV("://"));
        if (found < 0)
            return false;
        size_t colon = from + (size_t)found, end = colon + 3;
        size_t scheme = scheme_before(text, from, colon);
        while (end < text.len && url_char(text.at[end]))
            end++;
        size_t at = colon - scheme;
        size_t len = without_punctuation(sv_from(text.at + at, end - at));
        if (scheme && len > scheme + 3 && alphanumeric(text.at[colon + 3])) {
            *out_at = at;
            *out_len = len;
            return true;
        }
        from = scheme ? end : colon + 3;
    }
}

bool markdown_url_allowed(struct sv url)
{
    static const char *const starts[] = {"http://", "https://", "mailto:", "xmpp:"};
    for (size_t i = 0; i < url.len; i++)
        if ((unsigned char)url.at[i] <= 0x20 || url.at[i] == 0x7F || url.at[i] == '\\')
            return false;
    if (url.len > 1 && url.at[0] == '#')
        return true;
    for (size_t i = 0; i < ARRAY_LEN(starts); i++)
        if (url.len > strlen(starts[i]) && strncasecmp(url.at, starts[i], strlen(starts[i])) == 0)
            return true;
    return false;
}
