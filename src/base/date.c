#include "base/date.h"

#include <time.h>

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

static bool digits(struct sv text, size_t at, size_t count, int *out)
{
    uint64_t value;
    if (at + count > text.len || !sv_to_u64(sv_from(text.at + at, count), 9999, &value))
        return false;
    *out = (int)value;
    return true;
}

bool date_parse(struct sv text, struct date *out)
{
    struct date d;
    if (text.len != 10 || text.at[4] != '-' || text.at[7] != '-')
        return false;
    if (!digits(text, 0, 4, &d.year) || !digits(text, 5, 2, &d.month) || !digits(text, 8, 2, &d.day))
        return false;
    if (d.month < 1 || d.month > 12 || d.day < 1 || d.day > days_in(d.year, d.month))
        return false;
    *out = d;
    return true;
}

bool date_parse_time(struct sv text, int64_t *out_seconds)
{
    struct date d;
    int hour = 0, minute = 0, second = 0;
    if (!date_parse(sv_from(text.at, text.len < 10 ? text.len : 10), &d))
        return false;
    if (text.len != 10) {
        if (text.len != 20 || text.at[10] != 'T' || text.at[13] != ':' || text.at[16] != ':' || text.at[19] != 'Z')
            return false;
        if (!digits(text, 11, 2, &hour) || !digits(text, 14, 2, &minute) || !digits(text, 17, 2, &second))
            return false;
        if (hour > 23 || minute > 59 || second > 59)
            return false;
    }
    *out_seconds = date_to_time(d) + hour * 3600 + minute * 60 + second;
    return true;
}

/* Days since 1970-01-01 from the civil date; years are counted from March so that the leap day comes last. */
int64_t date_to_time(struct date d)
{
    int64_t y = d.month <= 2 ? d.year - 1 : d.year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (era * 146097 + day_of_era - 719468) * DATE_DAY;
}

struct date date_from_time(int64_t seconds)
{
    int64_t days = (seconds >= 0 ? seconds : seconds - (DATE_DAY - 1)) / DATE_DAY + 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_index = (5 * day_of_year + 2) / 153;
    struct date d;
    d.day = (int)(day_of_year - (153 * month_index + 2) / 5 + 1);
    d.month = (int)(month_index < 10 ? month_index + 3 : month_index - 9);
    d.year = (int)(year_of_era + era * 400 + (d.month <= 2));
    return d;
}

char *date_format(struct arena *a, struct date d)
{
    return arena_printf(a, "%04d-%02d-%02d", d.year, d.month, d.day);
}

char *date_format_time(struct arena *a, int64_t seconds)
{
    struct date d = date_from_time(seconds);
    int64_t in_day = seconds - date_to_time(d);
    return arena_printf(a, "%04d-%02d-%02dT%02d:%02d:%02dZ", d.year, d.month, d.day, (int)(in_day / 3600),
                        (int)(in_day / 60 % 60), (int)(in_day % 60));
}

const char *const date_month_names[12] = {"January", "February", "March",     "April",   "May",      "June",
                                          "July",    "August",   "September", "October", "November", "December"};

char *date_format_long(struct arena *a, struct date d)
{
    return arena_printf(a, "%d %s %04d", d.day, date_month_names[d.month - 1], d.year);
}

const char *date_weekday(int64_t seconds)
{
    static const char *const names[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"}; /* from 1 January 1970 */
    int64_t midnight = date_to_time(date_from_time(seconds));
    return names[(midnight / DATE_DAY % 7 + 7) % 7];
}

char *date_format_mail(struct arena *a, int64_t seconds)
{
    struct date d = date_from_time(seconds);
    int64_t in_day = seconds - date_to_time(d);
    return arena_printf(a, "%s, %02d %.3s %04d %02d:%02d:%02d", date_weekday(seconds), d.day,
                        date_month_names[d.month - 1], d.year, (int)(in_day / 3600), (int)(in_day / 60 % 60),
                        (int)(in_day % 60));
}

int64_t date_system_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec;
}
