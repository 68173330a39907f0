#include "tree/core/model.h"

#include "base/map.h"

#include <math.h>
#include <string.h>

static bool is_defence(const struct tree_node *n)
{
    return n->role != TREE_ATTACK;
}

double tree_point(const struct tree_node *n, enum tree_attribute attribute)
{
    const struct tree_value *v = &n->values[attribute];
    return v->kind == TREE_NO_VALUE ? (double)NAN : v->mode;
}

struct walk_frame {
    uint32_t node;
    size_t next;
};

/* All nodes, those below first; without recursion, since chains may be long. */
static void order_nodes(struct model *m)
{
    const struct tree *t = m->tree;
    struct arena scratch = ARENA_INIT;
    struct walk_frame *stack = arena_new_array(&scratch, struct walk_frame, t->nodes.len + 1);
    bool *seen = arena_new_array(&scratch, bool, t->nodes.len);
    size_t depth = 0, done = 0;
    m->order = arena_new_array(m->arena, uint32_t, t->nodes.len);
    for (uint32_t start = 0; start < t->nodes.len; start++) {
        if (seen[start])
            continue;
        seen[start] = true;
        stack[depth++] = (struct walk_frame){start, 0};
        while (depth) {
            struct walk_frame *top = &stack[depth - 1];
            uint32_t below;
            if (!tree_below(&t->nodes.at[top->node], top->next++, &below)) {
                m->order[done++] = top->node;
                depth--;
            } else if (!seen[below]) {
                seen[below] = true;
                stack[depth++] = (struct walk_frame){below, 0};
            }
        }
    }
    arena_release(&scratch);
}

static uint32_t new_event(struct model *m, enum model_event_kind kind, uint32_t node, uint32_t place)
{
    struct model_event *e = vec_push(m->arena, &m->events);
    *e = (struct model_event){kind, node, place};
    return (uint32_t)m->events.len - 1;
}

static bool consists_of_others(const struct tree *t, const struct tree_node *n)
{
    for (size_t i = 0; i < n->children.len; i++)
        if (is_defence(&t->nodes.at[n->children.at[i]]))
            return true;
    return false;
}

static int same_value(const struct tree *t, uint32_t a, uint32_t b, enum tree_attribute attribute, struct err *err)
{
    double x = tree_point(&t->nodes.at[a], attribute), y = tree_point(&t->nodes.at[b], attribute);
    if (isnan(x) || isnan(y) || !(x < y || x > y))
        return CM_OK;
    return err_set(err, CM_EINPUT,
                   "the countermeasure \"%.*s\" has %s=%.*s in one place and %s=%.*s in another; expected one value, "
                   "since it is one and the same",
                   SV_ARG(t->nodes.at[a].label), tree_attribute_names[attribute],
                   SV_ARG(t->nodes.at[a].values[attribute].text), tree_attribute_names[attribute],
                   SV_ARG(t->nodes.at[b].values[attribute].text));
}

/* How well a node speaks for all places of its countermeasure. */
static int knows(const struct tree_node *n)
{
    return 4 * (n->role == TREE_COUNTERMEASURE) + 2 * !isnan(tree_point(n, TREE_DEPLOYED)) +
           !isnan(tree_point(n, TREE_COST));
}

struct presence {
    uint32_t event, deployed, cost; /* the first nodes that have these values, or MODEL_NO_EVENT */
};

/* All places must say the same about an attribute, or nothing. */
static int note_value(const struct tree *t, uint32_t node, enum tree_attribute attribute, uint32_t *first,
                      struct err *err)
{
    if (isnan(tree_point(&t->nodes.at[node], attribute)))
        return CM_OK;
    if (*first == MODEL_NO_EVENT)
        *first = node;
    return same_value(t, *first, node, attribute, err);
}

/* One event per countermeasure, however often it is written. */
static int presence_event(struct model *m, uint32_t node, struct map *known, struct err *err)
{
    const struct tree *t = m->tree;
    const struct tree_node *n = &t->nodes.at[node];
    struct sv key = n->label.len ? n->label : n->id;
    struct presence *p = map_get(known, key);
    int rc;
    if (!p) {
        p = arena_new(m->arena, struct presence);
        *p = (struct presence){new_event(m, EVENT_PRESENCE, node, 0), MODEL_NO_EVENT, MODEL_NO_EVENT};
        map_set(known, key, p);
    }
    m->event_of[node] = p->event;
    if ((rc = note_value(t, node, TREE_DEPLOYED, &p->deployed, err)) ||
        (rc = note_value(t, node, TREE_COST, &p->cost, err)))
        return rc;
    if (knows(n) > knows(&t->nodes.at[m->events.at[p->event].node]))
        m->events.at[p->event].node = node;
    return CM_OK;
}

