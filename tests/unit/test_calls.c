/* Consensus: who may do what, by the roles of the xmpp profile; objections and their states; rows from events alone. */
#include "action/acts.h"
#include "action/call.h"
#include "action/people.h"
#include "base/fs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

enum { DAY = 24 * 60 * 60 };
static const int64_t noon = 1795348800; /* 2026-11-22T12:00:00Z */

struct fixture {
    struct arena arena;
    struct diag diag;
    struct err err;
    struct store *store;
    struct action_context c;
    struct action_result r;
};

#define OK(f, call) check_ok((f), (call), __LINE__)
static void check_ok(struct fixture *f, int rc, int line)
{
    if (rc)
        fail_msg("line %d: %d %s", line, rc, f->err.text);
}

#define REFUSED(f, call, says) check_refused((f), (call), (says), __LINE__)
static void check_refused(struct fixture *f, int rc, const char *says, int line)
{
    if (rc != CM_EREFUSED || !strstr(f->err.text, says))
        fail_msg("line %d: wanted a refusal with \"%s\", got %d %s", line, says, rc, rc ? f->err.text : "");
}

/* Who acts, when, and why. */
static struct action_context *as(struct fixture *f, const char *actor, const char *role, int64_t days, const char *why)
{
    f->c.actor = sv_str(actor);
    f->c.role = sv_str(role);
    f->c.now = noon + days * DAY;
    f->c.reason = sv_str(why);
    f->c.editorial = false;
    return &f->c;
}

static const char *const roles[] = {"reader", "member", "editor", "moderator", "leader", "council", "operator"};

/* A member for each role, named after it; the leader with what the role asks for. */
static void add_people(struct fixture *f)
{
    for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
        const struct member_request member = {.name = sv_str(roles[i])};
        const struct role_request role = {sv_str(roles[i]), sv_str(roles[i]), SV("2027-08-31"), SV("XSF member")};
        OK(f, action_member_add(as(f, NULL, NULL, 0, NULL), &member, &f->r, &f->err));
        OK(f, action_role_give(as(f, NULL, NULL, 0, NULL), &role, &f->r, &f->err));
    }
}

