#include "register/voted.h"

#include <stdio.h>

/* Key and value, each with its length: whatever a text holds, no two contents give the same bytes. */
static void part(struct digest_state *s, const char *key, struct sv text)
{
    digest_add_part(s, sv_str(key));
    digest_add_part(s, text);
}

static void part_number(struct digest_state *s, const char *key, unsigned number)
{
    char text[16];
    int len = snprintf(text, sizeof(text), "%u", number);
    part(s, key, sv_from(text, (size_t)len));
}

static struct sv term_id(const struct terms *t, int index)
{
    return index >= 0 && (size_t)index < t->list.len ? t->list.at[index].id : SV_NONE;
}

/* An index of -1 is a word that is not given: it leaves no part. */
static void part_term(struct digest_state *s, const char *key, const struct terms *t, int index)
{
    if (index >= 0)
        part(s, key, term_id(t, index));
}

static void add_attacker(struct digest_state *s, const struct sig *sig, const struct threat *t)
{
    if (!t->attacker.given)
        return;
    part_term(s, "attacker.position", &sig->positions, t->attacker.position);
    for (size_t i = 0; i < t->attacker.on.len; i++)
        part_term(s, "attacker.on", &sig->surfaces, t->attacker.on.at[i]);
    part_term(s, "attacker.activity", &sig->activities, t->attacker.activity);
}

static void add_rating(struct digest_state *s, const char *key, const struct terms *scale, const struct rating *r)
{
    if (!r->given)
        return;
    part(s, key, term_id(scale, r->level));
    if (r->level >= 0)
        part(s, "name", scale->list.at[r->level].name);
    part_term(s, "low", scale, r->low);
    part_term(s, "high", scale, r->high);
    part_number(s, "estimators", r->estimators);
    part(s, "reason", r->reason);
}

static void add_responses(struct digest_state *s, const struct sig *sig, const struct threat *t)
{
    for (size_t i = 0; i < t->responses.len; i++) {
        const struct response *r = &t->responses.at[i];
        part(s, "response", r->citation.text);
        part_term(s, "covers", &sig->coverage, r->covers);
        part(s, "how", r->how);
    }
    if (t->no_responses.len)
        part(s, "responses", t->no_responses);
}

/* The priority, and the table it was looked up in. */
static void add_priority(struct digest_state *s, const struct sig *sig, const struct threat *t)
{
    unsigned priority = t->likelihood.given && t->damage.given
                            ? sig_priority(sig, t->likelihood.level, t->damage.level) : 0;
    if (!priority)
        return;
    part_number(s, "priority", priority);
    for (size_t i = 0; i < sig->likelihood.list.len; i++)
        part(s, "table.likelihood", sig->likelihood.list.at[i].id);
    for (size_t i = 0; i < sig->damage.list.len; i++)
        part(s, "table.damage", sig->damage.list.at[i].id);
    for (size_t i = 0; i < sig->likelihood.list.len * sig->damage.list.len; i++)
        part_number(s, "table.priority", sig->priority_table[i]);
    for (size_t i = 0; i < sig->priorities.list.len; i++)
        part(s, "table.name", sig->priorities.list.at[i].name);
}

struct digest voted_threat(const struct profile *p, const struct threat *t)
{
    struct digest_state s;
    digest_begin(&s);
    digest_add_part(&s, SV("casemate-voted-threat-1"));
    part(&s, "id", t->id);
    part(&s, "name", t->name);
    for (size_t i = 0; i < t->areas.len; i++)
        part_term(&s, "area", &p->sig.areas, t->areas.at[i]);
    for (size_t i = 0; i < t->stride.len; i++)
        part_term(&s, "stride", &p->sig.stride, t->stride.at[i]);
    part_term(&s, "level", &p->sig.levels, t->level);
    for (size_t i = 0; i < t->affects.len; i++)
        part(&s, "affects", t->affects.at[i].text);
    add_attacker(&s, &p->sig, t);
    add_rating(&s, "likelihood", &p->sig.likelihood, &t->likelihood);
    add_rating(&s, "damage", &p->sig.damage, &t->damage);
    add_priority(&s, &p->sig, t);
    add_responses(&s, &p->sig, t);
    for (size_t i = 0; i < t->related.len; i++)
        part(&s, "related", t->related.at[i]);
    for (size_t i = 0; i < t->fields.len; i++) {
        part(&s, "field", p->template.fields.at[t->fields.at[i].field].id);
        part(&s, "text", t->fields.at[i].text);
    }
    return digest_end(&s);
}

struct digest voted_document(const struct profile_files *files, struct sv document)
{
    for (size_t i = 0; i < files->list.len; i++) {
        struct sv path = sv_str(files->list.at[i].path);
        if (path.len == document.len + 3 && sv_starts(path, document) && sv_ends(path, SV(".md")))
            return digest_of(files->list.at[i].text);
    }
    return digest_of(SV_NONE);
}

struct digest voted_decision(const struct digest *call, struct sv outcome, struct sv judgement)
{
    const struct sv parts[] = {SV("casemate-voted-decision-1"), digest_sv(call), outcome, judgement};
    return digest_of_parts(parts, ARRAY_LEN(parts));
}

void editorials_init(struct editorials *e, struct arena *a)
{
    e->arena = a;
    map_init(&e->by_threat, a);
}

void editorials_add(struct editorials *e, struct sv threat, const struct editorial *change)
{
    struct editorial_list *of = map_get(&e->by_threat, threat);
    if (!of) {
        of = arena_new(e->arena, struct editorial_list);
        map_set(&e->by_threat, arena_sv(e->arena, threat), of);
    }
    *vec_push(e->arena, &of->list) = *change;
}

static bool is_reached(const struct editorial_list *changes, const bool *taken, const struct digest *voted,
                       const struct digest *text)
{
    if (digest_eq(voted, text))
        return true;
    for (size_t i = 0; i < changes->list.len; i++)
        if (taken[i] && digest_eq(&changes->list.at[i].after, text))
            return true;
    return false;
}

/* Follows the changes until none leads further; they may go in circles. */
enum voted_match voted_match(struct arena *a, const struct editorials *e, struct sv threat, const struct digest *voted,
                             const struct digest *now)
{
    if (digest_eq(voted, now))
        return VOTED_SAME;
    const struct editorial_list *changes = map_get(&e->by_threat, threat);
    if (!changes)
        return VOTED_CHANGED;
    bool *taken = arena_new_array(a, bool, changes->list.len);
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < changes->list.len; i++)
            if (!taken[i] && is_reached(changes, taken, voted, &changes->list.at[i].before))
                more = taken[i] = true;
    }
    return is_reached(changes, taken, voted, now) ? VOTED_EDITORIAL : VOTED_CHANGED;
}
