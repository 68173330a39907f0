/* tree/core/rows.h, distributions.h, sample_statistics.h and sampling.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tree/core/distributions.h"
#include "tree/core/rows.h"
#include "tree/core/sample_statistics.h"
#include "tree/core/sampling.h"
#include "tree/io/outline.h"

#define Z95 1.6448536269514722
#define FIXED_P_MEAN 0x1.4e3d20074353dp-5
#define FIXED_P_Q95 0x1.4eabe78162e6bp-4
#define FIXED_COST_MEAN 0x1.8d55c4f0f70cep+7
#define FIXED_COST_Q05 0x1.8dd680c7a4783p+5

/* ---- rows -------------------------------------------------------------------------------------- */

/* Published with the generator (Random123, known answers for philox4x32 with 10 rounds). */
static const struct {
    uint32_t counter[4], key[2], words[4];
} known[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

static void test_philox(void **state)
{
    (void)state;
    size_t len;
    const struct rows_kernel *const *kernels = rows_kernels(&len);
    for (size_t k = 0; k < len; k++) {
        for (size_t i = 0; i < ARRAY_LEN(known); i++) {
            uint64_t words[4][ROWS_LANES];
            for (size_t w = 0; w < 4; w++)
                for (size_t j = 0; j < ROWS_LANES; j++)
                    words[w][j] = j == 5 ? known[i].counter[w] : j * 77 + w;
            kernels[k]->philox(words, known[i].key[0] | (uint64_t)known[i].key[1] << 32);
            for (size_t w = 0; w < 4; w++)
                assert_int_equal(words[w][5], known[i].words[w]);
        }
    }
}

static void test_exp_and_log(void **state)
{
    (void)state;
    for (double x = -700; x < 700; x += 0.173)
        assert_true(fabs(rows_exp(x) / exp(x) - 1) < 1e-13);
    for (double x = 1e-300; x < 1e300; x *= 1.73)
        assert_true(fabs(rows_log(x) - log(x)) <= 4e-16 * fabs(log(x)));
    for (double x = 0.5; x < 2; x += 1.37e-3)
        assert_true(fabs(rows_log(x) - log(x)) <= 4e-16 * fabs(log(x)));
    assert_true(rows_exp(0) == 1 && rows_log(1) == 0);
}

/* The scores' distribution: counts between its quantiles, and the first four moments. */
static void test_normals(void **state)
{
    (void)state;
    enum { BLOCKS = 4000, N = BLOCKS * 4 * ROWS_LANES };
    static double rows[4 * ROWS_LANES] __attribute__((aligned(ROWS_ALIGN)));
    size_t len;
    const struct rows_kernel *k = rows_kernels(&len)[0];
    double sums[5] = {0}, cross = 0;
    size_t below[7] = {0};
    for (uint64_t b = 0; b < BLOCKS; b++) {
        k->normals(rows, 0, 7, b * ROWS_LANES, 99);
        for (size_t i = 0; i < 4 * ROWS_LANES; i++) {
            for (int d = 1; d <= 4; d++)
                sums[d] += pow(rows[i], d) / N;
            for (int q = 0; q < 7; q++)
                below[q] += rows[i] < q - 3;
        }
        for (size_t i = 0; i < ROWS_LANES; i++)
            cross += rows[i] * rows[ROWS_LANES + i] / (N / 4);
    }
    assert_true(fabs(sums[1]) < 5 / sqrt(N) && fabs(sums[2] - 1) < 5 * sqrt(2.0 / N));
    assert_true(fabs(sums[3]) < 5 * sqrt(15.0 / N) && fabs(sums[4] - 3) < 5 * sqrt(96.0 / N));
    assert_true(fabs(cross) < 5 / sqrt(N / 4.0));
    for (int q = 0; q < 7; q++) {
        double p = 0.5 * erfc(-(q - 3) / sqrt(2));
        assert_true(fabs((double)below[q] / N - p) < 5 * sqrt(p * (1 - p) / N));
    }
}

/* ---- distributions ------------------------------------------------------------------------------ */

static struct tree_value value(enum tree_distribution kind, double lo, double mode, double hi)
{
    return (struct tree_value){.kind = kind, .lo = lo, .mode = mode, .hi = hi};
}

static double phi(double z)
{
    return 0.5 * erfc(-z / sqrt(2));
}

/* Mean and variance by integrating over z. */
static void moments(const struct distribution *d, double *mean, double *variance)
{
    const double h = 0.005;
    *mean = *variance = 0;
    for (double z = -6.8; z < 6.8; z += h)
        *mean += h * distribution_at(d, z) * exp(-z * z / 2) / sqrt(2 * M_PI);
    for (double z = -6.8; z < 6.8; z += h)
        *variance += h * pow(distribution_at(d, z) - *mean, 2) * exp(-z * z / 2) / sqrt(2 * M_PI);
}

static void test_distributions(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct distribution_tables t;
    struct distribution d;
    double mean, variance;
    distribution_tables_init(&t, &a);
    struct tree_value v = value(TREE_RANGE, 500, 0, 5000);
    v.mode = sqrt(500.0 * 5000.0);
    assert_int_equal(distribution_of(&t, &v, TREE_COST, &d, &err), CM_OK);
    assert_true(fabs(distribution_at(&d, -Z95) / 500 - 1) < 1e-12 &&
                fabs(distribution_at(&d, Z95) / 5000 - 1) < 1e-12);
    assert_true(fabs(distribution_at(&d, 0) / v.mode - 1) < 1e-12);
    v = value(TREE_RANGE, 0.02, 0.065, 0.2);
    assert_int_equal(distribution_of(&t, &v, TREE_P, &d, &err), CM_OK);
    assert_true(fabs(distribution_at(&d, -Z95) / 0.02 - 1) < 1e-12 &&
                fabs(distribution_at(&d, Z95) / 0.2 - 1) < 1e-12);
    v = value(TREE_UNIFORM, 2, 5, 8);
    assert_int_equal(distribution_of(&t, &v, TREE_SKILL, &d, &err), CM_OK);
    for (double z = -6; z <= 6; z += 0.37)
        assert_true(fabs(distribution_at(&d, z) - (2 + 6 * phi(z))) < 1e-7);
    v = value(TREE_TRIANGULAR, 1, 2, 5);
    assert_int_equal(distribution_of(&t, &v, TREE_COST, &d, &err), CM_OK);
    for (double z = -4; z <= 4; z += 0.37) {
        double x = distribution_at(&d, z);
        double f = x < 2 ? (x - 1) * (x - 1) / 4 : 1 - (5 - x) * (5 - x) / 12;
        assert_true(fabs(f - phi(z)) < 1e-7);
    }
    for (double mode = 0; mode <= 10; mode += 2.5) {
        v = value(TREE_PERT, 0, mode, 10);
        double alpha = 1 + 0.4 * mode, beta = 6 - alpha;
        assert_int_equal(distribution_of(&t, &v, TREE_COST, &d, &err), CM_OK);
        moments(&d, &mean, &variance);
        assert_true(fabs(mean - 10 * alpha / 6) < 1e-6);
        assert_true(fabs(variance - 100 * alpha * beta / (36 * 7)) < 1e-6);
    }
    v = value(TREE_PERT, 0, 5, 10); /* symmetric */
    assert_int_equal(distribution_of(&t, &v, TREE_COST, &d, &err), CM_OK);
    for (double z = 0; z < 6; z += 0.31)
        assert_true(fabs(distribution_at(&d, z) + distribution_at(&d, -z) - 10) < 1e-7);
    v = value(TREE_PERT, 0, 0, 1); /* 1 - (1 - x)^5 */
    assert_int_equal(distribution_of(&t, &v, TREE_P, &d, &err), CM_OK);
    for (double z = -5; z < 5; z += 0.31)
        assert_true(fabs(1 - pow(1 - distribution_at(&d, z), 5) - phi(z)) < 1e-7);
    v = value(TREE_RANGE, 3, 3, 3);
    assert_int_equal(distribution_of(&t, &v, TREE_COST, &d, &err), CM_OK);
    assert_int_equal(d.kind, DISTRIBUTION_POINT);
    arena_release(&a);
}

static void test_impossible(void **state)
{
    (void)state;
    static const struct {
        enum tree_attribute attribute;
        struct tree_value value;
        const char *text;
    } cases[] = {
        {TREE_COST, {.kind = TREE_RANGE, .lo = 0, .mode = 0, .hi = 5}, "begins at 0"},
        {TREE_P, {.kind = TREE_RANGE, .lo = 0.5, .mode = 0.7, .hi = 1}, "ends at 1"},
        {TREE_DEPLOYED, {.kind = TREE_RANGE, .lo = -1, .mode = 0.7, .hi = 0.9}, "begins at 0"},
        {TREE_COST, {.kind = TREE_PERT, .lo = 5, .mode = 1, .hi = 9}, "rising order"},
        {TREE_COST, {.kind = TREE_UNIFORM, .lo = 5, .mode = 5, .hi = INFINITY}, "rising order"},
    };
    struct arena a = ARENA_INIT;
    struct distribution_tables t;
    distribution_tables_init(&t, &a);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct err err = ERR_INIT;
        struct distribution d;
        assert_int_equal(distribution_of(&t, &cases[i].value, cases[i].attribute, &d, &err), CM_EINPUT);
        assert_non_null(strstr(err.text, cases[i].text));
    }
    arena_release(&a);
}

