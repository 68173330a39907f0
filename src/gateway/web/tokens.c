/* Access tokens of who is logged in: made, listed, ended. */
#include "action/inputs.h"
#include "base/date.h"
#include "gateway/web/pages.h"

enum { DAYS = 90 };

static void end_form(struct web_call *c, const struct access *t)
{
    web_form_begin(c, "/account/tokens", "access");
    web_hidden(c, "end", sv_str(arena_printf(c->arena, "%lld", (long long)t->id)));
    web_form_end(c, "End this token");
}

static void row(struct web_call *c, const struct access *t)
{
    struct markup *m = &c->markup;
    markup_open(m, "li");
    markup_open(m, "p");
    markup_element(m, "b", t->name);
    markup_textf(m, ": %s; good until %s, ", t->scope.len ? arena_strndup(c->arena, t->scope.at, t->scope.len)
                                                          : "reading only",
                 date_format(c->arena, date_from_time(t->ends - 1)));
    markup_text_str(m, t->seen ? arena_printf(c->arena, "last used %s", date_format(c->arena, date_from_time(t->seen)))
                               : "never used");
    markup_close(m, "p");
    end_form(c, t);
    markup_close(m, "li");
}

static int list(struct web_call *c, struct err *err)
{
    struct accesses all;
    struct markup *m = &c->markup;
    int rc = access_load(c->store, c->arena, c->person->id, c->now, &all, err);
    if (rc || !all.list.len)
        return rc;
    markup_element(m, "h2", SV("Your tokens"));
    markup_open(m, "ul");
    markup_attr_str(m, "class", "sessions");
    for (size_t i = 0; i < all.list.len; i++)
        row(c, &all.list.at[i]);
    markup_close(m, "ul");
    return CM_OK;
}

static void make_form(struct web_call *c, struct sv name, struct sv scope, struct sv days)
{
    markup_element(&c->markup, "h2", SV("A new token"));
    web_form_begin(c, "/account/tokens", "access");
    web_field(c, &(struct web_field){.name = "name", .label = "What it is for", .type = "text", .required = true,
                                     .max = ACCESS_NAME_MAX, .value = name});
    web_field(c, &(struct web_field){.name = "scope", .label = "What it may do", .type = "text",
                                     .max = ACCESS_SCOPE_MAX, .value = scope,
                                     .help = "Acts, such as position.take, or families, such as threat.*, with blanks "
                                             "between; * is everything that you may do. Empty: it only reads."});
    web_field(c, &(struct web_field){.name = "days", .label = "Days", .type = "text", .required = true, .max = 3,
                                     .value = days, .help = "After so many it ends by itself; at most 366."});
    web_form_end(c, "Make a token");
}

static int page(struct web_call *c, const char *fault, struct err *err)
{
    struct markup *m = web_begin(c, "Access tokens");
    bool again = fault != NULL;
    if (fault)
        web_fault(c, fault);
    markup_open(m, "p");
    markup_text_str(m, "With a token a program reads and acts for you, as far as the token says. ");
    web_link(m, "/api/v1/openapi.json", SV("What programs can do"));
    markup_text_str(m, " is described for them.");
    markup_close(m, "p");
    int rc = list(c, err);
    if (rc)
        return rc;
    make_form(c, again ? form_value(&c->form, "name") : SV_NONE, again ? form_value(&c->form, "scope") : SV_NONE,
              again ? form_value(&c->form, "days") : sv_str(arena_printf(c->arena, "%d", DAYS)));
    web_end(c);
    return CM_OK;
}

int tokens_page(struct web_call *c, struct err *err)
{
    return page(c, NULL, err);
}

/* ---- changing ---- */

struct token_change {
    struct web_call *c;
    struct access access;
    struct sv token;
    int64_t end;
    bool found;
};

static int in_store(struct store *s, void *context, struct err *err)
{
    struct token_change *k = context;
    if (k->end)
        return access_end(s, k->c->person->id, k->end, &k->found, err);
    return access_make(s, k->token, &k->access, k->c->now, err);
}

/* Each word is an action that has a form, or a family that has one. */
static bool allows_something(struct sv word)
{
    for (size_t i = 0; i < action_form_count; i++)
        if (access_scope_allows(word, sv_str(action_forms[i].action)))
            return true;
    return false;
}

static const char *scope_fault(struct web_call *c, struct sv scope)
{
    struct sv rest = scope, word;
    if (scope.len > ACCESS_SCOPE_MAX)
        return "The scope is too long.";
    if (!access_scope_is(scope, &word))
        return arena_printf(c->arena, "\"%.*s\" is neither an act, such as position.take, nor a family, such as "
                                      "threat.*", SV_ARG(word));
    while (rest.len && sv_split(&rest, ' ', &word))
        if (!allows_something(word))
            return arena_printf(c->arena, "There is no act \"%.*s\"; the page of all acts has their names in its "
                                          "addresses.", SV_ARG(word));
    return NULL;
}

static const char *read_form(struct web_call *c, struct access *out)
{
    uint64_t days;
    out->member = c->person->id;
    out->name = sv_trim(form_value(&c->form, "name"));
    out->scope = sv_trim(form_value(&c->form, "scope"));
    if (!out->name.len || out->name.len > ACCESS_NAME_MAX || sv_find_char(out->name, '\n') >= 0)
        return "Say in a few words what it is for.";
    if (!sv_to_u64(form_value(&c->form, "days"), ACCESS_DAYS_MAX, &days) || !days)
        return arena_printf(c->arena, "It is good for 1 to %d days.", ACCESS_DAYS_MAX);
    out->ends = c->now + (int64_t)days * DATE_DAY;
    return scope_fault(c, out->scope);
}

/* The one time that it is shown. */
static void show(struct web_call *c, const struct token_change *k)
{
    struct markup *m = web_begin(c, "Your new token");
    web_text(c, "Copy it now: it is not shown again. Whoever has it can do what it allows, as you.");
    markup_open(m, "p");
    markup_element(m, "code", k->token);
    markup_close(m, "p");
    web_text(c, "A program sends it with each request:");
    markup_open(m, "pre");
    markup_textf(m, "Authorization: Bearer %.*s", SV_ARG(k->token));
    markup_close(m, "pre");
    markup_open(m, "p");
    web_link(m, "/account/tokens", SV("All your tokens"));
    markup_close(m, "p");
    web_end(c);
}

int tokens_do(struct web_call *c, struct err *err)
{
    struct token_change k = {.c = c};
    uint64_t end = 0;
    struct sv which = form_value(&c->form, "end");
    if (which.len && (!sv_to_u64(which, INT64_MAX, &end) || !end))
        return err_set(err, CM_EINPUT, "the form does not say which token is to end");
    k.end = (int64_t)end;
    const char *fault = k.end ? NULL : read_form(c, &k.access);
    if (fault) {
        c->out->status = 422;
        return page(c, fault, err);
    }
    k.token = access_token(c->arena);
    int rc = store_tx(c->store, in_store, &k, err);
    if (!rc && k.end && !k.found)
        rc = err_set(err, CM_ENOTFOUND, "You have no such token (any more).");
    if (rc)
        return rc;
    if (k.end)
        web_redirect(c, "/account/tokens");
    else
        show(c, &k);
    return CM_OK;
}
