#define _GNU_SOURCE /* accept4 */
#include "gateway/http/loop.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/date.h"

enum { BATCH = 64, ACCEPTS_PER_ROUND = 4, PAUSE_MS = 100, LATE_MS = 10 };

static int64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const char *loop_date(struct loop *loop)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if ((int64_t)now.tv_sec != loop->date_second) {
        loop->date_second = (int64_t)now.tv_sec;
        http_date(loop->date_second, loop->date);
    }
    return loop->date;
}

/* --- queues
 * --------------------------------------------------------------------------------------------------
 */

static void unlink_conn(struct conn *c)
{
    if (c->queue == QUEUE_COUNT)
        return;
    struct queue *q = &c->loop->queues[c->queue];
    if (c->previous)
        c->previous->next = c->next;
    else
        q->first = c->next;
    if (c->next)
        c->next->previous = c->previous;
    else
        q->last = c->previous;
    c->previous = c->next = NULL;
    c->queue = QUEUE_COUNT;
}

static unsigned queue_ms(const struct loop *loop, enum queue_id queue)
{
    const struct http_limits *l = &loop->shared->limits;
    const unsigned times[QUEUE_COUNT] = {l->head_ms, l->idle_ms, l->body_ms, l->write_ms, LOOP_LINGER_MS};
    return times[queue];
}

void loop_enqueue(struct conn *c, enum queue_id queue)
{
    unlink_conn(c);
    struct queue *q = &c->loop->queues[queue];
    c->queue = queue;
    c->deadline = c->loop->now + queue_ms(c->loop, queue);
    c->previous = q->last;
    if (q->last)
        q->last->next = c;
    else
        q->first = c;
    q->last = c;
}

void loop_forget(struct conn *c)
{
    struct loop *loop = c->loop;
    unlink_conn(c);
    close(c->source.fd); /* which takes it out of epoll, too */
    c->next = loop->dead;
    loop->dead = c;
    loop->conns--;
    atomic_fetch_sub(&loop->shared->connections, 1);
}

void loop_suspend(struct conn *c)
{
    unlink_conn(c);
    epoll_ctl(c->loop->epoll, EPOLL_CTL_DEL, c->source.fd, NULL);
    c->loop->working++;
}

void loop_resume(struct conn *c)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &c->source};
    c->loop->working--;
    c->wants_out = false;
    if (epoll_ctl(c->loop->epoll, EPOLL_CTL_ADD, c->source.fd, &event) < 0)
        conn_close(c);
}

void loop_answered(struct conn *c)
{
    struct loop *loop = c->loop;
    uint64_t one = 1;
    pthread_mutex_lock(&loop->answered_lock);
    c->next = loop->answered;
    loop->answered = c;
    if (write(loop->done.fd, &one, sizeof(one)) < 0 && errno != EAGAIN) /* EAGAIN: it is readable anyway */
        BUG("a loop cannot be woken");
    pthread_mutex_unlock(&loop->answered_lock);
}

static void take_answered(struct loop *loop)
{
    uint64_t ignored;
    ssize_t got = read(loop->done.fd, &ignored, sizeof(ignored));
    (void)got;
    pthread_mutex_lock(&loop->answered_lock);
    struct conn *c = loop->answered;
    loop->answered = NULL;
    pthread_mutex_unlock(&loop->answered_lock);
    while (c) {
        struct conn *next = c->next;
        c->next = NULL;
        conn_answered(c);
        c = next;
    }
}

static void bury(struct loop *loop)
{
    while (loop->dead) {
        struct conn *c = loop->dead;
        loop->dead = c->next;
        conn_free(c);
    }
}

static void expire(struct loop *loop)
{
    for (int i = 0; i < QUEUE_COUNT; i++) {
        struct queue *q = &loop->queues[i];
        while (q->first && q->first->deadline <= loop->now)
            conn_timeout(q->first); /* closes it, or moves it to another queue or a later place */
    }
}

