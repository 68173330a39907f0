/* No rule for the order of variables is best for every model, and a bad one costs a factor of a hundred. So
 * many orders start, each with a manager of its own and few nodes to spend. When all have spent them, those
 * that got furthest go on with twice as many, where they stopped; the others end. All build the same gates in
 * the same sequence, so "furthest" is the number of gates that are done, then of arguments that are combined in the
 * next one; between equals, the better outlook. The first rounds are very short: most orders lose, and what shows after
 * a few thousand nodes shows after a few hundred too, as long as two or three of each kind may go on.
 * The first round in which one finishes ends the race. In the first round the smallest diagram wins. Later those that
 * are behind have spent half as much as the winner at least, and would have to spend the rest to show that theirs is
 * a little smaller: there the furthest that finishes wins, and those behind it are not asked.
 *
 * There are three kinds of orders, which fail on different models: walks in depth, which keep together what
 * the formula has together; pulled ones, which are often ten times better, and sometimes a hundred times
 * worse, because they do not; gathered ones, which have something of both. The best of each kind go on while
 * rounds are cheap, then the best two, then one.
 *
 * Every decision is taken from what all did with the same number of nodes, so it is the same for any number
 * of threads. */
#include "tree/core/race.h"
#include "tree/core/deep.h"
#include "tree/core/outlook.h"

#include <stdlib.h>
#include <string.h>

enum {
    ALONE = 1500, /* nodes for the first order before there is a race, besides a few for every event */
    ROUND = 500,  /* in the first round, besides one for every event */
    THREADS_MAX = 16,
    NODES_MAX = (1u << 31) - 8,
};

/* What is done with the walk's order: nothing, formula_order_pull(), and formula_order_gather() after that. */
enum start_kind { WALKED, PULLED, GATHERED, KINDS }; /* each made from the one before */

struct start {
    enum order_rule rule;
    bool hinted; /* by the rule's order of the formula before it was simplified */
    enum start_kind kind;
};

static const struct start starts[] = {
    {ORDER_AS_WRITTEN, false, WALKED},    {ORDER_AS_WRITTEN, true, WALKED},   {ORDER_LIGHT_FIRST, false, WALKED},
    {ORDER_LIGHT_FIRST, true, WALKED},    {ORDER_HEAVY_FIRST, false, WALKED}, {ORDER_HEAVY_FIRST, true, WALKED},
    {ORDER_AS_WRITTEN, false, PULLED},    {ORDER_AS_WRITTEN, true, PULLED},   {ORDER_LIGHT_FIRST, false, PULLED},
    {ORDER_LIGHT_FIRST, true, PULLED},    {ORDER_HEAVY_FIRST, false, PULLED}, {ORDER_HEAVY_FIRST, true, PULLED},
    {ORDER_AS_WRITTEN, false, GATHERED},  {ORDER_AS_WRITTEN, true, GATHERED}, {ORDER_LIGHT_FIRST, false, GATHERED},
    {ORDER_HEAVY_FIRST, false, GATHERED}, {ORDER_HEAVY_FIRST, true, GATHERED},
};
enum { STARTS = ARRAY_LEN(starts) };

struct runner {
    struct bdd_building building;
    struct arena arena;
    uint32_t *level_of;
    uint32_t root;
    double outlook; /* after the round: a guess of its size; less is better */
    unsigned start; /* index in starts: decides between equals */
};

struct race {
    const struct formula *f;
    struct budget *budget;
    struct runner *field[STARTS];
    unsigned len;
    bool ranked;    /* the field is sorted by success: the first that finishes wins */
    uint32_t nodes; /* that each may have in this round */
    atomic_uint next;
    atomic_uint best;  /* nodes of the best that is done */
    atomic_uint first; /* in the field that is done */
};

/* room: nodes that it is likely to make, or 0. */
static struct runner *enter(const struct race *r, unsigned start, const uint32_t *level_of, uint32_t room)
{
    struct runner *x = base_malloc(sizeof(*x));
    memset(x, 0, sizeof(*x));
    x->start = start;
    x->root = BDD_FAIL;
    x->level_of = arena_new_array(&x->arena, uint32_t, r->f->events + 1);
    memcpy(x->level_of, level_of, r->f->events * sizeof(*level_of));
    struct bdd *b = bdd_new_within(r->f->events, NULL, r->budget, 1, room);
    bdd_building_init(&x->building, b, r->f, x->level_of, NULL, &x->arena);
    return x;
}

