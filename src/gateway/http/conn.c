#define _GNU_SOURCE
#include "gateway/http/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* A connection reads until the head of a request is complete, and its body where one is taken, has it answered, writes,
 * and reads on. It never reads while it waits for an answer or writes, so a client that does not take its answers is
 * not read from either (its requests wait in the kernel). */

enum { DRAIN_MAX = 256 * 1024, FILE_STEP = 1024 * 1024 };

struct conn *conn_new(struct loop *loop, int fd)
{
    struct conn *c = base_malloc(sizeof(*c));
    memset(c, 0, offsetof(struct conn, framing));
    c->source = (struct source){SOURCE_CONN, fd};
    c->loop = loop;
    c->queue = QUEUE_COUNT;
    c->in = base_malloc(LOOP_IN_FIRST);
    c->in_cap = LOOP_IN_FIRST;
    http_response_init(&c->response);
    framing_init(&c->framing);
    loop_enqueue(c, QUEUE_HEAD);
    return c;
}

void conn_free(struct conn *c)
{
    http_response_release(&c->response);
    str_release(&c->out);
    free(c->in);
    free(c);
}

void conn_close(struct conn *c)
{
    if (c->state == CONN_CLOSED)
        return;
    c->state = CONN_CLOSED;
    loop_forget(c);
}

/* --- writing
 * -------------------------------------------------------------------------------------------------
 */

enum send_result { SEND_DONE, SEND_WAIT, SEND_BROKEN };

static enum send_result send_failed(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK ? SEND_WAIT : SEND_BROKEN;
}

static bool body_in_memory(const struct conn *c)
{
    return c->has_body && c->response.fd < 0;
}

/* The head, and a body in memory with it. */
static enum send_result send_memory(struct conn *c)
{
    for (;;) {
        struct iovec parts[2];
        struct msghdr message = {.msg_iov = parts};
        size_t head_left = c->out.len - c->out_sent;
        uint64_t body_left = body_in_memory(c) ? c->response.body_len - c->body_sent : 0;
        if (head_left)
            parts[message.msg_iovlen++] = (struct iovec){c->out.data + c->out_sent, head_left};
        if (body_left)
            parts[message.msg_iovlen++] = (struct iovec){
                (void *)(uintptr_t)(c->response.body + c->response.body_at + c->body_sent),
                (size_t)body_left};
        if (!message.msg_iovlen)
            return SEND_DONE;
        bool more = c->has_body && c->response.fd >= 0 && c->response.body_len > 0;
        ssize_t put =
            sendmsg(c->source.fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT | (more ? MSG_MORE : 0));
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return send_failed();
        size_t of_head = (size_t)put < head_left ? (size_t)put : head_left;
        c->out_sent += of_head;
        c->body_sent += (size_t)put - of_head;
        c->progress += (size_t)put;
    }
}

static enum send_result send_file(struct conn *c)
{
    while (c->body_sent < c->response.body_len) {
        uint64_t left = c->response.body_len - c->body_sent;
        off_t at = (off_t)(c->response.body_at + c->body_sent);
        ssize_t put = sendfile(c->source.fd, c->response.fd, &at,
                               left < FILE_STEP ? (size_t)left : FILE_STEP);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return send_failed();
        if (put == 0) /* the file has become shorter: the promised length cannot be kept */
            return SEND_BROKEN;
        c->body_sent += (uint64_t)put;
        c->progress += (uint64_t)put;
    }
    return SEND_DONE;
}

static void conn_linger(struct conn *c)
{
    /* Closing at once would throw away what the client has not yet read if anything of its own is
     * still unread. */
    shutdown(c->source.fd, SHUT_WR);
    c->state = CONN_LINGERING;
    c->in_at = c->in_len = 0;
    loop_watch(c, false);
    loop_enqueue(c, QUEUE_LINGER);
}

