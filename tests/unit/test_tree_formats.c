/* tree/io/json.h, adtool.h, dft.h, dot.h, read.h: reading, faults, losses, round trips */
#include "tree_formats.h"

#include "base/fs.h"
#include "tree/core/model.h"
#include "tree/core/solve.h"

#include <math.h>
#include <stdlib.h>

static const struct formats_case json_cases[] = {
    {"an inhibit by a defence",
     "{\"top\": \"i\", \"nodes\": {\"i\": {\"type\": \"inhibit\", \"child\": \"a\", \"by\": \"d\"},\n"
     "\"a\": {\"type\": \"leaf\", \"kind\": \"attack\", \"probability\": 0.5, \"cost\": 10, \"time\": 7200},\n"
     "\"d\": {\"type\": \"leaf\", \"kind\": \"defence\", \"cost\": 3, \"deployed\": 0.5}}}",
     "#i i\n  ! #d d  [deployed=0.5 cost=3]\n  #a a    [p=0.5 cost=10 time=2h]\n", NULL},
    {"an inhibit by a gate",
     "{\"top\": \"i\", \"nodes\": {\"i\": {\"type\": \"inhibit\", \"child\": \"a\", \"by\": \"g\"},"
     "\"a\": {\"type\": \"leaf\"}, \"g\": {\"type\": \"and\", \"children\": [\"a\", \"b\"]}, \"b\": {\"type\": "
     "\"leaf\"}}}",
     "AND #i i\n  #a a\n  OR not g  ; NOT\n    AND #g g\n      = #a\n      #b b\n", NULL},
    {"distributions",
     "{\"top\": \"a\", \"nodes\": {\"a\": {\"type\": \"leaf\", \"probability\": {\"range\": [0.1, 0.2]},"
     "\"cost\": {\"uniform\": [0, 5]}, \"time\": {\"pert\": [60, 90, 86400]}, \"skill\": {\"triangular\": [1, 2, "
     "3]}}}}",
     "#a a  [p=0.1..0.2 cost=uniform(0,5) time=pert(1min,90s,1d) skill=triangular(1,2,3)]\n", NULL},
    {"all faults at once",
     "{\"top\": \"g\", \"nodes\": {\n\"g\": {\"type\": \"and\", \"children\": [\"a\", \"ab\", 3, \"a\"]},\n"
     "\"a\": {\"type\": \"leaf\", \"probability\": 1.5, \"colour\": 1},\n\"abc\": {\"type\": \"maybe\", \"kind\": "
     "\"x\"},\n"
     "\"k\": {\"type\": \"atleast\", \"k\": 3, \"children\": [\"a\", \"abc\"]},\n\"e\": {\"type\": \"or\", "
     "\"children\": []},\n"
     "\"d\": {\"type\": \"leaf\", \"kind\": \"defence\", \"skill\": 1, \"cost\": {\"range\": [1]}}\n}}",
     NULL,
     "2:1: error: g: a stands twice below it; expected each node once\n"
     "2:40: error: node \"ab\" is not defined; expected an id in \"nodes\" (did you mean \"a\"?)\n"
     "2:46: error: this is no node; expected the id of a node, in quotes\n"
     "3:38: error: p is 1.5, outside 0 to 1; expected a fraction of 1\n"
     "3:43: error: unknown key \"colour\"; expected a key of the schema\n"
     "4:17: error: an unknown type; expected leaf, or, and, sand, atleast, cardinality, not, xor, nand, nor, iff, "
     "imply, "
     "constant, inhibit or reference\n"
     "4:34: error: unknown kind \"x\"; expected attack, defence or approach\n"
     "5:1: error: k: 3 of 2 children; expected a number from 1 to 2\n"
     "6:1: error: e: a gate without children; expected at least one\n"
     "7:1: error: d: skill on a countermeasure; expected stops, deployed or cost\n"
     "7:62: error: cost is no value; expected a number, or {\"range\": [lo, hi]}, {\"uniform\": [lo, hi]}, "
     "{\"triangular\": "
     "[lo, mode, hi]} or {\"pert\": [lo, mode, hi]}\n"},
    {"a cycle",
     "{\"top\": \"g\", \"nodes\": {\"g\": {\"type\": \"or\", \"children\": [\"h\"]},\n"
     "\"h\": {\"type\": \"or\", \"children\": [\"g\"]}}}",
     NULL, "1:24: error: a cycle: g -> h -> g; expected a node that does not contain itself\n"},
    {"what is not below the top",
     "{\"top\": \"a\", \"nodes\": {\"a\": {\"type\": \"leaf\"}, \"b\": {\"type\": \"leaf\"}}}", "#a a\n",
     "1:47: warning: b is not below the top and is left out\n"},
    {"no top, no nodes, no JSON", "{\"nodes\": {\"a\": {\"type\": \"leaf\"}}}", NULL,
     "1:1: error: there is no top; expected \"top\": \"id\"\n"},
    {"a reference at two places",
     "{\"top\": \"a\", \"nodes\": {\"a\": {\"type\": \"and\", \"children\": [\"r\", \"b\"]}, \"b\": {\"type\": \"or\","
     " \"children\": [\"c\", \"r\"]}, \"c\": {\"type\": \"leaf\"},"
     "\"r\": {\"type\": \"reference\", \"of\": \"T-17#h\"}}}",
     "AND #a a\n  = T-17#h\n  OR #b b\n    #c c\n    = T-17#h\n", NULL},
    {"a reference that an outline could not have",
     "{\"top\": \"a\", \"nodes\": {\"a\": {\"type\": \"or\", \"children\": [\"r\", \"s\"]},\n"
     "\"r\": {\"type\": \"reference\", \"of\": \"T-0017#phi{h\"},\n"
     "\"s\": {\"type\": \"reference\", \"of\": \"T-17\"}}}",
     NULL,
     "2:6: error: a reference that names no threat or step; expected \"of\": \"T-0017\" or \"T-0017#step\"\n"},
    {"no nodes", "{\"top\": \"a\"}", NULL,
     "1:1: error: there are no nodes; expected \"nodes\": {\"id\": {\"type\": \"leaf\"}}\n"},
    {"a definition twice", "{\"top\": \"a\",\n\"nodes\": {\"a\": {}, \"a\": {}}}", NULL,
     "error: JSON, line 2, column 20: a key that stands twice in its object\n"},
};

