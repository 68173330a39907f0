/* tree/core/explain.h and number_text.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "attack_fixture.h"
#include "tree/core/explain.h"
#include "tree/core/number_text.h"
#include "tree/io/outline.h"

static const struct {
    double value;
    const char *text, *share, *time;
} numbers[] = {
    {0, "0", "never", "0 seconds"},
    {1, "1", "always", "1 second"},
    {0.5, "0.5", "50 %", "0.5 seconds"},
    {0.12345, "0.123", "12.3 %", "0.123 seconds"},
    {0.00034, "0.00034", "0.034 %", "0.00034 seconds"},
    {0.00001234, "1.23e-5", "1 in 81,000", "1.23e-5 seconds"},
    {0.9994, "0.999", "99.9 %", "0.999 seconds"},
    {0.99999, "1", "over 99.9 %", "1 second"},
    {45, "45", "always", "45 seconds"},
    {90, "90", "always", "1 minute 30 seconds"},
    {3600, "3,600", "always", "1 hour"},
    {172800, "173,000", "always", "2 days"},
    {1234567, "1,230,000", "always", "2 weeks"},
    {40000000, "40,000,000", "always", "1 year 14 weeks"},
    {999.6, "1,000", "always", "16 minutes 40 seconds"},
    {1e-300, "1e-300", "1 in 1e300", "1e-300 seconds"},
    {2.5e15, "2.5e15", "always", "79,200,000 years"},
};

static void test_numbers(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        assert_string_equal(number_text(&a, numbers[i].value), numbers[i].text);
        assert_string_equal(number_share(&a, numbers[i].value), numbers[i].share);
        assert_string_equal(number_time(&a, numbers[i].value), numbers[i].time);
    }
    assert_string_equal(number_text(&a, (double)NAN), "unknown");
    assert_string_equal(number_text(&a, (double)INFINITY), "no limit");
    assert_string_equal(number_text(&a, -1234), "-1,230");
    assert_string_equal(number_count(&a, "62995811796115"), "62,995,811,796,115");
    assert_string_equal(number_count(&a, "999"), "999");
    assert_string_equal(number_count(&a, NULL), "unknown");
    assert_string_equal(number_of(&a, 1, "step"), "1 step");
    assert_string_equal(number_of(&a, 12000, "step"), "12,000 steps");
    assert_string_equal(number_measure(&a, MEASURE_TIME, 86400), "1 day");
    assert_string_equal(number_time_brief(&a, 93600), "1 d 2 h");
    assert_string_equal(number_time_brief(&a, 86399.9), "1 d");
    assert_string_equal(number_time_brief(&a, 23.7 * 3600), "1 d");
    assert_string_equal(number_time_brief(&a, 20.4 * 3600), "20 h");
    assert_string_equal(number_time(&a, 6 * 3600 - 1), "6 hours");
    assert_string_equal(number_time(&a, (double)NAN), "unknown");
    arena_release(&a);
}

static const struct tree *parse(struct arena *a, const char *text)
{
    struct diag diag;
    diag_init(&diag, a);
    const struct tree *t = outline_parse(a, sv_str(text), "f", 1, 1, NULL, &diag);
    if (!t)
        fail_msg("%s", diag_format(&diag, &diag.items[0]));
    return t;
}

static const char reading[] = "Read messages\n"
                              "  AND Read the stream\n"
                              "    Get on the path [p=0.5 cost=900 skill=3 time=2d]\n"
                              "    OR Defeat encryption\n"
                              "      Strip STARTTLS [p=0.8 cost=100 skill=1 time=1h]\n"
                              "      Forge a certificate [p=0.01 cost=5000 skill=4 time=30d]\n"
                              "  SAND Use the device\n"
                              "    #take Take it [p=0.2 cost=0 skill=1 time=1h]\n"
                              "    Unlock it [p=0.3 cost=40 skill=2 time=3h]\n"
                              "  Guess the password [p=0.001]\n";

static const struct {
    const char *tree;
    enum tree_world world;
    enum tree_measure by;
    const char *attack, *limits, *path;
} attacks[] = {
    {reading, WORLD_NONE, MEASURE_PROBABILITY,
     "The likeliest attack takes 2 steps: Get on the path; Strip STARTTLS. It succeeds in 40 % of attempts, "
     "costs 1,000, "
     "takes 2 days and needs skill 3.",
     "The hardest step to succeed in is \xe2\x80\x9cGet on the path\xe2\x80\x9d (50 %). "
     "\xe2\x80\x9cGet on the path\xe2\x80\x9d accounts for 90 % of the cost. "
     "The skill is needed for \xe2\x80\x9cGet on the path\xe2\x80\x9d. "
     "The time is that of \xe2\x80\x9cGet on the path\xe2\x80\x9d (2 days); what else there is to do fits beside it.",
     "0 Read messages (any of 3)\n1 Read the stream (both)\n2 Get on the path ()\n2 Defeat encryption (any of 2)\n"
     "3 Strip STARTTLS ()\n"},
    {"G\n  SAND Use the device\n    Take it [p=1 cost=0 time=1h]\n    Unlock it [p=0.00001 cost=40 time=3h]\n",
     WORLD_NONE, MEASURE_TIME,
     "The fastest attack takes 2 steps: Take it; Unlock it. It takes 4 hours, succeeds in 1 in 100,000 attempts "
     "and costs 40.",
     "The hardest step to succeed in is \xe2\x80\x9cUnlock it\xe2\x80\x9d (1 in 100,000). "
     "\xe2\x80\x9cUnlock it\xe2\x80\x9d accounts for all of the cost. "
     "The time goes to \xe2\x80\x9cTake it\xe2\x80\x9d (1 hour), then \xe2\x80\x9cUnlock it\xe2\x80\x9d (3 hours).",
     "0 G ()\n1 Use the device (both, in this order)\n2 Take it ()\n2 Unlock it ()\n"},
    {"G\n  AND x\n    #a A [damage=5]\n    2 OF B\n      = #a\n      C\n      D\n    E\n      ! F [stops=1]\n   "
     "     H\n",
     WORLD_ALL, MEASURE_SIZE, "The shortest attack takes 4 steps: A; C; E; H. It does damage of 5.", "", NULL},
    {"G\n  AND x\n    #b B\n      a\n      c\n    OR y\n      d\n      = #b\n", WORLD_NONE, MEASURE_SIZE,
     "The shortest attack takes 1 step: a.", "",
     "0 G ()\n1 x (both)\n2 B (any of 2)\n3 a ()\n2 y (any of 2)\n3 B (as above)\n"},
    {"G\n  ! C\n    k\n  s [p=0.5]\n", WORLD_ALL, MEASURE_SIZE, "The shortest attack takes 2 steps: k; s.", "",
     "0 G ()\n1 C (defeated by)\n2 k ()\n1 s ()\n"},
    {"G\n  s [p=0.5]\n    ! C [deployed=0.5]\n", WORLD_NONE, MEASURE_PROBABILITY,
     "The likeliest attack takes 1 step: s. It succeeds, where no countermeasure stops it, in 50 % of attempts.", "",
     "0 G ()\n1 s ()\n"},
};

static const char *path_text(struct arena *a, const struct tree *t, const struct explain_path *path)
{
    const char *text = "";
    for (size_t i = 0; i < path->steps.len; i++) {
        const struct explain_step *s = &path->steps.at[i];
        text = arena_printf(a, "%s%u %.*s (%s)\n", text, s->depth, SV_ARG(explain_name(t, s->node)), s->choice);
    }
    return text;
}

static void test_attacks(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(attacks); i++) {
        struct arena a = ARENA_INIT;
        struct err err = ERR_INIT;
        struct subject s;
        struct tree_attacks best;
        struct explanation attack = {.parts.len = 0}, limits = {.parts.len = 0};
        struct explain_path path = {.steps.len = 0};
        const struct tree *t = parse(&a, attacks[i].tree);
        assert_true(subject_init(&s, &a, t, attacks[i].world, &err));
        attacks_best(&s.solution, &s.values, attacks[i].by, 1, NULL, NULL, &a, &best);
        assert_int_equal(best.len, 1);
        explain_attack(&a, t, &best.at[0], attacks[i].by, &attack);
        explain_limits(&a, &s.values, &best.at[0], &limits);
        explain_path(&a, &s.values, &best.at[0], &path);
        assert_string_equal(explain_plain(&a, &attack).at, attacks[i].attack);
        assert_string_equal(explain_plain(&a, &limits).at, attacks[i].limits);
        if (attacks[i].path)
            assert_string_equal(path_text(&a, t, &path), attacks[i].path);
        for (size_t j = 0; j < attack.parts.len; j++)
            if (attack.parts.at[j].node != EXPLAIN_NO_NODE)
                assert_true(sv_eq(attack.parts.at[j].text, explain_name(t, attack.parts.at[j].node)));
        arena_release(&a);
    }
}

static void test_front(void **state)
{
    (void)state;
    static const enum tree_measure axes[] = {MEASURE_COST, MEASURE_PROBABILITY};
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct subject s;
    struct tree_front f;
    struct explanation e = {.parts.len = 0};
    const struct tree *t = parse(&a, "G\n  a [p=0.1 cost=10]\n  b [p=0.7 cost=50]\n  c [p=0.9 cost=1000]\n");
    assert_true(subject_init(&s, &a, t, WORLD_NONE, &err));
    pareto_front(&s.solution, &s.values, axes, 2, NULL, &a, &f);
    explain_front(&a, t, &f, &e);
    assert_string_equal(explain_plain(&a, &e).at,
                        "The cheapest attack costs 10 and succeeds in 10 % of attempts: a. The best bargain "
                        "costs 50 and "
                        "succeeds in 70 % of attempts: b. The likeliest attack costs 1,000 and succeeds in 90 % of "
                        "attempts: c.");
    arena_release(&a);
}

static void test_importance(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct explanation e = {.parts.len = 0};
    const struct tree *t = parse(&a, "G\n  a\n    ! C\n  b\n");
    struct tree_importance at[] = {{.node = 1, .raw = 2, .rrw = 4}, {.node = 2, .raw = 0.5}, {.node = 3, .rrw = 1}};
    struct tree_importances list = {.at = at, .len = 3, .exact = true};
    explain_importance(&a, t, &list, 0.12, 3, &e);
    assert_string_equal(explain_plain(&a, &e).at,
                        "Without \xe2\x80\x9c" "a\xe2\x80\x9d the chance would be 3 % instead of 12 %. "
                        "With \xe2\x80\x9c" "C\xe2\x80\x9d everywhere the chance would be "
                        "6 % instead of 12 %.");
    arena_release(&a);
}

/* Every path of every attack of random trees ends in its steps and in no others. */
static void test_paths(void **state)
{
    (void)state;
    uint64_t seed = random_seed();
    for (uint64_t i = 0; i < 200; i++) {
        struct arena a = ARENA_INIT;
        struct err err = ERR_INIT;
        struct chance_source r = {seed + i};
        struct subject s;
        const struct tree *t = random_tree(&a, &r, &(struct tree_kind){.sequences = true, .countermeasures = i % 2});
        assert_true(subject_init(&s, &a, t, WORLD_ALL, &err));
        brute_attacks(&s);
        for (size_t j = 0; j < s.len; j++) {
            struct explain_path path = {.steps.len = 0};
            bool seen[FIXTURE_NODES] = {false};
            uint32_t steps = 0;
            explain_path(&a, &s.values, &s.attacks[j], &path);
            for (size_t k = 0; k < path.steps.len; k++)
                if (s.model.event_of[path.steps.at[k].node] < s.model.steps && !seen[path.steps.at[k].node]) {
                    seen[path.steps.at[k].node] = true;
                    steps++;
                }
            for (uint32_t k = 0; k < s.attacks[j].len; k++)
                assert_true(seen[s.attacks[j].steps[k]]);
            if (steps != s.attacks[j].len)
                fail_msg("seed %llu", (unsigned long long)(seed + i));
        }
        arena_release(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),    cmocka_unit_test(test_attacks), cmocka_unit_test(test_front),
        cmocka_unit_test(test_importance), cmocka_unit_test(test_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
