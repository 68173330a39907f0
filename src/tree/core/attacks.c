#include "tree/core/attacks.h"

#include "tree/core/attack_time.h"
#include "tree/core/attack_search.h"
#include "tree/core/rank.h"
#include "tree/core/walk.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const tree_measure_names[TREE_MEASURES] = {
    [MEASURE_PROBABILITY] = "probability", [MEASURE_COST] = "cost",   [MEASURE_TIME] = "time",
    [MEASURE_TIME_SUM] = "time_sum",       [MEASURE_SKILL] = "skill", [MEASURE_SIZE] = "size",
    [MEASURE_DAMAGE] = "damage",
};

/* ---- values ------------------------------------------------------------------------------------- */

void attack_values_init(struct attack_values *out, const struct model *m, const struct model_world *world)
{
    const struct tree *t = m->tree;
    struct model_world sets = *world;
    double *damage = arena_new_array(m->arena, double, t->nodes.len);
    memset(out, 0, sizeof(*out));
    sets.sets = true;
    out->model = m;
    out->edges = arena_new_array(m->arena, uint32_t, t->nodes.len);
    model_formula(m, &sets, &out->formula, out->edges);
    out->of[MEASURE_PROBABILITY] = model_chances(m, &sets);
    out->of[MEASURE_COST] = model_values(m, TREE_COST);
    out->of[MEASURE_TIME] = out->of[MEASURE_TIME_SUM] = model_values(m, TREE_TIME);
    out->of[MEASURE_SKILL] = model_values(m, TREE_SKILL);
    for (size_t i = 0; i < t->nodes.len; i++) {
        const struct tree_node *n = &t->nodes.at[i];
        double own = n->role == TREE_ATTACK ? tree_point(n, TREE_DAMAGE) : (double)NAN;
        out->has_damage |= !isnan(own);
        out->sequence |= n->gate == TREE_SAND && n->children.len > 1;
        damage[i] = isnan(own) ? 0 : own;
    }
    out->damage = damage;
}

/* By part: whether sets of the whole contain sets of it (of a module below a negation there need be none). */
static bool *parts_in_sets(const struct solution *s, struct arena *scratch)
{
    bool *in = arena_new_array(scratch, bool, s->len);
    in[s->len - 1] = true;
    for (uint32_t i = s->len; i-- > 0;)
        for (uint32_t j = 2; in[i] && j < s->parts[i].sets.len; j++)
            if (s->parts[i].sets.at[j].var >= s->events)
                in[s->parts[i].sets.at[j].var - s->events] = true;
    return in;
}

uint32_t attack_values_missing(const struct attack_values *v, const struct solution *s, enum tree_measure measure)
{
    const double *of = v->of[measure];
    uint32_t missing = UINT32_MAX;
    if (measure == MEASURE_DAMAGE)
        return v->has_damage ? UINT32_MAX : 0;
    struct arena scratch = ARENA_INIT;
    const bool *in = parts_in_sets(s, &scratch);
    for (uint32_t i = 0; of && i < s->len; i++) {
        const struct diagram *d = &s->parts[i].sets;
        for (uint32_t j = 2; in[i] && j < d->len; j++) {
            uint32_t var = d->at[j].var;
            if (var < s->events && isnan(of[var]) && v->model->events.at[var].node < missing)
                missing = v->model->events.at[var].node;
        }
    }
    arena_release(&scratch);
    return missing;
}

/* The larger of two; NAN when one is missing. */
static double larger(double a, double b)
{
    return isnan(a) || a > b ? a : b;
}

/* All figures but damage, and time as if everything ran in parallel. */
static void simple_figures(const struct attack_values *v, const uint32_t *events, uint32_t len, double *by)
{
    by[MEASURE_PROBABILITY] = 1;
    by[MEASURE_COST] = by[MEASURE_TIME] = by[MEASURE_TIME_SUM] = by[MEASURE_SKILL] = 0;
    by[MEASURE_SIZE] = len;
    by[MEASURE_DAMAGE] = (double)NAN;
    for (uint32_t i = 0; i < len; i++) {
        uint32_t e = events[i];
        double time = v->of[MEASURE_TIME][e], skill = v->of[MEASURE_SKILL][e];
        by[MEASURE_PROBABILITY] *= v->of[MEASURE_PROBABILITY][e];
        by[MEASURE_COST] += v->of[MEASURE_COST][e];
        by[MEASURE_TIME_SUM] += time;
        by[MEASURE_TIME] = larger(by[MEASURE_TIME], time);
        by[MEASURE_SKILL] = larger(by[MEASURE_SKILL], skill);
    }
}

