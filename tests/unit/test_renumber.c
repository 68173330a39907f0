/* profile_renumber: one identifier, one threat. */
#include "profile_fixture.h"

static void add(struct arena *a, struct profile_files *files, const char *path, const char *text)
{
    struct profile_file *file = vec_push(a, &files->list);
    *file = (struct profile_file){path, sv_str(text)};
}

static void test_renumber(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct profile_files files = {{NULL, 0, 0}};
    struct renumber_changes changes;
    struct err err = ERR_INIT;
    add(&a, &files, "sig.yaml", "id: T-0001\n");
    add(&a, &files, "threats/T-0001-a.md",
        "---\nid: T-0001\nproposed: {by: x, date: 2026-11-23}\n---\n\n## A\n\nT-0001 and T-00012, "
        "see T-0002.\n\n```attack-tree\nG\n  = T-0001#x\n```\n");
    add(&a, &files, "threats/T-0001-b.md",
        "---\nid: T-0001\nproposed: {by: x, date: 2026-11-22}\n---\n");
    add(&a, &files, "threats/T-0001-c.md",
        "---\nid: T-0001\nproposed: {by: x, date: 2026-11-23}\n---\n");
    add(&a, &files, "threats/T-0004-d.md", "---\nid: T-0004\n---\n");
    assert_int_equal(profile_renumber(&a, &files, SV("T"), 0, &changes, &err), CM_OK);
    assert_int_equal(changes.list.len, 2);
    assert_string_equal(changes.list.at[0].old_path, "threats/T-0001-a.md");
    assert_string_equal(changes.list.at[0].new_path, "threats/T-0005-a.md");
    assert_text(changes.list.at[0].text,
                "---\nid: T-0005\nproposed: {by: x, date: 2026-11-23}\n---\n\n## A\n\nT-0005 and "
                "T-00012, see T-0002.\n\n```attack-tree\nG\n  = T-0005#x\n```\n");
    assert_string_equal(changes.list.at[1].new_path, "threats/T-0006-c.md");
    assert_int_equal(profile_renumber(&a, &files, SV("T"), 41, &changes, &err), CM_OK);
    assert_string_equal(changes.list.at[0].new_path, "threats/T-0042-a.md");
    assert_int_equal(profile_renumber(&a, &files, SV("G"), 0, &changes, &err), CM_OK);
    assert_int_equal(changes.list.len, 0);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_renumber)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
