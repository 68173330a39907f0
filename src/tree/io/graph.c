#include "tree/io/graph.h"

struct graph_frame {
    uint32_t node, next;
};

struct graph_search {
    const struct graph *graph;
    struct graph_frame *stack;
    size_t depth;
    unsigned char *state;
    uint32_t *place; /* of an open node on the stack */
    uint32_t *path;
    size_t most, found;
    graph_report *report;
    void *context;
};

enum { NEW, OPEN, DONE };

static void push(struct graph_search *s, uint32_t node)
{
    s->state[node] = OPEN;
    s->place[node] = (uint32_t)s->depth;
    s->stack[s->depth++] = (struct graph_frame){node, s->graph->first[node]};
}

static void found_cycle(struct graph_search *s, uint32_t back_to)
{
    size_t start = s->place[back_to];
    if (s->found++ >= s->most)
        return;
    for (size_t i = start; i < s->depth; i++)
        s->path[i - start] = s->stack[i].node;
    s->report(s->context, s->path, s->depth - start);
}

static void search_from(struct graph_search *s, uint32_t start)
{
    push(s, start);
    while (s->depth) {
        struct graph_frame *top = &s->stack[s->depth - 1];
        if (top->next == s->graph->first[top->node + 1]) {
            s->state[top->node] = DONE;
            s->depth--;
            continue;
        }
        uint32_t below = s->graph->below[top->next++];
        if (s->state[below] == NEW)
            push(s, below);
        else if (s->state[below] == OPEN)
            found_cycle(s, below);
    }
}

size_t graph_cycles(const struct graph *g, size_t most, graph_report *report, void *context)
{
    struct arena a = ARENA_INIT;
    struct graph_search s = {.graph = g, .most = most, .report = report, .context = context};
    s.stack = arena_new_array(&a, struct graph_frame, g->len + 1u);
    s.state = arena_alloc(&a, g->len + 1u);
    s.place = arena_new_array(&a, uint32_t, g->len + 1u);
    s.path = arena_new_array(&a, uint32_t, g->len + 1u);
    for (uint32_t i = 0; i < g->len; i++) {
        if (s.state[i] == NEW)
            search_from(&s, i);
    }
    arena_release(&a);
    return s.found;
}

static void add_to_order(struct graph_order *o, uint32_t node, uint32_t home)
{
    o->number[node] = o->len;
    o->raw[o->len] = node;
    o->home[o->len++] = home;
}

void graph_sort(struct arena *a, const struct graph *g, uint32_t top, struct graph_order *out)
{
    struct arena scratch = ARENA_INIT;
    struct graph_frame *stack = arena_new_array(&scratch, struct graph_frame, g->len + 1u);
    uint32_t *height = arena_new_array(&scratch, uint32_t, g->len + 1u);
    size_t depth = 1;
    *out = (struct graph_order){.raw = arena_new_array(a, uint32_t, g->len + 1u),
                                .number = arena_new_array(a, uint32_t, g->len + 1u),
                                .home = arena_new_array(a, uint32_t, g->len + 1u),
                                .parents = arena_new_array(a, uint32_t, g->len + 1u)};
    for (uint32_t i = 0; i < g->len; i++)
        out->number[i] = GRAPH_NONE;
    add_to_order(out, top, 0);
    stack[0] = (struct graph_frame){top, g->first[top]};
    while (depth) {
        struct graph_frame *frame = &stack[depth - 1];
        if (frame->next == g->first[frame->node + 1]) {
            uint32_t above = depth > 1 ? stack[depth - 2].node : top;
            height[frame->node]++;
            if (depth > 1 && height[above] < height[frame->node])
                height[above] = height[frame->node];
            depth--;
            continue;
        }
        uint32_t below = g->below[frame->next++], home = out->number[frame->node];
        if (out->number[below] == GRAPH_NONE) {
            add_to_order(out, below, home);
            stack[depth++] = (struct graph_frame){below, g->first[below]};
        } else if (height[frame->node] < height[below]) {
            height[frame->node] = height[below];
        }
        out->parents[out->number[below]]++;
    }
    out->depth = height[top];
    arena_release(&scratch);
}
