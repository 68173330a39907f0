/* Changes to a tree that change nothing: a gate doubled, a redundant step, children in another order, De Morgan's
 * laws, gates cut in two, k-of-n written out. The number of attacks, the attacks themselves, the probabilities and
 * the best values stay. No brute force is needed, so the trees may be larger than in test_tree_property.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/rand.h"
#include "tree/core/attacks.h"
#include "tree_maker.h"

/* What has to stay. */
struct essence {
    double probability[TREE_WORLDS];
    const char *count[TREE_WORLDS];
    uint64_t attacks[TREE_WORLDS]; /* of all of them, in any order, by the labels of their steps */
    double best[TREE_WORLDS][TREE_MEASURES];
    const char *error;
};

enum { LIST_MAX = 3000 };

struct gathering {
    const struct tree *tree;
    uint64_t sum;
    size_t len;
};

static uint64_t mix(uint64_t x)
{
    struct tree_random r = {x};
    return tree_random_next(&r);
}

static uint64_t of_label(struct sv label)
{
    uint64_t h = 7;
    for (size_t i = 0; i < label.len; i++)
        h = mix(h ^ (unsigned char)label.at[i]);
    return h;
}

static bool gather(void *ctx, const struct tree_attack *a)
{
    struct gathering *g = ctx;
    uint64_t set = 0;
    for (uint32_t i = 0; i < a->len; i++)
        set += of_label(g->tree->nodes.at[a->steps[i]].label);
    g->sum += mix(set);
    return ++g->len < LIST_MAX;
}

static void examine_attacks(struct arena *a, const struct model *m, enum tree_world world, struct essence *out)
{
    struct attack_values values;
    struct solution s;
    struct err err;
    struct gathering g = {.tree = m->tree};
    attack_values_init(&values, m, &(struct model_world){.world = world});
    if (solve(&values.formula, SOLVE_SETS, NULL, a, &s, &err)) {
        out->error = arena_strdup(a, err.text);
        return;
    }
    out->count[world] = solution_count(&s, a);
    if (attacks_each(&s, &values, false, NULL, gather, &g) == ATTACKS_ALL)
        out->attacks[world] = g.sum;
    for (int i = 0; i < TREE_MEASURES; i++) {
        struct tree_attacks best;
        attacks_best(&s, &values, (enum tree_measure)i, 1, NULL, NULL, a, &best);
        out->best[world][i] = i == MEASURE_DAMAGE ? 0 : best.len ? best.at[0].by[i] : -1;
    }
}

static void examine(struct arena *a, const struct tree *t, struct essence *out)
{
    struct model m;
    struct err err;
    struct solution s;
    *out = (struct essence){0};
    if (model_init(&m, a, t, &err)) {
        out->error = arena_strdup(a, err.text);
        return;
    }
    for (int i = 0; i < TREE_WORLDS && !out->error; i++) {
        struct model_world w = {.world = (enum tree_world)i};
        struct formula f;
        model_formula(&m, &w, &f, NULL);
        if (solve(&f, SOLVE_BDD, NULL, a, &s, &err))
            out->error = arena_strdup(a, err.text);
        else
            out->probability[i] = solution_probability(&s, model_chances(&m, &w), NULL).p;
        if (!out->error)
            examine_attacks(a, &m, w.world, out);
    }
}

static bool near(double a, double b)
{
    return !(fabs(a - b) > 1e-12 * fabs(b));
}

static const char *difference(struct arena *a, const struct essence *x, const struct essence *y, bool timed)
{
    if (x->error || y->error)
        return x->error ? x->error : y->error;
    for (int i = 0; i < TREE_WORLDS; i++) {
        if (!near(x->probability[i], y->probability[i]))
            return arena_printf(a, "world %d: P %.17g before and %.17g after", i, x->probability[i],
                                y->probability[i]);
        if (!sv_eq_str(sv_str(x->count[i]), y->count[i]))
            return arena_printf(a, "world %d: %s attacks before and %s after", i, x->count[i], y->count[i]);
        if (x->attacks[i] != y->attacks[i])
            return arena_printf(a, "world %d: other attacks", i);
        for (int m = 0; m < TREE_MEASURES; m++)
            if ((timed || m != MEASURE_TIME) && !near(x->best[i][m], y->best[i][m]))
                return arena_printf(a, "world %d: best %s %.17g before and %.17g after", i, tree_measure_names[m],
                                    x->best[i][m], y->best[i][m]);
    }
    return NULL;
}

/* ---- changes: each at one node, false where it does not apply ----------------------------------- */

struct change {
    struct arena *a;
    struct tree_random *r;
    struct tree *t;
    uint32_t node;
};

