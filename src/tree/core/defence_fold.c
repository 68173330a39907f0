/* Fronts over decision diagrams.
 *
 * The formula comes as parts that share nothing (modules). Each part is turned into a list of options of its own -
 * what the defender can make of it, and for how much - and is then one event with these options in the next part.
 *
 * Within a part whose decisions never meet twice on the two sides of a node (chains of ANDs and ORs above all) the
 * list of a node is made of those of its branches, combined each with each and pruned.
 *
 * Otherwise a decision may stand on both sides of what is random or the attacker's, and yet be made before. Then
 * the part is rebuilt with the decisions on top: an event x with options 0..k becomes "s1 ? y1 : s2 ? y2 : ... y0",
 * the switches s above everything else. Below the switches, a node has one value; among them, the list of a node
 * is the list of its lo branch united with that of its hi branch at the option's price. Nodes are shared, so
 * decisions that leave the same function are looked at once.
 *
 * Dropping what is beaten is right because the pair of a function never falls when that of a variable rises in the
 * sense in which the function rises with it; see defence_wish, and for the attacker's costs both numbers of
 * the pair count in the defender's favour, always. */
#include "tree/core/defence_fold.h"

#include "tree/core/diagram.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 4000, MOST_POINTS = 1 << 22, FIRST_STEPS = 3000000, FIRST_BYTES = 2 << 20 };

struct fold {
    const struct defence_problem *p;
    struct options *by_var; /* events, then parts */
    bool *decides;          /* by variable: more than one option */
    bool *falls;            /* by variable: a part that falls when something is deployed */
    uint32_t *place_of;
    struct budget budget;
    double base_cost; /* of what is chosen in any case */
    const struct chosen *base;
};

static bool room_for(struct fold *f, size_t points)
{
    return points <= MOST_POINTS && budget_take(&f->budget, points * sizeof(struct option)) && !budget_over(&f->budget);
}

/* ---- parts whose decisions do not meet ---------------------------------------------------------- */

/* True when nowhere the variable and what is decided on its two sides have a decision in common. */
static bool decisions_apart(const struct fold *f, const struct diagram *d, const struct diagram_order *order)
{
    uint32_t deciding = 0;
    bool apart = true;
    if (diagram_is_chain(d))
        return true;
    for (uint32_t k = 0; k < order->len; k++)
        deciding += f->decides[order->vars[k]];
    size_t words = deciding / 64 + 1;
    if (words * d->len > 1u << 22)
        return false;
    struct arena scratch = ARENA_INIT;
    uint32_t *number = arena_new_array(&scratch, uint32_t, order->len);
    for (uint32_t k = 0, next = 0; k < order->len; k++)
        number[k] = f->decides[order->vars[k]] ? next++ : UINT32_MAX;
    uint64_t *below = arena_new_array(&scratch, uint64_t, words * d->len);
    for (uint32_t i = 1; i < d->len && apart; i++) {
        uint64_t *own = &below[i * words];
        const uint64_t *hi = &below[(d->at[i].hi >> 1) * words], *lo = &below[(d->at[i].lo >> 1) * words];
        for (size_t w = 0; w < words; w++) {
            apart = apart && !(hi[w] & lo[w]);
            own[w] = hi[w] | lo[w];
        }
        uint32_t n = number[f->place_of[d->at[i].var]];
        if (n != UINT32_MAX)
            own[n / 64] |= UINT64_C(1) << n % 64;
    }
    arena_release(&scratch);
    return apart;
}

static const struct option *list_at(const struct options *lists, const struct option *truth, uint32_t ref,
                                    uint32_t *len)
{
    *len = ref < 2 ? 1 : lists[ref].len;
    return ref < 2 ? &truth[ref] : lists[ref].at;
}

/* The three lists that meet at a node. */
struct meeting {
    const struct option *x, *hi, *lo;
    uint32_t x_len, hi_len, lo_len;
};

static void combine_all(enum defence_aim aim, const struct meeting *m, struct options *out)
{
    out->len = 0;
    for (uint32_t i = 0; i < m->x_len; i++)
        for (uint32_t j = 0; j < m->hi_len; j++)
            for (uint32_t k = 0; k < m->lo_len; k++, out->len++)
                out->at[out->len] =
                    (struct option){.cost = m->x[i].cost + m->hi[j].cost + m->lo[k].cost,
                                    .value = pair_mix(aim, m->x[i].value, m->hi[j].value, m->lo[k].value),
                                    .pick = out->len};
}

