/* What the group did about a text: how a threat was rated in blind rounds, which calls decided on it, who dissents; and
 * what is open now. Beside build_open_now() nothing of it depends on the day. */
#include "document/build.h"
#include "document/visuals.h"
#include "register/calls.h"
#include "register/rounds.h"

static struct sv last_day(struct arena *a, int64_t until)
{
    return build_date(a, until - 1);
}

static struct doc_block *field_new(struct arena *a, const char *title, struct sv anchor)
{
    struct doc_block *s = doc_block_new(a, DOC_SECTION);
    s->title = sv_str(title);
    s->anchor = anchor;
    s->class_name = "field";
    return s;
}

static struct doc_block *details(struct arena *a, struct doc_block *parent, struct sv title)
{
    struct doc_block *d = doc_add(a, parent, DOC_DETAILS);
    d->title = title;
    return d;
}

/* ---- how a threat was rated ---- */

static const char *const factor_names[ROUND_FACTORS] = {"Likelihood", "Damage"};

/* A closed round and the threat in it. */
struct rated {
    const struct round *round;
    const struct round_threat *threat;
};

static const struct round_threat *threat_in(const struct round *r, struct sv id)
{
    for (size_t i = 0; r && i < r->threats.len; i++)
        if (sv_eq(r->threats.at[i].id, id))
            return &r->threats.at[i];
    return NULL;
}

static struct sv level_name(const struct view *v, int factor, struct sv id)
{
    const struct terms *terms = factor == ROUND_LIKELIHOOD ? &v->profile->sig.likelihood : &v->profile->sig.damage;
    int i = terms_find(terms, id);
    return i < 0 ? id : terms->list.at[i].name;
}

/* The scale as it was when the round was opened, in the words of today where they are still the same. */
static const struct terms *scale_of(struct arena *a, const struct view *v, const struct round *r, int factor)
{
    const struct round_scale *scale = &r->scales[factor];
    struct terms *terms = arena_new(a, struct terms);
    for (size_t i = 0; i < scale->levels.len; i++)
        *vec_push(a, &terms->list) = (struct term){.id = scale->levels.at[i],
                                                   .name = level_name(v, factor, scale->levels.at[i])};
    return terms;
}

static bool same_scales(const struct round *one, const struct round *two)
{
    for (int f = 0; f < ROUND_FACTORS; f++) {
        const struct round_scale *l = &one->scales[f], *r = &two->scales[f];
        if (l->levels.len != r->levels.len)
            return false;
        for (size_t i = 0; i < l->levels.len; i++)
            if (!sv_eq(l->levels.at[i], r->levels.at[i]))
                return false;
    }
    return true;
}

static struct visual_strip_round strip_round(struct arena *a, const struct round_rating *rating)
{
    unsigned *levels = arena_new_array(a, unsigned, rating->estimates.len + 1);
    size_t count = 0;
    for (size_t i = 0; i < rating->estimates.len; i++)
        if (rating->estimates.at[i].level >= 0)
            levels[count++] = (unsigned)rating->estimates.at[i].level;
    return (struct visual_strip_round){levels, count, rating->abstained + rating->not_competent};
}

/* rounds: one or two that have the same scales, in their order. */
static void strip(struct arena *a, const struct view *v, const struct rated *rounds, size_t count, struct doc_block *s)
{
    struct visual_strip_factor factors[ROUND_FACTORS];
    struct visual_strip plot = {.factors = factors, .rounds = count};
    for (int f = 0; f < ROUND_FACTORS; f++) {
        struct visual_strip_factor *factor = &factors[plot.count];
        *factor = (struct visual_strip_factor){.name = sv_str(factor_names[f]),
                                               .scale = scale_of(a, v, rounds[0].round, f)};
        for (size_t i = 0; i < count; i++)
            factor->rounds[i] = strip_round(a, &rounds[i].threat->ratings[f]);
        plot.count += factor->scale->list.len > 0;
    }
    struct doc_block *figure = visual_strip(a, &plot, build_sv(a, "%.*s-round", SV_ARG(rounds[0].threat->id)));
    if (figure)
        doc_append(s, figure);
}

