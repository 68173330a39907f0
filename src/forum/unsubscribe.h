/* The address in the header of each mail of a list that unsubscribes its recipient at once, without a question:
 *
 *     security-unsubscribe+17-abcdefghijklmnop@example.org
 *
 * What stands behind "+" (forum/signed.h: the subscriber's number and what proves it, over the list's id) is the same
 * in the https address for a POST (RFC 8058). It is no one-time key: it holds for as long as the list is there, so that
 * the link of an old mail works, and can do nothing but end this one subscription. */
#ifndef CASEMATE_FORUM_UNSUBSCRIBE_H
#define CASEMATE_FORUM_UNSUBSCRIBE_H

#include "forum/signed.h"
#include "forum/subscriber.h"

#define UNSUBSCRIBE_PURPOSE "unsubscribe" /* for signing_load() */

struct sv unsubscribe_detail(struct arena *a, const struct signing *k, struct sv list, int64_t subscriber);
/* Whose it is, in any state; id 0: not one that we wrote for this list. Inside store_tx(). */
CM_MUST_USE int unsubscribe_find(struct store *s, struct arena *a, struct sv list, struct sv detail,
                                 struct subscriber *out, struct err *err);

#endif
