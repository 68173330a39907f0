/* Derivation: stage, priority and counts, from the profile and the acts on record, in one place.
 *
 * A threat is confirmed at the last stage of an unbroken run from the first one whose acts of the group are
 * on record. Content needs (fields, attacker, ...) were checked when the file came in, so only acts can be
 * missing here. */
#include "register/view.h"

#include <stdlib.h>

struct deriver {
    struct arena *arena;
    const struct profile *profile;
    struct view *view;
};

static unsigned fewest_estimators(const struct threat *t)
{
    if (!t->likelihood.given || !t->damage.given)
        return 0;
    return t->likelihood.estimators < t->damage.estimators ? t->likelihood.estimators : t->damage.estimators;
}

static const struct mode *mode_in_force(const struct profile *p)
{
    static const struct mode none;
    return p->process.mode < p->process.modes.len ? &p->process.modes.at[p->process.mode] : &none;
}

bool view_acts_done(const struct profile *p, const struct threat *t, int stage)
{
    const struct mode *mode = mode_in_force(p);
    uint32_t needs = p->process.stages.at[stage].needs;
    if (needs & 1u << NEED_ESTIMATES && fewest_estimators(t) < mode->estimators)
        return false;
    if (needs & 1u << NEED_PRIORITY_STOOD && mode->first_round_days > 0)
        return false; /* needs a closed round and the objection period after it */
    return !(needs & 1u << NEED_ACCEPTANCE); /* needs a review or a call on record */
}

/* Which stages a leader opened against the rules: bits by stage index. */
static int confirmed_stage(const struct profile *p, const struct threat *t, uint32_t overridden)
{
    if (t->stage < 0 || p->process.stages.at[t->stage].end)
        return t->stage;
    int confirmed = 0;
    for (int stage = 0; stage <= t->stage; stage++) {
        if (!view_acts_done(p, t, stage) && !(stage < 32 && overridden & 1u << stage))
            break;
        confirmed = stage;
    }
    return confirmed;
}

void view_derive_threat(struct arena *a, const struct profile *p, const struct threat *t, uint32_t overridden,
                        struct threat_view *out)
{
    const struct mode *mode = mode_in_force(p);
    out->threat = t;
    out->priority = sig_priority(&p->sig, t->likelihood.given ? t->likelihood.level : -1,
                                 t->damage.given ? t->damage.level : -1);
    out->confirmed = confirmed_stage(p, t, overridden);
    out->provisional = out->confirmed != t->stage;
    out->editors_rating = t->likelihood.given && fewest_estimators(t) < (mode->estimators > 2 ? mode->estimators : 2);
    out->next = -1;
    if (t->stage >= 0 && (size_t)t->stage + 1 < p->process.stage_count) {
        out->next = t->stage + 1;
        profile_lacks(a, p, t, out->next, &out->lacks);
    }
}

static bool is_end(const struct view *v, const struct threat_view *t)
{
    return t->threat->stage >= 0 && v->profile->process.stages.at[t->threat->stage].end;
}

static void counts_init(struct arena *a, struct count_by_word *c, size_t len)
{
    c->len = len;
    c->counts = arena_new_array(a, unsigned, len ? len : 1);
}

static void count(struct count_by_word *c, int index)
{
    if (index >= 0 && (size_t)index < c->len)
        c->counts[index]++;
}

static void count_threat(struct view *v, const struct threat_view *t)
{
    const struct threat *threat = t->threat;
    count(&v->by_stage, t->confirmed);
    count(&v->by_claimed, threat->stage);
    if (is_end(v, t))
        return;
    v->active++;
    v->drafts += t->provisional;
    count(&v->by_priority, (int)t->priority);
    count(&v->by_level, threat->level);
    for (size_t i = 0; i < threat->areas.len; i++)
        count(&v->by_area, threat->areas.at[i]);
    for (size_t i = 0; i < threat->stride.len; i++)
        count(&v->by_stride, threat->stride.at[i]);
}

