/* Birnbaum's measure and its relatives, for all events at once.
 *
 * Within a part (one diagram) a walk up gives every node the chance of its function being true and false, and a
 * walk down the chance that a path from the root comes by. Then, for a variable v,
 *
 *     P(part | v) = sum over the nodes of v:  reach(node) * P(its hi branch)  +  P(true without meeting v)
 *
 * and likewise with lo. The last term would be a difference, P(part) minus what comes by, which loses its digits
 * when nearly every path meets v - just then P(part | not v) is the interesting small number. So it is summed
 * from the edges that pass over v's place in the order: an edge adds to a range of places, kept in a tree of
 * ranges, when a difference would have lost three digits.
 *
 * Parts form a tree: the function of a part is one variable of another. Since they share nothing else,
 * P(goal | v) = P(goal | part) P(part | v) + P(goal | not part) P(not part | v): one walk down over the parts. */
#include "tree/core/importance.h"

#include "tree/core/diagram.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct pair { /* chance of true and of false */
    double p, q;
};

/* A variable within its part. */
struct local {
    struct pair one, zero; /* of the part, given the variable: first the share of the paths that meet it */
    struct pair met;       /* share of the part's chances on paths that meet it */
    double birnbaum;
    uint32_t part; /* index + 1; 0: stands nowhere */
};

struct pass {
    const struct solution *s;
    struct chance *by_var;
    struct chance *at;    /* by node: the function */
    struct pair *reach;   /* by node: p of paths that arrive with an even number of complements, q odd */
    struct local *locals; /* by variable */
    uint32_t *place_of;   /* by variable; NULL until needed */
    struct arena scratch;
};

static struct chance seen(const struct chance *at, uint32_t ref)
{
    struct chance c = at[ref >> 1];
    return ref & 1 ? (struct chance){c.q, c.p} : c;
}

static struct chance walk_up(const struct diagram *d, const struct chance *by_var, struct chance *at)
{
    at[0] = (struct chance){1, 0};
    for (uint32_t i = 1; i < d->len; i++) {
        const struct diagram_node *n = &d->at[i];
        struct chance x = by_var[n->var], hi = seen(at, n->hi), lo = seen(at, n->lo);
        at[i] = (struct chance){x.p * hi.p + x.q * lo.p, x.p * hi.q + x.q * lo.q};
    }
    return seen(at, d->root);
}

static void add_reach(struct pair *reach, uint32_t ref, struct pair r, double chance)
{
    struct pair *to = &reach[ref >> 1];
    to->p += chance * (ref & 1 ? r.q : r.p);
    to->q += chance * (ref & 1 ? r.p : r.q);
}

/* What a branch adds to the chances of the part when paths come by as r says. */
static void add_share(struct pair *to, struct pair r, struct chance c)
{
    to->p += r.p * c.p + r.q * c.q;
    to->q += r.p * c.q + r.q * c.p;
}

/* hi - lo by the smaller of the two pairs of numbers, which have more digits. */
static double difference(struct chance hi, struct chance lo)
{
    return hi.p + lo.p > 1 ? lo.q - hi.q : hi.p - lo.p;
}

static void walk_down(struct pass *w, const struct diagram *d, uint32_t part)
{
    memset(w->reach, 0, d->len * sizeof(*w->reach));
    add_reach(w->reach, d->root, (struct pair){1, 0}, 1);
    for (uint32_t i = d->len; i-- > 1;) {
        const struct diagram_node *n = &d->at[i];
        struct pair r = w->reach[i];
        struct chance x = w->by_var[n->var], hi = seen(w->at, n->hi), lo = seen(w->at, n->lo);
        struct local *v = &w->locals[n->var];
        v->part = part + 1;
        add_share(&v->one, r, hi);
        add_share(&v->zero, r, lo);
        add_share(&v->met, r, w->at[i]);
        v->birnbaum += (r.p - r.q) * difference(hi, lo);
        add_reach(w->reach, n->hi, r, x.p);
        add_reach(w->reach, n->lo, r, x.q);
    }
}

/* Sums over ranges of places: a range is made of O(log) nodes of a binary tree over the places. */
static void add_range(struct pair *tree, uint32_t size, uint32_t from, uint32_t to, struct pair amount)
{
    for (from += size, to += size; from < to; from /= 2, to /= 2) {
        if (from & 1)
            tree[from].p += amount.p, tree[from].q += amount.q, from++;
        if (to & 1)
            --to, tree[to].p += amount.p, tree[to].q += amount.q;
    }
}

static void push_ranges_down(struct pair *tree, uint32_t size)
{
    for (uint32_t i = 1; i < size; i++)
        for (uint32_t j = 2 * i; j <= 2 * i + 1; j++)
            tree[j].p += tree[i].p, tree[j].q += tree[i].q;
}

