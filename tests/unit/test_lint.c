/* The check of XEP files: our own documents pass, each change is refused for its own reason, and
 * xmllint agrees. */
#include "documents_fixture.h"

#define HEAD_START                                                                                 \
    "<?xml version='1.0' encoding='UTF-8'?>\n"                                                     \
    "<!DOCTYPE xep SYSTEM 'xep.dtd' [<!ENTITY % ents SYSTEM 'xep.ent'> %ents;]>\n"                 \
    "<?xml-stylesheet type='text/xsl' href='xep.xsl'?>\n"

static const char good[] = HEAD_START
    "<xep>\n"
    "<header>\n"
    "  <title>Some Extension</title>\n"
    "  <abstract>What it does.</abstract>\n"
    "  &LEGALNOTICE;\n"
    "  <number>xxxx</number>\n"
    "  <status>ProtoXEP</status>\n"
    "  <type>Informational</type>\n"
    "  <sig>Standards</sig>\n"
    "  <approver>Council</approver>\n"
    "  <dependencies/><supersedes/><supersededby/>\n"
    "  <shortname>N/A</shortname>\n"
    "  "
    "<author><firstname>Ada</firstname><surname>Example</surname><email>ada@example.org</email></"
    "author>\n"
    "  "
    "<revision><version>0.0.1</version><date>2026-11-22</date><initials>ae</"
    "initials><remark><p>First.</p></remark></revision>\n"
    "</header>\n"
    "<section1 topic='Introduction' anchor='intro'><p>See &xep0030; and <link "
    "url='#deep'>below</link>.</p>\n"
    "<section2 topic='Deep' "
    "anchor='deep'><ul><li>One</li><li><p>Two</p><ul><li>Three</li></ul></li></ul>\n"
    "<table caption='T'><tr><th>H</th></tr><tr><td>&rfc6120; <em>x</em></td></tr></table>\n"
    "<dl><di><dt>Term</dt><dd>Text</dd></di></dl>\n"
    "<example caption='E'><![CDATA[<a/>]]></example></section2></section1>\n"
    "<section1 topic='Accessibility Considerations' anchor='acc'><p>None.</p></section1>\n"
    "<section1 topic='Security Considerations' anchor='security'><p>None.</p></section1>\n"
    "<section1 topic='Privacy Considerations' anchor='privacy'><p>None.</p></section1>\n"
    "<section1 topic='IANA Considerations' anchor='iana'><p>None.</p></section1>\n"
    "<section1 topic='XMPP Registrar Considerations' anchor='registrar'><p>None.</p></section1>\n"
    "</xep>\n";

#define LEGAL                                                                                      \
    "<legal><copyright>C</copyright><permissions>P</permissions><warranty>W</warranty>"            \
    "<liability>L</liability><conformance>F</conformance></legal>"
#define REVISION(version)                                                                          \
    "<revision><version>" version "</version><date>2026-11-21</date><initials>ae</initials>"       \
    "<remark>Older.</remark></revision>"

/* What is changed in the good text, what must be said of it, and whether the document type alone
 * refuses it. */
