/* hold: posts that wait for a moderator, and the public log of what was done. */
#include "action/call.h"
#include "action/moderation.h"
#include "base/date.h"
#include "cli/cli.h"

#include <stdio.h>

static struct sv id_of(struct cli *c, int64_t number)
{
    return hold_id(&c->arena, number);
}

/* ---- reading ---- */

static void put_act(struct cli *c, struct json *j, const struct moderation *m)
{
    json_object(j);
    json_put_int(j, "event", m->event);
    json_put_str(j, "at", date_format_time(&c->arena, m->at));
    json_put(j, "post", id_of(c, m->post));
    json_put(j, "list", m->list);
    json_put(j, "act", m->act);
    json_put(j, "by", m->by);
    json_put(j, "rules", m->rules);
    if (m->outcome.len)
        json_put(j, "outcome", m->outcome);
    if (m->because.len)
        json_put(j, "because", m->because);
    if (m->why.len)
        json_put(j, "reason", m->why);
    if (m->urgent)
        json_put_bool(j, "urgent", true);
    if (m->seconds)
        json_put_int(j, "seconds", m->seconds);
    if (m->threat.len)
        json_put(j, "threat", m->threat);
    if (m->stage.len)
        json_put(j, "stage", m->stage);
    json_end(j);
}

static void put_log(struct cli *c, struct json *j, const char *key, const struct moderations *log)
{
    json_key(j, key);
    json_array(j);
    for (size_t i = 0; i < log->list.len; i++)
        put_act(c, j, &log->list.at[i]);
    json_end(j);
}

static void put_held(struct cli *c, struct json *j, const struct held *h)
{
    json_put(j, "post", id_of(c, h->hold.number));
    json_put(j, "list", h->hold.list);
    json_put(j, "rules", hold_rules_text(&c->arena, h->hold.rules));
    json_put_bool(j, "stranger", h->hold.stranger);
    json_put_str(j, "since", date_format_time(&c->arena, h->hold.since));
    if (h->hold.due)
        json_put_str(j, "due", date_format_time(&c->arena, h->hold.due));
    json_put_str(j, "state", message_state_names[h->message.state]);
    json_put(j, "name", h->message.name);
    json_put(j, "address", h->message.address);
    json_put(j, "subject", h->message.subject);
    json_put_int(j, "size", h->message.size);
    put_log(c, j, "log", &h->log);
}

static struct sv first_not_empty(struct sv a, struct sv b)
{
    return a.len ? a : b;
}

static void print_held(struct cli *c, const struct held_list *held)
{
    struct table t;
    static const char *const heads[] = {"post", "list", "until", "held by", "from", "subject"};
    if (!held->list.len)
        puts("nothing waits");
    table_begin(&t, &c->arena, heads, ARRAY_LEN(heads));
    for (size_t i = 0; i < held->list.len; i++) {
        const struct held *h = &held->list.at[i];
        table_cell(&t, id_of(c, h->hold.number));
        table_cell(&t, h->hold.list);
        table_cell(&t, h->hold.due ? sv_str(date_format_time(&c->arena, h->hold.due)) : SV("-"));
        table_cell(&t, hold_rules_text(&c->arena, h->hold.rules));
        table_cell(&t, first_not_empty(h->message.address, SV("-")));
        table_cell(&t, first_not_empty(h->message.subject, SV("-")));
    }
    table_print(&t);
}

static int hold_list(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct held_list held;
    struct action_context context;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len > 1)
        return usage_error(self, "hold list wants at most one word, a list");
    if ((rc = cli_begin_reading(c, &context)) ||
        (rc = held_load(&context, words.len ? sv_str(words.at[0]) : SV_NONE, &held, &c->err)))
        return cli_fail(c, rc);
    if (!c->json) {
        print_held(c, &held);
        return EXIT_DONE;
    }
    struct cli_json j;
    cli_json_begin(&j);
    json_key(&j.j, "held");
    json_array(&j.j);
    for (size_t i = 0; i < held.list.len; i++) {
        json_object(&j.j);
        put_held(c, &j.j, &held.list.at[i]);
        json_end(&j.j);
    }
    json_end(&j.j);
    cli_json_end(&j);
    return EXIT_DONE;
}

static void print_act(struct cli *c, const struct moderation *m)
{
    printf("%s  %.*s  %.*s  %.*s by %.*s", date_format_time(&c->arena, m->at), SV_ARG(id_of(c, m->post)),
           SV_ARG(m->list), SV_ARG(m->act), SV_ARG(m->by));
    if (m->outcome.len && !sv_eq(m->outcome, m->act))
        printf(": %.*s", SV_ARG(m->outcome));
    if (m->because.len)
        printf(", because %.*s", SV_ARG(m->because));
    if (m->urgent)
        printf(", urgent");
    if (m->seconds)
        printf(", seconds event %lld", (long long)m->seconds);
    if (m->threat.len)
        printf(", about %.*s%s%.*s", SV_ARG(m->threat), m->stage.len ? " " : "", SV_ARG(m->stage));
    if (m->why.len)
        printf(": %.*s", SV_ARG(m->why));
    printf(" (event %lld)\n", (long long)m->event);
}

