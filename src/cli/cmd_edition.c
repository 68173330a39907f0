/* edition: publish and look at editions. */
#include "base/fs.h"
#include "cli/cmd_diff.h"
#include "cli/publish.h"

#include <stdio.h>

static int edition_new(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *kind = NULL, *remark = NULL, *initials = NULL;
    struct words words;
    struct action_context context;
    struct action_result r;
    struct edition_request request = {.without_pdf = false};
    const struct option options[] = {
        {"kind", OPTION_TEXT, &kind, "KIND", "substantive (0.n) or editorial (0.n.m)"},
        {"remark", OPTION_TEXT, &remark, "TEXT", "what changed, for the revision history"},
        {"initials", OPTION_TEXT, &initials, "XX", "initials of the author"},
        {"without-pdf", OPTION_FLAG, &request.without_pdf, NULL, "keep all formats but this one, which takes long"},
    };
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1 || !kind || !remark)
        return usage_error(self, "edition new wants a document, --kind and --remark");
    if (!cli_document(self, words.at[0], &request.document))
        return EXIT_USAGE;
    request.kind = sv_str(kind);
    request.remark = sv_str(remark);
    request.initials = sv_str(initials);
    request.pdf_cache = publish_pdf_cache(&c->arena);
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    if ((rc = action_edition_new(&context, &request, &r, &c->err)))
        return cli_fail(c, rc);
    if (c->json)
        cli_print_result(c, words.at[0], &r);
    else
        printf("%s %.*s: published (event %lld)\n", words.at[0], SV_ARG(r.id), (long long)r.event);
    return EXIT_DONE;
}

static void put_edition_json(struct json *j, const struct edition *e)
{
    json_put(j, "document", e->document);
    json_put(j, "version", e->version);
    json_put(j, "date", e->date);
    json_put(j, "kind", e->kind);
    json_put(j, "remark", e->remark);
    json_put(j, "initials", e->initials);
    json_put_str(j, "digest", e->digest.text);
    json_key(j, "files");
    json_array(j);
    for (size_t i = 0; i < e->file_count; i++) {
        json_object(j);
        json_put(j, "name", e->files[i].name);
        json_put(j, "digest", e->files[i].digest);
        json_put_int(j, "size", (int64_t)e->files[i].size);
        json_end(j);
    }
    json_end(j);
}

static int edition_list(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct view v;
    struct table t;
    struct cli_json j;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    enum document_kind kind = DOCUMENT_KINDS;
    if (words.len > 1 || (words.len && !cli_document(self, words.at[0], &kind)))
        return EXIT_USAGE;
    if ((rc = cli_load_view(c, &v)))
        return cli_fail(c, rc);
    const char *const heads[] = {"DOCUMENT", "VERSION", "DATE", "KIND", "REMARK"};
    table_begin(&t, &c->arena, heads, ARRAY_LEN(heads));
    if (c->json) {
        cli_json_begin(&j);
        json_key(&j.j, "editions");
        json_array(&j.j);
    }
    for (size_t i = 0; i < v.editions.len; i++) {
        const struct edition *e = &v.editions.at[i];
        if (words.len && !sv_eq_str(e->document, words.at[0]))
            continue;
        if (c->json) {
            json_object(&j.j);
            put_edition_json(&j.j, e);
            json_end(&j.j);
        }
        const struct sv cells[] = {e->document, e->version, e->date, e->kind, e->remark};
        for (size_t k = 0; k < ARRAY_LEN(cells); k++)
            table_cell(&t, cells[k]);
    }
    if (c->json) {
        json_end(&j.j);
        cli_json_end(&j);
    } else if (v.editions.len) {
        table_print(&t);
    } else {
        puts("no edition yet; \"casemate edition new analysis --kind substantive --remark TEXT\" publishes the first");
    }
    return EXIT_DONE;
}

static const struct edition *find_edition(struct cli *c, const struct view *v, const char *document,
                                          const char *version)
{
    for (size_t i = 0; i < v->editions.len; i++)
        if (sv_eq_str(v->editions.at[i].document, document) && sv_eq_str(v->editions.at[i].version, version))
            return &v->editions.at[i];
    err_set(&c->err, CM_ENOTFOUND, "there is no edition %s of %s; \"casemate edition list\" shows all",
            version, document);
    return NULL;
}

static int write_edition_file(struct cli *c, const struct edition *e, const char *name, const char *to)
{
    struct sv bytes;
    int rc = edition_bytes(c->store, &c->arena, e->document, e->version, sv_str(name), &bytes, &c->err);
    if (rc)
        return rc;
    if (to)
        return fs_write(to, bytes, false, &c->err);
    fwrite(bytes.at, 1, bytes.len, stdout);
    return CM_OK;
}

static int edition_show(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *name = NULL, *to = NULL;
    struct words words;
    struct view v;
    struct cli_json j;
    const struct option options[] = {{"file", OPTION_TEXT, &name, "NAME", "print this file, such as analysis.txt"},
                                     {"to", OPTION_TEXT, &to, "FILE", "write it to a file instead"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 2)
        return usage_error(self, "edition show wants a document and a version");
    if ((rc = cli_load_view(c, &v)))
        return cli_fail(c, rc);
    const struct edition *e = find_edition(c, &v, words.at[0], words.at[1]);
    if (!e)
        return cli_fail(c, c->err.code);
    if (name) {
        rc = write_edition_file(c, e, name, to);
        return rc ? cli_fail(c, rc) : EXIT_DONE;
    }
    if (c->json) {
        cli_json_begin(&j);
        put_edition_json(&j.j, e);
        cli_json_end(&j);
        return EXIT_DONE;
    }
    printf("%.*s %.*s, %.*s, %.*s (%.*s)\n%.*s\ncontent digest %s\n", SV_ARG(e->document), SV_ARG(e->version),
           SV_ARG(e->date), SV_ARG(e->kind), SV_ARG(e->initials), SV_ARG(e->remark), e->digest.text);
    for (size_t i = 0; i < e->file_count; i++)
        printf("  %-16.*s %9zu bytes  %.*s\n", SV_ARG(e->files[i].name), e->files[i].size, SV_ARG(e->files[i].digest));
    return EXIT_DONE;
}

static int edition_diff(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct view v;
    struct map old, new;
    struct cli_json j;
    enum document_kind kind;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len < 2 || words.len > 3)
        return usage_error(self, "edition diff wants a document and one or two versions");
    if (!cli_document(self, words.at[0], &kind))
        return EXIT_USAGE;
    struct sv document = sv_str(words.at[0]);
    if ((rc = cli_load_view(c, &v)) || (rc = diff_load_edition(c, document, sv_str(words.at[1]), &old)) ||
        (rc = words.len == 3 ? diff_load_edition(c, document, sv_str(words.at[2]), &new) : diff_load_now(c, &new)))
        return cli_fail(c, rc);
    if (c->json) {
        cli_json_begin(&j);
        json_key(&j.j, "files");
        json_array(&j.j);
    }
    size_t changes = diff_files(c, c->json ? &j.j : NULL, &old, &new);
    if (c->json) {
        json_end(&j.j);
        cli_json_end(&j);
    } else if (!changes) {
        puts("no difference");
    }
    return EXIT_DONE;
}

int cmd_edition(struct cli *c, const struct command *self, int argc, const char **argv)
{
    static const struct cli_verb verbs[] = {
        {"new", edition_new}, {"list", edition_list}, {"show", edition_show}, {"diff", edition_diff}};
    return cli_verb(c, self, argc, argv, verbs, ARRAY_LEN(verbs));
}
