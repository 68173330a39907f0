/* The JSON writer. */
#include "format/json.h"

#include "base/utf8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void json_init(struct json *j, struct str *out, bool compact)
{
    memset(j, 0, sizeof(*j));
    j->out = out;
    j->compact = compact;
}

static bool on_one_line(const struct json *j, size_t depth)
{
    return j->compact || (j->flat_from && depth >= j->flat_from);
}

static void new_line(struct json *j)
{
    if (on_one_line(j, j->depth))
        return;
    str_add_char(j->out, '\n');
    str_add_repeat(j->out, ' ', j->depth * 2);
}

/* Comma and indentation before an element of the innermost array or object */
static void separate(struct json *j)
{
    if (j->depth) {
        if (j->used[j->depth - 1])
            str_add_char(j->out, ',');
        j->used[j->depth - 1] = true;
        new_line(j);
    } else if (j->used[0]) {
        BUG("json: a second value at the top");
    } else {
        j->used[0] = true;
    }
}

static void begin_value(struct json *j)
{
    if (j->after_key) {
        j->after_key = false;
        return;
    }
    if (j->depth && j->in_object[j->depth - 1])
        BUG("json: a value without key in an object");
    separate(j);
}

static void open_level(struct json *j, bool object)
{
    begin_value(j);
    if (j->depth == JSON_DEPTH_MAX)
        BUG("json: more than %d levels", JSON_DEPTH_MAX);
    str_add_char(j->out, object ? '{' : '[');
    j->used[j->depth] = false;
    j->in_object[j->depth] = object;
    j->depth++;
}

void json_place(struct json *j)
{
    begin_value(j);
    j->after_key = true;
}

void json_placed(struct json *j)
{
    j->after_key = false;
}

void json_object(struct json *j)
{
    open_level(j, true);
}

void json_array(struct json *j)
{
    open_level(j, false);
}

void json_end(struct json *j)
{
    if (!j->depth || j->after_key)
        BUG("json: nothing to close, or a key without value");
    j->depth--;
    if (j->used[j->depth] && !on_one_line(j, j->depth + 1))
        new_line(j);
    str_add_char(j->out, j->in_object[j->depth] ? '}' : ']');
    j->used[j->depth] = true; /* of the top: it has its value */
}

static bool plain_byte(unsigned char c)
{
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

/* Whether eight bytes are all plain. The top bit of each byte of a sum is set where that byte is at fault; with x below
 * 128 in every byte no carry leaves one. */
static bool plain_eight(const char *at)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), low = 0x7F * ones;
    uint64_t x;
    memcpy(&x, at, sizeof(x));
    if (x & ~low)
        return false;
    uint64_t quote = low - (x ^ '"' * ones), slash = low - (x ^ '\\' * ones); /* 127 exactly where it is one */
    uint64_t faults = ((quote + ones) | (slash + ones) | (x + ones)) | ~(x + 0x60 * ones);
    return !(faults & ~low);
}

/* How many bytes from `at` on need no escape. */
static size_t plain_run(struct sv text, size_t at)
{
    size_t end = at;
    while (text.len - end >= 8 && plain_eight(text.at + end))
        end += 8;
    while (end < text.len && plain_byte((unsigned char)text.at[end]))
        end++;
    return end - at;
}

static void add_ascii(struct str *out, unsigned char c)
{
    if (c == '"' || c == '\\') {
        str_add_char(out, '\\');
        str_add_char(out, (char)c);
    } else if (c == '\n') {
        str_add_str(out, "\\n");
    } else if (c == '\t') {
        str_add_str(out, "\\t");
    } else if (c == '\r') {
        str_add_str(out, "\\r");
    } else if (c < 0x20) {
        str_addf(out, "\\u%04x", c);
    } else {
        str_add_char(out, (char)c);
    }
}

static void add_string(struct str *out, struct sv text)
{
    str_reserve(out, text.len + 2);
    str_add_char(out, '"');
    for (size_t at = 0; at < text.len;) {
        size_t run = plain_run(text, at);
        if (run)
            str_add(out, sv_from(text.at + at, run));
        at += run;
        if (at == text.len)
            break;
        unsigned char c = (unsigned char)text.at[at];
        size_t len = c < 0x80 ? 1 : utf8_sequence(text, at);
        if (c < 0x80)
            add_ascii(out, c);
        else if (len)
            str_add(out, sv_from(text.at + at, len));
        else
            str_add_utf8(out, 0xFFFD);
        at += len ? len : 1;
    }
    str_add_char(out, '"');
}

void json_key_sv(struct json *j, struct sv key)
{
    if (!j->depth || !j->in_object[j->depth - 1] || j->after_key)
        BUG("json: the key %.*s outside an object", SV_ARG(key));
    separate(j);
    add_string(j->out, key);
    str_add_str(j->out, on_one_line(j, j->depth) ? ":" : ": ");
    j->after_key = true;
}

void json_key(struct json *j, const char *key)
{
    json_key_sv(j, sv_str(key));
}

void json_string(struct json *j, struct sv text)
{
    begin_value(j);
    add_string(j->out, text);
}

void json_string_str(struct json *j, const char *text)
{
    if (text)
        json_string(j, sv_str(text));
    else
        json_null(j);
}

void json_int(struct json *j, int64_t value)
{
    char digits[24];
    size_t at = sizeof(digits);
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do
        digits[--at] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0)
        digits[--at] = '-';
    begin_value(j);
    str_add(j->out, sv_from(digits + at, sizeof(digits) - at));
}

void json_double(struct json *j, double value)
{
    char text[40];
    if (!isfinite(value))
        BUG("json: a number that is not finite");
    value += 0.0; /* -0 becomes 0 */
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, value);
        double back = strtod(text, NULL);
        if (!(back < value) && !(back > value))
            break;
    }
    for (char *c = text; *c; c++)
        if (*c == ',')
            *c = '.';
    begin_value(j);
    str_add_str(j->out, text);
}

void json_bool(struct json *j, bool value)
{
    begin_value(j);
    str_add_str(j->out, value ? "true" : "false");
}

void json_null(struct json *j)
{
    begin_value(j);
    str_add_str(j->out, "null");
}

void json_put(struct json *j, const char *key, struct sv text)
{
    json_key(j, key);
    json_string(j, text);
}

void json_put_str(struct json *j, const char *key, const char *text)
{
    json_key(j, key);
    json_string_str(j, text);
}

void json_put_int(struct json *j, const char *key, int64_t value)
{
    json_key(j, key);
    json_int(j, value);
}

void json_put_bool(struct json *j, const char *key, bool value)
{
    json_key(j, key);
    json_bool(j, value);
}

void json_finish(struct json *j)
{
    if (j->depth || j->after_key || !j->used[0])
        BUG("json: something is open, or nothing was written");
    if (!j->compact)
        str_add_char(j->out, '\n');
}
