/* The Open-PSA reader's last part: references become edges, the top is found, the tree is numbered.
 *
 * The graph has one node per definition and one per nested formula; a gate's outermost formula is the gate itself. */
#include "base/suggest.h"
#include "tree/io/openpsa_model.h"

enum { TOPS_SHOWN = 5, CYCLES_MAX = 20, PATH_MAX_SHOWN = 12 };
enum { SUGGEST_LETTERS = 4, SUGGEST_NAMES = 2000, SUGGEST_FAULTS = 20 };

struct psa_linker {
    struct psa_model *m;
    struct psa_scopes scopes;
    uint32_t definitions; /* number of them: nested formula i is node definitions + i */
    uint32_t *targets;    /* by arg: node, or PSA_NONE */
    uint32_t *refers;     /* by definition: how many references there are to it */
    size_t undefined;
    const char *const *known; /* names for suggestions; NULL: not asked for yet */
    size_t known_len;
};

static const char *const kind_names[] = {
    [PSA_ANY] = "event", [PSA_GATE] = "gate", [PSA_BASIC] = "basic event", [PSA_HOUSE] = "house event",
    [PSA_PARAMETER] = "parameter"};

static void fault_at(struct psa_linker *l, uint32_t formula, const struct psa_arg *arg, const char *what,
                     const char *expected)
{
    const char *file = l->m->definitions.at[l->m->formulas.at[formula].owner].place.file;
    reading_fault(&l->m->reading, (struct place){file, arg->line, arg->column}, what, expected);
}

static const char *nearest_name(struct psa_linker *l, struct sv name)
{
    struct psa_model *m = l->m;
    if (name.len < SUGGEST_LETTERS || l->undefined > SUGGEST_FAULTS || m->definitions.len > SUGGEST_NAMES)
        return NULL;
    if (!l->known) {
        const char **known = arena_new_array(m->reading.arena, const char *, m->definitions.len + 1);
        for (size_t i = 0; i < m->definitions.len; i++) {
            struct sv text = m->definitions.at[i].name->text;
            known[i] = arena_strndup(m->reading.arena, text.at, text.len);
        }
        l->known = known;
        l->known_len = m->definitions.len; /* events that are invented later do not count */
    }
    return suggest_nearest(name, l->known, l->known_len);
}

static uint32_t invent_event(struct psa_linker *l, uint32_t formula, const struct psa_arg *arg)
{
    struct psa_model *m = l->m;
    const char *file = m->definitions.at[m->formulas.at[formula].owner].place.file;
    struct psa_definition *d = vec_push(m->reading.arena, &m->definitions);
    *d = (struct psa_definition){.kind = PSA_BASIC,
                                 .name = arg->name,
                                 .body = PSA_NONE,
                                 .label = SV_NONE,
                                 .place = {file, arg->line, arg->column}};
    arg->name->event = (uint32_t)m->definitions.len;
    return arg->name->event - 1;
}

static uint32_t undefined(struct psa_linker *l, uint32_t formula, const struct psa_arg *arg)
{
    struct arena *a = l->m->reading.arena;
    l->undefined++;
    if (l->m->options->undefined_events && (arg->kind == PSA_BASIC || arg->kind == PSA_ANY))
        return invent_event(l, formula, arg);
    if (arg->name->told)
        return PSA_NONE;
    arg->name->told = true;
    const char *nearest = nearest_name(l, arg->name->text);
    const char *what = arg->kind == PSA_GATE    ? "a define-gate of that name"
                       : arg->kind == PSA_HOUSE ? "a define-house-event of that name"
                                                : "a definition of that name, here or in a file given with this one";
    if (nearest)
        what = arena_printf(a, "%s (did you mean %s?)", what, nearest);
    if (arg->name->text.len)
        fault_at(l, formula, arg,
                 arena_printf(a, "%s %.*s is not defined", kind_names[arg->kind],
                              SV_ARG(reading_shown(arg->name->text))),
                 what);
    return PSA_NONE;
}

static uint32_t target_of(struct psa_linker *l, uint32_t formula, const struct psa_arg *arg)
{
    struct psa_model *m = l->m;
    uint32_t owner = m->formulas.at[formula].owner;
    if (arg->formula != PSA_NONE)
        return arg->formula | 0x80000000u; /* becomes a node when the definitions are counted */
    uint32_t d = psa_resolve(m, &l->scopes, arg->name, false, m->definitions.at[owner].container);
    if (d == PSA_NONE)
        return undefined(l, formula, arg);
    enum psa_kind kind = m->definitions.at[d].kind;
    if (arg->kind != PSA_ANY && arg->kind != kind)
        fault_at(l, formula, arg,
                 arena_printf(m->reading.arena, "%.*s is a %s", SV_ARG(reading_shown(arg->name->text)),
                              kind_names[kind]),
                 kind_names[arg->kind]);
    return d;
}

