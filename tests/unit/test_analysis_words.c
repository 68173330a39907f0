/* Figures of an attack tree as JSON and in words. */
#include "tree/io/analysis_json.h"
#include "tree/io/analysis_words.h"
#include "tree/io/outline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>
#include <math.h>

static const struct tree *parse(struct arena *a, const char *text)
{
    struct diag diag;
    diag_init(&diag, a);
    const struct tree *t = outline_parse(a, sv_str(text), "t", 1, 1, NULL, &diag);
    if (!t)
        fail_msg("%s", diag.items[0].text);
    return t;
}

static void analyse(struct arena *a, const char *text, const struct analysis_options *o, struct tree_analysis *out)
{
    struct err err = ERR_INIT;
    if (tree_analyse(parse(a, text), o, a, out, &err))
        fail_msg("%s", err.text);
}

static const struct json_value *written(struct arena *a, const struct tree_analysis *t,
                                        const struct analysis_json *what)
{
    struct str out = STR_INIT;
    struct json j;
    struct err err = ERR_INIT;
    const struct json_value *v = NULL;
    json_init(&j, &out, false);
    json_object(&j);
    analysis_json_write(&j, t, what, a);
    json_end(&j);
    json_finish(&j);
    assert_int_equal(json_parse(a, str_sv(&out), 1 << 20, &v, &err), CM_OK);
    str_release(&out);
    return v;
}

static const char three_worlds[] = "Get in\n"
                                   "  Door [p=.5]\n    ! Guard [deployed=.5]\n"
                                   "  Window [p=.5]\n    ! Guard [deployed=.5]\n";
static const struct analysis_options all = {.worlds = true, .importance = true, .fronts = true, .defence = true,
                                            .all_attacks = true, .best = 3};
static const struct analysis_json every = {.worlds = true, .gap = true, .attacks = true, .importance = true,
                                           .fronts = true, .defence = true, .approaches = true,
                                           .whole = true, .seconds = true};

static double at(const struct json_value *v, const char *world)
{
    const struct json_value *p = json_get(json_get(json_get(v, "worlds"), world), "probability");
    assert_non_null(p);
    return p->number;
}

static void test_three_worlds(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct tree_analysis t;
    analyse(&a, three_worlds, &all, &t);
    const struct json_value *v = written(&a, &t, &every);
    assert_true(fabs(at(v, "none") - 0.75) < 1e-12);
    assert_true(fabs(at(v, "deployed") - 0.375) < 1e-12);
    assert_true(fabs(at(v, "all")) < 1e-12);
    assert_true(json_get(v, "exact")->boolean);
    assert_true(sv_eq_str(json_get_text(v, "minimal_attacks"), "2"));
    assert_null(json_get(v, "bounds"));
    arena_release(&a);
}

static void test_every_key_of_the_collection(void **state CM_UNUSED)
{
    static const char *const top[] = {"attack_leaves", "defence_leaves", "gates", "no_defence", "all_defences",
                                      "defence_budget", "pareto_defence_cost_probability"};
    static const char *const inner[] = {"p_exact", "mcs_count", "min_cost", "max_probability", "min_skill",
                                        "min_time_sum", "min_time_max", "pareto_cost_probability", "mcs",
                                        "pareto_cost_damage", "importance"};
    struct arena a = ARENA_INIT;
    struct tree_analysis t;
    analyse(&a,
            "G [damage=1]\n"
            "  A [p=.5 cost=1 time=1s skill=1]\n"
            "    ! C [cost=2]\n"
            "  B [p=.5 cost=2 time=2s skill=2]\n",
            &all, &t);
    const struct json_value *v = written(&a, &t, &every);
    for (size_t i = 0; i < ARRAY_LEN(top); i++)
        if (!json_get(v, top[i]))
            fail_msg("no %s", top[i]);
    for (size_t i = 0; i < ARRAY_LEN(inner); i++)
        if (!json_get(json_get(v, "no_defence"), inner[i]))
            fail_msg("no no_defence.%s", inner[i]);
    arena_release(&a);
}

static void test_what_is_missing_is_named(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct tree_analysis t;
    struct words_story story;
    analyse(&a, "G\n  A [p=.5]\n  B\n", &all, &t);
    const struct json_value *v = written(&a, &t, &every);
    assert_int_equal(json_get(v, "probability")->kind, JSON_NULL);
    assert_true(sv_eq_str(json_get_text(json_get(v, "missing"), "node"), "B"));
    assert_true(sv_eq_str(json_get_text(json_get(v, "missing"), "attribute"), "p"));
    words_story(&a, &t, &story);
    assert_true(sv_find(story.worlds, SV("\xe2\x80\x9c" "B\xe2\x80\x9d is not given")) >= 0);
    arena_release(&a);
}

static void test_names_are_unique(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    const struct tree *t = parse(&a, "G\n  #x A\n  Same\n  AND C\n    Same\n    D\n");
    const struct sv *names = analysis_names(&a, t);
    for (size_t i = 0; i < t->nodes.len; i++)
        for (size_t k = 0; k < i; k++)
            if (sv_eq(names[i], names[k]))
                fail_msg("%.*s twice", SV_ARG(names[i]));
    assert_true(sv_eq_str(names[1], "x"));
    arena_release(&a);
}

static void test_texts(void **state CM_UNUSED)
{
    static const struct {
        enum tree_measure measure;
        double value;
        const char *text;
    } cases[] = {
        {MEASURE_PROBABILITY, 0.06000000000000001, "0.06"}, {MEASURE_PROBABILITY, 1.23456e-9, "1.23e-9"},
        {MEASURE_PROBABILITY, 0, "0"},                      {MEASURE_PROBABILITY, 1, "1"},
        {MEASURE_COST, 1681.13, "1,680"},                   {MEASURE_COST, 12, "12"},
        {MEASURE_COST, 1234567, "1,230,000"},               {MEASURE_COST, INFINITY, "none"},
        {MEASURE_TIME, 172800, "2 d"},                      {MEASURE_TIME, 93600, "1 d 2 h"},
        {MEASURE_TIME, 45, "45 s"},                         {MEASURE_TIME, 0, "0 s"},
        {MEASURE_TIME, 86399.9, "1 d"},                     {MEASURE_SKILL, 3, "3"},
        {MEASURE_COST, (double)NAN, "unknown"},
    };
    struct arena a = ARENA_INIT;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct sv text = words_measure(&a, cases[i].measure, cases[i].value);
        if (!sv_eq_str(text, cases[i].text))
            fail_msg("%g: \"%.*s\", expected \"%s\"", cases[i].value, SV_ARG(text), cases[i].text);
    }
    assert_true(sv_eq_str(words_count(&a, "62995811796115"), "62,995,811,796,115"));
    assert_true(sv_eq_str(words_count(&a, "12"), "12"));
    arena_release(&a);
}

static void test_the_way_of_an_attack(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    const struct tree *t = parse(&a, "G\n  AND X\n    A\n    OR Y\n      B\n      C\n  Z\n");
    const uint32_t steps[] = {2, 4}; /* A, B */
    const struct tree_attack attack = {steps, 2, {0}};
    const bool *way = analysis_reached(&a, t, &attack), wanted[] = {true, true, true, true, true, false, false};
    for (size_t i = 0; i < t->nodes.len; i++)
        if (way[i] != wanted[i])
            fail_msg("node %zu", i);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_three_worlds),          cmocka_unit_test(test_every_key_of_the_collection),
        cmocka_unit_test(test_what_is_missing_is_named), cmocka_unit_test(test_names_are_unique),
        cmocka_unit_test(test_texts),                 cmocka_unit_test(test_the_way_of_an_attack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
