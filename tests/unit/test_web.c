/* Every route of the web, asked by everybody: answered and refused, by one table. A route that is in no row here is a
 * fault, and so is a row for a route that is not there. Then what the acts leave in the record.
 *
 * The group is that of profiles/minimal in the mode for about three people, with the roles of profiles/xmpp. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "action/call.h"
#include "action/embargo.h"
#include "action/inputs.h"
#include "action/mail.h"
#include "action/people.h"
#include "action/round.h"
#include "forum/access.h"
#include "forum/session.h"
#include "gateway/web/call.h"
#include "gateway/web/web.h"
#include "http_client.h"

enum { NOBODY, MEMBER, EDITOR, MODERATOR, LEADER, COUNCIL, ACTORS, DAY = 24 * 60 * 60 };
static const char *const actors[ACTORS] = {NULL, "member", "editor", "moderator", "leader", "council"};
static const int64_t noon = 1795348800; /* 2026-11-22T12:00:00Z */

struct group {
    struct fixture http;
    struct err err;
    struct diag diag;
    struct action_result r;
    struct store *store;
    const char *db;
    struct web *web;
    struct http_work work;
    struct sv access[ACTORS];        /* tokens of the API, for everything */
    struct sv tokens[ACTORS], other; /* sessions; other: a second one of each asker's rights, the editor's */
    unsigned port, asked;
};

#define OK(g, call) check_ok((g), (call), __LINE__)
static void check_ok(struct group *g, int rc, int line)
{
    if (!rc)
        return;
    for (size_t i = 0; i < g->diag.len; i++)
        print_message("%s\n", diag_format(&g->diag, &g->diag.items[i]));
    fail_msg("line %d: %d %s", line, rc, g->err.text);
}

static int64_t clock_of(void *context CM_UNUSED)
{
    return noon + 2 * DAY;
}

/* ---- the group ---- */

static struct action_context as(struct group *g, const char *actor)
{
    return (struct action_context){.store = g->store, .arena = &g->http.arena, .now = noon + DAY, .diag = &g->diag,
                                   .actor = sv_str(actor), .reason = SV("Because.")};
}

static struct sv profile_text(struct group *g, const char *profile, const char *name)
{
    const char *source = getenv("CASEMATE_SOURCE");
    struct sv text;
    const char *path = arena_printf(&g->http.arena, "%s/profiles/%s/%s", source ? source : ".", profile, name);
    OK(g, fs_read(&g->http.arena, path, 1 << 20, &text, &g->err));
    return text;
}

static const char *write_profile(struct group *g)
{
    static const char *const same[] = {"references.tsv", "template.md", "threats/G-0001-recorded-opening.md",
                                       "threats/G-0002-former-member.md", "threats/G-0003-gate-log.md"};
    struct arena *a = &g->http.arena;
    const char *dir = fs_join(a, g->http.folder, "group");
    for (size_t i = 0; i < ARRAY_LEN(same); i++)
        put(&g->http, dir, same[i], profile_text(g, "minimal", same[i]));
    struct sv roles = profile_text(g, "xmpp", "sig.yaml"), sig = profile_text(g, "minimal", "sig.yaml");
    roles = sv_from_byte(roles, (size_t)sv_find(roles, SV("\nroles:\n")));
    roles.len = (size_t)sv_find(roles, SV("\n\n"));
    sig.len = (size_t)sv_find(sig, SV("\nroles:\n"));
    put(&g->http, dir, "sig.yaml", sv_str(arena_printf(a, "%.*s%.*s\n", SV_ARG(sig), SV_ARG(roles))));
    struct sv process = profile_text(g, "minimal", "process.md");
    ptrdiff_t mode = sv_find(process, SV("mode: author"));
    assert_true(mode > 0);
    put(&g->http, dir, "process.md",
        sv_str(arena_printf(a, "%.*smode: small%s", (int)mode, process.at, process.at + mode + 12)));
    return dir;
}

static void add_people(struct group *g)
{
    for (size_t i = MEMBER; i < ACTORS; i++) {
        struct action_context c = as(g, NULL);
        const struct member_request m = {.name = sv_str(actors[i])};
        OK(g, action_member_add(&c, &m, &g->r, &g->err));
        const struct role_request role = {sv_str(actors[i]), sv_str(actors[i]), SV("2028-08-31"), SV("XSF member")};
        if (i != MEMBER)
            OK(g, action_role_give(&c, &role, &g->r, &g->err));
    }
}


static int make_sessions(struct store *s, void *context, struct err *err)
{
    struct group *g = context;
    int rc = CM_OK;
    for (size_t i = MEMBER; !rc && i < ACTORS; i++) {
        struct sv id = sv_str(arena_printf(&g->http.arena, "m%zu", i));
        rc = session_make(s, g->tokens[i] = session_token(&g->http.arena), id, SV("a test"),
                          SESSION_BY_LINK, clock_of(NULL), err);
        const struct access all = {.member = id, .name = SV("a test"), .scope = SV("*"), .ends = noon + 9 * DAY};
        if (!rc)
            rc = access_make(s, g->access[i] = access_token(&g->http.arena), &all, clock_of(NULL), err);
        if (!rc && i == EDITOR)
            rc = session_make(s, g->other = session_token(&g->http.arena), id, SV("another"),
                              SESSION_BY_LINK, clock_of(NULL), err);
    }
    g->tokens[NOBODY] = session_token(&g->http.arena);
    return rc;
}

