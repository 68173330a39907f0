/* Threat Dragon: threats stand in the cells of diagrams, in version 1 below diagramJson. */
#include "format/threat_model_parts.h"

static void read_threat(struct model_reading *r, const struct json_value *v, struct sv element)
{
    static const char *const lost[] = {
        "severity", "severities: the group rates by itself",
        "score", "scores: the group rates by itself",
        "status", "states: the group's own stages count",
        NULL,
    };
    struct threat_model_threat *t = model_threat(r, v);
    if (!t)
        return;
    t->name = model_line(r, model_text(r, v, "title"));
    t->text = model_text(r, v, "description");
    model_stride(r, t, model_text(r, v, "type"));
    model_place(r, t, element);
    model_mitigation(r, t, SV_NONE, model_text(r, v, "mitigation"));
    model_lose_members(r, v, lost);
    if (!t->name.len)
        model_fault(r, v, "this threat has no title", "a member \"title\"");
}

/* Version 2 has name and threats below data; version 1 has them in the cell, or the name below attrs.text.text. */
static void read_cell(struct model_reading *r, const struct json_value *cell)
{
    const struct json_value *data = json_get(cell, "data"), *from = data ? data : cell;
    const struct json_value *threats = model_list(r, from, "threats");
    struct sv name = model_text(r, from, "name");
    if (!name.len)
        name = model_plain(r->a, json_get_text(json_get(json_get(cell, "attrs"), "text"), "text"));
    for (size_t i = 0; i < threats->count; i++)
        read_threat(r, threats->items[i], name);
    model_lose(r, "parts of data flow diagrams", name);
}

void model_read_dragon(struct model_reading *r, const struct json_value *root)
{
    const struct json_value *diagrams = model_list(r, json_get(root, "detail"), "diagrams");
    r->out->title = model_line(r, model_text(r, json_get(root, "summary"), "title"));
    for (size_t i = 0; i < diagrams->count; i++) {
        const struct json_value *diagram = diagrams->items[i], *old = json_get(diagram, "diagramJson");
        const struct json_value *cells = model_list(r, old ? old : diagram, "cells");
        for (size_t k = 0; k < cells->count; k++)
            read_cell(r, cells->items[k]);
    }
}
