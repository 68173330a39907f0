/* tree/io/openpsa.h */
#include "tree_formats.h"

#include <math.h>

#include "tree/io/openpsa.h"

#define MODEL(content) "<opsa-mef><define-fault-tree name=\"ft\">" content "</define-fault-tree></opsa-mef>"
#define GATE(name, formula) "<define-gate name=\"" name "\">" formula "</define-gate>"
#define EVENT(name) "<define-basic-event name=\"" name "\"><float value=\"0.1\"/></define-basic-event>"

static const struct formats_case cases[] = {
    {"a label, a value",
     MODEL("\n<define-gate name=\"g\"><label>The\n  goal</label><and><basic-event name=\"e\"/>"
           "<event name=\"f\"/></and></define-gate>" EVENT("e") "<define-basic-event name=\"f\"/>"),
     "AND #g The goal\n  #e e  [p=0.1]\n  #f f\n", NULL},
    {"definitions may follow, gates are shared",
     MODEL(GATE("t", "<or><gate name=\"a\"/><gate name=\"b\"/></or>")
               GATE("a", "<and><gate name=\"b\"/><event name=\"e\"/></and>") GATE(
                   "b", "<atleast min=\"2\"><event name=\"e\"/><event name=\"f\" type=\"basic-event\"/></atleast>")),
     NULL,
     "1:160: error: event e is not defined; expected a definition of that name, here or in a file given with this "
     "one\n"
     "1:253: error: basic event f is not defined; expected a definition of that name, here or in a file given with "
     "this "
     "one\n"},
    {"a gate that is another one", MODEL(GATE("t", "<event name=\"e\"/>") EVENT("e")), "OR #t t\n  #e e  [p=0.1]\n",
     NULL},
    {"nested formulas and a constant",
     MODEL(GATE("t", "<and><or><event name=\"e\"/><constant value=\"true\"/></or><event name=\"e\"/></and>")
               EVENT("e")),
     "AND #t t\n  OR part of t\n    #e e  [p=0.1]\n    true  ; CONSTANT true\n  = #e\n", NULL},
    {"a house event",
     MODEL(GATE("t", "<or><house-event name=\"h\"/></or>") "<define-house-event name=\"h\"><constant "
                                                           "value=\"false\"/></define-house-event>"),
     "OR #t t\n  #h h  ; CONSTANT false\n", NULL},
    {"private names are looked up from the inside",
     MODEL(GATE("t", "<or><event name=\"x\"/><gate name=\"c.x\"/></or>")
               EVENT("x") "<define-component name=\"c\">"
                          "<define-gate name=\"x\" role=\"private\"><and><event name=\"y\"/></and></define-gate>"
                          "<define-basic-event name=\"y\" role=\"private\"><float "
                          "value=\"0.5\"/></define-basic-event></define-component>" EVENT("y")),
     "OR #t t\n  #x x  [p=0.1]\n  AND #ft-c-x x\n    #ft-c-y y  [p=0.5]\n", NULL},
    {"a private name by its path",
     MODEL(GATE("t", "<or><event name=\"x\"/><gate name=\"ft.c.x\"/></or>")
               EVENT("x") "<define-component name=\"c\" role=\"private\">" GATE(
                   "x", "<and><event name=\"y\"/></and>") "<define-basic-event name=\"y\"><float "
                                                          "value=\"0.5\"/></define-basic-event></"
                                                          "define-component>" EVENT("y")),
     "OR #t t\n  #x x  [p=0.1]\n  AND #ft-c-x x\n    #ft-c-y y  [p=0.5]\n", NULL},
    {"several tops",
     MODEL(GATE("a", "<or><event name=\"e\"/></or>") GATE("b", "<or><event name=\"e\"/></or>") EVENT("e")),
     "OR #a a\n  #e e  [p=0.1]\n",
     "1:40: warning: several gates could be the top; the first one is taken: a, not b\n"},
    {"a cycle", MODEL(GATE("a", "<or><gate name=\"b\"/></or>") GATE("b", "<not><or><gate name=\"a\"/></or></not>")),
     NULL, "1:40: error: a cycle: a -> b -> a; expected a gate that does not contain itself\n"},
    {"counts and empty gates",
     /* clang-format off */
     MODEL("\n" GATE("a", "<atleast min=\"3\"><event name=\"e\"/><event name=\"f\"/></atleast>")
           "\n" GATE("b", "<or></or>")
           "\n" GATE("c", "<imply><event name=\"e\"/></imply>")
           "\n" GATE("d", "<cardinality min=\"2\" max=\"1\"><event name=\"e\"/><event name=\"f\"/></cardinality>")
           "\n" GATE("x", "")
           "\n" GATE("y", "<atleast><event name=\"e\"/></atleast>") EVENT("e") EVENT("f")),
     /* clang-format on */
     NULL,
     "2:23: error: atleast: min is 3, with 2 arguments; expected a number from 1 to 2\n"
     "3:23: error: or: a gate without arguments; expected the events and formulas that it joins\n"
     "4:23: error: imply: 1 arguments; expected two\n"
     "5:23: error: cardinality: min is 2 and max 1, with 2 arguments; expected 0 <= min <= max <= 2\n"
     "6:1: error: gate x has no formula; expected one formula\n"
     "7:23: error: atleast without a number in \"min\"; expected min=\"2\"\n"
     "7:23: error: atleast: min is 0, with 1 arguments; expected a number from 1 to 1\n"},
    {"names twice, kinds, repeats",
     MODEL("\n" GATE("g", "<or><gate name=\"e\"/><event name=\"f\"/><event name=\"f\"/></or>") "\n" EVENT(
         "e") "\n" EVENT("f") "\n" EVENT("e")),
     NULL,
     "2:27: error: e is a basic event; expected gate\n"
     "2:60: error: f stands twice below the same gate; expected each event once\n"
     "5:1: error: e is already defined in line 3; expected another name\n"},
    {"probabilities",
     MODEL(GATE(
         "g",
         "<or><event name=\"e\"/></or>") "\n<define-basic-event name=\"e\"><float "
                                         "value=\"1.5\"/></define-basic-event>"
                                         "\n<define-basic-event name=\"f\"><float value=\"x\"/></define-basic-event>"
                                         "\n<define-basic-event name=\"h\"><parameter "
                                         "name=\"none\"/></define-basic-event>"),
     NULL,
     "2:1: error: p is 1.5, outside 0 to 1; expected a fraction of 1\n"
     "3:30: error: float without a number; expected value=\"0.1\"\n"
     "4:30: error: parameter none is not defined; expected a define-parameter of that name\n"},
    {"a parameter that depends on itself",
     MODEL(GATE(
         "g",
         "<or><event name=\"e\"/></or>") "<define-basic-event name=\"e\"><parameter name=\"a\"/></define-basic-event>"
                                         "\n<define-parameter name=\"a\"><neg><parameter "
                                         "name=\"b\"/></neg></define-parameter>"
                                         "\n<define-parameter name=\"b\"><parameter name=\"a\"/></define-parameter>"),
     NULL, "3:28: error: a cycle: parameter a depends on itself; expected a value that does not contain it\n"},
    {"what is no tree",
     "<opsa-mef><define-event-tree name=\"x\"><y/></define-event-tree><define-CCF-group/></opsa-mef>", NULL,
     "1:11: warning: define-event-tree is passed over; expected fault trees only\n"
     "1:63: error: define-CCF-group is not supported, and without it the results would be wrong; expected a model "
     "without "
     "it\n"},
    {"no gate", "<opsa-mef/>", NULL,
     "error: there is no gate in this model; expected a define-gate within a define-fault-tree\n"},
    {"unknown elements", MODEL(GATE("g", "<maybe/>")), NULL,
     "1:40: error: gate g has no formula; expected one formula\n"
     "1:62: error: the element maybe does not belong here; expected a formula: and, or, atleast, not, xor, nand, "
     "nor, iff, "
     "imply, cardinality, or an event\n"},
    {"not well-formed", "<opsa-mef>\n<a></opsa-mef>", NULL,
     "2:1: error: the element a does not belong here; expected define-fault-tree or model-data\n"
     "2:6: error: this is not well-formed XML: mismatched tag; expected </a>, for the element of line 2\n"},
    {"entities", "<!DOCTYPE opsa-mef [<!ENTITY x \"y\">]><opsa-mef>&x;</opsa-mef>", NULL,
     "1:32: error: an entity is declared or used; expected only &lt; &gt; &amp; &quot; &apos; and numbers\n"},
};

