#include "forum/digest_mail.h"

#include "base/date.h"
#include "base/rand.h"
#include "base/str.h"
#include "forum/base32.h"
#include "forum/compose.h"
#include "forum/message.h"
#include "forum/outbox.h"
#include "forum/post_form.h"
#include "forum/text.h"

struct entry {
    struct message message;
    struct mail mail;
};

struct digest_run {
    struct store *s;
    struct arena *a;
    const struct list *list;
    int64_t now;
    int64_t bytes, first; /* of what waits: its size, and since when; first 0: nothing */
    VEC(struct entry) entries;
    size_t sent;
};

/* ---- what is in it ---- */

static int look(struct digest_run *r, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(r->s, "SELECT coalesce(sum(size), 0), coalesce(min(at), 0) FROM digest_waiting "
                                 "WHERE list = $1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, r->list->id);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        r->bytes = store_int(q, 0);
        r->first = store_int(q, 1);
    }
    store_done(q);
    return rc;
}

static bool is_due(const struct digest_run *r)
{
    enum { HOUR = 3600 };
    return r->first && (r->bytes >= list_number(r->list, SET_DIGEST_BYTES) ||
                        r->now - r->first >= list_number(r->list, SET_DIGEST_HOURS) * HOUR);
}

struct numbers {
    VEC(int64_t) list;
};

/* The oldest, up to the size of a digest, and at least one. They do not wait any more. */
static int take(struct digest_run *r, struct numbers *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(r->s, "DELETE FROM digest_waiting WHERE list = $1 AND message IN "
                                 "(SELECT message FROM (SELECT message, sum(size) OVER (ORDER BY at, message) "
                                 "- size AS before FROM digest_waiting WHERE list = $1) WHERE before < $2) "
                                 "RETURNING message", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, r->list->id);
    store_bind_int(q, 2, list_number(r->list, SET_DIGEST_BYTES));
    while ((rc = store_step(q, err)) == STORE_ROW)
        *vec_push(r->a, &out->list) = store_int(q, 0);
    store_done(q);
    return rc;
}

/* One that was erased meanwhile, or cannot be read, is left out. */
static int add_entry(struct digest_run *r, int64_t id, struct err *err)
{
    struct entry e;
    struct sv bytes;
    struct err why = ERR_INIT;
    int rc = message_load(r->s, r->a, id, &e.message, err);
    if (rc || e.message.state != MESSAGE_PUBLIC)
        return rc == CM_ENOTFOUND ? CM_OK : rc;
    rc = message_bytes(r->s, r->a, id, &bytes, err);
    if (rc)
        return rc == CM_ENOTFOUND ? CM_OK : rc;
    if (mail_read(r->a, bytes, &e.mail, &why) == CM_OK)
        *vec_push(r->a, &r->entries) = e;
    return CM_OK;
}

static int count_readers(struct digest_run *r, struct sv delivery, int64_t *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(r->s, "SELECT count(*) FROM subscriber WHERE list = $1 AND state = 'active' "
                                 "AND delivery = $2", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, r->list->id);
    store_bind_text(q, 2, delivery);
    return store_finish_int(q, out, err);
}

/* ---- the mail ---- */

static const char *author(const struct digest_run *r, const struct entry *e)
{
    struct sv local = e->message.name, domain;
    if (!local.len && !route_split(e->message.address, &local, &domain))
        local = SV("somebody");
    return arena_printf(r->a, "%.*s", SV_ARG(local));
}

static struct compose envelope(struct digest_run *r)
{
    const char *subject = arena_printf(r->a, "%.*s: digest of %s, %zu message%s", SV_ARG(r->list->title),
                                       date_format(r->a, date_from_time(r->now)), r->entries.len,
                                       r->entries.len == 1 ? "" : "s");
    return (struct compose){.from = route_address(r->a, r->list->address, "-request", SV_NONE),
                            .from_name = r->list->title, .to = r->list->address, .reply_to = r->list->address,
                            .subject = sv_str(subject), .date = r->now, .automatic = COMPOSE_GENERATED};
}

static void put_contents(const struct digest_run *r, struct str *out)
{
    str_add_str(out, "In this digest:\n\n");
    for (size_t i = 0; i < r->entries.len; i++)
        str_addf(out, "  %zu. %.*s (%s)\n", i + 1, SV_ARG(r->entries.at[i].message.subject),
                 author(r, &r->entries.at[i]));
}

/* Drawn after the messages are known, so that none can hold it. */
static struct sv new_boundary(struct arena *a)
{
    char bytes[16];
    rand_bytes(bytes, sizeof(bytes));
    return base32_write(a, sv_from(bytes, sizeof(bytes)));
}

