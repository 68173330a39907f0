/* The register for other programs: its files, and the page that says what each of them carries and lacks. */
#include "document/build.h"
#include "document/exchange.h"
#include "document/site_page.h"

static struct digest input_of(const struct site *s, struct sv name)
{
    const struct view *v = s->v;
    struct digest_state d;
    digest_begin(&d);
    digest_add_part(&d, name);
    digest_add(&d, digest_sv(&v->profile->rules));
    digest_add(&d, sv_from((const char *)&v->rules_written, sizeof v->rules_written));
    digest_add(&d, sv_from((const char *)&v->begun, sizeof v->begun));
    for (size_t i = 0; i < v->threats.len; i++)
        digest_add(&d, sv_from((const char *)&v->threats.at[i].written, sizeof v->threats.at[i].written));
    digest_add(&d, sv_from((const char *)s->reuse.inputs, v->threats.len * sizeof *s->reuse.inputs));
    return digest_end(&d);
}

static int put_file(struct site *s, enum exchange_format format, struct err *err)
{
    const struct sv name = sv_str(exchange_kinds[format].path);
    struct digest input = input_of(s, name);
    struct fragments f;
    site_reuse_begin(s, name, &f);
    bool kept = site_keep(s, name, &input);
    int rc = 0;
    str_clear(&s->buffer);
    if (!kept) {
        exchange_write(s->v, format, &f, &s->buffer);
        rc = site_write_fragments(s, name, &input, str_sv(&s->buffer), &f, err);
    }
    site_reuse_end(s, name, &f, kept);
    return rc;
}

static int put_csv(struct site *s, struct err *err)
{
    str_clear(&s->buffer);
    document_write_csv(s->v, &s->buffer);
    return site_put(s, SV("register.csv"), str_sv(&s->buffer), err);
}

static int put_w3c(struct site *s, struct err *err)
{
    int rc = CM_OK;
    for (size_t i = 0; !rc && i < s->v->threats.len; i++) {
        struct sv name = exchange_w3c_name(s->a, s->v, i);
        struct sv path = build_sv(s->a, "exports/w3c/%.*s", SV_ARG(name));
        if (!name.len || site_reuse_page(s, path, &s->reuse.inputs[i]))
            continue;
        str_clear(&s->buffer);
        exchange_w3c_threat(s->v, i, &s->buffer);
        rc = site_put(s, path, str_sv(&s->buffer), err);
    }
    str_clear(&s->buffer);
    exchange_w3c_outline(s->v, &s->buffer);
    return rc ? rc : site_put(s, sv_str(exchange_kinds[EXCHANGE_W3C].path), str_sv(&s->buffer), err);
}

/* ---- the page ---- */

static void put_losses(struct arena *a, const struct view *v, enum exchange_format format, struct doc_block *s)
{
    struct exchange_losses losses;
    exchange_losses(a, v, format, &losses);
    if (!losses.list.len) {
        build_paragraph(a, s, "Nothing of this register is left out.");
        return;
    }
    build_paragraph(a, s, "Left out:");
    struct doc_block *list = build_list(a, s);
    list->tight = true;
    for (size_t i = 0; i < losses.list.len; i++)
        doc_textf(a, build_item(a, list), "%.*s (%.*s)", SV_ARG(losses.list.at[i].what),
                  SV_ARG(build_count(a, losses.list.at[i].count, "threat", "threats")));
}

static int put_page(struct site *s, struct err *err)
{
    struct arena a = ARENA_INIT;
    struct doc_block *content = doc_block_new(&a, DOC_SECTION);
    content->title = SV("The register for other programs");
    build_paragraph(&a, content, "The same register in five formats, made anew with every publication. Each says here "
                                 "what becomes of ratings, which are words in an order, and what it has no place for.")
        ->class_name = "lead";
    for (int f = 0; f < EXCHANGE_FORMATS; f++) {
        const struct exchange_kind *k = &exchange_kinds[f];
        struct doc_block *part =
            doc_add_section(&a, content, sv_str(k->name), build_sv(&a, "export-%s", k->word));
        struct doc_block *p = doc_add(&a, part, DOC_PARAGRAPH);
        doc_link(&a, p, build_sv(&a, "site:%s", k->path), sv_str(k->path));
        doc_text(&a, p, sv_str(k->folder ? " and the files that it names" : ""));
        build_paragraph(&a, part, "%s", k->how);
        put_losses(&a, s->v, (enum exchange_format)f, part);
    }
    struct page p = {.path = SV("exports.html"), .title = content->title, .section = "threats/index.html",
                     .description = SV("The register as STIX, Open Threat Model, W3C threat files, CSV and JSON.")};
    page_add_crumb(&a, &p, SV("Start"), SV("index.html"));
    page_add_crumb(&a, &p, SV("Threats"), SV("threats/index.html"));
    page_add_crumb(&a, &p, content->title, p.path);
    int rc = site_page(s, &p, content, err);
    arena_release(&a);
    return rc;
}

void site_exchange_links(struct arena *a, struct page *p)
{
    for (int f = 0; f < EXCHANGE_FORMATS; f++)
        page_add_link(a, p, "alternate", exchange_kinds[f].type, build_sv(a, "../%s", exchange_kinds[f].path),
                      exchange_kinds[f].name);
}

int site_exchange_pages(struct site *s, struct err *err)
{
    int rc = put_file(s, EXCHANGE_JSON, err);
    if (!rc)
        rc = put_csv(s, err);
    if (!rc)
        rc = put_file(s, EXCHANGE_STIX, err);
    if (!rc)
        rc = put_file(s, EXCHANGE_OTM, err);
    if (!rc)
        rc = put_w3c(s, err);
    return rc ? rc : put_page(s, err);
}
