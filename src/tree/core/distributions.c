#include "tree/core/distributions.h"

#include "tree/core/rows.h"

#include <math.h>

/* 95 % of a standard normal variable is below this. */
#define Z95 1.6448536269514722
/* 1 / sqrt(2 pi) */
#define PHI_0 0.3989422804014327

/* Tables: pairs of value and slope times the step, at z = -7, -7 + STEP, ... 7. Scores stay within 6.77, since
 * they stem from 32 bits. */
enum { SEGMENTS = 512, FINE = 4 };
#define REACH 7.0
#define STEP (2 * REACH / SEGMENTS)

static double z_at(size_t i)
{
    return -REACH + (double)i * STEP;
}

static double density(double z)
{
    return PHI_0 * rows_exp(-0.5 * z * z);
}

/* Integral over one step from values and slopes at its ends (trapezoidal rule with end correction). */
static double step_integral(double h, double f0, double f1, double slope0, double slope1)
{
    return h * (0.5 * (f0 + f1) + h * (slope0 - slope1) / 12);
}

/* Phi from far below upwards, so that small values keep their relative accuracy; the upper half is the mirror. */
static const double *phi_table(struct arena *arena)
{
    double *table = arena_new_array(arena, double, 2 * (SEGMENTS + 1));
    const double h = STEP / FINE;
    /* the tail below z is density / |z| * (1 - 1/z^2 + 3/z^4 - 15/z^6 + ...) */
    double w = 1 / (REACH * REACH);
    double sum = density(REACH) / REACH * (1 - w * (1 - w * (3 - w * (15 - w * (105 - w * 945)))));
    double fa = density(z_at(0));
    for (size_t i = 0; i <= SEGMENTS / 2; i++) {
        table[2 * i] = sum;
        table[2 * (SEGMENTS - i)] = 1 - sum;
        table[2 * i + 1] = table[2 * (SEGMENTS - i) + 1] = fa * STEP;
        for (size_t j = 0; j < FINE; j++) {
            double a = z_at(i) + (double)j * h, b = a + h, fb = density(b);
            sum += step_integral(h, fa, fb, -a * fa, -b * fb);
            fa = fb;
        }
    }
    return table;
}

/* ---- PERT --------------------------------------------------------------------------------------
 *
 * A beta variable x with exponents a, b is handled as s = ln(x / (1 - x)): its density in s is x^a (1-x)^b (up to a
 * factor), which is smooth and falls off exponentially on both sides, so that plain sums integrate it exactly. */

enum { PERT_STEPS = 8000 };
#define PERT_REACH 40.0
#define PERT_STEP (2 * PERT_REACH / PERT_STEPS)

struct beta {
    double a, b;
    double *at;   /* density at the points */
    double total; /* its integral */
};

static double s_at(size_t i)
{
    return -PERT_REACH + (double)i * PERT_STEP;
}

/* x^a (1-x)^b at up to ROWS_LANES points s at once. */
static void beta_densities(double a, double b, const double *s, size_t len, double *out)
{
    size_t kernels;
    const struct rows_kernel *k = rows_kernels(&kernels)[0];
    double e[ROWS_LANES] __attribute__((aligned(ROWS_ALIGN))) = {0};
    double l[ROWS_LANES] __attribute__((aligned(ROWS_ALIGN)));
    for (size_t i = 0; i < len; i++)
        e[i] = -fabs(s[i]);
    k->exp(e);
    for (size_t i = 0; i < ROWS_LANES; i++)
        l[i] = 1 + e[i];
    k->log(l);
    /* ln x = -l for s > 0 and s - l otherwise; ln(1 - x) the other way round */
    for (size_t i = 0; i < len; i++)
        e[i] = (s[i] > 0 ? -l[i] : s[i] - l[i]) * a + (s[i] > 0 ? -s[i] - l[i] : -l[i]) * b;
    k->exp(e);
    for (size_t i = 0; i < len; i++)
        out[i] = e[i];
}

