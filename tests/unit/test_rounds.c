/* Blind rounds: what the record says and what it does not, medians, what stands on them, records that lie. On the
 * minimal profile in the mode "small": two estimators, seven days. */
#include "action/people.h"
#include "action/round.h"
#include "base/fs.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

struct fixture {
    struct arena arena;
    struct diag diag;
    struct err err;
    struct store *store;
    struct action_context c;
    struct action_result r;
    const char *dir;
};

enum { DAY = 24 * 60 * 60 };
static const int64_t at_noon = 1795348800; /* 2026-11-22T12:00:00Z */
static const char *const names[] = {"Ada", "Grace", "Rosa", "Lin"};

static void open_store(struct fixture *f)
{
    diag_init(&f->diag, &f->arena);
    store_close(&f->store);
    assert_int_equal(store_open(":memory:", STORE_CREATE, &f->store, &f->err), 0);
    f->c = (struct action_context){.store = f->store, .arena = &f->arena, .now = at_noon, .diag = &f->diag};
}

static const char *path_of(struct fixture *f, const char *file)
{
    return fs_join(&f->arena, f->dir, file);
}

static void copy_profile(struct fixture *f)
{
    struct fs_names files;
    const char *source = getenv("CASEMATE_SOURCE");
    const char *profile = fs_join(&f->arena, source ? source : ".", "profiles/minimal");
    assert_int_equal(fs_walk(&f->arena, profile, 100, &files, &f->err), 0);
    for (size_t i = 0; i < files.list.len; i++) {
        struct sv text;
        const char *to = path_of(f, files.list.at[i]);
        assert_int_equal(fs_read(&f->arena, fs_join(&f->arena, profile, files.list.at[i]), 1 << 20, &text, &f->err), 0);
        assert_int_equal(fs_mkdirs(arena_strndup(&f->arena, to, (size_t)(fs_base_name(to) - to) - 1), &f->err), 0);
        assert_int_equal(fs_write(to, text, false, &f->err), 0);
    }
}

static void replace_in_file(struct fixture *f, const char *file, const char *old, const char *new)
{
    struct sv text;
    assert_int_equal(fs_read(&f->arena, path_of(f, file), 1 << 20, &text, &f->err), 0);
    ptrdiff_t at = sv_find(text, sv_str(old));
    assert_true(at >= 0);
    const char *changed = arena_printf(&f->arena, "%.*s%s%s", (int)at, text.at, new, text.at + at + strlen(old));
    assert_int_equal(fs_write(path_of(f, file), sv_str(changed), false, &f->err), 0);
}

static int import(struct fixture *f, const char *dir)
{
    diag_init(&f->diag, &f->arena);
    return action_import(&f->c, dir, &f->r, &f->err);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    char template[] = "/tmp/casemate-test-XXXXXX";
    f->dir = arena_strdup(&f->arena, mkdtemp(template));
    copy_profile(f);
    replace_in_file(f, "process.md", "mode: author", "mode: small");
    open_store(f);
    assert_int_equal(import(f, f->dir), 0);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const struct member_request request = {.name = sv_str(names[i])};
        assert_int_equal(action_member_add(&f->c, &request, &f->r, &f->err), 0);
    }
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    store_close(&f->store);
    if (fs_remove_tree(f->dir, &f->err))
        return -1;
    arena_release(&f->arena);
    free(f);
    return 0;
}

/* ---- acts ---- */

static int try_open(struct fixture *f, const char *threat, const char *follows)
{
    struct sv id = sv_str(threat);
    const struct round_request request = {.threats = &id, .threat_count = 1, .follows = sv_str(follows)};
    return action_round_open(&f->c, &request, &f->r, &f->err);
}

static void opened(struct fixture *f, const char *threat)
{
    if (try_open(f, threat, NULL))
        fail_msg("open: %s", f->err.text);
}

static int answer(struct fixture *f, const char *who, const char *likelihood, const char *damage, const char *reason)
{
    const struct estimate_request request = {
        .threat = SV("G-0001"), .answers = {sv_str(likelihood), sv_str(damage)}, .reason = sv_str(reason)};
    f->c.actor = sv_str(who);
    int rc = action_estimate(&f->c, &request, &f->r, &f->err);
    f->c.actor = SV_NONE;
    return rc;
}

static void answered(struct fixture *f, const char *who, const char *likelihood, const char *damage, const char *reason)
{
    if (answer(f, who, likelihood, damage, reason))
        fail_msg("%s: %s", who, f->err.text);
}

