/* The JSON reader: RFC 8259 to the letter, in one pass with a stack of its own. Nothing is
 * recursive, the depth is capped.
 *
 * It is our own because it is short, and because the names of the usual C libraries for JSON clash
 * with the writer's. */
#include "base/map.h"
#include "base/utf8.h"
#include "format/json.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { JSON_READ_DEPTH_MAX = 64, JSON_FEW_KEYS = 8 };

struct level {
    struct json_value *value;
    VEC(const struct json_value *) items;
    VEC(struct json_member) members;
    struct map keys; /* used beyond JSON_FEW_KEYS members */
    struct sv key;
    size_t key_at;
};

struct reader {
    struct arena *a;
    struct sv text;
    size_t at;
    struct level stack[JSON_READ_DEPTH_MAX];
    size_t depth;
    const struct json_value *root;
    struct err *err;
};

static int fault_at(struct reader *r, size_t at, int code, const char *what)
{
    uint32_t line, column;
    utf8_position(r->text, at, &line, &column);
    return err_set(r->err, code, "JSON, line %u, column %u: %s", line, column, what);
}

static int fault(struct reader *r, const char *what)
{
    return fault_at(r, r->at, CM_EINPUT, what);
}

static void skip_blanks(struct reader *r)
{
    while (r->at < r->text.len && memchr(" \t\r\n", r->text.at[r->at], 4))
        r->at++;
}

/* The next byte, or 0 at the end; a NUL in the text is no JSON anyway. */
static char peek(const struct reader *r)
{
    return r->at < r->text.len ? r->text.at[r->at] : '\0';
}

static bool hex4(struct sv text, size_t at, uint32_t *out)
{
    *out = 0;
    if (text.len - at < 4)
        return false;
    for (size_t i = at; i < at + 4; i++) {
        int digit = ascii_hex(text.at[i]);
        if (digit < 0)
            return false;
        *out = *out << 4 | (uint32_t)digit;
    }
    return true;
}

/* \uXXXX, perhaps a pair of surrogates; r->at is after the u. */
static int read_code_point(struct reader *r, struct str *out)
{
    uint32_t c, low;
    if (!hex4(r->text, r->at, &c))
        return fault(r, "expected four hexadecimal digits after \\u");
    if (c == 0)
        return fault(r, "\\u0000 is not allowed");
    if (c >= 0xDC00 && c <= 0xDFFF)
        return fault(r, "the second half of a surrogate pair alone");
    r->at += 4;
    if (c >= 0xD800 && c <= 0xDBFF) {
        bool pair =
            r->text.len - r->at >= 6 && r->text.at[r->at] == '\\' && r->text.at[r->at + 1] == 'u';
        if (!pair || !hex4(r->text, r->at + 2, &low) || low < 0xDC00 || low > 0xDFFF)
            return fault(r, "the first half of a surrogate pair alone");
        r->at += 6;
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    }
    str_add_utf8(out, c);
    return 0;
}

static int read_escape(struct reader *r, struct str *out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    char c = peek(r);
    if (c == 'u') {
        r->at++;
        return read_code_point(r, out);
    }
    const char *found = c ? strchr(from, c) : NULL;
    if (!found)
        return fault(r, "an unknown escape in a string");
    str_add_char(out, to[found - from]);
    r->at++;
    return 0;
}

/* Moves over plain characters of a string. */
static struct sv read_run(struct reader *r)
{
    size_t start = r->at;
    while (r->at < r->text.len) {
        unsigned char c = (unsigned char)r->text.at[r->at];
        if (c < 0x20 || c == '"' || c == '\\')
            break;
        r->at++;
    }
    return sv_from(r->text.at + start, r->at - start);
}

static int read_escaped_string(struct reader *r, struct str *out)
{
    for (;;) {
        str_add(out, read_run(r));
        char c = peek(r);
        if (r->at == r->text.len)
            return fault(r, "a string that does not end");
        if (c != '"' && c != '\\')
            return fault(r, "a control character in a string");
        r->at++;
        if (c == '"')
            return 0;
        int rc = read_escape(r, out);
        if (rc)
            return rc;
    }
}

