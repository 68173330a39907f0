/* How long the choice of defences takes on random attack-defence graphs: CPU time, best of some runs, as a table.
 *
 *     bench_defence [SEED]
 *
 * For each size: the front of defence cost against the attacker's cheapest attack, and against residual probability,
 * each from the tree in memory to the front, over several graphs; the median and the slowest of them. */
#include "tree/core/defence.h"

#include "tree_generate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { GRAPHS = 9 };

struct row {
    uint32_t nodes, defences;
    unsigned shared, places, defeat;
};

static const struct row rows[] = {
    {40, 8, 10, 20, 20},   {100, 20, 10, 20, 20}, {200, 40, 10, 20, 20}, {260, 52, 10, 20, 20}, {320, 64, 10, 20, 20},
    {320, 32, 10, 20, 20}, {320, 64, 20, 20, 20}, {320, 100, 10, 20, 20}, {320, 64, 10, 50, 20}, {640, 128, 10, 20, 20},
    {300, 30, 10, 20, 20}, {300, 30, 20, 30, 20}, {300, 30, 30, 50, 30},
};

struct run {
    double seconds;
    size_t cheapest, residual;
    bool exact[2];
};

static int by_time(const void *a, const void *b)
{
    const struct run *x = a, *y = b;
    return (x->seconds > y->seconds) - (x->seconds < y->seconds);
}

/* only: without step chances there is no residual probability to work out, without step costs no cheapest attack. */
static struct run measure(const struct row *r, uint64_t seed, enum tree_attribute drop)
{
    struct run best = {.seconds = 1e9};
    for (int again = 0; again < 3 && (again == 0 || best.seconds < 0.5); again++) {
        struct arena a = ARENA_INIT;
        struct err err = ERR_INIT;
        struct generate g = {seed, r->nodes, r->defences, r->shared, r->places, r->defeat, 0};
        struct tree *t = generate_dag(&g, &a);
        struct model m;
        struct tree_defence d;
        struct defence_options o = {.limits.max_seconds = 20};
        for (size_t i = 0; i < t->nodes.len; i++)
            if (t->nodes.at[i].role == TREE_ATTACK)
                t->nodes.at[i].values[drop].kind = TREE_NO_VALUE;
        double start = cpu_seconds();
        if (model_init(&m, &a, t, &err) || tree_defence(&m, &o, &a, &d, &err)) {
            fprintf(stderr, "%s\n", err.text);
            exit(1);
        }
        double seconds = cpu_seconds() - start;
        if (seconds < best.seconds)
            best = (struct run){seconds, d.cost_cheapest.len, d.cost_residual.len,
                                {d.cost_cheapest.exact, d.cost_residual.exact}};
        arena_release(&a);
    }
    return best;
}

static void measure_row(const struct row *r, uint64_t seed, bool probability)
{
    struct run runs[GRAPHS];
    size_t exact = 0, points = 0;
    for (unsigned i = 0; i < GRAPHS; i++) {
        runs[i] = measure(r, seed + i, probability ? TREE_COST : TREE_P);
        exact += runs[i].exact[probability];
        size_t len = probability ? runs[i].residual : runs[i].cheapest;
        points = len > points ? len : points;
    }
    qsort(runs, GRAPHS, sizeof(*runs), by_time);
    printf("%u\t%u\t%u\t%u\t%u\t%s\t%.3f\t%.3f\t%zu\t%zu/%d\n", r->nodes, r->defences, r->shared, r->places, r->defeat,
           probability ? "probability" : "cheapest", 1e3 * runs[GRAPHS / 2].seconds, 1e3 * runs[GRAPHS - 1].seconds,
           points, exact, GRAPHS);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    printf("# random attack-defence graphs, seed %" PRIu64 ", %d graphs a row; CPU milliseconds\n", seed, GRAPHS);
    printf("nodes\tdefences\tshared%%\ttwo places%%\tdefeatable%%\taim\tmedian ms\tslowest ms\tmost points\texact\n");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        measure_row(&rows[i], seed, false);
        measure_row(&rows[i], seed, true);
    }
    return 0;
}
