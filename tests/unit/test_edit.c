/* Changes to the text of a threat file: all else stays byte for byte. */
#include "profile_fixture.h"

#define HEAD                                                                                       \
    "---\nid: T-0001   # mine\nname:  Old\nstage: identified\nproposed: {by: ada,   date: "        \
    "2026-11-22}\n"
#define TAIL "---\n\n## Abstract\n\nA.\n\n## Gap\n\nG.\n"

struct set_case {
    const char *key, *value;
    bool flow;
    const char *from, *to;
};

static const struct set_case sets[] = {
    {"name", "New: one", false, HEAD TAIL,
     "---\nid: T-0001   # mine\nname: \"New: one\"\nstage: identified\nproposed: {by: ada,   date: "
     "2026-11-22}\n" TAIL},
    {"name", "", false, HEAD TAIL,
     "---\nid: T-0001   # mine\nstage: identified\nproposed: {by: ada,   date: 2026-11-22}\n" TAIL},
    {"areas", "[transport]", true, HEAD TAIL,
     "---\nid: T-0001   # mine\nname:  Old\nareas: [transport]\nstage: identified\nproposed: {by: "
     "ada,   date: 2026-11-22}\n" TAIL},
    {"proposed.by", "b,c", false, HEAD TAIL,
     "---\nid: T-0001   # mine\nname:  Old\nstage: identified\nproposed: {by: \"b,c\",   date: "
     "2026-11-22}\n" TAIL},
    {"proposed.from", "x", false, HEAD TAIL,
     "---\nid: T-0001   # mine\nname:  Old\nstage: identified\nproposed: {by: ada, date: "
     "2026-11-22, from: x}\n" TAIL},
    {"likelihood.rating", "low", false, HEAD TAIL, HEAD "likelihood: {rating: low}\n" TAIL},
    {"likelihood.rating", "", false, HEAD "likelihood: {rating: low}\n" TAIL, HEAD TAIL},
    {"likelihood.rating", "", false, HEAD TAIL, HEAD TAIL},
    {"likelihood.rating", "high", false, HEAD "likelihood:\n  rating: low\n  reason: r\n" TAIL,
     HEAD "likelihood: {rating: high, reason: r}\n" TAIL},
    {"responses", "", false, HEAD "responses:\n  - {a: b}\n  # c\n# tail\n" TAIL,
     HEAD "# tail\n" TAIL},
    {"id", "T-0002", false, HEAD TAIL,
     "---\nid: T-0002   # mine\nname:  Old\nstage: identified\nproposed: {by: ada,   date: "
     "2026-11-22}\n" TAIL},
};

static void test_set(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
        struct err err = ERR_INIT;
        struct sv out;
        int result = threat_text_set(&a, sv_str(sets[i].from), sets[i].key, sv_str(sets[i].value),
                                     sets[i].flow, &out, &err);
        if (result != CM_OK)
            fail_msg("%zu: %s", i, err.text);
        assert_text(out, sets[i].to);
    }
    arena_release(&a);
}

static void test_set_refused(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    struct sv out;
    assert_int_equal(threat_text_set(&a, SV("no front"), "name", SV("x"), false, &out, &err),
                     CM_EINPUT);
    assert_int_equal(threat_text_set(&a, SV(HEAD TAIL), "na me", SV("x"), false, &out, &err),
                     CM_EUSAGE);
    assert_int_equal(threat_text_set(&a, SV(HEAD TAIL), "areas", SV("[x"), true, &out, &err),
                     CM_EINPUT);
    assert_int_equal(
        threat_text_set(&a, SV(HEAD TAIL), "areas", SV("a\nstage: reviewed"), true, &out, &err),
        CM_EINPUT);
    assert_int_equal(threat_text_set(&a, SV(HEAD TAIL), "name", SV("\xFF"), false, &out, &err),
                     CM_EINPUT);
    assert_int_equal(
        threat_text_set(&a, SV("---\n{id: a}\n---\n"), "name", SV("x"), false, &out, &err),
        CM_EINPUT);
    assert_int_equal(out.len, 0);
    arena_release(&a);
}

