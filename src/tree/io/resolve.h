/* References to other threats' trees: "-> T-0017" (its goal) and "= T-0017#step". */
#ifndef CASEMATE_TREE_IO_RESOLVE_H
#define CASEMATE_TREE_IO_RESOLVE_H

#include "base/err.h"
#include "tree/core/tree.h"

struct tree_resolver {
    void *context;
    struct sv own;    /* id of the threat whose tree is resolved; may be empty */
    const char *file; /* of that tree, for messages */
    /* False: there is no such threat. Otherwise *out_tree is its tree, NULL when it has none, and *out_file its file
     * for messages. Called at most once per threat; the trees must live as long as the result. */
    bool (*find)(void *context, struct sv threat, const struct tree **out_tree, const char **out_file);
    size_t nodes; /* at most so many nodes in the result; 0: 100,000 */
};

/* One tree in which every reference is replaced by what it refers to: a step of another threat that is met in two ways
 * is one node. Nodes from elsewhere have .origin and .origin_anchor, and as id the threat's id in lower case, a hyphen
 * and that anchor (countermeasures without id keep none, as their label says which one they are). Line and column
 * are those in the file of their origin. What a referred tree holds besides what is referred to is left out. A tree
 * without references is returned as it is.
 *
 * NULL when there was a fault, each with its position in diag: a threat that does not exist or has no tree, a step that
 * does not exist, a cycle (which names the threats on its path), a node twice below the same node, too many nodes. */
const struct tree *tree_resolve(struct arena *a, const struct tree *t, const struct tree_resolver *resolver,
                                struct diag *diag);

#endif
