#include "tree/io/dot.h"

#include "tree/io/naming.h"

static const char *const gate_words[] = {[TREE_LEAF] = "",
                                         [TREE_OR] = "OR",
                                         [TREE_AND] = "AND",
                                         [TREE_SAND] = "SAND",
                                         [TREE_AT_LEAST] = "OF",
                                         [TREE_CARDINALITY] = "OF",
                                         [TREE_NOT] = "NOT",
                                         [TREE_XOR] = "XOR",
                                         [TREE_NAND] = "NAND",
                                         [TREE_NOR] = "NOR",
                                         [TREE_IFF] = "IFF",
                                         [TREE_IMPLY] = "IMPLY",
                                         [TREE_CONSTANT] = ""};

static const char *shape_of(const struct tree_node *n)
{
    if (n->reference.len)
        return "note";
    if (n->role != TREE_ATTACK)
        return "octagon";
    switch (n->gate) {
    case TREE_LEAF:
        return "box";
    case TREE_CONSTANT:
        return "house";
    case TREE_OR:
    case TREE_NOR:
        return "ellipse";
    case TREE_SAND:
        return "cds";
    case TREE_NOT:
        return "invtriangle";
    case TREE_AT_LEAST:
    case TREE_CARDINALITY:
        return "hexagon";
    default:
        return "trapezium";
    }
}

/* Within quotes: a backslash would begin an escape of Graphviz. */
static void add_quoted(struct str *out, struct sv text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '"' || c == '\\')
            str_add_char(out, '\\');
        str_add_char(out, (unsigned char)c < ' ' ? ' ' : c);
    }
}

static void add_gate(struct str *out, const struct tree_node *n)
{
    if (n->gate == TREE_AT_LEAST)
        str_addf(out, "%u ", n->k);
    else if (n->gate == TREE_CARDINALITY)
        str_addf(out, "%u to %u ", n->k, n->k_max);
    else if (n->gate == TREE_CONSTANT)
        str_add_str(out, n->k ? "true" : "false");
    str_add_str(out, gate_words[n->gate]);
}

static void write_node(const struct tree *t, uint32_t i, struct str *out)
{
    const struct tree_node *n = &t->nodes.at[i];
    str_addf(out, "  n%u [shape=%s", i, shape_of(n));
    if (n->role == TREE_APPROACH)
        str_add_str(out, ", style=dashed");
    if (n->parents > 1)
        str_add_str(out, ", peripheries=2");
    str_add_str(out, ", label=\"");
    if (n->gate != TREE_LEAF) {
        add_gate(out, n);
        str_add_str(out, "\\n");
    }
    add_quoted(out, n->reference.len ? n->reference : n->label.len ? n->label : n->id);
    if (n->reference.len && n->label.len) {
        str_add_str(out, "\\n");
        add_quoted(out, n->label);
    }
    for (size_t k = 0; k < TREE_ATTRIBUTES; k++) {
        enum tree_attribute attribute = tree_attribute_order[k];
        if (n->values[attribute].kind == TREE_NO_VALUE)
            continue;
        str_addf(out, "\\n%s=", tree_attribute_names[attribute]);
        add_quoted(out, n->values[attribute].text);
    }
    str_add_char(out, '"');
    if (n->id.len) {
        str_add_str(out, ", id=\"");
        add_quoted(out, n->id);
        str_add_char(out, '"');
    }
    str_add_str(out, "];\n");
}

static void write_edges(const struct tree *t, uint32_t i, struct str *out)
{
    const struct tree_node *n = &t->nodes.at[i];
    for (size_t j = 0; j < n->countermeasures.len; j++)
        str_addf(out, "  n%u -> n%u [style=dashed, arrowhead=tee];\n", i, n->countermeasures.at[j]);
    for (size_t j = 0; j < n->children.len; j++)
        str_addf(out, "  n%u -> n%u%s;\n", i, n->children.at[j],
                 n->role != TREE_ATTACK && t->nodes.at[n->children.at[j]].role == TREE_ATTACK
                     ? " [style=dotted, arrowhead=tee]"
                     : "");
}

void dot_write(const struct tree *t, struct str *out, struct loss *loss)
{
    str_add_str(out, "digraph \"");
    add_quoted(out, t->nodes.at[0].label);
    str_add_str(out, "\" {\n  rankdir=TB;\n  ordering=out;\n  node [fontname=\"sans-serif\"];\n");
    for (uint32_t i = 0; i < t->nodes.len; i++)
        write_node(t, i, out);
    for (uint32_t i = 0; i < t->nodes.len; i++)
        write_edges(t, i, out);
    str_add_str(out, "}\n");
    for (uint32_t i = 0; i < t->nodes.len; i++) {
        if (t->nodes.at[i].comment.len)
            loss_add(loss, i, naming_shown(&t->nodes.at[i]), "comment", "a drawing has no comments");
    }
    if (t->leading_comment.len || t->trailing_comment.len || t->remarks.len)
        loss_add(loss, LOSS_NONE, SV_NONE, "comment", "a drawing has no comments");
}
