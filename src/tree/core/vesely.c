/* Fussell-Vesely's measure exactly: the chance that some minimal attack which contains e occurs.
 *
 * Let f be monotone in the steps, and f1, f0 its two halves by the step e. A minimal attack with e inside the set
 * S of successful steps exists if and only if e is in S and some T within S has f1(T) and not f0(T): its minimal
 * points are the minimal attacks with e, without e. So the event is "e and U(f1, f0)", U(a, b) being the upward closure
 * of "a and not b":
 *
 *     U(a, b) = x ? U(a1, b1) or U(a0, b0) : U(a0, b0)      for a step x
 *     U(a, b) = x ? U(a1, b1) : U(a0, b0)                   for an event x of the environment
 *
 * which is an operation on diagrams whose memo serves all events. Above e the closure is carried up the same way.
 * Across parts the chances multiply: what surrounds a part shares nothing with it. In a chain (a nest of ANDs and ORs
 * of literals, which is what tree-like models are made of) the closure is known without any diagram.
 *
 * A part may fall when steps are added ("the countermeasure is present and nobody has defeated it"): then its
 * negation is taken, and its variable turned where it stands. A part may also hold without any step, through the
 * environment: its variable is then "z or y", z being the environment's and y the attacker's.
 *
 * Where f is not monotone in its steps, the families of minimal sets are closed upwards instead. */
#include "tree/core/importance.h"

#include "tree/core/bdd.h"
#include "tree/core/diagram.h"
#include "tree/core/nodes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 4000 }; /* variables of a part: the operations recurse over them */

struct closure {
    const struct solution *s;
    const bool *environment; /* by event; may be NULL */
    bool monotone;
    bool by_sets; /* close families of minimal sets, where they are at hand and there is no environment: half
                     the time */
    struct chance *by_var;
    struct chance *idle; /* by variable: when the attacker does nothing */
    bool *is_step;     /* by variable: an attacker has a hand in it */
    bool *falls;       /* by variable: a part that falls when steps are added */
    double *inner;     /* by variable: chance of "a minimal set with it occurs" within its part, it being certain */
    uint32_t *parent;  /* by variable: index of its part + 1 */
    uint32_t *place_of;
    struct tree_limits limits;
    struct budget budget;
    struct arena scratch;
};

/* One part in a manager of its own. The variable at place k of its order is 2k for what the environment brings
 * about and 2k + 1 for what the attacker does. */
struct part_closure {
    struct closure *c;
    struct bdd *b;
    struct memo memo;            /* of U */
    const struct diagram_order *order;
    struct chance *at;           /* by node of b, as far as known */
    uint32_t at_len, at_cap;
    uint32_t *carried;           /* by reference of f, while an event is carried up; BDD_FAIL: not known */
    uint32_t f;
    uint32_t place;              /* of the event, 2k + 1 */
    uint32_t since_clock;
};

static struct chance turned(struct chance c, uint32_t turn)
{
    return turn & 1 ? (struct chance){c.q, c.p} : c;
}

/* A variable's chances in the sense in which it rises with the steps: alone, and when the attacker does nothing. */
static struct chance rising(const struct closure *c, uint32_t var)
{
    return turned(c->by_var[var], c->falls[var]);
}

static struct chance rising_idle(const struct closure *c, uint32_t var)
{
    return turned(c->idle[var], c->falls[var]);
}

/* The upward closure of "a and not b". */
static uint32_t closed(struct part_closure *p, uint32_t a, uint32_t b)
{
    uint32_t result;
    if (a == BDD_FAIL || b == BDD_FAIL)
        return BDD_FAIL;
    if (b == BDD_FALSE)
        return a;
    if (a == BDD_FALSE || b == BDD_TRUE || a == b)
        return BDD_FALSE;
    if (memo_get(&p->memo, a + 1, b, 0, &result))
        return result;
    if (++p->since_clock % 1024 == 0 && budget_over(&p->c->budget))
        return BDD_FAIL;
    uint32_t va = bdd_var(p->b, a), vb = bdd_var(p->b, b), x = va < vb ? va : vb;
    uint32_t lo = closed(p, va == x ? bdd_lo(p->b, a) : a, vb == x ? bdd_lo(p->b, b) : b);
    uint32_t hi = lo == BDD_FAIL ? lo : closed(p, va == x ? bdd_hi(p->b, a) : a, vb == x ? bdd_hi(p->b, b) : b);
    if (hi == BDD_FAIL)
        return BDD_FAIL;
    if (x & 1)
        hi = bdd_or(p->b, hi, lo);
    result = bdd_node(p->b, x, hi, lo);
    if (result != BDD_FAIL)
        memo_put(&p->memo, a + 1, b, 0, result);
    return result;
}

