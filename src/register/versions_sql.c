#include "register/versions.h"

int threat_versions_load(struct store *s, struct arena *a, struct sv threat, struct threat_versions *out,
                         struct err *err)
{
    struct store_stmt *q;
    *out = (struct threat_versions){{NULL, 0, 0}};
    int rc = store_prepare(s, "SELECT e.seq, e.at, e.action, e.payload ->> 'actor', e.payload ->> 'reason', "
                              "e.payload IS NULL, count(*) FROM field_change c JOIN event e ON e.seq = c.event "
                              "WHERE c.threat = $1 GROUP BY e.seq ORDER BY e.seq", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, threat);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct threat_version *v = vec_push(a, &out->list);
        *v = (struct threat_version){.event = store_int(q, 0), .at = store_int(q, 1), .fields = (size_t)store_int(q,
                                                                                                                  6)};
        v->action = arena_sv(a, store_text(q, 2));
        v->who = store_int(q, 5) ? SV("(erased)") : arena_sv(a, store_text(q, 3));
        v->why = arena_sv(a, store_text(q, 4));
    }
    store_done(q);
    return rc;
}

int threat_version_fields(struct store *s, struct arena *a, struct sv threat, int64_t event, struct text_fields *out,
                          struct err *err)
{
    struct store_stmt *q;
    struct text_fields all = {{NULL, 0, 0}};
    struct map at; /* name -> place in all, from 1 */
    map_init(&at, a);
    *out = (struct text_fields){{NULL, 0, 0}};
    int rc = store_prepare(s, "SELECT field, text, text IS NULL FROM field_change WHERE threat = $1 AND event <= $2 "
                              "ORDER BY id", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, threat);
    store_bind_int(q, 2, event);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        size_t place = (size_t)(uintptr_t)map_get(&at, store_text(q, 0));
        if (!place) {
            *vec_push(a, &all.list) = (struct text_field){.name = arena_sv(a, store_text(q, 0))};
            place = all.list.len;
            map_set(&at, all.list.at[place - 1].name, (void *)(uintptr_t)place);
        }
        all.list.at[place - 1].text = store_int(q, 2) ? (struct sv){NULL, 0} : arena_sv(a, store_text(q, 1));
    }
    store_done(q);
    for (size_t i = 0; !rc && i < all.list.len; i++)
        if (all.list.at[i].text.at)
            *vec_push(a, &out->list) = all.list.at[i];
    return rc;
}

int edition_date(struct store *s, struct arena *a, struct sv document, struct sv version, struct sv *out,
                 struct err *err)
{
    struct store_stmt *q;
    int rc = store_prepare(s, "SELECT date FROM edition WHERE document = $1 AND version = $2", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, document);
    store_bind_text(q, 2, version);
    rc = store_step(q, err);
    if (rc == STORE_ROW)
        *out = arena_sv(a, store_text(q, 0));
    store_done(q);
    if (rc == 0)
        return err_set(err, CM_ENOTFOUND, "There is no edition %.*s of \"%.*s\".", SV_ARG(version), SV_ARG(document));
    return rc == STORE_ROW ? CM_OK : rc;
}
