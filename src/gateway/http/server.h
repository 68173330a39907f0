/* The HTTP server: HTTP/1.1 and 1.0, for a published site or for an answering
 * function.
 *
 *     struct http_options options = {.address = "localhost:8139", .site = "site"};
 *     struct http_server *server;
 *     if ((result = http_server_start(&options, &server, &err)) != 0) ...
 *     printf("%s\n", http_server_url(server));
 *     result = http_server_run(server, tick, context, &err);   // until SIGINT or SIGTERM
 *     http_server_stop(&server);
 *
 * TLS, HTTP/2 and public addresses are the work of a proxy in front; this server speaks plain HTTP
 * behind it.
 *
 * Why our own, and not a library: what must be refused (framing.h) can only be seen in the raw
 * bytes of a request. libmicrohttpd 0.9.75 swallows bare LF, folded lines and "Content-Length : 5"
 * before its callback runs, hands over two equal Content-Length fields as one framing decision
 * already taken, and lets nobody read the socket first without a race on kept connections. A filter
 * in front would be a second HTTP parser plus a relay, and two parsers that can disagree are
 * exactly what request smuggling needs. One strict parser and a small event loop are less code than
 * the relay, and there is one opinion about where a request ends. Bodies have a length that is told
 * before them: chunked ones get 411.
 *
 * Threads: each runs its own epoll loop over its own connections; they share the listening sockets
 * and the index of the site. Bodies are sent from the index's memory without a copy. Starting
 * raises the process's soft limit of open files when it is below what limits.connections needs. */
#ifndef CASEMATE_GATEWAY_HTTP_SERVER_H
#define CASEMATE_GATEWAY_HTTP_SERVER_H

#include "base/err.h"
#include "base/log.h"
#include "gateway/http/response.h"

enum { HTTP_DEFAULT_PORT = 8139 };

struct http_limits {
    unsigned connections; /* at once; beyond, the idlest kept connection gives way, or the new one
                             gets 503 (1,024) */
    unsigned head_ms;     /* from the first moment to the end of a request's head (10,000) */
    unsigned idle_ms;     /* between two requests of a connection (15,000) */
    unsigned write_ms; /* in which at least 64 KiB, or the rest, must have been taken by the client
                          (30,000) */
    unsigned body_ms;  /* from the end of a head to the end of its body (20,000) */
    unsigned stop_ms;  /* grace for open requests in http_server_stop (5,000) */
    size_t cache;      /* bytes of files kept in memory, plain and compressed (256 MiB) */
};

struct index_store;

/* What the loops do not answer themselves because it takes a look into a store, or a body: threads of their own do,
 * each with what `begin` gave it. They take requests in the order of arrival; when too many wait, the next gets 503. */
enum http_way {
    HTTP_WAY_SITE,     /* as without work: site, or answer */
    HTTP_WAY_ANSWERED, /* *out is filled: nobody need work */
    HTTP_WAY_WORK,     /* a thread takes it */
};
struct http_work {
    /* Called in the loops, several at once; must not block. Head only. out_body_max: how many bytes of a body are
     * taken (0 from the start: none; more gets 413). */
    enum http_way (*way)(void *context, const struct http_request *request, size_t *out_body_max,
                         struct http_response *out);
    /* In the new thread. site: for files_answer_personal(); NULL: none. */
    void *(*begin)(void *context, struct index_store *site);
    /* Fills *out, whose body may not point into the request. Must end in bounded time. */
    void (*answer)(void *worker, const struct http_request *request, struct http_response *out);
    /* The answer is on its way: what has time. May be NULL. */
    void (*after)(void *worker);
    void (*end)(void *worker);
    void *context;
    unsigned threads; /* 0: 2 */
    unsigned waiting; /* at once; 0: 64 */
};

/* One request that was answered, or refused. */
struct http_seen {
    const char *method; /* "GET", "HEAD", "POST", "other"; "" when what came was no request */
    struct sv path;     /* percent-encoded; empty likewise. Without the query */
    int status;
    uint64_t bytes;     /* of the body */
    int64_t nanoseconds; /* from the end of its head to the answer */
    bool worked;        /* a thread of http_work answered it */
};

struct http_options {
    /* "localhost:8139" (127.0.0.1 and ::1), "127.0.0.1:80", "[::1]:8139", ":8139" (every address of
     * the machine), "8139" (localhost), "name" (port 8139). Port 0: any free one. NULL:
     * localhost:8139. */
    const char *address;
    /* A folder as site_publish writes it; may be swapped for a new one while it is served. NULL:
     * answer is used. */
    const char *site;
    /* Answers GET and HEAD requests when site is NULL; called by several threads at once. */
    http_answer_fn *answer;
    void *context;
    const struct http_work *work; /* beside these; NULL: none. Copied */
    /* Markup that stands at the beginning of the body of each HTML page of the site; empty: none. Copied. */
    struct sv bar;
    /* Refuse (421) requests whose Host is not localhost or a numeric address: for a preview of
     * unpublished text on a loopback address, which a hostile web page could otherwise read through
     * a name of its own that points here. */
    bool local_names_only;
    /* Told of each request, in the loops, several at once; must not block. NULL: nobody. */
    void (*seen)(void *context, const struct http_seen *what);
    void *seen_context;
    /* Asked before a page of the site is given out; true: it has filled *out in its place, because the site is still
     * being made. In the loops, several at once. NULL: never. */
    bool (*early)(void *context, struct http_response *out);
    void *early_context;
    /* Before the threads start, the process gives up what serving a site does not take: it reads no files but those
     * beside and below the site, writes none, opens no socket, starts no program. For good, whatever it does then. */
    bool confined;
    unsigned threads;          /* 0: 2 */
    struct http_limits limits; /* zeros: the defaults named above */
    struct log *log;           /* may be NULL; used by http_server_run only */
};

struct http_server;

/* Binds, reads the index of the site, starts the threads; connections are answered when it returns.
 * CM_EUSAGE: the address cannot be understood; CM_EAGAIN: it is in use; CM_EIO: it cannot be bound,
 * or the site not be read; CM_ENOTFOUND: no such folder. *out is NULL then. */
CM_MUST_USE int http_server_start(const struct http_options *options, struct http_server **out,
                                  struct err *err);

/* "http://localhost:8139/", with the port that was really bound; lives as long as the server. */
const char *http_server_url(const struct http_server *server);
unsigned http_server_port(const struct http_server *server);

/* Called every half second by http_server_run, in its thread, without a lock. A negative result
 * ends the run. */
typedef int http_tick_fn(void *context, struct err *err);

/* Blocks until SIGINT or SIGTERM arrives (0) or tick fails (its result). tick may be NULL. SIGHUP calls tick at
 * once, and http_server_reload() tells it so. The three signals are blocked in the calling thread meanwhile (a
 * child that tick starts inherits that, so it should reset its mask), and unblocked on return, so that a second
 * Ctrl-C ends a slow stop at once. Call http_server_stop afterwards. */
CM_MUST_USE int http_server_run(struct http_server *server, http_tick_fn *tick, void *context,
                                struct err *err);

/* The site as it is on disk now: what was put in its place is given out from here on, and not a little later. */
void http_server_refresh(struct http_server *server);

/* Whether a SIGHUP arrived since the last call. In the thread of http_server_run. */
bool http_server_reload(struct http_server *server);

/* Takes no new connections, closes idle ones, finishes open requests (at most limits.stop_ms),
 * frees everything. Sets *server to NULL; nothing happens when it is NULL. */
void http_server_stop(struct http_server **server);

#endif
