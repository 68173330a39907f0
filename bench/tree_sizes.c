/* Time and memory of the exact analysis against the size of generated trees, as tab-separated values.
 *
 *     bench_tree_sizes [SECONDS]
 *
 * Families: chain (each gate has a step and the next gate), ladder (two rails that share every rung: the unfolded
 * tree doubles with each), dag (random, one child in ten shared). Each size runs in a process of its own, so that
 * the memory is its own; a family stops at the first size that exceeds SECONDS (20) or 2 GiB. scripts/plot-scaling
 * draws the result. */
#include "tree/core/importance.h"
#include "tree/core/solve.h"

#include "tree_generate.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const families[] = {"chain", "ladder", "dag"};

static const char *digits(const char *count)
{
    static const size_t shown = 24;
    return strlen(count) > shown ? "(long)" : count;
}

static int measure(enum generate_family family, uint32_t nodes, double seconds)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct generate g = {.state = 1, .nodes = nodes, .shared_percent = 10};
    struct tree *t = generate_tree(&g, family, &a);
    struct model m;
    struct model_world w = {.world = WORLD_NONE};
    struct formula f;
    struct solution s;
    struct tree_limits limits = {.max_seconds = seconds, .max_bytes = (size_t)2 << 30};
    double start = cpu_seconds();
    if (model_init(&m, &a, t, &err))
        return 1;
    model_formula(&m, &w, &f, NULL);
    if (solve(&f, SOLVE_BOTH, &limits, &a, &s, &err)) {
        printf("%s\t%zu\t\t\t\t\tlimit\n", families[family], t->nodes.len);
        return 1;
    }
    const double *p = model_chances(&m, &w);
    double probability = solution_probability(&s, p, NULL).p;
    const char *count = solution_count(&s, &a);
    double solved = cpu_seconds();
    struct event_importance *events = arena_new_array(&a, struct event_importance, m.events.len + 1);
    importance_events(&s, p, NULL, events);
    double weighed = cpu_seconds();
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%s\t%zu\t%.6f\t%.6f\t%.1f\t%.6g\t%s\n", families[family], t->nodes.len, solved - start, weighed - solved,
           (double)usage.ru_maxrss / 1024, probability, digits(count));
    return solved - start > seconds;
}

int main(int argc, char **argv)
{
    double seconds = argc > 1 ? strtod(argv[1], NULL) : 20;
    printf("family\tnodes\tseconds\timportance seconds\tMiB\tprobability\tminimal attacks\n");
    for (int family = 0; family < 3; family++) {
        for (uint32_t nodes = 10; nodes <= 200000; nodes = nodes * 3 / 2) {
            int status = 0;
            fflush(stdout);
            pid_t child = fork();
            if (child == 0) {
                int rc = measure((enum generate_family)family, nodes, seconds);
                fflush(stdout);
                _exit(rc);
            }
            if (child < 0 || waitpid(child, &status, 0) < 0 || status)
                break;
        }
    }
    return 0;
}
