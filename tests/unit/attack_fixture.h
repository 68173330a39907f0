/* Random small trees and brute force over all sets of steps, for the tests of attacks and fronts. */
#ifndef CASEMATE_TESTS_ATTACK_FIXTURE_H
#define CASEMATE_TESTS_ATTACK_FIXTURE_H

#include "base/fs.h"
#include "format/json.h"
#include "tree/core/attacks.h"
#include "tree/core/pareto.h"
#include "tree/io/json.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { FIXTURE_STEPS = 9, FIXTURE_NODES = 64 };

struct chance_source {
    uint64_t state;
};

static inline uint32_t draw_number(struct chance_source *r, uint32_t below)
{
    r->state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = r->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((z ^ (z >> 31)) >> 33) % below;
}

static inline void set_point(struct tree_node *n, enum tree_attribute a, double x)
{
    n->values[a] = (struct tree_value){.kind = TREE_POINT, .lo = x, .mode = x, .hi = x};
}

struct tree_kind {
    bool negations;       /* gates of fault trees too */
    bool sequences;       /* SAND */
    bool countermeasures; /* some with what defeats them */
    bool damage;
};

static inline void random_gate(struct chance_source *r, const struct tree_kind *kind, struct tree_node *n)
{
    static const enum tree_gate plain[] = {TREE_OR, TREE_AND, TREE_OR, TREE_AND, TREE_AT_LEAST};
    static const enum tree_gate odd[] = {TREE_XOR, TREE_NAND, TREE_NOR, TREE_IFF, TREE_NOT, TREE_CARDINALITY};
    n->gate = plain[draw_number(r, 5)];
    if (kind->sequences && n->gate == TREE_AND && draw_number(r, 3))
        n->gate = TREE_SAND;
    if (kind->negations && draw_number(r, 4) == 0)
        n->gate = odd[draw_number(r, 6)];
}

static inline void hang(struct arena *a, struct tree *t, uint32_t parent, uint32_t child)
{
    *vec_push(a, &t->nodes.at[parent].children) = child;
    t->nodes.at[child].parents++;
}

/* Gates first, then countermeasures, then steps; every node below the goal. */
static inline struct tree *random_tree(struct arena *a, struct chance_source *r, const struct tree_kind *kind)
{
    struct tree *t = arena_new(a, struct tree);
    uint32_t steps = 2 + draw_number(r, FIXTURE_STEPS - 1), gates = 1 + draw_number(r, 7);
    uint32_t defences = kind->countermeasures ? draw_number(r, 4) : 0, len = gates + defences + steps;
    for (uint32_t i = 0; i < len; i++) {
        struct tree_node *n = vec_push(a, &t->nodes);
        n->label = sv_str(arena_printf(a, "n%u", i));
        n->id = SV_NONE;
        if (i < gates)
            random_gate(r, kind, n);
        else if (i < gates + defences)
            n->role = TREE_COUNTERMEASURE, n->gate = TREE_LEAF;
        set_point(n, TREE_P, (1 + draw_number(r, 16)) / 16.0);
        set_point(n, TREE_COST, draw_number(r, 20));
        set_point(n, TREE_TIME, draw_number(r, 12));
        set_point(n, TREE_SKILL, 1 + draw_number(r, 5));
        if (kind->damage && n->role == TREE_ATTACK && draw_number(r, 2))
            set_point(n, TREE_DAMAGE, draw_number(r, 30));
    }
    for (uint32_t i = 0; i < gates; i++) {
        uint32_t want = t->nodes.at[i].gate == TREE_NOT ? 1 : 1 + draw_number(r, 4);
        for (uint32_t j = 0; j < want; j++) {
            uint32_t child = i + 1 + draw_number(r, len - i - 1);
            if (child < gates || child >= gates + defences)
                hang(a, t, i, child);
        }
        if (!t->nodes.at[i].children.len)
            hang(a, t, i, len - 1 - draw_number(r, steps));
    }
    for (uint32_t i = gates; i < gates + defences; i++) {
        uint32_t place = draw_number(r, 2) ? draw_number(r, gates) : len - 1 - draw_number(r, steps);
        *vec_push(a, &t->nodes.at[place].countermeasures) = i;
        uint32_t first = place < gates ? gates + defences : place + 1; /* nothing is below itself */
        for (uint32_t j = first < len ? draw_number(r, 3) : 0; j > 0; j--)
            hang(a, t, i, first + draw_number(r, len - first));
        t->nodes.at[i].gate = !t->nodes.at[i].children.len ? TREE_LEAF : draw_number(r, 2) ? TREE_AND : TREE_OR;
        if (kind->sequences && t->nodes.at[i].gate == TREE_AND)
            t->nodes.at[i].gate = TREE_SAND;
    }
    for (uint32_t i = 1; i < len; i++)
        if (!t->nodes.at[i].parents && (i < gates || i >= gates + defences)) {
            uint32_t parent = draw_number(r, i < gates ? i : gates);
            if (t->nodes.at[parent].gate == TREE_NOT)
                t->nodes.at[parent].gate = TREE_NOR;
            hang(a, t, parent, i);
        }
    for (uint32_t i = 0; i < gates; i++) {
        struct tree_node *n = &t->nodes.at[i];
        uint32_t width = (uint32_t)n->children.len;
        n->k = 1 + draw_number(r, width);
        n->k_max = n->k + draw_number(r, width - n->k + 1);
    }
    return t;
}

