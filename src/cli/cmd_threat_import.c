/* threat import: threats of another tool's model become proposals. */
#include "action/threat_import.h"
#include "base/fs.h"
#include "base/utf8.h"
#include "cli/cmd_threat.h"

#include <stdio.h>

struct import_words {
    struct profile before;
    const struct threat_model *model;
    const struct threats_imported *done;
    bool dry_run;
};

static struct similars likely(struct cli *c, const struct import_words *w, const struct threat_imported *t)
{
    struct similars out = {{NULL, 0, 0}};
    if (!t->was_here) {
        const struct proposal p = {.name = t->name, .abstract = t->abstract};
        similar_to_proposal(c, &w->before, &p, &out);
    }
    return out;
}

/* ---- JSON ---- */

static void put_threat(struct cli *c, struct json *j, const struct import_words *w, const struct threat_imported *t)
{
    struct similars similars = likely(c, w, t);
    json_object(j);
    json_put(j, "id", t->id);
    json_put(j, "name", t->name);
    json_put(j, "origin", t->origin);
    json_put_bool(j, "was_here", t->was_here);
    if (!t->was_here) {
        json_put_bool(j, "name_shortened", t->name_cut);
        json_put_bool(j, "abstract_shortened", t->abstract_cut);
        similar_json(j, &w->before, &similars);
    }
    json_end(j);
}

static void put_all(struct cli *c, const struct import_words *w)
{
    struct cli_json j;
    cli_json_begin(&j);
    json_put_str(&j.j, "format", threat_model_schemes[w->model->kind]);
    json_put(&j.j, "title", w->model->title);
    json_put_bool(&j.j, "dry_run", w->dry_run);
    json_key(&j.j, "threats");
    json_array(&j.j);
    for (size_t i = 0; i < w->done->list.len; i++)
        put_threat(c, &j.j, w, &w->done->list.at[i]);
    json_end(&j.j);
    json_put_int(&j.j, "without_stride", (int64_t)w->done->without_stride);
    json_key(&j.j, "lost");
    json_array(&j.j);
    for (size_t i = 0; i < w->model->losses.len; i++) {
        json_object(&j.j);
        json_put_str(&j.j, "what", w->model->losses.at[i].what);
        json_put_int(&j.j, "count", (int64_t)w->model->losses.at[i].count);
        json_put(&j.j, "example", w->model->losses.at[i].example);
        json_end(&j.j);
    }
    json_end(&j.j);
    cli_json_end(&j);
}

/* ---- text ---- */

static void print_threat(struct cli *c, const struct import_words *w, const struct threat_imported *t)
{
    struct similars similars = likely(c, w, t);
    printf("%.*s  %.*s%s%s\n", SV_ARG(t->id), SV_ARG(t->name), t->was_here ? "  (was here)" : "",
           t->name_cut || t->abstract_cut ? "  (shortened; the whole text is in its definition)" : "");
    for (size_t i = 0; i < similars.list.len; i++) {
        const struct threat *like = &w->before.threats.at[similars.list.at[i].threat];
        printf("        like %.*s, %.2f: %.*s\n", SV_ARG(like->id), similars.list.at[i].score, SV_ARG(like->name));
    }
}

/* The bytes of a text's first line that are worth showing. */
static size_t shown_of(struct sv text)
{
    enum { SHOWN = 60 };
    size_t at = 0;
    for (int i = 0; i < SHOWN && at < text.len && text.at[at] != '\n'; i++)
        at += utf8_sequence(text, at);
    return at;
}

static void print_losses(const struct threat_model *m, size_t without_stride)
{
    if (m->losses.len || without_stride)
        puts("\nNot taken over:");
    if (without_stride)
        printf("  %5zu  classes of STRIDE: sig.yaml has none of them\n", without_stride);
    for (size_t i = 0; i < m->losses.len; i++) {
        const struct threat_model_loss *l = &m->losses.at[i];
        size_t shown = shown_of(l->example);
        printf("  %5zu  %s", l->count, l->what);
        if (shown)
            printf(" (such as \"%.*s%s\")", (int)shown, l->example.at, shown < l->example.len ? "…" : "");
        putchar('\n');
    }
}

static void print_all(struct cli *c, const struct import_words *w)
{
    size_t made = 0;
    for (size_t i = 0; i < w->done->list.len; i++) {
        print_threat(c, w, &w->done->list.at[i]);
        made += !w->done->list.at[i].was_here;
    }
    struct sv title = w->model->title;
    printf("%s%s%s%.*s%s: %zu %s, %zu here before\n", w->done->list.len ? "\n" : "",
           threat_model_names[w->model->kind], title.len ? ", \"" : "", SV_ARG(title), title.len ? "\"" : "", made,
           w->dry_run ? "would be proposed" : "proposed", w->done->list.len - made);
    print_losses(w->model, w->done->without_stride);
}

/* ---- the verb ---- */

int threat_import(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *area = NULL, *mitigations = NULL;
    bool dry_run = false;
    struct words words;
    struct sv text;
    struct action_context context;
    struct threat_model model;
    struct threats_imported done;
    struct import_words w = {.model = &model, .done = &done};
    const struct option options[] = {
        {"area", OPTION_TEXT, &area, "AREA", "area of all of them, or several with commas"},
        {"mitigations", OPTION_TEXT, &mitigations, "FIELD", "field for the model's mitigations (default: potential)"},
        {"dry-run", OPTION_FLAG, &dry_run, NULL, "say what would be done, and do nothing"},
    };
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1 || !area)
        return usage_error(self, "threat import wants one file, and --area");
    if ((rc = cli_begin(c, &context)) || (rc = similar_load(c, &w.before)) ||
        (rc = fs_read(&c->arena, words.at[0], THREAT_MODEL_BYTES_MAX, &text, &c->err)) ||
        (rc = threat_model_read(&c->arena, text, words.at[0], &c->diag, &model, &c->err)))
        return cli_fail(c, rc);
    const struct threat_import import = {&model, sv_str(area), sv_str(mitigations), dry_run};
    if ((rc = action_threat_import(&context, &import, &done, &c->err)))
        return cli_fail(c, rc);
    w.dry_run = dry_run;
    if (c->json)
        put_all(c, &w);
    else
        print_all(c, &w);
    return EXIT_DONE;
}