static uint32_t carry_up(struct part_closure *p, uint32_t r)
{
    uint32_t x = bdd_var(p->b, r);
    if (x > p->place)
        return BDD_FALSE;
    if (x + 1 == p->place) /* the same event, where the environment does not bring it about */
        return carry_up(p, bdd_lo(p->b, r));
    if (x == p->place)
        return closed(p, bdd_hi(p->b, r), bdd_lo(p->b, r));
    if (p->carried[r] != BDD_FAIL)
        return p->carried[r];
    uint32_t lo = carry_up(p, bdd_lo(p->b, r));
    uint32_t hi = lo == BDD_FAIL ? lo : carry_up(p, bdd_hi(p->b, r));
    if (hi == BDD_FAIL)
        return BDD_FAIL;
    if (x & 1)
        hi = bdd_or(p->b, hi, lo);
    return p->carried[r] = bdd_node(p->b, x, hi, lo);
}

static bool more_chances(struct part_closure *p, uint32_t len)
{
    uint32_t cap = p->at_cap ? p->at_cap : 256;
    while (cap < len)
        cap *= 2;
    if (cap == p->at_cap)
        return true;
    struct chance *at = budget_realloc(&p->c->budget, p->at, p->at_cap * sizeof(*at), cap * sizeof(*at));
    if (!at)
        return false;
    p->at = at;
    p->at_cap = cap;
    return true;
}

static struct chance chance_of(const struct part_closure *p, uint32_t ref)
{
    struct chance c = p->at[ref >> 1];
    return ref & 1 ? (struct chance){c.q, c.p} : c;
}

static struct chance place_chance(const struct part_closure *p, uint32_t place)
{
    uint32_t var = p->order->vars[place / 2];
    struct chance all = rising(p->c, var), z = rising_idle(p->c, var);
    if (!(place & 1))
        return z;
    return z.p > 0 ? (struct chance){(all.p - z.p) / z.q, all.q / z.q} : all;
}

/* Nodes are numbered from below: one loop over those that are new. */
static double chance_in(struct part_closure *p, uint32_t ref)
{
    uint32_t len = bdd_nodes(p->b);
    if (ref == BDD_FAIL || !more_chances(p, len))
        return (double)NAN;
    for (uint32_t i = p->at_len; i < len; i++) {
        uint32_t x = bdd_var(p->b, 2 * i);
        if (x == DIAGRAM_TERMINAL) {
            p->at[i] = (struct chance){1, 0};
            continue;
        }
        struct chance v = place_chance(p, x), hi = chance_of(p, bdd_hi(p->b, 2 * i));
        struct chance lo = chance_of(p, bdd_lo(p->b, 2 * i));
        p->at[i] = (struct chance){v.p * hi.p + v.q * lo.p, v.p * hi.q + v.q * lo.q};
    }
    p->at_len = len;
    return chance_of(p, ref).p;
}

static uint32_t import_node(struct part_closure *p, uint32_t var, uint32_t hi, uint32_t lo)
{
    uint32_t place = 2 * p->c->place_of[var];
    struct chance z = rising_idle(p->c, var);
    if (!(z.q > 0))
        return hi;
    if (p->c->is_step[var])
        lo = bdd_node(p->b, place + 1, hi, lo);
    return z.p > 0 ? bdd_node(p->b, place, hi, lo) : lo;
}

