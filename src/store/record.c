#include "store/record.h"

#include "base/rand.h"
#include "base/utf8.h"
#include "store/record_chain.h"

/* ---- rows ---- */

bool record_row(struct store_stmt *q, struct record_event *out, struct record_fields *out_fields,
                const char **out_bad)
{
    *out_fields = (struct record_fields){store_int(q, 0), store_int(q, 1), store_text(q, 2),
                                         store_text(q, 3), store_text(q, 4)};
    *out = (struct record_event){.seq = out_fields->seq,
                                 .header = store_text(q, 5),
                                 .salt = store_text(q, 6),
                                 .payload = store_text(q, 7)};
    out->erased = store_is_null(q, 6);
    *out_bad = !digest_from_bytes(store_text(q, 8), &out->commitment) ? "commitment"
               : !digest_from_bytes(store_text(q, 9), &out->previous) ? "previous hash"
               : !digest_from_bytes(store_text(q, 10), &out->hash)    ? "hash"
                                                                : NULL;
    return *out_bad == NULL;
}

int record_insert(struct store *s, const struct record_event *e, const struct record_fields *f,
                  struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s,
                           "INSERT INTO event (" RECORD_COLUMNS ")"
                           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                           &q, err);
    if (rc < 0)
        return rc;
    store_bind_int(q, 1, f->seq);
    store_bind_int(q, 2, f->at);
    store_bind_text(q, 3, f->actor);
    store_bind_text(q, 4, f->action);
    store_bind_text(q, 5, f->subject);
    store_bind_text(q, 6, e->header);
    if (!e->erased)
        store_bind_blob(q, 7, e->salt);
    store_bind_text(q, 8, e->payload);
    store_bind_blob(q, 9, digest_sv(&e->commitment));
    store_bind_blob(q, 10, digest_sv(&e->previous));
    store_bind_blob(q, 11, digest_sv(&e->hash));
    return store_finish(q, err);
}

/* ---- appending ---- */

static int check_name(struct sv text, const char *what, bool needed, struct err *err)
{
    if (text.len > RECORD_NAME_MAX)
        return err_set(err, CM_ELIMIT, "the %s of an event is longer than %d bytes", what,
                       RECORD_NAME_MAX);
    if (!utf8_valid(text, NULL) || sv_find_char(text, '\0') >= 0)
        return err_set(err, CM_EINPUT, "the %s of an event is not UTF-8", what);
    if (needed && text.len == 0)
        return err_set(err, CM_EINPUT, "the %s of an event is empty", what);
    return 0;
}

static int check_payload(struct sv p, struct err *err)
{
    if (p.len > RECORD_PAYLOAD_MAX)
        return err_set(err, CM_ELIMIT, "the content of an event is larger than %d MiB",
                       RECORD_PAYLOAD_MAX >> 20);
    if (p.len < 2 || p.at[0] != '{' || p.at[p.len - 1] != '}' || memchr(p.at, '\n', p.len) ||
        memchr(p.at, '\0', p.len))
        return err_set(err, CM_EINPUT, "the content of an event is not a JSON object on one line");
    if (!utf8_valid(p, NULL))
        return err_set(err, CM_EINPUT, "the content of an event is not UTF-8");
    return 0;
}

static int check_draft(const struct record_draft *d, struct err *err)
{
    int rc = check_name(d->actor, "actor", true, err);
    if (rc == 0)
        rc = check_name(d->action, "action", true, err);
    if (rc == 0)
        rc = check_name(d->subject, "subject", false, err);
    return rc < 0 ? rc : check_payload(d->payload, err);
}

int record_append(struct store *s, const struct record_draft *draft, int64_t *out_seq,
                  struct err *err)
{
    struct record_fields f = {0, draft->at, draft->actor, draft->action, draft->subject};
    struct record_event e = {.payload = draft->payload};
    char salt[RECORD_SALT_BYTES];
    struct arena arena = ARENA_INIT;
    struct str header = STR_INIT;
    int rc = check_draft(draft, err);
    if (rc < 0 || (rc = record_head(s, &f.seq, &e.previous, NULL, err)) < 0)
        goto out;
    f.seq++;
    if (!record_write_header(&header, &f, sv_str(digest_hex(&arena, &draft->state)))) {
        rc = err_set(err, CM_EINPUT, "the time of an event is not within the years 0 to 9999");
        goto out;
    }
    rand_bytes(salt, sizeof(salt));
    e.header = str_sv(&header);
    e.salt = sv_from(salt, sizeof(salt));
    e.commitment = record_commit(e.salt, e.payload);
    e.hash = record_link(&e.previous, e.header, &e.commitment);
    rc = record_insert(s, &e, &f, err);
    if (rc == 0 && out_seq)
        *out_seq = f.seq;
out:
    arena_release(&arena);
    str_release(&header);
    return rc;
}

/* ---- reading ---- */

static void copy_event(struct arena *a, struct record_event *to, const struct record_event *from)
{
    *to = *from;
    to->header = arena_sv(a, from->header);
    to->salt = arena_sv(a, from->salt);
    to->payload = arena_sv(a, from->payload);
}

