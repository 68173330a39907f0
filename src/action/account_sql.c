/* Rows of accounts. */
#include "action/account.h"

#include "action/acts.h"

static int one_text(struct store *s, const char *sql, struct sv member, struct sv text, bool blob, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, sql, &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, member);
    if (!text.len)
        store_bind_null(q, 2);
    else if (blob)
        store_bind_blob(q, 2, text);
    else
        store_bind_text(q, 2, text);
    return store_finish(q, err);
}

int account_load(struct store *s, struct arena *a, struct sv member, struct account *out, struct err *err)
{
    struct store_stmt *q;
    *out = (struct account){.recovery = 0};
    int rc = store_prepare(s, "SELECT password IS NOT NULL, totp IS NOT NULL, waiting IS NOT NULL, zone, "
                              "(SELECT count(*) FROM recovery_code r WHERE r.member = account.member) "
                              "FROM account WHERE member = $1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, member);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = (struct account){.has_password = store_int(q, 0), .has_codes = store_int(q, 1),
                                .waits = store_int(q, 2), .zone = arena_sv(a, store_text(q, 3)),
                                .recovery = (size_t)store_int(q, 4)};
    store_done(q);
    return rc;
}

int account_keys_load(struct store *s, struct arena *a, struct sv member, struct account_keys *out, struct err *err)
{
    struct store_stmt *q;
    *out = (struct account_keys){.step = 0};
    int rc = store_prepare(s, "SELECT password, totp, waiting, step FROM account WHERE member = $1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, member);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = (struct account_keys){arena_sv(a, store_text(q, 0)), arena_sv(a, store_text(q, 1)),
                                     arena_sv(a, store_text(q, 2)), store_int(q, 3)};
    store_done(q);
    return rc;
}

int account_password_put(struct store *s, struct sv member, struct sv stored, struct err *err)
{
    return one_text(s, "INSERT INTO account (member, password) VALUES ($1, $2) "
                       "ON CONFLICT (member) DO UPDATE SET password = excluded.password", member, stored, false, err);
}

int account_waiting_put(struct store *s, struct sv member, struct sv secret, struct err *err)
{
    return one_text(s, "INSERT INTO account (member, waiting) VALUES ($1, $2) "
                       "ON CONFLICT (member) DO UPDATE SET waiting = excluded.waiting", member, secret, true, err);
}

int account_zone_put(struct store *s, struct sv member, struct sv zone, struct err *err)
{
    return one_text(s, "INSERT INTO account (member, zone) VALUES ($1, $2) "
                       "ON CONFLICT (member) DO UPDATE SET zone = excluded.zone", member, zone, false, err);
}

int account_step_put(struct store *s, struct sv member, int64_t step, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "UPDATE account SET step = $2 WHERE member = $1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, member);
    store_bind_int(q, 2, step);
    return store_finish(q, err);
}

int account_totp_put(struct store *s, struct sv member, struct sv secret, int64_t step, struct err *err)
{
    int rc = one_text(s, "UPDATE account SET totp = $2, waiting = NULL WHERE member = $1", member, secret, true, err);
    return rc ? rc : account_step_put(s, member, step, err);
}

int account_recovery_put(struct store *s, struct sv member, const struct digest *d, struct err *err)
{
    return one_text(s, "INSERT INTO recovery_code (member, digest) VALUES ($1, $2)", member, digest_sv(d), true, err);
}

int account_recovery_take(struct store *s, struct sv member, const struct digest *d, bool *out, struct err *err)
{
    struct store_stmt *q;
    *out = false;
    int rc = store_prepare(s, "DELETE FROM recovery_code WHERE member = $1 AND ($2 IS NULL OR digest = $2) "
                              "RETURNING 1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, member);
    if (d)
        store_bind_blob(q, 2, digest_sv(d));
    else
        store_bind_null(q, 2);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = true;
    store_done(q);
    return rc;
}

/* ---- tries ---- */

int account_tries(struct store *s, const struct digest *what, int64_t since, int64_t *out, struct err *err)
{
    struct store_stmt *q;
    *out = 0;
    int rc = store_prepare(s, "SELECT count(*) FROM log_in_try WHERE what = $1 AND at > $2", &q, err);
    if (rc)
        return rc;
    store_bind_blob(q, 1, digest_sv(what));
    store_bind_int(q, 2, since);
    return store_finish_int(q, out, err);
}

int account_try_put(struct store *s, const struct digest *what, int64_t now, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "DELETE FROM log_in_try WHERE at <= $1", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, now - ACCOUNT_HOUR);
    if ((rc = store_finish(q, err)) || (rc = store_prepare(s, "INSERT INTO log_in_try (what, at) VALUES ($1, $2)", &q,
                                                           err)))
        return rc;
    store_bind_blob(q, 1, digest_sv(what));
    store_bind_int(q, 2, now);
    return store_finish(q, err);
}

int account_tries_forget(struct store *s, const struct digest *what, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "DELETE FROM log_in_try WHERE what = $1", &q, err);
    if (rc)
        return rc;
    store_bind_blob(q, 1, digest_sv(what));
    return store_finish(q, err);
}

/* ---- addresses ---- */

int account_choose(struct store *s, struct sv member, struct sv address, struct err *err)
{
    return one_text(s, "UPDATE address SET chosen = CASE address WHEN $2 THEN 1 ELSE 0 END WHERE member = $1 AND kind "
                       "= 'mail'", member,
                    address, false, err);
}

int account_address_drop(struct store *s, struct sv member, struct sv address, bool *out, struct err *err)
{
    struct store_stmt *q;
    *out = false;
    int rc = store_prepare(s, "DELETE FROM address WHERE member = $1 AND kind = 'mail' AND address = $2 RETURNING 1",
                           &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, member);
    store_bind_text(q, 2, address);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = true;
    store_done(q);
    return rc;
}
