/* One threat file: front matter, sections, attack trees. */
#include "base/str.h"
#include "base/utf8.h"
#include "profile/internal.h"
#include "tree/io/outline.h"

enum { ESTIMATORS_MAX = 100000 };

const char *const threat_keys[] = {"id",      "name",     "areas",  "stride",   "level",
                                   "affects", "attacker", "stage",  "proposed", "responses",
                                   "reason",  "into",     "related"};
const size_t threat_key_count = ARRAY_LEN(threat_keys);

struct sv threat_field(const struct threat *t, int field)
{
    for (size_t i = 0; i < t->fields.len; i++)
        if (t->fields.at[i].field == field)
            return t->fields.at[i].text;
    return SV_NONE;
}

struct sv threat_path_id(struct sv prefix, const char *path)
{
    struct sv name = sv_str(path);
    if (!sv_starts(name, SV("threats/")) || !sv_ends(name, SV(".md")))
        return SV_NONE;
    name = sv_from(name.at + 8, name.len - 11);
    size_t end = prefix.len + 1;
    while (end < name.len && name.at[end] >= '0' && name.at[end] <= '9')
        end++;
    if (end < name.len && name.at[end] != '-')
        return SV_NONE;
    struct sv id = sv_from(name.at, end < name.len ? end : name.len);
    return threat_id_number(prefix, id) ? id : SV_NONE;
}

/* What is being read, for the small readers below. */
struct reading {
    const struct yaml_read *r;
    const struct profile *p;
    const struct yaml_node *front;
    bool sig_known; /* sig.yaml could be read, so its words can be asked for */
};

static int find_word(const struct reading *in, const struct yaml_node *node, const char *what,
                     const struct terms *terms)
{
    struct sv word;
    if (!yaml_read_item(in->r, node, arena_printf(in->r->a, "the %s", what), &word) ||
        !in->sig_known)
        return -1;
    int index = terms_find(terms, word);
    if (index < 0) {
        struct words known = terms_words(in->r->a, terms);
        yaml_read_unknown(in->r, node, what, &known);
    }
    return index;
}

static int read_word(const struct reading *in, const struct yaml_node *map, const char *key,
                     enum yaml_need need, const struct terms *terms)
{
    const struct yaml_node *node = yaml_read_get(in->r, map, key, need);
    return node ? find_word(in, node, key, terms) : -1;
}

struct indexes {
    VEC(int) list;
};

static void read_word_list(const struct reading *in, const struct yaml_node *map, const char *key,
                           const char *what, const struct terms *terms, struct indexes *out)
{
    const struct yaml_node *list = yaml_read_list(in->r, map, key, YAML_OPTIONAL, PROFILE_LIST_MAX);
    for (size_t i = 0; list && i < list->count; i++) {
        int index = find_word(in, list->items[i], what, terms);
        bool twice = false;
        for (size_t j = 0; j < out->list.len; j++)
            twice = twice || (index >= 0 && out->list.at[j] == index);
        if (twice)
            yaml_read_fault(in->r, list->items[i],
                            arena_printf(in->r->a, "\"%.*s\" stands twice in `%s`",
                                         SV_ARG(list->items[i]->text), key),
                            "it once");
        else if (index >= 0)
            *vec_push(in->r->a, &out->list) = index;
    }
}

static uint32_t line_of(const struct yaml_node *front, const char *key)
{
    const struct yaml_pair *pair = yaml_pair(front, key);
    return pair ? pair->key->line : 0;
}

