/* tree/core/pareto.h: against brute force on random trees, and on models with known answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "attack_fixture.h"
#include "tree/core/pareto_attempt.h"
#include "tree/io/outline.h"

enum { ROUNDS = 150 };

static bool close_to(double a, double b)
{
    return fabs(a - b) <= 1e-12 + 1e-9 * fabs(b);
}

static double bad(enum tree_measure m, const struct tree_attack *a)
{
    return m == MEASURE_PROBABILITY || m == MEASURE_DAMAGE ? -a->by[m] : a->by[m];
}

/* The front by comparing everything with everything; figures are exact here (small whole numbers, sixteenths). */
static size_t brute_front(struct tree_attack *at, size_t len, const struct tree_front *f)
{
    size_t kept = 0;
    bool *drop = calloc(len + 1, sizeof(*drop));
    for (size_t i = 0; i < len; i++)
        for (size_t j = 0; j < len && !drop[i]; j++) {
            bool better = false, worse = false;
            for (unsigned a = 0; a < f->axes_len; a++) {
                better |= bad(f->axes[a], &at[j]) < bad(f->axes[a], &at[i]);
                worse |= bad(f->axes[a], &at[j]) > bad(f->axes[a], &at[i]);
            }
            drop[i] = !worse && (better || j < i) && !drop[j];
        }
    for (size_t i = 0; i < len; i++)
        if (!drop[i])
            at[kept++] = at[i];
    free(drop);
    return kept;
}

static void check_witness(const struct subject *s, const struct tree_front *f, const struct tree_front_point *p)
{
    uint32_t set = 0;
    for (uint32_t i = 0; i < p->attack.len; i++)
        set |= 1u << s->model.event_of[p->attack.steps[i]];
    struct tree_attack own = brute_figures(s, set);
    for (unsigned a = 0; a < f->axes_len; a++)
        assert_true(close_to(own.by[f->axes[a]], p->by[a]));
}

static void check_front(struct subject *s, const enum tree_measure *axes, unsigned len, const struct tree_attack *all,
                        size_t all_len, uint64_t seed)
{
    struct tree_front f;
    struct tree_attack *expected = arena_new_array(s->arena, struct tree_attack, all_len + 1);
    pareto_front(&s->solution, &s->values, axes, len, NULL, s->arena, &f);
    memcpy(expected, all, all_len * sizeof(*all));
    assert_int_equal(f.missing, UINT32_MAX);
    assert_true(f.exact);
    size_t count = brute_front(expected, all_len, &f);
    if (f.len != count)
        fail_msg("seed %llu: %zu points, expected %zu (%s, %s, %s)", (unsigned long long)seed, f.len, count,
                 tree_measure_names[axes[0]], tree_measure_names[axes[1]],
                 len > 2 ? tree_measure_names[axes[2]] : "");
    for (size_t i = 0; i < f.len; i++) {
        size_t j = 0;
        for (bool same = false; j < count && !same; j += !same) {
            same = true;
            for (unsigned a = 0; a < len; a++)
                same = same && close_to(f.at[i].by[a], expected[j].by[axes[a]]);
        }
        if (j == count)
            fail_msg("seed %llu: point %g, %g is not expected", (unsigned long long)seed, f.at[i].by[0],
                     f.at[i].by[1]);
        assert_true(!i || f.at[i - 1].by[0] <= f.at[i].by[0]);
        check_witness(s, &f, &f.at[i]);
    }
}

static void check_all_axes(struct subject *s, uint64_t seed)
{
    static const enum tree_measure m[] = {MEASURE_COST, MEASURE_TIME, MEASURE_SKILL, MEASURE_PROBABILITY,
                                          MEASURE_TIME_SUM, MEASURE_SIZE};
    struct tree_attack *every = arena_new_array(s->arena, struct tree_attack, (size_t)1 << s->model.steps);
    for (uint32_t set = 0; s->values.has_damage && set < (uint32_t)1 << s->model.steps; set++)
        every[set] = brute_figures(s, set);
    for (unsigned i = 0; i < ARRAY_LEN(m); i++)
        for (unsigned j = 0; j < ARRAY_LEN(m); j++) {
            if (i == j)
                continue;
            unsigned other = 0;
            while (other == i || other == j)
                other++;
            enum tree_measure axes[3] = {m[i], m[j], m[other]};
            check_front(s, axes, 2, s->attacks, s->len, seed);
            check_front(s, axes, 3, s->attacks, s->len, seed);
            if (!s->values.has_damage)
                continue;
            axes[(i + j) % 3] = MEASURE_DAMAGE;
            check_front(s, axes, 3, every, (size_t)1 << s->model.steps, seed);
            enum tree_measure two[2] = {j > i ? m[i] : MEASURE_DAMAGE, j > i ? MEASURE_DAMAGE : m[i]};
            check_front(s, two, 2, every, (size_t)1 << s->model.steps, seed);
        }
}

