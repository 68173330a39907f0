/* The solver against truth tables: random formulas of all operators, with and without negations. */
#include "base/rand.h"
#include "tree/core/bdd.h"
#include "tree/core/bignum.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { EVENTS_MAX = 10 };

static uint64_t next(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static uint32_t below(uint64_t *state, uint32_t n)
{
    return (uint32_t)(next(state) % n);
}

/* Gates over what is there already: deep and shared, or broad, as it falls. */
static void random_formula(struct formula *f, struct arena *arena, uint64_t *state, bool negations)
{
    uint32_t events = 1 + below(state, EVENTS_MAX), gates = 1 + below(state, 14);
    uint32_t near = 1 + below(state, 12);
    formula_init(f, arena, events);
    uint32_t made[64], len = 0, edges[8];
    for (uint32_t e = 0; e < events; e++)
        made[len++] = formula_event(f, e);
    for (uint32_t i = 0; i < gates; i++) {
        uint32_t n = 1 + below(state, 5);
        for (uint32_t j = 0; j < n; j++) {
            uint32_t reach = below(state, 2) && near < len ? near : len;
            edges[j] = made[len - 1 - below(state, reach)];
            if (negations && below(state, 4) == 0)
                edges[j] = FORMULA_NOT(edges[j]);
        }
        uint32_t op = below(state, negations ? 4 : 3);
        enum formula_op ops[] = {FORMULA_AND, FORMULA_OR, FORMULA_AT_LEAST, FORMULA_XOR};
        made[len++] = formula_gate(f, ops[op], 1 + below(state, n), edges, n);
    }
    f->root = made[len - 1];
    if (negations && below(state, 5) == 0)
        f->root = FORMULA_NOT(f->root);
}

/* All sets of a solution, as bit masks, in the order of a walk. */
struct listing {
    const struct solution *s;
    uint32_t *masks;
    size_t len, cap;
};

struct task { /* walk this reference of this part, then the rest */
    uint32_t part, ref;
    const struct task *rest;
};

static void list_sets(struct listing *l, const struct task *t, uint32_t mask)
{
    if (!t) {
        assert_true(l->len < l->cap);
        l->masks[l->len++] = mask;
        return;
    }
    const struct diagram *d = &l->s->parts[t->part].sets;
    if (t->ref == 0)
        return;
    if (t->ref == 1) {
        list_sets(l, t->rest, mask);
        return;
    }
    const struct diagram_node *n = &d->at[t->ref];
    struct task lo = {t->part, n->lo, t->rest}, hi = {t->part, n->hi, t->rest};
    list_sets(l, &lo, mask);
    if (n->var < l->s->events) {
        list_sets(l, &hi, mask | 1u << n->var);
    } else {
        uint32_t part = n->var - l->s->events;
        struct task inner = {part, l->s->parts[part].sets.root, &hi};
        list_sets(l, &inner, mask);
    }
}

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void check_against_table(const struct formula *f, const struct solution *s, uint64_t *state, struct arena *a)
{
    double p[EVENTS_MAX], q[EVENTS_MAX], truth = 0, falsehood = 0;
    for (uint32_t e = 0; e < f->events; e++) {
        p[e] = (double)below(state, 1000) / 1000;
        q[e] = 1 - p[e];
    }
    bool table[1 << EVENTS_MAX];
    uint32_t all = 1u << f->events, expected[1 << EVENTS_MAX], found[1 << EVENTS_MAX];
    size_t minimal = 0;
    for (uint32_t m = 0; m < all; m++) {
        bool holds[EVENTS_MAX], least = true;
        double chance = 1;
        for (uint32_t e = 0; e < f->events; e++) {
            holds[e] = m >> e & 1;
            chance *= holds[e] ? p[e] : q[e];
        }
        table[m] = formula_holds(f, holds);
        truth += table[m] ? chance : 0;
        falsehood += table[m] ? 0 : chance;
        for (uint32_t sub = (m - 1) & m; m && least; sub = (sub - 1) & m) {
            least = !table[sub];
            if (!sub)
                break;
        }
        if (table[m] && least)
            expected[minimal++] = m;
    }
    struct chance c = solution_probability(s, p, NULL);
    assert_true(fabs(c.p - truth) <= 1e-12 + 1e-11 * truth);
    assert_true(fabs(c.q - falsehood) <= 1e-12 + 1e-11 * falsehood);
    struct listing l = {s, found, 0, ARRAY_LEN(found)};
    struct task t = {s->len - 1, s->parts[s->len - 1].sets.root, NULL};
    list_sets(&l, &t, 0);
    qsort(found, l.len, sizeof(*found), by_value);
    assert_int_equal(l.len, minimal);
    assert_memory_equal(found, expected, minimal * sizeof(*found));
    assert_string_equal(solution_count(s, a), arena_printf(a, "%zu", minimal));
}

static void check_diagrams(const struct formula *f, const struct solution *s)
{
    for (uint32_t i = 0; i < s->len; i++) {
        const struct solution_part *p = &s->parts[i];
        for (uint32_t j = 1; j < p->bdd.len; j++) {
            assert_true(p->bdd.at[j].lo >> 1 < j && p->bdd.at[j].hi >> 1 < j);
            assert_true(p->bdd.at[j].var < f->events + i);
        }
        for (uint32_t j = 2; j < p->sets.len; j++) {
            assert_true(p->sets.at[j].lo < j && p->sets.at[j].hi < j && p->sets.at[j].hi > 0);
            assert_true(p->sets.at[j].var < f->events + i);
        }
    }
}

static void run_random(uint64_t seed, unsigned rounds)
{
    for (unsigned i = 0; i < rounds; i++) {
        uint64_t state = seed + i;
        struct arena a = ARENA_INIT;
        struct formula f;
        struct solution s;
        struct err err = ERR_INIT;
        random_formula(&f, &a, &state, i % 2);
        if (solve(&f, SOLVE_BOTH, NULL, &a, &s, &err))
            fail_msg("seed %llu: %s", (unsigned long long)(seed + i), err.text);
        check_diagrams(&f, &s);
        check_against_table(&f, &s, &state, &a);
        arena_release(&a);
    }
}

static void test_fixed_seed(void **state)
{
    (void)state;
    run_random(1, 10000);
}

static void test_random_seed(void **state)
{
    (void)state;
    uint64_t seed;
    rand_bytes(&seed, sizeof(seed));
    print_message("# seed %llu\n", (unsigned long long)seed);
    run_random(seed, 3000);
}

/* The manager for other analyses: the same functions by its own calls. */
static void test_manager(void **unused)
{
    (void)unused;
    for (uint64_t seed = 0; seed < 500; seed++) {
        uint64_t state = seed;
        struct arena a = ARENA_INIT;
        struct formula f;
        random_formula(&f, &a, &state, seed % 2);
        uint32_t level_of[EVENTS_MAX];
        for (uint32_t e = 0; e < f.events; e++)
            level_of[e] = f.events - 1 - e;
        struct bdd *b = bdd_new(f.events, level_of, NULL);
        uint32_t root = bdd_build(b, &f, NULL, NULL);
        assert_false(bdd_failed(b));
        struct diagram d = bdd_diagram(b, root, &a);
        uint32_t var = below(&state, f.events);
        uint32_t split = bdd_ite(b, bdd_variable(b, var), bdd_restrict(b, root, var, true),
                                 bdd_restrict(b, root, var, false));
        assert_int_equal(split, root);
        for (uint32_t m = 0; m < 1u << f.events; m++) {
            bool holds[EVENTS_MAX];
            for (uint32_t e = 0; e < f.events; e++)
                holds[e] = m >> e & 1;
            uint32_t r = root, at = d.root;
            while (bdd_var(b, r) != DIAGRAM_TERMINAL)
                r = holds[bdd_var(b, r)] ? bdd_hi(b, r) : bdd_lo(b, r);
            while (at > 1)
                at = (holds[d.at[at >> 1].var] ? d.at[at >> 1].hi : d.at[at >> 1].lo) ^ (at & 1);
            assert_int_equal(r == BDD_TRUE, formula_holds(&f, holds));
            assert_int_equal(at == BDD_TRUE, r == BDD_TRUE);
        }
        bdd_free(b);
        arena_release(&a);
    }
}

/* An AND of n ORs of two events: 2^n sets; and k of n: binomials. */
static void test_large_counts(void **unused)
{
    (void)unused;
    static const struct {
        uint32_t pairs;
        const char *count;
    } cases[] = {
        {1, "2"},
        {63, "9223372036854775808"},
        {64, "18446744073709551616"},
        {65, "36893488147419103232"},
        {128, "340282366920938463463374607431768211456"},
        {200, "1606938044258990275541962092341162602522202993782792835301376"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena a = ARENA_INIT;
        struct formula f;
        struct solution s;
        struct err err = ERR_INIT;
        formula_init(&f, &a, 2 * cases[i].pairs);
        uint32_t ors[200];
        for (uint32_t j = 0; j < cases[i].pairs; j++)
            ors[j] = formula_gate(&f, FORMULA_OR, 0, (uint32_t[]){4 * j, 4 * j + 2}, 2);
        f.root = formula_gate(&f, FORMULA_AND, 0, ors, cases[i].pairs);
        assert_int_equal(solve(&f, SOLVE_BOTH, NULL, &a, &s, &err), CM_OK);
        assert_string_equal(solution_count(&s, &a), cases[i].count);
        arena_release(&a);
    }
    static const struct {
        uint32_t k, n;
        const char *count;
    } chosen[] = {{50, 100, "100891344545564193334812497256"},
                  {100, 200, "90548514656103281165404177077484163874504589675413336841320"}};
    for (size_t i = 0; i < ARRAY_LEN(chosen); i++) {
        struct arena a = ARENA_INIT;
        struct formula f;
        struct solution s;
        struct err err = ERR_INIT;
        formula_init(&f, &a, chosen[i].n);
        uint32_t edges[200];
        for (uint32_t j = 0; j < chosen[i].n; j++)
            edges[j] = 2 * j;
        f.root = formula_gate(&f, FORMULA_AT_LEAST, chosen[i].k, edges, chosen[i].n);
        assert_int_equal(solve(&f, SOLVE_BOTH, NULL, &a, &s, &err), CM_OK);
        assert_string_equal(solution_count(&s, &a), chosen[i].count);
        arena_release(&a);
    }
}

/* All of 20 steps at 1e-15 each: 1e-300; any of them: the same accuracy. */
static void test_small_probabilities(void **unused)
{
    (void)unused;
    struct arena a = ARENA_INIT;
    struct formula f;
    struct solution s;
    struct err err = ERR_INIT;
    uint32_t edges[20];
    double p[20];
    formula_init(&f, &a, 20);
    for (uint32_t e = 0; e < 20; e++) {
        edges[e] = 2 * e;
        p[e] = 1e-15;
    }
    f.root = formula_gate(&f, FORMULA_AND, 0, edges, 20);
    assert_int_equal(solve(&f, SOLVE_BDD, NULL, &a, &s, &err), CM_OK);
    assert_true(fabs(solution_probability(&s, p, NULL).p / 1e-300 - 1) < 1e-12);
    f.root = formula_gate(&f, FORMULA_AT_LEAST, 19, edges, 20);
    assert_int_equal(solve(&f, SOLVE_BDD, NULL, &a, &s, &err), CM_OK);
    assert_true(fabs(solution_probability(&s, p, NULL).p / 2e-284 - 1) < 1e-12);
    arena_release(&a);
}

/* A formula whose diagrams are far too large for anyone. */
static void hard_formula(struct formula *f, struct arena *a)
{
    enum { N = 400 };
    uint64_t state = 7;
    uint32_t made[N];
    formula_init(f, a, 200);
    for (uint32_t i = 0; i < N; i++) {
        uint32_t edges[6];
        for (uint32_t j = 0; j < 6; j++)
            edges[j] = i > 100 && below(&state, 3) == 0 ? made[below(&state, i)] : 2 * below(&state, 200);
        made[i] = formula_gate(f, i % 3 == 0 ? FORMULA_AT_LEAST : i % 3 == 1 ? FORMULA_AND : FORMULA_OR, 3, edges, 6);
    }
    f->root = formula_gate(f, FORMULA_AT_LEAST, 60, made + 100, N - 100);
}

static void test_limits(void **unused)
{
    (void)unused;
    atomic_bool cancelled = true;
    const struct tree_limits cases[] = {
        {.max_seconds = 0.05},
        {.max_bytes = 1},
        {.max_bytes = 5000},
        {.max_bytes = 100000},
        {.max_bytes = 4 << 20},
        {.cancelled = &cancelled},
        {.max_bytes = 4 << 20, .threads = 2},
        {.max_seconds = 0.05, .threads = 2},
    };
    struct arena a = ARENA_INIT;
    struct formula f;
    hard_formula(&f, &a);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct solution s;
        struct err err = ERR_INIT;
        assert_int_equal(solve(&f, SOLVE_BOTH, &cases[i], &a, &s, &err), CM_ELIMIT);
        assert_int_equal(s.len, 0);
        struct bdd *b = bdd_new(f.events, NULL, &cases[i]);
        assert_int_equal(bdd_build(b, &f, NULL, NULL), BDD_FAIL);
        assert_true(bdd_failed(b));
        assert_int_equal(bdd_and(b, BDD_TRUE, BDD_TRUE), BDD_FAIL);
        bdd_free(b);
    }
    arena_release(&a);
}

/* Large enough for a race of orders: threads change nothing, and the functions are those of the plain manager. */
static void knotted_formula(struct formula *f, struct arena *a, uint32_t seed)
{
    enum { N = 40 };
    formula_init(f, a, N);
    uint32_t ands[N];
    for (uint32_t i = 0; i < N; i++) {
        uint32_t e[4] = {2 * i, 2 * ((7 * i + seed) % N), 2 * ((11 * i + 3) % N), 2 * ((i + 13 + seed) % N)};
        uint32_t inner = formula_gate(f, i % 2 ? FORMULA_OR : FORMULA_AT_LEAST, 2, e + 1, 3);
        if (seed % 2 && i % 5 == 0)
            inner = FORMULA_NOT(inner);
        ands[i] = formula_gate(f, FORMULA_AND, 0, (uint32_t[]){e[0], inner}, 2);
    }
    f->root = formula_gate(f, FORMULA_OR, 0, ands, N);
}

static void assert_same_diagram(const struct diagram *x, const struct diagram *y)
{
    assert_int_equal(x->len, y->len);
    assert_int_equal(x->root, y->root);
    assert_memory_equal(x->at, y->at, x->len * sizeof(*x->at));
}

static void test_race(void **unused)
{
    (void)unused;
    for (uint32_t seed = 0; seed < 4; seed++) {
        struct arena a = ARENA_INIT;
        struct formula f;
        struct solution one, two, plain = {0};
        struct err err = ERR_INIT;
        struct tree_limits threads = {.threads = 2};
        double p[40];
        knotted_formula(&f, &a, seed);
        for (uint32_t e = 0; e < f.events; e++)
            p[e] = 0.01 * (1 + e);
        assert_int_equal(solve(&f, SOLVE_BOTH, NULL, &a, &one, &err), CM_OK);
        assert_int_equal(solve(&f, SOLVE_BOTH, &threads, &a, &two, &err), CM_OK);
        assert_int_equal(one.len, two.len);
        assert_int_equal(one.nodes_made, two.nodes_made);
        assert_true(one.nodes_made > 2000);
        for (uint32_t i = 0; i < one.len; i++) {
            assert_same_diagram(&one.parts[i].bdd, &two.parts[i].bdd);
            assert_same_diagram(&one.parts[i].sets, &two.parts[i].sets);
        }
        struct bdd *b = bdd_new(f.events, NULL, NULL);
        struct solution_part part = {.bdd = bdd_diagram(b, bdd_build(b, &f, NULL, NULL), &a)};
        plain = (struct solution){.events = f.events, .parts = &part, .len = 1};
        struct chance x = solution_probability(&one, p, NULL), y = solution_probability(&plain, p, NULL);
        assert_true(fabs(x.p / y.p - 1) < 1e-12 && fabs(x.q / y.q - 1) < 1e-12);
        bdd_free(b);
        arena_release(&a);
    }
}

/* A count has a number of many words for each node: with room for the diagrams only, there is none. */
static void test_count_within_limits(void **unused)
{
    (void)unused;
    enum { EVENTS = 600 };
    struct arena a = ARENA_INIT;
    struct formula f;
    struct solution s;
    struct err err = ERR_INIT;
    uint32_t edges[EVENTS];
    formula_init(&f, &a, EVENTS);
    for (uint32_t e = 0; e < EVENTS; e++)
        edges[e] = formula_event(&f, e);
    f.root = formula_gate(&f, FORMULA_AT_LEAST, EVENTS / 2, edges, EVENTS);
    assert_int_equal(solve(&f, SOLVE_BOTH, NULL, &a, &s, &err), CM_OK);
    size_t bytes = solution_count_bytes(&s);
    assert_true(bytes / 80 >= s.parts[0].sets.len); /* 597 bits: ten words */
    const struct tree_limits few = {.max_bytes = bytes - 1}, many = {.max_bytes = 8 * bytes};
    assert_int_equal(solve(&f, SOLVE_BDD, &few, &a, &s, &err), CM_OK);
    assert_int_equal(solve(&f, SOLVE_BOTH, &few, &a, &s, &err), CM_ELIMIT);
    assert_int_equal(solve(&f, SOLVE_BOTH, &many, &a, &s, &err), CM_OK);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixed_seed),   cmocka_unit_test(test_random_seed),
        cmocka_unit_test(test_manager),      cmocka_unit_test(test_large_counts),
        cmocka_unit_test(test_small_probabilities), cmocka_unit_test(test_race),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_count_within_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
