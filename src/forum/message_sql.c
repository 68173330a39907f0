#include "forum/message.h"

#include "base/date.h"
#include "forum/pack.h"
#include "forum/route.h"
#include "forum/subject.h"
#include "forum/text.h"
#include "forum/thread.h"

const char *const message_state_names[MESSAGE_STATES] = {"public",    "held",        "returned",
                                                         "discarded", "quarantined", "erased"};

/* ---- adding ---- */

static struct sv mid_of(struct arena *a, const struct mail *m, const struct digest *d)
{
    if (m->message_id.len)
        return m->message_id;
    return sv_str(arena_printf(a, "%.32s@no-message-id.invalid", digest_hex(a, d)));
}

/* Clocks of senders are wrong in both directions; what cannot be is not believed. */
static int64_t date_of(const struct message_new *m)
{
    const int64_t first = 6570 * (int64_t)DATE_DAY; /* 1988: no list is older that has this kind of mail */
    return m->mail->has_date && m->mail->date >= first && m->mail->date <= m->received + DATE_DAY ? m->mail->date
                                                                                                   : m->received;
}

/* Whether the same bytes are here; otherwise which copy under this Message-ID the next one is. */
static int find_copies(struct store *s, struct sv list, struct sv mid, const struct digest *d, int64_t *out_same,
                       int64_t *out_next, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT id, copy, digest FROM message WHERE list = $1 AND mid = $2", &q, err);
    *out_same = 0;
    *out_next = 1;
    if (rc)
        return rc;
    store_bind_text(q, 1, list);
    store_bind_text(q, 2, mid);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        if (sv_eq(store_text(q, 2), digest_sv(d)))
            *out_same = store_int(q, 0);
        if (store_int(q, 1) >= *out_next)
            *out_next = store_int(q, 1) + 1;
    }
    store_done(q);
    return rc;
}

static int last_id(struct store *s, int64_t *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT last_insert_rowid()", &q, err);
    if (rc)
        return rc;
    return store_finish_int(q, out, err);
}

static int insert(struct store *s, struct arena *a, const struct message_new *m, struct sv mid, int64_t copy,
                  const struct message_prepared *prepared, struct err *err)
{
    struct store_stmt *q;
    struct mail_address none = {SV_NONE, SV_NONE};
    const struct mail_address *from = m->mail->from.count ? &m->mail->from.at[0] : &none;
    int rc = store_prepare(s, "INSERT INTO message (list, mid, copy, digest, received, date, name, address, sender, "
                              "subject, base, state, size, raw) "
                              "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'held', $12, $13)", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, m->list);
    store_bind_text(q, 2, mid);
    store_bind_int(q, 3, copy);
    store_bind_blob(q, 4, digest_sv(&prepared->digest));
    store_bind_int(q, 5, m->received);
    store_bind_int(q, 6, date_of(m));
    store_bind_text(q, 7, from->name);
    store_bind_text(q, 8, route_mailbox(a, from->address));
    if (m->has_sender)
        store_bind_text(q, 9, m->sender);
    store_bind_text(q, 10, m->mail->subject);
    store_bind_text(q, 11, subject_base(a, m->mail->subject, NULL));
    store_bind_int(q, 12, (int64_t)m->bytes.len);
    store_bind_blob(q, 13, prepared->packed);
    return store_finish(q, err);
}

struct message_prepared message_prepare(struct arena *a, struct sv bytes)
{
    return (struct message_prepared){digest_of(bytes), pack_bytes(a, bytes)};
}

struct sv message_words(struct arena *a, const struct mail *mail)
{
    struct mail_text text = mail_text_read(a, mail);
    return mail_own_text(a, &text);
}

int message_add(struct store *s, struct arena *a, const struct message_new *m, int64_t *out_id, bool *out_twice,
                struct err *err)
{
    const struct message_prepared here = m->prepared ? *m->prepared : message_prepare(a, m->bytes);
    struct sv mid = mid_of(a, m->mail, &here.digest);
    int64_t copy;
    int rc = find_copies(s, m->list, mid, &here.digest, out_id, &copy, err);
    *out_twice = !rc && *out_id;
    if (rc || *out_twice)
        return rc;
    rc = insert(s, a, m, mid, copy, &here, err);
    return rc ? rc : last_id(s, out_id, err);
}

/* ---- reading ---- */

static enum message_state state_of(struct sv name)
{
    for (int i = 0; i < MESSAGE_STATES; i++)
        if (sv_eq_str(name, message_state_names[i]))
            return (enum message_state)i;
    return MESSAGE_ERASED; /* shows least */
}