/* ---- statistics --------------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void test_statistics(void **state)
{
    (void)state;
    for (size_t n = 1; n < 3000; n = n * 3 / 2 + 1) {
        double v[3000], sorted[3000];
        uint32_t r = (uint32_t)n;
        size_t len = 0;
        for (size_t i = 0; i < n; i++) {
            r = r * 1664525 + 1013904223;
            v[i] = n % 2 ? (r >> 8) % 7 : r >> 8; /* with ties, and without */
            if (i % 10 == 3)
                v[i] = INFINITY;
            else
                sorted[len++] = v[i];
        }
        struct tree_samples s;
        qsort(sorted, len, sizeof(double), by_value);
        sample_statistics(v, n, &s);
        const double q[] = {0.05, 0.25, 0.5, 0.75, 0.95}, got[] = {s.q05, s.q25, s.q50, s.q75, s.q95};
        for (size_t i = 0; i < 5; i++) {
            double at = q[i] * (double)(len - 1);
            size_t k = (size_t)at;
            double want = sorted[k] + (k + 1 < len ? (at - (double)k) * (sorted[k + 1] - sorted[k]) : 0);
            assert_true(fabs(got[i] - want) <= 1e-9 * fabs(want));
        }
        assert_int_equal(s.undefined, n - len);
    }
    struct tree_samples s;
    double same[] = {0.1, 0.1, 0.1}, none[] = {INFINITY};
    sample_statistics(same, 3, &s);
    assert_true(s.mean == 0.1 && s.deviation == 0 && s.q05 == 0.1 && s.q95 == 0.1);
    sample_statistics(none, 1, &s);
    assert_true(isnan(s.mean) && isnan(s.q50) && s.undefined == 1);
}

