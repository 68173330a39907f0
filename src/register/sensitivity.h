/* Sensitivity of the order of priorities: which threats could change their rank while each rating stays within what
 * the group published about it (the interquartile range of its estimates, or their whole range). Pure: no store, no
 * clock. Exact: what is said holds for all combinations of ratings of all threats, and every bound is reached by one.
 *
 * Definitions. Threat i has a set S(i) of priorities: what the table gives for every pair of a likelihood and a damage
 * within their limits, and its present priority. a(i) and b(i) are the least and the greatest number in S(i); 1 is the
 * most urgent. A combination chooses one priority from each set; all choices are possible, since each threat was
 * estimated by itself. i is ahead of j when its number is smaller. The rank of i is 1 + the number of threats ahead of
 * it; equal priorities share a rank.
 *
 * Ranks. The best rank of i is 1 + the number of j with b(j) < a(i); the worst is 1 + the number of j other than i with
 * a(j) < b(i). Proof: a threat j is ahead of i in some combinations only if a(j) < b(i), and in all of them only if
 * b(j) < a(i); so no rank is outside. The rank never falls when i's number grows, and never grows when another's does,
 * so the best is reached where i has a(i) and all others their b, the worst where i has b(i) and all others their a.
 *
 * Groups. i and j can change places when i is ahead of j in one combination and j ahead of i in another: a(i) < b(j)
 * and a(j) < b(i). A group is a largest set of threats that are connected by pairs that can. The list is ordered by
 * present priority, equal ones by a, then b, then as they came; present(i) is i's priority.
 *   1. Each group stands together in the list. Let i, j, k stand in this order, i and k in one group and j in
 *      another. Since j cannot change places with any member c of theirs, b(c) <= a(j) or b(j) <= a(c). Neighbours c, d
 *      in the chain from i to k are on the same side of j: from b(c) <= a(j) <= b(j) <= a(d) they could not change
 *      places. If all are below, present(k) <= b(k) <= a(j) <= present(j) <= present(k) makes these one number v, the
 *      order by a makes a(k) = v = b(k), and k's neighbour c needs b(c) > a(k) = v, against b(c) <= a(j) = v. If all
 *      are above, v is b(j) = a(i) = present of both, the order by a and b makes a(j) = b(i) = v, and i's neighbour c
 *      needs a(c) < b(i) = v, against a(c) >= b(j) = v.
 *   2. No member of a later group is ever ahead of one of an earlier group: of two that cannot change places, i before
 *      j, b(i) <= a(j); for b(j) <= a(i) makes all numbers of both equal, as above.
 * So a threat that is a group by itself has a stable place: nothing passes it and it passes nothing, whatever the
 * ratings are. It may come to share its rank with a neighbour or cease to (then best_rank differs from worst_rank). */
#ifndef CASEMATE_REGISTER_SENSITIVITY_H
#define CASEMATE_REGISTER_SENSITIVITY_H

#include "base/str.h"
#include "base/vec.h"

enum { SENSITIVITY_LEVELS_MAX = 64 };

/* A threat whose likelihood and damage are both rated. Limits are levels, low <= high, both included. */
struct sensitivity_threat {
    unsigned priority; /* present, from 1 */
    int likelihood_low, likelihood_high, damage_low, damage_high;
};

struct sensitivity_result {
    unsigned best, worst;               /* priority: a and b above */
    size_t rank, best_rank, worst_rank; /* from 1; rank is the present one */
    size_t group;                       /* index in groups */
};
struct sensitivity_group {
    size_t first, count; /* places in order, the first is 0; count is 1 for a stable place */
};

struct sensitivity {
    size_t count;                                /* of the threats that were given */
    struct sensitivity_result *threats;          /* as they were given */
    size_t *order;                               /* indexes of threats by place */
    VEC(struct sensitivity_group) groups;        /* by place; together they are the whole list */
};

/* The priority of two levels, from 1. context is the caller's. Called for every pair within the limits. */
typedef unsigned sensitivity_priority(const void *context, int likelihood, int damage);
/* That of a group's own table; context: a const struct sig *. */
sensitivity_priority sensitivity_of_sig;

/* Fills *out, whose arrays live in the arena. Threats without a rating are left out by the caller: a priority of 0, of
 * a threat or from the callback, is a BUG(), as are limits that are not in order or further apart than
 * SENSITIVITY_LEVELS_MAX. No threats: all empty. Time: O(n log n), and one call for each threat and pair of levels. */
void sensitivity_find(struct arena *a, const struct sensitivity_threat *threats, size_t count,
                      sensitivity_priority *priority, const void *context, struct sensitivity *out);

/* Says it in one or two English sentences, appended to out: "The first five threats are stable; six to nine are
 * interchangeable. This holds for all ratings within the interquartile range of their estimates." within names the
 * limits and follows the word "within". Where a stable place may come to be shared, the second sentence says so. Of a
 * long list only the first parts are named, and what comes after them is counted. */
void sensitivity_say(const struct sensitivity *s, struct sv within, struct str *out);

#endif
