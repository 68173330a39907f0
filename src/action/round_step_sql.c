/* Steps of attack trees in rounds: which one a round asks for, and ranges that the group accepts instead of what the
 * outline says. */
#include "action/round.h"

bool round_step_split(struct sv text, struct sv *out_threat, struct step_key *out)
{
    ptrdiff_t hash = sv_find_char(text, '#');
    if (hash <= 0)
        return false;
    *out_threat = sv_from(text.at, (size_t)hash);
    return step_key_parse(sv_from_byte(text, (size_t)hash + 1), out);
}

int round_asks(struct store *s, struct sv round, struct sv threat, struct sv key, bool *out, struct err *err)
{
    struct store_stmt *q;
    *out = false;
    int rc = store_prepare(s, "SELECT 1 FROM round_step WHERE round = $1 AND threat = $2 AND step = $3", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, round);
    store_bind_text(q, 2, threat);
    store_bind_text(q, 3, key);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = true;
    store_done(q);
    return rc;
}

/* ---- round.accept, round.keep ---- */

struct choosing {
    struct action_context *c;
    struct sv id, text; /* round, "T-0001#phish:p" */
    bool accept;
    struct action_result *out;
    struct act act;
    struct rounds rounds;
    struct step_values values;
    struct sv threat, key;
};

static const struct step_value *value_of(const struct choosing *k)
{
    for (size_t i = 0; i < k->values.list.len; i++)
        if (sv_eq(k->values.list.at[i].key, k->key))
            return &k->values.list.at[i];
    return NULL;
}

static int find(struct choosing *k, const struct round **out, struct err *err)
{
    struct step_key key;
    *out = rounds_find(&k->rounds, k->id);
    if (!*out)
        return err_set(err, CM_ENOTFOUND, "there is no round %.*s; \"casemate round list\" shows all", SV_ARG(k->id));
    if (!round_step_split(k->text, &k->threat, &key))
        return err_set(err, CM_EINPUT, "\"%.*s\" names no step; write THREAT#STEP, or THREAT#STEP:cost or :time for "
                       "another quantity than the probability", SV_ARG(k->text));
    k->key = step_key_text(k->c->arena, &key);
    const struct threat *t = map_get(&k->act.profile->by_id, k->threat);
    if (!t)
        return err_set(err, CM_ENOTFOUND, "there is no threat %.*s; \"casemate threat list\" shows all",
                       SV_ARG(k->threat));
    rounds_steps(k->c->arena, &k->rounds, t, &k->values);
    return CM_OK;
}

static int check_accept(const struct choosing *k, const struct round *r, const struct step_value *v, struct err *err)
{
    if (!r->closed)
        return err_set(err, CM_EREFUSED, "%.*s is open; what it pools is known when it is closed", SV_ARG(k->id));
    if (!v)
        return err_set(err, CM_EREFUSED, "no round has a pooled range for %.*s that holds for the tree as it is; "
                       "\"casemate round show %.*s\" tells what it has", SV_ARG(k->text), SV_ARG(k->id));
    if (v->offered != r)
        return err_set(err, CM_EREFUSED, "the newest round with a range for %.*s is %.*s, not %.*s", SV_ARG(k->text),
                       SV_ARG(v->offered->id), SV_ARG(k->id));
    if (v->source == STEP_POOLED)
        return err_set(err, CM_EREFUSED, "the outline of %.*s has no value for %.*s, so the range of %.*s counts "
                       "already",
                       SV_ARG(k->threat), SV_ARG(sv_from_byte(k->key, 1)), SV_ARG(k->id));
    if (v->counts_from == r)
        return err_set(err, CM_EREFUSED, "the range of %.*s for %.*s is accepted already", SV_ARG(k->id),
                       SV_ARG(k->text));
    return CM_OK;
}

static int check_keep(const struct choosing *k, const struct round *r, const struct step_value *v, struct err *err)
{
    if (v && v->source == STEP_ACCEPTED && v->counts_from == r)
        return CM_OK;
    return err_set(err, CM_EREFUSED, "the range of %.*s was not accepted for %.*s, so there is nothing to take back",
                   SV_ARG(k->id), SV_ARG(k->text));
}

static void put(struct choosing *k, const struct step_value *v)
{
    struct json *j = &k->act.json;
    json_put(j, "round", k->id);
    json_put(j, "threat", k->threat);
    json_put(j, "step", k->key);
    json_put(j, "range", v->offered_step->range);
    json_put(j, "instead", v->outline);
}

static int choose(struct store *s, void *context, struct err *err)
{
    struct choosing *k = context;
    const struct round *r = NULL;
    int rc = act_begin(&k->act, k->c, k->accept ? "round.accept" : "round.keep", 0, k->out, err);
    if (!rc)
        rc = rounds_load(s, k->c->arena, k->act.profile, &k->rounds, err);
    if (!rc)
        rc = find(k, &r, err);
    const struct step_value *v = rc ? NULL : value_of(k);
    if (!rc)
        rc = k->accept ? check_accept(k, r, v, err) : check_keep(k, r, v, err);
    if (!rc) {
        put(k, v);
        rc = act_commit(&k->act, k->threat, err);
    }
    act_release(&k->act);
    return rc;
}

int action_round_accept(struct action_context *c, struct sv id, struct sv step, struct action_result *out,
                        struct err *err)
{
    struct choosing k = {.c = c, .id = id, .text = step, .accept = true, .out = out};
    return store_tx(c->store, choose, &k, err);
}

int action_round_keep(struct action_context *c, struct sv id, struct sv step, struct action_result *out,
                      struct err *err)
{
    struct choosing k = {.c = c, .id = id, .text = step, .out = out};
    return store_tx(c->store, choose, &k, err);
}

/* ---- rows ---- */

int round_step_apply(struct store *s, const struct act_event *e, struct sv round, struct err *err)
{
    struct store_stmt *q;
    struct sv threat, step, instead;
    bool accept = sv_eq_str(e->action, "round.accept");
    int rc = act_text(e, e->payload, "threat", &threat, err);
    if (!rc)
        rc = act_text(e, e->payload, "step", &step, err);
    if (!rc)
        rc = act_text(e, e->payload, "instead", &instead, err);
    if (!rc)
        rc = accept ? store_prepare(s, "INSERT INTO step_accepted (threat, step, round, instead, event) "
                                       "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (threat, step) DO UPDATE SET "
                                       "round = excluded.round, instead = excluded.instead, event = excluded.event",
                                    &q, err)
                    : store_prepare(s, "DELETE FROM step_accepted WHERE threat = $1 AND step = $2", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, threat);
    store_bind_text(q, 2, step);
    if (accept) {
        store_bind_text(q, 3, round);
        store_bind_text(q, 4, instead);
        store_bind_int(q, 5, e->seq);
    }
    return store_finish(q, err);
}
