/* The order of work: what everybody wants first (probability, count), then what costs more. Each step gets what is left
 * of the time; memory is given back between steps, so each may use all of it. */
#include "tree/core/analysis.h"

#include "tree/core/bounds.h"
#include "tree/core/defence.h"
#include "tree/core/importance.h"
#include "tree/core/pareto.h"
#include "tree/core/pareto_attempt.h"
#include "tree/core/sampling.h"

#include <math.h>
#include <string.h>
#include <time.h>

enum { LIST_MAX = 10000, UNTOUCHED_MAX = 100, EXPLAINED_MOST = 3 };

struct analyser {
    const struct tree *t;
    const struct analysis_options *o;
    struct arena *arena;
    struct tree_analysis *out;
    struct model model;
    double begin; /* wall clock, seconds */
    double max_seconds;
};

/* The diagrams of one world, kept as long as its figures are made. */
struct world_work {
    struct model_world world;
    struct formula formula; /* of the probability */
    struct attack_values values;
    struct solution chance, sets;
    bool has_chance, has_sets;
};

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* What is left, of which a step may use a part. Never nothing: a step has to look at its limits to give bounds. */
static struct tree_limits left(const struct analyser *a, double part)
{
    struct tree_limits l = a->o->limits;
    double rest = a->max_seconds - (seconds(CLOCK_MONOTONIC) - a->begin);
    l.max_seconds = fmax(rest * part, 1e-3);
    return l;
}

static bool has_defences(const struct analyser *a)
{
    for (uint32_t i = 0; i < a->model.presences; i++) {
        uint32_t node = a->model.events.at[a->model.steps + i].node;
        if (a->model.existing[i] || (a->o->added && a->o->added[node]))
            return true;
    }
    return false;
}

/* A world of certain presences needs no "deployed"; today needs one on every countermeasure. */
static bool world_defined(const struct analyser *a, enum tree_world world, uint32_t *out_because)
{
    *out_because = UINT32_MAX;
    for (uint32_t i = 0; i < a->model.presences && world == WORLD_DEPLOYED; i++)
        if (a->model.existing[i] && isnan(a->model.deployed[i])) {
            *out_because = a->model.events.at[a->model.steps + i].node;
            return false;
        }
    return true;
}

static struct analysis_number unknown_number(uint32_t node, int attribute)
{
    return (struct analysis_number){
        .value = (double)NAN, .lo = (double)NAN, .hi = (double)NAN, .missing = node, .missing_attribute = attribute};
}

static struct analysis_number exact_number(double value)
{
    return (struct analysis_number){
        .known = true, .exact = true, .value = value, .lo = value, .hi = value, .missing = UINT32_MAX};
}

static struct analysis_number between(double lo, double hi)
{
    if (!(lo < hi))
        return exact_number(lo);
    return (struct analysis_number){
        .known = true, .value = lo + (hi - lo) / 2, .lo = lo, .hi = hi, .missing = UINT32_MAX};
}

static int missing_attribute(const struct model *m, uint32_t event)
{
    switch (m->events.at[event].kind) {
    case EVENT_STEP:
        return TREE_P;
    case EVENT_PRESENCE:
        return TREE_DEPLOYED;
    case EVENT_STOP:
        return TREE_STOPS;
    }
    BUG("event kind");
}

/* What the bounds found stands in for the attacks that could not all be made: all likelier than the cut-off. */
static void bounded_attacks(struct analyser *a, struct world_work *w, const struct bounds *b,
                            struct analysis_world *out)
{
    const struct attack_values *v = &w->values;
    struct tree_attacks *list = &out->best[MEASURE_PROBABILITY];
    if (w->has_sets || !formula_same(&v->formula, &w->formula))
        return;
    list->at = arena_new_array(a->arena, struct tree_attack, b->len + 1);
    for (size_t i = 0; i < b->len && b->sets[i].probability > b->cutoff; i++)
        attack_figures(v, b->sets[i].events, b->sets[i].len, a->arena, &list->at[list->len++]);
}

