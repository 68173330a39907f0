#include "base/zone.h"

#include <stdlib.h>

#include "base/date.h"
#include "base/fs.h"

static const char folder[] = "/usr/share/zoneinfo";

enum { HEAD = 44, CHANGES_MAX = 4096, TYPES_MAX = 256, HOUR = 3600, OFFSET_MAX = 26 * HOUR, TIME_MAX = 168 * HOUR };

bool zone_is_name(struct sv name)
{
    bool begins = true; /* a part of the path */
    if (!name.len || name.len > ZONE_NAME_MAX)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        bool other = (c >= '0' && c <= '9') || c == '_' || c == '+' || c == '-';
        if (c == '/' ? begins : begins ? !letter : !letter && !other)
            return false;
        begins = c == '/';
    }
    return !begins;
}

int zone_load(struct arena *a, struct sv name, struct zone *out, struct err *err)
{
    struct sv bytes;
    struct err none = ERR_INIT;
    *out = (struct zone){.name = SV_NONE};
    if (!zone_is_name(name) ||
        fs_read(a, arena_printf(a, "%s/%.*s", folder, SV_ARG(name)), ZONE_FILE_MAX, &bytes, &none) ||
        !zone_read(a, bytes, out))
        return err_set(err, CM_EINPUT, "\"%.*s\" is no time zone that is known here; write it as Europe/Berlin, "
                                       "America/New_York or UTC", (int)(name.len < 80 ? name.len : 80), name.at);
    out->name = arena_sv(a, name);
    return CM_OK;
}

/* ---- the rule at the end (RFC 8536, 3.3; POSIX, 8.3) ---- */

/* At most `digits` digits. */
static bool take_number(struct sv *rest, int digits, int *out)
{
    int value = 0, count = 0;
    for (; count < digits && rest->len && *rest->at >= '0' && *rest->at <= '9'; count++) {
        value = value * 10 + (*rest->at - '0');
        *rest = sv_from_byte(*rest, 1);
    }
    *out = value;
    return count > 0;
}

static bool take_char(struct sv *rest, char c)
{
    if (!rest->len || *rest->at != c)
        return false;
    *rest = sv_from_byte(*rest, 1);
    return true;
}

/* "[+-]hh[:mm[:ss]]" */
static bool take_time(struct sv *rest, int32_t *out)
{
    int hours, minutes = 0, seconds = 0;
    bool minus = take_char(rest, '-');
    if (!minus)
        (void)take_char(rest, '+');
    bool good = take_number(rest, 3, &hours);
    if (good && take_char(rest, ':'))
        good = take_number(rest, 2, &minutes) && (!take_char(rest, ':') || take_number(rest, 2, &seconds));
    *out = (minus ? -1 : 1) * (hours * HOUR + minutes * 60 + seconds);
    return good && minutes < 60 && seconds < 60 && hours <= 167;
}

/* "CET", "<+0330>" */
static bool take_letters(struct sv *rest, char out[ZONE_LETTERS])
{
    size_t len = 0;
    bool quoted = take_char(rest, '<');
    while (rest->len) {
        char c = *rest->at;
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!letter && !(quoted && (c == '+' || c == '-' || (c >= '0' && c <= '9'))))
            break;
        if (len + 1 >= ZONE_LETTERS)
            return false;
        out[len++] = c;
        *rest = sv_from_byte(*rest, 1);
    }
    out[len] = '\0';
    return len >= 3 && (!quoted || take_char(rest, '>'));
}

/* ",M3.5.0/2" */
static bool take_rule(struct sv *rest, struct zone_rule *out)
{
    out->time = 2 * HOUR;
    bool good = take_char(rest, ',') && take_char(rest, 'M') && take_number(rest, 2, &out->month) &&
                take_char(rest, '.') && take_number(rest, 1, &out->week) && take_char(rest, '.') &&
                take_number(rest, 1, &out->weekday);
    if (good && take_char(rest, '/'))
        good = take_time(rest, &out->time);
    return good && out->month >= 1 && out->month <= 12 && out->week >= 1 && out->week <= 5 && out->weekday <= 6;
}

/* Offsets are west of UTC there. */
static bool read_rules(struct sv text, struct zone *z)
{
    int32_t west;
    if (!take_letters(&text, z->standard.letters) || !take_time(&text, &west) || abs(west) > OFFSET_MAX)
        return false;
    z->standard.offset = -west;
    z->saves = text.len > 0;
    if (!z->saves)
        return true;
    if (!take_letters(&text, z->summer.letters))
        return false;
    z->summer.offset = z->standard.offset + HOUR;
    if (text.len && *text.at != ',') {
        if (!take_time(&text, &west) || abs(west) > OFFSET_MAX)
            return false;
        z->summer.offset = -west;
    }
    return abs(z->summer.offset) <= OFFSET_MAX && take_rule(&text, &z->start) && take_rule(&text, &z->end) && !text.len;
}

/* ---- the file (RFC 8536, 3) ---- */

