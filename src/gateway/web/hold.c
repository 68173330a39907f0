/* For moderators: the posts that wait, one of them with its text, and what becomes of it. Nothing of a post is more
 * than text here. */
#include "action/moderation.h"
#include "gateway/web/pages.h"

#define TEXT(literal) {literal, sizeof(literal) - 1}
static const struct web_choice outcomes[] = {
    {TEXT("approve"), TEXT("Approve"), TEXT("It goes to the list and its archive.")},
    {TEXT("return"), TEXT("Return"), TEXT("Its author is told why, where that is no backscatter.")},
    {TEXT("discard"), TEXT("Discard"), TEXT("Nobody is told.")},
};

static struct sv id_of(struct web_call *c, const struct held *h)
{
    return hold_id(c->arena, h->hold.number);
}

static void rules_item(struct web_call *c, const struct held *h)
{
    struct markup *m = &c->markup;
    for (int i = 0; i < HOLD_RULES; i++)
        if (h->hold.rules & 1u << i)
            markup_element(m, "li", sv_str(arena_printf(c->arena, "Held because %s", hold_rule_table[i].means)));
}

static struct sv time_text(struct web_call *c, int64_t at)
{
    return sv_str(web_time(c, at));
}

/* ---- all ---- */

static void held_row(struct web_call *c, const struct held *h)
{
    struct markup *m = &c->markup;
    struct sv id = id_of(c, h), subject = h->message.subject.len ? h->message.subject : SV("(no subject)");
    markup_open(m, "li");
    web_link(m, arena_printf(c->arena, "/held/%.*s", SV_ARG(id)),
             sv_str(arena_printf(c->arena, "%.*s: %.*s", SV_ARG(id), SV_ARG(subject))));
    markup_textf(m, ", to %.*s, since %.*s", SV_ARG(h->hold.list), SV_ARG(time_text(c, h->hold.since)));
    if (h->hold.due)
        markup_textf(m, "; until %.*s, then the default of the process", SV_ARG(time_text(c, h->hold.due)));
    markup_open(m, "ul");
    rules_item(c, h);
    markup_close(m, "ul");
    markup_close(m, "li");
}

int held_page(struct web_call *c, struct err *err)
{
    struct held_list held;
    struct action_context context = web_context(c);
    int rc = held_load(&context, SV_NONE, &held, err);
    if (rc)
        return rc;
    struct markup *m = web_begin(c, "Posts that wait for a moderator");
    if (!held.list.len)
        web_text(c, "Nothing waits.");
    markup_open(m, "ul");
    for (size_t i = 0; i < held.list.len; i++)
        held_row(c, &held.list.at[i]);
    markup_close(m, "ul");
    markup_open(m, "p");
    markup_text_str(m, "What was done before is in the ");
    web_link(m, "/moderation.html", SV("public log of moderation"));
    markup_text_str(m, ".");
    markup_close(m, "p");
    web_end(c);
    return CM_OK;
}

/* ---- one ---- */

static void log_items(struct web_call *c, const struct held *h)
{
    struct markup *m = &c->markup;
    for (size_t i = 0; i < h->log.list.len; i++) {
        const struct moderation *act = &h->log.list.at[i];
        struct sv outcome = act->outcome.len ? act->outcome : act->act;
        markup_open(m, "li");
        markup_textf(m, "%.*s, %.*s: %.*s", SV_ARG(time_text(c, act->at)), SV_ARG(act->by), SV_ARG(outcome));
        if (sv_eq_str(act->act, "propose"))
            markup_text_str(m, " (proposed: a second moderator has to do the same)");
        if (act->because.len)
            markup_textf(m, ", because %.*s", SV_ARG(act->because));
        if (act->threat.len)
            markup_textf(m, ", about %.*s %.*s", SV_ARG(act->threat), SV_ARG(act->stage));
        if (act->why.len)
            markup_textf(m, ": %.*s", SV_ARG(act->why));
        markup_close(m, "li");
    }
}

static void reason_choices(struct web_call *c)
{
    const struct process *p = &c->frame->profile->process;
    size_t count = p->moderation_reasons.len;
    struct web_choice *choices = arena_new_array(c->arena, struct web_choice, count + 1);
    choices[0] = (struct web_choice){SV_NONE, SV("None"), SV("For approving.")};
    for (size_t i = 0; i < count; i++) {
        const struct moderation_reason *r = &p->moderation_reasons.at[i];
        struct sv label = r->id;
        if (!sv_eq_str(r->act, "either"))
            label = sv_str(arena_printf(c->arena, "%.*s (to %.*s)", SV_ARG(r->id), SV_ARG(r->act)));
        choices[i + 1] = (struct web_choice){r->id, label, r->means};
    }
    web_choices(c, "because", "Published reason", choices, count + 1, form_value(&c->form, "because"), true);
}