/* The part's function in the manager, rising in every step; an environment that is certain is put in. */
static uint32_t import_part(struct part_closure *p, uint32_t part, uint32_t *refs)
{
    const struct closure *c = p->c;
    const struct diagram *d = &c->s->parts[part].bdd;
    refs[0] = BDD_TRUE;
    for (uint32_t i = 1; i < d->len; i++) {
        const struct diagram_node *n = &d->at[i];
        uint32_t hi = refs[n->hi >> 1], lo = refs[n->lo >> 1];
        if (hi == BDD_FAIL || lo == BDD_FAIL)
            return BDD_FAIL;
        hi ^= n->hi & 1, lo ^= n->lo & 1;
        refs[i] = c->falls[n->var] ? import_node(p, n->var, lo, hi) : import_node(p, n->var, hi, lo);
    }
    uint32_t root = refs[d->root >> 1];
    return root == BDD_FAIL ? root : root ^ (d->root & 1) ^ (uint32_t)c->falls[c->s->events + part];
}

/* Room in carried for all references of the imported function. */
static bool all_events(struct part_closure *p)
{
    size_t refs = 2 * (size_t)bdd_nodes(p->b), bytes = refs * sizeof(*p->carried);
    bool exact = true;
    p->carried = budget_calloc(&p->c->budget, bytes);
    if (!p->carried)
        return false;
    for (uint32_t k = 0; k < p->order->len; k++) {
        if (!p->c->is_step[p->order->vars[k]])
            continue;
        memset(p->carried, 0xff, bytes);
        p->place = 2 * k + 1;
        double u = chance_in(p, carry_up(p, p->f));
        p->c->inner[p->order->vars[k]] = u;
        exact = exact && !isnan(u);
    }
    budget_free(&p->c->budget, p->carried, bytes);
    return exact;
}

static bool close_part(struct closure *c, uint32_t part, const struct diagram_order *order)
{
    const struct diagram *d = &c->s->parts[part].bdd;
    struct part_closure p = {.c = c, .order = order};
    struct tree_limits limits = c->limits;
    limits.max_bytes = c->budget.max_bytes / 2;
    p.b = bdd_new(2 * order->len, NULL, &limits);
    uint32_t *refs = base_malloc(d->len * sizeof(*refs));
    p.f = import_part(&p, part, refs);
    free(refs);
    bool exact = false;
    if (memo_init(&p.memo, 0, &c->budget)) {
        exact = p.f != BDD_FAIL && all_events(&p);
        memo_release(&p.memo);
    }
    budget_free(&c->budget, p.at, p.at_cap * sizeof(*p.at));
    bdd_free(p.b);
    return exact;
}

/* ---- chains ------------------------------------------------------------------------------------ */

struct link {
    struct chance whole;  /* of the function below and with this node */
    struct chance idle;   /* the same when no step is taken */
};

/* The branches of a node in the sense in which its variable rises. */
static void rising_branches(const struct closure *c, const struct diagram_node *n, uint32_t *hi, uint32_t *lo)
{
    bool turn = c->falls[n->var];
    *hi = turn ? n->lo : n->hi;
    *lo = turn ? n->hi : n->lo;
}

static struct chance mixed(struct chance x, struct chance hi, struct chance lo)
{
    return (struct chance){x.p * hi.p + x.q * lo.p, x.p * hi.q + x.q * lo.q};
}

static void chain_up(const struct closure *c, const struct diagram *d, struct link *at)
{
    at[0] = (struct link){{1, 0}, {1, 0}};
    for (uint32_t i = 1; i < d->len; i++) {
        uint32_t hi = d->at[i].hi, lo = d->at[i].lo, var = d->at[i].var;
        at[i].whole = mixed(c->by_var[var], turned(at[hi >> 1].whole, hi), turned(at[lo >> 1].whole, lo));
        at[i].idle = mixed(c->idle[var], turned(at[hi >> 1].idle, hi), turned(at[lo >> 1].idle, lo));
    }
}

/* From the root downwards: `before` is the chance that what stands above lets an attack from below be minimal.
 *   x or g:   with x: nothing below holds by itself;  below: x is not brought about by the environment
 *   x and g:  with x: g holds;                        below: x holds
 *   not x and g, not x or g:  x is the environment's */