static void test_cases(void **state CM_UNUSED)
{
    formats_check(cases, ARRAY_LEN(cases), TREE_FORMAT_OPENPSA);
}

static const struct {
    const char *expression;
    double value;
} expressions[] = {
    {"<float value=\"1e-3\"/>", 1e-3},
    {"<int value=\"1\"/>", 1},
    {"<mul><float value=\".5\"/><float value=\".5\"/></mul>", .25},
    {"<sub><float value=\"1\"/><float value=\".25\"/><float value=\".25\"/></sub>", .5},
    {"<div><int value=\"1\"/><add><int value=\"2\"/><int value=\"2\"/></add></div>", .25},
    {"<neg><neg><float value=\".5\"/></neg></neg>", .5},
    {"<pow><float value=\".5\"/><int value=\"3\"/></pow>", .125},
    {"<exp><neg><int value=\"1\"/></neg></exp>", 0.36787944117144233},
    {"<exponential><float value=\"1e-12\"/><int value=\"1\"/></exponential>", 1e-12},
    {"<Weibull><int value=\"10\"/><int value=\"1\"/><int value=\"0\"/><int value=\"5\"/></Weibull>",
     0.3934693402873666},
    {"<GLM><int value=\"0\"/><float value=\".1\"/><int value=\"0\"/><int value=\"5\"/></GLM>", 0.3934693402873666},
    {"<mean><int value=\"0\"/><int value=\"1\"/></mean>", .5},
    {"<min><int value=\"0\"/><int value=\"1\"/></min>", 0},
    {"<max><int value=\"0\"/><int value=\"1\"/></max>", 1},
    {"<abs><neg><float value=\".5\"/></neg></abs>", .5},
    {"<sqrt><float value=\".25\"/></sqrt>", .5},
    {"<log><exp><float value=\".5\"/></exp></log>", .5},
    {"<log10><int value=\"10\"/></log10>", 1},
    {"<div><pi/><int value=\"4\"/></div>", 0.7853981633974483},
    {"<parameter name=\"p\"/>", .2},
    {"<normal-deviate><float value=\".3\"/><float value=\".1\"/></normal-deviate>", .3},
    {"<mul><uniform-deviate><int value=\"0\"/><int value=\"1\"/></uniform-deviate><float value=\".5\"/></mul>", .25},
};