#define ADT(content) "<adtree>" content "</adtree>"
#define NODE(label, content) "<node refinement=\"disjunctive\"><label>" label "</label>" content "</node>"
#define AND(label, content) "<node refinement=\"conjunctive\"><label>" label "</label>" content "</node>"
#define SWITCH(label, content)                                                                                       \
    "<node refinement=\"disjunctive\" switchRole=\"yes\"><label>" label "</label>" content "</node>"
#define COST(number) "<parameter domainId=\"MinCost1\" category=\"basic\">" number "</parameter>"

static const struct formats_case adtool_cases[] = {
    {"repeated steps are one, countermeasures stand on places",
     ADT(NODE("g", AND("x", NODE("a", COST("10.0") SWITCH("d", "")) NODE("b", "")) NODE("a", ""))),
     "OR g\n  AND x\n    a\n      ! d\n      #a-2 a  [cost=10]\n    b\n  = #a-2\n", NULL},
    {"what a countermeasure consists of and what defeats it",
     ADT(NODE("g", NODE("a", SWITCH("d", NODE("p", "") NODE("q", "") SWITCH("steal", ""))))),
     "OR g\n  a\n    ! OR d\n      ! p\n      ! q\n      steal\n", NULL},
    {"the defender's goal, turned round",
     ADT("<node switchRole=\"yes\"><label>safe</label>" NODE("lock", SWITCH("pick", "")) "</node>"),
     "AND Defeat safe\n  OR Defeat lock\n    Without lock  ; NOT\n      ! lock\n    pick\n", NULL},
    {"values",
     ADT(NODE("g",
              NODE("a",
                   "<parameter domainId=\"ProbSucc2\">0.5</parameter><parameter domainId=\"DiffLMHE1\">H</parameter>"
                   "<parameter domainId=\"X\">1</parameter><parameter domainId=\"MinTimePar1\">60</parameter>")
                  NODE("b", COST("Infinity"))) "<domain id=\"X\"><class>a.b.MinCost</class></domain>"),
     "OR g\n  a  [p=0.5 cost=1 time=1min skill=3]\n  b\n",
     "1:334: warning: the value of b in domain \"MinCost1\" is not carried: \"Infinity\" is no number\n"},
    {"two values of one step", ADT(NODE("g", AND("x", NODE("a", COST("1"))) "\n" NODE("a", COST("2")))), NULL,
     "2:48: error: a has two values of cost: 1 and 2; expected the same value wherever the step recurs\n"},
    {"faults", ADT("<node refinement=\"maybe\"></node>\n<node switchRole=\"maybe\"><label>x</label></node>"), NULL,
     "1:9: error: unknown refinement \"maybe\"; expected disjunctive, conjunctive or sequential\n"
     "1:9: error: a node without label; expected some words in its label\n"
     "2:1: error: a second goal; expected one node in the tree, all others within it\n"
     "2:1: error: switchRole is neither yes nor no; expected yes or no\n"},
    {"a step twice below a gate", ADT(NODE("g", NODE("a", "") NODE("a", "") NODE("b", ""))), "OR g\n  a\n  b\n",
     "1:110: warning: a stands twice below the same node and is read once\n"},
    {"empty", "<adtree/>", NULL, "error: a tree without node; expected a node with a label\n"},
    {"something else", "<html/>", NULL, "1:1: error: the element html; expected adtree or sandtree\n"},
    {"order",
     "<sandtree><node refinement=\"sequential\"><label>g</label>" NODE("a", "") NODE("b", "") "</node></sandtree>",
     "SAND g\n  a\n  b\n", NULL},
};