static void count_all(struct view *v)
{
    const struct sig *sig = &v->profile->sig;
    counts_init(v->arena, &v->by_stage, v->profile->process.stages.len);
    counts_init(v->arena, &v->by_claimed, v->profile->process.stages.len);
    counts_init(v->arena, &v->by_priority, sig->priorities.list.len + 1);
    counts_init(v->arena, &v->by_area, sig->areas.list.len);
    counts_init(v->arena, &v->by_level, sig->levels.list.len);
    counts_init(v->arena, &v->by_stride, sig->stride.list.len);
    for (size_t i = 0; i < v->threats.len; i++)
        count_threat(v, &v->threats.at[i]);
}

static void link_related(struct view *v, unsigned from, struct sv id)
{
    int to = view_find(v, id);
    if (to < 0 || (unsigned)to == from)
        return;
    struct threat_view *target = &v->threats.at[to];
    if (target->related_in.len && target->related_in.at[target->related_in.len - 1] == from)
        return;
    *vec_push(v->arena, &target->related_in) = from;
}

/* "T-0017#phish" -> "T-0017" */
static struct sv reference_threat(struct sv reference)
{
    ptrdiff_t hash = sv_find_char(reference, '#');
    return hash < 0 ? reference : sv_from(reference.at, (size_t)hash);
}

static void link_all_related(struct view *v)
{
    for (unsigned i = 0; i < v->threats.len; i++) {
        const struct threat *t = v->threats.at[i].threat;
        for (size_t k = 0; k < t->into.len; k++)
            link_related(v, i, t->into.at[k]);
        for (size_t k = 0; k < t->related.len; k++)
            link_related(v, i, t->related.at[k]);
        for (size_t k = 0; t->tree && k < t->tree->nodes.len; k++)
            if (t->tree->nodes.at[k].reference.len)
                link_related(v, i, reference_threat(t->tree->nodes.at[k].reference));
    }
}

struct citing {
    VEC(unsigned) affected, responding, mentioned;
    unsigned last_affected, last_responding, last_mentioned; /* index + 1, to add each threat once */
};

static struct citing *citing_of(const struct deriver *d, struct citing *all, struct sv id)
{
    const struct reference *r = map_get(&d->profile->references.by_id, id);
    return r ? &all[r - d->profile->references.list.at] : NULL;
}

static void cite_pinned(const struct deriver *d, struct citing *all, unsigned index)
{
    const struct threat *t = d->view->threats.at[index].threat;
    for (size_t i = 0; i < t->affects.len; i++) {
        struct citing *c = citing_of(d, all, t->affects.at[i].id);
        if (c && c->last_affected != index + 1) {
            *vec_push(d->arena, &c->affected) = index;
            c->last_affected = index + 1;
        }
    }
    for (size_t i = 0; i < t->responses.len; i++) {
        struct citing *c = citing_of(d, all, t->responses.at[i].citation.id);
        if (c && c->last_responding != index + 1) {
            *vec_push(d->arena, &c->responding) = index;
            c->last_responding = index + 1;
        }
    }
}

static void cite_in_text(const struct deriver *d, struct citing *all, unsigned index, struct sv text)
{
    struct markdown_mention m;
    while (profile_find_mention((void *)(uintptr_t)d->profile, text, &m)) {
        struct citing *c = m.kind == MARKDOWN_REFERENCE ? citing_of(d, all, m.id) : NULL;
        int other = m.kind == MARKDOWN_THREAT ? view_find(d->view, m.id) : -1;
        if (other >= 0)
            *vec_push(d->arena, &d->view->threats.at[index].names) = (unsigned)other;
        if (c && c->last_affected != index + 1 && c->last_responding != index + 1 && c->last_mentioned != index + 1) {
            *vec_push(d->arena, &c->mentioned) = index;
            c->last_mentioned = index + 1;
        }
        text = sv_from_byte(text, m.at + m.len);
    }
}

static void cite_mentioned(const struct deriver *d, struct citing *all, unsigned index)
{
    const struct threat *t = d->view->threats.at[index].threat;
    for (size_t i = 0; i < t->fields.len; i++)
        cite_in_text(d, all, index, t->fields.at[i].text);
    for (size_t i = 0; i < t->responses.len; i++)
        cite_in_text(d, all, index, t->responses.at[i].how);
    cite_in_text(d, all, index, t->likelihood.reason);
    cite_in_text(d, all, index, t->damage.reason);
    cite_in_text(d, all, index, t->reason);
}

