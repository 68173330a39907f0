#include "tree/core/solve.h"
#include "tree/core/bdd_table.h"
#include "tree/core/deep.h"
#include "tree/core/modules.h"
#include "tree/core/preprocess.h"
#include "tree/core/race.h"
#include "tree/core/zdd.h"

#include <string.h>

struct solving {
    const struct formula *original;
    const struct formula_modules *modules;
    uint32_t module; /* being solved */
    uint32_t *ranks[ORDER_RULES]; /* by variable, from the original formula; NULL: not asked for yet */
    unsigned threads;
    enum solve_want want;
    struct budget budget;
    struct arena *arena, *scratch;
    struct solution *out;
    bool ok;
};

/* The order of the original formula by a rule; a module stands where the first of its events does. */
static uint32_t *rank_variables(struct solving *s, enum order_rule rule)
{
    uint32_t events = s->original->events;
    uint32_t *ranks = arena_new_array(s->scratch, uint32_t, events + s->modules->len);
    formula_order(s->original, rule, ranks);
    for (uint32_t i = 0; i < s->modules->len; i++) {
        const struct formula_module *m = &s->modules->at[i];
        ranks[events + i] = UINT32_MAX;
        for (uint32_t e = 0; e < m->f.events; e++) {
            if (ranks[m->vars[e]] < ranks[events + i])
                ranks[events + i] = ranks[m->vars[e]];
        }
    }
    return ranks;
}

static const uint32_t *module_ranks(void *data, enum order_rule rule, struct arena *arena)
{
    struct solving *s = data;
    if (!s->ranks[rule])
        s->ranks[rule] = rank_variables(s, rule);
    const struct formula_module *m = &s->modules->at[s->module];
    uint32_t *own = arena_new_array(arena, uint32_t, m->f.events + 1);
    for (uint32_t e = 0; e < m->f.events; e++)
        own[e] = s->ranks[rule][m->vars[e]];
    return own;
}

/* Levels become variables. */
static void name_variables(struct diagram *d, const uint32_t *var_at)
{
    for (uint32_t i = 0; i < d->len; i++) {
        if (d->at[i].var != DIAGRAM_TERMINAL)
            d->at[i].var = var_at[d->at[i].var];
    }
}

static const unsigned char *by_level(const struct formula *f, const uint32_t *level_of, struct arena *arena)
{
    unsigned char *by_event = arena_new_array(arena, unsigned char, f->events + 1);
    unsigned char *polarity = arena_new_array(arena, unsigned char, f->events + 1);
    formula_polarities(f, by_event);
    for (uint32_t e = 0; e < f->events; e++)
        polarity[level_of[e]] = by_event[e];
    return polarity;
}

static bool solve_module(struct solving *s, const struct formula_module *m, struct solution_part *out)
{
    struct arena scratch = ARENA_INIT;
    struct race_hints hints = {module_ranks, s};
    struct race_result won;
    race_orders(&m->f, &hints, s->threads, &s->budget, &scratch, &won);
    if (won.root != BDD_FAIL)
        out->bdd = bdd_freeze(won.b, won.root, s->arena);
    s->out->nodes_made += bdd_nodes(won.b);
    bdd_free(won.b);
    bool ok = out->bdd.at != NULL;
    if (ok && s->want & SOLVE_SETS) {
        out->sets = zdd_minimal_sets(&out->bdd, by_level(&m->f, won.level_of, &scratch), &s->budget, s->arena,
                                     &s->out->nodes_made);
        ok = out->sets.at != NULL;
    }
    if (ok) {
        uint32_t *var_at = arena_new_array(&scratch, uint32_t, m->f.events + 1);
        for (uint32_t e = 0; e < m->f.events; e++)
            var_at[won.level_of[e]] = m->vars[e];
        name_variables(&out->bdd, var_at);
        name_variables(&out->sets, var_at);
    }
    arena_release(&scratch);
    return ok;
}

static void *solve_modules(void *data)
{
    struct solving *s = data;
    for (s->ok = true; s->module < s->modules->len && s->ok; s->module++)
        s->ok = solve_module(s, &s->modules->at[s->module], &s->out->parts[s->module]);
    return NULL;
}

/* Whether there is room for counting the sets. Their number has no more bits than there are events, which mostly
 * answers that without looking at the diagrams. */
static bool count_fits(struct solving *s)
{
    size_t nodes = 0, used = atomic_load_explicit(&s->budget.used, memory_order_relaxed);
    size_t room = used < s->budget.max_bytes ? s->budget.max_bytes - used : 0;
    for (uint32_t i = 0; i < s->out->len; i++)
        nodes += s->out->parts[i].sets.len + (size_t)1;
    if (nodes <= room / sizeof(uint64_t) / (s->out->events / 64 + 2))
        return true;
    return solution_count_bytes(s->out) <= room;
}

int solve(const struct formula *f, enum solve_want want, const struct tree_limits *limits, struct arena *arena,
          struct solution *out, struct err *err)
{
    struct arena scratch = ARENA_INIT;
    struct formula simple;
    struct formula_modules modules;
    memset(out, 0, sizeof(*out));
    struct solving s = {.original = f, .modules = &modules, .threads = limits && limits->threads ? limits->threads : 1,
                        .want = want, .arena = arena, .scratch = &scratch, .out = out};
    struct pages pages;
    pages_init(&pages);
    budget_init(&s.budget, limits);
    s.budget.pages = &pages;
    formula_simplify(f, &simple, &scratch);
    formula_modules(&simple, &scratch, &modules);
    out->events = f->events;
    out->coherent = formula_coherent(f);
    out->parts = arena_new_array(arena, struct solution_part, modules.len);
    out->len = modules.len;
    uint32_t most = 0;
    for (uint32_t i = 0; i < modules.len; i++)
        most = modules.at[i].f.events > most ? modules.at[i].f.events : most;
    bool ran = deep_call(most, solve_modules, &s);
    pages_release(&pages);
    arena_release(&scratch);
    if (ran && s.ok && (!(want & SOLVE_SETS) || count_fits(&s)))
        return CM_OK;
    memset(out, 0, sizeof(*out));
    return err_set(err, CM_ELIMIT, "the tree is too large for the time or memory allowed");
}
