/* Messages for other programs: Atom (RFC 4287), and mbox for mail readers. */
#include "base/date.h"
#include "base/fs.h"
#include "document/atom.h"
#include "document/build.h"
#include "document/lists_page.h"
#include "forum/compose.h"
#include "format/mbox.h"

#include <stdlib.h>

enum { EXCERPT = 400, FEED_MAX = 50 };

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

/* A Message-ID is any bytes without angles and blanks, but of one line. */
static void add_id(struct str *out, const char *field, struct sv mid)
{
    for (size_t i = 0; i < mid.len; i++)
        if ((unsigned char)mid.at[i] <= ' ' || mid.at[i] == 0x7f)
            return;
    str_addf(out, "%s: <%.*s>\n", field, SV_ARG(mid));
}

/* The header as compose.h writes it, with line ends as they are in an mbox. */
static void add_header(struct list_site *l, struct arena *a, const struct archive_message *m, struct str *out)
{
    struct str header = STR_INIT;
    compose_address_field(a, &header, "From", m->name, SV("hidden@addresses.invalid"));
    compose_address_field(a, &header, "To", SV_NONE, l->list->address);
    compose_text_field(a, &header, "Subject", m->subject);
    for (size_t i = 0; i < header.len; i++)
        if (header.data[i] != '\r')
            str_add_char(out, header.data[i]);
    str_release(&header);
    str_addf(out, "Date: %s\n", compose_date(a, m->date).at);
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
    add_header(l, a, m, &text);
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

static struct sv urn_of(struct list_site *l, struct arena *a, const char *kind, struct sv key)
{
    const struct sv parts[] = {l->s->v->profile->sig.name, l->list->address, sv_str(kind), key};
    return atom_urn(a, parts, ARRAY_LEN(parts));
}

static int entry(struct list_site *l, struct markup *mu, const struct archive_message *m, const char *back,
                 struct err *err)
{
    struct arena a = ARENA_INIT;
    struct list_mail mail;
    int rc = list_read(l, &a, m, &mail, err);
    if (!rc) {
        struct sv excerpt = mail_excerpt(&a, &mail.text, EXCERPT);
        atom_entry(&a, mu, &(struct atom){.id = urn_of(l, &a, "message", m->key), .title = m->subject,
                                          .author = m->name, .updated = m->date,
                                          .alternate = build_sv(&a, "%smessage/%.*s.html", back, SV_ARG(m->key)),
                                          .summary = excerpt.len ? excerpt : m->subject});
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

/* Their indexes, the newest first; of *count as many as a feed has. */
static size_t *newest_of(struct list_site *l, struct arena *a, const size_t *messages, size_t *count)
{
    struct dated *all = arena_array(a, *count + 1, sizeof *all);
    for (size_t i = 0; i < *count; i++)
        all[i] = (struct dated){l->archive.messages.at[messages[i]].date, messages[i]};
    qsort(all, *count, sizeof *all, newest_first);
    *count = *count < FEED_MAX ? *count : FEED_MAX;
    size_t *newest = arena_array(a, *count + 1, sizeof *newest);
    for (size_t i = 0; i < *count; i++)
        newest[i] = all[i].index;
    return newest;
}

int list_feed(struct list_site *l, struct sv path, struct sv title, const size_t *messages, size_t count,
              const char *back, struct sv alternate, struct err *err)
{
    struct markup mu;
    struct arena a = ARENA_INIT;
    size_t *newest = newest_of(l, &a, messages, &count);
    struct digest input = input_of(l, "feed", title, newest, count);
    int rc = CM_OK;
    if (site_keep(l->s, path, &input)) {
        arena_release(&a);
        return CM_OK;
    }
    str_clear(&l->s->buffer);
    atom_begin(&a, &mu, &l->s->buffer,
               &(struct atom){.id = urn_of(l, &a, "feed", path), .title = title, .author = l->list->title,
                              .updated = count ? l->archive.messages.at[newest[0]].date : 0, .alternate = alternate,
                              .self = sv_str(fs_base_name(arena_strndup(&a, path.at, path.len)))});
    for (size_t i = 0; !rc && i < count; i++)
        rc = entry(l, &mu, &l->archive.messages.at[newest[i]], back, err);
    atom_end(&mu);
    if (!rc)
        rc = site_write(l->s, path, &input, str_sv(&l->s->buffer), err);
    arena_release(&a);
    return rc;
}
