/* The Open-PSA writer. A step is a basic event, a gate a gate. A countermeasure on a node n makes it
 *
 *     n = and(gate over n's children, not(and(presence of c, stop of c at n)), ...)
 *
 * where the presence of c is a basic event with probability "deployed" and the stop one with probability "stops"; so
 * the model's probability is that of the world of today. Potential approaches are left out. */
#include "base/map.h"
#include "format/markup.h"
#include "tree/io/naming.h"
#include "tree/io/openpsa.h"

#include <math.h>

static const struct naming_rules mef_names = {
    .upper = true,
    .underscore = true,
    .letter_first = true,
    .reason = "a name in Open-PSA has only letters, digits, _ and -"};

static const char *const gate_names[] = {
    [TREE_OR] = "or",     [TREE_AND] = "and",   [TREE_SAND] = "and", [TREE_AT_LEAST] = "atleast",
    [TREE_NOT] = "not",   [TREE_XOR] = "xor",   [TREE_NAND] = "nand", [TREE_CARDINALITY] = "cardinality",
    [TREE_NOR] = "nor",   [TREE_IFF] = "iff",   [TREE_IMPLY] = "imply"};

enum { INLINE_DEPTH = 100 };

struct psa_stop {
    struct sv name;
    struct tree_value value;
};

struct psa_writer {
    struct arena *arena;
    const struct tree *t;
    struct sv *names;
    struct map taken;
    struct markup m;
    struct loss *loss;
    struct map presences; /* label of countermeasures without id -> the basic event that is their presence */
    VEC(struct psa_stop) events; /* basic events that the writer adds */
};

static void lose(struct psa_writer *w, uint32_t i, const char *what, const char *reason)
{
    loss_add(w->loss, i, naming_shown(&w->t->nodes.at[i]), what, reason);
}

/* Nested formulas have no name in the source and get none here. */
static bool is_inline(const struct psa_writer *w, uint32_t i, size_t depth)
{
    const struct tree_node *n = &w->t->nodes.at[i];
    if (n->id.len || n->parents > 1 || n->countermeasures.len || !i || depth > INLINE_DEPTH)
        return false;
    return n->gate == TREE_CONSTANT || (n->gate != TREE_LEAF && sv_starts(n->label, SV("part of ")));
}

static void write_formula(struct psa_writer *w, uint32_t i, bool attacks, size_t depth);

static void write_reference(struct psa_writer *w, const char *element, struct sv name)
{
    markup_open(&w->m, element);
    markup_attr(&w->m, "name", name);
    markup_close(&w->m, element);
}

static void write_constant(struct psa_writer *w, bool value);

static void write_argument(struct psa_writer *w, uint32_t i, size_t depth)
{
    const struct tree_node *n = &w->t->nodes.at[i];
    if (n->role == TREE_APPROACH) {
        write_constant(w, false);
        lose(w, i, "approach", "a model in Open-PSA has no potential countermeasures");
        return;
    }
    if (is_inline(w, i, depth)) {
        write_formula(w, i, true, depth);
        return;
    }
    bool gate = (n->gate != TREE_LEAF && n->gate != TREE_CONSTANT) || n->countermeasures.len;
    write_reference(w, gate ? "gate" : n->gate == TREE_CONSTANT ? "house-event" : "basic-event", w->names[i]);
}

/* Approaches are in no world unless asked for. */
static bool counts(const struct psa_writer *w, uint32_t i)
{
    return w->t->nodes.at[i].role == TREE_COUNTERMEASURE;
}

/* Among the children of i: below an attack all, below a countermeasure one of the two groups. */
static bool is_argument(const struct psa_writer *w, uint32_t i, uint32_t child, bool attacks)
{
    return w->t->nodes.at[i].role == TREE_ATTACK || (w->t->nodes.at[child].role == TREE_ATTACK) == attacks;
}

static void write_constant(struct psa_writer *w, bool value)
{
    markup_open(&w->m, "constant");
    markup_attr_str(&w->m, "value", value ? "true" : "false");
    markup_close(&w->m, "constant");
}

