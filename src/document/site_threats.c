/* A page and a JSON file for each threat. */
#include "document/build.h"
#include "document/write.h"
#include "document/site_page.h"
#include "format/json.h"

/* The way through the stages as a list; the class says where the entry stands, and so does a word beside it. */
static struct doc_block *stage_strip(struct arena *a, const struct view *v, const struct threat_view *t)
{
    const struct process *p = &v->profile->process;
    struct doc_block *list = doc_block_new(a, DOC_LIST);
    list->ordered = list->tight = true;
    list->class_name = "stages";
    for (size_t i = 0; i < p->stage_count; i++) {
        struct doc_block *item = doc_add(a, list, DOC_ITEM);
        struct doc_block *text = doc_add(a, item, DOC_PARAGRAPH);
        doc_text(a, text, p->stages.at[i].name);
        struct doc_inline *state = doc_inline_new(a, DOC_EM, SV_NONE);
        const char *word = "to come";
        item->class_name = "ahead";
        if ((int)i <= t->confirmed)
            word = "confirmed", item->class_name = "done";
        else if ((int)i <= t->threat->stage)
            word = "draft", item->class_name = "claimed";
        doc_put_child(state, doc_inline_new(a, DOC_TEXT, sv_str(word)));
        doc_text(a, text, SV(" "));
        doc_put(text, state);
    }
    return list;
}

static void lacking(struct arena *a, const struct view *v, const struct threat_view *t, struct doc_block *s)
{
    if (t->lacks.list.len == 0)
        return;
    struct doc_block *part = doc_add_section(
        a, s, build_sv(a, "What \xe2\x80\x9c%.*s\xe2\x80\x9d still needs", SV_ARG(build_stage_name(v, t->wants))),
        build_sv(a, "%.*s-next", SV_ARG(t->threat->id)));
    part->class_name = "field";
    struct doc_block *list = build_list(a, part);
    for (size_t i = 0; i < t->lacks.list.len; i++)
        doc_text(a, build_item(a, list), t->lacks.list.at[i].text);
}

static void documents_of(struct arena *a, const struct view *v, unsigned index, struct doc_block *s)
{
    struct doc_block *p = NULL;
    const struct threat_view *t = &v->threats.at[index];
    for (size_t i = 0; i < t->documents.len; i++) {
        const struct document_view *d = &v->documents.at[t->documents.at[i]];
        if (!p) {
            struct doc_block *part = doc_add_section(a, s, SV("Look further"), build_sv(a, "%.*s-further",
                                                     SV_ARG(v->threats.at[index].threat->id)));
            part->class_name = "field";
            p = doc_add(a, part, DOC_PARAGRAPH);
            doc_text(a, p, SV("Other threats that touch "));
        } else {
            doc_text(a, p, SV(", "));
        }
        doc_link(a, p, build_sv(a, "site:%.*s", SV_ARG(site_reference_path(a, d->reference->id))), d->reference->id);
    }
    if (p)
        doc_text(a, p, SV("."));
}

static struct sv threat_path(struct arena *a, const struct threat *t, const char *type)
{
    return build_sv(a, "threats/%.*s.%s", SV_ARG(t->id), type);
}

static void head_of(struct site *s, struct arena *a, size_t i, struct page *p)
{
    const struct threat *t = s->v->threats.at[i].threat;
    *p = (struct page){.path = threat_path(a, t, "html"), .section = "threats/index.html",
                       .title = build_sv(a, "%.*s: %.*s", SV_ARG(t->id), SV_ARG(t->name))};
    int abstract = template_field(&s->v->profile->template, SV("abstract"));
    struct sv text = abstract >= 0 ? sv_trim(threat_field(t, abstract)) : SV_NONE;
    struct str flat = STR_INIT;
    for (size_t k = 0; k < text.len; k++)
        str_add_char(&flat, text.at[k] == '\n' ? ' ' : text.at[k]);
    p->description = arena_sv(a, str_sv(&flat));
    str_release(&flat);
    page_add_link(a, p, "canonical", NULL, build_sv(a, "%.*s.html", SV_ARG(t->id)), NULL);
    if (s->options->formats & SITE_JSON)
        page_add_link(a, p, "alternate", "application/json", build_sv(a, "%.*s.json", SV_ARG(t->id)), "JSON");
    if (i > 0)
        page_add_link(a, p, "prev", NULL, build_sv(a, "%.*s.html", SV_ARG(s->v->threats.at[i - 1].threat->id)), NULL);
    if (i + 1 < s->v->threats.len)
        page_add_link(a, p, "next", NULL, build_sv(a, "%.*s.html", SV_ARG(s->v->threats.at[i + 1].threat->id)), NULL);
    page_add_crumb(a, p, SV("Start"), SV("index.html"));
    page_add_crumb(a, p, SV("Threats"), SV("threats/index.html"));
    page_add_crumb(a, p, t->id, p->path);
}

