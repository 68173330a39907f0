/* The rows of rounds, made from events alone: when an act is done as when a record is adopted. A record that opens what
 * nobody committed to is not adopted. */
#include "action/round.h"

#include "action/erasure.h"
#include "base/date.h"

struct digest round_commitment(struct sv salt, struct sv round, struct sv threat, struct sv factor, struct sv answer,
                               struct sv reason)
{
    const struct sv parts[] = {salt, round, threat, factor, answer, reason};
    return digest_of_parts(parts, ARRAY_LEN(parts));
}

static int corrupt(const struct act_event *e, const char *what, struct err *err)
{
    return err_set(err, CM_ECORRUPT, "event %lld (%.*s) %s", (long long)e->seq, SV_ARG(e->action), what);
}

static int list_of(const struct act_event *e, const char *key, const struct json_value **out, struct err *err)
{
    *out = json_get(e->payload, key);
    if (*out && (*out)->kind == JSON_ARRAY)
        return CM_OK;
    return err_set(err, CM_ECORRUPT, "event %lld (%.*s) has no list \"%s\"", (long long)e->seq, SV_ARG(e->action), key);
}

/* ---- round.open ---- */

static struct sv scale_ids(struct arena *a, const struct act_event *e, enum round_factor f)
{
    const struct json_value *scale = json_get(json_get(e->payload, "scales"), round_factors[f]);
    struct str ids = STR_INIT;
    for (size_t i = 0; scale && scale->kind == JSON_ARRAY && i < scale->count; i++)
        str_addf(&ids, "%s%.*s", i ? " " : "", SV_ARG(scale->items[i]->text));
    struct sv result = arena_sv(a, str_sv(&ids));
    str_release(&ids);
    return result;
}

static int put_round_threat(struct store *s, const struct act_event *e, struct sv round, size_t position,
                            const struct json_value *item, struct err *err)
{
    struct store_stmt *q;
    struct sv threat;
    struct digest rated;
    int rc = act_text(e, item, "threat", &threat, err);
    if (!rc)
        rc = act_digest(e, item, "digest", &rated, err);
    if (!rc)
        rc = store_prepare(s, "INSERT INTO round_threat (round, position, threat, digest) VALUES ($1, $2, $3, $4)", &q,
                           err);
    if (rc)
        return rc;
    store_bind_text(q, 1, round);
    store_bind_int(q, 2, (int64_t)position + 1);
    store_bind_text(q, 3, threat);
    store_bind_blob(q, 4, digest_sv(&rated));
    return store_finish(q, err);
}

static int put_round(struct store *s, struct arena *a, const struct act_event *e, struct sv id, struct err *err)
{
    struct store_stmt *q;
    struct sv due_text, follows = json_get_text(e->payload, "follows");
    int64_t due, number = 0;
    int rc = act_text(e, e->payload, "due", &due_text, err);
    if (!rc)
        rc = act_number(e, id, 'R', &number, err);
    if (!rc && !date_parse_time(due_text, &due))
        rc = corrupt(e, "names no valid round", err);
    if (!rc)
        rc = store_prepare(s, "INSERT INTO round (id, number, follows, opened, due, likelihood, damage) "
                              "VALUES ($1, $2, $3, $4, $5, $6, $7)", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, id);
    store_bind_int(q, 2, number);
    if (follows.len)
        store_bind_text(q, 3, follows);
    store_bind_int(q, 4, e->seq);
    store_bind_int(q, 5, due);
    store_bind_text(q, 6, scale_ids(a, e, ROUND_LIKELIHOOD));
    store_bind_text(q, 7, scale_ids(a, e, ROUND_DAMAGE));
    return store_finish(q, err);
}

