/* profile_format: normal form, and that it is one. */
#include "profile_fixture.h"

static void load(struct arena *a, struct profile_files *files, struct profile *p)
{
    struct diag diag;
    diag_init(&diag, a);
    fixture_read(a, "tests/data/profile-small", files);
    profile_parse(a, files, "", &diag, p);
    assert_int_equal(diag.errors, 0);
}

static struct sv format(struct arena *a, const char *path, struct sv text, const struct profile *p)
{
    struct diag diag;
    struct err err = ERR_INIT;
    struct sv once, twice;
    diag_init(&diag, a);
    if (profile_format(a, path, text, p, &once, &diag, &err) != CM_OK)
        fail_msg("%s: %s", err.text, fixture_faults(a, &diag));
    if (profile_format(a, path, once, p, &twice, &diag, &err) != CM_OK)
        fail_msg("%s: %s", err.text, fixture_faults(a, &diag));
    assert_text(twice, arena_strndup(a, once.at, once.len));
    return once;
}

static void test_normal_stays(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct profile_files files;
    struct profile p;
    load(&a, &files, &p);
    for (size_t i = 0; i < files.list.len; i++) {
        const struct profile_file *f = &files.list.at[i];
        assert_text(format(&a, f->path, f->text, &p), arena_strndup(&a, f->text.at, f->text.len));
    }
    arena_release(&a);
}

struct format_case {
    const char *path, *from, *to;
};

static const struct format_case cases[] = {
    {FIRST,
     "\xEF\xBB\xBF---\r\n# the gap\r\nname:   Cafe\xCC\x81  # said so\r\nid: T-0001\r\nlikelihood: "
     "{rating: low,estimators: 1}\r\n"
     "stage:\tidentified\r\n# tail\r\n---\r\n## Gap\r\nOne  \r\n\r\n\r\n\r\nTwo\r\n### "
     "Inner\r\ntext\r\n## Abstract\r\nA\r\n",
     "---\nid: T-0001\n# the gap\nname: Caf\xC3\xA9  # said so\nstage: identified\n"
     "likelihood: {rating: low, estimators: 1}\n# tail\n---\n\n## Abstract\n\nA\n\n## "
     "Gap\n\nOne\n\nTwo\n\n### Inner\n\ntext\n"},
    {FIRST, /* values on several lines and their comments move as one */
     "---\nresponses:\n  # the first\n  - {reference: X,   how: y}\n\n  # the last\nreason: >-\n  "
     "one\n  two\nid: T-0001\n---\n",
     "---\nid: T-0001\nresponses:\n  # the first\n  - {reference: X,   how: y}\n\n  # the "
     "last\nreason: >-\n  one\n  two\n---\n"},
    {FIRST, /* code stays, trees are printed anew, comments stay */
     "---\nid: T-0001\n---\n<!-- note -->\n## Abstract\n```\na   \n\n\n  b\n```\n## Gap\n<!-- c "
     "-->\n```attack-tree\n* Goal\n    * Way [ p=0.5 ]\n```\nEnd",
     "---\nid: T-0001\n---\n\n<!-- note -->\n\n## Abstract\n\n```\na   \n\n\n  b\n```\n\n## "
     "Gap\n\n<!-- c -->\n```attack-tree\nGoal\n  Way  [p=0.5]\n```\nEnd\n"},
    {FIRST, "---\n{id: T-0001,   name: x}\n---\n", "---\n{id: T-0001,   name: x}\n---\n"},
    {"sig.yaml", "a: 1  \r\n\r\n\r\n# c\r\nb:\r\n  - x", "a: 1\n\n# c\nb:\n  - x\n"},
    {"process.md", "---\nb: 1\na:   2\n---\n## X\ny", "---\nb: 1\na:   2\n---\n\n## X\n\ny\n"},
    {"references.tsv",
     "id\ttitle\tversion\tdate\tstatus\turl\nZ\tz\t\t\ts\tu\nRFC 10\ta\t\t\ts\tu\n\n RFC 9\tb "
     "\t\t\ts\tu\r\nXEP-0002\tc\t\t\ts\tu\nXEP-0001\td\t\t\ts\t",
     "id\ttitle\tversion\tdate\tstatus\turl\nXEP-0001\td\t\t\ts\t\nXEP-0002\tc\t\t\ts\tu\nRFC "
     "9\tb\t\t\ts\tu\nRFC 10\ta\t\t\ts\tu\nZ\tz\t\t\ts\tu\n"},
};

