/* Mail on its way out, until a server has taken it. Written in the same transaction as what it tells of. */
#ifndef CASEMATE_FORUM_OUTBOX_H
#define CASEMATE_FORUM_OUTBOX_H

#include "base/arena.h"
#include "store/store.h"

/* A public message to all active subscribers that want each mail. *out_recipients (may be NULL): how many. */
CM_MUST_USE int outbox_post(struct store *s, struct sv list, int64_t message, int64_t now, int64_t *out_recipients,
                            struct err *err);
/* A mail of our own, whole (CRLF), to one address. list may be empty: the envelope's sender is then empty too. */
CM_MUST_USE int outbox_mail(struct store *s, struct sv list, struct sv recipient, struct sv bytes, int64_t now,
                            struct err *err);

#endif
