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

const char *number_time(struct arena *a, double seconds)
{
    static const struct {
        double length;
        const char *name;
    } units[] = {{365.25 * 86400, "year"}, {86400, "day"}, {3600, "hour"}, {60, "minute"}, {0, "second"}};
    size_t i = 0;
    if (isnan(seconds) || isinf(seconds))
        return number_text(a, seconds);
    while (seconds < units[i].length)
        i++;
    const char *text = number_text(a, units[i].length > 0 ? seconds / units[i].length : seconds);
    return arena_printf(a, "%s %s%s", text, units[i].name, strcmp(text, "1") == 0 ? "" : "s");
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
