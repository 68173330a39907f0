/* The XSF's conformance rules for the head of a XEP file, and advice on what it asks for but does
 * not enforce. */
#include "document/lint.h"

#include "base/date.h"
#include "base/fs.h"

enum { TITLE_WORDS = 10, VERSION_PARTS = 4 };

static bool one_of(struct sv text, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (sv_eq_str(text, names[i]))
            return true;
    return false;
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool all_digits(struct sv text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!digit(text.at[i]))
            return false;
    return text.len > 0;
}

/* Rules 2 and 3: name of the file, number and status belong together. */
static void check_number(struct lint *l, const struct lint_node *header)
{
    const struct lint_node *number = lint_child(header, "number"), *status = lint_child(header, "status");
    struct sv file = sv_str(fs_base_name(l->path)), text = lint_text(l, number);
    bool numbered = file.len == 12 && sv_starts(file, SV("xep-")) && sv_ends(file, SV(".xml")) &&
                    all_digits(sv_from(file.at + 4, 4));
    if (numbered) {
        if (!sv_eq(text, sv_from(file.at + 4, 4)))
            lint_error(l, number,
                       arena_printf(l->arena, "the number is \"%.*s\", and the file is called %.*s",
                                    SV_ARG(text), SV_ARG(file)),
                       "the same number in both");
        return;
    }
    if (file.len > 4 && sv_starts(file, SV("xep-")) && digit(file.at[4]))
        lint_error(l, NULL,
                   arena_printf(l->arena, "the file of a proposal is called %.*s", SV_ARG(file)),
                   "a name that does not begin with xep- and a digit");
    if (!sv_eq_str(text, "xxxx") && !sv_eq_str(text, "XXXX"))
        lint_error(l, number,
                   arena_printf(l->arena, "the number of a proposal is \"%.*s\"", SV_ARG(text)),
                   "xxxx, or a file called xep-NNNN.xml");
    if (!sv_eq_str(lint_text(l, status), "ProtoXEP"))
        lint_error(l, status,
                   arena_printf(l->arena, "the status of a proposal is \"%.*s\"",
                                SV_ARG(lint_text(l, status))),
                   "ProtoXEP");
}

static const char *const statuses[] = {"ProtoXEP", "Experimental", "Proposed",  "Draft",
                                       "Active",   "Final",        "Retracted", "Obsolete",
                                       "Deferred", "Rejected",     "Deprecated"};

static void check_status(struct lint *l, const struct lint_node *header)
{
    const struct lint_node *status = lint_child(header, "status");
    struct sv text = lint_text(l, status);
    if (status && !one_of(text, statuses, ARRAY_LEN(statuses)))
        lint_error(l, status, arena_printf(l->arena, "the status is \"%.*s\"", SV_ARG(text)),
                   sv_eq_str(text, "Stable")
                       ? "Draft, which is shown as Stable"
                       : "ProtoXEP, Experimental, Proposed, Draft, Active, Final, Retracted, "
                         "Obsolete, Deferred, Rejected or Deprecated");
}

/* Old documents keep the types of their time. */
static bool old_type(struct sv file, struct sv type)
{
    static const char *const procedural[] = {
        "xep-0001.xml", "xep-0002.xml", "xep-0019.xml", "xep-0053.xml", "xep-0143.xml",
        "xep-0182.xml", "xep-0345.xml", "xep-0381.xml", "xep-0429.xml", "xep-0458.xml"};
    static const char *const formation[] = {"xep-0006.xml", "xep-0010.xml", "xep-0069.xml",
                                            "xep-0139.xml"};
    return (sv_eq_str(type, "Procedural") && one_of(file, procedural, ARRAY_LEN(procedural))) ||
           (sv_eq_str(type, "SIG Formation") && one_of(file, formation, ARRAY_LEN(formation))) ||
           (sv_eq_str(type, "SIG Proposal") && sv_eq_str(file, "xep-0007.xml"));
}

