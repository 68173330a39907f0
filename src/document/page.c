#include "document/page.h"

#include "document/build.h"
#include "format/json.h"

static const struct {
    const char *path, *label;
} navigation[] = {
    {"analysis.html", "Analysis"},        {"threats/index.html", "Threats"}, {"documents/index.html", "Documents"},
    {"process.html", "Process"},          {"template.html", "Template"},     {"progress.html", "Progress"},
    {"editions/index.html", "Editions"},  {"lists.html", "Discussion"},      {"about.html", "About"},
};

const char *page_root(struct arena *a, struct sv path)
{
    struct str s = STR_INIT;
    for (size_t i = 0; i < path.len; i++)
        if (path.at[i] == '/')
            str_add_str(&s, "../");
    const char *root = arena_strdup(a, str_cstr(&s));
    str_release(&s);
    return root;
}

void page_add_link(struct arena *a, struct page *p, const char *rel, const char *type, struct sv href,
                   const char *title)
{
    *vec_push(a, &p->links) = (struct page_link){rel, type, href, title};
}

void page_add_crumb(struct arena *a, struct page *p, struct sv label, struct sv path)
{
    *vec_push(a, &p->crumbs) = (struct page_crumb){label, path};
}

static void head_link(struct markup *m, const char *rel, const char *type, struct sv href, const char *title)
{
    markup_open(m, "link");
    markup_attr_str(m, "rel", rel);
    if (type)
        markup_attr_str(m, "type", type);
    if (title)
        markup_attr_str(m, "title", title);
    markup_attr(m, "href", href);
    markup_close(m, "link");
    markup_newline(m);
}

static void meta(struct markup *m, const char *name, struct sv content)
{
    markup_open(m, "meta");
    markup_attr_str(m, "name", name);
    markup_attr(m, "content", content);
    markup_close(m, "meta");
    markup_newline(m);
}

static void head(struct arena *a, struct markup *m, const struct view *v, const struct page *p, const char *root)
{
    const struct sig *sig = &v->profile->sig;
    markup_open(m, "head");
    markup_newline(m);
    markup_open(m, "meta");
    markup_attr_str(m, "charset", "utf-8");
    markup_close(m, "meta");
    markup_newline(m);
    meta(m, "viewport", SV("width=device-width, initial-scale=1"));
    meta(m, "color-scheme", SV("light dark"));
    markup_element(m, "title", sv_eq(p->title, sig->name)
                                   ? p->title
                                   : build_sv(a, "%.*s \xc2\xb7 %.*s", SV_ARG(p->title), SV_ARG(sig->name)));
    markup_newline(m);
    if (p->description.len)
        meta(m, "description", p->description);
    if (p->no_index)
        meta(m, "robots", SV("noindex"));
    head_link(m, "stylesheet", NULL, p->style ? sv_str(p->style) : build_sv(a, "%sstyle.css", root), NULL);
    head_link(
        m, "icon", "image/svg+xml",
        SV("data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/"
           "svg'%20viewBox='0%200%2016%2016'%3E%3Cpath%20"
           "fill='%23175c6b'%20d='M1%203h3v2h2V3h4v2h2V3h3v6c0%203-3%205-7%206C4%2014%201%2012%201%209z'/%3E"
           "%3C/svg%3E"),
        NULL);
    head_link(m, "alternate", "application/atom+xml", build_sv(a, "%sfeed.atom", root), "Changes and editions");
    for (size_t i = 0; i < p->links.len; i++) {
        const struct page_link *l = &p->links.at[i];
        head_link(m, l->rel, l->type, l->href, l->title);
    }
    if (p->json_ld.len) {
        markup_open(m, "script");
        markup_attr_str(m, "type", "application/ld+json");
        markup_raw_text(m, p->json_ld);
        markup_close(m, "script");
        markup_newline(m);
    }
    if (p->script) {
        markup_open(m, "script");
        markup_attr_str(m, "src", p->script);
        markup_attr_str(m, "defer", "defer");
        markup_close(m, "script");
        markup_newline(m);
    }
    markup_close(m, "head");
    markup_newline(m);
}

