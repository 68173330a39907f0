/* The Open-PSA reader's first half: tags to a model.
 *
 * A stack of frames follows the open elements; each knows what may stand in it. Arguments of gates and operands of
 * expressions wait on two side stacks until their element closes, so that each ends as one run in one array. Names are
 * looked up once per mention and then are pointers. */
#include "tree/io/openpsa.h"

#include "format/xml.h"
#include "tree/io/openpsa_model.h"

#include <math.h>

enum psa_context {
    IN_NOTHING,
    IN_MODEL,
    IN_TREE, /* fault tree, component or model-data */
    IN_GATE,
    IN_FORMULA,
    IN_REFERENCE, /* an element that has no content */
    IN_BASIC,
    IN_PARAMETER,
    IN_HOUSE,
    IN_EXPRESSION,
    IN_LABEL,
    IN_SKIPPED,
};

enum psa_class {
    A_MODEL,
    A_TREE,
    A_COMPONENT,
    A_DATA,
    A_DEFINITION, /* code: enum psa_kind */
    A_GATE,       /* code: enum tree_gate */
    A_EVENT,      /* code: enum psa_kind */
    A_CONSTANT,
    A_OPERATION, /* code: enum psa_op */
    A_FLOAT,
    A_INT,
    A_PI,
    A_LABEL,
    A_NOTE,    /* passed over in silence */
    A_LOST,    /* passed over with a warning */
    A_REFUSED, /* would change the results: a fault */
    A_STRANGE,
};

struct psa_element {
    const char *name;
    enum psa_class class;
    int code;
    unsigned least, most; /* operands of an operation; most 0: any number */
};

/* In alphabetical order, for binary search. */
static const struct psa_element elements[] = {
    {"GLM", A_OPERATION, OP_GLM, 4, 4},
    {"Weibull", A_OPERATION, OP_WEIBULL, 4, 4},
    {"abs", A_OPERATION, OP_ABS, 1, 1},
    {"add", A_OPERATION, OP_ADD, 1, 0},
    {"and", A_GATE, TREE_AND, 0, 0},
    {"atleast", A_GATE, TREE_AT_LEAST, 0, 0},
    {"attributes", A_NOTE, 0, 0, 0},
    {"basic-event", A_EVENT, PSA_BASIC, 0, 0},
    {"cardinality", A_GATE, TREE_CARDINALITY, 0, 0},
    {"constant", A_CONSTANT, 0, 0, 0},
    {"define-CCF-group", A_REFUSED, 0, 0, 0},
    {"define-alignment", A_LOST, 0, 0, 0},
    {"define-basic-event", A_DEFINITION, PSA_BASIC, 0, 0},
    {"define-component", A_COMPONENT, 0, 0, 0},
    {"define-consequence", A_LOST, 0, 0, 0},
    {"define-consequence-group", A_LOST, 0, 0, 0},
    {"define-event-tree", A_LOST, 0, 0, 0},
    {"define-extern-function", A_LOST, 0, 0, 0},
    {"define-extern-library", A_LOST, 0, 0, 0},
    {"define-fault-tree", A_TREE, 0, 0, 0},
    {"define-gate", A_DEFINITION, PSA_GATE, 0, 0},
    {"define-house-event", A_DEFINITION, PSA_HOUSE, 0, 0},
    {"define-initiating-event", A_LOST, 0, 0, 0},
    {"define-parameter", A_DEFINITION, PSA_PARAMETER, 0, 0},
    {"define-rule", A_LOST, 0, 0, 0},
    {"define-substitution", A_REFUSED, 0, 0, 0},
    {"div", A_OPERATION, OP_DIV, 2, 0},
    {"event", A_EVENT, PSA_ANY, 0, 0},
    {"exp", A_OPERATION, OP_EXP, 1, 1},
    {"exponential", A_OPERATION, OP_EXPONENTIAL, 2, 2},
    {"float", A_FLOAT, 0, 0, 0},
    {"gate", A_EVENT, PSA_GATE, 0, 0},
    {"house-event", A_EVENT, PSA_HOUSE, 0, 0},
    {"iff", A_GATE, TREE_IFF, 0, 0},
    {"imply", A_GATE, TREE_IMPLY, 0, 0},
    {"int", A_INT, 0, 0, 0},
    {"label", A_LABEL, 0, 0, 0},
    {"log", A_OPERATION, OP_LOG, 1, 1},
    {"log10", A_OPERATION, OP_LOG10, 1, 1},
    {"lognormal-deviate", A_OPERATION, OP_LOGNORMAL, 2, 3},
    {"max", A_OPERATION, OP_MAX, 1, 0},
    {"mean", A_OPERATION, OP_MEAN, 1, 0},
    {"min", A_OPERATION, OP_MIN, 1, 0},
    {"model-data", A_DATA, 0, 0, 0},
    {"mul", A_OPERATION, OP_MUL, 1, 0},
    {"nand", A_GATE, TREE_NAND, 0, 0},
    {"neg", A_OPERATION, OP_NEG, 1, 1},
    {"nor", A_GATE, TREE_NOR, 0, 0},
    {"normal-deviate", A_OPERATION, OP_NORMAL, 2, 2},
    {"not", A_GATE, TREE_NOT, 0, 0},
    {"opsa-mef", A_MODEL, 0, 0, 0},
    {"or", A_GATE, TREE_OR, 0, 0},
    {"parameter", A_OPERATION, OP_PARAMETER, 0, 0},
    {"pi", A_PI, 0, 0, 0},
    {"pow", A_OPERATION, OP_POW, 2, 2},
    {"sqrt", A_OPERATION, OP_SQRT, 1, 1},
    {"sub", A_OPERATION, OP_SUB, 1, 0},
    {"system-mission-time", A_OPERATION, OP_MISSION_TIME, 0, 0},
    {"uniform-deviate", A_OPERATION, OP_UNIFORM, 2, 2},
    {"xor", A_GATE, TREE_XOR, 0, 0},
};

