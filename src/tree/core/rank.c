#include "tree/core/rank.h"

#include <stdlib.h>
#include <string.h>

#define NOTHING ((__int128)1 << 126) /* the key of a place without sets */
#define WITHOUT UINT32_MAX           /* item.inner: the set has not the place's variable */
#define END UINT32_MAX
enum { LOOK_AT_CLOCK = 1024 };

/* A set of a place: the outer-th set of what follows, with the inner-th of the module when the variable is one. */
struct item {
    __int128 key;
    uint32_t outer, inner;
};

struct open_place {
    struct item *list; /* in order */
    struct item *heap; /* candidates for the next */
    uint32_t len, cap, heap_len, heap_cap;
    bool expanded; /* the successors of the last item of the list are in the heap */
    bool done;
};

struct demand {
    uint32_t place, index;
};

struct rank {
    const struct solution *s;
    const __int128 *weights;
    const bool *allowed;
    struct budget *budget;
    uint32_t *base; /* by part: number of its first place; places are numbered through all parts */
    uint32_t places;
    uint32_t *part_of; /* by place */
    __int128 *best;    /* by place: key of its best set */
    uint32_t *pick;    /* by place: where its best set takes a variable next; END: it is the empty set */
    uint32_t *slot;    /* by place: index in open + 1 */
    struct open_place *open;
    uint32_t open_len, open_cap;
    struct demand *demands;
    uint32_t demands_cap;
    struct demand *agenda; /* of unfold() */
    uint32_t agenda_cap;
    uint32_t *sets[2]; /* of unfold() */
    uint32_t sets_cap[2];
    uint32_t next; /* how many sets were given */
    bool failed;
};

static bool grow(struct rank *r, void *at, uint32_t len, uint32_t *cap, size_t size)
{
    void *old, *memory;
    if (len < *cap)
        return true;
    uint32_t larger = *cap ? 2 * *cap : 4;
    memcpy(&old, at, sizeof(old));
    memory = larger > *cap ? budget_realloc(r->budget, old, *cap * size, larger * size) : NULL;
    if (!memory) {
        r->failed = true;
        return false;
    }
    memcpy(at, &memory, sizeof(memory));
    *cap = larger;
    return true;
}

static const struct diagram_node *node_of(const struct rank *r, uint32_t place)
{
    uint32_t part = r->part_of[place];
    return &r->s->parts[part].sets.at[place - r->base[part]];
}

static uint32_t place_at(const struct rank *r, uint32_t place, uint32_t node)
{
    return r->base[r->part_of[place]] + node;
}

static uint32_t root_of(const struct rank *r, uint32_t part)
{
    return r->base[part] + r->s->parts[part].sets.root;
}

static bool is_part(const struct rank *r, uint32_t var)
{
    return var >= r->s->events;
}

static bool is_terminal(const struct rank *r, uint32_t place)
{
    return place - r->base[r->part_of[place]] < 2;
}

static __int128 weight_of(const struct rank *r, uint32_t var)
{
    if (is_part(r, var))
        return r->best[root_of(r, var - r->s->events)];
    return !r->allowed || r->allowed[var] ? r->weights[var] : NOTHING;
}

/* The index-th item of an open place, or of an unopened one its best. */
static struct item item_at(const struct rank *r, uint32_t place, uint32_t index)
{
    if (r->slot[place])
        return r->open[r->slot[place] - 1].list[index];
    return (struct item){r->best[place], 0, r->pick[place] == place ? 0 : WITHOUT};
}

static int compare_events(const void *a, const void *b)
{
    uint32_t x, y;
    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return x < y ? -1 : x > y;
}

static bool ask(struct rank *r, uint32_t *len, uint32_t place, uint32_t index)
{
    if (!grow(r, &r->agenda, *len, &r->agenda_cap, sizeof(*r->agenda)))
        return false;
    r->agenda[(*len)++] = (struct demand){place, index};
    return true;
}