/* How far the highest and the lowest lie apart, and how far the others stand together: words for van der Eijk's A,
 * whose 0 is "every level as often". */
static struct sv togetherness(struct arena *a, const struct pooled *p)
{
    const char *agreement = p->agreement >= .8   ? "strong agreement"
                            : p->agreement >= .5 ? "fair agreement"
                            : p->agreement >= 0  ? "weak agreement"
                                                 : "opinions divided";
    if (p->count == 1)
        return SV_NONE;
    if (p->spread == 0)
        return SV("; all chose the same level");
    return build_sv(a, "; the lowest and the highest lie %.*s apart; %s",
                    SV_ARG(build_count(a, p->spread, "level", "levels")), agreement);
}

static void without_level(struct arena *a, struct doc_block *p, const struct round_rating *rating)
{
    size_t sealed = 0;
    for (size_t i = 0; i < rating->estimates.len; i++)
        sealed += rating->estimates.at[i].answer.len == 0;
    if (rating->abstained)
        doc_textf(a, p, "; %zu abstained", rating->abstained);
    if (rating->not_competent)
        doc_textf(a, p, "; %zu said that they cannot judge it", rating->not_competent);
    if (sealed)
        doc_textf(a, p, "; %zu could not be opened", sealed);
}

/* "Likelihood: medians Sometimes and Often, of which the higher counts; 4 estimates; ..." */
static void result(struct arena *a, const struct view *v, const struct rated *r, int factor, struct doc_block *list)
{
    const struct round_rating *rating = &r->threat->ratings[factor];
    const struct round_scale *scale = &r->round->scales[factor];
    const struct pooled *pooled = &rating->pooled;
    struct doc_block *p = build_item(a, list);
    doc_textf(a, p, "%s: ", factor_names[factor]);
    if (pooled->count) {
        doc_text(a, p, pooled->median_count == 2 ? SV("medians ") : SV("median "));
        doc_strong(a, p, level_name(v, factor, scale->levels.at[pooled->medians[0]]));
        if (pooled->median_count == 2) {
            doc_text(a, p, SV(" and "));
            doc_strong(a, p, level_name(v, factor, scale->levels.at[pooled->medians[1]]));
            doc_text(a, p, SV(", of which the higher counts"));
        }
        doc_textf(a, p, "; %.*s%.*s", SV_ARG(build_count(a, pooled->count, "estimate", "estimates")),
                  SV_ARG(togetherness(a, pooled)));
    } else {
        doc_text(a, p, SV("nobody chose a level"));
    }
    without_level(a, p, rating);
    doc_text(a, p, rating->quorum ? SV(".") : SV("; fewer than the process asks for, so no result."));
}

/* An estimate with its reason; where the process hides names, under the name that the person has in the round only. */
static void estimate(struct arena *a, const struct view *v, int factor, const struct round_estimate *e,
                     struct doc_block *list)
{
    struct sv answer = !e->answer.len                                 ? SV("could not be opened")
                       : sv_eq_str(e->answer, ROUND_ABSTAIN)          ? SV("abstained")
                       : sv_eq_str(e->answer, ROUND_NOT_COMPETENT)    ? SV("cannot judge it")
                                                                      : level_name(v, factor, e->answer);
    struct doc_block *p = build_item(a, list);
    doc_textf(a, p, "%s, %.*s: %.*s", factor_names[factor], SV_ARG(e->name.len ? e->name : e->pseudonym),
              SV_ARG(answer));
    build_quoted(a, list->last, e->reason);
}

