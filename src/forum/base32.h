/* Bytes as small letters and digits (RFC 4648, base32, without padding): what survives in the local part of an
 * address, where the case may be lost. */
#ifndef CASEMATE_FORUM_BASE32_H
#define CASEMATE_FORUM_BASE32_H

#include "base/arena.h"
#include "base/sv.h"

struct sv base32_write(struct arena *a, struct sv bytes);
struct sv base32_write_upper(struct arena *a, struct sv bytes); /* as others write it in their links */
/* Upper or lower case; exactly `count` bytes, and none of the bits that no byte takes is set. */
bool base32_read(struct sv text, size_t count, unsigned char *out);

#endif