static int begin_group(void **state)
{
    struct group *g = calloc(1, sizeof(*g));
    void *http;
    assert_int_equal(setup(&http), 0);
    g->http = *(struct fixture *)http;
    free(http);
    diag_init(&g->diag, &g->http.arena);
    g->db = fs_join(&g->http.arena, g->http.folder, "s.db");
    OK(g, store_open(g->db, STORE_CREATE, &g->store, &g->err));
    struct action_context c = as(g, NULL);
    const struct sv rated = SV("G-0001");
    const struct round_request round = {.threats = &rated, .threat_count = 1};
    const struct call_request call = {SV("process"), SV("Is this our process?"), SV_NONE};
    OK(g, action_import(&c, write_profile(g), &g->r, &g->err));
    add_people(g);
    OK(g, action_round_open(&c, &round, &g->r, &g->err));
    OK(g, action_call_open(&c, &call, &g->r, &g->err));
    OK(g, action_list_new(&c, SV("doors"), SV("doors@example.org"), SV("Doors"), false, &g->r, &g->err));
    OK(g, store_tx(g->store, make_sessions, g, &g->err));
    const struct web_options options = {.db = g->db, .url = "https://web.example", .clock = clock_of};
    OK(g, web_new(&options, &g->web, &g->err));
    g->work = web_work(g->web);
    g->http.options.work = &g->work;
    g->http.options.bar = web_bar(g->web);
    g->port = start(&g->http);
    *state = g;
    return 0;
}

static int end_group(void **state)
{
    struct group *g = *state;
    http_server_stop(&g->http.server);
    web_free(&g->web);
    store_close(&g->store);
    int rc = fs_remove_tree(g->http.folder, &g->err);
    arena_release(&g->http.arena);
    free(g);
    return rc;
}

static int64_t events(struct group *g)
{
    int64_t seq;
    OK(g, record_head(g->store, &seq, NULL, NULL, &g->err));
    return seq;
}

/* ---- requests ---- */

static bool is_api(const char *path)
{
    return !strncmp(path, "/api/", 5);
}

/* Each from another address, so that no rate is reached. */
static int ask(struct group *g, const char *method, const char *path, struct sv token, const char *form,
               struct answer *out)
{
    struct str request = STR_INIT;
    bool post = !strcmp(method, "POST");
    g->asked++;
    str_addf(&request, "%s %s HTTP/1.1\r\nHost: web.example\r\nX-Forwarded-For: 10.%u.%u.%u\r\n", method, path,
             g->asked >> 16, g->asked >> 8 & 255, g->asked & 255);
    if (sv_starts(token, SV("cm_")))
        str_addf(&request, "Authorization: Bearer %.*s\r\n", SV_ARG(token));
    else if (token.len)
        str_addf(&request, "Cookie: __Host-casemate=%.*s\r\n", SV_ARG(token));
    if (post)
        str_addf(&request, "Content-Type: %s\r\nContent-Length: %zu\r\n",
                 is_api(path) ? "application/json" : "application/x-www-form-urlencoded", strlen(form));
    str_addf(&request, "\r\n%s", post ? form : "");
    client_once(g->port, str_sv(&request), strcmp(method, "HEAD") != 0, out);
    str_release(&request);
    return out->status;
}

static int status_of(struct group *g, const char *method, const char *path, struct sv token, const char *form)
{
    struct answer got;
    int status = ask(g, method, path, token, form, &got);
    answer_release(&got);
    return status;
}

static const char *proof(struct group *g, struct sv token, const char *action)
{
    return arena_printf(&g->http.arena, "proof=%.*s", SV_ARG(session_proof(&g->http.arena, token, action)));
}

#define SOME_ACT "threat.advance"

/* What the form of a route proves. */
static const char *proved_by(const struct web_route *r)
{
    return r->who == WEB_ACT ? SOME_ACT : r->action;
}

