/* Minimal sets of countermeasures that leave no attack.
 *
 * Let a(D) say that some attack is left when exactly the countermeasures D are present. If more steps never hurt the
 * attacker, an attack is left just when carrying out all steps is one: the steps become the constant "true". (Otherwise
 * the steps are quantified away in a diagram that has the countermeasures on top.) The sets looked for are the minimal
 * sets of "not a", which the solver counts and gives as a diagram; the cheapest or smallest K of them follow by one
 * walk up that keeps K sets per node. */
#include "tree/core/defence_cuts.h"

#include "tree/core/bdd.h"
#include "tree/core/defence_fold.h"
#include "tree/core/importance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The formula with every step carried out. */
static void all_steps(const struct formula *f, const bool *presence, struct arena *arena, struct formula *out)
{
    struct arena scratch = ARENA_INIT;
    uint32_t *edge = arena_new_array(&scratch, uint32_t, f->events + f->gates.len + 1), most = 1;
    for (size_t i = 0; i < f->gates.len; i++)
        most = f->gates.at[i].len > most ? f->gates.at[i].len : most;
    uint32_t *args = arena_new_array(&scratch, uint32_t, most);
    formula_init(out, arena, f->events);
    for (uint32_t e = 0; e < f->events; e++)
        edge[e] = presence[e] ? formula_event(out, e) : FORMULA_TRUE;
    for (size_t i = 0; i < f->gates.len; i++) {
        const struct formula_gate *g = &f->gates.at[i];
        for (uint32_t j = 0; j < g->len; j++) {
            uint32_t a = f->args.at[g->first + j];
            args[j] = formula_is_constant(a) ? a : edge[formula_index(a)] ^ (a & 1);
        }
        edge[f->events + i] = formula_gate(out, g->op, g->k, args, g->len);
    }
    out->root = formula_is_constant(f->root) ? f->root : edge[formula_index(f->root)] ^ (f->root & 1);
    arena_release(&scratch);
}

/* "Some attack is left" as a formula over the presences, by way of a diagram with these on top; false at a limit. */
static bool some_steps(const struct formula *f, const bool *presence, const struct tree_limits *limits,
                       struct arena *arena, struct formula *out)
{
    struct arena scratch = ARENA_INIT;
    uint32_t *level = arena_new_array(&scratch, uint32_t, f->events + 1), next = 0;
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t e = 0; e < f->events; e++)
            if (presence[e] == !pass)
                level[e] = next++;
    struct bdd *b = bdd_new(f->events, level, limits);
    uint32_t root = bdd_build(b, f, NULL, NULL);
    formula_init(out, arena, f->events);
    if (root != BDD_FAIL) {
        uint32_t nodes = (root >> 1) + 1;
        uint32_t *edge = arena_new_array(&scratch, uint32_t, 2 * (size_t)nodes);
        edge[BDD_TRUE] = FORMULA_TRUE;
        edge[BDD_FALSE] = FORMULA_FALSE;
        for (uint32_t r = 2; r < 2 * nodes; r++) {
            uint32_t x = bdd_var(b, r), hi[2], lo[2], both[2];
            if (!presence[x]) {
                edge[r] = FORMULA_TRUE; /* not the constant false: some steps make it true */
                continue;
            }
            hi[0] = formula_event(out, x), hi[1] = edge[bdd_hi(b, r)];
            lo[0] = FORMULA_NOT(hi[0]), lo[1] = edge[bdd_lo(b, r)];
            both[0] = formula_gate(out, FORMULA_AND, 0, hi, 2), both[1] = formula_gate(out, FORMULA_AND, 0, lo, 2);
            edge[r] = formula_gate(out, FORMULA_OR, 0, both, 2);
        }
        out->root = edge[root];
    }
    bdd_free(b);
    arena_release(&scratch);
    return root != BDD_FAIL;
}

/* ---- the cheapest K sets ----------------------------------------------------------------------- */

struct lister {
    const struct solution *s;
    const double *weight; /* by event */
    size_t most;
    struct options *by_part;
    struct arena *arena;
};

static int by_weight(const void *a, const void *b)
{
    const struct option *x = a, *y = b;
    double dx = x->cost + 1e-9 * x->value.yes, dy = y->cost + 1e-9 * y->value.yes;
    return (dx > dy) - (dx < dy);
}

/* Every set of `with` and one of `list`'s; in options, value.yes counts the members. The first K by weight need only
 * pairs whose ranks multiply to at most K. */
static void join(struct lister *l, const struct options *with, const struct options *list, struct options *out,
                 struct arena *scratch)
{
    VEC(struct option) all = {0};
    for (uint32_t i = 0; i < with->len; i++) {
        for (uint32_t j = 0; j < list->len && (size_t)(i + 1) * (j + 1) <= l->most; j++) {
            const struct option *x = &with->at[i], *y = &list->at[j];
            *vec_push(scratch, &all) = (struct option){.cost = x->cost + y->cost,
                                                       .value = {x->value.yes + y->value.yes, 0},
                                                       .chosen = chosen_join(l->arena, x->chosen, y->chosen)};
        }
    }
    *out = (struct options){all.at, (uint32_t)all.len};
}

