#include "tree/core/modules.h"

#include <string.h>

/* Dates of a walk in depth: when an index was met first, when it was left, when it was met last. */
struct dates {
    uint32_t first, left, last;
};

struct frame {
    uint32_t gate, next; /* argument to look at next */
};

/* Everything by index: events first, then gates. */
struct split {
    const struct formula *f;
    struct dates *dates;
    bool *is_module; /* by index; only gates */
    bool *at_zero;   /* by index: its value when every event is false */
    uint32_t *owner; /* by index: the module (as a gate index) in which it stands; UINT32_MAX: nowhere */
    uint32_t *local; /* by index: its number among the events or gates of its owner */
};

static const struct formula_gate *gate_at(const struct split *s, uint32_t index)
{
    return &s->f->gates.at[index - s->f->events];
}

static void walk(struct split *s, struct arena *scratch)
{
    const struct formula *f = s->f;
    struct frame *stack = arena_new_array(scratch, struct frame, f->gates.len + 1);
    size_t depth = 0;
    uint32_t date = 1;
    stack[depth++] = (struct frame){formula_index(f->root), 0};
    s->dates[formula_index(f->root)].first = date++;
    while (depth) {
        struct frame *top = &stack[depth - 1];
        const struct formula_gate *g = gate_at(s, top->gate);
        if (top->next == g->len) {
            s->dates[top->gate].left = s->dates[top->gate].last = date++;
            depth--;
            continue;
        }
        uint32_t i = formula_index(f->args.at[g->first + top->next++]);
        s->dates[i].last = date;
        if (s->dates[i].first) {
            date++;
            continue;
        }
        s->dates[i].first = date++;
        if (i >= f->events)
            stack[depth++] = (struct frame){i, 0};
    }
}

/* A gate is a module when all below it is met only between its first date and the moment it is left. */
static void mark_modules(struct split *s, struct arena *scratch)
{
    const struct formula *f = s->f;
    size_t all = f->events + f->gates.len;
    struct dates *range = arena_new_array(scratch, struct dates, all + 1);
    for (size_t i = 0; i < all; i++)
        range[i] = s->dates[i];
    for (size_t i = f->events; i < all; i++) {
        if (!s->dates[i].first)
            continue;
        const struct formula_gate *g = gate_at(s, (uint32_t)i);
        uint32_t first = UINT32_MAX, last = 0;
        for (uint32_t j = 0; j < g->len; j++) {
            const struct dates *r = &range[formula_index(f->args.at[g->first + j])];
            first = r->first < first ? r->first : first;
            last = r->last > last ? r->last : last;
        }
        s->is_module[i] = first > s->dates[i].first && last < s->dates[i].left;
        range[i].first = first < range[i].first ? first : range[i].first;
        range[i].last = last > range[i].last ? last : range[i].last;
    }
    s->is_module[formula_index(f->root)] = true;
}

/* Values when no event happens. */
static void find_zero_values(struct split *s)
{
    const struct formula *f = s->f;
    for (size_t i = 0; i < f->gates.len; i++) {
        const struct formula_gate *g = &f->gates.at[i];
        uint32_t count = 0;
        for (uint32_t j = 0; j < g->len; j++) {
            uint32_t edge = f->args.at[g->first + j];
            count += s->at_zero[formula_index(edge)] != (edge & 1);
        }
        bool *value = &s->at_zero[f->events + i];
        if (g->op == FORMULA_AND)
            *value = count == g->len;
        else if (g->op == FORMULA_XOR)
            *value = count % 2;
        else
            *value = count >= (g->op == FORMULA_OR ? 1 : g->k);
    }
}

/* Who stands in which module. A module's gate stands, as a variable, in that of its parents; inside itself it
 * is a gate, and `inner` holds that number. */
static void find_owners(struct split *s, uint32_t *events_in)
{
    const struct formula *f = s->f;
    for (size_t i = f->events + f->gates.len; i-- > f->events;) {
        if (!s->dates[i].first)
            continue;
        const struct formula_gate *g = gate_at(s, (uint32_t)i);
        uint32_t owner = s->is_module[i] ? (uint32_t)i : s->owner[i];
        for (uint32_t j = 0; j < g->len; j++) {
            uint32_t arg = formula_index(f->args.at[g->first + j]);
            if (s->owner[arg] != UINT32_MAX)
                continue;
            s->owner[arg] = owner;
            if (arg < f->events || s->is_module[arg])
                s->local[arg] = events_in[owner]++;
        }
    }
}

