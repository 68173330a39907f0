#include "forum/post_footer.h"

#include "base/digest.h"
#include "base/str.h"
#include "forum/compose.h"
#include "forum/post_header.h"

#define RULE "_______________________________________________"

/* ---- at the end of the text ---- */

enum way { WAY_PLAIN, WAY_QUOTED, WAY_PART };

static bool is_one_of(struct sv word, const char *const *words, size_t count)
{
    bool found = false;
    for (size_t i = 0; i < count; i++)
        found = found || header_is(word, words[i]);
    return found;
}

/* Texts of other charsets may be in a state at their end in which our letters say something else. */
static bool charset_holds(struct sv charset, struct sv footer)
{
    static const char *const ascii[] = {"", "us-ascii", "iso-8859-1", "iso-8859-2", "iso-8859-15", "windows-1252",
                                        "koi8-r"};
    return header_is(charset, "utf-8") || (sv_is_ascii(footer) && is_one_of(charset, ascii, ARRAY_LEN(ascii)));
}

static enum way way_of(const struct mail *m, struct sv footer)
{
    struct sv encoding = mail_value(m, "Content-Transfer-Encoding");
    if (m->part_count != 1 || m->parts[0].kind != MAIL_TEXT || m->parts[0].attached ||
        !charset_holds(m->parts[0].charset, footer))
        return WAY_PART;
    if (header_is(encoding, "quoted-printable"))
        return WAY_QUOTED;
    if (header_is(encoding, "8bit") || (sv_is_ascii(footer) && (!encoding.len || header_is(encoding, "7bit"))))
        return WAY_PLAIN;
    return WAY_PART;
}

static struct sv append(struct arena *a, struct sv body, struct sv footer, bool quoted)
{
    struct str text = STR_INIT;
    str_add(&text, body);
    if (body.len && body.at[body.len - 1] != '\n')
        str_add_str(&text, "\r\n");
    str_add_str(&text, RULE "\r\n");
    if (quoted)
        compose_quoted_line(&text, footer);
    else
        str_addf(&text, "%.*s\r\n", SV_ARG(footer));
    struct sv out = arena_sv(a, str_sv(&text));
    str_release(&text);
    return out;
}

/* ---- as a part of its own ---- */

/* One that stands nowhere in the mail. */
static const char *boundary_for(struct arena *a, const struct mail *m)
{
    const struct sv parts[] = {m->header, m->body};
    struct digest d = digest_of_parts(parts, ARRAY_LEN(parts));
    for (unsigned i = 0;; i++) {
        const char *boundary = arena_printf(a, "=_%.24s_%u", digest_hex(a, &d), i);
        if (sv_find(m->header, sv_str(boundary)) < 0 && sv_find(m->body, sv_str(boundary)) < 0)
            return boundary;
    }
}

static void wrap(struct arena *a, struct sv footer, const struct mail *m, struct sv *header, struct sv *body)
{
    struct str outer = STR_INIT, inner = STR_INIT;
    struct sv rest = m->header;
    struct header_field f;
    const char *boundary = boundary_for(a, m);
    str_addf(&inner, "--%s\r\n", boundary);
    while (header_next(&rest, &f)) {
        if (header_starts(f.name, "Content-"))
            header_add(&inner, f.whole);
        else if (!header_is(f.name, "MIME-Version"))
            header_add(&outer, f.whole);
    }
    str_addf(&outer, "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"%s\"\r\n", boundary);
    if (!sv_is_ascii(m->body) || !sv_is_ascii(footer))
        str_add_str(&outer, "Content-Transfer-Encoding: 8bit\r\n");
    str_add_str(&inner, "\r\n");
    str_add(&inner, m->body);
    str_addf(&inner,
             "\r\n--%s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: %s\r\n"
             "Content-Disposition: inline\r\n\r\n" RULE "\r\n%.*s\r\n\r\n--%s--\r\n",
             boundary, sv_is_ascii(footer) ? "7bit" : "8bit", SV_ARG(footer), boundary);
    *header = arena_sv(a, str_sv(&outer));
    *body = arena_sv(a, str_sv(&inner));
    str_release(&outer);
    str_release(&inner);
}

void post_footer_add(struct arena *a, struct sv footer, const struct mail *m, struct sv *header, struct sv *body)
{
    enum way way = way_of(m, footer);
    if (way == WAY_PART)
        wrap(a, footer, m, header, body);
    else
        *body = append(a, m->body, footer, way == WAY_QUOTED);
}
