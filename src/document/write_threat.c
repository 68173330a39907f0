/* One threat as data. */
#include "document/analysis.h"
#include "document/write.h"

static void put_given(struct json *j, const char *key, struct sv text)
{
    if (text.len)
        json_put(j, key, text);
}

static void put_term(struct json *j, const char *key, const struct terms *terms, int index)
{
    json_key(j, key);
    if (index < 0 || (size_t)index >= terms->list.len)
        json_null(j);
    else
        json_string(j, terms->list.at[index].id);
}

static void put_terms(struct json *j, const char *key, const struct terms *terms, const int *at,
                      size_t len)
{
    json_key(j, key);
    json_array(j);
    for (size_t i = 0; i < len; i++)
        if (at[i] >= 0 && (size_t)at[i] < terms->list.len)
            json_string(j, terms->list.at[at[i]].id);
    json_end(j);
}

static void put_list(struct json *j, const char *key, const struct sv *at, size_t len)
{
    json_key(j, key);
    json_array(j);
    for (size_t i = 0; i < len; i++)
        json_string(j, at[i]);
    json_end(j);
}

static void put_stage(struct json *j, const char *key, const struct view *v, int stage)
{
    json_key(j, key);
    if (stage < 0)
        json_null(j);
    else
        json_string(j, v->profile->process.stages.at[stage].id);
}

static void put_citation(struct json *j, const struct citation *c)
{
    json_put(j, "id", c->id);
    json_put(j, "text", c->text);
    put_given(j, "version", c->version);
    put_given(j, "section", c->section);
    if (c->reference)
        put_given(j, "url", c->reference->url);
}

static void put_rating(struct json *j, const char *key, const struct terms *scale,
                       const struct rating *r)
{
    json_key(j, key);
    if (!r->given || r->level < 0) {
        json_null(j);
        return;
    }
    json_object(j);
    json_put(j, "rating", scale->list.at[r->level].id);
    json_put(j, "name", scale->list.at[r->level].name);
    json_put_int(j, "estimators", r->estimators);
    if (r->low >= 0 && r->high >= 0) {
        json_put(j, "low", scale->list.at[r->low].id);
        json_put(j, "high", scale->list.at[r->high].id);
    }
    put_given(j, "reason", r->reason);
    json_end(j);
}

static void put_attacker(struct json *j, const struct view *v, const struct threat *t)
{
    const struct sig *sig = &v->profile->sig;
    json_key(j, "attacker");
    if (!t->attacker.given) {
        json_null(j);
        return;
    }
    json_object(j);
    put_term(j, "position", &sig->positions, t->attacker.position);
    put_terms(j, "on", &sig->surfaces, t->attacker.on.at, t->attacker.on.len);
    put_term(j, "activity", &sig->activities, t->attacker.activity);
    json_end(j);
}

static void put_responses(struct json *j, const struct view *v, const struct threat *t)
{
    json_key(j, "responses");
    json_array(j);
    for (size_t i = 0; i < t->responses.len; i++) {
        const struct response *r = &t->responses.at[i];
        json_object(j);
        put_citation(j, &r->citation);
        put_term(j, "covers", &v->profile->sig.coverage, r->covers);
        put_given(j, "how", r->how);
        json_end(j);
    }
    json_end(j);
    put_given(j, "no_responses", t->no_responses);
}

static void put_facts(struct json *j, const struct view *v, const struct threat_view *tv)
{
    const struct sig *sig = &v->profile->sig;
    const struct threat *t = tv->threat;
    json_put(j, "id", t->id);
    json_put(j, "name", t->name);
    put_stage(j, "stage", v, t->stage);
    put_stage(j, "confirmed", v, tv->confirmed);
    json_put_bool(j, "draft", tv->provisional);
    put_terms(j, "areas", &sig->areas, t->areas.at, t->areas.len);
    put_terms(j, "stride", &sig->stride, t->stride.at, t->stride.len);
    put_term(j, "level", &sig->levels, t->level);
    json_key(j, "affects");
    json_array(j);
    for (size_t i = 0; i < t->affects.len; i++) {
        json_object(j);
        put_citation(j, &t->affects.at[i]);
        json_end(j);
    }
    json_end(j);
    put_attacker(j, v, t);
    put_rating(j, "likelihood", &sig->likelihood, &t->likelihood);
    put_rating(j, "damage", &sig->damage, &t->damage);
    json_key(j, "priority");
    if (tv->priority)
        json_int(j, tv->priority);
    else
        json_null(j);
    json_put_bool(j, "editors_rating", tv->editors_rating);
    put_responses(j, v, t);
}

static void put_proposed(struct json *j, const struct threat *t)
{
    if (t->proposed.by.len + t->proposed.date.len + t->proposed.from.len == 0)
        return;
    json_key(j, "proposed");
    json_object(j);
    put_given(j, "date", t->proposed.date);
    put_given(j, "by", t->proposed.by);
    put_given(j, "from", t->proposed.from);
    json_end(j);
}

void write_analysis(struct json *j, const struct view *v, size_t index)
{
    const struct threat_analysis *found = document_analysis(v, index);
    if (!found || !found->json.len)
        return;
    json_key(j, "analysis");
    json_place(j);
    str_add(j->out, found->json);
    json_placed(j);
}

void write_threat_members(struct json *j, const struct view *v, size_t index,
                          const struct write_ids *cited, bool whole)
{
    const struct threat_view *tv = &v->threats.at[index];
    const struct threat *t = tv->threat;
    put_facts(j, v, tv);
    put_list(j, "references", cited->list.at, cited->list.len);
    put_proposed(j, t);
    put_given(j, "reason", t->reason);
    if (t->into.len)
        put_list(j, "into", t->into.at, t->into.len);
    put_list(j, "related", t->related.at, t->related.len);
    if (!whole)
        return;
    json_key(j, "fields");
    json_object(j);
    for (size_t i = 0; i < t->fields.len; i++) {
        json_key_sv(j, v->profile->template.fields.at[t->fields.at[i].field].id);
        json_string(j, sv_trim(t->fields.at[i].text));
    }
    json_end(j);
    put_given(j, "tree", t->tree_text);
    write_analysis(j, v, index);
    write_acts(j, v, index);
    document_write_discussion(j, v, t->id);
}
