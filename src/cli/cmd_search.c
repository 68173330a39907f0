/* search: in the texts of the SIG, and in its mails. */
#include "action/search.h"
#include "base/date.h"
#include "cli/cli.h"
#include "forum/search.h"
#include "store/fts.h"

#include <stdio.h>

enum { LIMIT = 100, LIMIT_MAX = 100000 };

struct found {
    struct fts_hits texts;
    struct mail_hits mails;
};

static void print_snippet(struct sv snippet)
{
    fputs("    ", stdout);
    for (size_t i = 0; i < snippet.len; i++) {
        char ch = snippet.at[i];
        putchar(ch == 2 || ch == 3 ? '*' : ch == '\n' ? ' ' : ch);
    }
    putchar('\n');
}

static void print_found(struct cli *c, const struct found *f)
{
    for (size_t i = 0; i < f->texts.list.len; i++) {
        const struct fts_hit *hit = &f->texts.list.at[i];
        printf("%.*s  %.*s\n", SV_ARG(hit->key), SV_ARG(hit->title));
        print_snippet(hit->snippet);
    }
    for (size_t i = 0; i < f->mails.list.len; i++) {
        const struct mail_hit *hit = &f->mails.list.at[i];
        printf("mail:%.*s/%.*s  %s  %.*s: %.*s\n", SV_ARG(hit->list), SV_ARG(hit->key),
               date_format(&c->arena, date_from_time(hit->date)), SV_ARG(hit->name), SV_ARG(hit->subject));
        print_snippet(hit->snippet);
    }
    if (f->mails.more)
        printf("more mails than these %zu; --limit shows more\n", f->mails.list.len);
    if (!f->texts.list.len && !f->mails.list.len)
        puts("nothing found");
}

static void print_json(struct cli *c, const struct found *f)
{
    struct cli_json j;
    cli_json_begin(&j);
    json_key(&j.j, "hits");
    json_array(&j.j);
    for (size_t i = 0; i < f->texts.list.len; i++) {
        json_object(&j.j);
        json_put(&j.j, "key", f->texts.list.at[i].key);
        json_put(&j.j, "title", f->texts.list.at[i].title);
        json_end(&j.j);
    }
    json_end(&j.j);
    json_key(&j.j, "mails");
    json_array(&j.j);
    for (size_t i = 0; i < f->mails.list.len; i++) {
        const struct mail_hit *hit = &f->mails.list.at[i];
        json_object(&j.j);
        json_put(&j.j, "list", hit->list);
        json_put(&j.j, "key", hit->key);
        json_put(&j.j, "message_id", hit->mid);
        json_put_str(&j.j, "date", date_format_time(&c->arena, hit->date));
        json_put(&j.j, "name", hit->name);
        json_put(&j.j, "subject", hit->subject);
        json_put(&j.j, "snippet", hit->snippet);
        json_end(&j.j);
    }
    json_end(&j.j);
    json_put_bool(&j.j, "more", f->mails.more);
    cli_json_end(&j);
}

static int search(struct cli *c, struct sv text, size_t limit, struct found *out)
{
    struct mail_query query;
    struct action_context context;
    int rc = mail_query_read(&c->arena, text, &query, &c->err);
    if (!rc)
        rc = cli_open(c, STORE_READ_ONLY);
    if (!rc)
        cli_context(c, &context);
    if (!rc)
        rc = search_check(&context, &query, &c->err);
    if (!rc && !query.mail_only)
        rc = fts_search(c->store, &c->arena, text, limit, &out->texts, &c->err);
    return rc ? rc : mail_search(c->store, &c->arena, &query, true, limit, &out->mails, &c->err);
}

int cmd_search(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *limit_text = NULL;
    uint64_t limit = LIMIT;
    struct words words;
    struct str query = STR_INIT;
    struct found found = {.mails = {.more = false}};
    const struct option options[] = {{"limit", OPTION_TEXT, &limit_text, "N", "at most so many of each (default 100)"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (!words.len)
        return usage_error(self, "search wants words");
    if (limit_text && !cli_number(limit_text, 1, LIMIT_MAX, &limit))
        return usage_error(self, "--limit wants a number from 1 to %d", LIMIT_MAX);
    for (int i = 0; i < words.len; i++)
        str_addf(&query, "%s%s", i ? " " : "", words.at[i]);
    rc = search(c, str_sv(&query), (size_t)limit, &found);
    str_release(&query);
    if (rc)
        return cli_fail(c, rc);
    if (c->json)
        print_json(c, &found);
    else
        print_found(c, &found);
    return EXIT_DONE;
}
