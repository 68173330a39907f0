#include "tree/core/pareto.h"

#include "tree/core/attack_time.h"
#include "tree/core/bdd.h"
#include "tree/core/budget.h"
#include "tree/core/pareto_points.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK_AT_CLOCK = 256, ALL_SUBSETS = 16 };
#define NONE UINT32_MAX

/* A set of steps chosen so far, as a way back through the labels. */
struct label {
    double bad[3];
    uint32_t before, event; /* NONE: at the start; the step was left out */
    uint32_t size;
};

/* What is still open after some steps were decided: of each function that bears damage what is left of it (BDD_FALSE
 * once it is known), and the labels that lead here. */
struct future {
    uint32_t *open;              /* by function */
    double rest;                 /* damage that open functions may still add */
    struct pareto_point *points; /* a: label before, b: event or NONE */
    uint32_t len, cap;
};

struct damage {
    const struct attack_values *v;
    struct tree_front *out;
    struct budget budget;
    struct arena arena;
    struct bdd *bdd;
    uint32_t *order; /* by level: event */
    uint32_t levels;
    uint32_t *open; /* by function: at the start */
    double *weight; /* by function */
    uint32_t functions;
    double *own;      /* by event: damage that needs only this step */
    double *own_rest; /* by level: sum of own damage from this level on */
    struct label *labels;
    uint32_t labels_len, labels_cap;
    struct future *now, *next;
    uint32_t now_len, next_len, next_cap;
    uint32_t *heads; /* hash of next: index + 1 */
    uint32_t heads_len;
    struct pareto_point *stairs, *reached;
    size_t stairs_cap, reached_cap, reached_len;
    unsigned damage_axis;
    bool monotone;
};

/* ---- functions ---------------------------------------------------------------------------------- */

static uint32_t edge_function(const struct damage *d, const uint32_t *gates, uint32_t edge)
{
    uint32_t i = formula_index(edge);
    if (formula_is_constant(edge))
        return edge == FORMULA_TRUE ? BDD_TRUE : BDD_FALSE;
    uint32_t f = i < d->v->formula.events ? bdd_variable(d->bdd, i) : gates[i - d->v->formula.events];
    return f == BDD_FAIL ? f : f ^ (edge & 1u);
}

static void add_function(struct damage *d, uint32_t f, double weight)
{
    uint32_t var = bdd_var(d->bdd, f);
    if (bdd_hi(d->bdd, f) == BDD_TRUE && bdd_lo(d->bdd, f) == BDD_FALSE) {
        d->own[var] += weight;
        return;
    }
    uint32_t i = 0;
    while (i < d->functions && d->open[i] != f)
        i++;
    if (i == d->functions)
        d->open[d->functions++] = f;
    d->weight[i] += weight;
}

/* Steps in the order in which the tree is walked, so that a subtree is decided before the next one begins. */
static void order_steps(struct damage *d)
{
    const struct model *m = d->v->model;
    uint32_t events = d->v->formula.events, len = 0;
    bool *seen = arena_new_array(&d->arena, bool, events + 1u);
    d->order = arena_new_array(&d->arena, uint32_t, events + 1u);
    for (size_t i = 0; i < m->tree->nodes.len; i++) {
        uint32_t e = m->event_of[m->order[i]];
        if (e != MODEL_NO_EVENT && !seen[e]) {
            seen[e] = true;
            d->order[len++] = e;
        }
    }
    for (uint32_t e = 0; e < events; e++)
        if (!seen[e])
            d->order[len++] = e;
    d->levels = events;
}

