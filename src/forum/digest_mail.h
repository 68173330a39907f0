/* Digests: what was published since the last one, as one mail. As MIME (RFC 2046, 5.1.5), the messages whole, for
 * delivery "digest"; and as one text (after RFC 1153) for "plain". */
#ifndef CASEMATE_FORUM_DIGEST_MAIL_H
#define CASEMATE_FORUM_DIGEST_MAIL_H

#include "forum/list.h"

/* Sends the digests of all hosted lists that are due: with `digest-bytes`, or when the first message in it has waited
 * for `digest-hours`. Each message is in one digest, whatever happens in between. *out_sent: digests, in both forms. */
CM_MUST_USE int digests_send(struct store *s, struct arena *a, const struct lists *lists, int64_t now, size_t *out_sent,
                             struct err *err);

#endif
