/* Giving an estimate: the one act whose event says neither who nor what. */
#include "action/round.h"

#include "base/date.h"
#include "base/rand.h"
#include "base/suggest.h"

struct item { /* one answer */
    struct sv factor; /* or step */
    struct sv answer;
    bool wanted;      /* it is another one than is known already */
    unsigned char salt[ROUND_SALT_BYTES];
};

struct giving {
    struct action_context *c;  /* a copy, which bears the pseudonym */
    const struct estimate_request *request;
    struct action_result *out;
    struct act act;
    struct round_row round;
    struct sv member; /* id */
    VEC(struct item) items;
};

static struct sv bytes(const void *at, size_t len)
{
    return sv_from(at, len);
}

/* ---- checks ---- */

static int find_round(struct giving *g, struct err *err)
{
    const struct estimate_request *r = g->request;
    struct sv holds;
    struct arena *a = g->c->arena;
    if (!map_get(&g->act.profile->by_id, r->threat))
        return err_set(err, CM_ENOTFOUND, "there is no threat %.*s; \"casemate threat list\" shows all",
                       SV_ARG(r->threat));
    int rc = round_open_with(g->c->store, a, r->threat, &holds, err);
    if (!rc && !holds.len && !r->round.len)
        return err_set(err, CM_EREFUSED, "%.*s is in no open round; estimates are given in rounds "
                       "(process.md, Rounds), and \"casemate round list\" shows them", SV_ARG(r->threat));
    if (!rc)
        rc = round_row(g->c->store, a, r->round.len ? r->round : holds, &g->round, err);
    if (rc)
        return rc;
    if (g->round.closed)
        return err_set(err, CM_EREFUSED, "%.*s is closed, and its estimates are public; estimates are given "
                       "while a round is open (process.md, Rounds)", SV_ARG(g->round.id));
    if (!sv_eq(holds, g->round.id))
        return err_set(err, CM_EREFUSED, "%.*s is not in %.*s; \"casemate round show %.*s\" lists its threats",
                       SV_ARG(r->threat), SV_ARG(g->round.id), SV_ARG(g->round.id));
    if (g->c->now >= g->round.due)
        return err_set(err, CM_EREFUSED, "%.*s took estimates until %s, and waits to be closed (process.md, Rounds)",
                       SV_ARG(g->round.id), round_last_day(a, &g->round));
    return CM_OK;
}

static int no_level(struct giving *g, enum round_factor f, struct sv answer, struct err *err)
{
    const struct round_scale *scale = &g->round.scales[f];
    const char **ids = arena_new_array(g->c->arena, const char *, scale->levels.len + 2);
    struct str all = STR_INIT;
    for (size_t i = 0; i < scale->levels.len; i++) {
        ids[i] = arena_strndup(g->c->arena, scale->levels.at[i].at, scale->levels.at[i].len);
        str_addf(&all, "%s, ", ids[i]);
    }
    ids[scale->levels.len] = ROUND_ABSTAIN;
    ids[scale->levels.len + 1] = ROUND_NOT_COMPETENT;
    const char *near = suggest_nearest(answer, ids, scale->levels.len + 2);
    int rc = err_set(err, CM_EINPUT, "there is no %s \"%.*s\"%s%s%s; known are %s"
                     ROUND_ABSTAIN ", " ROUND_NOT_COMPETENT,
                     round_factors[f], SV_ARG(answer), near ? "; did you mean \"" : "",
                     near ? near : "", near ? "\"?" : "", str_cstr(&all));
    str_release(&all);
    return rc;
}

static void add_item(struct giving *g, struct sv factor, struct sv answer)
{
    *vec_push(g->c->arena, &g->items) = (struct item){.factor = factor, .answer = answer};
}

static bool has_item(const struct giving *g, struct sv factor)
{
    for (size_t i = 0; i < g->items.len; i++)
        if (sv_eq(g->items.at[i].factor, factor))
            return true;
    return false;
}

static int read_factors(struct giving *g, struct err *err)
{
    for (int f = 0; f < ROUND_FACTORS; f++) {
        struct sv answer = g->request->answers[f].len ? g->request->answers[f] : g->request->rest;
        if (!answer.len)
            continue;
        if (!round_no_level(answer) && round_scale_find(&g->round.scales[f], answer) < 0)
            return no_level(g, (enum round_factor)f, answer, err);
        add_item(g, sv_str(round_factors[f]), answer);
    }
    return CM_OK;
}

