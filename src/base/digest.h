/* Digests: BLAKE2b with 256 bits (RFC 7693), unkeyed, through libsodium. */
#ifndef CASEMATE_BASE_DIGEST_H
#define CASEMATE_BASE_DIGEST_H

#include "base/arena.h"
#include "base/sv.h"

enum { DIGEST_BYTES = 32, DIGEST_HEX = 64 };

struct digest {
    unsigned char bytes[DIGEST_BYTES];
};

struct digest_state {
    _Alignas(64) unsigned char opaque[384];
};

void digest_begin(struct digest_state *s);
void digest_add(struct digest_state *s, struct sv data);
/* Adds the length (eight bytes, little endian) and then the data, so that a sequence of parts is unambiguous. */
void digest_add_part(struct digest_state *s, struct sv data);
struct digest digest_end(struct digest_state *s);

struct digest digest_of(struct sv data);
/* Of digest_add_part() of each. */
struct digest digest_of_parts(const struct sv *parts, size_t count);
bool digest_eq(const struct digest *a, const struct digest *b);
/* Its bytes, as they are stored and hashed again, valid as long as *d is; and back, false when they are not as many. */
struct sv digest_sv(const struct digest *d);
bool digest_from_bytes(struct sv bytes, struct digest *out);
/* 64 lower-case hexadecimal digits */
char *digest_hex(struct arena *a, const struct digest *d);
bool digest_from_hex(struct sv hex, struct digest *out);

#endif
