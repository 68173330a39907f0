/* Hand-overs: a person carries a recommendation to where its document is maintained. */
#include "action/review.h"

#include "action/acts.h"
#include "base/date.h"
#include "base/suggest.h"

enum { NAME_MAX_BYTES = 200, ANSWER_DAYS = 30 };

struct handover_run {
    struct action_context *c;
    const struct handover_request *request;
    const struct handover_outcome *outcome;
    struct action_result *out;
};

/* Who may edit may, and who may advance. */
static int begin(struct act *act, struct action_context *c, const char *action, struct sv threat,
                 struct action_result *out, struct err *err)
{
    struct err ignored = ERR_INIT;
    int rc = act_begin_on(act, c, action, 0, &threat, threat.len > 0, out, err);
    if (rc == CM_EREFUSED && act->profile && !permit(c, act->profile, PERMIT_ADVANCE, &ignored)) {
        *err = (struct err)ERR_INIT;
        return CM_OK;
    }
    return rc;
}

static int read_day(const char *option, struct sv text, int64_t *out, struct err *err)
{
    struct date day;
    if (!date_parse(text, &day))
        return err_set(err, CM_EINPUT, "%s \"%.*s\" is no day; write it as 2026-12-31", option, SV_ARG(text));
    *out = date_to_time(day);
    return CM_OK;
}

/* ---- opening ---- */

/* The first stage that asks for responses is the one from which on a recommendation is there. */
static int stage_with_responses(const struct process *p)
{
    for (size_t i = 0; i < p->stage_count; i++)
        if (p->stages.at[i].needs & 1u << NEED_RESPONSES)
            return (int)i;
    return (int)p->stage_count - 1;
}

static int check_stage(const struct act *act, const struct threat *t, struct err *err)
{
    const struct process *p = &act->profile->process;
    struct arena *a = act->c->arena;
    struct standing standing;
    struct threat_view view;
    int wanted = stage_with_responses(p);
    memset(&view, 0, sizeof(view));
    int rc = standing_load_one(act->c->store, a, act->profile, act->c->now, t->id, &standing, err);
    if (rc)
        return rc;
    view_derive_threat(a, act->profile, t, standing_of(&standing, t), &view);
    struct sv id = view.confirmed >= 0 ? p->stages.at[view.confirmed].id : SV("no stage");
    if (p->stages.at[t->stage].end || view.confirmed < wanted)
        return err_set(err, CM_EREFUSED, "%.*s is confirmed as \"%.*s\"; a recommendation is handed over from \"%.*s\" "
                       "on, see \"casemate threat advance\"", SV_ARG(t->id), SV_ARG(id),
                       SV_ARG(p->stages.at[wanted].id));
    return CM_OK;
}

static int check_cited(const struct act *act, const struct threat *t, struct sv document, struct err *err)
{
    const struct profile *p = act->profile;
    const struct cites *cites = profile_cites(act->c->arena, p);
    const struct reference *r = map_get(&p->references.by_id, document);
    unsigned index = (unsigned)(t - p->threats.at);
    const char **names = arena_new_array(act->c->arena, const char *, p->references.list.len + 1);
    size_t count = 0;
    for (size_t i = 0; i < p->references.list.len; i++)
        for (size_t k = 0; k < cites->documents[i].all.len; k++)
            if (cites->documents[i].all.at[k] == index) {
                if (r == &p->references.list.at[i])
                    return CM_OK;
                names[count++] = arena_strndup(act->c->arena, p->references.list.at[i].id.at,
                                               p->references.list.at[i].id.len);
            }
    const char *near = suggest_nearest(document, names, count);
    return err_set(err, CM_EINPUT, "%.*s does not cite \"%.*s\"%s%s%s", SV_ARG(t->id), SV_ARG(document),
                   near ? "; did you mean \"" : "", near ? near : "",
                   near ? "\"?" : "; a recommendation goes to a document that the entry names");
}

static int commit_open(struct act *act, const struct handover_request *r, struct sv answer_by, struct err *err)
{
    struct sv id = SV_NONE;
    int rc = act_next_id(act->c, 'H', "SELECT coalesce(max(number), 0) + 1 FROM handover", &id, err);
    if (rc)
        return rc;
    json_key(&act->json, "handover");
    json_object(&act->json);
    json_put(&act->json, "id", id);
    json_put(&act->json, "threat", r->threat);
    json_put(&act->json, "document", r->document);
    json_put(&act->json, "carrier", r->carrier);
    json_put(&act->json, "venue", r->venue);
    json_put(&act->json, "date", r->on);
    json_put(&act->json, "answer_by", answer_by);
    json_end(&act->json);
    return act_commit(act, id, err);
}

static int check_days(struct action_context *c, const struct handover_request *r, struct sv *out_answer_by,
                      struct err *err)
{
    int64_t on = 0, answer = 0;
    int rc = read_day("--on", r->on, &on, err);
    answer = on + (int64_t)ANSWER_DAYS * DATE_DAY;
    if (!rc && r->answer_by.len)
        rc = read_day("--answer-by", r->answer_by, &answer, err);
    if (!rc && answer < on)
        rc = err_set(err, CM_EINPUT, "--answer-by %.*s is before --on %.*s", SV_ARG(r->answer_by), SV_ARG(r->on));
    *out_answer_by = sv_str(date_format(c->arena, date_from_time(answer)));
    return rc;
}

