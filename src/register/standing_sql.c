/* What the record says about threats: which stages were opened against the rules, which acts of the group hold for
 * the text as it is. */
#include "register/reviewed.h"
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

struct sound_text {
    struct digest digest;
    struct sound_text *next;
};

/* Reviews of the threat itself, and those of the analysis that hold it. */
static int load_sound(struct store *s, struct arena *a, const struct profile *p, struct map *out, struct err *err)
{
    struct store_stmt *q;
    map_init(out, a);
    if (p->process.mode >= p->process.modes.len ||
        !sv_eq_str(p->process.modes.at[p->process.mode].acceptance, "reviews"))
        return CM_OK;
    int rc = store_prepare(s, "SELECT t.threat, t.digest FROM review r JOIN review_threat t ON t.review = r.id "
                              "AND t.event = r.about WHERE r.verdict = 'sound' AND r.withdrawn IS NULL", &q, err);
    if (rc)
        return rc;
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct sound_text *text = arena_new(a, struct sound_text);
        struct sv id = arena_sv(a, store_text(q, 0)), bytes = store_text(q, 1);
        if (bytes.len != DIGEST_BYTES)
            continue;
        memcpy(text->digest.bytes, bytes.at, DIGEST_BYTES);
        text->next = map_get(out, id);
        map_set(out, id, text);
    }
    store_done(q);
    return rc;
}

static bool is_sound(const struct standing *s, const struct threat *t)
{
    const struct sound_text *text = map_get(&s->sound, t->id);
    if (!text)
        return false;
    struct digest now = reviewed_threat_digest(s->arena, t->source);
    for (; text; text = text->next)
        if (digest_eq(&text->digest, &now))
            return true;
    return false;
}

int standing_load(struct store *s, struct arena *a, const struct profile *p, int64_t now, struct standing *out,
                  struct err *err)
{
    *out = (struct standing){.profile = p, .now = now, .arena = a};
    int rc = load_overrides(s, a, p, &out->overridden, err);
    return rc ? rc : load_sound(s, a, p, &out->sound, err);
}

struct on_record standing_of(void *standing, const struct threat *t)
{
    const struct standing *s = standing;
    const uint32_t *bits = map_get(&s->overridden, t->id);
    return (struct on_record){.overridden = bits ? *bits : 0, .acts = is_sound(s, t) ? ACT_ACCEPTANCE : 0};
}