static const struct formats_case dft_cases[] = {
    {"static gates",
     "toplevel \"t\"; // top\n\"t\" or \"a b\" v;\nv 2of3 \"a b\" b c;\n\"a b\" prob=0.1; /* x */ b prob=2e-3 "
     "dorm=0;\nc prob=0;",
     "OR #t t\n  #a-b a b  [p=0.1]\n  2 OF #v v\n    = #a-b\n    #b b  [p=2e-3]\n    #c c  [p=0]\n", NULL},
    {"votes", "toplevel t; t vot1 a b; a prob=1; b prob=1;", "1 OF #t t\n  #a a  [p=1]\n  #b b  [p=1]\n", NULL},
    {"faults",
     "toplevel t;\nt and a x;\na pand b b;\nb lambda=0.5;\nb prob=2;\nv 3of2 a b;\ne or;\nq;\nw 5of2 a b;\nf "
     "prob=x;\ntoplevel u v;",
     NULL,
     "2:9: error: \"x\" is not defined; expected a statement that begins with this name\n"
     "3:1: error: a: b stands twice below it; expected each node once\n"
     "3:3: error: pand is a dynamic gate; expected and, or, or a vote such as 2of3\n"
     "4:3: error: \"b\" has a rate, which says nothing without a mission time; expected prob=, the probability "
     "within the "
     "time that matters\n"
     "5:1: error: \"b\" is already defined in line 4; expected another name\n"
     "5:3: error: p is 2, outside 0 to 1; expected a fraction of 1\n"
     "6:1: error: v: 3 of 2 children; expected a number from 1 to 2\n"
     "7:1: error: e: a gate without children; expected at least one\n"
     "8:1: error: a name alone; expected \"name\" and \"a\" \"b\"; or \"name\" prob=0.1;\n"
     "9:1: error: w: 5 of 2 children; expected a number from 1 to 2\n"
     "10:8: error: x is no number; expected a number such as 0.1\n"
     "11:1: error: a second toplevel; expected one\n"
     "11:10: error: \"u\" is not defined; expected the name of a gate\n"
     "11:12: error: text after the top's name; expected ;\n"},
    {"no top", "a prob=1;", NULL, "1:1: error: there is no toplevel; expected toplevel \"name\";\n"},
    {"a rate beside a probability is not needed", "toplevel a; a or b; b lambda=1 prob=0.5;",
     "OR #a a\n  #b b  [p=0.5]\n", NULL},
    {"a cycle", "toplevel a; a or b;\nb or a;", NULL,
     "1:13: error: a cycle: a -> b -> a; expected a node that does not contain itself\n"},
};

