#include "format/json.h"
#include "tree/io/json.h"

static const char *const type_names[] = {[TREE_LEAF] = "leaf",
                                         [TREE_OR] = "or",
                                         [TREE_AND] = "and",
                                         [TREE_SAND] = "sand",
                                         [TREE_AT_LEAST] = "atleast",
                                         [TREE_CARDINALITY] = "cardinality",
                                         [TREE_NOT] = "not",
                                         [TREE_XOR] = "xor",
                                         [TREE_NAND] = "nand",
                                         [TREE_NOR] = "nor",
                                         [TREE_IFF] = "iff",
                                         [TREE_IMPLY] = "imply",
                                         [TREE_CONSTANT] = "constant"};

static const char *const value_keys[TREE_ATTRIBUTES] = {
    [TREE_P] = "probability", [TREE_COST] = "cost",   [TREE_TIME] = "time",        [TREE_SKILL] = "skill",
    [TREE_DAMAGE] = "damage", [TREE_STOPS] = "stops", [TREE_DEPLOYED] = "deployed"};

static void write_number(struct json *j, double value)
{
    if (value <= 1e15 && (double)(int64_t)value >= value)
        json_int(j, (int64_t)value);
    else
        json_double(j, value);
}

static void write_value(struct json *j, const struct tree_value *v)
{
    static const char *const kinds[] = {
        [TREE_RANGE] = "range", [TREE_UNIFORM] = "uniform", [TREE_TRIANGULAR] = "triangular", [TREE_PERT] = "pert"};
    if (v->kind == TREE_POINT) {
        write_number(j, v->lo);
        return;
    }
    json_object(j);
    json_key(j, kinds[v->kind]);
    json_array(j);
    write_number(j, v->lo);
    if (v->kind == TREE_TRIANGULAR || v->kind == TREE_PERT)
        write_number(j, v->mode);
    write_number(j, v->hi);
    json_end(j);
    json_end(j);
}

static void write_list(struct json *j, const char *key, const uint32_t *nodes, size_t count, const struct sv *ids)
{
    if (!count)
        return;
    json_key(j, key);
    json_array(j);
    for (size_t i = 0; i < count; i++)
        json_string(j, ids[nodes[i]]);
    json_end(j);
}

/* What {"type": "inhibit"} reads as. */
static bool is_inhibit(const struct tree *t, const struct tree_node *n)
{
    if (n->gate != TREE_OR || n->gate_written || n->children.len != 1 || n->countermeasures.len != 1)
        return false;
    const struct tree_node *by = &t->nodes.at[n->countermeasures.at[0]];
    return by->gate == TREE_LEAF && n->role == TREE_ATTACK;
}

static void write_gate(struct json *j, const struct tree *t, const struct tree_node *n, const struct sv *ids)
{
    if (is_inhibit(t, n)) {
        json_put_str(j, "type", "inhibit");
        json_put(j, "child", ids[n->children.at[0]]);
        json_put(j, "by", ids[n->countermeasures.at[0]]);
        return;
    }
    json_put_str(j, "type", n->reference.len ? "reference" : type_names[n->gate]);
    if (n->reference.len)
        json_put(j, "of", n->reference);
    else if (n->gate == TREE_AT_LEAST)
        json_put_int(j, "k", n->k);
    else if (n->gate == TREE_CARDINALITY)
        json_put_int(j, "min", n->k), json_put_int(j, "max", n->k_max);
    else if (n->gate == TREE_CONSTANT)
        json_put_bool(j, "value", n->k);
    if (n->gate != TREE_LEAF && !n->gate_written)
        json_put_bool(j, "written", false);
    write_list(j, "children", n->children.at, n->children.len, ids);
    write_list(j, "countermeasures", n->countermeasures.at, n->countermeasures.len, ids);
}

static void write_node(struct json *j, const struct tree *t, uint32_t i, const struct sv *ids)
{
    const struct tree_node *n = &t->nodes.at[i];
    json_key_sv(j, ids[i]);
    json_object(j);
    write_gate(j, t, n, ids);
    if (n->role != TREE_ATTACK)
        json_put_str(j, "kind", n->role == TREE_APPROACH ? "approach" : "defence");
    else if (n->gate == TREE_LEAF && !n->reference.len)
        json_put_str(j, "kind", "attack");
    if (n->label.len && (!n->id.len || !sv_eq(n->label, n->id)))
        json_put(j, "label", n->label);
    if (!n->id.len)
        json_put_bool(j, "named", false);
    for (size_t k = 0; k < TREE_ATTRIBUTES; k++) {
        enum tree_attribute attribute = tree_attribute_order[k];
        if (n->values[attribute].kind == TREE_NO_VALUE)
            continue;
        json_key(j, value_keys[attribute]);
        write_value(j, &n->values[attribute]);
    }
    if (n->comment.len)
        json_put(j, "comment", n->comment);
    json_end(j);
}

void tree_json_write(const struct tree *t, struct str *out, struct loss *loss)
{
    struct arena a = ARENA_INIT;
    struct json j;
    const struct sv *ids = tree_anchors(&a, t);
    json_init(&j, out, false);
    j.flat_from = 3;
    json_object(&j);
    json_put(&j, "name", t->nodes.at[0].label);
    json_put(&j, "top", ids[0]);
    if (t->leading_comment.len)
        json_put(&j, "comment", t->leading_comment);
    if (t->trailing_comment.len)
        json_put(&j, "trailing_comment", t->trailing_comment);
    json_key(&j, "nodes");
    json_object(&j);
    for (uint32_t i = 0; i < t->nodes.len; i++)
        write_node(&j, t, i, ids);
    json_end(&j);
    json_end(&j);
    json_finish(&j);
    for (size_t i = 0; i < t->remarks.len; i++)
        loss_add(loss, t->remarks.at[i].parent, t->nodes.at[t->remarks.at[i].parent].label, "comment",
                 "JSON has no place for a comment where a step is repeated");
    arena_release(&a);
}
