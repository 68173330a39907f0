#include "tree/io/json.h"

#include "base/map.h"
#include "base/suggest.h"
#include "format/json.h"
#include "tree/io/outline.h"

enum { BYTES_MAX = 8 * 1024 * 1024, SUGGEST_IDS = 2000, SUGGEST_FAULTS = 20 };

struct json_gate {
    const char *name;
    enum tree_gate gate;
};

static const struct json_gate gates[] = {
    {"leaf", TREE_LEAF}, {"or", TREE_OR},   {"and", TREE_AND},   {"sand", TREE_SAND},
    {"atleast", TREE_AT_LEAST}, {"cardinality", TREE_CARDINALITY}, {"not", TREE_NOT}, {"xor", TREE_XOR},
    {"nand", TREE_NAND}, {"nor", TREE_NOR}, {"iff", TREE_IFF},   {"imply", TREE_IMPLY},
    {"constant", TREE_CONSTANT}, {"inhibit", TREE_OR}, {"reference", TREE_LEAF},
};

static const char *const attribute_keys[TREE_ATTRIBUTES] = {
    [TREE_P] = "probability", [TREE_COST] = "cost",   [TREE_TIME] = "time",        [TREE_SKILL] = "skill",
    [TREE_DAMAGE] = "damage", [TREE_STOPS] = "stops", [TREE_DEPLOYED] = "deployed"};

static const char *const node_keys[] = {
    "type", "kind", "label", "children", "countermeasures", "k", "min", "max", "value", "child", "by", "of",
    "comment", "named", "written", "probability", "cost", "time", "skill", "damage", "stops", "deployed"};

struct json_tree {
    struct reading r;
    const char *file;
    struct text_lines lines;
    const struct json_value *listed; /* "nodes" */
    struct map ids;                  /* id -> index + 1 */
    VEC(struct tree_node) nodes;     /* those of "nodes" first, then what inhibit adds */
    const char *const *known;
    size_t undefined;
};

static struct place at_value(const struct json_tree *j, const struct json_value *v)
{
    return text_place(&j->lines, j->file, v->at);
}

static void fault(struct json_tree *j, const struct json_value *v, const char *what, const char *expected)
{
    reading_fault(&j->r, at_value(j, v), what, expected);
}

static bool is_type(const struct json_value *node, const char *name)
{
    return sv_eq_str(json_get_text(node, "type"), name);
}

/* ---- references between nodes ---- */

static const char *nearest_id(struct json_tree *j, struct sv id)
{
    size_t count = j->listed->count;
    if (j->undefined++ > SUGGEST_FAULTS || count > SUGGEST_IDS)
        return NULL;
    if (!j->known) {
        const char **known = arena_new_array(j->r.arena, const char *, count + 1);
        for (size_t i = 0; i < count; i++)
            known[i] = arena_strndup(j->r.arena, j->listed->members[i].key.at, j->listed->members[i].key.len);
        j->known = known;
    }
    return suggest_nearest(id, j->known, count);
}

/* The node whose id the string is; GRAPH_NONE after a fault. */
static uint32_t node_of(struct json_tree *j, const struct json_value *v)
{
    if (v->kind != JSON_STRING) {
        fault(j, v, "this is no node", "the id of a node, in quotes");
        return GRAPH_NONE;
    }
    const uint32_t *index = map_get(&j->ids, v->text);
    if (index)
        return *index - 1;
    const char *nearest = nearest_id(j, v->text);
    fault(j, v, arena_printf(j->r.arena, "node \"%.*s\" is not defined", SV_ARG(reading_shown(v->text))),
          nearest ? arena_printf(j->r.arena, "an id in \"nodes\" (did you mean \"%s\"?)", nearest)
                  : "an id in \"nodes\"");
    return GRAPH_NONE;
}

static void read_list(struct json_tree *j, uint32_t i, const struct json_value *list, bool countermeasures)
{
    if (list->kind != JSON_ARRAY) {
        fault(j, list, "this is no list", "[\"id\", ...]");
        return;
    }
    for (size_t c = 0; c < list->count; c++) {
        uint32_t node = node_of(j, list->items[c]);
        struct tree_node *n = &j->nodes.at[i];
        if (node != GRAPH_NONE && countermeasures)
            *vec_push(j->r.arena, &n->countermeasures) = node;
        else if (node != GRAPH_NONE)
            *vec_push(j->r.arena, &n->children) = node;
    }
}

