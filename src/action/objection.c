/* Positions in calls, objections to calls and to priorities, and challenges of what is called editorial. */
#include "action/call_run.h"
#include "base/date.h"
#include "base/suggest.h"

/* What somebody thinks is theirs: the operator acts for the group, not for a person. */
static int own_id(struct call_run *r, const char *what, struct sv *out, struct err *err)
{
    if (!r->c->actor.len)
        return err_set(err, CM_EREFUSED, "%s is somebody's own; name who it is with --as NAME", what);
    return member_id(r->c, out, err);
}

static int next_objection(struct call_run *r, struct sv *out, struct err *err)
{
    return act_next_id(r->c, 'O', "SELECT coalesce(max(number), 0) + 1 FROM objection", out, err);
}

/* ---- position.take ---- */

static int check_stand(struct sv word, struct err *err)
{
    if (calls_word(stands, STANDS, word) >= 0)
        return CM_OK;
    const char *near = suggest_nearest(word, stands, STANDS);
    return err_set(err, CM_EINPUT, "a position is support, object or abstain, not \"%.*s\"%s%s%s", SV_ARG(word),
                   near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static int may_take(struct call_run *r, const struct call *call, struct err *err)
{
    struct arena *a = r->c->arena;
    if (call->overdue)
        return err_set(err, CM_EREFUSED, "%.*s ended on %s (process.md, \"Calls\"); who objects now asks for a new "
                       "call", SV_ARG(call->id), call_last_day(a, call));
    if (call->match == VOTED_CHANGED)
        return err_set(err, CM_EREFUSED, "a position on a stale text: %s changed since %.*s opened, and a decision "
                       "holds for the text it is taken on (process.md, \"Calls\"); %s", call_changes(a, call),
                       SV_ARG(call->id), call->kind == CALL_EDITION
                       ? "the next edition gets a call of its own" : "the new text gets a call of its own");
    if (sv_eq_str(r->stand, "object") && !sv_trim(r->c->reason).len)
        return err_set(err, CM_EREFUSED, "an objection gives a reason (process.md, \"Calls\"); add --reason TEXT");
    return CM_OK;
}

static const struct position *position_of(const struct call *call, struct sv member)
{
    for (size_t i = 0; i < call->positions.len; i++)
        if (sv_eq(call->positions.at[i].member, member))
            return &call->positions.at[i];
    return NULL;
}

static const struct objection *open_objection_of(const struct call *call, struct sv member)
{
    for (size_t i = 0; i < call->objections.len; i++)
        if (sv_eq(call->objections.at[i].member, member) && call->objections.at[i].state == OBJECTION_OPEN)
            return &call->objections.at[i];
    return NULL;
}

static void put_withdrawals(struct json *j, const struct call *call, struct sv member)
{
    json_key(j, "withdraws");
    json_array(j);
    for (size_t i = 0; i < call->objections.len; i++) {
        const struct objection *o = &call->objections.at[i];
        if (sv_eq(o->member, member) && o->state != OBJECTION_WITHDRAWN)
            json_string(j, o->id);
    }
    json_end(j);
}

static int put_position(struct call_run *r, const struct call *call, struct sv member, struct err *err)
{
    struct json *j = &r->act.json;
    struct sv objection = SV_NONE;
    const struct objection *open = open_objection_of(call, member);
    bool object = sv_eq_str(r->stand, "object");
    int rc = CM_OK;
    if (object && open)
        objection = open->id;
    else if (object)
        rc = next_objection(r, &objection, err);
    json_key(j, "position");
    json_object(j);
    json_put(j, "call", call->id);
    json_put(j, "position", r->stand);
    if (object)
        json_put(j, "objection", objection);
    else
        put_withdrawals(j, call, member);
    json_end(j);
    r->id = object ? objection : call->id;
    return rc;
}

/* One's objection was answered, or recorded: saying the same again changes nothing. */
static bool says_the_same(const struct call_run *r, const struct position *before)
{
    return before && sv_eq_str(r->stand, stands[before->stand]) && sv_eq(r->c->reason, before->reason);
}

static int position_take(struct store *s, void *context, struct err *err)
{
    struct call_run *r = context;
    struct sv member = SV_NONE;
    (void)s;
    int rc = call_begin(r, "position.take", 0, err);
    const struct call *call = rc ? NULL : call_wanted(r, r->id, &rc, err);
    if (!rc)
        rc = own_id(r, "a position", &member, err);
    if (!rc)
        rc = may_take(r, call, err);
    if (!rc && !says_the_same(r, position_of(call, member))) {
        rc = put_position(r, call, member, err);
        if (!rc)
            rc = act_commit(&r->act, call->id, err);
    }
    r->out->id = r->id;
    act_release(&r->act);
    return rc;
}

int action_position_take(struct action_context *c, struct sv call, struct sv position, struct action_result *out,
                         struct err *err)
{
    struct call_run r = {.c = c, .out = out, .id = call, .stand = position};
    memset(out, 0, sizeof(*out));
    int rc = check_stand(position, err);
    return rc ? rc : store_tx(c->store, position_take, &r, err);
}

/* ---- objection.raise ---- */

struct last_round {
    struct sv open;      /* a round that is open: its id */
    int64_t closed;      /* when the newest one closed; 0: there was none */
};

static int load_last_round(struct call_run *r, struct sv threat, struct last_round *out, struct err *err)
{
    struct store_stmt *q;
    *out = (struct last_round){SV_NONE, 0};
    int rc = store_prepare(r->c->store, "SELECT r.id, e.at FROM round_threat t JOIN round r ON r.id = t.round "
                                        "LEFT JOIN event e ON e.seq = r.closed WHERE t.threat = $1 "
                                        "ORDER BY r.number", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, threat);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        if (store_is_null(q, 1))
            out->open = arena_sv(r->c->arena, store_text(q, 0));
        else
            out->closed = store_int(q, 1);
    }
    store_done(q);
    return rc;
}

static int in_period(struct call_run *r, struct err *err)
{
    const struct process *p = &r->act.profile->process;
    struct last_round round;
    int rc = load_last_round(r, r->id, &round, err);
    if (rc)
        return rc;
    if (process_mode(p)->first_round_days == 0)
        return err_set(err, CM_EREFUSED, "the mode \"%.*s\" has no rounds, and a priority stands at once (process.md, "
                       "\"Stages\"); a comment on the rating is welcome", SV_ARG(process_mode(p)->id));
    if (round.open.len)
        return err_set(err, CM_EREFUSED, "%.*s is estimated in %.*s, which is open; the objection period of %u days "
                       "begins when it closes (process.md, \"Stages\")", SV_ARG(r->id), SV_ARG(round.open),
                       p->objection_days);
    if (!round.closed)
        return err_set(err, CM_EREFUSED, "no round has settled a priority of %.*s yet; the objection period of %u days "
                       "begins when one closes (process.md, \"Stages\")", SV_ARG(r->id), p->objection_days);
    int64_t end = round.closed + (int64_t)p->objection_days * DATE_DAY;
    if (r->c->now >= end)
        return err_set(err, CM_EREFUSED, "the objection period of %u days for the priority of %.*s ended on %s "
                       "(process.md, \"Stages\"); a new round may be asked for, or object in the call on the edition",
                       p->objection_days, SV_ARG(r->id), date_format(r->c->arena, date_from_time(end)));
    return CM_OK;
}

static int objection_raise(struct store *s, void *context, struct err *err)
{
    struct call_run *r = context;
    struct sv member = SV_NONE, id = SV_NONE;
    (void)s;
    int rc = call_begin(r, "objection.raise", 0, err);
    if (!rc && !map_get(&r->act.profile->by_id, r->id))
        rc = err_set(err, CM_ENOTFOUND, "there is no threat %.*s; to object in a call use casemate position C-1 object",
                     SV_ARG(r->id));
    if (!rc)
        rc = own_id(r, "an objection", &member, err);
    if (!rc && !sv_trim(r->c->reason).len)
        rc = err_set(err, CM_EREFUSED, "an objection gives a reason (process.md, \"Calls\"); add --reason TEXT");
    if (!rc)
        rc = in_period(r, err);
    if (!rc)
        rc = next_objection(r, &id, err);
    if (!rc) {
        json_key(&r->act.json, "objection");
        json_object(&r->act.json);
        json_put(&r->act.json, "id", id);
        json_put(&r->act.json, "threat", r->id);
        json_end(&r->act.json);
        rc = act_commit(&r->act, r->id, err);
        r->out->id = id;
    }
    act_release(&r->act);
    return rc;
}

int action_objection_raise(struct action_context *c, struct sv threat, struct action_result *out, struct err *err)
{
    struct call_run r = {.c = c, .out = out, .id = threat};
    memset(out, 0, sizeof(*out));
    return store_tx(c->store, objection_raise, &r, err);
}

/* ---- objection.answer, .dissent, .withdraw ---- */

static int may_settle(struct call_run *r, const struct objection *o, struct err *err)
{
    static const char *const settled[OBJECTION_STATES] = {"", "", "was withdrawn", "is recorded as dissent"};
    int rc = CM_OK;
    struct sv member = SV_NONE;
    if (sv_starts(o->subject, SV("C-")) && !call_wanted(r, o->subject, &rc, err))
        return rc;
    if (!rc && (o->state == OBJECTION_WITHDRAWN || (o->state == OBJECTION_DISSENT && r->state != OBJECTION_WITHDRAWN)))
        rc = err_set(err, CM_EREFUSED, "%.*s %s already", SV_ARG(o->id), settled[o->state]);
    if (rc || r->state != OBJECTION_WITHDRAWN)
        return rc;
    rc = own_id(r, "an objection", &member, err);
    if (!rc && !sv_eq(member, o->member))
        rc = err_set(err, CM_EREFUSED, "%.*s is %.*s's, and withdrawn by nobody else; a leader answers it or records "
                     "it as dissent (process.md, \"Calls\")", SV_ARG(o->id), SV_ARG(o->name));
    return rc;
}

/* Whether the member stays an objector of the call when this objection is withdrawn. */
static bool objects_still(const struct call *call, const struct objection *withdrawn)
{
    for (size_t i = 0; call && i < call->objections.len; i++) {
        const struct objection *o = &call->objections.at[i];
        if (sv_eq(o->member, withdrawn->member) && !sv_eq(o->id, withdrawn->id) && o->state != OBJECTION_WITHDRAWN)
            return true;
    }
    return false;
}

static void put_settled(struct call_run *r, const struct objection *o)
{
    struct json *j = &r->act.json;
    const struct call *call = calls_find(&r->calls, o->subject);
    json_key(j, "objection");
    json_object(j);
    json_put(j, "id", o->id);
    json_put(j, "subject", o->subject);
    json_put_str(j, "state", objection_states[r->state]);
    if (r->state == OBJECTION_ANSWERED)
        json_put(j, "answer", r->text);
    if (r->state == OBJECTION_WITHDRAWN && call && !objects_still(call, o))
        json_put(j, "position_of", o->member); /* goes with it: who objected is silent again */
    json_end(j);
}

/* In a call, when it can be closed but for the objection; one to a priority, when it was raised. */
static int64_t waits_since(const struct call_run *r, const struct objection *o)
{
    const struct call *call = calls_find(&r->calls, o->subject);
    return call ? call->until : o->at;
}

static int settle(struct store *s, void *context, struct err *err)
{
    static const char *const actions[OBJECTION_STATES] = {"", "objection.answer", "objection.withdraw",
                                                          "objection.dissent"};
    struct call_run *r = context;
    (void)s;
    int rc = call_begin(r, actions[r->state], r->state == OBJECTION_WITHDRAWN ? 0 : ACT_DEPUTY, err);
    const struct objection *o = rc ? NULL : calls_objection(&r->calls, r->id);
    if (!rc && !o)
        rc = err_set(err, CM_ENOTFOUND, "there is no objection %.*s; \"casemate objection list\" shows all",
                     SV_ARG(r->id));
    if (!rc)
        rc = may_settle(r, o, err);
    if (!rc)
        rc = act_waits(&r->act, waits_since(r, o), err);
    if (!rc) {
        put_settled(r, o);
        rc = act_commit(&r->act, o->subject, err);
    }
    r->out->id = r->id;
    act_release(&r->act);
    return rc;
}

static int run_settle(struct action_context *c, struct sv id, enum objection_state state, struct sv text,
                      struct action_result *out, struct err *err)
{
    struct call_run r = {.c = c, .out = out, .id = id, .state = state, .text = text};
    memset(out, 0, sizeof(*out));
    return store_tx(c->store, settle, &r, err);
}

int action_objection_answer(struct action_context *c, struct sv id, struct sv text, struct action_result *out,
                            struct err *err)
{
    memset(out, 0, sizeof(*out));
    if (!sv_trim(text).len)
        return err_set(err, CM_EREFUSED, "objections are answered, not outvoted (process.md, \"Guiding principles\"); "
                       "add --text TEXT");
    return run_settle(c, id, OBJECTION_ANSWERED, text, out, err);
}

int action_objection_dissent(struct action_context *c, struct sv id, struct action_result *out, struct err *err)
{
    memset(out, 0, sizeof(*out));
    if (!sv_trim(c->reason).len)
        return err_set(err, CM_EREFUSED, "dissent is recorded with why it stays (process.md, \"Calls\"); add "
                       "--reason TEXT");
    return run_settle(c, id, OBJECTION_DISSENT, SV_NONE, out, err);
}

int action_objection_withdraw(struct action_context *c, struct sv id, struct action_result *out, struct err *err)
{
    return run_settle(c, id, OBJECTION_WITHDRAWN, SV_NONE, out, err);
}

/* ---- threat.challenge ---- */

/* Whether a change led to the present text, or came in one act with one that did: what rounds rate is mapped beside
 * what is voted on. */
static bool is_challenged(const struct editorial_list *changes, const struct editorial *change,
                          const struct digest *now)
{
    for (size_t i = 0; i < changes->list.len; i++)
        if (changes->list.at[i].event == change->event && digest_eq(&changes->list.at[i].after, now))
            return true;
    return false;
}

/* The editorial changes that led to the present text; none: refused. */
static int put_challenged(struct call_run *r, const struct threat *t, struct err *err)
{
    struct json *j = &r->act.json;
    struct digest now = voted_threat(r->act.profile, t);
    const struct editorial_list *changes = map_get(&r->calls.editorials.by_threat, t->id);
    size_t found = 0;
    json_key(j, "challenge");
    json_object(j);
    json_put(j, "threat", t->id);
    json_key(j, "undoes");
    json_array(j);
    for (size_t i = 0; changes && i < changes->list.len; i++) {
        const struct editorial *change = &changes->list.at[i];
        if (!is_challenged(changes, change, &now))
            continue;
        found++;
        json_object(j);
        json_put_str(j, "before", digest_hex(r->c->arena, &change->before));
        json_put_str(j, "after", digest_hex(r->c->arena, &change->after));
        json_end(j);
    }
    json_end(j);
    json_end(j);
    return found ? CM_OK : err_set(err, CM_EREFUSED, "no change that led to the present text of %.*s is called "
                                   "editorial; a decision on an earlier text is outdated anyway", SV_ARG(t->id));
}

static int challenge(struct store *s, void *context, struct err *err)
{
    struct call_run *r = context;
    struct sv member = SV_NONE;
    (void)s;
    int rc = call_begin(r, "threat.challenge", 0, err);
    const struct threat *t = rc ? NULL : map_get(&r->act.profile->by_id, r->id);
    if (!rc && !t)
        rc = err_set(err, CM_ENOTFOUND, "there is no threat %.*s; \"casemate threat list\" shows all", SV_ARG(r->id));
    if (!rc)
        rc = own_id(r, "a challenge", &member, err);
    if (!rc && !sv_trim(r->c->reason).len)
        rc = err_set(err, CM_EREFUSED, "a challenge says what is not editorial; add --reason TEXT");
    if (!rc)
        rc = put_challenged(r, t, err);
    if (!rc)
        rc = act_commit(&r->act, r->id, err);
    act_release(&r->act);
    return rc;
}

int action_threat_challenge(struct action_context *c, struct sv threat, struct action_result *out, struct err *err)
{
    struct call_run r = {.c = c, .out = out, .id = threat};
    memset(out, 0, sizeof(*out));
    return store_tx(c->store, challenge, &r, err);
}
