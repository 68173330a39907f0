/* The engine against brute force on thousands of random small trees: every figure. A tree that shows a fault is
 * made smaller and printed. Two seeds: one that is always the same and one of the moment (CASEMATE_SEED repeats
 * it). CASEMATE_LONG asks for more trees, CASEMATE_BRIEF for fewer, CASEMATE_SANITIZED for
 * a third. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/rand.h"
#include "tree_judge.h"
#include "tree_maker.h"

struct kind_of_tree {
    const char *name;
    unsigned flavour, max_events, count;
};

static const struct kind_of_tree kinds[] = {
    {"plain trees", RANDOM_OUTLINE, 10, 90},
    {"shared steps", RANDOM_SHARED | RANDOM_OUTLINE, 9, 180},
    {"shared steps, larger", RANDOM_SHARED, 13, 40},
    {"fault trees", RANDOM_SHARED | RANDOM_FAULT_GATES, 8, 180},
    {"fault trees with fine chances", RANDOM_SHARED | RANDOM_FAULT_GATES | RANDOM_FINE, 9, 90},
    {"orders", RANDOM_SHARED | RANDOM_SAND | RANDOM_OUTLINE, 8, 180},
    {"certain countermeasures", RANDOM_SHARED | RANDOM_COUNTER | RANDOM_CERTAIN, 10, 120},
    {"countermeasures", RANDOM_SHARED | RANDOM_COUNTER | RANDOM_OUTLINE, 10, 180},
    {"countermeasures that are defeated", RANDOM_SHARED | RANDOM_SAND | RANDOM_COUNTER | RANDOM_DEFEAT, 11, 180},
    {"countermeasures with parts", RANDOM_SHARED | RANDOM_COUNTER | RANDOM_DEFEAT | RANDOM_PARTS, 11, 120},
    {"approaches", RANDOM_SHARED | RANDOM_SAND | RANDOM_COUNTER | RANDOM_DEFEAT | RANDOM_APPROACH | RANDOM_OUTLINE,
     11, 180},
    {"missing values",
     RANDOM_SHARED | RANDOM_SAND | RANDOM_COUNTER | RANDOM_DEFEAT | RANDOM_APPROACH | RANDOM_MISSING, 10, 180},
    {"everything",
     RANDOM_SHARED | RANDOM_SAND | RANDOM_FAULT_GATES | RANDOM_COUNTER | RANDOM_APPROACH | RANDOM_DEFEAT |
         RANDOM_PARTS | RANDOM_FINE,
     12, 120},
};

static bool asked(const char *variable)
{
    return getenv(variable) && *getenv(variable);
}

/* Under valgrind a twentieth says as much. */
static unsigned trees_of(const struct kind_of_tree *kind)
{
    if (asked("CASEMATE_LONG"))
        return 30 * kind->count;
    unsigned share = asked("CASEMATE_BRIEF") ? 20 : asked("CASEMATE_SANITIZED") ? 8 : 1;
    return share > 1 ? 1 + kind->count / share : kind->count;
}

static void fail_with(struct arena *a, const struct kind_of_tree *kind, uint64_t seed, const struct tree *t,
                      const char *fault)
{
    struct str text = STR_INIT;
    const struct tree *small = tree_shrink(a, t, judge_tree, NULL, &fault);
    tree_dump(small, &text);
    print_message("# %s; a tree of \"%s\", seed of the tree %" PRIu64 ":\n%s", fault, kind->name, seed,
                  str_cstr(&text));
    str_release(&text);
    fail_msg("%s: %s", kind->name, fault);
}

static void run_kind(const struct kind_of_tree *kind, uint64_t seed)
{
    for (unsigned i = 0; i < trees_of(kind); i++) {
        struct arena a = ARENA_INIT;
        struct tree_random r = {seed + (uint64_t)i * UINT64_C(1000003)};
        uint64_t own = r.state;
        const struct tree *t = tree_random_make(&a, &r, kind->flavour, kind->max_events);
        const char *fault = judge_tree(&a, t, NULL);
        if (fault)
            fail_with(&a, kind, own, t, fault);
        arena_release(&a);
    }
}

static uint64_t seed_of_the_moment(void)
{
    const char *given = getenv("CASEMATE_SEED");
    uint64_t seed;
    rand_bytes(&seed, sizeof(seed));
    seed >>= 16;
    return given && *given ? strtoull(given, NULL, 10) : seed;
}

static void test_fixed(void **state)
{
    run_kind(*state, 20261122);
}

static void test_random(void **state)
{
    uint64_t seed = seed_of_the_moment();
    print_message("# CASEMATE_SEED=%" PRIu64 "\n", seed);
    run_kind(*state, seed);
}

int main(void)
{
    struct CMUnitTest tests[2 * ARRAY_LEN(kinds)];
    struct arena names = ARENA_INIT;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        void *kind = (void *)(uintptr_t)&kinds[i];
        tests[2 * i] =
            (struct CMUnitTest){arena_printf(&names, "%s: as brute force says, fixed seed", kinds[i].name),
                                test_fixed, NULL, NULL, kind};
        tests[2 * i + 1] =
            (struct CMUnitTest){arena_printf(&names, "%s: as brute force says, a new seed", kinds[i].name),
                                test_random, NULL, NULL, kind};
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&names);
    return failed;
}
