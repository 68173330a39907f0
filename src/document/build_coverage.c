/* What coverage.tsv says, in words: for the page "Coverage", the chapter "What we did, what remains", and the page of
 * each document. */
#include "document/build.h"
#include "document/visuals.h"

struct sv build_considerations(enum considerations c)
{
    static const char *const names[CONSIDERATIONS] = {"substantive", "thin", "none", "not looked at"};
    return sv_str(names[c]);
}

/* "v1.2 was read; v1.3 is the present one", as it stands in a cell. */
struct sv build_version_read(struct arena *a, const struct coverage_view *c)
{
    struct sv version = c->row->version, present = c->row->reference->version;
    if (c->again)
        return build_sv(a, "%.*s; now %.*s, to be read again", SV_ARG(version), SV_ARG(present));
    if (version.len)
        return version;
    if (c->row->result == COVERAGE_UNREAD || c->in_part)
        return SV("none");
    return present.len ? SV_NONE : SV("has no versions");
}

/* -- groups -- */

static bool is_cited(const struct coverage_view *c)
{
    return c->row->result == COVERAGE_CITED;
}

static bool is_nothing_new(const struct coverage_view *c)
{
    return c->row->result == COVERAGE_NOTHING_NEW;
}

static bool is_thin(const struct coverage_view *c)
{
    return c->row->considerations == CONSIDERATIONS_THIN;
}

static bool is_silent(const struct coverage_view *c)
{
    return c->row->considerations == CONSIDERATIONS_NONE;
}

static bool is_unread(const struct coverage_view *c)
{
    return c->row->result == COVERAGE_UNREAD;
}

static bool is_in_part(const struct coverage_view *c)
{
    return c->in_part;
}

static bool is_again(const struct coverage_view *c)
{
    return c->again;
}

static bool is_left_out(const struct coverage_view *c)
{
    return c->row->result == COVERAGE_LEFT_OUT;
}

const struct coverage_group coverage_groups[COVERAGE_GROUPS] = {
    [GROUP_CITED] = {"Cited by threats", "coverage-cited", "Threats of the register name these documents.",
                     is_cited, true},
    [GROUP_NOTHING_NEW] = {"Read, nothing new", "coverage-nothing-new",
                           "These were read, and no threat came of it that the register does not have already.",
                           is_nothing_new, true},
    [GROUP_THIN] = {"Thin security considerations", "coverage-thin",
                    "What these documents themselves say about security is less than what they make possible.",
                    is_thin, false},
    [GROUP_SILENT] = {"No security considerations", "coverage-silent", "These documents say nothing about security.",
                      is_silent, false},
    [GROUP_UNREAD] = {"Unread", "coverage-unread", "Nobody of the group has read these yet.", is_unread, true},
    [GROUP_IN_PART] = {"Cited, but not read as a whole", "coverage-in-part",
                       "Threats name these documents, which says that somebody looked at a part of them and no more.",
                       is_in_part, false},
    [GROUP_AGAIN] = {"To be read again", "coverage-again",
                     "A newer version has been published since these were read.", is_again, false},
    [GROUP_LEFT_OUT] = {"Left out", "coverage-left-out", "These were left out on purpose; the note says why.",
                        is_left_out, true},
};

size_t coverage_group_count(const struct view *v, enum coverage_group_id group)
{
    size_t count = 0;
    for (size_t i = 0; i < v->coverage.len; i++)
        count += coverage_groups[group].has(&v->coverage.at[i]);
    return count;
}

struct sv build_coverage_summary(struct arena *a, const struct view *v)
{
    const struct coverage_counts *n = &v->coverage_counts;
    return build_sv(a, "Of %.*s, %u %s cited by threats, %u %s read without anything new coming of it, %u %s unread, "
                       "and %u %s left out.",
                    SV_ARG(build_count(a, v->coverage.len, "document", "documents")), n->by_result[COVERAGE_CITED],
                    n->by_result[COVERAGE_CITED] == 1 ? "is" : "are", n->by_result[COVERAGE_NOTHING_NEW],
                    n->by_result[COVERAGE_NOTHING_NEW] == 1 ? "was" : "were", n->by_result[COVERAGE_UNREAD],
                    n->by_result[COVERAGE_UNREAD] == 1 ? "is" : "are", n->by_result[COVERAGE_LEFT_OUT],
                    n->by_result[COVERAGE_LEFT_OUT] == 1 ? "was" : "were");
}

/* -- in the analysis -- */

/* "XEP-0198 (1.6.3, thin)": what a row says besides its group. */
static void put_document(struct arena *a, const struct view *v, struct doc_block *p, const struct coverage_view *c)
{
    struct sv id = c->row->reference->id, version = c->row->version;
    const char *comma = "";
    doc_text(a, p, id); /* not a reference: the analysis does not cite it */
    if (!version.len && c->row->considerations == CONSIDERATIONS_UNSEEN && !c->row->note.len && !c->again)
        return;
    doc_text(a, p, SV(" ("));
    if (version.len) {
        doc_text(a, p, version);
        comma = ", ";
    }
    if (c->again) {
        doc_textf(a, p, "; now %.*s", SV_ARG(c->row->reference->version));
        comma = ", ";
    }
    if (c->row->considerations != CONSIDERATIONS_UNSEEN) {
        doc_textf(a, p, "%s%.*s", comma, SV_ARG(build_considerations(c->row->considerations)));
        comma = ", ";
    }
    if (c->row->note.len) {
        doc_text(a, p, *comma ? SV("; ") : SV_NONE);
        build_linked(a, p, v, c->row->note, false);
    }
    doc_text(a, p, SV(")"));
}

