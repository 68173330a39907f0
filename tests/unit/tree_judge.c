#include "tree_judge.h"

#include "tree/core/bdd.h"
#include "tree/core/solve.h"

#include <math.h>
#include <string.h>

const char *const judge_worlds[TREE_WORLDS] = {"none", "today", "all"};

bool judge_near(double got, double wanted)
{
    if (isnan(got) || isnan(wanted))
        return isnan(got) && isnan(wanted);
    if (isinf(got) || isinf(wanted))
        return isinf(got) && isinf(wanted) && (got > 0) == (wanted > 0);
    return fabs(got - wanted) <= 1e-11 * fabs(wanted) + 1e-300;
}

/* ---- the model --------------------------------------------------------------------------------- */

/* The oracle's event that is the model's: -1 when it has none. */
static int same_event(const struct judge *j, uint32_t event)
{
    const struct model_event *e = &j->model.events.at[event];
    if (e->kind != EVENT_STOP)
        return j->oracle.bit[e->node];
    for (unsigned i = j->oracle.steps + j->oracle.presences; i < j->oracle.events; i++)
        if (j->oracle.node[i] == e->node && j->oracle.place[i] == e->place)
            return (int)i;
    return -1;
}

/* Every state that is possible in the world: the formula says what the oracle says. */
static const char *compare_formula(struct judge *j, const struct model_world *w, const char *name)
{
    struct formula f;
    const struct model *m = &j->model;
    double chances[ORACLE_EVENTS], *p = model_chances(m, w);
    bool state[ORACLE_EVENTS + 1] = {0};
    int map[ORACLE_EVENTS];
    model_formula(m, w, &f, NULL);
    oracle_chances(&j->oracle, w->world, 0, chances);
    for (uint32_t e = 0; e < m->events.len; e++) {
        map[e] = same_event(j, e);
        if (map[e] < 0)
            return "an event that the oracle does not know";
        if (!w->free_presence && !w->sets && !judge_near(p[e], chances[map[e]]))
            return arena_printf(j->a, "world %s: event %u has chance %.17g, expected %.17g", name, e, p[e],
                                chances[map[e]]);
    }
    uint32_t certain = oracle_certain(&j->oracle, w->world, 0);
    for (uint32_t s = 0; s < (uint32_t)1 << j->oracle.events; s++) {
        uint32_t as = s;
        for (uint32_t e = 0; e < m->events.len; e++) {
            double chance = chances[map[e]];
            if (m->events.at[e].kind == EVENT_PRESENCE && !w->free_presence && (chance <= 0 || chance >= 1))
                as = (as & ~((uint32_t)1 << map[e])) | (uint32_t)(chance >= 1) << map[e];
            state[e] = as >> map[e] & 1;
        }
        if (w->sets)
            as = (as & (((uint32_t)1 << j->oracle.steps) - 1)) | certain;
        if (formula_holds(&f, state) != oracle_holds(&j->oracle, 0, as))
            return arena_printf(j->a, "world %s%s: in state %x the goal is %sreached", name,
                                w->sets ? " (sets)" : "", as, oracle_holds(&j->oracle, 0, as) ? "" : "not ");
    }
    return NULL;
}

const char *judge_model(struct judge *j)
{
    const char *fault = NULL;
    if (j->model.events.len != j->oracle.events || j->model.steps != j->oracle.steps ||
        j->model.presences != j->oracle.presences)
        return arena_printf(j->a, "the model has %zu events, expected %u", j->model.events.len, j->oracle.events);
    for (int i = 0; i < TREE_WORLDS && !fault; i++) {
        struct model_world w = {.world = (enum tree_world)i, .added = j->added};
        fault = compare_formula(j, &w, judge_worlds[i]);
        w.sets = true;
        fault = fault ? fault : compare_formula(j, &w, judge_worlds[i]);
    }
    struct model_world w = {.world = WORLD_DEPLOYED, .added = j->added, .free_presence = true};
    return fault ? fault : compare_formula(j, &w, "free");
}

