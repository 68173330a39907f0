/* The register as CSV, one row a threat. */
#include "document/write.h"
#include "format/tsv.h"

struct csv_writer {
    const struct view *view;
    struct str *out;
    bool first;
};

static void cell(struct csv_writer *w, struct sv text)
{
    csv_cell(w->out, w->first, text);
    w->first = false;
}

static void cell_term(struct csv_writer *w, const struct terms *terms, int index)
{
    cell(w, index >= 0 && (size_t)index < terms->list.len ? terms->list.at[index].id : SV_NONE);
}

static void add_part(struct str *s, struct sv text)
{
    if (text.len == 0)
        return;
    if (s->len)
        str_add_str(s, "; ");
    str_add(s, text);
}

static void cell_str(struct csv_writer *w, struct str *s)
{
    cell(w, str_sv(s));
    str_release(s);
}

static void cell_terms(struct csv_writer *w, const struct terms *terms, const int *at, size_t len)
{
    struct str s = STR_INIT;
    for (size_t i = 0; i < len; i++)
        if (at[i] >= 0 && (size_t)at[i] < terms->list.len)
            add_part(&s, terms->list.at[at[i]].id);
    cell_str(w, &s);
}

static void cell_list(struct csv_writer *w, const struct sv *at, size_t len)
{
    struct str s = STR_INIT;
    for (size_t i = 0; i < len; i++)
        add_part(&s, at[i]);
    cell_str(w, &s);
}

static void cell_attacker(struct csv_writer *w, const struct threat *t)
{
    const struct sig *sig = &w->view->profile->sig;
    struct str s = STR_INIT;
    if (t->attacker.given) {
        if (t->attacker.position >= 0)
            add_part(&s, sig->positions.list.at[t->attacker.position].id);
        for (size_t i = 0; i < t->attacker.on.len; i++)
            if (t->attacker.on.at[i] >= 0)
                add_part(&s, sig->surfaces.list.at[t->attacker.on.at[i]].id);
        if (t->attacker.activity >= 0)
            add_part(&s, sig->activities.list.at[t->attacker.activity].id);
    }
    cell_str(w, &s);
}

static void cell_rating(struct csv_writer *w, const struct terms *scale, const struct rating *r)
{
    cell_term(w, scale, r->given ? r->level : -1);
}

static void cell_estimators(struct csv_writer *w, const struct rating *r)
{
    struct str s = STR_INIT;
    if (r->given)
        str_addf(&s, "%u", r->estimators);
    cell_str(w, &s);
}

static void row(struct csv_writer *w, size_t index, const struct write_ids *cited)
{
    const struct view *v = w->view;
    const struct sig *sig = &v->profile->sig;
    const struct threat_view *tv = &v->threats.at[index];
    const struct threat *t = tv->threat;
    struct str affects = STR_INIT, responses = STR_INIT, priority = STR_INIT;
    w->first = true;
    cell(w, t->id);
    cell(w, t->name);
    cell(w, v->profile->process.stages.at[t->stage].id);
    cell(w, tv->confirmed >= 0 ? v->profile->process.stages.at[tv->confirmed].id : SV_NONE);
    cell(w, tv->provisional ? SV("yes") : SV("no"));
    if (tv->priority)
        str_addf(&priority, "%u", tv->priority);
    cell_str(w, &priority);
    cell_rating(w, &sig->likelihood, &t->likelihood);
    cell_rating(w, &sig->damage, &t->damage);
    cell_terms(w, &sig->areas, t->areas.at, t->areas.len);
    cell_terms(w, &sig->stride, t->stride.at, t->stride.len);
    cell_term(w, &sig->levels, t->level);
    cell_attacker(w, t);
    for (size_t i = 0; i < t->affects.len; i++)
        add_part(&affects, t->affects.at[i].text);
    cell_str(w, &affects);
    for (size_t i = 0; i < t->responses.len; i++)
        add_part(&responses, t->responses.at[i].citation.text);
    cell_str(w, &responses);
    cell_list(w, cited->list.at, cited->list.len);
    cell(w, t->proposed.date);
    cell(w, t->proposed.by);
    cell_list(w, t->into.at, t->into.len);
    cell_list(w, t->related.at, t->related.len);
    cell_estimators(w, &t->likelihood);
    cell_estimators(w, &t->damage);
    int abstract = template_field(&v->profile->template, SV("abstract"));
    cell(w, abstract < 0 ? SV_NONE : sv_trim(threat_field(t, abstract)));
    csv_end_row(w->out);
}

void document_write_csv(const struct view *v, struct str *out)
{
    static const char *const columns[] = {
        "id",         "name",     "stage",       "confirmed", "draft",    "priority", "likelihood",
        "damage",     "areas",    "stride",      "level",     "attacker", "affects",  "responses",
        "references", "proposed", "proposed_by", "into",      "related",
        "likelihood_estimators", "damage_estimators", "abstract"};
    struct arena a = ARENA_INIT;
    struct csv_writer w = {.view = v, .out = out};
    struct write_citations citations;
    write_citations(&a, v, &citations);
    for (size_t i = 0; i < ARRAY_LEN(columns); i++)
        csv_cell(out, i == 0, sv_str(columns[i]));
    csv_end_row(out);
    for (size_t i = 0; i < v->threats.len; i++)
        row(&w, i, &citations.of_threat[i]);
    arena_release(&a);
}
