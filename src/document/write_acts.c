/* What the group did about a threat, as data: the member "acts". */
#include "base/date.h"
#include "document/write.h"
#include "register/calls.h"
#include "register/reviews.h"
#include "register/rounds.h"

static void put_text(struct json *j, const char *key, struct sv text)
{
    if (text.len)
        json_put(j, key, text);
}

static void put_day(struct json *j, const struct view *v, const char *key, int64_t at)
{
    json_put_str(j, key, date_format(v->arena, date_from_time(at)));
}

/* ---- rounds ---- */

static void put_estimates(struct json *j, const struct round_rating *r)
{
    json_key(j, "estimates");
    json_array(j);
    for (size_t i = 0; i < r->estimates.len; i++) {
        const struct round_estimate *e = &r->estimates.at[i];
        json_object(j);
        json_put(j, "pseudonym", e->pseudonym);
        put_text(j, "name", e->name);
        put_text(j, "answer", e->answer); /* absent: it stays sealed */
        put_text(j, "reason", e->reason);
        json_end(j);
    }
    json_end(j);
}

static void put_factor(struct json *j, const struct round *round, const struct round_threat *t, int factor)
{
    const struct round_rating *r = &t->ratings[factor];
    const struct sv *levels = round->scales[factor].levels.at;
    json_key(j, round_factors[factor]);
    json_object(j);
    json_put_int(j, "answers", (int64_t)r->answers);
    if (round->closed) {
        json_put_int(j, "abstained", (int64_t)r->abstained);
        json_put_int(j, "not_competent", (int64_t)r->not_competent);
        json_put_bool(j, "quorum", r->quorum);
        if (r->pooled.count) {
            json_key(j, "medians");
            json_array(j);
            for (unsigned i = 0; i < r->pooled.median_count; i++)
                json_string(j, levels[r->pooled.medians[i]]);
            json_end(j);
            json_put(j, "counts", levels[r->pooled.counts]);
            json_put(j, "low", levels[r->pooled.low]);
            json_put(j, "high", levels[r->pooled.high]);
            json_put_int(j, "spread", r->pooled.spread);
        }
        put_estimates(j, r);
    }
    json_end(j);
}

/* What was asked of a step of the attack tree: its probability, cost or time. */
static void put_step(struct json *j, const struct round *round, const struct round_step *step)
{
    const struct round_rating *r = &step->rating;
    json_object(j);
    json_put(j, "step", sv_from_byte(step->of.step, sv_starts(step->of.step, SV("#"))));
    json_put_str(j, "quantity", step_quantity(step->of.attribute));
    json_put(j, "label", step->label);
    json_put_int(j, "answers", (int64_t)r->answers);
    if (round->closed) {
        json_put_int(j, "abstained", (int64_t)r->abstained);
        json_put_int(j, "not_competent", (int64_t)r->not_competent);
        json_put_bool(j, "quorum", r->quorum);
        put_text(j, "range", step->range); /* absent: no quorum */
        put_estimates(j, r);
    }
    json_end(j);
}

static void put_steps(struct json *j, const struct round *round, const struct round_threat *t)
{
    if (!t->steps.len)
        return;
    json_key(j, "steps");
    json_array(j);
    for (size_t i = 0; i < t->steps.len; i++)
        put_step(j, round, &t->steps.at[i]);
    json_end(j);
}

static void put_round(struct json *j, const struct view *v, const struct round *round, const struct round_threat *t)
{
    json_object(j);
    json_put(j, "id", round->id);
    put_text(j, "follows", round->follows);
    put_day(j, v, "last_day", round->due - 1);
    if (round->closed)
        put_day(j, v, "closed", round->closed_at);
    json_put_bool(j, "text_changed", t->match == VOTED_CHANGED);
    for (int f = 0; f < ROUND_FACTORS; f++)
        put_factor(j, round, t, f);
    put_steps(j, round, t);
    json_end(j);
}

static void put_rounds(struct json *j, const struct view *v, struct sv id)
{
    json_key(j, "rounds");
    json_array(j);
    const struct rounds_about *about = v->rounds ? rounds_about(v->rounds, id) : NULL;
    for (size_t i = 0; about && i < about->list.len; i++)
        put_round(j, v, about->list.at[i].round, about->list.at[i].threat);
    json_end(j);
}

