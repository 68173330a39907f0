/* Experts are asked by mail, and answer by mail. Their one-time address works until long after the day that they were
 * asked for; a later answer takes the place of an earlier one. */
#include "action/commands.h"

#include "action/review.h"
#include "base/date.h"
#include "forum/answered.h"

enum { DAYS_AFTER = 90 }; /* for which an answer is taken after the day */

static const char how[] =
    "Please reply to this mail. Its first line says one of\n\n"
    "    Verdict: sound\n    Verdict: changes-wanted\n    Verdict: declined\n\n"
    "and below it stands what you want to say. Quotes and signature are left out.\n"
    "It is published under your name; your address is not. You may answer again:\n"
    "a later answer takes the place of an earlier one.\n";

/* ---- asking ---- */

static int text_of(struct action_context *c, struct sv subject, struct sv *out, struct err *err)
{
    struct store_stmt *q;
    *out = SV_NONE;
    int rc = store_prepare(c->store, "SELECT f.text FROM file f JOIN threat t ON t.path = f.path WHERE t.id = $1", &q,
                           err);
    if (rc)
        return rc;
    store_bind_text(q, 1, subject);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = arena_sv(c->arena, store_text(q, 0));
    store_done(q);
    return rc;
}

static int send_question(struct action_context *c, const struct sig *sig, const struct list *list,
                         const struct token_new *t, struct sv name, int64_t due, struct err *err)
{
    struct arena *a = c->arena;
    struct sv token, text, subject = t->detail;
    int rc = token_make(c->store, a, t, &token, err);
    if (!rc)
        rc = text_of(c, subject, &text, err);
    if (rc)
        return rc;
    struct sv url = list->setting[SET_URL];
    const char *page = url.len ? arena_printf(a, "\nOr answer on the web:\n\n    %.*s/review/%.*s\n", SV_ARG(url),
                                              SV_ARG(token)) : "";
    const char *body = arena_printf(
        a, "Dear %.*s,\n\n%.*s asks you for a review of %.*s, by %s.\n\n%s%s%s%.*s", SV_ARG(name), SV_ARG(sig->name),
        SV_ARG(subject), date_format(a, date_from_time(due - 1)), how, page, text.len ? "\nThe text:\n\n" : "",
        SV_ARG(text));
    const struct compose mail = {
        .from = route_address(a, list->address, "-request", SV_NONE), .from_name = list->title, .to = t->address,
        .to_name = name, .reply_to = route_address(a, list->address, "-confirm", token),
        .subject = sv_str(arena_printf(a, "%.*s: a review of %.*s?", SV_ARG(sig->name), SV_ARG(subject))),
        .text = sv_str(body), .date = c->now, .automatic = COMPOSE_GENERATED};
    return list_send(c, list, &mail, err);
}

int review_ask(struct action_context *c, const struct sig *sig, struct sv id, struct sv subject, struct sv name,
               struct sv address, int64_t due, struct err *err)
{
    struct lists lists;
    int rc = lists_load(c->store, c->arena, &lists, err);
    const struct list *list = rc || !sig->list.len ? NULL : lists_find(&lists, route_mailbox(c->arena, sig->list));
    if (rc || !list || list->followed || !route_is_address(address))
        return rc;
    const struct token_new t = {TOKEN_REVIEW, list->id, id, address, subject, c->now,
                                due + DAYS_AFTER * (int64_t)DATE_DAY};
    return send_question(c, sig, list, &t, name, due, err);
}

/* ---- answers ---- */

/* A loose word ("ok", "fine") is a verdict only when the line says nothing else: "Good evening," greets, and "OK, I'll
 * look" promises. Behind "Verdict:" more may follow. */
static bool says(struct sv line, struct sv word, bool more)
{
    if (!sv_starts(line, word))
        return false;
    struct sv rest = sv_from_byte(line, word.len);
    if (more)
        return !rest.len || strchr(" .,;!-", rest.at[0]);
    while (rest.len && strchr(" \t.,;!", rest.at[0]))
        rest = sv_from_byte(rest, 1);
    return !rest.len;
}

const char *review_verdict(struct arena *a, struct sv line)
{
    static const struct {
        const char *begins, *verdict;
    } words[] = {
        {"sound", "sound"},           {"ok", "sound"},          {"okay", "sound"},
        {"fine", "sound"},            {"good", "sound"},        {"approve", "sound"},
        {"accept", "sound"},          {"changes", "changes-wanted"}, {"change", "changes-wanted"},
        {"needs changes", "changes-wanted"}, {"needs work", "changes-wanted"}, {"wants changes", "changes-wanted"},
        {"changes-wanted", "changes-wanted"}, {"changes wanted", "changes-wanted"},
        {"not sound", "changes-wanted"}, {"unsound", "changes-wanted"},
        {"declined", "declined"},     {"decline", "declined"},  {"i decline", "declined"},
        {"no time", "declined"},      {"cannot", "declined"},
    };
    line = route_mailbox(a, sv_trim(line));
    bool named = sv_starts(line, SV("verdict:"));
    if (named)
        line = sv_trim(sv_from_byte(line, 8));
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (says(line, sv_str(words[i].begins), named))
            return words[i].verdict;
    return NULL;
}

static int reply_to_reviewer(struct arriving *m, const struct token *t, const char *subject, const char *text,
                             struct err *err)
{
    struct arena *a = m->c->arena;
    const struct answer answer = {t->address, route_address(a, m->list->address, "-confirm", m->route.detail),
                                  sv_str(arena_printf(a, "%.*s: %s", SV_ARG(m->list->title), subject)), sv_str(text)};
    return list_answer(m, &answer, err);
}

int review_answered(struct arriving *m, const struct token *t, struct err *err)
{
    struct arena *a = m->c->arena;
    struct action_context c = mail_acts_as(m, SV_NONE, mail_source(m));
    struct action_result r;
    struct err reason = ERR_INIT;
    struct sv first, text;
    bool may = false;
    int rc = t->state == TOKEN_GOOD /* which works again and again */
        ? answered_may(m->c->store, a, t->address, ANSWERED_COMMAND, m->c->now, &may, err) : CM_OK;
    if (rc || !may)
        return rc;
    command_answer(a, &m->mail, &first, &text);
    const char *verdict = review_verdict(a, first);
    if (!verdict)
        return reply_to_reviewer(m, t, "your answer was not understood",
                                 arena_printf(a, "The first line of your answer is no verdict. Nothing was noted."
                                                 "\n\n%s", how), err);
    const struct review_answer given = {t->subject, sv_str(verdict), text, false};
    rc = action_review_answer(&c, &given, &r, &reason);
    if (command_is_refusal(rc))
        return reply_to_reviewer(m, t, "your answer was not noted", arena_printf(a, "%s.\n", reason.text), err);
    if (rc) {
        *err = reason;
        return rc;
    }
    return reply_to_reviewer(m, t, "thank you",
                             arena_printf(a, "Your answer about %.*s is in the public record, as event %lld: %s.\n"
                                             "A reply to this mail takes its place.\n", SV_ARG(t->detail),
                                          (long long)r.event, verdict), err);
}
