/* The addresses of who is logged in: on the account page, and the page of the link that is mailed to a new one. */
#include "action/account.h"
#include "gateway/web/pages.h"

static void buttons(struct web_call *c, struct sv address, bool chosen)
{
    web_form_begin(c, "/account/addresses", "account.address");
    web_hidden(c, "address", address);
    if (!chosen)
        web_button(c, "choose", "Send mail here");
    web_button(c, "remove", "Remove");
    web_form_close(c);
}

static void one(struct web_call *c, const struct address *a, struct sv to, bool last)
{
    struct markup *m = &c->markup;
    bool mail = sv_eq_str(a->kind, "mail"), chosen = mail && sv_eq(a->address, to);
    markup_open(m, "li");
    markup_open(m, "p");
    markup_element(m, "b", a->address);
    if (chosen)
        markup_text_str(m, ": mail for you goes here");
    else if (!mail)
        markup_text_str(m, " (JID)");
    markup_close(m, "p");
    if (mail && !last)
        buttons(c, a->address, chosen);
    markup_close(m, "li");
}

int address_part(struct web_call *c, struct err *err)
{
    struct markup *m = &c->markup;
    struct addresses list;
    struct sv to;
    size_t mails = 0;
    int rc = people_addresses(c->store, c->arena, c->person->id, &list, err);
    if (!rc)
        rc = people_mail(c->store, c->arena, c->person->id, &to, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < list.list.len; i++)
        mails += sv_eq_str(list.list.at[i].kind, "mail");
    markup_element(m, "h2", SV("Your addresses"));
    web_text(c, "You alone see them here. Each can be used to log in, and to write to the mailing list as yourself.");
    markup_open(m, "ul");
    markup_attr_str(m, "class", "sessions");
    for (size_t i = 0; i < list.list.len; i++)
        one(c, &list.list.at[i], to, mails < 2);
    markup_close(m, "ul");
    web_form_begin(c, "/account/addresses", "account.address");
    web_hidden(c, "do", SV("add"));
    web_field(c, &(struct web_field){.name = "address", .label = "A further mail address", .type = "email",
                                     .required = true, .max = 254, .complete = "email",
                                     .help = "A link is sent to it; it is yours once you press the button there. A "
                                             "subscription to a list stays with the address that it was made for."});
    web_prove_field(c);
    web_form_end(c, "Add");
    return CM_OK;
}

static void asked(struct web_call *c, struct sv address)
{
    web_begin(c, "Look into your mail");
    web_text(c, arena_printf(c->arena, "A link was sent to %.*s. Open it in this browser; it works once, for %d hours.",
                             SV_ARG(sv_trim(address)), ACCOUNT_LINK_HOURS));
    web_link(&c->markup, "/account", SV("Back to your account"));
    web_end(c);
}

/* Which address mail goes to, and one less, want the same proof as what lets in. */
static int change(struct web_call *c, struct sv what, struct sv address, struct err *err)
{
    struct action_context context = web_context(c);
    int rc = web_hash_begin(c, err);
    if (rc)
        return rc;
    rc = web_prove(c, err);
    web_hash_end(c);
    if (rc)
        return rc;
    if (sv_eq_str(what, "add"))
        return action_address_ask(&context, c->person->id, address, c->url, err);
    if (sv_eq_str(what, "choose"))
        return action_address_choose(&context, c->person->id, address, err);
    if (sv_eq_str(what, "remove"))
        return action_address_remove(&context, c->person->id, address, err);
    return err_set(err, CM_EINPUT, "the form does not say what is to be done with the address");
}

/* The buttons beside an address have no room for a password: the page asks for it when it is wanted. */
static void ask_password(struct web_call *c, struct sv what, struct sv address, const char *why)
{
    c->out->status = 422;
    web_begin(c, c->route->title);
    web_fault(c, why);
    web_form_begin(c, "/account/addresses", "account.address");
    web_hidden(c, "do", what);
    web_hidden(c, "address", address);
    web_prove_field(c);
    web_form_end(c, "Go on");
    web_end(c);
}

int account_addresses(struct web_call *c, struct err *err)
{
    struct err why = ERR_INIT;
    struct account account;
    struct sv what = form_value(&c->form, "do"), address = form_value(&c->form, "address");
    int rc = change(c, what, address, &why);
    if (!rc && sv_eq_str(what, "add")) {
        asked(c, address);
    } else if (!rc) {
        web_redirect(c, "/account");
    } else if (rc == CM_EREFUSED && !form_has(&c->form, "password")) {
        if ((rc = account_load(c->store, c->arena, c->person->id, &account, err)))
            return rc;
        if (!account.has_password)
            return account_again(c, why.text, err);
        ask_password(c, what, address, why.text);
    } else if (rc == CM_EREFUSED || rc == CM_EINPUT || rc == CM_ENOTFOUND) {
        return account_again(c, why.text, err);
    } else {
        return err_set(err, rc, "%s", why.text);
    }
    return CM_OK;
}

/* ---- the link ---- */

int address_page(struct web_call *c, struct err *err)
{
    struct action_context context = web_context(c);
    struct sv address;
    int rc = account_address_look(&context, c->person->id, c->params[0], &address, err);
    if (rc)
        return rc;
    if (!address.len)
        return err_set(err, CM_ENOTFOUND, "This link is not good, or not any more, or it belongs to another account "
                                          "than "
                                          "the one that is logged in here.");
    web_begin(c, c->route->title);
    web_text(c, arena_printf(c->arena, "You are about to add %.*s to the account of %.*s.", SV_ARG(address),
                             SV_ARG(c->person->name)));
    web_form_begin(c, arena_printf(c->arena, "/%.*s", SV_ARG(c->path)), "address.add");
    web_form_end(c, "Add this address");
    web_end(c);
    return CM_OK;
}

int address_add(struct web_call *c, struct err *err)
{
    struct action_context context = web_context(c);
    int rc = action_address_add(&context, c->person->id, c->params[0], err);
    if (!rc)
        web_redirect(c, "/account");
    return rc;
}
