#define _GNU_SOURCE /* memmem */
#include "format/mbox.h"

#include "base/date.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

const char *const mbox_form_names[MBOX_FORMS] = {"mboxrd", "mboxo", "unquoted", "pipermail"};

enum { CHUNK = 256 << 10, LINE_MAX_SEEN = 4096, FILL_AHEAD = 2 * LINE_MAX_SEEN };

/* The sender that our own separators name, and the one of messages whose last line has no end, which the form cannot
 * say otherwise. */
static const struct sv ours = {"From casemate@z ", 16}, ours_cut = {"From casemate-cut@z ", 20};
static const struct sv from = {"From ", 5};

void mbox_begin(struct mbox *m, int fd, enum mbox_form form, size_t max)
{
    *m = (struct mbox){.fd = fd, .form = form, .max = max, .buffer = STR_INIT};
}

void mbox_release(struct mbox *m)
{
    str_release(&m->buffer);
}

static int fill(struct mbox *m, struct err *err)
{
    str_reserve(&m->buffer, CHUNK + 1);
    for (;;) {
        ssize_t got = read(m->fd, m->buffer.data + m->buffer.len, CHUNK);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_errno(err, errno, "cannot read the mbox");
        m->ended = got == 0;
        m->buffer.len += (size_t)got;
        m->buffer.data[m->buffer.len] = 0;
        return CM_OK;
    }
}

static void drop(struct mbox *m, size_t count)
{
    memmove(m->buffer.data, m->buffer.data + count, m->buffer.len - count + 1);
    m->buffer.len -= count;
    m->offset += count;
}

static struct sv line_at(const struct mbox *m, size_t at)
{
    struct sv rest = sv_from_byte(str_sv(&m->buffer), at), line = SV_NONE;
    (void)sv_next_line(&rest, &line);
    return line;
}

/* ---- separators ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool holds_time(struct sv line)
{
    for (size_t i = 2; i + 2 < line.len; i++)
        if (line.at[i] == ':' && is_digit(line.at[i - 1]) && is_digit(line.at[i + 1]) && is_digit(line.at[i + 2]))
            return true;
    return false;
}

static bool is_field(struct sv line)
{
    ptrdiff_t colon = sv_find_char(line, ':');
    for (ptrdiff_t i = 0; i < colon; i++)
        if (line.at[i] <= ' ' || line.at[i] >= 127)
            return false;
    return colon > 0;
}

/* The line end at `end` is that of an empty line. */
static bool after_empty_line(const struct mbox *m, size_t end)
{
    const char *b = m->buffer.data;
    return end >= 1 && (b[end - 1] == '\n' || (end >= 2 && b[end - 1] == '\r' && b[end - 2] == '\n'));
}

/* at: of a line that begins with "From ", with what follows it in the buffer. */
static bool is_separator(const struct mbox *m, size_t at)
{
    if (m->form != MBOX_UNQUOTED && m->form != MBOX_PIPERMAIL)
        return true;
    struct sv line = line_at(m, at);
    return after_empty_line(m, at - 1) && holds_time(line) && is_field(line_at(m, at + line.len + 1));
}

/* Seconds of "Mon Nov 30 04:08:58 2026" at the end of a separator. */
static bool separator_time(struct sv line, int64_t *out)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    uint64_t day, hour, minute, second, year;
    line = sv_trim(line);
    if (line.len < 24)
        return false;
    const char *t = line.at + line.len - 24;
    struct sv month = sv_from(t + 4, 3), day_text = sv_trim(sv_from(t + 8, 2));
    ptrdiff_t m = sv_find(sv_str(months), month);
    if (m < 0 || m % 3 || t[13] != ':' || t[16] != ':' || !sv_to_u64(day_text, 31, &day) || !day ||
        !sv_to_u64(sv_from(t + 11, 2), 23, &hour) || !sv_to_u64(sv_from(t + 14, 2), 59, &minute) ||
        !sv_to_u64(sv_from(t + 17, 2), 60, &second) || !sv_to_u64(sv_from(t + 20, 4), 9999, &year))
        return false;
    struct date date = {(int)year, (int)(m / 3 + 1), (int)day};
    *out = date_to_time(date) + (int64_t)(hour * 3600 + minute * 60 + second);
    return true;
}

