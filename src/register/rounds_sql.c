#include "register/rounds.h"

#include "register/calls.h"

const char *const round_factors[ROUND_FACTORS] = {"likelihood", "damage"};

/* ---- scales ---- */

void round_scale_read(struct arena *a, struct sv ids, struct round_scale *out)
{
    struct sv id;
    memset(out, 0, sizeof(*out));
    while (out->levels.len < POOLED_LEVELS_MAX && sv_split(&ids, ' ', &id))
        if (id.len)
            *vec_push(a, &out->levels) = arena_sv(a, id);
}

int round_scale_find(const struct round_scale *scale, struct sv id)
{
    for (size_t i = 0; i < scale->levels.len; i++)
        if (sv_eq(scale->levels.at[i], id))
            return (int)i;
    return -1;
}

bool round_scale_is(const struct round_scale *scale, const struct terms *terms)
{
    bool same = scale->levels.len == terms->list.len;
    for (size_t i = 0; same && i < scale->levels.len; i++)
        same = sv_eq(scale->levels.at[i], terms->list.at[i].id);
    return same;
}

/* ---- what is rated ---- */

static void add(struct digest_state *d, struct sv key, struct sv text)
{
    if (!text.len)
        return;
    digest_add_part(d, key);
    digest_add_part(d, text);
}

static void add_word(struct digest_state *d, struct sv key, const struct terms *words, int index)
{
    if (index >= 0)
        add(d, key, words->list.at[index].id);
}

/* The first stage that asks for estimates; the last one when none does. */
static int rating_stage(const struct process *p)
{
    for (size_t i = 0; i < p->stage_count; i++)
        if (p->stages.at[i].needs & 1u << NEED_ESTIMATES)
            return (int)i;
    return (int)p->stage_count - 1;
}

struct digest rounds_rated(const struct profile *p, const struct threat *t)
{
    struct digest_state d;
    int last = rating_stage(&p->process);
    digest_begin(&d);
    digest_add_part(&d, SV("casemate-rated-1"));
    add(&d, SV("name"), t->name);
    add_word(&d, SV("level"), &p->sig.levels, t->level);
    for (size_t i = 0; i < t->affects.len; i++)
        add(&d, SV("affects"), t->affects.at[i].text);
    if (t->attacker.given) {
        add_word(&d, SV("attacker.position"), &p->sig.positions, t->attacker.position);
        for (size_t i = 0; i < t->attacker.on.len; i++)
            add_word(&d, SV("attacker.on"), &p->sig.surfaces, t->attacker.on.at[i]);
        add_word(&d, SV("attacker.activity"), &p->sig.activities, t->attacker.activity);
    }
    for (size_t i = 0; i < p->template.fields.len; i++) {
        const struct template_field *f = &p->template.fields.at[i];
        bool text = f->kind == FIELD_LINE || f->kind == FIELD_PROSE;
        if (text && f->from <= last && !sv_eq_str(f->id, "name"))
            add(&d, f->id, threat_field(t, (int)i));
    }
    return digest_end(&d);
}

/* ---- loading ---- */

struct loading {
    struct store *s;
    struct arena *a;
    const struct profile *p;
    struct rounds *out;
    struct map rounds; /* id -> index + 1 */
    struct editorials editorials;
};

static struct round *round_of(const struct loading *l, struct sv id)
{
    uintptr_t index = (uintptr_t)map_get(&l->rounds, id);
    return index ? &l->out->list.at[index - 1] : NULL;
}

static int load_rounds(struct loading *l, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(l->s, "SELECT r.id, r.follows, r.opened, o.at, r.due, r.closed, c.at, r.likelihood, "
                                 "r.damage FROM round r JOIN event o ON o.seq = r.opened LEFT JOIN event c ON c.seq "
                                 "= r.closed "
                                 "ORDER BY r.number", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct round *r = vec_push(l->a, &l->out->list);
        r->id = arena_sv(l->a, store_text(q, 0));
        r->follows = arena_sv(l->a, store_text(q, 1));
        r->opened = store_int(q, 2);
        r->opened_at = store_int(q, 3);
        r->due = store_int(q, 4);
        r->closed = store_int(q, 5);
        r->closed_at = store_int(q, 6);
        round_scale_read(l->a, store_text(q, 7), &r->scales[ROUND_LIKELIHOOD]);
        round_scale_read(l->a, store_text(q, 8), &r->scales[ROUND_DAMAGE]);
        map_set(&l->rounds, r->id, (void *)(uintptr_t)l->out->list.len);
    }
    store_done(q);
    return rc;
}

static int load_threats(struct loading *l, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(l->s, "SELECT round, threat, digest FROM round_threat ORDER BY round, position", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct round *r = round_of(l, store_text(q, 0));
        struct digest digest;
        if (!r || !digest_from_bytes(store_text(q, 2), &digest))
            continue;
        struct round_threat *t = vec_push(l->a, &r->threats);
        t->id = arena_sv(l->a, store_text(q, 1));
        t->rated = digest;
        const struct threat *now = map_get(&l->p->by_id, t->id);
        struct digest rated = now ? rounds_rated(l->p, now) : (struct digest){{0}};
        t->match = now ? voted_match(l->a, &l->editorials, t->id, &t->rated, &rated) : VOTED_CHANGED;
    }
    store_done(q);
    return rc;
}

