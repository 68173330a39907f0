/* Reviews, hand-overs and the due list: what a digest covers, what a review accepts, who may, what follows from an
 * event, and every date at several times. On the minimal profile. */
#include "action/acts.h"
#include "action/commands.h"
#include "action/review.h"
#include "base/date.h"
#include "base/fs.h"
#include "register/activity.h"
#include "register/due.h"
#include "register/people.h"
#include "register/reviews.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

struct fixture {
    struct arena arena;
    struct diag diag;
    struct err err;
    struct store *store;
    struct action_context c;
    struct action_result r;
};

static const int64_t day = 24 * 60 * 60;
static const int64_t start = 1795305600; /* 2026-11-22 */

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    const char *source = getenv("CASEMATE_SOURCE");
    f->err = (struct err)ERR_INIT;
    diag_init(&f->diag, &f->arena);
    assert_int_equal(store_open(":memory:", STORE_CREATE, &f->store, &f->err), 0);
    f->c = (struct action_context){.store = f->store, .arena = &f->arena, .now = start, .diag = &f->diag};
    if (action_import(&f->c, fs_join(&f->arena, source ? source : ".", "profiles/minimal"), &f->r, &f->err))
        fail_msg("%s", f->err.text);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    store_close(&f->store);
    arena_release(&f->arena);
    free(f);
    return 0;
}

static void done(struct fixture *f, int rc)
{
    if (rc)
        fail_msg("%s", f->err.text);
}

static struct view *load(struct fixture *f)
{
    struct view *v = arena_new(&f->arena, struct view);
    done(f, view_load(f->store, &f->arena, f->c.now, v, &f->err));
    return v;
}

static int ask(struct fixture *f, const char *subject, const char *by)
{
    const struct review_request r = {sv_str(subject), SV("lea@far.example"), SV("Lea"), sv_str(by)};
    return action_review_request(&f->c, &r, &f->r, &f->err);
}

static int answer(struct fixture *f, const char *id, const char *verdict, bool present)
{
    const struct review_answer a = {sv_str(id), sv_str(verdict), SV("Words."), present};
    return action_review_answer(&f->c, &a, &f->r, &f->err);
}

static void edit(struct fixture *f, const char *field, const char *text)
{
    const struct field_edit e = {sv_str(field), sv_str(text)};
    done(f, action_threat_edit(&f->c, SV("G-0001"), &e, 1, &f->r, &f->err));
}

static unsigned acts_of(struct fixture *f, const char *id)
{
    struct view *v = load(f);
    struct standing standing;
    done(f, standing_load(f->store, &f->arena, v->profile, f->c.now, &standing, &f->err));
    return standing_of(&standing, v->threats.at[view_find(v, sv_str(id))].threat).acts;
}

/* ---- digests ---- */

#define HEAD "id: T-1\nname: A\n"
#define BODY "---\n\n## Gap\n\nText.\n"

static void test_digest_covers_the_text_and_not_where_it_stands(void **state)
{
    static const struct {
        const char *text;
        bool same;
    } cases[] = {
        {"---\n" HEAD "stage: a\nproposed: {by: x, date: 2026-01-01}\n" BODY, true},
        {"---\n" HEAD "stage: b\nproposed: {by: x, date: 2026-01-01}\n" BODY, true},
        {"---\n" HEAD "stage: a\nproposed: {by: y, date: 2026-02-01}\nreason: \"no\"\ninto: [T-2]\n" BODY, true},
        {"---\nid: T-1\nname: B\nstage: a\n" BODY, false},
        {"---\n" HEAD "stage: a\n---\n\n## Gap\n\nText!\n", false},
        {"---\n" HEAD "level: x\nstage: a\n" BODY, false},
        {"---\n" HEAD "stage: a\nlikelihood: {rating: high, reason: \"no\"}\n" BODY, false},
    };
    struct fixture *f = *state;
    struct digest first = reviewed_threat_digest(&f->arena, sv_str(cases[0].text));
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct digest d = reviewed_threat_digest(&f->arena, sv_str(cases[i].text));
        if (digest_eq(&first, &d) != cases[i].same)
            fail_msg("case %zu", i);
    }
}

