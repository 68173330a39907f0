/* tree/io/outline.h and tree/core/tree.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "tree/io/outline.h"

static const struct tree *parse(struct arena *a, struct sv text, struct diag *diag)
{
    diag_init(diag, a);
    const struct tree *t = outline_parse(a, text, "f", 1, 1, NULL, diag);
    diag_sort(diag);
    return t;
}

static struct sv print(struct arena *a, const struct tree *t)
{
    struct str out = STR_INIT;
    outline_print(t, &out);
    struct sv result = arena_sv(a, str_sv(&out));
    str_release(&out);
    return result;
}

static const char example[] =
    "Read a user's private messages\n"
    "  AND Read the stream on the wire\n"
    "    Get on the path  [p=0.02..0.2 cost=500..5000 time=2d skill=2]  ; basis: ...\n"
    "    OR Defeat the transport's encryption\n"
    "      Strip STARTTLS                          [p=0.9 cost=100 skill=1]\n"
    "        ! Client requires TLS (RFC 7590)  [stops=0.99 deployed=0.7]\n"
    "      #misissue Use a mis-issued certificate  [p=0.001..0.01 cost=10k..100k]\n"
    "        ! Certificate transparency monitoring  [stops=0.5 deployed=0.2 cost=2k]\n"
    "        ? DANE for XMPP (RFC 7673)             [stops=0.95 cost=50k]\n"
    "  2 OF Compromise the operator\n"
    "    Phish an administrator\n"
    "    Bribe an administrator\n"
    "    Exploit the web panel\n"
    "  SAND Steal the device, then unlock it\n"
    "    Steal the device\n"
    "    Guess the code\n"
    "  -> T-0017\n"
    "  = #misissue\n"
    "  = T-0017#phish\n";

static const struct {
    const char *what, *text, *printed;
} valid[] = {
    {"the documented example is in normal form", example, example},
    {"a goal alone", "Goal", "Goal\n"},
    {"deeper indentation becomes two blanks", "Goal\n     a\n        b\n     c\n",
     "Goal\n  a\n    b\n  c\n"},
    {"bullets go", "- Goal\n  * a\n    - b\n", "Goal\n  a\n    b\n"},
    {"a quote mark behind a bullet goes", "- Goal\n  - > - a\n", "Goal\n  a\n"},
    {"quote marks go", "> Goal\n>   a\n> >   b\n", "Goal\n  a\n  b\n"},
    {"BOM and CRLF go", "\xEF\xBB\xBFGoal\r\n  a\r\n", "Goal\n  a\n"},
    {"an indented goal", "    Goal\n      a\n", "Goal\n  a\n"},
    {"blank lines go", "\nGoal\n\n  a\n\n", "Goal\n  a\n"},
    {"an OR that is written stays", "OR Goal\n  a\n", "OR Goal\n  a\n"},
    {"the gate word before the id", "Goal\n  #x AND y\n    a\n    b\n",
     "Goal\n  AND #x y\n    a\n    b\n"},
    {"a countermeasure consists of others", "G\n  ! AND a\n    ! #b b\n    ? c\n    d\n  ! e\n    = #b\n",
     "G\n  ! AND a\n    ! #b b\n    ? c\n    d\n  ! e\n    = #b\n"},
    {"a step on which only a countermeasure stands again",
     "G\n  a\n    ! #x x\n  b\n    = #x\n",
     "G\n  a\n    ! #x x\n  b\n    = #x\n"},
    {"words that look like gates on a step", "Goal\n  And then wait\n  ORDER it\n",
     "Goal\n  And then wait\n  ORDER it\n"},
    {"attributes in fixed order", "G\n  a [time=1h p=.5]\n  ! b [cost=1k stops=1]\n",
     "G\n  ! b  [stops=1 cost=1k]\n  a    [p=.5 time=1h]\n"},
    {"a distribution may hold blanks", "G\n  a [p=pert(0.1, 0.2, 0.3)]\n",
     "G\n  a  [p=pert(0.1, 0.2, 0.3)]\n"},
    {"brackets within a label", "G\n  a [b] c\n  d[0]\n", "G\n  a [b] c\n  d[0]\n"},
    {"a semicolon within a word", "G\n  a;b ; c\n", "G\n  a;b  ; c\n"},
    {"comments are aligned", "G ; goal\n  a ; one\n  longer [p=1] ; two\n",
     "G  ; goal\n  a              ; one\n  longer  [p=1]  ; two\n"},
    {"comments above, beside and at the ends",
     ";top\n; \nG\n  ; above\n\n  ;; more\n  a ; beside\n  b\n;end\n",
     "; top\n;\nG\n  ; above\n  ; ; more\n  a  ; beside\n  b\n; end\n"},
    {"a comment beside a reference", "G\n  #x a ; one\n  b\n    ; above\n    = #x ; two\n",
     "G\n  #x a  ; one\n  b\n    ; above\n    = #x  ; two\n"},
    {"a reference before its definition", "G\n  b\n    = #x\n  #x a\n",
     "G\n  b\n    = #x\n  #x a\n"},
    {"countermeasures before children",
     "G\n  a\n    b\n    ! c\n      d\n  = #z\n  AND e\n    #z f\n",
     "G\n  a\n    ! c\n      d\n    b\n  = #z\n  AND e\n    #z f\n"},
    {"a countermeasure again", "G\n  a\n    ! #c C\n  b\n    = #c ; r\n    x\n",
     "G\n  a\n    ! #c C\n  b\n    = #c  ; r\n    x\n"},
    {"a label behind a reference", "G\n  -> T-0017  Break  it\n", "G\n  -> T-0017 Break it\n"},
    {"wide characters count two columns", "G\n  \xE6\x94\xBB\xE6\x92\x83 [p=1]\n  abcde [p=1]\n",
     "G\n  \xE6\x94\xBB\xE6\x92\x83   [p=1]\n  abcde  [p=1]\n"},
    {"a long line does not push the others",
     "G\n  a [p=1]\n  aaaaaaaaaa aaaaaaaaaa aaaaaaaaaa aaaaaaaaaa aaaaaaaaaa aaaaaaaaaa aaaaaaaaaa "
     "aaa [p=1]\n",
     "G\n  a  [p=1]\n  aaaaaaaaaa aaaaaaaaaa aaaaaaaaaa aaaaaaaaaa aaaaaaaaaa aaaaaaaaaa "
     "aaaaaaaaaa aaa  [p=1]\n"},
};

static void test_valid(void **state CM_UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(valid); i++) {
        struct arena a = ARENA_INIT;
        struct diag diag;
        const struct tree *t = parse(&a, sv_str(valid[i].text), &diag);
        if (!t)
            fail_msg("%s: %s", valid[i].what, diag_format(&diag, &diag.items[0]));
        struct sv printed = print(&a, t);
        if (!sv_eq_str(printed, valid[i].printed))
            fail_msg("%s:\n%.*s", valid[i].what, SV_ARG(printed));
        const struct tree *again = parse(&a, printed, &diag);
        if (!again || !sv_eq(print(&a, again), printed) || again->nodes.len != t->nodes.len)
            fail_msg("%s: not the same when read again", valid[i].what);
        arena_release(&a);
    }
}

#define ATTACK_WANTED "expected p, cost, time, skill or damage"
#define UNIT_WANTED "expected s, min, h, d, w, mo or y after the number"
static const struct {
    const char *text, *faults; /* "line:column: text", one per line */
} invalid[] = {
    {"", "1: an attack tree without goal; expected the goal in the first line\n"},
    {"; only\n", "1: an attack tree without goal; expected the goal in the first line\n"},
    {"G\nH\n", "2:1: a second goal; expected all lines below the goal further in than the goal's "
               "first line\n"},
    {"! G\n", "1:1: a countermeasure on nothing; expected the goal in the first line, "
              "countermeasures below steps\n"},
    {"= #x\n", "1:1: a reference in the place of the goal; expected the goal in the first line\n"},
    {"G\n  And x\n    a\n", "2:3: a gate word in lower case; expected \"AND\"\n"},
    {"G\n  sand x\n    a\n", "2:3: a gate word in lower case; expected \"SAND\"\n"},
    {"G\n  2 of x\n    a\n    b\n", "2:3: a gate word in lower case; expected \"2 OF\"\n"},
    {"G\n  AND x\n", "2:3: a gate without children; expected its children below it, further in\n"},
    {"G\n  AND\n    a\n",
     "2:6: a gate without label; expected some words that say what the attacker does\n"},
    {"G\n  3 OF x\n    a\n    b\n", "2:3: 3 OF 2 children; expected a number from 1 to 2\n"},
    {"G\n  0 OF x\n    a\n", "2:3: 0 OF 1 child; expected a number from 1 to 1\n"},
    {"G\n  a [cots=1]\n",
     "2:6: unknown attribute \"cots\"; " ATTACK_WANTED " (did you mean \"cost\"?)\n"},
    {"G\n  a [stops=1]\n", "2:6: \"stops\" on a step of the attack; " ATTACK_WANTED
                           " (stops and deployed belong to a countermeasure)\n"},
    {"G\n  ! a [p=1]\n", "2:8: \"p\" on a countermeasure; expected stops, deployed or cost\n"},
    {"G\n  a [p=1.2]\n", "2:8: p is 1.2, outside 0 to 1; expected a fraction of 1\n"},
    {"G\n  \xC3\xA4 [p=5%]\n", "2:9: a percentage; expected a fraction of 1: 0.05\n"},
    {"G\n  a [p=0.5..0.2]\n",
     "2:8: the range's lower end is above its upper end; expected lower..upper\n"},
    {"G\n  a [p=0..0.2]\n",
     "2:8: a range is a 90 % interval and cannot begin at 0; expected a small number instead "
     "of 0, or uniform(0,b)\n"},
    {"G\n  a [time=5]\n", "2:12: a time without unit; " UNIT_WANTED "\n"},
    {"G\n  a [p=pert(0.1,0.3,0.2)]\n",
     "2:12: numbers that fall; expected pert(a,m,b) in rising order\n"},
    {"G\n  a [p=uniform(0.1)]\n", "2:19: uniform takes 2 numbers; expected uniform(a,b)\n"},
    {"G\n  a [p=1 p=1]\n", "2:10: p is given twice; expected it once\n"},
    {"G\n  a [p=1, cost=1]\n", "2:9: a comma after a value; expected blanks between attributes\n"},
    {"G\n  a [p=1\n", "2:5: the attributes do not end; expected ] after the last attribute\n"},
    {"G\n  a [p=1] b\n",
     "2:10: text after the attributes; expected nothing, or a comment that begins with ;\n"},
    {"G\n  #x a\n  #x b\n", "3:3: #x is already defined in line 2; expected another identifier, or "
                            "= to say that it is the same step\n"},
    {"G\n  #Xy a\n",
     "2:4: a character that #Xy cannot have; expected lower-case letters, digits and hyphens\n"},
    {"G\n  #phish a\n  = #pish\n",
     "3:5: #pish is not defined; expected = #phish (did you mean that?)\n"},
    {"G\n  #x a\n  = #x\n", "3:3: #x stands twice below the same node; expected each step once\n"},
    {"G\n  #x a\n  b\n    = #x\n      c\n",
     "5:7: something below line 4; expected its children where the step is defined, not where it "
     "is repeated\n"},
    {"G\n  #a A\n    = #b\n  #b B\n    C\n      = #a\n",
     "6:7: a cycle: #a -> #b -> \"C\" -> #a; expected a step that does not contain this place\n"},
    {"#g G\n  = #g\n",
     "2:3: a cycle: #g -> #g; expected a step that does not contain this place\n"},
    {"G\n  a\n    ! #x x\n  AND b\n    = #x\n",
     "4:3: a gate without children; expected its children below it, further in\n"},
    {"G\n\ta\n", "2:1: a tab in the indentation; expected blanks, two for each level\n"},
    {"G\n    a\n   b\n", "3:4: an indentation of 3 blanks, which fits no line above; expected 4\n"},
    {"G\n  a\n      b\n    c\n",
     "4:5: an indentation of 4 blanks, which fits no line above; expected 2 or 6\n"},
    {"G\n  -> T-0017#x\n", "2:12: -> stands for another threat's whole tree; expected -> T-0017, "
                           "or = T-0017#step for one of its steps\n"},
    {"G\n  = T-0017\n", "2:11: = stands for one step; expected = T-0017#step, or -> T-0017 for a "
                        "threat's whole tree\n"},
    {"G\n  -> T-0017\n    a\n",
     "3:5: something below line 2; expected nothing below another threat's tree or step\n"},
    {"G\n  -\n  a\x01\n", "3:4: control or invisible character U+0001; expected visible text\n"},
    {"> G\n>   a [p=2]\n", "2:10: p is 2, outside 0 to 1; expected a fraction of 1\n"},
};

