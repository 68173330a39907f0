#include "tree/core/pareto_attempt.h"

#include "tree/core/budget.h"
#include "tree/core/pareto_points.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDEST = 2000 }; /* partial choices that are kept at once */
#define NONE UINT32_MAX

/* A decision on one variable, after others. */
struct decision {
    uint32_t before; /* NONE: the first */
    uint32_t event;  /* a step that is attempted; NONE: none, or it was a part */
    uint32_t inner;  /* of a part: its point's last decision; NONE: nothing is attempted there */
};

struct option { /* what may be paid for one variable */
    double cost, p;
    uint32_t inner;
};

struct front { /* of a part: rising in cost and in what is good for the attacker */
    struct option *at;
    size_t len;
};

struct choice { /* a partial choice; its masses stand apart */
    double cost, reached, promise;
    uint32_t last;   /* decision */
    uint32_t masses; /* index of its row */
};

struct rows {
    struct choice *at;
    double *mass; /* by row, then open node */
    size_t len, cap, width;
};

struct attempt {
    const struct solution *s;
    const double *cost, *p; /* by event */
    uint32_t steps;
    struct budget *budget;
    struct arena arena;
    struct front *fronts; /* by part */
    VEC(struct decision) decisions;
    bool exact;
    /* of the part at work */
    const struct diagram *d;
    uint32_t *slot; /* by reference: index among the open nodes + 1 */
    uint32_t *open; /* references */
    size_t open_len;
    struct rows now, next;
};

/* ---- order of a part's variables ---------------------------------------------------------------- */

struct variable {
    uint32_t var, height;
};

static int by_height(const void *a, const void *b)
{
    const struct variable *x = a, *y = b;
    if (x->height != y->height)
        return x->height > y->height ? -1 : 1;
    return x->var < y->var ? -1 : x->var > y->var;
}

/* The variables of a diagram from the top: every one before those that stand below it. A variable's height is the
 * longest way down from any of its nodes, counted in variables; taking the largest over all its nodes keeps the
 * order. */
static struct variable *order_variables(struct attempt *t, struct arena *scratch, size_t *out_len)
{
    const struct diagram *d = t->d;
    uint32_t vars = t->s->events + t->s->len;
    uint32_t *height = arena_new_array(scratch, uint32_t, vars + 1u);
    struct variable *list = arena_new_array(scratch, struct variable, d->len + 1u);
    bool changed = true;
    size_t len = 0;
    while (changed) { /* one pass when the nodes of a variable stand together, as they mostly do */
        changed = false;
        for (uint32_t i = 1; i < d->len; i++)
            for (unsigned side = 0; side < 2; side++) {
                uint32_t below = (side ? d->at[i].hi : d->at[i].lo) >> 1, *own = &height[d->at[i].var];
                uint32_t least = below ? height[d->at[below].var] + 1 : 1;
                if (*own < least)
                    *own = least, changed = true;
            }
    }
    for (uint32_t v = 0; v < vars; v++)
        if (height[v])
            list[len++] = (struct variable){v, height[v]};
    if (len)
        qsort(list, len, sizeof(*list), by_height);
    *out_len = len;
    return list;
}

/* ---- rows --------------------------------------------------------------------------------------- */

static bool rows_room(struct attempt *t, struct rows *r)
{
    if (r->len < r->cap)
        return true;
    size_t cap = r->cap ? 2 * r->cap : 32, width = r->width ? r->width : 1;
    if (!budget_take(t->budget, (cap - r->cap) * (sizeof(*r->at) + width * sizeof(double))))
        return false;
    r->at = base_realloc(r->at, cap * sizeof(*r->at));
    r->mass = base_realloc(r->mass, cap * width * sizeof(double));
    r->cap = cap;
    return true;
}

static void rows_release(struct attempt *t, struct rows *r)
{
    free(r->at);
    free(r->mass);
    budget_give(t->budget, r->cap * (sizeof(*r->at) + (r->width ? r->width : 1) * sizeof(double)));
    *r = (struct rows){.at = NULL};
}

static int by_cost(const void *a, const void *b)
{
    const struct choice *x = a, *y = b;
    if (x->cost < y->cost || x->cost > y->cost)
        return x->cost < y->cost ? -1 : 1;
    if (x->promise < y->promise || x->promise > y->promise)
        return x->promise > y->promise ? -1 : 1;
    return x->last < y->last ? -1 : x->last > y->last;
}

/* True when a, which costs no more, is at least as good as b whatever follows: open nodes are worth between 0 and 1.
 */
static bool beats(const struct rows *r, const struct choice *a, const struct choice *b)
{
    const double *x = &r->mass[a->masses * r->width], *y = &r->mass[b->masses * r->width];
    double ahead = a->reached - b->reached + 1e-15 * a->reached;
    for (size_t i = 0; i < r->width && ahead >= 0; i++)
        if (y[i] > x[i] * (1 + 1e-15))
            ahead -= y[i] - x[i];
    return ahead >= 0;
}

