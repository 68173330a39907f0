/* The rows of calls, positions, objections and decisions, made from their events alone. */
#include "action/acts.h"
#include "base/date.h"
#include "register/calls.h"

static int no_valid(const struct act_event *e, const char *what, struct err *err)
{
    return err_set(err, CM_ECORRUPT, "event %lld (%.*s) has no valid %s", (long long)e->seq, SV_ARG(e->action), what);
}

static int one_of(const struct act_event *e, const struct json_value *object, const char *key, const char *const *words,
                  size_t count, struct sv *out, struct err *err)
{
    int rc = act_text(e, object, key, out, err);
    return rc || calls_word(words, count, *out) >= 0 ? rc : no_valid(e, key, err);
}

/* ---- call.open, decision.appeal ---- */

static int apply_threat(struct store *s, const struct act_event *e, struct sv call, const struct json_value *threat,
                        struct err *err)
{
    struct store_stmt *q;
    struct sv id;
    struct digest d;
    int rc = act_text(e, threat, "id", &id, err);
    if (!rc)
        rc = act_digest(e, threat, "digest", &d, err);
    if (!rc)
        rc = store_prepare(s, "INSERT INTO call_threat (call, threat, digest) VALUES ($1, $2, $3)", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, call);
    store_bind_text(q, 2, id);
    store_bind_blob(q, 3, digest_sv(&d));
    return store_finish(q, err);
}

struct call_row {
    struct sv id, kind, subject, question;
    struct digest digest, text;
    int64_t number, until;
};

static int read_call(const struct act_event *e, const struct json_value *call, struct call_row *out, struct err *err)
{
    struct sv until = SV_NONE;
    int rc = act_text(e, call, "id", &out->id, err);
    if (rc || (rc = act_number(e, out->id, 'C', &out->number, err)) ||
        (rc = one_of(e, call, "kind", call_kinds, CALL_KINDS, &out->kind, err)) ||
        (rc = act_text(e, call, "subject", &out->subject, err)) ||
        (rc = act_text(e, call, "question", &out->question, err)) ||
        (rc = act_digest(e, call, "digest", &out->digest, err)) ||
        (rc = act_digest(e, call, "text", &out->text, err)) || (rc = act_text(e, call, "until", &until, err)))
        return rc;
    return date_parse_time(until, &out->until) ? CM_OK : no_valid(e, "\"until\"", err);
}

static int apply_open(struct store *s, const struct act_event *e, struct err *err)
{
    struct store_stmt *q;
    const struct json_value *call = json_get(e->payload, "call"), *threats = json_get(call, "threats");
    struct call_row row;
    int rc = read_call(e, call, &row, err);
    if (!rc)
        rc = store_prepare(s, "INSERT INTO call (id, number, kind, subject, question, digest, text, opened, until) "
                              "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, row.id);
    store_bind_int(q, 2, row.number);
    store_bind_text(q, 3, row.kind);
    store_bind_text(q, 4, row.subject);
    store_bind_text(q, 5, row.question);
    store_bind_blob(q, 6, digest_sv(&row.digest));
    store_bind_blob(q, 7, digest_sv(&row.text));
    store_bind_int(q, 8, e->seq);
    store_bind_int(q, 9, row.until);
    rc = store_finish(q, err);
    for (size_t i = 0; !rc && threats && threats->kind == JSON_ARRAY && i < threats->count; i++)
        rc = apply_threat(s, e, row.id, threats->items[i], err);
    return rc;
}

/* ---- call.close ---- */

static int apply_close(struct store *s, const struct act_event *e, struct err *err)
{
    static const char *const outcomes[] = {"accepted", "not-accepted"};
    const struct json_value *decision = json_get(e->payload, "decision");
    struct store_stmt *q;
    struct sv id, call, outcome, judgement, link = json_get_text(decision, "link");
    int64_t number;
    int rc = act_text(e, decision, "id", &id, err);
    if (rc || (rc = act_number(e, id, 'D', &number, err)) || (rc = act_text(e, decision, "call", &call, err)) ||
        (rc = one_of(e, decision, "outcome", outcomes, ARRAY_LEN(outcomes), &outcome, err)) ||
        (rc = act_text(e, decision, "judgement", &judgement, err)) ||
        (rc = store_prepare(s, "INSERT INTO decision (id, number, call, outcome, judgement, link, event) "
                               "VALUES ($1, $2, $3, $4, $5, $6, $7)", &q, err)))
        return rc;
    store_bind_text(q, 1, id);
    store_bind_int(q, 2, number);
    store_bind_text(q, 3, call);
    store_bind_text(q, 4, outcome);
    store_bind_text(q, 5, judgement);
    if (link.len)
        store_bind_text(q, 6, link);
    store_bind_int(q, 7, e->seq);
    if ((rc = store_finish(q, err)) || (rc = store_prepare(s, "UPDATE call SET closed = $2 WHERE id = $1", &q, err)))
        return rc;
    store_bind_text(q, 1, call);
    store_bind_int(q, 2, e->seq);
    return store_finish(q, err);
}

int call_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err)
{
    (void)a;
    return sv_eq_str(e->action, "call.close") ? apply_close(s, e, err) : apply_open(s, e, err);
}

/* ---- objections ---- */

