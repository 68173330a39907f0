/* coverage.tsv: who cites what, every fault with its place, normal form, the column of threats brought up to date,
 * merging by cell, and what the view derives. */
#include "profile_fixture.h"

#define HEAD "id\tversion\tresult\tthreats\tconsiderations\tnote\n"
#define XEP "XEP-0001\t1.0\tcited\tT-0001\tthin\t\n"
#define RFC "RFC 3552\t-\tcited\tT-0001\tsubstantive\tread twice\n"
#define LIST "\nreading_list: {series: [{prefix: \"XEP-\", statuses: [Active]}], also: [RFC 3552]}\n"

static struct profile_file *add_file(struct arena *a, struct profile_files *files, const char *path, struct sv text)
{
    struct profile_file *f = vec_push(a, &files->list);
    *f = (struct profile_file){path, text};
    return f;
}

/* The small profile with a coverage.tsv (NULL: none) and lines at the end of sig.yaml. */
static void small(struct arena *a, const char *coverage, const char *sig, struct profile_files *files)
{
    fixture_read(a, "tests/data/profile-small", files);
    struct profile_file *f = fixture_file(files, "sig.yaml");
    f->text = fixture_replace(a, f->text, SV(""), sv_str(sig));
    if (coverage)
        add_file(a, files, "coverage.tsv", sv_str(coverage));
}

static void test_good(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct profile_files files = {{NULL, 0, 0}};
    struct profile p;
    struct diag diag;
    diag_init(&diag, &a);
    small(&a, HEAD XEP RFC, LIST, &files);
    profile_parse(&a, &files, "", &diag, &p);
    assert_string_equal(fixture_faults(&a, &diag), "");
    assert_true(p.coverage.given);
    assert_int_equal(p.coverage.list.len, 2);
    const struct coverage_row *row = &p.coverage.list.at[0];
    assert_text(row->reference->id, "XEP-0001");
    assert_text(row->version, "1.0");
    assert_int_equal(row->result, COVERAGE_CITED);
    assert_int_equal(row->considerations, CONSIDERATIONS_THIN);
    assert_int_equal(row->note.len, 0);
    assert_int_equal(p.coverage.list.at[1].version.len, 0);
    assert_text(p.coverage.list.at[1].note, "read twice");
    assert_true(reading_list_has(&p.sig, row->reference));
    arena_release(&a);
}

struct fault_case {
    const char *coverage, *sig, *faults;
};