static bool make_functions(struct damage *d, const struct tree_limits *limits)
{
    const struct attack_values *v = d->v;
    size_t nodes = v->model->tree->nodes.len;
    uint32_t *level_of = arena_new_array(&d->arena, uint32_t, d->levels + 1u);
    uint32_t *gates = arena_new_array(&d->arena, uint32_t, v->formula.gates.len + 1);
    for (uint32_t i = 0; i < d->levels; i++)
        level_of[d->order[i]] = i;
    d->bdd = bdd_new(d->levels, level_of, limits);
    d->open = arena_new_array(&d->arena, uint32_t, nodes);
    d->weight = arena_new_array(&d->arena, double, nodes);
    d->own = arena_new_array(&d->arena, double, d->levels + 1u);
    d->own_rest = arena_new_array(&d->arena, double, d->levels + 2u);
    if (!d->bdd || bdd_build(d->bdd, &v->formula, NULL, gates) == BDD_FAIL || bdd_failed(d->bdd))
        return false;
    for (uint32_t i = 0; i < nodes; i++) {
        uint32_t f = v->damage[i] > 0 ? edge_function(d, gates, v->edges[i]) : BDD_FALSE;
        if (f != BDD_FALSE && f != BDD_TRUE) /* what is always reached is added by attack_figures() */
            add_function(d, f, v->damage[i]);
    }
    for (uint32_t i = d->levels; i-- > 0;)
        d->own_rest[i] = d->own_rest[i + 1] + d->own[d->order[i]];
    return true;
}

/* A step whose value is missing although it could be part of a point. */
static bool find_missing(struct damage *d)
{
    for (unsigned a = 0; a < d->out->axes_len; a++) {
        const double *of = d->v->of[d->out->axes[a]];
        for (uint32_t e = 0; of && e < d->v->model->steps; e++)
            if (isnan(of[e])) {
                d->out->missing = d->v->model->events.at[e].node;
                d->out->missing_measure = d->out->axes[a];
                return true;
            }
    }
    return false;
}

/* ---- futures ------------------------------------------------------------------------------------ */

static bool room(struct damage *d, void *at, size_t *cap, size_t need, size_t size)
{
    void *old, *memory;
    if (need <= *cap)
        return true;
    size_t larger = need + need / 2 + 16;
    memcpy(&old, at, sizeof(old));
    if (!(memory = budget_realloc(&d->budget, old, *cap * size, larger * size)))
        return false;
    memcpy(at, &memory, sizeof(memory));
    *cap = larger;
    return true;
}

static bool room32(struct damage *d, void *at, uint32_t *cap, uint64_t need, size_t size)
{
    size_t wide = *cap;
    if (need >= NONE / 2 || !room(d, at, &wide, (size_t)need, size))
        return false;
    *cap = (uint32_t)wide;
    return true;
}

static uint32_t hash_open(const struct damage *d, const uint32_t *open)
{
    uint64_t h = 0x9e3779b97f4a7c15u;
    for (uint32_t i = 0; i < d->functions; i++)
        h = (h ^ open[i]) * 0xd6e8feb86659fd93u, h ^= h >> 32;
    return (uint32_t)h;
}

static bool rehash(struct damage *d)
{
    uint32_t len = d->heads_len ? 2 * d->heads_len : 64;
    uint32_t *heads = budget_calloc(&d->budget, len * sizeof(*heads));
    if (!heads)
        return false;
    budget_free(&d->budget, d->heads, d->heads_len * sizeof(*heads));
    d->heads = heads;
    d->heads_len = len;
    for (uint32_t i = 0; i < d->next_len; i++) {
        uint32_t h = hash_open(d, d->next[i].open) & (len - 1);
        while (heads[h])
            h = (h + 1) & (len - 1);
        heads[h] = i + 1;
    }
    return true;
}

/* The future of the next level with these open functions, made when there is none. NULL at a limit. */
static struct future *future_of(struct damage *d, const uint32_t *open, double rest)
{
    if (2 * (d->next_len + 1) > d->heads_len && !rehash(d))
        return NULL;
    uint32_t h = hash_open(d, open) & (d->heads_len - 1);
    for (; d->heads[h]; h = (h + 1) & (d->heads_len - 1))
        if (!memcmp(d->next[d->heads[h] - 1].open, open, d->functions * sizeof(*open)))
            return &d->next[d->heads[h] - 1];
    if (!room32(d, &d->next, &d->next_cap, d->next_len + 1u, sizeof(*d->next)))
        return NULL;
    struct future *f = &d->next[d->next_len];
    *f = (struct future){.rest = rest};
    f->open = budget_calloc(&d->budget, d->functions * sizeof(*open) + 1);
    if (!f->open)
        return NULL;
    memcpy(f->open, open, d->functions * sizeof(*open));
    d->heads[h] = ++d->next_len;
    return f;
}

