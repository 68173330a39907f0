/* The three documents in every format, the pages of cited documents with their worksheets, and the editions. */
#include "base/date.h"
#include "base/fs.h"
#include "document/build.h"
#include "document/compare.h"
#include "document/pdf.h"
#include "document/site_page.h"
#include "document/visuals.h"

static const struct {
    unsigned bit;
    const char *suffix, *type, *label;
} formats[] = {
    {SITE_HTML, "html", "text/html", "HTML"},          {SITE_PDF, "pdf", "application/pdf", "PDF"},
    {SITE_XML, "xml", "application/xml", "XML"},       {SITE_JSON, "json", "application/json", "JSON"},
    {SITE_TEXT, "txt", "text/plain", "Plain text"},
};

static int64_t epoch_of(const struct document *d)
{
    struct date date;
    return date_parse(d->date, &date) ? date_to_time(date) : 0;
}

static struct sv name_of(struct arena *a, const struct document *d, const char *suffix)
{
    return build_sv(a, "%s.%s", document_names[d->kind], suffix);
}

/* What an edition or a draft says about itself on top, with its other formats. */
static void status_notice(struct arena *a, struct markup *m, const struct document *d, bool edition)
{
    const struct view *v = d->view;
    markup_open(m, "div");
    markup_attr_str(m, "class", edition ? "notice old-edition" : "notice draft");
    markup_attr_str(m, "role", "note");
    markup_open(m, "p");
    if (edition) {
        markup_element(m, "strong", SV("This is an old edition."));
        markup_textf(m, " It is kept as it was published on %.*s. ", SV_ARG(build_date_long(a, d->date)));
        markup_open(m, "a");
        markup_attrf(m, "href", "../../../%s.html", document_names[d->kind]);
        markup_text_str(m, "Read the present text");
        markup_close(m, "a");
        markup_text_str(m, " or ");
        markup_open(m, "a");
        markup_attr_str(m, "href", "../../index.html");
        markup_text_str(m, "see all editions");
        markup_close(m, "a");
    } else {
        markup_element(m, "strong", SV("Working draft."));
        markup_textf(m, " This is the text of %.*s, not an edition. It changes without notice; cite ",
                     SV_ARG(build_date_long(a, d->date)));
        bool any = false;
        for (size_t i = 0; i < v->editions.len; i++)
            any |= sv_eq_str(v->editions.at[i].document, document_names[d->kind]);
        if (any) {
            markup_open(m, "a");
            markup_attrf(m, "href", "editions/%s/%.*s/%s.html", document_names[d->kind], SV_ARG(d->version),
                         document_names[d->kind]);
            markup_textf(m, "edition %.*s", SV_ARG(d->version));
            markup_close(m, "a");
            markup_text_str(m, " instead");
        } else {
            markup_text_str(m, "it with its date");
        }
    }
    markup_text_str(m, ".");
    markup_close(m, "p");
    markup_close(m, "div");
    markup_newline(m);
}

static void format_bar(struct arena *a, struct markup *m, const struct document *d, unsigned wanted)
{
    markup_open(m, "ul");
    markup_attr_str(m, "class", "formats");
    markup_attr_str(m, "aria-label", "Formats");
    for (size_t i = 1; i < ARRAY_LEN(formats); i++) {
        if (!(wanted & formats[i].bit))
            continue;
        markup_open(m, "li");
        markup_open(m, "a");
        markup_attr(m, "href", name_of(a, d, formats[i].suffix));
        markup_text_str(m, formats[i].label);
        markup_close(m, "a");
        markup_close(m, "li");
    }
    markup_close(m, "ul");
    markup_newline(m);
}

static void page_of(struct arena *a, const struct document *d, unsigned wanted, const char *path, struct page *p)
{
    *p = (struct page){.path = sv_str(path), .title = d->title, .description = d->abstract};
    p->json_ld = page_document_json_ld(a, d);
    page_add_link(a, p, "canonical", NULL, name_of(a, d, "html"), NULL);
    for (size_t i = 1; i < ARRAY_LEN(formats); i++)
        if (wanted & formats[i].bit)
            page_add_link(a, p, "alternate", formats[i].type, name_of(a, d, formats[i].suffix), formats[i].label);
}

