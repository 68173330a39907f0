/* What a member is asked: in open rounds and calls, and what the same member answered so far. For forms; the acts check
 * everything themselves. Nobody else's answers are here. */
#ifndef CASEMATE_ACTION_ASKED_H
#define CASEMATE_ACTION_ASKED_H

#include "action/round.h"
#include "register/calls.h"

struct asked_step {
    struct sv key, label; /* "#phish:p" */
    struct sv answer;     /* empty: none yet */
};
struct asked_estimate {
    struct sv threat, name, round;
    int64_t due;
    struct round_scale scales[ROUND_FACTORS];
    struct sv answers[ROUND_FACTORS], reason; /* of the member; empty: none yet */
    VEC(struct asked_step) steps;
};
/* member: id. CM_ENOTFOUND: no such threat; CM_EREFUSED: it is in no open round. */
CM_MUST_USE int asked_estimate(struct store *s, struct arena *a, struct sv member, struct sv threat,
                               struct asked_estimate *out, struct err *err);

struct asked_threat {
    struct sv threat, name;
    bool answered; /* by the member, anything */
};
struct asked_round {
    VEC(struct asked_threat) list;
};
/* The threats of a round, as they were named. CM_ENOTFOUND: no such round. */
CM_MUST_USE int asked_round(struct store *s, struct arena *a, struct sv member, struct sv round,
                            struct asked_round *out, struct err *err);

struct asked_call {
    struct sv id, subject, question;
    enum call_kind kind;
    int64_t until;
    bool closed;
    struct sv position, reason; /* of the member; empty: none yet */
};
/* CM_ENOTFOUND: no such call. */
CM_MUST_USE int asked_call(struct store *s, struct arena *a, struct sv member, struct sv call, struct asked_call *out,
                           struct err *err);

#endif
