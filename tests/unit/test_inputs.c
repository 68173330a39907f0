/* What acts ask for: the table against the action table and the command line, and values that cannot be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "action/inputs.h"

/* Done elsewhere: inputs.h says where. The overriding acts are flags of others. */
static const char *const without_form[] = {
    "import",        "threat.override", "member.join",   "record.erase",    "embargo.release-early", "report.record",
    "round.override", "review.answer",  "hold.propose",  "hold.timeout",    "hold.contest"};

/* Words of the command line that are no input: what a form has in another way, and files of the operator. */
static const char *const not_asked[] = {"set", "file", "assent", "present"};

static bool is_in(const char *const *list, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(list[i], word))
            return true;
    return false;
}

static void test_every_action_has_a_form(void **state CM_UNUSED)
{
    for (size_t i = 0; i < action_table_len; i++) {
        const char *name = action_table[i].name;
        bool has = action_form_find(sv_str(name)) != NULL;
        if (has == is_in(without_form, ARRAY_LEN(without_form), name))
            fail_msg("%s %s", name, has ? "has a form after all" : "has no form");
    }
    for (size_t i = 0; i < action_form_count; i++) {
        (void)action_find(action_forms[i].action); /* BUG() when unknown */
        assert_ptr_equal(action_form_find(sv_str(action_forms[i].action)), &action_forms[i]);
    }
}

static void test_inputs_are_whole(void **state CM_UNUSED)
{
    for (size_t i = 0; i < action_form_count; i++) {
        const struct action_form *f = &action_forms[i];
        assert_true(f->count <= INPUTS_MAX);
        for (size_t k = 0; k < f->count; k++) {
            const struct action_input *in = &f->inputs[k];
            assert_true(in->kind < INPUT_KINDS);
            assert_non_null(in->label);
            assert_int_equal(in->kind == INPUT_CHOICE, in->words != NULL);
            assert_ptr_equal(action_form_input(f, sv_str(in->name)), in); /* no other one of that name */
        }
    }
}

/* Each option that the command line shows for an act is an input of that name. */
static void test_inputs_are_the_options(void **state CM_UNUSED)
{
    for (size_t i = 0; i < action_form_count; i++) {
        const struct action_form *f = &action_forms[i];
        for (const char *at = action_find(f->action)->usage; (at = strstr(at, "--")); ) {
            at += 2;
            char name[40];
            size_t len = strspn(at, "abcdefghijklmnopqrstuvwxyz-");
            assert_true(len < sizeof(name));
            memcpy(name, at, len);
            name[len] = 0;
            if (!is_in(not_asked, ARRAY_LEN(not_asked), name) && !action_form_input(f, sv_str(name)))
                fail_msg("%s has no input for --%s", f->action, name);
        }
    }
}

/* ---- values ---- */

struct asked {
    struct arena arena;
    struct diag diag;
    struct action_context context; /* without a store: what cannot be is refused before */
    struct action_result result;
    struct err err;
    struct action_values values;
};

static void asked_init(struct asked *k)
{
    memset(k, 0, sizeof(*k));
    arena_init(&k->arena);
    diag_init(&k->diag, &k->arena);
    k->context = (struct action_context){.arena = &k->arena, .diag = &k->diag};
}

static void give(struct asked *k, const char *name, struct sv text)
{
    *vec_push(&k->arena, &k->values.list) = (struct action_value){sv_str(name), text};
}

static bool has_fault(const struct asked *k, const char *name, const char *text)
{
    for (size_t i = 0; i < k->diag.len; i++)
        if (!strcmp(k->diag.items[i].file, name) && strstr(k->diag.items[i].text, text))
            return true;
    return false;
}

static void test_all_faults_at_once(void **state CM_UNUSED)
{
    struct asked k;
    asked_init(&k);
    give(&k, "outcome", SV("perhaps"));
    give(&k, "judgement", SV("so\x01"));
    give(&k, "link", SV("https://a\nb"));
    give(&k, "link", SV("https://c"));
    give(&k, "votes", SV("3"));
    const struct action_form *f = action_form_find(SV("call.close"));
    assert_int_equal(action_perform(&k.context, f, &k.values, &k.result, &k.err), CM_EINPUT);
    assert_true(has_fault(&k, "call", "missing"));
    assert_true(has_fault(&k, "outcome", "\"perhaps\" is no choice; expected one of: accepted not-accepted"));
    assert_true(has_fault(&k, "judgement", "control character"));
    assert_true(has_fault(&k, "link", "line end"));
    assert_true(has_fault(&k, "link", "more than once"));
    assert_true(has_fault(&k, "votes", "call.close takes nothing of that name"));
    assert_int_equal(k.diag.errors, 6);
    arena_release(&k.arena);
}

static void test_flags_and_numbers(void **state CM_UNUSED)
{
    struct asked k;
    asked_init(&k);
    give(&k, "round", SV("R-1"));
    give(&k, "override", SV("true"));
    assert_int_equal(action_perform(&k.context, action_form_find(SV("round.close")), &k.values, &k.result, &k.err),
                     CM_EINPUT);
    assert_true(has_fault(&k, "override", "neither yes nor empty"));
    assert_int_equal(k.diag.errors, 1);
    k.values.list.len = 0;
    give(&k, "text", SV("x"));
    give(&k, "days", SV("-3"));
    assert_int_equal(action_perform(&k.context, action_form_find(SV("embargo.open")), &k.values, &k.result, &k.err),
                     CM_EINPUT);
    assert_true(has_fault(&k, "days", "no number"));
    arena_release(&k.arena);
}

static void test_too_much(void **state CM_UNUSED)
{
    struct asked k;
    asked_init(&k);
    const struct action_form *f = action_form_find(SV("threat.split"));
    char *much = arena_alloc(&k.arena, INPUT_TEXT_MAX + 1);
    memset(much, 'a', INPUT_TEXT_MAX + 1);
    give(&k, "threat", sv_from(much, INPUT_LINE_MAX + 1));
    give(&k, "reason", sv_from(much, INPUT_TEXT_MAX + 1));
    give(&k, "into", SV("T-2"));
    assert_int_equal(action_perform(&k.context, f, &k.values, &k.result, &k.err), CM_EINPUT);
    assert_int_equal(k.diag.errors, 2);
    for (int i = 0; i < INPUT_VALUES_MAX; i++)
        give(&k, "into", SV("T-2"));
    assert_int_equal(action_perform(&k.context, f, &k.values, &k.result, &k.err), CM_ELIMIT);
    arena_release(&k.arena);
}

/* What is said to people who see a form. */
static void test_words(void **state CM_UNUSED)
{
    static const struct {
        const char *action, *text, *words;
    } cases[] = {
        {"threat.merge", "to merge wants a reason; add --reason TEXT", "to merge wants a reason; add \"Reason\""},
        {"call.close", "--until \"x\" is no day", "\"until\" \"x\" is no day"},
        {"role.give", "there is no member \"x\"; \"casemate member list\" shows all", "there is no member \"x\""},
        {"call.open", "everybody is away (casemate away list); wait", "everybody is away; wait"},
        {"call.open", "a -- b", "a -- b"},
    };
    struct arena a = ARENA_INIT;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_string_equal(action_words(&a, action_form_find(sv_str(cases[i].action)), cases[i].text),
                            cases[i].words);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_action_has_a_form), cmocka_unit_test(test_inputs_are_whole),
        cmocka_unit_test(test_inputs_are_the_options),  cmocka_unit_test(test_all_faults_at_once),
        cmocka_unit_test(test_flags_and_numbers),       cmocka_unit_test(test_too_much),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests_name("inputs", tests, NULL, NULL);
}
