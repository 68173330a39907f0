/* Dates and times: always UTC, proleptic Gregorian, seconds since 1970. */
#ifndef CASEMATE_BASE_DATE_H
#define CASEMATE_BASE_DATE_H

#include "base/arena.h"
#include "base/sv.h"

enum { DATE_DAY = 24 * 60 * 60 }; /* seconds; UTC has no others here */

struct date {
    int year, month, day; /* year 0 to 9999 */
};

/* "2026-11-22"; false for anything else and for days that do not exist. */
bool date_parse(struct sv text, struct date *out);
/* "2026-11-22" (midnight) or "2026-11-22T18:05:00Z" (RFC 3339, Z only). */
bool date_parse_time(struct sv text, int64_t *out_seconds);
int64_t date_to_time(struct date d);
struct date date_from_time(int64_t seconds);
char *date_format(struct arena *a, struct date d);        /* 2026-11-22 */
char *date_format_time(struct arena *a, int64_t seconds); /* 2026-11-22T18:05:00Z */
char *date_format_long(struct arena *a, struct date d);   /* 22 November 2026 */
/* "January"; of its first three letters are the names in mails and in HTTP. */
extern const char *const date_month_names[12];
/* "Mon" */
const char *date_weekday(int64_t seconds);
/* "Mon, 30 Nov 2026 04:10:00", in UTC: of mails and of HTTP, which add the zone. */
char *date_format_mail(struct arena *a, int64_t seconds);
/* The system's clock. Only the command line reads it; everything below is told what time it is. */
int64_t date_system_now(void);

#endif
