/* The Atom feed (RFC 4287) and documents.json. */
#include "base/date.h"
#include "document/atom.h"
#include "document/build.h"
#include "document/site_page.h"
#include "format/json.h"

#include <stdlib.h>

enum { FEED_MAX = 100 };

struct item {
    int64_t at;
    struct sv key, title, text, path; /* key: never changes */
};

struct items {
    VEC(struct item) list;
};

static int64_t time_of(struct sv date)
{
    struct date d;
    return date_parse(date, &d) ? date_to_time(d) : 0;
}

static void add_editions(struct arena *a, const struct view *v, struct items *out)
{
    for (size_t i = 0; i < v->editions.len; i++) {
        const struct edition *e = &v->editions.at[i];
        *vec_push(a, &out->list) = (struct item){
            time_of(e->date), build_sv(a, "edition %.*s %.*s", SV_ARG(e->document), SV_ARG(e->version)),
            build_sv(a, "Edition %.*s of the %.*s document", SV_ARG(e->version), SV_ARG(e->document)), e->remark,
            build_sv(a, "editions/%.*s/%.*s/%.*s.html", SV_ARG(e->document), SV_ARG(e->version), SV_ARG(e->document))};
    }
}

static void add_threat(struct arena *a, const struct threat_view *view, struct items *out)
{
    const struct threat *t = view->threat;
    struct sv path = build_sv(a, "threats/%.*s.html", SV_ARG(t->id));
    if (time_of(t->proposed.date))
        *vec_push(a, &out->list) = (struct item){
            time_of(t->proposed.date), build_sv(a, "proposed %.*s", SV_ARG(t->id)),
            build_sv(a, "%.*s proposed: %.*s", SV_ARG(t->id), SV_ARG(t->name)), SV("A new entry in the register."),
            path};
    for (size_t i = 0; i < view->changes.len; i++) {
        const struct change *c = &view->changes.at[i];
        if (c->initial)
            continue;
        *vec_push(a, &out->list) = (struct item){
            c->at, build_sv(a, "change %.*s %lld %.*s", SV_ARG(t->id), (long long)c->seq, SV_ARG(c->field)),
            build_sv(a, "%.*s: %.*s %s", SV_ARG(t->id), SV_ARG(c->field), c->text.len ? "changed" : "removed"), c->why,
            path};
    }
}

static int newest_first(const void *left, const void *right)
{
    const struct item *l = left, *r = right;
    if (l->at != r->at)
        return l->at < r->at ? 1 : -1;
    return sv_cmp(l->key, r->key);
}

static struct sv urn_of(struct arena *a, const struct view *v, struct sv key)
{
    const struct sv parts[] = {v->profile->sig.name, key};
    return atom_urn(a, parts, ARRAY_LEN(parts));
}

static void write_feed(struct arena *a, const struct view *v, const struct items *items, struct str *out)
{
    struct markup m;
    struct sv name = v->profile->sig.name;
    atom_begin(a, &m, out,
               &(struct atom){.id = urn_of(a, v, SV("feed")), .title = name, .author = name,
                              .updated = items->list.len ? items->list.at[0].at : v->now,
                              .alternate = SV("index.html"), .self = SV("feed.atom")});
    for (size_t i = 0; i < items->list.len && i < FEED_MAX; i++) {
        const struct item *x = &items->list.at[i];
        atom_entry(a, &m, &(struct atom){.id = urn_of(a, v, x->key), .title = x->title, .updated = x->at,
                                         .alternate = x->path, .summary = x->text.len ? x->text : x->title});
    }
    atom_end(&m);
}

int site_feed(struct site *s, struct err *err)
{
    struct arena a = ARENA_INIT;
    struct items items = {0};
    add_editions(&a, s->v, &items);
    for (size_t i = 0; i < s->v->threats.len; i++)
        add_threat(&a, &s->v->threats.at[i], &items);
    if (items.list.len)
        qsort(items.list.at, items.list.len, sizeof *items.list.at, newest_first);
    str_clear(&s->buffer);
    write_feed(&a, s->v, &items, &s->buffer);
    int rc = site_put(s, SV("feed.atom"), str_sv(&s->buffer), err);
    arena_release(&a);
    return rc;
}

static void json_files(struct json *j, const struct edition *e)
{
    json_key(j, "files");
    json_array(j);
    for (size_t i = 0; i < e->file_count; i++) {
        json_object(j);
        json_put(j, "name", e->files[i].name);
        json_put_int(j, "size", (int64_t)e->files[i].size);
        json_put(j, "blake2b", e->files[i].digest);
        json_end(j);
    }
    json_end(j);
}

static void json_editions(struct json *j, const struct view *v, const char *document)
{
    json_key(j, "editions");
    json_array(j);
    for (size_t i = 0; i < v->editions.len; i++) {
        const struct edition *e = &v->editions.at[i];
        if (!sv_eq_str(e->document, document))
            continue;
        json_object(j);
        json_put(j, "version", e->version);
        json_put(j, "date", e->date);
        json_put(j, "kind", e->kind);
        json_put(j, "remark", e->remark);
        json_put_str(j, "digest", e->digest.text);
        json_files(j, e);
        json_end(j);
    }
    json_end(j);
}

static void json_formats(struct json *j, const struct site *s, const char *name)
{
    static const struct {
        unsigned bit;
        const char *suffix;
    } known[] = {{SITE_HTML, "html"}, {SITE_XML, "xml"}, {SITE_JSON, "json"}, {SITE_TEXT, "txt"}, {SITE_PDF, "pdf"}};
    struct arena a = ARENA_INIT;
    json_key(j, "formats");
    json_object(j);
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        bool there = known[i].bit == SITE_PDF ? s->has_pdf
                                              : known[i].bit == SITE_HTML || (s->options->formats & known[i].bit);
        if (there)
            json_put_str(j, known[i].suffix, arena_printf(&a, "%s.%s", name, known[i].suffix));
    }
    json_end(j);
    arena_release(&a);
}

int site_documents_json(struct site *s, struct err *err)
{
    struct json j;
    str_clear(&s->buffer);
    json_init(&j, &s->buffer, false);
    json_object(&j);
    json_put_str(&j, "schema", "casemate/documents/1");
    json_put(&j, "group", s->v->profile->sig.name);
    json_key(&j, "documents");
    json_array(&j);
    for (int k = 0; k < DOCUMENT_KINDS; k++) {
        const struct document *d = &s->documents[k];
        json_object(&j);
        json_put_str(&j, "name", document_names[k]);
        json_put(&j, "title", d->title);
        json_put(&j, "abstract", d->abstract);
        json_put(&j, "version", d->version);
        json_put_bool(&j, "working_draft", d->working_draft);
        json_put(&j, "date", d->date);
        json_formats(&j, s, document_names[k]);
        json_editions(&j, s->v, document_names[k]);
        json_end(&j);
    }
    json_end(&j);
    json_put_str(&j, "register", "register.json");
    if (s->v->profile->coverage.given) {
        json_key(&j, "coverage");
        json_object(&j);
        json_put_str(&j, "html", "coverage.html");
        json_put_str(&j, "json", "coverage.json");
        json_put_str(&j, "csv", "coverage.csv");
        json_end(&j);
    }
    json_put_str(&j, "feed", "feed.atom");
    json_end(&j);
    json_finish(&j);
    return site_put(s, SV("documents.json"), str_sv(&s->buffer), err);
}
