/* An act that reads a part of the register does what it would do on the whole: the same acts on two stores, one of
 * which is kept from telling anything from rows. On the minimal profile, and for coverage.tsv on that for XMPP. */
#include "action/part.h"
#include "store/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static const int64_t at_noon = 1795348800; /* 2026-11-22T12:00:00Z */

struct side {
    struct store *store;
    struct action_context c;
    struct action_result r;
    struct diag diag;
    struct err err;
};

struct fixture {
    struct arena arena;
    const char *area; /* one that the profile has */
    struct side part, whole;
};

static void fresh(struct fixture *f, struct side *s)
{
    diag_init(&s->diag, &f->arena);
    s->err = (struct err)ERR_INIT;
    s->c = (struct action_context){.store = s->store, .arena = &f->arena, .now = at_noon, .diag = &s->diag,
                                   .reason = SV("it is so")};
}

static void open_side(struct fixture *f, struct side *s, const char *profile)
{
    const char *source = getenv("CASEMATE_SOURCE");
    assert_int_equal(store_open(":memory:", STORE_CREATE, &s->store, &s->err), 0);
    fresh(f, s);
    if (action_import(&s->c, arena_printf(&f->arena, "%s/profiles/%s", source ? source : ".", profile), &s->r,
                      &s->err))
        fail_msg("%s", s->err.text);
}

static int setup_on(void **state, const char *profile, const char *area)
{
    struct fixture *f = calloc(1, sizeof(*f));
    f->area = area;
    open_side(f, &f->part, profile);
    open_side(f, &f->whole, profile);
    *state = f;
    return 0;
}

static int setup(void **state)
{
    return setup_on(state, "minimal", "opening");
}

static int setup_covered(void **state)
{
    return setup_on(state, "xmpp", "accounts");
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    store_close(&f->part.store);
    store_close(&f->whole.store);
    arena_release(&f->arena);
    free(f);
    return 0;
}

/* Rows as a store of an older version has them. */
static int forget(struct store *s, void *context, struct err *err)
{
    (void)context;
    return store_run(s, "UPDATE threat SET folded = NULL", err);
}

static bool rows_whole(struct side *s)
{
    bool whole = false;
    assert_int_equal(part_rows_whole(s->store, &whole, &s->err), 0);
    return whole;
}

struct act {
    const char *id;     /* NULL: a proposal */
    const char *field;  /* the name of a proposal; NULL: merged into `text` */
    const char *text;
};

static int run(struct fixture *f, struct side *s, const struct act *a)
{
    const struct proposal p = {.name = sv_str(a->field),
                               .abstract = sv_str(a->text),
                               .areas = sv_str(f->area)};
    const struct field_edit e = {sv_str(a->field), sv_str(a->text)};
    const struct sv into = sv_str(a->text);
    fresh(f, s);
    if (!a->id)
        return action_threat_propose(&s->c, &p, &s->r, &s->err);
    return a->field ? action_threat_edit(&s->c, sv_str(a->id), &e, 1, &s->r, &s->err)
                    : action_threat_end(&s->c, sv_str(a->id), "merged", &into, 1, &s->r, &s->err);
}

static struct digest recorded_state(struct side *s)
{
    struct digest state;
    assert_int_equal(record_head(s->store, NULL, NULL, &state, &s->err), 0);
    return state;
}

static void assert_same(struct fixture *f, const struct act *a, int left, int right)
{
    struct digest part = recorded_state(&f->part), whole = recorded_state(&f->whole), now;
    const char *what = arena_printf(&f->arena, "%s: %s", a->id ? a->id : "new", a->field ? a->field : "merge");
    if (left != right)
        fail_msg("%s: %d (%s), on the whole %d (%s)", what, left, f->part.err.text, right, f->whole.err.text);
    assert_string_equal(f->part.err.text, f->whole.err.text);
    if (left)
        assert_int_equal(f->part.diag.len, f->whole.diag.len);
    for (size_t i = 0; left && i < f->whole.diag.len; i++)
        assert_string_equal(diag_format(&f->part.diag, &f->part.diag.items[i]),
                            diag_format(&f->whole.diag, &f->whole.diag.items[i]));
    if (!digest_eq(&part, &whole))
        fail_msg("%s: another state", what);
    assert_int_equal(content_state(f->part.store, &f->arena, &now, &f->part.err), 0);
    assert_true(digest_eq(&part, &now));
}

