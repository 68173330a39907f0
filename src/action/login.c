#include "action/login.h"

#include "action/account.h"
#include "action/account_mail.h"
#include "action/acts.h"
#include "action/people.h"
#include "base/date.h"
#include "forum/answered.h"

struct asking {
    struct action_context *c;
    struct sv address, next;
};

struct answering {
    struct action_context *c;
    struct sv url;
    struct account_sender sender;
    struct login_requests requests;
};

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
    struct account_sender sender = {.list = NULL};
    int rc = people_address(c->arena, SV("mail"), sv_trim(address), &k.address, err);
    if (!rc)
        rc = account_sender_load(c, &sender, err);
    if (!rc && !sender.list)
        rc = err_set(err, CM_EREFUSED, "there is no mailing list here from which a link could be sent; the operator "
                                       "makes one with \"casemate list new\"");
    return rc ? rc : store_tx(c->store, ask, &k, err);
}

/* ---- answering ---- */

/* list: may be empty. *out: the path of the link's page. */
static int make_link(struct action_context *c, struct sv list, const struct login_request *r, struct sv *out,
                     struct err *err)
{
    struct sv link;
    const struct token_new t = {.kind = TOKEN_LOGIN, .list = list, .subject = r->address, .address = r->address,
                                .detail = r->next, .now = c->now, .expires = c->now + LOGIN_MINUTES * 60};
    int rc = token_make(c->store, c->arena, &t, &link, err);
    if (!rc)
        *out = sv_str(arena_printf(c->arena, "/login/%.*s", SV_ARG(link)));
    return rc;
}

static int send_link(struct answering *w, const struct login_request *r, bool member, struct err *err)
{
    struct arena *a = w->c->arena;
    struct sv path;
    int rc = make_link(w->c, w->sender.list->id, r, &path, err);
    if (rc)
        return rc;
    const char *url = arena_printf(a, "%.*s%.*s", SV_ARG(w->url), SV_ARG(path));
    const char *what = member ? "Somebody, probably you, wants to log in. To do so, open this page, in the\nsame "
                                "browser, and press its button:"
                              : "Somebody, probably you, wants to log in with this address. It is no member's\n"
                                "yet. To become one, open this page and choose a name:";
    return account_send(w->c, &w->sender, r->address, member ? "log in" : "join",
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
    rc = account_sender_load(w->c, &w->sender, err);
    for (size_t i = 0; !rc && w->sender.list && i < w->requests.list.len; i++)
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

/* ---- a link without a mail ---- */

struct linking {
    struct action_context *c;
    struct sv address, path;
};

static int link_for(struct store *s, void *context, struct err *err)
{
    struct linking *k = context;
    const struct login_request r = {.address = k->address, .next = SV("/account")};
    (void)s;
    int rc = permit_rules(k->c, PERMIT_CONFIGURE, err);
    return rc ? rc : make_link(k->c, SV_NONE, &r, &k->path, err);
}

int action_login_link(struct action_context *c, struct sv address, struct sv *out, struct err *err)
{
    struct linking k = {.c = c};
    int rc = people_address(c->arena, SV("mail"), sv_trim(address), &k.address, err);
    if (!rc)
        rc = store_tx(c->store, link_for, &k, err);
    *out = k.path;
    return rc;
}

/* ---- the link ---- */

/* Whether a link or a password was enough. */
static int look_at_account(struct action_context *c, struct login *out, struct err *err)
{
    struct account account;
    bool second = out->token.kind == TOKEN_SECOND;
    int rc = account_load(c->store, c->arena, out->member, &account, err);
    out->way = second ? SESSION_BY_PASSWORD : SESSION_BY_LINK;
    out->wants_code = account.has_codes;
    if (!rc && second && (!account.has_codes || !sv_eq(out->token.subject, out->member)))
        out->state = LOGIN_OLD; /* the account changed meanwhile */
    return rc;
}

int action_login_look(struct action_context *c, struct sv link, struct login *out, struct err *err)
{
    *out = (struct login){.state = LOGIN_UNKNOWN};
    int rc = token_find(c->store, c->arena, link, c->now, &out->token, err);
    if (rc || out->token.state == TOKEN_UNKNOWN ||
        (out->token.kind != TOKEN_LOGIN && out->token.kind != TOKEN_SECOND))
        return rc;
    out->state = LOGIN_OLD;
    if (out->token.state != TOKEN_GOOD)
        return CM_OK;
    out->address = out->token.address;
    out->next = out->token.detail;
    rc = people_by_mail(c, out->address, &out->member, &out->name, err);
    if (rc)
        return rc;
    out->state = out->member.len ? LOGIN_MEMBER : out->token.kind == TOKEN_SECOND ? LOGIN_OLD : LOGIN_STRANGER;
    return out->member.len ? look_at_account(c, out, err) : CM_OK;
}

struct entering {
    struct action_context *c;
    const struct entrance *entrance;
    struct login *out;
};

static int join(struct entering *e, struct err *err)
{
    struct action_context c = *e->c;
    struct action_result r;
    c.actor = sv_trim(e->entrance->name);
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
    int rc = action_login_look(e->c, e->entrance->link, e->out, err);
    if (!rc && e->out->state != LOGIN_MEMBER && e->out->state != LOGIN_STRANGER)
        rc = err_set(err, CM_ECONFLICT, "this link is not good any more: it works once, for %d minutes", LOGIN_MINUTES);
    if (!rc)
        rc = token_spend(s, &e->out->token, e->c->now, err);
    if (!rc && e->out->wants_code)
        rc = account_spend_code(e->c, e->out->member, e->entrance->code, err);
    if (!rc && e->out->state == LOGIN_STRANGER)
        rc = join(e, err);
    if (!rc)
        rc = answered_forget(s, e->c->arena, e->out->address, ANSWERED_CONFIRMATION, err);
    return rc ? rc : session_make(s, e->entrance->session, e->out->member, e->entrance->browser, e->out->way, e->c->now,
                                  err);
}

int action_login(struct action_context *c, const struct entrance *entrance, struct login *out, struct err *err)
{
    struct entering e = {c, entrance, out};
    int rc = action_login_look(c, entrance->link, out, err);
    struct sv member = !rc && out->wants_code ? out->member : SV_NONE;
    if (!rc && member.len)
        rc = account_may_try(c, TRY_CODE, member, err);
    if (!rc)
        rc = store_tx(c->store, enter, &e, err);
    return rc || !member.len ? rc : account_tried_well(c, TRY_CODE, member, err);
}
