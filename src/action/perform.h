/* Acts done from values by name. Private to this room: forms.c is the table of them. */
#ifndef CASEMATE_ACTION_PERFORM_H
#define CASEMATE_ACTION_PERFORM_H

#include "action/inputs.h"

#define PERFORM(name)                                                                                               \
    int perform_##name(struct action_context *c, const struct action_values *v, struct action_result *out,          \
                       struct err *err)

/* perform_threat.c */
PERFORM(threat_propose);
PERFORM(threat_edit);
PERFORM(threat_advance);
PERFORM(threat_reopen);
PERFORM(threat_merge);
PERFORM(threat_split);
PERFORM(threat_withdraw);
PERFORM(threat_challenge);
PERFORM(threat_recheck);
PERFORM(round_open);
PERFORM(round_close);
PERFORM(round_accept);
PERFORM(round_keep);
PERFORM(estimate_give);
/* perform_call.c */
PERFORM(call_open);
PERFORM(call_close);
PERFORM(position_take);
PERFORM(objection_raise);
PERFORM(objection_answer);
PERFORM(objection_withdraw);
PERFORM(objection_dissent);
PERFORM(decision_appeal);
PERFORM(decision_refer);
PERFORM(decision_answer);
PERFORM(edition_new);
PERFORM(assent_record);
PERFORM(review_request);
PERFORM(review_withdraw);
PERFORM(handover_open);
PERFORM(handover_settle);
/* perform_group.c */
PERFORM(member_add);
PERFORM(member_leave);
PERFORM(member_remove);
PERFORM(role_give);
PERFORM(role_take);
PERFORM(away_announce);
PERFORM(away_end);
PERFORM(embargo_open);
PERFORM(embargo_note);
PERFORM(embargo_share);
PERFORM(embargo_release);
PERFORM(hold_approve);
PERFORM(hold_return);
PERFORM(hold_discard);
PERFORM(hold_refile);
PERFORM(hold_appeal);
PERFORM(thread_tie);
PERFORM(thread_untie);
PERFORM(list_new);
PERFORM(list_set);
PERFORM(sig_end);
PERFORM(sig_resume);

#endif