static void close_chain(struct closure *c, uint32_t part)
{
    const struct diagram *d = &c->s->parts[part].bdd;
    struct arena scratch = ARENA_INIT;
    struct link *at = arena_new_array(&scratch, struct link, d->len);
    uint32_t ref = d->root ^ (uint32_t)c->falls[c->s->events + part];
    double before = 1;
    chain_up(c, d, at);
    while (ref > 1) {
        const struct diagram_node *n = &d->at[ref >> 1];
        uint32_t hi, lo;
        struct chance x = rising(c, n->var), z = rising_idle(c, n->var);
        rising_branches(c, n, &hi, &lo);
        hi ^= ref & 1, lo ^= ref & 1;
        struct chance h = turned(at[hi >> 1].whole, hi), l = turned(at[lo >> 1].idle, lo);
        if (c->is_step[n->var])
            c->inner[n->var] = before * (hi == BDD_TRUE ? l.q : lo == BDD_FALSE ? h.p : 0);
        before *= hi > 1 ? x.p : z.q;
        ref = hi > 1 ? hi : lo;
    }
    arena_release(&scratch);
}

/* ---- minimal sets of what is not monotone ------------------------------------------------------ */

/* The monotone function of every family: true where one of its sets is contained. */
static bool close_families(struct part_closure *p, const struct diagram *d, uint32_t *refs)
{
    refs[0] = BDD_FALSE;
    refs[1] = BDD_TRUE;
    for (uint32_t i = 2; i < d->len; i++) {
        uint32_t lo = refs[d->at[i].lo], hi = bdd_or(p->b, refs[d->at[i].hi], lo);
        refs[i] = bdd_node(p->b, 2 * p->c->place_of[d->at[i].var] + 1, hi, lo);
        if (refs[i] == BDD_FAIL)
            return false;
    }
    return true;
}

/* The sets with the variable at p->place, closed; carried[i] for every node above it. */
static uint32_t carry_sets(struct part_closure *p, const struct diagram *d, const uint32_t *refs)
{
    for (uint32_t i = 2; i < d->len; i++) {
        uint32_t x = 2 * p->c->place_of[d->at[i].var] + 1;
        p->carried[i] = BDD_FALSE;
        if (x == p->place)
            p->carried[i] = refs[d->at[i].hi];
        if (x >= p->place)
            continue;
        uint32_t lo = p->carried[d->at[i].lo], hi = bdd_or(p->b, p->carried[d->at[i].hi], lo);
        p->carried[i] = bdd_node(p->b, x, hi, lo);
        if (p->carried[i] == BDD_FAIL)
            return BDD_FAIL;
    }
    return p->carried[d->root];
}

static bool close_sets(struct closure *c, uint32_t part, const struct diagram_order *order)
{
    const struct diagram *d = &c->s->parts[part].sets;
    struct part_closure p = {.c = c, .order = order};
    struct tree_limits limits = c->limits;
    limits.max_bytes = c->budget.max_bytes / 2;
    p.b = bdd_new(2 * order->len, NULL, &limits);
    uint32_t *refs = base_malloc((d->len + (size_t)2) * sizeof(*refs));
    p.carried = base_malloc((d->len + (size_t)2) * sizeof(*p.carried));
    p.carried[0] = p.carried[1] = BDD_FALSE;
    bool exact = close_families(&p, d, refs);
    if (exact) {
        double hull = chance_in(&p, refs[d->root]);
        c->by_var[c->s->events + part] = (struct chance){hull, chance_in(&p, refs[d->root] ^ 1)};
    }
    for (uint32_t k = 0; exact && k < order->len; k++) {
        p.place = 2 * k + 1;
        double u = chance_in(&p, carry_sets(&p, d, refs));
        c->inner[order->vars[k]] = u;
        exact = !isnan(u);
    }
    free(refs);
    free(p.carried);
    budget_free(&c->budget, p.at, p.at_cap * sizeof(*p.at));
    bdd_free(p.b);
    return exact;
}

/* ---- all parts --------------------------------------------------------------------------------- */

