/* Bounds against truth tables: whatever the budget, the interval holds, and no minimal set above the cut-off is
 * missing. */
#include "tree_random.h"
#include "tree/core/bounds.h"
#include "tree/core/eliminate.h"
#include "tree/core/preprocess.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { EVENTS_MAX = 10, FORMULAS = 1500 };

struct sample {
    struct arena arena;
    struct formula f;
    double p[EVENTS_MAX];
    double chance; /* by truth table */
    bool holds[1 << EVENTS_MAX];
    bool coherent;
};

static void make_formula(struct sample *s, struct dice *d, bool negations)
{
    uint32_t events = 1 + dice_below(d, EVENTS_MAX), gates = 1 + dice_below(d, 14), edges[8], made[64], len = 0;
    formula_init(&s->f, &s->arena, events);
    for (uint32_t e = 0; e < events; e++)
        made[len++] = formula_event(&s->f, e);
    for (uint32_t i = 0; i < gates; i++) {
        static const enum formula_op ops[] = {FORMULA_AND, FORMULA_OR, FORMULA_AT_LEAST, FORMULA_XOR};
        uint32_t n = 1 + dice_below(d, 5);
        for (uint32_t j = 0; j < n; j++) {
            edges[j] = made[len - 1 - dice_below(d, dice_below(d, 2) && len > 4 ? 4 : len)];
            if (negations && dice_below(d, 4) == 0)
                edges[j] = FORMULA_NOT(edges[j]);
        }
        made[len++] = formula_gate(&s->f, ops[dice_below(d, negations ? 4 : 3)], 1 + dice_below(d, n), edges, n);
    }
    s->f.root = made[len - 1];
}

static void make_chances(struct sample *s, struct dice *d)
{
    static const double special[] = {0, 1, 0.5, 0.01, 1e-9, 1e-200, 1 - 1e-12, 0.99};
    bool alike = dice_below(d, 2);
    for (uint32_t e = 0; e < s->f.events; e++)
        s->p[e] = alike ? 0.01 : dice_below(d, 3) ? dice_chance(d) : special[dice_below(d, ARRAY_LEN(special))];
}

static void make_sample(struct sample *s, struct dice *d)
{
    memset(s, 0, sizeof(*s));
    make_formula(s, d, dice_below(d, 2));
    make_chances(s, d);
    s->coherent = formula_coherent(&s->f);
    long double sum = 0;
    for (uint32_t mask = 0; mask < 1u << s->f.events; mask++) {
        bool state[EVENTS_MAX];
        long double weight = 1;
        for (uint32_t e = 0; e < s->f.events; e++) {
            state[e] = mask >> e & 1;
            weight *= state[e] ? (long double)s->p[e] : 1 - (long double)s->p[e];
        }
        s->holds[mask] = formula_holds(&s->f, state);
        sum += s->holds[mask] ? weight : 0;
    }
    s->chance = (double)sum;
}

static bool encloses(const struct sample *s, double lo, double hi)
{
    double slack = lo < hi ? 2 * DBL_EPSILON : 1e-12; /* a point is a value, rounded */
    bool ok = lo >= 0 && hi <= 1 && lo <= hi;
    ok = ok && lo <= s->chance * (1 + slack) && hi >= s->chance * (1 - slack) - DBL_MIN;
    if (!ok)
        print_error("%.17g is not in [%.17g, %.17g]\n", s->chance, lo, hi);
    return ok;
}

static struct tree_limits some_limits(struct dice *d)
{
    static const size_t bytes[] = {1, 3000, 20000, 100000, 1 << 20, 64 << 20};
    static const double seconds[] = {1e-9, 1e-4, 5};
    return (struct tree_limits){.max_bytes = bytes[dice_below(d, ARRAY_LEN(bytes))],
                                .max_seconds = seconds[dice_below(d, ARRAY_LEN(seconds))]};
}

static bool minimal(const struct sample *s, uint32_t mask)
{
    if (!s->holds[mask])
        return false;
    for (uint32_t e = 0; e < s->f.events; e++)
        if (mask >> e & 1 && s->holds[mask ^ (1u << e)])
            return false;
    return true;
}

static void check_sets(const struct sample *s, const struct bounds *b)
{
    bool listed[1 << EVENTS_MAX] = {false};
    for (size_t i = 0; i < b->len; i++) {
        uint32_t mask = 0;
        for (uint32_t j = 0; j < b->sets[i].len; j++)
            mask |= 1u << b->sets[i].events[j];
        assert_false(listed[mask]);
        listed[mask] = true;
        assert_true(s->holds[mask]);
        if (b->sets[i].probability > b->cutoff)
            assert_true(minimal(s, mask));
        if (i)
            assert_true(b->sets[i].probability <= b->sets[i - 1].probability);
    }
    for (uint32_t mask = 0; mask < 1u << s->f.events; mask++) {
        double p = 1;
        for (uint32_t e = 0; e < s->f.events; e++)
            p *= mask >> e & 1 ? s->p[e] : 1;
        if (minimal(s, mask) && p > b->cutoff * (1 + 1e-12))
            assert_true(listed[mask]);
    }
}

static void try_all(struct sample *s, const struct tree_limits *l)
{
    struct arena own = ARENA_INIT;
    struct bounds b;
    bounds_compute(&s->f, s->p, 1, l, &own, &b);
    assert_true(encloses(s, b.lo, b.hi));
    if (s->coherent)
        check_sets(s, &b);
    bounds_factor(&s->f, s->p, 1, l, &b);
    assert_true(encloses(s, b.lo, b.hi));
    bounds_by_modules(&s->f, s->p, 1, l, &own, &b);
    assert_true(encloses(s, b.lo, b.hi));
    if (s->coherent)
        check_sets(s, &b);
    arena_release(&own);
}

