/* Unpatched flaws that are kept to named members: counted for everybody, told to who may read them. */
#include "action/embargo.h"
#include "action/inputs.h"
#include "base/date.h"
#include "gateway/web/act.h"
#include "gateway/web/pages.h"

static void offer(struct web_call *c, const char *action, struct sv id)
{
    const struct action_form *f = action_form_find(sv_str(action));
    markup_open(&c->markup, "li");
    web_link(&c->markup, act_page_of(c->arena, f, id), sv_str(f->title));
    markup_close(&c->markup, "li");
}

static void notes(struct web_call *c, const struct embargo *e)
{
    struct markup *m = &c->markup;
    for (size_t i = 0; i < e->notes.len; i++) {
        const struct embargo_note *n = &e->notes.at[i];
        markup_element(m, "h3", sv_str(arena_printf(c->arena, "%.*s, %s", SV_ARG(n->author), web_time(c, n->at))));
        markup_open(m, "pre");
        markup_attr_str(m, "tabindex", "0");
        markup_text(m, n->text);
        markup_close(m, "pre");
    }
    if (e->released)
        return;
    markup_open(m, "ul");
    offer(c, "embargo.note", e->id);
    offer(c, "embargo.share", e->id);
    offer(c, "embargo.release", e->id);
    markup_close(m, "ul");
}

static void embargo(struct web_call *c, const struct embargo *e)
{
    struct markup *m = &c->markup;
    markup_open(m, "section");
    markup_element(m, "h2", e->id);
    web_text(c, arena_printf(c->arena, "Since %s, %s; %zu note%s.", date_format(c->arena, date_from_time(e->opened)),
                             e->released ? "public now" : web_until(c, e->until), e->note_count,
                             e->note_count == 1 ? "" : "s"));
    if (e->readable)
        notes(c, e);
    else
        web_text(c, "You are not among those who may read it.");
    markup_close(m, "section");
}

int embargoes_page(struct web_call *c, struct err *err)
{
    struct action_context context = web_context(c);
    struct embargoes all = {{NULL, 0, 0}};
    int rc = embargoes_load(&context, &all, err);
    if (rc)
        return rc;
    struct markup *m = web_begin(c, c->route->title);
    web_text(c, "A flaw in an implementation that has no cure yet goes to its vendor first. Here it is kept to named "
                "members, for a time that the process says; then its whole history is public.");
    for (size_t i = 0; i < all.list.len; i++)
        embargo(c, &all.list.at[i]);
    if (!all.list.len)
        web_text(c, "There is none.");
    markup_open(m, "ul");
    offer(c, "embargo.open", SV_NONE);
    markup_close(m, "ul");
    web_end(c);
    return CM_OK;
}