static const struct mutation {
    const char *name, *file, *find, *with, *said;
    bool invalid; /* by the document type */
} mutations[] = {
    /* the rules */
    {"number in the name and in the text", "xep-0300.xml", "<number>xxxx", "<number>0301",
     "called xep-0300.xml", false},
    {"a number before it is given", "proposal.xml", "<number>xxxx", "<number>0500",
     "the number of a proposal", false},
    {"a name like that of a XEP", "xep-1-new.xml", "", "", "a name that does not begin with xep-",
     false},
    {"status of a proposal", "proposal.xml", "ProtoXEP", "Experimental", "the status of a proposal",
     false},
    {"unknown status", "proposal.xml", "ProtoXEP", "Great", "the status is \"Great\"", false},
    {"Stable", "proposal.xml", "ProtoXEP", "Stable", "Draft, which is shown as Stable", false},
    {"Procedural", "proposal.xml", "Informational", "Procedural", "the type is \"Procedural\"",
     false},
    {"SIG Formation", "proposal.xml", "Informational", "SIG Formation", "the type is", false},
    {"no approver", "proposal.xml", "<approver>Council</approver>", "", "names no approver", false},
    {"unknown approver", "proposal.xml", ">Council<", ">Nobody<", "the approver is \"Nobody\"",
     false},
    {"Board and Standards Track", "proposal.xml",
     "Informational</type>\n  <sig>Standards</sig>\n  <approver>Council",
     "Standards Track</type>\n  <sig>Standards</sig>\n  <approver>Board", "the Board approves",
     false},
    {"Editor", "proposal.xml", ">Council<", ">Editor<", "the Editor approves", false},
    {"older version first", "proposal.xml", "</header>", REVISION("0.0.10") "</header>",
     "stands below an older one", false},
    {"no version at all", "proposal.xml", "0.0.1<", "first<", "the version is \"first\"", false},
    {"first version", "proposal.xml", "0.0.1<", "0.2<", "the first version of a proposal", false},
    {"date", "proposal.xml", "2026-11-22", "22.11.2026", "the date is", false},
    {"day that is none", "proposal.xml", "2026-11-22", "2026-02-30", "the date is", false},
    {"no stylesheet", "proposal.xml", "<?xml-stylesheet type='text/xsl' href='xep.xsl'?>", "",
     "the stylesheet", false},
    {"other stylesheet", "proposal.xml", "href='xep.xsl'", "href='other.xsl'", "the stylesheet",
     false},
    {"notice written out", "proposal.xml", "&LEGALNOTICE;", LEGAL,
     "the legal notice is written out", false},
    /* the content model */
    {"no notice", "proposal.xml", "&LEGALNOTICE;", "", "expected <legal>", true},
    {"order of the head", "proposal.xml", "<sig>Standards</sig>\n  <approver>Council</approver>",
     "<approver>Council</approver><sig>Standards</sig>", "<approver> stands in <header>", true},
    {"no author", "proposal.xml",
     "<author><firstname>Ada</firstname><surname>Example</surname><email>ada@example.org</email></"
     "author>",
     "", "expected <author>", true},
    {"list in a paragraph", "proposal.xml", "<p>None.</p>", "<p>None.<ul><li>x</li></ul></p>",
     "<ul> stands in <p>", true},
    {"paragraph in a paragraph", "proposal.xml", "<p>None.</p>", "<p><p>None.</p></p>",
     "<p> stands in <p>", true},
    {"markup in a heading cell", "proposal.xml", "<th>H</th>", "<th><em>H</em></th>",
     "<em> stands in <th>", true},
    {"reference in a heading cell", "proposal.xml", "<th>H</th>", "<th>&xep0030;</th>",
     "which <th> may not hold", true},
    {"table in an item", "proposal.xml", "<li>One</li>", "<li><table caption='x'/></li>",
     "<table> stands in <li>", true},
    {"unknown element", "proposal.xml", "<p>None.</p>", "<pre>None.</pre>", "<pre> is no element",
     true},
    {"unknown attribute", "proposal.xml", "<p>None.</p>", "<p id='x'>None.</p>", "the attribute id",
     true},
    {"text in a section", "proposal.xml", "<p>None.</p>", "None.",
     "text stands directly in <section1>", true},
    {"empty list", "proposal.xml", "<ul><li>One</li>", "<ul/><ul><li>One</li>",
     "<ul> ends too early", true},
    {"section after section", "proposal.xml", "<section2 topic='Deep' anchor='deep'>",
     "<section3 topic='x' anchor='y'/><section2 topic='Deep' anchor='deep'>",
     "<section3> stands in <section1>", true},
    {"content in an image", "proposal.xml", "<p>None.</p>",
     "<p><img src='data:,' alt='x'>y</img></p>", "<img> has content", true},
    {"not well-formed", "proposal.xml", "</xep>", "", "not well-formed", true},
    {"own entity behind the set", "proposal.xml", "%ents;]", "%ents;<!ELEMENT own EMPTY>]", "declares <own>", false},
    {"a file of the reader's", "proposal.xml", "%ents;]",
     "%ents;<!ENTITY x SYSTEM 'file:///etc/passwd'>]", "would load", false},
    {"undeclared entity", "proposal.xml", " [<!ENTITY % ents SYSTEM 'xep.ent'> %ents;]", "",
     "is not declared", true},
    {"other type", "proposal.xml", "'xep.dtd'", "'other.dtd'", "the document type is", false},
};

