/* Factoring with open leaves. A piece is a path of decided events up to the root; its interval is that of the formula
 * under them. To choose where to cut, a pass from the root down credits every event with how much the upper bound moves
 * with it; the few best are tried for real. */
#include "tree/core/bounds.h"
#include "tree/core/budget.h"
#include "tree/core/eliminate.h"
#include "tree/core/nnf.h"
#include "tree/core/preprocess.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

enum {
    NODES_MAX = 1000 * 1000,
    SUPPORT_BYTES_MAX = 128 << 20,
    ABOVE_MAX = 16 << 20,
    TRIED_MIN = 4, /* events tried for real at each cut: more where the piece weighs more */
    TRIED_MAX = 128,
    TRIED_SHARE = 4000,
    SEQUENCES = 6, /* of elimination, per piece */
    CHOSEN_MAX = 8 /* independent arguments that bound one gate */
};

/* Above this an upper bound says so little that cuts are chosen to make the pieces easier, not the bound sharper. */
#define BLUNT 0.4

/* The share of the whole width from which on a piece is worth more than another cut. */
#define WORTH_SOLVING 0.002

struct piece {
    uint32_t parent;  /* UINT32_MAX: the root */
    uint32_t literal; /* true here: 2 * event (+ 1 for "not") */
    double weight, lo, hi;
    bool tried;     /* to solve */
    uint32_t pivot; /* event that makes solving cheaper; UINT32_MAX: unknown */
};

struct factoring {
    struct nnf n;
    const struct formula *f;
    const double *p;
    bool coherent;
    struct budget budget;
    struct piece *pieces;
    size_t len, cap;
    uint32_t *heap;
    size_t heap_len, heap_cap;
    double done_lo, done_hi; /* of pieces that are exact */
    double total_width;      /* at the last look */
    double rate;             /* entries that elimination computes in a second of wall time, lately */
    uint64_t *support;
    size_t words;
    double *lo, *hi, *credit; /* by reference */
    uint64_t *decided;        /* events decided in the piece at hand */
    uint32_t *above,
        *above_first; /* the nodes above each event, ascending: above[above_first[e] .. above_first[e+1]) */
    double *saved;
    double *worth; /* by event: what a cut there gave, as a share of what its credit promised, lately */
};

static int64_t clock_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static uint32_t base(const struct factoring *x)
{
    return 2 * x->n.events;
}

/* Outwards by more than the rounding of some operations on numbers up to 1 can be: relative where only
 * products and sums were taken; where a difference from 1 was, its absolute error is that of 1. What has
 * underflowed is covered by the least normal number. */
static double up(double value, uint32_t operations)
{
    return fmin(1, value * (1 + 2 * (operations + 4.0) * DBL_EPSILON) + DBL_MIN);
}

static double down(double value, uint32_t operations, bool difference)
{
    double slack = 2 * (operations + 4.0) * DBL_EPSILON;
    return fmax(0, value * (1 - slack) - (difference ? slack : DBL_MIN));
}

/* Whether two references share an event that is still open. */
static bool share(const struct factoring *x, uint32_t a, uint32_t b)
{
    if (a < base(x) && b < base(x))
        return (a ^ b) < 2;
    if (!x->support)
        return true;
    if (b < base(x)) {
        uint32_t swap = a;
        a = b;
        b = swap;
    }
    const uint64_t *sb = &x->support[(b - base(x)) * x->words];
    if (a < base(x))
        return sb[a / 2 / 64] >> (a / 2 % 64) & 1;
    const uint64_t *sa = &x->support[(a - base(x)) * x->words];
    for (size_t i = 0; i < x->words; i++)
        if (sa[i] & sb[i] & ~x->decided[i])
            return true;
    return false;
}

static bool is_chosen(const uint32_t *chosen, size_t n, uint32_t ref)
{
    for (size_t i = 0; i < n; i++)
        if (chosen[i] == ref)
            return true;
    return false;
}

/* Arguments that share nothing with each other, the most telling first (for AND the least likely, for OR the
 * likeliest). */
