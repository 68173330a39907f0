/* Calls for consensus and rounds of estimates as pages: where they stand, and what the reader may do. */
#include "action/asked.h"
#include "action/inputs.h"
#include "base/date.h"
#include "gateway/web/act.h"
#include "gateway/web/pages.h"
#include "register/calls.h"
#include "register/rounds_json.h"

static const char *day(struct web_call *c, int64_t seconds)
{
    return date_format(c->arena, date_from_time(seconds));
}

static bool may(struct web_call *c, const char *action)
{
    return c->person && action_may(c->person, c->frame->profile, action_find(action));
}

/* A link to the form of an act, for who may do it. */
static void offer(struct web_call *c, const char *action, struct sv thing)
{
    const struct action_form *f = action_form_find(sv_str(action));
    if (!may(c, action))
        return;
    markup_open(&c->markup, "li");
    web_link(&c->markup, act_page_of(c->arena, f, thing), sv_str(f->title));
    markup_close(&c->markup, "li");
}

static void named(struct web_call *c, const char *name, struct sv text)
{
    struct markup *m = &c->markup;
    markup_open(m, "div");
    markup_element(m, "dt", sv_str(name));
    markup_element(m, "dd", text);
    markup_close(m, "div");
}

/* ---- lists ---- */

static void list_item(struct web_call *c, const char *path, struct sv id, const char *text)
{
    struct markup *m = &c->markup;
    markup_open(m, "li");
    web_link(m, path, id);
    markup_text_str(m, text);
    markup_close(m, "li");
}

static const char *call_state(struct web_call *c, const struct call *k)
{
    if (k->decision)
        return arena_printf(c->arena, "closed: %.*s, %s", SV_ARG(k->decision->outcome), decision_state(k->decision));
    return k->overdue ? "to be closed" : arena_printf(c->arena, "open until %s", day(c, k->until - 1));
}

int calls_page(struct web_call *c, struct err *err)
{
    const struct view *v;
    int rc = web_view(c, &v, err);
    if (rc)
        return rc;
    struct markup *m = web_begin(c, "Calls for consensus");
    if (!v->calls->list.len)
        web_text(c, "There was no call yet. A call asks the group whether it agrees with a text: an edition, the "
                    "process, the template, or an appeal.");
    markup_open(m, "ul");
    for (size_t i = v->calls->list.len; i-- > 0; ) {
        const struct call *k = &v->calls->list.at[i];
        list_item(c, arena_printf(c->arena, "/calls/%.*s", SV_ARG(k->id)), k->id,
                  arena_printf(c->arena, " on %.*s, %s: %.*s", SV_ARG(k->subject), call_state(c, k),
                               SV_ARG(k->question)));
    }
    offer(c, "call.open", SV_NONE);
    markup_close(m, "ul");
    web_end(c);
    return CM_OK;
}

int rounds_page(struct web_call *c, struct err *err)
{
    const struct view *v;
    int rc = web_view(c, &v, err);
    if (rc)
        return rc;
    struct markup *m = web_begin(c, "Rounds of estimates");
    if (!v->rounds->list.len)
        web_text(c, "There was no round yet. In a round each member rates threats alone, and all ratings are shown "
                    "when it closes.");
    markup_open(m, "ul");
    for (size_t i = v->rounds->list.len; i-- > 0; ) {
        const struct round *r = &v->rounds->list.at[i];
        list_item(c, arena_printf(c->arena, "/rounds/%.*s", SV_ARG(r->id)), r->id,
                  arena_printf(c->arena, ": %s, until %s, %zu threat%s, %zu estimator%s", round_state(r, c->now),
                               day(c, r->due - 1), r->threats.len, r->threats.len == 1 ? "" : "s", r->estimators,
                               r->estimators == 1 ? "" : "s"));
    }
    offer(c, "round.open", SV_NONE);
    markup_close(m, "ul");
    web_end(c);
    return CM_OK;
}

/* ---- one call ---- */

static const char *subject_page(struct web_call *c, const struct call *k)
{
    struct sv rest = k->subject, document;
    if (k->kind == CALL_APPEAL)
        return NULL;
    if (k->kind != CALL_EDITION)
        return arena_printf(c->arena, "/%.*s.html", SV_ARG(k->subject));
    sv_split(&rest, ' ', &document);
    return arena_printf(c->arena, "/editions/%.*s/%.*s/%.*s.html", SV_ARG(document), SV_ARG(rest), SV_ARG(document));
}

