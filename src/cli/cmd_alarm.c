/* alarm: what an operator should look at. */
#include "action/moderation.h"
#include "base/date.h"
#include "cli/cli.h"

#include <stdio.h>

static void print_json(const struct alarms *alarms, struct arena *a)
{
    struct cli_json j;
    cli_json_begin(&j);
    json_key(&j.j, "alarms");
    json_array(&j.j);
    for (size_t i = 0; i < alarms->list.len; i++) {
        const struct alarm *alarm = &alarms->list.at[i];
        json_object(&j.j);
        json_put_int(&j.j, "id", alarm->id);
        json_put_str(&j.j, "at", date_format_time(a, alarm->at));
        json_put(&j.j, "kind", alarm->kind);
        json_put(&j.j, "text", alarm->text);
        if (alarm->cleared)
            json_put_str(&j.j, "cleared", date_format_time(a, alarm->cleared));
        json_end(&j.j);
    }
    json_end(&j.j);
    cli_json_end(&j);
}

static int alarm_list(struct cli *c, const struct command *self, int argc, const char **argv)
{
    bool all = false;
    struct words words;
    struct alarms alarms;
    struct action_context context;
    const struct option options[] = {{"all", OPTION_FLAG, &all, NULL, "also those that were cleared"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len)
        return usage_error(self, "alarm list wants no word");
    if ((rc = cli_begin_reading(c, &context)) || (rc = alarms_load(&context, all, &alarms, &c->err)))
        return cli_fail(c, rc);
    if (c->json) {
        print_json(&alarms, &c->arena);
        return EXIT_DONE;
    }
    if (!alarms.list.len)
        puts("no alarm is raised");
    struct table t;
    static const char *const heads[] = {"alarm", "since", "kind", "cleared", "what"};
    table_begin(&t, &c->arena, heads, ARRAY_LEN(heads));
    for (size_t i = 0; i < alarms.list.len; i++) {
        const struct alarm *alarm = &alarms.list.at[i];
        table_cellf(&t, "%lld", (long long)alarm->id);
        table_cell(&t, sv_str(date_format_time(&c->arena, alarm->at)));
        table_cell(&t, alarm->kind);
        table_cell(&t, alarm->cleared ? sv_str(date_format_time(&c->arena, alarm->cleared)) : SV("-"));
        table_cell(&t, alarm->text);
    }
    table_print(&t);
    return EXIT_DONE;
}

static int clear_words(struct cli *c, struct action_context *context, const struct words *words, size_t *total)
{
    int rc = CM_OK;
    for (int i = 0; !rc && i < words->len; i++) {
        uint64_t id = 0;
        size_t count = 0;
        if (!cli_number(words->at[i], 1, INT64_MAX, &id))
            return err_set(&c->err, CM_EINPUT, "\"%s\" is no alarm's number", words->at[i]);
        rc = action_alarm_clear(context, (int64_t)id, &count, &c->err);
        *total += count;
    }
    return rc;
}

static int alarm_clear(struct cli *c, const struct command *self, int argc, const char **argv)
{
    bool all = false;
    struct words words;
    struct action_context context;
    size_t total = 0;
    const struct option options[] = {{"all", OPTION_FLAG, &all, NULL, "every one"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (!words.len == !all)
        return usage_error(self, "alarm clear wants the numbers of alarms, or --all");
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    rc = all ? action_alarm_clear(&context, 0, &total, &c->err) : clear_words(c, &context, &words, &total);
    if (rc)
        return cli_fail(c, rc);
    return cli_done_count(c, "cleared", total);
}

int cmd_alarm(struct cli *c, const struct command *self, int argc, const char **argv)
{
    static const struct cli_verb verbs[] = {{"clear", alarm_clear}, {"list", alarm_list}};
    return cli_verb(c, self, argc, argv, verbs, ARRAY_LEN(verbs));
}
