/* Names for the nodes of a tree in formats that are strict about names. For the writers only. */
#ifndef CASEMATE_TREE_IO_NAMING_H
#define CASEMATE_TREE_IO_NAMING_H

#include "base/arena.h"
#include "tree/core/tree.h"
#include "tree/io/loss.h"

struct naming_rules {
    bool upper;        /* A-Z may stand in a name, besides a-z, 0-9 and "-" */
    bool underscore;   /* "_" too */
    bool letter_first; /* a name begins with a letter (or "_") */
    const char *reason; /* for the loss: "a name in X has only ..." */
};

/* One name per node, all different; an id that fits stays. An id that does not, and is not the label as well, is a
 * loss. The array and the names are in the arena. */
const struct sv *naming_make(struct arena *a, const struct tree *t, const struct naming_rules *rules,
                             struct loss *loss);
bool naming_fits(const struct naming_rules *rules, struct sv name);
/* A name that is not taken yet: base, base-2, ... (for what a writer adds). */
struct map;
struct sv naming_unique(struct arena *a, struct map *taken, struct sv base);
/* What stands for a node in a report: its id, label or reference. */
struct sv naming_shown(const struct tree_node *n);

#endif
