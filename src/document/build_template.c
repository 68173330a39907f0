/* The template document: what every threat must say, and what the words of the scales mean. */
#include "document/build.h"

static const char *kind_text(const struct template_field *f)
{
    switch (f->kind) {
    case FIELD_LINE:
        return "one line";
    case FIELD_PROSE:
        return "prose";
    case FIELD_RATING:
        return f->likelihood ? "a word of the likelihood scale" : "a word of the damage scale";
    default:
        return "derived from the two ratings by the priority table";
    }
}

static void field_overview(struct arena *a, const struct view *v, struct doc_block *parent)
{
    const struct template *t = &v->profile->template;
    struct doc_block *table = build_table(a, parent, SV("fields-table"), "The fields of an entry");
    build_header(a, table, (const char *const[]){"", "Field", "What it holds", "Required from"}, 4);
    table->first->first->heading = false;
    for (size_t i = 0; i < t->fields.len; i++) {
        const struct template_field *f = &t->fields.at[i];
        struct doc_block *row = build_row(a, table);
        build_cell_number(a, row, i + 1);
        struct doc_block *cell = build_row_heading(a, row, SV_NONE);
        doc_link(a, cell, build_sv(a, "#field-%.*s", SV_ARG(f->id)), f->name);
        cell = build_cell(a, row, sv_str(kind_text(f)));
        if (f->max_words)
            doc_textf(a, cell, ", at most %u words", f->max_words);
        if (f->tree_preferred)
            doc_text(a, cell, SV(", preferably with an attack tree"));
        build_cell(a, row, build_stage_name(v, f->from));
    }
}

static void field_section(struct arena *a, const struct view *v, struct doc_block *parent, size_t index)
{
    const struct template_field *f = &v->profile->template.fields.at[index];
    struct sv anchor = build_sv(a, "field-%.*s", SV_ARG(f->id));
    struct doc_block *s = doc_add_section(a, parent, f->name, anchor);
    struct doc_block *p =
        build_paragraph(a, s, "Item %zu: %s. Required from the stage \xe2\x80\x9c%.*s\xe2\x80\x9d on.",
                        index + 1, kind_text(f), SV_ARG(build_stage_name(v, f->from)));
    p->class_name = "example";
    struct build_prose prose = {.view = v, .file = "template.md", .line = f->guidance_line,
                                .anchor_prefix = build_sv(a, "%.*s-", SV_ARG(anchor))};
    build_prose(a, s, f->guidance, &prose);
}

static void scale(struct arena *a, struct doc_block *parent, const char *title, const char *anchor,
                  const struct terms *terms)
{
    if (terms->list.len)
        build_terms(a, doc_add_section(a, parent, sv_str(title), sv_str(anchor)), terms);
}

static void priority_table(struct arena *a, const struct view *v, struct doc_block *parent)
{
    const struct sig *sig = &v->profile->sig;
    struct doc_block *s = doc_add_section(a, parent, SV("The priority table"), SV("priority-table"));
    build_paragraph(a, s, "Priority follows from the two ratings by this table, and by nothing else; 1 is the most "
                          "urgent. Ratings are words in an order, so they are never multiplied or averaged.");
    struct doc_block *table = build_table(a, s, SV("priority-table-grid"), "Priority by likelihood and damage");
    table->class_name = "matrix";
    table->header_row = true;
    struct doc_block *row = build_row(a, table);
    build_row_heading(a, row, SV("Likelihood"));
    for (size_t d = 0; d < sig->damage.list.len; d++)
        build_row_heading(a, row, build_sv(a, "Damage: %.*s", SV_ARG(sig->damage.list.at[d].name)));
    for (size_t l = sig->likelihood.list.len; l-- > 0;) {
        row = build_row(a, table);
        build_row_heading(a, row, sig->likelihood.list.at[l].name);
        for (size_t d = 0; d < sig->damage.list.len; d++)
            build_cell_priority(a, row, v, sig_priority(sig, (int)l, (int)d));
    }
}

void build_template_chapters(struct arena *a, const struct view *v, struct document *d)
{
    const struct profile *p = v->profile;
    struct doc_block *s = doc_add_section(a, d->root, SV("Introduction"), SV("introduction"));
    struct build_prose prose = {.view = v, .file = "template.md", .line = p->template.introduction_line,
                                .anchor_prefix = SV("introduction-")};
    build_prose(a, s, p->template.introduction, &prose);
    field_overview(a, v, s);
    s = doc_add_section(a, d->root, SV("The fields"), SV("fields"));
    for (size_t i = 0; i < p->template.fields.len; i++)
        field_section(a, v, s, i);
    s = doc_add_section(a, d->root, SV("Ratings and priority"), SV("ratings"));
    scale(a, s, "Likelihood", "scale-likelihood", &p->sig.likelihood);
    scale(a, s, "Damage", "scale-damage", &p->sig.damage);
    priority_table(a, v, s);
    scale(a, s, "What the priorities mean", "scale-priority", &p->sig.priorities);
    s = doc_add_section(a, d->root, SV("Words for the facts"), SV("words"));
    scale(a, s, "Level", "words-level", &p->sig.levels);
    scale(a, s, "Attacker: position", "words-position", &p->sig.positions);
    scale(a, s, "Attacker: surface", "words-surface", &p->sig.surfaces);
    scale(a, s, "Attacker: activity", "words-activity", &p->sig.activities);
    scale(a, s, "Class of harm", "words-stride", &p->sig.stride);
    scale(a, s, "Area", "words-area", &p->sig.areas);
    scale(a, s, "How far a response reaches", "words-coverage", &p->sig.coverage);
}
