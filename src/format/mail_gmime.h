/* What mail.c asks GMime for. Private to the two of them. */
#ifndef CASEMATE_FORMAT_MAIL_GMIME_H
#define CASEMATE_FORMAT_MAIL_GMIME_H

#include "base/vec.h"
#include "format/mail.h"

typedef VEC(struct mail_part) mail_parts;

/* A header value (no NUL in it) decoded by RFC 2047; valid UTF-8 when GMime could make it that, never assumed. */
struct sv gmime_decode(struct arena *a, struct sv value);
struct mail_addresses gmime_addresses(struct arena *a, struct sv value);
/* Seconds since 1970; false when it is no date. */
bool gmime_date(struct arena *a, struct sv value, int64_t *out);
/* The parts of a whole message. CM_ELIMIT: too many, or too deep. */
CM_MUST_USE int gmime_parts(struct arena *a, struct sv bytes, mail_parts *out, struct err *err);

#endif
