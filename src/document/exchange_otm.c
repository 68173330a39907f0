/* The register as an Open Threat Model 0.2.0 (otm_schema.json of https://github.com/iriusrisk/OpenThreatModel).
 *
 * Threats are tied to their mitigations in components only, so each document that threats affect is a component, and
 * what affects none stands in one for the community's technology as a whole. The format wants a number for impact,
 * for the
 * reduction of risk and for trust; see exchange_kinds for what ours are. */
#include "document/build.h"
#include "document/exchange_parts.h"
#include "document/fragment.h"

#define OTM_ZONE "specifications"
#define OTM_ELSE "community"

struct otm_writer {
    const struct view *v;
    struct arena *a;
    struct json j;
    struct fragments *fragments;
};

static void put_given(struct json *j, const char *key, struct sv text)
{
    if (text.len)
        json_put(j, key, text);
}

static bool is_open(const struct otm_writer *w, size_t index)
{
    return !exchange_ended(w->v, w->v->threats.at[index].threat);
}

/* True: what follows is to be written. A threat has two parts in the file, told apart by the mark. */
static bool begin_fragment(struct otm_writer *w, const struct threat *t, const char *mark)
{
    struct arena *a = w->fragments ? w->fragments->arena : w->a;
    struct sv id = sv_str(arena_printf(a, "%.*s%s", SV_ARG(t->id), mark));
    json_place(&w->j);
    if (!fragment_begin(w->fragments, id, SV_NONE, NULL, w->j.out))
        return true;
    json_placed(&w->j);
    return false;
}

/* ---- threats ---- */

static void put_rank(struct otm_writer *w, const char *key, const char *comment, const struct terms *scale,
                     const struct rating *r)
{
    bool rated = r->given && r->level >= 0;
    json_put_int(&w->j, key, rated ? r->level + 1 : 0);
    struct sv said = rated ? exchange_rank(w->a, scale, r->level) : SV("Not rated.");
    json_put(&w->j, comment, build_sv(w->a, "%.*s%s%.*s", SV_ARG(said), rated && r->reason.len ? " " : "",
                                      SV_ARG(rated ? r->reason : SV_NONE)));
}

static void put_categories(struct otm_writer *w, const struct threat *t)
{
    json_key(&w->j, "categories");
    json_array(&w->j);
    for (size_t i = 0; i < t->stride.len; i++)
        json_string(&w->j, w->v->profile->sig.stride.list.at[t->stride.at[i]].name);
    json_end(&w->j);
}

static void put_threat(struct otm_writer *w, size_t index)
{
    const struct sig *sig = &w->v->profile->sig;
    const struct threat *t = w->v->threats.at[index].threat;
    struct json *j = &w->j;
    int definition = exchange_definition(w->v);
    json_object(j);
    json_put(j, "id", t->id);
    json_put(j, "name", t->name);
    json_put(j, "description", exchange_plain(w->a, exchange_field(w->v, t, "abstract")));
    put_categories(w, t);
    json_key(j, "risk");
    json_object(j);
    put_rank(w, "likelihood", "likelihoodComment", &sig->likelihood, &t->likelihood);
    put_rank(w, "impact", "impactComment", &sig->damage, &t->damage);
    json_end(j);
    json_key(j, "attributes");
    json_object(j);
    if (definition >= 0)
        put_given(j, "definition", exchange_plain(w->a, threat_field(t, definition)));
    exchange_facts(j, w->v, index);
    json_end(j);
    json_end(j);
}

static void put_threats(struct otm_writer *w)
{
    json_key(&w->j, "threats");
    json_array(&w->j);
    for (size_t i = 0; i < w->v->threats.len; i++) {
        if (!is_open(w, i) || !begin_fragment(w, w->v->threats.at[i].threat, "="))
            continue;
        put_threat(w, i);
        fragment_end(w->fragments, w->j.out);
    }
    json_end(&w->j);
}

/* ---- mitigations ---- */

