/* Budgets and fronts: from a tree to problems of choice (defence_fold.h) and back to countermeasures. */
#include "tree/core/defence.h"

#include "tree/core/defence_cuts.h"
#include "tree/core/defence_fold.h"
#include "tree/core/importance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COMPLETED = 1000 };

/* One aim, ready to be folded. */
struct aimed {
    struct formula f;
    struct solution s;
    struct defence_problem problem;
    struct options front;
    struct defence_search searched; /* when folding failed */
    bool known, exact, solved;
};

struct work {
    const struct model *m;
    const struct defence_options *o;
    struct arena *arena; /* of the result */
    struct arena scratch;
    bool *takes_part;    /* by event: a "!" or an added approach */
    bool *candidate;     /* by event */
    double *start;       /* by event: chance of presence at the start */
    double *cost;        /* by event */
    struct aimed aims[2];
    struct tree_defence *out;
};

bool *defence_participants(const struct model *m, const bool *added, struct arena *arena)
{
    bool *is = arena_new_array(arena, bool, m->events.len + 1);
    for (uint32_t e = m->steps; e < m->steps + m->presences; e++)
        is[e] = m->existing[e - m->steps];
    for (size_t i = 0; added && i < m->tree->nodes.len; i++)
        if (added[i] && m->event_of[i] != MODEL_NO_EVENT && m->event_of[i] >= m->steps)
            is[m->event_of[i]] = true;
    return is;
}

/* Today when it is defined, else none. */
static void find_start(struct work *w)
{
    const struct model *m = w->m;
    w->out->start = WORLD_DEPLOYED;
    for (uint32_t k = 0; k < m->presences; k++)
        if (m->existing[k] && isnan(m->deployed[k]))
            w->out->start = WORLD_NONE;
    for (uint32_t k = 0; k < m->presences; k++) {
        uint32_t e = m->steps + k;
        bool some = w->takes_part[e] && w->out->start == WORLD_DEPLOYED && !isnan(m->deployed[k]);
        w->start[e] = some ? m->deployed[k] : 0;
        w->candidate[e] = w->takes_part[e] && w->start[e] < 1;
    }
}

static void add_up(struct work *w)
{
    const struct model *m = w->m;
    w->cost = model_values(m, TREE_COST);
    for (uint32_t e = m->steps; e < m->steps + m->presences; e++) {
        if (!w->candidate[e])
            continue;
        w->out->candidates++;
        w->out->total += w->cost[e];
        if (isnan(w->cost[e]) && w->out->no_total.node == UINT32_MAX)
            w->out->no_total = (struct defence_gap){m->events.at[e].node, TREE_COST};
    }
}

static struct options one_option(struct arena *a, struct pair value)
{
    struct option *at = arena_new(a, struct option);
    at->value = value;
    return (struct options){at, 1};
}

static struct options presence_options(struct work *w, enum defence_aim aim, uint32_t e)
{
    struct pair yes = pair_true(aim), no = pair_turned(yes, 1);
    struct pair now = aim == AIM_PROBABILITY ? (struct pair){w->start[e], 1 - w->start[e]}
                      : w->start[e] >= 1     ? yes
                                             : no;
    struct options o = one_option(&w->scratch, now);
    if (!w->candidate[e])
        return o;
    struct option *two = arena_new_array(&w->scratch, struct option, 2);
    two[0].value = now;
    two[1] = (struct option){.cost = w->cost[e], .value = yes, .chosen = chosen_event(w->arena, e)};
    return (struct options){two, 2};
}

/* By event; `missing` is the first step below the root without the figure that the aim needs. */
static void find_options(struct work *w, enum defence_aim aim, struct aimed *a, struct defence_gap *missing)
{
    const struct model *m = w->m;
    enum tree_attribute attribute = aim == AIM_PROBABILITY ? TREE_P : TREE_COST;
    double *values = model_values(m, attribute);
    struct options *options = arena_new_array(&w->scratch, struct options, m->events.len + 1);
    for (uint32_t e = 0; e < m->events.len; e++) {
        if (m->events.at[e].kind == EVENT_PRESENCE) {
            options[e] = presence_options(w, aim, e);
            values[e] = 0;
            continue;
        }
        if (m->events.at[e].kind == EVENT_STOP)
            continue;
        options[e] = one_option(&w->scratch, aim == AIM_PROBABILITY ? (struct pair){values[e], 1 - values[e]}
                                                                    : (struct pair){values[e], 0});
    }
    for (size_t i = 0; i < m->stops.len; i++) {
        const struct model_stop *s = &m->stops.at[i];
        if (s->event == MODEL_NO_EVENT)
            continue;
        options[s->event] = one_option(&w->scratch, (struct pair){s->stops, 1 - s->stops});
        values[s->event] = 0;
    }
    uint32_t event = model_missing(&a->f, values);
    if (event != MODEL_NO_EVENT)
        *missing = (struct defence_gap){m->events.at[event].node, attribute};
    a->known = event == MODEL_NO_EVENT;
    a->problem.events = options;
}