/* What is known of each presence from all its places together. */
static void gather_presences(struct model *m)
{
    const struct tree *t = m->tree;
    m->deployed = arena_new_array(m->arena, double, m->presences);
    m->existing = arena_new_array(m->arena, bool, m->presences);
    for (uint32_t i = 0; i < m->presences; i++)
        m->deployed[i] = (double)NAN;
    for (uint32_t i = 0; i < t->nodes.len; i++) {
        if (!is_defence(&t->nodes.at[i]) || m->event_of[i] == MODEL_NO_EVENT)
            continue;
        uint32_t presence = m->event_of[i] - m->steps;
        double deployed = tree_point(&t->nodes.at[i], TREE_DEPLOYED);
        m->existing[presence] = m->existing[presence] || t->nodes.at[i].role == TREE_COUNTERMEASURE;
        if (!isnan(deployed))
            m->deployed[presence] = deployed;
    }
}

static void stop_events(struct model *m, uint32_t place)
{
    const struct tree_node *n = &m->tree->nodes.at[place];
    for (size_t i = 0; i < n->countermeasures.len; i++) {
        struct model_stop *s = vec_push(m->arena, &m->stops);
        double stops = tree_point(&m->tree->nodes.at[n->countermeasures.at[i]], TREE_STOPS);
        s->countermeasure = n->countermeasures.at[i];
        s->place = place;
        s->stops = isnan(stops) ? 1 : stops;
        s->event = s->stops < 1 && s->stops > 0 ? new_event(m, EVENT_STOP, s->countermeasure, place) : MODEL_NO_EVENT;
    }
}

int model_init(struct model *m, struct arena *arena, const struct tree *t, struct err *err)
{
    struct map known;
    int rc = CM_OK;
    memset(m, 0, sizeof(*m));
    m->tree = t;
    m->arena = arena;
    m->event_of = arena_new_array(arena, uint32_t, t->nodes.len);
    order_nodes(m);
    for (uint32_t i = 0; i < t->nodes.len; i++) {
        const struct tree_node *n = &t->nodes.at[i];
        m->event_of[i] = n->gate == TREE_LEAF && !is_defence(n) ? new_event(m, EVENT_STEP, i, 0) : MODEL_NO_EVENT;
    }
    m->steps = (uint32_t)m->events.len;
    map_init(&known, arena);
    for (uint32_t i = 0; i < t->nodes.len && !rc; i++) {
        const struct tree_node *n = &t->nodes.at[i];
        if (is_defence(n) && (!consists_of_others(t, n) || n->values[TREE_DEPLOYED].kind != TREE_NO_VALUE))
            rc = presence_event(m, i, &known, err);
    }
    m->presences = (uint32_t)m->events.len - m->steps;
    gather_presences(m);
    for (uint32_t i = 0; i < t->nodes.len && !rc; i++)
        stop_events(m, i);
    return rc;
}

/* ---- formulas ---------------------------------------------------------------------------------- */

struct builder {
    const struct model *m;
    const struct model_world *w;
    struct formula *f;
    uint32_t *edges;    /* by node */
    uint32_t *scratch;  /* arguments of the gate being made */
    uint32_t *first_stop; /* by node: index of its first entry in model.stops */
};

static uint32_t not_edge(uint32_t e)
{
    return FORMULA_NOT(e);
}

static uint32_t tree_gate_edge(struct builder *b, const struct tree_node *n, uint32_t *edges, size_t len)
{
    struct formula *f = b->f;
    uint32_t all, none, pair[2];
    switch (n->gate) {
    case TREE_AND:
    case TREE_SAND:
        return formula_gate(f, FORMULA_AND, 0, edges, len);
    case TREE_LEAF:
    case TREE_OR:
        return formula_gate(f, FORMULA_OR, 0, edges, len);
    case TREE_AT_LEAST:
        return formula_gate(f, FORMULA_AT_LEAST, n->k, edges, len);
    case TREE_CARDINALITY:
        pair[0] = formula_gate(f, FORMULA_AT_LEAST, n->k, edges, len);
        pair[1] = not_edge(formula_gate(f, FORMULA_AT_LEAST, n->k_max + 1, edges, len));
        return formula_gate(f, FORMULA_AND, 0, pair, 2);
    case TREE_NOT:
    case TREE_NOR:
        return not_edge(formula_gate(f, FORMULA_OR, 0, edges, len));
    case TREE_NAND:
        return not_edge(formula_gate(f, FORMULA_AND, 0, edges, len));
    case TREE_XOR:
        return formula_gate(f, FORMULA_XOR, 0, edges, len);
    case TREE_IFF:
        all = formula_gate(f, FORMULA_AND, 0, edges, len);
        none = not_edge(formula_gate(f, FORMULA_OR, 0, edges, len));
        pair[0] = all, pair[1] = none;
        return formula_gate(f, FORMULA_OR, 0, pair, 2);
    case TREE_IMPLY:
        pair[0] = not_edge(edges[0]), pair[1] = edges[len - 1];
        return formula_gate(f, FORMULA_OR, 0, pair, 2);
    case TREE_CONSTANT:
        return n->k ? FORMULA_TRUE : FORMULA_FALSE;
    }
    BUG("gate %d", (int)n->gate);
}