static size_t choose(const struct factoring *x, const struct nnf_node *g, uint32_t *chosen)
{
    size_t n = 0;
    while (n < CHOSEN_MAX) {
        uint32_t best = UINT32_MAX;
        double most = 0;
        for (uint32_t i = 0; i < g->len; i++) {
            uint32_t a = x->n.args.at[g->first + i];
            double tells = g->is_and ? 1 - x->hi[a] : x->lo[a];
            bool fresh = tells > most && !is_chosen(chosen, n, a);
            for (size_t j = 0; j < n && fresh; j++)
                fresh = !share(x, a, chosen[j]);
            if (fresh) {
                most = tells;
                best = a;
            }
        }
        if (best == UINT32_MAX)
            break;
        chosen[n++] = best;
    }
    return n;
}

static void evaluate_and(struct factoring *x, const struct nnf_node *g, size_t ref)
{
    uint32_t chosen[CHOSEN_MAX];
    double product = 1, sum = 0, hi = 1;
    for (uint32_t i = 0; i < g->len; i++) {
        uint32_t a = x->n.args.at[g->first + i];
        product *= x->lo[a];
        sum += 1 - x->lo[a];
        if (x->hi[a] <= 0) {
            x->lo[ref] = x->hi[ref] = 0;
            return;
        }
    }
    for (size_t i = choose(x, g, chosen); i-- > 0;)
        hi *= x->hi[chosen[i]];
    x->lo[ref] = down(x->coherent ? product : fmax(0, 1 - sum), g->len, !x->coherent);
    x->hi[ref] = up(hi, CHOSEN_MAX);
}

static void evaluate_or(struct factoring *x, const struct nnf_node *g, size_t ref)
{
    uint32_t chosen[CHOSEN_MAX];
    double misses = 1, sum = 0, keep = 1;
    for (uint32_t i = 0; i < g->len; i++) {
        uint32_t a = x->n.args.at[g->first + i];
        misses *= 1 - x->hi[a];
        sum += x->hi[a];
        if (x->lo[a] >= 1) {
            x->lo[ref] = x->hi[ref] = 1;
            return;
        }
    }
    size_t n = choose(x, g, chosen);
    for (size_t i = 0; i < n; i++)
        keep *= 1 - x->lo[chosen[i]];
    x->lo[ref] = n == 1 ? x->lo[chosen[0]] : fmax(n ? x->lo[chosen[0]] : 0, down(1 - keep, CHOSEN_MAX, true));
    x->hi[ref] = up(fmin(sum, x->coherent ? 1 - misses + (g->len + 2) * DBL_EPSILON : 1), g->len);
}

static void evaluate_node(struct factoring *x, size_t i)
{
    const struct nnf_node *g = &x->n.nodes.at[i];
    if (g->is_and)
        evaluate_and(x, g, base(x) + i);
    else
        evaluate_or(x, g, base(x) + i);
}

static void evaluate(struct factoring *x)
{
    for (size_t i = 0; i < x->n.nodes.len; i++)
        evaluate_node(x, i);
}

/* Only what an event can change. */
static void evaluate_above(struct factoring *x, uint32_t event)
{
    for (uint32_t i = x->above_first[event]; i < x->above_first[event + 1]; i++)
        evaluate_node(x, x->above[i]);
}

static void save_above(struct factoring *x, uint32_t event)
{
    for (uint32_t i = x->above_first[event], j = 0; i < x->above_first[event + 1]; i++) {
        x->saved[j++] = x->lo[base(x) + x->above[i]];
        x->saved[j++] = x->hi[base(x) + x->above[i]];
    }
}

static void restore_above(struct factoring *x, uint32_t event)
{
    for (uint32_t i = x->above_first[event], j = 0; i < x->above_first[event + 1]; i++) {
        x->lo[base(x) + x->above[i]] = x->saved[j++];
        x->hi[base(x) + x->above[i]] = x->saved[j++];
    }
}

static void decide(struct factoring *x, uint32_t literal, bool on)
{
    uint32_t e = literal / 2;
    x->lo[2 * e] = x->hi[2 * e] = on ? !(literal & 1u) : x->p[e];
    x->lo[2 * e + 1] = x->hi[2 * e + 1] = on ? literal & 1u : 1 - x->p[e];
    x->decided[e / 64] ^= (uint64_t)1 << (e % 64);
}

