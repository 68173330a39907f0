/* The register as a STIX 2.1 bundle. Section numbers are those of the OASIS Standard of 10 June 2021.
 *
 * Identifiers are UUIDs of version 5 in a space of the group's own (2.9), so an object keeps its identifier from one
 * publication to the next. `modified` is when the files that an object is made from last changed: an object with other
 * content has another `modified` (3.6). To revoke an object is final (3.7); a threat that is reopened after its end
 * therefore goes on as a new object, and the revoked one stays. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/uuid.h"
#include "document/build.h"
#include "document/exchange_parts.h"
#include "document/fragment.h"
#include "document/write.h"

enum { STIX_ID = 96 };

struct stix_id {
    char text[STIX_ID];
};

struct stix_writer {
    const struct view *v;
    struct arena *a;
    struct json j;
    struct fragments *fragments;
    struct uuid space;
    struct stix_id identity, marking, extension;
};

/* When an object was made and changed, and whether it is revoked. */
struct stix_times {
    int64_t created, modified;
    bool revoked;
};

static struct stix_id make_id(const struct stix_writer *w, const char *type, struct sv name)
{
    char text[UUID_TEXT];
    struct stix_id id;
    /* The type is a part of the name: no two objects may share a UUID, whatever they are (2.9). */
    struct uuid u = uuid_named(&w->space, build_sv(w->a, "%s:%.*s", type, SV_ARG(name)));
    uuid_text(&u, text);
    snprintf(id.text, sizeof id.text, "%s--%s", type, text);
    return id;
}

static struct uuid space_of(struct arena *a, const struct sig *sig)
{
    return uuid_named(&uuid_space_url, build_sv(a, "casemate:sig/%.*s/%.*s/%.*s", SV_ARG(sig->prefix),
                                                SV_ARG(sig->community), SV_ARG(sig->name)));
}

/* ---- common properties (3.2) ---- */

/* With exactly three digits of a second (3.3, "timestamp" of 2.16). */
static void put_time(struct stix_writer *w, const char *key, int64_t seconds)
{
    const char *text = date_format_time(w->a, seconds);
    json_put(&w->j, key, build_sv(w->a, "%.*s.000Z", (int)strlen(text) - 1, text));
}

static void begin(struct stix_writer *w, const char *type, const struct stix_id *id, const struct stix_times *times)
{
    struct json *j = &w->j;
    json_object(j);
    json_put_str(j, "type", type);
    json_put_str(j, "spec_version", "2.1");
    json_put_str(j, "id", id->text);
    if (strcmp(type, "identity") != 0)
        json_put_str(j, "created_by_ref", w->identity.text);
    put_time(w, "created", times->created);
    if (strcmp(type, "marking-definition") != 0)
        put_time(w, "modified", times->modified);
    if (times->revoked)
        json_put_bool(j, "revoked", true);
}

static void end(struct stix_writer *w, bool marked)
{
    struct json *j = &w->j;
    if (marked) {
        json_key(j, "object_marking_refs");
        json_array(j);
        json_string_str(j, w->marking.text);
        json_end(j);
    }
    json_end(j);
}

static void put_given(struct json *j, const char *key, struct sv text)
{
    if (text.len)
        json_put(j, key, text);
}

/* A cited document (2.5): a reference has a source and at least one thing more. */
static void put_reference(struct stix_writer *w, const struct reference *r)
{
    struct json *j = &w->j;
    json_object(j);
    json_put(j, "source_name", r->id);
    json_put(j, "description", build_sv(w->a, "%.*s%s%.*s", SV_ARG(r->title), r->version.len ? ", version " : "",
                                        SV_ARG(r->version)));
    if (write_web_address(r->url))
        json_put(j, "url", r->url);
    json_end(j);
}

static void begin_extension(struct stix_writer *w)
{
    json_key(&w->j, "extensions");
    json_object(&w->j);
    json_key(&w->j, w->extension.text);
    json_object(&w->j);
    json_put_str(&w->j, "extension_type", "property-extension");
}

