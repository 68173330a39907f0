#include "tree/core/attacktree_build.h"

#include "tree/core/attacktree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NODES_MAX = 1000000, LABEL_MAX = 10000 };

_Static_assert((int)ATTACKTREE_CONSTANT == TREE_CONSTANT && (int)ATTACKTREE_AT_LEAST == TREE_AT_LEAST &&
                   (int)ATTACKTREE_XOR == TREE_XOR,
               "gates in the same order");
_Static_assert((int)ATTACKTREE_APPROACH == TREE_APPROACH && (int)ATTACKTREE_COUNTERMEASURE == TREE_COUNTERMEASURE,
               "roles in the same order");
_Static_assert((int)ATTACKTREE_DEPLOYED == TREE_DEPLOYED && (int)ATTACKTREE_SKILL == TREE_SKILL &&
                   (int)ATTACKTREE_DEPLOYED + 1 == TREE_ATTRIBUTES,
               "attributes in the same order");

struct attacktree *attacktree_new(void)
{
    struct attacktree *t = base_malloc(sizeof(*t));
    memset(t, 0, sizeof(*t));
    arena_init(&t->arena);
    atomic_init(&t->cancelled, false);
    return t;
}

void attacktree_free(struct attacktree *t)
{
    if (!t)
        return;
    arena_release(&t->arena);
    free(t);
}

const char *attacktree_error(const struct attacktree *t)
{
    return t->fault.code ? t->fault.text : t->err.code ? t->err.text : "";
}

void attacktree_cancel(struct attacktree *t)
{
    atomic_store(&t->cancelled, true);
}

/* Keeps the first fault. */
#define FAULT(t, ...)                                                                                                \
    ((t)->fault.code ? ATTACKTREE_EINVALID : (err_set(&(t)->fault, CM_EINPUT, __VA_ARGS__), (int)ATTACKTREE_EINVALID))

static struct tree_node *node_at(struct attacktree *t, uint32_t node)
{
    if (node < t->nodes.len)
        return &t->nodes.at[node];
    FAULT(t, "there is no node %u; the tree has %zu", node, t->nodes.len);
    return NULL;
}

uint32_t attacktree_node(struct attacktree *t, enum attacktree_role role, enum attacktree_gate gate,
                         const char *label)
{
    size_t len = label ? strlen(label) : 0;
    bool good = false;
    if ((int)role < 0 || role > ATTACKTREE_APPROACH)
        FAULT(t, "%d is no role", (int)role);
    else if ((int)gate < 0 || gate > ATTACKTREE_CONSTANT)
        FAULT(t, "%d is no gate", (int)gate);
    else if (len > LABEL_MAX)
        FAULT(t, "a label of %zu bytes; expected at most %d", len, LABEL_MAX);
    else if (t->nodes.len >= NODES_MAX)
        FAULT(t, "more than %d nodes", NODES_MAX);
    else
        good = true;
    if (!good)
        return ATTACKTREE_NONE;
    struct tree_node *n = vec_push(&t->arena, &t->nodes);
    n->role = (enum tree_role)role;
    n->gate = (enum tree_gate)gate;
    n->k = 1;
    n->label = sv_from(arena_strndup(&t->arena, label ? label : "", len), len);
    n->gate_written = true;
    if (!len) /* a countermeasure without a label is like no other */
        n->id = sv_str(arena_printf(&t->arena, "\001%zu", t->nodes.len));
    *vec_push(&t->arena, &t->added) = false;
    return (uint32_t)t->nodes.len - 1;
}

int attacktree_set_k(struct attacktree *t, uint32_t node, unsigned k, unsigned k_max)
{
    struct tree_node *n = node_at(t, node);
    if (!n)
        return ATTACKTREE_EINVALID;
    if (n->gate != TREE_AT_LEAST && n->gate != TREE_CARDINALITY && n->gate != TREE_CONSTANT)
        return FAULT(t, "node %u \"%.*s\" has no k: only AT_LEAST, CARDINALITY and CONSTANT have", node,
                     SV_ARG(n->label));
    n->k = k;
    n->k_max = k_max;
    return ATTACKTREE_OK;
}