/* Each was read through by hand. */
static const struct fault_case fault_cases[] = {
    {NULL, "", ""},
    {HEAD XEP, "", ""},
    {NULL, LIST,
     "coverage.tsv: error: the file is missing; expected it beside the others of the group, since sig.yaml has a "
     "`reading_list`\n"},
    {HEAD, LIST,
     "coverage.tsv:2:1: error: there is no row for XEP-0001; expected one before this line: the reading list of "
     "sig.yaml asks for it\n"
     "coverage.tsv:2:1: error: there is no row for RFC 3552; expected one before this line: the reading list of "
     "sig.yaml asks for it\n"},
    {HEAD RFC, LIST,
     "coverage.tsv:2:1: error: there is no row for XEP-0001; expected one before this line: the reading list of "
     "sig.yaml asks for it\n"},
    {HEAD RFC XEP, "",
     "coverage.tsv:3:1: error: XEP-0001 stands behind RFC 3552; expected rows in the order of references.tsv "
     "(casemate fmt sorts them)\n"},
    {HEAD XEP XEP, "",
     "coverage.tsv:3:1: error: XEP-0001 stands twice; expected it once; the first is in line 2\n"},
    {HEAD "XEP-0002\t1.0\tunread\t-\t-\t\n", "",
     "coverage.tsv:2:1: error: XEP-0002 is not in references.tsv; expected XEP-0001 (did you mean that?), or a line "
     "for it there\n"},
    {HEAD "\t1.0\tunread\t-\t-\t\n", "",
     "coverage.tsv:2:1: error: the id is empty; expected the identifier of a document in references.tsv\n"},
    {"id\tversion\n", "",
     "coverage.tsv:1:1: error: the first line does not name the columns; expected id, version, result, threats, "
     "considerations, note, with one tab between\n"},
    {"", "", "coverage.tsv:1: error: an empty table; expected a first line with the names of the columns\n"},
    {HEAD "XEP-0001\t1.0\n", "",
     "coverage.tsv:2: error: 2 cells; expected 6, separated by tabs, as in the first line\n"},
    {HEAD "XEP-0001\t1.0\tcitd\tT-0001\tthinn\t\n", "",
     "coverage.tsv:2:14: error: unknown word for the result: \"citd\"; expected cited (did you mean that?)\n"
     "coverage.tsv:2:26: error: unknown word for the considerations: \"thinn\"; expected thin (did you mean that?)\n"},
    {HEAD "XEP-0001\t1.0\tcited\tT-0001\tmuch\t\n", "",
     "coverage.tsv:2:27: error: unknown word for the considerations: \"much\"; expected substantive, thin, none or "
     "-\n"},
    {HEAD "XEP-0001\t1.1\tcited\tT-0001\tthin\t\n", "",
     "coverage.tsv:2:10: error: version 1.1 of XEP-0001 is newer than the one in references.tsv; expected 1.0 or an "
     "older one\n"},
    {HEAD "XEP-0001\tv1.0\tcited\tT-0001\tthin\t\n", "",
     "coverage.tsv:2:10: error: the version of XEP-0001 is \"v1.0\"; expected the version that was read, such as "
     "1.2.0, or - when there is none\n"},
    {HEAD "XEP-0001\t0.9.12\tcited\tT-0001\tthin\t\n", "", ""},
    {HEAD "XEP-0001\t-\tcited\tT-0001\t-\t\n", "", ""},
    {HEAD "RFC 3552\t1\tcited\tT-0001\tthin\t\n", "",
     "coverage.tsv:2:10: error: references.tsv has no version of RFC 3552; expected -\n"},
    {HEAD "XEP-0001\t1.0\tunread\t-\t-\t\n", "",
     "coverage.tsv:2:10: error: XEP-0001 is unread, but version 1.0 is said to have been read; expected -, or "
     "another result\n"
     "coverage.tsv:2:14: error: XEP-0001 is `unread`, but T-0001 cites it; expected cited (casemate coverage DIR "
     "--write makes it so)\n"},
    {HEAD "XEP-0001\t-\tnothing-new\t-\tthin\t\n", "",
     "coverage.tsv:2:10: error: it is not said which version of XEP-0001 was read; expected a version; references.tsv "
     "has 1.0\n"
     "coverage.tsv:2:12: error: XEP-0001 is `nothing-new`, but T-0001 cites it; expected cited (casemate coverage DIR "
     "--write makes it so)\n"},
    {HEAD "XEP-0001\t-\tleft-out\t-\t-\t\n", "",
     "coverage.tsv:2:12: error: XEP-0001 is `left-out`, but T-0001 cites it; expected cited, or no citation of a "
     "document that is left out\n"
     "coverage.tsv:2:25: error: XEP-0001 is left out without a reason; expected the reason, as the note\n"},
    {HEAD "XEP-0001\t1.0\tcited\tT-0001 T-0002\tthin\t\n", "",
     "coverage.tsv:2:27: error: T-0002 does not cite XEP-0001; expected only threats that do (casemate coverage DIR "
     "--write brings this column up to date)\n"},
    {HEAD "XEP-0001\t1.0\tcited\tT-0001 T-0001\tthin\t\n", "",
     "coverage.tsv:2:27: error: T-0001 stands twice; expected each threat once, in ascending order\n"},
    {HEAD "XEP-0001\t1.0\tcited\tT-0009\tthin\t\n", "",
     "coverage.tsv:2:20: error: there is no threat T-0009; expected identifiers of threats of this group with one "
     "blank between, or -\n"
     "coverage.tsv:2:20: error: T-0001 cites XEP-0001, and is not named here; expected all threats that do (casemate "
     "coverage DIR --write brings this column up to date)\n"},
    {HEAD "XEP-0001\t1.0\tcited\t-\tthin\t\n", "",
     "coverage.tsv:2:20: error: T-0001 cites XEP-0001, and is not named here; expected all threats that do (casemate "
     "coverage DIR --write brings this column up to date)\n"},
    {HEAD "XEP-0001\t1.0\tcited\t\tthin\t\n", "",
     "coverage.tsv:2:20: error: no threats are named; expected their identifiers, or -\n"
     "coverage.tsv:2:20: error: T-0001 cites XEP-0001, and is not named here; expected all threats that do (casemate "
     "coverage DIR --write brings this column up to date)\n"},
    {HEAD "XEP-0001\t1.0\tcited\tT-0001\tthin\tas in T-0009 and RFC 9999, see RFC 3552\n", "",
     "coverage.tsv:2:38: error: there is no threat T-0009; expected the identifier of a threat of this group\n"
     "coverage.tsv:2:49: error: RFC 9999 is not in references.tsv; expected a line for it there\n"},
    {HEAD XEP, "\nreading_list: {}\n",
     "sig.yaml:55:15: error: `reading_list` names no document; expected `series`, `also` or both; or no such key\n"},
    {HEAD XEP, "\nreading_list: {series: [{prefix: XEP, statuses: []}], also: [RFC 3553], more: 1}\n",
     "sig.yaml:55:34: error: unknown series \"XEP\"; expected XEP- (did you mean that?)\n"
     "sig.yaml:55:49: error: `statuses` is empty; expected at least one status of references.tsv\n"
     "sig.yaml:55:62: error: RFC 3553 is not in references.tsv; expected RFC 3552 (did you mean that?), or a line for "
     "it there\n"
     "sig.yaml:55:73: error: unknown key \"more\"; expected series or also\n"},
    {HEAD XEP, "\nreading_list: {series: [{prefix: \"XEP-\", statuses: [Activ, Proposed]}]}\n",
     "sig.yaml:55:53: error: no document of this series has the status \"Activ\"; expected Active (did you mean "
     "that?)\n"},
};