/* r->at is after the opening quote. */
static int read_string(struct reader *r, struct sv *out)
{
    size_t start = r->at;
    struct sv run = read_run(r);
    if (peek(r) == '"') {
        r->at++;
        *out = arena_sv(r->a, run);
        return 0;
    }
    struct str s = STR_INIT;
    r->at = start;
    int rc = read_escaped_string(r, &s);
    *out = rc ? SV_NONE : arena_sv(r->a, str_sv(&s));
    str_release(&s);
    return rc;
}

static size_t skip_digits(struct reader *r)
{
    size_t start = r->at;
    while (peek(r) >= '0' && peek(r) <= '9')
        r->at++;
    return r->at - start;
}

/* Checks the grammar and moves behind the number. */
static int skip_number(struct reader *r, bool *out_integer)
{
    *out_integer = true;
    if (peek(r) == '-')
        r->at++;
    bool zero = peek(r) == '0';
    size_t digits = skip_digits(r);
    if (!digits || (zero && digits > 1))
        return fault(r, digits ? "a number with a leading zero" : "expected a value");
    if (peek(r) == '.') {
        *out_integer = false;
        r->at++;
        if (!skip_digits(r))
            return fault(r, "expected digits after the decimal point");
    }
    if (peek(r) == 'e' || peek(r) == 'E') {
        *out_integer = false;
        r->at++;
        if (peek(r) == '+' || peek(r) == '-')
            r->at++;
        if (!skip_digits(r))
            return fault(r, "expected digits in the exponent");
    }
    return 0;
}

static int read_number(struct reader *r, struct json_value *v)
{
    size_t start = r->at;
    bool integer;
    int rc = skip_number(r, &integer);
    if (rc)
        return rc;
    if (r->at - start > 400)
        return fault_at(r, start, CM_ELIMIT, "a number of more than 400 characters");
    char text[401];
    memcpy(text, r->text.at + start, r->at - start);
    text[r->at - start] = '\0';
    v->kind = JSON_DOUBLE;
    v->number = strtod(text, NULL);
    if (!isfinite(v->number))
        return fault_at(r, start, CM_EINPUT, "a number that is too large");
    if (!integer)
        return 0;
    errno = 0;
    long long value = strtoll(text, NULL, 10);
    if (errno == 0) {
        v->kind = JSON_INT;
        v->integer = value;
    }
    return 0;
}

static int read_word(struct reader *r, struct json_value *v)
{
    static const struct {
        struct sv word;
        enum json_kind kind;
        bool boolean;
    } words[] = {{{"true", 4}, JSON_BOOL, true},
                 {{"false", 5}, JSON_BOOL, false},
                 {{"null", 4}, JSON_NULL, false}};
    struct sv rest = sv_from_byte(r->text, r->at);
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (!sv_starts(rest, words[i].word))
            continue;
        r->at += words[i].word.len;
        v->kind = words[i].kind;
        v->boolean = words[i].boolean;
        return 0;
    }
    return fault(r, "expected a value");
}

static int push(struct reader *r, struct json_value *v, enum json_kind kind)
{
    if (r->depth == JSON_READ_DEPTH_MAX)
        return fault_at(r, r->at, CM_ELIMIT, "more than 64 levels of arrays and objects");
    v->kind = kind;
    r->at++;
    struct level *level = &r->stack[r->depth++];
    memset(level, 0, sizeof(*level));
    level->value = v;
    return 0;
}

static bool has_key(const struct level *level, struct sv key)
{
    if (level->members.len > JSON_FEW_KEYS)
        return map_get(&level->keys, key) != NULL;
    for (size_t i = 0; i < level->members.len; i++)
        if (sv_eq(level->members.at[i].key, key))
            return true;
    return false;
}

static void remember_keys(struct reader *r, struct level *level)
{
    size_t len = level->members.len;
    if (len <= JSON_FEW_KEYS)
        return;
    bool first = len == JSON_FEW_KEYS + 1;
    if (first)
        map_init(&level->keys, r->a);
    for (size_t i = first ? 0 : len - 1; i < len; i++)
        map_set(&level->keys, level->members.at[i].key, level->value);
}

/* A value that has begun (container) or is complete (scalar) goes to where it belongs. */
static void place(struct reader *r, const struct json_value *v)
{
    if (!r->depth) {
        r->root = v;
        return;
    }
    struct level *level = &r->stack[r->depth - 1];
    if (level->value->kind == JSON_ARRAY) {
        *vec_push(r->a, &level->items) = v;
        return;
    }
    *vec_push(r->a, &level->members) = (struct json_member){level->key, level->key_at, v};
    remember_keys(r, level);
}