static void read_attacker(const struct reading *in, struct threat *t)
{
    const struct yaml_read *r = in->r;
    const struct sig *sig = &in->p->sig;
    const struct yaml_node *node =
        yaml_read_mapping(r, yaml_read_get(r, in->front, "attacker", YAML_OPTIONAL), "`attacker`");
    t->attacker.position = t->attacker.activity = -1;
    if (!node)
        return;
    YAML_READ_KEYS(r, node, "position", "on", "activity");
    t->attacker.given = true;
    t->attacker.position =
        read_word(in, node, "position", sig->positions.list.len ? YAML_REQUIRED : YAML_OPTIONAL,
                  &sig->positions);
    t->attacker.activity =
        read_word(in, node, "activity", sig->activities.list.len ? YAML_REQUIRED : YAML_OPTIONAL,
                  &sig->activities);
    struct indexes on = {{NULL, 0, 0}};
    if (sig->surfaces.list.len)
        yaml_read_get(r, node, "on", YAML_REQUIRED);
    read_word_list(in, node, "on", "surface", &sig->surfaces, &on);
    t->attacker.on.at = on.list.at;
    t->attacker.on.len = on.list.len;
    t->attacker.on.cap = on.list.cap;
}

static void check_spread(const struct reading *in, const struct yaml_node *node,
                         const struct rating *rating)
{
    bool outside = (rating->low >= 0 && rating->level >= 0 && rating->low > rating->level) ||
                   (rating->high >= 0 && rating->level >= 0 && rating->high < rating->level) ||
                   (rating->low >= 0 && rating->high >= 0 && rating->low > rating->high);
    if (outside)
        yaml_read_fault(in->r, node, "the rating lies outside `low` to `high`",
                        "low, rating, high in the order of the scale");
}

static void read_rating(const struct reading *in, const struct template_field *field,
                        struct rating *out, uint32_t *line)
{
    const struct yaml_read *r = in->r;
    const struct terms *scale = field->likelihood ? &in->p->sig.likelihood : &in->p->sig.damage;
    const char *key = arena_strndup(r->a, field->id.at, field->id.len);
    const struct yaml_node *node = yaml_read_mapping(
        r, yaml_read_get(r, in->front, key, YAML_OPTIONAL), arena_printf(r->a, "`%s`", key));
    if (!node)
        return;
    YAML_READ_KEYS(r, node, "rating", "estimators", "reason", "low", "high");
    *line = line_of(in->front, key);
    out->level = read_word(in, node, "rating", YAML_REQUIRED, scale);
    out->given = out->level >= 0;
    out->low = read_word(in, node, "low", YAML_OPTIONAL, scale);
    out->high = read_word(in, node, "high", YAML_OPTIONAL, scale);
    out->estimators = yaml_read_number(r, node, "estimators", YAML_REQUIRED, 1, ESTIMATORS_MAX, 0);
    out->reason = yaml_read_text(r, node, "reason", YAML_REQUIRED);
    check_spread(in, node, out);
}

static void read_ratings(const struct reading *in, struct threat *t)
{
    t->likelihood.level = t->likelihood.low = t->likelihood.high = -1;
    t->damage = t->likelihood;
    for (size_t i = 0; i < in->p->template.fields.len; i++) {
        const struct template_field *field = &in->p->template.fields.at[i];
        if (field->kind != FIELD_RATING)
            continue;
        if (field->likelihood)
            read_rating(in, field, &t->likelihood, &t->lines.likelihood);
        else
            read_rating(in, field, &t->damage, &t->lines.damage);
    }
}

static void read_affects(const struct reading *in, struct threat *t)
{
    const struct yaml_node *list =
        yaml_read_list(in->r, in->front, "affects", YAML_OPTIONAL, PROFILE_LIST_MAX);
    for (size_t i = 0; list && i < list->count; i++) {
        struct citation citation;
        if (citation_read(in->r, &in->p->references, list->items[i], "a document in `affects`",
                          &citation))
            *vec_push(in->r->a, &t->affects) = citation;
    }
}

static void read_response(const struct reading *in, const struct yaml_node *item, struct threat *t)
{
    const struct yaml_read *r = in->r;
    if (!yaml_read_mapping(r, item, "a response"))
        return;
    YAML_READ_KEYS(r, item, "reference", "covers", "how");
    struct response response = {
        .covers = read_word(in, item, "covers", YAML_REQUIRED, &in->p->sig.coverage)};
    response.how = yaml_read_text(r, item, "how", YAML_REQUIRED);
    const struct yaml_node *reference = yaml_read_get(r, item, "reference", YAML_REQUIRED);
    if (reference &&
        citation_read(r, &in->p->references, reference, "the reference", &response.citation))
        *vec_push(r->a, &t->responses) = response;
}

