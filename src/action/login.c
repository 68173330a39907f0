#include "action/login.h"

#include "action/people.h"
#include "base/date.h"
#include "forum/answered.h"
#include "forum/compose.h"
#include "forum/list.h"
#include "forum/outbox.h"
#include "forum/session.h"

struct asking {
    struct action_context *c;
    struct sv address, next;
};

struct answering {
    struct action_context *c;
    struct sv url;
    struct profile *rules;
    const struct list *list;
    struct login_requests requests;
};

/* *out NULL: there is none. */
static int sender(struct action_context *c, struct profile **rules, const struct list **out, struct err *err)
{
    struct lists *lists = arena_new(c->arena, struct lists);
    int rc = view_load_rules(c->store, c->arena, rules, err);
    if (!rc)
        rc = lists_load(c->store, c->arena, lists, err);
    if (!rc)
        *out = lists_sender(lists, (*rules)->sig.list);
    return rc;
}

/* ---- asking ---- */

static int ask(struct store *s, void *context, struct err *err)
{
    struct asking *k = context;
    int64_t waiting;
    int rc = login_requests_count(s, &waiting, err);
    if (!rc && waiting >= LOGIN_WAITING)
        rc = err_set(err, CM_EAGAIN, "too many ask to log in; try again in a minute");
    return rc ? rc : login_request_put(s, k->address, k->next, k->c->now, err);
}

int action_login_ask(struct action_context *c, struct sv address, struct sv next, struct err *err)
{
    struct asking k = {c, SV_NONE, next};
    struct profile *rules;
    const struct list *list = NULL;
    int rc = people_address(c->arena, SV("mail"), sv_trim(address), &k.address, err);
    if (!rc)
        rc = sender(c, &rules, &list, err);
    if (!rc && !list)
        rc = err_set(err, CM_EREFUSED, "there is no mailing list here from which a link could be sent; the operator "
                                       "makes one with \"casemate list new\"");
    return rc ? rc : store_tx(c->store, ask, &k, err);
}

/* ---- answering ---- */

static int send_mail(struct answering *w, struct sv to, const char *subject, const char *text, struct err *err)
{
    struct arena *a = w->c->arena;
    struct sv bytes;
    const struct compose mail = {.from = route_address(a, w->list->address, "-owner", SV_NONE),
                                 .from_name = w->rules->sig.name, .to = to, .subject = sv_str(subject),
                                 .text = sv_str(text), .date = w->c->now, .automatic = COMPOSE_GENERATED};
    int rc = compose_mail(a, &mail, &bytes, err);
    return rc ? rc : outbox_mail(w->c->store, w->list->id, to, bytes, w->c->now, err);
}

static int send_link(struct answering *w, const struct login_request *r, bool member, struct err *err)
{
    struct arena *a = w->c->arena;
    struct sv link, name = w->rules->sig.name;
    const struct token_new t = {.kind = TOKEN_LOGIN, .list = w->list->id, .subject = r->address,
                                .address = r->address, .detail = r->next,
                                .now = w->c->now, .expires = w->c->now + LOGIN_MINUTES * 60};
    int rc = token_make(w->c->store, a, &t, &link, err);
    if (rc)
        return rc;
    const char *url = arena_printf(a, "%.*s/login/%.*s", SV_ARG(w->url), SV_ARG(link));
    const char *what = member ? "Somebody, probably you, wants to log in. To do so, open this page, in the\nsame "
                                "browser, and press its button:"
                              : "Somebody, probably you, wants to log in with this address. It is no member's\n"
                                "yet. To become one, open this page and choose a name:";
    return send_mail(w, r->address, arena_printf(a, "%.*s: %s", SV_ARG(name), member ? "log in" : "join"),
                     arena_printf(a, "%s\n\n    %s\n\nIt works once, for %d minutes. Nobody will ask you for it.\n\n"
                                     "If it was not you, do nothing: then nothing "
                                     "happens.\n", what, url, LOGIN_MINUTES),
                     err);
}