static const struct mutation advice[] = {
    {"no anchor", "proposal.xml", " anchor='iana'", "", "has no anchor", false},
    {"anchor twice", "proposal.xml", "anchor='iana'", "anchor='privacy'", "is used twice", false},
    {"dead link", "proposal.xml", "#deep", "#nowhere", "leads to \"#nowhere\"", false},
    {"no caption", "proposal.xml", " caption='T'", "", "has no caption", false},
    {"no contact", "proposal.xml", "<email>ada@example.org</email>", "", "cannot be reached",
     false},
    {"no chapter", "proposal.xml", "topic='IANA Considerations'", "topic='IANA'",
     "no chapter \"IANA Considerations\"", false},
    {"version twice", "proposal.xml", "</header>", REVISION("0.0.1") "</header>", "is listed twice",
     false},
    {"unknown entity", "proposal.xml", "&xep0030;", "&whatever;", "&whatever; is not known", false},
    {"long title", "proposal.xml", "Some Extension", "A B C D E F G H I J K", "more than ten words",
     false},
};

static const char *lint(struct arena *a, const char *file, struct sv text, struct diag *diag)
{
    diag_init(diag, a);
    document_lint(a, file, text, diag);
    return fixture_faults(a, diag);
}

static void a_good_proposal_is_accepted(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct diag diag;
    assert_string_equal(lint(&a, "inbox/proposal.xml", sv_str(good), &diag), "");
    struct sv numbered = fixture_replace(&a, sv_str(good), SV("<number>xxxx"), SV("<number>0500"));
    numbered = fixture_replace(&a, numbered, SV("ProtoXEP"), SV("Draft"));
    assert_string_equal(lint(&a, "xep-0500.xml", numbered, &diag), "");
    arena_release(&a);
}

static void each_change_is_refused_for_its_own_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(mutations); i++) {
        const struct mutation *m = &mutations[i];
        struct arena a = ARENA_INIT;
        struct diag diag;
        struct sv text = *m->find
                             ? fixture_replace(&a, sv_str(good), sv_str(m->find), sv_str(m->with))
                             : sv_str(good);
        const char *faults = lint(&a, m->file, text, &diag);
        if (diag.errors == 0 || !strstr(faults, m->said))
            fail_msg("%s: expected \"%s\" in: %s", m->name, m->said, faults);
        arena_release(&a);
    }
}

static void advice_is_given_as_warnings(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(advice); i++) {
        const struct mutation *m = &advice[i];
        struct arena a = ARENA_INIT;
        struct diag diag;
        const char *said =
            lint(&a, m->file, fixture_replace(&a, sv_str(good), sv_str(m->find), sv_str(m->with)),
                 &diag);
        if (diag.errors || diag.warnings == 0 || !strstr(said, m->said))
            fail_msg("%s: expected the warning \"%s\" in: %s", m->name, m->said, said);
        arena_release(&a);
    }
}

static void faults_have_line_and_column(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct diag diag;
    struct sv text = fixture_replace(&a, sv_str(good), SV("<p>See"),
                                     SV("<p\n\n>\xc3\xa4<!-- <p> --><ul\n><li>x</li></ul>See"));
    assert_string_equal(lint(&a, "p.xml", text, &diag),
                        "p.xml:21:15: error: <ul> stands in <p>; expected text or one of: br img "
                        "link note tt dfn em strong "
                        "cite span acronym\n");
    arena_release(&a);
}

static void our_own_documents_are_accepted(void **state)
{
    (void)state;
    static const char *const profiles[] = {"profiles/xmpp", "profiles/minimal"};
    for (size_t i = 0; i < ARRAY_LEN(profiles); i++) {
        struct documents d;
        documents_open(&d, profiles[i]);
        for (int k = 0; k < DOCUMENT_KINDS; k++) {
            struct str out = STR_INIT;
            struct err err = ERR_INIT;
            struct diag diag;
            const char *said =
                lint(&d.a, arena_printf(&d.a, "%s.xml", document_names[k]),
                     documents_write(&d, document_write_xep, (enum document_kind)k), &diag);
            assert_string_equal(said, "");
            if (document_write_protoxep(&d.list[k], &out, &err) == 0) {
                said = lint(&d.a, arena_printf(&d.a, "%s-proposal.xml", document_names[k]),
                            str_sv(&out), &diag);
                if (diag.errors)
                    fail_msg("%s", said);
            } else if (err.code != CM_EREFUSED) {
                fail_msg("%s", err.text);
            }
            str_release(&out);
        }
        arena_release(&d.a);
    }
}

