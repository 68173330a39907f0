/* The figures that analyses give, as plain data. All arrays belong to the arena given to the call that filled
 * them. A number that the tree's values do not allow is NAN; counts that grow without bound are decimal digits.
 *
 * Measures of a set of steps S carried out by an attacker:
 *   probability  product over S (each step succeeds)         more is better for the attacker
 *   cost         sum over S                                   less is better
 *   time         makespan with unlimited hands: AND in parallel, SAND in sequence, a shared step once, at its earliest
 *   time_sum     sum over S (one pair of hands)
 *   skill        largest over S
 *   size         number of steps
 *   damage       sum over all nodes reached by S, inner nodes too   more is better for the attacker */
#ifndef CASEMATE_TREE_CORE_FIGURES_H
#define CASEMATE_TREE_CORE_FIGURES_H

#include "base/base.h"

enum tree_measure {
    MEASURE_PROBABILITY,
    MEASURE_COST,
    MEASURE_TIME,
    MEASURE_TIME_SUM,
    MEASURE_SKILL,
    MEASURE_SIZE,
    MEASURE_DAMAGE,
    TREE_MEASURES
};
/* "probability", "cost", "time", "time_sum", "skill", "size", "damage" */
extern const char *const tree_measure_names[TREE_MEASURES];

/* A set of steps that reaches the goal (for fronts with damage: any set of steps). */
struct tree_attack {
    const uint32_t *steps; /* node indexes, ascending */
    uint32_t len;
    double by[TREE_MEASURES]; /* NAN where a value is missing */
};

struct tree_attacks {
    struct tree_attack *at; /* best first; ties by size, then by steps */
    size_t len;
    bool exact; /* false: a limit ended the search; the list is right as far as it goes */
};

struct tree_front_point {
    double by[3]; /* in the order of the axes */
    struct tree_attack attack;
};

/* The non-dominated points, ascending in the first axis (for cost: cheapest first). */
struct tree_front {
    enum tree_measure axes[3];
    unsigned axes_len; /* 2 or 3 */
    struct tree_front_point *at;
    size_t len;
    bool exact;          /* false: the points are attainable, but better ones may exist */
    uint32_t missing;    /* a node whose value is missing for one of the axes, or UINT32_MAX */
    enum tree_measure missing_measure;
};

/* Importance of a step or countermeasure in one world; NAN where not defined. For countermeasures the event is
 * "present", so Birnbaum is at most 0 in a tree where it only hinders. */
struct tree_importance {
    uint32_t node;
    double birnbaum;       /* dP/dp = P(e=1) - P(e=0) */
    double criticality;    /* birnbaum * p / P */
    double fussell_vesely; /* P(some minimal attack that contains e occurs) / P; NAN for countermeasures */
    double raw;            /* risk achievement worth: P(e=1) / P */
    double rrw;            /* risk reduction worth: P / P(e=0); INFINITY is written null */
};

struct tree_importances {
    struct tree_importance *at; /* by |criticality|, largest first; ties by node */
    size_t len;
    bool exact; /* false: fussell_vesely missing where a limit ended it */
};

/* A choice of countermeasures that become deployed. */
struct defence_choice {
    const uint32_t *nodes; /* ascending */
    uint32_t len;
    double cost;
    double probability;   /* residual */
    double cheapest;      /* the attacker's cheapest attack; INFINITY: none is left; NAN: costs missing */
};

struct defence_budget {
    double budget;
    struct defence_choice least_probability; /* .nodes: a choice that gives it */
    struct defence_choice dearest_attack;    /* the choice that makes the cheapest attack dearest */
    bool exact;
    double bound; /* when not exact: no choice leaves less probability than this */
};

struct defence_front {
    struct defence_choice *at; /* ascending in cost, each better than those before */
    size_t len;
    bool exact;
};

struct defence_sets { /* minimal sets of countermeasures that leave no attack */
    struct defence_choice *at;
    size_t len;
    const char *count; /* decimal digits: how many there are */
    bool exact;
};

/* Quantiles of a sampled figure. */
struct tree_samples {
    double mean, deviation;
    double q05, q25, q50, q75, q95;
    uint64_t undefined; /* trials in which the figure had no value */
};

struct tree_driver { /* a leaf whose uncertainty matters */
    uint32_t node;
    int attribute;  /* enum tree_attribute */
    double share;   /* of the variance of log probability or of the figure, 0..1 */
};

#endif