static void head(struct web_call *c, const struct call *k)
{
    struct markup *m = &c->markup;
    const char *page = subject_page(c, k);
    markup_open(m, "blockquote");
    markup_element(m, "p", k->question);
    markup_close(m, "blockquote");
    markup_open(m, "dl");
    markup_attr_str(m, "class", "facts");
    markup_open(m, "div");
    markup_element(m, "dt", SV("On"));
    markup_open(m, "dd");
    if (page)
        web_link(m, page, k->subject);
    else
        markup_text(m, k->subject);
    markup_close(m, "dd");
    markup_close(m, "div");
    named(c, "State", sv_str(call_state(c, k)));
    named(c, "Asked by", sv_str(arena_printf(c->arena, "%.*s on %s", SV_ARG(k->opener), day(c, k->at))));
    markup_close(m, "dl");
    if (k->match == VOTED_CHANGED)
        web_fault(c, "The text has changed since this call was opened. Positions on it are not taken any more.");
}

static void positions(struct web_call *c, const struct call *k)
{
    struct markup *m = &c->markup;
    markup_element(m, "h2", SV("Positions"));
    if (!k->positions.len)
        web_text(c, "Nobody took one yet.");
    markup_open(m, "ul");
    for (size_t i = 0; i < k->positions.len; i++) {
        const struct position *p = &k->positions.at[i];
        markup_open(m, "li");
        markup_element(m, "b", p->name);
        markup_textf(m, ": %s%s%.*s", stands[p->stand], p->reason.len ? ". " : "", SV_ARG(p->reason));
        markup_close(m, "li");
    }
    markup_close(m, "ul");
}

static void objection(struct web_call *c, const struct objection *o)
{
    struct markup *m = &c->markup;
    markup_open(m, "section");
    markup_element(m, "h3", sv_str(arena_printf(c->arena, "%.*s by %.*s, %s", SV_ARG(o->id), SV_ARG(o->name),
                                                objection_states[o->state])));
    markup_open(m, "blockquote");
    markup_element(m, "p", o->text);
    markup_close(m, "blockquote");
    if (o->answer.len)
        web_text(c, arena_printf(c->arena, "%s: %.*s", o->state == OBJECTION_DISSENT ? "Recorded as dissent" : "Answer",
                                 SV_ARG(o->answer)));
    markup_open(m, "ul");
    if (o->state == OBJECTION_OPEN || o->state == OBJECTION_ANSWERED)
        offer(c, "objection.answer", o->id);
    if (o->state == OBJECTION_OPEN)
        offer(c, "objection.dissent", o->id);
    if (o->state == OBJECTION_OPEN && c->person && sv_eq(o->member, c->person->id))
        offer(c, "objection.withdraw", o->id);
    markup_close(m, "ul");
    markup_close(m, "section");
}

static void decision(struct web_call *c, const struct decision *d)
{
    struct markup *m = &c->markup;
    markup_element(m, "h2", sv_str(arena_printf(c->arena, "Decision %.*s", SV_ARG(d->id))));
    web_text(c, arena_printf(c->arena, "%.*s, by %.*s on %s; it is %s.", SV_ARG(d->outcome), SV_ARG(d->by),
                             day(c, d->at), decision_state(d)));
    markup_open(m, "blockquote");
    markup_element(m, "p", d->judgement);
    markup_close(m, "blockquote");
    markup_open(m, "ul");
    offer(c, "decision.appeal", d->id);
    offer(c, "decision.refer", d->id);
    offer(c, "decision.answer", d->id);
    markup_close(m, "ul");
}

int call_page(struct web_call *c, struct err *err)
{
    const struct view *v;
    int rc = web_view(c, &v, err);
    const struct call *k = rc ? NULL : calls_find(v->calls, c->params[0]);
    if (!rc && !k)
        rc = err_set(err, CM_ENOTFOUND, "There is no call \"%.*s\".", SV_ARG(c->params[0]));
    if (rc)
        return rc;
    struct markup *m = web_begin(c, arena_printf(c->arena, "Call %.*s", SV_ARG(k->id)));
    head(c, k);
    markup_open(m, "ul");
    if (!k->closed && !k->overdue)
        offer(c, "position.take", k->id);
    if (!k->closed)
        offer(c, "call.close", k->id);
    markup_close(m, "ul");
    if (k->decision)
        decision(c, k->decision);
    positions(c, k);
    if (k->objections.len)
        markup_element(m, "h2", SV("Objections"));
    for (size_t i = 0; i < k->objections.len; i++)
        objection(c, &k->objections.at[i]);
    web_end(c);
    return CM_OK;
}

