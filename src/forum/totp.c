#include "forum/totp.h"

#include <stdio.h>

#include "base/rand.h"
#include "base/sha1.h"
#include "base/str.h"
#include "forum/base32.h"
#include "forum/signed.h"

enum { GROUP = 4 };

struct sv totp_secret(struct arena *a)
{
    char *bytes = arena_alloc(a, TOTP_SECRET);
    rand_bytes(bytes, TOTP_SECRET);
    return sv_from(bytes, TOTP_SECRET);
}

void totp_code(struct sv secret, int64_t step, char out[TOTP_DIGITS + 1])
{
    unsigned char counter[8], h[SHA1_BYTES];
    for (int i = 0; i < 8; i++)
        counter[i] = (unsigned char)((uint64_t)step >> (56 - 8 * i));
    sha1_hmac(secret, sv_from((const char *)counter, sizeof counter), h);
    int at = h[SHA1_BYTES - 1] & 15; /* RFC 4226, 5.3 */
    uint32_t value = (uint32_t)(h[at] & 0x7f) << 24 | (uint32_t)h[at + 1] << 16 | (uint32_t)h[at + 2] << 8 | h[at + 3];
    snprintf(out, TOTP_DIGITS + 1, "%06u", (unsigned)(value % 1000000));
}

bool totp_check(struct sv secret, struct sv code, int64_t now, int64_t last, int64_t *out_step)
{
    char digits[TOTP_DIGITS], wanted[TOTP_DIGITS + 1];
    size_t count = 0;
    bool found = false;
    for (size_t i = 0; i < code.len; i++) {
        if (code.at[i] == ' ')
            continue;
        if (count == TOTP_DIGITS || code.at[i] < '0' || code.at[i] > '9')
            return false;
        digits[count++] = code.at[i];
    }
    for (int64_t step = now / TOTP_STEP - TOTP_LATE; step <= now / TOTP_STEP + TOTP_LATE; step++) {
        totp_code(secret, step, wanted);
        if (signed_equal(sv_from(digits, count), sv_str(wanted)) && step > last) {
            found = true;
            *out_step = step;
        }
    }
    return found;
}

struct sv totp_text(struct arena *a, struct sv secret)
{
    struct sv letters = base32_write_upper(a, secret);
    struct str out = STR_INIT;
    for (size_t i = 0; i < letters.len; i++) {
        if (i && i % GROUP == 0)
            str_add_char(&out, ' ');
        str_add_char(&out, letters.at[i]);
    }
    struct sv text = arena_sv(a, str_sv(&out));
    str_release(&out);
    return text;
}

static void add_escaped(struct str *out, struct sv text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                     c == '.' || c == '_' || c == '~' || c == '@';
        if (plain)
            str_add_char(out, (char)c);
        else
            str_addf(out, "%%%02X", c);
    }
}

struct sv totp_uri(struct arena *a, struct sv secret, struct sv where, struct sv who)
{
    struct str out = STR_INIT;
    str_add_str(&out, "otpauth://totp/");
    add_escaped(&out, where);
    str_add_char(&out, ':');
    add_escaped(&out, who);
    str_addf(&out, "?secret=%.*s&issuer=", SV_ARG(base32_write_upper(a, secret)));
    add_escaped(&out, where);
    struct sv uri = arena_sv(a, str_sv(&out));
    str_release(&out);
    return uri;
}
