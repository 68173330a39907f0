/* format/markup.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "format/markup.h"

#include <libxml/parser.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_html(void **state CM_UNUSED)
{
    struct str s = STR_INIT;
    struct markup m;
    markup_init(&m, &s, MARKUP_HTML);
    markup_doctype_html(&m);
    markup_open(&m, "p");
    markup_attr_str(&m, "class", "a\"<&>\n");
    markup_text_str(&m, "x < y & z > \"q\"");
    markup_open(&m, "br");
    markup_close(&m, "br");
    markup_element(&m, "em", SV("e"));
    markup_element_class(&m, "span", "c", SV(""));
    markup_close(&m, "p");
    markup_newline(&m);
    markup_open(&m, "svg");
    markup_open(&m, "rect");
    markup_attr_number(&m, "x", 1.5);
    markup_close(&m, "rect");
    markup_element(&m, "style", SV("a>b"));
    markup_close(&m, "svg");
    markup_open(&m, "style");
    markup_raw_text(&m, SV("a > b { content: \"&\" }"));
    markup_close(&m, "style");
    markup_element(&m, "pre", SV("\nx"));
    markup_finish(&m);
    assert_string_equal(
        str_cstr(&s),
        "<!DOCTYPE html>\n<p class=\"a&quot;&lt;&amp;&gt;&#10;\">x &lt; y &amp; z &gt; "
        "\"q\"<br><em>e</em>"
        "<span class=\"c\"></span></p>\n<svg><rect x=\"1.5\"/><style>a&gt;b</style></svg>"
        "<style>a > b { content: \"&\" }</style><pre>\n\nx</pre>");
    str_release(&s);
}

static void test_xml(void **state CM_UNUSED)
{
    struct str s = STR_INIT;
    struct markup m;
    markup_init(&m, &s, MARKUP_XML);
    markup_xml_declaration(&m, "<!DOCTYPE xep SYSTEM 'xep.dtd'>");
    markup_instruction(&m, "xml-stylesheet", "href='xep.xsl'");
    markup_open(&m, "xep");
    markup_comment(&m, SV("a -- b --- c-"));
    markup_open(&m, "br");
    markup_close(&m, "br");
    markup_entity(&m, "LEGALNOTICE");
    markup_textf(&m, "%d\r\n", 5);
    markup_fragment(&m, SV("<x/>"));
    markup_close(&m, "xep");
    markup_finish(&m);
    assert_string_equal(
        str_cstr(&s),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE xep SYSTEM 'xep.dtd'>\n"
        "<?xml-stylesheet href='xep.xsl'?>\n<xep><!-- a - - b - - - c- "
        "--><br/>&LEGALNOTICE;5&#13;\n<x/></xep>");
    str_release(&s);
}

static void test_numbers(void **state CM_UNUSED)
{
    static const struct {
        double value;
        const char *want;
    } cases[] = {{0, "0"},         {-0.001, "0"},    {1, "1"},
                 {10, "10"},       {1.5, "1.5"},     {0.255, "0.26"},
                 {-2.25, "-2.25"}, {100.999, "101"}, {1e15, "1000000000000000"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str s = STR_INIT;
        struct markup m;
        char want[64];
        markup_init(&m, &s, MARKUP_XML);
        markup_open(&m, "a");
        markup_attr_number(&m, "x", cases[i].value);
        markup_close(&m, "a");
        snprintf(want, sizeof(want), "<a x=\"%s\"/>", cases[i].want);
        if (i != 5) /* 0.255 is no binary number: either neighbour is right */
            assert_string_equal(str_cstr(&s), want);
        str_release(&s);
    }
}

