/* The worksheet for an author of a document: the headings of RFC 3552 section 5, filled with the threats that touch it.
 * No ratings and no words of requirement: a help for writing, not text to paste. */
#include "document/build.h"

/* Nobody but its editor stands for it: its stage is not confirmed, or none that asks for acceptance was reached. */
static bool is_unreviewed(const struct view *v, const struct threat_view *t)
{
    const struct process *p = &v->profile->process;
    bool accepted = false;
    for (size_t i = 0; i < p->stages.len && (int)i <= t->confirmed; i++)
        accepted = accepted || (p->stages.at[i].needs & 1u << NEED_ACCEPTANCE) != 0;
    return t->provisional || !accepted;
}

/* The mark that is seen across the entry, in words for every format. */
static void watermark(struct arena *a, const struct threat_view *t, struct doc_block *item, struct doc_block *p)
{
    item->class_name = "unreviewed";
    doc_text(a, p, t->provisional ? SV(" (unreviewed: editor\xe2\x80\x99s draft)") : SV(" (unreviewed)"));
}

static void threat_item(struct arena *a, const struct view *v, struct doc_block *list, unsigned index,
                        const char *field)
{
    const struct threat_view *view = &v->threats.at[index];
    const struct threat *t = view->threat;
    struct doc_block *item = doc_add(a, list, DOC_ITEM);
    struct doc_block *p = doc_add(a, item, DOC_PARAGRAPH);
    doc_threat(a, p, t->id, t->id);
    doc_textf(a, p, " %.*s", SV_ARG(t->name));
    if (is_unreviewed(v, view))
        watermark(a, view, item, p);
    int at = template_field(&v->profile->template, sv_str(field));
    struct sv text = at >= 0 ? threat_field(t, at) : SV_NONE;
    if (text.len) {
        struct doc_block *quote = doc_add(a, item, DOC_QUOTE);
        struct build_prose prose = {.view = v, .file = t->file,
                                    .anchor_prefix = build_sv(a, "sheet-%.*s-%s-", SV_ARG(t->id), field)};
        build_prose(a, quote, text, &prose);
    }
}

static struct doc_block *heading(struct arena *a, struct doc_block *parent, const char *title, const char *anchor,
                                 const char *hint)
{
    struct doc_block *s = doc_add_section(a, parent, sv_str(title), sv_str(anchor));
    build_paragraph(a, s, "%s", hint)->class_name = "example";
    return s;
}

static void protected_against(struct arena *a, const struct view *v, struct doc_block *sheet,
                              const struct document_view *d)
{
    struct doc_block *s = heading(a, sheet, "Protected against", "sheet-protected",
                                  "What this document itself answers, according to the entries that cite it as a "
                                  "response.");
    if (d->responding.len == 0) {
        build_paragraph(a, s, "No entry cites this document as a response.");
        return;
    }
    struct doc_block *list = build_list(a, s);
    for (size_t i = 0; i < d->responding.len; i++) {
        const struct threat_view *tv = &v->threats.at[d->responding.at[i]];
        const struct threat *t = tv->threat;
        struct doc_block *item = build_item(a, list);
        doc_threat(a, item, t->id, t->id);
        doc_textf(a, item, " %.*s", SV_ARG(t->name));
        if (is_unreviewed(v, tv))
            watermark(a, tv, item, item);
        for (size_t k = 0; k < t->responses.len; k++) {
            const struct response *r = &t->responses.at[k];
            if (!r->citation.reference || r->citation.reference != d->reference)
                continue;
            doc_textf(a, item, ". %.*s (reach: %.*s): %.*s", SV_ARG(r->citation.text),
                      SV_ARG(build_term_name(&v->profile->sig.coverage, r->covers)), SV_ARG(r->how));
        }
    }
}

static void about(struct arena *a, const struct view *v, struct doc_block *s, const struct document_view *d)
{
    struct doc_block *n = doc_add(a, s, DOC_NOTICE);
    n->class_name = "note";
    struct doc_block *p = doc_add(a, n, DOC_PARAGRAPH);
    doc_strong(a, p, SV("A help for writing, not text to paste."));
    doc_text(a, p, SV(" These are the headings of RFC 3552 section 5, filled with what the register says. It has no "
                      "ratings and asks for nothing; whether and how a document answers a threat is for its authors."));
    size_t drafts = 0;
    for (size_t i = 0; i < d->all.len; i++) {
        const struct threat_view *t = &v->threats.at[d->all.at[i]];
        drafts += is_unreviewed(v, t) && !build_is_end(v, t->threat->stage);
    }
    if (drafts == 0)
        return;
    n = doc_add(a, s, DOC_NOTICE);
    n->class_name = "draft";
    p = doc_add(a, n, DOC_PARAGRAPH);
    doc_strong(a, p, SV("Unreviewed."));
    doc_textf(a, p, " %.*s below %s marked as unreviewed: nobody but its editor stands for what it says.",
              SV_ARG(build_count(a, drafts, "entry", "entries")), drafts == 1 ? "is" : "are");
}

static void entries(struct arena *a, const struct view *v, struct doc_block *s, const unsigned *list, size_t count,
                    const char *field, const char *none)
{
    if (count == 0) {
        build_paragraph(a, s, "%s", none);
        return;
    }
    struct doc_block *items = doc_add(a, s, DOC_LIST);
    for (size_t i = 0; i < count; i++)
        if (!build_is_end(v, v->threats.at[list[i]].threat->stage))
            threat_item(a, v, items, list[i], field);
    if (!items->first)
        build_paragraph(a, s, "%s", none);
}

struct doc_block *document_build_worksheet(struct arena *a, const struct view *v, size_t index)
{
    const struct document_view *d = &v->documents.at[index];
    struct doc_block *s = doc_block_new(a, DOC_SECTION);
    s->title = build_sv(a, "Worksheet for the authors of %.*s", SV_ARG(d->reference->id));
    s->anchor = SV("worksheet");
    s->class_name = "worksheet";
    about(a, v, s, d);
    struct doc_block *part =
        heading(a, s, "Out of scope, and why", "sheet-out",
                "Threats that this document does not mean to answer, with the reason. Entries that "
                "merely mention it are candidates.");
    entries(a, v, part, d->mentioned.at, d->mentioned.len, "abstract", "No entry merely mentions this document.");
    part = heading(a, s, "Susceptible to", "sheet-susceptible", "Entries that name this document as affected.");
    entries(a, v, part, d->affected.at, d->affected.len, "abstract", "No entry names this document as affected.");
    protected_against(a, v, s, d);
    part = heading(a, s, "Residual risk", "sheet-residual",
                   "What stays open after the existing responses are deployed, as the entries see it.");
    entries(a, v, part, d->affected.at, d->affected.len, "gap", "No gap is described for this document.");
    return s;
}
