/* archive: whole archives of lists in and out. */
#include "action/archive.h"
#include "base/fs.h"
#include "cli/cli.h"
#include "format/mail.h"

#include <stdio.h>

static bool find_form(const char *name, enum mbox_form *out)
{
    for (int i = 0; i < MBOX_FORMS; i++)
        if (!strcmp(name, mbox_form_names[i])) {
            *out = (enum mbox_form)i;
            return true;
        }
    return false;
}

static void print_counts(const struct cli *c, const char *list, const struct archive_counts *n)
{
    if (c->json) {
        struct cli_json j;
        cli_json_begin(&j);
        json_put_str(&j.j, "list", list);
        json_put_int(&j.j, "read", (int64_t)n->read);
        json_put_int(&j.j, "added", (int64_t)n->added);
        json_put_int(&j.j, "known", (int64_t)n->known);
        json_put_int(&j.j, "quarantined", (int64_t)n->quarantined);
        json_put_int(&j.j, "too_long", (int64_t)n->too_long);
        json_put_int(&j.j, "headless", (int64_t)n->headless);
        cli_json_end(&j);
        return;
    }
    if (c->quiet)
        return;
    printf("%s: %zu read, %zu added, %zu here before", list, n->read, n->added, n->known);
    if (n->quarantined)
        printf(", %zu quarantined (beyond a limit: kept, not shown)", n->quarantined);
    if (n->too_long)
        printf(", %zu passed over (longer than %d MB)", n->too_long, MAIL_BYTES_MAX >> 20);
    putchar('\n');
    if (n->headless)
        printf("%zu of them begin with no header field: if the file quotes no \"From \" in texts, it wants "
               "--form unquoted\n", n->headless);
}

static int archive_import(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *form_name = "mboxrd";
    enum mbox_form form;
    struct words words;
    struct action_context context;
    struct archive_counts counts = {0};
    const struct option options[] = {
        {"form", OPTION_TEXT, &form_name, "FORM",
                                      "of an mbox: mboxrd (default), mboxo, unquoted, pipermail"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 2)
        return usage_error(self, "archive import wants a list and an mbox, Maildir or inbox");
    if (!find_form(form_name, &form))
        return usage_error(self, "there is no form \"%s\"; the forms are mboxrd, mboxo, unquoted and pipermail",
                           form_name);
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    context.log = &c->log;
    rc = action_archive_import(&context, sv_str(words.at[0]), words.at[1], form, &counts, &c->err);
    log_finish(&c->log);
    if (!rc || counts.read)
        print_counts(c, words.at[0], &counts);
    return rc ? cli_fail(c, rc) : EXIT_DONE;
}

static int archive_export(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct action_context context;
    struct cli_json j;
    size_t count;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 2)
        return usage_error(self, "archive export wants a list and a file to write");
    if ((rc = cli_begin_reading(c, &context)))
        return cli_fail(c, rc);
    if ((rc = action_archive_export(&context, sv_str(words.at[0]), words.at[1], &count, &c->err)))
        return cli_fail(c, rc);
    if (c->json) {
        cli_json_begin(&j);
        json_put_str(&j.j, "file", words.at[1]);
        json_put_int(&j.j, "messages", (int64_t)count);
        cli_json_end(&j);
    } else if (!c->quiet) {
        printf("%s: %zu message%s\n", words.at[1], count, count == 1 ? "" : "s");
    }
    return EXIT_DONE;
}

static int print_redirects(struct cli *c, const char *to, const struct archive_moved_counts *n)
{
    if (c->json) {
        struct cli_json j;
        cli_json_begin(&j);
        json_put_str(&j.j, "file", to);
        json_put_int(&j.j, "lines", (int64_t)n->lines);
        json_put_int(&j.j, "unknown", (int64_t)n->unknown);
        json_put_int(&j.j, "unwritable", (int64_t)n->unwritable);
        cli_json_end(&j);
        return EXIT_DONE;
    }
    if (c->quiet)
        return EXIT_DONE;
    printf("%s: %zu line%s", to, n->lines, n->lines == 1 ? "" : "s");
    if (n->unknown)
        printf(", %zu page%s of Pipermail whose message is not public here", n->unknown, n->unknown == 1 ? "" : "s");
    if (n->unwritable)
        printf(", %zu address%s that no map can hold", n->unwritable, n->unwritable == 1 ? "" : "es");
    putchar('\n');
    return EXIT_DONE;
}

static int archive_redirects(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct archive_moved_from from = {NULL, NULL, NULL, NULL};
    const char *to = NULL;
    struct words words;
    struct action_context context;
    struct archive_moved_counts counts;
    struct str text = STR_INIT;
    const struct option options[] = {
        {"hyperkitty", OPTION_TEXT, &from.hyperkitty, "PATH", "of the list there: /hyperkitty/list/sec@example.org"},
        {"pipermail", OPTION_TEXT, &from.pipermail, "PATH", "of the list there: /pipermail/sec"},
        {"pages", OPTION_TEXT, &from.pipermail_folder, "DIR", "with the pages of Pipermail, which say what they show"},
        {"public-inbox", OPTION_TEXT, &from.public_inbox, "PATH", "of the inbox there: /sec"},
        {"to", OPTION_TEXT, &to, "FILE", "to write"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1 || !to)
        return usage_error(self, "archive redirects wants a list and --to FILE");
    if (!from.hyperkitty && !from.pipermail && !from.public_inbox)
        return usage_error(self, "say where the archive was: --hyperkitty, --pipermail or --public-inbox");
    if (!from.pipermail != !from.pipermail_folder)
        return usage_error(self, "--pipermail and --pages belong together: numbers of Pipermail stand on its "
                           "pages only");
    if ((rc = cli_open(c, STORE_READ_ONLY)))
        return cli_fail(c, rc);
    cli_context(c, &context);
    rc = action_archive_redirects(&context, sv_str(words.at[0]), &from, &text, &counts, &c->err);
    if (!rc)
        rc = fs_write(to, str_sv(&text), true, &c->err);
    str_release(&text);
    return rc ? cli_fail(c, rc) : print_redirects(c, to, &counts);
}

int cmd_archive(struct cli *c, const struct command *self, int argc, const char **argv)
{
    static const struct cli_verb verbs[] = {
        {"export", archive_export}, {"import", archive_import}, {"redirects", archive_redirects}};
    return cli_verb(c, self, argc, argv, verbs, ARRAY_LEN(verbs));
}