static void test_expressions(void **state CM_UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(expressions); i++) {
        struct arena a = ARENA_INIT;
        const char *faults,
            *text = arena_printf(
                &a,
                MODEL(
                    GATE("g", "<or><event name=\"e\"/></or>") "<define-basic-event name=\"e\">%s</define-basic-event>"
                                                              "<define-parameter name=\"p\"><float "
                                                              "value=\".2\"/></define-parameter>"),
                expressions[i].expression);
        const struct tree *t = formats_read(&a, text, TREE_FORMAT_OPENPSA, &faults);
        if (!t || fabs(t->nodes.at[1].values[TREE_P].mode - expressions[i].value) > 1e-15)
            fail_msg("%s: %s", expressions[i].expression, faults);
        arena_release(&a);
    }
}

static void test_distributions(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    const char *faults;
    const struct tree *t = formats_read(
        &a,
        MODEL(GATE("g", "<or><event name=\"u\"/><event name=\"l\"/></or>") "<define-basic-event "
                                                                           "name=\"u\"><uniform-deviate><float "
                                                                           "value=\"0.1\"/><float "
                                                                           "value=\"0.3\"/></uniform-deviate>"
                                                                           "</define-basic-event><define-basic-event "
                                                                           "name=\"l\"><lognormal-deviate><float "
                                                                           "value=\"1e-3\"/><int value=\"3\"/>"
                                                                           "<float "
                                                                           "value=\"0.95\"/></lognormal-deviate></"
                                                                           "define-basic-event>"),
        TREE_FORMAT_OPENPSA, &faults);
    assert_non_null(t);
    assert_string_equal(t->nodes.at[1].values[TREE_P].text.at, "uniform(0.1,0.3)");
    const struct tree_value *v = &t->nodes.at[2].values[TREE_P];
    assert_int_equal(v->kind, TREE_RANGE);
    assert_true(fabs(v->hi / v->lo - 9) < 1e-9);
    assert_non_null(strstr(faults, "whose single value is the median"));
    arena_release(&a);
}