static void test_invalid(void **state CM_UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(invalid); i++) {
        struct arena a = ARENA_INIT;
        struct diag diag;
        struct str got = STR_INIT;
        const struct tree *t = parse(&a, sv_str(invalid[i].text), &diag);
        for (size_t k = 0; k < diag.len; k++) {
            const struct diag_item *item = &diag.items[k];
            str_addf(&got, item->column ? "%u:%u: %s\n" : "%u:%.0u%s\n", item->line, item->column,
                     item->column ? item->text : arena_printf(&a, " %s", item->text));
        }
        assert_string_equal(str_cstr(&got), invalid[i].faults);
        assert_null(t);
        str_release(&got);
        arena_release(&a);
    }
}

static void test_positions_count_from_the_callers_place(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct diag diag;
    diag_init(&diag, &a);
    assert_null(outline_parse(&a, SV("G\n  a [p=2]\n"), "f", 40, 5, NULL, &diag));
    assert_int_equal(diag.items[0].line, 41);
    assert_int_equal(diag.items[0].column, 12);
    arena_release(&a);
}

static void test_values(void **state CM_UNUSED)
{
    static const struct {
        const char *text;
        enum tree_attribute attribute;
        enum tree_distribution kind;
        double lo, mode, hi;
    } cases[] = {
        {"p=0.25", TREE_P, TREE_POINT, 0.25, 0.25, 0.25},
        {"p=0.1..0.9", TREE_P, TREE_RANGE, 0.1, 0.5, 0.9},
        {"p=0.02..0.2", TREE_P, TREE_RANGE, 0.02, 1 / (1 + 14), 0.2}, /* odds 1/49 and 1/4: 1/14 */
        {"cost=1k..100k", TREE_COST, TREE_RANGE, 1e3, 1e4, 1e5},
        {"cost=2.5M", TREE_COST, TREE_POINT, 2.5e6, 2.5e6, 2.5e6},
        {"cost=1G", TREE_COST, TREE_POINT, 1e9, 1e9, 1e9},
        {"time=2d", TREE_TIME, TREE_POINT, 172800, 172800, 172800},
        {"time=2..8h", TREE_TIME, TREE_RANGE, 7200, 14400, 28800},
        {"time=uniform(1min,1h)", TREE_TIME, TREE_UNIFORM, 60, 1830, 3600},
        {"time=12mo", TREE_TIME, TREE_POINT, 31557600, 31557600, 31557600},
        {"skill=pert(1,2,5)", TREE_SKILL, TREE_PERT, 1, 2, 5},
        {"damage=triangular(1,1,4)", TREE_DAMAGE, TREE_TRIANGULAR, 1, 1, 4},
        {"p=1e-3", TREE_P, TREE_POINT, 1e-3, 1e-3, 1e-3},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena a = ARENA_INIT;
        struct diag diag;
        double mode = i == 2 ? 1.0 / 15 : cases[i].mode;
        const struct tree *t =
            parse(&a, sv_str(arena_printf(&a, "G\n  a [%s]", cases[i].text)), &diag);
        assert_non_null(t);
        const struct tree_value *v = &t->nodes.at[1].values[cases[i].attribute];
        assert_int_equal(v->kind, cases[i].kind);
        assert_true(fabs(v->lo - cases[i].lo) <= 1e-9 * cases[i].lo);
        assert_true(fabs(v->mode - mode) <= 1e-9 * mode);
        assert_true(fabs(v->hi - cases[i].hi) <= 1e-9 * cases[i].hi);
        arena_release(&a);
    }
}

