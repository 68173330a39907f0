/* What is handed out once and kept as its digest only: keys in addresses and links, and what a browser keeps. 128
 * random bits as base32 (RFC 4648, small letters), 26 characters. */
#ifndef CASEMATE_FORUM_SECRET_H
#define CASEMATE_FORUM_SECRET_H

#include "base/digest.h"

struct sv secret_make(struct arena *a);
/* False: the text is none. */
bool secret_digest(struct sv text, struct digest *out);

#endif