static void test_faults(void **state CM_UNUSED)
{
    int failed = 0;
    for (size_t i = 0; i < ARRAY_LEN(fault_cases); i++) {
        const struct fault_case *c = &fault_cases[i];
        struct arena a = ARENA_INIT;
        struct profile_files files = {{NULL, 0, 0}};
        struct profile p;
        struct diag diag;
        diag_init(&diag, &a);
        small(&a, c->coverage, c->sig, &files);
        profile_parse(&a, &files, "", &diag, &p);
        const char *faults = fixture_faults(&a, &diag);
        if (strcmp(faults, c->faults)) {
            print_message("case %zu\ngot:\n%swant:\n%s", i, faults, c->faults);
            failed++;
        }
        arena_release(&a);
    }
    assert_int_equal(failed, 0);
}

static void test_note(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    for (size_t length = 200; length <= 201; length++) {
        struct profile_files files = {{NULL, 0, 0}};
        struct profile p;
        struct diag diag;
        struct str row = STR_INIT;
        diag_init(&diag, &a);
        str_add_str(&row, HEAD "XEP-0001\t1.0\tcited\tT-0001\tthin\t");
        for (size_t i = 0; i < length; i++)
            str_add_str(&row, "\xC3\xA4"); /* characters, not bytes */
        str_add_char(&row, '\n');
        small(&a, str_cstr(&row), "", &files);
        profile_parse(&a, &files, "", &diag, &p);
        assert_string_equal(fixture_faults(&a, &diag),
                            length == 200 ? "" : "coverage.tsv:2:32: error: the note has 201 characters; expected at "
                                                 "most 200\n");
        str_release(&row);
    }
    arena_release(&a);
}

/* A threat whose file cannot be read brings no faults of its row with it. */
static void test_unsure(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct profile_files files = {{NULL, 0, 0}};
    struct profile p;
    struct diag diag;
    diag_init(&diag, &a);
    small(&a, HEAD XEP RFC, LIST, &files);
    struct profile_file *f = fixture_file(&files, FIRST);
    f->text = fixture_replace(&a, f->text, SV("id: T-0001"), SV("id: [T-0001"));
    profile_parse(&a, &files, "", &diag, &p);
    assert_int_equal(strstr(fixture_faults(&a, &diag), "coverage.tsv") == NULL, 1);
    arena_release(&a);
}

