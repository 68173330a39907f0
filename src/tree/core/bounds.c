/* Terms live for ever in one growing pool of numbers, so that a term that was met before is recognised by its content
 * (a union does not need it twice). Literals come first, then gates, each part ascending. */
#include "tree/core/bounds.h"

#include "tree/core/bdd.h"
#include "tree/core/budget.h"
#include "tree/core/nnf.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    NODES_MAX = 4 * 1000 * 1000,
    SUPPORT_BYTES_MAX = 256 << 20,
    TERM_MAX = 4096,   /* literals and gates of one term */
    UNION_MAX = 4000,  /* complete terms whose union is taken exactly */
    CLOCK_EVERY = 64,  /* expansions between looks at the clock */
};

/* Of the time for the expansion; some is for the diagram of the union, some for the list. */
#define EXPANSION_SHARE 0.7

enum state { UNKNOWN, FALSE_NOW, TRUE_NOW };

struct term {
    size_t at; /* in pool */
    uint32_t literals, gates;
    double bound;
};

struct expander {
    struct nnf n;
    const double *p;
    double *chance; /* by literal */
    struct budget budget;
    uint32_t *pool;
    size_t pool_len, pool_cap;
    struct term *terms; /* all ever made */
    size_t terms_len, terms_cap;
    uint32_t *heap; /* open terms, largest bound first */
    size_t heap_len, heap_cap;
    uint32_t *slots; /* hash table of terms: index + 1 */
    size_t slots_len;
    uint32_t *complete; /* terms without gates */
    size_t complete_len, complete_cap;
    uint64_t *support; /* by node: the events below it; NULL: too large, all count as dependent */
    size_t words;
    unsigned char *state; /* by literal, then node: under the term at hand */
    double *upper;        /* by node */
    bool *wanted;
    double open_sum, complete_sum;
    double union_seconds; /* for the diagram of what is complete */
    bool full; /* memory or time is spent */
    size_t expanded;
};

static void *grow(struct expander *x, void *old, size_t len, size_t *cap, size_t size)
{
    if (len < *cap)
        return old;
    size_t more = *cap ? *cap * 2 : 256;
    void *memory = budget_realloc(&x->budget, old, *cap * size, more * size);
    if (!memory) {
        x->full = true;
        return old;
    }
    *cap = more;
    return memory;
}

/* ---- upper bounds ------------------------------------------------------------------------------ */

static bool is_literal(const struct expander *x, uint32_t ref)
{
    return ref < 2 * x->n.events;
}

static unsigned char state_of(const struct expander *x, uint32_t ref)
{
    return x->state[ref];
}

static double upper_of(const struct expander *x, uint32_t ref)
{
    if (state_of(x, ref) != UNKNOWN)
        return state_of(x, ref) == TRUE_NOW ? 1 : 0;
    return is_literal(x, ref) ? x->chance[ref] : x->upper[ref - 2 * x->n.events];
}

static bool share(const struct expander *x, uint32_t a, uint32_t b)
{
    if (is_literal(x, a) && is_literal(x, b))
        return (a ^ b) < 2;
    if (!x->support)
        return true;
    if (is_literal(x, b)) {
        uint32_t swap = a;
        a = b;
        b = swap;
    }
    const uint64_t *sb = &x->support[(b - 2 * x->n.events) * x->words];
    if (is_literal(x, a))
        return sb[a / 2 / 64] >> (a / 2 % 64) & 1;
    const uint64_t *sa = &x->support[(a - 2 * x->n.events) * x->words];
    for (size_t i = 0; i < x->words; i++)
        if (sa[i] & sb[i])
            return true;
    return false;
}

enum { GROUPS_MAX = 12 };

/* Upper bound of a conjunction: a greedy choice of arguments that share no event, rarest first, is a product; leaving
 * the others out only makes it larger. */
