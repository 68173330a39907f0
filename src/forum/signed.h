/* Details of addresses that only we can have written, for which no row is kept: "17-abcdefghijklmnop" is a number and
 * what proves it, for one purpose only. Unlike a token (forum/token.h) such a detail holds for as long as what it
 * covers stays the same.
 *
 * The proof is BLAKE2b-256 of the parts (secret, purpose, number, covered), its first 80 bits in 16 letters and
 * digits. The secret is drawn when a purpose is used for the first time, and stays in the table `secret`. */
#ifndef CASEMATE_FORUM_SIGNED_H
#define CASEMATE_FORUM_SIGNED_H

#include "store/store.h"

enum { SIGNED_SECRET = 32, SIGNED_PROOF = 16 };

struct signing {
    const char *purpose; /* a literal: "unsubscribe" */
    unsigned char secret[SIGNED_SECRET];
};
/* Inside store_tx(). Once for many details. */
CM_MUST_USE int signing_load(struct store *s, const char *purpose, struct signing *out, struct err *err);
/* covered: what the detail stands for beside the number; with another value it is none of ours. */
struct sv signed_write(struct arena *a, const struct signing *k, int64_t number, struct sv covered);
/* The number of a detail, not yet proved: for looking up what it covers. False when the text has another form. */
bool signed_number(struct sv detail, int64_t *out_number);
/* Whether the detail is ours; in constant time. Case does not matter. */
bool signed_check(struct arena *a, const struct signing *k, struct sv detail, struct sv covered);
/* Of the same length and bytes; the time does not tell how many are the same. */
bool signed_equal(struct sv a, struct sv b);

#endif