static const struct psa_element strange_element = {"", A_STRANGE, 0, 0, 0};

struct psa_frame {
    enum psa_context context;
    const struct psa_element *element;
    uint32_t index; /* container or definition */
    uint32_t args, operands; /* where its own begin on the side stacks */
    unsigned k, k_max;
    uint32_t line, column;
    const char *name; /* as written, for messages */
};

enum { FRAMES_MAX = 256, CACHE = 128 };

struct psa_cache {
    const char *name;
    const struct psa_element *element;
};

struct psa_parser {
    struct psa_model *m;
    const char *file;
    struct psa_frame frames[FRAMES_MAX];
    size_t depth;
    uint32_t container, definition;
    VEC(struct psa_arg) args;
    VEC(uint32_t) operands;
    struct str label;
    struct psa_cache cache[CACHE];
};

static struct place place_of(const struct psa_parser *p, const struct xml_tag *tag)
{
    return (struct place){p->file, tag->line, tag->column};
}

static void fault(struct psa_parser *p, const struct xml_tag *tag, const char *what, const char *expected)
{
    reading_fault(&p->m->reading, place_of(p, tag), what, expected);
}

/* ---- names ---- */

static const struct psa_element *search_element(const char *name)
{
    size_t low = 0, high = ARRAY_LEN(elements);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(name, elements[middle].name);
        if (order == 0)
            return &elements[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return &strange_element;
}

/* The same name has the same address all through the text. */
static const struct psa_element *find_element(struct psa_parser *p, const char *name)
{
    uintptr_t address = (uintptr_t)name;
    struct psa_cache *c = &p->cache[(address ^ (address >> 7)) % CACHE];
    if (c->name != name)
        *c = (struct psa_cache){name, search_element(name)};
    return c->element;
}

static bool is_plain(struct sv name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.at[i] <= ' ' || name.at[i] >= 0x7F)
            return false;
    }
    return true;
}

static struct psa_name *intern(struct psa_parser *p, const struct xml_tag *tag, struct sv text)
{
    struct psa_model *m = p->m;
    struct psa_name *name = map_get(&m->names, text);
    if (name)
        return name;
    struct sv clean = is_plain(text) && text.len <= m->reading.limits.label
                          ? arena_sv(m->reading.arena, text)
                          : reading_text(&m->reading, place_of(p, tag), text);
    name = clean.len == text.len ? NULL : map_get(&m->names, clean);
    if (name)
        return name;
    name = arena_new(m->reading.arena, struct psa_name);
    name->text = clean;
    map_set(&m->names, clean, name);
    return name;
}