/* ---- brute force -------------------------------------------------------------------------------- */

/* Everything about one tree: values, solution, and all minimal attacks by brute force. */
struct subject {
    struct arena *arena;
    struct model model;
    struct attack_values values;
    struct solution solution;
    struct tree_attack *attacks; /* minimal, in no order */
    size_t len;
    bool *holds; /* by set of steps, as bits */
};

static inline bool subject_init(struct subject *s, struct arena *a, const struct tree *t, enum tree_world world,
                                struct err *err)
{
    memset(s, 0, sizeof(*s));
    s->arena = a;
    if (model_init(&s->model, a, t, err))
        return false;
    attack_values_init(&s->values, &s->model, &(struct model_world){.world = world});
    return solve(&s->values.formula, SOLVE_BOTH, NULL, a, &s->solution, err) == CM_OK;
}

/* The reached times by playing the attack: at every moment all steps begin that may. */
static inline double play(const struct subject *s, uint32_t set)
{
    const struct tree *t = s->model.tree;
    double begun[FIXTURE_NODES], reached[FIXTURE_NODES];
    bool done[FIXTURE_STEPS + 32] = {0}, final[FIXTURE_STEPS + 32] = {0}, holds[FIXTURE_NODES];
    struct formula f = s->values.formula;
    for (uint32_t e = 0; e < s->model.steps; e++)
        final[e] = set >> e & 1u;
    for (size_t i = 0; i < t->nodes.len; i++) {
        f.root = s->values.edges[i];
        holds[i] = formula_holds(&f, final);
        begun[i] = reached[i] = (double)INFINITY;
    }
    begun[0] = 0;
    for (double now = 0; now < 2000; now += 1)
        for (bool changed = true; changed;) {
            changed = false;
            for (uint32_t i = 0; i < t->nodes.len; i++) {
                const struct tree_node *n = &t->nodes.at[i];
                uint32_t e = s->model.event_of[i];
                if (begun[i] > now)
                    continue;
                if (n->role == TREE_ATTACK && n->gate == TREE_LEAF && final[e] && !done[e] &&
                    begun[i] + n->values[TREE_TIME].mode <= now)
                    done[e] = changed = true;
                if (holds[i] != (n->role == TREE_ATTACK))
                    continue; /* not used, or not defeated */
                if (n->role != TREE_ATTACK && formula_is_constant(s->values.edges[i]))
                    continue; /* not there */
                for (size_t j = 0; j < n->countermeasures.len; j++)
                    if (begun[n->countermeasures.at[j]] > now)
                        begun[n->countermeasures.at[j]] = now, changed = true;
                for (size_t j = 0; j < n->children.len; j++) {
                    if (begun[n->children.at[j]] > now)
                        begun[n->children.at[j]] = now, changed = true;
                    if (n->gate == TREE_SAND && reached[n->children.at[j]] > now)
                        break;
                }
            }
            for (uint32_t i = 0; i < t->nodes.len; i++) {
                f.root = s->values.edges[i];
                if (reached[i] > now && t->nodes.at[i].role == TREE_ATTACK && formula_holds(&f, done))
                    reached[i] = now, changed = true;
            }
            if (reached[0] <= now)
                return reached[0];
        }
    return (double)INFINITY;
}