/* ---- values ---- */

static void read_distribution(struct json_tree *j, enum tree_attribute attribute, const struct json_value *v,
                              struct tree_value *out)
{
    static const struct {
        const char *name;
        enum tree_distribution kind;
        size_t count;
    } kinds[] = {{"range", TREE_RANGE, 2},
                 {"uniform", TREE_UNIFORM, 2},
                 {"triangular", TREE_TRIANGULAR, 3},
                 {"pert", TREE_PERT, 3}};
    double numbers[3] = {0, 0, 0};
    for (size_t i = 0; i < ARRAY_LEN(kinds) && v->kind == JSON_OBJECT && v->count == 1; i++) {
        const struct json_value *list = json_get(v, kinds[i].name);
        bool fits = list && list->kind == JSON_ARRAY && list->count == kinds[i].count;
        for (size_t c = 0; fits && c < list->count; c++) {
            fits = list->items[c]->kind == JSON_INT || list->items[c]->kind == JSON_DOUBLE;
            numbers[c] = list->items[c]->number;
        }
        if (!fits)
            continue;
        reading_value(&j->r, at_value(j, v), attribute, kinds[i].kind, numbers[0], numbers[1],
                      numbers[kinds[i].count - 1], out);
        return;
    }
    fault(j, v, arena_printf(j->r.arena, "%s is no value", attribute_keys[attribute]),
          "a number, or {\"range\": [lo, hi]}, {\"uniform\": [lo, hi]}, {\"triangular\": [lo, mode, hi]} or "
          "{\"pert\": [lo, mode, hi]}");
}

static void read_values(struct json_tree *j, uint32_t i, const struct json_value *node)
{
    for (int k = 0; k < TREE_ATTRIBUTES; k++) {
        const struct json_value *v = json_get(node, attribute_keys[k]);
        struct tree_value *out = &j->nodes.at[i].values[k];
        if (v && (v->kind == JSON_INT || v->kind == JSON_DOUBLE))
            reading_point(&j->r, at_value(j, v), (enum tree_attribute)k, v->number, SV_NONE, out);
        else if (v)
            read_distribution(j, (enum tree_attribute)k, v, out);
    }
}

static struct sv read_string(struct json_tree *j, const struct json_value *node, const char *key)
{
    const struct json_value *v = json_get(node, key);
    if (!v)
        return SV_NONE;
    if (v->kind == JSON_STRING)
        return v->text;
    fault(j, v, arena_printf(j->r.arena, "%s is no text", key), "a string");
    return SV_NONE;
}

static bool read_flag(struct json_tree *j, const struct json_value *node, const char *key, bool usual)
{
    const struct json_value *v = json_get(node, key);
    if (!v)
        return usual;
    if (v->kind != JSON_BOOL)
        fault(j, v, arena_printf(j->r.arena, "%s is neither true nor false", key), "true or false");
    return v->boolean;
}

static unsigned read_count(struct json_tree *j, const struct json_value *node, const char *key)
{
    const struct json_value *v = json_get(node, key);
    if (v && v->kind == JSON_INT && v->integer >= 0 && v->integer <= UINT32_MAX)
        return (unsigned)v->integer;
    fault(j, v ? v : node, arena_printf(j->r.arena, "%s is no count", key),
          arena_printf(j->r.arena, "\"%s\": 2", key));
    return 0;
}

/* ---- nodes ---- */

static void check_keys(struct json_tree *j, const struct json_value *node)
{
    for (size_t i = 0; i < node->count; i++) {
        bool known = false;
        for (size_t k = 0; k < ARRAY_LEN(node_keys) && !known; k++)
            known = sv_eq_str(node->members[i].key, node_keys[k]);
        if (known)
            continue;
        const char *nearest = suggest_nearest(node->members[i].key, node_keys, ARRAY_LEN(node_keys));
        reading_fault(&j->r, text_place(&j->lines, j->file, node->members[i].at),
                      arena_printf(j->r.arena, "unknown key \"%.*s\"", SV_ARG(reading_shown(node->members[i].key))),
                      nearest ? arena_printf(j->r.arena, "did you mean \"%s\"?", nearest) : "a key of the schema");
    }
}