static struct analysis_number probability(struct analyser *a, struct world_work *w, struct analysis_world *out)
{
    const double *p = model_chances(&a->model, &w->world);
    uint32_t missing = model_missing(&w->formula, p);
    if (missing != MODEL_NO_EVENT)
        return unknown_number(a->model.events.at[missing].node, missing_attribute(&a->model, missing));
    if (w->has_chance)
        return exact_number(solution_probability(&w->chance, p, NULL).p);
    struct arena scratch = ARENA_INIT;
    struct bounds b;
    struct tree_limits l = left(a, 0.95);
    bounds_by_modules(&w->formula, p, 1, &l, &scratch, &b);
    bounded_attacks(a, w, &b, out);
    out->cutoff = b.cutoff;
    arena_release(&scratch);
    return between(b.lo, b.hi);
}

/* Both diagrams of a world; one solution serves for both where the formulas are the same (no random defence). */
static int solve_world(struct analyser *a, struct world_work *w, enum solve_want want, struct err *err)
{
    struct tree_limits l;
    int rc;
    model_formula(&a->model, &w->world, &w->formula, NULL);
    attack_values_init(&w->values, &a->model, &w->world);
    const struct formula *sets = &w->values.formula, *f = &w->formula;
    bool same = formula_same(sets, f);
    if (same && want == SOLVE_BOTH) {
        l = left(a, 0.2);
        rc = solve(f, SOLVE_BOTH, &l, a->arena, &w->chance, err);
        if (rc == CM_OK) {
            w->sets = w->chance;
            w->has_chance = w->has_sets = true;
        }
        if (rc != CM_ELIMIT)
            return rc;
    }
    l = left(a, 0.15);
    rc = solve(f, SOLVE_BDD, &l, a->arena, &w->chance, err);
    w->has_chance = rc == CM_OK;
    if ((rc && rc != CM_ELIMIT) || (same && want == SOLVE_BOTH && w->has_chance) || !(want & SOLVE_SETS))
        return rc == CM_ELIMIT ? CM_OK : rc;
    if (same) /* failed once; the rest of the time is for the bounds */
        return CM_OK;
    l = left(a, 0.4);
    rc = solve(sets, SOLVE_SETS, &l, a->arena, &w->sets, err);
    w->has_sets = rc == CM_OK;
    return rc == CM_ELIMIT ? CM_OK : rc;
}

struct collecting {
    struct analyser *a;
    struct tree_attacks *list;
    size_t max;
};

static bool collect(void *ctx, const struct tree_attack *attack)
{
    struct collecting *c = ctx;
    if (c->list->len == c->max) {
        c->list->exact = false;
        return false;
    }
    struct tree_attack *kept = &c->list->at[c->list->len++];
    uint32_t *steps = arena_new_array(c->a->arena, uint32_t, attack->len + 1);
    *kept = *attack;
    if (attack->len)
        memcpy(steps, attack->steps, attack->len * sizeof(*steps));
    kept->steps = steps;
    return true;
}

/* Room for as many as there are: counts are digits, and seven of them are more than any list. */
static size_t list_room(const char *count, size_t max)
{
    size_t n = 0;
    if (!count || strlen(count) > 7)
        return max;
    for (const char *c = count; *c; c++)
        n = n * 10 + (size_t)(*c - '0');
    return n < max ? n : max;
}

static void list_all(struct analyser *a, struct world_work *w, const char *count, size_t max, struct tree_attacks *out)
{
    struct collecting c = {a, out, list_room(count, max)};
    struct tree_limits l = left(a, 0.5);
    out->at = arena_new_array(a->arena, struct tree_attack, c.max + 1);
    out->exact = true;
    if (attacks_each(&w->sets, &w->values, true, &l, collect, &c) == ATTACKS_LIMIT)
        out->exact = false;
}

static void best_attacks(struct analyser *a, struct world_work *w, struct analysis_world *out)
{
    for (int m = 0; m < ANALYSIS_BEST; m++) {
        struct tree_limits l = left(a, 0.2);
        attacks_best(&w->sets, &w->values, (enum tree_measure)m, a->o->best, NULL, &l, a->arena,
                     &out->best[m]);
    }
}

