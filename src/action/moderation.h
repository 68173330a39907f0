/* Moderation: what becomes of posts that are held. The rules are those of process.md, "moderation".
 *
 * Every act is a public event about the post's number ("P-7"). It holds which rules held the post, what was done, for
 * which of the published reasons, and what the moderator says in public; nothing of the post, nothing of its author.
 * Errors: as in action.h. */
#ifndef CASEMATE_ACTION_MODERATION_H
#define CASEMATE_ACTION_MODERATION_H

#include "action/action.h"
#include "forum/hold.h"
#include "forum/message.h"

/* hold.approve, hold.return, hold.discard: the post is settled. Where the process wants two moderators and this is the
 * first, hold.propose: it is settled when another one does the same for the same reason. A post that was settled is
 * approved only after an appeal about it was accepted. c->reason: public words; wanted with `urgent`. */
struct hold_decision {
    struct sv post;    /* "P-7" */
    struct sv outcome; /* approve, return, discard */
    struct sv because; /* id of a reason of the process; empty for approve */
    bool urgent;       /* alone, where two are wanted */
};
struct hold_done {
    bool proposed;      /* another moderator is waited for */
    bool told;          /* its author was told */
    const char *untold; /* why not; NULL: nobody was to be told */
};
CM_MUST_USE int action_hold_decide(struct action_context *c, const struct hold_decision *d, struct hold_done *done,
                                   struct action_result *out, struct err *err);
/* hold.refile: when it passes, it is about this threat and stage. stage: empty: the threat's own. */
CM_MUST_USE int action_hold_refile(struct action_context *c, struct sv post, struct sv threat, struct sv stage,
                                   struct action_result *out, struct err *err);
/* hold.timeout: the default of the process for each that nobody decided on in time. May be called at any time, again
 * and by two at once: each is settled once. *out_count: how many now. After the end of a group: none. */
CM_MUST_USE int action_holds_due(struct action_context *c, size_t *out_count, struct err *err);
/* A call on an act of moderation (hold.appeal): action/call.h. */

/* ---- for moderators: what is held ---- */

struct held {
    struct hold hold;
    struct message message;
    struct moderations log; /* what was done about it so far */
};
struct held_list {
    VEC(struct held) list;
};
/* What waits; list may be empty. CM_EREFUSED to who may not moderate, as the next one. */
CM_MUST_USE int held_load(struct action_context *c, struct sv list, struct held_list *out, struct err *err);
/* One, also when it is settled, with a text for a terminal or a mail: nothing in it is more than a character. */
CM_MUST_USE int held_show(struct action_context *c, struct sv post, struct held *out, struct sv *out_text,
                          struct err *err);

/* ---- for operators: alarms ---- */

struct alarm {
    int64_t id, at, cleared; /* cleared: when; 0: not */
    struct sv kind, text;
};
struct alarms {
    VEC(struct alarm) list;
};
/* all: also those that were cleared. CM_EREFUSED to who may not configure, as the next one. */
CM_MUST_USE int alarms_load(struct action_context *c, bool all, struct alarms *out, struct err *err);
/* id 0: all. Private: no event. *out_count: how many. CM_ENOTFOUND: no such alarm is raised. */
CM_MUST_USE int action_alarm_clear(struct action_context *c, int64_t id, size_t *out_count, struct err *err);

#endif
