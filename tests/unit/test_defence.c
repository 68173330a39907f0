/* tree/core/defence.h: compared with brute force over all choices and states, and with the collection of small
 * models. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "base/fs.h"
#include "format/json.h"
#include "tree/core/defence.h"
#include "tree/core/defence_fold.h"
#include "tree/io/json.h"

#include "tree_random.h"

enum { MOST = 6 }; /* countermeasures */

static bool near(double a, double b)
{
    if (isinf(a) || isinf(b) || isnan(a) || isnan(b))
        return (isinf(a) && isinf(b)) || (isnan(a) && isnan(b));
    return fabs(a - b) <= 1e-12 + 1e-9 * fabs(b);
}

static void assert_near(double got, double expected, const char *what)
{
    if (!near(got, expected))
        fail_msg("%s is %.17g; expected %.17g", what, got, expected);
}

/* ---- brute force ------------------------------------------------------------------------------- */

struct brute {
    const struct tree *t;
    uint32_t steps, countermeasures;
    uint32_t step_node[8];
    uint32_t stop_at[16], stops; /* places with stops < 1 */
    double stop_p[16];
    double start[MOST], cost[MOST];
    bool takes_part[MOST], candidate[MOST];
    double p[1 << MOST], cheapest[1 << MOST]; /* by choice */
    bool attack_left[1 << MOST];              /* when exactly these are present */
};

static uint32_t number_in(const struct tree_node *n)
{
    return (uint32_t)(n->label.at[1] - '0');
}

static void look(struct brute *b, const bool *added, bool today)
{
    for (uint32_t i = 0; i < b->t->nodes.len; i++) {
        const struct tree_node *n = &b->t->nodes.at[i];
        if (n->role == TREE_ATTACK && !n->children.len)
            b->step_node[b->steps++] = i;
        for (uint32_t k = 0; k < n->countermeasures.len; k++) {
            const struct tree_value *v = &b->t->nodes.at[n->countermeasures.at[k]].values[TREE_STOPS];
            if (v->kind == TREE_NO_VALUE)
                continue;
            b->stop_p[b->stops] = v->mode;
            b->stop_at[b->stops++] = i * 8 + k;
        }
        if (n->role == TREE_ATTACK || n->label.at[0] != 'd')
            continue;
        uint32_t d = number_in(n);
        b->takes_part[d] = n->role == TREE_COUNTERMEASURE || (added && added[i]);
        b->start[d] = today && b->takes_part[d] ? n->values[TREE_DEPLOYED].mode : 0;
        b->cost[d] = n->values[TREE_COST].mode;
        b->candidate[d] = b->takes_part[d] && b->start[d] < 1;
    }
}

static bool holds(const struct brute *b, uint32_t steps, uint32_t present_bits, uint32_t stop_bits)
{
    bool step[64] = {false}, stop[64 * 8], present[10] = {false};
    memset(stop, 1, sizeof(stop));
    for (uint32_t i = 0; i < b->steps; i++)
        step[b->step_node[i]] = steps >> i & 1;
    for (uint32_t i = 0; i < b->countermeasures; i++)
        present[i] = present_bits >> i & 1;
    for (uint32_t i = 0; i < b->stops; i++)
        stop[b->stop_at[i]] = stop_bits >> i & 1;
    return state_reached(&(struct tree_state){b->t, step, present, stop}, 0);
}

static double share(double p, bool yes)
{
    return yes ? p : 1 - p;
}

