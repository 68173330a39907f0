#include "forum/search.h"

#include "forum/archive.h"

#include <stdlib.h>

/* A thread that is tied to one of the threats that are asked for. */
struct tied {
    int64_t thread;
    struct sv threat, about;
};

struct searching {
    struct store *s;
    struct arena *a;
    const struct mail_query *query;
    struct lists lists;
    bool closed;
    size_t limit;
    struct mail_hits *out;
    VEC(struct tied) tied; /* by thread */
};

/* No term holds a quote, so none can end its string. */
static void build_match(const struct mail_query *query, struct str *out)
{
    for (size_t i = 0; i < query->terms.len; i++) {
        const struct mail_term *t = &query->terms.at[i];
        str_addf(out, "%s%s%s\"", out->len ? " AND " : "", t->column ? t->column : "", t->column ? " : " : "");
        for (size_t k = 0; k < t->text.len; k++)
            str_add_char(out, (unsigned char)t->text.at[k] <= ' ' ? ' ' : t->text.at[k]);
        str_add_str(out, t->prefix ? "\" *" : "\"");
    }
}

static int check_lists(const struct searching *g, struct err *err)
{
    for (size_t i = 0; i < g->query->list_count; i++) {
        const struct list *l = lists_find(&g->lists, g->query->lists[i]);
        if (!l || (!g->closed && !list_is(l, SET_ARCHIVE, "public")))
            return err_set(err, CM_ENOTFOUND, "there is no list \"%.*s\"", SV_ARG(g->query->lists[i]));
    }
    return CM_OK;
}

/* ---- threats and stages ---- */

static bool is_among(const struct sv *names, size_t count, struct sv name)
{
    for (size_t i = 0; i < count; i++)
        if (sv_eq(names[i], name))
            return true;
    return !count;
}

static int check_threats(const struct searching *g, struct err *err)
{
    for (size_t i = 0; i < g->query->threat_count; i++) {
        struct store_stmt *q;
        bool known = false;
        int rc = store_prepare(g->s, "SELECT 1 FROM threat WHERE id = $1", &q, err);
        if (rc)
            return rc;
        store_bind_text(q, 1, g->query->threats[i]);
        while ((rc = store_step(q, err)) == STORE_ROW)
            known = true;
        store_done(q);
        if (rc || !known)
            return rc ? rc : err_set(err, CM_ENOTFOUND, "there is no threat \"%.*s\"; their ids are written as in "
                                     "\"casemate threat list\"", SV_ARG(g->query->threats[i]));
    }
    return CM_OK;
}

static int by_thread(const void *left, const void *right)
{
    const struct tied *l = left, *r = right;
    return (l->thread > r->thread) - (l->thread < r->thread);
}

static int load_tied(struct searching *g, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(g->s, "SELECT (SELECT m.thread FROM public_message m WHERE m.list = t.list AND "
                                 "m.mid = t.mid ORDER BY m.copy LIMIT 1), t.threat, t.about FROM thread_tie t",
                           &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        if (store_int(q, 0) && is_among(g->query->threats, g->query->threat_count, store_text(q, 1)))
            *vec_push(g->a, &g->tied) =
                (struct tied){store_int(q, 0), arena_sv(g->a, store_text(q, 1)), arena_sv(g->a, store_text(q, 2))};
    store_done(q);
    if (g->tied.len)
        qsort(g->tied.at, g->tied.len, sizeof *g->tied.at, by_thread);
    return rc;
}

/* Whether a message of a tied thread is about one of the stages: by itself, or as its thread. */
static int is_about(const struct searching *g, const struct tied *t, int64_t message, bool *out, struct err *err)
{
    const struct mail_query *q = g->query;
    struct store_stmt *own;
    *out = is_among(q->stages, q->stage_count, t->about);
    if (!q->stage_count)
        return CM_OK;
    int rc = store_prepare(g->s, "SELECT about FROM message_tie WHERE message = $1 AND threat = $2", &own, err);
    if (rc)
        return rc;
    store_bind_int(own, 1, message);
    store_bind_text(own, 2, t->threat);
    while ((rc = store_step(own, err)) == STORE_ROW)
        *out = is_among(q->stages, q->stage_count, store_text(own, 0));
    store_done(own);
    return rc;
}

static int is_tied(const struct searching *g, int64_t message, int64_t thread, bool *out, struct err *err)
{
    size_t low = 0, high = g->tied.len;
    int rc = CM_OK;
    *out = !g->query->threat_count && !g->query->stage_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (g->tied.at[middle].thread < thread)
            low = middle + 1;
        else
            high = middle;
    }
    for (; !rc && !*out && low < g->tied.len && g->tied.at[low].thread == thread; low++)
        rc = is_about(g, &g->tied.at[low], message, out, err);
    return rc;
}

