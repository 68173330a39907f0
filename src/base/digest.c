#include "base/digest.h"

#include <sodium.h>
#include <string.h>

_Static_assert(sizeof(crypto_generichash_state) <= sizeof(struct digest_state), "state fits");

void digest_begin(struct digest_state *s)
{
    crypto_generichash_init((crypto_generichash_state *)(void *)s, NULL, 0, DIGEST_BYTES);
}

void digest_add(struct digest_state *s, struct sv data)
{
    crypto_generichash_update((crypto_generichash_state *)(void *)s, (const unsigned char *)data.at,
                              data.len);
}

void digest_add_part(struct digest_state *s, struct sv data)
{
    unsigned char part[128]; /* a short text and its length are added in one call */
    size_t with = data.len <= sizeof(part) - 8 ? data.len : 0;
    for (int i = 0; i < 8; i++)
        part[i] = (unsigned char)((uint64_t)data.len >> (8 * i));
    if (with)
        memcpy(part + 8, data.at, with);
    digest_add(s, sv_from((const char *)part, 8 + with));
    if (data.len > with)
        digest_add(s, data);
}

struct digest digest_end(struct digest_state *s)
{
    struct digest d;
    crypto_generichash_final((crypto_generichash_state *)(void *)s, d.bytes, DIGEST_BYTES);
    return d;
}

struct digest digest_of(struct sv data)
{
    struct digest d;
    crypto_generichash(d.bytes, DIGEST_BYTES, (const unsigned char *)data.at, data.len, NULL, 0);
    return d;
}

bool digest_eq(const struct digest *a, const struct digest *b)
{
    return memcmp(a->bytes, b->bytes, DIGEST_BYTES) == 0;
}

char *digest_hex(struct arena *a, const struct digest *d)
{
    char *hex = arena_alloc(a, DIGEST_HEX + 1);
    return sodium_bin2hex(hex, DIGEST_HEX + 1, d->bytes, DIGEST_BYTES);
}

bool digest_from_hex(struct sv hex, struct digest *out)
{
    size_t len = 0;
    return hex.len == DIGEST_HEX && sodium_hex2bin(out->bytes, DIGEST_BYTES, hex.at, hex.len, NULL, &len, NULL) == 0 &&
           len == DIGEST_BYTES;
}