/* A path of the pattern that leads to something. */
static const char *path_of(struct group *g, const char *pattern)
{
    static const struct {
        const char *pattern, *path;
    } paths[] = {{"/compare/?/?/?", "/compare/analysis/0.1/0.2"}, {"/threats/?/compare", "/threats/G-0001/compare"},
                 {"/threats/?/edit", "/threats/G-0001/edit"},
                 {"/record/?", "/record/1"}, {"/threats/?/preview", "/threats/G-0001/preview"},
                 {"/threats/?/properties", "/threats/G-0001/properties"},
                 {"/threats/?/estimate", "/threats/G-0001/estimate"},
                 {"/rounds/?", "/rounds/R-1"}, {"/calls/?", "/calls/C-1"},
                 {"/calls/?/position", "/calls/C-1/position"},
                 {"/acts/?", "/acts/" SOME_ACT}, {"/api/v1/acts/?", "/api/v1/acts/" SOME_ACT},
                 {"/api/v1/threats/?", "/api/v1/threats/G-0001"}, {"/api/v1/rounds/?", "/api/v1/rounds/R-1"},
                 {"/api/v1/calls/?", "/api/v1/calls/C-1"},
                 {"/held/?", "/held/P-1"}, {"/held/?/refile", "/held/P-1/refile"},
                 {"/login/?", "/login/aaaaaaaaaaaaaaaaaaaaaaaaaa"},
                 {"/lists/?/post", "/lists/doors/post"}, {"/threats/?/discuss", "/threats/G-0001/discuss"},
                 {"/lists/?/message/?/reply", "/lists/doors/message/ABC/reply"}, {"/unfollow/?", "/unfollow/1-abc"},
                 {"/lists/?/thread/?/reply", "/lists/doors/thread/1/reply"},
                 {"/lists/?/thread/?/follow", "/lists/doors/thread/1/follow"},
                 {"/threats/?/follow", "/threats/G-0001/follow"},
                 {"/account/address/?", "/account/address/aaaaaaaaaaaaaaaaaaaaaaaaaa"},
                 {"/unsubscribe/?/?", "/unsubscribe/doors/1-abc"}};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        if (!strcmp(paths[i].pattern, pattern))
            return paths[i].path;
    assert_null(strchr(pattern, '?'));
    return arena_strdup(&g->http.arena, pattern);
}

/* ---- the table ---- */

/* wanted: one for each actor; y: may, n: may not, l: is to log in first */
static const struct {
    const char *method, *pattern, *wanted;
} rows[] = {
    {"GET", "/search", "yyyyyy"},
    {"GET", "/search.atom", "yyyyyy"},
    {"GET", "/register", "yyyyyy"},
    {"GET", "/record", "yyyyyy"},
    {"GET", "/record/?", "yyyyyy"},
    {"GET", "/people", "yyyyyy"},
    {"GET", "/act.js", "yyyyyy"},
    {"POST", "/propose/similar", "lyyyyy"},
    {"POST", "/threats/?/preview", "lnynyn"},
    {"GET", "/threats/?/properties", "lnynyn"},
    {"POST", "/threats/?/properties", "lnynyn"},
    {"GET", "/healthz", "yyyyyy"},
    {"GET", "/compare/?/?/?", "yyyyyy"},
    {"GET", "/threats/?/compare", "yyyyyy"},
    {"GET", "/unsubscribe/?/?", "yyyyyy"},
    {"POST", "/unsubscribe/?/?", "yyyyyy"},
    {"GET", "/login", "yyyyyy"},
    {"POST", "/login", "yyyyyy"},
    {"GET", "/login/?", "yyyyyy"},
    {"POST", "/login/?", "yyyyyy"},
    {"POST", "/login/password", "yyyyyy"},
    {"GET", "/account", "lyyyyy"},
    {"POST", "/account/logout", "lyyyyy"},
    {"POST", "/account/sessions", "lyyyyy"},
    {"GET", "/account/tokens", "lyyyyy"},
    {"POST", "/account/tokens", "lyyyyy"},
    {"GET", "/api/v1/openapi.json", "yyyyyy"},
    {"GET", "/api/v1/me", "lyyyyy"},
    {"GET", "/api/v1/threats", "yyyyyy"},
    {"GET", "/api/v1/threats/?", "yyyyyy"},
    {"GET", "/api/v1/rounds", "yyyyyy"},
    {"GET", "/api/v1/rounds/?", "yyyyyy"},
    {"GET", "/api/v1/calls", "yyyyyy"},
    {"GET", "/api/v1/calls/?", "yyyyyy"},
    {"GET", "/api/v1/decisions", "yyyyyy"},
    {"GET", "/api/v1/due", "yyyyyy"},
    {"GET", "/api/v1/record", "yyyyyy"},
    {"GET", "/api/v1/search", "yyyyyy"},
    {"POST", "/api/v1/acts/?", "lnynyn"},
    {"GET", "/embargoes", "lyyyyy"},
    {"GET", "/acts", "lyyyyy"},
    {"GET", "/acts/?", "lnynyn"},
    {"POST", "/acts/?", "lnynyn"},
    {"POST", "/account/zone", "lyyyyy"},
    {"POST", "/account/addresses", "lyyyyy"},
    {"GET", "/account/address/?", "lyyyyy"},
    {"POST", "/account/address/?", "lyyyyy"},
    {"GET", "/account/security", "lyyyyy"},
    {"POST", "/account/password", "lyyyyy"},
    {"POST", "/account/codes", "lyyyyy"},
    {"GET", "/account/leave", "lyyyyy"},
    {"POST", "/account/leave", "lyyyyy"},
    {"POST", "/account/follow", "lyyyyy"},
    {"GET", "/account/lists", "lyyyyy"},
    {"POST", "/account/lists", "lyyyyy"},
    {"GET", "/account/posts", "lyyyyy"},
    {"GET", "/lists/?/post", "lyyyyy"},
    {"POST", "/lists/?/post", "lyyyyy"},
    {"GET", "/lists/?/message/?/reply", "lyyyyy"},
    {"POST", "/lists/?/message/?/reply", "lyyyyy"},
    {"GET", "/lists/?/thread/?/reply", "lyyyyy"},
    {"GET", "/threats/?/discuss", "lyyyyy"},
    {"POST", "/threats/?/discuss", "lyyyyy"},
    {"GET", "/lists/?/thread/?/follow", "lyyyyy"},
    {"POST", "/lists/?/thread/?/follow", "lyyyyy"},
    {"GET", "/threats/?/follow", "lyyyyy"},
    {"POST", "/threats/?/follow", "lyyyyy"},
    {"GET", "/unfollow/?", "yyyyyy"},
    {"POST", "/unfollow/?", "yyyyyy"},
    {"GET", "/done", "lyyyyy"},
    {"GET", "/propose", "lyyyyy"},
    {"POST", "/propose", "lyyyyy"},
    {"GET", "/threats/?/edit", "lnynyn"},
    {"POST", "/threats/?/edit", "lnynyn"},
    {"GET", "/threats/?/estimate", "lyyyyy"},
    {"POST", "/threats/?/estimate", "lyyyyy"},
    {"GET", "/rounds", "yyyyyy"},
    {"GET", "/rounds/?", "yyyyyy"},
    {"GET", "/calls", "yyyyyy"},
    {"GET", "/calls/?", "yyyyyy"},
    {"GET", "/calls/?/position", "lyyyyy"},
    {"POST", "/calls/?/position", "lyyyyy"},
    {"GET", "/held", "lnnynn"},
    {"GET", "/held/?", "lnnynn"},
    {"POST", "/held/?", "lnnynn"},
    {"POST", "/held/?/refile", "lnnynn"},
};

