/* Every action of the action table, tried by everybody: permitted and refused, by one table. An action that is in no
 * row here is a fault, and so is a row for an action that is not there.
 *
 * The group is that of profiles/minimal in the mode for about three people, with the roles of profiles/xmpp. It is
 * brought to a day on which each action could be done by somebody; each try begins there and is undone. */
#include "action/acts.h"
#include "action/call.h"
#include "action/council.h"
#include "action/deputy.h"
#include "action/embargo.h"
#include "action/erase.h"
#include "action/mail.h"
#include "action/moderation.h"
#include "action/people.h"
#include "action/review.h"
#include "action/round.h"
#include "action/ties.h"
#include "base/fs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

enum { DAY = 24 * 60 * 60, TODAY = 60, UNDO = -1000 };
static const int64_t noon = 1795348800; /* 2026-11-22T12:00:00Z: day 0 */

struct fixture {
    struct arena arena;
    struct diag diag;
    struct err err;
    struct store *store;
    struct action_context c;
    struct action_result r;
    char dir[64];
    int64_t thread;    /* that is tied to G-0001 */
    const char *later; /* a folder that differs from the store */
};

#define OK(f, call) check_ok((f), (call), __LINE__)
static void check_ok(struct fixture *f, int rc, int line)
{
    if (!rc)
        return;
    for (size_t i = 0; i < f->diag.len; i++)
        print_message("%s\n", diag_format(&f->diag, &f->diag.items[i]));
    fail_msg("line %d: %d %s", line, rc, f->err.text);
}

/* ---- who ---- */

enum { NOBODY, MEMBER, OPERATOR = 7, WITHOUT_NAME, ACTORS };
static const struct {
    const char *name, *role;
} actors[ACTORS] = {{"Stranger", NULL},        {"member", "member"}, {"editor", "editor"},   {"moderator", "moderator"},
                    {"deputy", "deputy"},      {"leader", "leader"}, {"council", "council"}, {"operator", "operator"},
                    {NULL, NULL}};

static struct action_context *as(struct fixture *f, const char *actor, const char *role, int day)
{
    f->c.actor = sv_str(actor);
    f->c.role = sv_str(role);
    f->c.now = noon + (int64_t)day * DAY;
    f->c.reason = SV("Because.");
    f->c.editorial = false;
    return &f->c;
}

/* ---- the acts, one for each row ---- */

#define ACT(name, ...) \
    static int name(struct fixture *f) { struct action_context *c = &f->c; return (__VA_ARGS__); }

static int propose(struct fixture *f, const char *name)
{
    const struct proposal p = {.name = sv_str(name),
                               .abstract = SV("Nobody can sleep while it does."),
                               .areas = SV("opening")};
    return action_threat_propose(&f->c, &p, &f->r, &f->err);
}

ACT(run_propose, (void)c, propose(f, "Gate sings at night"))

static int set_advice(struct fixture *f, const char *text)
{
    const struct field_edit e = {SV("advice"), sv_str(text)};
    return action_threat_edit(&f->c, SV("G-0001"), &e, 1, &f->r, &f->err);
}