/* Goes on sending; the state says what came of it. */
static void conn_send(struct conn *c)
{
    enum send_result result = send_memory(c);
    if (result == SEND_DONE && c->has_body && c->response.fd >= 0)
        result = send_file(c);
    if (result == SEND_BROKEN) {
        conn_close(c);
    } else if (result == SEND_WAIT) {
        bool started = c->state == CONN_WRITING;
        c->state = CONN_WRITING;
        loop_watch(c, true);
        if (!started || c->progress >= LOOP_WRITE_STEP) {
            c->progress = 0;
            loop_enqueue(c, QUEUE_WRITE);
        }
    } else {
        http_response_release(&c->response);
        if (c->close_after) {
            conn_linger(c);
        } else {
            c->state = CONN_READING;
            loop_watch(c, false);
        }
    }
}

/* --- answering
 * -----------------------------------------------------------------------------------------------
 */

/* Not to be answered as it should: the answer says why, and is the last one, since what follows the head is unknown. */
static void refuse(struct conn *c, int status, const char *reason)
{
    http_response_plain(&c->response, status, reason);
    c->response.close = true;
}

static bool has_body(const struct framing *f)
{
    return f->body == FRAMING_CHUNKED || (f->body == FRAMING_LENGTH && f->content_length > 0);
}

static int64_t nanoseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Tells who wants to know; the request is still in the buffer when it was one. */
static void tell_seen(struct conn *c, bool worked, bool whole)
{
    static const char *const methods[] = {[FRAMING_GET] = "GET", [FRAMING_HEAD] = "HEAD", [FRAMING_POST] = "POST",
                                          [FRAMING_OTHER] = "other"};
    const struct loop_shared *shared = c->loop->shared;
    struct http_seen seen = {.method = "", .path = SV_NONE, .status = c->response.status,
                             .bytes = c->response.body_len, .worked = worked};
    if (!shared->seen)
        return;
    if (whole) {
        seen.method = methods[c->framing.method];
        seen.path = framing_text(sv_from(c->in + c->in_at, c->in_len - c->in_at), c->framing.path);
        seen.nanoseconds = nanoseconds() - c->began;
    }
    shared->seen(shared->seen_context, &seen);
}

static void fill_from_site(struct conn *c, struct sv head)
{
    const struct loop_shared *shared = c->loop->shared;
    const struct framing *f = &c->framing;
    if (f->method == FRAMING_OTHER || f->method == FRAMING_POST)
        refuse(c, 405, "only GET and HEAD");
    else if (has_body(f))
        refuse(c, 413, "a request with a body is not taken");
    else if (!shared->early || !shared->early(shared->early_context, &c->response))
        shared->answer(shared->context, f, head, &c->response);
}

/* Whether a thread is to answer it, or has the body to come first: then the response is empty. */
static bool needs_work(struct conn *c, struct sv head)
{
    const struct loop_shared *shared = c->loop->shared;
    const struct framing *f = &c->framing;
    size_t body_max;
    c->request = (struct http_request){f, head, SV_NONE, c->peer};
    if (shared->local_names_only && !framing_host_local(framing_text(head, f->host))) {
        refuse(c, 421, "this is a preview for localhost only");
        return false;
    }
    enum http_way way = shared->work ? work_way(shared->work, &c->request, &body_max, &c->response) : HTTP_WAY_SITE;
    if (way == HTTP_WAY_SITE)
        fill_from_site(c, head);
    else if (way == HTTP_WAY_ANSWERED)
        c->response.close = c->response.close || has_body(f);
    else if (f->body == FRAMING_CHUNKED)
        refuse(c, 411, "a body needs a Content-Length");
    else if (f->body == FRAMING_LENGTH && f->content_length > body_max)
        refuse(c, 413, body_max ? "the body is too long" : "a request with a body is not taken");
    else
        return true;
    return false;
}

static void request_over(struct conn *c)
{
    c->in_at += c->whole;
    c->whole = 0;
    framing_init(&c->framing);
}