/* The "name" attribute; the empty name after a fault. */
static struct psa_name *name_of(struct psa_parser *p, const struct xml_tag *tag)
{
    struct sv text;
    if (!xml_attribute(tag, "name", &text) || !sv_trim(text).len)
        fault(p, tag, arena_printf(p->m->reading.arena, "%s without name", tag->name), "name=\"...\"");
    return intern(p, tag, text);
}

/* ---- frames ---- */

static struct psa_frame *push(struct psa_parser *p, const struct xml_tag *tag, enum psa_context context)
{
    if (p->depth >= FRAMES_MAX)
        BUG("more frames than levels of XML");
    struct psa_frame *f = &p->frames[p->depth++];
    *f = (struct psa_frame){.context = context,
                            .args = (uint32_t)p->args.len,
                            .operands = (uint32_t)p->operands.len,
                            .line = tag->line,
                            .column = tag->column};
    return f;
}

static void misplaced(struct psa_parser *p, const struct xml_tag *tag)
{
    static const char *const wanted[] = {
        [IN_NOTHING] = "opsa-mef",
        [IN_MODEL] = "define-fault-tree or model-data",
        [IN_TREE] = "define-gate, define-basic-event, define-house-event, define-parameter or define-component",
        [IN_GATE] = "a formula: and, or, atleast, not, xor, nand, nor, iff, imply, cardinality, or an event",
        [IN_FORMULA] = "a formula: and, or, atleast, not, xor, nand, nor, iff, imply, cardinality, or an event",
        [IN_REFERENCE] = "an empty element",
        [IN_BASIC] = "an expression that this program can evaluate, such as float, parameter or mul",
        [IN_PARAMETER] = "an expression that this program can evaluate, such as float, parameter or mul",
        [IN_HOUSE] = "constant",
        [IN_EXPRESSION] = "an expression that this program can evaluate, such as float, parameter or mul",
        [IN_LABEL] = "text",
        [IN_SKIPPED] = "",
    };
    enum psa_context context = p->depth ? p->frames[p->depth - 1].context : IN_NOTHING;
    fault(p, tag, arena_printf(p->m->reading.arena, "the element %.*s does not belong here",
                               SV_ARG(reading_shown(sv_str(tag->name)))),
          wanted[context]);
    push(p, tag, IN_SKIPPED);
}

static bool is_private(struct psa_parser *p, const struct xml_tag *tag, bool usual)
{
    struct sv role;
    if (!xml_attribute(tag, "role", &role))
        return usual;
    if (sv_eq_str(role, "private"))
        return true;
    if (!sv_eq_str(role, "public"))
        fault(p, tag, "an unknown role", "public or private");
    return false;
}

static void open_container(struct psa_parser *p, const struct xml_tag *tag)
{
    struct psa_model *m = p->m;
    struct sv above = m->containers.at[p->container].path;
    struct sv name = name_of(p, tag)->text;
    bool private = is_private(p, tag, m->containers.at[p->container].private);
    struct psa_container *c = vec_push(m->reading.arena, &m->containers);
    c->parent = p->container;
    c->path = above.len ? sv_str(arena_printf(m->reading.arena, "%.*s.%.*s", SV_ARG(above), SV_ARG(name))) : name;
    c->private = private;
    push(p, tag, IN_TREE)->index = p->container;
    p->container = (uint32_t)m->containers.len - 1;
}

static bool full(struct psa_parser *p, const struct xml_tag *tag)
{
    struct psa_model *m = p->m;
    if (m->definitions.len + m->formulas.len <= m->reading.limits.nodes)
        return false;
    fault(p, tag, "the model has too many gates and events",
          arena_printf(m->reading.arena, "at most %zu", m->reading.limits.nodes));
    xml_stop(tag);
    return true;
}

