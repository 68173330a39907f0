/* Closing a round: what was sealed is opened, and what it amounts to is written into the threats. */
#include "action/round.h"

#include "base/date.h"
#include "format/yaml.h"
#include "register/calls.h"

struct sealed { /* one estimate */
    struct sv factor, pseudonym, answer, reason, name; /* answer empty: its ballot is not in this store */
    struct digest salt;
};

struct closing_threat {
    struct sv id;
    struct digest rated;
    const struct threat *threat; /* NULL: not in the register any more */
    VEC(struct sealed) sealed;
    struct pooled pooled[ROUND_FACTORS];
    size_t abstained[ROUND_FACTORS], not_competent[ROUND_FACTORS];
};

struct closing {
    struct action_context *c;
    struct sv id;
    bool override;
    struct action_result *out;
    struct act act;
    const struct mode *mode;
    struct round_row round;
    VEC(struct closing_threat) threats;
    size_t missing; /* ballots that are not here */
    struct editorials editorials;
    bool early, no_quorum;
    struct content_change change;
};

/* ---- reading ---- */

static int read_threats(struct closing *r, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(r->c->store, "SELECT threat, digest FROM round_threat WHERE round = $1 ORDER BY position",
                           &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, r->round.id);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct closing_threat *t = vec_push(r->c->arena, &r->threats);
        t->id = arena_sv(r->c->arena, store_text(q, 0));
        t->threat = map_get(&r->act.profile->by_id, t->id);
        (void)digest_from_bytes(store_text(q, 1), &t->rated);
    }
    store_done(q);
    return rc;
}

static void read_sealed(struct closing *r, struct store_stmt *q, struct closing_threat *t)
{
    struct arena *a = r->c->arena;
    struct sealed *e = vec_push(a, &t->sealed);
    e->factor = arena_sv(a, store_text(q, 0));
    e->pseudonym = arena_sv(a, store_text(q, 1));
    e->answer = arena_sv(a, store_text(q, 2));
    e->reason = arena_sv(a, store_text(q, 3));
    (void)digest_from_bytes(store_text(q, 4), &e->salt);
    e->name = arena_sv(a, store_text(q, 5));
    r->missing += !e->answer.len;
}

static int read_ballots(struct closing *r, struct closing_threat *t, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(r->c->store,
                           "SELECT e.factor, e.pseudonym, b.answer, b.reason, b.salt, m.name FROM estimate e "
                           "LEFT JOIN ballot b ON b.round = e.round AND b.threat = e.threat AND b.factor = e.factor "
                           "AND b.pseudonym = e.pseudonym LEFT JOIN member m ON m.id = b.member "
                           "WHERE e.round = $1 AND e.threat = $2 ORDER BY e.factor DESC, length(e.pseudonym), "
                           "e.pseudonym",
                           &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, r->round.id);
    store_bind_text(q, 2, t->id);
    while ((rc = store_step(q, err)) == STORE_ROW)
        read_sealed(r, q, t);
    store_done(q);
    return rc;
}

static void pool(struct closing *r, struct closing_threat *t)
{
    unsigned *levels = arena_new_array(r->c->arena, unsigned, t->sealed.len + 1);
    for (int f = 0; f < ROUND_FACTORS; f++) {
        size_t count = 0;
        for (size_t i = 0; i < t->sealed.len; i++) {
            const struct sealed *e = &t->sealed.at[i];
            int level = round_scale_find(&r->round.scales[f], e->answer);
            if (!sv_eq_str(e->factor, round_factors[f]))
                continue;
            if (level >= 0)
                levels[count++] = (unsigned)level;
            t->abstained[f] += sv_eq_str(e->answer, ROUND_ABSTAIN);
            t->not_competent[f] += sv_eq_str(e->answer, ROUND_NOT_COMPETENT);
        }
        if (r->round.scales[f].levels.len)
            pooled_levels((unsigned)r->round.scales[f].levels.len, levels, count, &t->pooled[f]);
    }
}

