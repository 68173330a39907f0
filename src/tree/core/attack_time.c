#include "tree/core/attack_time.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NEVER ((double)INFINITY)

void attack_clock_init(struct attack_clock *c, const struct attack_values *v, struct arena *arena)
{
    const struct tree *t = v->model->tree;
    size_t widest = 1, stop = 0;
    memset(c, 0, sizeof(*c));
    c->v = v;
    c->gates = arena_new_array(arena, bool, v->formula.gates.len + 1);
    c->holds = arena_new_array(arena, bool, t->nodes.len);
    c->active = arena_new_array(arena, uint32_t, t->nodes.len);
    c->begun = arena_new_array(arena, double, t->nodes.len);
    c->reached = arena_new_array(arena, double, t->nodes.len);
    c->stop_at = arena_new_array(arena, uint32_t, t->nodes.len);
    for (size_t i = 0; i < t->nodes.len; i++) {
        c->stop_at[i] = (uint32_t)stop;
        stop += t->nodes.at[i].countermeasures.len;
        widest = t->nodes.at[i].children.len > widest ? t->nodes.at[i].children.len : widest;
    }
    c->scratch = arena_new_array(arena, double, widest);
}

/* ---- what holds --------------------------------------------------------------------------------- */

static bool edge_holds(const struct attack_clock *c, const bool *state, uint32_t edge)
{
    uint32_t i = formula_index(edge), events = c->v->formula.events;
    if (formula_is_constant(edge))
        return edge == FORMULA_TRUE;
    return (i < events ? state[i] : c->gates[i - events]) != (edge & 1u);
}

static void find_gates(struct attack_clock *c, const bool *state)
{
    const struct formula *f = &c->v->formula;
    for (size_t i = 0; i < f->gates.len; i++) {
        const struct formula_gate *g = &f->gates.at[i];
        uint32_t count = 0;
        for (uint32_t j = 0; j < g->len; j++)
            count += edge_holds(c, state, f->args.at[g->first + j]);
        c->gates[i] = g->op == FORMULA_AND   ? count == g->len
                      : g->op == FORMULA_OR  ? count > 0
                      : g->op == FORMULA_XOR ? count % 2
                                             : count >= g->k;
    }
}

double attack_clock_damage(struct attack_clock *c, const bool *state)
{
    const struct tree *t = c->v->model->tree;
    double sum = 0;
    find_gates(c, state);
    for (size_t i = 0; i < t->nodes.len; i++)
        if (c->v->damage[i] > 0 && edge_holds(c, state, c->v->edges[i]))
            sum += c->v->damage[i];
    return sum;
}

bool attack_clock_holds(const struct attack_clock *c, const bool *state, uint32_t node)
{
    return edge_holds(c, state, c->v->edges[node]) == (c->v->model->tree->nodes.at[node].role == TREE_ATTACK);
}

/* ---- when --------------------------------------------------------------------------------------- */

static bool is_attack(const struct attack_clock *c, uint32_t node)
{
    return c->v->model->tree->nodes.at[node].role == TREE_ATTACK;
}

static void begin(struct attack_clock *c, uint32_t node, double at)
{
    if (at < c->begun[node])
        c->begun[node] = at;
}

/* Hands "begun" down from a node that is reached, or from a countermeasure that falls. Of a countermeasure's two
 * groups of children only what defeats it has an order. */
static void hand_down(struct attack_clock *c, uint32_t node)
{
    const struct tree_node *n = &c->v->model->tree->nodes.at[node];
    double at = c->begun[node], next = at;
    bool absent = n->role != TREE_ATTACK && formula_is_constant(c->v->edges[node]);
    if (!(at < NEVER) || absent || c->holds[node] != (n->role == TREE_ATTACK))
        return;
    for (size_t i = 0; i < n->countermeasures.len; i++)
        if (c->v->model->stops.at[c->stop_at[node] + i].stops >= 1)
            begin(c, n->countermeasures.at[i], at);
    for (size_t i = 0; i < n->children.len; i++) {
        uint32_t child = n->children.at[i];
        bool ordered = n->gate == TREE_SAND && (n->role == TREE_ATTACK || is_attack(c, child));
        begin(c, child, ordered ? next : at);
        if (ordered && !(c->reached[child] <= next))
            next = c->reached[child];
    }
}

static int compare_doubles(const void *a, const void *b)
{
    double x, y;
    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return x < y ? -1 : x > y;
}

/* The k-th smallest (from 1) of the times in scratch. */
static double smallest(struct attack_clock *c, size_t k, size_t len)
{
    if (k < 1)
        return 0;
    if (k > len)
        return NEVER;
    qsort(c->scratch, len, sizeof(double), compare_doubles);
    return c->scratch[k - 1];
}

static double largest(const struct attack_clock *c, size_t len)
{
    double most = 0;
    for (size_t i = 0; i < len; i++)
        if (c->scratch[i] > most)
            most = c->scratch[i];
    return most;
}

/* Gates that may be reached because a child is not: they wait for those that are. */
static bool negates(enum tree_gate gate)
{
    return gate == TREE_NOT || gate == TREE_XOR || gate == TREE_NAND || gate == TREE_NOR || gate == TREE_IFF ||
           gate == TREE_IMPLY;
}

