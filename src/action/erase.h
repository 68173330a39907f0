/* Taking words out of the record, on request. Errors: as in action.h. */
#ifndef CASEMATE_ACTION_ERASE_H
#define CASEMATE_ACTION_ERASE_H

#include "action/action.h"

struct erase_request {
    int64_t event;   /* 0: every event that holds the words */
    struct sv words; /* only texts that hold these; empty: all words of the event */
};

struct erase_outcome {
    VEC(int64_t) events;        /* erased in part */
    VEC(const char *) kept;     /* "T-0005 abstract": texts of them that are the present ones, and stay */
    VEC(const char *) editions; /* "analysis 0.1: without analysis.pdf" */
};

/* record.erase: destroys words of one event, or of all that hold certain words. The public reason stands where they
 * stood. In stored editions the same words are replaced, or the file that holds them goes. CM_EREFUSED when the words
 * still stand in the SIG's files, or where no words are looked for (a name of a member). */
CM_MUST_USE int action_record_erase(struct action_context *c, const struct erase_request *request,
                                    struct erase_outcome *outcome, struct action_result *out, struct err *err);

#endif
