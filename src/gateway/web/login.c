/* Log-in: a form for an address, and the page of the link that is mailed there, with the button that does it. */
#include "action/account.h"
#include "action/login.h"
#include "gateway/web/pages.h"

static void password_form(struct web_call *c, struct sv address, struct sv next)
{
    markup_element(&c->markup, "h2", SV("With a password"));
    web_text(c, "If you have set one on the page of your account.");
    web_form_begin(c, "/login/password", "login.password");
    web_hidden(c, "next", next);
    web_field(c, &(struct web_field){.name = "user", .label = "Mail address", .type = "email", .value = address,
                                     .required = true, .max = 254, .complete = "username"});
    web_field(c, &(struct web_field){.name = "password", .label = "Password", .type = "password", .required = true,
                                     .complete = "current-password"});
    web_form_end(c, "Log in");
}

static void address_form(struct web_call *c, const char *fault, struct sv address, struct sv next)
{
    web_begin(c, "Log in or join");
    if (fault)
        web_fault(c, fault);
    web_text(c, "Write your mail address. A link is sent to it, with which you log in here. If nobody here has that "
                "address yet, the link lets you join.");
    web_form_begin(c, "/login", "login.ask");
    web_hidden(c, "next", next);
    web_field(c, &(struct web_field){.name = "address", .label = "Mail address", .type = "email", .value = address,
                                     .required = true, .max = 254, .complete = "email"});
    web_form_end(c, "Send me a link");
    password_form(c, address, next);
    web_end(c);
}

int login_page(struct web_call *c, struct err *err CM_UNUSED)
{
    struct sv next = web_next(form_value(&c->query, "next"));
    if (c->person)
        web_redirect(c, arena_printf(c->arena, "%.*s", SV_ARG(next)));
    else
        address_form(c, NULL, SV_NONE, next);
    return CM_OK;
}

/* The same page whoever has the address; what is sent is found out after it (action/login.h). */
int login_ask(struct web_call *c, struct err *err)
{
    struct action_context context = web_context(c);
    struct sv address = form_value(&c->form, "address"), next = web_next(form_value(&c->form, "next"));
    int rc = action_login_ask(&context, address, next, err);
    if (rc == CM_EINPUT) {
        c->out->status = 422;
        address_form(c, err->text, address, next);
        return CM_OK;
    }
    if (rc)
        return rc;
    c->asked = true;
    web_begin(c, "Look into your mail");
    web_text(c, arena_printf(c->arena, "A link was sent to %.*s, if it may get one now. Open it in this browser; it "
                                       "works once, for %d minutes.", SV_ARG(sv_trim(address)), LOGIN_MINUTES));
    web_text(c, "Nothing came? Look at the folder for spam. In an hour, an address gets a few links only, and one that "
                "nobody here has, one a day.");
    web_end(c);
    return CM_OK;
}

static void link_form(struct web_call *c, const struct login *l, const char *fault)
{
    bool stranger = l->state == LOGIN_STRANGER;
    web_begin(c, stranger ? "Join the group" : "Log in");
    if (fault)
        web_fault(c, fault);
    if (stranger)
        web_text(c, "Choose the name under which you are known here. It is public, and so is what you do under it; "
                    "your address is not.");
    else
        web_text(c, arena_printf(c->arena, "You are about to log in as %.*s.", SV_ARG(l->name)));
    web_form_begin(c, arena_printf(c->arena, "/%.*s", SV_ARG(c->path)), "login");
    if (stranger)
        web_field(c, &(struct web_field){.name = "name", .label = "Name", .type = "text", .required = true, .max = 80,
                                         .value = form_value(&c->form, "name"), .complete = "name"});
    if (l->wants_code)
        web_field(c, &(struct web_field){.name = "code", .label = "One-time code", .type = "text", .required = true,
                                         .max = 40, .complete = "one-time-code",
                                         .help = "The six digits that your program shows now, or one of your recovery "
                                                 "codes."});
    web_form_end(c, stranger ? "Join and log in" : "Log in");
    web_end(c);
}

/* Programs that check mail open links: nothing happens here before the button. */
int login_link_page(struct web_call *c, struct err *err)
{
    struct login l;
    struct action_context context = web_context(c);
    int rc = action_login_look(&context, c->params[0], &l, err);
    if (rc)
        return rc;
    if (l.state == LOGIN_UNKNOWN || l.state == LOGIN_OLD)
        return err_set(err, CM_ENOTFOUND, "This link is not good, or not any more: it works once, for %d minutes. "
                                          "Please ask for a new one.", LOGIN_MINUTES);
    link_form(c, &l, NULL);
    return CM_OK;
}

int login_link_do(struct web_call *c, struct err *err)
{
    struct login l;
    struct action_context context = web_context(c);
    struct err why = ERR_INIT;
    const struct entrance e = {c->params[0], form_value(&c->form, "name"), form_value(&c->form, "code"), web_browser(c),
                               session_token(c->arena)};
    int rc = action_login(&context, &e, &l, &why);
    if (rc == CM_EINPUT || rc == CM_EREFUSED) {
        c->out->status = 422;
        if ((rc = action_login_look(&context, c->params[0], &l, err)))
            return rc;
        link_form(c, &l, why.text);
        return CM_OK;
    }
    if (rc)
        return err_set(err, rc, "%s", why.text);
    http_response_cookie(c->out, web_cookie_name(c->secure), e.session, SESSION_LIFE, c->secure);
    web_redirect(c, arena_printf(c->arena, "%.*s", SV_ARG(web_next(l.next))));
    return CM_OK;
}

/* ---- with a password ---- */

static void wrong(struct web_call *c, int status, const char *why, const struct password_login *p)
{
    c->out->status = status;
    c->out->retry_after = status == 429 ? ACCOUNT_HOUR : 0;
    address_form(c, why, p->address, p->next);
}

/* The same page for a wrong password as for an address that nobody has; what is sent by mail works in any case. */
int login_password(struct web_call *c, struct err *err)
{
    struct action_context context = web_context(c);
    struct err why = ERR_INIT;
    enum login_way way;
    struct sv link;
    const struct password_login p = {form_value(&c->form, "user"), form_value(&c->form, "password"),
                                     web_next(form_value(&c->form, "next")), web_browser(c), session_token(c->arena)};
    int rc = web_hash_begin(c, err);
    if (rc)
        return rc;
    rc = action_login_password(&context, &p, &way, &link, &why);
    web_hash_end(c);
    if (rc == CM_EINPUT || rc == CM_EREFUSED) {
        wrong(c, rc == CM_EREFUSED ? 429 : 422, why.text, &p);
        return CM_OK;
    }
    if (rc)
        return err_set(err, rc, "%s", why.text);
    if (way == LOGIN_WRONG) {
        wrong(c, 422, "Address and password do not belong together, or there is no such account, or it has no "
                      "password.",
              &p);
        return CM_OK;
    }
    if (way == LOGIN_DONE)
        http_response_cookie(c->out, web_cookie_name(c->secure), p.session, SESSION_LIFE, c->secure);
    web_redirect(c, arena_printf(c->arena, "%.*s", SV_ARG(way == LOGIN_DONE ? p.next : link)));
    return CM_OK;
}