static void check_repeats(struct psa_linker *l, uint32_t formula, uint32_t *seen)
{
    const struct psa_formula *f = &l->m->formulas.at[formula];
    for (uint32_t i = f->first; i < f->first + f->len; i++) {
        uint32_t target = l->targets[i];
        if (target == PSA_NONE || target >= l->definitions)
            continue;
        if (seen[target] == formula + 1)
            fault_at(l, formula, &l->m->args.at[i],
                     arena_printf(l->m->reading.arena, "%.*s stands twice below the same gate",
                                  SV_ARG(reading_shown(l->m->definitions.at[target].name->text))),
                     "each event once");
        seen[target] = formula + 1;
    }
}

static void link_args(struct psa_linker *l)
{
    struct psa_model *m = l->m;
    struct arena *a = m->reading.arena;
    l->targets = arena_new_array(a, uint32_t, m->args.len + 1);
    for (uint32_t f = 0; f < m->formulas.len; f++) {
        for (uint32_t i = 0; i < m->formulas.at[f].len; i++) {
            uint32_t arg = m->formulas.at[f].first + i;
            l->targets[arg] = target_of(l, f, &m->args.at[arg]);
        }
    }
    l->definitions = (uint32_t)m->definitions.len;
    l->refers = arena_new_array(a, uint32_t, l->definitions + 1u);
    for (size_t i = 0; i < m->args.len; i++) {
        if (l->targets[i] == PSA_NONE)
            continue;
        if (l->targets[i] & 0x80000000u)
            l->targets[i] = l->definitions + (l->targets[i] & 0x7FFFFFFFu);
        else
            l->refers[l->targets[i]]++;
    }
    uint32_t *seen = arena_new_array(a, uint32_t, l->definitions + 1u);
    for (uint32_t f = 0; f < m->formulas.len; f++)
        check_repeats(l, f, seen);
    if (m->options->undefined_events && l->undefined)
        diag_warning(m->reading.diag, m->file, 0, 0,
                     arena_printf(a, "%zu basic events have no definition: they are steps without probability",
                                  l->undefined),
                     NULL);
}

/* The formula of a node, or PSA_NONE. */
static uint32_t formula_of(const struct psa_linker *l, uint32_t node)
{
    if (node >= l->definitions)
        return node - l->definitions;
    const struct psa_definition *d = &l->m->definitions.at[node];
    return d->kind == PSA_GATE ? d->body : PSA_NONE;
}

static void make_graph(struct psa_linker *l, struct graph *out)
{
    struct psa_model *m = l->m;
    struct arena *a = m->reading.arena;
    uint32_t count = l->definitions + (uint32_t)m->formulas.len, edges = 0;
    uint32_t *first = arena_new_array(a, uint32_t, count + 1u);
    uint32_t *below = arena_new_array(a, uint32_t, m->args.len + 1);
    unsigned char *outermost = arena_alloc(a, m->formulas.len + 1);
    for (uint32_t i = 0; i < l->definitions; i++) {
        if (formula_of(l, i) != PSA_NONE)
            outermost[formula_of(l, i)] = 1;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t f = formula_of(l, i);
        first[i] = edges;
        if (f == PSA_NONE || (i >= l->definitions && outermost[f]))
            continue;
        for (uint32_t j = 0; j < m->formulas.at[f].len; j++) {
            uint32_t target = l->targets[m->formulas.at[f].first + j];
            if (target != PSA_NONE)
                below[edges++] = target;
        }
    }
    first[count] = edges;
    *out = (struct graph){count, first, below};
}

static void report_cycle(void *context, const uint32_t *path, size_t len)
{
    struct psa_linker *l = context;
    struct str text = STR_INIT;
    const struct psa_definition *start = NULL;
    size_t shown = 0;
    for (size_t i = 0; i < len; i++) {
        if (path[i] >= l->definitions)
            continue;
        const struct psa_definition *d = &l->m->definitions.at[path[i]];
        if (!start)
            start = d;
        if (shown++ < PATH_MAX_SHOWN)
            str_addf(&text, "%.*s -> ", SV_ARG(reading_shown(d->name->text)));
        else if (shown == PATH_MAX_SHOWN + 1)
            str_add_str(&text, "... -> ");
    }
    if (!start)
        BUG("a cycle without a gate");
    str_add(&text, reading_shown(start->name->text));
    reading_fault(&l->m->reading, start->place, arena_printf(l->m->reading.arena, "a cycle: %s", str_cstr(&text)),
                  "a gate that does not contain itself");
    str_release(&text);
}

/* ---- the top ---- */

static uint32_t named_top(struct psa_linker *l, struct sv wanted)
{
    struct psa_model *m = l->m;
    const struct psa_name *name = map_get(&m->names, wanted);
    uint32_t found = name && name->event ? name->event - 1 : PSA_NONE;
    for (uint32_t i = 0; i < l->definitions && found == PSA_NONE; i++) {
        if (m->definitions.at[i].kind == PSA_GATE && sv_eq(psa_path(m, &m->definitions.at[i]), wanted))
            found = i;
    }
    if (found != PSA_NONE && m->definitions.at[found].kind == PSA_GATE)
        return found;
    const char *nearest = nearest_name(l, wanted);
    diag_error(m->reading.diag, m->file, 0, 0,
               arena_printf(m->reading.arena, "there is no gate %.*s", SV_ARG(reading_shown(wanted))),
               nearest ? arena_printf(m->reading.arena, "a gate of this model (did you mean %s?)", nearest)
                       : "a gate of this model");
    return PSA_NONE;
}

