#include "gateway/web/route.h"

#include "gateway/http/form.h"
#include "gateway/web/api.h"
#include "gateway/web/pages.h"

enum { SMALL = 4 * 1024 };

const struct rate_limit web_rates[WEB_RATES] = {
    [WEB_RATE_READ] = {120, 1}, [WEB_RATE_SEARCH] = {30, 1}, [WEB_RATE_LOGIN] = {20, 30}, [WEB_RATE_CHANGE] = {30, 2},
    [WEB_RATE_API] = {120, 1},
    [WEB_RATE_LIVE] = {120, 1}};

#define ANYONE WEB_ANYONE, PERMIT_READ
#define MEMBER WEB_MEMBER, PERMIT_READ
#define ACT WEB_ACT, PERMIT_READ
#define RIGHT(name) WEB_RIGHT, PERMIT_##name

const struct web_route web_routes[] = {
    {"GET", "/search", ANYONE, WEB_RATE_SEARCH, NULL, 0, "Search", search_page},
    {"GET", "/search.atom", ANYONE, WEB_RATE_SEARCH, NULL, 0, "Search", search_feed},
    {"GET", "/register", ANYONE, WEB_RATE_SEARCH, NULL, 0, "Threats", register_page},
    {"GET", "/record", ANYONE, WEB_RATE_READ, NULL, 0, "The record", record_page},
    {"GET", "/record/?", ANYONE, WEB_RATE_READ, NULL, 0, "An event", event_page},
    {"GET", "/people", ANYONE, WEB_RATE_READ, NULL, 0, "People", people_page},
    {"GET", "/act.js", ANYONE, WEB_RATE_READ, NULL, 0, "Script", script_file},
    {"GET", "/healthz", ANYONE, WEB_RATE_READ, NULL, 0, "Health", health_page},
    {"GET", "/compare/?/?/?", ANYONE, WEB_RATE_SEARCH, NULL, 0, "What changed", compare_page},
    {"GET", "/threats/?/compare", ANYONE, WEB_RATE_SEARCH, NULL, 0, "Versions", threat_compare_page},
    {"GET", "/review/?", ANYONE, WEB_RATE_READ, NULL, 0, "Your review", review_page},
    {"POST", "/review/?", ANYONE, WEB_RATE_CHANGE, "review.answer", FORM_BYTES_MAX, "Your review", review_do},
    {"GET", "/unsubscribe/?/?", ANYONE, WEB_RATE_READ, NULL, 0, "Unsubscribe", unsubscribe_page},
    {"POST", "/unsubscribe/?/?", ANYONE, WEB_RATE_CHANGE, NULL, SMALL, "Unsubscribe", unsubscribe_do},
    {"GET", "/login", ANYONE, WEB_RATE_READ, NULL, 0, "Log in", login_page},
    {"POST", "/login", ANYONE, WEB_RATE_LOGIN, "login.ask", SMALL, "Log in", login_ask},
    {"GET", "/login/?", ANYONE, WEB_RATE_READ, NULL, 0, "Log in", login_link_page},
    {"POST", "/login/password", ANYONE, WEB_RATE_LOGIN, "login.password", SMALL, "Log in", login_password},
    {"POST", "/login/?", ANYONE, WEB_RATE_LOGIN, "login", SMALL, "Log in", login_link_do},
    {"GET", "/account", MEMBER, WEB_RATE_READ, NULL, 0, "Your account", account_page},
    {"POST", "/account/logout", MEMBER, WEB_RATE_CHANGE, "logout", SMALL, "Log out", account_logout},
    {"POST", "/account/sessions", MEMBER, WEB_RATE_CHANGE, "session.end", SMALL, "Your account", account_end_session},
    {"GET", "/account/tokens", MEMBER, WEB_RATE_READ, NULL, 0, "Access tokens", tokens_page},
    {"POST", "/account/tokens", MEMBER, WEB_RATE_CHANGE, "access", SMALL, "Access tokens", tokens_do},
    {"GET", "/embargoes", MEMBER, WEB_RATE_READ, NULL, 0, "Unpatched flaws", embargoes_page},
    {"GET", "/acts", MEMBER, WEB_RATE_READ, NULL, 0, "What you can do", acts_page},
    {"GET", "/acts/?", ACT, WEB_RATE_READ, NULL, 0, "An act", act_page},
    {"POST", "/acts/?", ACT, WEB_RATE_CHANGE, "act", FORM_BYTES_MAX, "An act", act_do},
    {"POST", "/account/zone", MEMBER, WEB_RATE_CHANGE, "account.zone", SMALL, "Your account", account_zone},
    {"POST", "/account/addresses", MEMBER, WEB_RATE_CHANGE, "account.address", SMALL, "Your account",
     account_addresses},
    {"GET", "/account/address/?", MEMBER, WEB_RATE_READ, NULL, 0, "A further address", address_page},
    {"POST", "/account/address/?", MEMBER, WEB_RATE_CHANGE, "address.add", SMALL, "A further address", address_add},
    {"GET", "/account/security", MEMBER, WEB_RATE_READ, NULL, 0, "How you log in", security_page},
    {"POST", "/account/password", MEMBER, WEB_RATE_LOGIN, "account.password", SMALL * 4, "How you log in",
     security_password},
    {"POST", "/account/codes", MEMBER, WEB_RATE_LOGIN, "account.codes", SMALL * 4, "How you log in", security_codes},
    {"GET", "/account/leave", MEMBER, WEB_RATE_READ, NULL, 0, "Leave the group", leave_page},
    {"POST", "/account/leave", MEMBER, WEB_RATE_CHANGE, "member.leave", SMALL * 4, "Leave the group", leave_do},
    {"GET", "/done", MEMBER, WEB_RATE_READ, NULL, 0, "Done", done_page},
    {"POST", "/account/follow", MEMBER, WEB_RATE_CHANGE, "follow.end", SMALL, "What you follow", follow_end},
    {"GET", "/account/lists", MEMBER, WEB_RATE_READ, NULL, 0, "Your subscriptions", subscriptions_page},
    {"POST", "/account/lists", MEMBER, WEB_RATE_CHANGE, "list.membership", SMALL, "Your subscriptions",
     subscriptions_do},
    {"GET", "/account/posts", MEMBER, WEB_RATE_READ, NULL, 0, "Your posts", own_posts_page},
    {"GET", "/lists/?/post", RIGHT(COMMENT), WEB_RATE_READ, NULL, 0, "New message", post_page},
    {"POST", "/lists/?/post", RIGHT(COMMENT), WEB_RATE_CHANGE, "post.new", FORM_BYTES_MAX, "New message", post_do},
    {"GET", "/lists/?/message/?/reply", RIGHT(COMMENT), WEB_RATE_READ, NULL, 0, "Reply", reply_page},
    {"POST", "/lists/?/message/?/reply", RIGHT(COMMENT), WEB_RATE_CHANGE, "post.reply", FORM_BYTES_MAX, "Reply",
     reply_do},
    {"GET", "/lists/?/thread/?/reply", RIGHT(COMMENT), WEB_RATE_READ, NULL, 0, "Reply", reply_thread},
    {"GET", "/threats/?/discuss", RIGHT(COMMENT), WEB_RATE_READ, NULL, 0, "Discuss a threat", discuss_page},
    {"POST", "/threats/?/discuss", RIGHT(COMMENT), WEB_RATE_CHANGE, "post.threat", FORM_BYTES_MAX, "Discuss a threat",
     discuss_do},
    {"GET", "/lists/?/thread/?/follow", MEMBER, WEB_RATE_READ, NULL, 0, "Follow", follow_page},
    {"POST", "/lists/?/thread/?/follow", MEMBER, WEB_RATE_CHANGE, "follow", SMALL, "Follow", follow_do},
    {"GET", "/threats/?/follow", MEMBER, WEB_RATE_READ, NULL, 0, "Follow", follow_page},
    {"POST", "/threats/?/follow", MEMBER, WEB_RATE_CHANGE, "follow", SMALL, "Follow", follow_do},
    {"GET", "/unfollow/?", ANYONE, WEB_RATE_READ, NULL, 0, "Unfollow", unfollow_page},
    {"POST", "/unfollow/?", ANYONE, WEB_RATE_CHANGE, NULL, SMALL, "Unfollow", unfollow_do},
    {"GET", "/propose", RIGHT(PROPOSE), WEB_RATE_READ, NULL, 0, "Propose a threat", propose_page},
    {"POST", "/propose", RIGHT(PROPOSE), WEB_RATE_CHANGE, "threat.propose", FORM_BYTES_MAX, "Propose a threat",
     propose_do},
    {"POST", "/propose/similar", RIGHT(PROPOSE), WEB_RATE_LIVE, "threat.propose", FORM_BYTES_MAX, "Propose a threat",
     similar_do},
    {"GET", "/threats/?/edit", RIGHT(EDIT), WEB_RATE_READ, NULL, 0, "Edit a threat", edit_page},
    {"POST", "/threats/?/edit", RIGHT(EDIT), WEB_RATE_CHANGE, "threat.edit", FORM_BYTES_MAX, "Edit a threat", edit_do},
    {"POST", "/threats/?/preview", RIGHT(EDIT), WEB_RATE_LIVE, "threat.edit", FORM_BYTES_MAX, "Edit a threat",
     edit_preview},
    {"GET", "/threats/?/properties", RIGHT(EDIT), WEB_RATE_READ, NULL, 0, "Properties", properties_page},
    {"POST", "/threats/?/properties", RIGHT(EDIT), WEB_RATE_CHANGE, "threat.edit", FORM_BYTES_MAX, "Properties",
     properties_do},
    {"GET", "/threats/?/estimate", RIGHT(ESTIMATE), WEB_RATE_READ, NULL, 0, "Estimate", estimate_page},
    {"POST", "/threats/?/estimate", RIGHT(ESTIMATE), WEB_RATE_CHANGE, "estimate.give", SMALL * 4, "Estimate",
     estimate_do},
    {"GET", "/rounds", ANYONE, WEB_RATE_READ, NULL, 0, "Rounds of estimates", rounds_page},
    {"GET", "/rounds/?", ANYONE, WEB_RATE_READ, NULL, 0, "Round", round_page},
    {"GET", "/calls", ANYONE, WEB_RATE_READ, NULL, 0, "Calls for consensus", calls_page},
    {"GET", "/calls/?", ANYONE, WEB_RATE_READ, NULL, 0, "Call", call_page},
    {"GET", "/calls/?/position", RIGHT(POSITION), WEB_RATE_READ, NULL, 0, "Your position", position_page},
    {"POST", "/calls/?/position", RIGHT(POSITION), WEB_RATE_CHANGE, "position.take", SMALL * 4, "Your position",
     position_do},
    {"GET", "/api/v1/openapi.json", ANYONE, WEB_RATE_READ, NULL, 0, "API", api_openapi},
    {"GET", "/api/v1/me", MEMBER, WEB_RATE_READ, NULL, 0, "API", api_me},
    {"GET", "/api/v1/threats", ANYONE, WEB_RATE_READ, NULL, 0, "API", api_threats},
    {"GET", "/api/v1/threats/?", ANYONE, WEB_RATE_READ, NULL, 0, "API", api_threat},
    {"GET", "/api/v1/rounds", ANYONE, WEB_RATE_READ, NULL, 0, "API", api_rounds},
    {"GET", "/api/v1/rounds/?", ANYONE, WEB_RATE_READ, NULL, 0, "API", api_round},
    {"GET", "/api/v1/calls", ANYONE, WEB_RATE_READ, NULL, 0, "API", api_calls},
    {"GET", "/api/v1/calls/?", ANYONE, WEB_RATE_READ, NULL, 0, "API", api_call},
    {"GET", "/api/v1/decisions", ANYONE, WEB_RATE_READ, NULL, 0, "API", api_decisions},
    {"GET", "/api/v1/due", ANYONE, WEB_RATE_READ, NULL, 0, "API", api_due},
    {"GET", "/api/v1/record", ANYONE, WEB_RATE_READ, NULL, 0, "API", api_record},
    {"GET", "/api/v1/search", ANYONE, WEB_RATE_SEARCH, NULL, 0, "API", api_search},
    {"POST", "/api/v1/acts/?", ACT, WEB_RATE_API, NULL, FORM_BYTES_MAX, "API", api_act},
    {"GET", "/held", RIGHT(MODERATE), WEB_RATE_READ, NULL, 0, "Moderation", held_page},
    {"GET", "/held/?", RIGHT(MODERATE), WEB_RATE_READ, NULL, 0, "Moderation", held_one_page},
    {"POST", "/held/?", RIGHT(MODERATE), WEB_RATE_CHANGE, "hold.decide", SMALL * 4, "Moderation", held_decide},
    {"POST", "/held/?/refile", RIGHT(MODERATE), WEB_RATE_CHANGE, "hold.refile", SMALL, "Moderation", held_refile},
};
const size_t web_route_count = ARRAY_LEN(web_routes);

