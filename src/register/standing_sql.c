/* What the record says about threats: which stages were opened against the rules, which acts of the group hold for
 * the text as it is. */
#include "base/date.h"
#include "register/calls.h"
#include "register/reviewed.h"
#include "register/rounds.h"
#include "register/view.h"

/* A statement for all threats, or its second form for the one that $1 is. */
static int prepare_for(struct store *s, const struct sv *threat, const char *all, const char *one,
                       struct store_stmt **out, struct err *err)
{
    int rc = store_prepare(s, threat ? one : all, out, err);
    if (!rc && threat)
        store_bind_text(*out, 1, *threat);
    return rc;
}

static int load_overrides(struct store *s, struct arena *a, const struct profile *p, const struct sv *threat,
                          struct map *out, struct err *err)
{
    struct store_stmt *q;
    map_init(out, a);
    int rc = prepare_for(s, threat, "SELECT threat, stage FROM override",
                         "SELECT threat, stage FROM override WHERE threat = $1", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        int stage = process_stage(&p->process, store_text(q, 1));
        uint32_t *bits = map_get(out, store_text(q, 0));
        if (!bits) {
            bits = arena_new(a, uint32_t);
            map_set(out, arena_sv(a, store_text(q, 0)), bits);
        }
        if (stage >= 0 && stage < 32)
            *bits |= 1u << stage;
    }
    store_done(q);
    return rc;
}

/* Only in a mode that accepts by a call on the edition. */
static int load_acceptance(struct store *s, struct arena *a, const struct sv *threat, struct standing *out,
                           struct err *err)
{
    struct acceptance *acceptance = NULL;
    if (!sv_eq_str(process_mode(&out->profile->process)->acceptance, "call"))
        return CM_OK;
    int rc = acceptance_load(s, a, threat, &acceptance, err);
    out->acceptance = acceptance;
    return rc;
}

/* ---- estimates ---- */

/* What the newest closed round on a threat found. */
struct rated {
    int64_t closed, closed_at;
    struct digest digest;
    struct rated_factor {
        unsigned estimators; /* 0: nobody chose a level */
        struct sv median, low, high;
    } factors[ROUND_FACTORS];
};

static struct rated *rated_of(struct arena *a, struct map *rated, struct store_stmt *q)
{
    struct rated *r = map_get(rated, store_text(q, 0));
    if (!r) {
        r = arena_new(a, struct rated);
        map_set(rated, arena_sv(a, store_text(q, 0)), r);
    }
    if (r->closed != store_int(q, 1)) /* rows come in the order of rounds: a newer one takes the place */
        *r = (struct rated){.closed = store_int(q, 1), .closed_at = store_int(q, 2)};
    (void)digest_from_bytes(store_text(q, 3), &r->digest);
    return r;
}

#define RATED_ROWS                                                                                                     \
    "SELECT t.threat, r.closed, e.at, t.digest, f.factor, f.estimators, f.median, f.low, f.high FROM round r "         \
    "JOIN event e ON e.seq = r.closed JOIN round_threat t ON t.round = r.id "                                          \
    "LEFT JOIN round_result f ON f.round = r.id AND f.threat = t.threat "

static int load_rated(struct store *s, struct arena *a, const struct sv *threat, struct map *out, struct err *err)
{
    struct store_stmt *q;
    map_init(out, a);
    int rc = prepare_for(s, threat, RATED_ROWS "ORDER BY r.closed", RATED_ROWS "WHERE t.threat = $1 ORDER BY r.closed",
                         &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct rated *r = rated_of(a, out, q);
        if (!store_is_null(q, 4))
            r->factors[sv_eq_str(store_text(q, 4), "damage")] =
                (struct rated_factor){(unsigned)store_int(q, 5), arena_sv(a, store_text(q, 6)),
                                      arena_sv(a, store_text(q, 7)), arena_sv(a, store_text(q, 8))};
    }
    store_done(q);
    return rc;
}

static bool is_level(const struct terms *scale, int level, struct sv id)
{
    return level >= 0 && sv_eq(scale->list.at[level].id, id);
}

/* The text says what the round found, with as many estimators as the mode asks for. */
static bool is_rated(const struct profile *p, const struct rated_factor *f, const struct terms *scale,
                     const struct rating *rating)
{
    return rating->given && f->estimators >= process_mode(&p->process)->estimators &&
           f->estimators == rating->estimators && is_level(scale, rating->level, f->median) &&
           is_level(scale, rating->low, f->low) && is_level(scale, rating->high, f->high);
}

