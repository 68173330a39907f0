/* Minimal sets of countermeasures that leave no attack; behind defence.h. */
#ifndef CASEMATE_TREE_CORE_DEFENCE_CUTS_H
#define CASEMATE_TREE_CORE_DEFENCE_CUTS_H

#include "tree/core/defence.h"

/* By event: the presences that take part, "!" and added approaches. */
bool *defence_participants(const struct model *m, const bool *added, struct arena *arena);

/* cost: by event, NAN where unknown. Always CM_OK: a limit leaves .count NULL and exact false. */
int defence_cuts(const struct model *m, const struct defence_options *o, const bool *takes_part, const double *cost,
                 struct arena *arena, struct defence_sets *out, struct err *err);

#endif