/* The steps of the threat that the round asks for. */
static int asked_steps(struct giving *g, bool all, struct str *out_list, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(g->c->store, "SELECT step FROM round_step WHERE round = $1 AND threat = $2 "
                                        "ORDER BY position", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, g->round.id);
    store_bind_text(q, 2, g->request->threat);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct sv key = arena_sv(g->c->arena, store_text(q, 0));
        if (all && !has_item(g, key))
            add_item(g, key, g->request->rest);
        if (out_list)
            str_addf(out_list, "%s%.*s", out_list->len ? ", " : "", SV_ARG(sv_from_byte(key, 1)));
    }
    store_done(q);
    return rc;
}

static int not_asked(struct giving *g, struct sv key, struct err *err)
{
    struct str all = STR_INIT;
    int rc = asked_steps(g, false, &all, err);
    if (!rc)
        rc = err_set(err, CM_EREFUSED, "%.*s asks for no \"%.*s\" of %.*s; %s%s", SV_ARG(g->round.id),
                     SV_ARG(sv_from_byte(key, 1)), SV_ARG(g->request->threat),
                     all.len ? "it asks for " : "it asks for no step of it", str_cstr(&all));
    str_release(&all);
    return rc;
}

/* "phish:cost=500..5k": the step by its anchor. */
static int read_step(struct giving *g, struct sv text, struct err *err)
{
    struct step_key key;
    struct step_interval interval;
    bool asked = false;
    ptrdiff_t equals = sv_find_char(text, '=');
    if (equals <= 0 || !step_key_parse(sv_from(text.at, (size_t)equals), &key))
        return err_set(err, CM_EINPUT, "--step \"%.*s\" is no estimate of a step; write STEP=LOW..HIGH or "
                       "STEP:cost=LOW..HIGH~BEST, the interval that you are 90 %% sure of", SV_ARG(text));
    struct sv name = step_key_text(g->c->arena, &key), answer = sv_from_byte(text, (size_t)equals + 1);
    int rc = round_asks(g->c->store, g->round.id, g->request->threat, name, &asked, err);
    if (!rc && !asked)
        rc = not_asked(g, name, err);
    if (!rc && has_item(g, name))
        rc = err_set(err, CM_EINPUT, "--step %.*s is given twice", SV_ARG(sv_from_byte(name, 1)));
    if (!rc && !round_no_level(answer) &&
        (rc = step_interval_parse(g->c->arena, key.attribute, answer, &interval, err)))
        rc = err_prefix(err, "--step %.*s", SV_ARG(sv_from_byte(name, 1)));
    if (!rc)
        add_item(g, name, answer);
    return rc;
}

static int check_answers(struct giving *g, struct err *err)
{
    bool chosen = false;
    int rc = read_factors(g, err);
    for (size_t i = 0; !rc && i < g->request->step_count; i++)
        rc = read_step(g, g->request->steps[i], err);
    if (!rc && g->request->rest.len)
        rc = asked_steps(g, true, NULL, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < g->items.len; i++)
        chosen = chosen || !round_no_level(g->items.at[i].answer);
    if (!g->items.len)
        return err_set(err, CM_EINPUT, "an estimate wants --likelihood LEVEL, --damage LEVEL, --step STEP=LOW..HIGH, "
                       "or several of them; or --abstain, or --not-competent");
    if (chosen && !g->request->reason.len)
        return err_set(err, CM_EREFUSED, "an estimate is given with its reason (process.md, Rounds); add --because "
                                         "TEXT");
    if (g->request->reason.len > ROUND_REASON_MAX)
        return err_set(err, CM_EINPUT, "--because has at most %d bytes", ROUND_REASON_MAX);
    return CM_OK;
}

static int check_person(struct giving *g, struct err *err)
{
    struct people people;
    bool took_part = false;
    struct sv name = g->c->actor;
    if (!name.len)
        return err_set(err, CM_EREFUSED, "an estimate is one person's, whatever the role; say whose with --as NAME");
    int rc = people_load(g->c->store, g->c->arena, g->act.profile, g->c->now, &people, err);
    const struct person *person = rc ? NULL : people_find(&people, name);
    if (person)
        rc = rounds_took_part(g->c->store, person, g->round.opened, &took_part, err);
    if (rc)
        return rc;
    if (!person || person->gone || !took_part)
        return err_set(err, CM_EREFUSED, "%.*s took no part in the group before %.*s opened, and who did may estimate "
                       "(process.md, Rounds); the next round is open to them", SV_ARG(name), SV_ARG(g->round.id));
    g->member = person->id;
    return CM_OK;
}

/* Who answered there is known only to the store that took the answers; elsewhere one person could answer twice. */
static int check_place(struct giving *g, struct err *err)
{
    int64_t sealed;
    int rc = round_sealed(g->c->store, g->round.id, &sealed, err);
    if (rc || !sealed)
        return rc;
    return err_set(err, CM_EREFUSED, "%.*s is held in another store, which keeps its answers; give yours there",
                   SV_ARG(g->round.id));
}

/* ---- private rows ---- */