static void test_urls(void **state CM_UNUSED)
{
    static const struct {
        const char *url;
        bool good;
    } cases[] = {
        {"https://example.org/a?b=c&d#e", true},
        {"HTTP://x", true},
        {"mailto:a@b.c", true},
        {"xmpp:a@b.c?join", true},
        {"data:image/png;base64,AA", true},
        {"#anchor", true},
        {"../a/b.html", true},
        {"/a:b", true},
        {"?a:b", true},
        {"", true},
        {"javascript:alert(1)", false},
        {"JaVaScRiPt:x", false},
        {" javascript:x", false},
        {"java\nscript:x", false},
        {"\x01javascript:x", false},
        {"data:text/html,x", false},
        {"vbscript:x", false},
        {"//evil.example", false},
        {"/\\evil.example", false},
        {"a b", false},
        {"file:///etc/passwd", false},
        {"a:b", false},
        {":x", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str s = STR_INIT;
        struct markup m;
        markup_init(&m, &s, MARKUP_XML);
        markup_open(&m, "a");
        markup_attr_url(&m, "href", sv_str(cases[i].url));
        markup_close(&m, "a");
        bool replaced = strcmp(str_cstr(&s), "<a href=\"#\"/>") == 0;
        if (replaced == cases[i].good)
            fail_msg("%s: %s", cases[i].url, str_cstr(&s));
        str_release(&s);
    }
}

/* Whatever goes in, in text, attribute and comment, a strict XML parser takes it. */
static void assert_well_formed(struct sv text)
{
    struct str s = STR_INIT;
    struct markup m;
    markup_init(&m, &s, MARKUP_XML);
    markup_open(&m, "a");
    markup_attr(&m, "b", text);
    markup_comment(&m, text);
    markup_text(&m, text);
    markup_close(&m, "a");
    markup_finish(&m);
    xmlDocPtr doc = xmlReadMemory(s.data, (int)s.len, "x", "UTF-8",
                                  XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (!doc)
        fail_msg("not well-formed: %s", str_cstr(&s));
    xmlFreeDoc(doc);
    str_release(&s);
}

static void test_any_bytes(void **state CM_UNUSED)
{
    char text[4];
    for (unsigned i = 0; i < 256; i++) {
        for (unsigned k = 0; k < 256; k += i < 0xC0 ? 15 : 1) {
            text[0] = (char)i;
            text[1] = (char)k;
            text[2] = (char)(0x80 | (i & 0x3F));
            text[3] = (char)(0x80 | (k & 0x3F));
            for (size_t len = 1; len <= 4; len++)
                assert_well_formed(sv_from(text, len));
        }
    }
    assert_well_formed(
        SV("--><!--]]>\xEF\xBF\xBE\xEF\xBF\xBF\xED\xA0\x80\xF4\x90\x80\x80\xC0\xAF"));
}

/* Each of these must end in BUG(). */

static void bad_close(struct markup *m)
{
    markup_open(m, "a");
    markup_close(m, "b");
}

static void bad_finish(struct markup *m)
{
    markup_open(m, "a");
    markup_finish(m);
}

static void bad_attr(struct markup *m)
{
    markup_open(m, "a");
    markup_text_str(m, "x");
    markup_attr_str(m, "b", "c");
}

static void bad_twice(struct markup *m)
{
    markup_open(m, "a");
    markup_attr_str(m, "bc", "c");
    markup_attr_str(m, "c", "bc");
    markup_attr_str(m, "bc", "d");
}

static void bad_name(struct markup *m)
{
    markup_open(m, "a b");
}

static void bad_void(struct markup *m)
{
    markup_open(m, "img");
    markup_text_str(m, "x");
}

static void bad_raw(struct markup *m)
{
    markup_open(m, "style");
    markup_raw_text(m, SV("</style>"));
}

static void bad_text_in_script(struct markup *m)
{
    markup_open(m, "script");
    markup_text_str(m, "x");
}

static void bad_number(struct markup *m)
{
    markup_open(m, "a");
    markup_attr_number(m, "x", (double)NAN);
}

static void bad_depth(struct markup *m)
{
    for (;;)
        markup_open(m, "a");
}

static void test_misuse(void **state CM_UNUSED)
{
    static void (*const cases[])(struct markup * m) = {
        bad_close, bad_finish, bad_attr,           bad_twice,  bad_name,
        bad_void,  bad_raw,    bad_text_in_script, bad_number, bad_depth};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        pid_t child = fork();
        if (child == 0) {
            struct str s = STR_INIT;
            struct markup m;
            signal(SIGABRT, SIG_DFL);
            if (!freopen("/dev/null", "w", stderr))
                _exit(1);
            markup_init(&m, &s, MARKUP_HTML);
            cases[i](&m);
            _exit(0);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
            fail_msg("misuse %zu went through", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_html),      cmocka_unit_test(test_xml),
        cmocka_unit_test(test_numbers),   cmocka_unit_test(test_urls),
        cmocka_unit_test(test_any_bytes), cmocka_unit_test(test_misuse),
    };
    return cmocka_run_group_tests_name("markup", tests, NULL, NULL);
}
