/* Log-in with address and password. */
#include "action/account.h"
#include "action/login.h"
#include "action/people.h"
#include "base/password.h"
#include "forum/token.h"

struct with_password {
    struct action_context *c;
    const struct password_login *p;
    struct sv address, member, link;
    struct account_keys keys;
};

static int let_in(struct store *s, void *context, struct err *err)
{
    struct with_password *w = context;
    const struct token_new t = {.kind = TOKEN_SECOND, .subject = w->member, .address = w->address,
                                .detail = w->p->next, .now = w->c->now, .expires = w->c->now + LOGIN_MINUTES * 60};
    if (!w->keys.totp.len)
        return session_make(s, w->p->session, w->member, w->p->browser, SESSION_BY_PASSWORD, w->c->now, err);
    int rc = token_make(s, w->c->arena, &t, &w->link, err);
    if (!rc)
        w->link = sv_str(arena_printf(w->c->arena, "/login/%.*s", SV_ARG(w->link)));
    return rc;
}

int action_login_password(struct action_context *c, const struct password_login *p, enum login_way *out,
                          struct sv *out_link, struct err *err)
{
    struct with_password w = {.c = c, .p = p};
    struct sv name;
    *out = LOGIN_WRONG;
    *out_link = SV_NONE;
    int rc = people_address(c->arena, SV("mail"), sv_trim(p->address), &w.address, err);
    if (!rc)
        rc = account_may_try(c, TRY_PASSWORD, w.address, err);
    if (!rc)
        rc = people_by_mail(c, w.address, &w.member, &name, err);
    if (!rc) /* of nobody: the same look, and the same hashing */
        rc = account_keys_load(c->store, c->arena, w.member, &w.keys, err);
    if (rc || !password_matches(c->arena, w.keys.password, p->password))
        return rc;
    if ((rc = account_tried_well(c, TRY_PASSWORD, w.address, err)) || (rc = store_tx(c->store, let_in, &w, err)))
        return rc;
    *out = w.link.len ? LOGIN_SECOND : LOGIN_DONE;
    *out_link = w.link;
    return CM_OK;
}
