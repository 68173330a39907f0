/* tree: attack trees in text files, without a store. */
#include "base/fs.h"
#include "base/utf8.h"
#include "cli/cli.h"
#include "format/markup.h"
#include "tree/io/draw.h"
#include "tree/io/outline.h"

#include <stdio.h>

enum { TREE_FILE_MAX = 2 * 1024 * 1024 };

/* The outline in a file: the first attack-tree block of a Markdown file, otherwise the whole file. */
static struct sv outline_in(struct cli *c, const char *name, struct sv text, uint32_t *out_line, uint32_t *out_column)
{
    struct markdown_file file;
    struct diag ignored;
    *out_line = *out_column = 1;
    size_t len = strlen(name);
    if (len < 3 || strcmp(name + len - 3, ".md"))
        return text;
    diag_init(&ignored, &c->arena);
    memset(&file, 0, sizeof(file));
    markdown_scan(&c->arena, text, name, &ignored, &file);
    for (size_t i = 0; i < file.fences.len; i++)
        if (sv_eq_str(file.fences.at[i].info, "attack-tree")) {
            *out_line = file.fences.at[i].line;
            return file.fences.at[i].text;
        }
    return SV_NONE;
}

static int load_tree(struct cli *c, const char *name, const struct tree **out)
{
    struct sv text;
    uint32_t line, column;
    size_t bad;
    bool input = !strcmp(name, "-");
    int rc = input ? fs_read_fd(&c->arena, 0, "standard input", TREE_FILE_MAX, &text, &c->err)
                   : fs_read(&c->arena, name, TREE_FILE_MAX, &text, &c->err);
    if (rc)
        return rc;
    const char *shown = input ? "standard input" : name;
    if (!utf8_valid(text, &bad)) {
        utf8_position(sv_from(text.at, bad), bad, &line, &column);
        diag_error(&c->diag, shown, line, column, "a byte that is not UTF-8", "UTF-8 text");
        return err_set(&c->err, CM_EINPUT, "%s cannot be read", shown);
    }
    struct sv outline = outline_in(c, name, text, &line, &column);
    if (!outline.len && text.len)
        return err_set(&c->err, CM_ENOTFOUND, "%s has no attack-tree block", shown);
    *out = outline_parse(&c->arena, outline, shown, line, column, NULL, &c->diag);
    if (!*out || c->diag.errors)
        return err_set(&c->err, CM_EINPUT, "%zu fault%s in %s", c->diag.errors, c->diag.errors == 1 ? "" : "s", shown);
    return CM_OK;
}

static int tree_check(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    const struct tree *t;
    struct tree_counts n;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1)
        return usage_error(self, "tree check wants one file");
    if ((rc = load_tree(c, words.at[0], &t)))
        return cli_fail(c, rc);
    tree_count(t, &n);
    if (c->json) {
        struct cli_json j;
        cli_json_begin(&j);
        json_put(&j.j, "goal", t->nodes.at[0].label);
        json_put_int(&j.j, "nodes", (int64_t)n.nodes);
        json_put_int(&j.j, "steps", (int64_t)n.steps);
        json_put_int(&j.j, "gates", (int64_t)n.gates);
        json_put_int(&j.j, "countermeasures", (int64_t)n.countermeasures);
        json_put_int(&j.j, "approaches", (int64_t)n.approaches);
        json_put_int(&j.j, "references", (int64_t)n.references);
        json_put_int(&j.j, "shared", (int64_t)t->shared);
        json_put_int(&j.j, "depth", (int64_t)n.depth);
        cli_json_end(&j);
    } else {
        printf("%.*s: %zu steps, %zu gates, %zu countermeasures, %zu approaches, %zu shared, %zu references, "
               "depth %zu\n",
               SV_ARG(t->nodes.at[0].label), n.steps, n.gates, n.countermeasures, n.approaches, t->shared,
               n.references, n.depth);
    }
    return EXIT_DONE;
}

static int tree_print(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    const struct tree *t;
    struct str text = STR_INIT;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1)
        return usage_error(self, "tree print wants one file");
    if ((rc = load_tree(c, words.at[0], &t)))
        return cli_fail(c, rc);
    outline_print(t, &text);
    fwrite(str_cstr(&text), 1, text.len, stdout);
    str_release(&text);
    return EXIT_DONE;
}

static int tree_draw(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *to = NULL, *width = NULL;
    uint64_t pixels = 720;
    struct words words;
    const struct tree *t;
    struct str svg = STR_INIT;
    struct markup m;
    const struct option options[] = {{"to", OPTION_TEXT, &to, "FILE", "file to write (default: standard output)"},
                                     {"width", OPTION_TEXT, &width, "PIXELS", "wished width (default: 720)"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1)
        return usage_error(self, "tree draw wants one file");
    if (width && (!sv_to_u64(sv_str(width), 10000, &pixels) || pixels < 100))
        return usage_error(self, "--width is \"%s\"; expected a number from 100 to 10000", width);
    if ((rc = load_tree(c, words.at[0], &t)))
        return cli_fail(c, rc);
    markup_init(&m, &svg, MARKUP_XML);
    markup_xml_declaration(&m, NULL);
    draw_svg(&m, draw_layout(&c->arena, t, (double)pixels), "tree-", true);
    markup_finish(&m);
    if (to)
        rc = fs_write(to, str_sv(&svg), false, &c->err);
    else
        fwrite(str_cstr(&svg), 1, svg.len, stdout);
    str_release(&svg);
    return rc ? cli_fail(c, rc) : EXIT_DONE;
}

int cmd_tree(struct cli *c, const struct command *self, int argc, const char **argv)
{
    static const struct cli_verb verbs[] = {{"check", tree_check}, {"print", tree_print}, {"draw", tree_draw}};
    return cli_verb(c, self, argc, argv, verbs, ARRAY_LEN(verbs));
}