static void release_futures(struct damage *d, struct future *at, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++) {
        budget_free(&d->budget, at[i].open, d->functions * sizeof(uint32_t) + 1);
        budget_free(&d->budget, at[i].points, at[i].cap * sizeof(*at[i].points));
    }
}

/* Decides the step of a level in one future: writes what is left of the functions; returns the damage that is now
 * certain. */
static double decide(const struct damage *d, const struct future *f, uint32_t event, bool taken, uint32_t *out_open,
                     double *out_rest)
{
    double certain = taken ? d->own[event] : 0;
    *out_rest = 0;
    for (uint32_t i = 0; i < d->functions; i++) {
        uint32_t open = f->open[i];
        if (open != BDD_FALSE && bdd_var(d->bdd, open) == event)
            open = taken ? bdd_hi(d->bdd, open) : bdd_lo(d->bdd, open);
        if (open == BDD_TRUE) {
            certain += d->weight[i];
            open = BDD_FALSE;
        }
        out_open[i] = open;
        if (open != BDD_FALSE)
            *out_rest += d->weight[i];
    }
    return certain;
}

static bool matters(const struct damage *d, const struct future *f, uint32_t event)
{
    if (d->own[event] > 0)
        return true;
    for (uint32_t i = 0; i < d->functions; i++)
        if (f->open[i] != BDD_FALSE && bdd_var(d->bdd, f->open[i]) == event)
            return true;
    return false;
}

static bool extend(struct damage *d, const struct future *from, const uint32_t *label_ids, uint32_t event, bool taken,
                   uint32_t *open)
{
    double rest, certain = decide(d, from, event, taken, open, &rest);
    struct future *to = future_of(d, open, rest);
    if (!to || !room32(d, &to->points, &to->cap, (uint64_t)to->len + from->len, sizeof(*to->points)))
        return false;
    for (uint32_t i = 0; i < from->len; i++) {
        const struct label *l = &d->labels[label_ids[i]];
        struct pareto_point *p = &to->points[to->len++];
        *p = (struct pareto_point){.size = l->size + taken, .a = label_ids[i], .b = taken ? event : NONE};
        for (unsigned a = 0; a < d->out->axes_len; a++) {
            enum tree_measure m = d->out->axes[a];
            const double *of = d->v->of[m];
            p->bad[a] = a == d->damage_axis ? l->bad[a] - certain
                        : !taken            ? l->bad[a]
                                            : pareto_join(m, l->bad[a], pareto_single(m, of ? of[event] : 0));
        }
    }
    return true;
}

/* ---- levels ------------------------------------------------------------------------------------- */

/* The front of what the labels of the next level have for certain. */
static bool find_reached(struct damage *d)
{
    size_t total = 0;
    for (uint32_t i = 0; i < d->next_len; i++)
        total += d->next[i].len;
    if (!room(d, &d->reached, &d->reached_cap, total, sizeof(*d->reached)) ||
        (d->out->axes_len == 3 && !room(d, &d->stairs, &d->stairs_cap, total, sizeof(*d->stairs))))
        return false;
    d->reached_len = 0;
    for (uint32_t i = 0; i < d->next_len; i++)
        for (uint32_t j = 0; j < d->next[i].len; j++)
            d->reached[d->reached_len++] = d->next[i].points[j];
    d->reached_len = pareto_filter(d->reached, d->reached_len, d->out->axes_len == 3 ? d->stairs : NULL);
    return true;
}

/* Leaves out labels that cannot reach past the front of what is certain even with all damage that is open. */
static void prune(struct damage *d, uint32_t level)
{
    for (uint32_t i = 0; i < d->next_len; i++) {
        struct future *f = &d->next[i];
        double hope = f->rest + d->own_rest[level + 1];
        uint32_t kept = 0;
        for (uint32_t j = 0; j < f->len; j++) {
            double bad[3] = {f->points[j].bad[0], f->points[j].bad[1], f->points[j].bad[2]};
            bad[d->damage_axis] -= hope;
            if (!(hope > 0) || !pareto_beaten(d->reached, d->reached_len, bad, d->out->axes_len))
                f->points[kept++] = f->points[j];
        }
        f->len = kept;
    }
}