static void neighbours(struct site *s, struct arena *a, size_t i, struct doc_block *content)
{
    struct doc_block *p = doc_add(a, content, DOC_PARAGRAPH);
    p->class_name = "neighbours";
    if (i > 0) {
        const struct threat *t = s->v->threats.at[i - 1].threat;
        doc_threat(a, p, t->id, build_sv(a, "\xe2\x86\x90 %.*s", SV_ARG(t->id)));
        doc_text(a, p, SV(" "));
    }
    doc_link(a, p, build_sv(a, "site:analysis.html#%.*s", SV_ARG(s->v->threats.at[i].threat->id)),
             SV("In the analysis"));
    if (s->options->formats & SITE_JSON) {
        doc_text(a, p, SV(" "));
        doc_link(a, p, build_sv(a, "site:%.*s", SV_ARG(threat_path(a, s->v->threats.at[i].threat, "json"))),
                 SV("As JSON"));
    }
    if (i + 1 < s->v->threats.len) {
        const struct threat *t = s->v->threats.at[i + 1].threat;
        doc_text(a, p, SV(" "));
        doc_threat(a, p, t->id, build_sv(a, "%.*s \xe2\x86\x92", SV_ARG(t->id)));
    }
}

static struct digest shown_digest(struct site *s, const struct doc_block *entry, const struct doc_block *strip,
                                  const struct doc_block *after)
{
    const struct digest *section = map_get(&s->threat_digests, entry->anchor);
    struct digest_state d;
    digest_begin(&d);
    digest_add(&d, digest_sv(section));
    if (strip) {
        struct doc_block alone = *strip;
        alone.next = NULL;
        tree_digest_add(&d, &alone, NULL);
    }
    tree_digest_add(&d, after->first, NULL);
    return digest_end(&d);
}

/* Beside the section, a page shows what all pages do and the neighbours in the register. */
static struct digest page_input(const struct site *s, size_t i)
{
    struct digest_state d;
    digest_begin(&d);
    digest_add(&d, digest_sv(&s->shared));
    digest_add(&d, digest_sv(&s->reuse.inputs[i]));
    digest_add(&d, sv_from((const char *)&s->options->formats, sizeof s->options->formats));
    digest_add_part(&d, i > 0 ? s->v->threats.at[i - 1].threat->id : SV_NONE);
    digest_add_part(&d, i + 1 < s->v->threats.len ? s->v->threats.at[i + 1].threat->id : SV_NONE);
    return digest_end(&d);
}

/* The section of the analysis is used as it stands: its children are put between what only the page has. */
static int threat_page(struct site *s, size_t i, struct err *err)
{
    struct arena a = ARENA_INIT;
    struct page p;
    struct digest quick = page_input(s, i);
    if (site_reuse_page(s, threat_path(s->a, s->v->threats.at[i].threat, "html"), &quick))
        return CM_OK;
    const struct doc_block *entry = site_section(s, i);
    struct doc_block content = {.kind = DOC_SECTION, .anchor = entry->anchor, .title = entry->title,
                                .class_name = entry->class_name};
    head_of(s, &a, i, &p);
    struct doc_block *strip = NULL, *after = doc_block_new(&a, DOC_SECTION);
    if (!build_is_end(s->v, s->v->threats.at[i].threat->stage))
        strip = stage_strip(&a, s->v, &s->v->threats.at[i]);
    lacking(&a, s->v, &s->v->threats.at[i], after);
    documents_of(&a, s->v, (unsigned)i, after);
    neighbours(s, &a, i, after);
    content.first = strip ? strip : entry->first;
    if (strip)
        strip->next = entry->first;
    struct digest shown = shown_digest(s, entry, strip, after);
    struct doc_block *last = entry->last;
    last->next = after->first;
    int rc = site_page_from(s, &p, &content, &shown, err);
    last->next = NULL;
    arena_release(&a);
    return rc;
}

static int threat_json(struct site *s, size_t i, struct err *err)
{
    const struct threat *t = s->v->threats.at[i].threat;
    const struct template *template = &s->v->profile->template;
    struct sv path = threat_path(s->a, t, "json");
    struct json j;
    if (site_reuse_page(s, path, &s->reuse.inputs[i]))
        return CM_OK;
    str_clear(&s->buffer);
    json_init(&j, &s->buffer, false);
    json_object(&j);
    json_put_str(&j, "schema", "casemate/threat/1");
    json_put(&j, "id", t->id);
    json_put(&j, "name", t->name);
    for (const struct doc_block *b = site_section(s, i)->first; b; b = b->next)
        if (b->kind == DOC_FACTS)
            write_fact_values(&j, b);
    json_key(&j, "fields");
    json_object(&j);
    for (size_t k = 0; k < t->fields.len; k++) {
        json_key_sv(&j, template->fields.at[t->fields.at[k].field].id);
        json_string(&j, sv_trim(t->fields.at[k].text));
    }
    json_end(&j);
    if (t->tree)
        json_put(&j, "attack_tree", t->tree_text);
    write_analysis(&j, s->v, i);
    write_acts(&j, s->v, i);
    json_end(&j);
    json_finish(&j);
    return site_put(s, path, str_sv(&s->buffer), err);
}

int site_threat_pages(struct site *s, struct err *err)
{
    for (size_t i = 0; i < s->v->threats.len; i++) {
        int rc = threat_page(s, i, err);
        if (!rc && (s->options->formats & SITE_JSON))
            rc = threat_json(s, i, err);
        if (rc)
            return rc;
    }
    return CM_OK;
}
