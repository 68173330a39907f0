#include "base/password.h"

#include "base/sodium.h"
#include "base/utf8.h"

/* Of a password of random bytes that were never kept: nobody's. Its parameters are those of password_store(), which a
 * test holds it to. */
static const char nobodys[] = "$argon2id$v=19$m=32768,t=3,p=1$"
                              "Z+A2GxPuzAfI2rJIJfo2ew$rcA2//QbbaTjwYNa6jKMGZlmGCR7TeRX2S5l2l1RXHU";

static int check(struct sv password, struct err *err)
{
    if (password.len > PASSWORD_MAX)
        return err_set(err, CM_EINPUT, "a password has at most %d bytes", PASSWORD_MAX);
    if (!utf8_valid(password, NULL))
        return err_set(err, CM_EINPUT, "a password is UTF-8 text");
    for (size_t i = 0; i < password.len; i++)
        if ((unsigned char)password.at[i] < ' ' || password.at[i] == 0x7f)
            return err_set(err, CM_EINPUT, "a password has no line ends and no control characters");
    if (utf8_count(password) < PASSWORD_MIN)
        return err_set(err, CM_EINPUT, "a password has at least %d characters; a few words that you do not use "
                                       "elsewhere are easy to keep", PASSWORD_MIN);
    return CM_OK;
}

int password_store(struct arena *a, struct sv password, struct sv *out, struct err *err)
{
    char text[crypto_pwhash_STRBYTES];
    int rc = check(password, err);
    if (rc)
        return rc;
    struct sv normal = utf8_nfc(a, password);
    if (sodium()->crypto_pwhash_str(text, normal.at, normal.len, PASSWORD_PASSES, PASSWORD_MEMORY))
        return err_set(err, CM_EAGAIN, "there is no memory to hash a password now; try again");
    *out = arena_sv(a, sv_str(text));
    return CM_OK;
}

bool password_matches(struct arena *a, struct sv stored, struct sv password)
{
    char text[crypto_pwhash_STRBYTES] = {0};
    struct err none = ERR_INIT;
    if (check(password, &none)) /* of no form that a stored one can have: the time may tell, it is about the guess */
        return false;
    struct sv known = stored.len ? stored : sv_str(nobodys), normal = utf8_nfc(a, password);
    if (known.len >= sizeof(text))
        return false;
    memcpy(text, known.at, known.len);
    return !sodium()->crypto_pwhash_str_verify(text, normal.at, normal.len) && stored.len;
}
