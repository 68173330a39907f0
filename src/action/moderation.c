/* What moderators, the clock and the author do about a post that is held. */
#include "action/held.h"
#include "action/ties.h"

enum { PUBLIC_WORDS_MAX = 1000 };

/* ---- what all acts share ---- */

struct hold_run {
    struct action_context *c;
    const struct hold_decision *want;
    struct sv post, threat, stage;
    int64_t number;
    bool clock;
    struct hold_done *done;
    struct action_result *out;
    struct act act;
    struct hold hold;
    struct moderations log;
};

static int hold_begin(struct hold_run *r, const char *action, struct err *err)
{
    int rc = act_begin(&r->act, r->c, action, ACT_RULES, r->out, err);
    if (!rc && !r->number && !hold_number(r->post, &r->number))
        rc = err_set(err, CM_EINPUT, "\"%.*s\" is no held post; they are written as P-7", SV_ARG(r->post));
    if (!rc && r->c->reason.len)
        rc = act_plain("--reason", r->c->reason, PUBLIC_WORDS_MAX, true, err);
    if (!rc)
        rc = hold_load(r->c->store, r->c->arena, r->number, &r->hold, err);
    return rc ? rc : moderations_load(r->c->store, r->c->arena, r->number, SV_NONE, &r->log, err);
}

/* Puts what is public, and appends the event. */
static int hold_commit(struct hold_run *r, const char *action, const struct moderation *m, struct err *err)
{
    struct json *j = &r->act.json;
    r->act.info = action_find(action);
    json_key(j, "moderation");
    json_object(j);
    json_put(j, "list", r->hold.list);
    json_put(j, "rules", hold_rules_text(r->c->arena, r->hold.rules));
    if (m->outcome.len)
        json_put(j, "outcome", m->outcome);
    if (m->because.len)
        json_put(j, "because", m->because);
    if (m->urgent)
        json_put_bool(j, "urgent", true);
    if (m->seconds)
        json_put_int(j, "seconds", m->seconds);
    if (m->threat.len)
        json_put(j, "threat", m->threat);
    if (m->stage.len)
        json_put(j, "stage", m->stage);
    json_end(j);
    return act_commit(&r->act, hold_id(r->c->arena, r->number), err);
}

static int is_settled(const struct hold_run *r, struct err *err)
{
    const struct moderation *last = NULL;
    for (size_t i = 0; i < r->log.list.len; i++)
        if (moderation_settles(&r->log.list.at[i]))
            last = &r->log.list.at[i];
    if (!r->hold.settled)
        return CM_OK;
    return err_set(err, CM_EREFUSED, "P-%lld is settled%s%.*s (event %lld); who disagrees may appeal (casemate hold "
                   "appeal P-%lld --reason TEXT)", (long long)r->number, last ? ": " : "",
                   SV_ARG(last ? last->outcome : SV_NONE), last ? (long long)last->event : 0LL, (long long)r->number);
}

/* ---- what is asked for ---- */

static bool is_reason_for(const struct moderation_reason *reason, struct sv outcome)
{
    return sv_eq_str(reason->act, "either") || sv_eq(reason->act, outcome);
}

static int no_reason(const struct hold_run *r, struct err *err)
{
    const struct process *p = &r->act.profile->process;
    struct str known = STR_INIT;
    for (size_t i = 0; i < p->moderation_reasons.len; i++)
        if (is_reason_for(&p->moderation_reasons.at[i], r->want->outcome))
            str_addf(&known, "%s%.*s", known.len ? ", " : "", SV_ARG(p->moderation_reasons.at[i].id));
    int rc = err_set(err, CM_EREFUSED, "to %.*s a post wants one of the reasons that process.md publishes for it (%s), "
                     "not \"%.*s\"", SV_ARG(r->want->outcome), known.len ? str_cstr(&known) : "there is none",
                     SV_ARG(r->want->because));
    str_release(&known);
    return rc;
}

static int check_wish(const struct hold_run *r, struct err *err)
{
    const struct process *p = &r->act.profile->process;
    int reason = process_reason(p, r->want->because);
    if (sv_eq_str(r->want->outcome, "approve"))
        return r->want->because.len ? err_set(err, CM_EINPUT, "a post that passes wants no reason of the list") : CM_OK;
    if (reason < 0 || !is_reason_for(&p->moderation_reasons.at[reason], r->want->outcome))
        return no_reason(r, err);
    return CM_OK;
}