static double brute_probability(const struct brute *b, const double *presence)
{
    double sum = 0;
    for (uint32_t present = 0; present < 1u << b->countermeasures; present++) {
        double w = 1;
        for (uint32_t i = 0; i < b->countermeasures; i++)
            w *= share(presence[i], present >> i & 1);
        for (uint32_t stop = 0; w > 0 && stop < 1u << b->stops; stop++) {
            double ws = w;
            for (uint32_t i = 0; i < b->stops; i++)
                ws *= share(b->stop_p[i], stop >> i & 1);
            for (uint32_t s = 0; ws > 0 && s < 1u << b->steps; s++) {
                double wx = ws;
                for (uint32_t i = 0; i < b->steps; i++)
                    wx *= share(b->t->nodes.at[b->step_node[i]].values[TREE_P].mode, s >> i & 1);
                sum += wx > 0 && holds(b, s, present, stop) ? wx : 0;
            }
        }
    }
    return sum;
}

/* Where stops is below 1 nothing is stopped for certain. */
static double brute_cheapest(const struct brute *b, uint32_t present)
{
    double least = INFINITY;
    for (uint32_t s = 0; s < 1u << b->steps; s++) {
        double cost = 0;
        for (uint32_t i = 0; i < b->steps; i++)
            cost += s >> i & 1 ? b->t->nodes.at[b->step_node[i]].values[TREE_COST].mode : 0;
        if (cost < least && holds(b, s, present, 0))
            least = cost;
    }
    return least;
}

static bool allowed(const struct brute *b, uint32_t choice)
{
    for (uint32_t i = 0; i < b->countermeasures; i++)
        if (choice >> i & 1 && !b->candidate[i])
            return false;
    return true;
}

static double choice_cost(const struct brute *b, uint32_t choice)
{
    double cost = 0;
    for (uint32_t i = 0; i < b->countermeasures; i++)
        cost += choice >> i & 1 ? b->cost[i] : 0;
    return cost;
}

static void work_out(struct brute *b)
{
    for (uint32_t choice = 0; choice < 1u << b->countermeasures; choice++) {
        double presence[MOST];
        uint32_t certain = 0;
        for (uint32_t i = 0; i < b->countermeasures; i++) {
            presence[i] = choice >> i & 1 ? 1 : b->start[i];
            certain |= (presence[i] >= 1 ? 1u : 0u) << i;
        }
        b->attack_left[choice] = !isinf(brute_cheapest(b, choice));
        if (!allowed(b, choice))
            continue;
        b->p[choice] = brute_probability(b, presence);
        b->cheapest[choice] = brute_cheapest(b, certain);
    }
}

/* The least probability (or dearest cheapest attack) for a budget. */
static double best_for(const struct brute *b, bool probability, double budget)
{
    double best = probability ? INFINITY : -1;
    for (uint32_t choice = 0; choice < 1u << b->countermeasures; choice++) {
        if (!allowed(b, choice) || choice_cost(b, choice) > budget)
            continue;
        double v = probability ? b->p[choice] : b->cheapest[choice];
        best = (probability ? v < best : v > best) ? v : best;
    }
    return best;
}

/* ---- comparisons ------------------------------------------------------------------------------- */

static uint32_t bits_of(const struct tree *t, const struct defence_choice *c)
{
    uint32_t bits = 0;
    for (uint32_t i = 0; i < c->len; i++)
        bits |= 1u << number_in(&t->nodes.at[c->nodes[i]]);
    return bits;
}

static void compare_choice(const struct brute *b, const struct defence_choice *c)
{
    uint32_t bits = bits_of(b->t, c);
    assert_true(allowed(b, bits));
    assert_near(c->cost, choice_cost(b, bits), "cost of the choice");
    assert_near(c->probability, b->p[bits], "probability of the choice");
    assert_near(c->cheapest, b->cheapest[bits], "cheapest attack of the choice");
}

static void compare_front(const struct brute *b, const struct defence_front *f, bool probability)
{
    assert_true(f->exact);
    assert_true(f->len > 0);
    for (size_t i = 0; i < f->len; i++) {
        double value = probability ? f->at[i].probability : f->at[i].cheapest;
        compare_choice(b, &f->at[i]);
        assert_near(value, best_for(b, probability, f->at[i].cost), "front");
        assert_true(i == 0 || f->at[i].cost > f->at[i - 1].cost);
    }
    for (double budget = 0; budget < 130; budget += 1) {
        double expected = best_for(b, probability, budget), got = NAN;
        for (size_t i = 0; i < f->len && f->at[i].cost <= budget; i++)
            got = probability ? f->at[i].probability : f->at[i].cheapest;
        assert_near(got, expected, "front within a budget");
    }
}

