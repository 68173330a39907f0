/* Acts about consensus: calls, positions, objections, decisions, appeals, and what is called editorial. The rules
 * are those of process.md, section "Calls"; who refuses cites them. Payloads: docs/process.md. Errors: as in
 * action.h.
 *
 * Nothing here counts positions: the leader judges, in writing. */
#ifndef CASEMATE_ACTION_CALL_H
#define CASEMATE_ACTION_CALL_H

#include "action/action.h"
#include "register/calls.h"

struct call_request {
    struct sv subject;  /* "process", "template", "analysis 0.2" (edition of a document), "D-3" (an appeal) */
    struct sv question;
    struct sv until;    /* act_due(): "2026-12-31", "+14d"; empty: the shortest time that the process allows */
};
/* call.open: binds to the text as it is. CM_EREFUSED: shorter than the process allows; a mode that accepts by
 * reviews (editions only); an edition that is not the newest of its document, or whose text has changed since; one
 * call on it is open. out->id: "C-1". */
CM_MUST_USE int action_call_open(struct action_context *c, const struct call_request *request,
                                 struct action_result *out, struct err *err);
/* decision.appeal: opens a call on a decision, by any member; c->reason is the question. */
CM_MUST_USE int action_decision_appeal(struct action_context *c, struct sv decision, struct sv until,
                                       struct action_result *out, struct err *err);
/* hold.appeal: the same about what was done with a held post ("P-7"); whoever had a part in that does not close it. */
CM_MUST_USE int action_hold_appeal(struct action_context *c, struct sv post, struct sv until, struct action_result *out,
                                   struct err *err);
struct close_request {
    struct sv call;
    struct sv outcome;   /* "accepted", "not-accepted" */
    struct sv judgement; /* why, in the leader's words */
    struct sv link;      /* minute or message; may be empty */
};
/* call.close: after the end date, when no objection is open. An appeal is closed by somebody else than who closed
 * the call that is appealed. out->id: "D-1". */
CM_MUST_USE int action_call_close(struct action_context *c, const struct close_request *request,
                                  struct action_result *out, struct err *err);

/* position.take: support, object (c->reason is wanted) or abstain, until the end date. Again: changes it. To object
 * makes an objection, or changes the text of one's own open one; to do so no more withdraws all of one's own in
 * the call. No event when nothing changes. Refused on a stale text: one that changed since the call opened. */
CM_MUST_USE int action_position_take(struct action_context *c, struct sv call, struct sv position,
                                     struct action_result *out, struct err *err);
/* objection.raise: to the priority of a threat, in the objection period after its round. out->id: "O-1". */
CM_MUST_USE int action_objection_raise(struct action_context *c, struct sv threat, struct action_result *out,
                                       struct err *err);
/* objection.answer (again: a better one), objection.dissent (c->reason: why it stays unresolved), both by who may
 * close calls; objection.withdraw, by who raised it. As long as its call is open. */
CM_MUST_USE int action_objection_answer(struct action_context *c, struct sv id, struct sv text,
                                        struct action_result *out, struct err *err);
CM_MUST_USE int action_objection_dissent(struct action_context *c, struct sv id, struct action_result *out,
                                         struct err *err);
CM_MUST_USE int action_objection_withdraw(struct action_context *c, struct sv id, struct action_result *out,
                                          struct err *err);

/* threat.challenge: a member says that the last change of a threat was not editorial (c->reason: why). Decisions
 * on the text before it are outdated then. CM_EREFUSED when no change that led to the present text is called so. */
CM_MUST_USE int action_threat_challenge(struct action_context *c, struct sv threat, struct action_result *out,
                                        struct err *err);

#endif
