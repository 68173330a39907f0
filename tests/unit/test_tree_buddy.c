/* The solver against BuDDy, a decision-diagram library of other people, on formulas too large for brute force.
 *
 * BuDDy is opened at run time, and only here: several of its functions have the names of ours, and nobody else
 * needs it. Where it is not installed the test counts as skipped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dlfcn.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rand.h"
#include "tree/core/model.h"
#include "tree/core/solve.h"
#include "tree_maker.h"

enum { BUDDY_AND = 0, BUDDY_XOR = 1, BUDDY_OR = 2, BUDDY_FALSE = 0, BUDDY_TRUE = 1, VARIABLES = 200 };

struct buddy {
    void *library;
    int (*init)(int nodes, int cache);
    int (*variables)(int count);
    int (*variable)(int i);
    int (*apply)(int a, int b, int operation);
    int (*negation)(int a);
    int (*keep)(int a);
    int (*high)(int a);
    int (*low)(int a);
    int (*var)(int a);
    void (*done)(void);
};

static bool find(struct buddy *b, const char *name, void *function)
{
    void *found = dlsym(b->library, name);
    memcpy(function, &found, sizeof(found));
    return found;
}

static bool open_buddy(struct buddy *b)
{
    b->library = dlopen("libbdd.so.0", RTLD_NOW | RTLD_LOCAL);
    return b->library && find(b, "bdd_init", &b->init) && find(b, "bdd_setvarnum", &b->variables) &&
           find(b, "bdd_ithvar", &b->variable) && find(b, "bdd_apply", &b->apply) &&
           find(b, "bdd_not", &b->negation) && find(b, "bdd_addref", &b->keep) && find(b, "bdd_high", &b->high) &&
           find(b, "bdd_low", &b->low) && find(b, "bdd_var", &b->var) && find(b, "bdd_done", &b->done);
}

static int edge_of(const struct buddy *b, const struct formula *f, const int *gates, uint32_t edge)
{
    uint32_t i = formula_index(edge);
    if (formula_is_constant(edge))
        return edge == FORMULA_TRUE ? BUDDY_TRUE : BUDDY_FALSE;
    int is = i < f->events ? b->variable((int)i) : gates[i - f->events];
    return edge & 1u ? b->keep(b->negation(is)) : is;
}

/* At least k of n: row by row, row[i] being "at least i of those seen". */
static int at_least(const struct buddy *b, const int *args, uint32_t len, uint32_t k)
{
    int row[64] = {BUDDY_TRUE};
    for (uint32_t j = 0; j < len; j++)
        for (uint32_t i = k; i > 0; i--)
            row[i] = b->keep(b->apply(row[i], b->keep(b->apply(row[i - 1], args[j], BUDDY_AND)), BUDDY_OR));
    return row[k];
}

static int build(const struct buddy *b, const struct formula *f)
{
    int gates[1000], args[64];
    assert_true(f->gates.len < ARRAY_LEN(gates));
    for (size_t i = 0; i < f->gates.len; i++) {
        const struct formula_gate *g = &f->gates.at[i];
        assert_true(g->len < ARRAY_LEN(args) && g->k < ARRAY_LEN(args));
        for (uint32_t j = 0; j < g->len; j++)
            args[j] = edge_of(b, f, gates, f->args.at[g->first + j]);
        int operation = g->op == FORMULA_AND ? BUDDY_AND : g->op == FORMULA_OR ? BUDDY_OR : BUDDY_XOR;
        int result = g->op == FORMULA_AT_LEAST ? at_least(b, args, g->len, g->k) : args[0];
        for (uint32_t j = 1; g->op != FORMULA_AT_LEAST && j < g->len; j++)
            result = b->keep(b->apply(result, args[j], operation));
        gates[i] = b->keep(result);
    }
    return edge_of(b, f, gates, f->root);
}

/* By node number of BuDDy, each worked out once. */
static long double weigh(const struct buddy *b, int node, const double *p, long double *known, size_t len)
{
    if (node <= BUDDY_TRUE)
        return node;
    assert_true((size_t)node < len);
    if (known[node] < 0) {
        long double chance = p[b->var(node)];
        known[node] =
            chance * weigh(b, b->high(node), p, known, len) + (1 - chance) * weigh(b, b->low(node), p, known, len);
    }
    return known[node];
}

static void compare(const struct buddy *b, struct arena *a, uint64_t seed, unsigned flavour, unsigned events)
{
    enum { NODES = 2000000 };
    struct tree_random r = {seed};
    const struct tree *t = tree_random_make(a, &r, flavour, events);
    struct model_world w = {.world = WORLD_DEPLOYED};
    struct model m;
    struct formula f;
    struct solution s;
    struct err err;
    assert_int_equal(model_init(&m, a, t, &err), CM_OK);
    model_formula(&m, &w, &f, NULL);
    const double *p = model_chances(&m, &w);
    assert_int_equal(solve(&f, SOLVE_BOTH, NULL, a, &s, &err), CM_OK);
    assert_true(m.events.len < VARIABLES);
    long double *known = base_malloc(NODES * sizeof(*known));
    for (size_t i = 0; i < NODES; i++)
        known[i] = -1;
    double wanted = (double)weigh(b, build(b, &f), p, known, NODES), got = solution_probability(&s, p, NULL).p;
    free(known);
    if (fabs(got - wanted) > 1e-11 * wanted)
        fail_msg("seed %" PRIu64 ", flavour %u, %u events: P is %.17g, BuDDy says %.17g", seed, flavour, events,
                 got, wanted);
}

static void test_probabilities(void **state CM_UNUSED)
{
    static const unsigned flavours[] = {RANDOM_SHARED, RANDOM_SHARED | RANDOM_FAULT_GATES | RANDOM_FINE,
                                        RANDOM_SHARED | RANDOM_COUNTER | RANDOM_DEFEAT | RANDOM_PARTS};
    struct buddy b;
    uint64_t moment;
    const char *given = getenv("CASEMATE_SEED"), *longer = getenv("CASEMATE_LONG");
    if (!open_buddy(&b)) {
        print_message("# BuDDy (libbdd0c2) is not installed\n");
        skip();
    }
    rand_bytes(&moment, sizeof(moment));
    moment = given && *given ? strtoull(given, NULL, 10) : moment >> 16;
    print_message("# CASEMATE_SEED=%" PRIu64 "\n", moment);
    for (unsigned i = 0; i < (longer && *longer ? 2000 : 60); i++) {
        struct arena a = ARENA_INIT;
        b.init(20000, 5000);
        b.variables(VARIABLES);
        compare(&b, &a, (i % 2 ? moment : 20261122) + i * UINT64_C(104729), flavours[i % ARRAY_LEN(flavours)],
                15 + i % 30);
        b.done();
        arena_release(&a);
    }
    dlclose(b.library);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"the probability of large random trees, as BuDDy says", test_probabilities, NULL, NULL, NULL},
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