/* A list of responses, or a text saying that none is known. */
static void read_responses(const struct reading *in, struct threat *t)
{
    const struct yaml_node *node = yaml_read_get(in->r, in->front, "responses", YAML_OPTIONAL);
    if (!node)
        return;
    if (node->kind == YAML_SCALAR) {
        t->no_responses = sv_trim(node->text);
        return;
    }
    node = yaml_read_list(in->r, in->front, "responses", YAML_OPTIONAL, PROFILE_LIST_MAX);
    for (size_t i = 0; node && i < node->count; i++)
        read_response(in, node->items[i], t);
}

static void read_stage(const struct reading *in, struct threat *t)
{
    const struct process *process = &in->p->process;
    struct sv id = yaml_read_line(in->r, in->front, "stage", YAML_REQUIRED);
    t->stage = process_stage(process, id);
    t->lines.stage = line_of(in->front, "stage");
    if (t->stage >= 0 || !id.len || !process->stage_count)
        return;
    struct words known = {{NULL, 0, 0}};
    for (size_t i = 0; i < process->stages.len; i++)
        *vec_push(in->r->a, &known.list) =
            arena_strndup(in->r->a, process->stages.at[i].id.at, process->stages.at[i].id.len);
    yaml_read_unknown(in->r, yaml_get(in->front, "stage"), "stage", &known);
}

static void read_proposed(const struct reading *in, struct threat *t)
{
    const struct yaml_read *r = in->r;
    const struct yaml_node *node =
        yaml_read_mapping(r, yaml_read_get(r, in->front, "proposed", YAML_REQUIRED), "`proposed`");
    YAML_READ_KEYS(r, node, "by", "date", "from");
    t->proposed.by = yaml_read_line(r, node, "by", YAML_REQUIRED);
    t->proposed.date = yaml_read_date(r, node, "date", YAML_REQUIRED);
    t->proposed.from = yaml_read_line(r, node, "from", YAML_OPTIONAL);
}

struct ids {
    VEC(struct sv) list;
};

static void read_ids(const struct reading *in, const char *key, struct ids *out)
{
    const struct yaml_node *list =
        yaml_read_list(in->r, in->front, key, YAML_OPTIONAL, PROFILE_LIST_MAX);
    for (size_t i = 0; list && i < list->count; i++) {
        struct sv id;
        if (yaml_read_item(in->r, list->items[i],
                           arena_printf(in->r->a, "an identifier in `%s`", key), &id))
            *vec_push(in->r->a, &out->list) = id;
    }
}

static void check_max_words(const struct reading *in, const struct template_field *field,
                            struct sv text, uint32_t line)
{
    size_t words = field->max_words ? utf8_words(text) : 0;
    if (words > field->max_words)
        diag_error(in->r->diag, in->r->file, line, 1,
                   arena_printf(in->r->a, "%.*s has %zu words", SV_ARG(field->name), words),
                   arena_printf(in->r->a, "at most %u", field->max_words));
}

/* Texts by field, before they are put in order. */
struct slots {
    struct field_text *at;
};

static void read_line_fields(const struct reading *in, struct slots *slots)
{
    for (size_t i = 0; i < in->p->template.fields.len; i++) {
        const struct template_field *field = &in->p->template.fields.at[i];
        if (field->kind != FIELD_LINE)
            continue;
        const char *key = arena_strndup(in->r->a, field->id.at, field->id.len);
        struct sv text = yaml_read_line(in->r, in->front, key, YAML_OPTIONAL);
        if (!text.len)
            continue;
        slots->at[i] = (struct field_text){(int)i, text, line_of(in->front, key)};
        check_max_words(in, field, text, slots->at[i].line);
    }
}