static void test_json(void **state CM_UNUSED)
{
    formats_check(json_cases, ARRAY_LEN(json_cases), TREE_FORMAT_JSON);
}

static void test_adtool(void **state CM_UNUSED)
{
    formats_check(adtool_cases, ARRAY_LEN(adtool_cases), TREE_FORMAT_ADTOOL);
}

static void test_dft(void **state CM_UNUSED)
{
    formats_check(dft_cases, ARRAY_LEN(dft_cases), TREE_FORMAT_DFT);
}

static const struct {
    const char *text, *file;
    enum tree_format format;
} recognised[] = {
    {"Goal\n  a\n", "x", TREE_FORMAT_OUTLINE},
    {"  {\"top\": 1}", "x", TREE_FORMAT_JSON},
    {"\xEF\xBB\xBF<?xml version=\"1.0\"?>\n<!-- <adtree> -->\n<opsa-mef/>", "x", TREE_FORMAT_OPENPSA},
    {"<!DOCTYPE adtree>\n<adtree>", NULL, TREE_FORMAT_ADTOOL},
    {"<sandtree x=\"1\">", "x.xml", TREE_FORMAT_ADTOOL},
    {"<other/>", "x.adt", TREE_FORMAT_ADTOOL},
    {"<other/>", "x.xml", TREE_FORMAT_OPENPSA},
    {"// c\n/* d */ toplevel \"x\";", "x", TREE_FORMAT_DFT},
    {"toplevels are goals", "x.dft", TREE_FORMAT_OUTLINE},
    {"", "x", TREE_FORMAT_OUTLINE},
};

static void test_recognition(void **state CM_UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(recognised); i++)
        assert_int_equal(tree_format_of(sv_str(recognised[i].text), recognised[i].file), recognised[i].format);
    for (int f = 0; f < TREE_FORMATS; f++)
        assert_int_equal(tree_format_by_name(sv_str(tree_format_names[f])), f);
    assert_int_equal(tree_format_by_name(SV("xls")), TREE_FORMATS);
    assert_int_equal(tree_format_by_ending("a/b.gv"), TREE_FORMAT_DOT);
    assert_int_equal(tree_format_by_ending("a/b.xml"), TREE_FORMAT_AUTO);
}

