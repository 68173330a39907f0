/* Branch and bound over decisions, one after the other: the fallback where diagrams with the decisions on top grow
 * too large.
 *
 * What is undecided is taken as chosen for the bound; where more defence may help the attacker, every node of the
 * diagrams picks the better branch for an undecided event, which is at least as good as any decision. A branch
 * ends when something found costs no more and is no worse than its bound. At a limit the branches that remain are
 * kept with their bounds, so that the result can say what no choice betters. */
#include "tree/core/defence_fold.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DECISIONS = 4000, MOST_OPEN = 10000 };

struct decision {
    uint32_t event;
    double cost, score;
    double cheapest_after; /* cost of the cheapest decision that comes later */
};

struct search {
    const struct defence_problem *p;
    struct decision *decisions;
    uint32_t len;
    bool *undecided;      /* by event */
    bool *set;            /* by decision */
    struct pair *values;  /* by event */
    struct pair *parts;   /* by part */
    struct pair *at;      /* by node of the longest part */
    struct arena scratch;
    struct budget budget;
    VEC(struct option) found;
    VEC(struct defence_open) open;
    bool exact;
};

static double worse(enum defence_aim aim)
{
    return aim == AIM_PROBABILITY ? 1 : -1;
}

/* Smaller is better for the defender. */
static double key(const struct search *s, struct pair value)
{
    return worse(s->p->aim) * value.yes;
}

static double best(enum defence_aim aim, double a, double b)
{
    return aim == AIM_PROBABILITY ? (a < b ? a : b) : (a > b ? a : b);
}

/* The goal's value; with relaxed, at best over all that is undecided. */
static double evaluate(struct search *s, bool relaxed)
{
    const struct solution *sol = s->p->s;
    s->at[0] = pair_true(s->p->aim);
    for (uint32_t i = 0; i < sol->len; i++) {
        const struct diagram *d = &sol->parts[i].bdd;
        for (uint32_t k = 1; k < d->len; k++) {
            const struct diagram_node *n = &d->at[k];
            struct pair hi = pair_turned(s->at[n->hi >> 1], n->hi), lo = pair_turned(s->at[n->lo >> 1], n->lo);
            if (relaxed && n->var < sol->events && s->undecided[n->var])
                s->at[k] = (struct pair){best(s->p->aim, hi.yes, lo.yes), best(s->p->aim, hi.no, lo.no)};
            else
                s->at[k] = pair_mix(s->p->aim, n->var < sol->events ? s->values[n->var] : s->parts[n->var - sol->events],
                                    hi, lo);
        }
        s->parts[i] = pair_turned(s->at[d->root >> 1], d->root);
    }
    return key(s, s->parts[sol->len - 1]);
}

static void put(struct search *s, uint32_t decision, bool chosen)
{
    uint32_t e = s->decisions[decision].event;
    s->values[e] = s->p->events[e].at[chosen].value;
}

static double bound_from(struct search *s, uint32_t first)
{
    if (!s->p->falls)
        return evaluate(s, true);
    for (uint32_t i = first; i < s->len; i++)
        put(s, i, true);
    double result = evaluate(s, false);
    for (uint32_t i = first; i < s->len; i++)
        put(s, i, false);
    return result;
}

static bool beaten(const struct search *s, double cost, double value)
{
    for (size_t i = 0; i < s->found.len && !(s->found.at[i].cost > cost); i++)
        if (!(value < key(s, s->found.at[i].value)))
            return true;
    return false;
}

/* found stays ascending in cost and falling in key. */
static void note(struct search *s, double cost, double value)
{
    size_t i = 0, kept;
    if (beaten(s, cost, value))
        return;
    struct option o = {.cost = cost, .value = {worse(s->p->aim) * value, 0}};
    for (uint32_t k = 0; k < s->len; k++)
        if (s->set[k])
            o.chosen = chosen_join(s->p->arena, chosen_event(s->p->arena, s->decisions[k].event), o.chosen);
    for (kept = 0, i = 0; i < s->found.len; i++)
        if (s->found.at[i].cost < cost || key(s, s->found.at[i].value) < value)
            s->found.at[kept++] = s->found.at[i];
    s->found.len = kept;
    vec_push(s->p->arena, &s->found);
    for (i = kept; i > 0 && s->found.at[i - 1].cost > cost; i--)
        s->found.at[i] = s->found.at[i - 1];
    s->found.at[i] = o;
}

static void leave_open(struct search *s, double cost, double bound)
{
    s->exact = false;
    if (s->open.len == MOST_OPEN) { /* coarser, but still right */
        s->open.len = 1;
        s->open.at[0] = (struct defence_open){0, s->open.at[0].bound};
    }
    *vec_push(s->p->arena, &s->open) = (struct defence_open){cost, bound};
}

