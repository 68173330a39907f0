#include "tree/core/sampling_plan.h"

#include "tree/core/attack_time.h"

#include <math.h>
#include <string.h>

enum { NO_LEAF = UINT32_MAX, TIMED_ATTACKS_MAX = 256 };

/* ---- rows -------------------------------------------------------------------------------------- */

static uint32_t rows_new(struct plan *p, uint32_t len)
{
    uint32_t row = p->rows;
    p->rows += len;
    return row;
}

static uint32_t row_take(struct plan *p)
{
    return p->free_rows.len ? p->free_rows.at[--p->free_rows.len] : rows_new(p, 1);
}

static void row_give(struct plan *p, uint32_t row)
{
    *vec_push(p->arena, &p->free_rows) = row;
}

static bool is_chance(enum tree_attribute attribute)
{
    return attribute == TREE_P || attribute == TREE_STOPS || attribute == TREE_DEPLOYED;
}

/* The rows of a value that does not vary. */
static uint32_t constant_row(struct plan *p, double value, bool chance)
{
    uint32_t row = rows_new(p, chance ? 2 : 1);
    *vec_push(p->arena, &p->constants) = (struct plan_constant){row, value};
    if (chance)
        *vec_push(p->arena, &p->constants) = (struct plan_constant){row + 1, 1 - value};
    return row;
}

/* The rows of a leaf: its value is drawn from now on. */
static uint32_t leaf_row(struct plan *p, uint32_t index)
{
    struct plan_leaf *l = &p->leaves.at[index];
    uint32_t first = index - index % 4;
    bool chance = is_chance(l->attribute);
    if (l->row != PLAN_NO_ROW)
        return l->row;
    if (l->z == PLAN_NO_ROW) { /* scores come in fours */
        uint32_t z = rows_new(p, 4);
        *vec_push(p->arena, &p->draws) = (struct plan_draw){first / 4, z};
        for (uint32_t i = first; i < first + 4 && i < p->leaves.len; i++)
            p->leaves.at[i].z = z + (i - first);
    }
    l->row = rows_new(p, chance ? 2 : 1);
    struct rows_leaf r = {l->z, l->row, l->distribution.mu, l->distribution.sigma};
    if (l->distribution.kind == DISTRIBUTION_LOGNORMAL)
        *vec_push(p->arena, &p->lognormal) = r;
    else if (l->distribution.kind == DISTRIBUTION_LOGITNORMAL)
        *vec_push(p->arena, &p->logitnormal) = r;
    else
        *vec_push(p->arena, &p->tabled) = (struct plan_tabled){index, chance};
    return l->row;
}

/* The rows of an event's value for an attribute (TREE_P: its chance); PLAN_NO_ROW when it has none. */
static uint32_t value_row(struct plan *p, enum tree_attribute attribute, uint32_t event, double point)
{
    uint32_t leaf = p->leaf_of[attribute][event];
    if (leaf != NO_LEAF)
        p->leaves.at[leaf].touched = true;
    if (p->row_of[attribute][event] == PLAN_NO_ROW && !isnan(point))
        p->row_of[attribute][event] =
            leaf != NO_LEAF ? leaf_row(p, leaf) : constant_row(p, point, attribute == TREE_P);
    return p->row_of[attribute][event];
}

static void emit(struct plan *p, enum rows_kind kind, uint32_t x, uint32_t lo, uint32_t hi, uint32_t out)
{
    struct rows_segment *last = p->segments.len ? &p->segments.at[p->segments.len - 1] : NULL;
    *vec_push(p->arena, &p->ops) = (struct rows_op){x, lo, hi, out};
    if (!last || last->kind != kind) {
        last = vec_push(p->arena, &p->segments);
        *last = (struct rows_segment){.kind = kind};
    }
    last->len++;
}

/* ---- uncertain values -------------------------------------------------------------------------- */

