/* Sampling: what the figures of a tree may be when its values are ranges and distributions.
 *
 * Each trial draws every uncertain value once, independently, and computes all figures exactly for the drawn values
 * on the solved diagrams; so the spread of the results is that of the inputs, and says nothing about `exact`.
 *
 * The draws are a function of (seed, trial, value) alone: the k-th uncertain value of the tree (in the order of the
 * model's events; then damages by node) has score k % 4 of Philox block (trial, k / 4). Trials are computed
 * ROWS_LANES at a time (core/rows.h) by any number of threads; what they add up they add in an order that does
 * not depend on the threads. So a seed gives the same bytes on any number of threads and on any processor. All trials'
 * results are kept, so quantiles are those of the sample itself.
 *
 * What is sampled: the probability in each world that is given; and for the main world, over its minimal attacks, the
 * best value of each measure: the likeliest, cheapest, fastest, least skilled attack, and the most damage that
 * can be done (all steps carried out). */
#ifndef CASEMATE_TREE_CORE_SAMPLING_H
#define CASEMATE_TREE_CORE_SAMPLING_H

#include "tree/core/attacks.h"

struct sampling_question {
    const struct model *model;
    const bool *added;                       /* as in model_world */
    const struct solution *worlds[TREE_WORLDS]; /* with SOLVE_BDD, of the worlds' formulas; NULL: not asked */
    enum tree_world main;                    /* whose probability has drivers */
    const struct attack_values *values;      /* of the main world; NULL: no measures */
    const struct solution *sets;             /* with SOLVE_SETS, of values->formula; NULL: damage is all */
    uint64_t trials;                         /* at least 1 */
    uint64_t seed;
    const char *kernel;                      /* for tests: name of a kernel (core/rows.h); NULL: the fastest */
};

struct sampling_drivers {
    struct tree_driver *at; /* by share, largest first; ties by node, then attribute; those without a share left out */
    size_t len;
};

struct sampling_figure {
    bool defined; /* false: not asked, or a value is missing; samples are then NAN with all trials undefined */
    struct tree_samples samples;
    struct sampling_drivers drivers; /* not for the other worlds' probabilities */
};

struct sampling {
    uint64_t trials;   /* done: fewer than asked when time or memory ended it (at least 1 unless CM_ELIMIT) */
    bool complete;     /* all that were asked */
    size_t uncertain;  /* values of the tree that are not points */
    struct sampling_figure worlds[TREE_WORLDS];
    struct sampling_figure measures[TREE_MEASURES]; /* not size */
};

/* A driver's share is the first-order index of Sobol' (1993), Var(E[Y|X]) / Var(Y), estimated as the squared
 * coefficients of Y on the first three Hermite polynomials of the value's normal score (Sudret 2008: polynomial
 * chaos), less their bias 3 / trials; Y is the figure, and for probabilities its logarithm.
 * CM_EINPUT: a range that cannot be (core/distributions.h); CM_ELIMIT: not even the first trials fitted in. */
int sampling_run(const struct sampling_question *q, const struct tree_limits *limits, struct arena *arena,
                 struct sampling *out, struct err *err);

#endif
