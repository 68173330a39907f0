/* Messages as their authors look for them. */
#include "action/discuss.h"

#include "forum/archive.h"

static int one_number(struct store_stmt *q, int64_t *out, struct err *err)
{
    int rc;
    *out = 0;
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = store_int(q, 0);
    store_done(q);
    return rc;
}

int discuss_find(struct store *s, struct sv list, struct sv mid, int64_t *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT id FROM message WHERE list = $1 AND mid = $2 ORDER BY copy LIMIT 1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, list);
    store_bind_text(q, 2, mid);
    return one_number(q, out, err);
}

int discuss_hold(struct store *s, int64_t message, int64_t *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT number FROM hold WHERE message = $1", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, message);
    return one_number(q, out, err);
}

int discuss_newest(struct store *s, struct sv list, int64_t thread, int64_t *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT m.id FROM thread o JOIN public_message m ON m.thread = coalesce(o.became, o.id) "
                              "WHERE o.id = $1 AND m.list = $2 ORDER BY m.date DESC, m.id DESC LIMIT 1", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, thread);
    store_bind_text(q, 2, list);
    return one_number(q, out, err);
}

/* What others wrote under the name, as far as that is known, is not among them. */
int discuss_own_posts(struct store *s, struct arena *a, struct sv member, struct own_posts *out, struct err *err)
{
    struct store_stmt *q;
    *out = (struct own_posts){{NULL, 0, 0}};
    int rc = store_prepare(s, "SELECT m.list, m.subject, m.mid, m.copy, m.received, m.state, "
                              "coalesce(v.value, 'public') FROM message m JOIN address a ON a.address = m.address "
                              "LEFT JOIN list_setting v ON v.list = m.list AND v.name = 'archive' "
                              "WHERE a.member = $1 AND a.kind = 'mail' AND m.state IN ('public', 'held', 'returned') "
                              "AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.message = m.id AND h.stranger = 1 "
                              "AND m.state <> 'public') ORDER BY m.received DESC, m.id DESC LIMIT $2", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, member);
    store_bind_int(q, 2, OWN_POSTS);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct own_post *p = vec_push(a, &out->list);
        *p = (struct own_post){.list = arena_sv(a, store_text(q, 0)), .subject = arena_sv(a, store_text(q, 1)),
                               .received = store_int(q, 4), .state = MESSAGE_HELD};
        for (int i = 0; i < MESSAGE_STATES; i++)
            if (sv_eq_str(store_text(q, 5), message_state_names[i]))
                p->state = (enum message_state)i;
        if (p->state == MESSAGE_PUBLIC && sv_eq_str(store_text(q, 6), "public"))
            p->key = archive_key(a, store_text(q, 2), store_int(q, 3));
    }
    store_done(q);
    return rc;
}
