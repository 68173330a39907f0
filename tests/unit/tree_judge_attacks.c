#include "tree_judge.h"

#include "tree/core/attacks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct world_of_attacks {
    struct judge *j;
    enum tree_world world;
    uint32_t present;
    const uint32_t *wanted; /* minimal sets of the oracle */
    size_t wanted_len;
    struct attack_values values;
    struct solution solution;
    bool *seen; /* by wanted */
    const char *fault;
};

uint32_t judge_steps(const struct judge *j, const uint32_t *nodes, uint32_t len)
{
    uint32_t steps = 0;
    for (uint32_t i = 0; i < len; i++) {
        if (nodes[i] >= j->tree->nodes.len || j->oracle.bit[nodes[i]] < 0 || (i && nodes[i] <= nodes[i - 1]))
            return UINT32_MAX;
        steps |= (uint32_t)1 << j->oracle.bit[nodes[i]];
    }
    return steps;
}

static const char *fault_in(struct world_of_attacks *w, const char *what)
{
    return arena_printf(w->j->a, "world %s, attacks: %s", judge_worlds[w->world], what);
}

static const char *compare_figures(struct world_of_attacks *w, const struct tree_attack *a)
{
    uint32_t steps = judge_steps(w->j, a->steps, a->len);
    for (int m = 0; m < TREE_MEASURES; m++) {
        double wanted = oracle_measure(&w->j->oracle, (enum tree_measure)m, steps, w->present);
        bool open = (m == MEASURE_TIME && isnan(wanted)) ||
                    (m == MEASURE_DAMAGE && !w->values.has_damage && isnan(a->by[m]));
        if (!open && !judge_near(a->by[m], wanted))
            return fault_in(w, arena_printf(w->j->a, "%s of %x is %.17g, expected %.17g", tree_measure_names[m],
                                            steps, a->by[m], wanted));
    }
    return NULL;
}

static bool each(void *ctx, const struct tree_attack *a)
{
    struct world_of_attacks *w = ctx;
    uint32_t steps = judge_steps(w->j, a->steps, a->len);
    size_t i = 0;
    while (i < w->wanted_len && w->wanted[i] != steps)
        i++;
    if (i == w->wanted_len)
        w->fault = fault_in(w, arena_printf(w->j->a, "%x is no minimal attack", steps));
    else if (w->seen[i])
        w->fault = fault_in(w, arena_printf(w->j->a, "%x comes twice", steps));
    else
        w->fault = compare_figures(w, a);
    if (i < w->wanted_len)
        w->seen[i] = true;
    return !w->fault;
}

struct ranked {
    double value;
    uint32_t steps;
};

static uint32_t lowest(uint32_t bits)
{
    return bits & (~bits + 1);
}

/* Best first, then fewer steps, then the first step that only one of them has. */
static int by_rank(const void *left, const void *right)
{
    const struct ranked *x = left, *y = right;
    int sizes = __builtin_popcount(x->steps) - __builtin_popcount(y->steps);
    if (x->value < y->value || x->value > y->value)
        return x->value < y->value ? -1 : 1;
    if (sizes)
        return sizes;
    return x->steps == y->steps ? 0 : x->steps & lowest(x->steps ^ y->steps) ? -1 : 1;
}

/* The oracle's list; false when a value is missing. */
static bool rank(struct world_of_attacks *w, enum tree_measure m, uint32_t allowed, struct ranked *out,
                 size_t *out_len)
{
    *out_len = 0;
    for (size_t i = 0; i < w->wanted_len; i++) {
        if (w->wanted[i] & ~allowed)
            continue;
        double value = oracle_measure(&w->j->oracle, m, w->wanted[i], w->present);
        if (isnan(value))
            return false;
        out[(*out_len)++] =
            (struct ranked){m == MEASURE_PROBABILITY || m == MEASURE_DAMAGE ? -value : value, w->wanted[i]};
    }
    qsort(out, *out_len, sizeof(*out), by_rank);
    return true;
}

/* Sums of whole numbers and products of eighths are exact, so that ties are ties. */
static bool eighths(const struct tree *t)
{
    for (size_t i = 0; i < t->nodes.len; i++)
        if (t->nodes.at[i].values[TREE_P].kind && fmod(t->nodes.at[i].values[TREE_P].mode * 8, 1) > 0)
            return false;
    return true;
}