static void test_graph(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct diag diag;
    struct tree_counts c;
    const struct tree *t = parse(&a, sv_str(example), &diag);
    tree_count(t, &c);
    assert_int_equal(c.nodes, 18);
    assert_int_equal(c.steps, 8);
    assert_int_equal(c.gates, 5);
    assert_int_equal(c.countermeasures, 2);
    assert_int_equal(c.approaches, 1);
    assert_int_equal(c.references, 2);
    assert_int_equal(c.depth, 5);
    assert_int_equal(t->shared, 1);
    assert_int_equal(t->nodes.at[0].gate, TREE_OR);
    assert_false(t->nodes.at[0].gate_written);
    const struct tree_node *misissue = &t->nodes.at[6];
    assert_true(sv_eq_str(misissue->id, "misissue"));
    assert_int_equal(misissue->parents, 2);
    assert_int_equal(misissue->home, 3);
    assert_int_equal(misissue->line, 7);
    assert_int_equal(misissue->column, 7);
    assert_int_equal(t->nodes.at[0].children.at[4], 6);
    assert_int_equal(t->nodes.at[15].role, TREE_ATTACK);
    assert_true(sv_eq_str(t->nodes.at[16].reference, "T-0017"));
    assert_true(t->nodes.at[16].reference_whole);
    assert_true(sv_eq_str(t->nodes.at[17].reference, "T-0017#phish"));
    assert_false(t->nodes.at[17].reference_whole);
    arena_release(&a);
}

