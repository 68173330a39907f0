/* Judges the engine's answers about one tree: everything that the modules and tree_analyse() give, against the
 * oracle. */
#ifndef CASEMATE_TESTS_TREE_JUDGE_H
#define CASEMATE_TESTS_TREE_JUDGE_H

#include "tree_oracle.h"

/* NULL when all is as it should be (or the tree is too large to judge), otherwise the first fault in words. */
const char *judge_tree(struct arena *a, const struct tree *t, const void *unused);

/* Parts of it, for files of this judge only. */
struct judge {
    struct arena *a;
    const struct tree *tree;
    struct oracle oracle;
    struct model model;
    const bool *added;
};
bool judge_near(double got, double wanted);
const char *judge_model(struct judge *j);
const char *judge_solution(struct judge *j);
/* Minimal attacks, their measures, the best by each; in tree_judge_attacks.c. */
const char *judge_attacks(struct judge *j);
/* In tree_judge_importance.c. */
const char *judge_importance(struct judge *j);
const char *judge_importances(struct judge *j, enum tree_world world, const struct tree_importances *got);
/* In tree_judge_fronts.c. */
const char *judge_fronts(struct judge *j);
const char *judge_front(struct judge *j, enum tree_world world, const struct tree_front *f);
/* In tree_judge_defence.c. */
const char *judge_defence(struct judge *j);
const char *judge_defences(struct judge *j, const struct defence_front *residual,
                           const struct defence_front *cheapest, const struct defence_budget *budgets,
                           size_t budgets_len, const struct defence_sets *sets);
const char *judge_worth(struct judge *j, enum tree_world start, uint32_t node, double removes, double leaves);
/* All of tree_analyse(); in tree_judge_analysis.c. */
const char *judge_analysis(struct judge *j);
/* The oracle's bits of a list of nodes; UINT32_MAX when one is no step. */
uint32_t judge_steps(const struct judge *j, const uint32_t *nodes, uint32_t len);
extern const char *const judge_worlds[TREE_WORLDS];

#endif
