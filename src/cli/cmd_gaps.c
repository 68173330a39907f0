/* gaps: threats by documents. */
#include "cli/cli.h"
#include "document/gaps.h"

#include <stdio.h>

/* "  partial: RFC 6120, XEP-0384", or nothing. */
static void print_state(const struct view *v, const struct gaps *g, const struct gap_row *row, int state)
{
    bool any = false;
    for (size_t d = 0; d < g->documents.len; d++) {
        if (row->cells[d] != state)
            continue;
        if (!any)
            printf("  %.*s: ", SV_ARG(gaps_words(&v->profile->sig, state).id));
        printf("%s%.*s", any ? ", " : "", SV_ARG(g->documents.at[d]->id));
        any = true;
    }
    if (any)
        putchar('\n');
}

static void print_text(const struct view *v, const struct gaps *g)
{
    for (size_t i = 0; i < g->rows.len; i++) {
        const struct threat *t = v->threats.at[g->rows.at[i].threat].threat;
        printf("%.*s  %.*s\n", SV_ARG(t->id), SV_ARG(t->name));
        for (int state = (int)v->profile->sig.coverage.list.len - 1; state >= GAP_UNREAD; state--)
            print_state(v, g, &g->rows.at[i], state);
    }
    if (!g->rows.len)
        puts("no threat affects a document or has a response in one");
}

static void keep_one(struct gaps *g, const struct view *v, const char *id)
{
    size_t kept = 0;
    for (size_t i = 0; i < g->rows.len; i++)
        if (sv_eq_str(v->threats.at[g->rows.at[i].threat].threat->id, id))
            g->rows.at[kept++] = g->rows.at[i];
    g->rows.len = kept;
}

int cmd_gaps(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct view v;
    struct gaps g;
    struct cli_json j;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len > 1)
        return usage_error(self, "gaps wants the id of one threat, or none");
    if ((rc = cli_load_view(c, &v)))
        return cli_fail(c, rc);
    if (words.len && view_find(&v, sv_str(words.at[0])) < 0)
        return cli_fail(c, err_set(&c->err, CM_ENOTFOUND, "there is no threat %s; \"casemate threat list\" shows all",
                                   words.at[0]));
    gaps_derive(&c->arena, &v, &g);
    if (words.len)
        keep_one(&g, &v, words.at[0]);
    if (!c->json) {
        print_text(&v, &g);
        return EXIT_DONE;
    }
    cli_json_begin(&j);
    document_gaps_json(&j.j, &v, &g);
    cli_json_end(&j);
    return EXIT_DONE;
}