static void test_cases(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct profile_files files;
    struct profile p;
    load(&a, &files, &p);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_text(format(&a, cases[i].path, sv_str(cases[i].from), &p), cases[i].to);
    arena_release(&a);
}

static void test_faults(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    const struct format_case bad[] = {
        {FIRST, "---\nid: [\n---\n", NULL},
        {FIRST, "---\nid: T-0001\n", NULL},
        {FIRST, "\xFF", NULL},
        {FIRST, "---\na: 1\n---\n```\nx\n", NULL},
        {"sig.yaml", "a: &x b\n", NULL},
        {"references.tsv", "a\tb\nc\n", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct diag diag;
        struct err err = ERR_INIT;
        struct sv out;
        diag_init(&diag, &a);
        assert_int_equal(
            profile_format(&a, bad[i].path, sv_str(bad[i].from), NULL, &out, &diag, &err),
            CM_EINPUT);
        assert_true(diag.errors > 0);
        assert_int_equal(out.len, 0);
    }
    arena_release(&a);
}

static const char *const front_pieces[] = {
    "id: T-0001\n",
    "name:   x  # c\n",
    "# note\n",
    "  # indented\n",
    "\n",
    "responses:\n  - {a: b}\n",
    "responses:\n- {a:  b}\n",
    "reason: >-\n  one\n\n\n  two\n",
    "reason: |\n  # text\n  b  \n",
    "areas: [ a,b , 'c d' ]\n",
    "stage: \"a\n  b\"\n",
    "level:\n",
    "affects: [a, # c\n  b]\n",
    "attacker: {position: x,on: [a,b]}\n",
    "zzz: 1\n",
    "yyy:\n  a: 1\n  b: [1,  2]\n",
    "into: [\n  a\n]\n",
    "related: # why\n  - a\n",
    "\"stride\" : [a]\n",
    "name: x\n  y\n",
    "proposed: {by: 'a # b', date: x}   \n",
};
static const char *const body_pieces[] = {
    "## Abstract\n",
    "## Gap\n",
    "## Other ##\n",
    "### Inner\n",
    "###   Inner  \n",
    "text\n",
    "text  \n",
    "\n",
    "\n\n\n",
    "<!-- c -->\n",
    "<!-- c\n## Gap\n-->\n",
    "```\na  \n\n\n```\n",
    "~~~ attack-tree\n- Goal\n    * Way [p=0.1 cost=2k];c\n~~~\n",
    "- item\n",
    "  - deep\n\n    ```attack-tree\n    G\n      A\n    ```\n",
    "> quote\n",
    "> ```\n",
    "    code\n",
    "\tcode\n",
    "####\n",
    "##\n",
    "| a | b |\n|---|---|\n",
    "```attack-tree\nbad [p=7]\n```\n",
    "1. x\n   ```\n   y\n   ```\n",
    "a\xCC\x8A\n",
    "   ## Abstract\n",
};

/* Small generator of our own, so that a failure can be repeated. */
static uint32_t draw(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void test_random(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct profile_files files;
    struct profile p;
    size_t formatted = 0;
    load(&a, &files, &p);
    for (uint32_t i = 0; i < 6000; i++) {
        struct arena scratch = ARENA_INIT;
        struct str text = STR_INIT;
        struct diag diag;
        struct err err = ERR_INIT;
        struct sv once, twice = SV_NONE;
        uint32_t seed = i;
        diag_init(&diag, &scratch);
        str_add_str(&text, "---\n");
        for (uint32_t n = draw(&seed) % 6; n; n--)
            str_add_str(&text, front_pieces[draw(&seed) % ARRAY_LEN(front_pieces)]);
        str_add_str(&text, "---\n");
        for (uint32_t n = draw(&seed) % 9; n; n--)
            str_add_str(&text, body_pieces[draw(&seed) % ARRAY_LEN(body_pieces)]);
        if (profile_format(&scratch, FIRST, str_sv(&text), &p, &once, &diag, &err) == CM_OK) {
            formatted++;
            if (profile_format(&scratch, FIRST, once, &p, &twice, &diag, &err) != CM_OK ||
                !sv_eq(once, twice))
                fail_msg("case %u: [%s]\nonce [%.*s]\ntwice [%.*s] %s", i, str_cstr(&text),
                         SV_ARG(once), SV_ARG(twice), fixture_faults(&scratch, &diag));
        }
        str_release(&text);
        arena_release(&scratch);
    }
    assert_true(formatted > 1000);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random),
                                       cmocka_unit_test(test_normal_stays),
                                       cmocka_unit_test(test_cases), cmocka_unit_test(test_faults)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
