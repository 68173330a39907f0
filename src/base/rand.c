#include "base/rand.h"

#include <pthread.h>
#include <sodium.h>

/* The one process-wide value: drawn once, constant afterwards. */
static unsigned char hash_key[crypto_shorthash_KEYBYTES];
static pthread_once_t key_drawn = PTHREAD_ONCE_INIT;

static void draw_key(void)
{
    if (sodium_init() < 0)
        BUG("libsodium does not start");
    randombytes_buf(hash_key, sizeof(hash_key));
}

void rand_bytes(void *out, size_t len)
{
    pthread_once(&key_drawn, draw_key);
    randombytes_buf(out, len);
}

uint64_t rand_hash(struct sv text)
{
    uint64_t hash;
    _Static_assert(crypto_shorthash_BYTES == sizeof(hash), "SipHash gives 64 bits");
    pthread_once(&key_drawn, draw_key);
    crypto_shorthash((unsigned char *)&hash, (const unsigned char *)text.at, text.len, hash_key);
    return hash;
}
