/* tree/core/attacks.h and attack_time.h: against brute force on random trees, and on models with known answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "attack_fixture.h"
#include "base/fs.h"
#include "format/json.h"
#include "tree/core/attack_time.h"
#include "tree/io/json.h"
#include "tree/io/outline.h"

enum { ROUNDS = 400 };

static bool close_to(double a, double b)
{
    return (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-12 + 1e-9 * fabs(b);
}

static bool same_attack(const struct tree_attack *a, const struct tree_attack *b)
{
    if (a->len != b->len || (a->len && memcmp(a->steps, b->steps, a->len * sizeof(uint32_t)) != 0))
        return false;
    for (unsigned i = 0; i < TREE_MEASURES; i++)
        if (!close_to(a->by[i], b->by[i]))
            return false;
    return true;
}

struct seen {
    struct subject *s;
    size_t count, stop_after;
    bool unknown;
};

static bool see(void *ctx, const struct tree_attack *a)
{
    struct seen *seen = ctx;
    size_t i = 0;
    while (i < seen->s->len && !same_attack(&seen->s->attacks[i], a))
        i++;
    seen->unknown |= i == seen->s->len;
    for (size_t j = 0; i == seen->s->len && j < i; j++) /* says what is wrong with it */
        if (a->len == seen->s->attacks[j].len)
            for (unsigned m = 0; m < TREE_MEASURES; m++)
                fprintf(stderr, "# %s %g, expected %g\n", tree_measure_names[m], a->by[m], seen->s->attacks[j].by[m]);
    return ++seen->count != seen->stop_after;
}

static void check_each(struct subject *s, uint64_t seed)
{
    struct seen all = {.s = s};
    enum attacks_end end = attacks_each(&s->solution, &s->values, true, NULL, see, &all);
    if (end != ATTACKS_ALL || all.count != s->len || all.unknown)
        fail_msg("seed %llu: %zu attacks, expected %zu%s", (unsigned long long)seed, all.count, s->len,
                 all.unknown ? "; one differs" : "");
    struct seen some = {.s = s, .stop_after = 1};
    if (s->len)
        assert_int_equal(attacks_each(&s->solution, &s->values, true, NULL, see, &some), ATTACKS_STOPPED);
    assert_int_equal(some.count, s->len ? 1 : 0);
}

static bool uses_only(const struct subject *s, const struct tree_attack *a, const bool *allowed)
{
    for (uint32_t i = 0; allowed && i < a->len; i++)
        if (!allowed[s->model.event_of[a->steps[i]]])
            return false;
    return true;
}

static void check_best(struct subject *s, struct arena *a, enum tree_measure measure, size_t k, const bool *allowed,
                       uint64_t seed)
{
    struct tree_attack *expected = arena_new_array(a, struct tree_attack, s->len + 1);
    struct tree_attacks best;
    size_t len = 0;
    for (size_t i = 0; i < s->len; i++)
        if (uses_only(s, &s->attacks[i], allowed))
            expected[len++] = s->attacks[i];
    if (measure == MEASURE_DAMAGE && !s->values.has_damage)
        len = 0;
    attacks_sort(expected, len, measure);
    attacks_best(&s->solution, &s->values, measure, k, allowed, NULL, a, &best);
    assert_true(best.exact);
    if (best.len != (len < k ? len : k))
        fail_msg("seed %llu: %zu best by %s, expected %zu", (unsigned long long)seed, best.len,
                 tree_measure_names[measure], len < k ? len : k);
    for (size_t i = 0; i < best.len; i++)
        if (!same_attack(&best.at[i], &expected[i]))
            fail_msg("seed %llu: number %zu of %zu by %s is %g (%u steps), expected %g (%u steps)",
                     (unsigned long long)seed, i, k, tree_measure_names[measure], best.at[i].by[measure],
                     best.at[i].len, expected[i].by[measure], expected[i].len);
}

static void check_value(struct subject *s, enum tree_measure measure, enum attacks_rule rule)
{
    double best = rule == ATTACKS_PRODUCT ? 0 : (double)INFINITY;
    for (size_t i = 0; i < s->len; i++) {
        double x = s->attacks[i].by[measure];
        best = rule == ATTACKS_PRODUCT ? fmax(best, x) : fmin(best, x);
    }
    assert_true(close_to(attacks_best_value(&s->solution, s->values.of[measure], rule), best) || isinf(best));
}

