/* Expressions of an Open-PSA model: each is computed once, at the means of what deviates. A distribution survives
 * where an event is nothing but that distribution, by itself or through parameters that are nothing else. */
#include "tree/io/openpsa_model.h"

#include <math.h>

enum { PARAMETERS_DEEP = 500 };
static const double usual_mission_time = 8760;
static const double z90 = 1.6448536269514722; /* 95 % quantile of the standard normal distribution */

struct psa_value {
    double number;               /* the mean */
    enum tree_distribution kind; /* TREE_POINT, TREE_UNIFORM, TREE_RANGE (lognormal) */
    double lo, hi;
    bool averaged; /* something that deviates was taken at its mean */
    bool bad;      /* a fault was told */
};

struct psa_evaluation {
    struct psa_model *m;
    struct psa_scopes *scopes;
    struct psa_value *parameters; /* by definition */
    unsigned char *state;         /* of a parameter: 0 not yet, 1 at work, 2 done */
    uint32_t *uses;               /* of a parameter that deviates, as the whole value of an event */
    uint32_t container;           /* of the definition at work */
    const char *file;
    size_t depth;
    bool mission_time_told;
};

static struct psa_value bad_value(struct psa_evaluation *v, const struct psa_expression *x, const char *what,
                                  const char *expected)
{
    reading_fault(&v->m->reading, (struct place){v->file, x->line, x->column}, what, expected);
    return (struct psa_value){.kind = TREE_POINT, .bad = true};
}

static struct psa_value evaluate(struct psa_evaluation *v, const struct psa_expression *x);

static struct psa_value parameter_value(struct psa_evaluation *v, const struct psa_expression *x)
{
    struct psa_model *m = v->m;
    uint32_t i = psa_resolve(m, v->scopes, x->name, true, v->container);
    struct arena *a = m->reading.arena;
    if (i == PSA_NONE)
        return bad_value(v, x, arena_printf(a, "parameter %.*s is not defined", SV_ARG(reading_shown(x->name->text))),
                         "a define-parameter of that name");
    const struct psa_definition *d = &m->definitions.at[i];
    if (v->state[i] == 2)
        return v->parameters[i];
    if (v->state[i] == 1)
        return bad_value(v, x,
                         arena_printf(a, "a cycle: parameter %.*s depends on itself",
                                      SV_ARG(reading_shown(x->name->text))),
                         "a value that does not contain it");
    if (d->body == PSA_NONE)
        return (struct psa_value){.kind = TREE_POINT, .bad = true};
    if (++v->depth > PARAMETERS_DEEP)
        return bad_value(v, x, "parameters refer to each other too often in a row", "at most 500");
    uint32_t container = v->container;
    const char *file = v->file;
    v->state[i] = 1;
    v->container = d->container;
    v->file = d->place.file;
    v->parameters[i] = evaluate(v, &m->expressions.at[d->body]);
    v->container = container;
    v->file = file;
    v->state[i] = 2;
    v->depth--;
    return v->parameters[i];
}

static double mission_time(struct psa_evaluation *v, const struct psa_expression *x)
{
    double hours = v->m->options->mission_time;
    if (hours > 0)
        return hours;
    if (!v->mission_time_told)
        reading_warning(&v->m->reading, (struct place){v->file, x->line, x->column},
                        "a mission time is needed and not given: 8760 hours are taken", NULL);
    v->mission_time_told = true;
    return usual_mission_time;
}

