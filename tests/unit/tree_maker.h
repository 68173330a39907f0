/* Random attack trees for tests, made smaller when they show a fault. The same seed gives the same tree. */
#ifndef CASEMATE_TESTS_TREE_MAKER_H
#define CASEMATE_TESTS_TREE_MAKER_H

#include "base/str.h"
#include "tree/core/tree.h"

enum tree_flavour {
    RANDOM_SHARED = 1,      /* nodes with several parents */
    RANDOM_SAND = 2,        /* SAND gates */
    RANDOM_FAULT_GATES = 4, /* NOT, XOR, NAND, NOR, IFF, IMPLY, cardinality, constants */
    RANDOM_COUNTER = 8,     /* countermeasures */
    RANDOM_APPROACH = 16,   /* potential ones */
    RANDOM_DEFEAT = 32,     /* what defeats them */
    RANDOM_PARTS = 64,      /* countermeasures that consist of others */
    RANDOM_MISSING = 128,   /* values left out; otherwise every step has all, and every "!" its deployed and cost */
    RANDOM_CERTAIN = 256,   /* countermeasures stop for certain; deployed is 0 or 1 */
    RANDOM_OUTLINE = 512,   /* nothing that the outline cannot write */
    RANDOM_FINE = 1024,     /* probabilities with all their digits, some of them tiny; otherwise eighths */
};

struct tree_random {
    uint64_t state;
};
uint64_t tree_random_next(struct tree_random *r);
/* 0 .. below-1 */
uint32_t tree_random_below(struct tree_random *r, uint32_t below);
static inline bool tree_random_chance(struct tree_random *r, uint32_t percent)
{
    return tree_random_below(r, 100) < percent;
}

/* A tree with about max_events steps, presences and stops together. */
struct tree *tree_random_make(struct arena *a, struct tree_random *r, unsigned flavour, unsigned max_events);

/* An editable copy; after edits tree_settle() drops what the goal no longer reaches, makes gates fit their
 * children, puts the nodes in the order of the normal form and counts parents. */
struct tree *tree_copy(struct arena *a, const struct tree *t);
struct tree *tree_settle(struct arena *a, const struct tree *t);
uint32_t tree_add_node(struct arena *a, struct tree *t, enum tree_gate gate, const char *label);

/* What a check says about a tree: NULL when all is well, otherwise the fault (in the arena). */
typedef const char *tree_check(struct arena *a, const struct tree *t, const void *data);
/* Takes away what is not needed for the fault: the smallest tree found, its fault in out_fault. */
const struct tree *tree_shrink(struct arena *a, const struct tree *t, tree_check *check, const void *data,
                               const char **out_fault);
/* One node a line, all that matters; for people who look for the fault. */
void tree_dump(const struct tree *t, struct str *out);

#endif