static uint32_t local_edge(const struct split *s, const struct formula_module *m, uint32_t edge)
{
    uint32_t i = formula_index(edge);
    if (i < s->f->events)
        return 2 * s->local[i] | (edge & 1);
    if (s->is_module[i])
        return 2 * s->local[i] | ((edge & 1) ^ (uint32_t)s->at_zero[i]);
    return (2 * m->f.events + 2 * s->local[i]) | (edge & 1);
}

static void copy_gate(struct split *s, struct formula_module *m, uint32_t index, uint32_t *edges)
{
    const struct formula_gate *g = gate_at(s, index);
    for (uint32_t j = 0; j < g->len; j++)
        edges[j] = local_edge(s, m, s->f->args.at[g->first + j]);
    uint32_t made = formula_gate(&m->f, g->op, g->k, edges, g->len);
    if (made != 2 * (m->f.events + (uint32_t)m->f.gates.len - 1))
        BUG("a gate of %u arguments folded away", g->len);
    if (s->is_module[index])
        m->f.root = made ^ (uint32_t)s->at_zero[index];
    else
        s->local[index] = (uint32_t)m->f.gates.len - 1;
}

static void copy_modules(struct split *s, uint32_t *number, const uint32_t *events_in, struct arena *arena,
                         struct arena *scratch, struct formula_modules *out)
{
    const struct formula *f = s->f;
    size_t all = f->events + f->gates.len;
    uint32_t most = 1;
    for (size_t i = f->events; i < all; i++) {
        if (!s->is_module[i])
            continue;
        struct formula_module *m = &out->at[number[i]];
        formula_init(&m->f, arena, events_in[i]);
        m->vars = arena_new_array(arena, uint32_t, events_in[i] + 1);
    }
    for (size_t i = 0; i < all; i++) {
        if (s->owner[i] != UINT32_MAX && (i < f->events || s->is_module[i]))
            out->at[number[s->owner[i]]].vars[s->local[i]] = i < f->events ? (uint32_t)i : f->events + number[i];
        if (i >= f->events && gate_at(s, (uint32_t)i)->len > most)
            most = gate_at(s, (uint32_t)i)->len;
    }
    uint32_t *edges = arena_new_array(scratch, uint32_t, most);
    for (size_t i = f->events; i < all; i++) {
        if (s->dates[i].first)
            copy_gate(s, &out->at[number[s->is_module[i] ? i : s->owner[i]]], (uint32_t)i, edges);
    }
}

/* A constant, or one event. */
static void split_leaf(const struct formula *f, struct arena *arena, struct formula_modules *out)
{
    out->at = arena_new_array(arena, struct formula_module, 1);
    out->len = 1;
    struct formula_module *m = &out->at[0];
    m->vars = arena_new_array(arena, uint32_t, 1);
    formula_init(&m->f, arena, formula_is_constant(f->root) ? 0 : 1);
    m->f.root = formula_is_constant(f->root) ? f->root : f->root & 1;
    m->vars[0] = formula_is_constant(f->root) ? 0 : formula_index(f->root);
}

void formula_modules(const struct formula *f, struct arena *arena, struct formula_modules *out)
{
    if (formula_is_constant(f->root) || formula_index(f->root) < f->events) {
        split_leaf(f, arena, out);
        return;
    }
    struct arena scratch = ARENA_INIT;
    size_t all = f->events + f->gates.len;
    struct split s = {f, arena_new_array(&scratch, struct dates, all), arena_new_array(&scratch, bool, all),
                      arena_new_array(&scratch, bool, all), arena_new_array(&scratch, uint32_t, all),
                      arena_new_array(&scratch, uint32_t, all)};
    uint32_t *number = arena_new_array(&scratch, uint32_t, all);
    uint32_t *events_in = arena_new_array(&scratch, uint32_t, all);
    memset(s.owner, 0xff, all * sizeof(*s.owner));
    walk(&s, &scratch);
    mark_modules(&s, &scratch);
    find_zero_values(&s);
    find_owners(&s, events_in);
    out->len = 0;
    for (size_t i = f->events; i < all; i++)
        number[i] = s.is_module[i] ? out->len++ : 0;
    out->at = arena_new_array(arena, struct formula_module, out->len);
    copy_modules(&s, number, events_in, arena, &scratch, out);
    struct formula *whole = &out->at[out->len - 1].f;
    whole->root ^= (uint32_t)s.at_zero[formula_index(f->root)] ^ (f->root & 1);
    arena_release(&scratch);
}