/* Without loss there and back: the same tree. */
static const struct {
    const char *what, *outline;
    unsigned formats; /* bit: 1 << format */
} round_trips[] = {
    {"everything an outline has",
     "; top\nG ; goal\n  ; above\n  OR #x a [damage=3] ; beside\n    b [p=0.5 cost=10k..20k time=2d skill=2 "
     "damage=uniform(1,2)]\n"
     "    ! AND c\n      ! #d d [stops=0.5 deployed=0.1 cost=3]\n      ? e\n      f\n  2 OF h\n    i\n    j\n    = "
     "#x\n  SAND k\n"
     "    l\n    m\n  -> T-0017\n  = T-0018#y\n; end\n",
     1u << TREE_FORMAT_JSON},
    {"a plain fault tree", "AND #g g\n  #a a [p=0.5]\n  2 OF #h h\n    = #a\n    #b b [p=1e-3]\n    #c c\n",
     1u << TREE_FORMAT_JSON | 1u << TREE_FORMAT_OPENPSA | 1u << TREE_FORMAT_DFT},
    {"labels", "AND #g The goal\n  #a One way [p=0.25]\n  OR #b Other\n    #c x\n",
     1u << TREE_FORMAT_JSON | 1u << TREE_FORMAT_OPENPSA},
    {"attack and defence",
     "OR g\n  AND a\n    x [p=0.5 cost=3 time=1min skill=2]\n    y\n      ! AND z\n        ! u [deployed=0.5 "
     "cost=1]\n"
     "        ! v\n        OR w\n          s\n          t\n  r\n    ! q\n",
     1u << TREE_FORMAT_JSON | 1u << TREE_FORMAT_ADTOOL},
    {"order", "SAND g\n  a\n  OR b\n    c\n    d\n", 1u << TREE_FORMAT_JSON | 1u << TREE_FORMAT_ADTOOL},
};

static void test_round_trips(void **state CM_UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(round_trips); i++) {
        struct arena a = ARENA_INIT;
        const char *faults;
        const struct tree *t = formats_read(&a, round_trips[i].outline, TREE_FORMAT_OUTLINE, &faults);
        const char *before = formats_write(&a, t, TREE_FORMAT_OUTLINE, NULL);
        for (int f = 0; f < TREE_FORMATS; f++) {
            struct loss loss;
            struct tree_diff diff;
            if (!(round_trips[i].formats & 1u << f))
                continue;
            loss_init(&loss, &a);
            const char *text = formats_write(&a, t, (enum tree_format)f, &loss);
            const struct tree *again = formats_read(&a, text, (enum tree_format)f, &faults);
            if (loss.items.len || !again)
                fail_msg("%s by %s: %s%s\n%s", round_trips[i].what, tree_format_names[f], formats_losses(&a, &loss),
                         faults, text);
            tree_diff(&a, t, again, &diff);
            if (diff.items.len)
                fail_msg("%s by %s:\n%s\n%s\n%s", round_trips[i].what, tree_format_names[f], before,
                         formats_write(&a, again, TREE_FORMAT_OUTLINE, NULL), text);
        }
        arena_release(&a);
    }
}

static void test_losses(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct loss loss;
    struct err err = ERR_INIT;
    struct str out = STR_INIT;
    const char *faults;
    const struct tree *t =
        formats_read(&a, "SAND g ; note\n  a [p=0.1..0.2 cost=3]\n  b [cost=4]\n    ! c [stops=0.5]\n    ? d\n",
                     TREE_FORMAT_OUTLINE, &faults);
    loss_init(&loss, &a);
    formats_write(&a, t, TREE_FORMAT_OPENPSA, &loss);
    assert_string_equal(formats_losses(&a, &loss),
                        "g: order: a gate in Open-PSA has no order (1)\n"
                        "a: distribution: an interval becomes lognormal in Open-PSA instead of logit-normal (1)\n"
                        "d: approach: a model in Open-PSA has no potential countermeasures (1)\n"
                        "g: comment: Open-PSA carries no comments (1)\n"
                        "a: cost: Open-PSA carries probabilities only (2)\n");
    str_add_str(&out, "kept");
    assert_int_equal(tree_write(t, TREE_FORMAT_DFT, NULL, &out, NULL, &err), CM_EREFUSED);
    assert_string_equal(str_cstr(&out), "kept");
    assert_string_equal(err.text, "dft cannot say what the tree means: countermeasures of \"b\": Galileo has none");
    assert_int_equal(tree_write(t, TREE_FORMAT_AUTO, NULL, &out, NULL, &err), CM_EUSAGE);
    str_release(&out);
    arena_release(&a);
}

