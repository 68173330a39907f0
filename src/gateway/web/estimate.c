/* An estimate in an open round: private until it closes. Of answers the page has the member's own only. */
#include "action/asked.h"
#include "gateway/web/pages.h"

/* The words of the scale as it was when the round was opened, and how not to rate. */
static void factor(struct web_call *c, const struct asked_estimate *e, enum round_factor f, struct sv chosen)
{
    static const char *const legends[ROUND_FACTORS] = {"Likelihood", "Damage"};
    const struct sig *sig = &c->frame->profile->sig;
    const struct terms *terms = f == ROUND_LIKELIHOOD ? &sig->likelihood : &sig->damage;
    const struct round_scale *scale = &e->scales[f];
    size_t count = 0;
    struct web_choice *choices = arena_new_array(c->arena, struct web_choice, scale->levels.len + 2);
    for (size_t i = 0; i < scale->levels.len; i++) {
        int at = terms_find(terms, scale->levels.at[i]);
        const struct term *t = at < 0 ? NULL : &terms->list.at[at];
        choices[count++] = (struct web_choice){scale->levels.at[i], t ? t->name : scale->levels.at[i],
                                               t ? t->means : SV_NONE};
    }
    choices[count++] = (struct web_choice){SV(ROUND_ABSTAIN), SV("I abstain"), SV_NONE};
    choices[count++] = (struct web_choice){SV(ROUND_NOT_COMPETENT), SV("I cannot judge that"), SV_NONE};
    web_choices(c, round_factors[f], legends[f], choices, count, chosen, false);
}

static const char *step_field(struct web_call *c, size_t i)
{
    return arena_printf(c->arena, "step-%zu", i);
}

static void steps(struct web_call *c, const struct asked_estimate *e, bool sent)
{
    for (size_t i = 0; i < e->steps.len; i++) {
        const struct asked_step *s = &e->steps.at[i];
        const char *name = step_field(c, i);
        web_field(c, &(struct web_field){
                         .name = name, .type = "text", .value = sent ? form_value(&c->form, name) : s->answer,
                         .label = arena_printf(c->arena, "Step %.*s: %.*s", SV_ARG(sv_from_byte(s->key, 1)),
                                               SV_ARG(s->label)),
                         .help = "The interval that you are 90 % sure of, such as 0.02..0.2; or abstain, or "
                                 "not-competent. Empty: no answer."});
    }
}

static void form(struct web_call *c, const struct asked_estimate *e, const char *fault)
{
    bool sent = fault != NULL;
    struct markup *m = web_begin(c, arena_printf(c->arena, "Your estimate of %.*s", SV_ARG(e->threat)));
    if (fault)
        web_fault(c, fault);
    markup_open(m, "p");
    web_link(m, arena_printf(c->arena, "/threats/%.*s.html", SV_ARG(e->threat)), e->name);
    markup_textf(m, " is in round %.*s, %s. Nobody sees what you answer before the round closes; then it is "
                    "public with its reason. Until then you may answer again: the last answer "
                    "counts.", SV_ARG(e->round), web_until(c, e->due));
    markup_close(m, "p");
    web_form_begin(c, arena_printf(c->arena, "/%.*s", SV_ARG(c->path)), "estimate.give");
    for (int f = 0; f < ROUND_FACTORS; f++)
        factor(c, e, (enum round_factor)f, sent ? form_value(&c->form, round_factors[f]) : e->answers[f]);
    steps(c, e, sent);
    web_field(c, &(struct web_field){.name = "reason", .label = "Reason", .rows = 5,
                                     .value = sent ? form_value(&c->form, "reason") : e->reason,
                                     .help = "Why: what you know, have seen, or assume."});
    web_form_end(c, "Give this estimate");
    web_end(c);
}

int estimate_page(struct web_call *c, struct err *err)
{
    struct asked_estimate e;
    int rc = asked_estimate(c->store, c->arena, c->person->id, c->params[0], &e, err);
    if (!rc)
        form(c, &e, NULL);
    return rc;
}

/* "phish=0.02..0.2", of the fields that were filled in. */
static size_t given_steps(struct web_call *c, const struct asked_estimate *e, struct sv **out)
{
    size_t count = 0;
    *out = arena_new_array(c->arena, struct sv, e->steps.len + 1);
    for (size_t i = 0; i < e->steps.len; i++) {
        struct sv value = sv_trim(form_value(&c->form, step_field(c, i)));
        if (value.len)
            (*out)[count++] = sv_str(arena_printf(c->arena, "%.*s=%.*s", SV_ARG(sv_from_byte(e->steps.at[i].key, 1)),
                                                  SV_ARG(value)));
    }
    return count;
}

int estimate_do(struct web_call *c, struct err *err)
{
    struct asked_estimate e;
    struct action_result r;
    struct err why = ERR_INIT;
    struct sv *answered;
    struct action_context context = web_context(c);
    int rc = asked_estimate(c->store, c->arena, c->person->id, c->params[0], &e, err);
    if (rc)
        return rc;
    struct estimate_request request = {.threat = e.threat, .round = e.round,
                                       .reason = sv_trim(form_value(&c->form, "reason"))};
    for (int f = 0; f < ROUND_FACTORS; f++)
        request.answers[f] = form_value(&c->form, round_factors[f]);
    request.step_count = given_steps(c, &e, &answered);
    request.steps = answered;
    rc = action_estimate(&context, &request, &r, &why);
    if (rc == CM_EINPUT || rc == CM_EREFUSED) {
        c->out->status = 422;
        form(c, &e, why.text);
        return CM_OK;
    }
    if (rc)
        return err_set(err, rc, "%s", why.text);
    web_redirect(c, arena_printf(c->arena, "/rounds/%.*s", SV_ARG(e.round)));
    return CM_OK;
}