static bool wants_two(const struct hold_run *r)
{
    struct sv rule = r->act.profile->process.moderation_two_person;
    return sv_eq_str(rule, "all") || (sv_eq_str(rule, "refusals") && !sv_eq_str(r->want->outcome, "approve"));
}

static int check_urgent(const struct hold_run *r, struct err *err)
{
    if (!wants_two(r))
        return err_set(err, CM_EINPUT, "one moderator is enough for this; leave --urgent out");
    if (!sv_eq_str(r->act.profile->process.moderation_urgent, "alone"))
        return err_set(err, CM_EREFUSED, "nobody acts alone here, however urgent it is (process.md, \"moderation\")");
    if (!sv_trim(r->c->reason).len)
        return err_set(err, CM_EREFUSED, "who acts alone says in public why it is urgent; add --reason TEXT");
    return CM_OK;
}

/* The newest proposal of each moderator counts. */
static bool is_newest(const struct hold_run *r, size_t proposal)
{
    const struct moderations *log = &r->log;
    for (size_t i = proposal + 1; i < log->list.len; i++)
        if (sv_eq_str(log->list.at[i].act, "propose") && sv_eq(log->list.at[i].by_id, log->list.at[proposal].by_id))
            return false;
    return true;
}

static bool is_wanted(const struct hold_run *r, const struct moderation *m)
{
    return sv_eq_str(m->act, "propose") && sv_eq(m->outcome, r->want->outcome) && sv_eq(m->because, r->want->because);
}

/* *out: what somebody else proposed and this act seconds; NULL: nobody did, and this is the first. CM_EREFUSED: the
 * same again by who proposed it. */
static int find_second(const struct hold_run *r, const struct moderation **out, struct err *err)
{
    struct sv me;
    const struct moderation *mine = NULL;
    *out = NULL;
    int rc = member_id(r->c, &me, err);
    for (size_t i = 0; !rc && i < r->log.list.len; i++) {
        const struct moderation *m = &r->log.list.at[i];
        if (is_wanted(r, m) && is_newest(r, i))
            *(sv_eq(m->by_id, me) ? &mine : out) = m;
    }
    if (!rc && mine && !*out)
        rc = err_set(err, CM_EREFUSED, "you proposed this already (event %lld); another moderator has to do the same "
                     "(process.md, \"moderation\"), or add --urgent --reason TEXT", (long long)mine->event);
    return rc;
}

/* ---- what comes of it ---- */

/* The post as it arrived, for what wants an arriving mail. */
static int load_post(struct hold_run *r, struct lists *lists, struct mail_in *in, struct arriving *m, struct err *err)
{
    struct store_stmt *q;
    struct action_context *c = r->c;
    *m = (struct arriving){.c = c, .process = &r->act.profile->process, .in = in};
    int rc = lists_load(c->store, c->arena, lists, err);
    if (!rc)
        rc = message_bytes(c->store, c->arena, r->hold.message, &in->bytes, err);
    if (!rc)
        rc = store_prepare(c->store, "SELECT coalesce(sender, '') FROM message WHERE id = $1", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, r->hold.message);
    while ((rc = store_step(q, err)) == STORE_ROW)
        in->sender = arena_sv(c->arena, store_text(q, 0));
    store_done(q);
    m->lists = lists;
    m->list = rc ? NULL : lists_find(lists, r->hold.list);
    if (rc || !m->list)
        return rc ? rc : err_set(err, CM_ECORRUPT, "there is no list %.*s", SV_ARG(r->hold.list));
    struct err why = ERR_INIT;
    m->unreadable = mail_read(c->arena, in->bytes, &m->mail, &why) != CM_OK;
    m->why = arena_strdup(c->arena, why.text);
    return CM_OK;
}

static int let_pass(struct hold_run *r, const struct arriving *m, struct err *err)
{
    if (m->unreadable)
        return err_set(err, CM_EREFUSED, "P-%lld cannot be read: %s; no page and no search could show it, so "
                       "discard it", (long long)r->number, m->why);
    return post_publish(r->c, m->list, r->hold.message, &m->mail, err);
}