/* "Probability of “Phish an administrator”: 0.02..0.2, pooled from 5 estimates" */
static void step_result(struct arena *a, const struct round_step *step, struct doc_block *list)
{
    const struct round_rating *rating = &step->rating;
    struct doc_block *p = build_item(a, list);
    doc_textf(a, p, "Step \xe2\x80\x9c%.*s\xe2\x80\x9d, %s: ", SV_ARG(step->label),
              step_quantity(step->of.attribute));
    if (step->range.len) {
        doc_strong(a, p, step->range);
        doc_textf(a, p, ", the 90 %% interval pooled from %.*s",
                  SV_ARG(build_count(a, rating->interval.count, "estimate", "estimates")));
    } else {
        doc_text(a, p, build_count(a, rating->interval.count, "estimate", "estimates"));
    }
    without_level(a, p, rating);
    doc_text(a, p, rating->quorum ? SV(".") : SV("; fewer than the process asks for, so no range."));
}

static void step_estimate(struct arena *a, const struct round_step *step, const struct round_estimate *e,
                          struct doc_block *list)
{
    ptrdiff_t tilde = sv_find_char(e->answer, '~');
    struct sv interval = tilde < 0 ? e->answer : sv_from(e->answer.at, (size_t)tilde);
    struct doc_block *p = build_item(a, list);
    doc_textf(a, p, "Step \xe2\x80\x9c%.*s\xe2\x80\x9d, %s, %.*s: ", SV_ARG(step->label),
              step_quantity(step->of.attribute), SV_ARG(e->name.len ? e->name : e->pseudonym));
    doc_text(a, p, e->ranged                                         ? interval
                   : !e->answer.len                                  ? SV("could not be opened")
                   : sv_eq_str(e->answer, ROUND_ABSTAIN)             ? SV("abstained")
                                                                     : SV("cannot judge it"));
    if (tilde >= 0)
        doc_textf(a, p, ", best guess %.*s", SV_ARG(sv_from_byte(e->answer, (size_t)tilde + 1)));
    build_quoted(a, list->last, e->reason);
}

static void step_reasons(struct arena *a, const struct rated *r, struct doc_block *s)
{
    struct doc_block *list = NULL;
    for (size_t i = 0; i < r->threat->steps.len; i++) {
        const struct round_step *step = &r->threat->steps.at[i];
        for (size_t k = 0; k < step->rating.estimates.len; k++) {
            if (!list)
                list = build_list(a, details(a, s, build_sv(a, "Estimates of steps and their reasons in round %.*s",
                                                            SV_ARG(r->round->id))));
            step_estimate(a, step, &step->rating.estimates.at[k], list);
        }
    }
}

static void reasons(struct arena *a, const struct view *v, const struct rated *r, struct doc_block *s)
{
    struct doc_block *list = NULL;
    for (int f = 0; f < ROUND_FACTORS; f++) {
        const struct round_rating *rating = &r->threat->ratings[f];
        for (size_t i = 0; i < rating->estimates.len; i++) {
            if (!list)
                list = build_list(a, details(a, s, build_sv(a, "Estimates and their reasons in round %.*s",
                                                            SV_ARG(r->round->id))));
            estimate(a, v, f, &rating->estimates.at[i], list);
        }
    }
}

/* "Round R-1", "Round R-2, the second one after R-1," */
static struct sv round_name(struct arena *a, const struct round *r)
{
    return r->follows.len ? build_sv(a, "Round %.*s, the second one after %.*s,", SV_ARG(r->id), SV_ARG(r->follows))
                          : build_sv(a, "Round %.*s", SV_ARG(r->id));
}

