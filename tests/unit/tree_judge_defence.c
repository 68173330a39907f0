#include "tree_judge.h"

#include "tree/core/defence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CANDIDATES = 8 };

/* Everything about choosing, worked out for every choice. */
struct choices {
    struct judge *j;
    enum tree_world start;
    double chances[ORACLE_EVENTS]; /* at the start */
    unsigned len;
    unsigned event[MOST_CANDIDATES]; /* what may become deployed */
    double price[MOST_CANDIDATES];
    double total;
    double *cost, *probability, *cheapest; /* by choice */
    bool complete;                         /* nothing is missing */
};

static double cost_of(const struct judge *j, unsigned event)
{
    for (size_t i = 0; i < j->tree->nodes.len; i++)
        if (j->oracle.bit[i] == (int)event && j->tree->nodes.at[i].values[TREE_COST].kind)
            return j->tree->nodes.at[i].values[TREE_COST].mode;
    return (double)NAN;
}

static bool exists(const struct judge *j, unsigned event, bool added_too)
{
    for (size_t i = 0; i < j->tree->nodes.len; i++)
        if (j->oracle.bit[i] == (int)event &&
            (j->tree->nodes.at[i].role == TREE_COUNTERMEASURE || (added_too && j->added && j->added[i])))
            return true;
    return false;
}

static double said_deployed(const struct judge *j, unsigned event)
{
    for (size_t i = 0; i < j->tree->nodes.len; i++)
        if (j->oracle.bit[i] == (int)event && j->tree->nodes.at[i].values[TREE_DEPLOYED].kind)
            return j->tree->nodes.at[i].values[TREE_DEPLOYED].mode;
    return (double)NAN;
}

/* Decisions start from today when every "!" says how far it is deployed; an approach that says nothing is absent.
 */
static bool set_out(struct choices *c)
{
    struct judge *j = c->j;
    const struct oracle *o = &j->oracle;
    c->start = WORLD_DEPLOYED;
    for (unsigned e = o->steps; e < o->steps + o->presences; e++)
        if (exists(j, e, false) && isnan(said_deployed(j, e)))
            c->start = WORLD_NONE;
    oracle_chances(o, c->start, 0, c->chances);
    c->complete = true;
    for (unsigned e = o->steps; e < o->steps + o->presences; e++) {
        if (!exists(j, e, false) && isnan(said_deployed(j, e)))
            c->chances[e] = 0;
        if (!exists(j, e, true) || c->chances[e] >= 1)
            continue;
        if (c->len == MOST_CANDIDATES)
            return false;
        c->price[c->len] = cost_of(j, e);
        c->complete = c->complete && !isnan(c->price[c->len]);
        c->total += c->price[c->len];
        c->event[c->len++] = e;
    }
    for (unsigned e = 0; e < o->steps; e++)
        c->complete = c->complete && !isnan(oracle_measure(o, MEASURE_COST, (uint32_t)1 << e, 0)) &&
                      !isnan(oracle_measure(o, MEASURE_PROBABILITY, (uint32_t)1 << e, 0));
    return true;
}

static double cheapest_attack(const struct oracle *o, uint32_t present)
{
    size_t len;
    const uint32_t *sets = oracle_minimal(o, present, &len);
    double least = (double)INFINITY;
    for (size_t i = 0; i < len; i++) {
        double cost = oracle_measure(o, MEASURE_COST, sets[i], present);
        least = isnan(cost) || cost < least ? cost : least;
        if (isnan(least))
            return least;
    }
    return least;
}

