/* One-time codes by the clock (RFC 6238): HMAC-SHA-1, six digits, a step of 30 seconds, which is what every program for
 * them knows. */
#ifndef CASEMATE_FORUM_TOTP_H
#define CASEMATE_FORUM_TOTP_H

#include "base/arena.h"
#include "base/sv.h"

enum {
    TOTP_SECRET = 20,   /* bytes */
    TOTP_DIGITS = 6,
    TOTP_STEP = 30,     /* seconds */
    TOTP_LATE = 1,      /* steps by which a clock may be off, either way */
};

/* A new one; in the arena. */
struct sv totp_secret(struct arena *a);
/* The code of a step; out has room for the digits and a NUL. */
void totp_code(struct sv secret, int64_t step, char out[TOTP_DIGITS + 1]);
/* Whether it is the code of a step near `now` that is later than `last`: each step has one use. Blanks in it do not
 * count. *out_step: which. The time tells nothing about the digits. */
bool totp_check(struct sv secret, struct sv code, int64_t now, int64_t last, int64_t *out_step);
/* The secret as people type it (base32 in groups), and as programs read it (otpauth:). who: "ada@example.org";
 * where: the name of the site. */
struct sv totp_text(struct arena *a, struct sv secret);
struct sv totp_uri(struct arena *a, struct sv secret, struct sv where, struct sv who);

#endif
