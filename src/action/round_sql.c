/* Opening a round. */
#include "action/round.h"

#include "base/date.h"
#include "register/calls.h"
#include "tree/io/set.h"

#include <stdlib.h>

/* ---- reading, for all files of rounds ---- */

int round_row(struct store *s, struct arena *a, struct sv id, struct round_row *out, struct err *err)
{
    struct store_stmt *q;
    bool found = false;
    memset(out, 0, sizeof(*out));
    int rc = store_prepare(s, "SELECT id, follows, opened, due, closed, likelihood, damage FROM round WHERE id = $1",
                           &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, id);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        found = true;
        out->id = arena_sv(a, store_text(q, 0));
        out->follows = arena_sv(a, store_text(q, 1));
        out->opened = store_int(q, 2);
        out->due = store_int(q, 3);
        out->closed = store_int(q, 4);
        round_scale_read(a, store_text(q, 5), &out->scales[ROUND_LIKELIHOOD]);
        round_scale_read(a, store_text(q, 6), &out->scales[ROUND_DAMAGE]);
    }
    store_done(q);
    if (!rc && !found)
        return err_set(err, CM_ENOTFOUND, "there is no round %.*s; \"casemate round list\" shows all", SV_ARG(id));
    return rc;
}

const char *round_last_day(struct arena *a, const struct round_row *r)
{
    return date_format(a, date_from_time(r->due - 1));
}

/* The first column of the only row; empty without one. Up to two parameters. */
static int ask(struct store *s, struct arena *a, const char *sql, struct sv one, struct sv two, struct sv *out,
               struct err *err)
{
    struct store_stmt *q;
    *out = SV_NONE;
    int rc = store_prepare(s, sql, &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, one);
    if (two.len)
        store_bind_text(q, 2, two);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = arena_sv(a, store_text(q, 0));
    store_done(q);
    return rc;
}

int round_open_with(struct store *s, struct arena *a, struct sv threat, struct sv *out, struct err *err)
{
    return ask(s, a, "SELECT r.id FROM round_threat t JOIN round r ON r.id = t.round "
                     "WHERE t.threat = $1 AND r.closed IS NULL", threat, SV_NONE, out, err);
}

int round_sealed(struct store *s, struct sv round, int64_t *out, struct err *err)
{
    struct store_stmt *q;
    *out = 0;
    int rc = store_prepare(s, "SELECT count(*) FROM estimate e WHERE e.round = $1 AND NOT EXISTS (SELECT 1 FROM "
                              "ballot b WHERE b.round = e.round AND b.threat = e.threat AND b.factor = e.factor "
                              "AND b.pseudonym = e.pseudonym)", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, round);
    return store_finish_int(q, out, err);
}

/* ---- checks ---- */

enum { STEPS_MAX = 100 };

struct wanted_step {
    struct sv threat, key, label;
};

struct opening {
    struct action_context *c;
    const struct round_request *request;
    struct action_result *out;
    struct act act;
    const struct mode *mode;
    unsigned days;
    int64_t due;
    struct round_row first; /* of a second round */
    VEC(const struct threat *) threats;
    VEC(struct wanted_step) steps;
    struct editorials editorials;
};

static const struct process *process(const struct opening *o)
{
    return &o->act.profile->process;
}

static int check_mode(struct opening *o, struct err *err)
{
    bool second = o->request->follows.len > 0;
    o->mode = process_mode(process(o));
    o->days = second ? o->mode->second_round_days : o->mode->first_round_days;
    if (!o->mode->first_round_days)
        return err_set(err, CM_EREFUSED, "the mode \"%.*s\" has no rounds (process.md, first_round_days: 0): one "
                       "editor rates, with threat edit; a change of mode opens them", SV_ARG(o->mode->id));
    if (second && (sv_eq_str(o->mode->second_round, "none") || !o->days))
        return err_set(err, CM_EREFUSED, "the mode \"%.*s\" has no second round (process.md, second_round)",
                       SV_ARG(o->mode->id));
    if (!o->request->threat_count)
        return err_set(err, CM_EINPUT, "a round wants at least one threat");
    if (o->request->threat_count > process(o)->batch)
        return err_set(err, CM_EREFUSED, "a round rates at most %u threats, not %zu (process.md, batch); open several",
                       process(o)->batch, o->request->threat_count);
    const struct sig *sig = &o->act.profile->sig;
    if (sig->likelihood.list.len > POOLED_LEVELS_MAX || sig->damage.list.len > POOLED_LEVELS_MAX)
        return err_set(err, CM_ELIMIT, "a round takes scales of at most %d levels", POOLED_LEVELS_MAX);
    return CM_OK;
}