static int read_all(struct closing *r, struct err *err)
{
    int rc = editorials_load(r->c->store, r->c->arena, &r->editorials, err);
    if (!rc)
        rc = read_threats(r, err);
    for (size_t i = 0; !rc && i < r->threats.len; i++) {
        rc = read_ballots(r, &r->threats.at[i], err);
        pool(r, &r->threats.at[i]);
    }
    return rc;
}

/* ---- checks ---- */

static bool ended(const struct closing *r, const struct closing_threat *t)
{
    return !t->threat || (t->threat->stage >= 0 && r->act.profile->process.stages.at[t->threat->stage].end);
}

static bool has_quorum(const struct closing *r, const struct closing_threat *t, int f)
{
    return t->pooled[f].count && t->pooled[f].count >= r->mode->estimators;
}

static void list_lacks(struct closing *r, struct str *out)
{
    for (size_t i = 0; i < r->threats.len; i++)
        for (int f = 0; f < ROUND_FACTORS; f++)
            if (!ended(r, &r->threats.at[i]) && !has_quorum(r, &r->threats.at[i], f))
                str_addf(out, "%s%.*s %s %zu", out->len ? ", " : "", SV_ARG(r->threats.at[i].id), round_factors[f],
                         r->threats.at[i].pooled[f].count);
    r->no_quorum = out->len > 0;
}

static int check_quorum(struct closing *r, struct err *err)
{
    struct str lacks = STR_INIT;
    int rc = CM_OK;
    list_lacks(r, &lacks);
    if (r->no_quorum && !r->override)
        rc = err_set(err, CM_EREFUSED, "%.*s lacks a quorum: %u estimates of a level are needed (process.md, "
                     "estimators), there are: %s; ask for more, or a leader closes it without a result there, with "
                     "--override "
                     "--reason TEXT", SV_ARG(r->id), r->mode->estimators, str_cstr(&lacks));
    str_release(&lacks);
    return rc;
}

static int check_state(struct closing *r, struct err *err)
{
    if (r->round.closed)
        return err_set(err, CM_EREFUSED, "%.*s is closed already; its estimates stay as they are", SV_ARG(r->id));
    if (r->override && !r->c->reason.len)
        return err_set(err, CM_EREFUSED, "to override a rule wants a public reason; add --reason TEXT");
    r->early = r->c->now < r->round.due;
    if (r->early && !r->override)
        return err_set(err, CM_EREFUSED, "%.*s takes estimates until the end of %s, and is closed then (process.md, "
                       "Rounds); a leader may use --override --reason TEXT", SV_ARG(r->id),
                       round_last_day(r->c->arena, &r->round));
    return CM_OK;
}

static int check_ballots(struct closing *r, struct err *err)
{
    if (!r->missing || r->override)
        return CM_OK;
    return err_set(err, CM_EREFUSED, "%zu answer%s of %.*s %s not in this store, which adopted its record from "
                   "another; close it there, or leave them sealed with --override --reason TEXT", r->missing,
                   r->missing == 1 ? "" : "s", SV_ARG(r->id), r->missing == 1 ? "is" : "are");
}

/* ---- the payload ---- */

static void put_key(struct json *j, const struct closing_threat *t, const struct sealed *e)
{
    json_object(j);
    json_put(j, "threat", t->id);
    json_put(j, "factor", e->factor);
    json_put(j, "pseudonym", e->pseudonym);
}

static void put_opened(struct json *j, const struct closing *r, const struct closing_threat *t)
{
    for (size_t i = 0; i < t->sealed.len; i++) {
        const struct sealed *e = &t->sealed.at[i];
        if (!e->answer.len)
            continue;
        put_key(j, t, e);
        json_put(j, "answer", e->answer);
        json_put(j, "reason", e->reason);
        json_put_str(j, "salt", digest_hex(r->c->arena, &e->salt));
        if (!r->act.profile->process.names_hidden)
            json_put(j, "name", e->name);
        json_end(j);
    }
}

