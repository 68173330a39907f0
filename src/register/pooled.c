#include "register/pooled.h"

#include <math.h>

/* ---- levels ---- */

/* The lowest level with at least count / parts estimates at it or below. */
static unsigned from_below(const struct pooled *p, size_t parts)
{
    size_t sum = 0;
    for (unsigned level = 0; level < p->levels; level++) {
        sum += p->at[level];
        if (sum >= p->count / parts + (p->count % parts != 0))
            return level;
    }
    BUG("%zu estimates, of which %zu are counted", p->count, sum);
}

/* The highest level with at least count / parts estimates at it or above. */
static unsigned from_above(const struct pooled *p, size_t parts)
{
    size_t sum = 0;
    for (unsigned level = p->levels; level-- > 0;) {
        sum += p->at[level];
        if (sum >= p->count / parts + (p->count % parts != 0))
            return level;
    }
    BUG("%zu estimates, of which %zu are counted", p->count, sum);
}

/* The triples of a layer that lie together and those with a hole, counted by their middle level. */
struct triples {
    double together, apart;
};

static struct triples triples_of(const size_t *layer, unsigned levels, unsigned size)
{
    struct triples t = {0, 0};
    double all = levels, chosen = size, left = 0; /* chosen levels below j */
    for (unsigned j = 0; j < levels; j++) {
        double below = j, above = all - 1 - below;
        if (layer[j]) {
            double right = chosen - left - 1;
            t.together += left * (above - right) + (below - left) * right;
            left++;
        } else {
            t.apart += left * (chosen - left);
        }
    }
    return t;
}

/* Agreement of the levels that are not 0, of which there are `size`. */
static double layer_agreement(const size_t *layer, unsigned levels, unsigned size)
{
    struct triples t = triples_of(layer, levels, size);
    double k = levels, together = 1;
    if (levels == 1)
        return 1;
    if (t.together + t.apart > 0)
        together = ((k - 2) * t.together - (k - 1) * t.apart) / ((k - 2) * (t.together + t.apart));
    return together * (k - size) / (k - 1);
}

/* The lowest height among those that are left, and how many there are. */
static size_t lowest_height(const size_t *rest, unsigned levels, unsigned *out_size)
{
    size_t least = 0;
    *out_size = 0;
    for (unsigned i = 0; i < levels; i++) {
        if (!rest[i])
            continue;
        ++*out_size;
        least = !least || rest[i] < least ? rest[i] : least;
    }
    return least;
}

static double agreement_of(const struct pooled *p)
{
    size_t rest[POOLED_LEVELS_MAX], height;
    unsigned size;
    double sum = 0;
    memcpy(rest, p->at, sizeof rest);
    while ((height = lowest_height(rest, p->levels, &size)) > 0) {
        sum += (double)height * size * layer_agreement(rest, p->levels, size);
        for (unsigned i = 0; i < p->levels; i++)
            rest[i] -= rest[i] ? height : 0;
    }
    return sum / (double)p->count;
}

static void count_levels(const unsigned *estimates, size_t count, struct pooled *out)
{
    for (size_t i = 0; i < count; i++) {
        if (estimates[i] >= out->levels)
            BUG("level %u of %u", estimates[i], out->levels);
        out->at[estimates[i]]++;
    }
    out->count = count;
}

void pooled_levels(unsigned levels, const unsigned *estimates, size_t count, struct pooled *out)
{
    if (levels < 1 || levels > POOLED_LEVELS_MAX)
        BUG("a scale of %u levels", levels);
    *out = (struct pooled){.levels = levels};
    count_levels(estimates, count, out);
    if (!count)
        return;
    out->low = from_below(out, count); /* at least one estimate */
    out->high = from_above(out, count);
    out->spread = out->high - out->low;
    out->medians[0] = from_below(out, 2);
    out->medians[1] = from_above(out, 2);
    out->median_count = out->medians[0] == out->medians[1] ? 1 : 2;
    out->counts = out->medians[1];
    out->lower_quartile = from_below(out, 4);
    out->upper_quartile = from_above(out, 4);
    out->agreement = agreement_of(out);
}

/* ---- intervals ---- */

/* 95 % of a standard normal variable is below this. */
#define Z95 1.6448536269514722
#define TOLERANCE 1e-12

/* x on the scale on which it is normally distributed, and back. */
static double stretched(enum pooled_kind kind, double x)
{
    return kind == POOLED_PROBABILITY ? log(x) - log1p(-x) : log(x);
}