static void beta_init(struct beta *beta, struct arena *scratch, double a, double b)
{
    beta->a = a;
    beta->b = b;
    beta->at = arena_new_array(scratch, double, PERT_STEPS + 1);
    beta->total = 0;
    for (size_t i = 0; i <= PERT_STEPS; i += ROWS_LANES) {
        double s[ROWS_LANES];
        size_t len = PERT_STEPS + 1 - i < ROWS_LANES ? PERT_STEPS + 1 - i : ROWS_LANES;
        for (size_t j = 0; j < len; j++)
            s[j] = s_at(i + j);
        beta_densities(a, b, s, len, beta->at + i);
        for (size_t j = 0; j < len; j++)
            beta->total += beta->at[i + j] * PERT_STEP;
    }
}

static double logistic(double s)
{
    double e = rows_exp(-fabs(s));
    return s > 0 ? 1 / (1 + e) : e / (1 + e);
}

/* d ln(density) / ds */
static double beta_slope(const struct beta *beta, double s)
{
    double x = logistic(s);
    return beta->a * (1 - x) - beta->b * x;
}

/* Where in step i the integral has grown by `missing`: Newton on its cubic. */
static double beta_within(const struct beta *beta, size_t i, double missing, double grown)
{
    double f0 = beta->at[i] * PERT_STEP, f1 = beta->at[i + 1] * PERT_STEP, t = missing / grown;
    for (int round = 0; round < 4; round++) {
        double u = 1 - t;
        double value = grown * t * t * (3 - 2 * t) + f0 * t * u * u - f1 * t * t * u;
        double slope = 6 * grown * t * u + f0 * u * (1 - 3 * t) + f1 * t * (3 * t - 2);
        t -= (value - missing) / slope;
    }
    return s_at(i) + t * PERT_STEP;
}

/* The lower half of the inverse, for z <= 0: out[i] = x, slopes[i] = dx/dz * STEP. */
static void beta_lower_half(const struct beta *beta, const double *phi, double *out, double *slopes)
{
    size_t at = 0;
    while (beta->at[at + 1] < 1e-16 * beta->total) /* far below Phi(-7) = 1.3e-12 */
        at++;
    double below = beta->at[at] / beta->a; /* the tail is exponential */
    double slope = beta->at[at] * beta_slope(beta, s_at(at)), next = beta->at[at + 1] * beta_slope(beta, s_at(at + 1));
    double grown = step_integral(PERT_STEP, beta->at[at], beta->at[at + 1], slope, next);
    for (size_t i = 0; i <= SEGMENTS / 2; i++) {
        double wanted = phi[2 * i] * beta->total, f;
        while (below + grown < wanted && at + 2 < PERT_STEPS) {
            below += grown;
            at++;
            slope = next;
            next = beta->at[at + 1] * beta_slope(beta, s_at(at + 1));
            grown = step_integral(PERT_STEP, beta->at[at], beta->at[at + 1], slope, next);
        }
        double s = beta_within(beta, at, wanted - below, grown);
        beta_densities(beta->a, beta->b, &s, 1, &f);
        out[i] = logistic(s);
        slopes[i] = phi[2 * i + 1] * beta->total * out[i] * (1 - out[i]) / f;
    }
}

static const double *pert_table(struct distribution_tables *t, double shape)
{
    for (size_t i = 0; i < t->pert.len; i++)
        if (!(t->pert.at[i].shape < shape || t->pert.at[i].shape > shape))
            return t->pert.at[i].table;
    struct arena scratch = ARENA_INIT;
    double *table = arena_new_array(t->arena, double, 2 * (SEGMENTS + 1));
    double *half = arena_new_array(&scratch, double, SEGMENTS / 2 + 1);
    double *slopes = arena_new_array(&scratch, double, SEGMENTS / 2 + 1);
    struct beta beta;
    beta_init(&beta, &scratch, 1 + 4 * (1 - shape), 1 + 4 * shape); /* the upper half is the mirrored one's lower */
    beta_lower_half(&beta, t->phi, half, slopes);
    for (size_t i = 0; i <= SEGMENTS / 2; i++) {
        table[2 * (SEGMENTS - i)] = 1 - half[i];
        table[2 * (SEGMENTS - i) + 1] = slopes[i];
    }
    beta_init(&beta, &scratch, 1 + 4 * shape, 1 + 4 * (1 - shape));
    beta_lower_half(&beta, t->phi, half, slopes);
    for (size_t i = 0; i <= SEGMENTS / 2; i++) {
        table[2 * i] = half[i];
        table[2 * i + 1] = slopes[i];
    }
    arena_release(&scratch);
    struct pert_table *p = vec_push(t->arena, &t->pert);
    p->shape = shape;
    p->table = table;
    return table;
}

