/* One threat as a section: facts, the fields of the template in order, related entries, history. */
#include "document/analysis.h"
#include "document/build.h"

#include "base/date.h"
#include "register/calls.h"

/* What building one threat carries around. */
struct entry {
    struct arena *a;
    const struct view *v;
    const struct threat_view *view;
    const struct threat *threat;
    size_t index;
    bool tree_done;
};

static struct sv anchor_of(const struct entry *e, const char *part)
{
    return build_sv(e->a, "%.*s-%s", SV_ARG(e->threat->id), part);
}

/* A fact with one value, which is also what is shown unless `shown` says it better. */
static struct doc_block *fact(struct entry *e, struct doc_block *facts, const char *key, const char *label,
                              struct sv value, struct sv shown)
{
    struct sv *values = arena_new_array(e->a, struct sv, 1);
    values[0] = value;
    struct doc_block *f = doc_add_fact(e->a, facts, key, sv_str(label), values, value.len ? 1 : 0);
    return doc_add_paragraph(e->a, f, shown);
}

/* A fact with a value for each index in a word list; "none" when there is none. */
static void fact_terms(struct entry *e, struct doc_block *facts, const char *key, const char *label,
                       const struct terms *terms, const int *indexes, size_t count)
{
    struct sv *values = arena_new_array(e->a, struct sv, count ? count : 1);
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (indexes[i] >= 0)
            values[n++] = terms->list.at[indexes[i]].id;
    struct doc_block *f = doc_add_fact(e->a, facts, key, sv_str(label), values, n);
    for (size_t i = 0; i < count; i++)
        if (indexes[i] >= 0)
            doc_add_paragraph(e->a, f, terms->list.at[indexes[i]].name);
    if (n == 0)
        doc_add_paragraph(e->a, f, SV("none"));
}

static void fact_citations(struct entry *e, struct doc_block *facts, const char *key, const char *label,
                           const struct citation *const *list, size_t count)
{
    struct sv *values = arena_new_array(e->a, struct sv, count ? count : 1);
    for (size_t i = 0; i < count; i++)
        values[i] = list[i]->text;
    struct doc_block *f = doc_add_fact(e->a, facts, key, sv_str(label), values, count);
    for (size_t i = 0; i < count; i++)
        build_citation(e->a, doc_add(e->a, f, DOC_PARAGRAPH), list[i]);
    if (count == 0)
        doc_add_paragraph(e->a, f, SV("none"));
}

static void fact_attacker(struct entry *e, struct doc_block *facts)
{
    const struct sig *sig = &e->v->profile->sig;
    const struct threat *t = e->threat;
    struct sv *values = arena_new_array(e->a, struct sv, t->attacker.on.len + 2);
    struct sv *shown = arena_new_array(e->a, struct sv, t->attacker.on.len + 2);
    size_t n = 0;
    if (t->attacker.given && t->attacker.position >= 0) {
        values[n] = sig->positions.list.at[t->attacker.position].id;
        shown[n++] = sig->positions.list.at[t->attacker.position].name;
    }
    for (size_t i = 0; t->attacker.given && i < t->attacker.on.len; i++) {
        if (t->attacker.on.at[i] < 0)
            continue;
        values[n] = sig->surfaces.list.at[t->attacker.on.at[i]].id;
        shown[n++] = build_sv(e->a, "on %.*s", SV_ARG(sig->surfaces.list.at[t->attacker.on.at[i]].name));
    }
    if (t->attacker.given && t->attacker.activity >= 0) {
        values[n] = sig->activities.list.at[t->attacker.activity].id;
        shown[n++] = sig->activities.list.at[t->attacker.activity].name;
    }
    struct doc_block *f = doc_add_fact(e->a, facts, "attacker", SV("Attacker"), values, n);
    for (size_t i = 0; i < n; i++)
        doc_add_paragraph(e->a, f, shown[i]);
    if (n == 0)
        doc_add_paragraph(e->a, f, SV("not described yet"));
}

