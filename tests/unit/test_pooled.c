/* Pooling: every result on tables, van der Eijk's A against a count of all triples in exact fractions, and pools of
 * intervals against sums over a fine grid. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "register/pooled.h"
#include "tree_random.h"

enum { ESTIMATES = 40 };

/* CASEMATE_SEED repeats a run. */
static uint64_t seed_of_run(void)
{
    const char *text = getenv("CASEMATE_SEED");
    return text ? strtoull(text, NULL, 10) : dice_fresh_seed();
}

/* Estimates as digits: "0112" on a scale. */
static size_t digits(const char *text, unsigned *out)
{
    size_t count = 0;
    for (; text[count]; count++)
        out[count] = (unsigned)(text[count] - '0');
    return count;
}

static const struct {
    const char *name;
    unsigned levels;
    const char *estimates;
    unsigned low, lower_quartile, medians[2], median_count, upper_quartile, high;
} level_rows[] = {
    {"one", 4, "2", 2, 2, {2, 2}, 1, 2, 2},
    {"two that agree", 4, "11", 1, 1, {1, 1}, 1, 1, 1},
    {"two that do not", 4, "12", 1, 1, {1, 2}, 2, 2, 2},
    {"two at the ends", 5, "40", 0, 0, {0, 4}, 2, 4, 4},
    {"three", 4, "312", 1, 1, {2, 2}, 1, 3, 3},
    {"three, one apart", 4, "003", 0, 0, {0, 0}, 1, 3, 3},
    {"four, the middle equal", 4, "0113", 0, 0, {1, 1}, 1, 3, 3},
    {"four, one high", 4, "0003", 0, 0, {0, 0}, 1, 3, 3},
    {"four, one low", 4, "0333", 0, 0, {3, 3}, 1, 3, 3},
    {"five, one high", 4, "00003", 0, 0, {0, 0}, 1, 0, 3},
    {"five", 5, "01234", 0, 1, {2, 2}, 1, 3, 4},
    {"eight", 8, "76543210", 0, 1, {3, 4}, 2, 6, 7},
    {"nine", 9, "012345678", 0, 2, {4, 4}, 1, 6, 8},
    {"a scale of one level", 1, "000", 0, 0, {0, 0}, 1, 0, 0},
    {"a scale of two", 2, "0011", 0, 0, {0, 1}, 2, 1, 1},
};

static void test_levels(void **state CM_UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(level_rows); i++) {
        unsigned estimates[ESTIMATES];
        struct pooled p;
        size_t count = digits(level_rows[i].estimates, estimates), sum = 0;
        pooled_levels(level_rows[i].levels, estimates, count, &p);
        bool good = p.count == count && p.low == level_rows[i].low && p.high == level_rows[i].high &&
                    p.spread == p.high - p.low && p.lower_quartile == level_rows[i].lower_quartile &&
                    p.upper_quartile == level_rows[i].upper_quartile && p.medians[0] == level_rows[i].medians[0] &&
                    p.medians[1] == level_rows[i].medians[1] && p.median_count == level_rows[i].median_count &&
                    p.counts == level_rows[i].medians[1] && p.levels == level_rows[i].levels;
        for (size_t l = 0; l < POOLED_LEVELS_MAX; l++)
            sum += p.at[l];
        if (!good || sum != count)
            fail_msg("%s: %u [%u %u|%u %u] %u", level_rows[i].name, p.low, p.lower_quartile, p.medians[0], p.medians[1],
                     p.upper_quartile, p.high);
    }
}

static void test_nobody(void **state CM_UNUSED)
{
    static const struct pooled empty = {.levels = 4};
    struct pooled p;
    memset(&p, 1, sizeof p);
    pooled_levels(4, NULL, 0, &p);
    assert_int_equal(p.levels, 4);
    assert_true(p.count == 0 && p.median_count == 0 && p.spread == 0 && p.high == 0);
    assert_memory_equal(p.at, empty.at, sizeof p.at);
    assert_true(p.agreement >= 0 && p.agreement <= 0);
}

