/* Bounds by leaving out. In a coherent formula a gate that is taken for true makes the goal likelier, one that is taken
 * for false rarer; what is left is often small enough for an exact diagram. Gates that are nearly certain (or nearly
 * impossible) anyway cost little. First the rank from which on the formula can be solved is found by halving; then the
 * gates left out are put back one by one, as long as that stays solvable. Every solved formula is a bound, so the best
 * one counts, whatever ended the search. */
#include "tree/core/bounds.h"

#include <math.h>
#include <string.h>
#include <time.h>

enum { PUT_BACK_MAX = 400 };

struct relaxing {
    const struct formula *f;
    const double *p;
    const struct tree_limits *limits;
    bool upper;       /* gates become true; otherwise false */
    bool *out;        /* by gate: left out */
    uint32_t *ranked; /* gates, the cheapest to leave out first */
    uint32_t len;
    double deadline, best;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static uint32_t relaxed_edge(const struct relaxing *r, const uint32_t *made, uint32_t edge)
{
    if (formula_is_constant(edge) || formula_index(edge) < r->f->events)
        return edge;
    uint32_t e = made[formula_index(edge) - r->f->events];
    return edge & 1u ? FORMULA_NOT(e) : e;
}

static void relax(const struct relaxing *r, struct arena *arena, struct formula *out)
{
    const struct formula *f = r->f;
    uint32_t *made = arena_new_array(arena, uint32_t, f->gates.len + 1), widest = 1;
    for (size_t i = 0; i < f->gates.len; i++)
        widest = f->gates.at[i].len > widest ? f->gates.at[i].len : widest;
    uint32_t *args = arena_new_array(arena, uint32_t, widest);
    formula_init(out, arena, f->events);
    for (size_t i = 0; i < f->gates.len; i++) {
        const struct formula_gate *g = &f->gates.at[i];
        for (uint32_t j = 0; j < g->len; j++)
            args[j] = relaxed_edge(r, made, f->args.at[g->first + j]);
        made[i] = r->out[i] ? r->upper ? FORMULA_TRUE : FORMULA_FALSE : formula_gate(out, g->op, g->k, args, g->len);
    }
    out->root = relaxed_edge(r, made, f->root);
}

/* The chance of the formula as it stands; below 0 when it does not fit. */
static double solved(struct relaxing *r, double max_seconds)
{
    struct arena arena = ARENA_INIT;
    struct formula f;
    struct solution s;
    struct err ignored = ERR_INIT;
    struct tree_limits l = *r->limits;
    double p = -1;
    l.max_seconds = fmin(max_seconds, fmax(1e-3, r->deadline - now()));
    relax(r, &arena, &f);
    if (solve(&f, SOLVE_BDD, &l, &arena, &s, &ignored) == CM_OK) {
        p = solution_probability(&s, r->p, NULL).p;
        r->best = r->upper ? fmin(r->best, p) : fmax(r->best, p);
    }
    arena_release(&arena);
    return p;
}

static void leave_out(struct relaxing *r, uint32_t count)
{
    for (uint32_t i = 0; i < r->len; i++)
        r->out[r->ranked[i]] = i < count;
}

/* Estimates only: they decide where to begin, not what holds. Independence is assumed. */
static double *estimates(const struct formula *f, const double *p, struct arena *arena)
{
    double *at = arena_new_array(arena, double, f->gates.len + 1);
    for (size_t i = 0; i < f->gates.len; i++) {
        const struct formula_gate *g = &f->gates.at[i];
        double all = 1, none = 1, sum = 0;
        for (uint32_t j = 0; j < g->len; j++) {
            uint32_t e = f->args.at[g->first + j], index = formula_index(e);
            double x = formula_is_constant(e) ? 1 : index < f->events ? p[index] : at[index - f->events];
            x = e & 1u ? 1 - x : x;
            all *= x;
            none *= 1 - x;
            sum += x;
        }
        at[i] = g->op == FORMULA_AND ? all : g->op == FORMULA_AT_LEAST ? fmin(1, pow(sum / g->k, g->k)) : 1 - none;
    }
    return at;
}

static void rank(struct relaxing *r, const double *estimate)
{
    for (uint32_t i = 0; i < r->f->gates.len; i++)
        if (formula_index(r->f->root) != r->f->events + i)
            r->ranked[r->len++] = i;
    for (uint32_t gap = r->len / 2; gap; gap /= 2)
        for (uint32_t i = gap; i < r->len; i++) {
            uint32_t g = r->ranked[i], j = i;
            for (; j >= gap; j -= gap) {
                double mine = estimate[g], other = estimate[r->ranked[j - gap]];
                bool first = r->upper ? mine > other : mine < other;
                if (!first)
                    break;
                r->ranked[j] = r->ranked[j - gap];
            }
            r->ranked[j] = g;
        }
}

/* The fewest gates to leave out, by halving the interval between too few and enough. */
static uint32_t enough(struct relaxing *r, double slice)
{
    uint32_t few = 0, many = r->len;
    while (few + 1 < many && now() < r->deadline) {
        uint32_t middle = few + (many - few) / 2;
        leave_out(r, middle);
        if (solved(r, slice) >= 0)
            many = middle;
        else
            few = middle;
    }
    leave_out(r, many);
    return many;
}

static void put_back(struct relaxing *r, uint32_t count, double slice)
{
    uint32_t tries = 0;
    for (uint32_t i = count; i-- > 0 && tries < PUT_BACK_MAX && now() < r->deadline; tries++) {
        r->out[r->ranked[i]] = false;
        if (solved(r, slice) < 0)
            r->out[r->ranked[i]] = true;
    }
}

double bounds_relax(const struct formula *f, const double *p, bool upper, const struct tree_limits *limits)
{
    struct arena scratch = ARENA_INIT;
    struct relaxing r = {.f = f, .p = p, .limits = limits, .upper = upper, .best = upper ? 1 : 0};
    if (formula_is_constant(f->root) || formula_index(f->root) < f->events || !formula_coherent(f))
        return r.best;
    double seconds = limits->max_seconds > 0 ? limits->max_seconds : 60;
    r.deadline = now() + seconds;
    r.out = arena_new_array(&scratch, bool, f->gates.len + 1);
    r.ranked = arena_new_array(&scratch, uint32_t, f->gates.len + 1);
    rank(&r, estimates(f, p, &scratch));
    put_back(&r, enough(&r, seconds / 32), seconds / 64);
    arena_release(&scratch);
    return r.best;
}