static void test_digest_of_documents(void **state)
{
    struct fixture *f = *state;
    struct profile_file list[] = {{"analysis.md", SV("A")}, {"process.md", SV("P")}, {"sig.yaml", SV("S")},
                                  {"threats/T-1.md", SV("---\n" HEAD "stage: a\n" BODY)}};
    struct profile_files files = {{list, 4, 4}};
    struct reviewed_threats threats = {{NULL, 0, 0}};
    struct digest process = reviewed_document_digest(&f->arena, &files, SV("process"), &threats);
    assert_int_equal(threats.list.len, 0);
    struct digest analysis = reviewed_document_digest(&f->arena, &files, SV("analysis"), &threats);
    assert_int_equal(threats.list.len, 1);
    assert_true(sv_eq_str(threats.list.at[0].threat, "T-1"));
    list[2].text = SV("other");
    list[3].text = SV("---\n" HEAD "stage: b\n" BODY);
    struct digest again = reviewed_document_digest(&f->arena, &files, SV("analysis"), NULL);
    assert_true(digest_eq(&analysis, &again));
    list[1].text = SV("Q");
    again = reviewed_document_digest(&f->arena, &files, SV("analysis"), NULL);
    assert_true(digest_eq(&analysis, &again));
    again = reviewed_document_digest(&f->arena, &files, SV("process"), NULL);
    assert_false(digest_eq(&process, &again));
}

/* ---- what a review accepts ---- */

static void test_sound_accepts_the_text_it_is_about(void **state)
{
    struct fixture *f = *state;
    done(f, ask(f, "G-0001", "+14d"));
    assert_int_equal(acts_of(f, "G-0001"), 0);
    done(f, answer(f, "V-1", "changes-wanted", false));
    assert_int_equal(acts_of(f, "G-0001"), 0);
    done(f, answer(f, "V-1", "declined", false));
    assert_int_equal(acts_of(f, "G-0001"), 0);
    done(f, answer(f, "V-1", "sound", false));
    assert_int_equal(acts_of(f, "G-0001"), ACT_ACCEPTANCE);
    assert_int_equal(acts_of(f, "G-0002"), 0);
    edit(f, "damage.reason", "Other words.");
    assert_int_equal(acts_of(f, "G-0001"), 0);
    assert_true(load(f)->reviews->list.at[0].changed);
    done(f, answer(f, "V-1", "sound", true));
    assert_int_equal(acts_of(f, "G-0001"), ACT_ACCEPTANCE);
    done(f, answer(f, "V-1", "sound", false)); /* on second thoughts: about the text of then */
    assert_int_equal(acts_of(f, "G-0001"), 0);
}

static void test_review_of_the_analysis_accepts_what_it_holds(void **state)
{
    struct fixture *f = *state;
    done(f, ask(f, "analysis", "+14d"));
    done(f, answer(f, "V-1", "sound", false));
    assert_int_equal(acts_of(f, "G-0001"), ACT_ACCEPTANCE);
    assert_int_equal(acts_of(f, "G-0003"), ACT_ACCEPTANCE);
    edit(f, "damage.reason", "Other words.");
    assert_int_equal(acts_of(f, "G-0001"), 0);
    assert_int_equal(acts_of(f, "G-0003"), ACT_ACCEPTANCE);
    struct view *v = load(f);
    assert_false(v->reviews->covers[0].list.at[0].present);
    assert_true(v->reviews->covers[2].list.at[0].present);
    assert_true(v->reviews->accepting);
}

static void test_stage_changes_leave_a_review_standing(void **state)
{
    struct fixture *f = *state;
    done(f, ask(f, "G-0001", "+14d"));
    done(f, answer(f, "V-1", "sound", false));
    done(f, action_threat_advance(&f->c, SV("G-0001"), SV("reviewed"), false, &f->r, &f->err));
    struct view *v = load(f);
    assert_false(v->threats.at[0].provisional);
    assert_false(v->reviews->list.at[0].changed);
    edit(f, "name", "Another name of it");
    assert_true(load(f)->threats.at[0].provisional);
}

