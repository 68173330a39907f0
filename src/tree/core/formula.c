#include "tree/core/formula.h"

#include <string.h>

void formula_init(struct formula *f, struct arena *arena, uint32_t events)
{
    memset(f, 0, sizeof(*f));
    f->arena = arena;
    f->events = events;
    f->root = FORMULA_FALSE;
}

uint32_t formula_event(const struct formula *f, uint32_t event)
{
    if (event >= f->events)
        BUG("event %u of %u", event, f->events);
    return 2 * event;
}

/* How many constants "true" are among the edges; the others that are not constants go to out. */
static size_t drop_constants(const uint32_t *edges, size_t len, uint32_t *out, size_t *out_len)
{
    size_t truths = 0, kept = 0;
    for (size_t i = 0; i < len; i++) {
        if (!formula_is_constant(edges[i]))
            out[kept++] = edges[i];
        else if (edges[i] == FORMULA_TRUE)
            truths++;
    }
    *out_len = kept;
    return truths;
}

static uint32_t new_gate(struct formula *f, enum formula_op op, uint32_t k, const uint32_t *edges, size_t len)
{
    struct formula_gate *g = vec_push(f->arena, &f->gates);
    g->op = op;
    g->k = k;
    g->first = (uint32_t)f->args.len;
    g->len = (uint32_t)len;
    for (size_t i = 0; i < len; i++)
        *vec_push(f->arena, &f->args) = edges[i];
    return 2 * (f->events + (uint32_t)f->gates.len - 1);
}

uint32_t formula_gate(struct formula *f, enum formula_op op, uint32_t k, const uint32_t *edges, size_t len)
{
    struct arena scratch = ARENA_INIT;
    uint32_t *kept = arena_new_array(&scratch, uint32_t, len + 1), result;
    size_t n, truths = drop_constants(edges, len, kept, &n), falsehoods = len - n - truths;
    if (op == FORMULA_AT_LEAST) {
        k = k > truths ? k - (uint32_t)truths : 0;
        truths = falsehoods = 0;
        if (k == 0)
            op = FORMULA_AND, n = 0;
        else if (k > n)
            op = FORMULA_OR, n = 0;
        else if (k == 1)
            op = FORMULA_OR;
        else if (k == n)
            op = FORMULA_AND;
    }
    if ((op == FORMULA_AND && falsehoods) || (op == FORMULA_OR && truths))
        result = op == FORMULA_OR ? FORMULA_TRUE : FORMULA_FALSE;
    else if (n == 0)
        result = op == FORMULA_AND || (op == FORMULA_XOR && truths % 2) ? FORMULA_TRUE : FORMULA_FALSE;
    else if (n == 1)
        result = kept[0] ^ (uint32_t)(op == FORMULA_XOR ? truths % 2 : 0);
    else
        result = new_gate(f, op, k, kept, n) ^ (uint32_t)(op == FORMULA_XOR ? truths % 2 : 0);
    arena_release(&scratch);
    return result;
}

static bool edge_holds(const struct formula *f, const bool *state, const bool *gates, uint32_t edge)
{
    uint32_t i = formula_index(edge);
    if (formula_is_constant(edge))
        return edge == FORMULA_TRUE;
    return (i < f->events ? state[i] : gates[i - f->events]) != (edge & 1u);
}

static bool gate_holds(const struct formula *f, const struct formula_gate *g, const bool *state, const bool *gates)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < g->len; i++)
        count += edge_holds(f, state, gates, f->args.at[g->first + i]);
    switch (g->op) {
    case FORMULA_AND:
        return count == g->len;
    case FORMULA_OR:
        return count > 0;
    case FORMULA_XOR:
        return count % 2;
    case FORMULA_AT_LEAST:
        return count >= g->k;
    }
    BUG("operator %d", (int)g->op);
}

bool formula_holds(const struct formula *f, const bool *state)
{
    struct arena scratch = ARENA_INIT;
    bool *gates = arena_new_array(&scratch, bool, f->gates.len + 1);
    for (size_t i = 0; i < f->gates.len; i++)
        gates[i] = gate_holds(f, &f->gates.at[i], state, gates);
    bool holds = edge_holds(f, state, gates, f->root);
    arena_release(&scratch);
    return holds;
}

/* Gates refer only to earlier ones: one pass from the last to the first hands polarities down. */
void formula_polarities(const struct formula *f, unsigned char *out)
{
    memset(out, FORMULA_NOWHERE, f->events);
    if (formula_is_constant(f->root))
        return;
    struct arena scratch = ARENA_INIT;
    unsigned char *polarity = arena_new_array(&scratch, unsigned char, f->events + f->gates.len + 1);
    polarity[formula_index(f->root)] = f->root & 1u ? FORMULA_NEGATIVE : FORMULA_POSITIVE;
    for (size_t i = f->gates.len; i-- > 0;) {
        const struct formula_gate *g = &f->gates.at[i];
        unsigned own = polarity[f->events + i];
        if (own && g->op == FORMULA_XOR)
            own = FORMULA_BOTH;
        unsigned turned = (own & FORMULA_POSITIVE) << 1 | own >> 1;
        for (uint32_t j = 0; j < g->len; j++) {
            uint32_t edge = f->args.at[g->first + j];
            polarity[formula_index(edge)] |= (unsigned char)(edge & 1u ? turned : own);
        }
    }
    memcpy(out, polarity, f->events);
    arena_release(&scratch);
}

bool formula_same(const struct formula *a, const struct formula *b)
{
    return a->events == b->events && a->root == b->root && a->gates.len == b->gates.len &&
           a->args.len == b->args.len &&
           (!a->gates.len || !memcmp(a->gates.at, b->gates.at, a->gates.len * sizeof(*a->gates.at))) &&
           (!a->args.len || !memcmp(a->args.at, b->args.at, a->args.len * sizeof(*a->args.at)));
}

bool formula_coherent(const struct formula *f)
{
    struct arena scratch = ARENA_INIT;
    unsigned char *polarity = arena_new_array(&scratch, unsigned char, f->events + 1);
    bool coherent = true;
    formula_polarities(f, polarity);
    for (uint32_t e = 0; e < f->events && coherent; e++)
        coherent = !(polarity[e] & FORMULA_NEGATIVE);
    arena_release(&scratch);
    return coherent;
}