/* Puts the masses of the choices that are left in the order of the choices, so that rows can be added again. */
static void compact(struct rows *r)
{
    double *mass = base_malloc((r->cap ? r->cap : 1) * (r->width ? r->width : 1) * sizeof(double));
    for (size_t i = 0; i < r->len && r->width; i++) {
        memcpy(&mass[i * r->width], &r->mass[r->at[i].masses * r->width], r->width * sizeof(double));
        r->at[i].masses = (uint32_t)i;
    }
    free(r->mass);
    r->mass = mass;
}

/* Drops choices that others beat; when too many are left, all but some that are spread evenly over the costs. */
static bool thin(struct attempt *t, struct rows *r)
{
    size_t kept = 0;
    qsort(r->at, r->len, sizeof(*r->at), by_cost);
    for (size_t i = 0; i < r->len; i++) {
        bool beaten = false;
        for (size_t j = kept; j-- > 0 && !beaten;)
            beaten = r->at[j].promise >= r->at[i].promise * (1 - 1e-14) && beats(r, &r->at[j], &r->at[i]);
        if (!beaten)
            r->at[kept++] = r->at[i];
        if (i % 64 == 0 && budget_over(t->budget))
            return false;
    }
    r->len = kept;
    if (kept <= WIDEST) {
        compact(r);
        return true;
    }
    t->exact = false;
    kept = 0;
    for (size_t i = 0, last = 0; i < r->len; i++) { /* evenly over the costs */
        bool chosen = i * WIDEST / r->len != last || i == 0 || i + 1 == r->len;
        last = i * WIDEST / r->len;
        if (chosen)
            r->at[kept++] = r->at[i];
    }
    r->len = kept;
    compact(r);
    return true;
}

/* ---- one part ----------------------------------------------------------------------------------- */

static uint32_t var_of(const struct attempt *t, uint32_t reference)
{
    return t->d->at[reference >> 1].var;
}

static void open_node(struct attempt *t, uint32_t reference, uint32_t *open, size_t *len)
{
    if (reference < 2 || t->slot[reference])
        return;
    open[(*len)++] = reference;
    t->slot[reference] = (uint32_t)*len;
}

static void put_mass(const struct attempt *t, struct choice *c, double *mass, uint32_t reference, double amount)
{
    if (reference == 0)
        c->reached += amount;
    else if (reference > 1)
        mass[t->slot[reference] - 1] += amount;
}

/* One way to go on from a choice. */
static bool extend(struct attempt *t, const struct choice *from, uint32_t var, const struct option *o)
{
    struct rows *r = &t->next;
    if (!rows_room(t, r))
        return false;
    const double *old = &t->now.mass[from->masses * t->now.width];
    struct choice *c = &r->at[r->len];
    double *mass = &r->mass[r->len * r->width];
    *c = (struct choice){.cost = from->cost + o->cost, .reached = from->reached, .last = from->last};
    c->masses = (uint32_t)r->len;
    memset(mass, 0, r->width * sizeof(*mass));
    for (size_t i = 0; i < t->open_len; i++) {
        uint32_t reference = t->open[i];
        if (!(old[i] > 0))
            continue;
        if (var_of(t, reference) != var) {
            put_mass(t, c, mass, reference, old[i]);
            continue;
        }
        const struct diagram_node *n = &t->d->at[reference >> 1];
        put_mass(t, c, mass, n->hi ^ (reference & 1u), old[i] * o->p);
        put_mass(t, c, mass, n->lo ^ (reference & 1u), old[i] * (1 - o->p));
    }
    c->promise = c->reached;
    for (size_t i = 0; i < r->width; i++)
        c->promise += mass[i];
    if (o->cost > 0 || o->inner != NONE || (var < t->steps && o->p > 0)) {
        struct decision *d = vec_push(&t->arena, &t->decisions);
        *d = (struct decision){from->last, var < t->steps ? var : NONE, o->inner};
        c->last = (uint32_t)t->decisions.len - 1;
        if (!budget_take(t->budget, sizeof(*d)))
            return false;
    }
    r->len++;
    return true;
}

static size_t options_of(const struct attempt *t, uint32_t var, struct option pair[2], const struct option **out)
{
    *out = pair;
    pair[0] = (struct option){0, 0, NONE};
    if (var >= t->s->events) {
        *out = t->fronts[var - t->s->events].at;
        return t->fronts[var - t->s->events].len;
    }
    if (var >= t->steps) {
        pair[0].p = t->p[var];
        return 1;
    }
    pair[1] = (struct option){t->cost[var], t->p[var], NONE};
    if (!(t->cost[var] > 0)) {
        pair[0] = pair[1]; /* what is free is always tried */
        return 1;
    }
    return t->p[var] > 0 ? 2 : 1;
}

