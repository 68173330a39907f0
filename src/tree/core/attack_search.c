#include "tree/core/attack_search.h"

#include "tree/core/attack_time.h"
#include "tree/core/pareto_points.h"
#include "tree/core/walk.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_AXES = 3, PATIENCE = 100000 };

struct search {
    const struct solution *s;
    const struct attack_values *v;
    struct arena *arena, scratch;
    enum tree_measure axes[MAX_AXES];
    unsigned axes_len;
    size_t k;                /* best k; 0: a front */
    const bool *allowed;     /* by event; NULL: all */
    bool monotone;           /* no negations: more steps reach more, sooner */
    uint32_t *base;          /* by part: number of its first place */
    double *least[MAX_AXES]; /* by place: the least "bad" of its sets on each axis; INFINITY: it has none */
    double *fewest;          /* by place: the least number of steps */
    struct attack_clock clock;
    bool *state;
    uint32_t *events;
    struct tree_attack *best; /* in order */
    size_t best_len, best_cap;
    uint64_t found;
};

/* ---- bounds ------------------------------------------------------------------------------------- */

static double place_of(const struct search *s, const double *by_place, const struct walk_place *p)
{
    return by_place[s->base[p->part] + p->node];
}

static double joined(enum tree_measure m, double a, double b)
{
    return a >= (double)INFINITY || b >= (double)INFINITY ? (double)INFINITY : pareto_join(m, a, b);
}

static double single(const struct search *s, enum tree_measure m, uint32_t event)
{
    return pareto_single(m, s->v->of[m] ? s->v->of[m][event] : 0);
}

static void fold(const struct search *s, enum tree_measure m, const bool *allowed, double *out)
{
    const struct solution *solution = s->s;
    for (uint32_t i = 0; i < solution->len; i++) {
        const struct diagram *d = &solution->parts[i].sets;
        double *at = &out[s->base[i]];
        at[0] = (double)INFINITY;
        at[1] = pareto_nothing(m);
        for (uint32_t j = 2; j < d->len; j++) {
            uint32_t var = d->at[j].var, part = var - solution->events;
            double own = var >= solution->events    ? out[s->base[part] + solution->parts[part].sets.root]
                         : !allowed || allowed[var] ? single(s, m, var)
                                                    : (double)INFINITY;
            double with = joined(m, own, at[d->at[j].hi]);
            at[j] = with < at[d->at[j].lo] ? with : at[d->at[j].lo];
        }
    }
}

/* The least value that a measure can end with from here, from single steps alone. */
static double simple_bound(const struct search *s, const struct walk *w, const struct walk_place *place,
                           enum tree_measure m, const double *least)
{
    double bound = place_of(s, least, place);
    for (uint32_t then = place->then; then != WALK_END; then = w->later[then].then)
        bound = joined(m, bound, place_of(s, least, &w->later[then]));
    for (uint32_t i = 0; i < w->chosen_len; i++)
        bound = joined(m, bound, single(s, m, w->chosen[i]));
    return bound;
}

/* The bound from the tree as a whole. */
static double whole_bound(struct search *s, const struct walk *w, enum tree_measure m, double simple)
{
    double whole = simple;
    if (m == MEASURE_TIME && s->v->sequence && s->monotone)
        whole = attack_clock_time(&s->clock, w->possible);
    else if (m == MEASURE_DAMAGE)
        whole = s->monotone ? -attack_clock_damage(&s->clock, w->possible) : -(double)INFINITY;
    return whole > simple || m == MEASURE_DAMAGE ? whole : simple;
}

/* True when nothing with these bounds is wanted any more. */
static bool beaten(const struct search *s, const double *bounds, double size)
{
    if (s->k) {
        if (s->best_len < s->k)
            return false;
        const struct tree_attack *worst = &s->best[s->k - 1];
        double bar = pareto_bad(s->axes[0], worst->by[s->axes[0]]);
        if (bounds[0] > bar)
            return true;
        /* ties by steps cannot be bounded: after many attacks the order among equals is given up */
        return !(bounds[0] < bar) && (size > worst->len || (size >= worst->len && s->found > PATIENCE));
    }
    for (size_t i = 0; i < s->best_len; i++) {
        unsigned j = 0;
        while (j < s->axes_len && pareto_bad(s->axes[j], s->best[i].by[s->axes[j]]) <= bounds[j])
            j++;
        if (j == s->axes_len)
            return true;
    }
    return false;
}

static bool enter(void *ctx, const struct walk *w, const struct walk_place *place)
{
    struct search *s = ctx;
    double bounds[MAX_AXES] = {0};
    double size = simple_bound(s, w, place, MEASURE_SIZE, s->fewest);
    if (size >= (double)INFINITY || (s->allowed && w->chosen_len && !s->allowed[w->chosen[w->chosen_len - 1]]))
        return false;
    for (unsigned i = 0; i < s->axes_len; i++)
        bounds[i] =
            s->axes[i] == MEASURE_DAMAGE ? -(double)INFINITY : simple_bound(s, w, place, s->axes[i], s->least[i]);
    if (beaten(s, bounds, size))
        return false;
    if (place->node == 1)
        return true;
    for (unsigned i = 0; i < s->axes_len; i++)
        bounds[i] = whole_bound(s, w, s->axes[i], bounds[i]);
    return !beaten(s, bounds, size);
}

static bool without_first(void *ctx, const struct walk *w, const struct walk_place *place)
{
    const struct search *s = ctx;
    const struct diagram_node *n = &w->s->parts[place->part].sets.at[place->node];
    const double *least = s->axes[0] == MEASURE_DAMAGE ? s->fewest : s->least[0];
    return least[s->base[place->part] + n->lo] <= place_of(s, least, place);
}

