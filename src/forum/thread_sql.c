#include "forum/thread.h"

#include "base/date.h"
#include "base/vec.h"
#include "forum/subject.h"

/* The key of a Message-ID in `missing`. */
static int64_t key_of(struct sv mid)
{
    struct digest d = digest_of(mid);
    int64_t key;
    memcpy(&key, d.bytes, sizeof key);
    return key;
}

struct place {
    struct store *s;
    struct arena *a;
    struct message *m;
    const struct mail *mail;
    struct err *err;
};

/* ---- the parent ---- */

static int remember_missing(struct place *p, struct sv mid, int64_t distance)
{
    struct store_stmt *q;
    int rc = store_prepare(p->s, "INSERT INTO missing (list, mid, message, distance) VALUES ($1, $2, $3, $4) "
                                 "ON CONFLICT DO NOTHING", &q, p->err);
    if (rc)
        return rc;
    store_bind_text(q, 1, p->m->list);
    store_bind_int(q, 2, key_of(mid));
    store_bind_int(q, 3, p->m->id);
    store_bind_int(q, 4, distance);
    return store_finish(q, p->err);
}

static int parent_by_references(struct place *p)
{
    int64_t found = 0;
    for (size_t i = p->mail->reference_count; i > 0 && !found; i--) {
        struct sv mid = p->mail->references[i - 1];
        if (sv_eq(mid, p->m->mid)) /* says that it answers itself */
            continue;
        int rc = message_find(p->s, p->m->list, mid, &found, p->err);
        if (!rc && !found)
            rc = remember_missing(p, mid, (int64_t)(p->mail->reference_count - i));
        if (rc)
            return rc;
    }
    p->m->parent = found;
    return CM_OK;
}

static int parent_by_subject(struct place *p)
{
    bool reply;
    struct store_stmt *q;
    struct sv base = subject_base(p->a, p->m->subject, &reply);
    if (!reply || !base.len)
        return CM_OK;
    int rc = store_prepare(p->s, "SELECT id FROM public_message WHERE list = $1 AND base = $2 AND date <= $3 AND "
                                 "date >= $4 ORDER BY date DESC, id DESC LIMIT 1", &q, p->err);
    if (rc)
        return rc;
    store_bind_text(q, 1, p->m->list);
    store_bind_text(q, 2, base);
    store_bind_int(q, 3, p->m->date);
    store_bind_int(q, 4, p->m->date - SUBJECT_DAYS * (int64_t)DATE_DAY);
    return store_finish_int(q, &p->m->parent, p->err);
}

/* ---- threads ---- */

static int thread_of(struct place *p, int64_t message, int64_t *out)
{
    struct store_stmt *q;
    int rc = store_prepare(p->s, "SELECT coalesce(thread, 0) FROM message WHERE id = $1", &q, p->err);
    *out = 0;
    if (rc)
        return rc;
    store_bind_int(q, 1, message);
    return store_finish_int(q, out, p->err);
}

static int new_thread(struct place *p)
{
    struct store_stmt *q;
    int rc = store_prepare(p->s, "INSERT INTO thread (list, subject, first, last, messages) VALUES ($1, $2, $3, $3, 0) "
                                 "RETURNING id", &q, p->err);
    if (rc)
        return rc;
    store_bind_text(q, 1, p->m->list);
    store_bind_text(q, 2, p->m->subject);
    store_bind_int(q, 3, p->m->date);
    return store_finish_int(q, &p->m->thread, p->err);
}

static int write_place(struct place *p)
{
    struct store_stmt *q;
    int rc = store_prepare(p->s, "UPDATE message SET state = 'public', thread = $2, parent = $3 WHERE id = $1", &q,
                           p->err);
    if (rc)
        return rc;
    store_bind_int(q, 1, p->m->id);
    store_bind_int(q, 2, p->m->thread);
    if (p->m->parent)
        store_bind_int(q, 3, p->m->parent);
    if ((rc = store_finish(q, p->err)) ||
        (rc = store_prepare(p->s, "UPDATE thread SET messages = messages + 1, first = min(first, $2), "
                                  "last = max(last, $2) WHERE id = $1", &q, p->err)))
        return rc;
    store_bind_int(q, 1, p->m->thread);
    store_bind_int(q, 2, p->m->date);
    p->m->state = MESSAGE_PUBLIC;
    return store_finish(q, p->err);
}

/* ---- those that were waiting for it ---- */

struct waiting {
    int64_t message, distance;
};
typedef VEC(struct waiting) waiting_vec;

static int load_waiting(struct place *p, waiting_vec *out)
{
    struct store_stmt *q;
    int rc = store_prepare(p->s, "SELECT message, distance FROM missing WHERE list = $1 AND mid = $2", &q, p->err);
    if (rc)
        return rc;
    store_bind_text(q, 1, p->m->list);
    store_bind_int(q, 2, key_of(p->m->mid));
    while ((rc = store_step(q, p->err)) == STORE_ROW)
        *vec_push(p->a, out) = (struct waiting){store_int(q, 0), store_int(q, 1)};
    store_done(q);
    return rc;
}