static void front(struct analyser *a, struct world_work *w, struct tree_front *out, unsigned len, enum tree_measure x,
                  enum tree_measure y, enum tree_measure z)
{
    enum tree_measure axes[3] = {x, y, z};
    struct tree_limits l = left(a, 0.2);
    pareto_front(&w->sets, &w->values, axes, len, &l, a->arena, out);
}

static void fronts(struct analyser *a, struct world_work *w, struct analysis_world *out)
{
    front(a, w, &out->cost_probability, 2, MEASURE_COST, MEASURE_PROBABILITY, 0);
    front(a, w, &out->cost_time, 2, MEASURE_COST, MEASURE_TIME, 0);
    front(a, w, &out->cost_skill, 2, MEASURE_COST, MEASURE_SKILL, 0);
    front(a, w, &out->cost_time_probability, 3, MEASURE_COST, MEASURE_TIME, MEASURE_PROBABILITY);
    front(a, w, &out->cost_damage, 2, MEASURE_COST, MEASURE_DAMAGE, 0);
    if (w->has_chance) {
        struct tree_limits l = left(a, 0.2);
        pareto_attempt(&w->chance, &w->formula, &w->values, model_chances(&a->model, &w->world), &l, a->arena,
                       &out->budget_probability);
    }
}

/* The fronts that the caller chose, one for each of options.axes. */
static void chosen_fronts(struct analyser *a, struct world_work *w, struct analysis_world *out)
{
    out->chosen = arena_new_array(a->arena, struct tree_front, a->o->axes_len + 1);
    out->chosen_len = a->o->axes_len;
    for (size_t i = 0; i < out->chosen_len; i++) {
        const struct analysis_axes *x = &a->o->axes[i];
        front(a, w, &out->chosen[i], x->len, x->at[0], x->at[1], x->at[2]);
    }
}

/* A tree may lack the numbers for a measure in several ways; the lists say nothing then, and the first gap is named. */
static int importance(struct analyser *a, struct world_work *w, struct analysis_world *out, struct err *err)
{
    struct tree_limits l = left(a, 0.3);
    uint32_t missing;
    int rc = tree_importance_again(&a->model, &w->world, &w->formula, &w->chance, &l, a->arena, &out->importance,
                                   &missing, err);
    return rc == CM_ELIMIT ? CM_OK : rc;
}

/* Nothing is missing where nothing was asked. */
static void empty_fronts(struct analysis_world *w)
{
    struct tree_front *all[] = {&w->cost_probability, &w->cost_damage, &w->cost_time, &w->cost_skill,
                                &w->cost_time_probability, &w->budget_probability};
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        all[i]->missing = UINT32_MAX;
}

/* What the figures of the main world come from, while the values of its steps are at hand. */
static void explain(struct analyser *a, const struct world_work *w, struct analysis_world *out)
{
    const struct analysis_number *p = &out->probability;
    for (unsigned m = 0; m < ANALYSIS_BEST; m++) {
        struct analysis_explanation *e = &out->explained[m];
        if (!(a->o->explain & 1u << m) || !out->best[m].len)
            continue;
        const struct tree_attack *attack = &out->best[m].at[0];
        explain_path(a->arena, &w->values, attack, &e->path);
        explain_attack(a->arena, a->t, attack, (enum tree_measure)m, &e->attack);
        explain_limits(a->arena, &w->values, attack, &e->limits);
    }
    if (p->known && p->exact && p->value > 0)
        explain_importance(a->arena, a->t, &out->importance, p->value, EXPLAINED_MOST, &out->importance_text);
    explain_front(a->arena, a->t, &out->cost_probability, &out->front_text);
}