static void check_keys(const struct reading *in)
{
    struct words known = {{NULL, 0, 0}};
    if (!in->p->template.fields.len)
        return;
    for (size_t i = 0; i < threat_key_count; i++)
        *vec_push(in->r->a, &known.list) = threat_keys[i];
    for (size_t i = 0; i < in->p->template.fields.len; i++) {
        const struct template_field *field = &in->p->template.fields.at[i];
        const char *key = arena_strndup(in->r->a, field->id.at, field->id.len);
        if ((field->kind == FIELD_LINE && !sv_eq(field->id, SV("name"))) ||
            field->kind == FIELD_RATING)
            *vec_push(in->r->a, &known.list) = key;
        if (field->kind == FIELD_PRIORITY && yaml_pair(in->front, key))
            yaml_read_fault(in->r, yaml_pair(in->front, key)->key, "the priority is stated",
                            "no such key: it follows from the two ratings");
    }
    struct words all = known;
    int priority = -1;
    for (size_t i = 0; i < in->p->template.fields.len; i++)
        if (in->p->template.fields.at[i].kind == FIELD_PRIORITY)
            priority = (int)i;
    if (priority >= 0) /* reported above, once */
        *vec_push(in->r->a, &all.list) =
            arena_strndup(in->r->a, in->p->template.fields.at[priority].id.at,
                          in->p->template.fields.at[priority].id.len);
    for (size_t i = 0; i < in->front->count; i++) {
        const struct yaml_node *key = in->front->pairs[i].key;
        bool found = false;
        for (size_t j = 0; !found && j < all.list.len; j++)
            found = sv_eq_str(key->text, all.list.at[j]);
        if (!found)
            yaml_read_unknown(in->r, key, "key", &known);
    }
}

static void read_id(const struct reading *in, const char *path, struct threat *t)
{
    const struct yaml_read *r = in->r;
    struct sv id = yaml_read_line(r, in->front, "id", YAML_REQUIRED);
    struct sv prefix = in->p->sig.prefix;
    unsigned number = prefix.len ? threat_id_number(prefix, id) : 0;
    if (!id.len || !prefix.len)
        return;
    if (!number) {
        yaml_read_fault(r, yaml_get(in->front, "id"),
                        arena_printf(r->a, "`id` is \"%s\"", yaml_read_shown(r->a, id)),
                        arena_printf(r->a, "%.*s- and at least four digits, such as %.*s-0001",
                                     SV_ARG(prefix), SV_ARG(prefix)));
        return;
    }
    if (t->id.len && !sv_eq(t->id, id))
        yaml_read_fault(r, yaml_get(in->front, "id"),
                        arena_printf(r->a, "the id is %.*s, but the file is %s", SV_ARG(id), path),
                        arena_printf(r->a, "a file name that begins with %.*s", SV_ARG(id)));
    t->id = id;
    t->number = number;
}

static void read_front(const struct reading *in, const char *path, struct threat *t,
                       struct slots *slots)
{
    const struct yaml_read *r = in->r;
    const struct sig *sig = &in->p->sig;
    check_keys(in);
    read_id(in, path, t);
    t->name = yaml_read_line(r, in->front, "name", YAML_REQUIRED);
    t->lines.name = line_of(in->front, "name");
    struct indexes areas = {{NULL, 0, 0}}, stride = {{NULL, 0, 0}};
    read_word_list(in, in->front, "areas", "area", &sig->areas, &areas);
    read_word_list(in, in->front, "stride", "STRIDE class", &sig->stride, &stride);
    t->areas.at = areas.list.at;
    t->areas.len = areas.list.len;
    t->stride.at = stride.list.at;
    t->stride.len = stride.list.len;
    t->level = read_word(in, in->front, "level", YAML_OPTIONAL, &sig->levels);
    t->lines.areas = line_of(in->front, "areas");
    t->lines.level = line_of(in->front, "level");
    t->lines.affects = line_of(in->front, "affects");
    t->lines.responses = line_of(in->front, "responses");
    read_affects(in, t);
    read_attacker(in, t);
    read_stage(in, t);
    read_proposed(in, t);
    read_ratings(in, t);
    read_responses(in, t);
    t->reason = yaml_read_text(r, in->front, "reason", YAML_OPTIONAL);
    struct ids into = {{NULL, 0, 0}}, related = {{NULL, 0, 0}};
    read_ids(in, "into", &into);
    read_ids(in, "related", &related);
    t->into.at = into.list.at;
    t->into.len = into.list.len;
    t->related.at = related.list.at;
    t->related.len = related.list.len;
    read_line_fields(in, slots);
}

