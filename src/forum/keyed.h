/* Addresses that only we can have written: the number of a subscriber and a keyed digest (MAC) in the local part.
 *
 *     security-bounces+17-MAC@       envelope sender of what goes to subscriber 17 (VERP)
 *     security-bounces+p17-MAC@      of a probe, whose failure suspends the subscription
 *     security-bounces+e17-MAC@      a mail to it lifts that suspension
 *     security-unsubscribe+u17-MAC@  a mail to it, or a POST to its page, unsubscribes
 *
 * The MAC has 80 bits in small letters and digits, because some mailers change the case of local parts. Its key is made on
 * first use and stays in the store. */
#ifndef CASEMATE_FORUM_KEYED_H
#define CASEMATE_FORUM_KEYED_H

#include "base/arena.h"
#include "store/store.h"

enum keyed_kind { KEYED_BOUNCE, KEYED_PROBE, KEYED_ENABLE, KEYED_UNSUBSCRIBE, KEYED_KINDS };

struct keyed {
    enum keyed_kind kind;
    int64_t subscriber;
    int64_t since; /* KEYED_ENABLE: of the suspension that it lifts, and of no later one. Otherwise 0 */
};

/* Within store_tx(). */
CM_MUST_USE int keyed_secret(struct store *s, struct arena *a, struct sv *out, struct err *err);
/* What stands behind "+". */
struct sv keyed_detail(struct arena *a, struct sv secret, struct sv list, const struct keyed *k);
/* Kind and number of what looks like a detail; says nothing about who wrote it. */
bool keyed_read(struct sv detail, struct keyed *out);
/* Whether the detail is the one that we would write for k. */
bool keyed_is(struct sv secret, struct sv list, const struct keyed *k, struct sv detail);

#endif