static void leave(struct runner *x)
{
    bdd_free(x->building.b);
    arena_release(&x->arena);
    free(x);
}

/* Places from ranks that need not be dense. */
struct ranked {
    uint32_t rank, event;
};

static int by_rank(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return (x->event > y->event) - (x->event < y->event);
}

static void order_by_rank(const struct formula *f, const uint32_t *rank, uint32_t *level_of)
{
    struct arena scratch = ARENA_INIT;
    struct ranked *all = arena_new_array(&scratch, struct ranked, f->events + 1);
    for (uint32_t e = 0; e < f->events; e++)
        all[e] = (struct ranked){rank[e], e};
    qsort(all, f->events, sizeof(*all), by_rank);
    for (uint32_t i = 0; i < f->events; i++)
        level_of[all[i].event] = i;
    arena_release(&scratch);
}

/* Every kind is made from the one before it, by the same rule. */
static void find_order(const struct race *r, const struct race_hints *hints, const struct start *s,
                       const uint32_t *before, uint32_t *level_of)
{
    struct arena scratch = ARENA_INIT;
    const uint32_t *rank = NULL;
    if (s->kind != WALKED)
        memcpy(level_of, before, r->f->events * sizeof(*level_of));
    else if (s->hinted && hints)
        rank = hints->ranks(hints->data, s->rule, &scratch);
    if (rank)
        order_by_rank(r->f, rank, level_of);
    else if (s->kind == WALKED)
        formula_order(r->f, s->rule, level_of);
    else if (s->kind == PULLED)
        formula_order_pull(r->f, level_of);
    else
        formula_order_gather(r->f, level_of);
    arena_release(&scratch);
}

/* All orders but the first, which runs already; equal ones only once. */
static void fill_field(struct race *r, const struct race_hints *hints)
{
    struct arena scratch = ARENA_INIT;
    uint32_t *made[KINDS][ORDER_RULES][2];
    made[WALKED][ORDER_AS_WRITTEN][0] = r->field[0]->level_of;
    for (unsigned i = 1; i < STARTS; i++) {
        const struct start *s = &starts[i];
        uint32_t *level_of = arena_new_array(&scratch, uint32_t, r->f->events + 1);
        made[s->kind][s->rule][s->hinted] = level_of;
        find_order(r, hints, s, s->kind == WALKED ? NULL : made[s->kind - 1][s->rule][s->hinted], level_of);
        bool known = false;
        for (unsigned j = 0; j < r->len && !known; j++)
            known = !memcmp(level_of, r->field[j]->level_of, r->f->events * sizeof(*level_of));
        if (!known)
            r->field[r->len++] = enter(r, i, level_of, r->nodes);
    }
    arena_release(&scratch);
}

static void lower(atomic_uint *least, unsigned value)
{
    unsigned now = atomic_load(least);
    while (value < now && !atomic_compare_exchange_weak(least, &now, value))
        ;
}

/* Takes runners until all have had their turn. One that cannot win any more stops: it is behind one that is done, or
 * worse than the best so far. */
static void *run(void *data)
{
    struct race *r = data;
    unsigned i;
    while ((i = atomic_fetch_add(&r->next, 1)) < r->len) {
        struct runner *x = r->field[i];
        unsigned best = atomic_load(&r->best);
        if (r->ranked && i > atomic_load(&r->first))
            break;
        x->root = bdd_building_go(&x->building, !r->ranked && best < r->nodes ? best : r->nodes);
        if (x->root == BDD_FAIL)
            continue;
        lower(&r->best, bdd_nodes(x->building.b));
        lower(&r->first, i);
    }
    return NULL;
}

static void run_round(struct race *r, unsigned threads)
{
    pthread_t helpers[THREADS_MAX];
    unsigned made = 0;
    atomic_store(&r->next, 0);
    atomic_store(&r->best, UINT32_MAX / 2);
    atomic_store(&r->first, STARTS);
    while (made + 1 < threads && made + 1 < r->len && made < THREADS_MAX &&
           deep_create(&helpers[made], r->f->events, run, r) == 0)
        made++;
    run(r);
    while (made)
        pthread_join(helpers[--made], NULL);
}

