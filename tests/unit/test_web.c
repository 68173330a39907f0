/* Every route of the web, asked by everybody: answered and refused, by one table. A route that is in no row here is a
 * fault, and so is a row for a route that is not there. Then what the acts leave in the record.
 *
 * The group is that of profiles/minimal in the mode for about three people, with the roles of profiles/xmpp. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "action/inputs.h"
#include "web_group.h"

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
    {"GET", "/review/?", "yyyyyy"},
    {"POST", "/review/?", "yyyyyy"},
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
        cmocka_unit_test(test_methods),
        cmocka_unit_test(test_proofs),
        cmocka_unit_test(test_hashings),
        cmocka_unit_test(test_zone),
        cmocka_unit_test(test_propose),
        cmocka_unit_test(test_edit),
        cmocka_unit_test(test_position),
        cmocka_unit_test(test_estimate),
    };
    return cmocka_run_group_tests_name("web", tests, begin_group, end_group);
}
