/* The threat analysis: how to read it, the summary, the framing chapters, the register by area, and what remains. */
#include "document/build.h"
#include "document/visuals.h"

static void reading(struct arena *a, const struct view *v, struct document *d)
{
    struct doc_block *s = doc_add_section(a, d->root, SV("How to read this document"), SV("reading"));
    build_paragraph(a, s, "Every threat has an identifier that it keeps for life, and an entry with the same fields in "
                          "the same order. Its stage says how far the work on it has come. Its priority follows from "
                          "the ratings of likelihood and damage by a table that the group agreed on; 1 is the most "
                          "urgent. Nothing in this document is a requirement.");
    if (v->drafts) {
        struct doc_block *n = doc_add(a, s, DOC_NOTICE);
        n->class_name = "draft";
        struct doc_block *p = doc_add(a, n, DOC_PARAGRAPH);
        doc_strong(a, p, SV("Editor\xe2\x80\x99s draft."));
        doc_textf(a, p, " The text of %.*s is ahead of what the group has decided. It is marked \xe2\x80\x9c"
                        "editor\xe2\x80\x99s draft\xe2\x80\x9d, and counts at its last confirmed stage.",
                  SV_ARG(build_count(a, v->drafts, "entry", "entries")));
    }
    size_t editors = 0;
    for (size_t i = 0; i < v->threats.len; i++)
        editors += v->threats.at[i].editors_rating;
    if (editors) {
        struct doc_block *n = doc_add(a, s, DOC_NOTICE);
        n->class_name = "note";
        struct doc_block *p = doc_add(a, n, DOC_PARAGRAPH);
        doc_strong(a, p, SV("Editor\xe2\x80\x99s ratings."));
        doc_textf(a, p, " The ratings of %.*s come from fewer people than the process asks for, and are provisional.",
                  SV_ARG(build_count(a, editors, "entry", "entries")));
    }
}

static void summary_table(struct arena *a, const struct view *v, struct doc_block *s)
{
    struct view_order order = {0};
    view_by_priority(a, v, &order);
    struct doc_block *table = build_table(a, s, SV("summary-table"), "The register in order of priority");
    table->class_name = "threats";
    build_header(a, table, (const char *const[]){"Id", "Threat", "Priority", "Likelihood", "Damage", "Stage"}, 6);
    for (size_t i = 0; i < order.list.len; i++) {
        const struct threat_view *t = &v->threats.at[order.list.at[i]];
        struct doc_block *row = build_row(a, table);
        build_cell_threat(a, row, t->threat, false)->heading = true;
        build_cell(a, row, t->threat->name);
        build_cell_priority(a, row, v, t->priority);
        build_cell_level(a, row, &v->profile->sig.likelihood, t->threat->likelihood.level);
        build_cell_level(a, row, &v->profile->sig.damage, t->threat->damage.level);
        build_cell_stage(a, row, v, t);
    }
}

static void summary(struct arena *a, const struct view *v, struct document *d)
{
    struct doc_block *s = doc_add_section(a, d->root, SV("Summary"), SV("summary"));
    build_paragraph(a, s, "The register holds %.*s%s.", SV_ARG(build_count(a, v->active, "threat", "threats")),
                    v->active < v->threats.len ? ", not counting those merged, split or withdrawn" : "");
    if (v->active)
        summary_table(a, v, s);
    build_sensitivity(a, v, s);
    doc_append(s, visual_matrix(a, v, SV("matrix"), VISUAL_DOCUMENT));
    doc_append(s, visual_board(a, v, SV("board"), true));
}

static void framing(struct arena *a, const struct view *v, struct document *d, const struct markdown_section *s)
{
    struct sv anchor = doc_anchor(a, s->title);
    struct build_prose prose = {.view = v, .file = "analysis.md", .line = s->body_line,
                                .anchor_prefix = build_sv(a, "%.*s-", SV_ARG(anchor))};
    struct doc_block *parent = s->title.len ? doc_add_section(a, d->root, s->title, anchor) : d->root;
    build_prose(a, parent, s->body, &prose);
}

static int main_area(const struct threat *t)
{
    return t->areas.len ? t->areas.at[0] : -1;
}

static struct doc_block *area_chapter(struct arena *a, struct document *d, const struct term *area)
{
    struct doc_block *s = doc_add_section(a, d->root, build_sv(a, "Threats: %.*s", SV_ARG(area->name)),
                                          build_sv(a, "area-%.*s", SV_ARG(area->id)));
    s->class_name = "area";
    build_paragraph(a, s, "%.*s", SV_ARG(area->means))->class_name = "lead";
    return s;
}

/* One pass over the threats for all areas: heads of lists of indexes by area. */
static void register_chapters(struct arena *a, const struct view *v, const struct document_options *options,
                              struct document *d)
{
    const struct terms *areas = &v->profile->sig.areas;
    struct doc_block **chapters = arena_new_array(a, struct doc_block *, areas->list.len + 1);
    bool *wanted = arena_new_array(a, bool, areas->list.len + 1);
    bool ended = false;
    for (size_t i = 0; i < v->threats.len; i++) {
        int area = main_area(v->threats.at[i].threat);
        if (build_is_end(v, v->threats.at[i].threat->stage))
            ended = true;
        else if (area >= 0)
            wanted[area] = true;
    }
    for (size_t i = 0; i < areas->list.len; i++)
        if (wanted[i])
            chapters[i] = area_chapter(a, d, &areas->list.at[i]);
    struct doc_block *closed = NULL;
    if (ended) {
        closed = doc_add_section(a, d->root, SV("Merged, split and withdrawn threats"), SV("closed"));
        build_paragraph(a, closed, "These entries are kept so that their identifiers stay meaningful.")->class_name =
            "lead";
    }
    for (size_t i = 0; i < v->threats.len; i++) {
        const struct threat *t = v->threats.at[i].threat;
        int area = main_area(t);
        struct doc_block *chapter = build_is_end(v, t->stage) ? closed : area >= 0 ? chapters[area] : NULL;
        bool other = options && options->threat;
        doc_append(chapter ? chapter : d->root,
                   other ? options->threat(options->context, i) : document_build_threat(a, v, i));
    }
}

void build_analysis_chapters(struct arena *a, const struct view *v, const struct document_options *options,
                             struct document *d)
{
    const struct analysis *analysis = &v->profile->analysis;
    reading(a, v, d);
    summary(a, v, d);
    for (size_t i = 0; i < analysis->before.len; i++)
        framing(a, v, d, &analysis->before.at[i]);
    register_chapters(a, v, options, d);
    for (size_t i = 0; i < analysis->after.len; i++)
        framing(a, v, d, &analysis->after.at[i]);
    build_gaps(a, v, d->root);
    doc_append(d->root, document_build_progress(a, v));
}