static bool matches(const char *pattern, struct sv path, struct sv params[WEB_PARAMS])
{
    struct sv rest = sv_str(pattern + 1), wanted, part;
    size_t count = 0;
    while (rest.at && path.at) {
        sv_split(&rest, '/', &wanted);
        sv_split(&path, '/', &part);
        if (!sv_eq_str(wanted, "?")) {
            if (!sv_eq(wanted, part))
                return false;
        } else if (!part.len || count == WEB_PARAMS) {
            return false;
        } else {
            params[count++] = part;
        }
    }
    return !rest.at && !path.at;
}

static bool takes(const struct web_route *r, enum framing_method method)
{
    bool post = !strcmp(r->method, "POST");
    return post ? method == FRAMING_POST : method == FRAMING_GET || method == FRAMING_HEAD;
}

const struct web_route *web_route_find(struct sv path, enum framing_method method, struct sv params[WEB_PARAMS],
                                       const char **out_allow)
{
    bool get = false, post = false;
    *out_allow = NULL;
    for (size_t i = 0; i < web_route_count; i++) {
        const struct web_route *r = &web_routes[i];
        if (!matches(r->pattern, path, params))
            continue;
        if (takes(r, method))
            return r;
        get = get || takes(r, FRAMING_GET);
        post = post || takes(r, FRAMING_POST);
    }
    if (get || post)
        *out_allow = get && post ? "GET, HEAD, POST" : get ? "GET, HEAD" : "POST";
    return NULL;
}
