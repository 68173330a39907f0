/* Who is away, and who may act in their place. */
#include "action/deputy.h"

#include "base/date.h"
#include "register/due.h"

/* ---- the deputy's turn ---- */

/* A role that stands in for one with the right that the act needs, and that the person holds and acts in. */
static const struct role *stands_for(const struct act *act, const struct person *person)
{
    const struct sig *sig = &act->profile->sig;
    for (size_t i = 0; i < sig->roles.len; i++) {
        const struct role *deputy = &sig->roles.at[i], *other = sig_role(sig, deputy->deputy_for);
        bool acts_in = !act->c->role.len || sv_eq(act->c->role, deputy->id);
        if (other && acts_in && person_holds(person, deputy->id) &&
            role_may(other, sv_str(permission_names[act->info->needs])))
            return other;
    }
    return NULL;
}

int deputy_begin(struct act *act, int rc, struct err *err)
{
    struct people people;
    struct err ignored = ERR_INIT; /* the refusal stays what it was */
    if (!act->profile || !act->c->actor.len ||
        people_load(act->c->store, act->c->arena, act->profile, act->c->now, &people, &ignored))
        return rc;
    const struct person *person = people.governed ? people_find(&people, act->c->actor) : NULL;
    act->stands_for = person && !person->gone ? stands_for(act, person) : NULL;
    if (!act->stands_for)
        return rc;
    *err = (struct err)ERR_INIT;
    return CM_OK;
}

/* Why it is a deputy's turn; NULL: it is not. */
static const char *because(const struct act *act, int64_t since, const struct people *people,
                           const struct absences *away)
{
    struct arena *a = act->c->arena;
    const struct role *role = act->stands_for;
    int64_t over = since + (int64_t)act->profile->process.deputy_days * DATE_DAY;
    struct sv today = sv_str(date_format(a, date_from_time(act->c->now)));
    if (!since || act->c->now < since)
        return NULL;
    if (act->profile->process.deputy_days && act->c->now >= over)
        return arena_printf(a, "as deputy, the time of the role %.*s was over on %s", SV_ARG(role->name),
                            date_format(a, date_from_time(over - 1)));
    if (holders_present(people, away, role->id, today))
        return NULL;
    struct sv until = holders_away_until(people, away, role->id, today);
    if (!until.len)
        return arena_printf(a, "as deputy, nobody held the role %.*s", SV_ARG(role->name));
    return arena_printf(a, "as deputy, who holds the role %.*s was away until %.*s", SV_ARG(role->name),
                        SV_ARG(until));
}

static int not_yet(const struct act *act, int64_t since, struct err *err)
{
    unsigned days = act->profile->process.deputy_days;
    struct sv name = act->stands_for->name, id = act->stands_for->id;
    if (!since || act->c->now < since)
        return err_set(err, CM_EREFUSED, "%.*s may act as deputy of the role \"%.*s\" on what waits for it, and this "
                       "does not wait yet (process.md, deputy_days)", SV_ARG(act->c->actor), SV_ARG(name));
    if (!days)
        return err_set(err, CM_EREFUSED, "%.*s may act as deputy only while everybody who holds the role \"%.*s\" is "
                       "away (process.md, deputy_days: 0); \"casemate away list\" shows who is", SV_ARG(act->c->actor),
                       SV_ARG(name));
    return err_set(err, CM_EREFUSED, "%.*s may act as deputy from %s on, when this has waited for %u days (process.md, "
                   "deputy_days), or while everybody who holds the role \"%.*s\" is away (casemate away list)",
                   SV_ARG(act->c->actor),
                   date_format(act->c->arena, date_from_time(since + (int64_t)days * DATE_DAY)), days, SV_ARG(id));
}

void act_put_deputy(const struct act *act, struct json *j)
{
    if (!act->stands_for)
        return;
    json_key(j, "deputy");
    json_object(j);
    json_put(j, "for", act->stands_for->id);
    json_put(j, "because", act->deputy_because);
    json_end(j);
}

int act_waits(struct act *act, int64_t since, struct err *err)
{
    struct people people;
    struct absences away;
    if (!act->stands_for)
        return CM_OK;
    int rc = people_load(act->c->store, act->c->arena, act->profile, act->c->now, &people, err);
    if (!rc)
        rc = absences_load(act->c->store, act->c->arena, &away, err);
    if (rc)
        return rc;
    const char *why = because(act, since, &people, &away);
    if (!why)
        return not_yet(act, since, err);
    act->deputy_because = sv_str(why);
    act_put_deputy(act, &act->json);
    return CM_OK;
}

/* ---- away.announce, away.end ---- */

struct away_run {
    struct action_context *c;
    const struct away_request *request;
    struct sv name, from;
    struct action_result *out;
};