static bool close_any(struct closure *c, uint32_t part)
{
    const struct diagram *bdd = &c->s->parts[part].bdd;
    bool chain = c->monotone && diagram_is_chain(bdd), by_sets = c->by_sets && !chain;
    const struct diagram *d = by_sets ? &c->s->parts[part].sets : bdd;
    struct diagram_order order;
    struct arena scratch = ARENA_INIT;
    bool exact = true, steps = false;
    uint32_t self = c->s->events + part;
    for (uint32_t i = by_sets ? 2 : 1; i < d->len; i++) {
        c->parent[d->at[i].var] = part + 1;
        c->inner[d->at[i].var] = (double)NAN;
        steps = steps || c->is_step[d->at[i].var];
    }
    c->is_step[self] = steps;
    if (!steps)
        return true;
    c->falls[self] = c->environment && c->monotone && diagram_falls(bdd, c->is_step, c->falls);
    if (chain) {
        close_chain(c, part);
        return true;
    }
    if (by_sets)
        diagram_sets_order(d, &scratch, c->place_of, &order);
    else
        diagram_order(d, &scratch, c->place_of, &order);
    if (!order.ordered || order.len > DEEPEST)
        exact = false;
    else
        exact = by_sets ? close_sets(c, part, &order) : close_part(c, part, &order);
    arena_release(&scratch);
    return exact;
}

static void chances_of_parts(const struct solution *s, struct chance *by_var)
{
    size_t longest = 1;
    for (uint32_t i = 0; i < s->len; i++)
        longest = s->parts[i].bdd.len > longest ? s->parts[i].bdd.len : longest;
    struct chance *at = base_malloc(longest * sizeof(*at));
    at[0] = (struct chance){1, 0};
    for (uint32_t i = 0; i < s->len; i++) {
        const struct diagram *d = &s->parts[i].bdd;
        for (uint32_t k = 1; k < d->len; k++) {
            const struct diagram_node *n = &d->at[k];
            at[k] = mixed(by_var[n->var], turned(at[n->hi >> 1], n->hi), turned(at[n->lo >> 1], n->lo));
        }
        by_var[s->events + i] = turned(at[d->root >> 1], d->root);
    }
    free(at);
}

/* A minimal attack of the goal with e consists of one of e's part, in one of the part's part, and so on. */
static void multiply_up(struct closure *c, struct event_importance *events)
{
    const struct solution *s = c->s;
    double *outer = base_malloc(s->len * sizeof(*outer));
    outer[s->len - 1] = 1;
    for (uint32_t v = s->events + s->len - 1; v-- > 0;) {
        double u = 0;
        if (c->parent[v]) {
            double above = outer[c->parent[v] - 1];
            u = above > 0 || isnan(above) ? above * c->inner[v] : 0;
        }
        if (v >= s->events)
            outer[v - s->events] = u;
        else if (c->is_step[v])
            events[v].vesely = u > 0 ? u * c->by_var[v].p : u;
    }
    free(outer);
}

bool importance_vesely(const struct solution *s, const bool *environment, bool monotone, const double *p,
                       const double *q, const struct tree_limits *limits, struct event_importance *events)
{
    size_t vars = s->events + s->len;
    struct closure c = {.s = s, .environment = environment, .monotone = monotone, .scratch = ARENA_INIT};
    bool have_sets = s->parts[s->len - 1].sets.at != NULL, exact = true;
    for (uint32_t e = 0; e < s->events; e++)
        events[e].vesely = (double)NAN;
    if (!monotone && !have_sets)
        return false;
    c.by_sets = !monotone || (!environment && have_sets);
    budget_init(&c.budget, limits);
    c.limits = limits ? *limits : (struct tree_limits){0};
    c.by_var = arena_new_array(&c.scratch, struct chance, vars);
    c.idle = arena_new_array(&c.scratch, struct chance, vars);
    c.is_step = arena_new_array(&c.scratch, bool, vars);
    c.falls = arena_new_array(&c.scratch, bool, vars);
    c.inner = arena_new_array(&c.scratch, double, vars);
    c.parent = arena_new_array(&c.scratch, uint32_t, vars);
    c.place_of = arena_new_array(&c.scratch, uint32_t, vars);
    for (uint32_t e = 0; e < s->events; e++) {
        c.by_var[e] = (struct chance){p[e], q ? q[e] : 1 - p[e]};
        c.is_step[e] = !environment || !environment[e];
        c.idle[e] = c.is_step[e] ? (struct chance){0, 1} : c.by_var[e];
    }
    chances_of_parts(s, c.by_var);
    if (monotone)
        chances_of_parts(s, c.idle);
    for (uint32_t i = 0; i < s->len; i++)
        exact = close_any(&c, i) && exact;
    multiply_up(&c, events);
    arena_release(&c.scratch);
    return exact;
}