static int check_period(struct opening *o, struct err *err)
{
    struct action_context *c = o->c;
    struct sv usual = sv_str(arena_printf(c->arena, "+%ud", o->days));
    int rc = act_due(c, "--until", o->request->until.len ? o->request->until : usual, &o->due, err);
    if (!rc && o->due < c->now + (int64_t)o->days * DATE_DAY)
        return err_set(err, CM_EREFUSED, "--until %.*s is too soon: a %s round lasts at least %u days in the mode "
                       "\"%.*s\" (process.md, %s_round_days), that is until %s", SV_ARG(o->request->until),
                       o->request->follows.len ? "second" : "first", o->days, SV_ARG(o->mode->id),
                       o->request->follows.len ? "second" : "first",
                       date_format(c->arena, date_from_time(c->now + (int64_t)o->days * DATE_DAY)));
    return rc;
}

static int check_first(struct opening *o, struct err *err)
{
    struct sv id = o->request->follows;
    if (!id.len)
        return CM_OK;
    int rc = round_row(o->c->store, o->c->arena, id, &o->first, err);
    if (!rc && !o->first.closed)
        return err_set(err, CM_EREFUSED, "%.*s is still open, until %s; a second round follows a closed one",
                       SV_ARG(id),
                       round_last_day(o->c->arena, &o->first));
    if (!rc && o->first.follows.len)
        return err_set(err, CM_EREFUSED, "%.*s is a second round itself, after %.*s; there are at most two "
                       "(process.md, Rounds)", SV_ARG(id), SV_ARG(o->first.follows));
    return rc;
}

/* The content that the stages before the estimates ask for. */
static int check_content(struct opening *o, const struct threat *t, struct err *err)
{
    const struct process *p = process(o);
    struct lacks lacks = {{NULL, 0, 0}};
    if (t->stage >= 0 && p->stages.at[t->stage].end)
        return err_set(err, CM_EREFUSED, "%.*s is %.*s; use threat reopen first", SV_ARG(t->id),
                       SV_ARG(p->stages.at[t->stage].id));
    for (size_t i = 0; i < p->stage_count && !(p->stages.at[i].needs & 1u << NEED_ESTIMATES); i++) {
        profile_lacks(o->c->arena, o->act.profile, t, (int)i, &lacks);
        if (lacks.list.len)
            return err_set(err, CM_EREFUSED, "%.*s cannot be rated before it is \"%.*s\" (process.md, stages): %.*s",
                           SV_ARG(t->id), SV_ARG(p->stages.at[i].name), SV_ARG(lacks.list.at[0].text));
    }
    return CM_OK;
}

static int check_second(struct opening *o, const struct threat *t, struct err *err)
{
    struct sv in, again, spread;
    struct store *s = o->c->store;
    struct arena *a = o->c->arena;
    int rc = ask(s, a, "SELECT threat FROM round_threat WHERE round = $1 AND threat = $2", o->first.id, t->id, &in,
                 err);
    if (!rc)
        rc = ask(s, a, "SELECT r.id FROM round r JOIN round_threat t ON t.round = r.id "
                       "WHERE r.follows = $1 AND t.threat = $2", o->first.id, t->id, &again, err);
    if (!rc)
        rc = ask(s, a, "SELECT max(spread) FROM round_result WHERE round = $1 AND threat = $2", o->first.id, t->id,
                 &spread, err);
    if (rc)
        return rc;
    if (!in.len)
        return err_set(err, CM_EREFUSED, "%.*s was not in %.*s, so no second round can follow for it", SV_ARG(t->id),
                       SV_ARG(o->first.id));
    if (again.len)
        return err_set(err, CM_EREFUSED, "%.*s had its second round, %.*s; there are at most two (process.md, Rounds)",
                       SV_ARG(t->id), SV_ARG(again));
    uint64_t levels = 0;
    (void)sv_to_u64(spread, UINT32_MAX, &levels);
    if (levels < process(o)->spread && !o->c->reason.len)
        return err_set(err, CM_EREFUSED, "the estimates of %.*s in %.*s lie %u level%s apart; a second round is for %u "
                       "or more (process.md, spread), or when a member asks: say who and why with --reason",
                       SV_ARG(t->id), SV_ARG(o->first.id), (unsigned)levels, levels == 1 ? "" : "s",
                       process(o)->spread);
    return CM_OK;
}

