#include "base/rand.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>

/* The one process-wide value: drawn once, constant afterwards. */
static unsigned char hash_key[16];
static pthread_once_t key_drawn = PTHREAD_ONCE_INIT;

/* The kernel's generator, waiting until it has been seeded. */
void rand_bytes(void *out, size_t len)
{
    unsigned char *at = out;
    while (len) {
        ssize_t got = getrandom(at, len, 0);
        if (got < 0 && errno != EINTR)
            BUG("the system gives no random bytes");
        at += got < 0 ? 0 : got;
        len -= got < 0 ? 0 : (size_t)got;
    }
}

static void draw_key(void)
{
    rand_bytes(hash_key, sizeof(hash_key));
}

/* SipHash (Aumasson and Bernstein, 2012) with one round for each word and three at the end, as hash tables want
 * it. */
struct sip {
    uint64_t a, b, c, d;
};

static inline uint64_t turned(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static inline void sip_round(struct sip *s)
{
    s->a += s->b;
    s->c += s->d;
    s->b = turned(s->b, 13) ^ s->a;
    s->d = turned(s->d, 16) ^ s->c;
    s->a = turned(s->a, 32);
    s->c += s->b;
    s->a += s->d;
    s->b = turned(s->b, 17) ^ s->c;
    s->d = turned(s->d, 21) ^ s->a;
    s->c = turned(s->c, 32);
}

static inline void sip_word(struct sip *s, uint64_t word)
{
    s->d ^= word;
    sip_round(s);
    s->a ^= word;
}

uint64_t rand_hash(struct sv text)
{
    pthread_once(&key_drawn, draw_key);
    uint64_t key[2], word;
    _Static_assert(sizeof(key) == sizeof(hash_key), "two words");
    memcpy(key, hash_key, sizeof(key));
    struct sip s = {key[0] ^ 0x736f6d6570736575U, key[1] ^ 0x646f72616e646f6dU, key[0] ^ 0x6c7967656e657261U,
                    key[1] ^ 0x7465646279746573U};
    size_t at = 0;
    for (; at + sizeof(word) <= text.len; at += sizeof(word)) {
        memcpy(&word, text.at + at, sizeof(word));
        sip_word(&s, word);
    }
    word = 0;
    if (at < text.len)
        memcpy(&word, text.at + at, text.len - at);
    sip_word(&s, word | (uint64_t)text.len << 56);
    s.c ^= 0xFF;
    for (int i = 0; i < 3; i++)
        sip_round(&s);
    return s.a ^ s.b ^ s.c ^ s.d;
}
