/* What the record says about threats: which stages were opened against the rules, which acts of the group hold for
 * the text as it is. */
#include "register/calls.h"
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

/* Only in a mode that accepts by a call on the edition. */
static int load_acceptance(struct store *s, struct arena *a, struct standing *out, struct err *err)
{
    const struct process *process = &out->profile->process;
    struct acceptance *acceptance = NULL;
    if (process->mode >= process->modes.len || !sv_eq_str(process->modes.at[process->mode].acceptance, "call"))
        return CM_OK;
    int rc = acceptance_load(s, a, &acceptance, err);
    out->acceptance = acceptance;
    return rc;
}

int standing_load(struct store *s, struct arena *a, const struct profile *p, int64_t now, struct standing *out,
                  struct err *err)
{
    *out = (struct standing){.profile = p, .now = now};
    int rc = load_overrides(s, a, p, &out->overridden, err);
    return rc ? rc : load_acceptance(s, a, out, err);
}

struct on_record standing_of(void *standing, const struct threat *t)
{
    const struct standing *s = standing;
    const uint32_t *bits = map_get(&s->overridden, t->id);
    struct on_record r = {.overridden = bits ? *bits : 0};
    if (s->acceptance && acceptance_of(s->acceptance, s->profile, t))
        r.acts |= ACT_ACCEPTANCE;
    return r;
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