/* Notes the newest document at the threats that cite it. */
static void cited_by(const struct deriver *d, const unsigned *list, size_t count)
{
    unsigned document = (unsigned)d->view->documents.len - 1;
    for (size_t i = 0; i < count; i++) {
        struct threat_view *t = &d->view->threats.at[list[i]];
        if (!t->documents.len || t->documents.at[t->documents.len - 1] != document)
            *vec_push(d->arena, &t->documents) = document;
    }
}

static void collect_documents(const struct deriver *d)
{
    const struct references *refs = &d->profile->references;
    struct citing *all = arena_new_array(d->arena, struct citing, refs->list.len ? refs->list.len : 1);
    for (unsigned i = 0; i < d->view->threats.len; i++) {
        cite_pinned(d, all, i);
        cite_mentioned(d, all, i);
    }
    for (size_t i = 0; i < refs->list.len; i++) {
        if (!all[i].affected.len && !all[i].responding.len && !all[i].mentioned.len)
            continue;
        struct document_view *doc = vec_push(d->arena, &d->view->documents);
        doc->reference = &refs->list.at[i];
        memcpy(&doc->affected, &all[i].affected, sizeof(doc->affected));
        memcpy(&doc->responding, &all[i].responding, sizeof(doc->responding));
        memcpy(&doc->mentioned, &all[i].mentioned, sizeof(doc->mentioned));
        cited_by(d, doc->affected.at, doc->affected.len);
        cited_by(d, doc->responding.at, doc->responding.len);
        cited_by(d, doc->mentioned.at, doc->mentioned.len);
    }
}

void view_derive_with(struct arena *a, const struct profile *p, int64_t now,
                      uint32_t (*overridden)(void *context, const struct threat *t), void *context, struct view *out)
{
    struct deriver d = {a, p, out};
    memset(out, 0, sizeof(*out));
    out->arena = a;
    out->profile = p;
    out->now = now;
    vec_reserve(a, &out->threats, p->threats.len);
    for (size_t i = 0; i < p->threats.len; i++) {
        const struct threat *t = &p->threats.at[i];
        view_derive_threat(a, p, t, overridden ? overridden(context, t) : 0, vec_push(a, &out->threats));
    }
    out->analyses = arena_new_array(a, struct threat_analysis *, p->threats.len + 1);
    count_all(out);
    link_all_related(out);
    collect_documents(&d);
}

void view_derive(struct arena *a, const struct profile *p, int64_t now, struct view *out)
{
    view_derive_with(a, p, now, NULL, NULL, out);
}

int view_find(const struct view *v, struct sv id)
{
    const struct threat *t = map_get(&v->profile->by_id, id);
    if (!t)
        return -1;
    ptrdiff_t index = t - v->profile->threats.at;
    return index >= 0 && (size_t)index < v->threats.len ? (int)index : -1;
}

struct ranked {
    unsigned index, priority, number;
};

static int order_ranked(const void *left, const void *right)
{
    const struct ranked *x = left, *y = right;
    if (x->priority != y->priority)
        return x->priority < y->priority ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

void view_by_priority(struct arena *a, const struct view *v, struct view_order *out)
{
    struct ranked *ranks = arena_new_array(a, struct ranked, v->threats.len ? v->threats.len : 1);
    size_t len = 0;
    memset(out, 0, sizeof(*out));
    for (unsigned i = 0; i < v->threats.len; i++) {
        const struct threat_view *t = &v->threats.at[i];
        if (!is_end(v, t))
            ranks[len++] = (struct ranked){i, t->priority ? t->priority : UINT32_MAX, t->threat->number};
    }
    qsort(ranks, len, sizeof(*ranks), order_ranked);
    for (size_t i = 0; i < len; i++)
        *vec_push(a, &out->list) = ranks[i].index;
}
