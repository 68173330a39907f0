/* What waits for whoever is logged in. */
#include "gateway/web/pages.h"
#include "register/due.h"

/* The page on which it can be done, or NULL where the right for it is missing. */
static const char *page_for(struct web_call *c, const struct due_open *d)
{
    const struct profile *p = c->frame->profile;
    if (d->kind == DUE_CALL && person_may(c->person, p, SV("position")))
        return arena_printf(c->arena, "/calls/%.*s/position", SV_ARG(d->id));
    if (d->kind == DUE_ROUND && person_may(c->person, p, SV("estimate")))
        return arena_printf(c->arena, "/rounds/%.*s", SV_ARG(d->id));
    return NULL;
}

int waiting_part(struct web_call *c, struct err *err CM_UNUSED)
{
    struct markup *m = &c->markup;
    bool any = false;
    markup_element(m, "h2", SV("What waits for you"));
    markup_open(m, "ul");
    for (size_t i = 0; i < c->frame->clocks->open.len; i++) {
        const struct due_open *d = &c->frame->clocks->open.at[i];
        const char *page = d->until > c->now ? page_for(c, d) : NULL;
        if (!page)
            continue;
        any = true;
        markup_open(m, "li");
        web_link(m, page, sv_str(arena_printf(c->arena, "%s %.*s", due_kind_names[d->kind], SV_ARG(d->id))));
        markup_textf(m, " %s", web_until(c, d->until));
        markup_close(m, "li");
    }
    if (person_may(c->person, c->frame->profile, SV("moderate"))) {
        any = true;
        markup_open(m, "li");
        web_link(m, "/held", SV("Posts that wait for a moderator"));
        markup_close(m, "li");
    }
    if (!any)
        markup_element(m, "li", SV("Nothing: no call and no round is open to you."));
    markup_close(m, "ul");
    return CM_OK;
}
