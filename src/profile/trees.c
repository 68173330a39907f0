/* Attack trees that refer to one another: every reference leads somewhere, and never back to where
 * it came from.
 *
 * The search for cycles goes over the nodes of all trees together (a reference to one step of a
 * tree is no reference to its goal), on a stack of its own, in linear time. */
#include "base/str.h"
#include "profile/internal.h"

/* A tree, its nodes numbered from `base` among the nodes of all trees. */
struct grove_tree {
    const struct tree *tree;
    const struct threat_draft *draft;
    struct map ids; /* "#id" -> node */
    uint32_t base;
};

struct target {
    uint32_t node; /* number among all, or UINT32_MAX */
};

enum colour { WHITE, GREY, BLACK };

struct step {
    uint32_t node;
    uint32_t next_edge;
};

struct grove {
    struct arena *a;
    const struct profile *p;
    struct grove_tree *trees; /* one for each threat, in the order of p->threats */
    size_t count;
    uint32_t nodes;
    uint32_t *owner;  /* node -> tree */
    uint32_t *target; /* node -> node that its reference leads to, or UINT32_MAX */
    uint8_t *colour;
    struct step *stack;
    size_t depth;
};

static void index_tree(struct grove *g, size_t i)
{
    struct grove_tree *t = &g->trees[i];
    map_init(&t->ids, g->a);
    if (!t->tree)
        return;
    for (size_t n = 0; n < t->tree->nodes.len; n++) {
        g->owner[t->base + n] = (uint32_t)i;
        struct tree_node *node = &t->tree->nodes.at[n];
        if (node->id.len && !map_get(&t->ids, node->id))
            map_set(&t->ids, node->id, node);
    }
}

static void node_fault(const struct grove *g, const struct grove_tree *t,
                       const struct tree_node *node, bool error, const char *what,
                       const char *expected)
{
    struct diag *diag = t->draft->source.read.diag;
    const char *file = t->draft->source.read.file;
    (void)g;
    if (error)
        diag_error(diag, file, node->line, node->column, what, expected);
    else
        diag_warning(diag, file, node->line, node->column, what, expected);
}

/* Where a reference leads; faults when it leads nowhere. */
static uint32_t resolve(struct grove *g, const struct grove_tree *t, const struct tree_node *node)
{
    struct sv id = node->reference, step = SV_NONE;
    ptrdiff_t hash = sv_find_char(id, '#');
    if (hash >= 0) {
        step = sv_from_byte(id, (size_t)hash + 1);
        id.len = (size_t)hash;
    }
    const struct threat *threat = map_get(&g->p->by_id, id);
    if (!threat) {
        if (!threat_id_number(g->p->sig.prefix, id)) /* otherwise it was reported as a mention */
            node_fault(g, t, node, true,
                       arena_printf(g->a, "there is no threat %s", yaml_read_shown(g->a, id)),
                       "the identifier of a threat of this group");
        return UINT32_MAX;
    }
    const struct grove_tree *other = &g->trees[threat - g->p->threats.at];
    if (!other->tree) {
        bool broken = threat->tree_text.len > 0; /* its own faults were reported */
        if (!broken && step.len)
            node_fault(g, t, node, true, arena_printf(g->a, "%.*s has no attack tree", SV_ARG(id)),
                       "a threat with that step");
        else if (!broken)
            node_fault(g, t, node, false,
                       arena_printf(g->a, "%.*s has no attack tree yet and counts as one step",
                                    SV_ARG(id)),
                       NULL);
        return UINT32_MAX;
    }
    if (!step.len)
        return other->base;
    const struct tree_node *found = map_get(&other->ids, step);
    if (!found) {
        node_fault(g, t, node, true,
                   arena_printf(g->a, "the attack tree of %.*s has no step #%s", SV_ARG(id),
                                yaml_read_shown(g->a, step)),
                   arena_printf(g->a, "a step with that name in %s", threat->file));
        return UINT32_MAX;
    }
    return other->base + (uint32_t)(found - other->tree->nodes.at);
}

