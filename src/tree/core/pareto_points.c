#include "tree/core/pareto_points.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare_points(const void *x, const void *y)
{
    const struct pareto_point *p = x, *q = y;
    for (unsigned i = 0; i < 3; i++)
        if (p->bad[i] < q->bad[i] || p->bad[i] > q->bad[i])
            return p->bad[i] < q->bad[i] ? -1 : 1;
    if (p->size != q->size)
        return p->size < q->size ? -1 : 1;
    if (p->a != q->a)
        return p->a < q->a ? -1 : 1;
    return p->b < q->b ? -1 : p->b > q->b;
}

/* The stairs are the points kept so far, seen along the first axis: rising in the second, falling in the third. */
static size_t last_step(const struct pareto_point *stairs, size_t len, double second)
{
    size_t low = 0;
    for (size_t high = len; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (stairs[middle].bad[1] <= second)
            low = middle + 1;
        else
            high = middle;
    }
    return low; /* one past the last step that is not higher */
}

size_t pareto_filter(struct pareto_point *at, size_t len, struct pareto_point *stairs)
{
    size_t kept = 0, steps = 0;
    if (len > 1)
        qsort(at, len, sizeof(*at), compare_points);
    if (!stairs) {
        for (size_t i = 0; i < len; i++)
            if (!kept || at[i].bad[1] < at[kept - 1].bad[1])
                at[kept++] = at[i];
        return kept;
    }
    for (size_t i = 0; i < len; i++) {
        size_t place = last_step(stairs, steps, at[i].bad[1]);
        if (place && stairs[place - 1].bad[2] <= at[i].bad[2])
            continue;
        size_t from = place && !(stairs[place - 1].bad[1] < at[i].bad[1]) ? place - 1 : place, to = from;
        while (to < steps && stairs[to].bad[2] >= at[i].bad[2])
            to++;
        memmove(&stairs[from + 1], &stairs[to], (steps - to) * sizeof(*stairs));
        stairs[from] = at[i];
        steps = steps - (to - from) + 1;
        at[kept++] = at[i];
    }
    return kept;
}

bool pareto_beaten(const struct pareto_point *at, size_t len, const double *bad, unsigned axes)
{
    if (axes < 3) {
        size_t low = 0;
        for (size_t high = len; low < high;) {
            size_t middle = low + (high - low) / 2;
            if (at[middle].bad[0] <= bad[0])
                low = middle + 1;
            else
                high = middle;
        }
        return low && at[low - 1].bad[1] <= bad[1];
    }
    for (size_t i = 0; i < len && at[i].bad[0] <= bad[0]; i++)
        if (at[i].bad[1] <= bad[1] && at[i].bad[2] <= bad[2])
            return true;
    return false;
}

double pareto_nothing(enum tree_measure m)
{
    return m == MEASURE_PROBABILITY ? -1 : 0;
}

double pareto_single(enum tree_measure m, double value)
{
    return m == MEASURE_SIZE ? 1 : m == MEASURE_DAMAGE ? 0 : pareto_bad(m, value);
}

double pareto_join(enum tree_measure m, double a, double b)
{
    if (m == MEASURE_PROBABILITY)
        return -(a * b);
    if (m == MEASURE_SKILL || m == MEASURE_TIME)
        return a > b ? a : b;
    return a + b;
}

double pareto_bad(enum tree_measure m, double figure)
{
    return m == MEASURE_PROBABILITY || m == MEASURE_DAMAGE ? -figure : figure;
}

/* ---- the finished front ------------------------------------------------------------------------- */

static double slack(double x)
{
    return 1e-12 * fabs(x);
}

/* True when p is at least as good as q on every axis, but for rounding. */
static bool beats(const struct pareto_point *p, const struct pareto_point *q, unsigned axes)
{
    for (unsigned i = 0; i < axes; i++)
        if (!(p->bad[i] <= q->bad[i] + slack(q->bad[i])))
            return false;
    return true;
}

enum { NEAR = 512 };

/* Leaves out points that only rounding keeps apart from better ones. Such points are neighbours, or nearly. */
static size_t drop_rounded(struct pareto_point *at, size_t len, unsigned axes)
{
    size_t kept = 0;
    for (size_t i = 0; i < len; i++) {
        bool dropped = false;
        for (size_t j = kept; j > 0 && kept - j < NEAR && !dropped; j--)
            dropped = beats(&at[j - 1], &at[i], axes);
        for (size_t j = i + 1; j < len && !dropped && at[j].bad[0] <= at[i].bad[0] + slack(at[i].bad[0]); j++)
            dropped = beats(&at[j], &at[i], axes) && !beats(&at[i], &at[j], axes);
        if (!dropped)
            at[kept++] = at[i];
    }
    return kept;
}

void pareto_finish(struct tree_front *out, const struct tree_attack *candidates, size_t len, struct arena *arena)
{
    bool rising = out->axes[0] != MEASURE_PROBABILITY && out->axes[0] != MEASURE_DAMAGE;
    struct pareto_point *points = base_malloc((len + 1) * sizeof(*points));
    struct pareto_point *stairs = base_malloc((len + 1) * sizeof(*stairs));
    for (size_t i = 0; i < len; i++) {
        points[i] = (struct pareto_point){.size = candidates[i].len, .a = (uint32_t)i};
        for (unsigned j = 0; j < out->axes_len; j++)
            points[i].bad[j] = pareto_bad(out->axes[j], candidates[i].by[out->axes[j]]);
    }
    len = pareto_filter(points, len, out->axes_len == 3 ? stairs : NULL);
    len = drop_rounded(points, len, out->axes_len);
    out->at = arena_new_array(arena, struct tree_front_point, len + 1);
    out->len = len;
    for (size_t i = 0; i < len; i++) {
        struct tree_front_point *p = &out->at[rising ? i : len - 1 - i];
        p->attack = candidates[points[i].a];
        for (unsigned j = 0; j < out->axes_len; j++)
            p->by[j] = p->attack.by[out->axes[j]];
    }
    free(points);
    free(stairs);
}
