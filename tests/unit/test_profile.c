/* profile/profile.h: reading and checking. One change to a good profile for each rule, with the
 * messages that it must cause. */
#include "profile_fixture.h"

static void test_good(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct profile_files files;
    struct profile p;
    struct diag diag;
    diag_init(&diag, &a);
    fixture_read(&a, "tests/data/profile-small", &files);
    profile_parse(&a, &files, "", &diag, &p);
    assert_string_equal(fixture_faults(&a, &diag), "");
    assert_text(p.sig.name, "Small Group");
    assert_int_equal(p.sig.areas.list.len, 2);
    assert_int_equal(terms_find(&p.sig.areas, SV("messaging")), 1);
    assert_true(p.sig.likelihood.list.at[0].has_interval);
    assert_true(p.sig.likelihood.list.at[0].interval_hi == 0.05);
    assert_int_equal(sig_priority(&p.sig, 0, 0), 3);
    assert_int_equal(sig_priority(&p.sig, 1, 1), 1);
    assert_int_equal(sig_priority(&p.sig, -1, 1), 0);
    assert_int_equal(p.process.stage_count, 3);
    assert_int_equal(p.process.stages.len, 5);
    assert_true(p.process.stages.at[4].end);
    assert_text(p.process.prose, "## How\n\nA call lasts 14 days, as in RFC 3552.");
    assert_int_equal(p.process.prose_line, 34);
    assert_text(p.template.introduction, "What to write.");
    assert_int_equal(p.template.fields.len, 7);
    assert_text(p.template.fields.at[0].guidance, "The name. Short.");
    assert_int_equal(p.template.fields.at[0].guidance_line, 17);
    assert_int_equal(p.analysis.before.len, 1);
    assert_text(p.analysis.before.at[0].body, "See T-0001.");
    assert_int_equal(p.analysis.after.len, 1);
    assert_int_equal(p.references.list.len, 2);
    assert_text(p.references.list.at[0].id, "XEP-0001");
    assert_int_equal(profile_cites(&a, &p)->documents[0].all.len, 1);
    assert_int_equal(p.threats.len, 2);
    const struct threat *t = map_get(&p.by_id, SV("T-0001"));
    assert_ptr_equal(t, &p.threats.at[0]);
    assert_string_equal(t->file, FIRST);
    assert_int_equal(t->number, 1);
    assert_int_equal(t->stage, 2);
    assert_int_equal(t->likelihood.level, 1);
    assert_int_equal(t->likelihood.low, -1);
    assert_int_equal(t->likelihood.estimators, 1);
    assert_text(t->affects.at[0].section, "4.1");
    assert_text(t->responses.at[0].citation.version, "1.0");
    assert_text(t->responses.at[0].citation.reference->title, "Process");
    assert_int_equal(t->responses.at[0].covers, 1);
    assert_int_equal(t->tree->nodes.len, 4);
    assert_int_equal(t->tree->nodes.at[0].line, 23);
    assert_int_equal(t->lines.stage, 9);
    assert_text(threat_field(t, 0), "First threat");
    assert_text(threat_field(t, 6), "Much.");
    assert_int_equal(threat_field(&p.threats.at[1], 6).len, 0); /* only a comment */
    arena_release(&a);
}

struct change {
    const char *path, *find, *with;
    const char *faults; /* all messages, in order */
};

#include "profile_changes.h"

static void test_changes(void **state CM_UNUSED)
{
    int failed = 0;
    for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
        struct arena a = ARENA_INIT;
        struct profile_files files;
        struct profile p;
        struct diag diag;
        diag_init(&diag, &a);
        fixture_read(&a, "tests/data/profile-small", &files);
        struct profile_file *file = fixture_file(&files, changes[i].path);
        file->text =
            fixture_replace(&a, file->text, sv_str(changes[i].find), sv_str(changes[i].with));
        profile_parse(&a, &files, "", &diag, &p);
        const char *faults = fixture_faults(&a, &diag);
        if (strcmp(faults, changes[i].faults)) {
            print_message("change %zu of %s: \"%s\" to \"%s\"\ngot:\n%swant:\n%s", i,
                          changes[i].path, changes[i].find, changes[i].with, faults,
                          changes[i].faults);
            failed++;
        }
        arena_release(&a);
    }
    assert_int_equal(failed, 0);
}

/* A file, whatever its bytes, is told apart and never crashes. */
static void parse_one(struct arena *a, const char *path, struct sv text, struct diag *diag)
{
    struct profile_files files;
    struct profile p;
    diag_init(diag, a);
    fixture_read(a, "tests/data/profile-small", &files);
    fixture_file(&files, path)->text = text;
    profile_parse(a, &files, "x/", diag, &p);
}

static void expect_fault(struct arena *a, struct sv text, const char *want)
{
    struct diag diag;
    parse_one(a, "sig.yaml", text, &diag);
    for (size_t i = 0; i < diag.len; i++)
        if (!strcmp(diag_format(&diag, &diag.items[i]), want))
            return;
    fail_msg("no \"%s\" in:\n%s", want, fixture_faults(a, &diag));
}

static void test_bytes(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    size_t size = PROFILE_FILE_MAX + 1;
    char *big = arena_alloc(&a, size);
    memset(big, '#', size);
    expect_fault(&a, SV("a: \xC3\xA4\nb\xFF: 1\n"),
                 "x/sig.yaml:2:2: error: byte 0xFF is not UTF-8; expected text in UTF-8");
    expect_fault(&a,
                 SV("\xEF\xBB\xBF"
                    "a: 1\r\n\xC3\xA4\0\n"),
                 "x/sig.yaml:2:2: error: a NUL character; expected text");
    expect_fault(&a, sv_from(big, size),
                 "x/sig.yaml: error: the file has 2097153 bytes; expected at most 2097152 (2 MiB)");
    big[1] = '\n';
    expect_fault(
        &a, sv_from(big, 70000),
        "x/sig.yaml:2:1: error: the line has 69998 bytes; expected at most 65536 (64 KiB)");
    arena_release(&a);
}

/* BOM and CRLF change nothing but the bytes. */
static void test_line_ends(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct profile_files files;
    struct profile p;
    struct diag diag;
    diag_init(&diag, &a);
    fixture_read(&a, "tests/data/profile-small", &files);
    for (size_t i = 0; i < files.list.len; i++) {
        struct str out = STR_INIT;
        struct sv rest = files.list.at[i].text, line;
        str_add_str(&out, "\xEF\xBB\xBF");
        while (sv_next_line(&rest, &line)) {
            str_add(&out, line);
            str_add_str(&out, "\r\n");
        }
        files.list.at[i].text = arena_sv(&a, str_sv(&out));
        str_release(&out);
    }
    profile_parse(&a, &files, "", &diag, &p);
    assert_string_equal(fixture_faults(&a, &diag), "");
    assert_int_equal(p.threats.len, 2);
    assert_int_equal(p.threats.at[0].tree->nodes.at[0].line, 23);
    assert_text(threat_field(&p.threats.at[0], 6), "Much.");
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_good), cmocka_unit_test(test_changes),
                                       cmocka_unit_test(test_bytes),
                                       cmocka_unit_test(test_line_ends)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