static void both(struct fixture *f, const struct act *a, int expected)
{
    int left = run(f, &f->part, a);
    assert_int_equal(store_tx(f->whole.store, forget, NULL, &f->whole.err), 0);
    assert_same(f, a, left, run(f, &f->whole, a));
    if (left != expected)
        fail_msg("%s %s: %d (%s) %s", a->id ? a->id : "new", a->field ? a->field : "", left, f->part.err.text,
                 f->part.diag.len ? diag_format(&f->part.diag, &f->part.diag.items[0]) : "");
}

#define TREE(text) "It happens.\n\n```attack-tree\n" text "\n```"

static void test_same_as_on_the_whole(void **state)
{
    static const struct {
        struct act act;
        int code;
    } acts[] = {
        {{"G-0001", "damage.rating", "small"}, CM_OK},
        {{"G-0001", "name", "Another name for it"}, CM_OK},
        {{"G-0003", "name", "ANOTHER name for it"}, CM_EINPUT}, /* taken by G-0001 */
        {{"G-0003", "related", "[G-0002]"}, CM_OK},
        {{"G-0003", "related", "[G-0009]"}, CM_EINPUT},
        {{"G-0003", "What to do", "See G-0002."}, CM_OK},
        {{"G-0003", "What to do", "See G-0044 for more."}, CM_EINPUT},
        {{"G-0003", "What to do", "See RFC 9999 for more."}, CM_EINPUT},
        {{"G-0003", "What to do", "`G-0044` in code names nothing."}, CM_OK},
        {{"G-0003", "What to do", "See RFC 8446 for more."}, CM_OK},
        {{"G-0003", "level", "protocoll"}, CM_EINPUT},
        {{"G-0003", "damage.rating", "immeasurable"}, CM_EINPUT},
        {{"G-0003", "What happens", TREE("Open the gate\n  Push [p=2]\n  2 OF them\n    Pull")}, CM_EINPUT},
        {{"G-0001", "What happens", TREE("Open the gate\n  Push [p=2]")}, CM_EINPUT}, /* G-0002 leads to it */
        {{"G-0003", "What happens", TREE("Open the gate\n  Push\n  -> G-0044")}, CM_EINPUT},
        {{"G-0003", "What to do", "See G-0044, G-0045 and RFC 9999."}, CM_EINPUT},
        {{NULL, "Something with faults", "See G-0044."}, CM_EINPUT},
        /* trees: G-0002 leads to G-0001 from the beginning */
        {{"G-0001", "What happens", TREE("Open the gate\n  Push\n  -> G-0002")}, CM_EINPUT}, /* a circle */
        {{"G-0003", "What happens", TREE("Read the log\n  #ask Ask\n  -> G-0002")}, CM_OK},
        {{"G-0001", "What happens", TREE("Open the gate\n  Push\n  -> G-0003")}, CM_EINPUT}, /* round by two */
        {{"G-0001", "What happens", TREE("Open the gate\n  Push\n  = G-0003#ask")}, CM_OK}, /* a step is no circle */
        {{"G-0003", "What happens", TREE("Read the log\n  Ask\n  Look")}, CM_EINPUT},        /* the step is wanted */
        {{"G-0003", "What happens", "No tree any more."}, CM_EINPUT},
        {{"G-0001", "What happens", TREE("Open the gate\n  Push\n  Pull")}, CM_OK},
        {{"G-0003", "What happens", "No tree any more."}, CM_OK},
        {{NULL, "Gate left open by the wind", "The latch is weak."}, CM_OK},
        {{NULL, "gate LEFT open by the wind", "The same again."}, CM_EINPUT},
        {{NULL, "Something else", "See G-0004 and GATE-01."}, CM_OK},
        {{"G-0005", NULL, "G-0004"}, CM_OK},
        {{"G-0004", NULL, "G-0005"}, CM_OK}, /* as the check has it, a merged one may take over */
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(acts); i++)
        both(f, &acts[i].act, acts[i].code);
}

