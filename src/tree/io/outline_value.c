#include "tree/io/outline_value.h"

#include <math.h>
#include <stdlib.h>

enum value_scale { SCALE_PROBABILITY, SCALE_MONEY, SCALE_TIME, SCALE_PLAIN };

static const enum value_scale attribute_scales[TREE_ATTRIBUTES] = {
    [TREE_P] = SCALE_PROBABILITY,
    [TREE_COST] = SCALE_MONEY,
    [TREE_TIME] = SCALE_TIME,
    [TREE_SKILL] = SCALE_PLAIN,
    [TREE_DAMAGE] = SCALE_PLAIN,
    [TREE_STOPS] = SCALE_PROBABILITY,
    [TREE_DEPLOYED] = SCALE_PROBABILITY,
};

struct value_unit {
    const char *name;
    double factor;
};

static const struct value_unit money_units[] = {{"k", 1e3}, {"M", 1e6}, {"G", 1e9}};
/* A month is a twelfth of a year of 365.25 days. */
static const struct value_unit time_units[] = {{"s", 1},       {"min", 60},      {"h", 3600},
                                               {"d", 86400},   {"w", 7 * 86400}, {"mo", 2629800.0},
                                               {"y", 31557600}};

enum { NUMBER_MAX = 40 };
static const double value_largest = 1e30;

struct value_reader {
    struct arena *arena;
    enum tree_attribute attribute;
    enum value_scale scale;
    struct sv text;
    size_t at;
    double inherited_unit; /* of a range's upper end, for a lower end without unit; 0: none */
    struct outline_fault *fault;
};