static void test_anchors(void **state CM_UNUSED)
{
    static const char *const wanted[] = {"goal-1", "a-b",  "a-b-2",   "a-b-3",
                                         "x",      "step", "a-b-2-2", "t-0017"};
    struct arena a = ARENA_INIT;
    struct diag diag;
    const struct tree *t = parse(
        &a, SV("Goal (1)\n  A, b\n  a B\n  a b\n  #x a b\n  \xC3\xA4\n  a b 2\n  -> T-0017\n"),
        &diag);
    assert_non_null(t);
    for (uint32_t i = 0; i < ARRAY_LEN(wanted); i++) {
        struct sv anchor = tree_anchor(&a, t, i);
        if (!sv_eq_str(anchor, wanted[i]))
            fail_msg("%u: %.*s", i, SV_ARG(anchor));
    }
    arena_release(&a);
}

static void test_plain(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct diag diag;
    struct str out = STR_INIT;
    const struct tree *t = parse(&a, SV("; c\nG\n  #x a [p=1] ; d\n  b\n    = #x ; e\n"), &diag);
    outline_print_plain(t, false, &out);
    assert_string_equal(str_cstr(&out), "G\n  #x a  [p=1]\n  b\n    = #x\n");
    str_clear(&out);
    outline_print_plain(t, true, &out);
    assert_string_equal(str_cstr(&out), "G\n  #x a\n  b\n    = #x\n");
    str_release(&out);
    arena_release(&a);
}

