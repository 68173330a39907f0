/* list: mailing lists and their settings. */
#include "action/mail.h"
#include "cli/cmd_list.h"

#include <stdio.h>

static int list_new(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *address = NULL, *title = NULL;
    bool followed = false;
    struct words words;
    struct action_context context;
    struct action_result r;
    const struct option options[] = {
        {"address", OPTION_TEXT, &address, "ADDRESS", "where posts go, such as security@example.org"},
        {"title", OPTION_TEXT, &title, "TEXT", "its name for people"},
        {"followed", OPTION_FLAG, &followed, NULL, "others run it: it is archived here and never sent or moderated"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1)
        return usage_error(self, "list new wants one word, the list's name");
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    rc = action_list_new(&context, sv_str(words.at[0]), sv_str(address), sv_str(title), followed, &r, &c->err);
    return cli_done(c, rc, arena_printf(&c->arena, "%s: made", words.at[0]), &r);
}

static int list_set_values(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct action_context context;
    struct action_result r;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len < 2)
        return usage_error(self, "list set wants a list and settings such as posts=anyone");
    size_t count = (size_t)words.len - 1;
    struct field_edit *edits = arena_new_array(&c->arena, struct field_edit, count);
    for (size_t i = 0; i < count; i++) {
        const char *equals = strchr(words.at[i + 1], '=');
        if (!equals)
            return usage_error(self, "\"%s\" is no setting; write it as NAME=VALUE", words.at[i + 1]);
        edits[i] = (struct field_edit){sv_from(words.at[i + 1], (size_t)(equals - words.at[i + 1])),
                                       sv_str(equals + 1)};
    }
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    rc = action_list_set(&context, sv_str(words.at[0]), edits, count, &r, &c->err);
    return cli_done(c, rc, arena_printf(&c->arena, "%s: %zu setting%s", words.at[0], count, count == 1 ? "" : "s"), &r);
}

static int load(struct cli *c, struct lists *out)
{
    int rc = cli_open(c, STORE_READ_ONLY);
    return rc ? rc : lists_load(c->store, &c->arena, out, &c->err);
}

static void put_list(struct json *j, const struct list *l)
{
    json_put(j, "id", l->id);
    json_put(j, "address", l->address);
    json_put(j, "title", l->title);
    json_put_str(j, "kind", l->followed ? "followed" : "hosted");
    json_key(j, "settings");
    json_object(j);
    for (int i = 0; i < LIST_SETTINGS; i++)
        json_put(j, list_setting_table[i].name, l->setting[i]);
    json_end(j);
}

static int list_all(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct lists lists;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len)
        return usage_error(self, "list list wants no word");
    if ((rc = load(c, &lists)))
        return cli_fail(c, rc);
    if (c->json) {
        struct cli_json j;
        cli_json_begin(&j);
        json_key(&j.j, "lists");
        json_array(&j.j);
        for (size_t i = 0; i < lists.list.len; i++) {
            json_object(&j.j);
            put_list(&j.j, &lists.list.at[i]);
            json_end(&j.j);
        }
        json_end(&j.j);
        cli_json_end(&j);
        return EXIT_DONE;
    }
    if (!lists.list.len)
        puts("there is no list yet; \"casemate list new security --address security@example.org --title Security\" "
             "makes one");
    struct table t;
    static const char *const heads[] = {"list", "address", "kind", "title"};
    table_begin(&t, &c->arena, heads, ARRAY_LEN(heads));
    for (size_t i = 0; i < lists.list.len; i++) {
        table_cell(&t, lists.list.at[i].id);
        table_cell(&t, lists.list.at[i].address);
        table_cell(&t, lists.list.at[i].followed ? SV("followed") : SV("hosted"));
        table_cell(&t, lists.list.at[i].title);
    }
    table_print(&t);
    return EXIT_DONE;
}

static int list_show(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct lists lists;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1)
        return usage_error(self, "list show wants one word, the list's name");
    if ((rc = load(c, &lists)))
        return cli_fail(c, rc);
    const struct list *l = lists_find(&lists, sv_str(words.at[0]));
    if (!l)
        return cli_fail(c, err_set(&c->err, CM_ENOTFOUND, "there is no list \"%s\"", words.at[0]));
    if (c->json) {
        struct cli_json j;
        cli_json_begin(&j);
        put_list(&j.j, l);
        cli_json_end(&j);
        return EXIT_DONE;
    }
    printf("%.*s, %.*s, a %s list\n", SV_ARG(l->title), SV_ARG(l->address), l->followed ? "followed" : "hosted");
    struct table t;
    static const char *const heads[] = {"setting", "value", "what it says"};
    table_begin(&t, &c->arena, heads, ARRAY_LEN(heads));
    for (int i = 0; i < LIST_SETTINGS; i++) {
        table_cell(&t, sv_str(list_setting_table[i].name));
        table_cell(&t, l->setting[i].len ? l->setting[i] : SV("-"));
        table_cell(&t, sv_str(list_setting_table[i].help));
    }
    table_print(&t);
    return EXIT_DONE;
}

int cmd_list(struct cli *c, const struct command *self, int argc, const char **argv)
{
    static const struct cli_verb verbs[] = {
        {"import-config", list_import_config},
        {"import-members", list_import_members},
        {"list", list_all},
        {"new", list_new},
        {"set", list_set_values},
        {"set-delivery", list_set_delivery},
        {"show", list_show},
        {"subscribe", list_subscribe},
        {"subscribers", list_show_subscribers},
        {"unsubscribe", list_unsubscribe}};
    return cli_verb(c, self, argc, argv, verbs, ARRAY_LEN(verbs));
}