static void compare_cuts(const struct brute *b, const struct defence_sets *cuts)
{
    uint32_t expected = 0, among = 0;
    assert_true(cuts->exact);
    for (uint32_t i = 0; i < b->countermeasures && i < MOST; i++)
        among |= (b->takes_part[i] ? 1u : 0u) << i;
    bool minimal[1 << MOST] = {false};
    for (uint32_t set = 0; set < 1u << b->countermeasures; set++) {
        if (set & ~among || b->attack_left[set])
            continue;
        minimal[set] = true;
        for (uint32_t part = set; part && minimal[set];) {
            part = (part - 1) & set;
            minimal[set] = b->attack_left[part];
        }
        expected += minimal[set];
    }
    assert_int_equal(strtoul(cuts->count, NULL, 10), expected);
    assert_int_equal(cuts->len, expected);
    for (size_t i = 0; i < cuts->len; i++) {
        assert_true(minimal[bits_of(b->t, &cuts->at[i])]);
        assert_true(i == 0 || cuts->at[i].cost >= cuts->at[i - 1].cost);
    }
}

static void compare_worths(const struct brute *b, const struct model *m, const bool *added, bool today)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct defence_worths got;
    struct model_world w = {.world = today ? WORLD_DEPLOYED : WORLD_NONE, .added = added};
    double presence[MOST], start = brute_probability(b, b->start);
    assert_int_equal(defence_worths(m, &w, NULL, &a, &got, &err), CM_OK);
    assert_int_equal(got.missing, MODEL_NO_EVENT);
    assert_int_equal(got.len, m->presences);
    for (size_t i = 0; i < got.len; i++) {
        const struct tree_node *n = &b->t->nodes.at[got.at[i].node];
        memcpy(presence, b->start, sizeof(presence));
        presence[number_in(n)] = 1;
        double leaves = brute_probability(b, presence);
        assert_near(got.at[i].leaves, leaves, "what a countermeasure leaves");
        assert_near(got.at[i].removes, start - leaves, "what a countermeasure removes");
    }
    arena_release(&a);
}

static void compare_tree(const struct tree *t, uint32_t countermeasures, bool today, const bool *added)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct model m;
    struct tree_defence got;
    struct defence_options o = {.added = added};
    struct brute b = {.t = t, .countermeasures = countermeasures};
    look(&b, added, today);
    work_out(&b);
    assert_int_equal(model_init(&m, &a, t, &err), CM_OK);
    assert_int_equal(tree_defence(&m, &o, &a, &got, &err), CM_OK);
    assert_int_equal(got.no_total.node, UINT32_MAX);
    compare_front(&b, &got.cost_residual, true);
    compare_front(&b, &got.cost_cheapest, false);
    assert_int_equal(got.budgets_len, 5);
    for (size_t i = 0; i < got.budgets_len; i++) {
        const struct defence_budget *x = &got.budgets[i];
        assert_true(x->exact);
        assert_near(x->least_probability.probability, best_for(&b, true, x->budget), "least probability");
        assert_near(x->bound, best_for(&b, true, x->budget), "bound");
        assert_near(x->dearest_attack.cheapest, best_for(&b, false, x->budget), "dearest attack");
        compare_choice(&b, &x->least_probability);
        compare_choice(&b, &x->dearest_attack);
    }
    compare_cuts(&b, &got.cuts);
    if (!added)
        compare_worths(&b, &m, added, today);
    arena_release(&a);
}

