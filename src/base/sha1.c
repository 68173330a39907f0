#include "base/sha1.h"

#include <stdint.h>

#include "base/str.h"

enum { BLOCK = 64, ROUNDS = 80 };

static uint32_t rotate(uint32_t x, int by)
{
    return x << by | x >> (32 - by);
}

static uint32_t mix(int round, uint32_t b, uint32_t c, uint32_t d)
{
    static const uint32_t constants[] = {0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xCA62C1D6};
    uint32_t f = round < 20 ? (b & c) | (~b & d) : round >= 40 && round < 60 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
    return f + constants[round / 20];
}

static void add_block(uint32_t h[5], const unsigned char *block)
{
    uint32_t w[ROUNDS], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8 |
               block[4 * i + 3];
    for (int i = 16; i < ROUNDS; i++)
        w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    for (int i = 0; i < ROUNDS; i++) {
        uint32_t next = rotate(a, 5) + mix(i, b, c, d) + e + w[i];
        e = d;
        d = c;
        c = rotate(b, 30);
        b = a;
        a = next;
    }
    h[0] += a;
    h[1] += b;
    h[2] += c;
    h[3] += d;
    h[4] += e;
}

void sha1(struct sv data, unsigned char out[SHA1_BYTES])
{
    uint32_t h[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    uint64_t bits = (uint64_t)data.len * 8;
    unsigned char last[2 * BLOCK] = {0};
    for (; data.len >= BLOCK; data = sv_from_byte(data, BLOCK))
        add_block(h, (const unsigned char *)data.at);
    size_t room = data.len < BLOCK - 8 ? BLOCK : 2 * BLOCK;
    memcpy(last, data.at, data.len);
    last[data.len] = 0x80;
    for (int i = 0; i < 8; i++)
        last[room - 1 - (size_t)i] = (unsigned char)(bits >> (8 * i));
    for (size_t at = 0; at < room; at += BLOCK)
        add_block(h, last + at);
    for (int i = 0; i < SHA1_BYTES; i++)
        out[i] = (unsigned char)(h[i / 4] >> (24 - 8 * (i % 4)));
}

void sha1_hmac(struct sv key, struct sv data, unsigned char out[SHA1_BYTES])
{
    unsigned char short_key[SHA1_BYTES], inner[SHA1_BYTES];
    if (key.len > BLOCK) {
        sha1(key, short_key);
        key = sv_from((const char *)short_key, sizeof short_key);
    }
    struct str pads[2] = {STR_INIT, STR_INIT};
    for (size_t i = 0; i < BLOCK; i++) {
        unsigned char k = i < key.len ? (unsigned char)key.at[i] : 0;
        str_add_char(&pads[0], (char)(k ^ 0x36));
        str_add_char(&pads[1], (char)(k ^ 0x5c));
    }
    str_add(&pads[0], data);
    sha1(str_sv(&pads[0]), inner);
    str_add(&pads[1], sv_from((const char *)inner, sizeof inner));
    sha1(str_sv(&pads[1]), out);
    str_release(&pads[0]);
    str_release(&pads[1]);
}
