/* away: who is not there to act. */
#include "action/deputy.h"
#include "base/date.h"
#include "cli/cli.h"
#include "register/due.h"

#include <stdio.h>

static int done(struct cli *c, const char *name, const char *what, const struct action_result *r, int rc)
{
    if (rc)
        return cli_fail(c, rc);
    if (c->json)
        cli_print_result(c, what, r);
    else
        printf("%s: %s (event %lld)\n", name, what, (long long)r->event);
    return EXIT_DONE;
}

static int away_announce(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *from = NULL, *until = NULL;
    struct words words;
    struct action_context context;
    struct action_result r;
    const struct option options[] = {{"from", OPTION_TEXT, &from, "DATE", "first day (default: today)"},
                                     {"until", OPTION_TEXT, &until, "DATE", "last day"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1 || !until)
        return usage_error(self, "away announce wants one name, and --until DATE");
    const struct away_request request = {sv_str(words.at[0]), sv_str(from), sv_str(until)};
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    return done(c, words.at[0], arena_printf(&c->arena, "is away until %s", until), &r,
                action_away_announce(&context, &request, &r, &c->err));
}

static int away_end(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct action_context context;
    struct action_result r;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1)
        return usage_error(self, "away end wants one name");
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    return done(c, words.at[0], "is back", &r, action_away_end(&context, sv_str(words.at[0]), &r, &c->err));
}

static void put_absence(struct json *j, const struct person *p, const struct absence *a)
{
    json_object(j);
    json_put(j, "member", a->member);
    json_put(j, "name", p ? p->name : a->member);
    json_put(j, "from", a->first);
    json_put(j, "until", a->last);
    json_end(j);
}

static int away_list(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct view v;
    struct cli_json j;
    size_t shown = 0;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len)
        return usage_error(self, "away list wants no word");
    if ((rc = cli_load_view(c, &v)))
        return cli_fail(c, rc);
    if (c->json) {
        cli_json_begin(&j);
        json_key(&j.j, "away");
        json_array(&j.j);
    }
    struct sv today = sv_str(date_format(&c->arena, date_from_time(c->time)));
    for (size_t i = 0; i < v.clocks->away.list.len; i++) {
        const struct absence *a = &v.clocks->away.list.at[i];
        const struct person *p = people_by_id(v.people, a->member);
        if (sv_cmp(a->last, today) < 0)
            continue;
        shown++;
        if (c->json)
            put_absence(&j.j, p, a);
        else
            printf("%.*s: from %.*s to %.*s\n", SV_ARG(p ? p->name : a->member), SV_ARG(a->first), SV_ARG(a->last));
    }
    if (c->json) {
        json_end(&j.j);
        cli_json_end(&j);
    } else if (!shown) {
        puts("nobody is away, or will be");
    }
    return EXIT_DONE;
}

int cmd_away(struct cli *c, const struct command *self, int argc, const char **argv)
{
    static const struct cli_verb verbs[] = {{"list", away_list}, {"announce", away_announce}, {"end", away_end}};
    return cli_verb(c, self, argc, argv, verbs, ARRAY_LEN(verbs));
}
