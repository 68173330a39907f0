#include "register/people.h"

#include "base/date.h"

static int load_members(struct store *s, struct arena *a, struct people *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT id, name, joined, gone FROM member ORDER BY CAST(substr(id, 2) AS INTEGER)", &q,
                           err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct person *p = vec_push(a, &out->list);
        p->id = arena_sv(a, store_text(q, 0));
        p->name = arena_sv(a, store_text(q, 1));
        p->joined = store_int(q, 2);
        p->gone = store_int(q, 3);
    }
    store_done(q);
    return rc;
}

/* Where a role stands among those of sig.yaml; behind all when it is not there any more. */
static size_t role_place(const struct profile *p, struct sv id)
{
    const struct role *r = p ? sig_role(&p->sig, id) : NULL;
    return r ? (size_t)(r - p->sig.roles.at) : SIZE_MAX;
}

static void add_role(struct arena *a, struct person *person, const struct profile *p, struct role_held held)
{
    (void)vec_push(a, &person->roles);
    size_t at = person->roles.len - 1;
    for (; at > 0 && role_place(p, person->roles.at[at - 1].role) > role_place(p, held.role); at--)
        person->roles.at[at] = person->roles.at[at - 1];
    person->roles.at[at] = held;
}

static int load_roles(struct store *s, struct arena *a, const struct profile *p, int64_t now, struct people *out,
                      struct err *err)
{
    struct store_stmt *q;
    struct sv today = sv_str(date_format(a, date_from_time(now)));
    int rc = store_prepare(s, "SELECT member, role, until, mark FROM role_grant ORDER BY member, role", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct person *person = (struct person *)(uintptr_t)people_by_id(out, store_text(q, 0));
        struct role_held held = {.role = arena_sv(a, store_text(q, 1)), .until = arena_sv(a, store_text(q, 2)),
                                 .mark = arena_sv(a, store_text(q, 3))};
        held.ended = held.until.len && sv_cmp(held.until, today) < 0;
        out->governed = true;
        if (person)
            add_role(a, person, p, held);
    }
    store_done(q);
    return rc;
}

int people_load(struct store *s, struct arena *a, const struct profile *p, int64_t now, struct people *out,
                struct err *err)
{
    memset(out, 0, sizeof(*out));
    int rc = load_members(s, a, out, err);
    return rc ? rc : load_roles(s, a, p, now, out, err);
}

const struct person *people_find(const struct people *people, struct sv name)
{
    for (size_t i = 0; i < people->list.len; i++)
        if (sv_eq(people->list.at[i].name, name))
            return &people->list.at[i];
    return NULL;
}

const struct person *people_by_id(const struct people *people, struct sv id)
{
    for (size_t i = 0; i < people->list.len; i++)
        if (sv_eq(people->list.at[i].id, id))
            return &people->list.at[i];
    return NULL;
}

bool person_holds(const struct person *person, struct sv role)
{
    for (size_t i = 0; i < person->roles.len; i++)
        if (!person->roles.at[i].ended && sv_eq(person->roles.at[i].role, role))
            return true;
    return person->joined && sv_eq_str(role, "member"); /* without being given it */
}

bool person_may(const struct person *person, const struct profile *p, struct sv permission)
{
    for (size_t i = 0; !person->gone && i < p->sig.roles.len; i++) {
        const struct role *r = &p->sig.roles.at[i];
        if (role_may(r, permission) && person_holds(person, r->id))
            return true;
    }
    return false;
}

int people_addresses(struct store *s, struct arena *a, struct sv id, struct addresses *out, struct err *err)
{
    struct store_stmt *q;
    memset(out, 0, sizeof(*out));
    int rc = store_prepare(s, "SELECT kind, address FROM address WHERE member = $1 ORDER BY kind, address", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, id);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct address *found = vec_push(a, &out->list);
        found->kind = arena_sv(a, store_text(q, 0));
        found->address = arena_sv(a, store_text(q, 1));
    }
    store_done(q);
    return rc;
}

int people_mail(struct store *s, struct arena *a, struct sv id, struct sv *out, struct err *err)
{
    struct store_stmt *q;
    *out = SV_NONE;
    int rc = store_prepare(s, "SELECT address FROM address WHERE member = $1 AND kind = 'mail' "
                              "ORDER BY chosen DESC, at, address LIMIT 1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, id);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = arena_sv(a, store_text(q, 0));
    store_done(q);
    return rc;
}
