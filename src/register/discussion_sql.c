#include "register/discussion.h"

#include "profile/profile.h"

#include <stdlib.h>

static const char tied[] =
    "SELECT t.threat, t.list, t.mid, t.about, t.stage, coalesce(t.priority, 0), t.event, e.at, coalesce(h.id, 0), "
    "h.subject, h.first, h.last, h.messages, "
    "(SELECT n.name FROM public_message n WHERE n.thread = h.id ORDER BY n.date DESC, n.id DESC LIMIT 1), n.stage "
    "FROM thread_tie t JOIN event e ON e.seq = t.event LEFT JOIN threat n ON n.id = t.threat "
    "LEFT JOIN thread h ON h.id = (SELECT m.thread FROM public_message m "
    "WHERE m.list = t.list AND m.mid = t.mid ORDER BY m.copy LIMIT 1) "
    "WHERE NOT EXISTS (SELECT 1 FROM list_setting c WHERE c.list = t.list AND c.name = 'archive' "
    "AND c.value = 'closed') ORDER BY t.threat, t.event, t.mid";

static const char said[] =
    "SELECT k.threat, m.thread, m.mid, m.name, m.date, k.about, k.stage, coalesce(k.priority, 0) "
    "FROM message_tie k JOIN public_message m ON m.id = k.message ORDER BY k.threat, m.thread, m.date, m.id";

bool discussion_is_ahead(const struct process *p, struct sv stage, struct sv about)
{
    int now = process_stage(p, stage), then = process_stage(p, about);
    return now >= 0 && then > now + 1 && !p->stages.at[now].end && !p->stages.at[then].end;
}

static int load_threads(struct store *s, struct arena *a, const struct process *p, struct discussions *out,
                        struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, tied, &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct discussion *d = vec_push(a, &out->list);
        *d = (struct discussion){.threat = arena_sv(a, store_text(q, 0)), .list = arena_sv(a, store_text(q, 1)),
                                 .mid = arena_sv(a, store_text(q, 2)), .about = arena_sv(a, store_text(q, 3)),
                                 .stage = arena_sv(a, store_text(q, 4)), .priority = store_int(q, 5),
                                 .event = store_int(q, 6), .tied_at = store_int(q, 7), .thread = store_int(q, 8)};
        d->parked = sv_eq_str(p->moderation_off_stage, "park") && discussion_is_ahead(p, store_text(q, 14), d->about);
        if (!d->thread)
            continue;
        d->subject = arena_sv(a, store_text(q, 9));
        d->first = store_int(q, 10);
        d->last = store_int(q, 11);
        d->messages = store_int(q, 12);
        d->newest = arena_sv(a, store_text(q, 13));
    }
    store_done(q);
    return rc;
}

static int order(const void *left, const void *right)
{
    const struct discussion *a = *(const struct discussion *const *)left, *b = *(const struct discussion *const *)right;
    int by_threat = sv_cmp(a->threat, b->threat);
    return by_threat ? by_threat : (a->thread > b->thread) - (a->thread < b->thread);
}

struct by_thread {
    VEC(struct discussion *) list; /* by threat and thread, as the messages come */
};

/* Both in the same order: one walk. */
static int load_messages(struct store *s, struct arena *a, const struct by_thread *threads, struct err *err)
{
    struct store_stmt *q;
    size_t at = 0;
    int rc = store_prepare(s, said, &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct discussion key = {.threat = store_text(q, 0), .thread = store_int(q, 1)}, *k = &key;
        while (at < threads->list.len && order(&threads->list.at[at], &k) < 0)
            at++;
        if (at == threads->list.len || order(&threads->list.at[at], &k))
            continue;
        *vec_push(a, &threads->list.at[at]->seen) = (struct discussed){
            arena_sv(a, store_text(q, 2)), arena_sv(a, store_text(q, 3)), store_int(q, 4),
            arena_sv(a, store_text(q, 5)), arena_sv(a, store_text(q, 6)), store_int(q, 7)};
    }
    store_done(q);
    return rc;
}

int discussions_load(struct store *s, struct arena *a, const struct process *p, struct discussions *out,
                     struct err *err)
{
    struct by_thread threads = {{NULL, 0, 0}};
    *out = (struct discussions){{NULL, 0, 0}};
    int rc = load_threads(s, a, p, out, err);
    for (size_t i = 0; i < out->list.len; i++)
        if (out->list.at[i].thread)
            *vec_push(a, &threads.list) = &out->list.at[i];
    if (rc || !threads.list.len)
        return rc;
    qsort(threads.list.at, threads.list.len, sizeof(*threads.list.at), order);
    return load_messages(s, a, &threads, err);
}

struct sv discussion_path(struct arena *a, const struct discussion *d)
{
    return sv_str(arena_printf(a, "/lists/%.*s/thread/%lld.html", SV_ARG(d->list), (long long)d->thread));
}
