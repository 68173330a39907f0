#include "tree_judge.h"

#include "tree/core/importance.h"

#include <math.h>

/* Every gate grows with its children, and no countermeasure helps the attacker. Otherwise, when something besides
 * the steps is random, it is not settled what a minimal attack is. */
static bool grows(const struct judge *j)
{
    for (size_t i = 0; i < j->tree->nodes.len; i++) {
        const struct tree_node *n = &j->tree->nodes.at[i];
        for (size_t k = 0; k < n->children.len; k++)
            if (n->role == TREE_ATTACK && j->tree->nodes.at[n->children.at[k]].role != TREE_ATTACK)
                return false;
        if (n->gate > TREE_AT_LEAST && n->gate != TREE_CONSTANT)
            return false;
    }
    return true;
}

/* With a gate of negation the world itself is looked at; where it leaves nothing besides the steps to chance, that is
 * settled. */
static bool odd_gate(const struct judge *j)
{
    for (size_t i = 0; i < j->tree->nodes.len; i++)
        if (j->tree->nodes.at[i].gate > TREE_CARDINALITY && j->tree->nodes.at[i].gate != TREE_CONSTANT)
            return true;
    return false;
}

static bool settled(const struct judge *j, const double *chances)
{
    for (unsigned e = j->oracle.steps; e < j->oracle.events; e++)
        if (!(chances[e] <= 0 || chances[e] >= 1))
            return false;
    return true;
}

/* Equal but for rounding in figures of about the size of `scale`. (Whether one may be undefined: see below.) */
static bool same(double got, double wanted, double scale)
{
    return isnan(wanted) || isnan(got) || judge_near(got, wanted) || fabs(got - wanted) <= 1e-12 * fabs(scale);
}

static bool incomplete(const struct judge *j, const double *chances)
{
    bool missing = false;
    for (unsigned e = 0; e < j->oracle.events; e++)
        missing = missing || isnan(chances[e]);
    return missing;
}

/* The events that a list of importances has to name. */
static uint32_t events_that_count(const struct judge *j)
{
    uint32_t expected = ((uint32_t)1 << j->oracle.steps) - 1;
    for (uint32_t i = 0; i < j->tree->nodes.len; i++)
        if (j->tree->nodes.at[i].role == TREE_COUNTERMEASURE || (j->added && j->added[i]))
            expected |= j->oracle.bit[i] >= 0 ? (uint32_t)1 << j->oracle.bit[i] : 0;
    return expected;
}

static const char *compare_one(struct judge *j, const struct tree_importance *got, int event, double *chances,
                               double p_goal, bool vesely)
{
    if (!incomplete(j, chances) && p_goal > 0 && isnan(got->birnbaum + got->criticality + got->raw + got->rrw))
        return arena_printf(j->a, "a measure of node %u is undefined", got->node);
    double p = chances[event], one, zero;
    chances[event] = 1;
    one = oracle_probability(&j->oracle, 0, chances);
    chances[event] = 0;
    zero = oracle_probability(&j->oracle, 0, chances);
    chances[event] = p;
    double birnbaum = one - zero, scale = fmax(one, zero);
    const char *what = NULL;
    double is = 0, should = 0;
#define WANT(name, value, size)                                                                                    \
    do {                                                                                                           \
        if (!what && !same(got->name, (value), (size)))                                                            \
            what = #name, is = got->name, should = (value);                                                        \
    } while (0)
    WANT(birnbaum, birnbaum, scale);
    if (p_goal > 0) {
        WANT(criticality, birnbaum * p / p_goal, scale * p / p_goal);
        WANT(raw, one / p_goal, 0);
        if (zero > 0) {
            WANT(rrw, p_goal / zero, 0);
        } else if (!what && zero <= 0 && !isinf(got->rrw) && !incomplete(j, chances)) {
            what = "rrw", is = got->rrw, should = (double)INFINITY;
        }
        if ((unsigned)event < j->oracle.steps && vesely)
            WANT(fussell_vesely, oracle_some_set_with(&j->oracle, (unsigned)event, chances) / p_goal, 0);
    }
#undef WANT
    if (!what && (unsigned)event >= j->oracle.steps && !isnan(got->fussell_vesely))
        what = "fussell_vesely of a countermeasure", is = got->fussell_vesely, should = (double)NAN;
    return what ? arena_printf(j->a, "%s of node %u is %.17g, expected %.17g", what, got->node, is, should) : NULL;
}

const char *judge_importances(struct judge *j, enum tree_world world, const struct tree_importances *got)
{
    struct oracle *o = &j->oracle;
    double chances[ORACLE_EVENTS];
    const char *fault = NULL;
    uint32_t seen = 0, expected = events_that_count(j);
    oracle_chances(o, world, 0, chances);
    double p_goal = oracle_probability(o, 0, chances);
    bool vesely = grows(j) || o->events == o->steps || (odd_gate(j) && settled(j, chances));
    for (size_t i = 0; i < got->len && !fault; i++) {
        const struct tree_importance *t = &got->at[i];
        int bit = t->node < j->tree->nodes.len ? o->bit[t->node] : -1;
        if (bit < 0 || (seen >> bit & 1))
            return arena_printf(j->a, "importance of node %u, which is no event or came before", t->node);
        seen |= (uint32_t)1 << bit;
        fault = compare_one(j, t, bit, chances, p_goal, vesely);
        if (!fault && i && fabs(t->criticality) > fabs(got->at[i - 1].criticality) * (1 + 1e-12))
            fault = arena_printf(j->a, "importance of node %u comes too late", t->node);
    }
    if (!fault && got->len && seen != expected)
        fault = arena_printf(j->a, "importance of the events %x, expected %x", seen, expected);
    return fault ? arena_printf(j->a, "world %s: %s", judge_worlds[world], fault) : NULL;
}

const char *judge_importance(struct judge *j)
{
    const char *fault = NULL;
    for (int i = 0; i < TREE_WORLDS && !fault; i++) {
        struct model_world w = {.world = (enum tree_world)i, .added = j->added};
        struct tree_importances got = {0};
        struct err err;
        uint32_t missing;
        if (tree_importance(&j->model, &w, NULL, j->a, &got, &missing, &err))
            return arena_printf(j->a, "importance: %s", err.text);
        double chances[ORACLE_EVENTS];
        oracle_chances(&j->oracle, w.world, 0, chances);
        bool complete = !incomplete(j, chances);
        if (complete &&
            (missing != MODEL_NO_EVENT || (!got.len && events_that_count(j)) || (!got.exact && grows(j))))
            return arena_printf(j->a, "world %s: no importance although nothing is missing (%x)", judge_worlds[i],
                                missing);
        if (missing == MODEL_NO_EVENT && (complete || !isnan(oracle_probability(&j->oracle, 0, chances))))
            fault = judge_importances(j, w.world, &got);
    }
    return fault;
}
