#include "forum/outbox.h"

static int insert_outgoing(struct store *s, const char *kind, struct sv list, int64_t message, struct sv bytes,
                           int64_t now, int64_t *out_id, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "INSERT INTO outgoing (kind, list, message, bytes, at) VALUES ($1, $2, $3, $4, $5) "
                              "RETURNING id", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, sv_str(kind));
    if (list.len)
        store_bind_text(q, 2, list);
    if (message)
        store_bind_int(q, 3, message);
    if (bytes.len)
        store_bind_blob(q, 4, bytes);
    store_bind_int(q, 5, now);
    return store_finish_int(q, out_id, err);
}

static int to_subscribers(struct store *s, int64_t outgoing, struct sv list, struct sv delivery, int64_t now,
                          struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "INSERT INTO delivery (outgoing, recipient, subscriber, state, due) "
                              "SELECT $1, address, id, 'waiting', $3 FROM subscriber "
                              "WHERE list = $2 AND state = 'active' AND delivery = $4", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, outgoing);
    store_bind_text(q, 2, list);
    store_bind_int(q, 3, now);
    store_bind_text(q, 4, delivery);
    return store_finish(q, err);
}

static int into_digest(struct store *s, struct sv list, int64_t message, int64_t now, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "INSERT INTO digest_waiting (list, message, at, size) "
                              "SELECT $1, id, $3, size FROM message WHERE id = $2", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, list);
    store_bind_int(q, 2, message);
    store_bind_int(q, 3, now);
    return store_finish(q, err);
}

int outbox_post(struct store *s, struct sv list, int64_t message, int64_t now, struct err *err)
{
    int64_t outgoing = 0;
    int rc = insert_outgoing(s, "post", list, message, SV_NONE, now, &outgoing, err);
    if (!rc)
        rc = to_subscribers(s, outgoing, list, SV("each"), now, err);
    return rc ? rc : into_digest(s, list, message, now, err);
}

static int to_one(struct store *s, const char *kind, struct sv list, struct sv recipient, int64_t subscriber,
                  struct sv bytes, int64_t now, struct err *err)
{
    struct store_stmt *q;
    int64_t outgoing = 0;
    int rc = insert_outgoing(s, kind, list, 0, bytes, now, &outgoing, err);
    if (!rc)
        rc = store_prepare(s, "INSERT INTO delivery (outgoing, recipient, subscriber, state, due) "
                              "VALUES ($1, $2, $3, 'waiting', $4)", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, outgoing);
    store_bind_text(q, 2, recipient);
    if (subscriber)
        store_bind_int(q, 3, subscriber);
    store_bind_int(q, 4, now);
    return store_finish(q, err);
}

int outbox_mail(struct store *s, struct sv list, struct sv recipient, struct sv bytes, int64_t now, struct err *err)
{
    return to_one(s, "mail", list, recipient, 0, bytes, now, err);
}

int outbox_probe(struct store *s, struct sv list, struct sv recipient, int64_t subscriber, struct sv bytes,
                 int64_t now, struct err *err)
{
    return to_one(s, "probe", list, recipient, subscriber, bytes, now, err);
}

int outbox_digest(struct store *s, struct sv list, struct sv delivery, struct sv bytes, int64_t now, struct err *err)
{
    int64_t outgoing = 0;
    int rc = insert_outgoing(s, "digest", list, 0, bytes, now, &outgoing, err);
    return rc ? rc : to_subscribers(s, outgoing, list, delivery, now, err);
}