static int next_timeout(const struct loop *loop)
{
    int64_t first = INT64_MAX;
    for (int i = 0; i < QUEUE_COUNT; i++)
        if (loop->queues[i].first && loop->queues[i].first->deadline < first)
            first = loop->queues[i].first->deadline;
    if (loop->paused_until && loop->paused_until < first)
        first = loop->paused_until;
    if (loop->stop_deadline && loop->stop_deadline < first)
        first = loop->now < loop->stop_deadline ? loop->stop_deadline : loop->now + LATE_MS;
    if (first == INT64_MAX)
        return -1;
    int64_t left = first - loop->now;
    return left <= 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

/* --- epoll
 * ---------------------------------------------------------------------------------------------------
 */

static int watch_source(struct loop *loop, struct source *source, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = source};
    return epoll_ctl(loop->epoll, EPOLL_CTL_ADD, source->fd, &event);
}

void loop_watch(struct conn *c, bool out)
{
    if (c->wants_out == out)
        return;
    struct epoll_event event = {.events = out ? EPOLLOUT : EPOLLIN, .data.ptr = &c->source};
    epoll_ctl(c->loop->epoll, EPOLL_CTL_MOD, c->source.fd, &event);
    c->wants_out = out;
}

static int watch_listeners(struct loop *loop)
{
    loop->paused_until = 0;
    for (size_t i = 0; i < loop->shared->listeners.count; i++)
        if (watch_source(loop, &loop->listeners[i], EPOLLIN | EPOLLEXCLUSIVE) < 0)
            return -1;
    return 0;
}

static void unwatch_listeners(struct loop *loop)
{
    for (size_t i = 0; !loop->paused_until && i < loop->shared->listeners.count; i++)
        epoll_ctl(loop->epoll, EPOLL_CTL_DEL, loop->listeners[i].fd, NULL);
}

/* --- new connections
 * ----------------------------------------------------------------------------------------- */

static bool close_idlest(struct loop *loop)
{
    struct conn *c = loop->queues[QUEUE_IDLE].first;
    if (c)
        conn_close(c);
    return c != NULL;
}

/* Best effort: there is no room to wait for this client. */
static void turn_away(struct loop *loop, int fd)
{
    struct http_response r;
    struct str out = STR_INIT;
    http_response_init(&r);
    http_response_plain(&r, 503, "too many connections");
    r.close = true;
    http_response_head(&r, true, sv_str(loop_date(loop)), &out);
    str_add(&out, sv_from(r.body, (size_t)r.body_len));
    ssize_t put = send(fd, out.data, out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)put;
    shutdown(fd, SHUT_WR);
    close(fd);
    str_release(&out);
    http_response_release(&r);
}

static void set_peer(struct conn *c, const struct sockaddr_storage *from)
{
    const void *bytes = from->ss_family == AF_INET6 ? (const void *)&((const struct sockaddr_in6 *)from)->sin6_addr
                                                    : &((const struct sockaddr_in *)from)->sin_addr;
    if (!inet_ntop(from->ss_family, bytes, c->peer, sizeof(c->peer)))
        c->peer[0] = '\0';
}

