/* Mail on its way out, until a server has taken it. Written in the same transaction as what it tells of. */
#ifndef CASEMATE_FORUM_OUTBOX_H
#define CASEMATE_FORUM_OUTBOX_H

#include "base/arena.h"
#include "store/store.h"

/* A public message to all active subscribers that want each mail, and into the next digest. */
CM_MUST_USE int outbox_post(struct store *s, struct sv list, int64_t message, int64_t now, struct err *err);
/* A mail of our own, whole (CRLF), to one address. list may be empty: the envelope's sender is then empty too. */
CM_MUST_USE int outbox_mail(struct store *s, struct sv list, struct sv recipient, struct sv bytes, int64_t now,
                            struct err *err);
/* The same to a subscriber, whose failure suspends the subscription (forum/scores.h). */
CM_MUST_USE int outbox_probe(struct store *s, struct sv list, struct sv recipient, int64_t subscriber, struct sv bytes,
                             int64_t now, struct err *err);
/* A digest to all active subscribers with that delivery ("digest", "plain"). Its header lacks the list's fields. */
CM_MUST_USE int outbox_digest(struct store *s, struct sv list, struct sv delivery, struct sv bytes, int64_t now,
                              struct err *err);

#endif