static void work_out(struct choices *c)
{
    const struct oracle *o = &c->j->oracle;
    size_t count = (size_t)1 << c->len;
    c->cost = arena_new_array(c->j->a, double, count);
    c->probability = arena_new_array(c->j->a, double, count);
    c->cheapest = arena_new_array(c->j->a, double, count);
    for (uint32_t choice = 0; choice < count; choice++) {
        double chances[ORACLE_EVENTS];
        uint32_t present = 0;
        memcpy(chances, c->chances, sizeof(chances));
        for (unsigned i = 0; i < c->len; i++) {
            if (!(choice >> i & 1))
                continue;
            chances[c->event[i]] = 1;
            c->cost[choice] += c->price[i];
        }
        for (unsigned e = o->steps; e < o->steps + o->presences; e++)
            present |= chances[e] >= 1 ? (uint32_t)1 << e : 0;
        c->probability[choice] = oracle_probability(o, 0, chances);
        c->cheapest[choice] = cheapest_attack(o, present);
    }
}

/* The choice as bits; UINT32_MAX when a node is no candidate. */
static uint32_t choice_bits(const struct choices *c, const struct defence_choice *d)
{
    uint32_t bits = 0;
    for (uint32_t i = 0; i < d->len; i++) {
        unsigned k = 0;
        while (k < c->len &&
               (d->nodes[i] >= c->j->tree->nodes.len || c->j->oracle.bit[d->nodes[i]] != (int)c->event[k]))
            k++;
        if (k == c->len || (bits >> k & 1) || (i && d->nodes[i] <= d->nodes[i - 1]))
            return UINT32_MAX;
        bits |= (uint32_t)1 << k;
    }
    return bits;
}

static const char *compare_choice(const struct choices *c, const struct defence_choice *d, const char *what)
{
    uint32_t bits = choice_bits(c, d);
    if (bits == UINT32_MAX)
        return arena_printf(c->j->a, "%s: a node that is no candidate, or not in order", what);
    if (!judge_near(d->cost, c->cost[bits]) && !isnan(c->cost[bits]))
        return arena_printf(c->j->a, "%s: cost %.17g of %x, expected %.17g", what, d->cost, bits, c->cost[bits]);
    if (!isnan(d->probability) && !judge_near(d->probability, c->probability[bits]))
        return arena_printf(c->j->a, "%s: P %.17g of %x, expected %.17g", what, d->probability, bits,
                            c->probability[bits]);
    if (!isnan(d->cheapest) && !judge_near(d->cheapest, c->cheapest[bits]))
        return arena_printf(c->j->a, "%s: cheapest %.17g of %x, expected %.17g", what, d->cheapest, bits,
                            c->cheapest[bits]);
    return NULL;
}

static const char *compare_budget(const struct choices *c, const struct defence_budget *b, size_t i, size_t len)
{
    double budget = floor((double)i * c->total / (double)(len - 1)), least = (double)INFINITY, dearest = -1;
    const char *what = arena_printf(c->j->a, "budget %zu", i), *fault;
    for (uint32_t choice = 0; choice < (uint32_t)1 << c->len; choice++) {
        if (c->cost[choice] > budget)
            continue;
        least = fmin(least, c->probability[choice]);
        dearest = fmax(dearest, c->cheapest[choice]);
    }
    if (!judge_near(b->budget, budget) || !b->exact)
        return arena_printf(c->j->a, "%s is %.17g (exact %d), expected %.17g", what, b->budget, b->exact, budget);
    if ((fault = compare_choice(c, &b->least_probability, what)) ||
        (fault = compare_choice(c, &b->dearest_attack, what)))
        return fault;
    if (!judge_near(b->least_probability.probability, least) || b->least_probability.cost > budget)
        return arena_printf(c->j->a, "%s: least P %.17g for %.17g, expected %.17g", what,
                            b->least_probability.probability, b->least_probability.cost, least);
    if (!judge_near(b->dearest_attack.cheapest, dearest) || b->dearest_attack.cost > budget)
        return arena_printf(c->j->a, "%s: dearest attack %.17g for %.17g, expected %.17g", what,
                            b->dearest_attack.cheapest, b->dearest_attack.cost, dearest);
    return NULL;
}

/* At least as good for the defender, but for rounding. */
static bool as_good(double x, double y, int better)
{
    return better * x >= better * y || judge_near(x, y);
}

