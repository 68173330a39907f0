/* Branch and bound over decisions, one after the other: the fallback where diagrams with the decisions on top grow
 * too large.
 *
 * Over one diagram the next decision is chosen where it tells most: for the cheapest attack among those that the
 * attack now cheapest meets, for the probability that whose absence would raise the bound most.
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
    const struct option *options;
    uint32_t len;
    double score;
    double cheapest_after; /* cost of the cheapest step up among decisions that come later */
};

struct search {
    const struct defence_problem *p;
    struct decision *decisions;
    uint32_t len;
    bool *undecided;      /* by event */
    uint32_t *set;        /* by decision: its option */
    bool *settled;        /* by decision, when attacks guide */
    uint32_t *decision_of; /* by event: index + 1 */
    struct pair *reach;    /* by node */
    double *slope;         /* by decision */
    struct pair *values;  /* by event */
    struct pair *parts;   /* by part */
    struct pair *at;      /* by node of the longest part */
    struct arena scratch;
    struct budget budget;
    VEC(struct option) found;
    VEC(struct defence_open) open;
    bool exact;
    uint64_t work, patience; /* nodes looked at, and how many at most */
};

/* Smaller is better for the defender. */
static double key(const struct search *s, struct pair value)
{
    return defence_key(s->p->aim, s->p->wish, value);
}

static bool over(struct search *s)
{
    return s->work > s->patience || budget_over(&s->budget);
}

static double best(enum defence_aim aim, double a, double b)
{
    return aim == AIM_PROBABILITY ? (a < b ? a : b) : (a > b ? a : b);
}

static inline void evaluate_part(struct search *s, enum defence_aim aim, const struct diagram *d, bool relaxed)
{
    const struct diagram_node *nodes = d->at;
    const struct pair *values = s->values, *parts = s->parts;
    struct pair *at = s->at;
    uint32_t events = s->p->s->events;
    for (uint32_t k = 1; k < d->len; k++) {
        const struct diagram_node *n = &nodes[k];
        struct pair hi = pair_turned(at[n->hi >> 1], n->hi), lo = pair_turned(at[n->lo >> 1], n->lo);
        if (relaxed && n->var < events && s->undecided[n->var])
            at[k] = (struct pair){best(aim, hi.yes, lo.yes), best(aim, hi.no, lo.no)};
        else
            at[k] = pair_mix(aim, n->var < events ? values[n->var] : parts[n->var - events], hi, lo);
    }
}

/* The goal's value; with relaxed, at best over all that is undecided. */
static double evaluate(struct search *s, bool relaxed)
{
    const struct solution *sol = s->p->s;
    s->at[0] = pair_true(s->p->aim);
    for (uint32_t i = 0; i < sol->len; i++) {
        const struct diagram *d = &sol->parts[i].bdd;
        s->work += d->len;
        if (relaxed)
            evaluate_part(s, s->p->aim, d, true);
        else if (s->p->aim == AIM_PROBABILITY)
            evaluate_part(s, AIM_PROBABILITY, d, false);
        else
            evaluate_part(s, AIM_CHEAPEST, d, false);
        s->parts[i] = pair_turned(s->at[d->root >> 1], d->root);
    }
    return key(s, s->parts[sol->len - 1]);
}

static void put(struct search *s, uint32_t decision, uint32_t option)
{
    s->values[s->decisions[decision].event] = s->decisions[decision].options[option].value;
}

/* How much more may be spent before something found is as good as the bound and costs no more. */
static double room(const struct search *s, double cost, double bound)
{
    for (size_t i = 0; i < s->found.len; i++)
        if (!(bound < key(s, s->found.at[i].value)))
            return s->found.at[i].cost - cost;
    return (double)INFINITY;
}

/* The dearest option that fits. */
static uint32_t fitting(const struct decision *d, double room)
{
    uint32_t j = d->len - 1;
    while (j && !(d->options[j].cost - d->options[0].cost < room))
        j--;
    return j;
}