static void try_elimination(struct sample *s)
{
    struct tree_limits l = {.max_seconds = 60, .max_bytes = 64 << 20};
    struct budget budget;
    struct elimination e;
    struct formula simple;
    budget_init(&budget, &l);
    eliminate(&s->f, s->p, 2, 1e9, &budget, &e);
    assert_true(e.done);
    assert_true(encloses(s, e.lo, e.hi));
    assert_true(e.hi - e.lo < 1e-9);
    formula_simplify(&s->f, &simple, &s->arena);
    eliminate(&simple, s->p, 2, 1e9, &budget, &e);
    assert_true(e.done && encloses(s, e.lo, e.hi));
    assert_int_equal(atomic_load(&budget.used), 0);
}

static void run_with(uint64_t seed)
{
    struct dice d = {seed};
    for (int i = 0; i < FORMULAS; i++) {
        struct sample s;
        make_sample(&s, &d);
        struct tree_limits l = some_limits(&d);
        try_all(&s, &l);
        l = (struct tree_limits){.max_seconds = 20, .max_bytes = 256 << 20};
        if (i % 4 == 0)
            try_all(&s, &l);
        try_elimination(&s);
        arena_release(&s.arena);
    }
}

static void fixed_seed(void **state)
{
    (void)state;
    run_with(20260101);
}

static void fresh_seed(void **state)
{
    (void)state;
    run_with(dice_fresh_seed());
}

/* Larger formulas, where pieces are cut and solved, against the diagrams. */
static void random_large(struct formula *f, struct arena *arena, struct dice *d, bool negations)
{
    uint32_t made[200], len = 0, events = 20 + dice_below(d, 30), edges[5];
    formula_init(f, arena, events);
    for (uint32_t e = 0; e < events; e++)
        made[len++] = formula_event(f, e);
    for (uint32_t i = 0; i < 60; i++) {
        uint32_t n = 2 + dice_below(d, 4);
        for (uint32_t j = 0; j < n; j++) {
            edges[j] = made[dice_below(d, 3) ? len - 1 - dice_below(d, events) : dice_below(d, len)];
            edges[j] ^= negations && dice_below(d, 6) == 0;
        }
        made[len++] = formula_gate(f, (enum formula_op[]){FORMULA_AND, FORMULA_OR, FORMULA_AT_LEAST}[dice_below(d, 3)],
                                   1 + dice_below(d, n), edges, n);
    }
    f->root = formula_gate(f, FORMULA_OR, 0, &made[len - 4], 4);
}

static void large_ones(void **state)
{
    (void)state;
    struct dice d = {dice_fresh_seed()};
    unsigned compared = 0;
    for (int i = 0; i < 60; i++) {
        struct arena arena = ARENA_INIT;
        struct formula f;
        struct solution exact;
        struct err err = ERR_INIT;
        struct bounds b;
        double p[50];
        struct tree_limits l = {.max_seconds = 10, .max_bytes = 64 << 20};
        random_large(&f, &arena, &d, i % 2);
        for (uint32_t e = 0; e < f.events; e++)
            p[e] = i % 3 ? 0.02 : dice_chance(&d);
        if (solve(&f, SOLVE_BDD, &l, &arena, &exact, &err) == CM_OK) {
            static const size_t bytes[] = {100 << 10, 400 << 10, 2 << 20, 64 << 20};
            double chance = solution_probability(&exact, p, NULL).p;
            l = (struct tree_limits){.max_seconds = 0.05, .max_bytes = bytes[i % 4]};
            bounds_factor(&f, p, 1, &l, &b);
            assert_true(b.lo <= chance * (1 + 1e-12) && chance * (1 - 1e-12) <= b.hi);
            bounds_by_modules(&f, p, 1, &l, &arena, &b);
            assert_true(b.lo <= chance * (1 + 1e-12) && chance * (1 - 1e-12) <= b.hi);
            compared++;
        }
        arena_release(&arena);
    }
    assert_true(compared > 40);
}

/* Elimination gives memory back also when it is ended, and says what it would have cost. */
static void too_dear(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    struct formula f;
    struct dice d = {7};
    uint32_t made[400], len = 0;
    double p[100];
    formula_init(&f, &arena, 100);
    for (uint32_t e = 0; e < 100; e++) {
        made[len++] = formula_event(&f, e);
        p[e] = 0.01;
    }
    while (len < 400) {
        uint32_t edges[3] = {made[len - 1 - dice_below(&d, 40)], made[len - 1 - dice_below(&d, 90)],
                             made[dice_below(&d, 100)]};
        made[len] = formula_gate(&f, len % 3 ? FORMULA_AND : FORMULA_OR, 0, edges, 1 + dice_below(&d, 3));
        len++;
    }
    f.root = formula_gate(&f, FORMULA_OR, 0, &made[340], 60);
    struct tree_limits l = {.max_seconds = 60, .max_bytes = 1 << 20};
    struct budget budget;
    struct elimination e;
    budget_init(&budget, &l);
    eliminate(&f, p, 3, 10, &budget, &e);
    assert_false(e.done);
    assert_true(e.lo <= 0 && e.hi >= 1);
    assert_int_equal(atomic_load(&budget.used), 0);
    atomic_bool cancelled = true;
    l = (struct tree_limits){.max_seconds = 60, .max_bytes = 1 << 20, .cancelled = &cancelled};
    struct bounds b;
    bounds_factor(&f, p, 1, &l, &b);
    assert_true(b.lo <= b.hi && b.lo >= 0 && b.hi <= 1);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixed_seed),
        cmocka_unit_test(fresh_seed),
        cmocka_unit_test(large_ones),
        cmocka_unit_test(too_dear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