static void test_only_a_mode_that_accepts_by_reviews_does(void **state)
{
    struct fixture *f = *state;
    struct standing standing;
    struct view *v = load(f);
    done(f, ask(f, "G-0001", "+14d"));
    done(f, answer(f, "V-1", "sound", false));
    ((struct profile *)(uintptr_t)v->profile)->process.mode = 1; /* small: a call */
    done(f, standing_load(f->store, &f->arena, v->profile, f->c.now, &standing, &f->err));
    assert_int_equal(standing_of(&standing, v->threats.at[0].threat).acts, 0);
}

/* ---- who may ---- */

static void test_every_act_against_every_role(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *role;
        bool edits;
    } roles[] = {{"reader", false}, {"member", false}, {"editor", true}};
    const struct handover_request h = {SV("G-0001"), SV("GATE-01"), SV("Rosa"), SV("Gate"), SV("2026-12-01"), SV_NONE};
    const struct handover_outcome o = {SV("H-1"), SV("unanswered"), SV_NONE};
    done(f, ask(f, "G-0001", "+14d"));
    done(f, action_handover_open(&f->c, &h, &f->r, &f->err));
    f->c.reason = SV("why");
    for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
        int wanted = roles[i].edits ? CM_OK : CM_EREFUSED;
        f->c.role = sv_str(roles[i].role);
        assert_int_equal(ask(f, "G-0001", "+14d"), wanted);
        assert_int_equal(answer(f, "V-1", "sound", false), CM_OK);
        assert_int_equal(action_handover_open(&f->c, &h, &f->r, &f->err), wanted);
        assert_int_equal(action_handover_settle(&f->c, &o, &f->r, &f->err), wanted);
        assert_int_equal(action_review_withdraw(&f->c, SV("V-2"), &f->r, &f->err),
                         roles[i].edits ? CM_OK : CM_EREFUSED);
    }
}

static void test_refused_acts_leave_nothing(void **state)
{
    struct fixture *f = *state;
    int64_t before, after;
    done(f, record_head(f->store, &before, NULL, NULL, &f->err));
    assert_int_equal(ask(f, "G-0009", "+14d"), CM_ENOTFOUND);
    assert_int_equal(ask(f, "analysis 0.1", "+14d"), CM_ENOTFOUND);
    assert_int_equal(ask(f, "G-0001", "yesterday"), CM_EINPUT);
    assert_int_equal(answer(f, "V-1", "sound", false), CM_ENOTFOUND);
    assert_int_equal(action_review_withdraw(&f->c, SV("V-1"), &f->r, &f->err), CM_EREFUSED);
    done(f, record_head(f->store, &after, NULL, NULL, &f->err));
    assert_int_equal(before, after);
    assert_int_equal(load(f)->reviews->list.len, 0);
}

