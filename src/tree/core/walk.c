#include "tree/core/walk.h"

#include <stdlib.h>
#include <string.h>

enum { LOOK_AT_CLOCK = 1024, MOST_SUPPORT = 16 << 20 };

/* Makes room for one more element; false at a limit. */
static bool grow(struct walk *w, void **at, uint32_t len, uint32_t *cap, size_t size)
{
    if (len < *cap)
        return true;
    uint32_t larger = *cap ? 2 * *cap : 64;
    void *memory = larger > *cap ? budget_realloc(w->budget, *at, *cap * size, larger * size) : NULL;
    if (!memory)
        return false;
    *at = memory;
    *cap = larger;
    return true;
}

/* Lays the events out so that each part's are one range, with those of the parts inside it. Parts nest as a
 * tree, and a part has a smaller number than the one around it. */
static bool lay_out(struct walk *w)
{
    const struct solution *s = w->s;
    struct arena scratch = ARENA_INIT;
    uint32_t *around = arena_new_array(&scratch, uint32_t, s->len),
             *size = arena_new_array(&scratch, uint32_t, s->len);
    uint32_t *cursor = arena_new_array(&scratch, uint32_t, s->len);
    uint32_t *home = arena_new_array(&scratch, uint32_t, s->events + 1); /* by event: its part + 1 */
    for (uint32_t i = 0; i < s->len; i++) {
        const struct diagram *d = &s->parts[i].sets;
        for (uint32_t j = 2; j < d->len; j++) {
            uint32_t var = d->at[j].var;
            if (var >= s->events)
                around[var - s->events] = i;
            else if (home[var] != i + 1)
                home[var] = i + 1, size[i]++;
        }
    }
    for (uint32_t i = 0; i + 1 < s->len; i++)
        size[around[i] > i ? around[i] : s->len - 1] += size[i];
    w->inside_cap = size[s->len - 1] + 1;
    w->inside = budget_calloc(w->budget, w->inside_cap * sizeof(uint32_t));
    w->inside_from = budget_calloc(w->budget, s->len * sizeof(uint32_t));
    w->inside_to = budget_calloc(w->budget, s->len * sizeof(uint32_t));
    w->possible = budget_calloc(w->budget, s->events + 1u);
    bool ok = w->inside && w->inside_from && w->inside_to && w->possible;
    for (uint32_t i = s->len; ok && i-- > 0;) {
        uint32_t *from = i + 1 == s->len ? NULL : &cursor[around[i] > i ? around[i] : s->len - 1];
        w->inside_from[i] = from ? *from : 0;
        w->inside_to[i] = w->inside_from[i] + size[i];
        cursor[i] = w->inside_from[i];
        if (from)
            *from += size[i];
    }
    for (uint32_t e = 0; ok && e < s->events; e++)
        if (home[e]) {
            w->inside[cursor[home[e] - 1]++] = e;
            w->possible[e] = true;
        }
    arena_release(&scratch);
    return ok;
}

/* The variables below each node of each part; left out when they take more than MOST_SUPPORT bytes or a quarter of the
 * memory allowed: then fewer events are known to be out of question, and bounds are weaker. */
static void find_support(struct walk *w)
{
    const struct solution *s = w->s;
    struct arena scratch = ARENA_INIT;
    uint32_t *number = arena_new_array(&scratch, uint32_t, s->events + s->len + 1u); /* by variable, from 1 */
    struct walk_support *support = arena_new_array(&w->supports, struct walk_support, s->len);
    uint64_t bytes = 0, most = w->budget->max_bytes / 4 < MOST_SUPPORT ? w->budget->max_bytes / 4 : MOST_SUPPORT;
    for (uint32_t i = 0; i < s->len && bytes <= most; i++) {
        const struct diagram *d = &s->parts[i].sets;
        struct walk_support *u = &support[i];
        uint32_t vars = 0;
        u->vars = arena_new_array(&w->supports, uint32_t, d->len + 1u);
        for (uint32_t j = 2; j < d->len; j++)
            if (!number[d->at[j].var]) {
                u->vars[vars++] = d->at[j].var;
                number[d->at[j].var] = vars;
            }
        u->words = (vars + 63) / 64;
        bytes += (uint64_t)d->len * u->words * sizeof(uint64_t);
        if (bytes > most)
            break;
        u->bits = arena_new_array(&w->supports, uint64_t, (size_t)(d->len > 2 ? d->len : 2) * u->words + 1);
        for (uint32_t j = 2; j < d->len; j++) {
            const struct diagram_node *n = &d->at[j];
            for (uint32_t k = 0; k < u->words; k++)
                u->bits[(size_t)j * u->words + k] =
                    u->bits[(size_t)n->lo * u->words + k] | u->bits[(size_t)n->hi * u->words + k];
            uint32_t own = number[n->var] - 1;
            u->bits[(size_t)j * u->words + own / 64] |= UINT64_C(1) << own % 64;
        }
        for (uint32_t j = 0; j < vars; j++)
            number[u->vars[j]] = 0;
    }
    arena_release(&scratch);
    w->support = bytes <= most ? support : NULL;
}

static void release(struct walk *w)
{
    struct budget *b = w->budget;
    arena_release(&w->supports);
    budget_free(b, w->chosen, w->chosen_cap * sizeof(*w->chosen));
    budget_free(b, w->later, w->later_cap * sizeof(*w->later));
    budget_free(b, w->turns, w->turns_cap * sizeof(*w->turns));
    budget_free(b, w->barred, w->barred_cap * sizeof(*w->barred));
    budget_free(b, w->possible, w->s->events + 1u);
    budget_free(b, w->inside_from, w->s->len * sizeof(uint32_t));
    budget_free(b, w->inside_to, w->s->len * sizeof(uint32_t));
    budget_free(b, w->inside, w->inside_cap * sizeof(uint32_t));
}

