/* publish, submit, lint: documents out. */
#include "base/fs.h"
#include "cli/publish.h"

#include <stdio.h>
#include <stdlib.h>

const char *publish_pdf_cache(struct arena *a)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache && *cache)
        return arena_printf(a, "%s/casemate/pdf", cache);
    return home && *home ? arena_printf(a, "%s/.cache/casemate/pdf", home) : NULL;
}

int publish_load(struct cli *c, const char *from, struct view *out)
{
    struct action_context context;
    struct action_result r;
    int rc;
    if (!from && (rc = cli_open(c, STORE_READ_ONLY)))
        return rc;
    if (!from)
        return view_load_published(c->store, &c->arena, c->time, out, &c->err);
    rc = store_open(":memory:", STORE_CREATE, &c->store, &c->err);
    if (rc)
        return rc;
    cli_context(c, &context);
    context.done = "published";
    if ((rc = action_import(&context, from, &r, &c->err)))
        return rc;
    return view_load_published(c->store, &c->arena, c->time, out, &c->err);
}

static int stored_bytes(void *context, struct arena *a, const struct edition *e, struct sv name, struct sv *out,
                        struct err *err)
{
    struct cli *c = context;
    return edition_bytes(c->store, a, e->document, e->version, name, out, err);
}

int publish_site(struct cli *c, const struct view *v, const char *to, unsigned formats, struct site_result *out)
{
    const struct site_options options = {to, formats, &c->log, publish_pdf_cache(&c->arena), stored_bytes, c, c->store};
    int rc = site_publish(v, &options, out, &c->err);
    log_finish(&c->log);
    return rc;
}

static const struct {
    const char *name;
    unsigned bit;
} formats[] = {{"html", SITE_HTML}, {"xml", SITE_XML}, {"json", SITE_JSON}, {"text", SITE_TEXT}, {"pdf", SITE_PDF}};

static int parse_formats(const struct command *self, const char *list, unsigned *out)
{
    struct sv rest = sv_str(list), part;
    *out = 0;
    while (sv_split(&rest, ',', &part)) {
        unsigned bit = 0;
        for (size_t i = 0; i < ARRAY_LEN(formats); i++)
            if (sv_eq_str(sv_trim(part), formats[i].name))
                bit = formats[i].bit;
        if (!bit)
            return usage_error(self,
                               "there is no format \"%.*s\"; the formats are html, xml, json, text and pdf",
                               SV_ARG(part));
        *out |= bit;
    }
    *out |= SITE_HTML; /* the site itself */
    return 0;
}

static void print_published(struct cli *c, const char *to, const struct site_result *r)
{
    if (!c->json) {
        printf("%s: %zu files, %zu written, %zu unchanged\n", to, r->pages, r->written, r->kept);
        return;
    }
    struct cli_json j;
    cli_json_begin(&j);
    json_put_str(&j.j, "site", to);
    json_put_int(&j.j, "files", (int64_t)r->pages);
    json_put_int(&j.j, "written", (int64_t)r->written);
    json_put_int(&j.j, "kept", (int64_t)r->kept);
    json_put_bool(&j.j, "pdf_missing", r->pdf_missing);
    cli_json_end(&j);
}

int cmd_publish(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *from = NULL, *to = NULL, *list = NULL;
    unsigned wanted = SITE_ALL;
    struct words words;
    struct view v;
    struct site_result r = {0};
    const struct option options[] = {
        {"from", OPTION_TEXT, &from, "DIR", "publish this folder instead of the store"},
        {"to", OPTION_TEXT, &to, "DIR", "folder of the site"},
        {"formats", OPTION_TEXT, &list, "LIST", "html,xml,json,text,pdf"},
    };
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len || !to)
        return usage_error(self, "publish wants --to DIR");
    if (list && (rc = parse_formats(self, list, &wanted)))
        return rc;
    if ((rc = publish_load(c, from, &v)) || (rc = publish_site(c, &v, to, wanted, &r)))
        return cli_fail(c, rc);
    if (r.pdf_missing)
        log_notice(&c->log, "no PDF: %.*s; all other formats are written", SV_ARG(r.pdf_reason));
    print_published(c, to, &r);
    return EXIT_DONE;
}