static void admit(struct loop *loop, int fd, const struct sockaddr_storage *from)
{
    int on = 1;
    struct loop_shared *shared = loop->shared;
    if (atomic_fetch_add(&shared->connections, 1) >= shared->limits.connections &&
        !close_idlest(loop)) {
        atomic_fetch_sub(&shared->connections, 1);
        turn_away(loop, fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    struct conn *c = conn_new(loop, fd);
    set_peer(c, from);
    loop->conns++;
    if (watch_source(loop, &c->source, EPOLLIN) < 0)
        conn_close(c);
}

/* False when there is nothing (more) to accept. */
static bool accept_one(struct loop *loop, int listener)
{
    struct sockaddr_storage from = {.ss_family = AF_UNSPEC};
    socklen_t len = sizeof(from);
    int fd = accept4(listener, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
        admit(loop, fd, &from);
        return true;
    }
    if (errno == EINTR || errno == ECONNABORTED)
        return true;
    bool no_room = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    if (no_room && !close_idlest(loop) && !loop->paused_until) {
        unwatch_listeners(loop); /* or epoll would report them again and again */
        loop->paused_until = loop->now + PAUSE_MS;
    }
    return false;
}

/* --- stopping
 * ------------------------------------------------------------------------------------------------
 */

static void begin_stop(struct loop *loop)
{
    struct loop_shared *shared = loop->shared;
    loop->stop_deadline = loop->now + shared->limits.stop_ms;
    epoll_ctl(loop->epoll, EPOLL_CTL_DEL, shared->wake, NULL);
    unwatch_listeners(loop);
    loop->paused_until = 0;
    for (size_t i = 0; i < shared->listeners.count; i++) {
        for (unsigned n = 0;
             n < shared->limits.connections && accept_one(loop, shared->listeners.fds[i]); n++)
            ;
        shutdown(shared->listeners.fds[i], SHUT_RD); /* later ones are refused at once */
    }
    loop->paused_until = 0;
    for (int i = QUEUE_HEAD; i <= QUEUE_BODY; i++) {
        struct conn *next;
        for (struct conn *c = loop->queues[i].first; c; c = next) {
            next = c->next;
            conn_stop(c);
        }
    }
}

static void close_all(struct loop *loop)
{
    for (int i = 0; i < QUEUE_COUNT; i++)
        while (loop->queues[i].first)
            conn_close(loop->queues[i].first);
    bury(loop);
}

/* --- the loop
 * ------------------------------------------------------------------------------------------------
 */

static void handle(struct loop *loop, struct source *source)
{
    switch (source->kind) {
    case SOURCE_CONN:
        conn_event((struct conn *)(void *)source);
        break;
    case SOURCE_LISTENER:
        for (int n = 0;
             n < ACCEPTS_PER_ROUND && !loop->stop_deadline && accept_one(loop, source->fd); n++)
            ;
        break;
    case SOURCE_DONE:
        take_answered(loop);
        break;
    case SOURCE_WAKE:
        if (!loop->stop_deadline)
            begin_stop(loop);
        break;
    }
}

static bool is_over(const struct loop *loop)
{
    return loop->stop_deadline && !loop->working && (!loop->conns || loop->now >= loop->stop_deadline);
}

static void *loop_run(void *argument)
{
    struct loop *loop = argument;
    struct epoll_event events[BATCH];
    loop->now = monotonic_ms();
    while (!is_over(loop)) {
        int count = epoll_wait(loop->epoll, events, BATCH, next_timeout(loop));
        loop->now = monotonic_ms();
        for (int i = 0; i < count; i++)
            handle(loop, events[i].data.ptr);
        expire(loop);
        bury(loop);
        if (loop->paused_until && loop->now >= loop->paused_until && !loop->stop_deadline)
            (void)watch_listeners(loop);
    }
    close_all(loop);
    return NULL;
}

static void loop_prepare(struct loop *loop, struct loop_shared *shared)
{
    memset(loop, 0, sizeof(*loop));
    loop->shared = shared;
    loop->date_second = -1;
    loop->wake = (struct source){SOURCE_WAKE, shared->wake};
    loop->done = (struct source){SOURCE_DONE, -1};
    pthread_mutex_init(&loop->answered_lock, NULL);
    for (size_t i = 0; i < shared->listeners.count; i++)
        loop->listeners[i] = (struct source){SOURCE_LISTENER, shared->listeners.fds[i]};
}

void loop_close(struct loop *loop)
{
    if (loop->epoll >= 0)
        close(loop->epoll);
    if (loop->done.fd >= 0)
        close(loop->done.fd);
    pthread_mutex_destroy(&loop->answered_lock);
}

int loop_start(struct loop *loop, struct loop_shared *shared, struct err *err)
{
    sigset_t all, before;
    loop_prepare(loop, shared);
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    loop->done.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int failure = 0;
    if (loop->epoll < 0 || loop->done.fd < 0 || watch_source(loop, &loop->wake, EPOLLIN) < 0 ||
        watch_source(loop, &loop->done, EPOLLIN) < 0 || watch_listeners(loop) < 0) {
        failure = errno;
    } else {
        sigfillset(&all); /* signals are for the main thread; SIGPIPE of sendfile for nobody */
        pthread_sigmask(SIG_SETMASK, &all, &before);
        failure = pthread_create(&loop->thread, NULL, loop_run, loop);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    if (!failure)
        return CM_OK;
    loop_close(loop);
    return err_errno(err, failure, "cannot start the server");
}

void loop_join(struct loop *loop)
{
    pthread_join(loop->thread, NULL);
}