/* Renders the head of the prepared response and begins to send. */
static void conn_begin(struct conn *c, bool with_body, bool minor_1)
{
    if (atomic_load_explicit(&c->loop->shared->stopping, memory_order_relaxed))
        c->response.close = true;
    c->close_after = c->response.close;
    c->has_body = with_body && c->response.status != 304;
    str_clear(&c->out);
    http_response_head(&c->response, minor_1, sv_str(loop_date(c->loop)), &c->out);
    c->out_sent = 0;
    c->body_sent = c->progress = 0;
    conn_send(c);
}

static void conn_refuse(struct conn *c, int status, const char *reason)
{
    refuse(c, status, reason);
    tell_seen(c, false, false);
    conn_begin(c, true, true);
}

/* No complete request in the buffer: which time runs now? A new connection is in QUEUE_HEAD
 * already. */
static void conn_wait(struct conn *c, bool answered)
{
    if (c->in_at == c->in_len) {
        c->in_at = c->in_len = 0;
        if (answered)
            loop_enqueue(c, QUEUE_IDLE);
    } else if (answered || c->queue == QUEUE_IDLE) {
        loop_enqueue(c, QUEUE_HEAD);
    }
}

/* The response is filled: sends it. */
static void conn_finish(struct conn *c, bool worked)
{
    tell_seen(c, worked, true);
    c->response.close = c->response.close || !c->framing.keep_alive;
    bool with_body = c->framing.method != FRAMING_HEAD, minor_1 = c->framing.minor_1;
    request_over(c);
    conn_begin(c, with_body, minor_1);
}

/* The request is whole in the buffer, which stays as it is until the answer comes. */
static void conn_hand_over(struct conn *c)
{
    struct sv data = sv_from(c->in + c->in_at, c->whole);
    c->request.head = data;
    c->request.body = sv_from_byte(data, c->framing.head_len);
    c->state = CONN_WORKING;
    loop_suspend(c);
    if (work_put(c->loop->shared->work, c))
        return;
    c->state = CONN_READING;
    loop_resume(c);
    if (c->state == CONN_CLOSED)
        return;
    http_response_plain(&c->response, 503, "too many requests wait; try again");
    c->response.retry_after = 1;
    conn_finish(c, false);
}

/* Who asks first whether the body is welcome has sent none of it yet. */
static void tell_continue(struct conn *c)
{
    static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
    if (!c->framing.expect || c->in_len - c->in_at > c->framing.head_len)
        return;
    if (send(c->source.fd, text, sizeof(text) - 1, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)sizeof(text) - 1)
        conn_close(c);
}

/* A head is complete. */
static void conn_request(struct conn *c, struct sv head)
{
    c->began = c->loop->shared->seen ? nanoseconds() : 0;
    bool work = needs_work(c, head);
    c->whole = c->framing.head_len + (work ? (size_t)c->framing.content_length : 0);
    if (!work) {
        conn_finish(c, false);
    } else if (c->in_len - c->in_at >= c->whole) {
        conn_hand_over(c);
    } else {
        c->state = CONN_BODY;
        loop_enqueue(c, QUEUE_BODY);
        tell_continue(c);
    }
}

/* Answers every request that is complete in the buffer. */
static void conn_process(struct conn *c)
{
    bool answered = c->queue == QUEUE_WRITE;
    while (c->state == CONN_READING) {
        struct sv data = sv_from(c->in + c->in_at, c->in_len - c->in_at);
        switch (framing_advance(&c->framing, data)) {
        case FRAMING_MORE:
            conn_wait(c, answered);
            return;
        case FRAMING_BAD:
            conn_refuse(c, c->framing.status, c->framing.reason);
            return;
        case FRAMING_DONE:
            conn_request(c, data);
            answered = true;
        }
    }
}

/* --- reading
 * -------------------------------------------------------------------------------------------------
 */

