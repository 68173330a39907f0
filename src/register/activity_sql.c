#include "register/activity.h"

#include "base/date.h"

static const char query[] =
    "SELECT coalesce(sum(at >= $1), 0), "
    "count(DISTINCT CASE WHEN at >= $1 AND " ACTOR_IS_MEMBER " THEN actor END), "
    "count(DISTINCT CASE WHEN at >= $1 AND " ACTOR_IS_ESTIMATOR " THEN actor END), "
    "coalesce(max(CASE WHEN " ACTOR_IS_PERSON " THEN at END), 0), coalesce(min(at), 0), "
    "coalesce(max(CASE WHEN action = 'report.record' THEN at END), 0) FROM event WHERE at <= $2";

static int load_members(struct store *s, struct activity *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT coalesce(sum(m.joined IS NOT NULL AND m.gone IS NULL), 0), "
                              "coalesce(sum(m.joined IS NOT NULL AND m.gone IS NULL AND e.at >= $1), 0) "
                              "FROM member m LEFT JOIN event e ON e.seq = m.joined", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, out->since);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        out->members = (size_t)store_int(q, 0);
        out->joined = (size_t)store_int(q, 1);
    }
    store_done(q);
    return rc;
}

int activity_load(struct store *s, int64_t since, int64_t now, struct activity *out, struct err *err)
{
    struct store_stmt *q;
    *out = (struct activity){.since = since, .now = now};
    int rc = store_prepare(s, query, &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, since);
    store_bind_int(q, 2, now);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        out->events = (size_t)store_int(q, 0);
        out->people = (size_t)store_int(q, 1);
        out->estimators = (size_t)store_int(q, 2);
        out->last = store_int(q, 3);
        out->first = store_int(q, 4);
        out->last_report = store_int(q, 5);
    }
    store_done(q);
    return rc ? rc : load_members(s, out, err);
}

unsigned activity_months(int64_t from, int64_t to)
{
    struct date a = date_from_time(from), b = date_from_time(to);
    int months = (b.year - a.year) * 12 + b.month - a.month - (b.day < a.day);
    return to > from && months > 0 ? (unsigned)months : 0;
}

unsigned activity_silence(const struct activity *a)
{
    int64_t from = a->last ? a->last : a->first;
    return from ? activity_months(from, a->now) : 0;
}
