#include "action/preview.h"

#include "action/part.h"

int threat_alone(struct action_context *c, struct sv id, struct profile **out, const struct threat **out_threat,
                 struct err *err)
{
    struct profile_files files;
    int rc = part_load(c, &id, 1, &files, out, err);
    *out_threat = rc ? NULL : map_get(&(*out)->by_id, id);
    return rc || *out_threat ? rc : err_set(err, CM_ENOTFOUND, "there is no threat %.*s", SV_ARG(id));
}

/* With the whole register around it: what a part does not settle. */
static int try_whole(struct action_context *c, const struct threat *threat, struct profile *p,
                     struct threat_preview *out, struct err *err)
{
    struct profile_files files = {{NULL, 0, 0}};
    int rc = view_load_files(c->store, c->arena, &files, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < files.list.len; i++)
        if (!strcmp(files.list.at[i].path, threat->file))
            files.list.at[i].text = out->source;
    profile_parse(c->arena, &files, "", c->diag, p);
    return CM_OK;
}

int threat_preview(struct action_context *c, const struct profile *now, const struct threat *threat, struct sv field,
                   struct sv text, struct threat_preview *out, struct err *err)
{
    struct part_change part = {.settled = false};
    struct profile *p = arena_new(c->arena, struct profile);
    int index = template_field(&now->template, field);
    *out = (struct threat_preview){.profile = NULL};
    if (index < 0)
        return err_set(err, CM_EINPUT, "threats have no text \"%.*s\"", SV_ARG(field));
    int rc = threat_text_set_section(c->arena, &now->template, threat->source, now->template.fields.at[index].name,
                                     text, &out->source, err);
    const struct content_edit edit = {.path = threat->file, .text = out->source};
    if (!rc)
        rc = part_try(c, &edit, 1, &part, err);
    if (!rc && part.settled && part.faults.errors)
        *c->diag = part.faults;
    else if (!rc && part.settled)
        *p = part.profile;
    else if (!rc)
        rc = try_whole(c, threat, p, out, err);
    if (rc || c->diag->errors)
        return rc;
    out->profile = p;
    out->threat = map_get(&p->by_id, threat->id);
    return CM_OK;
}