static int own(const struct away_run *r, struct err *err)
{
    if (!r->c->actor.len || sv_eq(r->c->actor, r->name))
        return CM_OK;
    return err_set(err, CM_EREFUSED, "%.*s says when they are away, or the operator notes it; %.*s cannot",
                   SV_ARG(r->name), SV_ARG(r->c->actor));
}

static int check_days(struct away_run *r, struct err *err)
{
    const char *today = date_format(r->c->arena, date_from_time(r->c->now));
    struct date from, until;
    r->from = r->request->from.len ? r->request->from : sv_str(today);
    if (!date_parse(r->from, &from))
        return err_set(err, CM_EINPUT, "--from \"%.*s\" is no day; write it as 2026-12-01", SV_ARG(r->from));
    if (!date_parse(r->request->until, &until))
        return err_set(err, CM_EINPUT, "--until \"%.*s\" is no day; write it as 2026-12-20",
                       SV_ARG(r->request->until));
    if (date_to_time(until) < date_to_time(from))
        return err_set(err, CM_EINPUT, "--until %.*s is before --from %.*s", SV_ARG(r->request->until),
                       SV_ARG(r->from));
    if (date_to_time(until) + DATE_DAY <= r->c->now)
        return err_set(err, CM_EINPUT, "--until %.*s has passed; today is %s", SV_ARG(r->request->until), today);
    return CM_OK;
}

static int announce(struct store *s, void *context, struct err *err)
{
    struct away_run *r = context;
    struct act act;
    struct sv id;
    (void)s;
    int rc = act_begin(&act, r->c, "away.announce", ACT_RULES, r->out, err);
    if (!rc)
        rc = own(r, err);
    if (!rc)
        rc = act_member(r->c, r->name, &id, err);
    if (!rc)
        rc = check_days(r, err);
    if (!rc) {
        act_put_member(&act, id, r->name);
        json_put(&act.json, "from", r->from);
        json_put(&act.json, "until", r->request->until);
        rc = act_commit(&act, id, err);
    }
    act_release(&act);
    return rc;
}

int action_away_announce(struct action_context *c, const struct away_request *request, struct action_result *out,
                         struct err *err)
{
    struct away_run r = {.c = c, .request = request, .name = request->name, .out = out};
    return store_tx(c->store, announce, &r, err);
}

static int announced(struct away_run *r, struct sv id, struct err *err)
{
    struct absences away;
    int rc = absences_load(r->c->store, r->c->arena, &away, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < away.list.len; i++)
        if (sv_eq(away.list.at[i].member, id))
            return CM_OK;
    return err_set(err, CM_ENOTFOUND, "%.*s announced no absence; \"casemate away list\" shows all", SV_ARG(r->name));
}

static int end(struct store *s, void *context, struct err *err)
{
    struct away_run *r = context;
    struct act act;
    struct sv id;
    (void)s;
    int rc = act_begin(&act, r->c, "away.end", ACT_RULES, r->out, err);
    if (!rc)
        rc = own(r, err);
    if (!rc)
        rc = act_member(r->c, r->name, &id, err);
    if (!rc)
        rc = announced(r, id, err);
    if (!rc) {
        act_put_member(&act, id, r->name);
        rc = act_commit(&act, id, err);
    }
    act_release(&act);
    return rc;
}

int action_away_end(struct action_context *c, struct sv name, struct action_result *out, struct err *err)
{
    struct away_run r = {.c = c, .name = name, .out = out};
    return store_tx(c->store, end, &r, err);
}

/* ---- rows ---- */

static int apply_announce(struct store *s, const struct act_event *e, struct sv member, struct err *err)
{
    struct store_stmt *q;
    struct sv from, until;
    struct date day;
    int rc = act_text(e, e->payload, "from", &from, err);
    if (!rc)
        rc = act_text(e, e->payload, "until", &until, err);
    if (!rc && (!date_parse(from, &day) || !date_parse(until, &day)))
        rc = act_lacks(e, "until", err);
    if (!rc)
        rc = store_prepare(s, "INSERT INTO absence (member, first, last, event) VALUES ($1, $2, $3, $4) "
                              "ON CONFLICT (member) DO UPDATE SET first = excluded.first, last = excluded.last, "
                              "event = excluded.event", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, member);
    store_bind_text(q, 2, from);
    store_bind_text(q, 3, until);
    store_bind_int(q, 4, e->seq);
    return store_finish(q, err);
}

int away_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err)
{
    struct store_stmt *q;
    struct sv member;
    (void)a;
    int rc = act_text(e, json_get(e->payload, "member"), "id", &member, err);
    if (rc || sv_eq_str(e->action, "away.announce"))
        return rc ? rc : apply_announce(s, e, member, err);
    if ((rc = store_prepare(s, "DELETE FROM absence WHERE member = $1", &q, err)))
        return rc;
    store_bind_text(q, 1, member);
    return store_finish(q, err);
}
