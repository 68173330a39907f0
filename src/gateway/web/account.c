/* Who is logged in, where, and what waits for them. */
#include "action/account.h"
#include "base/date.h"
#include "gateway/web/pages.h"

static void roles(struct web_call *c)
{
    struct markup *m = &c->markup;
    const struct sig *sig = &c->frame->profile->sig;
    markup_element(m, "h2", SV("Your roles"));
    markup_open(m, "ul");
    markup_element(m, "li", SV("member"));
    for (size_t i = 0; i < c->person->roles.len; i++) {
        const struct role_held *r = &c->person->roles.at[i];
        if (r->ended || !sig_role(sig, r->role))
            continue;
        markup_open(m, "li");
        markup_text(m, r->role);
        if (r->until.len)
            markup_textf(m, ", until %.*s", SV_ARG(r->until));
        markup_close(m, "li");
    }
    markup_close(m, "ul");
}

static void discussion_part(struct web_call *c)
{
    struct markup *m = &c->markup;
    if (!c->frame->lists)
        return;
    markup_element(m, "h2", SV("Discussion"));
    markup_open(m, "ul");
    markup_open(m, "li");
    web_link(m, "/account/lists", SV("Your subscriptions"));
    markup_close(m, "li");
    markup_open(m, "li");
    web_link(m, "/account/posts", SV("Your posts"));
    markup_close(m, "li");
    markup_close(m, "ul");
}

static void zone_part(struct web_call *c)
{
    const struct zone *z = web_zone(c);
    markup_element(&c->markup, "h2", SV("Your time zone"));
    web_text(c, z ? "Times on pages that are made for you are in this zone." : "Times are in UTC.");
    web_form_begin(c, "/account/zone", "account.zone");
    web_field(c, &(struct web_field){.name = "zone", .label = "Time zone", .type = "text", .max = ZONE_NAME_MAX,
                                     .value = form_has(&c->form, "zone") ? form_value(&c->form, "zone")
                                              : z ? z->name : SV_NONE,
                                     .help = "A name such as Europe/Berlin or America/New_York; empty: UTC."});
    web_form_end(c, "Use this zone");
}

static void way_part(struct web_call *c)
{
    struct markup *m = &c->markup;
    markup_element(m, "h2", SV("How you log in"));
    markup_open(m, "p");
    web_link(m, "/account/security", SV("Password and one-time codes"));
    markup_close(m, "p");
    markup_element(m, "h2", SV("Leaving"));
    markup_open(m, "p");
    web_link(m, "/account/leave", SV("Close the account and leave the group"));
    markup_close(m, "p");
}

static void end_button(struct web_call *c, const char *what, const char *button)
{
    web_form_begin(c, "/account/sessions", "session.end");
    web_hidden(c, "which", sv_str(what));
    web_form_end(c, button);
}

static void session_row(struct web_call *c, const struct session *s)
{
    struct markup *m = &c->markup;
    bool here = s->id == c->session.id;
    markup_open(m, "li");
    markup_open(m, "p");
    markup_element(m, "b", s->browser);
    markup_textf(m, " since %s, last used %s%s%s", web_time(c, s->made), web_time(c, s->seen),
                 s->way == SESSION_BY_PASSWORD ? ", by password" : "", here ? ": this browser" : "");
    markup_close(m, "p");
    if (!here)
        end_button(c, arena_printf(c->arena, "%lld", (long long)s->id), "End this session");
    markup_close(m, "li");
}

static int sessions(struct web_call *c, struct err *err)
{
    struct markup *m = &c->markup;
    struct sessions list;
    int rc = sessions_load(c->store, c->arena, c->person->id, c->now, &list, err);
    if (rc)
        return rc;
    markup_element(m, "h2", SV("Where you are logged in"));
    web_text(c, arena_printf(c->arena, "A session ends after %d days without use, and after %d days in any case.",
                             SESSION_IDLE / DATE_DAY, SESSION_LIFE / DATE_DAY));
    markup_open(m, "ul");
    markup_attr_str(m, "class", "sessions");
    for (size_t i = 0; i < list.list.len; i++)
        session_row(c, &list.list.at[i]);
    markup_close(m, "ul");
    if (list.list.len > 1)
        end_button(c, "others", "End all other sessions");
    markup_open(m, "p");
    web_link(m, "/account/tokens", SV("Access tokens"));
    markup_text_str(m, " let programs act for you.");
    markup_close(m, "p");
    web_form_begin(c, "/account/logout", "logout");
    web_form_end(c, "Log out");
    return CM_OK;
}

static int show(struct web_call *c, const char *fault, struct err *err)
{
    web_begin(c, arena_printf(c->arena, "%.*s", SV_ARG(c->person->name)));
    if (fault)
        web_fault(c, fault);
    int rc = waiting_part(c, err);
    if (rc)
        return rc;
    discussion_part(c);
    rc = follow_part(c, err);
    if (rc)
        return rc;
    roles(c);
    rc = address_part(c, err);
    if (rc)
        return rc;
    zone_part(c);
    rc = sessions(c, err);
    if (!rc)
        way_part(c);
    if (!rc)
        web_end(c);
    return rc;
}

int account_page(struct web_call *c, struct err *err)
{
    return show(c, NULL, err);
}

int account_again(struct web_call *c, const char *fault, struct err *err)
{
    c->out->status = 422;
    return show(c, fault, err);
}

int account_zone(struct web_call *c, struct err *err)
{
    struct action_context context = web_context(c);
    struct err why = ERR_INIT;
    int rc = action_account_zone(&context, c->person->id, sv_trim(form_value(&c->form, "zone")), &why);
    if (rc == CM_EINPUT)
        return account_again(c, why.text, err);
    if (rc)
        return err_set(err, rc, "%s", why.text);
    web_redirect(c, "/account");
    return CM_OK;
}

struct ending_session {
    struct web_call *c;
    bool others, found;
    int64_t id;
};

static int end_in_store(struct store *s, void *context, struct err *err)
{
    struct ending_session *e = context;
    if (e->others)
        return session_end_others(s, e->c->person->id, e->c->session.id, err);
    return session_end(s, e->c->person->id, e->id, &e->found, err);
}

int account_logout(struct web_call *c, struct err *err)
{
    struct ending_session e = {.c = c, .id = c->session.id};
    int rc = store_tx(c->store, end_in_store, &e, err);
    if (rc)
        return rc;
    http_response_cookie(c->out, web_cookie_name(c->secure), SV_NONE, 0, c->secure);
    web_redirect(c, "/index.html");
    return CM_OK;
}

int account_end_session(struct web_call *c, struct err *err)
{
    struct sv which = form_value(&c->form, "which");
    uint64_t id = 0;
    struct ending_session e = {.c = c, .others = sv_eq_str(which, "others")};
    if (!e.others && !sv_to_u64(which, INT64_MAX, &id))
        return err_set(err, CM_EINPUT, "the form does not say which session is to end");
    e.id = (int64_t)id;
    int rc = store_tx(c->store, end_in_store, &e, err);
    if (!rc && !e.others && !e.found)
        rc = err_set(err, CM_ENOTFOUND, "You have no such session (any more).");
    if (!rc)
        web_redirect(c, "/account");
    return rc;
}