static void open_definition(struct psa_parser *p, const struct xml_tag *tag, enum psa_kind kind)
{
    static const enum psa_context contexts[] = {
        [PSA_GATE] = IN_GATE, [PSA_BASIC] = IN_BASIC, [PSA_HOUSE] = IN_HOUSE, [PSA_PARAMETER] = IN_PARAMETER};
    struct psa_model *m = p->m;
    struct psa_name *name = name_of(p, tag);
    if (full(p, tag))
        return;
    struct psa_definition *d = vec_push(m->reading.arena, &m->definitions);
    d->kind = kind;
    d->name = name;
    d->container = p->container;
    d->private = p->container && is_private(p, tag, m->containers.at[p->container].private);
    d->body = PSA_NONE;
    d->label = SV_NONE;
    d->place = place_of(p, tag);
    m->privates += d->private;
    p->definition = (uint32_t)m->definitions.len - 1;
    push(p, tag, contexts[kind])->index = p->definition;
}

/* ---- formulas ---- */

static void push_arg(struct psa_parser *p, uint32_t line, uint32_t column, struct psa_name *name, enum psa_kind kind,
                     uint32_t formula)
{
    *vec_push(p->m->reading.arena, &p->args) = (struct psa_arg){name, formula, kind, line, column};
}

static unsigned number_attribute(struct psa_parser *p, const struct xml_tag *tag, const char *name)
{
    struct sv text;
    uint64_t number = 0;
    if (!xml_attribute(tag, name, &text) || !sv_to_u64(text, UINT32_MAX / 2, &number))
        fault(p, tag, arena_printf(p->m->reading.arena, "%s without a number in \"%s\"", tag->name, name),
              arena_printf(p->m->reading.arena, "%s=\"2\"", name));
    return (unsigned)number;
}

static void open_gate(struct psa_parser *p, const struct xml_tag *tag, const struct psa_element *e)
{
    struct psa_frame *f = push(p, tag, IN_FORMULA);
    f->element = e;
    if (e->code == TREE_AT_LEAST || e->code == TREE_CARDINALITY)
        f->k = number_attribute(p, tag, "min");
    if (e->code == TREE_CARDINALITY)
        f->k_max = number_attribute(p, tag, "max");
}

static void open_event(struct psa_parser *p, const struct xml_tag *tag, enum psa_kind kind)
{
    struct sv type;
    struct psa_name *name = name_of(p, tag);
    if (kind == PSA_ANY && xml_attribute(tag, "type", &type)) {
        kind = sv_eq_str(type, "gate")          ? PSA_GATE
               : sv_eq_str(type, "basic-event") ? PSA_BASIC
               : sv_eq_str(type, "house-event") ? PSA_HOUSE
                                                : PSA_ANY;
        if (kind == PSA_ANY)
            fault(p, tag, "an unknown type of event", "gate, basic-event or house-event");
    }
    push_arg(p, tag->line, tag->column, name, kind, PSA_NONE);
    push(p, tag, IN_REFERENCE);
}

static bool constant_value(struct psa_parser *p, const struct xml_tag *tag)
{
    struct sv text;
    bool there = xml_attribute(tag, "value", &text);
    bool yes = sv_eq_str(text, "true") || sv_eq_str(text, "1");
    if (!there || (!yes && !sv_eq_str(text, "false") && !sv_eq_str(text, "0")))
        fault(p, tag, "a constant without value", "value=\"true\" or value=\"false\"");
    return yes;
}

static uint32_t add_formula(struct psa_parser *p, const struct psa_frame *f, enum tree_gate gate, uint32_t args)
{
    struct psa_model *m = p->m;
    struct psa_formula *formula = vec_push(m->reading.arena, &m->formulas);
    *formula = (struct psa_formula){gate,          f->k, f->k_max, (uint32_t)m->args.len, (uint32_t)p->args.len - args,
                                    p->definition, f->line, f->column};
    for (size_t i = args; i < p->args.len; i++)
        *vec_push(m->reading.arena, &m->args) = p->args.at[i];
    p->args.len = args;
    return (uint32_t)m->formulas.len - 1;
}

static void open_constant(struct psa_parser *p, const struct xml_tag *tag)
{
    struct psa_frame f = {.k = constant_value(p, tag), .line = tag->line, .column = tag->column};
    if (!full(p, tag))
        push_arg(p, tag->line, tag->column, NULL, PSA_ANY,
                 add_formula(p, &f, TREE_CONSTANT, (uint32_t)p->args.len));
    push(p, tag, IN_REFERENCE);
}