static void check_type(struct lint *l, const struct lint_node *header)
{
    static const char *const names[] = {"Historical", "Humorous", "Informational", "Organizational",
                                        "Standards Track"};
    const struct lint_node *type = lint_child(header, "type");
    struct sv text = lint_text(l, type);
    if (type && !one_of(text, names, ARRAY_LEN(names)) &&
        !old_type(sv_str(fs_base_name(l->path)), text))
        lint_error(l, type, arena_printf(l->arena, "the type is \"%.*s\"", SV_ARG(text)),
                   "Historical, Humorous, Informational, Organizational or Standards Track");
}

static void check_approver(struct lint *l, const struct lint_node *header)
{
    const struct lint_node *approver = lint_child(header, "approver");
    struct sv text = lint_text(l, approver), type = lint_text(l, lint_child(header, "type"));
    if (!approver) {
        lint_error(l, header, "the document names no approver",
                   "<approver>Council</approver> or Board");
        return;
    }
    if (lint_sibling(approver))
        lint_error(l, lint_sibling(approver), "the document names two approvers", "one");
    if (sv_eq_str(text, "Board") && sv_eq_str(type, "Standards Track"))
        lint_error(l, approver, "the Board approves a document of the Standards Track", "Council");
    else if (sv_eq_str(text, "Editor") && !sv_eq_str(type, "Humorous"))
        lint_error(l, approver, "the Editor approves a document that is not Humorous",
                   "Council or Board");
    else if (!sv_eq_str(text, "Board") && !sv_eq_str(text, "Council") && !sv_eq_str(text, "Editor"))
        lint_error(l, approver, arena_printf(l->arena, "the approver is \"%.*s\"", SV_ARG(text)),
                   "Council or Board");
}

/* "0.10.2" as numbers; letters and the like after them do not count. False when there is no number
 * at all. */
static bool read_version(struct sv text, uint64_t parts[VERSION_PARTS], bool *out_plain)
{
    size_t n = 0, at = 0;
    memset(parts, 0, VERSION_PARTS * sizeof(parts[0]));
    *out_plain = true;
    while (at < text.len && n < VERSION_PARTS && digit(text.at[at])) {
        uint64_t value = 0;
        for (; at < text.len && digit(text.at[at]); at++)
            value = value < 1000000 ? value * 10 + (uint64_t)(text.at[at] - '0') : value;
        parts[n++] = value;
        if (at < text.len && text.at[at] == '.' && at + 1 < text.len)
            at++;
        else
            break;
    }
    *out_plain = at == text.len && (n == 2 || n == 3);
    return n > 0;
}