static void test_dot(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    const char *faults;
    const struct tree *t =
        formats_read(&a, "AND Say \"x\\y\"\n  #a a [p=0.5]\n    ! c\n  b\n    = #a\n", TREE_FORMAT_OUTLINE, &faults);
    assert_string_equal(
        formats_write(&a, t, TREE_FORMAT_DOT, NULL),
        "digraph \"Say \\\"x\\\\y\\\"\" {\n  rankdir=TB;\n  ordering=out;\n  node [fontname=\"sans-serif\"];\n"
        "  n0 [shape=trapezium, label=\"AND\\nSay \\\"x\\\\y\\\"\"];\n"
        "  n1 [shape=box, peripheries=2, label=\"a\\np=0.5\", id=\"a\"];\n"
        "  n2 [shape=octagon, label=\"c\"];\n  n3 [shape=ellipse, label=\"OR\\nb\"];\n"
        "  n0 -> n1;\n  n0 -> n3;\n  n1 -> n2 [style=dashed, arrowhead=tee];\n  n3 -> n1;\n}\n");
    arena_release(&a);
}

/* "At least none" holds always: Galileo gets a certain event, for a gate it would not be allowed. */
static void test_dft_always(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    const char *faults;
    const struct tree *t =
        formats_read(&a,
                     "{\"top\": \"g\", \"nodes\": {\"g\": {\"type\": \"and\", \"children\": [\"c\", \"b\"]},"
                     "\"c\": {\"type\": \"cardinality\", \"min\": 0, \"max\": 2, \"children\": [\"a\", \"b\"]},"
                     "\"a\": {\"type\": \"leaf\"}, \"b\": {\"type\": \"leaf\"}}}",
                     TREE_FORMAT_JSON, &faults);
    assert_string_equal(formats_write(&a, t, TREE_FORMAT_DFT, NULL),
                        "toplevel \"g\";\n\"g\" and \"c\" \"b\";\n\"c\" prob=1;\n\"a\" dorm=0;\n\"b\" dorm=0;\n");
    arena_release(&a);
}

/* Labels that an outline would read as something else are put in quotation marks. */
static void test_hard_labels(void **state CM_UNUSED)
{
    static const char *const labels[] = {"AND then",  "! no",    "a ; b", "- x",       "#x y",
                                         "2 OF them", "x [p=1]", "= #a",  "-> T-0017", "> q"};
    for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
        struct arena a = ARENA_INIT;
        const char *faults;
        const char *json = arena_printf(
            &a,
            "{\"top\": \"g\", \"nodes\": {\"g\": {\"type\": \"or\", \"children\": [\"a\"]}, \"a\": {\"type\": "
            "\"leaf\", \"label\": \"%s\"}}}",
            labels[i]);
        const struct tree *t = formats_read(&a, json, TREE_FORMAT_JSON, &faults);
        assert_non_null(t);
        struct loss loss;
        loss_init(&loss, &a);
        const char *text = formats_write(&a, t, TREE_FORMAT_OUTLINE, &loss);
        const struct tree *again = formats_read(&a, text, TREE_FORMAT_OUTLINE, &faults);
        if (!again || again->nodes.len != 2)
            fail_msg("%s: %s\n%s", labels[i], faults, text);
        arena_release(&a);
    }
}

