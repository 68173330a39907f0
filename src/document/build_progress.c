/* "What we did, what remains": threats per stage, missing estimates, responses to look at again, documents nobody has
 * looked at, calls and decisions, reviews and hand-overs. Also a page of the site. */
#include "document/build.h"

static struct doc_block *part(struct arena *a, struct doc_block *parent, const char *title, const char *anchor)
{
    return doc_add_section(a, parent, sv_str(title), sv_str(anchor));
}

static void by_stage(struct arena *a, const struct view *v, struct doc_block *parent)
{
    struct doc_block *s = part(a, parent, "Threats in each stage", "progress-stages");
    build_paragraph(a, s, "%.*s in work; %.*s with text ahead of the group\xe2\x80\x99s decisions.",
                    SV_ARG(build_count(a, v->active, "threat is", "threats are")),
                    SV_ARG(build_count(a, v->drafts, "entry", "entries")));
    struct doc_block *table = build_table(a, s, SV("progress-stages-table"), "Threats by stage");
    build_header(a, table, (const char *const[]){"Stage", "Confirmed", "As the text claims"}, 3);
    for (size_t i = 0; i < v->profile->process.stages.len; i++) {
        struct doc_block *row = build_row(a, table);
        build_row_heading(a, row, v->profile->process.stages.at[i].name);
        build_cell_number(a, row, i < v->by_stage.len ? v->by_stage.counts[i] : 0);
        build_cell_number(a, row, i < v->by_claimed.len ? v->by_claimed.counts[i] : 0);
    }
}

struct indexes {
    VEC(unsigned) list;
};

static void say_threats(struct arena *a, const struct view *v, struct doc_block *s, const struct indexes *which,
                        const char *one, const char *many, const char *none)
{
    struct doc_block *p = doc_add(a, s, DOC_PARAGRAPH);
    if (which->list.len == 0) {
        doc_text(a, p, sv_str(none));
        return;
    }
    if (which->list.len == v->active && v->active > 1) { /* a list of all tells nobody anything */
        doc_textf(a, p, "All %zu %s.", which->list.len, many);
        return;
    }
    doc_textf(a, p, "%.*s: ", SV_ARG(build_count(a, which->list.len, one, many)));
    build_threat_list(a, p, v, which->list.at, which->list.len);
    doc_text(a, p, SV("."));
}

static void estimates(struct arena *a, const struct view *v, struct doc_block *parent)
{
    struct indexes unrated = {0}, editors = {0};
    for (size_t i = 0; i < v->threats.len; i++) {
        const struct threat_view *t = &v->threats.at[i];
        if (build_is_end(v, t->threat->stage))
            continue;
        if (t->priority == 0)
            *vec_push(a, &unrated.list) = (unsigned)i;
        else if (t->editors_rating)
            *vec_push(a, &editors.list) = (unsigned)i;
    }
    struct doc_block *s = part(a, parent, "Estimates that are missing", "progress-estimates");
    say_threats(a, v, s, &unrated, "threat has no ratings yet", "threats have no ratings yet",
                "Every threat has ratings.");
    say_threats(a, v, s, &editors, "threat is rated by fewer people than the process asks for",
                "threats are rated by fewer people than the process asks for",
                "No rating comes from fewer people than the process asks for.");
}

static void next_steps(struct arena *a, const struct view *v, struct doc_block *parent)
{
    struct doc_block *s = NULL, *table = NULL;
    for (size_t i = 0; i < v->threats.len; i++) {
        const struct threat_view *t = &v->threats.at[i];
        if (t->lacks.list.len == 0)
            continue;
        if (!table) {
            s = part(a, parent, "What the next stage needs", "progress-next");
            table = build_table(a, s, SV("progress-next-table"), "What is missing before the next stage");
            build_header(a, table, (const char *const[]){"Threat", "Next stage", "Missing"}, 3);
        }
        struct doc_block *row = build_row(a, table);
        build_cell_threat(a, row, t->threat, false)->heading = true;
        build_cell(a, row, build_stage_name(v, t->wants));
        struct doc_block *cell = build_cell(a, row, SV_NONE);
        for (size_t k = 0; k < t->lacks.list.len; k++) {
            if (k > 0)
                doc_text(a, cell, SV("; "));
            doc_text(a, cell, t->lacks.list.at[k].text);
        }
    }
}

bool build_outdated(const struct citation *c)
{
    return c->reference && c->version.len && c->reference->version.len && !sv_eq(c->version, c->reference->version);
}

static void outdated_row(struct arena *a, struct doc_block **table, struct doc_block *s, const struct threat *t,
                         const struct citation *c)
{
    if (!*table) {
        *table = build_table(a, s, SV("progress-versions-table"), "Citations of an older version");
        build_header(a, *table, (const char *const[]){"Threat", "Cited", "Present version"}, 3);
    }
    struct doc_block *row = build_row(a, *table);
    build_cell_threat(a, row, t, false)->heading = true;
    build_citation(a, build_cell(a, row, SV_NONE), c);
    build_cell(a, row, c->reference->version);
}