static void put_left_sealed(struct json *j, const struct closing *r)
{
    if (!r->missing)
        return;
    json_key(j, "sealed");
    json_array(j);
    for (size_t i = 0; i < r->threats.len; i++)
        for (size_t k = 0; k < r->threats.at[i].sealed.len; k++) {
            if (r->threats.at[i].sealed.at[k].answer.len)
                continue;
            put_key(j, &r->threats.at[i], &r->threats.at[i].sealed.at[k]);
            json_end(j);
        }
    json_end(j);
}

static void put_payload(struct json *j, const void *data)
{
    const struct closing *r = data;
    if (j != &r->act.json) /* that one has it */
        act_put_deputy(&r->act, j);
    json_put(j, "round", r->id);
    if (r->override) {
        json_key(j, "overridden");
        json_array(j);
        if (r->early)
            json_string(j, SV("due"));
        if (r->no_quorum)
            json_string(j, SV("quorum"));
        json_end(j);
    }
    json_key(j, "opened");
    json_array(j);
    for (size_t i = 0; i < r->threats.len; i++)
        put_opened(j, r, &r->threats.at[i]);
    json_end(j);
    put_left_sealed(j, r);
}

/* ---- the threats' files ---- */

static struct sv level_name(const struct terms *scale, unsigned level)
{
    return scale->list.at[level].name;
}

/* Why the rating is what it is, for readers of the threat. */
static struct sv rating_reason(const struct closing *r, const struct closing_threat *t, int f,
                               const struct terms *scale)
{
    const struct pooled *p = &t->pooled[f];
    struct str text = STR_INIT;
    if (p->median_count == 2)
        str_addf(&text, "Medians of round %.*s: %.*s and %.*s, of which the higher counts", SV_ARG(r->id),
                 SV_ARG(level_name(scale, p->medians[0])), SV_ARG(level_name(scale, p->medians[1])));
    else
        str_addf(&text, "Median of round %.*s", SV_ARG(r->id));
    str_addf(&text, "; %zu estimate%s", p->count, p->count == 1 ? "" : "s");
    if (p->low == p->high)
        str_addf(&text, "%s %.*s", p->count == 1 ? ":" : ", all", SV_ARG(level_name(scale, p->low)));
    else
        str_addf(&text, " from %.*s to %.*s", SV_ARG(level_name(scale, p->low)), SV_ARG(level_name(scale, p->high)));
    if (t->abstained[f])
        str_addf(&text, "; %zu abstained", t->abstained[f]);
    if (t->not_competent[f])
        str_addf(&text, "; %zu not competent", t->not_competent[f]);
    str_add_char(&text, '.');
    struct digest now = rounds_rated(r->act.profile, t->threat);
    enum voted_match match = voted_match(r->c->arena, &r->editorials, t->id, &t->rated, &now);
    if (match != VOTED_SAME)
        str_addf(&text, " The text was changed %safter the round had opened.",
                 match == VOTED_EDITORIAL ? "editorially " : "");
    struct sv result = arena_sv(r->c->arena, str_sv(&text));
    str_release(&text);
    return result;
}

static const char *rating_key(const struct closing *r, int f)
{
    const struct template *t = &r->act.profile->template;
    for (size_t i = 0; i < t->fields.len; i++)
        if (t->fields.at[i].kind == FIELD_RATING && t->fields.at[i].likelihood == (f == ROUND_LIKELIHOOD))
            return arena_strndup(r->c->arena, t->fields.at[i].id.at, t->fields.at[i].id.len);
    BUG("a template without a rating of %s", round_factors[f]);
}

