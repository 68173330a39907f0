/* What the register loses on its way into other formats, and what their writers share. */
#include "document/exchange.h"

#include "document/build.h"
#include "document/exchange_parts.h"

const struct exchange_kind exchange_kinds[EXCHANGE_FORMATS] = {
    [EXCHANGE_STIX] = {"stix", "STIX 2.1 bundle", "exports/register.stix.json",
                       "application/stix+json;version=2.1", false,
                       "Each threat is an attack-pattern, each response and each recommendation a course-of-action "
                       "that mitigates it. Ratings stay words, in an extension that the bundle defines. Threats that "
                       "ended are revoked."},
    [EXCHANGE_OTM] = {"otm", "Open Threat Model 0.2.0", "exports/register.otm.json", "application/json", false,
                      "Each document that threats affect is a component; responses and recommendations are "
                      "mitigations. The format wants numbers for likelihood, impact and the reduction of risk: they "
                      "are the places of our words in their scales, from 1 (0: not rated), and say so. They are "
                      "ranks; nothing may be computed from them."},
    [EXCHANGE_W3C] = {"w3c", "W3C threat files", "exports/w3c/outline.yaml", "application/yaml", true,
                      "One file a threat, as respec-threats reads them, and an outline that groups them by area. The "
                      "format has no ratings."},
    [EXCHANGE_CSV] = {"csv", "CSV", "register.csv", "text/csv", false, "One row a threat, for spreadsheets. Ratings "
                                                                       "are words."},
    [EXCHANGE_JSON] = {"json", "JSON", "register.json", "application/json", false,
                       "Everything that the register holds, in our own form, which has a schema."},
};

/* ---- shared ---- */

struct sv exchange_field(const struct view *v, const struct threat *t, const char *field)
{
    int at = template_field(&v->profile->template, sv_str(field));
    return at < 0 ? SV_NONE : sv_trim(threat_field(t, at));
}

static bool is_prose(const struct template *t, size_t at)
{
    return t->fields.at[at].kind == FIELD_PROSE && !sv_eq_str(t->fields.at[at].id, "abstract");
}

int exchange_definition(const struct view *v)
{
    const struct template *t = &v->profile->template;
    for (size_t i = 0; i < t->fields.len; i++)
        if (is_prose(t, i))
            return (int)i;
    return -1;
}

int exchange_advice(const struct view *v)
{
    const struct template *t = &v->profile->template;
    int definition = exchange_definition(v);
    for (size_t i = t->fields.len; i-- > 0;)
        if (is_prose(t, i))
            return (int)i == definition ? -1 : (int)i;
    return -1;
}

bool exchange_ended(const struct view *v, const struct threat *t)
{
    return build_is_end(v, t->stage);
}

struct sv exchange_rank(struct arena *a, const struct terms *scale, int level)
{
    struct str out = STR_INIT;
    str_addf(&out, "%.*s: number %d of %zu words, from least to most ", SV_ARG(scale->list.at[level].name), level + 1,
             scale->list.len);
    for (size_t i = 0; i < scale->list.len; i++)
        str_addf(&out, "%s%.*s", i ? ", " : "(", SV_ARG(scale->list.at[i].name));
    str_add_str(&out, "); a rank, not a quantity.");
    struct sv text = arena_sv(a, str_sv(&out));
    str_release(&out);
    return text;
}

static void put_term(struct json *j, const char *key, const struct terms *terms, int at)
{
    if (at >= 0)
        json_put(j, key, terms->list.at[at].id);
}

static void put_terms(struct json *j, const char *key, const struct terms *terms, const int *at, size_t count)
{
    if (!count)
        return;
    json_key(j, key);
    json_array(j);
    for (size_t i = 0; i < count; i++)
        json_string(j, terms->list.at[at[i]].id);
    json_end(j);
}

static void put_rating(struct json *j, const char *key, const struct terms *scale, const struct rating *r)
{
    if (!r->given || r->level < 0)
        return;
    json_key(j, key);
    json_object(j);
    json_put(j, "rating", scale->list.at[r->level].id);
    json_put_int(j, "estimators", r->estimators);
    if (r->low >= 0 && r->high >= 0) {
        json_put(j, "lowest", scale->list.at[r->low].id);
        json_put(j, "highest", scale->list.at[r->high].id);
    }
    if (r->reason.len)
        json_put(j, "reason", r->reason);
    json_end(j);
}

static void put_attacker(struct json *j, const struct sig *sig, const struct threat *t)
{
    if (!t->attacker.given)
        return;
    json_key(j, "attacker");
    json_object(j);
    put_term(j, "position", &sig->positions, t->attacker.position);
    put_terms(j, "surfaces", &sig->surfaces, t->attacker.on.at, t->attacker.on.len);
    put_term(j, "activity", &sig->activities, t->attacker.activity);
    json_end(j);
}

void exchange_facts(struct json *j, const struct view *v, size_t index)
{
    const struct sig *sig = &v->profile->sig;
    const struct threat_view *tv = &v->threats.at[index];
    const struct threat *t = tv->threat;
    json_put(j, "stage", v->profile->process.stages.at[t->stage].id);
    put_rating(j, "likelihood", &sig->likelihood, &t->likelihood);
    put_rating(j, "damage", &sig->damage, &t->damage);
    if (tv->priority)
        json_put_int(j, "priority", tv->priority);
    put_terms(j, "areas", &sig->areas, t->areas.at, t->areas.len);
    put_terms(j, "stride", &sig->stride, t->stride.at, t->stride.len);
    put_term(j, "level", &sig->levels, t->level);
    put_attacker(j, sig, t);
    if (t->affects.len) {
        json_key(j, "affects");
        json_array(j);
        for (size_t i = 0; i < t->affects.len; i++)
            json_string(j, t->affects.at[i].text);
        json_end(j);
    }
    if (t->no_responses.len)
        json_put(j, "no_responses", t->no_responses);
    if (t->reason.len)
        json_put(j, "reason", t->reason);
    if (t->tree_text.len)
        json_put(j, "attack_tree", t->tree_text);
}

