#include "action/asked.h"

static int threat_name(struct store *s, struct arena *a, struct sv id, struct sv *out, struct err *err)
{
    struct store_stmt *q;
    bool found = false;
    int rc = store_prepare(s, "SELECT name FROM threat WHERE id = $1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, id);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        *out = arena_sv(a, store_text(q, 0));
        found = true;
    }
    store_done(q);
    return rc || found ? rc : err_set(err, CM_ENOTFOUND, "there is no threat %.*s", SV_ARG(id));
}

static int load_steps(struct store *s, struct arena *a, struct asked_estimate *e, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT step, label FROM round_step WHERE round = $1 AND threat = $2 ORDER BY "
                              "position", &q,
                           err);
    if (rc)
        return rc;
    store_bind_text(q, 1, e->round);
    store_bind_text(q, 2, e->threat);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *vec_push(a, &e->steps) = (struct asked_step){arena_sv(a, store_text(q, 0)), arena_sv(a, store_text(q, 1)),
                                                      SV_NONE};
    store_done(q);
    return rc;
}

static void take_answer(struct asked_estimate *e, struct sv factor, struct sv answer, struct sv reason)
{
    int f = calls_word(round_factors, ROUND_FACTORS, factor);
    if (f >= 0)
        e->answers[f] = answer;
    for (size_t i = 0; i < e->steps.len; i++)
        if (sv_eq(e->steps.at[i].key, factor))
            e->steps.at[i].answer = answer;
    e->reason = reason;
}

static int load_answers(struct store *s, struct arena *a, struct sv member, struct asked_estimate *e, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT factor, answer, reason FROM ballot WHERE round = $1 AND threat = $2 "
                              "AND member = $3", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, e->round);
    store_bind_text(q, 2, e->threat);
    store_bind_text(q, 3, member);
    while ((rc = store_step(q, err)) == STORE_ROW)
        take_answer(e, store_text(q, 0), arena_sv(a, store_text(q, 1)), arena_sv(a, store_text(q, 2)));
    store_done(q);
    return rc;
}

int asked_estimate(struct store *s, struct arena *a, struct sv member, struct sv threat, struct asked_estimate *out,
                   struct err *err)
{
    struct round_row row;
    memset(out, 0, sizeof(*out));
    out->threat = threat;
    int rc = threat_name(s, a, threat, &out->name, err);
    if (!rc)
        rc = round_open_with(s, a, threat, &out->round, err);
    if (!rc && !out->round.len)
        rc = err_set(err, CM_EREFUSED, "%.*s is in no open round; estimates are given in rounds, which are private "
                                       "until they close", SV_ARG(threat));
    if (!rc)
        rc = round_row(s, a, out->round, &row, err);
    if (rc)
        return rc;
    out->due = row.due;
    for (int f = 0; f < ROUND_FACTORS; f++)
        out->scales[f] = row.scales[f];
    rc = load_steps(s, a, out, err);
    return rc ? rc : load_answers(s, a, member, out, err);
}

int asked_round(struct store *s, struct arena *a, struct sv member, struct sv round, struct asked_round *out,
                struct err *err)
{
    struct store_stmt *q;
    struct round_row row;
    memset(out, 0, sizeof(*out));
    int rc = round_row(s, a, round, &row, err);
    if (!rc)
        rc = store_prepare(s, "SELECT r.threat, t.name, EXISTS (SELECT 1 FROM ballot b WHERE b.round = r.round "
                              "AND b.threat = r.threat AND b.member = $2) FROM round_threat r "
                              "JOIN threat t ON t.id = r.threat WHERE r.round = $1 ORDER BY r.position", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, round);
    store_bind_text(q, 2, member);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *vec_push(a, &out->list) = (struct asked_threat){arena_sv(a, store_text(q, 0)), arena_sv(a, store_text(q, 1)),
                                                         store_int(q, 2) != 0};
    store_done(q);
    return rc;
}

static int own_position(struct store *s, struct arena *a, struct sv member, struct asked_call *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT position, reason FROM position WHERE call = $1 AND member = $2", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, out->id);
    store_bind_text(q, 2, member);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        out->position = arena_sv(a, store_text(q, 0));
        out->reason = arena_sv(a, store_text(q, 1));
    }
    store_done(q);
    return rc;
}

int asked_call(struct store *s, struct arena *a, struct sv member, struct sv call, struct asked_call *out,
               struct err *err)
{
    struct store_stmt *q;
    *out = (struct asked_call){.position = SV_NONE, .reason = SV_NONE};
    int rc = store_prepare(s, "SELECT id, subject, question, kind, until, closed FROM call WHERE id = $1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, call);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        int kind = calls_word(call_kinds, CALL_KINDS, store_text(q, 3));
        *out = (struct asked_call){.id = arena_sv(a, store_text(q, 0)), .subject = arena_sv(a, store_text(q, 1)),
                                   .question = arena_sv(a, store_text(q, 2)), .until = store_int(q, 4),
                                   .closed = !store_is_null(q, 5), .position = SV_NONE, .reason = SV_NONE};
        out->kind = kind < 0 ? CALL_EDITION : (enum call_kind)kind;
    }
    store_done(q);
    if (!rc && !out->id.len)
        return err_set(err, CM_ENOTFOUND, "there is no call %.*s", SV_ARG(call));
    return rc ? rc : own_position(s, a, member, out, err);
}
