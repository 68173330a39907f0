/* Threat Composer: statements in parts, and mitigations and assumptions that links tie to them. */
#include "format/threat_model_parts.h"

#include "base/map.h"

#include <string.h>

struct composer {
    struct model_reading *r;
    struct map contents; /* id -> text of a mitigation or an assumption */
    struct map threats;  /* id -> index + 1 in out->threats */
};

static void index_contents(struct composer *c, const struct json_value *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct json_value *v = list->items[i];
        struct sv *text = arena_new(c->r->a, struct sv);
        *text = model_text(c->r, v, "content");
        if (json_get_text(v, "id").len)
            map_set(&c->contents, json_get_text(v, "id"), text);
        model_lose_members(c->r, v, (const char *const[]){"metadata", "comments and marks", NULL});
    }
}

static const struct json_value *metadata(struct model_reading *r, const struct json_value *v, const char *key)
{
    const struct json_value *list = model_list(r, v, "metadata");
    for (size_t i = 0; i < list->count; i++)
        if (sv_eq_str(json_get_text(list->items[i], "key"), key))
            return json_get(list->items[i], "value");
    return NULL;
}

static void add_stride(struct model_reading *r, struct threat_model_threat *t, const struct json_value *letters)
{
    for (size_t i = 0; letters && letters->kind == JSON_ARRAY && i < letters->count; i++)
        model_stride(r, t, letters->items[i]->text);
}

/* The statement, as a sentence. */
static struct sv statement(struct model_reading *r, const struct json_value *v)
{
    struct sv text = model_text(r, v, "statement");
    if (text.len && text.at[0] >= 'a' && text.at[0] <= 'z')
        text = sv_str(arena_printf(r->a, "%c%.*s", text.at[0] - 'a' + 'A', (int)text.len - 1, text.at + 1));
    if (text.len && text.at[text.len - 1] != '.')
        text = sv_str(arena_printf(r->a, "%.*s.", SV_ARG(text)));
    return text;
}

/* Hands the contents to the threats that they are tied to. */
static void add_linked(struct composer *c, const struct json_value *links, const char *key)
{
    for (size_t i = 0; i < links->count; i++) {
        const struct sv *text = map_get(&c->contents, json_get_text(links->items[i], key));
        size_t at = (size_t)(uintptr_t)map_get(&c->threats, json_get_text(links->items[i], "linkedId"));
        struct threat_model_threat *t = at ? &c->r->out->threats.at[at - 1] : NULL;
        if (sv_eq_str(json_get_text(links->items[i], "type"), "Mitigation"))
            model_lose(c->r, "assumptions about mitigations", text ? *text : SV_NONE);
        else if (!text || !text->len || !t)
            model_lose(c->r, "links to what is not there", json_get_text(links->items[i], "linkedId"));
        else if (!strcmp(key, "mitigationId"))
            model_mitigation(c->r, t, SV_NONE, *text);
        else
            *vec_push(c->r->a, &t->assumptions) = *text;
    }
}

static void read_threat(struct composer *c, const struct json_value *v)
{
    static const char *const lost[] = {"tags", "tags", "status", "states: the group's own stages count", NULL};
    struct model_reading *r = c->r;
    struct threat_model_threat *t = model_threat(r, v);
    if (!t)
        return;
    const struct json_value *priority = metadata(r, v, "Priority"), *assets = model_list(r, v, "impactedAssets");
    t->text = statement(r, v);
    t->name = model_line(r, model_text(r, v, "threatAction"));
    if (!t->name.len)
        t->name = model_line(r, t->text);
    add_stride(r, t, metadata(r, v, "STRIDE"));
    for (size_t i = 0; i < assets->count; i++)
        model_place(r, t, model_plain(r->a, assets->items[i]->text));
    if (json_get_text(v, "id").len)
        map_set(&c->threats, json_get_text(v, "id"), (void *)(uintptr_t)r->out->threats.len);
    if (priority)
        model_lose(r, "priorities: the group's table gives them", priority->text);
    if (metadata(r, v, "Comments"))
        model_lose(r, "comments and marks", metadata(r, v, "Comments")->text);
    model_lose_members(r, v, lost);
    if (!t->name.len)
        model_fault(r, v, "this threat says nothing", "a member \"threatAction\" or \"statement\"");
}

void model_read_composer(struct model_reading *r, const struct json_value *root)
{
    static const char *const lost[] = {"architecture", "the description of the architecture", "dataflow",
                                       "the description of the data flow", NULL};
    const struct json_value *threats = model_list(r, root, "threats");
    struct composer c = {.r = r};
    map_init(&c.contents, r->a);
    map_init(&c.threats, r->a);
    index_contents(&c, model_list(r, root, "mitigations"));
    index_contents(&c, model_list(r, root, "assumptions"));
    r->out->title = model_line(r, model_text(r, json_get(root, "applicationInfo"), "name"));
    for (size_t i = 0; i < threats->count; i++)
        read_threat(&c, threats->items[i]);
    add_linked(&c, model_list(r, root, "assumptionLinks"), "assumptionId");
    add_linked(&c, model_list(r, root, "mitigationLinks"), "mitigationId");
    model_lose_members(r, root, lost);
}
