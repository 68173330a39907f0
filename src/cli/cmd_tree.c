/* tree: attack trees in text files, without a store. */
#include "base/fs.h"
#include "cli/tree_file.h"
#include "format/markup.h"
#include "tree/io/analysis_json.h"
#include "tree/io/draw.h"
#include "tree/io/read.h"

#include <stdio.h>

#define FROM_OPTION(f) \
    {"from", OPTION_TEXT, &(f).format, "FORMAT", "format of the file (default: seen from name and content)"}

static int tree_check(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct tree_file f = {.resolve = true};
    struct tree_counts n;
    struct model model;
    const struct option options[] = {FROM_OPTION(f)};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (!tree_one_file(self, "check", &words))
        return EXIT_USAGE;
    f.name = words.at[0];
    rc = tree_file_read(c, &f);
    if (!rc) /* what contradicts itself is found when it is given a meaning */
        rc = model_init(&model, &c->arena, f.tree, &c->err);
    if (rc)
        return cli_fail(c, rc);
    cli_print_diag(c);
    const struct tree *t = f.own;
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
        printf("%.*s: %zu step%s, %zu gate%s, %zu countermeasure%s, %zu approach%s, %zu shared, %zu reference%s, "
               "depth %zu\n",
               SV_ARG(t->nodes.at[0].label), n.steps, n.steps == 1 ? "" : "s", n.gates, n.gates == 1 ? "" : "s",
               n.countermeasures, n.countermeasures == 1 ? "" : "s", n.approaches, n.approaches == 1 ? "" : "es",
               t->shared, n.references, n.references == 1 ? "" : "s", n.depth);
    }
    return EXIT_DONE;
}

static int tree_print(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct tree_file f = {0};
    struct str text = STR_INIT;
    const struct option options[] = {FROM_OPTION(f)};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (!tree_one_file(self, "print", &words))
        return EXIT_USAGE;
    f.name = words.at[0];
    if ((rc = tree_file_read(c, &f)))
        return cli_fail(c, rc);
    cli_print_diag(c);
    rc = tree_write(f.tree, TREE_FORMAT_OUTLINE, NULL, &text, NULL, &c->err);
    fwrite(str_cstr(&text), 1, text.len, stdout);
    str_release(&text);
    return rc ? cli_fail(c, rc) : EXIT_DONE;
}

/* By node: what the best attack carries out or reaches; NULL when there is none. */
static const bool *best_nodes(struct cli *c, const struct tree *t)
{
    struct analysis_options options = {.best = 1};
    struct tree_analysis analysis;
    enum tree_measure by;
    if (tree_analyse(t, &options, &c->arena, &analysis, &c->err))
        return NULL;
    const struct tree_attacks *best = analysis_best(&analysis.worlds[analysis.main_world], MEASURE_PROBABILITY, &by);
    return best->len ? analysis_reached(&c->arena, t, &best->at[0]) : NULL;
}

static int tree_draw(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *to = NULL, *width = NULL;
    bool best = false;
    uint64_t pixels = 720;
    struct words words;
    struct tree_file f = {0};
    struct str svg = STR_INIT;
    struct markup m;
    const struct option options[] = {{"to", OPTION_TEXT, &to, "FILE", "file to write (default: standard output)"},
                                     {"width", OPTION_TEXT, &width, "PIXELS", "wished width (default: 720)"},
                                     {"best", OPTION_FLAG, &best, NULL, "mark the best minimal attack"},
                                     FROM_OPTION(f)};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (!tree_one_file(self, "draw", &words))
        return EXIT_USAGE;
    if (width && !cli_number(width, 100, 10000, &pixels))
        return usage_error(self, "--width is \"%s\"; expected a number from 100 to 10000", width);
    f.name = words.at[0];
    if ((rc = tree_file_read(c, &f)))
        return cli_fail(c, rc);
    cli_print_diag(c);
    markup_init(&m, &svg, MARKUP_XML);
    markup_xml_declaration(&m, NULL);
    struct draw_layout *layout = draw_layout(&c->arena, f.tree, (double)pixels);
    if (best)
        draw_mark_best(layout, best_nodes(c, f.tree));
    draw_svg(&m, layout, "tree-", true);
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
    static const struct cli_verb verbs[] = {{"check", tree_check},   {"analyse", tree_analyse_command},
                                            {"print", tree_print},   {"draw", tree_draw},
                                            {"convert", tree_convert_command}, {"diff", tree_diff_command}};
    return cli_verb(c, self, argc, argv, verbs, ARRAY_LEN(verbs));
}
