/* What each countermeasure and approach is worth, by itself. */
#include "tree/core/defence.h"

#include "tree/core/importance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_worth(const void *a, const void *b)
{
    const struct defence_worth *x = a, *y = b;
    double wx = isnan(x->removes) ? (double)-INFINITY : x->removes,
           wy = isnan(y->removes) ? (double)-INFINITY : y->removes;
    if (wx > wy || wx < wy)
        return wx > wy ? -1 : 1;
    return (x->node > y->node) - (x->node < y->node);
}

struct worths {
    const struct model *m;
    const struct model_world *w;
    const struct tree_limits *limits;
    double *p;   /* by event, at the start */
    bool *every; /* by node: all approaches */
    struct arena *arena;
    struct arena scratch;
    struct defence_worths *out;
};

static struct defence_worth *add(struct worths *x, uint32_t event)
{
    struct defence_worth *to = &x->out->at[x->out->len++];
    to->node = x->m->events.at[event].node;
    return to;
}

/* One diagram in which every presence is an event says all: P(start with it) is P(e=1). */
static int all_at_once(struct worths *x, const struct formula *f, struct err *err)
{
    const struct model *m = x->m;
    struct solution s;
    int rc = solve(f, SOLVE_BDD, x->limits, &x->scratch, &s, err);
    if (rc)
        return rc;
    struct event_importance *events = arena_new_array(&x->scratch, struct event_importance, m->events.len + 1);
    for (uint32_t e = 0; e < m->events.len; e++)
        if (isnan(x->p[e]))
            x->p[e] = 0; /* does not occur */
    importance_events(&s, x->p, NULL, events);
    for (uint32_t e = m->steps; e < m->steps + m->presences; e++) {
        struct defence_worth *to = add(x, e);
        to->leaves = events[e].one;
        to->removes = -events[e].birnbaum * (1 - x->p[e]) + 0.0;
    }
    return CM_OK;
}

/* Where an approach brings in steps without a chance, each is looked at alone. */
static int one_by_one(struct worths *x, double start, struct err *err)
{
    const struct model *m = x->m;
    for (uint32_t e = m->steps; e < m->steps + m->presences; e++) {
        struct model_world world = *x->w;
        struct formula f;
        struct solution s;
        bool *added = arena_new_array(&x->scratch, bool, m->tree->nodes.len), *chosen;
        chosen = arena_new_array(&x->scratch, bool, m->events.len + 1);
        for (size_t i = 0; i < m->tree->nodes.len; i++)
            added[i] = (x->w->added && x->w->added[i]) || m->event_of[i] == e;
        chosen[e] = true;
        world.added = added;
        world.chosen = chosen;
        if (world.world == WORLD_NONE)
            world.free_presence = true;
        model_formula(m, &world, &f, NULL);
        double *p = model_chances(m, &world);
        p[e] = 1;
        struct defence_worth *to = add(x, e);
        to->leaves = to->removes = (double)NAN;
        if (model_missing(&f, p) != MODEL_NO_EVENT)
            continue;
        int rc = solve(&f, SOLVE_BDD, x->limits, &x->scratch, &s, err);
        if (rc)
            return rc;
        for (uint32_t i = 0; i < m->events.len; i++)
            p[i] = isnan(p[i]) ? 0 : p[i];
        to->leaves = solution_probability(&s, p, NULL).p;
        to->removes = start - to->leaves;
    }
    return CM_OK;
}

int defence_worths(const struct model *m, const struct model_world *w, const struct tree_limits *limits,
                   struct arena *arena, struct defence_worths *out, struct err *err)
{
    struct worths x = {.m = m, .w = w, .limits = limits, .arena = arena, .scratch = ARENA_INIT, .out = out};
    struct model_world now = *w, all = *w;
    struct formula f;
    int rc = CM_OK;
    memset(out, 0, sizeof(*out));
    now.sets = all.sets = false;
    x.p = model_chances(m, &now);
    model_formula(m, &now, &f, NULL);
    out->missing = model_missing(&f, x.p);
    if (out->missing != MODEL_NO_EVENT) {
        arena_release(&x.scratch);
        return CM_OK;
    }
    out->at = arena_new_array(arena, struct defence_worth, m->presences + (size_t)1);
    x.every = arena_new_array(&x.scratch, bool, m->tree->nodes.len);
    for (size_t i = 0; i < m->tree->nodes.len; i++)
        x.every[i] = true;
    all.added = x.every;
    all.free_presence = true;
    struct formula start = f;
    model_formula(m, &all, &f, NULL);
    if (model_missing(&f, x.p) == MODEL_NO_EVENT) {
        rc = all_at_once(&x, &f, err);
    } else {
        struct solution s;
        rc = solve(&start, SOLVE_BDD, limits, &x.scratch, &s, err);
        for (uint32_t i = 0; i < m->events.len; i++)
            x.p[i] = isnan(x.p[i]) ? 0 : x.p[i];
        if (!rc)
            rc = one_by_one(&x, solution_probability(&s, x.p, NULL).p, err);
    }
    qsort(out->at, out->len, sizeof(*out->at), by_worth);
    arena_release(&x.scratch);
    return rc;
}