static void closed_round(struct arena *a, const struct view *v, const struct rated *r, struct doc_block *s)
{
    build_paragraph(a, s, "%.*s was closed on %.*s; %.*s.", SV_ARG(round_name(a, r->round)),
                    SV_ARG(build_date(a, r->round->closed_at)),
                    SV_ARG(build_count(a, r->round->estimators, "person answered", "people answered")));
    if (r->threat->match == VOTED_CHANGED)
        build_paragraph(a, s, "What it rated was another text: the entry has changed since.");
    else if (r->threat->match == VOTED_EDITORIAL)
        build_paragraph(a, s, "It stands with editorial changes: the text was changed since, and not its substance.");
    struct doc_block *list = build_list(a, s);
    for (int f = 0; f < ROUND_FACTORS; f++)
        result(a, v, r, f, list);
    for (size_t i = 0; i < r->threat->steps.len; i++)
        step_result(a, &r->threat->steps.at[i], list);
}

/* The newest closed round, and the one that it followed. A scale that changed between them cannot be drawn as one: the
 * first round is told in words only. */
static void closed_rounds(struct arena *a, const struct view *v, struct sv id, struct doc_block *s)
{
    struct rated rounds[VISUAL_STRIP_ROUNDS];
    size_t count = 0;
    struct rated newest = {0};
    newest.round = rounds_of(v->rounds, id, &newest.threat);
    if (!newest.round)
        return;
    if (newest.round->follows.len) {
        const struct round *first = rounds_find(v->rounds, newest.round->follows);
        const struct round_threat *before = threat_in(first, id);
        if (before)
            rounds[count++] = (struct rated){first, before};
    }
    rounds[count++] = newest;
    for (size_t i = 0; i < count; i++)
        closed_round(a, v, &rounds[i], s);
    if (count == 2 && same_scales(rounds[0].round, rounds[1].round))
        strip(a, v, rounds, 2, s);
    else
        strip(a, v, &newest, 1, s);
    for (size_t i = 0; i < count; i++)
        reasons(a, v, &rounds[i], s);
    for (size_t i = 0; i < count; i++)
        step_reasons(a, &rounds[i], s);
}

/* Nothing of what was answered: nobody sees that before the close. */
static void open_rounds(struct arena *a, const struct view *v, struct sv id, struct doc_block *s)
{
    for (size_t i = 0; i < v->rounds->list.len; i++) {
        const struct round *r = &v->rounds->list.at[i];
        if (r->closed || !threat_in(r, id))
            continue;
        build_paragraph(a, s, "%.*s is open until %.*s; so far, %.*s. Answers stay sealed until it is closed.",
                        SV_ARG(round_name(a, r)), SV_ARG(last_day(a, r->due)),
                        SV_ARG(build_count(a, r->estimators, "person has answered", "people have answered")));
    }
}

/* ---- objections ---- */

/* Who objects stands beside what was said; what the leader wrote to it, below. to: what it objects to, where that is
 * not plain from its place; "" otherwise. */
static void objection(struct arena *a, struct doc_block *s, const char *to, const struct objection *o)
{
    bool dissent = o->state == OBJECTION_DISSENT;
    build_paragraph(a, s, "%s%s %.*s by %.*s%s%s:", dissent ? "Dissent" : "Objection", to, SV_ARG(o->id),
                    SV_ARG(o->name), dissent ? "" : ", ", dissent ? "" : objection_states[o->state]);
    build_quoted(a, s, o->text);
    if (o->answer.len) {
        build_paragraph(a, s, "To which was written:");
        build_quoted(a, s, o->answer);
    }
}

static void objections(struct arena *a, struct doc_block *s, const struct call *c, enum objection_state state)
{
    for (size_t i = 0; i < c->objections.len; i++)
        if (c->objections.at[i].state == state)
            objection(a, s, "", &c->objections.at[i]);
}

/* Objections to the priority that a round gave; one that was withdrawn says nothing any more. */
static void priority_objections(struct arena *a, const struct view *v, struct sv id, struct doc_block *s)
{
    for (size_t i = 0; v->calls && i < v->calls->others.len; i++) {
        const struct objection *o = &v->calls->others.at[i];
        if (sv_eq(o->subject, id) && o->state != OBJECTION_WITHDRAWN)
            objection(a, s, " to the priority,", o);
    }
}

/* ---- calls and decisions ---- */

