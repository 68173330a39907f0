#include "action/threat_import.h"

#include "action/acts.h"
#include "base/utf8.h"
#include "base/map.h"

struct import_run {
    struct action_context *c;
    const struct threat_import *import;
    struct threats_imported *out;
    struct profile profile;
    struct map origins, names; /* of the threats that are here; names folded */
    const struct template_field *name, *abstract, *definition, *mitigations; /* the last two may be NULL */
    bool failed, tried;
};

/* ---- the template ---- */

static const struct template_field *prose_after(const struct template *t, size_t from)
{
    for (size_t i = from; i < t->fields.len; i++)
        if (t->fields.at[i].kind == FIELD_PROSE)
            return &t->fields.at[i];
    return NULL;
}

static const struct template_field *last_prose(const struct template *t)
{
    for (size_t i = t->fields.len; i-- > 0;)
        if (t->fields.at[i].kind == FIELD_PROSE)
            return &t->fields.at[i];
    return NULL;
}

static int find_mitigations(struct import_run *r, struct err *err)
{
    const struct template *t = &r->profile.template;
    struct sv asked = r->import->mitigations;
    int field = template_field(t, asked.len ? asked : SV("potential"));
    if (field < 0 && asked.len)
        field = template_field_named(t, asked);
    if (field >= 0 && t->fields.at[field].kind == FIELD_PROSE) {
        r->mitigations = &t->fields.at[field];
        return CM_OK;
    }
    if (asked.len)
        return err_set(err, CM_EINPUT, "\"%.*s\" is no prose field of the template; mitigations need one",
                       SV_ARG(asked));
    r->mitigations = last_prose(t);
    return CM_OK;
}

static int find_fields(struct import_run *r, struct err *err)
{
    const struct template *t = &r->profile.template;
    size_t abstract = (size_t)template_field(t, SV("abstract"));
    r->name = &t->fields.at[template_field(t, SV("name"))];
    r->abstract = &t->fields.at[abstract];
    r->definition = prose_after(t, abstract + 1);
    return find_mitigations(r, err);
}

/* ---- texts ---- */

static bool fits(const struct template_field *f, struct sv text)
{
    return !f->max_words || utf8_words(text) <= f->max_words;
}

/* As many words as the field takes, with a mark that there were more. */
static struct sv cut_words(struct arena *a, struct sv text, unsigned most)
{
    size_t at = 0, end = 0;
    for (unsigned words = 0; words < most && at < text.len; words++) {
        while (at < text.len && (unsigned char)text.at[at] <= ' ')
            at++;
        while (at < text.len && (unsigned char)text.at[at] > ' ')
            at++;
        end = at;
    }
    while (end && sv_find_char(SV(",;:."), text.at[end - 1]) >= 0)
        end--;
    return sv_str(arena_printf(a, "%.*s…", (int)end, text.at));
}

/* Whole sentences, as many as fit; a part of the first when it does not. */
static struct sv summary(struct import_run *r, struct sv text, bool *out_cut)
{
    size_t end = 0;
    *out_cut = !fits(r->abstract, text);
    if (!*out_cut)
        return text;
    while (end < text.len) {
        struct sv rest = sv_from_byte(text, end), next = sv_first_sentence(rest);
        size_t to = (size_t)(next.at - text.at) + next.len;
        if (!next.len || !fits(r->abstract, sv_from(text.at, to)))
            break;
        end = to;
    }
    return end ? sv_from(text.at, end) : cut_words(r->c->arena, text, r->abstract->max_words - 1);
}

/* With a capital, and no full stop. */
static struct sv as_name(struct arena *a, struct sv text)
{
    char *name = arena_strndup(a, text.at, text.len);
    size_t len = text.len;
    if (*name >= 'a' && *name <= 'z')
        *name = (char)(*name - 'a' + 'A');
    while (len && sv_find_char(SV(". "), name[len - 1]) >= 0)
        len--;
    return sv_from(name, len);
}