/* Rows that say more than a name: a table. */
static void put_table(struct arena *a, const struct view *v, struct doc_block *s, const struct coverage_group *g,
                      size_t count)
{
    bool threats = g->has == is_cited;
    static const char *const names[] = {"Document", "Version read", "Security considerations", "Note", "Threats"};
    struct doc_block *table =
        build_table(a, s, build_sv(a, "progress-%s", g->anchor),
                    arena_printf(a, "%s: %.*s", g->title, SV_ARG(build_count(a, count, "document", "documents"))));
    table->class_name = "looked-at";
    build_header(a, table, names, threats ? 5 : 4);
    for (size_t i = 0; i < v->coverage.len; i++) {
        const struct coverage_view *c = &v->coverage.at[i];
        if (!g->has(c))
            continue;
        struct doc_block *row = build_row(a, table);
        build_row_heading(a, row, c->row->reference->id); /* not a reference: the analysis does not cite it */
        build_cell(a, row, build_version_read(a, c));
        build_cell(a, row, build_considerations(c->row->considerations));
        build_linked(a, build_cell(a, row, SV_NONE), v, c->row->note, false);
        if (threats)
            build_threat_list(a, build_cell(a, row, SV_NONE), v, c->threats, c->threat_count);
    }
}

static void put_list(struct arena *a, const struct view *v, struct doc_block *s, const struct coverage_group *g,
                     size_t count)
{
    struct doc_block *p = doc_add(a, s, DOC_PARAGRAPH);
    p->class_name = "compact";
    doc_strong(a, p, build_sv(a, "%s (%zu):", g->title, count));
    bool first = true;
    for (size_t i = 0; i < v->coverage.len; i++) {
        const struct coverage_view *c = &v->coverage.at[i];
        if (!g->has(c))
            continue;
        doc_text(a, p, first ? SV(" ") : SV(", "));
        first = false;
        if (g->whole)
            put_document(a, v, p, c);
        else
            doc_text(a, p, c->row->reference->id);
    }
    doc_text(a, p, SV("."));
}

void build_coverage_progress(struct arena *a, const struct view *v, struct doc_block *s)
{
    static const enum coverage_group_id lists[] = {GROUP_THIN, GROUP_SILENT, GROUP_UNREAD, GROUP_IN_PART, GROUP_AGAIN,
                                                   GROUP_LEFT_OUT};
    static const enum coverage_group_id tables[] = {GROUP_CITED, GROUP_NOTHING_NEW};
    build_paragraph(a, s, "%.*s", SV_ARG(build_coverage_summary(a, v)));
    doc_append(s, visual_coverage_table(a, v, SV("progress-coverage-table")));
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        size_t count = coverage_group_count(v, lists[i]);
        if (count)
            put_list(a, v, s, &coverage_groups[lists[i]], count);
    }
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        size_t count = coverage_group_count(v, tables[i]);
        if (count)
            put_table(a, v, s, &coverage_groups[tables[i]], count);
    }
}

/* -- on the page of a document -- */

/* Notes are sentences, or less. */
static void put_note(struct arena *a, struct doc_block *p, const struct view *v, struct sv note)
{
    build_linked(a, p, v, note, true);
    if (!sv_ends(note, SV(".")))
        doc_text(a, p, SV("."));
}

static void say_result(struct arena *a, struct doc_block *p, const struct coverage_view *c)
{
    const struct coverage_row *row = c->row;
    struct sv present = row->reference->version;
    if (row->result == COVERAGE_LEFT_OUT)
        doc_text(a, p, SV("The group left this document out"));
    else if (row->result == COVERAGE_UNREAD)
        doc_text(a, p, SV("Nobody of the group has read this document yet"));
    else if (c->in_part)
        doc_text(a, p, SV("Threats cite this document, but nobody of the group has read it as a whole"));
    else if (c->again)
        doc_textf(a, p, "Version %.*s was read; the present one, %.*s, is to be read again", SV_ARG(row->version),
                  SV_ARG(present));
    else if (row->version.len)
        doc_textf(a, p, "Version %.*s was read", SV_ARG(row->version));
    else
        doc_text(a, p, SV("This document was read"));
    if (row->result == COVERAGE_NOTHING_NEW)
        doc_text(a, p, SV(", with nothing new for the register"));
    doc_text(a, p, SV("."));
}

void build_coverage_sentence(struct arena *a, struct doc_block *parent, const struct view *v,
                             const struct reference *r)
{
    static const char *const own[CONSIDERATIONS] = {
        " Its own security considerations are substantive.", " Its own security considerations are thin.",
        " It has no security considerations of its own.", ""};
    const struct coverage_view *c = view_coverage_of(v, r);
    if (!c)
        return;
    struct doc_block *p = doc_add(a, parent, DOC_PARAGRAPH);
    p->class_name = "coverage";
    doc_strong(a, p, SV("Coverage."));
    doc_text(a, p, SV(" "));
    say_result(a, p, c);
    doc_text(a, p, sv_str(own[c->row->considerations]));
    if (c->row->note.len) {
        doc_text(a, p, SV(" "));
        put_note(a, p, v, c->row->note);
    }
    doc_text(a, p, SV(" "));
    doc_link(a, p, build_sv(a, "site:coverage.html#%.*s", SV_ARG(doc_anchor(a, r->id))),
             SV("All documents"));
    doc_text(a, p, SV("."));
}