static double conjunction(const struct expander *x, const uint32_t *args, uint32_t len)
{
    uint32_t chosen[GROUPS_MAX];
    double product = 1;
    for (size_t n = 0; n < GROUPS_MAX;) {
        uint32_t best = UINT32_MAX;
        double least = 1;
        for (uint32_t i = 0; i < len; i++) {
            double u = upper_of(x, args[i]);
            bool free_of_others = u < least;
            for (size_t j = 0; j < n && free_of_others; j++)
                free_of_others = !share(x, args[i], chosen[j]);
            if (free_of_others) {
                least = u;
                best = args[i];
            }
        }
        if (best == UINT32_MAX)
            break;
        chosen[n++] = best;
        product *= least;
    }
    return product;
}

static void evaluate(struct expander *x, uint32_t index)
{
    const struct nnf_node *g = &x->n.nodes.at[index];
    const uint32_t *args = &x->n.args.at[g->first];
    unsigned char decides = g->is_and ? FALSE_NOW : TRUE_NOW;
    bool open = false;
    double sum = 0;
    for (uint32_t i = 0; i < g->len; i++) {
        unsigned char s = state_of(x, args[i]);
        if (s == decides) {
            x->state[2 * x->n.events + index] = decides;
            return;
        }
        open = open || s == UNKNOWN;
        sum += upper_of(x, args[i]);
    }
    x->state[2 * x->n.events + index] = open ? UNKNOWN : g->is_and ? TRUE_NOW : FALSE_NOW;
    if (open)
        x->upper[index] = g->is_and ? conjunction(x, args, g->len) : sum < 1 ? sum : 1;
}

static void mark_literals(struct expander *x, const uint32_t *refs, uint32_t len, bool set)
{
    for (uint32_t i = 0; i < len; i++) {
        x->state[refs[i]] = set ? TRUE_NOW : UNKNOWN;
        x->state[refs[i] ^ 1u] = set ? FALSE_NOW : UNKNOWN;
    }
}

/* Evaluates everything below the gates given, under the literals marked. */
static void evaluate_below(struct expander *x, const uint32_t *gates, uint32_t len)
{
    uint32_t highest = 0, lowest = UINT32_MAX, base = 2 * x->n.events;
    for (uint32_t i = 0; i < len; i++) {
        x->wanted[gates[i] - base] = true;
        highest = gates[i] - base > highest ? gates[i] - base : highest;
    }
    for (uint32_t i = highest + 1; i-- > 0 && len;) {
        const struct nnf_node *g = &x->n.nodes.at[i];
        if (!x->wanted[i])
            continue;
        lowest = i;
        for (uint32_t j = 0; j < g->len; j++)
            if (!is_literal(x, x->n.args.at[g->first + j]))
                x->wanted[x->n.args.at[g->first + j] - base] = true;
    }
    for (uint32_t i = lowest; len && i <= highest; i++)
        if (x->wanted[i]) {
            x->wanted[i] = false;
            evaluate(x, i);
        }
}

/* ---- terms ------------------------------------------------------------------------------------- */

struct draft { /* a term being put together */
    uint32_t literals[TERM_MAX], gates[TERM_MAX];
    uint32_t literals_len, gates_len;
    bool impossible, too_long;
};

static void draft_add(struct expander *x, struct draft *d, uint32_t ref);

static bool insert_sorted(uint32_t *at, uint32_t *len, uint32_t value)
{
    uint32_t i = *len;
    while (i > 0 && at[i - 1] > value)
        i--;
    if (i > 0 && at[i - 1] == value)
        return true;
    if (*len == TERM_MAX)
        return false;
    memmove(&at[i + 1], &at[i], (*len - i) * sizeof(*at));
    at[i] = value;
    ++*len;
    return true;
}

