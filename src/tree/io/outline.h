/* The attack-tree outline of docs/formats.md: text to tree and back without loss. */
#ifndef CASEMATE_TREE_IO_OUTLINE_H
#define CASEMATE_TREE_IO_OUTLINE_H

#include "base/err.h"
#include "base/str.h"
#include "tree/core/tree.h"

struct outline_limits {
    size_t bytes, nodes, depth, label; /* 0: 1 MiB, 100,000, 200, 500 characters */
};

/* Parses valid UTF-8 text whose first line is line first_line of `file`, after `first_column - 1`
 * characters of indentation that the caller took off. All faults go to diag with line and column
 * (what is wrong; what would be right). Returns the tree, or NULL when there was a fault. "= #id"
 * is resolved inside the tree (the same node, one more parent); "-> T-…" and "= T-…#id" become
 * leaves with .reference. A cycle is a fault that names its path. */
const struct tree *outline_parse(struct arena *a, struct sv text, const char *file,
                                 uint32_t first_line, uint32_t first_column,
                                 const struct outline_limits *limits, struct diag *diag);

/* Whether a text can stand behind "->" (T-0017) or "=" (T-0017#step). */
bool outline_is_reference(struct sv text);

/* Normal form: two blanks per level, attributes in fixed order, attribute blocks and comments
 * aligned per group of siblings. Parsing it gives the same tree; printing that gives the same
 * bytes. */
void outline_print(const struct tree *t, struct str *out);
/* For people and screen readers: the same outline without comments and, when plain is true, without
 * attributes. */
void outline_print_plain(const struct tree *t, bool plain, struct str *out);

#endif