/* Points that differ by rounding alone may stand for each other. */
static const char *compare_front(const struct choices *c, const struct defence_front *f, bool residual)
{
    const char *what = residual ? "cost/residual" : "cost/cheapest", *fault = NULL;
    int better = residual ? -1 : 1;
    const double *value = residual ? c->probability : c->cheapest;
    double before = 0;
    if (!f->exact)
        return arena_printf(c->j->a, "%s is not exact", what);
    for (size_t i = 0; i < f->len && !fault; i++) {
        double cost = f->at[i].cost, reached = residual ? f->at[i].probability : f->at[i].cheapest;
        fault = compare_choice(c, &f->at[i], what);
        if (!fault && i && (cost <= f->at[i - 1].cost || better * reached <= better * before))
            fault = arena_printf(c->j->a, "%s: point %zu is no better than the one before", what, i);
        for (size_t k = 0; k < (size_t)1 << c->len && !fault; k++)
            if (c->cost[k] <= cost && !as_good(reached, value[k], better))
                fault = arena_printf(c->j->a, "%s: %.17g for %.17g, although there is %.17g for %.17g", what,
                                     reached, cost, value[k], c->cost[k]);
        before = reached;
    }
    for (size_t k = 0; k < (size_t)1 << c->len && !fault; k++) {
        bool found = false;
        for (size_t i = 0; i < f->len; i++)
            found = found || (f->at[i].cost <= c->cost[k] &&
                              as_good(residual ? f->at[i].probability : f->at[i].cheapest, value[k], better));
        if (!found)
            fault = arena_printf(c->j->a, "%s: nothing as good as %.17g for %.17g", what, value[k], c->cost[k]);
    }
    return fault;
}

/* More countermeasures never help the attacker. */
static bool hindering(const struct judge *j)
{
    for (size_t i = 0; i < j->tree->nodes.len; i++) {
        const struct tree_node *n = &j->tree->nodes.at[i];
        bool odd = n->gate > TREE_AT_LEAST && n->gate != TREE_CONSTANT;
        if (odd)
            return false;
        for (size_t k = 0; k < n->children.len; k++)
            if (n->role == TREE_ATTACK && j->tree->nodes.at[n->children.at[k]].role != TREE_ATTACK)
                return false;
    }
    return true;
}

static bool cuts(const struct oracle *o, uint32_t presences)
{
    for (uint32_t s = 0; s < (uint32_t)1 << o->steps; s++)
        if (oracle_holds(o, 0, s | presences << o->steps))
            return false;
    return true;
}

static const char *compare_cuts(struct judge *j, const struct defence_sets *got)
{
    const struct oracle *o = &j->oracle;
    uint32_t usable = 0, all = (uint32_t)1 << o->presences, expected = 0;
    bool *cut = arena_new_array(j->a, bool, all), *minimal = arena_new_array(j->a, bool, all);
    for (unsigned e = 0; e < o->presences; e++)
        usable |= exists(j, o->steps + e, true) ? (uint32_t)1 << e : 0;
    for (uint32_t s = 0; s < all; s++) {
        bool below = false;
        for (unsigned e = 0; e < o->presences; e++)
            below = below || ((s >> e & 1) && cut[s & ~((uint32_t)1 << e)]);
        cut[s] = below || (!(s & ~usable) && cuts(o, s));
        minimal[s] = cut[s] && !below && !(s & ~usable);
        expected += minimal[s];
    }
    if (!got->exact || !got->count || strcmp(got->count, arena_printf(j->a, "%u", expected)) != 0)
        return arena_printf(j->a, "%s sets of countermeasures cut every attack, expected %u", got->count, expected);
    if (got->len != (expected < 100 ? expected : 100))
        return arena_printf(j->a, "%zu cut sets listed, expected %u", got->len, expected);
    for (size_t i = 0; i < got->len; i++) {
        uint32_t bits = 0;
        for (uint32_t k = 0; k < got->at[i].len; k++)
            bits |= (uint32_t)1 << o->bit[got->at[i].nodes[k]];
        if (!minimal[bits >> o->steps])
            return arena_printf(j->a, "cut set %x is none, is not minimal, or comes twice", bits);
        minimal[bits >> o->steps] = false;
    }
    return NULL;
}