static int settle(struct hold_run *r, struct sv outcome, const char *means, struct err *err)
{
    struct lists lists;
    struct mail_in in = {SV_NONE, SV_NONE, SV_NONE};
    struct arriving m;
    int rc = load_post(r, &lists, &in, &m, err);
    if (!rc)
        rc = hold_settle(r->c->store, r->c->arena, r->number, r->c->now, err);
    if (rc)
        return rc;
    if (sv_eq_str(outcome, "approve"))
        return let_pass(r, &m, err);
    bool returned = sv_eq_str(outcome, "return");
    rc = message_set_state(r->c->store, r->hold.message, returned ? MESSAGE_RETURNED : MESSAGE_DISCARDED, err);
    return rc || !returned ? rc : author_tell(&m, &r->hold, means, r->done, err);
}

static const char *reason_means(const struct hold_run *r)
{
    const struct process *p = &r->act.profile->process;
    int i = process_reason(p, r->want->because);
    return i < 0 ? "" : arena_printf(r->c->arena, "%.*s (%.*s)", SV_ARG(p->moderation_reasons.at[i].means),
                                     SV_ARG(p->moderation_reasons.at[i].id));
}

/* ---- hold.approve, hold.return, hold.discard, hold.propose ---- */

static int decide_first(struct hold_run *r, const struct moderation *m, struct err *err)
{
    r->done->proposed = true;
    return hold_commit(r, "hold.propose", m, err);
}

static int decide(struct store *s, void *context, struct err *err)
{
    struct hold_run *r = context;
    const struct moderation *second = NULL;
    const char *action = arena_printf(r->c->arena, "hold.%.*s", SV_ARG(r->want->outcome));
    struct moderation m = {.outcome = r->want->outcome, .because = r->want->because, .urgent = r->want->urgent};
    bool overturned = false;
    int rc = hold_begin(r, action, err);
    if (!rc && r->hold.settled && sv_eq_str(r->want->outcome, "approve"))
        rc = moderation_overturned(s, r->c->arena, r->number, &overturned, err);
    if (!rc && !overturned)
        rc = is_settled(r, err);
    if (!rc)
        rc = check_wish(r, err);
    if (!rc && m.urgent)
        rc = check_urgent(r, err);
    bool alone = m.urgent || overturned || rc || !wants_two(r);
    if (!rc && !alone)
        rc = find_second(r, &second, err);
    m.seconds = second ? second->event : 0;
    if (!rc && !alone && !second)
        rc = decide_first(r, &m, err);
    else if (!rc && !(rc = hold_commit(r, action, &m, err)))
        rc = settle(r, m.outcome, reason_means(r), err);
    act_release(&r->act);
    return rc;
}

int action_hold_decide(struct action_context *c, const struct hold_decision *d, struct hold_done *done,
                       struct action_result *out, struct err *err)
{
    struct hold_run r = {.c = c, .want = d, .post = d->post, .done = done, .out = out};
    memset(done, 0, sizeof(*done));
    memset(out, 0, sizeof(*out));
    if (!sv_eq_str(d->outcome, "approve") && !sv_eq_str(d->outcome, "return") && !sv_eq_str(d->outcome, "discard"))
        return err_set(err, CM_EINPUT, "\"%.*s\" is nothing that is done with a post; expected approve, return or "
                       "discard", SV_ARG(d->outcome));
    return store_tx(c->store, decide, &r, err);
}

/* ---- hold.timeout ---- */

static int time_out(struct store *s, void *context, struct err *err)
{
    struct hold_run *r = context;
    (void)s;
    int rc = hold_begin(r, "hold.timeout", err);
    if (!rc && !r->hold.settled) { /* another process may have been here since */
        const struct process *p = &r->act.profile->process;
        const struct moderation m = {
            .outcome = r->hold.stranger ? p->moderation_strangers_on_timeout : p->moderation_on_timeout};
        rc = hold_commit(r, "hold.timeout", &m, err);
        if (!rc)
            rc = settle(r, m.outcome, "No moderator decided on it in time.", err);
    }
    act_release(&r->act);
    return rc;
}

