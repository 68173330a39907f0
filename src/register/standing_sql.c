/* What the record says about threats: which stages were opened against the rules, which acts of the group hold for
 * the text as it is. */
#include "register/view.h"

static int load_overrides(struct store *s, struct arena *a, const struct profile *p, struct map *out, struct err *err)
{
    struct store_stmt *q;
    map_init(out, a);
    int rc = store_prepare(s, "SELECT threat, stage FROM override", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        int stage = process_stage(&p->process, store_text(q, 1));
        uint32_t *bits = map_get(out, store_text(q, 0));
        if (!bits) {
            bits = arena_new(a, uint32_t);
            map_set(out, arena_sv(a, store_text(q, 0)), bits);
        }
        if (stage >= 0 && stage < 32)
            *bits |= 1u << stage;
    }
    store_done(q);
    return rc;
}

int standing_load(struct store *s, struct arena *a, const struct profile *p, int64_t now, struct standing *out,
                  struct err *err)
{
    *out = (struct standing){.profile = p, .now = now};
    return load_overrides(s, a, p, &out->overridden, err);
}

struct on_record standing_of(void *standing, const struct threat *t)
{
    const struct standing *s = standing;
    const uint32_t *bits = map_get(&s->overridden, t->id);
    return (struct on_record){.overridden = bits ? *bits : 0};
}

int ending_load(struct store *s, struct arena *a, struct ending *out, struct err *err)
{
    struct store_stmt *q;
    *out = (struct ending){0};
    int rc = store_prepare(s, "SELECT v.at, e.body, e.link, e.reason FROM ended e JOIN event v ON v.seq = e.event",
                           &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = (struct ending){store_int(q, 0), arena_sv(a, store_text(q, 1)), arena_sv(a, store_text(q, 2)),
                               arena_sv(a, store_text(q, 3))};
    store_done(q);
    return rc;
}
