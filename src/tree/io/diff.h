/* What changed between two trees, by structure rather than by lines.
 *
 * Nodes are matched by id, then by label (of several with one label those under matched parents, then in order), then
 * by structure: a node under a matched parent that has no match yet and the same gate and values or most of the same
 * children is the same node with another label. The goals match. */
#ifndef CASEMATE_TREE_IO_DIFF_H
#define CASEMATE_TREE_IO_DIFF_H

#include "base/str.h"
#include "tree/core/tree.h"

enum tree_change {
    CHANGE_ADDED,   /* a step, gate or reference; to: below which node */
    CHANGE_REMOVED, /* from: below which node */
    CHANGE_COUNTERMEASURE_ADDED,
    CHANGE_COUNTERMEASURE_REMOVED,
    CHANGE_MOVED, /* from, to: the labels of the nodes above it */
    CHANGE_LABEL,
    CHANGE_ID,
    CHANGE_ROLE, /* "attack", "countermeasure", "approach" */
    CHANGE_GATE, /* "OR", "2 OF", "step", ... */
    CHANGE_REFERENCE,
    CHANGE_VALUE, /* of .attribute; empty: none */
    CHANGE_ORDER, /* of the children of a SAND */
    TREE_CHANGES
};

/* For JSON and the like: "added", "countermeasure-added", "moved", ... */
extern const char *const tree_change_names[TREE_CHANGES];

#define TREE_DIFF_NONE UINT32_MAX

struct tree_diff_item {
    enum tree_change change;
    uint32_t before, after;        /* the node in the two trees, or TREE_DIFF_NONE */
    enum tree_attribute attribute; /* CHANGE_VALUE */
    struct sv name;                /* label (or id, or reference) of the node, the new one when it has two */
    struct sv from, to;            /* texts for people; empty where there is nothing */
};

struct tree_diff {
    VEC(struct tree_diff_item) items; /* by the new tree's order; what was removed last, by the old one's */
    const uint32_t *after;            /* by node of the old tree: its node in the new one, or TREE_DIFF_NONE */
    const uint32_t *before;           /* the other way round */
};

/* Everything in the arena; texts borrow from the trees, which must live as long. Linear but for labels that recur. */
void tree_diff(struct arena *a, const struct tree *before, const struct tree *after, struct tree_diff *out);
/* One sentence without full stop: `step "x" added below "y"`. */
void tree_diff_print(const struct tree_diff_item *item, struct str *out);

#endif