static void heading_fault(const struct reading *in, const struct markdown_section *section)
{
    const struct template *t = &in->p->template;
    int field = template_field_named(t, section->title);
    if (field >= 0) {
        diag_error(in->r->diag, in->r->file, section->line, 1,
                   arena_printf(in->r->a, "a section for \"%.*s\", which is no prose",
                                SV_ARG(section->title)),
                   t->fields.at[field].kind == FIELD_LINE
                       ? "it in the front matter"
                       : "no section: it follows from the ratings");
        return;
    }
    struct words known = {{NULL, 0, 0}};
    for (size_t i = 0; i < t->fields.len; i++)
        if (t->fields.at[i].kind == FIELD_PROSE || t->fields.at[i].kind == FIELD_RATING)
            *vec_push(in->r->a, &known.list) =
                arena_strndup(in->r->a, t->fields.at[i].name.at, t->fields.at[i].name.len);
    struct yaml_node at = {
        .kind = YAML_SCALAR, .line = section->line, .column = 1, .text = section->title};
    yaml_read_unknown(in->r, &at, "section", &known);
}

static void read_sections(const struct reading *in, const struct markdown_file *md,
                          struct slots *slots)
{
    const struct template *t = &in->p->template;
    uint32_t *seen = arena_new_array(in->r->a, uint32_t, t->fields.len + 1);
    for (size_t i = 1; t->fields.len && i < md->sections.len; i++) {
        const struct markdown_section *section = &md->sections.at[i];
        int field = template_field_named(t, section->title);
        if (field < 0 ||
            (t->fields.at[field].kind != FIELD_PROSE && t->fields.at[field].kind != FIELD_RATING)) {
            heading_fault(in, section);
            continue;
        }
        if (seen[field]) {
            diag_error(
                in->r->diag, in->r->file, section->line, 1,
                arena_printf(in->r->a, "the section \"%.*s\" stands twice", SV_ARG(section->title)),
                arena_printf(in->r->a, "it once; the first is in line %u", seen[field]));
            continue;
        }
        seen[field] = section->line;
        uint32_t line = section->body_line;
        struct sv text = lexical_prose(in->r->a, section->body, &line);
        if (!text.len)
            continue;
        slots->at[field] = (struct field_text){field, text, line};
        check_max_words(in, &t->fields.at[field], text, line);
    }
}

struct sv fence_text(struct arena *a, const struct markdown_fence *fence)
{
    if (!fence->indent)
        return fence->text;
    struct str out = STR_INIT;
    struct sv rest = fence->text, line;
    while (sv_next_line(&rest, &line)) {
        size_t at = 0;
        while (at < fence->indent && at < line.len && line.at[at] == ' ')
            at++;
        str_add(&out, sv_from_byte(line, at));
        str_add_char(&out, '\n');
    }
    struct sv text = arena_sv(a, str_sv(&out));
    str_release(&out);
    return text;
}

bool fence_is_tree(const struct markdown_fence *fence)
{
    struct sv info = fence->info;
    ptrdiff_t blank = sv_find_char(info, ' ');
    if (blank >= 0)
        info.len = (size_t)blank;
    return sv_eq(info, SV("attack-tree"));
}

