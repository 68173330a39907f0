/* How somebody logs in: the password, and one-time codes. */
#include "action/account.h"
#include "base/password.h"
#include "forum/totp.h"
#include "gateway/web/pages.h"

/* ---- the page ---- */

static void password_part(struct web_call *c, const struct account *a)
{
    markup_element(&c->markup, "h2", SV("Password"));
    web_text(c, a->has_password ? "You have one: with it and an address of yours you log in without a mail."
                                : "You have none: you log in by links that are mailed to you. That stays possible "
                                  "with a "
                                  "password, too.");
    web_form_begin(c, "/account/password", "account.password");
    if (a->has_password)
        web_prove_field(c);
    web_field(c, &(struct web_field){.name = "new", .label = "New password", .type = "password",
                                     .complete = "new-password",
                                     .help = "At least 12 characters; a few words that you use nowhere else do well. "
                                             "All "
                                             "other sessions of yours end."});
    web_button(c, "set", a->has_password ? "Change it" : "Set it");
    if (a->has_password)
        web_button(c, "remove", "Have none");
    web_form_close(c);
}

static void code_field(struct web_call *c, const char *help)
{
    web_field(c, &(struct web_field){.name = "code", .label = "Code", .type = "text", .required = true, .max = 40,
                                     .complete = "one-time-code", .help = help});
}

static void end_codes_form(struct web_call *c, const struct account *a)
{
    web_text(c, arena_printf(c->arena, "They are asked for at each log-in. %zu recovery codes are left.", a->recovery));
    web_form_begin(c, "/account/codes", "account.codes");
    code_field(c, "What your program shows now, or a recovery code.");
    web_button(c, "end", "Ask for codes no more");
    web_form_close(c);
}

static void begin_codes_form(struct web_call *c, const struct account *a)
{
    web_text(c, "None are asked for. With them, who has your password or reads your mail still cannot log in: a "
                "program "
                "on a device of yours shows a code of six digits that changes every half minute.");
    web_form_begin(c, "/account/codes", "account.codes");
    if (a->has_password)
        web_prove_field(c);
    web_button(c, "begin", "Set them up");
    web_form_close(c);
}

/* Who has no password proves who they are by a link; here is the button for it. */
static int link_part(struct web_call *c, const struct account *a, struct err *err)
{
    struct sv to;
    int rc = people_mail(c->store, c->arena, c->person->id, &to, err);
    if (rc || a->has_password || !to.len || web_is_fresh(c))
        return rc;
    web_text(c, arena_printf(c->arena, "To change something here, log in once more by a mailed link: for %d minutes "
                                       "after "
                                       "that it can be done.", ACCOUNT_FRESH / 60));
    web_form_begin(c, "/login", "login.ask");
    web_hidden(c, "next", SV("/account/security"));
    web_hidden(c, "address", to);
    web_form_end(c, "Send me a link");
    return CM_OK;
}

static int show(struct web_call *c, const char *fault, struct err *err)
{
    struct account a;
    int rc = account_load(c->store, c->arena, c->person->id, &a, err);
    if (rc)
        return rc;
    if (fault)
        c->out->status = 422;
    web_begin(c, "How you log in");
    if (fault)
        web_fault(c, fault);
    if ((rc = link_part(c, &a, err)))
        return rc;
    password_part(c, &a);
    markup_element(&c->markup, "h2", SV("One-time codes"));
    if (a.has_codes)
        end_codes_form(c, &a);
    else
        begin_codes_form(c, &a);
    markup_open(&c->markup, "p");
    web_link(&c->markup, "/account", SV("Back to your account"));
    markup_close(&c->markup, "p");
    web_end(c);
    return CM_OK;
}

int security_page(struct web_call *c, struct err *err)
{
    return show(c, NULL, err);
}

/* What a person can do something about is said on the page again. */
static int answer(struct web_call *c, int rc, const struct err *why, struct err *err)
{
    if (rc == CM_EINPUT || rc == CM_EREFUSED)
        return show(c, why->text, err);
    return rc ? err_set(err, rc, "%s", why->text) : CM_OK;
}

/* ---- the password ---- */

/* The first one, too, wants a proof: otherwise it would make one out of a session that somebody stole. */
static int set_password(struct web_call *c, bool remove, struct err *err)
{
    struct action_context context = web_context(c);
    struct sv stored = SV_NONE;
    int rc = web_prove(c, err);
    if (!rc && !remove)
        rc = password_store(c->arena, form_value(&c->form, "new"), &stored, err);
    return rc ? rc : action_account_password(&context, &c->session, stored, err);
}

int security_password(struct web_call *c, struct err *err)
{
    struct err why = ERR_INIT;
    struct sv what = form_value(&c->form, "do");
    bool remove = sv_eq_str(what, "remove");
    if (!remove && !sv_eq_str(what, "set"))
        return show(c, "The form does not say what is to be done.", err);
    int rc = web_hash_begin(c, err);
    if (rc)
        return rc;
    rc = set_password(c, remove, &why);
    web_hash_end(c);
    if (!rc)
        web_redirect(c, "/account/security");
    return answer(c, rc, &why, err);
}

