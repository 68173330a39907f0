/* init, import, export, check, fmt: the folder of text. */
#include "base/fs.h"
#include "cli/cli.h"

#include <stdio.h>
#include <unistd.h>

static int import_into(struct cli *c, const char *dir, struct action_result *r)
{
    struct action_context context;
    cli_context(c, &context);
    return action_import(&context, dir, r, &c->err);
}

static void remove_store(struct arena *a, const char *path)
{
    unlink(path);
    unlink(arena_printf(a, "%s-wal", path));
    unlink(arena_printf(a, "%s-shm", path));
}

/* The store is made under a temporary name and renamed when it is whole: a killed init leaves no half store. */
static int make_store(struct cli *c, const char *profile, struct action_result *r)
{
    const char *wanted = c->db;
    if (fs_kind(wanted) != FS_NONE)
        return err_set(&c->err, CM_ECONFLICT,
                       "%s exists already; init makes a new store and overwrites nothing", wanted);
    const char *temporary = arena_printf(&c->arena, "%s.new-%ld", wanted, (long)getpid());
    c->db = temporary;
    int rc = cli_open(c, STORE_CREATE);
    if (!rc && profile)
        rc = import_into(c, profile, r);
    store_close(&c->store);
    c->db = wanted;
    if (!rc && link(temporary, wanted) < 0)
        rc = err_set(&c->err, CM_EIO,
                     "cannot make %s: a file of that name appeared, or the folder cannot be written", wanted);
    remove_store(&c->arena, temporary);
    return rc;
}

int cmd_init(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *profile = NULL;
    struct words words;
    struct action_result r = {.event = 0};
    const struct option options[] = {{"profile", OPTION_TEXT, &profile, "DIR", "import this folder"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len)
        return usage_error(self, "init takes no words; did you mean --profile %s?", words.at[0]);
    if ((rc = make_store(c, profile, &r)))
        return cli_fail(c, rc);
    if (c->json)
        cli_print_result(c, "init", &r);
    else if (profile && r.event)
        printf("%s: made, with %zu files from %s\n", c->db, r.files, profile);
    else if (profile)
        printf("%s: made, with the content and the record of %s\n", c->db, profile);
    else
        printf("%s: made; it is empty, \"casemate import DIR\" fills it\n", c->db);
    return EXIT_DONE;
}

int cmd_import(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct action_result r;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1)
        return usage_error(self, "import wants one folder");
    if ((rc = cli_open(c, 0)) || (rc = import_into(c, words.at[0], &r)))
        return cli_fail(c, rc);
    if (c->json)
        cli_print_result(c, "import", &r);
    else if (r.event)
        printf("%s: %zu file%s and %zu field%s changed (event %lld)\n", words.at[0], r.files,
               r.files == 1 ? "" : "s", r.fields, r.fields == 1 ? "" : "s", (long long)r.event);
    else
        printf("%s: nothing changed\n", words.at[0]);
    return EXIT_DONE;
}

int cmd_export(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct action_context context;
    size_t files = 0;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1)
        return usage_error(self, "export wants one folder");
    rc = cli_open(c, STORE_READ_ONLY);
    cli_context(c, &context);
    if (rc || (rc = action_export(&context, words.at[0], &files, &c->err)))
        return cli_fail(c, rc);
    if (!c->json) {
        printf("%s: %zu files\n", words.at[0], files);
        return EXIT_DONE;
    }
    struct cli_json j;
    cli_json_begin(&j);
    json_put_str(&j.j, "folder", words.at[0]);
    json_put_int(&j.j, "files", (int64_t)files);
    cli_json_end(&j);
    return EXIT_DONE;
}

/* The SIG folder that a path belongs to: itself, or the nearest parent with a sig.yaml; NULL when there is none. */
static const char *folder_of(struct arena *a, const char *path)
{
    const char *dir = path;
    for (int up = 0; up < 4; up++) {
        if (fs_kind(dir) == FS_DIR && fs_kind(fs_join(a, dir, "sig.yaml")) == FS_FILE)
            return dir;
        const char *slash = strrchr(dir, '/');
        if (!slash)
            return !strcmp(dir, ".") ? NULL : (dir = ".", fs_kind("sig.yaml") == FS_FILE ? "." : NULL);
        dir = arena_strndup(a, dir, slash == dir ? 1 : (size_t)(slash - dir));
    }
    return NULL;
}

struct folder {
    const char *dir;
    struct profile_files files;
    struct profile profile;
};

/* Parses the folder a path lies in; faults go to d. */
static int load_folder(struct cli *c, const char *path, struct diag *d, struct folder *out)
{
    memset(out, 0, sizeof(*out));
    if (fs_kind(path) == FS_NONE)
        return err_set(&c->err, CM_ENOTFOUND, "there is no %s", path);
    out->dir = folder_of(&c->arena, path);
    if (!out->dir)
        return err_set(&c->err, CM_EINPUT, "%s is not in a SIG's folder (no sig.yaml there or above)", path);
    int rc = profile_read_dir(&c->arena, out->dir, &out->files, d, &c->err);
    if (!rc)
        profile_parse(&c->arena, &out->files, out->dir, d, &out->profile);
    return rc;
}