/* Text that repeats `unit` count times behind a goal. */
static struct sv repeated(struct str *out, const char *unit, size_t count)
{
    str_clear(out);
    str_add_str(out, "G\n");
    for (size_t i = 0; i < count; i++)
        str_add_str(out, unit);
    return str_sv(out);
}

static void expect_fault(struct sv text, uint32_t line, const char *what)
{
    struct arena a = ARENA_INIT;
    struct diag diag;
    assert_null(parse(&a, text, &diag));
    for (size_t i = 0; i < diag.len; i++) {
        if (diag.items[i].line == line && sv_find(sv_str(diag.items[i].text), sv_str(what)) >= 0) {
            arena_release(&a);
            return;
        }
    }
    fail_msg("no fault in line %u says \"%s\"", line, what);
    arena_release(&a);
}

static void test_hostile(void **state CM_UNUSED)
{
    struct str text = STR_INIT;
    struct arena a = ARENA_INIT;
    struct diag diag;
    for (size_t i = 0; i < 1400; i++) {
        str_add_repeat(&text, ' ', i);
        str_add_str(&text, "x\n");
    }
    expect_fault(str_sv(&text), 201, "too deep");
    assert_non_null(parse(&a, repeated(&text, "  x\n", 99999), &diag));
    expect_fault(repeated(&text, "  x\n", 100001), 100001, "too many nodes");
    expect_fault(repeated(&text, "x", 10 * 1000 * 1000), 1, "bytes");
    expect_fault(repeated(&text, "x", 100000), 2, "a line of 100000 bytes");
    expect_fault(repeated(&text, "\xC3\xA4", 501), 2, "a label of 501 characters");
    expect_fault(SV("G\n  a\0b\n"), 2, "U+0000");
    expect_fault(SV("G\n  a\xE2\x80\xAE"
                    "b\n"),
                 2, "U+202E");
    expect_fault(
        repeated(&text, "  x [a b c d e f g h i j k l m n o p q r s t u v w x y z]\n", 18000), 2,
        "no attribute");
    expect_fault(repeated(&text, "  = #aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", 18000),
                 2, "not defined");
    str_release(&text);
    arena_release(&a);
}

static void test_ten_thousand_levels_under_a_higher_limit(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct diag diag;
    struct str text = STR_INIT;
    const struct outline_limits limits = {.bytes = 1u << 28, .depth = 20000};
    for (size_t i = 0; i < 10000; i++) {
        str_add_repeat(&text, ' ', i);
        str_add_str(&text, "x\n");
    }
    diag_init(&diag, &a);
    const struct tree *t = outline_parse(&a, str_sv(&text), "f", 1, 1, &limits, &diag);
    assert_non_null(t);
    struct tree_counts c;
    tree_count(t, &c);
    assert_int_equal(c.depth, 10000);
    assert_int_equal(print(&a, t).len, 10000 * 2 + 9999 * 10000);
    str_release(&text);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid),
        cmocka_unit_test(test_invalid),
        cmocka_unit_test(test_positions_count_from_the_callers_place),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_graph),
        cmocka_unit_test(test_anchors),
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_ten_thousand_levels_under_a_higher_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
