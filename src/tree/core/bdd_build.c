/* From formulas to diagrams, and from diagrams to arrays. */
#include "tree/core/bdd_table.h"

#include <stdlib.h>
#include <string.h>

struct leveled {
    uint32_t level, ref;
};

static int by_level(const void *a, const void *b)
{
    const struct leveled *x = a, *y = b;
    if (x->level != y->level)
        return x->level > y->level ? -1 : 1;
    return (x->ref > y->ref) - (x->ref < y->ref);
}

/* Deepest first, so that what is combined later stands above what is there already. */
static void sort_refs(const struct bdd *b, uint32_t *refs, size_t len)
{
    struct leveled few[32], *all = len <= 32 ? few : base_malloc(len * sizeof(*all));
    for (size_t i = 0; i < len; i++)
        all[i] = (struct leveled){b->nodes.at[refs[i] >> 1].level, refs[i]};
    qsort(all, len, sizeof(*all), by_level);
    for (size_t i = 0; i < len; i++)
        refs[i] = all[i].ref;
    if (all != few)
        free(all);
}

/* row[j] is "at least j of those seen so far"; only rows that can still reach k are kept. */
static uint32_t at_least(struct bdd *b, uint32_t k, const uint32_t *refs, size_t len)
{
    uint32_t *row = base_malloc((k + (size_t)1) * sizeof(*row));
    row[0] = BDD_TRUE;
    for (uint32_t j = 1; j <= k; j++)
        row[j] = BDD_FALSE;
    for (size_t i = 0; i < len; i++) {
        size_t left = len - i - 1, most = i + 1 < k ? i + 1 : k;
        for (size_t j = most; j > 0 && j + left >= k; j--)
            row[j] = bdd_ite(b, refs[i], row[j - 1], row[j]);
        if (b->failed)
            break;
    }
    uint32_t result = b->failed ? BDD_FAIL : row[k];
    free(row);
    return result;
}

static uint32_t edge_ref(struct bdd *b, const struct formula *f, const uint32_t *var_of, const uint32_t *gates,
                         uint32_t edge)
{
    if (formula_is_constant(edge))
        return edge == FORMULA_TRUE ? BDD_TRUE : BDD_FALSE;
    uint32_t i = formula_index(edge);
    uint32_t ref = i >= f->events ? gates[i - f->events] : bdd_variable(b, var_of ? var_of[i] : i);
    return ref == BDD_FAIL ? ref : ref ^ (edge & 1);
}

void bdd_building_init(struct bdd_building *w, struct bdd *b, const struct formula *f, const uint32_t *var_of,
                       uint32_t *out_gates, struct arena *arena)
{
    *w = (struct bdd_building){.b = b, .f = f, .var_of = var_of, .gates = out_gates};
    uint32_t most = 0;
    for (size_t i = 0; i < f->gates.len; i++)
        most = f->gates.at[i].len > most ? f->gates.at[i].len : most;
    if (!out_gates)
        w->gates = arena_new_array(arena, uint32_t, f->gates.len + 1);
    w->refs = arena_new_array(arena, uint32_t, most + 1);
    bool *needed = w->needed = arena_new_array(arena, bool, f->events + f->gates.len + 1);
    if (!formula_is_constant(f->root))
        needed[formula_index(f->root)] = true;
    for (size_t i = f->gates.len; i-- > 0;) {
        const struct formula_gate *g = &f->gates.at[i];
        needed[f->events + i] = needed[f->events + i] || out_gates;
        for (uint32_t j = 0; j < g->len && needed[f->events + i]; j++)
            needed[formula_index(f->args.at[g->first + j])] = true;
    }
}

/* The arguments of the next gate as references, in the order in which they are combined. */
static bool take_arguments(struct bdd_building *w, const struct formula_gate *g)
{
    for (uint32_t j = 0; j < g->len; j++) {
        w->refs[j] = edge_ref(w->b, w->f, w->var_of, w->gates, w->f->args.at[g->first + j]);
        if (w->refs[j] == BDD_FAIL)
            return false;
    }
    sort_refs(w->b, w->refs, g->len);
    w->partial = g->op == FORMULA_AND ? BDD_TRUE : BDD_FALSE;
    return true;
}