static struct round_threat *threat_of(struct round *r, struct sv threat)
{
    for (size_t i = 0; r && i < r->threats.len; i++)
        if (sv_eq(r->threats.at[i].id, threat))
            return &r->threats.at[i];
    return NULL;
}

static int load_steps(struct loading *l, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(l->s, "SELECT round, threat, step, label FROM round_step ORDER BY round, position", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct round_threat *t = threat_of(round_of(l, store_text(q, 0)), store_text(q, 1));
        struct round_step step = {.key = arena_sv(l->a, store_text(q, 2)), .label = arena_sv(l->a, store_text(q, 3))};
        if (t && step_key_parse(step.key, &step.of))
            *vec_push(l->a, &t->steps) = step;
    }
    store_done(q);
    return rc;
}

static int load_accepted(struct loading *l, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(l->s, "SELECT threat, step, round, instead, event FROM step_accepted "
                                 "ORDER BY threat, step", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        *vec_push(l->a, &l->out->accepted) = (struct step_acceptance){
            arena_sv(l->a, store_text(q, 0)), arena_sv(l->a, store_text(q, 1)), arena_sv(l->a, store_text(q, 2)),
            arena_sv(l->a, store_text(q, 3)), store_int(q, 4)};
    store_done(q);
    return rc;
}

/* What an estimate is of: a factor's rating (*out_step NULL) or a step's. */
static struct round_rating *rating_of(struct round *r, struct sv threat, struct sv factor, struct round_step **out_step)
{
    struct round_threat *t = threat_of(r, threat);
    *out_step = NULL;
    for (int f = 0; t && f < ROUND_FACTORS; f++)
        if (sv_eq_str(factor, round_factors[f]))
            return &t->ratings[f];
    for (size_t i = 0; t && i < t->steps.len; i++)
        if (sv_eq(t->steps.at[i].key, factor)) {
            *out_step = &t->steps.at[i];
            return &t->steps.at[i].rating;
        }
    return NULL;
}

static void read_interval(const struct loading *l, const struct round_step *step, struct round_estimate *e)
{
    struct err ignored = ERR_INIT; /* an answer that is none was refused when it came; what is left are abstentions */
    e->ranged = e->answer.len && step_interval_parse(l->a, step->of.attribute, e->answer, &e->interval, &ignored) == 0;
}

/* scale: of a factor. */
static void read_estimate(const struct loading *l, struct store_stmt *q, const struct round_scale *scale,
                          const struct round_step *step, struct round_rating *rating)
{
    struct round_estimate *e = vec_push(l->a, &rating->estimates);
    e->pseudonym = arena_sv(l->a, store_text(q, 3));
    e->answer = arena_sv(l->a, store_text(q, 4));
    e->reason = arena_sv(l->a, store_text(q, 5));
    e->name = arena_sv(l->a, store_text(q, 6));
    e->event = store_int(q, 7);
    e->level = step ? -1 : round_scale_find(scale, e->answer);
    if (step)
        read_interval(l, step, e);
    rating->abstained += sv_eq_str(e->answer, ROUND_ABSTAIN);
    rating->not_competent += sv_eq_str(e->answer, ROUND_NOT_COMPETENT);
}

static int load_estimates(struct loading *l, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(l->s, "SELECT round, threat, factor, pseudonym, answer, reason, name, event FROM estimate "
                                 "ORDER BY round, threat, factor, length(pseudonym), pseudonym", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct round *r = round_of(l, store_text(q, 0));
        struct round_step *step;
        struct round_rating *rating = rating_of(r, store_text(q, 1), store_text(q, 2), &step);
        if (!rating)
            continue;
        rating->answers++;
        if (r->closed)
            read_estimate(l, q, &r->scales[sv_eq_str(store_text(q, 2), "damage")], step, rating);
    }
    store_done(q);
    return rc;
}

static int count_people(struct loading *l, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(l->s, "SELECT round, count(DISTINCT pseudonym) FROM estimate GROUP BY round", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct round *r = round_of(l, store_text(q, 0));
        if (r)
            r->estimators = (size_t)store_int(q, 1);
    }
    store_done(q);
    return rc;
}

static void pool(const struct loading *l, const struct round *r, enum round_factor f, struct round_rating *rating)
{
    const struct mode *mode = process_mode(&l->p->process);
    unsigned *levels = arena_new_array(l->a, unsigned, rating->estimates.len + 1);
    size_t count = 0;
    for (size_t i = 0; i < rating->estimates.len; i++)
        if (rating->estimates.at[i].level >= 0)
            levels[count++] = (unsigned)rating->estimates.at[i].level;
    if (r->scales[f].levels.len)
        pooled_levels((unsigned)r->scales[f].levels.len, levels, count, &rating->pooled);
    rating->quorum = count && count >= mode->estimators;
}

static int pool_step(const struct loading *l, struct round_step *step, struct err *err)
{
    struct round_rating *rating = &step->rating;
    struct pooled_range *ranges = arena_new_array(l->a, struct pooled_range, rating->estimates.len + 1);
    size_t count = 0;
    for (size_t i = 0; i < rating->estimates.len; i++)
        if (rating->estimates.at[i].ranged)
            ranges[count++] = rating->estimates.at[i].interval.range;
    int rc = step_pool(step->of.attribute, ranges, count, &rating->interval, err);
    rating->quorum = count && count >= process_mode(&l->p->process)->estimators;
    if (!rc && rating->quorum)
        step->range = step_range_text(l->a, step->of.attribute, &rating->interval);
    return rc;
}

static int pool_round(const struct loading *l, struct round *r, struct err *err)
{
    int rc = CM_OK;
    for (size_t i = 0; r->closed && i < r->threats.len; i++) {
        struct round_threat *t = &r->threats.at[i];
        for (int f = 0; f < ROUND_FACTORS; f++)
            pool(l, r, (enum round_factor)f, &t->ratings[f]);
        for (size_t k = 0; !rc && k < t->steps.len; k++)
            rc = pool_step(l, &t->steps.at[k], err);
    }
    return rc;
}

/* Rounds rate ten threats of thousands: whoever asks for one threat is not to look through all. */
static void index_threats(struct loading *l)
{
    map_init(&l->out->about, l->a);
    for (size_t i = 0; i < l->out->list.len; i++) {
        const struct round *r = &l->out->list.at[i];
        for (size_t k = 0; k < r->threats.len; k++) {
            const struct round_threat *t = &r->threats.at[k];
            struct rounds_about *about = map_get(&l->out->about, t->id);
            if (!about)
                map_set(&l->out->about, t->id, about = arena_new(l->a, struct rounds_about));
            *vec_push(l->a, &about->list) = (struct round_about){r, t};
        }
    }
}

int rounds_load(struct store *s, struct arena *a, const struct profile *p, struct rounds *out, struct err *err)
{
    struct loading l = {.s = s, .a = a, .p = p, .out = out};
    memset(out, 0, sizeof(*out));
    map_init(&l.rounds, a);
    int rc = editorials_load(s, a, &l.editorials, err);
    if (!rc)
        rc = load_rounds(&l, err);
    if (!rc)
        rc = load_threats(&l, err);
    if (!rc)
        rc = load_steps(&l, err);
    if (!rc)
        rc = load_accepted(&l, err);
    if (!rc)
        rc = load_estimates(&l, err);
    if (!rc)
        rc = count_people(&l, err);
    for (size_t i = 0; !rc && i < out->list.len; i++)
        rc = pool_round(&l, &out->list.at[i], err);
    if (!rc)
        index_threats(&l);
    return rc;
}

const struct rounds_about *rounds_about(const struct rounds *rounds, struct sv threat)
{
    return map_get(&rounds->about, threat);
}

const struct round *rounds_find(const struct rounds *rounds, struct sv id)
{
    for (size_t i = 0; i < rounds->list.len; i++)
        if (sv_eq(rounds->list.at[i].id, id))
            return &rounds->list.at[i];
    return NULL;
}

const struct round *rounds_of(const struct rounds *rounds, struct sv threat, const struct round_threat **out)
{
    const struct rounds_about *about = rounds_about(rounds, threat);
    const struct round *found = NULL;
    for (size_t i = 0; about && i < about->list.len; i++) {
        const struct round_about *one = &about->list.at[i];
        if (!one->round->closed || (found && one->round->closed <= found->closed))
            continue;
        found = one->round;
        if (out)
            *out = one->threat;
    }
    return found;
}

/* ---- who may answer ---- */

int rounds_took_part(struct store *s, const struct person *person, int64_t opened, bool *out, struct err *err)
{
    struct store_stmt *q;
    *out = person->joined && person->joined < opened;
    if (*out)
        return CM_OK;
    int rc = store_prepare(s, "SELECT 1 FROM event WHERE seq < $1 AND actor = $2 LIMIT 1", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, opened);
    store_bind_text(q, 2, person->id);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = true;
    store_done(q);
    return rc;
}

int rounds_may(struct store *s, struct arena *a, const struct profile *p, const struct people *people,
               const struct round *round, struct round_people *out, struct err *err)
{
    int rc = CM_OK;
    memset(out, 0, sizeof(*out));
    for (size_t i = 0; !rc && i < people->list.len; i++) {
        const struct person *person = &people->list.at[i];
        bool took_part = false;
        if (person->gone || (people->governed && !person_may(person, p, SV("estimate"))))
            continue;
        rc = rounds_took_part(s, person, round->opened, &took_part, err);
        if (took_part)
            *vec_push(a, &out->names) = person->name;
    }
    return rc;
}
