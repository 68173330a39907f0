/* ADTool's XML: attack-defence trees (adtree) and attack trees with order (sandtree).
 *
 * A step (a node without refinement) that has the same label as another one of the same side is that step: one node
 * with several parents. A node with switchRole is a countermeasure on its parent; below a countermeasure, one that
 * switches back is what defeats it, one that does not is what it consists of. A countermeasure against the attack
 * below a countermeasure stands on that attack. A tree whose root switches is the defender's: its goal is that the
 * root does not hold.
 *
 * Values: the class of a domain, or without <domain> the beginning of its id, says which attribute it is: MinCost*,
 * ProbSucc*, MinTime*, MinSkill*, DiffLMH* and so on. A time without unit is in seconds. */
#ifndef CASEMATE_TREE_IO_ADTOOL_H
#define CASEMATE_TREE_IO_ADTOOL_H

#include "base/err.h"
#include "base/str.h"
#include "tree/core/tree.h"
#include "tree/io/loss.h"
#include "tree/io/reading.h"

/* NULL when there was a fault; all of them are in diag. What is not carried is a warning. limits may be NULL. */
const struct tree *adtool_parse(struct arena *a, struct sv text, const char *file, const struct read_limits *limits,
                                struct diag *diag);
/* An adtree; a sandtree when the tree has a SAND and no countermeasure. "k of n" becomes the OR of all ANDs of k of
 * the n, which is the same function, as long as these are at most 256 and the file at most 100,000 nodes; else it
 * becomes OR, and loss says that the meaning changes. */
void adtool_write(const struct tree *t, struct str *out, struct loss *loss);

#endif
