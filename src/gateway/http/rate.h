/* How often somebody may do something: a bucket for each key (an address, a purpose), in a table of fixed size. Several
 * threads may use it. */
#ifndef CASEMATE_GATEWAY_HTTP_RATE_H
#define CASEMATE_GATEWAY_HTTP_RATE_H

#include "base/sv.h"

struct rate_limit {
    unsigned burst;  /* so many at once */
    unsigned period; /* and then one in so many seconds */
};

struct rate;
struct rate *rate_new(void);
void rate_free(struct rate **r); /* NULL inside is fine */
/* Takes one. False when there is none: then *out_wait says in how many seconds there will be one. now_ms: of a clock
 * that nobody sets. When the table is full, the key that has waited longest is forgotten. */
bool rate_take(struct rate *r, struct sv key, const struct rate_limit *limit, int64_t now_ms, unsigned *out_wait);

/* Who shares a bucket: an IPv4 address, or the first 64 bits of an IPv6 address, which is what one customer gets.
 * Writes at most RATE_PEER_MAX bytes. */
enum { RATE_PEER_MAX = 46 };
struct sv rate_peer(struct sv address, char out[RATE_PEER_MAX]);

#endif
