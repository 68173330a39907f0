/* Actions: three-way import, threats through their stages, the record behind them. On the minimal profile. */
#include "action/action.h"
#include "base/fs.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

struct fixture {
    struct arena arena;
    struct diag diag;
    struct err err;
    struct store *store;
    struct action_context c;
    struct action_result r;
    const char *dir; /* a copy of profiles/minimal */
};

static const int64_t at_noon = 1795348800; /* 2026-11-22T12:00:00Z */

static void fresh_diag(struct fixture *f)
{
    diag_init(&f->diag, &f->arena);
    f->err = (struct err)ERR_INIT;
}

static void open_store(struct fixture *f)
{
    fresh_diag(f);
    store_close(&f->store);
    assert_int_equal(store_open(":memory:", STORE_CREATE, &f->store, &f->err), 0);
    f->c = (struct action_context){.store = f->store, .arena = &f->arena, .now = at_noon, .diag = &f->diag};
}

static void copy_profile(struct fixture *f)
{
    struct fs_names names;
    const char *source = getenv("CASEMATE_SOURCE");
    const char *profile = fs_join(&f->arena, source ? source : ".", "profiles/minimal");
    assert_int_equal(fs_walk(&f->arena, profile, 100, &names, &f->err), 0);
    for (size_t i = 0; i < names.list.len; i++) {
        struct sv text;
        const char *to = fs_join(&f->arena, f->dir, names.list.at[i]);
        assert_int_equal(fs_read(&f->arena, fs_join(&f->arena, profile, names.list.at[i]), 1 << 20, &text, &f->err), 0);
        assert_int_equal(fs_mkdirs(arena_strndup(&f->arena, to, (size_t)(fs_base_name(to) - to) - 1), &f->err), 0);
        assert_int_equal(fs_write(to, text, false, &f->err), 0);
    }
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    char template[] = "/tmp/casemate-test-XXXXXX";
    f->dir = arena_strdup(&f->arena, mkdtemp(template));
    copy_profile(f);
    open_store(f);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    store_close(&f->store);
    if (fs_remove_tree(f->dir, &f->err))
        return -1;
    arena_release(&f->arena);
    free(f);
    return 0;
}

static int import(struct fixture *f)
{
    fresh_diag(f);
    return action_import(&f->c, f->dir, &f->r, &f->err);
}

static void imported(struct fixture *f)
{
    if (import(f)) {
        for (size_t i = 0; i < f->diag.len; i++)
            print_error("%s\n", diag_format(&f->diag, &f->diag.items[i]));
        fail_msg("import: %s", f->err.text);
    }
}

static const char *path_of(struct fixture *f, const char *file)
{
    return fs_join(&f->arena, f->dir, file);
}

static void replace_in_file(struct fixture *f, const char *file, const char *old, const char *new)
{
    struct sv text;
    assert_int_equal(fs_read(&f->arena, path_of(f, file), 1 << 20, &text, &f->err), 0);
    ptrdiff_t at = sv_find(text, sv_str(old));
    assert_true(at >= 0);
    const char *changed = arena_printf(&f->arena, "%.*s%s%s", (int)at, text.at, new, text.at + at + strlen(old));
    assert_int_equal(fs_write(path_of(f, file), sv_str(changed), false, &f->err), 0);
}

static void edit(struct fixture *f, const char *id, const char *field, const char *text)
{
    const struct field_edit e = {sv_str(field), sv_str(text)};
    fresh_diag(f);
    if (action_threat_edit(&f->c, sv_str(id), &e, 1, &f->r, &f->err))
        fail_msg("edit: %s", f->err.text);
}

static const struct threat_view *threat(struct fixture *f, struct view *v, const char *id)
{
    assert_int_equal(view_load(f->store, &f->arena, at_noon, v, &f->err), 0);
    int index = view_find(v, sv_str(id));
    assert_true(index >= 0);
    return &v->threats.at[index];
}

static int64_t head(struct fixture *f)
{
    int64_t seq;
    struct digest hash, state;
    assert_int_equal(record_head(f->store, &seq, &hash, &state, &f->err), 0);
    return seq;
}

static void verifies(struct fixture *f)
{
    struct record_faults faults = {.events = 0};
    assert_int_equal(verify_store(f->store, &f->arena, &faults, &f->err), 0);
    if (faults.list.len)
        fail_msg("%.*s", SV_ARG(faults.list.at[0].text));
}

static bool diag_says(const struct fixture *f, const char *text)
{
    for (size_t i = 0; i < f->diag.len; i++)
        if (strstr(f->diag.items[i].text, text) || strstr(f->diag.items[i].file, text))
            return true;
    return false;
}