/* faults: as many, all told of the part. */
static bool settles(struct fixture *f, const char *path, const char *text, size_t faults)
{
    struct part_change out;
    const struct content_edit e = {.path = path, .text = sv_str(text)};
    fresh(f, &f->part);
    assert_int_equal(part_try(&f->part.c, &e, 1, &out, &f->part.err), 0);
    assert_int_equal(f->part.diag.len, 0);
    if (out.settled)
        assert_int_equal(out.faults.errors, faults);
    return out.settled;
}

#define G9 "threats/G-0009-something.md"
#define FRONT "---\nid: G-0009\nname: Something else\nareas: [opening]\nstage: noted\n" \
              "proposed: {by: rosa, date: 2026-10-03}\n---\n"

static void test_what_a_part_settles(void **state)
{
    struct fixture *f = *state;
    assert_true(settles(f, G9, FRONT "\n## Abstract\n\nIt is seen.\n", 0));
    assert_true(settles(f, G9, FRONT "\n## Abstract\n\nIt is seen, as G-0001 is.\n", 0));
    assert_true(settles(f, G9, FRONT "\n## Abstract\n\nIt is seen, as G-0044 is.\n", 1));
    assert_true(settles(f, G9, FRONT "\n## Abstract\n\nIt is seen, as G-0044 is.\n\n## Nowhere\n\nG-0045.\n", 3));
    assert_false(settles(f, G9, FRONT "\n## Abstract\n\nIt is seen in RFC 8446, as G-0044 is.\n", 0));
    assert_false(settles(f, "threats/G-0001-other.md", FRONT "\n## Abstract\n\nIt is seen.\n", 0));
    assert_false(settles(f, "template.md", "---\n---\n", 0));
    assert_true(rows_whole(&f->part));
    assert_int_equal(store_tx(f->part.store, forget, NULL, &f->part.err), 0);
    assert_false(rows_whole(&f->part));
    assert_false(settles(f, G9, FRONT "\n## Abstract\n\nIt is seen.\n", 0));
    both(f, &(struct act){"G-0001", "damage.rating", "small"}, CM_OK); /* which derives the rows of all */
    assert_true(rows_whole(&f->part));
}

static int swap_template(struct store *s, void *context, struct err *err)
{
    struct fixture *f = context;
    struct profile_files files = {{NULL, 0, 0}};
    struct content_change change = {.action = "import"};
    struct content_edit *e = vec_push(&f->arena, &change.edits);
    int rc = view_load_files(s, &f->arena, &files, err);
    for (size_t i = 0; !rc && i < files.list.len; i++) {
        struct sv text = files.list.at[i].text;
        ptrdiff_t at = strcmp(files.list.at[i].path, "template.md") ? -1 : sv_find(text, SV("max_words: 60"));
        if (at < 0)
            continue;
        const char *now = arena_printf(&f->arena, "%.*smax_words: 40%s", (int)at, text.at, text.at + at + 13);
        *e = (struct content_edit){.path = "template.md", .text = sv_str(now)};
    }
    assert_non_null(e->path);
    return content_apply(&f->part.c, &change, &f->part.r, err);
}

