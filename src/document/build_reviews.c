/* Who reviewed which text, what nobody reviewed, and where recommendations were carried. Nothing of it depends on the
 * day: what is overdue is the business of the front page. */
#include "document/build.h"
#include "register/reviews.h"

enum { SHOWN_DIGITS = 16 }; /* of a digest: enough to tell texts apart; the data have all */

static struct sv short_digest(struct arena *a, const struct digest *d)
{
    return sv_from(digest_hex(a, d), SHOWN_DIGITS);
}

static const struct digest *digest_of_review(const struct review *r)
{
    return r->answered_at ? &r->reviewed : &r->digest;
}

/* "sound, on 2026-12-01; the text has changed since" */
static struct sv outcome(struct arena *a, const struct review *r)
{
    if (r->withdrawn_at)
        return build_sv(a, "withdrawn on %.*s: %.*s", SV_ARG(build_date(a, r->withdrawn_at)), SV_ARG(r->why));
    if (!r->answered_at)
        return build_sv(a, "no answer yet; asked for by %.*s%s", SV_ARG(build_date(a, r->due - 1)),
                        r->changed ? "; the text has changed since it was asked about" : "");
    struct sv verdict = sv_eq_str(r->verdict, "changes-wanted") ? SV("wants changes")
                        : sv_eq_str(r->verdict, "declined")     ? SV("declined to review it")
                                                                : r->verdict;
    return build_sv(a, "%.*s, on %.*s%s", SV_ARG(verdict), SV_ARG(build_date(a, r->answered_at)),
                    r->changed && review_is_done(r) ? "; the text has changed since" : "");
}

static void subject(struct arena *a, struct doc_block *cell, const struct review *r)
{
    if (r->threat >= 0)
        doc_threat(a, cell, r->subject, r->subject);
    else if (r->version.len)
        doc_textf(a, cell, "edition %.*s of the %.*s document", SV_ARG(r->version), SV_ARG(r->document));
    else
        doc_textf(a, cell, "the %.*s document", SV_ARG(r->document));
}

static void review_row(struct arena *a, struct doc_block *table, const struct review *r)
{
    struct doc_block *row = build_row(a, table);
    build_row_heading(a, row, r->id);
    subject(a, build_cell(a, row, SV_NONE), r);
    build_cell(a, row, r->reviewer);
    build_cell(a, row, build_date(a, r->asked_at));
    build_cell(a, row, outcome(a, r));
    build_cell(a, row, short_digest(a, digest_of_review(r)));
}

/* document: only reviews of that one; empty: all. */
static void review_table(struct arena *a, const struct reviews *reviews, struct doc_block *s, const char *anchor,
                         struct sv document)
{
    struct doc_block *table = NULL;
    for (size_t i = 0; i < reviews->list.len; i++) {
        const struct review *r = &reviews->list.at[i];
        if (document.len && !sv_eq(document, r->document))
            continue;
        if (!table) {
            table = build_table(a, s, sv_str(anchor), "Reviews, in the order in which they were asked for");
            build_header(a, table, (const char *const[]){"Review", "Of", "Reviewer", "Asked", "Answer",
                                                         "Digest of the text"}, 6);
        }
        review_row(a, table, r);
    }
}

/* What was written about documents; what was written about a threat stands with the threat. */
static void said_of_documents(struct arena *a, const struct reviews *reviews, struct doc_block *s, struct sv document)
{
    for (size_t i = 0; i < reviews->list.len; i++) {
        const struct review *r = &reviews->list.at[i];
        if (r->threat >= 0 || !r->text.len || r->withdrawn_at || (document.len && !sv_eq(document, r->document)))
            continue;
        build_paragraph(a, s, "%.*s writes in %.*s:", SV_ARG(r->reviewer), SV_ARG(r->id));
        build_quoted(a, s, r->text);
    }
}

static void no_consensus(struct arena *a, const struct reviews *reviews, struct doc_block *s)
{
    if (reviews->accepting)
        build_paragraph(a, s, "No consensus sought: expert reviews stand in place of a call. A review informs; it "
                              "approves nothing.");
}

static bool was_reviewed(const struct reviews *reviews, const char *document)
{
    for (size_t i = 0; i < reviews->list.len; i++)
        if (sv_eq_str(reviews->list.at[i].document, document) && review_is_done(&reviews->list.at[i]))
            return true;
    return false;
}

/* ---- what nobody reviewed ---- */

struct unreviewed {
    VEC(unsigned) never, changed; /* threats that are in work */
};

static void find_unreviewed(struct arena *a, const struct view *v, struct unreviewed *out)
{
    for (size_t i = 0; i < v->threats.len; i++) {
        const struct review_covers *covers = &v->reviews->covers[i];
        bool present = false;
        if (build_is_end(v, v->threats.at[i].threat->stage))
            continue;
        for (size_t k = 0; k < covers->list.len; k++)
            present = present || covers->list.at[k].present;
        if (!covers->list.len)
            *vec_push(a, &out->never) = (unsigned)i;
        else if (!present)
            *vec_push(a, &out->changed) = (unsigned)i;
    }
}