static bool has_advice(const struct otm_writer *w, const struct threat *t)
{
    int advice = exchange_advice(w->v);
    return advice >= 0 && sv_trim(threat_field(t, advice)).len > 0;
}

static struct sv response_id(struct otm_writer *w, const struct threat *t, size_t index)
{
    return build_sv(w->a, "%.*s-response-%zu", SV_ARG(t->id), index + 1);
}

static struct sv advice_id(struct otm_writer *w, const struct threat *t)
{
    return build_sv(w->a, "%.*s-recommendation", SV_ARG(t->id));
}

static void begin_mitigation(struct otm_writer *w, struct sv id, struct sv name, struct sv description, int reduction)
{
    json_object(&w->j);
    json_put(&w->j, "id", id);
    json_put(&w->j, "name", name);
    json_put(&w->j, "description", description);
    json_put_int(&w->j, "riskReduction", reduction);
    json_key(&w->j, "attributes");
    json_object(&w->j);
}

static void end_mitigation(struct otm_writer *w)
{
    json_end(&w->j);
    json_end(&w->j);
}

static void put_mitigations_of(struct otm_writer *w, const struct threat *t)
{
    const struct terms *coverage = &w->v->profile->sig.coverage;
    for (size_t i = 0; i < t->responses.len; i++) {
        const struct response *r = &t->responses.at[i];
        begin_mitigation(w, response_id(w, t, i), r->citation.text, r->how, r->covers < 0 ? 0 : r->covers + 1);
        json_put_str(&w->j, "kind", "response");
        if (r->covers >= 0) {
            json_put(&w->j, "covers", coverage->list.at[r->covers].id);
            json_put(&w->j, "riskReductionComment", exchange_rank(w->a, coverage, r->covers));
        }
        end_mitigation(w);
    }
    if (!has_advice(w, t))
        return;
    int advice = exchange_advice(w->v);
    begin_mitigation(w, advice_id(w, t),
                     build_sv(w->a, "%.*s for %.*s", SV_ARG(w->v->profile->template.fields.at[advice].name),
                              SV_ARG(t->id)),
                     exchange_plain(w->a, threat_field(t, advice)), 0);
    json_put_str(&w->j, "kind", "recommendation");
    json_put_str(&w->j, "riskReductionComment", "Not rated.");
    end_mitigation(w);
}

static void put_mitigations(struct otm_writer *w)
{
    json_key(&w->j, "mitigations");
    json_array(&w->j);
    for (size_t i = 0; i < w->v->threats.len; i++) {
        const struct threat *t = w->v->threats.at[i].threat;
        if (!is_open(w, i) || (!t->responses.len && !has_advice(w, t)))
            continue;
        if (begin_fragment(w, t, "=="))
            put_mitigations_of(w, t), fragment_end(w->fragments, w->j.out);
    }
    json_end(&w->j);
}

/* ---- components ---- */

static void put_mitigation_use(struct otm_writer *w, struct sv id, struct sv state)
{
    json_object(&w->j);
    json_put(&w->j, "mitigation", id);
    json_put(&w->j, "state", state);
    json_end(&w->j);
}

/* States are free words: the stage of the threat, and how far the response goes. */
static void put_use(struct otm_writer *w, size_t index)
{
    const struct threat *t = w->v->threats.at[index].threat;
    const struct terms *coverage = &w->v->profile->sig.coverage;
    struct json *j = &w->j;
    json_object(j);
    json_put(j, "threat", t->id);
    json_put(j, "state", w->v->profile->process.stages.at[t->stage].id);
    json_key(j, "mitigations");
    json_array(j);
    for (size_t i = 0; i < t->responses.len; i++)
        put_mitigation_use(w, response_id(w, t, i),
                           t->responses.at[i].covers < 0 ? SV("unknown")
                               : coverage->list.at[t->responses.at[i].covers].id);
    if (has_advice(w, t))
        put_mitigation_use(w, advice_id(w, t), SV("recommended"));
    json_end(j);
    json_end(j);
}