static const struct web_route *route_of(size_t row)
{
    for (size_t i = 0; i < web_route_count; i++)
        if (!strcmp(web_routes[i].method, rows[row].method) && !strcmp(web_routes[i].pattern, rows[row].pattern))
            return &web_routes[i];
    fail_msg("there is no route %s %s", rows[row].method, rows[row].pattern);
    return NULL;
}

static void test_each_route_has_its_row(void **state CM_UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        (void)route_of(i);
    assert_int_equal(ARRAY_LEN(rows), web_route_count);
    for (size_t i = 0; i < web_route_count; i++)
        for (size_t k = 0; k < i; k++)
            assert_false(!strcmp(web_routes[i].method, web_routes[k].method) &&
                         !strcmp(web_routes[i].pattern, web_routes[k].pattern));
}

/* What a status says about the right: '!' is none that there should be. */
static char kind_of(int status, bool post)
{
    if (status == 403)
        return 'n';
    if (status == (post ? 401 : 303))
        return 'l';
    return status == 200 || status == 303 || status == 404 || status == 409 || status == 422 ? 'y' : '!';
}

static void test_every_route_by_everybody(void **state)
{
    struct group *g = *state;
    size_t faults = 0;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct web_route *r = route_of(i);
        const char *path = path_of(g, r->pattern);
        bool post = !strcmp(r->method, "POST");
        if (!strcmp(path, "/account/logout"))
            continue; /* by itself, below: the session would be over */
        for (size_t k = 0; k < ACTORS; k++) {
            bool api = is_api(path);
            const char *form = api ? "{}" : post && r->action ? proof(g, g->tokens[k], proved_by(r)) : "";
            int status = status_of(g, r->method, path, api ? g->access[k] : g->tokens[k], form);
            if (!post && k != NOBODY && !strcmp(path, "/login") && status == 303)
                status = 200; /* who is logged in is sent on */
            if (kind_of(status, post || api) == rows[i].wanted[k])
                continue;
            print_message("%s %s by %s: %d, wanted %c\n", r->method, path, actors[k] ? actors[k] : "nobody", status,
                          rows[i].wanted[k]);
            faults++;
        }
    }
    assert_int_equal(faults, 0);
}

/* Who has the right of an act, by the roles of profiles/xmpp; no role there is a deputy for another one. */
static const struct {
    enum permission needs;
    const char *wanted;
} rights[] = {{PERMIT_READ, "lyyyyy"},     {PERMIT_PROPOSE, "lyyyyy"},   {PERMIT_ESTIMATE, "lyyyyy"},
              {PERMIT_POSITION, "lyyyyy"}, {PERMIT_EDIT, "lnynyn"},      {PERMIT_ADVANCE, "lnynyn"},
              {PERMIT_MERGE, "lnynyn"},    {PERMIT_MODERATE, "lnnynn"},  {PERMIT_ROUND, "lnnnyn"},
              {PERMIT_CALL, "lnnnyn"},     {PERMIT_PUBLISH, "lnnnyn"},   {PERMIT_CONFIGURE, "lnnnnn"},
              {PERMIT_APPEAL, "lyyyyy"},   {PERMIT_ANSWER, "lnnnny"}};

static const char *wanted_of(const struct action_form *f)
{
    for (size_t i = 0; i < ARRAY_LEN(rights); i++)
        if (rights[i].needs == action_find(f->action)->needs)
            return rights[i].wanted;
    fail_msg("nobody says who may %s", permission_names[action_find(f->action)->needs]);
    return NULL;
}