/* The function of the next gate. When it fails, what is combined stays, for the next call. */
static uint32_t build_gate(struct bdd_building *w, const struct formula_gate *g)
{
    struct bdd *b = w->b;
    if (!w->combined && !take_arguments(w, g))
        return BDD_FAIL;
    if (g->op == FORMULA_AT_LEAST)
        return g->k > g->len ? BDD_FALSE : at_least(b, g->k, w->refs, g->len);
    for (; w->combined < g->len; w->combined++) {
        uint32_t ref = w->refs[w->combined];
        uint32_t result = g->op == FORMULA_AND  ? bdd_and(b, ref, w->partial)
                          : g->op == FORMULA_OR ? bdd_or(b, ref, w->partial)
                                                : bdd_xor(b, ref, w->partial);
        if (result == BDD_FAIL)
            return BDD_FAIL;
        w->partial = result;
        w->nodes_then = b->nodes.len;
    }
    w->combined = 0;
    return w->partial;
}

uint32_t bdd_building_go(struct bdd_building *w, uint32_t max_nodes)
{
    struct bdd *b = w->b;
    const struct formula *f = w->f;
    if (b->nodes.max < max_nodes)
        b->nodes.max = max_nodes;
    if (b->paused) {
        b->paused = false;
        b->failed = budget_over(b->budget);
    }
    for (; w->next < f->gates.len && !b->failed; w->next++) {
        w->gates[w->next] = BDD_FAIL;
        if (!w->needed[f->events + w->next])
            continue;
        w->gates[w->next] = build_gate(w, &f->gates.at[w->next]);
        if (w->gates[w->next] == BDD_FAIL)
            break;
        w->nodes_then = b->nodes.len;
    }
    uint32_t root = b->failed ? BDD_FAIL : edge_ref(b, f, w->var_of, w->gates, f->root);
    bool more = b->nodes.len >= b->nodes.max && b->nodes.max < (1u << 31) - 8;
    b->paused = b->failed && more && !atomic_load(&b->budget->spent);
    return root;
}

uint32_t bdd_build(struct bdd *b, const struct formula *f, const uint32_t *var_of, uint32_t *out_gates)
{
    struct arena scratch = ARENA_INIT;
    struct bdd_building w;
    bdd_building_init(&w, b, f, var_of, out_gates, &scratch);
    uint32_t root = bdd_building_go(&w, 0);
    for (; root == BDD_FAIL && out_gates && w.next < f->gates.len; w.next++)
        out_gates[w.next] = BDD_FAIL;
    arena_release(&scratch);
    return root;
}

/* Children have smaller numbers than parents: one pass down marks, one pass up renumbers. */
static struct diagram freeze(const struct bdd *b, uint32_t root, struct arena *arena)
{
    uint32_t top = root >> 1, len = 1;
    size_t bytes = (top + (size_t)1) * sizeof(uint32_t);
    uint32_t *number = base_malloc(bytes);
    memset(number, 0, bytes);
    number[top] = 1;
    for (uint32_t i = top; i > 0; i--) {
        if (!number[i])
            continue;
        len++;
        number[b->nodes.at[i].hi >> 1] = 1;
        number[b->nodes.at[i].lo >> 1] = 1;
    }
    struct diagram d = {arena_new_array(arena, struct diagram_node, len), len, 0};
    d.at[0].var = DIAGRAM_TERMINAL;
    number[0] = 0;
    uint32_t next = 1;
    for (uint32_t i = 1; i <= top; i++) {
        const struct node *n = &b->nodes.at[i];
        if (!number[i])
            continue;
        d.at[next] = (struct diagram_node){n->level, 2 * number[n->lo >> 1] | (n->lo & 1), 2 * number[n->hi >> 1]};
        number[i] = next++;
    }
    d.root = 2 * number[top] | (root & 1);
    free(number);
    return d;
}

struct diagram bdd_freeze(const struct bdd *b, uint32_t root, struct arena *arena)
{
    size_t most = (root >> 1) + (size_t)1;
    /* The exact size is known only after marking; the bound is charged first and the rest given back. */
    if (!budget_take(b->budget, most * (sizeof(uint32_t) + sizeof(struct diagram_node))))
        return (struct diagram){NULL, 0, 0};
    struct diagram d = freeze(b, root, arena);
    budget_give(b->budget, most * sizeof(uint32_t) + (most - d.len) * sizeof(struct diagram_node));
    return d;
}

struct diagram bdd_diagram(const struct bdd *b, uint32_t root, struct arena *arena)
{
    struct diagram d = freeze(b, root, arena);
    for (uint32_t i = 1; i < d.len && b->var_at; i++)
        d.at[i].var = b->var_at[d.at[i].var];
    return d;
}