static int add_leaf(struct plan *p, uint32_t owner, uint32_t node, enum tree_attribute attribute, struct err *err)
{
    const struct tree_node *n = &p->q->model->tree->nodes.at[node];
    struct distribution d;
    int rc = distribution_of(&p->tables, &n->values[attribute], attribute, &d, err);
    if (rc)
        return err_prefix(err, "\"%.*s\"", SV_ARG(n->label));
    if (d.kind == DISTRIBUTION_POINT)
        return CM_OK;
    p->leaf_of[is_chance(attribute) ? TREE_P : attribute][owner] = (uint32_t)p->leaves.len;
    *vec_push(p->arena, &p->leaves) = (struct plan_leaf){
        .owner = owner, .attribute = attribute, .distribution = d, .z = PLAN_NO_ROW, .row = PLAN_NO_ROW};
    return CM_OK;
}

/* A presence varies only where the world leaves it to its "deployed". */
static bool presence_varies(const struct plan *p, uint32_t event)
{
    const struct tree_node *n = &p->q->model->tree->nodes.at[p->q->model->events.at[event].node];
    double point = tree_point(n, TREE_DEPLOYED), chance = p->chances[event];
    return !isnan(point) && !isnan(chance) && !(point < chance || point > chance);
}

static int find_leaves(struct plan *p, struct err *err)
{
    static const enum tree_attribute of_step[] = {TREE_P, TREE_COST, TREE_TIME, TREE_SKILL};
    const struct model *m = p->q->model;
    int rc = CM_OK;
    for (uint32_t e = 0; e < m->events.len && !rc; e++) {
        const struct model_event *event = &m->events.at[e];
        for (size_t i = 0; i < ARRAY_LEN(of_step) && event->kind == EVENT_STEP && !rc; i++)
            rc = add_leaf(p, e, event->node, of_step[i], err);
        if (event->kind == EVENT_PRESENCE && presence_varies(p, e))
            rc = add_leaf(p, e, event->node, TREE_DEPLOYED, err);
        if (event->kind == EVENT_STOP)
            rc = add_leaf(p, e, event->node, TREE_STOPS, err);
    }
    for (uint32_t i = 0; i < m->tree->nodes.len && !rc; i++)
        if (m->tree->nodes.at[i].role == TREE_ATTACK)
            rc = add_leaf(p, i, i, TREE_DAMAGE, err);
    return rc;
}

static int plan_init(struct plan *p, struct arena *arena, const struct sampling_question *q, struct err *err)
{
    size_t events = q->model->events.len, nodes = q->model->tree->nodes.len;
    size_t len = (events > nodes ? events : nodes) + 1;
    memset(p, 0, sizeof(*p));
    p->q = q;
    p->arena = arena;
    p->rows = ROWS_CONSTANT;
    distribution_tables_init(&p->tables, arena);
    for (int a = 0; a < TREE_ATTRIBUTES; a++) {
        p->leaf_of[a] = arena_new_array(arena, uint32_t, len);
        p->row_of[a] = arena_new_array(arena, uint32_t, len);
        memset(p->leaf_of[a], 0xff, len * sizeof(uint32_t));
        memset(p->row_of[a], 0xff, len * sizeof(uint32_t));
    }
    p->chances = model_chances(q->model, &(struct model_world){.world = WORLD_DEPLOYED, .added = q->added});
    return find_leaves(p, err);
}

/* ---- diagrams ---------------------------------------------------------------------------------- */

/* One diagram as code. A reference of a BDD is laid out for itself, its complement apart: then no differences are
 * taken, and in a coherent model either is needed seldom. `down` follows a reference to its node. */
struct layout {
    struct plan *p;
    const struct diagram *d;
    bool bdd;
    enum rows_kind kind;
    const uint32_t *row_of_var; /* by event, then by part */
    uint32_t *row;              /* by reference: where its value is */
    uint32_t *uses;             /* by reference: by how many it is still needed */
    uint32_t *stack;
};

static struct diagram_node down(const struct layout *l, uint32_t ref)
{
    struct diagram_node n = l->d->at[l->bdd ? ref >> 1 : ref];
    if (l->bdd) {
        n.lo ^= ref & 1;
        n.hi ^= ref & 1;
    }
    return n;
}