#define G1 "threats/G-0001-recorded-opening.md"

static void test_second_import_changes_nothing(void **state)
{
    struct fixture *f = *state;
    imported(f);
    assert_int_equal(head(f), 1);
    imported(f);
    assert_int_equal(f->r.event, 0);
    assert_int_equal(head(f), 1);
    verifies(f);
}

static void test_change_of_one_side_wins(void **state)
{
    struct fixture *f = *state;
    struct view v;
    imported(f);
    replace_in_file(f, G1, "Recorded opening played back at the gate", "Opening played back at the gate");
    imported(f);
    assert_int_equal(f->r.fields, 1);
    assert_true(sv_eq_str(threat(f, &v, "G-0001")->threat->name, "Opening played back at the gate"));
    edit(f, "G-0002", "damage.rating", "small");
    imported(f);
    assert_int_equal(f->r.event, 0);
    assert_int_equal(threat(f, &v, "G-0002")->threat->damage.level, 0);
    verifies(f);
}

static void test_different_fields_merge(void **state)
{
    struct fixture *f = *state;
    struct view v;
    imported(f);
    edit(f, "G-0001", "damage.rating", "small");
    replace_in_file(f, G1, "Recorded opening", "Replayed opening");
    imported(f);
    const struct threat_view *t = threat(f, &v, "G-0001");
    assert_int_equal(t->threat->damage.level, 0);
    assert_true(sv_starts(t->threat->name, SV("Replayed opening")));
    verifies(f);
}

static void test_conflict_is_named_and_nothing_done(void **state)
{
    struct fixture *f = *state;
    struct view v;
    imported(f);
    edit(f, "G-0001", "name", "One name");
    replace_in_file(f, G1, "Recorded opening played back at the gate", "Another name");
    assert_int_equal(import(f), CM_ECONFLICT);
    assert_true(diag_says(f, "name"));
    assert_true(diag_says(f, "G-0001"));
    assert_true(sv_eq_str(threat(f, &v, "G-0001")->threat->name, "One name"));
    assert_int_equal(head(f), 2);
    verifies(f);
}

static void test_threats_are_never_deleted(void **state)
{
    struct fixture *f = *state;
    imported(f);
    assert_int_equal(fs_remove_tree(path_of(f, "threats/G-0003-gate-log.md"), &f->err), 0);
    assert_int_not_equal(import(f), 0);
    assert_true(diag_says(f, "G-0003"));
    assert_int_equal(head(f), 1);
}

static void test_renamed_file_is_the_same_threat(void **state)
{
    struct fixture *f = *state;
    struct view v;
    imported(f);
    assert_int_equal(rename(path_of(f, G1), path_of(f, "threats/G-0001-replay.md")), 0);
    imported(f);
    assert_string_equal(threat(f, &v, "G-0001")->threat->file, "threats/G-0001-replay.md");
    assert_int_equal(v.threats.len, 3);
    imported(f);
    assert_int_equal(f->r.event, 0);
    verifies(f);
}

static void test_faulty_folder_changes_nothing(void **state)
{
    struct fixture *f = *state;
    imported(f);
    replace_in_file(f, G1, "level: protocol", "level: protocoll");
    assert_int_equal(import(f), CM_EINPUT);
    assert_true(diag_says(f, "did you mean"));
    assert_int_equal(head(f), 1);
    verifies(f);
}

static void test_role_without_right_is_refused(void **state)
{
    struct fixture *f = *state;
    struct view v;
    const struct field_edit e = {SV("name"), SV("x")};
    imported(f);
    assert_int_equal(view_load(f->store, &f->arena, at_noon, &v, &f->err), 0);
    f->c.role = SV("nobody-of-that-name");
    assert_int_equal(action_threat_edit(&f->c, SV("G-0001"), &e, 1, &f->r, &f->err), CM_EREFUSED);
    assert_non_null(strstr(f->err.text, "nobody-of-that-name"));
    for (size_t i = 0; i < v.profile->sig.roles.len; i++) {
        const struct role *role = &v.profile->sig.roles.at[i];
        bool may = false;
        for (size_t k = 0; k < role->may.len; k++)
            may = may || sv_eq_str(role->may.at[k], "edit");
        f->c.role = role->id;
        const struct field_edit own = {SV("name"), sv_str(arena_printf(&f->arena, "Name %zu", i))};
        fresh_diag(f);
        assert_int_equal(action_threat_edit(&f->c, SV("G-0001"), &own, 1, &f->r, &f->err), may ? CM_OK : CM_EREFUSED);
    }
}

