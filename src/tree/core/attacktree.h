/* libattacktree: exact analysis of attack trees whose steps may be shared and guarded by countermeasures.
 *
 *     struct attacktree *t = attacktree_new();
 *     uint32_t goal = attacktree_node(t, ATTACKTREE_ATTACK, ATTACKTREE_OR, "Read the mail");
 *     uint32_t step = attacktree_node(t, ATTACKTREE_ATTACK, ATTACKTREE_LEAF, "Guess the password");
 *     attacktree_child(t, goal, step);
 *     attacktree_set(t, step, ATTACKTREE_P, 0.1);
 *     struct attacktree_result *r;
 *     if (attacktree_analyse(t, NULL, &r) == ATTACKTREE_OK) {
 *         printf("%g\n", attacktree_probability(r, attacktree_main_world(r))->value);
 *         attacktree_result_free(r);
 *     } else {
 *         fprintf(stderr, "%s\n", attacktree_error(t));
 *     }
 *     attacktree_free(t);
 *
 * Link with -lattacktree (pkg-config attacktree). The manual page attacktree(3) says the same in other words.
 *
 * What a tree means. A node of role ATTACK is reached when its gate holds over its children (a leaf, called a step:
 * when the attacker carries it out) and no countermeasure that stands on it stops it there. Steps are attempted once,
 * independently; a node placed in several places is one and the same event. A COUNTERMEASURE exists today: it is
 * present with chance DEPLOYED, everywhere at once, and where present it stops each node it stands on independently
 * with chance STOPS (1 when not set). An APPROACH is a possible countermeasure and counts only when added
 * (attacktree_add_approach). Below a countermeasure, children of role ATTACK are what it takes to defeat it, children
 * of the other roles what it consists of; its gate joins each of the two groups.
 *
 * Three worlds: NONE has no countermeasures, DEPLOYED has each as deployed today, ALL has every one deployed. The
 * main world is DEPLOYED when every countermeasure has a DEPLOYED, otherwise NONE.
 *
 * A minimal attack is a set of steps that reaches the goal while no part of it does; it heeds a countermeasure only
 * where STOPS is 1 and it is present for certain. In a tree with negations (NOT, XOR, NAND, NOR, IFF, IMPLY,
 * CARDINALITY) it is a minimal p-cut: what must happen, with what must not happen left out.
 *
 * All results are exact unless a number or list says otherwise (exact is 0): when the time or memory allowed ends,
 * probabilities come with bounds, and lists are right as far as they go. A figure whose values the tree lacks is not
 * known, or NAN.
 *
 * Threads: one tree is for one thread at a time; different trees and results may be used at once, and a result may be
 * read by several threads. Only attacktree_cancel() may be called from anywhere. When the system has no memory left,
 * the library ends the program (abort); the options' max_bytes is kept long before. */
#ifndef ATTACKTREE_H
#define ATTACKTREE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined __GNUC__
#define ATTACKTREE_API __attribute__((visibility("default")))
#else
#define ATTACKTREE_API
#endif

/* Not a node. */
#define ATTACKTREE_NONE UINT32_MAX

enum attacktree_status {
    ATTACKTREE_OK = 0,
    ATTACKTREE_EINVALID = -1, /* the tree, a value or an argument is at fault: see attacktree_error() */
};

enum attacktree_role { ATTACKTREE_ATTACK, ATTACKTREE_COUNTERMEASURE, ATTACKTREE_APPROACH };

enum attacktree_gate {
    ATTACKTREE_LEAF,        /* no children: a step, or a countermeasure by itself */
    ATTACKTREE_OR,
    ATTACKTREE_AND,
    ATTACKTREE_SAND,        /* all, in the order of the children: as AND, except that times add up */
    ATTACKTREE_AT_LEAST,    /* at least k of the children */
    ATTACKTREE_CARDINALITY, /* at least k and at most k_max */
    ATTACKTREE_NOT,         /* one child */
    ATTACKTREE_XOR,         /* an odd number */
    ATTACKTREE_NAND,
    ATTACKTREE_NOR,
    ATTACKTREE_IFF,         /* all or none */
    ATTACKTREE_IMPLY,       /* two children: not the first, or the second */
    ATTACKTREE_CONSTANT,    /* no children: true when k is 1, false when k is 0 */
};

enum attacktree_attribute {
    ATTACKTREE_P,        /* of a step: chance that it succeeds when tried, 0..1 */
    ATTACKTREE_COST,     /* of a step: what it costs the attacker; of a countermeasure: what deploying it costs */
    ATTACKTREE_TIME,     /* of a step: in any unit, the same everywhere */
    ATTACKTREE_SKILL,    /* of a step */
    ATTACKTREE_DAMAGE,   /* of any attack node: done when it is reached */
    ATTACKTREE_STOPS,    /* of a countermeasure where it stands: chance that it stops the node, 0..1 */
    ATTACKTREE_DEPLOYED, /* of a countermeasure: chance that it is present today, 0..1 */
};