/* True when no candidate occurs in positive polarity: more defence never helps the attacker. */
static bool falls_with_decisions(struct work *w, const struct formula *f)
{
    struct formula negated = *f;
    bool *others = arena_new_array(&w->scratch, bool, w->m->events.len + 1);
    for (size_t e = 0; e < w->m->events.len; e++)
        others[e] = !w->candidate[e];
    negated.root = formula_is_constant(f->root) ? f->root : FORMULA_NOT(f->root);
    return formula_steps_monotone(&negated, others);
}

static void prepare(struct work *w, enum defence_aim aim)
{
    struct aimed *a = &w->aims[aim];
    struct model_world world = {.world = WORLD_DEPLOYED, .added = w->o->added, .free_presence = true,
                                .sets = aim == AIM_CHEAPEST};
    struct err err = ERR_INIT;
    model_formula(w->m, &world, &a->f, NULL);
    find_options(w, aim, a, aim == AIM_PROBABILITY ? &w->out->no_probability : &w->out->no_cheapest);
    if (!a->known)
        return;
    a->solved = solve(&a->f, SOLVE_BDD, &w->o->limits, &w->scratch, &a->s, &err) == CM_OK;
    a->problem.aim = aim;
    a->problem.s = &a->s;
    a->problem.falls = falls_with_decisions(w, &a->f);
    a->problem.limits = w->o->limits;
    a->problem.arena = &w->scratch;
}

/* Half of the time is for the search, if it comes to that. */
static void find_front(struct aimed *a)
{
    double seconds = a->problem.limits.max_seconds > 0 ? a->problem.limits.max_seconds : 60;
    if (!a->solved)
        return;
    a->problem.limits.max_seconds = seconds / 2;
    a->exact = defence_fold(&a->problem, &a->front);
    if (a->exact)
        return;
    defence_search(&a->problem, &a->searched);
    a->front = a->searched.found;
    a->exact = a->searched.exact;
}

/* ---- results ----------------------------------------------------------------------------------- */

static double value_under(struct work *w, enum defence_aim aim, const bool *by_event)
{
    struct aimed *a = &w->aims[aim];
    if (!a->known || !a->solved)
        return (double)NAN;
    struct pair *values = arena_new_array(&w->scratch, struct pair, w->m->events.len + 1);
    for (uint32_t e = 0; e < w->m->events.len; e++) {
        const struct options *o = &a->problem.events[e];
        if (o->len)
            values[e] = o->at[o->len > 1 && by_event[e]].value;
    }
    return defence_value(aim, &a->s, values, NULL).yes;
}

static struct defence_choice choice_of(struct work *w, const struct chosen *chosen, bool *by_event)
{
    struct defence_choice c = {.probability = (double)NAN, .cheapest = (double)NAN};
    const struct model *m = w->m;
    uint32_t *nodes = arena_new_array(w->arena, uint32_t, m->presences + (size_t)1);
    memset(by_event, 0, m->events.len * sizeof(*by_event));
    chosen_mark(chosen, by_event);
    bool *by_node = arena_new_array(&w->scratch, bool, m->tree->nodes.len);
    for (uint32_t e = m->steps; e < m->steps + m->presences; e++) {
        if (!by_event[e])
            continue;
        by_node[m->events.at[e].node] = true;
        c.cost += w->cost[e];
    }
    for (uint32_t i = 0; i < m->tree->nodes.len; i++)
        if (by_node[i])
            nodes[c.len++] = i;
    c.nodes = nodes;
    return c;
}

/* A point of a front as a choice with both figures (the other aim's only when complete). */
static struct defence_choice point_choice(struct work *w, enum defence_aim aim, const struct option *o, bool complete)
{
    bool *by_event = arena_new_array(&w->scratch, bool, w->m->events.len + 1);
    struct defence_choice c = choice_of(w, o->chosen, by_event);
    c.probability = aim == AIM_PROBABILITY ? o->value.yes
                    : complete             ? value_under(w, AIM_PROBABILITY, by_event)
                                           : (double)NAN;
    c.cheapest = aim == AIM_CHEAPEST ? o->value.yes : complete ? value_under(w, AIM_CHEAPEST, by_event) : (double)NAN;
    return c;
}

