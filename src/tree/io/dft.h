/* Galileo's notation of fault trees, its static gates: toplevel "x"; "g" and "a" "b"; "g" or "a" "b"; "g" 2of3 "a" "b"
 * "c"; "a" prob=0.1; comments of C and C++. Dynamic gates (pand, spare, fdep, seq, ...) are faults that name them; so
 * are rates (lambda) without prob, as they need a mission time. */
#ifndef CASEMATE_TREE_IO_DFT_H
#define CASEMATE_TREE_IO_DFT_H

#include "base/err.h"
#include "base/str.h"
#include "tree/core/tree.h"
#include "tree/io/loss.h"
#include "tree/io/reading.h"

/* NULL when there was a fault; all of them are in diag. limits may be NULL. */
const struct tree *dft_parse(struct arena *a, struct sv text, const char *file, const struct read_limits *limits,
                             struct diag *diag);
void dft_write(const struct tree *t, struct str *out, struct loss *loss);

#endif