/* ---- reading ---- */

/* What was found: the message's bytes as they stand, and where the next separator is. */
struct found {
    size_t end, next;
};

/* Where the message that begins at `start` ends. Its bytes beyond max are dropped while the end is looked for. */
static int find_end(struct mbox *m, size_t start, struct found *out, bool *out_too_long, struct err *err)
{
    size_t scan = start - 1;
    *out_too_long = false;
    for (;;) {
        const char *at = memmem(m->buffer.data + scan, m->buffer.len - scan, "\nFrom ", 6);
        size_t cut = at ? (size_t)(at - m->buffer.data) : m->buffer.len;
        if (!m->ended && cut + FILL_AHEAD > m->buffer.len) {
            scan = at ? cut : m->buffer.len < scan + 6 ? scan : m->buffer.len - 6;
            if (scan > start + m->max) { /* keeps the two bytes that say whether an empty line is before */
                size_t far = scan - 2 - start;
                memmove(m->buffer.data + start, m->buffer.data + start + far, m->buffer.len - start - far + 1);
                m->buffer.len -= far;
                m->offset += far;
                scan -= far;
                *out_too_long = true;
            }
            int rc = fill(m, err);
            if (rc)
                return rc;
            continue;
        }
        if (at && !is_separator(m, cut + 1)) {
            scan = cut + 1;
            continue;
        }
        *out = (struct found){cut, at ? cut + 1 : cut};
        break;
    }
    return CM_OK;
}

/* Without the empty line that stands before a separator, and at the end of the file. */
static size_t without_empty_line(const struct mbox *m, size_t start, struct found f)
{
    bool last = f.next == m->buffer.len;
    size_t line_end = last ? f.end - 1 : f.end; /* at the end of the file the line's end is the last byte */
    if (last && (f.end <= start || m->buffer.data[line_end] != '\n'))
        return f.end;
    if (!after_empty_line(m, line_end))
        return last ? f.end : f.end + 1; /* no empty line: the line end belongs to the message */
    return m->buffer.data[line_end - 1] == '\r' ? line_end - 1 : line_end;
}

static bool is_quoted(struct sv line, enum mbox_form form)
{
    size_t marks = 0;
    while (marks < line.len && line.at[marks] == '>')
        marks++;
    return marks && (form == MBOX_RD || marks == 1) && sv_starts(sv_from_byte(line, marks), from);
}

static struct sv unquoted(struct arena *a, struct sv bytes, enum mbox_form form)
{
    char *out = arena_room(a, bytes.len + 1);
    size_t len = 0;
    if (form == MBOX_UNQUOTED || form == MBOX_PIPERMAIL || !memmem(bytes.at, bytes.len, ">From ", 6)) {
        memcpy(out, bytes.at, bytes.len);
        return sv_from(out, bytes.len);
    }
    while (bytes.len) {
        const char *end = memchr(bytes.at, '\n', bytes.len);
        struct sv line = sv_from(bytes.at, end ? (size_t)(end - bytes.at) + 1 : bytes.len);
        bytes = sv_from_byte(bytes, line.len);
        line = sv_from_byte(line, is_quoted(line, form));
        memcpy(out + len, line.at, line.len);
        len += line.len;
    }
    return sv_from(out, len);
}