static void end_extension(struct stix_writer *w)
{
    json_end(&w->j);
    json_end(&w->j);
}

/* ---- who says it, on what terms, and what our words mean ---- */

static struct stix_times times_of_rules(const struct view *v)
{
    return (struct stix_times){v->begun, v->rules_written > v->begun ? v->rules_written : v->begun, false};
}

/* The group (4.5). Who it is never changes: its identifier is made from its name. */
static void put_identity(struct stix_writer *w)
{
    const struct sig *sig = &w->v->profile->sig;
    struct stix_times times = times_of_rules(w->v);
    begin(w, "identity", &w->identity, &times);
    json_put(&w->j, "name", build_sv(w->a, "%.*s (%.*s)", SV_ARG(sig->name), SV_ARG(sig->community)));
    put_given(&w->j, "description", sig->charter);
    json_put_str(&w->j, "identity_class", "group");
    put_given(&w->j, "contact_information", sig->errata);
    end(w, false);
}

/* A statement of the terms (7.2.1.3). A marking cannot be changed, so another text is another marking. */
static void put_marking(struct stix_writer *w)
{
    const struct sig *sig = &w->v->profile->sig;
    struct json *j = &w->j;
    struct stix_times times = times_of_rules(w->v);
    begin(w, "marking-definition", &w->marking, &times);
    json_put_str(j, "definition_type", "statement");
    json_key(j, "definition");
    json_object(j);
    json_put(j, "statement", build_sv(w->a, "%.*s %.*s", SV_ARG(sig->legal.copyright),
                                      SV_ARG(sig->legal.permissions)));
    json_end(j);
    end(w, false);
}

static void add_scale(struct str *out, const char *name, const struct terms *terms)
{
    str_addf(out, " %s, from least to most:", name);
    for (size_t i = 0; i < terms->list.len; i++)
        str_addf(out, "%s %.*s", i ? "," : "", SV_ARG(terms->list.at[i].id));
    str_add_char(out, '.');
}

/* What the words of the extension mean, as text (7.3: a schema may be text that explains). */
static void put_extension_definition(struct stix_writer *w)
{
    const struct sig *sig = &w->v->profile->sig;
    struct json *j = &w->j;
    struct str schema = STR_INIT;
    struct stix_times times = times_of_rules(w->v);
    str_add_str(&schema,
                "On attack-pattern: stage, likelihood and damage (rating, estimators, lowest and highest estimate, "
                "reason), priority (1 is the most urgent; looked up in a table, not computed), areas, stride, level, "
                "attacker, affects, no_responses, reason, attack_tree (an indented outline). On course-of-action: "
                "kind (response: it exists; recommendation: it is advised) and covers. Ratings are words in an order; "
                "nothing may be computed from their places.");
    add_scale(&schema, "Likelihood", &sig->likelihood);
    add_scale(&schema, "Damage", &sig->damage);
    add_scale(&schema, "Covers", &sig->coverage);
    begin(w, "extension-definition", &w->extension, &times);
    json_put_str(j, "name", "Facts of a threat analysis");
    json_put(j, "schema", str_sv(&schema));
    json_put_str(j, "version", "1.0.0");
    json_key(j, "extension_types");
    json_array(j);
    json_string_str(j, "property-extension");
    json_end(j);
    end(w, true);
    str_release(&schema);
}

/* ---- threats ---- */

static bool is_end(const struct view *v, struct sv stage)
{
    int at = process_stage(&v->profile->process, stage);
    return at >= 0 && v->profile->process.stages.at[at].end;
}

/* How often the threat was reopened after its end; *out_at (may be NULL): when it had ended for the last time
 * before. */
