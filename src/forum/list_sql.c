#include "forum/list.h"

static int load_lists(struct store *s, struct arena *a, struct lists *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT id, address, title, kind FROM list ORDER BY id", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct list *l = vec_push(a, &out->list);
        l->id = arena_sv(a, store_text(q, 0));
        l->address = arena_sv(a, store_text(q, 1));
        l->title = arena_sv(a, store_text(q, 2));
        l->followed = sv_eq_str(store_text(q, 3), "followed");
        for (int i = 0; i < LIST_SETTINGS; i++)
            l->setting[i] = sv_str(list_setting_table[i].standard);
    }
    store_done(q);
    return rc;
}

static int load_settings(struct store *s, struct arena *a, struct lists *out, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT list, name, value FROM list_setting", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        int id = list_setting_find(store_text(q, 1));
        for (size_t i = 0; id >= 0 && i < out->list.len; i++)
            if (sv_eq(out->list.at[i].id, store_text(q, 0)))
                out->list.at[i].setting[id] = arena_sv(a, store_text(q, 2));
    }
    store_done(q);
    return rc;
}

int lists_load(struct store *s, struct arena *a, struct lists *out, struct err *err)
{
    *out = (struct lists){{NULL, 0, 0}};
    int rc = load_lists(s, a, out, err);
    return rc ? rc : load_settings(s, a, out, err);
}

const struct list *lists_find(const struct lists *l, struct sv name)
{
    struct route route;
    for (size_t i = 0; i < l->list.len; i++)
        if (sv_eq(l->list.at[i].id, name))
            return &l->list.at[i];
    const struct list *found = lists_route(l, name, &route);
    return found && route.kind == ROUTE_POST && !route.detail.len ? found : NULL;
}

const struct list *lists_sender(const struct lists *l, struct sv named)
{
    const struct list *found = lists_find(l, named), *closed = NULL;
    if (found && !found->followed)
        return found;
    for (size_t i = 0; i < l->list.len; i++) {
        const struct list *next = &l->list.at[i];
        if (!next->followed && list_is(next, SET_ARCHIVE, "public"))
            return next;
        closed = closed || next->followed ? closed : next;
    }
    return closed;
}

const struct list *lists_route(const struct lists *l, struct sv recipient, struct route *out)
{
    for (size_t i = 0; i < l->list.len; i++) {
        *out = route_match(recipient, l->list.at[i].address);
        if (out->kind)
            return &l->list.at[i];
    }
    return NULL;
}

int list_insert(struct store *s, struct sv id, struct sv address, struct sv title, bool followed, int64_t event,
                struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "INSERT INTO list (id, address, title, kind, event) VALUES ($1, $2, $3, $4, $5)", &q,
                           err);
    if (rc)
        return rc;
    store_bind_text(q, 1, id);
    store_bind_text(q, 2, address);
    store_bind_text(q, 3, title);
    store_bind_text(q, 4, followed ? SV("followed") : SV("hosted"));
    store_bind_int(q, 5, event);
    return store_finish(q, err);
}

int list_set(struct store *s, struct sv id, struct sv name, struct sv value, int64_t event, struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "INSERT INTO list_setting (list, name, value, event) VALUES ($1, $2, $3, $4) "
                              "ON CONFLICT (list, name) DO UPDATE SET value = excluded.value, event = excluded.event",
                           &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, id);
    store_bind_text(q, 2, name);
    store_bind_text(q, 3, value);
    store_bind_int(q, 4, event);
    return store_finish(q, err);
}