static double shrunk(enum pooled_kind kind, double y)
{
    return kind == POOLED_PROBABILITY ? 1 / (1 + exp(-y)) : exp(y);
}

struct pool {
    enum pooled_kind kind;
    const struct pooled_range *ranges;
    size_t count;
};

static double mean_of(const struct pool *p, size_t i)
{
    return (stretched(p->kind, p->ranges[i].lo) + stretched(p->kind, p->ranges[i].hi)) / 2;
}

/* How far y is above the middle of one estimator's distribution, in standard deviations; without end when the number
 * is known exactly. */
static double score(const struct pool *p, size_t i, double y)
{
    double lo = stretched(p->kind, p->ranges[i].lo), hi = stretched(p->kind, p->ranges[i].hi);
    if (!(hi > lo))
        return y >= hi ? INFINITY : -INFINITY;
    return (y - (lo + hi) / 2) * (2 * Z95) / (hi - lo);
}

/* Whether F(y) >= twentieths / 20. Distributions whose middle is below y are counted as whole and their upper tails
 * taken off again: so whole numbers cancel exactly, and what little lies in a gap between estimators still decides. */
static bool reaches(const struct pool *p, double twentieths, double y)
{
    double whole = 0, tails = 0;
    for (size_t i = 0; i < p->count; i++) {
        double z = score(p, i, y), tail = erfc(fabs(z) * M_SQRT1_2) / 2;
        whole += z > 0;
        tails += z > 0 ? -tail : tail;
    }
    return whole - (double)p->count * twentieths / 20 + tails >= 0;
}

/* The least y of a..b with F(y) >= twentieths / 20, given that F does not reach it left of a, and does at b. */
static double bisect(const struct pool *p, double twentieths, double a, double b)
{
    while (b - a > TOLERANCE * fmax(1, fabs(b))) {
        double middle = a + (b - a) / 2;
        if (middle <= a || middle >= b)
            break;
        if (reaches(p, twentieths, middle))
            b = middle;
        else
            a = middle;
    }
    return b;
}

/* One of the ends, or the middle, of a range: the quantile of that chance of one estimator. */
enum quantile { QUANTILE_LO, QUANTILE_MEDIAN, QUANTILE_HI };

static double quantile_of_one(const struct pool *p, size_t i, enum quantile which)
{
    return which == QUANTILE_MEDIAN ? mean_of(p, i)
                                    : stretched(p->kind, which == QUANTILE_LO ? p->ranges[i].lo : p->ranges[i].hi);
}

static double end_of_first(const struct pool *p, enum quantile which, double y)
{
    return which == QUANTILE_LO ? p->ranges[0].lo : which == QUANTILE_HI ? p->ranges[0].hi : shrunk(p->kind, y);
}

static double quantile(const struct pool *p, enum quantile which)
{
    static const double twentieths[] = {[QUANTILE_LO] = 1, [QUANTILE_MEDIAN] = 10, [QUANTILE_HI] = 19};
    double a = quantile_of_one(p, 0, which), b = a;
    for (size_t i = 1; i < p->count; i++) {
        a = fmin(a, quantile_of_one(p, i, which));
        b = fmax(b, quantile_of_one(p, i, which));
    }
    if (!(a < b))
        return end_of_first(p, which, a);
    return shrunk(p->kind, bisect(p, twentieths[which], a, b));
}

static int check(const struct pool *p, struct err *err)
{
    bool probability = p->kind == POOLED_PROBABILITY;
    for (size_t i = 0; i < p->count; i++) {
        double lo = p->ranges[i].lo, hi = p->ranges[i].hi;
        if (!(lo > 0 && hi >= lo && (probability ? hi < 1 : isfinite(hi))))
            return err_set(err, CM_EINPUT,
                           "interval %zu is %g..%g; expected two numbers above 0%s, the lower one first", i + 1, lo,
                           hi, probability ? " and below 1" : "");
    }
    return CM_OK;
}

int pooled_intervals(enum pooled_kind kind, const struct pooled_range *ranges, size_t count,
                     struct pooled_interval *out, struct err *err)
{
    struct pool p = {kind, ranges, count};
    *out = (struct pooled_interval){0, 0, 0, 0};
    int status = check(&p, err);
    if (status != CM_OK || !count)
        return status;
    out->count = count;
    out->lo = quantile(&p, QUANTILE_LO);
    out->hi = fmax(out->lo, quantile(&p, QUANTILE_HI));
    out->median = fmin(fmax(out->lo, quantile(&p, QUANTILE_MEDIAN)), out->hi);
    return CM_OK;
}
