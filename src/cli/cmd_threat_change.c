/* threat: the changing side. Each verb becomes one action; "new" writes a file of a folder instead. */
#include "action/call.h"
#include "base/date.h"
#include "base/fs.h"
#include "base/utf8.h"
#include "cli/cmd_threat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int done(struct cli *c, const char *what, const struct action_result *r, int rc)
{
    if (rc)
        return cli_fail(c, rc);
    cli_print_result(c, arena_printf(&c->arena, "%.*s %s", SV_ARG(r->id), what), r);
    return EXIT_DONE;
}

/* The options a verb takes, its one id, the store. 0, or 1 + exit code. */
static int prepare(struct cli *c, const struct command *self, const char *verb, int argc, const char **argv,
                   const struct option *options, size_t count, struct sv *out_id, struct action_context *context)
{
    struct words words;
    int rc = options_parse(c, self, argc, argv, options, count, &words);
    if (rc)
        return 1 + options_exit(rc);
    if (words.len != 1)
        return 1 + usage_error(self, "threat %s wants one id, such as T-0001", verb);
    *out_id = sv_str(words.at[0]);
    if ((rc = cli_begin(c, context)))
        return 1 + cli_fail(c, rc);
    return 0;
}

int threat_new(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *dir = ".", *name = NULL;
    struct words words;
    struct profile_files files = {{NULL, 0, 0}};
    struct profile p;
    unsigned number = 0;
    const struct option options[] = {{"dir", OPTION_TEXT, &dir, "DIR", "the SIG's folder (default: here)"},
                                     {"name", OPTION_TEXT, &name, "NAME", "name of the threat"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (!name || !*name || !utf8_valid(sv_str(name), NULL))
        return usage_error(self, "threat new wants --name NAME, in UTF-8");
    if ((rc = profile_read_dir(&c->arena, dir, &files, &c->diag, &c->err)))
        return cli_fail(c, rc);
    profile_parse(&c->arena, &files, dir, &c->diag, &p);
    if (!p.sig.prefix.len || !p.template.fields.len)
        return cli_fail(c, err_set(&c->err, CM_EINPUT, "%s cannot be read as a SIG", dir));
    for (size_t i = 0; i < p.threats.len; i++) {
        const struct threat *t = &p.threats.at[i];
        number = t->number > number ? t->number : number;
        if (sv_eq(utf8_fold(&c->arena, t->name), utf8_fold(&c->arena, sv_str(name))))
            return cli_fail(c, err_set(&c->err, CM_EINPUT, "%.*s has that name already; names are unique",
                                       SV_ARG(t->id)));
    }
    struct sv by = c->as ? sv_str(c->as) : SV("editor");
    struct sv date = sv_str(date_format(&c->arena, date_from_time(c->time)));
    struct sv text = threat_text_new(&c->arena, &p, number + 1, sv_str(name), by, date);
    struct sv id = sv_str(arena_printf(&c->arena, "%.*s-%04u", SV_ARG(p.sig.prefix), number + 1));
    const char *path = fs_join(&c->arena, dir, threat_file_name(&c->arena, id, sv_str(name)));
    if ((rc = fs_mkdirs(fs_join(&c->arena, dir, "threats"), &c->err)) || (rc = fs_write(path, text, false, &c->err)))
        return cli_fail(c, rc);
    if (c->json) {
        struct cli_json j;
        cli_json_begin(&j);
        json_put(&j.j, "id", id);
        json_put_str(&j.j, "file", path);
        cli_json_end(&j);
    } else {
        printf("%s\n", path);
    }
    return EXIT_DONE;
}

static void print_proposed(struct cli *c, const struct action_result *r, const struct profile *before,
                           const struct similars *similars)
{
    const char *what = arena_printf(&c->arena, "%.*s proposed", SV_ARG(r->id));
    if (!c->json) {
        cli_print_result(c, what, r);
        similar_print(c, before, similars);
        return;
    }
    struct cli_json j;
    cli_json_begin(&j);
    cli_json_result(&j.j, what, r);
    similar_json(&j.j, before, similars);
    cli_json_end(&j);
}

int threat_propose(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *name = NULL, *abstract = NULL, *area = NULL;
    struct words words;
    struct action_context context;
    struct action_result r;
    struct profile before;
    struct similars similars;
    const struct option options[] = {
        {"name", OPTION_TEXT, &name, "NAME", "name of the threat"},
        {"abstract", OPTION_TEXT, &abstract, "TEXT", "one or two sentences"},
        {"area", OPTION_TEXT, &area, "AREA", "area, or several with commas"},
    };
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len || !name || !abstract || !area)
        return usage_error(self, "threat propose wants --name, --abstract and --area");
    struct proposal p = {.name = sv_str(name), .abstract = sv_str(abstract), .areas = sv_str(area)};
    if ((rc = cli_begin(c, &context)) || (rc = similar_load(c, &before)))
        return cli_fail(c, rc);
    similar_to_proposal(c, &before, &p, &similars);
    if ((rc = action_threat_propose(&context, &p, &r, &c->err)))
        return cli_fail(c, rc);
    print_proposed(c, &r, &before, &similars);
    return EXIT_DONE;
}

/* Runs $VISUAL or $EDITOR on a temporary file. */
static int run_editor(struct cli *c, const char *path)
{
    const char *editor = getenv("VISUAL") && *getenv("VISUAL") ? getenv("VISUAL") : getenv("EDITOR");
    if (!editor || !*editor)
        return err_set(&c->err, CM_EUSAGE, "no editor: set EDITOR, or use --set FIELD=TEXT or --file FILE");
    pid_t child = fork();
    if (child < 0)
        return err_errno(&c->err, errno, "cannot start %s", editor);
    if (child == 0) {
        execl("/bin/sh", "sh", "-c", "exec $0 \"$1\"", editor, path, (char *)NULL);
        _exit(127);
    }
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return err_errno(&c->err, errno, "cannot wait for %s", editor);
    if (!WIFEXITED(status) || WEXITSTATUS(status))
        return err_set(&c->err, CM_EINPUT, "%s did not end well; nothing was changed", editor);
    return CM_OK;
}

static int write_draft(struct cli *c, int fd, const char *path, struct sv text)
{
    int rc = CM_OK;
    if (write(fd, text.at, text.len) != (ssize_t)text.len)
        rc = err_errno(&c->err, errno, "cannot write %s", path);
    close(fd);
    return rc;
}

/* The draft stays where it is when it could not be taken, so that no work is lost. */
static int edit_in_editor(struct cli *c, struct action_context *context, struct sv id, struct action_result *r)
{
    struct view v;
    struct sv text;
    char path[] = "/tmp/casemate-XXXXXX.md";
    int rc = view_load(c->store, &c->arena, c->time, &v, &c->err);
    if (rc)
        return rc;
    int index = view_find(&v, id);
    if (index < 0)
        return err_set(&c->err, CM_ENOTFOUND, "there is no threat %.*s", SV_ARG(id));
    struct sv base = v.threats.at[index].threat->source;
    int fd = mkstemps(path, 3);
    if (fd < 0)
        return err_errno(&c->err, errno, "cannot make %s", path);
    if ((rc = write_draft(c, fd, path, base)) || (rc = run_editor(c, path)))
        return rc;
    if ((rc = fs_read(&c->arena, path, PROFILE_FILE_MAX, &text, &c->err)))
        return rc;
    rc = action_threat_replace(context, id, base, text, r, &c->err);
    if (rc)
        fprintf(stderr,
                "casemate: your text is kept in %s; mend it and run: casemate threat edit %.*s --file %s\n",
                path, SV_ARG(id), path);
    else
        unlink(path);
    return rc;
}

static int replace_from_file(struct cli *c, struct action_context *context, struct sv id, const char *file,
                             struct action_result *r)
{
    struct view v;
    struct sv text;
    int rc = view_load(c->store, &c->arena, c->time, &v, &c->err);
    if (rc)
        return rc;
    int index = view_find(&v, id);
    if (index < 0)
        return err_set(&c->err, CM_ENOTFOUND, "there is no threat %.*s", SV_ARG(id));
    rc = !strcmp(file, "-") ? fs_read_fd(&c->arena, 0, "standard input", PROFILE_FILE_MAX, &text, &c->err)
                            : fs_read(&c->arena, file, PROFILE_FILE_MAX, &text, &c->err);
    return rc ? rc : action_threat_replace(context, id, v.threats.at[index].threat->source, text, r, &c->err);
}

static int parse_sets(struct cli *c, const struct command *self, const struct option_list *sets, struct field_edit *out)
{
    for (size_t i = 0; i < sets->list.len; i++) {
        struct sv text = sv_str(sets->list.at[i]);
        ptrdiff_t equals = sv_find_char(text, '=');
        if (equals <= 0)
            return usage_error(self, "--set is \"%s\"; expected FIELD=TEXT", sets->list.at[i]);
        out[i].field = sv_trim(sv_from(text.at, (size_t)equals));
        out[i].text = sv_from_byte(text, (size_t)equals + 1);
    }
    (void)c;
    return 0;
}

int threat_edit(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct option_list sets = {{NULL, 0, 0}};
    const char *file = NULL;
    bool editorial = false;
    struct action_context context;
    struct action_result r;
    struct sv id;
    const struct option options[] = {
        {"set", OPTION_LIST, &sets, "FIELD=TEXT", "set a field; may be repeated"},
        {"file", OPTION_TEXT, &file, "FILE", "take the whole entry from a file, - for standard input"},
        {"editorial", OPTION_FLAG, &editorial, NULL, "the substance stays: decisions on the text hold; wants --reason"},
    };
    int rc = prepare(c, self, "edit", argc, argv, options, ARRAY_LEN(options), &id, &context);
    if (rc)
        return rc - 1;
    struct field_edit *edits = arena_new_array(&c->arena, struct field_edit, sets.list.len + 1);
    if ((rc = parse_sets(c, self, &sets, edits)))
        return rc;
    if (file && sets.list.len)
        return usage_error(self, "--set and --file exclude each other");
    context.editorial = editorial;
    if (sets.list.len)
        rc = action_threat_edit(&context, id, edits, sets.list.len, &r, &c->err);
    else if (file)
        rc = replace_from_file(c, &context, id, file, &r);
    else
        rc = edit_in_editor(c, &context, id, &r);
    r.id = id;
    return done(c, "edited", &r, rc);
}

int threat_challenge(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct action_context context;
    struct action_result r;
    struct sv id;
    int rc = prepare(c, self, "challenge", argc, argv, NULL, 0, &id, &context);
    if (rc)
        return rc - 1;
    rc = action_threat_challenge(&context, id, &r, &c->err);
    r.id = id;
    if (rc)
        return cli_fail(c, rc);
    if (c->json)
        cli_print_result(c, "challenged", &r);
    else
        printf("%.*s: challenged; the change counts as one of substance (event %lld)\n", SV_ARG(id),
               (long long)r.event);
    return EXIT_DONE;
}

int threat_recheck(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct action_context context;
    struct action_result r;
    struct sv id;
    int rc = prepare(c, self, "recheck", argc, argv, NULL, 0, &id, &context);
    if (rc)
        return rc - 1;
    rc = action_threat_recheck(&context, id, &r, &c->err);
    r.id = id;
    return done(c, "looked at again", &r, rc);
}

int threat_advance(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *to = NULL;
    bool override = false;
    struct action_context context;
    struct action_result r;
    struct sv id;
    const struct option options[] = {
        {"to", OPTION_TEXT, &to, "STAGE", "stage to enter (default: the next one)"},
        {"override", OPTION_FLAG, &override, NULL, "enter although an act of the group is missing; wants --reason"},
    };
    int rc = prepare(c, self, "advance", argc, argv, options, ARRAY_LEN(options), &id, &context);
    if (rc)
        return rc - 1;
    rc = action_threat_advance(&context, id, sv_str(to), override, &r, &c->err);
    r.id = id;
    return done(c, "advanced", &r, rc);
}

int threat_reopen(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *to = NULL;
    struct action_context context;
    struct action_result r;
    struct sv id;
    const struct option options[] = {{"to", OPTION_TEXT, &to, "STAGE", "stage to go back to"}};
    int rc = prepare(c, self, "reopen", argc, argv, options, ARRAY_LEN(options), &id, &context);
    if (rc)
        return rc - 1;
    if (!to)
        return usage_error(self, "threat reopen wants --to STAGE");
    rc = action_threat_reopen(&context, id, sv_str(to), &r, &c->err);
    r.id = id;
    return done(c, "reopened", &r, rc);
}

static int end_with(struct cli *c, const struct command *self, int argc, const char **argv, const char *verb,
                    const char *end, size_t least, size_t most)
{
    struct option_list into = {{NULL, 0, 0}};
    struct action_context context;
    struct action_result r;
    struct sv id;
    const struct option options[] = {{"into", OPTION_LIST, &into, "ID", "successor; may be repeated for split"}};
    int rc = prepare(c, self, verb, argc, argv, options, most ? 1 : 0, &id, &context);
    if (rc)
        return rc - 1;
    if (into.list.len < least || into.list.len > most)
        return usage_error(self, "threat %s wants %s", verb, least == 1 ? "one --into ID" : "at least two --into ID");
    struct sv *ids = arena_new_array(&c->arena, struct sv, into.list.len + 1);
    for (size_t i = 0; i < into.list.len; i++)
        ids[i] = sv_str(into.list.at[i]);
    rc = action_threat_end(&context, id, end, ids, into.list.len, &r, &c->err);
    r.id = id;
    return done(c, end, &r, rc);
}

int threat_merge(struct cli *c, const struct command *self, int argc, const char **argv)
{
    return end_with(c, self, argc, argv, "merge", "merged", 1, 1);
}

int threat_split(struct cli *c, const struct command *self, int argc, const char **argv)
{
    return end_with(c, self, argc, argv, "split", "split", 2, 100);
}

int threat_withdraw(struct cli *c, const struct command *self, int argc, const char **argv)
{
    return end_with(c, self, argc, argv, "withdraw", "withdrawn", 0, 0);
}
