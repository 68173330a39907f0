/* Attack trees in JSON: docs/schema/attack-tree.schema.json.
 *
 * {"name": "...", "top": "id", "nodes": {"id": {"type": ..., ...}}}. Types: leaf; or, and, sand, atleast (k),
 * cardinality (min, max), not, xor, nand, nor, iff, imply with "children"; constant ("value"); inhibit ("child",
 * "by"); reference ("of": "T-0017" or "T-0017#step"). "kind": attack (usual), defence or approach.
 * "countermeasures" stand on a node. Times are in seconds. A value is a number or {"range": [lo, hi]},
 * {"uniform": [lo, hi]}, {"triangular": [lo, mode, hi]}, {"pert": [lo, mode, hi]}.
 *
 * inhibit with a defence or approach without children as "by" is an OR of the child on which the countermeasure
 * stands; by anything else it is AND(child, NOT by). */
#ifndef CASEMATE_TREE_IO_JSON_H
#define CASEMATE_TREE_IO_JSON_H

#include "base/err.h"
#include "base/str.h"
#include "tree/core/tree.h"
#include "tree/io/loss.h"
#include "tree/io/reading.h"

/* NULL when there was a fault; all of them are in diag, but what is no JSON is one. limits may be NULL (bytes: 8
 * MiB). */
const struct tree *tree_json_parse(struct arena *a, struct sv text, const char *file, const struct read_limits *limits,
                                   struct diag *diag);
void tree_json_write(const struct tree *t, struct str *out, struct loss *loss);

#endif
