#include "register/reviewed.h"

static bool is_standing(struct sv field)
{
    return sv_eq_str(field, "stage") || sv_eq_str(field, "reason") || sv_eq_str(field, "into") ||
           sv_eq_str(field, "proposed") || sv_starts(field, SV("proposed."));
}

static struct digest digest_fields(const struct text_fields *fields)
{
    struct digest_state s;
    digest_begin(&s);
    for (size_t i = 0; i < fields->list.len; i++) {
        if (is_standing(fields->list.at[i].name))
            continue;
        digest_add_part(&s, fields->list.at[i].name);
        digest_add_part(&s, fields->list.at[i].text);
    }
    return digest_end(&s);
}

struct digest reviewed_threat_digest(struct arena *a, struct sv source)
{
    struct text_fields fields = {{NULL, 0, 0}};
    threat_text_fields(a, source, &fields);
    return digest_fields(&fields);
}

static void add_threat(struct arena *a, struct digest_state *s, struct sv source, struct reviewed_threats *out)
{
    struct text_fields fields = {{NULL, 0, 0}};
    struct reviewed_threat t = {SV_NONE, {{0}}};
    threat_text_fields(a, source, &fields);
    t.digest = digest_fields(&fields);
    for (size_t i = 0; i < fields.list.len; i++)
        if (sv_eq_str(fields.list.at[i].name, "id"))
            t.threat = fields.list.at[i].text;
    digest_add_part(s, t.threat);
    digest_add_part(s, digest_sv(&t.digest));
    if (out)
        *vec_push(a, &out->list) = t;
}

struct digest reviewed_document_digest(struct arena *a, const struct profile_files *files, struct sv document,
                                       struct reviewed_threats *out_threats)
{
    struct digest_state s;
    bool analysis = sv_eq_str(document, "analysis");
    const char *own = arena_printf(a, "%.*s.md", SV_ARG(document));
    digest_begin(&s);
    for (size_t i = 0; i < files->list.len; i++) {
        const struct profile_file *f = &files->list.at[i];
        if (!strcmp(f->path, own)) {
            digest_add_part(&s, sv_str(f->path));
            digest_add_part(&s, f->text);
        } else if (analysis && sv_starts(sv_str(f->path), SV("threats/"))) {
            add_threat(a, &s, f->text, out_threats);
        }
    }
    return digest_end(&s);
}
