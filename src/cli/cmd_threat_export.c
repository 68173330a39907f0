/* threat export: the register in the formats of other tools, and what it loses there. */
#include "base/fs.h"
#include "cli/cmd_threat.h"
#include "cli/publish.h"
#include "document/exchange.h"

#include <stdio.h>

static bool find_format(const char *word, enum exchange_format *out)
{
    for (int f = 0; f < EXCHANGE_FORMATS; f++)
        if (strcmp(exchange_kinds[f].word, word) == 0) {
            *out = (enum exchange_format)f;
            return true;
        }
    return false;
}

/* A folder of our own making only: empty, or not there. */
static int write_folder(struct cli *c, const struct view *v, const char *to, size_t *out_files)
{
    struct fs_names names = {{NULL, 0, 0}};
    struct str text = STR_INIT;
    int rc = fs_mkdirs(to, &c->err);
    if (!rc && !(rc = fs_list(&c->arena, to, 1000000, &names, &c->err)) && names.list.len)
        rc = err_set(&c->err, CM_EREFUSED, "%s is not empty; name a new folder", to);
    for (size_t i = 0; !rc && i < v->threats.len; i++) {
        struct sv name = exchange_w3c_name(&c->arena, v, i);
        if (!name.len)
            continue;
        str_clear(&text);
        exchange_w3c_threat(v, i, &text);
        rc = fs_write(arena_printf(&c->arena, "%s/%.*s", to, SV_ARG(name)), str_sv(&text), false, &c->err);
        *out_files += !rc;
    }
    if (!rc) {
        str_clear(&text);
        exchange_w3c_outline(v, &text);
        rc = fs_write(fs_join(&c->arena, to, "outline.yaml"), str_sv(&text), false, &c->err);
        *out_files += !rc;
    }
    str_release(&text);
    return rc;
}

static int write_one(struct cli *c, const struct view *v, enum exchange_format format, const char *to)
{
    struct str text = STR_INIT;
    exchange_write(v, format, NULL, &text);
    int rc = to ? fs_write(to, str_sv(&text), false, &c->err) : 0;
    if (!to && fwrite(text.data, 1, text.len, stdout) != text.len)
        rc = err_set(&c->err, CM_EIO, "cannot write to standard output");
    str_release(&text);
    return rc;
}

/* Beside the export itself, on the other stream when that goes to standard output. */
static void print_losses(FILE *to, const struct exchange_losses *losses)
{
    if (losses->list.len)
        fputs("\nNot carried over:\n", to);
    for (size_t i = 0; i < losses->list.len; i++)
        fprintf(to, "  %5zu  %.*s\n", losses->list.at[i].count, SV_ARG(losses->list.at[i].what));
}

static void print_json(const struct view *v, const struct exchange_kind *k, const char *to,
                       const struct exchange_losses *losses)
{
    struct cli_json j;
    cli_json_begin(&j);
    json_put_str(&j.j, "format", k->word);
    json_put_str(&j.j, "to", to);
    json_put_int(&j.j, "threats", (int64_t)v->threats.len);
    json_put_str(&j.j, "how", k->how);
    json_key(&j.j, "lost");
    json_array(&j.j);
    for (size_t i = 0; i < losses->list.len; i++) {
        json_object(&j.j);
        json_put(&j.j, "what", losses->list.at[i].what);
        json_put_int(&j.j, "count", (int64_t)losses->list.at[i].count);
        json_end(&j.j);
    }
    json_end(&j.j);
    cli_json_end(&j);
}

static int report(struct cli *c, const struct view *v, enum exchange_format format, const char *to, size_t files)
{
    const struct exchange_kind *k = &exchange_kinds[format];
    FILE *out = to ? stdout : stderr;
    struct exchange_losses losses;
    exchange_losses(&c->arena, v, format, &losses);
    if (to && c->json) {
        print_json(v, k, to, &losses);
        return EXIT_DONE;
    }
    if (c->quiet)
        return EXIT_DONE;
    if (to && k->folder)
        printf("%s: %s, %zu files\n", to, k->name, files);
    else if (to)
        printf("%s: %s, %zu threats\n", to, k->name, v->threats.len);
    fprintf(out, "%s\n", k->how);
    print_losses(out, &losses);
    return EXIT_DONE;
}

int threat_export(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *word = NULL, *to = NULL, *from = NULL;
    enum exchange_format format = EXCHANGE_STIX;
    struct words words;
    struct view v;
    size_t files = 0;
    const struct option options[] = {
        {"format", OPTION_TEXT, &word, "FORMAT", "stix, otm, w3c, csv or json"},
        {"to", OPTION_TEXT, &to, "FILE", "where to; without it, standard output. For w3c: a new folder"},
        {"from", OPTION_TEXT, &from, "DIR", "a folder of text in place of the store"},
    };
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len || !word)
        return usage_error(self, "threat export wants --format");
    if (!find_format(word, &format))
        return usage_error(self, "there is no format \"%s\"; the formats are stix, otm, w3c, csv and json", word);
    if (exchange_kinds[format].folder && !to)
        return usage_error(self, "%s are several files; name a folder with --to", exchange_kinds[format].name);
    if (c->json && !to)
        return usage_error(self, "--json is what is said about the export; say where that goes with --to");
    if ((rc = publish_load(c, from, &v)))
        return cli_fail(c, rc);
    rc = exchange_kinds[format].folder ? write_folder(c, &v, to, &files) : write_one(c, &v, format, to);
    return rc ? cli_fail(c, rc) : report(c, &v, format, to, files);
}
