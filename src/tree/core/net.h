/* A formula in the shape in which it is simplified: one kind of gate for AND and OR.
 *
 * OR(a, b) is NOT AND(NOT a, NOT b), so every rule is written once. Edges are as in formula.h: 2 * node (+ 1 for
 * "not"), events first. Nodes are in no particular order; what the root does not need is rubbish that the
 * next net_clean() leaves behind. */
#ifndef CASEMATE_TREE_CORE_NET_H
#define CASEMATE_TREE_CORE_NET_H

#include "tree/core/formula.h"

enum net_op { NET_EVENT, NET_AND, NET_XOR, NET_AT_LEAST };

struct net_node {
    enum net_op op;
    uint32_t k; /* NET_AT_LEAST */
    VEC(uint32_t) args;
    VEC(uint32_t) parents; /* 2 * gate (+ 1 where it is negated) for every occurrence; see net_find_parents() */
};

struct net {
    struct arena *arena;
    uint32_t events;
    VEC(struct net_node) nodes;
    uint32_t root;
};

void net_read(struct net *n, const struct formula *f, struct arena *arena);
/* A new AND or AT_LEAST node over copies of the edges; returns its edge. Nothing is folded. */
uint32_t net_gate(struct net *n, enum net_op op, uint32_t k, const uint32_t *edges, size_t len);
/* All nodes that the root needs, children first; *out_len of them. In the net's arena. */
uint32_t *net_list(const struct net *n, size_t *out_len);
void net_find_parents(struct net *n);
/* Gates and edges that the root needs: what simplifying makes smaller. */
struct net_size {
    size_t gates, edges;
};
struct net_size net_measure(const struct net *n);
/* One pass of the rules that look at a gate and its arguments: constants, repeated and opposite arguments, gates of
 * one argument, nested gates of the same kind, equal gates, absorption. `out` is made in `arena`. */
void net_clean(const struct net *n, struct net *out, struct arena *arena);
/* Back to AND and OR: gates below an odd number of negations turn into their duals, so that a coherent
 * formula comes out without negations. */
void net_write(const struct net *n, struct formula *out, struct arena *arena);

#endif