static void read_kind(struct json_tree *j, const struct json_value *node, struct tree_node *n)
{
    struct sv kind = read_string(j, node, "kind");
    if (sv_eq_str(kind, "defence"))
        n->role = TREE_COUNTERMEASURE;
    else if (sv_eq_str(kind, "approach"))
        n->role = TREE_APPROACH;
    else if (kind.len && !sv_eq_str(kind, "attack"))
        fault(j, json_get(node, "kind"),
              arena_printf(j->r.arena, "unknown kind \"%.*s\"", SV_ARG(reading_shown(kind))),
              "attack, defence or approach");
}

static void read_gate(struct json_tree *j, const struct json_value *node, struct tree_node *n)
{
    const struct json_value *type = json_get(node, "type");
    struct sv name = json_get_text(node, "type");
    for (size_t i = 0; i < ARRAY_LEN(gates); i++) {
        if (!sv_eq_str(name, gates[i].name))
            continue;
        n->gate = gates[i].gate;
        n->gate_written = n->gate != TREE_LEAF && !sv_eq_str(name, "inhibit") && read_flag(j, node, "written", true);
        if (n->gate == TREE_AT_LEAST)
            n->k = read_count(j, node, "k");
        else if (n->gate == TREE_CARDINALITY)
            n->k = read_count(j, node, "min"), n->k_max = read_count(j, node, "max");
        else if (n->gate == TREE_CONSTANT)
            n->k = read_flag(j, node, "value", false);
        return;
    }
    fault(j, type ? type : node, type ? "an unknown type" : "a node without type",
          "leaf, or, and, sand, atleast, cardinality, not, xor, nand, nor, iff, imply, constant, inhibit or reference");
}

/* Lines as tree_node.comment keeps them; control characters but line ends are a fault. */
static struct sv read_comment(struct json_tree *j, const struct json_value *node, const char *key)
{
    struct sv comment = read_string(j, node, key);
    for (size_t i = 0; i < comment.len; i++) {
        unsigned char c = (unsigned char)comment.at[i];
        if ((c < ' ' && c != '\n') || c == 0x7F) {
            fault(j, json_get(node, key), "a control character in a comment", "text and line ends");
            return SV_NONE;
        }
    }
    return comment;
}

static void read_node(struct json_tree *j, uint32_t i)
{
    const struct json_member *m = &j->listed->members[i];
    struct tree_node *n = &j->nodes.at[i];
    struct place at = text_place(&j->lines, j->file, m->at);
    n->line = at.line;
    n->column = at.column;
    n->id = n->label = reading_text(&j->r, at, m->key);
    if (!n->id.len)
        reading_fault(&j->r, at, "a node without id", "an id that is not empty");
    if (m->value->kind != JSON_OBJECT) {
        fault(j, m->value, "a node that is no object", "{\"type\": \"leaf\"}");
        return;
    }
    check_keys(j, m->value);
    read_gate(j, m->value, n);
    read_kind(j, m->value, n);
    const struct json_value *label = json_get(m->value, "label");
    if (label)
        n->label = reading_text(&j->r, at_value(j, label), read_string(j, m->value, "label"));
    if (!read_flag(j, m->value, "named", true))
        n->id = SV_NONE;
    n->comment = read_comment(j, m->value, "comment");
    if (is_type(m->value, "reference")) {
        n->reference = reading_text(&j->r, at, read_string(j, m->value, "of"));
        n->reference_whole = sv_find_char(n->reference, '#') < 0;
        n->label = label ? n->label : SV_NONE;
        if (!outline_is_reference(n->reference))
            fault(j, m->value, n->reference.len ? "a reference that names no threat or step" : "a reference to nothing",
                  "\"of\": \"T-0017\" or \"T-0017#step\"");
    }
    read_values(j, i, m->value);
}

static uint32_t add_node(struct json_tree *j, const struct tree_node *like, enum tree_gate gate, struct sv label)
{
    struct tree_node n = {.gate = gate,
                          .gate_written = true,
                          .id = SV_NONE,
                          .label = label,
                          .comment = SV_NONE,
                          .reference = SV_NONE,
                          .line = like->line,
                          .column = like->column};
    for (size_t k = 0; k < TREE_ATTRIBUTES; k++)
        n.values[k].text = SV_NONE;
    *vec_push(j->r.arena, &j->nodes) = n;
    return (uint32_t)j->nodes.len - 1;
}