static void open_call(struct fixture *f, const char *subject, const char *until)
{
    const struct call_request request = {sv_str(subject), SV("Do we agree?"), sv_str(until)};
    OK(f, action_call_open(as(f, "leader", NULL, 0, NULL), &request, &f->r, &f->err));
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    const char *source = getenv("CASEMATE_SOURCE");
    diag_init(&f->diag, &f->arena);
    OK(f, store_open(":memory:", STORE_CREATE, &f->store, &f->err));
    f->c = (struct action_context){.store = f->store, .arena = &f->arena, .now = noon, .diag = &f->diag};
    OK(f, action_import(&f->c, fs_join(&f->arena, source ? source : ".", "profiles/xmpp"), &f->r, &f->err));
    add_people(f);
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

static int run_round(struct store *s, void *context, struct err *err)
{
    (void)context;
    int rc = store_run(s, "INSERT INTO round (id, number, opened, due, closed, likelihood, damage) "
                          "SELECT 'R-1', 1, 1, 0, max(seq), '', '' FROM event", err);
    return rc ? rc : store_run(s, "INSERT INTO round_threat (round, position, threat, digest) VALUES "
                                  "('R-1', 1, 'T-0001', x'00')", err);
}

static const struct calls *calls_now(struct fixture *f)
{
    struct view *v = arena_new(&f->arena, struct view);
    OK(f, view_load(f->store, &f->arena, f->c.now, v, &f->err));
    return v->calls;
}

static int edit(struct fixture *f, const char *threat, const char *field, const char *text)
{
    const struct field_edit e = {sv_str(field), sv_str(text)};
    return action_threat_edit(&f->c, sv_str(threat), &e, 1, &f->r, &f->err);
}

/* ---- every act, every role ---- */

static int take(struct fixture *f)
{
    return action_position_take(&f->c, SV("C-1"), SV("support"), &f->r, &f->err);
}

static int raise_objection(struct fixture *f)
{
    return action_objection_raise(&f->c, SV("T-0001"), &f->r, &f->err);
}

static int answer(struct fixture *f)
{
    return action_objection_answer(&f->c, SV("O-1"), SV("It is not so."), &f->r, &f->err);
}

static int dissent(struct fixture *f)
{
    return action_objection_dissent(&f->c, SV("O-1"), &f->r, &f->err);
}

/* Each person has an objection in C-1, in the order of the roles. */
static int withdraw(struct fixture *f)
{
    for (size_t i = 0; i < ARRAY_LEN(roles); i++)
        if (sv_eq_str(f->c.actor, roles[i]))
            return action_objection_withdraw(&f->c, sv_str(arena_printf(&f->arena, "O-%zu", i + 1)), &f->r, &f->err);
    return action_objection_withdraw(&f->c, SV("O-1"), &f->r, &f->err);
}

static int open_template(struct fixture *f)
{
    const struct call_request request = {SV("template"), SV("Do we agree?"), SV_NONE};
    return action_call_open(&f->c, &request, &f->r, &f->err);
}

static int close_process(struct fixture *f)
{
    const struct close_request request = {SV("C-2"), SV("accepted"), SV("Nobody objects."), SV_NONE};
    return action_call_close(&f->c, &request, &f->r, &f->err);
}

static int appeal(struct fixture *f)
{
    return action_decision_appeal(&f->c, SV("D-1"), SV_NONE, &f->r, &f->err);
}

static int challenge(struct fixture *f)
{
    return action_threat_challenge(&f->c, SV("T-0002"), &f->r, &f->err);
}

static int edit_editorial(struct fixture *f)
{
    f->c.editorial = true;
    return edit(f, "T-0002", "damage.reason", "Better words.");
}

/* One letter for each of `roles`, then the operator without a name: y may; n the role may not; p must be a person. */
static const struct {
    const char *name;
    int (*run)(struct fixture *f);
    const char *wanted;
} acts[] = {
    /*                                       reader member editor moderator leader council operator, no name */
    {"call.open", open_template,               "nnnnynny"},
    {"call.close", close_process,              "nnnnynny"},
    {"position.take", take,                    "nyyyynnp"},
    {"objection.raise", raise_objection,       "nyyyynnp"},
    {"objection.answer", answer,               "nnnnynny"},
    {"objection.dissent", dissent,             "nnnnynny"},
    {"objection.withdraw", withdraw,           "nyyyynnp"},
    {"decision.appeal", appeal,                "nyyyynny"},
    {"threat.challenge", challenge,            "nyyyynnp"},
    {"threat.edit --editorial", edit_editorial, "nnynynny"},
};

struct cell {
    struct fixture *f;
    size_t act;
    char got;
};
enum { UNDO = -1000 };

/* Undone afterwards, whatever it did: each cell begins with the same store. */
static int run_cell(struct store *s, void *context, struct err *err)
{
    struct cell *cell = context;
    (void)s;
    int rc = acts[cell->act].run(cell->f);
    const char *text = cell->f->err.text;
    cell->got = !rc ? 'y' : rc == CM_EREFUSED && strstr(text, " may not ") ? 'n'
                : rc == CM_EREFUSED && strstr(text, "somebody's own") ? 'p' : '?';
    return err_set(err, UNDO, "%s", rc ? text : "done");
}

static void prepare_acts(struct fixture *f)
{
    const struct edition_request edition = {.document = DOCUMENT_ANALYSIS, .kind = SV("substantive"),
                                            .remark = SV("First"), .without_pdf = true};
    const struct close_request close = {SV("C-3"), SV("accepted"), SV("Agreed."), SV_NONE};
    OK(f, action_edition_new(as(f, "leader", NULL, 0, NULL), &edition, &f->r, &f->err));
    open_call(f, "analysis 0.1", "+60d");
    open_call(f, "process", NULL);
    open_call(f, "template", NULL);
    for (size_t i = 0; i < ARRAY_LEN(roles); i++)
        OK(f, action_position_take(as(f, roles[i], NULL, 1, "It is wrong."), SV("C-1"), SV("object"), &f->r, &f->err));
    OK(f, action_call_close(as(f, "leader", NULL, 15, NULL), &close, &f->r, &f->err));
    OK(f, store_tx(f->store, run_round, NULL, &f->err));
    as(f, NULL, NULL, 15, "Wording.")->editorial = true;
    OK(f, edit(f, "T-0002", "damage.reason", "Other words."));
}

static void test_every_act_for_every_role(void **state)
{
    struct fixture *f = *state;
    prepare_acts(f);
    for (size_t i = 0; i < ARRAY_LEN(acts); i++)
        for (size_t k = 0; k <= ARRAY_LEN(roles); k++) {
            struct cell cell = {f, i, '?'};
            struct err err = ERR_INIT;
            const char *role = k < ARRAY_LEN(roles) ? roles[k] : NULL;
            as(f, role, role, 16, "Because.");
            assert_int_equal(store_tx(f->store, run_cell, &cell, &err), UNDO);
            if (cell.got != acts[i].wanted[k])
                fail_msg("%s by %s: wanted %c, got %c: %s", acts[i].name, role ? role : "(no name)",
                         acts[i].wanted[k], cell.got, err.text);
        }
}

/* Whoever is no member and holds no role may nothing of it. */
static void test_strangers(void **state)
{
    struct fixture *f = *state;
    open_call(f, "process", NULL);
    for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
        as(f, "Stranger", NULL, 1, "Because.");
        REFUSED(f, acts[i].run(f), "Stranger is no member");
    }
}

