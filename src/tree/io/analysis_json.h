/* The figures of an analysis as JSON: the one writer for the command line, the register and the pages. Keys, units
 * and nesting are in docs/formats.md and docs/schema/analysis.schema.json.
 *
 * A figure that the tree's values do not allow is null, and `missing` says which value is wanted; what is infinite
 * ("no attack is left") is null too. Counts of minimal attacks are strings of digits. */
#ifndef CASEMATE_TREE_IO_ANALYSIS_JSON_H
#define CASEMATE_TREE_IO_ANALYSIS_JSON_H

#include "format/json.h"
#include "tree/core/analysis.h"

struct analysis_json {
    bool worlds, gap, attacks, importance, fronts, defence, approaches;
    bool explanation;       /* what options.explain made, and importance_text and front_text */
    bool whole;             /* also no_defence and all_defences, with every minimal attack that was listed */
    enum tree_measure by;   /* the order of `attacks`, where the tree has its values; otherwise size */
    const double *budgets;  /* for `budgets`: what attacker and defender can do with so much money */
    size_t budgets_len;
    uint64_t seed;          /* of `samples` */
    bool seconds;           /* computing time: not in what is published, which has to be the same every time */
};

/* Members of an object that is open. scratch: for names, only during the call. */
void analysis_json_write(struct json *j, const struct tree_analysis *t, const struct analysis_json *what,
                         struct arena *scratch);

/* How the nodes of a tree are called where a name has to be unique: the id, else the label, else (when two nodes
 * have the same label) the anchor. In the arena. */
const struct sv *analysis_names(struct arena *a, const struct tree *t);

/* The best attacks by a measure in a world, or by size where values are missing; may be empty. */
const struct tree_attacks *analysis_best(const struct analysis_world *w, enum tree_measure by,
                                         enum tree_measure *out_used);
/* The last point of a front that costs at most `budget` (the first axis is cost), or NULL. */
const struct tree_front_point *analysis_within(const struct tree_front *f, double budget);
const struct defence_choice *analysis_defence_within(const struct defence_front *f, double budget);
/* "probability", "cost", ... of enum tree_measure by name; false when there is no such measure. */
bool analysis_measure(struct sv name, enum tree_measure *out);

/* By node: true for the goal, where the attack reaches it, and for whatever it reaches on the way there, its steps
 * included; as if there were no countermeasures. In the arena. */
const bool *analysis_reached(struct arena *a, const struct tree *t, const struct tree_attack *attack);

extern const char *const analysis_world_names[TREE_WORLDS]; /* "none", "deployed", "all" */

#endif