static void reopen(struct search *s, uint32_t from)
{
    for (uint32_t k = from; k < s->len; k++)
        s->undecided[s->decisions[k].event] = true;
}

/* Decisions below `i` are made. The set itself has been noted; only those that add something are looked for. */
static void descend(struct search *s, uint32_t i, double cost, double bound)
{
    while (i < s->len) {
        struct decision *d = &s->decisions[i];
        double next = d->cost < d->cheapest_after ? d->cost : d->cheapest_after;
        if (beaten(s, cost + next, bound))
            return;
        if (budget_over(&s->budget)) {
            leave_open(s, cost + next, bound);
            return;
        }
        s->undecided[d->event] = false;
        s->set[i] = true;
        put(s, i, true);
        note(s, cost + d->cost, evaluate(s, false));
        double inner = s->p->falls ? bound : bound_from(s, i + 1);
        if (!beaten(s, cost + d->cost + d->cheapest_after, inner))
            descend(s, i + 1, cost + d->cost, inner);
        reopen(s, i + 1);
        s->set[i] = false;
        put(s, i, false);
        i++;
        bound = bound_from(s, i);
    }
}

static int by_score(const void *a, const void *b)
{
    const struct decision *x = a, *y = b;
    if (x->score > y->score || x->score < y->score)
        return x->score > y->score ? -1 : 1;
    return (x->event > y->event) - (x->event < y->event);
}

/* Cheap and effective ones first, by what each does alone. */
static void order_decisions(struct search *s)
{
    double none = evaluate(s, false);
    for (uint32_t i = 0; i < s->len; i++) {
        put(s, i, true);
        double alone = none - evaluate(s, false);
        put(s, i, false);
        if (isnan(alone) || isinf(alone))
            alone = isinf(alone) ? 1e300 : 0;
        s->decisions[i].score = alone / (s->decisions[i].cost + 1e-9);
    }
    qsort(s->decisions, s->len, sizeof(*s->decisions), by_score);
    double cheapest = (double)INFINITY;
    for (uint32_t i = s->len; i-- > 0;) {
        s->decisions[i].cheapest_after = cheapest;
        cheapest = s->decisions[i].cost < cheapest ? s->decisions[i].cost : cheapest;
    }
}

/* Always the next in order that improves: something for every sum before the search starts. */
static void greedy(struct search *s)
{
    double cost = 0;
    note(s, 0, evaluate(s, false));
    for (uint32_t i = 0; i < s->len && !budget_over(&s->budget); i++) {
        s->set[i] = true;
        put(s, i, true);
        cost += s->decisions[i].cost;
        note(s, cost, evaluate(s, false));
    }
    for (uint32_t i = 0; i < s->len; i++) {
        s->set[i] = false;
        put(s, i, false);
    }
}

void defence_search(const struct defence_problem *p, struct defence_search *out)
{
    struct search s = {.p = p, .scratch = ARENA_INIT, .exact = true};
    uint32_t longest = 1;
    budget_init(&s.budget, &p->limits);
    for (uint32_t i = 0; i < p->s->len; i++)
        longest = p->s->parts[i].bdd.len > longest ? p->s->parts[i].bdd.len : longest;
    s.at = arena_new_array(&s.scratch, struct pair, longest);
    s.parts = arena_new_array(&s.scratch, struct pair, p->s->len);
    s.values = arena_new_array(&s.scratch, struct pair, p->s->events + 1);
    s.undecided = arena_new_array(&s.scratch, bool, p->s->events + 1);
    s.decisions = arena_new_array(&s.scratch, struct decision, p->s->events + 1);
    for (uint32_t e = 0; e < p->s->events; e++) {
        s.values[e] = p->events[e].at[0].value;
        if (p->events[e].len > 1)
            s.decisions[s.len++] = (struct decision){.event = e, .cost = p->events[e].at[1].cost};
    }
    s.set = arena_new_array(&s.scratch, bool, s.len + 1);
    order_decisions(&s);
    greedy(&s);
    reopen(&s, 0);
    double bound = bound_from(&s, 0);
    if (s.len > MOST_DECISIONS)
        leave_open(&s, 0, bound);
    else
        descend(&s, 0, 0, bound);
    *out = (struct defence_search){{s.found.at, (uint32_t)s.found.len}, s.exact, s.open.at, s.open.len};
    for (size_t i = 0; i < out->open_len; i++)
        out->open[i].bound *= worse(p->aim);
    arena_release(&s.scratch);
}
