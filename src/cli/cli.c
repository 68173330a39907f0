#include "cli/cli.h"

#include "base/date.h"
#include "base/fs.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

void cli_print_diag(struct cli *c)
{
    diag_sort(&c->diag);
    for (size_t i = 0; i < c->diag.len; i++)
        fprintf(stderr, "%s\n", diag_format(&c->diag, &c->diag.items[i]));
    if (c->diag.errors + c->diag.warnings > c->diag.len)
        fprintf(stderr, "... and %zu more\n", c->diag.errors + c->diag.warnings - c->diag.len);
}

int cli_fail(struct cli *c, int code)
{
    log_finish(&c->log);
    cli_print_diag(c);
    fprintf(stderr, "casemate: %s\n", c->err.text[0] ? c->err.text : "failed");
    switch (code) {
    case CM_EUSAGE:
        return EXIT_USAGE;
    case CM_EAGAIN:
        return EXIT_AGAIN;
    default:
        return EXIT_INPUT;
    }
}

/* A store of an older version is brought up to date by whatever command meets it first, also by one that only reads. */
static int bring_up_to_date(struct cli *c)
{
    struct store *s;
    struct err why = ERR_INIT;
    int rc = store_open(c->db, 0, &s, &why);
    if (rc)
        return err_set(&c->err, rc, "%s", why.text);
    if (!c->quiet)
        fprintf(stderr, "casemate: %s is of version %d now\n", c->db, store_version(s));
    store_close(&s);
    return CM_OK;
}

int cli_open(struct cli *c, unsigned flags)
{
    int rc = store_open(c->db, flags, &c->store, &c->err);
    if (rc != CM_EREFUSED || !(flags & STORE_READ_ONLY))
        return rc;
    rc = bring_up_to_date(c);
    return rc ? rc : store_open(c->db, flags, &c->store, &c->err);
}

void cli_context(struct cli *c, struct action_context *out)
{
    *out = (struct action_context){.store = c->store, .arena = &c->arena, .now = c->time, .actor = sv_str(c->as),
                                   .role = sv_str(c->role), .reason = sv_str(c->reason), .log = &c->log,
                                   .diag = &c->diag};
}

int cli_begin(struct cli *c, struct action_context *out)
{
    int rc = cli_open(c, 0);
    if (!rc)
        cli_context(c, out);
    return rc;
}

int cli_begin_reading(struct cli *c, struct action_context *out)
{
    int rc = cli_open(c, STORE_READ_ONLY);
    if (!rc)
        cli_context(c, out);
    return rc;
}

bool cli_number(const char *word, uint64_t least, uint64_t most, uint64_t *out)
{
    return sv_to_u64(sv_str(word), most, out) && *out >= least;
}

int cli_done_count(struct cli *c, const char *what, size_t count)
{
    struct cli_json j;
    if (!c->json)
        return printf("%zu %s\n", count, what), EXIT_DONE;
    cli_json_begin(&j);
    json_put_int(&j.j, what, (int64_t)count);
    cli_json_end(&j);
    return EXIT_DONE;
}

int cli_done(struct cli *c, int rc, const char *what, const struct action_result *r)
{
    if (rc)
        return cli_fail(c, rc);
    if (c->json)
        cli_print_result(c, what, r);
    else
        printf("%s (event %lld)\n", what, (long long)r->event);
    return EXIT_DONE;
}

int cli_done_id(struct cli *c, int rc, const char *what, const struct action_result *r)
{
    if (!rc && !c->json && !r->event)
        return printf("%.*s: nothing changed\n", SV_ARG(r->id)), EXIT_DONE;
    return cli_done(c, rc, !rc && !c->json ? arena_printf(&c->arena, "%.*s: %s", SV_ARG(r->id), what) : what, r);
}

struct sv *cli_texts(struct cli *c, const struct option_list *list)
{
    struct sv *out = arena_new_array(&c->arena, struct sv, list->list.len + 1);
    for (size_t i = 0; i < list->list.len; i++)
        out[i] = sv_str(list->list.at[i]);
    return out;
}