/* The share of the paths that do not meet a variable, for all variables of the part, as sums. */
static void add_passing_by(struct pass *w, const struct diagram *d, const struct diagram_order *order)
{
    uint32_t size = 1;
    while (size < order->len)
        size *= 2;
    struct pair *tree = arena_new_array(&w->scratch, struct pair, 2 * (size_t)size);
    for (uint32_t i = 1; i < d->len; i++) {
        const struct diagram_node *n = &d->at[i];
        uint32_t from = w->place_of[n->var] + 1;
        struct chance x = w->by_var[n->var];
        for (int side = 0; side < 2; side++) {
            uint32_t ref = side ? n->hi : n->lo;
            uint32_t to = ref > 1 ? w->place_of[d->at[ref >> 1].var] : order->len;
            double chance = side ? x.p : x.q;
            struct pair amount = {0, 0}, r = {w->reach[i].p * chance, w->reach[i].q * chance};
            if (from >= to)
                continue;
            add_share(&amount, r, seen(w->at, ref));
            add_range(tree, size, from, to, amount);
        }
    }
    push_ranges_down(tree, size);
    for (uint32_t k = 0; k < order->len; k++) {
        struct local *v = &w->locals[order->vars[k]];
        struct pair past = tree[size + k];
        v->one.p += past.p, v->one.q += past.q;
        v->zero.p += past.p, v->zero.q += past.q;
    }
}

static double remains(double whole, double part)
{
    return whole > part ? whole - part : 0;
}

/* True when a difference would lose more than three digits somewhere. The root's variable is on every path. */
static bool loses_digits(const struct pass *w, const struct diagram *d, struct chance whole)
{
    uint32_t first = d->at[d->root >> 1].var;
    for (uint32_t i = 1; i < d->len; i++) {
        const struct local *v = &w->locals[d->at[i].var];
        if (d->at[i].var != first &&
            (remains(whole.p, v->met.p) < 1e-3 * whole.p || remains(whole.q, v->met.q) < 1e-3 * whole.q))
            return true;
    }
    return false;
}

static void subtract_passing_by(struct pass *w, const struct diagram *d, struct chance whole)
{
    uint32_t first = d->at[d->root >> 1].var;
    for (uint32_t i = 1; i < d->len; i++) {
        struct local *v = &w->locals[d->at[i].var];
        struct pair past = {remains(whole.p, v->met.p), remains(whole.q, v->met.q)};
        if (d->at[i].var != first && !isnan(v->met.p)) {
            v->one.p += past.p, v->one.q += past.q;
            v->zero.p += past.p, v->zero.q += past.q;
        }
        v->met.p = (double)NAN; /* done */
    }
}

static void find_locals(struct pass *w, uint32_t part)
{
    const struct diagram *d = &w->s->parts[part].bdd;
    struct chance whole = walk_up(d, w->by_var, w->at);
    w->by_var[w->s->events + part] = whole;
    if (d->len < 2)
        return;
    walk_down(w, d, part);
    if (loses_digits(w, d, whole)) {
        struct diagram_order order;
        size_t vars = w->s->events + w->s->len;
        if (!w->place_of)
            w->place_of = calloc(vars, sizeof(*w->place_of));
        if (!w->place_of)
            BUG("out of memory");
        diagram_order(d, &w->scratch, w->place_of, &order);
        if (order.ordered)
            add_passing_by(w, d, &order);
        else
            subtract_passing_by(w, d, whole);
        arena_release(&w->scratch);
        return;
    }
    subtract_passing_by(w, d, whole);
}

/* The goal given each part's variable; parts refer only to earlier ones. */
static void chain_parts(struct pass *w, struct event_importance *out)
{
    const struct solution *s = w->s;
    struct event_importance *of_part = base_malloc(s->len * sizeof(*of_part));
    struct chance goal = w->by_var[s->events + s->len - 1];
    for (uint32_t v = s->events + s->len; v-- > 0;) {
        const struct local *l = &w->locals[v];
        struct event_importance e = {goal.p, goal.p, 0, (double)NAN};
        if (v == s->events + s->len - 1) {
            e = (struct event_importance){1, 0, 1, (double)NAN};
        } else if (l->part) {
            const struct event_importance *above = &of_part[l->part - 1];
            e.one = above->one * l->one.p + above->zero * l->one.q;
            e.zero = above->one * l->zero.p + above->zero * l->zero.q;
            e.birnbaum = above->birnbaum * l->birnbaum;
        }
        *(v < s->events ? &out[v] : &of_part[v - s->events]) = e;
    }
    free(of_part);
}

void importance_events(const struct solution *s, const double *p, const double *q, struct event_importance *out_events)
{
    struct pass w = {.s = s, .scratch = ARENA_INIT};
    size_t vars = s->events + s->len, longest = 1;
    for (uint32_t i = 0; i < s->len; i++)
        longest = s->parts[i].bdd.len > longest ? s->parts[i].bdd.len : longest;
    w.by_var = base_malloc(vars * sizeof(*w.by_var));
    w.at = base_malloc(longest * sizeof(*w.at));
    w.reach = base_malloc(longest * sizeof(*w.reach));
    w.locals = base_malloc(vars * sizeof(*w.locals));
    memset(w.locals, 0, vars * sizeof(*w.locals));
    for (uint32_t e = 0; e < s->events; e++)
        w.by_var[e] = (struct chance){p[e], q ? q[e] : 1 - p[e]};
    for (uint32_t i = 0; i < s->len; i++)
        find_locals(&w, i);
    chain_parts(&w, out_events);
    free(w.by_var);
    free(w.at);
    free(w.reach);
    free(w.locals);
    free(w.place_of);
}