/* Choices are joined only for what is kept. */
static void keep(struct arena *arena, const struct meeting *m, const struct options *made, struct option *at)
{
    for (uint32_t i = 0; i < made->len; i++) {
        uint64_t pick = made->at[i].pick, k = pick % m->lo_len, j = pick / m->lo_len % m->hi_len;
        at[i] = made->at[i];
        at[i].chosen = chosen_join(arena, m->x[pick / m->lo_len / m->hi_len].chosen,
                                   chosen_join(arena, m->hi[j].chosen, m->lo[k].chosen));
    }
}

static bool combine(struct fold *f, const struct diagram *d, uint32_t ref, enum defence_wish wish,
                    const struct option *truth, struct options *lists, struct arena *scratch)
{
    const struct diagram_node *n = &d->at[ref >> 1];
    struct meeting m = {.x = f->by_var[n->var].at, .x_len = f->by_var[n->var].len};
    m.hi = list_at(lists, truth, n->hi ^ (ref & 1), &m.hi_len);
    m.lo = list_at(lists, truth, n->lo ^ (ref & 1), &m.lo_len);
    size_t all = (size_t)m.x_len * m.hi_len;
    if (all > MOST_POINTS || (all *= m.lo_len) > MOST_POINTS || !room_for(f, all))
        return false;
    struct option few[64];
    struct options made = {all <= ARRAY_LEN(few) ? few : base_malloc(all * sizeof(struct option)), 0};
    combine_all(f->p->aim, &m, &made);
    if (all > 1)
        defence_prune(f->p->aim, wish, &made);
    lists[ref].len = made.len;
    lists[ref].at = arena_new_array(scratch, struct option, made.len);
    keep(f->p->arena, &m, &made, lists[ref].at);
    budget_give(&f->budget, (all - made.len) * sizeof(struct option));
    if (made.at != few)
        free(made.at);
    return true;
}

/* Only the references that are met from the root have lists. */
static bool fold_apart(struct fold *f, const struct diagram *d, enum defence_wish wish, struct options *out)
{
    struct arena scratch = ARENA_INIT;
    const struct option truth[2] = {{.value = pair_true(f->p->aim)}, {.value = pair_turned(pair_true(f->p->aim), 1)}};
    bool *met = arena_new_array(&scratch, bool, 2 * (size_t)d->len), ok = true;
    struct options *lists = arena_new_array(&scratch, struct options, 2 * (size_t)d->len);
    met[d->root] = true;
    for (uint32_t ref = d->root | 1; ref > 1; ref--) {
        if (met[ref])
            met[d->at[ref >> 1].hi ^ (ref & 1)] = met[d->at[ref >> 1].lo ^ (ref & 1)] = true;
    }
    for (uint32_t ref = 2; ref <= d->root && ok; ref++)
        ok = !met[ref] || combine(f, d, ref, wish, truth, lists, &scratch);
    if (ok) {
        uint32_t len;
        const struct option *at = list_at(lists, truth, d->root, &len);
        out->at = arena_new_array(f->p->arena, struct option, len);
        out->len = len;
        memcpy(out->at, at, len * sizeof(*at));
    }
    arena_release(&scratch);
    return ok;
}

/* No decision at all: one number. */
static void evaluate(struct fold *f, const struct diagram *d, struct options *out)
{
    struct pair *at = base_malloc(d->len * sizeof(*at));
    at[0] = pair_true(f->p->aim);
    for (uint32_t k = 1; k < d->len; k++) {
        const struct diagram_node *n = &d->at[k];
        at[k] = pair_mix(f->p->aim, f->by_var[n->var].at[0].value, pair_turned(at[n->hi >> 1], n->hi),
                         pair_turned(at[n->lo >> 1], n->lo));
    }
    out->at = arena_new(f->p->arena, struct option);
    out->at[0] = (struct option){.value = pair_turned(at[d->root >> 1], d->root)};
    out->len = 1;
    free(at);
}

/* ---- parts whose decisions meet: switches on top ------------------------------------------------ */

struct switched {
    struct fold *f;
    const struct diagram *d;
    const struct diagram_order *order;
    struct bdd *b;
    uint32_t switches, vars;  /* variables of b: first the switches, then the values */
    uint32_t *first_switch;   /* by place in the order; its options count down from there */
    uint32_t *first_value;
    uint32_t *place_of_var;   /* by variable of b */
    struct pair *values;      /* by variable of b */
    struct pair *at;          /* by node of b, below the switches */
    struct arena scratch;
};

