/* Search by SQLite's FTS5. Its query language never sees what a user typed: each word goes in as a
 * quoted string. */
#include "store/fts.h"

#include "base/str.h"
#include "base/utf8.h"

static bool is_blank(char c)
{
    return (unsigned char)c <= ' ' || c == 0x7f;
}

/* ---- putting and removing ---- */

static int find_id(struct store *s, struct sv key, int64_t *out_id, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT id FROM search_key WHERE key = $1", &q, err);
    *out_id = 0;
    if (rc < 0)
        return rc;
    store_bind_text(q, 1, key);
    if ((rc = store_step(q, err)) == STORE_ROW)
        *out_id = store_int(q, 0);
    store_done(q);
    return rc < 0 ? rc : 0;
}

static int new_id(struct store *s, struct sv key, int64_t *out_id, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "INSERT INTO search_key (key) VALUES ($1)", &q, err);
    if (rc < 0)
        return rc;
    store_bind_text(q, 1, key);
    rc = store_finish(q, err);
    return rc < 0 ? rc : find_id(s, key, out_id, err);
}

static int remove_text(struct store *s, int64_t id, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "DELETE FROM search WHERE rowid = $1", &q, err);
    if (rc < 0)
        return rc;
    store_bind_int(q, 1, id);
    return store_finish(q, err);
}

/* Control characters would end the text early (NUL) or look like the marks of a hit. */
static struct sv without_controls(struct str *out, struct sv text)
{
    str_clear(out);
    str_add(out, text);
    for (size_t i = 0; i < out->len; i++) {
        if (is_blank(out->data[i]) && out->data[i] != '\n')
            out->data[i] = ' ';
    }
    return str_sv(out);
}

static int insert_text(struct store *s, int64_t id, struct sv key, struct sv title, struct sv text,
                       struct err *err)
{
    struct store_stmt *q;
    struct str clean = STR_INIT;
    int rc = store_prepare(
        s, "INSERT INTO search (rowid, key, title, text) VALUES ($1, $2, $3, $4)", &q, err);
    if (rc < 0)
        return rc;
    store_bind_int(q, 1, id);
    store_bind_text(q, 2, key);
    store_bind_text(q, 3, without_controls(&clean, title));
    store_bind_text(q, 4, without_controls(&clean, text));
    rc = store_finish(q, err);
    str_release(&clean);
    return rc;
}

int fts_put(struct store *s, struct sv key, struct sv title, struct sv text, struct err *err)
{
    int64_t id;
    if (key.len == 0)
        return err_set(err, CM_EINPUT, "the key of a document to search is empty");
    if (!utf8_valid(key, NULL) || !utf8_valid(title, NULL) || !utf8_valid(text, NULL))
        return err_set(err, CM_EINPUT, "a text to search is not UTF-8");
    int rc = find_id(s, key, &id, err);
    if (rc < 0)
        return rc;
    rc = id ? remove_text(s, id, err) : new_id(s, key, &id, err);
    return rc < 0 ? rc : insert_text(s, id, key, title, text, err);
}

int fts_remove(struct store *s, struct sv key, struct err *err)
{
    int64_t id;
    struct store_stmt *q;
    int rc = find_id(s, key, &id, err);
    if (rc < 0 || id == 0 || (rc = remove_text(s, id, err)) < 0)
        return rc;
    if ((rc = store_prepare(s, "DELETE FROM search_key WHERE id = $1", &q, err)) < 0)
        return rc;
    store_bind_int(q, 1, id);
    return store_finish(q, err);
}

int fts_scrub(struct store *s, struct err *err)
{
    int rc = store_run(s, "INSERT INTO search (search) VALUES ('optimize')", err);
    if (rc == 0)
        store_scrub(s);
    return rc;
}

/* ---- searching ---- */

/* Takes the next word or phrase off *rest: quoted text up to the next quote (or the end), or up to
 * a blank or quote. */
static bool next_term(struct sv *rest, struct sv *out, bool *out_prefix)
{
    while (rest->len && is_blank(rest->at[0]))
        *rest = sv_from_byte(*rest, 1);
    if (!rest->len)
        return false;
    bool quoted = rest->at[0] == '"';
    size_t end = quoted, len = rest->len;
    while (end < len && rest->at[end] != '"' && (quoted || !is_blank(rest->at[end])))
        end++;
    *out = sv_from(rest->at + quoted, end - quoted);
    *rest = sv_from_byte(*rest, end + (quoted && end < len));
    *out_prefix = !quoted && sv_ends(*out, SV("*"));
    return true;
}

/* Terms side by side mean: all of them. No term holds a quote, so that none can end its string. */
static int build_match(struct str *out, struct sv query, struct err *err)
{
    struct sv term;
    bool prefix;
    size_t count = 0;
    while (next_term(&query, &term, &prefix)) {
        if (utf8_words(term) == 0)
            continue;
        if (++count > FTS_WORDS_MAX)
            return err_set(err, CM_ELIMIT, "the query has more than %d words", FTS_WORDS_MAX);
        str_add_str(out, out->len ? " \"" : "\"");
        for (size_t i = 0; i < term.len; i++)
            str_add_char(out, is_blank(term.at[i]) ? ' ' : term.at[i]);
        str_add_str(out, prefix ? "\" *" : "\"");
    }
    return 0;
}

static int run_search(struct store *s, struct arena *a, struct sv match, size_t limit,
                      struct fts_hits *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(
        s,
        "SELECT key, title, snippet(search, 2, char(2), char(3), '\u2026', 24) FROM search"
        " WHERE search MATCH $1 AND rank MATCH 'bm25(0.0, 4.0, 1.0)' ORDER BY rank LIMIT $2",
        &q, err);
    if (rc < 0)
        return rc;
    store_bind_text(q, 1, match);
    store_bind_int(q, 2, limit && limit < INT64_MAX ? (int64_t)limit : INT64_MAX);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct fts_hit *hit = vec_push(a, &out->list);
        hit->key = arena_sv(a, store_text(q, 0));
        hit->title = arena_sv(a, store_text(q, 1));
        hit->snippet = arena_sv(a, store_text(q, 2));
    }
    store_done(q);
    return rc;
}

int fts_search(struct store *s, struct arena *a, struct sv query, size_t limit,
               struct fts_hits *out, struct err *err)
{
    struct str match = STR_INIT;
    memset(out, 0, sizeof(*out));
    if (query.len > FTS_QUERY_MAX)
        return err_set(err, CM_ELIMIT, "the query is longer than %d bytes", FTS_QUERY_MAX);
    if (!utf8_valid(query, NULL))
        return err_set(err, CM_EINPUT, "the query is not UTF-8");
    int rc = build_match(&match, query, err);
    if (rc == 0 && match.len)
        rc = run_search(s, a, str_sv(&match), limit, out, err);
    str_release(&match);
    return rc;
}
