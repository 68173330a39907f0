#include "tree/core/nnf.h"

#include <string.h>

struct maker {
    struct nnf *n;
    struct arena *arena;
    const struct formula *f;
    uint32_t *made; /* by 2 * gate + polarity: the reference */
    size_t max_nodes;
    bool full;
};

static uint32_t node(struct maker *m, bool is_and, const uint32_t *args, uint32_t len)
{
    struct nnf *n = m->n;
    uint32_t constant = is_and ? NNF_TRUE : NNF_FALSE, kept = 0, last = constant, first = (uint32_t)n->args.len;
    for (uint32_t i = 0; i < len; i++) {
        if (args[i] == FORMULA_NOT(constant)) {
            n->args.len = first;
            return args[i];
        }
        if (args[i] == constant)
            continue;
        *vec_push(m->arena, &n->args) = last = args[i];
        kept++;
    }
    if (kept < 2) {
        n->args.len = first;
        return last;
    }
    if (n->nodes.len >= m->max_nodes)
        m->full = true;
    *vec_push(m->arena, &n->nodes) = (struct nnf_node){is_and, first, kept};
    return 2 * n->events + (uint32_t)n->nodes.len - 1;
}

static uint32_t pair(struct maker *m, bool is_and, uint32_t a, uint32_t b)
{
    uint32_t args[2] = {a, b};
    return node(m, is_and, args, 2);
}

/* What a formula's edge has become, in the polarity wanted; its gate has been made before. */
static uint32_t reference(const struct maker *m, uint32_t edge, bool negated)
{
    edge ^= (uint32_t)negated;
    if (formula_is_constant(edge))
        return edge;
    return formula_index(edge) < m->f->events ? edge : m->made[edge - 2 * m->f->events];
}

/* At least k of the arguments from `first` on: rows of "this one and k-1 of the rest, or k of the rest". */
static uint32_t at_least(struct maker *m, const struct formula_gate *g, uint32_t k, bool negated)
{
    struct arena scratch = ARENA_INIT;
    uint32_t *row = arena_new_array(&scratch, uint32_t, (size_t)k + 1), result;
    row[0] = NNF_TRUE;
    for (uint32_t j = 1; j <= k; j++)
        row[j] = NNF_FALSE;
    for (uint32_t i = g->len; i-- > 0 && !m->full;) {
        uint32_t arg = reference(m, m->f->args.at[g->first + i], negated);
        for (uint32_t j = k; j >= 1; j--)
            row[j] = pair(m, false, pair(m, true, arg, row[j - 1]), row[j]);
    }
    result = row[k];
    arena_release(&scratch);
    return result;
}

static void make_xor(struct maker *m, const struct formula_gate *g, uint32_t gate)
{
    uint32_t yes = NNF_FALSE, no = NNF_TRUE;
    for (uint32_t i = 0; i < g->len && !m->full; i++) {
        uint32_t a = reference(m, m->f->args.at[g->first + i], false);
        uint32_t b = reference(m, m->f->args.at[g->first + i], true);
        uint32_t odd = pair(m, false, pair(m, true, a, no), pair(m, true, b, yes));
        no = pair(m, false, pair(m, true, a, yes), pair(m, true, b, no));
        yes = odd;
    }
    m->made[2 * gate] = yes;
    m->made[2 * gate + 1] = no;
}

static void make(struct maker *m, uint32_t gate, bool negated)
{
    const struct formula_gate *g = &m->f->gates.at[gate];
    if (g->op == FORMULA_XOR) {
        make_xor(m, g, gate);
        return;
    }
    if (g->op == FORMULA_AT_LEAST) {
        m->made[2 * gate + negated] = at_least(m, g, negated ? g->len - g->k + 1 : g->k, negated);
        return;
    }
    struct arena scratch = ARENA_INIT;
    uint32_t *args = arena_new_array(&scratch, uint32_t, (size_t)g->len + 1);
    for (uint32_t i = 0; i < g->len; i++)
        args[i] = reference(m, m->f->args.at[g->first + i], negated);
    m->made[2 * gate + negated] = node(m, (g->op == FORMULA_AND) != negated, args, g->len);
    arena_release(&scratch);
}

/* Which gates are needed in which polarity: from the root down, gates refer only to earlier ones. */
static void mark_needed(const struct formula *f, unsigned char *needed)
{
    if (!formula_is_constant(f->root) && formula_index(f->root) >= f->events)
        needed[f->root - 2 * f->events] = 1;
    for (size_t i = f->gates.len; i-- > 0;) {
        const struct formula_gate *g = &f->gates.at[i];
        if (g->op == FORMULA_XOR && (needed[2 * i] || needed[2 * i + 1]))
            needed[2 * i] = needed[2 * i + 1] = 1;
        for (uint32_t j = 0; j < g->len; j++) {
            uint32_t edge = f->args.at[g->first + j];
            if (formula_is_constant(edge) || formula_index(edge) < f->events)
                continue;
            edge -= 2 * f->events;
            needed[edge] |= needed[2 * i];
            needed[edge ^ 1u] |= needed[2 * i + 1];
        }
    }
}

bool nnf_build(struct nnf *n, struct arena *arena, const struct formula *f, size_t max_nodes)
{
    struct arena scratch = ARENA_INIT;
    struct maker m = {n, arena, f, arena_new_array(&scratch, uint32_t, 2 * f->gates.len + 2), max_nodes, false};
    unsigned char *needed = arena_new_array(&scratch, unsigned char, 2 * f->gates.len + 2);
    memset(n, 0, sizeof(*n));
    n->events = f->events;
    mark_needed(f, needed);
    for (uint32_t i = 0; i < f->gates.len && !m.full; i++) {
        bool both = f->gates.at[i].op == FORMULA_XOR;
        if (needed[2 * i])
            make(&m, i, false);
        if (needed[2 * i + 1] && !both)
            make(&m, i, true);
    }
    n->root = m.full ? NNF_FALSE : reference(&m, f->root, false);
    arena_release(&scratch);
    return !m.full;
}