/* Whether m stands below `child`: then child cannot stand below m. */
static int is_below(struct place *p, int64_t child, bool *out)
{
    struct store_stmt *q;
    int rc = store_prepare(p->s, "WITH RECURSIVE up (id) AS (SELECT $1 UNION SELECT parent FROM message, up WHERE "
                                 "message.id = up.id AND parent IS NOT NULL) SELECT count(*) FROM up WHERE id = $2",
                           &q, p->err);
    *out = false;
    if (rc)
        return rc;
    store_bind_int(q, 1, p->m->id);
    store_bind_int(q, 2, child);
    while ((rc = store_step(q, p->err)) == STORE_ROW)
        *out = store_int(q, 0) > 0;
    store_done(q);
    return rc;
}

static int forget(struct place *p, const struct waiting *w)
{
    struct store_stmt *q;
    int rc = store_prepare(p->s, "DELETE FROM missing WHERE message = $1 AND distance >= $2", &q, p->err);
    if (rc)
        return rc;
    store_bind_int(q, 1, w->message);
    store_bind_int(q, 2, w->distance);
    return store_finish(q, p->err);
}

/* All of thread `from` goes to `to`; `from` points there. */
static int join_threads(struct place *p, int64_t from, int64_t to)
{
    static const char *const steps[] = {
        "UPDATE message SET thread = $2 WHERE thread = $1",
        "UPDATE thread SET messages = messages + (SELECT messages FROM thread WHERE id = $1), "
        "first = min(first, (SELECT first FROM thread WHERE id = $1)), "
        "last = max(last, (SELECT last FROM thread WHERE id = $1)) WHERE id = $2",
        "UPDATE thread SET became = $2, messages = 0 WHERE id = $1 OR became = $1",
    };
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        struct store_stmt *q;
        int rc = store_prepare(p->s, steps[i], &q, p->err);
        if (rc)
            return rc;
        store_bind_int(q, 1, from);
        store_bind_int(q, 2, to);
        if ((rc = store_finish(q, p->err)))
            return rc;
    }
    return CM_OK;
}

static int adopt(struct place *p, const struct waiting *w)
{
    struct store_stmt *q;
    bool below;
    int64_t thread;
    int rc = is_below(p, w->message, &below);
    if (rc || below)
        return rc;
    if ((rc = store_prepare(p->s, "UPDATE message SET parent = $2 WHERE id = $1 AND state = 'public'", &q, p->err)))
        return rc;
    store_bind_int(q, 1, w->message);
    store_bind_int(q, 2, p->m->id);
    if ((rc = store_finish(q, p->err)) || (rc = thread_of(p, w->message, &thread)))
        return rc;
    if (thread && thread != p->m->thread) {
        int64_t keep = thread < p->m->thread ? thread : p->m->thread;
        rc = join_threads(p, keep == thread ? p->m->thread : thread, keep);
        p->m->thread = keep;
    }
    return rc ? rc : forget(p, w);
}

/* A thread is named by its first message. */
static int name_thread(struct place *p)
{
    struct store_stmt *q;
    int rc = store_prepare(p->s, "UPDATE thread SET subject = (SELECT subject FROM public_message WHERE thread = $1 "
                                 "ORDER BY parent IS NOT NULL, date, id LIMIT 1) WHERE id = $1", &q, p->err);
    if (rc)
        return rc;
    store_bind_int(q, 1, p->m->thread);
    return store_finish(q, p->err);
}

static int adopt_all(struct place *p)
{
    waiting_vec waiting = {NULL, 0, 0};
    int rc = load_waiting(p, &waiting);
    for (size_t i = 0; !rc && i < waiting.len; i++)
        rc = adopt(p, &waiting.at[i]);
    return rc || !waiting.len ? rc : name_thread(p);
}

/* A guess, and no better than what others say of it: a message that some were waiting for began before them. */
static int guess_parent(struct place *p)
{
    waiting_vec waiting = {NULL, 0, 0};
    int rc = load_waiting(p, &waiting);
    return rc || waiting.len ? rc : parent_by_subject(p);
}

int thread_place(struct store *s, struct arena *a, struct message *m, const struct mail *mail, struct err *err)
{
    struct place p = {s, a, m, mail, err};
    int rc = parent_by_references(&p);
    if (!rc && !m->parent && !mail->reference_count)
        rc = guess_parent(&p);
    if (!rc && m->parent)
        rc = thread_of(&p, m->parent, &m->thread);
    if (!rc && !m->thread)
        rc = new_thread(&p);
    if (!rc)
        rc = write_place(&p);
    return rc ? rc : adopt_all(&p);
}
