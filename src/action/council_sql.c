/* The council is asked after an appeal, and answers. */
#include "action/council.h"

#include "action/acts.h"
#include "base/date.h"
#include "base/suggest.h"
#include "register/calls.h"

enum { REASON_MAX = 64 * 1024 };

struct council_run {
    struct action_context *c;
    struct sv id, answer_by, answer, link;
    struct action_result *out;
    struct act act;
    struct calls calls;
    const struct decision *decision;
};

/* act_begin(), and the decision. */
static int begin(struct council_run *r, const char *action, struct err *err)
{
    int rc = act_begin(&r->act, r->c, action, 0, r->out, err);
    if (!rc)
        rc = calls_load(r->c->store, r->c->arena, r->act.profile, &r->act.files, r->c->now, &r->calls, err);
    if (rc)
        return rc;
    r->decision = calls_decision(&r->calls, r->id);
    return r->decision ? CM_OK
                       : err_set(err, CM_ENOTFOUND, "there is no decision %.*s; \"casemate decision list\" shows all",
                                 SV_ARG(r->id));
}

static const char *council(const struct council_run *r)
{
    struct sv name = r->act.profile->sig.reports_to.name;
    return arena_strndup(r->c->arena, name.at, name.len);
}

/* ---- decision.refer ---- */

static int may_refer(const struct council_run *r, struct err *err)
{
    const struct decision *d = r->decision;
    if (d->call->kind == CALL_APPEAL)
        return err_set(err, CM_EREFUSED, "%.*s decided an appeal; %s is asked about the decision that was appealed, "
                       "%.*s (process.md, \"Appeals\")", SV_ARG(r->id), council(r), SV_ARG(d->call->subject));
    if (d->council)
        return err_set(err, CM_EREFUSED, "%s was asked about %.*s on %s already", council(r), SV_ARG(r->id),
                       date_format(r->c->arena, date_from_time(d->council->asked)));
    if (d->overturned)
        return err_set(err, CM_EREFUSED, "%.*s was overturned by %.*s; nothing is left to ask about (process.md, "
                       "\"Appeals\")", SV_ARG(r->id), SV_ARG(d->overturned->id));
    if (!d->appeal || !d->appeal->decision)
        return err_set(err, CM_EREFUSED, "%s is asked after an appeal was decided (process.md, \"Appeals\"); %s%.*s",
                       council(r), d->appeal ? "the appeal is open: " : "appeal first: casemate decision appeal ",
                       SV_ARG(d->appeal ? d->appeal->id : r->id));
    return CM_OK;
}

static int refer(struct store *s, void *context, struct err *err)
{
    struct council_run *r = context;
    int64_t until = 0;
    (void)s;
    int rc = begin(r, "decision.refer", err);
    if (!rc)
        rc = may_refer(r, err);
    if (!rc)
        rc = act_due(r->c, "--answer-by", r->answer_by.len ? r->answer_by : SV("+30d"), &until, err);
    if (!rc) {
        struct json *j = &r->act.json;
        json_key(j, "referral");
        json_object(j);
        json_put(j, "decision", r->id);
        json_put_str(j, "answer_by", date_format_time(r->c->arena, until));
        json_end(j);
        rc = act_commit(&r->act, r->id, err);
    }
    act_release(&r->act);
    return rc;
}

int action_decision_refer(struct action_context *c, struct sv decision, struct sv answer_by, struct action_result *out,
                          struct err *err)
{
    struct council_run r = {.c = c, .id = decision, .answer_by = answer_by, .out = out};
    memset(out, 0, sizeof(*out));
    int rc = act_plain("--reason", c->reason, REASON_MAX, true, err);
    return rc ? rc : store_tx(c->store, refer, &r, err);
}

/* ---- decision.answer ---- */

static int may_answer(const struct council_run *r, struct err *err)
{
    const struct referral *asked = r->decision->council;
    if (!asked)
        return err_set(err, CM_EREFUSED, "%s was not asked about %.*s; casemate decision refer %.*s --reason TEXT asks",
                       council(r), SV_ARG(r->id), SV_ARG(r->id));
    if (asked->answer != COUNCIL_OPEN)
        return err_set(err, CM_EREFUSED, "%s answered the appeal against %.*s already: %s, on %s", council(r),
                       SV_ARG(r->id), council_answers[asked->answer],
                       date_format(r->c->arena, date_from_time(asked->answered)));
    return CM_OK;
}