ACT(run_import, action_import(c, f->later, &f->r, &f->err))
ACT(run_edit, (void)c, set_advice(f, "Close the gate."))
ACT(run_advance, action_threat_advance(c, SV("G-0002"), SV("rated"), false, &f->r, &f->err))
ACT(run_override, action_threat_advance(c, SV("G-0001"), SV("reviewed"), true, &f->r, &f->err))
ACT(run_reopen, action_threat_reopen(c, SV("G-0001"), SV("noted"), &f->r, &f->err))
ACT(run_merge, action_threat_end(c, SV("G-0005"), "merged", &SV("G-0001"), 1, &f->r, &f->err))
ACT(run_withdraw, action_threat_end(c, SV("G-0005"), "withdrawn", NULL, 0, &f->r, &f->err))
ACT(run_recheck, action_threat_recheck(c, SV("G-0001"), &f->r, &f->err))
ACT(run_challenge, action_threat_challenge(c, SV("G-0001"), &f->r, &f->err))
ACT(run_leave, action_member_leave(c, c->actor, &f->r, &f->err))
ACT(run_remove, action_member_leave(c, SV("spare"), &f->r, &f->err))
ACT(run_note, action_embargo_note(c, SV("E-2"), SV("It is worse."), &f->r, &f->err))
ACT(run_share, action_embargo_share(c, SV("E-2"), SV("spare"), &f->r, &f->err))
ACT(run_release, action_embargo_release(c, SV("E-1"), &f->r, &f->err))
ACT(run_release_early, action_embargo_release(c, SV("E-2"), &f->r, &f->err))
ACT(run_end, action_sig_end(c, SV("Council"), SV("https://example.org/end"), &f->r, &f->err))
ACT(run_report, action_report_record(c, noon, SV("Nothing moved."), &f->r, &f->err))
ACT(run_position, action_position_take(c, SV("C-8"), SV("support"), &f->r, &f->err))
ACT(run_raise, action_objection_raise(c, SV("G-0002"), &f->r, &f->err))
ACT(run_answer, action_objection_answer(c, SV("O-1"), SV("It is not so."), &f->r, &f->err))
ACT(run_dissent, action_objection_dissent(c, SV("O-1"), &f->r, &f->err))
ACT(run_appeal, action_decision_appeal(c, SV("D-1"), SV_NONE, &f->r, &f->err))
ACT(run_refer, action_decision_refer(c, SV("D-2"), SV_NONE, &f->r, &f->err))
ACT(run_council, action_decision_answer(c, SV("D-4"), SV("dismissed"), SV("https://example.org/1"), &f->r, &f->err))
ACT(run_round_close, action_round_close(c, SV("R-3"), false, &f->r, &f->err))
ACT(run_round_override, action_round_close(c, SV("R-4"), true, &f->r, &f->err))
ACT(run_review_withdraw, action_review_withdraw(c, SV("V-2"), &f->r, &f->err))
ACT(run_assent, action_assent(c, DOCUMENT_ANALYSIS, SV("Rosa Hedge"), &f->r, &f->err))

static int run_split(struct fixture *f)
{
    const struct sv into[] = {SV("G-0001"), SV("G-0002")};
    return action_threat_end(&f->c, SV("G-0005"), "split", into, 2, &f->r, &f->err);
}

static int edition(struct fixture *f, enum document_kind document)
{
    const struct edition_request e = {.document = document, .kind = SV("substantive"), .remark = SV("First"),
                                      .without_pdf = true};
    return action_edition_new(&f->c, &e, &f->r, &f->err);
}

ACT(run_edition, (void)c, edition(f, DOCUMENT_PROCESS))

static int join(struct fixture *f, const char *name)
{
    const struct member_request m = {.name = sv_str(name)};
    return action_member_add(&f->c, &m, &f->r, &f->err);
}

ACT(run_add, (void)c, join(f, "Newcomer"))
ACT(run_join, action_member_join(c, SV("newcomer@example.org"), &f->r, &f->err))

static const struct role_request grant = {SV("spare"), SV("moderator"), SV("2028-08-31"), SV("XSF member")};
ACT(run_give, action_role_give(c, &grant, &f->r, &f->err))
ACT(run_take, action_role_take(c, &grant, &f->r, &f->err))

static int embargo(struct fixture *f, unsigned days)
{
    struct sv readers[ACTORS];
    for (size_t i = MEMBER; i <= OPERATOR; i++)
        readers[i - MEMBER] = sv_str(actors[i].name);
    const struct embargo_request e = {SV("The gate of number 7 opens by itself."), readers, OPERATOR, days};
    return action_embargo_open(&f->c, &e, &f->r, &f->err);
}

ACT(run_embargo, (void)c, embargo(f, 10))

/* By the operator, before whoever it is resumes. */
static int run_resume(struct fixture *f)
{
    struct action_context own = f->c;
    own.actor = own.role = SV_NONE;
    OK(f, action_sig_end(&own, SV("Council"), SV("https://example.org/end"), &f->r, &f->err));
    return action_sig_resume(&f->c, &f->r, &f->err);
}

static int open_call(struct fixture *f, const char *subject)
{
    const struct call_request request = {sv_str(subject), SV("Do we agree?"), SV_NONE};
    return action_call_open(&f->c, &request, &f->r, &f->err);
}