static int record_assent(struct cli *c, enum document_kind kind, const char *assent)
{
    struct action_context context;
    struct action_result r;
    int rc = cli_open(c, 0);
    if (rc)
        return rc;
    cli_context(c, &context);
    rc = action_assent(&context, kind, sv_str(assent), &r, &c->err);
    store_close(&c->store);
    return rc;
}

/* Without a store the assents are those of this command line. */
static void missing_without_store(struct cli *c, const struct sig *sig, const struct option_list *assents,
                                  struct str *out)
{
    for (size_t i = 0; i < sig->authors.len; i++) {
        const char *name = arena_printf(&c->arena, "%.*s %.*s", SV_ARG(sig->authors.at[i].first),
                                        SV_ARG(sig->authors.at[i].last));
        bool given = false;
        for (size_t k = 0; k < assents->list.len; k++)
            given = given || !strcmp(assents->list.at[k], name);
        if (!given)
            str_addf(out, "%s%s", out->len ? ", " : "", name);
    }
}

static int want_assents(struct cli *c, const char *from, enum document_kind kind, const struct view *v,
                        const struct option_list *assents)
{
    struct str names = STR_INIT;
    struct sv missing = SV_NONE;
    int rc = CM_OK;
    if (from)
        missing_without_store(c, &v->profile->sig, assents, &names);
    else
        rc = assent_missing(c->store, &c->arena, &v->profile->sig, kind, &missing, &c->err);
    if (from)
        missing = str_sv(&names);
    if (!rc && missing.len)
        rc = err_set(
            &c->err, CM_EREFUSED,
            "a submission needs the assent of each author to the XSF's terms (XEP-0001); missing: %.*s; "
            "add --assent \"NAME\"",
            SV_ARG(missing));
    str_release(&names);
    return rc;
}

int cmd_submit(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *from = NULL, *to = NULL;
    struct option_list assents = {{NULL, 0, 0}};
    struct words words;
    struct view v;
    struct document d;
    enum document_kind kind;
    struct str xml = STR_INIT;
    const struct document_options none = {0};
    const struct option options[] = {
        {"from", OPTION_TEXT, &from, "DIR", "take the document from this folder instead of the store"},
        {"to", OPTION_TEXT, &to, "FILE", "file to write, such as threat-analysis.xml"},
        {"assent", OPTION_LIST, &assents, "NAME", "this author assents to the XSF's terms; may be repeated"},
    };
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1 || !to)
        return usage_error(self, "submit wants a document and --to FILE");
    if (!cli_document(self, words.at[0], &kind))
        return EXIT_USAGE;
    for (size_t i = 0; !from && i < assents.list.len; i++)
        if ((rc = record_assent(c, kind, assents.list.at[i])))
            return cli_fail(c, rc);
    if ((rc = publish_load(c, from, &v)) || (rc = want_assents(c, from, kind, &v, &assents)))
        return cli_fail(c, rc);
    document_build(&c->arena, &v, kind, &none, &d);
    rc = document_write_protoxep(&d, &xml, &c->err);
    if (!rc)
        rc = fs_write(to, str_sv(&xml), false, &c->err);
    str_release(&xml);
    if (rc)
        return cli_fail(c, rc);
    if (c->json) {
        struct cli_json j;
        cli_json_begin(&j);
        json_put_str(&j.j, "document", words.at[0]);
        json_put_str(&j.j, "file", to);
        cli_json_end(&j);
    } else if (!c->quiet) {
        printf("%s: written; \"casemate lint %s\" checks it by the XSF's rules\n", to, to);
    }
    return EXIT_DONE;
}

enum { LINT_FILE_MAX = 64 * 1024 * 1024 };

int cmd_lint(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct sv text;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (!words.len)
        return usage_error(self, "lint wants at least one XML file");
    for (int i = 0; i < words.len; i++) {
        if ((rc = fs_read(&c->arena, words.at[i], LINT_FILE_MAX, &text, &c->err)))
            return cli_fail(c, rc);
        document_lint(&c->arena, words.at[i], text, &c->diag);
    }
    if (c->json)
        cli_print_faults_json(c);
    else
        cli_print_diag(c);
    if (!c->diag.errors && !c->quiet && !c->json)
        printf("%d file%s, no errors, %zu warning%s\n", words.len, words.len == 1 ? "" : "s", c->diag.warnings,
               c->diag.warnings == 1 ? "" : "s");
    return c->diag.errors ? EXIT_INPUT : EXIT_DONE;
}