static void decision_form(struct web_call *c, const struct held *h)
{
    const struct process *p = &c->frame->profile->process;
    static const struct web_choice urgent[] = {
        {TEXT(""), TEXT("No"), TEXT("A second moderator has to do the same.")},
        {TEXT("yes"), TEXT("Yes"), TEXT("I act alone, and say why in public.")},
    };
    bool two = !sv_eq_str(p->moderation_two_person, "none") && sv_eq_str(p->moderation_urgent, "alone");
    struct sv outcome = form_value(&c->form, "outcome");
    web_form_begin(c, arena_printf(c->arena, "/held/%.*s", SV_ARG(id_of(c, h))), "hold.decide");
    web_choices(c, "outcome", "What becomes of it", outcomes, ARRAY_LEN(outcomes), outcome, true);
    reason_choices(c);
    if (two)
        web_choices(c, "urgent", "Urgent", urgent, ARRAY_LEN(urgent), form_value(&c->form, "urgent"), true);
    web_field(c, &(struct web_field){.name = "reason", .label = "Public words", .rows = 3,
                                     .value = form_value(&c->form, "reason"),
                                     .help = "In the public log, with your name. Tell nothing of the post."});
    web_form_end(c, "Decide");
}

static void refile_form(struct web_call *c, const struct held *h)
{
    web_form_begin(c, arena_printf(c->arena, "/held/%.*s/refile", SV_ARG(id_of(c, h))), "hold.refile");
    web_field(c, &(struct web_field){.name = "threat", .label = "About another threat", .type = "text", .max = 40,
                                     .required = true, .value = form_value(&c->form, "threat"),
                                     .help = "Its id. When the post passes, it is about this one."});
    web_field(c, &(struct web_field){.name = "stage", .label = "Stage", .type = "text", .max = 60,
                                     .value = form_value(&c->form, "stage"),
                                     .help = "Empty: the one that the threat is at."});
    web_form_end(c, "Re-file");
}

static int show(struct web_call *c, const char *fault, struct err *err)
{
    struct held h;
    struct sv text;
    struct action_context context = web_context(c);
    int rc = held_show(&context, c->params[0], &h, &text, err);
    if (rc)
        return rc;
    struct markup *m = web_begin(c, arena_printf(c->arena, "Post %.*s", SV_ARG(id_of(c, &h))));
    if (fault)
        web_fault(c, fault);
    markup_open(m, "ul");
    markup_element(m, "li", sv_str(arena_printf(c->arena, "To %.*s, since %.*s: %s", SV_ARG(h.hold.list),
                                                SV_ARG(time_text(c, h.hold.since)),
                                                message_state_names[h.message.state])));
    rules_item(c, &h);
    log_items(c, &h);
    markup_close(m, "ul");
    markup_open(m, "pre");
    markup_attr_str(m, "tabindex", "0");
    markup_text(m, text);
    markup_close(m, "pre");
    if (h.hold.settled) {
        web_text(c, "It is settled. It is approved after all only when an appeal about it is accepted.");
    } else {
        markup_element(m, "h2", SV("Decide"));
        decision_form(c, &h);
        refile_form(c, &h);
    }
    web_end(c);
    return CM_OK;
}

int held_one_page(struct web_call *c, struct err *err)
{
    return show(c, NULL, err);
}

/* ---- acts ---- */

/* What the rules refuse is shown with the form. */
static int done_or_shown(struct web_call *c, int rc, const struct action_result *r, const struct err *why,
                         struct err *err)
{
    if (rc == CM_EINPUT || rc == CM_EREFUSED) {
        c->out->status = 422;
        return show(c, why->text, err);
    }
    if (rc)
        return err_set(err, rc, "%s", why->text);
    web_done(c, r);
    return CM_OK;
}

int held_decide(struct web_call *c, struct err *err)
{
    struct err why = ERR_INIT;
    struct hold_done done;
    struct action_result r;
    struct action_context context = web_context(c);
    const struct hold_decision d = {c->params[0], form_value(&c->form, "outcome"), form_value(&c->form, "because"),
                                    sv_eq_str(form_value(&c->form, "urgent"), "yes")};
    context.reason = sv_trim(form_value(&c->form, "reason"));
    int rc = action_hold_decide(&context, &d, &done, &r, &why);
    return done_or_shown(c, rc, &r, &why, err);
}

int held_refile(struct web_call *c, struct err *err)
{
    struct err why = ERR_INIT;
    struct action_result r;
    struct action_context context = web_context(c);
    int rc = action_hold_refile(&context, c->params[0], sv_trim(form_value(&c->form, "threat")),
                                sv_trim(form_value(&c->form, "stage")), &r, &why);
    return done_or_shown(c, rc, &r, &why, err);
}