static void check_tree(struct chance_source *r, const struct tree_kind *kind, uint64_t seed)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct subject s;
    bool allowed[FIXTURE_STEPS + 32];
    const struct tree *t = random_tree(&a, r, kind);
    if (!subject_init(&s, &a, t, draw_number(r, 3) ? WORLD_ALL : WORLD_NONE, &err))
        fail_msg("%s", err.text);
    brute_attacks(&s);
    for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
        allowed[i] = draw_number(r, 4) != 0;
    check_each(&s, seed);
    for (enum tree_measure m = 0; m < TREE_MEASURES; m++) {
        check_best(&s, &a, m, 1, NULL, seed);
        check_best(&s, &a, m, 3, NULL, seed);
        check_best(&s, &a, m, s.len + 2, NULL, seed);
        check_best(&s, &a, m, 4, allowed, seed);
    }
    check_value(&s, MEASURE_COST, ATTACKS_SUM);
    check_value(&s, MEASURE_TIME_SUM, ATTACKS_SUM);
    check_value(&s, MEASURE_SKILL, ATTACKS_LARGEST);
    check_value(&s, MEASURE_PROBABILITY, ATTACKS_PRODUCT);
    arena_release(&a);
}

static void random_trees(uint64_t seed)
{
    static const struct tree_kind kinds[] = {
        {0},
        {.damage = true},
        {.sequences = true, .damage = true},
        {.countermeasures = true, .sequences = true},
        {.negations = true},
    };
    for (uint64_t i = 0; i < ROUNDS; i++) {
        struct chance_source r = {seed + i};
        check_tree(&r, &kinds[i % ARRAY_LEN(kinds)], seed + i);
    }
}

static void test_random_fixed(void **state)
{
    (void)state;
    random_trees(1);
}

static void test_random_new(void **state)
{
    (void)state;
    random_trees(random_seed());
}

/* ---- time --------------------------------------------------------------------------------------- */

static const struct {
    const char *text;
    double time; /* of the fastest attack */
} timed[] = {
    {"G\n  a [time=3s]\n  b [time=5s]\n", 3},
    {"G\n  AND x\n    a [time=3s]\n    b [time=5s]\n", 5},
    {"G\n  SAND x\n    a [time=3s]\n    b [time=5s]\n", 8},
    {"G\n  SAND x\n    AND y\n      a [time=3s]\n      b [time=5s]\n    c [time=2s]\n", 7},
    {"G\n  2 OF x\n    a [time=3s]\n    b [time=5s]\n    c [time=9s]\n", 5},
    /* a shared step runs once: in the second place it is done already */
    {"G\n  SAND x\n    #a a [time=3s]\n    AND y\n      = #a\n      b [time=5s]\n", 8},
    {"G\n  SAND x\n    #a a [time=3s]\n    b [time=5s]\n    OR y\n      = #a\n", 8},
    /* and at its earliest: the AND begins b at once */
    {"G\n  AND x\n    SAND y\n      a [time=3s]\n      #b b [time=5s]\n    = #b\n", 5},
    /* two orders of the same steps do not block each other */
    {"G\n  AND x\n    SAND y\n      #a a [time=3s]\n      #b b [time=5s]\n    SAND z\n      = #b\n      = #a\n", 5},
    /* a branch that the attack leaves open begins nothing */
    {"G\n  AND x\n    SAND y\n      a [time=3s]\n      #b b [time=5s]\n    OR z\n      c [time=1s]\n"
     "      AND w\n        = #b\n        d [time=100s]\n",
     8},
    /* a sequence before a slow and a fast way */
    {"G\n  SAND x\n    a [time=3s]\n    OR y\n      b [time=5s]\n      SAND z\n        c [time=1s]\n        d "
     "[time=2s]\n",
     6},
    /* what defeats a countermeasure runs beside the node it stands on */
    {"G\n  SAND x\n    a [time=3s]\n    b [time=5s]\n      ! C\n        d [time=9s]\n", 12},
};

static void test_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(timed); i++) {
        struct arena a = ARENA_INIT;
        struct err err = ERR_INIT;
        struct diag diag;
        struct subject s;
        struct tree_attacks best;
        diag_init(&diag, &a);
        const struct tree *t = outline_parse(&a, sv_str(timed[i].text), "f", 1, 1, NULL, &diag);
        if (!t)
            fail_msg("%s", diag_format(&diag, &diag.items[0]));
        assert_true(subject_init(&s, &a, t, WORLD_ALL, &err));
        attacks_best(&s.solution, &s.values, MEASURE_TIME, 1, NULL, NULL, &a, &best);
        assert_int_equal(best.len, 1);
        if (!close_to(best.at[0].by[MEASURE_TIME], timed[i].time))
            fail_msg("%s: %g, expected %g", timed[i].text, best.at[0].by[MEASURE_TIME], timed[i].time);
        arena_release(&a);
    }
}

/* ---- many attacks ------------------------------------------------------------------------------- */

