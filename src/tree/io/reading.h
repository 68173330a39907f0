/* What the readers of foreign formats share: limits, faults, names and values. For the readers only. */
#ifndef CASEMATE_TREE_IO_READING_H
#define CASEMATE_TREE_IO_READING_H

#include "base/err.h"
#include "tree/core/tree.h"
#include "tree/io/graph.h"

struct read_limits {
    size_t bytes, nodes, depth, label; /* 0: 32 MiB, 250,000, 20,000, 500 characters (names too) */
};

struct place {
    const char *file;
    uint32_t line, column;
};

struct reading {
    struct arena *arena;
    struct diag *diag;
    struct read_limits limits;
    size_t faults_before;
};

void reading_init(struct reading *r, struct arena *a, const struct read_limits *limits, struct diag *diag);
/* False (and a fault) when the text is longer than the limit. */
bool reading_bytes(struct reading *r, const char *file, size_t bytes);
static inline bool reading_failed(const struct reading *r)
{
    return r->diag->errors > r->faults_before;
}
void reading_fault(struct reading *r, struct place at, const char *what, const char *expected);
void reading_warning(struct reading *r, struct place at, const char *what, const char *expected);

/* A name or label for the tree: a copy with each run of blanks and line ends as one blank, none at the ends. A fault
 * when it is too long or holds control or invisible characters. Valid UTF-8 only. */
struct sv reading_text(struct reading *r, struct place at, struct sv text);
/* Text for a message: not too long, cut between characters. */
struct sv reading_shown(struct sv text);

/* A number as XML, JSON and Galileo write it (sign, digits, fraction, exponent), all of the text; finite. */
bool reading_number(struct sv text, double *out);
/* A single value: kind TREE_POINT, with its text in the outline's notation. A fault when it is outside the
 * attribute's range (0 to 1; 0 to 1e30). false: no value. `written` is its notation in the source, or empty. */
bool reading_point(struct reading *r, struct place at, enum tree_attribute attribute, double value, struct sv written,
                   struct tree_value *out);
/* Any value; lo, mode, hi as in tree_value (mode only where the kind has one). */
bool reading_value(struct reading *r, struct place at, enum tree_attribute attribute, enum tree_distribution kind,
                   double lo, double mode, double hi, struct tree_value *out);
/* The shortest notation that reads back as the same number. */
const char *reading_number_text(struct arena *a, double value);

/* Where the lines of a text begin, for positions of byte offsets. */
struct text_lines {
    struct sv text;
    const size_t *starts;
    size_t count;
};
void text_lines_init(struct text_lines *l, struct arena *a, struct sv text);
/* The column is 0 when the line is longer than 64 KiB. */
struct place text_place(const struct text_lines *l, const char *file, size_t offset);

/* A new tree of so many zeroed nodes with all texts empty. */
struct tree *reading_tree(struct arena *a, uint32_t nodes);
/* Faults for too many nodes and too great a depth. */
bool reading_size(struct reading *r, const char *file, size_t nodes, size_t depth);
/* Sets home, parents and tree.shared from an order; children and countermeasures are already in new numbers. */
void reading_finish(struct tree *t, const struct graph_order *order);

/* The tree of nodes that refer to each other by their index in `nodes` (children, countermeasures), whatever their
 * order. Checks what holds of every tree, each violation a fault at the node: gates have as many children as they
 * need and k fits, nothing stands twice below one node, roles and attributes fit, no cycles, size and depth. What does
 * not hang below the top is left out (a warning). NULL when there is a fault, also an earlier one. */
struct tree *reading_assemble(struct reading *r, const char *file, struct tree_node *nodes, uint32_t count,
                              uint32_t top);

#endif
