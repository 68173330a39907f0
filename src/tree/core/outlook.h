/* How large a diagram that is being built will become: a guess by which orders are compared. */
#ifndef CASEMATE_TREE_CORE_OUTLOOK_H
#define CASEMATE_TREE_CORE_OUTLOOK_H

#include "tree/core/bdd_table.h"

/* Binary logarithm of a bound on the nodes of the root, from the gates built so far. */
double bdd_outlook(const struct bdd_building *w);

#endif
