/* Threads tied to threats. A tie says which threat a thread is about, and which stage of it. It is made by the address
 * or the subject of a post that passed (thread.tie by "LIST:mail", as a From names nobody for certain), or by a
 * moderator. Errors: as in action.h. */
#ifndef CASEMATE_ACTION_TIES_H
#define CASEMATE_ACTION_TIES_H

#include "action/action.h"
#include "forum/list.h"
#include "forum/message.h"
#include "forum/tie.h"

/* thread: number of a thread that is here. stage: empty: the threat's own. */
CM_MUST_USE int action_thread_tie(struct action_context *c, int64_t thread, struct sv threat, struct sv stage,
                                  struct action_result *out, struct err *err);
/* threat: empty: all that the thread is tied to. */
CM_MUST_USE int action_thread_untie(struct action_context *c, int64_t thread, struct sv threat,
                                    struct action_result *out, struct err *err);

/* ---- inside this room ---- */

/* What the threat is now. */
struct tied_threat {
    struct sv id, name, stage;
    int64_t priority; /* 0: not rated */
};
/* *out_found: false when there is no such threat. */
CM_MUST_USE int tied_threat_load(struct action_context *c, struct sv id, struct tied_threat *out, bool *out_found,
                                 struct err *err);
/* What "+DETAIL" of an address asks for. CM_ENOTFOUND: there is no such threat or stage, or it names none. */
CM_MUST_USE int tie_aim(struct action_context *c, struct sv detail, struct tie_words *out, struct err *err);
CM_MUST_USE int tie_keep_aim(struct action_context *c, int64_t message, struct sv detail, struct err *err);
/* Ties the thread of a public message to what its address and subject name, and notes for each threat that its thread
 * is tied to what the threat is now. */
CM_MUST_USE int tie_message(struct action_context *c, int64_t message, struct err *err);
/* The threat of a message's thread when it is tied to one alone; empty otherwise. */
CM_MUST_USE int tie_only_threat(struct action_context *c, int64_t message, struct sv *out, struct err *err);

/* Threads with public messages, newest first. list and threat: empty for all; threats of a row: ids with commas
 * between. */
struct thread_row {
    int64_t id, first, last, messages;
    struct sv list, subject, threats;
};
struct thread_rows {
    VEC(struct thread_row) list;
};
CM_MUST_USE int thread_rows_load(struct store *s, struct arena *a, struct sv list, struct sv threat,
                                 struct thread_rows *out, struct err *err);

#endif
