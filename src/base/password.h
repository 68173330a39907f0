/* Passwords: kept as what Argon2id makes of them (RFC 9106), with parameters and salt in one line of text.
 *
 * One hashing takes PASSWORD_MEMORY bytes and some 100 ms of a core: callers bound how many go on at once. A password
 * is compared in NFC, so that what two keyboards write as one text is one (RFC 8265, 4.2); nothing else of it is
 * changed. */
#ifndef CASEMATE_BASE_PASSWORD_H
#define CASEMATE_BASE_PASSWORD_H

#include "base/arena.h"
#include "base/err.h"

enum {
    PASSWORD_MIN = 12,                     /* characters */
    PASSWORD_MAX = 1024,                   /* bytes */
    PASSWORD_PASSES = 3,
    PASSWORD_MEMORY = 32 * 1024 * 1024,    /* bytes, while one is hashed */
};

/* *out: what is to be kept, in the arena. CM_EINPUT: too short, too long, no UTF-8 or with control characters;
 * CM_EAGAIN: no memory for it now. */
CM_MUST_USE int password_store(struct arena *a, struct sv password, struct sv *out, struct err *err);
/* In constant time. stored empty: false after the same work, for who has none. */
bool password_matches(struct arena *a, struct sv stored, struct sv password);

#endif