static void count_uses(struct layout *l, const uint32_t *roots, size_t len)
{
    uint32_t refs = l->bdd ? 2 * l->d->len : l->d->len;
    for (size_t i = 0; i < len; i++)
        l->uses[roots[i]]++;
    for (uint32_t ref = refs; ref-- > 2;) { /* children stand before their parents */
        if (!l->uses[ref])
            continue;
        struct diagram_node n = down(l, ref);
        l->uses[n.lo]++;
        l->uses[n.hi]++;
    }
}

static void unneed(struct layout *l, uint32_t ref)
{
    if (ref >= 2 && --l->uses[ref] == 0)
        row_give(l->p, l->row[ref]);
}

/* All below a root, children first. Depth first, so that few rows are in use at a time. */
static void lay_out(struct layout *l, uint32_t root)
{
    size_t depth = 0;
    l->stack[depth++] = root;
    while (depth) {
        uint32_t ref = l->stack[depth - 1];
        if (l->row[ref] != PLAN_NO_ROW) {
            depth--;
            continue;
        }
        struct diagram_node n = down(l, ref);
        if (l->row[n.hi] == PLAN_NO_ROW) {
            l->stack[depth++] = n.hi;
        } else if (l->row[n.lo] == PLAN_NO_ROW) {
            l->stack[depth++] = n.lo;
        } else {
            unneed(l, n.lo);
            unneed(l, n.hi);
            l->row[ref] = row_take(l->p);
            emit(l->p, l->kind, l->row_of_var[n.var], l->row[n.lo], l->row[n.hi], l->row[ref]);
            depth--;
        }
    }
}

/* The code of a diagram's roots; out[i]: the rows of their values, which stay. */
static void diagram_code(struct layout *l, const uint32_t *roots, size_t len, uint32_t row_0, uint32_t row_1,
                         uint32_t *out)
{
    struct arena scratch = ARENA_INIT;
    size_t refs = l->bdd ? 2 * (size_t)l->d->len : l->d->len;
    refs = refs < 2 ? 2 : refs;
    l->row = arena_new_array(&scratch, uint32_t, refs);
    l->uses = arena_new_array(&scratch, uint32_t, refs);
    l->stack = arena_new_array(&scratch, uint32_t, l->d->len + 2);
    memset(l->row, 0xff, refs * sizeof(uint32_t));
    l->row[0] = row_0;
    l->row[1] = row_1;
    count_uses(l, roots, len);
    for (size_t i = 0; i < len; i++) {
        lay_out(l, roots[i]);
        out[i] = l->row[roots[i]];
    }
    arena_release(&scratch);
}

/* The parts that the last one is made of, itself included. */
static bool *parts_needed(const struct solution *s, bool bdd, struct arena *arena)
{
    bool *needed = arena_new_array(arena, bool, s->len);
    needed[s->len - 1] = true;
    for (uint32_t i = s->len; i-- > 0;) {
        const struct diagram *d = bdd ? &s->parts[i].bdd : &s->parts[i].sets;
        for (uint32_t j = bdd ? 1 : 2; needed[i] && j < d->len; j++)
            if (d->at[j].var != DIAGRAM_TERMINAL && d->at[j].var >= s->events)
                needed[d->at[j].var - s->events] = true;
    }
    return needed;
}

/* Rows of all events' values that the diagrams mention; false when one of them has none. */
static bool event_rows(struct plan *p, const struct solution *s, bool bdd, const bool *needed,
                       enum tree_attribute attribute, const double *points, uint32_t *row_of_var)
{
    for (uint32_t i = 0; i < s->len; i++) {
        const struct diagram *d = bdd ? &s->parts[i].bdd : &s->parts[i].sets;
        for (uint32_t j = bdd ? 1 : 2; needed[i] && j < d->len; j++)
            if (d->at[j].var < s->events && isnan(points[d->at[j].var]))
                return false;
    }
    for (uint32_t i = 0; i < s->len; i++) {
        const struct diagram *d = bdd ? &s->parts[i].bdd : &s->parts[i].sets;
        for (uint32_t j = bdd ? 1 : 2; needed[i] && j < d->len; j++)
            if (d->at[j].var < s->events)
                row_of_var[d->at[j].var] = value_row(p, attribute, d->at[j].var, points[d->at[j].var]);
    }
    return true;
}