/* The newest closed round rated this very text with a quorum: what would be rated again? */
static int check_anew(struct opening *o, const struct threat *t, struct err *err)
{
    struct store_stmt *q;
    struct digest now = rounds_rated(o->act.profile, t);
    struct sv id = SV_NONE;
    struct digest rated = now;
    int rc = store_prepare(o->c->store,
                           "SELECT r.id, t.digest, (SELECT min(f.estimators) FROM round_result f "
                           "WHERE f.round = r.id AND f.threat = t.threat HAVING count(*) = 2), r.likelihood, r.damage "
                           "FROM round_threat t JOIN round r ON r.id = t.round "
                           "WHERE t.threat = $1 AND r.closed IS NOT NULL ORDER BY r.closed DESC LIMIT 1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, t->id);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct round_scale likelihood, damage;
        round_scale_read(o->c->arena, store_text(q, 3), &likelihood);
        round_scale_read(o->c->arena, store_text(q, 4), &damage);
        (void)digest_from_bytes(store_text(q, 1), &rated);
        if (store_int(q, 2) >= (int64_t)o->mode->estimators &&
            voted_match(o->c->arena, &o->editorials, t->id, &rated, &now) != VOTED_CHANGED &&
            round_scale_is(&likelihood, &o->act.profile->sig.likelihood) &&
            round_scale_is(&damage, &o->act.profile->sig.damage))
            id = arena_sv(o->c->arena, store_text(q, 0));
    }
    store_done(q);
    if (rc || !id.len || o->c->reason.len)
        return rc;
    return err_set(err, CM_EREFUSED, "%.*s rated %.*s as it stands; hold a second round with --follows %.*s, or say "
                   "with --reason why it is rated anew", SV_ARG(id), SV_ARG(t->id), SV_ARG(id));
}

static int check_threat(struct opening *o, struct sv id, struct err *err)
{
    struct sv other;
    const struct threat *t = map_get(&o->act.profile->by_id, id);
    if (!t)
        return err_set(err, CM_ENOTFOUND, "there is no threat %.*s; \"casemate threat list\" shows all", SV_ARG(id));
    for (size_t i = 0; i < o->threats.len; i++)
        if (o->threats.at[i] == t)
            return err_set(err, CM_EINPUT, "%.*s is named twice", SV_ARG(id));
    *vec_push(o->c->arena, &o->threats) = t;
    int rc = check_content(o, t, err);
    if (!rc)
        rc = round_open_with(o->c->store, o->c->arena, id, &other, err);
    if (!rc && other.len)
        return err_set(err, CM_EREFUSED, "%.*s is in %.*s, which is open; a threat is rated in one round at a time",
                       SV_ARG(id), SV_ARG(other));
    if (rc)
        return rc;
    return o->request->follows.len ? check_second(o, t, err) : check_anew(o, t, err);
}

/* ---- steps of trees ---- */

static const struct threat *named(const struct opening *o, struct sv id)
{
    for (size_t i = 0; i < o->threats.len; i++)
        if (sv_eq(o->threats.at[i]->id, id))
            return o->threats.at[i];
    return NULL;
}

/* By its anchor, or its label. */
static int find_step(struct opening *o, const struct threat *t, struct sv name, struct wanted_step *out,
                     struct step_key *key, struct err *err)
{
    uint32_t node;
    if (!t->tree)
        return err_set(err, CM_ENOTFOUND, "%.*s has no attack tree, so no step \"%.*s\"", SV_ARG(t->id), SV_ARG(name));
    int rc = tree_find(t->tree, key->step, &node, err);
    if (rc)
        return err_prefix(err, "%.*s", SV_ARG(t->id));
    const struct tree_node *n = &t->tree->nodes.at[node];
    if (!step_is(n))
        return err_set(err, CM_EREFUSED, "\"%.*s\" of %.*s is no step of its own tree: an estimate is of what an "
                       "attacker does at the end of a branch, not of a goal, a countermeasure or another threat",
                       SV_ARG(n->label.len ? n->label : n->reference), SV_ARG(t->id));
    key->step = tree_anchor(o->c->arena, t->tree, node);
    *out = (struct wanted_step){t->id, step_key_text(o->c->arena, key), n->label};
    return CM_OK;
}

