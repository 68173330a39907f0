#include "forum/access.h"

#include "base/digest.h"
#include "forum/secret.h"
#include "forum/signed.h"

static const struct sv mark = {"cm_", 3};

/* ---- scopes ---- */

static bool is_word(struct sv word)
{
    if (sv_eq_str(word, "*"))
        return true;
    for (size_t i = 0; i < word.len; i++) {
        char ch = word.at[i];
        bool star = ch == '*' && i && i + 1 == word.len && word.at[i - 1] == '.';
        if (!star && !(ch >= 'a' && ch <= 'z') && ch != '-' && ch != '.')
            return false;
    }
    return sv_find_char(word, '.') > 0;
}

bool access_scope_is(struct sv scope, struct sv *out_word)
{
    struct sv rest = scope, word;
    while (rest.len && sv_split(&rest, ' ', &word))
        if (!is_word(word)) {
            *out_word = word;
            return false;
        }
    return true;
}

static bool word_allows(struct sv word, struct sv action)
{
    if (sv_eq_str(word, "*"))
        return true;
    return sv_ends(word, SV(".*")) ? sv_starts(action, sv_from(word.at, word.len - 1)) : sv_eq(word, action);
}

bool access_scope_allows(struct sv scope, struct sv action)
{
    struct sv rest = scope, word;
    while (rest.len && sv_split(&rest, ' ', &word))
        if (word_allows(word, action))
            return true;
    return false;
}

/* ---- tokens ---- */

struct sv access_token(struct arena *a)
{
    return sv_str(arena_printf(a, "%.*s%.*s", SV_ARG(mark), SV_ARG(secret_make(a))));
}

static bool token_digest(struct sv token, struct digest *out)
{
    return token.len == ACCESS_TOKEN_LENGTH && sv_starts(token, mark) &&
           secret_digest(sv_from_byte(token, mark.len), out);
}

/* Those that are over go; *out: how many there are then. */
static int make_room(struct store *s, struct sv member, int64_t now, int64_t *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "DELETE FROM access WHERE ends <= $1", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, now);
    rc = store_finish(q, err);
    if (!rc)
        rc = store_prepare(s, "SELECT count(*) FROM access WHERE member = $1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, member);
    return store_finish_int(q, out, err);
}

int access_make(struct store *s, struct sv token, const struct access *access, int64_t now, struct err *err)
{
    struct store_stmt *q;
    struct digest d;
    int64_t count;
    if (!token_digest(token, &d))
        BUG("an access token that is none");
    int rc = make_room(s, access->member, now, &count, err);
    if (!rc && count >= ACCESS_MAX)
        rc = err_set(err, CM_ELIMIT, "a member has at most %d access tokens; end one first", ACCESS_MAX);
    if (!rc)
        rc = store_prepare(s, "INSERT INTO access (digest, member, name, scope, made, ends) VALUES "
                              "($1, $2, $3, $4, $5, $6)", &q, err);
    if (rc)
        return rc;
    store_bind_blob(q, 1, digest_sv(&d));
    store_bind_text(q, 2, access->member);
    store_bind_text(q, 3, access->name);
    store_bind_text(q, 4, access->scope);
    store_bind_int(q, 5, now);
    store_bind_int(q, 6, access->ends);
    return store_finish(q, err);
}

#define COLUMNS "t.id, t.member, m.name, t.name, t.scope, t.made, t.ends, coalesce(t.seen, 0)"

static struct access read_row(struct arena *a, struct store_stmt *q)
{
    return (struct access){.id = store_int(q, 0), .member = arena_sv(a, store_text(q, 1)),
                           .member_name = arena_sv(a, store_text(q, 2)), .name = arena_sv(a, store_text(q, 3)),
                           .scope = arena_sv(a, store_text(q, 4)), .made = store_int(q, 5), .ends = store_int(q, 6),
                           .seen = store_int(q, 7)};
}

int access_find(struct store *s, struct arena *a, struct sv token, int64_t now, struct access *out, struct err *err)
{
    struct store_stmt *q;
    struct digest d;
    *out = (struct access){.id = 0};
    if (!token_digest(token, &d))
        return CM_OK;
    int rc = store_prepare(s, "SELECT " COLUMNS ", t.digest FROM access t JOIN member m ON m.id = t.member "
                              "WHERE t.digest = $1 AND t.ends > $2 AND m.gone IS NULL", &q, err);
    if (rc)
        return rc;
    store_bind_blob(q, 1, digest_sv(&d));
    store_bind_int(q, 2, now);
    while ((rc = store_step(q, err)) == STORE_ROW)
        if (signed_equal(store_text(q, 8), digest_sv(&d)))
            *out = read_row(a, q);
    store_done(q);
    return rc;
}

int access_touch(struct store *s, int64_t id, int64_t now, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "UPDATE access SET seen = max(coalesce(seen, 0), $2) WHERE id = $1", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, id);
    store_bind_int(q, 2, now);
    return store_finish(q, err);
}

int access_load(struct store *s, struct arena *a, struct sv member, int64_t now, struct accesses *out, struct err *err)
{
    struct store_stmt *q;
    *out = (struct accesses){{NULL, 0, 0}};
    int rc = store_prepare(s, "SELECT " COLUMNS " FROM access t JOIN member m ON m.id = t.member "
                              "WHERE t.member = $1 AND t.ends > $2 ORDER BY t.id DESC", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, member);
    store_bind_int(q, 2, now);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *vec_push(a, &out->list) = read_row(a, q);
    store_done(q);
    return rc;
}

int access_end(struct store *s, struct sv member, int64_t id, bool *out, struct err *err)
{
    struct store_stmt *q;
    *out = false;
    int rc = store_prepare(s, "DELETE FROM access WHERE member = $1 AND id = $2 RETURNING 1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, member);
    store_bind_int(q, 2, id);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = true;
    store_done(q);
    return rc;
}
