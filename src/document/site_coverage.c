/* The page "Coverage": which documents were looked at, and what came of it; and the same as data. */
#include "document/build.h"
#include "document/site_page.h"
#include "document/visuals.h"

static void lead(struct arena *a, const struct view *v, struct doc_block *content)
{
    struct doc_block *p = build_paragraph(a, content, "Which documents the group has looked at, and what came of it.");
    p->class_name = "lead";
    p = build_paragraph(a, content,
                        "%.*s A result says that somebody read the document, not that it is secure. Each row has an "
                        "address of its own. The threats are ",
                        SV_ARG(build_coverage_summary(a, v)));
    doc_link(a, p, SV("site:threats/index.html"), SV("the register\xe2\x80\x99s"));
    doc_text(a, p, SV("; the versions are those of "));
    doc_link(a, p, SV("site:references.html"), SV("the bibliography"));
    doc_text(a, p, SV("."));
}

static void put_number(struct arena *a, struct doc_block *list, size_t number, const char *anchor, const char *one,
                       const char *many)
{
    struct doc_block *p = build_item(a, list);
    doc_strong(a, p, build_sv(a, "%zu", number));
    doc_text(a, p, SV(" "));
    doc_link(a, p, build_sv(a, "#%s", anchor), number == 1 ? sv_str(one) : sv_str(many));
}

static void numbers(struct arena *a, const struct view *v, struct doc_block *content)
{
    const struct coverage_counts *n = &v->coverage_counts;
    struct doc_block *list = build_list(a, content);
    list->class_name = "figures";
    put_number(a, list, n->by_result[COVERAGE_CITED], coverage_groups[GROUP_CITED].anchor,
               "document is cited by threats", "documents are cited by threats");
    put_number(a, list, n->by_result[COVERAGE_NOTHING_NEW], coverage_groups[GROUP_NOTHING_NEW].anchor,
               "was read with nothing new", "were read with nothing new");
    put_number(a, list, n->by_result[COVERAGE_UNREAD], coverage_groups[GROUP_UNREAD].anchor, "is unread",
               "are unread");
    put_number(a, list, n->again, coverage_groups[GROUP_AGAIN].anchor, "is to be read again",
               "are to be read again");
}

static void tabs(struct arena *a, const struct view *v, struct doc_block *content)
{
    struct doc_block *list = build_list(a, content);
    list->class_name = "tabs";
    for (int g = 0; g < COVERAGE_GROUPS; g++) {
        size_t count = coverage_group_count(v, (enum coverage_group_id)g);
        if (count)
            doc_link(a, build_item(a, list), build_sv(a, "#%s", coverage_groups[g].anchor),
                     build_sv(a, "%s: %zu", coverage_groups[g].title, count));
    }
    list = build_list(a, content);
    list->class_name = "formats";
    doc_link(a, build_item(a, list), SV("site:coverage.json"), SV("JSON"));
    doc_link(a, build_item(a, list), SV("site:coverage.csv"), SV("CSV"));
}

static void put_threats(struct arena *a, struct doc_block *cell, const struct view *v, const struct coverage_view *c)
{
    doc_text(a, cell, SV("cited by "));
    for (size_t i = 0; i < c->threat_count; i++) {
        const struct threat *t = v->threats.at[c->threats[i]].threat;
        if (i)
            doc_text(a, cell, SV(", "));
        doc_threat(a, cell, t->id, t->id);
        if (build_is_end(v, t->stage))
            doc_textf(a, cell, " (%.*s)", SV_ARG(build_stage_name(v, t->stage)));
    }
}

static void put_document(struct arena *a, struct doc_block *cell, const struct coverage_view *c)
{
    const struct reference *r = c->row->reference;
    if (c->document >= 0)
        doc_link(a, cell, build_sv(a, "site:%.*s", SV_ARG(site_reference_path(a, r->id))), r->id);
    else
        doc_reference(a, cell, r->id, r->id, r->url);
}

static void put_row(struct arena *a, struct doc_block *table, const struct view *v, const struct coverage_view *c,
                    struct map *anchors)
{
    static const char *const results[COVERAGE_RESULTS] = {"", "read, nothing new", "unread", "left out"};
    struct doc_block *row = build_row(a, table);
    struct sv anchor = doc_anchor(a, c->row->reference->id);
    if (!map_set(anchors, anchor, row)) /* of two ids that differ in punctuation only the first has it */
        row->anchor = anchor;
    put_document(a, build_row_heading(a, row, SV_NONE), c);
    build_cell(a, row, c->row->reference->title);
    build_cell(a, row, c->row->reference->status);
    struct doc_block *cell = build_cell(a, row, build_version_read(a, c));
    cell->class_name = "version";
    cell = build_cell(a, row, sv_str(results[c->row->result]));
    if (c->row->result == COVERAGE_CITED)
        put_threats(a, cell, v, c);
    cell = build_cell(a, row, build_considerations(c->row->considerations));
    cell->class_name = considerations_words[c->row->considerations];
    build_linked(a, build_cell(a, row, SV_NONE), v, c->row->note, true);
}