/* The edge with this number from a node, or UINT32_MAX behind the last. */
static uint32_t edge(const struct grove *g, uint32_t number, uint32_t which)
{
    const struct grove_tree *t = &g->trees[g->owner[number]];
    const struct tree_node *node = &t->tree->nodes.at[number - t->base];
    if (which < node->children.len)
        return t->base + node->children.at[which];
    which -= (uint32_t)node->children.len;
    if (which < node->countermeasures.len)
        return t->base + node->countermeasures.at[which];
    return which == node->countermeasures.len ? g->target[number] : UINT32_MAX;
}

static size_t edge_count(const struct grove *g, uint32_t number)
{
    const struct grove_tree *t = &g->trees[g->owner[number]];
    const struct tree_node *node = &t->tree->nodes.at[number - t->base];
    return node->children.len + node->countermeasures.len + 1;
}

/* "T-0001 -> T-0002 -> T-0001", at the reference that closes the cycle. */
static void report_cycle(const struct grove *g, uint32_t back_to)
{
    struct str path = STR_INIT;
    size_t from = g->depth;
    while (from && g->stack[from - 1].node != back_to)
        from--;
    uint32_t last = UINT32_MAX;
    for (size_t i = from - 1; i < g->depth; i++) {
        uint32_t owner = g->owner[g->stack[i].node];
        if (owner == last && i + 1 < g->depth)
            continue;
        if (owner != last)
            str_addf(&path, "%s%.*s", path.len ? " -> " : "", SV_ARG(g->p->threats.at[owner].id));
        last = owner;
    }
    str_addf(&path, " -> %.*s", SV_ARG(g->p->threats.at[g->owner[back_to]].id));
    uint32_t at = g->stack[g->depth - 1].node;
    const struct grove_tree *t = &g->trees[g->owner[at]];
    node_fault(g, t, &t->tree->nodes.at[at - t->base], true,
               arena_printf(g->a, "attack trees that refer to one another in a circle: %s",
                            str_cstr(&path)),
               "references that lead to an end");
    str_release(&path);
}

static void visit(struct grove *g, uint32_t start)
{
    g->stack[g->depth++] = (struct step){start, 0};
    g->colour[start] = GREY;
    while (g->depth) {
        struct step *top = &g->stack[g->depth - 1];
        if (top->next_edge >= edge_count(g, top->node)) {
            g->colour[top->node] = BLACK;
            g->depth--;
            continue;
        }
        uint32_t next = edge(g, top->node, top->next_edge++);
        if (next == UINT32_MAX || g->colour[next] == BLACK)
            continue;
        if (g->colour[next] == GREY) {
            report_cycle(g, next);
            continue;
        }
        g->colour[next] = GREY;
        g->stack[g->depth++] = (struct step){next, 0};
    }
}

static void plant(struct grove *g, const struct threat_drafts *drafts)
{
    size_t nodes = 0;
    g->count = g->p->threats.len;
    g->trees = arena_new_array(g->a, struct grove_tree, g->count + 1);
    for (size_t i = 0; i < g->count; i++) {
        g->trees[i].tree = g->p->threats.at[i].tree;
        g->trees[i].draft = &drafts->list.at[i];
        g->trees[i].base = (uint32_t)nodes;
        nodes += g->trees[i].tree ? g->trees[i].tree->nodes.len : 0;
    }
    g->nodes = (uint32_t)nodes;
    g->owner = arena_new_array(g->a, uint32_t, nodes + 1);
    g->target = arena_new_array(g->a, uint32_t, nodes + 1);
    g->colour = arena_new_array(g->a, uint8_t, nodes + 1);
    g->stack = arena_new_array(g->a, struct step, nodes + 1);
}

void threat_check_trees(const struct profile *p, const struct threat_drafts *drafts)
{
    struct arena scratch = ARENA_INIT;
    struct grove g = {.a = &scratch, .p = p};
    plant(&g, drafts);
    for (size_t i = 0; i < g.count; i++)
        index_tree(&g, i);
    for (uint32_t n = 0; n < g.nodes; n++) {
        const struct grove_tree *t = &g.trees[g.owner[n]];
        const struct tree_node *node = &t->tree->nodes.at[n - t->base];
        g.target[n] = node->reference.len ? resolve(&g, t, node) : UINT32_MAX;
    }
    for (uint32_t n = 0; n < g.nodes; n++)
        if (g.colour[n] == WHITE)
            visit(&g, n);
    arena_release(&scratch);
}