static const char *plain_path(const char *path)
{
    while (path[0] == '.' && path[1] == '/')
        path += 2;
    return path;
}

/* Takes over the faults that concern path: all of a folder's, or one file's. */
static void adopt_faults(struct cli *c, const struct diag *from, const char *path, bool whole)
{
    for (size_t i = 0; i < from->len; i++) {
        const struct diag_item *item = &from->items[i];
        if (!whole && strcmp(plain_path(item->file), plain_path(path)))
            continue;
        if (item->kind == DIAG_ERROR)
            diag_error(&c->diag, item->file, item->line, item->column, item->text, NULL);
        else
            diag_warning(&c->diag, item->file, item->line, item->column, item->text, NULL);
    }
    if (whole && from->errors + from->warnings > from->len)
        c->diag.errors += from->errors + from->warnings - from->len;
}

/* What check has read: each folder once, however many of its files are named. */
struct checked {
    const char *dir;
    struct diag diag;
    size_t threats;
};

struct check_run {
    struct cli *c;
    VEC(struct checked) folders;
    size_t threats, files; /* in folders named as a whole; files named one by one */
};

static int checked_folder(struct check_run *r, const char *path, const struct checked **out)
{
    struct arena *a = &r->c->arena;
    const char *dir = folder_of(a, path);
    for (size_t i = 0; i < r->folders.len && dir; i++) {
        if (!strcmp(r->folders.at[i].dir, dir)) {
            *out = &r->folders.at[i];
            return fs_kind(path) == FS_NONE ? err_set(&r->c->err, CM_ENOTFOUND, "there is no %s", path) : CM_OK;
        }
    }
    struct folder f;
    struct checked now;
    diag_init(&now.diag, a);
    int rc = load_folder(r->c, path, &now.diag, &f);
    if (rc)
        return rc;
    now.dir = f.dir;
    now.threats = f.profile.threats.len;
    *vec_push(a, &r->folders) = now;
    *out = &r->folders.at[r->folders.len - 1];
    return CM_OK;
}

static int check_path(struct check_run *r, const char *path)
{
    const struct checked *f;
    int rc = checked_folder(r, path, &f);
    if (rc)
        return rc;
    bool whole = fs_kind(path) == FS_DIR;
    adopt_faults(r->c, &f->diag, path, whole);
    if (whole)
        r->threats += f->threats;
    else
        r->files++;
    return CM_OK;
}

static void print_sound(const struct check_run *r)
{
    if (r->threats || !r->files)
        printf("%zu threat%s%s", r->threats, r->threats == 1 ? "" : "s", r->files ? ", " : "");
    if (r->files)
        printf("%zu file%s", r->files, r->files == 1 ? "" : "s");
    printf(", no errors\n");
}

void cli_print_faults_json(struct cli *c)
{
    struct cli_json j;
    cli_json_begin(&j);
    json_put_int(&j.j, "errors", (int64_t)c->diag.errors);
    json_put_int(&j.j, "warnings", (int64_t)c->diag.warnings);
    json_key(&j.j, "faults");
    json_array(&j.j);
    diag_sort(&c->diag);
    for (size_t i = 0; i < c->diag.len; i++) {
        const struct diag_item *item = &c->diag.items[i];
        json_object(&j.j);
        json_put_str(&j.j, "kind", item->kind == DIAG_ERROR ? "error" : "warning");
        json_put_str(&j.j, "file", item->file);
        json_put_int(&j.j, "line", item->line);
        json_put_int(&j.j, "column", item->column);
        json_put_str(&j.j, "text", item->text);
        json_end(&j.j);
    }
    json_end(&j.j);
    cli_json_end(&j);
}

int cmd_check(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct check_run r = {.c = c};
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (!words.len)
        return usage_error(self, "check wants at least one folder or file");
    for (int i = 0; i < words.len; i++)
        if ((rc = check_path(&r, words.at[i])))
            return cli_fail(c, rc);
    if (c->json)
        cli_print_faults_json(c);
    else
        cli_print_diag(c);
    if (c->diag.errors) {
        if (!c->json)
            fprintf(stderr, "casemate: %zu error%s\n", c->diag.errors, c->diag.errors == 1 ? "" : "s");
        return EXIT_INPUT;
    }
    if (!c->json && !c->quiet)
        print_sound(&r);
    return EXIT_DONE;
}

struct fmt_run {
    struct cli *c;
    bool check;
    size_t changed;
    VEC(const char *) paths; /* for --json */
};

