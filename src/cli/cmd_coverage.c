/* coverage: what was looked at. */
#include "base/fs.h"
#include "cli/cli.h"

#include <stdio.h>

enum { WIDTH = 78 };

static const char *const considerations_keys[CONSIDERATIONS] = {"substantive", "thin", "none", "not_looked_at"};

struct folder {
    const char *dir;
    struct profile_files files;
    struct profile profile;
    struct coverage_moves moves;
};

static const char *path_of(struct cli *c, const struct folder *f)
{
    return fs_join(&c->arena, f->dir, "coverage.tsv");
}

/* Words with commas between them, on lines of their own when they do not fit behind the title. */
static void print_list(const char *title, const struct sv *words, size_t count)
{
    size_t column = strlen(title) + 1;
    if (!count)
        return;
    printf("%s:", title);
    for (size_t i = 0; i < count; i++) {
        size_t width = words[i].len + 2;
        if (column + width > WIDTH) {
            fputs("\n ", stdout);
            column = 1;
        }
        printf(" %.*s%s", SV_ARG(words[i]), i + 1 < count ? "," : "");
        column += width;
    }
    putchar('\n');
}

struct names {
    VEC(struct sv) list;
};

/* Documents of which `which` is true; with their versions when they are to be read again. */
static void collect(struct cli *c, const struct view *v, bool (*which)(const struct coverage_view *d),
                    bool versions, struct names *out)
{
    for (size_t i = 0; i < v->coverage.len; i++) {
        const struct coverage_view *d = &v->coverage.at[i];
        const struct reference *r = d->row->reference;
        if (which(d))
            *vec_push(&c->arena, &out->list) =
                versions ? sv_str(arena_printf(&c->arena, "%.*s (%.*s read, %.*s now)", SV_ARG(r->id),
                                               SV_ARG(d->row->version), SV_ARG(r->version)))
                         : r->id;
    }
}

static bool is_unread(const struct coverage_view *d)
{
    return d->row->result == COVERAGE_UNREAD;
}

static bool is_in_part(const struct coverage_view *d)
{
    return d->in_part;
}

static bool is_again(const struct coverage_view *d)
{
    return d->again;
}

static const struct group {
    const char *title, *key;
    bool (*which)(const struct coverage_view *d);
} groups[] = {
    {"unread", "unread", is_unread},
    {"cited, but not read as a whole", "in_part", is_in_part},
    {"to be read again", "again", is_again},
};

static void print_text(struct cli *c, const struct view *v)
{
    const struct coverage_counts *n = &v->coverage_counts;
    if (!v->profile->coverage.given) {
        puts("no coverage.tsv");
        return;
    }
    printf("%zu document%s: %u cited, %u with nothing new, %u unread, %u left out\n", v->coverage.len,
           v->coverage.len == 1 ? "" : "s", n->by_result[COVERAGE_CITED], n->by_result[COVERAGE_NOTHING_NEW],
           n->by_result[COVERAGE_UNREAD], n->by_result[COVERAGE_LEFT_OUT]);
    printf("security considerations: %u substantive, %u thin, %u none, %u not looked at\n",
           n->by_considerations[CONSIDERATIONS_SUBSTANTIVE], n->by_considerations[CONSIDERATIONS_THIN],
           n->by_considerations[CONSIDERATIONS_NONE], n->by_considerations[CONSIDERATIONS_UNSEEN]);
    for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
        struct names names = {{NULL, 0, 0}};
        collect(c, v, groups[i].which, groups[i].which == is_again, &names);
        print_list(groups[i].title, names.list.at, names.list.len);
    }
}

static void json_group(struct json *j, const struct view *v, const struct group *g)
{
    json_key(j, g->key);
    json_array(j);
    for (size_t i = 0; i < v->coverage.len; i++) {
        const struct coverage_view *d = &v->coverage.at[i];
        if (!g->which(d))
            continue;
        if (g->which != is_again) {
            json_string(j, d->row->reference->id);
            continue;
        }
        json_object(j);
        json_put(j, "id", d->row->reference->id);
        json_put(j, "read", d->row->version);
        json_put(j, "present", d->row->reference->version);
        json_end(j);
    }
    json_end(j);
}