static void begin_component(struct otm_writer *w, struct sv id, struct sv name, struct sv description,
                            const char *type)
{
    struct json *j = &w->j;
    json_object(j);
    json_put(j, "id", id);
    json_put(j, "name", name);
    put_given(j, "description", description);
    json_put_str(j, "type", type);
    json_key(j, "parent");
    json_object(j);
    json_put_str(j, "trustZone", OTM_ZONE);
    json_end(j);
    json_key(j, "threats");
    json_array(j);
}

static void end_component(struct otm_writer *w)
{
    json_end(&w->j);
    json_end(&w->j);
}

static bool affects_nothing(const struct threat *t)
{
    for (size_t i = 0; i < t->affects.len; i++)
        if (t->affects.at[i].reference)
            return false;
    return true;
}

static void put_document(struct otm_writer *w, const struct document_view *d)
{
    bool any = false;
    for (size_t i = 0; i < d->affected.len; i++) {
        if (!is_open(w, d->affected.at[i]))
            continue;
        if (!any)
            begin_component(w, d->reference->id, d->reference->id, d->reference->title, "specification");
        any = true;
        put_use(w, d->affected.at[i]);
    }
    if (any)
        end_component(w);
}

static void put_components(struct otm_writer *w)
{
    const struct sig *sig = &w->v->profile->sig;
    bool any = false;
    json_key(&w->j, "components");
    json_array(&w->j);
    for (size_t i = 0; i < w->v->documents.len; i++)
        put_document(w, &w->v->documents.at[i]);
    for (size_t i = 0; i < w->v->threats.len; i++) {
        if (!is_open(w, i) || !affects_nothing(w->v->threats.at[i].threat))
            continue;
        if (!any)
            begin_component(w, SV(OTM_ELSE), sig->community, SV("Threats that name no document as affected."),
                            "technology");
        any = true;
        put_use(w, i);
    }
    if (any)
        end_component(w);
    json_end(&w->j);
}

static void put_zone(struct otm_writer *w)
{
    struct json *j = &w->j;
    json_key(j, "trustZones");
    json_array(j);
    json_object(j);
    json_put_str(j, "id", OTM_ZONE);
    json_put_str(j, "name", "Specifications");
    json_put_str(j, "description", "The format wants each component in a zone with a number for trust. There is one "
                                   "zone, and its number means nothing.");
    json_key(j, "risk");
    json_object(j);
    json_put_int(j, "trustRating", 0);
    json_end(j);
    json_end(j);
    json_end(j);
}

static void put_project(struct otm_writer *w)
{
    const struct sig *sig = &w->v->profile->sig;
    struct json *j = &w->j;
    json_key(j, "project");
    json_object(j);
    json_put(j, "name", sig->name);
    json_put(j, "id", doc_anchor(w->a, build_sv(w->a, "%.*s %.*s", SV_ARG(sig->community), SV_ARG(sig->name))));
    put_given(j, "description", sig->charter);
    put_given(j, "owner", sig->community);
    put_given(j, "ownerContact", sig->errata);
    json_key(j, "attributes");
    json_object(j);
    json_put(j, "copyright", sig->legal.copyright);
    json_put(j, "permissions", sig->legal.permissions);
    json_put_str(j, "numbers", exchange_kinds[EXCHANGE_OTM].how);
    json_end(j);
    json_end(j);
}

void exchange_write_otm(const struct view *v, struct fragments *fragments, struct str *out)
{
    struct arena a = ARENA_INIT;
    struct otm_writer w = {.v = v, .a = &a, .fragments = fragments};
    json_init(&w.j, out, false);
    w.j.flat_from = 3; /* a threat a line */
    json_object(&w.j);
    json_put_str(&w.j, "otmVersion", "0.2.0");
    put_project(&w);
    put_zone(&w);
    put_components(&w);
    put_threats(&w);
    put_mitigations(&w);
    json_end(&w.j);
    json_finish(&w.j);
    arena_release(&a);
}
