/* Mail in and out in one thread: an LMTP server, a worker, or both, in one loop over one store. */
#ifndef CASEMATE_GATEWAY_MAIL_DAEMON_H
#define CASEMATE_GATEWAY_MAIL_DAEMON_H

#include "gateway/mail/worker.h"

struct daemon_options {
    const char *db;
    const char *lmtp; /* address to listen at; NULL: none */
    bool sends;
    const char *smtp; /* of the mail server; NULL: localhost:25 */
    const char *host; /* how we call ourselves */
    int64_t (*clock)(void *context);
    void *context;
    struct log *log;
};

struct mail_daemon;

/* Listens when it returns. *out is NULL after a failure. */
CM_MUST_USE int daemon_start(const struct daemon_options *options, struct mail_daemon **out, struct err *err);
/* The port that LMTP really listens at; 0: a unix socket, or none. */
unsigned daemon_port(const struct mail_daemon *d);
/* Finishes what is under way, within some seconds. NULL inside is fine. */
void daemon_stop(struct mail_daemon **d);

/* Sends what is due now, in this thread, and ends. CM_EAGAIN: the mail server is not there, or the store busy. */
CM_MUST_USE int daemon_run_queue(const struct daemon_options *options, struct worker_counts *out, struct err *err);

#endif