/* ---- sampling ----------------------------------------------------------------------------------- */

struct sampled {
    struct arena arena;
    const struct tree *tree;
    struct sampling out;
};

struct how {
    unsigned threads;
    uint64_t trials, seed;
    const char *kernel;
    size_t max_bytes;
    double max_seconds;
};

static int sample(struct sampled *s, const char *outline, struct how how)
{
    struct diag diag;
    struct err err = ERR_INIT;
    struct model m;
    struct formula f[TREE_WORLDS];
    struct solution solutions[TREE_WORLDS], sets;
    struct attack_values values;
    struct tree_limits limits = {.threads = how.threads, .max_bytes = how.max_bytes};
    *s = (struct sampled){.arena = ARENA_INIT};
    diag_init(&diag, &s->arena);
    s->tree = outline_parse(&s->arena, sv_str(outline), "f", 1, 1, NULL, &diag);
    if (!s->tree)
        fail_msg("%s", diag.items[0].text);
    assert_int_equal(model_init(&m, &s->arena, s->tree, &err), CM_OK);
    struct sampling_question q = {.model = &m,
                                  .main = WORLD_DEPLOYED,
                                  .values = &values,
                                  .trials = how.trials,
                                  .seed = how.seed,
                                  .kernel = how.kernel};
    for (int w = 0; w < TREE_WORLDS; w++) {
        model_formula(&m, &(struct model_world){.world = (enum tree_world)w}, &f[w], NULL);
        assert_int_equal(solve(&f[w], SOLVE_BDD, NULL, &s->arena, &solutions[w], &err), CM_OK);
        q.worlds[w] = &solutions[w];
    }
    attack_values_init(&values, &m, &(struct model_world){.world = WORLD_DEPLOYED});
    assert_int_equal(solve(&values.formula, SOLVE_SETS, NULL, &s->arena, &sets, &err), CM_OK);
    q.sets = &sets;
    return sampling_run(&q, &limits, &s->arena, &s->out, &err);
}