/* ---- calls ---- */

static void test_least_days(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *until;
        bool good;
    } cases[] = {{"2026-12-05", false}, {"2026-12-06", true}, {"2026-12-06T11:59:59Z", false},
                 {"2026-12-06T12:00:00Z", true}, {"+13d", false}, {"+14d", true}, {"", true}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct call_request request = {i % 2 ? SV("process") : SV("template"), SV("?"), sv_str(cases[i].until)};
        as(f, "leader", NULL, 0, NULL);
        if (!cases[i].good) {
            REFUSED(f, action_call_open(&f->c, &request, &f->r, &f->err), "at least 14 days (process.md, \"Calls\")");
            continue;
        }
        OK(f, action_call_open(&f->c, &request, &f->r, &f->err));
        const struct close_request close = {f->r.id, SV("not-accepted"), SV("Later."), SV_NONE};
        OK(f, action_call_close(as(f, "leader", NULL, 20, NULL), &close, &f->r, &f->err));
    }
}

static enum objection_state state_of(struct fixture *f, const char *id)
{
    const struct objection *o = calls_objection(calls_now(f), sv_str(id));
    assert_non_null(o);
    return o->state;
}

static void position(struct fixture *f, const char *who, const char *stand, const char *why)
{
    OK(f, action_position_take(as(f, who, NULL, 1, why), SV("C-1"), sv_str(stand), &f->r, &f->err));
}