/* Turns the points of the futures into labels, and makes the next level the present one. */
static bool settle(struct damage *d)
{
    uint64_t total = d->labels_len;
    for (uint32_t i = 0; i < d->next_len; i++)
        total += d->next[i].len;
    if (!room32(d, &d->labels, &d->labels_cap, total, sizeof(*d->labels)))
        return false;
    for (uint32_t i = 0; i < d->next_len; i++)
        for (uint32_t j = 0; j < d->next[i].len; j++) {
            struct pareto_point *p = &d->next[i].points[j];
            struct label *l = &d->labels[d->labels_len];
            *l = (struct label){.before = p->a, .event = p->b, .size = p->size};
            memcpy(l->bad, p->bad, sizeof(l->bad));
            p->a = d->labels_len++;
        }
    release_futures(d, d->now, d->now_len);
    budget_free(&d->budget, d->now, d->now_len * sizeof(*d->now));
    d->now = budget_realloc(&d->budget, d->next, d->next_cap * sizeof(*d->next), d->next_len * sizeof(*d->next));
    d->now_len = d->next_len;
    d->next = NULL;
    d->next_len = d->next_cap = 0;
    if (d->heads_len)
        memset(d->heads, 0, d->heads_len * sizeof(*d->heads));
    return true;
}

static bool step(struct damage *d, uint32_t level)
{
    uint32_t event = d->order[level];
    struct arena scratch = ARENA_INIT;
    uint32_t *open = arena_new_array(&scratch, uint32_t, d->functions + 1u);
    bool ok = true;
    for (uint32_t i = 0; i < d->now_len && ok; i++) {
        const struct future *f = &d->now[i];
        uint32_t *ids = base_malloc((f->len + 1u) * sizeof(*ids));
        for (uint32_t j = 0; j < f->len; j++)
            ids[j] = f->points[j].a;
        ok = extend(d, f, ids, event, false, open) && (!matters(d, f, event) || extend(d, f, ids, event, true, open));
        free(ids);
        ok = ok && (i % LOOK_AT_CLOCK || !budget_over(&d->budget));
    }
    arena_release(&scratch);
    for (uint32_t i = 0; i < d->next_len && ok; i++) {
        struct future *f = &d->next[i];
        ok = d->out->axes_len < 3 || room(d, &d->stairs, &d->stairs_cap, f->len, sizeof(*d->stairs));
        if (ok)
            f->len = (uint32_t)pareto_filter(f->points, f->len, d->out->axes_len == 3 ? d->stairs : NULL);
    }
    if (!ok || !find_reached(d))
        return false;
    if (d->monotone)
        prune(d, level);
    return settle(d);
}

static bool start(struct damage *d)
{
    double rest = 0;
    for (uint32_t i = 0; i < d->functions; i++)
        rest += d->weight[i];
    struct future *f = future_of(d, d->open, rest);
    if (!f || !room32(d, &f->points, &f->cap, 1, sizeof(*f->points)))
        return false;
    f->points[f->len++] = (struct pareto_point){.a = NONE, .b = NONE};
    for (unsigned a = 0; a < d->out->axes_len; a++)
        f->points[0].bad[a] = pareto_nothing(d->out->axes[a]);
    return settle(d);
}

/* ---- points ------------------------------------------------------------------------------------- */

static int compare_u32(const void *a, const void *b)
{
    uint32_t x, y;
    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return x < y ? -1 : x > y;
}

/* All present labels as attacks; those of a level before the last are attainable too. The memory is that of the
 * labels once more, also when a limit has just been hit. */
