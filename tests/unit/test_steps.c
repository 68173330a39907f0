/* Estimates of steps: names, intervals, and ranges that an outline reads as they were pooled. Then what several ratings
 * of samples amount to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "register/calibration.h"
#include "tree/io/outline_value.h"
#include "tree_random.h"

static void test_names(void **state)
{
    static const struct {
        const char *text, *step;
        int attribute; /* -1: none */
    } rows[] = {
        {"phish", "phish", TREE_P},         {"#phish", "phish", TREE_P},     {"#phish:p", "phish", TREE_P},
        {"phish:cost", "phish", TREE_COST}, {"#a:time", "a", TREE_TIME},     {"#a:skill", "a", -1},
        {"", "", -1},                       {"#", "", -1},                   {":p", "", -1},
        {"#:p", "", -1},                    {"phish:", "phish", -1},         {"phish:P", "phish", -1},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct step_key key;
        struct arena a = ARENA_INIT;
        bool found = step_key_parse(sv_str(rows[i].text), &key);
        if (found != (rows[i].attribute >= 0))
            fail_msg("%s", rows[i].text);
        if (found) {
            struct step_key again;
            assert_true(sv_eq_str(key.step, rows[i].step));
            assert_int_equal(key.attribute, rows[i].attribute);
            assert_true(step_key_parse(step_key_text(&a, &key), &again));
            assert_true(sv_eq(again.step, key.step) && again.attribute == key.attribute);
        }
        arena_release(&a);
    }
}

