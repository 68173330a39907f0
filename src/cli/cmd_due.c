/* due: every date by which somebody should have acted. */
#include "cli/cli.h"
#include "register/due.h"

#include <stdio.h>

enum { WITHIN_MAX = 100000 };

static bool is_wanted(const struct due *d, int64_t within)
{
    return d->overdue || within < 0 || d->days <= within;
}

static const char *when(struct cli *c, const struct due *d)
{
    const char *unit = d->days == 1 ? "day" : "days";
    if (d->overdue)
        return d->days ? arena_printf(&c->arena, "overdue by %lld %s", (long long)d->days, unit) : "overdue";
    return d->days ? arena_printf(&c->arena, "in %lld %s", (long long)d->days, unit) : "today";
}

static void print_due(struct cli *c, const struct due_list *all, int64_t within)
{
    static const char *const names[] = {"DAY", "WHEN", "RESPONSIBLE", "WHAT"};
    struct table t;
    table_begin(&t, &c->arena, names, ARRAY_LEN(names));
    for (size_t i = 0; i < all->list.len; i++) {
        const struct due *d = &all->list.at[i];
        if (!is_wanted(d, within))
            continue;
        table_cell(&t, d->day);
        table_cell(&t, sv_str(when(c, d)));
        table_cell(&t, d->who.len ? d->who : SV("-"));
        table_cell(&t, d->what);
    }
    if (t.cells.len > ARRAY_LEN(names))
        table_print(&t);
    else
        puts("nothing is due");
}

int cmd_due(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *within = NULL;
    uint64_t days = 0;
    struct words words;
    struct view v;
    struct due_list all;
    struct cli_json j;
    const struct option options[] = {
        {"within", OPTION_TEXT, &within, "DAYS", "only what is overdue, or due in so many days"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len)
        return usage_error(self, "due wants no word");
    if (within && !sv_to_u64(sv_str(within), WITHIN_MAX, &days))
        return usage_error(self, "--within \"%s\" is no number of days", within);
    rc = cli_open(c, STORE_READ_ONLY);
    if (!rc)
        rc = view_load_process(c->store, &c->arena, c->time, &v, &c->err);
    if (rc)
        return cli_fail(c, rc);
    due_collect(&c->arena, &v, &all);
    int64_t limit = within ? (int64_t)days : -1;
    if (!c->json) {
        print_due(c, &all, limit);
        return EXIT_DONE;
    }
    cli_json_begin(&j);
    json_key(&j.j, "due");
    json_array(&j.j);
    for (size_t i = 0; i < all.list.len; i++)
        if (is_wanted(&all.list.at[i], limit))
            due_write(&j.j, &all.list.at[i]);
    json_end(&j.j);
    cli_json_end(&j);
    return EXIT_DONE;
}
