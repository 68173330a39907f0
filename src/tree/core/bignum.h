/* Whole numbers of any size, from 0: only what counting needs. A number is a row of 64-bit limbs, the lowest
 * first, of a length that the caller keeps. */
#ifndef CASEMATE_TREE_CORE_BIGNUM_H
#define CASEMATE_TREE_CORE_BIGNUM_H

#include "base/arena.h"

/* a += b; BUG when it does not fit. */
void bignum_add(uint64_t *a, const uint64_t *b, size_t limbs);
/* out = a * b, out not a or b; BUG when it does not fit. */
void bignum_multiply(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t limbs);
/* Decimal digits, in the arena. */
const char *bignum_text(const uint64_t *a, size_t limbs, struct arena *arena);

#endif