/* "From: ada at example.org (Ada)" in the header. */
static struct sv with_address(struct arena *a, struct sv bytes)
{
    struct sv rest = bytes, line;
    while (sv_next_line(&rest, &line) && sv_trim(line).len) {
        struct sv value = sv_starts_word(line, SV("From:")) ? sv_trim(sv_from_byte(line, 5)) : SV_NONE;
        ptrdiff_t at = sv_find(value, SV(" at "));
        if (at <= 0 || sv_find_char(sv_from(value.at, (size_t)at), ' ') >= 0 || sv_find_char(value, '@') >= 0)
            continue;
        size_t begin = (size_t)(value.at - bytes.at) + (size_t)at;
        struct sv behind = sv_from_byte(bytes, begin + 4);
        char *out = arena_room(a, bytes.len);
        memcpy(out, bytes.at, begin);
        out[begin] = '@';
        memcpy(out + begin + 1, behind.at, behind.len);
        return sv_from(out, begin + 1 + behind.len);
    }
    return bytes;
}

static int begin(struct mbox *m, struct err *err)
{
    m->begun = true;
    while (!m->ended && m->buffer.len < FILL_AHEAD) {
        int rc = fill(m, err);
        if (rc)
            return rc;
    }
    if (m->buffer.len && !sv_starts(str_sv(&m->buffer), from))
        return err_set(err, CM_EINPUT, "this is no mbox: it does not begin with \"From \"");
    return CM_OK;
}

int mbox_next(struct mbox *m, struct arena *a, struct mbox_message *out, struct err *err)
{
    struct found f;
    int rc = m->begun ? CM_OK : begin(m, err);
    *out = (struct mbox_message){.offset = m->offset};
    if (rc || !m->buffer.len)
        return rc;
    const char *line_end;
    while (!(line_end = memchr(m->buffer.data, '\n', m->buffer.len)) && !m->ended && m->buffer.len <= m->max)
        if ((rc = fill(m, err)))
            return rc;
    if (!line_end && !m->ended)
        return err_set(err, CM_ELIMIT, "the mbox has a line \"From ...\" of more than %zu bytes", m->max);
    size_t start = line_end ? (size_t)(line_end - m->buffer.data) + 1 : m->buffer.len;
    struct sv separator = sv_from(m->buffer.data, line_end ? start - 1 : start);
    out->has_time = separator_time(separator, &out->time);
    bool cut = sv_starts(separator, ours_cut);
    out->exact = out->has_time && (cut || sv_starts(separator, ours));
    if ((rc = find_end(m, start, &f, &out->too_long, err)))
        return rc;
    size_t end = f.end <= start && f.next < m->buffer.len ? start : without_empty_line(m, start, f);
    end = end < start ? start : end;
    out->too_long = out->too_long || end - start > m->max;
    if (!out->too_long) {
        out->bytes = unquoted(a, sv_from(m->buffer.data + start, end - start), m->form);
        if (m->form == MBOX_PIPERMAIL)
            out->bytes = with_address(a, out->bytes);
        if (cut && sv_ends(out->bytes, SV("\n")))
            out->bytes.len--;
    }
    drop(m, f.next);
    return MBOX_MESSAGE;
}

/* ---- writing ---- */

static void add_separator(struct str *out, bool cut, int64_t time)
{
    struct date d = date_from_time(time);
    int64_t second = time - date_to_time(d);
    str_add(out, cut ? ours_cut : ours);
    str_addf(out, "%s %.3s %2d %02d:%02d:%02d %04d\n", date_weekday(time), date_month_names[d.month - 1], d.day,
             (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60), d.year);
}

void mbox_add(struct str *out, struct sv bytes, int64_t time)
{
    bool cut = !sv_ends(bytes, SV("\n"));
    add_separator(out, cut, time);
    while (bytes.len) {
        const char *end = memchr(bytes.at, '\n', bytes.len);
        struct sv line = sv_from(bytes.at, end ? (size_t)(end - bytes.at) + 1 : bytes.len);
        if (is_quoted(line, MBOX_RD) || sv_starts(line, from))
            str_add_char(out, '>');
        str_add(out, line);
        bytes = sv_from_byte(bytes, line.len);
    }
    str_add_str(out, cut ? "\n\n" : "\n");
}