/* ---- what was found ----------------------------------------------------------------------------- */

static int compare_u32(const void *a, const void *b)
{
    uint32_t x, y;
    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return x < y ? -1 : x > y;
}

static void insert(struct search *s, size_t at, const struct tree_attack *a)
{
    if (s->best_len == s->best_cap) {
        size_t cap = s->best_cap ? 2 * s->best_cap : 16;
        struct tree_attack *more = arena_new_array(&s->scratch, struct tree_attack, cap);
        if (s->best_len)
            memcpy(more, s->best, s->best_len * sizeof(*more));
        s->best = more;
        s->best_cap = cap;
    }
    memmove(&s->best[at + 1], &s->best[at], (s->best_len - at) * sizeof(*s->best));
    s->best[at] = *a;
    uint32_t *steps = arena_new_array(s->arena, uint32_t, a->len + 1);
    if (a->len)
        memcpy(steps, a->steps, a->len * sizeof(*steps));
    s->best[at].steps = steps;
    s->best_len++;
}

static void insert_ranked(struct search *s, const struct tree_attack *a)
{
    size_t at = s->best_len;
    while (at && attack_compare(a, &s->best[at - 1], s->axes[0]) < 0)
        at--;
    if (at == s->k)
        return;
    if (s->best_len == s->k)
        s->best_len--;
    insert(s, at, a);
}

static void insert_front(struct search *s, const struct tree_attack *a)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->best_len; i++) {
        unsigned worse = 0, better = 0;
        for (unsigned j = 0; j < s->axes_len; j++) {
            double x = pareto_bad(s->axes[j], a->by[s->axes[j]]),
                   y = pareto_bad(s->axes[j], s->best[i].by[s->axes[j]]);
            worse += x > y;
            better += x < y;
        }
        if (!better && (worse || attack_compare(a, &s->best[i], MEASURE_SIZE) >= 0))
            return; /* nothing was dropped before: the front holds no two points of which one beats the other */
        if (worse)
            s->best[kept++] = s->best[i];
    }
    s->best_len = kept;
    insert(s, kept, a);
}

static bool found(void *ctx, const struct walk *w)
{
    struct search *s = ctx;
    uint32_t *steps = &s->events[s->s->events + 1u]; /* the second half of the array */
    struct tree_attack a = {.steps = steps, .len = w->chosen_len};
    s->found++;
    if (a.len)
        memcpy(s->events, w->chosen, a.len * sizeof(uint32_t));
    qsort(s->events, a.len, sizeof(uint32_t), compare_u32);
    attack_figures_into(s->v, &s->clock, s->state, s->events, a.len, a.by);
    for (uint32_t i = 0; i < a.len; i++)
        steps[i] = s->v->model->events.at[s->events[i]].node;
    if (s->k)
        insert_ranked(s, &a);
    else
        insert_front(s, &a);
    return true;
}

/* ---- both kinds --------------------------------------------------------------------------------- */

static int run(struct search *s, const bool *allowed, struct budget *budget)
{
    const struct solution *solution = s->s;
    struct arena *a = &s->scratch;
    uint64_t places = 0;
    s->base = arena_new_array(a, uint32_t, solution->len);
    for (uint32_t i = 0; i < solution->len; i++) {
        s->base[i] = (uint32_t)places;
        places += solution->parts[i].sets.len > 2 ? solution->parts[i].sets.len : 2;
    }
    if (places >= UINT32_MAX || !budget_take(budget, places * (s->axes_len + 1) * sizeof(double)))
        return CM_ELIMIT;
    s->fewest = arena_new_array(a, double, places);
    fold(s, MEASURE_SIZE, allowed, s->fewest);
    for (unsigned i = 0; i < s->axes_len; i++) {
        s->least[i] = arena_new_array(a, double, places);
        fold(s, s->axes[i], allowed, s->least[i]);
    }
    s->monotone = formula_coherent(&s->v->formula);
    s->state = arena_new_array(a, bool, solution->events + 1u);
    s->events = arena_new_array(a, uint32_t, 2 * (solution->events + 1u));
    attack_clock_init(&s->clock, s->v, a);
    struct walk_visitor visitor = {s, found, enter, without_first, true};
    int rc = walk_sets(solution, &visitor, budget);
    budget_give(budget, places * (s->axes_len + 1) * sizeof(double));
    return rc;
}

void attack_search_best(const struct solution *s, const struct attack_values *v, enum tree_measure measure, size_t k,
                        const bool *allowed, struct budget *budget, struct arena *arena, struct tree_attacks *out)
{
    struct search search = {
        .s = s, .v = v, .arena = arena, .scratch = ARENA_INIT, .axes = {measure}, .axes_len = 1, .k = k};
    search.allowed = allowed;
    int rc = run(&search, allowed, budget);
    out->len = search.best_len;
    out->at = arena_new_array(arena, struct tree_attack, out->len + 1);
    if (out->len)
        memcpy(out->at, search.best, out->len * sizeof(*out->at));
    out->exact = rc >= 0;
    arena_release(&search.scratch);
}

void attack_search_front(const struct solution *s, const struct attack_values *v, struct budget *budget,
                         struct arena *arena, struct tree_front *out)
{
    struct search search = {.s = s, .v = v, .arena = arena, .scratch = ARENA_INIT, .axes_len = out->axes_len};
    memcpy(search.axes, out->axes, sizeof(search.axes));
    int rc = run(&search, NULL, budget);
    pareto_finish(out, search.best, search.best_len, arena);
    out->exact = rc >= 0;
    arena_release(&search.scratch);
}