/* Names are unique in a register: the place, then a number, tells those apart that are not. */
static struct sv unique_name(struct import_run *r, const struct threat_model_threat *t, struct sv name)
{
    struct arena *a = r->c->arena;
    struct sv tried = name;
    if (map_get(&r->names, utf8_fold(a, tried)) && t->places.len) {
        name = sv_str(arena_printf(a, "%.*s (%.*s)", SV_ARG(name), SV_ARG(t->places.at[0])));
        tried = fits(r->name, name) ? name : tried;
    }
    for (unsigned n = 2; map_get(&r->names, utf8_fold(a, tried)); n++)
        tried = sv_str(arena_printf(a, "%.*s %u", SV_ARG(fits(r->name, name) ? name : tried), n));
    return tried;
}

static struct sv name_of(struct import_run *r, const struct threat_model_threat *t, bool *out_cut)
{
    struct arena *a = r->c->arena;
    struct sv name = as_name(a, t->name);
    *out_cut = !fits(r->name, name);
    if (*out_cut)
        name = cut_words(a, name, r->name->max_words - 2); /* room for what makes it unique */
    return unique_name(r, t, name);
}

static void add_paragraph(struct str *out, struct sv text)
{
    if (text.len)
        str_addf(out, "%s%.*s", out->len ? "\n\n" : "", SV_ARG(text));
}

/* All that the model says of it, but for what its abstract has in full. */
static struct sv definition(struct import_run *r, const struct threat_model_threat *t, bool name_cut, bool abstract_cut)
{
    struct arena *a = r->c->arena;
    struct str out = STR_INIT, places = STR_INIT;
    if (name_cut)
        add_paragraph(&out, threat_model_markdown(a, t->name, ""));
    if (abstract_cut)
        add_paragraph(&out, threat_model_markdown(a, t->text, ""));
    for (size_t i = 0; i < t->places.len; i++)
        str_addf(&places, "%s%.*s", i ? ", " : "", SV_ARG(t->places.at[i]));
    struct sv shown = threat_model_markdown(a, str_sv(&places), "");
    if (shown.len)
        add_paragraph(&out, sv_str(arena_printf(a, "Concerns: %.*s.", SV_ARG(shown))));
    for (size_t i = 0; i < t->assumptions.len; i++)
        add_paragraph(&out, sv_str(arena_printf(a, "Assumed: %.*s",
                                                SV_ARG(threat_model_markdown(a, t->assumptions.at[i], "")))));
    struct sv text = arena_sv(a, str_sv(&out));
    str_release(&out);
    str_release(&places);
    return text;
}

static struct sv mitigation_list(struct arena *a, const struct threat_model_threat *t)
{
    struct str out = STR_INIT;
    for (size_t i = 0; i < t->mitigations.len; i++)
        str_addf(&out, "%s- %.*s", i ? "\n" : "", SV_ARG(threat_model_markdown(a, t->mitigations.at[i], "  ")));
    struct sv text = arena_sv(a, str_sv(&out));
    str_release(&out);
    return text;
}

/* "[Spoofing, Tampering]", of those of the SIG's classes that begin with the letters. */
static struct sv stride_flow(struct import_run *r, struct sv letters)
{
    const struct terms *classes = &r->profile.sig.stride;
    struct str out = STR_INIT;
    for (size_t i = 0; i < classes->list.len; i++) {
        char first = classes->list.at[i].id.len ? classes->list.at[i].id.at[0] : '\0';
        first = first >= 'a' && first <= 'z' ? (char)(first - 'a' + 'A') : first;
        if (first && sv_find_char(letters, first) >= 0)
            str_addf(&out, "%s%.*s", out.len ? ", " : "", SV_ARG(classes->list.at[i].id));
    }
    struct sv text = arena_sv(r->c->arena, str_sv(&out));
    str_release(&out);
    r->out->without_stride += letters.len > 0 && !text.len;
    return text;
}

/* ---- one threat ---- */

/* What tells in later imports that it is here already. */
static struct sv origin_of(struct import_run *r, const struct threat_model_threat *t)
{
    struct arena *a = r->c->arena;
    const struct threat_model *m = r->import->model;
    enum { UNIQUE = 16 }; /* a shorter id is one of its model's own: "T1", "55" */
    if (t->id.len >= UNIQUE)
        return sv_str(arena_printf(a, "%s:%.*s", threat_model_schemes[m->kind], SV_ARG(t->id)));
    const struct sv model = m->title.len ? m->title : t->name, id = t->id.len ? t->id : t->name;
    return sv_str(arena_printf(a, "%s:%.*s / %.*s", threat_model_schemes[m->kind], SV_ARG(model), SV_ARG(id)));
}

