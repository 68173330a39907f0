/* Inside of the server: one thread's event loop and its connections. Private to this room. */
#ifndef CASEMATE_GATEWAY_HTTP_LOOP_H
#define CASEMATE_GATEWAY_HTTP_LOOP_H

#include <pthread.h>
#include <stdatomic.h>

#include "gateway/http/server.h"
#include "gateway/net/listen.h"

enum {
    LOOP_LINGER_MS = 2000,       /* after our last byte, to read what the client still sends */
    LOOP_WRITE_STEP = 64 * 1024, /* progress that renews the time for writing */
    LOOP_IN_FIRST =
        4096, /* first size of an input buffer; it grows to CONN_IN_MAX when a head needs it */
    CONN_IN_MAX = FRAMING_HEAD_MAX,
};

/* What all threads share. */
struct loop_shared {
    struct http_limits limits;
    http_answer_fn *answer;
    void *context;
    bool local_names_only;
    struct listen_set listeners;
    int wake; /* eventfd; readable for ever once stopping */
    atomic_bool stopping;
    atomic_uint connections;
};

/* What epoll hands back. */
enum source_kind { SOURCE_LISTENER, SOURCE_WAKE, SOURCE_CONN };
struct source {
    enum source_kind kind;
    int fd;
};

/* Each queue holds connections whose time ends in the order they entered it, since all wait equally
 * long. */
enum queue_id { QUEUE_HEAD, QUEUE_IDLE, QUEUE_WRITE, QUEUE_LINGER, QUEUE_COUNT };

struct conn;
struct queue {
    struct conn *first, *last;
};

struct loop {
    struct loop_shared *shared;
    pthread_t thread;
    int epoll;
    struct source wake, listeners[LISTEN_MAX];
    struct queue queues[QUEUE_COUNT];
    struct conn *dead; /* closed in this round; events of it may still be in the batch */
    unsigned conns;
    int64_t now;          /* monotonic ms, of this round */
    int64_t paused_until; /* no descriptors left: listeners are out of epoll until then; 0: they are
                             in */
    int64_t stop_deadline; /* 0: not stopping */
    int64_t date_second;
    char date[HTTP_DATE_MAX];
};

enum conn_state { CONN_READING, CONN_WRITING, CONN_LINGERING, CONN_CLOSED };

struct conn {
    struct source source; /* first */
    struct loop *loop;
    struct conn *previous, *next; /* in its queue; next also in loop->dead */
    enum queue_id queue;
    int64_t deadline;
    enum conn_state state;
    bool wants_out; /* epoll watches for room to write instead of input */
    bool close_after, has_body;
    char *in;
    size_t in_at, in_len, in_cap; /* unread bytes are in[in_at .. in_len) */
    struct str out;               /* the head of the answer */
    size_t out_sent;
    uint64_t body_sent, progress;
    uint64_t drained;
    struct http_response response;
    struct framing framing;
};

/* A loop of its own in a thread of its own. */
CM_MUST_USE int loop_start(struct loop *loop, struct loop_shared *shared, struct err *err);
void loop_join(struct loop *loop);

/* --- between loop.c and conn.c --- */

/* (Re)enters a queue; the connection has that queue's time from now. */
void loop_enqueue(struct conn *c, enum queue_id queue);
void loop_forget(struct conn *c); /* out of its queue and out of epoll, fd closed, freed at the end
                                     of the round */
void loop_watch(struct conn *c, bool out);
const char *loop_date(struct loop *loop);

struct conn *conn_new(struct loop *loop, int fd);
void conn_free(struct conn *c);
void conn_event(struct conn *c);   /* readable, writable or broken: finds out which */
void conn_timeout(struct conn *c); /* its time is over */
void conn_close(struct conn *c);
/* The server stops: an idle connection is closed unless a request has just arrived. */
void conn_stop(struct conn *c);

#endif
