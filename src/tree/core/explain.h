/* Figures in words: short plain English for documents, made of pieces so that a writer can turn every node that is
 * named into a link. Nothing is said about a value that the tree does not have. Numbers as in core/number_text.h. */
#ifndef CASEMATE_TREE_CORE_EXPLAIN_H
#define CASEMATE_TREE_CORE_EXPLAIN_H

#include "tree/core/attacks.h"

#define EXPLAIN_NO_NODE UINT32_MAX

struct explain_part {
    struct sv text;
    uint32_t node; /* the text is this node's name; EXPLAIN_NO_NODE: plain text */
};

/* One or more sentences. Empty when there is nothing to say. Zeroed before first use; calls below append. */
struct explanation {
    VEC(struct explain_part) parts;
};

/* What a node is called: its label, else what it refers to, else its id. Borrowed from the tree. */
struct sv explain_name(const struct tree *t, uint32_t node);
/* The whole text without links, in the arena. */
struct sv explain_plain(struct arena *a, const struct explanation *e);

/* "The cheapest attack takes 3 steps: A; B; C. It costs 1,200, succeeds in 12 % of attempts, takes 2 days and needs
 * skill 3." by says which best it is (of damage: "The most damaging attack"). */
void explain_attack(struct arena *a, const struct tree *t, const struct tree_attack *attack, enum tree_measure by,
                    struct explanation *out);

/* What decides an attack's figures: the least likely step, the dearest, the one that needs the skill, the
 * chain of steps that takes the time. Says nothing about attacks of one step. */
void explain_limits(struct arena *a, const struct attack_values *v, const struct tree_attack *attack,
                    struct explanation *out);

/* The way from the goal to the steps. Depth first; nodes that the attack uses twice appear twice, below them only the
 * first time. */
struct explain_step {
    uint32_t node;
    uint32_t depth;     /* 0: the goal */
    const char *choice; /* how its children join: "any of 3", "both", "all 3", "both, in this order", "2 of 5";
                           "defeated by" on a countermeasure; "as above" on a repetition; "" on a step */
};
struct explain_path {
    VEC(struct explain_step) steps;
};
/* At a gate with a choice the path follows the first children that are reached. Empty when the steps do not
 * reach the goal (p-cuts of trees with negations). */
void explain_path(struct arena *a, const struct attack_values *v, const struct tree_attack *attack,
                  struct explain_path *out);

/* A front in words: its ends, and the point where a little more of the first buys most of the second (two axes). "The
 * cheapest attack costs 35 and succeeds in 18 % of attempts. ..." */
void explain_front(struct arena *a, const struct tree *t, const struct tree_front *f, struct explanation *out);

/* The steps and countermeasures on which most depends, at most `most` of them: "Without A the chance would be 3 %
 * instead of 12 %." probability is that of the goal. */
void explain_importance(struct arena *a, const struct tree *t, const struct tree_importances *list,
                        double probability, size_t most, struct explanation *out);

#endif