static void random_trees(uint64_t seed)
{
    static const struct tree_kind kinds[] = {
        {0},
        {.damage = true},
        {.sequences = true, .damage = true},
        {.countermeasures = true, .damage = true},
        {.negations = true, .damage = true},
    };
    for (uint64_t i = 0; i < ROUNDS; i++) {
        struct chance_source r = {seed + i};
        struct arena a = ARENA_INIT;
        struct err err = ERR_INIT;
        struct subject s;
        const struct tree *t = random_tree(&a, &r, &kinds[i % ARRAY_LEN(kinds)]);
        if (!subject_init(&s, &a, t, draw_number(&r, 3) ? WORLD_ALL : WORLD_NONE, &err))
            fail_msg("%s", err.text);
        brute_attacks(&s);
        check_all_axes(&s, seed + i);
        arena_release(&a);
    }
}

static void test_random_fixed(void **state)
{
    (void)state;
    random_trees(1000);
}

static void test_random_new(void **state)
{
    (void)state;
    random_trees(random_seed());
}

/* ---- what is missing, and limits ---------------------------------------------------------------- */

static const struct tree *parse(struct arena *a, const char *text)
{
    struct diag diag;
    diag_init(&diag, a);
    const struct tree *t = outline_parse(a, sv_str(text), "f", 1, 1, NULL, &diag);
    if (!t)
        fail_msg("%s", diag_format(&diag, &diag.items[0]));
    return t;
}

static void test_missing(void **state)
{
    (void)state;
    static const enum tree_measure axes[] = {MEASURE_COST, MEASURE_PROBABILITY, MEASURE_DAMAGE};
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct subject s;
    struct tree_front f;
    assert_true(subject_init(&s, &a, parse(&a, "G\n  a [p=0.5 cost=1]\n  b [cost=2]\n"), WORLD_NONE, &err));
    pareto_front(&s.solution, &s.values, axes, 2, NULL, &a, &f);
    assert_true(f.missing == 2 && f.missing_measure == MEASURE_PROBABILITY && f.len == 0);
    pareto_front(&s.solution, &s.values, axes, 3, NULL, &a, &f);
    assert_true(f.missing == 0 && f.missing_measure == MEASURE_DAMAGE && f.len == 0);
    arena_release(&a);
}

/* A front with 2^n points: costs are powers of two, and so are the probabilities the other way round. */
static void test_limits(void **state)
{
    (void)state;
    static const enum tree_measure axes[] = {MEASURE_COST, MEASURE_PROBABILITY},
                                   damage[] = {MEASURE_COST, MEASURE_DAMAGE};
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct subject s;
    struct tree_front f;
    struct tree_limits limits = {.max_bytes = 1 << 20};
    const char *text = "G\n  AND x\n";
    for (int i = 0; i < 20; i++)
        text = arena_printf(&a, "%s    OR o%d\n      a%d [p=%.17g cost=%d damage=%d]\n      b%d [p=1 cost=%d]\n",
                            text, i, i, exp(-ldexp(1e-6, i)), 1 << i, 1 << i, i, 1 << (i + 1));
    assert_true(subject_init(&s, &a, parse(&a, text), WORLD_NONE, &err));
    pareto_front(&s.solution, &s.values, axes, 2, &limits, &a, &f);
    assert_true(!f.exact && f.len > 0);
    pareto_front(&s.solution, &s.values, damage, 2, &limits, &a, &f);
    assert_true(!f.exact && f.len > 0);
    for (size_t i = 1; i < f.len; i++)
        assert_true(f.at[i].by[0] > f.at[i - 1].by[0] && f.at[i].by[1] > f.at[i - 1].by[1]);
    arena_release(&a);
}

