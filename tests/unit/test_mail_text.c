/* forum/text.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <time.h>

#include "base/fs.h"
#include "base/str.h"
#include "base/utf8.h"
#include "format/json.h"
#include "forum/text.h"

static struct arena arena;

static int clear(void **state CM_UNUSED)
{
    arena_release(&arena);
    return 0;
}

static struct mail_text read_sv(struct sv bytes)
{
    struct mail m;
    struct err err = ERR_INIT;
    assert_int_equal(mail_read(&arena, bytes, &m, &err), CM_OK);
    return mail_text_read(&arena, &m);
}

/* A mail of one part. */
static struct mail_text read_body(const char *type, const char *body)
{
    return read_sv(sv_str(arena_printf(
        &arena, "MIME-Version: 1.0\nContent-Type: %s; charset=utf-8\n\n%s", type, body)));
}

static const char *plain(const struct mail_text *t)
{
    return mail_plain_text(&arena, t).at;
}

static const char *page_of(const struct mail_text *t, bool addresses)
{
    struct str out = STR_INIT;
    struct markup m;
    markup_init(&m, &out, MARKUP_HTML);
    mail_text_write(&m, t, &(struct text_page){"part/", addresses, NULL});
    markup_finish(&m);
    const char *text = arena_sv(&arena, str_sv(&out)).at;
    str_release(&out);
    return text;
}