/* ---- the solver -------------------------------------------------------------------------------- */

static double value_of(const struct judge *j, double chance, unsigned i)
{
    (void)j;
    return isnan(chance) ? (i + 1) / 16.0 : chance;
}

static const char *compare_solution(struct judge *j, enum tree_world world)
{
    struct model_world w = {.world = world, .added = j->added};
    struct formula f;
    struct solution s;
    struct err err;
    double chances[ORACLE_EVENTS];
    double *p = model_chances(&j->model, &w);
    oracle_chances(&j->oracle, world, 0, chances);
    for (uint32_t e = 0; e < j->model.events.len; e++)
        p[e] = chances[same_event(j, e)] = value_of(j, p[e], e);
    model_formula(&j->model, &w, &f, NULL);
    if (solve(&f, SOLVE_BOTH, NULL, j->a, &s, &err))
        return arena_printf(j->a, "world %s: %s", judge_worlds[world], err.text);
    double wanted = oracle_probability(&j->oracle, 0, chances);
    struct chance got = solution_probability(&s, p, NULL);
    if (!judge_near(got.p, wanted))
        return arena_printf(j->a, "world %s: P is %.17g, expected %.17g", judge_worlds[world], got.p, wanted);
    if (fabs(got.p + got.q - 1) > 1e-12)
        return arena_printf(j->a, "world %s: P + Q is %.17g", judge_worlds[world], got.p + got.q);
    w.sets = true;
    size_t len;
    oracle_minimal(&j->oracle, oracle_certain(&j->oracle, world, 0), &len);
    model_formula(&j->model, &w, &f, NULL);
    if (solve(&f, SOLVE_BOTH, NULL, j->a, &s, &err))
        return arena_printf(j->a, "world %s (sets): %s", judge_worlds[world], err.text);
    const char *count = solution_count(&s, j->a), *expected = arena_printf(j->a, "%zu", len);
    if (strcmp(count, expected) != 0)
        return arena_printf(j->a, "world %s: %s minimal attacks, expected %s", judge_worlds[world], count,
                            expected);
    return NULL;
}

const char *judge_solution(struct judge *j)
{
    const char *fault = NULL;
    for (int i = 0; i < TREE_WORLDS && !fault; i++)
        fault = compare_solution(j, (enum tree_world)i);
    return fault;
}

/* ---- all --------------------------------------------------------------------------------------- */

static const char *judge_with(struct arena *a, const struct tree *t, const bool *added)
{
    struct judge j = {.a = a, .tree = t, .added = added};
    struct err err;
    const char *fault;
    if (!oracle_init(&j.oracle, a, t, added))
        return NULL;
    if (model_init(&j.model, a, t, &err))
        return arena_printf(a, "refused: %s", err.text);
    if ((fault = judge_model(&j)) || (fault = judge_solution(&j)) || (fault = judge_attacks(&j)) ||
        (fault = judge_importance(&j)) || (fault = judge_fronts(&j)) || (fault = judge_defence(&j)) ||
        (fault = judge_analysis(&j)))
        return added ? arena_printf(a, "with approaches: %s", fault) : fault;
    return NULL;
}

const char *judge_tree(struct arena *a, const struct tree *t, const void *unused)
{
    struct arena own = ARENA_INIT;
    bool *added = arena_new_array(&own, bool, t->nodes.len);
    bool any = false;
    (void)unused;
    for (size_t i = 0; i < t->nodes.len; i++) {
        added[i] = t->nodes.at[i].role == TREE_APPROACH;
        any = any || added[i];
    }
    const char *fault = judge_with(&own, t, NULL);
    if (!fault && any)
        fault = judge_with(&own, t, added);
    fault = fault ? arena_strdup(a, fault) : NULL;
    arena_release(&own);
    return fault;
}