int cli_text(struct cli *c, const char *text, const char *file, size_t max, struct sv *out)
{
    *out = sv_str(text);
    if (text && file)
        return err_set(&c->err, CM_EUSAGE, "--text and --file exclude each other");
    if (!file)
        return CM_OK;
    int rc = !strcmp(file, "-") ? fs_read_fd(&c->arena, 0, "standard input", max, out, &c->err)
                                : fs_read(&c->arena, file, max, out, &c->err);
    *out = sv_trim(*out);
    return rc;
}

int cli_load_view(struct cli *c, struct view *out)
{
    int rc = cli_open(c, STORE_READ_ONLY);
    return rc ? rc : view_load(c->store, &c->arena, c->time, out, &c->err);
}

void cli_print_moves(const struct coverage_moves *moves)
{
    for (size_t i = 0; i < moves->list.len; i++)
        printf("coverage.tsv: %.*s is cited now; it was %s\n", SV_ARG(moves->list.at[i].document),
               coverage_results[moves->list.at[i].was]);
}

void cli_json_result(struct json *j, const char *what, const struct action_result *r)
{
    json_put_str(j, "done", what);
    json_put(j, "id", r->id);
    json_put_int(j, "event", r->event);
    json_put_int(j, "files", (int64_t)r->files);
    json_put_int(j, "fields", (int64_t)r->fields);
    coverage_moves_json(j, &r->moves);
}

void cli_print_result(struct cli *c, const char *what, const struct action_result *r)
{
    if (c->json) {
        struct cli_json j;
        cli_json_begin(&j);
        cli_json_result(&j.j, what, r);
        cli_json_end(&j);
    } else if (!r->event) {
        printf("%s: nothing changed\n", what);
    } else {
        printf("%s: %zu field%s changed (event %lld)\n", what, r->fields, r->fields == 1 ? "" : "s",
               (long long)r->event);
        cli_print_moves(&r->moves);
    }
}

bool cli_document(const struct command *self, const char *name, enum document_kind *out)
{
    if (document_find(sv_str(name), out))
        return true;
    usage_error(self, "there is no document \"%s\"; the documents are process, template and analysis", name);
    return false;
}

void cli_json_begin(struct cli_json *out)
{
    memset(out, 0, sizeof(*out));
    json_init(&out->j, &out->text, false);
    json_object(&out->j);
}

void cli_json_end(struct cli_json *j)
{
    json_end(&j->j);
    json_finish(&j->j);
    fwrite(str_cstr(&j->text), 1, j->text.len, stdout);
    str_release(&j->text);
}

void table_begin(struct table *t, struct arena *a, const char *const *heads, size_t columns)
{
    memset(t, 0, sizeof(*t));
    t->arena = a;
    t->columns = columns;
    for (size_t i = 0; i < columns; i++)
        table_cell(t, sv_str(heads[i]));
}

void table_cell(struct table *t, struct sv text)
{
    *vec_push(t->arena, &t->cells) = text;
}

void table_cellf(struct table *t, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    table_cell(t, sv_str(arena_strdup(t->arena, text)));
}

void table_print(const struct table *t)
{
    size_t *widths = arena_new_array(t->arena, size_t, t->columns);
    if (t->cells.len <= t->columns)
        return;
    for (size_t i = 0; i < t->cells.len; i++) {
        size_t width = utf8_width(t->cells.at[i]);
        if (width > widths[i % t->columns])
            widths[i % t->columns] = width;
    }
    for (size_t i = 0; i < t->cells.len; i++) {
        struct sv cell = t->cells.at[i];
        size_t column = i % t->columns;
        bool last = column + 1 == t->columns;
        fwrite(cell.at, 1, cell.len, stdout);
        for (size_t pad = utf8_width(cell); !last && pad < widths[column] + 2; pad++)
            putchar(' ');
        if (last)
            putchar('\n');
    }
}