static void test_objections_through_their_states(void **state)
{
    struct fixture *f = *state;
    open_call(f, "process", NULL);
    position(f, "member", "object", "Too long.");
    assert_true(sv_eq_str(f->r.id, "O-1"));
    position(f, "member", "object", "Far too long.");
    assert_true(sv_eq_str(calls_objection(calls_now(f), SV("O-1"))->text, "Far too long."));
    OK(f, action_objection_answer(as(f, "leader", NULL, 2, NULL), SV("O-1"), SV("It is two pages."), &f->r, &f->err));
    assert_int_equal(state_of(f, "O-1"), OBJECTION_ANSWERED);
    position(f, "member", "object", "Far too long.");
    assert_int_equal(f->r.event, 0); /* said already */
    position(f, "member", "object", "The two pages are full of numbers.");
    assert_true(sv_eq_str(f->r.id, "O-2"));
    OK(f, action_objection_withdraw(as(f, "member", NULL, 2, NULL), SV("O-2"), &f->r, &f->err));
    assert_int_equal(calls_now(f)->list.at[0].positions.len, 1); /* O-1 stands, answered */
    OK(f, action_objection_dissent(as(f, "leader", NULL, 2, "No agreement."), SV("O-1"), &f->r, &f->err));
    REFUSED(f, action_objection_answer(as(f, "leader", NULL, 2, NULL), SV("O-1"), SV("No."), &f->r, &f->err),
            "recorded as dissent already");
    position(f, "member", "abstain", NULL);
    assert_int_equal(state_of(f, "O-1"), OBJECTION_WITHDRAWN);
    assert_int_equal(state_of(f, "O-2"), OBJECTION_WITHDRAWN);
    position(f, "editor", "object", "Numbers are missing.");
    OK(f, action_objection_withdraw(as(f, "editor", NULL, 2, NULL), SV("O-3"), &f->r, &f->err));
    assert_int_equal(calls_now(f)->list.at[0].positions.len, 1); /* silent again */
    assert_int_equal(call_open_objections(&calls_now(f)->list.at[0]), 0);
}

/* ---- the objection period of a priority ---- */

static int reopen_round(struct store *s, void *context, struct err *err)
{
    (void)context;
    return store_run(s, "INSERT INTO round (id, number, opened, due, likelihood, damage) "
                        "VALUES ('R-2', 2, 1, 0, '', '')", err) ||
                   store_run(s, "INSERT INTO round_threat (round, position, threat, digest) VALUES "
                                "('R-2', 1, 'T-0001', x'00')", err);
}

static void test_objection_period(void **state)
{
    struct fixture *f = *state;
    as(f, "member", NULL, 1, "Too high.");
    REFUSED(f, raise_objection(f), "no round has settled a priority of T-0001");
    OK(f, store_tx(f->store, run_round, NULL, &f->err)); /* closed at noon */
    as(f, "member", NULL, 7, "Too high.");
    REFUSED(f, raise_objection(f), "period of 7 days for the priority of T-0001 ended on 2026-11-29");
    f->c.now--;
    OK(f, raise_objection(f));
    assert_true(sv_eq_str(f->r.id, "O-1"));
    assert_int_equal(calls_now(f)->others.len, 1);
    OK(f, action_objection_withdraw(as(f, "member", NULL, 30, NULL), SV("O-1"), &f->r, &f->err));
    OK(f, store_tx(f->store, reopen_round, NULL, &f->err));
    as(f, "member", NULL, 1, "Too high.");
    REFUSED(f, raise_objection(f), "estimated in R-2, which is open");
}

/* ---- rows ---- */

static int apply(struct fixture *f, const char *action, const char *payload)
{
    struct act_event e = {.seq = 1, .at = noon, .actor = SV("m1"), .action = sv_str(action), .subject = SV("C-1")};
    OK(f, json_parse(&f->arena, sv_str(payload), 1 << 20, &e.payload, &f->err));
    return acts_apply(f->store, &f->arena, &e, &f->err);
}

struct payload_run {
    struct fixture *f;
    const char *action, *payload;
};

static int run_payload(struct store *s, void *context, struct err *err)
{
    const struct payload_run *r = context;
    (void)s;
    (void)err; /* the fixture's */
    return apply(r->f, r->action, r->payload);
}

#define HEX "0000000000000000000000000000000000000000000000000000000000000000"

