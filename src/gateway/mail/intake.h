/* Mail that comes in over LMTP, into the store: the callbacks of gateway/lmtp as calls of action/mail.h. */
#ifndef CASEMATE_GATEWAY_MAIL_INTAKE_H
#define CASEMATE_GATEWAY_MAIL_INTAKE_H

#include "base/log.h"
#include "gateway/lmtp/server.h"
#include "store/store.h"

struct intake {
    struct store *store; /* of the loop's thread */
    int64_t (*clock)(void *context);
    void *context;
    struct log *log;
    void (*taken)(void *owner); /* after a batch is on disk: there may be mail to send; may be NULL */
    void *owner;
};

struct lmtp_handler intake_handler(struct intake *in);

#endif