static void document_html(struct arena *a, const struct document *d, const struct page *p, unsigned wanted,
                          struct html_drawings *drawings, struct str *out)
{
    struct markup m;
    struct html_context c = {.view = d->view, .root = page_root(a, p->path), .heading = 2, .single_document = true,
                             .drawings = drawings, .fragments = d->fragments};
    markup_init(&m, out, MARKUP_HTML);
    page_begin(a, &m, d->view, p);
    status_notice(a, &m, d, p->style != NULL);
    format_bar(a, &m, d, wanted);
    html_document(&m, &c, d);
    page_end(a, &m, d->view, p);
    markup_finish(&m);
}

static struct digest document_input(struct site *s, const struct document *d, const struct page *p, const char *what)
{
    struct digest_state state;
    const struct sig *sig = &s->v->profile->sig;
    digest_begin(&state);
    digest_add(&state, digest_sv(&s->shared));
    digest_add_part(&state, sv_str(what));
    if (p)
        page_digest(&state, p);
    digest_add_part(&state, d->title);
    digest_add_part(&state, d->abstract);
    digest_add_part(&state, d->version);
    digest_add_part(&state, d->date);
    const struct sv notice[] = {sig->legal.profile, sig->legal.copyright, sig->legal.permissions, sig->legal.warranty,
                                sig->legal.liability, sig->legal.conformance, sig->prefix, sig->charter, sig->list,
                                sig->reports_to.name, sig->venue.name, sig->venue.url};
    for (size_t i = 0; i < ARRAY_LEN(notice); i++)
        digest_add_part(&state, notice[i]);
    for (size_t i = 0; i < sig->authors.len; i++) {
        const struct author *w = &sig->authors.at[i];
        const struct sv parts[] = {w->first, w->last, w->email, w->jid, w->org, w->uri};
        for (size_t k = 0; k < ARRAY_LEN(parts); k++)
            digest_add_part(&state, parts[k]);
    }
    digest_add(&state, digest_sv(&s->contents[d->kind]));
    return digest_end(&state);
}

/* Only the analysis has sections that are worth keeping. */
static void begin_fragments(struct site *s, struct sv path, struct document *d, struct fragments *f)
{
    if (d->kind != DOCUMENT_ANALYSIS)
        return;
    site_reuse_begin(s, path, f);
    d->fragments = f;
}

static int end_fragments(struct site *s, struct sv path, struct document *d, bool kept, int rc)
{
    if (d->fragments)
        site_reuse_end(s, path, d->fragments, kept);
    return rc;
}

static int write_plain(struct site *s, const struct document *d, const char *suffix,
                       void (*writer)(const struct document *d, struct str *out), struct err *err)
{
    struct sv path = name_of(s->a, d, suffix);
    struct digest input = document_input(s, d, NULL, suffix);
    struct document with = *d;
    struct fragments f;
    begin_fragments(s, path, &with, &f);
    bool kept = site_keep(s, path, &input);
    if (kept)
        return end_fragments(s, path, &with, kept, CM_OK);
    str_clear(&s->buffer);
    writer(&with, &s->buffer);
    return end_fragments(s, path, &with, kept,
                         site_write_fragments(s, path, &input, str_sv(&s->buffer), with.fragments, err));
}

/* A renderer that is missing or fails is no failure of the run: the reason goes to the result. */
static int write_pdf(struct site *s, const struct document *d, struct err *err)
{
    struct sv path = name_of(s->a, d, "pdf"), pdf;
    struct digest input = document_input(s, d, NULL, "pdf");
    struct err reason = ERR_INIT;
    if (site_keep(s, path, &input))
        return CM_OK;
    struct arena a = ARENA_INIT;
    struct pdf_options options = {.epoch = epoch_of(d), .cache = s->options->pdf_cache};
    str_clear(&s->buffer);
    struct document whole; /* the tree of the run may hold stubs */
    document_build(&a, s->v, d->kind, NULL, &whole);
    document_print_html(&whole, &s->buffer);
    int rc = pdf_render(&a, str_sv(&s->buffer), &options, &pdf, &reason);
    if (rc) {
        s->out->pdf_missing = rc == CM_ENOTFOUND;
        s->out->pdf_reason = sv_str(arena_strdup(s->a, reason.text));
        s->has_pdf = false;
        rc = CM_OK;
    } else {
        rc = site_write(s, path, &input, pdf, err);
    }
    arena_release(&a);
    return rc;
}

