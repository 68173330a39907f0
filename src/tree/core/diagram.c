#include "tree/core/diagram.h"

#include <math.h>
#include <string.h>

/* Numbers of variables in the order of their first node; a variable is known when its number points back at it. */
struct census {
    const struct diagram *d;
    unsigned shift;    /* from a reference to a node */
    uint32_t inner;    /* the first node that is not a terminal */
    uint32_t *number;  /* by variable */
    uint32_t *vars;    /* by number */
    uint32_t len;
    uint32_t *nodes, *entering, *first; /* by number: its nodes, the edges from other variables, its place in sorted */
    uint32_t *sorted;                   /* nodes by variable */
};

static uint32_t number_of(struct census *c, uint32_t var)
{
    uint32_t i = c->number[var];
    if (i < c->len && c->vars[i] == var)
        return i;
    c->vars[c->len] = var;
    return c->number[var] = c->len++;
}

static void count(struct census *c, struct arena *scratch)
{
    const struct diagram *d = c->d;
    c->vars = arena_new_array(scratch, uint32_t, d->len + 1);
    for (uint32_t i = c->inner; i < d->len; i++)
        number_of(c, d->at[i].var);
    c->nodes = arena_new_array(scratch, uint32_t, c->len + 1);
    c->entering = arena_new_array(scratch, uint32_t, c->len + 1);
    c->first = arena_new_array(scratch, uint32_t, c->len + 1);
    for (uint32_t i = c->inner; i < d->len; i++) {
        uint32_t hi = d->at[i].hi >> c->shift, lo = d->at[i].lo >> c->shift;
        c->nodes[c->number[d->at[i].var]]++;
        if (hi >= c->inner)
            c->entering[c->number[d->at[hi].var]]++;
        if (lo >= c->inner)
            c->entering[c->number[d->at[lo].var]]++;
    }
}

static void sort_nodes(struct census *c, struct arena *scratch)
{
    uint32_t *next = arena_new_array(scratch, uint32_t, c->len + 1), at = 0;
    c->sorted = arena_new_array(scratch, uint32_t, c->d->len + 1);
    for (uint32_t i = 0; i < c->len; i++) {
        c->first[i] = next[i] = at;
        at += c->nodes[i];
    }
    for (uint32_t i = c->inner; i < c->d->len; i++)
        c->sorted[next[c->number[c->d->at[i].var]]++] = i;
}

/* Kahn's algorithm on variables: one that no remaining variable stands above is next. */
static void sort_variables(struct census *c, uint32_t *out, uint32_t *out_len)
{
    uint32_t len = 0;
    for (uint32_t i = 0; i < c->len; i++)
        if (!c->entering[i])
            out[len++] = i;
    for (uint32_t done = 0; done < len; done++) {
        uint32_t v = out[done];
        for (uint32_t k = 0; k < c->nodes[v]; k++) {
            const struct diagram_node *n = &c->d->at[c->sorted[c->first[v] + k]];
            uint32_t below[2] = {n->hi >> c->shift, n->lo >> c->shift};
            for (int side = 0; side < 2; side++)
                if (below[side] >= c->inner && !--c->entering[c->number[c->d->at[below[side]].var]])
                    out[len++] = c->number[c->d->at[below[side]].var];
        }
    }
    *out_len = len;
}

static void find_order(struct census *c, struct arena *arena, struct diagram_order *out)
{
    struct arena scratch = ARENA_INIT;
    uint32_t len;
    count(c, &scratch);
    sort_nodes(c, &scratch);
    out->vars = arena_new_array(arena, uint32_t, c->len + 1);
    sort_variables(c, out->vars, &len);
    out->ordered = len == c->len;
    for (uint32_t i = 0; i < c->len && !out->ordered; i++)
        if (c->entering[i])
            out->vars[len++] = i;
    out->len = len;
    for (uint32_t i = 0; i < len; i++) {
        uint32_t var = c->vars[out->vars[i]];
        out->vars[i] = var;
    }
    for (uint32_t i = 0; i < len; i++)
        c->number[out->vars[i]] = i;
    arena_release(&scratch);
}

void diagram_order(const struct diagram *bdd, struct arena *arena, uint32_t *place_of, struct diagram_order *out)
{
    struct census c = {.d = bdd, .shift = 1, .inner = 1, .number = place_of};
    find_order(&c, arena, out);
}

void diagram_sets_order(const struct diagram *sets, struct arena *arena, uint32_t *place_of, struct diagram_order *out)
{
    struct census c = {.d = sets, .shift = 0, .inner = 2, .number = place_of};
    find_order(&c, arena, out);
}

bool diagram_is_chain(const struct diagram *bdd)
{
    for (uint32_t i = 1; i < bdd->len; i++)
        if (bdd->at[i].hi > 1 && bdd->at[i].lo > 1)
            return false;
    return true;
}

/* The senses in which paths arrive at the nodes: 1 as they are, 2 negated. */
static unsigned char *find_senses(const struct diagram *d, struct arena *scratch)
{
    unsigned char *senses = arena_new_array(scratch, unsigned char, d->len);
    senses[d->root >> 1] = d->root & 1 ? 2 : 1;
    for (uint32_t i = d->len; i-- > 1;) {
        uint32_t refs[2] = {d->at[i].hi, d->at[i].lo};
        for (int side = 0; side < 2; side++) {
            unsigned s = senses[i];
            senses[refs[side] >> 1] |= (unsigned char)(refs[side] & 1 ? (s & 1) << 1 | s >> 1 : s);
        }
    }
    return senses;
}

/* Any node of such a variable whose branches differ tells. With all chances one half they differ most near the
 * bottom, by a half and more, so rounding does not matter. */
bool diagram_falls(const struct diagram *bdd, const bool *of_interest, const bool *falls)
{
    struct arena scratch = ARENA_INIT;
    double *half = arena_new_array(&scratch, double, bdd->len), most = 0;
    const unsigned char *senses = find_senses(bdd, &scratch);
    bool result = false;
    half[0] = 1;
    for (uint32_t i = 1; i < bdd->len; i++) {
        const struct diagram_node *n = &bdd->at[i];
        double hi = half[n->hi >> 1], lo = half[n->lo >> 1], rise;
        hi = n->hi & 1 ? 1 - hi : hi;
        lo = n->lo & 1 ? 1 - lo : lo;
        half[i] = (hi + lo) / 2;
        rise = hi - lo;
        if (!of_interest[n->var] || !(fabs(rise) > most))
            continue;
        most = fabs(rise);
        result = ((rise < 0) != (senses[i] == 2)) != falls[n->var];
    }
    arena_release(&scratch);
    return result;
}