enum attacktree_world { ATTACKTREE_WORLD_NONE, ATTACKTREE_WORLD_DEPLOYED, ATTACKTREE_WORLD_ALL };

/* Measures of a set of steps. */
enum attacktree_measure {
    ATTACKTREE_BY_PROBABILITY, /* product; more is better for the attacker */
    ATTACKTREE_BY_COST,        /* sum */
    ATTACKTREE_BY_TIME,        /* with unlimited hands: AND in parallel, SAND in sequence, a shared step once */
    ATTACKTREE_BY_TIME_SUM,    /* with one pair of hands */
    ATTACKTREE_BY_SKILL,       /* largest */
    ATTACKTREE_BY_SIZE,        /* number of steps */
    ATTACKTREE_BY_DAMAGE,      /* of all nodes reached; more is better for the attacker */
    ATTACKTREE_MEASURES
};

/* ---- a tree ------------------------------------------------------------------------------------ */

struct attacktree;

/* Version of the library, such as "0.1.0". */
ATTACKTREE_API const char *attacktree_version(void);
/* An empty tree; free it with attacktree_free(), which takes NULL too. Results live on. */
ATTACKTREE_API struct attacktree *attacktree_new(void);
ATTACKTREE_API void attacktree_free(struct attacktree *t);
/* What was wrong, in one sentence; "" when nothing was. The first fault of the calls below stays, and makes
 * attacktree_analyse() fail: so they need not be checked one by one. Valid until the tree is changed or freed. */
ATTACKTREE_API const char *attacktree_error(const struct attacktree *t);

/* A new node; the first one made is the goal (role ATTACK). Nodes are numbered 0, 1, 2, ... in the order of their
 * making, and all results use these numbers. The label is copied; it is for people, except that
 * countermeasures with the same label are one and the same, also when they are different nodes. At most 1,000,000
 * nodes and 10,000 bytes of label. ATTACKTREE_NONE when that is exceeded or role or gate is none of the above. */
ATTACKTREE_API uint32_t attacktree_node(struct attacktree *t, enum attacktree_role role, enum attacktree_gate gate,
                                        const char *label);
/* k, and for CARDINALITY k_max, of a gate that has them. */
ATTACKTREE_API int attacktree_set_k(struct attacktree *t, uint32_t node, unsigned k, unsigned k_max);
/* Appends to the children of parent. A node may be the child of several parents: it is then shared. */
ATTACKTREE_API int attacktree_child(struct attacktree *t, uint32_t parent, uint32_t child);
/* Lets a countermeasure or approach stand on a node. */
ATTACKTREE_API int attacktree_guard(struct attacktree *t, uint32_t node, uint32_t countermeasure);
/* Lets an approach count as a countermeasure in the worlds DEPLOYED (with its DEPLOYED, or 1) and ALL; added 0: no
 * longer. */
ATTACKTREE_API int attacktree_add_approach(struct attacktree *t, uint32_t approach, int added);

/* A value: known exactly; by its 90 % interval (lognormal; logit-normal for probabilities, ends excluded), or by a
 * distribution over lo..hi. Analyses use the exact value, the median of an interval, the middle of a uniform,
 * otherwise the mode; sampling draws from the distribution. Probabilities are 0..1, everything else is 0 or more and
 * finite. */
ATTACKTREE_API int attacktree_set(struct attacktree *t, uint32_t node, enum attacktree_attribute a, double value);
ATTACKTREE_API int attacktree_set_range(struct attacktree *t, uint32_t node, enum attacktree_attribute a, double lo,
                                        double hi);
ATTACKTREE_API int attacktree_set_uniform(struct attacktree *t, uint32_t node, enum attacktree_attribute a, double lo,
                                          double hi);
ATTACKTREE_API int attacktree_set_triangular(struct attacktree *t, uint32_t node, enum attacktree_attribute a,
                                             double lo, double mode, double hi);
ATTACKTREE_API int attacktree_set_pert(struct attacktree *t, uint32_t node, enum attacktree_attribute a, double lo,
                                       double mode, double hi);

/* ---- an analysis -------------------------------------------------------------------------------- */

/* The measures of a front: two or three different ones. */
struct attacktree_axes {
    enum attacktree_measure at[3];
    unsigned len;
};

