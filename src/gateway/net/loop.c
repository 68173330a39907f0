#include "gateway/net/loop.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64 };

struct net_loop {
    int epoll;
    net_clock_fn *clock;
    void *context;
    int64_t now;
    bool again;
    struct net_watch wake;
    struct epoll_event events[BATCH]; /* of this turn; those of a watch that was taken out point to nothing */
    int count, at;
    struct net_timer **heap; /* the earliest first; heap[0] is not used */
    size_t timers, cap;
    struct net_hook *hooks, *next_hook;
};

static int64_t machine_clock(void *context CM_UNUSED)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- descriptors --- */

static uint32_t epoll_events(unsigned events)
{
    return (events & NET_IN ? (uint32_t)EPOLLIN : 0) | (events & NET_OUT ? (uint32_t)EPOLLOUT : 0);
}

int net_watch_add(struct net_loop *loop, struct net_watch *watch)
{
    struct epoll_event event = {.events = epoll_events(watch->events), .data.ptr = watch};
    return epoll_ctl(loop->epoll, EPOLL_CTL_ADD, watch->fd, &event);
}

void net_watch_change(struct net_loop *loop, struct net_watch *watch, unsigned events)
{
    struct epoll_event event = {.events = epoll_events(events), .data.ptr = watch};
    if (watch->events == events)
        return;
    if (epoll_ctl(loop->epoll, EPOLL_CTL_MOD, watch->fd, &event) < 0)
        BUG("a descriptor that is not watched");
    watch->events = events;
}

void net_watch_remove(struct net_loop *loop, struct net_watch *watch)
{
    epoll_ctl(loop->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
    for (int i = loop->at; i < loop->count; i++)
        if (loop->events[i].data.ptr == watch)
            loop->events[i].data.ptr = NULL;
}

static void handle_events(struct net_loop *loop)
{
    for (loop->at = 0; loop->at < loop->count; loop->at++) {
        struct net_watch *watch = loop->events[loop->at].data.ptr;
        uint32_t got = loop->events[loop->at].events;
        unsigned events = (got & EPOLLIN ? (unsigned)NET_IN : 0) | (got & EPOLLOUT ? (unsigned)NET_OUT : 0);
        if (got & (EPOLLERR | EPOLLHUP))
            events = NET_IN | NET_OUT;
        if (watch)
            watch->ready(watch, events);
    }
    loop->at = loop->count = 0;
}

/* --- timers: a binary heap by time --- */

static void place(struct net_loop *loop, size_t at, struct net_timer *timer)
{
    loop->heap[at] = timer;
    timer->place = at;
}

static void sift_up(struct net_loop *loop, size_t at, struct net_timer *timer)
{
    for (; at > 1 && loop->heap[at / 2]->due > timer->due; at /= 2)
        place(loop, at, loop->heap[at / 2]);
    place(loop, at, timer);
}

static void sift_down(struct net_loop *loop, size_t at, struct net_timer *timer)
{
    for (size_t child; (child = at * 2) <= loop->timers; at = child) {
        if (child < loop->timers && loop->heap[child + 1]->due < loop->heap[child]->due)
            child++;
        if (loop->heap[child]->due >= timer->due)
            break;
        place(loop, at, loop->heap[child]);
    }
    place(loop, at, timer);
}

void net_timer_set(struct net_loop *loop, struct net_timer *timer, int64_t ms)
{
    net_timer_clear(loop, timer);
    if (loop->timers + 2 > loop->cap) {
        loop->cap = loop->cap ? loop->cap * 2 : 64;
        loop->heap = base_realloc(loop->heap, loop->cap * sizeof(*loop->heap));
    }
    timer->due = loop->now + ms;
    sift_up(loop, ++loop->timers, timer);
}

void net_timer_clear(struct net_loop *loop, struct net_timer *timer)
{
    size_t at = timer->place;
    if (!at)
        return;
    timer->place = 0;
    struct net_timer *last = loop->heap[loop->timers--];
    if (last == timer)
        return;
    if (at > 1 && loop->heap[at / 2]->due > last->due)
        sift_up(loop, at, last);
    else
        sift_down(loop, at, last);
}

static void fire_timers(struct net_loop *loop)
{
    while (loop->timers && loop->heap[1]->due <= loop->now) {
        struct net_timer *timer = loop->heap[1];
        net_timer_clear(loop, timer);
        timer->fire(timer);
    }
}

/* --- hooks --- */

void net_hook_add(struct net_loop *loop, struct net_hook *hook)
{
    struct net_hook **end = &loop->hooks;
    while (*end)
        end = &(*end)->next;
    hook->next = NULL;
    *end = hook;
}

void net_hook_remove(struct net_loop *loop, struct net_hook *hook)
{
    struct net_hook **at = &loop->hooks;
    while (*at && *at != hook)
        at = &(*at)->next;
    if (!*at)
        return;
    *at = hook->next;
    if (loop->next_hook == hook)
        loop->next_hook = hook->next;
}

static void call_hooks(struct net_loop *loop)
{
    for (struct net_hook *hook = loop->hooks; hook; hook = loop->next_hook) {
        loop->next_hook = hook->next;
        hook->turn(hook);
    }
}

/* --- the loop --- */

static void drain_wake(struct net_watch *watch, unsigned events CM_UNUSED)
{
    uint64_t count;
    ssize_t got = read(watch->fd, &count, sizeof(count)); /* non-blocking; nothing there is fine */
    (void)got;
}

int net_loop_new(net_clock_fn *clock, void *context, struct net_loop **out, struct err *err)
{
    struct net_loop *loop = base_malloc(sizeof(*loop));
    memset(loop, 0, sizeof(*loop));
    loop->clock = clock ? clock : machine_clock;
    loop->context = context;
    loop->now = loop->clock(context);
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    loop->wake = (struct net_watch){eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), NET_IN, drain_wake};
    *out = loop;
    if (loop->epoll >= 0 && loop->wake.fd >= 0 && net_watch_add(loop, &loop->wake) == 0)
        return CM_OK;
    int result = err_errno(err, errno, "cannot start an event loop");
    net_loop_free(out);
    return result;
}

void net_loop_free(struct net_loop **pointer)
{
    struct net_loop *loop = *pointer;
    if (!loop)
        return;
    if (loop->epoll >= 0)
        close(loop->epoll);
    if (loop->wake.fd >= 0)
        close(loop->wake.fd);
    free(loop->heap);
    free(loop);
    *pointer = NULL;
}

int64_t net_loop_now(const struct net_loop *loop)
{
    return loop->now;
}

void net_loop_again(struct net_loop *loop)
{
    loop->again = true;
}

void net_loop_wake(struct net_loop *loop)
{
    uint64_t one = 1;
    ssize_t put = write(loop->wake.fd, &one, sizeof(one)); /* full means: it will wake anyway */
    (void)put;
}

static int wait_ms(struct net_loop *loop, int max)
{
    if (loop->again || max < 0)
        return 0;
    if (!loop->timers)
        return max;
    int64_t left = loop->heap[1]->due - loop->clock(loop->context);
    return left <= 0 ? 0 : left < max ? (int)left : max;
}

void net_loop_turn(struct net_loop *loop, int max_wait_ms)
{
    int wait = wait_ms(loop, max_wait_ms);
    loop->again = false;
    int count = epoll_wait(loop->epoll, loop->events, BATCH, wait);
    loop->count = count > 0 ? count : 0; /* EINTR is a turn without events */
    loop->now = loop->clock(loop->context);
    handle_events(loop);
    fire_timers(loop);
    call_hooks(loop);
}