static void random_trees(uint64_t seed, unsigned rounds)
{
    struct dice d = {seed};
    for (unsigned i = 0; i < rounds; i++) {
        struct arena a = ARENA_INIT;
        struct random_tree_shape shape = {.steps = 2 + dice_below(&d, 4),
                                          .countermeasures = 1 + dice_below(&d, 4),
                                          .gates = 1 + dice_below(&d, 7),
                                          .deployed = i % 4 != 0,
                                          .stops = i % 3 == 1,
                                          .defeaters = i % 3 == 2,
                                          .composites = i % 5 == 0,
                                          .approaches = i % 2};
        const struct tree *t = random_tree(&d, &a, &shape);
        bool *added = arena_new_array(&a, bool, t->nodes.len);
        for (size_t k = 0; k < t->nodes.len; k++)
            added[k] = i % 4 == 1 && t->nodes.at[k].role == TREE_APPROACH;
        compare_tree(t, shape.countermeasures, shape.deployed, i % 4 == 1 ? added : NULL);
        arena_release(&a);
    }
}

static void test_trees(void **unused)
{
    (void)unused;
    random_trees(3, 400);
    random_trees(dice_fresh_seed(), 150);
}

/* One "!" with deployed=.5 on two steps of .5 under an OR. */
static void test_three_worlds(void **unused)
{
    (void)unused;
    const double expected[TREE_WORLDS] = {.75, .375, 0};
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct tree *t = arena_new(&a, struct tree);
    struct model m;
    struct tree_defence got;
    random_node(&a, t, TREE_ATTACK, "goal");
    t->nodes.at[0].gate = TREE_OR;
    for (int i = 0; i < 2; i++) {
        uint32_t s = random_node(&a, t, TREE_ATTACK, i ? "b" : "a"), c = random_node(&a, t, TREE_COUNTERMEASURE, "d0");
        set_value(t, s, TREE_P, .5);
        set_value(t, c, TREE_DEPLOYED, .5);
        *vec_push(&a, &t->nodes.at[0].children) = s;
        *vec_push(&a, &t->nodes.at[s].countermeasures) = c;
    }
    assert_int_equal(model_init(&m, &a, t, &err), CM_OK);
    assert_int_equal(m.presences, 1);
    for (int world = 0; world < TREE_WORLDS; world++) {
        struct model_world w = {.world = (enum tree_world)world};
        struct formula f;
        struct solution s;
        model_formula(&m, &w, &f, NULL);
        assert_int_equal(solve(&f, SOLVE_BDD, NULL, &a, &s, &err), CM_OK);
        assert_near(solution_probability(&s, model_chances(&m, &w), NULL).p, expected[world], "probability");
    }
    /* neither the countermeasure nor the steps have costs: no budgets, but the set that cuts is known */
    assert_int_equal(tree_defence(&m, &(struct defence_options){0}, &a, &got, &err), CM_OK);
    assert_int_equal(got.no_total.node, m.events.at[2].node);
    assert_int_equal(got.no_cheapest.node, 1);
    assert_int_equal(got.no_probability.node, UINT32_MAX);
    assert_int_equal(got.budgets_len, 0);
    assert_string_equal(got.cuts.count, "1");
    assert_int_equal(got.cuts.at[0].len, 1);
    arena_release(&a);
}

