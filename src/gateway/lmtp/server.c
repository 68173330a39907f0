#define _GNU_SOURCE /* accept4 */
#include "gateway/lmtp/server.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/net/listen.h"

enum {
    ACCEPTS_PER_TURN = 16,
    PAUSE_MS = 100,
    LINGER_MS = 2000, /* after our last reply, to read what the client still sends: closing at once could lose it */
};

/* A connection reads while it has nothing to send and no message to deliver. What was read behind a complete message
 * waits in `in` until that is delivered; it is never more than one read. */
struct conn {
    struct net_watch watch; /* first */
    struct net_timer idle, message;
    struct lmtp_server *server;
    struct conn *previous, *next;
    struct conn *next_complete;
    struct str in;
    size_t out_at;
    bool waits; /* in the list of complete messages */
    bool in_message;
    bool lingers;
    uint64_t commands; /* those of the session when the time for the next one began */
    struct lmtp_session session;
};

struct listener {
    struct net_watch watch; /* first */
    struct lmtp_server *server;
};

struct lmtp_server {
    struct net_loop *loop;
    struct lmtp_shared shared;
    struct listen_set listeners;
    struct listener watches[LISTEN_MAX];
    bool watching;
    struct net_timer pause; /* no descriptors left: the listeners are not watched until it fires */
    struct net_hook hook;
    struct conn *conns;
    unsigned count;
    struct conn *complete, **complete_end;
    char buffer[LMTP_READ_MAX];
};

/* Casts from a member back to its struct. */
/* --- closing and timing --- */

static void conn_close(struct conn *c)
{
    struct lmtp_server *server = c->server;
    if (c->waits)
        BUG("a connection that is closed before its message is delivered");
    net_timer_clear(server->loop, &c->idle);
    net_timer_clear(server->loop, &c->message);
    net_watch_remove(server->loop, &c->watch);
    close(c->watch.fd);
    *(c->previous ? &c->previous->next : &server->conns) = c->next;
    if (c->next)
        c->next->previous = c->previous;
    server->count--;
    lmtp_session_release(&c->session);
    str_release(&c->in);
    free(c);
}

/* A part of a command is no progress: the time goes on until it is complete. */
static void touch(struct conn *c)
{
    const struct lmtp_limits *limits = &c->server->shared.limits;
    bool in_message = c->session.state == LMTP_TEXT;
    if (!in_message && !c->in_message && c->idle.place && c->commands == c->session.commands)
        return;
    c->commands = c->session.commands;
    net_timer_set(c->server->loop, &c->idle, in_message ? limits->data_ms : limits->command_ms);
    if (in_message && !c->in_message)
        net_timer_set(c->server->loop, &c->message, limits->message_ms);
    else if (!in_message)
        net_timer_clear(c->server->loop, &c->message);
    c->in_message = in_message;
}

/* --- sending --- */

/* False: broken. */
static bool conn_send(struct conn *c)
{
    struct str *out = &c->session.out;
    while (c->out_at < out->len) {
        ssize_t put = send(c->watch.fd, out->data + c->out_at, out->len - c->out_at, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (put > 0)
            c->out_at += (size_t)put;
        else if (errno != EINTR)
            return errno == EAGAIN || errno == EWOULDBLOCK;
    }
    str_clear(out);
    c->out_at = 0;
    return true;
}

static void add_complete(struct conn *c)
{
    c->waits = true;
    c->next_complete = NULL;
    *c->server->complete_end = c;
    c->server->complete_end = &c->next_complete;
}

/* Sends what there is to send, and waits for what comes next. May close the connection. */
static void conn_go_on(struct conn *c)
{
    struct lmtp_session *s = &c->session;
    if (!conn_send(c)) {
        conn_close(c);
    } else if (s->state == LMTP_CLOSED && !s->out.len) {
        shutdown(c->watch.fd, SHUT_WR);
        c->lingers = true;
        net_timer_clear(c->server->loop, &c->message);
        net_timer_set(c->server->loop, &c->idle, LINGER_MS);
        net_watch_change(c->server->loop, &c->watch, NET_IN);
    } else {
        net_watch_change(c->server->loop, &c->watch, s->out.len ? NET_OUT : NET_IN);
        touch(c);
    }
}

static void conn_feed(struct conn *c, struct sv data)
{
    size_t taken = lmtp_session_feed(&c->session, data);
    if (c->session.state == LMTP_COMPLETE) {
        str_add(&c->in, sv_from_byte(data, taken));
        add_complete(c); /* its replies, and those before, go out together */
    } else {
        conn_go_on(c);
    }
}

/* --- reading --- */

static void conn_read(struct conn *c)
{
    ssize_t got = recv(c->watch.fd, c->server->buffer, LMTP_READ_MAX, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK))
        conn_close(c);
    else if (got > 0 && !c->lingers)
        conn_feed(c, sv_from(c->server->buffer, (size_t)got));
}