static void list_threats(struct arena *a, const struct view *v, struct doc_block *s, const unsigned *list, size_t count,
                         const char *one, const char *many)
{
    if (!count)
        return;
    struct doc_block *p = doc_add(a, s, DOC_PARAGRAPH);
    doc_textf(a, p, "%.*s: ", SV_ARG(build_count(a, count, one, many)));
    build_threat_list(a, p, v, list, count);
    doc_text(a, p, SV("."));
}

static void nobody_reviewed(struct arena *a, const struct view *v, struct doc_block *s)
{
    struct unreviewed u = {0};
    find_unreviewed(a, v, &u);
    list_threats(a, v, s, u.never.at, u.never.len, "threat was reviewed by nobody", "threats were reviewed by nobody");
    list_threats(a, v, s, u.changed.at, u.changed.len, "threat has changed since it was reviewed",
                 "threats have changed since they were reviewed");
    if (v->active && !u.never.len && !u.changed.len)
        build_paragraph(a, s, "Every threat was reviewed as it stands.");
    for (size_t i = 0; i < DOCUMENT_KINDS; i++)
        if (i != DOCUMENT_ANALYSIS && !was_reviewed(v->reviews, document_names[i]))
            build_paragraph(a, s, "Nobody has reviewed the %s document.", document_names[i]);
}

static struct sv handover_state(const struct handover *h)
{
    if (sv_eq_str(h->state, "open"))
        return SV("no answer yet");
    return sv_eq_str(h->state, "taken-up") ? SV("taken up") : h->state;
}

static void handover_outcome(struct arena *a, struct doc_block *b, const struct handover *h)
{
    if (h->link.len)
        doc_link(a, b, h->link, handover_state(h));
    else
        doc_text(a, b, handover_state(h));
}

static void handover_row(struct arena *a, struct doc_block *table, const struct view *v, const struct handover *h)
{
    const struct reference *r = map_get(&v->profile->references.by_id, h->document);
    struct doc_block *row = build_row(a, table);
    build_row_heading(a, row, h->id);
    doc_threat(a, build_cell(a, row, SV_NONE), h->threat, h->threat);
    struct doc_block *cell = build_cell(a, row, SV_NONE);
    if (r)
        doc_reference(a, cell, r->id, r->id, r->url);
    else
        doc_text(a, cell, h->document);
    build_cell(a, row, h->carrier);
    build_cell(a, row, h->venue);
    build_cell(a, row, h->date);
    handover_outcome(a, build_cell(a, row, SV_NONE), h);
}

static void handovers(struct arena *a, const struct view *v, struct doc_block *parent)
{
    if (!v->reviews->handovers.len)
        return;
    struct doc_block *s = doc_add_section(a, parent, SV("Recommendations that were handed over"),
                                          SV("progress-handovers"));
    struct doc_block *table = build_table(a, s, SV("progress-handovers-table"), "Who carried what where");
    build_header(a, table, (const char *const[]){"Hand-over", "Threat", "Document", "Carried by", "To", "On",
                                                 "What became of it"}, 7);
    for (size_t i = 0; i < v->reviews->handovers.len; i++)
        handover_row(a, table, v, &v->reviews->handovers.at[i]);
}

void build_reviews_progress(struct arena *a, const struct view *v, struct doc_block *parent)
{
    if (!v->reviews)
        return;
    if (reviews_shown(v->reviews)) {
        struct doc_block *s = doc_add_section(a, parent, SV("Who reviewed what"), SV("progress-reviews"));
        no_consensus(a, v->reviews, s);
        if (v->reviews->list.len)
            build_paragraph(a, s, "The text of the analysis that is printed here has the digest %.*s.",
                            SV_ARG(short_digest(a, &v->reviews->analysis)));
        review_table(a, v->reviews, s, "progress-reviews-table", SV_NONE);
        said_of_documents(a, v->reviews, s, SV_NONE);
        nobody_reviewed(a, v, s);
    }
    handovers(a, v, parent);
}

void build_reviews_of(struct arena *a, const struct view *v, struct document *d)
{
    const char *name = document_names[d->kind];
    bool asked = false;
    for (size_t i = 0; v->reviews && i < v->reviews->list.len; i++)
        asked = asked || sv_eq_str(v->reviews->list.at[i].document, name);
    if (!v->reviews || (!asked && !v->reviews->accepting))
        return;
    struct doc_block *s = doc_add_section(a, d->root, SV("Who reviewed this document"), SV("reviewed"));
    no_consensus(a, v->reviews, s);
    review_table(a, v->reviews, s, "reviewed-table", sv_str(name));
    said_of_documents(a, v->reviews, s, sv_str(name));
    if (!was_reviewed(v->reviews, name))
        build_paragraph(a, s, "Nobody has reviewed this document.");
}

/* ---- with a threat ---- */