static int close_call(struct fixture *f, const char *call, const char *outcome)
{
    const struct close_request request = {sv_str(call), sv_str(outcome), SV("So it is."), SV_NONE};
    return action_call_close(&f->c, &request, &f->r, &f->err);
}

ACT(run_call_open, (void)c, open_call(f, "template 0.1"))
ACT(run_call_close, (void)c, close_call(f, "C-7", "accepted"))

/* Each has an objection in C-6, in the order of the actors. */
static int run_objection_withdraw(struct fixture *f)
{
    size_t number = 1;
    for (size_t i = MEMBER; i <= OPERATOR; i++)
        if (sv_eq_str(f->c.actor, actors[i].name))
            number = i;
    return action_objection_withdraw(&f->c, sv_str(arena_printf(&f->arena, "O-%zu", number)), &f->r, &f->err);
}

/* Whoever it is says it of themselves; the operator of a member. */
static struct sv self(const struct fixture *f)
{
    return f->c.actor.len ? f->c.actor : SV("member");
}

static int run_away(struct fixture *f)
{
    const struct away_request request = {self(f), SV_NONE, SV("2027-12-31")};
    return action_away_announce(&f->c, &request, &f->r, &f->err);
}

ACT(run_back, action_away_end(c, self(f), &f->r, &f->err))

#define STEP "record-a-member-s-opening-from-the-street"

/* The round on G-0001 asks for a step of its tree, too. */
static int open_round(struct fixture *f, const char *threat)
{
    const struct sv id = sv_str(threat), step = SV("G-0001#" STEP);
    const struct round_request request = {.threats = &id, .threat_count = 1, .steps = &step,
                                          .step_count = strcmp(threat, "G-0001") ? 0 : 1};
    return action_round_open(&f->c, &request, &f->r, &f->err);
}

ACT(run_round_open, (void)c, open_round(f, "G-0005"))

static int estimate(struct fixture *f, const char *threat)
{
    const struct sv step = SV(STEP "=0.2..0.6");
    const struct estimate_request e = {.threat = sv_str(threat), .answers = {SV("often"), SV("great")},
                                       .reason = SV("I saw it."), .steps = &step,
                                       .step_count = strcmp(threat, "G-0001") ? 0 : 1};
    return action_estimate(&f->c, &e, &f->r, &f->err);
}

ACT(run_estimate, (void)c, estimate(f, "G-0004"))

ACT(run_accept, action_round_accept(c, SV("R-1"), SV("G-0001#" STEP), &f->r, &f->err))

static int run_keep(struct fixture *f)
{
    struct action_context who = f->c;
    int rc = action_round_accept(as(f, NULL, NULL, TODAY), SV("R-1"), SV("G-0001#" STEP), &f->r, &f->err);
    assert_true(!rc || rc == CM_EREFUSED); /* accepted by an earlier try that nobody undid */
    f->c = who;
    return action_round_keep(&f->c, SV("R-1"), SV("G-0001#" STEP), &f->r, &f->err);
}

static int run_erase(struct fixture *f)
{
    struct erase_outcome outcome;
    const struct erase_request request = {0, SV("I saw it.")};
    return action_record_erase(&f->c, &request, &outcome, &f->r, &f->err);
}

ACT(run_list_new, action_list_new(c, SV("gates"), SV("gates@example.org"), SV("Gates"), false, &f->r, &f->err))

static int run_list_set(struct fixture *f)
{
    const struct field_edit posts = {SV("posts"), SV("anyone")};
    return action_list_set(&f->c, SV("doors"), &posts, 1, &f->r, &f->err);
}

ACT(run_tie, action_thread_tie(c, f->thread, SV("G-0002"), SV_NONE, &f->r, &f->err))
ACT(run_untie, action_thread_untie(c, f->thread, SV("G-0001"), &f->r, &f->err))