static int write_rating(struct closing *r, const struct closing_threat *t, int f, const struct terms *scale,
                        struct sv *text, struct err *err)
{
    const struct pooled *p = &t->pooled[f];
    struct str flow = STR_INIT;
    str_addf(&flow, "{rating: %.*s, low: %.*s, high: %.*s, estimators: %zu, reason: ",
             SV_ARG(scale->list.at[p->counts].id), SV_ARG(scale->list.at[p->low].id),
 SV_ARG(scale->list.at[p->high].id),
             p->count);
    yaml_write_scalar(&flow, rating_reason(r, t, f, scale), true);
    str_add_char(&flow, '}');
    int rc = threat_text_set(r->c->arena, *text, rating_key(r, f), str_sv(&flow), true, text, err);
    str_release(&flow);
    return rc;
}

/* Ratings in words of another scale than today's are not translated: they stay with their round. */
static int write_threat(struct closing *r, const struct closing_threat *t, struct err *err)
{
    const struct terms *scales[ROUND_FACTORS] = {&r->act.profile->sig.likelihood, &r->act.profile->sig.damage};
    struct sv text, normal;
    int rc = CM_OK;
    if (ended(r, t))
        return CM_OK;
    text = t->threat->source;
    for (int f = 0; !rc && f < ROUND_FACTORS; f++)
        if (has_quorum(r, t, f) && round_scale_is(&r->round.scales[f], scales[f]))
            rc = write_rating(r, t, f, scales[f], &text, err);
    if (rc || sv_eq(text, t->threat->source))
        return rc;
    rc = profile_format(r->c->arena, t->threat->file, text, r->act.profile, &normal, r->c->diag, err);
    if (!rc)
        *vec_push(r->c->arena, &r->change.edits) = (struct content_edit){.path = t->threat->file, .text = normal};
    return rc;
}

/* ---- the act ---- */

static int commit(struct closing *r, struct err *err)
{
    r->out->id = r->id;
    if (!r->change.edits.len) { /* no result at all: an event without files */
        put_payload(&r->act.json, r);
        return act_commit(&r->act, r->id, err);
    }
    r->change.action = r->act.info->name;
    r->change.subject = r->id;
    r->change.source = r->id;
    r->change.payload = put_payload;
    r->change.payload_data = r;
    return content_apply(r->c, &r->change, r->out, err);
}

/* The act begun, with the threats of the round. */
static int begin_close(struct closing *r, struct err *err)
{
    struct store_stmt *q;
    VEC(struct sv) ids = {NULL, 0, 0};
    int rc = store_prepare(r->c->store, "SELECT threat FROM round_threat WHERE round = $1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, r->id);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *vec_push(r->c->arena, &ids) = arena_sv(r->c->arena, store_text(q, 0));
    store_done(q);
    return rc ? rc : act_begin_on(&r->act, r->c, r->override ? "round.override" : "round.close",
                                  r->override ? 0 : ACT_DEPUTY, ids.at, ids.len, r->out, err);
}

static int close_round(struct store *s, void *context, struct err *err)
{
    struct closing *r = context;
    int rc = begin_close(r, err);
    if (!rc)
        rc = round_row(s, r->c->arena, r->id, &r->round, err);
    if (!rc)
        rc = check_state(r, err);
    if (!rc)
        rc = act_waits(&r->act, r->round.due, err);
    if (!rc) {
        r->mode = process_mode(&r->act.profile->process);
        rc = read_all(r, err);
    }
    if (!rc)
        rc = check_ballots(r, err);
    if (!rc)
        rc = check_quorum(r, err);
    for (size_t i = 0; !rc && i < r->threats.len; i++)
        rc = write_threat(r, &r->threats.at[i], err);
    if (!rc)
        rc = commit(r, err);
    if (!rc)
        store_scrub(s); /* who is behind a pseudonym */
    act_release(&r->act);
    return rc;
}

int action_round_close(struct action_context *c, struct sv id, bool override, struct action_result *out,
                       struct err *err)
{
    struct closing r = {.c = c, .id = id, .override = override, .out = out};
    return store_tx(c->store, close_round, &r, err);
}