/* Whether a part holds when everything does: then, in a coherent formula, it rises with its events, and the
 * complement of its probability is as good as computed: where it cancels it is not felt. */
static bool part_rises(const struct solution *s, uint32_t part, bool *top)
{
    const struct diagram *d = &s->parts[part].bdd;
    uint32_t ref = d->root;
    while (ref >= 2) {
        const struct diagram_node *n = &d->at[ref >> 1];
        bool holds = n->var < s->events || top[n->var - s->events];
        ref = (holds ? n->hi : n->lo) ^ (ref & 1);
    }
    top[part] = ref == 0;
    return s->coherent && top[part];
}

static bool probability_code(struct plan *p, const struct solution *s, uint32_t *out_row)
{
    struct arena scratch = ARENA_INIT;
    uint32_t *row_of_var = arena_new_array(&scratch, uint32_t, (size_t)s->events + s->len);
    bool *top = arena_new_array(&scratch, bool, s->len), *needed = parts_needed(s, true, &scratch);
    bool known = event_rows(p, s, true, needed, TREE_P, p->chances, row_of_var);
    for (uint32_t i = 0; known && i < s->len; i++) {
        struct layout l = {.p = p, .d = &s->parts[i].bdd, .bdd = true, .kind = ROWS_MIX, .row_of_var = row_of_var};
        uint32_t roots[2] = {l.d->root, l.d->root ^ 1}, rows[2];
        bool rises = part_rises(s, i, top), last = i + 1 == s->len;
        if (!needed[i])
            continue;
        diagram_code(&l, roots, last || rises ? 1 : 2, ROW_ONE, ROW_ZERO, rows);
        if (last) {
            *out_row = rows[0];
            break;
        }
        uint32_t pair = row_of_var[s->events + i] = rows_new(p, 2);
        emit(p, ROWS_MIX, ROW_ONE, ROW_ZERO, rows[0], pair);
        if (rises)
            emit(p, ROWS_OTHER, pair, ROW_ZERO, ROW_ZERO, pair + 1);
        else
            emit(p, ROWS_MIX, ROW_ONE, ROW_ZERO, rows[1], pair + 1);
    }
    arena_release(&scratch);
    return known;
}

static bool measure_code(struct plan *p, enum rows_kind kind, enum tree_attribute attribute, const double *points,
                         uint32_t *out_row)
{
    const struct solution *s = p->q->sets;
    struct arena scratch = ARENA_INIT;
    uint32_t *row_of_var = arena_new_array(&scratch, uint32_t, (size_t)s->events + s->len);
    bool *needed = parts_needed(s, false, &scratch);
    bool known = event_rows(p, s, false, needed, attribute, points, row_of_var);
    for (uint32_t i = 0; known && i < s->len; i++) {
        struct layout l = {.p = p, .d = &s->parts[i].sets, .kind = kind, .row_of_var = row_of_var};
        uint32_t root = l.d->root;
        if (!needed[i])
            continue;
        diagram_code(&l, &root, 1, kind == ROWS_MUL_MAX ? ROW_ZERO : ROW_INFINITY,
                     kind == ROWS_MUL_MAX ? ROW_ONE : ROW_ZERO, &row_of_var[s->events + i]);
        *out_row = row_of_var[s->events + i];
    }
    arena_release(&scratch);
    return known;
}

/* ---- damage and time --------------------------------------------------------------------------- */

