/* tree/core/importance.h: compared with brute force over all states, and with the collection of small models. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "base/fs.h"
#include "format/json.h"
#include "tree/core/importance.h"
#include "tree/io/json.h"

#include "tree_random.h"

static bool near(double a, double b)
{
    return (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-12 + 1e-9 * fabs(b);
}

static void assert_near(double got, double expected, const char *what, uint32_t which)
{
    if (!near(got, expected))
        fail_msg("%s of %u is %.17g; expected %.17g", what, which, got, expected);
}

/* ---- formulas ---------------------------------------------------------------------------------- */

struct brute {
    double goal;
    struct event_importance of[16];
};

static double weight(const double *p, uint32_t events, uint32_t state)
{
    double w = 1;
    for (uint32_t e = 0; e < events; e++)
        w *= state >> e & 1 ? p[e] : 1 - p[e];
    return w;
}

/* Does a minimal set with e occur in this state? The minimal sets are those among `family` (by bits). */
static bool occurs_with(const bool *minimal, uint32_t state, uint32_t steps_mask, uint32_t e)
{
    uint32_t free_bits = state & steps_mask, rest = state & ~steps_mask;
    for (uint32_t part = free_bits;; part = (part - 1) & free_bits) {
        if (part >> e & 1 && minimal[part | rest])
            return true;
        if (!part)
            return false;
    }
}

/* minimal[state]: the goal holds, and in no state with fewer steps and the same rest. */
static void find_minimal(const bool *holds, uint32_t states, uint32_t steps_mask, bool *minimal)
{
    for (uint32_t s = 0; s < states; s++) {
        uint32_t bits = s & steps_mask;
        minimal[s] = holds[s];
        for (uint32_t part = bits; part && minimal[s];) {
            part = (part - 1) & bits;
            if (holds[part | (s & ~steps_mask)])
                minimal[s] = false;
        }
    }
}

static void brute_force(const bool *holds, uint32_t events, uint32_t steps, const double *p, struct brute *out)
{
    uint32_t states = 1u << events, mask = (1u << steps) - 1;
    bool *minimal = calloc(states, sizeof(*minimal));
    memset(out, 0, sizeof(*out));
    find_minimal(holds, states, mask, minimal);
    for (uint32_t s = 0; s < states; s++) {
        double w = weight(p, events, s);
        out->goal += holds[s] ? w : 0;
        for (uint32_t e = 0; e < events; e++) {
            double others = 1;
            for (uint32_t i = 0; i < events; i++)
                others *= i == e ? 1 : s >> i & 1 ? p[i] : 1 - p[i];
            *(s >> e & 1 ? &out->of[e].one : &out->of[e].zero) += holds[s] ? others : 0;
            if (e < steps && w > 0 && occurs_with(minimal, s, mask, e))
                out->of[e].vesely += w;
        }
    }
    for (uint32_t e = 0; e < events; e++)
        out->of[e].birnbaum = out->of[e].one - out->of[e].zero;
    free(minimal);
}

static void compare_events(const struct formula *f, uint32_t steps, bool mixed, const double *p)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct solution s;
    struct brute expected;
    struct event_importance got[16];
    bool environment[16], holds[1u << 12], state[16];
    for (uint32_t i = 0; i < 1u << f->events; i++) {
        for (uint32_t e = 0; e < f->events; e++)
            state[e] = i >> e & 1;
        holds[i] = formula_holds(f, state);
    }
    for (uint32_t e = 0; e < f->events; e++)
        environment[e] = e >= steps;
    brute_force(holds, f->events, steps, p, &expected);
    assert_int_equal(solve(f, SOLVE_BOTH, NULL, &a, &s, &err), CM_OK);
    bool monotone = formula_steps_monotone(f, environment);
    assert_true(mixed || monotone);
    importance_events(&s, p, NULL, got);
    assert_true(importance_vesely(&s, steps < f->events ? environment : NULL, monotone, p, NULL, NULL, got));
    for (uint32_t e = 0; e < f->events; e++) {
        assert_near(got[e].one, expected.of[e].one, "P(e=1)", e);
        assert_near(got[e].zero, expected.of[e].zero, "P(e=0)", e);
        assert_near(got[e].birnbaum, expected.of[e].birnbaum, "Birnbaum", e);
        if (e < steps && (monotone || steps == f->events))
            assert_near(got[e].vesely, expected.of[e].vesely, "Fussell-Vesely", e);
    }
    arena_release(&a);
}

