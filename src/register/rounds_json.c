#include "register/rounds_json.h"

#include "base/date.h"
#include "register/calls.h"

struct showing {
    struct arena *arena;
    const struct view *v;
    const struct round *r;
};

const char *round_state(const struct round *r, int64_t now)
{
    if (r->closed)
        return "closed";
    return now >= r->due ? "due" : "open";
}

void round_write_head(struct arena *a, struct json *j, const struct round *r, int64_t now)
{
    json_put(j, "id", r->id);
    json_put_str(j, "state", round_state(r, now));
    json_put_str(j, "follows", r->follows.len ? arena_strndup(a, r->follows.at, r->follows.len) : NULL);
    json_put_str(j, "opened", date_format_time(a, r->opened_at));
    json_put_str(j, "due", date_format_time(a, r->due));
    json_put_str(j, "closed", r->closed ? date_format_time(a, r->closed_at) : NULL);
    json_put_int(j, "estimators", (int64_t)r->estimators);
}

static struct sv level_id(const struct showing *s, int f, unsigned level)
{
    return s->r->scales[f].levels.at[level];
}

/* What is known of a threat's steps now, with the ranges of this round or of later ones. */
static struct step_values values_of(const struct showing *s, const struct round_threat *t)
{
    struct step_values values = {{NULL, 0, 0}};
    const struct threat *threat = t->steps.len ? map_get(&s->v->profile->by_id, t->id) : NULL;
    if (threat)
        rounds_steps(s->arena, s->v->rounds, threat, &values);
    return values;
}

const struct step_value *round_value_of(const struct step_values *values, const struct round_step *step)
{
    for (size_t i = 0; i < values->list.len; i++)
        if (sv_eq(values->list.at[i].key, step->key))
            return &values->list.at[i];
    return NULL;
}

static void put_level(struct json *j, const struct showing *s, int f, const char *key, unsigned level)
{
    json_put(j, key, level_id(s, f, level));
}

static void put_pooled(struct json *j, const struct showing *s, int f, const struct pooled *p)
{
    json_put_int(j, "levels", (int64_t)p->count);
    if (!p->count)
        return;
    put_level(j, s, f, "median", p->counts);
    json_key(j, "medians");
    json_array(j);
    for (unsigned i = 0; i < p->median_count; i++)
        json_string(j, level_id(s, f, p->medians[i]));
    json_end(j);
    put_level(j, s, f, "low", p->low);
    put_level(j, s, f, "high", p->high);
    json_put_int(j, "spread", p->spread);
    put_level(j, s, f, "lower_quartile", p->lower_quartile);
    put_level(j, s, f, "upper_quartile", p->upper_quartile);
    json_key(j, "agreement");
    json_double(j, p->agreement);
    json_key(j, "counts");
    json_object(j);
    for (unsigned i = 0; i < p->levels; i++) {
        json_key_sv(j, level_id(s, f, i));
        json_int(j, (int64_t)p->at[i]);
    }
    json_end(j);
}

static void put_estimates(struct json *j, const struct round_rating *rating)
{
    json_key(j, "estimates");
    json_array(j);
    for (size_t i = 0; i < rating->estimates.len; i++) {
        const struct round_estimate *e = &rating->estimates.at[i];
        json_object(j);
        json_put(j, "pseudonym", e->pseudonym);
        if (e->name.len)
            json_put(j, "name", e->name);
        json_put(j, "answer", e->answer);
        json_put(j, "reason", e->reason);
        json_put_int(j, "event", e->event);
        json_end(j);
    }
    json_end(j);
}

/* What counts for the step in the tree's analysis as it is; nothing for one that the tree has no more. */
static void put_value(struct json *j, const struct showing *s, const struct step_value *v)
{
    static const char *const sources[] = {"outline", "pooled", "accepted"};
    if (!v)
        return;
    json_key(j, "outline");
    if (v->outline.len)
        json_string(j, v->outline);
    else
        json_null(j);
    json_put(j, "counts", v->counts);
    json_put_str(j, "source", sources[v->source]);
    json_put(j, "says", rounds_step_says(s->arena, v));
}

static void put_step(struct json *j, const struct showing *s, const struct step_values *values,
                     const struct round_step *step)
{
    const struct round_rating *rating = &step->rating;
    json_object(j);
    json_put(j, "step", step->key);
    json_put(j, "label", step->label);
    json_put_str(j, "quantity", step_quantity(step->of.attribute));
    json_put_int(j, "answers", (int64_t)rating->answers);
    if (s->r->closed) {
        json_put_int(j, "abstained", (int64_t)rating->abstained);
        json_put_int(j, "not_competent", (int64_t)rating->not_competent);
        json_put_bool(j, "quorum", rating->quorum);
        json_put_int(j, "intervals", (int64_t)rating->interval.count);
        json_key(j, "range");
        if (step->range.len)
            json_string(j, step->range);
        else
            json_null(j);
        if (rating->interval.count) {
            json_key(j, "pool");
            json_object(j);
            json_key(j, "lo");
            json_double(j, rating->interval.lo);
            json_key(j, "median");
            json_double(j, rating->interval.median);
            json_key(j, "hi");
            json_double(j, rating->interval.hi);
            json_end(j);
        }
        put_value(j, s, round_value_of(values, step));
        put_estimates(j, rating);
    }
    json_end(j);
}

static void put_steps(struct json *j, const struct showing *s, const struct round_threat *t)
{
    struct step_values values = values_of(s, t);
    json_key(j, "steps");
    json_array(j);
    for (size_t i = 0; i < t->steps.len; i++)
        put_step(j, s, &values, &t->steps.at[i]);
    json_end(j);
}

static void put_rating(struct json *j, const struct showing *s, int f, const struct round_rating *rating)
{
    json_key(j, round_factors[f]);
    json_object(j);
    json_put_int(j, "answers", (int64_t)rating->answers);
    if (s->r->closed) {
        json_put_int(j, "abstained", (int64_t)rating->abstained);
        json_put_int(j, "not_competent", (int64_t)rating->not_competent);
        json_put_bool(j, "quorum", rating->quorum);
        put_pooled(j, s, f, &rating->pooled);
        put_estimates(j, rating);
    }
    json_end(j);
}

static void put_threat(struct json *j, const struct showing *s, const struct round_threat *t)
{
    json_object(j);
    json_put(j, "threat", t->id);
    json_put_str(j, "rated", digest_hex(s->arena, &t->rated));
    json_put_bool(j, "changed", t->match == VOTED_CHANGED);
    json_put_str(j, "text", voted_match_names[t->match]);
    for (int f = 0; f < ROUND_FACTORS; f++)
        put_rating(j, s, f, &t->ratings[f]);
    put_steps(j, s, t);
    json_end(j);
}

void round_write(struct arena *a, struct json *j, const struct view *v, const struct round *r,
                 const struct round_people *may)
{
    const struct showing s = {a, v, r};
    round_write_head(a, j, r, v->now);
    if (may) {
        json_key(j, "may_estimate");
        json_array(j);
        for (size_t i = 0; i < may->names.len; i++)
            json_string(j, may->names.at[i]);
        json_end(j);
    }
    json_key(j, "threats");
    json_array(j);
    for (size_t i = 0; i < r->threats.len; i++)
        put_threat(j, &s, &r->threats.at[i]);
    json_end(j);
}
