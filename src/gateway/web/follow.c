/* Following a thread or a threat: begun on a page of its own, listed on the account page, ended there or by the link in
 * each mail. */
#include "action/follow.h"
#include "base/date.h"
#include "gateway/web/pages.h"

#define FIELD "List-Unsubscribe"
#define VALUE "One-Click"

#define TEXT(literal) {literal, sizeof(literal) - 1}
static const struct web_choice ways[] = {
    {TEXT("mail"), TEXT("By mail"), TEXT("What is new comes to your address, unless a list sends it to you anyway.")},
    {TEXT("none"), TEXT("Without mail"), TEXT("It only stands in the list on your account page.")},
};

/* "/lists/sec/thread/12/follow", "/threats/T-0004/follow" */
static int look(struct web_call *c, struct follow *out, struct err *err)
{
    uint64_t number = 0;
    struct followed what = {0, c->params[0]};
    if (sv_starts(c->path, SV("lists/"))) {
        if (!sv_to_u64(c->params[1], INT64_MAX, &number) || !number)
            return err_set(err, CM_ENOTFOUND, "There is no such thread.");
        what = (struct followed){(int64_t)number, SV_NONE};
    }
    int rc = follow_look(c->store, c->arena, c->person->id, what, out, err);
    if (!rc && out->list.len && !sv_eq(out->list, c->params[0]))
        rc = err_set(err, CM_ENOTFOUND, "There is no such thread.");
    return rc;
}

static const char *page_of(struct web_call *c, const struct follow *f)
{
    return f->what.thread ? arena_printf(c->arena, "/lists/%.*s/thread/%lld.html", SV_ARG(f->list),
                                         (long long)f->what.thread)
                          : arena_printf(c->arena, "/threats/%.*s.html", SV_ARG(f->what.threat));
}

static struct sv name_of(struct web_call *c, const struct follow *f)
{
    if (f->what.thread)
        return f->title.len ? f->title : SV("(no subject)");
    return sv_str(arena_printf(c->arena, "%.*s %.*s", SV_ARG(f->what.threat), SV_ARG(f->title)));
}

static void end_form(struct web_call *c, const struct follow *f)
{
    web_form_begin(c, "/account/follow", "follow.end");
    web_hidden(c, "id", sv_str(arena_printf(c->arena, "%lld", (long long)f->id)));
    web_form_end(c, "Follow it no more");
}

static void page(struct web_call *c, const struct follow *f, const char *fault)
{
    struct markup *m = web_begin(c, f->what.thread ? "Follow a thread" : "Follow a threat");
    if (fault)
        web_fault(c, fault);
    markup_open(m, "p");
    web_link(m, page_of(c, f), name_of(c, f));
    markup_close(m, "p");
    web_text(c, f->what.thread ? "What is written in this thread from now on."
                               : "What is written in all threads about this threat from now on, and when it comes to "
                                 "another stage.");
    web_form_begin(c, arena_printf(c->arena, "/%.*s", SV_ARG(c->path)), "follow");
    web_choices(c, "how", "How", ways, ARRAY_LEN(ways), f->id && !f->mail ? SV("none") : SV("mail"), true);
    web_form_end(c, f->id ? "Change it" : "Follow it");
    if (f->id)
        end_form(c, f);
    web_text(c, "Nobody else sees what you follow.");
    web_end(c);
}

int follow_page(struct web_call *c, struct err *err)
{
    struct follow f;
    int rc = look(c, &f, err);
    if (!rc)
        page(c, &f, NULL);
    return rc;
}

int follow_do(struct web_call *c, struct err *err)
{
    struct follow f;
    struct action_context context = web_context(c);
    struct sv how = form_value(&c->form, "how");
    bool mail = sv_eq_str(how, "mail");
    int rc = look(c, &f, err);
    if (rc)
        return rc;
    if (!mail && !sv_eq_str(how, "none")) {
        c->out->status = 422;
        page(c, &f, "Please say how.");
        return CM_OK;
    }
    rc = action_follow(&context, c->person->id, f.what, mail, c->url, err);
    if (!rc)
        web_redirect(c, "/account");
    return rc;
}

/* ---- on the account page ---- */

static void row(struct web_call *c, const struct follow *f)
{
    struct markup *m = &c->markup;
    markup_open(m, "li");
    markup_open(m, "p");
    web_link(m, page_of(c, f), name_of(c, f));
    markup_text_str(m, f->mail ? ", by mail" : ", without mail");
    if (f->last)
        markup_textf(m, "; newest %s", date_format(c->arena, date_from_time(f->last)));
    markup_close(m, "p");
    end_form(c, f);
    markup_close(m, "li");
}

int follow_part(struct web_call *c, struct err *err)
{
    struct markup *m = &c->markup;
    struct follows list;
    int rc = follows_load(c->store, c->arena, c->person->id, &list, err);
    if (rc || !list.list.len)
        return rc;
    markup_element(m, "h2", SV("What you follow"));
    markup_open(m, "ul");
    markup_attr_str(m, "class", "sessions");
    for (size_t i = 0; i < list.list.len; i++)
        row(c, &list.list.at[i]);
    markup_close(m, "ul");
    return CM_OK;
}

int follow_end(struct web_call *c, struct err *err)
{
    struct action_context context = web_context(c);
    uint64_t id = 0;
    if (!sv_to_u64(form_value(&c->form, "id"), INT64_MAX, &id))
        return err_set(err, CM_EINPUT, "the form does not say what is to end");
    int rc = action_follow_end(&context, c->person->id, (int64_t)id, err);
    if (!rc)
        web_redirect(c, "/account");
    return rc;
}

/* ---- the link of a mail: as that of a list (unsubscribe.c) ---- */

int unfollow_page(struct web_call *c, struct err *err CM_UNUSED)
{
    web_begin(c, c->route->title);
    web_text(c, "This link is from a mail about something that you follow. Press the button, and no more mail about "
                "it is "
                "sent.");
    web_form_begin(c, arena_printf(c->arena, "/%.*s", SV_ARG(c->path)), "unfollow");
    web_hidden(c, FIELD, SV(VALUE));
    web_form_end(c, "Follow it no more");
    web_end(c);
    return CM_OK;
}

int unfollow_do(struct web_call *c, struct err *err)
{
    struct action_context context = web_context(c);
    if (!sv_eq_str(form_value(&c->form, FIELD), VALUE))
        return err_set(err, CM_EINPUT, "the form must say " FIELD "=" VALUE);
    int rc = action_follow_end_by_link(&context, c->params[0], err);
    if (rc)
        return rc;
    web_begin(c, "Ended");
    web_text(c, "If this link belongs to something that was followed, that has ended. What is on its way already may "
                "still "
                "arrive.");
    web_end(c);
    return CM_OK;
}
