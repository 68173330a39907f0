#include "forum/queue.h"

#include "base/date.h"

int64_t queue_pause(int64_t attempts)
{
    static const int64_t minutes[] = {1, 5, 15, 60, 120};
    enum { LATER_MINUTES = 240 };
    if (attempts >= QUEUE_ATTEMPTS_MAX)
        return 0;
    return 60 * (attempts <= (int64_t)ARRAY_LEN(minutes) ? minutes[attempts > 0 ? attempts - 1 : 0] : LATER_MINUTES);
}

/* Runs a statement that gives no rows, or counts those that RETURNING gives. */
static int run(struct store_stmt *q, int64_t *out_rows, struct err *err)
{
    int rc;
    int64_t rows = 0;
    while ((rc = store_step(q, err)) == STORE_ROW)
        rows++;
    store_done(q);
    if (out_rows)
        *out_rows = rows;
    return rc;
}

/* ---- claiming ---- */

struct claim {
    struct arena *a;
    struct sv worker;
    int64_t now;
    size_t most;
    struct queue_batch *out;
};

static int find_due(struct store *s, struct claim *c, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT o.id, o.kind, o.list, o.message, o.bytes FROM outgoing o WHERE o.id = "
                              "(SELECT outgoing FROM delivery WHERE state = 'waiting' AND due <= $1 "
                              "ORDER BY due, rowid LIMIT 1)", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, c->now);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        c->out->outgoing = store_int(q, 0);
        c->out->kind = arena_sv(c->a, store_text(q, 1));
        c->out->list = arena_sv(c->a, store_text(q, 2));
        c->out->message = store_int(q, 3);
        c->out->bytes = arena_sv(c->a, store_text(q, 4));
    }
    store_done(q);
    return rc;
}

static int claim_rows(struct store *s, struct claim *c, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "UPDATE delivery SET state = 'sending', worker = $1 WHERE rowid IN "
                              "(SELECT rowid FROM delivery WHERE outgoing = $2 AND state = 'waiting' AND due <= $3 "
                              "LIMIT $4) RETURNING recipient, subscriber, attempts", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, c->worker);
    store_bind_int(q, 2, c->out->outgoing);
    store_bind_int(q, 3, c->now);
    store_bind_int(q, 4, (int64_t)c->most);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct queue_item *item = vec_push(c->a, &c->out->items);
        item->recipient = arena_sv(c->a, store_text(q, 0));
        item->subscriber = store_int(q, 1);
        item->attempts = store_int(q, 2);
    }
    store_done(q);
    return rc;
}

/* Who unsubscribed, or was suspended, since the mail was put into the queue, does not get it. */
static int drop_former(struct store *s, const struct claim *c, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "DELETE FROM delivery WHERE outgoing = $1 AND state = 'waiting' AND EXISTS "
                              "(SELECT 1 FROM subscriber x WHERE x.id = delivery.subscriber AND x.state <> 'active')",
                           &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, c->out->outgoing);
    return run(q, NULL, err);
}

static int claim_tx(struct store *s, void *context, struct err *err)
{
    struct claim *c = context;
    for (;;) {
        *c->out = (struct queue_batch){.outgoing = 0};
        int rc = find_due(s, c, err);
        if (rc || !c->out->outgoing)
            return rc;
        rc = drop_former(s, c, err);
        if (!rc)
            rc = claim_rows(s, c, err);
        if (!rc && !c->out->items.len)
            rc = queue_finish(s, c->out->outgoing, c->now, err);
        if (rc || c->out->items.len)
            return rc;
    }
}

static int anything_due(struct store *s, int64_t now, bool *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT 1 FROM delivery WHERE state = 'waiting' AND due <= $1 LIMIT 1", &q, err);
    if (rc)
        return rc;
    *out = false;
    store_bind_int(q, 1, now);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = true;
    store_done(q);
    return rc;
}

int queue_claim(struct store *s, struct arena *a, struct sv worker, int64_t now, size_t most, struct queue_batch *out,
                struct err *err)
{
    struct claim c = {a, worker, now, most, out};
    bool due;
    *out = (struct queue_batch){.outgoing = 0};
    int rc = anything_due(s, now, &due, err); /* a transaction that writes would disturb others for nothing */
    return rc || !due ? rc : store_tx(s, claim_tx, &c, err);
}

/* ---- results ---- */

static int remove_row(struct store *s, struct sv worker, const struct queue_result *r, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "DELETE FROM delivery WHERE outgoing = $1 AND recipient = $2 AND worker = $3", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, r->outgoing);
    store_bind_text(q, 2, r->recipient);
    store_bind_text(q, 3, worker);
    return run(q, NULL, err);
}