struct cite_case {
    const char *find, *with; /* in the second threat */
    bool cites;              /* RFC 3552 */
};

static const struct cite_case cite_cases[] = {
    {"Another one.", "Another one, as RFC 3552 says.", true},
    {"Another one.", "Another one (RFC\n3552 \xC2\xA7" "4).", true},
    {"Another one.", "Another `RFC 3552`.", false},
    {"Another one.", "Another one.\n\n```\nRFC 3552\n```", false},
    {"<!-- What remains? -->", "<!-- RFC 3552 -->", false},
    {"Only way", "Only way  ; basis: RFC 3552", true},
    {"Only way", "Only way of RFC 3552", true},
    {"Another one.", "Another one, XRFC 3552.", false},
    {"stage: identified", "affects: [RFC 3552 \xC2\xA7" "2]\nstage: identified", true},
    {"stage: identified", "stage: identified\nresponses: \"none known; searched RFC 3552\"", true},
    {"stage: identified",
     "stage: identified\nresponses:\n  - {reference: XEP-0001, covers: partial, how: \"by RFC 3552\"}", true},
    {"stage: identified", "stage: identified\nlikelihood: {rating: low, estimators: 1, reason: \"as in RFC 3552\"}",
     true},
    {"name: Second threat", "name: Second threat of RFC 3552", true},
    {"stage: identified", "stage: merged\ninto: [T-0001]\nreason: \"RFC 3552 is no more\"", true},
};

static void test_cites(void **state CM_UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(cite_cases); i++) {
        struct arena a = ARENA_INIT;
        struct profile_files files = {{NULL, 0, 0}};
        struct profile p;
        struct diag diag;
        diag_init(&diag, &a);
        small(&a, NULL, "", &files);
        struct profile_file *f = fixture_file(&files, SECOND);
        f->text = fixture_replace(&a, f->text, sv_str(cite_cases[i].find), sv_str(cite_cases[i].with));
        profile_parse(&a, &files, "", &diag, &p);
        if (diag.errors)
            fail_msg("case %zu: %s", i, fixture_faults(&a, &diag));
        const struct citing *c = &profile_cites(&a, &p)->documents[1];
        if (c->all.len != (cite_cases[i].cites ? 2u : 1u))
            fail_msg("case %zu: \"%s\" to \"%s\": %zu threats", i, cite_cases[i].find, cite_cases[i].with, c->all.len);
        assert_int_equal(c->all.at[0], 0);
        arena_release(&a);
    }
}

static void test_versions(void **state CM_UNUSED)
{
    static const struct {
        const char *a, *b;
        int order;
    } cases[] = {
        {"1.0", "1.0", 0},     {"1.0", "1.1", -1},      {"1.9", "1.10", -1},        {"2.0", "1.10", 1},
        {"1.0", "1.0.1", -1},  {"1.0.0", "1", 0},       {"1.1.0-rc.1", "1.1.0", -1}, {"1.1.0-rc.1", "1.0.9", 1},
        {"1.0-rc.2", "1.0-rc.10", -1}, {"0.4.01", "0.4.1", 0}, {"99999999999999999999", "100000000000000000000", -1},
        {"1.0a", "1.0b", -1},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int order = version_order(sv_str(cases[i].a), sv_str(cases[i].b));
        int back = version_order(sv_str(cases[i].b), sv_str(cases[i].a));
        if ((order > 0) - (order < 0) != cases[i].order || (back > 0) - (back < 0) != -cases[i].order)
            fail_msg("%s and %s: %d, %d", cases[i].a, cases[i].b, order, back);
    }
}

struct current_case {
    const char *before, *after, *moves, *faults;
};