static bool touches(const struct attempt *t, const struct choice *c, uint32_t var)
{
    for (size_t i = 0; i < t->open_len; i++)
        if (var_of(t, t->open[i]) == var && t->now.mass[c->masses * t->now.width + i] > 0)
            return true;
    return false;
}

static bool decide(struct attempt *t, uint32_t var, uint32_t *open)
{
    struct option pair[2];
    const struct option *options;
    size_t count = options_of(t, var, pair, &options), len = 0;
    for (size_t i = 0; i < t->open_len; i++)
        t->slot[t->open[i]] = 0;
    for (size_t i = 0; i < t->open_len; i++) {
        uint32_t reference = t->open[i];
        const struct diagram_node *n = &t->d->at[reference >> 1];
        if (n->var != var) {
            open_node(t, reference, open, &len);
        } else {
            open_node(t, n->hi ^ (reference & 1u), open, &len);
            open_node(t, n->lo ^ (reference & 1u), open, &len);
        }
    }
    t->next = (struct rows){.width = len};
    for (size_t i = 0; i < t->now.len; i++) {
        const struct choice *c = &t->now.at[i];
        static const struct option nothing = {0, 0, NONE};
        bool matters = touches(t, c, var);
        for (size_t j = 0; j < (matters ? count : 1); j++)
            if (!extend(t, c, var, matters ? &options[j] : &nothing))
                return false;
        if (t->next.len > 8 * WIDEST && !thin(t, &t->next))
            return false;
    }
    memcpy(t->open, open, len * sizeof(*open));
    t->open_len = len;
    rows_release(t, &t->now);
    t->now = t->next;
    t->next = (struct rows){.at = NULL};
    return thin(t, &t->now);
}

/* The probability of a part when each variable has the best, or the worst, of its options. */
static double extreme(const struct attempt *t, bool most, double *value)
{
    const struct diagram *d = t->d;
    value[0] = 1;
    for (uint32_t i = 1; i < d->len; i++) {
        struct option pair[2];
        const struct option *o;
        size_t len = options_of(t, d->at[i].var, pair, &o);
        double p = o[most ? len - 1 : 0].p;
        double hi = d->at[i].hi & 1u ? 1 - value[d->at[i].hi >> 1] : value[d->at[i].hi >> 1];
        double lo = d->at[i].lo & 1u ? 1 - value[d->at[i].lo >> 1] : value[d->at[i].lo >> 1];
        value[i] = p * hi + (1 - p) * lo;
    }
    double root = value[d->root >> 1];
    return d->root & 1u ? 1 - root : root;
}

static bool solve_part(struct attempt *t, uint32_t part)
{
    struct arena scratch = ARENA_INIT;
    size_t vars;
    t->d = &t->s->parts[part].bdd;
    uint32_t len = t->d->len ? t->d->len : 1;
    double *values = arena_new_array(&scratch, double, len);
    struct variable *order = order_variables(t, &scratch, &vars);
    uint32_t *open = arena_new_array(&scratch, uint32_t, 2u * len);
    t->slot = arena_new_array(&scratch, uint32_t, 2u * len);
    t->open = arena_new_array(&scratch, uint32_t, 2u * len);
    /* more attempts may make a part less likely, where the goal needs that it fails */
    bool against = extreme(t, true, values) < extreme(t, false, values);
    uint32_t root = t->d->root ^ against;
    t->open_len = 0;
    t->now = (struct rows){.width = root > 1};
    bool ok = rows_room(t, &t->now);
    if (ok) {
        t->now.at[t->now.len++] = (struct choice){.last = NONE, .reached = root == 0, .promise = root != 1};
        t->now.mass[0] = 1;
        open_node(t, root, t->open, &t->open_len);
    }
    for (size_t i = 0; ok && i < vars; i++)
        ok = decide(t, order[i].var, open);
    struct front *f = &t->fronts[part];
    double best = -1;
    for (size_t i = 0; ok && i < t->now.len; i++) {
        const struct choice *c = &t->now.at[i];
        if (c->reached <= best)
            continue;
        best = c->reached;
        if (!f->at)
            f->at = arena_new_array(&t->arena, struct option, t->now.len);
        f->at[f->len++] = (struct option){c->cost, against ? 1 - c->reached : c->reached, c->last};
    }
    rows_release(t, &t->now);
    rows_release(t, &t->next);
    arena_release(&scratch);
    return ok;
}

/* ---- the whole ---------------------------------------------------------------------------------- */

static int compare_u32(const void *a, const void *b)
{
    uint32_t x, y;
    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return x < y ? -1 : x > y;
}

