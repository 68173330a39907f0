/* Reads a message: header fields by hand, everything inside them and the parts by GMime.
 *
 * GMime takes time and memory for each part that a hostile message claims (200,000 parts: seconds and hundreds of
 * megabytes), so the body is looked over first: lines that could separate parts are counted against the boundaries
 * that are declared anywhere in the message. That counts at least as many as GMime will find. */
#include "format/mail.h"

#include "base/map.h"
#include "base/utf8.h"
#include "format/mail_gmime.h"
#include "format/mail_text.h"

enum { BOUNDARIES_MAX = 200, ADDRESS_VALUE_MAX = 64 << 10, TEXT_VALUE_MAX = 16 << 10 };

/* ---- the header, cut into fields ---- */

static bool is_field_name(struct sv name)
{
    bool good = name.len > 0;
    for (size_t i = 0; good && i < name.len; i++)
        good = name.at[i] > ' ' && (unsigned char)name.at[i] < 0x7F;
    return good;
}

/* The bytes of a folded value as one line: each line end with the blanks around it becomes one space. */
static struct sv unfolded(struct arena *a, struct sv value)
{
    value = sv_trim(value);
    if (!memchr(value.at, '\n', value.len) && !memchr(value.at, '\0', value.len))
        return value;
    char *out = arena_room(a, value.len + 1);
    size_t length = 0;
    for (size_t i = 0; i < value.len; i++) {
        char c = value.at[i];
        if (c == '\n') {
            while (length && (out[length - 1] == ' ' || out[length - 1] == '\t' || out[length - 1] == '\r'))
                length--;
            while (i + 1 < value.len && (value.at[i + 1] == ' ' || value.at[i + 1] == '\t'))
                i++;
            c = ' ';
        }
        out[length++] = c ? c : '?'; /* NUL would end the text for others */
    }
    return sv_from(out, length);
}

struct header {
    struct arena *a;
    VEC(struct mail_field) fields;
    size_t name_at, value_at; /* of the field that is being read; value_at 0: none */
};

static void end_field(struct header *h, struct sv bytes, size_t end)
{
    if (!h->value_at)
        return;
    struct mail_field *f = vec_push(h->a, &h->fields);
    f->name = sv_trim(sv_from(bytes.at + h->name_at, h->value_at - 1 - h->name_at));
    f->value = unfolded(h->a, sv_from(bytes.at + h->value_at, end - h->value_at));
    h->value_at = 0;
}

/* An mbox line "From x" before the header, as some programs leave it. */
static bool is_envelope(struct sv line, size_t at)
{
    return at == 0 && (sv_starts(line, SV("From ")) || sv_starts(line, SV(">From ")));
}

/* Reads fields until the empty line, or until a line that is none: then that begins the body (RFC 5322 has an empty
 * line there; mailers forget it). Gives the header's length. */
static int read_fields(struct header *h, struct sv bytes, size_t *out_length, struct err *err)
{
    size_t at = 0;
    while (at < bytes.len) {
        const char *end = memchr(bytes.at + at, '\n', bytes.len - at);
        size_t next = end ? (size_t)(end - bytes.at) + 1 : bytes.len;
        struct sv line = sv_from(bytes.at + at, next - at);
        if (next > MAIL_HEADER_MAX) {
            end_field(h, bytes, at);
            return err_set(err, CM_ELIMIT, "its header is longer than %d bytes", MAIL_HEADER_MAX);
        }
        ptrdiff_t colon = sv_find_char(line, ':');
        bool folded = line.at[0] == ' ' || line.at[0] == '\t';
        if (!sv_trim(line).len && !(folded && h->value_at)) {
            end_field(h, bytes, at);
            at = next;
            break;
        }
        if (!folded && !is_envelope(line, at)) {
            end_field(h, bytes, at);
            if (colon < 1 || !is_field_name(sv_trim(sv_from(line.at, (size_t)colon))))
                break;
            if (h->fields.len >= MAIL_FIELDS_MAX)
                return err_set(err, CM_ELIMIT, "its header has more than %d fields", MAIL_FIELDS_MAX);
            h->name_at = at;
            h->value_at = at + (size_t)colon + 1;
        }
        at = next;
    }
    end_field(h, bytes, at);
    *out_length = at;
    return CM_OK;
}

const struct mail_field *mail_find(const struct mail *m, const char *name)
{
    for (size_t i = 0; i < m->field_count; i++)
        if (sv_same_word(m->fields[i].name, sv_str(name)))
            return &m->fields[i];
    return NULL;
}

struct sv mail_value(const struct mail *m, const char *name)
{
    const struct mail_field *f = mail_find(m, name);
    return f ? f->value : SV_NONE;
}

/* ---- what the fields say ---- */

static bool is_plain_ascii(struct sv text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] < ' ' || (unsigned char)text.at[i] >= 0x7F)
            return false;
    return true;
}