/* "edition 0.2 of the analysis document" */
static struct sv subject(struct arena *a, const struct call *c)
{
    struct sv document = call_document(c);
    if (c->kind == CALL_EDITION && document.len < c->subject.len)
        return build_sv(a, "edition %.*s of the %.*s document", SV_ARG(sv_from_byte(c->subject, document.len + 1)),
                        SV_ARG(document));
    if (c->kind == CALL_APPEAL && sv_starts(c->subject, SV("P-")))
        return build_sv(a, "the moderation of post %.*s", SV_ARG(c->subject));
    return build_sv(a, c->kind == CALL_APPEAL ? "decision %.*s" : "the %.*s document", SV_ARG(c->subject));
}

static void open_call(struct arena *a, struct doc_block *s, const struct call *c)
{
    build_paragraph(a, s, "Call %.*s on %.*s is open until %.*s: %.*s", SV_ARG(c->id), SV_ARG(subject(a, c)),
                    SV_ARG(last_day(a, c->until)), SV_ARG(c->question));
    objections(a, s, c, OBJECTION_OPEN);
}

/* Which threats of a call a decision does not hold for as they are: " (T-0001, T-0002)". */
static void changed_threats(struct arena *a, struct doc_block *p, const struct call *c, enum voted_match match)
{
    bool first = true;
    for (size_t i = 0; i < c->threats.len; i++) {
        if (c->threats.at[i].match != match)
            continue;
        doc_text(a, p, first ? SV(" (") : SV(", "));
        doc_threat(a, p, c->threats.at[i].id, c->threats.at[i].id);
        first = false;
    }
    if (!first)
        doc_text(a, p, SV(")"));
}

/* of: the threat that is told about, whose own text counts then; NULL: the whole. */
static void state(struct arena *a, struct sv council, struct doc_block *p, const struct decision *d,
                  const struct call_threat *of)
{
    enum voted_match match = of ? of->match : d->call->match;
    if (d->council && d->council->answer == COUNCIL_UPHELD) {
        doc_textf(a, p, " Set aside after an appeal to %.*s (%.*s).", SV_ARG(council),
                  SV_ARG(build_date(a, d->council->answered)));
        return;
    }
    if (d->overturned) {
        doc_textf(a, p, " Overturned by appeal: %.*s.", SV_ARG(d->overturned->id));
        return;
    }
    doc_text(a, p, match == VOTED_SAME        ? SV(" It stands")
                   : match == VOTED_EDITORIAL ? SV(" It stands with editorial changes")
                                              : SV(" It is outdated: since it was decided, the text has changed"));
    if (!of && match != VOTED_SAME)
        changed_threats(a, p, d->call, match);
    doc_text(a, p, SV("."));
}

static void decided(struct arena *a, struct doc_block *p, const struct decision *d)
{
    doc_textf(a, p, "Decided by call %.*s on %.*s (%.*s): ", SV_ARG(d->call->id), SV_ARG(subject(a, d->call)),
              SV_ARG(build_date(a, d->at)));
    doc_strong(a, p, d->accepted ? SV("accepted") : SV("not accepted"));
    doc_textf(a, p, " (%.*s).", SV_ARG(d->id));
}

/* What was judged and by whom, where it was minuted, and what did not agree. */
static void grounds(struct arena *a, struct doc_block *s, struct doc_block *p, const struct decision *d)
{
    if (d->link.len) {
        doc_text(a, p, SV(" See "));
        doc_link(a, p, d->link, SV("the minute"));
        doc_text(a, p, SV("."));
    }
    build_paragraph(a, s, d->deputy.len ? "Judgement of %.*s (%.*s):" : "Judgement of %.*s:", SV_ARG(d->by),
                    SV_ARG(d->deputy));
    build_quoted(a, s, d->judgement);
    objections(a, s, d->call, OBJECTION_DISSENT);
}