/* 20 of 40 steps: 137,846,528,820 attacks. The best take the cheapest steps. */
static void test_many(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct diag diag;
    struct subject s;
    struct tree_attacks best;
    char *text = arena_printf(&a, "G\n  20 OF x\n");
    for (int i = 0; i < 40; i++)
        text = arena_printf(&a, "%s    s%d [p=0.%d cost=%d skill=%d time=%ds]\n", text, i, 10 + i, i + 1, 1 + i % 7,
                            i / 2);
    diag_init(&diag, &a);
    const struct tree *t = outline_parse(&a, sv_str(text), "f", 1, 1, NULL, &diag);
    assert_non_null(t);
    assert_true(subject_init(&s, &a, t, WORLD_NONE, &err));
    assert_string_equal(solution_count(&s.solution, &a), "137846528820");
    attacks_best(&s.solution, &s.values, MEASURE_COST, 4, NULL, NULL, &a, &best);
    assert_int_equal(best.len, 4);
    static const double costs[] = {210, 211, 212, 212};
    for (size_t i = 0; i < 4; i++)
        assert_true(close_to(best.at[i].by[MEASURE_COST], costs[i]));
    attacks_best(&s.solution, &s.values, MEASURE_SKILL, 1000, NULL, NULL, &a, &best);
    assert_int_equal(best.len, 1000);
    assert_true(best.exact && close_to(best.at[0].by[MEASURE_SKILL], 4) &&
                close_to(best.at[999].by[MEASURE_SKILL], 4));
    attacks_best(&s.solution, &s.values, MEASURE_SIZE, 2, NULL, NULL, &a, &best);
    assert_int_equal(best.at[0].steps[19] - best.at[0].steps[0], 19);
    arena_release(&a);
}

/* Ten choices of one among ten, in sequence: the bound must keep the search from trying 10,000,000,000 attacks. */
static void test_many_in_sequence(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct diag diag;
    struct subject s;
    struct tree_attacks best;
    const char *text = "G\n  SAND x\n";
    for (int i = 0; i < 10; i++) {
        text = arena_printf(&a, "%s    OR o%d\n", text, i);
        for (int j = 0; j < 10; j++)
            text = arena_printf(&a, "%s      s%d [time=%ds]\n", text, 10 * i + j, 5 + (7 * j + 3 * i) % 10 * (i + 1));
    }
    diag_init(&diag, &a);
    const struct tree *t = outline_parse(&a, sv_str(text), "f", 1, 1, NULL, &diag);
    assert_non_null(t);
    assert_true(subject_init(&s, &a, t, WORLD_NONE, &err));
    attacks_best(&s.solution, &s.values, MEASURE_TIME, 3, NULL, NULL, &a, &best);
    assert_true(best.exact && best.len == 3);
    static const double times[] = {50, 51, 52};
    for (size_t i = 0; i < 3; i++)
        assert_true(close_to(best.at[i].by[MEASURE_TIME], times[i]));
    arena_release(&a);
}

static bool count_some(void *ctx, const struct tree_attack *a)
{
    size_t *count = ctx;
    assert_int_equal(a->len, 20);
    return ++*count < 1000;
}

static void test_limits(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct diag diag;
    struct subject s;
    struct tree_attacks best;
    atomic_bool cancelled;
    atomic_init(&cancelled, true);
    struct tree_limits small = {.max_bytes = 4096}, stopped = {.cancelled = &cancelled};
    char *text = arena_printf(&a, "G\n  20 OF x\n");
    for (int i = 0; i < 40; i++)
        text = arena_printf(&a, "%s    s%d [p=0.5 cost=1 time=%ds]\n", text, i, i);
    diag_init(&diag, &a);
    const struct tree *t = outline_parse(&a, sv_str(text), "f", 1, 1, NULL, &diag);
    assert_non_null(t);
    assert_true(subject_init(&s, &a, t, WORLD_NONE, &err));
    for (enum tree_measure m = 0; m < MEASURE_DAMAGE; m++) {
        if (m == MEASURE_SKILL)
            continue;
        attacks_best(&s.solution, &s.values, m, 1000, NULL, &small, &a, &best);
        assert_false(best.exact);
        attacks_best(&s.solution, &s.values, m, 1000, NULL, &stopped, &a, &best);
        assert_false(best.exact);
    }
    attacks_best(&s.solution, &s.values, MEASURE_SKILL, 10, NULL, NULL, &a, &best);
    assert_int_equal(best.len, 0); /* no skill anywhere */
    assert_int_not_equal(attack_values_missing(&s.values, &s.solution, MEASURE_SKILL), UINT32_MAX);
    assert_int_equal(attack_values_missing(&s.values, &s.solution, MEASURE_COST), UINT32_MAX);
    size_t count = 0;
    assert_int_equal(attacks_each(&s.solution, &s.values, false, NULL, count_some, &count), ATTACKS_STOPPED);
    assert_int_equal(attacks_each(&s.solution, &s.values, false, &stopped, count_some, &count), ATTACKS_STOPPED);
    arena_release(&a);
}