/* Conjunctions are taken apart at once; their nesting is as deep as the formula, so a stack of our own. */
static void draft_add(struct expander *x, struct draft *d, uint32_t ref)
{
    uint32_t stack[TERM_MAX], depth = 0;
    stack[depth++] = ref;
    while (depth && !d->impossible && !d->too_long) {
        uint32_t r = stack[--depth];
        if (is_literal(x, r)) {
            d->too_long = !insert_sorted(d->literals, &d->literals_len, r);
            continue;
        }
        const struct nnf_node *g = &x->n.nodes.at[r - 2 * x->n.events];
        if (!g->is_and) {
            d->too_long = !insert_sorted(d->gates, &d->gates_len, r);
            continue;
        }
        if (depth + g->len > TERM_MAX) {
            d->too_long = true;
            break;
        }
        for (uint32_t i = 0; i < g->len; i++)
            stack[depth++] = x->n.args.at[g->first + i];
    }
    for (uint32_t i = 1; i < d->literals_len; i++)
        d->impossible = d->impossible || (d->literals[i] ^ 1u) == d->literals[i - 1];
}

/* With the literals known, gates may have become true (left out), false (the term is impossible) or have one argument
 * left (taken in). Leaves the evaluation of the final term in place. */
static void draft_settle(struct expander *x, struct draft *d)
{
    for (bool changed = true; changed && !d->impossible && !d->too_long;) {
        uint32_t kept = 0, gates = d->gates_len, base = 2 * x->n.events, single = UINT32_MAX;
        changed = false;
        mark_literals(x, d->literals, d->literals_len, true);
        evaluate_below(x, d->gates, gates);
        for (uint32_t i = 0; i < gates; i++) {
            const struct nnf_node *g = &x->n.nodes.at[d->gates[i] - base];
            uint32_t open = 0, last = 0;
            unsigned char s = state_of(x, d->gates[i]);
            d->impossible = d->impossible || s == FALSE_NOW;
            for (uint32_t j = 0; s == UNKNOWN && j < g->len; j++)
                if (state_of(x, x->n.args.at[g->first + j]) == UNKNOWN) {
                    open++;
                    last = x->n.args.at[g->first + j];
                }
            if (open == 1 && single == UINT32_MAX)
                single = last;
            else if (s == UNKNOWN)
                d->gates[kept++] = d->gates[i];
        }
        d->gates_len = kept;
        mark_literals(x, d->literals, d->literals_len, false);
        if (single != UINT32_MAX && !d->impossible) {
            draft_add(x, d, single);
            changed = true;
        }
    }
}

static double draft_bound(struct expander *x, const struct draft *d)
{
    double p = 1;
    for (uint32_t i = 0; i < d->literals_len; i++)
        p *= x->chance[d->literals[i]];
    if (d->gates_len && !d->too_long) {
        mark_literals(x, d->literals, d->literals_len, true);
        evaluate_below(x, d->gates, d->gates_len);
        p *= conjunction(x, d->gates, d->gates_len);
        mark_literals(x, d->literals, d->literals_len, false);
    }
    return p;
}

static size_t term_hash(const struct draft *d)
{
    uint64_t h = 0x9e3779b97f4a7c15u;
    for (uint32_t i = 0; i < d->literals_len; i++)
        h = (h ^ d->literals[i]) * 0xbf58476d1ce4e5b9u, h ^= h >> 29;
    h ^= 0xff;
    for (uint32_t i = 0; i < d->gates_len; i++)
        h = (h ^ d->gates[i]) * 0x94d049bb133111ebu, h ^= h >> 31;
    return (size_t)h;
}

static bool same_term(const struct expander *x, const struct term *t, const struct draft *d)
{
    return t->literals == d->literals_len && t->gates == d->gates_len &&
           !memcmp(&x->pool[t->at], d->literals, d->literals_len * sizeof(uint32_t)) &&
           !memcmp(&x->pool[t->at + t->literals], d->gates, d->gates_len * sizeof(uint32_t));
}

