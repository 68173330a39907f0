/* Defence: what each countermeasure is worth, which to deploy for a given sum, and which sets of them leave no attack.
 *
 * A decision is to deploy one countermeasure fully ("deployed" becomes 1), wherever it stands. Decisions start from
 * today when every "!" has a "deployed", otherwise from none. Candidates are the "!" not fully deployed at the start
 * and the approaches that are added; an added approach starts from its own "deployed", or absent. A countermeasure
 * that merely consists of others is decided by them, and a cost on it is not counted.
 *
 * Two aims: the least residual probability, in which what is deployed in part or stops in part counts with its chance;
 * and the dearest cheapest attack, in which, as for minimal attacks, a countermeasure counts only where it stops for
 * certain and is present for certain, and the attacker may pay for its defeat.
 *
 * Missing figures are named and never assumed: without a candidate's cost there are no fronts and budgets, without a
 * step's chance no probabilities, without a step's cost no cheapest attacks. */
#ifndef CASEMATE_TREE_CORE_DEFENCE_H
#define CASEMATE_TREE_CORE_DEFENCE_H

#include "tree/core/figures.h"
#include "tree/core/model.h"
#include "tree/core/solve.h"

struct defence_worth {
    uint32_t node;   /* of the countermeasure or approach (model_event.node) */
    double removes;  /* P(start) - P(start with it deployed); NAN when a chance it brings in is missing */
    double leaves;   /* P(start with it deployed) */
};

struct defence_worths {
    struct defence_worth *at; /* largest first; ties by node */
    size_t len;
    uint32_t missing; /* an event without a chance on which all depends, or MODEL_NO_EVENT; then len is 0 */
};

/* The worth of every countermeasure and of every approach, added or not, one at a time. w says what holds before
 * (world and added approaches); those not added are absent. CM_ELIMIT when it exceeds the limits. */
int defence_worths(const struct model *m, const struct model_world *w, const struct tree_limits *limits,
                   struct arena *arena, struct defence_worths *out, struct err *err);

struct defence_options {
    const bool *added;         /* by node: approaches that are candidates; NULL: none */
    size_t budgets;            /* budgets are floor(i * total / budgets), i = 0 .. budgets; 0: 4 */
    size_t list_max;           /* minimal sets to list, cheapest first (without costs: smallest); 0: 100 */
    struct tree_limits limits; /* for each of the aims and for the sets */
};

/* A figure for which the tree has no value somewhere. */
struct defence_gap {
    uint32_t node; /* UINT32_MAX: none is missing */
    enum tree_attribute attribute;
};

struct tree_defence {
    enum tree_world start;     /* WORLD_DEPLOYED or WORLD_NONE */
    size_t candidates;
    double total;              /* what all candidates cost; NAN when one has no cost */
    struct defence_gap no_total, no_probability, no_cheapest; /* why the figures below are not there */
    struct defence_front cost_residual;  /* empty when a cost or chance is missing */
    struct defence_front cost_cheapest;  /* INFINITY: no attack is left */
    struct defence_budget *budgets;      /* empty when a cost is missing; NAN for an aim whose figures are missing */
    size_t budgets_len;
    struct defence_sets cuts;  /* of all countermeasures and added approaches, deployed or not; count "0": even all of
                                  them leave an attack. .count is NULL when a limit was hit. */
};

/* Everything but the worths. In fronts, `cheapest` of the first and `probability` of the second are filled in
 * when there are at most 1000 points. CM_OK also at limits: then exact is false, the choices are attainable and
 * `bound` says what no choice can better. */
int tree_defence(const struct model *m, const struct defence_options *options, struct arena *arena,
                 struct tree_defence *out, struct err *err);

#endif
