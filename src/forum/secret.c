#include "forum/secret.h"

#include "base/rand.h"
#include "forum/base32.h"

enum { SECRET_BYTES = 16 };

struct sv secret_make(struct arena *a)
{
    unsigned char bytes[SECRET_BYTES];
    rand_bytes(bytes, sizeof bytes);
    return base32_write(a, sv_from((const char *)bytes, sizeof bytes));
}

bool secret_digest(struct sv text, struct digest *out)
{
    unsigned char bytes[SECRET_BYTES];
    if (!base32_read(text, sizeof bytes, bytes))
        return false;
    *out = digest_of(sv_from((const char *)bytes, sizeof bytes));
    return true;
}