/* A bound for all that adds to what is decided (those before `first`), given one that holds already. A decision that
 * does not fit into the room is of no use here, which lowers the bound, which may lower the room. */
static double bound_from(struct search *s, uint32_t first, double cost, double bound)
{
    if (!s->p->falls)
        return evaluate(s, true);
    for (double before = -1;;) {
        double left = room(s, cost, bound);
        bool fewer = before < 0;
        if (!(left > 0))
            break;
        for (uint32_t i = first; i < s->len; i++) {
            uint32_t j = fitting(&s->decisions[i], left);
            fewer = fewer || j < fitting(&s->decisions[i], before);
            put(s, i, j);
        }
        if (!fewer)
            break;
        before = left;
        bound = evaluate(s, false);
    }
    for (uint32_t i = first; i < s->len; i++)
        put(s, i, 0);
    return bound;
}

static bool beaten(const struct search *s, double cost, double value)
{
    for (size_t i = 0; i < s->found.len && !(s->found.at[i].cost > cost); i++)
        if (!(value < key(s, s->found.at[i].value)))
            return true;
    return false;
}

/* What was evaluated last. found stays ascending in cost and falling in key. */
static void note(struct search *s, double cost, double value)
{
    size_t i = 0, kept;
    if (beaten(s, cost, value))
        return;
    struct option o = {.cost = cost, .value = s->parts[s->p->s->len - 1]};
    for (uint32_t k = 0; k < s->len; k++)
        o.chosen = chosen_join(s->p->arena, s->decisions[k].options[s->set[k]].chosen, o.chosen);
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

static void descend(struct search *s, uint32_t i, double cost, double bound);

/* Every option of a decision but the first, the best first. */
static void take(struct search *s, uint32_t i, double cost, double bound)
{
    const struct decision *d = &s->decisions[i];
    for (uint32_t j = d->len - 1; j > 0; j--) {
        double dearer = cost + d->options[j].cost - d->options[0].cost, inner;
        if (beaten(s, dearer, bound))
            continue;
        put(s, i, j);
        s->set[i] = j;
        inner = bound_from(s, i + 1, dearer, bound);
        if (beaten(s, dearer, inner))
            continue;
        note(s, dearer, evaluate(s, false));
        if (!beaten(s, dearer + d->cheapest_after, inner))
            descend(s, i + 1, dearer, inner);
        reopen(s, i + 1);
    }
    put(s, i, 0);
    s->set[i] = 0;
}

/* Decisions below `i` are made. The set itself has been noted; only those that add something are looked for. */
static void descend(struct search *s, uint32_t i, double cost, double bound)
{
    for (; i < s->len; i++) {
        const struct decision *d = &s->decisions[i];
        double next = d->options[1].cost - d->options[0].cost;
        next = next < d->cheapest_after ? next : d->cheapest_after;
        if (beaten(s, cost + next, bound))
            return;
        if (over(s)) {
            leave_open(s, cost + next, bound);
            return;
        }
        s->undecided[d->event] = false;
        take(s, i, cost, bound);
        bound = bound_from(s, i + 1, cost, bound);
    }
}

static int by_score(const void *a, const void *b)
{
    const struct decision *x = a, *y = b;
    if (x->score > y->score || x->score < y->score)
        return x->score > y->score ? -1 : 1;
    return (x->event > y->event) - (x->event < y->event);
}

/* ---- guided by attacks -------------------------------------------------------------------------- */

/* For the cheapest attack there is a better order: an attack that is the cheapest now stays possible at its price
 * until one of the decisions it meets on its way is made. So only these are branched upon, each with those before
 * it in the list ruled out. */
struct guide {
    uint32_t *decisions;
    uint32_t len;
};

static bool raises(const struct decision *d, bool yes)
{
    struct pair now = d->options[0].value, best_value = d->options[d->len - 1].value;
    return yes ? best_value.yes > now.yes : best_value.no > now.no;
}

/* The decisions that would make the attack dearer which was evaluated last. */
static struct guide find_guide(const struct search *s)
{
    const struct diagram *d = &s->p->s->parts[0].bdd;
    struct guide g = {base_malloc((s->len + (size_t)1) * sizeof(uint32_t)), 0};
    bool want_yes = s->p->wish != WISH_YES;
    uint32_t ref = d->root ^ (want_yes ? 0u : 1u); /* the cost of making this reference true */
    while (ref > 1) {
        const struct diagram_node *n = &d->at[ref >> 1];
        struct pair x = s->values[n->var];
        uint32_t hi = n->hi ^ (ref & 1), lo = n->lo ^ (ref & 1);
        double with = x.yes + pair_turned(s->at[hi >> 1], hi).yes, without = x.no + pair_turned(s->at[lo >> 1], lo).yes;
        bool yes = with < without;
        uint32_t k = s->decision_of[n->var];
        if (k && !s->settled[k - 1] && raises(&s->decisions[k - 1], yes))
            g.decisions[g.len++] = k - 1;
        ref = yes ? hi : lo;
    }
    return g;
}

/* As bound_from(), over what is not settled. */
static double guided_bound(struct search *s, double cost, double bound)
{
    for (double before = -1;;) {
        double left = room(s, cost, bound);
        bool fewer = before < 0;
        if (!(left > 0))
            break;
        for (uint32_t i = 0; i < s->len; i++) {
            if (s->settled[i])
                continue;
            uint32_t j = fitting(&s->decisions[i], left);
            fewer = fewer || j < fitting(&s->decisions[i], before);
            put(s, i, j);
        }
        if (!fewer)
            break;
        before = left;
        bound = evaluate(s, false);
    }
    for (uint32_t i = 0; i < s->len; i++)
        if (!s->settled[i])
            put(s, i, 0);
    return bound;
}

static void follow(struct search *s, double cost, double bound);

static void follow_decision(struct search *s, uint32_t i, double cost, double bound)
{
    const struct decision *d = &s->decisions[i];
    s->settled[i] = true;
    for (uint32_t j = d->len - 1; j > 0; j--) {
        double dearer = cost + d->options[j].cost - d->options[0].cost;
        if (beaten(s, dearer, bound))
            continue;
        put(s, i, j);
        s->set[i] = j;
        double inner = guided_bound(s, dearer, bound);
        if (beaten(s, dearer, inner))
            continue;
        if (over(s))
            leave_open(s, dearer, inner);
        else
            follow(s, dearer, inner);
    }
    put(s, i, 0);
    s->set[i] = 0;
}

static void follow_attack(struct search *s, double cost, double bound)
{
    struct guide g = find_guide(s);
    for (uint32_t k = 0; k < g.len; k++) {
        follow_decision(s, g.decisions[k], cost, bound);
        if (k + 1 < g.len) /* without it from here on */
            bound = guided_bound(s, cost, bound);
    }
    for (uint32_t k = 0; k < g.len; k++)
        s->settled[g.decisions[k]] = false;
    free(g.decisions);
}

/* ---- guided by weight -------------------------------------------------------------------------- */

/* How steeply the probability follows each decision's, where the last evaluation left it: a walk down. */
static void find_slopes(struct search *s)
{
    const struct diagram *d = &s->p->s->parts[0].bdd;
    s->work += 2 * d->len;
    memset(s->slope, 0, s->len * sizeof(*s->slope));
    memset(s->reach, 0, d->len * sizeof(*s->reach));
    s->reach[d->root >> 1] = pair_turned((struct pair){1, 0}, d->root);
    for (uint32_t i = d->len; i-- > 1;) {
        const struct diagram_node *n = &d->at[i];
        struct pair r = s->reach[i], x = s->values[n->var];
        struct pair hi = pair_turned((struct pair){x.yes * r.yes, x.yes * r.no}, n->hi);
        struct pair lo = pair_turned((struct pair){x.no * r.yes, x.no * r.no}, n->lo);
        s->reach[n->hi >> 1].yes += hi.yes, s->reach[n->hi >> 1].no += hi.no;
        s->reach[n->lo >> 1].yes += lo.yes, s->reach[n->lo >> 1].no += lo.no;
        uint32_t k = s->decision_of[n->var];
        if (k)
            s->slope[k - 1] += (r.yes - r.no) * (pair_turned(s->at[n->hi >> 1], n->hi).yes -
                                                 pair_turned(s->at[n->lo >> 1], n->lo).yes);
    }
}

/* The decision without which the bound would be worst: to decide against it ends the branch soonest. Where none is
 * missed by itself (others do the same), the first in order. len: none is left that fits. */
static uint32_t weightiest(struct search *s, double cost, double bound)
{
    double left = room(s, cost, bound), most = 0;
    uint32_t result = s->len;
    for (uint32_t i = 0; i < s->len; i++)
        if (!s->settled[i])
            put(s, i, fitting(&s->decisions[i], left));
    evaluate(s, false);
    find_slopes(s);
    for (uint32_t i = 0; i < s->len; i++) {
        const struct decision *d = &s->decisions[i];
        if (s->settled[i])
            continue;
        uint32_t j = fitting(d, left);
        double harm = fabs(s->slope[i] * (d->options[j].value.yes - d->options[0].value.yes));
        put(s, i, 0);
        if (j && (result == s->len || harm > most))
            most = harm, result = i;
    }
    return result;
}

static double cheapest_step(const struct search *s)
{
    double least = (double)INFINITY;
    for (uint32_t i = 0; i < s->len; i++) {
        double step = s->decisions[i].options[1].cost - s->decisions[i].options[0].cost;
        if (!s->settled[i] && step < least)
            least = step;
    }
    return least;
}

static void follow_weight(struct search *s, double cost, double bound)
{
    uint32_t *ruled_out = base_malloc((s->len + (size_t)1) * sizeof(*ruled_out)), len = 0;
    while (!beaten(s, cost + cheapest_step(s), bound)) {
        if (over(s)) {
            leave_open(s, cost + cheapest_step(s), bound);
            break;
        }
        uint32_t i = weightiest(s, cost, bound);
        if (i == s->len)
            break;
        ruled_out[len++] = i;
        follow_decision(s, i, cost, bound);
        bound = guided_bound(s, cost, bound);
    }
    while (len)
        s->settled[ruled_out[--len]] = false;
    free(ruled_out);
}

/* What is settled is; bound holds for all that adds to it. */
static void follow(struct search *s, double cost, double bound)
{
    note(s, cost, evaluate(s, false));
    if (s->p->aim == AIM_CHEAPEST)
        follow_attack(s, cost, bound);
    else
        follow_weight(s, cost, bound);
}

/* Cheap and effective ones first, by what each does alone. */
static void order_decisions(struct search *s)
{
    double none = evaluate(s, false);
    for (uint32_t i = 0; i < s->len; i++) {
        struct decision *d = &s->decisions[i];
        put(s, i, d->len - 1);
        double alone = none - evaluate(s, false);
        put(s, i, 0);
        if (!isfinite(alone))
            alone = isinf(alone) ? 1e300 : 0;
        d->score = alone / (d->options[d->len - 1].cost - d->options[0].cost + 1e-9);
    }
    qsort(s->decisions, s->len, sizeof(*s->decisions), by_score);
    double cheapest = (double)INFINITY;
    for (uint32_t i = s->len; i-- > 0;) {
        double next = s->decisions[i].options[1].cost - s->decisions[i].options[0].cost;
        s->decisions[i].cheapest_after = cheapest;
        cheapest = next < cheapest ? next : cheapest;
    }
}

/* One decision after the other at its best: something for every sum before the search starts. */
static void greedy(struct search *s, double cost)
{
    note(s, cost, evaluate(s, false));
    for (uint32_t i = 0; i < s->len && !over(s); i++) {
        const struct decision *d = &s->decisions[i];
        s->set[i] = d->len - 1;
        put(s, i, d->len - 1);
        cost += d->options[d->len - 1].cost - d->options[0].cost;
        note(s, cost, evaluate(s, false));
    }
    for (uint32_t i = 0; i < s->len; i++) {
        s->set[i] = 0;
        put(s, i, 0);
    }
}

static void guided(struct search *s, double cost, double bound)
{
    s->settled = arena_new_array(&s->scratch, bool, s->len + (size_t)1);
    s->decision_of = arena_new_array(&s->scratch, uint32_t, s->p->s->events + (size_t)1);
    s->slope = arena_new_array(&s->scratch, double, s->len + (size_t)1);
    s->reach = arena_new_array(&s->scratch, struct pair, s->p->s->parts[0].bdd.len);
    for (uint32_t i = 0; i < s->len; i++)
        s->decision_of[s->decisions[i].event] = i + 1;
    follow(s, cost, bound);
}

/* Only variables that occur; returns what the cheapest options cost together. */
static double add_decisions(struct search *s)
{
    const struct solution *sol = s->p->s;
    bool *seen = arena_new_array(&s->scratch, bool, sol->events + (size_t)1);
    double cost = 0;
    for (uint32_t i = 0; i < sol->len; i++) {
        for (uint32_t k = 1; k < sol->parts[i].bdd.len; k++) {
            uint32_t var = sol->parts[i].bdd.at[k].var;
            if (var >= sol->events || seen[var])
                continue;
            const struct options *o = &s->p->events[var];
            seen[var] = true;
            s->values[var] = o->at[0].value;
            cost += o->at[0].cost;
            if (o->len > 1)
                s->decisions[s->len++] = (struct decision){.event = var, .options = o->at, .len = o->len};
        }
    }
    return cost;
}

/* Nodes that are looked at before the search begins: each decision by itself, one after the other, and the bound. */
static uint64_t preparation(const struct search *s)
{
    uint64_t nodes = 0;
    for (uint32_t i = 0; i < s->p->s->len; i++)
        nodes += s->p->s->parts[i].bdd.len;
    return nodes * (2 * (uint64_t)s->len + 3);
}

void defence_search(const struct defence_problem *p, struct defence_search *out)
{
    struct search s = {.p = p, .scratch = ARENA_INIT, .exact = true};
    uint32_t longest = 1;
    s.patience = p->patience ? p->patience : UINT64_MAX;
    budget_init(&s.budget, &p->limits);
    for (uint32_t i = 0; i < p->s->len; i++)
        longest = p->s->parts[i].bdd.len > longest ? p->s->parts[i].bdd.len : longest;
    s.at = arena_new_array(&s.scratch, struct pair, longest);
    s.parts = arena_new_array(&s.scratch, struct pair, p->s->len);
    s.values = arena_new_array(&s.scratch, struct pair, p->s->events + 1);
    s.undecided = arena_new_array(&s.scratch, bool, p->s->events + 1);
    s.decisions = arena_new_array(&s.scratch, struct decision, p->s->events + 1);
    double cost = add_decisions(&s);
    if (preparation(&s) > s.patience) {
        *out = (struct defence_search){.exact = false};
        arena_release(&s.scratch);
        return;
    }
    s.set = arena_new_array(&s.scratch, uint32_t, s.len + (size_t)1);
    order_decisions(&s);
    greedy(&s, cost);
    reopen(&s, 0);
    double bound = bound_from(&s, 0, cost, (double)-INFINITY);
    if (s.len > MOST_DECISIONS)
        leave_open(&s, cost, bound);
    else if (p->falls && p->s->len == 1)
        guided(&s, cost, bound);
    else
        descend(&s, 0, cost, bound);
    *out = (struct defence_search){{s.found.at, (uint32_t)s.found.len}, s.exact, s.open.at, s.open.len};
    for (size_t i = 0; i < out->open_len; i++)
        out->open[i].bound *= p->aim == AIM_CHEAPEST ? -1 : 1;
    arena_release(&s.scratch);
}