/* A thread of the list "doors", tied to G-0001. */
static void prepare_thread(struct fixture *f)
{
    const struct mail_in mail = {SV("a@example.org"), SV("doors+G1@example.org"),
                                 SV("From: <a@example.org>\nMessage-ID: <1@example.org>\nSubject: Gate\n\nHello\n")};
    const struct field_edit posts = {SV("posts"), SV("anyone")};
    struct mail_reply reply;
    struct message m;
    OK(f, action_list_set(as(f, NULL, NULL, 1), SV("doors"), &posts, 1, &f->r, &f->err));
    OK(f, action_mail_receive(as(f, NULL, NULL, 1), &mail, 1, &reply, &f->err));
    OK(f, message_load(f->store, &f->arena, reply.message, &m, &f->err));
    f->thread = m.thread;
    const struct field_edit members = {SV("posts"), SV("members")};
    OK(f, action_list_set(as(f, NULL, NULL, 1), SV("doors"), &members, 1, &f->r, &f->err));
}

static int hold(struct fixture *f, const char *outcome, const char *because)
{
    struct hold_done done;
    const struct hold_decision d = {SV("P-1"), sv_str(outcome), sv_str(because), false};
    return action_hold_decide(&f->c, &d, &done, &f->r, &f->err);
}

ACT(run_hold_approve, (void)c, hold(f, "approve", NULL))
ACT(run_hold_return, (void)c, hold(f, "return", "off-topic"))
ACT(run_hold_discard, (void)c, hold(f, "discard", "spam"))
ACT(run_hold_refile, action_hold_refile(c, SV("P-1"), SV("G-0001"), SV_NONE, &f->r, &f->err))
ACT(run_hold_appeal, action_hold_appeal(c, SV("P-2"), SV_NONE, &f->r, &f->err))

static int run_review_request(struct fixture *f)
{
    const struct review_request r = {SV("G-0001"), SV("lea@far.example"), SV("Lea Stone"), SV("+14d")};
    return action_review_request(&f->c, &r, &f->r, &f->err);
}

static int run_review_answer(struct fixture *f)
{
    const struct review_answer answer = {SV("V-1"), SV("sound"), SV_NONE, false};
    return action_review_answer(&f->c, &answer, &f->r, &f->err);
}

static int run_handover(struct fixture *f)
{
    const struct handover_request h = {SV("G-0001"), SV("GATE-01"), SV("member"), SV("Gate builders"),
                                       SV("2027-02-01"), SV_NONE};
    return action_handover_open(&f->c, &h, &f->r, &f->err);
}

static int run_settle(struct fixture *f)
{
    const struct handover_outcome outcome = {SV("H-1"), SV("unanswered"), SV_NONE};
    return action_handover_settle(&f->c, &outcome, &f->r, &f->err);
}

