/* The function still to be built is a function of those that are there and wait to be used. After the first
 * i variables have been given values, each of those is one of its subfunctions: as many as edges of its
 * diagram cross that level. So the whole has at most the product of these widths as its own width there,
 * and the sum over all levels bounds its nodes. As a bound it is useless (2^90 for what will be 2^18); as a
 * comparison of two orders it is good, because it sees what a few thousand nodes more will not show: parts
 * that lie across one another in the order. */
#include "tree/core/outlook.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct widths {
    const struct node *at;
    uint32_t levels;
    double *sum;    /* by level: logarithm of the product of the widths there */
    int32_t *steps; /* by level: how the width of one function changes; all zero between two calls */
    uint32_t *from; /* by node: the first level at which an edge leads to it; UINT32_MAX between two calls */
    uint32_t *list; /* nodes of one function */
};

static void reach(struct widths *w, uint32_t node, uint32_t level, uint32_t *len)
{
    if (w->from[node] == UINT32_MAX)
        w->list[(*len)++] = node;
    if (level < w->from[node])
        w->from[node] = level;
}

static void add_function(struct widths *w, uint32_t root)
{
    uint32_t len = 0;
    reach(w, root, 0, &len);
    for (uint32_t i = 0; i < len; i++) {
        const struct node *n = &w->at[w->list[i]];
        if (n->level == NODE_TERMINAL)
            continue;
        reach(w, n->hi >> 1, n->level + 1, &len);
        reach(w, n->lo >> 1, n->level + 1, &len);
    }
    for (uint32_t i = 0; i < len; i++) {
        uint32_t node = w->list[i], level = w->at[node].level;
        w->steps[w->from[node]]++;
        w->steps[(level == NODE_TERMINAL ? w->levels : level) + 1]--;
        w->from[node] = UINT32_MAX;
    }
    int32_t width = 0;
    for (uint32_t i = 0; i <= w->levels; i++) {
        width += w->steps[i];
        w->steps[i] = 0;
        if (width > 1)
            w->sum[i] += log2(width);
    }
    w->steps[w->levels + 1] = 0;
}

/* The built functions and events that gates not yet built take as arguments. */
static void find_waiting(const struct bdd_building *b, bool *waiting)
{
    const struct formula *f = b->f;
    for (size_t i = b->next; i < f->gates.len; i++) {
        const struct formula_gate *g = &f->gates.at[i];
        for (uint32_t j = 0; j < g->len && b->needed[f->events + i]; j++)
            waiting[formula_index(f->args.at[g->first + j])] = true;
    }
}

double bdd_outlook(const struct bdd_building *b)
{
    struct arena scratch = ARENA_INIT;
    const struct formula *f = b->f;
    uint32_t nodes = bdd_nodes(b->b), levels = f->events;
    struct widths w = {b->b->nodes.at, levels, arena_new_array(&scratch, double, levels + 1),
                       arena_new_array(&scratch, int32_t, levels + 2), base_malloc(nodes * sizeof(uint32_t)),
                       base_malloc(nodes * sizeof(uint32_t))};
    memset(w.from, 0xff, nodes * sizeof(*w.from));
    bool *waiting = arena_new_array(&scratch, bool, f->events + f->gates.len + 1);
    find_waiting(b, waiting);
    for (uint32_t e = 0; e < f->events; e++)
        w.sum[b->var_of[e] + 1] += waiting[e];
    for (uint32_t i = 1; i <= levels; i++)
        w.sum[i] += w.sum[i - 1];
    for (size_t i = 0; i < b->next; i++) {
        if (waiting[f->events + i])
            add_function(&w, b->gates[i] >> 1);
    }
    double most = 0, sum = 0;
    for (uint32_t i = 0; i <= levels; i++)
        most = w.sum[i] > most ? w.sum[i] : most;
    for (uint32_t i = 0; i <= levels; i++)
        sum += exp2(w.sum[i] - most);
    free(w.from);
    free(w.list);
    arena_release(&scratch);
    return most + log2(sum);
}