static int compare_versions(const uint64_t *a, const uint64_t *b)
{
    for (size_t i = 0; i < VERSION_PARTS; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return 0;
}

static void check_date(struct lint *l, const struct lint_node *revision, struct sv *newer)
{
    const struct lint_node *date = lint_child(revision, "date");
    struct sv text = lint_text(l, date);
    struct date parsed;
    if (!date_parse(text, &parsed))
        lint_error(l, date ? date : revision,
                   arena_printf(l->arena, "the date is \"%.*s\"", SV_ARG(text)), "yyyy-mm-dd");
    else if (newer->len && sv_cmp(text, *newer) > 0)
        lint_warning(l, date, "the date is later than that of the revision above",
                     "the newest revision first");
    else
        *newer = text;
}

/* Newest first; also how versions and dates are written. */
static void check_revisions(struct lint *l, const struct lint_node *header)
{
    uint64_t above[VERSION_PARTS] = {0}, parts[VERSION_PARTS];
    const struct lint_node *r = lint_child(header, "revision");
    struct sv newer = SV_NONE;
    size_t count = 0;
    for (; r; r = lint_sibling(r), count++) {
        const struct lint_node *version = lint_child(r, "version");
        struct sv text = lint_text(l, version);
        bool plain = false;
        if (!read_version(text, parts, &plain))
            lint_error(l, version ? version : r,
                       arena_printf(l->arena, "the version is \"%.*s\"", SV_ARG(text)),
                       "numbers, such as 0.2 or 1.0.1");
        else if (!plain)
            lint_warning(l, version,
                         arena_printf(l->arena, "the version is \"%.*s\"", SV_ARG(text)),
                         "two or three numbers");
        int order = count ? compare_versions(parts, above) : -1;
        if (order > 0)
            lint_error(
                l, version ? version : r,
                arena_printf(l->arena, "version %.*s stands below an older one", SV_ARG(text)),
                "the newest revision first");
        else if (order == 0)
            lint_warning(l, version ? version : r,
                         arena_printf(l->arena, "version %.*s is listed twice", SV_ARG(text)),
                         "each version once");
        memcpy(above, parts, sizeof(above));
        check_date(l, r, &newer);
    }
    const struct lint_node *first = lint_child(lint_child(header, "revision"), "version");
    if (l->submission && count == 1 &&
        sv_eq_str(lint_text(l, lint_child(header, "status")), "ProtoXEP") &&
        !sv_eq_str(lint_text(l, first), "0.0.1"))
        lint_error(l, first,
                   arena_printf(l->arena, "the first version of a proposal is \"%.*s\"",
                                SV_ARG(lint_text(l, first))),
                   "0.0.1");
}

static void check_stylesheet(struct lint *l)
{
    if (!l->has_stylesheet)
        lint_error(l, NULL, "the stylesheet instruction is missing",
                   "<?xml-stylesheet type='text/xsl' href='xep.xsl'?>");
}

static void check_legal(struct lint *l, const struct lint_node *header)
{
    const struct lint_node *literal = lint_child(header, "legal");
    if (sv_find(l->text, SV("&LEGALNOTICE;")) < 0 || literal)
        lint_error(l, literal ? literal : header,
                   literal ? "the legal notice is written out"
                           : "the legal notice of the XSF is missing",
                   "&LEGALNOTICE;");
    if (!l->entity_set)
        lint_error(l, NULL, "the document type does not take in xep.ent",
                   "<!ENTITY % ents SYSTEM 'xep.ent'> %ents;");
}

/* What an edition of a group's own must not look like. */
static void check_edition(struct lint *l, const struct lint_node *header)
{
    const struct lint_node *number = lint_child(header, "number"), *status = lint_child(header, "status");
    if (number && lint_text(l, number).len == 0)
        lint_error(l, number, "the number is empty", "the name of the group's document");
    if (one_of(lint_text(l, status), statuses, ARRAY_LEN(statuses)))
        lint_warning(l, status, "an edition under a group's own notice has a status of the XSF",
                     "words of the group's own");
}

void lint_rules(struct lint *l)
{
    const struct lint_node *header = lint_child(l->root, "header");
    if (!header)
        return;
    check_revisions(l, header);
    if (!l->submission) {
        check_edition(l, header);
        return;
    }
    check_number(l, header);
    check_status(l, header);
    check_type(l, header);
    check_approver(l, header);
    check_stylesheet(l);
    check_legal(l, header);
}

/* Advice */

static size_t count_words(struct sv text)
{
    size_t words = 0;
    struct sv part;
    while (sv_split(&text, ' ', &part))
        words += part.len > 0;
    return words;
}

static bool same_letters(struct sv a, const char *b)
{
    if (a.len != strlen(b))
        return false;
    for (size_t i = 0; i < a.len; i++)
        if ((a.at[i] | 0x20) != (b[i] | 0x20))
            return false;
    return true;
}

static void advise_authors(struct lint *l, const struct lint_node *header)
{
    for (const struct lint_node *a = lint_child(header, "author"); a; a = lint_sibling(a))
        if (lint_text(l, lint_child(a, "email")).len == 0 &&
            lint_text(l, lint_child(a, "jid")).len == 0)
            lint_warning(l, a, "the author cannot be reached", "an <email> or a <jid>");
}

static void advise_chapters(struct lint *l, const struct lint_node *root)
{
    static const char *const titles[] = {
        "Introduction",           "Accessibility Considerations", "Security Considerations",
        "Privacy Considerations", "IANA Considerations",          "XMPP Registrar Considerations"};
    for (size_t i = 0; i < ARRAY_LEN(titles); i++) {
        bool found = false;
        for (const struct lint_node *s = lint_child(root, "section1"); s && !found; s = lint_sibling(s))
            found = same_letters(sv_trim(lint_attribute(s, "topic")), titles[i]);
        if (!found)
            lint_warning(l, root, arena_printf(l->arena, "there is no chapter \"%s\"", titles[i]),
                         "the chapters of the XSF's template");
    }
    const struct lint_node *first = lint_child(root, "section1");
    if (first && !same_letters(sv_trim(lint_attribute(first, "topic")), titles[0]))
        lint_warning(l, first, "the first chapter is not the introduction", NULL);
}

/* Anchors of sections, and images, captions, links. */
struct advice {
    struct lint *lint;
    struct map anchors;
};

static void advise_anchor(struct advice *a, const struct lint_node *n)
{
    struct lint *l = a->lint;
    struct sv anchor = lint_attribute(n, "anchor");
    if (lint_attribute(n, "topic").len == 0)
        lint_warning(l, n, "the section has no title", "topic='...'");
    if (anchor.len == 0)
        lint_warning(l, n, "the section has no anchor, so links to it break when it moves",
                     "anchor='...'");
    else if (map_set(&a->anchors, anchor, l))
        lint_warning(l, n,
                     arena_printf(l->arena, "the anchor \"%.*s\" is used twice", SV_ARG(anchor)),
                     "an anchor of its own");
}

static void advise_link(struct advice *a, const struct lint_node *n)
{
    struct lint *l = a->lint;
    struct sv url = lint_attribute(n, "url");
    if (url.len > 1 && url.at[0] == '#' && !map_get(&a->anchors, sv_from_byte(url, 1)) &&
        !sv_starts(url, SV("#appendix")) && !sv_starts(url, SV("#example-")) &&
        !sv_starts(url, SV("#table-")))
        lint_warning(l, n,
                     arena_printf(l->arena,
                                  "the link leads to \"%.*s\", which is not in the document",
                                  SV_ARG(url)),
                     "an anchor of the document");
}

static void advise_element(struct advice *a, const struct lint_node *n, bool links)
{
    struct lint *l = a->lint;
    struct sv name = lint_name(n);
    if (links) {
        if (sv_eq_str(name, "link"))
            advise_link(a, n);
        return;
    }
    if (name.len == 8 && sv_starts(name, SV("section")))
        advise_anchor(a, n);
    else if ((sv_eq_str(name, "example") || sv_eq_str(name, "table")) &&
             lint_attribute(n, "caption").len == 0)
        lint_warning(l, n, arena_printf(l->arena, "the %.*s has no caption", SV_ARG(name)),
                     "caption='...'");
    else if (sv_eq_str(name, "img") && lint_attribute(n, "alt").len == 0)
        lint_warning(l, n, "the image has no alternative text", "alt='...'");
    else if (sv_eq_str(name, "img") && !sv_starts(lint_attribute(n, "src"), SV("data:")))
        lint_warning(l, n, "the image lies outside of the document", "a data: address");
}

static void walk(struct advice *a, const struct lint_node *root, bool links)
{
    for (const struct lint_node *n = root; n; n = lint_next(root, n))
        if (n->type == LINT_ELEMENT)
            advise_element(a, n, links);
}

void lint_advice(struct lint *l)
{
    const struct lint_node *root = l->root, *header = lint_child(root, "header");
    struct advice a = {.lint = l};
    map_init(&a.anchors, l->arena);
    if (l->submission && count_words(lint_text(l, lint_child(header, "title"))) > TITLE_WORDS)
        lint_warning(l, lint_child(header, "title"), "the title has more than ten words",
                     "a short title");
    advise_authors(l, header);
    if (l->submission)
        advise_chapters(l, root);
    walk(&a, root, false);
    walk(&a, root, true);
}
