/* A reviewer's answer, without an account: the link in the mail that asked is the key, as its one-time address is. It
 * works again and again until long after the day; a later answer takes the place of an earlier one. */
#include "action/review.h"
#include "base/date.h"
#include "forum/token.h"
#include "gateway/web/pages.h"

#define TEXT(literal) {literal, sizeof(literal) - 1}
static const struct web_choice verdicts[] = {
    {TEXT("sound"), TEXT("Sound"), TEXT("I find nothing that should change.")},
    {TEXT("changes-wanted"), TEXT("Changes wanted"), TEXT("I say below what should change.")},
    {TEXT("declined"), TEXT("Declined"), TEXT("I do not review it.")},
};

static int find(struct web_call *c, struct token *out, struct err *err)
{
    int rc = token_find(c->store, c->arena, c->params[0], c->now, out, err);
    if (!rc && (out->kind != TOKEN_REVIEW || (out->state != TOKEN_GOOD && out->state != TOKEN_USED)))
        rc = err_set(err, CM_ENOTFOUND, "This link is none of ours, or its time is over. The mail that it was in says "
                                        "whom to write to.");
    return rc;
}

/* "T-0042" and "analysis 0.2" have pages. */
static const char *page_of(struct web_call *c, struct sv subject)
{
    struct sv rest = subject, document;
    sv_split(&rest, ' ', &document);
    if (rest.len)
        return arena_printf(c->arena, "/editions/%.*s/%.*s/%.*s.html", SV_ARG(document), SV_ARG(rest),
                            SV_ARG(document));
    bool threat = sv_find_char(subject, '-') > 0;
    return arena_printf(c->arena, threat ? "/threats/%.*s.html" : "/%.*s.html", SV_ARG(subject));
}

static void form(struct web_call *c, const struct token *t, const char *fault)
{
    struct markup *m = web_begin(c, arena_printf(c->arena, "Your review of %.*s", SV_ARG(t->detail)));
    if (fault)
        web_fault(c, fault);
    markup_open(m, "p");
    markup_textf(m, "%.*s asks you what you think of ", SV_ARG(c->frame->profile->sig.name));
    web_link(m, page_of(c, t->detail), t->detail);
    markup_text_str(m, ". What you answer is published under your name; your address is not. You may answer again: a "
                       "later answer takes the place of an earlier one.");
    markup_close(m, "p");
    web_form_begin(c, arena_printf(c->arena, "/%.*s", SV_ARG(c->path)), "review.answer");
    web_choices(c, "verdict", "Verdict", verdicts, ARRAY_LEN(verdicts), form_value(&c->form, "verdict"), true);
    web_field(c, &(struct web_field){.name = "text", .label = "What you want to say", .rows = 12,
                                     .value = form_value(&c->form, "text")});
    web_form_end(c, "Answer");
    web_end(c);
}

int review_page(struct web_call *c, struct err *err)
{
    struct token t;
    int rc = find(c, &t, err);
    if (!rc)
        form(c, &t, NULL);
    return rc;
}

int review_do(struct web_call *c, struct err *err)
{
    struct token t;
    struct action_result r;
    struct err why = ERR_INIT;
    struct action_context context = web_context(c);
    int rc = find(c, &t, err);
    if (rc)
        return rc;
    const struct review_answer answer = {t.subject, form_value(&c->form, "verdict"),
                                         sv_trim(form_value(&c->form, "text")), false};
    context.actor = SV_NONE; /* who holds the link, whoever is logged in */
    rc = action_review_answer(&context, &answer, &r, &why);
    if (rc == CM_EINPUT || rc == CM_EREFUSED) {
        c->out->status = 422;
        form(c, &t, why.text);
        return CM_OK;
    }
    if (rc)
        return err_set(err, rc, "%s", why.text);
    struct markup *m = web_begin(c, "Thank you");
    web_text(c, arena_printf(c->arena, "Your answer about %.*s is in the public record, as event %lld.",
                             SV_ARG(t.detail), (long long)r.event));
    markup_open(m, "p");
    web_link(m, page_of(c, t.detail), t.detail);
    markup_close(m, "p");
    web_end(c);
    return CM_OK;
}
