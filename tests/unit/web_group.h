/* A group with a web, for tests of its pages: who is in it, their sessions and tokens, requests as a browser sends
 * them, and what the record says then. It is that of profiles/minimal in the mode for about three people, with the
 * roles of profiles/xmpp. */
#ifndef CASEMATE_TESTS_WEB_GROUP_H
#define CASEMATE_TESTS_WEB_GROUP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "action/call.h"
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
    struct sv link;                  /* of a reviewer */
    struct sv access[ACTORS];        /* tokens of the API, for everything */
    struct sv tokens[ACTORS], other; /* sessions; other: a second one of each asker's rights, the editor's */
    unsigned port, asked;
};

#define OK(g, call) check_ok((g), (call), __LINE__)
static inline void check_ok(struct group *g, int rc, int line)
{
    if (!rc)
        return;
    for (size_t i = 0; i < g->diag.len; i++)
        print_message("%s\n", diag_format(&g->diag, &g->diag.items[i]));
    fail_msg("line %d: %d %s", line, rc, g->err.text);
}

static inline int64_t clock_of(void *context CM_UNUSED)
{
    return noon + 2 * DAY;
}

/* ---- the group ---- */

static inline struct action_context as(struct group *g, const char *actor)
{
    return (struct action_context){.store = g->store, .arena = &g->http.arena, .now = noon + DAY, .diag = &g->diag,
                                   .actor = sv_str(actor), .reason = SV("Because.")};
}

static inline struct sv profile_text(struct group *g, const char *profile, const char *name)
{
    const char *source = getenv("CASEMATE_SOURCE");
    struct sv text;
    const char *path = arena_printf(&g->http.arena, "%s/profiles/%s/%s", source ? source : ".", profile, name);
    OK(g, fs_read(&g->http.arena, path, 1 << 20, &text, &g->err));
    return text;
}

static inline const char *write_profile(struct group *g)
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

static inline void add_people(struct group *g)
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


static inline int make_sessions(struct store *s, void *context, struct err *err)
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

static inline int begin_group(void **state)
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

static inline int end_group(void **state)
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

static inline int64_t events(struct group *g)
{
    int64_t seq;
    OK(g, record_head(g->store, &seq, NULL, NULL, &g->err));
    return seq;
}

/* ---- requests ---- */

static inline bool is_api(const char *path)
{
    return !strncmp(path, "/api/", 5);
}

/* Each from another address, so that no rate is reached. */
static inline int ask(struct group *g, const char *method, const char *path, struct sv token, const char *form,
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

static inline int status_of(struct group *g, const char *method, const char *path, struct sv token, const char *form)
{
    struct answer got;
    int status = ask(g, method, path, token, form, &got);
    answer_release(&got);
    return status;
}

static inline const char *proof(struct group *g, struct sv token, const char *action)
{
    return arena_printf(&g->http.arena, "proof=%.*s", SV_ARG(session_proof(&g->http.arena, token, action)));
}

#define SOME_ACT "threat.advance"

/* What the form of a route proves. */
static inline const char *proved_by(const struct web_route *r)
{
    return r->who == WEB_ACT ? SOME_ACT : r->action;
}

/* A path of the pattern that leads to something. */
static inline const char *path_of(struct group *g, const char *pattern)
{
    static const struct {
        const char *pattern, *path;
    } paths[] = {{"/compare/?/?/?", "/compare/analysis/0.1/0.2"}, {"/threats/?/compare", "/threats/G-0001/compare"},
                 {"/threats/?/edit", "/threats/G-0001/edit"},
                 {"/record/?", "/record/1"},
                 {"/review/?", "/review/aaaaaaaaaaaaaaaaaaaaaaaaaa"},
                 {"/threats/?/preview", "/threats/G-0001/preview"},
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

/* ---- acts, and what they leave ---- */

static inline void assert_newest(struct group *g, const char *action, const char *const *parts, size_t count)
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

static inline void act(struct group *g, size_t who, const char *path, const char *action, const char *fields,
                       int wanted)
{
    struct answer got;
    const char *form = arena_printf(&g->http.arena, "%s&%s", proof(g, g->tokens[who], action), fields);
    if (ask(g, "POST", path, g->tokens[who], form, &got) != wanted)
        fail_msg("%s: %d %s", path, got.status, str_cstr(&got.body));
    answer_release(&got);
}

static inline bool page_has(struct group *g, size_t who, const char *path, const char *text)
{
    struct answer got;
    ask(g, "GET", path, g->tokens[who], "", &got);
    bool has = sv_find(str_sv(&got.body), sv_str(text)) >= 0;
    answer_release(&got);
    return has;
}

static inline bool posted_has(struct group *g, size_t who, const char *path, const char *action,
                              const char *fields, const char *text)
{
    struct answer got;
    const char *form = arena_printf(&g->http.arena, "%s&%s", proof(g, g->tokens[who], action), fields);
    ask(g, "POST", path, g->tokens[who], form, &got);
    bool has = sv_find(str_sv(&got.body), sv_str(text)) >= 0;
    answer_release(&got);
    return has;
}

static inline const char *base_of(struct group *g, const char *path)
{
    struct answer got;
    ask(g, "GET", path, g->tokens[EDITOR], "", &got);
    ptrdiff_t at = sv_find(str_sv(&got.body), SV("name=\"base\" value=\""));
    assert_true(at > 0);
    const char *base = arena_strndup(&g->http.arena, got.body.data + at + 19, 64);
    answer_release(&got);
    return base;
}

#endif