struct section_case {
    const char *title, *body, *from, *to;
};

static const struct section_case sections[] = {
    {"Abstract", "New\n\nText\n\n", HEAD TAIL,
     HEAD "---\n\n## Abstract\n\nNew\n\nText\n\n## Gap\n\nG.\n"},
    {"Gap", "", HEAD TAIL, HEAD "---\n\n## Abstract\n\nA.\n"},
    {"Abstract", "", HEAD TAIL, HEAD "---\n\n## Gap\n\nG.\n"},
    {"Existing approaches", "E", HEAD TAIL,
     HEAD "---\n\n## Abstract\n\nA.\n\n## Existing approaches\n\nE\n\n## Gap\n\nG.\n"},
    {"Gap", "X", HEAD "---\n\n## Abstract\n\nA.", HEAD "---\n\n## Abstract\n\nA.\n\n## Gap\n\nX\n"},
    {"Gap", "X", HEAD "---\n", HEAD "---\n\n## Gap\n\nX\n"},
};

static void test_sections(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct profile_files files;
    struct profile p;
    struct diag diag;
    diag_init(&diag, &a);
    fixture_read(&a, "tests/data/profile-small", &files);
    profile_parse(&a, &files, "", &diag, &p);
    for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
        struct err err = ERR_INIT;
        struct sv out;
        int result = threat_text_set_section(&a, &p.template, sv_str(sections[i].from),
                                             sv_str(sections[i].title), sv_str(sections[i].body),
                                             &out, &err);
        if (result != CM_OK)
            fail_msg("%zu: %s", i, err.text);
        assert_text(out, sections[i].to);
    }
    const char *const bad[] = {"a\n## Gap\nb", "```\nx", "a\n---", "\xFF"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct err err = ERR_INIT;
        struct sv out;
        assert_int_equal(threat_text_set_section(&a, &p.template, SV(HEAD TAIL), SV("Abstract"),
                                                 sv_str(bad[i]), &out, &err),
                         CM_EINPUT);
    }
    arena_release(&a);
}

static void test_new(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct profile_files files;
    struct profile p, q;
    struct diag diag;
    struct err err = ERR_INIT;
    diag_init(&diag, &a);
    fixture_read(&a, "tests/data/profile-small", &files);
    profile_parse(&a, &files, "", &diag, &p);
    struct sv text = threat_text_new(&a, &p, 3, SV("A \"new\": one"), SV("ada"), SV("2026-11-22")),
              normal;
    assert_text(text, "---\nid: T-0003\nname: \"A \\\"new\\\": one\"\n"
                      "# areas: [...], one or several of: transport, messaging\n"
                      "stage: identified\nproposed: {by: ada, date: 2026-11-22}\n---\n\n"
                      "## Abstract\n\n<!-- Two sentences. -->\n\n## Existing approaches\n\n<!-- "
                      "What exists. -->\n\n"
                      "## Gap\n\n<!-- What remains. -->\n");
    assert_int_equal(profile_format(&a, "threats/T-0003.md", text, &p, &normal, &diag, &err),
                     CM_OK);
    assert_true(sv_eq(text, normal));
    assert_int_equal(
        threat_text_set_section(&a, &p.template, text, SV("Abstract"), SV("Short."), &text, &err),
        CM_OK);
    struct profile_file *file = vec_push(&a, &files.list);
    *file = (struct profile_file){threat_file_name(&a, SV("T-0003"), SV("A \"new\": one")), text};
    assert_string_equal(file->path, "threats/T-0003-a-new-one.md");
    profile_parse(&a, &files, "", &diag, &q);
    assert_string_equal(fixture_faults(&a, &diag), "");
    assert_string_equal(threat_file_name(&a, SV("T-0003"), SV("")), "threats/T-0003.md");
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_set),
                                       cmocka_unit_test(test_set_refused),
                                       cmocka_unit_test(test_sections), cmocka_unit_test(test_new)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
