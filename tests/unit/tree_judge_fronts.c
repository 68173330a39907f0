#include "tree_judge.h"

#include "tree/core/pareto.h"

#include <math.h>

static bool missing_somewhere(const struct judge *j, enum tree_attribute attribute)
{
    for (unsigned e = 0; e < j->oracle.steps; e++)
        if (j->tree->nodes.at[j->oracle.node[e]].values[attribute].kind == TREE_NO_VALUE)
            return true;
    return false;
}

static bool damage_given(const struct judge *j)
{
    for (size_t i = 0; i < j->tree->nodes.len; i++)
        if (j->tree->nodes.at[i].role == TREE_ATTACK && j->tree->nodes.at[i].values[TREE_DAMAGE].kind)
            return true;
    return false;
}

static bool has_axis(const struct tree_front *f, enum tree_measure m)
{
    for (unsigned i = 0; i < f->axes_len; i++)
        if (f->axes[i] == m)
            return true;
    return false;
}

static bool complete(const struct judge *j, const struct tree_front *f)
{
    return !(has_axis(f, MEASURE_PROBABILITY) && missing_somewhere(j, TREE_P)) &&
           !(has_axis(f, MEASURE_COST) && missing_somewhere(j, TREE_COST)) &&
           !((has_axis(f, MEASURE_TIME) || has_axis(f, MEASURE_TIME_SUM)) && missing_somewhere(j, TREE_TIME)) &&
           !(has_axis(f, MEASURE_SKILL) && missing_somewhere(j, TREE_SKILL)) &&
           !(has_axis(f, MEASURE_DAMAGE) && !damage_given(j));
}

/* The time of a set that does not reach the goal is not settled. */
static bool judged(const struct judge *j, const struct tree_front *f)
{
    if (has_axis(f, MEASURE_DAMAGE) && (has_axis(f, MEASURE_TIME)))
        return false;
    for (size_t i = 0; has_axis(f, MEASURE_TIME) && i < j->tree->nodes.len; i++)
        if (j->tree->nodes.at[i].gate > TREE_AT_LEAST && j->tree->nodes.at[i].gate != TREE_CONSTANT)
            return false;
    return true;
}

/* The sign of what is better: probability and damage are the attacker's gain. */
static double gain(enum tree_measure m, double value)
{
    return m == MEASURE_PROBABILITY || m == MEASURE_DAMAGE ? value : -value;
}

/* x is as good as y on every axis, but for rounding (points that differ by rounding alone may stand for each
 * other). */
static bool covers(const struct tree_front *f, const double *x, const double *y)
{
    for (unsigned i = 0; i < f->axes_len; i++)
        if (gain(f->axes[i], x[i]) < gain(f->axes[i], y[i]) && !judge_near(x[i], y[i]))
            return false;
    return true;
}

/* x is as good on every axis and clearly better on one. */
static bool beats(const struct tree_front *f, const double *x, const double *y)
{
    bool clearly = false;
    for (unsigned i = 0; i < f->axes_len; i++)
        clearly = clearly || (gain(f->axes[i], x[i]) > gain(f->axes[i], y[i]) && !judge_near(x[i], y[i]));
    return clearly && covers(f, x, y);
}

static const char *compare_point(const struct judge *j, uint32_t present, const struct tree_front *f,
                                 const struct tree_front_point *p)
{
    uint32_t steps = judge_steps(j, p->attack.steps, p->attack.len);
    if (steps == UINT32_MAX)
        return "a point's attack is no ascending list of steps";
    if (!has_axis(f, MEASURE_DAMAGE) && !oracle_holds(&j->oracle, 0, steps | present))
        return arena_printf(j->a, "a point's attack %x does not reach the goal", steps);
    for (unsigned i = 0; i < f->axes_len; i++) {
        double is = oracle_measure(&j->oracle, f->axes[i], steps, present);
        if (!judge_near(p->by[i], is) || !judge_near(p->attack.by[f->axes[i]], is))
            return arena_printf(j->a, "a point says %s=%.17g (attack: %.17g), its attack %x has %.17g",
                                tree_measure_names[f->axes[i]], p->by[i], p->attack.by[f->axes[i]], steps, is);
    }
    return NULL;
}