/* Time by the clock and damage need the state of the whole tree. */
void attack_figures_into(const struct attack_values *v, struct attack_clock *clock, bool *state,
                         const uint32_t *events, uint32_t len, double *by)
{
    simple_figures(v, events, len, by);
    if (!v->sequence && !v->has_damage)
        return;
    for (uint32_t i = 0; i < len; i++)
        state[events[i]] = true;
    if (v->has_damage)
        by[MEASURE_DAMAGE] = attack_clock_damage(clock, state);
    if (v->sequence) {
        double time = attack_clock_time(clock, state);
        if (time < (double)INFINITY || isnan(time))
            by[MEASURE_TIME] = time;
    }
    for (uint32_t i = 0; i < len; i++)
        state[events[i]] = false;
}

void attack_figures_init(struct attack_figures_maker *m, const struct attack_values *v)
{
    *m = (struct attack_figures_maker){.v = v, .scratch = ARENA_INIT};
    m->clock = arena_new(&m->scratch, struct attack_clock);
    m->state = arena_new_array(&m->scratch, bool, v->formula.events + 1u);
    attack_clock_init(m->clock, v, &m->scratch);
}

void attack_figures_release(struct attack_figures_maker *m)
{
    arena_release(&m->scratch);
}

void attack_figures_make(struct attack_figures_maker *m, const uint32_t *events, uint32_t len, struct arena *arena,
                         struct tree_attack *out)
{
    uint32_t *steps = arena_new_array(arena, uint32_t, len + 1);
    for (uint32_t i = 0; i < len; i++)
        steps[i] = m->v->model->events.at[events[i]].node;
    *out = (struct tree_attack){.steps = steps, .len = len};
    attack_figures_into(m->v, m->clock, m->state, events, len, out->by);
}

void attack_figures(const struct attack_values *v, const uint32_t *events, uint32_t len, struct arena *arena,
                    struct tree_attack *out)
{
    struct attack_figures_maker m;
    attack_figures_init(&m, v);
    attack_figures_make(&m, events, len, arena, out);
    attack_figures_release(&m);
}

/* ---- all of them -------------------------------------------------------------------------------- */

struct stream {
    const struct attack_values *v;
    bool figures;
    bool (*each)(void *ctx, const struct tree_attack *a);
    void *ctx;
    struct attack_clock clock;
    bool *state;
    uint32_t *events, *steps; /* room for all events */
};

static int compare_u32(const void *a, const void *b)
{
    uint32_t x, y;
    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return x < y ? -1 : x > y;
}

static bool stream_found(void *ctx, const struct walk *w)
{
    struct stream *s = ctx;
    struct tree_attack a = {.steps = s->steps, .len = w->chosen_len};
    if (a.len)
        memcpy(s->events, w->chosen, a.len * sizeof(uint32_t));
    qsort(s->events, a.len, sizeof(uint32_t), compare_u32);
    for (uint32_t i = 0; i < a.len; i++)
        s->steps[i] = s->v->model->events.at[s->events[i]].node;
    for (unsigned i = 0; i < TREE_MEASURES; i++)
        a.by[i] = i == MEASURE_SIZE ? (double)a.len : (double)NAN;
    if (s->figures)
        attack_figures_into(s->v, &s->clock, s->state, s->events, a.len, a.by);
    return s->each(s->ctx, &a);
}

enum attacks_end attacks_each(const struct solution *s, const struct attack_values *v, bool figures,
                              const struct tree_limits *limits, bool (*each)(void *ctx, const struct tree_attack *a),
                              void *ctx)
{
    struct arena scratch = ARENA_INIT;
    struct budget budget;
    budget_init(&budget, limits);
    struct stream stream = {.v = v,
                            .figures = figures,
                            .each = each,
                            .ctx = ctx,
                            .state = arena_new_array(&scratch, bool, s->events + 1u),
                            .events = arena_new_array(&scratch, uint32_t, s->events + 1u),
                            .steps = arena_new_array(&scratch, uint32_t, s->events + 1u)};
    if (figures)
        attack_clock_init(&stream.clock, v, &scratch);
    struct walk_visitor visitor = {.ctx = &stream, .found = stream_found};
    int rc = walk_sets(s, &visitor, &budget);
    arena_release(&scratch);
    return rc == 1 ? ATTACKS_ALL : rc == 0 ? ATTACKS_STOPPED : ATTACKS_LIMIT;
}

