/* format/doc.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "format/doc.h"

static void test_build(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    char title[] = "Title";
    struct doc_block *root = doc_block_new(&a, DOC_SECTION);
    struct doc_block *section = doc_add_section(&a, root, sv_str(title), SV("anchor"));
    title[0] = 'X';
    assert_true(sv_eq_str(section->title, "Title"));
    struct doc_block *p = doc_add_paragraph(&a, section, SV("one "));
    doc_textf(&a, p, "%d ", 2);
    doc_strong(&a, p, SV("three"));
    doc_link(&a, p, SV("https://x"), SV(" four"));
    doc_put(p, doc_inline_new(&a, DOC_BREAK, SV_NONE));
    doc_threat(&a, p, SV("T-0001"), SV("five"));
    doc_reference(&a, p, SV("RFC 1"), SV(" RFC 1 §2"), SV("https://r"));
    assert_true(sv_eq_str(doc_plain(&a, p->inlines), "one 2 three four five RFC 1 §2"));
    const struct sv values[] = {SV("a"), SV("b")};
    struct doc_block *facts = doc_add(&a, section, DOC_FACTS);
    struct doc_block *fact = doc_add_fact(&a, facts, "stage", SV("Stage"), values, 2);
    assert_true(sv_eq_str(fact->key, "stage"));
    assert_int_equal(fact->value_count, 2);
    assert_true(sv_eq_str(fact->values[1], "b"));
    assert_ptr_equal(section->first, p);
    assert_ptr_equal(section->last, facts);
    assert_ptr_equal(p->next, facts);
    assert_int_equal(doc_plain(&a, NULL).len, 0);
    arena_release(&a);
}

static void test_anchor(void **state CM_UNUSED)
{
    static const struct {
        const char *title, *want;
    } cases[] = {
        {"Existing approaches", "existing-approaches"},
        {"  A -- b!  ", "a-b"},
        {"", "section"},
        {"---", "section"},
        {"ÄÖ", "section"},
        {"XEP-0384 §4", "xep-0384-4"},
        {"Don't", "dont"},
    };
    struct arena a = ARENA_INIT;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct sv got = doc_anchor(&a, sv_str(cases[i].title));
        if (!sv_eq_str(got, cases[i].want))
            fail_msg("%s: %.*s", cases[i].title, SV_ARG(got));
    }
    char longer[1000];
    memset(longer, 'x', sizeof(longer));
    assert_true(doc_anchor(&a, sv_from(longer, sizeof(longer))).len <= 80);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_build), cmocka_unit_test(test_anchor)};
    return cmocka_run_group_tests_name("doc", tests, NULL, NULL);
}