/* ---- losses ---- */

struct lost {
    struct arena *a;
    const struct view *v;
    enum exchange_format format;
    struct exchange_losses *out;
};

static void lose(const struct lost *l, const char *what, bool (*has)(const struct view *v,
                                                                     const struct threat_view *t),
                 unsigned formats)
{
    size_t count = 0;
    if (!(formats & 1u << l->format))
        return;
    for (size_t i = 0; i < l->v->threats.len; i++)
        count += has(l->v, &l->v->threats.at[i]);
    if (count)
        *vec_push(l->a, &l->out->list) = (struct exchange_loss){sv_str(what), count};
}

static bool is_ended(const struct view *v, const struct threat_view *t)
{
    return exchange_ended(v, t->threat);
}

static bool has_tree(const struct view *v, const struct threat_view *t)
{
    (void)v;
    return t->threat->tree != NULL;
}

static bool is_rated(const struct view *v, const struct threat_view *t)
{
    (void)v;
    return t->threat->likelihood.given || t->threat->damage.given;
}

static bool is_draft(const struct view *v, const struct threat_view *t)
{
    (void)v;
    return t->provisional;
}

static bool has_history(const struct view *v, const struct threat_view *t)
{
    (void)v;
    for (size_t i = 0; i < t->changes.len; i++)
        if (!t->changes.at[i].initial)
            return true;
    return false;
}

static bool has_attacker(const struct view *v, const struct threat_view *t)
{
    (void)v;
    return t->threat->attacker.given;
}

static bool has_classes(const struct view *v, const struct threat_view *t)
{
    (void)v;
    return t->threat->stride.len > 1;
}

static bool has_responses(const struct view *v, const struct threat_view *t)
{
    (void)v;
    return t->threat->responses.len > 0;
}

static bool is_related(const struct view *v, const struct threat_view *t)
{
    (void)v;
    return t->threat->related.len > 0;
}

static void lose_fields(const struct lost *l)
{
    const struct template *t = &l->v->profile->template;
    int definition = exchange_definition(l->v), advice = exchange_advice(l->v);
    if (l->format == EXCHANGE_JSON)
        return;
    for (size_t f = 0; f < t->fields.len; f++) {
        bool carried = ((int)f == advice && l->format != EXCHANGE_CSV) ||
                       ((int)f == definition && (l->format == EXCHANGE_STIX || l->format == EXCHANGE_OTM));
        size_t count = 0;
        if (!is_prose(t, f) || carried)
            continue;
        for (size_t i = 0; i < l->v->threats.len; i++)
            count += sv_trim(threat_field(l->v->threats.at[i].threat, (int)f)).len > 0;
        if (count)
            *vec_push(l->a, &l->out->list) =
                (struct exchange_loss){build_sv(l->a, "texts of the field \xe2\x80\x9c%.*s\xe2\x80\x9d",
                                                SV_ARG(t->fields.at[f].name)), count};
    }
}

void exchange_losses(struct arena *a, const struct view *v, enum exchange_format format, struct exchange_losses *out)
{
    enum { STIX = 1 << EXCHANGE_STIX, OTM = 1 << EXCHANGE_OTM, W3C = 1 << EXCHANGE_W3C, CSV = 1 << EXCHANGE_CSV,
           JSON = 1 << EXCHANGE_JSON };
    const struct lost l = {a, v, format, out};
    *out = (struct exchange_losses){{NULL, 0, 0}};
    lose_fields(&l);
    lose(&l, "threats that were merged, split or withdrawn", is_ended, OTM | W3C);
    lose(&l, "ratings, priorities and stages", is_rated, W3C);
    lose(&l, "reasons of ratings, and their spread", is_rated, CSV);
    lose(&l, "attack trees", has_tree, W3C | CSV);
    lose(&l, "analyses of attack trees", has_tree, STIX | OTM | W3C | CSV);
    lose(&l, "attackers", has_attacker, W3C);
    lose(&l, "classes of STRIDE after the first", has_classes, W3C);
    lose(&l, "how far responses go, and the types that this format has for them", has_responses, W3C);
    lose(&l, "how far responses go, and how", has_responses, CSV);
    lose(&l, "relations between threats", is_related, OTM | W3C);
    lose(&l, "marks that an entry is an editor\xe2\x80\x99s draft", is_draft, STIX | OTM | W3C);
    lose(&l, "histories: who changed what, when and why", has_history, STIX | OTM | W3C | CSV | JSON);
}

void exchange_write(const struct view *v, enum exchange_format format, struct fragments *fragments, struct str *out)
{
    switch (format) {
    case EXCHANGE_STIX:
        exchange_write_stix(v, fragments, out);
        break;
    case EXCHANGE_OTM:
        exchange_write_otm(v, fragments, out);
        break;
    case EXCHANGE_CSV:
        document_write_csv(v, out);
        break;
    case EXCHANGE_JSON:
        document_write_register_fragments(v, fragments, out);
        break;
    default:
        BUG("this format has several files");
    }
}
