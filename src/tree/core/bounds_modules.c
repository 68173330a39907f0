#include "tree/core/bounds.h"

#include "tree/core/budget.h"
#include "tree/core/modules.h"

#include <float.h>
#include <math.h>
#include <time.h>

struct span {
    double lo, hi;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* The chance of a diagram's function when its variables' chances are only known to lie in spans. Node by node: a node's
 * value is linear in its variable's chance, so the ends of the span decide. Sharper than needed for no function that
 * is monotone; for others an enclosure. */
static struct span diagram_span(const struct diagram *d, const struct span *vars)
{
    struct arena scratch = ARENA_INIT;
    struct span *at = arena_new_array(&scratch, struct span, (size_t)d->len + 1), result;
    at[0] = (struct span){1, 1};
    for (uint32_t i = 1; i < d->len; i++) {
        const struct diagram_node *n = &d->at[i];
        struct span v = vars[n->var], h = at[n->hi / 2], l = at[n->lo / 2];
        if (n->hi & 1u)
            h = (struct span){1 - h.hi, 1 - h.lo};
        if (n->lo & 1u)
            l = (struct span){1 - l.hi, 1 - l.lo};
        at[i].lo = fmin(v.lo * h.lo + (1 - v.lo) * l.lo, v.hi * h.lo + (1 - v.hi) * l.lo) - 4 * DBL_EPSILON;
        at[i].hi = fmax(v.lo * h.hi + (1 - v.lo) * l.hi, v.hi * h.hi + (1 - v.hi) * l.hi) + 4 * DBL_EPSILON;
        at[i] = (struct span){fmax(0, at[i].lo), fmin(1, at[i].hi)};
    }
    result = at[d->root / 2];
    if (d->root & 1u)
        result = (struct span){1 - result.hi, 1 - result.lo};
    arena_release(&scratch);
    return result;
}

/* Exact parts of one module: their variables beyond the module's events are earlier parts. */
static struct span solution_span(const struct solution *s, const struct span *events)
{
    struct arena scratch = ARENA_INIT;
    struct span *vars = arena_new_array(&scratch, struct span, (size_t)s->events + s->len), result;
    for (uint32_t e = 0; e < s->events; e++)
        vars[e] = events[e];
    for (uint32_t i = 0; i < s->len; i++)
        vars[s->events + i] = diagram_span(&s->parts[i].bdd, vars);
    result = vars[s->events + s->len - 1];
    arena_release(&scratch);
    return result;
}

static struct span exact_or_span(const struct formula *f, const struct span *events, const struct solution *s)
{
    struct arena scratch = ARENA_INIT;
    double *p = arena_new_array(&scratch, double, (size_t)f->events + 1);
    bool points = true, coherent = formula_coherent(f);
    struct span result;
    for (uint32_t e = 0; e < f->events; e++) {
        p[e] = events[e].lo;
        points = points && !(events[e].lo < events[e].hi);
    }
    if (points || coherent) { /* relative accuracy: no differences are taken */
        result.lo = result.hi = solution_probability(s, p, NULL).p;
        for (uint32_t e = 0; e < f->events; e++)
            p[e] = events[e].hi;
        if (!points)
            result.hi = solution_probability(s, p, NULL).p;
    } else {
        result = solution_span(s, events);
    }
    arena_release(&scratch);
    return result;
}

/* A module that does not fit: its interval at the upper chances, widened by what the chances' own widths can change.
 *
 * The probability is linear in each chance with a slope between -1 and 1, so it moves by no more than the sum of the
 * widths. Of a monotone formula the upper end stays; and to take every chance down from hi to lo is to let each true
 * event survive with chance lo / hi: where all true events survive, the formula still holds, so the lower end falls
 * by no more than the product of these. */
static struct span bounded_span(const struct formula *f, const struct span *events, double ratio,
                                const struct tree_limits *limits)
{
    struct arena scratch = ARENA_INIT;
    struct bounds b;
    double *p = arena_new_array(&scratch, double, (size_t)f->events + 1), widths = 0, survive = 1;
    for (uint32_t e = 0; e < f->events; e++) {
        p[e] = events[e].hi;
        widths += (events[e].hi - events[e].lo) * (1 + 4 * DBL_EPSILON);
        survive *= events[e].hi > 0 ? events[e].lo / events[e].hi : 1;
    }
    widths *= 1 + f->events * DBL_EPSILON;
    survive *= 1 - 4 * f->events * DBL_EPSILON;
    bounds_factor(f, p, ratio, limits, &b);
    struct span result = {fmax(0, b.lo - widths), fmin(1, b.hi + widths)};
    if (formula_coherent(f))
        result = (struct span){fmax(result.lo, b.lo * survive), b.hi};
    arena_release(&scratch);
    return result;
}

/* More than a fold over a diagram can lose. */
#define ROUNDING 1e-12

/* The rest of the time is for the search for sets. */
#define MODULES_SHARE 0.7

enum { EASY_EVENTS = 24 }; /* a module of so few events always fits */

static struct span module_span(const struct formula *f, const struct span *events, double ratio,
                               const struct tree_limits *limits)
{
    struct arena scratch = ARENA_INIT;
    struct solution s;
    struct err ignored = ERR_INIT;
    struct tree_limits share = *limits;
    struct span result;
    share.max_seconds *= 0.1;
    share.max_bytes /= 2;
    if (solve(f, SOLVE_BDD, f->events <= EASY_EVENTS ? limits : &share, &scratch, &s, &ignored) == CM_OK) {
        result = exact_or_span(f, events, &s);
    } else {
        arena_release(&scratch);
        result = bounded_span(f, events, ratio, limits);
    }
    arena_release(&scratch);
    return result;
}

void bounds_by_modules(const struct formula *f, const double *p, double ratio, const struct tree_limits *limits,
                       struct arena *arena, struct bounds *out)
{
    struct arena scratch = ARENA_INIT;
    struct formula_modules modules;
    struct tree_limits share = limits ? *limits : (struct tree_limits){0};
    double begin = now(), total = share.max_seconds > 0 ? share.max_seconds : 60;
    share.max_bytes = share.max_bytes ? share.max_bytes : (size_t)2 << 30;
    formula_modules(f, &scratch, &modules);
    struct span *spans = arena_new_array(&scratch, struct span, (size_t)f->events + modules.len);
    for (uint32_t e = 0; e < f->events; e++)
        spans[e] = (struct span){p[e], p[e]};
    for (uint32_t i = 0; i < modules.len; i++) {
        const struct formula_module *m = &modules.at[i];
        struct span *own = arena_new_array(&scratch, struct span, (size_t)m->f.events + 1);
        for (uint32_t e = 0; e < m->f.events; e++)
            own[e] = spans[m->vars[e]];
        share.max_seconds = fmax(1e-3, (total * MODULES_SHARE - (now() - begin)) * 0.9);
        struct span s = module_span(&m->f, own, ratio, &share);
        if (modules.len > 1)
            s = (struct span){s.lo * (1 - ROUNDING), fmin(1, s.hi * (1 + ROUNDING))};
        spans[f->events + i] = s;
    }
    struct span whole = spans[f->events + modules.len - 1];
    share.max_seconds = fmax(1e-3, total - (now() - begin));
    bounds_compute(f, p, 1, &share, arena, out); /* gives the sets, and often the sharper lower end */
    if (!(whole.lo < whole.hi)) {
        out->lo = out->hi = whole.lo;
    } else if (out->lo < out->hi) {
        out->lo = fmax(out->lo, whole.lo);
        out->hi = fmin(out->hi, whole.hi);
    }
    arena_release(&scratch);
}
