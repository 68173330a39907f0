/* A walk over all sets of a solution, one after the other, without collecting them.
 *
 * Depth first over the `sets` diagrams. Where a set contains a module the walk goes on in the module's diagram
 * and remembers where to continue after it, so memory is the length of one way. A visitor may cut branches. */
#ifndef CASEMATE_TREE_CORE_WALK_H
#define CASEMATE_TREE_CORE_WALK_H

#include "tree/core/budget.h"

/* A place in the diagrams, and after that the places still to be passed. */
struct walk_place {
    uint32_t part, node;
    uint32_t then; /* index in walk.later, or WALK_END */
};
#define WALK_END UINT32_MAX

struct walk_turn { /* a branch not yet taken */
    struct walk_place place;
    uint32_t chosen, later, barred; /* lengths to go back to */
    uint32_t bar;                   /* the node above place, whose other variables are out of question; or WALK_END */
};

/* Which variables of a part may still come from each of its nodes on. */
struct walk_support {
    uint32_t *vars;
    uint64_t *bits; /* by node, `words` each: bit i for vars[i] */
    uint32_t words;
};

struct walk {
    const struct solution *s;
    struct budget *budget;
    uint32_t *chosen; /* events of the set so far, in the order of the way */
    uint32_t chosen_len, chosen_cap;
    struct walk_place *later;
    uint32_t later_len, later_cap;
    struct walk_turn *turns;
    uint32_t turns_len, turns_cap;
    /* Only when visitor.possible is set: which events the set may still contain. */
    bool *possible; /* by event */
    struct arena supports;
    uint32_t *barred;
    uint32_t barred_len, barred_cap;
    uint32_t inside_cap;
    uint32_t *inside;                  /* all events, those of one part together with those of the parts in it */
    struct walk_support *support; /* by part; NULL where it would take too much memory */
    uint32_t *inside_from, *inside_to; /* by part: its range of inside */
};

struct walk_visitor {
    void *ctx;
    /* A set is complete: walk.chosen. False ends the walk. */
    bool (*found)(void *ctx, const struct walk *w);
    /* At a place before it is entered; false cuts it off. NULL: nothing is cut. */
    bool (*enter)(void *ctx, const struct walk *w, const struct walk_place *place);
    /* True: the branch without the variable first. NULL: the branch with it first. */
    bool (*without_first)(void *ctx, const struct walk *w, const struct walk_place *place);
    bool possible; /* keep walk.possible */
};

/* 1: all; 0: ended by found(); CM_ELIMIT. */
int walk_sets(const struct solution *s, const struct walk_visitor *visitor, struct budget *budget);

#endif