static void test_events_that_lack_something_are_refused(void **state)
{
    static const struct {
        const char *action, *payload;
    } cases[] = {
        {"review.request", "{}"},
        {"review.request", "{\"review\":{\"id\":\"V-1\"}}"},
        {"review.request", "{\"review\":{\"id\":\"X-1\",\"subject\":\"a\",\"reviewer\":\"b\",\"due\":\"2027-01-01\","
                           "\"digest\":\"00000000000000000000000000000000000000000000000000000000000000ff\"}}"},
        {"review.request", "{\"review\":{\"id\":\"V-1\",\"subject\":\"a\",\"reviewer\":\"b\",\"due\":\"soon\","
                           "\"digest\":\"00000000000000000000000000000000000000000000000000000000000000ff\"}}"},
        {"review.answer", "{\"review\":{\"id\":\"V-1\",\"verdict\":\"sound\",\"digest\":\"12\"}}"},
        {"review.answer", "{\"review\":{\"id\":\"V-1\"}}"},
        {"review.withdraw", "{\"review\":{}}"},
        {"handover.open", "{\"handover\":{\"id\":\"H-1\"}}"},
        {"handover.settle", "{\"handover\":{\"id\":\"H-1\"}}"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct json_value *payload;
        done(f, json_parse(&f->arena, sv_str(cases[i].payload), 1 << 16, &payload, &f->err));
        const struct act_event e = {.seq = 1, .action = sv_str(cases[i].action), .payload = payload};
        if (acts_apply(f->store, &f->arena, &e, &f->err) != CM_ECORRUPT)
            fail_msg("case %zu", i);
    }
}

/* ---- due ---- */

static struct view due_view(struct fixture *f, struct reviews *reviews, struct people *people,
                            struct due_clocks *clocks, int64_t now)
{
    struct view v = *load(f);
    memset(reviews, 0, sizeof(*reviews));
    memset(people, 0, sizeof(*people));
    memset(clocks, 0, sizeof(*clocks));
    *vec_push(&f->arena, &reviews->list) = (struct review){
        .id = SV("V-1"), .subject = SV("G-0001"), .threat = 0, .reviewer = SV("Lea"), .due = start + 10 * day};
    *vec_push(&f->arena, &reviews->handovers) = (struct handover){
        SV("H-1"), SV("G-0001"), SV("GATE-01"), SV("Rosa"), SV("Gate"), SV("2026-11-25"), SV("2026-12-25"), SV("open"),
        SV_NONE, start, 0};
    *vec_push(&f->arena, &clocks->open) = (struct due_open){DUE_ROUND, SV("R-1"), start + 10 * day, SV_NONE};
    *vec_push(&f->arena, &clocks->open) = (struct due_open){DUE_CALL, SV("C-2"), start + 20 * day, SV_NONE};
    struct person *p = vec_push(&f->arena, &people->list);
    *p = (struct person){.id = SV("m1"), .name = SV("Ada"), .joined = 1};
    *vec_push(&f->arena, &p->roles) = (struct role_held){SV("editor"), SV("2026-12-24"), SV_NONE, false};
    v.reviews = reviews;
    v.people = people;
    v.clocks = clocks;
    v.now = now;
    return v;
}

/* "V-1+9 R-1+9": ids with the days to go, or with a minus the days since. */
static const char *due_text(struct fixture *f, const struct view *v)
{
    struct due_list all;
    struct str text = STR_INIT;
    due_collect(&f->arena, v, &all);
    for (size_t i = 0; i < all.list.len; i++) {
        const struct due *d = &all.list.at[i];
        assert_true(d->days >= 0);
        str_addf(&text, "%s%.*s%c%lld", i ? " " : "", SV_ARG(d->id.len ? d->id : sv_str(due_kind_names[d->kind])),
                 d->overdue ? '-' : '+', (long long)d->days);
    }
    const char *result = arena_strdup(&f->arena, str_cstr(&text));
    str_release(&text);
    return result;
}

static void test_due_at_several_times(void **state)
{
    static const struct {
        int64_t after;
        const char *wanted;
    } cases[] = {
        {0, "H-1+3 V-1+9 R-1+9 C-2+19"},                     /* the role ends in 32 days: not yet */
        {2 * 24 * 60 * 60, "H-1+1 V-1+7 R-1+7 C-2+17 m1+30"},
        {4 * 24 * 60 * 60 - 1, "H-1+0 V-1+6 R-1+6 C-2+16 m1+29"},
        {4 * 24 * 60 * 60, "V-1+5 R-1+5 C-2+15 m1+28 H-1+29"}, /* carried: an answer is waited for */
        {10 * 24 * 60 * 60 - 1, "V-1+0 R-1+0 C-2+10 m1+23 H-1+24"},
        {10 * 24 * 60 * 60, "V-1-1 R-1-1 C-2+9 m1+22 H-1+23"},
        {40 * 24 * 60 * 60, "V-1-31 R-1-31 C-2-21 H-1-7"},
    };
    struct fixture *f = *state;
    struct reviews reviews;
    struct people people;
    struct due_clocks clocks;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct view v = due_view(f, &reviews, &people, &clocks, start + cases[i].after);
        people.list.at[0].roles.at[0].ended = cases[i].after > 33 * day;
        assert_string_equal(due_text(f, &v), cases[i].wanted);
        assert_string_equal(due_text(f, &v), cases[i].wanted); /* pure */
    }
}