static void test_several_texts_and_options(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct diag diag;
    const struct openpsa_source sources[] = {
        {SV(MODEL(GATE("a", "<or><event name=\"e\"/></or>") GATE("b", "<and><event name=\"e\"/></and>"))), "one"},
        {SV("<opsa-mef><model-data>" EVENT("e") "</model-data></opsa-mef>"), "two"}};
    struct openpsa_options options = {.top = SV("b")};
    diag_init(&diag, &a);
    const struct tree *t = openpsa_parse(&a, sources, 2, &options, &diag);
    assert_non_null(t);
    assert_int_equal(diag.warnings, 0);
    assert_int_equal(t->nodes.at[0].gate, TREE_AND);
    options.undefined_events = true;
    t = openpsa_parse(&a, sources, 1, &options, &diag);
    assert_non_null(t);
    assert_int_equal(t->nodes.at[1].values[TREE_P].kind, TREE_NO_VALUE);
    assert_int_equal(diag.warnings, 1);
    options.top = SV("bb");
    assert_null(openpsa_parse(&a, sources, 2, &options, &diag));
    options.limits.bytes = 10;
    assert_null(openpsa_parse(&a, sources, 2, &options, &diag));
    options.limits = (struct read_limits){.nodes = 2};
    options.top = SV("b");
    assert_null(openpsa_parse(&a, sources, 2, &options, &diag));
    arena_release(&a);
}

/* A gate is never invented: its nearest name is looked for among those of the text, also after events were. */
static void test_undefined_gate_beside_invented_events(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct diag diag;
    const struct openpsa_source source = {
        SV(MODEL(GATE("pumps", "<or><gate name=\"valve\"/><gate name=\"pump\"/><event name=\"one\"/>"
                               "<event name=\"two\"/><gate name=\"pumpsy\"/>"
                               "<event name=\"three\"/><gate name=\"threes\"/></or>"))),
        "f"};
    struct openpsa_options options = {.top = {"", 0}, .undefined_events = true};
    diag_init(&diag, &a);
    assert_null(openpsa_parse(&a, &source, 1, &options, &diag));
    assert_int_equal(diag.errors, 4);
    assert_non_null(strstr(diag.items[1].text, "did you mean pumps?"));
    assert_null(strstr(diag.items[3].text, "did you mean"));
    arena_release(&a);
}

static void test_deep_chain(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct str text = STR_INIT;
    const char *faults;
    struct tree_counts counts;
    str_add_str(&text, "<opsa-mef><define-fault-tree name=\"ft\">");
    for (int i = 0; i < 15000; i++)
        str_addf(&text, GATE("g%d", "<or><gate name=\"g%d\"/></or>"), i, i + 1);
    str_add_str(&text, GATE("g15000", "<or><event name=\"e\"/></or>") EVENT("e") "</define-fault-tree></opsa-mef>");
    const struct tree *t = formats_read(&a, str_cstr(&text), TREE_FORMAT_OPENPSA, &faults);
    assert_non_null(t);
    tree_count(t, &counts);
    assert_int_equal(counts.depth, 15002);
    str_release(&text);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),         cmocka_unit_test(test_expressions),
        cmocka_unit_test(test_distributions), cmocka_unit_test(test_several_texts_and_options),
        cmocka_unit_test(test_undefined_gate_beside_invented_events),
        cmocka_unit_test(test_deep_chain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
