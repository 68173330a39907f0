/* The check of a XEP file: reading, positions, and what to hold against it.
 *
 * A file is a document of the XSF, or a proposal to it, unless it carries a legal notice of its own
 * (a literal <legal>, where the XSF has &LEGALNOTICE;) and a number that is neither four digits nor
 * "xxxx". Such a file is an edition of a group's own: the document type binds it, the XSF's rules
 * about number, status, approver, stylesheet and notice do not.
 *
 * The file is untrusted: nothing it names is loaded, entities are not replaced, size and depth are
 * limited. */
#include "document/lint.h"

#include "base/utf8.h"
#include "document/document.h"

void lint_error(struct lint *l, const struct lint_node *at, const char *what, const char *expected)
{
    diag_error(l->diag, l->path, at ? at->line : 0, at ? at->column : 0, what, expected);
}

void lint_warning(struct lint *l, const struct lint_node *at, const char *what, const char *expected)
{
    diag_warning(l->diag, l->path, at ? at->line : 0, at ? at->column : 0, what, expected);
}

void lint_error_at(struct lint *l, uint32_t line, uint32_t column, const char *what, const char *expected)
{
    diag_error(l->diag, l->path, line, column, what, expected);
}

const struct lint_node *lint_next(const struct lint_node *root, const struct lint_node *n)
{
    if (n->children)
        return n->children;
    while (n != root && !n->next)
        n = n->parent;
    return n == root ? NULL : n->next;
}

struct sv lint_name(const struct lint_node *n)
{
    return sv_str(n->name);
}

struct sv lint_text(struct lint *l, const struct lint_node *n)
{
    struct str s = STR_INIT;
    for (const struct lint_node *c = n; c; c = lint_next(n, c))
        if (c->type == LINT_TEXT)
            str_add(&s, c->text);
    struct sv text = sv_trim(arena_sv(l->arena, str_sv(&s)));
    str_release(&s);
    return text;
}

static const struct lint_node *find(const struct lint_node *n, const char *name)
{
    for (; n; n = n->next)
        if (n->type == LINT_ELEMENT && strcmp(n->name, name) == 0)
            return n;
    return NULL;
}

const struct lint_node *lint_child(const struct lint_node *parent, const char *name)
{
    return parent ? find(parent->children, name) : NULL;
}

const struct lint_node *lint_sibling(const struct lint_node *n)
{
    return find(n->next, n->name);
}

struct sv lint_attribute(const struct lint_node *n, const char *name)
{
    for (const char **a = n->attributes; *a; a += 2)
        if (strcmp(a[0], name) == 0)
            return sv_str(a[1]);
    return SV_NONE;
}

/* Entities */

static bool digits_after(struct sv name, const char *prefix, size_t min, size_t max)
{
    if (!sv_starts(name, sv_str(prefix)))
        return false;
    struct sv rest = sv_from_byte(name, strlen(prefix));
    for (size_t i = 0; i < rest.len; i++)
        if (rest.at[i] < '0' || rest.at[i] > '9')
            return false;
    return rest.len >= min && rest.len <= max;
}

static bool listed(struct sv name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (sv_eq_str(name, names[i]))
            return true;
    return false;
}

enum lint_entity lint_entity_kind(const struct lint *l, const struct lint_node *reference)
{
    static const char *const texts[] = {
        "amp",     "lt",        "gt",        "quot",       "apos",        "nbsp",
        "copy",    "reg",       "tm",        "sect",       "mdash",       "BAREJID",
        "FULLJID", "LOCALBARE", "LOCALFULL", "DOMAINBARE", "DOMAINFULL",  "X",
        "MESSAGE", "PRESENCE",  "IQ",        "SUBJECT",    "THREAD",      "BODY",
        "SHOW",    "STATUS",    "PRIORITY",  "QUERY",      "UNAVAILABLE", "ERROR"};
    static const char *const inlines[] = {"BOARD",   "BYLAWS", "COUNCIL",   "EDITOR", "XSF",
                                          "XSFIETF", "XSFIPR", "REGISTRAR", "SSIG",   "XMPPWG",
                                          "IANA",    "IETF",   "ISO",       "ITU",    "OASIS",
                                          "W3C",     "OMA",    "GPL",       "LGPL"};
    struct sv name = lint_name(reference);
    if (map_get(&l->own_entities, name))
        return LINT_ENTITY_OWN;
    if (listed(name, texts, ARRAY_LEN(texts)))
        return LINT_ENTITY_TEXT;
    if (sv_eq_str(name, "LEGALNOTICE") || sv_eq_str(name, "PUBLICDOMAINNOTICE"))
        return LINT_ENTITY_LEGAL;
    if (listed(name, inlines, ARRAY_LEN(inlines)) || digits_after(name, "xep", 4, 4) ||
        digits_after(name, "rfc", 1, 5))
        return LINT_ENTITY_INLINE;
    return sv_eq_str(lint_name(reference->parent), "header") ? LINT_ENTITY_AUTHOR : LINT_ENTITY_UNKNOWN;
}

static bool four_digits(struct sv text)
{
    return text.len == 4 && digits_after(text, "", 4, 4);
}

static bool is_submission(struct lint *l)
{
    const struct lint_node *header = lint_child(l->root, "header");
    struct sv number = lint_text(l, lint_child(header, "number"));
    if (!lint_child(header, "legal"))
        return true;
    return four_digits(number) || sv_eq_str(number, "xxxx") || sv_eq_str(number, "XXXX");
}

void document_lint(struct arena *a, const char *path, struct sv text, struct diag *diag)
{
    struct lint l = {.arena = a, .diag = diag, .path = path, .text = text};
    size_t bad;
    if (text.len > LINT_BYTES_MAX) {
        diag_error(diag, path, 0, 0, arena_printf(a, "the file has %zu bytes", text.len),
                   arena_printf(a, "at most %d", LINT_BYTES_MAX));
        return;
    }
    if (!utf8_valid(text, &bad)) {
        diag_error(diag, path, (uint32_t)0, 0, arena_printf(a, "not UTF-8 at byte %zu", bad),
                   "a file in UTF-8");
        return;
    }
    if (memchr(text.at, 0, text.len)) {
        diag_error(diag, path, 0, 0, "the file has a NUL byte", "text");
        return;
    }
    if (lint_read(&l)) {
        if (!l.has_type)
            lint_error_at(&l, 1, 0, "the file has no document type", "<!DOCTYPE xep SYSTEM 'xep.dtd' ...>");
        l.submission = is_submission(&l);
        lint_structure(&l);
        lint_rules(&l);
        lint_advice(&l);
    }
    diag_sort(diag);
}
