/* The common part of the three documents: title, version, revisions, and the chapters that each of them has. */
#include "document/build.h"

#include "base/date.h"

const char *const document_names[DOCUMENT_KINDS + 1] = {"process", "template", "analysis", "report"};

bool document_find(struct sv name, enum document_kind *out)
{
    for (int k = 0; k < DOCUMENT_KINDS; k++)
        if (sv_eq_str(name, document_names[k])) {
            *out = (enum document_kind)k;
            return true;
        }
    return false;
}

static struct sv initials_of(struct arena *a, const struct sig *sig)
{
    char text[3] = "";
    size_t len = 0;
    if (sig->authors.len > 0) {
        const struct sv parts[2] = {sig->authors.at[0].first, sig->authors.at[0].last};
        for (size_t i = 0; i < 2; i++) {
            char c = parts[i].len ? parts[i].at[0] : 0;
            if (c >= 'A' && c <= 'Z')
                c = (char)(c - 'A' + 'a');
            if (c >= 'a' && c <= 'z')
                text[len++] = c;
        }
    }
    return len ? arena_sv(a, sv_from(text, len)) : SV("ed");
}

static void take_revisions(struct arena *a, const struct view *v, const struct document_options *options,
                           struct document *d)
{
    struct sv name = sv_str(document_names[d->kind]);
    const struct revision *edition = options ? options->edition : NULL;
    if (edition)
        *vec_push(a, &d->revisions) = *edition;
    for (size_t i = v->editions.len; i-- > 0;) {
        const struct edition *e = &v->editions.at[i];
        if (!sv_eq(e->document, name) || (edition && sv_eq(e->version, edition->version)))
            continue;
        *vec_push(a, &d->revisions) = (struct revision){e->version, e->date, e->initials, e->remark};
    }
    d->working_draft = edition == NULL;
    d->date = edition ? edition->date : build_date(a, v->now);
    if (d->revisions.len == 0)
        *vec_push(a, &d->revisions) = (struct revision){SV("0.1"), d->date, initials_of(a, &v->profile->sig),
                                                        SV("Working draft before the first edition.")};
    for (size_t i = 0; i < d->revisions.len; i++)
        if (d->revisions.at[i].initials.len == 0)
            d->revisions.at[i].initials = initials_of(a, &v->profile->sig);
    d->version = d->revisions.at[0].version;
}

static void take_title(struct arena *a, const struct view *v, struct document *d)
{
    const struct profile *p = v->profile;
    switch (d->kind) {
    case DOCUMENT_PROCESS:
        d->title = p->process.title;
        d->abstract = build_sv(a, "How the %.*s works: the principles it follows, the stages a threat passes, and "
                                  "the rules of rounds, calls, reviews and moderation.", SV_ARG(p->sig.name));
        break;
    case DOCUMENT_TEMPLATE:
        d->title = p->template.title;
        d->abstract = build_sv(a, "What every threat in the analysis of the %.*s must say, from which stage on, and "
                                  "what the words of its ratings mean.", SV_ARG(p->sig.name));
        break;
    default:
        d->title = p->analysis.title.len ? p->analysis.title
                                         : build_sv(a, "Threat Analysis of the %.*s", SV_ARG(p->sig.name));
        d->abstract = p->analysis.abstract.len
                          ? p->analysis.abstract
                          : build_sv(a, "The threats to the security of %.*s protocols: how likely and how harmful "
                                        "each is, what answers it, and what remains open.", SV_ARG(p->sig.community));
    }
}

struct sv build_ending_text(struct arena *a, const struct view *v)
{
    if (!v->ending.at)
        return SV_NONE;
    return build_sv(a, "The %.*s was ended on %.*s by %.*s (%.*s). Nothing is lost: every page, identifier and edition "
                       "stays, and nothing is added.", SV_ARG(v->profile->sig.name),
                    SV_ARG(build_date_long(a, build_date(a, v->ending.at))), SV_ARG(v->ending.body),
                    SV_ARG(v->ending.reason));
}

void build_ending(struct arena *a, const struct view *v, struct doc_block *parent)
{
    if (!v->ending.at)
        return;
    struct doc_block *notice = doc_add(a, parent, DOC_NOTICE);
    notice->class_name = "warning";
    struct doc_block *p = doc_add_paragraph(a, notice, build_ending_text(a, v));
    if (v->ending.link.len) {
        doc_text(a, p, SV(" "));
        doc_link(a, p, v->ending.link, SV("The decision"));
        doc_text(a, p, SV("."));
    }
}

void document_build(struct arena *a, const struct view *v, enum document_kind kind,
                    const struct document_options *options, struct document *out)
{
    *out = (struct document){.kind = kind, .view = v};
    take_title(a, v, out);
    take_revisions(a, v, options, out);
    out->root = doc_block_new(a, DOC_SECTION);
    out->root->title = out->title;
    out->root->anchor = sv_str(document_names[kind]);
    build_ending(a, v, out->root);
    if (kind == DOCUMENT_PROCESS)
        build_process_chapters(a, v, out);
    else if (kind == DOCUMENT_TEMPLATE)
        build_template_chapters(a, v, out);
    else
        build_analysis_chapters(a, v, options, out);
    if (kind != DOCUMENT_ANALYSIS) {
        build_decisions_of(a, v, kind, out->root);
        build_reviews_of(a, v, out);
    }
    build_formal_chapters(a, v, out);
    build_references(a, v, out);
    build_revisions(a, out);
    build_unique_anchors(a, out->root);
}