/* The guided search, for what only ever hurts the attacker: against switches on top. */
static void compare_guided(struct dice *d, enum defence_aim aim)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct formula f;
    struct solution s;
    struct options events[14], folded;
    struct defence_search searched;
    struct pair yes = pair_true(aim), no = pair_turned(yes, 1);
    uint32_t all = 14, decisions = 8;
    random_formula(d, &a, all, all, false, &f);
    assert_int_equal(solve(&f, SOLVE_BDD, NULL, &a, &s, &err), CM_OK);
    for (uint32_t e = 0; e < all; e++) {
        double p = dice_chance(d), cost = 1 + dice_below(d, 9);
        events[e].at = arena_new_array(&a, struct option, 2);
        events[e].len = e < decisions ? 2 : 1;
        events[e].at[0].value = aim == AIM_PROBABILITY ? (struct pair){p, 1 - p} : (struct pair){floor(20 * p), 0};
        if (e < decisions && dice_below(d, 3))
            events[e].at[0].value = yes;
        events[e].at[1] = (struct option){.cost = cost, .value = no, .chosen = chosen_event(&a, e)};
    }
    struct defence_problem p = {.aim = aim, .s = &s, .events = events, .arena = &a};
    assert_true(defence_fold(&p, &folded));
    p.falls = true;
    defence_search(&p, &searched);
    assert_true(searched.exact);
    for (double budget = 0; budget < 80; budget++) {
        double exact = NAN, found = NAN;
        for (uint32_t i = 0; i < folded.len && folded.at[i].cost <= budget; i++)
            exact = folded.at[i].value.yes;
        for (uint32_t i = 0; i < searched.found.len && searched.found.at[i].cost <= budget; i++)
            found = searched.found.at[i].value.yes;
        assert_near(found, exact, "guided search");
    }
    arena_release(&a);
}

static void test_guided(void **unused)
{
    (void)unused;
    struct dice d = {5};
    for (int i = 0; i < 600; i++)
        compare_guided(&d, (enum defence_aim)(i % 2));
    d.state = dice_fresh_seed();
    for (int i = 0; i < 200; i++)
        compare_guided(&d, (enum defence_aim)(i % 2));
}

/* Both engines give the same, and the search under no time at all still gives bounds that hold. */
static void compare_engines(struct dice *d, enum defence_aim aim, bool hopeless)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct formula f;
    struct solution s;
    struct options events[12], folded;
    struct defence_search searched;
    uint32_t steps = 5, all = 11;
    random_formula(d, &a, all, steps, d->state % 2, &f);
    assert_int_equal(solve(&f, SOLVE_BDD, NULL, &a, &s, &err), CM_OK);
    for (uint32_t e = 0; e < all; e++) {
        double p = dice_chance(d), cost = 1 + dice_below(d, 9);
        struct pair yes = pair_true(aim), no = pair_turned(yes, 1);
        struct pair price = e < steps ? (struct pair){floor(20 * p), 0} : no;
        events[e].at = arena_new_array(&a, struct option, 2);
        events[e].len = e < steps ? 1 : 2;
        events[e].at[0].value = aim == AIM_PROBABILITY ? (struct pair){p, 1 - p} : price;
        events[e].at[1] = (struct option){.cost = cost, .value = yes, .chosen = chosen_event(&a, e)};
    }
    struct defence_problem p = {.aim = aim, .s = &s, .events = events, .arena = &a};
    assert_true(defence_fold(&p, &folded));
    if (hopeless)
        p.limits.max_seconds = 1e-9;
    defence_search(&p, &searched);
    assert_int_equal(searched.exact, searched.open_len == 0);
    for (double budget = 0; budget < 60; budget++) {
        double exact = NAN, found = NAN;
        for (uint32_t i = 0; i < folded.len && folded.at[i].cost <= budget; i++)
            exact = folded.at[i].value.yes;
        for (uint32_t i = 0; i < searched.found.len && searched.found.at[i].cost <= budget; i++)
            found = searched.found.at[i].value.yes;
        double bound = found;
        for (size_t i = 0; i < searched.open_len; i++)
            if (searched.open[i].cost <= budget && (aim == AIM_CHEAPEST ? searched.open[i].bound > bound
                                                                         : searched.open[i].bound < bound))
                bound = searched.open[i].bound;
        bool cheapest = aim == AIM_CHEAPEST;
        assert_true(cheapest ? found <= exact : found >= exact * (1 - 1e-12));
        assert_true(cheapest ? bound >= exact : bound <= exact * (1 + 1e-12) + 1e-15);
        if (searched.exact)
            assert_near(found, exact, "search");
    }
    arena_release(&a);
}