static int open_one(struct store *s, void *context, struct err *err)
{
    struct handover_run *r = context;
    struct act act;
    struct sv answer_by = SV_NONE;
    (void)s;
    int rc = begin(&act, r->c, "handover.open", r->request->threat, r->out, err);
    const struct threat *t = rc ? NULL : map_get(&act.profile->by_id, r->request->threat);
    if (!rc && !t)
        rc = err_set(err, CM_ENOTFOUND, "there is no threat %.*s; \"casemate threat list\" shows all",
                     SV_ARG(r->request->threat));
    if (!rc)
        rc = act_plain("--carried-by", r->request->carrier, NAME_MAX_BYTES, false, err);
    if (!rc)
        rc = act_plain("--venue", r->request->venue, NAME_MAX_BYTES, false, err);
    if (!rc)
        rc = check_days(r->c, r->request, &answer_by, err);
    if (!rc)
        rc = check_stage(&act, t, err);
    if (!rc)
        rc = check_cited(&act, t, r->request->document, err);
    if (!rc)
        rc = commit_open(&act, r->request, answer_by, err);
    act_release(&act);
    return rc;
}

int action_handover_open(struct action_context *c, const struct handover_request *request, struct action_result *out,
                         struct err *err)
{
    struct handover_run r = {.c = c, .request = request, .out = out};
    return store_tx(c->store, open_one, &r, err);
}

/* ---- settling ---- */

static int find_state(struct action_context *c, struct sv id, struct sv *out, struct err *err)
{
    struct store_stmt *q;
    *out = SV_NONE;
    int rc = store_prepare(c->store, "SELECT state FROM handover WHERE id = $1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, id);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = arena_sv(c->arena, store_text(q, 0));
    store_done(q);
    if (!rc && !out->len)
        return err_set(err, CM_ENOTFOUND, "there is no hand-over %.*s; \"casemate handover list\" shows all",
                       SV_ARG(id));
    return rc;
}

static int check_outcome(const struct handover_outcome *o, struct sv before, struct err *err)
{
    bool answered = sv_eq_str(o->state, "taken-up") || sv_eq_str(o->state, "declined");
    if (!answered && !sv_eq_str(o->state, "unanswered"))
        return err_set(err, CM_EINPUT, "a hand-over is settled as taken-up, declined or unanswered, not \"%.*s\"",
                       SV_ARG(o->state));
    if (answered && !o->link.len)
        return err_set(err, CM_EREFUSED, "\"%.*s\" wants the address of the message or minute that says so; add "
                       "--link URL", SV_ARG(o->state));
    if (o->link.len && !act_is_link(o->link, false))
        return err_set(err, CM_EINPUT, "--link \"%.*s\" is no web address; write it as https://example.org/message",
                       SV_ARG(o->link));
    if (sv_eq(before, o->state) || (!sv_eq_str(before, "open") && !sv_eq_str(before, "unanswered")))
        return err_set(err, CM_EREFUSED, "hand-over %.*s is %.*s already; open another one for a new attempt",
                       SV_ARG(o->id), SV_ARG(before));
    return CM_OK;
}

static int settle(struct store *s, void *context, struct err *err)
{
    struct handover_run *r = context;
    const struct handover_outcome *o = r->outcome;
    struct act act;
    struct sv before;
    (void)s;
    int rc = begin(&act, r->c, "handover.settle", SV_NONE, r->out, err);
    if (!rc)
        rc = find_state(r->c, o->id, &before, err);
    if (!rc)
        rc = check_outcome(o, before, err);
    if (!rc) {
        json_key(&act.json, "handover");
        json_object(&act.json);
        json_put(&act.json, "id", o->id);
        json_put(&act.json, "state", o->state);
        if (o->link.len)
            json_put(&act.json, "link", o->link);
        json_end(&act.json);
        rc = act_commit(&act, o->id, err);
    }
    act_release(&act);
    return rc;
}

int action_handover_settle(struct action_context *c, const struct handover_outcome *outcome, struct action_result *out,
                           struct err *err)
{
    struct handover_run r = {.c = c, .outcome = outcome, .out = out};
    return store_tx(c->store, settle, &r, err);
}

/* ---- rows ---- */

static int apply_open(struct store *s, const struct act_event *e, const struct json_value *handover, struct sv id,
                      struct err *err)
{
    static const char *const keys[] = {"threat", "document", "carrier", "venue", "date", "answer_by"};
    struct sv texts[ARRAY_LEN(keys)];
    struct store_stmt *q;
    int64_t number;
    int rc = act_number(e, id, 'H', &number, err);
    for (size_t i = 0; !rc && i < ARRAY_LEN(keys); i++)
        rc = act_text(e, handover, keys[i], &texts[i], err);
    if (!rc)
        rc = store_prepare(s, "INSERT INTO handover (id, number, threat, document, carrier, venue, date, answer_by, "
                              "event, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open')", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, id);
    store_bind_int(q, 2, number);
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        store_bind_text(q, 3 + (int)i, texts[i]);
    store_bind_int(q, 9, e->seq);
    return store_finish(q, err);
}

static int apply_settle(struct store *s, const struct act_event *e, const struct json_value *handover, struct sv id,
                        struct err *err)
{
    struct store_stmt *q;
    struct sv state, link = json_get_text(handover, "link");
    int rc = act_text(e, handover, "state", &state, err);
    if (!rc)
        rc = store_prepare(s, "UPDATE handover SET state = $1, link = $2, settled = $3 WHERE id = $4", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, state);
    if (link.len)
        store_bind_text(q, 2, link);
    store_bind_int(q, 3, e->seq);
    store_bind_text(q, 4, id);
    return store_finish(q, err);
}

int handover_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err)
{
    const struct json_value *handover = json_get(e->payload, "handover");
    struct sv id;
    (void)a;
    int rc = act_text(e, handover, "id", &id, err);
    if (rc)
        return rc;
    return sv_eq_str(e->action, "handover.open") ? apply_open(s, e, handover, id, err)
                                                 : apply_settle(s, e, handover, id, err);
}
