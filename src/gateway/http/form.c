#include "gateway/http/form.h"

#include "base/str.h"
#include "base/utf8.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One encoded byte off *rest; -1: not well-formed. */
static int next_byte(struct sv *rest)
{
    unsigned char c = (unsigned char)rest->at[0];
    if (c == '%') {
        int high = rest->len > 2 ? hex_value(rest->at[1]) : -1, low = rest->len > 2 ? hex_value(rest->at[2]) : -1;
        *rest = sv_from_byte(*rest, 3);
        return high < 0 || low < 0 ? -1 : high * 16 + low;
    }
    *rest = sv_from_byte(*rest, 1);
    if (c == '+')
        return ' ';
    return c <= 0x20 || c >= 0x7f || c == '=' ? -1 : c;
}

/* With LF for CR LF and CR. False: see form_read(). */
static bool decode(struct arena *a, struct sv text, struct sv *out)
{
    char *to = arena_alloc(a, text.len + 1);
    size_t len = 0;
    bool after_cr = false;
    while (text.len) {
        int c = next_byte(&text);
        if (c < 0 || c == 0x7f || (c < 0x20 && c != '\t' && c != '\n' && c != '\r'))
            return false;
        if (!(c == '\n' && after_cr))
            to[len++] = (char)(c == '\r' ? '\n' : c);
        after_cr = c == '\r';
    }
    to[len] = '\0';
    *out = sv_from(to, len);
    return utf8_valid(*out, NULL);
}

static int read_field(struct arena *a, struct sv part, struct form *form, struct err *err)
{
    struct form_field field;
    ptrdiff_t mark = sv_find_char(part, '=');
    if (mark < 1)
        return err_set(err, CM_EINPUT, "a field of the form must be: name, \"=\", value");
    if (form->list.len == FORM_FIELDS_MAX || mark > FORM_NAME_MAX)
        return err_set(err, CM_ELIMIT, "the form has more than %d fields, or a name of more than %d bytes",
                       FORM_FIELDS_MAX, FORM_NAME_MAX);
    if (!decode(a, sv_from(part.at, (size_t)mark), &field.name) ||
        !decode(a, sv_from_byte(part, (size_t)mark + 1), &field.value))
        return err_set(err, CM_EINPUT, "a field of the form is not percent-encoded UTF-8 text");
    for (size_t i = 0; i < form->list.len; i++)
        if (sv_eq(form->list.at[i].name, field.name))
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

static const struct form_field *find(const struct form *f, const char *name)
{
    for (size_t i = 0; i < f->list.len; i++)
        if (sv_eq_str(f->list.at[i].name, name))
            return &f->list.at[i];
    return NULL;
}

struct sv form_value(const struct form *f, const char *name)
{
    const struct form_field *field = find(f, name);
    return field ? field->value : SV_NONE;
}

bool form_has(const struct form *f, const char *name)
{
    return find(f, name) != NULL;
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
