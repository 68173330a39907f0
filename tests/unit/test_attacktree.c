/* tree/core/attacktree.h: the library as others see it, through its shared object. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tree/core/attacktree.h"

static uint32_t step(struct attacktree *t, uint32_t parent, const char *label, double p, double cost)
{
    uint32_t n = attacktree_node(t, ATTACKTREE_ATTACK, ATTACKTREE_LEAF, label);
    attacktree_child(t, parent, n);
    attacktree_set(t, n, ATTACKTREE_P, p);
    attacktree_set(t, n, ATTACKTREE_COST, cost);
    return n;
}

static void near(double got, double want)
{
    if (!(fabs(got - want) <= 1e-9 * fabs(want) + 1e-12))
        fail_msg("%.17g, expected %.17g", got, want);
}

/* One countermeasure on two steps under an OR: 3/4, 3/8 and 0. Steps are made before gates, so that the library's
 * order of nodes differs from the user's. */
static void test_worlds(void **state)
{
    (void)state;
    struct attacktree *t = attacktree_new();
    uint32_t goal = attacktree_node(t, ATTACKTREE_ATTACK, ATTACKTREE_OR, "goal");
    uint32_t guard = attacktree_node(t, ATTACKTREE_COUNTERMEASURE, ATTACKTREE_LEAF, "guard");
    uint32_t b = step(t, goal, "b", 0.5, 7), a = step(t, goal, "a", 0.5, 3);
    attacktree_guard(t, a, guard);
    attacktree_guard(t, b, guard);
    attacktree_set(t, guard, ATTACKTREE_DEPLOYED, 0.5);
    attacktree_set(t, guard, ATTACKTREE_STOPS, 1);
    struct attacktree_options o;
    struct attacktree_result *r;
    attacktree_defaults(&o);
    o.importance = o.fronts = o.all_attacks = 1;
    o.axes = &(struct attacktree_axes){{ATTACKTREE_BY_SIZE, ATTACKTREE_BY_COST}, 2};
    o.axes_len = 1;
    o.samples = 1000;
    o.best = 2;
    assert_int_equal(attacktree_analyse(t, &o, &r), ATTACKTREE_OK);
    attacktree_free(t); /* results live on */
    near(attacktree_probability(r, ATTACKTREE_WORLD_NONE)->value, 0.75);
    near(attacktree_probability(r, ATTACKTREE_WORLD_DEPLOYED)->value, 0.375);
    near(attacktree_probability(r, ATTACKTREE_WORLD_ALL)->value, 0);
    near(attacktree_specification_gap(r)->value, 0);
    near(attacktree_deployment_gap(r)->value, 0.375);
    assert_int_equal(attacktree_main_world(r), ATTACKTREE_WORLD_DEPLOYED);
    assert_true(attacktree_world_known(r, ATTACKTREE_WORLD_ALL, NULL));
    assert_string_equal(attacktree_count(r, ATTACKTREE_WORLD_NONE), "2");
    assert_string_equal(attacktree_count(r, ATTACKTREE_WORLD_ALL), "0");
    const struct attacktree_attacks *best = attacktree_best(r, ATTACKTREE_WORLD_NONE, ATTACKTREE_BY_COST);
    assert_int_equal(best->len, 2);
    assert_int_equal(best->at[0].len, 1);
    assert_int_equal(best->at[0].steps[0], a);
    assert_int_equal(best->at[1].steps[0], b);
    near(best->at[0].by[ATTACKTREE_BY_COST], 3);
    assert_true(isnan(best->at[0].by[ATTACKTREE_BY_SKILL]));
    assert_int_equal(attacktree_best(r, ATTACKTREE_WORLD_NONE, ATTACKTREE_BY_SKILL)->len, 0);
    assert_int_equal(attacktree_front(r, ATTACKTREE_WORLD_NONE, ATTACKTREE_COST_PROBABILITY)->len, 1);
    const struct attacktree_attacks *chosen = attacktree_chosen_front(r, ATTACKTREE_WORLD_NONE, 0);
    assert_int_equal(chosen->len, 1);
    assert_int_equal(chosen->at[0].steps[0], a);
    assert_int_equal(attacktree_chosen_front(r, ATTACKTREE_WORLD_NONE, 1)->len, 0);
    size_t len;
    const struct attacktree_importance *i = attacktree_importances(r, ATTACKTREE_WORLD_DEPLOYED, &len);
    assert_int_equal(len, 3);
    for (size_t k = 0; k < len; k++)
        if (i[k].node == guard)
            near(i[k].birnbaum, -0.75);
    const struct attacktree_worth *w = attacktree_worths(r, &len);
    assert_int_equal(len, 1);
    assert_int_equal(w[0].node, guard);
    near(w[0].removes, 0.375);
    assert_int_equal(attacktree_trials(r), 1000);
    near(attacktree_sampled_probability(r, ATTACKTREE_WORLD_DEPLOYED)->mean, 0.375);
    near(attacktree_sampled(r, ATTACKTREE_BY_COST)->q50, 3);
    attacktree_drivers(r, &len);
    assert_int_equal(len, 0);
    assert_true(attacktree_seconds(r) >= 0);
    /* what does not exist */
    assert_int_equal(attacktree_best(r, (enum attacktree_world)7, (enum attacktree_measure)9)->len, 0);
    assert_true(isnan(attacktree_probability(r, (enum attacktree_world)7)->value));
    assert_null(attacktree_count(r, (enum attacktree_world)7));
    attacktree_result_free(r);
}