/* Rounding makes no point of its own. */
static bool improves(enum defence_aim aim, double value, double on)
{
    return aim == AIM_PROBABILITY ? value < on - 1e-12 * on : value > on + 1e-12 * fabs(on);
}

static void write_front(struct work *w, enum defence_aim aim, struct defence_front *out)
{
    struct aimed *a = &w->aims[aim];
    uint32_t kept = 0;
    for (uint32_t i = 0; i < a->front.len; i++)
        if (!kept || improves(aim, a->front.at[i].value.yes, a->front.at[kept - 1].value.yes))
            a->front.at[kept++] = a->front.at[i];
    a->front.len = kept;
    out->exact = a->exact;
    out->at = arena_new_array(w->arena, struct defence_choice, a->front.len + (size_t)1);
    out->len = a->front.len;
    for (uint32_t i = 0; i < a->front.len; i++)
        out->at[i] = point_choice(w, aim, &a->front.at[i], a->front.len <= MOST_COMPLETED);
}

static struct defence_choice best_within(const struct defence_front *f, double budget)
{
    struct defence_choice c = {.probability = (double)NAN, .cheapest = (double)NAN, .cost = (double)NAN};
    for (size_t i = 0; i < f->len && f->at[i].cost <= budget * (1 + 1e-12); i++)
        c = f->at[i];
    return c;
}

/* What no choice within the budget betters. */
static double bound_within(const struct aimed *a, double budget, double found)
{
    double bound = found;
    for (size_t i = 0; i < a->searched.open_len; i++)
        if (a->searched.open[i].cost <= budget * (1 + 1e-12) && a->searched.open[i].bound < bound)
            bound = a->searched.open[i].bound;
    return bound;
}

static void fill_other(struct work *w, struct defence_choice *c)
{
    if (isnan(c->cost) || (!isnan(c->probability) && !isnan(c->cheapest)))
        return;
    bool *by_event = arena_new_array(&w->scratch, bool, w->m->events.len + 1);
    for (uint32_t i = 0; i < c->len; i++)
        by_event[w->m->event_of[c->nodes[i]]] = true;
    if (isnan(c->probability))
        c->probability = value_under(w, AIM_PROBABILITY, by_event);
    if (isnan(c->cheapest))
        c->cheapest = value_under(w, AIM_CHEAPEST, by_event);
}

static void write_budgets(struct work *w)
{
    struct tree_defence *out = w->out;
    size_t steps = w->o->budgets ? w->o->budgets : 4;
    out->budgets = arena_new_array(w->arena, struct defence_budget, steps + 1);
    out->budgets_len = steps + 1;
    for (size_t i = 0; i <= steps; i++) {
        struct defence_budget *b = &out->budgets[i];
        const struct aimed *p = &w->aims[AIM_PROBABILITY], *c = &w->aims[AIM_CHEAPEST];
        b->budget = floor((double)i * out->total / (double)steps);
        b->least_probability = best_within(&out->cost_residual, b->budget);
        b->dearest_attack = best_within(&out->cost_cheapest, b->budget);
        fill_other(w, &b->least_probability);
        fill_other(w, &b->dearest_attack);
        b->exact = (!p->known || p->exact) && (!c->known || c->exact);
        b->bound = bound_within(p, b->budget, b->least_probability.probability);
        if (p->known && !p->solved)
            b->bound = 0;
    }
}

int tree_defence(const struct model *m, const struct defence_options *options, struct arena *arena,
                 struct tree_defence *out, struct err *err)
{
    struct work w = {.m = m, .o = options, .arena = arena, .scratch = ARENA_INIT, .out = out};
    const struct defence_gap none = {UINT32_MAX, TREE_COST};
    memset(out, 0, sizeof(*out));
    out->no_total = out->no_probability = out->no_cheapest = none;
    w.takes_part = defence_participants(m, options->added, &w.scratch);
    w.candidate = arena_new_array(&w.scratch, bool, m->events.len + 1);
    w.start = arena_new_array(&w.scratch, double, m->events.len + 1);
    find_start(&w);
    add_up(&w);
    for (int aim = 0; aim < 2; aim++)
        prepare(&w, (enum defence_aim)aim);
    for (int aim = 0; aim < 2; aim++) {
        if (w.aims[aim].known && !isnan(out->total)) {
            find_front(&w.aims[aim]);
            write_front(&w, (enum defence_aim)aim, aim == AIM_PROBABILITY ? &out->cost_residual : &out->cost_cheapest);
        }
    }
    if (!isnan(out->total))
        write_budgets(&w);
    int rc = defence_cuts(m, options, w.takes_part, w.cost, arena, &out->cuts, err);
    arena_release(&w.scratch);
    return rc;
}