/* One letter for each of `actors`: y may; n may not; p must be somebody; - has no such form. */
static const struct {
    const char *action;
    int (*run)(struct fixture *f);
    const char *wanted;
} rows[] = {
    /*                                                 nobody
                                                       |member
                                                       ||editor
                                                       |||moderator
                                                       ||||deputy
                                                       |||||leader
                                                       ||||||council
                                                       |||||||operator
                                                       ||||||||operator, without a name */
    {"import", run_import,                            "nnynnnnyy"},
    {"threat.propose", run_propose,                   "nyyyyynny"},
    {"threat.edit", run_edit,                         "nnynnynny"},
    {"threat.advance", run_advance,                   "nnynnynny"},
    {"threat.override", run_override,                 "nnnnnynny"},
    {"threat.reopen", run_reopen,                     "nnynnynny"},
    {"threat.merge", run_merge,                       "nnynnynny"},
    {"threat.split", run_split,                       "nnynnynny"},
    {"threat.withdraw", run_withdraw,                 "nnynnynny"},
    {"threat.recheck", run_recheck,                   "nnynnynny"},
    {"threat.challenge", run_challenge,               "nyyyyynnp"},
    {"edition.new", run_edition,                      "nnnnnynny"},
    {"member.add", run_add,                           "nnnynnnny"},
    {"member.join", run_join,                         "y--------"}, /* the others are known already */
    {"member.leave", run_leave,                       "nyyyyyyy-"},
    {"member.remove", run_remove,                     "nnnnnnnyy"},
    {"role.give", run_give,                           "nnnnnnnyy"},
    {"role.take", run_take,                           "nnnnnnnyy"},
    {"away.announce", run_away,                       "nyyyyyyyy"},
    {"away.end", run_back,                            "nyyyyyyyy"},
    {"embargo.open", run_embargo,                     "nyyyyynny"},
    {"embargo.note", run_note,                        "nyyyyynny"},
    {"embargo.share", run_share,                      "nyyyyynny"},
    {"embargo.release", run_release,                  "nyyyyynny"},
    {"embargo.release-early", run_release_early,      "nnnnnynny"},
    {"sig.end", run_end,                              "nnnnnnnyy"},
    {"sig.resume", run_resume,                        "nnnnnnnyy"},
    {"report.record", run_report,                     "nnnnyynny"},
    {"call.open", run_call_open,                      "nnnnnynny"},
    {"call.close", run_call_close,                    "nnnnyynny"},
    {"position.take", run_position,                   "nyyyyynnp"},
    {"objection.raise", run_raise,                    "nyyyyynnp"},
    {"objection.answer", run_answer,                  "nnnnyynny"},
    {"objection.dissent", run_dissent,                "nnnnyynny"},
    {"objection.withdraw", run_objection_withdraw,    "nyyyyynnp"},
    {"decision.appeal", run_appeal,                   "nyyyyynny"},
    {"decision.refer", run_refer,                     "nyyyyynny"},
    {"decision.answer", run_council,                  "nnnnnnyny"},
    {"round.open", run_round_open,                    "nnnnnynny"},
    {"round.close", run_round_close,                  "nnnnyynny"},
    {"round.override", run_round_override,            "nnnnnynny"},
    {"round.accept", run_accept,                      "nnynnynny"},
    {"round.keep", run_keep,                          "nnynnynny"},
    {"estimate.give", run_estimate,                   "nyyyyynnp"},
    {"review.request", run_review_request,            "nnynnynny"},
    {"review.answer", run_review_answer,              "nyyyyyyyy"},
    {"review.withdraw", run_review_withdraw,          "nnynnynny"},
    {"handover.open", run_handover,                   "nnynnynny"},
    {"handover.settle", run_settle,                   "nnynnynny"},
    {"record.erase", run_erase,                       "nnnynnnny"},
    {"list.new", run_list_new,                        "nnnnnnnyy"},
    {"list.set", run_list_set,                        "nnnnnnnyy"},
    {"thread.tie", run_tie,                           "nnnynnnny"},
    {"thread.untie", run_untie,                       "nnnynnnny"},
    {"hold.approve", run_hold_approve,                "nnnynnnny"},
    {"hold.return", run_hold_return,                  "nnnynnnny"},
    {"hold.discard", run_hold_discard,                "nnnynnnny"},
    {"hold.refile", run_hold_refile,                  "nnnynnnny"},
    {"hold.appeal", run_hold_appeal,                  "nyyyyynny"},
    /* the first of two moderators' hold.return; the clock's; by a one-time address (tests/cli/340-moderation.sh) */
    {"hold.propose", run_hold_return,                 "---------"},
    {"hold.timeout", run_hold_approve,                "---------"},
    {"hold.contest", run_hold_appeal,                 "---------"},
    {"assent.record", run_assent,                     "nnnnnynny"},
};

/* ---- the group ---- */

static struct sv profile_text(struct fixture *f, const char *profile, const char *name)
{
    const char *source = getenv("CASEMATE_SOURCE");
    struct sv text;
    const char *path = arena_printf(&f->arena, "%s/profiles/%s/%s", source ? source : ".", profile, name);
    OK(f, fs_read(&f->arena, path, 1 << 20, &text, &f->err));
    return text;
}

/* The text with the part that begins and ends there, which is there once, replaced. */
static struct sv replaced(struct fixture *f, struct sv text, const char *from, const char *to, const char *by)
{
    ptrdiff_t begin = sv_find(text, sv_str(from));
    assert_true(begin >= 0);
    struct sv rest = sv_from_byte(text, (size_t)begin);
    ptrdiff_t end = to ? sv_find(rest, sv_str(to)) : (ptrdiff_t)strlen(from);
    assert_true(end >= 0);
    struct sv tail = sv_from_byte(rest, (size_t)end);
    return sv_str(arena_printf(&f->arena, "%.*s%s%.*s", (int)begin, text.at, by, SV_ARG(tail)));
}

