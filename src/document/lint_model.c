/* The content model of the XEP format, as data, and the check of every element and attribute
 * against it. */
#include "document/lint.h"

enum content {
    EMPTY,
    MIXED,    /* characters and any of the children, in any order */
    CHOICE,   /* any of the children, in any order, no characters */
    SEQUENCE, /* the children in order; each may end with ?, * or + */
};

struct model {
    const char *name;
    enum content content;
    const char *children, *attributes;
};

#define SECTION_BLOCKS "div p example code cve ul ol dl table"
#define ITEM_CONTENT "p link note tt em strong cite span code example ul ol"

static const struct model models[] = {
    {"abstract", MIXED, "", ""},
    {"acronym", MIXED, "", ""},
    {"approver", MIXED, "", ""},
    {"author", SEQUENCE, "firstname surname authornote? org? email? jid? uri?", ""},
    {"authornote", EMPTY, "", ""},
    {"blockquote", MIXED, "blockquote", ""},
    {"br", EMPTY, "", ""},
    {"cite", MIXED, "", ""},
    {"code", MIXED, "span em strong", "caption"},
    {"conformance", MIXED, "link", ""},
    {"copyright", MIXED, "link", ""},
    {"councilnote", MIXED, "", ""},
    {"cve", MIXED, "", "id url"},
    {"date", MIXED, "", ""},
    {"dd", MIXED, ITEM_CONTENT, ""},
    {"dependencies", SEQUENCE, "spec*", ""},
    {"dfn", MIXED, "", ""},
    {"di", SEQUENCE, "dt dd", ""},
    {"discuss", MIXED, "", ""},
    {"div", MIXED, "div p example code cve ul ol dl table blockquote", "class style"},
    {"dl", SEQUENCE, "di+", ""},
    {"dt", MIXED, "", ""},
    {"em", MIXED, "link tt strong span note", ""},
    {"email", MIXED, "", ""},
    {"example", MIXED, "", "caption"},
    {"expires", MIXED, "", ""},
    {"firstname", MIXED, "", ""},
    {"header", SEQUENCE,
     "title abstract legal number status lastcall* interim* type sig approver* dependencies "
     "supersedes supersededby shortname "
     "tags? schemaloc* registry? discuss? expires? author+ revision+ councilnote?",
     ""},
    {"img", EMPTY, "", "src alt height width"},
    {"initials", MIXED, "", ""},
    {"interim", EMPTY, "", ""},
    {"jid", MIXED, "", ""},
    {"lastcall", MIXED, "", ""},
    {"legal", SEQUENCE, "copyright permissions warranty liability conformance", ""},
    {"li", MIXED, ITEM_CONTENT, "class style"},
    {"liability", MIXED, "link", ""},
    {"link", MIXED, "cite", "url"},
    {"note", MIXED, "link tt dfn em strong cite span note", ""},
    {"ns", MIXED, "", ""},
    {"number", MIXED, "", ""},
    {"ol", SEQUENCE, "li+", "class start style type"},
    {"org", MIXED, "", ""},
    {"p", MIXED, "br img link note tt dfn em strong cite span acronym", "class style"},
    {"permissions", MIXED, "link", ""},
    {"registry", EMPTY, "", ""},
    {"remark", MIXED, "p ul", ""},
    {"revision", SEQUENCE, "version date initials remark", ""},
    {"schemaloc", SEQUENCE, "ns? url", ""},
    {"section1", CHOICE, SECTION_BLOCKS " section2", "topic anchor"},
    {"section2", CHOICE, SECTION_BLOCKS " section3", "topic anchor"},
    {"section3", CHOICE, SECTION_BLOCKS " section4", "topic anchor"},
    {"section4", CHOICE, SECTION_BLOCKS " section5", "topic anchor"},
    {"section5", CHOICE, SECTION_BLOCKS, "topic anchor"},
    {"shortname", MIXED, "", ""},
    {"sig", MIXED, "", ""},
    {"span", MIXED, "link tt dfn em strong", "class style"},
    {"spec", MIXED, "", ""},
    {"status", MIXED, "", ""},
    {"strong", MIXED, "link tt em span note", ""},
    {"supersededby", SEQUENCE, "spec*", ""},
    {"supersedes", SEQUENCE, "spec*", ""},
    {"surname", MIXED, "", ""},
    {"table", CHOICE, "tr", "caption"},
    {"tag", MIXED, "", ""},
    {"tags", SEQUENCE, "tag*", ""},
    {"td", MIXED, "p link note tt em strong cite span code ul ol", "align colspan rowspan"},
    {"th", MIXED, "", "colspan rowspan"},
    {"title", MIXED, "", ""},
    {"tr", CHOICE, "th td", ""},
    {"tt", MIXED, "link em strong", ""},
    {"type", MIXED, "", ""},
    {"ul", SEQUENCE, "li+", "class style"},
    {"uri", MIXED, "", ""},
    {"url", MIXED, "", ""},
    {"version", MIXED, "", ""},
    {"warranty", MIXED, "link", ""},
    {"xep", SEQUENCE, "header section1*", "xmlns"},
};

