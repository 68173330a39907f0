/* calibration.yaml */
#include "profile/internal.h"

enum { SAMPLES_MAX = 50 };

const struct sample *calibration_find(const struct calibration *c, struct sv id)
{
    for (size_t i = 0; i < c->list.len; i++)
        if (sv_eq(c->list.at[i].id, id))
            return &c->list.at[i];
    return NULL;
}

static void read_rating(const struct yaml_read *r, const struct yaml_node *map, const char *key,
                        const struct terms *scale, struct sample_rating *out)
{
    const struct yaml_node *node =
        yaml_read_mapping(r, yaml_read_get(r, map, key, YAML_REQUIRED), arena_printf(r->a, "`%s`", key));
    out->level = -1;
    if (!node)
        return;
    YAML_READ_KEYS(r, node, "rating", "reason");
    const struct yaml_node *word = yaml_get(node, "rating");
    struct sv id = yaml_read_text(r, node, "rating", YAML_REQUIRED);
    out->reason = yaml_read_text(r, node, "reason", YAML_REQUIRED);
    out->level = terms_find(scale, id);
    if (!id.len || out->level >= 0)
        return;
    struct words known = {{NULL, 0, 0}};
    for (size_t i = 0; i < scale->list.len; i++)
        *vec_push(r->a, &known.list) = arena_strndup(r->a, scale->list.at[i].id.at, scale->list.at[i].id.len);
    yaml_read_unknown(r, word, key, &known);
}

static void read_sample(const struct yaml_read *r, const struct yaml_node *item, const struct sig *sig,
                        struct calibration *out)
{
    struct sample sample = {.likelihood = {-1, SV_NONE}, .damage = {-1, SV_NONE}};
    const struct yaml_node *map = yaml_read_mapping(r, item, "a sample");
    if (!map)
        return;
    YAML_READ_KEYS(r, map, "id", "name", "text", "likelihood", "damage");
    sample.id = yaml_read_id(r, map, "id");
    sample.name = yaml_read_line(r, map, "name", YAML_REQUIRED);
    sample.text = yaml_read_text(r, map, "text", YAML_REQUIRED);
    read_rating(r, map, "likelihood", &sig->likelihood, &sample.likelihood);
    read_rating(r, map, "damage", &sig->damage, &sample.damage);
    if (sample.id.len && calibration_find(out, sample.id))
        yaml_read_fault(r, yaml_get(map, "id"),
                        arena_printf(r->a, "the id \"%.*s\" is that of an earlier sample", SV_ARG(sample.id)),
                        "an id of its own");
    *vec_push(r->a, &out->list) = sample;
}

void calibration_read(struct source *s, const struct sig *sig, struct calibration *out)
{
    const struct yaml_read *r = &s->read;
    const struct yaml_node *root =
        yaml_read_mapping(r, yaml_parse(r->a, s->text, r->file, 1, r->diag), "calibration.yaml");
    if (!root)
        return;
    YAML_READ_KEYS(r, root, "samples");
    const struct yaml_node *list = yaml_read_list(r, root, "samples", YAML_REQUIRED, SAMPLES_MAX);
    for (size_t i = 0; list && i < list->count; i++)
        read_sample(r, list->items[i], sig, out);
    if (list && !list->count)
        yaml_read_fault(r, list, "no sample", "one sample or more; or no calibration.yaml");
}