static void open_in_formula(struct psa_parser *p, const struct xml_tag *tag, const struct psa_element *e)
{
    switch (e->class) {
    case A_GATE:
        if (!full(p, tag))
            open_gate(p, tag, e);
        break;
    case A_EVENT:
        open_event(p, tag, (enum psa_kind)e->code);
        break;
    case A_CONSTANT:
        open_constant(p, tag);
        break;
    default:
        misplaced(p, tag);
    }
}

static void bad_count(struct psa_parser *p, const struct psa_frame *f, const char *what, const char *expected)
{
    reading_fault(&p->m->reading, (struct place){p->file, f->line, f->column},
                  arena_printf(p->m->reading.arena, "%s: %s", f->element->name, what), expected);
}

static void check_gate(struct psa_parser *p, const struct psa_frame *f, unsigned count)
{
    struct arena *a = p->m->reading.arena;
    switch ((enum tree_gate)f->element->code) {
    case TREE_AT_LEAST:
        if (count && (f->k < 1 || f->k > count))
            bad_count(p, f, arena_printf(a, "min is %u, with %u arguments", f->k, count),
                      arena_printf(a, "a number from 1 to %u", count));
        break;
    case TREE_CARDINALITY:
        if (count && (f->k > f->k_max || f->k_max > count))
            bad_count(p, f, arena_printf(a, "min is %u and max %u, with %u arguments", f->k, f->k_max, count),
                      arena_printf(a, "0 <= min <= max <= %u", count));
        break;
    case TREE_NOT:
        if (count > 1)
            bad_count(p, f, arena_printf(a, "%u arguments", count), "one");
        break;
    case TREE_IMPLY:
        if (count && count != 2)
            bad_count(p, f, arena_printf(a, "%u arguments", count), "two");
        break;
    case TREE_IFF:
    case TREE_XOR:
        if (count == 1)
            bad_count(p, f, "one argument", "at least two");
        break;
    default:
        break;
    }
    if (!count)
        bad_count(p, f, "a gate without arguments", "the events and formulas that it joins");
}

static void close_formula(struct psa_parser *p, const struct psa_frame *f)
{
    check_gate(p, f, (unsigned)(p->args.len - f->args));
    uint32_t formula = add_formula(p, f, (enum tree_gate)f->element->code, f->args);
    push_arg(p, f->line, f->column, NULL, PSA_ANY, formula);
}

static void close_gate(struct psa_parser *p, const struct psa_frame *f)
{
    struct psa_definition *d = &p->m->definitions.at[f->index];
    size_t count = p->args.len - f->args;
    if (count != 1)
        reading_fault(&p->m->reading, d->place,
                      arena_printf(p->m->reading.arena, "gate %.*s has %s formula",
                                   SV_ARG(reading_shown(d->name->text)), count ? "more than one" : "no"),
                      "one formula");
    if (count == 1 && p->args.at[f->args].formula != PSA_NONE)
        d->body = p->args.at[f->args].formula;
    else if (count)
        d->body = add_formula(p, f, TREE_OR, f->args);
    p->args.len = f->args;
}

/* ---- expressions ---- */

static void push_operand(struct psa_parser *p, struct psa_expression e)
{
    struct psa_model *m = p->m;
    *vec_push(m->reading.arena, &m->expressions) = e;
    *vec_push(m->reading.arena, &p->operands) = (uint32_t)m->expressions.len - 1;
}

static void open_number(struct psa_parser *p, const struct xml_tag *tag)
{
    struct sv text;
    double number = 0;
    if (!xml_attribute(tag, "value", &text) || !reading_number(sv_trim(text), &number))
        fault(p, tag, arena_printf(p->m->reading.arena, "%s without a number", tag->name), "value=\"0.1\"");
    push_operand(p, (struct psa_expression){.op = OP_NUMBER,
                                            .number = number,
                                            .written = arena_sv(p->m->reading.arena, sv_trim(text)),
                                            .line = tag->line,
                                            .column = tag->column});
    push(p, tag, IN_REFERENCE);
}

