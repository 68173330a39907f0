/* Lists of options, and the value of a goal under one choice. */
#include "tree/core/defence_fold.h"

#include <math.h>
#include <stdlib.h>

struct pair pair_true(enum defence_aim aim)
{
    return aim == AIM_PROBABILITY ? (struct pair){1, 0} : (struct pair){0, (double)INFINITY};
}

struct pair defence_value(enum defence_aim aim, const struct solution *s, const struct pair *values,
                          struct pair *by_part)
{
    struct arena scratch = ARENA_INIT;
    uint32_t longest = 1;
    for (uint32_t i = 0; i < s->len; i++)
        longest = s->parts[i].bdd.len > longest ? s->parts[i].bdd.len : longest;
    struct pair *at = base_malloc(longest * sizeof(*at));
    struct pair *parts = by_part ? by_part : arena_new_array(&scratch, struct pair, s->len);
    at[0] = pair_true(aim);
    for (uint32_t i = 0; i < s->len; i++) {
        const struct diagram *d = &s->parts[i].bdd;
        for (uint32_t k = 1; k < d->len; k++) {
            const struct diagram_node *n = &d->at[k];
            struct pair x = n->var < s->events ? values[n->var] : parts[n->var - s->events];
            at[k] = pair_mix(aim, x, pair_turned(at[n->hi >> 1], n->hi), pair_turned(at[n->lo >> 1], n->lo));
        }
        parts[i] = pair_turned(at[d->root >> 1], d->root);
    }
    struct pair goal = parts[s->len - 1];
    free(at);
    arena_release(&scratch);
    return goal;
}

/* ---- lists ------------------------------------------------------------------------------------- */

const struct chosen *chosen_join(struct arena *arena, const struct chosen *a, const struct chosen *b)
{
    if (!a || !b)
        return a ? a : b;
    struct chosen *c = arena_new(arena, struct chosen);
    *c = (struct chosen){a, b, UINT32_MAX};
    return c;
}

const struct chosen *chosen_event(struct arena *arena, uint32_t event)
{
    struct chosen *c = arena_new(arena, struct chosen);
    *c = (struct chosen){NULL, NULL, event};
    return c;
}

/* Joins are made along chains of any length, on either side: an own stack instead of recursion. */
void chosen_mark(const struct chosen *c, bool *by_event)
{
    struct arena scratch = ARENA_INIT;
    VEC(const struct chosen *) stack = {0};
    if (c)
        *vec_push(&scratch, &stack) = c;
    while (stack.len) {
        c = stack.at[--stack.len];
        if (c->event != UINT32_MAX)
            by_event[c->event] = true;
        if (c->a)
            *vec_push(&scratch, &stack) = c->a;
        if (c->b)
            *vec_push(&scratch, &stack) = c->b;
    }
    arena_release(&scratch);
}

double defence_key(enum defence_aim aim, enum defence_wish wish, struct pair value)
{
    double number = wish == WISH_YES ? value.no : value.yes;
    return aim == AIM_CHEAPEST ? -number : number;
}

static int order(double a, double b)
{
    return (a > b) - (a < b);
}

static int by_cost(const void *a, const void *b)
{
    const struct option *x = a, *y = b;
    return order(x->cost, y->cost);
}

static int by_cost_then_yes(const void *a, const void *b)
{
    const struct option *x = a, *y = b;
    return x->cost < y->cost || x->cost > y->cost ? order(x->cost, y->cost) : order(x->value.yes, y->value.yes);
}

static int by_cost_then_no(const void *a, const void *b)
{
    const struct option *x = a, *y = b;
    return x->cost < y->cost || x->cost > y->cost ? order(x->cost, y->cost) : order(x->value.no, y->value.no);
}

static int by_value(const void *a, const void *b)
{
    const struct option *x = a, *y = b;
    int rc = order(x->value.yes, y->value.yes);
    return rc ? rc : (rc = order(x->value.no, y->value.no)) ? rc : order(x->cost, y->cost);
}

/* Rounding is no improvement. */
static bool better(enum defence_aim aim, double key, double than)
{
    return aim == AIM_PROBABILITY ? key < than * (1 - 4e-15) : key < than;
}

static void keep_falling(enum defence_aim aim, enum defence_wish wish, struct options *list)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < list->len; i++) {
        double key = defence_key(aim, wish, list->at[i].value);
        if (!kept || better(aim, key, defence_key(aim, wish, list->at[kept - 1].value)))
            list->at[kept++] = list->at[i];
    }
    list->len = kept;
}

static void keep_distinct(struct options *list)
{
    uint32_t kept = 0;
    qsort(list->at, list->len, sizeof(*list->at), by_value);
    for (uint32_t i = 0; i < list->len; i++)
        if (!kept || order(list->at[i].value.yes, list->at[kept - 1].value.yes) ||
            order(list->at[i].value.no, list->at[kept - 1].value.no))
            list->at[kept++] = list->at[i];
    list->len = kept;
    qsort(list->at, list->len, sizeof(*list->at), by_cost);
}

/* Both numbers count: dearer in both, or equal, beats. */
static void keep_unbeaten(struct options *list)
{
    uint32_t kept = 0;
    keep_distinct(list);
    for (uint32_t i = 0; i < list->len; i++) {
        bool beaten = false;
        for (uint32_t k = 0; k < kept && !beaten; k++)
            beaten = list->at[k].value.yes >= list->at[i].value.yes && list->at[k].value.no >= list->at[i].value.no;
        for (uint32_t k = i + 1; k < list->len && !beaten && !(list->at[k].cost > list->at[i].cost); k++)
            beaten = list->at[k].value.yes >= list->at[i].value.yes && list->at[k].value.no >= list->at[i].value.no;
        if (!beaten)
            list->at[kept++] = list->at[i];
    }
    list->len = kept;
}

/* Equal costs: the dearest attack first. */
static int by_cost_then_dearest(const void *a, const void *b)
{
    const struct option *x = a, *y = b;
    return x->cost < y->cost || x->cost > y->cost ? order(x->cost, y->cost)
                                                  : order(y->value.yes + y->value.no, x->value.yes + x->value.no);
}

static bool all_same_no(const struct options *list)
{
    for (uint32_t i = 1; i < list->len; i++)
        if (order(list->at[i].value.no, list->at[0].value.no))
            return false;
    return true;
}

void defence_prune(enum defence_aim aim, enum defence_wish wish, struct options *list)
{
    if (aim == AIM_CHEAPEST && wish == WISH_BOTH) {
        if (!all_same_no(list)) {
            keep_unbeaten(list);
            return;
        }
        wish = WISH_NO; /* the number of the other does not matter */
    } else if (aim == AIM_CHEAPEST) {
        for (uint32_t i = 0; i < list->len; i++)
            *(wish == WISH_NO ? &list->at[i].value.no : &list->at[i].value.yes) = 0;
    }
    if (aim == AIM_PROBABILITY && wish == WISH_BOTH) {
        keep_distinct(list);
        return;
    }
    qsort(list->at, list->len, sizeof(*list->at),
          aim == AIM_CHEAPEST ? by_cost_then_dearest : wish == WISH_NO ? by_cost_then_yes : by_cost_then_no);
    keep_falling(aim, wish, list);
}