/* All models of a folder that stands beside the source, where it does: each is read, or a file of values alone. */
static void test_public_models(void **state CM_UNUSED)
{
    static const char *const folders[] = {"trees/aralia",
                                          "trees/synthetic-openpra",
                                          "trees/attack-small",
                                          "trees/attack-trees/adtool2",
                                          "trees/attack-trees/adtrees",
                                          "trees/attack-trees/copae-adtrees"};
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    const char *source = getenv("CASEMATE_SOURCE"), *shared = getenv("CASEMATE_SHARED");
    size_t read = 0;
    if (!shared)
        shared = fs_join(&a, source ? source : ".", "../shared");
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        struct fs_names names;
        const char *folder = fs_join(&a, shared, folders[i]);
        if (fs_kind(folder) != FS_DIR || fs_list(&a, folder, 1000, &names, &err) != CM_OK)
            continue;
        for (size_t j = 0; j < names.list.len; j++) {
            struct arena b = ARENA_INIT;
            struct sv text, name = sv_str(names.list.at[j]);
            struct diag diag;
            bool model = sv_ends(name, SV(".xml")) || (sv_ends(name, SV(".json")) && sv_starts(name, SV("at-")));
            diag_init(&diag, &b);
            if (model && fs_read(&b, fs_join(&b, folder, names.list.at[j]), 1u << 24, &text, &err) == CM_OK) {
                if (!tree_read(&b, text, names.list.at[j], NULL, &diag))
                    fail_msg("%s", diag_format(&diag, &diag.items[0]));
                read++;
            }
            arena_release(&b);
        }
    }
    arena_release(&a);
    if (!read) {
        print_message("# no public models: set CASEMATE_SHARED to try them\n");
        skip();
    }
}

static double today(struct arena *a, const struct tree *t)
{
    const struct model_world world = {.world = WORLD_DEPLOYED};
    const struct tree_limits limits = {.max_seconds = 0};
    struct err err = ERR_INIT;
    struct model m;
    struct formula f;
    struct solution s;
    assert_int_equal(model_init(&m, a, t, &err), CM_OK);
    model_formula(&m, &world, &f, NULL);
    assert_int_equal(solve(&f, SOLVE_BDD, &limits, a, &s, &err), CM_OK);
    return solution_probability(&s, model_chances(&m, &world), NULL).p;
}

/* A fault tree knows no countermeasures, but can say what they do. */
static void test_probability_is_kept(void **state CM_UNUSED)
{
    static const char *const outlines[] = {
        "OR G\n  AND a\n    #x x [p=.5]\n    y [p=.4]\n      ! c [deployed=.5 stops=.5]\n  z [p=.1]\n"
        "    ! c [deployed=.5 stops=.5]\n    ! d [deployed=.9]\n  2 OF k\n    = #x\n    u [p=.3]\n    v [p=.2]\n",
        "AND G\n  a [p=.5]\n    ! AND D\n      ! d1 [deployed=.5]\n      ! d2 [deployed=.7]\n      b [p=.3]\n"
        "      c [p=.9]\n  e [p=.8]\n    ! f [deployed=.3]\n      g [p=.1]\n      h [p=.2]\n    ? new [deployed=1]\n",
        "OR G\n  a [p=.5]\n    ! lock [deployed=.5]\n      pick [p=.5]\n  b [p=.6]\n    ! lock [deployed=.5]\n"
        "  c [p=.1]\n    ! 2 OF m [deployed=.5]\n      ! m1 [deployed=.5]\n      x [p=.5]\n      y [p=.5]\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(outlines); i++) {
        struct arena a = ARENA_INIT;
        const char *faults;
        const struct tree *t = formats_read(&a, outlines[i], TREE_FORMAT_OUTLINE, &faults);
        assert_non_null(t);
        const char *model = formats_write(&a, t, TREE_FORMAT_OPENPSA, NULL);
        const struct tree *again = formats_read(&a, model, TREE_FORMAT_OPENPSA, &faults);
        if (!again || fabs(today(&a, t) - today(&a, again)) > 1e-12)
            fail_msg("%s%s", model, faults);
        arena_release(&a);
    }
}

static const struct tree *adtool_and_back(struct arena *a, const struct tree *t, struct loss *loss)
{
    const char *faults;
    loss_init(loss, a);
    const char *text = formats_write(a, t, TREE_FORMAT_ADTOOL, loss);
    const struct tree *again = formats_read(a, text, TREE_FORMAT_ADTOOL, &faults);
    if (!again)
        fail_msg("%s%s", text, faults);
    return again;
}

