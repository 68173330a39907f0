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

bool view_acts_done(const struct profile *p, const struct threat *t, int stage, unsigned acts)
{
    const struct mode *mode = process_mode(&p->process);
    uint32_t needs = p->process.stages.at[stage].needs;
    if (mode->first_round_days == 0)
        acts |= ACT_PRIORITY_STOOD | (fewest_estimators(t) >= mode->estimators ? ACT_ESTIMATES : 0u);
    return !(needs & 1u << NEED_ESTIMATES && !(acts & ACT_ESTIMATES)) &&
           !(needs & 1u << NEED_PRIORITY_STOOD && !(acts & ACT_PRIORITY_STOOD)) &&
           !(needs & 1u << NEED_ACCEPTANCE && !(acts & ACT_ACCEPTANCE));
}

static int confirmed_stage(const struct profile *p, const struct threat *t, struct on_record r)
{
    if (t->stage < 0 || p->process.stages.at[t->stage].end)
        return t->stage;
    int confirmed = 0;
    for (int stage = 0; stage <= t->stage; stage++) {
        if (!view_acts_done(p, t, stage, r.acts) && !(stage < 32 && r.overridden & 1u << stage))
            break;
        confirmed = stage;
    }
    return confirmed;
}

void view_derive_threat(struct arena *a, const struct profile *p, const struct threat *t, struct on_record on_record,
                        struct threat_view *out)
{
    const struct mode *mode = process_mode(&p->process);
    out->threat = t;
    out->priority = sig_priority(&p->sig, t->likelihood.given ? t->likelihood.level : -1,
                                 t->damage.given ? t->damage.level : -1);
    out->confirmed = confirmed_stage(p, t, on_record);
    out->provisional = out->confirmed != t->stage;
    bool round = mode->first_round_days && on_record.acts & ACT_RATED;
    bool few = fewest_estimators(t) < (mode->estimators > 2 ? mode->estimators : 2);
    out->editors_rating = t->likelihood.given && (mode->first_round_days ? !round : few);
    out->next = out->wants = -1;
    if (t->stage >= 0 && (size_t)t->stage + 1 < p->process.stage_count)
        out->next = out->wants = t->stage + 1;
    else if (t->stage >= 0 && (size_t)t->stage < p->process.stage_count)
        out->wants = t->stage;
    profile_lacks(a, p, t, out->wants, &out->lacks);
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

/* Notes the newest document at the threats that cite it. */
static void cited_by(const struct deriver *d, const unsigned *list, size_t count)
{
    unsigned document = (unsigned)d->view->documents.len - 1;
    for (size_t i = 0; i < count; i++)
        *vec_push(d->arena, &d->view->threats.at[list[i]].documents) = document;
}

/* The lists of one document are those of the profile: both live in the arena of the view or longer. */
static void collect_documents(const struct deriver *d)
{
    const struct references *refs = &d->profile->references;
    const struct cites *cites = profile_cites(d->arena, d->profile);
    d->view->cited = arena_new_array(d->arena, bool, refs->list.len + 1);
    for (size_t i = 0; i < d->view->threats.len; i++)
        memcpy(&d->view->threats.at[i].names, &cites->threats[i].names, sizeof(d->view->threats.at[i].names));
    for (size_t i = 0; i < refs->list.len; i++) {
        const struct citing *c = &cites->documents[i];
        d->view->cited[i] = c->all.len || c->in_analysis;
        if (!c->all.len)
            continue;
        struct document_view *doc = vec_push(d->arena, &d->view->documents);
        doc->reference = &refs->list.at[i];
        memcpy(&doc->affected, &c->affected, sizeof(doc->affected));
        memcpy(&doc->responding, &c->responding, sizeof(doc->responding));
        memcpy(&doc->mentioned, &c->mentioned, sizeof(doc->mentioned));
        memcpy(&doc->all, &c->all, sizeof(doc->all));
        cited_by(d, doc->all.at, doc->all.len);
    }
}

static void count_coverage(struct coverage_counts *c, const struct coverage_view *v)
{
    enum coverage_result result = v->row->result;
    c->by_result[result]++;
    c->by_considerations[v->row->considerations]++;
    c->again += v->again;
    c->in_part += v->in_part;
    c->read += (result == COVERAGE_CITED && !v->in_part) || result == COVERAGE_NOTHING_NEW;
}

/* Who has read a document as a whole can say which version it was; where it has none, how much it says about
 * security. */
static void collect_coverage(const struct deriver *d)
{
    const struct coverage *c = &d->profile->coverage;
    size_t document = 0;
    for (size_t i = 0; i < c->list.len; i++) {
        const struct coverage_row *row = &c->list.at[i];
        const struct document_view *documents = d->view->documents.at;
        bool was_read = row->result == COVERAGE_CITED || row->result == COVERAGE_NOTHING_NEW;
        struct coverage_view *v = vec_push(d->arena, &d->view->coverage);
        *v = (struct coverage_view){.row = row, .document = -1};
        while (document < d->view->documents.len && documents[document].reference < row->reference)
            document++;
        if (document < d->view->documents.len && documents[document].reference == row->reference) {
            v->document = (int)document;
            v->threats = documents[document].all.at;
            v->threat_count = documents[document].all.len;
        }
        v->again = was_read && row->version.len && version_order(row->version, row->reference->version) < 0;
        v->in_part = row->result == COVERAGE_CITED && !row->version.len &&
                     (row->reference->version.len || row->considerations == CONSIDERATIONS_UNSEEN);
        count_coverage(&d->view->coverage_counts, v);
    }
}

const struct coverage_view *view_coverage_of(const struct view *v, const struct reference *r)
{
    size_t low = 0, high = v->coverage.len;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (v->coverage.at[middle].row->reference < r)
            low = middle + 1;
        else
            high = middle;
    }
    return low < v->coverage.len && v->coverage.at[low].row->reference == r ? &v->coverage.at[low] : NULL;
}

void view_derive_with(struct arena *a, const struct profile *p, int64_t now,
                      struct on_record (*on_record)(void *context, const struct threat *t), void *context,
                      struct view *out)
{
    struct deriver d = {a, p, out};
    memset(out, 0, sizeof(*out));
    out->arena = a;
    out->profile = p;
    out->now = now;
    vec_reserve(a, &out->threats, p->threats.len);
    for (size_t i = 0; i < p->threats.len; i++) {
        const struct threat *t = &p->threats.at[i];
        view_derive_threat(a, p, t, on_record ? on_record(context, t) : (struct on_record){0, 0},
                           vec_push(a, &out->threats));
    }
    out->analyses = arena_new_array(a, struct threat_analysis *, p->threats.len + 1);
    count_all(out);
    link_all_related(out);
    collect_documents(&d);
    collect_coverage(&d);
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
