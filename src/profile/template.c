/* template.md: the fields of a threat, and the guidance for each. */
#include "base/suggest.h"
#include "base/utf8.h"
#include "profile/internal.h"

enum { FIELDS_MAX = 100 };

int template_field(const struct template *t, struct sv id)
{
    for (size_t i = 0; i < t->fields.len; i++)
        if (sv_eq(t->fields.at[i].id, id))
            return (int)i;
    return -1;
}

int template_field_named(const struct template *t, struct sv name)
{
    for (size_t i = 0; i < t->fields.len; i++)
        if (sv_eq(t->fields.at[i].name, name))
            return (int)i;
    return -1;
}

static int read_from(const struct yaml_read *r, const struct yaml_node *item,
                     const struct process *process)
{
    struct sv id = yaml_read_line(r, item, "from", YAML_REQUIRED);
    struct words known = {{NULL, 0, 0}};
    int stage = process_stage(process, id);
    int last = process->stage_count ? (int)process->stage_count - 1 : 0;
    if (!id.len || !process->stage_count)
        return last;
    if (stage >= 0 && !process->stages.at[stage].end)
        return stage;
    for (size_t i = 0; i < process->stage_count; i++)
        *vec_push(r->a, &known.list) =
            arena_strndup(r->a, process->stages.at[i].id.at, process->stages.at[i].id.len);
    yaml_read_unknown(r, yaml_get(item, "from"), "stage", &known);
    return last;
}

static enum field_kind kind_of(struct sv word)
{
    return sv_eq(word, SV("line"))       ? FIELD_LINE
           : sv_eq(word, SV("rating"))   ? FIELD_RATING
           : sv_eq(word, SV("priority")) ? FIELD_PRIORITY
                                         : FIELD_PROSE;
}

/* Keys that make sense only for some kinds. */
static void refuse_key(const struct yaml_read *r, const struct yaml_node *item, const char *key,
                       const char *kinds)
{
    const struct yaml_pair *pair = yaml_pair(item, key);
    if (pair)
        yaml_read_fault(r, pair->key,
                        arena_printf(r->a, "`%s` stands on a field of another kind", key), kinds);
}

static void read_field(const struct yaml_read *r, const struct yaml_node *item,
                       const struct process *process, struct template_field *out)
{
    *out = (struct template_field){.id = yaml_read_id(r, item, "id"),
                                   .name = yaml_read_line(r, item, "name", YAML_REQUIRED)};
    YAML_READ_KEYS(r, item, "id", "name", "kind", "from", "scale", "tree", "max_words", "since");
    struct sv kind =
        YAML_READ_CHOICE(r, item, "kind", YAML_REQUIRED, "line", "prose", "rating", "priority");
    out->kind = kind_of(kind);
    out->from = read_from(r, item, process);
    if (out->kind == FIELD_RATING)
        out->likelihood =
            sv_eq(YAML_READ_CHOICE(r, item, "scale", YAML_REQUIRED, "likelihood", "damage"),
                  SV("likelihood"));
    else
        refuse_key(r, item, "scale", "it on rating fields only");
    if (out->kind == FIELD_PROSE)
        out->tree_preferred = YAML_READ_CHOICE(r, item, "tree", YAML_OPTIONAL, "preferred").len > 0;
    else
        refuse_key(r, item, "tree", "it on prose fields only");
    if (out->kind == FIELD_PROSE || out->kind == FIELD_LINE)
        out->max_words = yaml_read_number(r, item, "max_words", YAML_OPTIONAL, 1, 100000, 0);
    else
        refuse_key(r, item, "max_words", "it on line and prose fields only");
    if (out->kind == FIELD_PROSE || out->kind == FIELD_LINE)
        out->since = yaml_read_date(r, item, "since", YAML_OPTIONAL);
    else
        refuse_key(r, item, "since", "it on line and prose fields only");
}

/* Is the id a key that every threat has, other than `name`? */
static bool is_threat_key(struct sv id)
{
    for (size_t i = 0; i < threat_key_count; i++)
        if (sv_eq_str(id, threat_keys[i]))
            return !sv_eq(id, SV("name"));
    return false;
}

static bool field_is_new(const struct yaml_read *r, const struct yaml_node *item,
                         const struct template *t, const struct template_field *f)
{
    if ((f->kind == FIELD_LINE || f->kind == FIELD_RATING) && is_threat_key(f->id)) {
        yaml_read_fault(r, yaml_get(item, "id"),
                        arena_printf(r->a, "the field id \"%.*s\" is a key that every threat has",
                                     SV_ARG(f->id)),
                        "another id");
        return false;
    }
    struct sv folded = utf8_fold(r->a, f->name);
    for (size_t i = 0; i < t->fields.len; i++) {
        bool id = sv_eq(t->fields.at[i].id, f->id);
        if (!id && !sv_eq(utf8_fold(r->a, t->fields.at[i].name), folded))
            continue;
        yaml_read_fault(
            r, yaml_get(item, id ? "id" : "name"),
            arena_printf(r->a, "the field \"%.*s\" stands twice", SV_ARG(id ? f->id : f->name)),
            "each field once");
        return false;
    }
    return true;
}

static void check_must(const struct yaml_read *r, const struct yaml_node *list,
                       const struct template *t, struct sv id, enum field_kind kind,
                       const char *kind_name)
{
    int field = template_field(t, id);
    if (field >= 0 && t->fields.at[field].kind == kind)
        return;
    yaml_read_fault(
        r, list, arena_printf(r->a, "no field \"%.*s\" of kind %s", SV_ARG(id), kind_name),
        arena_printf(r->a, "{id: %.*s, name: ..., kind: %s, from: ...}", SV_ARG(id), kind_name));
}