/* A shared step, all gates, and values that the tree lacks. */
static void test_gates(void **state)
{
    (void)state;
    static const struct {
        enum attacktree_gate gate;
        unsigned k, k_max, steps;
        double p;
    } cases[] = {
        {ATTACKTREE_OR, 0, 0, 3, 1 - 0.9 * 0.8 * 0.7},
        {ATTACKTREE_AND, 0, 0, 3, 0.1 * 0.2 * 0.3},
        {ATTACKTREE_SAND, 0, 0, 3, 0.1 * 0.2 * 0.3},
        {ATTACKTREE_AT_LEAST, 2, 0, 3, 0.1 * 0.2 * 0.7 + 0.1 * 0.8 * 0.3 + 0.9 * 0.2 * 0.3 + 0.1 * 0.2 * 0.3},
        {ATTACKTREE_CARDINALITY, 1, 2, 3, 1 - 0.9 * 0.8 * 0.7 - 0.1 * 0.2 * 0.3},
        {ATTACKTREE_NOT, 0, 0, 1, 0.9},
        {ATTACKTREE_XOR, 0, 0, 2, 0.1 * 0.8 + 0.9 * 0.2},
        {ATTACKTREE_NAND, 0, 0, 2, 1 - 0.1 * 0.2},
        {ATTACKTREE_NOR, 0, 0, 2, 0.9 * 0.8},
        {ATTACKTREE_IFF, 0, 0, 2, 0.1 * 0.2 + 0.9 * 0.8},
        {ATTACKTREE_IMPLY, 0, 0, 2, 0.9 + 0.1 * 0.2},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct attacktree *t = attacktree_new();
        struct attacktree_result *r;
        uint32_t goal = attacktree_node(t, ATTACKTREE_ATTACK, cases[i].gate, NULL);
        if (cases[i].k)
            attacktree_set_k(t, goal, cases[i].k, cases[i].k_max);
        for (unsigned s = 0; s < cases[i].steps; s++)
            step(t, goal, s ? s > 1 ? "c" : "b" : "a", 0.1 * (s + 1), 1);
        assert_int_equal(attacktree_analyse(t, NULL, &r), ATTACKTREE_OK);
        near(attacktree_probability(r, attacktree_main_world(r))->value, cases[i].p);
        attacktree_result_free(r);
        attacktree_free(t);
    }
}