static void an_edition_of_the_group_is_no_submission(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct diag diag;
    struct sv own = fixture_replace(&a, sv_str(good), SV("&LEGALNOTICE;"), SV(LEGAL));
    own = fixture_replace(&a, own, SV("<number>xxxx"), SV("<number>process"));
    own = fixture_replace(&a, own, SV("<approver>Council</approver>"), SV_NONE);
    own = fixture_replace(&a, own, SV("ProtoXEP"), SV("Edition"));
    assert_string_equal(lint(&a, "process.xml", own, &diag), "");
    /* the document type binds it all the same */
    own = fixture_replace(&a, own, SV("<p>None.</p>"), SV("<p><p/></p>"));
    lint(&a, "process.xml", own, &diag);
    assert_int_equal(diag.errors, 1);
    arena_release(&a);
}

static void hostile_files_are_refused(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct diag diag;
    struct str deep = STR_INIT;
    str_add_str(&deep, HEAD_START "<xep>");
    for (int i = 0; i < 10000; i++)
        str_add_str(&deep, "<div>");
    lint(&a, "deep.xml", str_sv(&deep), &diag);
    assert_true(diag.errors > 0);
    str_clear(&deep);
    str_add_str(&deep, "<!DOCTYPE xep SYSTEM 'xep.dtd' [<!ENTITY a '0123456789'>");
    for (char c = 'b'; c < 'z'; c++)
        str_addf(&deep, "<!ENTITY %c '&%c;&%c;&%c;&%c;&%c;&%c;&%c;&%c;'>", c, c - 1, c - 1, c - 1,
                 c - 1, c - 1, c - 1, c - 1, c - 1);
    str_add_str(
        &deep,
        "]><xep><header><title>&y;</title></header><section1 topic='&y;' anchor='x'/></xep>");
    lint(&a, "bomb.xml", str_sv(&deep), &diag);
    assert_true(diag.errors > 0);
    str_release(&deep);
    static const struct {
        struct sv text;
        const char *said;
    } bad[] = {{SV(""), "no XML"},
               {SV("\xff\xfe"), "not UTF-8"},
               {SV("<xep>\0</xep>"), "NUL"},
               {SV("<xep/>"), "no document type"}};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        const char *said = lint(&a, "bad.xml", bad[i].text, &diag);
        if (!strstr(said, bad[i].said))
            fail_msg("expected \"%s\" in: %s", bad[i].said, said);
    }
    char *large = base_malloc(65 << 20);
    memset(large, ' ', 65 << 20);
    assert_non_null(strstr(lint(&a, "large.xml", sv_from(large, 65 << 20), &diag), "at most"));
    free(large);
    arena_release(&a);
}

/* Everything that the document type refuses, and nothing else of ours, is refused by xmllint. */
static void xmllint_agrees(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    const char *toolchain = shared_toolchain(&a);
    if (!toolchain || fs_kind("/usr/bin/xmllint") != FS_FILE) {
        print_message("# xmllint or the XSF's xep.dtd is not here: set CASEMATE_SHARED to the "
                      "folder above xep-toolchain\n");
        arena_release(&a);
        skip();
    }
    assert_int_equal(xmllint_valid(&a, toolchain, sv_str(good)), 1);
    for (size_t i = 0; i < ARRAY_LEN(mutations); i++) {
        const struct mutation *m = &mutations[i];
        if (strcmp(m->said, "would load") == 0 || strcmp(m->said, "the document type is") == 0)
            continue; /* not to be tried; no such file there */
        struct sv text = *m->find
                             ? fixture_replace(&a, sv_str(good), sv_str(m->find), sv_str(m->with))
                             : sv_str(good);
        if (xmllint_valid(&a, toolchain, text) != !m->invalid)
            fail_msg("%s: xmllint does not agree", m->name);
    }
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_proposal_is_accepted),
        cmocka_unit_test(each_change_is_refused_for_its_own_reason),
        cmocka_unit_test(advice_is_given_as_warnings),
        cmocka_unit_test(faults_have_line_and_column),
        cmocka_unit_test(our_own_documents_are_accepted),
        cmocka_unit_test(an_edition_of_the_group_is_no_submission),
        cmocka_unit_test(hostile_files_are_refused),
        cmocka_unit_test(xmllint_agrees),
    };
    return cmocka_run_group_tests_name("lint", tests, NULL, NULL);
}