static void decide_all(struct factoring *x, uint32_t piece, bool on)
{
    for (uint32_t i = piece; x->pieces[i].parent != UINT32_MAX; i = x->pieces[i].parent)
        decide(x, x->pieces[i].literal, on);
}

/* How much the root's upper bound moves with each reference; needs evaluate() before. */
static void credit(struct factoring *x)
{
    uint32_t chosen[CHOSEN_MAX];
    for (size_t i = 0; i < base(x) + x->n.nodes.len; i++)
        x->credit[i] = 0;
    x->credit[x->n.root] = 1;
    for (size_t i = x->n.nodes.len; i-- > 0;) {
        const struct nnf_node *g = &x->n.nodes.at[i];
        double own = x->credit[base(x) + i];
        if (own <= 0 || x->hi[base(x) + i] <= 0 || x->lo[base(x) + i] >= 1)
            continue;
        size_t n = g->is_and ? choose(x, g, chosen) : 0;
        double misses = 1;
        for (uint32_t j = 0; j < g->len && !g->is_and; j++)
            misses *= 1 - x->hi[x->n.args.at[g->first + j]];
        for (uint32_t j = 0; j < g->len; j++) {
            uint32_t a = x->n.args.at[g->first + j];
            double share_of = g->is_and ? own : own * misses / (1 - x->hi[a]);
            for (size_t c = 0; c < n; c++)
                if (chosen[c] != a && !share(x, chosen[c], a))
                    share_of *= x->hi[chosen[c]];
            x->credit[a] += share_of;
        }
    }
}

static bool open_event(const struct factoring *x, uint32_t e)
{
    return !(x->decided[e / 64] >> (e % 64) & 1) && x->p[e] > 0 && x->p[e] < 1;
}

static double promise(const struct factoring *x, uint32_t e)
{
    return (x->credit[2 * e] + x->credit[2 * e + 1]) * x->p[e] * (1 - x->p[e]);
}

/* The `most` events of the largest promise, corrected by what such promises came to. */
static size_t candidates(const struct factoring *x, size_t most, uint32_t *out)
{
    double score[TRIED_MAX];
    size_t n = 0;
    for (uint32_t e = 0; e < x->n.events; e++) {
        double s = promise(x, e) * x->worth[e];
        if (!open_event(x, e) || s <= 0 || (n == most && score[n - 1] >= s))
            continue;
        size_t i = n < most ? n++ : most - 1;
        for (; i && score[i - 1] < s; i--) {
            score[i] = score[i - 1];
            out[i] = out[i - 1];
        }
        score[i] = s;
        out[i] = e;
    }
    return n;
}

struct cut {
    double lo[2], hi[2]; /* event false, true */
};

static struct cut try_cut(struct factoring *x, uint32_t event)
{
    struct cut c;
    save_above(x, event);
    for (unsigned value = 0; value < 2; value++) {
        uint32_t literal = 2 * event + !value;
        decide(x, literal, true);
        evaluate_above(x, event);
        c.lo[value] = x->lo[x->n.root];
        c.hi[value] = x->hi[x->n.root];
        decide(x, literal, false);
    }
    restore_above(x, event);
    return c;
}

static double width(const struct factoring *x, uint32_t i)
{
    return x->pieces[i].weight * (x->pieces[i].hi - x->pieces[i].lo);
}

static bool before(const struct factoring *x, uint32_t a, uint32_t b)
{
    double wa = width(x, a), wb = width(x, b);
    return wa > wb || (!(wa < wb) && a < b);
}

static void *grow(struct factoring *x, void *old, size_t len, size_t *cap, size_t size, bool *full)
{
    if (len < *cap)
        return old;
    size_t more = *cap ? *cap * 2 : 256;
    void *memory = budget_realloc(&x->budget, old, *cap * size, more * size);
    if (!memory) {
        *full = true;
        return old;
    }
    *cap = more;
    return memory;
}

