#include "forum/session.h"

#include "base/digest.h"
#include "forum/base32.h"
#include "forum/secret.h"
#include "forum/signed.h"

enum { PROOF_BYTES = 16 };

struct sv session_token(struct arena *a)
{
    return secret_make(a);
}

/* Those that are over, and of a member those that are too many for one more. */
static int make_room(struct store *s, struct sv member, int64_t now, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "DELETE FROM session WHERE made <= $1 OR seen <= $2", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, now - SESSION_LIFE);
    store_bind_int(q, 2, now - SESSION_IDLE);
    if ((rc = store_finish(q, err)))
        return rc;
    rc = store_prepare(s, "DELETE FROM session WHERE id IN (SELECT id FROM session WHERE member = $1 "
                          "ORDER BY seen DESC, id DESC LIMIT -1 OFFSET $2)", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, member);
    store_bind_int(q, 2, SESSIONS_MAX - 1);
    return store_finish(q, err);
}

static const char *const way_names[] = {[SESSION_BY_LINK] = "link", [SESSION_BY_PASSWORD] = "password"};

int session_make(struct store *s, struct sv token, struct sv member, struct sv browser, enum session_way way,
                 int64_t now, struct err *err)
{
    struct store_stmt *q;
    struct digest d;
    if (!secret_digest(token, &d))
        BUG("a session with a token that is none");
    int rc = make_room(s, member, now, err);
    if (!rc)
        rc = store_prepare(s, "INSERT INTO session (digest, member, browser, made, seen, way) VALUES ($1, $2, $3, "
                              "$4, $4, $5)", &q, err);
    if (rc)
        return rc;
    store_bind_blob(q, 1, digest_sv(&d));
    store_bind_text(q, 2, member);
    store_bind_text(q, 3, browser);
    store_bind_int(q, 4, now);
    store_bind_text(q, 5, sv_str(way_names[way]));
    return store_finish(q, err);
}

static struct session read_row(struct arena *a, struct store_stmt *q)
{
    return (struct session){.id = store_int(q, 0), .member = arena_sv(a, store_text(q, 1)),
                            .name = arena_sv(a, store_text(q, 2)), .browser = arena_sv(a, store_text(q, 3)),
                            .made = store_int(q, 4), .seen = store_int(q, 5),
                            .way = sv_eq_str(store_text(q, 6), way_names[SESSION_BY_PASSWORD]) ? SESSION_BY_PASSWORD
                                                                                               : SESSION_BY_LINK};
}

int session_find(struct store *s, struct arena *a, struct sv token, int64_t now, struct session *out, struct err *err)
{
    struct store_stmt *q;
    struct digest d;
    *out = (struct session){.id = 0};
    if (!secret_digest(token, &d))
        return CM_OK;
    int rc = store_prepare(s, "SELECT s.id, s.member, m.name, s.browser, s.made, s.seen, s.way, s.digest FROM session "
                              "s "
                              "JOIN member m ON m.id = s.member WHERE s.digest = $1 AND s.made > $2 AND s.seen > $3 "
                              "AND m.gone IS NULL", &q, err);
    if (rc)
        return rc;
    store_bind_blob(q, 1, digest_sv(&d));
    store_bind_int(q, 2, now - SESSION_LIFE);
    store_bind_int(q, 3, now - SESSION_IDLE);
    while ((rc = store_step(q, err)) == STORE_ROW)
        if (signed_equal(store_text(q, 7), digest_sv(&d)))
            *out = read_row(a, q);
    store_done(q);
    return rc;
}

int session_touch(struct store *s, int64_t id, int64_t now, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "UPDATE session SET seen = max(seen, $2) WHERE id = $1", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, id);
    store_bind_int(q, 2, now);
    return store_finish(q, err);
}

int sessions_load(struct store *s, struct arena *a, struct sv member, int64_t now, struct sessions *out,
                  struct err *err)
{
    struct store_stmt *q;
    *out = (struct sessions){{NULL, 0, 0}};
    int rc = store_prepare(s, "SELECT s.id, s.member, m.name, s.browser, s.made, s.seen, s.way FROM session s "
                              "JOIN member m ON m.id = s.member WHERE s.member = $1 AND s.made > $2 AND s.seen > $3 "
                              "ORDER BY s.seen DESC, s.id DESC", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, member);
    store_bind_int(q, 2, now - SESSION_LIFE);
    store_bind_int(q, 3, now - SESSION_IDLE);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *vec_push(a, &out->list) = read_row(a, q);
    store_done(q);
    return rc;
}

int session_end(struct store *s, struct sv member, int64_t id, bool *out, struct err *err)
{
    struct store_stmt *q;
    *out = false;
    int rc = store_prepare(s, "DELETE FROM session WHERE member = $1 AND id = $2 RETURNING 1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, member);
    store_bind_int(q, 2, id);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = true;
    store_done(q);
    return rc;
}

int session_end_others(struct store *s, struct sv member, int64_t but, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "DELETE FROM session WHERE member = $1 AND id <> $2", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, member);
    store_bind_int(q, 2, but);
    return store_finish(q, err);
}

struct sv session_proof(struct arena *a, struct sv token, const char *action)
{
    const struct sv parts[] = {SV("casemate-form-1"), token, sv_str(action)};
    struct digest d = digest_of_parts(parts, ARRAY_LEN(parts));
    return base32_write(a, sv_from((const char *)d.bytes, PROOF_BYTES));
}

bool session_proves(struct arena *a, struct sv token, const char *action, struct sv proof)
{
    return token.len == SESSION_TOKEN_LENGTH && signed_equal(proof, session_proof(a, token, action));
}

int session_count(struct store *s, int64_t *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT count(*) FROM session", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = store_int(q, 0);
    store_done(q);
    return rc;
}