static int64_t at(const char *date)
{
    struct date d;
    assert_true(date_parse(sv_str(date), &d));
    return date_to_time(d);
}

static void test_months_of_silence(void **state)
{
    static const struct {
        const char *last, *now, *day;
    } cases[] = {
        {"2026-11-22", "2026-11-23", "2027-04-22"}, {"2026-09-30", "2026-10-01", "2027-02-28"},
        {"2027-09-30", "2027-10-01", "2028-02-29"}, {"2026-08-31", "2026-09-01", "2027-01-31"},
        {"2026-07-31", "2026-12-31", "2026-12-31"}, {"2026-07-31", "2027-01-01", "2027-01-31"},
        {"2026-07-31", "2028-01-01", "2027-01-31"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct view v = *load(f);
        struct due_clocks clocks = {.last_act = at(cases[i].last) + 3600};
        struct due_list all;
        v.clocks = &clocks;
        v.now = at(cases[i].now);
        due_collect(&f->arena, &v, &all);
        assert_int_equal(all.list.len, 1);
        assert_true(sv_eq_str(all.list.at[0].day, cases[i].day));
        assert_int_equal(all.list.at[0].overdue, sv_cmp(sv_str(cases[i].day), sv_str(cases[i].now)) < 0);
    }
}

static void test_reports_have_a_place(void **state)
{
    struct fixture *f = *state;
    struct view v = *load(f);
    struct due_clocks clocks = {.last_report = start + 5};
    v.clocks = &clocks;
    assert_string_equal(due_text(f, &v), "report+180");
    v.clocks = NULL;
    assert_string_equal(due_text(f, &v), "");
}

static void test_last_act_is_that_of_a_person(void **state)
{
    struct fixture *f = *state;
    f->c.now = start + day;
    edit(f, "name", "One");
    assert_int_equal(load(f)->clocks->last_act, start); /* nobody but the operator ever acted: the first event */
    f->c.actor = SV("Ada");
    f->c.now = start + 2 * day;
    edit(f, "name", "Two");
    f->c.actor = SV_NONE;
    f->c.now = start + 3 * day;
    edit(f, "name", "Three");
    assert_int_equal(load(f)->clocks->last_act, start + 2 * day);
    f->c.now = start + day; /* what came later is not known then */
    assert_int_equal(load(f)->clocks->last_act, start);
}

struct actor_at {
    const char *actor;
    int64_t at;
};

/* An event of which the header's actor counts alone. */
static int note_actor(struct store *s, void *context, struct err *err)
{
    const struct actor_at *who = context;
    struct store_stmt *q;
    int rc = store_prepare(s, "INSERT INTO event (seq, at, actor, action, subject, header, commitment, previous, hash) "
                              "SELECT max(seq) + 1, $1, $2, 'x', 'x', '', x'00', x'00', randomblob(32) FROM event",
                           &q, err);
    if (rc)
        return rc;
    store_bind_int(q, 1, who->at);
    store_bind_text(q, 2, sv_str(who->actor));
    return store_finish(q, err);
}

/* A list may have a name that looks like a member's id. */
static void test_who_wrote_a_mail_is_nobody(void **state)
{
    static const struct {
        const char *actor;
        bool person, member, estimator;
    } rows[] = {
        {"m3", true, true, false},      {"R-1:e2", true, false, true},       {"E-1:author", true, false, false},
        {"main:mail", false, false, false}, {"m1:mail", false, false, false}, {"P-7:author", false, false, false},
        {"operator", false, false, false},  {"members", false, false, false},
    };
    struct fixture *f = *state;
    size_t members = 0, estimators = 0;
    int64_t last = 0;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct activity a;
        int64_t at = start + ((int64_t)i + 1) * day;
        struct actor_at who = {rows[i].actor, at};
        done(f, store_tx(f->store, note_actor, &who, &f->err));
        f->c.now = at + 1;
        last = rows[i].person ? at : last;
        members += rows[i].member;
        estimators += rows[i].estimator;
        done(f, activity_load(f->store, start, at + 1, &a, &f->err));
        if (a.last != last || a.people != members || a.estimators != estimators)
            fail_msg("%s is taken for somebody", rows[i].actor);
        assert_int_equal(load(f)->clocks->last_act, last ? last : start);
    }
}