static int write_html(struct site *s, const struct document *d, unsigned wanted, struct err *err)
{
    struct page p;
    page_of(s->a, d, wanted, arena_printf(s->a, "%s.html", document_names[d->kind]), &p);
    p.section = d->kind == DOCUMENT_PROCESS ? "process.html"
                : d->kind == DOCUMENT_TEMPLATE ? "template.html" : "analysis.html";
    struct digest input = document_input(s, d, &p, "html");
    struct document with = *d;
    struct fragments f;
    begin_fragments(s, p.path, &with, &f);
    bool kept = site_keep(s, p.path, &input);
    if (kept)
        return end_fragments(s, p.path, &with, kept, CM_OK);
    str_clear(&s->buffer);
    document_html(s->a, &with, &p, wanted, &s->drawings, &s->buffer);
    return end_fragments(s, p.path, &with, kept,
                         site_write_fragments(s, p.path, &input, str_sv(&s->buffer), with.fragments, err));
}

int site_document_pages(struct site *s, struct err *err)
{
    unsigned wanted = s->options->formats;
    int rc = 0;
    s->has_pdf = (wanted & SITE_PDF) != 0;
    for (int k = 0; k < DOCUMENT_KINDS && !rc && s->has_pdf; k++)
        rc = write_pdf(s, &s->documents[k], err);
    if (!s->has_pdf)
        wanted &= ~(unsigned)SITE_PDF;
    for (int k = 0; k < DOCUMENT_KINDS && !rc; k++) {
        const struct document *d = &s->documents[k];
        rc = write_html(s, d, wanted, err);
        if (!rc && (wanted & SITE_XML))
            rc = write_plain(s, d, "xml", document_write_xep, err);
        if (!rc && (wanted & SITE_JSON))
            rc = write_plain(s, d, "json", document_write_json, err);
        if (!rc && (wanted & SITE_TEXT))
            rc = write_plain(s, d, "txt", document_write_text, err);
    }
    return rc;
}

/* ---- cited documents ---- */

