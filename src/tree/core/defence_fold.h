/* The choice of options: the engine below defence.h, in its own words.
 *
 * Every event of a formula has one or more options; an option costs the defender something and gives the event a
 * value, a pair. For the probability the pair is (chance of true, chance of false); for the cheapest attack it is
 * what the attacker pays to have the event true, and to have it false. The pair of a whole function follows from
 * those of its variables by one walk over a diagram, in both cases. The engine finds the choices of options whose
 * (cost, pair of the goal) is not beaten by another. */
#ifndef CASEMATE_TREE_CORE_DEFENCE_FOLD_H
#define CASEMATE_TREE_CORE_DEFENCE_FOLD_H

#include "tree/core/bdd.h"
#include "tree/core/budget.h"
#include "tree/core/solve.h"

enum defence_aim { AIM_PROBABILITY, AIM_CHEAPEST };

/* A set of events, as a tree that shares its parts. */
struct chosen {
    const struct chosen *a, *b; /* may be NULL */
    uint32_t event;             /* UINT32_MAX: none of its own */
};

struct pair {
    double yes, no;
};

struct option {
    double cost;
    struct pair value;
    union {
        const struct chosen *chosen; /* NULL: nothing */
        uint64_t pick;               /* while a list is made */
    };
};

struct options {
    struct option *at; /* ascending in cost */
    uint32_t len;
};

/* What a list of options may drop. */
enum defence_wish {
    WISH_NO,   /* the defender gains when the function's chance of true falls */
    WISH_YES,  /* ... rises */
    WISH_BOTH, /* unknown: only what costs more for the same is dropped */
};

struct defence_problem {
    enum defence_aim aim;
    enum defence_wish wish; /* for the goal; usually WISH_NO */
    const struct solution *s;
    struct options *events; /* by event */
    bool falls; /* every decision for more serves the wish, or does nothing: what allows pruning and bounds */
    struct tree_limits limits;
    uint64_t patience; /* steps that defence_search() may take, in nodes looked at; where these do not even do to
                          prepare it, nothing is found; 0: no such limit */
    struct arena *arena; /* for results */
};

static inline struct pair pair_turned(struct pair x, uint32_t turn)
{
    return turn & 1 ? (struct pair){x.no, x.yes} : x;
}

/* "if x then hi else lo" */
static inline struct pair pair_mix(enum defence_aim aim, struct pair x, struct pair hi, struct pair lo)
{
    if (aim == AIM_PROBABILITY)
        return (struct pair){x.yes * hi.yes + x.no * lo.yes, x.yes * hi.no + x.no * lo.no};
    double a = x.yes + hi.yes, b = x.no + lo.yes, c = x.yes + hi.no, d = x.no + lo.no;
    return (struct pair){a < b ? a : b, c < d ? c : d};
}

/* Of the constant "true". */
struct pair pair_true(enum defence_aim aim);

/* The value of the goal when event e has the value values[e]; by_part (may be NULL) has room for all parts. */
struct pair defence_value(enum defence_aim aim, const struct solution *s, const struct pair *values,
                          struct pair *by_part);

/* The number that the wish is about, turned so that smaller is better for the defender. */
double defence_key(enum defence_aim aim, enum defence_wish wish, struct pair value);
/* Orders by cost and drops what is beaten; len may shrink. With WISH_NO and WISH_YES only one number of the pair
 * counts; of the attacker's costs the other becomes 0, since what rises with x never needs x false. */
void defence_prune(enum defence_aim aim, enum defence_wish wish, struct options *list);

const struct chosen *chosen_join(struct arena *arena, const struct chosen *a, const struct chosen *b);
const struct chosen *chosen_event(struct arena *arena, uint32_t event);
/* Marks the events of a choice. */
void chosen_mark(const struct chosen *c, bool *by_event);

/* The goal's options, ascending in cost, each better than those before. False when a limit was hit. */
bool defence_fold(const struct defence_problem *p, struct options *out);

/* The same by branch and bound: where diagrams with the decisions on top grow too large, and many decisions hardly
 * matter. Stops at the limits with what it has. Options of an event ascend in cost and in what they give. */
struct defence_open { /* what was not looked into: choices that cost at least `cost` and are at best `bound` */
    double cost, bound;
};
struct defence_search {
    struct options found; /* ascending in cost, each better than those before; all attainable */
    bool exact;
    struct defence_open *open;
    size_t open_len;
};
void defence_search(const struct defence_problem *p, struct defence_search *out);

#endif