static int read_value(struct reader *r)
{
    struct json_value *v = arena_new(r->a, struct json_value);
    v->text = SV_NONE;
    v->at = r->at;
    char c = peek(r);
    bool container = c == '[' || c == '{';
    int rc = 0;
    if (container)
        place(r, v);
    if (container)
        rc = push(r, v, c == '[' ? JSON_ARRAY : JSON_OBJECT);
    else if (c == '-' || (c >= '0' && c <= '9'))
        rc = read_number(r, v);
    else if (c != '"')
        rc = read_word(r, v);
    else {
        r->at++;
        v->kind = JSON_STRING;
        rc = read_string(r, &v->text);
    }
    if (!rc && !container)
        place(r, v);
    return rc;
}

static int read_key(struct reader *r, struct level *level)
{
    size_t start = r->at;
    if (peek(r) != '"')
        return fault(r, "expected a key in quotes");
    r->at++;
    level->key_at = start;
    int rc = read_string(r, &level->key);
    if (rc)
        return rc;
    if (has_key(level, level->key))
        return fault_at(r, start, CM_EINPUT, "a key that stands twice in its object");
    skip_blanks(r);
    if (peek(r) != ':')
        return fault(r, "expected `:` after the key");
    r->at++;
    skip_blanks(r);
    return 0;
}

static void pop(struct reader *r)
{
    struct level *level = &r->stack[--r->depth];
    struct json_value *v = level->value;
    r->at++;
    v->items = level->items.at;
    v->members = level->members.at;
    v->count = v->kind == JSON_ARRAY ? level->items.len : level->members.len;
}

/* One step inside the innermost container: its end, or the next element. */
static int step(struct reader *r)
{
    struct level *level = &r->stack[r->depth - 1];
    bool array = level->value->kind == JSON_ARRAY;
    size_t count = array ? level->items.len : level->members.len;
    skip_blanks(r);
    if (peek(r) == (array ? ']' : '}')) {
        pop(r);
        return 0;
    }
    if (count) {
        if (peek(r) != ',')
            return fault(r, array ? "expected `,` or `]`" : "expected `,` or `}`");
        r->at++;
        skip_blanks(r);
    }
    int rc = array ? 0 : read_key(r, level);
    return rc ? rc : read_value(r);
}

static int read_all(struct reader *r)
{
    skip_blanks(r);
    int rc = read_value(r);
    while (!rc && r->depth)
        rc = step(r);
    if (rc)
        return rc;
    skip_blanks(r);
    return r->at < r->text.len ? fault(r, "more text after the value") : 0;
}

int json_parse(struct arena *a, struct sv text, size_t max_bytes, const struct json_value **out,
               struct err *err)
{
    size_t bad;
    *out = NULL;
    if (text.len > max_bytes)
        return err_set(err, CM_ELIMIT, "JSON of %zu bytes, at most %zu are allowed", text.len,
                       max_bytes);
    struct reader *r = arena_new(a, struct reader);
    r->a = a;
    r->text = text;
    r->err = err;
    if (!utf8_valid(text, &bad))
        return fault_at(r, bad, CM_EINPUT, "bytes that are not UTF-8");
    int rc = read_all(r);
    if (!rc)
        *out = r->root;
    return rc;
}

const struct json_value *json_get(const struct json_value *v, const char *key)
{
    if (!v || v->kind != JSON_OBJECT)
        return NULL;
    for (size_t i = 0; i < v->count; i++)
        if (sv_eq_str(v->members[i].key, key))
            return v->members[i].value;
    return NULL;
}

struct sv json_get_text(const struct json_value *v, const char *key)
{
    const struct json_value *member = json_get(v, key);
    return member && member->kind == JSON_STRING ? member->text : SV_NONE;
}

bool json_get_bool(const struct json_value *v, const char *key)
{
    const struct json_value *member = json_get(v, key);
    return member && member->kind == JSON_BOOL && member->boolean;
}

int64_t json_get_int(const struct json_value *v, const char *key, int64_t fallback)
{
    const struct json_value *member = json_get(v, key);
    return member && member->kind == JSON_INT ? member->integer : fallback;
}