static int fmt_file(struct fmt_run *r, const struct folder *f, const struct profile_file *file)
{
    struct sv normal;
    struct cli *c = r->c;
    const char *path = fs_join(&c->arena, f->dir, file->path);
    size_t faults = c->diag.errors;
    int rc = profile_format(&c->arena, file->path, file->text, &f->profile, &normal, &c->diag, &c->err);
    if (rc == CM_EINPUT || c->diag.errors > faults)
        return CM_OK; /* its faults are in diag; the others are still formatted */
    if (rc || sv_eq(normal, file->text))
        return rc;
    r->changed++;
    if (c->json)
        *vec_push(&c->arena, &r->paths) = path;
    else
        printf("%s\n", path);
    return r->check ? CM_OK : fs_write(path, normal, false, &c->err);
}

/* An identifier that an edition holds is for life: it is found in the sources of the folder's editions. */
static int refuse_published(struct cli *c, const struct folder *f, const struct renumber_changes *changes)
{
    struct fs_names names = {{NULL, 0, 0}};
    const struct json_value *sources;
    struct sv text;
    const char *dir = fs_join(&c->arena, f->dir, "editions");
    if (fs_kind(dir) != FS_DIR)
        return CM_OK;
    int rc = fs_walk(&c->arena, dir, PROFILE_FILES_MAX, &names, &c->err);
    for (size_t i = 0; !rc && i < names.list.len; i++) {
        if (strcmp(fs_base_name(names.list.at[i]), "sources.json"))
            continue;
        if ((rc = fs_read(&c->arena, fs_join(&c->arena, dir, names.list.at[i]), 1 << 30, &text, &c->err)) ||
            (rc = json_parse(&c->arena, text, text.len, &sources, &c->err)))
            return rc;
        for (size_t k = 0; k < changes->list.len; k++)
            if (json_get(sources, changes->list.at[k].old_path))
                return err_set(&c->err, CM_EREFUSED, "%s is published (editions/%s), so its identifier is for life; "
                                                     "renumber the other file by hand", changes->list.at[k].old_path,
                               names.list.at[i]);
    }
    return rc;
}

static int renumber(struct cli *c, struct folder *f, const char *path)
{
    struct renumber_changes changes = {{NULL, 0, 0}};
    struct diag ignored;
    unsigned highest = 0;
    for (size_t i = 0; i < f->profile.threats.len; i++)
        if (f->profile.threats.at[i].number > highest)
            highest = f->profile.threats.at[i].number;
    int rc = profile_renumber(&c->arena, &f->files, f->profile.sig.prefix, highest, &changes, &c->err);
    if (!rc)
        rc = refuse_published(c, f, &changes);
    for (size_t i = 0; !rc && i < changes.list.len; i++) {
        const struct renumber_change *change = &changes.list.at[i];
        if (!c->json)
            printf("%s -> %s\n", fs_join(&c->arena, f->dir, change->old_path), change->new_path);
        rc = fs_write(fs_join(&c->arena, f->dir, change->new_path), change->text, false, &c->err);
        if (!rc && strcmp(change->old_path, change->new_path))
            rc = fs_remove_tree(fs_join(&c->arena, f->dir, change->old_path), &c->err);
    }
    diag_init(&ignored, &c->arena);
    return rc ? rc : load_folder(c, path, &ignored, f);
}

static int fmt_path(struct fmt_run *r, const char *path, bool renumber_too)
{
    struct folder f;
    struct diag ignored; /* faults of meaning do not keep a file from being formatted */
    struct cli *c = r->c;
    diag_init(&ignored, &c->arena);
    int rc = load_folder(c, path, &ignored, &f);
    if (!rc && renumber_too)
        rc = renumber(c, &f, path);
    bool whole = fs_kind(path) == FS_DIR;
    for (size_t i = 0; !rc && i < f.files.list.len; i++) {
        const struct profile_file *file = &f.files.list.at[i];
        if (whole || !strcmp(plain_path(fs_join(&c->arena, f.dir, file->path)), plain_path(path)))
            rc = fmt_file(r, &f, file);
    }
    return rc;
}

static void print_fmt_json(const struct fmt_run *r)
{
    struct cli_json j;
    cli_json_begin(&j);
    json_key(&j.j, "changed");
    json_array(&j.j);
    for (size_t i = 0; i < r->paths.len; i++)
        json_string_str(&j.j, r->paths.at[i]);
    json_end(&j.j);
    json_put_int(&j.j, "errors", (int64_t)r->c->diag.errors);
    cli_json_end(&j);
}

int cmd_fmt(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct fmt_run r = {.c = c};
    bool renumber_too = false;
    const struct option options[] = {
        {"check", OPTION_FLAG, &r.check, NULL, "change nothing; exit code 1 when a file is not in normal form"},
        {"renumber", OPTION_FLAG, &renumber_too, NULL, "give threats whose id clashes the next free one"},
    };
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (!words.len)
        return usage_error(self, "fmt wants at least one folder or file");
    for (int i = 0; i < words.len; i++)
        if ((rc = fmt_path(&r, words.at[i], renumber_too)))
            return cli_fail(c, rc);
    if (c->json)
        print_fmt_json(&r);
    cli_print_diag(c);
    if (c->diag.errors)
        return EXIT_INPUT;
    return r.check && r.changed ? EXIT_INPUT : EXIT_DONE;
}
