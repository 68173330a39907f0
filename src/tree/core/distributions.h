/* Distributions: what a value that is not certain may be.
 *
 * Every distribution is a rising function of one standard normal score z, so that one generator serves all and the
 * influence of a leaf can be read off its score:
 *   point        the number
 *   a..b         the 90 % interval of a lognormal (cost, time, skill, damage) or logit-normal (probabilities):
 *                the transformed number is mu + sigma z with its 5 % and 95 % quantiles at a and b
 *   uniform      lo + (hi - lo) Phi(z)
 *   triangular   the inverse of its distribution function at Phi(z)
 *   PERT         lo + (hi - lo) times a beta variable with 1 + 4 (mode - lo) / (hi - lo) and
 *                1 + 4 (hi - mode) / (hi - lo) (Malcolm, Roseboom, Clark, Fazar 1959), inverted at Phi(z)
 * Phi and the inverse beta functions are read from tables over z (cubic between 513 points, error below 1e-8). */
#ifndef CASEMATE_TREE_CORE_DISTRIBUTIONS_H
#define CASEMATE_TREE_CORE_DISTRIBUTIONS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"
#include "tree/core/tree.h"

enum distribution_kind {
    DISTRIBUTION_POINT,
    DISTRIBUTION_LOGNORMAL,
    DISTRIBUTION_LOGITNORMAL,
    DISTRIBUTION_UNIFORM,
    DISTRIBUTION_TRIANGULAR,
    DISTRIBUTION_PERT,
};

struct distribution {
    enum distribution_kind kind;
    double mu, sigma;    /* LOGNORMAL, LOGITNORMAL */
    double lo, mode, hi; /* the others; of a point all three */
    const double *table; /* UNIFORM, TRIANGULAR: of Phi; PERT: of the beta variable */
};

/* Tables that several distributions share. */
struct distribution_tables {
    struct arena *arena;
    const double *phi;
    VEC(struct pert_table {
        double shape;
        const double *table;
    })
    pert;
};

void distribution_tables_init(struct distribution_tables *t, struct arena *arena);
/* An attribute's value as a distribution; an interval without width is a point. CM_EINPUT for one that cannot be:
 * the interval of a lognormal from 0 or less, of a logit-normal not inside 0 .. 1, ends the wrong way round. */
int distribution_of(struct distribution_tables *t, const struct tree_value *v, enum tree_attribute attribute,
                    struct distribution *out, struct err *err);
/* The number that belongs to a score. Sampling computes the lognormal and logit-normal itself, with the same bits. */
double distribution_at(const struct distribution *d, double z);

#endif