static bool value_fail(struct value_reader *r, size_t at, const char *what, const char *expected)
{
    *r->fault = (struct outline_fault){at, what, expected};
    return false;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char peek(const struct value_reader *r, size_t ahead)
{
    return r->at + ahead < r->text.len ? r->text.at[r->at + ahead] : '\0';
}

static size_t skip_digits(const struct value_reader *r, size_t at)
{
    while (at < r->text.len && is_digit(r->text.at[at]))
        at++;
    return at;
}

/* The end of the number that begins at r->at: digits, ".digits" (but not ".."), "e-3". */
static size_t number_end(const struct value_reader *r)
{
    size_t end = skip_digits(r, r->at);
    if (end + 1 < r->text.len && r->text.at[end] == '.' && is_digit(r->text.at[end + 1]))
        end = skip_digits(r, end + 1);
    if (end == r->at || end + 1 >= r->text.len ||
        (r->text.at[end] != 'e' && r->text.at[end] != 'E'))
        return end;
    size_t digits = end + 1;
    if (r->text.at[digits] == '+' || r->text.at[digits] == '-')
        digits++;
    size_t exponent_end = skip_digits(r, digits);
    return exponent_end > digits ? exponent_end : end;
}

static const char *number_wanted(const struct value_reader *r)
{
    switch (r->scale) {
    case SCALE_PROBABILITY:
        return "a number from 0 to 1, such as 0.2, 0.05..0.3 or uniform(0,0.5)";
    case SCALE_MONEY:
        return "a number, such as 500, 10k, 2M..5M or pert(1k,2k,5k)";
    case SCALE_TIME:
        return "a number with s, min, h, d, w, mo or y, such as 2d or 1h..3d";
    default:
        return "a number, such as 2, 1..3 or triangular(1,2,4)";
    }
}

/* Multiplies by the suffix or unit at r->at. */
static bool read_unit(struct value_reader *r, double *number, double *out_unit)
{
    size_t start = r->at, end = r->at;
    while (end < r->text.len && is_letter(r->text.at[end]))
        end++;
    struct sv unit = sv_from(r->text.at + start, end - start);
    const struct value_unit *units = r->scale == SCALE_TIME ? time_units : money_units;
    size_t count = r->scale == SCALE_TIME    ? ARRAY_LEN(time_units)
                   : r->scale == SCALE_MONEY ? ARRAY_LEN(money_units)
                                             : 0;
    *out_unit = 0;
    if (!unit.len && r->scale == SCALE_TIME && !(*number == 0.0) && !(r->inherited_unit > 0))
        return value_fail(r, start, "a time without unit",
                          "s, min, h, d, w, mo or y after the number");
    if (!unit.len)
        *number *= r->inherited_unit > 0 ? r->inherited_unit : 1;
    if (!unit.len)
        return true;
    for (size_t i = 0; i < count; i++) {
        if (!sv_eq_str(unit, units[i].name))
            continue;
        *out_unit = units[i].factor;
        *number *= units[i].factor;
        r->at = end;
        return true;
    }
    if (unit.len > NUMBER_MAX)
        unit.len = NUMBER_MAX;
    return value_fail(r, start, arena_printf(r->arena, "unknown unit \"%.*s\"", SV_ARG(unit)),
                      number_wanted(r));
}

static bool read_number(struct value_reader *r, double *out, double *out_unit)
{
    char digits[NUMBER_MAX + 1];
    size_t start = r->at, end = number_end(r);
    if (peek(r, 0) == '-')
        return value_fail(r, start, "a negative number", number_wanted(r));
    if (end == start)
        return value_fail(r, start,
                          start < r->text.len ? "this is not a number" : "a number is missing",
                          number_wanted(r));
    if (end - start > NUMBER_MAX)
        return value_fail(r, start, "a number with too many digits", "at most 40");
    memcpy(digits, r->text.at + start, end - start);
    digits[end - start] = '\0';
    *out = strtod(digits, NULL);
    r->at = end;
    if (peek(r, 0) == '%')
        return value_fail(r, r->at, "a percentage",
                          arena_printf(r->arena, "a fraction of 1: %.10g",
                                       *out <= value_largest ? *out / 100 : 0.0));
    if (!read_unit(r, out, out_unit))
        return false;
    if (!(*out <= value_largest))
        return value_fail(r, start, "too large a number", "at most 1e30");
    if (r->scale == SCALE_PROBABILITY && *out > 1)
        return value_fail(r, start,
                          arena_printf(r->arena, "%s is %s, outside 0 to 1",
                                       tree_attribute_names[r->attribute], digits),
                          "a fraction of 1");
    return true;
}

static void skip_blanks(struct value_reader *r)
{
    while (peek(r, 0) == ' ' || peek(r, 0) == '\t')
        r->at++;
}

/* "(a,b)" or "(a,m,b)", the bracket being at r->at */
static bool read_arguments(struct value_reader *r, const char *name, size_t count, double *numbers)
{
    size_t start = r->at;
    double unit;
    const char *wanted = arena_printf(r->arena, "%s(%s)", name, count == 2 ? "a,b" : "a,m,b");
    for (size_t i = 0; i < count; i++) {
        if (peek(r, 0) != (i ? ',' : '('))
            return value_fail(r, r->at, arena_printf(r->arena, "%s takes %zu numbers", name, count),
                              wanted);
        r->at++;
        skip_blanks(r);
        if (!read_number(r, &numbers[i], &unit))
            return false;
        skip_blanks(r);
    }
    if (peek(r, 0) != ')')
        return value_fail(r, r->at, arena_printf(r->arena, "%s takes %zu numbers", name, count),
                          wanted);
    r->at++;
    for (size_t i = 1; i < count; i++) {
        if (numbers[i] < numbers[i - 1])
            return value_fail(r, start, "numbers that fall",
                              arena_printf(r->arena, "%s in rising order", wanted));
    }
    return true;
}

static bool read_distribution(struct value_reader *r, struct tree_value *out)
{
    static const struct {
        const char *name;
        enum tree_distribution kind;
        size_t count;
    } kinds[] = {
        {"uniform", TREE_UNIFORM, 2}, {"triangular", TREE_TRIANGULAR, 3}, {"pert", TREE_PERT, 3}};
    size_t start = r->at, end = r->at;
    double numbers[3];
    while (end < r->text.len && is_letter(r->text.at[end]))
        end++;
    struct sv name = sv_from(r->text.at + start, end - start);
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (!sv_eq_str(name, kinds[i].name))
            continue;
        r->at = end;
        if (!read_arguments(r, kinds[i].name, kinds[i].count, numbers))
            return false;
        *out = (struct tree_value){
            .kind = kinds[i].kind, .lo = numbers[0], .hi = numbers[kinds[i].count - 1]};
        out->mode = kinds[i].count == 3 ? numbers[1] : out->lo + (out->hi - out->lo) / 2;
        return true;
    }
    if (end < r->text.len && r->text.at[end] == '(' && name.len <= NUMBER_MAX)
        return value_fail(r, start,
                          arena_printf(r->arena, "unknown distribution \"%.*s\"", SV_ARG(name)),
                          "uniform(a,b), triangular(a,m,b) or pert(a,m,b)");
    return value_fail(r, start, "this is not a number", number_wanted(r));
}

