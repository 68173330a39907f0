/* profile_merge: three ways, by key and section. */
#include "profile_fixture.h"

#define BASE "---\nid: T-0001\nname: N\nstage: identified\n---\n\n## Abstract\n\nA\n\n## Gap\n\nG\n"

struct merge_case {
    const char *path, *base, *ours, *theirs, *merged, *conflicts;
};

static const struct merge_case cases[] = {
    {FIRST, BASE, BASE, "theirs", "theirs", ""},
    {FIRST, BASE, "ours", BASE, "ours", ""},
    {FIRST, BASE,
     "---\nid: T-0001\nname: M\nstage: identified\n---\n\n## Abstract\n\nA\n\n## Gap\n\nG\n",
     "---\nid: T-0001\nname: N\nstage: analysed\nreason: r\n---\n\n## Abstract\n\nA\n\n## "
     "Existing\n\nE\n\n## Gap\n\nH\n",
     "---\nid: T-0001\nname: M\nstage: analysed\nreason: r\n---\n\n## Abstract\n\nA\n\n## "
     "Existing\n\nE\n\n## Gap\n\nH\n",
     ""},
    {FIRST, BASE,
     "---\nid: T-0001\nname: M\nstage: identified\n---\n\n## Abstract\n\nA\n\n## Gap\n\nG1\n",
     "---\nid: T-0001\nname: O\nstage: identified\n---\n\n## Abstract\n\nA\n\n## Gap\n\nG2\n",
     "---\nid: T-0001\nname: M\nstage: identified\n---\n\n## Abstract\n\nA\n\n## Gap\n\nG1\n",
     FIRST ":3: error: \"name\" was changed on both sides; the change from here is kept\n" FIRST
           ":11: error: \"## Gap\" was changed on both sides; the change from here is kept\n"},
    {FIRST, BASE, "---\nid: T-0001\nname: N\nstage: identified\n---\n\n## Abstract\n\nA\n",
     "---\nid: T-0001\nname: N\nstage: identified\n---\n\n## Abstract\n\nB\n\n## Gap\n\nH\n",
     "---\nid: T-0001\nname: N\nstage: identified\n---\n\n## Abstract\n\nB\n",
     FIRST ":11: error: \"## Gap\" was removed here and changed there; left out\n"},
    {FIRST, BASE,
     "---\nid: T-0001\nname: M\nstage: identified\n---\n\n## Abstract\n\nA\n\n## Gap\n\nG\n",
     "---\nid: T-0001\nname: N\nstage: identified\n---\n\n## Abstract\n\nA\n",
     "---\nid: T-0001\nname: M\nstage: identified\n---\n\n## Abstract\n\nA\n", ""},
    {FIRST, "", "---\nid: T-0001\n---\n\n## Abstract\n\nA\n",
     "---\nid: T-0001\nstage: s\n---\n\n## Abstract\n\nA\n",
     "---\nid: T-0001\nstage: s\n---\n\n## Abstract\n\nA\n", ""},
    {"sig.yaml", "a: 1\nb: 2\n", "a: 1\nb: 3\n", "# note\na: 1\nb: 2\nc: 4\n",
     "# note\na: 1\nb: 3\nc: 4\n", ""},
    {"references.tsv", "id\tt\nA\t1\nB\t2\n", "id\tt\nA\t1\nB\t3\n",
     "id\tt\nA\t1\nAA\t5\nB\t2\nC\t4\n", "id\tt\nA\t1\nAA\t5\nB\t3\nC\t4\n", ""},
};

static void test_merge(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct diag diag;
        struct err err = ERR_INIT;
        struct sv out;
        diag_init(&diag, &a);
        int result = profile_merge(&a, cases[i].path, sv_str(cases[i].base), sv_str(cases[i].ours),
                                   sv_str(cases[i].theirs), &out, &diag, &err);
        assert_string_equal(fixture_faults(&a, &diag), cases[i].conflicts);
        assert_int_equal(result, *cases[i].conflicts ? CM_ECONFLICT : CM_OK);
        assert_text(out, cases[i].merged);
    }
    arena_release(&a);
}

static void test_fields(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct text_fields fields;
    struct str out = STR_INIT;
    threat_text_fields(&a,
                       SV("---\nid: T-0001\nareas: [a,   b]\nlikelihood: {rating: low, reason: "
                          "\"r, s\"}\nresponses:\n"
                          "  - {reference: X}\n---\n\n## Abstract\n\nA\n\n## Gap\n\n<!-- x -->\n"),
                       &fields);
    for (size_t i = 0; i < fields.list.len; i++)
        str_addf(&out, "%.*s=%.*s;", SV_ARG(fields.list.at[i].name),
                 SV_ARG(fields.list.at[i].text));
    assert_string_equal(str_cstr(&out),
                        "id=T-0001;areas=[a, b];likelihood.rating=low;likelihood.reason=r, "
                        "s;responses=[{reference: X}];Abstract=A;");
    str_release(&out);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_merge), cmocka_unit_test(test_fields)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