/* Countermeasures are one by their label; without label each is its own. */
static void test_same_label(void **state)
{
    (void)state;
    for (int labelled = 0; labelled < 2; labelled++) {
        struct attacktree *t = attacktree_new();
        struct attacktree_result *r;
        uint32_t goal = attacktree_node(t, ATTACKTREE_ATTACK, ATTACKTREE_OR, "goal");
        for (int i = 0; i < 2; i++) {
            uint32_t s = step(t, goal, "step", 1, 1);
            uint32_t c = attacktree_node(t, ATTACKTREE_COUNTERMEASURE, ATTACKTREE_LEAF, labelled ? "guard" : NULL);
            attacktree_set(t, c, ATTACKTREE_DEPLOYED, 0.5);
            attacktree_guard(t, s, c);
        }
        assert_int_equal(attacktree_analyse(t, NULL, &r), ATTACKTREE_OK);
        near(attacktree_probability(r, ATTACKTREE_WORLD_DEPLOYED)->value, labelled ? 0.5 : 0.75);
        attacktree_result_free(r);
        attacktree_free(t);
    }
}

static void test_missing(void **state)
{
    (void)state;
    struct attacktree *t = attacktree_new();
    struct attacktree_result *r;
    uint32_t because, goal = attacktree_node(t, ATTACKTREE_ATTACK, ATTACKTREE_OR, "goal");
    uint32_t a = attacktree_node(t, ATTACKTREE_ATTACK, ATTACKTREE_LEAF, "a");
    uint32_t guard = attacktree_node(t, ATTACKTREE_COUNTERMEASURE, ATTACKTREE_LEAF, "guard");
    attacktree_child(t, goal, a);
    attacktree_guard(t, a, guard);
    assert_int_equal(attacktree_analyse(t, NULL, &r), ATTACKTREE_OK);
    assert_int_equal(attacktree_main_world(r), ATTACKTREE_WORLD_NONE);
    const struct attacktree_number *p = attacktree_probability(r, ATTACKTREE_WORLD_NONE);
    assert_false(p->known);
    assert_int_equal(p->missing, a);
    assert_int_equal(p->missing_attribute, ATTACKTREE_P);
    assert_true(isnan(p->value));
    assert_false(attacktree_world_known(r, ATTACKTREE_WORLD_DEPLOYED, &because));
    assert_int_equal(because, guard);
    assert_string_equal(attacktree_count(r, ATTACKTREE_WORLD_NONE), "1");
    attacktree_result_free(r);
    attacktree_free(t);
}

/* Four guarded steps. */
static void test_defence(void **state)
{
    (void)state;
    struct attacktree *t = attacktree_new();
    struct attacktree_options o;
    struct attacktree_result *r;
    uint32_t goal = attacktree_node(t, ATTACKTREE_ATTACK, ATTACKTREE_OR, "goal");
    for (int i = 0; i < 4; i++) {
        char label[20];
        snprintf(label, sizeof(label), "guard %d", i);
        uint32_t s = step(t, goal, "step", 0.1 * (i + 1), 10 * (i + 1));
        uint32_t guard = attacktree_node(t, ATTACKTREE_COUNTERMEASURE, ATTACKTREE_LEAF, label);
        attacktree_guard(t, s, guard);
        attacktree_set(t, guard, ATTACKTREE_DEPLOYED, 0);
        attacktree_set(t, guard, ATTACKTREE_COST, 100);
    }
    attacktree_defaults(&o);
    o.defence = 1;
    o.threads = 2;
    assert_int_equal(attacktree_analyse(t, &o, &r), ATTACKTREE_OK);
    size_t len;
    const struct attacktree_budget *b = attacktree_budgets(r, &len);
    assert_int_equal(len, 5);
    near(b[1].budget, 100);
    near(b[1].least_probability.probability, 1 - 0.9 * 0.8 * 0.7);
    near(b[1].dearest_attack.cheapest, 20);
    near(b[4].least_probability.probability, 0);
    assert_true(isinf(b[4].dearest_attack.cheapest));
    assert_int_equal(attacktree_defence_probability(r)->len, 5);
    assert_int_equal(attacktree_defence_cheapest(r)->len, 5);
    assert_string_equal(attacktree_cuts_count(r), "1");
    assert_int_equal(attacktree_cuts(r)->at[0].len, 4);
    attacktree_result_free(r);
    attacktree_free(t);
}