static void appeals(struct arena *a, const struct view *v, struct doc_block *s, const struct decision *d)
{
    for (size_t i = 0; i < v->calls->list.len; i++) {
        const struct call *c = &v->calls->list.at[i];
        if (c->kind != CALL_APPEAL || !sv_eq(c->subject, d->id))
            continue;
        if (!c->decision) {
            open_call(a, s, c);
            continue;
        }
        struct doc_block *p = doc_add(a, s, DOC_PARAGRAPH);
        decided(a, p, c->decision);
        grounds(a, s, p, c->decision);
    }
}

/* What the body that the group reports to was asked after an appeal, and what it said. */
static void council(struct arena *a, const struct view *v, struct doc_block *s, const struct decision *d)
{
    const struct referral *r = d->council;
    struct sv name = v->profile->sig.reports_to.name;
    if (!r)
        return;
    build_paragraph(a, s, "%.*s asked %.*s about it on %.*s:", SV_ARG(r->asked_by), SV_ARG(name),
                    SV_ARG(build_date(a, r->asked)));
    build_quoted(a, s, r->reason);
    struct doc_block *p = doc_add(a, s, DOC_PARAGRAPH);
    if (r->answer == COUNCIL_OPEN) {
        doc_textf(a, p, "No answer yet; the group waits for it until %.*s.", SV_ARG(last_day(a, r->answer_by)));
        return;
    }
    doc_textf(a, p, "%.*s ", SV_ARG(name));
    doc_strong(a, p, sv_str(council_answers[r->answer]));
    doc_textf(a, p, " the appeal (%.*s, noted by %.*s). See ", SV_ARG(build_date(a, r->answered)),
              SV_ARG(r->answered_by));
    doc_link(a, p, r->link, SV("the minute"));
    doc_text(a, p, SV("."));
    build_quoted(a, s, r->why);
}

static void decision(struct arena *a, const struct view *v, struct doc_block *s, const struct decision *d,
                     const struct call_threat *of)
{
    struct doc_block *p = doc_add(a, s, DOC_PARAGRAPH);
    decided(a, p, d);
    state(a, v->profile->sig.reports_to.name, p, d, of);
    grounds(a, s, p, d);
    appeals(a, v, s, d);
    council(a, v, s, d);
}

