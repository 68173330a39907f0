/* Which value of a step counts: the outline's, or what a round pooled. */
#include "register/rounds.h"

#include "base/str.h"
#include "tree/io/outline_value.h"

static struct step_value *value_of(struct step_values *values, struct sv key)
{
    for (size_t i = 0; i < values->list.len; i++)
        if (sv_eq(values->list.at[i].key, key))
            return &values->list.at[i];
    return NULL;
}

static const struct round_threat *threat_in(const struct round *r, struct sv id)
{
    for (size_t i = 0; i < r->threats.len; i++)
        if (sv_eq(r->threats.at[i].id, id))
            return &r->threats.at[i];
    return NULL;
}

static void offer(struct arena *a, const struct threat *t, const struct round *r, const struct round_step *step,
                  struct step_values *out)
{
    int node = step->range.len ? step_find(a, t->tree, step->of.step) : -1;
    const struct tree_node *n = node < 0 ? NULL : &t->tree->nodes.at[node];
    if (!n || !sv_eq(n->label, step->label))
        return;
    struct step_value *v = value_of(out, step->key);
    if (!v) {
        v = vec_push(a, &out->list);
        *v = (struct step_value){.key = step->key, .label = n->label, .attribute = step->of.attribute,
                                 .node = (uint32_t)node, .outline = n->values[step->of.attribute].text};
    }
    if (!v->offered || r->closed > v->offered->closed) {
        v->offered = r;
        v->offered_step = step;
    }
}

static const struct step_acceptance *acceptance_of_step(const struct rounds *rounds, const struct threat *t,
                                                        const struct step_value *v)
{
    for (size_t i = 0; i < rounds->accepted.len; i++) {
        const struct step_acceptance *a = &rounds->accepted.at[i];
        if (sv_eq(a->threat, t->id) && sv_eq(a->key, v->key) && sv_eq(a->instead, v->outline))
            return a;
    }
    return NULL;
}

static void count_from(struct step_value *v, const struct round *r, const struct round_step *step,
                       enum step_source source)
{
    v->source = source;
    v->counts = step->range;
    v->counts_from = r;
    v->counts_step = step;
}

/* The range that was accepted, though a later round may offer another one. */
static void count_accepted(const struct rounds *rounds, const struct threat *t, struct sv round, struct step_value *v)
{
    const struct round *r = rounds_find(rounds, round);
    const struct round_threat *in = r ? threat_in(r, t->id) : NULL;
    for (size_t i = 0; in && i < in->steps.len; i++)
        if (sv_eq(in->steps.at[i].key, v->key) && in->steps.at[i].range.len && sv_eq(in->steps.at[i].label, v->label))
            count_from(v, r, &in->steps.at[i], STEP_ACCEPTED);
}

static void decide(const struct rounds *rounds, const struct threat *t, struct step_value *v)
{
    if (!v->outline.len) {
        count_from(v, v->offered, v->offered_step, STEP_POOLED);
        return;
    }
    const struct step_acceptance *accepted = acceptance_of_step(rounds, t, v);
    v->source = STEP_OUTLINE;
    v->counts = v->outline;
    if (accepted)
        count_accepted(rounds, t, accepted->round, v);
}

void rounds_steps(struct arena *a, const struct rounds *rounds, const struct threat *t, struct step_values *out)
{
    *out = (struct step_values){{NULL, 0, 0}};
    for (size_t i = 0; t->tree && rounds && i < rounds->list.len; i++) {
        const struct round *r = &rounds->list.at[i];
        const struct round_threat *in = r->closed ? threat_in(r, t->id) : NULL;
        for (size_t k = 0; in && k < in->steps.len; k++)
            offer(a, t, r, &in->steps.at[k], out);
    }
    for (size_t i = 0; i < out->list.len; i++)
        decide(rounds, t, &out->list.at[i]);
}

static void put_pooled(struct str *out, const struct round *r, const struct round_step *step)
{
    size_t count = step->rating.interval.count;
    str_addf(out, "pooled from %zu estimate%s of round %.*s", count, count == 1 ? "" : "s", SV_ARG(r->id));
}

struct sv rounds_step_says(struct arena *a, const struct step_value *v)
{
    struct str text = STR_INIT;
    if (v->source == STEP_OUTLINE) {
        str_add_str(&text, "from the outline");
    } else {
        str_add_str(&text, "range ");
        put_pooled(&text, v->counts_from, v->counts_step);
    }
    if (v->source == STEP_ACCEPTED)
        str_addf(&text, ", accepted instead of the outline's %.*s", SV_ARG(v->outline));
    if (v->offered != v->counts_from) {
        str_addf(&text, "; offered is %.*s, ", SV_ARG(v->offered_step->range));
        put_pooled(&text, v->offered, v->offered_step);
    }
    struct sv result = arena_sv(a, str_sv(&text));
    str_release(&text);
    return result;
}

/* ---- the tree ---- */

static struct tree *copy_of(struct arena *a, const struct tree *t)
{
    struct tree *copy = arena_new(a, struct tree);
    *copy = *t;
    copy->nodes.at = arena_new_array(a, struct tree_node, t->nodes.len);
    memcpy(copy->nodes.at, t->nodes.at, t->nodes.len * sizeof *t->nodes.at);
    copy->nodes.cap = t->nodes.len;
    return copy;
}

const struct tree *rounds_tree(struct arena *a, const struct rounds *rounds, const struct threat *t)
{
    struct step_values values;
    struct tree *fed = NULL;
    rounds_steps(a, rounds, t, &values);
    for (size_t i = 0; i < values.list.len; i++) {
        const struct step_value *v = &values.list.at[i];
        struct tree_value value;
        struct outline_fault fault;
        if (v->source == STEP_OUTLINE)
            continue;
        if (!outline_value_parse(a, v->attribute, v->counts, &value, &fault))
            BUG("a pooled range that is none: %.*s: %s", SV_ARG(v->counts), fault.what);
        if (!fed)
            fed = copy_of(a, t->tree);
        fed->nodes.at[v->node].values[v->attribute] = value;
    }
    return fed ? fed : t->tree;
}
