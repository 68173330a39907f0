/* Leaving the group, which closes the account. */
#include "action/people.h"
#include "gateway/web/pages.h"

#define TEXT(literal) {literal, sizeof(literal) - 1}
static const struct web_choice choices[] = {
    {TEXT("name"), TEXT("Under my name"), TEXT("What I did stays under it.")},
    {TEXT("pseudonym"), TEXT("Under a pseudonym"),
     TEXT("My name is taken out of the public record and the editions, which go on to verify. What others wrote about "
          "me, "
          "and mails in the archive, keep it.")},
};

static void form(struct web_call *c, const char *fault)
{
    struct markup *m = web_begin(c, "Leave the group");
    if (fault)
        web_fault(c, fault);
    web_text(c, "Your account ends at once, with its roles, addresses, password, codes and sessions: they are "
                "deleted. You "
                "may join again at any time.");
    markup_element(m, "h2", SV("What stays"));
    markup_open(m, "ul");
    markup_element(m, "li", SV("What you proposed, wrote and decided with others, and the public record of it."));
    markup_element(m, "li", SV("Your mails to the lists, in their archives, with the name that they give."));
    markup_open(m, "li");
    markup_text_str(m, "Subscriptions to mailing lists: they belong to an address. End them ");
    web_link(m, "/account/lists", SV("first"));
    markup_text_str(m, ", or later by the link in each mail.");
    markup_close(m, "li");
    markup_close(m, "ul");
    web_form_begin(c, "/account/leave", "member.leave");
    web_choices(c, "how", "How", choices, ARRAY_LEN(choices), form_value(&c->form, "how"), true);
    web_field(c, &(struct web_field){.name = "reason", .label = "Reason", .rows = 2,
                                     .value = form_value(&c->form, "reason"), .help = "Public. It may be empty."});
    web_prove_field(c);
    web_form_end(c, "Leave the group");
    web_end(c);
}

int leave_page(struct web_call *c, struct err *err CM_UNUSED)
{
    form(c, NULL);
    return CM_OK;
}

static int leave(struct web_call *c, struct leave_outcome *out, struct err *err)
{
    struct action_context context = web_context(c);
    struct action_result r;
    struct sv how = form_value(&c->form, "how");
    bool pseudonym = sv_eq_str(how, "pseudonym");
    context.reason = sv_trim(form_value(&c->form, "reason"));
    if (!pseudonym && !sv_eq_str(how, "name"))
        return err_set(err, CM_EINPUT, "Please say under which name what you did shall stay.");
    int rc = web_prove(c, err);
    if (rc)
        return rc;
    return pseudonym ? action_member_leave_as_pseudonym(&context, c->person->name, out, &r, err)
                     : action_member_leave(&context, c->person->name, &r, err);
}

/* Where the name stands still: in words of others, which a member who may take them out would have to look at. */
static void left_over(struct web_call *c, const struct leave_outcome *o)
{
    struct markup *m = &c->markup;
    if (!o->events.len && !o->files.len)
        return;
    web_text(c, "Your name still stands in what others wrote, here:");
    markup_open(m, "ul");
    for (size_t i = 0; i < o->events.len; i++)
        markup_element(m, "li", sv_str(arena_printf(c->arena, "event %lld of the record", (long long)o->events.at[i])));
    for (size_t i = 0; i < o->files.len; i++)
        markup_element(m, "li", sv_str(o->files.at[i]));
    markup_close(m, "ul");
}

int leave_do(struct web_call *c, struct err *err)
{
    struct err why = ERR_INIT;
    struct leave_outcome outcome = {.pseudonym = SV_NONE};
    int rc = web_hash_begin(c, err);
    if (rc)
        return rc;
    rc = leave(c, &outcome, &why);
    web_hash_end(c);
    if (rc == CM_EINPUT || rc == CM_EREFUSED) {
        c->out->status = 422;
        form(c, why.text);
        return CM_OK;
    }
    if (rc)
        return err_set(err, rc, "%s", why.text);
    http_response_cookie(c->out, web_cookie_name(c->secure), SV_NONE, 0, c->secure);
    c->person = NULL; /* the bar is that of nobody */
    web_begin(c, "You have left the group");
    web_text(c, outcome.pseudonym.len ? arena_printf(c->arena, "Your account is closed, and all its sessions are "
                                                               "over. In "
                                                               "your place stands \"%.*s\".",
                                                     SV_ARG(outcome.pseudonym))
                                      : "Your account is closed, and all its sessions are over.");
    left_over(c, &outcome);
    web_link(&c->markup, "/index.html", SV("To the front page"));
    web_end(c);
    return CM_OK;
}