static const struct current_case current_cases[] = {
    {HEAD XEP RFC, HEAD XEP RFC, "", ""},
    {HEAD "XEP-0001\t1.0\tcited\t-\tthin\tx\n", HEAD "XEP-0001\t1.0\tcited\tT-0001\tthin\tx\n", "", ""},
    {HEAD "XEP-0001\t1.0\tcited\tT-0002  T-0009\tthin\t\n", HEAD XEP, "", ""},
    {HEAD "XEP-0001\t1.0\tnothing-new\t-\tthin\t\nRFC 3552\t-\tunread\t-\t-\t\n",
     HEAD XEP "RFC 3552\t-\tcited\tT-0001\t-\t\n", "XEP-0001 nothing-new, RFC 3552 unread, ", ""},
    /* what is for the author to decide stays */
    {HEAD "XEP-0001\t-\tleft-out\t-\t-\tnot ours\n", HEAD "XEP-0001\t-\tleft-out\t-\t-\tnot ours\n", "",
     "coverage.tsv:2:12: error: XEP-0001 is `left-out`, but T-0001 cites it; expected cited, or no citation of a "
     "document that is left out\n"},
    /* what is not understood stays, the rest is done */
    {HEAD "XEP-0001\t1.0\tcitd\t-\tthin\t\nXEP-0009\t-\tcited\t-\t-\t\nRFC 3552\t-\tcited\tT-0002\t-\t\n",
     HEAD "XEP-0001\t1.0\tcitd\t-\tthin\t\nXEP-0009\t-\tcited\t-\t-\t\nRFC 3552\t-\tcited\tT-0001\t-\t\n", "",
     "coverage.tsv:2:14: error: unknown word for the result: \"citd\"; expected cited (did you mean that?)\n"
     "coverage.tsv:3:1: error: XEP-0009 is not in references.tsv; expected XEP-0001 (did you mean that?), or a line "
     "for it there\n"},
};

static void test_current(void **state CM_UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(current_cases); i++) {
        struct arena a = ARENA_INIT;
        struct profile_files files = {{NULL, 0, 0}};
        struct profile p;
        struct coverage_moves moves;
        struct diag diag;
        struct str said = STR_INIT;
        diag_init(&diag, &a);
        small(&a, current_cases[i].before, "", &files);
        profile_parse_current(&a, &files, "", &diag, &p, &moves);
        assert_text(fixture_file(&files, "coverage.tsv")->text, current_cases[i].after);
        for (size_t k = 0; k < moves.list.len; k++)
            str_addf(&said, "%.*s %s, ", SV_ARG(moves.list.at[k].document), coverage_results[moves.list.at[k].was]);
        assert_string_equal(str_cstr(&said), current_cases[i].moves);
        assert_string_equal(fixture_faults(&a, &diag), current_cases[i].faults);
        str_release(&said);
        arena_release(&a);
    }
}

/* The only citation taken out of a threat: the row stays `cited` and is a fault that names both. */
static void test_lost_citation(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct profile_files files = {{NULL, 0, 0}};
    struct profile p;
    struct coverage_moves moves;
    struct diag diag;
    diag_init(&diag, &a);
    small(&a, HEAD XEP RFC, LIST, &files);
    struct profile_file *f = fixture_file(&files, FIRST);
    f->text = fixture_replace(&a, f->text, SV("reference: XEP-0001 v1.0 \xC2\xA7" "2"), SV("reference: RFC 3552"));
    f->text = fixture_replace(&a, f->text, SV("XEP-0001 helps."), SV("It helps."));
    profile_parse_current(&a, &files, "", &diag, &p, &moves);
    assert_text(fixture_file(&files, "coverage.tsv")->text, HEAD XEP RFC);
    assert_string_equal(fixture_faults(&a, &diag),
                        "coverage.tsv:2:20: error: T-0001 does not cite XEP-0001, nor does any other threat; expected "
                        "that citation in the threat, or another result and -\n");
    arena_release(&a);
}