static void conn_ready(struct net_watch *watch, unsigned events CM_UNUSED)
{
    struct conn *c = (struct conn *)(void *)watch;
    if (c->waits)
        return; /* delivered at the end of this turn */
    if (c->session.out.len)
        conn_go_on(c);
    else
        conn_read(c);
}

static void conn_late(struct conn *c)
{
    if (c->waits)
        return;
    if (c->session.out.len || c->session.state == LMTP_CLOSED) {
        conn_close(c);
        return;
    }
    lmtp_session_end(&c->session, "4.4.2", "nothing came for too long");
    conn_go_on(c);
}

static void idle_over(struct net_timer *timer)
{
    conn_late(NET_OWNER(struct conn, idle, timer));
}

static void message_over(struct net_timer *timer)
{
    conn_late(NET_OWNER(struct conn, message, timer));
}

/* --- delivery --- */

static size_t take_batch(struct lmtp_server *server, struct conn **batch)
{
    size_t count = 0;
    while (server->complete && count < LMTP_BATCH_MAX) {
        batch[count++] = server->complete;
        server->complete = server->complete->next_complete;
    }
    if (!server->complete)
        server->complete_end = &server->complete;
    return count;
}

static void deliver(struct lmtp_server *server, struct conn **batch, size_t count)
{
    struct arena arena = ARENA_INIT;
    struct lmtp_mail *mails = arena_new_array(&arena, struct lmtp_mail, count);
    struct lmtp_reply **replies = arena_new_array(&arena, struct lmtp_reply *, count);
    for (size_t i = 0; i < count; i++) {
        mails[i] = lmtp_session_mail(&batch[i]->session);
        size_t recipients = mails[i].envelope.recipient_count;
        replies[i] = arena_new_array(&arena, struct lmtp_reply, recipients);
        for (size_t j = 0; j < recipients; j++)
            lmtp_reply_set(&replies[i][j], 451, "4.3.0", "not delivered; try again later");
    }
    server->shared.handler.deliver(server->shared.handler.context, mails, count, replies);
    for (size_t i = 0; i < count; i++)
        lmtp_session_answer(&batch[i]->session, replies[i]);
    arena_release(&arena);
}

static void resume(struct conn *c)
{
    struct str rest = c->in;
    c->in = (struct str)STR_INIT;
    c->waits = c->in_message = false;
    net_timer_clear(c->server->loop, &c->message);
    net_timer_clear(c->server->loop, &c->idle);
    conn_feed(c, str_sv(&rest)); /* may free c */
    str_release(&rest);
}

/* Messages that come to light here, behind the ones delivered, wait for the next turn. */
static void turn_over(struct net_hook *hook)
{
    struct lmtp_server *server = NET_OWNER(struct lmtp_server, hook, hook);
    struct conn *batch[LMTP_BATCH_MAX];
    size_t count = take_batch(server, batch);
    if (!count)
        return;
    deliver(server, batch, count);
    for (size_t i = 0; i < count; i++)
        resume(batch[i]);
    if (server->complete)
        net_loop_again(server->loop);
}

/* --- new connections --- */