/* Each act by each actor: its page, and its form when it is sent without a value, which does nothing. */
static void test_every_act_by_everybody(void **state)
{
    struct group *g = *state;
    size_t faults = 0;
    int64_t before = events(g);
    for (size_t i = 0; i < action_form_count; i++)
        for (size_t k = 0; k < ACTORS; k++) {
            const struct action_form *f = &action_forms[i];
            const char *path = arena_printf(&g->http.arena, "/acts/%s", f->action);
            bool alone = !f->count || !(f->inputs[0].flags & INPUT_WANTED); /* it can be done without values */
            int got = status_of(g, "GET", path, g->tokens[k], "");
            int posted = alone ? 0 : status_of(g, "POST", path, g->tokens[k], proof(g, g->tokens[k], f->action));
            if (kind_of(got, false) == wanted_of(f)[k] && (alone || kind_of(posted, true) == wanted_of(f)[k]))
                continue;
            print_message("%s by %s: %d, %d, wanted %c\n", path, actors[k] ? actors[k] : "nobody", got, posted,
                          wanted_of(f)[k]);
            faults++;
        }
    assert_int_equal(faults, 0);
    assert_int_equal(events(g), before);
}

/* HEAD is what GET is, without a body; other methods are named and refused. */
static void test_methods(void **state)
{
    struct group *g = *state;
    for (size_t i = 0; i < web_route_count; i++) {
        const char *path = path_of(g, web_routes[i].pattern);
        struct answer got;
        bool get = !strcmp(web_routes[i].method, "GET");
        if (get)
            assert_int_equal(status_of(g, "HEAD", path, g->tokens[EDITOR], ""),
                             status_of(g, "GET", path, g->tokens[EDITOR], ""));
        assert_int_equal(ask(g, "DELETE", path, g->tokens[EDITOR], "", &got), 405);
        assert_true(sv_find(answer_field(&got, "Allow"), sv_str(web_routes[i].method)) >= 0);
        answer_release(&got);
    }
}

/* A POST without the proof of its form, with that of another session, of another action, or of nobody: refused, and
 * nothing happens. */
static void test_proofs(void **state)
{
    struct group *g = *state;
    int64_t before = events(g);
    for (size_t i = 0; i < web_route_count; i++) {
        const struct web_route *r = &web_routes[i];
        if (!r->action)
            continue;
        const char *path = path_of(g, r->pattern), *action = proved_by(r);
        const char *wrong[] = {"", "proof=", proof(g, g->other, action), proof(g, g->tokens[LEADER], action),
                               proof(g, g->tokens[EDITOR], "another"), "proof=aaaaaaaaaaaaaaaaaaaaaaaaaa"};
        for (size_t k = 0; k < ARRAY_LEN(wrong); k++)
            if (status_of(g, "POST", path, g->tokens[EDITOR], wrong[k]) != 403)
                fail_msg("%s takes the form %s", path, wrong[k]);
        int status = status_of(g, "POST", path, SV_NONE, proof(g, g->tokens[EDITOR], action));
        assert_int_equal(status, r->who == WEB_ANYONE ? 403 : 401);
        assert_int_equal(status_of(g, "POST", path, SV("aaaaaaaaaaaaaaaaaaaaaaaaaa"),
                                   proof(g, SV("aaaaaaaaaaaaaaaaaaaaaaaaaa"), action)) == 403, false);
    }
    assert_int_equal(events(g), before);
}

/* ---- what the acts leave ---- */

static void assert_newest(struct group *g, const char *action, const char *const *parts, size_t count)
{
    struct record_events list;
    OK(g, record_read(g->store, &g->http.arena, events(g), 1, &list, &g->err));
    struct sv header = list.list.at[0].header, payload = list.list.at[0].payload;
    if (sv_find(header, sv_str(action)) < 0)
        fail_msg("the newest event is %.*s", SV_ARG(header));
    for (size_t i = 0; i < count; i++)
        if (sv_find(payload, sv_str(parts[i])) < 0)
            fail_msg("no %s in %.*s", parts[i], SV_ARG(payload));
}

static void act(struct group *g, size_t who, const char *path, const char *action, const char *fields, int wanted)
{
    struct answer got;
    const char *form = arena_printf(&g->http.arena, "%s&%s", proof(g, g->tokens[who], action), fields);
    if (ask(g, "POST", path, g->tokens[who], form, &got) != wanted)
        fail_msg("%s: %d %s", path, got.status, str_cstr(&got.body));
    answer_release(&got);
}

static bool page_has(struct group *g, size_t who, const char *path, const char *text)
{
    struct answer got;
    ask(g, "GET", path, g->tokens[who], "", &got);
    bool has = sv_find(str_sv(&got.body), sv_str(text)) >= 0;
    answer_release(&got);
    return has;
}