static void open_in_expression(struct psa_parser *p, const struct xml_tag *tag, const struct psa_element *e)
{
    struct psa_expression x = {
        .op = (enum psa_op)e->code, .written = SV_NONE, .line = tag->line, .column = tag->column};
    if (e->class == A_FLOAT || e->class == A_INT) {
        open_number(p, tag);
    } else if (e->class == A_PI) {
        x.op = OP_NUMBER;
        x.number = M_PI;
        push_operand(p, x);
        push(p, tag, IN_REFERENCE);
    } else if (e->class == A_OPERATION && (e->code == OP_PARAMETER || e->code == OP_MISSION_TIME)) {
        x.name = e->code == OP_PARAMETER ? name_of(p, tag) : NULL;
        push_operand(p, x);
        push(p, tag, IN_REFERENCE);
    } else if (e->class == A_OPERATION) {
        push(p, tag, IN_EXPRESSION)->element = e;
    } else {
        misplaced(p, tag);
    }
}

static void close_expression(struct psa_parser *p, const struct psa_frame *f)
{
    struct psa_model *m = p->m;
    unsigned count = (unsigned)(p->operands.len - f->operands);
    struct psa_expression x = {.op = (enum psa_op)f->element->code,
                               .written = SV_NONE,
                               .first = (uint32_t)m->operands.len,
                               .len = count,
                               .line = f->line,
                               .column = f->column};
    if (count < f->element->least || (f->element->most && count > f->element->most))
        bad_count(p, f, arena_printf(m->reading.arena, "%u operands", count),
                  f->element->least == f->element->most
                      ? arena_printf(m->reading.arena, "%u", f->element->least)
                      : arena_printf(m->reading.arena, "at least %u", f->element->least));
    for (size_t i = f->operands; i < p->operands.len; i++)
        *vec_push(m->reading.arena, &m->operands) = p->operands.at[i];
    p->operands.len = f->operands;
    push_operand(p, x);
}

static void close_value(struct psa_parser *p, const struct psa_frame *f)
{
    struct psa_definition *d = &p->m->definitions.at[f->index];
    size_t count = p->operands.len - f->operands;
    if (count > 1 || (!count && d->kind == PSA_PARAMETER))
        reading_fault(&p->m->reading, d->place,
                      arena_printf(p->m->reading.arena, "%.*s has %s expression", SV_ARG(reading_shown(d->name->text)),
                                   count ? "more than one" : "no"),
                      "one expression");
    if (count)
        d->body = p->operands.at[f->operands];
    p->operands.len = f->operands;
}

/* ---- tags ---- */

/* What may stand in several places: labels, notes, and what this program does not read. */
static bool open_anywhere(struct psa_parser *p, const struct xml_tag *tag, const struct psa_element *e,
                          enum psa_context context)
{
    bool inside = context == IN_FORMULA || context == IN_REFERENCE || context == IN_EXPRESSION ||
                  context == IN_LABEL || context == IN_NOTHING;
    struct arena *a = p->m->reading.arena;
    if (e->class == A_LABEL && !inside) {
        push(p, tag, IN_LABEL);
        str_clear(&p->label);
    } else if (e->class == A_NOTE && !inside) {
        push(p, tag, IN_SKIPPED);
    } else if (e->class == A_LOST) {
        reading_warning(&p->m->reading, place_of(p, tag), arena_printf(a, "%s is passed over", tag->name),
                        "fault trees only");
        push(p, tag, IN_SKIPPED);
    } else if (e->class == A_REFUSED) {
        fault(p, tag, arena_printf(a, "%s is not supported, and without it the results would be wrong", tag->name),
              "a model without it");
        push(p, tag, IN_SKIPPED);
    } else {
        return false;
    }
    return true;
}

static void open_in_model(struct psa_parser *p, const struct xml_tag *tag, const struct psa_element *e,
                          enum psa_context context)
{
    bool tree = context == IN_TREE;
    if (e->class == A_DEFINITION && tree)
        open_definition(p, tag, (enum psa_kind)e->code);
    else if ((e->class == A_TREE && !tree) || (e->class == A_COMPONENT && tree && p->container))
        open_container(p, tag);
    else if (e->class == A_DATA && !tree)
        push(p, tag, IN_TREE)->index = p->container;
    else
        misplaced(p, tag);
}

