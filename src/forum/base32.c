#include "forum/base32.h"

static struct sv write_with(struct arena *a, struct sv bytes, const char alphabet[33])
{
    size_t length = (bytes.len * 8 + 4) / 5;
    char *out = arena_alloc(a, length + 1);
    for (size_t i = 0; i < length; i++) {
        unsigned value = 0;
        for (size_t bit = i * 5; bit < i * 5 + 5; bit++) {
            unsigned char byte = bit / 8 < bytes.len ? (unsigned char)bytes.at[bit / 8] : 0;
            value = value << 1 | (unsigned)(byte >> (7 - bit % 8) & 1);
        }
        out[i] = alphabet[value];
    }
    return sv_from(out, length);
}

struct sv base32_write(struct arena *a, struct sv bytes)
{
    return write_with(a, bytes, "abcdefghijklmnopqrstuvwxyz234567");
}

struct sv base32_write_upper(struct arena *a, struct sv bytes)
{
    return write_with(a, bytes, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
}

static int value_of(char c)
{
    if (c >= 'a' && c <= 'z')
        return c - 'a';
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

bool base32_read(struct sv text, size_t count, unsigned char *out)
{
    if (text.len != (count * 8 + 4) / 5)
        return false;
    memset(out, 0, count);
    for (size_t i = 0; i < text.len; i++) {
        int value = value_of(text.at[i]);
        if (value < 0)
            return false;
        for (size_t k = 0; k < 5; k++) {
            size_t bit = i * 5 + k;
            bool set = (value >> (4 - k) & 1) != 0;
            if (set && bit / 8 >= count)
                return false;
            if (set)
                out[bit / 8] = (unsigned char)(out[bit / 8] | 1u << (7 - bit % 8));
        }
    }
    return true;
}
