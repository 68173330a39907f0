/* list import-config, import-members: a list of Mailman becomes one of ours. */
#include "action/mail.h"
#include "action/membership.h"
#include "base/fs.h"
#include "cli/cmd_list.h"
#include "forum/mailman.h"

#include <stdio.h>

enum { FILE_BYTES_MAX = 64 << 20, VALUE_SHOWN = 60 };

/* ---- settings ---- */

/* Those that the list does not have yet. */
static struct field_edit *edits_of(struct cli *c, const struct list *list, const struct mailman_map *map,
                                   size_t *out_count)
{
    struct field_edit *edits = arena_new_array(&c->arena, struct field_edit, map->settings.len + 1);
    *out_count = 0;
    for (size_t i = 0; i < map->settings.len; i++) {
        const struct mailman_setting *s = &map->settings.at[i];
        if (!sv_eq(list->setting[s->id], s->value))
            edits[(*out_count)++] = (struct field_edit){sv_str(list_setting_table[s->id].name), s->value};
    }
    return edits;
}

static bool is_changed(const struct field_edit *edits, size_t count, const struct mailman_setting *s)
{
    for (size_t i = 0; i < count; i++)
        if (sv_eq_str(edits[i].field, list_setting_table[s->id].name))
            return true;
    return false;
}

static void put_map(const char *list, const struct mailman_map *map, const struct field_edit *edits, size_t count)
{
    struct cli_json j;
    cli_json_begin(&j);
    json_put_str(&j.j, "list", list);
    json_key(&j.j, "settings");
    json_array(&j.j);
    for (size_t i = 0; i < map->settings.len; i++) {
        const struct mailman_setting *s = &map->settings.at[i];
        json_object(&j.j);
        json_put_str(&j.j, "name", list_setting_table[s->id].name);
        json_put(&j.j, "value", s->value);
        json_put(&j.j, "from", s->from);
        json_put_bool(&j.j, "changed", is_changed(edits, count, s));
        json_end(&j.j);
    }
    json_end(&j.j);
    json_key(&j.j, "lost");
    json_array(&j.j);
    for (size_t i = 0; i < map->losses.len; i++) {
        json_object(&j.j);
        json_put(&j.j, "name", map->losses.at[i].name);
        json_put(&j.j, "value", map->losses.at[i].value);
        json_put_str(&j.j, "why", map->losses.at[i].why);
        json_end(&j.j);
    }
    json_end(&j.j);
    cli_json_end(&j);
}

/* One line of a value, in so many bytes that a table stays readable. */
static struct sv shown(struct cli *c, struct sv value)
{
    struct sv rest = value, line = SV_NONE;
    (void)sv_next_line(&rest, &line);
    if (line.len <= VALUE_SHOWN && !rest.len)
        return line.len ? line : SV("-");
    size_t len = line.len < VALUE_SHOWN ? line.len : VALUE_SHOWN;
    while (len && len < line.len && ((unsigned char)line.at[len] & 0xC0) == 0x80)
        len--;
    return sv_str(arena_printf(&c->arena, "%.*s ...", (int)len, line.at));
}

static void print_map(struct cli *c, const char *list, const struct mailman_map *map, const struct field_edit *edits,
                      size_t count, bool dry)
{
    static const char *const settings[] = {"setting", "value", "from", ""};
    static const char *const losses[] = {"not taken over", "value", "why"};
    struct table t;
    printf("%s: %zu setting%s %s\n", list, count, count == 1 ? "" : "s", dry ? "would change" : "changed");
    table_begin(&t, &c->arena, settings, ARRAY_LEN(settings));
    for (size_t i = 0; i < map->settings.len; i++) {
        const struct mailman_setting *s = &map->settings.at[i];
        table_cell(&t, sv_str(list_setting_table[s->id].name));
        table_cell(&t, shown(c, s->value));
        table_cell(&t, s->from);
        table_cell(&t, is_changed(edits, count, s) ? SV("changed") : SV("was so"));
    }
    table_print(&t);
    table_begin(&t, &c->arena, losses, ARRAY_LEN(losses));
    for (size_t i = 0; i < map->losses.len; i++) {
        table_cell(&t, map->losses.at[i].name);
        table_cell(&t, shown(c, map->losses.at[i].value));
        table_cell(&t, sv_str(map->losses.at[i].why));
    }
    table_print(&t);
}

