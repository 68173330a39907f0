/* What waits for whoever is logged in. */
#include "action/inputs.h"
#include "gateway/web/act.h"
#include "gateway/web/pages.h"
#include "register/due.h"

static bool may(struct web_call *c, const char *action)
{
    return action_may(c->person, c->frame->profile, action_find(action));
}

static const char *form_of(struct web_call *c, const char *action, struct sv thing)
{
    return may(c, action) ? act_page_of(c->arena, action_form_find(sv_str(action)), thing) : NULL;
}

/* The page on which the member can do it; NULL: it is for others. */
static const char *page_for(struct web_call *c, const struct due *d)
{
    switch (d->kind) {
    case DUE_ROUND:
        return d->overdue ? form_of(c, "round.close", d->id)
                          : may(c, "estimate.give") ? arena_printf(c->arena, "/rounds/%.*s", SV_ARG(d->id)) : NULL;
    case DUE_CALL:
        return d->overdue ? form_of(c, "call.close", d->id)
                          : may(c, "position.take") ? arena_printf(c->arena, "/calls/%.*s", SV_ARG(d->id)) : NULL;
    case DUE_HANDOVER:
        return form_of(c, "handover.settle", d->id);
    case DUE_EMBARGO:
        return d->overdue ? form_of(c, "embargo.release", d->id) : NULL;
    case DUE_REVIEW:
        return d->overdue ? form_of(c, "review.withdraw", d->id) : NULL;
    case DUE_COUNCIL:
        return form_of(c, "decision.answer", d->id);
    default:
        return NULL;
    }
}

/* What it is called by whom it is open to, and by whom it is due from. */
static const char *words_for(struct web_call *c, const struct due *d)
{
    if (d->overdue)
        return arena_printf(c->arena, "%.*s", SV_ARG(d->what));
    return d->kind == DUE_ROUND  ? arena_printf(c->arena, "your estimates in round %.*s", SV_ARG(d->id))
           : d->kind == DUE_CALL ? arena_printf(c->arena, "your position in call %.*s", SV_ARG(d->id))
                                 : arena_printf(c->arena, "%.*s", SV_ARG(d->what));
}

static void item(struct web_call *c, const struct due *d, const char *page)
{
    struct markup *m = &c->markup;
    markup_open(m, "li");
    web_link(m, page, sv_str(words_for(c, d)));
    if (d->overdue)
        markup_textf(m, ", due since %.*s", SV_ARG(d->day));
    else
        markup_textf(m, ", %s", web_until(c, d->until));
    markup_close(m, "li");
}

int waiting_part(struct web_call *c, struct err *err CM_UNUSED)
{
    struct markup *m = &c->markup;
    struct due_list due = {{NULL, 0, 0}};
    size_t count = 0;
    due_collect(c->arena, c->frame, &due);
    markup_element(m, "h2", SV("What waits for you"));
    markup_open(m, "ul");
    for (size_t i = 0; i < due.list.len; i++) {
        const char *page = page_for(c, &due.list.at[i]);
        if (page)
            item(c, &due.list.at[i], page);
        count += page != NULL;
    }
    if (person_may(c->person, c->frame->profile, SV("moderate"))) {
        count++;
        markup_open(m, "li");
        web_link(m, "/held", SV("Posts that wait for a moderator"));
        markup_close(m, "li");
    }
    if (may(c, "embargo.open")) {
        markup_open(m, "li");
        web_link(m, "/embargoes", SV("Unpatched flaws"));
        markup_text_str(m, " that are kept to named members");
        markup_close(m, "li");
    }
    if (!count)
        markup_element(m, "li", SV("Nothing: no call and no round is open to you."));
    markup_close(m, "ul");
    return CM_OK;
}
