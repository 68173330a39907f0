/* report: what the group tells the body that it reports to. */
#include "base/date.h"
#include "base/fs.h"
#include "cli/publish.h"
#include "document/html.h"
#include "document/pdf.h"
#include "document/report.h"

#include <stdio.h>

static const char *const formats[] = {"text", "html", "xml", "json", "pdf"};
static const char *const suffixes[] = {".txt", ".html", ".xml", ".json", ".pdf"};

/* The format that was asked for, or that the name of the file tells. */
static const char *format_of(const struct command *self, const char *wanted, const char *file)
{
    for (size_t i = 0; i < ARRAY_LEN(formats); i++)
        if (wanted ? !strcmp(wanted, formats[i]) : file && sv_ends(sv_str(file), sv_str(suffixes[i])))
            return formats[i];
    if (!wanted)
        return "text";
    usage_error(self, "there is no format \"%s\"; the formats are text, html, xml, json and pdf", wanted);
    return NULL;
}

static int since_when(struct cli *c, const struct view *v, const char *wanted, int64_t *out)
{
    struct activity before;
    if (wanted && !date_parse_time(sv_str(wanted), out))
        return err_set(&c->err, CM_EINPUT, "--since \"%s\" is no date; write a day such as 2026-08-31", wanted);
    if (wanted && *out > c->time)
        return err_set(&c->err, CM_EINPUT, "--since %s is in the future", wanted);
    if (wanted)
        return CM_OK;
    int rc = activity_load(c->store, 0, c->time, &before, &c->err);
    *out = before.last_report ? before.last_report : c->time - (int64_t)v->profile->process.report_days * DATE_DAY;
    return rc;
}

static int render_pdf(struct cli *c, const struct document *d, struct str *out)
{
    struct str html = STR_INIT;
    struct sv pdf = SV_NONE;
    struct pdf_options options = {.epoch = c->time, .cache = publish_pdf_cache(&c->arena)};
    document_print_html(d, &html);
    int rc = pdf_render(&c->arena, str_sv(&html), &options, &pdf, &c->err);
    str_add(out, pdf);
    str_release(&html);
    return rc;
}

static int render(struct cli *c, const struct document *d, const char *format, struct str *out)
{
    static void (*const writers[])(const struct document *d, struct str *out) = {
        document_write_text, document_print_html, document_write_xep, document_write_json};
    for (size_t i = 0; i < ARRAY_LEN(writers); i++)
        if (!strcmp(format, formats[i])) {
            writers[i](d, out);
            return CM_OK;
        }
    return render_pdf(c, d, out);
}

static int put_out(struct cli *c, struct sv text, const char *to)
{
    if (to)
        return fs_write(to, text, false, &c->err);
    fwrite(text.at, 1, text.len, stdout);
    return CM_OK;
}

static int keep(struct cli *c, int64_t since, const struct document *d)
{
    struct action_context context;
    struct action_result r;
    struct str text = STR_INIT;
    document_write_text(d, &text);
    cli_context(c, &context);
    int rc = action_report_record(&context, since, str_sv(&text), &r, &c->err);
    if (!rc && !c->quiet)
        fprintf(stderr, "report: on record (event %lld)\n", (long long)r.event);
    str_release(&text);
    return rc;
}

static int report(struct cli *c, const char *since_text, const char *format, const char *to, bool record)
{
    struct view v;
    struct activity activity;
    struct document d;
    struct str text = STR_INIT;
    int64_t since = 0;
    int rc = cli_open(c, record ? 0 : STORE_READ_ONLY);
    if (!rc)
        rc = view_load(c->store, &c->arena, c->time, &v, &c->err);
    if (!rc)
        rc = since_when(c, &v, since_text, &since);
    if (!rc)
        rc = activity_load(c->store, since, c->time, &activity, &c->err);
    if (rc)
        return rc;
    document_build_report(&c->arena, &v, &activity, &d);
    if (!(rc = render(c, &d, format, &text)) && !(rc = put_out(c, str_sv(&text), to)) && record)
        rc = keep(c, since, &d);
    str_release(&text);
    return rc;
}

int cmd_report(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *since = NULL, *format = NULL, *to = NULL;
    bool record = false;
    struct words words;
    const struct option options[] = {{"since", OPTION_TEXT, &since, "DATE", "the first day of the period"},
                                     {"format", OPTION_TEXT, &format, "FORMAT", "text, html, xml, json or pdf"},
                                     {"to", OPTION_TEXT, &to, "FILE", "write to a file (default: print)"},
                                     {"record", OPTION_FLAG, &record, NULL, "keep it in the public record"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len)
        return usage_error(self, "report wants no word");
    format = c->json && !format ? "json" : format_of(self, format, to);
    if (!format)
        return EXIT_USAGE;
    rc = report(c, since, format, to, record);
    return rc ? cli_fail(c, rc) : EXIT_DONE;
}
