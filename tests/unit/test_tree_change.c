/* tree/io/resolve.h, diff.h, set.h */
#include "tree_formats.h"

#include "tree/io/resolve.h"
#include "tree/io/set.h"

struct threat {
    const char *id, *outline; /* NULL: it has no tree */
};

struct threats {
    struct arena *arena;
    const struct threat *list;
    size_t count;
};

static bool find_threat(void *context, struct sv id, const struct tree **out_tree, const char **out_file)
{
    struct threats *all = context;
    const char *faults;
    for (size_t i = 0; i < all->count; i++) {
        if (!sv_eq_str(id, all->list[i].id))
            continue;
        *out_file = all->list[i].id;
        *out_tree = all->list[i].outline
                        ? formats_read(all->arena, all->list[i].outline, TREE_FORMAT_OUTLINE, &faults)
                        : NULL;
        return true;
    }
    return false;
}

static const struct threat threats[] = {
    {"T-0002", "Other goal\n  #phish Phish [p=0.5]\n    ! TLS\n  Wait\n"},
    {"T-0003", "Third\n  = T-0002#phish\n  -> T-0002\n"},
    {"T-0004", "Fourth\n  -> T-0005\n  #step s\n"},
    {"T-0005", "Fifth\n  x\n    -> T-0004\n"},
    {"T-0006", NULL},
    {"T-0007", "Back\n  -> T-0001\n  #safe s\n"},
    {"T-0008", "Guarded\n  a\n    ! #guard Guard\n"},
};

static const struct {
    const char *what, *outline, *merged, *faults;
} resolutions[] = {
    {"nothing to do", "G\n  a\n", "G\n  a\n", NULL},
    {"a whole tree", "G\n  #phish a\n  -> T-0002\n",
     "G\n  #phish a\n  #t-0002-other-goal Other goal\n    #t-0002-phish Phish  [p=0.5]\n      ! TLS\n    "
     "#t-0002-wait Wait\n",
     NULL},
    {"one step by two ways is one node", "AND G\n  = T-0002#phish\n  -> T-0003\n",
     "AND G\n  #t-0002-phish Phish  [p=0.5]\n    ! TLS\n  #t-0003-third Third\n    = #t-0002-phish\n"
     "    #t-0002-other-goal Other goal\n      = #t-0002-phish\n      #t-0002-wait Wait\n",
     NULL},
    {"a step by its label's anchor", "G\n  = T-0002#wait\n", "G\n  #t-0002-wait Wait\n", NULL},
    {"an id that is taken", "G\n  #t-0002-wait a\n  = T-0002#wait\n", "G\n  #t-0002-wait a\n  #t-0002-wait-2 Wait\n",
     NULL},
    {"a countermeasure", "G\n  a\n    = T-0008#guard\n", "G\n  a\n    ! #t-0008-guard Guard\n", NULL},
    {"of a tree with a cycle elsewhere", "G\n  = T-0004#step\n  = T-0007#safe\n",
     "G\n  #t-0004-step s\n  #t-0007-safe s\n", NULL},
    {"a cycle through here", "G\n  AND a\n    -> T-0007\n    b\n", NULL,
     "3:5: error: a cycle: T-0001 -> T-0007 -> T-0001; expected references that do not lead back\n"},
    {"a cycle elsewhere", "G\n  -> T-0004\n", NULL,
     "T-0004:2:3: error: a cycle: T-0004 -> T-0005 -> T-0004; expected references that do not lead back\n"},
    {"to itself", "G\n  -> T-0001\n", NULL,
     "2:3: error: a cycle: T-0001 -> T-0001; expected references that do not lead back\n"},
    {"faults", "G\n  -> T-0099\n  = T-0002#phis\n  -> T-0006\n  AND x\n    -> T-0002\n    -> T-0002\n", NULL,
     "2:3: error: there is no threat T-0099; expected the id of a threat that has an attack tree\n"
     "3:3: error: T-0002 has no step #phis; expected a step of that tree (did you mean #phish?)\n"
     "4:3: error: T-0006 has no attack tree; expected a threat that has one\n"
     "7:5: error: \"Other goal\" stands twice below the same node; expected each step once\n"},
};