static void test_engines(void **unused)
{
    (void)unused;
    struct dice d = {4};
    for (int i = 0; i < 300; i++)
        compare_engines(&d, (enum defence_aim)(i % 2), i % 8 < 2);
    d.state = dice_fresh_seed();
    for (int i = 0; i < 100; i++)
        compare_engines(&d, (enum defence_aim)(i % 2), i % 8 < 2);
}

/* ---- the collection ---------------------------------------------------------------------------- */

static double number(const struct json_value *v)
{
    return v->kind == JSON_NULL ? (double)INFINITY : v->number;
}

static void compare_member(struct sv name, const struct json_value *of, const char *key, double got)
{
    double expected = number(json_get(of, key));
    if (!near(got, expected))
        fail_msg("%.*s: %s is %.17g; expected %.17g", SV_ARG(name), key, got, expected);
}

static void compare_model(const char *folder, struct sv name, const struct json_value *expected)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct diag diag;
    struct sv text;
    struct model m;
    struct tree_defence got;
    const char *path = arena_printf(&a, "%s/%.*s.json", folder, SV_ARG(name));
    assert_int_equal(fs_read(&a, path, 1 << 20, &text, &err), CM_OK);
    diag_init(&diag, &a);
    const struct tree *t = tree_json_parse(&a, text, path, NULL, &diag);
    assert_non_null(t);
    assert_int_equal(model_init(&m, &a, t, &err), CM_OK);
    assert_int_equal(tree_defence(&m, &(struct defence_options){0}, &a, &got, &err), CM_OK);
    const struct json_value *budgets = json_get(expected, "defence_budget");
    for (size_t i = 0; budgets && i < budgets->count; i++) {
        const struct json_value *b = budgets->items[i];
        assert_true(i < got.budgets_len);
        compare_member(name, b, "budget", got.budgets[i].budget);
        compare_member(name, b, "min_p", got.budgets[i].least_probability.probability);
        compare_member(name, b, "max_attacker_min_cost", got.budgets[i].dearest_attack.cheapest);
    }
    const struct json_value *front = json_get(expected, "pareto_defence_cost_probability");
    if (front && front->count != got.cost_residual.len)
        fail_msg("%.*s: %zu points in the front; expected %zu", SV_ARG(name), got.cost_residual.len, front->count);
    for (size_t i = 0; front && i < front->count; i++) {
        assert_near(got.cost_residual.at[i].cost, number(front->items[i]->items[0]), "cost in the front");
        assert_near(got.cost_residual.at[i].probability, number(front->items[i]->items[1]), "probability in the front");
    }
    arena_release(&a);
}

static void test_collection(void **unused)
{
    (void)unused;
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct sv text;
    const char *shared = getenv("CASEMATE_SHARED"), *source = getenv("CASEMATE_SOURCE");
    const char *folder = arena_printf(&a, "%s%s/trees/attack-small", shared ? "" : source ? source : ".",
                                      shared ? shared : "/../shared");
    if (fs_read(&a, arena_printf(&a, "%s/expected.json", folder), 8 << 20, &text, &err)) {
        print_message("# the collection of small models is not here: set CASEMATE_SHARED to the folder above trees\n");
        skip();
    }
    const struct json_value *all = NULL;
    assert_int_equal(json_parse(&a, text, 8 << 20, &all, &err), CM_OK);
    for (size_t i = 0; i < all->count; i++)
        compare_model(folder, all->members[i].key, all->members[i].value);
    print_message("# %zu models compared\n", all->count);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_three_worlds), cmocka_unit_test(test_trees), cmocka_unit_test(test_engines),
        cmocka_unit_test(test_guided),
        cmocka_unit_test(test_collection),
    };
    return cmocka_run_group_tests_name("defence", tests, NULL, NULL);
}
