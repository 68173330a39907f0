/* Requests for log-ins that are not answered yet. */
#include "action/login.h"

int login_request_put(struct store *s, struct sv address, struct sv next, int64_t now, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "INSERT INTO login_request (address, next, at) VALUES ($1, $2, $3)", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, address);
    store_bind_text(q, 2, next);
    store_bind_int(q, 3, now);
    return store_finish(q, err);
}

int login_requests_load(struct store *s, struct arena *a, struct login_requests *out, struct err *err)
{
    struct store_stmt *q;
    *out = (struct login_requests){{NULL, 0, 0}};
    int rc = store_prepare(s, "SELECT id, address, next FROM login_request ORDER BY id", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        *vec_push(a, &out->list) = (struct login_request){store_int(q, 0), arena_sv(a, store_text(q, 1)),
                                                          arena_sv(a, store_text(q, 2))};
    store_done(q);
    return rc;
}

int login_requests_count(struct store *s, int64_t *out, struct err *err)
{
    struct store_stmt *q;
    *out = 0;
    int rc = store_prepare(s, "SELECT count(*) FROM login_request", &q, err);
    return rc ? rc : store_finish_int(q, out, err);
}

int login_requests_drop(struct store *s, int64_t last, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "DELETE FROM login_request WHERE id <= $1", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, last);
    return store_finish(q, err);
}
