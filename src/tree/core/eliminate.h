/* The probability of a formula by eliminating its variables one by one.
 *
 * A diagram needs a linear order of the events; where a formula is more like a tree of loosely joined parts
 * than like a row of them, every order is bad, and the diagram has millions of nodes although no more than
 * some 15 gates ever hold two parts together. Elimination (Bertele and Brioschi 1972, Dechter 1999) needs no
 * linear order: its cost is 2 to the number of variables that meet at once (the width), wherever they stand.
 *
 * Every AND and OR gets a variable with two settings: "free", and "all its arguments are off" (false for OR,
 * true for AND). A table over such variables holds, for each combination of settings, the chance that the
 * arguments eliminated so far are as demanded. With them an argument constrains each of its gates alone, so
 * gates may be as wide as they like at no cost (the idea is that of the factorised noisy-or: Diez and Galan
 * 2003). The chance that a gate holds is that of "free" less that of "all off": a difference. Therefore each
 * number carries a bound of its error, rounding included, through all operations, and the result is an
 * interval that holds whatever was lost.
 *
 * The sequence is found by least fill (a fixed number of tries, varied by a counter, so always the same). */
#ifndef CASEMATE_TREE_CORE_ELIMINATE_H
#define CASEMATE_TREE_CORE_ELIMINATE_H

#include "tree/core/budget.h"
#include "tree/core/formula.h"

struct elimination {
    bool done;      /* false: too dear, or the budget ended it; lo = 0, hi = 1 */
    double lo, hi;  /* of the probability */
    double cost;    /* table entries that the best sequence computes; known also when not done (0: not even planned) */
    uint32_t width; /* the most variables in one table */
    uint32_t pivot; /* the event in the dearest tables: without it, it would cost least; UINT32_MAX: none */
};

/* p by event, in [0, 1]; any formula, coherent or not. tries: sequences to compare (at least 1). Does not begin when it
 * would compute more than max_cost entries or its tables would not fit into what the budget has left. */
void eliminate(const struct formula *f, const double *p, unsigned tries, double max_cost, struct budget *budget,
               struct elimination *out);

#endif