/* ---- one-time codes ---- */

/* What proves that the secret was shown in this session, to who proved who they are then. */
static const char *shown_action(struct web_call *c, struct sv secret)
{
    return arena_printf(c->arena, "account.codes %.*s", SV_ARG(totp_text(c->arena, secret)));
}

static int secret_form(struct web_call *c, struct sv secret, const char *fault, struct err *err)
{
    struct markup *m = &c->markup;
    struct sv to;
    int rc = people_mail(c->store, c->arena, c->person->id, &to, err);
    if (rc)
        return rc;
    struct sv uri = totp_uri(c->arena, secret, c->frame->profile->sig.name, to.len ? to : c->person->name);
    web_begin(c, "Set up one-time codes");
    if (fault)
        web_fault(c, fault);
    web_text(c, "Give this secret to your program for one-time codes: by time, six digits, SHA-1.");
    markup_open(m, "p");
    markup_attr_str(m, "class", "secret");
    markup_element(m, "code", totp_text(c->arena, secret));
    markup_close(m, "p");
    markup_open(m, "details");
    markup_element(m, "summary", SV("The same as an address, which some programs take"));
    markup_open(m, "p");
    markup_attr_str(m, "class", "secret");
    markup_open(m, "a");
    markup_attr(m, "href", uri);
    markup_element(m, "code", uri);
    markup_close(m, "a");
    markup_close(m, "p");
    markup_close(m, "details");
    web_form_begin(c, "/account/codes", "account.codes");
    web_hidden(c, "shown", session_proof(c->arena, c->token, shown_action(c, secret)));
    code_field(c, "What the program shows now: it proves that the secret arrived. Until then no code is asked for.");
    web_button(c, "prove", "Ask for codes from now on");
    web_form_close(c);
    web_end(c);
    return CM_OK;
}

static int begin(struct web_call *c, struct err *err)
{
    struct action_context context = web_context(c);
    struct account a;
    struct err why = ERR_INIT;
    struct sv secret;
    int rc = web_hash_begin(c, err);
    if (rc)
        return rc;
    rc = web_prove(c, &why);
    web_hash_end(c);
    if (!rc)
        rc = account_load(c->store, c->arena, c->person->id, &a, &why);
    if (!rc && a.has_codes)
        rc = err_set(&why, CM_EREFUSED, "Codes are asked for already; end that first, with one of them.");
    if (!rc)
        rc = action_codes_begin(&context, c->person->id, &secret, &why);
    return rc ? answer(c, rc, &why, err) : secret_form(c, secret, NULL, err);
}

static void show_recovery(struct web_call *c, const struct sv codes[ACCOUNT_CODES])
{
    struct markup *m = &c->markup;
    web_begin(c, "Your recovery codes");
    web_text(c, "From now on a code is asked for at each log-in. When your device is lost, one of these is good in its "
                "place, each once. They are shown now and never again: print them, or write them down.");
    markup_open(m, "ul");
    for (size_t i = 0; i < ACCOUNT_CODES; i++) {
        markup_open(m, "li");
        markup_element(m, "code", codes[i]);
        markup_close(m, "li");
    }
    markup_close(m, "ul");
    web_link(m, "/account/security", SV("I have kept them"));
    web_end(c);
}

static int prove(struct web_call *c, struct err *err)
{
    struct action_context context = web_context(c);
    struct err why = ERR_INIT;
    struct sv codes[ACCOUNT_CODES], secret;
    int rc = account_codes_waiting(c->store, c->arena, c->person->id, &secret, err);
    if (rc)
        return rc;
    if (!secret.len || !session_proves(c->arena, c->token, shown_action(c, secret), form_value(&c->form, "shown")))
        return show(c, "This form is too old; please begin again.", err);
    rc = action_codes_prove(&context, &c->session, form_value(&c->form, "code"), codes, &why);
    if (rc == CM_EINPUT) {
        c->out->status = 422;
        return secret_form(c, secret, why.text, err);
    }
    if (rc)
        return answer(c, rc, &why, err);
    show_recovery(c, codes);
    return CM_OK;
}

static int end(struct web_call *c, struct err *err)
{
    struct action_context context = web_context(c);
    struct err why = ERR_INIT;
    int rc = action_codes_end(&context, c->person->id, form_value(&c->form, "code"), &why);
    if (!rc)
        web_redirect(c, "/account/security");
    return answer(c, rc, &why, err);
}

int security_codes(struct web_call *c, struct err *err)
{
    struct sv what = form_value(&c->form, "do");
    if (sv_eq_str(what, "begin"))
        return begin(c, err);
    if (sv_eq_str(what, "prove"))
        return prove(c, err);
    return sv_eq_str(what, "end") ? end(c, err) : show(c, "The form does not say what is to be done.", err);
}