/* Which edges hold when every step is carried out. */
static void all_steps(const struct attack_values *v, bool *holds)
{
    const struct formula *f = &v->formula;
    for (uint32_t e = 0; e < f->events; e++)
        holds[e] = e < v->model->steps;
    for (size_t i = 0; i < f->gates.len; i++) {
        const struct formula_gate *g = &f->gates.at[i];
        uint32_t true_ones = 0;
        for (uint32_t j = 0; j < g->len; j++) {
            uint32_t arg = f->args.at[g->first + j];
            true_ones += holds[formula_index(arg)] != (arg & 1);
        }
        holds[f->events + i] = g->op == FORMULA_AND   ? true_ones == g->len
                               : g->op == FORMULA_OR  ? true_ones > 0
                               : g->op == FORMULA_XOR ? true_ones % 2 == 1
                                                      : true_ones >= g->k;
    }
}

static bool edge_holds(const bool *holds, uint32_t edge)
{
    return formula_is_constant(edge) ? edge == FORMULA_TRUE : holds[formula_index(edge)] != (edge & 1);
}

static bool damage_code(struct plan *p, uint32_t *out_row)
{
    const struct attack_values *v = p->q->values;
    if (!v->has_damage)
        return false;
    struct arena scratch = ARENA_INIT;
    bool *holds = arena_new_array(&scratch, bool, v->formula.events + v->formula.gates.len + 1);
    uint32_t total = row_take(p);
    double constant = 0;
    all_steps(v, holds);
    emit(p, ROWS_MIX, ROW_BOTH, ROW_ZERO, ROW_ZERO, total);
    for (uint32_t i = 0; i < v->model->tree->nodes.len; i++) {
        if (v->model->tree->nodes.at[i].role != TREE_ATTACK || !edge_holds(holds, v->edges[i]))
            continue;
        if (p->leaf_of[TREE_DAMAGE][i] == NO_LEAF)
            constant += v->damage[i];
        else
            emit(p, ROWS_MIX, ROW_BOTH, total, value_row(p, TREE_DAMAGE, i, v->damage[i]), total);
    }
    emit(p, ROWS_MIX, ROW_BOTH, total, constant_row(p, constant, false), total);
    *out_row = total;
    arena_release(&scratch);
    return true;
}

struct gather {
    struct plan *p;
    bool full;
};

static bool gather_attack(void *ctx, const struct tree_attack *a)
{
    struct gather *g = ctx;
    struct plan *p = g->p;
    size_t events = p->q->model->events.len;
    g->full = p->attacks_len == TIMED_ATTACKS_MAX;
    if (g->full)
        return false;
    bool *state = p->attacks + p->attacks_len++ * events;
    for (uint32_t i = 0; i < a->len; i++)
        state[p->q->model->event_of[a->steps[i]]] = true;
    return true;
}

/* Where steps stand in sequence, the time of each attack is taken by itself. Without shared steps one look is enough:
 * carrying out everything is as fast as the fastest attack. */
static bool time_plan(struct plan *p, const struct tree_limits *limits)
{
    const struct attack_values *v = p->q->values;
    const struct solution *s = p->q->sets;
    size_t events = v->model->events.len;
    if (attack_values_missing(v, s, MEASURE_TIME) != UINT32_MAX)
        return false;
    p->attacks = arena_new_array(p->arena, bool, (events + 1) * TIMED_ATTACKS_MAX);
    if (!v->model->tree->shared && s->coherent) {
        memset(p->attacks, 1, v->model->steps);
        p->attacks_len = 1;
    } else {
        struct gather g = {p, false};
        if (attacks_each(s, v, false, limits, gather_attack, &g) == ATTACKS_LIMIT || g.full)
            return false;
    }
    p->times = arena_new_array(p->arena, uint32_t, events + 1);
    for (uint32_t e = 0; e < events; e++) {
        p->times[e] = PLAN_NO_ROW;
        for (uint32_t i = 0; i < p->attacks_len; i++)
            if (p->attacks[i * events + e])
                p->times[e] = value_row(p, TREE_TIME, e, v->of[MEASURE_TIME][e]);
    }
    return true;
}

/* ---- all ---------------------------------------------------------------------------------------- */

