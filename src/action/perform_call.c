/* Consensus, and what the group publishes and has looked at. */
#include "action/perform.h"

#include "action/call.h"
#include "action/council.h"
#include "action/review.h"

static struct sv line(const struct action_values *v, const char *name)
{
    return sv_trim(action_value(v, name));
}

/* "analysis 0.2", or one of the two alone. */
static struct sv subject_of(struct action_context *c, const struct action_values *v)
{
    struct sv subject = line(v, "subject"), version = line(v, "version");
    return version.len ? sv_str(arena_printf(c->arena, "%.*s %.*s", SV_ARG(subject), SV_ARG(version))) : subject;
}

PERFORM(call_open)
{
    const struct call_request r = {subject_of(c, v), line(v, "question"), line(v, "until")};
    return action_call_open(c, &r, out, err);
}

PERFORM(call_close)
{
    const struct close_request r = {line(v, "call"), line(v, "outcome"), line(v, "judgement"), line(v, "link")};
    return action_call_close(c, &r, out, err);
}

PERFORM(position_take)
{
    return action_position_take(c, line(v, "call"), line(v, "position"), out, err);
}

PERFORM(objection_raise)
{
    return action_objection_raise(c, line(v, "threat"), out, err);
}

PERFORM(objection_answer)
{
    return action_objection_answer(c, line(v, "objection"), line(v, "text"), out, err);
}

PERFORM(objection_withdraw)
{
    return action_objection_withdraw(c, line(v, "objection"), out, err);
}

PERFORM(objection_dissent)
{
    return action_objection_dissent(c, line(v, "objection"), out, err);
}

PERFORM(decision_appeal)
{
    return action_decision_appeal(c, line(v, "decision"), line(v, "until"), out, err);
}

PERFORM(decision_refer)
{
    return action_decision_refer(c, line(v, "decision"), line(v, "answer-by"), out, err);
}

PERFORM(decision_answer)
{
    return action_decision_answer(c, line(v, "decision"), line(v, "answer"), line(v, "link"), out, err);
}

/* ---- editions ---- */

static int document_of(const struct action_values *v, enum document_kind *out, struct err *err)
{
    struct sv name = line(v, "document");
    return document_find(name, out) ? CM_OK : err_set(err, CM_EINPUT, "\"%.*s\" is no document; there are process, "
                                                      "template and analysis", SV_ARG(name));
}

PERFORM(edition_new)
{
    struct edition_request r = {.kind = line(v, "kind"), .remark = line(v, "remark"), .initials = line(v, "initials"),
                                .without_pdf = action_value_flag(v, "without-pdf")};
    int rc = document_of(v, &r.document, err);
    return rc ? rc : action_edition_new(c, &r, out, err);
}

PERFORM(assent_record)
{
    enum document_kind document;
    int rc = document_of(v, &document, err);
    return rc ? rc : action_assent(c, document, line(v, "author"), out, err);
}

/* ---- reviews and hand-overs ---- */

PERFORM(review_request)
{
    const struct review_request r = {subject_of(c, v), line(v, "to"), line(v, "name"), line(v, "by")};
    return action_review_request(c, &r, out, err);
}

PERFORM(review_withdraw)
{
    return action_review_withdraw(c, line(v, "review"), out, err);
}

PERFORM(handover_open)
{
    const struct handover_request r = {line(v, "threat"), line(v, "document"), line(v, "carried-by"), line(v, "venue"),
                                       line(v, "on"), line(v, "answer-by")};
    return action_handover_open(c, &r, out, err);
}

PERFORM(handover_settle)
{
    const struct handover_outcome o = {line(v, "handover"), line(v, "state"), line(v, "link")};
    return action_handover_settle(c, &o, out, err);
}
