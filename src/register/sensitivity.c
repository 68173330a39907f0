#include "register/sensitivity.h"

#include "profile/profile.h"

#include <stdlib.h>

unsigned sensitivity_of_sig(const void *context, int likelihood, int damage)
{
    return sig_priority(context, likelihood, damage);
}

static void check(const struct sensitivity_threat *t)
{
    if (t->priority == 0)
        BUG("a threat without a priority");
    if (t->likelihood_low < 0 || t->likelihood_high < t->likelihood_low || t->damage_low < 0 ||
        t->damage_high < t->damage_low || t->likelihood_high - t->likelihood_low >= SENSITIVITY_LEVELS_MAX ||
        t->damage_high - t->damage_low >= SENSITIVITY_LEVELS_MAX)
        BUG("limits %d..%d and %d..%d", t->likelihood_low, t->likelihood_high, t->damage_low, t->damage_high);
}

/* The least and the greatest priority of a threat. The table need not be monotone: all pairs are looked at. */
static void limits_of(const struct sensitivity_threat *t, sensitivity_priority *priority, const void *context,
                      struct sensitivity_result *out)
{
    check(t);
    out->best = out->worst = t->priority;
    for (int l = t->likelihood_low; l <= t->likelihood_high; l++) {
        for (int d = t->damage_low; d <= t->damage_high; d++) {
            unsigned p = priority(context, l, d);
            if (p == 0)
                BUG("no priority for levels %d and %d", l, d);
            out->best = p < out->best ? p : out->best;
            out->worst = p > out->worst ? p : out->worst;
        }
    }
}

/* ---- ranks ---- */

static int by_number(const void *a, const void *b)
{
    unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
    return (x > y) - (x < y);
}

/* How many of the ascending numbers are below n. */
static size_t how_many_below(const unsigned *numbers, size_t count, unsigned n)
{
    size_t lo = 0, hi = count;
    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;
        if (numbers[middle] < n)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo;
}

static void find_ranks(struct arena *a, const struct sensitivity_threat *threats, struct sensitivity *s)
{
    size_t n = s->count;
    unsigned *now = arena_new_array(a, unsigned, n), *best = arena_new_array(a, unsigned, n),
             *worst = arena_new_array(a, unsigned, n);
    for (size_t i = 0; i < n; i++) {
        now[i] = threats[i].priority;
        best[i] = s->threats[i].best;
        worst[i] = s->threats[i].worst;
    }
    qsort(now, n, sizeof *now, by_number);
    qsort(best, n, sizeof *best, by_number);
    qsort(worst, n, sizeof *worst, by_number);
    for (size_t i = 0; i < n; i++) {
        struct sensitivity_result *t = &s->threats[i];
        t->rank = 1 + how_many_below(now, n, threats[i].priority);
        t->best_rank = 1 + how_many_below(worst, n, t->best);
        t->worst_rank = 1 + how_many_below(best, n, t->worst) - (t->best < t->worst); /* without itself */
    }
}

/* ---- order and groups ---- */

struct key {
    unsigned priority, best, worst;
    size_t index;
};