/* A new one, or the new text of one that is open. The event's reason is its text, its actor whose it is. */
static int put_objection(struct store *s, const struct act_event *e, struct sv id, struct sv subject, struct err *err)
{
    struct store_stmt *q;
    struct sv text;
    int64_t number;
    int rc = act_number(e, id, 'O', &number, err);
    if (rc || (rc = act_text(e, e->payload, "reason", &text, err)) ||
        (rc = store_prepare(s, "INSERT INTO objection (id, number, subject, member, text, event, state) "
                               "VALUES ($1, $2, $3, $4, $5, $6, 'open') "
                               "ON CONFLICT (id) DO UPDATE SET text = excluded.text", &q, err)))
        return rc;
    store_bind_text(q, 1, id);
    store_bind_int(q, 2, number);
    store_bind_text(q, 3, subject);
    store_bind_text(q, 4, e->actor);
    store_bind_text(q, 5, text);
    store_bind_int(q, 6, e->seq);
    return store_finish(q, err);
}

static int put_state(struct store *s, const struct act_event *e, struct sv id, struct sv state, const struct sv *answer,
                     struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "UPDATE objection SET state = $2, answer = coalesce($3, answer), settled = $4 "
                              "WHERE id = $1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, id);
    store_bind_text(q, 2, state);
    if (answer)
        store_bind_text(q, 3, *answer);
    store_bind_int(q, 4, e->seq);
    return store_finish(q, err);
}

static int drop_position(struct store *s, struct sv call, struct sv member, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "DELETE FROM position WHERE call = $1 AND member = $2", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, call);
    store_bind_text(q, 2, member);
    return store_finish(q, err);
}

static int apply_state(struct store *s, const struct act_event *e, const struct json_value *objection, struct sv id,
                       struct err *err)
{
    struct sv state, subject, text = SV_NONE, member = json_get_text(objection, "position_of");
    int rc = one_of(e, objection, "state", objection_states, OBJECTION_STATES, &state, err);
    if (!rc)
        rc = act_text(e, objection, "subject", &subject, err);
    bool answered = !rc && sv_eq_str(state, "answered"), dissent = !rc && sv_eq_str(state, "dissent");
    if (answered)
        rc = act_text(e, objection, "answer", &text, err);
    if (dissent)
        rc = act_text(e, e->payload, "reason", &text, err);
    if (!rc)
        rc = put_state(s, e, id, state, answered || dissent ? &text : NULL, err);
    return rc || !member.len ? rc : drop_position(s, subject, member, err);
}

int objection_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err)
{
    const struct json_value *objection = json_get(e->payload, "objection");
    struct sv id, threat;
    (void)a;
    int rc = act_text(e, objection, "id", &id, err);
    if (rc || !sv_eq_str(e->action, "objection.raise"))
        return rc ? rc : apply_state(s, e, objection, id, err);
    rc = act_text(e, objection, "threat", &threat, err);
    return rc ? rc : put_objection(s, e, id, threat, err);
}

/* ---- position.take ---- */

int position_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err)
{
    const struct json_value *position = json_get(e->payload, "position"), *withdraws = json_get(position, "withdraws");
    struct store_stmt *q;
    struct sv call, stand, objection;
    (void)a;
    int rc = act_text(e, position, "call", &call, err);
    if (rc || (rc = one_of(e, position, "position", stands, STANDS, &stand, err)) ||
        (rc = store_prepare(s, "INSERT INTO position (call, member, position, reason, event) "
                               "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (call, member) DO UPDATE SET "
                               "position = excluded.position, reason = excluded.reason, event = excluded.event", &q,
                            err)))
        return rc;
    store_bind_text(q, 1, call);
    store_bind_text(q, 2, e->actor);
    store_bind_text(q, 3, stand);
    store_bind_text(q, 4, json_get_text(e->payload, "reason"));
    store_bind_int(q, 5, e->seq);
    rc = store_finish(q, err);
    for (size_t i = 0; !rc && withdraws && withdraws->kind == JSON_ARRAY && i < withdraws->count; i++)
        rc = put_state(s, e, withdraws->items[i]->text, SV("withdrawn"), NULL, err);
    if (rc || !sv_eq_str(stand, "object"))
        return rc;
    rc = act_text(e, position, "objection", &objection, err);
    return rc ? rc : put_objection(s, e, objection, call, err);
}

/* ---- editorial changes ---- */

static int editorial_row(struct store *s, const struct act_event *e, struct sv threat, const struct json_value *change,
                         bool undo, struct err *err)
{
    struct store_stmt *q;
    struct digest before, after;
    int rc = act_digest(e, change, "before", &before, err);
    if (!rc)
        rc = act_digest(e, change, "after", &after, err);
    if (!rc)
        rc = undo ? store_prepare(s, "DELETE FROM editorial WHERE threat = $1 AND before = $2 AND after = $3", &q, err)
                  : store_prepare(s, "INSERT INTO editorial (threat, before, after, event) VALUES ($1, $2, $3, $4) "
                                     "ON CONFLICT DO NOTHING", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, threat);
    store_bind_blob(q, 2, digest_sv(&before));
    store_bind_blob(q, 3, digest_sv(&after));
    if (!undo)
        store_bind_int(q, 4, e->seq);
    return store_finish(q, err);
}

int editorial_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err)
{
    const struct json_value *editorial = json_get(e->payload, "editorial");
    struct sv threat;
    (void)a;
    if (!editorial)
        return CM_OK;
    const struct json_value *rated = json_get(editorial, "rated");
    int rc = act_text(e, editorial, "threat", &threat, err);
    if (!rc)
        rc = editorial_row(s, e, threat, editorial, false, err);
    return rc || !rated ? rc : editorial_row(s, e, threat, rated, false, err);
}

int challenge_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err)
{
    const struct json_value *challenge = json_get(e->payload, "challenge"), *undoes = json_get(challenge, "undoes");
    struct sv threat;
    (void)a;
    int rc = act_text(e, challenge, "threat", &threat, err);
    for (size_t i = 0; !rc && undoes && undoes->kind == JSON_ARRAY && i < undoes->count; i++)
        rc = editorial_row(s, e, threat, undoes->items[i], true, err);
    return rc;
}