/* One option of a variable as a reference: a constant when it is certain. */
static uint32_t option_ref(struct switched *s, const struct option *o, uint32_t value_var)
{
    struct pair yes = pair_true(s->f->p->aim), no = pair_turned(yes, 1), v = o->value;
    if (!(v.yes < yes.yes) && !(v.yes > yes.yes) && !(v.no < yes.no) && !(v.no > yes.no))
        return BDD_TRUE;
    if (!(v.yes < no.yes) && !(v.yes > no.yes) && !(v.no < no.no) && !(v.no > no.no))
        return BDD_FALSE;
    s->values[value_var] = v;
    return bdd_variable(s->b, value_var);
}

static void number_variables(struct switched *s)
{
    const struct fold *f = s->f;
    uint32_t len = s->order->len, next;
    s->first_switch = arena_new_array(&s->scratch, uint32_t, len + 1);
    s->first_value = arena_new_array(&s->scratch, uint32_t, len + 1);
    for (uint32_t k = 0; k < len; k++) {
        s->first_switch[k] = s->switches;
        s->switches += f->by_var[s->order->vars[k]].len - 1;
    }
    next = s->switches;
    for (uint32_t k = 0; k < len; k++) {
        s->first_value[k] = next;
        next += f->by_var[s->order->vars[k]].len;
    }
    s->vars = next;
    s->values = arena_new_array(&s->scratch, struct pair, next + 1);
    s->place_of_var = arena_new_array(&s->scratch, uint32_t, next + 1);
    for (uint32_t k = 0; k < len; k++)
        for (uint32_t j = 0; j < f->by_var[s->order->vars[k]].len; j++) {
            s->place_of_var[s->first_value[k] + j] = k;
            if (j)
                s->place_of_var[s->first_switch[k] + j - 1] = k;
        }
}

/* The option that a switch stands for: the dearest first. */
static uint32_t option_of(const struct switched *s, uint32_t switch_var)
{
    uint32_t k = s->place_of_var[switch_var];
    return s->f->by_var[s->order->vars[k]].len - 1 - (switch_var - s->first_switch[k]);
}

static uint32_t import(struct switched *s)
{
    uint32_t *x = arena_new_array(&s->scratch, uint32_t, s->order->len + 1);
    uint32_t *refs = arena_new_array(&s->scratch, uint32_t, s->d->len);
    for (uint32_t k = 0; k < s->order->len; k++) {
        const struct options *o = &s->f->by_var[s->order->vars[k]];
        x[k] = option_ref(s, &o->at[0], s->first_value[k]);
        for (uint32_t j = 1; j < o->len; j++)
            x[k] = bdd_node(s->b, s->first_switch[k] + o->len - 1 - j,
                            option_ref(s, &o->at[j], s->first_value[k] + j), x[k]);
    }
    refs[0] = BDD_TRUE;
    for (uint32_t i = 1; i < s->d->len && !bdd_failed(s->b); i++) {
        const struct diagram_node *n = &s->d->at[i];
        refs[i] = bdd_ite(s->b, x[s->f->place_of[n->var]], refs[n->hi >> 1] ^ (n->hi & 1),
                          refs[n->lo >> 1] ^ (n->lo & 1));
    }
    return bdd_failed(s->b) ? BDD_FAIL : refs[s->d->root >> 1] ^ (s->d->root & 1);
}

static bool is_switch(const struct switched *s, uint32_t ref)
{
    return ref > 1 && bdd_var(s->b, ref) < s->switches;
}

static bool evaluate_below(struct switched *s, uint32_t root)
{
    enum defence_aim aim = s->f->p->aim;
    uint32_t len = (root >> 1) + 1;
    if (!budget_take(&s->f->budget, len * sizeof(*s->at)))
        return false;
    s->at = base_malloc(len * sizeof(*s->at));
    s->at[0] = pair_true(aim);
    for (uint32_t i = 1; i < len; i++) {
        uint32_t var = bdd_var(s->b, 2 * i), hi = bdd_hi(s->b, 2 * i), lo = bdd_lo(s->b, 2 * i);
        if (var >= s->switches)
            s->at[i] = pair_mix(aim, s->values[var], pair_turned(s->at[hi >> 1], hi), pair_turned(s->at[lo >> 1], lo));
    }
    return true;
}