static struct options members(struct lister *l, uint32_t var, struct arena *scratch)
{
    if (var >= l->s->events)
        return l->by_part[var - l->s->events];
    struct option *one = arena_new(scratch, struct option);
    *one = (struct option){.cost = l->weight[var], .value = {1, 0}, .chosen = chosen_event(l->arena, var)};
    return (struct options){one, 1};
}

static void list_part(struct lister *l, uint32_t part)
{
    struct arena scratch = ARENA_INIT;
    const struct diagram *d = &l->s->parts[part].sets;
    struct options *at = arena_new_array(&scratch, struct options, d->len + (size_t)2);
    struct option empty = {.cost = 0};
    at[1] = (struct options){&empty, 1};
    for (uint32_t i = 2; i < d->len; i++) {
        const struct diagram_node *n = &d->at[i];
        struct options with = members(l, n->var, &scratch), joined;
        join(l, &with, &at[n->hi], &joined, &scratch);
        struct option *all = arena_new_array(&scratch, struct option, joined.len + (size_t)at[n->lo].len + 1);
        if (joined.len)
            memcpy(all, joined.at, joined.len * sizeof(*all));
        if (at[n->lo].len)
            memcpy(all + joined.len, at[n->lo].at, at[n->lo].len * sizeof(*all));
        at[i] = (struct options){all, joined.len + at[n->lo].len};
        qsort(all, at[i].len, sizeof(*all), by_weight);
        if (at[i].len > l->most)
            at[i].len = (uint32_t)l->most;
    }
    struct options *root = &l->by_part[part];
    root->len = at[d->root].len;
    root->at = arena_new_array(l->arena, struct option, root->len + (size_t)1);
    if (root->len)
        memcpy(root->at, at[d->root].at, root->len * sizeof(*root->at));
    arena_release(&scratch);
}

static struct defence_choice choice_of(const struct model *m, const struct option *o, const double *cost,
                                       struct arena *arena)
{
    struct arena scratch = ARENA_INIT;
    bool *by_event = arena_new_array(&scratch, bool, m->events.len + 1);
    bool *by_node = arena_new_array(&scratch, bool, m->tree->nodes.len);
    struct defence_choice c = {.probability = 0, .cheapest = (double)INFINITY};
    uint32_t *nodes = arena_new_array(arena, uint32_t, (size_t)o->value.yes + 1);
    chosen_mark(o->chosen, by_event);
    for (uint32_t e = 0; e < m->events.len; e++) {
        if (!by_event[e])
            continue;
        by_node[m->events.at[e].node] = true;
        c.cost += cost[e];
    }
    for (uint32_t i = 0; i < m->tree->nodes.len; i++)
        if (by_node[i])
            nodes[c.len++] = i;
    c.nodes = nodes;
    arena_release(&scratch);
    return c;
}

static void list_sets(const struct model *m, const struct solution *s, const double *cost, size_t most,
                      struct arena *arena, struct arena *scratch, struct defence_sets *out)
{
    bool priced = true;
    double *weight = arena_new_array(scratch, double, m->events.len + 1);
    for (uint32_t e = m->steps; e < m->steps + m->presences; e++)
        priced = priced && !isnan(cost[e]);
    for (uint32_t e = m->steps; e < m->steps + m->presences; e++)
        weight[e] = priced ? cost[e] : 1;
    struct lister l = {.s = s, .weight = weight, .most = most, .arena = scratch};
    l.by_part = arena_new_array(scratch, struct options, s->len);
    for (uint32_t i = 0; i < s->len; i++)
        list_part(&l, i);
    const struct options *all = &l.by_part[s->len - 1];
    out->at = arena_new_array(arena, struct defence_choice, all->len + (size_t)1);
    out->len = all->len;
    for (uint32_t i = 0; i < all->len; i++)
        out->at[i] = choice_of(m, &all->at[i], cost, arena);
}

int defence_cuts(const struct model *m, const struct defence_options *o, const bool *takes_part, const double *cost,
                 struct arena *arena, struct defence_sets *out, struct err *err)
{
    struct arena scratch = ARENA_INIT;
    struct model_world world = {.world = WORLD_DEPLOYED, .added = o->added, .free_presence = true, .sets = true};
    struct formula f, left;
    struct solution s;
    struct err ignored = ERR_INIT;
    bool *others = arena_new_array(&scratch, bool, m->events.len + 1), known = true;
    (void)err;
    memset(out, 0, sizeof(*out));
    model_formula(m, &world, &f, NULL);
    for (size_t e = 0; e < m->events.len; e++)
        others[e] = takes_part[e];
    if (formula_steps_monotone(&f, others))
        all_steps(&f, takes_part, &scratch, &left);
    else
        known = some_steps(&f, takes_part, &o->limits, &scratch, &left);
    left.root ^= 1; /* also right for constants */
    if (known && solve(&left, SOLVE_BOTH, &o->limits, &scratch, &s, &ignored) == CM_OK) {
        out->count = solution_count(&s, arena);
        out->exact = true;
        list_sets(m, &s, cost, o->list_max ? o->list_max : 100, arena, &scratch, out);
    }
    arena_release(&scratch);
    return CM_OK;
}
