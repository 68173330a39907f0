/* sig: whether the group goes on. */
#include "base/date.h"
#include "cli/cli.h"

#include <stdio.h>

static int sig_end(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *by = NULL, *link = NULL;
    struct words words;
    struct action_context context;
    struct action_result r;
    const struct option options[] = {{"by", OPTION_TEXT, &by, "NAME", "who decided it, such as \"XMPP Council\""},
                                     {"link", OPTION_TEXT, &link, "URL", "where the decision can be read"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len)
        return usage_error(self, "sig end wants no word");
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    return cli_done(c, action_sig_end(&context, sv_str(by), sv_str(link), &r, &c->err), "the group is ended", &r);
}

static int sig_resume(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct action_context context;
    struct action_result r;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len)
        return usage_error(self, "sig resume wants no word");
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    return cli_done(c, action_sig_resume(&context, &r, &c->err), "the group goes on", &r);
}

static void print_json(struct cli *c, const struct view *v)
{
    struct cli_json j;
    cli_json_begin(&j);
    json_put(&j.j, "name", v->profile->sig.name);
    json_put(&j.j, "reports_to", v->profile->sig.reports_to.name);
    json_put_bool(&j.j, "standing", v->profile->sig.standing);
    json_put_bool(&j.j, "ended", v->ending.at != 0);
    if (v->ending.at) {
        json_put_str(&j.j, "at", date_format_time(&c->arena, v->ending.at));
        json_put(&j.j, "by", v->ending.body);
        json_put(&j.j, "link", v->ending.link);
        json_put(&j.j, "reason", v->ending.reason);
    }
    cli_json_end(&j);
}

static int sig_show(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct view v;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len)
        return usage_error(self, "sig show wants no word");
    if ((rc = cli_load_view(c, &v)))
        return cli_fail(c, rc);
    if (c->json)
        return print_json(c, &v), EXIT_DONE;
    printf("%.*s, a %s group that reports to the %.*s\n", SV_ARG(v.profile->sig.name),
           v.profile->sig.standing ? "standing" : "temporary", SV_ARG(v.profile->sig.reports_to.name));
    if (v.ending.at)
        printf("ended on %s by %.*s: %.*s\n%.*s\n", date_format(&c->arena, date_from_time(v.ending.at)),
               SV_ARG(v.ending.body), SV_ARG(v.ending.reason), SV_ARG(v.ending.link));
    return EXIT_DONE;
}

int cmd_sig(struct cli *c, const struct command *self, int argc, const char **argv)
{
    static const struct cli_verb verbs[] = {{"show", sig_show}, {"end", sig_end}, {"resume", sig_resume}};
    return cli_verb(c, self, argc, argv, verbs, ARRAY_LEN(verbs));
}