static int keep_row(struct store *s, struct sv worker, const struct queue_result *r, bool failed, int64_t now,
                    int64_t *out_rows, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "UPDATE delivery SET state = $4, due = $5, attempts = $6, reply = $7, worker = NULL "
                              "WHERE outgoing = $1 AND recipient = $2 AND worker = $3 RETURNING 1", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, r->outgoing);
    store_bind_text(q, 2, r->recipient);
    store_bind_text(q, 3, worker);
    store_bind_text(q, 4, failed ? SV("failed") : SV("waiting"));
    store_bind_int(q, 5, failed ? now : now + queue_pause(r->attempts + 1));
    store_bind_int(q, 6, r->attempts + 1);
    store_bind_text(q, 7, r->reply);
    return run(q, out_rows, err);
}

int queue_settle(struct store *s, struct sv worker, const struct queue_result *r, int64_t now, bool *out_failed,
                 struct err *err)
{
    int64_t rows = 0;
    bool failed = r->fate == QUEUE_FAILED || (r->fate == QUEUE_LATER && !queue_pause(r->attempts + 1));
    *out_failed = false;
    if (r->fate == QUEUE_SENT)
        return remove_row(s, worker, r, err);
    int rc = keep_row(s, worker, r, failed, now, &rows, err);
    *out_failed = failed && rows;
    return rc;
}

static int clear_alarm(struct store *s, int64_t outgoing, int64_t now, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "UPDATE alarm SET cleared = $2 WHERE cleared IS NULL AND id = "
                              "(SELECT alarm FROM outgoing WHERE id = $1 AND NOT EXISTS "
                              "(SELECT 1 FROM delivery WHERE outgoing = $1 AND state <> 'failed'))", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, outgoing);
    store_bind_int(q, 2, now);
    return run(q, NULL, err);
}

int queue_finish(struct store *s, int64_t outgoing, int64_t now, struct err *err)
{
    struct store_stmt *q;
    int rc = clear_alarm(s, outgoing, now, err);
    if (!rc)
        rc = store_prepare(s, "DELETE FROM outgoing WHERE id = $1 AND NOT EXISTS "
                              "(SELECT 1 FROM delivery WHERE outgoing = $1)", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, outgoing);
    return run(q, NULL, err);
}

/* ---- workers ---- */

int queue_workers(struct store *s, struct arena *a, struct queue_names *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT DISTINCT worker FROM delivery WHERE worker IS NOT NULL", &q, err);
    *out = (struct queue_names){{NULL, 0, 0}};
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        *vec_push(a, &out->list) = arena_sv(a, store_text(q, 0));
    store_done(q);
    return rc;
}

struct change {
    int64_t outgoing, now, rows, seconds;
    struct sv text; /* a worker, or a recipient */
    struct arena *a;
};

static int release_tx(struct store *s, void *context, struct err *err)
{
    struct change *c = context;
    struct store_stmt *q;
    int rc = store_prepare(s, "UPDATE delivery SET state = 'waiting', worker = NULL WHERE worker = $1 RETURNING 1", &q,
                           err);
    if (rc)
        return rc;
    store_bind_text(q, 1, c->text);
    return run(q, &c->rows, err);
}

int queue_release(struct store *s, struct sv worker, int64_t *out_rows, struct err *err)
{
    struct change c = {.text = worker};
    int rc = store_tx(s, release_tx, &c, err);
    *out_rows = c.rows;
    return rc;
}

/* ---- alarms ---- */

struct stuck {
    int64_t outgoing, recipients, at;
    struct sv kind, list;
};
struct stucks {
    VEC(struct stuck) list;
};

static int find_stuck(struct store *s, const struct change *c, struct stucks *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT o.id, o.kind, o.list, o.at, count(*) FROM outgoing o JOIN delivery d "
                              "ON d.outgoing = o.id WHERE o.alarm IS NULL AND o.at <= $1 AND d.state <> 'failed' "
                              "GROUP BY o.id", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, c->now - c->seconds);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *vec_push(c->a, &out->list) =
            (struct stuck){.outgoing = store_int(q, 0), .kind = arena_sv(c->a, store_text(q, 1)),
                           .list = arena_sv(c->a, store_text(q, 2)), .at = store_int(q, 3),
                           .recipients = store_int(q, 4)};
    store_done(q);
    return rc;
}

static int raise_alarm(struct store *s, const struct change *c, const struct stuck *k, struct err *err)
{
    struct store_stmt *q;
    const char *text = arena_printf(c->a, "mail %lld (%.*s%s%.*s) has not left since %s; recipients that wait: %lld",
                                    (long long)k->outgoing, SV_ARG(k->kind), k->list.len ? " of list " : "",
                                    SV_ARG(k->list), date_format_time(c->a, k->at), (long long)k->recipients);
    int64_t alarm = 0;
    int rc = store_prepare(s, "INSERT INTO alarm (at, kind, text) VALUES ($1, 'stuck', $2) RETURNING id", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, c->now);
    store_bind_text(q, 2, sv_str(text));
    rc = store_finish_int(q, &alarm, err);
    if (!rc)
        rc = store_prepare(s, "UPDATE outgoing SET alarm = $2 WHERE id = $1", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, k->outgoing);
    store_bind_int(q, 2, alarm);
    return run(q, NULL, err);
}

