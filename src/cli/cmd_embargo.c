/* embargo: flaws that are told to named members until their time is over. */
#include "action/embargo.h"
#include "base/date.h"
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>

struct text_source {
    const char *text, *file;
};

static int embargo_open(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct option_list to = {{NULL, 0, 0}};
    struct text_source from = {NULL, NULL};
    const char *days = NULL;
    uint64_t number = 0;
    struct words words;
    struct action_context context;
    struct action_result r;
    struct embargo_request request;
    const struct option options[] = {{"to", OPTION_LIST, &to, "NAME", "a member who is told (may be repeated)"},
                                     {"text", OPTION_TEXT, &from.text, "TEXT", "the first note"},
                                     {"file", OPTION_TEXT, &from.file, "FILE", "the first note (- for standard input)"},
                                     {"days", OPTION_TEXT, &days, "N", "fewer days than process.md allows"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len || (days && !cli_number(days, 1, 3660, &number)))
        return usage_error(self, words.len ? "embargo open wants no word" : "--days wants a number from 1");
    memset(&request, 0, sizeof(request));
    struct sv *names = arena_new_array(&c->arena, struct sv, to.list.len + 1);
    for (size_t i = 0; i < to.list.len; i++)
        names[i] = sv_str(to.list.at[i]);
    request.readers = names;
    request.reader_count = to.list.len;
    request.days = (unsigned)number;
    if ((rc = cli_text(c, from.text, from.file, EMBARGO_TEXT_MAX, &request.text)) || (rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    return cli_done_id(c, action_embargo_open(&context, &request, &r, &c->err), "opened", &r);
}

static int embargo_note(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct text_source from = {NULL, NULL};
    struct sv text;
    struct words words;
    struct action_context context;
    struct action_result r;
    const struct option options[] = {{"text", OPTION_TEXT, &from.text, "TEXT", "the note"},
                                     {"file", OPTION_TEXT, &from.file, "FILE", "the note (- for standard input)"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1)
        return usage_error(self, "embargo note wants an embargo, such as E-1");
    if ((rc = cli_text(c, from.text, from.file, EMBARGO_TEXT_MAX, &text)) || (rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    return cli_done_id(c, action_embargo_note(&context, sv_str(words.at[0]), text, &r, &c->err), "noted", &r);
}

static int embargo_share(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct action_context context;
    struct action_result r;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 2)
        return usage_error(self, "embargo share wants an embargo and the name of a member");
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    return cli_done_id(c, action_embargo_share(&context, sv_str(words.at[0]), sv_str(words.at[1]), &r, &c->err),
                       "shared", &r);
}

static int embargo_release(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct action_context context;
    struct action_result r;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1)
        return usage_error(self, "embargo release wants an embargo, such as E-1");
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    return cli_done_id(c, action_embargo_release(&context, sv_str(words.at[0]), &r, &c->err),
                       "released, and public now", &r);
}

static const char *state_of(struct cli *c, const struct embargo *e)
{
    if (e->released)
        return "released";
    return c->time >= e->until ? "over, to be released" : "closed";
}

static void put_embargo(struct cli *c, struct json *j, const struct embargo *e)
{
    json_put(j, "id", e->id);
    json_put_str(j, "opened", date_format_time(&c->arena, e->opened));
    json_put_str(j, "until", date_format_time(&c->arena, e->until));
    json_put_str(j, "state", state_of(c, e));
    json_put_int(j, "note_count", (int64_t)e->note_count);
    json_key(j, "notes");
    json_array(j);
    for (size_t i = 0; i < e->notes.len; i++) {
        json_object(j);
        json_put_str(j, "at", date_format_time(&c->arena, e->notes.at[i].at));
        json_put(j, "author", e->notes.at[i].author);
        json_put(j, "text", e->notes.at[i].text);
        json_end(j);
    }
    json_end(j);
}

static int load(struct cli *c, struct embargoes *out)
{
    struct action_context context;
    int rc = cli_open(c, STORE_READ_ONLY);
    cli_context(c, &context);
    return rc ? rc : embargoes_load(&context, out, &c->err);
}

static void print_list_json(struct cli *c, const struct embargoes *all)
{
    struct cli_json j;
    cli_json_begin(&j);
    json_key(&j.j, "embargoes");
    json_array(&j.j);
    for (size_t i = 0; i < all->list.len; i++) {
        json_object(&j.j);
        put_embargo(c, &j.j, &all->list.at[i]);
        json_end(&j.j);
    }
    json_end(&j.j);
    cli_json_end(&j);
}

static int embargo_list(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct embargoes all;
    struct table t;
    static const char *const heads[] = {"ID", "OPENED", "LAST DAY", "NOTES", "STATE"};
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len)
        return usage_error(self, "embargo list wants no word");
    if ((rc = load(c, &all)))
        return cli_fail(c, rc);
    if (c->json)
        return print_list_json(c, &all), EXIT_DONE;
    if (!all.list.len)
        return puts("no embargo; \"embargo open --to NAME --text TEXT\" keeps a flaw to named members"), EXIT_DONE;
    table_begin(&t, &c->arena, heads, ARRAY_LEN(heads));
    for (size_t i = 0; i < all.list.len; i++) {
        const struct embargo *e = &all.list.at[i];
        table_cell(&t, e->id);
        table_cell(&t, sv_str(date_format(&c->arena, date_from_time(e->opened))));
        table_cell(&t, sv_str(date_format(&c->arena, date_from_time(e->until - 1))));
        table_cellf(&t, "%zu", e->note_count);
        table_cell(&t, sv_str(state_of(c, e)));
    }
    table_print(&t);
    return EXIT_DONE;
}

static void print_embargo(struct cli *c, const struct embargo *e)
{
    printf("%.*s: %s, opened %s, last day %s, %zu note%s\n", SV_ARG(e->id), state_of(c, e),
           date_format(&c->arena, date_from_time(e->opened)), date_format(&c->arena, date_from_time(e->until - 1)),
           e->note_count, e->note_count == 1 ? "" : "s");
    if (!e->readable)
        puts("Its notes are told to named members only, until then.");
    for (size_t i = 0; i < e->notes.len; i++)
        printf("\n%s, %.*s:\n%.*s\n", date_format_time(&c->arena, e->notes.at[i].at), SV_ARG(e->notes.at[i].author),
               SV_ARG(sv_trim(e->notes.at[i].text)));
}

static int embargo_show(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct embargoes all;
    struct cli_json j;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1)
        return usage_error(self, "embargo show wants an embargo, such as E-1");
    if ((rc = load(c, &all)))
        return cli_fail(c, rc);
    for (size_t i = 0; i < all.list.len; i++) {
        if (!sv_eq_str(all.list.at[i].id, words.at[0]))
            continue;
        if (!c->json)
            return print_embargo(c, &all.list.at[i]), EXIT_DONE;
        cli_json_begin(&j);
        put_embargo(c, &j.j, &all.list.at[i]);
        cli_json_end(&j);
        return EXIT_DONE;
    }
    return cli_fail(c, err_set(&c->err, CM_ENOTFOUND, "there is no embargo %s; \"casemate embargo list\" shows all",
                               words.at[0]));
}

int cmd_embargo(struct cli *c, const struct command *self, int argc, const char **argv)
{
    static const struct cli_verb verbs[] = {{"list", embargo_list},   {"show", embargo_show},
                                            {"open", embargo_open},   {"note", embargo_note},
                                            {"share", embargo_share}, {"release", embargo_release}};
    return cli_verb(c, self, argc, argv, verbs, ARRAY_LEN(verbs));
}
