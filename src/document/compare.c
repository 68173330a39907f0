#include "document/compare.h"

#include <stdlib.h>

#include "document/build.h"
#include "format/json.h"
#include "tree/io/outline.h"

enum { NO_LEVEL = -1 };

struct deriving {
    struct arena *a;
    struct comparison *out;
    struct profile old, new; /* rules only */
};

struct sv compare_path(struct arena *a, struct sv document, struct sv old, struct sv new)
{
    return build_sv(a, "editions/%.*s/%.*s..%.*s.html", SV_ARG(document), SV_ARG(old), SV_ARG(new));
}

int compare_read_sources(struct arena *a, struct sv json, struct profile_files *out, struct err *err)
{
    const struct json_value *sources = NULL;
    *out = (struct profile_files){{NULL, 0, 0}};
    int rc = json_parse(a, json, json.len, &sources, err);
    if (!rc && sources->kind != JSON_OBJECT)
        rc = err_set(err, CM_ECORRUPT, "sources.json is no object");
    for (size_t i = 0; !rc && i < sources->count; i++)
        *vec_push(a, &out->list) =
            (struct profile_file){arena_strndup(a, sources->members[i].key.at, sources->members[i].key.len),
                                  sources->members[i].value->text};
    return rc;
}

/* ---- fields ---- */

static const struct sv *field(const struct text_fields *fields, const char *name)
{
    for (size_t i = 0; i < fields->list.len; i++)
        if (sv_eq_str(fields->list.at[i].name, name))
            return &fields->list.at[i].text;
    return NULL;
}

static const struct sv *same_name(const struct text_fields *fields, struct sv name)
{
    for (size_t i = 0; i < fields->list.len; i++)
        if (sv_eq(fields->list.at[i].name, name))
            return &fields->list.at[i].text;
    return NULL;
}

static struct sv text_of(const struct text_fields *fields, const char *name)
{
    const struct sv *text = field(fields, name);
    return text ? *text : SV_NONE;
}

static const struct text_fields *fields_of(struct arena *a, const struct sv *text)
{
    struct text_fields *fields = arena_new(a, struct text_fields);
    if (text)
        threat_text_fields(a, *text, fields);
    return fields;
}

#define PUSH_FIELD(a, list, name, before, after) \
    *vec_push((a), (list)) = (struct compare_field){(name), (before), (after)}

/* New fields in their order, then those that are gone. */
static void changed_fields(struct arena *a, const struct text_fields *old, const struct text_fields *new,
                           struct compare_threat *t)
{
    for (size_t i = 0; i < new->list.len; i++) {
        const struct text_field *f = &new->list.at[i];
        const struct sv *before = same_name(old, f->name);
        if (!before || !sv_eq(*before, f->text))
            PUSH_FIELD(a, &t->fields, f->name, before, &f->text);
    }
    for (size_t i = 0; i < old->list.len; i++)
        if (!same_name(new, old->list.at[i].name))
            PUSH_FIELD(a, &t->fields, old->list.at[i].name, &old->list.at[i].text, NULL);
}

/* ---- threats ---- */

static bool is_end(const struct profile *p, struct sv stage)
{
    int at = process_stage(&p->process, stage);
    return at >= 0 && p->process.stages.at[at].end;
}

static struct compare_rating rating_of(const struct sig *sig, const struct text_fields *fields)
{
    struct compare_rating r = {NO_LEVEL, NO_LEVEL, 0};
    r.likelihood = terms_find(&sig->likelihood, text_of(fields, "likelihood.rating"));
    r.damage = terms_find(&sig->damage, text_of(fields, "damage.rating"));
    r.priority = sig_priority(sig, r.likelihood, r.damage);
    return r;
}

static const struct tree *tree_of(struct arena *a, const struct sv *source)
{
    struct sv outline;
    struct diag diag;
    const struct outline_limits limits = {0};
    diag_init(&diag, a);
    return source && threat_outline(*source, &outline) ? outline_parse(a, outline, "", 1, 1, &limits, &diag) : NULL;
}

static void count_nodes(struct compare_threat *t)
{
    for (size_t i = 0; i < t->tree.items.len; i++) {
        enum tree_change change = t->tree.items.at[i].change;
        t->nodes_added += change == CHANGE_ADDED || change == CHANGE_COUNTERMEASURE_ADDED;
        t->nodes_cut += change == CHANGE_REMOVED || change == CHANGE_COUNTERMEASURE_REMOVED;
    }
}

static void compare_trees(struct arena *a, const struct sv *old, const struct sv *new, struct compare_threat *t)
{
    struct sv before = SV_NONE, after = SV_NONE;
    bool had = old && threat_outline(*old, &before), has = new && threat_outline(*new, &after);
    if (had == has && sv_eq(before, after))
        return;
    const struct tree *from = tree_of(a, old), *to = tree_of(a, new);
    if (from && to)
        tree_diff(a, from, to, &t->tree);
    count_nodes(t);
    if (!from && to)
        t->nodes_added = to->nodes.len;
    if (from && !to)
        t->nodes_cut = from->nodes.len;
}