static void test_deep(void **state)
{
    (void)state;
    struct attacktree *t = attacktree_new();
    struct attacktree_result *r;
    uint32_t at = attacktree_node(t, ATTACKTREE_ATTACK, ATTACKTREE_OR, "goal");
    for (int i = 0; i < 50000; i++) {
        uint32_t below = attacktree_node(t, ATTACKTREE_ATTACK, ATTACKTREE_OR, "deeper");
        attacktree_child(t, at, below);
        at = below;
    }
    step(t, at, "step", 0.25, 1);
    assert_int_equal(attacktree_analyse(t, NULL, &r), ATTACKTREE_OK);
    near(attacktree_probability(r, ATTACKTREE_WORLD_NONE)->value, 0.25);
    attacktree_result_free(r);
    attacktree_free(t);
}

/* ---- faults ------------------------------------------------------------------------------------- */

static struct attacktree *two(void) /* goal 0, step 1 */
{
    struct attacktree *t = attacktree_new();
    attacktree_node(t, ATTACKTREE_ATTACK, ATTACKTREE_OR, "goal");
    step(t, 0, "step", 0.5, 1);
    return t;
}


static void circle(struct attacktree *t)
{
    uint32_t a = attacktree_node(t, ATTACKTREE_ATTACK, ATTACKTREE_OR, "one");
    uint32_t b = attacktree_node(t, ATTACKTREE_ATTACK, ATTACKTREE_OR, "other");
    attacktree_child(t, 0, a);
    attacktree_child(t, a, b);
    attacktree_child(t, b, a);
}

static void apart(struct attacktree *t)
{
    attacktree_node(t, ATTACKTREE_ATTACK, ATTACKTREE_LEAF, "lonely");
}

static void empty(struct attacktree *t)
{
    attacktree_child(t, 0, attacktree_node(t, ATTACKTREE_ATTACK, ATTACKTREE_AND, "gate"));
}

static void too_many(struct attacktree *t)
{
    uint32_t gate = attacktree_node(t, ATTACKTREE_ATTACK, ATTACKTREE_AT_LEAST, "some");
    attacktree_child(t, 0, gate);
    attacktree_child(t, gate, 1);
    attacktree_set_k(t, gate, 2, 0);
}

static void below_step(struct attacktree *t)
{
    attacktree_child(t, 1, attacktree_node(t, ATTACKTREE_ATTACK, ATTACKTREE_LEAF, "x"));
}

static void above_one(struct attacktree *t)
{
    attacktree_set(t, 1, ATTACKTREE_P, 1.5);
    attacktree_set(t, 99, ATTACKTREE_P, 0.5); /* the first fault stays */
}

static void not_a_number(struct attacktree *t)
{
    attacktree_set(t, 1, ATTACKTREE_COST, (double)NAN);
}

static void wrong_way(struct attacktree *t)
{
    attacktree_set_range(t, 1, ATTACKTREE_COST, 9, 3);
}

static void from_zero(struct attacktree *t)
{
    attacktree_set_range(t, 1, ATTACKTREE_P, 0, 0.5);
}

static void no_node(struct attacktree *t)
{
    attacktree_child(t, 0, 17);
}

static void step_guards(struct attacktree *t)
{
    attacktree_guard(t, 0, 1);
}

static void stops_of_step(struct attacktree *t)
{
    attacktree_set(t, 1, ATTACKTREE_STOPS, 0.5);
}

static void differ(struct attacktree *t)
{
    for (int i = 0; i < 2; i++) {
        uint32_t c = attacktree_node(t, ATTACKTREE_COUNTERMEASURE, ATTACKTREE_LEAF, "the same");
        attacktree_set(t, c, ATTACKTREE_DEPLOYED, 0.1 * (i + 1));
        attacktree_guard(t, 1, c);
    }
}

