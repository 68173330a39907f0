/* The outline as a target of conversion: any tree, with a report of what was lost (outline.h prints trees that were
 * outlines before). */
#ifndef CASEMATE_TREE_IO_OUTLINE_WRITE_H
#define CASEMATE_TREE_IO_OUTLINE_WRITE_H

#include "base/str.h"
#include "tree/core/tree.h"
#include "tree/io/loss.h"

/* Ids are made to fit (letters a-z, digits, hyphens), labels too; gates that the outline has no words for are written
 * as OR and AND with a comment that says what they were, and are a loss of meaning. */
void outline_write(const struct tree *t, struct str *out, struct loss *loss);

#endif