static void test_proposal_gets_next_id_and_first_stage(void **state)
{
    struct fixture *f = *state;
    struct view v;
    const struct proposal p = {.name = SV("Gate left open by the wind"),
                               .abstract = SV("The latch is weak. Wind opens the gate."),
                               .areas = SV("opening")};
    imported(f);
    f->c.actor = SV("Ada");
    if (action_threat_propose(&f->c, &p, &f->r, &f->err))
        fail_msg("%s", f->err.text);
    assert_true(sv_eq_str(f->r.id, "G-0004"));
    const struct threat_view *t = threat(f, &v, "G-0004");
    assert_int_equal(t->threat->stage, 0);
    assert_true(sv_eq_str(t->threat->proposed.by, "Ada"));
    assert_int_equal(t->next, 1);
    assert_true(t->lacks.list.len > 0);
    assert_true(t->changes.len > 0 && t->changes.at[0].initial);
    verifies(f);
}

static void test_entry_rules_refuse_and_say_what_is_missing(void **state)
{
    struct fixture *f = *state;
    const struct proposal p = {.name = SV("Another"),
                               .abstract = SV("One. Two."),
                               .areas = SV("opening")};
    imported(f);
    assert_int_equal(action_threat_propose(&f->c, &p, &f->r, &f->err), 0);
    int64_t before = head(f);
    assert_int_equal(action_threat_advance(&f->c, SV("G-0004"), SV_NONE, false, &f->r, &f->err), CM_EREFUSED);
    assert_non_null(strstr(f->err.text, "What happens"));
    f->c.reason = SV("in a hurry");
    assert_int_equal(action_threat_advance(&f->c, SV("G-0004"), SV_NONE, true, &f->r, &f->err), CM_EREFUSED);
    assert_int_equal(head(f), before);
}

static void test_override_wants_reason_and_confirms(void **state)
{
    struct fixture *f = *state;
    struct view v;
    imported(f);
    assert_false(threat(f, &v, "G-0001")->provisional); /* author mode: one estimator suffices */
    assert_int_equal(action_threat_advance(&f->c, SV("G-0001"), SV("reviewed"), false, &f->r, &f->err), CM_EREFUSED);
    assert_non_null(strstr(f->err.text, "acceptance"));
    assert_int_equal(action_threat_advance(&f->c, SV("G-0001"), SV("reviewed"), true, &f->r, &f->err), CM_EREFUSED);
    assert_non_null(strstr(f->err.text, "reason"));
    f->c.reason = SV("the assembly asked for it");
    fresh_diag(f);
    assert_int_equal(action_threat_advance(&f->c, SV("G-0001"), SV("reviewed"), true, &f->r, &f->err), 0);
    const struct threat_view *t = threat(f, &v, "G-0001");
    assert_false(t->provisional);
    assert_true(sv_eq_str(v.profile->process.stages.at[t->confirmed].id, "reviewed"));
    verifies(f);
}

static void test_withdrawn_threat_stays_and_may_return(void **state)
{
    struct fixture *f = *state;
    struct view v;
    imported(f);
    assert_int_equal(action_threat_end(&f->c, SV("G-0002"), "withdrawn", NULL, 0, &f->r, &f->err), CM_EREFUSED);
    f->c.reason = SV("keys are collected now");
    fresh_diag(f);
    assert_int_equal(action_threat_end(&f->c, SV("G-0002"), "withdrawn", NULL, 0, &f->r, &f->err), 0);
    assert_true(sv_eq_str(threat(f, &v, "G-0002")->threat->reason, "keys are collected now"));
    assert_int_equal(v.active, 2);
    assert_int_equal(action_threat_reopen(&f->c, SV("G-0002"), SV("noted"), &f->r, &f->err), 0);
    assert_int_equal(threat(f, &v, "G-0002")->threat->reason.len, 0);
    assert_int_equal(v.active, 3);
    verifies(f);
}

static void test_merge_names_its_successor(void **state)
{
    struct fixture *f = *state;
    struct view v;
    const struct sv self = SV("G-0002"), unknown = SV("G-0099"), other = SV("G-0001");
    imported(f);
    f->c.reason = SV("same thing");
    assert_int_equal(action_threat_end(&f->c, SV("G-0002"), "merged", &self, 1, &f->r, &f->err), CM_EINPUT);
    assert_int_equal(action_threat_end(&f->c, SV("G-0002"), "merged", &unknown, 1, &f->r, &f->err), CM_ENOTFOUND);
    fresh_diag(f);
    assert_int_equal(action_threat_end(&f->c, SV("G-0002"), "merged", &other, 1, &f->r, &f->err), 0);
    assert_true(sv_eq_str(threat(f, &v, "G-0002")->threat->into.at[0], "G-0001"));
    verifies(f);
}

