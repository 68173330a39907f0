#include "register/due.h"

#include "register/activity.h"

static int load_open(struct store *s, struct arena *a, const char *sql, enum due_kind kind, struct due_clocks *out,
                     struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, sql, &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        *vec_push(a, &out->open) = (struct due_open){kind, arena_sv(a, store_text(q, 0)), store_int(q, 1),
                                                          arena_sv(a, store_text(q, 2))};
    store_done(q);
    return rc;
}

int absences_load(struct store *s, struct arena *a, struct absences *out, struct err *err)
{
    struct store_stmt *q;
    memset(out, 0, sizeof(*out));
    int rc = store_prepare(s, "SELECT member, first, last FROM absence ORDER BY member", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        *vec_push(a, &out->list) = (struct absence){arena_sv(a, store_text(q, 0)), arena_sv(a, store_text(q, 1)),
                                                    arena_sv(a, store_text(q, 2))};
    store_done(q);
    return rc;
}

/* The first column of the first row; stays as it is when there is none. */
static int load_time(struct store *s, const char *sql, int64_t now, int64_t *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, sql, &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, now);
    return store_finish_int(q, out, err);
}

/* As activity_load() tells them (activity.h), but each by an index: a list that is often asked for cannot read the
 * whole record. */
static int load_times(struct store *s, int64_t now, struct due_clocks *out, struct err *err)
{
    int rc = load_time(s, "SELECT at FROM event WHERE at <= $1 ORDER BY at LIMIT 1", now, &out->last_act, err);
    if (!rc)
        rc = load_time(s, "SELECT at FROM event WHERE at <= $1 AND " ACTOR_IS_PERSON
                          " ORDER BY at DESC LIMIT 1", now, &out->last_act, err);
    return rc ? rc : load_time(s, "SELECT coalesce(max(at), 0) FROM event WHERE subject = 'report' "
                                  "AND action = 'report.record' AND at <= $1", now, &out->last_report, err);
}

int due_load(struct store *s, struct arena *a, int64_t now, struct due_clocks *out, struct err *err)
{
    memset(out, 0, sizeof(*out));
    int rc = load_open(s, a, "SELECT id, due, NULL FROM round WHERE closed IS NULL ORDER BY number", DUE_ROUND, out,
                       err);
    if (!rc)
        rc = load_open(s, a, "SELECT id, until, NULL FROM call WHERE closed IS NULL ORDER BY number", DUE_CALL, out,
                       err);
    if (!rc)
        rc = load_open(s, a, "SELECT id, until, NULL FROM embargo WHERE released IS NULL ORDER BY number", DUE_EMBARGO,
                       out, err);
    if (!rc)
        rc = load_open(s, a, "SELECT r.decision, r.answer_by, m.name FROM referral r JOIN event e ON e.seq = r.asked "
                             "LEFT JOIN member m ON m.id = e.actor WHERE r.answered IS NULL ORDER BY r.asked",
                       DUE_COUNCIL, out, err);
    if (!rc)
        rc = absences_load(s, a, &out->away, err);
    return rc ? rc : load_times(s, now, out, err);
}
