/* Absent leaders. Somebody who holds a role may say from when to when they are away; and a role of sig.yaml may be the
 * deputy for another one (deputy_for). Who holds it may do an act of that one on a thing that waits for it, when
 *
 *   - the thing has waited for the deputy_days of process.md, or
 *   - everybody who holds the role is away, or nobody holds it.
 *
 * The event says so. Which acts these are: those that begin with ACT_DEPUTY (acts.h). */
#ifndef CASEMATE_ACTION_DEPUTY_H
#define CASEMATE_ACTION_DEPUTY_H

#include "action/acts.h"

/* away.announce: from one day to another ("2026-12-01"), both included; again: the newest counts. By the person, or by
 * the operator without a name. CM_EREFUSED: somebody else's; CM_EINPUT: no days, or days that passed. */
struct away_request {
    struct sv name, from, until; /* from empty: today */
};
CM_MUST_USE int action_away_announce(struct action_context *c, const struct away_request *request,
                                     struct action_result *out, struct err *err);
/* away.end: back before the day. */
CM_MUST_USE int action_away_end(struct action_context *c, struct sv name, struct action_result *out, struct err *err);

/* After permit() refused with rc: CM_OK, with act->stands_for, when the actor holds a deputy's role for one that may;
 * otherwise rc, with err as it was. */
CM_MUST_USE int deputy_begin(struct act *act, int rc, struct err *err);

#endif