static void fact_rating(struct entry *e, struct doc_block *facts, const char *key, const char *label,
                        const struct terms *scale, const struct rating *r)
{
    bool rated = r->given && r->level >= 0;
    struct sv shown = rated ? scale->list.at[r->level].name : SV("not rated");
    if (rated && e->view->editors_rating)
        shown = build_sv(e->a, "%.*s (editor\xe2\x80\x99s rating)", SV_ARG(shown));
    fact(e, facts, key, label, rated ? scale->list.at[r->level].id : SV_NONE, shown);
}

static void fact_references(struct entry *e, struct doc_block *facts)
{
    struct {
        VEC(struct sv) ids;
        VEC(const struct reference *) list;
    } found = {0};
    for (size_t i = 0; i < e->view->documents.len; i++) {
        const struct document_view *d = &e->v->documents.at[e->view->documents.at[i]];
        *vec_push(e->a, &found.ids) = d->reference->id;
        *vec_push(e->a, &found.list) = d->reference;
    }
    struct doc_block *f = doc_add_fact(e->a, facts, "references", SV("References"), found.ids.at, found.ids.len);
    for (size_t i = 0; i < found.list.len; i++) {
        const struct reference *r = found.list.at[i];
        doc_reference(e->a, doc_add(e->a, f, DOC_PARAGRAPH), r->id, r->id, r->url);
    }
    if (found.list.len == 0)
        doc_add_paragraph(e->a, f, SV("none"));
}

static void fact_proposed(struct entry *e, struct doc_block *facts)
{
    const struct threat *t = e->threat;
    struct sv shown = t->proposed.date.len ? build_date_long(e->a, t->proposed.date) : SV("date not recorded");
    if (t->proposed.by.len)
        shown = build_sv(e->a, "%.*s, by %.*s", SV_ARG(shown), SV_ARG(t->proposed.by));
    struct doc_block *p = fact(e, facts, "proposed", "Proposed", t->proposed.date, shown);
    if (t->proposed.from.len) {
        doc_text(e->a, p, SV(", "));
        doc_link(e->a, p, t->proposed.from, SV("in this message"));
    }
}

struct doc_block *document_threat_facts(struct arena *a, const struct view *v, size_t index)
{
    struct entry e = {.a = a, .v = v, .view = &v->threats.at[index], .threat = v->threats.at[index].threat,
                      .index = index};
    const struct threat *t = e.threat;
    const struct sig *sig = &v->profile->sig;
    struct doc_block *facts = doc_block_new(a, DOC_FACTS);
    fact(&e, facts, "id", "Identifier", t->id, t->id);
    fact(&e, facts, "name", "Name", t->name, t->name);
    struct sv stage = build_stage_name(v, t->stage);
    fact(&e, facts, "stage", "Stage", v->profile->process.stages.at[t->stage].id,
         e.view->provisional ? build_sv(a, "%.*s (editor\xe2\x80\x99s draft)", SV_ARG(stage)) : stage);
    fact(&e, facts, "confirmed", "Confirmed stage",
         e.view->confirmed >= 0 ? v->profile->process.stages.at[e.view->confirmed].id : SV_NONE,
         build_stage_name(v, e.view->confirmed));
    fact(&e, facts, "draft", "Editor\xe2\x80\x99s draft", e.view->provisional ? SV("yes") : SV("no"),
         e.view->provisional ? SV("yes, ahead of what the group has decided") : SV("no"));
    fact_terms(&e, facts, "areas", "Areas", &sig->areas, t->areas.at, t->areas.len);
    fact_terms(&e, facts, "stride", "Class of harm", &sig->stride, t->stride.at, t->stride.len);
    fact_terms(&e, facts, "level", "Level", &sig->levels, &t->level, 1);
    const struct citation **list = arena_new_array(a, const struct citation *, t->affects.len + t->responses.len + 1);
    for (size_t i = 0; i < t->affects.len; i++)
        list[i] = &t->affects.at[i];
    fact_citations(&e, facts, "affects", "Affects", list, t->affects.len);
    fact_attacker(&e, facts);
    fact_rating(&e, facts, "likelihood", "Likelihood", &sig->likelihood, &t->likelihood);
    fact_rating(&e, facts, "damage", "Damage", &sig->damage, &t->damage);
    fact(&e, facts, "priority", "Priority", e.view->priority ? build_sv(a, "%u", e.view->priority) : SV_NONE,
         build_priority_name(a, v, e.view->priority));
    list += t->affects.len;
    for (size_t i = 0; i < t->responses.len; i++)
        list[i] = &t->responses.at[i].citation;
    fact_citations(&e, facts, "responses", "Responses", list, t->responses.len);
    fact_references(&e, facts);
    fact_proposed(&e, facts);
    return facts;
}