static void put_table(struct arena *a, struct doc_block *s, const struct view *v, const struct coverage_group *g,
                      size_t count, struct map *anchors)
{
    struct doc_block *table =
        build_table(a, s, build_sv(a, "%s-table", g->anchor),
                    arena_printf(a, "%s: %.*s", g->title, SV_ARG(build_count(a, count, "document", "documents"))));
    table->class_name = "coverage";
    build_header(a, table, (const char *const[]){"Document", "Title", "Status", "Version read", "Result",
                                                 "Security considerations", "Note"}, 7);
    for (size_t i = 0; i < v->coverage.len; i++)
        if (g->has(&v->coverage.at[i]))
            put_row(a, table, v, &v->coverage.at[i], anchors);
}

/* Documents whose rows stand elsewhere on the page. */
static void put_list(struct arena *a, struct doc_block *s, const struct view *v, const struct coverage_group *g)
{
    struct doc_block *list = build_list(a, s);
    list->class_name = "links";
    for (size_t i = 0; i < v->coverage.len; i++) {
        const struct coverage_view *c = &v->coverage.at[i];
        const struct reference *r = c->row->reference;
        if (!g->has(c))
            continue;
        struct doc_block *p = build_item(a, list);
        doc_link(a, p, build_sv(a, "#%.*s", SV_ARG(doc_anchor(a, r->id))), r->id);
        doc_textf(a, p, " %.*s", SV_ARG(r->title));
        if (c->again)
            doc_textf(a, p, " (%.*s read, %.*s now)", SV_ARG(c->row->version), SV_ARG(r->version));
    }
}

static void group(struct arena *a, const struct view *v, struct doc_block *content, const struct coverage_group *g,
                  size_t count, struct map *anchors)
{
    struct doc_block *s = doc_add_section(a, content, sv_str(g->title), sv_str(g->anchor));
    build_paragraph(a, s, "%s", g->means);
    if (count == 0)
        build_paragraph(a, s, "None.")->class_name = "missing";
    else if (g->whole)
        put_table(a, s, v, g, count, anchors);
    else
        put_list(a, s, v, g);
}

static int page(struct site *s, struct err *err)
{
    struct arena a = ARENA_INIT;
    struct map anchors;
    struct doc_block *content = doc_block_new(&a, DOC_SECTION);
    map_init(&anchors, &a);
    content->title = SV("Coverage");
    lead(&a, s->v, content);
    numbers(&a, s->v, content);
    doc_append(content, visual_coverage(&a, s->v, SV("coverage")));
    tabs(&a, s->v, content);
    for (int g = 0; g < COVERAGE_GROUPS; g++)
        group(&a, s->v, content, &coverage_groups[g], coverage_group_count(s->v, (enum coverage_group_id)g), &anchors);
    struct page p = {.path = SV("coverage.html"), .title = content->title,
                     .description = SV("Which documents the group has looked at, and what came of it."),
                     .section = "documents/index.html"};
    page_add_link(&a, &p, "alternate", "application/json", SV("coverage.json"), "JSON");
    page_add_link(&a, &p, "alternate", "text/csv", SV("coverage.csv"), "CSV");
    page_add_crumb(&a, &p, SV("Start"), SV("index.html"));
    page_add_crumb(&a, &p, SV("Documents"), SV("documents/index.html"));
    page_add_crumb(&a, &p, content->title, p.path);
    int rc = site_page(s, &p, content, err);
    arena_release(&a);
    return rc;
}

int site_coverage_pages(struct site *s, struct err *err)
{
    if (!s->v->profile->coverage.given)
        return CM_OK;
    int rc = page(s, err);
    if (rc)
        return rc;
    str_clear(&s->buffer);
    document_write_coverage_json(s->v, &s->buffer);
    if ((rc = site_put(s, SV("coverage.json"), str_sv(&s->buffer), err)))
        return rc;
    str_clear(&s->buffer);
    document_write_coverage_csv(s->v, &s->buffer);
    return site_put(s, SV("coverage.csv"), str_sv(&s->buffer), err);
}