static void test_resolve(void **state CM_UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(resolutions); i++) {
        struct arena a = ARENA_INIT;
        struct threats all = {&a, threats, ARRAY_LEN(threats)};
        struct tree_resolver resolver = {.context = &all, .own = SV("T-0001"), .file = "f", .find = find_threat};
        struct diag diag;
        const char *faults;
        const struct tree *t = formats_read(&a, resolutions[i].outline, TREE_FORMAT_OUTLINE, &faults);
        assert_non_null(t);
        diag_init(&diag, &a);
        t = tree_resolve(&a, t, &resolver, &diag);
        const char *merged = t ? formats_write(&a, t, TREE_FORMAT_OUTLINE, NULL) : "(none)";
        faults = formats_faults(&a, &diag).at;
        if (strcmp(merged, resolutions[i].merged ? resolutions[i].merged : "(none)") != 0 ||
            strcmp(faults, resolutions[i].faults ? resolutions[i].faults : "") != 0)
            fail_msg("%s:\n%s%s", resolutions[i].what, merged, faults);
        arena_release(&a);
    }
}

static void test_resolve_origin_and_limit(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct threats all = {&a, threats, ARRAY_LEN(threats)};
    struct tree_resolver resolver = {.context = &all, .own = SV("T-0001"), .file = "f", .find = find_threat};
    struct diag diag;
    const char *faults;
    diag_init(&diag, &a);
    const struct tree *t = formats_read(&a, "G\n  -> T-0002\n", TREE_FORMAT_OUTLINE, &faults);
    const struct tree *merged = tree_resolve(&a, t, &resolver, &diag);
    assert_non_null(merged);
    assert_int_equal(merged->nodes.at[0].origin.len, 0);
    assert_true(sv_eq_str(merged->nodes.at[2].origin, "T-0002"));
    assert_true(sv_eq_str(merged->nodes.at[2].origin_anchor, "phish"));
    resolver.nodes = 3;
    assert_null(tree_resolve(&a, t, &resolver, &diag));
    assert_int_equal(diag.errors, 1);
    arena_release(&a);
}

static const struct {
    const char *what, *before, *after, *items;
} differences[] = {
    {"none", "G\n  a [p=.5]\n", "G\n  a [p=0.50]\n", ""},
    {"added, removed", "G\n  a\n  b\n", "G\n  a\n  c\n    ! d\n",
     "\"c\" added below \"G\"\ncountermeasure \"d\" added below \"c\"\n\"b\" removed from \"G\"\n"},
    {"a countermeasure removed", "G\n  a\n    ! d\n", "G\n  a\n", "countermeasure \"d\" removed from \"a\"\n"},
    {"moved", "G\n  AND x\n    a\n    b\n  c\n", "G\n  AND x\n    b\n  c\n    a\n",
     "\"c\": gate step -> OR\n\"a\" moved from below \"x\" to below \"c\"\n"},
    {"gate and values", "OR G\n  a [p=0.1]\n  b\n", "2 OF G\n  a [p=0.1..0.2 cost=3]\n  b\n",
     "\"G\": gate OR -> 2 OF\n\"a\": p 0.1 -> 0.1..0.2\n\"a\": cost none -> 3\n"},
    {"another label, the same id", "G\n  #a one\n", "G\n  #a two\n", "\"two\": label one -> two\n"},
    {"another label, the same children", "G\n  AND one\n    a\n    b\n", "G\n  AND two\n    a\n    b\n",
     "\"two\": label one -> two\n"},
    {"another label, the same values", "G\n  one [p=0.5]\n  x\n", "G\n  two [p=0.5]\n  x\n",
     "\"two\": label one -> two\n"},
    {"labels that recur go with their parents", "G\n  x\n    a [p=0.1]\n  y\n    a [p=0.2]\n",
     "G\n  y\n    a [p=0.2]\n  x\n    a [p=0.3]\n", "\"a\": p 0.1 -> 0.3\n"},
    {"role", "G\n  a\n    ! c\n", "G\n  a\n    ? c\n", "\"c\": role countermeasure -> approach\n"},
    {"order", "SAND G\n  a\n  b\n", "SAND G\n  b\n  a\n", "\"G\": its steps are in another order\n"},
    {"shared", "G\n  #a a\n  b\n", "G\n  #a a\n  b\n    = #a\n",
     "\"a\" moved from below \"G\" to below \"G\", \"b\"\n\"b\": gate step -> OR\n"},
    {"the goal's label", "G\n  a\n", "H\n  a\n", "\"H\": label G -> H\n"},
    {"an id given", "G\n  a\n", "G\n  #x a\n", "\"a\": id none -> x\n"},
};

