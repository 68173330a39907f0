/* JSON (RFC 8259): a streaming writer and a reader, both our own.
 *
 * Writer: commas and indentation by itself; misuse is a BUG(). Strings are valid UTF-8 (bad bytes become U+FFFD).
 * Numbers: integers as such, doubles with 17 significant digits, shortest form that reads back the same. */
#ifndef CASEMATE_FORMAT_JSON_H
#define CASEMATE_FORMAT_JSON_H

#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"

enum { JSON_DEPTH_MAX = 128 };

struct json {
    struct str *out;
    bool compact; /* one line, no blanks: the canonical form that is hashed */
    size_t flat_from; /* 0: none; elements at this depth (1: of the top) and below share a line: for long documents */
    size_t depth;
    bool used[JSON_DEPTH_MAX]; /* this level has an element */
    bool in_object[JSON_DEPTH_MAX];
    bool after_key;
};

void json_init(struct json *j, struct str *out, bool compact);
void json_object(struct json *j);
void json_array(struct json *j);
void json_end(struct json *j); /* closes the innermost object or array */
/* The place of the next value, with its comma and indentation. Then comes the value, or the caller puts it
 * there by other means and says so with json_placed. */
void json_place(struct json *j);
void json_placed(struct json *j);
void json_key(struct json *j, const char *key);
void json_key_sv(struct json *j, struct sv key);
void json_string(struct json *j, struct sv text);
void json_string_str(struct json *j, const char *text); /* NULL writes null */
void json_int(struct json *j, int64_t value);
void json_double(struct json *j, double value); /* must be finite */
void json_bool(struct json *j, bool value);
void json_null(struct json *j);
/* key and value in one call */
void json_put(struct json *j, const char *key, struct sv text);
void json_put_str(struct json *j, const char *key, const char *text);
void json_put_int(struct json *j, const char *key, int64_t value);
void json_put_bool(struct json *j, const char *key, bool value);
void json_finish(struct json *j); /* BUG() when something is open; writes the final line end unless compact */

enum json_kind { JSON_NULL, JSON_BOOL, JSON_INT, JSON_DOUBLE, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json_value;
struct json_member {
    struct sv key;
    size_t at; /* byte offset of the key in the text */
    const struct json_value *value;
};

struct json_value {
    enum json_kind kind;
    size_t at; /* byte offset in the text */
    bool boolean;
    int64_t integer;
    double number; /* also set for integers */
    struct sv text;
    const struct json_value *const *items; /* array */
    const struct json_member *members;     /* object, in the order of the text */
    size_t count;
};

/* Reads one value from at most max_bytes of text, depth at most 64, duplicate keys and NUL refused. The tree
 * lives in the arena and borrows nothing from text. An integer beyond 64 bits becomes a JSON_DOUBLE.
 * CM_EINPUT with line and column in err->text; CM_ELIMIT. */
CM_MUST_USE int json_parse(struct arena *a, struct sv text, size_t max_bytes, const struct json_value **out,
                           struct err *err);
/* Member of an object by key, or NULL (also when v is NULL or no object). */
const struct json_value *json_get(const struct json_value *v, const char *key);
/* Text of a string member, or the empty view. */
struct sv json_get_text(const struct json_value *v, const char *key);
/* Whether the member is there, and true. */
bool json_get_bool(const struct json_value *v, const char *key);
/* Integer member, or fallback. */
int64_t json_get_int(const struct json_value *v, const char *key, int64_t fallback);

#endif