/* The quantile of the standard normal distribution, by bisection. */
static double normal_quantile(double level)
{
    double low = -40, high = 40;
    for (int i = 0; i < 200; i++) {
        double middle = low + (high - low) / 2;
        if (erfc(-middle / M_SQRT2) / 2 < level)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Mean, error factor and its level; or the mean and deviation of the logarithm. */
static struct psa_value lognormal(struct psa_evaluation *v, const struct psa_expression *x, const double *o)
{
    double mu = o[0], sigma = o[1];
    if (x->len == 3) {
        if (!(o[0] > 0) || !(o[1] >= 1) || !(o[2] > 0.5 && o[2] < 1))
            return bad_value(v, x, "a lognormal deviate that cannot be",
                             "a mean above 0, an error factor of at least 1, a level between 0.5 and 1");
        sigma = log(o[1]) / normal_quantile(o[2]);
        mu = log(o[0]) - sigma * sigma / 2;
    } else if (!(sigma >= 0)) {
        return bad_value(v, x, "a negative deviation", "a number from 0");
    }
    return (struct psa_value){.number = exp(mu + sigma * sigma / 2),
                              .kind = sigma > 0 ? TREE_RANGE : TREE_POINT,
                              .lo = exp(mu - z90 * sigma),
                              .hi = exp(mu + z90 * sigma)};
}

static double fold(enum psa_op op, double left, double right)
{
    switch (op) {
    case OP_SUB:
        return left - right;
    case OP_MUL:
        return left * right;
    case OP_DIV:
        return left / right;
    case OP_MIN:
        return left < right ? left : right;
    case OP_MAX:
        return left > right ? left : right;
    default: /* OP_ADD, OP_MEAN */
        return left + right;
    }
}

/* Time-dependent laws: rate and time; demand, failure rate, repair rate and time; scale, shape, shift and time. */
static double law(enum psa_op op, const double *o)
{
    if (op == OP_EXPONENTIAL)
        return -expm1(-o[0] * o[1]);
    if (op == OP_WEIBULL)
        return o[3] > o[2] ? -expm1(-pow((o[3] - o[2]) / o[0], o[1])) : 0;
    double rates = o[1] + o[2];
    return rates > 0 ? o[1] / rates - (o[1] / rates - o[0]) * exp(-rates * o[3]) : o[0];
}

static double compute(const struct psa_expression *x, const double *o)
{
    double result = o[0];
    switch (x->op) {
    case OP_NEG:
        return -o[0];
    case OP_POW:
        return pow(o[0], o[1]);
    case OP_EXP:
        return exp(o[0]);
    case OP_LOG:
        return log(o[0]);
    case OP_LOG10:
        return log10(o[0]);
    case OP_SQRT:
        return sqrt(o[0]);
    case OP_ABS:
        return fabs(o[0]);
    case OP_EXPONENTIAL:
    case OP_GLM:
    case OP_WEIBULL:
        return law(x->op, o);
    default:
        for (uint32_t i = 1; i < x->len; i++)
            result = fold(x->op, result, o[i]);
        return x->op == OP_MEAN ? result / x->len : result;
    }
}

static struct psa_value deviate(struct psa_evaluation *v, const struct psa_expression *x, const double *o)
{
    if (x->op == OP_LOGNORMAL)
        return lognormal(v, x, o);
    if (x->op == OP_NORMAL)
        return (struct psa_value){.number = o[0], .kind = TREE_POINT, .averaged = true};
    if (o[0] > o[1])
        return bad_value(v, x, "a uniform deviate whose ends fall", "the lower end first");
    return (struct psa_value){.number = o[0] + (o[1] - o[0]) / 2, .kind = TREE_UNIFORM, .lo = o[0], .hi = o[1]};
}

static struct psa_value operation(struct psa_evaluation *v, const struct psa_expression *x)
{
    double few[4], *o = x->len <= ARRAY_LEN(few) ? few : arena_new_array(v->m->reading.arena, double, x->len);
    bool averaged = false, bad = !x->len;
    for (uint32_t i = 0; i < x->len; i++) {
        struct psa_value operand = evaluate(v, &v->m->expressions.at[v->m->operands.at[x->first + i]]);
        o[i] = operand.number;
        averaged |= operand.averaged || operand.kind != TREE_POINT;
        bad |= operand.bad;
    }
    if (bad)
        return (struct psa_value){.kind = TREE_POINT, .bad = true};
    struct psa_value result = x->op >= OP_UNIFORM
                                  ? deviate(v, x, o)
                                  : (struct psa_value){.number = compute(x, o), .kind = TREE_POINT};
    result.averaged |= averaged;
    if (!result.bad && !isfinite(result.number))
        return bad_value(v, x, "an expression without finite value", "numbers for which it is defined");
    return result;
}

/* Recursion ends: expressions nest as deep as XML does, parameters at most PARAMETERS_DEEP in a row. */
static struct psa_value evaluate(struct psa_evaluation *v, const struct psa_expression *x)
{
    switch (x->op) {
    case OP_NUMBER:
        return (struct psa_value){.number = x->number, .kind = TREE_POINT};
    case OP_PARAMETER:
        return parameter_value(v, x);
    case OP_MISSION_TIME:
        return (struct psa_value){.number = mission_time(v, x), .kind = TREE_POINT};
    default:
        return operation(v, x);
    }
}

/* The distribution that stands on an event, told apart from what is lost. */
static void set_value(struct psa_evaluation *v, const struct psa_definition *d, const struct psa_value *x,
                      struct tree_value *out)
{
    struct reading *r = &v->m->reading;
    struct sv name = reading_shown(d->name->text);
    bool fits = x->kind == TREE_UNIFORM ? x->lo >= 0 && x->hi <= 1 : x->lo > 0 && x->hi < 1;
    if (x->kind != TREE_POINT && fits) {
        reading_value(r, d->place, TREE_P, x->kind, x->lo, 0, x->hi, out);
        if (x->kind == TREE_RANGE)
            reading_warning(r, d->place,
                            arena_printf(r->arena,
                                         "%.*s: the lognormal deviate is read as its 90 %% interval, whose single "
                                         "value is the median %s; its mean is %s",
                                         SV_ARG(name), reading_number_text(r->arena, out->mode),
                                         reading_number_text(r->arena, x->number)),
                            NULL);
        return;
    }
    if (x->averaged || x->kind != TREE_POINT)
        reading_warning(r, d->place,
                        arena_printf(r->arena, "%.*s: only the mean of its distribution is read", SV_ARG(name)), NULL);
    const struct psa_expression *body = &v->m->expressions.at[d->body];
    reading_point(r, d->place, TREE_P, x->number, body->op == OP_NUMBER ? body->written : SV_NONE, out);
}

/* Events whose whole value is the same deviating parameter would deviate together; here each does for itself. */
static void note_use(struct psa_evaluation *v, const struct psa_definition *d, const struct psa_value *x)
{
    const struct psa_expression *body = &v->m->expressions.at[d->body];
    if (body->op != OP_PARAMETER || x->kind == TREE_POINT)
        return;
    uint32_t i = psa_resolve(v->m, v->scopes, body->name, true, d->container);
    if (i != PSA_NONE && ++v->uses[i] == 2)
        reading_warning(&v->m->reading, d->place,
                        arena_printf(v->m->reading.arena,
                                     "several events share the distribution of %.*s: here each deviates for itself",
                                     SV_ARG(reading_shown(body->name->text))),
                        NULL);
}

struct tree_value *psa_values(struct psa_model *m, struct psa_scopes *s)
{
    struct arena *a = m->reading.arena;
    size_t count = m->definitions.len;
    struct tree_value *values = arena_new_array(a, struct tree_value, count + 1);
    struct psa_evaluation v = {.m = m, .scopes = s};
    v.parameters = arena_new_array(a, struct psa_value, count + 1);
    v.state = arena_alloc(a, count + 1);
    v.uses = arena_new_array(a, uint32_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        const struct psa_definition *d = &m->definitions.at[i];
        values[i].text = SV_NONE;
        if (d->body == PSA_NONE || (d->kind != PSA_BASIC && d->kind != PSA_PARAMETER))
            continue;
        v.container = d->container;
        v.file = d->place.file;
        struct psa_value x = {.kind = TREE_POINT, .bad = true};
        if (d->kind == PSA_BASIC)
            x = evaluate(&v, &m->expressions.at[d->body]);
        if (x.bad)
            continue;
        note_use(&v, d, &x);
        set_value(&v, d, &x, &values[i]);
    }
    return values;
}
