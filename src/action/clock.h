/* The clock: carries out what process.md leaves to it, and reminds people of what is due.
 *
 * One tick at a time:
 *   - a round that is due and has its quorum is closed, where process.md says `rounds: {closed_by: clock}`;
 *   - for everything that register/due.h lists, a reminder is written: remind_days before, on the last day, once it
 *     is overdue, and when deputies may act. Each once for a thing and its date; of several that would be due together
 *     only the last; never one that comes before one that was written;
 *   - the default of the process is done for held posts that nobody decided on in time (action/moderation.h);
 *   - reminders that were not sent go out as mails, one to each person whose mail address is on record, where a list is
 *     hosted here; the others stay in the queue.
 *
 * A tick may come at any time, late, twice, after a restart, or in two processes at once: what it wrote is in the
 * store before anybody hears of it, under a key that holds once. A clock that jumps forward makes reminders early, one
 * that jumps back makes none again. Reminders and notices are private and no part of the record: a store that adopts
 * an exported record begins without any. After the end of a group a tick does nothing. */
#ifndef CASEMATE_ACTION_CLOCK_H
#define CASEMATE_ACTION_CLOCK_H

#include "action/action.h"

enum reminder_stage { REMINDER_BEFORE = 1, REMINDER_ON, REMINDER_OVERDUE, REMINDER_DEPUTY };
extern const char *const reminder_stages[]; /* by that number: "before", "on the day", "overdue", "deputy" */

/* One notice in the queue that mail sends. */
struct notice {
    int64_t reminder;
    struct sv member, name;   /* id and name; "operator" and "" where nobody holds the role */
    struct sv kind, thing;    /* "round", "R-1"; the thing is empty where there is one of the kind */
    struct sv what, who;      /* "to close round R-1", "Leader" */
    int64_t until;            /* first second too late */
    enum reminder_stage stage;
    int64_t at, sent_at;      /* written; 0: not sent */
};
struct tick_result {
    VEC(struct sv) closed;       /* rounds */
    VEC(struct notice) notices;  /* new ones */
    size_t posts;                /* held, and settled as nobody decided in time */
    size_t mails;                /* queued */
};
/* Ticks. c->actor is empty, what it does is the operator's. CM_EAGAIN: the store is busy; what was done before is done,
 * and the next tick goes on. */
CM_MUST_USE int action_tick(struct action_context *c, struct tick_result *out, struct err *err);

struct notices {
    VEC(struct notice) list;
};
/* Queues mails for the notices that were not sent. list: the address that sig.yaml names. action_tick() calls it. */
CM_MUST_USE int notices_mail(struct action_context *c, struct sv list, size_t *out_count, struct err *err);
enum notices_wanted {
    NOTICES_ALL,     /* in the order in which they were written, as the next */
    NOTICES_UNSENT,
    NOTICES_TO_MAIL, /* those not sent to members with a mail address; what is one member's together */
};
CM_MUST_USE int notices_load(struct store *s, struct arena *a, enum notices_wanted wanted, struct notices *out,
                             struct err *err);

#endif