/* ---- the best ----------------------------------------------------------------------------------- */

enum { SIZE_BITS = 24, EXTRA = 64 };

/* Weights whose sums order the sets by the measure, then by size. */
static __int128 *make_weights(const struct solution *s, const struct attack_values *v, enum tree_measure measure,
                              struct budget *budget)
{
    __int128 *weights = budget_calloc(budget, (s->events + 1u) * sizeof(*weights));
    const double *of = v->of[measure];
    bool sum = measure == MEASURE_COST || measure == MEASURE_TIME_SUM;
    double largest = 0;
    int room = 124 - SIZE_BITS, shift = 0;
    if (!weights || (!sum && measure != MEASURE_PROBABILITY)) {
        for (uint32_t e = 0; weights && e < s->events; e++)
            weights[e] = 1;
        return weights;
    }
    for (uint32_t n = s->events; n; n >>= 1)
        room--;
    double *value = base_malloc((s->events + 1u) * sizeof(*value));
    for (uint32_t e = 0; e < s->events; e++) {
        /* a step that cannot succeed weighs more than all others together */
        value[e] = sum ? of[e] : of[e] > 0 ? -log(of[e]) : 1e9;
        if (isnan(value[e]) || value[e] < 0)
            value[e] = 0;
        largest = value[e] > largest ? value[e] : largest;
    }
    if (largest > 0 && largest < (double)INFINITY)
        shift = room - 1 - ilogb(largest);
    for (uint32_t e = 0; e < s->events; e++)
        weights[e] =
            (isinf(value[e]) ? (__int128)1 << room : (__int128)ldexp(value[e], shift)) * (1 << SIZE_BITS) + 1;
    free(value);
    return weights;
}

struct collection {
    const struct solution *s;
    struct budget *budget;
    struct arena *arena, scratch;
    struct attack_figures_maker figures;
    VEC(struct tree_attack) attacks;
};

/* Asks one ranking for sets, up to limit in the collection; with `with` only those that have such an event. Beyond
 * `firm` only as long as the weight stays within `near` of the firm one's. */
static int collect_ranked(struct collection *c, const __int128 *weights, const bool *allowed, const bool *with,
                          size_t firm, bool ties)
{
    struct rank *r = rank_new(c->s, weights, allowed, c->budget);
    const uint32_t *events;
    __int128 weight, bar = 0;
    uint32_t len;
    int rc = CM_ELIMIT;
    while (r && (rc = rank_next(r, &events, &len, &weight)) == 1) {
        bool fits = !with;
        for (uint32_t i = 0; i < len && !fits; i++)
            fits = with[events[i]];
        if (!fits)
            continue;
        if (c->attacks.len >= firm && (!ties || weight > bar || c->attacks.len >= firm + EXTRA))
            break;
        attack_figures_make(&c->figures, events, len, c->arena, vec_push(&c->scratch, &c->attacks));
        if (c->attacks.len == firm) {
            bar = weight + weight / ((__int128)1 << 40);
            if (!ties)
                break;
        }
        if (!budget_take(c->budget, (len + 1) * sizeof(uint32_t) + 2 * sizeof(struct tree_attack))) {
            rc = CM_ELIMIT;
            break;
        }
    }
    rank_free(r);
    return rc;
}

/* How many sets there are within the allowed events, but at most cap. */
static uint64_t count_sets(const struct solution *s, const bool *allowed, uint64_t cap, struct arena *scratch)
{
    uint64_t **counts = arena_new_array(scratch, uint64_t *, s->len);
    for (uint32_t i = 0; i < s->len; i++) {
        const struct diagram *d = &s->parts[i].sets;
        counts[i] = arena_new_array(scratch, uint64_t, d->len > 2 ? d->len : 2);
        counts[i][1] = 1;
        for (uint32_t j = 2; j < d->len; j++) {
            const struct diagram_node *n = &d->at[j];
            uint64_t own = n->var < s->events ? (uint64_t)(!allowed || allowed[n->var])
                                              : counts[n->var - s->events][s->parts[n->var - s->events].sets.root];
            uint64_t with = own && counts[i][n->hi] > cap / own ? cap : own * counts[i][n->hi];
            counts[i][j] = with + counts[i][n->lo] > cap ? cap : with + counts[i][n->lo];
        }
    }
    return counts[s->len - 1][s->parts[s->len - 1].sets.root];
}

