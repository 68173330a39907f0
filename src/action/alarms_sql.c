/* Alarms: what an operator should look at. Private, so that clearing them is no event. */
#include "action/acts.h"
#include "action/moderation.h"

int alarms_load(struct action_context *c, bool all, struct alarms *out, struct err *err)
{
    struct store_stmt *q;
    memset(out, 0, sizeof(*out));
    int rc = permit_rules(c, PERMIT_CONFIGURE, err);
    if (!rc)
        rc = store_prepare(c->store, "SELECT id, at, kind, text, coalesce(cleared, 0) FROM alarm "
                                     "WHERE cleared IS NULL OR $1 = 1 ORDER BY id", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, all);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *vec_push(c->arena, &out->list) =
            (struct alarm){.id = store_int(q, 0), .at = store_int(q, 1), .kind = arena_sv(c->arena, store_text(q, 2)),
                           .text = arena_sv(c->arena, store_text(q, 3)), .cleared = store_int(q, 4)};
    store_done(q);
    return rc;
}

struct clear_run {
    struct action_context *c;
    int64_t id;
    size_t *count;
};

static int clear(struct store *s, void *context, struct err *err)
{
    struct clear_run *r = context;
    struct store_stmt *q;
    int rc = permit_rules(r->c, PERMIT_CONFIGURE, err);
    if (!rc)
        rc = store_prepare(s, "UPDATE alarm SET cleared = $2 WHERE cleared IS NULL AND ($1 = 0 OR id = $1) "
                              "RETURNING id", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, r->id);
    store_bind_int(q, 2, r->c->now);
    while ((rc = store_step(q, err)) == STORE_ROW)
        ++*r->count;
    store_done(q);
    if (!rc && r->id && !*r->count)
        rc = err_set(err, CM_ENOTFOUND, "no alarm %lld is raised; \"casemate alarm list\" shows those that are",
                     (long long)r->id);
    return rc;
}

int action_alarm_clear(struct action_context *c, int64_t id, size_t *out_count, struct err *err)
{
    struct clear_run r = {c, id, out_count};
    *out_count = 0;
    return store_tx(c->store, clear, &r, err);
}
