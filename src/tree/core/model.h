/* What a tree means: Boolean formulas over random events.
 *
 * Events are the same for all formulas of one tree: first the steps, then one "presence" for each
 * countermeasure or approach (one event wherever its label, or without label its id, recurs), then one
 * "stop" for each place where a countermeasure stands with stops < 1. A formula is made for a world:
 *
 *   reached(n) = gate over n's children, and no countermeasure c on n with present(c) and stop(c, n)
 *   present(c) = own event of c, and the gate over what c consists of, and not the gate over what
 *                defeats it; false in the world without countermeasures; approaches only when added
 *
 * A constant world folds the presence events away. A countermeasure that consists of others and has no
 * "deployed" has no event of its own. */
#ifndef CASEMATE_TREE_CORE_MODEL_H
#define CASEMATE_TREE_CORE_MODEL_H

#include "base/err.h"
#include "tree/core/formula.h"
#include "tree/core/tree.h"

enum tree_world {
    WORLD_NONE,     /* no countermeasure */
    WORLD_DEPLOYED, /* today: each present with chance "deployed" */
    WORLD_ALL,      /* every countermeasure deployed */
    TREE_WORLDS
};

#define MODEL_NO_EVENT UINT32_MAX

enum model_event_kind { EVENT_STEP, EVENT_PRESENCE, EVENT_STOP };

struct model_event {
    enum model_event_kind kind;
    uint32_t node;  /* the step; the countermeasure (a "!" that has its deployed and cost, where there is one) */
    uint32_t place; /* EVENT_STOP: the node it stands on */
};

struct model_stop {
    uint32_t countermeasure, place, event; /* event: MODEL_NO_EVENT when stops is 1 or 0 */
    double stops;                          /* 1 when the tree says nothing */
};

struct model {
    const struct tree *tree;
    struct arena *arena; /* borrowed */
    VEC(struct model_event) events;
    uint32_t steps;           /* events 0 .. steps-1 are the steps */
    uint32_t presences;       /* then come so many presences */
    uint32_t *event_of;       /* by node: its step or presence event, or MODEL_NO_EVENT */
    double *deployed;         /* by presence (event - steps): what any of its places says, or NAN */
    bool *existing;           /* by presence: a "!" in at least one place; otherwise a "?" everywhere */
    VEC(struct model_stop) stops; /* by place, then order on the place */
    uint32_t *order;          /* all nodes, every node after those below it */
};

/* Numbers the events. CM_EINPUT when two places of one countermeasure disagree about deployed or cost. The
 * tree must outlive the model. */
int model_init(struct model *m, struct arena *arena, const struct tree *t, struct err *err);

struct model_world {
    enum tree_world world;
    const bool *added;  /* by node: approaches that count as countermeasures here; NULL: none */
    const bool *chosen; /* by event: presences that are true whatever "deployed" says; NULL: none */
    bool free_presence; /* keep every presence (of countermeasures and added approaches) as an event,
                           also where the world would fix it: for the choice of defences */
    bool sets;          /* for minimal attacks: a countermeasure is heeded only where stops is 1 and it is
                           present for certain; what is random is left out */
    bool untouched;     /* a node on which a "!" (or an added approach) stands is never reached: what is left are the
                           attacks that no countermeasure touches */
};

/* The formula of the goal in a world; its arena is the model's. edges (may be NULL, else room for all
 * nodes): the edge of each node's reached() or present(). */
void model_formula(const struct model *m, const struct model_world *w, struct formula *out, uint32_t *edges);

/* The chance of each event (point values; NAN where the tree has none), in the model's arena. In the world
 * "deployed" a presence has its "deployed" (an added approach without it: 1); elsewhere 0 or 1. */
double *model_chances(const struct model *m, const struct model_world *w);
/* The point value of an attribute by event (steps: of the step; presences: of the countermeasure; stops and
 * what has no value: NAN), in the model's arena. */
double *model_values(const struct model *m, enum tree_attribute attribute);
/* Point value of a node's attribute: the middle (median of ranges), or NAN. */
double tree_point(const struct tree_node *n, enum tree_attribute attribute);
/* The first event below f's root whose chance is NAN, or MODEL_NO_EVENT. */
uint32_t model_missing(const struct formula *f, const double *chances);

#endif