static int by_place(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    if (x->priority != y->priority)
        return x->priority < y->priority ? -1 : 1;
    if (x->best != y->best)
        return x->best < y->best ? -1 : 1;
    if (x->worst != y->worst)
        return x->worst < y->worst ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static void find_order(struct arena *a, const struct sensitivity_threat *threats, struct sensitivity *s)
{
    struct key *keys = arena_new_array(a, struct key, s->count);
    for (size_t i = 0; i < s->count; i++)
        keys[i] = (struct key){threats[i].priority, s->threats[i].best, s->threats[i].worst, i};
    qsort(keys, s->count, sizeof *keys, by_place);
    s->order = arena_new_array(a, size_t, s->count);
    for (size_t i = 0; i < s->count; i++)
        s->order[i] = keys[i].index;
}

/* A group begins where no threat before can come behind one from there on: the greatest b before is at most the least
 * a after. Across such a place no two can change places; and by 2 of the header every border of groups is one. */
static void find_groups(struct arena *a, struct sensitivity *s)
{
    unsigned *least = arena_new_array(a, unsigned, s->count), reach = 0;
    for (size_t i = s->count; i-- > 0;) {
        unsigned best = s->threats[s->order[i]].best;
        least[i] = i + 1 < s->count && least[i + 1] < best ? least[i + 1] : best;
    }
    for (size_t i = 0; i < s->count; i++) {
        struct sensitivity_result *t = &s->threats[s->order[i]];
        if (reach <= least[i])
            *vec_push(a, &s->groups) = (struct sensitivity_group){i, 0};
        reach = t->worst > reach ? t->worst : reach;
        t->group = s->groups.len - 1;
        s->groups.at[t->group].count++;
    }
}

void sensitivity_find(struct arena *a, const struct sensitivity_threat *threats, size_t count,
                      sensitivity_priority *priority, const void *context, struct sensitivity *out)
{
    *out = (struct sensitivity){.count = count};
    if (!count)
        return;
    out->threats = arena_new_array(a, struct sensitivity_result, count);
    for (size_t i = 0; i < count; i++)
        limits_of(&threats[i], priority, context, &out->threats[i]);
    find_ranks(a, threats, out);
    find_order(a, threats, out);
    find_groups(a, out);
}

/* ---- sentences ---- */

enum { PARTS_MAX = 6 }; /* that a sentence names */

/* Stable places that follow each other, or one group. */
struct part {
    size_t first, count;
    bool stable;
};

/* The part that begins with that group; moves *group behind it. */
static struct part next_part(const struct sensitivity *s, size_t *group)
{
    const struct sensitivity_group *g = &s->groups.at[(*group)++];
    struct part p = {g->first, g->count, g->count == 1};
    for (; p.stable && *group < s->groups.len && s->groups.at[*group].count == 1; ++*group)
        p.count++;
    return p;
}

static void say_number(struct str *out, size_t n)
{
    static const char *const words[] = {"no",  "one",   "two",   "three", "four", "five",  "six",
                                        "seven", "eight", "nine", "ten",  "eleven", "twelve"};
    if (n < ARRAY_LEN(words))
        str_add_str(out, words[n]);
    else
        str_addf(out, "%zu", n);
}

/* "The first five threats", "All nine threats", "six to nine" */
static void say_places(struct str *out, const struct sensitivity *s, const struct part *p)
{
    if (p->first == 0 && p->count == s->count) {
        str_add_str(out, p->count == 2 ? "Both" : "All ");
        if (p->count > 2)
            say_number(out, p->count);
        str_add_str(out, " threats");
    } else if (p->first == 0) {
        str_add_str(out, "The first ");
        if (p->count > 1)
            say_number(out, p->count);
        str_add_str(out, p->count > 1 ? " threats" : "threat");
    } else {
        say_number(out, p->first + 1);
        if (p->count > 1) {
            str_add_str(out, p->count == 2 ? " and " : " to ");
            say_number(out, p->first + p->count);
        }
    }
}

static void say_part(struct str *out, const struct sensitivity *s, const struct part *p)
{
    str_add_str(out, p->first ? "; " : "");
    say_places(out, s, p);
    str_add_str(out, p->count > 1 ? " are " : " is ");
    str_add_str(out, p->stable ? "stable" : "interchangeable");
}

static void say_groups(struct str *out, size_t groups)
{
    str_add_str(out, "interchangeable within ");
    say_number(out, groups);
    str_add_str(out, groups == 1 ? " group" : " groups");
}

/* What is not named: "; of the 30 after them, four are stable and the others interchangeable within five groups" */
static void say_rest(struct str *out, const struct sensitivity *s, size_t group)
{
    size_t stable = 0, groups = 0, all = s->count - s->groups.at[group].first;
    for (; group < s->groups.len; group++) {
        stable += s->groups.at[group].count == 1;
        groups += s->groups.at[group].count > 1;
    }
    bool mixed = stable && groups;
    str_add_str(out, mixed ? "; of the " : "; the ");
    say_number(out, all);
    str_add_str(out, mixed ? " after them, " : all == 1 ? " after them is " : " after them are ");
    if (mixed) {
        say_number(out, stable);
        str_add_str(out, stable == 1 ? " is " : " are ");
    }
    str_add_str(out, stable ? "stable" : "");
    str_add_str(out, mixed ? " and the others " : "");
    if (groups)
        say_groups(out, groups);
}

/* Whether a threat with a stable place may share its rank with others now and not then. */
static bool may_share(const struct sensitivity *s)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct sensitivity_result *t = &s->threats[i];
        if (s->groups.at[t->group].count == 1 && t->best_rank != t->worst_rank)
            return true;
    }
    return false;
}

void sensitivity_say(const struct sensitivity *s, struct sv within, struct str *out)
{
    size_t group = 0;
    if (s->count < 2) {
        str_add_str(out, s->count ? "Only one threat is rated: there is no order that could change."
                                  : "No threat is rated.");
        return;
    }
    for (size_t parts = 0; group < s->groups.len && parts < PARTS_MAX; parts++) {
        struct part p = next_part(s, &group);
        say_part(out, s, &p);
    }
    if (group < s->groups.len)
        say_rest(out, s, group);
    str_addf(out, ". This holds for all ratings within %.*s", SV_ARG(within));
    if (may_share(s))
        str_add_str(out, "; a stable threat is never passed, but may come to share its rank with a neighbour");
    str_add_char(out, '.');
}
