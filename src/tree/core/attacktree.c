#include "tree/core/attacktree.h"

#include "tree/core/analysis.h"
#include "tree/core/attacktree_build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WORLDS = TREE_WORLDS };

_Static_assert((int)ATTACKTREE_MEASURES == TREE_MEASURES && (int)ATTACKTREE_BY_SKILL == MEASURE_SKILL &&
                   (int)ATTACKTREE_BY_DAMAGE == MEASURE_DAMAGE,
               "measures in the same order");
_Static_assert((int)ATTACKTREE_WORLD_DEPLOYED == WORLD_DEPLOYED && (int)ATTACKTREE_WORLD_ALL == WORLD_ALL,
               "worlds in the same order");

struct result_world {
    int known;
    uint32_t because;
    struct attacktree_number probability;
    double cutoff;
    const char *count;
    struct attacktree_attacks best[ATTACKTREE_MEASURES];
    struct attacktree_attacks fronts[ATTACKTREE_FRONTS];
    struct attacktree_attacks *chosen; /* by options.axes */
    size_t chosen_len;
    struct attacktree_importance *importance;
    size_t importance_len;
    struct attacktree_samples sampled;
};

/* All that the accessors give, with the user's numbers of nodes. */
struct attacktree_result {
    struct arena arena;
    const uint32_t *number; /* by node of the analysis */
    enum attacktree_world main_world;
    struct result_world worlds[WORLDS];
    struct attacktree_attacks list, untouched;
    const char *untouched_count, *cuts_count;
    struct attacktree_number specification_gap, deployment_gap;
    struct attacktree_worth *worths;
    size_t worths_len;
    struct attacktree_budget *budgets;
    size_t budgets_len;
    struct attacktree_choices defence_probability, defence_cheapest, cuts;
    uint64_t trials;
    struct attacktree_samples sampled[ATTACKTREE_MEASURES];
    struct attacktree_driver *drivers;
    size_t drivers_len;
    double seconds;
};

/* ---- conversion --------------------------------------------------------------------------------- */

static uint32_t number_of(const struct attacktree_result *r, uint32_t node)
{
    return node == UINT32_MAX ? ATTACKTREE_NONE : r->number[node];
}

