#include "tree/core/pareto.h"

#include "tree/core/attack_search.h"
#include "tree/core/attack_time.h"
#include "tree/core/pareto_points.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK_AT_CLOCK = 256 };
#define EMPTY UINT32_MAX /* link.next: nothing follows */

/* One way to make a point: a variable, the point of what follows, and of a module the point inside it. */
struct link {
    uint32_t var, next, inner;
    uint32_t size;
    double bad[3];
};

struct span { /* the points of one place: links[ids[from]] ... */
    uint32_t from, len;
};

struct fold {
    const struct solution *s;
    const struct attack_values *v;
    const enum tree_measure *axes;
    unsigned axes_len;
    struct budget *budget;
    struct link *links;
    uint32_t links_len, links_cap;
    uint32_t *ids;
    uint32_t ids_len, ids_cap;
    struct span *spans; /* of the part at work, by node */
    uint32_t spans_cap;
    struct span *roots; /* by part */
    struct pareto_point *points, *stairs;
    uint32_t points_cap;
};

/* Room for need elements in all. */
static bool reserve(struct fold *f, void *at, uint32_t *cap, uint64_t need, size_t size)
{
    void *old, *memory;
    if (need <= *cap)
        return true;
    uint64_t larger = need + need / 2 + 64;
    memcpy(&old, at, sizeof(old));
    if (larger >= EMPTY || !(memory = budget_realloc(f->budget, old, *cap * size, (size_t)larger * size)))
        return false;
    memcpy(at, &memory, sizeof(memory));
    *cap = (uint32_t)larger;
    return true;
}

static bool reserve_points(struct fold *f, uint64_t need)
{
    uint32_t cap = f->points_cap;
    if (!reserve(f, &f->points, &cap, need, sizeof(*f->points)))
        return false;
    if (f->axes_len == 3 && cap > f->points_cap) {
        uint32_t same = f->points_cap;
        if (!reserve(f, &f->stairs, &same, need, sizeof(*f->stairs))) {
            f->points_cap = cap;
            return false;
        }
    }
    f->points_cap = cap;
    return true;
}

/* The points of a place: those without its variable, and every combination of those of the variable with those of
 * what follows. In a candidate a, b are: the link (without), or 2^31 + next, inner (with). */
enum { WITH = 1u << 30 };

static struct pareto_point combine(const struct fold *f, const struct link *single, uint32_t single_id, uint32_t next)
{
    const struct link *rest = &f->links[next];
    struct pareto_point p = {.size = single->size + rest->size, .a = next | WITH, .b = single_id};
    for (unsigned i = 0; i < f->axes_len; i++)
        p.bad[i] = pareto_join(f->axes[i], single->bad[i], rest->bad[i]);
    return p;
}

static bool keep(struct fold *f, uint32_t node, uint32_t var, size_t len)
{
    if (!reserve(f, &f->ids, &f->ids_cap, (uint64_t)f->ids_len + len, sizeof(*f->ids)) ||
        !reserve(f, &f->links, &f->links_cap, (uint64_t)f->links_len + len, sizeof(*f->links)) ||
        f->links_len + len >= WITH)
        return false;
    f->spans[node] = (struct span){f->ids_len, (uint32_t)len};
    for (size_t i = 0; i < len; i++) {
        const struct pareto_point *p = &f->points[i];
        uint32_t id = p->a;
        if (p->a & WITH) {
            struct link *l = &f->links[id = f->links_len++];
            *l = (struct link){.var = var, .next = p->a & ~(uint32_t)WITH, .inner = p->b, .size = p->size};
            memcpy(l->bad, p->bad, sizeof(l->bad));
        }
        f->ids[f->ids_len++] = id;
    }
    return true;
}

static bool fold_node(struct fold *f, const struct diagram *d, uint32_t node)
{
    const struct diagram_node *n = &d->at[node];
    struct span lo = f->spans[n->lo], hi = f->spans[n->hi], inside = {0, 1};
    struct link single = {.size = 1};
    bool event = n->var < f->s->events;
    if (event)
        for (unsigned i = 0; i < f->axes_len; i++) {
            const double *of = f->v->of[f->axes[i]];
            single.bad[i] = pareto_single(f->axes[i], of ? of[n->var] : 0);
        }
    else
        inside = f->roots[n->var - f->s->events];
    size_t len = 0;
    if (!reserve_points(f, (uint64_t)lo.len + (uint64_t)hi.len * inside.len))
        return false;
    for (uint32_t i = 0; i < lo.len; i++) {
        const struct link *l = &f->links[f->ids[lo.from + i]];
        struct pareto_point *p = &f->points[len++];
        *p = (struct pareto_point){.size = l->size, .a = f->ids[lo.from + i]};
        memcpy(p->bad, l->bad, sizeof(p->bad));
    }
    for (uint32_t j = 0; j < inside.len; j++) {
        uint32_t id = event ? 0 : f->ids[inside.from + j];
        for (uint32_t i = 0; i < hi.len; i++)
            f->points[len++] = combine(f, event ? &single : &f->links[id], id, f->ids[hi.from + i]);
    }
    return keep(f, node, n->var, pareto_filter(f->points, len, f->stairs));
}

static bool fold_part(struct fold *f, uint32_t part)
{
    const struct diagram *d = &f->s->parts[part].sets;
    uint32_t len = d->len > 2 ? d->len : 2;
    if (!reserve(f, &f->spans, &f->spans_cap, len, sizeof(*f->spans)))
        return false;
    f->spans[0] = (struct span){0, 0};
    f->spans[1] = (struct span){0, 1}; /* link 0, the empty set */
    for (uint32_t i = 2; i < d->len; i++)
        if (!fold_node(f, d, i) || (i % LOOK_AT_CLOCK == 0 && budget_over(f->budget)))
            return false;
    f->roots[part] = f->spans[d->root];
    return true;
}

