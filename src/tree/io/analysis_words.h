/* The figures of an analysis in words: the sentences that the command line, the pages and the documents share. Plain
 * UTF-8 text in the arena given; nodes are called by their labels. No digit is printed that is not meant: figures have
 * three significant digits (core/number_text.h), bounds are called bounds. */
#ifndef CASEMATE_TREE_IO_ANALYSIS_WORDS_H
#define CASEMATE_TREE_IO_ANALYSIS_WORDS_H

#include "tree/core/analysis.h"

/* "0.0915", "1.2e-9"; of money "1,700"; of seconds "2 d"; NAN: "unknown". */
struct sv words_probability(struct arena *a, double p);
struct sv words_measure(struct arena *a, enum tree_measure m, double value);
/* "0.0915", or "between 0.01 and 0.02"; "unknown" */
struct sv words_number(struct arena *a, const struct analysis_number *n);
/* "62,995,811" from "62995811"; NULL: "unknown" */
struct sv words_count(struct arena *a, const char *digits);
/* "no countermeasures", "as deployed today", "all countermeasures deployed" */
struct sv words_world(enum tree_world w);
/* What a node is called: its label, or the reference it stands for. */
struct sv words_node(const struct tree *t, uint32_t node);
/* The steps of an attack: labels with "; " between. */
struct sv words_attack(struct arena *a, const struct tree *t, const struct tree_attack *attack);
/* "probability 0.06, cost 1,700, 2 steps": the measures that have values. In a tree with countermeasures the
 * probability is that of the steps alone, and says so. */
struct sv words_attack_measures(struct arena *a, const struct tree *t, const struct tree_attack *attack);
/* A node on the way of an attack, with what it asks for: "Defeat the encryption (any of 2)". */
struct sv words_path_step(struct arena *a, const struct tree *t, const struct explain_step *step);
/* Three significant digits of a figure that is no probability. */
struct sv words_ratio(struct arena *a, double value);
/* The countermeasures and approaches of an analysis, what removes most first. */
const struct analysis_approach *const *words_by_worth(struct arena *a, const struct tree_analysis *t);
/* "the probability of “Get on the path” is missing"; empty when nothing is. */
struct sv words_missing(struct arena *a, const struct tree *t, uint32_t node, int attribute);

/* The story: what an attacker does, how likely it is in the three worlds, the gap, what helps most. */
struct words_story {
    struct sv attacks; /* how many there are, and the best one in words */
    struct sv worlds;  /* probabilities; or which number is missing */
    struct sv gap;     /* specification and deployment; or the attacks that nothing touches */
    struct sv help;    /* the countermeasure or approach that removes most; empty when none is known */
    struct sv limits;  /* what is not exact, and why; empty when all is */
};
void words_story(struct arena *a, const struct tree_analysis *t, struct words_story *out);

#endif