static int answer(struct store *s, void *context, struct err *err)
{
    struct council_run *r = context;
    (void)s;
    int rc = begin(r, "decision.answer", err);
    if (!rc)
        rc = may_answer(r, err);
    if (!rc) {
        struct json *j = &r->act.json;
        json_key(j, "referral");
        json_object(j);
        json_put(j, "decision", r->id);
        json_put(j, "answer", r->answer);
        json_put(j, "link", r->link);
        json_end(j);
        rc = act_commit(&r->act, r->id, err);
    }
    act_release(&r->act);
    return rc;
}

static int check_answer(struct sv word, struct err *err)
{
    const char *const *words = council_answers + 1; /* "open" is none */
    if (calls_word(words, COUNCIL_ANSWERS - 1, word) >= 0)
        return CM_OK;
    const char *near = suggest_nearest(word, words, COUNCIL_ANSWERS - 1);
    return err_set(err, CM_EINPUT, "an appeal is dismissed or upheld, not \"%.*s\"%s%s%s", SV_ARG(word),
                   near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

int action_decision_answer(struct action_context *c, struct sv decision, struct sv word, struct sv link,
                           struct action_result *out, struct err *err)
{
    struct council_run r = {.c = c, .id = decision, .answer = word, .link = link, .out = out};
    memset(out, 0, sizeof(*out));
    int rc = check_answer(word, err);
    if (!rc)
        rc = act_plain("--reason", c->reason, REASON_MAX, true, err);
    if (!rc && !act_is_link(link, true))
        rc = err_set(err, CM_EINPUT, "--link is the address of the minute or message that says so, such as "
                     "https://example.org/minutes, not \"%.*s\"", SV_ARG(link));
    return rc ? rc : store_tx(c->store, answer, &r, err);
}

/* ---- rows ---- */

static int apply_refer(struct store *s, const struct act_event *e, struct sv decision, struct sv why, struct err *err)
{
    struct store_stmt *q;
    struct sv until;
    int64_t answer_by;
    int rc = act_text(e, json_get(e->payload, "referral"), "answer_by", &until, err);
    if (!rc && !date_parse_time(until, &answer_by))
        rc = act_lacks(e, "answer_by", err);
    if (!rc)
        rc = store_prepare(s, "INSERT INTO referral (decision, asked, reason, answer_by) VALUES ($1, $2, $3, $4)", &q,
                           err);
    if (rc)
        return rc;
    store_bind_text(q, 1, decision);
    store_bind_int(q, 2, e->seq);
    store_bind_text(q, 3, why);
    store_bind_int(q, 4, answer_by);
    return store_finish(q, err);
}

static int apply_answer(struct store *s, const struct act_event *e, struct sv decision, struct sv why, struct err *err)
{
    const struct json_value *referral = json_get(e->payload, "referral");
    struct store_stmt *q;
    struct sv word, link;
    int rc = act_text(e, referral, "answer", &word, err);
    if (!rc && calls_word(council_answers + 1, COUNCIL_ANSWERS - 1, word) < 0)
        rc = act_lacks(e, "answer", err);
    if (!rc)
        rc = act_text(e, referral, "link", &link, err);
    if (!rc)
        rc = store_prepare(s, "UPDATE referral SET answered = $2, answer = $3, why = $4, link = $5 WHERE decision = $1",
                           &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, decision);
    store_bind_int(q, 2, e->seq);
    store_bind_text(q, 3, word);
    store_bind_text(q, 4, why);
    store_bind_text(q, 5, link);
    return store_finish(q, err);
}

int council_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err)
{
    struct sv decision, why;
    (void)a;
    int rc = act_text(e, json_get(e->payload, "referral"), "decision", &decision, err);
    if (!rc)
        rc = act_text(e, e->payload, "reason", &why, err);
    if (rc)
        return rc;
    return sv_eq_str(e->action, "decision.answer") ? apply_answer(s, e, decision, why, err)
                                                   : apply_refer(s, e, decision, why, err);
}