static void site_header(struct markup *m, const struct view *v, const struct page *p, const char *root)
{
    markup_open(m, "header");
    markup_attr_str(m, "class", "site");
    markup_open(m, "a");
    markup_attr_str(m, "class", "skip");
    markup_attr_str(m, "href", "#page-content");
    markup_text_str(m, "Skip to the content");
    markup_close(m, "a");
    markup_open(m, "div");
    markup_attr_str(m, "class", "bar");
    markup_open(m, "a");
    markup_attr_str(m, "class", "brand");
    markup_attrf(m, "href", "%sindex.html", root);
    markup_text(m, v->profile->sig.name);
    markup_close(m, "a");
    markup_open(m, "nav");
    markup_attr_str(m, "aria-label", "Site");
    markup_open(m, "ul");
    for (size_t i = 0; i < ARRAY_LEN(navigation); i++) {
        if (!v->lists && !strcmp(navigation[i].path, "lists.html"))
            continue;
        markup_open(m, "li");
        markup_open(m, "a");
        markup_attrf(m, "href", "%s%s", root, navigation[i].path);
        if (p->section && strcmp(p->section, navigation[i].path) == 0)
            markup_attr_str(m, "aria-current", sv_eq_str(p->path, navigation[i].path) ? "page" : "true");
        markup_text_str(m, navigation[i].label);
        markup_close(m, "a");
        markup_close(m, "li");
    }
    markup_close(m, "ul");
    markup_close(m, "nav");
    markup_close(m, "div");
    markup_close(m, "header");
    markup_newline(m);
}

static void crumbs(struct markup *m, const struct page *p, const char *root)
{
    if (p->crumbs.len == 0)
        return;
    markup_open(m, "nav");
    markup_attr_str(m, "class", "crumbs");
    markup_attr_str(m, "aria-label", "Breadcrumb");
    markup_open(m, "ol");
    for (size_t i = 0; i < p->crumbs.len; i++) {
        const struct page_crumb *c = &p->crumbs.at[i];
        markup_open(m, "li");
        if (i + 1 < p->crumbs.len) {
            markup_open(m, "a");
            markup_attrf(m, "href", "%s%.*s", root, SV_ARG(c->path));
            markup_text(m, c->label);
            markup_close(m, "a");
        } else {
            markup_open(m, "span");
            markup_attr_str(m, "aria-current", "page");
            markup_text(m, c->label);
            markup_close(m, "span");
        }
        markup_close(m, "li");
    }
    markup_close(m, "ol");
    markup_close(m, "nav");
    markup_newline(m);
}

/* On every page, so that nobody waits for an answer. */
static void ending(struct arena *a, struct markup *m, const struct view *v)
{
    if (!v->ending.at)
        return;
    markup_open(m, "aside");
    markup_attr_str(m, "class", "notice warning ended");
    markup_attr_str(m, "aria-label", "The group was ended");
    markup_open(m, "p");
    markup_text(m, build_ending_text(a, v));
    if (v->ending.link.len) {
        markup_text_str(m, " ");
        markup_open(m, "a");
        markup_attr(m, "href", v->ending.link);
        markup_text_str(m, "The decision");
        markup_close(m, "a");
        markup_text_str(m, ".");
    }
    markup_close(m, "p");
    markup_close(m, "aside");
    markup_newline(m);
}

void page_begin(struct arena *a, struct markup *m, const struct view *v, const struct page *p)
{
    const char *root = p->root ? p->root : page_root(a, p->path);
    markup_doctype_html(m);
    markup_open(m, "html");
    markup_attr(m, "lang", v->profile->sig.language);
    markup_newline(m);
    head(a, m, v, p, root);
    markup_open(m, "body");
    if (p->body_class)
        markup_attr_str(m, "class", p->body_class);
    if (p->edition.len)
        markup_attr(m, "data-edition", p->edition);
    if (p->bar.len)
        markup_fragment(m, p->bar);
    markup_newline(m);
    site_header(m, v, p, root);
    ending(a, m, v);
    crumbs(m, p, root);
    markup_open(m, "main");
    markup_attr_str(m, "id", "page-content");
    markup_newline(m);
}

static void foot_link(struct markup *m, const char *root, const char *path, const char *label)
{
    markup_open(m, "li");
    markup_open(m, "a");
    markup_attrf(m, "href", "%s%s", root, path);
    markup_text_str(m, label);
    markup_close(m, "a");
    markup_close(m, "li");
}

