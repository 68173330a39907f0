/* Minimal sets from a diagram (Rauzy 1993): the minimal sets of (x, f1, f0) are those of f0, and those of
 * f1 that do not contain one of f0, with x added. Because "exactly the variables in S" is what is asked,
 * this is right for every function: of one that is not monotone it gives the minimal p-cuts.
 *
 * A set contains a minimal set of f0 exactly when f0 holds of it or of one of its subsets. So, of a set with the
 * topmost variable x of f0, the subset may have x or not. Where f rises in x, the branch of f0 with x tells
 * for both, in one recursive call; its minimal sets (`with`) are kept for that, because the diagram of f0's sets has
 * only those of them that do not contain one without x. Where f falls in x, no minimal set has x. Only the other
 * variables need two calls. All this depends on the minimal sets of f0 alone, and many subfunctions of one that
 * is not monotone have the same, so sets are compared with sets, and the memo answers for all such f0 at once.
 * (The least monotone function above f would do too, but its diagram can be far larger.) */
#include "tree/core/zdd.h"
#include "tree/core/bdd.h"

#include <stdlib.h>
#include <string.h>

enum { NO_SET = 0, EMPTY_SET = 1, LOOK_AT_CLOCK = 4096 };

struct zdd {
    struct node_table nodes; /* more: 0, or the minimal sets of the branch with its variable */
    struct memo memo;
    const unsigned char *polarity; /* by level */
    uint32_t *by_ref;              /* by reference in f: its minimal sets, once they are known */
    struct budget *budget;
    uint32_t work;
};

/* What is true of f when x is added to the set makes no minimal set where f falls in x: it was true before. */
static inline bool falls(const struct zdd *z, uint32_t level)
{
    return z->polarity[level] == FORMULA_NEGATIVE;
}

/* Marks with 1 the references whose minimal sets the root's are made of. */
static void mark_needed(const struct diagram *f, struct zdd *z)
{
    z->by_ref[f->root] = 1;
    for (uint32_t r = 2 * f->len; r-- > 2;) {
        const struct diagram_node *n = &f->at[r >> 1];
        if (!z->by_ref[r])
            continue;
        z->by_ref[n->lo ^ (r & 1)] = 1;
        if (!falls(z, n->var))
            z->by_ref[n->hi ^ (r & 1)] = 1;
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

static uint32_t drop_step(struct zdd *z, uint32_t s, uint32_t t, uint32_t hash);

/* Whether drop_larger(s, t) is known without looking; otherwise t begins at the topmost variable of s or below. */
static inline bool drop_settled(const struct zdd *z, uint32_t s, uint32_t *t, uint32_t *out)
{
    *out = s == EMPTY_SET && *t != EMPTY_SET ? s : NO_SET; /* t has other sets only */
    if (s <= EMPTY_SET || *t == EMPTY_SET)
        return true;
    uint32_t level = z->nodes.at[s].level;
    while (z->nodes.at[*t].level < level)
        *t = z->nodes.at[*t].lo;
    *out = *t == NO_SET ? s : NO_SET;
    return *t <= EMPTY_SET || s == *t;
}

/* The sets of s that contain no set of t; t are the minimal sets of a reference. */
static inline uint32_t drop_larger(struct zdd *z, uint32_t s, uint32_t t)
{
    uint32_t known;
    if (drop_settled(z, s, &t, &known))
        return known;
    uint32_t hash = memo_hash(s, t, 0);
    return memo_find(&z->memo, hash, s, t, 0, &known) ? known : drop_step(z, s, t, hash);
}

/* drop_larger() for sets that have the topmost variable of t, which is taken off. */
static uint32_t drop_with(struct zdd *z, uint32_t s, uint32_t t)
{
    s = drop_larger(z, s, z->nodes.at[t].more);
    if (z->polarity[z->nodes.at[t].level] != FORMULA_POSITIVE && s != NODE_FAIL)
        s = drop_larger(z, s, z->nodes.at[t].lo);
    return s;
}

/* The step of drop_larger() when nothing is known. */
static uint32_t drop_step(struct zdd *z, uint32_t s, uint32_t t, uint32_t hash)
{
    if (tired(z))
        return NODE_FAIL;
    const struct node *from = &z->nodes.at[s], *than = &z->nodes.at[t];
    uint32_t level = from->level, hi = from->hi, lo = from->lo, lo_known;
    bool same = than->level == level;
    uint32_t t0 = same ? than->lo : t;
    bool lo_settled = drop_settled(z, lo, &t0, &lo_known);
    uint32_t lo_hash = memo_hash(lo, t0, 0);
    memo_prefetch(&z->memo, lo_hash);
    hi = same ? drop_with(z, hi, t) : drop_larger(z, hi, t);
    if (hi == NODE_FAIL)
        return NODE_FAIL;
    if (!lo_settled && !memo_find(&z->memo, lo_hash, lo, t0, 0, &lo_known))
        lo_known = drop_step(z, lo, t0, lo_hash);
    uint32_t result = make(z, level, hi, lo_known);
    if (result != NODE_FAIL)
        memo_keep(&z->memo, hash, s, t, 0, result);
    return result;
}

/* The minimal sets of the function at reference r, whose branches have theirs. */
static uint32_t minimal_at(struct zdd *z, const struct diagram *f, uint32_t r)
{
    const struct diagram_node *n = &f->at[r >> 1];
    uint32_t lo = z->by_ref[n->lo ^ (r & 1)];
    if (falls(z, n->var))
        return lo;
    uint32_t with = z->by_ref[n->hi ^ (r & 1)], hi = drop_larger(z, with, lo), result = make(z, n->var, hi, lo);
    if (result != NODE_FAIL && hi != NO_SET && !z->nodes.at[result].more)
        z->nodes.at[result].more = with;
    return result;
}

/* The minimal sets of the function at each reference, from the bottom up. Returns the root's. */
static uint32_t minimal(struct zdd *z, const struct diagram *f)
{
    mark_needed(f, z);
    z->by_ref[BDD_TRUE] = EMPTY_SET;
    z->by_ref[BDD_FALSE] = NO_SET;
    for (uint32_t r = 2; r < 2 * f->len; r++) {
        if (!z->by_ref[r])
            continue;
        z->by_ref[r] = minimal_at(z, f, r);
        if (z->by_ref[r] == NODE_FAIL)
            return NODE_FAIL;
    }
    return z->by_ref[f->root];
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

struct diagram zdd_minimal_sets(const struct diagram *f, const unsigned char *polarity, struct budget *budget,
                                struct arena *arena, uint64_t *made)
{
    struct zdd z = {.polarity = polarity, .budget = budget};
    struct diagram out = {NULL, 0, 0};
    size_t bytes = f->len * 2 * sizeof(uint32_t);
    uint32_t root = NODE_FAIL;
    z.by_ref = budget_calloc(budget, bytes);
    bool ready = node_table_init(&z.nodes, 2, f->len, budget);
    ready = memo_init(&z.memo, f->len, budget) && ready;
    if (z.by_ref && ready)
        root = minimal(&z, f);
    *made += z.nodes.len;
    memo_release(&z.memo);
    budget_free(budget, z.by_ref, bytes);
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