static unsigned reopened(const struct view *v, const struct threat_view *t, unsigned upto, int64_t *out_at)
{
    unsigned times = 0;
    int64_t ended = 0;
    bool over = false;
    for (size_t i = 0; i < t->changes.len && times < upto; i++) {
        const struct change *c = &t->changes.at[i];
        if (!sv_eq_str(c->field, "stage"))
            continue;
        if (over && !is_end(v, c->text))
            times++;
        over = is_end(v, c->text);
        if (over)
            ended = c->at;
    }
    if (out_at)
        *out_at = ended;
    return times;
}

/* The name from which the identifiers of a threat's objects are made: "T-0001", "T-0001/1" after it was reopened. */
static struct sv seed(struct arena *a, const struct threat *t, unsigned times)
{
    return times ? build_sv(a, "%.*s/%u", SV_ARG(t->id), times) : t->id;
}

static struct sv seed_of(const struct stix_writer *w, const struct threat_view *t)
{
    return seed(w->a, t->threat, reopened(w->v, t, UINT_MAX, NULL));
}

static struct stix_times times_of(const struct view *v, const struct threat_view *t)
{
    struct stix_times times = {0, t->written > v->rules_written ? t->written : v->rules_written, false};
    if (!date_parse_time(t->threat->proposed.date, &times.created) || times.created > times.modified)
        times.created = t->written;
    times.revoked = exchange_ended(v, t->threat);
    return times;
}

static void put_external(struct stix_writer *w, const struct threat_view *t)
{
    const struct sig *sig = &w->v->profile->sig;
    struct json *j = &w->j;
    json_key(j, "external_references");
    json_array(j);
    json_object(j);
    json_put(j, "source_name", sig->name);
    json_put(j, "external_id", t->threat->id);
    json_end(j);
    for (size_t i = 0; i < t->documents.len; i++)
        put_reference(w, w->v->documents.at[t->documents.at[i]].reference);
    json_end(j);
}

static void put_labels(struct stix_writer *w, const struct threat *t)
{
    if (!t->stride.len)
        return;
    json_key(&w->j, "labels");
    json_array(&w->j);
    for (size_t i = 0; i < t->stride.len; i++)
        json_string(&w->j, w->v->profile->sig.stride.list.at[t->stride.at[i]].id);
    json_end(&w->j);
}

static struct sv description_of(struct stix_writer *w, const struct threat *t)
{
    int definition = exchange_definition(w->v);
    struct sv abstract = exchange_plain(w->a, exchange_field(w->v, t, "abstract"));
    struct sv what = definition < 0 ? SV_NONE : exchange_plain(w->a, threat_field(t, definition));
    return build_sv(w->a, "%.*s%s%.*s", SV_ARG(abstract), abstract.len && what.len ? "\n\n" : "", SV_ARG(what));
}

static void put_pattern(struct stix_writer *w, size_t index, const struct stix_id *id, const struct stix_times *times)
{
    const struct threat_view *t = &w->v->threats.at[index];
    begin(w, "attack-pattern", id, times);
    json_put(&w->j, "name", t->threat->name);
    put_given(&w->j, "description", description_of(w, t->threat));
    put_given(&w->j, "lang", w->v->profile->sig.language);
    put_labels(w, t->threat);
    put_external(w, t);
    begin_extension(w);
    exchange_facts(&w->j, w->v, index);
    end_extension(w);
    end(w, true);
}

static void put_relation(struct stix_writer *w, const char *type, struct sv name, const struct stix_times *times,
                         const struct stix_id *from, const struct stix_id *to, struct sv description)
{
    struct stix_id id = make_id(w, "relationship", name);
    begin(w, "relationship", &id, times);
    json_put_str(&w->j, "relationship_type", type);
    put_given(&w->j, "description", description);
    json_put_str(&w->j, "source_ref", from->text);
    json_put_str(&w->j, "target_ref", to->text);
    end(w, true);
}

/* ---- what helps ---- */