struct attacktree_options {
    size_t size;        /* filled in by attacktree_defaults() */
    double max_seconds; /* of wall time; 0: 60 */
    size_t max_bytes;   /* 0: 2 GiB */
    unsigned threads;   /* 0: 1; more never change a result */
    int main_only;      /* only the main world, and no gaps */
    int importance;     /* the rest is computed only when asked for (not 0) */
    int fronts;
    int defence;
    int all_attacks;    /* list every minimal attack of the main world, at most list_max (0: 10,000) */
    size_t list_max;
    size_t best;        /* how many best attacks by each measure; 0: 1 */
    size_t budgets;     /* defence budgets: i * total / budgets, rounded down, i = 0 .. budgets; 0: 4 */
    uint64_t samples;   /* trials; 0: no sampling */
    uint64_t seed;      /* the same seed gives the same samples everywhere */
    const struct attacktree_axes *axes; /* more fronts: attacktree_chosen_front() */
    size_t axes_len;
};
/* Everything 0, so that fields which later versions add have their defaults. */
#define attacktree_defaults(options) attacktree_options_init((options), sizeof(*(options)))
ATTACKTREE_API void attacktree_options_init(struct attacktree_options *options, size_t size);

struct attacktree_result;

/* Analyses the tree as it is now; options may be NULL. ATTACKTREE_EINVALID (*out is then NULL; see attacktree_error)
 * when the tree has no node, a node that is not below the goal, a circle (the error names its path), a gate with too
 * few or too many children, a countermeasure with different values in two places, when options.axes has a front that is
 * not of two or three different measures, or when an earlier call failed. Ending at a limit is not an error. Free the
 * result with attacktree_result_free(), which takes NULL too. */
ATTACKTREE_API int attacktree_analyse(struct attacktree *t, const struct attacktree_options *options,
                                      struct attacktree_result **out);
ATTACKTREE_API void attacktree_result_free(struct attacktree_result *r);
/* Ends a running attacktree_analyse() of this tree soon, as if its time had run out; from any thread, also
 * from a signal handler. */
ATTACKTREE_API void attacktree_cancel(struct attacktree *t);

/* ---- results ------------------------------------------------------------------------------------
 *
 * Pointers are valid until the result is freed and are never NULL unless it is said; lists that were not computed
 * have len 0. World and measure out of range count as not computed. */

struct attacktree_number {
    int known;        /* 0: value is NAN, and `missing` says why */
    int exact;        /* 0: a limit ended it, and the number lies within lo..hi; value is their middle */
    double value, lo, hi;
    uint32_t missing; /* node that lacks missing_attribute, or ATTACKTREE_NONE when it was not asked for */
    enum attacktree_attribute missing_attribute;
};

struct attacktree_attack {
    const uint32_t *steps; /* ascending */
    size_t len;
    double by[ATTACKTREE_MEASURES]; /* NAN where a value is missing */
};

struct attacktree_attacks {
    const struct attacktree_attack *at; /* best first */
    size_t len;
    int exact; /* 0: a limit ended the search */
};

ATTACKTREE_API enum attacktree_world attacktree_main_world(const struct attacktree_result *r);
/* 1 when the world was computed; otherwise 0, and *out_because (may be NULL) is a countermeasure without DEPLOYED, or
 * ATTACKTREE_NONE when it was not asked for. */
ATTACKTREE_API int attacktree_world_known(const struct attacktree_result *r, enum attacktree_world w,
                                          uint32_t *out_because);
/* Probability that the goal is reached. */
ATTACKTREE_API const struct attacktree_number *attacktree_probability(const struct attacktree_result *r,
                                                                      enum attacktree_world w);
/* How many minimal attacks there are, in decimal digits (there may be more than any integer type holds); NULL when a
 * limit ended the count. */
ATTACKTREE_API const char *attacktree_count(const struct attacktree_result *r, enum attacktree_world w);
/* Where a limit ended the count: attacktree_best(r, w, ATTACKTREE_BY_PROBABILITY) holds the likeliest attacks found,
 * and every attack likelier than this figure was found. Otherwise NAN. */
ATTACKTREE_API double attacktree_cutoff(const struct attacktree_result *r, enum attacktree_world w);
/* The best attacks by a measure (not by damage). */
ATTACKTREE_API const struct attacktree_attacks *attacktree_best(const struct attacktree_result *r,
                                                                enum attacktree_world w, enum attacktree_measure m);
/* With options.all_attacks: the minimal attacks of the main world. */
ATTACKTREE_API const struct attacktree_attacks *attacktree_list(const struct attacktree_result *r);

/* The gap in two parts. Specification: the probability left when everything is deployed. Deployment: what is added to
 * that because not everything is. */
ATTACKTREE_API const struct attacktree_number *attacktree_specification_gap(const struct attacktree_result *r);
ATTACKTREE_API const struct attacktree_number *attacktree_deployment_gap(const struct attacktree_result *r);
/* The gap without numbers: the minimal attacks that no countermeasure touches; how many (digits or NULL), and the
 * smallest 100. */
