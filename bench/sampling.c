/* bench_sampling FILE TRIALS [THREADS [KERNEL]]: gives each step's probability p a 90 % interval from p's odds / 3 to
 * its odds * 3, samples the probability of the goal, and prints one line: nodes of the diagram, uncertain steps,
 * trials, CPU seconds of sampling alone, nanoseconds per trial, mean, q05, q95 */
#include "base/fs.h"
#include "base/str.h"
#include "tree/core/sampling.h"
#include "tree/io/read.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void widen(const struct tree *t)
{
    for (size_t i = 0; i < t->nodes.len; i++) {
        struct tree_value *v = &t->nodes.at[i].values[TREE_P];
        double odds = v->mode / (1 - v->mode);
        if (v->kind == TREE_NO_VALUE || !(v->mode > 0 && v->mode < 1))
            continue;
        v->kind = TREE_RANGE;
        v->lo = odds / 3 / (1 + odds / 3);
        v->hi = odds * 3 / (1 + odds * 3);
    }
}

static int run(const struct tree *t, uint64_t trials, unsigned threads, const char *kernel, struct arena *a,
               struct err *err)
{
    struct model m;
    struct formula f;
    struct solution s;
    struct sampling out;
    struct tree_limits limits = {.threads = threads, .max_seconds = 600};
    int rc = model_init(&m, a, t, err);
    if (rc)
        return rc;
    model_formula(&m, &(struct model_world){.world = WORLD_NONE}, &f, NULL);
    if ((rc = solve(&f, SOLVE_BDD, &limits, a, &s, err)))
        return rc;
    size_t nodes = 0;
    for (uint32_t i = 0; i < s.len; i++)
        nodes += s.parts[i].bdd.len;
    struct sampling_question q = {
        .model = &m, .worlds[WORLD_NONE] = &s, .main = WORLD_NONE, .trials = trials, .seed = 1, .kernel = kernel};
    double before = cpu_seconds();
    if ((rc = sampling_run(&q, &limits, a, &out, err)))
        return rc;
    double seconds = cpu_seconds() - before;
    const struct tree_samples *p = &out.worlds[WORLD_NONE].samples;
    printf("%zu\t%zu\t%llu\t%.3f\t%.1f\t%.6g\t%.6g\t%.6g\n", nodes, out.uncertain, (unsigned long long)out.trials,
           seconds, seconds * 1e9 / (double)out.trials, p->mean, p->q05, p->q95);
    return 0;
}

int main(int argc, char **argv)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct diag diag;
    struct sv text = SV_NONE;
    if (argc < 3) {
        fprintf(stderr, "usage: %s FILE TRIALS [THREADS [KERNEL]]\n", argv[0]);
        return 2;
    }
    diag_init(&diag, &a);
    int rc = fs_read(&a, argv[1], (size_t)64 << 20, &text, &err);
    const struct tree *t = rc ? NULL : tree_read(&a, text, argv[1], NULL, &diag);
    if (t) {
        widen(t);
        rc = run(t, strtoull(argv[2], NULL, 10), argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 1,
                 argc > 4 ? argv[4] : NULL, &a, &err);
    }
    if (rc || !t)
        fprintf(stderr, "%s: %s\n", argv[1],
                rc         ? err.text
                : diag.len ? diag_format(&diag, &diag.items[0])
                           : "no tree");
    arena_release(&a);
    return rc || !t;
}
