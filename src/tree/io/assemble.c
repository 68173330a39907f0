/* The last step of the readers whose nodes are complete but in the order of their file. */
#include "base/str.h"
#include "tree/io/reading.h"

enum { CYCLES_MAX = 20, PATH_SHOWN = 12 };

struct assembly {
    struct reading *r;
    const char *file;
    struct tree_node *nodes;
    uint32_t count;
};

static struct place node_place(const struct assembly *s, uint32_t i)
{
    return (struct place){s->file, s->nodes[i].line, s->nodes[i].column};
}

static struct sv node_name(const struct assembly *s, uint32_t i)
{
    const struct tree_node *n = &s->nodes[i];
    return reading_shown(n->id.len ? n->id : n->label.len ? n->label : n->reference);
}

static void fault(const struct assembly *s, uint32_t i, const char *what, const char *expected)
{
    struct sv name = node_name(s, i);
    reading_fault(s->r, node_place(s, i),
                  name.len ? arena_printf(s->r->arena, "%.*s: %s", SV_ARG(name), what) : what, expected);
}

/* ---- each node by itself ---- */

static void check_k(const struct assembly *s, uint32_t i)
{
    const struct tree_node *n = &s->nodes[i];
    size_t count = n->children.len;
    struct arena *a = s->r->arena;
    if (n->gate == TREE_AT_LEAST && (n->k < 1 || n->k > count))
        fault(s, i, arena_printf(a, "%u of %zu children", n->k, count),
              arena_printf(a, "a number from 1 to %zu", count));
    else if (n->gate == TREE_CARDINALITY && (n->k > n->k_max || n->k_max > count))
        fault(s, i, arena_printf(a, "from %u to %u of %zu children", n->k, n->k_max, count),
              arena_printf(a, "numbers from 0 to %zu, the smaller one first", count));
}

static void check_gate(const struct assembly *s, uint32_t i)
{
    const struct tree_node *n = &s->nodes[i];
    size_t count = n->children.len;
    bool leaf = n->gate == TREE_LEAF || n->gate == TREE_CONSTANT;
    if (leaf && count)
        fault(s, i, n->gate == TREE_LEAF ? "a step with children" : "a constant with children", "none");
    else if (!leaf && !count)
        fault(s, i, "a gate without children", "at least one");
    else if (n->gate == TREE_NOT && count != 1)
        fault(s, i, "a NOT of several children", "one");
    else if (n->gate == TREE_IMPLY && count != 2)
        fault(s, i, "IMPLY without two children", "two");
    else if ((n->gate == TREE_XOR || n->gate == TREE_IFF) && count < 2)
        fault(s, i, "a comparison of one child", "at least two");
    else if (!leaf)
        check_k(s, i);
}

static void check_attributes(const struct assembly *s, uint32_t i)
{
    const struct tree_node *n = &s->nodes[i];
    for (int j = 0; j < TREE_ATTRIBUTES; j++) {
        bool counter = j == TREE_STOPS || j == TREE_DEPLOYED;
        bool fits = j == TREE_COST || counter == (n->role != TREE_ATTACK);
        if (n->values[j].kind != TREE_NO_VALUE && !fits)
            fault(s, i,
                  arena_printf(s->r->arena, "%s on a %s", tree_attribute_names[j],
                               counter ? "step of the attack" : "countermeasure"),
                  counter ? "p, cost, time, skill or damage" : "stops, deployed or cost");
    }
}

static void check_roles(const struct assembly *s, uint32_t i)
{
    const struct tree_node *n = &s->nodes[i];
    if (n->role != TREE_ATTACK && n->countermeasures.len)
        fault(s, i, "a countermeasure on a countermeasure",
              "it on a step; below a countermeasure stands what it consists of and what defeats it");
    for (size_t j = 0; j < n->countermeasures.len; j++) {
        if (s->nodes[n->countermeasures.at[j]].role == TREE_ATTACK)
            fault(s, i,
                  arena_printf(s->r->arena, "%.*s stands on it, and is no countermeasure",
                               SV_ARG(node_name(s, n->countermeasures.at[j]))),
                  "a countermeasure or approach");
    }
    for (size_t j = 0; j < n->children.len && n->role == TREE_ATTACK; j++) {
        const struct tree_node *child = &s->nodes[n->children.at[j]];
        if (child->role != TREE_ATTACK && child->gate != TREE_LEAF)
            fault(s, i,
                  arena_printf(s->r->arena, "its child %.*s is a countermeasure with children",
                               SV_ARG(node_name(s, n->children.at[j]))),
                  "a countermeasure without children, or one that stands on the step");
    }
}