static int try_close(struct fixture *f, const char *id, bool override)
{
    f->c.now = at_noon + 8 * DAY;
    f->c.reason = override ? SV("because") : SV_NONE;
    int rc = action_round_close(&f->c, sv_str(id), override, &f->r, &f->err);
    f->c.reason = SV_NONE;
    return rc;
}

static void closed(struct fixture *f, const char *id, bool override)
{
    if (try_close(f, id, override))
        fail_msg("close: %s", f->err.text);
}

static void played(struct fixture *f)
{
    opened(f, "G-0001");
    answered(f, "Ada", "seldom", "great", "takes a keeper");
    answered(f, "Grace", "often", "great", "anybody could");
    closed(f, "R-1", false);
}

static void edit(struct fixture *f, const char *id, const char *field, const char *text)
{
    const struct field_edit e = {sv_str(field), sv_str(text)};
    if (action_threat_edit(&f->c, sv_str(id), &e, 1, &f->r, &f->err))
        fail_msg("edit: %s", f->err.text);
}

static const struct threat_view *threat(struct fixture *f, struct view *v, const char *id)
{
    assert_int_equal(view_load(f->store, &f->arena, f->c.now, v, &f->err), 0);
    int index = view_find(v, sv_str(id));
    assert_true(index >= 0);
    return &v->threats.at[index];
}

static struct on_record on_record(struct fixture *f, const char *id)
{
    struct view v;
    struct standing standing;
    const struct threat *t = threat(f, &v, id)->threat;
    assert_int_equal(standing_load(f->store, &f->arena, v.profile, f->c.now, &standing, &f->err), 0);
    return standing_of(&standing, t);
}

/* ---- the record ---- */

static void test_commitment_is_over_its_parts(void **state)
{
    static const char parts[] = "\4\0\0\0\0\0\0\0salt" "\3\0\0\0\0\0\0\0R-1" "\6\0\0\0\0\0\0\0T-0001"
                                "\6\0\0\0\0\0\0\0damage" "\4\0\0\0\0\0\0\0high" "\0\0\0\0\0\0\0\0";
    struct digest expected = digest_of(sv_from(parts, sizeof(parts) - 1));
    struct digest d =
        round_commitment(SV("salt"), SV("R-1"), SV("T-0001"), SV("damage"), SV("high"), SV_NONE);
    (void)state;
    assert_true(digest_eq(&d, &expected));
    struct digest other = round_commitment(SV("salt"), SV("R-1"), SV("T-0001"), SV("damage"), SV("hig"), SV("h"));
    assert_false(digest_eq(&d, &other));
}

static void test_open_estimate_is_in_no_event(void **state)
{
    static const char *const secrets[] = {"Ada", "often", "small", "abstain", "MY-REASON", "seldom"};
    struct fixture *f = *state;
    opened(f, "G-0001");
    answered(f, "Ada", "often", "small", "MY-REASON");
    answered(f, "Ada", "seldom", "abstain", "MY-REASON");
    struct record_events events = {{NULL, 0, 0}};
    assert_int_equal(record_read(f->store, &f->arena, f->r.event - 1, 0, &events, &f->err), 0);
    assert_int_equal(events.list.len, 2);
    for (size_t i = 0; i < events.list.len; i++) {
        const struct record_event *e = &events.list.at[i];
        assert_true(sv_find(e->header, SV("\"actor\":\"R-1:e1\"")) >= 0);
        for (size_t k = 0; k < ARRAY_LEN(secrets); k++) {
            assert_int_equal(sv_find(e->header, sv_str(secrets[k])), -1);
            assert_int_equal(sv_find(e->payload, sv_str(secrets[k])), -1);
        }
    }
    struct view v;
    (void)threat(f, &v, "G-0001");
    const struct round *r = rounds_find(v.rounds, SV("R-1"));
    assert_int_equal(r->estimators, 1);
    assert_int_equal(r->threats.at[0].ratings[ROUND_LIKELIHOOD].answers, 1);
    assert_int_equal(r->threats.at[0].ratings[ROUND_LIKELIHOOD].estimates.len, 0);
    assert_int_equal(r->threats.at[0].ratings[ROUND_LIKELIHOOD].pooled.count, 0);
}