static int analyse_world(struct analyser *a, enum tree_world world, struct world_work *w, struct err *err)
{
    struct analysis_world *out = &a->out->worlds[world];
    int rc;
    memset(w, 0, sizeof(*w));
    w->world = (struct model_world){.world = world, .added = a->o->added};
    out->world = world;
    out->cutoff = (double)NAN;
    empty_fronts(out);
    a->out->computed[world] = true;
    out->defined = world_defined(a, world, &out->undefined_because);
    if (!out->defined) {
        out->probability = unknown_number(out->undefined_because, TREE_DEPLOYED);
        return CM_OK;
    }
    if ((rc = solve_world(a, w, SOLVE_BOTH, err)))
        return rc;
    out->probability = probability(a, w, out);
    a->out->diagram_nodes += w->chance.nodes_made + (w->has_sets ? w->sets.nodes_made : 0);
    if (w->has_sets) {
        out->minimal_attacks = solution_count(&w->sets, a->arena);
        if (a->o->best && !(a->o->best_of_bounds && w->has_chance))
            best_attacks(a, w, out);
        if (a->o->all_attacks)
            list_all(a, w, out->minimal_attacks, a->o->list_max ? a->o->list_max : LIST_MAX, &out->list);
        if (a->o->fronts)
            fronts(a, w, out);
        chosen_fronts(a, w, out);
    }
    if (a->o->importance && w->has_chance)
        rc = importance(a, w, out, err);
    if (a->o->explain && world == a->out->main_world)
        explain(a, w, out);
    return rc;
}

static void gaps(struct tree_analysis *t)
{
    const struct analysis_number *all = &t->worlds[WORLD_ALL].probability;
    const struct analysis_number *today = &t->worlds[WORLD_DEPLOYED].probability;
    t->specification_gap = *all;
    if (!today->known || !all->known)
        t->deployment_gap = today->known ? unknown_number(all->missing, all->missing_attribute)
                                         : unknown_number(today->missing, today->missing_attribute);
    else if (today->exact && all->exact)
        t->deployment_gap = exact_number(today->value - all->value);
    else
        t->deployment_gap = between(today->lo - all->hi, today->hi - all->lo);
}

/* What no countermeasure touches: a count, and the smallest. */
static int untouched(struct analyser *a, struct err *err)
{
    struct model_world world = {.world = WORLD_NONE, .added = a->o->added, .sets = true, .untouched = true};
    struct attack_values values;
    struct solution s;
    struct tree_limits l = left(a, 0.3);
    attack_values_init(&values, &a->model, &world);
    int rc = solve(&values.formula, SOLVE_SETS, &l, a->arena, &s, err);
    if (rc)
        return rc == CM_ELIMIT ? CM_OK : rc;
    a->out->untouched = solution_count(&s, a->arena);
    l = left(a, 0.3);
    attacks_best(&s, &values, MEASURE_SIZE, list_room(a->out->untouched, UNTOUCHED_MAX), NULL, &l, a->arena,
                 &a->out->untouched_list);
    return CM_OK;
}

static int worths(struct analyser *a, enum tree_world start, struct err *err)
{
    struct model_world world = {.world = start, .added = a->o->added};
    struct tree_limits l = left(a, 0.3);
    struct defence_worths w;
    int rc = defence_worths(&a->model, &world, &l, a->arena, &w, err);
    if (rc)
        return rc == CM_ELIMIT ? CM_OK : rc;
    a->out->approaches = arena_new_array(a->arena, struct analysis_approach, w.len + 1);
    for (size_t i = 0; i < w.len; i++)
        a->out->approaches[i] = (struct analysis_approach){w.at[i].node, w.at[i].removes, w.at[i].leaves};
    a->out->approaches_len = w.len;
    return CM_OK;
}

static struct analysis_missing missing(struct defence_gap gap)
{
    return (struct analysis_missing){gap.node, (int)gap.attribute};
}

static int defence(struct analyser *a, struct err *err)
{
    struct defence_options o = {.added = a->o->added, .budgets = a->o->budgets, .limits = left(a, 0.25)};
    struct tree_defence d;
    int rc = tree_defence(&a->model, &o, a->arena, &d, err);
    if (rc)
        return rc == CM_ELIMIT ? CM_OK : rc;
    a->out->budgets = d.budgets;
    a->out->budgets_len = d.budgets_len;
    a->out->cost_residual = d.cost_residual;
    a->out->cost_cheapest = d.cost_cheapest;
    a->out->cuts = d.cuts;
    a->out->no_budgets = missing(d.no_total);
    a->out->no_residual = missing(d.no_total.node == UINT32_MAX ? d.no_probability : d.no_total);
    a->out->no_cheapest = missing(d.no_total.node == UINT32_MAX ? d.no_cheapest : d.no_total);
    return CM_OK;
}