static int put_round_step(struct store *s, const struct act_event *e, struct sv round, size_t position,
                          const struct json_value *item, struct err *err)
{
    struct store_stmt *q;
    struct step_key key;
    struct sv threat, step, label;
    int rc = act_text(e, item, "threat", &threat, err);
    if (!rc)
        rc = act_text(e, item, "step", &step, err);
    if (!rc)
        rc = act_text(e, item, "label", &label, err);
    if (!rc && (!sv_starts(step, SV("#")) || !step_key_parse(step, &key)))
        rc = corrupt(e, "names no valid step", err);
    if (!rc)
        rc = store_prepare(s, "INSERT INTO round_step (round, position, threat, step, label) "
                              "VALUES ($1, $2, $3, $4, $5)", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, round);
    store_bind_int(q, 2, (int64_t)position + 1);
    store_bind_text(q, 3, threat);
    store_bind_text(q, 4, step);
    store_bind_text(q, 5, label);
    return store_finish(q, err);
}

static int apply_open(struct store *s, struct arena *a, const struct act_event *e, struct sv id, struct err *err)
{
    const struct json_value *threats;
    int rc = list_of(e, "threats", &threats, err);
    if (!rc)
        rc = put_round(s, a, e, id, err);
    for (size_t i = 0; !rc && i < threats->count; i++)
        rc = put_round_threat(s, e, id, i, threats->items[i], err);
    const struct json_value *steps = json_get(e->payload, "steps");
    for (size_t i = 0; !rc && steps && steps->kind == JSON_ARRAY && i < steps->count; i++)
        rc = put_round_step(s, e, id, i, steps->items[i], err);
    return rc;
}

/* ---- estimate.give ---- */

static int put_estimate(struct store *s, const struct act_event *e, struct sv round, struct sv threat,
                        const struct json_value *item, struct err *err)
{
    struct store_stmt *q;
    struct sv factor = SV_NONE;
    struct digest commitment;
    bool asked = false;
    int rc = act_text(e, item, "factor", &factor, err);
    if (!rc && sv_starts(factor, SV("#")))
        rc = round_asks(s, round, threat, factor, &asked, err);
    if (!rc && !asked && !sv_eq_str(factor, round_factors[0]) && !sv_eq_str(factor, round_factors[1]))
        rc = corrupt(e, "names no valid factor", err);
    if (!rc)
        rc = act_digest(e, item, "commitment", &commitment, err);
    if (!rc)
        rc = store_prepare(s, "INSERT INTO estimate (round, threat, factor, pseudonym, commitment, event) "
                              "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (round, threat, factor, pseudonym) "
                              "DO UPDATE SET commitment = excluded.commitment, event = excluded.event", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, round);
    store_bind_text(q, 2, threat);
    store_bind_text(q, 3, factor);
    store_bind_text(q, 4, e->actor);
    store_bind_blob(q, 5, digest_sv(&commitment));
    store_bind_int(q, 6, e->seq);
    return store_finish(q, err);
}

/* Whether the round takes an estimate of the threat at that time. */
static int check_open(struct store *s, const struct act_event *e, struct sv round, struct sv threat, struct err *err)
{
    struct store_stmt *q;
    bool open = false;
    int rc = store_prepare(s, "SELECT r.due FROM round r JOIN round_threat t ON t.round = r.id "
                              "WHERE r.id = $1 AND t.threat = $2 AND r.closed IS NULL", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, round);
    store_bind_text(q, 2, threat);
    while ((rc = store_step(q, err)) == STORE_ROW)
        open = e->at < store_int(q, 0);
    store_done(q);
    return rc || open ? rc : corrupt(e, "is an estimate outside an open round", err);
}

static int apply_give(struct store *s, struct arena *a, const struct act_event *e, struct sv round, struct err *err)
{
    const struct json_value *estimates;
    struct sv threat;
    int rc = list_of(e, "estimates", &estimates, err);
    if (!rc)
        rc = act_text(e, e->payload, "threat", &threat, err);
    if (!rc && !sv_starts(e->actor, sv_str(arena_printf(a, "%.*s:e", SV_ARG(round)))))
        rc = corrupt(e, "is an estimate under no pseudonym of its round", err);
    if (!rc)
        rc = check_open(s, e, round, threat, err);
    for (size_t i = 0; !rc && i < estimates->count; i++)
        rc = put_estimate(s, e, round, threat, estimates->items[i], err);
    return rc;
}

/* ---- round.close ---- */

