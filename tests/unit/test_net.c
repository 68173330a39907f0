/* gateway/net/loop.h: timers in their order, hooks at the end of a turn, and what is taken out while it is handled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mail_fixture.h"

enum { TIMERS = 500 };

struct alarm {
    struct net_timer timer; /* first */
    int64_t wanted;         /* -1: it must not fire */
    unsigned fired;
};

static struct net_loop *loop_of_test;
static int64_t last_due;
static unsigned fired;

static int setup(void **state CM_UNUSED)
{
    struct err err = ERR_INIT;
    last_due = 0;
    fired = 0;
    return net_loop_new(hand_clock, NULL, &loop_of_test, &err);
}

static int teardown(void **state CM_UNUSED)
{
    net_loop_free(&loop_of_test);
    return 0;
}

static void ring(struct net_timer *timer)
{
    struct alarm *alarm = (struct alarm *)(void *)timer;
    if (alarm->wanted < 0 || timer->due != alarm->wanted || timer->due < last_due || timer->due > hand_time)
        fail_msg("a timer of %lld at %lld", (long long)timer->due, (long long)hand_time);
    last_due = timer->due;
    alarm->fired++;
    fired++;
}

static unsigned draw(unsigned *seed, unsigned below)
{
    *seed = *seed * 1103515245u + 12345u;
    return (*seed >> 8) % below;
}

/* Set, set anew, and cleared, in any order: each that is set fires once, at its time. */
static void test_timers(void **state CM_UNUSED)
{
    static struct alarm alarms[TIMERS];
    unsigned seed = 7, set = 0;
    for (unsigned round = 0; round < 5000; round++) {
        struct alarm *alarm = &alarms[draw(&seed, TIMERS)];
        alarm->timer.fire = ring;
        if (draw(&seed, 3)) {
            unsigned ms = draw(&seed, 1000);
            alarm->wanted = net_loop_now(loop_of_test) + ms;
            net_timer_set(loop_of_test, &alarm->timer, ms);
        } else {
            net_timer_clear(loop_of_test, &alarm->timer);
            alarm->wanted = -1;
        }
    }
    for (size_t i = 0; i < TIMERS; i++)
        set += alarms[i].timer.place != 0;
    assert_true(set > TIMERS / 3);
    for (int i = 0; i <= 1000; i += 7) {
        hand_time += 7;
        net_loop_turn(loop_of_test, 0);
    }
    assert_int_equal(fired, set);
    for (size_t i = 0; i < TIMERS; i++)
        assert_int_equal(alarms[i].fired, alarms[i].wanted >= 0 && alarms[i].timer.due ? 1 : 0);
}

struct end {
    struct net_watch watch; /* first */
    struct end *other;
    unsigned ready;
};

/* Both are readable; whoever is first takes the other out, which is not heard of any more. */
static void take_other_out(struct net_watch *watch, unsigned events CM_UNUSED)
{
    struct end *end = (struct end *)(void *)watch;
    end->ready++;
    net_watch_remove(loop_of_test, &end->other->watch);
    net_watch_remove(loop_of_test, &end->watch);
}

static void test_taken_out(void **state CM_UNUSED)
{
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    send_all(pair[0], "x");
    send_all(pair[1], "x");
    struct end ends[2] = {{.watch = {pair[0], NET_IN, take_other_out}, .other = &ends[1]},
                          {.watch = {pair[1], NET_IN, take_other_out}, .other = &ends[0]}};
    for (int i = 0; i < 2; i++)
        assert_int_equal(net_watch_add(loop_of_test, &ends[i].watch), 0);
    for (int i = 0; i < 3; i++)
        net_loop_turn(loop_of_test, 0);
    assert_int_equal(ends[0].ready + ends[1].ready, 1);
    close(pair[0]);
    close(pair[1]);
}

struct counter {
    struct net_hook hook; /* first */
    struct net_hook *removes;
    unsigned turns;
};

static void count_turn(struct net_hook *hook)
{
    struct counter *counter = (struct counter *)(void *)hook;
    counter->turns++;
    if (counter->removes)
        net_hook_remove(loop_of_test, counter->removes);
}

static void test_hooks(void **state CM_UNUSED)
{
    struct counter counters[3] = {{.hook.turn = count_turn}, {.hook.turn = count_turn}, {.hook.turn = count_turn}};
    for (int i = 0; i < 3; i++)
        net_hook_add(loop_of_test, &counters[i].hook);
    net_loop_turn(loop_of_test, 0);
    counters[0].removes = &counters[1].hook; /* the next one */
    net_loop_turn(loop_of_test, 0);
    counters[0].removes = &counters[0].hook; /* itself */
    net_loop_turn(loop_of_test, 0);
    net_loop_turn(loop_of_test, 0);
    assert_int_equal(counters[0].turns, 3);
    assert_int_equal(counters[1].turns, 1);
    assert_int_equal(counters[2].turns, 4);
}

/* A wake-up ends the wait of a turn that would last for long. */
static void test_wake(void **state CM_UNUSED)
{
    net_loop_wake(loop_of_test);
    net_loop_turn(loop_of_test, 1000000);
    net_loop_again(loop_of_test);
    net_loop_turn(loop_of_test, 1000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_timers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_taken_out, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hooks, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wake, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