static int open_some(struct store *s, void *context, struct err *err)
{
    int rc = store_run(s, "INSERT INTO round (id, number, opened, due, likelihood, damage) "
                          "VALUES ('R-1', 1, 1, 5, '', '')", err);
    (void)context;
    if (!rc)
        rc = store_run(s, "INSERT INTO round (id, number, opened, due, closed, likelihood, damage) "
                          "VALUES ('R-2', 2, 1, 6, 1, '', '')", err);
    return rc ? rc
              : store_run(s, "INSERT INTO call (id, number, kind, subject, question, digest, text, opened, until) "
                             "VALUES ('C-1', 1, 'process', 'process', '?', x'00', x'00', 1, 7)", err);
}

static void test_open_rounds_and_calls_are_read(void **state)
{
    struct fixture *f = *state;
    done(f, store_tx(f->store, open_some, NULL, &f->err));
    const struct due_clocks *clocks = load(f)->clocks;
    assert_int_equal(clocks->open.len, 2);
    assert_true(sv_eq_str(clocks->open.at[0].id, "R-1"));
    assert_int_equal(clocks->open.at[0].until, 5);
    assert_int_equal(clocks->open.at[1].kind, DUE_CALL);
}

/* Greetings and promises are no verdicts; loose words are when they stand alone. */
static void test_verdicts(void **state)
{
    static const struct {
        const char *line, *verdict; /* NULL: none */
    } rows[] = {
        {"Verdict: sound", "sound"},
        {"verdict: Sound, I think", "sound"},
        {"Verdict: changes-wanted", "changes-wanted"},
        {"Verdict: not sound", "changes-wanted"},
        {"Verdict: declined - no time", "declined"},
        {"Sound.", "sound"},
        {"OK!", "sound"},
        {"  fine , ", "sound"},
        {"changes-wanted", "changes-wanted"},
        {"Needs work.", "changes-wanted"},
        {"I decline.", "declined"},
        {"Good evening,", NULL},
        {"Good evening", NULL},
        {"OK, I'll look", NULL},
        {"Fine - but see below", NULL},
        {"Sound advice is rare.", NULL},
        {"Change of address", NULL},
        {"I cannot say", NULL},
        {"cannot say", NULL},
        {"Verdict: goodness", NULL},
        {"Verdict:", NULL},
        {"", NULL},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *found = review_verdict(&f->arena, sv_str(rows[i].line));
        if (rows[i].verdict ? !found || strcmp(found, rows[i].verdict) != 0 : found != NULL)
            fail_msg("\"%s\" gave %s", rows[i].line, found ? found : "nothing");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_digest_covers_the_text_and_not_where_it_stands, setup, teardown),
        cmocka_unit_test_setup_teardown(test_digest_of_documents, setup, teardown),
        cmocka_unit_test_setup_teardown(test_verdicts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sound_accepts_the_text_it_is_about, setup, teardown),
        cmocka_unit_test_setup_teardown(test_review_of_the_analysis_accepts_what_it_holds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stage_changes_leave_a_review_standing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_only_a_mode_that_accepts_by_reviews_does, setup, teardown),
        cmocka_unit_test_setup_teardown(test_every_act_against_every_role, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused_acts_leave_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_events_that_lack_something_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_due_at_several_times, setup, teardown),
        cmocka_unit_test_setup_teardown(test_months_of_silence, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reports_have_a_place, setup, teardown),
        cmocka_unit_test_setup_teardown(test_last_act_is_that_of_a_person, setup, teardown),
        cmocka_unit_test_setup_teardown(test_who_wrote_a_mail_is_nobody, setup, teardown),
        cmocka_unit_test_setup_teardown(test_open_rounds_and_calls_are_read, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