struct stix_action {
    struct sv name, description;    /* of the course of action */
    struct sv seed;                 /* unique in the register */
    struct sv how_far;              /* of the relation; may be empty */
    const char *kind;
    struct sv covers;               /* id; may be empty */
    const struct reference *source; /* may be NULL */
};

static void put_action(struct stix_writer *w, const struct stix_action *act, const struct stix_id *pattern,
                       const struct stix_times *times)
{
    struct json *j = &w->j;
    struct stix_id id = make_id(w, "course-of-action", act->seed);
    begin(w, "course-of-action", &id, times);
    json_put(j, "name", act->name);
    put_given(j, "description", act->description);
    if (act->source) {
        json_key(j, "external_references");
        json_array(j);
        put_reference(w, act->source);
        json_end(j);
    }
    begin_extension(w);
    json_put_str(j, "kind", act->kind);
    put_given(j, "covers", act->covers);
    end_extension(w);
    end(w, true);
    put_relation(w, "mitigates", build_sv(w->a, "mitigates:%.*s", SV_ARG(act->seed)), times, &id, pattern,
                 act->how_far);
}

/* Responses with one citation on one threat are told apart by their number among these. */
static unsigned same_before(const struct threat *t, size_t index)
{
    unsigned count = 0;
    for (size_t i = 0; i < index; i++)
        count += sv_eq(t->responses.at[i].citation.text, t->responses.at[index].citation.text);
    return count;
}

static void put_actions(struct stix_writer *w, const struct threat *t, struct sv name, const struct stix_id *pattern,
                        const struct stix_times *times)
{
    const struct terms *coverage = &w->v->profile->sig.coverage;
    int advice = exchange_advice(w->v);
    for (size_t i = 0; i < t->responses.len; i++) {
        const struct response *r = &t->responses.at[i];
        const struct term *covers = r->covers < 0 ? NULL : &coverage->list.at[r->covers];
        const struct stix_action act = {
            .name = r->citation.text, .description = r->how, .kind = "response",
            .seed = build_sv(w->a, "%.*s:response:%.*s:%u", SV_ARG(name), SV_ARG(r->citation.text), same_before(t, i)),
            .how_far = covers ? build_sv(w->a, "%.*s: %.*s", SV_ARG(covers->name), SV_ARG(covers->means)) : SV_NONE,
            .covers = covers ? covers->id : SV_NONE, .source = r->citation.reference};
        put_action(w, &act, pattern, times);
    }
    if (advice < 0 || !sv_trim(threat_field(t, advice)).len)
        return;
    const struct stix_action act = {
        .name = build_sv(w->a, "%.*s for %.*s", SV_ARG(w->v->profile->template.fields.at[advice].name), SV_ARG(t->id)),
        .description = exchange_plain(w->a, threat_field(t, advice)), .kind = "recommendation",
        .seed = build_sv(w->a, "%.*s:recommendation", SV_ARG(name))};
    put_action(w, &act, pattern, times);
}

static void put_threat(struct stix_writer *w, size_t index, const struct stix_times *times)
{
    const struct threat_view *t = &w->v->threats.at[index];
    unsigned again = reopened(w->v, t, UINT_MAX, NULL);
    for (unsigned n = 0; n < again; n++) {
        struct stix_times before = *times;
        struct stix_id id = make_id(w, "attack-pattern", seed(w->a, t->threat, n));
        before.revoked = true;
        put_pattern(w, index, &id, &before);
    }
    struct sv name = seed(w->a, t->threat, again);
    struct stix_id id = make_id(w, "attack-pattern", name);
    put_pattern(w, index, &id, times);
    put_actions(w, t->threat, name, &id, times);
}