static int ascending(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static const uint32_t *give_nodes(struct attacktree_result *r, const uint32_t *nodes, size_t len)
{
    uint32_t *out = arena_new_array(&r->arena, uint32_t, len + 1);
    for (size_t i = 0; i < len; i++)
        out[i] = number_of(r, nodes[i]);
    qsort(out, len, sizeof(*out), ascending);
    return out;
}

static struct attacktree_attack give_attack(struct attacktree_result *r, const struct tree_attack *a)
{
    struct attacktree_attack out = {.steps = give_nodes(r, a->steps, a->len), .len = a->len};
    memcpy(out.by, a->by, sizeof(out.by));
    return out;
}

static struct attacktree_attacks give_attacks(struct attacktree_result *r, const struct tree_attacks *from)
{
    struct attacktree_attack *at = arena_new_array(&r->arena, struct attacktree_attack, from->len + 1);
    for (size_t i = 0; i < from->len; i++)
        at[i] = give_attack(r, &from->at[i]);
    return (struct attacktree_attacks){at, from->len, from->exact};
}

static struct attacktree_attacks give_front(struct attacktree_result *r, const struct tree_front *from)
{
    struct attacktree_attack *at = arena_new_array(&r->arena, struct attacktree_attack, from->len + 1);
    for (size_t i = 0; i < from->len; i++)
        at[i] = give_attack(r, &from->at[i].attack);
    return (struct attacktree_attacks){at, from->len, from->exact};
}

static struct attacktree_number unknown_number(void)
{
    return (struct attacktree_number){.value = NAN, .lo = NAN, .hi = NAN, .missing = ATTACKTREE_NONE};
}

static struct attacktree_number give_number(const struct attacktree_result *r, const struct analysis_number *n)
{
    struct attacktree_number out = unknown_number();
    out.known = n->known;
    out.exact = n->known && n->exact;
    if (n->known) {
        out.value = n->value;
        out.lo = n->lo;
        out.hi = n->hi;
    } else {
        out.missing = number_of(r, n->missing);
        out.missing_attribute = (enum attacktree_attribute)n->missing_attribute;
    }
    return out;
}

static struct attacktree_samples give_samples(const struct tree_samples *s)
{
    return (struct attacktree_samples){s->mean, s->deviation, s->q05, s->q25, s->q50, s->q75, s->q95, s->undefined};
}

static void give_importance(struct attacktree_result *r, const struct tree_importances *from,
                            struct result_world *out)
{
    out->importance = arena_new_array(&r->arena, struct attacktree_importance, from->len + 1);
    out->importance_len = from->len;
    for (size_t i = 0; i < from->len; i++) {
        const struct tree_importance *x = &from->at[i];
        out->importance[i] = (struct attacktree_importance){number_of(r, x->node), x->birnbaum, x->criticality,
                                                            x->fussell_vesely,     x->raw,      x->rrw};
    }
}

static void give_world(struct attacktree_result *r, const struct tree_analysis *a, int w)
{
    const struct analysis_world *from = &a->worlds[w];
    struct result_world *out = &r->worlds[w];
    out->probability = unknown_number();
    out->because = ATTACKTREE_NONE;
    out->cutoff = NAN;
    out->sampled = (struct attacktree_samples){NAN, NAN, NAN, NAN, NAN, NAN, NAN, 0};
    if (!a->computed[w])
        return;
    if (!from->defined) {
        out->because = number_of(r, from->undefined_because);
        return;
    }
    out->known = 1;
    out->probability = give_number(r, &from->probability);
    out->cutoff = from->cutoff;
    out->count = from->minimal_attacks ? arena_strdup(&r->arena, from->minimal_attacks) : NULL;
    for (int m = 0; m < ANALYSIS_BEST; m++)
        out->best[m] = give_attacks(r, &from->best[m]);
    const struct tree_front *fronts[ATTACKTREE_FRONTS] = {&from->cost_probability, &from->cost_damage,
                                                          &from->cost_time, &from->cost_skill,
                                                          &from->cost_time_probability};
    for (int f = 0; f < ATTACKTREE_FRONTS; f++)
        out->fronts[f] = give_front(r, fronts[f]);
    out->chosen = arena_new_array(&r->arena, struct attacktree_attacks, from->chosen_len + 1);
    out->chosen_len = from->chosen_len;
    for (size_t f = 0; f < from->chosen_len; f++)
        out->chosen[f] = give_front(r, &from->chosen[f]);
    give_importance(r, &from->importance, out);
    if (a->sampled)
        out->sampled = give_samples(&a->sampled_probability[w]);
}

static struct attacktree_choice give_choice(struct attacktree_result *r, const struct defence_choice *c)
{
    return (struct attacktree_choice){give_nodes(r, c->nodes, c->len), c->len, c->cost, c->probability, c->cheapest};
}

static struct attacktree_choices give_choices(struct attacktree_result *r, const struct defence_choice *from,
                                              size_t len, bool exact)
{
    struct attacktree_choice *at = arena_new_array(&r->arena, struct attacktree_choice, len + 1);
    for (size_t i = 0; i < len; i++)
        at[i] = give_choice(r, &from[i]);
    return (struct attacktree_choices){at, len, exact};
}

static void give_defence(struct attacktree_result *r, const struct tree_analysis *a)
{
    r->budgets = arena_new_array(&r->arena, struct attacktree_budget, a->budgets_len + 1);
    r->budgets_len = a->budgets_len;
    for (size_t i = 0; i < a->budgets_len; i++) {
        const struct defence_budget *b = &a->budgets[i];
        r->budgets[i] = (struct attacktree_budget){b->budget, give_choice(r, &b->least_probability),
                                                   give_choice(r, &b->dearest_attack), b->exact, b->bound};
    }
    r->defence_probability = give_choices(r, a->cost_residual.at, a->cost_residual.len, a->cost_residual.exact);
    r->defence_cheapest = give_choices(r, a->cost_cheapest.at, a->cost_cheapest.len, a->cost_cheapest.exact);
    r->cuts = give_choices(r, a->cuts.at, a->cuts.len, a->cuts.exact);
    r->cuts_count = a->cuts.count ? arena_strdup(&r->arena, a->cuts.count) : NULL;
}

static void give_sampling(struct attacktree_result *r, const struct tree_analysis *a)
{
    r->trials = a->sampled ? a->trials : 0;
    for (int m = 0; m < ATTACKTREE_MEASURES; m++)
        r->sampled[m] = a->sampled ? give_samples(&a->sampled_measures[m])
                                   : (struct attacktree_samples){NAN, NAN, NAN, NAN, NAN, NAN, NAN, 0};
    r->drivers = arena_new_array(&r->arena, struct attacktree_driver, a->drivers_len + 1);
    for (size_t i = 0; a->sampled && i < a->drivers_len; i++) {
        const struct tree_driver *d = &a->drivers[i];
        r->drivers[r->drivers_len++] =
            (struct attacktree_driver){number_of(r, d->node), (enum attacktree_attribute)d->attribute, d->share};
    }
}

static void give_all(struct attacktree_result *r, const struct tree_analysis *a)
{
    r->main_world = (enum attacktree_world)a->main_world;
    for (int w = 0; w < WORLDS; w++)
        give_world(r, a, w);
    r->list = give_attacks(r, &a->worlds[a->main_world].list);
    r->untouched = give_attacks(r, &a->untouched_list);
    r->untouched_count = a->untouched ? arena_strdup(&r->arena, a->untouched) : NULL;
    r->specification_gap = give_number(r, &a->specification_gap);
    r->deployment_gap = give_number(r, &a->deployment_gap);
    r->worths = arena_new_array(&r->arena, struct attacktree_worth, a->approaches_len + 1);
    r->worths_len = a->approaches_len;
    for (size_t i = 0; i < a->approaches_len; i++)
        r->worths[i] = (struct attacktree_worth){number_of(r, a->approaches[i].node), a->approaches[i].removes,
                                                 a->approaches[i].leaves};
    give_defence(r, a);
    give_sampling(r, a);
    r->seconds = a->seconds;
}

/* ---- analysis ----------------------------------------------------------------------------------- */

const char *attacktree_version(void)
{
    return CASEMATE_VERSION;
}

void attacktree_options_init(struct attacktree_options *options, size_t size)
{
    memset(options, 0, size);
    options->size = size;
}

static bool take_axes(const struct attacktree_axes *from, struct analysis_axes *out)
{
    if (from->len < 2 || from->len > 3)
        return false;
    out->len = from->len;
    for (unsigned i = 0; i < from->len; i++) {
        if ((int)from->at[i] < 0 || from->at[i] >= ATTACKTREE_MEASURES)
            return false;
        out->at[i] = (enum tree_measure)from->at[i];
        for (unsigned j = 0; j < i; j++)
            if (from->at[i] == from->at[j])
                return false;
    }
    return true;
}

static int take_all_axes(const struct attacktree_options *o, struct arena *arena, struct analysis_options *out,
                         struct err *err)
{
    struct analysis_axes *axes = arena_new_array(arena, struct analysis_axes, o->axes_len + 1);
    for (size_t i = 0; i < o->axes_len; i++)
        if (!take_axes(&o->axes[i], &axes[i]))
            return err_set(err, CM_EINPUT, "options.axes[%zu]: expected two or three different measures", i);
    out->axes = axes;
    out->axes_len = o->axes_len;
    return CM_OK;
}

/* The options as this version knows them; fields that the caller does not have are 0. */
static int take_options(const struct attacktree_options *from, struct attacktree *t, const bool *added,
                        struct arena *arena, struct analysis_options *out)
{
    struct attacktree_options o = {0};
    if (from)
        memcpy(&o, from, from->size < sizeof(o) ? from->size : sizeof(o));
    *out = (struct analysis_options){
        .limits = {.max_seconds = o.max_seconds,
                   .max_bytes = o.max_bytes,
                   .threads = o.threads,
                   .cancelled = &t->cancelled},
        .added = added,
        .best = o.best ? o.best : 1,
        .worlds = !o.main_only,
        .importance = o.importance,
        .fronts = o.fronts,
        .defence = o.defence,
        .all_attacks = o.all_attacks,
        .list_max = o.list_max,
        .samples = o.samples,
        .seed = o.seed,
        .budgets = o.budgets,
    };
    return take_all_axes(&o, arena, out, &t->err);
}

int attacktree_analyse(struct attacktree *t, const struct attacktree_options *options, struct attacktree_result **out)
{
    struct arena arena = ARENA_INIT; /* what the analysis makes and the result does not keep */
    struct attacktree_result *r = NULL;
    struct analysis_options o;
    struct tree_analysis analysis;
    struct tree *tree;
    uint32_t *number;
    *out = NULL;
    t->err = (struct err)ERR_INIT;
    if (t->fault.code || attacktree_finish(t, &arena, &tree, &number, &t->err))
        goto out;
    bool *added = arena_new_array(&arena, bool, tree->nodes.len);
    for (size_t i = 0; i < tree->nodes.len; i++)
        added[i] = t->added.at[number[i]];
    if (take_options(options, t, added, &arena, &o) || tree_analyse(tree, &o, &arena, &analysis, &t->err))
        goto out;
    r = base_malloc(sizeof(*r));
    memset(r, 0, sizeof(*r));
    arena_init(&r->arena);
    r->number = number;
    give_all(r, &analysis);
    r->number = NULL;
out:
    atomic_store(&t->cancelled, false); /* a wish is for one analysis */
    arena_release(&arena);
    *out = r;
    return r ? ATTACKTREE_OK : ATTACKTREE_EINVALID;
}

void attacktree_result_free(struct attacktree_result *r)
{
    if (!r)
        return;
    arena_release(&r->arena);
    free(r);
}

/* ---- accessors ---------------------------------------------------------------------------------- */

static const struct attacktree_attacks no_attacks = {NULL, 0, 0};

/* NULL when there is no such world. */
static const struct result_world *world_at(const struct attacktree_result *r, enum attacktree_world w)
{
    return (int)w >= 0 && (int)w < WORLDS ? &r->worlds[w] : NULL;
}

enum attacktree_world attacktree_main_world(const struct attacktree_result *r)
{
    return r->main_world;
}

int attacktree_world_known(const struct attacktree_result *r, enum attacktree_world w, uint32_t *out_because)
{
    const struct result_world *x = world_at(r, w);
    if (out_because)
        *out_because = x ? x->because : ATTACKTREE_NONE;
    return x && x->known;
}

const struct attacktree_number *attacktree_probability(const struct attacktree_result *r, enum attacktree_world w)
{
    static const struct attacktree_number none = {0, 0, NAN, NAN, NAN, ATTACKTREE_NONE, ATTACKTREE_P};
    const struct result_world *x = world_at(r, w);
    return x ? &x->probability : &none;
}

const char *attacktree_count(const struct attacktree_result *r, enum attacktree_world w)
{
    const struct result_world *x = world_at(r, w);
    return x ? x->count : NULL;
}

double attacktree_cutoff(const struct attacktree_result *r, enum attacktree_world w)
{
    const struct result_world *x = world_at(r, w);
    return x ? x->cutoff : (double)NAN;
}

const struct attacktree_attacks *attacktree_best(const struct attacktree_result *r, enum attacktree_world w,
                                                 enum attacktree_measure m)
{
    const struct result_world *x = world_at(r, w);
    return x && (int)m >= 0 && m < ATTACKTREE_MEASURES ? &x->best[m] : &no_attacks;
}

const struct attacktree_attacks *attacktree_list(const struct attacktree_result *r)
{
    return &r->list;
}

const struct attacktree_number *attacktree_specification_gap(const struct attacktree_result *r)
{
    return &r->specification_gap;
}

const struct attacktree_number *attacktree_deployment_gap(const struct attacktree_result *r)
{
    return &r->deployment_gap;
}

const char *attacktree_untouched_count(const struct attacktree_result *r)
{
    return r->untouched_count;
}

const struct attacktree_attacks *attacktree_untouched(const struct attacktree_result *r)
{
    return &r->untouched;
}

const struct attacktree_worth *attacktree_worths(const struct attacktree_result *r, size_t *out_len)
{
    *out_len = r->worths_len;
    return r->worths;
}

const struct attacktree_importance *attacktree_importances(const struct attacktree_result *r, enum attacktree_world w,
                                                           size_t *out_len)
{
    static const struct attacktree_importance none;
    const struct result_world *x = world_at(r, w);
    *out_len = x && x->importance ? x->importance_len : 0;
    return x && x->importance ? x->importance : &none;
}

const struct attacktree_attacks *attacktree_front(const struct attacktree_result *r, enum attacktree_world w,
                                                  enum attacktree_front_kind kind)
{
    const struct result_world *x = world_at(r, w);
    return x && (int)kind >= 0 && kind < ATTACKTREE_FRONTS ? &x->fronts[kind] : &no_attacks;
}

const struct attacktree_attacks *attacktree_chosen_front(const struct attacktree_result *r, enum attacktree_world w,
                                                         size_t i)
{
    const struct result_world *x = world_at(r, w);
    return x && i < x->chosen_len ? &x->chosen[i] : &no_attacks;
}

const struct attacktree_budget *attacktree_budgets(const struct attacktree_result *r, size_t *out_len)
{
    *out_len = r->budgets_len;
    return r->budgets;
}

const struct attacktree_choices *attacktree_defence_probability(const struct attacktree_result *r)
{
    return &r->defence_probability;
}

const struct attacktree_choices *attacktree_defence_cheapest(const struct attacktree_result *r)
{
    return &r->defence_cheapest;
}

const struct attacktree_choices *attacktree_cuts(const struct attacktree_result *r)
{
    return &r->cuts;
}

const char *attacktree_cuts_count(const struct attacktree_result *r)
{
    return r->cuts_count;
}

uint64_t attacktree_trials(const struct attacktree_result *r)
{
    return r->trials;
}

static const struct attacktree_samples no_samples = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, 0};

const struct attacktree_samples *attacktree_sampled_probability(const struct attacktree_result *r,
                                                                enum attacktree_world w)
{
    const struct result_world *x = world_at(r, w);
    return x ? &x->sampled : &no_samples;
}

const struct attacktree_samples *attacktree_sampled(const struct attacktree_result *r, enum attacktree_measure m)
{
    return (int)m >= 0 && m < ATTACKTREE_MEASURES ? &r->sampled[m] : &no_samples;
}

const struct attacktree_driver *attacktree_drivers(const struct attacktree_result *r, size_t *out_len)
{
    *out_len = r->drivers_len;
    return r->drivers;
}

double attacktree_seconds(const struct attacktree_result *r)
{
    return r->seconds;
}
