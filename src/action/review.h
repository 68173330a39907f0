/* Acts about reviews and hand-overs. Errors: as in action.h. */
#ifndef CASEMATE_ACTION_REVIEW_H
#define CASEMATE_ACTION_REVIEW_H

#include "action/action.h"

enum { REVIEW_TEXT_MAX = 64 * 1024 };

/* review.request: asks an expert by a date. The address is kept in the store and is no part of the record; what stands
 * there, and on pages, is the name. */
struct review_request {
    struct sv subject; /* "T-0042", "process", "template", "analysis", or an edition: "analysis 0.2" */
    struct sv address, name, by; /* by: a day, a time or "+14d" */
};
CM_MUST_USE int action_review_request(struct action_context *c, const struct review_request *request,
                                      struct action_result *out, struct err *err);

/* review.answer: by whoever holds the review's id; out->id is that id. The answer is about the text that was asked
 * about, or with `present` about the text as it is now (not for an edition). A later answer takes the place of an
 * earlier one; both stay in the record. CM_EREFUSED when the review was withdrawn. */
struct review_answer {
    struct sv id, verdict, text; /* sound, changes-wanted, declined; the text may be empty but for changes-wanted */
    bool present;
};
CM_MUST_USE int action_review_answer(struct action_context *c, const struct review_answer *answer,
                                     struct action_result *out, struct err *err);
/* review.withdraw: a request that was not answered, with a reason. */
CM_MUST_USE int action_review_withdraw(struct action_context *c, struct sv id, struct action_result *out,
                                       struct err *err);
/* Where the reviewer was asked; empty when this store does not know. Private: for the operator. */
CM_MUST_USE int review_address(struct store *s, struct arena *a, struct sv id, struct sv *out, struct err *err);

/* handover.open: a named person carries the recommendation of a threat to the venue of a document that the threat
 * cites. The threat must be confirmed at the stage that asks for responses, or a later one. */
struct handover_request {
    struct sv threat, document, carrier, venue;
    struct sv on;        /* day, may have passed */
    struct sv answer_by; /* day until which one waits for an answer; empty: 30 days after `on` */
};
CM_MUST_USE int action_handover_open(struct action_context *c, const struct handover_request *request,
                                     struct action_result *out, struct err *err);
/* handover.settle: taken-up and declined with the address of the message or minute that says so, or unanswered. What
 * was unanswered may be settled again when an answer comes after all. */
struct handover_outcome {
    struct sv id, state, link;
};
CM_MUST_USE int action_handover_settle(struct action_context *c, const struct handover_outcome *outcome,
                                       struct action_result *out, struct err *err);

#endif