static int find_pseudonym(struct giving *g, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(g->c->store,
                           "SELECT coalesce((SELECT min(pseudonym) FROM ballot WHERE member = $2 AND round = $1), "
                           "$1 || ':e' || (SELECT count(DISTINCT pseudonym) + 1 FROM estimate WHERE round = $1))", &q,
                           err);
    if (rc)
        return rc;
    store_bind_text(q, 1, g->round.id);
    store_bind_text(q, 2, g->member);
    while ((rc = store_step(q, err)) == STORE_ROW)
        g->c->pseudonym = arena_sv(g->c->arena, store_text(q, 0));
    store_done(q);
    return rc;
}

static void bind_key(struct store_stmt *q, const struct giving *g, const struct item *item)
{
    store_bind_text(q, 1, g->round.id);
    store_bind_text(q, 2, g->request->threat);
    store_bind_text(q, 3, item->factor);
    store_bind_text(q, 4, g->c->pseudonym);
}

/* Leaves out what is answered like that already. */
static int find_news(struct giving *g, bool *out_any, struct err *err)
{
    *out_any = false;
    for (size_t i = 0; i < g->items.len; i++) {
        struct store_stmt *q;
        struct item *item = &g->items.at[i];
        item->wanted = true;
        int rc = store_prepare(g->c->store, "SELECT answer, reason FROM ballot WHERE round = $1 AND threat = $2 "
                                            "AND factor = $3 AND pseudonym = $4", &q, err);
        if (rc)
            return rc;
        bind_key(q, g, item);
        while ((rc = store_step(q, err)) == STORE_ROW)
            if (sv_eq(store_text(q, 0), item->answer) && sv_eq(store_text(q, 1), g->request->reason))
                item->wanted = false;
        store_done(q);
        if (rc)
            return rc;
        *out_any = *out_any || item->wanted;
    }
    return CM_OK;
}

static int put_ballot(struct giving *g, const struct item *item, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(g->c->store,
                           "INSERT INTO ballot (round, threat, factor, pseudonym, member, answer, reason, salt) "
                           "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (round, threat, factor, pseudonym) "
                           "DO UPDATE SET answer = excluded.answer, reason = excluded.reason, salt = excluded.salt", &q,
                           err);
    if (rc)
        return rc;
    bind_key(q, g, item);
    store_bind_text(q, 5, g->member);
    store_bind_text(q, 6, item->answer);
    store_bind_text(q, 7, g->request->reason);
    store_bind_blob(q, 8, bytes(item->salt, ROUND_SALT_BYTES));
    return store_finish(q, err);
}

/* ---- the act ---- */

static void put_commitments(struct giving *g)
{
    struct json *j = &g->act.json;
    json_put(j, "round", g->round.id);
    json_put(j, "threat", g->request->threat);
    json_key(j, "estimates");
    json_array(j);
    for (size_t i = 0; i < g->items.len; i++) {
        struct item *item = &g->items.at[i];
        if (!item->wanted)
            continue;
        rand_bytes(item->salt, ROUND_SALT_BYTES);
        struct digest d = round_commitment(bytes(item->salt, ROUND_SALT_BYTES), g->round.id, g->request->threat,
                                           item->factor, item->answer, g->request->reason);
        json_object(j);
        json_put(j, "factor", item->factor);
        json_put_str(j, "commitment", digest_hex(g->c->arena, &d));
        json_end(j);
    }
    json_end(j);
}

static int check(struct giving *g, struct err *err)
{
    int rc = find_round(g, err);
    if (!rc)
        rc = check_answers(g, err);
    if (!rc)
        rc = check_person(g, err);
    if (!rc)
        rc = check_place(g, err);
    return rc ? rc : find_pseudonym(g, err);
}

static int give(struct store *s, void *context, struct err *err)
{
    struct giving *g = context;
    bool any = false;
    (void)s;
    int rc = act_begin_on(&g->act, g->c, "estimate.give", ACT_SECRET, &g->request->threat, 1, g->out, err);
    if (!rc)
        rc = check(g, err);
    if (!rc)
        rc = find_news(g, &any, err);
    g->out->id = g->round.id;
    if (!rc && any) {
        put_commitments(g);
        rc = act_commit(&g->act, g->request->threat, err);
        g->out->id = g->round.id;
        for (size_t i = 0; !rc && i < g->items.len; i++)
            if (g->items.at[i].wanted)
                rc = put_ballot(g, &g->items.at[i], err);
    }
    act_release(&g->act);
    return rc;
}

int action_estimate(struct action_context *c, const struct estimate_request *request, struct action_result *out,
                    struct err *err)
{
    struct action_context secret = *c;
    struct giving g = {.c = &secret, .request = request, .out = out};
    return store_tx(c->store, give, &g, err);
}
