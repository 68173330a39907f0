/* Bytes of mails as the store keeps them: deflated against a dictionary of what mails are made of, with their
 * length before it. What is packed today must be read for ever: the dictionary never changes; a new one would get a
 * new first byte. */
#ifndef CASEMATE_FORUM_PACK_H
#define CASEMATE_FORUM_PACK_H

#include "base/arena.h"
#include "base/err.h"
#include "base/sv.h"

struct sv pack_bytes(struct arena *a, struct sv bytes);
/* CM_ECORRUPT. */
CM_MUST_USE int unpack_bytes(struct arena *a, struct sv packed, struct sv *out, struct err *err);

#endif