/* A record that was written by hand may say anything. */
static void test_payloads_that_lack_something(void **state)
{
    struct fixture *f = *state;
    static const char *const bad[][2] = {
        {"call.open", "{}"},
        {"call.open", "{\"call\":[]}"},
        {"call.open", "{\"call\":{\"id\":\"X-1\",\"kind\":\"process\",\"subject\":\"process\",\"question\":\"?\","
                      "\"digest\":\"" HEX "\",\"text\":\"" HEX "\",\"until\":\"2026-12-01T00:00:00Z\"}}"},
        {"call.open", "{\"call\":{\"id\":\"C-1\",\"kind\":\"vote\",\"subject\":\"process\",\"question\":\"?\","
                      "\"digest\":\"" HEX "\",\"text\":\"" HEX "\",\"until\":\"2026-12-01T00:00:00Z\"}}"},
        {"call.open", "{\"call\":{\"id\":\"C-1\",\"kind\":\"process\",\"subject\":\"process\",\"question\":\"?\","
                      "\"digest\":\"00\",\"text\":\"" HEX "\",\"until\":\"2026-12-01T00:00:00Z\"}}"},
        {"decision.appeal", "{\"call\":{\"id\":\"C-1\",\"kind\":\"appeal\",\"subject\":\"D-1\",\"question\":\"?\","
                            "\"digest\":\"" HEX "\",\"text\":\"" HEX "\",\"until\":\"soon\"}}"},
        {"call.open", "{\"call\":{\"id\":\"C-1\",\"kind\":\"edition\",\"subject\":\"analysis 0.1\",\"question\":\"?\","
                      "\"digest\":\"" HEX "\",\"text\":\"" HEX "\",\"until\":\"2026-12-01T00:00:00Z\","
                      "\"threats\":[7]}}"},
        {"call.close", "{\"decision\":{\"id\":\"D-1\",\"call\":\"C-1\",\"outcome\":\"approved\",\"judgement\":\"\"}}"},
        {"call.close", "{\"decision\":{\"id\":\"D-\",\"call\":\"C-1\",\"outcome\":\"accepted\",\"judgement\":\"\"}}"},
        {"position.take", "{\"position\":{\"call\":\"C-1\",\"position\":\"veto\"}}"},
        {"position.take", "{\"position\":7}"},
        {"objection.raise", "{\"objection\":{\"id\":\"O-1\",\"threat\":\"T-0001\"}}"},
        {"objection.raise", "{\"reason\":\"r\",\"objection\":{\"id\":\"O-99999999999\",\"threat\":\"T-0001\"}}"},
        {"objection.answer", "{\"objection\":{\"id\":\"O-1\",\"subject\":\"C-1\",\"state\":\"answered\"}}"},
        {"objection.dissent", "{\"objection\":{\"id\":\"O-1\",\"subject\":\"C-1\",\"state\":\"dissent\"}}"},
        {"objection.withdraw", "{\"objection\":{\"id\":\"O-1\",\"subject\":\"C-1\",\"state\":\"gone\"}}"},
        {"threat.edit", "{\"editorial\":{\"threat\":\"T-0001\",\"before\":\"" HEX "\"}}"},
        {"threat.challenge", "{\"challenge\":{\"threat\":\"T-0001\",\"undoes\":[{\"before\":\"" HEX "\"}]}}"},
        {"threat.challenge", "{}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct payload_run r = {f, bad[i][0], bad[i][1]};
        int rc = store_tx(f->store, run_payload, &r, &f->err);
        if (rc != CM_ECORRUPT || !strstr(f->err.text, "event 1"))
            fail_msg("%s %s: %d %s", bad[i][0], bad[i][1], rc, f->err.text);
    }
    assert_int_equal(calls_now(f)->list.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_act_for_every_role, setup, teardown),
        cmocka_unit_test_setup_teardown(test_strangers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_least_days, setup, teardown),
        cmocka_unit_test_setup_teardown(test_objections_through_their_states, setup, teardown),
        cmocka_unit_test_setup_teardown(test_objection_period, setup, teardown),
        cmocka_unit_test_setup_teardown(test_payloads_that_lack_something, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
