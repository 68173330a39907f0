/* queue: mail on its way out. */
#include "base/date.h"
#include "cli/cli.h"
#include "cli/mail_daemon.h"
#include "forum/queue.h"

#include <stdio.h>

enum { ROWS_MAX = 1000 };

static void print_json(const struct queue_rows *rows, const struct queue_counts *counts, struct arena *a)
{
    struct cli_json j;
    cli_json_begin(&j);
    json_put_int(&j.j, "waiting", counts->waiting);
    json_put_int(&j.j, "sending", counts->sending);
    json_put_int(&j.j, "failed", counts->failed);
    json_key(&j.j, "deliveries");
    json_array(&j.j);
    for (size_t i = 0; i < rows->list.len; i++) {
        const struct queue_row *r = &rows->list.at[i];
        json_object(&j.j);
        json_put_int(&j.j, "mail", r->outgoing);
        json_put(&j.j, "kind", r->kind);
        json_put(&j.j, "list", r->list);
        json_put(&j.j, "recipient", r->recipient);
        json_put(&j.j, "state", r->state);
        json_put_str(&j.j, "since", date_format_time(a, r->at));
        json_put_str(&j.j, "due", date_format_time(a, r->due));
        json_put_int(&j.j, "attempts", r->attempts);
        json_put(&j.j, "reply", r->reply);
        json_end(&j.j);
    }
    json_end(&j.j);
    cli_json_end(&j);
}

static void print_rows(struct cli *c, const struct queue_rows *rows, const struct queue_counts *counts)
{
    struct table t;
    static const char *const heads[] = {"mail", "kind", "recipient", "state", "due", "tries", "last reply"};
    table_begin(&t, &c->arena, heads, ARRAY_LEN(heads));
    for (size_t i = 0; i < rows->list.len; i++) {
        const struct queue_row *r = &rows->list.at[i];
        table_cellf(&t, "%lld", (long long)r->outgoing);
        table_cell(&t, r->kind);
        table_cell(&t, r->recipient);
        table_cell(&t, r->state);
        table_cell(&t, sv_str(date_format_time(&c->arena, r->due)));
        table_cellf(&t, "%lld", (long long)r->attempts);
        table_cell(&t, r->reply);
    }
    table_print(&t);
    printf("waiting %lld, sending %lld, failed %lld\n", (long long)counts->waiting, (long long)counts->sending,
           (long long)counts->failed);
    if (counts->waiting + counts->sending + counts->failed > (int64_t)rows->list.len)
        printf("the first %zu are shown\n", rows->list.len);
}

static int queue_list(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct queue_rows rows;
    struct queue_counts counts;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len)
        return usage_error(self, "queue list wants no word");
    rc = cli_open(c, STORE_READ_ONLY);
    if (!rc)
        rc = queue_load(c->store, &c->arena, ROWS_MAX, &rows, &c->err);
    if (!rc)
        rc = queue_count(c->store, &counts, &c->err);
    if (rc)
        return cli_fail(c, rc);
    if (c->json)
        print_json(&rows, &counts, &c->arena);
    else
        print_rows(c, &rows, &counts);
    return EXIT_DONE;
}

static bool mail_number(const char *word, int64_t *out)
{
    uint64_t number;
    if (!cli_number(word, 1, INT64_MAX, &number))
        return false;
    *out = (int64_t)number;
    return true;
}

static int print_changed(struct cli *c, const char *what, int64_t rows)
{
    if (c->json) {
        struct cli_json j;
        cli_json_begin(&j);
        json_put_str(&j.j, "done", what);
        json_put_int(&j.j, "deliveries", rows);
        cli_json_end(&j);
    } else {
        printf("%lld deliver%s %s\n", (long long)rows, rows == 1 ? "y" : "ies", what);
    }
    return EXIT_DONE;
}

static int queue_retry_words(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    int64_t mail = 0, rows;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len > 1 || (words.len && !mail_number(words.at[0], &mail)))
        return usage_error(self, "queue retry wants the number of a mail, as \"queue list\" shows it, or no word");
    rc = cli_open(c, 0);
    if (!rc)
        rc = queue_retry(c->store, mail, c->time, &rows, &c->err);
    return rc ? cli_fail(c, rc) : print_changed(c, "due now", rows);
}

static int queue_drop_words(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    int64_t mail, rows;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len < 1 || words.len > 2 || !mail_number(words.at[0], &mail))
        return usage_error(self, "queue drop wants the number of a mail, as \"queue list\" shows it, and perhaps a "
                           "recipient");
    rc = cli_open(c, 0);
    if (!rc)
        rc = queue_drop(c->store, mail, sv_str(words.len == 2 ? words.at[1] : ""), c->time, &rows, &c->err);
    return rc ? cli_fail(c, rc) : print_changed(c, "dropped", rows);
}

static int queue_run(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *smtp = NULL;
    struct words words;
    struct worker_counts counts = {0};
    const struct option options[] = {
        {"smtp", OPTION_TEXT, &smtp, "ADDRESS", "host:port or unix:/path of the mail server (default: localhost:25)"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len)
        return usage_error(self, "queue run wants no word");
    const struct daemon_options daemon = mail_daemon_options(c, NULL, true, smtp);
    rc = daemon_run_queue(&daemon, &counts, &c->err);
    if (rc)
        return cli_fail(c, rc);
    if (c->json) {
        struct cli_json j;
        cli_json_begin(&j);
        json_put_int(&j.j, "sent", (int64_t)counts.sent);
        json_put_int(&j.j, "failed", (int64_t)counts.failed);
        json_put_int(&j.j, "later", (int64_t)counts.later);
        cli_json_end(&j);
    } else {
        printf("sent %llu, failed %llu, to be tried again %llu\n", (unsigned long long)counts.sent,
               (unsigned long long)counts.failed, (unsigned long long)counts.later);
    }
    return EXIT_DONE;
}

int cmd_queue(struct cli *c, const struct command *self, int argc, const char **argv)
{
    static const struct cli_verb verbs[] = {
        {"drop", queue_drop_words}, {"list", queue_list}, {"retry", queue_retry_words}, {"run", queue_run}};
    return cli_verb(c, self, argc, argv, verbs, ARRAY_LEN(verbs));
}