static inline struct tree_attack brute_figures(const struct subject *s, uint32_t set)
{
    const struct tree *t = s->model.tree;
    struct tree_attack a = {.by = {1, 0, 0, 0, 0, 0, 0}};
    uint32_t *steps = arena_new_array(s->arena, uint32_t, s->model.steps + 1);
    bool state[FIXTURE_STEPS + 32] = {0};
    for (uint32_t e = 0; e < s->model.steps; e++)
        if (set >> e & 1u) {
            const struct tree_value *v = t->nodes.at[s->model.events.at[e].node].values;
            steps[a.len++] = s->model.events.at[e].node;
            state[e] = true;
            a.by[MEASURE_PROBABILITY] *= v[TREE_P].mode;
            a.by[MEASURE_COST] += v[TREE_COST].mode;
            a.by[MEASURE_TIME_SUM] += v[TREE_TIME].mode;
            a.by[MEASURE_SKILL] = fmax(a.by[MEASURE_SKILL], v[TREE_SKILL].mode);
            a.by[MEASURE_TIME] = fmax(a.by[MEASURE_TIME], v[TREE_TIME].mode);
            a.by[MEASURE_SIZE] += 1;
        }
    if (s->values.sequence && s->holds[set])
        a.by[MEASURE_TIME] = play(s, set);
    struct formula f = s->values.formula;
    for (size_t i = 0; i < t->nodes.len && s->values.has_damage; i++) {
        f.root = s->values.edges[i];
        if (t->nodes.at[i].role == TREE_ATTACK && t->nodes.at[i].values[TREE_DAMAGE].kind != TREE_NO_VALUE &&
            formula_holds(&f, state))
            a.by[MEASURE_DAMAGE] += t->nodes.at[i].values[TREE_DAMAGE].mode;
    }
    if (!s->values.has_damage)
        a.by[MEASURE_DAMAGE] = (double)NAN;
    a.steps = steps;
    return a;
}

/* The minimal sets for which the formula holds, by trying all. */
static inline void brute_attacks(struct subject *s)
{
    uint32_t sets = (uint32_t)1 << s->model.steps;
    bool *above = arena_new_array(s->arena, bool, sets);
    s->holds = arena_new_array(s->arena, bool, sets);
    s->attacks = arena_new_array(s->arena, struct tree_attack, sets);
    for (uint32_t set = 0; set < sets; set++) {
        bool state[FIXTURE_STEPS + 32] = {0};
        for (uint32_t e = 0; e < s->model.steps; e++) {
            state[e] = set >> e & 1u;
            if (state[e] && (s->holds[set ^ (1u << e)] || above[set ^ (1u << e)]))
                above[set] = true; /* a part of it reaches the goal */
        }
        s->holds[set] = formula_holds(&s->values.formula, state);
        if (s->holds[set] && !above[set])
            s->attacks[s->len++] = brute_figures(s, set);
    }
}

/* ---- shared models ------------------------------------------------------------------------------ */

/* The folder of shared models, or NULL (with a note on standard error) when there is none. */
static inline const char *shared_folder(struct arena *a)
{
    const char *base = getenv("CASEMATE_SHARED"), *source = getenv("CASEMATE_SOURCE");
    const char *path = base ? arena_printf(a, "%s/trees/attack-small", base)
                            : arena_printf(a, "%s/../shared/trees/attack-small", source ? source : ".");
    DIR *folder = opendir(path);
    if (!folder) {
        fprintf(stderr, "# no %s: models with known answers are not tested\n", path);
        return NULL;
    }
    closedir(folder);
    return path;
}

/* A file of the folder; any fault fails the test. */
static inline struct sv shared_text(struct arena *a, const char *folder, const char *name)
{
    struct err err = ERR_INIT;
    struct sv text = SV_NONE;
    if (fs_read(a, arena_printf(a, "%s/%s.json", folder, name), (size_t)16 << 20, &text, &err) != CM_OK)
        fail_msg("%s", err.text);
    return text;
}

static inline const struct json_value *shared_json(struct arena *a, const char *folder, const char *name)
{
    struct err err = ERR_INIT;
    const struct json_value *v = NULL;
    if (json_parse(a, shared_text(a, folder, name), (size_t)16 << 20, &v, &err) != CM_OK)
        fail_msg("%s: %s", name, err.text);
    return v;
}

static inline const struct tree *shared_tree(struct arena *a, const char *folder, const char *name)
{
    struct diag diag;
    diag_init(&diag, a);
    const struct tree *t = tree_json_parse(a, shared_text(a, folder, name), name, NULL, &diag);
    if (!t)
        fail_msg("%s", diag.len ? diag_format(&diag, &diag.items[0]) : name);
    return t;
}

/* A seed that differs from run to run; CASEMATE_SEED fixes it. */
static inline uint64_t random_seed(void)
{
    const char *fixed = getenv("CASEMATE_SEED");
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t seed = fixed ? strtoull(fixed, NULL, 0) : (uint64_t)now.tv_sec * 1000000007u + (uint64_t)now.tv_nsec;
    fprintf(stderr, "# seed %llu (CASEMATE_SEED repeats it)\n", (unsigned long long)seed);
    return seed;
}

#endif