static int compare_doubles(const void *a, const void *b)
{
    double x, y;
    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return x < y ? -1 : x > y;
}

static void allow_up_to(const struct solution *s, const double *of, double level, bool open, const bool *allowed,
                        bool *out)
{
    for (uint32_t e = 0; e < s->events; e++)
        out[e] = (!allowed || allowed[e]) && (open ? of[e] < level : of[e] <= level);
}

/* By the largest value: the level that the k-th best set has is found by counting; what lies below it is listed
 * whole, and filled up in order of size with sets of just that level. */
static int best_by_largest(struct collection *c, const double *of, size_t k, const bool *allowed)
{
    const struct solution *s = c->s;
    struct arena *a = &c->scratch;
    double *levels = arena_new_array(a, double, s->events + 1u);
    bool *below = arena_new_array(a, bool, s->events + 1u), *within = arena_new_array(a, bool, s->events + 1u);
    __int128 *ones = arena_new_array(a, __int128, s->events + 1u);
    size_t len = 0, low = 0, high;
    for (uint32_t e = 0; e < s->events; e++) {
        ones[e] = 1;
        if (!isnan(of[e]) && (!allowed || allowed[e]))
            levels[len++] = of[e];
    }
    if (len)
        qsort(levels, len, sizeof(*levels), compare_doubles);
    for (high = len; low < high;) { /* the first level within which there are k sets, or len */
        struct arena counting = ARENA_INIT;
        size_t middle = low + (high - low) / 2;
        allow_up_to(s, of, levels[middle], false, allowed, within);
        if (count_sets(s, within, k, &counting) >= k)
            high = middle;
        else
            low = middle + 1;
        arena_release(&counting);
        if (budget_over(c->budget))
            return CM_ELIMIT;
    }
    if (low == len)
        return collect_ranked(c, ones, allowed, NULL, SIZE_MAX, false);
    allow_up_to(s, of, levels[low], true, allowed, below);
    int rc = collect_ranked(c, ones, below, NULL, SIZE_MAX, false);
    if (rc < 0 || c->attacks.len >= k)
        return rc;
    bool *exactly = arena_new_array(a, bool, s->events + 1u);
    allow_up_to(s, of, levels[low], false, allowed, within);
    for (uint32_t e = 0; e < s->events; e++)
        exactly[e] = within[e] && !below[e];
    return collect_ranked(c, ones, within, exactly, k, false);
}

int attack_compare(const struct tree_attack *a, const struct tree_attack *b, enum tree_measure measure)
{
    bool more = measure == MEASURE_PROBABILITY || measure == MEASURE_DAMAGE;
    double x = a->by[measure], y = b->by[measure];
    if (x < y || x > y)
        return (x < y) != more ? -1 : 1;
    if (a->len != b->len)
        return a->len < b->len ? -1 : 1;
    for (uint32_t i = 0; i < a->len; i++)
        if (a->steps[i] != b->steps[i])
            return a->steps[i] < b->steps[i] ? -1 : 1;
    return 0;
}

/* Heap sort, because qsort() hands no measure down. */
static void sift(struct tree_attack *at, size_t i, size_t len, enum tree_measure measure)
{
    size_t child;
    struct tree_attack moving = at[i];
    while ((child = 2 * i + 1) < len) {
        if (child + 1 < len && attack_compare(&at[child + 1], &at[child], measure) > 0)
            child++;
        if (attack_compare(&at[child], &moving, measure) <= 0)
            break;
        at[i] = at[child];
        i = child;
    }
    at[i] = moving;
}

void attacks_sort(struct tree_attack *at, size_t len, enum tree_measure measure)
{
    for (size_t i = len / 2; i-- > 0;)
        sift(at, i, len, measure);
    for (size_t end = len; end > 1; end--) {
        struct tree_attack last = at[0];
        at[0] = at[end - 1];
        at[end - 1] = last;
        sift(at, 0, end - 1, measure);
    }
}