struct levels { /* of one factor of one threat */
    struct sv threat, factor;
    VEC(unsigned) list;
};

struct opening {
    struct store *s;
    struct arena *a;
    const struct act_event *e;
    struct round_row round;
    struct map results; /* "T-0001 damage" -> struct levels */
};

struct opened {
    struct sv threat, factor, pseudonym, answer, reason, name;
    struct digest salt;
    bool erased; /* of it only the answer is left, which is held against no commitment */
};

static int read_opened(const struct act_event *e, const struct json_value *item, struct opened *out, struct err *err)
{
    int rc = act_text(e, item, "threat", &out->threat, err);
    if (!rc)
        rc = act_text(e, item, "factor", &out->factor, err);
    if (!rc)
        rc = act_text(e, item, "pseudonym", &out->pseudonym, err);
    if (!rc)
        rc = act_text(e, item, "answer", &out->answer, err);
    if (!rc)
        rc = act_text(e, item, "reason", &out->reason, err);
    out->name = json_get_text(item, "name");
    out->erased = erasure_of_item(e, item);
    return rc || out->erased ? rc : act_digest(e, item, "salt", &out->salt, err);
}

static void bind_key(struct store_stmt *q, struct sv round, const struct opened *o)
{
    store_bind_text(q, 1, round);
    store_bind_text(q, 2, o->threat);
    store_bind_text(q, 3, o->factor);
    store_bind_text(q, 4, o->pseudonym);
}

static int check_commitment(struct opening *r, const struct opened *o, struct err *err)
{
    struct store_stmt *q;
    struct sv id = r->round.id;
    struct digest d = round_commitment(digest_sv(&o->salt), id, o->threat, o->factor, o->answer, o->reason);
    bool good = false;
    int rc = store_prepare(r->s, "SELECT commitment FROM estimate WHERE round = $1 AND threat = $2 AND factor = $3 "
                                 "AND pseudonym = $4 AND answer IS NULL", &q, err);
    if (rc)
        return rc;
    bind_key(q, id, o);
    while ((rc = store_step(q, err)) == STORE_ROW)
        good = o->erased || sv_eq(store_text(q, 0), digest_sv(&d));
    store_done(q);
    if (rc || good)
        return rc;
    return corrupt(r->e, arena_printf(r->a, "opens another %.*s of %.*s by %.*s than was committed to",
                                      SV_ARG(o->factor),
                                      SV_ARG(o->threat), SV_ARG(o->pseudonym)), err);
}

static int put_opened(struct opening *r, const struct opened *o, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(r->s, "UPDATE estimate SET answer = $5, reason = $6, salt = $7, name = $8 WHERE round = $1 "
                                 "AND threat = $2 AND factor = $3 AND pseudonym = $4", &q, err);
    if (rc)
        return rc;
    bind_key(q, r->round.id, o);
    store_bind_text(q, 5, o->answer);
    store_bind_text(q, 6, o->reason);
    if (!o->erased)
        store_bind_blob(q, 7, digest_sv(&o->salt));
    if (o->name.len)
        store_bind_text(q, 8, o->name);
    return store_finish(q, err);
}

/* Of a step: what is pooled is read again whenever it is shown. */
static int check_interval(struct opening *r, const struct opened *o, struct err *err)
{
    struct step_key key;
    struct step_interval interval;
    struct err why = ERR_INIT;
    bool good = step_key_parse(o->factor, &key) &&
                (round_no_level(o->answer) || !step_interval_parse(r->a, key.attribute, o->answer, &interval, &why));
    return good ? CM_OK : corrupt(r->e, "opens an answer that is no estimate of its step", err);
}

static int count_level(struct opening *r, const struct opened *o, struct err *err)
{
    if (sv_starts(o->factor, SV("#")))
        return check_interval(r, o, err);

    const struct round_scale *scale = &r->round.scales[sv_eq_str(o->factor, "damage")];
    int level = round_scale_find(scale, o->answer);
    if (level < 0 && !round_no_level(o->answer))
        return corrupt(r->e, "opens an answer that is no level of its round's scale", err);
    if (level < 0)
        return CM_OK;
    struct sv key = sv_str(arena_printf(r->a, "%.*s %.*s", SV_ARG(o->threat), SV_ARG(o->factor)));
    struct levels *levels = map_get(&r->results, key);
    if (!levels) {
        levels = arena_new(r->a, struct levels);
        levels->threat = o->threat;
        levels->factor = o->factor;
        map_set(&r->results, key, levels);
    }
    *vec_push(r->a, &levels->list) = (unsigned)level;
    return CM_OK;
}

