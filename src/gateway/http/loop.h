/* Inside of the server: one thread's event loop and its connections. Private to this room. */
#ifndef CASEMATE_GATEWAY_HTTP_LOOP_H
#define CASEMATE_GATEWAY_HTTP_LOOP_H

#include <pthread.h>
#include <stdatomic.h>

#include "gateway/http/server.h"
#include "gateway/http/work.h"
#include "gateway/net/listen.h"

enum {
    LOOP_LINGER_MS = 2000,       /* after our last byte, to read what the client still sends */
    LOOP_WRITE_STEP = 64 * 1024, /* progress that renews the time for writing */
    LOOP_IN_FIRST =
        4096, /* first size of an input buffer; it grows to CONN_IN_MAX when a head needs it */
    CONN_IN_MAX = FRAMING_HEAD_MAX,
    PEER_MAX = 46, /* of a numeric address, with its NUL */
};

/* What all threads share. */
struct loop_shared {
    struct http_limits limits;
    http_answer_fn *answer;
    void *context;
    struct work *work; /* NULL: everything is answered at once */
    bool local_names_only;
    void (*seen)(void *context, const struct http_seen *what);
    void *seen_context;
    bool (*early)(void *context, struct http_response *out);
    void *early_context;
    struct listen_set listeners;
    int wake; /* eventfd; readable for ever once stopping */
    atomic_bool stopping;
    atomic_uint connections;
};

/* What epoll hands back. */
enum source_kind { SOURCE_LISTENER, SOURCE_WAKE, SOURCE_DONE, SOURCE_CONN };
struct source {
    enum source_kind kind;
    int fd;
};

/* Each queue holds connections whose time ends in the order they entered it, since all wait equally
 * long. */
enum queue_id { QUEUE_HEAD, QUEUE_IDLE, QUEUE_BODY, QUEUE_WRITE, QUEUE_LINGER, QUEUE_COUNT };

struct conn;
struct queue {
    struct conn *first, *last;
};

struct loop {
    struct loop_shared *shared;
    pthread_t thread;
    int epoll;
    struct source wake, done, listeners[LISTEN_MAX];
    struct queue queues[QUEUE_COUNT];
    struct conn *dead; /* closed in this round; events of it may still be in the batch */
    unsigned conns;
    unsigned working; /* of these, with a worker, or waiting for one */
    pthread_mutex_t answered_lock;
    struct conn *answered; /* come back from the workers; done.fd says so */
    int64_t now;          /* monotonic ms, of this round */
    int64_t paused_until; /* no descriptors left: listeners are out of epoll until then; 0: they are
                             in */
    int64_t stop_deadline; /* 0: not stopping */
    int64_t date_second;
    char date[HTTP_DATE_MAX];
};

/* CONN_WORKING: the connection belongs to a worker, in no queue and not in epoll, until it is answered. */
enum conn_state { CONN_READING, CONN_BODY, CONN_WORKING, CONN_WRITING, CONN_LINGERING, CONN_CLOSED };

struct conn {
    struct source source; /* first */
    struct loop *loop;
    struct conn *previous, *next; /* in its queue; next also in loop->dead, among the work and in loop->answered */
    enum queue_id queue;
    int64_t deadline;
    enum conn_state state;
    bool wants_out; /* epoll watches for room to write instead of input */
    bool close_after, has_body;
    char *in;
    size_t in_at, in_len, in_cap; /* unread bytes are in[in_at .. in_len) */
    size_t whole;                 /* of the request under way: head and body */
    struct str out;               /* the head of the answer */
    size_t out_sent;
    uint64_t body_sent, progress;
    uint64_t drained;
    int64_t began; /* ns, when the head was complete; only when somebody is told */
    struct http_response response;
    struct http_request request; /* what a worker sees of it */
    char peer[PEER_MAX];
    struct framing framing;
};

/* A loop of its own in a thread of its own. */
CM_MUST_USE int loop_start(struct loop *loop, struct loop_shared *shared, struct err *err);
void loop_join(struct loop *loop);
void loop_close(struct loop *loop); /* when no worker can bring anything back any more */

/* --- between loop.c and conn.c --- */

/* (Re)enters a queue; the connection has that queue's time from now. */
void loop_enqueue(struct conn *c, enum queue_id queue);
void loop_forget(struct conn *c); /* out of its queue and out of epoll, fd closed, freed at the end
                                     of the round */
void loop_watch(struct conn *c, bool out);
const char *loop_date(struct loop *loop);

/* Out of queue and epoll, for a worker; and back, waiting for input. */
void loop_suspend(struct conn *c);
void loop_resume(struct conn *c);
/* From a worker's thread: the response is filled. */
void loop_answered(struct conn *c);

struct conn *conn_new(struct loop *loop, int fd);
void conn_answered(struct conn *c); /* a worker filled its response */
void conn_free(struct conn *c);
void conn_event(struct conn *c);   /* readable, writable or broken: finds out which */
void conn_timeout(struct conn *c); /* its time is over */
void conn_close(struct conn *c);
/* The server stops: an idle connection is closed unless a request has just arrived. */
void conn_stop(struct conn *c);

#endif
