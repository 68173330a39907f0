/* Forms of acts on the web: any act of the table, two who edit one text, a reviewer without an account; and that what
 * is private is on no page of others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "action/embargo.h"
#include "action/inputs.h"
#include "action/review.h"
#include "forum/token.h"
#include "web_group.h"

static int make_review_link(struct store *s, void *context, struct err *err)
{
    struct group *g = context;
    const struct token_new t = {TOKEN_REVIEW, SV("doors"), SV("V-1"), SV("ann@example.net"), SV("G-0001"),
                                noon, noon + 30 * DAY};
    return token_make(s, &g->http.arena, &t, &g->link, err);
}

/* Who was asked answers by the link, without an account, and again; the address is on no page. */
static void test_review(void **state)
{
    struct group *g = *state;
    struct action_context c = as(g, actors[EDITOR]);
    const struct review_request asked = {SV("G-0001"), SV("ann@example.net"), SV("Ann Other"), SV("2026-12-20")};
    static const char *const said[] = {"changes-wanted", "Too short.", "\"source\":\"web\""};
    OK(g, action_review_request(&c, &asked, &g->r, &g->err));
    OK(g, store_tx(g->store, make_review_link, g, &g->err));
    const char *path = arena_printf(&g->http.arena, "/review/%.*s", SV_ARG(g->link));
    int64_t before = events(g);
    assert_true(page_has(g, NOBODY, path, "href=\"/threats/G-0001.html\""));
    assert_false(page_has(g, NOBODY, path, "ann@"));
    assert_int_equal(events(g), before);
    act(g, NOBODY, path, "review.answer", "verdict=changes-wanted&text=", 422);
    act(g, NOBODY, path, "review.answer", "verdict=perhaps&text=x", 422);
    assert_int_equal(events(g), before);
    act(g, NOBODY, path, "review.answer", "verdict=changes-wanted&text=Too+short.", 200);
    assert_newest(g, "review.answer", said, ARRAY_LEN(said));
    act(g, EDITOR, path, "review.answer", "verdict=sound&text=", 200);
    assert_int_equal(events(g), before + 2);
    act(g, NOBODY, "/review/aaaaaaaaaaaaaaaaaaaaaaaaaa", "review.answer", "verdict=sound&text=", 404);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_act_forms),
        cmocka_unit_test(test_two_editors),
        cmocka_unit_test(test_review),
        cmocka_unit_test(test_private_texts),
    };
    return cmocka_run_group_tests_name("web-acts", tests, begin_group, end_group);
}
