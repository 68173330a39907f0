/* The solver: a formula becomes decision diagrams, exact and small.
 *
 * solve() simplifies the formula, finds its modules (gates that share nothing with the rest), chooses
 * variable orders by racing a few, and leaves the result as plain arrays: one pair of diagrams per
 * module ("part"), children before parents, so that every figure is one loop over an array.
 *
 * Part i stands for its function as variable events + i in the diagrams of later parts; the last part
 * is the whole formula. A formula that is constant has one part whose diagrams are terminals. Nothing
 * is kept behind the arrays: they belong to the arena given, may be read by several threads, and die with it. */
#ifndef CASEMATE_TREE_CORE_SOLVE_H
#define CASEMATE_TREE_CORE_SOLVE_H

#include "base/err.h"
#include "tree/core/formula.h"

#include <stdatomic.h>

/* What an analysis may take. Zero fields mean the default: 60 s of wall time, 2 GiB. */
struct tree_limits {
    double max_seconds;
    size_t max_bytes;
    unsigned threads;            /* 0: 1. More threads never change a result. */
    const atomic_bool *cancelled; /* may be NULL; looked at often */
};

/* A node of a diagram: variable and what follows when it is false (lo) or true (hi). Variables: events,
 * then events + i for part i.
 *
 * In `bdd` arrays a reference is 2 * index (+ 1 for "not"); index 0 is the terminal "true", so 0 is true
 * and 1 is false. In `sets` arrays a reference is an index: 0 is "no set", 1 is "the empty set";
 * lo holds the sets without the variable, hi those with it (the variable taken off). Nodes 0 and 1 of
 * `sets`, and node 0 of `bdd`, are place-holders for the terminals (var = DIAGRAM_TERMINAL). */
struct diagram_node {
    uint32_t var, lo, hi;
};
#define DIAGRAM_TERMINAL UINT32_MAX

struct diagram {
    struct diagram_node *at;
    uint32_t len;
    uint32_t root;
};

struct solution_part {
    struct diagram bdd;  /* the function; on a way down no variable is met twice */
    struct diagram sets; /* its minimal sets: of a coherent function the minimal cut sets; otherwise the
                            minimal p-cuts (negative literals dropped, then minimised) */
};

struct solution {
    uint32_t events;
    bool coherent;
    struct solution_part *parts; /* at least one */
    uint32_t len;
    uint64_t nodes_made; /* work done, for reports */
};

enum solve_want { SOLVE_BDD = 1, SOLVE_SETS = 2, SOLVE_BOTH = 3 };

/* CM_OK, or CM_ELIMIT when time, memory or the caller (cancelled) ended it (*out is then empty). Memory that
 * grows with the diagrams is counted against limits->max_bytes. */
int solve(const struct formula *f, enum solve_want want, const struct tree_limits *limits, struct arena *arena,
          struct solution *out, struct err *err);

/* Probability of the formula when event e is true with chance p[e] and false with chance q[e] (q = 1 - p without
 * its cancellation; NULL: computed here), independently. Both figures keep their relative accuracy
 * however small they are: no differences are taken. scratch only for the call. */
struct chance {
    double p, q;
};
struct chance solution_probability(const struct solution *s, const double *p, const double *q);

/* The exact number of minimal sets in decimal digits, in the arena. It takes a large number for every node of the
 * largest part while it runs: solution_count_bytes() of them. solve() fails when the limits have no room for that. */
size_t solution_count_bytes(const struct solution *s);
const char *solution_count(const struct solution *s, struct arena *arena);

#endif
