/* Importance in a tree's own words: steps and countermeasures instead of events. */
#include "tree/core/importance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { POSITIVE = 1, NEGATIVE = 2 };

static unsigned turned(unsigned polarity)
{
    return (polarity & POSITIVE ? NEGATIVE : 0u) | (polarity & NEGATIVE ? POSITIVE : 0u);
}

bool formula_steps_monotone(const struct formula *f, const bool *environment)
{
    if (formula_is_constant(f->root))
        return true;
    struct arena scratch = ARENA_INIT;
    unsigned char *polarity = arena_new_array(&scratch, unsigned char, f->events + f->gates.len + 1);
    bool monotone = true;
    polarity[formula_index(f->root)] = f->root & 1u ? NEGATIVE : POSITIVE;
    for (size_t i = f->gates.len; i-- > 0;) {
        const struct formula_gate *g = &f->gates.at[i];
        unsigned own = polarity[f->events + i];
        if (own && g->op == FORMULA_XOR)
            own = POSITIVE | NEGATIVE;
        for (uint32_t j = 0; j < g->len; j++) {
            uint32_t edge = f->args.at[g->first + j];
            polarity[formula_index(edge)] |= (unsigned char)(edge & 1u ? turned(own) : own);
        }
    }
    for (uint32_t e = 0; e < f->events && monotone; e++)
        monotone = !(polarity[e] & NEGATIVE) || (environment && environment[e]);
    arena_release(&scratch);
    return monotone;
}

static int by_criticality(const void *a, const void *b)
{
    const struct tree_importance *x = a, *y = b;
    double cx = isnan(x->criticality) ? -1 : fabs(x->criticality),
           cy = isnan(y->criticality) ? -1 : fabs(y->criticality);
    if (cx > cy || cx < cy)
        return cx > cy ? -1 : 1;
    return (x->node > y->node) - (x->node < y->node);
}

static double ratio(double a, double b)
{
    return b > 0 ? a / b : (double)NAN;
}

static struct tree_importance measures(uint32_t node, const struct event_importance *e, double p, double goal)
{
    return (struct tree_importance){
        .node = node,
        .birnbaum = e->birnbaum,
        .criticality = ratio(e->birnbaum * p, goal),
        .fussell_vesely = ratio(e->vesely, goal),
        .raw = ratio(e->one, goal),
        .rrw = e->zero > 0 ? goal / e->zero : goal > 0 ? (double)INFINITY : (double)NAN,
    };
}

struct world_importance {
    const struct model *m;
    struct formula f;
    bool *environment;
    double *p;
    bool monotone;
    bool free_presence; /* the formula has the countermeasures that the world fixes as events */
};

/* The formula with free presences unless steps without a chance would then matter: what only a presence that the
 * world excludes brings in must not hide everything else. */
static uint32_t choose_formula(struct world_importance *i, const struct model_world *w)
{
    struct model_world world = *w;
    world.sets = false;
    i->p = model_chances(i->m, &world);
    model_formula(i->m, &world, &i->f, NULL);
    uint32_t missing = model_missing(&i->f, i->p);
    if (missing != MODEL_NO_EVENT)
        return missing;
    struct formula fixed = i->f;
    world.free_presence = true;
    model_formula(i->m, &world, &i->f, NULL);
    i->free_presence = model_missing(&i->f, i->p) == MODEL_NO_EVENT;
    if (!i->free_presence)
        i->f = fixed;
    for (size_t e = 0; e < i->m->events.len; e++)
        i->environment[e] = e >= i->m->steps;
    i->monotone = formula_steps_monotone(&i->f, i->environment);
    return MODEL_NO_EVENT;
}

/* False where the world has folded a presence away: nothing is known about it. */
static bool *occurring(const struct formula *f, struct arena *scratch)
{
    bool *below = arena_new_array(scratch, bool, f->events + f->gates.len + 1);
    if (!formula_is_constant(f->root))
        below[formula_index(f->root)] = true;
    for (size_t i = f->gates.len; i-- > 0;)
        for (uint32_t j = 0; below[f->events + i] && j < f->gates.at[i].len; j++)
            below[formula_index(f->args.at[f->gates.at[i].first + j])] = true;
    return below;
}

/* By event: a step, a countermeasure, or an approach that is added. */
static bool *listed(const struct model *m, const struct model_world *w, struct arena *scratch)
{
    bool *is = arena_new_array(scratch, bool, m->events.len + 1);
    for (uint32_t e = 0; e < m->steps + m->presences; e++)
        is[e] = e < m->steps || m->existing[e - m->steps];
    for (size_t i = 0; i < m->tree->nodes.len; i++)
        if (w->added && w->added[i] && m->event_of[i] != MODEL_NO_EVENT)
            is[m->event_of[i]] = true;
    return is;
}

