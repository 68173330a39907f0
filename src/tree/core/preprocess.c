#include "tree/core/preprocess.h"
#include "tree/core/net_rules.h"

enum { ROUNDS = 8 };

/* Cleans until nothing gets smaller; the net moves to a new arena each time, so that rubbish goes. */
static void clean(struct net *n, struct arena *arena)
{
    struct net_size before = net_measure(n);
    for (int i = 0; i < ROUNDS; i++) {
        struct arena fresh = ARENA_INIT;
        struct net next;
        net_clean(n, &next, &fresh);
        arena_release(arena);
        *arena = fresh;
        *n = next;
        n->arena = arena;
        struct net_size after = net_measure(n);
        if (after.gates >= before.gates && after.edges >= before.edges)
            return;
        before = after;
    }
}

void formula_simplify(const struct formula *f, struct formula *out, struct arena *arena)
{
    struct arena scratch = ARENA_INIT;
    struct net n;
    net_read(&n, f, &scratch);
    clean(&n, &scratch);
    for (int i = 0; i < ROUNDS; i++) {
        size_t changes = net_lift_settled(&n);
        if (changes)
            clean(&n, &scratch);
        size_t factored = net_factor(&n);
        if (factored)
            clean(&n, &scratch);
        size_t joined = net_join_companions(&n);
        if (joined)
            clean(&n, &scratch);
        if (!changes && !factored && !joined)
            break;
    }
    net_write(&n, out, arena);
    arena_release(&scratch);
}
