#include "tree/core/number_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DIGITS = 3 };

/* Digits with a comma before each group of three. */
static const char *grouped(struct arena *a, const char *digits)
{
    size_t len = strlen(digits), out = 0;
    char *text = arena_alloc(a, len + len / 3 + 2);
    for (size_t i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0 && digits[i - 1] != '-')
            text[out++] = ',';
        text[out++] = digits[i];
    }
    return text;
}

/* The value with three significant digits, exactly as decimal text rounds it. */
static double rounded(double value)
{
    double unit = pow(10, floor(log10(fabs(value))) - (DIGITS - 1));
    return round(value / unit) * unit;
}

/* "1.20e-09" as "1.2e-9": no zeros that say nothing. */
static const char *scientific(struct arena *a, double value)
{
    char *text = arena_printf(a, "%.*e", DIGITS - 1, value);
    char *e = strchr(text, 'e');
    if (!e)
        return text;
    const char *exponent = e + 1 + (e[1] == '+' || e[1] == '-');
    const char *sign = e[1] == '-' ? "-" : "";
    while (*exponent == '0' && exponent[1])
        exponent++;
    size_t mantissa = (size_t)(e - text);
    while (mantissa > 1 && (text[mantissa - 1] == '0' || text[mantissa - 1] == '.')) {
        mantissa--;
        if (text[mantissa] == '.')
            break;
    }
    return arena_printf(a, "%.*se%s%s", (int)mantissa, text, sign, exponent);
}

const char *number_text(struct arena *a, double value)
{
    double size = fabs(value);
    if (isnan(value))
        return "unknown";
    if (isinf(value))
        return value > 0 ? "no limit" : "no lower limit";
    if (!(size > 0))
        return "0";
    if (size >= 1e15 || size < 1e-4)
        return scientific(a, value);
    if (size < 999.5)
        return arena_printf(a, "%.*g", DIGITS, value);
    return grouped(a, arena_printf(a, "%.0f", rounded(value)));
}

const char *number_share(struct arena *a, double probability)
{
    if (isnan(probability))
        return "unknown";
    if (!(probability > 0))
        return "never";
    if (!(probability < 1))
        return "always";
    if (probability > 0.9995)
        return "over 99.9 %";
    if (probability >= 1e-4)
        return arena_printf(a, "%s %%", number_text(a, 100 * probability));
    return arena_printf(a, "1 in %s", number_text(a, 1 / probability));
}

struct time_unit {
    double length;
    const char *name, *brief;
};

static const char *in_unit(struct arena *a, const char *count, const struct time_unit *u, bool brief)
{
    if (brief)
        return arena_printf(a, "%s %s", count, u->brief);
    return arena_printf(a, "%s %s%s", count, u->name, strcmp(count, "1") == 0 ? "" : "s");
}

/* From twenty of a unit on the next smaller one says nothing that anybody wants to know. */
static const char *time_text(struct arena *a, double seconds, bool brief)
{
    static const struct time_unit units[] = {{365.25 * 86400, "year", "y"}, {7 * 86400.0, "week", "w"},
                                             {86400, "day", "d"},           {3600, "hour", "h"},
                                             {60, "minute", "min"},         {1, "second", "s"}};
    enum { MANY = 20, LAST = ARRAY_LEN(units) - 1 };
    if (isnan(seconds) || isinf(seconds))
        return number_text(a, seconds);
    for (size_t i = 0; i < LAST; i++) {
        const struct time_unit *u = &units[i];
        double whole = floor(seconds / u->length), near = round(seconds / u->length);
        double rest = round((seconds - whole * u->length) / u[1].length);
        if (whole < 1)
            continue;
        if (whole >= MANY && i > 0 && near * u->length >= u[-1].length) /* 59.9 minutes */
            return time_text(a, u[-1].length, brief);
        if (whole >= MANY)
            return in_unit(a, number_text(a, near), u, brief);
        if (rest >= u->length / u[1].length - 0.5) /* 5 h 60 min */
            return time_text(a, (whole + 1) * u->length, brief);
        const char *first = in_unit(a, number_text(a, whole), u, brief);
        return rest < 1 ? first : arena_printf(a, "%s %s", first, in_unit(a, number_text(a, rest), u + 1, brief));
    }
    return in_unit(a, number_text(a, seconds), &units[LAST], brief);
}

const char *number_time(struct arena *a, double seconds)
{
    return time_text(a, seconds, false);
}

const char *number_time_brief(struct arena *a, double seconds)
{
    return time_text(a, seconds, true);
}

const char *number_count(struct arena *a, const char *digits)
{
    return digits ? grouped(a, digits) : "unknown";
}

const char *number_of(struct arena *a, uint64_t count, const char *noun)
{
    return arena_printf(a, "%s %s%s", grouped(a, arena_printf(a, "%" PRIu64, count)), noun, count == 1 ? "" : "s");
}

const char *number_measure(struct arena *a, enum tree_measure m, double value)
{
    if (m == MEASURE_PROBABILITY)
        return number_share(a, value);
    return m == MEASURE_TIME || m == MEASURE_TIME_SUM ? number_time(a, value) : number_text(a, value);
}
