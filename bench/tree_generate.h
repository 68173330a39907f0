/* Attack trees of any size, from a seed of their own: for measurements only. */
#ifndef CASEMATE_BENCH_TREE_GENERATE_H
#define CASEMATE_BENCH_TREE_GENERATE_H

#include "tree/core/tree.h"

#include <time.h>

struct generate {
    uint64_t state; /* of the generator; start with the seed */
    uint32_t nodes; /* in all, about */
    uint32_t defences;       /* distinct countermeasures, each with a cost */
    unsigned shared_percent; /* of the children: nodes that stand elsewhere already */
    unsigned places_percent; /* of the countermeasures: stand on a second node */
    unsigned defeat_percent; /* of the countermeasures: the attacker may pay to defeat them */
    unsigned deployed_percent; /* of the countermeasures: deployed in part; otherwise none has "deployed" */
};

enum generate_family { GENERATE_CHAIN, GENERATE_LADDER, GENERATE_DAG };

static inline uint64_t generate_roll(struct generate *g)
{
    uint64_t z = (g->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline uint32_t generate_below(struct generate *g, uint32_t n)
{
    return n ? (uint32_t)(generate_roll(g) >> 32) % n : 0;
}

static inline void generate_value(struct tree *t, uint32_t node, enum tree_attribute attribute, double x)
{
    t->nodes.at[node].values[attribute] = (struct tree_value){.kind = TREE_POINT, .lo = x, .mode = x, .hi = x};
}

static inline uint32_t generate_node(struct arena *a, struct tree *t, char kind, uint32_t number)
{
    struct tree_node *n = vec_push(a, &t->nodes);
    n->role = kind == 'd' ? TREE_COUNTERMEASURE : TREE_ATTACK;
    n->label = sv_str(arena_printf(a, "%c%u", kind, number));
    return (uint32_t)t->nodes.len - 1;
}

static inline uint32_t generate_step(struct generate *g, struct arena *a, struct tree *t)
{
    uint32_t s = generate_node(a, t, 'a', (uint32_t)t->nodes.len);
    generate_value(t, s, TREE_P, 0.02 + 0.5 * generate_below(g, 1000) / 1000.0);
    generate_value(t, s, TREE_COST, 1 + generate_below(g, 100));
    return s;
}

/* One that only stops for certain; when it can be defeated, by a step of its own. */
static inline void generate_defence(struct generate *g, struct arena *a, struct tree *t, uint32_t number,
                                    uint32_t place)
{
    uint32_t c = generate_node(a, t, 'd', number);
    *vec_push(a, &t->nodes.at[place].countermeasures) = c;
    if (generate_below(g, 100) < g->defeat_percent) {
        uint32_t s = generate_step(g, a, t);
        t->nodes.at[c].gate = TREE_OR;
        *vec_push(a, &t->nodes.at[c].children) = s;
    }
}

static inline void generate_defences(struct generate *g, struct arena *a, struct tree *t)
{
    uint32_t places = (uint32_t)t->nodes.len;
    for (uint32_t i = 0; i < g->defences; i++) {
        double cost = 1 + generate_below(g, 50);
        bool part = generate_below(g, 100) < g->deployed_percent;
        uint32_t from = (uint32_t)t->nodes.len;
        generate_defence(g, a, t, i, generate_below(g, places));
        if (generate_below(g, 100) < g->places_percent)
            generate_defence(g, a, t, i, generate_below(g, places));
        for (uint32_t k = from; k < t->nodes.len; k++) {
            if (t->nodes.at[k].role != TREE_COUNTERMEASURE)
                continue;
            generate_value(t, k, TREE_COST, cost);
            if (g->deployed_percent)
                generate_value(t, k, TREE_DEPLOYED, part ? 0.3 : 0);
        }
    }
}

/* From the goal downwards: a gate's children are new nodes, or nodes that exist already and stand lower. */
static inline struct tree *generate_dag(struct generate *g, struct arena *a)
{
    struct tree *t = arena_new(a, struct tree);
    uint32_t attacks = g->nodes > g->defences ? g->nodes - g->defences : 1, gates = attacks * 2 / 5;
    generate_node(a, t, 'g', 0);
    for (uint32_t at = 0; at < t->nodes.len && at < gates; at++) {
        uint32_t arity = 2 + generate_below(g, 2);
        t->nodes.at[at].gate = generate_below(g, 2) ? TREE_OR : TREE_AND;
        for (uint32_t i = 0; i < arity; i++) {
            uint32_t len = (uint32_t)t->nodes.len, child = len;
            if (generate_below(g, 100) < g->shared_percent && at + 1 < len && i)
                child = at + 1 + generate_below(g, len - at - 1);
            else
                generate_node(a, t, 'g', len);
            *vec_push(a, &t->nodes.at[at].children) = child;
        }
    }
    for (uint32_t i = 0; i < t->nodes.len; i++) {
        if (t->nodes.at[i].children.len)
            continue;
        t->nodes.at[i].gate = TREE_LEAF;
        generate_value(t, i, TREE_P, 0.02 + 0.5 * generate_below(g, 1000) / 1000.0);
        generate_value(t, i, TREE_COST, 1 + generate_below(g, 100));
    }
    generate_defences(g, a, t);
    return t;
}

/* A gate below a gate below a gate, AND and OR in turn, each with one step of its own. */
static inline struct tree *generate_chain(struct generate *g, struct arena *a)
{
    struct tree *t = arena_new(a, struct tree);
    uint32_t at = generate_node(a, t, 'g', 0);
    while (t->nodes.len + 2 <= g->nodes) {
        uint32_t step = generate_step(g, a, t);
        uint32_t next = t->nodes.len + 2 <= g->nodes ? generate_node(a, t, 'g', (uint32_t)t->nodes.len)
                                                     : generate_step(g, a, t);
        t->nodes.at[at].gate = generate_below(g, 2) ? TREE_OR : TREE_AND;
        *vec_push(a, &t->nodes.at[at].children) = step;
        *vec_push(a, &t->nodes.at[at].children) = next;
        at = next;
    }
    t->nodes.at[at].gate = TREE_LEAF;
    generate_value(t, at, TREE_P, 0.5);
    generate_value(t, at, TREE_COST, 1);
    generate_defences(g, a, t);
    return t;
}

/* Two rails: each rung's two gates stand on both gates of the next rung, so the unfolded tree doubles with each. */
static inline struct tree *generate_ladder(struct generate *g, struct arena *a)
{
    struct tree *t = arena_new(a, struct tree);
    uint32_t goal = generate_node(a, t, 'g', 0), rungs = g->nodes / 4 ? g->nodes / 4 : 1, above[2] = {goal, goal};
    t->nodes.at[goal].gate = TREE_OR;
    for (uint32_t r = 0; r < rungs; r++) {
        uint32_t here[2];
        for (int side = 0; side < 2; side++) {
            here[side] = generate_node(a, t, 'g', (uint32_t)t->nodes.len);
            uint32_t step = generate_step(g, a, t);
            t->nodes.at[here[side]].gate = (r + (uint32_t)side) % 2 ? TREE_AND : TREE_OR;
            *vec_push(a, &t->nodes.at[here[side]].children) = step;
        }
        for (int side = 0; side < 2; side++)
            for (int k = 0; k < 2 && (r || side == 0); k++)
                *vec_push(a, &t->nodes.at[above[side]].children) = here[k];
        above[0] = here[0], above[1] = here[1];
    }
    generate_defences(g, a, t);
    return t;
}

static inline struct tree *generate_tree(struct generate *g, enum generate_family family, struct arena *a)
{
    return family == GENERATE_CHAIN    ? generate_chain(g, a)
           : family == GENERATE_LADDER ? generate_ladder(g, a)
                                       : generate_dag(g, a);
}

static inline double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

#endif