ATTACKTREE_API const char *attacktree_untouched_count(const struct attacktree_result *r);
ATTACKTREE_API const struct attacktree_attacks *attacktree_untouched(const struct attacktree_result *r);

/* What adding one approach, or deploying one countermeasure fully, would do to today's probability. */
struct attacktree_worth {
    uint32_t node;
    double removes, leaves;
};
ATTACKTREE_API const struct attacktree_worth *attacktree_worths(const struct attacktree_result *r, size_t *out_len);

/* With options.importance. For countermeasures the event is "present". */
struct attacktree_importance {
    uint32_t node;
    double birnbaum;       /* P(e) - P(not e): of the goal when the event is certain, less when it cannot be */
    double criticality;    /* birnbaum * p / P */
    double fussell_vesely; /* P(some minimal attack that contains e occurs) / P; NAN for countermeasures */
    double raw;            /* risk achievement worth: P(e) / P */
    double rrw;            /* risk reduction worth: P / P(not e); may be infinite */
};
/* Largest |criticality| first. */
ATTACKTREE_API const struct attacktree_importance *attacktree_importances(const struct attacktree_result *r,
                                                                          enum attacktree_world w, size_t *out_len);

/* With options.fronts: the attacks that no other beats in all measures. Over damage: sets of steps that need
 * not reach the goal. */
enum attacktree_front_kind {
    ATTACKTREE_COST_PROBABILITY,
    ATTACKTREE_COST_DAMAGE,
    ATTACKTREE_COST_TIME,
    ATTACKTREE_COST_SKILL,
    ATTACKTREE_COST_TIME_PROBABILITY,
    ATTACKTREE_FRONTS
};
ATTACKTREE_API const struct attacktree_attacks *attacktree_front(const struct attacktree_result *r,
                                                                 enum attacktree_world w,
                                                                 enum attacktree_front_kind kind);

/* The front over options.axes[i]. */
ATTACKTREE_API const struct attacktree_attacks *attacktree_chosen_front(const struct attacktree_result *r,
                                                                        enum attacktree_world w, size_t i);

/* With options.defence: countermeasures that become deployed, starting from today. */
struct attacktree_choice {
    const uint32_t *nodes; /* ascending */
    size_t len;
    double cost;
    double probability; /* that is left */
    double cheapest;    /* cost of the attacker's cheapest attack: INFINITY: none is left; NAN: costs are missing */
};
struct attacktree_choices {
    const struct attacktree_choice *at;
    size_t len;
    int exact;
};
struct attacktree_budget {
    double budget;
    struct attacktree_choice least_probability; /* the choice within the budget that leaves the least probability */
    struct attacktree_choice dearest_attack;    /* the one that makes the cheapest attack dearest */
    int exact;
    double bound; /* when not exact: no choice leaves less probability than this */
};
ATTACKTREE_API const struct attacktree_budget *attacktree_budgets(const struct attacktree_result *r, size_t *out_len);
/* Ascending in cost, each better than those before: in the probability left; in the cost of the cheapest attack. */
ATTACKTREE_API const struct attacktree_choices *attacktree_defence_probability(const struct attacktree_result *r);
ATTACKTREE_API const struct attacktree_choices *attacktree_defence_cheapest(const struct attacktree_result *r);
/* Minimal sets of countermeasures that leave no attack; how many there are (digits or NULL). */
ATTACKTREE_API const struct attacktree_choices *attacktree_cuts(const struct attacktree_result *r);
ATTACKTREE_API const char *attacktree_cuts_count(const struct attacktree_result *r);

/* With options.samples: what a figure may be, given what the values may be. */
struct attacktree_samples {
    double mean, deviation, q05, q25, q50, q75, q95; /* NAN: the figure has no value in any trial */
    uint64_t undefined;                              /* trials in which the figure had no value */
};
struct attacktree_driver {
    uint32_t node;
    enum attacktree_attribute attribute;
    double share; /* of the variance of the main world's log probability that this value's uncertainty explains, 0..1 */
};
/* Trials done: fewer than asked when a limit ended them; 0: not sampled. */
ATTACKTREE_API uint64_t attacktree_trials(const struct attacktree_result *r);
ATTACKTREE_API const struct attacktree_samples *attacktree_sampled_probability(const struct attacktree_result *r,
                                                                               enum attacktree_world w);
/* The best value of a measure over the main world's minimal attacks; of damage: the most that can be done. */
ATTACKTREE_API const struct attacktree_samples *attacktree_sampled(const struct attacktree_result *r,
                                                                   enum attacktree_measure m);
/* Largest share first. */
ATTACKTREE_API const struct attacktree_driver *attacktree_drivers(const struct attacktree_result *r, size_t *out_len);

/* CPU seconds that the analysis took. */
ATTACKTREE_API double attacktree_seconds(const struct attacktree_result *r);

#ifdef __cplusplus
}
#endif
#endif