static void test_same_answer_is_no_event(void **state)
{
    struct fixture *f = *state;
    opened(f, "G-0001");
    answered(f, "Ada", "often", "small", "as I see it");
    answered(f, "Ada", "often", "small", "as I see it");
    assert_int_equal(f->r.event, 0);
    answered(f, "Ada", "often", "great", "as I see it");
    struct record_events events = {{NULL, 0, 0}};
    assert_int_equal(record_read(f->store, &f->arena, f->r.event, 0, &events, &f->err), 0);
    assert_int_equal(sv_find(events.list.at[0].payload, SV("likelihood")), -1);
}

/* ---- medians ---- */

struct median_case {
    const char *answers[4], *rating, *low, *high, *words;
    unsigned estimators;
};

static void check_median(struct fixture *f, const struct median_case *m)
{
    struct view v;
    const struct threat *t = threat(f, &v, "G-0001")->threat;
    const struct terms *scale = &v.profile->sig.likelihood;
    assert_int_equal(t->likelihood.level, terms_find(scale, sv_str(m->rating)));
    assert_int_equal(t->likelihood.low, terms_find(scale, sv_str(m->low)));
    assert_int_equal(t->likelihood.high, terms_find(scale, sv_str(m->high)));
    assert_int_equal(t->likelihood.estimators, m->estimators);
    if (sv_find(t->likelihood.reason, sv_str(m->words)) < 0)
        fail_msg("no \"%s\" in \"%.*s\"", m->words, SV_ARG(t->likelihood.reason));
}

static void test_medians_go_into_the_text(void **state)
{
    static const struct median_case cases[] = {
        {{"often", "often"}, "often", "often", "often", "Median of round R-1; 2 estimates, all Often.", 2},
        {{"seldom", "often", "seldom"}, "seldom", "seldom", "often", "3 estimates from Seldom to Often.", 3},
        {{"seldom", "often"}, "often", "seldom", "often",
         "Medians of round R-1: Seldom and Often, of which the higher counts; 2 estimates", 2},
        {{"often", "abstain", "seldom", "often"}, "often", "seldom", "often", "Often; 1 abstained.", 3},
        {{"often", "abstain", "often", "not-competent"}, "often", "often", "often",
         "all Often; 1 abstained; 1 not competent.", 2},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (i) {
            teardown(state);
            setup(state);
        }
        struct fixture *f = *state;
        opened(f, "G-0001");
        for (size_t k = 0; k < ARRAY_LEN(names); k++)
            if (cases[i].answers[k])
                answered(f, names[k], cases[i].answers[k], "great", "as I see it");
        closed(f, "R-1", false);
        check_median(f, &cases[i]);
    }
}

static void test_no_quorum_no_result(void **state)
{
    struct fixture *f = *state;
    opened(f, "G-0001");
    answered(f, "Ada", "often", "great", "x");
    answered(f, "Grace", "often", "abstain", "x");
    assert_int_equal(try_close(f, "R-1", false), CM_EREFUSED);
    assert_non_null(strstr(f->err.text, "G-0001 damage 1"));
    closed(f, "R-1", true);
    struct view v;
    const struct threat *t = threat(f, &v, "G-0001")->threat;
    assert_int_equal(t->likelihood.estimators, 2);
    assert_int_equal(t->damage.estimators, 1); /* the editor's */
    assert_int_equal(on_record(f, "G-0001").acts, 0);
}

static void test_without_any_answer_it_closes_too(void **state)
{
    struct fixture *f = *state;
    opened(f, "G-0001");
    assert_int_equal(try_close(f, "R-1", false), CM_EREFUSED);
    closed(f, "R-1", true);
    assert_int_equal(f->r.files, 0);
    assert_true(f->r.event > 0);
}

/* ---- what stands on a round ---- */

static int object(struct store *s, void *context, struct err *err)
{
    (void)context;
    return store_run(s, "INSERT INTO objection (id, number, subject, member, text, event, state) "
                        "VALUES ('O-1', 1, 'G-0001', 'm1', 'no', 1, 'open')", err);
}

static int settle(struct store *s, void *context, struct err *err)
{
    (void)context;
    return store_run(s, "UPDATE objection SET state = 'answered'", err);
}

