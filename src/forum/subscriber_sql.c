#include "forum/subscriber.h"

#include "forum/route.h"

const char *const subscriber_state_names[SUBSCRIBER_STATES] = {"active", "disabled", "gone"};
const char *const subscriber_delivery_names[SUBSCRIBER_DELIVERIES] = {"each", "digest", "plain", "none"};

bool subscriber_delivery_find(struct sv word, enum subscriber_delivery *out)
{
    for (int i = 0; i < SUBSCRIBER_DELIVERIES; i++)
        if (sv_eq_str(word, subscriber_delivery_names[i])) {
            *out = (enum subscriber_delivery)i;
            return true;
        }
    return false;
}

#define COLUMNS "id, list, address, name, consent, state, delivery, since, passed"

static int index_of(const char *const *names, int count, struct sv name)
{
    for (int i = 0; i < count; i++)
        if (sv_eq_str(name, names[i]))
            return i;
    return count - 1; /* the one that gets least */
}

static void read_row(struct arena *a, struct store_stmt *q, struct subscriber *out)
{
    *out = (struct subscriber){
        .id = store_int(q, 0), .list = arena_sv(a, store_text(q, 1)), .address = arena_sv(a, store_text(q, 2)),
        .name = arena_sv(a, store_text(q, 3)), .consent = arena_sv(a, store_text(q, 4)),
        .state = (enum subscriber_state)index_of(subscriber_state_names, SUBSCRIBER_STATES, store_text(q, 5)),
        .delivery =
            (enum subscriber_delivery)index_of(subscriber_delivery_names, SUBSCRIBER_DELIVERIES, store_text(q, 6)),
        .since = store_int(q, 7), .passed = store_int(q, 8)};
}

int subscriber_find(struct store *s, struct arena *a, struct sv list, struct sv address, struct subscriber *out,
                    struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT " COLUMNS " FROM subscriber WHERE list = $1 AND mailbox = $2", &q, err);
    *out = (struct subscriber){.id = 0};
    if (rc)
        return rc;
    store_bind_text(q, 1, list);
    store_bind_text(q, 2, route_mailbox(a, address));
    while ((rc = store_step(q, err)) == STORE_ROW)
        read_row(a, q, out);
    store_done(q);
    return rc;
}

int subscriber_load(struct store *s, struct arena *a, int64_t id, struct subscriber *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT " COLUMNS " FROM subscriber WHERE id = $1", &q, err);
    *out = (struct subscriber){.id = 0};
    if (rc)
        return rc;
    store_bind_int(q, 1, id);
    while ((rc = store_step(q, err)) == STORE_ROW)
        read_row(a, q, out);
    store_done(q);
    return rc;
}

int subscriber_put(struct store *s, struct arena *a, struct sv list, struct sv address, struct sv name,
                   struct sv consent, int64_t now, bool *out_new, struct err *err)
{
    struct store_stmt *q;
    struct subscriber before;
    int rc = subscriber_find(s, a, list, address, &before, err);
    if (out_new)
        *out_new = !rc && (!before.id || before.state == SUBSCRIBER_GONE);
    if (!rc)
        rc = store_prepare(s, "INSERT INTO subscriber (list, address, mailbox, name, state, delivery, since, consent) "
                              "VALUES ($1, $2, $3, $4, 'active', 'each', $5, $6) ON CONFLICT (list, mailbox) DO UPDATE "
                              "SET address = excluded.address, state = 'active', score = 0, "
                              "since = CASE state WHEN 'gone' THEN excluded.since ELSE since END, "
                              "name = CASE WHEN state = 'gone' AND excluded.name <> '' THEN excluded.name ELSE name "
                              "END, "
                              "consent = CASE state WHEN 'gone' THEN excluded.consent ELSE consent END", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, list);
    store_bind_text(q, 2, address);
    store_bind_text(q, 3, route_mailbox(a, address));
    store_bind_text(q, 4, name);
    store_bind_int(q, 5, now);
    store_bind_text(q, 6, consent);
    return store_finish(q, err);
}

static int set_text(struct store *s, const char *sql, int64_t id, struct sv text, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, sql, &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, id);
    store_bind_text(q, 2, text);
    return store_finish(q, err);
}

int subscriber_set_state(struct store *s, int64_t id, enum subscriber_state state, struct err *err)
{
    return set_text(s, "UPDATE subscriber SET state = $2 WHERE id = $1", id,
                    sv_str(subscriber_state_names[state]), err);
}

int subscriber_set_delivery(struct store *s, int64_t id, enum subscriber_delivery delivery, struct err *err)
{
    return set_text(s, "UPDATE subscriber SET delivery = $2 WHERE id = $1", id,
                    sv_str(subscriber_delivery_names[delivery]), err);
}

int subscriber_set_name(struct store *s, int64_t id, struct sv name, struct err *err)
{
    return set_text(s, "UPDATE subscriber SET name = $2 WHERE id = $1", id, name, err);
}

int subscriber_count_post(struct store *s, int64_t id, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "UPDATE subscriber SET passed = passed + 1 WHERE id = $1", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, id);
    return store_finish(q, err);
}

int subscribers_load(struct store *s, struct arena *a, struct sv list, struct subscribers *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT " COLUMNS " FROM subscriber WHERE list = $1 AND state <> 'gone' ORDER BY mailbox",
                           &q, err);
    *out = (struct subscribers){{NULL, 0, 0}};
    if (rc)
        return rc;
    store_bind_text(q, 1, list);
    while ((rc = store_step(q, err)) == STORE_ROW)
        read_row(a, q, vec_push(a, &out->list));
    store_done(q);
    return rc;
}