static void notice_draft(struct entry *e, struct doc_block *s)
{
    struct doc_block *n = doc_add(e->a, s, DOC_NOTICE);
    n->class_name = "draft";
    struct doc_block *p = doc_add(e->a, n, DOC_PARAGRAPH);
    doc_strong(e->a, p, SV("Editor\xe2\x80\x99s draft."));
    doc_textf(
        e->a, p,
        " The text claims the stage \xe2\x80\x9c%.*s\xe2\x80\x9d; on record is \xe2\x80\x9c%.*s\xe2\x80\x9d. "
        "What lies between has not been decided by the group.",
        SV_ARG(build_stage_name(e->v, e->threat->stage)), SV_ARG(build_stage_name(e->v, e->view->confirmed)));
}

static void notice_end(struct entry *e, struct doc_block *s)
{
    struct doc_block *n = doc_add(e->a, s, DOC_NOTICE);
    n->class_name = "warning";
    struct doc_block *p = doc_add(e->a, n, DOC_PARAGRAPH);
    doc_strong(e->a, p, build_sv(e->a, "%.*s.", SV_ARG(build_stage_name(e->v, e->threat->stage))));
    if (e->threat->into.len) {
        doc_text(e->a, p, SV(" See "));
        for (size_t i = 0; i < e->threat->into.len; i++) {
            if (i > 0)
                doc_text(e->a, p, i + 1 == e->threat->into.len ? SV(" and ") : SV(", "));
            doc_threat(e->a, p, e->threat->into.at[i], e->threat->into.at[i]);
        }
        doc_text(e->a, p, SV("."));
    }
    if (e->threat->reason.len)
        doc_textf(e->a, p, " %.*s", SV_ARG(e->threat->reason));
    doc_text(e->a, p, SV(" The identifier is kept and never given to another entry."));
}

static void missing(struct entry *e, struct doc_block *s, const struct template_field *f)
{
    struct doc_block *p = build_paragraph(e->a, s, "Not written yet. It is required from the stage "
                                          "\xe2\x80\x9c%.*s\xe2\x80\x9d on.", SV_ARG(build_stage_name(e->v, f->from)));
    p->class_name = "missing";
}

/* The section is built once for a view and stands in one place. */
static void analysis(struct entry *e, struct doc_block *s)
{
    const struct threat_analysis *found = document_analysis(e->v, e->index);
    if (found && found->section) {
        struct doc_block *copy = doc_block_new(e->a, DOC_SECTION);
        *copy = *found->section;
        doc_append(s, copy);
    }
}

static void disagreement(struct entry *e, struct doc_block *s)
{
    const struct threat_analysis *found = document_analysis(e->v, e->index);
    if (!found || !found->note.len)
        return;
    struct doc_block *n = doc_add(e->a, s, DOC_NOTICE);
    n->class_name = "note";
    struct doc_block *p = doc_add(e->a, n, DOC_PARAGRAPH);
    doc_strong(e->a, p, SV("Rating and attack tree disagree."));
    doc_textf(e->a, p, " %.*s", SV_ARG(found->note));
}

