#define _GNU_SOURCE /* strcasestr */
#include "cli/tree_file.h"

#include "base/fs.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "format/markup.h"
#include "tree/io/outline.h"
#include "tree/io/read.h"
#include "tree/io/resolve.h"
#include "tree/io/set.h"

#include <string.h>

bool tree_one_file(const struct command *self, const char *verb, const struct words *words)
{
    if (words->len == 1)
        return true;
    usage_error(self, words->len ? "tree %s wants one file, not %d" : "tree %s wants a file", verb, words->len);
    return false;
}

enum { FOLDER_MAX = 100000 };

/* Where the texts of a folder's threats are read from. */
struct folder {
    struct cli *c;
    const char *path;
    const struct fs_names *names;
};

static int faults(struct cli *c, const char *shown)
{
    return err_set(&c->err, CM_EINPUT, "%zu fault%s in %s", c->diag.errors, c->diag.errors == 1 ? "" : "s", shown);
}

static bool is_markdown(const char *name)
{
    return sv_ends(sv_str(name), SV(".md"));
}

/* The outline in a Markdown file: its first attack-tree block. */
static struct sv outline_in(struct cli *c, const char *name, struct sv text, uint32_t *out_line)
{
    struct markdown_file file;
    struct diag ignored;
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

static const struct tree *parse_markdown(struct cli *c, const char *name, struct sv text, bool *out_none)
{
    uint32_t line = 1, column;
    size_t bad;
    *out_none = false;
    if (!utf8_valid(text, &bad)) {
        utf8_position(sv_from(text.at, bad), bad, &line, &column);
        diag_error(&c->diag, name, line, column, "a byte that is not UTF-8", "UTF-8 text");
        return NULL;
    }
    struct sv outline = outline_in(c, name, text, &line);
    *out_none = !outline.len;
    return outline.len ? outline_parse(&c->arena, outline, name, line, 1, NULL, &c->diag) : NULL;
}

/* ---- references to other threats ---- */

/* "T-0017" at the start of "T-0017-name.md"; empty when the name has not that form. */
static struct sv id_in_name(struct sv name)
{
    size_t at = 0;
    while (at < name.len && name.at[at] >= 'A' && name.at[at] <= 'Z')
        at++;
    size_t digits = at + 1;
    if (at == 0 || at >= name.len || name.at[at] != '-')
        return SV_NONE;
    while (digits < name.len && name.at[digits] >= '0' && name.at[digits] <= '9')
        digits++;
    bool ended = digits == name.len || name.at[digits] == '-' || name.at[digits] == '.';
    return digits > at + 1 && ended ? sv_from(name.at, digits) : SV_NONE;
}

/* A threat without a tree counts as one step. */
static const struct tree *single_step(struct cli *c, struct sv id, const char *file)
{
    struct diag ignored;
    diag_init(&ignored, &c->arena);
    return outline_parse(&c->arena, arena_sv(&c->arena, id), file, 1, 1, NULL, &ignored);
}

static bool find_threat(void *context, struct sv id, const struct tree **out_tree, const char **out_file)
{
    struct folder *f = context;
    for (size_t i = 0; f->names && i < f->names->list.len; i++) {
        struct sv name = sv_str(f->names->list.at[i]);
        struct sv text;
        bool none;
        if (!is_markdown(f->names->list.at[i]) || !sv_eq(id_in_name(name), id))
            continue;
        *out_file = fs_join(&f->c->arena, f->path, f->names->list.at[i]);
        if (fs_read(&f->c->arena, *out_file, TREE_FILE_MAX, &text, &f->c->err))
            return false;
        *out_tree = parse_markdown(f->c, *out_file, text, &none);
        if (none)
            *out_tree = single_step(f->c, id, *out_file);
        return true;
    }
    return false;
}

static bool has_references(const struct tree *t)
{
    for (size_t i = 0; i < t->nodes.len; i++)
        if (t->nodes.at[i].reference.len)
            return true;
    return false;
}

static int resolve(struct cli *c, struct tree_file *f)
{
    struct folder folder = {.c = c};
    struct tree_resolver resolver = {.context = &folder, .file = f->shown, .find = find_threat};
    const char *slash = strrchr(f->name, '/');
    if (!has_references(f->own))
        return CM_OK;
    if (!is_markdown(f->name)) {
        diag_warning(&c->diag, f->shown, 0, 0, "references to other threats count as steps here",
                     "a threat's file (.md) beside those that it refers to");
        return CM_OK;
    }
    folder.path = !slash              ? "."
                  : slash == f->name ? "/"
                                      : arena_strndup(&c->arena, f->name, (size_t)(slash - f->name));
    resolver.own = id_in_name(sv_str(slash ? slash + 1 : f->name));
    struct fs_names *names = arena_new(&c->arena, struct fs_names);
    struct err ignored = ERR_INIT;
    if (fs_list(&c->arena, folder.path, FOLDER_MAX, names, &ignored) == CM_OK)
        folder.names = names;
    f->tree = tree_resolve(&c->arena, f->own, &resolver, &c->diag);
    return f->tree && !c->diag.errors ? CM_OK : faults(c, f->shown);
}

/* ---- reading ---- */

static int read_format(struct cli *c, const struct tree_file *f, enum tree_format *out)
{
    *out = f->format ? tree_format_by_name(sv_str(f->format)) : TREE_FORMAT_AUTO;
    if (*out < TREE_FORMAT_DOT)
        return CM_OK;
    return err_set(&c->err, CM_EUSAGE, "--from is \"%s\"; expected outline, openpsa, adtool, json or dft", f->format);
}

int tree_file_read(struct cli *c, struct tree_file *f)
{
    struct tree_read_options options = {.limits = {.bytes = TREE_FILE_MAX}};
    struct sv text;
    bool none = false, input = !strcmp(f->name, "-");
    f->shown = input ? "standard input" : f->name;
    int rc = read_format(c, f, &options.format);
    if (!rc)
        rc = input ? fs_read_fd(&c->arena, 0, f->shown, TREE_FILE_MAX, &text, &c->err)
                   : fs_read(&c->arena, f->name, TREE_FILE_MAX, &text, &c->err);
    if (rc)
        return rc;
    if (is_markdown(f->name) && options.format == TREE_FORMAT_AUTO)
        f->own = parse_markdown(c, f->shown, text, &none);
    else
        f->own = tree_read(&c->arena, text, f->shown, &options, &c->diag);
    if (none && !c->diag.errors)
        return err_set(&c->err, CM_ENOTFOUND, "%s has no attack-tree block", f->shown);
    if (!f->own || c->diag.errors)
        return faults(c, f->shown);
    f->tree = f->own;
    return f->resolve ? resolve(c, f) : CM_OK;
}

int tree_file_set(struct cli *c, struct tree_file *f, const struct option_list *settings)
{
    for (size_t i = 0; i < settings->list.len; i++) {
        f->tree = tree_set(&c->arena, f->tree, sv_str(settings->list.at[i]), &c->err);
        if (!f->tree)
            return err_prefix(&c->err, "--set %s", settings->list.at[i]);
    }
    return CM_OK;
}

/* ---- --with ---- */

static struct sv identity(const struct tree_node *n)
{
    return n->id.len ? n->id : n->label;
}

static bool called(const struct tree_node *n, struct sv anchor, struct sv name)
{
    return sv_eq(n->id, name) || sv_eq(anchor, name) || sv_eq(n->label, name) ||
           (sv_starts(name, SV("#")) && sv_eq(n->id, sv_from_byte(name, 1)));
}

static int unknown_approach(struct cli *c, const struct tree_file *f, const struct sv *anchors, const char *name)
{
    const struct tree *t = f->tree;
    VEC(const char *) known = {0};
    for (size_t i = 0; i < t->nodes.len; i++) {
        const struct tree_node *n = &t->nodes.at[i];
        if (n->role != TREE_APPROACH)
            continue;
        const struct sv names[] = {n->id, n->label, anchors[i]};
        for (size_t k = 0; k < ARRAY_LEN(names); k++)
            if (names[k].len)
                *vec_push(&c->arena, &known) = arena_strndup(&c->arena, names[k].at, names[k].len);
    }
    const char *near = suggest_nearest(sv_str(name), known.at, known.len);
    for (size_t i = 0; !near && i < known.len; i++)
        if (strcasestr(known.at[i], name))
            near = known.at[i];
    for (size_t i = 0; !near && i < t->nodes.len; i++)
        if (t->nodes.at[i].role == TREE_COUNTERMEASURE && called(&t->nodes.at[i], anchors[i], sv_str(name)))
            return err_set(&c->err, CM_EINPUT,
                           "--with \"%s\": that is an existing countermeasure (\"!\"); expected a potential approach "
                           "(\"?\")", name);
    if (known.len == 0)
        return err_set(&c->err, CM_EINPUT, "--with \"%s\": %s has no potential approach (\"?\")", name, f->shown);
    if (near)
        return err_set(&c->err, CM_EINPUT, "--with \"%s\": there is no such approach; did you mean \"%s\"?", name,
                       near);
    return err_set(&c->err, CM_EINPUT, "--with \"%s\": there is no such approach; expected one such as \"%s\"", name,
                   known.at[0]);
}

int tree_file_with(struct cli *c, const struct tree_file *f, const struct option_list *names, const bool **out_added)
{
    const struct tree *t = f->tree;
    *out_added = NULL;
    if (names->list.len == 0)
        return CM_OK;
    bool *added = arena_new_array(&c->arena, bool, t->nodes.len);
    const struct sv *anchors = tree_anchors(&c->arena, t);
    for (size_t i = 0; i < names->list.len; i++) {
        bool found = false;
        for (size_t k = 0; k < t->nodes.len; k++) {
            if (t->nodes.at[k].role != TREE_APPROACH || !called(&t->nodes.at[k], anchors[k], sv_str(names->list.at[i])))
                continue;
            found = true;
            for (size_t m = 0; m < t->nodes.len; m++) /* it is one and the same wherever it stands */
                added[m] |= t->nodes.at[m].role == TREE_APPROACH &&
                            sv_eq(identity(&t->nodes.at[m]), identity(&t->nodes.at[k]));
        }
        if (!found)
            return unknown_approach(c, f, anchors, names->list.at[i]);
    }
    *out_added = added;
    return CM_OK;
}
