/* The common case of YAML, read without events: what `casemate fmt` writes. Inside this room, its tests and
 * its fuzz target only. */
#ifndef CASEMATE_FORMAT_YAML_QUICK_H
#define CASEMATE_FORMAT_YAML_QUICK_H

#include "format/yaml.h"

/* The tree that yaml_parse_events() gives, or NULL when the text holds anything that is not plain and usual
 * (which says nothing about whether it is right). No diagnostics. */
const struct yaml_node *yaml_quick(struct arena *a, struct sv text, uint32_t first_line);
/* yaml_parse() by libyaml, always. */
const struct yaml_node *yaml_parse_events(struct arena *a, struct sv text, const char *file, uint32_t first_line,
                                          struct diag *diag);

#endif