static void release(struct sampled *s)
{
    arena_release(&s->arena);
}

/* Within five standard errors of the mean. */
static void near(const struct sampled *s, const struct tree_samples *got, double mean, double deviation)
{
    double n = (double)s->out.trials;
    if (!(fabs(got->mean - mean) <= 5 * deviation / sqrt(n) + 1e-12))
        fail_msg("mean %.9g, expected %.9g +- %.3g", got->mean, mean, deviation / sqrt(n));
    if (!(fabs(got->deviation - deviation) <= 0.05 * deviation + 1e-12))
        fail_msg("deviation %.9g, expected %.9g", got->deviation, deviation);
    assert_int_equal(got->undefined, 0);
}

static void test_moments(void **state)
{
    (void)state;
    /* E and deviation of the goal's probability; the goal is multilinear in independent chances. */
    static const struct {
        const char *outline;
        double mean, deviation;
    } cases[] = {
        {"G [p=uniform(0,1)]\n", 0.5, 0.28867513459},
        {"G [p=triangular(0.1,0.2,0.6)]\n", 0.3, 0.10801234497},
        {"G [p=pert(0,0.25,1)]\n", 1.0 / 3, 0.17817416127},
        {"G\n  AND g\n    a [p=uniform(0,1)]\n    b [p=uniform(0,1)]\n", 0.25, 0.2204792759},
        {"G\n  a [p=uniform(0,1)]\n  b [p=uniform(0,1)]\n", 0.75, 0.2204792759},
        {"G\n  2 OF g\n    a [p=uniform(0,1)]\n    b [p=0.5]\n    c [p=1]\n", 0.75, 0.14433756730},
        {"G\n  AND g\n    #s a [p=uniform(0,1)]\n    OR h\n      = #s\n      b [p=0.3]\n", 0.5, 0.28867513459},
        {"G\n  a [p=0.5]\n    ! c [stops=uniform(0,1) deployed=0.5]\n", 0.375, 0.0721687836},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct sampled s;
        assert_int_equal(sample(&s, cases[i].outline, (struct how){.trials = 40000, .seed = 11}), CM_OK);
        near(&s, &s.out.worlds[WORLD_DEPLOYED].samples, cases[i].mean, cases[i].deviation);
        assert_true(s.out.complete && s.out.trials == 40000);
        release(&s);
    }
}

