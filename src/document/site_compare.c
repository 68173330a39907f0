/* What changed from one edition of a document to the next, at an address that stays. */
#include "document/build.h"
#include "document/compare.h"
#include "document/site_page.h"

/* An edition without its sources, which an erasure may take, cannot be compared. */
static bool has_sources(const struct edition *e)
{
    for (size_t i = 0; i < e->file_count; i++)
        if (sv_eq_str(e->files[i].name, "sources.json"))
            return true;
    return false;
}

const struct edition *site_compared_with(const struct view *v, const struct edition *e)
{
    const struct edition *before = NULL;
    for (size_t i = 0; i < v->editions.len && &v->editions.at[i] != e; i++)
        if (sv_eq(v->editions.at[i].document, e->document))
            before = &v->editions.at[i];
    return before && has_sources(before) && has_sources(e) ? before : NULL;
}

static int read_side(struct site *s, struct arena *a, const struct edition *e, struct compare_side *out,
                     struct err *err)
{
    struct sv bytes;
    *out = (struct compare_side){.version = e->version, .date = e->date};
    int rc = s->options->edition_bytes(s->options->context, a, e, SV("sources.json"), &bytes, err);
    return rc ? rc : compare_read_sources(a, bytes, &out->files, err);
}

static void frame(struct arena *a, const struct edition *old, const struct edition *new, struct page *p)
{
    *p = (struct page){.path = compare_path(a, new->document, old->version, new->version),
                       .title = build_sv(a, "What changed: %.*s %.*s to %.*s", SV_ARG(new->document),
                                         SV_ARG(old->version), SV_ARG(new->version)),
                       .description = new->remark, .section = "editions/index.html"};
    page_add_link(a, p, "prev", NULL, build_sv(a, "%.*s/%.*s.html", SV_ARG(old->version), SV_ARG(old->document)), NULL);
    page_add_link(a, p, "next", NULL, build_sv(a, "%.*s/%.*s.html", SV_ARG(new->version), SV_ARG(new->document)), NULL);
    page_add_crumb(a, p, SV("Start"), SV("index.html"));
    page_add_crumb(a, p, SV("Editions"), SV("editions/index.html"));
    page_add_crumb(a, p, build_sv(a, "%.*s to %.*s", SV_ARG(old->version), SV_ARG(new->version)), p->path);
}

static int write_page(struct site *s, struct arena *a, const struct page *p, const struct edition *old,
                      const struct edition *new, const struct digest *input, struct err *err)
{
    struct compare_side before, after;
    struct comparison c;
    struct markup m;
    enum document_kind kind;
    int rc = read_side(s, a, old, &before, err);
    if (rc || (rc = read_side(s, a, new, &after, err)) || !document_find(new->document, &kind))
        return rc;
    compare_derive(a, document_names[kind], &before, &after, &c);
    str_clear(&s->buffer);
    markup_init(&m, &s->buffer, MARKUP_HTML);
    page_begin(a, &m, s->v, p);
    compare_write(a, &m, &c, page_root(a, p->path));
    page_end(a, &m, s->v, p);
    markup_finish(&m);
    return site_write(s, p->path, input, str_sv(&s->buffer), err);
}

static int one(struct site *s, const struct edition *old, const struct edition *new, struct err *err)
{
    struct arena a = ARENA_INIT;
    struct digest_state state;
    struct page p;
    frame(&a, old, new, &p);
    digest_begin(&state);
    digest_add(&state, digest_sv(&s->shared));
    page_digest(&state, &p);
    digest_add_part(&state, sv_str(old->digest.text));
    digest_add_part(&state, sv_str(new->digest.text));
    struct digest input = digest_end(&state);
    struct sv path = arena_sv(s->a, p.path);
    int rc = site_keep(s, path, &input) ? CM_OK : write_page(s, &a, &p, old, new, &input, err);
    arena_release(&a);
    return rc;
}

int site_compare_pages(struct site *s, struct err *err)
{
    int rc = CM_OK;
    for (size_t i = 0; i < s->v->editions.len && !rc && s->options->edition_bytes; i++) {
        const struct edition *e = &s->v->editions.at[i], *before = site_compared_with(s->v, e);
        if (before)
            rc = one(s, before, e, err);
    }
    return rc;
}
