/* Pooling: what several people's estimates of one thing amount to. Pure: no store, no clock, no memory kept.
 *
 * Levels of a scale are ordered and nothing more: they are counted and compared, never added, so every result is a
 * level that somebody chose, or a share. Intervals of a tree's step are numbers, and are mixed as distributions.
 * Both kinds of pooling give everybody the same weight; neither looks at the order of the estimates. */
#ifndef CASEMATE_REGISTER_POOLED_H
#define CASEMATE_REGISTER_POOLED_H

#include "base/err.h"

enum { POOLED_LEVELS_MAX = 64 };

/* Estimates of one factor, as levels 0 (lowest) to levels - 1. n is their number, x1 <= ... <= xn are the estimates in
 * order. */
struct pooled {
    unsigned levels;              /* of the scale */
    size_t count;                 /* n; 0: nobody estimated, and all below is 0 */
    size_t at[POOLED_LEVELS_MAX]; /* how many chose each level; 0 from `levels` on */
    unsigned low, high;           /* the range: x1 and xn */
    unsigned spread;              /* high - low: 0 is one level for all, 2 is "two levels apart" */
    unsigned medians[2];          /* the lower and the higher middle value; the same twice unless median_count is 2 */
    unsigned median_count;        /* 2 with an even n whose two middle values differ, otherwise 1; 0 when n is 0 */
    unsigned counts;              /* the median from which the priority follows: the higher one */
    unsigned lower_quartile;      /* the lowest level with at least a quarter of the estimates at it or below */
    unsigned upper_quartile;      /* the highest level with at least a quarter of the estimates at it or above */
    double agreement;             /* see below */
};

/* Counts and orders. estimates: `count` levels in any order; people who abstained are not among them, the caller
 * counts them. levels: 1 to POOLED_LEVELS_MAX. A level outside the scale, or such a scale, is a BUG(): words were
 * looked up before they became levels.
 *
 * Quantiles use the inverted distribution function, without interpolation (Hyndman and Fan 1996, definition 1), each
 * from its own end: lower quartile and lower median are the lowest level whose share at or below is at least 1/4 and
 * 1/2; higher median and upper quartile the highest level whose share at or above is at least 1/2 and 1/4. So turning
 * the scale round turns the results round and changes nothing else; definition 1 from below alone would hide one high
 * estimate among four and show one low one. At least half of the estimates lie within the quartiles, both included.
 *
 * agreement is van der Eijk's A (Measuring agreement in ordered rating scales, Quality & Quantity 35, 2001, 325-341),
 * with the first factor of equation (2) on p. 332. The histogram is cut into layers, each of one height over some of
 * the levels; a layer over S of K levels has the agreement U (1 - (S - 1) / (K - 1)), where U tells how far the S
 * levels lie together: U = ((K-2) TU - (K-1) TDU) / ((K-2) (TU + TDU)), with TU the triples of levels i < j < k of
 * which i and j but not k, or j and k but not i, belong to the layer, and TDU those of which i and k but not j do (no
 * such triple: U = 1). A is the mean over the layers, weighted by their estimates.
 *      1  all chose one level
 *      0  every level was chosen equally often
 *     -1  one half chose the lowest level, the other half the highest
 * A scale of two levels knows nothing between: A is then 1 less twice the share of the smaller party, never below 0.
 * A scale of one level has A = 1. The result is a sum of at most 64 terms in double precision, within 1e-12 of the
 * exact rational number. Time: O(count + levels^2). */
void pooled_levels(unsigned levels, const unsigned *estimates, size_t count, struct pooled *out);

/* The 90 % interval of a step's value: with chance 0.05 it is below lo, and with chance 0.05 above hi. lo == hi: a
 * number known exactly. */
struct pooled_range {
    double lo, hi;
};
enum pooled_kind {
    POOLED_PROBABILITY, /* logit-normal: 0 < lo <= hi < 1, and ln(x / (1 - x)) is normally distributed */
    POOLED_POSITIVE,    /* lognormal (cost in the tree's unit, time in its unit): 0 < lo <= hi, finite */
};
struct pooled_interval {
    size_t count;      /* 0: nobody estimated, and the numbers are 0 */
    double lo, hi;     /* the 5 % and 95 % quantiles of the pool */
    double median;     /* lo <= median <= hi */
};

/* Pools intervals. Each is read as a distribution as in an attack tree (tree/core/distributions.h); the pool is their
 * equally weighted mixture, F(x) = (F1(x) + ... + Fn(x)) / n (the linear opinion pool: Stone 1961; Clemen and Winkler,
 * Combining probability distributions from experts in risk analysis, Risk Analysis 19, 1999, section 2). It keeps
 * disagreement visible: intervals that do not meet give a wide pool, where a mean of the ends would give a narrow one
 * that nobody believes. The quantile of p is the least x with F(x) >= p. Each lies between the least and the greatest
 * of the estimators' own quantiles, and is found there by bisection of ln(x / (1 - x)) or ln x to within 1e-12, times
 * its magnitude where that is above 1; that is within 1e-10 of a cost or time, and of the odds of a probability,
 * relatively, for values from 1e-40 to 1e40. Between estimators so far apart that the gap holds less than 1e-300 of
 * the probability, a quantile that could lie anywhere in the gap is given near its lower end. An end on which all
 * agree is given as it is, to the last bit.
 *
 * CM_EINPUT when an interval is not one of its kind; the message names it by its position from 1, *out is then empty.
 * Time: O(count), some fifty passes. */
CM_MUST_USE int pooled_intervals(enum pooled_kind kind, const struct pooled_range *ranges, size_t count,
                                 struct pooled_interval *out, struct err *err);

#endif
