/* call, position, objection, decision: consensus. */
#include "action/call.h"
#include "action/council.h"
#include "base/date.h"
#include "cli/cli.h"
#include "register/calls_json.h"

#include <stdio.h>

static const char *day(struct cli *c, int64_t seconds)
{
    return date_format(&c->arena, date_from_time(seconds));
}

/* ---- call ---- */

/* "analysis 0.2", "process", "D-1" from the words; SV_NONE when they are no subject. */
static struct sv call_subject(struct cli *c, const struct words *words)
{
    if (words->len == 2 && !strcmp(words->at[0], "appeal"))
        return sv_str(words->at[1]);
    if (words->len == 2)
        return sv_str(arena_printf(&c->arena, "%s %s", words->at[0], words->at[1]));
    return words->len == 1 ? sv_str(words->at[0]) : SV_NONE;
}

static int call_open(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *question = NULL, *until = NULL;
    struct words words;
    struct action_context context;
    struct action_result r;
    const struct option options[] = {
        {"question", OPTION_TEXT, &question, "TEXT", "what the group is asked"},
        {"until", OPTION_TEXT, &until, "DATE", "last day, or +14d (default: as soon as the process allows)"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    const struct call_request request = {call_subject(c, &words), sv_str(question), sv_str(until)};
    if (!request.subject.len)
        return usage_error(self, "call open wants what it is about: analysis 0.2, process, template, or appeal D-1");
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    return cli_done_id(c, action_call_open(&context, &request, &r, &c->err), "is open", &r);
}

static int call_close(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *outcome = NULL, *judgement = NULL, *link = NULL;
    struct words words;
    struct action_context context;
    struct action_result r;
    const struct option options[] = {
        {"outcome", OPTION_TEXT, &outcome, "OUTCOME", "accepted or not-accepted"},
        {"judgement", OPTION_TEXT, &judgement, "TEXT", "how the leader judges the consensus, and why"},
        {"link", OPTION_TEXT, &link, "URL", "a minute or message"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1 || !outcome)
        return usage_error(self, "call close wants a call, such as C-1, --outcome and --judgement");
    const struct close_request request = {sv_str(words.at[0]), sv_str(outcome), sv_str(judgement), sv_str(link)};
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    rc = action_call_close(&context, &request, &r, &c->err);
    return cli_done_id(c, rc, arena_printf(&c->arena, "%s is closed", words.at[0]), &r);
}

static const char *state_of(struct cli *c, const struct call *call)
{
    if (call->closed)
        return call->decision ? arena_printf(&c->arena, "closed, %.*s", SV_ARG(call->decision->id)) : "closed";
    return call->overdue ? "to be closed" : "open";
}

static void list_json(struct cli *c, const struct calls *calls)
{
    struct cli_json j;
    cli_json_begin(&j);
    json_key(&j.j, "calls");
    json_array(&j.j);
    for (size_t i = 0; i < calls->list.len; i++) {
        json_object(&j.j);
        call_write_head(&c->arena, &j.j, &calls->list.at[i]);
        if (calls->list.at[i].decision)
            json_put(&j.j, "decision", calls->list.at[i].decision->id);
        json_end(&j.j);
    }
    json_end(&j.j);
    cli_json_end(&j);
}

static void list_table(struct cli *c, const struct calls *calls)
{
    static const char *const heads[] = {"CALL", "ON", "UNTIL", "STATE", "OPEN OBJECTIONS", "QUESTION"};
    struct table t;
    table_begin(&t, &c->arena, heads, ARRAY_LEN(heads));
    for (size_t i = 0; i < calls->list.len; i++) {
        const struct call *call = &calls->list.at[i];
        table_cell(&t, call->id);
        table_cell(&t, call->subject);
        table_cell(&t, sv_str(day(c, call->until - 1)));
        table_cell(&t, sv_str(state_of(c, call)));
        table_cellf(&t, "%zu", call_open_objections(call));
        table_cell(&t, call->question);
    }
    table_print(&t);
    if (!calls->list.len)
        puts("no call was opened yet; \"casemate call open process --question TEXT\" opens one");
}

/* The words of a reading verb, and the view. 0, or 1 + exit code. */
static int read_words(struct cli *c, const struct command *self, int argc, const char **argv, int most,
                      struct words *words, struct view *v)
{
    int rc = options_parse(c, self, argc, argv, NULL, 0, words);
    if (rc)
        return 1 + options_exit(rc);
    if (words->len > most)
        return 1 + usage_error(self, "too many words: \"%s\"", words->at[most]);
    if ((rc = cli_load_view(c, v)))
        return 1 + cli_fail(c, rc);
    return 0;
}

static int call_list(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct view v;
    int rc = read_words(c, self, argc, argv, 0, &words, &v);
    if (rc)
        return rc - 1;
    (c->json ? list_json : list_table)(c, v.calls);
    return EXIT_DONE;
}

static void print_objection(const struct objection *o)
{
    printf("  %.*s %.*s, %s: %.*s\n", SV_ARG(o->id), SV_ARG(o->name), objection_states[o->state], SV_ARG(o->text));
    if (o->answer.len)
        printf("      %s: %.*s\n", o->state == OBJECTION_DISSENT ? "recorded because" : "answer", SV_ARG(o->answer));
}

static void print_changes(const struct call *call)
{
    if (call->text_match == VOTED_CHANGED)
        printf("changed since: %.*s.md\n", SV_ARG(call_document(call)));
    for (size_t i = 0; i < call->threats.len; i++)
        if (call->threats.at[i].match != VOTED_SAME)
            printf("%s since: %.*s\n",
                   call->threats.at[i].match == VOTED_EDITORIAL ? "edited, not in substance," : "changed",
                   SV_ARG(call->threats.at[i].id));
}

static void print_council(struct cli *c, const struct referral *r)
{
    printf("the council was asked by %.*s on %s: %.*s\n", SV_ARG(r->asked_by), day(c, r->asked), SV_ARG(r->reason));
    if (r->answer == COUNCIL_OPEN)
        printf("no answer yet; waited for until %s\n", day(c, r->answer_by - 1));
    else
        printf("the council %s the appeal on %s: %.*s (%.*s)\n", council_answers[r->answer], day(c, r->answered),
               SV_ARG(r->why), SV_ARG(r->link));
}

static void print_decision(struct cli *c, const struct decision *d)
{
    printf("%.*s: %.*s, %s (%.*s, %s)\n", SV_ARG(d->id), SV_ARG(d->outcome), decision_state(d), SV_ARG(d->by),
           day(c, d->at));
    if (d->deputy.len)
        printf("%.*s\n", SV_ARG(d->deputy));
    if (d->council)
        print_council(c, d->council);
}

static void print_call(struct cli *c, const struct call *call)
{
    printf("%.*s on %.*s: %s, until %s\n", SV_ARG(call->id), SV_ARG(call->subject), state_of(c, call),
           day(c, call->until - 1));
    printf("%.*s\n(asked by %.*s on %s)\n", SV_ARG(call->question), SV_ARG(call->opener), day(c, call->at));
    print_changes(call);
    if (call->positions.len)
        puts("positions:");
    for (size_t i = 0; i < call->positions.len; i++) {
        const struct position *p = &call->positions.at[i];
        printf("  %.*s: %s%s%.*s\n", SV_ARG(p->name), stands[p->stand], p->reason.len ? ": " : "", SV_ARG(p->reason));
    }
    if (call->objections.len)
        puts("objections:");
    for (size_t i = 0; i < call->objections.len; i++)
        print_objection(&call->objections.at[i]);
    if (call->decision)
        print_decision(c, call->decision);
}

static int call_show(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct view v;
    struct cli_json j;
    int rc = read_words(c, self, argc, argv, 1, &words, &v);
    if (rc)
        return rc - 1;
    if (words.len != 1)
        return usage_error(self, "call show wants a call, such as C-1");
    const struct call *call = calls_find(v.calls, sv_str(words.at[0]));
    if (!call)
        return cli_fail(c, err_set(&c->err, CM_ENOTFOUND, "there is no call %s; \"casemate call list\" shows all",
                                   words.at[0]));
    if (!c->json)
        return print_call(c, call), EXIT_DONE;
    cli_json_begin(&j);
    call_write(&c->arena, &j.j, call);
    cli_json_end(&j);
    return EXIT_DONE;
}

int cmd_call(struct cli *c, const struct command *self, int argc, const char **argv)
{
    static const struct cli_verb verbs[] = {
        {"open", call_open}, {"close", call_close}, {"list", call_list}, {"show", call_show}};
    return cli_verb(c, self, argc, argv, verbs, ARRAY_LEN(verbs));
}

/* ---- position ---- */

int cmd_position(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct action_context context;
    struct action_result r;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 2)
        return usage_error(self, "position wants a call and support, object or abstain");
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    rc = action_position_take(&context, sv_str(words.at[0]), sv_str(words.at[1]), &r, &c->err);
    return cli_done_id(c, rc, arena_printf(&c->arena, "%s in %s", words.at[1], words.at[0]), &r);
}

/* ---- objection ---- */

struct objection_list {
    VEC(const struct objection *) list;
};

static void add_objections(struct cli *c, const struct objection *of, size_t count, struct sv subject,
                           struct objection_list *out)
{
    for (size_t i = 0; i < count; i++)
        if (!subject.len || sv_eq(of[i].subject, subject))
            *vec_push(&c->arena, &out->list) = &of[i];
}

static int objection_list(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct view v;
    struct cli_json j;
    struct objection_list found = {{NULL, 0, 0}};
    int rc = read_words(c, self, argc, argv, 1, &words, &v);
    if (rc)
        return rc - 1;
    struct sv subject = words.len ? sv_str(words.at[0]) : SV_NONE;
    for (size_t i = 0; i < v.calls->list.len; i++)
        add_objections(c, v.calls->list.at[i].objections.at, v.calls->list.at[i].objections.len, subject, &found);
    add_objections(c, v.calls->others.at, v.calls->others.len, subject, &found);
    if (c->json) {
        cli_json_begin(&j);
        json_key(&j.j, "objections");
        json_array(&j.j);
        for (size_t i = 0; i < found.list.len; i++)
            objection_write(&c->arena, &j.j, found.list.at[i]);
        json_end(&j.j);
        cli_json_end(&j);
        return EXIT_DONE;
    }
    for (size_t i = 0; i < found.list.len; i++) {
        printf("%.*s\n", SV_ARG(found.list.at[i]->subject));
        print_objection(found.list.at[i]);
    }
    if (!found.list.len)
        puts("no objection");
    return EXIT_DONE;
}

/* The store, and the one word of a verb. 0, or 1 + exit code. */
static int one_word(struct cli *c, const struct command *self, int argc, const char **argv,
                    const struct option *options, size_t count, const char *want, struct sv *out,
                    struct action_context *context)
{
    struct words words;
    int rc = options_parse(c, self, argc, argv, options, count, &words);
    if (rc)
        return 1 + options_exit(rc);
    if (words.len != 1)
        return 1 + usage_error(self, "this wants %s", want);
    *out = sv_str(words.at[0]);
    if ((rc = cli_begin(c, context)))
        return 1 + cli_fail(c, rc);
    return 0;
}

static int objection_raise(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct action_context context;
    struct action_result r;
    struct sv id;
    int rc = one_word(c, self, argc, argv, NULL, 0, "a threat, such as T-0001", &id, &context);
    return rc ? rc - 1 : cli_done_id(c, action_objection_raise(&context, id, &r, &c->err), "raised", &r);
}

static int objection_answer(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *text = NULL;
    struct action_context context;
    struct action_result r;
    struct sv id;
    const struct option options[] = {{"text", OPTION_TEXT, &text, "TEXT", "the answer"}};
    int rc = one_word(c, self, argc, argv, options, ARRAY_LEN(options), "an objection, such as O-1", &id, &context);
    return rc ? rc - 1 : cli_done_id(c, action_objection_answer(&context, id, sv_str(text), &r, &c->err), "answered",
                                     &r);
}

static int objection_withdraw(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct action_context context;
    struct action_result r;
    struct sv id;
    int rc = one_word(c, self, argc, argv, NULL, 0, "an objection, such as O-1", &id, &context);
    return rc ? rc - 1 : cli_done_id(c, action_objection_withdraw(&context, id, &r, &c->err), "withdrawn", &r);
}

static int objection_dissent(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct action_context context;
    struct action_result r;
    struct sv id;
    int rc = one_word(c, self, argc, argv, NULL, 0, "an objection, such as O-1", &id, &context);
    return rc ? rc - 1 : cli_done_id(c, action_objection_dissent(&context, id, &r, &c->err), "recorded as dissent", &r);
}

int cmd_objection(struct cli *c, const struct command *self, int argc, const char **argv)
{
    static const struct cli_verb verbs[] = {{"list", objection_list},
                                            {"raise", objection_raise},
                                            {"answer", objection_answer},
                                            {"withdraw", objection_withdraw},
                                            {"dissent", objection_dissent}};
    return cli_verb(c, self, argc, argv, verbs, ARRAY_LEN(verbs));
}

/* ---- decision ---- */

static int decision_list(struct cli *c, const struct command *self, int argc, const char **argv)
{
    static const char *const heads[] = {"DECISION", "CALL", "ON", "OUTCOME", "STATE", "DATE", "BY"};
    struct words words;
    struct view v;
    struct cli_json j;
    struct table t;
    int rc = read_words(c, self, argc, argv, 0, &words, &v);
    if (rc)
        return rc - 1;
    if (c->json) {
        cli_json_begin(&j);
        json_key(&j.j, "decisions");
        json_array(&j.j);
        for (size_t i = 0; i < v.calls->decisions.len; i++)
            decision_write(&c->arena, &j.j, &v.calls->decisions.at[i]);
        json_end(&j.j);
        cli_json_end(&j);
        return EXIT_DONE;
    }
    table_begin(&t, &c->arena, heads, ARRAY_LEN(heads));
    for (size_t i = 0; i < v.calls->decisions.len; i++) {
        const struct decision *d = &v.calls->decisions.at[i];
        const struct sv cells[] = {d->id, d->call->id, d->call->subject, d->outcome, sv_str(decision_state(d)),
                                   sv_str(day(c, d->at)), d->by};
        for (size_t k = 0; k < ARRAY_LEN(cells); k++)
            table_cell(&t, cells[k]);
    }
    table_print(&t);
    if (!v.calls->decisions.len)
        puts("no decision was taken yet");
    return EXIT_DONE;
}

static void show_decision(struct cli *c, const struct decision *d)
{
    print_decision(c, d);
    printf("%.*s\n", SV_ARG(d->judgement));
    if (d->link.len)
        printf("see %.*s\n", SV_ARG(d->link));
    printf("on %.*s, by %.*s: %.*s\n", SV_ARG(d->call->subject), SV_ARG(d->call->id), SV_ARG(d->call->question));
    if (d->appeal)
        printf("appealed: %.*s%s%.*s\n", SV_ARG(d->appeal->id), d->overturned ? ", overturned by " : "",
               SV_ARG(d->overturned ? d->overturned->id : SV_NONE));
    print_changes(d->call);
    for (size_t i = 0; i < d->call->objections.len; i++)
        if (d->call->objections.at[i].state == OBJECTION_DISSENT)
            print_objection(&d->call->objections.at[i]);
}

static int decision_show(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct view v;
    struct cli_json j;
    int rc = read_words(c, self, argc, argv, 1, &words, &v);
    if (rc)
        return rc - 1;
    if (words.len != 1)
        return usage_error(self, "decision show wants a decision, such as D-1");
    const struct decision *d = calls_decision(v.calls, sv_str(words.at[0]));
    if (!d)
        return cli_fail(c, err_set(&c->err, CM_ENOTFOUND,
                                   "there is no decision %s; \"casemate decision list\" shows all", words.at[0]));
    if (!c->json)
        return show_decision(c, d), EXIT_DONE;
    cli_json_begin(&j);
    json_key(&j.j, "decision");
    decision_write(&c->arena, &j.j, d);
    json_key(&j.j, "call");
    json_object(&j.j);
    call_write(&c->arena, &j.j, d->call);
    json_end(&j.j);
    cli_json_end(&j);
    return EXIT_DONE;
}

static int decision_appeal(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *until = NULL;
    struct action_context context;
    struct action_result r;
    struct sv id;
    const struct option options[] = {{"until", OPTION_TEXT, &until, "DATE", "last day of the call"}};
    int rc = one_word(c, self, argc, argv, options, ARRAY_LEN(options), "a decision, such as D-1", &id, &context);
    return rc ? rc - 1 : cli_done_id(c, action_decision_appeal(&context, id, sv_str(until), &r, &c->err), "is open",
                                     &r);
}

static int decision_refer(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *answer_by = NULL;
    struct action_context context;
    struct action_result r;
    struct sv id;
    const struct option options[] = {
        {"answer-by", OPTION_TEXT, &answer_by, "DATE", "until when one waits, or +14d (default: 30 days)"}};
    int rc = one_word(c, self, argc, argv, options, ARRAY_LEN(options), "a decision, such as D-1", &id, &context);
    return rc ? rc - 1
              : cli_done_id(c, action_decision_refer(&context, id, sv_str(answer_by), &r, &c->err),
                            "the council is asked",
                            &r);
}

static int decision_answer(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *link = NULL;
    struct words words;
    struct action_context context;
    struct action_result r;
    const struct option options[] = {{"link", OPTION_TEXT, &link, "URL", "the minute or message that says so"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 2)
        return usage_error(self, "decision answer wants a decision, such as D-1, and dismissed or upheld");
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    rc = action_decision_answer(&context, sv_str(words.at[0]), sv_str(words.at[1]), sv_str(link), &r, &c->err);
    return cli_done_id(c, rc, arena_printf(&c->arena, "the appeal is %s", words.at[1]), &r);
}

int cmd_decision(struct cli *c, const struct command *self, int argc, const char **argv)
{
    static const struct cli_verb verbs[] = {
        {"list", decision_list},   {"show", decision_show},     {"appeal", decision_appeal},
        {"refer", decision_refer}, {"answer", decision_answer}};
    return cli_verb(c, self, argc, argv, verbs, ARRAY_LEN(verbs));
}