int message_load(struct store *s, struct arena *a, int64_t id, struct message *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT list, mid, copy, date, name, address, subject, state, "
                              "coalesce(thread, 0), coalesce(parent, 0), size FROM message WHERE id = $1", &q, err);
    *out = (struct message){.id = 0};
    if (rc)
        return rc;
    store_bind_int(q, 1, id);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = (struct message){
            .id = id, .list = arena_sv(a, store_text(q, 0)), .mid = arena_sv(a, store_text(q, 1)),
            .copy = store_int(q, 2), .date = store_int(q, 3), .name = arena_sv(a, store_text(q, 4)),
            .address = arena_sv(a, store_text(q, 5)), .subject = arena_sv(a, store_text(q, 6)),
            .state = state_of(store_text(q, 7)), .thread = store_int(q, 8), .parent = store_int(q, 9),
            .size = store_int(q, 10)};
    store_done(q);
    return rc ? rc : out->id ? CM_OK : err_set(err, CM_ENOTFOUND, "there is no message %lld", (long long)id);
}

int message_bytes(struct store *s, struct arena *a, int64_t id, struct sv *out, struct err *err)
{
    struct store_stmt *q;
    struct sv packed = SV_NONE;
    int rc = store_prepare(s, "SELECT raw FROM message WHERE id = $1 AND raw IS NOT NULL", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, id);
    while ((rc = store_step(q, err)) == STORE_ROW)
        packed = arena_sv(a, store_text(q, 0));
    store_done(q);
    if (!rc && !packed.len)
        return err_set(err, CM_ENOTFOUND, "there is no message %lld, or it was erased", (long long)id);
    return rc ? rc : unpack_bytes(a, packed, out, err);
}

int message_find(struct store *s, struct sv list, struct sv mid, int64_t *out_id, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT id FROM public_message WHERE list = $1 AND mid = $2 ORDER BY copy LIMIT 1", &q,
                           err);
    *out_id = 0;
    if (rc)
        return rc;
    store_bind_text(q, 1, list);
    store_bind_text(q, 2, mid);
    return store_finish_int(q, out_id, err);
}

int message_set_state(struct store *s, int64_t id, enum message_state state, struct err *err)
{
    struct store_stmt *q;
    if (state == MESSAGE_PUBLIC)
        BUG("a message becomes public by message_publish()");
    int rc = store_prepare(s, "UPDATE message SET state = $2 WHERE id = $1 AND state <> 'public'", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, id);
    store_bind_text(q, 2, sv_str(message_state_names[state]));
    return store_finish(q, err);
}

/* ---- publishing ---- */

static int index_words(struct store *s, const struct message *m, struct sv text, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "INSERT INTO mail_search (rowid, subject, sender, text) VALUES ($1, $2, $3, $4)", &q,
                           err);
    if (rc)
        return rc;
    store_bind_int(q, 1, m->id);
    store_bind_text(q, 2, m->subject);
    store_bind_text(q, 3, m->name);
    store_bind_text(q, 4, text);
    return store_finish(q, err);
}

static int keep_words(struct store *s, const struct message *m, struct sv packed, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "INSERT INTO message_words (message, words) VALUES ($1, $2)", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, m->id);
    store_bind_blob(q, 2, packed);
    return store_finish(q, err);
}

int message_publish_packed(struct store *s, struct arena *a, int64_t id, const struct mail *mail, struct sv text,
                           struct sv packed, struct err *err)
{
    struct message m;
    int rc = message_load(s, a, id, &m, err);
    if (!rc && m.state == MESSAGE_PUBLIC)
        return CM_OK;
    if (!rc)
        rc = thread_place(s, a, &m, mail, err);
    if (!rc)
        rc = index_words(s, &m, text, err);
    return rc || !text.len ? rc : keep_words(s, &m, packed, err);
}

int message_publish(struct store *s, struct arena *a, int64_t id, const struct mail *mail, struct sv text,
                    struct err *err)
{
    return message_publish_packed(s, a, id, mail, text, pack_bytes(a, text), err);
}

int message_indexed_words(struct store *s, struct arena *a, int64_t id, struct sv *out, struct err *err)
{
    struct store_stmt *q;
    struct sv packed = SV_NONE;
    *out = SV_NONE;
    int rc = store_prepare(s, "SELECT words FROM message_words JOIN public_message ON id = message WHERE message = $1",
                           &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, id);
    while ((rc = store_step(q, err)) == STORE_ROW)
        packed = arena_sv(a, store_text(q, 0));
    store_done(q);
    return rc || !packed.len ? rc : unpack_bytes(a, packed, out, err);
}

int message_newest_public(struct store *s, int64_t *out, struct err *err)
{
    struct store_stmt *q;
    *out = 0;
    int rc = store_prepare(s, "SELECT id FROM public_message ORDER BY id DESC LIMIT 1", &q, err);
    return rc ? rc : store_finish_int(q, out, err);
}

int message_count_public(struct store *s, int64_t *out_count, int64_t *out_newest, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT count(*), coalesce(max(id), 0) FROM public_message", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        *out_count = store_int(q, 0);
        *out_newest = store_int(q, 1);
    }
    store_done(q);
    return rc;
}
