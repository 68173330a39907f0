/* Rules that look further than a gate and its arguments. Each changes the net in place, returns how many times it did
 * so, and wants a net that net_clean() has just made. */
#ifndef CASEMATE_TREE_CORE_NET_RULES_H
#define CASEMATE_TREE_CORE_NET_RULES_H

#include "tree/core/net.h"

/* Where "v holds" (or "v does not") settles the value of gates by itself, v is joined to the topmost of those
 * gates and taken to be the opposite everywhere below (after Niemelae 1994; Rauzy and others call it Boolean
 * optimisation). Done where v then occurs less often. */
size_t net_lift_settled(struct net *n);
/* Edges that always occur together become one gate, which is a module where they were not. */
size_t net_join_companions(struct net *n);
/* (x and r) or (x and s) = x and (r or s), where that brings fewer edges. */
size_t net_factor(struct net *n);

#endif
