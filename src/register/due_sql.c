#include "register/activity.h"
#include "register/due.h"

static int load_open(struct store *s, struct arena *a, const char *sql, enum due_kind kind, struct due_clocks *out,
                     struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, sql, &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        *vec_push(a, &out->open) = (struct due_open){kind, arena_sv(a, store_text(q, 0)), store_int(q, 1)};
    store_done(q);
    return rc;
}

static int load_times(struct store *s, int64_t now, struct due_clocks *out, struct err *err)
{
    struct activity activity;
    int rc = activity_load(s, now, now, &activity, err);
    out->last_act = activity.last ? activity.last : activity.first;
    out->last_report = activity.last_report;
    return rc;
}

int due_load(struct store *s, struct arena *a, int64_t now, struct due_clocks *out, struct err *err)
{
    memset(out, 0, sizeof(*out));
    int rc = load_open(s, a, "SELECT id, due FROM round WHERE closed IS NULL ORDER BY number", DUE_ROUND, out, err);
    if (!rc)
        rc = load_open(s, a, "SELECT id, until FROM call WHERE closed IS NULL ORDER BY number", DUE_CALL, out, err);
    if (!rc)
        rc = load_open(s, a, "SELECT id, until FROM embargo WHERE released IS NULL ORDER BY number", DUE_EMBARGO, out,
                       err);
    return rc ? rc : load_times(s, now, out, err);
}