struct sv mail_decode(struct arena *a, struct sv value)
{
    value = sv_from(value.at, value.len < TEXT_VALUE_MAX ? value.len : TEXT_VALUE_MAX);
    if (!is_plain_ascii(value) || sv_find(value, SV("=?")) >= 0) {
        struct sv raw = utf8_valid(value, NULL) ? value : mail_to_utf8(a, SV_NONE, value, NULL);
        value = gmime_decode(a, unfolded(a, raw));
    }
    return mail_one_line(a, value);
}

static void lower_domain(struct arena *a, struct sv *address)
{
    char *copy = arena_strndup(a, address->at, address->len), *at = strrchr(copy, '@');
    for (char *c = at; c && *c; c++)
        *c = ascii_lower(*c);
    *address = sv_from(copy, address->len);
}

struct mail_addresses mail_read_addresses(struct arena *a, struct sv value)
{
    value = sv_from(value.at, value.len < ADDRESS_VALUE_MAX ? value.len : ADDRESS_VALUE_MAX);
    if (!sv_trim(value).len)
        return (struct mail_addresses){NULL, 0};
    struct sv text = utf8_valid(value, NULL) ? value : mail_to_utf8(a, SV_NONE, value, NULL);
    struct mail_addresses found = gmime_addresses(a, unfolded(a, text));
    for (size_t i = 0; i < found.count; i++) {
        found.at[i].name = mail_one_line(a, found.at[i].name);
        found.at[i].address = mail_one_line(a, found.at[i].address);
        lower_domain(a, &found.at[i].address);
    }
    return found;
}

/* One that could stand in an address of a page and in a header again: visible ASCII or UTF-8, no blanks. */
static bool is_id(struct sv id)
{
    if (!id.len || id.len > MAIL_ID_MAX || !utf8_valid(id, NULL))
        return false;
    for (size_t i = 0; i < id.len;) {
        uint32_t c = utf8_next(id, &i);
        if (c <= ' ' || c == '<' || c == '>' || utf8_is_deceptive(c))
            return false;
    }
    return true;
}

/* A word with one "@" between blanks: clients that forget the angles. */
static void take_bare_ids(struct sv value, struct arena *a, void *out)
{
    VEC(struct sv) *ids = out;
    struct sv word;
    while (sv_split(&value, ' ', &word))
        if (sv_find_char(word, '@') > 0 && is_id(word) && ids->len < MAIL_REFERENCES_MAX)
            *vec_push(a, ids) = word;
}

size_t mail_read_ids(struct arena *a, struct sv value, struct sv **out)
{
    VEC(struct sv) ids = {NULL, 0, 0};
    for (size_t at = 0; at < value.len;) {
        ptrdiff_t open = sv_find_char(sv_from_byte(value, at), '<');
        ptrdiff_t close = open < 0 ? -1 : sv_find_char(sv_from_byte(value, at + (size_t)open), '>');
        if (close < 0)
            break;
        struct sv id = sv_trim(sv_from(value.at + at + open + 1, (size_t)close - 1));
        at += (size_t)open + (size_t)close + 1;
        if (is_id(id))
            *vec_push(a, &ids) = id;
    }
    if (!ids.len && sv_find_char(value, '<') < 0)
        take_bare_ids(value, a, &ids);
    *out = ids.at;
    return ids.len;
}

static bool holds(struct sv *ids, size_t count, struct sv id)
{
    for (size_t i = 0; i < count; i++)
        if (sv_eq(ids[i], id))
            return true;
    return false;
}

/* References first, then what In-Reply-To adds; the newest ones when there are too many. In-Reply-To is free text in
 * old mails ("message of Monday from <x@y>"): more than one id there is no parent. */
static void read_references(struct arena *a, struct mail *m)
{
    struct sv *ids, *replies;
    size_t count = mail_read_ids(a, mail_value(m, "References"), &ids);
    size_t skip = count > MAIL_REFERENCES_MAX ? count - MAIL_REFERENCES_MAX : 0;
    size_t more = mail_read_ids(a, mail_value(m, "In-Reply-To"), &replies);
    m->references = arena_new_array(a, struct sv, count - skip + 1);
    for (size_t i = skip; i < count; i++)
        if (!holds(m->references, m->reference_count, ids[i]))
            m->references[m->reference_count++] = ids[i];
    if (more == 1 && !holds(m->references, m->reference_count, replies[0]))
        m->references[m->reference_count++] = replies[0];
}

bool mail_read_date(struct arena *a, struct sv value, int64_t *out)
{
    return value.len && value.len < 200 && gmime_date(a, value, out);
}

static void read_header(struct arena *a, struct mail *m)
{
    struct sv *ids;
    size_t count = mail_read_ids(a, mail_value(m, "Message-ID"), &ids);
    m->message_id = count ? ids[0] : SV_NONE;
    m->subject = mail_decode(a, mail_value(m, "Subject"));
    m->from = mail_read_addresses(a, mail_value(m, "From"));
    m->sender = mail_read_addresses(a, mail_value(m, "Sender"));
    m->reply_to = mail_read_addresses(a, mail_value(m, "Reply-To"));
    m->to = mail_read_addresses(a, mail_value(m, "To"));
    m->cc = mail_read_addresses(a, mail_value(m, "Cc"));
    m->has_date = mail_read_date(a, mail_value(m, "Date"), &m->date);
    read_references(a, m);
}

