#include "tree_judge.h"

#include "tree/core/analysis.h"

#include <math.h>
#include <string.h>

enum { TRIALS = 40 };

static bool exists(const struct judge *j, uint32_t node)
{
    return j->tree->nodes.at[node].role == TREE_COUNTERMEASURE || (j->added && j->added[node]);
}

/* "Today" needs a `deployed` of every countermeasure that has an event of its own. */
static bool has_today(const struct judge *j)
{
    double chances[ORACLE_EVENTS];
    oracle_chances(&j->oracle, WORLD_DEPLOYED, 0, chances);
    for (uint32_t i = 0; i < j->tree->nodes.len; i++)
        if (j->tree->nodes.at[i].role == TREE_COUNTERMEASURE && j->oracle.bit[i] >= 0 &&
            isnan(chances[j->oracle.bit[i]]))
            return false;
    return true;
}

static const char *fault_of(const struct judge *j, enum tree_world world, const char *what)
{
    return arena_printf(j->a, "analysis, world %s: %s", judge_worlds[world], what);
}

static bool missing_step(const struct judge *j)
{
    for (unsigned e = 0; e < j->oracle.steps; e++)
        if (j->tree->nodes.at[j->oracle.node[e]].values[TREE_P].kind == TREE_NO_VALUE)
            return true;
    return false;
}

static const char *compare_number(const struct judge *j, const struct analysis_number *n, double wanted,
                                  double scale)
{
    if (!n->known)
        return !isnan(wanted) && !missing_step(j) ? "a probability is unknown although nothing is missing"
               : n->missing >= j->tree->nodes.len ? "what is missing is not named"
                                                  : NULL;
    if (isnan(wanted))
        return "a probability is known although a value is missing";
    if (!n->exact || !(n->lo <= n->value && n->value <= n->hi))
        return "not exact";
    return judge_near(n->value, wanted) || fabs(n->value - wanted) <= 1e-12 * scale
               ? NULL
               : arena_printf(j->a, "%.17g, expected %.17g", n->value, wanted);
}

static const char *compare_list(struct judge *j, const struct tree_attacks *list, const uint32_t *sets, size_t len)
{
    if (!list->exact || list->len != len)
        return arena_printf(j->a, "%zu attacks listed, expected %zu", list->len, len);
    bool *seen = arena_new_array(j->a, bool, len + 1);
    for (size_t i = 0; i < list->len; i++) {
        uint32_t steps = judge_steps(j, list->at[i].steps, list->at[i].len);
        size_t k = 0;
        while (k < len && (sets[k] != steps || seen[k]))
            k++;
        if (k == len)
            return arena_printf(j->a, "the attack %x is listed", steps);
        seen[k] = true;
    }
    return NULL;
}

static const char *compare_best(struct judge *j, const struct analysis_world *w, const uint32_t *sets, size_t len)
{
    uint32_t present = oracle_certain(&j->oracle, w->world, 0);
    for (int m = 0; m < ANALYSIS_BEST; m++) {
        double best = (double)INFINITY;
        int sign = m == MEASURE_PROBABILITY ? -1 : 1;
        for (size_t i = 0; i < len && !isnan(best); i++) {
            double value = sign * oracle_measure(&j->oracle, (enum tree_measure)m, sets[i], present);
            best = isnan(value) || value < best ? value : best;
        }
        if (isnan(best))
            continue;
        if ((w->best[m].len > 0) != (len > 0))
            return arena_printf(j->a, "best by %s: %zu", tree_measure_names[m], w->best[m].len);
        if (len && !judge_near(w->best[m].at[0].by[m], sign * best))
            return arena_printf(j->a, "best by %s is %.17g, expected %.17g", tree_measure_names[m],
                                w->best[m].at[0].by[m], sign * best);
    }
    return NULL;
}

static const char *compare_world(struct judge *j, const struct tree_analysis *t, enum tree_world world)
{
    const struct analysis_world *w = &t->worlds[world];
    const struct tree_front *const fronts[] = {&w->cost_probability, &w->cost_damage, &w->cost_time, &w->cost_skill,
                                               &w->cost_time_probability};
    double chances[ORACLE_EVENTS];
    const char *fault;
    size_t len;
    bool defined = world != WORLD_DEPLOYED || has_today(j);
    if (!t->computed[world] || w->world != world || w->defined != defined)
        return "not computed, or defined where it should not be";
    if (!defined)
        return w->probability.known ? "known although not defined" : NULL;
    oracle_chances(&j->oracle, world, 0, chances);
    double p = oracle_probability(&j->oracle, 0, chances);
    const uint32_t *sets = oracle_minimal(&j->oracle, oracle_certain(&j->oracle, world, 0), &len);
    if (!w->minimal_attacks || strcmp(w->minimal_attacks, arena_printf(j->a, "%zu", len)) != 0)
        return arena_printf(j->a, "%s minimal attacks, expected %zu", w->minimal_attacks, len);
    if ((fault = compare_number(j, &w->probability, p, 0)) || (fault = compare_list(j, &w->list, sets, len)) ||
        (fault = compare_best(j, w, sets, len)))
        return fault;
    if (w->importance.len && (fault = judge_importances(j, world, &w->importance)))
        return fault;
    for (size_t i = 0; i < ARRAY_LEN(fronts); i++)
        if ((fault = judge_front(j, world, fronts[i])))
            return fault;
    if (t->sampled && w->probability.known) {
        const struct tree_samples *s = &t->sampled_probability[world];
        if (!(fabs(s->mean - p) <= 1e-9 * p) || !(fabs(s->q05 - p) <= 1e-9 * p) ||
            !(fabs(s->q95 - p) <= 1e-9 * p) || s->undefined)
            return arena_printf(j->a, "sampled without ranges: mean %.17g, 5 %% %.17g, expected %.17g", s->mean,
                                s->q05, p);
    }
    return NULL;
}