static void test_propose(void **state)
{
    struct group *g = *state;
    int64_t before = events(g);
    static const char *const said[] = {"\"actor\":\"member\"", "\"asserted_by\":\"web\"", "\"source\":\"web\""};
    act(g, MEMBER, "/propose", "threat.propose", "name=&abstract=x", 422);
    act(g, MEMBER, "/propose", "threat.propose",
        "name=Recorded+opening&abstract=Somebody+records+the+opening+signal+and+plays+it+back.&area-opening=yes", 200);
    assert_int_equal(events(g), before); /* it was asked whether it is one of those there are */
    act(g, MEMBER, "/propose", "threat.propose",
        "name=Gate+sings+at+night&abstract=Nobody+can+sleep+while+it+does.&area-opening=yes&new=yes", 303);
    assert_int_equal(events(g), before + 1);
    assert_newest(g, "threat.propose", said, ARRAY_LEN(said));
    assert_true(page_has(g, MEMBER, arena_printf(&g->http.arena, "/done?event=%d", (int)events(g)), "threat.propose"));
}

static bool posted_has(struct group *g, size_t who, const char *path, const char *action, const char *fields,
                       const char *text)
{
    struct answer got;
    const char *form = arena_printf(&g->http.arena, "%s&%s", proof(g, g->tokens[who], action), fields);
    ask(g, "POST", path, g->tokens[who], form, &got);
    bool has = sv_find(str_sv(&got.body), sv_str(text)) >= 0;
    answer_release(&got);
    return has;
}

static const char *base_of(struct group *g, const char *path)
{
    struct answer got;
    ask(g, "GET", path, g->tokens[EDITOR], "", &got);
    ptrdiff_t at = sv_find(str_sv(&got.body), SV("name=\"base\" value=\""));
    assert_true(at > 0);
    const char *base = arena_strndup(&g->http.arena, got.body.data + at + 19, 64);
    answer_release(&got);
    return base;
}

static void test_edit(void **state)
{
    struct group *g = *state;
    struct arena *a = &g->http.arena;
    static const char *const said[] = {"\"actor\":\"editor\"", "\"reason\":\"Clearer\"", "\"asserted_by\":\"web\""};
    const char *path = "/threats/G-0001/edit", *base = base_of(g, "/threats/G-0001/edit?field=advice");
    const char *other = arena_printf(a, "field=advice&base=%s&text=Lock+it.%%0D%%0A%%0D%%0AAlways.&reason=Clearer",
                                     base);
    int64_t before = events(g);
    act(g, EDITOR, path, "threat.edit", arena_printf(a, "%s&do=preview", other), 200);
    /* an attack tree is drawn and analysed as it would be, or its faults are told by the lines of the text */
    const char *drawn = base_of(g, "/threats/G-0001/edit?field=definition");
    const char *tree = "Two+ways.%0A%0A%60%60%60attack-tree%0AGet+in%0A"
                       "++Climb+%5Bp%3D0.5%5D%0A++Dig+%5Bp%3D0.5%5D%0A%60%60%60";
    tree = arena_printf(a, "field=definition&base=%s&do=preview&text=%s", drawn, tree);
    assert_true(posted_has(g, EDITOR, path, "threat.edit", tree, "<svg"));
    assert_true(posted_has(g, EDITOR, path, "threat.edit", tree, "0.75"));
    const char *wrong = "Two+ways.%0A%0A%60%60%60attack-tree%0AGet+in%0A"
                        "++Climb+%5Bp%3D1.5%5D%0A%60%60%60";
    wrong = arena_printf(a, "field=definition&base=%s&do=preview&text=%s", drawn, wrong);
    assert_true(posted_has(g, EDITOR, path, "threat.edit", wrong, "Line 5, column"));
    assert_int_equal(events(g), before);
    act(g, EDITOR, path, "threat.edit", arena_printf(a, "%s&do=save", other), 303);
    assert_int_equal(events(g), before + 1);
    assert_newest(g, "threat.edit", said, ARRAY_LEN(said));
    assert_true(page_has(g, EDITOR, "/threats/G-0001/edit?field=advice", "Lock it.\n\nAlways."));
    /* the one who opened the page before that sees both texts, and overwrites nothing */
    act(g, LEADER, path, "threat.edit", arena_printf(a, "field=advice&base=%s&text=Open+it.&do=save", base), 409);
    assert_int_equal(events(g), before + 1);
    act(g, EDITOR, path, "threat.edit", arena_printf(a, "field=stage&base=%s&text=x&do=save", base), 404);
    act(g, EDITOR, "/threats/G-9999/edit", "threat.edit", "field=advice&base=x&text=x&do=save", 404);
    assert_int_equal(events(g), before + 1);
}

static void test_position(void **state)
{
    struct group *g = *state;
    static const char *const said[] = {"\"actor\":\"member\"", "\"reason\":\"Who pays?\"", "\"asserted_by\":\"web\""};
    int64_t before = events(g);
    act(g, MEMBER, "/calls/C-1/position", "position.take", "position=object", 422); /* without a reason */
    act(g, MEMBER, "/calls/C-1/position", "position.take", "position=dance&reason=x", 422);
    act(g, MEMBER, "/calls/C-9/position", "position.take", "position=support", 404);
    assert_int_equal(events(g), before);
    act(g, MEMBER, "/calls/C-1/position", "position.take", "position=object&reason=Who+pays%3F", 303);
    assert_newest(g, "position.take", said, ARRAY_LEN(said));
    assert_true(page_has(g, MEMBER, "/calls/C-1/position", "Who pays?"));
    assert_false(page_has(g, EDITOR, "/calls/C-1/position", "Who pays?")); /* each sees their own in the form */
}

