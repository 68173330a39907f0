/* Deliveries on their way out: one row for each recipient until it is settled.
 *
 * A row is waiting until a worker claims it, sending until its result is written, then gone (sent) or failed, or
 * waiting again. A worker holds the lock of a file while it lives (gateway/mail/claim.h); rows of one that holds none
 * any more are given back by queue_release(), since nobody knows whether the mail server had taken them.
 *
 * Tries of one delivery are 1, 5, 15, 60 and 120 minutes apart, then 4 hours, and end after five days. */
#ifndef CASEMATE_FORUM_QUEUE_H
#define CASEMATE_FORUM_QUEUE_H

#include "base/vec.h"
#include "store/store.h"

enum { QUEUE_ATTEMPTS_MAX = 34, QUEUE_REPLY_MAX = 300, QUEUE_FAILED_DAYS = 14 };

/* Seconds until the next try, after so many; 0: none. */
int64_t queue_pause(int64_t attempts);

struct queue_item {
    struct sv recipient;
    int64_t subscriber, attempts; /* subscriber 0: none */
};
/* What one worker sends next: recipients of one mail. */
struct queue_batch {
    int64_t outgoing, message; /* message 0: the mail is in bytes */
    struct sv kind, list;      /* list: an id, or empty */
    struct sv bytes;
    VEC(struct queue_item) items; /* none: nothing is due */
};
/* Claims for a worker. A subscriber who is not active any more is left out. */
CM_MUST_USE int queue_claim(struct store *s, struct arena *a, struct sv worker, int64_t now, size_t most,
                            struct queue_batch *out, struct err *err);

enum queue_fate { QUEUE_SENT, QUEUE_LATER, QUEUE_FAILED };
struct queue_result {
    int64_t outgoing, attempts; /* attempts: before this one */
    struct sv recipient, reply;
    enum queue_fate fate;
};
/* Inside store_tx(). Of a row that the worker has claimed; one that somebody dropped meanwhile is left alone.
 * *out_failed: it has failed for good, be it after the last try. */
CM_MUST_USE int queue_settle(struct store *s, struct sv worker, const struct queue_result *r, int64_t now,
                             bool *out_failed, struct err *err);
/* Inside store_tx(): forgets a mail that has no delivery any more, with the alarm about it. */
CM_MUST_USE int queue_finish(struct store *s, int64_t outgoing, int64_t now, struct err *err);

struct queue_names {
    VEC(struct sv) list;
};
/* Workers that have rows in hand. */
CM_MUST_USE int queue_workers(struct store *s, struct arena *a, struct queue_names *out, struct err *err);
/* Gives all that a worker has in hand back to the queue. */
CM_MUST_USE int queue_release(struct store *s, struct sv worker, int64_t *out_rows, struct err *err);

/* One alarm for each mail that has not left after so many seconds; forgets what failed long ago. */
CM_MUST_USE int queue_watch(struct store *s, struct arena *a, int64_t now, int64_t seconds, struct err *err);

struct queue_row {
    int64_t outgoing, at, due, attempts;
    struct sv kind, list, recipient, state, reply;
};
struct queue_rows {
    VEC(struct queue_row) list;
};
/* In the order in which they are due; at most so many. */
CM_MUST_USE int queue_load(struct store *s, struct arena *a, int64_t most, struct queue_rows *out, struct err *err);
/* A mail that has waited for longer shows that nothing leaves. */
enum { QUEUE_STUCK_MINUTES = 30 };
struct queue_counts {
    int64_t waiting, sending, failed, oldest; /* oldest: time of the oldest mail that has not left; 0: none */
};
CM_MUST_USE int queue_count(struct store *s, struct queue_counts *out, struct err *err);
/* Waiting and failed deliveries become due now, with all their tries. outgoing 0: of all mails. */
CM_MUST_USE int queue_retry(struct store *s, int64_t outgoing, int64_t now, int64_t *out_rows, struct err *err);
/* CM_ENOTFOUND. recipient empty: all of the mail that no worker has in hand. */
CM_MUST_USE int queue_drop(struct store *s, int64_t outgoing, struct sv recipient, int64_t now, int64_t *out_rows,
                           struct err *err);

#endif