static int samples(struct analyser *a, struct world_work *works, struct err *err)
{
    enum tree_world main = a->out->main_world;
    struct sampling_question q = {.model = &a->model, .added = a->o->added, .main = main, .trials = a->o->samples,
                                  .seed = a->o->seed};
    struct tree_limits l = left(a, 0.9);
    struct sampling s;
    for (int i = 0; i < TREE_WORLDS; i++)
        q.worlds[i] = works[i].has_chance ? &works[i].chance : NULL;
    if (works[main].has_sets) {
        q.values = &works[main].values;
        q.sets = &works[main].sets;
    }
    int rc = sampling_run(&q, &l, a->arena, &s, err);
    if (rc)
        return rc == CM_ELIMIT ? CM_OK : rc;
    a->out->sampled = true;
    a->out->trials = s.trials;
    for (int i = 0; i < TREE_WORLDS; i++)
        a->out->sampled_probability[i] = s.worlds[i].samples;
    for (int i = 0; i < TREE_MEASURES; i++)
        a->out->sampled_measures[i] = s.measures[i].samples;
    a->out->drivers = s.worlds[main].drivers.at;
    a->out->drivers_len = s.worlds[main].drivers.len;
    return CM_OK;
}

static bool has_ranges(const struct tree *t)
{
    for (size_t i = 0; i < t->nodes.len; i++)
        for (int v = 0; v < TREE_ATTRIBUTES; v++)
            if (t->nodes.at[i].values[v].kind > TREE_POINT)
                return true;
    return false;
}

/* A tree without defences is the same in all worlds: it is analysed once. */
static int worlds(struct analyser *a, struct world_work *works, struct err *err)
{
    enum tree_world main = a->out->main_world;
    int rc = analyse_world(a, main, &works[main], err);
    for (int w = 0; w < TREE_WORLDS && !rc && a->o->worlds; w++) {
        if (w == (int)main)
            continue;
        if (has_defences(a)) {
            rc = analyse_world(a, (enum tree_world)w, &works[w], err);
            continue;
        }
        a->out->worlds[w] = a->out->worlds[main];
        a->out->worlds[w].world = (enum tree_world)w;
        a->out->computed[w] = true;
        works[w] = works[main];
    }
    return rc;
}

int tree_analyse(const struct tree *t, const struct analysis_options *options, struct arena *arena,
                 struct tree_analysis *out, struct err *err)
{
    struct analyser a = {.t = t, .o = options, .arena = arena, .out = out};
    struct world_work works[TREE_WORLDS];
    double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    uint32_t because;
    int rc;
    memset(out, 0, sizeof(*out));
    memset(works, 0, sizeof(works));
    out->tree = t;
    out->no_budgets.node = out->no_residual.node = out->no_cheapest.node = UINT32_MAX;
    a.begin = seconds(CLOCK_MONOTONIC);
    a.max_seconds = options->limits.max_seconds > 0 ? options->limits.max_seconds : 60;
    tree_count(t, &out->counts);
    out->ranges = has_ranges(t);
    if ((rc = model_init(&a.model, arena, t, err)))
        return rc;
    out->main_world = world_defined(&a, WORLD_DEPLOYED, &because) ? WORLD_DEPLOYED : WORLD_NONE;
    rc = worlds(&a, works, err);
    if (!rc && options->worlds)
        gaps(out);
    if (!rc && options->worlds && has_defences(&a))
        rc = untouched(&a, err);
    if (!rc && options->worlds && a.model.presences)
        rc = worths(&a, out->main_world, err);
    if (!rc && options->defence && has_defences(&a))
        rc = defence(&a, err);
    if (!rc && options->samples)
        rc = samples(&a, works, err);
    out->seconds = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    return rc;
}