static uint32_t number32(const char *at)
{
    const unsigned char *b = (const unsigned char *)at;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

struct counts {
    size_t utc, standard, leap, changes, types, letters;
};
static bool read_head(struct sv text, struct counts *out)
{
    if (text.len < HEAD || memcmp(text.at, "TZif", 4) || text.at[4] < '2')
        return false;
    const char *at = text.at + 20;
    *out = (struct counts){number32(at), number32(at + 4), number32(at + 8), number32(at + 12), number32(at + 16),
                           number32(at + 20)};
    return out->changes <= CHANGES_MAX && out->types >= 1 && out->types <= TYPES_MAX && out->letters <= 4096 &&
           out->leap <= 4096 && out->utc <= TYPES_MAX && out->standard <= TYPES_MAX;
}

static size_t block_size(const struct counts *n, size_t time)
{
    return n->changes * (time + 1) + n->types * 6 + n->letters + n->leap * (time + 4) + n->standard + n->utc;
}

static bool read_changes(struct arena *a, const char *at, const struct counts *n, struct zone *z)
{
    int64_t *times = arena_new_array(a, int64_t, n->changes + 1);
    const unsigned char *types = (const unsigned char *)at + n->changes * 8;
    for (size_t i = 0; i < n->changes; i++) {
        times[i] = (int64_t)((uint64_t)number32(at + i * 8) << 32 | number32(at + i * 8 + 4));
        if ((i && times[i] <= times[i - 1]) || types[i] >= n->types)
            return false;
    }
    z->times = times;
    z->types = types;
    z->count = n->changes;
    return true;
}

static bool read_types(struct arena *a, const char *at, const struct counts *n, struct zone *z)
{
    struct zone_type *types = arena_new_array(a, struct zone_type, n->types);
    const char *letters = at + n->types * 6;
    for (size_t i = 0; i < n->types; i++) {
        size_t from = (unsigned char)at[i * 6 + 5], len = 0;
        types[i].offset = (int32_t)number32(at + i * 6);
        if (types[i].offset < -OFFSET_MAX || types[i].offset > OFFSET_MAX || from >= n->letters)
            return false;
        for (; from + len < n->letters && letters[from + len] && len + 1 < ZONE_LETTERS; len++) {
            char c = letters[from + len];
            bool good = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
                        c == '-';
            types[i].letters[len] = good ? c : '?';
        }
        types[i].letters[len] = '\0';
    }
    z->type = types;
    return true;
}

bool zone_read(struct arena *a, struct sv bytes, struct zone *out)
{
    struct counts old, n;
    *out = (struct zone){.name = SV_NONE};
    if (!read_head(bytes, &old) || bytes.len - HEAD < block_size(&old, 4))
        return false;
    struct sv rest = sv_from_byte(bytes, HEAD + block_size(&old, 4));
    if (!read_head(rest, &n) || rest.len - HEAD < block_size(&n, 8))
        return false;
    const char *at = rest.at + HEAD;
    if (!read_changes(a, at, &n, out) || !read_types(a, at + n.changes * 9, &n, out))
        return false;
    rest = sv_from_byte(rest, HEAD + block_size(&n, 8));
    ptrdiff_t end = rest.len > 1 && rest.at[0] == '\n' ? sv_find_char(sv_from_byte(rest, 1), '\n') : -1;
    out->has_rules = end > 0 && read_rules(sv_from(rest.at + 1, (size_t)end), out);
    return true;
}

/* ---- times ---- */

/* The moment of a rule in a year, on a clock that is `offset` east. */
static int64_t moment(const struct zone_rule *r, int year, int32_t offset)
{
    int64_t first = date_to_time((struct date){year, r->month, 1});
    int64_t next = r->month == 12 ? date_to_time((struct date){year + 1, 1, 1})
                                  : date_to_time((struct date){year, r->month + 1, 1});
    int weekday = (int)((first / DATE_DAY % 7 + 7 + 4) % 7); /* 1970 began on a Thursday */
    int64_t day = first + ((r->weekday - weekday + 7) % 7 + (r->week - 1) * 7) * (int64_t)DATE_DAY;
    while (day >= next)
        day -= 7 * (int64_t)DATE_DAY;
    return day + r->time - offset;
}

static const struct zone_type *by_rules(const struct zone *z, int64_t time)
{
    int year = date_from_time(time + z->standard.offset).year;
    if (!z->saves)
        return &z->standard;
    int64_t start = moment(&z->start, year, z->standard.offset), end = moment(&z->end, year, z->summer.offset);
    bool summer = start < end ? time >= start && time < end : time >= start || time < end;
    return summer ? &z->summer : &z->standard;
}

const struct zone_type *zone_at(const struct zone *z, int64_t time)
{
    size_t low = 0, high = z->count; /* how many changes are not later */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (z->times[middle] <= time)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == z->count && z->has_rules)
        return by_rules(z, time);
    return &z->type[low ? z->types[low - 1] : z->first];
}

char *zone_format(struct arena *a, const struct zone *z, int64_t time)
{
    static const struct zone_type utc = {0, "UTC"};
    const struct zone_type *t = z ? zone_at(z, time) : &utc;
    int64_t local = time + t->offset, second = ((local % DATE_DAY) + DATE_DAY) % DATE_DAY;
    return arena_printf(a, "%s %02d:%02d %s", date_format(a, date_from_time(local)), (int)(second / HOUR),
                        (int)(second % HOUR / 60), t->letters);
}