/* Writes the events of an item of a place to sets[which], sorted, and their number to *out_len. */
static bool unfold(struct rank *r, uint32_t place, struct item item, unsigned which, uint32_t *out_len)
{
    uint32_t agenda = 0, len = 0;
    bool given = true;
    if (!ask(r, &agenda, place, 0))
        return false;
    while (agenda) {
        struct demand d = r->agenda[--agenda];
        if (!given && !r->slot[d.place]) {
            d.place = r->pick[d.place];
            if (d.place == END)
                continue;
        }
        if (is_terminal(r, d.place))
            continue;
        if (!given)
            item = item_at(r, d.place, d.index);
        given = false;
        const struct diagram_node *n = node_of(r, d.place);
        bool without = item.inner == WITHOUT;
        if (!ask(r, &agenda, place_at(r, d.place, without ? n->lo : n->hi), item.outer))
            return false;
        if (without)
            continue;
        if (is_part(r, n->var)) {
            if (!ask(r, &agenda, root_of(r, n->var - r->s->events), item.inner))
                return false;
            continue;
        }
        if (!grow(r, &r->sets[which], len, &r->sets_cap[which], sizeof(uint32_t)))
            return false;
        r->sets[which][len++] = n->var;
    }
    if (len > 1)
        qsort(r->sets[which], len, sizeof(uint32_t), compare_events);
    *out_len = len;
    return true;
}

/* The order among items of one place. */
static bool before(struct rank *r, uint32_t place, struct item a, struct item b)
{
    uint32_t len[2];
    if (a.key != b.key)
        return a.key < b.key;
    if (!unfold(r, place, a, 0, &len[0]) || !unfold(r, place, b, 1, &len[1]))
        return false;
    for (uint32_t i = 0; i < len[0] && i < len[1]; i++)
        if (r->sets[0][i] != r->sets[1][i])
            return r->sets[0][i] < r->sets[1][i];
    return len[0] < len[1];
}

/* ---- the best set of every place ---------------------------------------------------------------- */

static void find_best(struct rank *r, uint32_t place)
{
    const struct diagram_node *n = node_of(r, place);
    uint32_t lo = place_at(r, place, n->lo), hi = place_at(r, place, n->hi);
    __int128 weight = weight_of(r, n->var);
    __int128 with = weight < NOTHING && r->best[hi] < NOTHING ? weight + r->best[hi] : NOTHING;
    r->best[place] = with;
    r->pick[place] = place;
    bool less = r->best[lo] < with;
    if (!less && with < NOTHING && r->best[lo] == with) {
        struct item a = {with, 0, WITHOUT}, b = {with, 0, 0};
        less = before(r, place, a, b);
    }
    if (less) {
        r->best[place] = r->best[lo];
        r->pick[place] = r->pick[lo];
    }
}

static bool find_all_best(struct rank *r)
{
    uint32_t place = 0;
    for (uint32_t i = 0; i < r->s->len && !r->failed; i++)
        for (uint32_t j = 0; j < r->s->parts[i].sets.len || j < 2; j++, place++) {
            r->part_of[place] = i;
            r->pick[place] = END;
            r->best[place] = j == 1 ? 0 : NOTHING;
            if (j >= 2)
                find_best(r, place);
            if (place % LOOK_AT_CLOCK == 0 && budget_over(r->budget))
                r->failed = true;
        }
    return !r->failed;
}

struct rank *rank_new(const struct solution *s, const __int128 *weights, const bool *allowed, struct budget *budget)
{
    struct rank *r = budget_calloc(budget, sizeof(*r));
    if (!r)
        return NULL;
    *r = (struct rank){.s = s, .weights = weights, .allowed = allowed, .budget = budget};
    uint64_t places = 0;
    r->base = budget_calloc(budget, s->len * sizeof(*r->base));
    for (uint32_t i = 0; r->base && i < s->len; i++) {
        r->base[i] = (uint32_t)places;
        places += s->parts[i].sets.len > 2 ? s->parts[i].sets.len : 2;
    }
    if (r->base && places < END) {
        r->places = (uint32_t)places;
        r->part_of = budget_calloc(budget, r->places * sizeof(*r->part_of));
        r->best = budget_calloc(budget, r->places * sizeof(*r->best));
        r->pick = budget_calloc(budget, r->places * sizeof(*r->pick));
        r->slot = budget_calloc(budget, r->places * sizeof(*r->slot));
    }
    if (r->part_of && r->best && r->pick && r->slot && find_all_best(r))
        return r;
    rank_free(r);
    return NULL;
}

