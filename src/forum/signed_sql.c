#include "base/digest.h"
#include "base/rand.h"
#include "forum/base32.h"
#include "forum/signed.h"

enum { PROOF_BYTES = 10 };

static int read_secret(struct store *s, const char *purpose, struct signing *out, bool *out_found, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT bytes FROM secret WHERE name = $1", &q, err);
    *out_found = false;
    if (rc)
        return rc;
    store_bind_text(q, 1, sv_str(purpose));
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct sv bytes = store_text(q, 0);
        *out_found = bytes.len == SIGNED_SECRET;
        if (!*out_found) {
            rc = err_set(err, CM_ECORRUPT, "the secret \"%s\" of the store has another length than it was made with",
                         purpose);
            break;
        }
        memcpy(out->secret, bytes.at, SIGNED_SECRET);
    }
    store_done(q);
    return rc;
}

static int write_secret(struct store *s, const struct signing *k, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "INSERT INTO secret (name, bytes) VALUES ($1, $2)", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, sv_str(k->purpose));
    store_bind_blob(q, 2, sv_from((const char *)k->secret, SIGNED_SECRET));
    return store_finish(q, err);
}

int signing_load(struct store *s, const char *purpose, struct signing *out, struct err *err)
{
    bool found;
    out->purpose = purpose;
    int rc = read_secret(s, purpose, out, &found, err);
    if (rc || found)
        return rc;
    rand_bytes(out->secret, SIGNED_SECRET);
    return write_secret(s, out, err);
}

static struct sv proof_of(struct arena *a, const struct signing *k, struct sv number, struct sv covered)
{
    const struct sv parts[] = {sv_from((const char *)k->secret, SIGNED_SECRET), sv_str(k->purpose), number, covered};
    struct digest d = digest_of_parts(parts, ARRAY_LEN(parts));
    return base32_write(a, sv_from((const char *)d.bytes, PROOF_BYTES));
}

struct sv signed_write(struct arena *a, const struct signing *k, int64_t number, struct sv covered)
{
    struct sv digits = sv_str(arena_printf(a, "%lld", (long long)number));
    return sv_str(arena_printf(a, "%.*s-%.*s", SV_ARG(digits), SV_ARG(proof_of(a, k, digits, covered))));
}

static bool cut(struct sv detail, struct sv *out_number, struct sv *out_proof)
{
    ptrdiff_t dash = sv_find_char(detail, '-');
    if (dash < 1 || detail.at[0] == '0')
        return false;
    *out_number = sv_from(detail.at, (size_t)dash);
    *out_proof = sv_from_byte(detail, (size_t)dash + 1);
    return out_proof->len == SIGNED_PROOF;
}

bool signed_number(struct sv detail, int64_t *out_number)
{
    struct sv number, proof;
    uint64_t value;
    if (!cut(detail, &number, &proof) || !sv_to_u64(number, INT64_MAX, &value))
        return false;
    *out_number = (int64_t)value;
    return true;
}

bool signed_check(struct arena *a, const struct signing *k, struct sv detail, struct sv covered)
{
    struct sv number, proof;
    unsigned char given[PROOF_BYTES];
    if (!cut(detail, &number, &proof) || !base32_read(proof, sizeof given, given))
        return false;
    struct sv normal = base32_write(a, sv_from((const char *)given, sizeof given));
    return signed_equal(normal, proof_of(a, k, number, covered));
}

bool signed_equal(struct sv a, struct sv b)
{
    unsigned different = a.len != b.len;
    for (size_t i = 0; i < a.len && i < b.len; i++)
        different |= (unsigned)(unsigned char)a.at[i] ^ (unsigned char)b.at[i];
    return !different;
}