/* A threat's objects are those of the last run when its text is, and its times are. */
static void put_threat_or_gap(struct stix_writer *w, size_t index)
{
    struct stix_times times = times_of(w->v, &w->v->threats.at[index]);
    struct sv place = build_sv(w->a, "%lld %lld", (long long)times.created, (long long)times.modified);
    struct arena *a = w->fragments ? w->fragments->arena : w->a;
    struct sv id = sv_str(arena_printf(a, "%.*s=", SV_ARG(w->v->threats.at[index].threat->id)));
    json_place(&w->j);
    if (fragment_begin(w->fragments, id, place, NULL, w->j.out)) {
        json_placed(&w->j);
        return;
    }
    put_threat(w, index, &times);
    fragment_end(w->fragments, w->j.out);
}

/* ---- between threats ---- */

static void relate(struct stix_writer *w, size_t from, size_t to, const char *type)
{
    const struct threat_view *f = &w->v->threats.at[from], *t = &w->v->threats.at[to];
    struct stix_times times = times_of(w->v, f), other = times_of(w->v, t);
    struct sv one = seed_of(w, f), two = seed_of(w, t);
    struct stix_id source = make_id(w, "attack-pattern", one), target = make_id(w, "attack-pattern", two);
    times.created = times.created > other.created ? times.created : other.created;
    times.modified = times.modified > other.modified ? times.modified : other.modified;
    times.revoked = false;
    put_relation(w, type, build_sv(w->a, "%s:%.*s:%.*s", type, SV_ARG(one), SV_ARG(two)), &times, &source, &target,
                 SV_NONE);
}

static bool names(const struct threat *t, struct sv id)
{
    for (size_t i = 0; i < t->related.len; i++)
        if (sv_eq(t->related.at[i], id))
            return true;
    return false;
}

/* Each pair once, from the lower number; successors of a threat that ended (duplicate-of: it was merged into one). */
static void put_relations(struct stix_writer *w, size_t index)
{
    const struct view *v = w->v;
    const struct threat *t = v->threats.at[index].threat;
    for (size_t i = 0; i < t->related.len; i++) {
        int other = view_find(v, t->related.at[i]);
        if (other < 0 || (size_t)other == index)
            continue;
        bool both = names(v->threats.at[other].threat, t->id);
        if (!both || index < (size_t)other)
            relate(w, index < (size_t)other ? index : (size_t)other, index < (size_t)other ? (size_t)other : index,
                   "related-to");
    }
    for (size_t i = 0; i < t->into.len && exchange_ended(v, t); i++) {
        int other = view_find(v, t->into.at[i]);
        if (other >= 0 && t->into.len == 1)
            relate(w, index, (size_t)other, "duplicate-of");
        else if (other >= 0)
            relate(w, (size_t)other, index, "derived-from");
    }
}

void exchange_write_stix(const struct view *v, struct fragments *fragments, struct str *out)
{
    struct arena a = ARENA_INIT;
    const struct sig *sig = &v->profile->sig;
    struct stix_writer w = {.v = v, .a = &a, .fragments = fragments, .space = space_of(&a, sig)};
    w.identity = make_id(&w, "identity", SV("group"));
    w.marking = make_id(&w, "marking-definition",
                        build_sv(&a, "%.*s %.*s", SV_ARG(sig->legal.copyright), SV_ARG(sig->legal.permissions)));
    w.extension = make_id(&w, "extension-definition", SV("facts/1"));
    json_init(&w.j, out, false);
    w.j.flat_from = 3; /* an object a line */
    json_object(&w.j);
    json_put_str(&w.j, "type", "bundle");
    json_put_str(&w.j, "id", make_id(&w, "bundle", SV("register")).text);
    json_key(&w.j, "objects");
    json_array(&w.j);
    put_identity(&w);
    put_marking(&w);
    put_extension_definition(&w);
    for (size_t i = 0; i < v->threats.len; i++)
        put_threat_or_gap(&w, i);
    for (size_t i = 0; i < v->threats.len; i++)
        put_relations(&w, i);
    json_end(&w.j);
    json_end(&w.j);
    json_finish(&w.j);
    arena_release(&a);
}