static void random_formulas(uint64_t seed, unsigned rounds)
{
    struct dice d = {seed};
    for (unsigned i = 0; i < rounds; i++) {
        struct arena a = ARENA_INIT;
        struct formula f;
        double p[16];
        uint32_t events = 3 + dice_below(&d, 7), steps = i % 3 ? events : 1 + dice_below(&d, events);
        bool mixed = i % 3 == 1;
        random_formula(&d, &a, events, steps, mixed, &f);
        for (uint32_t e = 0; e < events; e++)
            p[e] = random_share(&d);
        compare_events(&f, steps, mixed, p);
        arena_release(&a);
    }
}

static void test_formulas(void **unused)
{
    (void)unused;
    random_formulas(1, 1500);
    random_formulas(dice_fresh_seed(), 500);
}

/* P(e=0) where nearly every attack needs e, and figures far below the precision of 1. */
static void test_no_cancellation(void **unused)
{
    (void)unused;
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct formula f;
    struct solution s;
    struct event_importance got[6];
    const double p[] = {0.5, 1e-3, 1e-90, 1e-100, 1e-120, 0.25};
    formula_init(&f, &a, 6);
    /* (e1 or e3 e4) and e0, or e2 and e3; both share e5: no module takes it apart */
    uint32_t e[6], pair[2], whole[3];
    for (uint32_t i = 0; i < 6; i++)
        e[i] = formula_event(&f, i);
    pair[0] = e[3], pair[1] = e[4];
    pair[1] = formula_gate(&f, FORMULA_AND, 0, pair, 2), pair[0] = e[1];
    whole[0] = formula_gate(&f, FORMULA_OR, 0, pair, 2), whole[1] = e[0], whole[2] = e[5];
    pair[0] = formula_gate(&f, FORMULA_AND, 0, whole, 3);
    whole[0] = e[2], whole[1] = e[3], whole[2] = e[5];
    pair[1] = formula_gate(&f, FORMULA_AND, 0, whole, 3);
    f.root = formula_gate(&f, FORMULA_OR, 0, pair, 2);
    assert_int_equal(solve(&f, SOLVE_BOTH, NULL, &a, &s, &err), CM_OK);
    importance_events(&s, p, NULL, got);
    assert_true(importance_vesely(&s, NULL, true, p, NULL, NULL, got));
    double zero1 = 0.25 * (0.5 * 1e-100 * 1e-120 + 1e-90 * 1e-100); /* e0 e3 e4 or e2 e3, up to 1e-200 relative */
    assert_true(fabs(got[1].zero / zero1 - 1) < 1e-12);
    assert_true(fabs(got[0].zero / (0.25 * 1e-190) - 1) < 1e-12);
    assert_true(got[5].zero <= 0);
    assert_true(fabs(got[4].birnbaum / (0.25 * 0.5 * (1 - 1e-3) * 1e-100) - 1) < 1e-9);
    assert_true(fabs(got[2].vesely / (0.25 * 1e-190) - 1) < 1e-9);
    arena_release(&a);
}

/* ---- trees ------------------------------------------------------------------------------------- */

/* The states of a tree as bits: steps, then countermeasures by number, then what stops only now and then. */
struct tree_bits {
    uint32_t steps, countermeasures, stops, events;
    uint32_t step_node[8], stop_at[8];
    double p[24];
};

static void number_events(const struct tree *t, uint32_t countermeasures, struct tree_bits *b)
{
    memset(b, 0, sizeof(*b));
    b->countermeasures = countermeasures;
    for (uint32_t i = 0; i < t->nodes.len; i++) {
        const struct tree_node *n = &t->nodes.at[i];
        if (n->role == TREE_ATTACK && !n->children.len) {
            b->p[b->steps] = n->values[TREE_P].mode;
            b->step_node[b->steps++] = i;
        }
    }
    for (uint32_t i = 0; i < t->nodes.len; i++) {
        const struct tree_node *n = &t->nodes.at[i];
        if (n->role != TREE_ATTACK && n->label.at[0] == 'd')
            b->p[b->steps + (uint32_t)(n->label.at[1] - '0')] = n->values[TREE_DEPLOYED].mode;
    }
    b->events = b->steps + countermeasures;
    for (uint32_t i = 0; i < t->nodes.len; i++) {
        const struct tree_node *n = &t->nodes.at[i];
        for (uint32_t k = 0; k < n->countermeasures.len; k++) {
            const struct tree_value *v = &t->nodes.at[n->countermeasures.at[k]].values[TREE_STOPS];
            if (v->kind == TREE_NO_VALUE)
                continue;
            assert_true(b->stops < ARRAY_LEN(b->stop_at));
            b->p[b->events] = v->mode;
            b->events++;
            b->stop_at[b->stops++] = i * 8 + k;
        }
    }
}

