/* Open Threat Model: threats and mitigations by themselves; components and data flows name them. */
#include "format/threat_model_parts.h"

#include "base/map.h"

struct otm {
    struct model_reading *r;
    struct map mitigations; /* id -> json_value */
    struct map threats;     /* id -> index + 1 in out->threats */
};

static void read_categories(struct model_reading *r, struct threat_model_threat *t, const struct json_value *v)
{
    const struct json_value *categories = model_list(r, v, "categories");
    for (size_t i = 0; i < categories->count; i++)
        model_stride(r, t, model_plain(r->a, categories->items[i]->text));
}

static void read_threat(struct otm *o, const struct json_value *v)
{
    static const char *const lost[] = {
        "risk", "risks in numbers: the group rates by itself",
        "cwes", "numbers of CWE",
        "tags", "tags",
        "attributes", "attributes",
        NULL,
    };
    struct model_reading *r = o->r;
    struct threat_model_threat *t = model_threat(r, v);
    if (!t)
        return;
    t->name = model_line(r, model_text(r, v, "name"));
    t->text = model_text(r, v, "description");
    read_categories(r, t, v);
    model_lose_members(r, v, lost);
    if (!t->name.len)
        model_fault(r, v, "this threat has no name", "a member \"name\"");
    if (t->id.len)
        map_set(&o->threats, t->id, (void *)(uintptr_t)r->out->threats.len);
}

/* A threat as a component has it: its place, and what is done against it there. */
static void read_use(struct otm *o, const struct json_value *use, struct sv place)
{
    struct model_reading *r = o->r;
    struct sv id = model_text(r, use, "threat");
    size_t at = (size_t)(uintptr_t)map_get(&o->threats, id);
    const struct json_value *list = model_list(r, use, "mitigations");
    if (!at) {
        model_fault(r, use, arena_printf(r->a, "there is no threat \"%.*s\"", SV_ARG(id)),
                    "the id of one below \"threats\"");
        return;
    }
    struct threat_model_threat *t = &r->out->threats.at[at - 1];
    model_place(r, t, place);
    for (size_t i = 0; i < list->count; i++) {
        struct sv which = model_text(r, list->items[i], "mitigation");
        const struct json_value *m = map_get(&o->mitigations, which);
        if (m)
            model_mitigation(r, t, model_text(r, m, "name"), model_text(r, m, "description"));
        else
            model_fault(r, list->items[i], arena_printf(r->a, "there is no mitigation \"%.*s\"", SV_ARG(which)),
                        "the id of one below \"mitigations\"");
    }
    model_lose_members(r, use, (const char *const[]){"state", "states: the group's own stages count", NULL});
}

static void read_uses(struct otm *o, const struct json_value *root, const char *key)
{
    const struct json_value *list = model_list(o->r, root, key);
    for (size_t i = 0; i < list->count; i++) {
        const struct json_value *uses = model_list(o->r, list->items[i], "threats");
        struct sv name = model_text(o->r, list->items[i], "name");
        for (size_t k = 0; k < uses->count; k++)
            read_use(o, uses->items[k], name);
    }
}

void model_read_otm(struct model_reading *r, const struct json_value *root)
{
    static const char *const lost[] = {
        "representations", "diagrams",
        "assets", "assets",
        "components", "components, but for their names at their threats",
        "dataflows", "data flows, but for their names at their threats",
        "trustZones", "trust zones",
        NULL,
    };
    const struct json_value *threats = model_list(r, root, "threats");
    const struct json_value *mitigations = model_list(r, root, "mitigations");
    struct otm o = {.r = r};
    map_init(&o.mitigations, r->a);
    map_init(&o.threats, r->a);
    for (size_t i = 0; i < mitigations->count; i++)
        map_set(&o.mitigations, model_text(r, mitigations->items[i], "id"), (void *)(uintptr_t)mitigations->items[i]);
    r->out->title = model_line(r, model_text(r, json_get(root, "project"), "name"));
    for (size_t i = 0; i < threats->count; i++)
        read_threat(&o, threats->items[i]);
    read_uses(&o, root, "components");
    read_uses(&o, root, "dataflows");
    model_lose_members(r, root, lost);
}
