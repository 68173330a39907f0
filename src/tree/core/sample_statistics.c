#include "tree/core/sample_statistics.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 4096 };

/* Sums in blocks lose less to rounding, and do not depend on who computed the values. */
static double block_sum(const double *values, size_t len, double shift, bool square)
{
    double total = 0;
    for (size_t i = 0; i < len; i += BLOCK) {
        size_t end = len - i < BLOCK ? len : i + BLOCK;
        double sum[4] = {0};
        for (size_t j = i; j < end; j++) {
            double d = values[j] - shift;
            sum[j % 4] += square ? d * d : d;
        }
        total += (sum[0] + sum[1]) + (sum[2] + sum[3]);
    }
    return total;
}

static void swap(double *a, double *b)
{
    double x = *a;
    *a = *b;
    *b = x;
}

static double median_of_three(double a, double b, double c)
{
    return a < b ? (b < c ? b : a < c ? c : a) : (a < c ? a : b < c ? c : b);
}

/* Puts the k-th smallest at its place, smaller ones before it, greater ones behind (selection after Hoare and
 * Wirth). */
static void select_kth(double *v, size_t from, size_t end, size_t k)
{
    ptrdiff_t first = (ptrdiff_t)from, last = (ptrdiff_t)end - 1, at = (ptrdiff_t)k;
    while (first < last) {
        double pivot = median_of_three(v[first], v[first + (last - first) / 2], v[last]);
        ptrdiff_t i = first, j = last;
        while (i <= j) {
            while (v[i] < pivot)
                i++;
            while (v[j] > pivot)
                j--;
            if (i <= j)
                swap(&v[i++], &v[j--]);
        }
        if (j < at)
            first = i;
        if (at < i)
            last = j;
    }
}

static double quantile(double *v, size_t len, double q, size_t *first)
{
    double at = q * (double)(len - 1);
    size_t k = (size_t)at;
    select_kth(v, *first, len, k);
    *first = k;
    if (k + 1 == len)
        return v[k];
    double next = v[k + 1];
    for (size_t i = k + 2; i < len; i++)
        next = v[i] < next ? v[i] : next;
    return v[k] + (at - (double)k) * (next - v[k]);
}

void sample_statistics(double *values, size_t len, struct tree_samples *out)
{
    size_t n = 0, first = 0;
    for (size_t i = 0; i < len; i++)
        if (isfinite(values[i]))
            values[n++] = values[i];
    *out = (struct tree_samples){NAN, NAN, NAN, NAN, NAN, NAN, NAN, len - n};
    if (!n)
        return;
    out->mean = values[0] + block_sum(values, n, values[0], false) / (double)n;
    out->deviation = n > 1 ? sqrt(block_sum(values, n, out->mean, true) / (double)(n - 1)) : 0;
    out->q05 = quantile(values, n, 0.05, &first);
    out->q25 = quantile(values, n, 0.25, &first);
    out->q50 = quantile(values, n, 0.50, &first);
    out->q75 = quantile(values, n, 0.75, &first);
    out->q95 = quantile(values, n, 0.95, &first);
}