/* A as a fraction, from a histogram. The first is the example of R's agrmt (0.6113333). */
static const struct {
    unsigned levels, at[7];
    double over, under;
} agreement_rows[] = {
    {7, {30, 40, 210, 130, 530, 50, 10}, 917, 1500},
    {5, {10, 20, 30, 15, 4}, 31, 79},
    {5, {1, 0, 0, 0, 1}, -1, 1},
    {3, {5, 0, 5}, -1, 1},
    {4, {1, 1, 1, 1}, 0, 1},
    {4, {0, 3, 0, 0}, 1, 1},
    {4, {1, 0, 1, 0}, -1, 6},
    {4, {3, 2, 1, 0}, 5, 9},
    {4, {1, 1, 0, 0}, 2, 3},
    {4, {5, 0, 3, 2}, 1, 30},
    {7, {1, 0, 0, 0, 0, 0, 2}, -1, 3},
    {2, {7, 0}, 1, 1},
    {2, {5, 5}, 0, 1},
    {2, {1, 3}, 1, 2},
    {1, {3}, 1, 1},
};

static void test_agreement(void **state CM_UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(agreement_rows); i++) {
        unsigned estimates[1024];
        size_t count = 0;
        for (unsigned l = 0; l < agreement_rows[i].levels; l++)
            for (unsigned k = 0; k < agreement_rows[i].at[l]; k++)
                estimates[count++] = l;
        struct pooled p;
        pooled_levels(agreement_rows[i].levels, estimates, count, &p);
        double wanted = agreement_rows[i].over / agreement_rows[i].under;
        if (!(fabs(p.agreement - wanted) <= 1e-12))
            fail_msg("row %zu: %.17g instead of %.17g", i, p.agreement, wanted);
    }
}

/* One layer by looking at every triple, as numerator over (k - 2) (k - 1) (tu + tdu). */
static long double layer_by_triples(const unsigned *at, unsigned k)
{
    long tu = 0, tdu = 0, size = 0;
    for (unsigned i = 0; i < k; i++) {
        size += at[i] > 0;
        for (unsigned j = i + 1; j < k; j++)
            for (unsigned m = j + 1; m < k; m++) {
                tu += at[i] && at[j] && !at[m];
                tu += !at[i] && at[j] && at[m];
                tdu += at[i] && !at[j] && at[m];
            }
    }
    long double u = tu + tdu ? (long double)(((long)k - 2) * tu - ((long)k - 1) * tdu) / ((long)k - 2) / (tu + tdu) : 1;
    return u * ((long)k - size) / ((long)k - 1);
}

static double agreement_by_triples(const size_t *histogram, unsigned k)
{
    unsigned rest[POOLED_LEVELS_MAX] = {0}, all = 0;
    long double sum = 0;
    for (unsigned i = 0; i < k; i++)
        all += rest[i] = (unsigned)histogram[i];
    for (unsigned height = 1, left = all; left; height++) { /* layers of height one */
        unsigned size = 0;
        long double a = layer_by_triples(rest, k);
        for (unsigned i = 0; i < k; i++)
            if (rest[i]) {
                rest[i]--;
                size++;
            }
        sum += size * a;
        left -= size;
    }
    return (double)(sum / all);
}

/* What must hold for any estimates; turned round, the results are turned round. */
static void check_random_levels(struct dice *d, unsigned levels, size_t count)
{
    unsigned estimates[ESTIMATES], turned[ESTIMATES];
    struct pooled p, t;
    unsigned reach = 1 + dice_below(d, levels), from = dice_below(d, levels - reach + 1);
    for (size_t i = 0; i < count; i++) {
        estimates[i] = from + dice_below(d, reach);
        turned[i] = levels - 1 - estimates[i];
    }
    pooled_levels(levels, estimates, count, &p);
    pooled_levels(levels, turned, count, &t);
    assert_true(p.low <= p.lower_quartile && p.lower_quartile <= p.medians[0] && p.medians[0] <= p.medians[1]);
    assert_true(p.medians[1] <= p.upper_quartile && p.upper_quartile <= p.high);
    assert_true(p.at[p.low] && p.at[p.lower_quartile] && p.at[p.medians[0]] && p.at[p.medians[1]] &&
                p.at[p.upper_quartile] && p.at[p.high]);
    assert_true(t.low + p.high == levels - 1 && t.lower_quartile + p.upper_quartile == levels - 1 &&
                t.medians[0] + p.medians[1] == levels - 1);
    assert_true(fabs(p.agreement - t.agreement) <= 1e-12 && p.agreement >= -1 - 1e-12 && p.agreement <= 1 + 1e-12);
    if (levels > 2 && !(fabs(p.agreement - agreement_by_triples(p.at, levels)) <= 1e-12))
        fail_msg("%u levels, %zu estimates: %.17g instead of %.17g", levels, count, p.agreement,
                 agreement_by_triples(p.at, levels));
}