static int check_step(struct opening *o, struct sv text, struct err *err)
{
    struct sv id;
    struct step_key key;
    struct wanted_step step;
    if (!round_step_split(text, &id, &key))
        return err_set(err, CM_EINPUT, "--step \"%.*s\" names no step; write THREAT#STEP, or THREAT#STEP:cost or :time "
                       "for another quantity than the probability", SV_ARG(text));
    const struct threat *t = named(o, id);
    if (!t)
        return err_set(err, CM_EINPUT, "--step \"%.*s\" is of %.*s, which is not in this round", SV_ARG(text),
                       SV_ARG(id));
    int rc = find_step(o, t, key.step, &step, &key, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < o->steps.len; i++)
        if (sv_eq(o->steps.at[i].threat, step.threat) && sv_eq(o->steps.at[i].key, step.key))
            return err_set(err, CM_EINPUT, "--step \"%.*s\" is named twice", SV_ARG(text));
    *vec_push(o->c->arena, &o->steps) = step;
    return CM_OK;
}

static int check_steps(struct opening *o, struct err *err)
{
    int rc = CM_OK;
    if (o->request->step_count > STEPS_MAX)
        return err_set(err, CM_ELIMIT, "a round asks for at most %d steps, not %zu", STEPS_MAX,
                       o->request->step_count);
    for (size_t i = 0; !rc && i < o->request->step_count; i++)
        rc = check_step(o, o->request->steps[i], err);
    return rc;
}

/* ---- the act ---- */

static void put_scale(struct json *j, enum round_factor f, const struct terms *scale)
{
    json_key(j, round_factors[f]);
    json_array(j);
    for (size_t i = 0; i < scale->list.len; i++)
        json_string(j, scale->list.at[i].id);
    json_end(j);
}

static void put_steps(struct opening *o)
{
    struct json *j = &o->act.json;
    if (!o->steps.len)
        return;
    json_key(j, "steps");
    json_array(j);
    for (size_t i = 0; i < o->steps.len; i++) {
        json_object(j);
        json_put(j, "threat", o->steps.at[i].threat);
        json_put(j, "step", o->steps.at[i].key);
        json_put(j, "label", o->steps.at[i].label);
        json_end(j);
    }
    json_end(j);
}

static void put_round(struct opening *o, struct sv id)
{
    struct json *j = &o->act.json;
    const struct profile *p = o->act.profile;
    json_put(j, "round", id);
    if (o->request->follows.len)
        json_put(j, "follows", o->request->follows);
    json_put_str(j, "due", date_format_time(o->c->arena, o->due));
    json_key(j, "scales");
    json_object(j);
    put_scale(j, ROUND_LIKELIHOOD, &p->sig.likelihood);
    put_scale(j, ROUND_DAMAGE, &p->sig.damage);
    json_end(j);
    json_key(j, "threats");
    json_array(j);
    for (size_t i = 0; i < o->threats.len; i++) {
        struct digest rated = rounds_rated(p, o->threats.at[i]);
        json_object(j);
        json_put(j, "threat", o->threats.at[i]->id);
        json_put_str(j, "digest", digest_hex(o->c->arena, &rated));
        json_end(j);
    }
    json_end(j);
    put_steps(o);
}

static int open_round(struct store *s, void *context, struct err *err)
{
    struct opening *o = context;
    struct sv id = SV_NONE;
    (void)s;
    int rc = act_begin_on(&o->act, o->c, "round.open", 0, o->request->threats, o->request->threat_count, o->out, err);
    if (!rc)
        rc = check_mode(o, err);
    if (!rc)
        rc = check_period(o, err);
    if (!rc)
        rc = check_first(o, err);
    if (!rc)
        rc = editorials_load(o->c->store, o->c->arena, &o->editorials, err);
    for (size_t i = 0; !rc && i < o->request->threat_count; i++)
        rc = check_threat(o, o->request->threats[i], err);
    if (!rc)
        rc = check_steps(o, err);
    if (!rc)
        rc = act_next_id(o->c, 'R', "SELECT coalesce(max(number), 0) + 1 FROM round", &id, err);
    if (!rc) {
        put_round(o, id);
        rc = act_commit(&o->act, id, err);
    }
    act_release(&o->act);
    return rc;
}

int action_round_open(struct action_context *c, const struct round_request *request, struct action_result *out,
                      struct err *err)
{
    struct opening o = {.c = c, .request = request, .out = out};
    return store_tx(c->store, open_round, &o, err);
}