/* ADTool has no "k of n", but the same steps under an OR of ANDs are the same function. */
static void test_adtool_ways(void **state CM_UNUSED)
{
    static const char *const outlines[] = {
        "OR G\n  2 OF k\n    #a a [p=.5]\n    b [p=.25]\n      ! lock [deployed=.5]\n    AND c\n      d [p=.5]\n"
        "      2 OF l\n        = #a\n        e [p=.75]\n        f [p=.125]\n    ! guard [deployed=.5]\n  = #a\n",
        "AND G\n  3 OF k\n    a [p=.9]\n    b [p=.8]\n    c [p=.7]\n    d [p=.6]\n    e [p=.5]\n",
        "OR G\n  a [p=.5]\n    ! 2 OF m\n      ! m1 [deployed=.5]\n      ! m2 [deployed=.25]\n"
        "      ! m3 [deployed=.75]\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(outlines); i++) {
        struct arena a = ARENA_INIT;
        struct loss loss;
        const char *faults;
        const struct tree *t = formats_read(&a, outlines[i], TREE_FORMAT_OUTLINE, &faults);
        const struct tree *again = adtool_and_back(&a, t, &loss);
        for (size_t j = 0; j < loss.items.len; j++)
            assert_false(loss.items.at[j].meaning);
        assert_true(fabs(today(&a, t) - today(&a, again)) < 1e-12);
        arena_release(&a);
    }
}

/* 2 of 23 are 253 ways, 2 of 24 are 276; and many gates of few ways within one another are too many nodes. */
static void test_adtool_ways_end(void **state CM_UNUSED)
{
    for (unsigned n = 23; n <= 24; n++) {
        struct arena a = ARENA_INIT;
        struct loss loss;
        struct str text = STR_INIT;
        const char *faults;
        str_add_str(&text, "2 OF G\n");
        for (unsigned i = 0; i < n; i++)
            str_addf(&text, "  s%u [p=.01]\n", i);
        const struct tree *t = formats_read(&a, str_cstr(&text), TREE_FORMAT_OUTLINE, &faults);
        const struct tree *again = adtool_and_back(&a, t, &loss);
        assert_int_equal(again->nodes.len, n == 23 ? 1 + 253 + 23 : 1 + 24);
        assert_int_equal(loss.items.len, n == 23 ? 0 : 1);
        str_clear(&text);
        for (unsigned depth = 0; depth < n; depth++)
            str_addf(&text, "%*s2 OF g%u\n%*sa%u\n%*sb%u\n", 2 * depth, "", depth, 2 * depth + 2, "", depth,
                     2 * depth + 2, "", depth);
        str_addf(&text, "%*sx\n", 2 * n, "");
        t = formats_read(&a, str_cstr(&text), TREE_FORMAT_OUTLINE, &faults);
        again = adtool_and_back(&a, t, &loss);
        assert_int_equal(again->nodes.len, 3 * n + 1);
        assert_string_equal(formats_losses(&a, &loss),
                            arena_printf(&a,
                                         "g0: gate: as OR of ANDs it is more than 256 of these, or the file more than "
                                         "100,000 nodes (%u) !\n",
                                         n));
        str_release(&text);
        arena_release(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json),        cmocka_unit_test(test_adtool),      cmocka_unit_test(test_dft),
        cmocka_unit_test(test_dft_always),
        cmocka_unit_test(test_recognition), cmocka_unit_test(test_round_trips), cmocka_unit_test(test_losses),
        cmocka_unit_test(test_dot),         cmocka_unit_test(test_hard_labels), cmocka_unit_test(test_public_models),
        cmocka_unit_test(test_probability_is_kept), cmocka_unit_test(test_adtool_ways),
        cmocka_unit_test(test_adtool_ways_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
