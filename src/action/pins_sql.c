/* What a threat cites, as it was known then: a citation holds document, version and section; the status that the
 * bibliography gave the document stands beside it in the record. A threat's pins are taken anew when what it cites is
 * changed, and by threat.recheck, which says that somebody looked again. */
#include "action/pins.h"

static const char member[] = "pins";

static void add_pin(struct arena *a, const struct citation *c, struct pins *out)
{
    if (!c->reference || !c->reference->status.len)
        return;
    for (size_t i = 0; i < out->list.len; i++)
        if (sv_eq(out->list.at[i].document, c->reference->id))
            return;
    *vec_push(a, &out->list) = (struct pin){c->reference->id, c->reference->status};
}

void pins_of(struct arena *a, const struct threat *t, struct pins *out)
{
    *out = (struct pins){.threat = t->id};
    for (size_t i = 0; i < t->responses.len; i++)
        add_pin(a, &t->responses.at[i].citation, out);
    for (size_t i = 0; i < t->affects.len; i++)
        add_pin(a, &t->affects.at[i], out);
}

void pins_json(struct json *j, const struct pins *pins, size_t count)
{
    if (!count)
        return;
    json_key(j, member);
    json_array(j);
    for (size_t i = 0; i < count; i++) {
        json_object(j);
        json_put(j, "threat", pins[i].threat);
        json_key(j, "documents");
        json_array(j);
        for (size_t k = 0; k < pins[i].list.len; k++) {
            json_object(j);
            json_put(j, "id", pins[i].list.at[k].document);
            json_put(j, "status", pins[i].list.at[k].status);
            json_end(j);
        }
        json_end(j);
        json_end(j);
    }
    json_end(j);
}

static int put_pin(struct store *s, struct sv threat, const struct pin *pin, int64_t event, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "INSERT INTO pin (threat, document, status, event) VALUES ($1, $2, $3, $4)", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, threat);
    store_bind_text(q, 2, pin->document);
    store_bind_text(q, 3, pin->status);
    store_bind_int(q, 4, event);
    return store_finish(q, err);
}

int pins_put(struct store *s, const struct pins *pins, int64_t event, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "DELETE FROM pin WHERE threat = $1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, pins->threat);
    rc = store_finish(q, err);
    for (size_t i = 0; !rc && i < pins->list.len; i++)
        rc = put_pin(s, pins->threat, &pins->list.at[i], event, err);
    return rc;
}

static int replay_one(struct store *s, struct arena *a, const struct json_value *one, int64_t event, struct err *err)
{
    const struct json_value *documents = json_get(one, "documents");
    struct pins pins = {.threat = json_get_text(one, "threat")};
    bool good = pins.threat.len && documents && documents->kind == JSON_ARRAY;
    for (size_t i = 0; good && i < documents->count; i++) {
        struct pin pin = {json_get_text(documents->items[i], "id"), json_get_text(documents->items[i], "status")};
        good = pin.document.len && pin.status.len;
        for (size_t k = 0; k < pins.list.len; k++)
            good = good && !sv_eq(pins.list.at[k].document, pin.document);
        *vec_push(a, &pins.list) = pin;
    }
    return good ? pins_put(s, &pins, event, err)
                : err_set(err, CM_ECORRUPT, "event %lld has no valid \"%s\"", (long long)event, member);
}

int pins_replay(struct store *s, struct arena *a, const struct json_value *payload, int64_t event, struct err *err)
{
    const struct json_value *all = json_get(payload, member);
    int rc = CM_OK;
    if (all && all->kind != JSON_ARRAY)
        return err_set(err, CM_ECORRUPT, "event %lld has no valid \"%s\"", (long long)event, member);
    for (size_t i = 0; !rc && all && i < all->count; i++)
        rc = replay_one(s, a, all->items[i], event, err);
    return rc;
}

/* ---- threat.recheck ---- */

struct recheck_run {
    struct action_context *c;
    struct sv id;
    struct action_result *out;
};

/* Whether all is pinned as it is now. */
static int is_pinned(struct store *s, const struct pins *now, bool *out, struct err *err)
{
    struct store_stmt *q;
    size_t same = 0, count = 0;
    int rc = store_prepare(s, "SELECT document, status FROM pin WHERE threat = $1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, now->threat);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        count++;
        for (size_t i = 0; i < now->list.len; i++)
            same += sv_eq(now->list.at[i].document, store_text(q, 0)) &&
                    sv_eq(now->list.at[i].status, store_text(q, 1));
    }
    store_done(q);
    *out = same == now->list.len && count == same;
    return rc;
}

static int recheck(struct store *s, void *context, struct err *err)
{
    struct recheck_run *r = context;
    struct act act;
    struct pins pins;
    bool same = false;
    int rc = act_begin_on(&act, r->c, "threat.recheck", 0, &r->id, 1, r->out, err);
    const struct threat *t = rc ? NULL : map_get(&act.profile->by_id, r->id);
    if (!rc && !t)
        rc = err_set(err, CM_ENOTFOUND, "there is no threat %.*s; \"casemate threat list\" shows all", SV_ARG(r->id));
    if (!rc)
        rc = act_plain("--reason", r->c->reason, 2000, true, err);
    if (!rc) {
        pins_of(r->c->arena, t, &pins);
        rc = is_pinned(s, &pins, &same, err);
    }
    if (!rc && !same) {
        pins_json(&act.json, &pins, 1);
        rc = act_commit(&act, r->id, err);
        if (!rc)
            rc = pins_put(s, &pins, r->out->event, err);
    }
    act_release(&act);
    return rc;
}

int action_threat_recheck(struct action_context *c, struct sv id, struct action_result *out, struct err *err)
{
    struct recheck_run r = {c, id, out};
    return store_tx(c->store, recheck, &r, err);
}