static bool *tree_holds(const struct tree *t, const struct tree_bits *b)
{
    bool *holds = calloc((size_t)1 << b->events, sizeof(*holds));
    bool *step = calloc(t->nodes.len, 1), *stop = calloc(t->nodes.len, 8), present[16];
    struct tree_state s = {t, step, present, stop};
    memset(stop, 1, t->nodes.len * 8);
    for (uint32_t i = 0; i < 1u << b->events; i++) {
        for (uint32_t k = 0; k < b->steps; k++)
            step[b->step_node[k]] = i >> k & 1;
        for (uint32_t k = 0; k < b->countermeasures; k++)
            present[k] = i >> (b->steps + k) & 1;
        for (uint32_t k = 0; k < b->stops; k++)
            stop[b->stop_at[k]] = i >> (b->steps + b->countermeasures + k) & 1;
        holds[i] = state_reached(&s, 0);
    }
    free(step);
    free(stop);
    return holds;
}

/* In a world, the chances of the presences are others. */
static void set_world(struct tree_bits *b, enum tree_world world)
{
    for (uint32_t k = 0; k < b->countermeasures && world != WORLD_DEPLOYED; k++)
        b->p[b->steps + k] = world == WORLD_ALL;
}

static void compare_tree(const struct tree *t, uint32_t countermeasures, enum tree_world world)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct tree_bits b;
    struct model m;
    struct brute expected;
    struct tree_importances got;
    struct model_world w = {.world = world};
    uint32_t missing;
    number_events(t, countermeasures, &b);
    set_world(&b, world);
    bool *holds = tree_holds(t, &b);
    brute_force(holds, b.events, b.steps, b.p, &expected);
    assert_int_equal(model_init(&m, &a, t, &err), CM_OK);
    assert_int_equal(tree_importance(&m, &w, NULL, &a, &got, &missing, &err), CM_OK);
    assert_int_equal(missing, MODEL_NO_EVENT);
    assert_true(got.exact);
    for (size_t i = 0; i < got.len; i++) {
        const struct tree_importance *x = &got.at[i];
        const struct tree_node *n = &t->nodes.at[x->node];
        uint32_t bit = n->role == TREE_ATTACK ? 0 : b.steps + (uint32_t)(n->label.at[1] - '0');
        while (n->role == TREE_ATTACK && b.step_node[bit] != x->node)
            bit++;
        const struct event_importance *e = &expected.of[bit];
        assert_near(x->birnbaum, e->birnbaum, "Birnbaum", x->node);
        if (!(expected.goal > 0))
            continue;
        assert_near(x->raw, e->one / expected.goal, "RAW", x->node);
        assert_near(x->criticality, e->birnbaum * b.p[bit] / expected.goal, "criticality", x->node);
        assert_near(e->zero > 0 ? x->rrw : 0, e->zero > 0 ? expected.goal / e->zero : 0, "RRW", x->node);
        if (bit < b.steps)
            assert_near(x->fussell_vesely, e->vesely / expected.goal, "Fussell-Vesely", x->node);
    }
    free(holds);
    arena_release(&a);
}

static void random_trees(uint64_t seed, unsigned rounds)
{
    struct dice d = {seed};
    for (unsigned i = 0; i < rounds; i++) {
        struct arena a = ARENA_INIT;
        struct random_tree_shape shape = {.steps = 2 + dice_below(&d, 4),
                                          .countermeasures = 1 + dice_below(&d, 3),
                                          .gates = 1 + dice_below(&d, 5),
                                          .deployed = true,
                                          .stops = i % 2,
                                          .defeaters = i % 3 == 0,
                                          .composites = i % 5 == 0};
        const struct tree *t = random_tree(&d, &a, &shape);
        compare_tree(t, shape.countermeasures, (enum tree_world)(i % TREE_WORLDS));
        arena_release(&a);
    }
}

static void test_trees(void **unused)
{
    (void)unused;
    random_trees(2, 600);
    random_trees(dice_fresh_seed(), 200);
}