static void rehash(struct expander *x)
{
    size_t len = x->slots_len ? x->slots_len * 2 : 1024;
    uint32_t *slots = budget_calloc(&x->budget, len * sizeof(uint32_t));
    struct draft *d = slots ? budget_calloc(&x->budget, sizeof(*d)) : NULL;
    if (!slots || !d) {
        if (slots)
            budget_free(&x->budget, slots, len * sizeof(uint32_t));
        x->full = true;
        return;
    }
    for (size_t i = 0; i < x->terms_len; i++) {
        const struct term *t = &x->terms[i];
        memcpy(d->literals, &x->pool[t->at], t->literals * sizeof(uint32_t));
        memcpy(d->gates, &x->pool[t->at + t->literals], t->gates * sizeof(uint32_t));
        d->literals_len = t->literals;
        d->gates_len = t->gates;
        size_t slot = term_hash(d) & (len - 1);
        while (slots[slot])
            slot = (slot + 1) & (len - 1);
        slots[slot] = (uint32_t)i + 1;
    }
    budget_free(&x->budget, d, sizeof(*d));
    budget_free(&x->budget, x->slots, x->slots_len * sizeof(uint32_t));
    x->slots = slots;
    x->slots_len = len;
}

/* The slot of an equal term, or the free one where it belongs. */
static uint32_t *term_slot(struct expander *x, const struct draft *d)
{
    size_t slot = term_hash(d) & (x->slots_len - 1);
    while (x->slots[slot] && !same_term(x, &x->terms[x->slots[slot] - 1], d))
        slot = (slot + 1) & (x->slots_len - 1);
    return &x->slots[slot];
}

static bool before(const struct expander *x, uint32_t a, uint32_t b)
{
    double pa = x->terms[a].bound, pb = x->terms[b].bound;
    return pa > pb || (!(pa < pb) && a < b);
}

