/* Open-PSA Model Exchange Format (MEF 2.0d): fault trees in XML.
 *
 * Read: define-fault-tree, define-component (public and private names, dotted paths), define-gate with nested formulas
 * (and, or, not, xor, nand, nor, iff, imply, atleast, cardinality, constant, event, gate, basic-event, house-event),
 * define-house-event, define-basic-event and define-parameter with expressions, model-data, labels. Basic events
 * become steps whose "p" is the expression's value: a lognormal or uniform deviate stays a distribution; anything
 * else that deviates is taken at its mean, with a warning. Event trees, common causes and substitutions are faults or
 * warnings: they are not trees. */
#ifndef CASEMATE_TREE_IO_OPENPSA_H
#define CASEMATE_TREE_IO_OPENPSA_H

#include "base/err.h"
#include "base/str.h"
#include "tree/core/tree.h"
#include "tree/io/loss.h"
#include "tree/io/reading.h"

struct openpsa_source {
    struct sv text;   /* any bytes */
    const char *file; /* for messages */
};

struct openpsa_options {
    struct read_limits limits; /* bytes: of all texts together */
    struct sv top;             /* name or path of the top gate; empty: the one that nothing refers to, and of several
                                  the first, with a warning */
    double mission_time;       /* hours; 0: 8760, with a warning where it matters */
    bool undefined_events;     /* basic events without definition are steps without numbers (a warning); otherwise
                                  a fault */
};

/* One tree from one model, which may be spread over several texts. The name of an event is its node's id, and its label
 * too unless it has one. NULL when there was a fault; all of them are in diag. options may be NULL. */
const struct tree *openpsa_parse(struct arena *a, const struct openpsa_source *sources, size_t count,
                                 const struct openpsa_options *options, struct diag *diag);

/* One fault tree with all gates and events. What MEF cannot say goes to loss (may be NULL). */
void openpsa_write(const struct tree *t, struct str *out, struct loss *loss);

#endif
