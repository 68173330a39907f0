/* tree convert, tree diff: from one form to another, and what differs between two. */
#include "base/fs.h"
#include "base/suggest.h"
#include "cli/tree_file.h"
#include "tree/io/diff.h"
#include "tree/io/read.h"

#include <stdio.h>

static int unknown_format(const struct command *self, const char *to)
{
    const char *near = suggest_nearest(sv_str(to), tree_format_names + 1, TREE_FORMATS - 1);
    return usage_error(self,
                       "--to is \"%s\"; expected a format (outline, openpsa, adtool, json, dft, dot) or a file that "
                       "ends in .txt, .opsa, .adt, .json, .dft or .dot%s%s%s",
                       to, near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

/* A format's name, or a file whose ending says the format. */
static bool read_target(const char *to, const char *format, enum tree_format *out, const char **out_file)
{
    *out_file = NULL;
    *out = to ? tree_format_by_name(sv_str(to)) : TREE_FORMATS;
    if (to && (*out == TREE_FORMATS || *out == TREE_FORMAT_AUTO)) {
        *out_file = to;
        *out = sv_ends(sv_str(to), SV(".txt")) ? TREE_FORMAT_OUTLINE : tree_format_by_ending(to);
    }
    if (format)
        *out = tree_format_by_name(sv_str(format));
    return *out > TREE_FORMAT_AUTO && *out < TREE_FORMATS;
}

static void print_loss(const struct loss *loss, const char *format)
{
    for (size_t i = 0; i < loss->items.len; i++) {
        const struct loss_item *l = &loss->items.at[i];
        if (l->node == LOSS_NONE)
            fprintf(stderr, "casemate: lost: %.*s: %s\n", SV_ARG(l->what), l->reason);
        else if (l->times > 1)
            fprintf(stderr, "casemate: lost: %.*s of %zu nodes, first \"%.*s\": %s\n", SV_ARG(l->what), l->times,
                    SV_ARG(l->name), l->reason);
        else
            fprintf(stderr, "casemate: lost: %.*s of \"%.*s\": %s\n", SV_ARG(l->what), SV_ARG(l->name), l->reason);
    }
    if (!loss->items.len)
        fprintf(stderr, "casemate: nothing was lost in %s\n", format);
}

static void print_json(const struct loss *loss, const char *format, const char *file, struct sv text)
{
    struct cli_json j;
    cli_json_begin(&j);
    json_put_str(&j.j, "format", format);
    if (file)
        json_put_str(&j.j, "file", file);
    else
        json_put(&j.j, "text", text);
    json_key(&j.j, "lost");
    json_array(&j.j);
    for (size_t i = 0; i < loss->items.len; i++) {
        const struct loss_item *l = &loss->items.at[i];
        json_object(&j.j);
        json_put(&j.j, "what", l->what);
        json_put_str(&j.j, "reason", l->reason);
        if (l->node != LOSS_NONE)
            json_put(&j.j, "node", l->name);
        json_put_int(&j.j, "times", (int64_t)l->times);
        json_end(&j.j);
    }
    json_end(&j.j);
    cli_json_end(&j);
}

int tree_convert_command(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *to = NULL, *format_name = NULL, *file;
    struct tree_write_options how = {0};
    struct tree_file f = {0};
    struct words words;
    struct loss loss;
    enum tree_format format;
    const struct option options[] = {
        {"to", OPTION_TEXT, &to, "FORMAT|FILE", "what to write, or the file, whose ending says it"},
        {"format", OPTION_TEXT, &format_name, "FORMAT", "outline, openpsa, adtool, json, dft or dot"},
        {"approximate", OPTION_FLAG, &how.approximate, NULL, "write also what the format can only say otherwise"},
        {"from", OPTION_TEXT, &f.format, "FORMAT", "format of the file (default: seen from name and content)"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (!tree_one_file(self, "convert", &words))
        return EXIT_USAGE;
    if (!to && !format_name)
        return usage_error(self, "tree convert wants --to FORMAT or --to FILE");
    if (!read_target(to, format_name, &format, &file))
        return unknown_format(self, format_name ? format_name : to);
    f.name = words.at[0];
    if ((rc = tree_file_read(c, &f)))
        return cli_fail(c, rc);
    cli_print_diag(c);
    struct str text = STR_INIT;
    loss_init(&loss, &c->arena);
    rc = tree_write(f.tree, format, &how, &text, &loss, &c->err);
    if (!rc && file)
        rc = fs_write(file, str_sv(&text), false, &c->err);
    else if (!rc && !c->json)
        fwrite(str_cstr(&text), 1, text.len, stdout);
    if (!rc && c->json)
        print_json(&loss, tree_format_names[format], file, str_sv(&text));
    else if (!rc && !c->quiet)
        print_loss(&loss, tree_format_names[format]);
    str_release(&text);
    if (rc == CM_EREFUSED)
        err_set(&c->err, CM_EREFUSED, "%s (--approximate writes it all the same)",
                arena_strdup(&c->arena, c->err.text));
    return rc ? cli_fail(c, rc) : EXIT_DONE;
}

static void print_changes_json(const struct tree_diff *diff)
{
    struct cli_json j;
    struct str sentence = STR_INIT;
    cli_json_begin(&j);
    json_put_bool(&j.j, "same", diff->items.len == 0);
    json_key(&j.j, "changes");
    json_array(&j.j);
    for (size_t i = 0; i < diff->items.len; i++) {
        const struct tree_diff_item *d = &diff->items.at[i];
        str_clear(&sentence);
        tree_diff_print(d, &sentence);
        json_object(&j.j);
        json_put_str(&j.j, "change", tree_change_names[d->change]);
        json_put(&j.j, "node", d->name);
        if (d->change == CHANGE_VALUE)
            json_put_str(&j.j, "attribute", tree_attribute_names[d->attribute]);
        json_put(&j.j, "from", d->from);
        json_put(&j.j, "to", d->to);
        json_put(&j.j, "text", str_sv(&sentence));
        json_end(&j.j);
    }
    json_end(&j.j);
    cli_json_end(&j);
    str_release(&sentence);
}

static void print_changes(const struct tree_diff *diff)
{
    struct str line = STR_INIT;
    for (size_t i = 0; i < diff->items.len; i++) {
        str_clear(&line);
        tree_diff_print(&diff->items.at[i], &line);
        str_add_char(&line, '\n');
        fwrite(str_cstr(&line), 1, line.len, stdout);
    }
    if (!diff->items.len)
        puts("no difference in structure or values");
    str_release(&line);
}

int tree_diff_command(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct tree_file f[2] = {{0}, {0}};
    struct words words;
    struct tree_diff diff;
    const struct option options[] = {
        {"from", OPTION_TEXT, &f[0].format, "FORMAT", "format of both files (default: seen from name and content)"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 2)
        return usage_error(self, "tree diff wants two files");
    f[1].format = f[0].format;
    for (int i = 0; i < 2 && !rc; i++) {
        f[i].name = words.at[i];
        rc = tree_file_read(c, &f[i]);
    }
    if (rc)
        return cli_fail(c, rc);
    cli_print_diag(c);
    tree_diff(&c->arena, f[0].tree, f[1].tree, &diff);
    if (c->json)
        print_changes_json(&diff);
    else
        print_changes(&diff);
    return EXIT_DONE;
}
