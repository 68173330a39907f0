/* SHA-1 (FIPS 180-4), for names that others made with it. It is broken: two texts with one digest can be made, so
 * nothing may rest on their being the same. */
#ifndef CASEMATE_BASE_SHA1_H
#define CASEMATE_BASE_SHA1_H

#include "base/sv.h"

enum { SHA1_BYTES = 20 };
void sha1(struct sv data, unsigned char out[SHA1_BYTES]);
/* HMAC with it (RFC 2104), of which the above is not known to hold: what RFC 4226 asks for. */
void sha1_hmac(struct sv key, struct sv data, unsigned char out[SHA1_BYTES]);

#endif
