/* round, estimate: blind rounds of estimates. */
#include "action/round.h"
#include "base/date.h"
#include "cli/cli.h"
#include "register/calls.h"
#include "register/rounds_json.h"

#include <stdio.h>

/* ---- changing ---- */

static int done(struct cli *c, const char *what, const struct action_result *r)
{
    if (c->json)
        cli_print_result(c, what, r);
    else if (r->event)
        printf("%.*s: %s (event %lld)\n", SV_ARG(r->id), what, (long long)r->event);
    else
        printf("%.*s: %s\n", SV_ARG(r->id), what);
    return EXIT_DONE;
}

static struct sv *ids(struct cli *c, const struct words *words)
{
    struct sv *out = arena_new_array(&c->arena, struct sv, (size_t)words->len + 1);
    for (int i = 0; i < words->len; i++)
        out[i] = sv_str(words->at[i]);
    return out;
}

static int round_open(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *until = NULL, *follows = NULL;
    struct option_list steps = {{NULL, 0, 0}};
    struct words words;
    struct action_context context;
    struct action_result r;
    const struct option options[] = {
        {"until", OPTION_TEXT, &until, "DATE", "the last day, or +20d; not before the mode's period is over"},
        {"follows", OPTION_TEXT, &follows, "ROUND", "a second round, after that one"},
        {"step", OPTION_LIST, &steps, "THREAT#STEP", "ask for a step's probability too; THREAT#STEP:cost, :time"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (!words.len)
        return usage_error(self, "round open wants the ids of threats");
    const struct round_request request = {.threats = ids(c, &words), .threat_count = (size_t)words.len,
                                          .until = sv_str(until), .follows = sv_str(follows),
                                          .steps = cli_texts(c, &steps), .step_count = steps.list.len};
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    if ((rc = action_round_open(&context, &request, &r, &c->err)))
        return cli_fail(c, rc);
    return done(c, "is open", &r);
}

static int round_close(struct cli *c, const struct command *self, int argc, const char **argv)
{
    bool override = false;
    struct words words;
    struct action_context context;
    struct action_result r;
    const struct option options[] = {
        {"override", OPTION_FLAG, &override, NULL, "before its time, or without a quorum; with --reason"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1)
        return usage_error(self, "round close wants one round");
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    if ((rc = action_round_close(&context, sv_str(words.at[0]), override, &r, &c->err)))
        return cli_fail(c, rc);
    return done(c, arena_printf(&c->arena, "is closed, %zu threat%s rated", r.files, r.files == 1 ? "" : "s"), &r);
}

static int choose_step(struct cli *c, const struct command *self, int argc, const char **argv, bool accept)
{
    struct words words;
    struct action_context context;
    struct action_result r;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 2)
        return usage_error(self, "round %s wants a round and a step: R-1 T-0001#phish", accept ? "accept" : "keep");
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    rc = (accept ? action_round_accept : action_round_keep)(&context, sv_str(words.at[0]), sv_str(words.at[1]), &r,
                                                            &c->err);
    if (rc)
        return cli_fail(c, rc);
    return done(c, arena_printf(&c->arena, accept ? "the range of %s counts now for %s" : "the range of %s counts no "
                                "more for %s; the outline's value does", words.at[0], words.at[1]), &r);
}

static int round_accept(struct cli *c, const struct command *self, int argc, const char **argv)
{
    return choose_step(c, self, argc, argv, true);
}

static int round_keep(struct cli *c, const struct command *self, int argc, const char **argv)
{
    return choose_step(c, self, argc, argv, false);
}

/* The word for what was not answered. */
static const char *rest(bool abstain, bool not_competent)
{
    return abstain ? ROUND_ABSTAIN : not_competent ? ROUND_NOT_COMPETENT : NULL;
}

int cmd_estimate(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *likelihood = NULL, *damage = NULL, *because = NULL, *round = NULL;
    bool abstain = false, not_competent = false;
    struct option_list steps = {{NULL, 0, 0}};
    struct words words;
    struct action_context context;
    struct action_result r;
    const struct option options[] = {
        {"likelihood", OPTION_TEXT, &likelihood, "LEVEL", "your rating"},
        {"damage", OPTION_TEXT, &damage, "LEVEL", "your rating"},
        {"step", OPTION_LIST, &steps, "STEP=LOW..HIGH", "your 90 % interval; ~BEST behind it for a best guess"},
        {"because", OPTION_TEXT, &because, "TEXT", "your reason; public once the round closes"},
        {"round", OPTION_TEXT, &round, "ROUND", "the round; by default the open one that holds the threat"},
        {"abstain", OPTION_FLAG, &abstain, NULL, "for what you do not rate: you prefer not to"},
        {"not-competent", OPTION_FLAG, &not_competent, NULL, "for what you do not rate: you cannot judge it"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1)
        return usage_error(self, "estimate wants one threat");
    if (abstain && not_competent)
        return usage_error(self, "estimate takes one of --abstain and --not-competent");
    const struct estimate_request request = {
        .threat = sv_str(words.at[0]), .round = sv_str(round),
        .answers = {sv_str(likelihood), sv_str(damage)}, .rest = sv_str(rest(abstain, not_competent)),
        .steps = cli_texts(c, &steps), .step_count = steps.list.len, .reason = sv_str(because)};
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    if ((rc = action_estimate(&context, &request, &r, &c->err)))
        return cli_fail(c, rc);
    return done(c, r.event ? arena_printf(&c->arena, "estimate of %s noted; nobody sees it before the round closes",
                                          words.at[0])
                           : arena_printf(&c->arena, "estimate of %s is that already", words.at[0]), &r);
}

/* ---- reading ---- */

static const char *day(struct cli *c, int64_t at)
{
    return date_format(&c->arena, date_from_time(at));
}

static void list_row(struct cli *c, struct table *t, const struct round *r)
{
    struct str threats = STR_INIT;
    for (size_t i = 0; i < r->threats.len; i++)
        str_addf(&threats, "%s%.*s", i ? " " : "", SV_ARG(r->threats.at[i].id));
    table_cell(t, r->id);
    table_cellf(t, "%s", round_state(r, c->time));
    table_cellf(t, "%s", day(c, r->due - 1));
    table_cellf(t, "%zu", r->estimators);
    table_cell(t, arena_sv(&c->arena, str_sv(&threats)));
    str_release(&threats);
}

static void list_json(struct cli *c, const struct rounds *rounds)
{
    struct cli_json j;
    cli_json_begin(&j);
    json_key(&j.j, "rounds");
    json_array(&j.j);
    for (size_t i = 0; i < rounds->list.len; i++) {
        const struct round *r = &rounds->list.at[i];
        json_object(&j.j);
        round_write_head(&c->arena, &j.j, r, c->time);
        json_key(&j.j, "threats");
        json_array(&j.j);
        for (size_t k = 0; k < r->threats.len; k++)
            json_string(&j.j, r->threats.at[k].id);
        json_end(&j.j);
        json_end(&j.j);
    }
    json_end(&j.j);
    cli_json_end(&j);
}

static int round_list(struct cli *c, const struct command *self, int argc, const char **argv)
{
    static const char *const titles[] = {"ROUND", "STATE", "UNTIL", "PEOPLE", "THREATS"};
    struct words words;
    struct view v;
    struct table t;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len)
        return usage_error(self, "round list wants no word");
    if ((rc = cli_load_view(c, &v)))
        return cli_fail(c, rc);
    if (c->json)
        return list_json(c, v.rounds), EXIT_DONE;
    table_begin(&t, &c->arena, titles, ARRAY_LEN(titles));
    for (size_t i = 0; i < v.rounds->list.len; i++)
        list_row(c, &t, &v.rounds->list.at[i]);
    if (v.rounds->list.len)
        table_print(&t);
    else
        puts("no round yet; \"casemate round open THREAT...\" opens one");
    return EXIT_DONE;
}

/* ---- one round ---- */

struct showing {
    struct cli *c;
    const struct view *v;
    const struct round *r;
    struct round_people may; /* of an open round */
};

static const char *match_note(const struct round_threat *t, const char *changed, const char *editorial)
{
    return t->match == VOTED_CHANGED ? changed : t->match == VOTED_EDITORIAL ? editorial : "";
}

static struct sv level_id(const struct showing *s, int f, unsigned level)
{
    return s->r->scales[f].levels.at[level];
}

/* What is known of a threat's steps now, with the ranges of this round or of later ones. */
static struct step_values values_of(const struct showing *s, const struct round_threat *t)
{
    struct step_values values = {{NULL, 0, 0}};
    const struct threat *threat = t->steps.len ? map_get(&s->v->profile->by_id, t->id) : NULL;
    if (threat)
        rounds_steps(&s->c->arena, s->v->rounds, threat, &values);
    return values;
}

static void show_json(const struct showing *s)
{
    struct cli_json j;
    cli_json_begin(&j);
    round_write(&s->c->arena, &j.j, s->v, s->r, s->r->closed ? NULL : &s->may);
    cli_json_end(&j);
}

static void print_open(const struct showing *s)
{
    printf("%.*s: %s, takes estimates until %s, %zu of %zu answered\n", SV_ARG(s->r->id), round_state(s->r, s->c->time),
           day(s->c, s->r->due - 1), s->r->estimators, s->may.names.len);
    printf("may estimate: ");
    for (size_t i = 0; i < s->may.names.len; i++)
        printf("%s%.*s", i ? ", " : "", SV_ARG(s->may.names.at[i]));
    puts(s->may.names.len ? "" : "nobody");
    for (size_t i = 0; i < s->r->threats.len; i++) {
        const struct round_threat *t = &s->r->threats.at[i];
        printf("  %.*s: %zu for likelihood, %zu for damage%s\n", SV_ARG(t->id), t->ratings[ROUND_LIKELIHOOD].answers,
               t->ratings[ROUND_DAMAGE].answers, match_note(t, "; its text was changed since the round opened",
                                                            "; its text was changed editorially since"));
        for (size_t k = 0; k < t->steps.len; k++)
            printf("    %zu for step %.*s (%.*s)\n", t->steps.at[k].rating.answers,
                   SV_ARG(sv_from_byte(t->steps.at[k].key, 1)), SV_ARG(t->steps.at[k].label));
    }
}

static void print_estimates(const struct round_rating *rating)
{
    for (size_t i = 0; i < rating->estimates.len; i++) {
        const struct round_estimate *e = &rating->estimates.at[i];
        struct sv who = e->name.len ? e->name : e->pseudonym;
        printf("    %.*s, %.*s%s%.*s\n", SV_ARG(e->answer.len ? e->answer : SV("(sealed)")), SV_ARG(who),
               e->reason.len ? ": " : "", SV_ARG(e->reason));
    }
}

static void print_result(const struct showing *s, int f, const struct round_rating *rating)
{
    const struct pooled *p = &rating->pooled;
    printf("  %s: ", round_factors[f]);
    if (p->count)
        printf("%.*s", SV_ARG(level_id(s, f, p->medians[0])));
    if (p->median_count == 2)
        printf(" and %.*s (the higher counts)", SV_ARG(level_id(s, f, p->medians[1])));
    if (p->count)
        printf(", %zu estimate%s from %.*s to %.*s, spread %u, quartiles %.*s and %.*s, agreement %.2f", p->count,
               p->count == 1 ? "" : "s", SV_ARG(level_id(s, f, p->low)), SV_ARG(level_id(s, f, p->high)), p->spread,
               SV_ARG(level_id(s, f, p->lower_quartile)), SV_ARG(level_id(s, f, p->upper_quartile)), p->agreement);
    else
        printf("nobody chose a level");
    if (rating->abstained)
        printf(", %zu abstained", rating->abstained);
    if (rating->not_competent)
        printf(", %zu not competent", rating->not_competent);
    puts(rating->quorum ? "" : "; no quorum, so no result");
    print_estimates(rating);
}

static void print_step(const struct showing *s, const struct step_values *values, const struct round_step *step)
{
    const struct round_rating *rating = &step->rating;
    const struct step_value *v = round_value_of(values, step);
    printf("  step %.*s (%.*s): ", SV_ARG(sv_from_byte(step->key, 1)), SV_ARG(step->label));
    if (step->range.len)
        printf("%.*s, pooled from %zu estimate%s", SV_ARG(step->range), rating->interval.count,
               rating->interval.count == 1 ? "" : "s");
    else
        printf("%zu estimate%s; no quorum, so no range", rating->interval.count,
               rating->interval.count == 1 ? "" : "s");
    if (rating->abstained)
        printf(", %zu abstained", rating->abstained);
    if (rating->not_competent)
        printf(", %zu not competent", rating->not_competent);
    putchar('\n');
    if (v)
        printf("    what counts: %.*s, %.*s\n", SV_ARG(v->counts), SV_ARG(rounds_step_says(&s->c->arena, v)));
    else if (step->range.len)
        puts("    the tree has no such step any more");
    print_estimates(rating);
}

static void print_closed(const struct showing *s)
{
    printf("%.*s: closed on %s, %zu answered%s%.*s\n", SV_ARG(s->r->id), day(s->c, s->r->closed_at), s->r->estimators,
           s->r->follows.len ? ", second round after " : "", SV_ARG(s->r->follows));
    for (size_t i = 0; i < s->r->threats.len; i++) {
        const struct round_threat *t = &s->r->threats.at[i];
        int index = view_find(s->v, t->id);
        printf("\n%.*s %.*s%s\n", SV_ARG(t->id), SV_ARG(index < 0 ? SV_NONE : s->v->threats.at[index].threat->name),
               match_note(t, " (its text was changed since)", " (with editorial changes since)"));
        for (int f = 0; f < ROUND_FACTORS; f++)
            print_result(s, f, &t->ratings[f]);
        struct step_values values = values_of(s, t);
        for (size_t k = 0; k < t->steps.len; k++)
            print_step(s, &values, &t->steps.at[k]);
    }
}

static int round_show(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct view v;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1)
        return usage_error(self, "round show wants one round");
    if ((rc = cli_load_view(c, &v)))
        return cli_fail(c, rc);
    struct showing s = {.c = c, .v = &v, .r = rounds_find(v.rounds, sv_str(words.at[0]))};
    if (!s.r)
        return cli_fail(c, err_set(&c->err, CM_ENOTFOUND, "there is no round %s; \"casemate round list\" shows all",
                                   words.at[0]));
    if (!s.r->closed && (rc = rounds_may(c->store, &c->arena, v.profile, v.people, s.r, &s.may, &c->err)))
        return cli_fail(c, rc);
    if (c->json)
        show_json(&s);
    else if (s.r->closed)
        print_closed(&s);
    else
        print_open(&s);
    return EXIT_DONE;
}

int cmd_round(struct cli *c, const struct command *self, int argc, const char **argv)
{
    static const struct cli_verb verbs[] = {
        {"list", round_list}, {"show", round_show}, {"open", round_open}, {"close", round_close},
        {"accept", round_accept}, {"keep", round_keep}};
    return cli_verb(c, self, argc, argv, verbs, ARRAY_LEN(verbs));
}
