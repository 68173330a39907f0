/* threat similar, and the likely duplicates that "threat propose" names. */
#include "cli/cmd_threat.h"

#include <math.h>
#include <stdio.h>

enum { LISTED = 10, NAMED = 3 };

int similar_load(struct cli *c, struct profile *out)
{
    struct profile_files files = {{NULL, 0, 0}};
    struct diag ignored; /* what a store holds was checked on its way in */
    int rc = view_load_files(c->store, &c->arena, &files, &c->err);
    if (rc)
        return rc;
    diag_init(&ignored, &c->arena);
    profile_parse_checked(&c->arena, &files, "", &ignored, out);
    return CM_OK;
}

void similar_to_proposal(struct cli *c, const struct profile *p, const struct proposal *proposal, struct similars *out)
{
    struct similar_query q = {.name = proposal->name, .abstract = proposal->abstract};
    similar_likely(&c->arena, p, &q, NAMED, out);
}

/* ---- output ---- */

static void put_why(struct json *j, const char *key, const struct similar_why *why)
{
    json_key(j, key);
    json_array(j);
    for (size_t i = 0; i < why->len; i++)
        json_string(j, why->at[i]);
    json_end(j);
}

void similar_json(struct json *j, const struct profile *p, const struct similars *s)
{
    json_key(j, "similar");
    json_array(j);
    for (size_t i = 0; i < s->list.len; i++) {
        const struct similar *similar = &s->list.at[i];
        const struct threat *t = &p->threats.at[similar->threat];
        json_object(j);
        json_put(j, "id", t->id);
        json_put(j, "name", t->name);
        json_put(j, "stage", p->process.stages.at[t->stage].id);
        json_key(j, "score");
        json_double(j, round(similar->score * 1000) / 1000);
        put_why(j, "words", &similar->words);
        put_why(j, "documents", &similar->documents);
        put_why(j, "steps", &similar->steps);
        json_end(j);
    }
    json_end(j);
}

static void add_why(struct str *out, const char *what, const struct similar_why *why)
{
    for (size_t i = 0; i < why->len; i++) {
        str_add_str(out, i ? ", " : out->len ? "; " : "");
        str_addf(out, "%s%.*s", i ? "" : what, SV_ARG(why->at[i]));
    }
    if (why->all > why->len)
        str_addf(out, " and %zu more", why->all - why->len);
}

static struct sv why_text(struct arena *a, const struct similar *similar)
{
    struct str text = STR_INIT;
    add_why(&text, "words: ", &similar->words);
    add_why(&text, "documents: ", &similar->documents);
    add_why(&text, "steps: ", &similar->steps);
    struct sv result = arena_sv(a, str_sv(&text));
    str_release(&text);
    return result;
}

void similar_print(struct cli *c, const struct profile *p, const struct similars *s)
{
    static const char *const heads[] = {"SIMILAR", "SCORE", "STAGE", "NAME", "IN COMMON"};
    struct table t;
    table_begin(&t, &c->arena, heads, ARRAY_LEN(heads));
    for (size_t i = 0; i < s->list.len; i++) {
        const struct threat *threat = &p->threats.at[s->list.at[i].threat];
        table_cell(&t, threat->id);
        table_cellf(&t, "%.2f", s->list.at[i].score);
        table_cell(&t, p->process.stages.at[threat->stage].id);
        table_cell(&t, threat->name);
        table_cell(&t, why_text(&c->arena, &s->list.at[i]));
    }
    table_print(&t);
}

/* ---- the verb ---- */

/* The entry that an id names, or the text. An exit code, 0: done. */
static int make_query(struct cli *c, const struct command *self, const struct profile *p, const struct words *words,
                      const char *text, struct similar_query *out)
{
    if (!words->len == !text || words->len > 1)
        return usage_error(self, "threat similar wants one id, such as T-0001, or --text TEXT");
    *out = (struct similar_query){.name = SV_NONE, .abstract = sv_str(text)};
    const struct threat *t = text ? NULL : map_get(&p->by_id, sv_str(words->at[0]));
    if (t)
        *out = similar_to(p, t);
    if (t || text)
        return EXIT_DONE;
    return cli_fail(c, err_set(&c->err, CM_ENOTFOUND, "there is no threat %s; \"casemate threat list\" shows all",
                               words->at[0]));
}

int threat_similar(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *text = NULL;
    struct words words;
    struct profile p;
    struct similar_query q;
    struct similars s;
    const struct option options[] = {{"text", OPTION_TEXT, &text, "TEXT", "a description instead of an entry"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if ((rc = cli_open(c, STORE_READ_ONLY)) || (rc = similar_load(c, &p)))
        return cli_fail(c, rc);
    if ((rc = make_query(c, self, &p, &words, text, &q)))
        return rc;
    similar_find(&c->arena, &p, &q, LISTED, &s);
    if (!c->json) {
        similar_print(c, &p, &s);
        if (!s.list.len)
            puts("no threat has anything in common with it");
        return EXIT_DONE;
    }
    struct cli_json j;
    cli_json_begin(&j);
    similar_json(&j.j, &p, &s);
    cli_json_end(&j);
    return EXIT_DONE;
}