/* A document that was made obsolete, or became stable, says something else about a threat than it did. */
static void statuses(struct arena *a, const struct view *v, struct doc_block *s)
{
    struct doc_block *table = NULL;
    for (size_t i = 0; i < v->threats.len; i++) {
        const struct threat_view *t = &v->threats.at[i];
        for (size_t k = 0; k < t->restated.len; k++) {
            const struct pinned *p = &t->restated.at[k];
            if (!table) {
                table = build_table(a, s, SV("progress-statuses-table"), "Documents whose status changed since");
                build_header(a, table, (const char *const[]){"Threat", "Document", "When cited", "Now"}, 4);
            }
            struct doc_block *row = build_row(a, table);
            build_cell_threat(a, row, t->threat, false)->heading = true;
            build_cell(a, row, p->reference->id);
            build_cell(a, row, p->status);
            build_cell(a, row, p->reference->status.len ? p->reference->status : SV("none"));
        }
    }
}

static void versions(struct arena *a, const struct view *v, struct doc_block *parent)
{
    struct doc_block *s = part(a, parent, "Citations to look at again", "progress-versions");
    struct doc_block *table = NULL;
    for (size_t i = 0; i < v->threats.len; i++) {
        const struct threat *t = v->threats.at[i].threat;
        for (size_t k = 0; k < t->responses.len; k++)
            if (build_outdated(&t->responses.at[k].citation))
                outdated_row(a, &table, s, t, &t->responses.at[k].citation);
        for (size_t k = 0; k < t->affects.len; k++)
            if (build_outdated(&t->affects.at[k]))
                outdated_row(a, &table, s, t, &t->affects.at[k]);
    }
    if (!table)
        build_paragraph(a, s, "Every citation that names a version names the one that the bibliography has.");
    statuses(a, v, s);
}

static void areas(struct arena *a, const struct view *v, struct doc_block *parent)
{
    const struct terms *terms = &v->profile->sig.areas;
    struct doc_block *s = part(a, parent, "Areas", "progress-areas");
    struct doc_block *table = build_table(a, s, SV("progress-areas-table"), "Threats in each area");
    build_header(a, table, (const char *const[]){"Area", "Threats"}, 2);
    for (size_t i = 0; i < terms->list.len; i++) {
        struct doc_block *row = build_row(a, table);
        build_row_heading(a, row, terms->list.at[i].name);
        unsigned n = i < v->by_area.len ? v->by_area.counts[i] : 0;
        if (n)
            build_cell_number(a, row, n);
        else
            build_cell(a, row, SV("none yet"));
    }
}

static bool of_series(const struct reference *r, const struct series *s)
{
    return sv_starts(r->id, s->prefix);
}

static void series(struct arena *a, const struct view *v, struct doc_block *parent, const struct series *s)
{
    const struct references *all = &v->profile->references;
    size_t known = 0, cited = 0;
    for (size_t i = 0; i < all->list.len; i++)
        if (of_series(&all->list.at[i], s)) {
            known++;
            cited += v->cited[i];
        }
    if (known == 0)
        return;
    build_paragraph(a, parent, "%.*s (%.*s): %zu of %zu documents in the bibliography are cited by a threat or by "
                               "this analysis.%s", SV_ARG(s->name), SV_ARG(sv_trim(s->prefix)), cited, known,
                    cited < known ? " Nobody has looked at:" : "");
    if (cited == known)
        return;
    struct doc_block *p = doc_add(a, parent, DOC_PARAGRAPH);
    p->class_name = "compact";
    bool first = true;
    for (size_t i = 0; i < all->list.len; i++) {
        const struct reference *r = &all->list.at[i];
        if (!of_series(r, s) || v->cited[i])
            continue;
        if (!first)
            doc_text(a, p, SV(", "));
        first = false;
        doc_text(a, p, r->id); /* not a reference: the document does not cite it */
    }
    doc_text(a, p, SV("."));
}

/* Without coverage.tsv all that is known is what is cited. */
static void documents(struct arena *a, const struct view *v, struct doc_block *parent)
{
    bool known = v->profile->coverage.given;
    struct doc_block *s = part(a, parent, known ? "Documents that were looked at" : "Documents nobody has looked at",
                               "progress-documents");
    if (known) {
        build_coverage_progress(a, v, s);
        return;
    }
    for (size_t i = 0; i < v->profile->sig.series.len; i++)
        series(a, v, s, &v->profile->sig.series.at[i]);
    if (!s->first)
        build_paragraph(a, s, "The bibliography has no series.");
}

struct doc_block *document_build_progress(struct arena *a, const struct view *v)
{
    struct doc_block *s = doc_block_new(a, DOC_SECTION);
    s->title = SV("What we did, what remains");
    s->anchor = SV("progress");
    build_paragraph(a, s, "This chapter is generated from the register, so that what is missing is said as plainly as "
                          "what is there.")->class_name = "lead";
    by_stage(a, v, s);
    estimates(a, v, s);
    next_steps(a, v, s);
    versions(a, v, s);
    areas(a, v, s);
    documents(a, v, s);
    build_decisions_of(a, v, DOCUMENT_ANALYSIS, s);
    build_reviews_progress(a, v, s);
    return s;
}