static void test_quantiles(void **state)
{
    (void)state;
    struct sampled s;
    assert_int_equal(sample(&s, "G [p=0.02..0.2 cost=500..5000 skill=triangular(1,2,5)]\n",
                            (struct how){.trials = 100000, .seed = 3}),
                     CM_OK);
    const struct tree_samples *p = &s.out.worlds[WORLD_NONE].samples, *c = &s.out.measures[MEASURE_COST].samples;
    /* a quantile's deviation is sqrt(q (1 - q) / n) / density */
    assert_true(fabs(log(p->q05 / 0.02)) < 0.03 && fabs(log(p->q95 / 0.2)) < 0.03);
    assert_true(fabs(log(c->q05 / 500)) < 0.03 && fabs(log(c->q95 / 5000)) < 0.03);
    assert_true(fabs(log(c->q50 / sqrt(500.0 * 5000))) < 0.02);
    double sigma = log(10) / (2 * Z95), mean = sqrt(500.0 * 5000) * exp(sigma * sigma / 2);
    near(&s, c, mean, mean * sqrt(exp(sigma * sigma) - 1));
    assert_true(fabs(s.out.measures[MEASURE_SKILL].samples.mean - 8.0 / 3) < 0.02);
    release(&s);
}

static void test_worlds(void **state)
{
    (void)state;
    struct sampled s;
    assert_int_equal(sample(&s, "G\n  a [p=uniform(0.4,0.6)]\n    ! c [stops=1 deployed=uniform(0,1)]\n",
                            (struct how){.trials = 20000, .seed = 5}),
                     CM_OK);
    near(&s, &s.out.worlds[WORLD_NONE].samples, 0.5, 0.0577350269);
    near(&s, &s.out.worlds[WORLD_DEPLOYED].samples, 0.25, 0.1481741);
    near(&s, &s.out.worlds[WORLD_ALL].samples, 0, 0);
    assert_int_equal(s.out.worlds[WORLD_DEPLOYED].drivers.len, 2);
    assert_int_equal(s.out.worlds[WORLD_DEPLOYED].drivers.at[0].attribute, TREE_DEPLOYED);
    assert_int_equal(s.out.uncertain, 2);
    release(&s);
    /* the world "deployed" has no number without "deployed"; the others have */
    assert_int_equal(
        sample(&s, "G\n  a [p=0.3]\n    ! c [stops=uniform(0.2,0.4)]\n", (struct how){.trials = 20000, .seed = 5}),
        CM_OK);
    assert_false(s.out.worlds[WORLD_DEPLOYED].defined);
    assert_int_equal(s.out.worlds[WORLD_DEPLOYED].samples.undefined, 20000);
    near(&s, &s.out.worlds[WORLD_NONE].samples, 0.3, 0);
    near(&s, &s.out.worlds[WORLD_ALL].samples, 0.21, 0.01732);
    release(&s);
}

static const char measured[] =
    "G\n"
    "  AND g [damage=uniform(0,12)]\n"
    "    a [p=uniform(0,1) cost=uniform(0,1) time=uniform(0s,1s) skill=uniform(0,1) damage=5]\n"
    "    b [p=uniform(0,1) cost=uniform(0,2) time=uniform(0s,1s) skill=uniform(0,1)]\n";