/* ---- models with known answers ------------------------------------------------------------------ */

static void expect_best(struct subject *s, const struct json_value *world, const char *key, enum tree_measure measure,
                        const char *name)
{
    const struct json_value *expected = json_get(world, key);
    struct tree_attacks best;
    attacks_best(&s->solution, &s->values, measure, 1, NULL, NULL, s->arena, &best);
    assert_true(best.exact);
    if (best.len != (expected ? 1 : 0) || (expected && !close_to(best.at[0].by[measure], expected->number)))
        fail_msg("%s: %s is %g", name, key, best.len ? best.at[0].by[measure] : NAN);
}

static int compare_texts(const void *a, const void *b)
{
    const char *x, *y;
    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return strcmp(x, y);
}

struct names {
    struct subject *s;
    const char **at;
    size_t len, cap;
};

static const char *joined(struct arena *a, const char **names, size_t len)
{
    const char *text = "";
    if (len > 1)
        qsort(names, len, sizeof(*names), compare_texts);
    for (size_t i = 0; i < len; i++)
        text = arena_printf(a, "%s %s", text, names[i]);
    return text;
}

static bool name_attack(void *ctx, const struct tree_attack *attack)
{
    struct names *n = ctx;
    const char *steps[64];
    for (uint32_t i = 0; i < attack->len; i++)
        steps[i] = arena_printf(n->s->arena, "%.*s", SV_ARG(n->s->model.tree->nodes.at[attack->steps[i]].id));
    if (n->len < n->cap)
        n->at[n->len] = joined(n->s->arena, steps, attack->len);
    return ++n->len < n->cap;
}

static void expect_sets(struct subject *s, const struct json_value *mcs, const char *name)
{
    size_t len = mcs ? mcs->count : 0;
    struct names found = {.s = s, .cap = len + 1, .at = arena_new_array(s->arena, const char *, len + 1)};
    const char **expected = arena_new_array(s->arena, const char *, len + 1);
    for (size_t i = 0; i < len; i++) {
        const struct json_value *set = mcs->items[i];
        const char *steps[64];
        for (size_t j = 0; j < set->count; j++)
            steps[j] = arena_printf(s->arena, "%.*s", SV_ARG(set->items[j]->text));
        expected[i] = joined(s->arena, steps, set->count);
    }
    attacks_each(&s->solution, &s->values, false, NULL, name_attack, &found);
    if (found.len != len)
        fail_msg("%s: %zu minimal attacks, expected %zu", name, found.len, len);
    if (len)
        qsort(found.at, len, sizeof(*found.at), compare_texts);
    if (len)
        qsort(expected, len, sizeof(*expected), compare_texts);
    for (size_t i = 0; i < len; i++)
        assert_string_equal(found.at[i], expected[i]);
}

static void check_world(struct arena *a, const struct tree *t, enum tree_world world,
                        const struct json_value *expected, const char *name)
{
    struct err err = ERR_INIT;
    struct subject s;
    if (!subject_init(&s, a, t, world, &err))
        fail_msg("%s: %s", name, err.text);
    expect_best(&s, expected, "min_cost", MEASURE_COST, name);
    expect_best(&s, expected, "max_probability", MEASURE_PROBABILITY, name);
    expect_best(&s, expected, "min_skill", MEASURE_SKILL, name);
    expect_best(&s, expected, "min_time_sum", MEASURE_TIME_SUM, name);
    expect_best(&s, expected, "min_time_max", MEASURE_TIME, name);
    assert_string_equal(solution_count(&s.solution, a),
                        arena_printf(a, "%lld", (long long)json_get_int(expected, "mcs_count", -1)));
    if (world == WORLD_NONE)
        expect_sets(&s, json_get(expected, "mcs"), name);
}

static void test_known(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    const char *folder = shared_folder(&a);
    if (!folder) {
        arena_release(&a);
        skip();
    }
    const struct json_value *all = shared_json(&a, folder, "expected");
    for (size_t i = 0; i < all->count; i++) {
        const char *name = arena_printf(&a, "%.*s", SV_ARG(all->members[i].key));
        const struct tree *t = shared_tree(&a, folder, name);
        check_world(&a, t, WORLD_NONE, json_get(all->members[i].value, "no_defence"), name);
        check_world(&a, t, WORLD_ALL, json_get(all->members[i].value, "all_defences"), name);
    }
    assert_true(all->count >= 40);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_fixed),
        cmocka_unit_test(test_random_new),
        cmocka_unit_test(test_time),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_many_in_sequence),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
