/* Rows: how sampling computes many trials at once.
 *
 * A row holds one number for each of ROWS_LANES trials; all rows of a worker lie in one flat array and are named
 * by their place in it. Whatever is done, is done to whole rows: random words become normal scores, scores become
 * the values of leaves, and values run through a diagram as a list of operations. Each lane is computed by the same
 * operations of IEEE 754 arithmetic in the same order whatever vectors the processor has, and none is contracted
 * (the project is compiled with -ffp-contract=off), so every kernel below gives the same bytes. Nothing of the
 * C library's mathematics is used except sqrt and rint, which are exact: its exp and log differ between
 * processors in the last bit. */
#ifndef CASEMATE_TREE_CORE_ROWS_H
#define CASEMATE_TREE_CORE_ROWS_H

#include "base/base.h"

enum { ROWS_LANES = 16, ROWS_ALIGN = 64 };

/* Rows that every program finds at the start of its array, filled by rows_constants(). */
enum {
    ROW_ZERO,
    ROW_ONE,    /* followed by a row of zeros: as a chance it is certain */
    ROW_ZERO_2,
    ROW_INFINITY,
    ROW_BOTH,   /* followed by another row of ones: as a "chance" it adds */
    ROW_BOTH_2,
    ROWS_CONSTANT
};

enum rows_kind {
    ROWS_MIX,     /* out = x * hi + (row after x) * lo       probability of a node of a diagram */
    ROWS_ADD_MIN, /* out = least of lo and hi + x            cost of the cheapest set */
    ROWS_MAX_MIN, /* out = least of lo and max(hi, x)        skill of the least skilled set */
    ROWS_MUL_MAX, /* out = greatest of lo and hi * x         chance of the likeliest set */
    ROWS_OTHER,   /* out = 1 - x                             chance of the opposite */
};

struct rows_op {
    uint32_t x, lo, hi, out;
};

struct rows_segment {
    enum rows_kind kind;
    uint32_t len;
    const struct rows_op *ops;
};

/* A leaf that is exp(mu + sigma z) or 1 / (1 + exp(-mu - sigma z)); the latter also fills the row after out with
 * its complement, which keeps its own relative accuracy. */
struct rows_leaf {
    uint32_t z, out;
    double mu, sigma;
};

/* Three Hermite polynomials of a score, each summed up against a figure: 8 partial sums per polynomial. */
enum { ROWS_DEGREES = 3, ROWS_SUMS = 8 };
struct rows_moments {
    double by[ROWS_DEGREES][ROWS_SUMS] __attribute__((aligned(64)));
};

struct rows_kernel {
    const char *name; /* "base", "avx2", "avx512" */
    /* Philox4x32-10 on 64-bit lanes that hold 32-bit words; in place. */
    void (*philox)(uint64_t words[4][ROWS_LANES], uint64_t key);
    /* Rows first .. first + 3 of standard normal scores number 4 * group .. 4 * group + 3 for trials trial .. trial +
     * ROWS_LANES - 1. */
    void (*normals)(double *rows, uint32_t first, uint32_t group, uint64_t trial, uint64_t key);
    void (*lognormal)(double *rows, const struct rows_leaf *leaves, uint32_t len);
    void (*logitnormal)(double *rows, const struct rows_leaf *leaves, uint32_t len);
    void (*run)(double *rows, const struct rows_segment *segments, uint32_t len);
    /* Natural logarithm of a row in place; of numbers below DBL_MIN: that of DBL_MIN. */
    void (*log)(double *row);
    /* e to the power of each lane, in place; the exponents are held within -708 .. 709. */
    void (*exp)(double *row);
    /* moments[i] += the polynomials of row z[i], times row y, lane j into sum j % ROWS_SUMS. */
    void (*moments)(const double *rows, const uint32_t *z, uint32_t len, const double *y, struct rows_moments *moments);
};

/* The kernels that this processor can run, slowest first; there is always one. */
const struct rows_kernel *const *rows_kernels(size_t *out_len);
void rows_constants(double *rows);
/* exp and log of single numbers, with the same bits everywhere. */
double rows_exp(double x);
double rows_log(double x);

#endif
