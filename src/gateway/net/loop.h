/* An event loop of one thread, for servers and clients side by side: descriptors, timers, and what is to be done once
 * at the end of each turn.
 *
 *     struct net_loop *loop;
 *     if ((result = net_loop_new(NULL, NULL, &loop, &err)) != 0) ...
 *     while (going) net_loop_turn(loop, 1000);
 *     net_loop_free(&loop);
 *
 * A turn waits for events, handles them, fires the timers that are due, then calls the hooks: a hook sees all that
 * came in during the turn, whatever connection it came from. All structs are the caller's, put into larger ones; they
 * must have been taken out before the loop is freed. Any of them may be taken out, and its memory freed, at any time,
 * also while its own function runs. */
#ifndef CASEMATE_GATEWAY_NET_LOOP_H
#define CASEMATE_GATEWAY_NET_LOOP_H

#include <stddef.h>

#include "base/err.h"

struct net_loop;

/* Milliseconds that never go back. */
typedef int64_t net_clock_fn(void *context);

/* clock: NULL for the machine's monotonic clock; tests give their own. */
CM_MUST_USE int net_loop_new(net_clock_fn *clock, void *context, struct net_loop **out, struct err *err);
void net_loop_free(struct net_loop **loop);
/* One turn; waits at most so long for something to happen. */
void net_loop_turn(struct net_loop *loop, int max_wait_ms);
/* Time of the present turn. */
int64_t net_loop_now(const struct net_loop *loop);
/* The next turn does not wait. For use inside of the loop's thread. */
void net_loop_again(struct net_loop *loop);
/* The same, from any thread or signal handler. */
void net_loop_wake(struct net_loop *loop);

enum { NET_IN = 1, NET_OUT = 2 };

struct net_watch {
    int fd;
    unsigned events;                                          /* NET_IN, NET_OUT or both */
    void (*ready)(struct net_watch *watch, unsigned events); /* errors and ends count as both: reading tells */
};

/* fd, events and ready are set. -1 with errno. */
CM_MUST_USE int net_watch_add(struct net_loop *loop, struct net_watch *watch);
void net_watch_change(struct net_loop *loop, struct net_watch *watch, unsigned events);
/* Before its descriptor is closed. */
void net_watch_remove(struct net_loop *loop, struct net_watch *watch);

struct net_timer {
    void (*fire)(struct net_timer *timer); /* it is not set any more when this is called */
    int64_t due;
    size_t place; /* in the loop's heap, from 1; 0: not set */
};

/* Fires once, so many milliseconds after the present turn's time; replaces what was set before. */
void net_timer_set(struct net_loop *loop, struct net_timer *timer, int64_t ms);
void net_timer_clear(struct net_loop *loop, struct net_timer *timer);

struct net_hook {
    void (*turn)(struct net_hook *hook);
    struct net_hook *next;
};

void net_hook_add(struct net_loop *loop, struct net_hook *hook);
void net_hook_remove(struct net_loop *loop, struct net_hook *hook);

/* What a watch, timer or hook is a member of. */
#define NET_OWNER(type, member, pointer) ((type *)(void *)((char *)(pointer) - offsetof(type, member)))

#endif