static void print_json(const struct view *v, const struct coverage_moves *moves)
{
    const struct coverage_counts *n = &v->coverage_counts;
    struct cli_json j;
    cli_json_begin(&j);
    json_put_int(&j.j, "documents", (int64_t)v->coverage.len);
    json_put_int(&j.j, "read", n->read);
    json_key(&j.j, "results");
    json_object(&j.j);
    for (size_t i = 0; i < COVERAGE_RESULTS; i++)
        json_put_int(&j.j, coverage_results[i], n->by_result[i]);
    json_end(&j.j);
    json_key(&j.j, "considerations");
    json_object(&j.j);
    for (size_t i = 0; i < CONSIDERATIONS; i++)
        json_put_int(&j.j, considerations_keys[i], n->by_considerations[i]);
    json_end(&j.j);
    for (size_t i = 0; i < ARRAY_LEN(groups); i++)
        json_group(&j.j, v, &groups[i]);
    if (moves)
        coverage_moves_json(&j.j, moves);
    cli_json_end(&j);
}

static const struct profile_file *coverage_file(const struct folder *f)
{
    for (size_t i = 0; i < f->files.list.len; i++)
        if (!strcmp(f->files.list.at[i].path, "coverage.tsv"))
            return &f->files.list.at[i];
    return NULL;
}

/* Faults elsewhere make what threats cite uncertain, so that nothing is written then. */
static bool faults_elsewhere(struct cli *c, const struct folder *f)
{
    for (size_t i = 0; i < c->diag.len; i++)
        if (c->diag.items[i].kind == DIAG_ERROR && strcmp(c->diag.items[i].file, path_of(c, f)))
            return true;
    return c->diag.errors + c->diag.warnings > c->diag.len;
}

static int bring(struct cli *c, struct folder *f)
{
    const struct profile_file *file = coverage_file(f);
    if (!file)
        return err_set(&c->err, CM_ENOTFOUND, "there is no %s", path_of(c, f));
    struct sv before = file->text;
    profile_parse_current(&c->arena, &f->files, f->dir, &c->diag, &f->profile, &f->moves);
    if (faults_elsewhere(c, f))
        return err_set(&c->err, CM_EINPUT, "%s was left as it is: other files have faults", path_of(c, f));
    if (sv_eq(file->text, before))
        return CM_OK;
    int rc = fs_write(path_of(c, f), file->text, false, &c->err);
    if (rc || c->json)
        return rc;
    printf("%s\n", path_of(c, f));
    cli_print_moves(&f->moves);
    return CM_OK;
}

static int load(struct cli *c, const char *dir, bool write, struct view *out, struct folder *f)
{
    if (!dir)
        return cli_load_view(c, out);
    f->dir = dir;
    int rc = profile_read_dir(&c->arena, dir, &f->files, &c->diag, &c->err);
    if (rc)
        return rc;
    if (write)
        rc = bring(c, f);
    else
        profile_parse(&c->arena, &f->files, dir, &c->diag, &f->profile);
    if (!rc && c->diag.errors)
        rc = err_set(&c->err, CM_EINPUT, "%s has %zu fault%s", dir, c->diag.errors,
                     c->diag.errors == 1 ? "" : "s");
    if (!rc)
        view_derive(&c->arena, &f->profile, c->time, out);
    return rc;
}

int cmd_coverage(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct view view;
    struct folder f;
    bool write = false;
    const struct option options[] = {
        {"write", OPTION_FLAG, &write, NULL, "bring the column of threats in DIR/coverage.tsv up to date"},
    };
    memset(&view, 0, sizeof(view));
    memset(&f, 0, sizeof(f));
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len > 1)
        return usage_error(self, "coverage wants one folder, or none");
    if (write && !words.len)
        return usage_error(self, "--write wants a folder; in a store the column follows by itself");
    if ((rc = load(c, words.len ? words.at[0] : NULL, write, &view, &f)))
        return cli_fail(c, rc);
    if (c->json)
        print_json(&view, write ? &f.moves : NULL);
    else if (!write)
        print_text(c, &view);
    return EXIT_DONE;
}