int record_read(struct store *s, struct arena *a, int64_t from, size_t limit,
                struct record_events *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(
        s, "SELECT " RECORD_COLUMNS " FROM event WHERE seq >= $1 ORDER BY seq LIMIT $2", &q, err);
    if (rc < 0)
        return rc;
    memset(out, 0, sizeof(*out));
    store_bind_int(q, 1, from);
    store_bind_int(q, 2, limit && limit < INT64_MAX ? (int64_t)limit : INT64_MAX);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct record_event e;
        struct record_fields f;
        const char *bad;
        if (!record_row(q, &e, &f, &bad)) {
            rc = err_set(err, CM_ECORRUPT, "event %lld: its %s does not have %d bytes",
                         (long long)f.seq, bad, DIGEST_BYTES);
            break;
        }
        copy_event(a, vec_push(a, &out->list), &e);
    }
    store_done(q);
    return rc;
}

#define SMALL "length(payload) <= $3"

int record_read_lines(struct store *s, struct arena *a, int64_t from, size_t limit, struct record_lines *out,
                      struct err *err)
{
    struct store_stmt *q;
    *out = (struct record_lines){{NULL, 0, 0}};
    int rc = store_prepare(s, "SELECT seq, at, actor, action, subject, salt IS NULL, hash, "
                              "CASE WHEN " SMALL " THEN coalesce(json_extract(payload, '$.reason'), '') ELSE '' END, "
                              "CASE WHEN " SMALL " THEN coalesce(json_extract(payload, '$.source'), '') ELSE '' END "
                              "FROM event WHERE seq >= $1 ORDER BY seq LIMIT $2", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, from);
    store_bind_int(q, 2, limit ? (int64_t)limit : -1);
    store_bind_int(q, 3, RECORD_LINE_PAYLOAD_MAX);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct record_line *line = vec_push(a, &out->list);
        struct sv hash = store_text(q, 6);
        *line = (struct record_line){.seq = store_int(q, 0), .at = store_int(q, 1),
                                     .actor = arena_sv(a, store_text(q, 2)), .action = arena_sv(a, store_text(q, 3)),
                                     .subject = arena_sv(a, store_text(q, 4)), .erased = store_int(q, 5) != 0,
                                     .reason = arena_sv(a, store_text(q, 7)), .source = arena_sv(a, store_text(q, 8))};
        memcpy(line->hash.bytes, hash.at, hash.len < DIGEST_BYTES ? hash.len : DIGEST_BYTES);
    }
    store_done(q);
    return rc;
}

int record_payload_size(struct store *s, int64_t seq, int64_t *out, struct err *err)
{
    struct store_stmt *q;
    *out = 0;
    int rc = store_prepare(s, "SELECT coalesce(length(payload), 1) FROM event WHERE seq = $1", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, seq);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = store_int(q, 0);
    store_done(q);
    return rc;
}

int record_head(struct store *s, int64_t *out_seq, struct digest *out_hash,
                struct digest *out_state, struct err *err)
{
    struct store_stmt *q;
    struct digest hash = {{0}}, state = {{0}};
    int64_t seq = 0;
    int rc =
        store_prepare(s, "SELECT seq, hash, header FROM event ORDER BY seq DESC LIMIT 1", &q, err);
    if (rc < 0)
        return rc;
    rc = store_step(q, err);
    if (rc == STORE_ROW) {
        seq = store_int(q, 0);
        rc = 0;
        if (!digest_from_bytes(store_text(q, 1), &hash) ||
            !digest_from_hex(record_header_state(store_text(q, 2)), &state))
            rc = err_set(err, CM_ECORRUPT, "event %lld: its hash or its header is damaged",
                         (long long)seq);
    }
    store_done(q);
    if (rc < 0)
        return rc;
    if (out_seq)
        *out_seq = seq;
    if (out_hash)
        *out_hash = hash;
    if (out_state)
        *out_state = state;
    return 0;
}

/* ---- erasing ---- */

static int event_exists(struct store *s, int64_t seq, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT 1 FROM event WHERE seq = $1", &q, err);
    if (rc < 0)
        return rc;
    store_bind_int(q, 1, seq);
    rc = store_finish(q, err);
    if (rc == 0)
        return err_set(err, CM_ENOTFOUND, "there is no event %lld", (long long)seq);
    return rc < 0 ? rc : 0;
}

int record_erase(struct store *s, int64_t seq, struct sv remains, struct err *err)
{
    struct store_stmt *q;
    int rc = event_exists(s, seq, err);
    if (rc < 0 || (rc = check_payload(remains, err)) < 0 ||
        (rc = store_prepare(s, "UPDATE event SET salt = NULL, payload = $2 WHERE seq = $1", &q,
                            err)) < 0)
        return rc;
    store_bind_int(q, 1, seq);
    store_bind_text(q, 2, remains);
    rc = store_finish(q, err);
    if (rc == 0)
        store_scrub(s);
    return rc;
}