static void put_file(struct fixture *f, const char *dir, const char *name, struct sv text)
{
    const char *path = fs_join(&f->arena, dir, name);
    OK(f, fs_mkdirs(arena_strndup(&f->arena, path, (size_t)(fs_base_name(path) - path) - 1), &f->err));
    OK(f, fs_write(path, text, false, &f->err));
}

static const char *write_profile(struct fixture *f)
{
    static const char *const same[] = {"references.tsv", "template.md", "threats/G-0001-recorded-opening.md",
                                       "threats/G-0002-former-member.md", "threats/G-0003-gate-log.md"};
    const char *dir = fs_join(&f->arena, f->dir, "group");
    for (size_t i = 0; i < ARRAY_LEN(same); i++)
        put_file(f, dir, same[i], profile_text(f, "minimal", same[i]));
    struct sv roles = profile_text(f, "xmpp", "sig.yaml");
    ptrdiff_t at = sv_find(roles, SV("\nroles:\n"));
    assert_true(at >= 0);
    roles = sv_from_byte(roles, (size_t)at);
    at = sv_find(roles, SV("\n\n"));
    assert_true(at >= 0);
    struct sv sig = profile_text(f, "minimal", "sig.yaml");
    ptrdiff_t own = sv_find(sig, SV("\nroles:\n"));
    put_file(f, dir, "sig.yaml", sv_str(arena_printf(&f->arena, "%.*s%.*s\n", (int)own, sig.at, (int)at, roles.at)));
    struct sv process = profile_text(f, "minimal", "process.md");
    process = replaced(f, process, "mode: author", NULL, "mode: small");
    process = replaced(f, process, "report_days: 180", NULL, "report_days: 10");
    process = replaced(f, process, "  - {id: withdrawn,", NULL,
                       "  - {id: split, name: Split, means: \"Several.\", needs: [reason, successors]}\n"
                       "  - {id: withdrawn,");
    put_file(f, dir, "process.md", process);
    return dir;
}

static void add_people(struct fixture *f)
{
    for (size_t i = MEMBER; i <= OPERATOR; i++)
        OK(f, (as(f, NULL, NULL, 0), join(f, actors[i].name)));
    OK(f, (as(f, NULL, NULL, 0), join(f, "spare")));
    for (size_t i = MEMBER + 1; i <= OPERATOR; i++) {
        const struct role_request role = {sv_str(actors[i].name), sv_str(actors[i].role), SV("2028-08-31"),
                                          SV("XSF member")};
        OK(f, action_role_give(as(f, NULL, NULL, 0), &role, &f->r, &f->err));
    }
    OK(f, action_role_give(as(f, NULL, NULL, 0), &grant, &f->r, &f->err));
}

static void rated(struct fixture *f, const char *threat)
{
    OK(f, (as(f, NULL, NULL, 0), open_round(f, threat)));
    OK(f, (as(f, "member", NULL, 1), estimate(f, threat)));
    OK(f, (as(f, "editor", NULL, 1), estimate(f, threat)));
}

/* R-1 closed long ago, R-2 just now, R-3 due and waiting, R-4 open. */
static void prepare_rounds(struct fixture *f)
{
    rated(f, "G-0001");
    rated(f, "G-0002");
    rated(f, "G-0003");
    OK(f, action_round_close(as(f, NULL, NULL, 9), SV("R-1"), false, &f->r, &f->err));
    OK(f, (as(f, NULL, NULL, 10), propose(f, "Gate hums at noon")));
    OK(f, (as(f, NULL, NULL, 10), propose(f, "Latch rattles in the wind")));
    OK(f, action_round_close(as(f, NULL, NULL, 58), SV("R-2"), false, &f->r, &f->err));
    OK(f, (as(f, NULL, NULL, 58), open_round(f, "G-0004")));
}

static void decide(struct fixture *f, const char *call, const char *subject, int day)
{
    OK(f, (as(f, NULL, NULL, day), open_call(f, subject)));
    OK(f, (as(f, "leader", NULL, day + 8), close_call(f, call, "accepted")));
}

static void appealed(struct fixture *f, const char *decision, const char *call, int day)
{
    OK(f, action_decision_appeal(as(f, NULL, NULL, day), sv_str(decision), SV_NONE, &f->r, &f->err));
    OK(f, (as(f, NULL, NULL, day + 8), close_call(f, call, "not-accepted")));
}