/* lo united with hi at the option's price (over that of the variable's first option). */
static bool unite(struct switched *s, uint32_t ref, enum defence_wish wish, const uint32_t *number,
                  struct options *lists)
{
    uint32_t var = bdd_var(s->b, ref), branches[2] = {bdd_lo(s->b, ref), bdd_hi(s->b, ref)}, len = 0;
    const struct options *o = &s->f->by_var[s->order->vars[s->place_of_var[var]]];
    struct options *made = &lists[number[ref]];
    size_t all = 0;
    for (int side = 0; side < 2; side++)
        all += is_switch(s, branches[side]) ? lists[number[branches[side]]].len : 1;
    if (!room_for(s->f, all))
        return false;
    made->at = arena_new_array(&s->scratch, struct option, all);
    for (int side = 0; side < 2; side++) {
        uint32_t r = branches[side];
        struct option one = {.value = is_switch(s, r) ? (struct pair){0, 0} : pair_turned(s->at[r >> 1], r)};
        const struct option *from = is_switch(s, r) ? lists[number[r]].at : &one;
        uint32_t from_len = is_switch(s, r) ? lists[number[r]].len : 1;
        for (uint32_t i = 0; i < from_len; i++) {
            made->at[len] = from[i];
            if (side) {
                struct chosen *pick = arena_new(&s->scratch, struct chosen);
                *pick = (struct chosen){from[i].chosen, NULL, var};
                made->at[len].cost += o->at[option_of(s, var)].cost - o->at[0].cost;
                made->at[len].chosen = pick;
            }
            len++;
        }
    }
    made->len = len;
    defence_prune(s->f->p->aim, wish, made);
    return true;
}

/* From switches back to choices: an option per variable, the first where no switch was set. */
static void settle(struct switched *s, const struct option *from, uint32_t len, struct options *out)
{
    struct arena *arena = s->f->p->arena;
    uint32_t *option = arena_new_array(&s->scratch, uint32_t, s->order->len + 1);
    out->at = arena_new_array(arena, struct option, len);
    out->len = len;
    for (uint32_t i = 0; i < len; i++) {
        memset(option, 0, s->order->len * sizeof(*option));
        for (const struct chosen *c = from[i].chosen; c; c = c->a)
            option[s->place_of_var[c->event]] = option_of(s, c->event);
        out->at[i] = from[i];
        out->at[i].chosen = NULL;
        for (uint32_t k = 0; k < s->order->len; k++) {
            const struct options *o = &s->f->by_var[s->order->vars[k]];
            out->at[i].chosen = chosen_join(arena, o->at[option[k]].chosen, out->at[i].chosen);
            out->at[i].cost += o->at[0].cost;
        }
    }
}

static bool fold_switches(struct switched *s, uint32_t root, enum defence_wish wish, struct options *out)
{
    uint32_t nodes = (root >> 1) + 1, lists_len = 0;
    if (!is_switch(s, root)) {
        struct option one = {.value = pair_turned(s->at[root >> 1], root)};
        settle(s, &one, 1, out);
        return true;
    }
    if (!budget_take(&s->f->budget, 2 * (size_t)nodes * sizeof(uint32_t)))
        return false;
    uint32_t *number = arena_new_array(&s->scratch, uint32_t, 2 * (size_t)nodes);
    number[root] = 1;
    for (uint32_t ref = root; ref > 1; ref--) {
        if (!number[ref] || !is_switch(s, ref))
            continue;
        number[ref] = ++lists_len;
        number[bdd_hi(s->b, ref)] = number[bdd_lo(s->b, ref)] = 1;
    }
    struct options *lists = arena_new_array(&s->scratch, struct options, lists_len + 1);
    bool ok = true;
    for (uint32_t ref = 2; ref <= root && ok; ref++)
        if (number[ref] && is_switch(s, ref))
            ok = unite(s, ref, wish, number, lists);
    if (ok)
        settle(s, lists[number[root]].at, lists[number[root]].len, out);
    return ok;
}

static bool fold_switched(struct fold *f, const struct diagram *d, const struct diagram_order *order, size_t max_bytes,
                          enum defence_wish wish, struct options *out)
{
    struct switched s = {.f = f, .d = d, .order = order, .scratch = ARENA_INIT};
    struct tree_limits limits = f->p->limits;
    limits.max_bytes = max_bytes;
    limits.max_seconds = (limits.max_seconds > 0 ? limits.max_seconds : 60) / 3;
    number_variables(&s);
    s.b = bdd_new(s.vars, NULL, &limits);
    uint32_t root = import(&s);
    bool ok = root != BDD_FAIL && evaluate_below(&s, root) && fold_switches(&s, root, wish, out);
    bdd_free(s.b);
    free(s.at);
    arena_release(&s.scratch);
    return ok;
}

/* ---- parts whose decisions meet, too many for switches ------------------------------------------ */

