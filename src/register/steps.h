/* Numeric estimates of steps of attack trees: how they are written, and which value of a step counts.
 *
 * An estimate is a 90 % interval, LOW..HIGH in the words of the outline, and optionally a best guess: "0.02..0.2",
 * "500..5k~1k", "2h..3d~1d". What an author wrote into an outline is never changed by it: where the outline has no
 * value, the pooled range counts; where it has one, that one counts until the group accepts the pooled range instead,
 * and again when the author writes another one. */
#ifndef CASEMATE_REGISTER_STEPS_H
#define CASEMATE_REGISTER_STEPS_H

#include "base/err.h"
#include "profile/profile.h"
#include "register/pooled.h"
#include "tree/core/tree.h"

enum { STEP_ANSWER_MAX = 120 };

/* A quantity of a step, which is estimated beside the factors: "#phish:p", "#phish:cost". */
struct step_key {
    struct sv step;                /* its anchor in the tree */
    enum tree_attribute attribute; /* TREE_P, TREE_COST, TREE_TIME */
};
/* "#phish:p" and "phish:p" alike; without a quantity the probability is meant. false: there is no such quantity. */
bool step_key_parse(struct sv text, struct step_key *out);
struct sv step_key_text(struct arena *a, const struct step_key *key);
/* "probability", "cost", "time" */
const char *step_quantity(enum tree_attribute attribute);

struct step_interval {
    struct pooled_range range; /* times in seconds */
    double best;               /* within the range; 0: none was given */
};
/* CM_EINPUT says what is wrong and what would be right. */
CM_MUST_USE int step_interval_parse(struct arena *a, enum tree_attribute attribute, struct sv text,
                                    struct step_interval *out, struct err *err);
/* Pools the intervals of one quantity. */
CM_MUST_USE int step_pool(enum tree_attribute attribute, const struct pooled_range *ranges, size_t count,
                          struct pooled_interval *out, struct err *err);
/* The range as an outline has it: "0.0213..0.187", "1.2k..34k", "36min..2.5d"; each end within half a percent of the
 * pool's (of a probability, the distance from 1 too), so that written into the outline it gives the same figures. */
struct sv step_range_text(struct arena *a, enum tree_attribute attribute, const struct pooled_interval *pool);

/* The step of a tree that an anchor names: a step of the attacker's that is not another threat's. -1: none. */
int step_find(struct arena *a, const struct tree *t, struct sv anchor);
/* Whether a node is such a step. */
bool step_is(const struct tree_node *n);

#endif