static const struct model *find_model(struct sv name)
{
    size_t lo = 0, hi = ARRAY_LEN(models);
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int order = sv_cmp(name, sv_str(models[mid].name));
        if (order == 0)
            return &models[mid];
        if (order < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return NULL;
}

/* Is the word in a list of words that blanks separate? */
static bool in_words(const char *words, struct sv word)
{
    struct sv rest = sv_str(words), one;
    while (sv_split(&rest, ' ', &one))
        if (sv_eq(one, word))
            return true;
    return false;
}

/* What a child counts as: its name, or what an entity stands for. Empty: no element. */
static struct sv counts_as(const struct lint *l, const struct lint_node *n)
{
    if (n->type == LINT_ELEMENT)
        return lint_name(n);
    if (n->type != LINT_REFERENCE)
        return SV_NONE;
    switch (lint_entity_kind(l, n)) {
    case LINT_ENTITY_LEGAL:
        return SV("legal");
    case LINT_ENTITY_AUTHOR:
        return SV("author");
    default:
        return SV_NONE;
    }
}

static bool blank(const struct lint_node *n)
{
    return sv_trim(n->text).len == 0;
}

static void check_text(struct lint *l, const struct lint_node *n, const struct model *m)
{
    if (m->content == EMPTY)
        lint_error(l, n, arena_printf(l->arena, "<%s> has content", m->name), "nothing in it");
    else if (m->content != MIXED && !blank(n))
        lint_error(l, n, arena_printf(l->arena, "text stands directly in <%s>", m->name),
                   arena_printf(l->arena, "one of: %s", m->children));
}

static void check_reference(struct lint *l, const struct lint_node *n, const struct model *m)
{
    enum lint_entity kind = lint_entity_kind(l, n);
    const char *name = n->name;
    if (kind != LINT_ENTITY_OWN && !l->entity_set) {
        lint_error(l, n, arena_printf(l->arena, "&%s; is not declared", name),
                   "<!ENTITY % ents SYSTEM 'xep.ent'> %ents;");
        return;
    }
    if (kind == LINT_ENTITY_OWN || kind == LINT_ENTITY_LEGAL || kind == LINT_ENTITY_AUTHOR)
        return; /* own ones may hold anything; the others are judged by their place in the sequence
                 */
    if (m->content != MIXED)
        lint_error(l, n, arena_printf(l->arena, "&%s; stands directly in <%s>", name, m->name),
                   arena_printf(l->arena, "one of: %s", m->children));
    else if (kind == LINT_ENTITY_INLINE &&
             !(in_words(m->children, SV("span")) && in_words(m->children, SV("note"))))
        lint_error(l, n,
                   arena_printf(l->arena,
                                "&%s; stands for a link and a note, which <%s> may not hold", name,
                                m->name),
                   "plain text");
    else if (kind == LINT_ENTITY_UNKNOWN)
        lint_warning(l, n, arena_printf(l->arena, "&%s; is not known here", name),
                     "xepNNNN, rfcNNNN or another name of xep.ent");
}

static void check_member(struct lint *l, const struct lint_node *n, const struct model *m)
{
    if (find_model(lint_name(n)) && !in_words(m->children, lint_name(n)))
        lint_error(
            l, n, arena_printf(l->arena, "<%s> stands in <%s>", n->name, m->name),
            *m->children ? arena_printf(l->arena, "text or one of: %s", m->children) : "text only");
}

/* One step of a sequence: "name", "name?", "name*", "name+". */
struct step {
    struct sv name;
    bool may_miss, may_repeat;
};

static bool next_step(struct sv *rest, struct step *out)
{
    struct sv word;
    if (!sv_split(rest, ' ', &word))
        return false;
    char last = word.at[word.len - 1];
    bool mark = last == '?' || last == '*' || last == '+';
    *out = (struct step){sv_from(word.at, word.len - mark), last == '?' || last == '*',
                         last == '*' || last == '+'};
    return true;
}

static const struct lint_node *next_member(const struct lint *l, const struct lint_node *n)
{
    while (n && counts_as(l, n).len == 0)
        n = n->next;
    return n;
}

static void check_sequence(struct lint *l, const struct lint_node *parent, const struct model *m)
{
    struct sv rest = sv_str(m->children);
    struct step step;
    const struct lint_node *n = next_member(l, parent->children);
    while (next_step(&rest, &step)) {
        bool found = false;
        while (n && sv_eq(counts_as(l, n), step.name) && (!found || step.may_repeat)) {
            found = true;
            n = next_member(l, n->next);
        }
        if (!found && !step.may_miss) {
            lint_error(l, n ? n : parent,
                       n ? arena_printf(l->arena,
                                        "<%.*s> stands in <%s> where something else is due",
                                        SV_ARG(counts_as(l, n)), m->name)
                         : arena_printf(l->arena, "<%s> ends too early", m->name),
                       arena_printf(l->arena, "<%.*s>", SV_ARG(step.name)));
            return;
        }
    }
    if (n)
        lint_error(l, n,
                   arena_printf(l->arena, "<%.*s> stands in <%s> out of order",
                                SV_ARG(counts_as(l, n)), m->name),
                   arena_printf(l->arena, "the order: %s", m->children));
}

static void check_attributes(struct lint *l, const struct lint_node *n, const struct model *m)
{
    for (const char **a = n->attributes; *a; a += 2) {
        if (strncmp(a[0], "xmlns:", 6) == 0 || (strcmp(a[0], "xmlns") == 0 && strcmp(m->name, "xep") != 0))
            lint_error(l, n, arena_printf(l->arena, "<%s> declares a namespace", m->name), "no namespaces");
        else if (!in_words(m->attributes, sv_str(a[0])))
            lint_error(l, n, arena_printf(l->arena, "<%s> has the attribute %s", m->name, a[0]),
                       *m->attributes ? arena_printf(l->arena, "of: %s", m->attributes) : "none");
    }
}

static void check_element(struct lint *l, const struct lint_node *n)
{
    const struct model *m = find_model(lint_name(n));
    if (!m) {
        lint_error(
            l, n,
            arena_printf(l->arena, "<%s> is no element of the XEP format", n->name),
            NULL);
        return;
    }
    check_attributes(l, n, m);
    for (const struct lint_node *c = n->children; c; c = c->next) {
        if (c->type == LINT_TEXT)
            check_text(l, c, m);
        else if (c->type == LINT_REFERENCE)
            check_reference(l, c, m);
        else if (c->type == LINT_ELEMENT && m->content != SEQUENCE)
            check_member(l, c, m);
    }
    if (m->content == SEQUENCE)
        check_sequence(l, n, m);
}

void lint_structure(struct lint *l)
{
    const struct lint_node *root = l->root;
    if (!sv_eq_str(lint_name(root), "xep"))
        lint_error(l, root,
                   arena_printf(l->arena, "the document is a <%s>", root->name),
                   "<xep>");
    for (const struct lint_node *n = root; n; n = lint_next(root, n))
        if (n->type == LINT_ELEMENT)
            check_element(l, n);
}