/* The part alone, as a problem whose events are all variables. */
static bool search_part(struct fold *f, const struct diagram *d, enum defence_wish wish, uint64_t patience,
                        struct options *out)
{
    struct solution_part part = {.bdd = *d};
    struct solution s = {.events = f->p->s->events + f->p->s->len, .parts = &part, .len = 1};
    struct defence_problem p = *f->p;
    struct defence_search found;
    if (!f->p->falls)
        return false;
    p.s = &s;
    p.events = f->by_var;
    p.wish = wish;
    p.patience = patience;
    defence_search(&p, &found);
    *out = found.found;
    return found.exact;
}

/* Switches leave nothing to chance but may need any amount of memory; the search is quick where few of the decisions
 * matter and may need any amount of time. In turns, with more for each, so that the better way costs at most a few
 * times what it would have cost alone. */
static bool fold_meeting(struct fold *f, const struct diagram *d, const struct diagram_order *order,
                         enum defence_wish wish, struct options *out)
{
    size_t bytes = FIRST_BYTES, most = f->budget.max_bytes / 3;
    bool ordered = order->ordered && order->len <= DEEPEST;
    for (uint64_t patience = FIRST_STEPS; !budget_over(&f->budget); patience *= 4, bytes *= 16) {
        if (search_part(f, d, wish, patience, out))
            return true;
        if (ordered && fold_switched(f, d, order, bytes < most ? bytes : most, wish, out))
            return true;
        if (!f->p->falls && (!ordered || bytes >= most))
            return false;
        if (bytes >= most)
            ordered = false; /* only the search is left */
    }
    return false;
}

/* ---- all parts --------------------------------------------------------------------------------- */

/* The only option left is no decision any more; what it costs is counted once, at the end. */
static void settle_single(struct fold *f, struct options *o)
{
    if (o->len != 1)
        return;
    f->base_cost += o->at[0].cost;
    f->base = chosen_join(f->p->arena, o->at[0].chosen, f->base);
    o->at[0].cost = 0;
    o->at[0].chosen = NULL;
}

static bool fold_part(struct fold *f, uint32_t part)
{
    const struct diagram *d = &f->p->s->parts[part].bdd;
    uint32_t self = f->p->s->events + part;
    struct arena scratch = ARENA_INIT;
    struct diagram_order order;
    bool deciding = false, last = part + 1 == f->p->s->len, ok = true;
    for (uint32_t i = 1; i < d->len; i++)
        deciding = deciding || f->decides[d->at[i].var];
    if (!deciding) {
        evaluate(f, d, &f->by_var[self]);
        return true;
    }
    f->falls[self] = f->p->falls && diagram_falls(d, f->decides, f->falls);
    enum defence_wish wish = last ? f->p->wish : !f->p->falls ? WISH_BOTH : f->falls[self] ? WISH_NO : WISH_YES;
    diagram_order(d, &scratch, f->place_of, &order);
    if (decisions_apart(f, d, &order))
        ok = fold_apart(f, d, wish, &f->by_var[self]);
    else
        ok = fold_meeting(f, d, &order, wish, &f->by_var[self]);
    if (ok && !last)
        settle_single(f, &f->by_var[self]);
    f->decides[self] = ok && f->by_var[self].len > 1;
    arena_release(&scratch);
    return ok;
}

bool defence_fold(const struct defence_problem *p, struct options *out)
{
    struct arena scratch = ARENA_INIT;
    size_t vars = p->s->events + p->s->len;
    struct fold f = {.p = p};
    bool ok = true;
    budget_init(&f.budget, &p->limits);
    f.by_var = arena_new_array(&scratch, struct options, vars);
    f.decides = arena_new_array(&scratch, bool, vars);
    f.falls = arena_new_array(&scratch, bool, vars);
    f.place_of = arena_new_array(&scratch, uint32_t, vars);
    for (uint32_t e = 0; e < p->s->events; e++) {
        f.by_var[e] = p->events[e];
        f.decides[e] = p->events[e].len > 1;
    }
    for (uint32_t i = 0; i < p->s->len && ok; i++)
        ok = fold_part(&f, i);
    if (ok) {
        *out = f.by_var[vars - 1];
        defence_prune(p->aim, p->wish, out);
        for (uint32_t i = 0; i < out->len; i++) {
            out->at[i].cost += f.base_cost;
            out->at[i].chosen = chosen_join(p->arena, f.base, out->at[i].chosen);
        }
    }
    arena_release(&scratch);
    return ok;
}