/* The rules are kept with the store; a change of them is seen by the next act. */
static void test_changed_rules_hold_at_once(void **state)
{
    struct fixture *f = *state;
    const char *words = "one two three four five six seven eight nine ten one two three four five six seven eight nine "
                        "ten one two three four five six seven eight nine ten one two three four five six seven eight "
                        "nine ten one two three";
    const struct act act = {"G-0003", "abstract", words};
    assert_int_equal(run(f, &f->part, &act), CM_OK);
    assert_int_equal(run(f, &f->part, &(struct act){"G-0003", "abstract", "Few."}), CM_OK);
    fresh(f, &f->part);
    if (store_tx(f->part.store, swap_template, f, &f->part.err))
        fail_msg("%s", f->part.err.text);
    assert_int_equal(run(f, &f->part, &act), CM_EINPUT);
}

static int tamper(struct store *s, void *context, struct err *err)
{
    (void)context;
    return store_run(s, "UPDATE file SET text = replace(text, 'stage: answered', 'stage: nowhere') "
                        "WHERE path LIKE 'threats/G-0002%'", err);
}

/* Bytes that are not what their digest says are never taken for checked. */
static void test_changed_bytes_are_noticed(void **state)
{
    struct fixture *f = *state;
    const struct act act = {"G-0002", "damage.rating", "small"};
    assert_int_equal(store_tx(f->part.store, tamper, NULL, &f->part.err), 0);
    assert_int_equal(run(f, &f->part, &act), CM_ECORRUPT);
    assert_non_null(strstr(f->part.err.text, "do not verify"));
}

/* The document of the first row of coverage.tsv that has this in it. */
static const char *covered(struct fixture *f, const char *cells)
{
    struct profile_files files = {{NULL, 0, 0}};
    struct sv rest = SV_NONE, line;
    assert_int_equal(view_load_files(f->part.store, &f->arena, &files, &f->part.err), 0);
    for (size_t i = 0; i < files.list.len; i++)
        if (!strcmp(files.list.at[i].path, "coverage.tsv"))
            rest = files.list.at[i].text;
    while (sv_next_line(&rest, &line))
        if (sv_find(line, sv_str(cells)) >= 0)
            return arena_strndup(&f->arena, line.at, (size_t)sv_find_char(line, '\t'));
    fail_msg("no row with %s", cells);
    return NULL;
}

static void gap(struct fixture *f, const char *id, const char *document, int expected)
{
    both(f, &(struct act){id, "gap", arena_printf(&f->arena, "Nothing in %s helps.", document)}, expected);
    assert_int_equal(f->part.r.moves.list.len, f->whole.r.moves.list.len);
    assert_int_equal(f->part.r.files, f->whole.r.files);
}

static void test_coverage_follows(void **state)
{
    struct fixture *f = *state;
    const char *new = covered(f, "\tnothing-new\t");
    gap(f, "T-0002", "the text", CM_OK);
    gap(f, "T-0010", "the text", CM_OK);
    gap(f, "T-0010", new, CM_OK);
    assert_int_equal(f->part.r.moves.list.len, 1);
    assert_int_equal(f->part.r.files, 2);
    gap(f, "T-0002", new, CM_OK);
    assert_string_equal(covered(f, "\tT-0002 T-0010\t"), new);
    gap(f, "T-0010", "the text", CM_OK);
    gap(f, "T-0002", "the text", CM_EINPUT); /* nothing would cite it any more */
    gap(f, "T-0002", covered(f, "\tleft-out\t"), CM_EINPUT);
    gap(f, "T-0002", "T-9999", CM_EINPUT);
    gap(f, "T-0002", "T-9999 and XEP-0001", CM_EINPUT);
    both(f, &(struct act){NULL, "Read while it is on its way", arena_printf(&f->arena, "As in %s.", new)}, CM_OK);
    assert_int_equal(f->part.r.files, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_same_as_on_the_whole),
        TEST(test_what_a_part_settles),
        TEST(test_changed_rules_hold_at_once),
        TEST(test_changed_bytes_are_noticed),
        cmocka_unit_test_setup_teardown(test_coverage_follows, setup_covered, teardown),
    };
    return cmocka_run_group_tests_name("part", tests, NULL, NULL);
}