/* Blind: neither the event, nor any page of anybody else, has the answer or whose it is. */
static void test_estimate(void **state)
{
    struct group *g = *state;
    struct record_events list;
    int64_t before = events(g);
    static const char *const pages[] = {"/threats/G-0001/estimate", "/rounds/R-1", "/account", "/done?event=%d"};
    act(g, MEMBER, "/threats/G-0001/estimate", "estimate.give", "likelihood=often", 422); /* without a reason */
    act(g, MEMBER, "/threats/G-0002/estimate", "estimate.give", "likelihood=often&reason=x", 409); /* in no round */
    assert_int_equal(events(g), before);
    act(g, MEMBER, "/threats/G-0001/estimate", "estimate.give", "likelihood=often&damage=great&reason=canaryreason",
        303);
    assert_int_equal(events(g), before + 1);
    OK(g, record_read(g->store, &g->http.arena, before + 1, 1, &list, &g->err));
    const struct record_event *e = &list.list.at[0];
    assert_true(sv_find(e->header, SV("R-1:e1")) > 0);
    assert_true(sv_find(e->payload, SV("canaryreason")) < 0 && sv_find(e->payload, SV("often")) < 0 &&
                sv_find(e->payload, SV("\"member\"")) < 0);
    assert_true(page_has(g, MEMBER, pages[0], "canaryreason"));
    assert_true(page_has(g, MEMBER, pages[1], "(you answered)"));
    assert_true(page_has(g, EDITOR, "/search?q=canaryreason", "Nothing was found"));
    for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
        const char *path = strchr(pages[i], '%') ? arena_printf(&g->http.arena, "/done?event=%d",
                                                                (int)before + 1) : pages[i];
        for (size_t k = EDITOR; k < ACTORS; k++) {
            assert_false(page_has(g, k, path, "canaryreason"));
            assert_false(page_has(g, k, path, "checked=\"checked\""));
            assert_false(page_has(g, k, path, "(you answered)"));
        }
    }
}

/* What an open round and an embargo hold is on no page but those of who may read it: every GET route by everybody. */
static void test_private_texts(void **state)
{
    struct group *g = *state;
    const struct sv reader = sv_str(actors[LEADER]);
    struct action_context c = as(g, actors[EDITOR]);
    const struct embargo_request flaw = {.text = SV("canaryembargo stands here."), .readers = &reader,
                                         .reader_count = 1};
    OK(g, action_embargo_open(&c, &flaw, &g->r, &g->err));
    act(g, MEMBER, "/threats/G-0001/estimate", "estimate.give", "likelihood=often&damage=great&reason=canaryestimate",
        303);
    for (size_t i = 0; i < web_route_count; i++) {
        if (strcmp(web_routes[i].method, "GET") != 0)
            continue;
        const char *path = path_of(g, web_routes[i].pattern);
        for (size_t k = 0; k < ACTORS; k++) {
            bool api = is_api(path);
            struct answer got;
            ask(g, "GET", path, api ? g->access[k] : g->tokens[k], "", &got);
            struct sv text = str_sv(&got.body);
            if ((k != MEMBER && sv_find(text, SV("canaryestimate")) >= 0) ||
                (k != EDITOR && k != LEADER && sv_find(text, SV("canaryembargo")) >= 0))
                fail_msg("%s tells %s", path, actors[k] ? actors[k] : "nobody");
            answer_release(&got);
        }
    }
    assert_true(page_has(g, MEMBER, "/threats/G-0001/estimate", "canaryestimate"));
    assert_true(page_has(g, LEADER, "/embargoes", "canaryembargo"));
    assert_true(page_has(g, EDITOR, "/embargoes", "canaryembargo"));
    assert_true(page_has(g, MEMBER, "/embargoes", "not among those"));
    assert_false(page_has(g, NOBODY, arena_printf(&g->http.arena, "/record/%d", (int)events(g)), "canary"));
    assert_false(page_has(g, NOBODY, arena_printf(&g->http.arena, "/record/%d", (int)events(g) - 1), "canary"));
}

/* Two who edit one text: of different lines both changes are put together, of one line both are shown. */
static void test_two_editors(void **state)
{
    struct group *g = *state;
    struct arena *a = &g->http.arena;
    const char *path = "/threats/G-0001/edit", *page = "/threats/G-0001/edit?field=advice";
    static const char form[] = "field=advice&base=%s&do=save&text=%s";
    act(g, EDITOR, path, "threat.edit", arena_printf(a, form, base_of(g, page), "one%0A%0Atwo%0A%0Athree"), 303);
    const char *base = base_of(g, page);
    act(g, EDITOR, path, "threat.edit", arena_printf(a, form, base, "ONE%0A%0Atwo%0A%0Athree"), 303);
    int64_t before = events(g);
    const char *apart = arena_printf(a, form, base, "one%0A%0Atwo%0A%0ATHREE");
    assert_true(posted_has(g, LEADER, path, "threat.edit", apart, "ONE\n\ntwo\n\nTHREE</textarea>"));
    const char *same = arena_printf(a, form, base, "1%0A%0Atwo%0A%0Athree");
    assert_true(posted_has(g, LEADER, path, "threat.edit", same, "1\n\ntwo\n\nthree</textarea>"));
    assert_true(posted_has(g, LEADER, path, "threat.edit", same, "What was changed meanwhile"));
    act(g, LEADER, path, "threat.edit", same, 409);
    assert_int_equal(events(g), before);
}