static int hold_show(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct held h;
    struct sv text;
    struct action_context context;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1)
        return usage_error(self, "hold show wants one word, such as P-7");
    if ((rc = cli_begin_reading(c, &context)) || (rc = held_show(&context, sv_str(words.at[0]), &h, &text, &c->err)))
        return cli_fail(c, rc);
    if (c->json) {
        struct cli_json j;
        cli_json_begin(&j);
        put_held(c, &j.j, &h);
        json_put(&j.j, "text", text);
        cli_json_end(&j);
        return EXIT_DONE;
    }
    printf("%.*s, to %.*s, %s", SV_ARG(id_of(c, h.hold.number)), SV_ARG(h.hold.list),
           message_state_names[h.message.state]);
    if (!h.hold.settled && h.hold.due)
        printf(", until %s", date_format_time(&c->arena, h.hold.due));
    printf("\n");
    for (int i = 0; i < HOLD_RULES; i++)
        if (h.hold.rules & 1u << i)
            printf("held: %s (%s)\n", hold_rule_table[i].means, hold_rule_table[i].name);
    for (size_t i = 0; i < h.log.list.len; i++)
        print_act(c, &h.log.list.at[i]);
    printf("\n%.*s", SV_ARG(text));
    return EXIT_DONE;
}

static int hold_log(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct moderations log;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len > 1)
        return usage_error(self, "hold log wants at most one word, a list");
    if ((rc = cli_open(c, STORE_READ_ONLY)) ||
        (rc = moderations_load(c->store, &c->arena, 0, words.len ? sv_str(words.at[0]) : SV_NONE, &log, &c->err)))
        return cli_fail(c, rc);
    if (c->json) {
        struct cli_json j;
        cli_json_begin(&j);
        put_log(c, &j.j, "log", &log);
        cli_json_end(&j);
        return EXIT_DONE;
    }
    if (!log.list.len)
        puts("nothing was moderated");
    for (size_t i = 0; i < log.list.len; i++)
        print_act(c, &log.list.at[i]);
    return EXIT_DONE;
}

/* ---- acts ---- */

static const char *what_came(struct cli *c, const char *outcome, const struct hold_done *done)
{
    if (done->proposed)
        return arena_printf(&c->arena, "proposed to %s it; another moderator has to do the same", outcome);
    const char *past = !strcmp(outcome, "approve") ? "approved" : !strcmp(outcome, "return") ? "returned" : "discarded";
    if (done->told)
        return arena_printf(&c->arena, "%s, and its author is told", past);
    return done->untold ? arena_printf(&c->arena, "%s, and nobody is told: %s", past, done->untold) : past;
}

static int decide(struct cli *c, const struct command *self, int argc, const char **argv, const char *outcome)
{
    const char *because = NULL;
    bool urgent = false;
    struct words words;
    struct hold_done done;
    struct action_context context;
    struct action_result r;
    const struct option options[] = {
        {"because", OPTION_TEXT, &because, "REASON", "one of the reasons that process.md publishes"},
        {"urgent", OPTION_FLAG, &urgent, NULL, "alone, where two moderators are wanted; wants --reason"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1)
        return usage_error(self, "hold %s wants one word, such as P-7", outcome);
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    const struct hold_decision d = {sv_str(words.at[0]), sv_str(outcome), sv_str(because), urgent};
    rc = action_hold_decide(&context, &d, &done, &r, &c->err);
    return cli_done(c, rc, rc ? "" : arena_printf(&c->arena, "%.*s: %s", SV_ARG(r.id), what_came(c, outcome, &done)),
                    &r);
}

static int hold_approve(struct cli *c, const struct command *self, int argc, const char **argv)
{
    return decide(c, self, argc, argv, "approve");
}

static int hold_return(struct cli *c, const struct command *self, int argc, const char **argv)
{
    return decide(c, self, argc, argv, "return");
}

static int hold_discard(struct cli *c, const struct command *self, int argc, const char **argv)
{
    return decide(c, self, argc, argv, "discard");
}

static int hold_refile(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *to = NULL, *stage = NULL;
    struct words words;
    struct action_context context;
    struct action_result r;
    const struct option options[] = {{"to", OPTION_TEXT, &to, "THREAT", "the threat that it is about"},
                                     {"stage", OPTION_TEXT, &stage, "STAGE", "and the stage"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1 || !to)
        return usage_error(self, "hold refile wants one word, such as P-7, and --to THREAT");
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    rc = action_hold_refile(&context, sv_str(words.at[0]), sv_str(to), sv_str(stage), &r, &c->err);
    return cli_done(c, rc, rc ? "" : arena_printf(&c->arena, "%.*s: will be about %s", SV_ARG(r.id), to), &r);
}

static int hold_appeal(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *until = NULL;
    struct words words;
    struct action_context context;
    struct action_result r;
    const struct option options[] = {{"until", OPTION_TEXT, &until, "DATE", "the last day of the call"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1)
        return usage_error(self, "hold appeal wants one word, such as P-7");
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    rc = action_hold_appeal(&context, sv_str(words.at[0]), sv_str(until), &r, &c->err);
    return cli_done(c, rc, rc ? "" : arena_printf(&c->arena, "%.*s: a call on %s", SV_ARG(r.id), words.at[0]), &r);
}

static int hold_due_now(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct action_context context;
    size_t count = 0;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len || c->as || c->role)
        return usage_error(self, "hold due wants no word, and is the clock's: neither --as nor --role");
    if ((rc = cli_begin(c, &context)) || (rc = action_holds_due(&context, &count, &c->err)))
        return cli_fail(c, rc);
    return cli_done_count(c, "settled", count);
}

int cmd_hold(struct cli *c, const struct command *self, int argc, const char **argv)
{
    static const struct cli_verb verbs[] = {
        {"appeal", hold_appeal},   {"approve", hold_approve}, {"discard", hold_discard}, {"due", hold_due_now},
        {"list", hold_list},       {"log", hold_log},         {"refile", hold_refile},   {"return", hold_return},
        {"show", hold_show}};
    return cli_verb(c, self, argc, argv, verbs, ARRAY_LEN(verbs));
}