/* A message whose lines end with CR alone, with LF instead. */
static struct sv with_line_ends(struct arena *a, struct sv bytes)
{
    if (!bytes.len)
        return SV_NONE;
    if (memchr(bytes.at, '\n', bytes.len) || !memchr(bytes.at, '\r', bytes.len))
        return bytes;
    char *copy = arena_strndup(a, bytes.at, bytes.len);
    for (size_t i = 0; i < bytes.len; i++)
        if (copy[i] == '\r')
            copy[i] = '\n';
    return sv_from(copy, bytes.len);
}

int mail_read_header(struct arena *a, struct sv bytes, struct mail *out, struct err *err)
{
    struct header h = {.a = a};
    size_t length = 0;
    *out = (struct mail){.header = SV_NONE, .body = SV_NONE, .message_id = SV_NONE, .subject = SV_NONE};
    if (bytes.len > MAIL_BYTES_MAX)
        return err_set(err, CM_ELIMIT, "it is longer than %d bytes", MAIL_BYTES_MAX);
    bytes = with_line_ends(a, bytes);
    int rc = read_fields(&h, bytes, &length, err);
    out->fields = h.fields.at;
    out->field_count = h.fields.len;
    out->header = sv_from(bytes.at, length);
    out->body = sv_from_byte(bytes, length);
    read_header(a, out);
    return rc;
}

/* ---- looking over the body ---- */

/* The value after "boundary=". */
static struct sv boundary_at(struct sv text)
{
    struct sv rest = sv_from(text.at, text.len < 300 ? text.len : 300);
    rest = sv_trim(rest);
    if (rest.len && rest.at[0] == '"') {
        ptrdiff_t end = sv_find_char(sv_from_byte(rest, 1), '"');
        return end < 0 ? SV_NONE : sv_from(rest.at + 1, (size_t)end);
    }
    size_t length = 0;
    while (length < rest.len && rest.at[length] > ' ' && rest.at[length] != ';')
        length++;
    return sv_from(rest.at, length);
}

static int find_boundaries(struct sv bytes, struct map *out, struct err *err)
{
    static const struct sv word = {"boundary", 8};
    static char present;
    for (size_t at = 0; at + word.len < bytes.len;) {
        const char *found = memchr(bytes.at + at, '=', bytes.len - at);
        if (!found)
            break;
        size_t equals = (size_t)(found - bytes.at), before = equals;
        while (before > 0 && strchr(" *0", bytes.at[before - 1]) && bytes.at[before - 1]) /* "boundary*0=" */
            before--;
        if (before >= word.len && sv_same_word(sv_from(bytes.at + before - word.len, word.len), word)) {
            map_set(out, boundary_at(sv_from_byte(bytes, equals + 1)), &present);
            if (out->len > BOUNDARIES_MAX)
                return err_set(err, CM_ELIMIT, "it declares more than %d boundaries", BOUNDARIES_MAX);
        }
        at = equals + 1;
    }
    return CM_OK;
}

/* "--x", "--x--", with blanks after it: is x declared? */
static bool is_separator(struct sv line, const struct map *boundaries)
{
    struct sv name = sv_trim(sv_from_byte(line, 2));
    if (map_get(boundaries, name))
        return true;
    return sv_ends(name, SV("--")) && map_get(boundaries, sv_from(name.at, name.len - 2));
}

static int look_over(struct arena *a, struct sv bytes, struct err *err)
{
    struct map boundaries;
    size_t separators = 0;
    struct sv rest = bytes, line;
    map_init(&boundaries, a);
    int rc = find_boundaries(bytes, &boundaries, err);
    if (rc || !boundaries.len)
        return rc;
    while (sv_next_line(&rest, &line))
        if (sv_starts(line, SV("--")) && is_separator(line, &boundaries) && ++separators > 2 * MAIL_PARTS_MAX)
            return err_set(err, CM_ELIMIT, "it has more than %d parts", MAIL_PARTS_MAX);
    return CM_OK;
}

int mail_read(struct arena *a, struct sv bytes, struct mail *out, struct err *err)
{
    mail_parts parts = {NULL, 0, 0};
    int rc = mail_read_header(a, bytes, out, err);
    if (out->header.len + out->body.len == bytes.len && out->header.at != bytes.at)
        bytes = sv_from(out->header.at, bytes.len); /* with other line ends */
    if (!rc)
        rc = look_over(a, bytes, err);
    if (!rc)
        rc = gmime_parts(a, bytes, &parts, err);
    if (!rc) {
        out->parts = parts.at;
        out->part_count = parts.len;
    }
    return rc;
}
