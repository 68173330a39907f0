/* The pages that are made when they are asked for: search, log-in, account, and the acts of the action table, over one
 * store, beside a published site that gateway/http serves.
 *
 *     struct web_options options = {.db = "casemate.db", .clock = clock};
 *     struct web *web = web_new(&options);
 *     struct http_work work = web_work(web);     // into http_options, with web_bar(web)
 *     ...http_server_start(), then web_set_url(web, http_server_url(server)) unless options.url was given
 *     ...http_server_stop(), then web_free(&web)
 *
 * Rules, all in one place each: which request is for whom and what it may bring is said in the table (route.h); who may
 * is decided by web_may() (call.h), and once more by the act itself; what reads asks a connection that cannot write, so
 * that GET changes nothing; forms prove that they are from a page made for this session and this action. */
#ifndef CASEMATE_GATEWAY_WEB_WEB_H
#define CASEMATE_GATEWAY_WEB_WEB_H

#include "base/log.h"
#include "gateway/http/server.h"

enum { WEB_URL_MAX = 300 };

/* Of a site as people reach it. */
struct web_address {
    struct sv url, host; /* without a slash at its end; in the text that was read */
    bool secure;         /* https */
};
/* CM_EUSAGE: not scheme and host (and port), or http for more than this machine. */
CM_MUST_USE int web_address_read(struct sv url, struct web_address *out, struct err *err);

struct web_options {
    const char *db;
    /* Of the site as people reach it, "https://sec.example.org": the only host that is answered, and the one in mails.
     * With https the cookie is Secure, and a proxy on this machine says who asks (X-Forwarded-For). NULL: the server is
     * for this machine, and its own address serves. */
    const char *url;
    int64_t (*clock)(void *context); /* seconds since 1970 */
    void *context;
    struct log *log; /* may be NULL */
};

struct web;
/* The errors of web_address_read() and of store_open(). */
CM_MUST_USE int web_new(const struct web_options *options, struct web **out, struct err *err);
/* NULL inside is fine. After the server has stopped. */
void web_free(struct web **w);
/* Without options.url: "http://localhost:8139/". Once, from any thread. */
void web_set_url(struct web *w, const char *url);
/* Whether there is a site already, to which pages for who is logged in belong; from the start there is. From any
 * thread. */
void web_set_pages(struct web *w, bool are_there);
struct http_work web_work(struct web *w);
/* Above each page of the site, for who is not logged in. Lives as long as the web. */
struct sv web_bar(const struct web *w);

#endif
