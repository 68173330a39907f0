#include "profile/parts.h"

#include "base/str.h"
#include "profile/internal.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static size_t line_start(struct sv text, size_t at)
{
    while (at && text.at[at - 1] != '\n')
        at--;
    return at;
}

/* Beginning of the line after the one that holds `at`. */
static size_t next_line_start(struct sv text, size_t at)
{
    const char *lf = at < text.len ? memchr(text.at + at, '\n', text.len - at) : NULL;
    return lf ? (size_t)(lf - text.at) + 1 : text.len;
}

size_t yaml_part_value_end(struct sv text, const struct yaml_part *part)
{
    size_t end = part->value->end < text.len ? part->value->end : text.len;
    while (end > part->value->start && (is_blank(text.at[end - 1]) || text.at[end - 1] == '\n'))
        end--;
    return end > part->name->end ? end : part->name->end;
}

size_t yaml_pair_colon(struct sv text, const struct yaml_node *key)
{
    size_t at = key->end;
    while (at < text.len && is_blank(text.at[at]))
        at++;
    return at < text.len && text.at[at] == ':' ? at + 1 : 0;
}

/* Where the next part begins in the gap [from, to) between two keys: indented comments belong to
 * the value above them, all from the first comment at the margin on to the key below. Blank lines
 * go down, unless an indented comment follows. */
static size_t split_gap(struct sv text, size_t from, size_t to)
{
    size_t split = from;
    for (size_t at = from; at < to; at = next_line_start(text, at)) {
        size_t first = at;
        while (first < to && is_blank(text.at[first]))
            first++;
        if (first < to && text.at[first] == '#' && first == at)
            break;
        if (first < to && text.at[first] != '\n')
            split = next_line_start(text, at);
    }
    return split < to ? split : to;
}

void yaml_parts_cut(struct arena *a, struct sv text, const struct yaml_node *root,
                    struct yaml_parts *out)
{
    *out = (struct yaml_parts){
        .root = root, .tail = text.len, .whole = root && root->kind == YAML_MAPPING};
    for (size_t i = 0; out->whole && i < root->count; i++) {
        const struct yaml_pair *pair = &root->pairs[i];
        struct yaml_part part = {.key = pair->key->text, .name = pair->key, .value = pair->value};
        part.line = line_start(text, pair->key->start);
        size_t from = 0;
        if (i) {
            struct yaml_part *before = &out->list.at[i - 1];
            from = next_line_start(text, yaml_part_value_end(text, before));
            if (from > part.line)
                out->whole = false; /* two keys in one line: a mapping in braces */
        }
        part.start = out->whole ? (i ? split_gap(text, from, part.line) : 0) : 0;
        if (pair->key->start != part.line || !yaml_pair_colon(text, pair->key))
            out->whole = false;
        if (i)
            out->list.at[i - 1].end = part.start;
        *vec_push(a, &out->list) = part;
    }
    if (!out->whole || !root->count) {
        out->list.len = 0;
        out->tail = out->whole ? 0 : text.len;
        return;
    }
    struct yaml_part *last = &out->list.at[out->list.len - 1];
    out->tail = last->end =
        split_gap(text, next_line_start(text, yaml_part_value_end(text, last)), text.len);
}

bool text_file_cut(struct arena *a, struct sv text, const char *path, struct diag *diag,
                   struct text_file *out)
{
    size_t before = diag->errors;
    memset(out, 0, sizeof(*out));
    out->text = text;
    markdown_scan(a, text, path, diag, &out->md);
    if (diag->errors > before)
        return false;
    if (!out->md.front_line)
        return true;
    out->front = yaml_parse(a, out->md.front, path, out->md.front_line, diag);
    if (out->front && out->front->kind != YAML_MAPPING)
        diag_error(diag, path, out->front->line, out->front->column,
                   "the front matter is not a mapping", "`key: value` lines");
    return diag->errors == before;
}

int text_file_section(const struct text_file *f, struct sv title)
{
    for (size_t i = 1; i < f->md.sections.len; i++)
        if (sv_eq(f->md.sections.at[i].title, title))
            return (int)i;
    return -1;
}

/* Depth is bounded by the YAML reader (16). */
bool yaml_same(const struct yaml_node *a, const struct yaml_node *b)
{
    if (!a || !b)
        return a == b;
    if (a->kind != b->kind || a->count != b->count)
        return false;
    if (a->kind == YAML_SCALAR)
        return sv_eq(a->text, b->text);
    for (size_t i = 0; i < a->count; i++) {
        if (a->kind == YAML_SEQUENCE ? !yaml_same(a->items[i], b->items[i])
                                     : !sv_eq(a->pairs[i].key->text, b->pairs[i].key->text) ||
                                           !yaml_same(a->pairs[i].value, b->pairs[i].value))
            return false;
    }
    return true;
}

void yaml_write_flow(struct str *out, const struct yaml_node *node)
{
    if (node->kind == YAML_SCALAR) {
        yaml_write_scalar(out, node->text, true);
        return;
    }
    str_add_char(out, node->kind == YAML_SEQUENCE ? '[' : '{');
    for (size_t i = 0; i < node->count; i++) {
        if (i)
            str_add_str(out, ", ");
        if (node->kind == YAML_MAPPING) {
            yaml_write_scalar(out, node->pairs[i].key->text, true);
            str_add_str(out, ": ");
        }
        yaml_write_flow(out, node->kind == YAML_SEQUENCE ? node->items[i] : node->pairs[i].value);
    }
    str_add_char(out, node->kind == YAML_SEQUENCE ? ']' : '}');
}

/* The ratings stand between `proposed` and `responses`. */
int threat_key_rank(const struct template *t, struct sv key)
{
    int rank = 0;
    for (size_t i = 0; i < threat_key_count; i++) {
        if (sv_eq_str(key, threat_keys[i]))
            return rank;
        rank++;
        if (!strcmp(threat_keys[i], "proposed")) {
            if (!t && sv_eq(key, SV("likelihood")))
                return rank;
            if (!t && sv_eq(key, SV("damage")))
                return rank + 1;
            int field = t ? template_field(t, key) : -1;
            if (field >= 0 && t->fields.at[field].kind == FIELD_RATING)
                return rank + !t->fields.at[field].likelihood;
            rank += 2;
        }
    }
    int field = t ? template_field(t, key) : -1;
    return field >= 0 ? rank + field : 10000;
}