static void test_diff(void **state CM_UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(differences); i++) {
        struct arena a = ARENA_INIT;
        struct str out = STR_INIT;
        struct tree_diff diff;
        const char *faults;
        const struct tree *before = formats_read(&a, differences[i].before, TREE_FORMAT_OUTLINE, &faults);
        const struct tree *after = formats_read(&a, differences[i].after, TREE_FORMAT_OUTLINE, &faults);
        tree_diff(&a, before, after, &diff);
        for (size_t j = 0; j < diff.items.len; j++) {
            tree_diff_print(&diff.items.at[j], &out);
            str_add_char(&out, '\n');
        }
        if (strcmp(str_cstr(&out), differences[i].items) != 0)
            fail_msg("%s:\n%s", differences[i].what, str_cstr(&out));
        str_release(&out);
        arena_release(&a);
    }
}

static const struct {
    const char *assignment, *printed, *error;
} settings[] = {
    {"a.p=0.25", "  #a One  [p=0.25]\n", NULL},
    {"#a.p=0.1..0.2", "  #a One  [p=0.1..0.2]\n", NULL},
    {"One.cost=10k", "  #a One  [p=0.5 cost=10k]\n", NULL},
    {"a.p=", "  #a One\n", NULL},
    {" Two v1.2 .time=2d", "  Two v1.2  [time=2d]\n", NULL},
    {"two-v1-2.skil=2", NULL, "unknown attribute \"skil\"; did you mean \"skill\"?"},
    {"tls.deployed=1", "    ! TLS  [deployed=1]\n", NULL},
    {"TLS.stops=0.5", "    ! TLS  [stops=0.5]\n", NULL},
    {"x.p=1", NULL, "there is no step \"x\"; expected an id, an anchor or a whole label"},
    {"Onee.p=1", NULL, "there is no step \"Onee\"; did you mean \"One\"?"},
    {"Same.p=1", NULL, "2 steps are called \"Same\"; expected one of their anchors: same, same-2"},
    {"same.p=1", "\n  Same    [p=1]\n", NULL},
    {"same-2.p=1", "\n    Same  [p=1]\n", NULL},
    {"a.deployed=1", NULL,
     "\"One\" is a step of the attack and has no deployed; expected p, cost, time, skill or damage"},
    {"TLS.p=1", NULL, "\"TLS\" is a countermeasure and has no p; expected stops, deployed or cost"},
    {"a.p=2", NULL, "p=2: p is 2, outside 0 to 1; expected a fraction of 1"},
    {"a.colour=2", NULL, "unknown attribute \"colour\"; expected p, cost, time, skill or damage"},
    {"a", NULL, "\"a\" sets nothing; expected STEP.p=0.1, with the attributes of an outline"},
};

static void test_set(void **state CM_UNUSED)
{
    static const char outline[] =
        "G\n  #a One [p=0.5]\n    ! TLS\n  Two v1.2\n    ! TLS\n  Same\n  AND And\n    Same\n";
    for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
        struct arena a = ARENA_INIT;
        struct err err = ERR_INIT;
        const char *faults;
        const struct tree *t = formats_read(&a, outline, TREE_FORMAT_OUTLINE, &faults);
        const char *former = formats_write(&a, t, TREE_FORMAT_OUTLINE, NULL);
        const struct tree *changed = tree_set(&a, t, sv_str(settings[i].assignment), &err);
        const char *printed = changed ? formats_write(&a, changed, TREE_FORMAT_OUTLINE, NULL) : "";
        if (settings[i].error ? strcmp(err.text, settings[i].error) != 0 : !strstr(printed, settings[i].printed))
            fail_msg("%s: %s\n%s", settings[i].assignment, err.text, printed);
        assert_int_equal(changed == NULL, settings[i].error != NULL);
        assert_string_equal(former, formats_write(&a, t, TREE_FORMAT_OUTLINE, NULL));
        arena_release(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resolve),
        cmocka_unit_test(test_resolve_origin_and_limit),
        cmocka_unit_test(test_diff),
        cmocka_unit_test(test_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
