/* One act about consensus on its way. Private to call.c and objection.c. */
#ifndef CASEMATE_ACTION_CALL_RUN_H
#define CASEMATE_ACTION_CALL_RUN_H

#include "action/acts.h"
#include "action/call.h"

struct call_run {
    struct action_context *c;
    struct action_result *out;
    const struct call_request *open;
    const struct close_request *close;
    struct sv id, text;          /* what the act is about; its text */
    struct sv stand;
    enum objection_state state;  /* that an objection gets */
    struct act act;
    struct calls calls;          /* as they are before the act */
};
/* act_begin() with its flags, and the calls. */
CM_MUST_USE int call_begin(struct call_run *r, const char *action, unsigned flags, struct err *err);
/* A call that is not closed; otherwise *rc says why not. */
const struct call *call_wanted(struct call_run *r, struct sv id, int *rc, struct err *err);
/* The last day of a call. */
const char *call_last_day(struct arena *a, const struct call *c);
/* What has changed since the call opened: "T-0003, T-0007 and 5 more". */
const char *call_changes(struct arena *a, const struct call *c);

#endif