static void test_normal_form(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct profile_files files = {{NULL, 0, 0}};
    struct profile p;
    struct diag diag;
    struct err err = ERR_INIT;
    struct sv once, twice;
    diag_init(&diag, &a);
    small(&a, NULL, "", &files);
    profile_parse(&a, &files, "", &diag, &p);
    assert_int_equal(profile_format(&a, "coverage.tsv",
                                    SV("id\tversion\tresult\tthreats\tconsiderations\tnote\r\n"
                                       "RFC 3552\t\tcited\tT-0002  T-0001 T-0002 x\t\t a  b \r\n\r\n"
                                       " XEP-0001 \t1.0\tunread\t\tthin\t"),
                                    &p, &once, &diag, &err), CM_OK);
    assert_text(once, HEAD "XEP-0001\t1.0\tunread\t-\tthin\t\nRFC 3552\t-\tcited\tT-0001 T-0002 x\t-\ta  b\n");
    assert_int_equal(profile_format(&a, "coverage.tsv", once, &p, &twice, &diag, &err), CM_OK);
    assert_true(sv_eq(once, twice));
    arena_release(&a);
}

struct merge_case {
    const char *base, *ours, *theirs, *merged, *conflicts;
};

#define UNREAD "XEP-0001\t-\tunread\t-\t-\t\n"
static const struct merge_case merge_cases[] = {
    {HEAD UNREAD, HEAD UNREAD RFC, HEAD XEP, HEAD XEP RFC, ""},
    /* different cells of one row; the column of threats is brought up to date afterwards */
    {HEAD "XEP-0001\t1.0\tcited\tT-0001\tthin\t\n", HEAD "XEP-0001\t1.0\tcited\tT-0001 T-0002\tthin\t\n",
     HEAD "XEP-0001\t1.0\tcited\tT-0001\tnone\tn\n", HEAD "XEP-0001\t1.0\tcited\tT-0001 T-0002\tnone\tn\n", ""},
    /* it became cited here, and was read there */
    {HEAD UNREAD, HEAD "XEP-0001\t-\tcited\tT-0001\t-\t\n", HEAD "XEP-0001\t1.0\tnothing-new\t-\tthin\t\n",
     HEAD "XEP-0001\t1.0\tnothing-new\tT-0001\tthin\t\n", ""},
    {HEAD UNREAD, HEAD "XEP-0001\t-\tunread\t-\tnone\t\n", HEAD "XEP-0001\t-\tunread\t-\tthin\t\n",
     HEAD "XEP-0001\t-\tunread\t-\tnone\t\n",
     "coverage.tsv:2: error: \"XEP-0001\" was changed on both sides; the change from here is kept\n"},
};

static void test_merge(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    for (size_t i = 0; i < ARRAY_LEN(merge_cases); i++) {
        struct diag diag;
        struct err err = ERR_INIT;
        struct sv out;
        diag_init(&diag, &a);
        int rc = profile_merge(&a, "coverage.tsv", sv_str(merge_cases[i].base), sv_str(merge_cases[i].ours),
                               sv_str(merge_cases[i].theirs), &out, &diag, &err);
        assert_string_equal(fixture_faults(&a, &diag), merge_cases[i].conflicts);
        assert_int_equal(rc, *merge_cases[i].conflicts ? CM_ECONFLICT : CM_OK);
        assert_text(out, merge_cases[i].merged);
    }
    arena_release(&a);
}

/* coverage.tsv is not among the files whose change makes every page new. */
static void test_rules(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct digest rules[2];
    for (int i = 0; i < 2; i++) {
        struct profile_files files = {{NULL, 0, 0}};
        struct profile p;
        struct diag diag;
        diag_init(&diag, &a);
        small(&a, i ? HEAD XEP : NULL, "", &files);
        profile_parse(&a, &files, "", &diag, &p);
        rules[i] = p.rules;
    }
    assert_true(digest_eq(&rules[0], &rules[1]));
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),        cmocka_unit_test(test_faults),        cmocka_unit_test(test_note),
        cmocka_unit_test(test_unsure),      cmocka_unit_test(test_cites),         cmocka_unit_test(test_versions),
        cmocka_unit_test(test_current),     cmocka_unit_test(test_lost_citation), cmocka_unit_test(test_normal_form),
        cmocka_unit_test(test_merge),       cmocka_unit_test(test_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
