#include "tree/io/outline_write.h"

#include "base/map.h"
#include "tree/io/naming.h"
#include "tree/io/outline.h"

static const struct naming_rules outline_names = {
    .reason = "an identifier in an outline has only a-z, 0-9 and hyphens"};

enum { OUTLINE_DEPTH = 200, OUTLINE_NODES = 100000 };

static const char *const gate_words[] = {[TREE_CARDINALITY] = "CARDINALITY", [TREE_NOT] = "NOT", [TREE_XOR] = "XOR",
                                         [TREE_NAND] = "NAND", [TREE_NOR] = "NOR", [TREE_IFF] = "IFF",
                                         [TREE_IMPLY] = "IMPLY", [TREE_CONSTANT] = "CONSTANT"};

struct outline_writer {
    struct arena *arena;
    struct tree *copy;
    struct loss *loss;
};

static void add_comment(struct outline_writer *w, struct tree_node *n, const char *text)
{
    if (!n->comment.len)
        n->comment = sv_str(text);
    else if (n->comment.at[n->comment.len - 1] == '\n')
        n->comment = sv_str(arena_printf(w->arena, "%.*s%s", SV_ARG(n->comment), text));
    else
        n->comment = sv_str(arena_printf(w->arena, "%.*s; %s", SV_ARG(n->comment), text));
}

static void fit_gate(struct outline_writer *w, uint32_t i)
{
    struct tree_node *n = &w->copy->nodes.at[i];
    const char *was = gate_words[n->gate];
    if (n->gate == TREE_CARDINALITY && n->k >= 1 && n->k_max == n->children.len) {
        n->gate = TREE_AT_LEAST;
        return;
    }
    if (n->gate == TREE_CARDINALITY)
        was = arena_printf(w->arena, "%u to %u OF", n->k, n->k_max);
    else if (n->gate == TREE_CONSTANT)
        was = n->k ? "CONSTANT true" : "CONSTANT false";
    loss_add_meaning(w->loss, i, naming_shown(n), "gate",
                     arena_printf(w->loss ? w->loss->arena : w->arena, "an outline has no %s", gate_words[n->gate]));
    add_comment(w, n, was);
    n->gate = n->gate == TREE_CONSTANT ? TREE_LEAF : TREE_OR;
    n->gate_written = n->gate == TREE_OR;
}

/* The label as it stands in a line of its own must read back as it is. */
static bool reads_back(const struct tree_node *n, struct sv label)
{
    struct arena a = ARENA_INIT;
    struct str text = STR_INIT;
    struct diag diag;
    bool child = n->gate != TREE_LEAF;
    const char *mark = n->role == TREE_COUNTERMEASURE ? "! " : n->role == TREE_APPROACH ? "? " : "";
    const char *word = !n->gate_written         ? ""
                       : n->gate == TREE_AND    ? "AND "
                       : n->gate == TREE_SAND   ? "SAND "
                       : n->gate == TREE_AT_LEAST ? "1 OF "
                                                : "OR ";
    diag_init(&diag, &a);
    str_addf(&text, "G\n  %s%s%.*s\n%s", mark, word, SV_ARG(label), child ? "    x\n" : "");
    const struct tree *t = outline_parse(&a, str_sv(&text), "", 1, 1, NULL, &diag);
    bool same = t && t->nodes.len == (child ? 3u : 2u) && sv_eq(t->nodes.at[1].label, label) &&
                t->nodes.at[1].role == n->role && !t->nodes.at[1].id.len;
    for (size_t i = 0; same && i < TREE_ATTRIBUTES; i++)
        same = t->nodes.at[1].values[i].kind == TREE_NO_VALUE;
    str_release(&text);
    arena_release(&a);
    return same;
}

static bool is_harmless(struct sv label)
{
    if (!label.len || label.len > 200 || !((label.at[0] >= 'a' && label.at[0] <= 'z')))
        return false;
    for (size_t i = 0; i < label.len; i++) {
        char c = label.at[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '_')
            return false;
    }
    return true; /* one word: no gate word, marker, comment or attribute */
}

static void fit_label(struct outline_writer *w, uint32_t i)
{
    struct tree_node *n = &w->copy->nodes.at[i];
    if (n->reference.len || is_harmless(n->label) || reads_back(n, n->label))
        return;
    struct sv old = n->label.len ? n->label : naming_shown(n);
    char *text = arena_printf(w->arena, "\"%.*s\"", SV_ARG(old));
    for (char *c = text; *c; c++)
        *c = *c == ';' ? ',' : *c == '[' ? '(' : *c == ']' ? ')' : *c;
    n->label = sv_str(text);
    if (!reads_back(n, n->label))
        n->label = SV("step");
    loss_add(w->loss, i, old, "label", "a label in an outline cannot look like a gate word, a mark or a comment");
}

/* A countermeasure that is a child of a gate would be read as standing on it. */
static void fit_place(struct outline_writer *w, uint32_t i)
{
    const struct tree_node *old = &w->copy->nodes.at[i];
    struct tree_node n = *old;
    uint32_t below;
    if (old->role != TREE_ATTACK)
        return;
    n.children.at = n.countermeasures.at = NULL;
    n.children.len = n.children.cap = n.countermeasures.len = n.countermeasures.cap = 0;
    for (size_t j = 0; tree_below(old, j, &below); j++) {
        const struct tree_node *b = &w->copy->nodes.at[below];
        if (j >= old->countermeasures.len && b->role != TREE_ATTACK)
            loss_add_meaning(w->loss, below, naming_shown(b), "place",
                             "in an outline a countermeasure below a gate stands on it and is no child of it");
        if (b->role == TREE_ATTACK)
            *vec_push(w->arena, &n.children) = below;
        else
            *vec_push(w->arena, &n.countermeasures) = below;
    }
    if (n.children.len == old->children.len)
        return;
    if (!n.children.len) {
        n.gate = TREE_LEAF;
        n.gate_written = false;
    } else if (n.gate == TREE_AT_LEAST && n.k > n.children.len) {
        n.k = (unsigned)n.children.len;
    }
    w->copy->nodes.at[i] = n;
}

/* An id that only repeats the label is needed where the node is shared, and where it fits. */
static void fit_id(struct tree_node *n, struct sv name)
{
    if (!n->id.len || naming_fits(&outline_names, n->id))
        return;
    n->id = sv_eq(n->id, n->label) && n->parents < 2 ? SV_NONE : name;
}

void outline_write(const struct tree *t, struct str *out, struct loss *loss)
{
    struct arena a = ARENA_INIT;
    struct tree copy = *t;
    struct outline_writer w = {&a, &copy, loss};
    struct tree_counts counts;
    const struct sv *names = naming_make(&a, t, &outline_names, loss);
    copy.nodes.at = arena_new_array(&a, struct tree_node, t->nodes.len);
    for (uint32_t i = 0; i < t->nodes.len; i++) {
        copy.nodes.at[i] = t->nodes.at[i];
        struct tree_node *n = &copy.nodes.at[i];
        if (n->gate > TREE_AT_LEAST)
            fit_gate(&w, i);
        fit_id(n, names[i]);
        fit_label(&w, i);
    }
    for (uint32_t i = 0; i < t->nodes.len; i++)
        fit_place(&w, i);
    tree_count(t, &counts);
    if (counts.depth > OUTLINE_DEPTH || counts.nodes > OUTLINE_NODES)
        loss_add(loss, LOSS_NONE, SV_NONE, "size", "an outline is read up to 200 levels and 100,000 nodes");
    outline_print(&copy, out);
    arena_release(&a);
}
