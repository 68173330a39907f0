/* thread: threads of the lists, and which threats they are about. */
#include "action/ties.h"
#include "base/date.h"
#include "cli/cli.h"
#include "register/discussion.h"

#include <stdio.h>

static void print_json(struct cli *c, const struct thread_rows *rows)
{
    struct cli_json j;
    cli_json_begin(&j);
    json_key(&j.j, "threads");
    json_array(&j.j);
    for (size_t i = 0; i < rows->list.len; i++) {
        const struct thread_row *r = &rows->list.at[i];
        struct sv rest = r->threats, id;
        json_object(&j.j);
        json_put_int(&j.j, "thread", r->id);
        json_put(&j.j, "list", r->list);
        json_put(&j.j, "subject", r->subject);
        json_put_int(&j.j, "messages", r->messages);
        json_put_str(&j.j, "first", date_format_time(&c->arena, r->first));
        json_put_str(&j.j, "last", date_format_time(&c->arena, r->last));
        json_key(&j.j, "threats");
        json_array(&j.j);
        while (rest.len && sv_split(&rest, ',', &id))
            json_string(&j.j, id);
        json_end(&j.j);
        json_end(&j.j);
    }
    json_end(&j.j);
    cli_json_end(&j);
}

static void print_table(struct cli *c, const struct thread_rows *rows)
{
    struct table t;
    static const char *const heads[] = {"THREAD", "LIST", "MESSAGES", "NEWEST", "THREATS", "SUBJECT"};
    table_begin(&t, &c->arena, heads, ARRAY_LEN(heads));
    for (size_t i = 0; i < rows->list.len; i++) {
        const struct thread_row *r = &rows->list.at[i];
        table_cellf(&t, "%lld", (long long)r->id);
        table_cell(&t, r->list);
        table_cellf(&t, "%lld", (long long)r->messages);
        table_cell(&t, sv_str(date_format(&c->arena, date_from_time(r->last))));
        table_cell(&t, r->threats.len ? r->threats : SV("-"));
        table_cell(&t, r->subject.len ? r->subject : SV("(no subject)"));
    }
    table_print(&t);
    if (!rows->list.len)
        puts("there is no such thread");
}

static int thread_list(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    const char *threat = NULL;
    struct thread_rows rows = {{NULL, 0, 0}};
    const struct option options[] = {{"threat", OPTION_TEXT, &threat, "ID", "only those that are tied to it"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len > 1)
        return usage_error(self, "thread list wants at most one word, a list's name");
    struct sv list = words.len ? sv_str(words.at[0]) : SV_NONE;
    if ((rc = cli_open(c, STORE_READ_ONLY)) ||
        (rc = thread_rows_load(c->store, &c->arena, list, sv_str(threat), &rows, &c->err)))
        return cli_fail(c, rc);
    if (c->json)
        print_json(c, &rows);
    else
        print_table(c, &rows);
    return EXIT_DONE;
}

/* The number of a thread; 0, and what is wrong was said. */
static int64_t read_number(const struct command *self, const char *word)
{
    uint64_t number;
    if (cli_number(word, 1, INT64_MAX, &number))
        return (int64_t)number;
    usage_error(self, "\"%s\" is no thread's number; \"casemate thread list\" shows them", word);
    return 0;
}

static int thread_tie(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    const char *stage = NULL;
    struct action_context context;
    struct action_result r;
    const struct option options[] = {
        {"stage", OPTION_TEXT, &stage, "STAGE", "what the thread is about; left out: the stage that the threat is at"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 2)
        return usage_error(self, "thread tie wants a thread's number and a threat, such as: 17 T-0001");
    int64_t thread = read_number(self, words.at[0]);
    if (!thread)
        return EXIT_USAGE;
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    rc = action_thread_tie(&context, thread, sv_str(words.at[1]), sv_str(stage), &r, &c->err);
    const char *what = !rc && !r.event ? "was tied to it already" : arena_printf(&c->arena, "tied to %s", words.at[1]);
    return cli_done(c, rc, arena_printf(&c->arena, "thread %s: %s", words.at[0], what), &r);
}

static int thread_untie(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct action_context context;
    struct action_result r;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len < 1 || words.len > 2)
        return usage_error(self, "thread untie wants a thread's number, and a threat unless all ties are meant");
    int64_t thread = read_number(self, words.at[0]);
    if (!thread)
        return EXIT_USAGE;
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    rc = action_thread_untie(&context, thread, words.len == 2 ? sv_str(words.at[1]) : SV_NONE, &r, &c->err);
    return cli_done(c, rc, arena_printf(&c->arena, "thread %s: untied", words.at[0]), &r);
}

int cmd_thread(struct cli *c, const struct command *self, int argc, const char **argv)
{
    static const struct cli_verb verbs[] = {{"list", thread_list}, {"tie", thread_tie}, {"untie", thread_untie}};
    return cli_verb(c, self, argc, argv, verbs, ARRAY_LEN(verbs));
}