static void prose(struct entry *e, struct doc_block *s, int field, struct sv anchor)
{
    uint32_t line = 0;
    for (size_t i = 0; i < e->threat->fields.len; i++)
        if (e->threat->fields.at[i].field == field)
            line = e->threat->fields.at[i].line;
    struct build_prose p = {.view = e->v, .file = e->threat->file, .line = line,
                            .anchor_prefix = build_sv(e->a, "%.*s-", SV_ARG(anchor)), .threat = e->threat,
                            .tree_done = e->tree_done};
    build_prose(e->a, s, threat_field(e->threat, field), &p);
    if (p.tree_done && !e->tree_done)
        analysis(e, s);
    e->tree_done = p.tree_done;
}

static void rating(struct entry *e, struct doc_block *s, const struct template_field *f)
{
    const struct terms *scale = f->likelihood ? &e->v->profile->sig.likelihood : &e->v->profile->sig.damage;
    const struct rating *r = f->likelihood ? &e->threat->likelihood : &e->threat->damage;
    if (!r->given || r->level < 0) {
        missing(e, s, f);
        return;
    }
    const struct term *word = &scale->list.at[r->level];
    struct doc_block *p = doc_add(e->a, s, DOC_PARAGRAPH);
    p->class_name = "rating";
    doc_strong(e->a, p, word->name);
    if (r->estimators)
        doc_textf(e->a, p, ", by %.*s", SV_ARG(build_count(e->a, r->estimators, "estimator", "estimators")));
    if (r->low >= 0 && r->high >= 0 && r->low != r->high)
        doc_textf(e->a, p, ", from %.*s to %.*s", SV_ARG(scale->list.at[r->low].name),
                  SV_ARG(scale->list.at[r->high].name));
    if (e->view->editors_rating)
        doc_text(e->a, p, SV(" (editor\xe2\x80\x99s rating, not a round of the group)"));
    doc_text(e->a, p, SV("."));
    if (r->reason.len) {
        struct build_prose reason = {.view = e->v, .file = e->threat->file,
                                     .line = f->likelihood ? e->threat->lines.likelihood : e->threat->lines.damage};
        build_prose(e->a, s, r->reason, &reason);
    }
    p = build_paragraph(e->a, s, "%.*s means: %.*s", SV_ARG(word->name), SV_ARG(word->means));
    p->class_name = "example";
    if (f->likelihood)
        disagreement(e, s);
}

static void priority(struct entry *e, struct doc_block *s, const struct template_field *f)
{
    const struct sig *sig = &e->v->profile->sig;
    if (e->view->priority == 0) {
        missing(e, s, f);
        return;
    }
    struct doc_block *p = doc_add(e->a, s, DOC_PARAGRAPH);
    p->class_name = "rating";
    doc_strong(e->a, p, build_sv(e->a, "Priority %.*s", SV_ARG(build_priority_name(e->a, e->v, e->view->priority))));
    doc_textf(e->a, p, ", because the group\xe2\x80\x99s table gives %u for likelihood %.*s and damage %.*s.",
              e->view->priority, SV_ARG(build_term_name(&sig->likelihood, e->threat->likelihood.level)),
              SV_ARG(build_term_name(&sig->damage, e->threat->damage.level)));
    int i = terms_find(&sig->priorities, build_sv(e->a, "%u", e->view->priority));
    if (i >= 0 && sig->priorities.list.at[i].means.len)
        build_paragraph(e->a, s, "%.*s", SV_ARG(sig->priorities.list.at[i].means))->class_name = "example";
}

static void responses(struct entry *e, struct doc_block *s)
{
    if (e->threat->responses.len == 0)
        return;
    struct doc_block *table = build_table(e->a, s, anchor_of(e, "responses"),
                                          arena_printf(e->a, "Existing approaches to %.*s", SV_ARG(e->threat->id)));
    table->class_name = "responses";
    build_header(e->a, table, (const char *const[]){"Document", "Covers", "How"}, 3);
    for (size_t i = 0; i < e->threat->responses.len; i++) {
        const struct response *r = &e->threat->responses.at[i];
        struct doc_block *row = build_row(e->a, table);
        build_citation(e->a, build_row_heading(e->a, row, SV_NONE), &r->citation);
        build_cell(e->a, row, build_term_name(&e->v->profile->sig.coverage, r->covers));
        build_cell(e->a, row, r->how);
    }
}