static void check_nodes(const struct assembly *s)
{
    struct arena scratch = ARENA_INIT;
    uint32_t *seen = arena_new_array(&scratch, uint32_t, s->count + 1u), below;
    for (uint32_t i = 0; i < s->count; i++) {
        check_gate(s, i);
        check_attributes(s, i);
        check_roles(s, i);
        for (size_t j = 0; tree_below(&s->nodes[i], j, &below); j++) {
            if (seen[below] == i + 1)
                fault(s, i, arena_printf(s->r->arena, "%.*s stands twice below it", SV_ARG(node_name(s, below))),
                      "each node once");
            seen[below] = i + 1;
        }
    }
    arena_release(&scratch);
}

/* ---- the graph ---- */

static void report_cycle(void *context, const uint32_t *path, size_t len)
{
    const struct assembly *s = context;
    struct str text = STR_INIT;
    for (size_t i = 0; i < len; i++) {
        if (i == PATH_SHOWN)
            str_add_str(&text, "... -> ");
        if (i < PATH_SHOWN)
            str_addf(&text, "%.*s -> ", SV_ARG(node_name(s, path[i])));
    }
    str_add(&text, node_name(s, path[0]));
    reading_fault(s->r, node_place(s, path[0]), arena_printf(s->r->arena, "a cycle: %s", str_cstr(&text)),
                  "a node that does not contain itself");
    str_release(&text);
}

static void make_graph(const struct assembly *s, struct arena *a, struct graph *out)
{
    size_t edges = 0;
    uint32_t node;
    for (uint32_t i = 0; i < s->count; i++)
        edges += s->nodes[i].children.len + s->nodes[i].countermeasures.len;
    uint32_t *first = arena_new_array(a, uint32_t, s->count + 1u), *below = arena_new_array(a, uint32_t, edges + 1);
    edges = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        first[i] = (uint32_t)edges;
        for (size_t j = 0; tree_below(&s->nodes[i], j, &node); j++)
            below[edges++] = node;
    }
    first[s->count] = (uint32_t)edges;
    *out = (struct graph){s->count, first, below};
}

static void tell_unreached(const struct assembly *s, const struct graph_order *order)
{
    uint32_t lost = s->count - order->len;
    for (uint32_t i = 0; lost && i < s->count; i++) {
        if (order->number[i] != GRAPH_NONE)
            continue;
        reading_warning(s->r, node_place(s, i),
                        lost == 1 ? arena_printf(s->r->arena, "%.*s is not below the top and is left out",
                                                 SV_ARG(node_name(s, i)))
                                  : arena_printf(s->r->arena,
                                                 "%u nodes are not below the top and are left out; the first is %.*s",
                                                 lost, SV_ARG(node_name(s, i))),
                        NULL);
        return;
    }
}

static struct tree *number_nodes(const struct assembly *s, const struct graph_order *order)
{
    struct tree *t = reading_tree(s->r->arena, order->len);
    for (uint32_t i = 0; i < order->len; i++) {
        struct tree_node *n = &t->nodes.at[i];
        *n = s->nodes[order->raw[i]];
        for (size_t j = 0; j < n->children.len; j++)
            n->children.at[j] = order->number[n->children.at[j]];
        for (size_t j = 0; j < n->countermeasures.len; j++)
            n->countermeasures.at[j] = order->number[n->countermeasures.at[j]];
    }
    reading_finish(t, order);
    return t;
}

struct tree *reading_assemble(struct reading *r, const char *file, struct tree_node *nodes, uint32_t count,
                              uint32_t top)
{
    struct assembly s = {r, file, nodes, count};
    struct arena scratch = ARENA_INIT;
    struct tree *t = NULL;
    struct graph_order order;
    struct graph g;
    if (!reading_size(r, file, count, 0))
        return NULL;
    check_nodes(&s);
    make_graph(&s, &scratch, &g);
    bool cycles = graph_cycles(&g, CYCLES_MAX, report_cycle, &s) > 0;
    if (!cycles && nodes[top].role != TREE_ATTACK)
        fault(&s, top, "the top is a countermeasure", "the attacker's goal");
    if (!cycles && !reading_failed(r)) {
        graph_sort(&scratch, &g, top, &order);
        tell_unreached(&s, &order);
        if (reading_size(r, file, order.len, order.depth))
            t = number_nodes(&s, &order);
    }
    arena_release(&scratch);
    return t;
}