/* Makes room behind the unread bytes. There is always some to make: a full buffer of CONN_IN_MAX
 * bytes holds a decision, and one that waits for a body has less than the body's end. */
static void make_room(struct conn *c)
{
    if (c->in_at) {
        memmove(c->in, c->in + c->in_at, c->in_len - c->in_at);
        c->in_len -= c->in_at;
        c->in_at = 0;
    }
    if (c->in_len < c->in_cap)
        return;
    size_t most = c->state == CONN_BODY && c->whole > CONN_IN_MAX ? c->whole : CONN_IN_MAX;
    if (c->in_cap >= most)
        BUG("a full buffer without a decision");
    c->in_cap = c->in_cap * 2 < most ? c->in_cap * 2 : most;
    c->in = base_realloc(c->in, c->in_cap);
}

/* 1: something was read; 0: nothing there; -1: the end, or broken */
static int conn_read(struct conn *c)
{
    make_room(c);
    for (;;) {
        ssize_t got = recv(c->source.fd, c->in + c->in_len, c->in_cap - c->in_len, MSG_DONTWAIT);
        if (got < 0 && errno == EINTR)
            continue;
        if (got > 0) {
            c->in_len += (size_t)got;
            return 1;
        }
        return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? 0 : -1;
    }
}

static void conn_drain(struct conn *c)
{
    int got;
    while ((got = conn_read(c)) > 0) {
        c->drained += c->in_len;
        c->in_at = c->in_len = 0;
        if (c->drained > DRAIN_MAX)
            break;
    }
    if (got != 0)
        conn_close(c);
}

static void conn_input(struct conn *c)
{
    int got = conn_read(c);
    if (got < 0)
        conn_close(c);
    else if (got > 0)
        conn_process(c);
}

/* After an answer that did not come from conn_process(). */
static void conn_go_on(struct conn *c)
{
    if (c->state == CONN_READING)
        loop_enqueue(c, QUEUE_IDLE);
    conn_process(c);
}

static void conn_body(struct conn *c)
{
    int got = conn_read(c);
    if (got < 0) {
        conn_close(c);
    } else if (got > 0 && c->in_len - c->in_at >= c->whole) {
        conn_hand_over(c);
        conn_go_on(c);
    }
}

/* Room for a long body is not kept for the next request. */
static void shrink(struct conn *c)
{
    if (c->in_cap <= CONN_IN_MAX || c->in_len - c->in_at > LOOP_IN_FIRST)
        return;
    c->in_len -= c->in_at;
    memmove(c->in, c->in + c->in_at, c->in_len);
    c->in_at = 0;
    c->in_cap = LOOP_IN_FIRST;
    c->in = base_realloc(c->in, c->in_cap);
}

void conn_answered(struct conn *c)
{
    c->state = CONN_READING;
    loop_resume(c);
    if (c->state == CONN_CLOSED)
        return;
    conn_finish(c, true);
    shrink(c);
    conn_go_on(c);
}

void conn_event(struct conn *c)
{
    switch (c->state) {
    case CONN_READING:
        conn_input(c);
        break;
    case CONN_BODY:
        conn_body(c);
        break;
    case CONN_WRITING:
        conn_send(c);
        conn_process(c); /* requests that came with the last one; nothing when still writing */
        break;
    case CONN_LINGERING:
        conn_drain(c);
        break;
    case CONN_WORKING:
    case CONN_CLOSED:
        break;
    }
}

void conn_timeout(struct conn *c)
{
    if (c->state == CONN_BODY || (c->state == CONN_READING && c->in_at < c->in_len))
        conn_refuse(c, 408, NULL);
    else
        conn_close(c);
}

void conn_stop(struct conn *c)
{
    if (c->state != CONN_READING)
        return;
    conn_input(c);
    if (c->state == CONN_READING && c->in_at == c->in_len)
        conn_close(c);
}
