/* The table of what is answered, and to whom. Private to this room, and for tests. */
#ifndef CASEMATE_GATEWAY_WEB_ROUTE_H
#define CASEMATE_GATEWAY_WEB_ROUTE_H

#include "action/action.h"
#include "gateway/http/rate.h"
#include "gateway/http/server.h"

struct web_call;

enum { WEB_PARAMS = 3 };

enum web_who {
    WEB_ANYONE, /* and a POST needs no more than the proof of its form */
    WEB_MEMBER, /* who is logged in */
    WEB_RIGHT,  /* who holds a role with the right `needs` */
    WEB_ACT,    /* who may do the act that the path names, or is a deputy for who may; its form proves that act */
};
enum web_rate {
    WEB_RATE_READ, WEB_RATE_SEARCH, WEB_RATE_LOGIN, WEB_RATE_CHANGE, WEB_RATE_API, WEB_RATE_LIVE, WEB_RATES
};

struct web_route {
    const char *method;  /* "GET" (also HEAD), "POST" */
    const char *pattern; /* "/threats/?/edit"; a "?" stands for one part, which the handler gets */
    enum web_who who;
    enum permission needs; /* WEB_RIGHT */
    enum web_rate rate;
    const char *action;  /* POST: what its form proves; NULL: nothing, since its path does */
    size_t body_max;     /* POST */
    const char *title;   /* of its page, also when it fails */
    /* 0 when the answer is filled; otherwise web_fail() makes a page of it. */
    int (*answer)(struct web_call *c, struct err *err);
};
extern const struct web_route web_routes[];
extern const size_t web_route_count;
extern const struct rate_limit web_rates[WEB_RATES];

/* The route of a decoded path (without its first slash) and method; NULL: none. *out_allow: the methods that the path
 * has, for 405, or NULL. params: the parts for "?". */
const struct web_route *web_route_find(struct sv path, enum framing_method method, struct sv params[WEB_PARAMS],
                                       const char **out_allow);

#endif