static void test_priority_stands_after_the_objection_period(void **state)
{
    struct fixture *f = *state;
    played(f);
    assert_int_equal(on_record(f, "G-0001").acts, ACT_RATED | ACT_ESTIMATES);
    f->c.now += 7 * DAY - 1;
    assert_int_equal(on_record(f, "G-0001").acts, ACT_RATED | ACT_ESTIMATES);
    f->c.now += 1;
    assert_int_equal(on_record(f, "G-0001").acts, ACT_RATED | ACT_ESTIMATES | ACT_PRIORITY_STOOD);
    assert_int_equal(on_record(f, "G-0002").acts, 0);
    assert_int_equal(store_tx(f->store, object, NULL, &f->err), 0);
    assert_int_equal(on_record(f, "G-0001").acts, ACT_RATED | ACT_ESTIMATES);
    assert_int_equal(store_tx(f->store, settle, NULL, &f->err), 0);
    assert_int_equal(on_record(f, "G-0001").acts, ACT_RATED | ACT_ESTIMATES | ACT_PRIORITY_STOOD);
}

static void test_what_was_rated(void **state)
{
    static const struct {
        const char *field, *text;
        bool same;
    } cases[] = {
        {"areas", "[privacy]", true},
        {"responses", "none that we know of; we asked the keepers", true},
        {"advice", "Do nothing.", true},
        {"likelihood.reason", "in other words", true},
        {"name", "Opening that is played back", false},
        {"abstract", "A stranger records and plays back.", false},
        {"definition", "He records.\n\nHe plays.", false},
        {"level", "gate", false},
        {"affects", "[GATE-02 §2]", false},
        {"attacker", "{position: member, on: [radio], activity: active}", false},
        {"attacker", "{position: stranger, on: [box], activity: active}", false},
        {"attacker", "{position: stranger, on: [radio], activity: passive}", false},
    };
    struct fixture *f = *state;
    played(f);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct view v;
        const struct threat *t = threat(f, &v, "G-0001")->threat;
        struct digest before = rounds_rated(v.profile, t);
        edit(f, "G-0001", cases[i].field, cases[i].text);
        t = threat(f, &v, "G-0001")->threat;
        struct digest after = rounds_rated(v.profile, t);
        if (digest_eq(&before, &after) != cases[i].same)
            fail_msg("%s", cases[i].field);
        assert_int_equal(on_record(f, "G-0001").acts & ACT_ESTIMATES, i < 4 ? ACT_ESTIMATES : 0);
    }
}

static void test_another_rating_in_the_text_is_the_editors(void **state)
{
    static const char *const edits[][2] = {
        {"likelihood.rating", "sometimes"}, {"likelihood.estimators", "3"}, {"likelihood.low", "sometimes"}};
    struct fixture *f = *state;
    played(f);
    for (size_t i = 0; i < ARRAY_LEN(edits); i++) {
        struct view v;
        struct sv before = threat(f, &v, "G-0001")->threat->source;
        assert_false(threat(f, &v, "G-0001")->editors_rating);
        edit(f, "G-0001", edits[i][0], edits[i][1]);
        assert_int_equal(on_record(f, "G-0001").acts, 0);
        assert_true(threat(f, &v, "G-0001")->editors_rating);
        struct sv after = threat(f, &v, "G-0001")->threat->source;
        assert_int_equal(action_threat_replace(&f->c, SV("G-0001"), after, before, &f->r, &f->err), 0);
        assert_int_equal(on_record(f, "G-0001").acts, ACT_RATED | ACT_ESTIMATES);
    }
}

static void test_new_scale_rewrites_no_rating(void **state)
{
    struct fixture *f = *state;
    opened(f, "G-0001");
    answered(f, "Ada", "seldom", "great", "x");
    answered(f, "Grace", "often", "great", "x");
    replace_in_file(f, "sig.yaml", "    - {id: often, ", "    - {id: daily, name: Daily, means: \"d\"}\n"
                                                        "    - {id: often, ");
    replace_in_file(f, "sig.yaml", "  often: {small: 2", "  daily: {small: 2, middling: 1, great: 1}\n"
                                                         "  often: {small: 2");
    if (import(f, f->dir))
        fail_msg("%s %s", f->err.text, f->diag.len ? f->diag.items[0].text : "");
    closed(f, "R-1", false);
    struct view v;
    const struct threat *t = threat(f, &v, "G-0001")->threat;
    assert_int_equal(t->likelihood.estimators, 1);
    assert_int_equal(t->damage.estimators, 2);
    const struct round *r = rounds_find(v.rounds, SV("R-1"));
    assert_int_equal(r->threats.at[0].ratings[ROUND_LIKELIHOOD].pooled.high, 2);
    assert_int_equal(on_record(f, "G-0001").acts, 0);
    opened(f, "G-0001"); /* in the new scale, without a reason */
}

/* ---- rules ---- */

