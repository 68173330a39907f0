/* list subscribe, unsubscribe, subscribers, set-delivery: who gets a list's mail. */
#include "action/membership.h"
#include "base/date.h"
#include "base/fs.h"
#include "cli/cmd_list.h"

#include <stdio.h>

enum { FILE_BYTES_MAX = 20 << 20 };

/* Addresses of the command line, where --name names the only one. */
static int rows_of_words(struct cli *c, const struct command *self, const struct words *words, const char *name,
                         struct subscriptions *out)
{
    if (words->len < 2)
        return usage_error(self, "list subscribe wants a list, and addresses or --file");
    if (name && words->len > 2)
        return usage_error(self, "--name is the name of one address; for several use --file");
    for (int i = 1; i < words->len; i++)
        *vec_push(&c->arena, &out->list) =
            (struct subscription){.address = sv_str(words->at[i]), .name = sv_str(name)};
    return EXIT_DONE;
}

static int rows_of_file(struct cli *c, const char *file, struct subscriptions *out)
{
    struct sv text;
    int rc = fs_read(&c->arena, file, FILE_BYTES_MAX, &text, &c->err);
    return rc ? rc : subscriptions_read(&c->arena, file, text, &c->diag, out, &c->err);
}

void print_subscribed(struct cli *c, const char *list, const struct subscribe_outcome *o, size_t others)
{
    if (c->json) {
        struct cli_json j;
        cli_json_begin(&j);
        json_put_str(&j.j, "list", list);
        json_put_int(&j.j, "subscribed", (int64_t)o->added);
        json_put_int(&j.j, "already", (int64_t)o->already);
        if (others)
            json_put_int(&j.j, "others", (int64_t)others);
        cli_json_end(&j);
        return;
    }
    printf("%s: %zu subscribed", list, o->added);
    if (o->already)
        printf(", %zu %s already", o->already, o->already == 1 ? "was" : "were");
    if (others)
        printf(", %zu passed over: owners, moderators and others who are no subscribers", others);
    puts("; nobody was written to");
}

int list_subscribe(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *name = NULL, *consent = NULL, *file = NULL;
    bool again = false;
    struct words words;
    struct action_context context;
    struct subscriptions rows = {{NULL, 0, 0}};
    struct subscribe_outcome outcome;
    const struct option options[] = {
        {"consent", OPTION_TEXT, &consent, "TEXT", "how it is known that they want it; is kept with each of them"},
        {"name", OPTION_TEXT, &name, "NAME", "the name that belongs to the address"},
        {"file", OPTION_TEXT, &file, "FILE", "an address in each line, or a name and an address in angles"},
        {"again", OPTION_FLAG, &again, NULL, "also those who left the list: the consent is newer than that"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (!consent)
        return usage_error(self, "list subscribe wants --consent TEXT, such as \"signed up at the meeting of 2 May\"");
    if (file && (words.len != 1 || name))
        return usage_error(self, "list subscribe with --file wants only the list's name");
    if (!file && (rc = rows_of_words(c, self, &words, name, &rows)))
        return rc;
    if (file && (rc = rows_of_file(c, file, &rows)))
        return cli_fail(c, rc);
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    const struct subscribe_request request = {sv_str(words.at[0]), sv_str(consent), file, &rows, again};
    rc = action_list_subscribe(&context, &request, &outcome, &c->err);
    if (rc)
        return cli_fail(c, rc);
    print_subscribed(c, words.at[0], &outcome, 0);
    return EXIT_DONE;
}

/* What an act without an event says. */
static int done(struct cli *c, int rc, const char *list, const char *what)
{
    if (rc)
        return cli_fail(c, rc);
    if (!c->json) {
        printf("%s: %s\n", list, what);
        return EXIT_DONE;
    }
    struct cli_json j;
    cli_json_begin(&j);
    json_put_str(&j.j, "list", list);
    json_put_str(&j.j, "done", what);
    cli_json_end(&j);
    return EXIT_DONE;
}

int list_unsubscribe(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct action_context context;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len < 2)
        return usage_error(self, "list unsubscribe wants a list and addresses");
    size_t count = (size_t)words.len - 1;
    struct sv *addresses = arena_new_array(&c->arena, struct sv, count);
    for (size_t i = 0; i < count; i++)
        addresses[i] = sv_str(words.at[i + 1]);
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    rc = action_list_unsubscribe(&context, sv_str(words.at[0]), addresses, count, &c->err);
    return done(c, rc, words.at[0], arena_printf(&c->arena, "%zu unsubscribed", count));
}

int list_set_delivery(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct action_context context;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 3)
        return usage_error(self, "list set-delivery wants a list, an address, and a word such as digest");
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    rc = action_list_set_delivery(&context, sv_str(words.at[0]), sv_str(words.at[1]), sv_str(words.at[2]), &c->err);
    return done(c, rc, words.at[0], arena_printf(&c->arena, "delivery set to %s", words.at[2]));
}

static void put_subscriber(struct cli *c, struct json *j, const struct subscriber_seen *seen)
{
    const struct subscriber *who = &seen->who;
    json_object(j);
    json_put(j, "address", who->address);
    json_put(j, "name", who->name);
    if (seen->member.len)
        json_put(j, "member", seen->member);
    json_put_str(j, "state", subscriber_state_names[who->state]);
    json_put_str(j, "delivery", subscriber_delivery_names[who->delivery]);
    json_put_str(j, "since", date_format_time(&c->arena, who->since));
    json_put(j, "consent", who->consent);
    json_put_int(j, "posts", who->passed);
    json_end(j);
}

static int print_subscribers(struct cli *c, const char *list, const struct subscribers_seen *all)
{
    static const char *const heads[] = {"ADDRESS", "NAME", "MEMBER", "STATE", "DELIVERY", "SINCE", "CONSENT"};
    struct table t;
    if (c->json) {
        struct cli_json j;
        cli_json_begin(&j);
        json_put_str(&j.j, "list", list);
        json_key(&j.j, "subscribers");
        json_array(&j.j);
        for (size_t i = 0; i < all->list.len; i++)
            put_subscriber(c, &j.j, &all->list.at[i]);
        json_end(&j.j);
        cli_json_end(&j);
        return EXIT_DONE;
    }
    if (!all->list.len)
        printf("%s: nobody is subscribed\n", list);
    table_begin(&t, &c->arena, heads, ARRAY_LEN(heads));
    for (size_t i = 0; i < all->list.len; i++) {
        const struct subscriber_seen *seen = &all->list.at[i];
        table_cell(&t, seen->who.address);
        table_cell(&t, seen->who.name.len ? seen->who.name : SV("-"));
        table_cell(&t, seen->member.len ? seen->member : SV("-"));
        table_cell(&t, sv_str(subscriber_state_names[seen->who.state]));
        table_cell(&t, sv_str(subscriber_delivery_names[seen->who.delivery]));
        table_cell(&t, sv_str(date_format(&c->arena, date_from_time(seen->who.since))));
        table_cell(&t, seen->who.consent);
    }
    table_print(&t);
    return EXIT_DONE;
}

int list_show_subscribers(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct action_context context;
    struct subscribers_seen all;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1)
        return usage_error(self, "list subscribers wants one word, the list's name");
    if ((rc = cli_begin_reading(c, &context)))
        return cli_fail(c, rc);
    rc = list_subscribers(&context, sv_str(words.at[0]), &all, &c->err);
    return rc ? cli_fail(c, rc) : print_subscribers(c, words.at[0], &all);
}