static struct tree_node *at(const struct change *c, uint32_t node)
{
    return &c->t->nodes.at[node];
}

static void adopt(const struct change *c, uint32_t parent, uint32_t child)
{
    struct tree_node *n = at(c, parent);
    *vec_push(c->a, &n->children) = child;
}

static uint32_t add(const struct change *c, enum tree_gate gate)
{
    return tree_add_node(c->a, c->t, gate, arena_printf(c->a, "new %zu", c->t->nodes.len));
}

static void copy_children(const struct change *c, uint32_t to, uint32_t from, size_t first)
{
    for (size_t i = first; i < at(c, from)->children.len; i++) {
        uint32_t child = at(c, from)->children.at[i];
        adopt(c, to, child);
    }
}

/* The node's gate moves down into a new node, which is returned; the node keeps its countermeasures. */
static uint32_t push_down(const struct change *c)
{
    uint32_t below = add(c, at(c, c->node)->gate);
    copy_children(c, below, c->node, 0);
    at(c, below)->k = at(c, c->node)->k;
    at(c, below)->k_max = at(c, c->node)->k_max;
    at(c, c->node)->children.len = 0;
    return below;
}

static bool double_gate(const struct change *c)
{
    if (!at(c, c->node)->children.len)
        return false;
    uint32_t below = push_down(c), twin = add(c, at(c, below)->gate);
    copy_children(c, twin, below, 0);
    at(c, twin)->k = at(c, below)->k;
    at(c, twin)->k_max = at(c, below)->k_max;
    at(c, c->node)->gate = tree_random_chance(c->r, 50) ? TREE_OR : TREE_AND;
    adopt(c, c->node, below);
    adopt(c, c->node, twin);
    return true;
}

/* x becomes OR(x, AND(x, y)). */
static bool add_redundant(const struct change *c)
{
    if (!at(c, c->node)->children.len)
        return false;
    uint32_t below = push_down(c), both = add(c, TREE_AND), step = add(c, TREE_LEAF);
    static const enum tree_attribute given[] = {TREE_P, TREE_COST, TREE_TIME, TREE_SKILL};
    for (size_t i = 0; i < ARRAY_LEN(given); i++)
        at(c, step)->values[given[i]] = (struct tree_value){TREE_POINT, 0.5, 0.5, 0.5, SV("0.5")};
    at(c, c->node)->gate = TREE_OR;
    adopt(c, both, below);
    adopt(c, both, step);
    adopt(c, c->node, below);
    adopt(c, c->node, both);
    return true;
}

static bool reorder(const struct change *c)
{
    struct tree_node *n = at(c, c->node);
    if (n->gate == TREE_SAND || n->gate == TREE_IMPLY || n->children.len < 2)
        return false;
    for (size_t i = n->children.len; i > 1; i--) {
        size_t j = tree_random_below(c->r, (uint32_t)i);
        uint32_t other = n->children.at[j];
        n->children.at[j] = n->children.at[i - 1];
        n->children.at[i - 1] = other;
    }
    return true;
}

/* AND becomes NOR of NOTs, OR becomes NAND of NOTs, and the other way round. */
static bool de_morgan(const struct change *c)
{
    enum tree_gate gate = at(c, c->node)->gate;
    enum tree_gate to = gate == TREE_AND    ? TREE_NOR
                        : gate == TREE_OR   ? TREE_NAND
                        : gate == TREE_NAND ? TREE_OR
                        : gate == TREE_NOR  ? TREE_AND
                                            : TREE_LEAF;
    if (to == TREE_LEAF || !at(c, c->node)->children.len)
        return false;
    for (size_t i = 0; i < at(c, c->node)->children.len; i++) {
        uint32_t child = at(c, c->node)->children.at[i], not = add(c, TREE_NOT);
        adopt(c, not, child);
        at(c, c->node)->children.at[i] = not ;
    }
    at(c, c->node)->gate = to;
    return true;
}

/* The last children go into a gate of their own. */
static bool cut_in_two(const struct change *c)
{
    enum tree_gate gate = at(c, c->node)->gate;
    size_t len = at(c, c->node)->children.len;
    if (len < 2 || !(gate == TREE_AND || gate == TREE_OR || gate == TREE_SAND || gate == TREE_XOR))
        return false;
    size_t first = tree_random_below(c->r, (uint32_t)len);
    uint32_t below = add(c, gate);
    copy_children(c, below, c->node, first);
    at(c, c->node)->children.len = first;
    adopt(c, c->node, below);
    return true;
}