static void read_trees(const struct reading *in, const struct markdown_file *md, struct threat *t)
{
    bool first = true;
    for (size_t i = 0; i < md->fences.len; i++) {
        const struct markdown_fence *fence = &md->fences.at[i];
        if (!fence_is_tree(fence))
            continue;
        struct sv text = fence_text(in->r->a, fence);
        const struct tree *tree = outline_parse(in->r->a, text, in->r->file, fence->line,
                                                fence->indent + 1, NULL, in->r->diag);
        if (!first) {
            diag_warning(in->r->diag, in->r->file, fence->line, 0,
                         "a second attack tree, which is not analysed", "one for each threat");
            continue;
        }
        first = false;
        t->tree = tree;
        t->tree_text = text;
    }
}

static void gather_fields(struct arena *a, const struct template *template,
                          const struct slots *slots, struct threat *t)
{
    for (size_t i = 0; i < template->fields.len; i++)
        if (slots->at[i].text.len)
            *vec_push(a, &t->fields) = slots->at[i];
}

bool threat_read(struct source *s, const struct profile *p, struct threat_draft *out)
{
    struct threat *t = &out->threat;
    struct slots slots = {
        arena_new_array(s->read.a, struct field_text, p->template.fields.len + 1)};
    out->source = *s;
    t->file = s->path;
    t->source = s->raw;
    t->level = t->stage = t->attacker.position = t->attacker.activity = -1;
    t->likelihood.level = t->likelihood.low = t->likelihood.high = -1;
    t->damage = t->likelihood;
    t->id = threat_path_id(p->sig.prefix, s->path);
    t->number = t->id.len ? threat_id_number(p->sig.prefix, t->id) : 0;
    if (p->sig.prefix.len && !t->id.len)
        diag_error(
            s->read.diag, s->read.file, 0, 0, "the file is not named after a threat",
            arena_printf(s->read.a, "threats/%.*s-0001-some-words.md", SV_ARG(p->sig.prefix)));
    if (!s->text.len && s->raw.len)
        return t->number != 0;
    out->front = source_front(s, &out->md);
    struct reading in = {&out->source.read, p, out->front,
                         p->sig.prefix.len && p->sig.areas.list.len};
    if (out->front)
        read_front(&in, s->path, t, &slots);
    if (out->front)
        source_no_preface(s, &out->md);
    read_sections(&in, &out->md, &slots);
    read_trees(&in, &out->md, t);
    gather_fields(s->read.a, &p->template, &slots, t);
    return t->number != 0;
}

/* `into` and `related` name threats that exist. */
static void check_ids(const struct profile *p, struct threat_draft *d, const char *key)
{
    const struct yaml_node *list = yaml_get(d->front, key);
    for (size_t i = 0; list && list->kind == YAML_SEQUENCE && i < list->count; i++) {
        struct sv id =
            list->items[i]->kind == YAML_SCALAR ? sv_trim(list->items[i]->text) : SV_NONE;
        if (!id.len)
            continue;
        if (sv_eq(id, d->threat.id))
            yaml_read_fault(&d->source.read, list->items[i],
                            arena_printf(d->source.read.a, "`%s` names the threat itself", key),
                            "another threat");
        else if (!map_get(&p->by_id, id))
            yaml_read_fault(&d->source.read, list->items[i],
                            arena_printf(d->source.read.a, "there is no threat %s",
                                         yaml_read_shown(d->source.read.a, id)),
                            "the identifier of a threat of this group");
    }
}

/* Texts of the front matter that are shown with links. */
static void check_value(const struct profile *p, struct threat_draft *d,
                        const struct yaml_node *map, const char *key)
{
    const struct yaml_node *node = yaml_get(map, key);
    if (node && node->kind == YAML_SCALAR)
        mention_check_text(p, &d->source, node->text, node->line,
                           node->column + (node->plain ? 0 : 1));
}