static void test_random_levels(void **state CM_UNUSED)
{
    struct dice d = {1};
    for (int fresh = 0; fresh < 2; fresh++) {
        d.state = fresh ? seed_of_run() : d.state;
        for (int i = 0; i < 2000; i++)
            check_random_levels(&d, 1 + dice_below(&d, i % 50 ? 9 : POOLED_LEVELS_MAX), 1 + dice_below(&d, ESTIMATES));
    }
}

/* ---- intervals ---- */

/* Phi by Simpson's rule from -9 upwards: nothing of the library's. */
static double phi_by_sum(double z)
{
    if (z < -9)
        return 0;
    if (z > 9)
        return 1;
    int steps = 2 * (int)(200 * (z + 9) / 2 + 1);
    double h = (z + 9) / steps, sum = 0;
    for (int i = 0; i <= steps; i++) {
        double x = -9 + h * i, weight = i == 0 || i == steps ? 1 : i % 2 ? 4 : 2;
        sum += weight * exp(-x * x / 2);
    }
    return sum * h / 3 / sqrt(2 * 3.14159265358979323846);
}

static double on_line(enum pooled_kind kind, double x)
{
    return kind == POOLED_PROBABILITY ? log(x / (1 - x)) : log(x);
}

static double mixture_by_sum(enum pooled_kind kind, const struct pooled_range *r, size_t count, double x)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        double lo = on_line(kind, r[i].lo), hi = on_line(kind, r[i].hi);
        double mu = (lo + hi) / 2, sigma = (hi - lo) / 2 / 1.6448536269514722;
        sum += sigma > 0 ? phi_by_sum((on_line(kind, x) - mu) / sigma) : x >= r[i].hi;
    }
    return sum / (double)count;
}

/* Just below the quantile the mixture is below the chance, just above it is above. */
static void check_quantile(enum pooled_kind kind, const struct pooled_range *r, size_t count, double x, double chance)
{
    double odds = kind == POOLED_PROBABILITY ? x / (1 - x) : x, step = 1e-7;
    for (int side = -1; side <= 1; side += 2) {
        double moved = odds * (1 + side * step);
        double f = mixture_by_sum(kind, r, count, kind == POOLED_PROBABILITY ? moved / (1 + moved) : moved);
        if (side < 0 ? f > chance + 1e-11 : f < chance - 1e-11)
            fail_msg("F(%.17g%s) = %.12g at the quantile of %g", x, side < 0 ? "-" : "+", f, chance);
    }
}

static void check_pool(enum pooled_kind kind, const struct pooled_range *r, size_t count)
{
    struct pooled_interval p;
    struct err err = ERR_INIT;
    if (pooled_intervals(kind, r, count, &p, &err) != CM_OK)
        fail_msg("%s", err.text);
    assert_int_equal(p.count, count);
    assert_true(p.lo <= p.median && p.median <= p.hi);
    check_quantile(kind, r, count, p.lo, .05);
    check_quantile(kind, r, count, p.median, .5);
    check_quantile(kind, r, count, p.hi, .95);
}

static const struct {
    enum pooled_kind kind;
    size_t count;
    struct pooled_range ranges[5];
} interval_rows[] = {
    {POOLED_PROBABILITY, 1, {{.02, .2}}},
    {POOLED_PROBABILITY, 2, {{.02, .2}, {.02, .2}}},
    {POOLED_PROBABILITY, 2, {{.02, .2}, {.5, .9}}},
    {POOLED_PROBABILITY, 3, {{1e-9, 1e-8}, {1e-4, 1e-2}, {.999, .9999}}},
    {POOLED_PROBABILITY, 2, {{.3, .3}, {.1, .6}}},
    {POOLED_PROBABILITY, 3, {{.3, .3}, {.3, .3}, {.1, .6}}},
    {POOLED_POSITIVE, 1, {{500, 5000}}},
    {POOLED_POSITIVE, 3, {{500, 5000}, {10000, 100000}, {1, 2}}},
    {POOLED_POSITIVE, 5, {{1, 10}, {2, 20}, {3, 30}, {4, 40}, {5, 50}}},
    {POOLED_POSITIVE, 2, {{1, 1}, {1e12, 1e13}}},
    {POOLED_POSITIVE, 3, {{7, 7}, {7, 7}, {7, 7}}},
};

static void test_intervals(void **state CM_UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(interval_rows); i++)
        check_pool(interval_rows[i].kind, interval_rows[i].ranges, interval_rows[i].count);
}