static void on_open(void *data, const struct xml_tag *tag)
{
    struct psa_parser *p = data;
    enum psa_context context = p->depth ? p->frames[p->depth - 1].context : IN_NOTHING;
    const struct psa_element *e = find_element(p, tag->name);
    if (context == IN_SKIPPED) {
        push(p, tag, IN_SKIPPED);
        return;
    }
    if (open_anywhere(p, tag, e, context))
        return;
    switch (context) {
    case IN_NOTHING:
        if (e->class == A_MODEL)
            push(p, tag, IN_MODEL);
        else
            misplaced(p, tag);
        break;
    case IN_MODEL:
    case IN_TREE:
        open_in_model(p, tag, e, context);
        break;
    case IN_GATE:
    case IN_FORMULA:
        open_in_formula(p, tag, e);
        break;
    case IN_BASIC:
    case IN_PARAMETER:
    case IN_EXPRESSION:
        open_in_expression(p, tag, e);
        break;
    case IN_HOUSE:
        if (e->class == A_CONSTANT) {
            p->m->definitions.at[p->definition].state = constant_value(p, tag);
            push(p, tag, IN_REFERENCE);
            break;
        }
        misplaced(p, tag);
        break;
    default:
        misplaced(p, tag);
    }
}

static void close_label(struct psa_parser *p, const struct psa_frame *f)
{
    enum psa_context above = p->frames[p->depth - 1].context;
    struct psa_model *m = p->m;
    if (above != IN_GATE && above != IN_BASIC && above != IN_HOUSE)
        return;
    m->definitions.at[p->definition].label =
        reading_text(&m->reading, (struct place){p->file, f->line, f->column}, str_sv(&p->label));
}

static void on_close(void *data, const char *name CM_UNUSED)
{
    struct psa_parser *p = data;
    if (!p->depth)
        return; /* the element whose limit stopped the reading */
    const struct psa_frame *f = &p->frames[--p->depth];
    switch (f->context) {
    case IN_TREE:
        p->container = f->index;
        break;
    case IN_GATE:
        close_gate(p, f);
        break;
    case IN_FORMULA:
        close_formula(p, f);
        break;
    case IN_BASIC:
    case IN_PARAMETER:
        close_value(p, f);
        break;
    case IN_EXPRESSION:
        close_expression(p, f);
        break;
    case IN_LABEL:
        close_label(p, f);
        break;
    default:
        break;
    }
}

static void on_text(void *data, struct sv piece)
{
    struct psa_parser *p = data;
    if (p->depth && p->frames[p->depth - 1].context == IN_LABEL)
        str_add(&p->label, piece);
}

bool psa_read(struct psa_model *m, const struct openpsa_source *source)
{
    static const struct xml_calls calls = {.open = on_open, .close = on_close, .text = on_text};
    struct psa_parser *p = arena_new(m->reading.arena, struct psa_parser);
    p->m = m;
    p->file = source->file;
    bool read = xml_read(source->text, source->file, NULL, &calls, p, m->reading.diag);
    str_release(&p->label);
    return read;
}

const struct tree *openpsa_parse(struct arena *a, const struct openpsa_source *sources, size_t count,
                                 const struct openpsa_options *options, struct diag *diag)
{
    static const struct openpsa_options usual = {.top = {"", 0}};
    struct psa_model *m = arena_new(a, struct psa_model);
    size_t bytes = 0;
    m->options = options ? options : &usual;
    reading_init(&m->reading, a, &m->options->limits, diag);
    for (size_t i = 0; i < count; i++)
        bytes += sources[i].text.len;
    if (!count || !reading_bytes(&m->reading, sources[0].file, bytes))
        return NULL;
    m->file = sources[0].file;
    map_init(&m->names, a);
    vec_push(a, &m->containers)->path = SV_NONE;
    bool read = true;
    for (size_t i = 0; i < count; i++)
        read = psa_read(m, &sources[i]) && read;
    return read ? psa_tree(m) : NULL; /* half a model would only give faults that are none */
}
