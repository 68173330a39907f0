/* What two attack trees may have in common, as texts that can be compared: the steps, whatever their order, and the
 * ways in which gates join them. */
#ifndef CASEMATE_REGISTER_TREE_TERMS_H
#define CASEMATE_REGISTER_TREE_TERMS_H

#include "base/vec.h"
#include "tree/core/tree.h"

struct tree_term {
    struct sv key;   /* equal keys: the same. Of a step: its stems (stems.h), sorted, each once; of a gate: a digest */
    struct sv shown; /* a step's label as written (borrowed from the tree) */
    bool step;       /* otherwise a gate */
};
struct tree_terms {
    VEC(struct tree_term) list; /* by node; keys may recur */
};

/* Appends a term for each step of the attacker (a reference to another tree counts as one, by its id), and one for
 * each gate above some. A gate's digest covers its kind, k, and the terms of its children without regard to their
 * order; SAND counts as AND. Labels of gates, values, ids and countermeasures do not matter. A step whose label has
 * no words is left out. Linear in the tree's edges but for sorting the children of one gate. In the arena. */
void tree_terms_of(struct arena *a, const struct tree *t, struct tree_terms *out);

#endif
