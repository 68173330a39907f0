/* Importance: how much the figure of the goal hangs on one event.
 *
 * Definitions (README of the model collection; NUREG-0492 and NUREG/CR-3385 use the same words), P being the
 * probability of the goal and e an event with chance p:
 *
 *   Birnbaum        P(e=1) - P(e=0)
 *   criticality     Birnbaum * p / P
 *   RAW             P(e=1) / P
 *   RRW             P / P(e=0)
 *   Fussell-Vesely  P(some minimal attack that contains e occurs) / P
 *
 * "Occurs" speaks of the whole state: with the countermeasures as they happen to be (present or not, stopping or
 * not) an attack is minimal if it reaches the goal and no part of it does; e counts when it stands in such an
 * attack all of whose steps succeed. Without countermeasures that is the usual definition. In a model whose goal
 * does not grow with its steps (NOT, XOR over steps) minimal attacks are the minimal p-cuts, negative parts
 * dropped, as everywhere in this library; a p-cut may occur without the goal, so the figure may pass 1. */
#ifndef CASEMATE_TREE_CORE_IMPORTANCE_H
#define CASEMATE_TREE_CORE_IMPORTANCE_H

#include "tree/core/figures.h"
#include "tree/core/model.h"
#include "tree/core/solve.h"

struct event_importance {
    double one, zero; /* P(goal) when the event is true, and when it is false: sums of positive terms */
    double birnbaum;  /* one - zero, summed from the differences at the diagrams' nodes */
    double vesely;    /* chance that a minimal attack with the event occurs (not divided by P); NAN: not computed */
};

/* All of it but vesely (NAN), for every event: two passes over the diagrams. out_events has room for s->events.
 * p and q as for solution_probability(). */
void importance_events(const struct solution *s, const double *p, const double *q, struct event_importance *out_events);

/* Fills `vesely` of every event for which environment[event] is false; environment: events that no attacker
 * brings about (presences, stops), NULL: none. monotone: whatever the environment, the goal never falls when a
 * step is added (formula_steps_monotone()). Otherwise the solution's sets are needed (SOLVE_SETS), and without
 * them everything stays NAN; with environment NULL they save time. Costs about as much as solving for each step that
 * stands in a large part, unlike the other measures. False when a limit left some of them NAN. */
bool importance_vesely(const struct solution *s, const bool *environment, bool monotone, const double *p,
                       const double *q, const struct tree_limits *limits, struct event_importance *events);

/* True when no event outside the environment occurs below the root in negative polarity. environment may be NULL. */
bool formula_steps_monotone(const struct formula *f, const bool *environment);

/* All measures of all steps and countermeasures of a tree in a world, largest |criticality| first. Builds and
 * solves the formula in which every presence is free, so that also countermeasures that the world fixes have
 * their P(e=1) and P(e=0). Countermeasures that are in no world here (approaches not added) are left out; events
 * that the goal does not depend on have Birnbaum 0. When a chance is missing (NAN) out->len is 0 and
 * *out_missing (may be NULL) the event; otherwise MODEL_NO_EVENT. CM_ELIMIT when even the probability exceeds the
 * limits. */
int tree_importance(const struct model *m, const struct model_world *w, const struct tree_limits *limits,
                    struct arena *arena, struct tree_importances *out, uint32_t *out_missing, struct err *err);
/* The same where a formula of the world is solved already: mostly it is the one that is needed here. */
int tree_importance_again(const struct model *m, const struct model_world *w, const struct formula *solved,
                          const struct solution *solution, const struct tree_limits *limits, struct arena *arena,
                          struct tree_importances *out, uint32_t *out_missing, struct err *err);

#endif