static bool keep_piece(struct factoring *x, struct piece piece)
{
    bool full = false;
    if (!(piece.lo < piece.hi)) {
        x->done_lo += piece.weight * piece.lo;
        x->done_hi += piece.weight * piece.hi;
        return true;
    }
    x->pieces = grow(x, x->pieces, x->len, &x->cap, sizeof(*x->pieces), &full);
    x->heap = grow(x, x->heap, x->heap_len, &x->heap_cap, sizeof(*x->heap), &full);
    if (full || x->len == UINT32_MAX - 1)
        return false;
    uint32_t index = (uint32_t)x->len;
    x->total_width += piece.weight * (piece.hi - piece.lo);
    x->pieces[x->len++] = piece;
    size_t i = x->heap_len++;
    while (i && before(x, index, x->heap[(i - 1) / 2])) {
        x->heap[i] = x->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    x->heap[i] = index;
    return true;
}

static uint32_t pop(struct factoring *x)
{
    uint32_t top = x->heap[0], last = x->heap[--x->heap_len];
    size_t i = 0;
    x->total_width -= width(x, top);
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

/* Room for both halves of a cut, so that it happens whole or not at all. */
static bool room_for_cut(struct factoring *x)
{
    bool full = x->len + 2 >= UINT32_MAX;
    x->pieces = grow(x, x->pieces, x->len + 1, &x->cap, sizeof(*x->pieces), &full);
    x->heap = grow(x, x->heap, x->heap_len + 1, &x->heap_cap, sizeof(*x->heap), &full);
    return !full;
}

/* Cuts the widest piece where the interval shrinks most; false when there is no room or nothing left to cut. */
static bool cut_widest(struct factoring *x)
{
    uint32_t events[TRIED_MAX] = {0}, best = UINT32_MAX, index = x->heap[0];
    struct cut chosen = {{0, 0}, {1, 1}};
    double least = INFINITY;
    if (!room_for_cut(x))
        return false;
    decide_all(x, index, true);
    evaluate(x);
    credit(x);
    double whole = x->pieces[index].hi - x->pieces[index].lo;
    double share_of_all = x->total_width > 0 ? width(x, index) / x->total_width : 1;
    size_t most = (size_t)fmin(TRIED_MAX, TRIED_MIN + share_of_all * TRIED_SHARE);
    size_t n = candidates(x, most, events);
    if (x->pieces[index].pivot != UINT32_MAX && x->pieces[index].hi > BLUNT && open_event(x, x->pieces[index].pivot)) {
        events[0] = x->pieces[index].pivot;
        n = 1;
    }
    for (size_t i = 0; i < n; i++) {
        double p = x->p[events[i]];
        struct cut c = try_cut(x, events[i]);
        double w = p * (c.hi[1] - c.lo[1]) + (1 - p) * (c.hi[0] - c.lo[0]);
        double gain = fmax(0, whole - w) / fmax(promise(x, events[i]), DBL_MIN);
        x->worth[events[i]] = 0.5 * x->worth[events[i]] + 0.5 * (gain < 1 ? gain + 1e-6 : 1);
        if (w < least) {
            least = w;
            best = events[i];
            chosen = c;
        }
    }
    decide_all(x, index, false);
    if (best == UINT32_MAX)
        return false;
    double weight = x->pieces[pop(x)].weight;
    for (unsigned value = 0; value < 2; value++) {
        double p = value ? x->p[best] : 1 - x->p[best];
        keep_piece(x, (struct piece){index, 2 * best + !value, weight * p, chosen.lo[value], chosen.hi[value],
                                     false, UINT32_MAX});
    }
    return true;
}

static void sums(struct factoring *x, struct bounds *out)
{
    double lo = x->done_lo, hi = x->done_hi;
    for (size_t i = 0; i < x->heap_len; i++) {
        const struct piece *piece = &x->pieces[x->heap[i]];
        lo += piece->weight * piece->lo;
        hi += piece->weight * piece->hi;
    }
    x->total_width = hi - lo;
    double slack = 1e-11 + 2 * DBL_EPSILON * (double)x->len; /* more than weights and sums can have been rounded by */
    lo *= 1 - slack;
    hi = fmin(1, hi * (1 + slack));
    out->lo = lo > out->lo ? lo : out->lo;
    out->hi = hi < out->hi ? hi : out->hi;
}

/* The formula under the decisions of a piece. */
static void conditioned(const struct factoring *x, uint32_t piece, struct arena *arena, struct formula *out)
{
    const struct formula *f = x->f;
    uint32_t *made = arena_new_array(arena, uint32_t, (size_t)f->events + f->gates.len + 1), widest = 1;
    for (size_t i = 0; i < f->gates.len; i++)
        widest = f->gates.at[i].len > widest ? f->gates.at[i].len : widest;
    uint32_t *args = arena_new_array(arena, uint32_t, widest);
    formula_init(out, arena, f->events);
    for (uint32_t e = 0; e < f->events; e++)
        made[e] = 2 * e;
    for (uint32_t i = piece; x->pieces[i].parent != UINT32_MAX; i = x->pieces[i].parent)
        made[x->pieces[i].literal / 2] = x->pieces[i].literal & 1u ? FORMULA_FALSE : FORMULA_TRUE;
    for (size_t i = 0; i < f->gates.len; i++) {
        const struct formula_gate *g = &f->gates.at[i];
        for (uint32_t j = 0; j < g->len; j++) {
            uint32_t e = f->args.at[g->first + j];
            args[j] = formula_is_constant(e) ? e
                      : e & 1u               ? FORMULA_NOT(made[formula_index(e)])
                                             : made[formula_index(e)];
        }
        made[f->events + i] = formula_gate(out, g->op, g->k, args, g->len);
    }
    uint32_t root = made[formula_index(f->root)];
    out->root = f->root & 1u ? FORMULA_NOT(root) : root;
}

/* Entries that elimination computes in a second, and how much of the time a piece may have for its share of
 * the width. */
#define ENTRIES_PER_SECOND 4e7
#define ONE_PIECE 0.12
#define ONE_PIECE_MOST 2e8 /* entries: dearer pieces are better cut, however much time there is */

/* A piece that matters is solved by elimination of its variables, when that costs no more than its share of
 * the time. */
static bool solve_widest(struct factoring *x)
{
    uint32_t index = x->heap[0];
    struct piece *piece = &x->pieces[index];
    double seconds = (double)(x->budget.deadline - clock_now()) * 1e-9;
    double of_all = x->total_width > 0 ? width(x, index) / x->total_width : 1;
    size_t used = atomic_load_explicit(&x->budget.used, memory_order_relaxed);
    if (piece->tried || of_all < WORTH_SOLVING || seconds <= 0 || used >= x->budget.max_bytes)
        return false;
    struct arena arena = ARENA_INIT;
    struct formula under, simple;
    struct elimination e;
    struct budget own;
    struct tree_limits l = {
        .max_seconds = seconds, .max_bytes = x->budget.max_bytes - used, .cancelled = x->budget.cancelled};
    piece->tried = true;
    conditioned(x, index, &arena, &under);
    formula_simplify(&under, &simple, &arena);
    budget_init(&own, &l);
    double most = fmin(ONE_PIECE_MOST, ONE_PIECE * seconds * x->rate);
    int64_t begin = clock_now();
    eliminate(&simple, x->p, SEQUENCES, fmax(1e5, most), &own, &e);
    if (e.done && e.cost > 4e6) /* other work on the machine counts */
        x->rate = 0.5 * x->rate + 0.5 * fmin(ENTRIES_PER_SECOND, e.cost / ((double)(clock_now() - begin) * 1e-9));
    arena_release(&arena);
    piece->pivot = e.pivot;
    if (!e.done || e.hi - e.lo > 0.5 * (piece->hi - piece->lo))
        return false;
    pop(x);
    x->done_lo += piece->weight * fmax(piece->lo, e.lo);
    x->done_hi += piece->weight * fmin(piece->hi, e.hi);
    return true;
}

static void cut_all(struct factoring *x, double ratio, struct bounds *out)
{
    size_t next_look = 8;
    sums(x, out);
    while (x->heap_len && !budget_over(&x->budget) && (solve_widest(x) || cut_widest(x))) {
        if (++out->expanded < next_look)
            continue;
        next_look += 1 + next_look / 4;
        sums(x, out);
        if (out->lo > 0 && out->hi <= ratio * out->lo)
            return;
    }
    sums(x, out);
}

static void supports(struct factoring *x, struct arena *arena)
{
    x->words = (x->n.events + 63) / 64;
    x->decided = arena_new_array(arena, uint64_t, x->words + 1);
    size_t bytes = x->words * x->n.nodes.len * sizeof(uint64_t);
    if (bytes > SUPPORT_BYTES_MAX || bytes > x->budget.max_bytes)
        return;
    x->support = arena_new_array(arena, uint64_t, x->words * x->n.nodes.len + 1);
    for (size_t i = 0; i < x->n.nodes.len; i++) {
        const struct nnf_node *g = &x->n.nodes.at[i];
        uint64_t *own = &x->support[i * x->words];
        for (uint32_t j = 0; j < g->len; j++) {
            uint32_t a = x->n.args.at[g->first + j];
            if (a < base(x))
                own[a / 2 / 64] |= (uint64_t)1 << (a / 2 % 64);
            else
                for (size_t w = 0; w < x->words; w++)
                    own[w] |= x->support[(a - base(x)) * x->words + w];
        }
    }
}

/* Two passes: count, then fill. A node is noted once per event by looking at the last entry. */
static bool list_above(struct factoring *x, struct arena *arena)
{
    size_t total = 0, events = x->n.events;
    if (!x->support)
        return false;
    x->above_first = arena_new_array(arena, uint32_t, events + 1);
    for (size_t i = 0; i < x->n.nodes.len; i++)
        for (size_t w = 0; w < x->words; w++)
            for (uint64_t bits = x->support[i * x->words + w]; bits; bits &= bits - 1) {
                x->above_first[64 * w + (size_t)__builtin_ctzll(bits) + 1]++;
                if (++total > ABOVE_MAX)
                    return false;
            }
    for (size_t e = 0; e < events; e++)
        x->above_first[e + 1] += x->above_first[e];
    uint32_t *next = arena_new_array(arena, uint32_t, events + 1);
    x->above = arena_new_array(arena, uint32_t, total + 1);
    for (uint32_t i = 0; i < x->n.nodes.len; i++)
        for (size_t w = 0; w < x->words; w++)
            for (uint64_t bits = x->support[i * x->words + w]; bits; bits &= bits - 1) {
                size_t e = 64 * w + (size_t)__builtin_ctzll(bits);
                x->above[x->above_first[e] + next[e]++] = i;
            }
    x->saved = arena_new_array(arena, double, 2 * x->n.nodes.len + 2);
    return true;
}

void bounds_factor(const struct formula *f, const double *p, double ratio, const struct tree_limits *limits,
                   struct bounds *out)
{
    struct arena scratch = ARENA_INIT;
    struct factoring x = {.f = f, .p = p, .coherent = formula_coherent(f), .rate = ENTRIES_PER_SECOND};
    *out = (struct bounds){.lo = 0, .hi = 1, .cutoff = 1};
    budget_init(&x.budget, limits);
    if (nnf_build(&x.n, &scratch, f, NODES_MAX)) {
        if (formula_is_constant(x.n.root)) {
            out->lo = out->hi = x.n.root == NNF_TRUE ? 1 : 0;
            arena_release(&scratch);
            return;
        }
        size_t refs = base(&x) + x.n.nodes.len + 1;
        x.lo = arena_new_array(&scratch, double, refs);
        x.hi = arena_new_array(&scratch, double, refs);
        x.credit = arena_new_array(&scratch, double, refs);
        for (uint32_t e = 0; e < f->events; e++) {
            x.lo[2 * e] = x.hi[2 * e] = p[e];
            x.lo[2 * e + 1] = x.hi[2 * e + 1] = 1 - p[e];
        }
        x.worth = arena_new_array(&scratch, double, (size_t)f->events + 1);
        for (uint32_t e = 0; e < f->events; e++)
            x.worth[e] = 1;
        supports(&x, &scratch);
        evaluate(&x);
        if (list_above(&x, &scratch) &&
            keep_piece(&x, (struct piece){UINT32_MAX, 0, 1, x.lo[x.n.root], x.hi[x.n.root], false,
                                                                UINT32_MAX}))
            cut_all(&x, ratio, out);
        else
            *out = (struct bounds){.lo = x.lo[x.n.root], .hi = x.hi[x.n.root], .cutoff = 1};
    }
    budget_free(&x.budget, x.pieces, x.cap * sizeof(*x.pieces));
    budget_free(&x.budget, x.heap, x.heap_cap * sizeof(*x.heap));
    arena_release(&scratch);
}