static void formal(struct arena *a, struct document *d, const char *title, const char *anchor, const char *text)
{
    struct doc_block *s = doc_add_section(a, d->root, sv_str(title), sv_str(anchor));
    s->class_name = "formal";
    doc_add_paragraph(a, s, sv_str(text));
}

void build_formal_chapters(struct arena *a, const struct view *v, struct document *d)
{
    bool analysis = d->kind == DOCUMENT_ANALYSIS;
    (void)v;
    formal(a, d, "Accessibility Considerations", "accessibility",
           "Every drawing in this document has an equivalent in words, nothing is told by colour alone, and the "
           "document is published as structured HTML, XML and plain text with the same content.");
    formal(a, d, "Security Considerations", "security",
           analysis ? "This document is about security throughout. It describes attacks that are already public; "
                      "flaws of single implementations that are not are left to those who can mend them. That a "
                      "threat is missing, or rated low, is no proof of safety."
                    : "This document describes how security is analysed and defines no protocol. A fault in it leads "
                      "to a worse analysis; whoever finds one is asked to report it.");
    formal(a, d, "Privacy Considerations", "privacy",
           analysis ? "Threats to privacy are threats like any other, and stand in the register. The document itself "
                      "holds no personal data beyond the names of those who wrote, proposed or reviewed."
                    : "Discussion, ratings and decisions of the group are public, under the names that members chose. "
                      "What a member may have erased is governed by the rules of the public record.");
    formal(a, d, "IANA Considerations", "iana", "This document requires no interaction with the IANA.");
    formal(a, d, "Registrar Considerations", "registrar",
           "This document defines no namespaces or parameters and asks no registrar to act.");
}

static void mark_references(const struct doc_inline *i, struct map *seen, const struct view *v)
{
    for (; i; i = i->next) {
        if (i->kind == DOC_REFERENCE) {
            void *reference = map_get(&v->profile->references.by_id, i->id);
            if (reference)
                map_set(seen, i->id, reference);
        }
        mark_references(i->first, seen, v);
    }
}

static void mark_block_references(const struct doc_block *b, struct map *seen, const struct view *v)
{
    for (; b; b = b->next) {
        mark_references(b->inlines, seen, v);
        mark_block_references(b->first, seen, v);
    }
}

void build_references(struct arena *a, const struct view *v, struct document *d)
{
    struct map seen;
    map_init(&seen, a);
    mark_block_references(d->root->first, &seen, v);
    if (seen.len == 0)
        return;
    struct doc_block *s = doc_add_section(a, d->root, SV("References"), SV("references"));
    build_paragraph(a, s, "Documents that are cited here, in the version that was looked at last.");
    struct doc_block *table = build_table(a, s, SV("references-table"), "Cited documents");
    table->class_name = "references";
    build_header(a, table, (const char *const[]){"Document", "Title", "Version", "Date", "Status"}, 5);
    for (size_t i = 0; i < v->profile->references.list.len; i++) {
        const struct reference *r = &v->profile->references.list.at[i];
        if (!map_get(&seen, r->id))
            continue;
        struct doc_block *row = build_row(a, table);
        struct doc_block *cell = build_row_heading(a, row, SV_NONE);
        doc_reference(a, cell, r->id, r->id, r->url);
        build_cell(a, row, r->title);
        build_cell(a, row, r->version);
        build_cell(a, row, r->date);
        build_cell(a, row, r->status);
    }
}

void build_revisions(struct arena *a, struct document *d)
{
    struct doc_block *s = doc_add_section(a, d->root, SV("Revision history"), SV("revisions"));
    if (d->working_draft)
        build_paragraph(a, s, "This is the working draft of %.*s. It is not an edition and changes without notice.",
                        SV_ARG(build_date_long(a, d->date)));
    struct doc_block *table = build_table(a, s, SV("revisions-table"), "Editions, newest first");
    build_header(a, table, (const char *const[]){"Version", "Date", "By", "What changed"}, 4);
    for (size_t i = 0; i < d->revisions.len; i++) {
        const struct revision *r = &d->revisions.at[i];
        struct doc_block *row = build_row(a, table);
        build_row_heading(a, row, r->version);
        build_cell(a, row, r->date);
        build_cell(a, row, r->initials);
        build_cell(a, row, r->remark);
    }
}

static struct sv free_anchor(struct arena *a, struct map *seen, struct sv wish)
{
    struct sv anchor = wish;
    for (unsigned n = 2; map_get(seen, anchor); n++)
        anchor = build_sv(a, "%.*s-%u", SV_ARG(wish), n);
    return anchor;
}

static void unique_anchors(struct arena *a, struct doc_block *b, struct map *seen, unsigned depth)
{
    for (; b; b = b->next) {
        if (b->kind == DOC_SECTION && b->anchor.len == 0)
            b->anchor = doc_anchor(a, b->title);
        if (b->anchor.len) {
            void *former = map_set(seen, b->anchor, b);
            if (former) {
                map_set(seen, b->anchor, former);
                b->anchor = free_anchor(a, seen, b->anchor);
                map_set(seen, b->anchor, b);
            }
        }
        if (b->first && depth < 200)
            unique_anchors(a, b->first, seen, depth + 1);
    }
}

void build_unique_anchors(struct arena *a, struct doc_block *root)
{
    struct map seen;
    map_init(&seen, a);
    unique_anchors(a, root, &seen, 0);
}
