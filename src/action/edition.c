/* Editions and assents.
 *
 * An edition is built outside of any transaction (a PDF takes seconds), from one consistent view; it is
 * stored only when the content has not changed meanwhile. Its bytes are never rendered again. */
#include "action/content.h"
#include "base/date.h"
#include "document/compare.h"

static int latest_version(struct store *s, struct sv document, unsigned *out_minor, unsigned *out_editorial,
                          struct err *err)
{
    struct store_stmt *q;
    *out_minor = *out_editorial = 0;
    int rc = store_prepare(
        s, "SELECT version FROM edition WHERE document = $1 ORDER BY position DESC LIMIT 1", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, document);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        struct sv rest = store_text(q, 0), part;
        uint64_t number = 0;
        for (int i = 0; sv_split(&rest, '.', &part); i++)
            if (sv_to_u64(part, 100000, &number) && i > 0)
                *(i == 1 ? out_minor : out_editorial) = (unsigned)number;
    }
    store_done(q);
    return rc;
}

static int next_version(struct action_context *c, const struct edition_request *r, struct sv *out, struct err *err)
{
    unsigned minor, editorial;
    int rc = latest_version(c->store, sv_str(document_names[r->document]), &minor, &editorial, err);
    if (rc)
        return rc;
    if (sv_eq_str(r->kind, "substantive"))
        *out = sv_str(arena_printf(c->arena, "0.%u", minor + 1));
    else if (!sv_eq_str(r->kind, "editorial"))
        return err_set(err, CM_EINPUT, "the kind of change is \"substantive\" or \"editorial\", not \"%.*s\"",
                       SV_ARG(r->kind));
    else if (!minor)
        return err_set(err, CM_EREFUSED, "the first edition of a document is substantive");
    else
        *out = sv_str(arena_printf(c->arena, "0.%u.%u", minor, editorial + 1));
    return CM_OK;
}

/* The files that the edition was made from, so that it can be compared and taken up again exactly. */
static struct sv sources_json(struct arena *a, const struct profile_files *files)
{
    struct str text = STR_INIT;
    struct json j;
    json_init(&j, &text, false);
    json_object(&j);
    for (size_t i = 0; i < files->list.len; i++)
        json_put(&j, files->list.at[i].path, files->list.at[i].text);
    json_end(&j);
    json_finish(&j);
    struct sv result = arena_sv(a, str_sv(&text));
    str_release(&text);
    return result;
}

struct edition_run {
    struct action_context *c;
    const struct edition_request *request;
    struct action_result *out;
    struct edition_row row;
    struct site_files files;
    struct digest state; /* of the content it was built from */
};

static void edition_payload(struct edition_run *r, struct str *out)
{
    struct json j;
    struct arena *a = r->c->arena;
    payload_begin(r->c, &j, out, SV_NONE);
    json_key(&j, "edition");
    json_object(&j);
    json_put(&j, "document", r->row.document);
    json_put(&j, "version", r->row.version);
    json_put(&j, "date", r->row.date);
    json_put(&j, "kind", r->row.kind);
    json_put(&j, "remark", r->row.remark);
    json_put(&j, "initials", r->row.initials);
    json_put_str(&j, "digest", digest_hex(a, &r->row.digest));
    json_key(&j, "files");
    json_array(&j);
    for (size_t i = 0; i < r->files.list.len; i++) {
        struct digest d = digest_of(r->files.list.at[i].bytes);
        json_object(&j);
        json_put(&j, "name", r->files.list.at[i].name);
        json_put_str(&j, "digest", digest_hex(a, &d));
        json_end(&j);
    }
    json_end(&j);
    json_end(&j);
    json_end(&j);
    json_finish(&j);
}

static int store_edition(struct store *s, void *context, struct err *err)
{
    struct edition_run *r = context;
    struct digest now;
    struct str payload = STR_INIT;
    int rc = content_state(s, r->c->arena, &now, err);
    if (rc)
        return rc;
    if (!digest_eq(&now, &r->state))
        return err_set(err, CM_ECONFLICT, "the content changed while the edition was being built; try again");
    edition_payload(r, &payload);
    struct sv subject = sv_str(arena_printf(r->c->arena, "%.*s %.*s", SV_ARG(r->row.document), SV_ARG(r->row.version)));
    rc = content_event(r->c, "edition.new", subject, &payload, r->out, err);
    str_release(&payload);
    r->row.event = r->out->event;
    if (!rc)
        rc = put_edition(s, &r->row, err);
    for (size_t i = 0; !rc && i < r->files.list.len; i++)
        rc = put_edition_file(s, r->row.document, r->row.version, r->files.list.at[i].name,
                              r->files.list.at[i].bytes, err);
    if (!rc && r->request->document == DOCUMENT_ANALYSIS)
        rc = store_run(s, "UPDATE threat SET published = 1", err);
    return rc;
}

static int build_edition(struct edition_run *r, struct err *err)
{
    struct action_context *c = r->c;
    struct view *v = arena_new(c->arena, struct view);
    struct profile_files files = {{NULL, 0, 0}};
    struct revision revision = {r->row.version, r->row.date, r->row.initials, r->row.remark};
    int rc = view_load(c->store, c->arena, c->now, v, err);
    if (!rc)
        rc = view_load_files(c->store, c->arena, &files, err);
    if (!rc)
        rc = content_state(c->store, c->arena, &r->state, err);
    if (!rc)
        rc = site_edition_files(c->arena, v, r->request->document, &revision, !r->request->without_pdf,
                                r->request->pdf_cache, c->log, &r->files, err);
    if (rc)
        return rc;
    struct site_file *sources = vec_push(c->arena, &r->files.list);
    sources->name = SV("sources.json");
    sources->bytes = sources_json(c->arena, &files);
    r->row.digest = digest_of(sources->bytes);
    return CM_OK;
}

