/* Messages for other programs: Atom (RFC 4287), and mbox for mail readers. */
#include "base/date.h"
#include "base/fs.h"
#include "base/utf8.h"
#include "document/build.h"
#include "document/lists_page.h"
#include "format/mbox.h"
#include "forum/compose.h"

#include <stdlib.h>

enum { EXCERPT = 400, FEED_MAX = 50, FOLD = 76 };

static struct digest input_of(struct list_site *l, const char *kind, struct sv title, const size_t *messages,
                              size_t count)
{
    struct digest_state d;
    list_digest_begin(l, &d, kind);
    digest_add_part(&d, title);
    for (size_t i = 0; i < count; i++)
        list_digest_message(l, &d, &l->archive.messages.at[messages[i]]);
    return digest_end(&d);
}

/* ---- mbox ---- */

/* A field's text as RFC 2047 words, each on a line of its own, so that nothing in it can end the field. */
static void add_words(struct str *out, struct sv text)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t column = FOLD;
    for (size_t i = 0; i < text.len;) {
        size_t next = i;
        utf8_next(text, &next);
        if (column + 3 * (next - i) > FOLD - 4) {
            str_add_str(out, i ? "?=\n =?UTF-8?Q?" : "=?UTF-8?Q?");
            column = 12;
        }
        for (; i < next; i++) {
            unsigned char c = (unsigned char)text.at[i];
            bool plain = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
            if (plain)
                str_add_char(out, (char)c);
            else
                str_addf(out, "=%c%c", hex[c >> 4], hex[c & 15]);
            column += plain ? 1 : 3;
        }
    }
    str_add_str(out, text.len ? "?=\n" : "\n");
}

/* A Message-ID is any bytes without angles and blanks, but of one line. */
static void add_id(struct str *out, const char *field, struct sv mid)
{
    for (size_t i = 0; i < mid.len; i++)
        if ((unsigned char)mid.at[i] <= ' ' || mid.at[i] == 0x7f)
            return;
    str_addf(out, "%s: <%.*s>\n", field, SV_ARG(mid));
}

static void add_hidden(struct str *out, struct sv text)
{
    struct text_piece piece;
    struct sv line;
    while (sv_next_line(&text, &line)) {
        while (text_next_piece(&line, &piece)) {
            if (piece.kind == TEXT_ADDRESS)
                text_add_hidden(out, piece.address);
            else
                str_add(out, piece.text);
        }
        str_add_char(out, '\n');
    }
}

static void add_mail(struct list_site *l, struct arena *a, const struct archive_message *m,
                     const struct list_mail *mail, struct str *out)
{
    struct str text = STR_INIT;
    str_add_str(&text, "From: ");
    add_words(&text, m->name);
    str_cut(&text, text.len - 1); /* the line's end: an address follows */
    str_addf(&text, "\n <hidden@addresses.invalid>\nTo: %.*s\nSubject: ", SV_ARG(l->list->address));
    add_words(&text, m->subject);
    str_addf(&text, "Date: %.*s\n", SV_ARG(compose_date(a, m->date)));
    add_id(&text, "Message-ID", m->mid);
    if (m->up != SIZE_MAX) {
        add_id(&text, "In-Reply-To", l->archive.messages.at[m->up].mid);
        add_id(&text, "References", l->archive.messages.at[m->up].mid);
    }
    str_add_str(&text, "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
                       "Content-Transfer-Encoding: 8bit\n\n");
    add_hidden(&text, mail_plain_text(a, &mail->text));
    for (size_t i = 0; i < mail->text.attachment_count; i++) {
        const struct text_attachment *file = &mail->text.attachments[i];
        str_addf(&text, "[attachment: %.*s (%.*s, %zu bytes)]\n", SV_ARG(archive_shown(a, file->name, 200)),
                 SV_ARG(file->type), file->size);
    }
    mbox_add(out, str_sv(&text), m->date);
    str_release(&text);
}

int list_mbox(struct list_site *l, struct sv path, const size_t *messages, size_t count, struct err *err)
{
    struct digest input = input_of(l, "mbox", SV_NONE, messages, count);
    int rc = CM_OK;
    if (site_keep(l->s, path, &input))
        return CM_OK;
    str_clear(&l->s->buffer);
    for (size_t i = 0; !rc && i < count; i++) {
        struct arena a = ARENA_INIT;
        struct list_mail mail;
        rc = list_read(l, &a, &l->archive.messages.at[messages[i]], &mail, err);
        if (!rc)
            add_mail(l, &a, &l->archive.messages.at[messages[i]], &mail, &l->s->buffer);
        arena_release(&a);
    }
    return rc ? rc : site_write(l->s, path, &input, str_sv(&l->s->buffer), err);
}

