/* The W3C's threat files, as respec-threats reads them: one threat a file. */
#include "format/threat_model_parts.h"

static void read_responses(struct model_reading *r, struct threat_model_threat *t, const struct json_value *root)
{
    const struct json_value *list = model_list(r, root, "response");
    for (size_t i = 0; i < list->count; i++) {
        const struct json_value *v = list->items[i];
        model_mitigation(r, t, model_text(r, v, "name"), model_text(r, v, "description"));
        model_lose_members(r, v, (const char *const[]){"type", "types of responses", NULL});
    }
}

void model_read_w3c(struct model_reading *r, const struct json_value *root)
{
    struct threat_model_threat *t = model_threat(r, root);
    if (!t)
        return;
    const struct json_value *elements = model_list(r, root, "elements");
    struct sv class = model_text(r, root, "taxonomyClass");
    t->name = model_line(r, model_text(r, root, "name"));
    t->text = model_text(r, root, "description");
    for (size_t i = 0; i < elements->count; i++)
        model_place(r, t, model_plain(r->a, elements->items[i]->text));
    model_stride(r, t, class);
    read_responses(r, t, root);
    model_lose_members(r, root, (const char *const[]){"tags", "tags", NULL});
    if (!t->name.len)
        model_fault(r, root, "this threat has no name", "a member \"name\"");
}