static void put_whole(const struct digest_run *r, struct sv boundary, struct str *out)
{
    str_addf(out, "--o%.*s\r\nContent-Type: multipart/digest; boundary=\"i%.*s\"\r\n"
                  "Content-Transfer-Encoding: 8bit\r\n\r\n",
             SV_ARG(boundary), SV_ARG(boundary));
    for (size_t i = 0; i < r->entries.len; i++) {
        const struct mail *m = &r->entries.at[i].mail;
        str_addf(out, "--i%.*s\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\n",
                 SV_ARG(boundary));
        str_add(out, post_form_clean(r->a, m));
        str_add(out, m->body);
        str_add_str(out, "\r\n");
    }
    str_addf(out, "--i%.*s--\r\n\r\n--o%.*s--\r\n", SV_ARG(boundary), SV_ARG(boundary));
}

static int make_mime(struct digest_run *r, struct sv *out, struct err *err)
{
    struct compose head = envelope(r);
    struct sv boundary = new_boundary(r->a);
    struct str text = STR_INIT;
    int rc = compose_header(r->a, &head, &text, err);
    str_addf(&text, "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"o%.*s\"\r\n"
                    "Content-Transfer-Encoding: 8bit\r\n\r\n--o%.*s\r\nContent-Type: text/plain; charset=utf-8\r\n"
                    "Content-Transfer-Encoding: 8bit\r\n\r\n", SV_ARG(boundary), SV_ARG(boundary));
    put_contents(r, &text);
    str_add_str(&text, "\r\n");
    put_whole(r, boundary, &text);
    *out = arena_sv(r->a, str_sv(&text));
    str_release(&text);
    return rc;
}

#define HYPHENS "------------------------------"

/* A line of hyphens in a text would end it. */
static void put_text(struct str *out, struct sv text)
{
    struct sv line;
    while (sv_next_line(&text, &line)) {
        str_addf(out, "%s%.*s\n", sv_starts(line, SV(HYPHENS)) ? " " : "", SV_ARG(line));
    }
}

static int make_plain(struct digest_run *r, struct sv *out, struct err *err)
{
    struct compose mail = envelope(r);
    struct str text = STR_INIT;
    put_contents(r, &text);
    str_add_str(&text, "\n" HYPHENS HYPHENS "----------\n\n");
    for (size_t i = 0; i < r->entries.len; i++) {
        const struct entry *e = &r->entries.at[i];
        struct mail_text read = mail_text_read(r->a, &e->mail);
        str_addf(&text, "Date: %.*s\nFrom: %s <%.*s>\nSubject: %.*s\nMessage-ID: <%.*s>\n\n",
                 SV_ARG(compose_date(r->a, e->message.date)), author(r, e), SV_ARG(e->message.address),
                 SV_ARG(e->message.subject), SV_ARG(e->message.mid));
        put_text(&text, mail_plain_text(r->a, &read));
        str_add_str(&text, "\n" HYPHENS "\n\n");
    }
    str_addf(&text, "End of the digest of %.*s\n", SV_ARG(r->list->title));
    mail.text = str_sv(&text);
    int rc = compose_mail(r->a, &mail, out, err);
    str_release(&text);
    return rc;
}

struct form {
    const char *delivery;
    int (*make)(struct digest_run *r, struct sv *out, struct err *err);
    int64_t readers;
};

static int send_form(struct digest_run *r, const struct form *form, struct err *err)
{
    struct sv bytes, delivery = sv_str(form->delivery);
    if (!form->readers || !r->entries.len)
        return CM_OK;
    int rc = form->make(r, &bytes, err);
    r->sent += rc == CM_OK;
    return rc ? rc : outbox_digest(r->s, r->list->id, delivery, bytes, r->now, err);
}

/* Messages are read only where somebody reads the digest. */
static int read_entries(struct digest_run *r, const struct numbers *numbers, bool anybody, struct err *err)
{
    int rc = CM_OK;
    for (size_t i = 0; !rc && anybody && i < numbers->list.len; i++)
        rc = add_entry(r, numbers->list.at[i], err);
    return rc;
}

static int send_tx(struct store *s CM_UNUSED, void *context, struct err *err)
{
    struct digest_run *r = context;
    struct numbers numbers = {{NULL, 0, 0}};
    struct form mime = {"digest", make_mime, 0}, plain = {"plain", make_plain, 0};
    int rc = look(r, err);
    if (rc || !is_due(r))
        return rc;
    rc = take(r, &numbers, err);
    if (!rc)
        rc = count_readers(r, sv_str(mime.delivery), &mime.readers, err);
    if (!rc)
        rc = count_readers(r, sv_str(plain.delivery), &plain.readers, err);
    if (!rc)
        rc = read_entries(r, &numbers, mime.readers || plain.readers, err);
    if (!rc)
        rc = send_form(r, &mime, err);
    return rc ? rc : send_form(r, &plain, err);
}

int digests_send(struct store *s, struct arena *a, const struct lists *lists, int64_t now, size_t *out_sent,
                 struct err *err)
{
    int rc = CM_OK;
    *out_sent = 0;
    for (size_t i = 0; !rc && i < lists->list.len; i++) {
        struct digest_run r = {.s = s, .a = a, .list = &lists->list.at[i], .now = now};
        rc = look(&r, err);
        if (!rc && is_due(&r))
            rc = store_tx(s, send_tx, &r, err);
        *out_sent += r.sent;
    }
    return rc;
}
