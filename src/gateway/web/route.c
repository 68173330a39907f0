#include "gateway/web/route.h"

#include "gateway/http/form.h"
#include "gateway/web/pages.h"

enum { SMALL = 4 * 1024 };

const struct rate_limit web_rates[WEB_RATES] = {
    [WEB_RATE_READ] = {120, 1}, [WEB_RATE_SEARCH] = {30, 1}, [WEB_RATE_LOGIN] = {20, 30}, [WEB_RATE_CHANGE] = {30, 2}};

#define ANYONE WEB_ANYONE, PERMIT_READ
#define MEMBER WEB_MEMBER, PERMIT_READ
#define RIGHT(name) WEB_RIGHT, PERMIT_##name

const struct web_route web_routes[] = {
    {"GET", "/search", ANYONE, WEB_RATE_SEARCH, NULL, 0, "Search", search_page},
    {"GET", "/search.atom", ANYONE, WEB_RATE_SEARCH, NULL, 0, "Search", search_feed},
    {"GET", "/healthz", ANYONE, WEB_RATE_READ, NULL, 0, "Health", health_page},
    {"GET", "/compare/?/?/?", ANYONE, WEB_RATE_SEARCH, NULL, 0, "What changed", compare_page},
    {"GET", "/threats/?/compare", ANYONE, WEB_RATE_SEARCH, NULL, 0, "Versions", threat_compare_page},
    {"GET", "/unsubscribe/?/?", ANYONE, WEB_RATE_READ, NULL, 0, "Unsubscribe", unsubscribe_page},
    {"POST", "/unsubscribe/?/?", ANYONE, WEB_RATE_CHANGE, NULL, SMALL, "Unsubscribe", unsubscribe_do},
    {"GET", "/login", ANYONE, WEB_RATE_READ, NULL, 0, "Log in", login_page},
    {"POST", "/login", ANYONE, WEB_RATE_LOGIN, "login.ask", SMALL, "Log in", login_ask},
    {"GET", "/login/?", ANYONE, WEB_RATE_READ, NULL, 0, "Log in", login_link_page},
    {"POST", "/login/?", ANYONE, WEB_RATE_LOGIN, "login", SMALL, "Log in", login_link_do},
    {"GET", "/account", MEMBER, WEB_RATE_READ, NULL, 0, "Your account", account_page},
    {"POST", "/account/logout", MEMBER, WEB_RATE_CHANGE, "logout", SMALL, "Log out", account_logout},
    {"POST", "/account/sessions", MEMBER, WEB_RATE_CHANGE, "session.end", SMALL, "Your account", account_end_session},
    {"GET", "/done", MEMBER, WEB_RATE_READ, NULL, 0, "Done", done_page},
    {"GET", "/propose", RIGHT(PROPOSE), WEB_RATE_READ, NULL, 0, "Propose a threat", propose_page},
    {"POST", "/propose", RIGHT(PROPOSE), WEB_RATE_CHANGE, "threat.propose", FORM_BYTES_MAX, "Propose a threat",
     propose_do},
    {"GET", "/threats/?/edit", RIGHT(EDIT), WEB_RATE_READ, NULL, 0, "Edit a threat", edit_page},
    {"POST", "/threats/?/edit", RIGHT(EDIT), WEB_RATE_CHANGE, "threat.edit", FORM_BYTES_MAX, "Edit a threat", edit_do},
    {"GET", "/threats/?/estimate", RIGHT(ESTIMATE), WEB_RATE_READ, NULL, 0, "Estimate", estimate_page},
    {"POST", "/threats/?/estimate", RIGHT(ESTIMATE), WEB_RATE_CHANGE, "estimate.give", SMALL * 4, "Estimate",
     estimate_do},
    {"GET", "/rounds/?", RIGHT(ESTIMATE), WEB_RATE_READ, NULL, 0, "Round", round_page},
    {"GET", "/calls/?/position", RIGHT(POSITION), WEB_RATE_READ, NULL, 0, "Your position", position_page},
    {"POST", "/calls/?/position", RIGHT(POSITION), WEB_RATE_CHANGE, "position.take", SMALL * 4, "Your position",
     position_do},
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
