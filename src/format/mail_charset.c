#include "base/str.h"
#include "base/utf8.h"
#include "format/mail.h"
#include "format/mail_text.h"

#include <errno.h>
#include <iconv.h>

enum { CHARSET_NAME_MAX = 40 };

static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */

struct sv mail_one_line(struct arena *a, struct sv text)
{
    struct str out = STR_INIT;
    bool blank = false;
    for (size_t i = 0; i < text.len;) {
        size_t length = utf8_sequence(text, i), at = i;
        uint32_t c = length ? utf8_next(text, &at) : 0;
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            blank = out.len > 0;
        } else {
            if (blank)
                str_add_char(&out, ' ');
            blank = false;
            str_add(&out, length && !utf8_is_deceptive(c) ? sv_from(text.at + i, length) : SV("\xEF\xBF\xBD"));
        }
        i += length ? length : 1;
    }
    struct sv copy = arena_sv(a, str_sv(&out));
    str_release(&out);
    return copy;
}

/* ---- charsets ---- */

/* Names in mails, and what the bytes that go under them are in truth. */
static const struct {
    const char *name, *is;
} aliases[] = {
    {"ansi_x3.4-1968", "windows-1252"}, {"ascii", "windows-1252"},        {"big5-hkscs", "big5-hkscs"},
    {"big5", "big5-hkscs"},             {"cp-850", "cp850"},              {"gb2312", "gb18030"},
    {"gb18030", "gb18030"},             {"gbk", "gb18030"},               {"euc-cn", "gb18030"},
    {"iso-8859-1", "windows-1252"},     {"iso-8859-8-i", "iso-8859-8"},   {"iso-8859-9", "windows-1254"},
    {"iso8859-1", "windows-1252"},      {"ks_c_5601-1987", "cp949"},      {"ksc5601", "cp949"},
    {"euc-kr", "cp949"},                {"latin1", "windows-1252"},       {"macintosh", "macintosh"},
    {"shift_jis", "cp932"},             {"shift-jis", "cp932"},           {"sjis", "cp932"},
    {"tis-620", "tis-620"},             {"unicode-1-1-utf-7", "utf-7"},   {"us-ascii", "windows-1252"},
    {"utf-7", "utf-7"},                 {"utf8", "utf-8"},                {"utf-8", "utf-8"},
    {"viscii", "viscii"},               {"windows-31j", "cp932"},         {"x-sjis", "cp932"},
    {"x-mac-roman", "macintosh"},       {"x-unknown", ""},                {"unknown-8bit", ""},
};

/* Families of names that iconv knows. Other names never reach it: some of its converters are seldom used and were
 * seldom looked at. */
static const char *const families[] = {"cp12",       "cp4",    "cp8",    "cp9",     "euc-jp",  "iso-2022-jp",
                                       "iso-2022-kr", "iso-8859-", "koi8-", "utf-16", "utf-32", "windows-12"};

static struct sv plain_name(struct arena *a, struct sv charset)
{
    if (!charset.len || charset.len > CHARSET_NAME_MAX)
        return SV_NONE;
    char *name = arena_strndup(a, charset.at, charset.len);
    for (char *c = name; *c; c++) {
        *c = ascii_lower(*c);
        if (!(*c >= 'a' && *c <= 'z') && !(*c >= '0' && *c <= '9') && *c != '-' && *c != '_' && *c != '.')
            return SV_NONE;
    }
    return sv_str(name);
}

/* The name to give to iconv; empty when the charset is not known. */
static struct sv known_charset(struct arena *a, struct sv charset)
{
    struct sv name = plain_name(a, charset);
    for (size_t i = 0; i < ARRAY_LEN(aliases); i++)
        if (sv_eq_str(name, aliases[i].name))
            return sv_str(aliases[i].is);
    for (size_t i = 0; i < ARRAY_LEN(families); i++)
        if (sv_starts(name, sv_str(families[i])))
            return name;
    return SV_NONE;
}

/* Runs of bad bytes become one replacement each. */
static struct sv repaired(struct arena *a, struct sv text, bool *out_damaged)
{
    struct str out = STR_INIT;
    bool bad = false;
    for (size_t i = 0; i < text.len;) {
        size_t length = text.at[i] ? utf8_sequence(text, i) : 0;
        if (length)
            str_add(&out, sv_from(text.at + i, length));
        else if (!bad)
            str_add_str(&out, replacement);
        bad = !length;
        *out_damaged = *out_damaged || bad;
        i += length ? length : 1;
    }
    struct sv copy = arena_sv(a, str_sv(&out));
    str_release(&out);
    return copy;
}

static void convert(iconv_t converter, struct sv bytes, struct str *out, bool *out_damaged)
{
    char room[4096], *from = (char *)(uintptr_t)bytes.at;
    size_t left = bytes.len;
    while (left) {
        char *to = room;
        size_t space = sizeof room, done = iconv(converter, &from, &left, &to, &space);
        str_add(out, sv_from(room, sizeof room - space));
        if (done != (size_t)-1)
            break;
        if (errno == E2BIG)
            continue;
        str_add_str(out, replacement); /* EILSEQ; or EINVAL: cut off at the end */
        *out_damaged = true;
        from++, left--;
        iconv(converter, NULL, NULL, NULL, NULL);
    }
}

static struct sv converted(struct arena *a, struct sv charset, struct sv bytes, bool *out_damaged)
{
    iconv_t converter = iconv_open("UTF-8", arena_strndup(a, charset.at, charset.len));
    if (converter == (iconv_t)-1)
        return repaired(a, bytes, out_damaged);
    struct str out = STR_INIT;
    convert(converter, bytes, &out, out_damaged);
    iconv_close(converter);
    bool again = false; /* NUL, and surrogates that a converter let through */
    struct sv text = repaired(a, str_sv(&out), &again);
    *out_damaged = *out_damaged || again;
    str_release(&out);
    return text;
}

struct sv mail_to_utf8(struct arena *a, struct sv charset, struct sv bytes, bool *out_damaged)
{
    bool damaged = false;
    if (!out_damaged)
        out_damaged = &damaged;
    struct sv name = known_charset(a, charset);
    bool is_wide = sv_starts(name, SV("utf-16")) || sv_starts(name, SV("utf-32"));
    bool is_stateful = sv_starts(name, SV("iso-2022-")) || sv_eq_str(name, "utf-7");
    if (!is_wide && !is_stateful && utf8_valid(bytes, NULL) && !memchr(bytes.at, 0, bytes.len))
        return bytes; /* ASCII; or UTF-8, whatever was declared: other text is hardly ever that by chance */
    if (sv_eq_str(name, "utf-8"))
        return repaired(a, bytes, out_damaged);
    return converted(a, name.len ? name : SV("windows-1252"), bytes, out_damaged);
}
