/* Trying one's ratings on sample threats (calibration.yaml). These are the acts of one person for that person alone:
 * they write a private table and no event, as what happened to nobody else is no part of the public record. Errors: as
 * in action.h. */
#ifndef CASEMATE_ACTION_CALIBRATE_H
#define CASEMATE_ACTION_CALIBRATE_H

#include "action/action.h"
#include "register/calibration.h"

/* The rules of the group and its samples: all that is asked for here, however long the register. */
CM_MUST_USE int calibration_rules(struct action_context *c, struct profile **out, struct err *err);

struct calibration_request {
    struct sv sample;
    struct sv words[ROUND_FACTORS]; /* ids of levels */
};
/* The rating of context->actor, once: the reference is told with it. CM_EREFUSED for a second one, unless the sample
 * was changed since. */
CM_MUST_USE int action_calibrate(struct action_context *c, const struct calibration_request *request, struct err *err);
/* Removes all ratings of context->actor, to begin anew. */
CM_MUST_USE int action_calibrate_forget(struct action_context *c, size_t *out_count, struct err *err);
/* What context->actor rated so far. */
CM_MUST_USE int calibration_mine(struct action_context *c, const struct profile *p, struct calibration_feedback *out,
                                 struct err *err);

#endif