static const char *compare_best(struct world_of_attacks *w, enum tree_measure m, size_t k, uint32_t allowed)
{
    struct judge *j = w->j;
    struct ranked *wanted = arena_new_array(j->a, struct ranked, w->wanted_len + 1);
    bool *events = arena_new_array(j->a, bool, j->model.events.len + 1);
    struct tree_attacks got;
    size_t len;
    for (uint32_t e = 0; e < j->model.steps; e++)
        events[e] = allowed >> j->oracle.bit[j->model.events.at[e].node] & 1;
    bool all = (allowed & (((uint32_t)1 << j->oracle.steps) - 1)) == ((uint32_t)1 << j->oracle.steps) - 1;
    attacks_best(&w->solution, &w->values, m, k, all ? NULL : events, NULL, j->a, &got);
    if (!rank(w, m, allowed, wanted, &len) || (m == MEASURE_DAMAGE && !w->values.has_damage))
        return NULL;
    if (!got.exact || got.len != (len < k ? len : k)) {
        bool partly = attack_values_missing(&w->values, &w->solution, m) != UINT32_MAX;
        return partly && !got.len ? NULL
                                  : fault_in(w, arena_printf(j->a, "best by %s: %zu of %zu, exact %d",
                                                             tree_measure_names[m], got.len, len, got.exact));
    }
    for (size_t i = 0; i < got.len; i++) {
        uint32_t steps = judge_steps(j, got.at[i].steps, got.at[i].len);
        const char *fault = compare_figures(w, &got.at[i]);
        double value = fabs(wanted[i].value);
        if (fault)
            return fault;
        bool ordered = eighths(j->tree) && (m != MEASURE_PROBABILITY || value > 0);
        if ((ordered && steps != wanted[i].steps) || fabs(got.at[i].by[m] - value) > 1e-11 * value)
            return fault_in(w,
                            arena_printf(j->a, "best by %s, number %zu: %x with %.17g, expected %x with %.17g",
                                         tree_measure_names[m], i, steps, got.at[i].by[m], wanted[i].steps, value));
    }
    return NULL;
}

static const char *compare_best_value(struct world_of_attacks *w)
{
    static const struct {
        enum tree_measure measure;
        enum attacks_rule rule;
    } rules[] = {{MEASURE_COST, ATTACKS_SUM},
                 {MEASURE_TIME_SUM, ATTACKS_SUM},
                 {MEASURE_SKILL, ATTACKS_LARGEST},
                 {MEASURE_PROBABILITY, ATTACKS_PRODUCT}};
    struct ranked *wanted = arena_new_array(w->j->a, struct ranked, w->wanted_len + 1);
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        size_t len;
        enum tree_measure m = rules[i].measure;
        double got = attacks_best_value(&w->solution, w->values.of[m], rules[i].rule);
        if (!rank(w, m, UINT32_MAX, wanted, &len) || isnan(got))
            continue;
        double value = len ? fabs(wanted[0].value) : m == MEASURE_PROBABILITY ? 0 : (double)INFINITY;
        if (!judge_near(got, value))
            return fault_in(w, arena_printf(w->j->a, "best value of %s is %.17g, expected %.17g",
                                            tree_measure_names[m], got, value));
    }
    return NULL;
}

static const char *compare_missing(struct world_of_attacks *w)
{
    for (int m = 0; m < MEASURE_DAMAGE; m++) {
        bool wanted = false;
        for (size_t i = 0; i < w->wanted_len; i++)
            wanted = wanted || isnan(oracle_measure(&w->j->oracle, (enum tree_measure)m, w->wanted[i], w->present));
        if (m == MEASURE_TIME)
            continue;
        uint32_t got = attack_values_missing(&w->values, &w->solution, (enum tree_measure)m);
        if ((got != UINT32_MAX) != wanted)
            return fault_in(w, arena_printf(w->j->a, "missing %s: %x", tree_measure_names[m], got));
    }
    return NULL;
}

static const char *judge_world(struct judge *j, enum tree_world world)
{
    struct world_of_attacks w = {.j = j, .world = world, .present = oracle_certain(&j->oracle, world, 0)};
    struct err err;
    const char *fault;
    w.wanted = oracle_minimal(&j->oracle, w.present, &w.wanted_len);
    w.seen = arena_new_array(j->a, bool, w.wanted_len + 1);
    attack_values_init(&w.values, &j->model, &(struct model_world){.world = world, .added = j->added});
    if (solve(&w.values.formula, SOLVE_SETS, NULL, j->a, &w.solution, &err))
        return fault_in(&w, err.text);
    enum attacks_end end = attacks_each(&w.solution, &w.values, true, NULL, each, &w);
    if (w.fault)
        return w.fault;
    for (size_t i = 0; i < w.wanted_len; i++)
        if (!w.seen[i] || end != ATTACKS_ALL)
            return fault_in(&w, arena_printf(j->a, "%x is not among them", w.wanted[i]));
    if ((fault = compare_missing(&w)) || (fault = compare_best_value(&w)))
        return fault;
    for (int m = 0; m < TREE_MEASURES; m++) {
        enum tree_measure measure = (enum tree_measure)m;
        bool timeless = measure == MEASURE_TIME && w.wanted_len &&
                        isnan(oracle_measure(&j->oracle, measure, w.wanted[0], w.present));
        if (timeless)
            continue;
        if ((fault = compare_best(&w, (enum tree_measure)m, 1, UINT32_MAX)) ||
            (fault = compare_best(&w, (enum tree_measure)m, 4, UINT32_MAX)) ||
            (fault = compare_best(&w, (enum tree_measure)m, 1000, UINT32_MAX)) ||
            (fault = compare_best(&w, (enum tree_measure)m, 3, 0x5b6db6db)))
            return fault;
    }
    return NULL;
}

const char *judge_attacks(struct judge *j)
{
    const char *fault = NULL;
    for (int i = 0; i < TREE_WORLDS && !fault; i++)
        fault = judge_world(j, (enum tree_world)i);
    return fault;
}