int attacktree_child(struct attacktree *t, uint32_t parent, uint32_t child)
{
    struct tree_node *n = node_at(t, parent);
    if (!n || !node_at(t, child))
        return ATTACKTREE_EINVALID;
    *vec_push(&t->arena, &n->children) = child;
    return ATTACKTREE_OK;
}

int attacktree_guard(struct attacktree *t, uint32_t node, uint32_t countermeasure)
{
    struct tree_node *n = node_at(t, node), *c = node_at(t, countermeasure);
    if (!n || !c)
        return ATTACKTREE_EINVALID;
    if (c->role == TREE_ATTACK)
        return FAULT(t, "node %u \"%.*s\" is no countermeasure or approach and cannot guard another", countermeasure,
                     SV_ARG(c->label));
    *vec_push(&t->arena, &n->countermeasures) = countermeasure;
    return ATTACKTREE_OK;
}

int attacktree_add_approach(struct attacktree *t, uint32_t approach, int added)
{
    struct tree_node *n = node_at(t, approach);
    if (!n)
        return ATTACKTREE_EINVALID;
    if (n->role != TREE_APPROACH)
        return FAULT(t, "node %u \"%.*s\" is no approach", approach, SV_ARG(n->label));
    t->added.at[approach] = added != 0;
    return ATTACKTREE_OK;
}

/* ---- values ------------------------------------------------------------------------------------- */

static bool is_probability(enum attacktree_attribute a)
{
    return a == ATTACKTREE_P || a == ATTACKTREE_STOPS || a == ATTACKTREE_DEPLOYED;
}

static int set_value(struct attacktree *t, uint32_t node, enum attacktree_attribute a, struct tree_value v)
{
    struct tree_node *n = node_at(t, node);
    if (!n)
        return ATTACKTREE_EINVALID;
    if ((int)a < 0 || (int)a >= TREE_ATTRIBUTES)
        return FAULT(t, "%d is no attribute", (int)a);
    const char *name = tree_attribute_names[a];
    bool defence = a == ATTACKTREE_STOPS || a == ATTACKTREE_DEPLOYED;
    if (a != ATTACKTREE_COST && defence != (n->role != TREE_ATTACK))
        return FAULT(t, "node %u \"%.*s\": %s is a value of %s only", node, SV_ARG(n->label), name,
                     defence ? "countermeasures" : "attack nodes");
    double max = is_probability(a) ? 1 : INFINITY;
    if (!(v.lo >= 0 && v.lo <= v.mode && v.mode <= v.hi && v.hi <= max && isfinite(v.hi)))
        return FAULT(t, "node %u \"%.*s\": %s from %g to %g; expected %s, in rising order", node, SV_ARG(n->label),
                     name, v.lo, v.hi, is_probability(a) ? "probabilities of 0 to 1" : "numbers of 0 or more");
    if (v.kind == TREE_RANGE && !(v.lo > 0 && v.hi < max))
        return FAULT(t, "node %u \"%.*s\": the interval %g..%g of %s; expected more than 0%s", node, SV_ARG(n->label),
                     v.lo, v.hi, name, is_probability(a) ? " and less than 1" : "");
    v.text =
        sv_str(v.lo < v.hi ? arena_printf(&t->arena, "%g..%g", v.lo, v.hi) : arena_printf(&t->arena, "%g", v.lo));
    n->values[a] = v;
    return ATTACKTREE_OK;
}

int attacktree_set(struct attacktree *t, uint32_t node, enum attacktree_attribute a, double value)
{
    return set_value(t, node, a, (struct tree_value){.kind = TREE_POINT, .lo = value, .mode = value, .hi = value});
}

