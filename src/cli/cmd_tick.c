/* tick: the clock, once. */
#include "action/clock.h"
#include "base/date.h"
#include "cli/cli.h"

#include <stdio.h>

static void put_notice(struct cli *c, struct json *j, const struct notice *n)
{
    json_object(j);
    json_put(j, "to", n->name.len ? n->name : n->member);
    json_put(j, "member", n->member);
    json_put(j, "kind", n->kind);
    if (n->thing.len)
        json_put(j, "id", n->thing);
    json_put_str(j, "reminder", reminder_stages[n->stage]);
    json_put(j, "what", n->what);
    json_put(j, "responsible", n->who);
    json_put_str(j, "day", date_format(&c->arena, date_from_time(n->until - 1)));
    json_put_str(j, "at", date_format_time(&c->arena, n->at));
    if (n->sent_at)
        json_put_str(j, "sent_at", date_format_time(&c->arena, n->sent_at));
    json_end(j);
}

static void put_notices(struct cli *c, struct json *j, const struct notice *list, size_t count)
{
    json_key(j, "notices");
    json_array(j);
    for (size_t i = 0; i < count; i++)
        put_notice(c, j, &list[i]);
    json_end(j);
}

static void print_notice(struct cli *c, const struct notice *n)
{
    static const char *const says[] = {"", "is due on", "is due today,", "is overdue since", "waits since"};
    struct sv to = n->name.len ? n->name : n->member;
    printf("to %.*s: %.*s %s %s (%.*s)%s\n", SV_ARG(to), SV_ARG(n->what), says[n->stage],
           date_format(&c->arena, date_from_time(n->until - 1)), SV_ARG(n->who),
           n->stage == REMINDER_DEPUTY ? "; deputies may act" : "");
}

static int list(struct cli *c)
{
    struct notices all;
    struct cli_json j;
    int rc = cli_open(c, STORE_READ_ONLY);
    if (!rc)
        rc = notices_load(c->store, &c->arena, NOTICES_ALL, &all, &c->err);
    if (rc)
        return cli_fail(c, rc);
    if (c->json) {
        cli_json_begin(&j);
        put_notices(c, &j.j, all.list.at, all.list.len);
        cli_json_end(&j);
        return EXIT_DONE;
    }
    for (size_t i = 0; i < all.list.len; i++)
        print_notice(c, &all.list.at[i]);
    if (!all.list.len)
        puts("nobody was reminded of anything yet");
    return EXIT_DONE;
}

static void print_result(struct cli *c, const struct tick_result *r)
{
    struct cli_json j;
    if (c->json) {
        cli_json_begin(&j);
        json_key(&j.j, "closed");
        json_array(&j.j);
        for (size_t i = 0; i < r->closed.len; i++)
            json_string(&j.j, r->closed.at[i]);
        json_end(&j.j);
        json_put_int(&j.j, "posts", (int64_t)r->posts);
        json_put_int(&j.j, "mails", (int64_t)r->mails);
        put_notices(c, &j.j, r->notices.at, r->notices.len);
        cli_json_end(&j);
        return;
    }
    for (size_t i = 0; i < r->closed.len; i++)
        printf("%.*s: closed, as its time was over\n", SV_ARG(r->closed.at[i]));
    for (size_t i = 0; i < r->notices.len; i++)
        print_notice(c, &r->notices.at[i]);
    if (r->posts)
        printf("%zu held post%s settled, as nobody decided in time\n", r->posts, r->posts == 1 ? "" : "s");
    if (r->mails)
        printf("%zu mail%s queued\n", r->mails, r->mails == 1 ? "" : "s");
    if (!r->closed.len && !r->notices.len && !r->posts && !r->mails)
        puts("nothing new is due");
}

int cmd_tick(struct cli *c, const struct command *self, int argc, const char **argv)
{
    bool list_all = false;
    struct words words;
    struct action_context context;
    struct tick_result r;
    const struct option options[] = {{"list", OPTION_FLAG, &list_all, NULL, "every reminder so far; writes nothing"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len || c->as || c->role)
        return usage_error(self, words.len ? "tick wants no word"
                                           : "the clock acts for nobody; leave --as and --role out");
    if (list_all)
        return list(c);
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    if ((rc = action_tick(&context, &r, &c->err)) && !r.closed.len)
        return cli_fail(c, rc);
    print_result(c, &r);
    return rc ? cli_fail(c, rc) : EXIT_DONE;
}