void page_end(struct arena *a, struct markup *m, const struct view *v, const struct page *p)
{
    const struct sig *sig = &v->profile->sig;
    const char *root = p->root ? p->root : page_root(a, p->path);
    markup_close(m, "main");
    markup_newline(m);
    markup_open(m, "footer");
    markup_attr_str(m, "class", "site");
    markup_open(m, "div");
    markup_attr_str(m, "class", "bar");
    markup_open(m, "p");
    markup_textf(m, "%.*s, for %.*s.", SV_ARG(sig->name), SV_ARG(sig->community));
    if (sig->errata.len) {
        markup_text_str(m, " Found a fault? Write to ");
        markup_open(m, "a");
        markup_attrf(m, "href", "mailto:%.*s", SV_ARG(sig->errata));
        markup_text(m, sig->errata);
        markup_close(m, "a");
        markup_text_str(m, ".");
    }
    markup_close(m, "p");
    markup_open(m, "nav");
    markup_attr_str(m, "aria-label", "Data and notices");
    markup_open(m, "ul");
    foot_link(m, root, "register.json", "Register as JSON");
    foot_link(m, root, "register.csv", "as CSV");
    foot_link(m, root, "exports.html", "in other formats");
    foot_link(m, root, "documents.json", "All documents as JSON");
    foot_link(m, root, "feed.atom", "Atom feed");
    foot_link(m, root, "references.html", "References");
    foot_link(m, root, "about.html", "Notices");
    markup_close(m, "ul");
    markup_close(m, "nav");
    markup_close(m, "div");
    markup_close(m, "footer");
    markup_newline(m);
    markup_close(m, "body");
    markup_newline(m);
    markup_close(m, "html");
    markup_newline(m);
}

/* JSON inside <script>: "</" is written "<\/", which JSON reads as the same. */
static struct sv script_safe(struct arena *a, struct sv json)
{
    struct str s = STR_INIT;
    for (size_t i = 0; i < json.len; i++) {
        if (json.at[i] == '<')
            str_add_str(&s, "\\u003c");
        else
            str_add_char(&s, json.at[i]);
    }
    struct sv text = arena_sv(a, str_sv(&s));
    str_release(&s);
    return text;
}

struct sv page_document_json_ld(struct arena *a, const struct document *d)
{
    const struct sig *sig = &d->view->profile->sig;
    struct str s = STR_INIT;
    struct json j;
    json_init(&j, &s, true);
    json_object(&j);
    json_put_str(&j, "@context", "https://schema.org");
    json_put_str(&j, "@type", "TechArticle");
    json_put(&j, "headline", d->title);
    json_put(&j, "abstract", d->abstract);
    json_put(&j, "version", d->version);
    json_put(&j, "dateModified", d->date);
    json_put(&j, "inLanguage", sig->language);
    json_put_str(&j, "creativeWorkStatus", d->working_draft ? "Working draft" : "Edition");
    json_key(&j, "author");
    json_array(&j);
    for (size_t i = 0; i < sig->authors.len; i++) {
        json_object(&j);
        json_put_str(&j, "@type", "Person");
        json_put(&j, "givenName", sig->authors.at[i].first);
        json_put(&j, "familyName", sig->authors.at[i].last);
        json_end(&j);
    }
    json_end(&j);
    json_key(&j, "publisher");
    json_object(&j);
    json_put_str(&j, "@type", "Organization");
    json_put(&j, "name", sig->name);
    json_end(&j);
    json_end(&j);
    json_finish(&j);
    struct sv text = script_safe(a, str_sv(&s));
    str_release(&s);
    return text;
}

void page_digest(struct digest_state *s, const struct page *p)
{
    digest_add_part(s, p->path);
    digest_add_part(s, p->title);
    digest_add_part(s, p->description);
    digest_add_part(s, sv_str(p->section));
    digest_add_part(s, sv_str(p->body_class));
    digest_add_part(s, sv_str(p->style));
    digest_add_part(s, sv_str(p->root));
    digest_add_part(s, p->edition);
    digest_add_part(s, p->no_index ? SV("noindex") : SV_NONE);
    digest_add_part(s, p->json_ld);
    for (size_t i = 0; i < p->links.len; i++) {
        digest_add_part(s, sv_str(p->links.at[i].rel));
        digest_add_part(s, sv_str(p->links.at[i].type));
        digest_add_part(s, p->links.at[i].href);
        digest_add_part(s, sv_str(p->links.at[i].title));
    }
    for (size_t i = 0; i < p->crumbs.len; i++) {
        digest_add_part(s, p->crumbs.at[i].label);
        digest_add_part(s, p->crumbs.at[i].path);
    }
}

void page_digest_site(struct digest_state *s, const struct view *v)
{
    const struct sig *sig = &v->profile->sig;
    digest_add_part(s, sv_str(CASEMATE_VERSION));
    digest_add_part(s, sig->name);
    digest_add_part(s, sig->community);
    digest_add_part(s, sig->language);
    digest_add_part(s, sig->errata);
    digest_add_part(s, v->lists ? SV("lists") : SV_NONE);
    digest_add(s, sv_from((const char *)&v->ending.at, sizeof v->ending.at));
    digest_add_part(s, v->ending.body);
    digest_add_part(s, v->ending.link);
    digest_add_part(s, v->ending.reason);
}
