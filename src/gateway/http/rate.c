#include "gateway/http/rate.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/rand.h"

/* A bucket is the time at which it will be full again (the generic cell rate algorithm). One that is full is the same
 * as none, so nothing has to be cleared away. */
enum { SETS = 4096, WAYS = 4 };

struct bucket {
    uint64_t key;
    int64_t full;
};

struct rate {
    pthread_mutex_t lock;
    struct bucket sets[SETS][WAYS];
};

struct rate *rate_new(void)
{
    struct rate *r = base_malloc(sizeof(*r));
    memset(r, 0, sizeof(*r));
    pthread_mutex_init(&r->lock, NULL);
    return r;
}

void rate_free(struct rate **r)
{
    if (!*r)
        return;
    pthread_mutex_destroy(&(*r)->lock);
    free(*r);
    *r = NULL;
}

/* The key's bucket, or the one of its set that is full first. */
static struct bucket *bucket_of(struct rate *r, uint64_t key)
{
    struct bucket *set = r->sets[key % SETS], *first = &set[0];
    for (int i = 0; i < WAYS; i++) {
        if (set[i].key == key)
            return &set[i];
        if (set[i].full < first->full)
            first = &set[i];
    }
    *first = (struct bucket){key, 0};
    return first;
}

bool rate_take(struct rate *r, struct sv key, const struct rate_limit *limit, int64_t now_ms, unsigned *out_wait)
{
    int64_t one = (int64_t)limit->period * 1000, room = one * limit->burst;
    pthread_mutex_lock(&r->lock);
    struct bucket *b = bucket_of(r, rand_hash(key));
    int64_t full = (b->full > now_ms ? b->full : now_ms) + one;
    bool taken = full - now_ms <= room;
    if (taken)
        b->full = full;
    pthread_mutex_unlock(&r->lock);
    *out_wait = taken ? 0 : (unsigned)((full - now_ms - room + 999) / 1000);
    return taken;
}

struct sv rate_peer(struct sv address, char out[RATE_PEER_MAX])
{
    unsigned char bytes[16];
    size_t len = address.len < RATE_PEER_MAX ? address.len : RATE_PEER_MAX - 1;
    memcpy(out, address.at, len);
    out[len] = '\0';
    if (inet_pton(AF_INET6, out, bytes) != 1)
        return sv_from(out, len);
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff}; /* ::ffff:192.0.2.1 */
    if (!memcmp(bytes, mapped, sizeof(mapped)))
        inet_ntop(AF_INET, bytes + 12, out, RATE_PEER_MAX);
    else {
        memset(bytes + 8, 0, 8);
        inet_ntop(AF_INET6, bytes, out, RATE_PEER_MAX);
    }
    return sv_str(out);
}