/* A step without a chance: nothing is known, and which step it is. */
static void test_missing(void **unused)
{
    (void)unused;
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct tree *t = arena_new(&a, struct tree);
    struct model m;
    struct tree_importances got;
    uint32_t missing;
    random_node(&a, t, TREE_ATTACK, "goal");
    t->nodes.at[0].gate = TREE_OR;
    for (int i = 0; i < 2; i++) {
        uint32_t s = random_node(&a, t, TREE_ATTACK, i ? "b" : "a");
        *vec_push(&a, &t->nodes.at[0].children) = s;
    }
    set_value(t, 1, TREE_P, 0.5);
    assert_int_equal(model_init(&m, &a, t, &err), CM_OK);
    assert_int_equal(tree_importance(&m, &(struct model_world){.world = WORLD_NONE}, NULL, &a, &got, &missing, &err),
                     CM_OK);
    assert_int_equal(got.len, 0);
    assert_int_equal(missing, 1);
    arena_release(&a);
}

/* ---- the collection ---------------------------------------------------------------------------- */

static double number(const struct json_value *v)
{
    return v->kind == JSON_INT ? (double)v->integer : v->kind == JSON_DOUBLE ? v->number : (double)NAN;
}

static void compare_member(const struct json_value *about, const char *key, double got, struct sv tree, struct sv step)
{
    const struct json_value *v = json_get(about, key);
    assert_non_null(v);
    double expected = v->kind == JSON_NULL ? (double)INFINITY : number(v);
    if (isinf(expected) ? !isinf(got) : !near(got, expected))
        fail_msg("%.*s: %s of %.*s is %.17g; expected %.17g", SV_ARG(tree), key, SV_ARG(step), got, expected);
}

static void compare_model(const char *folder, struct sv name, const struct json_value *expected)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct diag diag;
    struct sv text;
    struct model m;
    struct tree_importances got;
    const char *path = arena_printf(&a, "%s/%.*s.json", folder, SV_ARG(name));
    assert_int_equal(fs_read(&a, path, 1 << 20, &text, &err), CM_OK);
    diag_init(&diag, &a);
    const struct tree *t = tree_json_parse(&a, text, path, NULL, &diag);
    assert_non_null(t);
    assert_int_equal(model_init(&m, &a, t, &err), CM_OK);
    assert_int_equal(
        tree_importance(&m, &(struct model_world){.world = WORLD_NONE}, NULL, &a, &got, NULL, &err), CM_OK);
    assert_true(got.exact);
    const struct json_value *all = json_get(json_get(expected, "no_defence"), "importance");
    size_t found = 0;
    for (size_t i = 0; all && i < got.len; i++) {
        const struct tree_node *n = &t->nodes.at[got.at[i].node];
        struct sv id = n->id.len ? n->id : n->label;
        const struct json_value *of = json_get(all, arena_strndup(&a, id.at, id.len));
        if (!of)
            continue;
        found++;
        compare_member(of, "birnbaum", got.at[i].birnbaum, name, id);
        compare_member(of, "criticality", got.at[i].criticality, name, id);
        compare_member(of, "fussell_vesely", got.at[i].fussell_vesely, name, id);
        compare_member(of, "raw", got.at[i].raw, name, id);
        compare_member(of, "rrw", got.at[i].rrw, name, id);
    }
    assert_true(!all || found == all->count);
    arena_release(&a);
}

static void test_collection(void **unused)
{
    (void)unused;
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct sv text;
    const char *shared = getenv("CASEMATE_SHARED"), *source = getenv("CASEMATE_SOURCE");
    const char *folder = arena_printf(&a, "%s%s/trees/attack-small", shared ? "" : source ? source : ".",
                                      shared ? shared : "/../shared");
    if (fs_read(&a, arena_printf(&a, "%s/expected.json", folder), 8 << 20, &text, &err)) {
        print_message("# the collection of small models is not here: set CASEMATE_SHARED to the folder above trees\n");
        skip();
    }
    const struct json_value *all = NULL;
    assert_int_equal(json_parse(&a, text, 8 << 20, &all, &err), CM_OK);
    assert_non_null(all);
    assert_int_equal(all->kind, JSON_OBJECT);
    for (size_t i = 0; i < all->count; i++)
        compare_model(folder, all->members[i].key, all->members[i].value);
    print_message("# %zu models compared\n", all->count);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formulas),     cmocka_unit_test(test_no_cancellation), cmocka_unit_test(test_trees),
        cmocka_unit_test(test_missing), cmocka_unit_test(test_collection),
    };
    return cmocka_run_group_tests_name("importance", tests, NULL, NULL);
}
