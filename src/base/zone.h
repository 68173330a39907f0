/* Time zones by their names in the IANA database, from the system's compiled files (RFC 8536), so that a page can show
 * times as somebody's clock does. Everything else in the program is in UTC (base/date.h). */
#ifndef CASEMATE_BASE_ZONE_H
#define CASEMATE_BASE_ZONE_H

#include "base/arena.h"
#include "base/err.h"

enum {
    ZONE_NAME_MAX = 64,
    ZONE_FILE_MAX = 64 * 1024,
    ZONE_LETTERS = 8, /* of "CEST", with the NUL */
};

/* What a clock shows for a while. */
struct zone_type {
    int32_t offset; /* seconds east of UTC */
    char letters[ZONE_LETTERS];
};
/* The day of a change: the n-th (5: the last) such weekday (0: Sunday) of a month, at a time of that day, in
 * seconds. */
struct zone_rule {
    int month, week, weekday;
    int32_t time;
};
struct zone {
    struct sv name;
    size_t count;                   /* changes, in order of time */
    const int64_t *times;
    const unsigned char *types;     /* of each: index into type */
    const struct zone_type *type;
    size_t first;                   /* type before the first change */
    bool has_rules, saves;          /* what holds after the last change: `standard`, and with `saves` also `summer` */
    struct zone_type standard, summer;
    struct zone_rule start, end;    /* of summer */
};

/* Whether a text has the form of a name: parts of letters, digits, "_", "+" and "-" with "/" between, none of which
 * leads out of the folder. */
bool zone_is_name(struct sv name);
/* CM_EINPUT: no such zone here, or a file that is none. In the arena. */
CM_MUST_USE int zone_load(struct arena *a, struct sv name, struct zone *out, struct err *err);
/* The same from the bytes of a file of version 2 or later; false: it is none. Of a rule of another form than those that
 * the database uses, the last change holds on. */
bool zone_read(struct arena *a, struct sv bytes, struct zone *out);
/* What holds at a time, in seconds since 1970. */
const struct zone_type *zone_at(const struct zone *z, int64_t time);
/* "2026-12-07 01:00 CET"; z NULL: in UTC. */
char *zone_format(struct arena *a, const struct zone *z, int64_t time);

#endif