/* ---- hits ---- */

static bool is_wanted(const struct searching *g, struct sv list, int64_t date)
{
    const struct mail_query *q = g->query;
    const struct list *l = lists_find(&g->lists, list);
    bool named = !q->list_count;
    for (size_t i = 0; i < q->list_count; i++)
        named = named || lists_find(&g->lists, q->lists[i]) == l;
    return l && named && (g->closed || list_is(l, SET_ARCHIVE, "public")) && (!q->has_after || date >= q->after) &&
           (!q->has_before || date < q->before);
}

static void add_hit(struct searching *g, struct store_stmt *q)
{
    struct mail_hit *hit = vec_push(g->a, &g->out->list);
    *hit = (struct mail_hit){.id = store_int(q, 0), .date = store_int(q, 2), .list = arena_sv(g->a, store_text(q, 1)),
                             .mid = arena_sv(g->a, store_text(q, 3))};
    hit->key = archive_key(g->a, hit->mid, store_int(q, 4));
    hit->name = archive_shown(g->a, store_text(q, 5).len ? store_text(q, 5) : store_text(q, 6), ARCHIVE_NAME_MAX);
    hit->subject = archive_shown(g->a, store_text(q, 7), ARCHIVE_SUBJECT_MAX);
}

static int run(struct searching *g, struct store_stmt *q, struct err *err)
{
    int rc;
    bool tied;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        if (!is_wanted(g, store_text(q, 1), store_int(q, 2)))
            continue;
        if ((rc = is_tied(g, store_int(q, 0), store_int(q, 8), &tied, err)))
            return rc;
        if (!tied)
            continue;
        if (g->out->list.len == g->limit) {
            g->out->more = true;
            return CM_OK;
        }
        add_hit(g, q);
    }
    return rc;
}

static int64_t below(const struct searching *g)
{
    return g->query->below ? g->query->below : INT64_MAX;
}

static int find_words(struct searching *g, struct err *err)
{
    struct str match = STR_INIT;
    struct store_stmt *q;
    int rc = store_prepare(g->s, "SELECT m.id, m.list, m.date, m.mid, m.copy, m.name, m.address, m.subject, "
                                 "m.thread FROM mail_search CROSS JOIN public_message m ON m.id = mail_search.rowid "
                                 "WHERE mail_search MATCH $1 AND mail_search.rowid < $2 "
                                 "ORDER BY mail_search.rowid DESC", &q, err);
    if (rc)
        return rc;
    build_match(g->query, &match);
    store_bind_text(q, 1, str_sv(&match));
    store_bind_int(q, 2, below(g));
    rc = run(g, q, err);
    store_done(q);
    str_release(&match);
    return rc;
}

static int find_all(struct searching *g, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(g->s, "SELECT id, list, date, mid, copy, name, address, subject, thread FROM public_message "
                                 "WHERE id < $1 ORDER BY id DESC", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, below(g));
    rc = run(g, q, err);
    store_done(q);
    return rc;
}

static int add_snippet(struct searching *g, struct mail_hit *hit, struct err *err)
{
    struct arena a = ARENA_INIT;
    struct sv words;
    int rc = message_indexed_words(g->s, &a, hit->id, &words, err);
    if (!rc)
        hit->snippet = arena_sv(g->a, mail_snippet(&a, words, g->query));
    arena_release(&a);
    return rc;
}

static int search(struct store *s, void *context, struct err *err)
{
    struct searching *g = context;
    const struct mail_query *q = g->query;
    int rc = lists_load(s, g->a, &g->lists, err);
    if (!rc)
        rc = check_lists(g, err);
    if (!rc)
        rc = check_threats(g, err);
    if (!rc && (q->threat_count || q->stage_count))
        rc = load_tied(g, err);
    if (!rc && q->terms.len)
        rc = find_words(g, err);
    else if (!rc && (q->list_count || q->has_after || q->has_before || q->threat_count || q->stage_count))
        rc = find_all(g, err);
    for (size_t i = 0; !rc && i < g->out->list.len; i++)
        rc = add_snippet(g, &g->out->list.at[i], err);
    return rc;
}

int mail_search(struct store *s, struct arena *a, const struct mail_query *query, bool closed, size_t limit,
                struct mail_hits *out, struct err *err)
{
    struct searching g = {.s = s, .a = a, .query = query, .closed = closed, .limit = limit, .out = out};
    *out = (struct mail_hits){.list = {NULL, 0, 0}};
    return store_read_tx(s, search, &g, err);
}