/* What a gate comes to over fewer arguments than it was made for. True when it is a constant, which is written. */
static bool shrink_gate(struct psa_writer *w, struct tree_node *gate, size_t count)
{
    bool k = gate->gate == TREE_AT_LEAST || gate->gate == TREE_CARDINALITY;
    if (gate->gate == TREE_CARDINALITY && gate->k_max > count)
        gate->k_max = (unsigned)count;
    if ((k && gate->k > count) || !count) {
        write_constant(w, false);
        return true;
    }
    if ((gate->gate == TREE_IFF || gate->gate == TREE_IMPLY) && count < 2) {
        write_constant(w, true);
        return true;
    }
    if (gate->gate == TREE_XOR && count < 2)
        gate->gate = TREE_OR;
    return false;
}

/* The gate of i over its children of the attack, or over the others. Recursion ends at INLINE_DEPTH. */
static void write_formula(struct psa_writer *w, uint32_t i, bool attacks, size_t depth)
{
    const struct tree_node *n = &w->t->nodes.at[i];
    struct tree_node gate = *n;
    size_t count = 0;
    if (n->gate == TREE_CONSTANT) {
        write_constant(w, n->k);
        return;
    }
    for (size_t j = 0; j < n->children.len; j++)
        count += is_argument(w, i, n->children.at[j], attacks);
    if (n->gate == TREE_SAND)
        lose(w, i, "order", "a gate in Open-PSA has no order");
    if (shrink_gate(w, &gate, count))
        return;
    markup_open(&w->m, gate_names[gate.gate]);
    if (gate.gate == TREE_AT_LEAST || gate.gate == TREE_CARDINALITY)
        markup_attrf(&w->m, "min", "%u", gate.k);
    if (gate.gate == TREE_CARDINALITY)
        markup_attrf(&w->m, "max", "%u", gate.k_max);
    for (size_t j = 0; j < n->children.len; j++) {
        if (is_argument(w, i, n->children.at[j], attacks))
            write_argument(w, n->children.at[j], depth + 1);
    }
    markup_close(&w->m, gate_names[gate.gate]);
}

static struct sv add_event(struct psa_writer *w, struct sv base, const char *suffix, const struct tree_value *value)
{
    struct psa_stop *e = vec_push(w->arena, &w->events);
    e->name = naming_unique(w->arena, &w->taken,
                            sv_str(arena_printf(w->arena, "%.*s-%s", SV_ARG(base), suffix)));
    e->value = *value;
    return e->name;
}

/* not(c), or not(and(c, its stop here)) */
static void write_guard(struct psa_writer *w, uint32_t place, uint32_t c)
{
    const struct tree_node *n = &w->t->nodes.at[c];
    const struct tree_value *stops = &n->values[TREE_STOPS];
    bool certain = stops->kind == TREE_NO_VALUE || (stops->kind == TREE_POINT && stops->lo >= 1);
    const char *element = n->gate == TREE_LEAF ? "basic-event" : "gate";
    if (n->role == TREE_APPROACH) {
        lose(w, c, "approach", "a model in Open-PSA has no potential countermeasures");
        return;
    }
    markup_open(&w->m, "not");
    if (!certain)
        markup_open(&w->m, "and");
    write_reference(w, element, w->names[c]);
    if (!certain) {
        const char *suffix = arena_printf(w->arena, "stops-%.*s", SV_ARG(w->names[place]));
        write_reference(w, "basic-event", add_event(w, w->names[c], suffix, stops));
        markup_close(&w->m, "and");
    }
    markup_close(&w->m, "not");
}

static void write_label(struct psa_writer *w, uint32_t i)
{
    const struct tree_node *n = &w->t->nodes.at[i];
    if (n->label.len && !sv_eq(n->label, w->names[i]))
        markup_element(&w->m, "label", n->label);
}

static struct sv own_event(struct psa_writer *w, uint32_t i, const char *suffix, enum tree_attribute attribute)
{
    return add_event(w, w->names[i], suffix, &w->t->nodes.at[i].values[attribute]);
}