static void test_rules_refuse(void **state)
{
    struct fixture *f = *state;
    struct sv many[11];
    for (size_t i = 0; i < ARRAY_LEN(many); i++)
        many[i] = SV("G-0001");
    const struct round_request request = {.threats = many, .threat_count = ARRAY_LEN(many)};
    assert_int_equal(action_round_open(&f->c, &request, &f->r, &f->err), CM_EREFUSED);
    assert_non_null(strstr(f->err.text, "batch"));
    opened(f, "G-0001");
    assert_int_equal(try_open(f, "G-0001", NULL), CM_EREFUSED);
    f->c.now = at_noon + 8 * DAY;
    assert_int_equal(answer(f, "Ada", "often", "great", "late"), CM_EREFUSED);
    assert_non_null(strstr(f->err.text, "until 2026-11-29"));
    closed(f, "R-1", true);
    assert_int_equal(answer(f, "Ada", "often", "great", "later"), CM_EREFUSED);
    assert_int_equal(try_close(f, "R-1", true), CM_EREFUSED);
}

static void test_second_round_where_the_spread_asks(void **state)
{
    struct fixture *f = *state;
    played(f); /* seldom, often: two levels apart */
    assert_int_equal(try_open(f, "G-0001", NULL), CM_EREFUSED);
    assert_int_equal(try_open(f, "G-0001", "R-1"), 0);
    assert_true(sv_eq_str(f->r.id, "R-2"));
    assert_int_equal(try_open(f, "G-0001", "R-1"), CM_EREFUSED);
}

static void test_who_may(void **state)
{
    static const struct {
        const char *role;
        bool round, estimate;
    } cases[] = {{"reader", false, false}, {"member", false, true}, {"editor", true, true}};
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct sv id = SV("G-0001");
        const struct round_request request = {.threats = &id, .threat_count = 1};
        f->c.role = sv_str(cases[i].role);
        assert_int_equal(action_round_open(&f->c, &request, &f->r, &f->err), cases[i].round ? 0 : CM_EREFUSED);
    }
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        f->c.role = sv_str(cases[i].role);
        assert_int_equal(answer(f, "Ada", "often", "great", cases[i].role), cases[i].estimate ? 0 : CM_EREFUSED);
        f->c.role = sv_str(cases[i].role);
        if (!cases[i].round)
            assert_int_equal(action_round_close(&f->c, SV("R-1"), true, &f->r, &f->err), CM_EREFUSED);
    }
    struct view v;
    (void)threat(f, &v, "G-0001");
    assert_int_equal(v.rounds->list.at[0].estimators, 1); /* one person, whatever the role */
}

/* ---- records that lie ---- */

static void finds(struct fixture *f, int64_t event, const char *text)
{
    struct record_faults faults = {.events = 0};
    assert_int_equal(verify_store(f->store, &f->arena, &faults, &f->err), 0);
    if (!text) {
        if (faults.list.len)
            fail_msg("%.*s", SV_ARG(faults.list.at[0].text));
        return;
    }
    assert_true(faults.list.len > 0);
    assert_int_equal(faults.list.at[0].seq, event);
    if (sv_find(faults.list.at[0].text, sv_str(text)) < 0)
        fail_msg("no \"%s\" in \"%.*s\"", text, SV_ARG(faults.list.at[0].text));
}

static int tamper(struct store *s, void *context, struct err *err)
{
    (void)context;
    return store_run(s, "UPDATE estimate SET answer = 'often' WHERE pseudonym = 'R-1:e1' AND factor = 'likelihood'",
                     err);
}

static void test_changed_row_is_found(void **state)
{
    struct fixture *f = *state;
    played(f);
    finds(f, 0, NULL);
    int64_t close = f->r.event;
    assert_int_equal(store_tx(f->store, tamper, NULL, &f->err), 0);
    finds(f, close, "the likelihood of G-0001 by R-1:e1 is not what event");
}

/* Closes the open round by an event of our own making, as a dishonest operator could. */
struct forgery {
    struct fixture *f;
    const char *payload;
    int64_t seq;
};

static int forge(struct store *s, void *context, struct err *err)
{
    struct forgery *g = context;
    struct record_draft draft = {.at = at_noon + 8 * DAY, .actor = SV("operator"), .action = SV("round.close"),
                                 .subject = SV("R-1"), .payload = sv_str(g->payload)};
    int rc = content_state(s, &g->f->arena, &draft.state, err);
    return rc ? rc : record_append(s, &draft, &g->seq, err);
}

