/* Minimal sets from a diagram (Rauzy 1993): the minimal sets of (x, f1, f0) are those of f0, and those of
 * f1 that do not contain one of f0, with x added. Because "exactly the variables in S" is what is asked,
 * this is right for every function: of one that is not monotone it gives the minimal p-cuts.
 *
 * Of a monotone function, a set contains a minimal set of f0 exactly when f0 holds of it. So the sets to
 * drop are found by walking f0 itself, with one recursive call for each branch; comparing with the sets of
 * f0 instead takes two for the branch with x and leaves rubbish behind. (The least monotone function above
 * another one would do for those that are not, but it can be far larger.) */
#include "tree/core/zdd.h"
#include "tree/core/bdd.h"

#include <stdlib.h>
#include <string.h>

enum { NO_SET = 0, EMPTY_SET = 1, LOOK_AT_CLOCK = 4096 };

struct zdd {
    struct node_table nodes;
    struct memo memo;
    const struct diagram_node *f;
    struct budget *budget;
    uint32_t work;
};

/* Marks with 1 the references that the root leads to. */
static void mark_needed(const struct diagram *f, uint32_t *by_ref)
{
    by_ref[f->root] = 1;
    for (uint32_t r = 2 * f->len; r-- > 2;) {
        if (by_ref[r]) {
            by_ref[f->at[r >> 1].hi ^ (r & 1)] = 1;
            by_ref[f->at[r >> 1].lo ^ (r & 1)] = 1;
        }
    }
}

static inline uint32_t make(struct zdd *z, uint32_t level, uint32_t hi, uint32_t lo)
{
    if (hi == NODE_FAIL || lo == NODE_FAIL)
        return NODE_FAIL;
    return hi == NO_SET ? lo : node_table_add(&z->nodes, level, hi, lo);
}

static inline bool tired(struct zdd *z)
{
    if (++z->work < LOOK_AT_CLOCK)
        return false;
    z->work = 0;
    return budget_over(z->budget);
}

/* The sets of s in which the monotone function at reference r does not hold. */
static uint32_t drop_satisfied(struct zdd *z, uint32_t s, uint32_t r)
{
    if (s == NO_SET || r == BDD_TRUE)
        return NO_SET;
    if (s == EMPTY_SET) /* of which only "true" holds, among monotone functions */
        return s;
    const struct diagram_node *f = z->f;
    uint32_t level = z->nodes.at[s].level;
    while (r > BDD_FALSE && f[r >> 1].var < level)
        r = f[r >> 1].lo ^ (r & 1); /* no set has this variable */
    if (r <= BDD_FALSE)
        return r == BDD_TRUE ? NO_SET : s;
    uint32_t result;
    if (memo_get(&z->memo, s, r, 0, &result))
        return result;
    if (tired(z))
        return NODE_FAIL;
    uint32_t hi = z->nodes.at[s].hi, lo = z->nodes.at[s].lo, r1 = r, r0 = r;
    if (f[r >> 1].var == level) {
        r1 = f[r >> 1].hi ^ (r & 1);
        r0 = f[r >> 1].lo ^ (r & 1);
    }
    memo_prefetch(&z->memo, lo, r0, 0);
    hi = drop_satisfied(z, hi, r1);
    lo = hi == NODE_FAIL ? NODE_FAIL : drop_satisfied(z, lo, r0);
    result = make(z, level, hi, lo);
    if (result != NODE_FAIL)
        memo_put(&z->memo, s, r, 0, result);
    return result;
}