static void heap_push(struct expander *x, uint32_t term)
{
    x->heap = grow(x, x->heap, x->heap_len, &x->heap_cap, sizeof(uint32_t));
    if (x->full)
        return;
    size_t i = x->heap_len++;
    while (i && before(x, term, x->heap[(i - 1) / 2])) {
        x->heap[i] = x->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    x->heap[i] = term;
}

static uint32_t heap_pop(struct expander *x)
{
    uint32_t top = x->heap[0], last = x->heap[--x->heap_len];
    size_t i = 0;
    for (size_t c; (c = 2 * i + 1) < x->heap_len; i = c) {
        if (c + 1 < x->heap_len && before(x, x->heap[c + 1], x->heap[c]))
            c++;
        if (!before(x, x->heap[c], last))
            break;
        x->heap[i] = x->heap[c];
    }
    x->heap[i] = last;
    return top;
}

/* Whether a complete term's literals all occur in d: then d adds nothing to the union. */
static bool absorbed(struct expander *x, const struct draft *d)
{
    bool yes = false;
    mark_literals(x, d->literals, d->literals_len, true);
    for (size_t i = 0; i < x->complete_len && !yes; i++) {
        const struct term *t = &x->terms[x->complete[i]];
        yes = t->literals <= d->literals_len;
        for (uint32_t j = 0; j < t->literals && yes; j++)
            yes = x->state[x->pool[t->at + j]] == TRUE_NOW;
    }
    mark_literals(x, d->literals, d->literals_len, false);
    return yes;
}

/* Files a term away; what could not be kept (full) has not changed the sums. */
static bool term_keep(struct expander *x, const struct draft *d, double bound)
{
    if (x->terms_len * 2 >= x->slots_len)
        rehash(x);
    x->terms = grow(x, x->terms, x->terms_len, &x->terms_cap, sizeof(struct term));
    for (uint32_t need = d->literals_len + d->gates_len; !x->full && x->pool_cap - x->pool_len < need;)
        x->pool = grow(x, x->pool, x->pool_cap, &x->pool_cap, sizeof(uint32_t));
    if (x->full)
        return false;
    uint32_t *slot = term_slot(x, d), index = (uint32_t)x->terms_len;
    if (*slot)
        return true;
    if (!d->gates_len)
        x->complete = grow(x, x->complete, x->complete_len, &x->complete_cap, sizeof(uint32_t));
    else
        x->heap = grow(x, x->heap, x->heap_len, &x->heap_cap, sizeof(uint32_t));
    if (x->full)
        return false;
    *slot = index + 1;
    x->terms[x->terms_len++] = (struct term){x->pool_len, d->literals_len, d->gates_len, bound};
    memcpy(&x->pool[x->pool_len], d->literals, d->literals_len * sizeof(uint32_t));
    x->pool_len += d->literals_len;
    memcpy(&x->pool[x->pool_len], d->gates, d->gates_len * sizeof(uint32_t));
    x->pool_len += d->gates_len;
    if (d->gates_len) {
        heap_push(x, index);
        x->open_sum += bound;
    } else {
        x->complete[x->complete_len++] = index;
        x->complete_sum += bound;
    }
    return true;
}

/* Replaces a term by those of one of its gates' arguments. False when the budget ended before all were kept: the
 * term must then stay open. */
static bool expand(struct expander *x, uint32_t index, struct draft *d)
{
    uint32_t base = 2 * x->n.events, best = 0;
    double least = INFINITY;
    const struct term t = x->terms[index];
    mark_literals(x, &x->pool[t.at], t.literals, true);
    evaluate_below(x, &x->pool[t.at + t.literals], t.gates);
    for (uint32_t i = 0; i < t.gates; i++) {
        uint32_t gate = x->pool[t.at + t.literals + i];
        if (upper_of(x, gate) < least) {
            least = upper_of(x, gate);
            best = gate;
        }
    }
    mark_literals(x, &x->pool[t.at], t.literals, false);
    const struct nnf_node *g = &x->n.nodes.at[best - base];
    for (uint32_t j = 0; j < g->len; j++) {
        memcpy(d->literals, &x->pool[t.at], t.literals * sizeof(uint32_t));
        d->literals_len = t.literals;
        d->gates_len = 0;
        d->impossible = d->too_long = false;
        for (uint32_t i = 0; i < t.gates; i++)
            if (x->pool[t.at + t.literals + i] != best)
                d->gates[d->gates_len++] = x->pool[t.at + t.literals + i];
        draft_add(x, d, x->n.args.at[g->first + j]);
        if (!d->impossible && !d->too_long)
            draft_settle(x, d);
        if (d->too_long) {
            x->full = true;
            return false;
        }
        if (d->impossible || absorbed(x, d))
            continue;
        double bound = draft_bound(x, d);
        if (bound > t.bound)
            bound = t.bound; /* it is a part of t */
        if (bound > 0 && !term_keep(x, d, bound))
            return false;
    }
    return true;
}

/* ---- results ----------------------------------------------------------------------------------- */

static struct draft *draft_of(const struct expander *x, uint32_t index, struct draft *d)
{
    const struct term *t = &x->terms[index];
    memcpy(d->literals, &x->pool[t->at], t->literals * sizeof(uint32_t));
    d->literals_len = t->literals;
    d->gates_len = 0;
    return d;
}

/* Among equally likely ones the shorter first: it may be what makes the other one superfluous. */
static bool listed_before(const struct expander *x, uint32_t a, uint32_t b)
{
    const struct term *ta = &x->terms[a], *tb = &x->terms[b];
    if (ta->bound < tb->bound || ta->bound > tb->bound)
        return ta->bound > tb->bound;
    return ta->literals != tb->literals ? ta->literals < tb->literals : a < b;
}

/* Complete terms, likeliest first. Insertion into a heap of our own would need the same memory again: sort in place. */
static void sort_complete(struct expander *x)
{
    uint32_t *at = x->complete;
    size_t n = x->complete_len;
    for (size_t gap = n / 2; gap; gap /= 2)
        for (size_t i = gap; i < n; i++) {
            uint32_t v = at[i];
            size_t j = i;
            for (; j >= gap && listed_before(x, v, at[j - gap]); j -= gap)
                at[j] = at[j - gap];
            at[j] = v;
        }
}

/* Events of the likeliest complete terms, most frequent first, as the order of the union's diagram. */
static void union_levels(const struct expander *x, size_t terms, uint32_t *levels, uint32_t *counts)
{
    struct arena scratch = ARENA_INIT;
    uint32_t events = x->n.events, *by = arena_new_array(&scratch, uint32_t, (size_t)events + 1);
    for (size_t i = 0; i < terms; i++) {
        const struct term *t = &x->terms[x->complete[i]];
        for (uint32_t j = 0; j < t->literals; j++)
            counts[x->pool[t->at + j] / 2]++;
    }
    for (uint32_t e = 0; e < events; e++)
        by[e] = e;
    for (size_t gap = events / 2; gap; gap /= 2)
        for (size_t i = gap; i < events; i++) {
            uint32_t v = by[i];
            size_t j = i;
            for (; j >= gap && counts[by[j - gap]] < counts[v]; j -= gap)
                by[j] = by[j - gap];
            by[j] = v;
        }
    for (uint32_t i = 0; i < events; i++)
        levels[by[i]] = i;
    arena_release(&scratch);
}

static uint32_t term_function(struct expander *x, struct bdd *b, const uint32_t *levels, uint32_t index)
{
    const struct term *t = &x->terms[index];
    uint32_t by_level[TERM_MAX], f = BDD_TRUE;
    for (uint32_t i = 0; i < t->literals; i++) { /* deepest first */
        uint32_t literal = x->pool[t->at + i], j = i;
        for (; j && levels[by_level[j - 1] / 2] < levels[literal / 2]; j--)
            by_level[j] = by_level[j - 1];
        by_level[j] = literal;
    }
    for (uint32_t i = 0; i < t->literals && f != BDD_FAIL; i++)
        f = by_level[i] & 1u ? bdd_node(b, by_level[i] / 2, BDD_FALSE, f) : bdd_node(b, by_level[i] / 2, f, BDD_FALSE);
    return f;
}

/* The chance that one of the first `terms` complete terms holds; below 0 when its diagram did not fit. */
static double union_chance(struct expander *x, size_t terms)
{
    struct arena scratch = ARENA_INIT;
    uint32_t *levels = arena_new_array(&scratch, uint32_t, (size_t)x->n.events + 1);
    uint32_t *counts = arena_new_array(&scratch, uint32_t, (size_t)x->n.events + 1), f = BDD_FALSE;
    struct tree_limits limits = {
        .max_seconds = x->union_seconds, .max_bytes = x->budget.max_bytes / 4, .cancelled = x->budget.cancelled};
    union_levels(x, terms, levels, counts);
    struct bdd *b = bdd_new(x->n.events, levels, &limits);
    for (size_t i = 0; i < terms && f != BDD_FAIL; i++)
        f = bdd_or(b, f, term_function(x, b, levels, x->complete[i]));
    double p = -1;
    if (f != BDD_FAIL && !bdd_failed(b)) {
        struct solution_part part = {.bdd = bdd_diagram(b, f, &scratch)};
        struct solution s = {.events = x->n.events, .parts = &part, .len = 1};
        p = solution_probability(&s, x->p, NULL).p;
    }
    bdd_free(b);
    arena_release(&scratch);
    return p;
}

/* Sums drift by rounding, and products round too: bounds are moved outwards by more than that can be. */
static double outward(double value, int direction)
{
    return value * (1 + direction * 1e-11);
}

static void interval(struct expander *x, struct bounds *out)
{
    size_t terms = x->complete_len < UNION_MAX ? x->complete_len : UNION_MAX;
    double open = 0, rest = 0, lo = 0, all = -1;
    sort_complete(x);
    for (size_t i = 0; i < x->heap_len; i++)
        open += x->terms[x->heap[i]].bound;
    x->open_sum = open;
    for (size_t i = terms; i < x->complete_len; i++)
        rest += x->terms[x->complete[i]].bound;
    if (terms)
        all = lo = union_chance(x, terms);
    if (all < 0) {
        lo = terms ? x->terms[x->complete[0]].bound : 0;
        all = x->complete_sum - rest;
    }
    if (!terms)
        all = 0;
    double hi = all + rest + open;
    lo = x->heap_len || rest > 0 ? outward(lo, -1) : lo;
    hi = x->heap_len || rest > 0 ? outward(hi, 1) : hi;
    out->lo = lo > out->lo ? lo : out->lo;
    out->hi = hi < out->hi ? hi : out->hi;
}

/* The interval that needs no expansion, node by node. */
static void association(struct expander *x, bool coherent, struct bounds *out)
{
    struct arena scratch = ARENA_INIT;
    size_t refs = 2 * (size_t)x->n.events + x->n.nodes.len;
    double *lo = arena_new_array(&scratch, double, refs + 1), *hi = arena_new_array(&scratch, double, refs + 1);
    for (uint32_t i = 0; i < 2 * x->n.events; i++)
        lo[i] = hi[i] = x->chance[i];
    for (size_t i = 0; i < x->n.nodes.len; i++) {
        const struct nnf_node *g = &x->n.nodes.at[i];
        double product = 1, misses = 1, least = 1, most = 0, sum_lo = 0, sum_hi = 0;
        for (uint32_t j = 0; j < g->len; j++) {
            uint32_t a = x->n.args.at[g->first + j];
            product *= lo[a];
            misses *= 1 - hi[a];
            least = fmin(least, hi[a]);
            most = fmax(most, lo[a]);
            sum_lo += lo[a];
            sum_hi += hi[a];
        }
        size_t ref = 2 * (size_t)x->n.events + i;
        if (g->is_and) {
            lo[ref] = coherent ? product : fmax(0, sum_lo - (g->len - 1) - 2 * (g->len + 2) * DBL_EPSILON);
            hi[ref] = least;
        } else {
            lo[ref] = most;
            hi[ref] = fmin(sum_hi, coherent ? 1 - misses + (g->len + 2) * DBL_EPSILON : 1); /* 1 - x loses digits */
        }
    }
    out->lo = outward(lo[x->n.root], -1);
    out->hi = fmin(1, outward(hi[x->n.root], 1) + (hi[x->n.root] > 0 ? DBL_MIN : 0));
    arena_release(&scratch);
}

enum { SETS_MAX = 10000 };

/* The likeliest complete terms without those that contain another. */
static void list_sets(struct expander *x, struct arena *arena, struct bounds *out)
{
    size_t n = x->complete_len < SETS_MAX ? x->complete_len : SETS_MAX;
    struct draft *d = arena_new(arena, struct draft);
    sort_complete(x);
    out->cutoff = x->heap_len ? x->terms[x->heap[0]].bound : 0;
    if (n < x->complete_len)
        out->cutoff = fmax(out->cutoff, x->terms[x->complete[n]].bound);
    out->sets = arena_new_array(arena, struct bounds_set, n + 1);
    size_t all = x->complete_len;
    for (size_t i = 0; i < n; i++) {
        const struct term *t = &x->terms[x->complete[i]];
        /* an absorbing term is shorter, so at least as likely and sorted before (or equal: ties by age) */
        x->complete_len = i;
        bool minimal = !absorbed(x, draft_of(x, x->complete[i], d));
        x->complete_len = all;
        if (!minimal)
            continue;
        uint32_t *events = arena_new_array(arena, uint32_t, (size_t)t->literals + 1);
        for (uint32_t j = 0; j < t->literals; j++)
            events[j] = x->pool[t->at + j] / 2;
        out->sets[out->len++] = (struct bounds_set){events, t->literals, t->bound};
    }
}

static void supports(struct expander *x, struct arena *arena)
{
    x->words = (x->n.events + 63) / 64;
    size_t bytes = x->words * x->n.nodes.len * sizeof(uint64_t);
    if (bytes > SUPPORT_BYTES_MAX || bytes > x->budget.max_bytes)
        return;
    x->support = arena_new_array(arena, uint64_t, x->words * x->n.nodes.len + 1);
    for (size_t i = 0; i < x->n.nodes.len; i++) {
        const struct nnf_node *g = &x->n.nodes.at[i];
        uint64_t *own = &x->support[i * x->words];
        for (uint32_t j = 0; j < g->len; j++) {
            uint32_t a = x->n.args.at[g->first + j];
            if (is_literal(x, a))
                own[a / 2 / 64] |= (uint64_t)1 << (a / 2 % 64);
            else
                for (size_t w = 0; w < x->words; w++)
                    own[w] |= x->support[(a - 2 * x->n.events) * x->words + w];
        }
    }
}

static bool good_enough(struct expander *x, double ratio, struct bounds *out)
{
    if (x->complete_sum <= 0 || x->open_sum > (ratio - 1) * x->complete_sum)
        return false;
    interval(x, out);
    return out->lo > 0 && out->hi <= ratio * out->lo;
}

static void expand_all(struct expander *x, double ratio, struct draft *d, struct bounds *out)
{
    size_t next_look = 16;
    while (x->heap_len && !x->full) {
        if (x->expanded % CLOCK_EVERY == 0 && budget_over(&x->budget))
            break;
        if (x->expanded == next_look) {
            next_look += next_look / 2;
            if (good_enough(x, ratio, out))
                break;
        }
        uint32_t top = heap_pop(x);
        x->open_sum -= x->terms[top].bound;
        x->expanded++;
        if (!expand(x, top, d)) {
            x->heap[x->heap_len++] = top; /* its place was free; the order no longer matters */
            if (x->heap_len > 1 && before(x, top, x->heap[0])) {
                x->heap[x->heap_len - 1] = x->heap[0];
                x->heap[0] = top;
            }
            break;
        }
    }
}

static void release(struct expander *x)
{
    budget_free(&x->budget, x->pool, x->pool_cap * sizeof(*x->pool));
    budget_free(&x->budget, x->terms, x->terms_cap * sizeof(*x->terms));
    budget_free(&x->budget, x->heap, x->heap_cap * sizeof(*x->heap));
    budget_free(&x->budget, x->slots, x->slots_len * sizeof(*x->slots));
    budget_free(&x->budget, x->complete, x->complete_cap * sizeof(*x->complete));
}

static void start(struct expander *x, struct draft *d)
{
    memset(d, 0, sizeof(*d));
    draft_add(x, d, x->n.root);
    if (!d->impossible && !d->too_long)
        draft_settle(x, d);
    rehash(x);
    if (d->too_long)
        x->full = true;
    else if (!d->impossible && !x->full)
        term_keep(x, d, draft_bound(x, d));
}

void bounds_compute(const struct formula *f, const double *p, double ratio, const struct tree_limits *limits,
                    struct arena *arena, struct bounds *out)
{
    struct arena scratch = ARENA_INIT;
    struct expander x = {.p = p};
    struct draft *d = arena_new(&scratch, struct draft);
    bool coherent = formula_coherent(f);
    *out = (struct bounds){.lo = 0, .hi = 1, .cutoff = 1};
    struct tree_limits l = limits ? *limits : (struct tree_limits){0};
    double seconds = l.max_seconds > 0 ? l.max_seconds : 60;
    l.max_seconds = seconds * EXPANSION_SHARE;
    x.union_seconds = seconds * (1 - EXPANSION_SHARE) / 2;
    budget_init(&x.budget, &l);
    if (!nnf_build(&x.n, &scratch, f, NODES_MAX)) {
        arena_release(&scratch);
        return;
    }
    if (formula_is_constant(x.n.root)) {
        out->lo = out->hi = x.n.root == NNF_TRUE ? 1 : 0;
        out->cutoff = 0;
        arena_release(&scratch);
        return;
    }
    x.chance = arena_new_array(&scratch, double, 2 * (size_t)f->events + 1);
    x.state = arena_new_array(&scratch, unsigned char, 2 * (size_t)f->events + x.n.nodes.len + 1);
    x.upper = arena_new_array(&scratch, double, x.n.nodes.len + 1);
    x.wanted = arena_new_array(&scratch, bool, x.n.nodes.len + 1);
    for (uint32_t e = 0; e < f->events; e++) {
        x.chance[2 * e] = p[e];
        x.chance[2 * e + 1] = 1 - p[e];
    }
    supports(&x, &scratch);
    association(&x, coherent, out);
    start(&x, d);
    bool begun = x.terms_len > 0 || !x.full;
    expand_all(&x, ratio, d, out);
    if (begun)
        interval(&x, out);
    if (coherent && begun)
        list_sets(&x, arena, out);
    out->expanded = x.expanded;
    release(&x);
    arena_release(&scratch);
}