static void check_values(const struct profile *p, struct threat_draft *d)
{
    const struct yaml_node *responses = yaml_get(d->front, "responses");
    check_value(p, d, d->front, "reason");
    check_value(p, d, d->front, "responses");
    for (size_t i = 0; i < p->template.fields.len; i++) {
        const struct template_field *f = &p->template.fields.at[i];
        const char *key = arena_strndup(d->source.read.a, f->id.at, f->id.len);
        if (f->kind == FIELD_RATING)
            check_value(p, d, yaml_get(d->front, key), "reason");
    }
    for (size_t i = 0; responses && responses->kind == YAML_SEQUENCE && i < responses->count; i++)
        check_value(p, d, responses->items[i], "how");
}

/* Is the key of a lack there, with something in it? Then its own fault was reported, and the lack
 * only follows from it. */
static bool stated(const struct profile *p, const struct threat_draft *d, const struct lack *lack)
{
    const char *const keys[ENTRY_NEEDS] = {
        [NEED_ATTACKER] = "attacker",   [NEED_LEVEL] = "level",   [NEED_AFFECTS] = "affects",
        [NEED_RESPONSES] = "responses", [NEED_REASON] = "reason", [NEED_SUCCESSOR] = "into"};
    const char *key = keys[lack->need];
    if (lack->need == NEED_FIELDS) {
        const struct template_field *f = &p->template.fields.at[lack->field];
        if (sv_eq(f->id, SV("name")))
            return true; /* required of every threat, and said so */
        if (f->kind == FIELD_RATING)
            key = arena_strndup(d->source.read.a, f->id.at, f->id.len);
    }
    const struct yaml_node *node = key ? yaml_get(d->front, key) : NULL;
    return node && (node->kind == YAML_SCALAR ? node->text.len > 0 : node->count > 0);
}

/* Is it a field that the template did not have when the threat was proposed? Then the threat keeps its stage: what it
 * lacks is shown, and wanted when it goes on. */
static bool asked_later(const struct profile *p, const struct threat *t, const struct lack *lack)
{
    if (lack->need != NEED_FIELDS || !t->proposed.date.len)
        return false;
    return sv_cmp(t->proposed.date, p->template.fields.at[lack->field].since) < 0;
}

static void check_stage(const struct profile *p, struct threat_draft *d)
{
    struct lacks lacks = {{NULL, 0, 0}};
    struct threat *t = &d->threat;
    struct arena *a = d->source.read.a;
    if (t->stage < 0)
        return;
    const struct stage *stage = &p->process.stages.at[t->stage];
    const struct yaml_node *areas = yaml_get(d->front, "areas");
    if (t->stage > 0 && !stage->end && (!areas || (areas->kind == YAML_SEQUENCE && !areas->count)))
        diag_error(d->source.read.diag, d->source.read.file, t->lines.stage, 1,
                   "`areas` is missing",
                   "a line `areas: [...]` with one or more of the areas of sig.yaml");
    profile_lacks(a, p, t, t->stage, &lacks);
    for (size_t i = 0; i < lacks.list.len; i++)
        if (!stated(p, d, &lacks.list.at[i]) && !asked_later(p, t, &lacks.list.at[i]))
            diag_error(d->source.read.diag, d->source.read.file, t->lines.stage, 1,
                       arena_printf(a, "stage %.*s: %.*s", SV_ARG(stage->id),
                                    SV_ARG(lacks.list.at[i].text)),
                       NULL);
}

void threat_check(const struct profile *p, struct threat_draft *d)
{
    struct source *s = &d->source;
    if (!d->front)
        return;
    check_ids(p, d, "into");
    check_ids(p, d, "related");
    check_values(p, d);
    check_stage(p, d);
    for (size_t i = 1; i < d->md.sections.len; i++) {
        uint32_t line = d->md.sections.at[i].body_line;
        struct sv text = lexical_prose(s->read.a, d->md.sections.at[i].body, &line);
        prose_check(p, s, text, line);
    }
    for (size_t i = 0; i < d->md.fences.len; i++)
        if (fence_is_tree(&d->md.fences.at[i]))
            mention_check_text(p, s, d->md.fences.at[i].text, d->md.fences.at[i].line, 1);
}