/* What a form gives is kept on the page that refuses it; what it does is in the record; the page of a thing has its
 * acts. */
static void test_act_forms(void **state)
{
    struct group *g = *state;
    static const char *const merged[] = {"\"actor\":\"editor\"", "\"reason\":\"One and the same\"",
                                         "\"source\":\"web\""};
    int64_t before = events(g);
    assert_true(page_has(g, EDITOR, "/acts?threat=G-0003", "href=\"/acts/threat.merge?threat=G-0003\""));
    assert_true(page_has(g, EDITOR, "/acts?threat=G-0003", "href=\"/threats/G-0003/edit\""));
    assert_false(page_has(g, EDITOR, "/acts?threat=G-0003", "round.close"));
    assert_false(page_has(g, MEMBER, "/acts", "threat.merge"));
    assert_true(page_has(g, EDITOR, "/acts/threat.merge?threat=G-0003", "value=\"G-0003\""));
    assert_true(posted_has(g, EDITOR, "/acts/threat.merge", "threat.merge", "threat=G-0003&reason=One+and+the+same",
                           "Into: it is missing; expected The threat that it is part of."));
    assert_true(posted_has(g, EDITOR, "/acts/threat.merge", "threat.merge", "threat=G-0003&reason=One+and+the+same",
                           "One and the same</textarea>"));
    act(g, EDITOR, "/acts/threat.merge", "threat.merge", "threat=G-0003&into=G-9999&reason=One", 422);
    act(g, EDITOR, "/acts/threat.merge", "threat.merge", "threat=G-0003&into=G-0002&reason=One+and+the+same", 303);
    assert_int_equal(events(g), before + 1);
    assert_newest(g, "threat.merge", merged, ARRAY_LEN(merged));
    act(g, LEADER, "/acts/threat.reopen", "threat.reopen", "threat=G-0003&to=noted&reason=Not+the+same", 303);
    act(g, LEADER, "/acts/round.close", "round.close", "round=R-1", 409);
    assert_true(page_has(g, LEADER, "/acts/round.close", "<option value=\"R-1\">"));
    act(g, MEMBER, "/acts/away.announce", "away.announce", "until=2026-12-24", 303);
    act(g, MEMBER, "/acts/away.end", "away.end", "x=1", 303);
    act(g, MODERATOR, "/acts/member.add", "member.add", "name=New+Comer&mail=n@example.org%0D%0An@example.com", 303);
    assert_false(page_has(g, LEADER, "/acts/no.such", "<form"));
}

/* Who has a zone sees when something ends by their own clock, and nobody else does. */
static void test_zone(void **state)
{
    struct group *g = *state;
    act(g, LEADER, "/account/zone", "account.zone", "zone=..%2FUTC", 422);
    act(g, LEADER, "/account/zone", "account.zone", "zone=Asia%2FKolkata", 303);
    assert_true(page_has(g, LEADER, "/calls/C-1/position", "05:30 IST"));
    assert_true(page_has(g, LEADER, "/account", "call C-1</a>, before "));
    assert_true(page_has(g, EDITOR, "/account", "call C-1</a>, until "));
    assert_false(page_has(g, EDITOR, "/calls/C-1/position", "IST"));
    act(g, LEADER, "/account/zone", "account.zone", "zone=", 303);
    assert_false(page_has(g, LEADER, "/calls/C-1/position", "IST"));
}

/* Two passwords are hashed at once, and the third comes again. */
static void test_hashings(void **state CM_UNUSED)
{
    atomic_uint hashing;
    struct err err = ERR_INIT;
    struct web_call c = {.hashing = &hashing};
    atomic_init(&hashing, 0);
    for (int i = 0; i < WEB_HASHINGS; i++)
        assert_int_equal(web_hash_begin(&c, &err), 0);
    assert_int_equal(web_hash_begin(&c, &err), CM_EAGAIN);
    assert_int_equal(web_status(CM_EAGAIN), 503);
    web_hash_end(&c);
    assert_int_equal(web_hash_begin(&c, &err), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_route_has_its_row),
        cmocka_unit_test(test_every_route_by_everybody),
        cmocka_unit_test(test_every_act_by_everybody),
        cmocka_unit_test(test_act_forms),
        cmocka_unit_test(test_methods),
        cmocka_unit_test(test_proofs),
        cmocka_unit_test(test_hashings),
        cmocka_unit_test(test_zone),
        cmocka_unit_test(test_propose),
        cmocka_unit_test(test_edit),
        cmocka_unit_test(test_two_editors),
        cmocka_unit_test(test_position),
        cmocka_unit_test(test_estimate),
        cmocka_unit_test(test_private_texts),
    };
    return cmocka_run_group_tests_name("web", tests, begin_group, end_group);
}