/* What is reached where a node with a countermeasure on it never is. */
static const char *compare_untouched(struct judge *j, const struct tree_analysis *t)
{
    struct arena own = ARENA_INIT;
    struct tree plain = {0};
    struct oracle o;
    size_t len;
    for (size_t i = 0; i < j->tree->nodes.len; i++)
        *vec_push(&own, &plain.nodes) = j->tree->nodes.at[i];
    bool touched_goal = false;
    for (size_t i = 0; i < plain.nodes.len; i++) {
        struct tree_node *n = &plain.nodes.at[i];
        bool touched = false;
        for (size_t k = 0; k < n->countermeasures.len; k++)
            touched = touched || exists(j, n->countermeasures.at[k]);
        n->countermeasures.len = 0;
        if (!touched || n->role != TREE_ATTACK)
            continue;
        touched_goal = touched_goal || i == 0;
        n->gate = TREE_CONSTANT;
        n->k = 0;
        n->children.len = 0;
    }
    oracle_init(&o, &own, &plain, j->added);
    oracle_minimal(&o, 0, &len);
    arena_release(&own);
    return t->untouched && strcmp(t->untouched, arena_printf(j->a, "%zu", len)) == 0
               ? NULL
               : arena_printf(j->a, "analysis: %s untouched attacks, expected %zu", t->untouched, len);
}

static const char *compare_gap(struct judge *j, const struct tree_analysis *t)
{
    double today[ORACLE_EVENTS], all[ORACLE_EVENTS];
    const char *fault;
    oracle_chances(&j->oracle, WORLD_DEPLOYED, 0, today);
    oracle_chances(&j->oracle, WORLD_ALL, 0, all);
    double p_today = oracle_probability(&j->oracle, 0, today), p_all = oracle_probability(&j->oracle, 0, all);
    if ((fault = compare_number(j, &t->specification_gap, p_all, 0)))
        return arena_printf(j->a, "analysis, specification gap: %s", fault);
    if (has_today(j) && (fault = compare_number(j, &t->deployment_gap, p_today - p_all, p_today)))
        return arena_printf(j->a, "analysis, deployment gap: %s", fault);
    return NULL;
}

const char *judge_analysis(struct judge *j)
{
    struct analysis_options options = {.added = j->added,
                                       .best = 2,
                                       .worlds = true,
                                       .importance = true,
                                       .fronts = true,
                                       .defence = true,
                                       .all_attacks = true,
                                       .samples = TRIALS,
                                       .seed = 7};
    struct tree_analysis t;
    struct err err;
    const char *fault;
    bool defences = false;
    if (tree_analyse(j->tree, &options, j->a, &t, &err))
        return arena_printf(j->a, "analysis: %s", err.text);
    if (t.main_world != (has_today(j) ? WORLD_DEPLOYED : WORLD_NONE))
        return "analysis: another main world";
    for (int i = 0; i < TREE_WORLDS; i++)
        if ((fault = compare_world(j, &t, (enum tree_world)i)))
            return fault_of(j, (enum tree_world)i, fault);
    for (uint32_t i = 0; i < j->tree->nodes.len; i++)
        defences = defences || (j->oracle.bit[i] >= (int)j->oracle.steps && exists(j, i));
    for (size_t i = 0; i < t.approaches_len; i++)
        if ((fault = judge_worth(j, t.main_world, t.approaches[i].node, t.approaches[i].removes,
                                 t.approaches[i].leaves)))
            return arena_printf(j->a, "analysis: %s", fault);
    if (!defences)
        return compare_gap(j, &t);
    if ((fault = judge_defences(j, &t.cost_residual, &t.cost_cheapest, t.budgets, t.budgets_len, &t.cuts)))
        return arena_printf(j->a, "analysis, %s", fault);
    fault = compare_gap(j, &t);
    return fault ? fault : compare_untouched(j, &t);
}