static void threat(struct deriving *d, const struct sv *old, const struct sv *new)
{
    struct arena *a = d->a;
    const struct text_fields *before = fields_of(a, old), *after = fields_of(a, new), *any = new ? after : before;
    struct compare_threat *t = vec_push(a, &d->out->threats);
    *t = (struct compare_threat){.id = text_of(any, "id"), .name = text_of(any, "name"), .kind = COMPARE_CHANGED};
    t->stage_old = text_of(before, "stage");
    t->stage_new = text_of(after, "stage");
    t->old = rating_of(&d->old.sig, before);
    t->new = rating_of(&d->new.sig, after);
    t->moved = old && new && (t->old.likelihood != t->new.likelihood || t->old.damage != t->new.damage);
    t->into = text_of(after, "into");
    t->reason = text_of(after, "reason");
    bool ended = is_end(&d->new, t->stage_new), was_ended = is_end(&d->old, t->stage_old);
    if (!old)
        t->kind = COMPARE_ADDED;
    else if (!new)
        t->kind = COMPARE_GONE;
    else if (ended != was_ended)
        t->kind = ended ? COMPARE_ENDED : COMPARE_REOPENED;
    changed_fields(a, before, after, t);
    compare_trees(a, old, new, t);
}

/* ---- files ---- */

static void other_file(struct deriving *d, struct sv path, const struct sv *old, const struct sv *new)
{
    struct compare_threat parts = {.id = path};
    struct compare_file *f = vec_push(d->a, &d->out->files);
    *f = (struct compare_file){.path = path};
    if (sv_ends(path, SV(".md")) && old && new)
        changed_fields(d->a, fields_of(d->a, old), fields_of(d->a, new), &parts);
    for (size_t i = 0; i < parts.fields.len; i++)
        *vec_push(d->a, &f->fields) = parts.fields.at[i];
    if (!f->fields.len)
        PUSH_FIELD(d->a, &f->fields, SV_NONE, old, new);
}

/* What the document is made from; that of the process does not say anything about threats. */
static bool concerns(const char *document, struct sv path)
{
    if (strcmp(document, "analysis") == 0)
        return !sv_eq_str(path, "coverage.tsv") && !sv_eq_str(path, "calibration.yaml");
    const char *own = strcmp(document, "process") == 0 ? "process.md" : "template.md";
    return sv_eq_str(path, "sig.yaml") || sv_eq_str(path, own);
}

static void pair(struct deriving *d, struct sv path, const struct sv *old, const struct sv *new)
{
    if (!concerns(d->out->document, path) || (old && new && sv_eq(*old, *new)))
        return;
    if (sv_starts(path, SV("threats/")))
        threat(d, old, new);
    else
        other_file(d, path, old, new);
}

/* A threat keeps its file when its name changes the file's: the id decides. */
static struct sv key_of(struct sv path)
{
    struct sv id = path;
    size_t hyphens = 0;
    if (!sv_starts(path, SV("threats/")))
        return path;
    for (size_t i = 8; i < path.len; i++) {
        hyphens += path.at[i] == '-';
        if (hyphens == 2 || path.at[i] == '.') {
            id = sv_from(path.at, i);
            break;
        }
    }
    return id;
}

static void rules(struct arena *a, const struct profile_files *files, struct profile *out)
{
    struct profile_files few = {{NULL, 0, 0}};
    struct diag ignored;
    diag_init(&ignored, a);
    for (size_t i = 0; i < files->list.len; i++) {
        const char *path = files->list.at[i].path;
        if (strcmp(path, "sig.yaml") == 0 || strcmp(path, "process.md") == 0 || strcmp(path, "template.md") == 0)
            *vec_push(a, &few.list) = files->list.at[i];
    }
    profile_parse_rules(a, &few, &ignored, out);
}

static bool same_terms(const struct terms *a, const struct terms *b)
{
    bool same = a->list.len == b->list.len;
    for (size_t i = 0; same && i < a->list.len; i++)
        same = sv_eq(a->list.at[i].id, b->list.at[i].id);
    return same;
}

static bool same_scales(const struct sig *a, const struct sig *b)
{
    return same_terms(&a->likelihood, &b->likelihood) && same_terms(&a->damage, &b->damage) && a->priority_table &&
           b->priority_table &&
           memcmp(a->priority_table, b->priority_table, a->likelihood.list.len * a->damage.list.len) == 0;
}

static int by_id(const void *left, const void *right)
{
    const struct compare_threat *l = left, *r = right;
    if (l->id.len != r->id.len)
        return l->id.len < r->id.len ? -1 : 1;
    return sv_cmp(l->id, r->id);
}

void compare_derive(struct arena *a, const char *document, const struct compare_side *old,
                    const struct compare_side *new, struct comparison *out)
{
    struct deriving d = {.a = a, .out = out};
    struct map before, after;
    *out = (struct comparison){.document = document, .old = old, .new = new};
    rules(a, &old->files, &d.old);
    rules(a, &new->files, &d.new);
    out->sig = d.new.sig;
    out->same_scales = same_scales(&d.old.sig, &d.new.sig);
    map_init(&before, a);
    map_init(&after, a);
    for (size_t i = 0; i < old->files.list.len; i++)
        map_set(&before, key_of(sv_str(old->files.list.at[i].path)), &old->files.list.at[i].text);
    for (size_t i = 0; i < new->files.list.len; i++)
        map_set(&after, key_of(sv_str(new->files.list.at[i].path)), &new->files.list.at[i].text);
    for (size_t i = 0; i < new->files.list.len; i++) {
        struct sv path = sv_str(new->files.list.at[i].path);
        pair(&d, path, map_get(&before, key_of(path)), &new->files.list.at[i].text);
    }
    for (size_t i = 0; i < old->files.list.len; i++) {
        struct sv path = sv_str(old->files.list.at[i].path);
        if (!map_get(&after, key_of(path)))
            pair(&d, path, &old->files.list.at[i].text, NULL);
    }
    if (out->threats.len)
        qsort(out->threats.at, out->threats.len, sizeof *out->threats.at, by_id);
}
