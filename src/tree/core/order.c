#include "tree/core/order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct keyed {
    double key;
    uint32_t place, edge;
};

struct frame {
    uint32_t gate, next;
};

struct walk {
    const struct formula *f;
    uint32_t *level_of;
    uint32_t next_level;
    double *weight; /* by index; the rule says what it is */
    bool *met;      /* by gate */
    struct keyed *args; /* of all gates, sorted gate by gate when met */
};

static int by_key(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;
    if (x->key < y->key || x->key > y->key)
        return x->key < y->key ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

/* Gates get the sum of their arguments' weights (the size of the unfolded tree below), or the mean. */
static void weigh(struct walk *w, bool mean)
{
    const struct formula *f = w->f;
    for (size_t i = 0; i < f->gates.len; i++) {
        const struct formula_gate *g = &f->gates.at[i];
        double sum = 0;
        for (uint32_t j = 0; j < g->len; j++)
            sum += w->weight[formula_index(f->args.at[g->first + j])];
        sum = mean ? sum / g->len : sum;
        w->weight[f->events + i] = sum < 1e300 ? sum : 1e300;
    }
}

static void sort_args(struct walk *w, const struct formula_gate *g, enum order_rule rule)
{
    for (uint32_t j = 0; j < g->len; j++) {
        uint32_t edge = w->f->args.at[g->first + j];
        double weight = w->weight[formula_index(edge)];
        double key = rule == ORDER_HEAVY_FIRST ? -weight : weight;
        w->args[g->first + j] = (struct keyed){key, j, edge};
    }
    if (rule != ORDER_AS_WRITTEN)
        qsort(w->args + g->first, g->len, sizeof(*w->args), by_key);
}

static void visit(struct walk *w, enum order_rule rule, struct frame *stack)
{
    const struct formula *f = w->f;
    size_t depth = 0;
    uint32_t edge = f->root;
    for (;;) {
        uint32_t i = formula_index(edge);
        if (i < f->events) {
            if (w->level_of[i] == UINT32_MAX)
                w->level_of[i] = w->next_level++;
        } else if (!w->met[i - f->events]) {
            w->met[i - f->events] = true;
            sort_args(w, &f->gates.at[i - f->events], rule);
            stack[depth++] = (struct frame){i - f->events, 0};
        }
        while (depth && stack[depth - 1].next == f->gates.at[stack[depth - 1].gate].len)
            depth--;
        if (!depth)
            return;
        struct frame *top = &stack[depth - 1];
        edge = w->args[f->gates.at[top->gate].first + top->next++].edge;
    }
}

static void find_order(const struct formula *f, enum order_rule rule, const uint32_t *place, uint32_t *out_level_of)
{
    struct arena scratch = ARENA_INIT;
    struct walk w = {f, out_level_of, 0, arena_new_array(&scratch, double, f->events + f->gates.len + 1),
                     arena_new_array(&scratch, bool, f->gates.len + 1),
                     arena_new_array(&scratch, struct keyed, f->args.len + 1)};
    for (uint32_t e = 0; e < f->events; e++) {
        w.weight[e] = place ? place[e] : 1;
        out_level_of[e] = UINT32_MAX;
    }
    weigh(&w, place != NULL);
    if (!formula_is_constant(f->root))
        visit(&w, rule, arena_new_array(&scratch, struct frame, f->gates.len + 1));
    for (uint32_t e = 0; e < f->events; e++) {
        if (out_level_of[e] == UINT32_MAX)
            out_level_of[e] = w.next_level++;
    }
    arena_release(&scratch);
}

void formula_order(const struct formula *f, enum order_rule rule, uint32_t *out_level_of)
{
    find_order(f, rule, NULL, out_level_of);
}

void formula_order_gather(const struct formula *f, uint32_t *level_of)
{
    struct arena scratch = ARENA_INIT;
    uint32_t *place = arena_new_array(&scratch, uint32_t, f->events + 1);
    memcpy(place, level_of, f->events * sizeof(*place));
    find_order(f, ORDER_LIGHT_FIRST, place, level_of);
    arena_release(&scratch);
}

static bool less(const struct keyed *x, const struct keyed *y)
{
    return x->key < y->key || (x->key <= y->key && x->place < y->place);
}

static void insert_all(struct keyed *at, size_t len)
{
    for (size_t i = 1; i < len; i++) {
        struct keyed x = at[i];
        size_t j = i;
        for (; j && less(&x, &at[j - 1]); j--)
            at[j] = at[j - 1];
        at[j] = x;
    }
}

static void merge(const struct keyed *a, size_t a_len, const struct keyed *b, size_t b_len, struct keyed *out)
{
    const struct keyed *a_end = a + a_len, *b_end = b + b_len;
    while (a < a_end && b < b_end)
        *out++ = less(b, a) ? *b++ : *a++;
    while (a < a_end)
        *out++ = *a++;
    while (b < b_end)
        *out++ = *b++;
}

/* qsort() by by_key(), which spends most of its time in calling that: returns one of the two arrays, sorted. */
static struct keyed *sort_keyed(struct keyed *at, struct keyed *spare, size_t len)
{
    enum { RUN = 8 };
    for (size_t i = 0; i < len; i += RUN)
        insert_all(at + i, len - i < RUN ? len - i : RUN);
    for (size_t run = RUN; run < len; run *= 2) {
        for (size_t i = 0; i < len; i += 2 * run) {
            size_t a = len - i < run ? len - i : run, b = len - i - a < run ? len - i - a : run;
            merge(at + i, a, at + i + a, b, spare + i);
        }
        struct keyed *swap = at;
        at = spare;
        spare = swap;
    }
    return at;
}

enum { PULLS_MAX = 20 }; /* it hardly ever changes anything later */

struct pull {
    double *at;     /* by index: an event's place, a gate's middle */
    double *sum;    /* by event: of the middles of its gates */
    uint32_t *gates; /* by event: how many */
    struct keyed *keyed, *spare;
};

/* The middles of all gates from the places of the events; returns the sum of the spans. */
static double find_middles(const struct formula *f, struct pull *w)
{
    double spans = 0;
    for (size_t i = 0; i < f->gates.len; i++) {
        const struct formula_gate *g = &f->gates.at[i];
        double sum = 0, least = INFINITY, most = -INFINITY;
        for (uint32_t j = 0; j < g->len; j++) {
            double at = w->at[formula_index(f->args.at[g->first + j])];
            sum += at;
            least = at < least ? at : least;
            most = at > most ? at : most;
        }
        w->at[f->events + i] = sum / g->len;
        spans += most - least;
    }
    return spans;
}

/* Returns whether an event has changed its place. */
static bool move_events(const struct formula *f, struct pull *w)
{
    bool moved = false;
    for (uint32_t e = 0; e < f->events; e++)
        w->sum[e] = w->gates[e] = 0;
    for (size_t i = 0; i < f->gates.len; i++) {
        const struct formula_gate *g = &f->gates.at[i];
        for (uint32_t j = 0; j < g->len; j++) {
            uint32_t e = formula_index(f->args.at[g->first + j]);
            if (e >= f->events)
                continue;
            w->sum[e] += w->at[f->events + i];
            w->gates[e]++;
        }
    }
    for (uint32_t e = 0; e < f->events; e++)
        w->keyed[e] = (struct keyed){w->gates[e] ? w->sum[e] / w->gates[e] : w->at[e], e, e};
    const struct keyed *sorted = sort_keyed(w->keyed, w->spare, f->events);
    for (uint32_t i = 0; i < f->events; i++) {
        moved = moved || (uint32_t)w->at[sorted[i].edge] != i;
        w->at[sorted[i].edge] = i;
    }
    return moved;
}

void formula_order_pull(const struct formula *f, uint32_t *level_of)
{
    if (f->events < 3)
        return;
    struct arena scratch = ARENA_INIT;
    struct pull w = {arena_new_array(&scratch, double, f->events + f->gates.len),
                     arena_new_array(&scratch, double, f->events), arena_new_array(&scratch, uint32_t, f->events),
                     arena_new_array(&scratch, struct keyed, f->events),
                     arena_new_array(&scratch, struct keyed, f->events)};
    double best = INFINITY;
    for (uint32_t e = 0; e < f->events; e++)
        w.at[e] = level_of[e];
    for (unsigned i = 0; i <= PULLS_MAX; i++) {
        double spans = find_middles(f, &w);
        if (spans < best) {
            best = spans;
            for (uint32_t e = 0; e < f->events; e++)
                level_of[e] = (uint32_t)w.at[e];
        }
        if (!move_events(f, &w))
            break;
    }
    arena_release(&scratch);
}
