#include "tree/core/bignum.h"

#include <stdio.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;

void bignum_add(uint64_t *a, const uint64_t *b, size_t limbs)
{
    unsigned carry = 0;
    for (size_t i = 0; i < limbs; i++) {
        wide sum = (wide)a[i] + b[i] + carry;
        a[i] = (uint64_t)sum;
        carry = (unsigned)(sum >> 64);
    }
    if (carry)
        BUG("a sum of more than %zu limbs", limbs);
}

static size_t length(const uint64_t *a, size_t limbs)
{
    while (limbs && !a[limbs - 1])
        limbs--;
    return limbs;
}

void bignum_multiply(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t limbs)
{
    size_t a_len = length(a, limbs), b_len = length(b, limbs);
    memset(out, 0, limbs * sizeof(*out));
    for (size_t i = 0; i < a_len; i++) {
        uint64_t carry = 0;
        for (size_t j = 0; j < b_len || carry; j++) {
            wide x = (wide)a[i] * (j < b_len ? b[j] : 0) + carry;
            if (i + j >= limbs) {
                if (x)
                    BUG("a product of more than %zu limbs", limbs);
                break;
            }
            x += out[i + j];
            out[i + j] = (uint64_t)x;
            carry = (uint64_t)(x >> 64);
        }
    }
}

const char *bignum_text(const uint64_t *a, size_t limbs, struct arena *arena)
{
    static const uint64_t chunk = UINT64_C(1000000000000000000);
    size_t len = length(a, limbs), room = len * 20 + 2, at = room - 1;
    if (len == 0)
        return arena_strdup(arena, "0");
    struct arena scratch = ARENA_INIT;
    uint64_t *rest = arena_new_array(&scratch, uint64_t, len);
    memcpy(rest, a, len * sizeof(*rest));
    char *digits = arena_alloc(&scratch, room);
    while (len) {
        uint64_t remainder = 0;
        for (size_t i = len; i-- > 0;) {
            wide x = (wide)remainder << 64 | rest[i];
            rest[i] = (uint64_t)(x / chunk);
            remainder = (uint64_t)(x % chunk);
        }
        len = length(rest, len);
        for (int i = 0; i < 18 && (len || remainder); i++) {
            digits[--at] = (char)('0' + remainder % 10);
            remainder /= 10;
        }
    }
    const char *text = arena_strdup(arena, digits + at);
    arena_release(&scratch);
    return text;
}