static void tell_choice(struct psa_linker *l, uint32_t top)
{
    struct psa_model *m = l->m;
    struct str others = STR_INIT;
    size_t count = 0;
    for (uint32_t i = 0; i < l->definitions; i++) {
        if (m->definitions.at[i].kind != PSA_GATE || l->refers[i] || i == top)
            continue;
        if (count++ < TOPS_SHOWN)
            str_addf(&others, "%s%.*s", count > 1 ? ", " : "", SV_ARG(reading_shown(m->definitions.at[i].name->text)));
    }
    if (count > TOPS_SHOWN)
        str_add_str(&others, ", ...");
    if (count)
        reading_warning(&m->reading, m->definitions.at[top].place,
                        arena_printf(m->reading.arena, "several gates could be the top; the first one is taken: "
                                     "%.*s, not %s",
                                     SV_ARG(reading_shown(m->definitions.at[top].name->text)), str_cstr(&others)),
                        NULL);
    str_release(&others);
}

static uint32_t find_top(struct psa_linker *l)
{
    struct psa_model *m = l->m;
    uint32_t top = PSA_NONE;
    if (m->options->top.len)
        return named_top(l, m->options->top);
    for (uint32_t i = 0; i < l->definitions && top == PSA_NONE; i++) {
        if (m->definitions.at[i].kind == PSA_GATE && !l->refers[i])
            top = i;
    }
    if (top != PSA_NONE && !reading_failed(&m->reading))
        tell_choice(l, top);
    return top;
}

/* ---- the tree ---- */

static void fill_node(struct psa_linker *l, uint32_t node, const struct graph *g, const struct graph_order *order,
                      struct tree_node *n)
{
    struct psa_model *m = l->m;
    uint32_t formula = formula_of(l, node), count = g->first[node + 1] - g->first[node];
    if (formula != PSA_NONE) {
        const struct psa_formula *f = &m->formulas.at[formula];
        n->gate = f->gate;
        n->k = f->k;
        n->k_max = f->k_max;
        n->gate_written = true;
        n->line = f->line;
        n->column = f->column;
    }
    n->children.len = n->children.cap = count;
    n->children.at = count ? arena_new_array(m->reading.arena, uint32_t, count) : NULL;
    for (uint32_t i = 0; i < count; i++)
        n->children.at[i] = order->number[g->below[g->first[node] + i]];
    if (node >= l->definitions) {
        const struct psa_formula *f = &m->formulas.at[formula];
        n->label = n->gate == TREE_CONSTANT
                       ? sv_str(f->k ? "true" : "false")
                       : sv_str(arena_printf(m->reading.arena, "part of %.*s",
                                             SV_ARG(m->definitions.at[f->owner].name->text)));
        return;
    }
    const struct psa_definition *d = &m->definitions.at[node];
    n->id = d->private ? psa_path(m, d) : d->name->text;
    n->label = d->label.len ? d->label : d->name->text;
    n->line = d->place.line;
    n->column = d->place.column;
    if (d->kind == PSA_HOUSE) {
        n->gate = TREE_CONSTANT;
        n->k = d->state;
    }
}

static const struct tree *make_tree(struct psa_linker *l, const struct graph *g, uint32_t top,
                                    const struct tree_value *values)
{
    struct psa_model *m = l->m;
    struct graph_order order;
    graph_sort(m->reading.arena, g, top, &order);
    if (!reading_size(&m->reading, m->definitions.at[top].place.file, order.len, order.depth))
        return NULL;
    struct tree *t = reading_tree(m->reading.arena, order.len);
    for (uint32_t i = 0; i < order.len; i++) {
        uint32_t node = order.raw[i];
        fill_node(l, node, g, &order, &t->nodes.at[i]);
        if (node < l->definitions)
            t->nodes.at[i].values[TREE_P] = values[node];
    }
    reading_finish(t, &order);
    return t;
}

const struct tree *psa_tree(struct psa_model *m)
{
    struct psa_linker *l = arena_new(m->reading.arena, struct psa_linker);
    struct graph g;
    l->m = m;
    psa_enter_names(m);
    link_args(l);
    const struct tree_value *values = psa_values(m, &l->scopes);
    make_graph(l, &g);
    size_t cycles = graph_cycles(&g, CYCLES_MAX, report_cycle, l);
    uint32_t top = find_top(l);
    if (top == PSA_NONE && !cycles && !m->options->top.len && !reading_failed(&m->reading))
        diag_error(m->reading.diag, m->file, 0, 0,
                   "there is no gate in this model", "a define-gate within a define-fault-tree");
    if (top == PSA_NONE || reading_failed(&m->reading))
        return NULL;
    return make_tree(l, &g, top, values);
}
