/* Rows of what is followed. */
#include "action/follow.h"

#include "register/people.h"

#define FOLLOW_COLUMNS                                                                                                 \
    "SELECT f.id, f.thread, f.threat, f.mail, coalesce(t.list, ''), coalesce(t.subject, h.name, ''), "                 \
    "coalesce(t.last, 0) FROM follow f LEFT JOIN thread o ON o.id = f.thread "                                         \
    "LEFT JOIN thread t ON t.id = coalesce(o.became, o.id) LEFT JOIN threat h ON h.id = f.threat "

static struct follow read_row(struct arena *a, struct store_stmt *q)
{
    return (struct follow){.id = store_int(q, 0), .what = {store_int(q, 1), arena_sv(a, store_text(q, 2))},
                           .mail = store_int(q, 3), .list = arena_sv(a, store_text(q, 4)),
                           .title = arena_sv(a, store_text(q, 5)), .last = store_int(q, 6)};
}

int follows_load(struct store *s, struct arena *a, struct sv member, struct follows *out, struct err *err)
{
    struct store_stmt *q;
    *out = (struct follows){{NULL, 0, 0}};
    int rc = store_prepare(s, FOLLOW_COLUMNS "WHERE f.member = $1 ORDER BY f.id DESC", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, member);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *vec_push(a, &out->list) = read_row(a, q);
    store_done(q);
    return rc;
}

/* What is there, followed or not: a thread with its list, a threat with its name. */
static int look_at(struct store *s, struct arena *a, struct followed what, struct follow *out, struct err *err)
{
    struct store_stmt *q;
    int rc = what.thread
                 ? store_prepare(s, "SELECT t.id, t.list, t.subject, t.last FROM thread o JOIN thread t "
                                    "ON t.id = coalesce(o.became, o.id) WHERE o.id = $1 AND EXISTS "
                                    "(SELECT 1 FROM public_message m WHERE m.thread = t.id)", &q, err)
                 : store_prepare(s, "SELECT 0, '', name, 0 FROM threat WHERE id = $1", &q, err);
    *out = (struct follow){.id = 0};
    if (rc)
        return rc;
    if (what.thread)
        store_bind_int(q, 1, what.thread);
    else
        store_bind_text(q, 1, what.threat);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = (struct follow){.what = {store_int(q, 0), arena_sv(a, what.threat)},
                               .list = arena_sv(a, store_text(q, 1)), .title = arena_sv(a, store_text(q, 2)),
                               .last = store_int(q, 3)};
    store_done(q);
    return rc;
}

static int look_for_own(struct store *s, struct sv member, struct follow *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT f.id, f.mail FROM follow f LEFT JOIN thread o ON o.id = f.thread WHERE "
                              "f.member = $1 AND coalesce(o.became, o.id, 0) = $2 AND f.threat = $3", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, member);
    store_bind_int(q, 2, out->what.thread);
    store_bind_text(q, 3, out->what.threat.len ? out->what.threat : SV(""));
    while ((rc = store_step(q, err)) == STORE_ROW) {
        out->id = store_int(q, 0);
        out->mail = store_int(q, 1);
    }
    store_done(q);
    return rc;
}

int follow_look(struct store *s, struct arena *a, struct sv member, struct followed what, struct follow *out,
                struct err *err)
{
    struct lists lists;
    int rc = look_at(s, a, what, out, err);
    if (!rc)
        rc = lists_load(s, a, &lists, err);
    if (rc)
        return rc;
    const struct list *list = out->list.len ? lists_find(&lists, out->list) : NULL;
    bool open = list && !list->followed && list_is(list, SET_ARCHIVE, "public");
    if (!out->title.len || (what.thread && !open))
        return err_set(err, CM_ENOTFOUND, what.thread ? "There is no such thread that can be followed here."
                                                      : "There is no such threat.");
    return look_for_own(s, member, out, err);
}

