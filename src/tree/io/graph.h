/* What every reader of a graph of named nodes needs once all nodes are known: cycles, and the numbers
 * of the normal form (tree.h). */
#ifndef CASEMATE_TREE_IO_GRAPH_H
#define CASEMATE_TREE_IO_GRAPH_H

#include "base/arena.h"

/* Node i stands above below[first[i]] .. below[first[i + 1] - 1], in this order. */
struct graph {
    uint32_t len;
    const uint32_t *first; /* len + 1 */
    const uint32_t *below;
};

struct graph_order {
    uint32_t len;     /* nodes that are the top or below it */
    uint32_t depth;   /* nodes on the longest way down */
    uint32_t *raw;    /* by new number: the node */
    uint32_t *number; /* by node: new number, or GRAPH_NONE */
    uint32_t *home;   /* by new number: the new number of the first parent; of the top 0 */
    uint32_t *parents; /* by new number: how many places refer to it */
};
#define GRAPH_NONE UINT32_MAX

/* Calls report for every edge that closes a cycle, at most `most` of them: path[0] .. path[len - 1] is the way,
 * the last node refers to the first. Returns how many were found. */
typedef void graph_report(void *context, const uint32_t *path, size_t len);
size_t graph_cycles(const struct graph *g, size_t most, graph_report *report, void *context);
/* Numbers what hangs below the top, depth first. The graph has no cycles. The arrays are in the arena. */
void graph_sort(struct arena *a, const struct graph *g, uint32_t top, struct graph_order *out);

#endif