static void test_what_is_not_edited(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *field;
        int code;
    } cases[] = {{"stage", CM_EREFUSED}, {"id", CM_EREFUSED}, {"leve", CM_EINPUT}, {"no-such-field", CM_EINPUT}};
    imported(f);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct field_edit e = {sv_str(cases[i].field), SV("x")};
        fresh_diag(f);
        assert_int_equal(action_threat_edit(&f->c, SV("G-0001"), &e, 1, &f->r, &f->err), cases[i].code);
    }
    assert_int_equal(head(f), 1);
}

static void test_export_travels(void **state)
{
    struct fixture *f = *state;
    size_t files;
    struct view v;
    const char *there = arena_printf(&f->arena, "%s-export", f->dir);
    imported(f);
    f->c.actor = SV("Ada");
    edit(f, "G-0001", "damage.rating", "small");
    f->c.reason = SV("asked");
    assert_int_equal(action_threat_advance(&f->c, SV("G-0001"), SV("reviewed"), true, &f->r, &f->err), 0);
    assert_int_equal(action_export(&f->c, there, &files, &f->err), 0);
    int64_t events = head(f);
    open_store(f);
    if (action_import(&f->c, there, &f->r, &f->err))
        fail_msg("%s", f->err.text);
    assert_int_equal(f->r.event, 0);
    assert_int_equal(head(f), events);
    const struct threat_view *t = threat(f, &v, "G-0001");
    assert_true(sv_eq_str(t->changes.at[t->changes.len - 1].who, "Ada"));
    assert_true(sv_eq_str(v.profile->process.stages.at[t->confirmed].id, "reviewed"));
    verifies(f);
    assert_int_equal(fs_remove_tree(there, &f->err), 0);
}

static int tamper_file(struct store *s, void *context, struct err *err)
{
    (void)context;
    return store_run(s, "UPDATE file SET text = text || ' ' WHERE path = 'sig.yaml'", err);
}

static void test_change_past_the_record_is_found(void **state)
{
    struct fixture *f = *state;
    struct record_faults faults = {.events = 0};
    imported(f);
    assert_int_equal(store_tx(f->store, tamper_file, NULL, &f->err), 0);
    assert_int_equal(verify_store(f->store, &f->arena, &faults, &f->err), 0);
    assert_true(faults.list.len >= 1);
    assert_non_null(strstr(faults.list.at[0].text.at, "sig.yaml"));
}

static void test_editor_text_merges_with_what_changed_meanwhile(void **state)
{
    struct fixture *f = *state;
    struct view v;
    imported(f);
    struct sv base = threat(f, &v, "G-0001")->threat->source;
    ptrdiff_t at = sv_find(base, SV("Recorded"));
    const char *mine = arena_printf(&f->arena, "%.*sReplayed%s", (int)at, base.at, base.at + at + strlen("Recorded"));
    edit(f, "G-0001", "damage.rating", "small");
    assert_int_equal(action_threat_replace(&f->c, SV("G-0001"), base, sv_str(mine), &f->r, &f->err), 0);
    const struct threat_view *t = threat(f, &v, "G-0001");
    assert_int_equal(t->threat->damage.level, 0);
    assert_true(sv_starts(t->threat->name, SV("Replayed")));
    edit(f, "G-0001", "name", "Third name");
    fresh_diag(f);
    assert_int_equal(action_threat_replace(&f->c, SV("G-0001"), base, sv_str(mine), &f->r, &f->err), CM_ECONFLICT);
    verifies(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_second_import_changes_nothing),
        TEST(test_change_of_one_side_wins),
        TEST(test_different_fields_merge),
        TEST(test_conflict_is_named_and_nothing_done),
        TEST(test_threats_are_never_deleted),
        TEST(test_renamed_file_is_the_same_threat),
        TEST(test_faulty_folder_changes_nothing),
        TEST(test_role_without_right_is_refused),
        TEST(test_proposal_gets_next_id_and_first_stage),
        TEST(test_entry_rules_refuse_and_say_what_is_missing),
        TEST(test_override_wants_reason_and_confirms),
        TEST(test_withdrawn_threat_stays_and_may_return),
        TEST(test_merge_names_its_successor),
        TEST(test_what_is_not_edited),
        TEST(test_export_travels),
        TEST(test_change_past_the_record_is_found),
        TEST(test_editor_text_merges_with_what_changed_meanwhile),
    };
    return cmocka_run_group_tests_name("action", tests, NULL, NULL);
}