static void test_lying_event_is_found_and_not_adopted(void **state)
{
    static const struct {
        const char *opened, *says;
    } cases[] = {
        {"{\"threat\":\"G-0001\",\"factor\":\"likelihood\",\"pseudonym\":\"R-1:e1\",\"answer\":\"often\","
         "\"reason\":\"x\",\"salt\":\"0000000000000000000000000000000000000000000000000000000000000000\"}",
         "opens another likelihood of G-0001 by R-1:e1 than event"},
        {"{\"threat\":\"G-0001\",\"factor\":\"damage\",\"pseudonym\":\"R-1:e2\",\"answer\":\"great\","
         "\"reason\":\"x\",\"salt\":\"0000000000000000000000000000000000000000000000000000000000000000\"}",
         "opens a damage of G-0001 by R-1:e2 that no event committed to"},
        {"", "leaves out the likelihood of G-0001 by R-1:e1"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (i) {
            teardown(state);
            setup(state);
        }
        struct fixture *f = *state;
        opened(f, "G-0001");
        answered(f, "Ada", "seldom", NULL, "x");
        struct forgery g = {f, arena_printf(&f->arena, "{\"actor\":\"operator\",\"round\":\"R-1\",\"opened\":[%s]}",
                                            cases[i].opened), 0};
        assert_int_equal(store_tx(f->store, forge, &g, &f->err), 0);
        finds(f, g.seq, cases[i].says);
        struct str text = STR_INIT;
        struct record_faults faults = {.events = 0};
        assert_int_equal(record_export(f->store, &text, &f->err), 0);
        assert_int_equal(verify_export(&f->arena, str_sv(&text), "record.jsonl", &faults, &f->err), 0);
        assert_true(faults.list.len > 0 && sv_find(faults.list.at[0].text, sv_str(cases[i].says)) >= 0);
        str_release(&text);
        size_t files;
        const char *dir = path_of(f, "export");
        assert_int_equal(action_export(&f->c, dir, &files, &f->err), 0);
        open_store(f);
        assert_int_equal(import(f, dir), CM_ECORRUPT);
    }
}

static void test_adopted_record_tells_the_same(void **state)
{
    struct fixture *f = *state;
    played(f);
    size_t files;
    const char *dir = path_of(f, "export");
    int64_t now = f->c.now;
    assert_int_equal(action_export(&f->c, dir, &files, &f->err), 0);
    open_store(f);
    f->c.now = now;
    if (import(f, dir))
        fail_msg("%s", f->err.text);
    finds(f, 0, NULL);
    assert_int_equal(on_record(f, "G-0001").acts, ACT_RATED | ACT_ESTIMATES);
    struct view v;
    (void)threat(f, &v, "G-0001");
    const struct round_rating *r = &v.rounds->list.at[0].threats.at[0].ratings[ROUND_LIKELIHOOD];
    assert_int_equal(r->estimates.len, 2);
    assert_true(sv_eq_str(r->estimates.at[0].name, "Ada"));
    assert_true(sv_eq_str(r->estimates.at[1].reason, "anybody could"));
    assert_int_equal(r->pooled.median_count, 2);
    assert_true(r->quorum);
}

static void test_ballots_go_with_the_close(void **state)
{
    struct fixture *f = *state;
    struct store_stmt *q;
    played(f);
    assert_int_equal(store_prepare(f->store, "SELECT count(*) FROM ballot", &q, &f->err), 0);
    assert_int_equal(store_step(q, &f->err), STORE_ROW);
    assert_int_equal(store_int(q, 0), 0);
    store_done(q);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_commitment_is_over_its_parts),
        TEST(test_open_estimate_is_in_no_event),
        TEST(test_same_answer_is_no_event),
        TEST(test_medians_go_into_the_text),
        TEST(test_no_quorum_no_result),
        TEST(test_without_any_answer_it_closes_too),
        TEST(test_priority_stands_after_the_objection_period),
        TEST(test_what_was_rated),
        TEST(test_another_rating_in_the_text_is_the_editors),
        TEST(test_new_scale_rewrites_no_rating),
        TEST(test_rules_refuse),
        TEST(test_second_round_where_the_spread_asks),
        TEST(test_who_may),
        TEST(test_changed_row_is_found),
        TEST(test_lying_event_is_found_and_not_adopted),
        TEST(test_adopted_record_tells_the_same),
        TEST(test_ballots_go_with_the_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
