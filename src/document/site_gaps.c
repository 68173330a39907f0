/* The page "Gaps": threats by documents, a table for each area, so that each can be read on a phone and on paper. */
#include "document/build.h"
#include "document/gaps.h"
#include "document/site_page.h"

static void lead(struct arena *a, const struct gaps *g, struct doc_block *content)
{
    struct doc_block *p = build_paragraph(a, content,
                                          "What each specification does about each threat that it has to do with: "
                                          "%.*s, %.*s.", SV_ARG(build_count(a, g->rows.len, "threat", "threats")),
                                          SV_ARG(build_count(a, g->documents.len, "document", "documents")));
    p->class_name = "lead";
    p = build_paragraph(a, content, "A cell tells how far the best response in that document reaches, "
                                          "as the entry of the threat has it. An empty cell says that the threat "
                                          "neither affects the document nor is answered by it. ");
    doc_link(a, p, SV("site:gaps.json"), SV("The same as data"));
    doc_text(a, p, SV("."));
}

static void legend(struct arena *a, const struct view *v, const struct gaps *g, struct doc_block *content)
{
    const struct sig *sig = &v->profile->sig;
    struct doc_block *table = build_table(a, content, SV("marks"), "What the letters say");
    build_header(a, table, (const char *const[]){"Letter", "Name", "Meaning", "Cells"}, 4);
    for (int state = (int)sig->coverage.list.len - 1; state >= GAP_UNREAD; state--) {
        struct gap_words w = gaps_words(sig, state);
        struct doc_block *row = build_row(a, table);
        build_row_heading(a, row, sv_str(arena_strndup(a, w.mark, strlen(w.mark))));
        build_cell(a, row, w.name);
        build_cell(a, row, w.means);
        build_cell_number(a, row, build_gaps_count(g, state));
    }
}

/* The area under which a threat stands: its first one; -1: none. */
static int area_of(const struct view *v, const struct gap_row *row)
{
    const struct threat *t = v->threats.at[row->threat].threat;
    return t->areas.len ? t->areas.at[0] : -1;
}

/* Which documents (bool for each) have a cell in the area. */
static bool *used_in(struct arena *a, const struct view *v, const struct gaps *g, int area)
{
    bool *used = arena_new_array(a, bool, g->documents.len + 1);
    for (size_t i = 0; i < g->rows.len; i++)
        for (size_t d = 0; area_of(v, &g->rows.at[i]) == area && d < g->documents.len; d++)
            used[d] |= g->rows.at[i].cells[d] != GAP_BLANK;
    return used;
}

static void put_heads(struct arena *a, const struct gaps *g, const bool *used, struct doc_block *table)
{
    struct doc_block *row = build_row(a, table);
    table->header_row = true;
    build_row_heading(a, row, SV("Threat"));
    for (size_t d = 0; d < g->documents.len; d++)
        if (used[d])
            doc_link(a, build_row_heading(a, row, SV_NONE),
                     build_sv(a, "site:%.*s", SV_ARG(site_reference_path(a, g->documents.at[d]->id))),
                     g->documents.at[d]->id);
}

static void put_row(struct arena *a, const struct view *v, const bool *used, size_t documents,
                    const struct gap_row *r, struct doc_block *table)
{
    const struct threat *t = v->threats.at[r->threat].threat;
    struct doc_block *row = build_row(a, table), *head = build_row_heading(a, row, SV_NONE);
    doc_threat(a, head, t->id, t->id);
    doc_textf(a, head, " %.*s", SV_ARG(t->name));
    for (size_t d = 0; d < documents; d++) {
        if (!used[d])
            continue;
        struct doc_block *cell = build_cell(a, row, SV_NONE);
        if (r->cells[d] == GAP_BLANK)
            continue;
        struct gap_words w = gaps_words(&v->profile->sig, r->cells[d]);
        doc_text(a, cell, sv_str(arena_strndup(a, w.mark, strlen(w.mark))));
        cell->class_name = arena_printf(a, "gap-%.*s", SV_ARG(w.id));
    }
}

static void area_table(struct arena *a, const struct view *v, const struct gaps *g, int area, struct doc_block *content)
{
    struct doc_block *table = NULL;
    const bool *used = used_in(a, v, g, area);
    struct sv name = area >= 0 ? v->profile->sig.areas.list.at[area].name : SV("No area");
    struct sv id = area >= 0 ? v->profile->sig.areas.list.at[area].id : SV("none");
    for (size_t i = 0; i < g->rows.len; i++) {
        if (area_of(v, &g->rows.at[i]) != area)
            continue;
        if (!table) {
            struct doc_block *s = doc_add_section(a, content, name, build_sv(a, "area-%.*s", SV_ARG(id)));
            table = build_table(a, s, build_sv(a, "gaps-%.*s", SV_ARG(id)),
                                arena_printf(a, "%.*s: threats by documents", SV_ARG(name)));
            table->class_name = "gaps";
            put_heads(a, g, used, table);
        }
        put_row(a, v, used, g->documents.len, &g->rows.at[i], table);
    }
}

int site_gaps_pages(struct site *s, struct err *err)
{
    struct arena a = ARENA_INIT;
    struct gaps g;
    struct doc_block *content = doc_block_new(&a, DOC_SECTION);
    gaps_derive(&a, s->v, &g);
    content->title = SV("Gaps");
    lead(&a, &g, content);
    legend(&a, s->v, &g, content);
    for (int area = 0; area < (int)s->v->profile->sig.areas.list.len; area++)
        area_table(&a, s->v, &g, area, content);
    area_table(&a, s->v, &g, -1, content);
    struct page p = {.path = SV("gaps.html"), .title = content->title,
                     .description = SV("What each specification does about each threat."),
                     .section = "threats/index.html"};
    page_add_link(&a, &p, "alternate", "application/json", SV("gaps.json"), "JSON");
    page_add_crumb(&a, &p, SV("Start"), SV("index.html"));
    page_add_crumb(&a, &p, SV("Threats"), SV("threats/index.html"));
    page_add_crumb(&a, &p, content->title, p.path);
    int rc = site_page(s, &p, content, err);
    arena_release(&a);
    if (rc)
        return rc;
    str_clear(&s->buffer);
    document_write_gaps_json(s->v, &s->buffer);
    return site_put(s, SV("gaps.json"), str_sv(&s->buffer), err);
}
