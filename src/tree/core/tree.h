/* Attack trees: the graph that every reader makes and every analysis and drawing takes.
 *
 * A tree is a directed acyclic graph: nodes that occur in several places are stored once and have
 * several parents. Node 0 is the goal. Nodes are in the order of the outline's normal form: a node
 * before those that are written below it, its countermeasures before its children. The
 * countermeasures that stand on a node are kept apart from its children. All memory belongs to the
 * arena given to the reader.
 *
 * What a node means: an attack node is reached when its gate holds over its children (a step: when
 * the attacker carries it out) and none of its countermeasures stops it. A countermeasure without
 * children is present or not (values "deployed", "stops"). Its children of role attack are what it
 * takes to defeat it, its children of role countermeasure or approach are what it consists of; its
 * gate joins each of the two groups. A leaf countermeasure among the children of an attack gate means
 * "it is present". core/model.h states this as Boolean functions. */
#ifndef CASEMATE_TREE_CORE_TREE_H
#define CASEMATE_TREE_CORE_TREE_H

#include "base/arena.h"
#include "base/sv.h"
#include "base/vec.h"

enum tree_gate {
    TREE_LEAF, /* a step: no children */
    TREE_OR,
    TREE_AND,
    TREE_SAND,     /* all children, in the order written */
    TREE_AT_LEAST, /* at least k of the children */
    /* The gates of fault trees; the outline has no words for them. */
    TREE_CARDINALITY, /* at least k and at most k_max of the children */
    TREE_NOT,         /* one child */
    TREE_XOR,         /* an odd number of the children */
    TREE_NAND,
    TREE_NOR,
    TREE_IFF,      /* all children equal */
    TREE_IMPLY,    /* two children: not the first, or the second */
    TREE_CONSTANT, /* no children: true (k = 1) or false (k = 0); a house event */
};

enum tree_role {
    TREE_ATTACK,         /* goal, gate or step of the attacker */
    TREE_COUNTERMEASURE, /* "!": exists today */
    TREE_APPROACH,       /* "?": potential; in no world unless asked for */
};

enum tree_distribution {
    TREE_NO_VALUE,
    TREE_POINT,
    TREE_RANGE /* 90 % interval lo..hi */,
    TREE_UNIFORM,
    TREE_TRIANGULAR,
    TREE_PERT
};

/* An attribute's value. Units: probability 0..1; cost in the profile's currency; time in seconds;
 * skill and damage as given. */
struct tree_value {
    enum tree_distribution kind;
    double lo, mode,
        hi; /* point: all three equal; range and uniform: lo, hi; mode is the median or middle */
    struct sv text; /* as written ("10k..100k"), for printing without loss */
};

enum tree_attribute {
    TREE_P,
    TREE_COST,
    TREE_TIME,
    TREE_SKILL,
    TREE_DAMAGE,
    TREE_STOPS,
    TREE_DEPLOYED,
    TREE_ATTRIBUTES
};

/* The order in which attributes are written: stops and deployed come first. */
extern const enum tree_attribute tree_attribute_order[TREE_ATTRIBUTES];
/* Names as in the outline: "p", "cost", ... */
extern const char *const tree_attribute_names[TREE_ATTRIBUTES];

struct tree_node {
    enum tree_gate gate;
    enum tree_role role;
    unsigned k;        /* TREE_AT_LEAST, TREE_CARDINALITY, TREE_CONSTANT */
    unsigned k_max;    /* TREE_CARDINALITY */
    bool gate_written; /* the text has the gate word (an OR may be implicit) */
    struct sv id;      /* explicit "#id" without #, or empty */
    struct sv label;
    struct tree_value values[TREE_ATTRIBUTES];
    struct sv comment;   /* without ";" and surrounding blanks: each line that stands above the node
                            ends with LF, what stands beside it follows ("above\nbeside", "beside",
                            "above\n"); the goal has only the latter */
    struct sv reference; /* "-> T-0017" (whole tree of another threat) or "T-0017#phish" (one of its
                            steps); then a leaf here until resolved */
    bool reference_whole;
    struct sv origin; /* after tree_resolve(): the threat whose tree the node comes from ("T-0017"), empty for the
                         tree itself; and the node's anchor there */
    struct sv origin_anchor;
    uint32_t line, column; /* in the file; 0 for readers without positions */
    VEC(uint32_t)
    children; /* indexes of nodes, in order; a shared node may stand under several parents */
    VEC(uint32_t) countermeasures; /* indexes of nodes with role COUNTERMEASURE or APPROACH */
    uint32_t parents;              /* how many places refer to this node */
    uint32_t
        home; /* the parent below which the node is written out; a reader whose format has no such
                 place may leave 0: where home has no such child, the first parent counts */
};

/* A comment at "= #id": beside one of the further places of a shared node. */
struct tree_remark {
    uint32_t parent;
    uint32_t position; /* among what stands on parent, as tree_below() counts */
    struct sv comment; /* as in tree_node */
};

struct tree {
    VEC(struct tree_node) nodes; /* at least one */
    struct sv leading_comment;   /* comment lines before the goal */
    struct sv trailing_comment;
    size_t shared;                   /* nodes with more than one parent */
    VEC(struct tree_remark) remarks; /* by parent, then position */
};

struct tree_counts {
    size_t nodes, steps, gates, countermeasures, approaches, references, depth;
};
/* What stands on a node: the i-th of its countermeasures and then its children; false when there
 * are not so many. */
bool tree_below(const struct tree_node *n, size_t i, uint32_t *out_node);
void tree_count(const struct tree *t, struct tree_counts *out);
/* Permanent anchor of a node inside a tree: its explicit id, else a slug of its label, made unique
 * by a number. In the arena. */
struct sv tree_anchor(struct arena *a, const struct tree *t, uint32_t node);
/* The anchors of all nodes (tree_anchor costs as much as this). */
const struct sv *tree_anchors(struct arena *a, const struct tree *t);
/* The homes of all nodes, settled as the comment at tree_node.home says; of the goal: 0. */
const uint32_t *tree_homes(struct arena *a, const struct tree *t);

#endif