static int read_config(struct cli *c, const char *file, struct mailman_map *out)
{
    struct sv text;
    struct mailman_values values;
    int rc = fs_read(&c->arena, file, FILE_BYTES_MAX, &text, &c->err);
    if (!rc)
        rc = mailman_config_read(&c->arena, file, text, &c->diag, &values, &c->err);
    if (!rc)
        mailman_map(&c->arena, &values, out);
    return rc;
}

int list_import_config(struct cli *c, const struct command *self, int argc, const char **argv)
{
    bool dry = false;
    struct words words;
    struct action_context context;
    struct action_result r;
    struct mailman_map map;
    struct lists lists;
    size_t count;
    const struct option options[] = {
        {"dry-run", OPTION_FLAG, &dry, NULL, "say what would become of each setting, and change nothing"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 2)
        return usage_error(self, "list import-config wants a list, and a file that config_list or Mailman 3 wrote");
    if ((rc = read_config(c, words.at[1], &map)) || (rc = cli_begin(c, &context)) ||
        (rc = lists_load(c->store, &c->arena, &lists, &c->err)))
        return cli_fail(c, rc);
    const struct list *list = lists_find(&lists, sv_str(words.at[0]));
    if (!list)
        return cli_fail(c, err_set(&c->err, CM_ENOTFOUND, "there is no list \"%s\"", words.at[0]));
    const struct field_edit *edits = edits_of(c, list, &map, &count);
    if (count && !dry && (rc = action_list_set(&context, list->id, edits, count, &r, &c->err)))
        return cli_fail(c, rc);
    if (c->json)
        put_map(words.at[0], &map, edits, count);
    else
        print_map(c, words.at[0], &map, edits, count, dry);
    return EXIT_DONE;
}

/* ---- members ---- */

static int read_members(struct cli *c, const char *file, const char *word, struct subscriptions *out, size_t *others)
{
    enum subscriber_delivery delivery;
    struct sv text;
    if (word && !subscriber_delivery_find(sv_str(word), &delivery))
        return err_set(&c->err, CM_EINPUT, "\"%s\" is no kind of delivery; expected each, digest, plain or none", word);
    int rc = fs_read(&c->arena, file, FILE_BYTES_MAX, &text, &c->err);
    if (!rc)
        rc = subscriptions_read_mailman(&c->arena, file, text, &c->diag, out, others, &c->err);
    for (size_t i = 0; !rc && word && i < out->list.len; i++) {
        out->list.at[i].has_delivery = true;
        out->list.at[i].delivery = delivery;
    }
    return rc;
}

int list_import_members(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *consent = NULL, *delivery = NULL;
    bool again = false;
    size_t others = 0;
    struct words words;
    struct action_context context;
    struct subscriptions rows;
    struct subscribe_outcome outcome;
    const struct option options[] = {
        {"consent", OPTION_TEXT, &consent, "TEXT", "how it is known that they want it; is kept with each of them"},
        {"delivery", OPTION_TEXT, &delivery, "WORD", "of all in the file: each, digest, plain, none"},
        {"again", OPTION_FLAG, &again, NULL, "also those who left the list: the consent is newer than that"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 2 || !consent)
        return usage_error(self, "list import-members wants a list, a file, and --consent TEXT such as \"subscribed "
                           "to the list at lists.example.org\"");
    if ((rc = read_members(c, words.at[1], delivery, &rows, &others)) || (rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    const struct subscribe_request request = {sv_str(words.at[0]), sv_str(consent), words.at[1], &rows, again};
    if ((rc = action_list_subscribe(&context, &request, &outcome, &c->err)))
        return cli_fail(c, rc);
    print_subscribed(c, words.at[0], &outcome, others);
    return EXIT_DONE;
}