/* reached(n) for a node of the attack that is no plain step. */
static void write_attack(struct psa_writer *w, uint32_t i)
{
    const struct tree_node *n = &w->t->nodes.at[i];
    bool guarded = false;
    for (size_t j = 0; j < n->countermeasures.len; j++)
        guarded |= counts(w, n->countermeasures.at[j]);
    if (guarded || n->gate == TREE_LEAF)
        markup_open(&w->m, "and");
    if (n->gate == TREE_LEAF)
        write_reference(w, "basic-event", own_event(w, i, "itself", TREE_P));
    else
        write_formula(w, i, true, 0);
    for (size_t j = 0; j < n->countermeasures.len; j++)
        write_guard(w, i, n->countermeasures.at[j]);
    if (guarded || n->gate == TREE_LEAF)
        markup_close(&w->m, "and");
}

/* Countermeasures without id that have the same label are one event. */
static struct sv presence_of(struct psa_writer *w, uint32_t i)
{
    const struct tree_node *n = &w->t->nodes.at[i];
    const struct sv *known = n->id.len ? NULL : map_get(&w->presences, n->label);
    if (known)
        return *known;
    struct sv *name = arena_new(w->arena, struct sv);
    *name = own_event(w, i, "itself", TREE_DEPLOYED);
    if (!n->id.len)
        map_set(&w->presences, n->label, name);
    return *name;
}

/* Those without children are the event itself. True when the node is not the first of its label. */
static bool repeats_presence(struct psa_writer *w, uint32_t i)
{
    const struct tree_node *n = &w->t->nodes.at[i];
    if (n->role != TREE_COUNTERMEASURE || n->gate != TREE_LEAF || n->id.len)
        return false;
    struct sv *known = map_get(&w->presences, n->label);
    if (known)
        w->names[i] = *known;
    else
        map_set(&w->presences, n->label, &w->names[i]);
    return known != NULL;
}

/* present(c) for a countermeasure with children. */
static void write_countermeasure(struct psa_writer *w, uint32_t i)
{
    const struct tree_node *n = &w->t->nodes.at[i];
    bool parts = false, defeats = false;
    for (size_t j = 0; j < n->children.len; j++) {
        bool attack = w->t->nodes.at[n->children.at[j]].role == TREE_ATTACK;
        parts |= !attack;
        defeats |= attack;
    }
    markup_open(&w->m, "and");
    if (!parts || n->values[TREE_DEPLOYED].kind != TREE_NO_VALUE)
        write_reference(w, "basic-event", presence_of(w, i));
    if (parts)
        write_formula(w, i, false, 0);
    if (defeats) {
        markup_open(&w->m, "not");
        write_formula(w, i, true, 0);
        markup_close(&w->m, "not");
    }
    markup_close(&w->m, "and");
}

static void write_number(struct psa_writer *w, double value)
{
    markup_open(&w->m, "float");
    markup_attr_str(&w->m, "value", reading_number_text(w->arena, value));
    markup_close(&w->m, "float");
}

static void write_value(struct psa_writer *w, uint32_t i, const struct tree_value *v)
{
    if (v->kind == TREE_UNIFORM) {
        markup_open(&w->m, "uniform-deviate");
        write_number(w, v->lo);
        write_number(w, v->hi);
        markup_close(&w->m, "uniform-deviate");
    } else if (v->kind == TREE_RANGE) {
        double factor = sqrt(v->hi / v->lo), sigma = log(factor) / 1.6448536269514722;
        lose(w, i, "distribution", "an interval becomes lognormal in Open-PSA instead of logit-normal");
        markup_open(&w->m, "lognormal-deviate");
        write_number(w, sqrt(v->lo) * sqrt(v->hi) * exp(sigma * sigma / 2));
        write_number(w, factor);
        write_number(w, 0.95);
        markup_close(&w->m, "lognormal-deviate");
    } else {
        if (v->kind != TREE_POINT)
            lose(w, i, "distribution", "Open-PSA has neither triangular nor PERT distributions: the mode is written");
        write_number(w, v->mode);
    }
}

static void write_event(struct psa_writer *w, struct sv name, uint32_t i, const struct tree_value *v)
{
    markup_open(&w->m, "define-basic-event");
    markup_attr(&w->m, "name", name);
    if (i != LOSS_NONE)
        write_label(w, i);
    if (v->kind != TREE_NO_VALUE)
        write_value(w, i == LOSS_NONE ? 0 : i, v);
    markup_close(&w->m, "define-basic-event");
    markup_newline(&w->m);
}

