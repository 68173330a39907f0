#include "gateway/http/form.h"

#include "base/str.h"
#include "base/utf8.h"

/* One encoded byte off *rest; -1: not well-formed. */
static int next_byte(struct sv *rest)
{
    unsigned char c = (unsigned char)rest->at[0];
    if (c == '%') {
        int high = rest->len > 2 ? ascii_hex(rest->at[1]) : -1, low = rest->len > 2 ? ascii_hex(rest->at[2]) : -1;
        *rest = sv_from_byte(*rest, 3);
        return high < 0 || low < 0 ? -1 : high * 16 + low;
    }
    *rest = sv_from_byte(*rest, 1);
    if (c == '+')
        return ' ';
    return c <= 0x20 || c >= 0x7f || c == '=' ? -1 : c;
}

static bool is_text(struct sv text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c == 0x7f || (c < 0x20 && c != '\t' && c != '\n' && c != '\r'))
            return false;
    }
    return utf8_valid(text, NULL);
}

/* With LF for CR LF and CR. False: see form_read(). */
static bool decode(struct arena *a, struct sv text, struct sv *out)
{
    char *to = arena_alloc(a, text.len + 1);
    size_t len = 0;
    bool after_cr = false;
    while (text.len) {
        int c = next_byte(&text);
        if (c < 0)
            return false;
        if (!(c == '\n' && after_cr))
            to[len++] = (char)(c == '\r' ? '\n' : c);
        after_cr = c == '\r';
    }
    to[len] = '\0';
    *out = sv_from(to, len);
    return is_text(*out);
}

static const struct form_field *find(const struct form *f, struct sv name)
{
    for (size_t i = 0; i < f->list.len; i++)
        if (sv_eq(f->list.at[i].name, name))
            return &f->list.at[i];
    return NULL;
}

static int read_field(struct arena *a, struct sv part, struct form *form, struct err *err)
{
    struct form_field field;
    ptrdiff_t mark = sv_find_char(part, '=');
    if (mark < 1)
        return err_set(err, CM_EINPUT, "a field of the form must be: name, \"=\", value");
    if (!decode(a, sv_from(part.at, (size_t)mark), &field.name) ||
        !decode(a, sv_from_byte(part, (size_t)mark + 1), &field.value))
        return err_set(err, CM_EINPUT, "a field of the form is not percent-encoded UTF-8 text");
    if (form->list.len == FORM_FIELDS_MAX || field.name.len > FORM_NAME_MAX)
        return err_set(err, CM_ELIMIT, "the form has more than %d fields, or a name of more than %d bytes",
                       FORM_FIELDS_MAX, FORM_NAME_MAX);
    if (find(form, field.name))
        return err_set(err, CM_EINPUT, "a field of the form is there twice");
    *vec_push(a, &form->list) = field;
    return CM_OK;
}

int form_read(struct arena *a, struct sv text, struct form *out, struct err *err)
{
    struct sv part;
    memset(out, 0, sizeof(*out));
    if (text.len > FORM_BYTES_MAX)
        return err_set(err, CM_ELIMIT, "the form has more than %d bytes", FORM_BYTES_MAX);
    if (!text.len)
        return CM_OK;
    int rc = CM_OK;
    while (!rc && sv_split(&text, '&', &part))
        rc = read_field(a, part, out, err);
    return rc;
}

struct sv form_value(const struct form *f, const char *name)
{
    const struct form_field *field = find(f, sv_str(name));
    return field ? field->value : SV_NONE;
}

bool form_has(const struct form *f, const char *name)
{
    return find(f, sv_str(name)) != NULL;
}

static void encode(struct str *out, struct sv text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-_.~*", c)))
            str_add_char(out, (char)c);
        else if (c == ' ')
            str_add_char(out, '+');
        else
            str_addf(out, "%%%02X", c);
    }
}

void form_write(struct str *out, const char *name, struct sv value)
{
    if (out->len && out->data[out->len - 1] != '?')
        str_add_char(out, '&');
    encode(out, sv_str(name));
    str_add_char(out, '=');
    encode(out, value);
}

bool form_is_sent(const struct framing *request, struct sv head)
{
    size_t index = 0;
    struct sv value, more, part;
    if (!framing_next_field(request, head, "content-type", &index, &value) ||
        framing_next_field(request, head, "content-type", &index, &more))
        return false;
    sv_split(&value, ';', &part);
    if (!sv_same_word(sv_trim(part), SV("application/x-www-form-urlencoded")))
        return false;
    while (value.at && sv_split(&value, ';', &part))
        if (!sv_same_word(sv_trim(part), SV("charset=utf-8")) && !sv_same_word(sv_trim(part), SV("charset=\"utf-8\"")))
            return false;
    return true;
}

/* --- multipart --- */

static bool is_boundary(struct sv text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = ascii_lower(text.at[i]);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || strchr("'()+_,-./:=?", c)))
            return false;
    }
    return text.len > 0 && text.len <= 70;
}

/* name="value" or name=value */
static bool parameter(struct sv text, struct sv name, struct sv *out)
{
    text = sv_trim(text);
    if (text.len <= name.len || !sv_same_word(sv_from(text.at, name.len), name) || text.at[name.len] != '=')
        return false;
    *out = sv_from_byte(text, name.len + 1);
    if (out->len >= 2 && out->at[0] == '"' && out->at[out->len - 1] == '"')
        *out = sv_from(out->at + 1, out->len - 2);
    return sv_find_char(*out, '"') < 0;
}

