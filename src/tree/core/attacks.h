/* Minimal attacks and their figures.
 *
 * A minimal attack is a set of steps that reaches the goal while no proper part of it does. The solver
 * gives all of them in shared form: the `sets` diagrams of struct solution, one per module, where the
 * variable of a module stands for any of the module's own sets. Nothing here unfolds that form more than a
 * caller asks for: attacks_each() streams, attacks_best() makes only the attacks it returns.
 *
 * In a tree with negations (NOT, XOR, ... of fault trees; countermeasures that guard countermeasures) the
 * sets are the minimal p-cuts: what must happen, with "must not happen" dropped. Carrying out exactly these
 * steps need not reach the goal then, and figures speak of the steps alone.
 *
 *     struct attack_values values;
 *     attack_values_init(&values, &model, &(struct model_world){.world = WORLD_NONE});
 *     solve(&values.formula, SOLVE_SETS, &limits, arena, &solution, err);
 *     attacks_best(&solution, &values, MEASURE_COST, 10, NULL, &limits, arena, &best);
 *
 * Time: see core/attack_time.h. All calls are safe from several threads at once (each with its own arena). */
#ifndef CASEMATE_TREE_CORE_ATTACKS_H
#define CASEMATE_TREE_CORE_ATTACKS_H

#include "tree/core/figures.h"
#include "tree/core/model.h"
#include "tree/core/solve.h"

/* What the steps of a tree are worth in one world, and the formula whose minimal sets are its attacks. */
struct attack_values {
    const struct model *model;
    struct formula formula;          /* of the goal, model_world.sets; give it to solve() */
    uint32_t *edges;                 /* by node, in formula */
    const double *of[TREE_MEASURES]; /* by event; NULL for size and damage; NAN where the tree says nothing */
    const double *damage;            /* by node; 0 where the tree says nothing, and on countermeasures */
    bool has_damage;                 /* some attack node has damage */
    bool sequence;                   /* some SAND has several children: time depends on the order */
};

/* world->sets is taken as true. The arrays belong to the model's arena; the model must outlive them. */
void attack_values_init(struct attack_values *out, const struct model *m, const struct model_world *world);

/* The first node that occurs in an attack and has no value for the measure; UINT32_MAX when every one has
 * (always for size). For damage: the goal when no node has any. */
uint32_t attack_values_missing(const struct attack_values *v, const struct solution *s, enum tree_measure measure);

struct attack_clock;
/* The figures of a set of steps, events in ascending order; out->steps is made in the arena. Sums and products
 * run in that order, so equal sets have equal figures. Damage counts what the set reaches. */
void attack_figures(const struct attack_values *v, const uint32_t *events, uint32_t len, struct arena *arena,
                    struct tree_attack *out);

/* The same for many sets, with the buffers of one. */
struct attack_figures_maker {
    const struct attack_values *v;
    struct arena scratch;
    struct attack_clock *clock;
    bool *state;
};
void attack_figures_init(struct attack_figures_maker *m, const struct attack_values *v);
void attack_figures_release(struct attack_figures_maker *m);
void attack_figures_make(struct attack_figures_maker *m, const uint32_t *events, uint32_t len, struct arena *arena,
                         struct tree_attack *out);
/* The same without memory: clock (core/attack_time.h) and state (by event; all false, and again afterwards) are for
 * many calls. Fills by[TREE_MEASURES]. */
void attack_figures_into(const struct attack_values *v, struct attack_clock *clock, bool *state,
                         const uint32_t *events, uint32_t len, double *by);

enum attacks_end { ATTACKS_ALL, ATTACKS_STOPPED, ATTACKS_LIMIT };

/* Calls each(ctx, attack) for every minimal attack, in a fixed order, until it returns false. Memory does not
 * depend on their number; an attack is valid only during its call. When figures is false `by` is NAN, except size. */
enum attacks_end attacks_each(const struct solution *s, const struct attack_values *v, bool figures,
                              const struct tree_limits *limits, bool (*each)(void *ctx, const struct tree_attack *a),
                              void *ctx);

/* The k best attacks by a measure, best first; ties by size, then by steps in node order (the first node that
 * only one of two has decides). allowed (by event; NULL: all) restricts the steps that may be used. An attack
 * that lacks a value makes the list empty (attack_values_missing says which). For probability and cost
 * values that differ by less than 1e-12 of themselves may count as tied. */
void attacks_best(const struct solution *s, const struct attack_values *v, enum tree_measure measure, size_t k,
                  const bool *allowed, const struct tree_limits *limits, struct arena *arena,
                  struct tree_attacks *out);

/* The order of the lists: <0 when a comes first. Figures that are NAN are equal to all. */
int attack_compare(const struct tree_attack *a, const struct tree_attack *b, enum tree_measure measure);
void attacks_sort(struct tree_attack *at, size_t len, enum tree_measure measure);

enum attacks_rule {
    ATTACKS_SUM,     /* least sum over the steps: cost, time_sum */
    ATTACKS_LARGEST, /* least largest value: skill, and time where nothing is in sequence */
    ATTACKS_PRODUCT, /* largest product: probability */
};

/* The best value alone, for values by event: one pass over the diagrams. INFINITY (product: 0) when there is no
 * attack; NAN when a value that matters is missing. */
double attacks_best_value(const struct solution *s, const double *values, enum attacks_rule rule);

#endif
