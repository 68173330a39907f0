/* The values in an attribute block of an outline: numbers with suffixes and units, ranges,
 * distributions. */
#ifndef CASEMATE_TREE_IO_OUTLINE_VALUE_H
#define CASEMATE_TREE_IO_OUTLINE_VALUE_H

#include "base/arena.h"
#include "tree/core/tree.h"

struct outline_fault {
    size_t at;            /* byte offset in the text that was given */
    const char *what;     /* NULL: no fault */
    const char *expected; /* may be NULL */
};

/* Reads "0.9", "10k..100k", "2d", "pert(1,2,5)" as a value of the attribute. On a fault returns
 * false and fills *out_fault (texts in the arena). */
bool outline_value_parse(struct arena *a, enum tree_attribute attribute, struct sv text,
                         struct tree_value *out, struct outline_fault *out_fault);

#endif
