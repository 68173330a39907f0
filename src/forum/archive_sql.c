#include "forum/archive.h"

#include "base/map.h"
#include "base/sha1.h"
#include "base/str.h"
#include "base/utf8.h"
#include "forum/base32.h"
#include "forum/text.h"

#include <stdlib.h>

/* ---- names ---- */

struct sv archive_key(struct arena *a, struct sv mid, int64_t copy)
{
    unsigned char digest[SHA1_BYTES];
    sha1(mid, digest);
    struct sv key = base32_write_upper(a, sv_from((const char *)digest, sizeof digest));
    return copy > 1 ? sv_str(arena_printf(a, "%.*s-%lld", SV_ARG(key), (long long)copy)) : key;
}

struct sv archive_shown(struct arena *a, struct sv text, size_t characters)
{
    struct text_piece piece;
    struct str out = STR_INIT;
    size_t at = 0;
    text = sv_from(text.at, text.len < 8 * characters ? text.len : 8 * characters);
    while (text.len && !utf8_valid(text, NULL)) /* cut in the middle of a character */
        text.len--;
    while (text_next_piece(&text, &piece)) {
        if (piece.kind == TEXT_ADDRESS)
            text_add_hidden(&out, piece.address);
        else
            str_add(&out, piece.text);
    }
    for (size_t n = 0; n < characters && at < out.len; n++)
        utf8_next(str_sv(&out), &at);
    if (at < out.len) {
        str_cut(&out, at);
        str_add_str(&out, "\xe2\x80\xa6");
    }
    struct sv shown = arena_sv(a, sv_trim(str_sv(&out)));
    str_release(&out);
    return shown;
}

static struct sv shown_name(struct arena *a, struct sv name, struct sv address)
{
    struct sv shown = archive_shown(a, name, ARCHIVE_NAME_MAX);
    if (!shown.len)
        shown = archive_shown(a, address, ARCHIVE_NAME_MAX);
    return shown.len ? shown : SV("(no name)");
}

/* ---- loading ---- */

struct loading {
    struct arena *a;
    struct archive *out;
    struct map keys; /* two Message-IDs may have one SHA-1 */
};

static struct sv own_key(struct loading *l, struct sv mid, int64_t copy, int64_t id)
{
    struct sv key = archive_key(l->a, mid, copy);
    if (map_get(&l->keys, key))
        key = sv_str(arena_printf(l->a, "%.*s-m%lld", SV_ARG(key), (long long)id));
    map_set(&l->keys, key, l);
    return key;
}

static void add_message(struct loading *l, struct store_stmt *q)
{
    struct archive *out = l->out;
    int64_t thread = store_int(q, 1);
    struct archive_message *m = vec_push(l->a, &out->messages);
    *m = (struct archive_message){
        .id = store_int(q, 0), .date = store_int(q, 2), .parent = store_int(q, 3),
        .mid = arena_sv(l->a, store_text(q, 4)), .up = SIZE_MAX};
    m->key = own_key(l, m->mid, store_int(q, 5), m->id);
    m->name = shown_name(l->a, store_text(q, 6), store_text(q, 7));
    m->subject = archive_shown(l->a, store_text(q, 8), ARCHIVE_SUBJECT_MAX);
    if (!m->subject.len)
        m->subject = SV("(no subject)");
    (void)digest_from_bytes(store_text(q, 9), &m->digest);
    if (!out->threads.len || out->threads.at[out->threads.len - 1].id != thread)
        *vec_push(l->a, &out->threads) = (struct archive_thread){thread, out->messages.len - 1, 0, m->date, m->date};
    struct archive_thread *t = &out->threads.at[out->threads.len - 1];
    t->count++;
    t->first = m->date < t->first ? m->date : t->first;
    t->last = m->date > t->last ? m->date : t->last;
}

static int load_messages(struct loading *l, struct store *s, struct sv list, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT id, thread, date, coalesce(parent, 0), mid, copy, name, address, subject, "
                              "digest FROM public_message WHERE list = $1 ORDER BY thread, date, id", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, list);
    while ((rc = store_step(q, err)) == STORE_ROW)
        add_message(l, q);
    store_done(q);
    return rc;
}

static int load_moved(struct loading *l, struct store *s, struct sv list, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT id, became FROM thread WHERE list = $1 AND became IS NOT NULL ORDER BY id", &q,
                           err);
    if (rc)
        return rc;
    store_bind_text(q, 1, list);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *vec_push(l->a, &l->out->moved) = (struct archive_moved){store_int(q, 0), store_int(q, 1)};
    store_done(q);
    return rc;
}

/* ---- the order in a thread ---- */

static int by_id(const void *left, const void *right)
{
    const struct archive_message *const *l = left, *const *r = right;
    return (*l)->id < (*r)->id ? -1 : (*l)->id > (*r)->id;
}