static void list(const struct world_importance *i, const struct model_world *w, const struct event_importance *events,
                 double goal, struct arena *arena, struct tree_importances *out)
{
    const struct model *m = i->m;
    struct arena scratch = ARENA_INIT;
    const bool *occurs = occurring(&i->f, &scratch), *is_listed = listed(m, w, &scratch);
    size_t most = m->steps + (size_t)m->presences;
    out->at = arena_new_array(arena, struct tree_importance, most + 1);
    for (uint32_t e = 0; e < most; e++) {
        if (!is_listed[e])
            continue;
        struct event_importance x = events[e];
        if (e >= m->steps) {
            x.vesely = (double)NAN;
            if (!i->free_presence && !occurs[e])
                x.birnbaum = x.one = x.zero = (double)NAN;
        }
        struct tree_importance *t = &out->at[out->len++];
        *t = measures(m->events.at[e].node, &x, i->p[e], goal);
        if (isnan(x.zero))
            t->rrw = (double)NAN;
    }
    qsort(out->at, out->len, sizeof(*out->at), by_criticality);
    arena_release(&scratch);
}

/* Where a step may make the goal fall, minimal attacks are the p-cuts of the world itself, so what it fixes
 * has to be fixed: "not present" is no part of a p-cut, and a countermeasure that is certain would be
 * forgotten. Where presences or stops are left to chance it is not settled what a minimal attack is: NAN. */
static bool vesely_of_world(const struct world_importance *i, const struct model_world *w,
                            const struct tree_limits *limits, struct event_importance *events)
{
    struct arena scratch = ARENA_INIT;
    struct model_world world = *w;
    struct formula f;
    struct solution s;
    struct err ignored = ERR_INIT;
    bool settled = true, exact = true;
    world.sets = world.free_presence = false;
    model_formula(i->m, &world, &f, NULL);
    const bool *occurs = occurring(&f, &scratch);
    for (uint32_t e = 0; e < f.events; e++) {
        events[e].vesely = (double)NAN;
        settled = settled && !(occurs[e] && i->environment[e]);
    }
    if (settled) {
        struct event_importance *own = arena_new_array(&scratch, struct event_importance, f.events + 1);
        exact = solve(&f, SOLVE_BOTH, limits, &scratch, &s, &ignored) == CM_OK &&
                importance_vesely(&s, NULL, false, i->p, NULL, limits, own);
        for (uint32_t e = 0; e < f.events && exact; e++)
            events[e].vesely = own[e].vesely;
    }
    arena_release(&scratch);
    return exact;
}

/* With the minimal sets where there are only steps, as far as the limits allow them. */
static int solve_formula(const struct formula *f, bool all_steps, const struct tree_limits *limits,
                         struct arena *scratch, struct solution *out, struct err *err)
{
    int rc = solve(f, all_steps ? SOLVE_BOTH : SOLVE_BDD, limits, scratch, out, err);
    return rc && all_steps ? solve(f, SOLVE_BDD, limits, scratch, out, err) : rc;
}

int tree_importance(const struct model *m, const struct model_world *w, const struct tree_limits *limits,
                    struct arena *arena, struct tree_importances *out, uint32_t *out_missing, struct err *err)
{
    return tree_importance_again(m, w, NULL, NULL, limits, arena, out, out_missing, err);
}

int tree_importance_again(const struct model *m, const struct model_world *w, const struct formula *solved,
                          const struct solution *solution, const struct tree_limits *limits, struct arena *arena,
                          struct tree_importances *out, uint32_t *out_missing, struct err *err)
{
    struct arena scratch = ARENA_INIT;
    struct world_importance i = {.m = m, .environment = arena_new_array(&scratch, bool, m->events.len + 1)};
    struct solution s;
    memset(out, 0, sizeof(*out));
    uint32_t missing = choose_formula(&i, w);
    if (out_missing)
        *out_missing = missing;
    if (missing != MODEL_NO_EVENT) {
        arena_release(&scratch);
        return CM_OK;
    }
    bool all_steps = m->events.len == m->steps;
    int rc = CM_OK;
    if (solved && formula_same(&i.f, solved))
        s = *solution;
    else
        rc = solve_formula(&i.f, all_steps, limits, &scratch, &s, err);
    if (!rc) {
        struct event_importance *events = arena_new_array(&scratch, struct event_importance, s.events + 1);
        for (uint32_t e = 0; e < s.events; e++)
            if (isnan(i.p[e]))
                i.p[e] = 0; /* does not occur */
        importance_events(&s, i.p, NULL, events);
        out->exact = all_steps || i.monotone ? importance_vesely(&s, all_steps ? NULL : i.environment,
                                                                 i.monotone, i.p, NULL, limits, events)
                                             : vesely_of_world(&i, w, limits, events);
        list(&i, w, events, solution_probability(&s, i.p, NULL).p, arena, out);
    }
    arena_release(&scratch);
    return rc;
}