/* ---- the best use of a budget ------------------------------------------------------------------- */

/* For every set of steps the probability of the goal when just these are attempted. */
static void check_attempts(struct arena *a, const struct tree *t, enum tree_world world, uint64_t seed)
{
    struct err err = ERR_INIT;
    struct subject s;
    struct solution solution;
    struct formula f;
    struct tree_front front;
    struct model_world w = {.world = world};
    assert_true(subject_init(&s, a, t, world, &err));
    model_formula(&s.model, &w, &f, NULL);
    assert_int_equal(solve(&f, SOLVE_BDD, NULL, a, &solution, &err), CM_OK);
    const double *p = model_chances(&s.model, &w);
    double *some = arena_new_array(a, double, s.model.events.len + 1);
    struct tree_attack *all = arena_new_array(a, struct tree_attack, (size_t)1 << s.model.steps);
    for (uint32_t set = 0; set < (uint32_t)1 << s.model.steps; set++) {
        memcpy(some, p, s.model.events.len * sizeof(*some));
        for (uint32_t e = 0; e < s.model.steps; e++) {
            some[e] = set >> e & 1u ? p[e] : 0;
            all[set].by[MEASURE_COST] += set >> e & 1u ? s.values.of[MEASURE_COST][e] : 0;
        }
        all[set].by[MEASURE_PROBABILITY] = solution_probability(&solution, some, NULL).p;
    }
    pareto_attempt(&solution, &f, &s.values, p, NULL, a, &front);
    assert_true(front.exact && front.missing == UINT32_MAX && front.len > 0);
    for (uint32_t set = 0; set < (uint32_t)1 << s.model.steps; set++) {
        double best = -1;
        for (size_t i = 0; i < front.len; i++)
            if (front.at[i].by[0] <= all[set].by[MEASURE_COST])
                best = front.at[i].by[1];
        if (best < all[set].by[MEASURE_PROBABILITY] - 1e-12)
            fail_msg("seed %llu: %g for %g, expected %g", (unsigned long long)seed, best, all[set].by[MEASURE_COST],
                     all[set].by[MEASURE_PROBABILITY]);
    }
    for (size_t i = 0; i < front.len; i++) {
        uint32_t set = 0;
        for (uint32_t j = 0; j < front.at[i].attack.len; j++)
            set |= 1u << s.model.event_of[front.at[i].attack.steps[j]];
        assert_true(close_to(front.at[i].by[0], all[set].by[MEASURE_COST]));
        assert_true(close_to(front.at[i].by[1], all[set].by[MEASURE_PROBABILITY]));
        assert_true(!i || (front.at[i - 1].by[0] < front.at[i].by[0] && front.at[i - 1].by[1] < front.at[i].by[1]));
    }
}

static void test_attempts(void **state)
{
    (void)state;
    uint64_t seeds[] = {5000, random_seed()};
    for (uint64_t i = 0; i < 2 * ROUNDS; i++) {
        struct arena a = ARENA_INIT;
        struct chance_source r = {seeds[i % 2] + i};
        struct tree *t = random_tree(&a, &r, &(struct tree_kind){.countermeasures = i % 3 == 0});
        for (size_t j = 0; j < t->nodes.len; j++)
            if (t->nodes.at[j].role == TREE_COUNTERMEASURE) {
                set_point(&t->nodes.at[j], TREE_DEPLOYED, draw_number(&r, 5) / 4.0);
                set_point(&t->nodes.at[j], TREE_STOPS, draw_number(&r, 5) / 4.0);
            }
        check_attempts(&a, t, WORLD_DEPLOYED, seeds[i % 2] + i);
        arena_release(&a);
    }
}

/* 40 independent ways: the greatest chance for each budget; and a long chain of gates. */
static void test_attempts_large(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct subject s;
    struct solution solution;
    struct tree_front front;
    const char *text = "G\n";
    for (int i = 0; i < 40; i++)
        text = arena_printf(&a, "%s  AND x%d\n    a%d [p=0.5 cost=%d]\n    b%d [p=0.%d cost=%d]\n", text, i, i,
                            1 + i % 3, i, 1 + i % 9, 1 + i % 5);
    assert_true(subject_init(&s, &a, parse(&a, text), WORLD_NONE, &err));
    struct formula f = s.values.formula;
    assert_int_equal(solve(&f, SOLVE_BDD, NULL, &a, &solution, &err), CM_OK);
    const double *p = model_chances(&s.model, &(struct model_world){.world = WORLD_NONE});
    pareto_attempt(&solution, &f, &s.values, p, NULL, &a, &front);
    assert_true(front.exact && front.len > 20);
    assert_true(close_to(front.at[front.len - 1].by[1], solution_probability(&solution, p, NULL).p));
    arena_release(&a);
}