/* D-1 to be appealed, D-2 to be asked about, D-4 to be answered; C-6 waits with objections, C-7 without. */
static void prepare_calls(struct fixture *f)
{
    decide(f, "C-1", "process", 0);
    decide(f, "C-2", "template", 0);
    appealed(f, "D-2", "C-3", 8);
    decide(f, "C-4", "process", 8);
    appealed(f, "D-4", "C-5", 16);
    OK(f, action_decision_refer(as(f, NULL, NULL, 25), SV("D-4"), SV_NONE, &f->r, &f->err));
    OK(f, (as(f, NULL, NULL, 25), open_call(f, "process")));
    OK(f, (as(f, NULL, NULL, 25), open_call(f, "template")));
    for (size_t i = MEMBER; i <= OPERATOR; i++)
        OK(f, action_position_take(as(f, actors[i].name, NULL, 26), SV("C-6"), SV("object"), &f->r, &f->err));
}

static int restate(struct store *s, void *context, struct err *err)
{
    (void)context;
    return store_run(s, "UPDATE pin SET status = 'Another' WHERE threat = 'G-0001'", err);
}

static void prepare_texts(struct fixture *f)
{
    OK(f, store_tx(f->store, restate, NULL, &f->err));
    as(f, NULL, NULL, 58)->editorial = true;
    OK(f, set_advice(f, "Switch the old exchange off now."));
    OK(f, action_threat_reopen(as(f, NULL, NULL, 58), SV("G-0002"), SV("noted"), &f->r, &f->err));
    OK(f, (as(f, NULL, NULL, 59), edition(f, DOCUMENT_ANALYSIS)));
    OK(f, (as(f, NULL, NULL, 59), edition(f, DOCUMENT_TEMPLATE)));
    OK(f, (as(f, NULL, NULL, 59), open_call(f, "analysis 0.1")));
    OK(f, (as(f, NULL, NULL, 59), run_review_request(f)));
    OK(f, (as(f, NULL, NULL, 59), run_review_request(f)));
    OK(f, (as(f, NULL, NULL, 59), run_handover(f)));
}

/* P-1 waits, P-2 was returned. */
static void prepare_posts(struct fixture *f)
{
    struct mail_reply replies[2];
    const struct mail_in mails[] = {
        {SV("eve@far.example"), SV("doors@example.org"),
         SV("From: eve@far.example\nMessage-ID: <1@far.example>\nSubject: One\n\nHello\n")},
        {SV("eve@far.example"), SV("doors@example.org"),
         SV("From: eve@far.example\nMessage-ID: <2@far.example>\nSubject: Two\n\nHello\n")}};
    struct hold_done done;
    const struct hold_decision d = {SV("P-2"), SV("return"), SV("off-topic"), false};
    OK(f, action_mail_receive(as(f, NULL, NULL, 58), mails, 2, replies, &f->err));
    OK(f, action_hold_decide(as(f, "moderator", NULL, 58), &d, &done, &f->r, &f->err));
}

static void write_later(struct fixture *f)
{
    size_t files;
    struct sv text;
    f->later = fs_join(&f->arena, f->dir, "later");
    OK(f, action_export(as(f, NULL, NULL, TODAY), f->later, &files, &f->err));
    const char *path = fs_join(&f->arena, f->later, "threats/G-0003-gate-log.md");
    OK(f, fs_read(&f->arena, path, 1 << 20, &text, &f->err));
    OK(f, fs_write(path, replaced(f, text, "Reading it is part", NULL, "To read it is part"), false, &f->err));
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    memcpy(f->dir, "/tmp/casemate-test-XXXXXX", sizeof("/tmp/casemate-test-XXXXXX"));
    assert_non_null(mkdtemp(f->dir));
    diag_init(&f->diag, &f->arena);
    OK(f, store_open(":memory:", STORE_CREATE, &f->store, &f->err));
    f->c = (struct action_context){.store = f->store, .arena = &f->arena, .now = noon, .diag = &f->diag};
    OK(f, action_import(&f->c, write_profile(f), &f->r, &f->err));
    add_people(f);
    OK(f, (as(f, NULL, NULL, 0), embargo(f, 10)));
    OK(f, (as(f, NULL, NULL, 0), embargo(f, 90)));
    OK(f, (as(f, NULL, NULL, 0), run_report(f)));
    OK(f, action_list_new(as(f, NULL, NULL, 0), SV("doors"), SV("doors@example.org"), SV("Doors"), false, &f->r,
                          &f->err));
    prepare_thread(f);
    prepare_rounds(f);
    prepare_calls(f);
    prepare_texts(f);
    prepare_posts(f);
    for (size_t i = MEMBER; i <= OPERATOR; i++)
        OK(f, (as(f, actors[i].name, NULL, 59), run_away(f)));
    write_later(f);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    store_close(&f->store);
    int rc = fs_remove_tree(f->dir, &f->err);
    arena_release(&f->arena);
    free(f);
    return rc;
}

