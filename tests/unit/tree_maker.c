#include "tree_maker.h"

#include <math.h>
#include <stdio.h>

uint64_t tree_random_next(struct tree_random *r)
{
    uint64_t z = (r->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint32_t tree_random_below(struct tree_random *r, uint32_t below)
{
    return (uint32_t)((tree_random_next(r) >> 32) * below >> 32);
}

/* ---- making ------------------------------------------------------------------------------------ */

struct maker {
    struct arena *a;
    struct tree_random *r;
    struct tree *t;
    unsigned flavour, events, max_events;
    VEC(uint32_t) finished; /* attack nodes with all that is below them */
    VEC(uint32_t) defences; /* countermeasures that may recur */
    VEC(struct sv) labels;  /* of those */
    unsigned depth;
    bool below_defence;
};

static bool has(const struct maker *m, unsigned flavour)
{
    return m->flavour & flavour;
}

uint32_t tree_add_node(struct arena *a, struct tree *t, enum tree_gate gate, const char *label)
{
    uint32_t index = (uint32_t)t->nodes.len;
    struct tree_node *n = vec_push(a, &t->nodes);
    n->gate = gate;
    n->gate_written = gate != TREE_LEAF && gate != TREE_CONSTANT;
    n->label = sv_str(label ? label : arena_printf(a, "node %u", index));
    return index;
}

static void set_value(struct maker *m, uint32_t node, enum tree_attribute attribute, double value)
{
    struct tree_value *v = &m->t->nodes.at[node].values[attribute];
    v->kind = TREE_POINT;
    v->lo = v->mode = v->hi = value;
    v->text = sv_str(arena_printf(m->a, attribute == TREE_TIME ? "%.17gs" : "%.17g", value));
}

/* Whether an optional value is given. */
static bool given(struct maker *m)
{
    return !has(m, RANDOM_MISSING) || tree_random_chance(m->r, 85);
}

static double some_chance(struct maker *m)
{
    if (has(m, RANDOM_FINE) && tree_random_chance(m->r, 30))
        return pow(10, -(double)tree_random_below(m->r, 30));
    if (has(m, RANDOM_FINE))
        return (tree_random_below(m->r, 9999) + 0.5) / 10000;
    return tree_random_chance(m->r, 5) ? (double)tree_random_below(m->r, 2)
                                       : (1 + tree_random_below(m->r, 7)) / 8.0;
}

static uint32_t make_step(struct maker *m)
{
    uint32_t n = tree_add_node(m->a, m->t, TREE_LEAF, NULL);
    m->events++;
    if (given(m))
        set_value(m, n, TREE_P, some_chance(m));
    if (given(m))
        set_value(m, n, TREE_COST, tree_random_below(m->r, 12));
    if (given(m))
        set_value(m, n, TREE_TIME, tree_random_below(m->r, 9));
    if (given(m))
        set_value(m, n, TREE_SKILL, tree_random_below(m->r, 6));
    if (given(m) && tree_random_chance(m->r, 60))
        set_value(m, n, TREE_DAMAGE, tree_random_below(m->r, 9));
    return n;
}

static uint32_t make_attack(struct maker *m);

static void add_child(struct maker *m, uint32_t parent, uint32_t child)
{
    struct tree_node *n = &m->t->nodes.at[parent];
    bool twice = n->gate > TREE_AT_LEAST && n->gate != TREE_IMPLY && tree_random_chance(m->r, 5);
    for (size_t i = 0; i < n->children.len; i++)
        if (n->children.at[i] == child && !twice)
            return;
    *vec_push(m->a, &n->children) = child;
}

/* What two equal labels have in common: the event, so also deployed and cost. */
static void defence_values(struct maker *m, uint32_t n, const struct tree_node *twin)
{
    static const double certain[] = {0, 1}, any[] = {0, 0.25, 0.5, 0.75, 1},
                        stops[] = {0, 0.25, 0.5, 0.75, 1, 1, 1};
    bool sure = has(m, RANDOM_CERTAIN), approach = m->t->nodes.at[n].role == TREE_APPROACH;
    double deployed = sure ? certain[tree_random_below(m->r, 2)] : any[tree_random_below(m->r, ARRAY_LEN(any))];
    if (twin && tree_random_chance(m->r, 80))
        m->t->nodes.at[n].values[TREE_DEPLOYED] = twin->values[TREE_DEPLOYED];
    else if (twin)
        ; /* one place says it for all */
    else if (approach ? tree_random_chance(m->r, 40) : given(m))
        set_value(m, n, TREE_DEPLOYED, deployed);
    if (twin && tree_random_chance(m->r, 80))
        m->t->nodes.at[n].values[TREE_COST] = twin->values[TREE_COST];
    else if (twin)
        ;
    else if (given(m))
        set_value(m, n, TREE_COST, tree_random_below(m->r, 12));
    if (!sure && tree_random_chance(m->r, 60))
        set_value(m, n, TREE_STOPS, stops[tree_random_below(m->r, ARRAY_LEN(stops))]);
}

static void below_defence(struct maker *m, uint32_t n)
{
    size_t parts = has(m, RANDOM_PARTS) && tree_random_chance(m->r, 25) ? 1 + tree_random_below(m->r, 3) : 0;
    size_t defeats = has(m, RANDOM_DEFEAT) && tree_random_chance(m->r, 35) ? 1 + tree_random_below(m->r, 2) : 0;
    static const enum tree_gate gates[] = {TREE_OR, TREE_AND, TREE_AT_LEAST};
    if (!parts && !defeats)
        return;
    bool before = m->below_defence;
    m->below_defence = true;
    m->t->nodes.at[n].gate = gates[tree_random_below(m->r, has(m, RANDOM_OUTLINE) ? 2 : 3)];
    m->t->nodes.at[n].gate_written = true;
    for (size_t i = 0; i < parts; i++) {
        uint32_t part = tree_add_node(m->a, m->t, TREE_LEAF, NULL);
        m->t->nodes.at[part].role = TREE_COUNTERMEASURE;
        m->events++;
        defence_values(m, part, NULL);
        m->t->nodes.at[part].values[TREE_STOPS].kind = TREE_NO_VALUE;
        *vec_push(m->a, &m->t->nodes.at[n].children) = part;
    }
    if (parts && tree_random_chance(m->r, 70))
        m->t->nodes.at[n].values[TREE_DEPLOYED].kind = TREE_NO_VALUE;
    for (size_t i = 0; i < defeats; i++) {
        uint32_t child = make_attack(m);
        add_child(m, n, child);
    }
    m->t->nodes.at[n].k =
        parts && defeats ? 1 : 1 + tree_random_below(m->r, (uint32_t)m->t->nodes.at[n].children.len);
    m->below_defence = before;
}

static uint32_t make_defence(struct maker *m)
{
    const struct tree_node *twin = NULL;
    uint32_t n;
    if (m->defences.len && tree_random_chance(m->r, 25))
        return m->defences.at[tree_random_below(m->r, (uint32_t)m->defences.len)];
    if (m->defences.len && tree_random_chance(m->r, 15))
        twin = &m->t->nodes.at[m->defences.at[tree_random_below(m->r, (uint32_t)m->defences.len)]];
    struct tree_node copy = twin ? *twin : (struct tree_node){.gate = TREE_LEAF};
    n = tree_add_node(m->a, m->t, TREE_LEAF, NULL);
    m->events += twin ? 1 : 2;
    bool same_role = twin && !(has(m, RANDOM_APPROACH) && tree_random_chance(m->r, 20));
    m->t->nodes.at[n].role = same_role                                                 ? copy.role
                             : has(m, RANDOM_APPROACH) && tree_random_chance(m->r, 30) ? TREE_APPROACH
                                                                                       : TREE_COUNTERMEASURE;
    if (twin)
        m->t->nodes.at[n].label = copy.label;
    defence_values(m, n, twin ? &copy : NULL);
    if (!twin)
        below_defence(m, n);
    *vec_push(m->a, &m->defences) = n;
    return n;
}

static void add_defences(struct maker *m, uint32_t node)
{
    while (has(m, RANDOM_COUNTER) && m->events + 4 <= m->max_events && tree_random_chance(m->r, 30)) {
        uint32_t d = make_defence(m);
        struct tree_node *n = &m->t->nodes.at[node];
        bool already = false;
        for (size_t i = 0; i < n->countermeasures.len; i++)
            already = already || n->countermeasures.at[i] == d ||
                      sv_eq(m->t->nodes.at[n->countermeasures.at[i]].label, m->t->nodes.at[d].label);
        if (already)
            return;
        *vec_push(m->a, &n->countermeasures) = d;
    }
}

static enum tree_gate some_gate(struct maker *m)
{
    static const enum tree_gate odd[] = {TREE_CARDINALITY, TREE_NOT, TREE_XOR,   TREE_NAND,
                                         TREE_NOR,         TREE_IFF, TREE_IMPLY, TREE_CONSTANT};
    static const enum tree_gate usual[] = {TREE_OR, TREE_AND, TREE_OR, TREE_AND, TREE_AT_LEAST, TREE_SAND};
    if (has(m, RANDOM_FAULT_GATES) && tree_random_chance(m->r, 40))
        return odd[tree_random_below(m->r, ARRAY_LEN(odd))];
    return usual[tree_random_below(m->r, ARRAY_LEN(usual) - !has(m, RANDOM_SAND))];
}

static void fill_gate(struct maker *m, uint32_t n, enum tree_gate gate)
{
    size_t want = gate == TREE_NOT ? 1 : gate == TREE_IMPLY ? 2 : 1 + tree_random_below(m->r, 4);
    m->depth++;
    for (size_t i = 0; i < want; i++) {
        uint32_t child = make_attack(m);
        add_child(m, n, child);
    }
    if (has(m, RANDOM_COUNTER) && !has(m, RANDOM_OUTLINE) && gate > TREE_SAND && m->events < m->max_events &&
        tree_random_chance(m->r, 10)) {
        uint32_t d = tree_add_node(m->a, m->t, TREE_LEAF, NULL);
        m->t->nodes.at[d].role = TREE_COUNTERMEASURE;
        m->events++;
        defence_values(m, d, NULL);
        m->t->nodes.at[d].values[TREE_STOPS].kind = TREE_NO_VALUE;
        add_child(m, n, d);
    }
    m->depth--;
    uint32_t len = (uint32_t)m->t->nodes.at[n].children.len;
    m->t->nodes.at[n].k = 1 + tree_random_below(m->r, len);
    m->t->nodes.at[n].k_max = m->t->nodes.at[n].k + tree_random_below(m->r, len - m->t->nodes.at[n].k + 1);
}

static uint32_t make_attack(struct maker *m)
{
    uint32_t n;
    bool full = m->events >= m->max_events || m->t->nodes.len > 20 + 3 * m->max_events;
    if (m->finished.len && (full || (has(m, RANDOM_SHARED) && tree_random_chance(m->r, 18))))
        return m->finished.at[tree_random_below(m->r, (uint32_t)m->finished.len)];
    if (full || m->depth > 5 || (m->depth && tree_random_chance(m->r, m->below_defence ? 75 : 40))) {
        n = make_step(m);
    } else {
        enum tree_gate gate = some_gate(m);
        n = tree_add_node(m->a, m->t, gate, NULL);
        if (gate == TREE_CONSTANT)
            m->t->nodes.at[n].k = tree_random_below(m->r, 2);
        else
            fill_gate(m, n, gate);
        if (tree_random_chance(m->r, 30))
            set_value(m, n, TREE_DAMAGE, tree_random_below(m->r, 9));
    }
    add_defences(m, n);
    *vec_push(m->a, &m->finished) = n;
    return n;
}

struct tree *tree_random_make(struct arena *a, struct tree_random *r, unsigned flavour, unsigned max_events)
{
    struct maker m = {.a = a, .r = r, .t = arena_new(a, struct tree), .flavour = flavour, .max_events = max_events};
    make_attack(&m);
    return tree_settle(a, m.t);
}

/* ---- editing ----------------------------------------------------------------------------------- */

struct tree *tree_copy(struct arena *a, const struct tree *t)
{
    struct tree *copy = arena_new(a, struct tree);
    for (size_t i = 0; i < t->nodes.len; i++) {
        const struct tree_node *from = &t->nodes.at[i];
        struct tree_node *n = vec_push(a, &copy->nodes);
        *n = *from;
        n->children.at = n->countermeasures.at = NULL;
        n->children.len = n->children.cap = n->countermeasures.len = n->countermeasures.cap = 0;
        for (size_t j = 0; j < from->children.len; j++)
            *vec_push(a, &n->children) = from->children.at[j];
        for (size_t j = 0; j < from->countermeasures.len; j++)
            *vec_push(a, &n->countermeasures) = from->countermeasures.at[j];
    }
    return copy;
}

static void fit_gate(struct tree_node *n)
{
    uint32_t len = (uint32_t)n->children.len;
    if (!len && n->gate != TREE_CONSTANT)
        n->gate = TREE_LEAF;
    else if (len && (n->gate == TREE_LEAF || (n->gate == TREE_IMPLY && len != 2)))
        n->gate = TREE_OR;
    else if (len > 1 && n->gate == TREE_NOT)
        n->gate = TREE_NOR;
    n->gate_written = n->gate != TREE_LEAF && n->gate != TREE_CONSTANT;
    if (n->gate == TREE_CONSTANT)
        return;
    n->k = n->k > len ? len : n->k;
    n->k = n->k ? n->k : 1;
    n->k_max = n->k_max > len ? len : n->k_max;
    n->k_max = n->k_max < n->k ? n->k : n->k_max;
}

static void place(struct arena *a, const struct tree *from, struct tree *to, uint32_t node, uint32_t *number)
{
    uint32_t below, own = (uint32_t)to->nodes.len;
    number[node] = own + 1;
    *vec_push(a, &to->nodes) = from->nodes.at[node];
    for (size_t i = 0; tree_below(&from->nodes.at[node], i, &below); i++) {
        if (number[below])
            continue;
        place(a, from, to, below, number);
        to->nodes.at[number[below] - 1].home = own;
    }
}

struct tree *tree_settle(struct arena *a, const struct tree *t)
{
    struct tree *copy = tree_copy(a, t), *settled = arena_new(a, struct tree);
    uint32_t *number = arena_new_array(a, uint32_t, t->nodes.len), below;
    place(a, copy, settled, 0, number);
    for (size_t i = 0; i < settled->nodes.len; i++) {
        struct tree_node *n = &settled->nodes.at[i];
        fit_gate(n);
        n->parents = 0;
        for (size_t j = 0; j < n->children.len; j++)
            n->children.at[j] = number[n->children.at[j]] - 1;
        for (size_t j = 0; j < n->countermeasures.len; j++)
            n->countermeasures.at[j] = number[n->countermeasures.at[j]] - 1;
    }
    for (size_t i = 0; i < settled->nodes.len; i++)
        for (size_t j = 0; tree_below(&settled->nodes.at[i], j, &below); j++)
            settled->nodes.at[below].parents++;
    for (size_t i = 0; i < settled->nodes.len; i++) {
        struct tree_node *n = &settled->nodes.at[i];
        settled->shared += n->parents > 1;
        if (n->parents > 1 && !n->id.len)
            n->id = sv_str(arena_printf(a, "s%zu", i));
    }
    return settled;
}

/* ---- shrinking --------------------------------------------------------------------------------- */

/* Removes element i of a list. */
#define DROP(list, i)                                                                                              \
    do {                                                                                                           \
        for (size_t drop_ = (i) + 1; drop_ < (list)->len; drop_++)                                                 \
            (list)->at[drop_ - 1] = (list)->at[drop_];                                                             \
        (list)->len--;                                                                                             \
    } while (0)

/* The tree after the edit-th edit of a node; NULL: there are no more. Unlawful edits give the same tree. */
static struct tree *edited(struct arena *a, const struct tree *t, uint32_t node, size_t edit)
{
    struct tree *c = tree_copy(a, t);
    struct tree_node *n = &c->nodes.at[node];
    size_t children = n->children.len, defences = n->countermeasures.len;
    if (edit < children) {
        DROP(&n->children, edit);
    } else if ((edit -= children) < defences) {
        DROP(&n->countermeasures, edit);
    } else if ((edit -= defences) < children) { /* the node becomes its child */
        if (c->nodes.at[n->children.at[edit]].role == n->role)
            *n = c->nodes.at[n->children.at[edit]];
    } else if ((edit -= children) < TREE_ATTRIBUTES) {
        n->values[edit].kind = TREE_NO_VALUE;
    } else if ((edit -= TREE_ATTRIBUTES) == 0) {
        n->children.len = 0;
    } else if (edit == 1 && children > 1) {
        n->gate = TREE_OR;
    } else if (edit == 2 && children > 1) {
        n->gate = TREE_AND;
    } else if (edit == 3 && n->k > 1) {
        n->k--;
    } else if (edit > 3) {
        return NULL;
    }
    return tree_settle(a, c);
}

static size_t weight(const struct tree *t)
{
    size_t sum = 0;
    for (size_t i = 0; i < t->nodes.len; i++) {
        const struct tree_node *n = &t->nodes.at[i];
        sum += 1000 + 100 * (n->children.len + n->countermeasures.len) + (n->gate > TREE_AND) + n->k +
               (n->gate > TREE_OR);
        for (size_t j = 0; j < TREE_ATTRIBUTES; j++)
            sum += n->values[j].kind != TREE_NO_VALUE ? 10 : 0;
    }
    return sum;
}

/* One edit that keeps a fault and makes the tree smaller; NULL: there is none. */
static const struct tree *smaller(struct arena *a, const struct tree *t, tree_check *check, const void *data,
                                  const char **fault)
{
    for (uint32_t node = 0; node < t->nodes.len; node++) {
        struct tree *c;
        for (size_t edit = 0; (c = edited(a, t, node, edit)); edit++) {
            const char *said = weight(c) < weight(t) ? check(a, c, data) : NULL;
            if (said) {
                *fault = said;
                return c;
            }
        }
    }
    return NULL;
}

const struct tree *tree_shrink(struct arena *a, const struct tree *t, tree_check *check, const void *data,
                               const char **out_fault)
{
    const struct tree *next = t;
    for (int steps = 0; next && steps < 400; steps++) {
        t = next;
        next = smaller(a, t, check, data, out_fault);
    }
    return t;
}

/* ---- showing ----------------------------------------------------------------------------------- */

void tree_dump(const struct tree *t, struct str *out)
{
    static const char *const gates[] = {"",    "OR",   "AND", "SAND", "AT_LEAST", "CARDINALITY", "NOT",
                                        "XOR", "NAND", "NOR", "IFF",  "IMPLY",    "CONSTANT"};
    static const char *const roles[] = {"", "! ", "? "};
    for (size_t i = 0; i < t->nodes.len; i++) {
        const struct tree_node *n = &t->nodes.at[i];
        str_addf(out, "#   %zu: %s%s", i, roles[n->role], gates[n->gate]);
        if (n->gate == TREE_AT_LEAST || n->gate == TREE_CARDINALITY || n->gate == TREE_CONSTANT)
            str_addf(out, " k=%u", n->k);
        if (n->gate == TREE_CARDINALITY)
            str_addf(out, "..%u", n->k_max);
        for (size_t j = 0; j < n->children.len; j++)
            str_addf(out, " %u", n->children.at[j]);
        for (size_t j = 0; j < n->countermeasures.len; j++)
            str_addf(out, " !%u", n->countermeasures.at[j]);
        str_addf(out, " \"%.*s\" #%.*s", SV_ARG(n->label), SV_ARG(n->id));
        for (size_t j = 0; j < TREE_ATTRIBUTES; j++)
            if (n->values[j].kind != TREE_NO_VALUE)
                str_addf(out, " %s=%.17g", tree_attribute_names[j], n->values[j].mode);
        str_add_char(out, '\n');
    }
}