int action_holds_due(struct action_context *c, size_t *out_count, struct err *err)
{
    struct ending ending;
    struct hold next = {.number = 0};
    struct hold_done done;
    struct action_result result;
    *out_count = 0;
    int rc = ending_load(c->store, c->arena, &ending, err);
    if (rc || ending.at)
        return rc;
    while (!(rc = hold_due(c->store, c->arena, c->now, &next, err)) && next.number) {
        struct hold_run r = {.c = c, .number = next.number, .done = &done, .out = &result};
        memset(&done, 0, sizeof(done));
        if ((rc = store_tx(c->store, time_out, &r, err)))
            break;
        *out_count += result.event != 0;
    }
    return rc;
}

/* ---- hold.refile ---- */

static int refile(struct store *s, void *context, struct err *err)
{
    struct hold_run *r = context;
    struct tie_words aim = {SV_NONE, SV_NONE};
    (void)s;
    int rc = hold_begin(r, "hold.refile", err);
    if (!rc)
        rc = is_settled(r, err);
    struct sv detail = sv_str(arena_printf(r->c->arena, "%.*s%s%.*s", SV_ARG(r->threat), r->stage.len ? "-" : "",
                                           SV_ARG(r->stage)));
    if (!rc)
        rc = tie_aim(r->c, detail, &aim, err);
    if (!rc) {
        const struct moderation m = {.threat = aim.threat, .stage = aim.stage};
        rc = hold_commit(r, "hold.refile", &m, err);
    }
    if (!rc)
        rc = tie_keep_aim(r->c, r->hold.message, detail, err);
    act_release(&r->act);
    return rc;
}

int action_hold_refile(struct action_context *c, struct sv post, struct sv threat, struct sv stage,
                       struct action_result *out, struct err *err)
{
    struct hold_run r = {.c = c, .post = post, .threat = threat, .stage = stage, .out = out};
    memset(out, 0, sizeof(*out));
    return store_tx(c->store, refile, &r, err);
}

/* ---- hold.contest ---- */

static int contest(struct store *s, void *context, struct err *err)
{
    struct hold_run *r = context;
    const struct moderation m = {.because = SV_NONE};
    (void)s;
    int rc = act_begin(&r->act, r->c, "hold.contest", ACT_RULES | ACT_SECRET, r->out, err);
    if (!rc)
        rc = hold_load(r->c->store, r->c->arena, r->number, &r->hold, err);
    if (!rc) {
        r->c->pseudonym = sv_str(arena_printf(r->c->arena, "P-%lld:author", (long long)r->number));
        rc = hold_commit(r, "hold.contest", &m, err);
        r->c->pseudonym = SV_NONE;
    }
    act_release(&r->act);
    return rc;
}

int hold_contest(struct action_context *c, int64_t post, struct action_result *out, struct err *err)
{
    struct hold_run r = {.c = c, .number = post, .out = out};
    memset(out, 0, sizeof(*out));
    return store_tx(c->store, contest, &r, err);
}

/* ---- rows ---- */

int hold_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err)
{
    const struct json_value *object = json_get(e->payload, "moderation"), *urgent = json_get(object, "urgent");
    const struct json_value *seconds = json_get(object, "seconds");
    struct moderation m = {.event = e->seq, .act = sv_from_byte(e->action, strlen("hold."))};
    hold_rules rules;
    if (sv_eq_str(m.act, "appeal"))
        return call_apply(s, a, e, err);
    int rc = act_text(e, object, "list", &m.list, err);
    if (!rc)
        rc = act_text(e, object, "rules", &m.rules, err);
    if (!rc)
        rc = hold_rules_read(m.rules, &rules, err);
    if (!rc && !hold_number(e->subject, &m.post))
        rc = err_set(err, CM_ECORRUPT, "event %lld is about no held post", (long long)e->seq);
    if (rc)
        return rc;
    m.outcome = json_get_text(object, "outcome");
    m.because = json_get_text(object, "because");
    m.threat = json_get_text(object, "threat");
    m.stage = json_get_text(object, "stage");
    m.urgent = urgent && urgent->kind == JSON_BOOL && urgent->boolean;
    m.seconds = seconds && seconds->kind == JSON_INT ? seconds->integer : 0;
    return moderation_insert(s, &m, err);
}
