/* Typed readers over YAML nodes: each takes a value out of a mapping, checks it, and reports what
 * is wrong with it at its place.
 *
 * All of them accept NULL for the mapping and then return nothing without complaint: the fault was
 * reported where it arose. Messages name the whole key ("modes.sig.call_days" through
 * `yaml_read.path`). Room-private. */
#ifndef CASEMATE_PROFILE_YAML_READ_H
#define CASEMATE_PROFILE_YAML_READ_H

#include "base/err.h"
#include "base/vec.h"
#include "format/yaml.h"

/* Where faults go, and under which file name. */
struct yaml_read {
    struct arena *a;
    struct diag *diag;
    const char *file;
};

struct words {
    VEC(const char *) list;
};

void yaml_read_fault(const struct yaml_read *r, const struct yaml_node *at, const char *what,
                     const char *expected);
/* `word "x" is not known`, with the nearest of the words or the list of them. what: "area". */
void yaml_read_unknown(const struct yaml_read *r, const struct yaml_node *at, const char *what,
                       const struct words *known);
/* For messages: one line of at most 60 characters. */
const char *yaml_read_shown(struct arena *a, struct sv text);

/* The node itself when it is a mapping; otherwise a fault and NULL. what: "a level" */
const struct yaml_node *yaml_read_mapping(const struct yaml_read *r, const struct yaml_node *node,
                                          const char *what);
/* Faults for keys that are not in the list. */
void yaml_read_keys(const struct yaml_read *r, const struct yaml_node *map,
                    const struct words *known);
#define YAML_READ_KEYS(r, map, ...)                                                                \
    yaml_read_keys((r), (map),                                                                     \
                   &(struct words){{(const char *[]){__VA_ARGS__},                                 \
                                    ARRAY_LEN(((const char *[]){__VA_ARGS__})), 0}})

enum yaml_need { YAML_OPTIONAL, YAML_REQUIRED };
/* The value of a key; with YAML_REQUIRED a fault when it is absent. */
const struct yaml_node *yaml_read_get(const struct yaml_read *r, const struct yaml_node *map,
                                      const char *key, enum yaml_need need);
/* A text, trimmed; NULL or empty and required: a fault. */
struct sv yaml_read_text(const struct yaml_read *r, const struct yaml_node *map, const char *key,
                         enum yaml_need need);
/* A text of one line. */
struct sv yaml_read_line(const struct yaml_read *r, const struct yaml_node *map, const char *key,
                         enum yaml_need need);
/* Lower-case words joined by hyphens. */
struct sv yaml_read_id(const struct yaml_read *r, const struct yaml_node *map, const char *key);
bool yaml_read_is_id(struct sv text);
/* A whole number; fallback when it is absent or faulty. */
unsigned yaml_read_number(const struct yaml_read *r, const struct yaml_node *map, const char *key,
                          enum yaml_need need, unsigned min, unsigned max, unsigned fallback);
bool yaml_read_bool(const struct yaml_read *r, const struct yaml_node *map, const char *key,
                    enum yaml_need need);
struct sv yaml_read_date(const struct yaml_read *r, const struct yaml_node *map, const char *key,
                         enum yaml_need need);
/* http or https address */
struct sv yaml_read_url(const struct yaml_read *r, const struct yaml_node *map, const char *key,
                        enum yaml_need need);
bool yaml_read_is_url(struct sv text);
/* One of the words; the empty view when it is none of them. */
struct sv yaml_read_choice(const struct yaml_read *r, const struct yaml_node *map, const char *key,
                           enum yaml_need need, const struct words *known);
#define YAML_READ_CHOICE(r, map, key, need, ...)                                                   \
    yaml_read_choice((r), (map), (key), (need),                                                    \
                     &(struct words){{(const char *[]){__VA_ARGS__},                               \
                                      ARRAY_LEN(((const char *[]){__VA_ARGS__})), 0}})
/* A sequence of at most max items (more: a fault), or NULL. With YAML_REQUIRED it must be there; it
 * may be empty. */
const struct yaml_node *yaml_read_list(const struct yaml_read *r, const struct yaml_node *map,
                                       const char *key, enum yaml_need need, size_t max);
/* A scalar item of a list, trimmed; otherwise a fault and false. */
bool yaml_read_item(const struct yaml_read *r, const struct yaml_node *item, const char *what,
                    struct sv *out);

#endif
