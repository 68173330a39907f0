/* review, handover: experts are asked, recommendations are carried to their venues. */
#include "action/review.h"
#include "base/date.h"
#include "base/fs.h"
#include "cli/cli.h"
#include "register/reviews.h"

#include <stdio.h>

static struct sv day_of(struct cli *c, int64_t seconds)
{
    return seconds ? sv_str(date_format(&c->arena, date_from_time(seconds))) : SV_NONE;
}

static void put_given(struct json *j, const char *key, struct sv text)
{
    if (text.len)
        json_put(j, key, text);
}

/* ---- review ---- */

static int review_request(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *to = NULL, *name = NULL, *by = NULL;
    struct words words;
    struct action_context context;
    struct action_result r;
    const struct option options[] = {
        {"to", OPTION_TEXT, &to, "ADDRESS", "mail address of the reviewer; it stays in the store"},
        {"name", OPTION_TEXT, &name, "NAME", "the reviewer's name, which is printed"},
        {"by", OPTION_TEXT, &by, "DATE", "the last day for the answer, or +14d"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1 && words.len != 2)
        return usage_error(self, "review request wants a threat, a document, or a document and the version of an "
                                 "edition");
    if (!to || !name || !by)
        return usage_error(self, "review request wants --to ADDRESS, --name NAME (as it is to be printed) and --by "
                                 "DATE");
    const char *subject = words.len == 1 ? words.at[0] : arena_printf(&c->arena, "%s %s", words.at[0], words.at[1]);
    const struct review_request request = {sv_str(subject), sv_str(to), sv_str(name), sv_str(by)};
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    rc = action_review_request(&context, &request, &r, &c->err);
    return cli_done_id(c, rc, arena_printf(&c->arena, "%s is asked about %s", name, subject), &r);
}

/* --text, a file, or standard input; a verdict that needs no words takes none from a terminal or a pipe. */
static int review_answer(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *verdict = NULL, *text = NULL, *file = NULL;
    bool present = false;
    struct words words;
    struct action_context context;
    struct action_result r;
    const struct option options[] = {
        {"verdict", OPTION_TEXT, &verdict, "VERDICT", "sound, changes-wanted or declined"},
        {"text", OPTION_TEXT, &text, "TEXT", "what the reviewer writes"},
        {"file", OPTION_TEXT, &file, "FILE", "the same from a file, - for standard input"},
        {"present", OPTION_FLAG, &present, NULL, "about the text as it is now, not as it was when it was asked about"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1 || !verdict)
        return usage_error(self, "review answer wants the id of a review and --verdict sound|changes-wanted|declined");
    struct review_answer answer = {.id = sv_str(words.at[0]), .verdict = sv_str(verdict), .present = present};
    if ((rc = cli_text(c, text, file, REVIEW_TEXT_MAX, &answer.text)) || (rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    rc = action_review_answer(&context, &answer, &r, &c->err);
    return cli_done_id(c, rc, arena_printf(&c->arena, "answered: %s", verdict), &r);
}

static int review_withdraw(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct action_context context;
    struct action_result r;
    int rc = options_parse(c, self, argc, argv, NULL, 0, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1)
        return usage_error(self, "review withdraw wants the id of a review");
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    rc = action_review_withdraw(&context, sv_str(words.at[0]), &r, &c->err);
    return cli_done_id(c, rc, "withdrawn", &r);
}

static const char *state_of(const struct cli *c, const struct review *r)
{
    if (r->withdrawn_at)
        return "withdrawn";
    if (!review_is_open(r))
        return "answered";
    return c->time >= r->due ? "overdue" : "open";
}

static void put_review(struct cli *c, struct json *j, const struct review *r)
{
    json_object(j);
    json_put(j, "id", r->id);
    json_put(j, "subject", r->subject);
    json_put(j, "reviewer", r->reviewer);
    put_given(j, "asked_by", r->asked_by);
    json_put(j, "asked", day_of(c, r->asked_at));
    json_put(j, "due", day_of(c, r->due - 1));
    json_put_str(j, "state", state_of(c, r));
    json_put_str(j, "digest", digest_hex(&c->arena, &r->digest));
    if (r->answered_at) {
        json_put(j, "answered", day_of(c, r->answered_at));
        json_put(j, "verdict", r->verdict);
        json_put(j, "text", r->text);
        json_put_str(j, "reviewed", digest_hex(&c->arena, &r->reviewed));
        json_put_bool(j, "late", r->late);
    }
    if (r->withdrawn_at) {
        json_put(j, "withdrawn", day_of(c, r->withdrawn_at));
        json_put(j, "why", r->why);
    }
    json_put_bool(j, "changed", r->changed);
    json_end(j);
}

static void print_reviews(struct cli *c, const struct reviews *reviews)
{
    static const char *const names[] = {"ID", "OF", "REVIEWER", "DUE", "STATE", "VERDICT"};
    struct table t;
    table_begin(&t, &c->arena, names, ARRAY_LEN(names));
    for (size_t i = 0; i < reviews->list.len; i++) {
        const struct review *r = &reviews->list.at[i];
        table_cell(&t, r->id);
        table_cell(&t, r->subject);
        table_cell(&t, r->reviewer);
        table_cell(&t, day_of(c, r->due - 1));
        table_cell(&t, sv_str(state_of(c, r)));
        table_cell(&t, !r->verdict.len ? SV("-")
                                       : sv_str(arena_printf(&c->arena, "%.*s%s%s", SV_ARG(r->verdict),
                                                             r->late ? ", late" : "",
                                                             r->changed ? ", the text has changed since" : "")));
    }
    if (reviews->list.len)
        table_print(&t);
    else
        puts("nobody was asked yet; \"casemate review request\" asks an expert");
}

/* Takes no words or one, and loads the view. */
static int load(struct cli *c, const struct command *self, int argc, const char **argv, const char *verb, int wanted,
                struct words *words, struct view *v)
{
    int rc = options_parse(c, self, argc, argv, NULL, 0, words);
    if (rc)
        return options_exit(rc);
    if (words->len != wanted)
        return usage_error(self, "%s %s wants %s", self->name, verb, wanted ? "one id" : "no word");
    return (rc = cli_load_view(c, v)) ? cli_fail(c, rc) : EXIT_DONE;
}

static int review_list(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct view v;
    struct cli_json j;
    int code = load(c, self, argc, argv, "list", 0, &words, &v);
    if (code || c->help)
        return code;
    if (!c->json) {
        print_reviews(c, v.reviews);
        return EXIT_DONE;
    }
    cli_json_begin(&j);
    json_key(&j.j, "reviews");
    json_array(&j.j);
    for (size_t i = 0; i < v.reviews->list.len; i++)
        put_review(c, &j.j, &v.reviews->list.at[i]);
    json_end(&j.j);
    cli_json_end(&j);
    return EXIT_DONE;
}

static void print_review(struct cli *c, const struct review *r, struct sv address)
{
    printf("%.*s: %.*s by %.*s, %s\n", SV_ARG(r->id), SV_ARG(r->subject), SV_ARG(r->reviewer), state_of(c, r));
    if (address.len)
        printf("  asked at: %.*s (never published)\n", SV_ARG(address));
    printf("  asked:    %.*s, for %.*s\n", SV_ARG(day_of(c, r->asked_at)), SV_ARG(day_of(c, r->due - 1)));
    printf("  digest:   %s%s\n", digest_hex(&c->arena, r->answered_at ? &r->reviewed : &r->digest),
           r->changed ? " (the text has changed since)" : "");
    if (r->withdrawn_at)
        printf("  withdrawn %.*s: %.*s\n", SV_ARG(day_of(c, r->withdrawn_at)), SV_ARG(r->why));
    if (!r->answered_at)
        return;
    printf("  answered: %.*s%s: %.*s\n", SV_ARG(day_of(c, r->answered_at)), r->late ? ", late" : "",
           SV_ARG(r->verdict));
    if (r->text.len)
        printf("\n%.*s\n", SV_ARG(r->text));
}

static int review_show(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct view v;
    struct sv address;
    struct cli_json j;
    int code = load(c, self, argc, argv, "show", 1, &words, &v);
    if (code || c->help)
        return code;
    const struct review *r = reviews_find(v.reviews, sv_str(words.at[0]));
    if (!r)
        return cli_fail(c, err_set(&c->err, CM_ENOTFOUND, "there is no review %s; \"casemate review list\" shows all",
                                   words.at[0]));
    int rc = review_address(c->store, &c->arena, r->id, &address, &c->err);
    if (rc)
        return cli_fail(c, rc);
    if (!c->json) {
        print_review(c, r, address);
        return EXIT_DONE;
    }
    cli_json_begin(&j);
    json_key(&j.j, "review");
    put_review(c, &j.j, r);
    put_given(&j.j, "address", address);
    cli_json_end(&j);
    return EXIT_DONE;
}

int cmd_review(struct cli *c, const struct command *self, int argc, const char **argv)
{
    static const struct cli_verb verbs[] = {{"list", review_list},       {"show", review_show},
                                            {"request", review_request}, {"answer", review_answer},
                                            {"withdraw", review_withdraw}};
    return cli_verb(c, self, argc, argv, verbs, ARRAY_LEN(verbs));
}

/* ---- handover ---- */

static int handover_open(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *document = NULL, *by = NULL, *venue = NULL, *on = NULL, *answer = NULL;
    struct words words;
    struct action_context context;
    struct action_result r;
    const struct option options[] = {
        {"document", OPTION_TEXT, &document, "DOC", "the document that would change, which the threat cites"},
        {"carried-by", OPTION_TEXT, &by, "NAME", "who carries it there"},
        {"venue", OPTION_TEXT, &venue, "TEXT", "where the document is maintained"},
        {"on", OPTION_TEXT, &on, "DATE", "the day on which it is carried there"},
        {"answer-by", OPTION_TEXT, &answer, "DATE", "the day until which one waits (default: 30 days later)"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 1 || !document || !by || !venue || !on)
        return usage_error(self, "handover open wants a threat, --document DOC, --carried-by NAME, --venue TEXT and "
                                 "--on DATE");
    const struct handover_request request = {sv_str(words.at[0]), sv_str(document), sv_str(by),
                                             sv_str(venue),       sv_str(on),       sv_str(answer)};
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    rc = action_handover_open(&context, &request, &r, &c->err);
    return cli_done_id(c, rc, arena_printf(&c->arena, "%s carries %s to %s", by, words.at[0], venue), &r);
}

static int handover_settle(struct cli *c, const struct command *self, int argc, const char **argv)
{
    const char *link = NULL;
    struct words words;
    struct action_context context;
    struct action_result r;
    const struct option options[] = {
        {"link", OPTION_TEXT, &link, "URL", "the message or minute that says so"}};
    int rc = OPTIONS_PARSE(c, self, argc, argv, options, &words);
    if (rc)
        return options_exit(rc);
    if (words.len != 2)
        return usage_error(self, "handover settle wants the id of a hand-over, and taken-up, declined or unanswered");
    const struct handover_outcome outcome = {sv_str(words.at[0]), sv_str(words.at[1]), sv_str(link)};
    if ((rc = cli_begin(c, &context)))
        return cli_fail(c, rc);
    rc = action_handover_settle(&context, &outcome, &r, &c->err);
    return cli_done_id(c, rc, words.at[1], &r);
}

static void put_handover(struct cli *c, struct json *j, const struct handover *h)
{
    json_object(j);
    json_put(j, "id", h->id);
    json_put(j, "threat", h->threat);
    json_put(j, "document", h->document);
    json_put(j, "carrier", h->carrier);
    json_put(j, "venue", h->venue);
    json_put(j, "date", h->date);
    json_put(j, "answer_by", h->answer_by);
    json_put(j, "state", h->state);
    put_given(j, "link", h->link);
    put_given(j, "settled", day_of(c, h->settled_at));
    json_end(j);
}

static void print_handovers(struct cli *c, const struct reviews *reviews)
{
    static const char *const names[] = {"ID", "THREAT", "DOCUMENT", "CARRIED BY", "TO", "ON", "STATE"};
    struct table t;
    table_begin(&t, &c->arena, names, ARRAY_LEN(names));
    for (size_t i = 0; i < reviews->handovers.len; i++) {
        const struct handover *h = &reviews->handovers.at[i];
        const struct sv cells[] = {h->id, h->threat, h->document, h->carrier, h->venue, h->date};
        for (size_t k = 0; k < ARRAY_LEN(cells); k++)
            table_cell(&t, cells[k]);
        table_cell(&t, h->link.len ? sv_str(arena_printf(&c->arena, "%.*s, %.*s", SV_ARG(h->state), SV_ARG(h->link)))
                                   : h->state);
    }
    if (reviews->handovers.len)
        table_print(&t);
    else
        puts("nothing was handed over yet; \"casemate handover open\" does");
}

static int handover_list(struct cli *c, const struct command *self, int argc, const char **argv)
{
    struct words words;
    struct view v;
    struct cli_json j;
    int code = load(c, self, argc, argv, "list", 0, &words, &v);
    if (code || c->help)
        return code;
    if (!c->json) {
        print_handovers(c, v.reviews);
        return EXIT_DONE;
    }
    cli_json_begin(&j);
    json_key(&j.j, "handovers");
    json_array(&j.j);
    for (size_t i = 0; i < v.reviews->handovers.len; i++)
        put_handover(c, &j.j, &v.reviews->handovers.at[i]);
    json_end(&j.j);
    cli_json_end(&j);
    return EXIT_DONE;
}

int cmd_handover(struct cli *c, const struct command *self, int argc, const char **argv)
{
    static const struct cli_verb verbs[] = {
        {"list", handover_list}, {"open", handover_open}, {"settle", handover_settle}};
    return cli_verb(c, self, argc, argv, verbs, ARRAY_LEN(verbs));
}