/* The field that the table of responses belongs to: "existing", else the first prose field of the stage that
 * asks for responses. */
static int responses_field(const struct profile *p)
{
    int field = template_field(&p->template, SV("existing"));
    for (size_t i = 0; field < 0 && i < p->template.fields.len; i++) {
        const struct template_field *f = &p->template.fields.at[i];
        if (f->kind == FIELD_PROSE && f->from >= 0 && (p->process.stages.at[f->from].needs & (1u << NEED_RESPONSES)))
            field = (int)i;
    }
    return field;
}

static void field(struct entry *e, struct doc_block *parent, size_t index, int for_responses)
{
    const struct template_field *f = &e->v->profile->template.fields.at[index];
    struct sv anchor = build_sv(e->a, "%.*s-%.*s", SV_ARG(e->threat->id), SV_ARG(f->id));
    struct doc_block *s = doc_add_section(e->a, parent, f->name, anchor);
    struct sv text = threat_field(e->threat, (int)index);
    s->class_name = "field";
    if (f->kind == FIELD_RATING)
        rating(e, s, f);
    else if (f->kind == FIELD_PRIORITY)
        priority(e, s, f);
    if (f->kind == FIELD_LINE)
        build_paragraph(e->a, s, "%.*s", SV_ARG(text));
    else
        prose(e, s, (int)index, anchor);
    if ((int)index == for_responses)
        responses(e, s);
    if (!s->first)
        missing(e, s, f);
}

static void related(struct entry *e, struct doc_block *parent)
{
    const struct threat *t = e->threat;
    if (t->related.len == 0 && e->view->related_in.len == 0)
        return;
    struct doc_block *s = doc_add_section(e->a, parent, SV("Related threats"), anchor_of(e, "related"));
    s->class_name = "field";
    struct doc_block *list = build_list(e->a, s);
    for (size_t i = 0; i < t->related.len; i++) {
        int other = view_find(e->v, t->related.at[i]);
        struct doc_block *item = build_item(e->a, list);
        doc_threat(e->a, item, t->related.at[i], t->related.at[i]);
        if (other >= 0)
            doc_textf(e->a, item, " %.*s", SV_ARG(e->v->threats.at[other].threat->name));
    }
    for (size_t i = 0; i < e->view->related_in.len; i++) {
        const struct threat *other = e->v->threats.at[e->view->related_in.at[i]].threat;
        bool known = false;
        for (size_t k = 0; k < t->related.len; k++)
            known |= sv_eq(t->related.at[k], other->id);
        if (known)
            continue;
        struct doc_block *item = build_item(e->a, list);
        doc_threat(e->a, item, other->id, other->id);
        doc_textf(e->a, item, " %.*s (refers to this entry)", SV_ARG(other->name));
    }
}

static void history_row(struct entry *e, struct doc_block *table, struct sv date, struct sv what, struct sv who,
                        struct sv why, struct sv from)
{
    struct doc_block *row = build_row(e->a, table);
    build_row_heading(e->a, row, date);
    build_cell(e->a, row, what);
    build_cell(e->a, row, who);
    build_cell(e->a, row, why);
    build_cell(e->a, row, from);
}

/* "R-1, event 12": the file, command, message or round that a change came with, and where the record has it. */
static struct sv came_from(struct arena *a, const struct change *c)
{
    return build_sv(a, "%.*s%sevent %lld", SV_ARG(c->source), c->source.len ? ", " : "", (long long)c->seq);
}

/* "accepted as D-3": what was changed before an edition stands under the decision on it, where the
 * edition has the threat. What became of the decision since is said where decisions are. */