static void read_inhibit(struct json_tree *j, uint32_t i, const struct json_value *node)
{
    const struct json_value *child = json_get(node, "child"), *by = json_get(node, "by");
    if (!child || !by) {
        fault(j, node, "inhibit without child and by", "\"child\": \"id\", \"by\": \"id\"");
        return;
    }
    uint32_t what = node_of(j, child), against = node_of(j, by);
    if (what == GRAPH_NONE || against == GRAPH_NONE)
        return;
    struct tree_node *n = &j->nodes.at[i], *b = &j->nodes.at[against];
    *vec_push(j->r.arena, &n->children) = what;
    if (b->role != TREE_ATTACK) {
        *vec_push(j->r.arena, &n->countermeasures) = against;
        return;
    }
    struct sv label = sv_str(arena_printf(j->r.arena, "not %.*s", SV_ARG(b->label)));
    uint32_t not = add_node(j, b, TREE_NOT, label);
    j->nodes.at[i].gate = TREE_AND;
    j->nodes.at[i].gate_written = true;
    *vec_push(j->r.arena, &j->nodes.at[not].children) = against;
    *vec_push(j->r.arena, &j->nodes.at[i].children) = not;
}

static void link_node(struct json_tree *j, uint32_t i)
{
    const struct json_value *node = j->listed->members[i].value;
    const struct json_value *children = json_get(node, "children"), *on = json_get(node, "countermeasures");
    bool inhibit = is_type(node, "inhibit");
    if (inhibit)
        read_inhibit(j, i, node);
    if (children && inhibit)
        fault(j, children, "children of an inhibit", "\"child\" and \"by\"");
    else if (children)
        read_list(j, i, children, false);
    if (on)
        read_list(j, i, on, true);
}

static bool list_nodes(struct json_tree *j, const struct json_value *root)
{
    j->listed = json_get(root, "nodes");
    if (!j->listed || j->listed->kind != JSON_OBJECT || !j->listed->count) {
        fault(j, j->listed ? j->listed : root, "there are no nodes", "\"nodes\": {\"id\": {\"type\": \"leaf\"}}");
        return false;
    }
    if (!reading_size(&j->r, j->file, j->listed->count, 0))
        return false;
    map_init(&j->ids, j->r.arena);
    for (uint32_t i = 0; i < j->listed->count; i++) {
        uint32_t *index = arena_new(j->r.arena, uint32_t);
        *index = i + 1;
        map_set(&j->ids, j->listed->members[i].key, index);
        add_node(j, &(struct tree_node){.line = 0}, TREE_LEAF, SV_NONE);
        j->nodes.at[i].gate_written = false;
    }
    return true;
}

static const struct tree *read_tree(struct json_tree *j, const struct json_value *root)
{
    const struct json_value *top = json_get(root, "top");
    if (!list_nodes(j, root))
        return NULL;
    uint32_t count = (uint32_t)j->nodes.len, goal = GRAPH_NONE;
    for (uint32_t i = 0; i < count; i++)
        read_node(j, i);
    for (uint32_t i = 0; i < count; i++)
        link_node(j, i);
    if (top)
        goal = node_of(j, top);
    else
        fault(j, root, "there is no top", "\"top\": \"id\"");
    /* without a top for the faults of the nodes */
    uint32_t from = goal != GRAPH_NONE ? goal : 0;
    struct tree *t = reading_assemble(&j->r, j->file, j->nodes.at, (uint32_t)j->nodes.len, from);
    if (!t)
        return NULL;
    t->leading_comment = read_comment(j, root, "comment");
    t->trailing_comment = read_comment(j, root, "trailing_comment");
    return reading_failed(&j->r) ? NULL : t;
}

const struct tree *tree_json_parse(struct arena *a, struct sv text, const char *file, const struct read_limits *limits,
                                   struct diag *diag)
{
    struct json_tree *j = arena_new(a, struct json_tree);
    const struct json_value *root;
    struct err err = ERR_INIT;
    reading_init(&j->r, a, limits, diag);
    if (!limits || !limits->bytes)
        j->r.limits.bytes = BYTES_MAX;
    j->file = file;
    if (!reading_bytes(&j->r, file, text.len))
        return NULL;
    if (json_parse(a, text, j->r.limits.bytes, &root, &err) != CM_OK) {
        diag_error(diag, file, 0, 0, err.text, NULL);
        return NULL;
    }
    text_lines_init(&j->lines, a, text);
    return read_tree(j, root);
}
