/* The XSF's form of a document: what its editors ask of a proposal. */
#include "document/write.h"

/* Chapters that the XSF's template requires; the text is used where the document has no such
 * chapter. */
static const struct required {
    const char *title, *anchor, *text;
} required[] = {
    {"Accessibility Considerations", "accessibility",
     "This document raises no accessibility considerations of its own."},
    {"Security Considerations", "security",
     "This document describes how security is analysed. It defines no protocol and has no security "
     "considerations of its own."},
    {"Privacy Considerations", "privacy",
     "This document raises no privacy considerations of its own."},
    {"IANA Considerations", "iana",
     "This document requires no interaction with the Internet Assigned Numbers Authority."},
    {"XMPP Registrar Considerations", "registrar",
     "This document requires no interaction with the XMPP Registrar."},
};

static const struct doc_block *find_chapter(const struct doc_block *root, const char *title)
{
    for (const struct doc_block *b = root->first; b; b = b->next)
        if (b->kind == DOC_SECTION && sv_same_word(b->title, sv_str(title)))
            return b;
    return NULL;
}

/* Blocks are shared between the two trees, so each is copied before it gets another neighbour. */
static struct doc_block *take(struct arena *a, struct doc_block *root, const struct doc_block *b)
{
    struct doc_block *copy = arena_new(a, struct doc_block);
    *copy = *b;
    copy->next = NULL;
    return doc_append(root, copy);
}

static bool anchor_used(const struct doc_block *b, struct sv anchor, unsigned depth)
{
    for (; b; b = b->next)
        if (sv_eq(b->anchor, anchor) || (depth < 200 && anchor_used(b->first, anchor, depth + 1)))
            return true;
    return false;
}

static struct sv free_anchor(struct arena *a, const struct doc_block *root, const char *wish)
{
    struct sv anchor = sv_str(wish);
    for (unsigned n = 2; anchor_used(root->first, anchor, 0); n++)
        anchor = sv_str(arena_printf(a, "%s-%u", wish, n));
    return anchor;
}

/* An introduction stands first: the document's own, wherever it is, or the abstract and what stands
 * before the chapters. */
static void put_introduction(struct arena *a, const struct document *d, struct doc_block *root)
{
    const struct doc_block *own = find_chapter(d->root, "Introduction");
    if (own) {
        take(a, root, own);
        return;
    }
    struct doc_block *s =
        doc_add_section(a, root, SV("Introduction"), free_anchor(a, d->root, "introduction"));
    const struct sig *sig = &d->view->profile->sig;
    doc_add_paragraph(a, s, d->abstract);
    if (sig->charter.len)
        doc_add_paragraph(a, s, sig->charter);
    for (const struct doc_block *b = d->root->first; b && b->kind != DOC_SECTION; b = b->next)
        take(a, s, b);
}

static bool belongs_to_the_group(const struct doc_block *b)
{
    /* the head of the file holds the history of the proposal, which begins with it */
    return sv_eq_str(b->anchor, "revisions");
}

static bool formal(const struct doc_block *b)
{
    for (size_t i = 0; i < ARRAY_LEN(required); i++)
        if (sv_same_word(b->title, sv_str(required[i].title)))
            return true;
    return sv_same_word(b->title, SV("Registrar Considerations")) || sv_same_word(b->title, SV("References"));
}

static void put_chapters(struct arena *a, const struct document *d, struct doc_block *root)
{
    const struct doc_block *b;
    for (b = d->root->first; b; b = b->next)
        if (b->kind == DOC_SECTION && !sv_same_word(b->title, SV("Introduction")) && !formal(b) &&
            !belongs_to_the_group(b))
            take(a, root, b);
    for (size_t i = 0; i < ARRAY_LEN(required); i++) {
        const struct doc_block *own = find_chapter(d->root, required[i].title);
        if (own) {
            take(a, root, own);
            continue;
        }
        const struct doc_block *plain = strstr(required[i].title, "Registrar")
                                            ? find_chapter(d->root, "Registrar Considerations")
                                            : NULL;
        struct sv anchor = plain ? plain->anchor : free_anchor(a, d->root, required[i].anchor);
        struct doc_block *s = doc_add_section(a, root, sv_str(required[i].title), anchor);
        doc_add_paragraph(a, s, sv_str(required[i].text));
    }
    b = find_chapter(d->root, "References");
    if (b)
        take(a, root, b);
}

static int check_authors(const struct sig *sig, struct err *err)
{
    if (sig->authors.len == 0)
        return err_set(
            err, CM_EREFUSED,
            "sig.yaml names no author; a submission needs at least one, with an email address or a "
            "Jabber id");
    for (size_t i = 0; i < sig->authors.len; i++) {
        const struct author *author = &sig->authors.at[i];
        if (author->first.len == 0 || author->last.len == 0)
            return err_set(err, CM_EREFUSED,
                           "author %zu has no full name; a submission needs first and last name",
                           i + 1);
        if (author->email.len == 0 && author->jid.len == 0)
            return err_set(
                err, CM_EREFUSED,
                "author %.*s %.*s has neither an email address nor a Jabber id; a submission "
                "needs one of them",
                SV_ARG(author->first), SV_ARG(author->last));
    }
    return CM_OK;
}

int document_write_protoxep(const struct document *d, struct str *out, struct err *err)
{
    int rc = check_authors(&d->view->profile->sig, err);
    if (rc < 0)
        return rc;
    struct arena a = ARENA_INIT;
    struct doc_block *root = doc_block_new(&a, DOC_SECTION);
    struct document submitted = *d;
    root->title = d->root->title;
    root->anchor = d->root->anchor;
    put_introduction(&a, d, root);
    put_chapters(&a, d, root);
    submitted.root = root;
    struct revision first = {SV("0.0.1"), d->date,
                             d->revisions.len ? d->revisions.at[0].initials : SV("ed"),
                             SV("First proposal.")};
    struct xep_form form = {.submission = true,
                            .number = SV("xxxx"),
                            .status = SV("ProtoXEP"),
                            .shortname = SV("N/A"),
                            .approver = SV("Council"),
                            .revisions = &first,
                            .revision_count = 1};
    write_xep_form(&submitted, &form, out);
    arena_release(&a);
    return CM_OK;
}
