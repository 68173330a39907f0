/* Everything that is computed about one attack tree, in one call: what the command line prints, the pages
 * show and the library gives. What is not asked for is left out; what the tree's numbers do not allow is
 * said (`missing`); what a limit ended is given as bounds with exact = false. */
#ifndef CASEMATE_TREE_CORE_ANALYSIS_H
#define CASEMATE_TREE_CORE_ANALYSIS_H

#include "tree/core/explain.h"
#include "tree/core/figures.h"
#include "tree/core/model.h"
#include "tree/core/solve.h"

enum { ANALYSIS_BEST = 6 }; /* orders in which best attacks are given: the measures before damage */
enum { ANALYSIS_EXPLAIN_ALL = (1 << ANALYSIS_BEST) - 1 };

/* The measures of a front, two or three different ones. */
struct analysis_axes {
    enum tree_measure at[3];
    unsigned len;
};

struct analysis_options {
    struct tree_limits limits;
    const bool *added; /* by node: approaches to add (--with); NULL: none */
    size_t best;       /* best attacks by each measure; 0: none */
    bool best_of_bounds; /* none where the probability is exact */
    bool worlds;       /* all three worlds; otherwise only the one that `probability` speaks of */
    bool importance, fronts, defence;
    const struct analysis_axes *axes; /* more fronts, over measures of the caller's choice */
    size_t axes_len;
    bool all_attacks;     /* list every minimal attack of the main world (at most list_max) */
    size_t list_max;      /* 0: 10,000 */
    uint64_t samples;     /* trials; 0: no sampling */
    uint64_t seed;
    unsigned explain;     /* measures whose best attack is explained, as bits 1u << measure; ANALYSIS_EXPLAIN_ALL */
    size_t budgets;       /* defence budgets: floor(i * total / budgets), i = 0 .. budgets; 0: 4 */
};

struct analysis_number {
    bool known;       /* otherwise `missing` says which value the tree lacks */
    bool exact;
    double value;     /* exact, or the middle of the bounds */
    double lo, hi;    /* equal to value when exact */
    uint32_t missing; /* node, or UINT32_MAX */
    int missing_attribute;
};

/* Why the best attack by a measure has its figures (core/explain.h). */
struct analysis_explanation {
    struct explain_path path;   /* empty where there is no attack, or its steps alone do not reach the goal */
    struct explanation attack;  /* its steps and figures */
    struct explanation limits;  /* what decides the figures */
};

struct analysis_world {
    enum tree_world world;
    bool defined;                /* "deployed" needs a `deployed` on every countermeasure */
    uint32_t undefined_because;  /* a countermeasure without it */
    struct analysis_number probability;
    double cutoff;               /* where a limit ended the count: best[MEASURE_PROBABILITY] holds the likeliest attacks
                                    found, and every attack likelier than this was found; otherwise NAN */
    const char *minimal_attacks; /* digits; NULL when a limit ended the count */
    struct tree_attacks best[ANALYSIS_BEST]; /* by measure; empty where values are missing or no attack is left */
    struct tree_attacks list;                /* with all_attacks */
    struct tree_importances importance;
    struct tree_front cost_probability, cost_damage, cost_time, cost_skill;
    struct tree_front cost_time_probability; /* three axes */
    struct tree_front *chosen;   /* one for each of options.axes; none where a limit ended the count */
    size_t chosen_len;
    struct analysis_explanation explained[ANALYSIS_BEST]; /* of the main world, as options.explain asks */
    struct explanation importance_text, front_text; /* with explain: of importance and cost_probability */
    struct tree_front budget_probability;    /* the highest chance of reaching the goal that a budget buys, when all
                                                steps of a point's attack are attempted (core/pareto_attempt.h) */
};

struct analysis_approach { /* what adding one approach, or deploying one countermeasure fully, is worth */
    uint32_t node;
    double removes;  /* P(today) - P(today with it) */
    double leaves;   /* P(today with it) */
};

struct analysis_missing { /* a value that the tree lacks for some figure */
    uint32_t node; /* UINT32_MAX: nothing is missing */
    int attribute;
};

struct tree_analysis {
    const struct tree *tree;
    struct tree_counts counts;
    enum tree_world main_world; /* what "probability" and "minimal_attacks" speak of: deployed when it is
                                   defined, otherwise none */
    bool computed[TREE_WORLDS];
    struct analysis_world worlds[TREE_WORLDS];
    struct analysis_number specification_gap; /* P(all) */
    struct analysis_number deployment_gap;    /* P(today) - P(all) */
    const char *untouched;  /* digits: minimal attacks (world none) that no countermeasure touches */
    struct tree_attacks untouched_list; /* the smallest of them, at most 100 */
    struct analysis_approach *approaches;
    size_t approaches_len;
    struct defence_budget *budgets;
    size_t budgets_len;
    struct defence_front cost_residual, cost_cheapest;
    struct defence_sets cuts;
    /* why budgets, cost_residual, cost_cheapest are empty */
    struct analysis_missing no_budgets, no_residual, no_cheapest;
    bool sampled;
    uint64_t trials;
    struct tree_samples sampled_probability[TREE_WORLDS], sampled_measures[TREE_MEASURES];
    struct tree_driver *drivers;
    size_t drivers_len;
    bool ranges;     /* some value is a range or a distribution */
    double seconds;  /* CPU time of the computation */
    uint64_t diagram_nodes;
};

/* CM_EINPUT when the tree contradicts itself; a limit is not an error. */
int tree_analyse(const struct tree *t, const struct analysis_options *options, struct arena *arena,
                 struct tree_analysis *out, struct err *err);

#endif
