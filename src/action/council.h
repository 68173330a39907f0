/* After an appeal was decided, the body that the group reports to may be asked (process.md, "Appeals"). What it
 * answers is noted by somebody whose role may "answer", or by the operator. A decision whose appeal is upheld is set
 * aside, and accepts nothing any more. Errors: as in action.h. */
#ifndef CASEMATE_ACTION_COUNCIL_H
#define CASEMATE_ACTION_COUNCIL_H

#include "action/action.h"

/* decision.refer: c->reason says why. answer_by: act_due(); empty: 30 days from now. CM_EREFUSED: the decision was not
 * appealed, its appeal is not decided, it was overturned by it, or the council was asked already. */
CM_MUST_USE int action_decision_refer(struct action_context *c, struct sv decision, struct sv answer_by,
                                      struct action_result *out, struct err *err);
/* decision.answer: "dismissed" or "upheld", with c->reason and the address of the minute or message. Once. */
CM_MUST_USE int action_decision_answer(struct action_context *c, struct sv decision, struct sv answer, struct sv link,
                                       struct action_result *out, struct err *err);

#endif