void rank_free(struct rank *r)
{
    if (!r)
        return;
    struct budget *b = r->budget;
    for (uint32_t i = 0; i < r->open_len; i++) {
        budget_free(b, r->open[i].list, r->open[i].cap * sizeof(struct item));
        budget_free(b, r->open[i].heap, r->open[i].heap_cap * sizeof(struct item));
    }
    budget_free(b, r->open, r->open_cap * sizeof(*r->open));
    budget_free(b, r->demands, r->demands_cap * sizeof(*r->demands));
    budget_free(b, r->agenda, r->agenda_cap * sizeof(*r->agenda));
    for (unsigned i = 0; i < 2; i++)
        budget_free(b, r->sets[i], r->sets_cap[i] * sizeof(uint32_t));
    budget_free(b, r->part_of, r->places * sizeof(*r->part_of));
    budget_free(b, r->best, r->places * sizeof(*r->best));
    budget_free(b, r->pick, r->places * sizeof(*r->pick));
    budget_free(b, r->slot, r->places * sizeof(*r->slot));
    budget_free(b, r->base, r->s->len * sizeof(*r->base));
    budget_free(b, r, sizeof(*r));
}

/* ---- the next ones ------------------------------------------------------------------------------ */

/* Adds a candidate to the place's heap. */
static void offer(struct rank *r, uint32_t place, struct item item)
{
    struct open_place *o = &r->open[r->slot[place] - 1];
    if (item.key >= NOTHING || !grow(r, &o->heap, o->heap_len, &o->heap_cap, sizeof(*o->heap)))
        return;
    uint32_t i = o->heap_len++;
    for (; i && before(r, place, item, o->heap[(i - 1) / 2]); i = (i - 1) / 2)
        o->heap[i] = o->heap[(i - 1) / 2];
    o->heap[i] = item;
}

static struct item take_first(struct rank *r, uint32_t place)
{
    struct open_place *o = &r->open[r->slot[place] - 1];
    struct item first = o->heap[0], last = o->heap[--o->heap_len];
    uint32_t i = 0, child;
    while ((child = 2 * i + 1) < o->heap_len) {
        if (child + 1 < o->heap_len && before(r, place, o->heap[child + 1], o->heap[child]))
            child++;
        if (!before(r, place, o->heap[child], last))
            break;
        o->heap[i] = o->heap[child];
        i = child;
    }
    o->heap[i] = last;
    return first;
}

/* Opens a place: its best set is the first of its list, the best of the other branch a candidate. */
static bool open_place(struct rank *r, uint32_t place)
{
    if (!grow(r, &r->open, r->open_len, &r->open_cap, sizeof(*r->open)))
        return false;
    struct item first = item_at(r, place, 0);
    struct open_place *o = &r->open[r->open_len++];
    memset(o, 0, sizeof(*o));
    r->slot[place] = r->open_len;
    if (!grow(r, &o->list, 0, &o->cap, sizeof(*o->list)))
        return false;
    o->list[o->len++] = first;
    const struct diagram_node *n = node_of(r, place);
    if (first.inner == WITHOUT) {
        __int128 weight = weight_of(r, n->var), rest = r->best[place_at(r, place, n->hi)];
        offer(r, place, (struct item){weight < NOTHING && rest < NOTHING ? weight + rest : NOTHING, 0, 0});
    } else {
        offer(r, place, (struct item){r->best[place_at(r, place, n->lo)], 0, WITHOUT});
    }
    return !r->failed;
}

enum known { KNOWN_NO, KNOWN_YES, UNKNOWN };

static enum known known(const struct rank *r, uint32_t place, uint32_t index)
{
    if (r->best[place] >= NOTHING)
        return KNOWN_NO;
    if (index == 0)
        return KNOWN_YES;
    if (is_terminal(r, place))
        return KNOWN_NO;
    if (!r->slot[place])
        return UNKNOWN;
    const struct open_place *o = &r->open[r->slot[place] - 1];
    return o->len > index ? KNOWN_YES : o->done ? KNOWN_NO : UNKNOWN;
}

/* The at most two successors of an item: which sets they need, and the item when these are there. */
struct successor {
    uint32_t place, index;
    struct item item;
};

