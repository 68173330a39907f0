#include "base/digest.h"

#include "base/sodium.h"

#include <string.h>

_Static_assert(sizeof(crypto_generichash_state) <= sizeof(struct digest_state), "state fits");

void digest_begin(struct digest_state *s)
{
    sodium()->crypto_generichash_init((crypto_generichash_state *)(void *)s, NULL, 0, DIGEST_BYTES);
}

void digest_add(struct digest_state *s, struct sv data)
{
    sodium()->crypto_generichash_update((crypto_generichash_state *)(void *)s, (const unsigned char *)data.at,
                              data.len);
}

static void put_length(unsigned char out[8], size_t len)
{
    for (int i = 0; i < 8; i++)
        out[i] = (unsigned char)((uint64_t)len >> (8 * i));
}

void digest_add_part(struct digest_state *s, struct sv data)
{
    unsigned char part[128]; /* a short text and its length are added in one call */
    size_t with = data.len <= sizeof(part) - 8 ? data.len : 0;
    put_length(part, data.len);
    if (with)
        memcpy(part + 8, data.at, with);
    digest_add(s, sv_from((const char *)part, 8 + with));
    if (data.len > with)
        digest_add(s, data);
}

struct digest digest_end(struct digest_state *s)
{
    struct digest d;
    sodium()->crypto_generichash_final((crypto_generichash_state *)(void *)s, d.bytes, DIGEST_BYTES);
    return d;
}

struct digest digest_of(struct sv data)
{
    struct digest d;
    sodium()->crypto_generichash(d.bytes, DIGEST_BYTES, (const unsigned char *)data.at, data.len, NULL, 0);
    return d;
}

/* Few bytes are gathered for one call: each one to a digest under way costs as much as hashing a hundred bytes. */
struct digest digest_of_parts(const struct sv *parts, size_t count)
{
    unsigned char all[1024];
    size_t len = 0;
    struct digest_state s;
    for (size_t i = 0; i < count && len <= sizeof(all); i++)
        len += parts[i].len > sizeof(all) ? sizeof(all) + 1 : 8 + parts[i].len;
    if (len <= sizeof(all)) {
        len = 0;
        for (size_t i = 0; i < count; len += parts[i++].len) {
            put_length(all + len, parts[i].len);
            len += 8;
            if (parts[i].len)
                memcpy(all + len, parts[i].at, parts[i].len);
        }
        return digest_of(sv_from((const char *)all, len));
    }
    digest_begin(&s);
    for (size_t i = 0; i < count; i++)
        digest_add_part(&s, parts[i]);
    return digest_end(&s);
}

struct sv digest_sv(const struct digest *d)
{
    return sv_from((const char *)d->bytes, DIGEST_BYTES);
}

bool digest_from_bytes(struct sv bytes, struct digest *out)
{
    if (bytes.len != DIGEST_BYTES)
        return false;
    memcpy(out->bytes, bytes.at, DIGEST_BYTES);
    return true;
}

bool digest_eq(const struct digest *a, const struct digest *b)
{
    return memcmp(a->bytes, b->bytes, DIGEST_BYTES) == 0;
}

char *digest_hex(struct arena *a, const struct digest *d)
{
    static const char digits[] = "0123456789abcdef";
    char *hex = arena_alloc(a, DIGEST_HEX + 1);
    for (size_t i = 0; i < DIGEST_BYTES; i++) {
        hex[2 * i] = digits[d->bytes[i] >> 4];
        hex[2 * i + 1] = digits[d->bytes[i] & 15];
    }
    return hex;
}

bool digest_from_hex(struct sv hex, struct digest *out)
{
    if (hex.len != DIGEST_HEX)
        return false;
    for (size_t i = 0; i < DIGEST_BYTES; i++) {
        int high = ascii_hex(hex.at[2 * i]), low = ascii_hex(hex.at[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out->bytes[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}