static void test_measures(void **state)
{
    (void)state;
    struct sampled s;
    assert_int_equal(sample(&s, measured, (struct how){.trials = 40000, .seed = 8}), CM_OK);
    const struct sampling_figure *m = s.out.measures;
    near(&s, &m[MEASURE_PROBABILITY].samples, 0.25, 0.2204792759);
    near(&s, &m[MEASURE_COST].samples, 1.5, 0.64549722437);
    near(&s, &m[MEASURE_TIME].samples, 2.0 / 3, 0.2357022604);
    near(&s, &m[MEASURE_TIME_SUM].samples, 1, 0.40824829046);
    near(&s, &m[MEASURE_SKILL].samples, 2.0 / 3, 0.2357022604);
    near(&s, &m[MEASURE_DAMAGE].samples, 11, 3.4641016151);
    assert_false(m[MEASURE_SIZE].defined);
    /* the variance of a sum is that of its parts */
    assert_int_equal(m[MEASURE_COST].drivers.len, 2);
    assert_true(fabs(m[MEASURE_COST].drivers.at[0].share - 0.8) < 0.02);
    assert_true(fabs(m[MEASURE_COST].drivers.at[1].share - 0.2) < 0.02);
    assert_true(sv_eq(s.tree->nodes.at[m[MEASURE_COST].drivers.at[0].node].label, SV("b")));
    assert_true(m[MEASURE_DAMAGE].drivers.len == 1 && fabs(m[MEASURE_DAMAGE].drivers.at[0].share - 1) < 0.02);
    release(&s);
    /* the cheapest of two; a sequence; a value that is missing; an attack that is stopped for certain */
    assert_int_equal(
        sample(&s, "G\n  a [cost=uniform(0,1)]\n  b [cost=uniform(0,1)]\n", (struct how){.trials = 40000, .seed = 8}),
        CM_OK);
    near(&s, &s.out.measures[MEASURE_COST].samples, 1.0 / 3, 0.2357022604);
    assert_false(s.out.measures[MEASURE_SKILL].defined || s.out.worlds[WORLD_NONE].defined);
    release(&s);
    assert_int_equal(sample(&s, "G\n  SAND g\n    a [time=uniform(0s,1s)]\n    b [time=uniform(0s,1s)]\n",
                            (struct how){.trials = 40000, .seed = 8}),
                     CM_OK);
    near(&s, &s.out.measures[MEASURE_TIME].samples, 1, 0.40824829046);
    release(&s);
    assert_int_equal(sample(&s,
                            "G\n  AND g\n    SAND h\n      #x a [time=uniform(0s,1s)]\n      b [time=1s]\n    = #x\n",
                            (struct how){.trials = 20000, .seed = 8}),
                     CM_OK);
    near(&s, &s.out.measures[MEASURE_TIME].samples, 1.5, 0.28867513459);
    release(&s);
    assert_int_equal(sample(&s, "G\n  a [cost=uniform(0,1) p=0.5]\n    ! c [stops=1 deployed=1]\n",
                            (struct how){.trials = 100, .seed = 8}),
                     CM_OK);
    assert_int_equal(s.out.measures[MEASURE_COST].samples.undefined, 100);
    assert_true(isnan(s.out.measures[MEASURE_COST].samples.mean));
    release(&s);
}

static const char large[] =
    "Read a user's private messages\n"
    "  AND Read the stream on the wire\n"
    "    Get on the path  [p=0.02..0.2 cost=500..5000 time=1d..3d skill=2 damage=pert(1,2,9)]\n"
    "    OR Defeat the transport's encryption\n"
    "      Strip STARTTLS  [p=pert(0.5,0.9,1) cost=100 skill=1 time=1h]\n"
    "        ! Client requires TLS  [stops=0.9..0.99 deployed=0.5..0.8]\n"
    "      #misissue Use a mis-issued certificate  [p=0.001..0.01 cost=10k..100k skill=4 time=1w]\n"
    "        ! Monitoring  [stops=0.5 deployed=uniform(0.1,0.3) cost=2k]\n"
    "  2 OF Compromise the operator\n"
    "    Phish an administrator  [p=0.1..0.4 cost=triangular(100,200,900) skill=2 time=2d]\n"
    "    Bribe an administrator  [p=0.01..0.1 cost=5k..50k skill=1 time=1w]\n"
    "    = #misissue\n"
    "  SAND Steal the device, then unlock it\n"
    "    Steal the device  [p=0.05 cost=50..500 skill=2 time=1d..1w]\n"
    "    Guess the code  [p=uniform(0.01,0.2) cost=0 skill=1 time=1h]\n";

static bool same_figure(const struct sampling_figure *a, const struct sampling_figure *b)
{
    if (memcmp(&a->samples, &b->samples, sizeof(a->samples)) != 0 || a->drivers.len != b->drivers.len)
        return false;
    for (size_t i = 0; i < a->drivers.len; i++)
        if (a->drivers.at[i].node != b->drivers.at[i].node ||
            a->drivers.at[i].attribute != b->drivers.at[i].attribute ||
            memcmp(&a->drivers.at[i].share, &b->drivers.at[i].share, sizeof(double)) != 0)
            return false;
    return true;
}