/* Done before not done, then by gates and arguments that are done, outlook, nodes, and the earlier start. */
static int by_success(const void *a, const void *b)
{
    const struct runner *x = *(struct runner *const *)a, *y = *(struct runner *const *)b;
    bool x_done = x->root != BDD_FAIL, y_done = y->root != BDD_FAIL;
    if (x_done != y_done)
        return x_done ? -1 : 1;
    if (!x_done && x->building.next != y->building.next)
        return x->building.next > y->building.next ? -1 : 1;
    if (!x_done && x->building.combined != y->building.combined)
        return x->building.combined > y->building.combined ? -1 : 1;
    if (!x_done && (x->outlook < y->outlook || x->outlook > y->outlook))
        return x->outlook < y->outlook ? -1 : 1;
    uint32_t x_nodes = x_done ? bdd_nodes(x->building.b) : x->building.nodes_then;
    uint32_t y_nodes = y_done ? bdd_nodes(y->building.b) : y->building.nodes_then;
    if (x_nodes != y_nodes)
        return x_nodes < y_nodes ? -1 : 1;
    return x->start < y->start ? -1 : 1;
}

/* Whether another got as far: only then the outlook decides, which takes a while. */
static bool has_equal(const struct race *r, unsigned i)
{
    const struct bdd_building *x = &r->field[i]->building;
    for (unsigned j = 0; j < r->len; j++) {
        const struct bdd_building *y = &r->field[j]->building;
        if (j != i && x->next == y->next && x->combined == y->combined)
            return true;
    }
    return false;
}

/* The best come first; true when one is done. */
static bool rank(struct race *r)
{
    unsigned first = atomic_load(&r->first);
    if (r->ranked && first < r->len) {
        struct runner *won = r->field[first];
        r->field[first] = r->field[0];
        r->field[0] = won;
        return true;
    }
    for (unsigned i = 0; i < r->len && first == STARTS; i++) {
        if (has_equal(r, i))
            r->field[i]->outlook = bdd_outlook(&r->field[i]->building);
    }
    qsort(r->field, r->len, sizeof(struct runner *), by_success);
    r->ranked = true;
    return first < r->len;
}

/* How many may go on after a round: of each kind, of the gathered ones, which lose late, and of these in all. */
struct places {
    unsigned each, gathered, all;
};

static const struct places places[] = {{3, 3, STARTS}, {2, 2, STARTS}, {1, 2, STARTS}, {1, 2, STARTS},
                                       {1, 2, 3},      {1, 1, 2},      {1, 1, 1}};

static void keep(struct race *r, const struct places *p)
{
    unsigned met[KINDS] = {0}, kept = 0;
    for (unsigned i = 0; i < r->len; i++) {
        enum start_kind kind = starts[r->field[i]->start].kind;
        if (met[kind]++ < (kind == GATHERED ? p->gathered : p->each) && kept < p->all)
            r->field[kept++] = r->field[i];
        else
            leave(r->field[i]);
    }
    r->len = kept;
}

void race_orders(const struct formula *f, const struct race_hints *hints, unsigned threads, struct budget *budget,
                 struct arena *arena, struct race_result *out)
{
    struct race r = {.f = f, .budget = budget, .nodes = ALONE + 4 * f->events};
    uint32_t *level_of = arena_new_array(arena, uint32_t, f->events + 1);
    formula_order(f, ORDER_AS_WRITTEN, level_of);
    r.field[r.len++] = enter(&r, 0, level_of, 0);
    run_round(&r, 1);
    if (r.field[0]->building.b->paused) {
        r.nodes = ROUND + f->events;
        fill_field(&r, hints);
    }
    for (unsigned round = 0; r.field[0]->building.b->paused; round++) {
        run_round(&r, threads);
        if (rank(&r) || atomic_load(&budget->spent))
            break;
        unsigned last = ARRAY_LEN(places) - 1, at = round < last ? round : last;
        keep(&r, &places[at]);
        r.nodes = r.len == 1 ? NODES_MAX : 2 * r.nodes;
    }
    keep(&r, &(struct places){1, 1, 1});
    struct runner *won = r.field[0];
    memcpy(level_of, won->level_of, f->events * sizeof(*level_of));
    *out = (struct race_result){won->building.b, won->root, level_of};
    arena_release(&won->arena);
    free(won);
}