static int propose(struct import_run *r, const struct threat_model_threat *t, struct threat_imported *done,
                   struct err *err)
{
    struct arena *a = r->c->arena;
    struct field_edit edits[4];
    struct action_result result;
    size_t count = 0;
    struct sv text = t->text.len ? t->text : t->name;
    done->name = name_of(r, t, &done->name_cut);
    done->abstract = summary(r, text, &done->abstract_cut);
    struct sv stride = stride_flow(r, t->stride), body = definition(r, t, done->name_cut, done->abstract_cut);
    edits[count++] = (struct field_edit){SV("proposed.from"), done->origin};
    if (stride.len)
        edits[count++] = (struct field_edit){SV("stride"), sv_str(arena_printf(a, "[%.*s]", SV_ARG(stride)))};
    if (r->definition && body.len)
        edits[count++] = (struct field_edit){r->definition->id, body};
    if (r->mitigations && t->mitigations.len)
        edits[count++] = (struct field_edit){r->mitigations->id, mitigation_list(a, t)};
    struct proposal p = {done->name, threat_model_markdown(a, done->abstract, ""), r->import->areas, edits, count};
    int rc = action_threat_propose(r->c, &p, &result, err);
    done->id = result.id;
    return rc;
}

/* Faults in a text are collected, so that all of them are named; anything else ends the import. */
static int import_one(struct import_run *r, const struct threat_model_threat *t, struct err *err)
{
    struct threat_imported *done = vec_push(r->c->arena, &r->out->list);
    *done = (struct threat_imported){.origin = origin_of(r, t)};
    const struct threat *here = map_get(&r->origins, done->origin);
    if (here) {
        done->was_here = true;
        done->id = here->id;
        done->name = here->name;
        return CM_OK;
    }
    int rc = propose(r, t, done, err);
    if (rc == CM_EINPUT) {
        r->failed = true;
        return CM_OK;
    }
    map_set(&r->names, utf8_fold(r->c->arena, done->name), r);
    return rc;
}

static void index_register(struct import_run *r)
{
    for (size_t i = 0; i < r->profile.threats.len; i++) {
        struct threat *t = &r->profile.threats.at[i];
        if (t->proposed.from.len)
            map_set(&r->origins, t->proposed.from, t);
        map_set(&r->names, utf8_fold(r->c->arena, t->name), t);
    }
}

static int load_register(struct import_run *r, struct err *err)
{
    struct profile_files files = {{NULL, 0, 0}};
    struct diag ignored; /* what a store holds was checked on its way in */
    int rc = view_load_files(r->c->store, r->c->arena, &files, err);
    diag_init(&ignored, r->c->arena);
    if (!rc)
        profile_parse_checked(r->c->arena, &files, "", &ignored, &r->profile);
    return rc;
}

static int import_all(struct store *s, void *context, struct err *err)
{
    struct import_run *r = context;
    const struct threat_model *m = r->import->model;
    int rc = load_register(r, err);
    (void)s;
    if (rc || (rc = find_fields(r, err)))
        return rc;
    index_register(r);
    for (size_t i = 0; !rc && i < m->threats.len; i++)
        rc = import_one(r, &m->threats.at[i], err);
    if (rc)
        return rc;
    if (r->failed)
        return err_set(err, CM_EINPUT, "nothing was imported: the texts have faults");
    r->tried = r->import->dry_run;
    return r->tried ? err_set(err, CM_EREFUSED, "a dry run keeps nothing") : CM_OK;
}

int action_threat_import(struct action_context *c, const struct threat_import *import, struct threats_imported *out,
                         struct err *err)
{
    struct import_run r = {.c = c, .import = import, .out = out};
    *out = (struct threats_imported){{NULL, 0, 0}, 0};
    map_init(&r.origins, c->arena);
    map_init(&r.names, c->arena);
    int rc = store_tx(c->store, import_all, &r, err);
    return r.tried ? CM_OK : rc;
}