static void admit(struct lmtp_server *server, int fd)
{
    int on = 1;
    struct conn *c = base_malloc(sizeof(*c));
    memset(c, 0, offsetof(struct conn, session));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); /* fails on unix sockets, which need it not */
    c->watch = (struct net_watch){fd, NET_IN, conn_ready};
    c->idle.fire = idle_over;
    c->message.fire = message_over;
    c->server = server;
    c->next = server->conns;
    if (c->next)
        c->next->previous = c;
    server->conns = c;
    server->count++;
    lmtp_session_init(&c->session, &server->shared);
    if (net_watch_add(server->loop, &c->watch) < 0) {
        conn_close(c);
        return;
    }
    if (server->count > server->shared.limits.connections) {
        str_clear(&c->session.out);
        lmtp_session_end(&c->session, "4.3.2", "too many connections; try again later");
    }
    conn_go_on(c);
}

static void watch_listeners(struct lmtp_server *server, bool watch)
{
    for (size_t i = 0; watch != server->watching && i < server->listeners.count; i++) {
        if (!watch)
            net_watch_remove(server->loop, &server->watches[i].watch);
        else if (net_watch_add(server->loop, &server->watches[i].watch) < 0)
            BUG("a listening socket that cannot be watched");
    }
    server->watching = watch;
}

static void pause_over(struct net_timer *timer)
{
    watch_listeners(NET_OWNER(struct lmtp_server, pause, timer), true);
}

static void listener_ready(struct net_watch *watch, unsigned events CM_UNUSED)
{
    struct lmtp_server *server = ((struct listener *)(void *)watch)->server;
    for (int n = 0; n < ACCEPTS_PER_TURN; n++) {
        int fd = accept4(watch->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            admit(server, fd);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            watch_listeners(server, false); /* or they would be reported again and again */
            net_timer_set(server->loop, &server->pause, PAUSE_MS);
            return;
        } else if (errno != EINTR && errno != ECONNABORTED) {
            return;
        }
    }
}

/* --- the server --- */

int lmtp_server_start(struct net_loop *loop, const struct lmtp_options *options, struct lmtp_server **out,
                      struct err *err)
{
    struct address address;
    *out = NULL;
    int result = address_parse(options->address ? options->address : "localhost", LMTP_DEFAULT_PORT, &address, err);
    if (result != CM_OK)
        return result;
    struct lmtp_server *server = base_malloc(sizeof(*server));
    memset(server, 0, sizeof(*server));
    result = listen_open(&address, options->mode ? options->mode : 0600, &server->listeners, err);
    if (result != CM_OK) {
        free(server);
        return result;
    }
    server->loop = loop;
    server->shared = (struct lmtp_shared){options->host, options->handler, options->limits, {0, 0}};
    lmtp_limits_fill(&server->shared.limits);
    server->shared.budget.max = server->shared.limits.memory;
    server->complete_end = &server->complete;
    server->pause.fire = pause_over;
    server->hook.turn = turn_over;
    net_hook_add(loop, &server->hook);
    for (size_t i = 0; i < server->listeners.count; i++)
        server->watches[i] = (struct listener){{server->listeners.fds[i], NET_IN, listener_ready}, server};
    watch_listeners(server, true);
    *out = server;
    return CM_OK;
}

unsigned lmtp_server_port(const struct lmtp_server *server)
{
    return server->listeners.port;
}

unsigned lmtp_server_connections(const struct lmtp_server *server)
{
    return server->count;
}

static void stop_listening(struct lmtp_server *server)
{
    net_timer_clear(server->loop, &server->pause);
    watch_listeners(server, false);
    listen_close(&server->listeners);
}

void lmtp_server_stop(struct lmtp_server *server)
{
    struct conn *next;
    stop_listening(server);
    for (struct conn *c = server->conns; c; c = next) {
        next = c->next;
        if (c->waits)
            continue; /* one that came while the others were delivered: it is delivered, too */
        lmtp_session_end(&c->session, "4.3.2", "the server stops");
        if (!c->lingers)
            conn_go_on(c);
    }
}

void lmtp_server_free(struct lmtp_server **pointer)
{
    struct lmtp_server *server = *pointer;
    if (!server)
        return;
    stop_listening(server);
    net_hook_remove(server->loop, &server->hook);
    while (server->conns) {
        server->conns->waits = false; /* undelivered, and without a reply: the client keeps it */
        conn_close(server->conns);
    }
    free(server);
    *pointer = NULL;
}