static bool fold_all(struct fold *f)
{
    if (!reserve(f, &f->links, &f->links_cap, 1, sizeof(*f->links)) ||
        !reserve(f, &f->ids, &f->ids_cap, 1, sizeof(*f->ids)))
        return false;
    f->links[0] = (struct link){.var = EMPTY, .next = EMPTY};
    for (unsigned i = 0; i < f->axes_len; i++)
        f->links[0].bad[i] = pareto_nothing(f->axes[i]);
    f->ids[0] = 0;
    f->links_len = f->ids_len = 1;
    for (uint32_t i = 0; i < f->s->len; i++)
        if (!fold_part(f, i))
            return false;
    return true;
}

/* ---- from links to attacks ---------------------------------------------------------------------- */

static int compare_u32(const void *a, const void *b)
{
    uint32_t x, y;
    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return x < y ? -1 : x > y;
}

/* The events of a point, sorted; agenda and events have room for one entry per step and module. */
static uint32_t events_of(const struct fold *f, uint32_t link, uint32_t *agenda, uint32_t *events)
{
    uint32_t waiting = 0, len = 0;
    agenda[waiting++] = link;
    while (waiting) {
        const struct link *l = &f->links[agenda[--waiting]];
        if (l->var == EMPTY)
            continue;
        agenda[waiting++] = l->next;
        if (l->var < f->s->events)
            events[len++] = l->var;
        else
            agenda[waiting++] = l->inner;
    }
    if (len > 1)
        qsort(events, len, sizeof(*events), compare_u32);
    return len;
}

static void unfold(const struct fold *f, struct arena *arena, struct tree_front *out)
{
    struct arena scratch = ARENA_INIT;
    struct span root = f->roots[f->s->len - 1];
    struct tree_attack *candidates = arena_new_array(&scratch, struct tree_attack, root.len + 1);
    uint32_t *agenda = arena_new_array(&scratch, uint32_t, f->s->events + f->s->len + 2u);
    uint32_t *events = arena_new_array(&scratch, uint32_t, f->s->events + 1u);
    struct attack_figures_maker figures;
    attack_figures_init(&figures, f->v);
    for (uint32_t i = 0; i < root.len; i++) {
        uint32_t len = events_of(f, f->ids[root.from + i], agenda, events);
        attack_figures_make(&figures, events, len, arena, &candidates[i]);
    }
    attack_figures_release(&figures);
    pareto_finish(out, candidates, root.len, arena);
    arena_release(&scratch);
}

static void fold_release(struct fold *f)
{
    struct budget *b = f->budget;
    budget_free(b, f->links, f->links_cap * sizeof(*f->links));
    budget_free(b, f->ids, f->ids_cap * sizeof(*f->ids));
    budget_free(b, f->spans, f->spans_cap * sizeof(*f->spans));
    budget_free(b, f->points, f->points_cap * sizeof(*f->points));
    if (f->stairs)
        budget_free(b, f->stairs, f->points_cap * sizeof(*f->stairs));
}

/* When a limit ends the fold: the best attacks by each axis are attainable points all the same. */
static void some_points(const struct solution *s, const struct attack_values *v, struct arena *arena,
                        struct tree_front *out)
{
    enum { EACH = 8 };
    struct tree_limits limits = {.max_seconds = 0.5, .max_bytes = (size_t)256 << 20};
    struct tree_attack candidates[3 * EACH];
    size_t len = 0;
    for (unsigned i = 0; i < out->axes_len; i++) {
        struct tree_attacks best;
        attacks_best(s, v, out->axes[i], EACH, NULL, &limits, arena, &best);
        for (size_t j = 0; j < best.len; j++)
            candidates[len++] = best.at[j];
    }
    pareto_finish(out, candidates, len, arena);
    out->exact = false;
}

static bool has_axis(const struct tree_front *f, enum tree_measure m)
{
    for (unsigned i = 0; i < f->axes_len; i++)
        if (f->axes[i] == m)
            return true;
    return false;
}

void pareto_front(const struct solution *s, const struct attack_values *v, const enum tree_measure *axes,
                  unsigned len, const struct tree_limits *limits, struct arena *arena, struct tree_front *out)
{
    struct budget budget;
    *out = (struct tree_front){.axes_len = len, .exact = true, .missing = UINT32_MAX};
    memcpy(out->axes, axes, len * sizeof(*axes));
    if (has_axis(out, MEASURE_DAMAGE)) {
        pareto_damage(v, limits, arena, out);
        return;
    }
    for (unsigned i = 0; i < len && out->missing == UINT32_MAX; i++) {
        out->missing = attack_values_missing(v, s, axes[i]);
        out->missing_measure = axes[i];
    }
    if (out->missing != UINT32_MAX)
        return;
    budget_init(&budget, limits);
    if (v->sequence && has_axis(out, MEASURE_TIME)) {
        attack_search_front(s, v, &budget, arena, out);
        return;
    }
    struct arena scratch = ARENA_INIT;
    struct fold f = {.s = s,
                     .v = v,
                     .axes = out->axes,
                     .axes_len = len,
                     .budget = &budget,
                     .roots = arena_new_array(&scratch, struct span, s->len)};
    bool complete = fold_all(&f);
    if (complete)
        unfold(&f, arena, out);
    fold_release(&f);
    arena_release(&scratch);
    if (!complete)
        some_points(s, v, arena, out);
}