static void write_definition(struct psa_writer *w, uint32_t i)
{
    const struct tree_node *n = &w->t->nodes.at[i];
    if (n->role == TREE_APPROACH || is_inline(w, i, 0))
        return;
    if (n->gate == TREE_CONSTANT && !n->countermeasures.len && i) {
        markup_open(&w->m, "define-house-event");
        markup_attr(&w->m, "name", w->names[i]);
        write_label(w, i);
        write_formula(w, i, true, 0);
        markup_close(&w->m, "define-house-event");
    } else if (n->gate != TREE_LEAF || n->countermeasures.len || !i) {
        markup_open(&w->m, "define-gate");
        markup_attr(&w->m, "name", w->names[i]);
        write_label(w, i);
        if (n->role == TREE_ATTACK)
            write_attack(w, i);
        else
            write_countermeasure(w, i);
        markup_close(&w->m, "define-gate");
    } else {
        write_event(w, w->names[i], i, &n->values[n->role == TREE_ATTACK ? TREE_P : TREE_DEPLOYED]);
        return;
    }
    markup_newline(&w->m);
}

static void report_losses(struct psa_writer *w)
{
    for (uint32_t i = 0; i < w->t->nodes.len; i++) {
        const struct tree_node *n = &w->t->nodes.at[i];
        for (int k = TREE_COST; k <= TREE_DAMAGE; k++) {
            if (n->values[k].kind != TREE_NO_VALUE)
                lose(w, i, tree_attribute_names[k], "Open-PSA carries probabilities only");
        }
        if (n->gate != TREE_LEAF && n->role == TREE_ATTACK && n->values[TREE_P].kind != TREE_NO_VALUE)
            lose(w, i, "p", "a gate in Open-PSA has no probability of its own");
        if (n->comment.len)
            lose(w, i, "comment", "Open-PSA carries no comments");
        if (n->reference.len)
            lose(w, i, "reference", "Open-PSA knows no other threats: a basic event stands for it");
    }
    if (w->t->leading_comment.len || w->t->trailing_comment.len || w->t->remarks.len)
        loss_add(w->loss, LOSS_NONE, SV_NONE, "comment", "Open-PSA carries no comments");
}

void openpsa_write(const struct tree *t, struct str *out, struct loss *loss)
{
    struct arena a = ARENA_INIT;
    struct psa_writer *w = arena_new(&a, struct psa_writer);
    w->arena = &a;
    w->t = t;
    w->loss = loss;
    bool *repeated = arena_new_array(&a, bool, t->nodes.len + 1);
    w->names = arena_new_array(&a, struct sv, t->nodes.len + 1);
    memcpy(w->names, naming_make(&a, t, &mef_names, loss), t->nodes.len * sizeof(*w->names));
    map_init(&w->taken, &a);
    for (uint32_t i = 0; i < t->nodes.len; i++)
        naming_unique(&a, &w->taken, w->names[i]);
    markup_init(&w->m, out, MARKUP_XML);
    markup_xml_declaration(&w->m, NULL);
    markup_open(&w->m, "opsa-mef");
    markup_newline(&w->m);
    markup_open(&w->m, "define-fault-tree");
    markup_attr(&w->m, "name", w->names[0]);
    markup_newline(&w->m);
    map_init(&w->presences, &a);
    for (uint32_t i = 0; i < t->nodes.len; i++)
        repeated[i] = repeats_presence(w, i);
    for (uint32_t i = 0; i < t->nodes.len; i++) {
        if (!repeated[i])
            write_definition(w, i);
    }
    for (size_t i = 0; i < w->events.len; i++)
        write_event(w, w->events.at[i].name, LOSS_NONE, &w->events.at[i].value);
    markup_close(&w->m, "define-fault-tree");
    markup_newline(&w->m);
    markup_close(&w->m, "opsa-mef");
    markup_newline(&w->m);
    markup_finish(&w->m);
    report_losses(w);
    arena_release(&a);
}