static void check_fields(const struct yaml_read *r, const struct yaml_node *list,
                         const struct template *t)
{
    size_t likelihoods = 0, damages = 0, priorities = 0;
    check_must(r, list, t, SV("name"), FIELD_LINE, "line");
    check_must(r, list, t, SV("abstract"), FIELD_PROSE, "prose");
    for (size_t i = 0; i < t->fields.len; i++) {
        const struct template_field *f = &t->fields.at[i];
        likelihoods += f->kind == FIELD_RATING && f->likelihood;
        damages += f->kind == FIELD_RATING && !f->likelihood;
        priorities += f->kind == FIELD_PRIORITY;
    }
    if (likelihoods != 1)
        yaml_read_fault(
            r, list, arena_printf(r->a, "%zu rating fields of the scale likelihood", likelihoods),
            "exactly one");
    if (damages != 1)
        yaml_read_fault(r, list,
                        arena_printf(r->a, "%zu rating fields of the scale damage", damages),
                        "exactly one");
    if (priorities != 1)
        yaml_read_fault(r, list, arena_printf(r->a, "%zu priority fields", priorities),
                        "exactly one");
}

static void read_fields(const struct yaml_read *r, const struct yaml_node *front,
                        const struct process *process, struct template *out)
{
    const struct yaml_node *list = yaml_read_list(r, front, "fields", YAML_REQUIRED, FIELDS_MAX);
    bool whole = true;
    for (size_t i = 0; list && i < list->count; i++) {
        const struct yaml_node *item = yaml_read_mapping(r, list->items[i], "a field");
        struct template_field field;
        if (item)
            read_field(r, item, process, &field);
        if (item && field.id.len && field.name.len && field_is_new(r, item, out, &field))
            *vec_push(r->a, &out->fields) = field;
        else
            whole = false;
    }
    if (list && whole)
        check_fields(r, list, out);
}

static struct words field_names(struct arena *a, const struct template *t)
{
    struct words names = {{NULL, 0, 0}};
    for (size_t i = 0; i < t->fields.len; i++)
        *vec_push(a, &names.list) =
            arena_strndup(a, t->fields.at[i].name.at, t->fields.at[i].name.len);
    return names;
}

/* `unknown heading` with the nearest field. */
static void unknown_heading(struct source *s, const struct template *t,
                            const struct markdown_section *section)
{
    struct yaml_node at = {
        .kind = YAML_SCALAR, .line = section->line, .column = 1, .text = section->title};
    struct words names = field_names(s->read.a, t);
    yaml_read_unknown(&s->read, &at, "heading", &names);
}

static void read_guidance(struct source *s, const struct markdown_file *md, struct template *out)
{
    int last = -1;
    for (size_t i = 1; i < md->sections.len; i++) {
        const struct markdown_section *section = &md->sections.at[i];
        int field = template_field_named(out, section->title);
        if (field < 0) {
            unknown_heading(s, out, section);
            continue;
        }
        struct template_field *f = &out->fields.at[field];
        if (f->guidance_line) {
            diag_error(
                s->read.diag, s->read.file, section->line, 1,
                arena_printf(s->read.a, "the section \"%.*s\" stands twice", SV_ARG(f->name)),
                "it once");
            continue;
        }
        if (field < last)
            diag_error(s->read.diag, s->read.file, section->line, 1,
                       arena_printf(s->read.a, "the section \"%.*s\" stands after \"%.*s\"",
                                    SV_ARG(f->name), SV_ARG(out->fields.at[last].name)),
                       "the order of `fields`");
        last = field > last ? field : last;
        f->guidance_line = section->body_line;
        f->guidance = lexical_prose(s->read.a, section->body, &f->guidance_line);
        if (!f->guidance.len)
            diag_error(s->read.diag, s->read.file, section->line, 1,
                       arena_printf(s->read.a, "the section \"%.*s\" is empty", SV_ARG(f->name)),
                       "guidance for this field");
    }
}

void template_read(struct source *s, const struct profile *p, struct template *out)
{
    const struct yaml_read *r = &s->read;
    struct markdown_file md;
    const struct yaml_node *front = source_front(s, &md);
    if (!front)
        return;
    YAML_READ_KEYS(r, front, "title", "fields");
    out->title = yaml_read_line(r, front, "title", YAML_REQUIRED);
    read_fields(r, front, &p->process, out);
    out->introduction_line = md.sections.at[0].body_line;
    out->introduction = lexical_prose(r->a, md.sections.at[0].body, &out->introduction_line);
    if (!out->fields.len)
        return;
    read_guidance(s, &md, out);
    for (size_t i = 0; i < out->fields.len; i++)
        if (!out->fields.at[i].guidance_line)
            yaml_read_fault(
                r, yaml_get(front, "fields"),
                arena_printf(r->a, "the field \"%.*s\" has no guidance",
                             SV_ARG(out->fields.at[i].name)),
                arena_printf(r->a, "a section \"## %.*s\"", SV_ARG(out->fields.at[i].name)));
}

void template_check_prose(struct source *s, const struct profile *p)
{
    const struct template *t = &p->template;
    prose_check(p, s, t->introduction, t->introduction_line);
    for (size_t i = 0; i < t->fields.len; i++)
        prose_check(p, s, t->fields.at[i].guidance, t->fields.at[i].guidance_line);
}