static void test_plain_text(void **state CM_UNUSED)
{
    static const struct {
        const char *type, *body, *text;
    } rows[] = {
        {"text/plain", "One\ntwo\n\nthree\n", "One\ntwo\n\nthree\n"},
        {"text/plain", "> a\n> > b\n>> c\nmine\n", "> a\n\n>> b\n>> c\n\nmine\n"},
        {"text/plain", "Hi\n\n-- \nAda\n\nx\n", "Hi\n\n-- \nAda\n\nx\n"},
        {"text/plain", "x\n>From here\n", "x\nFrom here\n"},
        {"text/plain", "> q\n>From here\n", "> q\n> From here\n"},
        {"text/plain; format=flowed", "A long \nline\n> quo \n> ted\n>> deep\n",
         "A long line\n\n> quo ted\n\n>> deep\n"},
        {"text/plain; format=flowed", "soft \n-- \nAda\n", "soft \n\n-- \nAda\n"},
        {"text/plain; format=flowed", " >no quote\n From x\n", " >no quote\nFrom x\n"},
        {"text/plain; format=flowed; delsp=yes", "dra \ngon\n", "dragon\n"},
        {"text/plain; format=flowed", "ends \n\nnext\n", "ends \n\nnext\n"},
        {"text/plain", "a\r\n\r\nb\r\n", "a\n\nb\n"},
        {"text/plain",
         "a\x01"
         "b\xE2\x80\xAE"
         "c\n",
         "a\xEF\xBF\xBD"
         "b\xEF\xBF\xBD"
         "c\n"},
        {"text/plain", "", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct mail_text t = read_body(rows[i].type, rows[i].body);
        assert_string_equal(plain(&t), rows[i].text);
    }
}

static void test_patches_and_tables_keep_their_blanks(void **state CM_UNUSED)
{
    struct mail_text t =
        read_body("text/plain", "Why.\n---\n a | 2 +-\n\ndiff --git a/a b/a\n--- a/a\n+++ b/a\n"
                                "@@ -1,2 +1,2 @@\n-x\n+y\n>z\n-- \n2.1\n\nAfter\n");
    static const enum text_kind wanted[] = {TEXT_PARAGRAPH, TEXT_PRE, TEXT_SIGNATURE};
    assert_int_equal(t.block_count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(t.blocks[i].kind, wanted[i]);
    assert_non_null(strstr(plain(&t), "\n >z\n")); /* a line of the patch, not a quote */
    t = read_body("text/plain", "Plain words\n\nname     value\nx        1\n\nmore\n");
    assert_int_equal(t.block_count, 3);
    assert_int_equal(t.blocks[1].kind, TEXT_PRE);
}

static void test_html_becomes_text(void **state CM_UNUSED)
{
    static const struct {
        const char *html, *text;
    } rows[] = {
        {"<p>One<br>two<p>three &amp; &lt;four&gt; &#8364;&#x41;&eacute;&copy;&nosuch;",
         "One\ntwo\n\nthree & <four> €Aé©&nosuch;\n"},
        {"<div>a</div><div>b</div>", "a\nb\n"},
        {"a <!-- b --> c <!-- d", "a c\n"},
        {"<style>x</style>a<script>if (1 < 2) '</scripty>'</script>b<title>t</title>", "ab\n"},
        {"<blockquote>q<blockquote>r</blockquote></blockquote>mine", "> q\n\n>> r\n\nmine\n"},
        {"<ul><li>a<li>b<ol><li>c<li>d</ol></ul>", "* a\n* b\n  1. c\n  2. d\n"},
        {"<table><tr><th>n<th>v<tr><td>x<td>1</table>", "n | v\nx | 1\n"},
        {"<pre>a\n  b\n</pre>c", "a\n  b\n\nc\n"},
        {"<a href=https://example.org/x>here</a>.", "here <https://example.org/x>.\n"},
        {"<a href='https://example.org/'>example.org</a>", "example.org\n"},
        {"<a href='javascript:alert(1)'>go</a>", "go\n"},
        {"<a href='java\nscript:alert(1)'>go</a> <a href='&#106;avascript:x'>go</a> <a "
         "href='data:text/html,x'>go</a>",
         "go go go\n"},
        {"a<span style='color:red; DISPLAY : none'>hid<span>den</span></span>b<div "
         "hidden>c<div>d</div></div>e",
         "abe\n"},
        {"<p hidden>gone<p>there", "there\n"},
        {"<svg><text>no</text></svg>yes<template>no</template>", "yes\n"},
        {"<img alt='a cat' src=http://x.example/1.gif><img src=x>", "[a cat]\n"},
        {"1 < 2 > 0 <3 <", "1 < 2 > 0 <3 <\n"},
        {"a<hr>b", "a\n\n* * *\n\nb\n"},
        {"&gt; by hand", " > by hand\n"},
        {"a<b onclick=\"x()\">b</b", "ab\n"},
        {"<p>a</p>\n\n   <p>   b   c </p>", "a\n\nb c\n"},
        {"a&#0;b&#x110000;c&#xD800;d&#128;", "a\xEF\xBF\xBD"
                                             "b\xEF\xBF\xBD"
                                             "c\xEF\xBF\xBD"
                                             "d€\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct mail_text t = read_body("text/html", rows[i].html);
        assert_string_equal(plain(&t), rows[i].text);
    }
}

static void test_links_end_where_people_end_them(void **state CM_UNUSED)
{
    static const struct {
        const char *line, *pieces; /* [link] {address} */
    } rows[] = {
        {"see https://example.org/a, and", "see [https://example.org/a], and"},
        {"(http://example.org/a_(b)).", "([http://example.org/a_(b)])."},
        {"<https://example.org/?a=b&c>", "<[https://example.org/?a=b&c]>"},
        {"xmpp:room@muc.example.org?join!", "[xmpp:room@muc.example.org?join]!"},
        {"HTTPS://Example.org", "[HTTPS://Example.org]"},
        {"javascript:x ftp://example.org data:x file:///x",
         "javascript:x ftp://example.org data:x file:///x"},
        {"http:// https://. http:///x", "http:// https://. http:///x"},
        {"xhttp://example.org", "xhttp://example.org"},
        {"mail ada@example.org.", "mail {ada@example.org}."},
        {"mailto:ada@example.org?subject=x", "{ada@example.org}"},
        {"<ada.b+c@sub.example.org>", "<{ada.b+c@sub.example.org}>"},
        {"@ada a@b ada@ .@.", "@ada a@b ada@ .@."},
        {"https://example.org/“quoted”", "[https://example.org/]“quoted”"},
        {"https://user@example.org/x", "[https://user@example.org/x]"},
        {"http://münchen.example/ü", "[http://münchen.example/ü]"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct str found = STR_INIT;
        struct text_piece piece;
        struct sv rest = sv_str(rows[i].line);
        while (text_next_piece(&rest, &piece)) {
            struct sv text = piece.kind == TEXT_ADDRESS ? piece.address : piece.text;
            str_addf(&found,
                     piece.kind == TEXT_LINK      ? "[%.*s]"
                     : piece.kind == TEXT_ADDRESS ? "{%.*s}"
                                                  : "%.*s",
                     SV_ARG(text));
        }
        assert_string_equal(str_cstr(&found), rows[i].pieces);
        str_release(&found);
    }
}

static void test_alternatives(void **state CM_UNUSED)
{
    static const struct {
        const char *plain, *html, *text;
    } rows[] = {{"words", "<p>html", "words\n"},
                {" \n- \n", "<p>html", "html\n"},
                {"", "<p>html", "html\n"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct mail_text t = read_sv(
            sv_str(arena_printf(&arena,
                                "Content-Type: multipart/alternative; "
                                "boundary=b\n\n--b\nContent-Type: text/plain\n\n%s\n--b\n"
                                "Content-Type: multipart/related; boundary=r\n\n--r\nContent-Type: "
                                "text/html\n\n%s\n--r\n"
                                "Content-Type: image/png; name=x.png\n\nPNG\n--r--\n--b--\n",
                                rows[i].plain, rows[i].html)));
        assert_string_equal(plain(&t), rows[i].text);
        assert_int_equal(t.attachment_count, 1);
        assert_int_equal(t.attachments[0].part, 4);
    }
}

/* Nothing is said to be verified, and what lies outside of the signed part stands outside of the
 * notes. */
static void test_signatures_are_labelled_and_no_more(void **state CM_UNUSED)
{
    struct mail_text t = read_sv(
        SV("Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/signed; "
           "protocol=\"application/pgp-signature\"; boundary=b\n\n--b\n\ncovered\n--b\n"
           "Content-Type: application/pgp-signature; name=signature.asc\n\nx\n--b--\n--o\n\n"
           "outside\n--o--\n"));
    assert_int_equal(t.protection, TEXT_PGP_SIGNED);
    assert_int_equal(t.block_count, 4);
    assert_non_null(strstr(
        page_of(&t, false),
        "not checked here.</p>\n<p class=\"lines\" dir=\"auto\">covered</p>\n<p class=\"note\" "
        "dir=\"auto\">End of the signed part.</p>\n<p class=\"lines\" dir=\"auto\">outside"));
    assert_int_equal(t.attachment_count, 1);
    t = read_body("text/plain",
                  "before\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n- -- dash\nbody\n"
                  "-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\nafter\n");
    assert_int_equal(t.protection, TEXT_PGP_SIGNED);
    assert_string_equal(plain(&t), "before\n\n-- dash\nbody\n\nafter\n");
    t = read_body("text/plain",
                  "-----BEGIN PGP MESSAGE-----\n\nno end, so it is text\n"); /* nothing is hidden by
                                                                                a lone line */
    assert_non_null(strstr(plain(&t), "no end, so it is text"));
    t = read_sv(SV("Content-Type: application/pkcs7-mime; "
                   "name=smime.p7m\nContent-Transfer-Encoding: base64\n\nAAAA\n"));
    assert_int_equal(t.protection, TEXT_SMIME_OPAQUE);
    t = read_sv(SV("Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; "
                   "boundary=b\n\n--b\n\nx\n--b--\n"));
    assert_int_equal(t.protection, TEXT_SMIME_SIGNED);
}

static void test_page_folds_hides_and_lists(void **state CM_UNUSED)
{
    struct mail_text t = read_body(
        "text/plain",
        "Hi ada@example.org, see https://example.org/.\n\n> 1\n> 2\n> 3\n> 4\n> 5\n> 6\n> 7\n"
        "> 8\n> 9\n\n<b onclick=x>&amp;\n");
    assert_string_equal(page_of(&t, false),
                        "<div class=\"mail-text\">\n<p class=\"lines\" dir=\"auto\">Hi ada@…, see "
                        "<a class=\"leaves\" "
                        "rel=\"external nofollow noopener noreferrer ugc\" "
                        "href=\"https://example.org/\">https://example.org/</a>.</p>\n"
                        "<details class=\"quote\"><summary>9 quoted lines</summary><blockquote><p "
                        "class=\"lines\" dir=\"auto\">1<br>2<br>3<br>4"
                        "<br>5<br>6<br>7<br>8<br>9</p>\n</blockquote></details>\n<p "
                        "class=\"lines\" dir=\"auto\">&lt;b onclick=x&gt;&amp;amp;"
                        "</p>\n</div>");
    assert_null(strstr(page_of(&t, false), "example.org,"));
    assert_non_null(
        strstr(page_of(&t, true), "href=\"mailto:ada@example.org\">ada@example.org</a>"));
    static const char *const unsound[] = {"http://bank.example@evil.example/", "http://127.0.0.1:$x",
                                          "http://x.org:8a/", "http://x.org/?ip=%1s", "http://x.org/%"};
    for (size_t i = 0; i < ARRAY_LEN(unsound); i++) {
        struct str text = STR_INIT;
        str_addf(&text, "\nSee %s\n", unsound[i]);
        t = read_sv(str_sv(&text));
        assert_null(strstr(page_of(&t, false), "href"));
        str_release(&text);
    }
    t = read_sv(SV("\nSee http://[::1]:80/a%20b and http://x.org:80?a@b\n"));
    assert_non_null(strstr(page_of(&t, false), "href=\"http://[::1]:80/a%20b\""));
    assert_non_null(strstr(page_of(&t, false), "href=\"http://x.org:80?a@b\""));
    t = read_sv(SV("Content-Type: application/pdf; name=\"a<b>.pdf\"\n\n%PDF\n"));
    assert_non_null(strstr(page_of(&t, false),
                           "<a href=\"part/0\" download=\"a&lt;b&gt;.pdf\">a&lt;b&gt;.pdf</a> (application/pdf"
                           ", 5 bytes)"));
}

static void test_excerpt_is_the_authors_own(void **state CM_UNUSED)
{
    static const struct {
        const char *body, *excerpt;
        size_t length;
    } rows[] = {
        {"On Monday Ada <ada@example.org> wrote:\n> old\n\nMy  own\nwords to ada@example.org.\n-- "
         "\nsig\n",
         "My own words to ada@….", 80},
        {"one two three four five", "one two three…", 16},
        {"Straßenbahnen", "Straß…", 5},
        {"> only quoted\n", "", 50},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct mail_text t = read_body("text/plain", rows[i].body);
        assert_string_equal(mail_excerpt(&arena, &t, rows[i].length).at, rows[i].excerpt);
    }
    struct mail_text t = read_body("text/plain", "mine\n> theirs\n-- \nsig\n");
    assert_string_equal(mail_own_text(&arena, &t).at, "mine\n");
}

static void test_damage_is_said(void **state CM_UNUSED)
{
    struct mail_text t =
        read_sv(SV("Content-Type: text/plain; charset=utf-8\n\nabc \xFF\xFE def\n"));
    assert_true(t.damaged);
    assert_int_equal(t.blocks[0].kind, TEXT_NOTE);
}

/* ---- nothing of theirs comes out ---- */

/* Each tag of the page is one of ours with our attributes, and each address one of the allowed
 * schemes. */
static void assert_only_ours(const char *page)
{
    static const char *const elements[] = {"div", "p",  "pre",     "br",      "a",
                                           "ul",  "li", "details", "summary", "blockquote"};
    static const char *const attributes[] = {"class", "dir", "rel", "href", "download"};
    for (const char *at = strchr(page, '<'); at; at = strchr(at, '<')) {
        at += at[1] == '/' ? 2 : 1;
        size_t length = strcspn(at, " >"), k = 0;
        while (k < ARRAY_LEN(elements) && !sv_eq_str(sv_from(at, length), elements[k]))
            k++;
        assert_true(k < ARRAY_LEN(elements));
        for (at += length; *at == ' ';) {
            size_t name = strcspn(++at, "="), value = strcspn(at + name + 2, "\"");
            for (k = 0; k < ARRAY_LEN(attributes) && !sv_eq_str(sv_from(at, name), attributes[k]);)
                k++;
            assert_true(k < ARRAY_LEN(attributes));
            struct sv text = sv_from(at + name + 2, value), rest = text;
            struct text_piece piece;
            if (sv_eq_str(sv_from(at, name), "href") && !sv_starts(text, SV("part/")))
                assert_true(text_next_piece(&rest, &piece) && piece.kind == TEXT_LINK);
            at += name + value + 3;
        }
        assert_int_equal(*at, '>');
    }
}

static const char *shared_folder(const char *name)
{
    const char *shared = getenv("CASEMATE_SHARED"), *source = getenv("CASEMATE_SOURCE");
    return arena_printf(&arena, "%s%s/mail%s%s",
                        shared   ? ""
                        : source ? source
                                 : ".",
                        shared ? shared : "/../shared", *name ? "/" : "", name);
}

static void test_payloads_of_html_sanitisers(void **state CM_UNUSED)
{
    struct err err = ERR_INIT;
    struct sv text;
    const struct json_value *all = NULL;
    if (fs_read(&arena, arena_printf(&arena, "%s/payloads.json", shared_folder("dompurify-xss")),
                8 << 20, &text, &err)) {
        print_message(
            "# the payloads are not here: set CASEMATE_SHARED to the folder above mail\n");
        skip();
    }
    assert_int_equal(json_parse(&arena, text, 8 << 20, &all, &err), CM_OK);
    assert_true(all->count > 50);
    for (size_t i = 0; i < all->count; i++) {
        const char *payload = json_get_text(all->items[i], "payload").at;
        static const char *const types[] = {"text/html", "text/plain"};
        for (size_t k = 0; k < ARRAY_LEN(types); k++) {
            struct mail_text t = read_body(types[k], payload);
            assert_only_ours(page_of(&t, false));
        }
    }
}

/* All small mails of all collections: readable,
and nothing foreign on the page; files that are no mails as HTML too. */
static void test_all_mails_of_the_collections(void **state CM_UNUSED)
{
    struct err err = ERR_INIT;
    struct fs_names names;
    size_t seen = 0;
    if (fs_walk(&arena, shared_folder(""), 100000, &names, &err)) {
        print_message("# the mails are not here: set CASEMATE_SHARED to the folder above mail\n");
        skip();
    }
    const char *folder = shared_folder("");
    struct arena kept = arena;
    arena = (struct arena)ARENA_INIT;
    for (size_t i = 0; i < names.list.len; i++) {
        struct sv bytes;
        struct mail m;
        if (sv_ends(sv_str(names.list.at[i]), SV(".xz")) ||
            fs_read(&arena, arena_printf(&arena, "%s/%s", folder, names.list.at[i]), 8 << 20,
                    &bytes, &err))
            continue;
        if (!mail_read(&arena, bytes, &m, &err)) {
            struct mail_text t = mail_text_read(&arena, &m);
            assert_only_ours(page_of(&t, false));
            assert_true(utf8_valid(mail_plain_text(&arena, &t), NULL));
        }
        struct mail_text t =
            read_sv(sv_str(arena_printf(&arena, "Content-Type: text/html\n\n%.*s", SV_ARG(bytes))));
        assert_only_ours(page_of(&t, false));
        seen++;
        arena_release(&arena);
    }
    arena = kept;
    assert_true(seen > 1500);
}

/* ---- hostile sizes ---- */

static struct sv megabyte(const char *before, const char *text)
{
    struct str s = STR_INIT;
    str_add_str(&s, before);
    while (s.len < 1 << 20)
        str_add_str(&s, text);
    struct sv out = arena_sv(&arena, str_sv(&s));
    str_release(&s);
    return out;
}

/* 50 ms of processor time for a megabyte, whatever it holds; ten times that here, for slow and
 * watched machines. What is quadratic takes minutes. */
static void test_a_megabyte_of_anything(void **state CM_UNUSED)
{
    static const char *const texts[] = {"<",
                                        ">",
                                        ">\n",
                                        "> ",
                                        ">a\n>>b\n",
                                        "a",
                                        "@",
                                        "a@",
                                        "a@b.c ",
                                        "http://",
                                        "http://a.b ",
                                        "h",
                                        "(",
                                        "[)",
                                        "http://.",
                                        "-- \n",
                                        "-----BEGIN PGP MESSAGE-----\n",
                                        "-----BEGIN PGP SIGNED MESSAGE-----\n",
                                        "-----END PGP ",
                                        "a \n",
                                        " \n",
                                        "\n",
                                        "---\n",
                                        "diff --git \n",
                                        "xmpp:",
                                        "\xC3\xA9",
                                        "\xFF",
                                        "\t"};
    static const char *const htmls[] = {"<",
                                        ">",
                                        "<a",
                                        "<a ",
                                        "</",
                                        "<!--",
                                        "<!",
                                        "<div>",
                                        "</div>",
                                        "<blockquote>",
                                        "<blockquote>a",
                                        "<ul><li>",
                                        "<ol><li>a",
                                        "<pre>a",
                                        "<b a='",
                                        "<b a=x ",
                                        "<script>",
                                        "<script></script>",
                                        "<script></scrip",
                                        "&",
                                        "&amp;",
                                        "&#",
                                        "&a",
                                        "<a href=http://x>",
                                        "<a href='http://a.b/'>c</a>",
                                        "<td>",
                                        "<td>a",
                                        "<p>",
                                        "<br>",
                                        "<img alt=x>",
                                        "<div hidden>",
                                        "<div hidden></div>",
                                        "<x style='display:none'>",
                                        "a",
                                        "a ",
                                        "\n",
                                        "=",
                                        "<-",
                                        "--",
                                        "<svg>",
                                        "<table>",
                                        "<title>"};
    for (size_t i = 0; i < ARRAY_LEN(texts) + ARRAY_LEN(htmls) + ARRAY_LEN(texts); i++) {
        bool html = i >= ARRAY_LEN(texts) && i < ARRAY_LEN(texts) + ARRAY_LEN(htmls);
        const char *text =
            html ? htmls[i - ARRAY_LEN(texts)] : texts[i % (ARRAY_LEN(texts) + ARRAY_LEN(htmls))];
        const char *type = html ? "html" : i < ARRAY_LEN(texts) ? "plain" : "plain; format=flowed";
        struct mail m;
        struct err err = ERR_INIT;
        struct sv bytes = megabyte(arena_printf(&arena, "Content-Type: text/%s\n\n", type), text);
        assert_int_equal(mail_read(&arena, bytes, &m, &err), CM_OK);
        clock_t start = clock();
        struct mail_text t = mail_text_read(&arena, &m);
        const char *page = page_of(&t, false);
        (void)plain(&t);
        double ms = (double)(clock() - start) * 1e3 / CLOCKS_PER_SEC;
        if (getenv("CASEMATE_TIMES"))
            print_message("# %6.1f ms, page of %zu bytes: %s of \"%s\"\n", ms, strlen(page), type,
                          text);
        assert_true(ms < (getenv("CASEMATE_SANITIZED") ? 5000 : 500));
        arena_release(&arena);
    }
}

static void test_what_is_too_long_is_cut_and_said(void **state CM_UNUSED)
{
    struct mail_text t = read_sv(megabyte("Content-Type: text/plain\n\n", "a line of this text\n"));
    assert_true(t.cut);
    assert_int_equal(t.blocks[t.block_count - 1].kind, TEXT_NOTE);
    t = read_sv(sv_from_byte(megabyte("", "a line of this text\n"), 700 << 10));
    assert_false(t.cut);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_plain_text, clear),
        cmocka_unit_test_teardown(test_patches_and_tables_keep_their_blanks, clear),
        cmocka_unit_test_teardown(test_html_becomes_text, clear),
        cmocka_unit_test_teardown(test_links_end_where_people_end_them, clear),
        cmocka_unit_test_teardown(test_alternatives, clear),
        cmocka_unit_test_teardown(test_signatures_are_labelled_and_no_more, clear),
        cmocka_unit_test_teardown(test_page_folds_hides_and_lists, clear),
        cmocka_unit_test_teardown(test_excerpt_is_the_authors_own, clear),
        cmocka_unit_test_teardown(test_damage_is_said, clear),
        cmocka_unit_test_teardown(test_payloads_of_html_sanitisers, clear),
        cmocka_unit_test_teardown(test_all_mails_of_the_collections, clear),
        cmocka_unit_test_teardown(test_a_megabyte_of_anything, clear),
        cmocka_unit_test_teardown(test_what_is_too_long_is_cut_and_said, clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