int attacktree_set_range(struct attacktree *t, uint32_t node, enum attacktree_attribute a, double lo, double hi)
{
    double mode = is_probability(a) ? 1 / (1 + sqrt((1 - lo) / lo * ((1 - hi) / hi))) : sqrt(lo) * sqrt(hi);
    if (!(mode >= lo))
        mode = lo;
    if (!(mode <= hi))
        mode = hi;
    return set_value(t, node, a, (struct tree_value){.kind = TREE_RANGE, .lo = lo, .mode = mode, .hi = hi});
}

int attacktree_set_uniform(struct attacktree *t, uint32_t node, enum attacktree_attribute a, double lo, double hi)
{
    return set_value(t, node, a,
                     (struct tree_value){.kind = TREE_UNIFORM, .lo = lo, .mode = lo + (hi - lo) / 2, .hi = hi});
}

int attacktree_set_triangular(struct attacktree *t, uint32_t node, enum attacktree_attribute a, double lo,
                              double mode, double hi)
{
    return set_value(t, node, a, (struct tree_value){.kind = TREE_TRIANGULAR, .lo = lo, .mode = mode, .hi = hi});
}

int attacktree_set_pert(struct attacktree *t, uint32_t node, enum attacktree_attribute a, double lo, double mode,
                        double hi)
{
    return set_value(t, node, a, (struct tree_value){.kind = TREE_PERT, .lo = lo, .mode = mode, .hi = hi});
}

/* ---- from the user's tree to ours ---------------------------------------------------------------- */

static int check_gate(const struct tree_node *n, uint32_t number, struct err *err)
{
    size_t len = n->children.len, least = 1, most = SIZE_MAX;
    if (n->gate == TREE_LEAF || n->gate == TREE_CONSTANT)
        least = most = 0;
    else if (n->gate == TREE_NOT)
        most = 1;
    else if (n->gate == TREE_IMPLY)
        least = most = 2;
    if (len < least || len > most)
        return err_set(err, CM_EINPUT, "node %u \"%.*s\" has %zu children; its gate takes %s", number,
                       SV_ARG(n->label), len,
                       most == 0   ? "none"
                       : most == 2 ? "two"
                       : most == 1 ? "one"
                                   : "one or more");
    bool k = n->gate == TREE_AT_LEAST || n->gate == TREE_CARDINALITY;
    if (n->gate == TREE_CONSTANT && n->k > 1)
        return err_set(err, CM_EINPUT, "the constant %u \"%.*s\" has k = %u; expected 0 or 1", number,
                       SV_ARG(n->label), n->k);
    if (k && (n->k > len || (n->gate == TREE_AT_LEAST && n->k < 1) ||
              (n->gate == TREE_CARDINALITY && (n->k_max < n->k || n->k_max > len))))
        return err_set(err, CM_EINPUT, "node %u \"%.*s\" takes %u%s of %zu children", number, SV_ARG(n->label), n->k,
                       n->gate == TREE_CARDINALITY ? " or more, and at most its k_max," : "", len);
    return CM_OK;
}

struct visit {
    uint32_t node;
    size_t next;
};

struct finish {
    const struct attacktree *t;
    struct tree *out;
    struct arena *arena;
    uint32_t *number; /* by our number: the user's */
    uint32_t *place;  /* by the user's number: ours, or ATTACKTREE_NONE */
    struct visit *stack;
    size_t depth;
};

static int circle(const struct finish *f, uint32_t node, struct err *err)
{
    char path[600] = "";
    size_t at = 0, from = f->depth;
    while (f->stack[from - 1].node != node)
        from--;
    for (size_t i = from - 1; i <= f->depth && at + 120 < sizeof(path); i++) {
        uint32_t n = i < f->depth ? f->stack[i].node : node;
        struct sv label = f->t->nodes.at[n].label;
        const char *part = arena_printf(f->arena, "%s%u \"%.*s\"", at ? " -> " : "", n,
                                        label.len > 60 ? 60 : (int)label.len, label.at);
        size_t len = strlen(part);
        memcpy(path + at, part, len + 1);
        at += len;
    }
    return err_set(err, CM_EINPUT, "nodes lie in a circle: %s", path);
}