static void test_random_intervals(void **state CM_UNUSED)
{
    struct dice d = {7};
    for (int fresh = 0; fresh < 2; fresh++) {
        d.state = fresh ? seed_of_run() : d.state;
        for (int i = 0; i < 60; i++) {
            struct pooled_range r[8];
            enum pooled_kind kind = i % 2 ? POOLED_POSITIVE : POOLED_PROBABILITY;
            size_t count = 1 + dice_below(&d, 8);
            for (size_t k = 0; k < count; k++) {
                double lo = 8 * dice_chance(&d) - 4, hi = lo + (dice_below(&d, 6) ? 4 * dice_chance(&d) : 0);
                r[k].lo = kind == POOLED_POSITIVE ? exp(lo) : 1 / (1 + exp(-lo));
                r[k].hi = kind == POOLED_POSITIVE ? exp(hi) : 1 / (1 + exp(-hi));
            }
            check_pool(kind, r, count);
        }
    }
}

/* Known without any sum. */
static void test_exact_pools(void **state CM_UNUSED)
{
    struct err err = ERR_INIT;
    struct pooled_interval p;
    assert_int_equal(pooled_intervals(POOLED_PROBABILITY, NULL, 0, &p, &err), CM_OK);
    assert_true(p.count == 0 && p.hi <= 0 && p.lo >= 0);
    const struct pooled_range same[] = {{.02, .2}, {.02, .2}, {.02, .2}};
    assert_int_equal(pooled_intervals(POOLED_PROBABILITY, same, 3, &p, &err), CM_OK);
    assert_memory_equal(&p.lo, &same[0].lo, sizeof p.lo);
    assert_memory_equal(&p.hi, &same[0].hi, sizeof p.hi);
    /* mirrored about 1/2 and far apart: what lies between the two is below the precision of 1, and decides */
    const struct pooled_range far[] = {{1e-9, 1.1e-9}, {1 - 1.1e-9, 1 - 1e-9}};
    assert_int_equal(pooled_intervals(POOLED_PROBABILITY, far, 2, &p, &err), CM_OK);
    assert_true(p.lo < 1.1e-9 && p.hi > 1 - 1.1e-9);
    const struct pooled_range apart[] = {{.01, .02}, {.98, .99}};
    assert_int_equal(pooled_intervals(POOLED_PROBABILITY, apart, 2, &p, &err), CM_OK);
    assert_true(fabs(p.median - .5) < 1e-9);
    /* twenty points: the 5 % quantile is the first, the 95 % quantile the nineteenth */
    struct pooled_range points[20];
    for (int i = 0; i < 20; i++)
        points[19 - i] = (struct pooled_range){i + 1, i + 1};
    assert_int_equal(pooled_intervals(POOLED_POSITIVE, points, 20, &p, &err), CM_OK);
    assert_true(fabs(p.lo - 1) < 1e-10 && fabs(p.median - 10) < 1e-9 && fabs(p.hi - 19) < 1e-9);
}

static const struct {
    enum pooled_kind kind;
    struct pooled_range range;
    const char *message;
} bad_rows[] = {
    {POOLED_PROBABILITY, {0, .5},
     "interval 2 is 0..0.5; expected two numbers above 0 and below 1, the lower one first"},
    {POOLED_PROBABILITY, {.5, 1},
     "interval 2 is 0.5..1; expected two numbers above 0 and below 1, the lower one first"},
    {POOLED_PROBABILITY, {.5, .4},
     "interval 2 is 0.5..0.4; expected two numbers above 0 and below 1, the lower one first"},
    {POOLED_PROBABILITY, {NAN, .4}, NULL},
    {POOLED_PROBABILITY, {.4, NAN}, NULL},
    {POOLED_POSITIVE, {-1, 5}, "interval 2 is -1..5; expected two numbers above 0, the lower one first"},
    {POOLED_POSITIVE, {1, INFINITY}, "interval 2 is 1..inf; expected two numbers above 0, the lower one first"},
};

static void test_bad_intervals(void **state CM_UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(bad_rows); i++) {
        const struct pooled_range r[] = {{.1, .2}, bad_rows[i].range};
        struct pooled_interval p = {9, 9, 9, 9};
        struct err err = ERR_INIT;
        assert_int_equal(pooled_intervals(bad_rows[i].kind, r, 2, &p, &err), CM_EINPUT);
        if (bad_rows[i].message)
            assert_string_equal(err.text, bad_rows[i].message);
        assert_int_equal(p.count, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels),           cmocka_unit_test(test_nobody),
        cmocka_unit_test(test_agreement),        cmocka_unit_test(test_random_levels),
        cmocka_unit_test(test_intervals),        cmocka_unit_test(test_random_intervals),
        cmocka_unit_test(test_exact_pools),      cmocka_unit_test(test_bad_intervals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
