#define _GNU_SOURCE /* strchrnul */
#include "base/format.h"

#include "base/base.h"

#include <stdio.h>
#include <string.h>

struct format_out {
    char *at;
    size_t cap, len; /* len goes on counting when the room is used up */
};

static void put(struct format_out *out, const char *text, size_t len)
{
    if (out->len + 1 < out->cap) {
        size_t room = out->cap - out->len - 1;
        memcpy(out->at + out->len, text, len < room ? len : room);
    }
    out->len += len;
}

static void put_number(struct format_out *out, unsigned long long number, bool negative)
{
    char digits[24];
    size_t at = sizeof(digits);
    do
        digits[--at] = (char)('0' + number % 10);
    while (number /= 10);
    if (negative)
        digits[--at] = '-';
    put(out, digits + at, sizeof(digits) - at);
}

/* %d and %u with l, ll or z; false for other conversions. */
static bool put_integer(struct format_out *out, const char **format, va_list *args)
{
    const char *f = *format;
    unsigned longs = 0;
    bool size = *f == 'z';
    for (f += size; !size && *f == 'l' && longs < 2; f++)
        longs++;
    if (*f == 'u') {
        unsigned long long n = size         ? va_arg(*args, size_t)
                               : longs == 2 ? va_arg(*args, unsigned long long)
                               : longs == 1 ? va_arg(*args, unsigned long)
                                            : va_arg(*args, unsigned);
        put_number(out, n, false);
    } else if (*f == 'd' && !size) {
        long long n = longs == 2 ? va_arg(*args, long long) : longs == 1 ? va_arg(*args, long) : va_arg(*args, int);
        put_number(out, n < 0 ? 0ULL - (unsigned long long)n : (unsigned long long)n, n < 0);
    } else {
        return false;
    }
    *format = f + 1;
    return true;
}

/* One conversion behind its %; false when it is left to vsnprintf. */
static bool put_conversion(struct format_out *out, const char **format, va_list *args)
{
    const char *f = *format, *text;
    char one;
    switch (*f) {
    case '%':
        put(out, "%", 1);
        break;
    case 'c':
        one = (char)va_arg(*args, int);
        put(out, &one, 1);
        break;
    case 's':
        text = va_arg(*args, const char *);
        if (!text)
            return false;
        put(out, text, strlen(text));
        break;
    case '.':
        if (f[1] != '*' || f[2] != 's')
            return false;
        int max = va_arg(*args, int);
        text = va_arg(*args, const char *);
        if (max < 0 || !text)
            return false;
        put(out, text, strnlen(text, (size_t)max));
        f += 2;
        break;
    default:
        return put_integer(out, format, args);
    }
    *format = f + 1;
    return true;
}

static bool put_all(struct format_out *out, const char *format, va_list *args)
{
    for (;;) {
        const char *percent = strchrnul(format, '%');
        put(out, format, (size_t)(percent - format));
        if (!*percent)
            return true;
        format = percent + 1;
        if (!put_conversion(out, &format, args))
            return false;
    }
}

size_t base_format(char *out, size_t cap, const char *format, va_list args)
{
    struct format_out quick = {out, cap, 0};
    va_list copy;
    if (!format)
        BUG("no format");
    va_copy(copy, args);
    bool done = put_all(&quick, format, &copy);
    va_end(copy);
    if (!done) {
        int len = vsnprintf(out, cap, format, args);
        if (len < 0)
            BUG("bad format");
        return (size_t)len;
    }
    if (cap)
        out[quick.len < cap ? quick.len : cap - 1] = 0;
    return quick.len;
}