static void enter(struct finish *f, uint32_t node, uint32_t home)
{
    struct tree_node *n = vec_push(f->arena, &f->out->nodes);
    uint32_t place = (uint32_t)f->out->nodes.len - 1;
    *n = f->t->nodes.at[node];
    memset(&n->children, 0, sizeof(n->children));
    memset(&n->countermeasures, 0, sizeof(n->countermeasures));
    n->id = arena_sv(f->arena, n->id);
    n->label = arena_sv(f->arena, n->label);
    for (int a = 0; a < TREE_ATTRIBUTES; a++)
        n->values[a].text = arena_sv(f->arena, n->values[a].text);
    n->home = home;
    f->number[place] = node;
    f->place[node] = place;
    f->stack[f->depth++] = (struct visit){node, 0};
}

/* Numbers the nodes: each before those below it, its countermeasures before its children. */
static int number_nodes(struct finish *f, struct err *err)
{
    struct arena scratch = ARENA_INIT;
    bool *open = arena_new_array(&scratch, bool, f->t->nodes.len);
    int rc = CM_OK;
    enter(f, 0, 0);
    open[0] = true;
    while (f->depth && !rc) {
        struct visit *top = &f->stack[f->depth - 1];
        uint32_t below, parent = top->node;
        if (!tree_below(&f->t->nodes.at[parent], top->next++, &below)) {
            open[parent] = false;
            f->depth--;
        } else if (open[below]) {
            rc = circle(f, below, err);
        } else if (f->place[below] == ATTACKTREE_NONE) {
            enter(f, below, f->place[parent]);
            open[below] = true;
        }
    }
    arena_release(&scratch);
    return rc;
}

static void connect(struct finish *f)
{
    for (uint32_t i = 0; i < f->out->nodes.len; i++) {
        const struct tree_node *from = &f->t->nodes.at[f->number[i]];
        struct tree_node *n = &f->out->nodes.at[i];
        for (size_t j = 0; j < from->countermeasures.len; j++) {
            uint32_t below = f->place[from->countermeasures.at[j]];
            *vec_push(f->arena, &n->countermeasures) = below;
            f->out->nodes.at[below].parents++;
        }
        for (size_t j = 0; j < from->children.len; j++) {
            uint32_t below = f->place[from->children.at[j]];
            *vec_push(f->arena, &n->children) = below;
            f->out->nodes.at[below].parents++;
        }
    }
    for (uint32_t i = 0; i < f->out->nodes.len; i++)
        f->out->shared += f->out->nodes.at[i].parents > 1;
}

int attacktree_finish(const struct attacktree *t, struct arena *arena, struct tree **out, uint32_t **out_number,
                      struct err *err)
{
    struct finish f = {.t = t, .arena = arena, .out = arena_new(arena, struct tree)};
    int rc = CM_OK;
    if (!t->nodes.len)
        return err_set(err, CM_EINPUT, "the tree has no node");
    if (t->nodes.at[0].role != TREE_ATTACK)
        return err_set(err, CM_EINPUT, "node 0 \"%.*s\", the goal, is not of role ATTACK",
                       SV_ARG(t->nodes.at[0].label));
    for (uint32_t i = 0; i < t->nodes.len && !rc; i++)
        rc = check_gate(&t->nodes.at[i], i, err);
    if (rc)
        return rc;
    f.number = arena_new_array(arena, uint32_t, t->nodes.len);
    f.place = arena_new_array(arena, uint32_t, t->nodes.len);
    f.stack = arena_new_array(arena, struct visit, t->nodes.len + 1);
    memset(f.place, 0xff, t->nodes.len * sizeof(uint32_t));
    if ((rc = number_nodes(&f, err)))
        return rc;
    for (uint32_t i = 0; i < t->nodes.len; i++)
        if (f.place[i] == ATTACKTREE_NONE)
            return err_set(err, CM_EINPUT, "node %u \"%.*s\" is not below the goal", i, SV_ARG(t->nodes.at[i].label));
    connect(&f);
    *out = f.out;
    *out_number = f.number;
    return CM_OK;
}