/* When a gate over the times in scratch is reached, provided it is. */
static double gate_time(struct attack_clock *c, const struct tree_node *n, size_t len)
{
    double first = NEVER;
    switch (n->gate) {
    case TREE_LEAF:
    case TREE_OR:
        for (size_t i = 0; i < len; i++)
            first = c->scratch[i] < first ? c->scratch[i] : first;
        return first;
    case TREE_AT_LEAST:
    case TREE_CARDINALITY:
        return smallest(c, n->k, len);
    case TREE_AND:
    case TREE_SAND:
    case TREE_NOT:
    case TREE_XOR:
    case TREE_NAND:
    case TREE_NOR:
    case TREE_IFF:
    case TREE_IMPLY:
    case TREE_CONSTANT:
        return largest(c, len);
    }
    return NEVER;
}

/* When what a countermeasure consists of no longer makes it up. */
static double parts_fall(struct attack_clock *c, const struct tree_node *n, size_t len)
{
    if (n->gate == TREE_AND || n->gate == TREE_SAND)
        return smallest(c, 1, len);
    if (n->gate == TREE_AT_LEAST || n->gate == TREE_CARDINALITY)
        return smallest(c, len + 1 > n->k ? len + 1 - n->k : 0, len);
    return largest(c, len);
}

static double fall_time(struct attack_clock *c, uint32_t node)
{
    const struct tree_node *n = &c->v->model->tree->nodes.at[node];
    uint32_t edge = c->v->edges[node];
    size_t defeats = 0, parts = 0;
    double fall = NEVER;
    if (formula_is_constant(edge) || c->holds[node])
        return edge == FORMULA_FALSE ? 0 : NEVER;
    for (size_t i = 0; i < n->children.len; i++)
        if (is_attack(c, n->children.at[i]))
            c->scratch[defeats++] = c->reached[n->children.at[i]];
    if (defeats)
        fall = gate_time(c, n, defeats);
    for (size_t i = 0; i < n->children.len; i++)
        if (!is_attack(c, n->children.at[i]))
            c->scratch[parts++] = c->reached[n->children.at[i]];
    double gone = parts ? parts_fall(c, n, parts) : NEVER;
    fall = gone < fall ? gone : fall;
    for (size_t i = 0; i < n->countermeasures.len; i++)
        if (c->holds[n->countermeasures.at[i]])
            fall = 0; /* kept down by another one, whatever the attacker does */
    return fall;
}

static double reach_time(struct attack_clock *c, uint32_t node)
{
    const struct model *m = c->v->model;
    const struct tree_node *n = &m->tree->nodes.at[node];
    double at;
    if (n->role != TREE_ATTACK)
        return fall_time(c, node);
    if (!c->holds[node])
        return NEVER;
    if (n->gate == TREE_LEAF) {
        double own = c->v->of[MEASURE_TIME][m->event_of[node]];
        at = c->begun[node] + (isnan(own) ? 0 : own);
    } else {
        size_t len = 0;
        for (size_t i = 0; i < n->children.len; i++) {
            uint32_t child = n->children.at[i];
            /* a countermeasure among the children of an attack gate means that it is present: from the start */
            if (c->holds[child])
                c->scratch[len++] = is_attack(c, child) ? c->reached[child] : 0;
            else
                c->scratch[len++] = negates(n->gate) ? 0 : NEVER;
        }
        at = gate_time(c, n, len);
    }
    for (size_t i = 0; i < n->countermeasures.len; i++) {
        const struct model_stop *s = &m->stops.at[c->stop_at[node] + i];
        double fall = s->stops >= 1 ? c->reached[s->countermeasure] : 0;
        if (fall > at) /* NEVER while it is not known yet: a node that is reached has no others in its way */
            at = fall;
    }
    return at;
}

/* Nodes that are not reached begin nothing and have no time: only the others take part. */
static void find_active(struct attack_clock *c, const bool *state)
{
    const struct model *m = c->v->model;
    c->active_len = 0;
    for (size_t i = 0; i < m->tree->nodes.len; i++) {
        uint32_t node = m->order[i];
        c->begun[node] = c->reached[node] = NEVER;
        c->holds[node] = edge_holds(c, state, c->v->edges[node]);
        if (c->holds[node] || !is_attack(c, node))
            c->active[c->active_len++] = node;
    }
}

double attack_clock_time(struct attack_clock *c, const bool *state)
{
    const struct model *m = c->v->model;
    find_gates(c, state);
    if (!edge_holds(c, state, c->v->formula.root))
        return NEVER;
    for (uint32_t e = 0; e < m->steps; e++)
        if (state[e] && isnan(c->v->of[MEASURE_TIME][e]))
            return (double)NAN;
    find_active(c, state);
    c->begun[0] = 0;
    bool changed = true;
    while (changed) {
        changed = false;
        for (size_t i = c->active_len; i-- > 0;)
            hand_down(c, c->active[i]);
        for (size_t i = 0; i < c->active_len; i++) {
            uint32_t node = c->active[i];
            double at = reach_time(c, node);
            changed |= at < c->reached[node];
            c->reached[node] = at;
        }
    }
    return c->reached[0];
}