/* ---- calls ---- */

static void put_objection(struct json *j, const struct view *v, const struct objection *o)
{
    json_object(j);
    json_put(j, "id", o->id);
    json_put(j, "by", o->name);
    put_day(j, v, "date", o->at);
    json_put(j, "text", o->text);
    json_put_str(j, "state", objection_states[o->state]);
    put_text(j, "answer", o->answer);
    json_end(j);
}

static void put_decision(struct json *j, const struct view *v, const struct call *c, const struct call_threat *t)
{
    const struct decision *d = c->decision;
    json_object(j);
    json_put(j, "id", d->id);
    json_put(j, "call", c->id);
    json_put(j, "subject", c->subject);
    json_put(j, "question", c->question);
    put_day(j, v, "date", d->at);
    json_put(j, "outcome", d->outcome);
    json_put(j, "judgement", d->judgement);
    put_text(j, "link", d->link);
    json_put_str(j, "digest", digest_hex(v->arena, &t->digest)); /* of the threat's text that was decided on */
    json_put_str(j, "text", voted_match_names[t->match]);
    json_put_bool(j, "overturned", d->overturned != NULL);
    json_put_bool(j, "set_aside", d->council && d->council->answer == COUNCIL_UPHELD);
    json_key(j, "objections");
    json_array(j);
    for (size_t i = 0; i < c->objections.len; i++)
        put_objection(j, v, &c->objections.at[i]);
    json_end(j);
    json_end(j);
}

static void put_decisions(struct json *j, const struct view *v, struct sv id)
{
    json_key(j, "decisions");
    json_array(j);
    const struct calls_about *about = v->calls ? calls_about(v->calls, id) : NULL;
    for (size_t i = 0; about && i < about->list.len; i++)
        if (about->list.at[i].call->decision)
            put_decision(j, v, about->list.at[i].call, about->list.at[i].threat);
    json_end(j);
    json_key(j, "objections"); /* to the priority */
    json_array(j);
    for (size_t i = 0; v->calls && i < v->calls->others.len; i++)
        if (sv_eq(v->calls->others.at[i].subject, id))
            put_objection(j, v, &v->calls->others.at[i]);
    json_end(j);
}

/* ---- reviews ---- */

static void put_reviews(struct json *j, const struct view *v, size_t index)
{
    json_key(j, "reviews");
    json_array(j);
    for (size_t i = 0; v->reviews && i < v->reviews->covers[index].list.len; i++) {
        const struct review_cover *cover = &v->reviews->covers[index].list.at[i];
        const struct review *r = &v->reviews->list.at[cover->review];
        json_object(j);
        json_put(j, "id", r->id);
        json_put(j, "subject", r->subject);
        json_put(j, "reviewer", r->reviewer);
        put_day(j, v, "date", r->answered_at);
        json_put(j, "verdict", r->verdict);
        put_text(j, "text", r->text);
        json_put_bool(j, "present_text", cover->present);
        json_end(j);
    }
    json_end(j);
}

static void put_handovers(struct json *j, const struct view *v, struct sv id)
{
    json_key(j, "handovers");
    json_array(j);
    for (size_t i = 0; v->reviews && i < v->reviews->handovers.len; i++) {
        const struct handover *h = &v->reviews->handovers.at[i];
        if (!sv_eq(h->threat, id))
            continue;
        json_object(j);
        json_put(j, "id", h->id);
        json_put(j, "document", h->document);
        json_put(j, "carrier", h->carrier);
        json_put(j, "venue", h->venue);
        json_put(j, "date", h->date);
        json_put(j, "answer_by", h->answer_by);
        json_put(j, "state", h->state);
        put_text(j, "link", h->link);
        json_end(j);
    }
    json_end(j);
}

void write_acts(struct json *j, const struct view *v, size_t index)
{
    struct sv id = v->threats.at[index].threat->id;
    if (!v->rounds && !v->calls && !v->reviews)
        return; /* a folder without a record */
    json_key(j, "acts");
    json_object(j);
    put_rounds(j, v, id);
    put_decisions(j, v, id);
    put_reviews(j, v, index);
    put_handovers(j, v, id);
    json_end(j);
}
