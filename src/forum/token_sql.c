#include "base/date.h"
#include "forum/route.h"
#include "forum/secret.h"
#include "forum/signed.h"
#include "forum/token.h"

enum { FORGET_DAYS = 30 };

const char *const token_kind_names[TOKEN_KINDS] = {"subscribe", "unsubscribe", "join",   "settings",
                                                   "moderate",  "command",     "review", "login",
                                                   "second",    "address"};

int token_make(struct store *s, struct arena *a, const struct token_new *t, struct sv *out, struct err *err)
{
    struct store_stmt *q;
    struct digest d;
    int rc = token_purge(s, t->now - FORGET_DAYS * (int64_t)DATE_DAY, err);
    if (!rc)
        rc = store_prepare(s, "INSERT INTO token (digest, kind, list, subject, address, detail, made, expires) "
                              "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", &q, err);
    if (rc)
        return rc;
    *out = secret_make(a);
    if (!secret_digest(*out, &d))
        BUG("a key that cannot be read");
    store_bind_blob(q, 1, digest_sv(&d));
    store_bind_text(q, 2, sv_str(token_kind_names[t->kind]));
    if (t->list.len)
        store_bind_text(q, 3, t->list);
    store_bind_text(q, 4, t->subject);
    store_bind_text(q, 5, route_mailbox(a, t->address));
    store_bind_text(q, 6, t->detail);
    store_bind_int(q, 7, t->now);
    store_bind_int(q, 8, t->expires);
    return store_finish(q, err);
}

static int read_row(struct arena *a, struct store_stmt *q, const struct digest *d, int64_t now, struct token *out,
                    struct err *err)
{
    int kind = 0;
    while (kind < TOKEN_KINDS && !sv_eq_str(store_text(q, 1), token_kind_names[kind]))
        kind++;
    if (kind == TOKEN_KINDS)
        return err_set(err, CM_ECORRUPT, "a token of the store is of no known kind");
    if (!signed_equal(store_text(q, 0), digest_sv(d)))
        return CM_OK;
    *out = (struct token){.kind = (enum token_kind)kind, .list = arena_sv(a, store_text(q, 2)),
                          .subject = arena_sv(a, store_text(q, 3)), .address = arena_sv(a, store_text(q, 4)),
                          .detail = arena_sv(a, store_text(q, 5)), .made = store_int(q, 6),
                          .expires = store_int(q, 7)};
    memcpy(out->digest, d->bytes, sizeof out->digest);
    out->state = !store_is_null(q, 8) ? TOKEN_USED : out->expires <= now ? TOKEN_EXPIRED : TOKEN_GOOD;
    return CM_OK;
}

int token_find(struct store *s, struct arena *a, struct sv text, int64_t now, struct token *out, struct err *err)
{
    struct digest d;
    struct store_stmt *q;
    *out = (struct token){.state = TOKEN_UNKNOWN};
    if (!secret_digest(text, &d))
        return CM_OK;
    int rc = store_prepare(s, "SELECT digest, kind, list, subject, address, detail, made, expires, used FROM token "
                              "WHERE digest = $1", &q, err);
    if (rc)
        return rc;
    store_bind_blob(q, 1, digest_sv(&d));
    while ((rc = store_step(q, err)) == STORE_ROW && !(rc = read_row(a, q, &d, now, out, err)))
        ;
    store_done(q);
    return rc;
}

int token_spend(struct store *s, const struct token *t, int64_t now, struct err *err)
{
    struct store_stmt *q;
    bool spent = false;
    int rc = store_prepare(s, "UPDATE token SET used = $2 WHERE digest = $1 AND used IS NULL AND expires > $2 "
                              "RETURNING 1", &q, err);
    if (rc)
        return rc;
    store_bind_blob(q, 1, sv_from((const char *)t->digest, sizeof t->digest));
    store_bind_int(q, 2, now);
    while ((rc = store_step(q, err)) == STORE_ROW)
        spent = true;
    store_done(q);
    return rc || spent ? rc : err_set(err, CM_ECONFLICT, "that was confirmed before");
}

int token_count(struct store *s, struct arena *a, enum token_kind kind, struct sv address, int64_t since,
                int64_t *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT count(*) FROM token WHERE address = $1 AND made > $2 AND kind = $3", &q, err);
    *out = 0;
    if (rc)
        return rc;
    store_bind_text(q, 1, route_mailbox(a, address));
    store_bind_int(q, 2, since);
    store_bind_text(q, 3, sv_str(token_kind_names[kind]));
    return store_finish_int(q, out, err);
}

int token_count_for(struct store *s, enum token_kind kind, struct sv subject, int64_t since, int64_t *out,
                    struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT count(*) FROM token WHERE subject = $1 AND made > $2 AND kind = $3", &q, err);
    *out = 0;
    if (rc)
        return rc;
    store_bind_text(q, 1, subject);
    store_bind_int(q, 2, since);
    store_bind_text(q, 3, sv_str(token_kind_names[kind]));
    return store_finish_int(q, out, err);
}

int token_forget(struct store *s, enum token_kind kind, struct sv subject, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "DELETE FROM token WHERE kind = $1 AND subject = $2", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, sv_str(token_kind_names[kind]));
    store_bind_text(q, 2, subject);
    return store_finish(q, err);
}

int token_purge(struct store *s, int64_t before, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "DELETE FROM token WHERE expires < $1", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, before);
    return store_finish(q, err);
}
