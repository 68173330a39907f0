/* What if: a tree with some values changed. */
#ifndef CASEMATE_TREE_IO_SET_H
#define CASEMATE_TREE_IO_SET_H

#include "base/err.h"
#include "tree/core/tree.h"

/* A copy of the tree in which one attribute of one node has another value. The assignment is "STEP.ATTRIBUTE=VALUE",
 * for instance "misissue.p=0.1", "Strip STARTTLS.cost=10k..100k" or "tls.deployed="  (an empty value takes the value
 * away). STEP is an id, an anchor (tree_anchor) or a whole label; the attribute and the value are written as in an
 * outline. A countermeasure that recurs (same id, or without id the same label) is changed wherever it stands. NULL
 * with CM_EINPUT in err, which names the nearest step or attribute, when there is no such step, when the label is
 * that of several steps, when the attribute does not belong to that kind of node, or when the value is none. Everything
 * is in the arena, or shared with t. */
const struct tree *tree_set(struct arena *a, const struct tree *t, struct sv assignment, struct err *err);

/* The node that an id, anchor or label names, as in tree_set(); CM_ENOTFOUND with a suggestion; CM_EINPUT when it is
 * ambiguous. */
CM_MUST_USE int tree_find(const struct tree *t, struct sv name, uint32_t *out_node, struct err *err);

#endif
