/* Mail that goes out: takes what is due from the store's queue to the mail server next door, over gateway/smtp, in the
 * loop of one thread.
 *
 * A batch is claimed in one transaction (recipients of one mail, at most WORKER_BATCH), sent, and its results are
 * written in another, some milliseconds later at most. Memory: a few batches and their mails, however many recipients
 * there are. Several workers may have one store: each has its own rows in hand.
 *
 * Nothing is lost, and nothing is sent twice, except in the one window in which that cannot be known: the server took
 * the mail and its answer did not arrive here (RFC 1047), or this process ended before it had written the result down.
 * Then the mail is sent again. */
#ifndef CASEMATE_GATEWAY_MAIL_WORKER_H
#define CASEMATE_GATEWAY_MAIL_WORKER_H

#include "base/log.h"
#include "gateway/net/loop.h"
#include "store/store.h"

enum { WORKER_BATCH = 200 };

struct worker_options {
    struct store *store; /* of the loop's thread */
    const char *db;      /* its path */
    const char *smtp;    /* address of the mail server; NULL: localhost:25 */
    const char *host;    /* how we call ourselves */
    unsigned connections; /* 0: 4 */
    int64_t (*clock)(void *context); /* seconds since 1970 */
    void *context;
    struct log *log; /* may be NULL */
};

struct worker;

CM_MUST_USE int worker_start(struct net_loop *loop, const struct worker_options *options, struct worker **out,
                             struct err *err);
/* There may be something to send now. */
void worker_wake(struct worker *w);
struct worker_counts {
    uint64_t sent, failed, later;
    bool unreached; /* the mail server is not there now */
    bool broken;    /* the store could not be read or written */
};
struct worker_counts worker_count(const struct worker *w);
/* Nothing is under way, and the queue held nothing that was due when it was looked at last. */
bool worker_is_idle(const struct worker *w);
/* Claims nothing more; what is under way is finished. */
void worker_stop(struct worker *w);
bool worker_is_stopped(const struct worker *w);
/* Results that are known are written; what is under way still is sent again by the next worker. NULL inside is fine. */
void worker_free(struct worker **w);

#endif