/* ---- one round ---- */

static const char *rating_words(struct web_call *c, const struct round *r, const struct round_threat *t, int f)
{
    const struct round_rating *rating = &t->ratings[f];
    const struct pooled *p = &rating->pooled;
    if (!r->closed)
        return arena_printf(c->arena, "%s: %zu answered", round_factors[f], rating->answers);
    if (!p->count)
        return arena_printf(c->arena, "%s: no rating", round_factors[f]);
    struct sv low = r->scales[f].levels.at[p->low], high = r->scales[f].levels.at[p->high];
    return arena_printf(c->arena, "%s: %.*s, of %zu (%.*s to %.*s)%s", round_factors[f],
                        SV_ARG(r->scales[f].levels.at[p->counts]), p->count, SV_ARG(low), SV_ARG(high),
                        rating->quorum ? "" : ", no quorum");
}

/* Of an open round, for who is logged in. */
static bool has_answered(const struct asked_round *mine, struct sv threat)
{
    for (size_t i = 0; i < mine->list.len; i++)
        if (sv_eq(mine->list.at[i].threat, threat))
            return mine->list.at[i].answered;
    return false;
}

static void round_threat(struct web_call *c, const struct view *v, const struct round *r, const struct round_threat *t,
                         const struct asked_round *mine)
{
    struct markup *m = &c->markup;
    int index = view_find(v, t->id);
    struct sv name = index < 0 ? SV_NONE : v->threats.at[index].threat->name;
    bool open = !r->closed && c->now < r->due;
    markup_open(m, "li");
    web_link(m, arena_printf(c->arena, "/threats/%.*s.html", SV_ARG(t->id)),
             sv_str(arena_printf(c->arena, "%.*s %.*s", SV_ARG(t->id), SV_ARG(name))));
    markup_textf(m, ". %s; %s.", rating_words(c, r, t, ROUND_LIKELIHOOD), rating_words(c, r, t, ROUND_DAMAGE));
    if (t->match == VOTED_CHANGED)
        markup_text_str(m, " Its text was changed since.");
    if (open && may(c, "estimate.give")) {
        markup_text_str(m, " ");
        web_link(m, arena_printf(c->arena, "/threats/%.*s/estimate", SV_ARG(t->id)), SV("Your estimate"));
        if (has_answered(mine, t->id))
            markup_text_str(m, " (you answered)");
    }
    markup_close(m, "li");
}

int round_page(struct web_call *c, struct err *err)
{
    const struct view *v;
    struct asked_round mine = {{NULL, 0, 0}};
    int rc = web_view(c, &v, err);
    const struct round *r = rc ? NULL : rounds_find(v->rounds, c->params[0]);
    if (!rc && !r)
        rc = err_set(err, CM_ENOTFOUND, "There is no round \"%.*s\".", SV_ARG(c->params[0]));
    if (rc)
        return rc;
    if (!r->closed && c->person && (rc = asked_round(c->store, c->arena, c->person->id, r->id, &mine, err)))
        return rc;
    struct markup *m = web_begin(c, arena_printf(c->arena, "Round %.*s", SV_ARG(r->id)));
    if (r->closed)
        web_text(c, arena_printf(c->arena, "It closed on %s; %zu estimated. Each threat's page shows all ratings with "
                                           "their reasons.", day(c, r->closed_at), r->estimators));
    else
        web_text(c, arena_printf(c->arena, "It takes estimates until %s. Nobody sees what others answered before it "
                                           "closes.", day(c, r->due - 1)));
    markup_open(m, "ul");
    for (size_t i = 0; i < r->threats.len; i++)
        round_threat(c, v, r, &r->threats.at[i], &mine);
    markup_close(m, "ul");
    markup_open(m, "ul");
    if (!r->closed)
        offer(c, "round.close", r->id);
    markup_close(m, "ul");
    web_end(c);
    return CM_OK;
}
