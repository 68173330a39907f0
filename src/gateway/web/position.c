/* A position in a call. */
#include "action/asked.h"
#include "action/call.h"
#include "gateway/web/pages.h"

#define TEXT(literal) {literal, sizeof(literal) - 1}
static const struct web_choice choices[STANDS] = {
    {TEXT("support"), TEXT("Support"), TEXT("I am for it.")},
    {TEXT("object"), TEXT("Object"),
     TEXT("I am against it, and say why. The call cannot close before that is answered.")},
    {TEXT("abstain"), TEXT("Abstain"), TEXT("I leave it to others.")},
};

/* The page of what is called on. */
static const char *subject_page(struct web_call *c, const struct asked_call *k)
{
    ptrdiff_t blank = sv_find_char(k->subject, ' ');
    if (k->kind != CALL_EDITION || blank <= 0)
        return "/process.html";
    struct sv document = sv_from(k->subject.at, (size_t)blank), version = sv_from_byte(k->subject, (size_t)blank + 1);
    return arena_printf(c->arena, "/editions/%.*s/%.*s/%.*s.html", SV_ARG(document), SV_ARG(version), SV_ARG(document));
}

static void form(struct web_call *c, const struct asked_call *k, const char *fault, struct sv chosen, struct sv reason)
{
    struct markup *m = web_begin(c, arena_printf(c->arena, "Your position in %.*s", SV_ARG(k->id)));
    if (fault)
        web_fault(c, fault);
    markup_open(m, "p");
    markup_text_str(m, "The call is on ");
    web_link(m, subject_page(c, k), k->subject);
    markup_textf(m, ", %s. Its question:", web_until(c, k->until));
    markup_close(m, "p");
    markup_open(m, "blockquote");
    markup_element(m, "p", k->question);
    markup_close(m, "blockquote");
    web_form_begin(c, arena_printf(c->arena, "/%.*s", SV_ARG(c->path)), "position.take");
    web_choices(c, "position", "Position", choices, STANDS, chosen, true);
    web_field(c, &(struct web_field){.name = "reason", .label = "Reason", .rows = 5, .value = reason,
                                     .help = "Public, with your name. Who objects says why; others may."});
    web_form_end(c, k->position.len ? "Change my position" : "Take this position");
    web_end(c);
}

int position_page(struct web_call *c, struct err *err)
{
    struct asked_call k;
    int rc = asked_call(c->store, c->arena, c->person->id, c->params[0], &k, err);
    if (!rc && (k.closed || c->now >= k.until))
        rc = err_set(err, CM_EREFUSED, "%.*s takes no more positions: it is closed, or its time is over", SV_ARG(k.id));
    if (!rc)
        form(c, &k, NULL, k.position, k.reason);
    return rc;
}

int position_do(struct web_call *c, struct err *err)
{
    struct asked_call k;
    struct action_result r;
    struct err why = ERR_INIT;
    struct action_context context = web_context(c);
    struct sv position = form_value(&c->form, "position");
    context.reason = sv_trim(form_value(&c->form, "reason"));
    int rc = asked_call(c->store, c->arena, c->person->id, c->params[0], &k, err);
    if (rc)
        return rc;
    rc = action_position_take(&context, k.id, position, &r, &why);
    if (rc == CM_EINPUT || rc == CM_EREFUSED) {
        c->out->status = 422;
        form(c, &k, why.text, position, context.reason);
        return CM_OK;
    }
    if (rc)
        return err_set(err, rc, "%s", why.text);
    web_done(c, &r);
    return CM_OK;
}