bool form_is_multipart(const struct framing *request, struct sv head, struct sv *out_boundary)
{
    size_t index = 0;
    struct sv value, more, part;
    if (!framing_next_field(request, head, "content-type", &index, &value) ||
        framing_next_field(request, head, "content-type", &index, &more))
        return false;
    sv_split(&value, ';', &part);
    return sv_same_word(sv_trim(part), SV("multipart/form-data")) && value.at &&
           parameter(value, SV("boundary"), out_boundary) && is_boundary(*out_boundary);
}

/* Content-Disposition: form-data; name="x" */
static bool read_disposition(struct sv line, struct sv *out_name)
{
    static const char name[] = "content-disposition:";
    struct sv part;
    if (line.len < sizeof(name) || !sv_same_word(sv_from(line.at, sizeof(name) - 1), SV("content-disposition:")))
        return false;
    line = sv_from_byte(line, sizeof(name) - 1);
    sv_split(&line, ';', &part);
    return sv_same_word(sv_trim(part), SV("form-data")) && line.at && parameter(line, SV("name"), out_name) &&
           sv_find_char(*out_name, ';') < 0; /* a file name would stand behind another one */
}

/* Cuts the text up to the next CR LF, which goes. */
static bool take_line(struct sv *rest, struct sv *out)
{
    ptrdiff_t end = sv_find(*rest, SV("\r\n"));
    if (end < 0)
        return false;
    *out = sv_from(rest->at, (size_t)end);
    *rest = sv_from_byte(*rest, (size_t)end + 2);
    return true;
}

static bool read_part(struct sv *rest, struct sv delimiter, struct form_field *out)
{
    struct sv line;
    out->name = SV_NONE;
    while (take_line(rest, &line) && line.len) {
        struct sv name = SV_NONE;
        if (read_disposition(line, &name)) {
            if (out->name.len)
                return false;
            out->name = name;
        } else if (line.len > 12 && sv_same_word(sv_from(line.at, 12), SV("content-disp"))) {
            return false;
        }
    }
    ptrdiff_t end = sv_find(*rest, delimiter);
    if (!out->name.len || out->name.len > FORM_NAME_MAX || end < 0)
        return false;
    out->value = sv_from(rest->at, (size_t)end);
    *rest = sv_from_byte(*rest, (size_t)end + delimiter.len);
    return true;
}

static int bad_parts(struct err *err)
{
    return err_set(err, CM_EINPUT, "the form is not multipart/form-data of texts");
}

int form_read_multipart(struct arena *a, struct sv text, struct sv boundary, struct form *out, struct err *err)
{
    struct sv delimiter = sv_str(arena_printf(a, "\r\n--%.*s", SV_ARG(boundary)));
    struct sv first = sv_from_byte(delimiter, 2), line;
    memset(out, 0, sizeof(*out));
    if (text.len > FORM_BYTES_MAX)
        return err_set(err, CM_ELIMIT, "the form has more than %d bytes", FORM_BYTES_MAX);
    if (!sv_starts(text, first))
        return bad_parts(err);
    text = sv_from_byte(text, first.len);
    while (!sv_starts(text, SV("--"))) {
        struct form_field field;
        if (!take_line(&text, &line) || sv_trim(line).len || !read_part(&text, delimiter, &field) ||
            !is_text(field.name) || !is_text(field.value) || out->list.len == FORM_FIELDS_MAX)
            return bad_parts(err);
        field = (struct form_field){arena_sv(a, field.name), arena_sv(a, field.value)};
        if (find(out, field.name))
            return err_set(err, CM_EINPUT, "a field of the form is there twice");
        *vec_push(a, &out->list) = field;
    }
    return CM_OK;
}

/* --- cookies --- */

static bool is_cookie_value(struct sv text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c <= 0x20 || c >= 0x7f || strchr("\",;\\", c))
            return false;
    }
    return true;
}

/* -1: not well-formed; otherwise how many cookies of that name there are. */
static int count_cookies(struct sv field, const char *name, struct sv *out)
{
    int count = 0;
    if (field.len > COOKIES_BYTES_MAX)
        return -1;
    while (field.len) {
        ptrdiff_t end = sv_find_char(field, ';');
        struct sv pair = end < 0 ? field : sv_from(field.at, (size_t)end);
        ptrdiff_t mark = sv_find_char(pair, '=');
        if (mark < 1 || (end >= 0 && ((size_t)end + 2 >= field.len || field.at[end + 1] != ' ')))
            return -1;
        struct sv value = sv_from_byte(pair, (size_t)mark + 1);
        if (sv_eq_str(sv_from(pair.at, (size_t)mark), name)) {
            if (!is_cookie_value(value))
                return -1;
            *out = value;
            count++;
        }
        field = end < 0 ? SV_NONE : sv_from_byte(field, (size_t)end + 2);
    }
    return count;
}

bool cookie_read(struct sv field, const char *name, struct sv *out)
{
    return count_cookies(field, name, out) == 1;
}

bool cookie_find(const struct framing *request, struct sv head, const char *name, struct sv *out)
{
    size_t index = 0;
    struct sv value, more;
    return framing_next_field(request, head, "cookie", &index, &value) &&
           !framing_next_field(request, head, "cookie", &index, &more) && cookie_read(value, name, out);
}