/* The gate of n over those of its children that are (or are not) defences. */
static uint32_t group_edge(struct builder *b, const struct tree_node *n, bool defences, bool everything,
                           size_t *out_len)
{
    size_t len = 0;
    for (size_t i = 0; i < n->children.len; i++) {
        uint32_t child = n->children.at[i];
        if (everything || is_defence(&b->m->tree->nodes.at[child]) == defences)
            b->scratch[len++] = b->edges[child];
    }
    *out_len = len;
    return len || n->gate == TREE_CONSTANT ? tree_gate_edge(b, n, b->scratch, len) : FORMULA_FALSE;
}

/* An event that is certain is a constant. */
static uint32_t presence_edge(struct builder *b, uint32_t node)
{
    const struct model_world *w = b->w;
    uint32_t event = b->m->event_of[node];
    if (event == MODEL_NO_EVENT)
        return FORMULA_TRUE;
    if (w->free_presence)
        return formula_event(b->f, event);
    if (w->world == WORLD_ALL || (w->chosen && w->chosen[event]))
        return FORMULA_TRUE;
    double deployed = b->m->deployed[event - b->m->steps];
    if (isnan(deployed) && !b->m->existing[event - b->m->steps])
        deployed = 1;
    if (deployed >= 1)
        return FORMULA_TRUE;
    return w->sets || deployed <= 0 ? FORMULA_FALSE : formula_event(b->f, event);
}

/* The countermeasures on a node that act there, as one edge. */
static uint32_t stopped_edge(struct builder *b, uint32_t node)
{
    const struct model *m = b->m;
    size_t len = m->tree->nodes.at[node].countermeasures.len, n = 0;
    if (!len)
        return FORMULA_FALSE;
    uint32_t *each = arena_new_array(m->arena, uint32_t, len);
    for (size_t i = 0; i < len; i++) {
        const struct model_stop *s = &m->stops.at[b->first_stop[node] + i];
        uint32_t pair[2] = {b->edges[s->countermeasure],
                            s->event != MODEL_NO_EVENT ? formula_event(b->f, s->event)
                            : s->stops > 0             ? FORMULA_TRUE
                                                       : FORMULA_FALSE};
        if (s->event != MODEL_NO_EVENT && b->w->sets)
            pair[1] = FORMULA_FALSE;
        each[n++] = formula_gate(b->f, FORMULA_AND, 0, pair, 2);
    }
    return formula_gate(b->f, FORMULA_OR, 0, each, n);
}

static uint32_t defence_edge(struct builder *b, uint32_t node)
{
    const struct tree_node *n = &b->m->tree->nodes.at[node];
    size_t parts, defeats;
    bool meant = n->role == TREE_COUNTERMEASURE || (b->w->added && b->w->added[node]);
    if (!meant || (b->w->world == WORLD_NONE && !b->w->free_presence))
        return FORMULA_FALSE;
    uint32_t all[4] = {presence_edge(b, node), group_edge(b, n, true, false, &parts), 0, 0};
    if (!parts)
        all[1] = FORMULA_TRUE;
    all[2] = not_edge(group_edge(b, n, false, false, &defeats));
    all[3] = not_edge(stopped_edge(b, node));
    return formula_gate(b->f, FORMULA_AND, 0, all, 4);
}

static bool touched(const struct builder *b, const struct tree_node *n)
{
    for (size_t i = 0; i < n->countermeasures.len; i++) {
        uint32_t c = n->countermeasures.at[i];
        if (b->m->tree->nodes.at[c].role == TREE_COUNTERMEASURE || (b->w->added && b->w->added[c]))
            return true;
    }
    return false;
}