/* 8 of 20 steps of all kinds of cost: too many choices, and still a curve that holds. */
static void test_attempts_limit(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct subject s;
    struct solution solution;
    struct tree_front front;
    struct tree_limits limits = {.max_seconds = 1};
    const char *text = "G\n  8 OF x\n";
    for (int i = 0; i < 20; i++)
        text = arena_printf(&a, "%s    a%d [p=0.%d cost=%d]\n", text, i, 11 + 37 * i % 80, 1000 + 997 * i % 613);
    assert_true(subject_init(&s, &a, parse(&a, text), WORLD_NONE, &err));
    struct formula f = s.values.formula;
    assert_int_equal(solve(&f, SOLVE_BDD, NULL, &a, &solution, &err), CM_OK);
    const double *p = model_chances(&s.model, &(struct model_world){.world = WORLD_NONE});
    pareto_attempt(&solution, &f, &s.values, p, &limits, &a, &front);
    assert_false(front.exact);
    for (size_t i = 0; i < front.len; i++) {
        double *some = arena_new_array(&a, double, s.model.events.len + 1);
        for (uint32_t j = 0; j < front.at[i].attack.len; j++)
            some[s.model.event_of[front.at[i].attack.steps[j]]] = p[s.model.event_of[front.at[i].attack.steps[j]]];
        assert_true(close_to(front.at[i].by[1], solution_probability(&solution, some, NULL).p));
    }
    arena_release(&a);
}

/* ---- models with known answers ------------------------------------------------------------------ */

static void expect_front(struct subject *s, const struct json_value *expected, enum tree_measure second,
                         const char *name)
{
    enum tree_measure axes[] = {MEASURE_COST, second};
    struct tree_front f;
    size_t len = expected ? expected->count : 0;
    pareto_front(&s->solution, &s->values, axes, 2, NULL, s->arena, &f);
    if (!f.exact || f.len != len)
        fail_msg("%s: %zu points of %s, expected %zu", name, f.len, tree_measure_names[second], len);
    for (size_t i = 0; i < len; i++)
        for (unsigned j = 0; j < 2; j++)
            if (!close_to(f.at[i].by[j], expected->items[i]->items[j]->number))
                fail_msg("%s: point %zu of %s: %.17g, expected %.17g", name, i, tree_measure_names[second],
                         f.at[i].by[j], expected->items[i]->items[j]->number);
}

static void test_known(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    const char *folder = shared_folder(&a);
    if (!folder) {
        arena_release(&a);
        skip();
    }
    const struct json_value *all = shared_json(&a, folder, "expected");
    for (size_t i = 0; i < all->count; i++) {
        struct err err = ERR_INIT;
        const char *name = arena_printf(&a, "%.*s", SV_ARG(all->members[i].key));
        const struct tree *t = shared_tree(&a, folder, name);
        struct subject none, defended;
        assert_true(subject_init(&none, &a, t, WORLD_NONE, &err) && subject_init(&defended, &a, t, WORLD_ALL, &err));
        const struct json_value *world = json_get(all->members[i].value, "no_defence");
        expect_front(&none, json_get(world, "pareto_cost_probability"), MEASURE_PROBABILITY, name);
        expect_front(&none, json_get(world, "pareto_cost_damage"), MEASURE_DAMAGE, name);
        world = json_get(all->members[i].value, "all_defences");
        expect_front(&defended, json_get(world, "pareto_cost_probability"), MEASURE_PROBABILITY, name);
    }
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_fixed),   cmocka_unit_test(test_random_new),
        cmocka_unit_test(test_missing),        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_attempts),       cmocka_unit_test(test_attempts_large),
        cmocka_unit_test(test_attempts_limit), cmocka_unit_test(test_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
