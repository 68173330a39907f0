#include "action/calibrate.h"

#include "action/acts.h"
#include "base/date.h"
#include "base/suggest.h"

struct calibrating {
    struct action_context *c;
    const struct calibration_request *request;
    struct profile *profile;
    struct sv member;
    size_t count; /* removed */
};

static int find_member(struct action_context *c, struct sv *out, struct err *err)
{
    if (!c->actor.len)
        return err_set(err, CM_EREFUSED, "samples are rated by a person, for that person alone; say whose with --as "
                       "NAME");
    return act_member(c, c->actor, out, err);
}

int calibration_mine(struct action_context *c, const struct profile *p, struct calibration_feedback *out,
                     struct err *err)
{
    struct sv member = SV_NONE;
    int rc = find_member(c, &member, err);
    return rc ? rc : calibration_load(c->store, c->arena, p, member, out, err);
}

int calibration_rules(struct action_context *c, struct profile **out, struct err *err)
{
    struct store_stmt *q;
    struct profile_files files = {{NULL, 0, 0}};
    struct diag diag;
    int rc = content_rules(c, out, err);
    if (!rc)
        rc = store_prepare(c->store, "SELECT text FROM file WHERE path = 'calibration.yaml'", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        *vec_push(c->arena, &files.list) =
            (struct profile_file){.path = "calibration.yaml", .text = arena_sv(c->arena, store_text(q, 0))};
    store_done(q);
    if (rc)
        return rc;
    diag_init(&diag, c->arena);
    profile_parse_samples(c->arena, &files, &diag, *out);
    return !diag.errors ? CM_OK : err_set(err, CM_ECORRUPT, "the stored files do not verify: %s",
                                          diag_format(&diag, &diag.items[0]));
}

static int begin(struct calibrating *k, struct err *err)
{
    int rc = calibration_rules(k->c, &k->profile, err);
    return rc ? rc : find_member(k->c, &k->member, err);
}

/* ---- rating ---- */

static int no_level(const struct calibrating *k, int f, const struct terms *scale, struct err *err)
{
    struct sv word = k->request->words[f];
    const char **ids = arena_new_array(k->c->arena, const char *, scale->list.len + 1);
    struct str all = STR_INIT;
    for (size_t i = 0; i < scale->list.len; i++) {
        ids[i] = arena_strndup(k->c->arena, scale->list.at[i].id.at, scale->list.at[i].id.len);
        str_addf(&all, "%s%s", i ? ", " : "", ids[i]);
    }
    const char *near = word.len ? suggest_nearest(word, ids, scale->list.len) : NULL;
    int rc = word.len ? err_set(err, CM_EINPUT, "there is no %s \"%.*s\"%s%s%s; known are %s", round_factors[f],
                                SV_ARG(word), near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "",
                                str_cstr(&all))
                      : err_set(err, CM_EINPUT, "a sample is rated with --likelihood and --damage; --%s is missing, "
                                "known are %s", round_factors[f], str_cstr(&all));
    str_release(&all);
    return rc;
}

static int check_words(const struct calibrating *k, struct err *err)
{
    const struct terms *scales[ROUND_FACTORS] = {&k->profile->sig.likelihood, &k->profile->sig.damage};
    for (int f = 0; f < ROUND_FACTORS; f++)
        if (terms_find(scales[f], k->request->words[f]) < 0)
            return no_level(k, f, scales[f], err);
    return CM_OK;
}

static int check_once(const struct calibrating *k, const struct sample *sample, struct err *err)
{
    struct calibration_feedback mine;
    int rc = calibration_load(k->c->store, k->c->arena, k->profile, k->member, &mine, err);
    if (rc)
        return rc;
    const struct calibration_answer *a = &mine.answers.at[sample - k->profile->calibration.list.at];
    if (!a->given || a->outdated)
        return CM_OK;
    return err_set(err, CM_EREFUSED, "%.*s rated \"%.*s\" on %s and knows its reference since; \"casemate calibrate "
                   "forget\" begins anew", SV_ARG(k->c->actor), SV_ARG(sample->id),
                   date_format(k->c->arena, date_from_time(a->at)));
}

static int put_answer(const struct calibrating *k, const struct sample *sample, struct err *err)
{
    struct store_stmt *q;
    struct digest now = calibration_digest(k->profile, sample);
    int rc = store_prepare(k->c->store,
                           "INSERT INTO calibration (member, sample, digest, likelihood, damage, at) "
                           "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (member, sample) DO UPDATE SET "
                           "digest = excluded.digest, likelihood = excluded.likelihood, damage = excluded.damage, "
                           "at = excluded.at", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, k->member);
    store_bind_text(q, 2, sample->id);
    store_bind_blob(q, 3, digest_sv(&now));
    store_bind_text(q, 4, k->request->words[ROUND_LIKELIHOOD]);
    store_bind_text(q, 5, k->request->words[ROUND_DAMAGE]);
    store_bind_int(q, 6, k->c->now);
    return store_finish(q, err);
}

static int rate(struct store *s, void *context, struct err *err)
{
    struct calibrating *k = context;
    (void)s;
    int rc = begin(k, err);
    const struct sample *sample = rc ? NULL : calibration_find(&k->profile->calibration, k->request->sample);
    if (!rc && !sample)
        rc = err_set(err, CM_ENOTFOUND, "there is no sample \"%.*s\"; \"casemate calibrate list\" shows all",
                     SV_ARG(k->request->sample));
    if (!rc)
        rc = check_words(k, err);
    if (!rc)
        rc = check_once(k, sample, err);
    return rc ? rc : put_answer(k, sample, err);
}

int action_calibrate(struct action_context *c, const struct calibration_request *request, struct err *err)
{
    struct calibrating k = {.c = c, .request = request};
    return store_tx(c->store, rate, &k, err);
}

/* ---- forgetting ---- */

static int forget(struct store *s, void *context, struct err *err)
{
    struct calibrating *k = context;
    struct store_stmt *q;
    int rc = find_member(k->c, &k->member, err);
    if (!rc)
        rc = store_prepare(s, "DELETE FROM calibration WHERE member = $1 RETURNING 1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, k->member);
    while ((rc = store_step(q, err)) == STORE_ROW)
        k->count++;
    store_done(q);
    if (!rc)
        store_scrub(s);
    return rc;
}

int action_calibrate_forget(struct action_context *c, size_t *out_count, struct err *err)
{
    struct calibrating k = {.c = c};
    int rc = store_tx(c->store, forget, &k, err);
    *out_count = k.count;
    return rc;
}
