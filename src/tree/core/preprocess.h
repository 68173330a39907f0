/* Simplification of formulas before diagrams are made of them. */
#ifndef CASEMATE_TREE_CORE_PREPROCESS_H
#define CASEMATE_TREE_CORE_PREPROCESS_H

#include "tree/core/formula.h"

/* An equivalent formula over the same events, with as few gates and repeated events as the rules find; gates of
 * one argument and constants are gone. A coherent formula stays one: then no edge is negated. Time is bounded by a
 * small multiple of the formula's size. *out is made in the arena; f is only read. */
void formula_simplify(const struct formula *f, struct formula *out, struct arena *arena);

#endif
