/* YAML, the subset of docs/formats.md, as a tree with positions; over libyaml's events.
 *
 * Refused, each with its place: anchors, aliases, tags, directives, several documents, duplicate keys, keys
 * that are not scalars, depth above 16, more than 50,000 nodes. All scalars are text. */
#ifndef CASEMATE_FORMAT_YAML_H
#define CASEMATE_FORMAT_YAML_H

#include "base/err.h"
#include "base/vec.h"

enum yaml_kind { YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING };

struct yaml_node;

struct yaml_pair {
    const struct yaml_node *key; /* a scalar */
    const struct yaml_node *value;
};

struct yaml_node {
    enum yaml_kind kind;
    uint32_t line, column;     /* from 1, in the file (first_line counted in); columns in characters */
    size_t start, end;         /* byte offsets of the node in the text that was given to yaml_parse */
    struct sv text;            /* scalar */
    bool plain;                /* scalar without quotes, not block style */
    const struct yaml_node *const *items; /* sequence */
    const struct yaml_pair *pairs;        /* mapping, in the order of the text */
    size_t count;
};

/* Parses valid UTF-8 text. `file` and `first_line` (line of the text's first line in the file) are for
 * messages. Faults go to diag; returns the root, or NULL when there was a fault. An empty text gives an empty
 * mapping. */
const struct yaml_node *yaml_parse(struct arena *a, struct sv text, const char *file, uint32_t first_line,
                                   struct diag *diag);
/* Value of a key in a mapping, or NULL. */
const struct yaml_node *yaml_get(const struct yaml_node *mapping, const char *key);
/* The pair itself (for the position of the key), or NULL. */
const struct yaml_pair *yaml_pair(const struct yaml_node *mapping, const char *key);

/* Writes a scalar so that yaml_parse reads it back as the same text: plain where that is safe (also inside a
 * flow collection when flow is true), otherwise double-quoted on one line. */
struct str;
void yaml_write_scalar(struct str *out, struct sv text, bool flow);

#endif