static uint32_t attack_edge(struct builder *b, uint32_t node)
{
    const struct tree_node *n = &b->m->tree->nodes.at[node];
    size_t len;
    if (b->w->untouched && touched(b, n))
        return FORMULA_FALSE;
    uint32_t pair[2] = {n->gate == TREE_LEAF ? formula_event(b->f, b->m->event_of[node])
                                             : group_edge(b, n, false, true, &len),
                        not_edge(stopped_edge(b, node))};
    return formula_gate(b->f, FORMULA_AND, 0, pair, 2);
}

void model_formula(const struct model *m, const struct model_world *w, struct formula *out, uint32_t *edges)
{
    const struct tree *t = m->tree;
    struct builder b = {m, w, out, edges, NULL, NULL};
    size_t widest = 1, stop = 0;
    struct arena scratch = ARENA_INIT;
    formula_init(out, m->arena, (uint32_t)m->events.len);
    b.first_stop = arena_new_array(&scratch, uint32_t, t->nodes.len);
    for (size_t i = 0; i < t->nodes.len; i++) {
        b.first_stop[i] = (uint32_t)stop;
        stop += t->nodes.at[i].countermeasures.len;
        widest = t->nodes.at[i].children.len > widest ? t->nodes.at[i].children.len : widest;
    }
    b.scratch = arena_new_array(&scratch, uint32_t, widest);
    if (!b.edges)
        b.edges = arena_new_array(&scratch, uint32_t, t->nodes.len);
    for (size_t i = 0; i < t->nodes.len; i++) {
        uint32_t node = m->order[i];
        b.edges[node] = is_defence(&t->nodes.at[node]) ? defence_edge(&b, node) : attack_edge(&b, node);
    }
    out->root = b.edges[0];
    arena_release(&scratch);
}

/* ---- numbers ----------------------------------------------------------------------------------- */

/* Of a countermeasure that is a "!" or an added approach in one of its places. */
static double presence_chance(const struct model *m, const struct model_world *w, uint32_t event)
{
    double deployed = m->deployed[event - m->steps];
    if (w->world == WORLD_NONE)
        return 0;
    if (w->world == WORLD_ALL || (w->chosen && w->chosen[event]))
        return 1;
    return isnan(deployed) && !m->existing[event - m->steps] ? 1 : deployed;
}

double *model_chances(const struct model *m, const struct model_world *w)
{
    double *p = arena_new_array(m->arena, double, m->events.len + 1);
    for (uint32_t i = 0; i < m->steps; i++)
        p[i] = tree_point(&m->tree->nodes.at[m->events.at[i].node], TREE_P);
    for (uint32_t i = 0; i < m->tree->nodes.len; i++) {
        const struct tree_node *n = &m->tree->nodes.at[i];
        uint32_t event = m->event_of[i];
        if (is_defence(n) && event != MODEL_NO_EVENT && (n->role == TREE_COUNTERMEASURE || (w->added && w->added[i])))
            p[event] = presence_chance(m, w, event);
    }
    for (size_t i = 0; i < m->stops.len; i++)
        if (m->stops.at[i].event != MODEL_NO_EVENT)
            p[m->stops.at[i].event] = m->stops.at[i].stops;
    return p;
}

double *model_values(const struct model *m, enum tree_attribute attribute)
{
    double *v = arena_new_array(m->arena, double, m->events.len + 1);
    for (size_t i = 0; i < m->events.len; i++)
        v[i] = m->events.at[i].kind == EVENT_STOP ? (double)NAN
                                                  : tree_point(&m->tree->nodes.at[m->events.at[i].node], attribute);
    /* what the speaker of a countermeasure does not know, another place may */
    for (size_t i = 0; i < m->tree->nodes.len; i++)
        if (m->event_of[i] != MODEL_NO_EVENT && isnan(v[m->event_of[i]]))
            v[m->event_of[i]] = tree_point(&m->tree->nodes.at[i], attribute);
    return v;
}

uint32_t model_missing(const struct formula *f, const double *chances)
{
    struct arena scratch = ARENA_INIT;
    uint32_t missing = MODEL_NO_EVENT;
    bool *below = arena_new_array(&scratch, bool, f->events + f->gates.len + 1);
    if (!formula_is_constant(f->root))
        below[formula_index(f->root)] = true;
    for (size_t i = f->gates.len; i-- > 0;) {
        const struct formula_gate *g = &f->gates.at[i];
        for (uint32_t j = 0; below[f->events + i] && j < g->len; j++)
            below[formula_index(f->args.at[g->first + j])] = true;
    }
    for (uint32_t e = 0; e < f->events && missing == MODEL_NO_EVENT; e++)
        if (below[e] && isnan(chances[e]))
            missing = e;
    arena_release(&scratch);
    return missing;
}