/* The threat in a call on an edition, whose list is in the order of ids; NULL. */
static const struct call_threat *in_call(const struct call *c, struct sv id)
{
    size_t low = 0, high = c->threats.len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = sv_cmp(c->threats.at[middle].id, id);
        if (order == 0)
            return &c->threats.at[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* Newest first; of those before the newest decision one line each, as every edition's call names every threat. */
static void threat_decisions(struct arena *a, const struct view *v, struct sv id, struct doc_block *s)
{
    struct doc_block *earlier = NULL;
    bool told = false;
    for (size_t i = v->calls ? v->calls->list.len : 0; i-- > 0;) {
        const struct call *c = &v->calls->list.at[i];
        const struct call_threat *of = c->kind == CALL_EDITION ? in_call(c, id) : NULL;
        if (!of)
            continue;
        if (!c->decision) {
            open_call(a, s, c);
        } else if (!told) {
            decision(a, v, s, c->decision, of);
            told = true;
        } else {
            if (!earlier)
                earlier = build_list(a, details(a, s, SV("Earlier decisions")));
            struct doc_block *p = build_item(a, earlier);
            decided(a, p, c->decision);
            state(a, v->profile->sig.reports_to.name, p, c->decision, of);
        }
    }
}

void build_threat_acts(struct arena *a, const struct view *v, size_t index, struct doc_block *parent)
{
    struct sv id = v->threats.at[index].threat->id;
    struct doc_block *s = field_new(a, "How it was rated", build_sv(a, "%.*s-rated", SV_ARG(id)));
    if (v->rounds) {
        closed_rounds(a, v, id, s);
        open_rounds(a, v, id, s);
    }
    priority_objections(a, v, id, s);
    if (s->first)
        doc_append(parent, s);
    s = field_new(a, "Decisions", build_sv(a, "%.*s-decisions", SV_ARG(id)));
    threat_decisions(a, v, id, s);
    if (s->first)
        doc_append(parent, s);
}

void build_decisions_of(struct arena *a, const struct view *v, enum document_kind kind, struct doc_block *parent)
{
    struct doc_block *s = NULL;
    for (size_t i = v->calls ? v->calls->list.len : 0; i-- > 0;) {
        const struct call *c = &v->calls->list.at[i];
        if (c->kind == CALL_APPEAL || !sv_eq_str(call_document(c), document_names[kind]))
            continue;
        if (!s)
            s = doc_add_section(a, parent, SV("Calls and decisions on this document"),
                                kind == DOCUMENT_ANALYSIS ? SV("progress-decisions") : SV("decisions"));
        if (c->decision)
            decision(a, v, s, c->decision, NULL);
        else
            open_call(a, s, c);
    }
}

/* ---- open now ---- */

static void command(struct arena *a, struct doc_block *p, const char *intro, struct sv text)
{
    doc_text(a, p, sv_str(intro));
    doc_put(p, doc_inline_new(a, DOC_CODE, text));
    doc_text(a, p, SV("."));
}

static void open_round_item(struct arena *a, const struct view *v, const struct round *r, struct doc_block *list)
{
    bool over = v->now >= r->due;
    struct doc_block *p = build_item(a, list);
    doc_strong(a, p, last_day(a, r->due));
    doc_textf(a, p, ": round %.*s %s estimates of ", SV_ARG(r->id), over ? "took" : "takes");
    for (size_t i = 0; i < r->threats.len; i++) {
        if (i > 0)
            doc_text(a, p, i + 1 == r->threats.len ? SV(" and ") : SV(", "));
        doc_threat(a, p, r->threats.at[i].id, r->threats.at[i].id);
    }
    doc_textf(a, p, " until that day; %.*s so far.",
              SV_ARG(build_count(a, r->estimators, "person has answered", "people have answered")));
    if (over)
        doc_text(a, p, SV(" It waits to be closed."));
    else
        command(a, p, " Members take part with ",
                SV("casemate estimate THREAT --likelihood LEVEL --damage LEVEL --because REASON"));
}

static void open_call_item(struct arena *a, const struct view *v, const struct call *c, struct doc_block *list)
{
    bool over = v->now >= c->until;
    size_t objections = call_open_objections(c);
    struct doc_block *p = build_item(a, list);
    doc_strong(a, p, last_day(a, c->until));
    doc_textf(a, p, ": call %.*s on %.*s %s positions until that day: %.*s", SV_ARG(c->id), SV_ARG(subject(a, c)),
              over ? "took" : "takes", SV_ARG(c->question));
    if (objections)
        doc_textf(a, p, " (%.*s)", SV_ARG(build_count(a, objections, "objection is open", "objections are open")));
    if (over)
        doc_text(a, p, SV(" It waits to be closed."));
    else
        command(a, p, " Members take part with ",
                build_sv(a, "casemate position %.*s support|object|abstain --reason REASON", SV_ARG(c->id)));
}

void build_open_now(struct arena *a, const struct view *v, struct doc_block *parent)
{
    struct doc_block *s = doc_block_new(a, DOC_SECTION), *list = build_list(a, s);
    s->title = SV("Open now");
    s->anchor = SV("open");
    for (size_t i = 0; v->rounds && i < v->rounds->list.len; i++)
        if (!v->rounds->list.at[i].closed)
            open_round_item(a, v, &v->rounds->list.at[i], list);
    for (size_t i = 0; v->calls && i < v->calls->list.len; i++)
        if (!v->calls->list.at[i].closed)
            open_call_item(a, v, &v->calls->list.at[i], list);
    if (list->first)
        doc_append(parent, s);
}