static bool same(const struct sampling *a, const struct sampling *b)
{
    for (int i = 0; i < TREE_WORLDS; i++)
        if (!same_figure(&a->worlds[i], &b->worlds[i]))
            return false;
    for (int i = 0; i < TREE_MEASURES; i++)
        if (!same_figure(&a->measures[i], &b->measures[i]))
            return false;
    return a->trials == b->trials;
}

/* One seed, one result: whatever the threads, whatever the processor. */
static void test_same_bytes(void **state)
{
    (void)state;
    struct sampled first, other;
    size_t len;
    const struct rows_kernel *const *kernels = rows_kernels(&len);
    for (uint64_t trials = 1; trials < 100000; trials = trials * 37 + 5) {
        assert_int_equal(sample(&first, large, (struct how){.trials = trials, .seed = 42}), CM_OK);
        for (unsigned threads = 1; threads <= 3; threads++) {
            for (size_t k = 0; k < len; k++) {
                struct how how = {.trials = trials, .seed = 42, .threads = threads, .kernel = kernels[k]->name};
                assert_int_equal(sample(&other, large, how), CM_OK);
                assert_true(same(&first.out, &other.out));
                release(&other);
            }
        }
        assert_int_equal(sample(&other, large, (struct how){.trials = trials, .seed = 43}), CM_OK);
        assert_false(same(&first.out, &other.out));
        release(&other);
        release(&first);
    }
}

/* The same numbers in every build of every compiler: figures that were computed once. */
static void test_fixed(void **state)
{
    (void)state;
    struct sampled s;
    assert_int_equal(sample(&s, large, (struct how){.trials = 10000, .seed = 1}), CM_OK);
    const struct tree_samples *p = &s.out.worlds[WORLD_DEPLOYED].samples, *c = &s.out.measures[MEASURE_COST].samples;
    assert_true(p->mean == FIXED_P_MEAN && p->q95 == FIXED_P_Q95);
    assert_true(c->mean == FIXED_COST_MEAN && c->q05 == FIXED_COST_Q05);
    release(&s);
}

static void test_limits(void **state)
{
    (void)state;
    struct sampled s;
    assert_int_equal(sample(&s, large, (struct how){.trials = 100000, .seed = 1, .max_bytes = (size_t)1 << 20}),
                     CM_OK);
    assert_false(s.out.complete);
    assert_true(s.out.trials > 1000 && s.out.trials < 100000);
    assert_true(!isnan(s.out.worlds[WORLD_DEPLOYED].samples.mean));
    release(&s);
    assert_true(sample(&s, large, (struct how){.trials = 1000, .seed = 1, .max_bytes = 1000}) == CM_ELIMIT);
    release(&s);
}

/* Small chances keep their relative accuracy: 100 steps of 1e-3. */
static void test_small(void **state)
{
    (void)state;
    char outline[8192];
    size_t at = (size_t)snprintf(outline, sizeof(outline), "G\n  AND g\n");
    for (int i = 0; i < 100; i++)
        at += (size_t)snprintf(outline + at, sizeof(outline) - at, "    s%d [p=%s]\n", i,
                               i ? "0.001" : "uniform(0.0005,0.0015)");
    struct sampled s;
    assert_int_equal(sample(&s, outline, (struct how){.trials = 50000, .seed = 1}), CM_OK);
    assert_true(fabs(s.out.worlds[WORLD_NONE].samples.mean / 1e-300 - 1) < 0.01);
    assert_true(fabs(s.out.worlds[WORLD_NONE].samples.q95 / 1.45e-300 - 1) < 0.01);
    release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_philox),        cmocka_unit_test(test_exp_and_log), cmocka_unit_test(test_normals),
        cmocka_unit_test(test_distributions), cmocka_unit_test(test_impossible),  cmocka_unit_test(test_statistics),
        cmocka_unit_test(test_moments),       cmocka_unit_test(test_quantiles),   cmocka_unit_test(test_worlds),
        cmocka_unit_test(test_measures),      cmocka_unit_test(test_same_bytes),  cmocka_unit_test(test_fixed),
        cmocka_unit_test(test_limits),        cmocka_unit_test(test_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
