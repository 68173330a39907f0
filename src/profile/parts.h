/* A file cut into the parts that editing, formatting and merging move around: the keys of its YAML
 * with their comments, and its sections. Parts are views of the text; joined in order they give it
 * back byte for byte. Room-private. */
#ifndef CASEMATE_PROFILE_PARTS_H
#define CASEMATE_PROFILE_PARTS_H

#include "format/markdown.h"
#include "format/yaml.h"

/* One key of a block mapping at the left margin, with the comment lines that precede it. */
struct yaml_part {
    struct sv key;                /* as a text */
    const struct yaml_node *name; /* the key's node */
    const struct yaml_node *value;
    size_t start; /* bytes in the YAML text: first comment or blank line before the key */
    size_t line;  /* beginning of the key's line */
    size_t end;   /* beginning of the next part */
};

struct yaml_parts {
    const struct yaml_node *root;
    VEC(struct yaml_part) list;
    size_t tail; /* comments after the last part begin here */
    bool whole;  /* the text could be cut; otherwise list is empty */
};

/* Cuts the text of a parsed mapping. `whole` is false for a mapping in braces, indented keys and
 * keys with `?`. */
void yaml_parts_cut(struct arena *a, struct sv text, const struct yaml_node *root,
                    struct yaml_parts *out);
/* Where the text of a value ends: without the blanks and line ends behind it. Never before the
 * key's end. */
size_t yaml_part_value_end(struct sv text, const struct yaml_part *part);
/* Offset behind the colon of a pair, or 0 when there is none where it is looked for. */
size_t yaml_pair_colon(struct sv text, const struct yaml_node *key);

/* A threat or other Markdown file: text, scan and front matter. False (with faults in diag) when it
 * cannot be cut. */
struct text_file {
    struct sv text;
    struct markdown_file md;
    const struct yaml_node *front; /* NULL when the file has no front matter */
};
bool text_file_cut(struct arena *a, struct sv text, const char *path, struct diag *diag,
                   struct text_file *out);
/* Index of the section with this title in md.sections, or -1. */
int text_file_section(const struct text_file *f, struct sv title);
/* The same values in the same order? */
bool yaml_same(const struct yaml_node *a, const struct yaml_node *b);
/* `[a, {b: c}]`: a value on one line, as yaml_write_scalar writes it. */
struct str;
void yaml_write_flow(struct str *out, const struct yaml_node *node);

/* Rank of a front matter key in normal form; template may be NULL. Unknown keys come last. */
struct template;
int threat_key_rank(const struct template *t, struct sv key);

#endif
