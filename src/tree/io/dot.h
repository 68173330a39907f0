/* Graphviz: the tree as a digraph, every label whole, a shape for each kind of node, shared nodes once. */
#ifndef CASEMATE_TREE_IO_DOT_H
#define CASEMATE_TREE_IO_DOT_H

#include "base/str.h"
#include "tree/core/tree.h"
#include "tree/io/loss.h"

/* Values stand below the labels; comments are lost. */
void dot_write(const struct tree *t, struct str *out, struct loss *loss);

#endif