static unsigned successors(const struct rank *r, uint32_t place, struct item item, struct successor out[2])
{
    const struct diagram_node *n = node_of(r, place);
    if (item.inner == WITHOUT) {
        out[0] = (struct successor){place_at(r, place, n->lo), item.outer + 1, {0, item.outer + 1, WITHOUT}};
        return 1;
    }
    out[0] = (struct successor){place_at(r, place, n->hi), item.outer + 1, {0, item.outer + 1, item.inner}};
    if (item.outer || !is_part(r, n->var))
        return 1;
    out[1] = (struct successor){root_of(r, n->var - r->s->events), item.inner + 1, {0, 0, item.inner + 1}};
    return 2;
}

static __int128 key_of(const struct rank *r, uint32_t place, struct item item)
{
    const struct diagram_node *n = node_of(r, place);
    if (item.inner == WITHOUT)
        return item_at(r, place_at(r, place, n->lo), item.outer).key;
    __int128 key = item_at(r, place_at(r, place, n->hi), item.outer).key;
    return key +
           (is_part(r, n->var) ? item_at(r, root_of(r, n->var - r->s->events), item.inner).key : r->weights[n->var]);
}

static bool demand(struct rank *r, uint32_t *len, uint32_t place, uint32_t index)
{
    if (!grow(r, &r->demands, *len, &r->demands_cap, sizeof(*r->demands)))
        return false;
    r->demands[(*len)++] = (struct demand){place, index};
    return true;
}

/* Offers the successors of the last item of a place's list; when they need sets that are not known yet, demands these
 * instead. */
static bool expand(struct rank *r, uint32_t place, uint32_t *demands)
{
    struct open_place *o = &r->open[r->slot[place] - 1];
    struct successor next[2];
    unsigned n = successors(r, place, o->list[o->len - 1], next);
    bool ready = true;
    for (unsigned i = 0; i < n; i++)
        if (known(r, next[i].place, next[i].index) == UNKNOWN) {
            ready = false;
            if (!demand(r, demands, next[i].place, next[i].index))
                return false;
        }
    if (!ready)
        return true;
    o->expanded = true;
    for (unsigned i = 0; i < n; i++)
        if (known(r, next[i].place, next[i].index) == KNOWN_YES) {
            next[i].item.key = key_of(r, place, next[i].item);
            offer(r, place, next[i].item);
        }
    return !r->failed;
}

/* Makes the index-th set of a place known, or that there is none. */
static bool make_known(struct rank *r, uint32_t place, uint32_t index)
{
    uint32_t demands = 0, ticks = 0;
    if (!demand(r, &demands, place, index))
        return false;
    while (demands && !r->failed) {
        struct demand d = r->demands[demands - 1];
        if (++ticks % LOOK_AT_CLOCK == 0 && budget_over(r->budget))
            return false;
        if (known(r, d.place, d.index) != UNKNOWN) {
            demands--;
            continue;
        }
        if (!r->slot[d.place]) {
            if (!open_place(r, d.place))
                return false;
            continue;
        }
        struct open_place *o = &r->open[r->slot[d.place] - 1];
        if (!o->expanded) {
            if (!expand(r, d.place, &demands))
                return false;
        } else if (!o->heap_len) {
            o->done = true;
        } else if (grow(r, &o->list, o->len, &o->cap, sizeof(*o->list))) {
            struct item first = take_first(r, d.place);
            o->list[o->len++] = first;
            o->expanded = false;
        }
    }
    return !r->failed;
}

int rank_next(struct rank *r, const uint32_t **out_events, uint32_t *out_len, __int128 *out_weight)
{
    uint32_t root = root_of(r, r->s->len - 1), len = 0;
    if (r->failed || budget_over(r->budget) || !make_known(r, root, r->next))
        return CM_ELIMIT;
    if (known(r, root, r->next) != KNOWN_YES)
        return 0;
    struct item item = is_terminal(r, root) ? (struct item){0, 0, WITHOUT} : item_at(r, root, r->next);
    if (!is_terminal(r, root) && !unfold(r, root, item, 0, &len))
        return CM_ELIMIT;
    r->next++;
    *out_events = r->sets[0];
    *out_len = len;
    *out_weight = item.key;
    return 1;
}