/* ---- the table ---- */

static size_t rows_for(const char *action)
{
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        count += !strcmp(rows[i].action, action);
    return count;
}

static void test_each_action_has_its_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < action_table_len; i++)
        if (rows_for(action_table[i].name) != 1)
            fail_msg("%s has %zu rows; say in `rows` who may do it", action_table[i].name,
                     rows_for(action_table[i].name));
    assert_int_equal(ARRAY_LEN(rows), action_table_len); /* so none is about something else */
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_int_equal(strlen(rows[i].wanted), ACTORS);
}

struct cell {
    struct fixture *f;
    size_t row;
    char got;
};

static char kind_of(int rc, const char *text)
{
    if (!rc)
        return 'y';
    if (rc != CM_EREFUSED)
        return '?';
    if (strstr(text, " may not ") || strstr(text, "no role that may") || strstr(text, "is no member"))
        return 'n';
    return strstr(text, "somebody's own") || strstr(text, "one person's") ? 'p' : '?';
}

static int run_cell(struct store *s, void *context, struct err *err)
{
    struct cell *cell = context;
    (void)s;
    int rc = rows[cell->row].run(cell->f);
    cell->got = kind_of(rc, cell->f->err.text);
    if (!rc && !cell->f->r.event)
        cell->got = '0'; /* permitted, and nothing was done: the row tries nothing */
    return err_set(err, UNDO, "%s", rc ? cell->f->err.text : "done");
}

static void test_every_action_by_everybody(void **state)
{
    struct fixture *f = *state;
    size_t faults = 0;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        for (size_t k = 0; k < ACTORS; k++) {
            struct cell cell = {f, i, '?'};
            struct err err = ERR_INIT;
            if (rows[i].wanted[k] == '-')
                continue;
            as(f, actors[k].name, actors[k].role, TODAY);
            assert_int_equal(store_tx(f->store, run_cell, &cell, &err), UNDO);
            if (cell.got == rows[i].wanted[k])
                continue;
            faults++;
            print_message("%s by %s: wanted %c, got %c: %s\n", rows[i].action,
                          actors[k].name ? actors[k].name : "the operator without a name", rows[i].wanted[k], cell.got,
                          err.text);
        }
    assert_int_equal(faults, 0);
}

/* What is refused leaves nothing behind, also where nobody undoes it. */
static void test_refusals_leave_nothing(void **state)
{
    struct fixture *f = *state;
    struct record_faults faults;
    struct digest before, after;
    OK(f, record_head(f->store, NULL, &before, NULL, &f->err));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        for (size_t k = 0; k < WITHOUT_NAME; k++)
            if (rows[i].wanted[k] == 'n' && strcmp(rows[i].action, "sig.resume") &&
                strcmp(rows[i].action, "round.keep")) { /* what these two take back they do first */
                as(f, actors[k].name, actors[k].role, TODAY);
                assert_int_equal(rows[i].run(f), CM_EREFUSED);
            }
    OK(f, record_head(f->store, NULL, &after, NULL, &f->err));
    assert_true(digest_eq(&before, &after));
    OK(f, verify_store(f->store, &f->arena, &faults, &f->err));
    assert_int_equal(faults.list.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_action_has_its_row),
        cmocka_unit_test_setup_teardown(test_every_action_by_everybody, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refusals_leave_nothing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
