/* deliver: one mail from standard input, as a mail server's pipe hands it over. */
#include "action/mail.h"
#include "base/fs.h"
#include "cli/cli.h"
#include "format/mail.h"

#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

enum { RECIPIENTS_MAX = 100 };

static int exit_code(const struct mail_reply *r)
{
    if (r->fate == FATE_LATER)
        return EX_TEMPFAIL;
    if (r->fate == FATE_TAKEN)
        return EX_OK;
    return !strcmp(r->status, "5.1.1") ? EX_NOUSER : EX_DATAERR;
}

static void print_json(struct cli *c, const struct mail_in *mails, const struct mail_reply *replies, size_t count)
{
    static const char *const fates[] = {"taken", "refused", "later"};
    struct cli_json j;
    (void)c;
    cli_json_begin(&j);
    json_key(&j.j, "recipients");
    json_array(&j.j);
    for (size_t i = 0; i < count; i++) {
        json_object(&j.j);
        json_put(&j.j, "recipient", mails[i].recipient);
        json_put_str(&j.j, "fate", fates[replies[i].fate]);
        json_put_str(&j.j, "status", replies[i].status);
        json_put_str(&j.j, "text", replies[i].text);
        if (replies[i].message)
            json_put_int(&j.j, "message", replies[i].message);
        json_end(&j.j);
    }
    json_end(&j.j);
    cli_json_end(&j);
}

/* The gravest of the replies: that the mail is to be tried again, or refused, must not be lost. */
static int report(struct cli *c, const struct mail_in *mails, const struct mail_reply *replies, size_t count)
{
    int code = EX_OK;
    for (size_t i = 0; i < count; i++) {
        int one = exit_code(&replies[i]);
        if (one == EX_TEMPFAIL || code == EX_OK)
            code = one;
        if (!c->json && one)
            fprintf(stderr, "casemate: %.*s: %s %s\n", SV_ARG(mails[i].recipient), replies[i].status, replies[i].text);
    }
    if (c->json)
        print_json(c, mails, replies, count);
    return code;
}

int cmd_deliver(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *sender = NULL;
    struct words words;
    struct action_context context;
    struct sv bytes;
    const struct option options[] = {
        {"sender", OPTION_TEXT, &sender, "ADDRESS", "the envelope's sender; empty for a notice that mail failed"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (!words.len || words.len > RECIPIENTS_MAX)
        return usage_error(self, "deliver wants from 1 to %d recipients", RECIPIENTS_MAX);
    if ((rc = fs_read_fd(&c->arena, STDIN_FILENO, "the mail", MAIL_BYTES_MAX, &bytes, &c->err))) {
        cli_fail(c, rc);
        return rc == CM_ELIMIT ? EX_DATAERR : EX_TEMPFAIL;
    }
    struct mail_in *mails = arena_new_array(&c->arena, struct mail_in, (size_t)words.len);
    struct mail_reply *replies = arena_new_array(&c->arena, struct mail_reply, (size_t)words.len);
    for (int i = 0; i < words.len; i++)
        mails[i] = (struct mail_in){sv_str(sender), sv_str(words.at[i]), bytes};
    if ((rc = cli_begin(c, &context)) ||
        (rc = action_mail_receive(&context, mails, (size_t)words.len, replies, &c->err))) {
        cli_fail(c, rc);
        return EX_TEMPFAIL; /* whatever is wrong here is not the sender's fault */
    }
    return report(c, mails, replies, (size_t)words.len);
}