static int edition_permitted(struct action_context *c, struct err *err)
{
    struct profile_files files;
    struct profile *p;
    int rc = content_profile(c, &files, &p, err);
    return rc ? rc : permit(c, p, PERMIT_PUBLISH, err);
}

int action_edition_new(struct action_context *c, const struct edition_request *request, struct action_result *out,
                       struct err *err)
{
    struct edition_run r = {.c = c, .request = request, .out = out};
    memset(out, 0, sizeof(*out));
    if (!request->remark.len)
        return err_set(err, CM_EINPUT, "an edition says what changed; add --remark TEXT");
    int rc = edition_permitted(c, err);
    if (!rc)
        rc = next_version(c, request, &r.row.version, err);
    if (rc)
        return rc;
    r.row.document = sv_str(document_names[request->document]);
    r.row.date = sv_str(date_format(c->arena, date_from_time(c->now)));
    r.row.kind = request->kind;
    r.row.remark = request->remark;
    r.row.initials = request->initials.len ? request->initials : SV("ed");
    if ((rc = build_edition(&r, err)))
        return rc;
    out->id = r.row.version;
    return store_tx(c->store, store_edition, &r, err);
}

int edition_bytes(struct store *s, struct arena *a, struct sv document, struct sv version, struct sv name,
                  struct sv *out, struct err *err)
{
    struct store_stmt *q;
    bool found = false;
    int rc = store_prepare(
        s, "SELECT bytes FROM edition_file WHERE document = $1 AND version = $2 AND name = $3", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, document);
    store_bind_text(q, 2, version);
    store_bind_text(q, 3, name);
    while ((rc = store_step(q, err)) == STORE_ROW) {
        *out = arena_sv(a, store_text(q, 0));
        found = true;
    }
    store_done(q);
    if (!rc && !found)
        return err_set(err, CM_ENOTFOUND, "there is no %.*s in edition %.*s of %.*s", SV_ARG(name), SV_ARG(version),
                       SV_ARG(document));
    return rc;
}

int edition_sources(struct store *s, struct arena *a, struct sv document, struct sv version,
                    struct profile_files *out, struct err *err)
{
    struct sv bytes;
    memset(out, 0, sizeof(*out));
    int rc = edition_bytes(s, a, document, version, SV("sources.json"), &bytes, err);
    if (!rc)
        rc = compare_read_sources(a, bytes, out, err);
    return rc;
}

static const char *author_name(struct arena *a, const struct author *author)
{
    return arena_printf(a, "%.*s %.*s", SV_ARG(author->first), SV_ARG(author->last));
}

struct assent_run {
    struct action_context *c;
    const char *document;
    struct sv author;
    struct action_result *out;
};

static bool is_author(struct arena *a, const struct sig *sig, struct sv name)
{
    for (size_t i = 0; i < sig->authors.len; i++)
        if (sv_eq_str(name, author_name(a, &sig->authors.at[i])))
            return true;
    return false;
}

static int assent(struct store *s, void *context, struct err *err)
{
    struct assent_run *r = context;
    struct profile_files files;
    struct profile *p;
    struct str payload = STR_INIT;
    struct json j;
    int rc = content_profile(r->c, &files, &p, err);
    if (!rc)
        rc = permit(r->c, p, PERMIT_PUBLISH, err);
    if (rc)
        return rc;
    if (!is_author(r->c->arena, &p->sig, r->author))
        return err_set(err, CM_EINPUT, "\"%.*s\" is no author of this SIG's documents; sig.yaml names them",
                       SV_ARG(r->author));
    payload_begin(r->c, &j, &payload, SV_NONE);
    json_key(&j, "assent");
    json_object(&j);
    json_put_str(&j, "document", r->document);
    json_put(&j, "author", r->author);
    json_end(&j);
    json_end(&j);
    json_finish(&j);
    rc = content_event(r->c, "assent.record", sv_str(r->document), &payload, r->out, err);
    str_release(&payload);
    return rc ? rc : put_assent(s, sv_str(r->document), r->author, r->out->event, err);
}

int action_assent(struct action_context *c, enum document_kind document, struct sv author, struct action_result *out,
                  struct err *err)
{
    struct assent_run r = {c, document_names[document], author, out};
    memset(out, 0, sizeof(*out));
    return store_tx(c->store, assent, &r, err);
}

static int assented(struct store *s, const char *document, struct sv author, bool *out, struct err *err)
{
    struct store_stmt *q;
    *out = false;
    int rc = store_prepare(s, "SELECT 1 FROM assent WHERE document = $1 AND author = $2", &q, err);
    if (rc)
        return rc;
    store_bind_text(q, 1, sv_str(document));
    store_bind_text(q, 2, author);
    while ((rc = store_step(q, err)) == STORE_ROW)
        *out = true;
    store_done(q);
    return rc;
}

int assent_missing(struct store *s, struct arena *a, const struct sig *sig, enum document_kind document, struct sv *out,
                   struct err *err)
{
    struct str names = STR_INIT;
    int rc = CM_OK;
    for (size_t i = 0; !rc && i < sig->authors.len; i++) {
        bool done = false;
        const char *name = author_name(a, &sig->authors.at[i]);
        rc = assented(s, document_names[document], sv_str(name), &done, err);
        if (!rc && !done)
            str_addf(&names, "%s%s", names.len ? ", " : "", name);
    }
    *out = arena_sv(a, str_sv(&names));
    str_release(&names);
    return rc;
}