static int put_result(struct opening *r, const struct levels *l, struct err *err)
{
    struct store_stmt *q;
    struct pooled p;
    const struct round_scale *scale = &r->round.scales[sv_eq_str(l->factor, "damage")];
    pooled_levels((unsigned)scale->levels.len, l->list.at, l->list.len, &p);
    int rc = store_prepare(r->s, "INSERT INTO round_result (round, threat, factor, estimators, median, low, high, "
                                 "spread) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, r->round.id);
    store_bind_text(q, 2, l->threat);
    store_bind_text(q, 3, l->factor);
    store_bind_int(q, 4, (int64_t)p.count);
    store_bind_text(q, 5, scale->levels.at[p.counts]);
    store_bind_text(q, 6, scale->levels.at[p.low]);
    store_bind_text(q, 7, scale->levels.at[p.high]);
    store_bind_int(q, 8, p.spread);
    return store_finish(q, err);
}

/* Every estimate is opened, or said to stay sealed. */
static int check_all(struct opening *r, struct err *err)
{
    struct store_stmt *q;
    const struct json_value *sealed = json_get(r->e->payload, "sealed");
    int64_t left = 0, said = sealed && sealed->kind == JSON_ARRAY ? (int64_t)sealed->count : 0;
    int rc = store_prepare(r->s, "SELECT count(*) FROM estimate WHERE round = $1 AND answer IS NULL", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, r->round.id);
    rc = store_finish_int(q, &left, err);
    return rc || left == said ? rc : corrupt(r->e, "leaves out estimates that were committed to", err);
}

static int end_round(struct opening *r, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(r->s, "UPDATE round SET closed = $2 WHERE id = $1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, r->round.id);
    store_bind_int(q, 2, r->e->seq);
    if ((rc = store_finish(q, err)) || (rc = store_prepare(r->s, "DELETE FROM ballot WHERE round = $1", &q, err)))
        return rc;
    store_bind_text(q, 1, r->round.id);
    return store_finish(q, err);
}

static int apply_close(struct store *s, struct arena *a, const struct act_event *e, struct sv id, struct err *err)
{
    struct opening r = {.s = s, .a = a, .e = e};
    const struct json_value *list;
    map_init(&r.results, a);
    int rc = list_of(e, "opened", &list, err);
    if (!rc)
        rc = round_row(s, a, id, &r.round, err);
    if (!rc && r.round.closed)
        rc = corrupt(e, "closes a round that is closed", err);
    for (size_t i = 0; !rc && i < list->count; i++) {
        struct opened o;
        if ((rc = read_opened(e, list->items[i], &o, err)) || (rc = check_commitment(&r, &o, err)) ||
            (rc = put_opened(&r, &o, err)) || (rc = count_level(&r, &o, err)))
            break;
    }
    for (size_t i = 0; !rc && i < r.results.len; i++)
        rc = put_result(&r, r.results.entries[i].value, err);
    if (!rc)
        rc = check_all(&r, err);
    return rc ? rc : end_round(&r, err);
}

int round_apply(struct store *s, struct arena *a, const struct act_event *e, struct err *err)
{
    struct sv id;
    int rc = act_text(e, e->payload, "round", &id, err);
    if (rc)
        return rc;
    if (sv_eq_str(e->action, "estimate.give"))
        return apply_give(s, a, e, id, err);
    if (sv_eq_str(e->action, "round.accept") || sv_eq_str(e->action, "round.keep"))
        return round_step_apply(s, e, id, err);
    return sv_eq_str(e->action, "round.open") ? apply_open(s, a, e, id, err) : apply_close(s, a, e, id, err);
}