/* The sets of s that contain no set of t; t has no two sets of which one contains the other. */
static uint32_t drop_larger(struct zdd *z, uint32_t s, uint32_t t)
{
    if (s == NO_SET || t == EMPTY_SET)
        return NO_SET;
    if (s == EMPTY_SET) /* t has other sets only */
        return s;
    uint32_t level = z->nodes.at[s].level;
    while (z->nodes.at[t].level < level)
        t = z->nodes.at[t].lo;
    if (t <= EMPTY_SET || s == t)
        return t == NO_SET ? s : NO_SET;
    uint32_t result;
    if (memo_get(&z->memo, s, t, 1, &result))
        return result;
    if (tired(z))
        return NODE_FAIL;
    uint32_t hi = z->nodes.at[s].hi, lo = z->nodes.at[s].lo, t1 = NO_SET, t0 = t;
    if (z->nodes.at[t].level == level) {
        t1 = z->nodes.at[t].hi;
        t0 = z->nodes.at[t].lo;
    }
    memo_prefetch(&z->memo, lo, t0, 1);
    hi = drop_larger(z, hi, t1);
    hi = hi == NODE_FAIL ? NODE_FAIL : drop_larger(z, hi, t0);
    lo = hi == NODE_FAIL ? NODE_FAIL : drop_larger(z, lo, t0);
    result = make(z, level, hi, lo);
    if (result != NODE_FAIL)
        memo_put(&z->memo, s, t, 1, result);
    return result;
}

/* by_ref[r]: the minimal sets of the function at reference r, from the bottom up. Returns the root's. */
static uint32_t minimal(struct zdd *z, const struct diagram *f, bool coherent, uint32_t *by_ref)
{
    mark_needed(f, by_ref);
    by_ref[BDD_TRUE] = EMPTY_SET;
    by_ref[BDD_FALSE] = NO_SET;
    for (uint32_t r = 2; r < 2 * f->len; r++) {
        if (!by_ref[r])
            continue;
        const struct diagram_node *n = &f->at[r >> 1];
        uint32_t lo_ref = n->lo ^ (r & 1), hi = by_ref[n->hi ^ (r & 1)], lo = by_ref[lo_ref];
        hi = coherent ? drop_satisfied(z, hi, lo_ref) : drop_larger(z, hi, lo);
        by_ref[r] = make(z, n->var, hi, lo);
        if (by_ref[r] == NODE_FAIL)
            return NODE_FAIL;
    }
    return by_ref[f->root];
}

/* The nodes that the root needs, in an array of their own. number: zeroed, one for each node. */
static struct diagram freeze(const struct node_table *t, uint32_t root, uint32_t *number, struct arena *arena)
{
    uint32_t len = 2, next = 2;
    number[root] = 1;
    for (uint32_t i = root; i > EMPTY_SET; i--) {
        if (!number[i])
            continue;
        len++;
        number[t->at[i].hi] = 1;
        number[t->at[i].lo] = 1;
    }
    struct diagram d = {arena_new_array(arena, struct diagram_node, len), len, 0};
    d.at[0].var = d.at[1].var = DIAGRAM_TERMINAL;
    number[0] = 0;
    number[1] = 1;
    for (uint32_t i = 2; i <= root; i++) {
        if (!number[i])
            continue;
        d.at[next] = (struct diagram_node){t->at[i].level, number[t->at[i].lo], number[t->at[i].hi]};
        number[i] = next++;
    }
    d.root = number[root];
    return d;
}

struct diagram zdd_minimal_sets(const struct diagram *f, bool coherent, struct budget *budget, struct arena *arena,
                                uint64_t *made)
{
    struct zdd z = {.f = f->at, .budget = budget};
    struct diagram out = {NULL, 0, 0};
    size_t bytes = f->len * 2 * sizeof(uint32_t);
    uint32_t *by_ref = budget_calloc(budget, bytes), root = NODE_FAIL;
    bool ready = node_table_init(&z.nodes, 2, budget);
    ready = memo_init(&z.memo, budget) && ready;
    if (by_ref && ready)
        root = minimal(&z, f, coherent, by_ref);
    *made += z.nodes.len;
    memo_release(&z.memo);
    budget_free(budget, by_ref, bytes);
    bytes = (root + (size_t)2) * sizeof(uint32_t);
    uint32_t *number = root == NODE_FAIL ? NULL : budget_calloc(budget, bytes);
    if (number && budget_take(budget, (root + (size_t)2) * sizeof(struct diagram_node))) {
        out = freeze(&z.nodes, root, number, arena);
        budget_give(budget, (root + (size_t)2 - out.len) * sizeof(struct diagram_node));
    }
    budget_free(budget, number, bytes);
    node_table_release(&z.nodes);
    return out;
}