/* The median of the distribution whose 5 % and 95 % quantiles are lo and hi: logit-normal or
 * lognormal; without a positive lower end the middle. */
static double range_median(enum value_scale scale, double lo, double hi)
{
    if (scale == SCALE_PROBABILITY) {
        double logit = (log(lo / (1 - lo)) + log(hi / (1 - hi))) / 2;
        return 1 / (1 + exp(-logit));
    }
    return lo > 0 ? exp((log(lo) + log(hi)) / 2) : lo + (hi - lo) / 2;
}

static bool check_range(struct value_reader *r, double lo, double hi)
{
    if (lo > hi)
        return value_fail(r, 0, "the range's lower end is above its upper end", "lower..upper");
    bool reaches_zero = lo <= 0 && r->scale != SCALE_PLAIN;
    bool reaches_one = hi >= 1 && r->scale == SCALE_PROBABILITY;
    if (!reaches_zero && !reaches_one)
        return true;
    return value_fail(r, 0,
                      arena_printf(r->arena, "a range is a 90 %% interval and cannot %s",
                                   reaches_zero ? "begin at 0" : "end at 1"),
                      reaches_zero ? "a small number instead of 0, or uniform(0,b)"
                                   : "a number below 1, or uniform(a,1)");
}

/* A lower end without unit takes that of the upper end: "2..5d". */
static bool read_range(struct value_reader *r, double *lo, double *hi)
{
    ptrdiff_t dots = sv_find(r->text, SV(".."));
    struct value_reader upper = *r;
    double unit;
    upper.at = (size_t)dots + 2;
    if (!read_number(&upper, hi, &unit))
        return false;
    r->inherited_unit = r->scale == SCALE_TIME ? unit : 0;
    if (!read_number(r, lo, &unit))
        return false;
    if (r->at != (size_t)dots)
        return true; /* the caller sees what is left */
    r->at = upper.at;
    return check_range(r, *lo, *hi);
}

static bool read_value(struct value_reader *r, struct tree_value *out)
{
    double unit;
    if (is_letter(peek(r, 0)))
        return read_distribution(r, out);
    if (sv_find(r->text, SV("..")) >= 0) {
        if (!read_range(r, &out->lo, &out->hi))
            return false;
        out->kind = TREE_RANGE;
        out->mode = range_median(r->scale, out->lo, out->hi);
        return true;
    }
    if (!read_number(r, &out->lo, &unit))
        return false;
    out->kind = TREE_POINT;
    out->mode = out->hi = out->lo;
    return true;
}

bool outline_value_parse(struct arena *a, enum tree_attribute attribute, struct sv text,
                         struct tree_value *out, struct outline_fault *out_fault)
{
    struct value_reader r = {a, attribute, attribute_scales[attribute], text, 0, 0, out_fault};
    *out = (struct tree_value){.kind = TREE_NO_VALUE};
    *out_fault = (struct outline_fault){0, NULL, NULL};
    if (!read_value(&r, out))
        return false;
    if (peek(&r, 0) == ',' && r.at + 1 == text.len)
        return value_fail(&r, r.at, "a comma after a value", "blanks between attributes");
    if (r.at < text.len)
        return value_fail(&r, r.at, "text after the number", number_wanted(&r));
    out->text = text;
    return true;
}