struct sv site_reference_path(struct arena *a, struct sv id)
{
    char *name = arena_strndup(a, id.at, id.len);
    for (size_t i = 0; i < id.len; i++) {
        char c = name[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.'))
            name[i] = '-';
    }
    return build_sv(a, "documents/%s.html", name);
}

static void cited_by(struct arena *a, const struct view *v, struct doc_block *parent, const char *title,
                     const char *anchor, const char *caption, const unsigned *list, size_t count)
{
    if (count == 0)
        return;
    struct doc_block *s = doc_add_section(a, parent, sv_str(title), sv_str(anchor));
    doc_append(s, site_threat_table(a, v, list, count, build_sv(a, "%s-table", anchor), caption));
}

static struct doc_block *reference_content(struct arena *a, const struct view *v, size_t index)
{
    const struct document_view *d = &v->documents.at[index];
    const struct reference *r = d->reference;
    struct doc_block *content = doc_block_new(a, DOC_SECTION);
    content->title = build_sv(a, "%.*s: %.*s", SV_ARG(r->id), SV_ARG(r->title));
    struct doc_block *p = doc_add(a, content, DOC_PARAGRAPH);
    p->class_name = "lead";
    doc_reference(a, p, r->id, build_sv(a, "Read %.*s", SV_ARG(r->id)), r->url);
    if (r->version.len)
        doc_textf(a, p, ", version %.*s", SV_ARG(r->version));
    if (r->date.len)
        doc_textf(a, p, ", %.*s", SV_ARG(build_date_long(a, r->date)));
    if (r->status.len)
        doc_textf(a, p, " (%.*s)", SV_ARG(r->status));
    doc_textf(a, p, ". %.*s it, %.*s it as a response, %.*s it otherwise.",
              SV_ARG(build_count(a, d->affected.len, "threat affects", "threats affect")),
              SV_ARG(build_count(a, d->responding.len, "cites", "cite")),
              SV_ARG(build_count(a, d->mentioned.len, "mentions", "mention")));
    build_coverage_sentence(a, content, v, r);
    cited_by(a, v, content, "Threats that affect it", "affecting", "Threats that affect this document",
             d->affected.at, d->affected.len);
    cited_by(a, v, content, "Threats it answers", "answered", "Threats this document is a response to",
             d->responding.at, d->responding.len);
    cited_by(a, v, content, "Threats that mention it", "mentioning", "Threats that mention this document",
             d->mentioned.at, d->mentioned.len);
    doc_append(content, document_build_worksheet(a, v, index));
    build_unique_anchors(a, content->first);
    return content;
}

static void add_coverage(struct digest_state *state, const struct coverage_view *c)
{
    if (!c)
        return;
    const unsigned words[] = {c->row->result, c->row->considerations, c->again, c->in_part};
    digest_add(state, sv_from((const char *)words, sizeof words));
    digest_add_part(state, c->row->version);
    digest_add_part(state, c->row->note);
}

/* The page shows its document, which is among the rules, what coverage.tsv says of it, and things of the threats that
 * name it. */
static struct digest worksheet_input(const struct site *s, size_t index)
{
    const struct document_view *d = &s->v->documents.at[index];
    const struct {
        const unsigned *at;
        size_t len;
    } lists[] = {{d->affected.at, d->affected.len}, {d->responding.at, d->responding.len},
                 {d->mentioned.at, d->mentioned.len}};
    struct digest_state state;
    digest_begin(&state);
    digest_add(&state, digest_sv(&s->shared));
    digest_add(&state, digest_sv(&s->v->profile->rules));
    digest_add_part(&state, d->reference->id);
    add_coverage(&state, view_coverage_of(s->v, d->reference));
    for (size_t k = 0; k < ARRAY_LEN(lists); k++) {
        digest_add(&state, sv_from((const char *)&lists[k].len, sizeof lists[k].len));
        for (size_t n = 0; n < lists[k].len; n++)
            digest_add(&state, digest_sv(&s->reuse.inputs[lists[k].at[n]]));
    }
    return digest_end(&state);
}

int site_worksheet_pages(struct site *s, struct err *err)
{
    struct map paths;
    map_init(&paths, s->a);
    for (size_t i = 0; i < s->v->documents.len; i++) {
        struct arena a = ARENA_INIT;
        const struct reference *r = s->v->documents.at[i].reference;
        struct sv path = arena_sv(s->a, site_reference_path(&a, r->id));
        if (map_set(&paths, path, s)) { /* two ids that differ in punctuation only: the first has the page */
            arena_release(&a);
            continue;
        }
        struct page p = {.path = path, .title = build_sv(&a, "%.*s: threats and worksheet", SV_ARG(r->id)),
                         .description = build_sv(&a, "Every threat in the register that touches %.*s (%.*s), and a "
                                                     "worksheet for its authors.", SV_ARG(r->id), SV_ARG(r->title)),
                         .section = "documents/index.html"};
        page_add_crumb(&a, &p, SV("Start"), SV("index.html"));
        page_add_crumb(&a, &p, SV("Documents"), SV("documents/index.html"));
        page_add_crumb(&a, &p, r->id, path);
        struct digest quick = worksheet_input(s, i);
        int rc = site_reuse_page(s, path, &quick) ? CM_OK : site_page(s, &p, reference_content(&a, s->v, i), err);
        arena_release(&a);
        if (rc)
            return rc;
    }
    return CM_OK;
}

/* ---- editions ---- */

static struct sv edition_folder(struct arena *a, const struct edition *e)
{
    return build_sv(a, "editions/%.*s/%.*s", SV_ARG(e->document), SV_ARG(e->version));
}

static void edition_row(struct arena *a, struct doc_block *table, const struct view *v, const struct edition *e)
{
    struct doc_block *row = build_row(a, table);
    build_row_heading(a, row, build_sv(a, "%.*s %.*s", SV_ARG(e->document), SV_ARG(e->version)));
    build_cell(a, row, e->date);
    build_cell(a, row, e->kind);
    struct doc_block *cell = build_cell(a, row, e->remark);
    const struct edition *before = site_compared_with(v, e);
    if (before) {
        doc_text(a, cell, SV(" "));
        doc_link(a, cell, build_sv(a, "site:%.*s", SV_ARG(compare_path(a, e->document, before->version, e->version))),
                 build_sv(a, "Compare with %.*s", SV_ARG(before->version)));
    }
    cell = build_cell(a, row, SV_NONE);
    for (size_t i = 0; i < e->file_count; i++) {
        struct sv name = e->files[i].name;
        if (!sv_starts(name, e->document))
            continue;
        if (cell->inlines)
            doc_text(a, cell, SV(", "));
        doc_link(a, cell, build_sv(a, "site:%.*s/%.*s", SV_ARG(edition_folder(a, e)), SV_ARG(name)),
                 sv_from_byte(name, e->document.len + 1));
    }
    cell = build_cell(a, row, SV_NONE);
    doc_put(cell, doc_inline_new(a, DOC_CODE, build_sv(a, "%.16s", e->digest.text)));
}

static int editions_index(struct site *s, struct err *err)
{
    struct arena a = ARENA_INIT;
    struct doc_block *content = doc_block_new(&a, DOC_SECTION);
    content->title = SV("Editions");
    build_paragraph(&a, content,
                    "An edition is a published version of a document. Its files are kept byte for byte, in "
                    "every format, for as long as this site exists.")
        ->class_name = "lead";
    struct doc_block *timeline = visual_timeline(&a, s->v, SV("timeline"));
    if (timeline)
        doc_append(content, timeline);
    if (s->v->editions.len) {
        struct doc_block *table = build_table(&a, content, SV("editions-table"), "All editions, newest first");
        build_header(&a, table, (const char *const[]){"Edition", "Date", "Kind", "What changed", "Files", "Digest"}, 6);
        for (size_t i = s->v->editions.len; i-- > 0;)
            edition_row(&a, table, s->v, &s->v->editions.at[i]);
    } else {
        build_paragraph(&a, content, "No edition has been published yet. The documents on this site are working "
                                     "drafts.");
    }
    struct page p = {.path = SV("editions/index.html"), .title = SV("Editions"),
                     .description = SV("Every published edition of the three documents."),
                     .section = "editions/index.html"};
    page_add_crumb(&a, &p, SV("Start"), SV("index.html"));
    page_add_crumb(&a, &p, SV("Editions"), p.path);
    int rc = site_page(s, &p, content, err);
    arena_release(&a);
    return rc;
}

/* An edition is stored bytes, so what makes it an old one is said by a style sheet beside it: it shows the
 * notice that every edition carries in all editions but the latest of each document. */
static int status_style(struct site *s, const char *document, struct err *err)
{
    const struct edition *latest = NULL;
    str_clear(&s->buffer);
    for (size_t i = s->v->editions.len; i-- > 0;) {
        const struct edition *e = &s->v->editions.at[i];
        if (!sv_eq_str(e->document, document))
            continue;
        if (!latest)
            latest = e;
        else
            str_addf(&s->buffer, "body[data-edition=\"%.*s\"] .old-edition { display: block; }\n", SV_ARG(e->version));
    }
    if (!latest)
        return CM_OK;
    if (s->buffer.len == 0)
        str_add_str(&s->buffer, "/* no old editions */\n");
    return site_put(s, build_sv(s->a, "editions/%s/status.css", document), str_sv(&s->buffer), err);
}

static int edition_file(struct site *s, const struct edition *e, const struct edition_file *f, struct err *err)
{
    struct arena a = ARENA_INIT;
    struct sv bytes, path = build_sv(s->a, "%.*s/%.*s", SV_ARG(edition_folder(&a, e)), SV_ARG(f->name));
    struct digest input;
    int rc = 0;
    if (!digest_from_hex(f->digest, &input))
        rc = err_set(err, CM_ECORRUPT, "edition %.*s: the digest of %.*s cannot be read", SV_ARG(e->version),
                     SV_ARG(f->name));
    else if (!site_keep(s, path, &input) && !(rc = s->options->edition_bytes(s->options->context, &a, e, f->name,
                                                                             &bytes, err)))
        rc = site_write(s, path, &input, bytes, err);
    arena_release(&a);
    return rc;
}

int site_edition_pages(struct site *s, struct err *err)
{
    int rc = editions_index(s, err);
    for (int k = 0; k < DOCUMENT_KINDS && !rc; k++)
        rc = status_style(s, document_names[k], err);
    for (size_t i = 0; i < s->v->editions.len && !rc && s->options->edition_bytes; i++)
        for (size_t k = 0; k < s->v->editions.at[i].file_count && !rc; k++)
            rc = edition_file(s, &s->v->editions.at[i], &s->v->editions.at[i].files[k], err);
    return rc;
}

static void add_file(struct arena *a, struct site_files *out, struct sv name, const struct str *bytes)
{
    *vec_push(a, &out->list) = (struct site_file){name, arena_sv(a, str_sv(bytes))};
}

static void edition_html(struct arena *a, const struct document *d, unsigned wanted, struct str *out)
{
    struct page p;
    const char *path = arena_printf(a, "editions/%s/%.*s/%s.html", document_names[d->kind], SV_ARG(d->version),
                                    document_names[d->kind]);
    page_of(a, d, wanted, path, &p);
    p.section = "editions/index.html";
    p.style = "style.css";
    p.edition = d->version;
    page_add_link(a, &p, "stylesheet", NULL, SV("../status.css"), NULL);
    if (d->revisions.len > 1)
        page_add_link(a, &p, "prev", NULL, build_sv(a, "../%.*s/%s.html", SV_ARG(d->revisions.at[1].version),
                                                    document_names[d->kind]), NULL);
    page_add_crumb(a, &p, SV("Start"), SV("index.html"));
    page_add_crumb(a, &p, SV("Editions"), SV("editions/index.html"));
    page_add_crumb(a, &p, build_sv(a, "%s %.*s", document_names[d->kind], SV_ARG(d->version)), p.path);
    document_html(a, d, &p, wanted, NULL, out);
}

int site_edition_files(struct arena *a, const struct view *v, enum document_kind kind, const struct revision *revision,
                       bool pdf_wanted, const char *pdf_cache, struct log *log, struct site_files *out, struct err *err)
{
    struct document d;
    struct document_options options = {.edition = revision};
    struct str s = STR_INIT;
    struct sv pdf = SV_NONE;
    struct err reason = ERR_INIT;
    *out = (struct site_files){0};
    (void)err;
    document_build(a, v, kind, &options, &d);
    document_print_html(&d, &s);
    struct pdf_options pdf_options = {.epoch = epoch_of(&d), .cache = pdf_cache};
    bool has_pdf = pdf_wanted && pdf_render(a, str_sv(&s), &pdf_options, &pdf, &reason) == 0;
    if (pdf_wanted && !has_pdf && log)
        log_notice(log, "edition without PDF: %s", reason.text);
    str_clear(&s);
    edition_html(a, &d, has_pdf ? SITE_ALL : SITE_ALL & ~(unsigned)SITE_PDF, &s);
    add_file(a, out, name_of(a, &d, "html"), &s);
    static void (*const writers[])(const struct document *d, struct str *out) = {document_write_xep,
                                                                                 document_write_json,
                                                                                 document_write_text};
    for (size_t i = 0; i < ARRAY_LEN(writers); i++) {
        str_clear(&s);
        writers[i](&d, &s);
        add_file(a, out, name_of(a, &d, formats[i + 2].suffix), &s);
    }
    str_release(&s);
    *vec_push(a, &out->list) = (struct site_file){SV("style.css"), web_asset("site.css")};
    if (has_pdf)
        *vec_push(a, &out->list) = (struct site_file){name_of(a, &d, "pdf"), pdf};
    return CM_OK;
}