/* Keeps what the figure touched, for its drivers. */
static void take_leaves(struct plan *p, struct plan_figure *f, bool drivers)
{
    uint32_t len = 0;
    for (size_t i = 0; i < p->leaves.len; i++)
        len += p->leaves.at[i].touched;
    f->leaves = arena_new_array(p->arena, uint32_t, len + 1);
    f->z = arena_new_array(p->arena, uint32_t, len + 1);
    for (uint32_t i = 0; i < p->leaves.len; i++) {
        if (p->leaves.at[i].touched && drivers && f->defined) {
            f->leaves[f->leaves_len] = i;
            f->z[f->leaves_len++] = p->leaves.at[i].z;
        }
        p->leaves.at[i].touched = false;
    }
}

static void plan_measures(struct plan *p, const struct tree_limits *limits)
{
    static const struct {
        enum tree_measure measure;
        enum rows_kind kind;
        enum tree_attribute attribute;
    } folds[] = {
        {MEASURE_PROBABILITY, ROWS_MUL_MAX, TREE_P}, {MEASURE_COST, ROWS_ADD_MIN, TREE_COST},
        {MEASURE_TIME, ROWS_MAX_MIN, TREE_TIME},     {MEASURE_TIME_SUM, ROWS_ADD_MIN, TREE_TIME},
        {MEASURE_SKILL, ROWS_MAX_MIN, TREE_SKILL},
    };
    struct plan_figure *figures = p->figures + TREE_WORLDS;
    const struct attack_values *v = p->q->values;
    for (size_t i = 0; i < ARRAY_LEN(folds) && p->q->sets; i++) {
        struct plan_figure *f = &figures[folds[i].measure];
        if (folds[i].measure == MEASURE_TIME && v->sequence) {
            f->row = PLAN_NO_ROW;
            f->defined = time_plan(p, limits);
        } else {
            f->defined = measure_code(p, folds[i].kind, folds[i].attribute, v->of[folds[i].measure], &f->row);
        }
        f->logarithm = folds[i].measure == MEASURE_PROBABILITY;
        take_leaves(p, f, true);
    }
    figures[MEASURE_DAMAGE].defined = damage_code(p, &figures[MEASURE_DAMAGE].row);
    take_leaves(p, &figures[MEASURE_DAMAGE], true);
}

/* The worlds of a tree without countermeasures have one solution, and its code is made once. */
static void plan_world(struct plan *p, int w, int main)
{
    const struct solution *s = p->q->worlds[w], *of_main = p->q->worlds[main];
    struct plan_figure *f = &p->figures[w];
    if (w != main && s && of_main && s->parts == of_main->parts)
        *f = (struct plan_figure){.defined = p->figures[main].defined, .row = p->figures[main].row};
    else
        f->defined = s && probability_code(p, s, &f->row);
    f->logarithm = true;
    take_leaves(p, f, w == main);
}

/* Room for all code, at the worst. */
static bool plan_fits(const struct sampling_question *q, struct budget *budget)
{
    size_t nodes = 0;
    for (int w = 0; w < TREE_WORLDS; w++)
        for (uint32_t i = 0; q->worlds[w] && i < q->worlds[w]->len; i++)
            nodes += 2 * (size_t)q->worlds[w]->parts[i].bdd.len;
    for (uint32_t i = 0; q->sets && i < q->sets->len; i++)
        nodes += 5 * (size_t)q->sets->parts[i].sets.len;
    return budget_take(budget, nodes * 2 * sizeof(struct rows_op));
}

int plan_make(struct plan *p, struct arena *arena, const struct sampling_question *q, struct budget *budget,
              struct err *err)
{
    int rc = plan_init(p, arena, q, err);
    if (rc)
        return rc;
    if (!plan_fits(q, budget))
        return err_set(err, CM_ELIMIT, "the diagrams are too large to be sampled within the memory allowed");
    plan_world(p, (int)q->main, (int)q->main);
    for (int w = 0; w < TREE_WORLDS; w++)
        if (w != (int)q->main)
            plan_world(p, w, (int)q->main);
    if (q->values)
        plan_measures(p, NULL);
    const struct rows_op *ops = p->ops.at;
    for (size_t i = 0; i < p->segments.len; i++) {
        p->segments.at[i].ops = ops;
        ops += p->segments.at[i].len;
    }
    return CM_OK;
}
