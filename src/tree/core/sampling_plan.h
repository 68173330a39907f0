/* A sampling question as a list of operations on rows (core/rows.h): which scores are drawn, which values
 * they make, and the diagrams of all figures laid out as straight code. Made once, read by all threads. */
#ifndef CASEMATE_TREE_CORE_SAMPLING_PLAN_H
#define CASEMATE_TREE_CORE_SAMPLING_PLAN_H

#include "tree/core/budget.h"
#include "tree/core/distributions.h"
#include "tree/core/rows.h"
#include "tree/core/sampling.h"

#define PLAN_NO_ROW UINT32_MAX

/* The figures: probabilities of the worlds, then the measures. */
enum { PLAN_FIGURES = TREE_WORLDS + TREE_MEASURES };

/* An uncertain value. */
struct plan_leaf {
    uint32_t owner; /* event; for damage a node */
    enum tree_attribute attribute;
    struct distribution distribution;
    uint32_t z, row; /* PLAN_NO_ROW until some figure needs it; probabilities have a second row, of 1 - p */
    bool touched;    /* by the figure being laid out */
};

struct plan_constant {
    uint32_t row;
    double value;
};

struct plan_tabled { /* a value that is read from a table, lane by lane */
    uint32_t leaf;
    bool chance;
};

struct plan_draw { /* four scores that are drawn together */
    uint32_t group, row;
};

struct plan_figure {
    bool defined;
    uint32_t row;      /* result; PLAN_NO_ROW: time, by clock */
    bool logarithm;    /* drivers look at the logarithm */
    uint32_t *leaves, *z; /* its uncertain values and their rows of scores; NULL where no drivers are wanted */
    uint32_t leaves_len;
};

struct plan {
    const struct sampling_question *q;
    struct arena *arena;
    struct distribution_tables tables;
    VEC(struct plan_leaf) leaves;
    uint32_t *leaf_of[TREE_ATTRIBUTES]; /* by event (damage: node): index in leaves, or UINT32_MAX */
    uint32_t *row_of[TREE_ATTRIBUTES];  /* by event: row of its value once needed. All chances are under TREE_P */
    double *chances;                    /* points, by event */
    VEC(struct plan_constant) constants;
    VEC(struct rows_leaf) lognormal;
    VEC(struct rows_leaf) logitnormal;
    VEC(struct plan_tabled) tabled;
    VEC(struct plan_draw) draws;
    VEC(struct rows_op) ops;
    VEC(struct rows_segment) segments;
    VEC(uint32_t) free_rows;
    uint32_t rows;
    struct plan_figure figures[PLAN_FIGURES];
    /* Time where steps stand in sequence: the attacks, each as a state of all events, to be timed one by one. */
    bool *attacks;
    uint32_t attacks_len;
    uint32_t *times; /* by event: row of its time, or PLAN_NO_ROW */
};

/* CM_EINPUT: a range that cannot be; CM_ELIMIT: too large. */
int plan_make(struct plan *p, struct arena *arena, const struct sampling_question *q, struct budget *budget,
              struct err *err);

#endif