static int answer_one(struct answering *w, const struct login_request *r, struct err *err)
{
    struct action_context *c = w->c;
    struct sv member, name;
    int64_t links = 0;
    bool may = true;
    int rc = people_by_mail(c, r->address, &member, &name, err);
    if (!rc && member.len)
        rc = token_count(c->store, c->arena, TOKEN_LOGIN, r->address, c->now - 3600, &links, err);
    else if (!rc)
        rc = answered_may(c->store, c->arena, r->address, ANSWERED_CONFIRMATION, c->now, &may, err);
    if (rc || !may || links >= LOGIN_LINKS)
        return rc;
    return send_link(w, r, member.len > 0, err);
}

static int answer(struct store *s, void *context, struct err *err)
{
    struct answering *w = context;
    int rc = login_requests_load(s, w->c->arena, &w->requests, err);
    if (rc || !w->requests.list.len)
        return rc;
    rc = sender(w->c, &w->rules, &w->list, err);
    for (size_t i = 0; !rc && w->list && i < w->requests.list.len; i++)
        rc = answer_one(w, &w->requests.list.at[i], err);
    return rc ? rc : login_requests_drop(s, w->requests.list.at[w->requests.list.len - 1].id, err);
}

int action_login_answer(struct action_context *c, struct sv url, size_t *out, struct err *err)
{
    struct answering w = {.c = c, .url = url};
    int64_t waiting;
    *out = 0;
    int rc = login_requests_count(c->store, &waiting, err); /* mostly there is nothing, and nothing is to be locked */
    if (!rc && waiting)
        rc = store_tx(c->store, answer, &w, err);
    if (!rc)
        *out = w.requests.list.len;
    return rc;
}

/* ---- the link ---- */

int action_login_look(struct action_context *c, struct sv link, struct login *out, struct err *err)
{
    *out = (struct login){.state = LOGIN_UNKNOWN};
    int rc = token_find(c->store, c->arena, link, c->now, &out->token, err);
    if (rc || out->token.state == TOKEN_UNKNOWN || out->token.kind != TOKEN_LOGIN)
        return rc;
    out->state = LOGIN_OLD;
    if (out->token.state != TOKEN_GOOD)
        return CM_OK;
    out->address = out->token.address;
    out->next = out->token.detail;
    rc = people_by_mail(c, out->address, &out->member, &out->name, err);
    if (!rc)
        out->state = out->member.len ? LOGIN_MEMBER : LOGIN_STRANGER;
    return rc;
}

struct entering {
    struct action_context *c;
    struct sv link, name, browser, session;
    struct login *out;
};

static int join(struct entering *e, struct err *err)
{
    struct action_context c = *e->c;
    struct action_result r;
    c.actor = sv_trim(e->name);
    c.role = c.reason = SV_NONE;
    c.source = SV("web");
    int rc = people_plain_name(c.actor, err);
    if (!rc)
        rc = action_member_join(&c, e->out->address, &r, err);
    return rc ? rc : people_by_mail(&c, e->out->address, &e->out->member, &e->out->name, err);
}

static int enter(struct store *s, void *context, struct err *err)
{
    struct entering *e = context;
    int rc = action_login_look(e->c, e->link, e->out, err);
    if (!rc && e->out->state != LOGIN_MEMBER && e->out->state != LOGIN_STRANGER)
        rc = err_set(err, CM_ECONFLICT, "this link is not good any more: it works once, for %d minutes", LOGIN_MINUTES);
    if (!rc)
        rc = token_spend(s, &e->out->token, e->c->now, err);
    if (!rc && e->out->state == LOGIN_STRANGER)
        rc = join(e, err);
    if (!rc)
        rc = answered_forget(s, e->c->arena, e->out->address, ANSWERED_CONFIRMATION, err);
    if (!rc)
        rc = session_make(s, e->session, e->out->member, e->browser, e->c->now, err);
    return rc;
}

int action_login(struct action_context *c, struct sv link, struct sv name, struct sv browser, struct sv session,
                 struct login *out, struct err *err)
{
    struct entering e = {c, link, name, browser, session, out};
    return store_tx(c->store, enter, &e, err);
}