/* Values that an attack without them would need are infinitely bad; a list that lacks one is not a list. */
static bool values_missing(const struct solution *s, const struct attack_values *v, enum tree_measure measure,
                           const bool *allowed)
{
    const double *of = v->of[measure];
    if (measure == MEASURE_DAMAGE)
        return !v->has_damage;
    bool missing = false;
    struct arena scratch = ARENA_INIT;
    const bool *in = parts_in_sets(s, &scratch);
    for (uint32_t i = 0; of && i < s->len; i++)
        for (uint32_t j = 2; in[i] && j < s->parts[i].sets.len; j++) {
            uint32_t var = s->parts[i].sets.at[j].var;
            missing = missing || (var < s->events && isnan(of[var]) && (!allowed || allowed[var]));
        }
    arena_release(&scratch);
    return missing;
}

void attacks_best(const struct solution *s, const struct attack_values *v, enum tree_measure measure, size_t k,
                  const bool *allowed, const struct tree_limits *limits, struct arena *arena,
                  struct tree_attacks *out)
{
    struct budget budget;
    struct collection c = {.s = s, .budget = &budget, .arena = arena, .scratch = ARENA_INIT};
    int rc = CM_OK;
    *out = (struct tree_attacks){.exact = true};
    if (!k || values_missing(s, v, measure, allowed))
        return;
    budget_init(&budget, limits);
    if ((measure == MEASURE_TIME && v->sequence) || measure == MEASURE_DAMAGE) {
        attack_search_best(s, v, measure, k, allowed, &budget, arena, out);
        return;
    }
    attack_figures_init(&c.figures, v);
    if (measure == MEASURE_SKILL || measure == MEASURE_TIME) {
        rc = best_by_largest(&c, v->of[measure], k, allowed);
    } else {
        __int128 *weights = make_weights(s, v, measure, &budget);
        rc = weights ? collect_ranked(&c, weights, allowed, NULL, k, measure != MEASURE_SIZE) : CM_ELIMIT;
        budget_free(&budget, weights, (s->events + 1u) * sizeof(*weights));
    }
    attacks_sort(c.attacks.at, c.attacks.len, measure);
    out->len = c.attacks.len < k ? c.attacks.len : k;
    out->at = arena_new_array(arena, struct tree_attack, out->len + 1);
    if (out->len)
        memcpy(out->at, c.attacks.at, out->len * sizeof(*out->at));
    out->exact = rc >= 0;
    attack_figures_release(&c.figures);
    arena_release(&c.scratch);
}

/* ---- the best value alone ----------------------------------------------------------------------- */

static double join(enum attacks_rule rule, double a, double b)
{
    if (rule == ATTACKS_SUM)
        return a + b;
    if (rule == ATTACKS_PRODUCT)
        return a * b;
    return larger(a, b);
}

double attacks_best_value(const struct solution *s, const double *values, enum attacks_rule rule)
{
    bool more = rule == ATTACKS_PRODUCT;
    double none = more ? -(double)INFINITY : (double)INFINITY;
    struct arena scratch = ARENA_INIT;
    double *roots = arena_new_array(&scratch, double, s->len);
    uint32_t widest = 2;
    for (uint32_t i = 0; i < s->len; i++)
        widest = s->parts[i].sets.len > widest ? s->parts[i].sets.len : widest;
    double *best = base_malloc(widest * sizeof(*best));
    for (uint32_t i = 0; i < s->len; i++) {
        const struct diagram *d = &s->parts[i].sets;
        best[0] = none;
        best[1] = more ? 1 : 0;
        for (uint32_t j = 2; j < d->len; j++) {
            const struct diagram_node *n = &d->at[j];
            double own = n->var < s->events ? values[n->var] : roots[n->var - s->events];
            double with = isinf(best[n->hi]) || isinf(own) ? none : join(rule, own, best[n->hi]);
            bool less = more ? best[n->lo] > with : best[n->lo] < with;
            best[j] = isnan(best[n->lo]) || isnan(with) ? (double)NAN : less ? best[n->lo] : with;
        }
        roots[i] = best[d->root];
    }
    double result = roots[s->len - 1];
    free(best);
    arena_release(&scratch);
    return more && isinf(result) ? 0 : result;
}
