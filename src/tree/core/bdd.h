/* Binary decision diagrams in a manager of their own, for analyses that need operations on functions
 * or an order of their own (defence variables first, importance of sets, damage).
 *
 * References have a complement bit in bit 0; BDD_TRUE is 0 and BDD_FALSE 1, as in solve.h. When a limit
 * is hit every operation returns BDD_FAIL (also when given BDD_FAIL) and bdd_failed() says so: callers
 * check once at the end. A manager belongs to one thread. There are no reference counts and no
 * collection: a manager lives as long as its task. */
#ifndef CASEMATE_TREE_CORE_BDD_H
#define CASEMATE_TREE_CORE_BDD_H

#include "tree/core/solve.h"

#define BDD_TRUE 0u
#define BDD_FALSE 1u
#define BDD_FAIL UINT32_MAX
#define BDD_NOT(r) ((r) == BDD_FAIL ? BDD_FAIL : (r) ^ 1u)

struct bdd; /* opaque */

/* vars variables; level_of[v] gives the place of variable v in the order (0 at the top, a permutation);
 * NULL: v itself. Freed with bdd_free(). */
struct bdd *bdd_new(uint32_t vars, const uint32_t *level_of, const struct tree_limits *limits);
void bdd_free(struct bdd *b);
bool bdd_failed(const struct bdd *b);

uint32_t bdd_variable(struct bdd *b, uint32_t var);
uint32_t bdd_and(struct bdd *b, uint32_t f, uint32_t g);
uint32_t bdd_or(struct bdd *b, uint32_t f, uint32_t g);
uint32_t bdd_xor(struct bdd *b, uint32_t f, uint32_t g);
uint32_t bdd_ite(struct bdd *b, uint32_t f, uint32_t g, uint32_t h);
/* The node "if var then hi else lo"; var stands above both in the order. */
uint32_t bdd_node(struct bdd *b, uint32_t var, uint32_t hi, uint32_t lo);
/* f with var set to value. */
uint32_t bdd_restrict(struct bdd *b, uint32_t f, uint32_t var, bool value);
/* The function of every gate of a formula whose events are the variables (event e is variable var_of[e], NULL:
 * e); out_gates (may be NULL) has room for formula.gates.len references. Returns the root's. */
uint32_t bdd_build(struct bdd *b, const struct formula *f, const uint32_t *var_of, uint32_t *out_gates);

/* What a reference shows: its top variable (DIAGRAM_TERMINAL for constants) and its two branches, with the
 * complement already applied. */
uint32_t bdd_var(const struct bdd *b, uint32_t r);
uint32_t bdd_hi(const struct bdd *b, uint32_t r);
uint32_t bdd_lo(const struct bdd *b, uint32_t r);
uint32_t bdd_level(const struct bdd *b, uint32_t var);
/* Number of nodes made so far: references are below 2 * this, so arrays by (r >> 1) work as memos. */
uint32_t bdd_nodes(const struct bdd *b);
/* A function as an array in the form of solve.h. */
struct diagram bdd_diagram(const struct bdd *b, uint32_t root, struct arena *arena);

#endif