static unsigned acts_of_rounds(const struct standing *s, const struct threat *t)
{
    const struct profile *p = s->profile;
    const struct rated *r = map_get(&s->rated, t->id);
    if (!r || !is_rated(p, &r->factors[ROUND_LIKELIHOOD], &p->sig.likelihood, &t->likelihood) ||
        !is_rated(p, &r->factors[ROUND_DAMAGE], &p->sig.damage, &t->damage))
        return 0;
    struct digest now = rounds_rated(p, t);
    if (voted_match(s->arena, &s->editorials, t->id, &r->digest, &now) == VOTED_CHANGED)
        return ACT_RATED;
    bool stood = s->now >= r->closed_at + (int64_t)p->process.objection_days * DATE_DAY && !map_get(&s->opposed, t->id);
    return ACT_RATED | ACT_ESTIMATES | (stood ? ACT_PRIORITY_STOOD : 0u);
}

static int load_opposed(struct store *s, struct arena *a, struct map *out, struct err *err)
{
    struct store_stmt *q;
    map_init(out, a);
    int rc = store_prepare(s, "SELECT DISTINCT subject FROM objection WHERE state = 'open'", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        map_set(out, arena_sv(a, store_text(q, 0)), out);
    store_done(q);
    return rc;
}

/* ---- reviews ---- */

struct sound_text {
    struct digest digest;
    struct sound_text *next;
};

/* Reviews of the threat itself, and those of the analysis that hold it. */
#define SOUND_ROWS                                                                                                     \
    "SELECT t.threat, t.digest FROM review r JOIN review_threat t ON t.review = r.id AND t.event = r.about "           \
    "WHERE r.verdict = 'sound' AND r.withdrawn IS NULL"

static int load_sound(struct store *s, struct arena *a, const struct profile *p, const struct sv *threat,
                      struct map *out, struct err *err)
{
    struct store_stmt *q;
    map_init(out, a);
    if (!sv_eq_str(process_mode(&p->process)->acceptance, "reviews"))
        return CM_OK;
    int rc = prepare_for(s, threat, SOUND_ROWS, SOUND_ROWS " AND t.threat = $1", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct sound_text *text = arena_new(a, struct sound_text);
        struct sv id = arena_sv(a, store_text(q, 0));
        if (!digest_from_bytes(store_text(q, 1), &text->digest))
            continue;
        text->next = map_get(out, id);
        map_set(out, id, text);
    }
    store_done(q);
    return rc;
}

static bool is_sound(const struct standing *s, const struct threat *t)
{
    const struct sound_text *text = map_get(&s->sound, t->id);
    if (!text)
        return false;
    struct digest now = reviewed_threat_digest(s->arena, t->source);
    for (; text; text = text->next)
        if (digest_eq(&text->digest, &now))
            return true;
    return false;
}

/* ---- all of it ---- */

static int load(struct store *s, const struct sv *threat, struct standing *out, struct err *err)
{
    struct arena *a = out->arena;
    int rc = load_overrides(s, a, out->profile, threat, &out->overridden, err);
    if (!rc)
        rc = load_acceptance(s, a, threat, out, err);
    if (!rc)
        rc = load_sound(s, a, out->profile, threat, &out->sound, err);
    if (!rc)
        rc = load_rated(s, a, threat, &out->rated, err);
    if (!rc)
        rc = editorials_load(s, a, &out->editorials, err);
    return rc ? rc : load_opposed(s, a, &out->opposed, err);
}

int standing_load(struct store *s, struct arena *a, const struct profile *p, int64_t now, struct standing *out,
                  struct err *err)
{
    *out = (struct standing){.profile = p, .now = now, .arena = a};
    return load(s, NULL, out, err);
}

int standing_load_one(struct store *s, struct arena *a, const struct profile *p, int64_t now, struct sv threat,
                      struct standing *out, struct err *err)
{
    *out = (struct standing){.profile = p, .now = now, .arena = a};
    return load(s, &threat, out, err);
}

struct on_record standing_of(void *standing, const struct threat *t)
{
    const struct standing *s = standing;
    const uint32_t *bits = map_get(&s->overridden, t->id);
    struct on_record r = {.overridden = bits ? *bits : 0, .acts = acts_of_rounds(s, t)};
    if ((s->acceptance && acceptance_of(s->acceptance, s->profile, t)) || is_sound(s, t))
        r.acts |= ACT_ACCEPTANCE;
    return r;
}

int ending_load(struct store *s, struct arena *a, struct ending *out, struct err *err)
{
    struct store_stmt *q;
    *out = (struct ending){0};
    /* no join, which might be made by reading all events: every act asks this */
    int rc = store_prepare(s, "SELECT (SELECT v.at FROM event v WHERE v.seq = e.event), e.body, e.link, e.reason "
                              "FROM ended e", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = (struct ending){store_int(q, 0), arena_sv(a, store_text(q, 1)), arena_sv(a, store_text(q, 2)),
                               arena_sv(a, store_text(q, 3))};
    store_done(q);
    return rc;
}