/* ---- all ---------------------------------------------------------------------------------------- */

void distribution_tables_init(struct distribution_tables *t, struct arena *arena)
{
    *t = (struct distribution_tables){.arena = arena};
}

static bool is_probability(enum tree_attribute attribute)
{
    return attribute == TREE_P || attribute == TREE_STOPS || attribute == TREE_DEPLOYED;
}

static int range_of(const struct tree_value *v, enum tree_attribute attribute, struct distribution *out,
                    struct err *err)
{
    double a, b;
    if (!(v->lo > 0))
        return err_set(err, CM_EINPUT, "the range %s=%g..%g begins at 0 or below; expected more than 0",
                       tree_attribute_names[attribute], v->lo, v->hi);
    if (is_probability(attribute)) {
        if (!(v->hi < 1))
            return err_set(err, CM_EINPUT, "the range %s=%g..%g ends at 1 or above; expected less than 1",
                           tree_attribute_names[attribute], v->lo, v->hi);
        a = rows_log(v->lo / (1 - v->lo));
        b = rows_log(v->hi / (1 - v->hi));
    } else {
        a = rows_log(v->lo);
        b = rows_log(v->hi);
    }
    out->kind = is_probability(attribute) ? DISTRIBUTION_LOGITNORMAL : DISTRIBUTION_LOGNORMAL;
    out->mu = (a + b) / 2;
    out->sigma = (b - a) / (2 * Z95);
    return CM_OK;
}

int distribution_of(struct distribution_tables *t, const struct tree_value *v, enum tree_attribute attribute,
                    struct distribution *out, struct err *err)
{
    *out = (struct distribution){.kind = DISTRIBUTION_POINT, .lo = v->lo, .mode = v->mode, .hi = v->hi};
    if (v->kind == TREE_NO_VALUE || v->kind == TREE_POINT || !(v->lo < v->hi || v->lo > v->hi))
        return CM_OK;
    if (!(v->lo <= v->mode && v->mode <= v->hi && isfinite(v->hi - v->lo)))
        return err_set(err, CM_EINPUT, "the values of %s are not in rising order", tree_attribute_names[attribute]);
    if (v->kind == TREE_RANGE)
        return range_of(v, attribute, out, err);
    if (!t->phi)
        t->phi = phi_table(t->arena);
    out->table = t->phi;
    out->kind = v->kind == TREE_UNIFORM ? DISTRIBUTION_UNIFORM : DISTRIBUTION_TRIANGULAR;
    if (v->kind == TREE_PERT) {
        out->kind = DISTRIBUTION_PERT;
        out->table = pert_table(t, (v->mode - v->lo) / (v->hi - v->lo));
    }
    return CM_OK;
}

static double table_at(const double *table, double z)
{
    double at = (z + REACH) / STEP, whole = floor(at);
    size_t i = !(whole > 0) ? 0 : whole >= SEGMENTS ? SEGMENTS - 1 : (size_t)whole;
    double x = at - (double)i, y = 1 - x;
    const double *p = table + 2 * i;
    double value = p[0] * y * y * (1 + 2 * x) + p[2] * x * x * (3 - 2 * x) + p[1] * x * y * y - p[3] * x * x * y;
    return value < 0 ? 0 : value > 1 ? 1 : value;
}

static double triangular_at(const struct distribution *d, double z)
{
    double width = d->hi - d->lo, u = table_at(d->table, z);
    if (u * width < d->mode - d->lo)
        return d->lo + sqrt(u * width * (d->mode - d->lo));
    return d->hi - sqrt(table_at(d->table, -z) * width * (d->hi - d->mode));
}

double distribution_at(const struct distribution *d, double z)
{
    switch (d->kind) {
    case DISTRIBUTION_POINT:
        break;
    case DISTRIBUTION_LOGNORMAL:
        return rows_exp(z * d->sigma + d->mu);
    case DISTRIBUTION_LOGITNORMAL:
        return 1 / (rows_exp(z * -d->sigma - d->mu) + 1);
    case DISTRIBUTION_UNIFORM:
    case DISTRIBUTION_PERT:
        return d->lo + (d->hi - d->lo) * table_at(d->table, z);
    case DISTRIBUTION_TRIANGULAR:
        return triangular_at(d, z);
    }
    return d->mode;
}
