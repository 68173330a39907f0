/* What an operator wants to know about a running server: figures for Prometheus, a line for each request, and whether
 * all is well. None of it holds an address, a name, a query or a secret part of a path. */
#ifndef CASEMATE_GATEWAY_WEB_WATCH_H
#define CASEMATE_GATEWAY_WEB_WATCH_H

#include "gateway/http/server.h"
#include "store/store.h"

struct web_watch_options {
    const char *access_log; /* a file that lines are added to; "-": standard error; NULL: none */
    const char *db;         /* of the figures about mail and sessions; NULL: there is no store */
    int64_t (*clock)(void *context); /* seconds since 1970 */
    void *context;
};

struct web_watch;
/* CM_EIO: the file cannot be written. */
CM_MUST_USE int web_watch_new(const struct web_watch_options *options, struct web_watch **out, struct err *err);
void web_watch_free(struct web_watch **w); /* after the servers have stopped; NULL inside is fine */
/* For http_options.seen, with the watch as context. A line of the log is one write:
 *     {"time":"2026-11-30T10:00:00Z","method":"GET","route":"/search","status":200,"bytes":812,"ms":1.204}
 * with "path" for pages of the site that were there. */
void web_watch_seen(void *watch, const struct http_seen *what);
/* The log's file by its name anew, after it was moved away. CM_EIO: lines go on into the old one. */
CM_MUST_USE int web_watch_reopen(struct web_watch *w, struct err *err);
/* The text format of Prometheus, version 0.0.4. */
void web_watch_metrics(struct web_watch *w, struct str *out);
/* For http_options.answer of a server of its own: /metrics and /healthz. The watch is the context. */
void web_watch_answer(void *watch, const struct framing *request, struct sv head, struct http_response *out);

/* "ok", or "failing:" with the parts of queue and disk that are not well; whether it is ok. The store is open, so that
 * it
 * can be read. db: its path. */
bool web_health(struct store *s, const char *db, int64_t now, struct str *out);

#endif