/* Sums and products are exact, so that no two points differ by rounding alone. */
static bool eighths(const struct tree *t)
{
    for (size_t i = 0; i < t->nodes.len; i++)
        if (t->nodes.at[i].values[TREE_P].kind && fmod(t->nodes.at[i].values[TREE_P].mode * 8, 1) > 0)
            return false;
    return true;
}

const char *judge_front(struct judge *j, enum tree_world world, const struct tree_front *f)
{
    uint32_t present = oracle_certain(&j->oracle, world, 0);
    size_t len;
    const char *fault = NULL;
    if (!judged(j, f) || (!complete(j, f) && !f->len))
        return NULL;
    const struct oracle_point *wanted = oracle_front(&j->oracle, present, f->axes, f->axes_len, &len);
    if (!wanted)
        return NULL;
    const char *name =
        arena_printf(j->a, "world %s, front %s/%s%s%s", judge_worlds[world], tree_measure_names[f->axes[0]],
                     tree_measure_names[f->axes[1]], f->axes_len > 2 ? "/" : "",
                     f->axes_len > 2 ? tree_measure_names[f->axes[2]] : "");
    if (!f->exact || (complete(j, f) && f->missing != UINT32_MAX))
        return arena_printf(j->a, "%s: exact %d, missing %x", name, f->exact, f->missing);
    for (size_t i = 0; i < f->len && !fault; i++) {
        bool beaten = false;
        for (size_t k = 0; k < len; k++)
            beaten = beaten || beats(f, wanted[k].by, f->at[i].by);
        fault = compare_point(j, present, f, &f->at[i]);
        if (!fault && beaten)
            fault = arena_printf(j->a, "the point %.17g %.17g is no point of the front", f->at[i].by[0],
                                 f->at[i].by[1]);
        if (!fault && i && f->at[i].by[0] < f->at[i - 1].by[0])
            fault = "the points do not ascend";
    }
    for (size_t k = 0; k < len && !fault; k++) {
        bool found = false;
        for (size_t i = 0; i < f->len; i++)
            found = found || covers(f, f->at[i].by, wanted[k].by);
        if (!found)
            fault = arena_printf(j->a, "the point %.17g %.17g is not found (%zu of %zu)", wanted[k].by[0],
                                 wanted[k].by[1], f->len, len);
    }
    if (!fault && eighths(j->tree) && f->len != len)
        fault = arena_printf(j->a, "%zu points, expected %zu", f->len, len);
    return fault ? arena_printf(j->a, "%s: %s", name, fault) : NULL;
}

static const struct {
    unsigned len;
    enum tree_measure axes[3];
} fronts[] = {
    {2, {MEASURE_COST, MEASURE_PROBABILITY}},
    {2, {MEASURE_COST, MEASURE_DAMAGE}},
    {2, {MEASURE_COST, MEASURE_TIME}},
    {2, {MEASURE_COST, MEASURE_SKILL}},
    {2, {MEASURE_SKILL, MEASURE_SIZE}},
    {3, {MEASURE_COST, MEASURE_TIME, MEASURE_PROBABILITY}},
    {3, {MEASURE_SKILL, MEASURE_TIME_SUM, MEASURE_COST}},
    {3, {MEASURE_COST, MEASURE_PROBABILITY, MEASURE_DAMAGE}},
    {2, {MEASURE_PROBABILITY, MEASURE_DAMAGE}},
};

const char *judge_fronts(struct judge *j)
{
    const char *fault = NULL;
    for (int world = 0; world < TREE_WORLDS && !fault; world++) {
        struct attack_values values;
        struct solution s;
        struct err err;
        attack_values_init(&values, &j->model,
                           &(struct model_world){.world = (enum tree_world)world, .added = j->added});
        if (solve(&values.formula, SOLVE_SETS, NULL, j->a, &s, &err))
            return "fronts: not solved";
        for (size_t i = 0; i < ARRAY_LEN(fronts) && !fault; i++) {
            struct tree_front f = {0};
            pareto_front(&s, &values, fronts[i].axes, fronts[i].len, NULL, j->a, &f);
            fault = judge_front(j, (enum tree_world)world, &f);
        }
    }
    return fault;
}