const char *judge_defences(struct judge *j, const struct defence_front *residual,
                           const struct defence_front *cheapest, const struct defence_budget *budgets,
                           size_t budgets_len, const struct defence_sets *sets)
{
    struct choices c = {.j = j};
    const char *fault = NULL;
    if (!set_out(&c))
        return NULL;
    work_out(&c);
    if (!c.complete)
        return NULL;
    if (budgets_len != 5)
        return arena_printf(j->a, "%zu budgets", budgets_len);
    for (size_t i = 0; i < budgets_len && !fault; i++)
        fault = compare_budget(&c, &budgets[i], i, budgets_len);
    if (!fault && !(fault = compare_front(&c, residual, true)) && !(fault = compare_front(&c, cheapest, false)))
        fault = hindering(j) ? compare_cuts(j, sets) : NULL;
    return fault ? arena_printf(j->a, "defence: %s", fault) : NULL;
}

static bool incomplete(const struct judge *j)
{
    for (unsigned e = 0; e < j->oracle.steps; e++)
        if (j->tree->nodes.at[j->oracle.node[e]].values[TREE_P].kind == TREE_NO_VALUE)
            return true;
    for (unsigned e = j->oracle.steps; e < j->oracle.steps + j->oracle.presences; e++)
        if (isnan(said_deployed(j, e)))
            return true;
    return false;
}

const char *judge_worth(struct judge *j, enum tree_world start, uint32_t node, double removes, double leaves)
{
    struct oracle full;
    double chances[ORACLE_EVENTS];
    bool *all = arena_new_array(j->a, bool, j->tree->nodes.len);
    for (size_t i = 0; i < j->tree->nodes.len; i++)
        all[i] = true;
    oracle_init(&full, j->a, j->tree, all);
    oracle_chances(&j->oracle, start, 0, chances);
    double before = oracle_probability(&full, 0, chances);
    int event = node < j->tree->nodes.len ? full.bit[node] : -1;
    if (event < (int)full.steps)
        return "worth of what is no countermeasure";
    chances[event] = 1;
    double wanted = oracle_probability(&full, 0, chances);
    if (isnan(before) || isnan(wanted) || (isnan(removes) && isnan(leaves) && incomplete(j)))
        return NULL;
    if (judge_near(leaves, wanted) && fabs(removes - (before - wanted)) <= 1e-12 * fmax(before, wanted))
        return NULL;
    return arena_printf(j->a, "world %s: node %u leaves %.17g and removes %.17g, expected %.17g and %.17g",
                        judge_worlds[start], node, leaves, removes, wanted, before - wanted);
}

static const char *compare_worths(struct judge *j)
{
    struct defence_worths got;
    struct err err;
    const char *fault = NULL;
    struct model_world w = {.world = WORLD_DEPLOYED, .added = j->added};
    if (defence_worths(&j->model, &w, NULL, j->a, &got, &err))
        return arena_printf(j->a, "worths: %s", err.text);
    for (size_t i = 0; i < got.len && !fault; i++)
        fault = judge_worth(j, WORLD_DEPLOYED, got.at[i].node, got.at[i].removes, got.at[i].leaves);
    if (!fault && !got.len && j->oracle.presences && got.missing == MODEL_NO_EVENT)
        fault = "no worths";
    return fault;
}

const char *judge_defence(struct judge *j)
{
    struct tree_defence d;
    struct err err;
    const char *fault;
    struct defence_options options = {.added = j->added};
    if (tree_defence(&j->model, &options, j->a, &d, &err))
        return arena_printf(j->a, "defence: %s", err.text);
    fault = judge_defences(j, &d.cost_residual, &d.cost_cheapest, d.budgets, d.budgets_len, &d.cuts);
    return fault ? fault : compare_worths(j);
}
