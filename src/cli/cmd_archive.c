/* archive: whole archives of lists in and out. */
#include "action/archive.h"
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
        {"form", OPTION_TEXT, &form_name, "FORM", "of an mbox: mboxrd (default), mboxo, unquoted"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 2)
        return usage_error(self, "archive import wants a list and an mbox or Maildir");
    if (!find_form(form_name, &form))
        return usage_error(self, "there is no form \"%s\"; the forms are mboxrd, mboxo and unquoted", form_name);
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

int cmd_archive(struct cli *c, const struct command *self, int argc, const char **argv)
{
    static const struct cli_verb verbs[] = {{"export", archive_export}, {"import", archive_import}};
    return cli_verb(c, self, argc, argv, verbs, ARRAY_LEN(verbs));
}