/* The steps of a point; agenda and events have room for one entry per step and part. */
static uint32_t events_of(const struct attempt *t, uint32_t last, uint32_t *agenda, uint32_t *events)
{
    uint32_t waiting = 0, len = 0;
    agenda[waiting++] = last;
    while (waiting) {
        uint32_t i = agenda[--waiting];
        if (i == NONE)
            continue;
        const struct decision *d = &t->decisions.at[i];
        agenda[waiting++] = d->before;
        if (d->inner != NONE)
            agenda[waiting++] = d->inner;
        if (d->event != NONE)
            events[len++] = d->event;
    }
    if (len > 1)
        qsort(events, len, sizeof(*events), compare_u32);
    return len;
}

static void write_front(const struct attempt *t, const struct attack_values *v, struct arena *arena,
                        struct tree_front *out)
{
    struct arena scratch = ARENA_INIT;
    const struct front *f = &t->fronts[t->s->len - 1];
    uint32_t *agenda = arena_new_array(&scratch, uint32_t, 2u * (t->s->events + t->s->len + 2u));
    uint32_t *events = arena_new_array(&scratch, uint32_t, t->s->events + 1u);
    struct attack_figures_maker figures;
    attack_figures_init(&figures, v);
    out->at = arena_new_array(arena, struct tree_front_point, f->len + 1);
    for (size_t i = 0; i < f->len; i++) {
        struct tree_front_point *p = &out->at[out->len++];
        uint32_t len = events_of(t, f->at[i].inner, agenda, events);
        attack_figures_make(&figures, events, len, arena, &p->attack);
        p->by[0] = p->attack.by[MEASURE_COST];
        p->by[1] = f->at[i].p;
    }
    attack_figures_release(&figures);
    arena_release(&scratch);
}

enum { POSITIVE = 1, NEGATIVE = 2 };

/* True when no step occurs negatively in the formula: trying more never hurts the attacker. */
static bool helpful(const struct formula *f, uint32_t steps)
{
    struct arena scratch = ARENA_INIT;
    unsigned char *polarity = arena_new_array(&scratch, unsigned char, f->events + f->gates.len + 1);
    bool result = true;
    if (!formula_is_constant(f->root))
        polarity[formula_index(f->root)] = f->root & 1u ? NEGATIVE : POSITIVE;
    for (size_t i = f->gates.len; i-- > 0;) {
        const struct formula_gate *g = &f->gates.at[i];
        unsigned own = polarity[f->events + i];
        if (own && g->op == FORMULA_XOR)
            own = POSITIVE | NEGATIVE;
        unsigned turned = (own & POSITIVE ? NEGATIVE : 0u) | (own & NEGATIVE ? POSITIVE : 0u);
        for (uint32_t j = 0; j < g->len; j++) {
            uint32_t edge = f->args.at[g->first + j];
            polarity[formula_index(edge)] =
                (unsigned char)(polarity[formula_index(edge)] | (edge & 1u ? turned : own));
        }
    }
    for (uint32_t e = 0; e < steps && result; e++)
        result = !(polarity[e] & NEGATIVE);
    arena_release(&scratch);
    return result;
}

static bool find_missing(const struct solution *s, const struct attack_values *v, const double *chances,
                         struct tree_front *out)
{
    for (uint32_t i = 0; i < s->len && out->missing == UINT32_MAX; i++)
        for (uint32_t j = 1; j < s->parts[i].bdd.len && out->missing == UINT32_MAX; j++) {
            uint32_t e = s->parts[i].bdd.at[j].var;
            if (e >= s->events)
                continue;
            bool p = isnan(chances[e]), cost = e < v->model->steps && isnan(v->of[MEASURE_COST][e]);
            if (p || cost) {
                out->missing = v->model->events.at[e].node;
                out->missing_measure = p ? MEASURE_PROBABILITY : MEASURE_COST;
            }
        }
    return out->missing != UINT32_MAX;
}

void pareto_attempt(const struct solution *s, const struct formula *f, const struct attack_values *v,
                    const double *chances, const struct tree_limits *limits, struct arena *arena,
                    struct tree_front *out)
{
    struct budget budget;
    *out = (struct tree_front){.axes = {MEASURE_COST, MEASURE_PROBABILITY}, .axes_len = 2, .missing = UINT32_MAX};
    if (find_missing(s, v, chances, out))
        return;
    budget_init(&budget, limits);
    struct attempt t = {.s = s,
                        .cost = v->of[MEASURE_COST],
                        .p = chances,
                        .steps = v->model->steps,
                        .budget = &budget,
                        .arena = ARENA_INIT,
                        .exact = helpful(f, v->model->steps)};
    t.fronts = arena_new_array(&t.arena, struct front, s->len);
    bool ok = true;
    for (uint32_t i = 0; i < s->len && ok; i++)
        ok = solve_part(&t, i);
    if (ok)
        write_front(&t, v, arena, out);
    out->exact = ok && t.exact;
    arena_release(&t.arena);
}