static const struct archive_message *find(struct archive_message **ids, size_t count, int64_t id)
{
    const struct archive_message wanted = {.id = id}, *key = &wanted;
    struct archive_message **found = id ? bsearch(&key, ids, count, sizeof *ids, by_id) : NULL;
    return found ? *found : NULL;
}

enum { NONE = -1 };

/* Replies below what they answer, older ones first; no recursion, as a thread may be as deep as it is long. A ring
 * of parents, which must not be, would leave messages out: they are put at the end. */
static void order_thread(struct arena *a, struct archive_message *m, size_t count)
{
    struct archive_message **ids = arena_array(a, count, sizeof *ids), *sorted = arena_array(a, count, sizeof *sorted);
    ptrdiff_t *child = arena_array(a, count, sizeof *child), *sibling = arena_array(a, count, sizeof *sibling);
    ptrdiff_t *up = arena_array(a, count, sizeof *up), *place = arena_array(a, count, sizeof *place);
    ptrdiff_t first = NONE, at;
    size_t done = 0;
    for (size_t i = 0; i < count; i++) {
        ids[i] = &m[i];
        child[i] = place[i] = NONE;
    }
    qsort(ids, count, sizeof *ids, by_id);
    for (size_t i = count; i-- > 0;) { /* backwards, so that the oldest is the first child */
        const struct archive_message *parent = find(ids, count, m[i].parent);
        up[i] = parent && parent != &m[i] ? parent - m : NONE;
        ptrdiff_t *head = up[i] == NONE ? &first : &child[up[i]];
        sibling[i] = *head;
        *head = (ptrdiff_t)i;
    }
    unsigned depth = 0;
    for (at = first; at != NONE && done < count;) {
        place[at] = (ptrdiff_t)done;
        sorted[done] = m[at];
        sorted[done].depth = depth;
        sorted[done++].up = up[at] == NONE ? SIZE_MAX : (size_t)place[up[at]];
        if (child[at] != NONE) {
            at = child[at];
            depth++;
            continue;
        }
        for (; at != NONE && sibling[at] == NONE; depth -= depth > 0)
            at = up[at];
        at = at == NONE ? NONE : sibling[at];
    }
    for (size_t i = 0; i < count; i++)
        if (place[i] == NONE)
            sorted[done++] = m[i];
    memcpy(m, sorted, count * sizeof *m);
}

static int by_first(const void *left, const void *right)
{
    const struct archive_thread *l = left, *r = right;
    if (l->first != r->first)
        return l->first < r->first ? -1 : 1;
    return l->id < r->id ? -1 : l->id > r->id;
}

static void order(struct archive *out)
{
    qsort(out->threads.at, out->threads.len, sizeof *out->threads.at, by_first);
    for (size_t i = 0; i < out->threads.len; i++) {
        const struct archive_thread *t = &out->threads.at[i];
        struct arena a = ARENA_INIT;
        order_thread(&a, &out->messages.at[t->from], t->count);
        arena_release(&a);
        for (size_t k = t->from; k < t->from + t->count; k++) {
            struct archive_message *m = &out->messages.at[k];
            m->thread = i;
            m->up = m->up == SIZE_MAX ? SIZE_MAX : m->up + t->from;
        }
    }
}

int archive_load(struct store *s, struct arena *a, struct sv list, struct archive *out, struct err *err)
{
    struct loading l = {.a = a, .out = out};
    *out = (struct archive){.messages = {NULL, 0, 0}};
    map_init(&l.keys, a);
    int rc = load_messages(&l, s, list, err);
    if (!rc)
        rc = load_moved(&l, s, list, err);
    if (!rc && out->threads.len)
        order(out);
    return rc;
}

/* Of two messages under one key the later one has its number behind it, as own_key() gives it. */
static bool has_key(struct arena *a, struct store_stmt *q, struct sv key)
{
    struct sv plain = archive_key(a, store_text(q, 1), store_int(q, 2));
    if (!sv_starts(key, plain))
        return false;
    struct sv rest = sv_from_byte(key, plain.len);
    return !rest.len || sv_eq_str(rest, arena_printf(a, "-m%lld", (long long)store_int(q, 0)));
}

static int is_public(struct store *s, int64_t id, int64_t *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT id FROM public_message WHERE id = $1", &q, err);
    *out = 0;
    if (rc)
        return rc;
    store_bind_int(q, 1, id);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = store_int(q, 0);
    store_done(q);
    return rc;
}

/* What is asked of all messages stands in the index of their names, and their texts are not read. */
int archive_find(struct store *s, struct sv list, struct sv key, int64_t *out, struct err *err)
{
    struct store_stmt *q;
    int64_t found = 0;
    struct arena scratch = ARENA_INIT;
    *out = 0;
    int rc = store_prepare(s, "SELECT id, mid, copy FROM message WHERE list = $1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, list);
    while (!found && (rc = store_step(q, err)) == STORE_ROW) {
        if (has_key(&scratch, q, key))
            found = store_int(q, 0);
        arena_release(&scratch);
    }
    store_done(q);
    if (found)
        rc = is_public(s, found, out, err);
    return rc;
}