static void threat_review(struct arena *a, struct doc_block *s, struct doc_block **list, const struct review *r)
{
    if (!*list)
        *list = build_list(a, s);
    struct doc_block *p = build_item(a, *list);
    doc_textf(a, p, "%.*s, by %.*s: %.*s (digest of the text: %.*s).", SV_ARG(r->id), SV_ARG(r->reviewer),
              SV_ARG(outcome(a, r)), SV_ARG(short_digest(a, digest_of_review(r))));
    if (!r->withdrawn_at)
        build_quoted(a, (*list)->last, r->text);
}

static void threat_cover(struct arena *a, struct doc_block *s, struct doc_block **list, const struct review *r,
                         bool present)
{
    if (!*list)
        *list = build_list(a, s);
    struct doc_block *p = build_item(a, *list);
    doc_textf(a, p, "%.*s, by %.*s, of ", SV_ARG(r->id), SV_ARG(r->reviewer));
    subject(a, p, r);
    doc_textf(a, p, ", which held %s: %s, on %.*s.", present ? "this text" : "an earlier text of this entry",
              sv_eq_str(r->verdict, "sound") ? "sound" : "wants changes", SV_ARG(build_date(a, r->answered_at)));
}

static void threat_handover(struct arena *a, struct doc_block *s, struct doc_block **list, const struct view *v,
                            const struct handover *h)
{
    const struct reference *r = map_get(&v->profile->references.by_id, h->document);
    if (!*list)
        *list = build_list(a, s);
    struct doc_block *p = build_item(a, *list);
    doc_textf(a, p, "%.*s: the recommendation for ", SV_ARG(h->id));
    if (r)
        doc_reference(a, p, r->id, r->id, r->url);
    else
        doc_text(a, p, h->document);
    doc_textf(a, p, ", carried by %.*s to %.*s on %.*s: ", SV_ARG(h->carrier), SV_ARG(h->venue), SV_ARG(h->date));
    handover_outcome(a, p, h);
    doc_text(a, p, SV("."));
}

void build_threat_reviews(struct arena *a, const struct view *v, size_t index, struct doc_block *parent)
{
    struct sv id = v->threats.at[index].threat->id;
    struct doc_block *s, *list = NULL;
    if (!v->reviews)
        return;
    s = doc_block_new(a, DOC_SECTION);
    s->title = SV("Reviews and hand-overs");
    s->anchor = build_sv(a, "%.*s-reviews", SV_ARG(id));
    s->class_name = "field";
    for (size_t i = 0; i < v->reviews->list.len; i++)
        if (v->reviews->list.at[i].threat == (int)index)
            threat_review(a, s, &list, &v->reviews->list.at[i]);
    const struct review_covers *covers = &v->reviews->covers[index];
    for (size_t i = 0; i < covers->list.len; i++)
        if (v->reviews->list.at[covers->list.at[i].review].threat < 0)
            threat_cover(a, s, &list, &v->reviews->list.at[covers->list.at[i].review], covers->list.at[i].present);
    for (size_t i = 0; i < v->reviews->handovers.len; i++)
        if (sv_eq(v->reviews->handovers.at[i].threat, id))
            threat_handover(a, s, &list, v, &v->reviews->handovers.at[i]);
    if (list)
        doc_append(parent, s);
}

static void add_int(struct digest_state *s, int64_t value)
{
    digest_add(s, sv_from((const char *)&value, sizeof value));
}

static void add_review(struct digest_state *s, const struct review *r)
{
    const struct sv parts[] = {r->id, r->subject, r->reviewer, r->verdict, r->text, r->why};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        digest_add_part(s, parts[i]);
    digest_add_part(s, digest_sv(digest_of_review(r)));
    add_int(s, r->due);
    add_int(s, r->answered_at);
    add_int(s, r->withdrawn_at);
    add_int(s, r->changed);
}

void build_threat_reviews_input(struct digest_state *s, const struct view *v, size_t index)
{
    struct sv id = v->threats.at[index].threat->id;
    if (!v->reviews)
        return;
    for (size_t i = 0; i < v->reviews->list.len; i++)
        if (v->reviews->list.at[i].threat == (int)index)
            add_review(s, &v->reviews->list.at[i]);
    const struct review_covers *covers = &v->reviews->covers[index];
    for (size_t i = 0; i < covers->list.len; i++) {
        const struct review *r = &v->reviews->list.at[covers->list.at[i].review];
        const struct sv parts[] = {r->id, r->subject, r->reviewer, r->verdict};
        for (size_t k = 0; k < ARRAY_LEN(parts); k++)
            digest_add_part(s, parts[k]);
        add_int(s, r->answered_at);
        add_int(s, covers->list.at[i].present);
    }
    for (size_t i = 0; i < v->reviews->handovers.len; i++) {
        const struct handover *h = &v->reviews->handovers.at[i];
        const struct sv parts[] = {h->id, h->document, h->carrier, h->venue, h->date, h->state, h->link};
        for (size_t k = 0; k < ARRAY_LEN(parts) && sv_eq(h->threat, id); k++)
            digest_add_part(s, parts[k]);
    }
}