static int forget_failed(struct store *s, const struct change *c, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "DELETE FROM delivery WHERE state = 'failed' AND due < $1", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, c->now - QUEUE_FAILED_DAYS * DATE_DAY);
    rc = run(q, NULL, err);
    return rc ? rc : store_run(s, "DELETE FROM outgoing WHERE NOT EXISTS "
                                  "(SELECT 1 FROM delivery WHERE outgoing = outgoing.id)", err);
}

static int watch_tx(struct store *s, void *context, struct err *err)
{
    struct change *c = context;
    struct stucks found = {{NULL, 0, 0}};
    int rc = find_stuck(s, c, &found, err);
    for (size_t i = 0; !rc && i < found.list.len; i++)
        rc = raise_alarm(s, c, &found.list.at[i], err);
    return rc ? rc : forget_failed(s, c, err);
}

int queue_watch(struct store *s, struct arena *a, int64_t now, int64_t seconds, struct err *err)
{
    struct change c = {.a = a, .now = now, .seconds = seconds};
    return store_tx(s, watch_tx, &c, err);
}

/* ---- for people ---- */

int queue_load(struct store *s, struct arena *a, int64_t most, struct queue_rows *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT o.id, o.at, d.due, d.attempts, o.kind, o.list, d.recipient, d.state, d.reply "
                              "FROM delivery d JOIN outgoing o ON o.id = d.outgoing ORDER BY d.due, d.rowid LIMIT $1",
                           &q, err);
    *out = (struct queue_rows){{NULL, 0, 0}};
    if (rc)
        return rc;
    store_bind_int(q, 1, most);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *vec_push(a, &out->list) = (struct queue_row){
            .outgoing = store_int(q, 0), .at = store_int(q, 1), .due = store_int(q, 2), .attempts = store_int(q, 3),
            .kind = arena_sv(a, store_text(q, 4)), .list = arena_sv(a, store_text(q, 5)),
            .recipient = arena_sv(a, store_text(q, 6)), .state = arena_sv(a, store_text(q, 7)),
            .reply = arena_sv(a, store_text(q, 8))};
    store_done(q);
    return rc;
}

int queue_count(struct store *s, struct queue_counts *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT coalesce(sum(d.state = 'waiting'), 0), coalesce(sum(d.state = 'sending'), 0), "
                              "coalesce(sum(d.state = 'failed'), 0), "
                              "coalesce(min(CASE d.state WHEN 'failed' THEN NULL ELSE o.at END), 0) "
                              "FROM delivery d JOIN outgoing o ON o.id = d.outgoing", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = (struct queue_counts){store_int(q, 0), store_int(q, 1), store_int(q, 2), store_int(q, 3)};
    store_done(q);
    return rc;
}

static int retry_tx(struct store *s, void *context, struct err *err)
{
    struct change *c = context;
    struct store_stmt *q;
    int rc = store_prepare(s, "UPDATE delivery SET state = 'waiting', due = $2, attempts = 0 "
                              "WHERE state IN ('waiting', 'failed') AND ($1 = 0 OR outgoing = $1) RETURNING 1",
                           &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, c->outgoing);
    store_bind_int(q, 2, c->now);
    return run(q, &c->rows, err);
}

int queue_retry(struct store *s, int64_t outgoing, int64_t now, int64_t *out_rows, struct err *err)
{
    struct change c = {.outgoing = outgoing, .now = now};
    int rc = store_tx(s, retry_tx, &c, err);
    *out_rows = c.rows;
    return rc;
}

static int drop_tx(struct store *s, void *context, struct err *err)
{
    struct change *c = context;
    struct store_stmt *q;
    int rc = store_prepare(s, "DELETE FROM delivery WHERE outgoing = $1 AND state IN ('waiting', 'failed') "
                              "AND ($2 = '' OR recipient = $2) RETURNING 1", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, c->outgoing);
    store_bind_text(q, 2, c->text);
    rc = run(q, &c->rows, err);
    if (!rc && !c->rows)
        return err_set(err, CM_ENOTFOUND, "mail %lld has no such delivery that waits or failed",
                       (long long)c->outgoing);
    return rc ? rc : queue_finish(s, c->outgoing, c->now, err);
}

int queue_drop(struct store *s, int64_t outgoing, struct sv recipient, int64_t now, int64_t *out_rows, struct err *err)
{
    struct change c = {.outgoing = outgoing, .text = recipient, .now = now};
    int rc = store_tx(s, drop_tx, &c, err);
    *out_rows = c.rows;
    return rc;
}
