/* Mean, deviation and quantiles of numbers, the same for any order of computing. */
#ifndef CASEMATE_TREE_CORE_SAMPLE_STATISTICS_H
#define CASEMATE_TREE_CORE_SAMPLE_STATISTICS_H

#include "tree/core/figures.h"

/* Reorders values. Infinite ones count as undefined; NAN must not occur. Deviation: of the sample, divisor n - 1.
 * Quantiles: linear between order statistics (type 7 of Hyndman and Fan 1996). */
void sample_statistics(double *values, size_t len, struct tree_samples *out);

#endif