static bool bar_event(struct walk *w, uint32_t event)
{
    if (!w->possible[event])
        return true;
    if (!grow(w, (void **)&w->barred, w->barred_len, &w->barred_cap, sizeof(*w->barred)))
        return false;
    w->possible[event] = false;
    w->barred[w->barred_len++] = event;
    return true;
}

static bool bar(struct walk *w, uint32_t var)
{
    if (var < w->s->events)
        return bar_event(w, var);
    uint32_t part = var - w->s->events;
    for (uint32_t i = w->inside_from[part]; i < w->inside_to[part]; i++)
        if (!bar_event(w, w->inside[i]))
            return false;
    return true;
}

/* Going from a node to one of its branches: what can no longer come is out of question, but for what was taken. */
static bool bar_rest(struct walk *w, uint32_t part, uint32_t node, uint32_t branch, uint32_t taken)
{
    if (!w->possible)
        return true;
    if (!w->support)
        return taken != WALK_END || bar(w, w->s->parts[part].sets.at[node].var);
    const struct walk_support *u = &w->support[part];
    for (uint32_t k = 0; k < u->words; k++) {
        uint64_t gone = u->bits[(size_t)node * u->words + k] & ~u->bits[(size_t)branch * u->words + k];
        for (; gone; gone &= gone - 1) {
            uint32_t var = u->vars[64 * k + (uint32_t)__builtin_ctzll(gone)];
            if (var != taken && !bar(w, var))
                return false;
        }
    }
    return true;
}

static void unbar(struct walk *w, uint32_t len)
{
    while (w->barred_len > len)
        w->possible[w->barred[--w->barred_len]] = true;
}

/* Puts the branch with the node's variable in *place; false at a limit. */
static bool take(struct walk *w, struct walk_place *place)
{
    const struct diagram_node *n = &w->s->parts[place->part].sets.at[place->node];
    if (!bar_rest(w, place->part, place->node, n->hi, n->var))
        return false;
    if (n->var < w->s->events) {
        if (!grow(w, (void **)&w->chosen, w->chosen_len, &w->chosen_cap, sizeof(*w->chosen)))
            return false;
        w->chosen[w->chosen_len++] = n->var;
        place->node = n->hi;
        return true;
    }
    if (!grow(w, (void **)&w->later, w->later_len, &w->later_cap, sizeof(*w->later)))
        return false;
    uint32_t part = n->var - w->s->events;
    w->later[w->later_len] = (struct walk_place){place->part, n->hi, place->then};
    *place = (struct walk_place){part, w->s->parts[part].sets.root, w->later_len++};
    return true;
}

/* Branches at *place: remembers one side, goes on with the other. The remembered side of "take" is marked by
 * bar == WALK_END and a place whose variable is still to be taken. */
static bool branch(struct walk *w, const struct walk_visitor *v, struct walk_place *place)
{
    const struct diagram_node *n = &w->s->parts[place->part].sets.at[place->node];
    if (n->lo == 0)
        return take(w, place);
    if (!grow(w, (void **)&w->turns, w->turns_len, &w->turns_cap, sizeof(*w->turns)))
        return false;
    struct walk_turn *t = &w->turns[w->turns_len++];
    *t = (struct walk_turn){*place, w->chosen_len, w->later_len, w->barred_len, WALK_END};
    if (v->without_first && v->without_first(v->ctx, w, place)) {
        uint32_t above = place->node;
        place->node = n->lo;
        return bar_rest(w, place->part, above, n->lo, WALK_END);
    }
    t->place.node = n->lo;
    t->bar = place->node;
    return take(w, place);
}

static bool go_back(struct walk *w, const struct walk_visitor *v, struct walk_place *place, bool *out_ok)
{
    if (!w->turns_len)
        return false;
    struct walk_turn t = w->turns[--w->turns_len];
    *place = t.place;
    w->chosen_len = t.chosen;
    w->later_len = t.later;
    if (v->possible)
        unbar(w, t.barred);
    *out_ok = t.bar == WALK_END ? take(w, place) : bar_rest(w, place->part, t.bar, place->node, WALK_END);
    return true;
}

static int go(struct walk *w, const struct walk_visitor *v)
{
    uint32_t last = w->s->len - 1;
    struct walk_place place = {last, w->s->parts[last].sets.root, WALK_END};
    uint32_t ticks = 0;
    for (bool ok = true; ok;) {
        if (++ticks % LOOK_AT_CLOCK == 0 && budget_over(w->budget))
            return CM_ELIMIT;
        while (place.node == 1 && place.then != WALK_END)
            place = w->later[place.then];
        bool entered = place.node != 0 && (!v->enter || v->enter(v->ctx, w, &place));
        if (entered && place.node == 1) {
            if (!v->found(v->ctx, w))
                return 0;
            entered = false;
        }
        if (entered)
            ok = branch(w, v, &place);
        else if (!go_back(w, v, &place, &ok))
            return 1;
    }
    return CM_ELIMIT;
}

int walk_sets(const struct solution *s, const struct walk_visitor *visitor, struct budget *budget)
{
    struct walk w = {.s = s, .budget = budget, .supports = ARENA_INIT};
    bool ready = !visitor->possible || lay_out(&w);
    if (ready && visitor->possible)
        find_support(&w);
    int rc = ready ? go(&w, visitor) : CM_ELIMIT;
    release(&w);
    return rc;
}
