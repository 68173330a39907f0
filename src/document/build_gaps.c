/* The chapter "Gaps": the matrix of threats and documents, by document, so that its width is that of a page. Of each
 * document that leaves something open there is a row with the threats by how far it answers them; those without a gap
 * are named in one paragraph. */
#include "document/build.h"

size_t build_gaps_count(const struct gaps *g, int state)
{
    size_t count = 0;
    for (size_t i = 0; i < g->rows.len; i++)
        for (size_t d = 0; d < g->documents.len; d++)
            count += g->rows.at[i].cells[d] == state;
    return count;
}

/* The word for "stops everything that is known": nothing is left open then. */
static int best_state(const struct view *v)
{
    return (int)v->profile->sig.coverage.list.len - 1;
}

static bool has_gap(const struct view *v, const struct gaps *g, size_t document)
{
    for (size_t i = 0; i < g->rows.len; i++)
        if (g->rows.at[i].cells[document] != GAP_BLANK && g->rows.at[i].cells[document] < best_state(v))
            return true;
    return false;
}

/* The words, from the widest gap to none. */
static void legend(struct arena *a, const struct view *v, const struct gaps *g, struct doc_block *s)
{
    const struct sig *sig = &v->profile->sig;
    struct doc_block *table = build_table(a, s, SV("gap-words"), "What the words say");
    build_header(a, table, (const char *const[]){"Word", "Meaning", "Pairs"}, 3);
    for (int state = GAP_UNREAD; state <= best_state(v); state++) {
        struct gap_words w = gaps_words(sig, state);
        struct doc_block *row = build_row(a, table);
        build_row_heading(a, row, w.name);
        build_cell(a, row, w.means);
        build_cell_number(a, row, build_gaps_count(g, state));
    }
}

/* "Open: T-0001, T-0004." */
static void put_state(struct arena *a, const struct view *v, const struct gaps *g, size_t document, int state,
                      struct doc_block *cell)
{
    bool first = true;
    for (size_t i = 0; i < g->rows.len; i++) {
        if (g->rows.at[i].cells[document] != state)
            continue;
        struct sv id = v->threats.at[g->rows.at[i].threat].threat->id;
        if (first) {
            if (cell->inlines)
                doc_text(a, cell, SV(" "));
            doc_strong(a, cell, gaps_words(&v->profile->sig, state).name);
            doc_text(a, cell, SV(": "));
        } else {
            doc_text(a, cell, SV(", "));
        }
        doc_threat(a, cell, id, id);
        first = false;
    }
    if (!first)
        doc_text(a, cell, SV("."));
}

static void put_reference(struct arena *a, struct doc_block *b, const struct reference *r)
{
    doc_reference(a, b, r->id, r->id, r->url);
}

static void with_gaps(struct arena *a, const struct view *v, const struct gaps *g, struct doc_block *s)
{
    struct doc_block *table = build_table(a, s, SV("gap-table"), "Documents that leave something open");
    table->class_name = "gap-list";
    build_header(a, table, (const char *const[]){"Document", "Threats, by how far it answers them"}, 2);
    for (size_t d = 0; d < g->documents.len; d++) {
        if (!has_gap(v, g, d))
            continue;
        struct doc_block *row = build_row(a, table);
        put_reference(a, build_row_heading(a, row, SV_NONE), g->documents.at[d]);
        struct doc_block *cell = build_cell(a, row, SV_NONE);
        for (int state = GAP_UNREAD; state <= best_state(v); state++)
            put_state(a, v, g, d, state, cell);
    }
}

static void without_gaps(struct arena *a, const struct view *v, const struct gaps *g, struct doc_block *s)
{
    struct doc_block *p = build_paragraph(a, s, "Documents that leave nothing open that is known: ");
    bool first = true;
    for (size_t d = 0; d < g->documents.len; d++) {
        if (has_gap(v, g, d))
            continue;
        if (!first)
            doc_text(a, p, SV(", "));
        put_reference(a, p, g->documents.at[d]);
        first = false;
    }
    doc_text(a, p, SV("."));
}

void build_gaps(struct arena *a, const struct view *v, struct doc_block *root)
{
    struct gaps g;
    size_t gaps = 0;
    gaps_derive(a, v, &g);
    if (!g.rows.len)
        return;
    struct doc_block *s = doc_add_section(a, root, SV("Gaps: documents and threats"), SV("gap-matrix"));
    for (size_t d = 0; d < g.documents.len; d++)
        gaps += has_gap(v, &g, d);
    build_paragraph(a, s, "What each document does about the threats that affect it, or that it answers: %.*s, %.*s. "
                          "%.*s something open.", SV_ARG(build_count(a, g.rows.len, "threat", "threats")),
                    SV_ARG(build_count(a, g.documents.len, "document", "documents")),
                    SV_ARG(build_count(a, gaps, "document leaves", "documents leave")));
    legend(a, v, &g, s);
    if (gaps)
        with_gaps(a, v, &g, s);
    if (gaps < g.documents.len)
        without_gaps(a, v, &g, s);
}