static void finish(struct damage *d, struct arena *arena)
{
    uint32_t *events = arena_new_array(&d->arena, uint32_t, d->levels + 1u);
    size_t total = 0, len = 0;
    for (uint32_t i = 0; i < d->now_len; i++)
        total += d->now[i].len;
    struct pareto_point *points = base_malloc((total + 1) * sizeof(*points));
    struct pareto_point *stairs = base_malloc((total + 1) * sizeof(*stairs));
    for (uint32_t i = 0; i < d->now_len; i++)
        for (uint32_t j = 0; j < d->now[i].len; j++)
            points[len++] = d->now[i].points[j];
    len = pareto_filter(points, len, d->out->axes_len == 3 ? stairs : NULL);
    struct tree_attack *candidates = arena_new_array(&d->arena, struct tree_attack, len + 1);
    struct attack_figures_maker figures;
    attack_figures_init(&figures, d->v);
    for (size_t i = 0; i < len; i++) {
        uint32_t n = 0;
        for (uint32_t l = points[i].a; l != NONE; l = d->labels[l].before)
            if (d->labels[l].event != NONE)
                events[n++] = d->labels[l].event;
        if (n > 1)
            qsort(events, n, sizeof(*events), compare_u32);
        attack_figures_make(&figures, events, n, arena, &candidates[i]);
    }
    attack_figures_release(&figures);
    free(points);
    free(stairs);
    pareto_finish(d->out, candidates, len, arena);
}

/* For damage against time with sequences: every subset, when they are few. */
static void all_subsets(struct damage *d, struct arena *arena)
{
    uint32_t steps = d->v->model->steps, events[ALL_SUBSETS];
    size_t len = (size_t)1 << steps;
    struct tree_attack *candidates = arena_new_array(&d->arena, struct tree_attack, len);
    struct attack_figures_maker figures;
    attack_figures_init(&figures, d->v);
    for (uint32_t set = 0; set < len; set++) {
        uint32_t n = 0;
        for (uint32_t e = 0; e < steps; e++)
            if (set >> e & 1u)
                events[n++] = e;
        attack_figures_make(&figures, events, n, &d->arena, &candidates[set]);
    }
    attack_figures_release(&figures);
    pareto_finish(d->out, candidates, len, arena);
    for (size_t i = 0; i < d->out->len; i++) {
        struct tree_attack *a = &d->out->at[i].attack;
        uint32_t *own = arena_new_array(arena, uint32_t, a->len + 1u);
        if (a->len)
            memcpy(own, a->steps, a->len * sizeof(*own));
        a->steps = own;
    }
}

static void release(struct damage *d)
{
    release_futures(d, d->now, d->now_len);
    release_futures(d, d->next, d->next_len);
    budget_free(&d->budget, d->now, d->now_len * sizeof(*d->now));
    budget_free(&d->budget, d->next, d->next_cap * sizeof(*d->next));
    budget_free(&d->budget, d->labels, d->labels_cap * sizeof(*d->labels));
    budget_free(&d->budget, d->heads, d->heads_len * sizeof(*d->heads));
    budget_free(&d->budget, d->stairs, d->stairs_cap * sizeof(*d->stairs));
    budget_free(&d->budget, d->reached, d->reached_cap * sizeof(*d->reached));
    bdd_free(d->bdd);
    arena_release(&d->arena);
}

void pareto_damage(const struct attack_values *v, const struct tree_limits *limits, struct arena *arena,
                   struct tree_front *out)
{
    struct damage d = {.v = v, .out = out, .arena = ARENA_INIT};
    bool timed = false;
    for (unsigned i = 0; i < out->axes_len; i++) {
        timed |= out->axes[i] == MEASURE_TIME && v->sequence;
        if (out->axes[i] == MEASURE_DAMAGE)
            d.damage_axis = i;
    }
    if (!v->has_damage) {
        out->missing = 0;
        out->missing_measure = MEASURE_DAMAGE;
        return;
    }
    if (find_missing(&d))
        return;
    budget_init(&d.budget, limits);
    if (timed && v->model->steps <= ALL_SUBSETS) {
        all_subsets(&d, arena);
        arena_release(&d.arena);
        return;
    }
    d.monotone = formula_coherent(&v->formula);
    order_steps(&d);
    bool complete = make_functions(&d, limits) && start(&d);
    for (uint32_t level = 0; complete && level < d.levels; level++)
        complete = step(&d, level);
    finish(&d, arena);
    out->exact = complete && !timed;
    release(&d);
}
