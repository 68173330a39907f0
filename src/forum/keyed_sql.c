#include "forum/keyed.h"

#include "base/digest.h"
#include "base/rand.h"

enum { SECRET_BYTES = 32, MAC_LETTERS = 16 };

static const char prefixes[KEYED_KINDS] = {0, 'p', 'e', 'u'};

static int insert_secret(struct store *s, struct err *err)
{
    struct store_stmt *q;
    char bytes[SECRET_BYTES];
    int rc = store_prepare(s, "INSERT INTO secret (name, bytes) VALUES ('keyed', $1) ON CONFLICT DO NOTHING", &q, err);
    if (rc)
        return rc;
    rand_bytes(bytes, sizeof(bytes));
    store_bind_blob(q, 1, sv_from(bytes, sizeof(bytes)));
    rc = store_step(q, err);
    store_done(q);
    return rc;
}

static int find_secret(struct store *s, struct arena *a, struct sv *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT bytes FROM secret WHERE name = 'keyed'", &q, err);
    *out = SV_NONE;
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = arena_sv(a, store_text(q, 0));
    store_done(q);
    return rc;
}

int keyed_secret(struct store *s, struct arena *a, struct sv *out, struct err *err)
{
    int rc = find_secret(s, a, out, err);
    if (rc || out->len)
        return rc;
    rc = insert_secret(s, err);
    return rc ? rc : find_secret(s, a, out, err);
}

static void mac_of(struct sv secret, struct sv list, const struct keyed *k, char out[MAC_LETTERS])
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
    int64_t numbers[] = {(int64_t)k->kind, k->subscriber, k->since};
    const struct sv parts[] = {secret, SV("keyed address"), list, sv_from((const char *)numbers, sizeof(numbers))};
    struct digest d = digest_of_parts(parts, ARRAY_LEN(parts));
    for (unsigned i = 0; i < MAC_LETTERS; i++) { /* five bits each */
        unsigned bit = i * 5, pair = (unsigned)d.bytes[bit / 8] << 8 | d.bytes[bit / 8 + 1];
        out[i] = letters[pair >> (11 - bit % 8) & 31];
    }
}

struct sv keyed_detail(struct arena *a, struct sv secret, struct sv list, const struct keyed *k)
{
    char mac[MAC_LETTERS], prefix[2] = {prefixes[k->kind], '\0'};
    mac_of(secret, list, k, mac);
    return sv_str(arena_printf(a, "%s%lld-%.*s", prefix, (long long)k->subscriber, MAC_LETTERS, mac));
}

static char small_letter(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

/* The kind by its letter; the letter is taken off. */
static enum keyed_kind take_kind(struct sv *detail)
{
    for (int i = KEYED_PROBE; i < KEYED_KINDS; i++)
        if (detail->len && small_letter(detail->at[0]) == prefixes[i]) {
            *detail = sv_from_byte(*detail, 1);
            return (enum keyed_kind)i;
        }
    return KEYED_BOUNCE;
}

bool keyed_read(struct sv detail, struct keyed *out)
{
    uint64_t number;
    *out = (struct keyed){.kind = take_kind(&detail)};
    ptrdiff_t dash = sv_find_char(detail, '-');
    if (dash < 0 || !sv_to_u64(sv_from(detail.at, (size_t)dash), INT64_MAX, &number) ||
        detail.len - (size_t)dash - 1 != MAC_LETTERS)
        return false;
    out->subscriber = (int64_t)number;
    return true;
}

bool keyed_is(struct sv secret, struct sv list, const struct keyed *k, struct sv detail)
{
    struct keyed read;
    char mac[MAC_LETTERS];
    unsigned differences = 0;
    if (!keyed_read(detail, &read) || read.kind != k->kind || read.subscriber != k->subscriber)
        return false;
    mac_of(secret, list, k, mac);
    for (size_t i = 0; i < MAC_LETTERS; i++) /* all of them: the time tells nothing of how many were right */
        differences |= (unsigned)(unsigned char)(small_letter(detail.at[detail.len - MAC_LETTERS + i]) ^ mac[i]);
    return !differences;
}