static void bad_gate(struct attacktree *t)
{
    assert_int_equal(attacktree_node(t, ATTACKTREE_ATTACK, (enum attacktree_gate)40, "x"), ATTACKTREE_NONE);
}

static void test_faults(void **state)
{
    (void)state;
    static const struct {
        void (*make)(struct attacktree *t);
        const char *error;
    } cases[] = {
        {circle, "circle: 2 \"one\" -> 3 \"other\" -> 2 \"one\""},
        {apart, "node 2 \"lonely\" is not below the goal"},
        {empty, "node 2 \"gate\" has 0 children"},
        {too_many, "node 2 \"some\" takes 2 of 1 children"},
        {below_step, "node 1 \"step\" has 1 children; its gate takes none"},
        {above_one, "node 1 \"step\": p from 1.5 to 1.5; expected probabilities of 0 to 1"},
        {not_a_number, "expected numbers of 0 or more"},
        {wrong_way, "cost from 9 to 3"},
        {from_zero, "more than 0 and less than 1"},
        {no_node, "there is no node 17; the tree has 2"},
        {step_guards, "node 1 \"step\" is no countermeasure"},
        {stops_of_step, "stops is a value of countermeasures only"},
        {differ, "deployed"},
        {bad_gate, "40 is no gate"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct attacktree *t = two();
        struct attacktree_result *r;
        cases[i].make(t);
        if (attacktree_analyse(t, NULL, &r) != ATTACKTREE_EINVALID || r)
            fail_msg("no fault where \"%s\" was expected", cases[i].error);
        if (!strstr(attacktree_error(t), cases[i].error))
            fail_msg("\"%s\", expected \"%s\"", attacktree_error(t), cases[i].error);
        attacktree_result_free(r);
        attacktree_free(t);
    }
    struct attacktree *t = two();
    struct attacktree_result *r;
    assert_int_equal(attacktree_analyse(t, NULL, &r), ATTACKTREE_OK);
    assert_string_equal(attacktree_error(t), "");
    attacktree_result_free(r);
    attacktree_free(t);
    t = attacktree_new();
    assert_int_equal(attacktree_analyse(t, NULL, &r), (int)ATTACKTREE_EINVALID);
    assert_string_equal(attacktree_error(t), "the tree has no node");
    attacktree_free(t);
    attacktree_free(NULL);
}

/* Options of an older caller, and a wish to end. */
static void test_options(void **state)
{
    (void)state;
    struct attacktree *t = two();
    struct attacktree_options o;
    struct attacktree_result *r;
    memset(&o, 0xff, sizeof(o));
    attacktree_options_init(&o, offsetof(struct attacktree_options, importance)); /* the rest is not looked at */
    assert_int_equal(attacktree_analyse(t, &o, &r), ATTACKTREE_OK);
    assert_int_equal(attacktree_trials(r), 0);
    attacktree_result_free(r);
    static const struct attacktree_axes wrong[] = {{{ATTACKTREE_BY_COST}, 1},
                                                   {{ATTACKTREE_BY_COST, ATTACKTREE_BY_COST}, 2},
                                                   {{ATTACKTREE_BY_COST, ATTACKTREE_MEASURES}, 2}};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        attacktree_defaults(&o);
        o.axes = &wrong[i];
        o.axes_len = 1;
        assert_int_equal(attacktree_analyse(t, &o, &r), (int)ATTACKTREE_EINVALID);
        assert_string_equal(attacktree_error(t), "options.axes[0]: expected two or three different measures");
    }
    attacktree_cancel(t);
    assert_int_equal(attacktree_analyse(t, NULL, &r), ATTACKTREE_OK); /* ends early or not: never an error */
    attacktree_result_free(r);
    assert_true(strlen(attacktree_version()) > 2);
    attacktree_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worlds), cmocka_unit_test(test_gates),  cmocka_unit_test(test_missing),
        cmocka_unit_test(test_same_label),
        cmocka_unit_test(test_defence), cmocka_unit_test(test_deep),  cmocka_unit_test(test_faults),
        cmocka_unit_test(test_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