int follow_count(struct store *s, struct sv member, int64_t *out, struct err *err)
{
    struct store_stmt *q;
    *out = 0;
    int rc = store_prepare(s, "SELECT count(*) FROM follow WHERE member = $1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, member);
    return store_finish_int(q, out, err);
}

int follow_put(struct store *s, struct sv member, struct followed what, bool mail, struct sv site, int64_t now,
               struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "INSERT INTO follow (member, thread, threat, mail, site, at) VALUES ($1, $2, $3, $4, $5, "
                              "$6) ON CONFLICT (member, thread, threat) DO UPDATE SET mail = excluded.mail, "
                              "site = excluded.site", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, member);
    store_bind_int(q, 2, what.thread);
    store_bind_text(q, 3, what.threat.len ? what.threat : SV(""));
    store_bind_int(q, 4, mail);
    store_bind_text(q, 5, site);
    store_bind_int(q, 6, now);
    return store_finish(q, err);
}

int follow_drop(struct store *s, struct sv member, int64_t id, bool *out, struct err *err)
{
    struct store_stmt *q;
    *out = false;
    int rc = store_prepare(s, "DELETE FROM follow WHERE id = $1 AND ($2 = '' OR member = $2) RETURNING 1", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, id);
    store_bind_text(q, 2, member.len ? member : SV(""));
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = true;
    store_done(q);
    return rc;
}

int follow_member(struct store *s, struct arena *a, int64_t id, struct sv *out, struct err *err)
{
    struct store_stmt *q;
    *out = SV_NONE;
    int rc = store_prepare(s, "SELECT member FROM follow WHERE id = $1", &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, id);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = arena_sv(a, store_text(q, 0));
    store_done(q);
    return rc;
}

/* ---- whom to tell ---- */

#define OF_THREAD                                                                                                      \
    "(f.thread IN (SELECT id FROM thread WHERE id = $1 OR became = $1) OR f.threat IN (SELECT t.threat "               \
    "FROM public_message p JOIN thread_tie t ON t.list = p.list AND t.mid = p.mid WHERE p.thread = $1)) "              \
    "AND NOT EXISTS (SELECT 1 FROM address a JOIN subscriber s ON s.mailbox = a.address WHERE a.member = f.member "    \
    "AND a.kind = 'mail' AND s.list = $2 AND s.state = 'active' AND s.delivery <> 'none') "

int followers_load(struct store *s, struct arena *a, int64_t thread, struct sv list, struct sv threat,
                   struct followers *out, struct err *err)
{
    struct store_stmt *q;
    *out = (struct followers){{NULL, 0, 0}};
    int rc = thread ? store_prepare(s, "SELECT f.id, f.member, m.name, f.site FROM follow f JOIN member m "
                                       "ON m.id = f.member WHERE f.mail = 1 AND m.gone IS NULL AND " OF_THREAD
                                       "ORDER BY f.member, f.id", &q, err)
                    : store_prepare(s, "SELECT f.id, f.member, m.name, f.site FROM follow f JOIN member m "
                                       "ON m.id = f.member WHERE f.mail = 1 AND m.gone IS NULL AND f.threat = $1 "
                                       "ORDER BY f.member, f.id", &q, err);
    if (rc)
        return rc;
    if (thread) {
        store_bind_int(q, 1, thread);
        store_bind_text(q, 2, list);
    } else {
        store_bind_text(q, 1, threat);
    }
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct sv member = store_text(q, 1);
        if (out->list.len && sv_eq(out->list.at[out->list.len - 1].member, member))
            continue;
        *vec_push(a, &out->list) = (struct follower){.id = store_int(q, 0), .member = arena_sv(a, member),
                                                     .name = arena_sv(a, store_text(q, 2)),
                                                     .site = arena_sv(a, store_text(q, 3))};
    }
    store_done(q);
    for (size_t i = 0; !rc && i < out->list.len; i++)
        rc = people_mail(s, a, out->list.at[i].member, &out->list.at[i].address, err);
    return rc;
}
