#include "base/uuid.h"

#include <string.h>

#include "base/sha1.h"
#include "base/str.h"

const struct uuid uuid_space_url = {
    {0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}};

struct uuid uuid_named(const struct uuid *space, struct sv name)
{
    unsigned char digest[SHA1_BYTES];
    struct str text = STR_INIT;
    struct uuid u;
    str_add(&text, sv_from((const char *)space->bytes, sizeof space->bytes));
    str_add(&text, name);
    sha1(str_sv(&text), digest);
    str_release(&text);
    memcpy(u.bytes, digest, sizeof u.bytes);
    u.bytes[6] = (unsigned char)((u.bytes[6] & 0x0f) | 0x50); /* version 5 */
    u.bytes[8] = (unsigned char)((u.bytes[8] & 0x3f) | 0x80); /* the variant of the RFC */
    return u;
}

void uuid_text(const struct uuid *u, char out[UUID_TEXT])
{
    static const char hex[] = "0123456789abcdef";
    size_t at = 0;
    for (size_t i = 0; i < sizeof u->bytes; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            out[at++] = '-';
        out[at++] = hex[u->bytes[i] >> 4];
        out[at++] = hex[u->bytes[i] & 15];
    }
    out[at] = '\0';
}