static void test_intervals(void **state)
{
    static const struct {
        enum tree_attribute attribute;
        const char *text;
        double lo, hi, best; /* lo 0: a fault */
    } rows[] = {
        {TREE_P, "0.02..0.2", 0.02, 0.2, 0},
        {TREE_P, "0.02..0.2~0.1", 0.02, 0.2, 0.1},
        {TREE_P, "0.1..0.1", 0.1, 0.1, 0},
        {TREE_COST, "500..5k~1k", 500, 5000, 1000},
        {TREE_TIME, "2..5d", 2 * 86400, 5 * 86400, 0},
        {TREE_P, "0.1", 0, 0, 0},
        {TREE_P, "0..0.1", 0, 0, 0},
        {TREE_P, "0.1..1", 0, 0, 0},
        {TREE_P, "0.1..0.9999999995", 0, 0, 0},
        {TREE_P, "0.2..0.1", 0, 0, 0},
        {TREE_P, "uniform(0.1,0.2)", 0, 0, 0},
        {TREE_P, "0.1..0.2~0.3", 0, 0, 0},
        {TREE_P, "0.1..0.2~", 0, 0, 0},
        {TREE_P, "0.1..0.2~0.15~0.16", 0, 0, 0},
        {TREE_P, "0.1..0.2 or so", 0, 0, 0},
        {TREE_COST, "0..5", 0, 0, 0},
        {TREE_TIME, "1..5", 0, 0, 0},
        {TREE_P, "", 0, 0, 0},
        {TREE_P, "0.1000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000..0.2", 0, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena a = ARENA_INIT;
        struct err err = ERR_INIT;
        struct step_interval got;
        int rc = step_interval_parse(&a, rows[i].attribute, sv_str(rows[i].text), &got, &err);
        if ((rc == 0) != (rows[i].lo > 0))
            fail_msg("%s: %s", rows[i].text, err.text);
        if (rc)
            assert_int_equal(rc, CM_EINPUT);
        else if (fabs(got.range.lo - rows[i].lo) > 1e-9 || fabs(got.range.hi - rows[i].hi) > 1e-9 ||
                 fabs(got.best - rows[i].best) > 1e-9)
            fail_msg("%s: %g..%g~%g", rows[i].text, got.range.lo, got.range.hi, got.best);
        arena_release(&a);
    }
}

/* Half a percent, with room for the last bit. */
static bool near(double got, double wanted, double room)
{
    return fabs(got - wanted) <= room / 200 * (1 + 1e-9);
}

static void check_text(enum tree_attribute attribute, double lo, double hi)
{
    struct arena a = ARENA_INIT;
    struct tree_value value;
    struct outline_fault fault;
    const struct pooled_interval pool = {2, lo, hi, lo};
    struct sv text = step_range_text(&a, attribute, &pool);
    if (!outline_value_parse(&a, attribute, text, &value, &fault))
        fail_msg("%.17g..%.17g is written %.*s, which is none: %s", lo, hi, SV_ARG(text), fault.what);
    assert_int_equal(value.kind, TREE_RANGE);
    bool p = attribute == TREE_P;
    if (!near(value.lo, lo, p ? fmin(lo, 1 - lo) : lo) || !near(value.hi, hi, p ? fmin(hi, 1 - hi) : hi))
        fail_msg("%.17g..%.17g is written %.*s", lo, hi, SV_ARG(text));
    arena_release(&a);
}

static void test_range_is_read_as_it_was_pooled(void **state)
{
    static const enum tree_attribute attributes[] = {TREE_P, TREE_COST, TREE_TIME};
    (void)state;
    check_text(TREE_P, 1e-30, 1 - 1e-9);
    check_text(TREE_P, 0.98995, 0.98996);
    check_text(TREE_COST, 999.6, 1000.2);
    check_text(TREE_TIME, 59.97, 60.01);
    check_text(TREE_TIME, 31557599, 31557601);
    const char *again = getenv("CASEMATE_SEED");
    uint64_t seed = again ? strtoull(again, NULL, 10) : dice_fresh_seed();
    struct dice dice = {seed};
    for (int i = 0; i < 20000; i++)
        for (size_t k = 0; k < ARRAY_LEN(attributes); k++) {
            bool p = attributes[k] == TREE_P;
            double x = dice_chance(&dice), y = dice_chance(&dice);
            double lo = p ? 1 / (1 + exp(-20 + 40 * x)) : exp(-20 + 60 * x);
            double hi = p ? 1 / (1 + exp(-20 + 40 * y)) : exp(-20 + 60 * y);
            check_text(attributes[k], fmin(lo, hi), fmax(lo, hi));
        }
}

/* ---- samples ---- */

enum { LEVELS = 4, SAMPLES = 5 };

/* Ratings as digits, '-' for one that was not given; the references of likelihood are 0, 1, 2, 3 and 3. */
static void sum(struct arena *a, const char *ratings, struct calibration_feedback *out)
{
    static const int references[SAMPLES] = {0, 1, 2, 3, 3};
    static struct profile p;
    memset(&p, 0, sizeof p);
    memset(out, 0, sizeof *out);
    for (int i = 0; i < LEVELS; i++) {
        struct sv id = sv_str(arena_printf(a, "%d", i));
        *vec_push(a, &p.sig.likelihood.list) = *vec_push(a, &p.sig.damage.list) = (struct term){.id = id};
    }
    for (int i = 0; i < SAMPLES; i++) {
        struct sample *s = vec_push(a, &p.calibration.list);
        *s = (struct sample){.likelihood = {.level = references[i]}, .damage = {.level = 0}};
        struct calibration_answer *answer = vec_push(a, &out->answers);
        *answer = (struct calibration_answer){.given = ratings[i] != '-',
                                              .words = {sv_from(ratings + i, 1), SV("0")}};
        if (answer->given)
            calibration_compare(&p, s, answer);
    }
    calibration_sum(&p, out);
}

static void test_sums(void **state)
{
    static const struct {
        const char *ratings;
        size_t rated, same, near, high, low;
        double agreement;
        enum calibration_tendency tendency;
    } rows[] = {
        {"01233", 5, 5, 5, 0, 0, 1, TENDENCY_NONE},
        {"-----", 0, 0, 0, 0, 0, 1, TENDENCY_NONE},
        {"33000", 5, 0, 0, 2, 3, 0, TENDENCY_LOW}, /* as far as the scale allows: 3, 2, 2, 3, 3 */
        {"12333", 5, 2, 5, 3, 0, 1 - 3. / 13, TENDENCY_HIGH},
        {"12---", 2, 0, 2, 2, 0, 1 - 2. / 5, TENDENCY_NONE}, /* too few for a tendency */
        {"1123-", 4, 3, 4, 1, 0, 1 - 1. / 10, TENDENCY_NONE},
        {"00122", 5, 1, 5, 0, 4, 1 - 4. / 13, TENDENCY_LOW},
        {"0x233", 4, 4, 4, 0, 0, 1, TENDENCY_NONE}, /* a word of no scale counts nowhere */
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena a = ARENA_INIT;
        struct calibration_feedback f;
        sum(&a, rows[i].ratings, &f);
        const struct calibration_factor *l = &f.factors[ROUND_LIKELIHOOD];
        if (l->rated != rows[i].rated || l->same != rows[i].same || l->near != rows[i].near ||
            l->high != rows[i].high || l->low != rows[i].low || l->tendency != rows[i].tendency ||
            fabs(l->agreement - rows[i].agreement) > 1e-12)
            fail_msg("%s: %zu rated, %zu same, %zu near, %zu high, %zu low, %g, %d", rows[i].ratings, l->rated,
                     l->same, l->near, l->high, l->low, l->agreement, l->tendency);
        arena_release(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_intervals),
        cmocka_unit_test(test_range_is_read_as_it_was_pooled),
        cmocka_unit_test(test_sums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
