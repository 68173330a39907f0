/* Names as UUIDs (RFC 9562 section 5.5, version 5): the same name in the same space has the same UUID, for ever. */
#ifndef CASEMATE_BASE_UUID_H
#define CASEMATE_BASE_UUID_H

#include "base/sv.h"

enum { UUID_TEXT = 37 }; /* "6ba7b811-9dad-11d1-80b4-00c04fd430c8" and its end */

struct uuid {
    unsigned char bytes[16];
};

/* The space of addresses (RFC 9562 section 6.6), in which a space of one's own is begun. */
extern const struct uuid uuid_space_url;

/* space: that in which the name is unique. */
struct uuid uuid_named(const struct uuid *space, struct sv name);
/* Lower-case, with a NUL behind it. */
void uuid_text(const struct uuid *u, char out[UUID_TEXT]);

#endif