/* At least k of x and others: x and at least k - 1 of the others, or at least k of the others. */
static bool write_out(const struct change *c)
{
    size_t len = at(c, c->node)->children.len;
    uint32_t k = at(c, c->node)->k, x;
    if (at(c, c->node)->gate != TREE_AT_LEAST || k < 2 || k >= len)
        return false;
    x = at(c, c->node)->children.at[0];
    uint32_t with = add(c, TREE_AND), fewer = add(c, TREE_AT_LEAST), others = add(c, TREE_AT_LEAST);
    copy_children(c, fewer, c->node, 1);
    copy_children(c, others, c->node, 1);
    at(c, fewer)->k = k - 1;
    at(c, others)->k = k;
    adopt(c, with, x);
    adopt(c, with, fewer);
    at(c, c->node)->children.len = 0;
    at(c, c->node)->gate = TREE_OR;
    adopt(c, c->node, with);
    adopt(c, c->node, others);
    return true;
}

static bool negate_twice(const struct change *c)
{
    if (!at(c, c->node)->children.len)
        return false;
    uint32_t below = push_down(c), not = add(c, TREE_NOT);
    at(c, c->node)->gate = TREE_NOT;
    adopt(c, not, below);
    adopt(c, c->node, not );
    return true;
}

static const struct {
    const char *name;
    bool (*make)(const struct change *c);
    bool timed; /* the fastest attack stays as fast */
} changes[] = {
    {"a gate doubled", double_gate, true},        {"a redundant step added", add_redundant, true},
    {"children in another order", reorder, true}, {"De Morgan", de_morgan, false},
    {"a gate cut in two", cut_in_two, true},      {"k of n written out", write_out, true},
    {"negated twice", negate_twice, false},
};

/* ---- running ----------------------------------------------------------------------------------- */

struct plan {
    size_t change;
    uint64_t seed;
};

static const char *check(struct arena *a, const struct tree *t, const void *data)
{
    const struct plan *plan = data;
    struct arena own = ARENA_INIT;
    struct tree_random r = {plan->seed};
    struct tree *edited = tree_copy(&own, t);
    struct essence before, after;
    const char *fault = NULL;
    bool any = false;
    for (uint32_t i = 0; i < t->nodes.len; i++)
        if (t->nodes.at[i].role == TREE_ATTACK && tree_random_chance(&r, 40))
            any = changes[plan->change].make(&(struct change){&own, &r, edited, i}) || any;
    if (any) {
        examine(&own, t, &before);
        examine(&own, tree_settle(&own, edited), &after);
        fault = difference(a, &before, &after, changes[plan->change].timed);
    }
    arena_release(&own);
    return fault;
}

static void test_change(void **state)
{
    static const unsigned flavours[] = {RANDOM_SHARED, RANDOM_SHARED | RANDOM_SAND | RANDOM_COUNTER | RANDOM_DEFEAT,
                                        RANDOM_SHARED | RANDOM_FAULT_GATES,
                                        RANDOM_SHARED | RANDOM_FINE | RANDOM_COUNTER};
    struct plan plan = {(size_t)(uintptr_t)*state, 0};
    const char *given = getenv("CASEMATE_SEED"), *longer = getenv("CASEMATE_LONG");
    uint64_t moment;
    rand_bytes(&moment, sizeof(moment));
    moment = given && *given ? strtoull(given, NULL, 10) : moment >> 16;
    print_message("# CASEMATE_SEED=%" PRIu64 "\n", moment);
    for (unsigned i = 0; i < (longer && *longer ? 6000 : 300); i++) {
        struct arena a = ARENA_INIT;
        struct str text = STR_INIT;
        struct tree_random r = {(i % 2 ? moment : 20261122) + i * UINT64_C(7919)};
        const struct tree *t = tree_random_make(&a, &r, flavours[i % ARRAY_LEN(flavours)], 6 + i % 19);
        plan.seed = i;
        const char *fault = check(&a, t, &plan);
        if (fault) {
            t = tree_shrink(&a, t, check, &plan, &fault);
            tree_dump(t, &text);
            print_message("# %s (tree %u, seed %u):\n%s", fault, i, (unsigned)plan.seed, str_cstr(&text));
            str_release(&text);
            fail_msg("%s: %s", changes[plan.change].name, fault);
        }
        arena_release(&a);
    }
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(changes)];
    struct arena names = ARENA_INIT;
    for (size_t i = 0; i < ARRAY_LEN(changes); i++)
        tests[i] = (struct CMUnitTest){
            arena_printf(&names, "%s: count, attacks, chances and best values stay", changes[i].name), test_change,
            NULL, NULL, (void *)(uintptr_t)i};
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&names);
    return failed;
}
