/* Small random formulas and trees, and what they mean, worked out state by state, for tests that compare with
 * brute force. Nothing here uses the library's own idea of a tree's meaning. */
#ifndef CASEMATE_TESTS_TREE_RANDOM_H
#define CASEMATE_TESTS_TREE_RANDOM_H

#include "base/rand.h"
#include "tree/core/formula.h"
#include "tree/core/tree.h"

#include <stdio.h>
#include <string.h>

struct dice {
    uint64_t state;
};

static inline uint64_t dice_roll(struct dice *d)
{
    uint64_t z = (d->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline uint32_t dice_below(struct dice *d, uint32_t n)
{
    return (uint32_t)(dice_roll(d) >> 32) % n;
}

static inline double dice_chance(struct dice *d)
{
    return (double)(dice_roll(d) >> 11) * 0x1p-53;
}

/* A seed that differs from run to run, printed so that a failure can be repeated. */
static inline uint64_t dice_fresh_seed(void)
{
    uint64_t seed;
    rand_bytes(&seed, sizeof(seed));
    printf("# random seed %llu\n", (unsigned long long)seed);
    return seed;
}

/* Events below `steps` occur only positively; those from there on in either sense when they are the arguments of
 * a gate. With mixed, all do. */
static inline void random_formula(struct dice *d, struct arena *arena, uint32_t events, uint32_t steps, bool mixed,
                                  struct formula *f)
{
    uint32_t pool[64], len = 0, args[4];
    formula_init(f, arena, events);
    for (uint32_t e = 0; e < events; e++)
        pool[len++] = formula_event(f, e) ^ (uint32_t)(e >= steps && dice_below(d, 2));
    uint32_t gates = 3 + dice_below(d, 10);
    for (uint32_t g = 0; g < gates && len < 60; g++) {
        uint32_t n = 2 + dice_below(d, 3), op = dice_below(d, mixed ? 7 : 5);
        for (uint32_t i = 0; i < n; i++) {
            /* recent gates more often, so that depth grows */
            uint32_t k = dice_below(d, 2) ? dice_below(d, len) : len - 1 - dice_below(d, len < 4 ? len : 4);
            args[i] = pool[k] ^ (uint32_t)(mixed && !dice_below(d, 4));
        }
        uint32_t edge = op < 2    ? formula_gate(f, FORMULA_AND, 0, args, n)
                        : op < 4  ? formula_gate(f, FORMULA_OR, 0, args, n)
                        : op == 4 ? formula_gate(f, FORMULA_AT_LEAST, 2, args, n)
                                  : formula_gate(f, FORMULA_XOR, 0, args, n);
        if (!formula_is_constant(edge))
            pool[len++] = edge;
    }
    f->root = pool[len - 1];
}

/* ---- trees ------------------------------------------------------------------------------------- */

struct random_tree_shape {
    uint32_t steps, countermeasures, gates; /* distinct ones */
    bool deployed;   /* every countermeasure has "deployed" */
    bool stops;      /* some stop only now and then */
    bool defeaters;  /* some can be defeated by a step */
    bool composites; /* some consist of others */
    bool approaches; /* some are "?" */
};

static inline uint32_t random_node(struct arena *a, struct tree *t, enum tree_role role, const char *label)
{
    struct tree_node *n = vec_push(a, &t->nodes);
    n->role = role;
    n->label = (struct sv){label, strlen(label)};
    return (uint32_t)t->nodes.len - 1;
}

static inline void set_value(struct tree *t, uint32_t node, enum tree_attribute attribute, double x)
{
    t->nodes.at[node].values[attribute] = (struct tree_value){.kind = TREE_POINT, .lo = x, .mode = x, .hi = x};
}

static inline double random_share(struct dice *d)
{
    uint32_t k = dice_below(d, 8);
    return k == 0 ? 0 : k == 1 ? 1 : dice_chance(d);
}

/* A countermeasure, or one more place of one that exists (same label). */
static inline uint32_t random_countermeasure(struct dice *d, struct arena *a, struct tree *t,
                                             const struct random_tree_shape *shape, uint32_t which,
                                             const double *deployed, const double *costs)
{
    bool approach = shape->approaches && which % 3 == 2;
    uint32_t c = random_node(a, t, approach ? TREE_APPROACH : TREE_COUNTERMEASURE, arena_printf(a, "d%u", which));
    if (shape->deployed)
        set_value(t, c, TREE_DEPLOYED, deployed[which]);
    set_value(t, c, TREE_COST, costs[which]);
    if (shape->stops && dice_below(d, 4) == 0)
        set_value(t, c, TREE_STOPS, dice_chance(d));
    if (shape->defeaters && dice_below(d, 3) == 0) {
        t->nodes.at[c].gate = TREE_OR;
        *vec_push(a, &t->nodes.at[c].children) = shape->steps; /* the last step */
    }
    return c;
}

/* The goal is node 0; its gate is filled last. */
static inline struct tree *random_tree(struct dice *d, struct arena *a, const struct random_tree_shape *shape)
{
    struct tree *t = arena_new(a, struct tree);
    double deployed[32], costs[32];
    uint32_t pool[64], len = 0;
    for (uint32_t i = 0; i < shape->countermeasures; i++) {
        deployed[i] = random_share(d);
        costs[i] = 1 + dice_below(d, 20);
    }
    random_node(a, t, TREE_ATTACK, "goal");
    for (uint32_t i = 0; i < shape->steps; i++) {
        uint32_t s = random_node(a, t, TREE_ATTACK, arena_printf(a, "a%u", i));
        set_value(t, s, TREE_P, dice_chance(d));
        set_value(t, s, TREE_COST, 1 + dice_below(d, 50));
        pool[len++] = s;
    }
    for (uint32_t g = 0; g < shape->gates; g++) {
        uint32_t n = g + 1 == shape->gates ? 0 : random_node(a, t, TREE_ATTACK, arena_printf(a, "g%u", g));
        uint32_t kind = dice_below(d, 5), arity = 2 + dice_below(d, 2);
        t->nodes.at[n].gate = kind < 2 ? TREE_OR : kind < 4 ? TREE_AND : TREE_AT_LEAST;
        t->nodes.at[n].k = 2;
        for (uint32_t i = 0; i < arity; i++) {
            uint32_t k = dice_below(d, 2) ? dice_below(d, len) : len - 1 - dice_below(d, len < 3 ? len : 3);
            *vec_push(a, &t->nodes.at[n].children) = pool[k];
        }
        pool[len++] = n;
    }
    for (uint32_t i = 0; shape->countermeasures && i < shape->countermeasures * 3 / 2; i++) {
        uint32_t which = i < shape->countermeasures ? i : dice_below(d, shape->countermeasures);
        uint32_t place = dice_below(d, 1 + shape->steps + shape->gates - 1);
        if (place == shape->steps)
            place = 0; /* what defeats a countermeasure has none: no cycles */
        uint32_t c = random_countermeasure(d, a, t, shape, which, deployed, costs);
        if (shape->composites && which == 0 && shape->countermeasures > 2) {
            uint32_t whole = random_node(a, t, TREE_COUNTERMEASURE, arena_printf(a, "whole %u", i));
            uint32_t other = random_countermeasure(d, a, t, shape, 1, deployed, costs);
            t->nodes.at[whole].gate = dice_below(d, 2) ? TREE_AND : TREE_OR;
            *vec_push(a, &t->nodes.at[whole].children) = c;
            *vec_push(a, &t->nodes.at[whole].children) = other;
            c = whole;
        }
        *vec_push(a, &t->nodes.at[place].countermeasures) = c;
    }
    return t;
}

/* What happens in one state: which steps succeed, which countermeasures (by the number in their label) are present,
 * and which stop in which place (at most 8 stand on a place). */
struct tree_state {
    const struct tree *t;
    const bool *step;    /* by node */
    const bool *present; /* by number */
    const bool *stop;    /* by place * 8 + position */
};

static inline bool state_defence(const struct tree_state *s, uint32_t node);

static inline bool state_joins(const struct tree_node *n, uint32_t holding, uint32_t len)
{
    return n->gate == TREE_AND ? holding == len : n->gate == TREE_AT_LEAST ? holding >= n->k : holding > 0;
}

static inline bool state_reached(const struct tree_state *s, uint32_t node)
{
    const struct tree_node *n = &s->t->nodes.at[node];
    uint32_t holding = 0;
    for (size_t i = 0; i < n->countermeasures.len; i++)
        if (s->stop[node * 8 + i] && state_defence(s, n->countermeasures.at[i]))
            return false;
    if (!n->children.len)
        return s->step[node];
    for (size_t i = 0; i < n->children.len; i++)
        holding += state_reached(s, n->children.at[i]);
    return state_joins(n, holding, (uint32_t)n->children.len);
}

static inline bool state_defence(const struct tree_state *s, uint32_t node)
{
    const struct tree_node *n = &s->t->nodes.at[node];
    uint32_t parts = 0, holding = 0;
    for (size_t i = 0; i < n->children.len; i++) {
        uint32_t child = n->children.at[i];
        if (s->t->nodes.at[child].role == TREE_ATTACK) {
            if (state_reached(s, child))
                return false;
        } else {
            parts++;
            holding += state_defence(s, child);
        }
    }
    return parts ? state_joins(n, holding, parts) : s->present[n->label.at[1] - '0'];
}

#endif