static struct sv decided_on(struct entry *e, const struct edition *edition)
{
    const struct calls *calls = e->v->calls;
    struct sv subject = build_sv(e->a, "analysis %.*s", SV_ARG(edition->version));
    for (size_t i = 0; calls && i < calls->decisions.len; i++) {
        const struct decision *d = &calls->decisions.at[i];
        if (d->accepted && d->call && d->call->kind == CALL_EDITION && sv_eq(d->call->subject, subject) &&
            call_holds(d->call, e->threat->id))
            return build_sv(e->a, "accepted as %.*s", SV_ARG(d->id));
    }
    return SV_NONE;
}

/* Changes after the first import, and editions of the analysis, oldest first. */
static void history(struct entry *e, struct doc_block *parent)
{
    size_t later = 0, editions = 0;
    for (size_t i = 0; i < e->view->changes.len; i++)
        later += !e->view->changes.at[i].initial;
    for (size_t i = 0; i < e->v->editions.len; i++)
        editions += sv_eq_str(e->v->editions.at[i].document, "analysis");
    if (later == 0 && editions == 0)
        return;
    struct doc_block *s = doc_add_section(e->a, parent, SV("History"), anchor_of(e, "history"));
    s->class_name = "field";
    struct doc_block *table = build_table(e->a, s, anchor_of(e, "history-table"),
                                          arena_printf(e->a, "Changes of %.*s", SV_ARG(e->threat->id)));
    build_header(e->a, table, (const char *const[]){"Date", "What", "Who", "Why", "From"}, 5);
    size_t next = 0;
    for (size_t i = 0; i <= e->v->editions.len; i++) {
        const struct edition *edition = i < e->v->editions.len ? &e->v->editions.at[i] : NULL;
        if (edition && !sv_eq_str(edition->document, "analysis"))
            continue;
        for (; next < e->view->changes.len; next++) {
            const struct change *c = &e->view->changes.at[next];
            struct sv date = build_date(e->a, c->at);
            if (edition && sv_cmp(date, edition->date) > 0)
                break;
            if (!c->initial)
                history_row(e, table, date, build_sv(e->a, "%.*s %s", SV_ARG(c->field),
                                                     c->text.len ? "changed" : "removed"),
                            c->who, c->why, came_from(e->a, c));
        }
        if (edition)
            history_row(e, table, edition->date, build_sv(e->a, "edition %.*s published", SV_ARG(edition->version)),
                        edition->initials, edition->remark, decided_on(e, edition));
    }
}

void document_build_field(struct arena *a, const struct view *v, size_t index, int field, struct doc_block *parent)
{
    const struct threat *t = v->threats.at[index].threat;
    struct entry e = {.a = a, .v = v, .view = &v->threats.at[index], .threat = t, .index = index};
    prose(&e, parent, field, anchor_of(&e, arena_printf(a, "%.*s", SV_ARG(v->profile->template.fields.at[field].id))));
}

struct doc_block *document_build_threat(struct arena *a, const struct view *v, size_t index)
{
    const struct threat *t = v->threats.at[index].threat;
    struct entry e = {.a = a, .v = v, .view = &v->threats.at[index], .threat = t, .index = index};
    struct doc_block *s = doc_block_new(a, DOC_SECTION);
    s->title = build_sv(a, "%.*s: %.*s", SV_ARG(t->id), SV_ARG(t->name));
    s->anchor = t->id;
    s->class_name = "threat";
    if (build_is_end(v, t->stage))
        notice_end(&e, s);
    else if (e.view->provisional)
        notice_draft(&e, s);
    doc_append(s, document_threat_facts(a, v, index));
    int for_responses = responses_field(v->profile);
    for (size_t i = 0; i < v->profile->template.fields.len; i++)
        if (!sv_eq_str(v->profile->template.fields.at[i].id, "name"))
            field(&e, s, i, for_responses);
    if (t->tree && !e.tree_done) {
        doc_append(s, build_tree_figure(a, v, t));
        analysis(&e, s);
    }
    related(&e, s);
    build_threat_acts(a, v, index, s);
    build_threat_reviews(a, v, index, s);
    build_discussion(a, v, index, s);
    history(&e, s);
    return s;
}