/* ---- Atom ---- */

static void atom_link(struct markup *m, const char *rel, struct sv href)
{
    markup_open(m, "link");
    markup_attr_str(m, "rel", rel);
    markup_attr(m, "href", href);
    markup_close(m, "link");
    markup_newline(m);
}

/* The name for life of a message, or of a feed: a UUID of version 8 (RFC 9562). */
static struct sv urn_of(struct list_site *l, struct arena *a, const char *kind, struct sv key)
{
    const struct sv parts[] = {l->s->v->profile->sig.name, l->list->address, sv_str(kind), key};
    struct digest d = digest_of_parts(parts, ARRAY_LEN(parts));
    const char *h = digest_hex(a, &d);
    return build_sv(a, "urn:uuid:%.8s-%.4s-8%.3s-8%.3s-%.12s", h, h + 8, h + 12, h + 16, h + 20);
}

static void author(struct markup *mu, struct sv name)
{
    markup_open(mu, "author");
    markup_element(mu, "name", name);
    markup_close(mu, "author");
    markup_newline(mu);
}

static int entry(struct list_site *l, struct markup *mu, const struct archive_message *m, const char *back,
                 struct err *err)
{
    struct arena a = ARENA_INIT;
    struct list_mail mail;
    int rc = list_read(l, &a, m, &mail, err);
    if (!rc) {
        struct sv excerpt = mail_excerpt(&a, &mail.text, EXCERPT);
        const char *date = date_format_time(&a, m->date);
        markup_open(mu, "entry");
        markup_newline(mu);
        markup_element(mu, "id", urn_of(l, &a, "message", m->key));
        markup_element(mu, "title", m->subject);
        markup_element(mu, "updated", sv_str(date));
        author(mu, m->name);
        atom_link(mu, "alternate", build_sv(&a, "%smessage/%.*s.html", back, SV_ARG(m->key)));
        markup_element(mu, "summary", excerpt.len ? excerpt : m->subject);
        markup_close(mu, "entry");
        markup_newline(mu);
    }
    arena_release(&a);
    return rc;
}

struct dated {
    int64_t date;
    size_t index;
};

static int newest_first(const void *left, const void *right)
{
    const struct dated *l = left, *r = right;
    if (l->date != r->date)
        return l->date > r->date ? -1 : 1;
    return l->index > r->index ? -1 : l->index < r->index;
}

int list_feed(struct list_site *l, struct sv path, struct sv title, const size_t *messages, size_t count,
              const char *back, struct sv alternate, struct err *err)
{
    struct markup mu;
    struct arena a = ARENA_INIT;
    struct digest input = input_of(l, "feed", title, messages, count);
    int rc = CM_OK;
    if (site_keep(l->s, path, &input))
        return CM_OK;
    struct dated *all = arena_array(&a, count + 1, sizeof *all);
    for (size_t i = 0; i < count; i++)
        all[i] = (struct dated){l->archive.messages.at[messages[i]].date, messages[i]};
    qsort(all, count, sizeof *all, newest_first);
    str_clear(&l->s->buffer);
    markup_init(&mu, &l->s->buffer, MARKUP_XML);
    markup_xml_declaration(&mu, NULL);
    markup_open(&mu, "feed");
    markup_attr_str(&mu, "xmlns", "http://www.w3.org/2005/Atom");
    markup_newline(&mu);
    markup_element(&mu, "id", urn_of(l, &a, "feed", path));
    markup_element(&mu, "title", title);
    markup_element(&mu, "updated", sv_str(date_format_time(&a, count ? all[0].date : 0)));
    author(&mu, l->list->title);
    atom_link(&mu, "alternate", alternate);
    atom_link(&mu, "self", sv_str(fs_base_name(arena_strndup(&a, path.at, path.len))));
    for (size_t i = 0; !rc && i < count && i < FEED_MAX; i++)
        rc = entry(l, &mu, &l->archive.messages.at[all[i].index], back, err);
    markup_close(&mu, "feed");
    markup_newline(&mu);
    if (!rc) {
        markup_finish(&mu);
        rc = site_write(l->s, path, &input, str_sv(&l->s->buffer), err);
    }
    arena_release(&a);
    return rc;
}
