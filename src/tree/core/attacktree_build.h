/* The tree that users of attacktree.h build, and how it becomes a struct tree. */
#ifndef CASEMATE_TREE_CORE_ATTACKTREE_BUILD_H
#define CASEMATE_TREE_CORE_ATTACKTREE_BUILD_H

#include "base/err.h"
#include "base/vec.h"
#include "tree/core/tree.h"

#include <stdatomic.h>

struct attacktree {
    struct arena arena;
    VEC(struct tree_node) nodes; /* as numbered by the user; children and countermeasures too */
    VEC(bool) added;             /* by node */
    struct err fault;            /* the first wrong call */
    struct err err;              /* of the last analysis */
    atomic_bool cancelled;
};

/* The tree in the order that struct tree wants, in the arena; *out_number: the user's number of each of its nodes.
 * CM_EINPUT as attacktree_analyse() documents. */
int attacktree_finish(const struct attacktree *t, struct arena *arena, struct tree **out, uint32_t **out_number,
                      struct err *err);

#endif
